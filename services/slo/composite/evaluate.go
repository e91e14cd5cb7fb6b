package composite

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/composite/formula"
)

var (
	_ measure.Subjects    = (*Service)(nil)
	_ measure.Conclusions = (*Service)(nil)
)

// atOnce is how many composites are read, and concluded on in one transaction, at a time.
const atOnce = 100

// watched is what was handed to the evaluator last: its conclusions are about that.
type watched struct {
	sync.Mutex
	parts map[id.ID]watch
	laid  slo.Overlays
}

// watch is what a part is made of, beside what the evaluator sums up.
type watch struct {
	Part
	late      time.Duration // for how long nothing may come
	over      slo.TimeWindow
	indicator slo.Indicator // zero of what is of all members
}

// Subjects tells the evaluator what to keep sums for: the SLOs, and the members of every
// composite that is not retired, each over the windows of the composite.
func (s *Service) Subjects(ctx context.Context) ([]measure.Subject, error) {
	subjects, err := s.Evaluated.Subjects(ctx)
	if err != nil {
		return nil, err
	}
	views, err := s.active(ctx)
	if err != nil {
		return nil, err
	}
	parts, laid := map[id.ID]watch{}, slo.Overlays{}
	if len(views) > 0 {
		now := s.Clock()
		looks, err := s.looks(ctx, views, now, now)
		if err != nil {
			return nil, err
		}
		s.watched.Lock()
		looks.laid, looks.former = laid, s.watched.laid
		s.watched.Unlock()
		for _, v := range views {
			for of, subject := range looks.subjects(v) {
				subjects = append(subjects, subject)
				parts[of] = looks.watch(v, of, subject)
			}
		}
	}
	s.watched.Lock()
	defer s.watched.Unlock()
	s.watched.parts, s.watched.laid = parts, laid
	return subjects, nil
}

func (s *Service) active(ctx context.Context) ([]View, error) {
	var all []View
	for after := id.ID(""); ; {
		views, err := s.Store.ActiveComposites(ctx, after, atOnce)
		if err != nil {
			return nil, fmt.Errorf("read the composites that are evaluated: %w", err)
		}
		all = append(all, views...)
		if len(views) < atOnce {
			return all, nil
		}
		after = views[len(views)-1].Composite.ID
	}
}

// looks is how the members of composites are looked at.
type looks struct {
	slos   map[id.ID]slo.View
	sights map[id.ID]slo.Sight
	// laid are the overlays that were made, former those of the evaluation before.
	laid, former slo.Overlays
}

// looks reads it, for windows that end in [from, to].
func (s *Service) looks(ctx context.Context, views []View, from, to time.Time) (looks, error) {
	l := looks{slos: map[id.ID]slo.View{}, laid: slo.Overlays{}}
	of := map[id.ID]slo.Extent{}
	var ids []id.ID
	for _, v := range views {
		extent := slo.ExtentOf(budget.Windows(time.Minute, v.Revision.Over.Window()), from, to)
		for _, m := range v.Revision.Members {
			of[m.SLO.ID] = of[m.SLO.ID].With(extent)
			if _, there := l.slos[m.SLO.ID]; !there {
				l.slos[m.SLO.ID] = slo.View{}
				ids = append(ids, m.SLO.ID)
			}
		}
	}
	found, err := s.SLOs.ViewsByID(ctx, ids)
	if err != nil {
		return l, fmt.Errorf("read the members of %d composites: %w", len(views), err)
	}
	for _, f := range found {
		l.slos[f.SLO.ID] = f
	}
	l.sights, err = s.Evaluated.Sights(ctx, found, of)
	return l, err
}

// terms are those by which a member is looked at: its own, or, where the composite judges
// slices, those of slices.
func (l looks) terms(v View, m Member) slo.Terms {
	terms := l.slos[m.SLO.ID].Revision.Terms
	if !v.Revision.Method.Slices() {
		return terms
	}
	b := slo.Budgeting{Method: slo.RatioTimeslices, SliceLength: v.Revision.SliceLength, Missing: lens.Ignored}
	if v.Revision.Method == formula.Timeslices {
		b.Method, b.SliceTarget = slo.Timeslices, v.Revision.SliceTarget
		if terms.Budgeting.Method == slo.Timeslices {
			b.SliceTarget = terms.Budgeting.SliceTarget
		}
		switch m.Missing {
		case formula.Good:
			b.Missing = lens.Good
		case formula.Bad:
			b.Missing = lens.Bad
		}
	}
	return slo.Terms{Budgeting: b}
}

// reading is how what was measured of a member is summed up, and in which steps.
func (l looks) reading(v View, m Member) (of measure.Reading, step time.Duration) {
	indicator, sight := l.slos[m.SLO.ID].Indicator, l.sights[m.SLO.ID]
	by := l.terms(v, m).Lens(indicator.Resolution, sight.Delay, nil)
	step = by.Step(indicator.Resolution)
	if len(sight.Spans) > 0 {
		by.Overlay = l.laid.Lay(l.former, m.SLO.ID, step, sight.Spans)
	}
	return measure.Reading{Indicator: indicator.ID, Lens: by}, step
}

// subjects are those of a composite, by what they are parts of: each member of which
// anything can be known, and, where a slice is bad in which any of them is, all together.
func (l looks) subjects(v View) map[id.ID]measure.Subject {
	out := map[id.ID]measure.Subject{}
	for _, m := range v.Revision.Members {
		if v.Revision.unfit(m) {
			continue
		}
		of, step := l.reading(v, m)
		out[m.ID] = measure.Subject{
			ID: m.ID, Revision: l.slos[m.SLO.ID].Revision.ID, Indicator: of.Indicator, Resolution: m.SLO.Resolution,
			Windows: budget.Windows(step, v.Revision.Over.Window()), Lens: of.Lens,
			Composed: true, Unread: l.sights[m.SLO.ID].Unread,
		}
	}
	if parts := l.together(v); len(parts) > 0 {
		out[v.Revision.ID] = measure.Subject{
			ID: v.Revision.ID, Revision: v.Revision.ID, Parts: parts, Composed: true, Unread: l.unread(v),
			Windows: budget.Windows(v.Revision.SliceLength, v.Revision.Over.Window()),
		}
	}
	return out
}

// unread is why what is corrected of a member is not known; nil where it is of all.
func (l looks) unread(v View) error {
	for _, m := range v.Revision.Members {
		if err := l.sights[m.SLO.ID].Unread; err != nil && !v.Revision.unfit(m) {
			return err
		}
	}
	return nil
}

// together are the indicators whose slices are judged as one; none but with Timeslices. A
// member that is left out for good counts by its rule as a whole, see formula.
func (l looks) together(v View) []measure.Part {
	if v.Revision.Method != formula.Timeslices {
		return nil
	}
	var parts []measure.Part
	for _, m := range v.Revision.Members {
		if v.Revision.unfit(m) {
			continue
		}
		of, _ := l.reading(v, m)
		parts = append(parts, measure.Part{
			Indicator: of.Indicator, Resolution: m.SLO.Resolution,
			Together: lens.Together{Lens: of.Lens, Unsure: m.Missing == formula.Unknown},
		})
	}
	return parts
}

func (l looks) watch(v View, of id.ID, subject measure.Subject) watch {
	w := watch{Part: Part{Of: of, Composite: v.Composite.ID}, over: v.Revision.Over}
	for _, m := range v.Revision.Members {
		if m.ID != of {
			continue
		}
		w.late = l.sights[m.SLO.ID].Late(subject.Lens.Step(subject.Resolution))
		w.indicator = l.slos[m.SLO.ID].Indicator
		w.Unit = subject.Lens.Slices.Unit()
		if !v.Revision.Method.Slices() {
			terms := l.slos[m.SLO.ID].Revision.Terms
			w.Objective, w.MinEvents = terms.Objective, terms.MinEvents
		}
	}
	return w
}

// Conclude writes what the windows of members hold, and has SLOs concluded on, in the
// context's transaction.
func (s *Service) Conclude(ctx context.Context, now time.Time, evaluations []measure.Evaluation) error {
	s.watched.Lock()
	known := s.watched.parts
	s.watched.Unlock()
	var parts []Part
	var others []measure.Evaluation
	since := map[time.Time][]int{} // parts, by when their windows begin
	for _, e := range evaluations {
		w, of := known[e.Subject]
		if !of {
			others = append(others, e)
			continue
		}
		p := w.Part
		p.End, p.EvaluatedAt, p.Latest = e.End, now, e.Latest
		p.Stale = e.Latest.Before(e.End.Add(-w.late))
		p.Sums, _ = budget.SumsOf(e.Sums)
		begin, _ := w.over.Window().Span(e.End)
		since[begin] = append(since[begin], len(parts))
		parts = append(parts, p)
	}
	for begin, of := range since {
		if err := s.fillingIn(ctx, parts, of, known, begin); err != nil {
			return err
		}
	}
	if len(parts) > 0 {
		if err := s.Store.PutCompositeParts(ctx, parts); err != nil {
			return fmt.Errorf("write the sums of %d members of composites: %w", len(parts), err)
		}
	}
	if len(others) == 0 {
		return nil
	}
	return s.Evaluated.Conclude(ctx, now, others)
}

// fillingIn notes of some of the parts, whose windows begin then, which are not whole yet.
func (s *Service) fillingIn(ctx context.Context, parts []Part, some []int, known map[id.ID]watch, begin time.Time) error {
	indicators := make([]slo.Indicator, len(some))
	for k, i := range some {
		indicators[k] = known[parts[i].Of].indicator
	}
	filling, err := s.Evaluated.Filling(ctx, indicators, begin)
	if err != nil {
		return err
	}
	for k, i := range some {
		parts[i].Filling = filling[indicators[k].ID]
	}
	return nil
}

// concludeAfter is after how long a status is concluded anew, although no part was
// evaluated: all members may be retired.
const concludeAfter = time.Minute

// ConcludeOnce makes the status of each composite whose parts were evaluated since, and
// returns the number of "composites" that were concluded on. It is for whoever holds the
// evaluator's lease, after each of its runs; one that was interrupted is made good by the
// next.
func (s *Service) ConcludeOnce(ctx context.Context, now time.Time) (map[string]int64, error) {
	counts := map[string]int64{"composites": 0}
	for after := id.ID(""); ; {
		due, err := s.Store.DueComposites(ctx, now.Add(-concludeAfter), after, atOnce)
		if err != nil {
			return counts, fmt.Errorf("read composites to conclude on: %w", err)
		}
		var statuses []Status
		for _, v := range due {
			after = v.Composite.ID
			if status, ready := v.conclude(now); ready {
				statuses = append(statuses, status)
			}
		}
		if len(statuses) > 0 {
			err := s.Runner.InTx(ctx, func(ctx context.Context) error { return s.Store.PutCompositeStatuses(ctx, statuses) })
			if err != nil {
				return counts, fmt.Errorf("write the status of %d composites: %w", len(statuses), err)
			}
			counts["composites"] += int64(len(statuses))
		}
		if len(due) < atOnce {
			return counts, nil
		}
	}
}

// conclude is the status that follows from the parts and the former status; false while the
// parts are of different windows of a calendar, which is so for a moment where one ends.
func (v View) conclude(now time.Time) (Status, bool) {
	out := Status{Composite: v.Composite.ID, Revision: v.Revision.ID, EvaluatedAt: now, Since: now}
	fresh, waits := false, false
	var from time.Time
	settle := func(p Part) bool {
		begin, _ := v.Revision.Over.Window().Span(p.End)
		if !v.Revision.Over.Rolls() && !from.IsZero() && !begin.Equal(from) {
			return false
		}
		from = begin
		if out.End.IsZero() || p.End.Before(out.End) {
			out.End = p.End
		}
		if p.Latest.After(out.Latest) {
			out.Latest = p.Latest
		}
		return true
	}
	for _, m := range v.Revision.Members {
		p, known := v.Known(m)
		if !known {
			waits = waits || m.Missing == formula.Unknown && !v.Revision.unfit(m)
			continue
		}
		if !settle(p) {
			return out, false
		}
		fresh = fresh || !p.Stale
		waits = waits || m.Missing == formula.Unknown && p.Stale
	}
	if p, known := v.part(v.Revision.ID); known && !settle(p) {
		return out, false
	}
	if out.End.IsZero() {
		out.End = now.UTC().Truncate(time.Minute)
	}
	in := v.input(out.End)
	out.State = formula.Decide(in)
	if remaining, known := formula.RemainingPPB(in); known {
		out.RemainingPPB = &remaining
	}
	out.Stale = !fresh || waits
	// A stale one holds its state, until nothing is left that it could be held by.
	if out.Stale && !out.Latest.IsZero() && v.Status.Revision == v.Revision.ID {
		out.State = v.Status.State
	}
	if v.Status.State == out.State {
		out.Since = v.Status.Since
	}
	return out, true
}
