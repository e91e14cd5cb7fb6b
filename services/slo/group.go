package slo

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// GroupStatus is what was last concluded of one group of an SLO's events, under
// the same terms as the whole. A group is stale by its own newest slot: one of
// which nothing is said may have had no events, or nobody who counts them.
type GroupStatus struct {
	Group string
	Status
}

// Worst is the group that has the least of its budget left, among those with
// enough events to conclude something from.
type Worst struct {
	Group string
	State budget.State
	Sum   window.Sum // of the SLO's own window
}

// GroupOrder is how a list of groups is sorted.
type GroupOrder string

// The orders.
const (
	GroupsByRemaining GroupOrder = "remaining" // least budget first, those without data last
	GroupsByName      GroupOrder = "group"
)

// GroupFilter narrows a list of groups; zero fields do not.
type GroupFilter struct {
	SLO   id.ID
	State budget.State
	Order GroupOrder // GroupsByRemaining when empty
}

// OfGroup is the view as if the SLO had the events of the group alone.
func (v View) OfGroup(g GroupStatus) View {
	filling := v.Status.Filling // of all groups: they are read together
	v.Status = g.Status
	v.Status.Filling = filling
	return v
}

// WorstGroup is the status's worst group, nil when there is none or when it was
// judged by an earlier revision.
func (v View) WorstGroup() *Worst {
	if !v.Current() {
		return nil
	}
	return v.Status.Worst
}

// WorseGroup is the worst group when it is in a worse state than the whole, else nil.
func (v View) WorseGroup() *Worst {
	w := v.WorstGroup()
	if w == nil || slices.Index(budget.States, w.State) <= slices.Index(budget.States, v.Status.State) {
		return nil
	}
	return w
}

// Groups lists the groups of an SLO; of one without groups there are none.
func (s *Service) Groups(ctx context.Context, f GroupFilter, r page.Request) (page.Page[GroupStatus], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[GroupStatus]{}, err
	}
	var check fault.Check
	check.Require(f.State == "" || slices.Contains(budget.States, f.State), "query.state", f.State, "must be one of %s", fault.Or(budget.States))
	check.Require(f.Order == "" || f.Order == GroupsByRemaining || f.Order == GroupsByName,
		"query.order", f.Order, "must be %q or %q", GroupsByRemaining, GroupsByName)
	if err := check.Err(); err != nil {
		return page.Page[GroupStatus]{}, err
	}
	groups, err := s.store.Groups(ctx, f, r)
	if err != nil {
		return page.Page[GroupStatus]{}, fmt.Errorf("list the groups of an SLO: %w", err)
	}
	now := s.now()
	return page.Map(groups, func(g GroupStatus) GroupStatus {
		g.Status = g.Status.asOf(now)
		return g
	}), nil
}

// Group returns the view as if the SLO had the events of the group alone;
// NotFound when nothing is known of it.
func (s *Service) Group(ctx context.Context, slo id.ID, group string) (View, error) {
	now := s.now()
	v, err := s.view(ctx, slo, now)
	if err != nil {
		return View{}, err
	}
	g, err := s.store.Group(ctx, slo, group)
	if err != nil {
		return View{}, fmt.Errorf("read a group of an SLO: %w", err)
	}
	return v.OfGroup(g).asOf(now), nil
}

// concludeGroups makes a status of each group of the evaluations, which are of
// grouped SLOs, notes the worst in the SLOs' own statuses, and writes them in the
// context's transaction. Groups that are not evaluated any more are removed.
func (s *Service) concludeGroups(
	ctx context.Context, now time.Time, views map[id.ID]*View, evaluations map[id.ID]measure.Evaluation, statuses []Status,
	delays map[id.ID]time.Duration,
) error {
	ids := slices.Sorted(maps.Keys(evaluations))
	rows, err := s.store.GroupStatuses(ctx, ids)
	if err != nil {
		return fmt.Errorf("read the groups of %d SLOs: %w", len(ids), err)
	}
	type key struct {
		slo   id.ID
		group string
	}
	former := make(map[key]GroupStatus, len(rows))
	for _, g := range rows {
		former[key{g.SLO, g.Group}] = g
	}
	var written []GroupStatus
	for i := range statuses {
		status := &statuses[i]
		v := views[status.SLO]
		for _, sums := range evaluations[status.SLO].Groups {
			k := key{status.SLO, sums.Group}
			g, known := former[k]
			if delete(former, k); !known {
				g.Status = Status{State: budget.NoData, Since: now}
			}
			of := v.OfGroup(g)
			g = GroupStatus{sums.Group, of.conclude(now, measure.Evaluation{End: status.End, Sums: sums.Sums, Latest: sums.Latest}, delays[v.Indicator.Origin.DataSource])}
			written = append(written, g)
			status.Worst = worse(status.Worst, g, v.Revision.Objective, v.Revision.Over.Pace(status.End))
		}
	}
	gone := make([]GroupStatus, 0, len(former))
	for _, g := range former {
		gone = append(gone, g)
	}
	slices.SortFunc(gone, func(a, b GroupStatus) int { return cmp.Or(cmp.Compare(a.SLO, b.SLO), cmp.Compare(a.Group, b.Group)) })
	if err := s.store.RemoveGroupStatuses(ctx, gone); err != nil {
		return fmt.Errorf("remove %d groups: %w", len(gone), err)
	}
	if err := s.store.PutGroupStatuses(ctx, written); err != nil {
		return fmt.Errorf("write %d groups: %w", len(written), err)
	}
	return nil
}

// worse is the one of both that has less of its budget left; groups come by name,
// and of equals the first is it.
func worse(w *Worst, g GroupStatus, o budget.Objective, p budget.Pace) *Worst {
	if g.RemainingPPB == nil {
		return w
	}
	if w != nil {
		if least, _ := budget.RemainingPPB(w.Sum, o, p); *g.RemainingPPB >= least {
			return w
		}
	}
	return &Worst{Group: g.Group, State: g.State, Sum: g.Sums.Window}
}
