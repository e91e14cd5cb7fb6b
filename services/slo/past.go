package slo

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Past is what is known today of an SLO at each full hour from From to To, both of them
// counted: by its terms and indicator as they are now, with the corrections that are in
// force now, and with what came late. What was known at the time may have been less.
type Past struct {
	View
	From, To time.Time
	// Unreadable is set where what is stored of the SLO cannot be read, and Filling while a
	// part of it is still being read from a data source: nothing is known of either.
	Unreadable, Filling bool

	grid    *grid
	want    pastWant
	whole   course
	classes []pastClass // of outages of its service, by name
	// unplanned is what there was without the outages that were planned; nil where there were none.
	unplanned *course
	classed   bool // whether anybody knows of outages
}

// pastFacts are those that can be known of the past. What groups took is not: their events
// are not read.
var pastFacts = []string{"state", "stale", "events", "badEvents", "consumed", "remaining", "burn", "outageShares", "outageSharesQuarter", "planned", "unplanned"}

// PastFacts names the facts that can be known of the past.
func PastFacts() []string { return slices.Clone(pastFacts) }

// pastWant is which facts are asked for: what nobody reads is not worked out.
type pastWant struct{ state, events, bad, consumed, remaining, burn, shares, quarter, planned bool }

func wantOf(facts []string) pastWant {
	asked := func(name string) bool { return slices.Contains(facts, name) }
	return pastWant{
		state: asked("state"), events: asked("events"), bad: asked("badEvents"), consumed: asked("consumed"), remaining: asked("remaining"),
		burn: asked("burn"), shares: asked("outageShares"), quarter: asked("outageSharesQuarter"), planned: asked("planned") || asked("unplanned"),
	}
}

// Pasts tells of each of the views, in their order, what is known of it at the full hours
// from from until to, both rounded down to one. What was measured is read once for all hours
// and windows; of 90 days about 10,000 sums of each SLO are in memory, so a caller with many
// asks for some at a time. Of the facts those that are named are worked out, and "stale". It
// authorises nobody.
func (s *Service) Pasts(ctx context.Context, views []View, from, to time.Time, facts []string) ([]Past, error) {
	from, to = from.UTC().Truncate(time.Hour), to.UTC().Truncate(time.Hour)
	pasts, err := EachReadable(ctx, views, func(ctx context.Context, of []View) ([]Past, error) {
		return s.pasts(ctx, of, from, to, wantOf(facts))
	}, func(v View, err error) {
		s.log.ErrorContext(ctx, "the past of an SLO cannot be read", slog.String("slo_id", string(v.SLO.ID)), slog.Any("error", err))
	})
	if err != nil {
		return nil, fmt.Errorf("read the past of %d SLOs: %w", len(views), err)
	}
	for i := range pasts {
		if pasts[i].grid == nil {
			pasts[i] = Past{View: views[i], From: from, To: to, Unreadable: true}
		}
	}
	return pasts, nil
}

func (s *Service) pasts(ctx context.Context, views []View, from, to time.Time, want pastWant) ([]Past, error) {
	if len(views) == 0 {
		return nil, nil
	}
	delays, err := s.delays(ctx, views)
	if err != nil {
		return nil, err
	}
	indicators := make([]Indicator, len(views))
	for i, v := range views {
		indicators[i] = v.Indicator
	}
	filling, err := s.Filling(ctx, indicators, from.Add(-budget.PolicyWindow))
	if err != nil {
		return nil, err
	}
	pasts, grids := make([]Past, len(views)), map[string]*grid{}
	for i, v := range views {
		delay := delays[v.Indicator.Origin.DataSource]
		alike := v.alike(delay)
		if grids[alike] == nil {
			grids[alike] = newGrid(v, from, to, delay, want)
		}
		pasts[i] = Past{View: v, From: from, To: to, Filling: filling[v.Indicator.ID], grid: grids[alike], want: want}
	}
	if err := s.classify(ctx, pasts); err != nil {
		return nil, err
	}
	return pasts, s.follow(ctx, pasts)
}

// pastClass is a class of outages of a service: when they were, and what there was without
// those times.
type pastClass struct {
	name    string
	spans   []window.Span
	without course
}

// classify finds the outages of the services, where anybody asks for them.
func (s *Service) classify(ctx context.Context, pasts []Past) error {
	if want := pasts[0].want; s.outages == nil || !want.shares && !want.quarter && !want.planned {
		return nil
	}
	var services []id.ID
	from := pasts[0].From
	for i, p := range pasts {
		pasts[i].classed = true
		services = append(services, p.SLO.Service)
		if begin := p.grid.bounds[0]; begin.Before(from) {
			from = begin
		}
	}
	slices.Sort(services)
	found, err := s.outages.Classes(ctx, slices.Compact(services), from, pasts[0].To)
	if err != nil {
		return fmt.Errorf("read outages: %w", err)
	}
	for i, p := range pasts {
		for name, spans := range found[p.SLO.Service] {
			pasts[i].classes = append(pasts[i].classes, pastClass{name: name, spans: spans})
		}
		slices.SortFunc(pasts[i].classes, func(a, b pastClass) int { return cmp.Compare(a.name, b.name) })
	}
	return nil
}

// follow reads what was measured.
func (s *Service) follow(ctx context.Context, pasts []Past) error {
	var of []stretch
	var bounds [][]time.Time
	var courses []*course
	for i := range pasts {
		p := &pasts[i]
		ask := func(without []window.Span, into *course) {
			all := p.grid.bounds
			of = append(of, stretch{View: p.View, from: all[0], to: all[len(all)-1], without: without})
			bounds, courses = append(bounds, all), append(courses, into)
		}
		ask(nil, &p.whole)
		var planned []window.Span
		for c := range p.classes {
			ask(p.classes[c].spans, &p.classes[c].without)
			if slices.Contains(PlannedClasses, p.classes[c].name) {
				planned = append(planned, p.classes[c].spans...)
			}
		}
		if len(planned) > 0 && p.want.planned {
			p.unplanned = &course{}
			ask(planned, p.unplanned)
		}
	}
	readings, err := s.readings(ctx, of)
	if err != nil {
		return err
	}
	bounded := make([]measure.Bounded, len(of))
	for i, reading := range readings {
		bounded[i] = measure.Bounded{Reading: reading, Bounds: bounds[i]}
	}
	steps, err := s.measurements.BetweenOf(ctx, bounded)
	if err != nil {
		return err
	}
	for i, into := range courses {
		*into = courseOf(steps[i])
	}
	return nil
}

// Hours is how many full hours there are.
func (p Past) Hours() int { return int(p.To.Sub(p.From)/time.Hour) + 1 }

// At is the hour of that number, from 0.
func (p Past) At(hour int) time.Time { return p.From.Add(time.Duration(hour) * time.Hour) }

// Facts puts what is known at the hour of that number in place of what is in the set. Where
// nothing was measured for as long as makes an SLO stale, that alone is known.
func (p Past) Facts(hour int, into fact.Set) {
	clear(into)
	if p.grid == nil || p.Filling || p.whole.overflows {
		return
	}
	at := p.grid.at[hour]
	stale := p.whole.silent(p.grid.fresh[hour], at)
	if into["stale"] = stale; stale {
		return
	}
	if sum, known := p.whole.sum(p.grid.policy[hour], at); known {
		p.policyFacts(sum, into)
	}
	if p.want.state || p.want.remaining || p.want.burn {
		p.windowFacts(hour, into)
	}
	p.classFacts(hour, into)
}

// policyFacts are of the trailing four weeks.
func (p Past) policyFacts(sum window.Sum, into fact.Set) {
	unit := p.Revision.Budgeting.Unit()
	if p.want.events {
		into["events"] = budget.Events(sum.Total, unit)
	}
	if p.want.bad {
		into["badEvents"] = budget.Events(sum.Bad(), unit)
	}
	if p.want.consumed && p.Revision.Enough(sum) {
		consumed, _ := budget.Consumed(sum, p.Revision.Objective, budget.Pace{})
		into["consumed"] = consumed.Float64()
	}
}

// windowFacts are of the SLO's own windows, and of what was before the hour.
func (p Past) windowFacts(hour int, into fact.Set) {
	end, at := p.At(hour), p.grid.at[hour]
	own, known := p.whole.sum(p.grid.windows[0][hour], at)
	if !known {
		return
	}
	var lookbacks [len(budget.Lookbacks)]window.Sum
	if p.want.state || p.want.burn {
		for i := range lookbacks {
			sum, known := p.whole.sum(p.grid.lookbacks[i][hour], at)
			if !known {
				return
			}
			lookbacks[i] = sum
		}
	}
	if p.want.state {
		if state, known := p.state(hour, budget.Sums{Lookbacks: lookbacks, Window: own}); known {
			into["state"] = string(state)
		}
	}
	if !p.Revision.Enough(own) {
		return
	}
	if p.want.remaining {
		remaining, _ := budget.Remaining(own, p.Revision.Objective, p.Revision.Over.Pace(end))
		into["remaining"] = remaining.Float64()
	}
	if p.want.burn {
		burn := make(map[string]float64, len(lookbacks))
		for i, sum := range lookbacks {
			if rate, some := budget.Consumed(sum, p.Revision.Objective, budget.Pace{}); some {
				burn[budget.Short(budget.Lookbacks[i])] = rate.Float64()
			}
		}
		into["burn"] = burn
	}
}

// state is that of the hour, the worst of all objectives; false where a window is not known.
func (p Past) state(hour int, sums budget.Sums) (budget.State, bool) {
	end := p.At(hour)
	state := budget.Decide(p.Revision.input(sums, end))
	further := make([]window.Sum, len(p.Revision.Further))
	for i := range further {
		sum, known := p.whole.sum(p.grid.windows[1+i][hour], p.grid.at[hour])
		if !known {
			return "", false
		}
		further[i] = sum
		state = worst(state, budget.Decide(p.Revision.goal(i, sums, further, end)))
	}
	return state, true
}

// classFacts are what outages took. Where there was none in either period, that is known.
func (p Past) classFacts(hour int, into fact.Set) {
	if !p.classed {
		return
	}
	end := p.At(hour)
	if p.want.planned {
		p.plannedFacts(hour, into)
	}
	quarter, pace := p.since(Quarter, end)
	begin := end.Add(-budget.PolicyWindow)
	if quarter.Before(begin) {
		begin = quarter
	}
	var there []pastClass
	for _, c := range p.classes {
		if c.between(begin, end) {
			there = append(there, c)
		}
	}
	if p.want.shares {
		if shares, known := p.shares(there, p.grid.policy[hour], p.grid.at[hour], budget.Pace{}); known {
			into["outageShares"] = shares
		}
	}
	if p.want.quarter {
		if shares, known := p.shares(there, p.grid.quarter[hour], p.grid.at[hour], pace); known {
			into["outageSharesQuarter"] = shares
		}
	}
}

// plannedFacts are what was spent on purpose, and the rest.
func (p Past) plannedFacts(hour int, into fact.Set) {
	from, at := p.grid.policy[hour], p.grid.at[hour]
	whole, known := p.whole.sum(from, at)
	unplanned := whole
	if p.unplanned != nil {
		var also bool
		unplanned, also = p.unplanned.sum(from, at)
		known = known && also
	}
	if !known || !p.Revision.Enough(whole) {
		return
	}
	for name, bad := range map[string]int64{"planned": whole.Bad() - unplanned.Bad(), "unplanned": unplanned.Bad()} {
		spent, _ := budget.Consumed(window.Sum{Good: whole.Total - bad, Total: whole.Total}, p.Revision.Objective, budget.Pace{})
		into[name] = spent.Float64()
	}
}

// shares are what outages of each class took of the budget, between two bounds.
func (p Past) shares(classes []pastClass, from, to int32, pace budget.Pace) (map[string]float64, bool) {
	shares := make(map[string]float64, len(classes))
	if len(classes) == 0 {
		return shares, true
	}
	whole, known := p.whole.sum(from, to)
	if !known || !p.Revision.Enough(whole) {
		return nil, false
	}
	for _, c := range classes {
		without, known := c.without.sum(from, to)
		if !known {
			return nil, false
		}
		good := whole.Total - (whole.Bad() - without.Bad())
		spent, _ := budget.Consumed(window.Sum{Good: good, Total: whole.Total}, p.Revision.Objective, pace)
		shares[c.name] = spent.Float64()
	}
	return shares, true
}

// between reports whether any outage of the class was in [from, to).
func (c pastClass) between(from, to time.Time) bool {
	return slices.ContainsFunc(c.spans, func(s window.Span) bool { return s.From.Before(to) && s.To.After(from) })
}
