package measure

import (
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/segment"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Unstored are slots of one series that nobody keeps, such as those that were just read
// of a data source: each once, in the order of time.
type Unstored struct {
	Resolution time.Duration
	Slots      []Slot
}

// Totals is Service.Totals of the slots, looked at through the lens as of now.
func (u Unstored) Totals(by lens.Lens, from, to time.Time, step time.Duration, now time.Time) ([]Step, error) {
	t, err := newTotals(Sought{Reading: Reading{Lens: by}, From: from, To: to, Step: step}, now)
	if err != nil || len(t.steps) == 0 {
		return nil, err
	}
	t.series = []Series{{Resolution: u.Resolution}}
	if err := t.check(t.slot(u.Resolution)); err != nil {
		return nil, err
	}
	if len(u.Slots) > 0 {
		t.first = u.Slots[0].Start
	}
	rows, pieces, err := u.days()
	if err != nil {
		return nil, err
	}
	if err := t.add(rows, pieces, t.begin(), t.end); err != nil {
		return nil, err
	}
	t.settle()
	return t.steps, t.fits()
}

// days are the slots as they would be stored.
func (u Unstored) days() ([]StoredSegment, []window.Piece, error) {
	var rows []StoredSegment
	var pieces []window.Piece
	for rest := u.Slots; len(rest) > 0; {
		day := rest[0].Start.UTC().Truncate(DaySpan)
		var of []segment.Slot
		for len(rest) > 0 && rest[0].Start.Before(day.Add(DaySpan)) {
			one := rest[0]
			of = append(of, segment.Slot{Index: int(one.Start.Sub(day) / u.Resolution), Good: one.Good, Total: one.Total})
			rest = rest[1:]
		}
		packed, _, err := segment.Merge(segment.New(u.Resolution, int(DaySpan/u.Resolution)), of)
		if err != nil {
			return nil, nil, fmt.Errorf("packing the slots of %s: %w", day.Format(time.DateOnly), err)
		}
		rows = append(rows, StoredSegment{SegmentKey: SegmentKey{Start: day, Span: DaySpan}})
		pieces = append(pieces, window.Piece{Start: day, Segment: packed})
	}
	return rows, pieces, nil
}
