package scorecards

import (
	"context"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Book is all that is known of services: what domains tell, and what is given. Where both tell a
// fact of one name, the domain's goes: nobody gives what is measured.
type Book struct {
	Domains fact.Source[registry.Service]
	Given   interface {
		Source(ctx context.Context) (given.Source, error)
		Given(ctx context.Context, services []id.ID) (map[id.ID]map[string]given.Given, error)
	}
}

var _ Facts = Book{}

// Declared are all facts that can be known, those of domains first.
func (b Book) Declared(ctx context.Context) ([]fact.Declaration, error) {
	source, err := b.Given.Source(ctx)
	if err != nil {
		return nil, fmt.Errorf("read which facts can be given: %w", err)
	}
	told := b.Domains.Facts()
	return append(slices.Clone(told), slices.DeleteFunc(source.Facts(), func(d fact.Declaration) bool { return declares(told, d.Name) })...), nil
}

func declares(among []fact.Declaration, name string) bool {
	return slices.ContainsFunc(among, func(d fact.Declaration) bool { return d.Name == name })
}

// Told returns what is known of the services, of these names.
func (b Book) Told(ctx context.Context, services []registry.Service, names []string) (map[id.ID]Knowledge, error) {
	told := b.Domains.Facts()
	var asked []string
	gives := false
	for _, name := range names {
		if declares(told, name) {
			asked = append(asked, name)
		} else {
			gives = true
		}
	}
	out := make(map[id.ID]Knowledge, len(services))
	for _, s := range services {
		out[s.ID] = Knowledge{Facts: fact.Set{}, From: map[string]Origin{}}
	}
	if len(asked) > 0 {
		sets, err := b.Domains.FactsOf(ctx, services, asked...)
		if err != nil {
			return nil, fmt.Errorf("ask domains: %w", err)
		}
		for service, set := range sets {
			for name, value := range set {
				out[service].Facts[name] = value
			}
		}
	}
	if !gives {
		return out, nil
	}
	found, err := b.Given.Given(ctx, each(services, func(s registry.Service) id.ID { return s.ID }))
	if err != nil {
		return nil, err
	}
	for service, facts := range found {
		for name, g := range facts {
			if declares(told, name) {
				continue
			}
			out[service].Facts[name] = g.Value
			out[service].From[name] = Origin{By: string(g.By), Source: g.Source, Link: g.Link, At: &g.At, Until: &g.Until}
		}
	}
	return out, nil
}
