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
	cold := map[int][]target{} // by about how many segments each has
	var warm []target
	for _, k := range chunk {
		k.now = r.now
		if k.err != nil {
			broken[k] = k.err
			continue
		}
		if k.Unread != nil {
			broken[k] = k.Unread
			continue
		}
		for _, l := range k.lines {
			if l.timeline != nil {
				warm = append(warm, target{l, k})
				continue
			}
			if i := slices.IndexFunc(l.series, func(s Series) bool { return s.Resolution != k.resolutionOf(s.Indicator) }); i >= 0 {
				broken[k] = fmt.Errorf("series %s has slots of %s instead of %s", l.series[i].ID, l.series[i].Resolution, k.resolutionOf(l.series[i].Indicator))
				continue
			}
			segments := len(l.series) * (int(r.now.Sub(k.shape.Horizon(r.now))/DaySpan) + 2)
			cold[segments] = append(cold[segments], target{l, k})
		}
	}
	for segments, targets := range cold {
		for some := range slices.Chunk(targets, max(1, coldSegments/segments)) {
			if err := r.build(ctx, some, broken); err != nil {
				return err
			}
		}
	}
	if err := r.settleTogether(ctx, warm, broken); err != nil {
		return err
	}
	if err := r.update(ctx, warm, broken); err != nil {
		return err
	}
	return r.advance(ctx, warm, broken)
}

// build makes timelines from all segments that they can need.
func (r *run) build(ctx context.Context, targets []target, broken map[*kept]error) error {
	from := targets[0].owner.shape.Horizon(r.now)
	var judged []target
	for _, t := range targets {
		t.begin(t.owner.shape, r.now, t.owner.corrected())
		if h := t.owner.shape.Horizon(r.now); h.Before(from) {
			from = h
		}
		if t.owner.judges() {
			judged = append(judged, t)
		}
	}
	if err := r.oldest(ctx, judged, broken); err != nil {
		return err
	}
	return r.read(ctx, targets, from, r.now.Add(2*DaySpan), broken, target.putDay)
}

// oldest looks up when the oldest slot of each target began, or of what is thinned.
func (r *run) oldest(ctx context.Context, targets []target, broken map[*kept]error) error {
	of, ids := bySeries(targets)
	if len(ids) == 0 {
		return nil
	}
	stored, err := r.store.Oldest(ctx, ids)
	if err != nil {
		return fmt.Errorf("reading the oldest segments of %d series: %w", len(ids), err)
	}
	for _, row := range stored {
		for _, t := range of[row.Series] {
			if err := t.older([]StoredSegment{row}); err != nil {
				broken[t.owner] = err
			}
		}
	}
	thinned := map[lineKey][]target{}
	var indicators []id.ID
	for _, t := range targets {
		for _, indicator := range t.owner.indicators() {
			indicators = append(indicators, indicator)
			key := lineKey{indicator, t.named()}
			thinned[key] = append(thinned[key], t)
		}
	}
	lines, err := r.store.ThinnedLines(ctx, distinct(indicators))
	if err != nil {
		return fmt.Errorf("reading what is thinned of %d series: %w", len(ids), err)
	}
	for _, line := range lines {
		for _, t := range thinned[lineKey{line.Indicator, line.Group}] {
			t.since(line.Since)
		}
	}
	return nil
}

// update puts the segments that changed. What cannot be put by itself, because
// only its day's total is known or because it was folded meanwhile, is read again
// with its day, and so are days that are corrected in another way.
func (r *run) update(ctx context.Context, targets []target, broken map[*kept]error) error {
	days := map[time.Time][]target{}
	byDay := func(t target, at time.Time) {
		day := at.Truncate(DaySpan)
		if !slices.Contains(days[day], t) {
			days[day] = append(days[day], t)
		}
	}
	for _, t := range targets {
		for _, day := range t.days {
			if !day.Before(t.owner.shape.Horizon(r.now)) && !day.After(r.now.Add(DaySpan)) {
				byDay(t, day)
			}
		}
	}
	if err := r.updateSegments(ctx, targets, broken, byDay); err != nil {
		return err
	}
	for day, targets := range days {
		if err := r.read(ctx, targets, day, day.Add(DaySpan), broken, target.putDay); err != nil {
			return err
		}
	}
	for _, t := range targets {
		t.changed, t.days = nil, nil
		if !t.owner.corrected() {
			t.raw = nil
		}
	}
	return nil
}

// updateSegments puts the segments that changed, and hands those to byDay that cannot
// be put by themselves.
func (r *run) updateSegments(ctx context.Context, targets []target, broken map[*kept]error, byDay func(target, time.Time)) error {
	var keys []SegmentKey
	wanted := map[SegmentKey]bool{}
	want := func(key SegmentKey) {
		if !wanted[key] {
			wanted[key] = true
			keys = append(keys, key)
		}
	}
	for _, t := range targets {
		for _, key := range t.changed {
			for _, of := range t.beside(key) {
				want(of)
			}
		}
	}
	if len(keys) == 0 {
		return nil
	}
	stored, err := r.store.SegmentsAt(ctx, keys)
	if err != nil {
		return fmt.Errorf("reading %d changed segments: %w", len(keys), err)
	}
	r.counts["segments_loaded"] += int64(len(stored))
	found := make(map[SegmentKey]StoredSegment, len(stored))
	for _, row := range stored {
		found[row.SegmentKey] = row
	}
	for _, t := range targets {
		for _, key := range t.changed {
			var rows []StoredSegment
			for _, of := range t.beside(key) {
				if row, there := found[of]; there {
					rows = append(rows, row)
				}
			}
			alone := unfolded(key.Start, r.now)      // the others have none
			if len(rows) < len(t.series) && !alone { // folded, or there is none of the others
				byDay(t, key.Start)
				continue
			}
			if err := t.put(key, rows); errors.Is(err, window.ErrDay) {
				byDay(t, key.Start)
			} else if err != nil {
				broken[t.owner] = err
			}
		}
	}
	return nil
}

// beside are the keys of the same time, of all series of the target.
func (t target) beside(key SegmentKey) []SegmentKey {
	keys := make([]SegmentKey, len(t.series))
	for i, s := range t.series {
		keys[i] = SegmentKey{Series: s.ID, Start: key.Start, Span: key.Span}
	}
	return keys
}

// put puts what is stored of one time.
func (t target) put(key SegmentKey, rows []StoredSegment) error {
	s, err := t.look(key.Start, key.Span, rows)
	if err != nil {
		return err
	}
	return t.both(s, func(line *window.Timeline, pieces []window.Piece) error {
		for _, p := range pieces {
			if err := line.Put(p); err != nil {
				return err
			}
		}
		return nil
	})
}

// putDay puts all that is stored of a day.
func (t target) putDay(day time.Time, rows []StoredSegment) error {
	s, err := t.look(day, DaySpan, rows)
	if err != nil {
		return err
	}
	return t.both(s, func(line *window.Timeline, pieces []window.Piece) error { return line.PutDay(day, pieces...) })
}

// hold puts all that is stored of a day, for the windows to advance.
func (t target) hold(day time.Time, rows []StoredSegment) error {
	s, err := t.look(day, DaySpan, rows)
	if err != nil {
		return err
	}
	return t.both(s, func(line *window.Timeline, pieces []window.Piece) error { return line.Hold(day, pieces...) })
}

// advance lets the windows end at the slot that runs now.
func (r *run) advance(ctx context.Context, targets []target, broken map[*kept]error) error {
	days := map[time.Time][]target{}
	for _, t := range targets {
		for _, line := range t.timelines() { // they may lack different days
			for _, day := range line.Needs(r.now) {
				if !slices.Contains(days[day], t) {
					days[day] = append(days[day], t)
				}
			}
		}
	}
	for day, targets := range days {
		if err := r.read(ctx, targets, day, day.Add(DaySpan), broken, target.hold); err != nil {
			return err
		}
	}
	for _, t := range targets {
		for _, line := range t.timelines() {
			if broken[t.owner] != nil {
				continue
			}
			if err := line.Advance(r.now); err != nil {
				broken[t.owner] = fmt.Errorf("advancing series %s: %w", t.series[0].ID, err)
			}
		}
	}
	return nil
}

// bySeries are the targets of each series, and all series once.
func bySeries(targets []target) (map[id.ID][]target, []id.ID) {
	of := make(map[id.ID][]target, len(targets))
	ids := make([]id.ID, 0, len(targets))
	for _, t := range targets {
		for _, s := range t.series {
			if of[s.ID] == nil {
				ids = append(ids, s.ID)
			}
			of[s.ID] = append(of[s.ID], t)
		}
	}
	return of, ids
}

// read gives each target what is stored of each day in [from, to), whole days.
// Days without segments are given when only one is asked for.
func (r *run) read(ctx context.Context, targets []target, from, to time.Time, broken map[*kept]error,
	give func(t target, day time.Time, rows []StoredSegment) error,
) error {
	_, ids := bySeries(targets)
	stored, err := r.store.Segments(ctx, ids, from, to)
	if err != nil {
		return fmt.Errorf("reading the segments of %d series from %s: %w", len(ids), stamp(from), err)
	}
	r.counts["segments_loaded"] += int64(len(stored))
	of := make(map[id.ID][]StoredSegment, len(ids))
	for len(stored) > 0 {
		n := 1
		for n < len(stored) && stored[n].Series == stored[0].Series {
			n++
		}
		of[stored[0].Series] = stored[:n]
		stored = stored[n:]
	}
	single := to.Sub(from) == DaySpan
	for _, t := range targets {
		rows := of[t.series[0].ID]
		if len(t.series) > 1 {
			rows = nil
			for _, s := range t.series {
				rows = append(rows, of[s.ID]...)
			}
			slices.SortStableFunc(rows, func(a, b StoredSegment) int { return dayOf(a).Compare(dayOf(b)) })
		}
		if t.owner.together() && !single {
			r.readTogether(t, from, to, rows, broken, give)
			continue
		}
		given := false
		for len(rows) > 0 {
			day, n := dayOf(rows[0]), 1
			for n < len(rows) && dayOf(rows[n]).Equal(day) {
				n++
			}
			if err := give(t, day, rows[:n]); err != nil {
				broken[t.owner] = err
			}
			rows, given = rows[n:], true
		}
		if single && !given {
			if err := give(t, from, nil); err != nil {
				broken[t.owner] = err
			}
		}
	}
	return nil
}

func dayOf(row StoredSegment) time.Time { return row.Start.Truncate(DaySpan) }

// unpack reads the segments of a day.
func unpack(rows []StoredSegment, resolution time.Duration) ([]window.Piece, error) {
	pieces := make([]window.Piece, 0, len(rows))
	for _, row := range rows {
		packed, err := decode(row, resolution)
		if err != nil {
			return nil, err
		}
		pieces = append(pieces, window.Piece{Start: row.Start, Segment: packed})
	}
	return pieces, nil
}
