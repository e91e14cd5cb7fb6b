package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/openapi/client"
)

// getCommand shows sets, what they have, and manifests.
func (p *program) getCommand() *cobra.Command {
	var r remote
	var output string
	cmd := &cobra.Command{
		Use:   "get [sets | manifests SET... | SET/KIND/NAME...]",
		Short: "Show services, SLOs, teams and what else there is; sets of manifests, and where what there is differs",
		Long: `Show what there is, by a command for each kind, see below.

Without one of these, show sets of manifests, each with how many of its things drifted: what there is differs from
what was applied last. Of a set what it has, of SET/KIND/NAME the manifest as it was
applied last, and how what there is differs. An SLO's name is SERVICE/SLO.

A job compares every quarter of an hour. The token is read from --token-file, or else from
EVENKEEL_TOKEN.`,
		Example: `  evenkeel get
  evenkeel get manifests payments
  evenkeel get payments/SLO/checkout/availability --output yaml`,
		GroupID: groupKeep,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] == "sets" && len(args) == 1 || args[0] == "manifests" && len(args) > 1 {
				return nil
			}
			for _, arg := range args {
				if strings.Count(arg, "/") < 2 {
					return wrongUse(cmd, fmt.Errorf("%q is none of sets, manifests SET, SET/KIND/NAME, and %s", arg, nounsOf(lookedAt)))
				}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := r.client(p.environ)
			if err = errors.Join(oneOf("--output", output, "table", "json", "yaml"), err); err != nil {
				return wrongUse(cmd, err)
			}
			switch {
			case len(args) <= 1 && (len(args) == 0 || args[0] == "sets"):
				return p.getSets(cmd.Context(), c, output)
			case args[0] == "manifests":
				return p.getManifests(cmd.Context(), c, args[1:], output)
			}
			for n, arg := range args {
				if n > 0 && output == "yaml" {
					fmt.Fprintln(p.stdout, "---")
				}
				if err := p.getManifest(cmd.Context(), c, arg, output); err != nil {
					return err
				}
			}
			return nil
		},
	}
	r.flags(p, cmd.Flags())
	cmd.Flags().StringVarP(&output, "output", "o", "table", "How it is written: table, json or yaml")
	cmd.AddCommand(p.getThingsCommands()...)
	return cmd
}

func (p *program) getSets(ctx context.Context, c *client.Client, output string) error {
	sets, err := client.Collect(c.ListManifestSets(ctx, nil))
	if err != nil {
		return err
	}
	if output != "table" {
		return p.written(orNone(sets), output)
	}
	rows := [][]string{{"SET", "TEAM", "DRIFTED", "APPLIED", "BY", "SOURCE"}}
	for _, s := range sets {
		team, drifted := "", "not compared yet"
		if s.Team != nil {
			team = s.Team.Slug
		}
		if s.CheckedAt != nil {
			drifted = fmt.Sprint(s.Drifted)
		}
		rows = append(rows, []string{s.Slug, team, drifted, s.AppliedAt.UTC().Format(time.RFC3339), s.AppliedBy, s.Source})
	}
	return p.table(rows)
}

// manifestsOf are all that the set has.
func manifestsOf(ctx context.Context, c *client.Client, set string) ([]client.Manifest, error) {
	return client.Collect(c.ListManifests(ctx, set, nil))
}

func (p *program) getManifests(ctx context.Context, c *client.Client, sets []string, output string) error {
	rows := [][]string{{"MANIFEST", "STATE", "APPLIED", "FILE"}}
	var all []client.Manifest
	for _, set := range sets {
		items, err := manifestsOf(ctx, c, set)
		if err != nil {
			return err
		}
		all = append(all, items...)
		for _, i := range items {
			rows = append(rows, []string{set + "/" + string(i.Kind) + "/" + i.Name, stateOf(i.Released, i.Drift), i.AppliedAt.UTC().Format(time.RFC3339), i.Path})
		}
	}
	if output != "table" {
		return p.written(orNone(all), output)
	}
	return p.table(rows)
}

// stateOf tells whether the set keeps the thing, and whether that is as it was applied.
func stateOf(released *client.ManifestRelease, drift *client.ManifestDrift) string {
	var words []string
	if released != nil {
		words = append(words, "released")
	}
	if drift != nil {
		words = append(words, "drifted")
	}
	if words == nil {
		return "as applied"
	}
	return strings.Join(words, ", ")
}

// named finds a manifest of a set by its kind and name, SET/KIND/NAME.
func named(ctx context.Context, c *client.Client, path string) (set, item string, err error) {
	set, name, _ := strings.Cut(path, "/")
	kind, name, _ := strings.Cut(name, "/")
	items, err := manifestsOf(ctx, c, set)
	if err != nil {
		return "", "", err
	}
	for _, i := range items {
		if string(i.Kind) == kind && i.Name == name {
			return set, i.ID, nil
		}
	}
	return "", "", fmt.Errorf("the set %s has no %s %q; evenkeel get manifests %s lists what it has", set, oneLine(kind), oneLine(name), set)
}

func (p *program) getManifest(ctx context.Context, c *client.Client, path, output string) error {
	set, item, err := named(ctx, c, path)
	if err != nil {
		return err
	}
	m, err := c.GetManifest(ctx, set, item)
	if err != nil {
		return err
	}
	if output == "json" {
		return p.written(m, output)
	}
	text := visible(m.Text)
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if output == "yaml" {
		_, err := fmt.Fprint(p.stdout, text)
		return err
	}
	fmt.Fprintf(p.stdout, "%s: %s, %s, applied %s\n", path, oneLine(m.Path), stateOf(m.Released, m.Drift), m.AppliedAt.UTC().Format(time.RFC3339))
	if r := m.Released; r != nil {
		fmt.Fprintf(p.stdout, "Released %s by %s: %s\n", r.At.UTC().Format(time.RFC3339), oneLine(r.By), oneLine(r.Reason))
	}
	if d := m.Drift; d != nil {
		since := d.SeenAt.UTC().Format(time.RFC3339)
		if d.Problem != nil {
			fmt.Fprintf(p.stdout, "Since %s it cannot be compared any more: %s\n", since, oneLine(*d.Problem))
		} else {
			fmt.Fprintf(p.stdout, "Drifted since %s; applying it again would %s it:\n", since, oneLine(d.Action))
		}
		t := planText{p.stdout, p.coloured(), true}
		for _, f := range d.Fields {
			t.field(f)
		}
	}
	_, err = fmt.Fprintf(p.stdout, "\n%s", text)
	return err
}

// orNone is the list, or one of nothing.
func orNone[T any](of []T) []T {
	if of == nil {
		return []T{}
	}
	return of
}

// written writes a value as JSON or YAML.
func (p *program) written(of any, output string) error {
	text, err := json.MarshalIndent(of, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if output == "yaml" {
		value, err := yamldoc.FromJSON(text)
		if err != nil {
			return err
		}
		if text, err = yamldoc.Write(value); err != nil {
			return err
		}
	}
	_, err = p.stdout.Write(text)
	return err
}

// table writes rows in columns, on a terminal no wider than it is.
func (p *program) table(rows [][]string) error {
	for _, row := range rows {
		for n, cell := range row {
			row[n] = oneLine(cell)
		}
	}
	if f, is := p.stdout.(*os.File); is && isatty.IsTerminal(f.Fd()) {
		if _, columns, err := pty.Getsize(f); err == nil && columns > 0 {
			fit(rows, columns)
		}
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, tableGap, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// tableGap is between columns, in characters. No column is made narrower than narrowest.
const (
	tableGap  = 2
	narrowest = 8
)

// fit shortens the widest columns until a row has room in so many characters, or none can be shortened.
func fit(rows [][]string, room int) {
	var widths []int
	for _, row := range rows {
		for n, cell := range row {
			if n == len(widths) {
				widths = append(widths, 0)
			}
			widths[n] = max(widths[n], utf8.RuneCountInString(cell))
		}
	}
	whole := tableGap * (len(widths) - 1)
	for _, width := range widths {
		whole += width
	}
	for whole > room {
		widest := 0
		for n, width := range widths {
			if width > widths[widest] {
				widest = n
			}
		}
		if widths[widest] <= narrowest {
			break
		}
		widths[widest]--
		whole--
	}
	for _, row := range rows {
		for n, cell := range row {
			if runes := []rune(cell); len(runes) > widths[n] {
				row[n] = string(runes[:widths[n]-1]) + "…"
			}
		}
	}
}

func nounsOf(all []things) string {
	nouns := make([]string, len(all))
	for i, of := range all {
		nouns[i] = of.noun
	}
	return strings.Join(nouns, ", ")
}

// releaseCommand has a set keep something no more.
func (p *program) releaseCommand() *cobra.Command {
	var r remote
	var reason string
	cmd := &cobra.Command{
		Use:   "release SET KIND/NAME",
		Short: "Have a set keep something no more, to change it by hand in an emergency",
		Long: `Have a set keep something no more, until it is applied again, so that it can be changed by hand: in
an emergency, where the repository cannot be reached. That it differs then is told as drift.
The reason is for the audit log. The token is read from --token-file, or else from
EVENKEEL_TOKEN.`,
		Example: `  evenkeel release payments SLO/checkout/availability --reason "GitHub is down, and this pages everybody"`,
		GroupID: groupKeep,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := r.client(p.environ)
			if err == nil && strings.TrimSpace(reason) == "" {
				err = errors.New("--reason is needed: it is for the audit log")
			}
			if err != nil {
				return wrongUse(cmd, err)
			}
			set, item, err := named(cmd.Context(), c, args[0]+"/"+args[1])
			if err != nil {
				return err
			}
			if _, err := c.ReleaseManifest(cmd.Context(), set, item, client.ManifestReleaseInput{Reason: reason}); err != nil {
				return err
			}
			_, err = fmt.Fprintf(p.stdout, "The set %s keeps %s no more, until it is applied again.\n", set, args[1])
			return err
		},
	}
	r.flags(p, cmd.Flags())
	cmd.Flags().StringVar(&reason, "reason", "", "Why, for the audit log and for those who look after the set")
	return cmd
}
