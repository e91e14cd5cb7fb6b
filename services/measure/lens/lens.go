package lens

import (
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/segment"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Missing is what a slice counts as that had no events: nobody reported it, or it was
// reported as one without events.
type Missing string

// The choices.
const (
	Ignored Missing = "ignored" // it counts neither as good nor at all
	Good    Missing = "good"
	Bad     Missing = "bad"
)

// Missings lists every choice.
var Missings = []Missing{Ignored, Good, Bad}

// Slices is how time is cut into slices and judged. The zero value is that events count.
type Slices struct {
	// Length is a whole multiple of the resolution of what is measured, and divides an hour.
	Length time.Duration
	// TargetPPB is the share of good events, in parts per billion, from which on a slice is
	// good. At 0 a slice counts as good by the share of its good events.
	TargetPPB int64
	Missing   Missing
}

// Units are what a slice is counted in.
const (
	// perSlice is the unit of slices that are good or bad: thousandths, as of events.
	perSlice = segment.Whole
	// perRatio is the unit of those that count by their share: billionths.
	perRatio = 1_000_000_000
)

// Unit is what one event, or one slice, is in sums: 1,000, or 1,000,000,000 where slices
// count by their share, which is rounded once, to the nearest billionth, halves up.
func (s Slices) Unit() int64 {
	if s.Length > 0 && s.TargetPPB == 0 {
		return perRatio
	}
	return perSlice
}

// Judge is what a slice with those events counts as; nothing where there were none.
// It is good from exactly the target on.
func (s Slices) Judge(good, total int64) window.Sum {
	switch {
	case total <= 0:
		return window.Sum{}
	case s.TargetPPB == 0:
		return window.Sum{Good: share(good, total), Total: perRatio}
	case atLeast(good, total, s.TargetPPB):
		return window.Sum{Good: perSlice, Total: perSlice}
	default:
		return window.Sum{Total: perSlice}
	}
}

// Lens is how what was measured is looked at.
type Lens struct {
	Slices Slices
	// Late is how long after its end something may come of a slice: until then it is not
	// missing. It is at most a day.
	Late time.Duration
	// Overlay is what corrections lay over it.
	Overlay window.Overlay
}

// Equal reports whether both show the same.
func (l Lens) Equal(o Lens) bool {
	return l.Slices == o.Slices && l.Late == o.Late && slices.Equal(l.Overlay, o.Overlay)
}

// Raw is the lens without corrections.
func (l Lens) Raw() Lens {
	l.Overlay = nil
	return l
}

// Judges reports whether slices are judged.
func (l Lens) Judges() bool { return l.Slices.Length > 0 }

// Step is the resolution of what is seen: that of what was measured, or of slices.
func (l Lens) Step(resolution time.Duration) time.Duration {
	if l.Judges() {
		return l.Slices.Length
	}
	return resolution
}

// See returns a piece of what one reporter measured, or of slices that were judged, with
// the corrections laid over it. Slices that are corrected are left out, those too that
// count as good: Settle adds these, be they measured or missing.
func (l Lens) See(p window.Piece) (window.Piece, error) {
	var changed []segment.Slot
	step := p.Resolution()
	end := p.Start.Add(time.Duration(p.Slots()) * step)
	for _, span := range l.Overlay {
		if !span.To.After(p.Start) || !span.From.Before(end) {
			continue
		}
		from := max(0, int(span.From.Sub(p.Start)/step))
		to := min(p.Slots(), int((span.To.Sub(p.Start)+step-1)/step))
		for i := from; i < to; i++ {
			good, total, known := p.At(i)
			if !known {
				continue
			}
			slot := segment.Slot{Index: i}
			if span.Effect == window.CountGood && !l.Judges() {
				slot.Good, slot.Total = total, total
			}
			if slot.Good != good || slot.Total != total {
				changed = append(changed, slot)
			}
		}
	}
	if len(changed) == 0 {
		return p, nil
	}
	seen, _, err := segment.Merge(p.Segment, changed)
	if err != nil {
		return window.Piece{}, fmt.Errorf("correcting from %s: %w", p.Start, err)
	}
	p.Segment = seen
	return p, nil
}

// Judge returns the slices of [start, start+span) by what all reporters measured of it:
// a slice is known when any slot in it is.
func (l Lens) Judge(start time.Time, span time.Duration, measured []window.Piece) (window.Piece, error) {
	sums, known, err := l.slicesOf(start, span, measured)
	if err != nil {
		return window.Piece{}, err
	}
	judged := make([]segment.Slot, 0, len(sums))
	for k, sum := range sums {
		if known[k] {
			as := l.Slices.Judge(sum.Good, sum.Total)
			judged = append(judged, segment.Slot{Index: k, Good: as.Good, Total: as.Total})
		}
	}
	packed, _, err := segment.Merge(segment.New(l.Slices.Length, len(sums)), judged)
	if err != nil {
		return window.Piece{}, fmt.Errorf("judging the slices from %s: %w", start, err)
	}
	return window.Piece{Start: start, Segment: packed}, nil
}

// slicesOf are the events in each slice of [start, start+span), and whether any slot in it
// is known.
func (l Lens) slicesOf(start time.Time, span time.Duration, measured []window.Piece) ([]window.Sum, []bool, error) {
	n := int(span / l.Slices.Length)
	sums, known := make([]window.Sum, n), make([]bool, n)
	for _, p := range measured {
		step := p.Resolution()
		if step == 0 || l.Slices.Length%step != 0 {
			return nil, nil, fmt.Errorf("slots of %s do not fill slices of %s", step, l.Slices.Length)
		}
		begin := p.Start.Sub(start)
		for i := range p.Slots() {
			at := begin + time.Duration(i)*step
			good, total, there := p.At(i)
			if !there || at < 0 || at >= span {
				continue
			}
			k := int(at / l.Slices.Length)
			sums[k], known[k] = sums[k].Plus(window.Sum{Good: good, Total: total}), true
		}
	}
	return sums, known, nil
}

// Stretch is a time of whole slices: [From, End).
type Stretch struct {
	From, End time.Time
	// First is the start of the oldest slot that was ever measured: nothing is missing
	// before it, nor good by a correction.
	First time.Time
	// Due is from when on a slice is not missing yet of which nothing is known.
	Due time.Time
}

// Settle returns the sum of the slices of a stretch with what is missing and what
// corrections count as good. measured is the sum of those that were judged and not
// corrected, late that of those of them that are not before Due. Of events it is what
// was measured.
func (l Lens) Settle(measured, late window.Sum, s Stretch) window.Sum {
	if !l.Judges() || s.First.IsZero() {
		return measured
	}
	from, due := s.From, s.Due
	if first := s.First.Truncate(l.Slices.Length); first.After(from) {
		from = first
	}
	if due.After(s.End) {
		due = s.End
	}
	good := l.count(from, s.End, window.CountGood)
	sum := measured.Plus(window.Sum{Good: good, Total: good})
	if l.Slices.Missing != Ignored && from.Before(due) {
		corrected := l.count(from, due, window.CountGood) + l.count(from, due, window.Exclude)
		missing := l.slices(from, due) - corrected - (measured.Total - late.Total)
		add := window.Sum{Total: missing}
		if l.Slices.Missing == Good {
			add.Good = missing
		}
		sum = sum.Plus(add)
	}
	return sum
}

// Due is before when, at the end, slices are missing of which nothing is known.
func (l Lens) Due(end time.Time) time.Time { return end.Add(-l.Late).Truncate(l.Slices.Length) }

// slices is how many there are in [from, to), in their unit.
func (l Lens) slices(from, to time.Time) int64 {
	if !from.Before(to) {
		return 0
	}
	return int64(to.Sub(from)/l.Slices.Length) * l.Slices.Unit()
}

// count is how many slices in [from, to) are corrected in that way, in their unit.
func (l Lens) count(from, to time.Time, effect window.Effect) int64 {
	var n int64
	for _, span := range l.Overlay {
		if span.Effect != effect {
			continue
		}
		a, b := span.From, span.To
		if a.Before(from) {
			a = from
		}
		if b.After(to) {
			b = to
		}
		n += l.slices(a, b)
	}
	return n
}
