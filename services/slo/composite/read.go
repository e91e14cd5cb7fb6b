package composite

import (
	"context"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindComposite})
}

// View returns a composite, retired or not, with what is current of it; NotFound.
func (s *Service) View(ctx context.Context, composite id.ID) (View, error) {
	if err := s.mayRead(ctx); err != nil {
		return View{}, err
	}
	v, err := s.Store.Composite(ctx, composite)
	if err != nil {
		return View{}, fmt.Errorf("read a composite SLO: %w", err)
	}
	return v.asOf(s.Clock()), nil
}

// Find returns the composite of that slug or identifier. NotFound; Moved when the slug is a
// former one.
func (s *Service) Find(ctx context.Context, name string) (View, error) {
	if err := s.mayRead(ctx); err != nil {
		return View{}, err
	}
	v, err := registry.Find(ctx, s.Registry, registry.NounComposite, "", name, s.Store.Composite, s.Store.CompositeBySlug)
	return v.asOf(s.Clock()), err
}

// List lists composites by slug.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[View], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[View]{}, err
	}
	var check fault.Check
	check.Require(f.State == "" || slices.Contains(budget.States, f.State), "query.state", f.State, "must be one of %s", fault.Or(budget.States))
	if err := check.Err(); err != nil {
		return page.Page[View]{}, err
	}
	found, err := s.Store.Composites(ctx, f, r)
	if err != nil {
		return page.Page[View]{}, fmt.Errorf("list composite SLOs: %w", err)
	}
	now := s.Clock()
	return page.Map(found, func(v View) View { return v.asOf(now) }), nil
}

// Composed counts the composites, but for retired ones, that have an SLO of the service as a
// member, for registry's preview of its retirement.
func (s *Service) Composed(ctx context.Context, service id.ID) (int, error) {
	if err := s.mayRead(ctx); err != nil {
		return 0, err
	}
	n, err := s.Store.CountComposites(ctx, Filter{Service: service})
	if err != nil {
		return 0, fmt.Errorf("count the composite SLOs of a service: %w", err)
	}
	return n, nil
}

// Revisions lists those of a composite, the newest first.
func (s *Service) Revisions(ctx context.Context, composite id.ID, r page.Request) (page.Page[Revision], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Revision]{}, err
	}
	found, err := s.Store.CompositeRevisions(ctx, composite, r)
	if err != nil {
		return page.Page[Revision]{}, fmt.Errorf("list the revisions of a composite SLO: %w", err)
	}
	return found, nil
}

// Members returns the SLOs that are the members of a composite now, by identifier.
func (s *Service) Members(ctx context.Context, v View) (map[id.ID]slo.View, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	ids := make([]id.ID, len(v.Revision.Members))
	for i, m := range v.Revision.Members {
		ids[i] = m.SLO.ID
	}
	found, err := s.SLOs.ViewsByID(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read the members of a composite SLO: %w", err)
	}
	out := make(map[id.ID]slo.View, len(found))
	for _, f := range found {
		out[f.SLO.ID] = f
	}
	return out, nil
}
