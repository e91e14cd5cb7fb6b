package report

import (
	"cmp"
	"context"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// stay is the time in which a revision of an SLO was in force in the period.
type stay struct {
	slo.RevisionWithIndicator
	from, to time.Time
	counted  bool // as the last one does
}

// step is into what the stay is divided, to see when nothing was reported: days, where it is
// whole ones, or the longest of the same lengths that a day is whole ones of.
func (s stay) step() time.Duration {
	whole := s.to.Sub(s.from)
	if step := commonDivisor(whole, day); step >= time.Hour {
		return step
	}
	return whole
}

// asked is the whole stay, seen so.
func (s stay) asked(step time.Duration, corrected []window.Span) slo.Asked {
	return slo.Asked{Terms: s.Revision.Terms, Indicator: s.Indicator, From: s.from, To: s.to, Step: step, Corrected: corrected}
}

// account is an SLO of which is added up what it counted.
type account struct {
	slo.View
	stays       []stay
	corrections []correction.Correction
	spans       []window.Span
	classes     map[string][]window.Span
}

// names are the classes of outages, by name.
func (a account) names() []string { return slices.Sorted(maps.Keys(a.classes)) }

// asks are what is summed up of the account: of each stay the whole; then, where something
// was wrong with the service, without what was planned and without each class; and as it
// was measured, where anything is corrected.
func (a account) asks() []slo.Asked {
	var out []slo.Asked
	for _, s := range a.stays {
		out = append(out, s.asked(s.step(), a.spans))
		whole := s.to.Sub(s.from)
		if len(a.classes) > 0 {
			out = append(out, s.asked(whole, slices.Concat(a.spans, slo.PlannedOf(a.classes))))
			for _, class := range a.names() {
				out = append(out, s.asked(whole, slices.Concat(a.spans, a.classes[class])))
			}
		}
		if len(a.spans) > 0 {
			raw := s.asked(whole, nil)
			raw.Raw = true
			out = append(out, raw)
		}
	}
	return out
}

// sumUp adds up what the SLOs counted in the period, each event by the revision that was in
// force when it happened.
func (d *drawing) sumUp(ctx context.Context) error {
	d.SLOs = []SLO{}
	accounts, err := d.open(ctx)
	if err != nil {
		return err
	}
	var asked []slo.Asked
	for _, a := range accounts {
		asked = append(asked, a.asks()...)
	}
	sums, err := d.Measured.Sums(ctx, asked)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		// One that cannot be read keeps no other from being reported.
		return d.oneByOne(ctx, accounts, err)
	}
	for _, a := range accounts {
		n := len(a.asks())
		d.SLOs = append(d.SLOs, d.close(a, sums[:n]))
		sums = sums[n:]
	}
	d.order()
	return nil
}

// oneByOne adds up each by itself, because all together failed.
func (d *drawing) oneByOne(ctx context.Context, accounts []account, all error) error {
	failed := 0
	for _, a := range accounts {
		sums, err := d.Measured.Sums(ctx, a.asks())
		if err != nil {
			if ctx.Err() != nil {
				return err
			}
			d.Logger.ErrorContext(ctx, "an SLO is reported without its figures", "slo_id", string(a.SLO.ID), "error", err)
			row := d.row(a)
			row.Outcome, row.Why = NotKnown, "what was measured could not be read"
			d.SLOs = append(d.SLOs, row)
			failed++
			continue
		}
		d.SLOs = append(d.SLOs, d.close(a, sums))
	}
	if failed == 0 {
		return all
	}
	d.order()
	return nil
}

// open finds when which revision of the SLOs was in force, and what lay over it.
func (d *drawing) open(ctx context.Context) ([]account, error) {
	var slos []id.ID
	for _, v := range d.views {
		slos = append(slos, v.SLO.ID)
	}
	revisions, err := d.Past.RevisionsOf(ctx, slos)
	if err != nil {
		return nil, err
	}
	of := make(map[id.ID][]slo.RevisionWithIndicator, len(slos))
	for _, r := range revisions {
		if !r.Revision.CreatedAt.After(d.at) {
			of[r.Revision.SLO] = append(of[r.Revision.SLO], r)
		}
	}
	corrections, err := d.Past.CorrectionsOf(ctx, slos, d.Period.From, d.Until)
	if err != nil {
		return nil, err
	}
	corrected := map[id.ID][]correction.Correction{}
	for _, c := range corrections {
		if inForce(c, d.at) {
			corrected[c.SLO] = append(corrected[c.SLO], c)
		}
	}
	outages, err := d.Past.OutagesOf(ctx, d.names(), d.Period.From, d.Until)
	if err != nil {
		return nil, err
	}
	classes := map[id.ID]map[string][]window.Span{}
	for _, o := range outages {
		if o.CreatedAt.After(d.at) {
			continue
		}
		if classes[o.Service] == nil {
			classes[o.Service] = map[string][]window.Span{}
		}
		span := window.Span{From: o.Begins, To: d.Until, Effect: window.Exclude}
		if o.Ends != nil {
			span.To = *o.Ends
		}
		classes[o.Service][o.Class] = append(classes[o.Service][o.Class], span)
	}
	var out []account
	for _, v := range d.views {
		a := account{View: v, classes: classes[v.SLO.Service]}
		if a.stays = stays(v.SLO, of[v.SLO.ID], d.Period.From, d.Until, d.at); len(a.stays) == 0 {
			continue
		}
		for _, c := range corrected[v.SLO.ID] {
			if spans := c.Spans(a.stays[0].from, a.stays[len(a.stays)-1].to); len(spans) > 0 {
				a.corrections, a.spans = append(a.corrections, c), append(a.spans, spans...)
			}
		}
		out = append(out, a)
	}
	return out, nil
}

// inForce reports whether the correction counted then.
func inForce(c correction.Correction, at time.Time) bool {
	return !c.ApprovedAt.After(at) && (c.RemovedAt == nil || c.RemovedAt.After(at))
}

// stays are the times in [from, to) in which the revisions, the oldest first, were in force:
// from when the SLO was declared until it was retired. What changed within a slot, or a
// slice, counts from its beginning.
func stays(of slo.SLO, revisions []slo.RevisionWithIndicator, from, to, at time.Time) []stay {
	if r := of.RetiredAt; r != nil && !r.After(at) && r.Before(to) {
		to = *r
	}
	var out []stay
	for i, r := range revisions {
		s := stay{RevisionWithIndicator: r, from: from, to: to}
		if r.Revision.CreatedAt.After(from) {
			s.from = r.Revision.CreatedAt
		}
		step := stepOf(r)
		if i > 0 && r.Revision.CreatedAt.After(from) {
			step = commonMultiple(step, stepOf(revisions[i-1]))
		}
		s.from = s.from.Truncate(step)
		step = stepOf(r)
		if i+1 < len(revisions) {
			if next := revisions[i+1]; next.Revision.CreatedAt.Before(s.to) {
				s.to, step = next.Revision.CreatedAt, commonMultiple(step, stepOf(next))
			}
		}
		if s.to = s.to.Truncate(step); s.from.Before(s.to) {
			out = append(out, s)
		}
	}
	for i := range out {
		last := out[len(out)-1]
		out[i].counted = out[i].Revision.Budgeting == last.Revision.Budgeting
	}
	return out
}

func stepOf(r slo.RevisionWithIndicator) time.Duration {
	return r.Revision.Budgeting.Step(r.Indicator.Resolution)
}

func commonMultiple(a, b time.Duration) time.Duration { return a / commonDivisor(a, b) * b }

func commonDivisor(a, b time.Duration) time.Duration {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// row is what is known of an SLO before anything is summed up.
func (d *drawing) row(a account) SLO {
	last := a.stays[len(a.stays)-1]
	owner := d.services[a.SLO.Service]
	out := SLO{
		Service: d.service(a.SLO.Service), SLO: Ref{a.SLO.ID, a.SLO.Slug}, Team: d.teams[owner.Team],
		Noun: last.Revision.Budgeting.Noun(), Objective: last.Revision.Objective.String(), From: a.stays[0].from, To: last.to,
		Classes: []Spend{}, Revisions: []Piece{}, Corrections: []Correction{},
	}
	for _, s := range a.stays {
		out.StepSeconds = max(out.StepSeconds, int64(s.step()/time.Second))
	}
	if system, some := d.systems[owner.System]; some {
		out.System = &system
	}
	for _, c := range a.corrections {
		out.Corrections = append(out.Corrections, Correction{
			ID: c.ID, Effect: string(c.Effect), Kind: string(c.Kind), Reason: c.Reason, From: c.Begins, To: c.Ends, Recurs: c.Recurrence != nil,
			CreatedBy: c.CreatedBy, ApprovedBy: c.ApprovedBy, ApprovedAt: c.ApprovedAt,
		})
	}
	return out
}

// close adds up the sums, which are of asks.
func (d *drawing) close(a account, sums [][]measure.Step) SLO {
	out := d.row(a)
	last := a.stays[len(a.stays)-1]
	unit := last.Revision.Budgeting.Unit()
	names := a.names()
	var whole, withoutPlanned, raw window.Sum
	without := make([]window.Sum, len(names))
	allowed := new(big.Rat)
	blurred := false
	for _, s := range a.stays {
		steps := sums[0]
		sums = sums[1:]
		var sum window.Sum
		vague := false
		for _, one := range steps {
			sum = sum.Plus(one.Sum)
			vague = vague || one.Blurred
			if !one.Known {
				out.SilentSeconds += int64(s.step() / time.Second)
			}
		}
		blurred = blurred || s.counted && vague
		piece := Piece{Number: s.Revision.Number, Objective: s.Revision.Objective.String(), From: s.from, To: s.to, Counted: s.counted}
		if own := s.Revision.Budgeting.Unit(); !vague {
			piece.Good, piece.Total = events(sum.Good, own), events(sum.Total, own)
		}
		out.Revisions = append(out.Revisions, piece)
		take := func(into *window.Sum) {
			if s.counted {
				*into = into.Plus(sums[0][0].Sum)
			}
			sums = sums[1:]
		}
		if len(a.classes) > 0 {
			take(&withoutPlanned)
			for i := range names {
				take(&without[i])
			}
		}
		if len(a.spans) > 0 {
			take(&raw)
		}
		if !s.counted {
			continue
		}
		whole = whole.Plus(sum)
		// allowed = Σ total · (1 − T), in the unit of sums: each event by its own objective.
		allowed.Add(allowed, new(big.Rat).Mul(new(big.Rat).SetInt64(sum.Total), big.NewRat(s.Revision.Objective.BudgetPPB(), budget.Billion)))
	}
	if blurred {
		out.Outcome, out.Why = NotKnown, "its bounds do not lie between the hours or days that are left of what was measured"
		return out
	}
	if len(a.spans) > 0 {
		out.Raw = &Raw{Good: budget.Events(raw.Good, unit), Total: budget.Events(raw.Total, unit)}
	}
	out.Good, out.Total, out.Bad = events(whole.Good, unit), events(whole.Total, unit), events(whole.Bad(), unit)
	if whole.Total <= 0 {
		out.Outcome = NoData
		return out
	}
	bad := new(big.Rat).SetInt64(whole.Bad())
	out.SLI = shareOf(whole.Good, whole.Total)
	out.Allowed = nearest(new(big.Rat).Quo(allowed, new(big.Rat).SetInt64(unit)))
	out.Consumed = nearest(new(big.Rat).Quo(bad, allowed))
	spend := func(class string, bad int64) Spend {
		return Spend{Class: class, Bad: budget.Events(bad, unit), Share: nearest(new(big.Rat).Quo(new(big.Rat).SetInt64(bad), allowed))}
	}
	unplanned := whole.Bad()
	if len(a.classes) > 0 {
		unplanned = withoutPlanned.Bad()
		for i, class := range names {
			out.Classes = append(out.Classes, spend(class, whole.Bad()-without[i].Bad()))
		}
	}
	planned, rest := spend("", whole.Bad()-unplanned), spend("", unplanned)
	out.Planned, out.Unplanned = &planned, &rest
	switch {
	case !last.Revision.Enough(whole):
		out.Outcome = NoData
	case bad.Cmp(allowed) <= 0:
		out.Outcome = Met
	default:
		out.Outcome = Missed
	}
	return out
}

// order puts those first of which the most of the budget was consumed, and those of which
// nothing can be said last.
func (d *drawing) order() {
	known := func(s SLO) float64 {
		if s.Outcome != Met && s.Outcome != Missed { // of too few events something was consumed, too
			return -1
		}
		return *s.Consumed
	}
	slices.SortStableFunc(d.SLOs, func(a, b SLO) int {
		return cmp.Or(cmp.Compare(known(b), known(a)), cmp.Compare(a.Service.Slug, b.Service.Slug), cmp.Compare(a.SLO.Slug, b.SLO.Slug))
	})
}

// events are those of a sum of that unit.
func events(sum, unit int64) *float64 {
	n := budget.Events(sum, unit)
	return &n
}

// shareOf is good ÷ total, the double nearest to it; nil without events.
func shareOf(good, total int64) *float64 {
	if total <= 0 {
		return nil
	}
	return nearest(big.NewRat(good, total))
}

func nearest(r *big.Rat) *float64 {
	f, _ := r.Float64()
	return &f
}
