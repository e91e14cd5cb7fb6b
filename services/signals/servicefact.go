package signals

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

// ServiceFacts tells how many golden signals of services are mapped. It authorises nobody.
type ServiceFacts struct {
	Store interface {
		// MappingsOf returns those that the services have, in any order.
		MappingsOf(ctx context.Context, services []id.ID) ([]Mapping, error)
	}
}

var _ fact.Source[registry.Service] = ServiceFacts{}

const goldenSignals = "goldenSignals"

// Facts are what is told of services.
func (ServiceFacts) Facts() []fact.Declaration {
	return fact.By("signals",
		fact.Declaration{Name: goldenSignals, Type: fact.Number, Doc: "How many of the four golden signals are mapped, 0 to 4. Whether they have values now is not looked at."},
	)
}

// FactsOf tells it of the services, in one statement for every few hundred.
func (f ServiceFacts) FactsOf(ctx context.Context, services []registry.Service, _ ...string) (map[id.ID]fact.Set, error) {
	found, err := f.Store.MappingsOf(ctx, registry.IDs(services))
	if err != nil {
		return nil, fmt.Errorf("read how the signals of %d services are mapped: %w", len(services), err)
	}
	mapped := make(map[id.ID]float64, len(found))
	for _, m := range found {
		for _, signal := range All {
			if m.Mapped(signal) {
				mapped[m.Service]++
			}
		}
	}
	out := make(map[id.ID]fact.Set, len(services))
	for _, s := range services {
		out[s.ID] = fact.Set{goldenSignals: mapped[s.ID]}
	}
	return out, nil
}
