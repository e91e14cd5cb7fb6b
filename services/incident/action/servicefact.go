package action

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

// ServiceFacts tells which action items of services are overdue. It authorises nobody. Those of
// restricted incidents are left out: a fact is shown to whoever may read, and a number that changes
// says that there is one, when, and how grave it is.
type ServiceFacts struct {
	Store interface {
		// CountPast returns how many items of these priorities that change each of the services are
		// open, were due before the day, and are of no restricted incident; services without any are left out.
		CountPast(ctx context.Context, services []id.ID, priorities []Priority, before clock.Date) (map[id.ID]int, error)
	}
	Clock clock.Clock
}

var _ fact.Source[registry.Service] = ServiceFacts{}

const overdue = "actionsOverdue"

// pressing are the priorities of which nothing may be overdue.
var pressing = []Priority{P0, P1}

// Facts are what is told of services.
func (ServiceFacts) Facts() []fact.Declaration {
	return fact.By("incident",
		fact.Declaration{Name: overdue, Type: fact.Number, Doc: "The number of action items of the priorities p0 and p1 that change it, are open, and whose day is over. Those of restricted incidents are left out."},
	)
}

// FactsOf tells it of the services, in one statement for every few hundred.
func (f ServiceFacts) FactsOf(ctx context.Context, services []registry.Service, _ ...string) (map[id.ID]fact.Set, error) {
	counts, err := f.Store.CountPast(ctx, registry.IDs(services), pressing, clock.DateOf(f.Clock()))
	if err != nil {
		return nil, fmt.Errorf("count what is overdue of %d services: %w", len(services), err)
	}
	out := make(map[id.ID]fact.Set, len(services))
	for _, s := range services {
		out[s.ID] = fact.Set{overdue: float64(counts[s.ID])}
	}
	return out, nil
}
