package slo

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

var _ fact.Source[View] = (*Service)(nil)

// Facts are what is told of SLOs for conditions.
func (s *Service) Facts() []fact.Declaration {
	return []fact.Declaration{
		{Name: "state", Type: fact.Text, Held: true, Values: states(), Doc: "The state; a stale SLO holds its last one."},
		{Name: "stale", Type: fact.Truth, Held: true, Doc: "No measurement came for twice the interval at which they should, or nobody evaluates. What follows is then not known."},
		{Name: "events", Type: fact.Number, Held: true, Doc: "All events of the last 28 days, or slices where these are counted."},
		{Name: "badEvents", Type: fact.Number, Held: true, Doc: "Those of them that were bad."},
		{Name: "consumed", Type: fact.Number, Held: true, Doc: "The share of the budget of the last 28 days that is consumed: 1 is all of it."},
		{Name: "remaining", Type: fact.Number, Held: true, Doc: "The share of the budget of the SLO's own window that is left; below 0 when it is overspent."},
		{Name: "burn", Type: fact.Numbers, Held: true, Values: lookbacks(), Doc: "The burn rates over the last times of these lengths: at 1 the budget is consumed in just one window. One without events is absent."},
		{Name: "outageShares", Type: fact.Numbers, Doc: "By class of outage of the service: the share of the budget of the last 28 days that bad events in its outages consumed. An event in outages of two classes counts in both."},
		{Name: "outageSharesQuarter", Type: fact.Numbers, Doc: "The same of the calendar quarter that runs, of the budget of all of it if events go on to come as so far."},
		{Name: "planned", Type: fact.Number, Doc: "The share of the budget of the last 28 days that bad events in outages of the classes launch, migration and experiment consumed, each event once."},
		{Name: "unplanned", Type: fact.Number, Doc: "The share that all other bad events consumed: consumed less planned."},
		{Name: "groupShares", Type: fact.Numbers, Doc: "By group of events: the share of the budget of the last 28 days that its bad events consumed. Of SLOs of events that have groups."},
	}
}

func states() []string {
	names := make([]string, len(budget.States))
	for i, s := range budget.States {
		names[i] = string(s)
	}
	return names
}

func lookbacks() []string {
	names := make([]string, len(budget.Lookbacks))
	for i, l := range budget.Lookbacks {
		names[i] = budget.Short(l)
	}
	return names
}

// factsAtOnce is of how many SLOs outages and groups are read at a time.
const factsAtOnce = 500

// FactsOf tells what is known of the SLOs now, in statements that are each of hundreds of them;
// what was measured is read only of those whose services had outages. It authorises nobody.
func (s *Service) FactsOf(ctx context.Context, views []View, names ...string) (map[id.ID]fact.Set, error) {
	now := s.now()
	outages, groups := fact.Asks(names, "outageShares", "outageSharesQuarter"), fact.Asks(names, "groupShares")
	out := make(map[id.ID]fact.Set, len(views))
	for some := range slices.Chunk(views, factsAtOnce) {
		var fresh []View
		for _, v := range some {
			v = v.asOf(now)
			out[v.SLO.ID] = v.facts()
			if (outages || groups) && v.fresh() {
				fresh = append(fresh, v)
			}
		}
		if outages {
			if err := s.outageFacts(ctx, fresh, out); err != nil {
				return nil, err
			}
		}
		if groups {
			if err := s.groupFacts(ctx, fresh, out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// Fresh reports whether the status says something of now, by the terms as they are.
func (v View) Fresh(now time.Time) bool { return v.asOf(now).fresh() }

// fresh reports whether the status says something of the present, by the terms as they are.
func (v View) fresh() bool {
	return v.Status.Evaluated() && v.Current() && !v.Status.Stale && !v.Status.Filling
}

// Remaining is the share of the budget of the SLO's own window that is left at now, below 0 when
// it is overspent; nil while that is not known.
func (v View) Remaining(now time.Time) *float64 {
	v = v.asOf(now)
	if !v.fresh() {
		return nil
	}
	if f := v.Figures(); f.Window.Enough {
		return f.Window.RemainingRatio
	}
	return nil
}

// facts are those that follow from the status.
func (v View) facts() fact.Set {
	out := fact.Set{}
	if !v.Status.Evaluated() {
		return out
	}
	out["state"], out["stale"] = string(v.Status.State), v.Status.Stale
	if !v.fresh() {
		return out
	}
	f := v.Figures()
	out["events"], out["badEvents"] = budget.Events(f.Policy.Sum.Total, f.Policy.Unit), budget.Events(f.Policy.Sum.Bad(), f.Policy.Unit)
	if f.Policy.Enough {
		out["consumed"] = *f.Policy.ConsumedRatio
	}
	if f.Window.Enough {
		out["remaining"] = *f.Window.RemainingRatio
		burn := map[string]float64{}
		for i, b := range f.Burns {
			if b.Rate != nil {
				burn[budget.Short(budget.Lookbacks[i])] = *b.Rate
			}
		}
		out["burn"] = burn
	}
	return out
}

// outageFacts adds what outages took of the budgets.
func (s *Service) outageFacts(ctx context.Context, views []View, into map[id.ID]fact.Set) error {
	if s.outages == nil {
		return nil
	}
	classes, err := s.classes(ctx, views)
	if err != nil {
		return err
	}
	names := map[Period]string{FourWeeks: "outageShares", Quarter: "outageSharesQuarter"}
	var struck []View
	for _, v := range views {
		if len(classes[v.SLO.Service]) > 0 {
			struck = append(struck, v)
			continue
		}
		for _, p := range Periods {
			into[v.SLO.ID][names[p]] = map[string]float64{} // there was none, which is known
		}
		if consumed, known := into[v.SLO.ID]["consumed"]; known {
			into[v.SLO.ID]["planned"], into[v.SLO.ID]["unplanned"] = 0.0, consumed
		}
	}
	found, err := EachReadable(ctx, struck, func(ctx context.Context, of []View) ([][]Errors, error) {
		var asked []attribution
		for _, v := range of {
			for _, p := range Periods {
				asked = append(asked, attribution{View: v, period: p, classes: classes[v.SLO.Service]})
			}
		}
		found, err := s.attribute(ctx, asked)
		return slices.Collect(slices.Chunk(found, len(Periods))), err
	}, func(v View, err error) {
		s.log.ErrorContext(ctx, "what outages took of a budget cannot be read", slog.String("slo_id", string(v.SLO.ID)), slog.Any("error", err))
	})
	if err != nil {
		return fmt.Errorf("read what outages took of %d budgets: %w", len(struck), err)
	}
	for i, periods := range found {
		for _, e := range periods {
			if shares, known := sharesOf(e.Classes); known {
				into[struck[i].SLO.ID][names[e.Period]] = shares
			}
			if e.Period == FourWeeks && e.Planned.Share != nil {
				into[struck[i].SLO.ID]["planned"], into[struck[i].SLO.ID]["unplanned"] = *e.Planned.Share, *e.Unplanned.Share
			}
		}
	}
	return nil
}

// sharesOf are the shares by name; not known where nothing is concluded from the events.
func sharesOf(parts []ErrorPart) (map[string]float64, bool) {
	out := make(map[string]float64, len(parts))
	for _, p := range parts {
		if p.Share == nil {
			return nil, false
		}
		out[p.Name] = *p.Share
	}
	return out, true
}

// groupFacts adds what groups took of the budgets.
func (s *Service) groupFacts(ctx context.Context, views []View, into map[id.ID]fact.Set) error {
	of := map[id.ID]View{}
	var grouped []id.ID
	for _, v := range views {
		if v.Indicator.Origin.GroupBy != "" && !v.Revision.Budgeting.Slices() && v.Revision.Enough(v.Status.Sums.Policy) {
			of[v.SLO.ID] = v
			grouped = append(grouped, v.SLO.ID)
			into[v.SLO.ID]["groupShares"] = map[string]float64{}
		}
	}
	if len(grouped) == 0 {
		return nil
	}
	groups, err := s.store.GroupStatuses(ctx, grouped)
	if err != nil {
		return fmt.Errorf("read the groups of %d SLOs: %w", len(grouped), err)
	}
	for _, g := range groups {
		v := of[g.SLO]
		if !v.OfGroup(g).Current() {
			continue
		}
		whole := v.Status.Sums.Policy
		whole.Good = whole.Total - g.Sums.Policy.Bad()
		spent, _ := budget.Consumed(whole, v.Revision.Objective, budget.Pace{})
		into[g.SLO]["groupShares"].(map[string]float64)[g.Group] = spent.Float64()
	}
	return nil
}
