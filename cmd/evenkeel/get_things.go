package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/openapi/client"
)

// things are what there is of one kind, to look at without a browser.
type things struct {
	noun, short, example string
	// ofTeam says that --team narrows the list.
	ofTeam bool
	show   func(p *program, ctx context.Context, c *client.Client, team *string, names []string, output string) error
}

// thingsOf are things of a type of the API: how they are listed and found, and what a table tells of each.
func thingsOf[T any](heads []string, list func(ctx context.Context, c *client.Client, team *string) iter.Seq2[T, error],
	find func(ctx context.Context, c *client.Client, name string) (*T, error), row func(T) []string,
) func(*program, context.Context, *client.Client, *string, []string, string) error {
	return func(p *program, ctx context.Context, c *client.Client, team *string, names []string, output string) error {
		var all []T
		var err error
		if len(names) == 0 {
			all, err = client.Collect(list(ctx, c, team))
		}
		for _, name := range names {
			var one *T
			if one, err = find(ctx, c, name); err != nil {
				return fmt.Errorf("get %s: %w", oneLine(name), err)
			}
			all = append(all, *one)
		}
		switch {
		case err != nil:
			return err
		case output != "table" && len(names) == 1:
			return p.written(all[0], output)
		case output != "table":
			return p.written(orNone(all), output)
		}
		rows := [][]string{heads}
		for _, one := range all {
			rows = append(rows, row(one))
		}
		return p.table(rows)
	}
}

func moment(at time.Time) string { return at.UTC().Format(time.RFC3339) }

func momentOr(at *time.Time, none string) string {
	if at == nil {
		return none
	}
	return moment(*at)
}

// lookedAt are the kinds of things that get shows beside sets.
var lookedAt = []things{
	{
		noun: "services", short: "services, and who owns each", example: "  evenkeel get services --team payments", ofTeam: true,
		show: thingsOf([]string{"SERVICE", "TEAM", "SYSTEM", "KIND", "TIER", "LIFECYCLE", "NAME"},
			func(ctx context.Context, c *client.Client, team *string) iter.Seq2[client.Service, error] {
				return c.ListServices(ctx, &client.ListServicesParams{Team: team})
			},
			func(ctx context.Context, c *client.Client, name string) (*client.Service, error) {
				return c.GetService(ctx, name, nil)
			},
			func(s client.Service) []string {
				return []string{s.Slug, s.Team.Slug, slugOf(s.System), string(s.Kind), fmt.Sprint(s.Tier), string(s.Lifecycle), s.Name}
			}),
	},
	{
		noun: "slos", short: "SLOs, and how each is; a NAME is SERVICE/SLO", example: "  evenkeel get slos checkout/availability -o yaml", ofTeam: true,
		show: thingsOf([]string{"SLO", "OBJECTIVE", "WINDOW", "STATE", "STALE", "NAME"},
			func(ctx context.Context, c *client.Client, team *string) iter.Seq2[client.SLO, error] {
				return c.ListSLOs(ctx, &client.ListSLOsParams{Team: team})
			},
			func(ctx context.Context, c *client.Client, name string) (*client.SLO, error) {
				service, slo, _ := strings.Cut(name, "/")
				return c.GetSLO(ctx, service, slo, nil)
			},
			func(s client.SLO) []string {
				window := "calendar"
				if s.WindowDays != nil {
					window = fmt.Sprintf("%d days", *s.WindowDays)
				}
				stale := ""
				if s.Stale {
					stale = "stale"
				}
				return []string{s.Service.Slug + "/" + s.Slug, s.Objective, window, string(s.State), stale, s.Name}
			}),
	},
	{
		noun: "teams", short: "teams, and where to reach each", example: "  evenkeel get teams",
		show: thingsOf([]string{"TEAM", "PARENT", "CONTACT", "NAME"},
			func(ctx context.Context, c *client.Client, _ *string) iter.Seq2[client.Team, error] {
				return c.ListTeams(ctx, nil)
			},
			func(ctx context.Context, c *client.Client, name string) (*client.Team, error) {
				return c.GetTeam(ctx, name, nil)
			},
			func(t client.Team) []string { return []string{t.Slug, slugOf(t.Parent), t.Contact, t.Name} }),
	},
	{
		noun: "violations", short: "violations of error-budget policies, open or not", example: "  evenkeel get violations --team payments -o json", ofTeam: true,
		show: thingsOf([]string{"VIOLATION", "SLO", "POLICY", "CLAUSE", "MODE", "OPENED", "ENDED"},
			func(ctx context.Context, c *client.Client, team *string) iter.Seq2[client.Violation, error] {
				return c.ListViolations(ctx, &client.ListViolationsParams{Team: team})
			},
			func(ctx context.Context, c *client.Client, name string) (*client.Violation, error) {
				return c.GetViolation(ctx, name)
			},
			func(v client.Violation) []string {
				return []string{v.ID, v.Service.Slug + "/" + v.Slo.Slug, v.Policy.Slug, v.Clause, string(v.Mode), moment(v.OpenedAt), momentOr(v.EndedAt, "open")}
			}),
	},
	{
		noun: "incidents", short: "incidents, and how far each is", example: "  evenkeel get incidents", ofTeam: true,
		show: thingsOf([]string{"INCIDENT", "SEVERITY", "STATUS", "TEAM", "BEGAN", "TITLE"},
			func(ctx context.Context, c *client.Client, team *string) iter.Seq2[client.Incident, error] {
				return c.ListIncidents(ctx, &client.ListIncidentsParams{Team: team})
			},
			func(ctx context.Context, c *client.Client, name string) (*client.Incident, error) {
				return c.GetIncident(ctx, name, nil)
			},
			func(i client.Incident) []string {
				return []string{i.ID, string(i.Severity), string(i.Status), i.Team.Slug, moment(i.ImpactStart), i.Title}
			}),
	},
	{
		noun: "scorecards", short: "scorecards, with their levels", example: "  evenkeel get scorecards production-readiness -o json",
		show: thingsOf([]string{"SCORECARD", "OWNER", "LEVELS", "CHECKS", "REVISION", "NAME"},
			func(ctx context.Context, c *client.Client, _ *string) iter.Seq2[client.Scorecard, error] {
				return c.ListScorecards(ctx, nil)
			},
			func(ctx context.Context, c *client.Client, name string) (*client.Scorecard, error) {
				return c.GetScorecard(ctx, name, nil)
			},
			func(s client.Scorecard) []string {
				return []string{s.Slug, slugOf(s.Owner), strings.Join(levelNames(s.Levels), ", "), fmt.Sprint(len(s.Checks)), fmt.Sprint(s.Revision), s.Name}
			}),
	},
}

// getThingsCommands show what there is, of each kind.
func (p *program) getThingsCommands() []*cobra.Command {
	var out []*cobra.Command
	for _, of := range lookedAt {
		var r remote
		var output, team string
		cmd := &cobra.Command{
			Use:   of.noun + " [NAME...]",
			Short: "Show " + of.short,
			Long: "Show " + of.short + `: all of them, or those that are named. As JSON and YAML each has the shape of the API;
of one that is named it is itself, and otherwise a list.

The token is read from --token-file, or else from EVENKEEL_TOKEN.`,
			Example: of.example,
			RunE: func(cmd *cobra.Command, args []string) error {
				c, err := r.client(p.environ)
				if team != "" && len(args) > 0 {
					err = errors.Join(errors.New("--team is of the list: leave it out where a name is given"), err)
				}
				if err = errors.Join(oneOf("--output", output, "table", "json", "yaml"), err); err != nil {
					return wrongUse(cmd, err)
				}
				return of.show(p, cmd.Context(), c, ifGiven[string](team), args, output)
			},
			ValidArgsFunction: p.completeNames(&r, of),
		}
		r.flags(p, cmd.Flags())
		if of.ofTeam {
			cmd.Flags().StringVar(&team, "team", "", "Only those of the team, by slug")
		}
		out = append(out, looking(cmd, &output))
	}
	return out
}

// completeNames completes names by asking the server, and nothing where it cannot be asked.
func (p *program) completeNames(r *remote, of things) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		c, err := r.client(p.environ, client.WithoutRetries())
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completionPatience)
		defer cancel()
		names := map[string]bool{}
		add := func(name string) {
			if strings.HasPrefix(name, begun) && !slices.Contains(args, name) {
				names[name] = true
			}
		}
		most := int64(200)
		switch of.noun {
		case "services":
			if page, err := c.ListServicesPage(ctx, &client.ListServicesParams{Limit: &most}); err == nil {
				for _, s := range page.Items {
					add(s.Slug)
				}
			}
		case "slos":
			if page, err := c.ListSLOsPage(ctx, &client.ListSLOsParams{Limit: &most}); err == nil {
				for _, s := range page.Items {
					add(s.Service.Slug + "/" + s.Slug)
				}
			}
		case "teams":
			if page, err := c.ListTeamsPage(ctx, &client.ListTeamsParams{Limit: &most}); err == nil {
				for _, t := range page.Items {
					add(t.Slug)
				}
			}
		case "scorecards":
			if page, err := c.ListScorecardsPage(ctx, &client.ListScorecardsParams{Limit: &most}); err == nil {
				for _, s := range page.Items {
					add(s.Slug)
				}
			}
		}
		return slices.Sorted(maps.Keys(names)), cobra.ShellCompDirectiveNoFileComp
	}
}

// completionPatience is how long somebody waits for the names that a shell offers.
const completionPatience = 2 * time.Second
