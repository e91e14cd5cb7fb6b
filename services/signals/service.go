package signals

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// DefaultPatience is how long whoever looks at signals waits for data sources. What is
// not there by then is unknown, and the rest is told.
const DefaultPatience = 3 * time.Second

// Parts are what a Service is made of.
type Parts struct {
	Store        Store
	Registry     Registry
	Sources      Sources
	SLOs         SLOs
	Measurements Measurements
	Reader       Reader
	Turns        Turns
	Recogniser   Recogniser
	Runner       tx.Runner
	Authorizer   *access.Authorizer
	Recorder     access.Recorder
	Clock        clock.Clock
	Logger       *slog.Logger
	Patience     time.Duration // DefaultPatience when 0
}

// Service is what can be done with golden signals. Names given to it are slugs or
// identifiers. Every method authorises the context's caller, and every change is
// audited in its own transaction.
type Service struct {
	Parts
	answers *answers
}

// NewService returns the service, which is to be closed.
func NewService(p Parts) *Service {
	if p.Patience == 0 {
		p.Patience = DefaultPatience
	}
	return &Service{Parts: p, answers: newAnswers(p.Reader, p.Turns)}
}

// Close ends what is still being asked.
func (s *Service) Close() { s.answers.close() }

// Find returns the mapping of a service, also of a retired one.
func (s *Service) Find(ctx context.Context, service string) (Mapping, registry.Service, error) {
	if err := s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindSignalMapping}); err != nil {
		return Mapping{}, registry.Service{}, err
	}
	return s.find(ctx, service)
}

func (s *Service) find(ctx context.Context, service string) (Mapping, registry.Service, error) {
	owner, err := registry.Find(ctx, s.Registry, registry.NounService, "", service, s.Registry.Service, s.Registry.ServiceBySlug)
	if err != nil {
		return Mapping{}, registry.Service{}, err
	}
	m, err := s.Store.Mapping(ctx, owner.ID)
	if fault.Is(err, fault.NotFound) {
		return Mapping{Service: owner.ID, Version: FirstVersion}, owner, nil
	}
	if err != nil {
		return Mapping{}, registry.Service{}, fmt.Errorf("read how signals are mapped: %w", err)
	}
	return m, owner, nil
}

// Change replaces how the signals of a service are read. One that changes nothing
// leaves the version. What a data source or an SLO that was named before has become
// since, such as retired, is no fault.
//
// Faults: NotFound; Forbidden; Precondition when version is not the current one;
// Conflict "service_retired"; Invalid with every broken rule.
func (s *Service) Change(ctx context.Context, service string, version int64, to Map) (Mapping, error) {
	return s.change(ctx, access.Update, service, version, func(ctx context.Context, standing Map, owner registry.Service) (Map, error) {
		to := to.orDefaults()
		var check fault.Check
		to.check(&check)
		to, err := s.refer(ctx, &check, to, standing, owner)
		if err != nil {
			return to, err
		}
		return to.canonical(), check.Err()
	})
}

// Unmap has no signal of a service be read any more. Faults are those of Change.
func (s *Service) Unmap(ctx context.Context, service string, version int64) (Mapping, error) {
	return s.change(ctx, access.Delete, service, version, func(context.Context, Map, registry.Service) (Map, error) { return Map{}, nil })
}

// change loads the mapping of that version, authorises the verb on it, writes what do
// makes of it, and records the difference.
func (s *Service) change(
	ctx context.Context, verb access.Verb, service string, version int64,
	do func(ctx context.Context, standing Map, owner registry.Service) (Map, error),
) (Mapping, error) {
	now := clock.Round(s.Clock())
	var after Mapping
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		before, owner, err := s.find(ctx, service)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, verb, before.object(owner)); err != nil {
			return err
		}
		if err := owner.Live(); err != nil {
			return err
		}
		if before.Version != version {
			return fault.Stale("signal mapping")
		}
		after = before
		if after.Map, err = do(ctx, before.Map, owner); err != nil || reflect.DeepEqual(before.Map, after.Map) {
			return err
		}
		after.UpdatedAt = now
		if before.Version == FirstVersion {
			after.ID, after.CreatedAt = id.New(now), now
			created := after
			created.Version++
			err = s.Store.CreateMapping(ctx, created)
		} else {
			err = s.Store.UpdateMapping(ctx, after)
		}
		if err != nil {
			return err
		}
		after.Version++
		return s.Recorder.RecordDiff(ctx, verb, after.object(owner), "", before.Map, after.Map)
	})
	if err != nil {
		return Mapping{}, fmt.Errorf("%s a signal mapping: %w", verb, err)
	}
	return after, nil
}

// refer returns the map with its data sources and SLOs by identifier, and notes those
// that cannot be read.
func (s *Service) refer(ctx context.Context, check *fault.Check, m, standing Map, owner registry.Service) (Map, error) {
	r := referring{Service: s, ctx: ctx, check: check, owner: owner, sources: standing.DataSources(), slos: standing.slosBySignal()}
	if m.Latency != nil {
		l := *m.Latency
		l.DataSource, l.SLO = r.source("/latency", l.DataSource), r.slo(Latency, "/latency", l.SLO)
		m.Latency = &l
	}
	if m.Traffic != nil {
		t := *m.Traffic
		t.DataSource, t.SLO = r.source("/traffic", t.DataSource), r.slo(Traffic, "/traffic", t.SLO)
		m.Traffic = &t
	}
	if m.Errors != nil {
		e := *m.Errors
		e.DataSource, e.SLO = r.source("/errors", e.DataSource), r.slo(Errors, "/errors", e.SLO)
		m.Errors = &e
	}
	m.Saturation = slices.Clone(m.Saturation)
	for i := range m.Saturation[:min(len(m.Saturation), MaxResources)] {
		m.Saturation[i].DataSource = r.source(fmt.Sprintf("/saturation/%d", i), m.Saturation[i].DataSource)
	}
	return m, r.err
}

// referring looks up what a map names. After an error, which is no fault of the map,
// it does nothing.
type referring struct {
	*Service
	ctx     context.Context
	check   *fault.Check
	owner   registry.Service
	sources []id.ID          // that were named before
	slos    map[Signal]id.ID // for each signal
	err     error
}

// source returns the identifier of a data source that is named, or an empty one.
func (r *referring) source(base string, name id.ID) id.ID {
	if name == "" || r.err != nil {
		return ""
	}
	pointer := base + "/dataSource"
	src, found, err := registry.Refer(r.ctx, r.check, pointer, string(name), func(ctx context.Context, name string) (source.Source, error) {
		return registry.Find(ctx, r.Registry, registry.NounDataSource, "", name, r.Sources.Source, r.Sources.SourceBySlug)
	})
	if err != nil {
		r.err = fmt.Errorf("find a data source: %w", err)
		return ""
	}
	if !found || slices.Contains(r.sources, src.ID) {
		return src.ID
	}
	r.check.Require(src.RetiredAt == nil, pointer, src.Slug, "names a data source that was retired and is not asked any more")
	r.check.Require(src.Kind == source.Prometheus, pointer, src.Slug, "must be of kind %s: an adapter answers for the indicators of SLOs alone; take the signal over from one", source.Prometheus)
	r.check.Require(src.Admits(r.owner.Team), pointer, src.Slug,
		"names a data source that asks for teams with a matcher of their own, and the team %q has none; an administrator adds it", r.owner.TeamSlug)
	return src.ID
}

// slo returns the identifier of an SLO of the service that is named, or an empty one.
func (r *referring) slo(signal Signal, base string, name id.ID) id.ID {
	if name == "" || r.err != nil {
		return ""
	}
	byID := func(ctx context.Context, of id.ID) (slo.View, error) {
		v, err := r.SLOs.View(ctx, of)
		if err == nil && v.SLO.Service != r.owner.ID {
			return slo.View{}, fault.Missing("slo", string(of))
		}
		return v, err
	}
	pointer := base + "/slo"
	v, found, err := registry.Refer(r.ctx, r.check, pointer, string(name), func(ctx context.Context, name string) (slo.View, error) {
		return registry.Find(ctx, r.Registry, registry.NounSLO, r.owner.ID, name, byID, func(ctx context.Context, slug string) (slo.View, error) {
			return r.SLOs.ViewBySlug(ctx, r.owner.ID, slug)
		})
	})
	if err != nil {
		r.err = fmt.Errorf("find the SLO of a signal: %w", err)
		return ""
	}
	if found && r.slos[signal] != v.SLO.ID {
		if lack := unfit(signal, v); lack != nil {
			r.check.Fail(pointer, v.SLO.Slug, "%s", lack.Detail)
		}
	}
	return v.SLO.ID
}

// unfit tells why a signal cannot be taken over from an SLO as it is now, or nil.
func unfit(signal Signal, v slo.View) *Lack {
	o := v.Indicator.Origin
	switch {
	case v.SLO.RetiredAt != nil:
		return lack(SLORetired, "the SLO %q was retired", v.SLO.Slug)
	case signal == Latency && o.Latency == nil:
		return lack(SLOUnfit, "the SLO %q is not read from a histogram, whose quantiles could be read; map a histogram or queries", v.SLO.Slug)
	case signal != Latency && (o.Threshold != nil || o.RawRatio != nil && o.RawRatio.Weight == ""):
		return lack(SLOUnfit, "the SLO %q counts what a query gave, and not requests; map queries", v.SLO.Slug)
	}
	return nil
}

// Holdings counts the signals of a service that are mapped, for registry's previews.
func (s *Service) Holdings(ctx context.Context, service id.ID) ([]registry.Holding, error) {
	m, err := s.Store.Mapping(ctx, service)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, fmt.Errorf("count the golden signals of a service: %w", err)
	}
	count := 0
	for _, signal := range All {
		if m.Mapped(signal) {
			count++
		}
	}
	return []registry.Holding{{Noun: "golden_signal", Count: count}}, nil
}
