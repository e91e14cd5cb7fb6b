package slo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Corrections know what is corrected of the measurements of SLOs. They authorise nobody.
type Corrections interface {
	// Spans returns what is corrected in [from, to) of each SLO of which anything is.
	Spans(ctx context.Context, from, to time.Time) (map[id.ID][]window.Span, error)
	// SpansOf returns what is corrected of one.
	SpansOf(ctx context.Context, slo id.ID, from, to time.Time) ([]window.Span, error)
}

// CorrectWith has what is measured seen with corrections. It is called while the program
// is put together, before the first use.
func (s *Service) CorrectWith(c Corrections) { s.corrections = c }

// The time that corrections are looked up for when SLOs are evaluated: the longest window
// there is, and some days to come, in whole days, so that the overlay of an SLO is
// another once a day at most, for as long as its corrections are the same.
const (
	correctedBefore = 400 * day
	correctedAfter  = 3 * day
)

// spans are what is corrected of the views in [from, to), by SLO.
func (s *Service) spans(ctx context.Context, views []View, from, to time.Time) (map[id.ID][]window.Span, error) {
	if s.corrections == nil {
		return nil, nil
	}
	one := views[0].SLO.ID
	var out map[id.ID][]window.Span
	var err error
	if slices.ContainsFunc(views, func(v View) bool { return v.SLO.ID != one }) {
		out, err = s.corrections.Spans(ctx, from, to)
	} else {
		out = map[id.ID][]window.Span{}
		out[one], err = s.corrections.SpansOf(ctx, one, from, to)
	}
	if err != nil {
		return nil, fmt.Errorf("read what is corrected of %d SLOs: %w", len(views), err)
	}
	return out, nil
}

// overlays are the spans of all SLOs that an evaluation at now can need.
func (s *Service) overlays(ctx context.Context, now time.Time) (map[id.ID][]window.Span, error) {
	if s.corrections == nil {
		return nil, nil
	}
	today := now.UTC().Truncate(day)
	spans, err := s.corrections.Spans(ctx, today.Add(-correctedBefore), today.Add(correctedAfter))
	if err != nil {
		return nil, fmt.Errorf("read what is corrected: %w", err)
	}
	return spans, nil
}

// late is how long after its end something may come of a slice, until it is missing: as
// long as an SLO that is measured so takes to be stale.
func late(step, delay time.Duration) time.Duration {
	const most = 12 * time.Hour
	return min(lateAfter(step, delay), most)
}

// Lens is how measurements of an SLO are looked at under the terms, with what is corrected
// and how long after their end its slots come.
func (t Terms) Lens(resolution, delay time.Duration, spans []window.Span) lens.Lens {
	l := lens.Lens{Slices: t.Budgeting.lens()}
	step := l.Step(resolution)
	if l.Judges() {
		l.Late = late(step, delay)
	}
	if len(spans) > 0 {
		l.Overlay = window.NewOverlay(step, spans)
	}
	return l
}

// reading is what is summed up of an SLO, of one group unless it is empty, in [from, to).
func (s *Service) reading(ctx context.Context, v View, group string, from, to time.Time) (measure.Reading, error) {
	spans, err := s.spans(ctx, []View{v}, from, to)
	if err != nil {
		return measure.Reading{}, err
	}
	delays, err := s.delays(ctx, []View{v})
	if err != nil {
		return measure.Reading{}, err
	}
	return measure.Reading{
		Indicator: v.Indicator.ID, Group: group,
		Lens: v.Revision.Lens(v.Indicator.Resolution, delays[v.Indicator.Origin.DataSource], spans[v.SLO.ID]),
	}, nil
}

// stretch is a time of an SLO that is summed up, in steps.
type stretch struct {
	View
	from, to time.Time
	step     time.Duration
	group    string        // one group, unless it is empty
	raw      bool          // without corrections
	without  []window.Span // left out too
}

// totals sums up what was measured of many, by their terms as they are and with the
// corrections, in their order.
func (s *Service) totals(ctx context.Context, of []stretch) ([][]measure.Step, error) {
	if len(of) == 0 {
		return nil, nil
	}
	views := make([]View, len(of))
	from, to := of[0].from, of[0].to
	for i, one := range of {
		views[i] = one.View
		if one.from.Before(from) {
			from = one.from
		}
		if one.to.After(to) {
			to = one.to
		}
	}
	spans, err := s.spans(ctx, views, from, to)
	if err != nil {
		return nil, err
	}
	delays, err := s.delays(ctx, views)
	if err != nil {
		return nil, err
	}
	sought := make([]measure.Sought, len(of))
	for i, one := range of {
		over := one.without
		if !one.raw {
			over = slices.Concat(spans[one.SLO.ID], one.without)
		}
		lens := one.Revision.Lens(one.Indicator.Resolution, delays[one.Indicator.Origin.DataSource], over)
		sought[i] = measure.Sought{Reading: measure.Reading{Indicator: one.Indicator.ID, Group: one.group, Lens: lens, AsMeasured: one.raw}, From: one.from, To: one.to, Step: one.step}
	}
	return s.measurements.TotalsOf(ctx, sought)
}

// Sight is by what, beside its terms, the measurements of an SLO are looked at.
type Sight struct {
	Delay time.Duration // how long after their end its slots come
	Spans []window.Span // what is corrected
}

// Late is for how long no slot may come before what moves in such steps is stale.
func (s Sight) Late(step time.Duration) time.Duration { return lateAfter(step, s.Delay) }

// Sights returns those of the SLOs in [from, to), by SLO, for what looks at them in another
// way than they do. It authorises nobody.
func (s *Service) Sights(ctx context.Context, views []View, from, to time.Time) (map[id.ID]Sight, error) {
	var spans map[id.ID][]window.Span
	if s.corrections != nil && len(views) > 0 {
		var err error
		if spans, err = s.corrections.Spans(ctx, from, to); err != nil {
			return nil, fmt.Errorf("read what is corrected: %w", err)
		}
	}
	delays, err := s.delays(ctx, views)
	if err != nil {
		return nil, err
	}
	sights := make(map[id.ID]Sight, len(views))
	for _, v := range views {
		sights[v.SLO.ID] = Sight{Delay: delays[v.Indicator.Origin.DataSource], Spans: spans[v.SLO.ID]}
	}
	return sights, nil
}
