package source

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Service is what can be done with data sources. Names given to it are slugs or
// identifiers. Every method authorises the context's caller: everybody may read,
// only administrators write and check; every change is audited in its own
// transaction.
type Service struct {
	store      Store
	registry   Registry
	runner     tx.Runner
	prober     Prober
	authorizer *access.Authorizer
	recorder   access.Recorder
	now        clock.Clock
}

// NewService returns the service over its store and collaborators.
func NewService(
	store Store, registry Registry, runner tx.Runner, prober Prober,
	authorizer *access.Authorizer, recorder access.Recorder, now clock.Clock,
) *Service {
	return &Service{store: store, registry: registry, runner: runner, prober: prober, authorizer: authorizer, recorder: recorder, now: now}
}

func (s Source) object() access.Object {
	return access.Object{Kind: access.KindDataSource, ID: s.ID, Label: s.Slug}
}

// Live returns nil, or Conflict "data_source_retired": a retired data source is
// neither changed nor asked.
func (s Source) Live() error {
	if s.RetiredAt == nil {
		return nil
	}
	return fault.New(fault.Conflict, "data_source_retired", "the data source %q was retired; restore it first", s.Slug)
}

// Find returns the data source of that name, also a retired one.
func (s *Service) Find(ctx context.Context, name string) (View, error) {
	if err := s.mayRead(ctx); err != nil {
		return View{}, err
	}
	found, err := s.find(ctx, name)
	if err != nil {
		return View{}, err
	}
	return s.view(ctx, found.ID)
}

func (s *Service) find(ctx context.Context, name string) (Source, error) {
	return registry.Find(ctx, s.registry, registry.NounDataSource, "", name, s.store.Source, s.store.SourceBySlug)
}

func (s *Service) view(ctx context.Context, source id.ID) (View, error) {
	v, err := s.store.View(ctx, source)
	if err != nil {
		return View{}, fmt.Errorf("read a data source: %w", err)
	}
	return v, nil
}

// List lists data sources by slug; retired ones only when the filter says so.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[View], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[View]{}, err
	}
	var check fault.Check
	access.CheckLine(&check, "query.query", f.Query, 0, registry.MaxName)
	if err := check.Err(); err != nil {
		return page.Page[View]{}, err
	}
	views, err := s.store.Views(ctx, f, r)
	if err != nil {
		return page.Page[View]{}, fmt.Errorf("list data sources: %w", err)
	}
	return views, nil
}

// ByID returns those of the data sources that exist, by identifier.
func (s *Service) ByID(ctx context.Context, sources []id.ID) (map[id.ID]Source, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	found, err := s.store.SourcesByID(ctx, sources)
	if err != nil {
		return nil, fmt.Errorf("read %d data sources: %w", len(sources), err)
	}
	return found, nil
}

func (s *Service) mayRead(ctx context.Context) error {
	return s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindDataSource})
}

// Create registers a data source. Conflict "slug_taken" when another has or had
// the slug.
func (s *Service) Create(ctx context.Context, in Input) (View, error) {
	now := clock.Round(s.now())
	var made View
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		if err := s.authorizer.Authorize(ctx, access.Create, access.Object{Kind: access.KindDataSource}); err != nil {
			return err
		}
		created := Source{ID: id.New(now), CreatedAt: now, UpdatedAt: now, Version: 1}
		var err error
		if created, err = s.declared(ctx, created, in); err != nil {
			return err
		}
		if err := s.registry.ReserveSlug(ctx, registry.NounDataSource, "", created.Slug, created.ID); err != nil {
			return err
		}
		if err := s.store.CreateSource(ctx, created); err != nil {
			return err
		}
		made = View{Source: created}
		return s.recorder.RecordDiff(ctx, access.Create, created.object(), "", nil, created)
	})
	if err != nil {
		return View{}, fmt.Errorf("create a data source: %w", err)
	}
	return made, nil
}

// declared returns the source with what the input says of it, or every fault of it.
func (s *Service) declared(ctx context.Context, source Source, in Input) (Source, error) {
	in = in.orDefaults()
	var check fault.Check
	in.Check(&check)
	source.Slug, source.Name, source.Description, source.Kind, source.Access = in.Slug, in.Name, in.Description, in.Kind, in.Access
	source.Limits = Limits{Timeout: in.Timeout, Concurrency: in.Concurrency, Delay: *in.Delay}
	source.Matchers, source.MatchersRequired = nil, in.MatchersRequired
	type place struct {
		team  id.ID
		label string
	}
	seen := make(map[place]bool, len(in.Matchers))
	teams := make(map[string]id.ID, len(in.Matchers))
	for i, m := range in.Matchers[:min(len(in.Matchers), MaxMatchers)] {
		at := fmt.Sprintf("/matchers/%d", i)
		team, known := teams[m.Team]
		if !known && m.Team != "" {
			found, ok, err := registry.Refer(ctx, &check, at+"/team", m.Team, s.team)
			if err != nil {
				return source, err
			}
			if !ok {
				continue
			}
			team = found.ID
			teams[m.Team] = team
		}
		here := place{team, m.Label}
		check.Require(!seen[here], at+"/label", m.Label, "must be given once for a team")
		seen[here] = true
		source.Matchers = append(source.Matchers, Matcher{Team: team, Label: m.Label, Op: m.Op, Value: m.Value})
	}
	return source, check.Err()
}

func (s *Service) team(ctx context.Context, name string) (registry.Team, error) {
	return registry.Find(ctx, s.registry, registry.NounTeam, "", name, s.registry.Team, s.registry.TeamBySlug)
}

// Update replaces what is declared of a data source, but for its kind, which its
// indicators were written for. Teams that matchers no longer admit keep their
// SLOs, which get no data.
//
// Faults: Forbidden; Precondition; Conflict "data_source_retired" and
// "slug_taken"; Invalid.
func (s *Service) Update(ctx context.Context, name string, version int64, in Input) (View, error) {
	return s.change(ctx, name, version, access.Update, "", func(ctx context.Context, before Source, _ time.Time) (Source, error) {
		if err := before.Live(); err != nil {
			return before, err
		}
		after, err := s.declared(ctx, before, in)
		if err != nil {
			return before, err
		}
		if after.Kind != before.Kind {
			var check fault.Check
			check.Fail("/kind", in.Kind, "must stay %q, which indicators were written for; register another data source", before.Kind)
			return before, check.Err()
		}
		if after.Slug == before.Slug {
			return after, nil
		}
		return after, s.registry.ReserveSlug(ctx, registry.NounDataSource, "", after.Slug, after.ID)
	})
}

// dependentsNamed is how many SLOs a refusal to retire names.
const dependentsNamed = 5

// Retire ends that a data source is asked. While SLOs are read from it that takes
// force: they get no data from then on, and an administrator has to be able to
// cut off a data source that does harm.
//
// Faults: Forbidden; Precondition; Conflict "data_source_retired" and
// "data_source_in_use".
func (s *Service) Retire(ctx context.Context, name string, version int64, reason string, force bool) (View, error) {
	return s.change(ctx, name, version, access.Retire, reason, func(ctx context.Context, source Source, now time.Time) (Source, error) {
		if err := source.Live(); err != nil {
			return source, err
		}
		if !force {
			if err := s.unused(ctx, source); err != nil {
				return source, err
			}
		}
		source.RetiredAt = &now
		return source, nil
	})
}

// unused returns nil, or the Conflict that names SLOs that are read from the source.
func (s *Service) unused(ctx context.Context, source Source) error {
	v, err := s.view(ctx, source.ID)
	if err != nil || v.SLOs == 0 {
		return err
	}
	first, err := s.store.Dependents(ctx, source.ID, dependentsNamed)
	if err != nil {
		return fmt.Errorf("list the SLOs of a data source: %w", err)
	}
	names := make([]string, len(first))
	for i, d := range first {
		names[i] = d.Service + "/" + d.SLO
	}
	count, more := "1 SLO is", ""
	if v.SLOs > 1 {
		count = fmt.Sprintf("%d SLOs are", v.SLOs)
	}
	if v.SLOs > len(names) {
		more = fmt.Sprintf(" and %d more", v.SLOs-len(names))
	}
	return fault.New(fault.Conflict, "data_source_in_use", "%s read from the data source %q: %s%s; revise or retire them first, or retire it with force, and they get no data",
		count, source.Slug, strings.Join(names, ", "), more)
}

// Restore undoes Retire, at any time: nothing of a data source is ever pruned.
//
// Faults: Forbidden; Precondition; Conflict "data_source_not_retired".
func (s *Service) Restore(ctx context.Context, name string, version int64, reason string) (View, error) {
	return s.change(ctx, name, version, access.Retire, reason, func(_ context.Context, source Source, _ time.Time) (Source, error) {
		if source.RetiredAt == nil {
			return source, fault.New(fault.Conflict, "data_source_not_retired", "the data source %q is not retired", source.Slug)
		}
		source.RetiredAt = nil
		return source, nil
	})
}

// change loads a data source of that version, authorises the verb on it, writes
// what do makes of it, and records the difference.
func (s *Service) change(
	ctx context.Context, name string, version int64, verb access.Verb, reason string,
	do func(ctx context.Context, source Source, now time.Time) (Source, error),
) (View, error) {
	now := clock.Round(s.now())
	var changed View
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		before, err := s.find(ctx, name)
		if err != nil {
			return err
		}
		if err := s.authorizer.Authorize(ctx, verb, before.object()); err != nil {
			return err
		}
		if before.Version != version {
			return fault.Stale("data source")
		}
		var check fault.Check
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		if err := check.Err(); err != nil {
			return err
		}
		after, err := do(ctx, before, now)
		if err != nil {
			return err
		}
		after.UpdatedAt = now
		if err := s.store.UpdateSource(ctx, after); err != nil {
			return err
		}
		after.Version++
		if changed, err = s.view(ctx, after.ID); err != nil {
			return err
		}
		return s.recorder.RecordDiff(ctx, verb, before.object(), reason, before, after)
	})
	if err != nil {
		return View{}, fmt.Errorf("%s a data source: %w", verb, err)
	}
	return changed, nil
}

// checkMargin is for what of a check is not the request itself.
const checkMargin = 5 * time.Second

// Check asks the data source now and tells what came of it. It is not audited,
// as it changes nothing, and says nothing of the health, which is of asking for
// measurements.
//
// Faults: Forbidden; Conflict "data_source_retired".
func (s *Service) Check(ctx context.Context, name string) (Finding, error) {
	source, err := s.find(ctx, name)
	if err != nil {
		return Finding{}, err
	}
	if err := s.authorizer.Authorize(ctx, access.Check, source.object()); err != nil {
		return Finding{}, err
	}
	if err := source.Live(); err != nil {
		return Finding{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, source.Timeout+checkMargin)
	defer cancel()
	finding, err := s.prober.Probe(ctx, source)
	if err != nil {
		return Finding{}, fmt.Errorf("check the data source %s: %w", source.ID, err)
	}
	return finding, nil
}
