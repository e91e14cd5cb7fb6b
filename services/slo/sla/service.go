package sla

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// Registry is what SLAs need of the organisation. A registry.Store is one.
type Registry interface {
	registry.SlugStore
	Service(ctx context.Context, service id.ID) (registry.Service, error)
	ServiceBySlug(ctx context.Context, slug string) (registry.Service, error)
}

// SLOs are what SLAs are measured by. An slo.Store is one.
type SLOs interface {
	View(ctx context.Context, slo id.ID) (slo.View, error)
	ViewBySlug(ctx context.Context, service id.ID, slug string) (slo.View, error)
	Revisions(ctx context.Context, slo id.ID, r page.Request) (page.Page[slo.RevisionWithIndicator], error)
}

// Measurements gives back what was measured; see measure.Service, which is one.
type Measurements interface {
	Totals(ctx context.Context, of measure.Reading, from, to time.Time, step time.Duration) ([]measure.Step, error)
}

// Parts are what a Service is made of.
type Parts struct {
	Store        Store
	Registry     Registry
	SLOs         SLOs
	Measurements Measurements
	Runner       tx.Runner
	Authorizer   *access.Authorizer
	Recorder     access.Recorder
	Clock        clock.Clock
}

// Service is what can be done with SLAs. Every method authorises the context's caller,
// and every change is audited in its own transaction.
type Service struct{ Parts }

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{p} }

// Declare makes an SLA of the service, and returns it with what should be known of it.
//
// Faults: Forbidden; Conflict "service_retired" and "slug_taken"; Invalid with every
// broken rule.
func (s *Service) Declare(ctx context.Context, service id.ID, d Declaration) (View, []slo.Warning, error) {
	now := clock.Round(s.Clock())
	var made View
	var measured slo.View
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		owner, err := s.Registry.Service(ctx, service)
		if err != nil {
			return err
		}
		made = View{SLA: SLA{Slug: d.Slug}}
		if err := s.Authorizer.Authorize(ctx, access.Create, made.Object(owner)); err != nil {
			return err
		}
		if err := owner.Live(); err != nil {
			return err
		}
		if d, err = d.orElse(nil); err != nil {
			return err
		}
		var check fault.Check
		head, terms := d.check(&check, nil, now)
		if measured, err = s.refer(ctx, &check, owner, d.SLO, ""); err != nil {
			return err
		}
		if err := check.Err(); err != nil {
			return err
		}
		head.ID, head.Service, head.Revision, head.CreatedAt, head.UpdatedAt, head.Version = id.New(now), owner.ID, 1, now, now, 1
		terms.SLO = measured.SLO.ID
		made = View{SLA: head, Revision: Revision{ID: id.New(now), SLA: head.ID, Number: 1, Terms: terms, CreatedAt: now, CreatedBy: access.CallerFrom(ctx).Name}}
		first, _, err := head.PeriodAt(head.ValidFrom)
		if err != nil {
			return err
		}
		if err := s.Registry.ReserveSlug(ctx, registry.NounSLA, owner.ID, head.Slug, head.ID); err != nil {
			return err
		}
		if err := s.Store.CreateSLA(ctx, made, first.End.Add(Grace)); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Create, made.Object(owner), "", nil, made.record())
	})
	if err != nil {
		return View{}, nil, fmt.Errorf("declare an SLA: %w", err)
	}
	return made, warnings(made, measured), nil
}

// refer returns the SLO of the service that a declaration names. The one that measures
// the SLA already may be retired since.
func (s *Service) refer(ctx context.Context, check *fault.Check, owner registry.Service, name string, standing id.ID) (slo.View, error) {
	byID := func(ctx context.Context, of id.ID) (slo.View, error) {
		v, err := s.SLOs.View(ctx, of)
		if err == nil && v.SLO.Service != owner.ID {
			return slo.View{}, fault.Missing("slo", string(of))
		}
		return v, err
	}
	v, found, err := registry.Refer(ctx, check, "/slo", name, func(ctx context.Context, name string) (slo.View, error) {
		return registry.Find(ctx, s.Registry, registry.NounSLO, owner.ID, name, byID,
			func(ctx context.Context, slug string) (slo.View, error) {
				return s.SLOs.ViewBySlug(ctx, owner.ID, slug)
			})
	})
	check.Require(!found || v.SLO.RetiredAt == nil || v.SLO.ID == standing, "/slo", name, "must be an SLO of the service that is not retired")
	return v, err
}

// Change replaces what is declared of an SLA; changed terms are a new revision, by
// which periods are judged that end from now on. One that changes nothing leaves the
// version. Where Slug, Unit, StartDate, TimeZone or ValidFrom are empty, they stay.
//
// Faults: NotFound; Forbidden; Precondition when version is not the current one;
// Conflict "sla_ended", "service_retired" and "slug_taken"; Invalid.
func (s *Service) Change(ctx context.Context, sla id.ID, version int64, d Declaration) (View, []slo.Warning, error) {
	var measured slo.View
	after, err := s.change(ctx, access.Update, sla, version, "", func(ctx context.Context, old View, owner registry.Service, now time.Time) (View, error) {
		if err := owner.Live(); err != nil {
			return old, err
		}
		if err := old.SLA.live(); err != nil {
			return old, err
		}
		d, err := d.orElse(&old)
		if err != nil {
			return old, err
		}
		var check fault.Check
		head, terms := d.check(&check, &old, now)
		if measured, err = s.refer(ctx, &check, owner, d.SLO, old.Revision.SLO); err != nil {
			return old, err
		}
		closed, err := s.Store.LastClosed(ctx, sla)
		if err != nil {
			return old, err
		}
		if err := checkUntil(&check, "/validUntil", head, closed); err != nil {
			return old, err
		}
		if err := check.Err(); err != nil {
			return old, err
		}
		terms.SLO = measured.SLO.ID
		v := old
		v.SLA.Slug, v.SLA.Name, v.SLA.Customer, v.SLA.ValidUntil = head.Slug, head.Name, head.Customer, head.ValidUntil
		v.SLA.Contact, v.SLA.TermsURL = head.Contact, head.TermsURL
		if is := v.Revision.Terms; is.SLO != terms.SLO || is.Target != terms.Target || spell(is.Credits) != spell(terms.Credits) {
			v.SLA.Revision++
			v.Revision = Revision{ID: id.New(now), SLA: sla, Number: v.SLA.Revision, Terms: terms, CreatedAt: now, CreatedBy: access.CallerFrom(ctx).Name}
		}
		return v, nil
	})
	if err != nil {
		return View{}, nil, err
	}
	return after, warnings(after, measured), nil
}

// End ends an SLA: it is valid until the date, by default until the day after this
// one, and is not changed any more. The period in which that lies is closed as the
// others are.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "sla_ended"; Invalid with
// pointers to /validUntil and /reason.
func (s *Service) End(ctx context.Context, sla id.ID, version int64, until, reason string) (View, error) {
	return s.change(ctx, access.Retire, sla, version, reason, func(ctx context.Context, v View, _ registry.Service, now time.Time) (View, error) {
		if err := v.SLA.live(); err != nil {
			return v, err
		}
		zone, err := v.SLA.zone()
		if err != nil {
			return v, err
		}
		var check fault.Check
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		until = cmp.Or(until, now.In(zone).AddDate(0, 0, 1).Format(time.DateOnly))
		end := readDate(&check, "/validUntil", until, zone)
		check.Require(end.IsZero() || end.After(v.SLA.ValidFrom), "/validUntil", until, "must be after validFrom")
		closed, err := s.Store.LastClosed(ctx, sla)
		if err != nil {
			return v, err
		}
		v.SLA.ValidUntil, v.SLA.EndedAt = &end, &now
		if !end.IsZero() {
			if err := checkUntil(&check, "/validUntil", v.SLA, closed); err != nil {
				return v, err
			}
		}
		return v, check.Err()
	})
}

// change loads an SLA of that version, authorises the verb on it, writes what do makes
// of it, and records the difference.
func (s *Service) change(
	ctx context.Context, verb access.Verb, sla id.ID, version int64, reason string,
	do func(ctx context.Context, v View, owner registry.Service, now time.Time) (View, error),
) (View, error) {
	now := clock.Round(s.Clock())
	var after View
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		old, err := s.Store.SLA(ctx, sla)
		if err != nil {
			return err
		}
		owner, err := s.Registry.Service(ctx, old.SLA.Service)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, verb, old.Object(owner)); err != nil {
			return err
		}
		if old.SLA.Version != version {
			return fault.Stale("sla")
		}
		if after, err = do(ctx, old, owner, now); err != nil || after.record() == old.record() {
			return err
		}
		if after.SLA.Slug != old.SLA.Slug {
			if err := s.Registry.ReserveSlug(ctx, registry.NounSLA, owner.ID, after.SLA.Slug, sla); err != nil {
				return err
			}
		}
		if after.Revision.ID != old.Revision.ID {
			if err := s.Store.AddSLARevision(ctx, after.Revision); err != nil {
				return err
			}
		}
		due, _, err := s.next(ctx, after.SLA)
		if err != nil {
			return err
		}
		after.SLA.UpdatedAt = now
		if err := s.Store.UpdateSLA(ctx, after.SLA, due); err != nil {
			return err
		}
		after.SLA.Version++
		return s.Recorder.RecordDiff(ctx, verb, after.Object(owner), reason, old.record(), after.record())
	})
	if err != nil {
		return View{}, fmt.Errorf("%s an SLA: %w", verb, err)
	}
	return after, nil
}

// next returns when the first period that is not closed is due, nil for never, and the
// period.
func (s *Service) next(ctx context.Context, a SLA) (*time.Time, calendar.Window, error) {
	from, err := s.Store.LastClosed(ctx, a.ID)
	if err != nil {
		return nil, calendar.Window{}, err
	}
	if from.IsZero() {
		from = a.ValidFrom
	}
	w, valid, err := a.PeriodAt(from)
	if err != nil || !valid {
		return nil, calendar.Window{}, err
	}
	due := w.End.Add(Grace)
	return &due, w, nil
}
