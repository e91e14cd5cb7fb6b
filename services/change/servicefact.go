package change

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Recent is what there is of the changes of a service.
type Recent struct {
	Number int       // that began since
	Last   time.Time // when the newest began, also where that was before
}

// ServiceFacts tells of the changes of services. It authorises nobody.
type ServiceFacts struct {
	Store interface {
		// RecentOf returns what there is of the changes of the services; those without any are left out.
		RecentOf(ctx context.Context, services []id.ID, since time.Time) (map[id.ID]Recent, error)
	}
	Clock clock.Clock
}

var _ fact.Source[registry.Service] = ServiceFacts{}

// recent is in which time changes are counted.
const recent = 90 * day

// Facts are what is told of services.
func (ServiceFacts) Facts() []fact.Declaration {
	return fact.By("change",
		fact.Declaration{Name: "changesRecorded", Type: fact.Number, Doc: "The number of its changes of any kind that began within 90 days and were told."},
		fact.Declaration{Name: "lastChangeAge", Type: fact.Age, Doc: "The days since its newest change began. Not known where none was told within 400 days."},
	)
}

// FactsOf tells it of the services, in one statement for every few hundred.
func (f ServiceFacts) FactsOf(ctx context.Context, services []registry.Service, _ ...string) (map[id.ID]fact.Set, error) {
	now := f.Clock()
	found, err := f.Store.RecentOf(ctx, registry.IDs(services), now.Add(-recent))
	if err != nil {
		return nil, fmt.Errorf("read the changes of %d services: %w", len(services), err)
	}
	out := make(map[id.ID]fact.Set, len(services))
	for _, s := range services {
		of, told := found[s.ID]
		out[s.ID] = fact.Set{"changesRecorded": float64(of.Number)}
		if told {
			out[s.ID]["lastChangeAge"] = fact.DaysSince(of.Last, now)
		}
	}
	return out, nil
}
