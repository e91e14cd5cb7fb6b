package statistics

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Began is an incident that a service is involved in, whatever its part.
type Began struct {
	Service    id.ID
	Incident   id.ID
	At         time.Time // when its impact began
	DetectedAt *time.Time
	Causes     []string
}

// noticed is when it fell on whoever was on call.
func (b Began) noticed() time.Time {
	if b.DetectedAt != nil {
		return *b.DetectedAt
	}
	return b.At
}

// ServiceFacts tells how often something goes wrong with services. It authorises nobody.
// Restricted incidents are left out: a fact is shown to whoever may read, and a number that changes
// says that there is one, when, and how grave it is.
type ServiceFacts struct {
	Store interface {
		// BeganOf returns the incidents of the services whose impact began then or later and that are not
		// restricted, in any order.
		BeganOf(ctx context.Context, services []id.ID, since time.Time) ([]Began, error)
	}
	Clock clock.Clock
}

var _ fact.Source[registry.Service] = ServiceFacts{}

const (
	perShift = "incidentsPerShiftMost"
	repeated = "repeatedCauses"
	// busy is in which time shifts are looked at.
	busy = 28 * day
)

// Facts are what is told of services.
func (ServiceFacts) Facts() []fact.Declaration {
	return fact.By("incident",
		fact.Declaration{Name: perShift, Type: fact.Number, Doc: "The most incidents that it was involved in and that were detected, or began where that is not known, in one shift of the last 28 days: a shift is a week that begins on Monday, in UTC. Restricted incidents are left out."},
		fact.Declaration{Name: repeated, Type: fact.Number, Doc: "The number of causes that two or more of its incidents have whose impact began within 90 days. Restricted incidents are left out."},
	)
}

// FactsOf tells it of the services, in one statement for every few hundred.
func (f ServiceFacts) FactsOf(ctx context.Context, services []registry.Service, _ ...string) (map[id.ID]fact.Set, error) {
	now := f.Clock()
	found, err := f.Store.BeganOf(ctx, registry.IDs(services), now.Add(-Again))
	if err != nil {
		return nil, fmt.Errorf("read the incidents of %d services: %w", len(services), err)
	}
	of := map[id.ID][]Began{}
	for _, b := range found {
		of[b.Service] = append(of[b.Service], b)
	}
	out := make(map[id.ID]fact.Set, len(services))
	for _, s := range services {
		out[s.ID] = fact.Set{perShift: busiest(of[s.ID], now), repeated: recurring(of[s.ID])}
	}
	return out, nil
}

// busiest is how many incidents the shift had that had most.
func busiest(incidents []Began, now time.Time) float64 {
	shifts, most := map[time.Time]float64{}, 0.0
	for _, i := range incidents {
		at := i.noticed()
		if at.Before(now.Add(-busy)) {
			continue
		}
		shift := monday(at, time.UTC)
		shifts[shift]++
		most = max(most, shifts[shift])
	}
	return most
}

// recurring is how many causes came more than once.
func recurring(incidents []Began) float64 {
	times, n := map[string]int{}, 0.0
	for _, i := range incidents {
		for _, cause := range i.Causes {
			if times[cause]++; times[cause] == 2 {
				n++
			}
		}
	}
	return n
}
