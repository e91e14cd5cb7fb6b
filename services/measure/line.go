package measure

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/segment"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// line is what a subject has a timeline of: one series, or, where slices are judged,
// all series whose events are judged together. Timelines are nil until they were loaded.
type line struct {
	series []Series
	group  string
	whole  bool // all groups together, where slices are judged
	// timeline is what counts, raw what would without corrections, nil where there are
	// none.
	timeline, raw *window.Timeline
	// first is the start of the oldest slot there is; known where slices are judged.
	first time.Time
	// changed are the times of which a segment of any of the series changed, in each the
	// first that did: those of the others are read beside it.
	changed []SegmentKey
	days    []time.Time // to be read again, for they are corrected in another way
}

// change notes that a segment changed.
func (l *line) change(of SegmentKey) {
	same := func(k SegmentKey) bool { return k.Start.Equal(of.Start) && k.Span == of.Span }
	if l.timeline != nil && !slices.ContainsFunc(l.changed, same) {
		l.changed = append(l.changed, of)
	}
}

// named is the group of which a line is, as thinned months have it: empty for the whole.
func (l *line) named() string {
	if l.whole {
		return ""
	}
	return l.group
}

// key names what a line is of.
func (l *line) key() string {
	var key strings.Builder
	for _, s := range l.series {
		key.WriteString(string(s.ID))
	}
	if l.whole {
		key.WriteString(" whole")
	}
	return key.String()
}

// arrange makes the lines of a subject with these series, by group and ID; the whole
// comes first.
func (k *kept) arrange(series []Series) []*line {
	series = slices.Clone(series)
	slices.SortFunc(series, func(a, b Series) int { return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.ID, b.ID)) })
	var lines []*line
	if !k.judges() {
		for i, s := range series {
			lines = append(lines, &line{series: series[i : i+1], group: s.Group})
		}
		return lines
	}
	if len(series) > 0 {
		lines = append(lines, &line{series: series, whole: true})
	}
	for i := 0; k.Grouped && i < len(series); {
		n := i + 1
		for n < len(series) && series[n].Group == series[i].Group {
			n++
		}
		lines = append(lines, &line{series: series[i:n], group: series[i].Group})
		i = n
	}
	return lines
}

// corrected are the days on which the overlays differ.
func corrected(before, after window.Overlay) []time.Time {
	if len(before) == len(after) && (len(after) == 0 || &before[0] == &after[0] || slices.Equal(before, after)) {
		return nil
	}
	var days []time.Time
	window.Differences(before, after, func(from, to time.Time) {
		day := from.Truncate(DaySpan)
		if n := len(days); n > 0 && !day.After(days[n-1]) {
			day = days[n-1].Add(DaySpan)
		}
		for ; day.Before(to); day = day.Add(DaySpan) {
			days = append(days, day)
		}
	})
	return days
}

// correct has the days read again, and keeps from now on what there was without
// corrections.
func (l *line) correct(days []time.Time) {
	if l.timeline == nil {
		return
	}
	for _, day := range days {
		if !slices.Contains(l.days, day) {
			l.days = append(l.days, day)
		}
	}
	if l.raw == nil {
		l.raw = l.timeline.Clone()
	}
}

// begin makes the timelines anew.
func (l *line) begin(shape *window.Shape, now time.Time, corrected bool) {
	l.forget()
	l.timeline = window.New(shape, now)
	if corrected {
		l.raw = window.New(shape, now)
	}
}

func (l *line) forget() { l.timeline, l.raw, l.changed, l.days = nil, nil, nil, nil }

func (l *line) size() int {
	size := 0
	for _, t := range l.timelines() {
		size += t.Size()
	}
	return size
}

func (l *line) timelines() []*window.Timeline {
	switch {
	case l.timeline == nil:
		return nil
	case l.raw == nil:
		return []*window.Timeline{l.timeline}
	}
	return []*window.Timeline{l.timeline, l.raw}
}

// sight is what is to be put of a time: as it counts, and as it was measured.
type sight struct{ seen, raw []window.Piece }

// look reads what is stored of [start, start+span), an hour or a day.
func (t target) look(start time.Time, span time.Duration, rows []StoredSegment) (sight, error) {
	if t.owner.together() {
		return t.lookTogether(start, span, rows)
	}
	resolution := t.owner.Resolution
	measured, err := unpack(rows, resolution)
	if err != nil || len(measured) == 0 {
		return sight{}, err
	}
	s := sight{raw: measured}
	if t.owner.Lens.Judges() {
		if err := t.older(rows); err != nil {
			return sight{}, err
		}
		if measured, err = joined(start, span, resolution, rows, measured); err != nil {
			return sight{}, err
		}
		judged, err := t.owner.Lens.Judge(start, span, measured)
		if err != nil {
			return sight{}, err
		}
		s.raw = []window.Piece{judged}
	}
	s.seen = s.raw
	if len(t.owner.Lens.Overlay) > 0 {
		s.seen = make([]window.Piece, len(s.raw))
		for i, p := range s.raw {
			if s.seen[i], err = t.owner.Lens.See(p); err != nil {
				return sight{}, err
			}
		}
	}
	return s, nil
}

// older notes the oldest slot of the rows, if none was as old: it may be from before all
// windows, of which the timeline keeps nothing.
func (t target) older(rows []StoredSegment) error {
	for _, row := range rows {
		if !t.first.IsZero() && !row.Start.Before(t.first) {
			continue
		}
		first, err := began(row, t.of(row).Resolution)
		if err != nil {
			return err
		}
		t.since(first)
	}
	return nil
}

// since notes that something was measured at the time.
func (l *line) since(at time.Time) {
	if l.first.IsZero() || at.Before(l.first) {
		l.first = at
	}
}

// of is the series of a row.
func (l *line) of(row StoredSegment) Series {
	return l.series[slices.IndexFunc(l.series, func(s Series) bool { return s.ID == row.Series })]
}

// joined makes one piece of what each series has of a day, of which some may be in
// hours and, folded, in a day: an hour goes over what the day has.
func joined(start time.Time, span, resolution time.Duration, rows []StoredSegment, pieces []window.Piece) ([]window.Piece, error) {
	if span != DaySpan {
		return pieces, nil
	}
	var out []window.Piece
	for i := 0; i < len(rows); {
		n := i
		if single := i+1 == len(rows) || rows[i+1].Series != rows[i].Series; single && rows[i].Span == span {
			out = append(out, pieces[i])
			i++
			continue
		}
		var parts []segment.Part
		for ; n < len(rows) && rows[n].Series == rows[i].Series; n++ {
			parts = append(parts, segment.Part{At: int(pieces[n].Start.Sub(start) / resolution), Segment: pieces[n].Segment})
		}
		slices.SortStableFunc(parts, func(a, b segment.Part) int { return cmp.Compare(b.Slots(), a.Slots()) })
		whole, err := segment.Fold(segment.New(resolution, int(DaySpan/resolution)), parts)
		if err != nil {
			return nil, fmt.Errorf("joining the segments of series %s on %s: %w", rows[i].Series, stamp(start), err)
		}
		out = append(out, window.Piece{Start: start, Segment: whole})
		i = n
	}
	return out, nil
}

// both does with each timeline what is to be done with what it sees.
func (l *line) both(s sight, do func(t *window.Timeline, pieces []window.Piece) error) error {
	if err := do(l.timeline, s.seen); err != nil || l.raw == nil {
		return err
	}
	return do(l.raw, s.raw)
}

// add adds what the windows hold to the sums; false where there is more than can be counted.
func (l *line) add(sums []window.Sum, by lens.Lens) bool { return l.settle(sums, l.timeline, by) }

// addRaw is add without corrections.
func (l *line) addRaw(sums []window.Sum, by lens.Lens) bool { return l.settle(sums, l.raw, by) }

func (l *line) settle(sums []window.Sum, t *window.Timeline, by lens.Lens) bool {
	fits := true
	for k, sum := range t.Sums() {
		if by.Judges() {
			due, begin := by.Due(t.End()), t.Begin(k)
			if due.Before(begin) {
				due = begin
			}
			sum = by.Settle(sum, t.Since(due), lens.Stretch{From: begin, End: t.End(), First: l.first, Due: due})
		}
		added, ok := sums[k].Adding(sum)
		sums[k], fits = added, fits && ok
	}
	return fits
}
