package slo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Outages know in which times what was wrong with services; see outage.Service, which is
// one. They authorise nobody.
type Outages interface {
	// Classes returns the times of outages in [from, to), by service and class. Spans of one
	// class may overlap.
	Classes(ctx context.Context, services []id.ID, from, to time.Time) (map[id.ID]map[string][]window.Span, error)
}

// OutagesWith has errors told by class of outage. It is called while the program is put
// together, before the first use.
func (s *Service) OutagesWith(o Outages) { s.outages = o }

// Period is a time that errors are told of.
type Period string

// The periods.
const (
	FourWeeks Period = "28d"     // budget.PolicyWindow, up to now
	Quarter   Period = "quarter" // the calendar quarter that runs, until now
)

// Periods lists every period.
var Periods = []Period{FourWeeks, Quarter}

// PlannedClasses are the classes of outages that spend the budget on purpose.
var PlannedClasses = []string{"launch", "migration", "experiment"}

// Errors is what of the events of an SLO was bad in a period, by class of outage and by
// group. An event in outages of two classes counts in both: the classes may be more than
// the whole, and what is in no outage is Unclassified.
type Errors struct {
	Period   Period
	From, To time.Time
	// Pace is how much of the quarter is over: shares are of the budget of all of it, if
	// events go on to come as so far.
	Pace         budget.Pace
	Unit         int64 // what one event, or slice, is in sums
	Whole        ErrorPart
	Classes      []ErrorPart // by name
	Unclassified ErrorPart
	// Planned is what lies in outages of PlannedClasses, each event once, and Unplanned the rest.
	Planned, Unplanned ErrorPart
	Groups             []ErrorPart // by name; of SLOs of events that have groups
}

// ErrorPart is a part of the events: those in outages of a class, or of a group.
type ErrorPart struct {
	Name string
	Sum  window.Sum // with the corrections
	Raw  window.Sum // as it was measured
	// Share is the share of the budget that is spent by the bad ones; nil where there are
	// fewer events in all than something is concluded from.
	Share *float64
}

// Errors tells of each period what of the SLO's events was bad, and what it came from.
//
// Faults: NotFound.
func (s *Service) Errors(ctx context.Context, slo id.ID) ([]Errors, error) {
	v, err := s.view(ctx, slo, clock.Round(s.now()))
	if err != nil {
		return nil, err
	}
	var groups []string
	if v.Indicator.Origin.GroupBy != "" && !v.Revision.Budgeting.Slices() {
		found, err := s.store.GroupStatuses(ctx, []id.ID{slo})
		if err != nil {
			return nil, fmt.Errorf("read the groups of an SLO: %w", err)
		}
		for _, g := range found {
			if v.OfGroup(g).Current() {
				groups = append(groups, g.Group)
			}
		}
		slices.Sort(groups)
	}
	classes, err := s.classes(ctx, []View{v})
	if err != nil {
		return nil, err
	}
	asked := make([]attribution, len(Periods))
	for i, p := range Periods {
		asked[i] = attribution{View: v, period: p, classes: classes[v.SLO.Service], groups: groups, raw: true}
	}
	out, err := s.attribute(ctx, asked)
	if err != nil {
		return nil, fmt.Errorf("read what went wrong of an SLO: %w", err)
	}
	return out, nil
}

// classes are the outages of the views' services, in every period.
func (s *Service) classes(ctx context.Context, views []View) (map[id.ID]map[string][]window.Span, error) {
	if s.outages == nil || len(views) == 0 {
		return nil, nil
	}
	var services []id.ID
	var from, to time.Time
	for _, v := range views {
		services = append(services, v.SLO.Service)
		for _, p := range Periods {
			begin, end, _ := v.span(p)
			if from.IsZero() || begin.Before(from) {
				from = begin
			}
			if end.After(to) {
				to = end
			}
		}
	}
	slices.Sort(services)
	out, err := s.outages.Classes(ctx, slices.Compact(services), from, to)
	if err != nil {
		return nil, fmt.Errorf("read outages: %w", err)
	}
	return out, nil
}

// span is when the period begins and ends, and how much of it is over.
func (v View) span(p Period) (from, to time.Time, pace budget.Pace) {
	to = v.end().Truncate(v.step())
	from, pace = v.since(p, to)
	return from, to, pace
}

// since is when the period begins that ends at the time, the end of a slot, and how much of
// it is over then.
func (v View) since(p Period, to time.Time) (from time.Time, pace budget.Pace) {
	if p == FourWeeks {
		return to.Add(-budget.PolicyWindow), budget.Pace{}
	}
	quarter := v.quarter(to)
	from = quarter.Start.Truncate(v.step())
	return from, budget.Pace{Elapsed: to.Sub(from), Whole: quarter.End.Sub(quarter.Start)}
}

// attribution is what is asked about the errors of an SLO in a period.
type attribution struct {
	View
	period  Period
	classes map[string][]window.Span
	groups  []string
	raw     bool // what was measured without corrections too
}

// attribute works out what bad events came from, of many in few statements: what lies in
// the outages of a class is the difference that leaving out their times makes, each rounded
// outward to whole slots, with what overlaps of one class counted once.
func (s *Service) attribute(ctx context.Context, asked []attribution) ([]Errors, error) {
	var of []stretch
	for _, a := range asked {
		of = append(of, a.stretches()...)
	}
	read, err := s.totals(ctx, of)
	if err != nil {
		return nil, err
	}
	sums := make([]window.Sum, len(read))
	for i, steps := range read {
		sums[i] = steps[0].Sum
	}
	out := make([]Errors, len(asked))
	for i, a := range asked {
		n := len(a.stretches())
		out[i] = a.errors(sums[:n])
		sums = sums[n:]
	}
	return out, nil
}

// PlannedOf are the times of outages of PlannedClasses, of those by class.
func PlannedOf(classes map[string][]window.Span) []window.Span {
	var spans []window.Span
	for _, class := range PlannedClasses {
		spans = append(spans, classes[class]...)
	}
	return spans
}

// names are the classes, by name.
func (a attribution) names() []string { return slices.Sorted(maps.Keys(a.classes)) }

// stretches are what is summed up: the whole, then without each class, then without all of
// them, then without those that were planned, then each group; after that all of it once more without corrections, where raw.
func (a attribution) stretches() []stretch {
	from, to, _ := a.span(a.period)
	whole := stretch{View: a.View, from: from, to: to, step: to.Sub(from)}
	out := []stretch{whole}
	var all []window.Span
	for _, class := range a.names() {
		without := whole
		without.without = a.classes[class]
		all = append(all, without.without...)
		out = append(out, without)
	}
	without, unplanned := whole, whole
	without.without, unplanned.without = all, PlannedOf(a.classes)
	out = append(out, without, unplanned)
	for _, group := range a.groups {
		one := whole
		one.group = group
		out = append(out, one)
	}
	if a.raw {
		for _, one := range out {
			one.raw = true
			out = append(out, one)
		}
	}
	return out
}

// errors puts the sums of the stretches together.
func (a attribution) errors(sums []window.Sum) Errors {
	from, to, pace := a.span(a.period)
	out := Errors{Period: a.period, From: from, To: to, Pace: pace, Unit: a.Revision.Budgeting.Unit()}
	n := len(sums)
	if a.raw {
		n /= 2
	}
	part := func(name string, of func(sums []window.Sum) window.Sum) ErrorPart {
		p := ErrorPart{Name: name, Sum: of(sums[:n])}
		if a.raw {
			p.Raw = of(sums[n:])
		}
		whole := sums[0]
		if a.Revision.Enough(whole) {
			spent, _ := budget.Consumed(window.Sum{Good: whole.Total - p.Sum.Bad(), Total: whole.Total}, a.Revision.Objective, pace)
			share := spent.Float64()
			p.Share = &share
		}
		return p
	}
	out.Whole = part("", func(sums []window.Sum) window.Sum { return sums[0] })
	names := a.names()
	for i, class := range names {
		out.Classes = append(out.Classes, part(class, func(sums []window.Sum) window.Sum { return sums[0].Minus(sums[1+i]) }))
	}
	out.Unclassified = part("", func(sums []window.Sum) window.Sum { return sums[1+len(names)] })
	out.Unplanned = part("", func(sums []window.Sum) window.Sum { return sums[2+len(names)] })
	out.Planned = part("", func(sums []window.Sum) window.Sum { return sums[0].Minus(sums[2+len(names)]) })
	for i, group := range a.groups {
		out.Groups = append(out.Groups, part(group, func(sums []window.Sum) window.Sum { return sums[3+len(names)+i] }))
	}
	return out
}
