package registry

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
)

// ServiceInput is what is declared of a service; an update replaces all of it.
type ServiceInput struct {
	Slug string
	// Team is the slug or identifier of the owning team; an update leaves it out or
	// repeats it, for a service changes hands by Transfer.
	Team   string
	System string // slug or identifier, or empty
	Profile
}

// Validate returns every fault that can be told from the input alone.
func (in ServiceInput) Validate() error {
	var check fault.Check
	in.check(&check)
	return check.Err()
}

func (in ServiceInput) check(check *fault.Check) {
	CheckSlug(check, "/slug", in.Slug)
	in.Profile.check(check)
}

func (p Profile) check(check *fault.Check) {
	CheckName(check, "/name", p.Name)
	CheckText(check, "/description", p.Description, MaxDescription)
	check.Require(slices.Contains(Kinds, p.Kind), "/kind", p.Kind, "must be one of %s", fault.Or(Kinds))
	check.Require(p.Tier >= 1 && p.Tier <= 4, "/tier", p.Tier, "must be 1, the most critical, to 4")
	check.Require(slices.Contains(Lifecycles, p.Lifecycle), "/lifecycle", p.Lifecycle, "must be one of %s", fault.Or(Lifecycles))
	CheckURL(check, "/repository", p.Repository)
	if strings.Contains(p.OnCall, "://") {
		CheckURL(check, "/onCall", p.OnCall)
	} else {
		access.CheckLine(check, "/onCall", p.OnCall, 0, MaxLine)
	}
	CheckURL(check, "/runbook", p.Runbook)
	CheckURL(check, "/dashboard", p.Dashboard)
	CheckURL(check, "/docs", p.Docs)
	access.CheckLine(check, "/contact", p.Contact, 0, MaxLine)
	CheckPairs(check, "/labels", p.Labels, MaxLabelValue)
	CheckPairs(check, "/annotations", p.Annotations, MaxAnnotationValue)
}

// clone returns the profile with maps of its own, never nil.
func (p Profile) clone() Profile {
	p.Labels, p.Annotations = maps.Clone(p.Labels), maps.Clone(p.Annotations)
	if p.Labels == nil {
		p.Labels = map[string]string{}
	}
	if p.Annotations == nil {
		p.Annotations = map[string]string{}
	}
	return p
}

// Object is the service as it is authorised on.
func (s Service) Object() access.Object {
	return access.Object{Kind: access.KindService, ID: s.ID, Label: s.Slug, Team: s.Team}
}

// Live returns nil, or Conflict "service_retired": a retired service is not changed.
func (s Service) Live() error {
	if s.RetiredAt == nil {
		return nil
	}
	return fault.New(fault.Conflict, "service_retired", "the service %q was retired; restore it first", s.Slug)
}

// ServiceFor returns the service of that slug or identifier, also a retired one.
func (r *Registry) ServiceFor(ctx context.Context, name string) (Service, error) {
	if err := r.read(ctx, access.KindService); err != nil {
		return Service{}, err
	}
	return r.service(ctx, name)
}

func (r *Registry) service(ctx context.Context, name string) (Service, error) {
	return Find(ctx, r.store, NounService, "", name, r.store.Service, r.store.ServiceBySlug)
}

// Services lists services by slug; retired ones only when the filter says so.
func (r *Registry) Services(ctx context.Context, f ServiceFilter, p page.Request) (page.Page[Service], error) {
	if err := r.read(ctx, access.KindService); err != nil {
		return page.Page[Service]{}, err
	}
	if err := checkQuery(f.Query); err != nil {
		return page.Page[Service]{}, err
	}
	services, err := r.store.Services(ctx, f, p)
	if err != nil {
		return page.Page[Service]{}, fmt.Errorf("list services: %w", err)
	}
	return services, nil
}

// ServicesByID returns those of the services that exist, by identifier.
func (r *Registry) ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]Service, error) {
	if err := r.read(ctx, access.KindService); err != nil {
		return nil, err
	}
	return r.store.ServicesByID(ctx, services)
}

// CreateService registers a service of a team that the caller belongs to.
// Conflict "slug_taken" when another service has or had the slug.
func (r *Registry) CreateService(ctx context.Context, in ServiceInput) (Service, error) {
	now := r.moment()
	var s Service
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		var check fault.Check
		in.check(&check)
		team, err := r.owner(ctx, &check, access.KindService, in.Slug, in.Team)
		if err != nil {
			return err
		}
		system, err := r.systemOf(ctx, &check, in.System, Service{})
		if err != nil {
			return err
		}
		if err := check.Err(); err != nil {
			return err
		}
		s = Service{
			ID: id.New(now), Slug: in.Slug, Profile: in.Profile.clone(),
			Team: team.ID, TeamSlug: team.Slug, System: system.ID, SystemSlug: system.Slug,
			Managed: managed.Set(nil).Taken(ctx), CreatedAt: now, UpdatedAt: now, Version: 1,
		}
		if err := r.store.ReserveSlug(ctx, NounService, "", s.Slug, s.ID); err != nil {
			return err
		}
		if err := r.store.CreateService(ctx, s); err != nil {
			return err
		}
		return r.recorder.RecordDiff(ctx, access.Create, s.Object(), "", nil, s)
	})
	if err != nil {
		return Service{}, fmt.Errorf("create service: %w", err)
	}
	return s, nil
}

// systemOf returns the system that an input names, none when it names none. That
// of the service as it is, which most updates repeat, is not looked up again.
func (r *Registry) systemOf(ctx context.Context, check *fault.Check, name string, is Service) (System, error) {
	switch name {
	case "":
		return System{}, nil
	case is.SystemSlug, string(is.System):
		return System{ID: is.System, Slug: is.SystemSlug}, nil
	}
	system, _, err := Refer(ctx, check, "/system", name, r.system)
	return system, err
}

// UpdateService replaces what is declared of a service; a new slug leaves the old
// one leading to it. Conflict "slug_taken", and "service_retired": a retired one can
// only leave its system, which it would hold for ever.
func (r *Registry) UpdateService(ctx context.Context, name string, version int64, in ServiceInput) (Service, error) {
	return r.changeService(ctx, name, version, access.Update, "", func(ctx context.Context, s Service, now time.Time) (Service, error) {
		retired := s.Live()
		var check fault.Check
		in.check(&check)
		if in.Team != "" {
			team, found, err := Refer(ctx, &check, "/team", in.Team, r.team)
			if err != nil {
				return s, err
			}
			check.Require(!found || team.ID == s.Team, "/team", in.Team, "must stay as it is; transfer the service to give it to another team")
		}
		system, err := r.systemOf(ctx, &check, in.System, s)
		if err != nil {
			return s, err
		}
		if err := check.Err(); err != nil {
			return s, err
		}
		if r.guard != nil {
			if err := r.guard.Updating(ctx, s, in.Profile, now); err != nil {
				return s, err
			}
		}
		if in.Slug != s.Slug {
			if err := r.store.ReserveSlug(ctx, NounService, "", in.Slug, s.ID); err != nil {
				return s, err
			}
		}
		before := s
		s.Slug, s.Profile = in.Slug, in.Profile.clone()
		if retired != nil && !unchanged(before, s) {
			return before, retired
		}
		s.System, s.SystemSlug = system.ID, system.Slug
		return s, nil
	})
}

// unchanged reports whether nothing is to be written: what is declared again as it
// is, by a pipeline every few minutes perhaps, is no change, and leaves the version
// that others have seen.
func unchanged[T any](before, after T) bool { return reflect.DeepEqual(before, after) }

// changeService loads a service of that version, authorises the verb on it,
// writes what change makes of it, and records the difference.
func (r *Registry) changeService(
	ctx context.Context, name string, version int64, verb access.Verb, reason string,
	change func(ctx context.Context, s Service, now time.Time) (Service, error),
) (Service, error) {
	now := r.moment()
	var after Service
	err := r.runner.InTx(ctx, func(ctx context.Context) error {
		before, err := r.service(ctx, name)
		if err != nil {
			return err
		}
		if err := r.authorizer.Authorize(ctx, verb, before.Object()); err != nil {
			return err
		}
		if before.Version != version {
			return fault.Stale("service")
		}
		if after, err = change(ctx, before, now); err != nil {
			return err
		}
		if after.Managed = before.Managed.Taken(ctx); unchanged(before, after) {
			return nil
		}
		if err := before.Managed.Refuse(ctx, before.fields(after)...); err != nil {
			return err
		}
		after.UpdatedAt = now
		if err := r.store.UpdateService(ctx, after); err != nil {
			return err
		}
		after.Version++
		if err := r.tell(ctx, before, after, now); err != nil {
			return err
		}
		return r.recorder.RecordDiff(ctx, verb, before.Object(), reason, before, after)
	})
	if err != nil {
		return Service{}, fmt.Errorf("%s service: %w", verb, err)
	}
	return after, nil
}
