package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/internal/clock"
)

// secretsCommand looks after the key under which secrets are encrypted in the database.
func (p *program) secretsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "secrets",
		Short:   "Look after what is secret in the database",
		GroupID: groupRun,
	}
	cmd.AddCommand(p.rotateSecretsCommand())
	return cmd
}

func (p *program) rotateSecretsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Encrypt what is secret in the database anew, under encryption.key",
		Long: `Encrypt what is secret in the database anew, under encryption.key, and say whether
encryption.formerKey can go. On PostgreSQL replicas go on serving, all of which have to
have both keys before; with SQLite stop the server before: one process at a time may use
the data directory. It may be run again.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c, err := p.load(cmd)
			if err != nil {
				return err
			}
			s, err := app.OpenStore(cmd.Context(), c.Config, c.Log.Logger(p.stderr))
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			n, err := app.OpenKeys(c.Config, s, clock.System).Rotate(cmd.Context())
			if err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, "encrypted anew: %d\n", n)
			fmt.Fprintln(p.stdout, "All is under encryption.key now: once every replica has that, encryption.formerKey can go.")
			return nil
		},
	}
	config.AddFlags(cmd.Flags())
	return cmd
}
