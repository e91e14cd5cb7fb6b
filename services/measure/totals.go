package measure

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Sought is what is to be summed up of a time, as by Totals.
type Sought struct {
	Reading
	From, To time.Time
	Step     time.Duration
}

// TotalsOf is Totals of many, in their order, in few statements: what lies next to each
// other is read together, best with alike times. What several look at is read once.
func (s *Service) TotalsOf(ctx context.Context, sought []Sought) ([][]Step, error) {
	now := s.now()
	all := make([]*totals, len(sought))
	out := make([][]Step, len(sought))
	for i, q := range sought {
		t, err := newTotals(q, now)
		if err != nil {
			return nil, err
		}
		all[i], out[i] = t, t.steps
	}
	return out, s.sumUp(ctx, all, now)
}

// Bounded is what is to be summed up from each of the bounds to the next, as by Between.
type Bounded struct {
	Reading
	Bounds []time.Time
}

// BetweenOf is Between of many, in their order, read as by TotalsOf.
func (s *Service) BetweenOf(ctx context.Context, of []Bounded) ([][]Step, error) {
	now := s.now()
	all := make([]*totals, len(of))
	out := make([][]Step, len(of))
	for i, q := range of {
		t, err := newBetween(q.Reading, q.Bounds, now)
		if err != nil {
			return nil, err
		}
		all[i], out[i] = t, t.steps
	}
	return out, s.sumUp(ctx, all, now)
}

// sumUp fills in the steps.
func (s *Service) sumUp(ctx context.Context, all []*totals, now time.Time) error {
	all = slices.DeleteFunc(all, func(t *totals) bool { return len(t.steps) == 0 })
	if err := s.enlist(ctx, all, now); err != nil {
		return err
	}
	for some := all; len(some) > 0; {
		if err := s.readBatches(ctx, some); err != nil {
			return err
		}
		var err error
		if some, err = s.overtaken(ctx, some, now); err != nil {
			return err
		}
	}
	for _, t := range all {
		t.settle()
		if t.begin().Before(t.whole) {
			months, err := s.thinned(ctx, t.Indicator, t.Group, t.begin(), earlier(t.end, t.whole))
			if err != nil {
				return err
			}
			t.addMonths(months)
		}
		if err := t.fits(); err != nil {
			return err
		}
	}
	return nil
}

// newTotals are the steps of what is sought, empty.
func newTotals(q Sought, now time.Time) (*totals, error) {
	if q.Step <= 0 || q.Step%Minute != 0 {
		return nil, invalid("query.step", q.Step.String(), "must be a whole multiple of the resolution")
	}
	if (q.To.Sub(q.From)-1)/q.Step >= MaxSteps {
		return nil, invalid("query.step", q.Step.String(), "makes more than %d steps; choose a longer one", MaxSteps)
	}
	if !q.From.Before(q.To) {
		return &totals{Reading: q.Reading, steps: []Step{}}, nil
	}
	bounds := []time.Time{q.From}
	for at := q.From; at.Before(q.To); {
		at = at.Add(q.Step)
		bounds = append(bounds, at)
	}
	t := stepsBetween(q.Reading, bounds, now)
	t.check = func(slot time.Duration) error {
		switch {
		case q.Step%slot != 0:
			return invalid("query.step", q.Step.String(), "must be a whole multiple of %d s", slot/time.Second)
		case !q.From.Truncate(slot).Equal(q.From):
			return invalid("query.from", stamp(q.From), "must be the start of a slot of %d s, such as %s", slot/time.Second, stamp(q.From.Truncate(slot)))
		}
		return nil
	}
	return t, nil
}

// newBetween are the steps from each of the bounds to the next, empty.
func newBetween(of Reading, bounds []time.Time, now time.Time) (*totals, error) {
	if len(bounds)-1 > MaxSteps {
		return nil, fmt.Errorf("summing up %d steps, which is more than %d", len(bounds)-1, MaxSteps)
	}
	for i := 1; i < len(bounds); i++ {
		if !bounds[i-1].Before(bounds[i]) {
			return nil, fmt.Errorf("summing up from %s until %s, which is not after it", stamp(bounds[i-1]), stamp(bounds[i]))
		}
	}
	if len(bounds) < 2 {
		return &totals{Reading: of, steps: []Step{}}, nil
	}
	t := stepsBetween(of, bounds, now)
	t.check = func(slot time.Duration) error {
		for _, at := range bounds {
			if !at.Truncate(slot).Equal(at) {
				return fmt.Errorf("summing up from or until %s, which is not the start of a slot of %s", stamp(at), slot)
			}
		}
		return nil
	}
	return t, nil
}

// stepsBetween are the steps between bounds, of which there are two at least.
func stepsBetween(of Reading, bounds []time.Time, now time.Time) *totals {
	last := len(bounds) - 1
	t := &totals{Reading: of, now: now, steps: make([]Step, last), end: bounds[last].UTC()}
	for i := range t.steps {
		t.steps[i].Start = bounds[i].UTC()
	}
	t.whole = t.begin()
	if of.Lens.Judges() {
		t.due = of.Lens.Due(now.Truncate(of.Lens.Slices.Length))
		t.late = make([]window.Sum, last)
	}
	return t
}

// enlist finds the series of each, when it was first measured where slices are missing since
// then, and what is thinned of it, and holds the steps against their resolution. The order
// of the queries matters: what is thinned meanwhile is in one of both, slots or months.
func (s *Service) enlist(ctx context.Context, all []*totals, now time.Time) error {
	var indicators, thinned []id.ID
	for _, t := range all {
		indicators = append(indicators, t.indicators()...)
		// Of what is read so late nothing is thinned. But slices are missing since the first
		// that there was, and a group is known of which everything is thinned.
		if t.judges() || t.Group != "" || mayBeThinned(t.begin(), now) {
			thinned = append(thinned, t.indicators()...)
		}
	}
	of := map[id.ID][]Series{}
	for some := range slices.Chunk(distinct(indicators), chunkSeries) {
		found, err := s.store.Series(ctx, some)
		if err != nil {
			return fmt.Errorf("reading the series of %d indicators: %w", len(some), err)
		}
		for _, one := range found {
			of[one.Indicator] = append(of[one.Indicator], one)
		}
	}
	var judged []Series
	for _, t := range all {
		for _, indicator := range t.indicators() {
			t.series = append(t.series, of[indicator]...)
		}
		if t.judges() {
			judged = append(judged, t.series...)
		}
	}
	first, err := s.firsts(ctx, judged)
	if err != nil {
		return err
	}
	lines, err := s.thinnedLines(ctx, thinned)
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.series, err = lines.ofGroup(t.series, t.Indicator, t.Group); err != nil {
			return err
		}
		if t.judges() {
			t.first = first.of(t.series)
		}
		for _, indicator := range t.indicators() {
			t.line = lines[lineKey{indicator, t.Group}]
			if since := t.line.Since; !since.IsZero() && (t.first.IsZero() || since.Before(t.first)) {
				t.first = since
			}
		}
		t.whole = t.wholeSince(lines)
		for _, one := range t.series {
			if err := t.check(t.slot(one.Resolution)); err != nil {
				return err
			}
		}
	}
	return nil
}

// wholeSince is from when on slots are read: what is before the time up to which all of an
// indicator was thinned is in months alone. Of several indicators nothing thinned is read.
func (t *totals) wholeSince(lines thinnedLines) time.Time {
	if len(t.parts) > 0 {
		return t.begin()
	}
	return later(t.begin(), lines[lineKey{t.Indicator, ""}].Until)
}

// overtaken returns those of which more was thinned while they were read, which are to be
// read again: of that time there may have been no slots any more.
func (s *Service) overtaken(ctx context.Context, all []*totals, now time.Time) ([]*totals, error) {
	var indicators []id.ID
	for _, t := range all {
		if mayBeThinned(t.begin(), now) {
			indicators = append(indicators, t.indicators()...)
		}
	}
	lines, err := s.thinnedLines(ctx, indicators)
	if err != nil {
		return nil, err
	}
	var again []*totals
	for _, t := range all {
		if whole := t.wholeSince(lines); whole.After(t.whole) {
			t.line, t.whole = lines[lineKey{t.Indicator, t.Group}], whole
			t.reset()
			again = append(again, t)
		}
	}
	return again, nil
}

// reset forgets what was summed up.
func (t *totals) reset() {
	for k := range t.steps {
		t.steps[k] = Step{Start: t.steps[k].Start}
	}
	clear(t.late)
	t.overflows = false
}

// fits is nil where every sum can be counted.
func (t *totals) fits() error {
	if t.overflows {
		return fmt.Errorf("summing up what was measured of indicator %s from %s to %s: more events than can be counted", t.Indicator, stamp(t.begin()), stamp(t.end))
	}
	return nil
}

func distinct(ids []id.ID) []id.ID {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// batch are totals that are read together.
type batch struct {
	of       []*totals
	series   map[id.ID]Series
	from, to time.Time
}

// holds is about how many segments there would be of the batch with another one in it.
func (b *batch) holds(t *totals) int {
	series := len(b.series)
	for _, one := range t.series {
		if _, known := b.series[one.ID]; !known {
			series++
		}
	}
	from, to := b.span(t)
	return series * (int(to.Sub(from)/DaySpan) + 1)
}

// span is the time of the batch with another one in it.
func (b *batch) span(t *totals) (from, to time.Time) {
	from, to = t.whole, t.end
	if len(b.of) > 0 && b.from.Before(from) {
		from = b.from
	}
	if b.to.After(to) {
		to = b.to
	}
	return from, to
}

func (b *batch) take(t *totals) {
	b.from, b.to = b.span(t)
	b.of = append(b.of, t)
	for _, one := range t.series {
		b.series[one.ID] = one
	}
}

func (s *Service) readBatches(ctx context.Context, all []*totals) error {
	b := batch{series: map[id.ID]Series{}}
	for _, t := range all {
		if !t.whole.Before(t.end) {
			continue
		}
		if len(b.of) > 0 && b.holds(t) > segmentsAtOnce {
			if err := s.readBatch(ctx, b); err != nil {
				return err
			}
			b = batch{series: map[id.ID]Series{}}
		}
		b.take(t)
	}
	return s.readBatch(ctx, b)
}

// readBatch reads what is stored of a batch, a long time in pieces.
func (s *Service) readBatch(ctx context.Context, b batch) error {
	if len(b.series) == 0 {
		return nil
	}
	ids := make([]id.ID, 0, len(b.series))
	for one := range b.series {
		ids = append(ids, one)
	}
	slices.Sort(ids)
	piece := DaySpan * time.Duration(max(1, segmentsAtOnce/len(ids)))
	for at := b.from; at.Before(b.to); {
		// Pieces end with days, so that a day is judged as a whole.
		last := at.Truncate(DaySpan).Add(piece)
		if last.After(b.to) {
			last = b.to
		}
		stored, err := s.store.Segments(ctx, ids, at, last)
		if err != nil {
			return fmt.Errorf("reading the segments of %d series: %w", len(ids), err)
		}
		if err := b.add(stored, at, last); err != nil {
			return err
		}
		at = last
	}
	return nil
}

// add adds what is stored of [from, to), which is by series and time, to each total that
// is of it.
func (b batch) add(stored []StoredSegment, from, to time.Time) error {
	type run struct {
		rows   []StoredSegment
		pieces []window.Piece
	}
	runs := make(map[id.ID]run, len(b.series))
	for len(stored) > 0 {
		of, n := stored[0].Series, 1
		for n < len(stored) && stored[n].Series == of {
			n++
		}
		pieces, err := unpack(stored[:n], b.series[of].Resolution)
		if err != nil {
			return err
		}
		runs[of] = run{stored[:n], pieces}
		stored = stored[n:]
	}
	for _, t := range b.of {
		begin, end := later(from, t.whole), to
		if t.end.Before(end) {
			end = t.end
		}
		if len(t.series) == 0 || !begin.Before(end) {
			continue
		}
		var rows []StoredSegment
		var pieces []window.Piece
		for _, one := range t.series {
			rows, pieces = append(rows, runs[one.ID].rows...), append(pieces, runs[one.ID].pieces...)
		}
		if err := t.add(rows, pieces, begin, end); err != nil {
			return err
		}
	}
	return nil
}

// firsts is the start of the oldest slot of each series that has any.
type firsts map[id.ID]time.Time

// of is the oldest of all the series, zero when none has any.
func (f firsts) of(series []Series) time.Time {
	var oldest time.Time
	for _, one := range series {
		if began, some := f[one.ID]; some && (oldest.IsZero() || began.Before(oldest)) {
			oldest = began
		}
	}
	return oldest
}

func (s *Service) firsts(ctx context.Context, series []Series) (firsts, error) {
	resolutions := make(map[id.ID]time.Duration, len(series))
	for _, one := range series {
		resolutions[one.ID] = one.Resolution
	}
	first := make(firsts, len(resolutions))
	for some := range slices.Chunk(slices.Sorted(maps.Keys(resolutions)), chunkSeries) {
		stored, err := s.store.Oldest(ctx, some)
		if err != nil {
			return nil, fmt.Errorf("reading the oldest segments of %d series: %w", len(some), err)
		}
		for _, row := range stored {
			began, err := began(row, resolutions[row.Series])
			if err != nil {
				return nil, err
			}
			if known, some := first[row.Series]; !some || began.Before(known) {
				first[row.Series] = began
			}
		}
	}
	return first, nil
}
