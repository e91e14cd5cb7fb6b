package given

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Given is what holds of a fact of a service, and who says so.
type Given struct {
	Value any   // as conditions know it
	Raw   Value // as it was given
	By    Way
	// Source is the program that pushed it, or the person who attested it.
	Source string
	At     time.Time // when it was observed or attested
	Until  time.Time
	Link   string // to what shows it; may be empty of what was pushed
	// Attestation is empty of what was pushed.
	Attestation id.ID
}

// given is what holds at that time of the declared facts, by name. Of what was pushed and what was
// attested the later goes; of both at once, what a person said.
func (said Said) given(declared map[string]Declaration, now time.Time) map[string]Given {
	out := map[string]Given{}
	for _, p := range said.Pushed {
		if d, known := declared[p.Fact]; known && p.Holds(now) && p.Value.fits(d) {
			out[p.Fact] = Given{Value: p.Value.Told(now), Raw: p.Value, By: ByPush, Source: p.Source, At: p.At, Until: p.Until, Link: p.Link}
		}
	}
	for _, a := range said.Attested {
		d, known := declared[a.Fact]
		if !known || a.State(now) != InForce || !a.Value.fits(d) {
			continue
		}
		if pushed, exists := out[a.Fact]; exists && pushed.At.After(a.At) {
			continue
		}
		out[a.Fact] = Given{Value: a.Value.Told(now), Raw: a.Value, By: ByAttestation, Source: a.By, At: a.At, Until: a.Until, Link: a.Evidence, Attestation: a.ID}
	}
	return out
}

// Given returns what holds of the services that there are, by name. What is not known is absent, and
// so is a service of which nothing is. It authorises nobody.
func (s *Service) Given(ctx context.Context, services []id.ID) (map[id.ID]map[string]Given, error) {
	declared, err := s.declared(ctx)
	if err != nil {
		return nil, err
	}
	return s.givenOf(ctx, services, named(declared))
}

func (s *Service) givenOf(ctx context.Context, services []id.ID, declared map[string]Declaration) (map[id.ID]map[string]Given, error) {
	now := clock.Round(s.Clock())
	said, err := s.Store.Holding(ctx, services, now)
	if err != nil {
		return nil, fmt.Errorf("read what is given of %d services: %w", len(services), err)
	}
	out := make(map[id.ID]map[string]Given, len(said))
	for service, of := range said {
		if given := of.given(declared, now); len(given) > 0 {
			out[service] = given
		}
	}
	return out, nil
}

func named(declared []Declaration) map[string]Declaration {
	out := make(map[string]Declaration, len(declared))
	for _, d := range declared {
		out[d.Name] = d
	}
	return out
}

// Source tells given facts, as they were declared when it was made. It authorises nobody.
type Source struct {
	service  *Service
	declared []Declaration
	named    map[string]Declaration
}

var _ fact.Source[registry.Service] = Source{}

// Source returns the source of the facts that are declared now. It reads the declarations, and
// nothing else.
func (s *Service) Source(ctx context.Context) (Source, error) {
	declared, err := s.declared(ctx)
	if err != nil {
		return Source{}, err
	}
	return Source{service: s, declared: declared, named: named(declared)}, nil
}

// Facts are those that can be given.
func (s Source) Facts() []fact.Declaration {
	out := make([]fact.Declaration, len(s.declared))
	for n, d := range s.declared {
		out[n] = d.fact()
	}
	return out
}

// FactsOf tells what holds of the services.
func (s Source) FactsOf(ctx context.Context, services []registry.Service, names ...string) (map[id.ID]fact.Set, error) {
	if !fact.Asks(names, slices.Collect(maps.Keys(s.named))...) {
		return map[id.ID]fact.Set{}, nil
	}
	of := make([]id.ID, len(services))
	for n, service := range services {
		of[n] = service.ID
	}
	found, err := s.service.givenOf(ctx, of, s.named)
	if err != nil {
		return nil, err
	}
	out := make(map[id.ID]fact.Set, len(found))
	for service, given := range found {
		set := make(fact.Set, len(given))
		for name, g := range given {
			set[name] = g.Value
		}
		out[service] = set
	}
	return out, nil
}
