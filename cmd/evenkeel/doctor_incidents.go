package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/hook"
	"github.com/evenkeel/evenkeel/services/issues/github"
)

// doctorIncidentsCommand looks at everything that taking incidents over needs.
func (p *program) doctorIncidentsCommand() *cobra.Command {
	var r remote
	cmd := &cobra.Command{
		Use:   "incidents",
		Short: "Say what works and what is missing to take incidents over",
		Long: `Say what works and what is missing to take incidents over: of each source that is
configured whether its secret can be read, and whether the team and the services exist
that its settings name. These are asked of the server, as whom the token says; without
one they are not looked at. It reads alone, and changes nothing.

It ends with 0 when nothing is missing, and with 1 otherwise.`,
		Example: `  evenkeel doctor incidents
  evenkeel doctor incidents --server https://evenkeel.example.com --token-file token`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.load(cmd)
			if err != nil {
				return err
			}
			var registry *client.Client
			if _, err := r.resolve(p.environ); err == nil {
				if registry, err = r.client(p.environ, client.WithoutRetries()); err != nil {
					return err
				}
			} else if r.tokenFile != "" || r.context != "" {
				return err
			}
			return p.tell(incidentFindings(cmd.Context(), c.Incidents, registry))
		},
	}
	config.AddFlags(cmd.Flags())
	r.flags(p, cmd.Flags())
	return cmd
}

// incidentFindings are what is found of each source; without a client of the server nothing is asked
// of it.
func incidentFindings(ctx context.Context, incidents config.Incidents, registry *client.Client) []github.Finding {
	all := incidents.Sources()
	if len(all) == 0 {
		return []github.Finding{{
			About: "sources", Health: github.Missing, Says: "no source of incidents is configured, and none is taken over",
			Help: "Give the secret of one, such as incidents.pagerduty.secretFile, as docs/how-to/take-incidents-over.md says.",
		}}
	}
	var findings []github.Finding
	for _, source := range incident.Sources {
		s, given := all[source]
		if !given {
			continue
		}
		setting := "incidents." + hook.SettingOf(source)
		note := func(health github.Health, says, help string) {
			findings = append(findings, github.Finding{About: string(source), Health: health, Says: says, Help: help})
		}
		note(github.Works, "its secret is read", "")
		if len(s.Secrets) > 1 {
			note(github.Note, "a former secret is accepted as well", "Once the source has the new one, take "+setting+".formerSecret away: whoever has it can declare and close incidents.")
		}
		if registry == nil {
			note(github.Note, "its team and services are not looked at", "Give EVENKEEL_TOKEN or --token-file, and --server where it is another one.")
			continue
		}
		ask := func(field, noun, slug string, get func(ctx context.Context, slug string) error) {
			err := get(ctx, slug)
			switch {
			case err == nil:
				note(github.Works, fmt.Sprintf("the %s %s exists", noun, slug), "")
			case errors.Is(err, client.ErrNotFound):
				note(github.Missing, fmt.Sprintf("there is no %s %s, which %s.%s names", noun, slug, setting, field), fmt.Sprintf("Register the %s, or name another in %s.%s.", noun, setting, field))
			default:
				note(github.Missing, fmt.Sprintf("whether the %s %s exists is not known: %v", noun, slug, err), "Look at the server's address and the token.")
			}
		}
		service := func(ctx context.Context, slug string) error {
			_, err := registry.GetService(ctx, slug, nil)
			return err
		}
		if s.Team != "" {
			ask("team", "team", s.Team, func(ctx context.Context, slug string) error {
				_, err := registry.GetTeam(ctx, slug, nil)
				return err
			})
		}
		for _, name := range slices.Sorted(maps.Keys(s.Services)) {
			ask("services."+name, "service", s.Services[name], service)
		}
		if s.FallbackService != "" {
			ask("fallbackService", "service", s.FallbackService, service)
		} else {
			note(github.Note, "incidents whose services are not known are refused with 422", "Name a service for them in "+setting+".fallbackService, if none is to be missed.")
		}
	}
	return findings
}
