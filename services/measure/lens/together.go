package lens

import (
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/segment"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Together is how slices of several indicators are judged as one: a slice is bad in which
// any of them is bad.
type Together struct {
	Lens Lens // with slices as long as those of all others
	// Unsure has a slice in which the indicator is missing count as neither good nor bad,
	// unless another is bad in it. Else it is missing as the lens says.
	Unsure bool
}

// verdict is what one indicator says of a slice.
type verdict uint8

const (
	silent  verdict = iota // nothing
	good                   // good
	waiting                // not yet whether it is good or bad
	bad                    // bad
)

// JudgeTogether returns the slices of [start, start+span) by what was measured of each
// indicator. From first on, the start of the oldest slot of any of them, until it is due at
// now, a slice is missing of which an indicator has no events. One that still waits for an
// indicator whose silence would be bad, or unsure, does not count yet.
func JudgeTogether(of []Together, start time.Time, span time.Duration, measured [][]window.Piece, first, now time.Time) (window.Piece, error) {
	length := of[0].Lens.Slices.Length
	says := make([]verdict, int(span/length))
	// All begin with slices, so that they are compared by number.
	number := func(at time.Time) int { return int(at.Truncate(length).Sub(start) / length) }
	began, ended := len(says), number(now)
	if !first.IsZero() {
		began = number(first)
	}
	for i, one := range of {
		events, _, err := one.Lens.slicesOf(start, span, measured[i])
		if err != nil {
			return window.Piece{}, err
		}
		due := number(one.Lens.Due(now))
		corrected := one.Lens.Overlay
		for k := range says {
			var effect window.Effect
			if len(corrected) > 0 {
				at := start.Add(time.Duration(k) * length)
				for len(corrected) > 0 && !corrected[0].To.After(at) {
					corrected = corrected[1:]
				}
				if len(corrected) > 0 && !corrected[0].From.After(at) {
					effect = corrected[0].Effect
				}
			}
			if said := one.of(events[k], effect, k >= began && k < ended, k < due); said > says[k] {
				says[k] = said
			}
		}
	}
	slots := make([]segment.Slot, 0, len(says))
	for k, said := range says {
		switch said {
		case good:
			slots = append(slots, segment.Slot{Index: k, Good: perSlice, Total: perSlice})
		case bad:
			slots = append(slots, segment.Slot{Index: k, Total: perSlice})
		}
	}
	packed, _, err := segment.Merge(segment.New(length, len(says)), slots)
	if err != nil {
		return window.Piece{}, fmt.Errorf("judging slices together from %s: %w", start, err)
	}
	return window.Piece{Start: start, Segment: packed}, nil
}

// of is what the indicator says of a slice with those events. between is that it lies after the first that
// was ever measured and is not still to come, due that nothing more is waited for.
func (t Together) of(events window.Sum, effect window.Effect, between, due bool) verdict {
	as := t.Lens.Slices.Judge(events.Good, events.Total)
	missing := t.Lens.Slices.Missing
	switch {
	case effect == window.Exclude, as.Total == 0 && !between:
		return silent
	case effect == window.CountGood:
		return good
	case as.Total > 0 && as.Good == as.Total:
		return good
	case as.Total > 0:
		return bad
	case !t.Unsure && missing == Good:
		return good
	case !t.Unsure && missing == Ignored:
		return silent
	case !due || t.Unsure:
		return waiting
	}
	return bad
}
