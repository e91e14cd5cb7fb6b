package outage

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Registry gives the services that outages are of. A registry.Store is one.
type Registry interface {
	Service(ctx context.Context, service id.ID) (registry.Service, error)
}

// Parts are what a Service is made of.
type Parts struct {
	Store      Store
	Registry   Registry
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
}

// Service is what can be done with outages. Every method but Classes authorises the
// context's caller, and every change is audited in its own transaction.
type Service struct{ Parts }

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{p} }

// Record enters an outage of the service.
//
// Faults: NotFound; Forbidden; Conflict "service_retired" and "too_many_outages"; Invalid
// with every broken rule.
func (s *Service) Record(ctx context.Context, service id.ID, in Input) (Outage, error) {
	now := clock.Round(s.Clock())
	var made Outage
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		owner, err := s.Registry.Service(ctx, service)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, access.Create, Outage{}.object(owner)); err != nil {
			return err
		}
		if err := owner.Live(); err != nil {
			return err
		}
		var check fault.Check
		in.check(&check, now, nil)
		if err := check.Err(); err != nil {
			return err
		}
		live, err := s.Store.OutagesOf(ctx, []id.ID{service}, now.Add(-Reach), now)
		if err != nil {
			return err
		}
		if len(live) >= MaxLive {
			return fault.New(fault.Conflict, "too_many_outages", "the service %q has %d outages in %d days, which is as many as it may; join some that follow each other", owner.Slug, len(live), Reach/day)
		}
		author, _ := access.AuthorFrom(ctx)
		made = Outage{ID: id.New(now), Service: service, CreatedAt: now, CreatedBy: author.Name, UpdatedAt: now, UpdatedBy: author.Name, Version: 1}.with(in)
		if err := s.Store.CreateOutage(ctx, made); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Create, made.object(owner), "", nil, made.record())
	})
	if err != nil {
		return Outage{}, fmt.Errorf("record an outage: %w", err)
	}
	return made, nil
}

// Change replaces what is said of an outage of the service.
//
// Faults: NotFound; Forbidden; Precondition when version is not the current one; Invalid.
func (s *Service) Change(ctx context.Context, service, outage id.ID, version int64, in Input) (Outage, error) {
	now := clock.Round(s.Clock())
	var after Outage
	err := s.change(ctx, access.Update, service, outage, version, func(ctx context.Context, before Outage, owner registry.Service) error {
		var check fault.Check
		in.check(&check, now, &before)
		if err := check.Err(); err != nil {
			return err
		}
		author, _ := access.AuthorFrom(ctx)
		after = before.with(in)
		after.UpdatedAt, after.UpdatedBy = now, author.Name
		if err := s.Store.UpdateOutage(ctx, after); err != nil {
			return err
		}
		after.Version++
		return s.Recorder.RecordDiff(ctx, access.Update, before.object(owner), "", before.record(), after.record())
	})
	if err != nil {
		return Outage{}, fmt.Errorf("change an outage: %w", err)
	}
	return after, nil
}

// Remove takes back that there was an outage; the audit log keeps what was said of it.
//
// Faults: NotFound; Forbidden; Precondition.
func (s *Service) Remove(ctx context.Context, service, outage id.ID, version int64) error {
	err := s.change(ctx, access.Delete, service, outage, version, func(ctx context.Context, before Outage, owner registry.Service) error {
		if err := s.Store.DeleteOutage(ctx, before); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Delete, before.object(owner), "", before.record(), nil)
	})
	if err != nil {
		return fmt.Errorf("remove an outage: %w", err)
	}
	return nil
}

// change does something with an outage, in a transaction, once the caller may.
func (s *Service) change(
	ctx context.Context, verb access.Verb, service, outage id.ID, version int64,
	do func(ctx context.Context, before Outage, owner registry.Service) error,
) error {
	return s.Runner.InTx(ctx, func(ctx context.Context) error {
		before, err := s.of(ctx, service, outage)
		if err != nil {
			return err
		}
		owner, err := s.Registry.Service(ctx, service)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, verb, before.object(owner)); err != nil {
			return err
		}
		if before.Version != version {
			return fault.Stale("outage")
		}
		return do(ctx, before, owner)
	})
}

func (s *Service) of(ctx context.Context, service, outage id.ID) (Outage, error) {
	o, err := s.Store.Outage(ctx, outage)
	if err == nil && o.Service != service {
		return Outage{}, fault.Missing("outage", string(outage))
	}
	return o, err
}

// Get returns an outage of the service; NotFound.
func (s *Service) Get(ctx context.Context, service, outage id.ID) (Outage, error) {
	if err := s.mayRead(ctx); err != nil {
		return Outage{}, err
	}
	o, err := s.of(ctx, service, outage)
	if err != nil {
		return Outage{}, fmt.Errorf("read an outage: %w", err)
	}
	return o, nil
}

// List lists outages, the latest first, by when they begin.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[Outage], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Outage]{}, err
	}
	found, err := s.Store.Outages(ctx, f, r)
	if err != nil {
		return page.Page[Outage]{}, fmt.Errorf("list outages: %w", err)
	}
	return found, nil
}

// Classes returns the times of outages in [from, to), by service and class; what lasts is so
// until to. An incident with a tag such as "class:network" is one of that class for each service
// that it affects, unless it is restricted. It authorises nobody.
func (s *Service) Classes(ctx context.Context, services []id.ID, from, to time.Time) (map[id.ID]map[string][]window.Span, error) {
	found, err := s.Store.TimesOf(ctx, services, from, to)
	if err != nil {
		return nil, fmt.Errorf("read the outages of %d services: %w", len(services), err)
	}
	out := map[id.ID]map[string][]window.Span{}
	for _, t := range found {
		span := window.Span{From: t.Begins, To: to, Effect: window.Exclude}
		if t.Ends != nil {
			span.To = *t.Ends
		}
		if !span.From.Before(span.To) {
			continue // an incident that was over as it began
		}
		for _, class := range t.classes() {
			if out[t.Service] == nil {
				out[t.Service] = map[string][]window.Span{}
			}
			out[t.Service][class] = append(out[t.Service][class], span)
		}
	}
	return out, nil
}

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindOutage})
}
