package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/openapi/client"
)

// deleteCommand ends what a set has, and removes it.
func (p *program) deleteCommand() *cobra.Command {
	var r remote
	var keep, yes bool
	cmd := &cobra.Command{
		Use:   "delete SET",
		Short: "End all that a set of manifests has, and remove the set",
		Long: `End all that a set of manifests has, and remove the set. What would end is shown, and asked for; services,
SLOs and scorecards are retired, which can be undone, and teams and systems are removed. With
--keep all stays as it is, and only the set is removed, so that nobody keeps it any more.

To end a single thing, take it out of the files of its set, and apply them with --prune: while a
file says that it is there, the next apply would bring it back.
The token is read from --token-file, or else from EVENKEEL_TOKEN.`,
		Example: `  evenkeel delete payments --keep
  evenkeel delete payments --yes`,
		GroupID: groupKeep,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := r.client(p.environ)
			if err != nil {
				return wrongUse(cmd, err)
			}
			return p.deleteSet(cmd.Context(), c, args[0], keep, p.asking(cmd.Context(), cmd.InOrStdin(), yes))
		},
	}
	r.flags(p, cmd.Flags())
	cmd.Flags().BoolVar(&keep, "keep", false, "Remove the set only, and let be what it has")
	cmd.Flags().BoolVar(&yes, "yes", false, "Do not ask")
	return cmd
}

func (p *program) deleteSet(ctx context.Context, c *client.Client, name string, keep bool, agreed func(question string) error) error {
	set, err := c.GetManifestSet(ctx, name, nil)
	if err != nil {
		return err
	}
	if keep {
		if err := agreed(fmt.Sprintf("Remove the set %s, and let be what it has?", set.Slug)); err != nil {
			return err
		}
	} else {
		if _, err := p.apply(ctx, c, bringing{set: set.Slug, prune: true, output: "text"}, nil, "", agreed); err != nil {
			return err
		}
		if set, err = c.GetManifestSet(ctx, name, nil); err != nil {
			return err
		}
	}
	if err := c.RemoveManifestSet(ctx, set.Slug, &client.RemoveManifestSetParams{IfMatch: client.ETag(set.Version)}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "The set %s is removed.\n", set.Slug)
	return err
}
