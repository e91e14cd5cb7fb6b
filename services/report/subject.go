package report

import (
	"context"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// subject is of what a report is drawn up.
type subject struct {
	services       []registry.Service
	views          []slo.View
	teams, systems map[id.ID]Ref
}

// scopeOf returns the scope of that kind and name, a slug or an identifier. NotFound; Moved.
func (s *Service) scopeOf(ctx context.Context, kind Kind, name string) (Scope, error) {
	switch kind {
	case OfTeam:
		t, err := registry.Find(ctx, s.Registry, registry.NounTeam, "", name, s.Registry.Team, s.Registry.TeamBySlug)
		return Scope{kind, t.ID, t.Slug, t.Name, t.ID}, err
	case OfSystem:
		y, err := registry.Find(ctx, s.Registry, registry.NounSystem, "", name, s.Registry.System, s.Registry.SystemBySlug)
		return Scope{kind, y.ID, y.Slug, y.Name, y.Team}, err
	case OfService:
		v, err := registry.Find(ctx, s.Registry, registry.NounService, "", name, s.Registry.Service, s.Registry.ServiceBySlug)
		return Scope{kind, v.ID, v.Slug, v.Name, v.Team}, err
	}
	return Scope{Kind: OfOrganisation}, nil
}

// ScopeInput is what a report is asked for.
type ScopeInput struct {
	Kind Kind
	Name string // slug or identifier; empty of the organisation
}

// check returns the scope, or notes its faults at members below the pointer; NotFound and
// Moved where it is named in a path or a query.
func (s *Service) check(ctx context.Context, check *fault.Check, pointer string, in ScopeInput) (Scope, error) {
	if !slices.Contains(Kinds, in.Kind) {
		check.Fail(pointer+"scope", in.Kind, "must be one of %s", fault.Or(Kinds))
		return Scope{}, nil
	}
	if in.Kind == OfOrganisation {
		check.Require(in.Name == "", pointer+"name", in.Name, "must be left out of the organisation, which there is one of")
		return Scope{Kind: OfOrganisation}, nil
	}
	find := func(ctx context.Context, name string) (Scope, error) { return s.scopeOf(ctx, in.Kind, name) }
	found, _, err := registry.Refer(ctx, check, pointer+"name", in.Name, find)
	return found, err
}

// subjectOf finds the services and SLOs of the scope as it is now, those too that were
// retired.
func (s *Service) subjectOf(ctx context.Context, of Scope) (subject, error) {
	out, parents, err := s.parts(ctx)
	if err != nil {
		return subject{}, err
	}
	switch of.Kind {
	case OfService:
		one, err := s.Registry.Service(ctx, of.ID)
		if err != nil {
			return subject{}, err
		}
		out.services = []registry.Service{one}
	default:
		f := registry.ServiceFilter{IncludeRetired: true}
		if of.Kind == OfSystem {
			f.System = of.ID
		}
		err := each(func(r page.Request) (page.Page[registry.Service], error) { return s.Registry.Services(ctx, f, r) }, func(one registry.Service) {
			if of.Kind != OfTeam || below(one.Team, of.ID, parents) {
				out.services = append(out.services, one)
			}
		})
		if err != nil {
			return subject{}, fmt.Errorf("read the services of the %s: %w", of, err)
		}
	}
	names := make([]id.ID, len(out.services))
	for i, one := range out.services {
		names[i] = one.ID
	}
	if out.views, err = s.Past.SLOsOf(ctx, names); err != nil {
		return subject{}, fmt.Errorf("read the SLOs of the %s: %w", of, err)
	}
	return out, nil
}

// parts names every team and system, and the parent of each team.
func (s *Service) parts(ctx context.Context) (subject, map[id.ID]id.ID, error) {
	out, parents := subject{teams: map[id.ID]Ref{}, systems: map[id.ID]Ref{}}, map[id.ID]id.ID{}
	err := each(func(r page.Request) (page.Page[registry.Team], error) {
		return s.Registry.Teams(ctx, registry.TeamFilter{}, r)
	}, func(t registry.Team) {
		out.teams[t.ID], parents[t.ID] = Ref{t.ID, t.Slug}, t.Parent
	})
	if err != nil {
		return subject{}, nil, fmt.Errorf("read the teams: %w", err)
	}
	err = each(func(r page.Request) (page.Page[registry.System], error) {
		return s.Registry.Systems(ctx, registry.SystemFilter{}, r)
	}, func(y registry.System) { out.systems[y.ID] = Ref{y.ID, y.Slug} })
	if err != nil {
		return subject{}, nil, fmt.Errorf("read the systems: %w", err)
	}
	return out, parents, nil
}

// below reports whether the team is the other one, or below it in the tree.
func below(team, top id.ID, parents map[id.ID]id.ID) bool {
	for ; team != ""; team = parents[team] {
		if team == top {
			return true
		}
	}
	return false
}

// each goes through all pages of a list.
func each[T any](read func(page.Request) (page.Page[T], error), do func(T)) error {
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		found, err := read(r)
		if err != nil {
			return err
		}
		for _, one := range found.Items {
			do(one)
		}
		if r.After = found.Next; r.After == "" {
			return nil
		}
	}
}
