package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/registry"
)

// deciding is what is said of a repository.
type deciding struct {
	team, slug, name, system, kind, lifecycle, dismiss string
	tier                                               int64
}

// onboardDecideCommand says what a repository is to be.
func (p *program) onboardDecideCommand(r *remote) *cobra.Command {
	var d deciding
	cmd := &cobra.Command{
		Use:   "decide REPOSITORY",
		Short: "Say what a repository that was found is to be, or that it is no service",
		Long: `Say what a repository that was found is to be as a service: whose, and how it is called; or, with
--dismiss, that it is none. REPOSITORY is its full name or its identifier.

What was said before and is not named stays; an empty value, or --tier 0, unsays it. One that was
dismissed may be a service again once something else is said of it, or with --dismiss "".`,
		Example: `  evenkeel onboard decide acme/checkout --team payments --tier 1
  evenkeel onboard decide acme/playground --dismiss "Nobody runs it."`,
		Args: cobra.ExactArgs(1),
	}
	given := func(names ...string) bool {
		for _, name := range names {
			if cmd.Flags().Changed(name) {
				return true
			}
		}
		return false
	}
	choices := []string{"team", "slug", "name", "system", "kind", "tier", "lifecycle"}
	cmd.RunE = p.onboarding(r, func(cmd *cobra.Command, c *client.Client, args []string) error {
		is, err := repositoryOf(cmd.Context(), c, args[0])
		if err != nil {
			return err
		}
		in := d.on(is, given)
		if given(choices...) {
			in.Dismissed = nil
		}
		now, err := c.DecideOnRepository(cmd.Context(), is.ID, &client.DecideOnRepositoryParams{IfMatch: client.ETag(is.Version)}, in)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(p.stdout, decidedText(*now))
		return err
	})
	f := cmd.Flags()
	f.StringVar(&d.team, "team", "", "The team, by slug")
	f.StringVar(&d.slug, "slug", "", "The slug of the service")
	f.StringVar(&d.name, "name", "", "What the service is called")
	f.StringVar(&d.system, "system", "", "The system that it is a part of, by slug")
	f.StringVar(&d.kind, "kind", "", "What kind of a service it is: "+fault.Or(registry.Kinds))
	f.Int64Var(&d.tier, "tier", 0, "How critical it is: 1, the most, to 4")
	f.StringVar(&d.lifecycle, "lifecycle", "", "Where it is in its life: "+fault.Or(registry.Lifecycles))
	f.StringVar(&d.dismiss, "dismiss", "", "Why it is no service")
	for _, one := range choices {
		cmd.MarkFlagsMutuallyExclusive("dismiss", one)
	}
	return checked(cmd, func() error {
		if !given(append(choices, "dismiss")...) {
			return errors.New("there is nothing to decide: give --team or another of what it is to be, or --dismiss")
		}
		if d.tier < 0 || d.tier > 4 {
			return fmt.Errorf("--tier must be 1, the most critical, to 4, or 0 to unsay it, not %d", d.tier)
		}
		return errors.Join(oneOfIfGiven("--kind", d.kind, registry.Kinds...), oneOfIfGiven("--lifecycle", d.lifecycle, registry.Lifecycles...))
	})
}

// on is the decision: what was said before, with what is said now in its place.
func (d deciding) on(is client.OnboardingRepository, given func(names ...string) bool) client.OnboardingDecision {
	before := is.Choice
	said := func(name, now string, was *string) *string {
		if given(name) {
			return ifGiven[string](now)
		}
		return was
	}
	in := client.OnboardingDecision{
		Team: said("team", d.team, before.Team), Slug: said("slug", d.slug, before.Slug), Name: said("name", d.name, before.Name),
		System:    said("system", d.system, before.System),
		Kind:      ifGiven[client.OnboardingDecisionKind](textOf(said("kind", d.kind, (*string)(before.Kind)))),
		Lifecycle: ifGiven[client.OnboardingDecisionLifecycle](textOf(said("lifecycle", d.lifecycle, (*string)(before.Lifecycle)))),
		Tier:      before.Tier,
	}
	if given("tier") {
		in.Tier = nil
		if d.tier != 0 {
			in.Tier = &d.tier
		}
	}
	if is.Dismissed != nil {
		in.Dismissed = &is.Dismissed.Reason
	}
	in.Dismissed = said("dismiss", d.dismiss, in.Dismissed)
	return in
}

// decidedText tells what a repository is to be.
func decidedText(is client.OnboardingRepository) string {
	if is.Dismissed != nil {
		return oneLine(fmt.Sprintf("%s is no service: %s", is.FullName, is.Dismissed.Reason))
	}
	return oneLine(fmt.Sprintf("%s is to be the service %s of %s, %s, tier %d.", is.FullName, is.Proposed.Slug, cmp.Or(is.Proposed.Team, "a team that is not known"), is.Proposed.Kind, is.Proposed.Tier))
}

// maxQuery is how much of a name can be searched for, in characters.
const maxQuery = 100

// repositoryOf finds a repository by its full name or its identifier. Of several that had the name, it is the one
// that is still there.
func repositoryOf(ctx context.Context, c *client.Client, name string) (client.OnboardingRepository, error) {
	var is client.OnboardingRepository
	if !strings.Contains(name, "/") {
		found, err := c.GetOnboardingRepository(ctx, name, nil)
		if err == nil {
			is = *found
		}
		return is, err
	}
	query := []rune(name)
	found, err := repositoriesOf(ctx, c, client.ListOnboardingRepositoriesParams{Query: ifGiven[string](string(query[:min(len(query), maxQuery)]))})
	if err != nil {
		return is, err
	}
	there := false
	for _, one := range found {
		if strings.EqualFold(one.FullName, name) && (!there || is.State == "gone") {
			is, there = one, true
		}
	}
	if !there {
		return is, fmt.Errorf("no repository %q was found; evenkeel onboard repositories --query lists those that were", fault.Clip(name, 64))
	}
	return is, nil
}
