package measure

import (
	"context"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// lookTogether is look where slices of several indicators are judged as one. It looks at
// times, too, of which nothing is stored.
func (t target) lookTogether(start time.Time, span time.Duration, rows []StoredSegment) (sight, error) {
	if err := t.older(rows); err != nil {
		return sight{}, err
	}
	of, now := togetherOf(t.owner.Parts), t.owner.now.Truncate(t.owner.step())
	pieces := make([]window.Piece, 0, len(rows))
	for _, row := range rows {
		packed, err := decode(row, t.of(row).Resolution)
		if err != nil {
			return sight{}, err
		}
		pieces = append(pieces, window.Piece{Start: row.Start, Segment: packed})
	}
	measured, err := measuredTogether(t.owner.Parts, t.series, start, span, rows, pieces)
	if err != nil {
		return sight{}, err
	}
	judged, err := lens.JudgeTogether(of, start, span, measured, t.first, now)
	if err != nil {
		return sight{}, err
	}
	s := sight{seen: []window.Piece{judged}}
	s.raw = s.seen
	if t.owner.corrected() {
		for i := range of {
			of[i].Lens = of[i].Lens.Raw()
		}
		if judged, err = lens.JudgeTogether(of, start, span, measured, t.first, now); err != nil {
			return sight{}, err
		}
		s.raw = []window.Piece{judged}
	}
	return s, nil
}

// measuredTogether is what each part measured, by what is stored of all of them.
func measuredTogether(parts []Part, series []Series, start time.Time, span time.Duration, rows []StoredSegment, pieces []window.Piece) ([][]window.Piece, error) {
	of := make(map[id.ID]int, len(series))
	for _, s := range series {
		of[s.ID] = slices.IndexFunc(parts, func(p Part) bool { return p.Indicator == s.Indicator })
	}
	own, measured := make([][]StoredSegment, len(parts)), make([][]window.Piece, len(parts))
	for k, row := range rows {
		i := of[row.Series]
		own[i], measured[i] = append(own[i], row), append(measured[i], pieces[k])
	}
	for i, rows := range own {
		var err error
		if measured[i], err = joined(start, span, parts[i].Resolution, rows, measured[i]); err != nil {
			return nil, err
		}
	}
	return measured, nil
}

// unfolded reports whether whatever is stored of the hour is stored by itself, and not in
// its day: also where the clock of the replica that folds is ahead by an hour.
func unfolded(hour, now time.Time) bool { return !hour.Before(foldable(now.Add(time.Hour))) }

// settleTogether has what was not settled when the targets were last evaluated looked at
// again, where slices are judged together: it changes with time alone. Targets of which a
// slot came that is older than all others are built anew, for all slices since are now
// missing that nothing was known of.
func (r *run) settleTogether(ctx context.Context, targets []target, broken map[*kept]error) error {
	var together []target
	first := map[*line]time.Time{}
	for _, t := range targets {
		if !t.owner.together() {
			continue
		}
		together = append(together, t)
		first[t.line] = t.first
		for at := t.owner.settledBefore(t.timeline.End()).Truncate(HourSpan); at.Before(r.now); at = at.Add(HourSpan) {
			if unfolded(at, r.now) {
				t.change(SegmentKey{Start: at, Span: HourSpan})
			} else if day := at.Truncate(DaySpan); !slices.Contains(t.days, day) {
				t.days = append(t.days, day)
			}
		}
	}
	if len(together) == 0 {
		return nil
	}
	if err := r.update(ctx, together, broken); err != nil {
		return err
	}
	var older []target
	for _, t := range together {
		if !t.first.Equal(first[t.line]) && broken[t.owner] == nil {
			older = append(older, t)
		}
	}
	if len(older) == 0 {
		return nil
	}
	return r.build(ctx, older, broken)
}

// readTogether gives the target every day from when the oldest slot was measured, with
// what is stored of it, which may be nothing: then slices are missing.
func (r *run) readTogether(t target, from, to time.Time, rows []StoredSegment, broken map[*kept]error,
	give func(t target, day time.Time, rows []StoredSegment) error,
) {
	day := from.Truncate(DaySpan)
	if first := t.first.Truncate(DaySpan); first.After(day) {
		day = first
	}
	for ; day.Before(to); day = day.Add(DaySpan) {
		for len(rows) > 0 && dayOf(rows[0]).Before(day) {
			rows = rows[1:]
		}
		n := 0
		for n < len(rows) && dayOf(rows[n]).Equal(day) {
			n++
		}
		if err := give(t, day, rows[:n]); err != nil {
			broken[t.owner] = err
		}
		rows = rows[n:]
	}
}

// TotalsTogether is Totals of slices of several indicators that are judged as one. step is
// a multiple of the length of slices, and from the start of one, which is at most WholeFor
// ago: what is thinned was judged by itself.
func (s *Service) TotalsTogether(ctx context.Context, parts []Part, from, to time.Time, step time.Duration) ([]Step, error) {
	now := s.now()
	if whole := now.Add(-WholeFor); from.Before(whole) {
		return nil, invalid("query.from", stamp(from), "must be %s or later, since when every slot of the members is kept", stamp(whole))
	}
	t, err := newTotals(Sought{From: from, To: to, Step: step}, now)
	if err != nil {
		return nil, err
	}
	t.parts = parts
	return t.steps, s.sumUp(ctx, []*totals{t}, now)
}

// judgeTogether adds slices that are judged as one, day by day: of days, too, of which
// nothing is stored.
func (t *totals) judgeTogether(rows []StoredSegment, measured []window.Piece, from, to time.Time) error {
	length := t.parts[0].Lens.Slices.Length
	now := t.now.Truncate(length)
	if now.Before(to) {
		to = now
	}
	stored := daysOf(rows, measured)
	for day := from.Truncate(DaySpan); day.Before(to); day = day.Add(DaySpan) {
		var of dayOfRows
		if len(stored) > 0 && stored[0].day.Equal(day) {
			of, stored = stored[0], stored[1:]
		}
		measured, err := measuredTogether(t.parts, t.series, day, DaySpan, of.rows, of.pieces)
		if err != nil {
			return err
		}
		judged, err := lens.JudgeTogether(togetherOf(t.parts), day, DaySpan, measured, t.first, now)
		if err != nil {
			return err
		}
		t.addPiece(judged, from, to)
	}
	return nil
}
