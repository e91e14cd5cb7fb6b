package gate

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

// ServiceFacts tells whether and when the gate was asked for services. It authorises nobody.
type ServiceFacts struct {
	Store interface {
		// LastAsked returns when the newest decision for each of the services was made; those
		// without any are left out.
		LastAsked(ctx context.Context, services []id.ID) (map[id.ID]time.Time, error)
	}
	Clock clock.Clock
}

var _ fact.Source[registry.Service] = ServiceFacts{}

const (
	asked    = "gateAsked"
	askedAge = "gateAskedAge"
)

// Facts are what is told of services.
func (ServiceFacts) Facts() []fact.Declaration {
	return fact.By("policy",
		fact.Declaration{Name: asked, Type: fact.Truth, Doc: "Whether the gate was ever asked whether a change of it may go out."},
		fact.Declaration{Name: askedAge, Type: fact.Age, Doc: "The days since the gate was asked whether a change of it may go out. Not known where it never was."},
	)
}

// FactsOf tells both of the services, in one statement for every few hundred.
func (f ServiceFacts) FactsOf(ctx context.Context, services []registry.Service, _ ...string) (map[id.ID]fact.Set, error) {
	found, err := f.Store.LastAsked(ctx, registry.IDs(services))
	if err != nil {
		return nil, fmt.Errorf("read when the gate was asked for %d services: %w", len(services), err)
	}
	now := f.Clock()
	out := make(map[id.ID]fact.Set, len(services))
	for _, s := range services {
		at, once := found[s.ID]
		out[s.ID] = fact.Set{asked: once}
		if once {
			out[s.ID][askedAge] = fact.DaysSince(at, now)
		}
	}
	return out, nil
}
