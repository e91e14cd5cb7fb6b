package slo

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Service is what can be done with SLOs. Its methods take identifiers, which Find
// gives for names, and answer NotFound for one of nothing. Every method
// authorises the context's caller, and every change is audited in its own
// transaction.
type Service struct {
	store        Store
	runner       tx.Runner
	registry     Registry
	measurements Measurements
	origins      Origins
	collection   Collection // may be nil
	promises     Promises   // may be nil
	alerts       Alerts     // may be nil
	guard        Guard      // may be nil
	authorizer   *access.Authorizer
	recorder     access.Recorder
	now          clock.Clock
	log          *slog.Logger
	corrections  Corrections
	laid         laid
	outages      Outages // may be nil
}

// NewService returns the service over its store and collaborators.
func NewService(
	store Store, runner tx.Runner, registry Registry, measurements Measurements, origins Origins,
	authorizer *access.Authorizer, recorder access.Recorder, now clock.Clock, log *slog.Logger,
) *Service {
	return &Service{
		store: store, runner: runner, registry: registry, measurements: measurements, origins: origins,
		authorizer: authorizer, recorder: recorder, now: now, log: log,
	}
}

// Declare makes an SLO of the service, with its first revision, and returns it
// with what should be known of it.
//
// Faults: Forbidden; Conflict "service_retired" and
// "slug_taken"; Invalid with every broken rule.
func (s *Service) Declare(ctx context.Context, service id.ID, d Declaration) (View, []Warning, error) {
	now := clock.Round(s.now())
	var made View
	var warnings []Warning
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		owner, err := s.owner(ctx, service)
		if err != nil {
			return err
		}
		o := access.Object{Kind: access.KindSLO, Label: label(owner, d.Slug), Team: owner.Team}
		if err := s.authorizer.Authorize(ctx, access.Create, o); err != nil {
			return err
		}
		if err := owner.Live(); err != nil {
			return err
		}
		d := d.likeItsKind().orElse(defaults)
		terms, counts, err := s.settle(ctx, d, owner, nil, now)
		if err != nil {
			return err
		}
		made = begin(owner, d, terms, counts, access.CallerFrom(ctx).Name, now)
		made.SLO.Manager = managed.Taken(ctx, "")
		if err := s.registry.ReserveSlug(ctx, registry.NounSLO, owner.ID, d.Slug, made.SLO.ID); err != nil {
			return fmt.Errorf("reserve the name of an SLO: %w", err)
		}
		if err := s.store.CreateSLO(ctx, made); err != nil {
			return fmt.Errorf("declare an SLO: %w", err)
		}
		if err := s.fill(ctx, made, 0, now); err != nil {
			return err
		}
		o.ID = made.SLO.ID
		if warnings, err = s.warnings(ctx, made, now); err != nil {
			return err
		}
		return s.recorder.RecordDiff(ctx, access.Create, o, "", nil, made.record())
	})
	if err != nil {
		return View{}, nil, err
	}
	return made, warnings, nil
}

// settle returns the terms and the measure that the declaration spells, or every
// fault of it. What stands of the SLO that is revised is not judged again: a
// review date may have passed, and a data source been retired since.
func (s *Service) settle(ctx context.Context, d Declaration, owner registry.Service, standing *View, now time.Time) (Terms, Measure, error) {
	var check, shape fault.Check
	var reviewBy *time.Time
	if standing != nil {
		reviewBy = standing.Revision.ReviewBy
	}
	terms, counts := d.check(&check, now, reviewBy)
	d.Origin.Check(&shape, sourcePointer)
	if check.Join(shape) && d.Origin.Asked() {
		var err error
		if counts.Origin, err = s.origins.Refer(ctx, &check, sourcePointer, d.Origin); err != nil {
			return Terms{}, Measure{}, err
		}
		if known := counts.Origin.DataSource != ""; known && (standing == nil || counts.Origin.String() != standing.Indicator.Origin.String()) {
			if err := s.origins.Judge(ctx, &check, sourcePointer, counts.Origin, owner); err != nil {
				return Terms{}, Measure{}, err
			}
		}
	}
	return terms, counts, check.Err()
}

// begin makes all that a new SLO consists of.
func begin(owner registry.Service, d Declaration, terms Terms, counts Measure, by string, now time.Time) View {
	slo := SLO{
		ID: id.New(now), Service: owner.ID, Slug: d.Slug, Name: d.Name, Description: d.Description,
		Revision: 1, CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	indicator := Indicator{ID: id.New(now), SLO: slo.ID, Measure: counts, CreatedAt: now}
	revision := Revision{ID: id.New(now), SLO: slo.ID, Number: 1, Indicator: indicator.ID, Terms: terms, CreatedAt: now, CreatedBy: by}
	return View{
		SLO: slo, Revision: revision, Indicator: indicator,
		// Nothing is known of it before it was evaluated.
		Status: Status{SLO: slo.ID, Revision: revision.ID, State: budget.NoData, Since: now, Stale: true},
	}
}

// Revise changes what an SLO says: its name, description and slug in place, its
// terms as a new revision, its counting, resolution or origin as a new indicator too,
// whose series begin empty. Where the declaration leaves Slug, WindowDays,
// MinEvents, Enforcement, Category, Counting or Resolution empty, they stay; a declaration
// that changes nothing makes no revision.
//
// Faults: Forbidden; Precondition when version is not the current one;
// Conflict "slo_retired", "service_retired" and "slug_taken"; Invalid.
func (s *Service) Revise(ctx context.Context, slo id.ID, version int64, d Declaration) (View, []Warning, error) {
	now := clock.Round(s.now())
	var revised View
	var warnings []Warning
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		old, owner, err := s.toChange(ctx, access.Update, slo, version)
		if err != nil {
			return err
		}
		if err := owner.Live(); err != nil {
			return err
		}
		if err := old.SLO.Live(); err != nil {
			return err
		}
		d := d.orElse(old.Declared())
		terms, counts, err := s.settle(ctx, d, owner, &old, now)
		if err != nil {
			return err
		}
		author, _ := access.AuthorFrom(ctx)
		revised = old.revise(d, terms, counts, author.Name, now)
		revised.SLO.Manager = managed.Taken(ctx, old.SLO.Manager)
		if err := s.guarded(ctx, old, revised, now); err != nil {
			return err
		}
		if warnings, err = s.warnings(ctx, revised, now); err != nil {
			return err
		}
		if revised.record() == old.record() {
			revised = old
			return nil
		}
		if err := managed.Refuse(ctx, old.SLO.Manager, "the SLO"); err != nil {
			return err
		}
		if err := s.writeRevised(ctx, old, &revised); err != nil {
			return fmt.Errorf("revise an SLO: %w", err)
		}
		known := old.Revision.past()
		if revised.Indicator.ID != old.Indicator.ID {
			known = 0
		}
		if err := s.fill(ctx, revised, known, now); err != nil {
			return err
		}
		return s.recorder.RecordDiff(ctx, access.Update, object(old, owner), "", old.record(), revised.record())
	})
	if err != nil {
		return View{}, nil, err
	}
	return revised.asOf(now), warnings, nil
}

// revise returns the view as the declaration has it. Past revisions and
// indicators stand: what changes is made anew.
func (v View) revise(d Declaration, terms Terms, counts Measure, by string, now time.Time) View {
	v.SLO.Slug, v.SLO.Name, v.SLO.Description = d.Slug, d.Name, d.Description
	counted := v.Indicator.Measure.counts(counts)
	if counted {
		v.Indicator.Measure = counts
	} else {
		v.Indicator = Indicator{ID: id.New(now), SLO: v.SLO.ID, Measure: counts, CreatedAt: now}
	}
	if !counted || !v.Revision.Terms.equal(terms) {
		v.SLO.Revision++
		v.Revision = Revision{
			ID: id.New(now), SLO: v.SLO.ID, Number: v.SLO.Revision, Indicator: v.Indicator.ID,
			Terms: terms, CreatedAt: now, CreatedBy: by,
		}
	}
	v.SLO.UpdatedAt = now
	return v
}

func (s *Service) writeRevised(ctx context.Context, old View, revised *View) error {
	if revised.SLO.Slug != old.SLO.Slug {
		if err := s.registry.ReserveSlug(ctx, registry.NounSLO, old.SLO.Service, revised.SLO.Slug, old.SLO.ID); err != nil {
			return err
		}
	}
	switch {
	case revised.Indicator.ID != old.Indicator.ID:
		if err := s.store.AddIndicator(ctx, revised.Indicator); err != nil {
			return err
		}
		if old.Indicator.Origin.GroupBy != "" {
			if err := s.store.RemoveGroups(ctx, revised.SLO.ID); err != nil {
				return err
			}
		}
	case !revised.Indicator.Measure.worded(old.Indicator.Measure):
		if err := s.store.UpdateIndicator(ctx, revised.Indicator); err != nil {
			return err
		}
	}
	if revised.Revision.ID != old.Revision.ID {
		if err := s.store.AddRevision(ctx, revised.Revision); err != nil {
			return err
		}
		if err := s.store.ForgetRemaining(ctx, revised.SLO.ID); err != nil {
			return err
		}
		revised.Status.RemainingPPB = nil
	}
	if err := s.store.UpdateSLO(ctx, revised.SLO); err != nil {
		return err
	}
	revised.SLO.Version++
	return nil
}

// Retire ends an SLO's evaluation: it is not listed, takes no measurements, and
// violations of it end. What was measured stays until it is pruned. reason is
// for the audit log and may be empty.
//
// Faults: Forbidden; Precondition; Conflict "slo_retired" and those of the Guard.
func (s *Service) Retire(ctx context.Context, slo id.ID, version int64, reason string) (View, error) {
	return s.turn(ctx, access.Retire, slo, version, reason, func(ctx context.Context, v *View, _ registry.Service, now time.Time) error {
		if err := v.SLO.Live(); err != nil {
			return err
		}
		if err := managed.Refuse(ctx, v.SLO.Manager, "the SLO"); err != nil {
			return err
		}
		v.SLO.Manager = managed.Taken(ctx, v.SLO.Manager)
		if s.guard != nil {
			if err := s.guard.Retiring(ctx, *v); err != nil {
				return err
			}
		}
		v.SLO.RetiredAt = &now
		return nil
	})
}

// Restore undoes Retire within registry.RestorePeriod; the next evaluation
// concludes from what was measured.
//
// Faults: Forbidden; Precondition; Conflict "slo_not_retired", "restore_expired"
// and "service_retired".
func (s *Service) Restore(ctx context.Context, slo id.ID, version int64, reason string) (View, error) {
	return s.turn(ctx, access.Restore, slo, version, reason, func(_ context.Context, v *View, owner registry.Service, now time.Time) error {
		if v.SLO.RetiredAt == nil {
			return fault.New(fault.Conflict, "slo_not_retired", "the SLO %q is not retired", v.SLO.Slug)
		}
		if until := v.SLO.RetiredAt.Add(registry.RestorePeriod); now.After(until) {
			return fault.New(fault.Conflict, "restore_expired", "the SLO %q could be restored until %s; declare it anew under another slug", v.SLO.Slug, until.Format(time.RFC3339))
		}
		v.SLO.RetiredAt = nil
		return owner.Live()
	})
}

// turn retires or restores.
func (s *Service) turn(
	ctx context.Context, verb access.Verb, slo id.ID, version int64, reason string,
	do func(ctx context.Context, v *View, owner registry.Service, now time.Time) error,
) (View, error) {
	now := clock.Round(s.now())
	var v View
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		old, owner, err := s.toChange(ctx, verb, slo, version)
		if err != nil {
			return err
		}
		var check fault.Check
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		if err := check.Err(); err != nil {
			return err
		}
		v = old
		if err := do(ctx, &v, owner, now); err != nil {
			return err
		}
		v.SLO.UpdatedAt = now
		if err := s.store.UpdateSLO(ctx, v.SLO); err != nil {
			return fmt.Errorf("retire or restore an SLO: %w", err)
		}
		v.SLO.Version++
		return s.recorder.RecordDiff(ctx, verb, object(v, owner), reason, old.record(), v.record())
	})
	if err != nil {
		return View{}, err
	}
	return v.asOf(now), nil
}

// toChange loads an SLO and its service, and authorises the caller, before it
// compares versions: only who may change it learns that somebody else did.
func (s *Service) toChange(ctx context.Context, verb access.Verb, slo id.ID, version int64) (View, registry.Service, error) {
	v, err := s.store.View(ctx, slo)
	if err != nil {
		return View{}, registry.Service{}, err
	}
	owner, err := s.owner(ctx, v.SLO.Service)
	if err != nil {
		return View{}, registry.Service{}, err
	}
	if err := s.authorizer.Authorize(ctx, verb, object(v, owner)); err != nil {
		return View{}, registry.Service{}, err
	}
	if v.SLO.Version != version {
		return View{}, registry.Service{}, fault.Stale("slo")
	}
	return v, owner, nil
}

func (s *Service) owner(ctx context.Context, service id.ID) (registry.Service, error) {
	owner, err := s.registry.Service(ctx, service)
	if err != nil {
		return registry.Service{}, fmt.Errorf("read the service of an SLO: %w", err)
	}
	return owner, nil
}

func object(v View, owner registry.Service) access.Object {
	return access.Object{Kind: access.KindSLO, ID: v.SLO.ID, Label: label(owner, v.SLO.Slug), Team: owner.Team}
}

// label names an SLO for people: "checkout/availability".
func label(owner registry.Service, slug string) string { return owner.Slug + "/" + slug }
