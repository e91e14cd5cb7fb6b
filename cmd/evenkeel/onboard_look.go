package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/onboarding"
)

// onboardProgressCommand shows how far teams are.
func (p *program) onboardProgressCommand(r *remote) *cobra.Command {
	var wave, output string
	cmd := &cobra.Command{
		Use:   "progress",
		Short: "Show how far teams are",
		Long: `Show how far teams are: how many repositories were found that no service names, how many
services are registered without an SLO, have one declared without data yet, and are measured.
The bar has # for what is measured and + for what is declared.`,
		Example: `  evenkeel onboard progress
  evenkeel onboard progress --wave first -o json`,
		Args: cobra.NoArgs,
	}
	cmd.RunE = p.onboarding(r, func(cmd *cobra.Command, c *client.Client, _ []string) error {
		is, err := c.GetOnboardingProgress(cmd.Context(), &client.GetOnboardingProgressParams{Wave: ifGiven[string](wave)})
		switch {
		case err != nil:
			return err
		case output != "table":
			return p.written(is, output)
		}
		return p.table(progressRows(*is))
	})
	cmd.Flags().StringVar(&wave, "wave", "", "Only what is in the wave, by slug")
	return looking(cmd, &output)
}

// progressRows are a row for each team, and one for all.
func progressRows(is client.OnboardingProgress) [][]string {
	rows := [][]string{{"TEAM", "FOUND", "REGISTERED", "DECLARED", "MEASURED", "SHARE", ""}}
	row := func(name string, of client.OnboardingCount) {
		share := "–"
		if of.Share != nil {
			share = fmt.Sprintf("%d %%", *of.Share)
		}
		rows = append(rows, []string{name, fmt.Sprint(of.Found), fmt.Sprint(of.Registered), fmt.Sprint(of.Declared), fmt.Sprint(of.Measured), share, bar(of)})
	}
	for _, t := range is.Teams {
		name := slugOf(t.Team)
		if t.Team == nil {
			name = "(not known)"
		}
		row(name, client.OnboardingCount{Found: t.Found, Registered: t.Registered, Declared: t.Declared, Measured: t.Measured, Share: t.Share})
	}
	row("all", is.Total)
	return rows
}

// barWidth is how many characters a bar has.
const barWidth = 20

// bar is how far a team is: a part is rounded down, so that a whole bar says all.
func bar(of client.OnboardingCount) string {
	all := of.Found + of.Registered + of.Declared + of.Measured
	if all == 0 {
		return ""
	}
	measured := int(barWidth * of.Measured / all)
	declared := int(barWidth * (of.Measured + of.Declared) / all)
	return strings.Repeat("#", measured) + strings.Repeat("+", declared-measured) + strings.Repeat(".", barWidth-declared)
}

// onboardServicesCommand lists how far services are.
func (p *program) onboardServicesCommand(r *remote) *cobra.Command {
	var stage, team, wave, output string
	cmd := &cobra.Command{
		Use:   "services",
		Short: "List services with how far each is",
		Example: `  evenkeel onboard services --stage registered --team payments
  evenkeel onboard services --wave first --stage declared`,
		Args: cobra.NoArgs,
	}
	cmd.RunE = p.onboarding(r, func(cmd *cobra.Command, c *client.Client, _ []string) error {
		items, err := client.Collect(c.ListOnboardingServices(cmd.Context(), &client.ListOnboardingServicesParams{
			Stage: ifGiven[client.ListOnboardingServicesParamsStage](stage), Team: ifGiven[string](team), Wave: ifGiven[string](wave),
		}))
		switch {
		case err != nil:
			return err
		case output != "table":
			return p.written(orNone(items), output)
		}
		rows := [][]string{{"SERVICE", "TEAM", "TIER", "STAGE", "SLOS", "WAVE"}}
		for _, s := range items {
			rows = append(rows, []string{s.Service.Slug, s.Team.Slug, fmt.Sprint(s.Tier), string(s.Stage), fmt.Sprint(s.Slos), textOf(s.Wave)})
		}
		return p.table(rows)
	})
	f := cmd.Flags()
	f.StringVar(&stage, "stage", "", "Only those at the stage: registered (without an SLO), declared (without data yet) or measured")
	f.StringVar(&team, "team", "", "Only those of the team, by slug")
	f.StringVar(&wave, "wave", "", "Only those in the wave, by slug")
	return looking(checked(cmd, func() error { return oneOfIfGiven("--stage", stage, onboarding.Stages[1:]...) }), &output)
}

// onboardRepositoriesCommand lists what was found.
func (p *program) onboardRepositoriesCommand(r *remote) *cobra.Command {
	var state, team, query, output string
	var noTeam bool
	cmd := &cobra.Command{
		Use:   "repositories",
		Short: "List repositories that were found, whose they are, and what they would become",
		Long: `List repositories that were found, whose each is taken to be and by whose word, and the service that
names it or, in brackets, that it would become.`,
		Example: `  evenkeel onboard repositories --state found --no-team
  evenkeel onboard repositories --query checkout -o yaml`,
		Args: cobra.NoArgs,
	}
	cmd.RunE = p.onboarding(r, func(cmd *cobra.Command, c *client.Client, _ []string) error {
		q := client.ListOnboardingRepositoriesParams{
			State: ifGiven[client.ListOnboardingRepositoriesParamsState](state), Team: ifGiven[string](team), Query: ifGiven[string](query),
		}
		if noTeam {
			q.NoTeam = &noTeam
		}
		items, err := repositoriesOf(cmd.Context(), c, q)
		switch {
		case err != nil:
			return err
		case output != "table":
			return p.written(orNone(items), output)
		}
		rows := [][]string{{"REPOSITORY", "STATE", "TEAM", "BY", "SERVICE", "WAVE", "NOTE"}}
		for _, is := range items {
			service, note := "("+is.Proposed.Slug+")", textOf(is.Problem)
			if is.Service != nil {
				service = is.Service.Slug
			}
			if is.Dismissed != nil {
				note = is.Dismissed.Reason
			}
			rows = append(rows, []string{is.FullName, string(is.State), slugOf(is.Team), textOf(is.TeamBy), service, textOf(is.Wave), note})
		}
		return p.table(rows)
	})
	f := cmd.Flags()
	f.StringVar(&state, "state", "", "Only those in the state: found, registered, dismissed, idle or gone")
	f.StringVar(&team, "team", "", "Only those that are taken to be the team's, by slug")
	f.BoolVar(&noTeam, "no-team", false, "Only those of which the team is not known")
	f.StringVar(&query, "query", "", "Only those with this in their full name")
	cmd.MarkFlagsMutuallyExclusive("team", "no-team")
	return looking(checked(cmd, func() error { return oneOfIfGiven("--state", state, onboarding.States...) }), &output)
}

func repositoriesOf(ctx context.Context, c *client.Client, q client.ListOnboardingRepositoriesParams) ([]client.OnboardingRepository, error) {
	return client.Collect(c.ListOnboardingRepositories(ctx, &q))
}

// onboardWavesCommand lists waves, or shows one.
func (p *program) onboardWavesCommand(r *remote) *cobra.Command {
	var state, team, output string
	cmd := &cobra.Command{
		Use:   "waves [WAVE]",
		Short: "List waves, or show one with what is in it and what went wrong",
		Example: `  evenkeel onboard waves
  evenkeel onboard waves first --state failed`,
		Args: cobra.MaximumNArgs(1),
	}
	cmd.RunE = p.onboarding(r, func(cmd *cobra.Command, c *client.Client, args []string) error {
		if len(args) == 0 {
			if state != "" || team != "" {
				return wrongUse(cmd, fmt.Errorf("--state and --team are of what is in a wave: name it"))
			}
			return p.onboardWaves(cmd.Context(), c, output)
		}
		return p.onboardWave(cmd.Context(), c, args[0], state, team, output)
	})
	cmd.Flags().StringVar(&state, "state", "", "Of a wave only those in the state: waiting, brought or failed")
	cmd.Flags().StringVar(&team, "team", "", "Of a wave only those of the team, by slug")
	return looking(checked(cmd, func() error { return oneOfIfGiven("--state", state, onboarding.MemberStates...) }), &output)
}

func (p *program) onboardWaves(ctx context.Context, c *client.Client, output string) error {
	items, err := client.Collect(c.ListOnboardingWaves(ctx, nil))
	switch {
	case err != nil:
		return err
	case output != "table":
		return p.written(orNone(items), output)
	}
	rows := [][]string{{"WAVE", "STATE", "WAITING", "BROUGHT", "FAILED", "DUE", "NAME"}}
	for _, w := range items {
		rows = append(rows, []string{w.Slug, string(w.State), fmt.Sprint(w.Waiting), fmt.Sprint(w.Brought), fmt.Sprint(w.Failed), textOf(w.DueOn), w.Name})
	}
	return p.table(rows)
}

// membersOf are those that are in the wave, in the state and of the team, where these are given.
func membersOf(ctx context.Context, c *client.Client, wave, state, team string) ([]client.OnboardingMember, error) {
	return client.Collect(c.ListOnboardingMembers(ctx, wave, &client.ListOnboardingMembersParams{
		State: ifGiven[client.ListOnboardingMembersParamsState](state), Team: ifGiven[string](team),
	}))
}

// waveOf reads a wave by its name.
func waveOf(ctx context.Context, c *client.Client, name string) (client.OnboardingWave, error) {
	w, err := c.GetOnboardingWave(ctx, name)
	if err != nil {
		return client.OnboardingWave{}, err
	}
	return *w, nil
}

func (p *program) onboardWave(ctx context.Context, c *client.Client, name, state, team, output string) error {
	w, err := waveOf(ctx, c, name)
	if err != nil {
		return err
	}
	members, err := membersOf(ctx, c, w.ID, state, team)
	switch {
	case err != nil:
		return err
	case output != "table":
		return p.written(struct {
			client.OnboardingWave
			Members []client.OnboardingMember `json:"members"`
		}{w, orNone(members)}, output)
	}
	templates := 0
	if w.Templates != nil {
		templates = len(*w.Templates)
	}
	fmt.Fprintf(p.stdout, "%s: %s, %s", w.Slug, oneLine(w.Name), w.State)
	if w.DueOn != nil {
		fmt.Fprintf(p.stdout, ", due on %s", *w.DueOn)
	}
	fmt.Fprintf(p.stdout, "; %s; %d waiting, %d brought, %d failed\n", several(int64(templates), "template", "templates"), w.Waiting, w.Brought, w.Failed)
	if len(members) == 0 {
		return nil
	}
	rows := [][]string{{"MEMBER", "TEAM", "STATE", "SLOS", "PROBLEMS"}}
	for _, m := range members {
		rows = append(rows, []string{m.Name, m.Team, string(m.State), fmt.Sprint(len(m.Slos)), problemsText(m.Problems)})
	}
	return p.table(rows)
}
