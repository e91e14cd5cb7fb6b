package onboarding

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Parts are what a Service is made of.
type Parts struct {
	Store        Store
	Host         Host // nil where no code host can be asked
	Organisation Organisation
	SLOs         SLOs
	Teller       event.Teller
	Runner       tx.Runner
	Authorizer   *access.Authorizer
	Recorder     access.Recorder
	Clock        clock.Clock
}

// Service is what can be done to bring services. Every method but Discover authorises the context's
// caller: everybody reads, administrators do the rest; every change is audited in its own transaction.
type Service struct{ Parts }

// NewService returns a service of the parts.
func NewService(p Parts) *Service { return &Service{p} }

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindOnboarding})
}

func (s *Service) wave(ctx context.Context, name string) (Wave, error) {
	w, err := s.Store.Wave(ctx, name)
	if err != nil {
		return Wave{}, fmt.Errorf("read a wave: %w", err)
	}
	return w, nil
}

// Repositories lists what was found, by full name.
func (s *Service) Repositories(ctx context.Context, f RepositoryFilter, r page.Request) (page.Page[Repository], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Repository]{}, err
	}
	var check fault.Check
	access.CheckLine(&check, "query.query", f.Query, 0, registry.MaxName)
	if err := check.Err(); err != nil {
		return page.Page[Repository]{}, err
	}
	return s.Store.Repositories(ctx, f, r)
}

// Repository returns one; NotFound.
func (s *Service) Repository(ctx context.Context, of id.ID) (Repository, error) {
	if err := s.mayRead(ctx); err != nil {
		return Repository{}, err
	}
	return s.Store.Repository(ctx, of)
}

// Decision is what people say of a repository.
type Decision struct {
	Choice
	// Dismissed says that it is no service, and why; nil where it may be one.
	Dismissed *string
}

// Decide says what a repository is to be as a service, or that it is none, given the version that the
// caller saw. It replaces what was said before.
//
// Faults: Forbidden; NotFound; Precondition; Invalid; Conflict "registered" where a service names it.
func (s *Service) Decide(ctx context.Context, of id.ID, version int64, d Decision) (Repository, error) {
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Update, Kind: access.KindOnboarding}); err != nil {
		return Repository{}, err
	}
	now := clock.Round(s.Clock())
	var r Repository
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		var err error
		if r, err = s.Store.Repository(ctx, of); err != nil {
			return err
		}
		object := access.Object{Kind: access.KindOnboarding, ID: r.ID, Label: fault.Clip(r.FullName, 64)}
		if err := s.Authorizer.Authorize(ctx, access.Update, object); err != nil {
			return err
		}
		if r.Version != version {
			return fault.Stale("repository")
		}
		if r.Service != "" {
			return fault.New(fault.Conflict, "registered", "the service %q names %s: change the service", r.ServiceSlug, fault.Clip(r.FullName, 64))
		}
		before := r
		if err := s.choose(ctx, &r, d); err != nil {
			return err
		}
		switch {
		case d.Dismissed == nil:
			r.DismissedAt, r.DismissedBy, r.DismissedFor = nil, "", ""
		case r.DismissedAt == nil || r.DismissedFor != *d.Dismissed:
			r.DismissedAt, r.DismissedBy, r.DismissedFor = &now, access.CallerFrom(ctx).Name, strings.TrimSpace(*d.Dismissed)
		}
		if reflect.DeepEqual(before, r) {
			return nil
		}
		if err := s.Store.DecideOnRepository(ctx, r); err != nil {
			return err
		}
		if err := s.Recorder.RecordDiff(ctx, access.Update, object, r.DismissedFor, before.record(), r.record()); err != nil {
			return err
		}
		r, err = s.Store.Repository(ctx, of)
		return err
	})
	if err != nil {
		return Repository{}, fmt.Errorf("decide on a repository: %w", err)
	}
	return r, nil
}

// choose puts the choice into the repository, with the team that comes of it.
func (s *Service) choose(ctx context.Context, r *Repository, d Decision) error {
	var check fault.Check
	d.check(&check)
	if d.Dismissed != nil {
		check.Require(strings.TrimSpace(*d.Dismissed) != "", "/dismissed", nil, "must say why it is no service")
		registry.CheckText(&check, "/dismissed", *d.Dismissed, registry.MaxReason)
	}
	if d.Team != "" {
		team, _, err := registry.Refer(ctx, &check, "/team", d.Team, func(ctx context.Context, name string) (registry.Team, error) {
			return followed(ctx, name, s.Organisation.TeamFor)
		})
		if err != nil {
			return err
		}
		d.Team = team.Slug
	}
	if d.System != "" {
		system, _, err := registry.Refer(ctx, &check, "/system", d.System, func(ctx context.Context, name string) (registry.System, error) {
			return followed(ctx, name, s.Organisation.SystemFor)
		})
		if err != nil {
			return err
		}
		d.System = system.Slug
	}
	if err := check.Err(); err != nil {
		return err
	}
	r.Choice = d.Choice
	var err error
	r.Team, r.TeamBy, err = s.teamOf(ctx, *r, map[string]id.ID{})
	return err
}

// record is what the audit log keeps of a repository.
func (r Repository) record() any {
	return struct {
		FullName string
		Choice
		Dismissed string
	}{r.FullName, r.Choice, r.DismissedFor}
}

// Services lists living services with how far they are, by slug.
func (s *Service) Services(ctx context.Context, f ServiceFilter, r page.Request) (page.Page[ServiceStage], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[ServiceStage]{}, err
	}
	return s.Store.Services(ctx, f, r)
}

// Waves lists waves, the newest first.
func (s *Service) Waves(ctx context.Context, r page.Request) (page.Page[Wave], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Wave]{}, err
	}
	return s.Store.Waves(ctx, r)
}

// Wave returns one by slug or identifier; NotFound.
func (s *Service) Wave(ctx context.Context, name string) (Wave, error) {
	if err := s.mayRead(ctx); err != nil {
		return Wave{}, err
	}
	return s.wave(ctx, name)
}

// CreateWave plans a wave.
//
// Faults: Forbidden; Invalid with every broken rule; Conflict "slug_taken".
func (s *Service) CreateWave(ctx context.Context, d Draft) (Wave, error) {
	now := clock.Round(s.Clock())
	w := Wave{ID: id.New(now), Draft: d.settled(), CreatedAt: now, CreatedBy: access.CallerFrom(ctx).Name, UpdatedAt: now, Version: 1}
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		if err := s.Authorizer.Authorize(ctx, access.Create, w.object()); err != nil {
			return err
		}
		var check fault.Check
		if err := w.check(&check, nil, now); err != nil {
			return err
		}
		if err := check.Err(); err != nil {
			return err
		}
		if err := s.Store.CreateWave(ctx, w); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Create, w.object(), "", nil, w.record())
	})
	if err != nil {
		return Wave{}, fmt.Errorf("create a wave: %w", err)
	}
	return w, nil
}

// UpdateWave changes what is declared of a wave, given the version that the caller saw. What it brought
// already stays as it is.
//
// Faults: Forbidden; NotFound; Precondition; Invalid; Conflict "slug_taken".
func (s *Service) UpdateWave(ctx context.Context, name string, version int64, d Draft) (Wave, error) {
	return s.changeWave(ctx, name, version, access.Update, func(ctx context.Context, w *Wave) error {
		before, now := *w, clock.Round(s.Clock())
		w.Draft = d.settled()
		var check fault.Check
		if err := w.check(&check, &before, now); err != nil {
			return err
		}
		if err := check.Err(); err != nil {
			return err
		}
		if reflect.DeepEqual(before, *w) {
			return nil
		}
		w.UpdatedAt = now
		if err := s.Store.UpdateWave(ctx, *w); err != nil {
			return err
		}
		w.Version++
		return s.Recorder.RecordDiff(ctx, access.Update, w.object(), "", before.record(), w.record())
	})
}

// DeleteWave removes a wave, given the version that the caller saw: what it brought stays.
//
// Faults: Forbidden; NotFound; Precondition.
func (s *Service) DeleteWave(ctx context.Context, name string, version int64) error {
	_, err := s.changeWave(ctx, name, version, access.Delete, func(ctx context.Context, w *Wave) error {
		if err := s.Store.DeleteWave(ctx, w.ID, version); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Delete, w.object(), "", w.record(), nil)
	})
	return err
}

func (s *Service) changeWave(ctx context.Context, name string, version int64, verb access.Verb, do func(context.Context, *Wave) error) (Wave, error) {
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: verb, Kind: access.KindOnboarding}); err != nil {
		return Wave{}, err
	}
	var w Wave
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		var err error
		if w, err = s.Store.HoldWave(ctx, name); err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, verb, w.object()); err != nil {
			return err
		}
		if w.Version != version {
			return fault.Stale("wave")
		}
		return do(ctx, &w)
	})
	if err != nil {
		return Wave{}, fmt.Errorf("change a wave: %w", err)
	}
	return w, nil
}

// Members lists what a wave has, by when it was put in; NotFound.
func (s *Service) Members(ctx context.Context, wave string, f MemberFilter, r page.Request) (page.Page[Member], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Member]{}, err
	}
	w, err := s.wave(ctx, wave)
	if err != nil {
		return page.Page[Member]{}, err
	}
	f.Wave = w.ID
	return s.Store.Members(ctx, f, r)
}

// Add puts services and repositories into a wave, all that are named and match or none. Those that are
// in it stay.
//
// Faults: Forbidden; NotFound; Invalid; Conflict "in_another_wave".
func (s *Service) Add(ctx context.Context, wave string, p Pick) (Picked, error) {
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Update, Kind: access.KindOnboarding}); err != nil {
		return Picked{}, err
	}
	now := clock.Round(s.Clock())
	var out Picked
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		w, err := s.Store.HoldWave(ctx, wave)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, access.Update, w.object()); err != nil {
			return err
		}
		services, repositories, err := s.picked(ctx, p)
		if err != nil {
			return err
		}
		members := make([]Member, 0, len(services)+len(repositories))
		for _, of := range services {
			members = append(members, Member{ID: id.New(now), Wave: w.ID, Service: of, State: Waiting, CreatedAt: now})
		}
		for _, of := range repositories {
			members = append(members, Member{ID: id.New(now), Wave: w.ID, Repository: of, State: Waiting, CreatedAt: now})
		}
		already, err := s.Store.AddMembers(ctx, members)
		if err != nil {
			return err
		}
		out = Picked{Added: len(members) - already, Already: already}
		if out.Added == 0 {
			return nil
		}
		return s.Recorder.RecordDiff(ctx, access.Update, w.object(), "", nil, struct {
			Pick
			Added int
		}{p, out.Added})
	})
	if err != nil {
		return Picked{}, fmt.Errorf("put services into a wave: %w", err)
	}
	return out, nil
}

// picked are the services and repositories that are meant, each once.
func (s *Service) picked(ctx context.Context, p Pick) (services, repositories []id.ID, err error) {
	var check fault.Check
	named := len(p.Services) + len(p.Repositories)
	if named > MaxPicked {
		check.Fail("/services", named, "must be, with repositories, at most %d at once", MaxPicked)
		return nil, nil, check.Err()
	}
	check.Require(named > 0 || p.Match != nil, "", nil, "must name services or repositories, or say what matches")
	for i, name := range p.Services {
		at := fmt.Sprintf("/services/%d", i)
		is, found, err := registry.Refer(ctx, &check, at, name, s.Organisation.ServiceFor)
		if err != nil {
			return nil, nil, err
		}
		if found {
			check.Require(is.Live() == nil, at, name, "was retired")
			services = append(services, is.ID)
		}
	}
	for i, of := range p.Repositories {
		at := fmt.Sprintf("/repositories/%d", i)
		r, err := s.Store.Repository(ctx, of)
		switch {
		case fault.Is(err, fault.NotFound):
			check.Fail(at, fault.Clip(string(of), 64), "must be the identifier of a repository that was found; there is none of it")
		case err != nil:
			return nil, nil, err
		case r.State() == Registered:
			check.Fail(at, r.FullName, "is a service already: put the service %s in", r.ServiceSlug)
		default:
			check.Require(r.State() == Found, at, r.FullName, "is %s: it becomes no service", r.State())
			repositories = append(repositories, of)
		}
	}
	if p.Match != nil {
		s1, r1, err := s.matching(ctx, &check, *p.Match)
		if err != nil {
			return nil, nil, err
		}
		services, repositories = append(services, s1...), append(repositories, r1...)
	}
	slices.Sort(services)
	slices.Sort(repositories)
	return slices.Compact(services), slices.Compact(repositories), check.Err()
}

// matching are the services and repositories that match, at most MaxPicked of each.
func (s *Service) matching(ctx context.Context, check *fault.Check, m Match) (services, repositories []id.ID, err error) {
	var team registry.Team
	var system registry.System
	if m.Team != "" {
		if team, _, err = registry.Refer(ctx, check, "/match/team", m.Team, s.Organisation.TeamFor); err != nil {
			return nil, nil, err
		}
	}
	if m.System != "" {
		if system, _, err = registry.Refer(ctx, check, "/match/system", m.System, s.Organisation.SystemFor); err != nil {
			return nil, nil, err
		}
	}
	check.Require(m.Tier >= 0 && m.Tier <= 4, "/match/tier", m.Tier, "must be 1, the most critical, to 4")
	check.Require(m.Of == "" || slices.Contains(Sources, m.Of), "/match/of", m.Of, "must be one of %s", fault.Or(Sources))
	if err := check.Err(); err != nil {
		return nil, nil, err
	}
	if m.Of != OfRepositories {
		if services, err = s.Store.MatchingServices(ctx, team.ID, system.ID, m.Tier, MaxPicked); err != nil {
			return nil, nil, err
		}
	}
	if m.Of != OfServices && m.System == "" && m.Tier == 0 {
		repositories, err = s.Store.MatchingRepositories(ctx, team.ID, MaxPicked)
	}
	return services, repositories, err
}

// Remove takes a member out of its wave; what was brought of it stays. NotFound.
func (s *Service) Remove(ctx context.Context, wave string, member id.ID) error {
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Update, Kind: access.KindOnboarding}); err != nil {
		return err
	}
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		w, err := s.Store.HoldWave(ctx, wave)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, access.Update, w.object()); err != nil {
			return err
		}
		m, err := s.Store.Member(ctx, member)
		if err == nil && m.Wave != w.ID {
			err = fault.Missing("member", string(member))
		}
		if err != nil {
			return err
		}
		if err := s.Store.DeleteMember(ctx, member); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Update, w.object(), "", struct{ Removed string }{m.Name}, nil)
	})
	if err != nil {
		return fmt.Errorf("take something out of a wave: %w", err)
	}
	return nil
}
