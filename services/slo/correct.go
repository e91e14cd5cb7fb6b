package slo

import (
	"context"
	"fmt"
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
	var spans []window.Span
	if s.corrections != nil {
		var err error
		if spans, err = s.corrections.SpansOf(ctx, v.SLO.ID, from, to); err != nil {
			return measure.Reading{}, fmt.Errorf("read what is corrected of an SLO: %w", err)
		}
	}
	delays, err := s.delays(ctx, []View{v})
	if err != nil {
		return measure.Reading{}, err
	}
	return measure.Reading{
		Indicator: v.Indicator.ID, Group: group,
		Lens: v.Revision.Lens(v.Indicator.Resolution, delays[v.Indicator.Origin.DataSource], spans),
	}, nil
}
