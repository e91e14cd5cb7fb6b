package proposal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// Needed is the code of the fault with which an act is refused that needs a second person.
const Needed = "second_person_needed"

// Bounds say when relaxing acts need a second person, in percent of an error budget,
// beside an open violation.
type Bounds struct {
	// Above is the consumption of the trailing policy window above which they do.
	Above int64
	// GivesBack is what those corrections may give back together, that nobody but their
	// authors let count, of any window by which a budget is judged, and how much of a window
	// to come they may take.
	GivesBack int64
}

var (
	_ slo.Guard        = (*Service)(nil)
	_ correction.Guard = (*Service)(nil)
	_ registry.Guard   = (*Service)(nil)
)

// alone reports whether the caller needs nobody else: Evenkeel itself, or who carries out
// what another person proposed.
func alone(ctx context.Context) bool {
	_, other := access.AuthorFrom(ctx)
	return other || access.CallerFrom(ctx).Kind == access.BySystem
}

// way is what the refusal of an act ends with.
const way = ": another person has to approve it, as a proposal"

// refused is the fault for an act that needs a second person.
func refused(what, why string) error {
	return fault.New(fault.Conflict, Needed, "%s while %s%s", what, why, way)
}

// troubled says what of the SLO has relaxing acts need a second person; empty for nothing.
// It goes by what was measured last, also where that is stale or of an earlier revision:
// not to measure is no way around.
func (s *Service) troubled(ctx context.Context, views ...slo.View) (string, error) {
	ids := make([]id.ID, len(views))
	for i, v := range views {
		ids[i] = v.SLO.ID
	}
	open, err := s.Violations.OpenViolationsOf(ctx, ids)
	if err != nil {
		return "", fmt.Errorf("read open violations: %w", err)
	}
	for _, v := range views {
		for _, violation := range open {
			if violation.SLO == v.SLO.ID {
				return fmt.Sprintf("a violation of the clause %q by the SLO %q is open", violation.Clause, v.SLO.Slug), nil
			}
		}
		if v.OverspentLast(s.Bounds.Above) == budget.Over {
			return fmt.Sprintf("more than %d %% of the budget of the SLO %q is consumed", s.Bounds.Above, v.SLO.Slug), nil
		}
	}
	return "", nil
}

// Revising implements slo.Guard.
func (s *Service) Revising(ctx context.Context, before, after slo.View, now time.Time) error {
	if alone(ctx) {
		return nil
	}
	relaxed := relaxing(before, after)
	if before.Revision.Over != after.Revision.Over {
		longer, err := s.windowRelaxes(ctx, before, after, now)
		if err != nil {
			return err
		}
		if longer {
			relaxed = append(relaxed, fmt.Sprintf("the window becomes %s instead of %s, in which more of the budget is left", after.Revision.Over, before.Revision.Over))
		}
	}
	if len(relaxed) == 0 {
		return nil
	}
	why, err := s.troubled(ctx, before)
	if err != nil || why == "" {
		return err
	}
	return refused(fmt.Sprintf("this relaxes the SLO %q (%s)", before.SLO.Slug, strings.Join(relaxed, "; ")), why)
}

// Retiring implements slo.Guard: an SLO that is retired and declared anew has its whole
// budget.
func (s *Service) Retiring(ctx context.Context, v slo.View) error {
	if alone(ctx) {
		return nil
	}
	why, err := s.troubled(ctx, v)
	if err != nil || why == "" {
		return err
	}
	return refused(fmt.Sprintf("this retires the SLO %q", v.SLO.Slug), why)
}

// relaxing says which of the changes relax what is promised, whatever was measured.
// Whether another indicator counts less cannot be told from its definition: any does.
func relaxing(before, after slo.View) []string {
	var out []string
	was, is := before.Revision, after.Revision
	if is.Objective.PPB() < was.Objective.PPB() {
		out = append(out, fmt.Sprintf("the objective falls from %s to %s", was.Objective.Words(), is.Objective.Words()))
	}
	if is.MinEvents > was.MinEvents {
		out = append(out, fmt.Sprintf("nothing is concluded from fewer than %d events instead of %d", is.MinEvents, was.MinEvents))
	}
	if is.Enforcement == slo.Observed && was.Enforcement != slo.Observed {
		out = append(out, "policies only observe it")
	}
	if before.Indicator.ID != after.Indicator.ID || was.Budgeting != is.Budgeting {
		out = append(out, "something else is counted")
	}
	for _, goal := range was.Further {
		i := slices.IndexFunc(is.Further, func(g slo.Goal) bool { return g.Name == goal.Name })
		switch {
		case i < 0:
			out = append(out, fmt.Sprintf("the further objective %q is taken away", goal.Name))
		case is.Further[i].Objective.PPB() < goal.Objective.PPB():
			out = append(out, fmt.Sprintf("the further objective %q falls from %s to %s", goal.Name, goal.Objective.Words(), is.Further[i].Objective.Words()))
		case is.Further[i].Over != goal.Over:
			out = append(out, fmt.Sprintf("the further objective %q gets another window", goal.Name))
		}
	}
	return out
}

// windowRelaxes tells whether another window leaves a greater share of its budget than the
// one that there is. Neither a longer nor a shorter one does always: the longer allows
// more bad events at once, the shorter forgets them sooner. Where the new one has no events
// there is nothing left to be held against: that relaxes, too.
func (s *Service) windowRelaxes(ctx context.Context, before, after slo.View, now time.Time) (bool, error) {
	after.Indicator = before.Indicator // of which there are measurements
	was, err := s.Corrections.Stands(ctx, before, now)
	if err != nil {
		return false, err
	}
	is, err := s.Corrections.Stands(ctx, after, now)
	if err != nil {
		return false, err
	}
	left, leaves := was.RemainingPPB, is.RemainingPPB
	return left != nil && (leaves == nil || *leaves > *left), nil
}

// Correcting implements correction.Guard. A correction relaxes, and the removal of one
// where it leaves more of the budget than before.
func (s *Service) Correcting(ctx context.Context, v slo.View, p correction.Preview, removal bool, now time.Time) error {
	if alone(ctx) {
		return nil
	}
	relaxes := func(c correction.Change) bool { return c.GivesBack() > 0 }
	if removal && !slices.ContainsFunc(p.Windows, relaxes) {
		return nil
	}
	why, err := s.troubled(ctx, v)
	if err != nil {
		return err
	}
	if why == "" {
		why = s.givesBack(p, removal)
	}
	if why == "" {
		return nil
	}
	what := fmt.Sprintf("this corrects the SLO %q", v.SLO.Slug)
	if removal {
		what = fmt.Sprintf("this removes a correction of the SLO %q, which leaves more of its budget", v.SLO.Slug)
	}
	return refused(what, why)
}

// givesBack says of which window a correction, or the removal of one, gives back more of the
// budget than nobody else has to approve; empty for none.
func (s *Service) givesBack(p correction.Preview, removal bool) string {
	bound := s.Bounds.GivesBack
	for _, w := range p.Windows {
		switch most := bound * budget.Billion / 100; {
		case w.GivesBack() > most:
			return fmt.Sprintf("it gives back more than %d %% of the budget%s", bound, w.Of)
		case w.GivesBack() > 0 && w.GivesBackUnapproved() > most:
			return fmt.Sprintf("it gives back more than %d %% of the budget%s, together with those that nobody else approved", bound, w.Of)
		case !removal && w.Ahead > w.Over.Length(w.To)/100*time.Duration(bound):
			return fmt.Sprintf("those that nobody else approved would take more than %d %% of a window to come%s", bound, w.Of)
		}
	}
	return ""
}

// Ending implements registry.Guard: with a service all of its SLOs are retired.
func (s *Service) Ending(ctx context.Context, service registry.Service) error {
	if alone(ctx) {
		return nil
	}
	views, err := s.Budgets.ViewsOf(ctx, []id.ID{service.ID})
	if err != nil {
		return fmt.Errorf("read the SLOs of a service: %w", err)
	}
	why, err := s.troubled(ctx, views...)
	if err != nil || why == "" {
		return err
	}
	return refused(fmt.Sprintf("this retires the service %q", service.Slug), why)
}

// Updating implements registry.Guard: a lower tier relaxes what is asked of a service.
func (s *Service) Updating(ctx context.Context, before registry.Service, after registry.Profile, _ time.Time) error {
	if alone(ctx) || after.Tier <= before.Tier {
		return nil
	}
	views, err := s.Budgets.ViewsOf(ctx, []id.ID{before.ID})
	if err != nil {
		return fmt.Errorf("read the SLOs of a service: %w", err)
	}
	why, err := s.troubled(ctx, views...)
	if err != nil || why == "" {
		return err
	}
	return refused(fmt.Sprintf("this lowers the service %q from tier %d to %d", before.Slug, before.Tier, after.Tier), why)
}
