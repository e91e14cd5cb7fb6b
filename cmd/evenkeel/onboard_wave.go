package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/onboarding"
	"github.com/evenkeel/evenkeel/services/registry"
)

// onboardApplyCommand has a wave be as a file says.
func (p *program) onboardApplyCommand(r *remote) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "apply FILE",
		Short: "Plan a wave as a file says, or change it",
		Long: `Plan a wave as a file says, or change it: FILE, or - for standard input, has in YAML what the API takes
of a wave, its slug, name, description, dueOn and templates. A wave of the slug is changed;
what it brought already stays as it is.

A template is an SLO for services of some kinds and tiers, or of all. In its texts ${service},
${service.name}, ${team}, ${system}, ${kind}, ${tier}, ${labels.KEY} and ${annotations.KEY} stand for
what the service has.`,
		Example: "  evenkeel onboard apply wave.yaml",
		Args:    cobra.ExactArgs(1),
	}
	cmd.RunE = p.onboarding(r, func(cmd *cobra.Command, c *client.Client, args []string) error {
		d, err := readWave(cmd.InOrStdin(), args[0])
		if err != nil {
			return p.misplaced(args[0], err)
		}
		said, err := applyWave(cmd.Context(), c, d)
		if err != nil {
			return p.misplaced(args[0], whereIn(d, err))
		}
		_, err = fmt.Fprintln(p.stdout, said)
		return err
	})
	return cmd
}

// readWave reads a file with a wave. The error is a *yamldoc.Error where it can be read and is none.
func readWave(stdin io.Reader, path string) (yamldoc.Document, error) {
	var text []byte
	var err error
	if path == "-" {
		text, err = io.ReadAll(stdin)
	} else {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return yamldoc.Document{}, fmt.Errorf("read a wave: %w", err)
	}
	docs, err := yamldoc.Parse(text)
	if err != nil {
		return yamldoc.Document{}, err
	}
	if len(docs) != 1 {
		return yamldoc.Document{}, fmt.Errorf("there is one wave in a file; %s has %d documents", path, len(docs))
	}
	if slug := docs[0].Head("slug"); !registry.ValidSlug(slug) { // it becomes a part of an address
		return docs[0], docs[0].Place([]fault.Violation{{Pointer: "/slug", Value: slug, Message: "must be a short name of lower-case letters, digits and hyphens, such as first"}})
	}
	return docs[0], nil
}

// whereIn is what the server finds wrong with a document, at its places.
func whereIn(d yamldoc.Document, err error) error {
	var refused *client.Error
	if !errors.As(err, &refused) || len(refused.Violations) == 0 {
		return err
	}
	violations := make([]fault.Violation, len(refused.Violations))
	for i, one := range refused.Violations {
		violations[i] = fault.Violation{Pointer: one.Pointer, Message: one.Message}
		if one.Value != nil {
			violations[i].Value = *one.Value
		}
	}
	out := d.Place(violations)
	if more := refused.MoreViolations; more > 0 {
		out.Problems[len(out.Problems)-1].Message += fmt.Sprintf(" (and %d more)", more)
	}
	return out
}

// misplaced tells what is wrong with a file at its places, as compilers do.
func (p *program) misplaced(path string, err error) error {
	var wrong *yamldoc.Error
	if !errors.As(err, &wrong) {
		return err
	}
	for _, one := range wrong.Problems {
		fmt.Fprintf(p.stderr, "%s:%s\n", oneLine(path), oneLine(one.String()))
	}
	return codeError(exitError)
}

// applyWave plans or changes the wave, and says which.
func applyWave(ctx context.Context, c *client.Client, d yamldoc.Document) (string, error) {
	body, err := d.JSON()
	if err != nil {
		return "", err
	}
	before, err := waveOf(ctx, c, d.Head("slug"))
	var refused *client.Error
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound && refused.Code != "" {
		var made client.OnboardingWave
		err := c.Do(ctx, http.MethodPost, "/v1/onboarding/waves", http.Header{"Idempotency-Key": {rand.Text()}}, body, &made)
		return fmt.Sprintf("The wave %s is planned; evenkeel onboard add %s puts something into it.", made.Slug, made.Slug), err
	}
	if err != nil {
		return "", err
	}
	var after client.OnboardingWave
	err = c.Do(ctx, http.MethodPut, "/v1/onboarding/waves/"+before.ID, http.Header{"If-Match": {*client.ETag(before.Version)}}, body, &after)
	if after.Version == before.Version {
		return fmt.Sprintf("The wave %s is as the file says.", after.Slug), err
	}
	return fmt.Sprintf("The wave %s is changed.", after.Slug), err
}

// picking is what is put into a wave.
type picking struct {
	services, repositories []string
	team, system, of       string
	tier                   int64
}

// onboardAddCommand puts services and repositories into a wave.
func (p *program) onboardAddCommand(r *remote) *cobra.Command {
	var in picking
	cmd := &cobra.Command{
		Use:   "add WAVE",
		Short: "Put services and repositories into a wave",
		Long: `Put services and repositories into a wave: those that are named, and with --team, --system, --tier
or --of all that match, have no SLO yet and are in no wave, at most 1,000 services and 1,000
repositories at once. All are put in, or none; what is in it already stays.`,
		Example: `  evenkeel onboard add first --service checkout --repository acme/ledger
  evenkeel onboard add first --tier 1 --team payments
  evenkeel onboard add rest --of services`,
		Args: cobra.ExactArgs(1),
	}
	cmd.RunE = p.onboarding(r, func(cmd *cobra.Command, c *client.Client, args []string) error {
		pick, err := in.pick(cmd.Context(), c)
		if err != nil {
			return err
		}
		came, err := c.AddOnboardingMembers(client.Repeatable(cmd.Context()), args[0], pick)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%d put into the wave %s", came.Added, args[0])
		if came.Already > 0 {
			fmt.Fprintf(p.stdout, ", %d were in it", came.Already)
		}
		if pick.Match != nil && came.Added >= onboarding.MaxPicked {
			fmt.Fprint(p.stdout, "; there may be more that match: add them by the same again")
		}
		_, err = fmt.Fprintln(p.stdout, ".")
		return err
	})
	f := cmd.Flags()
	f.StringArrayVar(&in.services, "service", nil, "A service, by slug; as often as there are any")
	f.StringArrayVar(&in.repositories, "repository", nil, "A repository that was found, by full name or identifier; as often as there are any")
	f.StringVar(&in.team, "team", "", "All that are, or are taken to be, of the team, by slug")
	f.StringVar(&in.system, "system", "", "All services of the system, by slug")
	f.Int64Var(&in.tier, "tier", 0, "All services of the tier: 1, the most critical, to 4")
	f.StringVar(&in.of, "of", "", "All services, or all repositories; both where another of these is given")
	return checked(cmd, func() error {
		if len(in.services)+len(in.repositories) == 0 && !in.matches() {
			return errors.New("there is nothing to put in: name something by --service or --repository, or say what matches by --team, --system, --tier or --of")
		}
		if in.tier < 0 || in.tier > 4 {
			return fmt.Errorf("--tier must be 1, the most critical, to 4, not %d", in.tier)
		}
		return oneOfIfGiven("--of", in.of, onboarding.Sources...)
	})
}

func (in picking) matches() bool {
	return in.team != "" || in.system != "" || in.tier != 0 || in.of != ""
}

// pick is what is sent: repositories have to be found first, by their names.
func (in picking) pick(ctx context.Context, c *client.Client) (client.OnboardingPick, error) {
	var out client.OnboardingPick
	if len(in.services) > 0 {
		out.Services = &in.services
	}
	if len(in.repositories) > 0 {
		ids := make([]string, len(in.repositories))
		for i, name := range in.repositories {
			is, err := repositoryOf(ctx, c, name)
			if err != nil {
				return out, err
			}
			ids[i] = is.ID
		}
		out.Repositories = &ids
	}
	if in.matches() {
		out.Match = &client.OnboardingMatch{Team: ifGiven[string](in.team), System: ifGiven[string](in.system), Of: ifGiven[client.OnboardingMatchOf](in.of)}
		if in.tier != 0 {
			out.Match.Tier = &in.tier
		}
	}
	return out, nil
}

// onboardRemoveCommand takes things out of a wave.
func (p *program) onboardRemoveCommand(r *remote) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "remove WAVE MEMBER...",
		Short: "Take services and repositories out of a wave; what was brought of them stays",
		Long: `Take services and repositories out of a wave, each by the name that "evenkeel onboard waves WAVE"
shows, or by its identifier there. What was brought of them stays.`,
		Example: "  evenkeel onboard remove first checkout acme/ledger",
		Args:    cobra.MinimumNArgs(2),
	}
	cmd.RunE = p.onboarding(r, func(cmd *cobra.Command, c *client.Client, args []string) error {
		members, err := membersOf(cmd.Context(), c, args[0], "", "")
		if err != nil {
			return err
		}
		ids := make([]string, 0, len(args)-1)
		for _, name := range args[1:] {
			n := slices.IndexFunc(members, func(m client.OnboardingMember) bool { return m.Name == name || m.ID == name })
			if n < 0 {
				return fmt.Errorf("the wave %s has no %q in it; evenkeel onboard waves %s lists what it has; nothing was done", args[0], fault.Clip(name, 64), args[0])
			}
			ids = append(ids, members[n].ID)
		}
		for i, member := range ids {
			if err := c.RemoveOnboardingMember(cmd.Context(), args[0], member); err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, "%s is out of the wave %s.\n", oneLine(args[1+i]), args[0])
		}
		return nil
	})
	return cmd
}

// onboardDeleteCommand removes a wave.
func (p *program) onboardDeleteCommand(r *remote) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "delete WAVE",
		Short: "Remove a wave; what it brought stays",
		Long: `Remove a wave. What it brought stays, and what was in it may be put into another. It asks on a terminal;
elsewhere --yes is needed.`,
		Example: "  evenkeel onboard delete first --yes",
		Args:    cobra.ExactArgs(1),
	}
	cmd.RunE = p.onboarding(r, func(cmd *cobra.Command, c *client.Client, args []string) error {
		w, err := waveOf(cmd.Context(), c, args[0])
		if err != nil {
			return err
		}
		if err := p.asking(cmd.Context(), cmd.InOrStdin(), yes)(fmt.Sprintf("Remove the wave %s, of which %d wait and %d failed?", w.Slug, w.Waiting, w.Failed)); err != nil {
			return err
		}
		if err := c.DeleteOnboardingWave(cmd.Context(), w.ID, &client.DeleteOnboardingWaveParams{IfMatch: client.ETag(w.Version)}); err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "The wave %s is removed; what it brought stays.\n", w.Slug)
		return err
	})
	cmd.Flags().BoolVar(&yes, "yes", false, "Do not ask")
	return cmd
}
