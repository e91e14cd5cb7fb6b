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
	measured, err := measuredTogether(t.owner.Parts, t.series, start, span, rows)
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

// measuredTogether is what is stored of each part.
func measuredTogether(parts []Part, series []Series, start time.Time, span time.Duration, rows []StoredSegment) ([][]window.Piece, error) {
	of := make(map[id.ID]int, len(series))
	for _, s := range series {
		of[s.ID] = slices.IndexFunc(parts, func(p Part) bool { return p.Indicator == s.Indicator })
	}
	own := make([][]StoredSegment, len(parts))
	for _, row := range rows {
		i := of[row.Series]
		own[i] = append(own[i], row)
	}
	measured := make([][]window.Piece, len(parts))
	for i, rows := range own {
		pieces, err := unpack(rows, parts[i].Resolution)
		if err != nil {
			return nil, err
		}
		if measured[i], err = joined(start, span, parts[i].Resolution, rows, pieces); err != nil {
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
// a multiple of the length of slices, and from the start of one, which is at most WholeFor ago.
func (s *Service) TotalsTogether(ctx context.Context, parts []Part, from, to time.Time, step time.Duration) ([]Step, error) {
	length := parts[0].Lens.Slices.Length
	now := s.now().Truncate(length)
	t, err := newTotals(Sought{From: from, To: to, Step: step}, now)
	if err != nil {
		return nil, err
	}
	if len(t.steps) == 0 {
		return t.steps, nil
	}
	if err := t.check(length); err != nil {
		return nil, err
	}
	// What is thinned was judged by itself.
	if whole := s.now().Add(-WholeFor); from.Before(whole) {
		return nil, invalid("query.from", stamp(from), "must be %s or later, since when every slot of the members is kept", stamp(whole))
	}
	from = from.UTC()
	end := t.end
	if now.Before(end) {
		end = now
	}
	var series []Series
	for _, p := range parts {
		some, err := s.series(ctx, p.Indicator, "")
		if err != nil {
			return nil, err
		}
		series = append(series, some...)
	}
	known, err := s.firsts(ctx, series)
	if err != nil {
		return nil, err
	}
	first := known.of(series)
	if first.IsZero() {
		return t.steps, nil
	}
	piece := DaySpan * time.Duration(max(1, segmentsAtOnce/len(series)))
	for at := from; at.Before(end); {
		last := at.Truncate(DaySpan).Add(piece)
		if last.After(end) {
			last = end
		}
		// Days are judged as a whole, whatever part of them is asked for.
		begin := at.Truncate(DaySpan)
		stored, err := s.segments(ctx, parts[0].Indicator, series, begin, last.Add(DaySpan-1).Truncate(DaySpan))
		if err != nil {
			return nil, err
		}
		slices.SortStableFunc(stored, func(a, b StoredSegment) int { return dayOf(a).Compare(dayOf(b)) })
		for day := begin; day.Before(last); day = day.Add(DaySpan) {
			n := 0
			for n < len(stored) && dayOf(stored[n]).Equal(day) {
				n++
			}
			measured, err := measuredTogether(parts, series, day, DaySpan, stored[:n])
			if err != nil {
				return nil, err
			}
			stored = stored[n:]
			judged, err := lens.JudgeTogether(togetherOf(parts), day, DaySpan, measured, first, now)
			if err != nil {
				return nil, err
			}
			t.addPiece(judged, at, last)
		}
		at = last
	}
	return t.steps, t.fits()
}
