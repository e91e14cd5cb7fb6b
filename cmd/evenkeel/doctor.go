package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github"
)

// errMissing ends a look at something of which a part is missing, which was said.
var errMissing = errors.New("something is missing; see above")

// doctorCommand groups what looks at systems that Evenkeel depends on.
func (p *program) doctorCommand() *cobra.Command {
	var r remote
	var output string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look whether Evenkeel, and what it speaks to, is set up well",
		Long: `Look whether Evenkeel, and what it speaks to, is set up well: the configuration; the database,
whether it answers and is migrated; the clocks, which may be 2 seconds apart; a running server and its
data sources, where there is a token for it; the portal's keys; GitHub and sources of incidents. Each is
ok, a note where it works and there is something to know, or MISSING with how to mend it. It reads
alone, and changes nothing. The commands below say more of one part.

It ends with 0 when nothing is missing, and with 1 otherwise.`,
		Example: `  evenkeel doctor
  evenkeel doctor --server https://evenkeel.example.com --token-file token -o json`,
		GroupID: groupLook,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--output", output, "table", "json", "yaml"); err != nil {
				return wrongUse(cmd, err)
			}
			findings, err := p.lookAtAll(cmd, &r)
			switch {
			case err != nil:
				return err
			case output == "table":
				return p.tell(findings)
			}
			return p.writeFindings(findings, output)
		},
	}
	config.AddFlags(cmd.Flags())
	r.flags(p, cmd.Flags())
	cmd.Flags().StringVarP(&output, "output", "o", "table", "How it is written: table, json or yaml")
	cmd.AddCommand(p.doctorGitHubCommand(), p.doctorIncidentsCommand())
	return cmd
}

// doctorGitHubCommand looks at everything that opening an issue needs.
func (p *program) doctorGitHubCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "github [owner | owner/repository | address]",
		Short: "Say what works and what is missing for issues on GitHub",
		Long: `Say what works and what is missing for issues on GitHub: whether its address answers,
the clocks agree, the credentials are taken, which installation the App has for an owner
or a repository, each permission that is needed, the webhooks' secret, and how many
requests are left. It reads alone, and changes nothing.

Without an argument it looks at the organisation's default repository, if there is one,
and else at all installations. It ends with 0 when nothing is missing, and with 1
otherwise.`,
		Example: `  evenkeel doctor github
  evenkeel doctor github example/checkout
  evenkeel doctor github https://github.com/example/checkout`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := p.load(cmd)
			if err != nil {
				return err
			}
			asked := c.GitHub.DefaultRepository
			if len(args) > 0 {
				asked = args[0]
			}
			subject, ok := subjectOf(asked, c.GitHub.Host())
			if !ok {
				return wrongUse(cmd, fmt.Errorf("%q is neither an owner nor a repository on %s, such as example/checkout", asked, c.GitHub.Host()))
			}
			return p.examine(cmd.Context(), c.GitHub, subject)
		},
	}
	config.AddFlags(cmd.Flags())
	return cmd
}

// subjectOf reads what is asked about: "", an owner, owner/name, or an address.
func subjectOf(asked, host string) (github.Subject, bool) {
	if asked == "" {
		return github.Subject{}, true
	}
	address, name := asked, ""
	if !strings.Contains(asked, ":") {
		address = "https://" + host + "/" + asked
		if !strings.Contains(asked, "/") {
			address, name = address+"/any", "any"
		}
	}
	r, ok := issues.ParseRepository(address, host)
	if name != "" {
		r.Name = ""
	}
	return github.Subject{Owner: r.Owner, Name: r.Name}, ok
}

// examine looks, and prints what was found.
func (p *program) examine(ctx context.Context, g config.GitHub, subject github.Subject) error {
	findings, err := examined(ctx, g, subject)
	if err != nil {
		return err
	}
	return p.tell(findings)
}

// tell prints findings; its error says that something is missing.
func (p *program) tell(findings []github.Finding) error {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	missing := false
	for _, f := range findings {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", f.Health, f.About, oneLine(f.Says))
		if f.Help != "" {
			_, _ = fmt.Fprintf(w, "\t\t→ %s\n", oneLine(f.Help))
		}
		missing = missing || f.Health == github.Missing
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print what was found: %w", err)
	}
	if missing {
		return errMissing
	}
	return nil
}

// writeFindings writes findings for programs; its error says that something is missing, which they say already.
func (p *program) writeFindings(findings []github.Finding, output string) error {
	type finding struct {
		About  string `json:"about"`
		Health string `json:"health"` // ok, note or missing
		Says   string `json:"says"`
		Help   string `json:"help,omitempty"`
	}
	out, missing := make([]finding, len(findings)), false
	for i, f := range findings {
		out[i] = finding{f.About, strings.ToLower(string(f.Health)), f.Says, f.Help}
		missing = missing || f.Health == github.Missing
	}
	if err := p.written(out, output); err != nil {
		return err
	}
	if missing {
		return codeError(exitError)
	}
	return nil
}

// examined looks at the configuration, and then at GitHub.
func examined(ctx context.Context, g config.GitHub, subject github.Subject) ([]github.Finding, error) {
	findings := configured(g)
	if !g.HasCredentials() {
		return findings, nil
	}
	o, err := g.Credentials()
	if err != nil {
		return nil, err
	}
	o.Clock = clock.System
	credentials, err := github.NewCredentials(o)
	if err != nil {
		return nil, err
	}
	defer credentials.Close()
	return append(findings, credentials.Examine(ctx, subject)...), nil
}

// configured is what the configuration tells by itself.
func configured(g config.GitHub) []github.Finding {
	var findings []github.Finding
	note := func(health github.Health, about, says, help string) {
		findings = append(findings, github.Finding{About: about, Health: health, Says: says, Help: help})
	}
	switch {
	case !g.HasCredentials():
		note(github.Missing, "credential", "there is neither a token nor an App, and issues stay drafts", "Make a GitHub App as docs/how-to/open-github-issues.md says, and give github.appID and github.privateKeyFile.")
	case g.WebhookSecret.IsZero():
		note(github.Note, "webhooks", "there is no secret: webhooks are refused, and what people do is seen within the hour", "Give the same secret as github.webhookSecret and in the App's settings, under Webhook.")
	default:
		note(github.Works, "webhooks", "there is a secret", "")
	}
	if !g.FormerWebhookSecret.IsZero() {
		note(github.Note, "webhooks", "a former secret is accepted as well", "Once GitHub has the new one, take github.formerWebhookSecret away: whoever has it can speak as GitHub.")
	}
	for _, kind := range issues.Kinds {
		if mode := g.ModeOf(kind); mode == delivery.Observe {
			note(github.Note, "mode", fmt.Sprintf("issues of %s stay drafts, since their mode is observe", kind), "Read some at /issues; then give github.mode: warn.")
		} else {
			note(github.Works, "mode", fmt.Sprintf("%s for issues of %s", mode, kind), "")
		}
	}
	if g.Paused || len(g.PausedKinds) > 0 {
		what := "everything"
		if !g.Paused {
			what = g.PausedKinds.String()
		}
		note(github.Note, "paused", "nothing is sent of "+what, "Take github.paused or github.pausedKinds away to go on.")
	}
	return findings
}
