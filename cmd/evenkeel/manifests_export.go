package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/manifest"
)

// exporting is what "evenkeel export" is asked.
type exporting struct {
	remote
	kind, team, service, set string
	dir                      string
	force                    bool
}

// exportCommand writes what there is as manifests.
func (p *program) exportCommand() *cobra.Command {
	var e exporting
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write what there is as manifests, to keep it as files from then on",
		Long: `Write what there is as manifests, to keep it as files from then on: "evenkeel apply" of them
changes nothing. Without --dir all are written to standard output; with it each is a file, such
as services/checkout.yaml and slos/checkout/availability.yaml. Files that are there are left as
they are, and then nothing is written, unless --force is given.

What a portal's catalog keeps is left out, and so is what is retired. Campaigns are written with
--set or --kind Campaign alone: whoever brings one in another set begins a second.
The token is read from --token-file, or else from EVENKEEL_TOKEN.`,
		Example: `  evenkeel export --team payments --dir reliability
  evenkeel export --set payments`,
		GroupID: groupKeep,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := e.client(p.environ)
			if e.kind != "" {
				err = errors.Join(oneOf("--kind", e.kind, kindNames()...), err)
			}
			if err != nil {
				return wrongUse(cmd, err)
			}
			return p.export(cmd.Context(), c, e)
		},
	}
	f := cmd.Flags()
	e.flags(p, f)
	f.StringVar(&e.kind, "kind", "", "Only those of the kind, such as SLO")
	f.StringVar(&e.team, "team", "", "Only the team, and what is its own")
	f.StringVar(&e.service, "service", "", "Only the service, its SLOs, and policies that are in force for it")
	f.StringVar(&e.set, "set", "", "Only what the set has")
	f.StringVarP(&e.dir, "dir", "d", "", "The directory for the files; standard output when empty")
	f.BoolVar(&e.force, "force", false, "Replace files that are there")
	return cmd
}

func kindNames() []string {
	out := make([]string, len(manifest.Kinds))
	for i, k := range manifest.Kinds {
		out[i] = string(k)
	}
	return out
}

func (p *program) export(ctx context.Context, c *client.Client, e exporting) error {
	var q client.ExportManifestsParams
	for text, into := range map[*string]**string{&e.team: &q.Team, &e.service: &q.Service, &e.set: &q.Set} {
		if *text != "" {
			*into = text
		}
	}
	if kind := client.ExportManifestsParamsKind(e.kind); kind != "" {
		q.Kind = &kind
	}
	text, err := c.ExportManifests(ctx, &q)
	if err != nil {
		return err
	}
	if e.dir == "" {
		_, err := p.stdout.Write(text)
		return err
	}
	manifests, _, err := api.Manifests{}.Read([]manifest.File{{Path: "export", Text: string(text)}})
	if err != nil {
		return fmt.Errorf("the answer of the server is not understood: %w", err)
	}
	files := map[string]string{}
	for _, m := range manifests {
		files[fileOf(m.Identity, files)] = m.Text
	}
	if err := writeManifestFiles(e.dir, files, e.force); err != nil {
		return fmt.Errorf("write manifests: %w", err)
	}
	_, err = fmt.Fprintf(p.stderr, "%s: %d files written\n", e.dir, len(files))
	return err
}

// directories are where the files of a kind are.
var directories = map[manifest.Kind]string{
	manifest.KindTeam: "teams", manifest.KindSystem: "systems", manifest.KindService: "services", manifest.KindSLO: "slos",
	manifest.KindPolicy: "budget-policies", manifest.KindScorecard: "scorecards", manifest.KindCampaign: "campaigns",
}

// fileOf is the path of a thing's file, none of those that are taken. Slugs can stand in a path as they are; the name
// of a campaign is any text.
func fileOf(i manifest.Identity, taken map[string]string) string {
	name := i.Name
	if i.Kind == manifest.KindCampaign {
		words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
		name = strings.Join(words, "-")
		if name == "" {
			name = "campaign"
		}
	}
	base := filepath.Join(directories[i.Kind], filepath.FromSlash(name))
	path := base + ".yaml"
	for n := 2; ; n++ {
		if _, is := taken[path]; !is {
			return path
		}
		path = fmt.Sprintf("%s-%d.yaml", base, n)
	}
}

// writeManifestFiles writes the files below the directory, or none where one is there and is not to be replaced.
func writeManifestFiles(dir string, files map[string]string, force bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // each file is closed by itself
	paths := slices.Sorted(maps.Keys(files))
	for _, path := range paths {
		_, err := root.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case !force:
			return fmt.Errorf("%s is there already: give --force to replace files; nothing was written", filepath.Join(dir, path))
		}
	}
	for _, path := range paths {
		text := files[path]
		if !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		if err := root.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := root.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
