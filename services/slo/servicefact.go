package slo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Objectives gives what services promise. An slo.Store is one.
type Objectives interface {
	// ViewsOf returns those of the services that are not retired, in any order.
	ViewsOf(ctx context.Context, services []id.ID) ([]View, error)
}

// Graph tells what services depend on. A registry.Store is one.
type Graph interface {
	// DependenciesOf returns what the services depend on, in any order.
	DependenciesOf(ctx context.Context, services []id.ID) ([]registry.Dependency, error)
	// ServicesByID returns those that exist, by ID.
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error)
}

// ServiceFacts tells what services promise, and what is left of it. It authorises nobody.
type ServiceFacts struct {
	SLOs  Objectives
	Graph Graph
	Clock clock.Clock
}

var _ fact.Source[registry.Service] = ServiceFacts{}

const (
	withoutSLO      = "hardDependenciesWithoutSLO"
	tier1WithoutSLO = "tier1HardDependenciesWithoutSLO"
	aboveWeakest    = "slosAboveWeakestDependency"
)

// Facts are what is told of services.
func (ServiceFacts) Facts() []fact.Declaration {
	return fact.By("slo",
		fact.Declaration{Name: "slos", Type: fact.Number, Doc: "The number of its SLOs that are not retired."},
		fact.Declaration{Name: "sliKinds", Type: fact.Numbers, Values: categories(), Doc: "By what indicators measure: the number of its SLOs that are not retired; 0 of each that it has none of."},
		fact.Declaration{Name: "slosNotFresh", Type: fact.Number, Doc: "The number of its SLOs of which nothing is known of the present: stale, never evaluated, or not yet by their current terms."},
		fact.Declaration{Name: "sloRevisionAge", Type: fact.Age, Doc: "The days since the SLO was last revised that was not revised for longest. Not known without an SLO."},
		fact.Declaration{Name: "slosOverspent", Type: fact.Number, Doc: "The number of its SLOs that have consumed more than the budget of their window. Not known where none is known to have, and of one it is not known."},
		fact.Declaration{Name: "budgetRemaining", Type: fact.Number, Doc: "The least share of a budget that is left to one of its SLOs: 1 is all of it, below 0 it is overspent. Of those of which it is known; not known where it is of none."},
		fact.Declaration{Name: withoutSLO, Type: fact.Number, Doc: "The number of its hard dependencies that have no SLO that is not retired."},
		fact.Declaration{Name: tier1WithoutSLO, Type: fact.Number, Doc: "The number of those of them that are of tier 1."},
		fact.Declaration{Name: aboveWeakest, Type: fact.Number, Doc: "The number of its SLOs of availability whose objective is above that of its weakest hard dependency: of several of a dependency its highest counts. Not known where a hard dependency promises no availability, and none is above another."},
	)
}

func categories() []string {
	out := make([]string, len(Categories))
	for i, c := range Categories {
		out[i] = string(c)
	}
	return out
}

// FactsOf tells what services promise, in a few statements for every few hundred of them and of
// what they depend on.
func (f ServiceFacts) FactsOf(ctx context.Context, services []registry.Service, names ...string) (map[id.ID]fact.Set, error) {
	now := f.Clock()
	wanted := registry.IDs(services)
	graph := fact.Asks(names, withoutSLO, tier1WithoutSLO, aboveWeakest)
	hard := map[id.ID][]id.ID{}
	var on []id.ID
	if graph {
		found, err := f.Graph.DependenciesOf(ctx, wanted)
		if err != nil {
			return nil, fmt.Errorf("read what %d services depend on: %w", len(services), err)
		}
		for _, d := range found {
			if d.Criticality == registry.Hard {
				hard[d.Service] = append(hard[d.Service], d.On)
				on = append(on, d.On)
			}
		}
	}
	views, err := f.SLOs.ViewsOf(ctx, distinct(wanted, on))
	if err != nil {
		return nil, fmt.Errorf("read the SLOs of %d services: %w", len(services), err)
	}
	all := map[id.ID][]View{}
	for _, v := range views {
		all[v.SLO.Service] = append(all[v.SLO.Service], v)
	}
	out := make(map[id.ID]fact.Set, len(services))
	for _, s := range services {
		out[s.ID] = promises(all[s.ID], now)
	}
	if !graph {
		return out, nil
	}
	promised := promisedAvailability(views)
	for _, s := range services {
		out[s.ID][withoutSLO] = float64(len(silent(hard[s.ID], all)))
		if n, known := above(all[s.ID], hard[s.ID], promised); known {
			out[s.ID][aboveWeakest] = float64(n)
		}
	}
	if !fact.Asks(names, tier1WithoutSLO) {
		return out, nil
	}
	known, err := f.Graph.ServicesByID(ctx, distinct(on))
	if err != nil {
		return nil, fmt.Errorf("read the tiers of %d hard dependencies: %w", len(on), err)
	}
	for _, s := range services {
		of := slices.DeleteFunc(silent(hard[s.ID], all), func(d id.ID) bool { return known[d].Tier != 1 })
		out[s.ID][tier1WithoutSLO] = float64(len(of))
	}
	return out, nil
}

// silent are those of the dependencies that promise nothing.
func silent(dependencies []id.ID, promised map[id.ID][]View) []id.ID {
	return slices.DeleteFunc(slices.Clone(dependencies), func(d id.ID) bool { return len(promised[d]) > 0 })
}

// promises are the facts that follow from the SLOs of a service alone.
func promises(views []View, now time.Time) fact.Set {
	kinds := make(map[string]float64, len(Categories))
	for _, c := range Categories {
		kinds[string(c)] = 0
	}
	var outdated, overspent, oldest float64
	var least *float64
	unknown := false
	for _, v := range views {
		kinds[string(v.Indicator.Category)]++
		if now := v.asOf(now); !now.Status.Evaluated() || !now.Current() || now.Status.Stale {
			outdated++
		}
		oldest = max(oldest, fact.DaysSince(v.Revision.CreatedAt, now))
		left := v.Remaining(now)
		if left == nil {
			unknown = true
			continue
		}
		if *left < 0 {
			overspent++
		}
		if least == nil || *left < *least {
			least = left
		}
	}
	set := fact.Set{"slos": float64(len(views)), "sliKinds": kinds, "slosNotFresh": outdated}
	if len(views) > 0 {
		set["sloRevisionAge"] = oldest
	}
	if overspent > 0 || !unknown {
		set["slosOverspent"] = overspent
	}
	if least != nil {
		set["budgetRemaining"] = *least
	}
	return set
}

// above counts the SLOs of availability whose objective is above what the weakest dependency
// promises. Where one promises nothing, it is not known that there is none.
func above(views []View, dependencies []id.ID, promised map[id.ID]budget.Objective) (n int, known bool) {
	known = true
	var weakest budget.Objective
	for _, d := range dependencies {
		o, promises := promised[d]
		switch {
		case !promises:
			known = false
		case weakest.IsZero() || o.PPB() < weakest.PPB():
			weakest = o
		}
	}
	own := 0
	for _, v := range views {
		if v.Indicator.Category != Availability {
			continue
		}
		own++
		if !weakest.IsZero() && v.Revision.Objective.PPB() > weakest.PPB() {
			n++
		}
	}
	return n, known || n > 0 || own == 0
}

// distinct are the identifiers of all lists, each once.
func distinct(lists ...[]id.ID) []id.ID {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}
