package measure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// target is a timeline that segments are read for.
type target struct {
	*line
	owner *kept
}

// bring brings the timelines of a chunk up to the store and to now. Subjects of
// which a segment cannot be read are reported in broken; any other error is of
// the whole chunk.
func (r *run) bring(ctx context.Context, chunk []*kept, broken map[*kept]error) error {
	cold := map[int][]target{} // by the days of their longest window
	var warm []target
	for _, k := range chunk {
		if k.err != nil {
			broken[k] = k.err
			continue
		}
		for _, l := range k.lines {
			if l.timeline != nil {
				warm = append(warm, target{l, k})
				continue
			}
			if l.Resolution != k.Resolution {
				broken[k] = fmt.Errorf("series %s has slots of %s instead of %s", l.ID, l.Resolution, k.Resolution)
				continue
			}
			days := int(r.now.Sub(k.shape.Horizon(r.now)) / DaySpan)
			cold[days] = append(cold[days], target{l, k})
		}
	}
	for days, targets := range cold {
		for some := range slices.Chunk(targets, max(1, coldSegments/(days+2))) {
			if err := r.build(ctx, some, broken); err != nil {
				return err
			}
		}
	}
	if err := r.update(ctx, warm, broken); err != nil {
		return err
	}
	return r.advance(ctx, warm, broken)
}

// build makes timelines from all segments that they can need.
func (r *run) build(ctx context.Context, targets []target, broken map[*kept]error) error {
	from := targets[0].owner.shape.Horizon(r.now)
	for _, t := range targets {
		t.timeline, t.changed = window.New(t.owner.shape, r.now), nil
		if h := t.owner.shape.Horizon(r.now); h.Before(from) {
			from = h
		}
	}
	return r.read(ctx, targets, from, r.now.Add(2*DaySpan), broken, func(t target, day time.Time, pieces []window.Piece) error {
		return t.timeline.PutDay(day, pieces...)
	})
}

// update puts the segments that changed. What cannot be put by itself, because
// only its day's total is known or because it was folded meanwhile, is read again
// with its day.
func (r *run) update(ctx context.Context, targets []target, broken map[*kept]error) error {
	var keys []SegmentKey
	of := map[SegmentKey][]target{}
	days := map[time.Time][]target{}
	byDay := func(t target, key SegmentKey) {
		day := key.Start.Truncate(DaySpan)
		if !slices.Contains(days[day], t) {
			days[day] = append(days[day], t)
		}
	}
	for _, t := range targets {
		for _, key := range t.changed {
			if of[key] == nil {
				keys = append(keys, key)
			}
			of[key] = append(of[key], t)
		}
	}
	if len(keys) > 0 {
		stored, err := r.store.SegmentsAt(ctx, keys)
		if err != nil {
			return fmt.Errorf("reading %d changed segments: %w", len(keys), err)
		}
		r.counts["segments_loaded"] += int64(len(stored))
		for _, row := range stored {
			for _, t := range of[row.SegmentKey] {
				packed, err := decode(row, t.Resolution)
				if err == nil {
					err = t.timeline.Put(window.Piece{Start: row.Start, Segment: packed})
				}
				if errors.Is(err, window.ErrDay) {
					byDay(t, row.SegmentKey)
				} else if err != nil {
					broken[t.owner] = err
				}
			}
			delete(of, row.SegmentKey)
		}
		for key, targets := range of {
			for _, t := range targets {
				byDay(t, key)
			}
		}
	}
	for day, targets := range days {
		err := r.read(ctx, targets, day, day.Add(DaySpan), broken, func(t target, day time.Time, pieces []window.Piece) error {
			return t.timeline.PutDay(day, pieces...)
		})
		if err != nil {
			return err
		}
	}
	for _, t := range targets {
		t.changed = nil
	}
	return nil
}

// advance lets the windows end at the slot that runs now.
func (r *run) advance(ctx context.Context, targets []target, broken map[*kept]error) error {
	days := map[time.Time][]target{}
	for _, t := range targets {
		for _, day := range t.timeline.Needs(r.now) {
			days[day] = append(days[day], t)
		}
	}
	for day, targets := range days {
		err := r.read(ctx, targets, day, day.Add(DaySpan), broken, func(t target, day time.Time, pieces []window.Piece) error {
			return t.timeline.Hold(day, pieces...)
		})
		if err != nil {
			return err
		}
	}
	for _, t := range targets {
		if broken[t.owner] != nil {
			continue
		}
		if err := t.timeline.Advance(r.now); err != nil {
			broken[t.owner] = fmt.Errorf("advancing series %s: %w", t.ID, err)
		}
	}
	return nil
}

// read gives each target what is stored of each day in [from, to), whole days.
// Days without segments are given when only one is asked for.
func (r *run) read(ctx context.Context, targets []target, from, to time.Time, broken map[*kept]error,
	give func(t target, day time.Time, pieces []window.Piece) error,
) error {
	of := make(map[id.ID][]target, len(targets))
	ids := make([]id.ID, 0, len(targets))
	for _, t := range targets {
		if of[t.ID] == nil {
			ids = append(ids, t.ID)
		}
		of[t.ID] = append(of[t.ID], t)
	}
	stored, err := r.store.Segments(ctx, ids, from, to)
	if err != nil {
		return fmt.Errorf("reading the segments of %d series from %s: %w", len(ids), stamp(from), err)
	}
	r.counts["segments_loaded"] += int64(len(stored))
	single := to.Sub(from) == DaySpan
	given := map[id.ID]bool{}
	for len(stored) > 0 {
		series, day := stored[0].Series, stored[0].Start.Truncate(DaySpan)
		n := 1
		for n < len(stored) && stored[n].Series == series && stored[n].Start.Truncate(DaySpan).Equal(day) {
			n++
		}
		given[series] = true
		for _, t := range of[series] {
			pieces, err := unpack(stored[:n], t.Resolution)
			if err == nil {
				err = give(t, day, pieces)
			}
			if err != nil {
				broken[t.owner] = err
			}
		}
		stored = stored[n:]
	}
	for _, t := range targets {
		if single && !given[t.ID] {
			if err := give(t, from, nil); err != nil {
				broken[t.owner] = err
			}
		}
	}
	return nil
}

// unpack reads the segments of a day.
func unpack(rows []StoredSegment, resolution time.Duration) ([]window.Piece, error) {
	pieces := make([]window.Piece, 0, len(rows))
	for _, row := range rows {
		if len(row.Data) == 0 {
			continue
		}
		packed, err := decode(row, resolution)
		if err != nil {
			return nil, err
		}
		pieces = append(pieces, window.Piece{Start: row.Start, Segment: packed})
	}
	return pieces, nil
}
