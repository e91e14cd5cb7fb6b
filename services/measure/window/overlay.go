package window

import (
	"cmp"
	"slices"
	"time"
)

// Effect is what a correction does with the events of a time. Of two that overlap the
// greater holds.
type Effect uint8

// The effects.
const (
	// CountGood has every event count as a good one.
	CountGood Effect = iota + 1
	// Exclude has neither good nor total events count.
	Exclude
)

// Span is a time that is corrected: [From, To).
type Span struct {
	From, To time.Time
	Effect   Effect
}

// Overlay is what lies over the measurements of a subject: spans that do not overlap,
// by time. The zero value changes nothing. Overlays of the same spans are equal under
// slices.Equal, in whatever order they were given.
type Overlay []Span

// NewOverlay is the union of the spans, each rounded outward to whole slots of the
// resolution; where two overlap, Exclude beats CountGood.
func NewOverlay(resolution time.Duration, spans []Span) Overlay {
	var out Overlay
	var excluded []Span
	for _, effect := range [...]Effect{Exclude, CountGood} {
		for _, s := range union(resolution, spans, effect) {
			out = append(out, s.without(excluded)...)
		}
		excluded = out
	}
	slices.SortFunc(out, func(a, b Span) int { return a.From.Compare(b.From) })
	return out
}

// union is the spans of the effect, by time, those that overlap or touch as one.
func union(resolution time.Duration, spans []Span, effect Effect) []Span {
	var of []Span
	for _, s := range spans {
		if s.Effect != effect || !s.From.Before(s.To) {
			continue
		}
		of = append(of, Span{s.From.UTC().Truncate(resolution), s.To.UTC().Add(resolution - 1).Truncate(resolution), effect})
	}
	slices.SortFunc(of, func(a, b Span) int { return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To)) })
	joined := of[:0]
	for _, s := range of {
		if last := len(joined) - 1; last >= 0 && !s.From.After(joined[last].To) {
			if s.To.After(joined[last].To) {
				joined[last].To = s.To
			}
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// without is what is left of the span outside the others, which are by time.
func (s Span) without(others []Span) []Span {
	var left []Span
	for _, o := range others {
		if !o.From.Before(s.To) {
			break
		}
		if !o.To.After(s.From) {
			continue
		}
		if s.From.Before(o.From) {
			left = append(left, Span{s.From, o.From, s.Effect})
		}
		s.From = o.To
	}
	if s.From.Before(s.To) {
		left = append(left, s)
	}
	return left
}

// Differences calls do with the times, in their order, over which the overlays do
// different things. It takes as long as the overlays have spans.
func Differences(a, b Overlay, do func(from, to time.Time)) {
	for at := (time.Time{}); len(a)+len(b) > 0; {
		in, until := a.next(at)
		other, before := b.next(at)
		if until.IsZero() || !before.IsZero() && before.Before(until) {
			until = before
		}
		if in != other {
			do(at, until)
		}
		at = until
		a, b = a.after(at), b.after(at)
	}
}

// next is the effect at the time, and until when it is that; zero for ever. Its spans end
// after the time.
func (o Overlay) next(at time.Time) (Effect, time.Time) {
	switch {
	case len(o) == 0:
		return 0, time.Time{}
	case at.Before(o[0].From):
		return 0, o[0].From
	}
	return o[0].Effect, o[0].To
}

// after is the overlay without its first span, if that ends by the time.
func (o Overlay) after(at time.Time) Overlay {
	if len(o) > 0 && !o[0].To.After(at) {
		return o[1:]
	}
	return o
}
