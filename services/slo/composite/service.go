package composite

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Registry is what composites need of the organisation. A registry.Store is one.
type Registry interface {
	registry.SlugStore
	Team(ctx context.Context, team id.ID) (registry.Team, error)
	TeamBySlug(ctx context.Context, slug string) (registry.Team, error)
	System(ctx context.Context, system id.ID) (registry.System, error)
	SystemBySlug(ctx context.Context, slug string) (registry.System, error)
	Service(ctx context.Context, service id.ID) (registry.Service, error)
	ServiceBySlug(ctx context.Context, slug string) (registry.Service, error)
}

// SLOs are what composites are made of. An slo.Store is one.
type SLOs interface {
	View(ctx context.Context, slo id.ID) (slo.View, error)
	ViewBySlug(ctx context.Context, service id.ID, slug string) (slo.View, error)
	ViewsByID(ctx context.Context, slos []id.ID) ([]slo.View, error)
}

// Evaluated is what is evaluated beside composites: the SLOs. An slo.Service is one.
type Evaluated interface {
	measure.Subjects
	measure.Conclusions
	// Sights are by what the measurements of SLOs are looked at, each in its extent.
	Sights(ctx context.Context, views []slo.View, of map[id.ID]slo.Extent) (map[id.ID]slo.Sight, error)
	// Filling returns those of the indicators of which slots since the time are still being
	// read.
	Filling(ctx context.Context, indicators []slo.Indicator, since time.Time) (map[id.ID]bool, error)
}

// Measurements gives back what was measured; see measure.Service, which is one.
type Measurements interface {
	Totals(ctx context.Context, of measure.Reading, from, to time.Time, step time.Duration) ([]measure.Step, error)
	TotalsTogether(ctx context.Context, parts []measure.Part, from, to time.Time, step time.Duration) ([]measure.Step, error)
}

// Parts are what a Service is made of.
type Parts struct {
	Store        Store
	Registry     Registry
	SLOs         SLOs
	Evaluated    Evaluated
	Measurements Measurements
	Runner       tx.Runner
	Authorizer   *access.Authorizer
	Recorder     access.Recorder
	Clock        clock.Clock
}

// Service is what can be done with composites. Every method authorises the context's
// caller, and every change is audited in its own transaction.
type Service struct {
	Parts
	watched watched
}

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{Parts: p} }

// Declare makes a composite, and returns it with what should be known of it.
//
// Faults: Forbidden; Conflict "slug_taken"; Invalid with every broken rule.
func (s *Service) Declare(ctx context.Context, d Declaration) (View, []slo.Warning, error) {
	now := clock.Round(s.Clock())
	var made View
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Create, Kind: access.KindComposite}); err != nil {
			return err
		}
		d := d.orDefaults()
		var check fault.Check
		team, head, terms, err := s.refer(ctx, &check, d, nil, now)
		if err != nil {
			return err
		}
		if team.ID != "" {
			o := access.Object{Kind: access.KindComposite, Label: fault.Clip(d.Slug, registry.MaxSlug), Team: team.ID}
			if err := s.Authorizer.Authorize(ctx, access.Create, o); err != nil {
				return err
			}
		}
		if err := check.Err(); err != nil {
			return err
		}
		head.ID, head.Revision, head.CreatedAt, head.UpdatedAt, head.Version = id.New(now), 1, now, now, 1
		revision := Revision{ID: id.New(now), Composite: head.ID, Number: 1, Terms: terms, CreatedAt: now, CreatedBy: access.CallerFrom(ctx).Name}
		made = View{
			Composite: head, Revision: revision,
			Status: Status{Composite: head.ID, Revision: revision.ID, State: budget.NoData, Since: now, Stale: true},
		}
		if err := s.Registry.ReserveSlug(ctx, registry.NounComposite, "", head.Slug, head.ID); err != nil {
			return err
		}
		if err := s.Store.CreateComposite(ctx, made); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Create, head.Object(), "", nil, made.record())
	})
	if err != nil {
		return View{}, nil, fmt.Errorf("declare a composite SLO: %w", err)
	}
	warnings, err := s.warnings(ctx, made, now)
	return made, warnings, err
}

// Revise replaces what is declared of a composite; changed terms are a new revision. One
// that changes nothing leaves the version. Giving it to another team takes a person of the
// team that has it.
//
// Faults: NotFound; Forbidden; Precondition when version is not the current one; Conflict
// "composite_retired" and "slug_taken"; Invalid.
func (s *Service) Revise(ctx context.Context, composite id.ID, version int64, d Declaration) (View, []slo.Warning, error) {
	now := clock.Round(s.Clock())
	after, err := s.change(ctx, access.Update, composite, version, "", now, func(ctx context.Context, old View) (View, error) {
		if err := old.Composite.live(); err != nil {
			return old, err
		}
		if d.Slug == "" {
			d.Slug = old.Composite.Slug
		}
		d := d.orDefaults()
		var check fault.Check
		team, head, terms, err := s.refer(ctx, &check, d, &old, now)
		if err != nil {
			return old, err
		}
		if team.ID != "" && team.ID != old.Composite.Team {
			if err := s.Authorizer.Authorize(ctx, access.Transfer, old.Composite.Object()); err != nil {
				return old, err
			}
		}
		if err := check.Err(); err != nil {
			return old, err
		}
		v := old
		c := &v.Composite
		c.Slug, c.Name, c.Description, c.Team, c.System, c.Journey = head.Slug, head.Name, head.Description, head.Team, head.System, head.Journey
		if !old.Revision.Terms.equal(terms) {
			c.Revision++
			v.Revision = Revision{ID: id.New(now), Composite: c.ID, Number: c.Revision, Terms: terms, CreatedAt: now, CreatedBy: access.CallerFrom(ctx).Name}
			v.Parts = nil
		}
		return v, nil
	})
	if err != nil {
		return View{}, nil, err
	}
	warnings, err := s.warnings(ctx, after, now)
	return after, warnings, err
}

// Retire ends a composite's evaluation. reason is for the audit log and may be empty.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "composite_retired"; Invalid with a
// pointer to /reason.
func (s *Service) Retire(ctx context.Context, composite id.ID, version int64, reason string) (View, error) {
	now := clock.Round(s.Clock())
	return s.change(ctx, access.Retire, composite, version, reason, now, func(_ context.Context, v View) (View, error) {
		if err := v.Composite.live(); err != nil {
			return v, err
		}
		v.Composite.RetiredAt = &now
		return v, nil
	})
}

// Restore undoes Retire within registry.RestorePeriod; the next evaluation concludes from
// what was measured.
//
// Faults: as of Retire; Conflict "composite_not_retired" and "restore_expired".
func (s *Service) Restore(ctx context.Context, composite id.ID, version int64, reason string) (View, error) {
	now := clock.Round(s.Clock())
	return s.change(ctx, access.Restore, composite, version, reason, now, func(_ context.Context, v View) (View, error) {
		if v.Composite.RetiredAt == nil {
			return v, fault.New(fault.Conflict, "composite_not_retired", "the composite SLO %q is not retired", v.Composite.Slug)
		}
		if until := v.Composite.RetiredAt.Add(registry.RestorePeriod); now.After(until) {
			return v, fault.New(fault.Conflict, "restore_expired", "the composite SLO %q could be restored until %s; declare it anew under another slug", v.Composite.Slug, until.Format(time.RFC3339))
		}
		v.Composite.RetiredAt = nil
		return v, nil
	})
}

// change loads a composite of that version, authorises the verb on it, writes what do makes
// of it, and records the difference.
func (s *Service) change(
	ctx context.Context, verb access.Verb, composite id.ID, version int64, reason string, now time.Time,
	do func(ctx context.Context, v View) (View, error),
) (View, error) {
	var after View
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		old, err := s.Store.Composite(ctx, composite)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, verb, old.Composite.Object()); err != nil {
			return err
		}
		if old.Composite.Version != version {
			return fault.Stale("composite")
		}
		var check fault.Check
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		if err := check.Err(); err != nil {
			return err
		}
		if after, err = do(ctx, old); err != nil || after.record() == old.record() {
			return err
		}
		if after.Composite.Slug != old.Composite.Slug {
			if err := s.Registry.ReserveSlug(ctx, registry.NounComposite, "", after.Composite.Slug, composite); err != nil {
				return err
			}
		}
		if after.Revision.ID != old.Revision.ID {
			if err := s.Store.AddCompositeRevision(ctx, after.Revision); err != nil {
				return err
			}
		}
		after.Composite.UpdatedAt = now
		if err := s.Store.UpdateComposite(ctx, after.Composite); err != nil {
			return err
		}
		after.Composite.Version++
		return s.Recorder.RecordDiff(ctx, verb, old.Composite.Object(), reason, old.record(), after.record())
	})
	if err != nil {
		return View{}, fmt.Errorf("%s a composite SLO: %w", verb, err)
	}
	return after.asOf(now), nil
}
