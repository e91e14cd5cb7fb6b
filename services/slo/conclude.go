package slo

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

var (
	_ measure.Subjects    = (*Service)(nil)
	_ measure.Conclusions = (*Service)(nil)
)

// Subjects tells the evaluator what to keep sums for: every SLO that is not
// retired, of services that are not.
func (s *Service) Subjects(ctx context.Context) ([]measure.Subject, error) {
	found, err := s.store.Subjects(ctx)
	if err != nil {
		return nil, fmt.Errorf("list what is to be evaluated: %w", err)
	}
	var sources []id.ID
	for _, f := range found {
		if f.Terms.Budgeting.Slices() && f.DataSource != "" {
			sources = append(sources, f.DataSource)
		}
	}
	delays, err := s.delaysOf(ctx, sources)
	if err != nil {
		return nil, err
	}
	subjects := make([]measure.Subject, len(found))
	for i, f := range found {
		subjects[i] = f.Subject
		subjects[i].Windows = f.Terms.Windows(f.Resolution)
		subjects[i].Lens = f.Terms.Lens(f.Resolution, delays[f.DataSource], nil)
	}
	if err := s.correct(ctx, subjects, s.now()); err != nil {
		return nil, err
	}
	return subjects, nil
}

// Conclude makes a status of each evaluation and writes them in the context's
// transaction. What was retired, or revised since the sums were made, is left as
// it is: the next evaluation is of its current revision.
func (s *Service) Conclude(ctx context.Context, now time.Time, evaluations []measure.Evaluation) error {
	ids := make([]id.ID, len(evaluations))
	for i, e := range evaluations {
		ids[i] = e.Subject
	}
	// A revision forgets what remains: one that is not committed yet is waited for, and seen
	// below, and one that comes later waits for what is written here.
	if err := s.store.LockStatuses(ctx, ids); err != nil {
		return fmt.Errorf("lock the statuses of %d SLOs: %w", len(ids), err)
	}
	views, err := s.store.ViewsByID(ctx, ids)
	if err != nil {
		return fmt.Errorf("read %d SLOs to conclude on: %w", len(ids), err)
	}
	delays, err := s.delays(ctx, views)
	if err != nil {
		return err
	}
	byID := make(map[id.ID]*View, len(views))
	indicators := make([]Indicator, len(views))
	for i := range views {
		byID[views[i].SLO.ID], indicators[i] = &views[i], views[i].Indicator
	}
	filling, err := s.Filling(ctx, indicators, now.Add(-budget.PolicyWindow))
	if err != nil {
		return err
	}
	statuses := make([]Status, 0, len(evaluations))
	var grouped map[id.ID]measure.Evaluation
	for _, e := range evaluations {
		if v := byID[e.Subject]; v != nil && v.SLO.RetiredAt == nil && v.Revision.ID == e.Revision {
			status := v.conclude(now, e, delays[v.Indicator.Origin.DataSource])
			status.Filling = filling[v.Indicator.ID]
			statuses = append(statuses, status)
			if v.Indicator.Origin.GroupBy != "" {
				if grouped == nil {
					grouped = map[id.ID]measure.Evaluation{}
				}
				grouped[e.Subject] = e
			}
		}
	}
	if len(statuses) == 0 {
		return nil
	}
	if len(grouped) > 0 {
		if err := s.concludeGroups(ctx, now, byID, grouped, statuses, delays); err != nil {
			return err
		}
	}
	if err := s.store.PutStatuses(ctx, statuses); err != nil {
		return fmt.Errorf("write %d statuses: %w", len(statuses), err)
	}
	return s.alert(ctx, now, byID, statuses, delays)
}

// conclude is the status that follows from an evaluation and the former status.
// Without any slot in the windows it is stale as well as without data. Slots are
// not expected before the delay is over with which they are read.
func (v *View) conclude(now time.Time, e measure.Evaluation, delay time.Duration) Status {
	sums, further := budget.SumsOf(e.Sums)
	in := v.Revision.input(sums, e.End)
	out := Status{
		SLO: v.SLO.ID, Revision: v.Revision.ID,
		End: e.End, EvaluatedAt: now, State: budget.Decide(in), Since: now,
		Latest: e.Latest, Sums: in.Sums, Further: further,
	}
	if e.Raw != nil {
		raw, _ := budget.SumsOf(e.Raw)
		if raw.Window != sums.Window {
			out.Raw = &raw.Window
		}
	}
	out.Stale = out.stopped(v.step(), delay)
	out.note(in)
	for i := range v.Revision.Further {
		of := v.Revision.goal(i, sums, further, e.End)
		out.State = worst(out.State, budget.Decide(of))
		out.note(of)
	}
	// A stale SLO holds its state, until every window is empty: then there is
	// nothing left that it could be held by.
	if out.Stale && !e.Latest.IsZero() {
		out.State = v.Status.State
	}
	if v.Status.State == out.State {
		out.Since = v.Status.Since
	}
	return out
}

// ConcludedBy is the SLO with what would be concluded of it by the evaluation, whose slots
// come so late. Nothing is written: it is for what looks at a time by the rules of the
// present.
func (v View) ConcludedBy(e measure.Evaluation, delay time.Duration) Concluded {
	v.Status = v.conclude(e.End, e, delay)
	return Concluded{View: v, LateAfter: lateAfter(v.step(), delay)}
}

// note keeps the least budget that remains of all objectives.
func (s *Status) note(in budget.Input) {
	if budget.Decide(in) == budget.NoData {
		return
	}
	if remaining, ok := budget.RemainingPPB(in.Sums.Window, in.Objective, in.Pace); ok && (s.RemainingPPB == nil || remaining < *s.RemainingPPB) {
		s.RemainingPPB = &remaining
	}
}

// LeastRemaining is the share of the budget that remains of the objective with the least, by
// which lists are ordered; nil where nothing is concluded from any window.
func (v View) LeastRemaining() *float64 {
	if v.Status.RemainingPPB == nil || !v.Current() {
		return nil
	}
	share := float64(*v.Status.RemainingPPB) / 1e9
	return &share
}

// input is what a state under the terms follows from, of sums of windows that end then.
func (t Terms) input(sums budget.Sums, end time.Time) budget.Input {
	return budget.Input{
		Objective: t.Objective, Period: t.Over.Length(end), Pace: t.Over.Pace(end), MinEvents: t.MinEvents,
		Unit: t.Budgeting.Unit(), Noun: t.Budgeting.Noun(), Step: t.Budgeting.Step(0), Sums: sums,
	}
}

// Length is how long the SLO's own window is: a calendar's the one that ran when it was
// last evaluated, or that it was declared in.
func (v View) Length() time.Duration { return v.Revision.Over.Length(v.end()) }

// step is the time in which its sums move.
func (v View) step() time.Duration { return v.Revision.Budgeting.Step(v.Indicator.Resolution) }

// Since is when the SLO's own window began.
func (v View) Since() time.Time {
	from, _ := v.Revision.Over.Window().Span(v.end())
	return from
}

// end is where the windows ended when it was last evaluated.
func (v View) end() time.Time {
	if v.Status.End.IsZero() {
		return v.Revision.CreatedAt
	}
	return v.Status.End
}

// Current reports whether the status was concluded by the current revision. It
// is false from a revision to the next evaluation, for a minute at most.
func (v View) Current() bool { return v.Status.Revision == v.Revision.ID }

// Figures computes all that is shown of the budget from the status. Before the
// first evaluation of the current revision every figure is unknown: sums over
// the windows of one revision say nothing under another. State is the status's,
// which a stale SLO holds fast.
func (v View) Figures() budget.Figures {
	f := budget.FiguresOf(v.input())
	f.State = v.Status.State
	return f
}

// OverspentLast tells whether more than percent % of the budget of the trailing policy window
// is consumed, by what was measured last, also where that is stale or of an earlier
// revision; Unknown is too few events.
func (v View) OverspentLast(percent int64) budget.Verdict {
	return budget.Overspent(v.Revision.input(v.Status.Sums, v.end()), v.Status.Sums.Policy, percent)
}

// ExhaustedAt is when the budget ends if the burn of the last day goes on; nil
// unless it ends within the window.
func (v View) ExhaustedAt(f budget.Figures) *time.Time {
	if f.Projection.After == nil {
		return nil
	}
	at := v.Status.End.Add(*f.Projection.After)
	return &at
}

func (v View) input() budget.Input {
	if !v.Current() {
		return v.Revision.input(budget.Sums{}, v.end())
	}
	return v.Revision.input(v.Status.Sums, v.end())
}
