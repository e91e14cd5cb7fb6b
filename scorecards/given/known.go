package given

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Known is one fact of a service.
type Known struct {
	fact.Declaration // By is the domain that tells it, or By
	Unit             string
	Ways             []Way // in which it can be given; none of what a domain tells
	LongestDays      int   // 0 of what a domain tells
	// Value is as conditions know it; nil where it is not known.
	Value any
	Given *Given // who gave it; nil of what is not known, and of what a domain tells
}

// Known returns all facts of the service, known or not: those that can be given, and those that
// domains tell.
func (s *Service) Known(ctx context.Context, service registry.Service) ([]Known, error) {
	if err := s.mayRead(ctx, access.KindServiceFact); err != nil {
		return nil, err
	}
	declared, err := s.declared(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.givenOf(ctx, []id.ID{service.ID}, named(declared))
	if err != nil {
		return nil, err
	}
	var out []Known
	for _, d := range declared {
		k := Known{Declaration: d.fact(), Unit: d.Unit, Ways: d.Ways(), LongestDays: d.LongestDays}
		k.Doc = d.Doc
		if g, known := found[service.ID][d.Name]; known {
			k.Value, k.Given = g.Value, &g
		}
		out = append(out, k)
	}
	if s.Domains == nil {
		return out, nil
	}
	told, err := s.Domains.FactsOf(ctx, []registry.Service{service})
	if err != nil {
		return nil, fmt.Errorf("ask domains for facts of a service: %w", err)
	}
	for _, d := range s.told() {
		out = append(out, Known{Declaration: d, Value: told[service.ID][d.Name]})
	}
	return out, nil
}
