package alert

import (
	"context"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Audience knows which events reach somebody; see notify.Audience, which is one.
type Audience interface {
	// Hears returns of each of the teams which of the types of its events are told to somebody.
	Hears(ctx context.Context, teams []id.ID, types ...event.Type) (map[id.ID]map[event.Type]bool, error)
}

// ServiceFacts tells which SLOs of services alert somebody. It authorises nobody.
type ServiceFacts struct {
	SLOs     slo.Objectives
	Audience Audience
}

var _ fact.Source[registry.Service] = ServiceFacts{}

const (
	withPage       = "slosWithPageAlert"
	withTicket     = "slosWithTicketAlert"
	withoutRunbook = "slosWithoutRunbook"
)

// Facts are what is told of services.
func (ServiceFacts) Facts() []fact.Declaration {
	return fact.By("slo",
		fact.Declaration{Name: withPage, Type: fact.Number, Doc: "The number of its SLOs that page somebody when their budget burns: a burn pair of that severity is not switched off and can fire at the objective, and a notification target of the team, of one above it or of the platform takes it. Alerts that rules in Prometheus raise are not looked for."},
		fact.Declaration{Name: withTicket, Type: fact.Number, Doc: "The same for the severity ticket."},
		fact.Declaration{Name: withoutRunbook, Type: fact.Number, Doc: "The number of its SLOs with a burn pair of the severity page that is not switched off and can fire, of a service without a runbook: SLOs have none of their own."},
	)
}

// FactsOf tells which SLOs of the services alert somebody, in two statements for every few hundred
// services, and one for each level of teams.
func (f ServiceFacts) FactsOf(ctx context.Context, services []registry.Service, names ...string) (map[id.ID]fact.Set, error) {
	views, err := f.SLOs.ViewsOf(ctx, registry.IDs(services))
	if err != nil {
		return nil, fmt.Errorf("read the SLOs of %d services: %w", len(services), err)
	}
	page, ticket := map[id.ID]float64{}, map[id.ID]float64{}
	for _, v := range views {
		if raises(v, budget.Page) {
			page[v.SLO.Service]++
		}
		if raises(v, budget.Ticket) {
			ticket[v.SLO.Service]++
		}
	}
	out := make(map[id.ID]fact.Set, len(services))
	for _, s := range services {
		out[s.ID] = fact.Set{withoutRunbook: 0.0}
		if s.Runbook == "" {
			out[s.ID][withoutRunbook] = page[s.ID]
		}
	}
	if !fact.Asks(names, withPage, withTicket) {
		return out, nil
	}
	teams := make([]id.ID, len(services))
	for i, s := range services {
		teams[i] = s.Team
	}
	slices.Sort(teams)
	heard, err := f.Audience.Hears(ctx, slices.Compact(teams), event.AlertPaged, event.AlertTicketed)
	if err != nil {
		return nil, fmt.Errorf("read who is told of the alerts of %d services: %w", len(services), err)
	}
	for _, s := range services {
		out[s.ID][withPage], out[s.ID][withTicket] = 0.0, 0.0
		if heard[s.Team][event.AlertPaged] {
			out[s.ID][withPage] = page[s.ID]
		}
		if heard[s.Team][event.AlertTicketed] {
			out[s.ID][withTicket] = ticket[s.ID]
		}
	}
	return out, nil
}

// raises reports whether a burn pair of the severity can raise an alert of the SLO.
func raises(v slo.View, severity budget.Severity) bool {
	return slices.ContainsFunc(budget.Pairs[:], func(p budget.Pair) bool {
		return p.Severity == severity && v.Revision.Alerts.RaisesPair(p) && p.Reachable(v.Revision.Objective, v.Length())
	})
}
