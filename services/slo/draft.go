package slo

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Draft is an SLO as a declaration would make it, or revise it. Nothing of it is kept.
type Draft struct {
	// View has identifiers that nothing else has where it is new, and no status that says
	// anything.
	View
	Owner registry.Service
	// Standing is the SLO that is revised; nil where it is a new one.
	Standing *View
	// At is when it was drafted.
	At time.Time
}

// Same reports whether the draft counts what the SLO that it revises does, so that what was
// measured of this is measured of the draft.
func (d Draft) Same() bool { return d.Standing != nil && d.Standing.Indicator.ID == d.Indicator.ID }

// WarnSlugTaken is of a draft that cannot be declared under its slug.
const WarnSlugTaken = "slug_taken"

// Draft returns what the declaration would make of the service's SLO of that name, a slug or
// an identifier, or of a new one where that is empty. Whoever may declare it may draft it.
//
// Faults: as of Declare and Revise, but for those of a version and of a slug that is taken.
func (s *Service) Draft(ctx context.Context, service id.ID, revised string, d Declaration) (Draft, error) {
	now := clock.Round(s.now())
	owner, err := s.owner(ctx, service)
	if err != nil {
		return Draft{}, err
	}
	o := access.Object{Kind: access.KindSLO, Label: label(owner, d.Slug), Team: owner.Team}
	if err := s.authorizer.Authorize(ctx, access.Create, o); err != nil {
		return Draft{}, err
	}
	if err := owner.Live(); err != nil {
		return Draft{}, err
	}
	out := Draft{Owner: owner, At: now}
	if revised == "" {
		d = d.likeItsKind().orElse(defaults)
	} else {
		old, _, err := s.find(ctx, Name{Service: string(owner.ID), SLO: revised})
		if err != nil {
			return Draft{}, err
		}
		if err := s.authorizer.Authorize(ctx, access.Update, object(old, owner)); err != nil {
			return Draft{}, err
		}
		if err := old.SLO.Live(); err != nil {
			return Draft{}, err
		}
		out.Standing, d = &old, d.orElse(old.Declared())
	}
	terms, counts, err := s.settle(ctx, d, owner, out.Standing, now)
	if err != nil {
		return Draft{}, err
	}
	by := access.CallerFrom(ctx).Name
	if out.Standing == nil {
		out.View = begin(owner, d, terms, counts, by, now)
	} else {
		out.View = out.Standing.revise(d, terms, counts, by, now)
	}
	return out, nil
}

// DraftWarnings returns what should be known of a draft: what a declaration would tell of
// it, by the status that it was given, and whether its slug is free.
func (s *Service) DraftWarnings(ctx context.Context, d Draft) ([]Warning, error) {
	out, err := s.warnings(ctx, d.View, d.At)
	if err != nil {
		return nil, err
	}
	taken, err := s.taken(ctx, d)
	if err != nil {
		return nil, err
	}
	if taken {
		out = append(out, Warning{WarnSlugTaken, "/slug", fmt.Sprintf("the service has, or had, another SLO that is called %q; it takes another slug to declare this one", d.SLO.Slug)})
	}
	return append(out, s.Doubts(ctx, d.View)...), nil
}

// taken reports whether another SLO of the service has the slug of the draft, or had it.
func (s *Service) taken(ctx context.Context, d Draft) (bool, error) {
	other, err := s.store.ViewBySlug(ctx, d.Owner.ID, d.SLO.Slug)
	if err == nil {
		return other.SLO.ID != d.SLO.ID, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return false, fmt.Errorf("look for an SLO of the same slug: %w", err)
	}
	leads, err := s.registry.FormerSlug(ctx, registry.NounSLO, d.Owner.ID, d.SLO.Slug)
	switch {
	case fault.Is(err, fault.NotFound):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look for an SLO that had the same slug: %w", err)
	}
	return d.Standing == nil || d.Standing.SLO.Slug != leads, nil
}

// Steps are what was measured of the SLO that a draft revises, seen under the draft's terms
// with the corrections that there are, from from to to; empty where it counts something else.
// It authorises nobody.
func (s *Service) Steps(ctx context.Context, d Draft, from, to time.Time, step time.Duration) ([]measure.Step, error) {
	if !d.Same() {
		return nil, nil
	}
	of, err := s.reading(ctx, d.View, "", from, to)
	if err != nil {
		return nil, err
	}
	steps, err := s.measurements.Totals(ctx, of, from, to, step)
	if err != nil {
		return nil, fmt.Errorf("read what was measured of an SLO that is revised: %w", err)
	}
	return steps, nil
}

// LensOf is how slots that were read for a draft are looked at under its terms, with the
// corrections that there are of the SLO that it revises. It authorises nobody.
func (s *Service) LensOf(ctx context.Context, d Draft, resolution time.Duration, from, to time.Time) (lens.Lens, error) {
	delay, err := s.Delay(ctx, d)
	if err != nil {
		return lens.Lens{}, err
	}
	spans, err := s.spans(ctx, []View{d.View}, from, to)
	if err != nil {
		return lens.Lens{}, err
	}
	return d.Revision.Lens(resolution, delay, spans[d.SLO.ID]), nil
}

// Delay is how late slots of the draft come, by what is meant; none of what is pushed.
func (s *Service) Delay(ctx context.Context, d Draft) (time.Duration, error) {
	delays, err := s.delays(ctx, []View{d.View})
	return delays[d.Indicator.Origin.DataSource], err
}
