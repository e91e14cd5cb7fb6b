package registry

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
)

// RestorePeriod is how long a retirement can be undone.
const RestorePeriod = 30 * 24 * time.Hour

// Dependent is a service that depends on another, and how.
type Dependent struct {
	Service    Service
	Dependency Dependency
}

// Dependents are the first that were declared, and how many more there are.
type Dependents struct {
	First []Dependent
	More  int
}

// TransferPreview is what a transfer would mean.
type TransferPreview struct {
	Service  Service
	From, To Team
	// Holdings move along with the service.
	Holdings []Holding
	// Dependents keep depending on it; their teams will talk to another one.
	Dependents Dependents
}

// PreviewTransfer tells what would move if the service were given to the team.
func (r *Registry) PreviewTransfer(ctx context.Context, name, to string) (TransferPreview, error) {
	s, err := r.ServiceFor(ctx, name)
	if err != nil {
		return TransferPreview{}, err
	}
	var check fault.Check
	receiving, err := r.receiving(ctx, &check, "query.team", s, to)
	if err != nil {
		return TransferPreview{}, err
	}
	if err := check.Err(); err != nil {
		return TransferPreview{}, err
	}
	p := TransferPreview{Service: s, To: receiving}
	if p.From, err = r.store.Team(ctx, s.Team); err != nil {
		return TransferPreview{}, fmt.Errorf("read the owner of %q: %w", s.Slug, err)
	}
	if p.Holdings, p.Dependents, err = r.hanging(ctx, s); err != nil {
		return TransferPreview{}, err
	}
	return p, nil
}

// Transfer gives a service, with all that hangs on it, to another team. It takes
// a person of the team that owns it; the receiving one is not asked. A retired one
// can be given away too: its team would be held by it for ever.
func (r *Registry) Transfer(ctx context.Context, name string, version int64, to, reason string) (Service, error) {
	return r.changeService(ctx, name, version, access.Transfer, reason, func(ctx context.Context, s Service, now time.Time) (Service, error) {
		var check fault.Check
		CheckText(&check, "/reason", reason, MaxReason)
		receiving, err := r.receiving(ctx, &check, "/team", s, to)
		if err != nil {
			return s, err
		}
		s.Team, s.TeamSlug = receiving.ID, receiving.Slug
		return s, check.Err()
	})
}

func (r *Registry) receiving(ctx context.Context, check *fault.Check, pointer string, s Service, to string) (Team, error) {
	team, found, err := Refer(ctx, check, pointer, to, r.team)
	if found && team.ID == s.Team {
		check.Fail(pointer, to, "owns the service already")
	}
	return team, err
}

// RetirePreview is what a retirement would mean.
type RetirePreview struct {
	Service Service
	// Holdings end with the service.
	Holdings []Holding
	// Composites is how many composite SLOs lose a member: it counts as one without data.
	Composites int
	// Dependents lose what they depend on.
	Dependents Dependents
	// RestorableUntil is when it could no longer be undone, if it were done now.
	RestorableUntil time.Time
}

// PreviewRetire tells what would end if the service were retired, and who would miss it.
func (r *Registry) PreviewRetire(ctx context.Context, name string) (RetirePreview, error) {
	s, err := r.ServiceFor(ctx, name)
	if err != nil {
		return RetirePreview{}, err
	}
	p := RetirePreview{Service: s, RestorableUntil: r.moment().Add(RestorePeriod)}
	if s.RetiredAt != nil {
		p.RestorableUntil = s.RetiredAt.Add(RestorePeriod)
	}
	if p.Holdings, p.Dependents, err = r.hanging(ctx, s); err != nil {
		return RetirePreview{}, err
	}
	if r.composites != nil {
		if p.Composites, err = r.composites.Composed(ctx, s.ID); err != nil {
			return RetirePreview{}, fmt.Errorf("count what SLOs of %q are members of: %w", s.Slug, err)
		}
	}
	return p, nil
}

// Retire ends a service: in the same transaction its SLOs stop being evaluated
// and its violations end. Its slug stays its own. It can be restored within
// RestorePeriod. Conflict "service_retired" when it was retired before, and those of
// the Guard.
func (r *Registry) Retire(ctx context.Context, name string, version int64, reason string) (Service, error) {
	return r.changeService(ctx, name, version, access.Retire, reason, func(ctx context.Context, s Service, now time.Time) (Service, error) {
		if s.RetiredAt != nil {
			return s, fault.New(fault.Conflict, "service_retired", "the service %q was retired already", s.Slug)
		}
		var check fault.Check
		CheckText(&check, "/reason", reason, MaxReason)
		if err := check.Err(); err != nil {
			return s, err
		}
		if err := s.Managed.Sets().RefuseEnd(ctx, "the service"); err != nil {
			return s, err
		}
		if r.guard != nil {
			if err := r.guard.Ending(ctx, s); err != nil {
				return s, err
			}
		}
		s.RetiredAt = &now
		return s, nil
	})
}

// Restore undoes a retirement. Conflict "service_not_retired", and
// "restore_expired" once RestorePeriod is over.
func (r *Registry) Restore(ctx context.Context, name string, version int64) (Service, error) {
	return r.changeService(ctx, name, version, access.Restore, "", func(ctx context.Context, s Service, now time.Time) (Service, error) {
		if s.RetiredAt == nil {
			return s, fault.New(fault.Conflict, "service_not_retired", "the service %q is not retired", s.Slug)
		}
		if until := s.RetiredAt.Add(RestorePeriod); now.After(until) {
			return s, fault.New(fault.Conflict, "restore_expired", "the service %q could be restored until %s; register it anew under another slug", s.Slug, until.Format(time.RFC3339))
		}
		s.RetiredAt = nil
		return s, nil
	})
}

// tell lets the other domains follow a retirement or restoration, within its transaction.
func (r *Registry) tell(ctx context.Context, before, after Service, at time.Time) error {
	for _, e := range r.endings {
		var err error
		switch retired := after.RetiredAt != nil; {
		case retired == (before.RetiredAt != nil):
		case retired:
			err = e.ServiceRetired(ctx, after, at)
		default:
			err = e.ServiceRestored(ctx, after, at)
		}
		if err != nil {
			return fmt.Errorf("let what hangs on %q follow: %w", after.Slug, err)
		}
	}
	return nil
}

// hanging gathers what hangs on a service, here and in other domains.
func (r *Registry) hanging(ctx context.Context, s Service) ([]Holding, Dependents, error) {
	var holdings []Holding
	for _, h := range r.holders {
		more, err := h.Holdings(ctx, s.ID)
		if err != nil {
			return nil, Dependents{}, fmt.Errorf("count what hangs on %q: %w", s.Slug, err)
		}
		holdings = append(holdings, more...)
	}
	dependents, err := r.firstDependents(ctx, s)
	return holdings, dependents, err
}

// firstDependents are as many dependents as a preview shows. They are read before
// they are counted: one that comes in between is among the rest.
func (r *Registry) firstDependents(ctx context.Context, s Service) (Dependents, error) {
	first, err := r.dependents(ctx, s, page.Request{Limit: page.DefaultLimit})
	if err != nil || first.Next == "" {
		return Dependents{First: first.Items}, err
	}
	count, err := r.store.CountDependents(ctx, s.ID)
	if err != nil {
		return Dependents{}, fmt.Errorf("count who depends on %q: %w", s.Slug, err)
	}
	return Dependents{First: first.Items, More: max(count-len(first.Items), 0)}, nil
}

// dependents returns the living services that depend on s.
func (r *Registry) dependents(ctx context.Context, s Service, req page.Request) (page.Page[Dependent], error) {
	dependencies, err := r.store.Dependents(ctx, s.ID, req)
	if err != nil {
		return page.Page[Dependent]{}, fmt.Errorf("read who depends on %q: %w", s.Slug, err)
	}
	ids := make([]id.ID, len(dependencies.Items))
	for i, d := range dependencies.Items {
		ids[i] = d.Service
	}
	services, err := r.store.ServicesByID(ctx, ids)
	if err != nil {
		return page.Page[Dependent]{}, fmt.Errorf("read the dependents of %q: %w", s.Slug, err)
	}
	return page.Map(dependencies, func(d Dependency) Dependent { return Dependent{Service: services[d.Service], Dependency: d} }), nil
}
