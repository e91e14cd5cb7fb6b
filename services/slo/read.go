package slo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// View returns an SLO, retired or not, with what is current of it; NotFound.
func (s *Service) View(ctx context.Context, slo id.ID) (View, error) {
	return s.view(ctx, slo, s.now())
}

// view is View for an operation that has read the clock.
func (s *Service) view(ctx context.Context, slo id.ID, now time.Time) (View, error) {
	if err := s.mayRead(ctx); err != nil {
		return View{}, err
	}
	v, err := s.store.View(ctx, slo)
	if err != nil {
		return View{}, fmt.Errorf("read an SLO: %w", err)
	}
	return v.asOf(now), nil
}

// Find returns the SLO of those names, each a slug or an identifier, and its
// service. NotFound; Moved "service_renamed" or "slo_renamed" when a slug is a
// former one.
func (s *Service) Find(ctx context.Context, n Name) (View, registry.Service, error) {
	if err := s.mayRead(ctx); err != nil {
		return View{}, registry.Service{}, err
	}
	v, owner, err := s.find(ctx, n)
	return v.asOf(s.now()), owner, err
}

func (s *Service) find(ctx context.Context, n Name) (View, registry.Service, error) {
	owner, err := registry.Find(ctx, s.registry, registry.NounService, "", n.Service, s.registry.Service, s.registry.ServiceBySlug)
	if err != nil {
		return View{}, registry.Service{}, err
	}
	byID := func(ctx context.Context, slo id.ID) (View, error) {
		v, err := s.store.View(ctx, slo)
		if err == nil && v.SLO.Service != owner.ID {
			return View{}, fault.Missing("slo", string(slo))
		}
		return v, err
	}
	bySlug := func(ctx context.Context, slug string) (View, error) { return s.store.ViewBySlug(ctx, owner.ID, slug) }
	v, err := registry.Find(ctx, s.registry, registry.NounSLO, owner.ID, n.SLO, byID, bySlug)
	return v, owner, err
}

// Views lists SLOs.
func (s *Service) Views(ctx context.Context, f Filter, r page.Request) (page.Page[View], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[View]{}, err
	}
	var check fault.Check
	check.Require(f.State == "" || slices.Contains(budget.States, f.State), "query.state", f.State, "must be one of %s", fault.Or(budget.States))
	check.Require(f.Order == "" || f.Order == BySlug || f.Order == ByRemaining, "query.order", f.Order, "must be %q or %q", BySlug, ByRemaining)
	access.CheckLine(&check, "query.query", f.Query, 0, registry.MaxName)
	if err := check.Err(); err != nil {
		return page.Page[View]{}, err
	}
	views, err := s.store.Views(ctx, f, r)
	if err != nil {
		return page.Page[View]{}, fmt.Errorf("list SLOs: %w", err)
	}
	now := s.now()
	return page.Map(views, func(v View) View { return v.asOf(now) }), nil
}

// Revisions lists an SLO's revisions, the newest first, with what each counted.
func (s *Service) Revisions(ctx context.Context, slo id.ID, r page.Request) (page.Page[RevisionWithIndicator], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[RevisionWithIndicator]{}, err
	}
	revisions, err := s.store.Revisions(ctx, slo, r)
	if err != nil {
		return page.Page[RevisionWithIndicator]{}, fmt.Errorf("list the revisions of an SLO: %w", err)
	}
	return revisions, nil
}

// Revision returns the revision of that number; NotFound.
func (s *Service) Revision(ctx context.Context, slo id.ID, number int) (RevisionWithIndicator, error) {
	if err := s.mayRead(ctx); err != nil {
		return RevisionWithIndicator{}, err
	}
	revision, err := s.store.Revision(ctx, slo, number)
	if err != nil {
		return RevisionWithIndicator{}, fmt.Errorf("read a revision of an SLO: %w", err)
	}
	return revision, nil
}

// Holdings counts what of a service's is kept here, for registry's previews.
func (s *Service) Holdings(ctx context.Context, service id.ID) ([]registry.Holding, error) {
	count := 0
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		views, err := s.store.Views(ctx, Filter{Service: service}, r)
		if err != nil {
			return nil, fmt.Errorf("count the SLOs of a service: %w", err)
		}
		count += len(views.Items)
		if r.After = views.Next; r.After == "" {
			return []registry.Holding{{Noun: string(registry.NounSLO), Count: count}}, nil
		}
	}
}

// Tally is how many active SLOs are in each state. Stale ones are in the state
// that they hold, and counted again in Stale.
type Tally struct {
	States map[budget.State]int
	Stale  int
	Total  int
}

// Tally counts the active SLOs of the team's services, of all services where no team
// is named.
func (s *Service) Tally(ctx context.Context, team id.ID) (Tally, error) {
	if err := s.mayRead(ctx); err != nil {
		return Tally{}, err
	}
	rows, err := s.store.StatesByTeam(ctx, outdated(s.now()))
	if err != nil {
		return Tally{}, fmt.Errorf("count SLOs by team: %w", err)
	}
	out := Tally{States: make(map[budget.State]int, len(budget.States))}
	for _, row := range rows {
		if team != "" && row.Team != team {
			continue
		}
		out.States[row.State] += row.Count
		out.Total += row.Count
		if row.Stale {
			out.Stale += row.Count
		}
	}
	return out, nil
}

// States are the states that there are among the SLOs of each of the services that are not
// retired; a service without any is left out.
func (s *Service) States(ctx context.Context, services []id.ID) (map[id.ID][]budget.State, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	states, err := s.store.StatesOf(ctx, services)
	if err != nil {
		return nil, fmt.Errorf("read the states of the SLOs of %d services: %w", len(services), err)
	}
	return states, nil
}

func (s *Service) mayRead(ctx context.Context) error {
	return s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindSLO})
}

// ViewsByID returns those of the SLOs that exist, by identifier.
func (s *Service) ViewsByID(ctx context.Context, slos []id.ID) (map[id.ID]View, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	views, err := s.store.ViewsByID(ctx, slos)
	if err != nil {
		return nil, fmt.Errorf("read %d SLOs: %w", len(slos), err)
	}
	now := s.now()
	found := make(map[id.ID]View, len(views))
	for _, v := range views {
		found[v.SLO.ID] = v.asOf(now)
	}
	return found, nil
}
