package correction

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// Registry gives the services of SLOs. A registry.Store is one.
type Registry interface {
	Service(ctx context.Context, service id.ID) (registry.Service, error)
}

// SLOs are what is corrected. An slo.Store is one.
type SLOs interface {
	View(ctx context.Context, slo id.ID) (slo.View, error)
}

// Measurements gives back what was measured; see measure.Service, which is one.
type Measurements interface {
	TotalsOf(ctx context.Context, sought []measure.Sought) ([][]measure.Step, error)
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
	Delays       Delays // may be nil
	Guard        Guard  // may be nil
}

// Delays are how long after its end a slot of each data source is first read; see
// collect.Service, which is one.
type Delays interface {
	Delays(ctx context.Context, dataSources []id.ID) (map[id.ID]time.Duration, error)
}

// Guard knows which corrections need more than the SLO's owner; see proposal.Service,
// which is one.
type Guard interface {
	// Correcting returns why the caller may not alone do what the preview tells of, which
	// is the removal of a correction or the declaration of one; or nil.
	Correcting(ctx context.Context, v slo.View, p Preview, removal bool, now time.Time) error
}

// Service is what can be done with corrections. Every method authorises the context's
// caller, and every change is audited in its own transaction.
type Service struct {
	Parts
	kept expansions
}

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{Parts: p} }

// Declare makes a correction of the SLO, which counts from the next evaluation on.
//
// Faults: NotFound; Forbidden; Conflict "slo_retired", "service_retired" and
// "too_many_corrections"; Invalid with every broken rule.
func (s *Service) Declare(ctx context.Context, of id.ID, d Declaration) (Correction, error) {
	now := clock.Round(s.Clock())
	var made Correction
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		// What a correction gives back is judged with those that stand.
		if err := s.Store.Lock(ctx, of); err != nil {
			return err
		}
		v, owner, err := s.about(ctx, of)
		if err != nil {
			return err
		}
		made = Correction{SLO: of}
		if err := s.Authorizer.Authorize(ctx, access.Create, made.object(v, owner)); err != nil {
			return err
		}
		if made, err = s.spelled(ctx, v, owner, d, now); err != nil {
			return err
		}
		if err := s.guarded(ctx, v, made, false, now); err != nil {
			return err
		}
		if err := s.Store.CreateCorrection(ctx, made); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Create, made.object(v, owner), made.Reason, nil, made.record())
	})
	if err != nil {
		return Correction{}, fmt.Errorf("declare a correction: %w", err)
	}
	return made, nil
}

// spelled is the correction that the declaration spells, not written yet.
func (s *Service) spelled(ctx context.Context, v slo.View, owner registry.Service, d Declaration, now time.Time) (Correction, error) {
	if err := owner.Live(); err != nil {
		return Correction{}, err
	}
	if err := v.SLO.Live(); err != nil {
		return Correction{}, err
	}
	var check fault.Check
	c := d.check(&check, now)
	if err := check.Err(); err != nil {
		return Correction{}, err
	}
	live, err := s.Store.CountLive(ctx, v.SLO.ID, now.Add(-slo.MaxWindowDays*day))
	if err != nil {
		return Correction{}, err
	}
	if live >= MaxLive {
		return Correction{}, fault.New(fault.Conflict, "too_many_corrections", "the SLO %q has %d corrections in its longest window or after it, which is as many as it may; let one recur, or remove some", v.SLO.Slug, live)
	}
	from, to := now.Add(-Reach), now.Add(Reach)
	standing, err := s.Store.ActiveOf(ctx, v.SLO.ID, from, to)
	if err != nil {
		return Correction{}, err
	}
	if times := len(spans(append(standing, c), from, to)); times > MaxOccurrences {
		return Correction{}, fault.New(fault.Conflict, "too_many_corrections", "the corrections of the SLO %q would come %d times from %s to %s, and may come %d times; let them come less often, or remove some",
			v.SLO.Slug, times, from.Format(time.DateOnly), to.Format(time.DateOnly), MaxOccurrences)
	}
	author, _ := access.AuthorFrom(ctx)
	c.ID, c.SLO, c.CreatedAt, c.CreatedBy = id.New(now), v.SLO.ID, now, author.Name
	c.ApprovedAt, c.ApprovedBy, c.Proposal = now, access.CallerFrom(ctx).Name, author.Proposal
	return c, nil
}

// Preview tells what a correction would do, and writes nothing. Whoever may declare it may
// ask.
//
// Faults: as of Declare.
func (s *Service) Preview(ctx context.Context, of id.ID, d Declaration) (Preview, error) {
	now := clock.Round(s.Clock())
	v, owner, err := s.about(ctx, of)
	if err != nil {
		return Preview{}, err
	}
	if err := s.Authorizer.Authorize(ctx, access.Create, Correction{}.object(v, owner)); err != nil {
		return Preview{}, err
	}
	c, err := s.spelled(ctx, v, owner, d, now)
	if err != nil {
		return Preview{}, fmt.Errorf("preview a correction: %w", err)
	}
	p, err := s.doing(ctx, v, c, false, now)
	if err != nil {
		return Preview{}, fmt.Errorf("preview a correction: %w", err)
	}
	return p, nil
}

// doing tells what it does that the correction is declared, or removed.
func (s *Service) doing(ctx context.Context, v slo.View, c Correction, removal bool, now time.Time) (Preview, error) {
	standing, err := s.standing(ctx, v, now)
	if err != nil {
		return Preview{}, err
	}
	coming, err := s.Store.ActiveOf(ctx, v.SLO.ID, now, now.Add(Reach))
	if err != nil {
		return Preview{}, err
	}
	change := func(of []Correction) []Correction { return append(slices.Clone(of), c) }
	if removal {
		change = func(of []Correction) []Correction { return without(of, c) }
	}
	p, err := s.preview(ctx, v, c, standing, change(standing), now)
	if err != nil {
		return Preview{}, err
	}
	unapproved := slices.DeleteFunc(change(coming), func(c Correction) bool { return !c.byOne() })
	step := v.Revision.Budgeting.Step(v.Indicator.Resolution) // a slice counts whole, or not
	overlay := window.NewOverlay(step, spans(unapproved, now, now.Add(Reach)))
	for i := range p.Windows {
		w := &p.Windows[i]
		w.Ahead = densest(overlay, w.Over.Length(now))
	}
	return p, nil
}

// standing are the corrections in force that can lie over a window that ends now.
func (s *Service) standing(ctx context.Context, v slo.View, now time.Time) ([]Correction, error) {
	var longest time.Duration
	for _, j := range judgedBy(v) {
		longest = max(longest, j.Over.Window().Length)
	}
	return s.Store.ActiveOf(ctx, v.SLO.ID, now.Add(-longest-day), now)
}

func (s *Service) guarded(ctx context.Context, v slo.View, c Correction, removal bool, now time.Time) error {
	if s.Guard == nil {
		return nil
	}
	p, err := s.doing(ctx, v, c, removal, now)
	if err != nil {
		return err
	}
	return s.Guard.Correcting(ctx, v, p, removal, now)
}

// Stands is how the SLO's own window that ends now stands, with the corrections in force.
// It authorises nobody.
func (s *Service) Stands(ctx context.Context, v slo.View, now time.Time) (Account, error) {
	standing, err := s.standing(ctx, v, now)
	if err != nil {
		return Account{}, err
	}
	own := judgedBy(v)[0]
	from, to := own.bounds(v, now)
	sums, err := s.sums(ctx, v, []stretch{{standing, from, to}})
	if err != nil {
		return Account{}, err
	}
	return own.account(sums[0], v.Revision.Budgeting.Unit(), to), nil
}

// Remove has a correction not count any more, from the next evaluation on: figures are
// then what they would be if it had never been declared.
//
// Faults: NotFound; Forbidden; Conflict "correction_removed"; Invalid with a pointer to
// /reason.
func (s *Service) Remove(ctx context.Context, correction id.ID, reason string) (Correction, error) {
	now := clock.Round(s.Clock())
	var after Correction
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Store.Correction(ctx, correction)
		if err != nil {
			return err
		}
		if err := s.Store.Lock(ctx, before.SLO); err != nil {
			return err
		}
		v, owner, err := s.about(ctx, before.SLO)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, access.Delete, before.object(v, owner)); err != nil {
			return err
		}
		var check fault.Check
		check.Require(strings.TrimSpace(reason) != "", "/reason", nil, "must say why it does not hold any more")
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		if err := check.Err(); err != nil {
			return err
		}
		if before.InForce() {
			if err := s.guarded(ctx, v, before, true, now); err != nil {
				return err
			}
		}
		after = before
		after.RemovedAt, after.RemovedBy, after.RemovedFor = &now, access.CallerFrom(ctx).Name, reason
		if err := s.Store.RemoveCorrection(ctx, after); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Delete, before.object(v, owner), reason, before.record(), after.record())
	})
	if err != nil {
		return Correction{}, fmt.Errorf("remove a correction: %w", err)
	}
	return after, nil
}

// Get returns a correction of the SLO, removed or not; NotFound.
func (s *Service) Get(ctx context.Context, of, correction id.ID) (Correction, error) {
	if err := s.mayRead(ctx); err != nil {
		return Correction{}, err
	}
	c, err := s.Store.Correction(ctx, correction)
	if err != nil {
		return Correction{}, fmt.Errorf("read a correction: %w", err)
	}
	if c.SLO != of {
		return Correction{}, fault.Missing("correction", string(correction))
	}
	return c, nil
}

// List lists corrections, the latest first, by when they begin.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[Correction], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Correction]{}, err
	}
	var check fault.Check
	check.Require(f.Effect == "" || slices.Contains(Effects, f.Effect), "query.effect", f.Effect, "must be one of %s", fault.Or(Effects))
	if err := check.Err(); err != nil {
		return page.Page[Correction]{}, err
	}
	found, err := s.Store.Corrections(ctx, f, r)
	if err != nil {
		return page.Page[Correction]{}, fmt.Errorf("list corrections: %w", err)
	}
	return found, nil
}

// about reads the SLO and its service.
func (s *Service) about(ctx context.Context, of id.ID) (slo.View, registry.Service, error) {
	v, err := s.SLOs.View(ctx, of)
	if err != nil {
		return slo.View{}, registry.Service{}, fmt.Errorf("read the SLO of a correction: %w", err)
	}
	owner, err := s.Registry.Service(ctx, v.SLO.Service)
	if err != nil {
		return slo.View{}, registry.Service{}, fmt.Errorf("read the service of a correction: %w", err)
	}
	return v, owner, nil
}

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindCorrection})
}
