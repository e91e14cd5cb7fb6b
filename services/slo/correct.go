package slo

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Corrections know what is corrected of the measurements of SLOs. They authorise nobody.
type Corrections interface {
	// Corrected returns what is corrected of those of the SLOs of which anything is, each
	// in its extent. What did not change since it was asked for last costs little.
	Corrected(ctx context.Context, of map[id.ID]Extent) (map[id.ID]Corrected, error)
	// SpansOf returns what is corrected of one in [from, to).
	SpansOf(ctx context.Context, slo id.ID, from, to time.Time) ([]window.Span, error)
}

// Extent is a time that corrections are looked up for: [From, To). The zero value is none.
type Extent struct{ From, To time.Time }

// With is the least extent that holds both.
func (x Extent) With(o Extent) Extent {
	switch {
	case o == Extent{}:
		return x
	case x == Extent{}:
		return o
	}
	if o.From.Before(x.From) {
		x.From = o.From
	}
	if o.To.After(x.To) {
		x.To = o.To
	}
	return x
}

// Corrected is what is corrected of an SLO: times that overlap the extent, whole.
type Corrected struct {
	Spans []window.Span
	// Unread is why there may be more: a correction cannot be read.
	Unread error
}

// CorrectWith has what is measured seen with corrections. It is called while the program
// is put together, before the first use.
func (s *Service) CorrectWith(c Corrections) { s.corrections = c }

// What corrections are looked up for beside windows: clocks differ, and windows move on
// while they are evaluated.
const (
	correctedBefore = day
	correctedAfter  = 3 * day
)

// ExtentOf is the time of which corrections can matter to windows that end in [from, to]:
// in whole days, so that the overlay of an SLO is another once a day at most, for as long as
// its corrections are the same. What leaves it is of no window any more.
func ExtentOf(windows []window.Window, from, to time.Time) Extent {
	var longest time.Duration
	for _, w := range windows {
		longest = max(longest, w.Length)
	}
	first := from.UTC().Truncate(day).Add(-longest).Truncate(day)
	return Extent{first.Add(-correctedBefore), to.UTC().Truncate(day).Add(correctedAfter)}
}

// laid are the overlays that SLOs were evaluated with last.
type laid struct {
	sync.Mutex
	of Overlays
}

// Overlays are what lies over measurements of SLOs, in steps of some length. To make one takes
// long where corrections come often, and most are the same from one evaluation to the next.
type Overlays map[overlaid]overlay

type overlaid struct {
	slo  id.ID
	step time.Duration
}

type overlay struct {
	spans []window.Span
	window.Overlay
}

// Lay returns the overlay of what is corrected of the SLO, and keeps it: the former one,
// where that is of the same spans.
func (o Overlays) Lay(former Overlays, slo id.ID, step time.Duration, spans []window.Span) window.Overlay {
	key := overlaid{slo, step}
	one, known := o[key]
	if !known {
		one = former[key]
	}
	if !slices.Equal(one.spans, spans) {
		one = overlay{spans, window.NewOverlay(step, spans)}
	}
	o[key] = one
	return one.Overlay
}

// spans are what is corrected of the views in [from, to), by SLO.
func (s *Service) spans(ctx context.Context, views []View, from, to time.Time) (map[id.ID][]window.Span, error) {
	if s.corrections == nil {
		return nil, nil
	}
	out := make(map[id.ID][]window.Span, len(views))
	one := views[0].SLO.ID
	if !slices.ContainsFunc(views, func(v View) bool { return v.SLO.ID != one }) {
		var err error
		if out[one], err = s.corrections.SpansOf(ctx, one, from, to); err != nil {
			return nil, fmt.Errorf("read what is corrected of an SLO: %w", err)
		}
		return out, nil
	}
	of := make(map[id.ID]Extent, len(views))
	for _, v := range views {
		of[v.SLO.ID] = Extent{from, to}
	}
	corrected, err := s.corrections.Corrected(ctx, of)
	if err != nil {
		return nil, fmt.Errorf("read what is corrected of %d SLOs: %w", len(of), err)
	}
	for slo, c := range corrected {
		if c.Unread != nil {
			return nil, fmt.Errorf("read what is corrected of the SLO %s: %w", slo, c.Unread)
		}
		out[slo] = c.Spans
	}
	return out, nil
}

// correct lays what is corrected over the subjects that were found, for an evaluation at now.
func (s *Service) correct(ctx context.Context, subjects []measure.Subject, now time.Time) error {
	if s.corrections == nil {
		return nil
	}
	of := make(map[id.ID]Extent, len(subjects))
	for _, one := range subjects {
		of[one.ID] = ExtentOf(one.Windows, now, now)
	}
	corrected, err := s.corrections.Corrected(ctx, of)
	if err != nil {
		return fmt.Errorf("read what is corrected: %w", err)
	}
	s.laid.Lock()
	defer s.laid.Unlock()
	lies := make(Overlays, len(corrected))
	for i := range subjects {
		one := &subjects[i]
		c := corrected[one.ID]
		if one.Unread = c.Unread; len(c.Spans) > 0 {
			one.Lens.Overlay = lies.Lay(s.laid.of, one.ID, one.Lens.Step(one.Resolution), c.Spans)
		}
	}
	s.laid.of = lies
	return nil
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
	readings, err := s.readings(ctx, of)
	if err != nil {
		return nil, err
	}
	sought := make([]measure.Sought, len(of))
	for i, one := range of {
		sought[i] = measure.Sought{Reading: readings[i], From: one.from, To: one.to, Step: one.step}
	}
	return s.measurements.TotalsOf(ctx, sought)
}

// readings are how each of the stretches is looked at, of which there is one at least.
func (s *Service) readings(ctx context.Context, of []stretch) ([]measure.Reading, error) {
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
	out := make([]measure.Reading, len(of))
	for i, one := range of {
		over := one.without
		if !one.raw {
			over = slices.Concat(spans[one.SLO.ID], one.without)
		}
		lens := one.Revision.Lens(one.Indicator.Resolution, delays[one.Indicator.Origin.DataSource], over)
		out[i] = measure.Reading{Indicator: one.Indicator.ID, Group: one.group, Lens: lens, AsMeasured: one.raw}
	}
	return out, nil
}

// Sight is by what, beside its terms, the measurements of an SLO are looked at.
type Sight struct {
	Delay time.Duration // how long after their end its slots come
	Corrected
}

// Late is for how long no slot may come before what moves in such steps is stale.
func (s Sight) Late(step time.Duration) time.Duration { return lateAfter(step, s.Delay) }

// Sights returns those of the SLOs, each in its extent, by SLO, for what looks at them in
// another way than they do. It authorises nobody.
func (s *Service) Sights(ctx context.Context, views []View, of map[id.ID]Extent) (map[id.ID]Sight, error) {
	var corrected map[id.ID]Corrected
	if s.corrections != nil {
		var err error
		if corrected, err = s.corrections.Corrected(ctx, of); err != nil {
			return nil, fmt.Errorf("read what is corrected: %w", err)
		}
	}
	delays, err := s.delays(ctx, views)
	if err != nil {
		return nil, err
	}
	sights := make(map[id.ID]Sight, len(views))
	for _, v := range views {
		sights[v.SLO.ID] = Sight{Delay: delays[v.Indicator.Origin.DataSource], Corrected: corrected[v.SLO.ID]}
	}
	return sights, nil
}
