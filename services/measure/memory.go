package measure

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// memory is what the evaluator knows between runs. Nothing in it is lost with
// it: it is built anew from the store.
type memory struct {
	subjects map[id.ID]*kept
	ordered  []*kept            // by ID
	owners   map[id.ID][]target // of each series
	shapes   []shape
	// day is when the series of all subjects were last looked up: those that were
	// removed since are forgotten the day after.
	day time.Time
}

// shape is a window.Shape and what it was made of.
type shape struct {
	resolution time.Duration
	windows    []window.Window
	*window.Shape
	err error
}

// kept is a subject with its timelines.
type kept struct {
	Subject
	shape      *window.Shape
	err        error     // why it can have no shape
	now        time.Time // of the run that last brought it up
	discovered bool      // its series were looked up
	lines      []*line   // by group and the ID of their series
	// notes are the changes read and not yet removed; keys are what they name.
	notes []int64
	dirty bool
	// What the last committed evaluation was of.
	revision id.ID
	end      time.Time
}

func newMemory() *memory {
	return &memory{subjects: map[id.ID]*kept{}, owners: map[id.ID][]target{}}
}

// keep takes in new subjects, forgets those that are gone, and lets timelines go
// that no longer fit.
func (m *memory) keep(subjects []Subject) {
	present := make(map[id.ID]bool, len(subjects))
	added := false
	for _, s := range subjects {
		present[s.ID] = true
		k := m.subjects[s.ID]
		if k != nil && k.sums(s) {
			k.Revision, k.Unread = s.Revision, s.Unread
			if s.Unread == nil {
				k.correct(s)
			}
			continue
		}
		if k != nil {
			m.disown(k)
		}
		k = &kept{Subject: s}
		k.shape, k.err = m.shapeOf(s.step(), s.Windows)
		m.subjects[s.ID] = k
		added = true
	}
	gone := len(m.subjects) > len(present)
	if gone {
		for _, k := range m.subjects {
			if !present[k.ID] {
				m.disown(k)
				delete(m.subjects, k.ID)
			}
		}
	}
	if added || gone {
		m.ordered = m.ordered[:0]
		for _, k := range m.subjects {
			m.ordered = append(m.ordered, k)
		}
		slices.SortFunc(m.ordered, func(a, b *kept) int { return cmp.Compare(a.ID, b.ID) })
		m.forgetShapes()
	}
}

// sums reports whether the timelines are those of the subject too, but for corrections.
func (k *kept) sums(s Subject) bool {
	return k.Indicator == s.Indicator && k.Resolution == s.Resolution && slices.Equal(k.Windows, s.Windows) &&
		k.Grouped == s.Grouped && k.Lens.Raw().Equal(s.Lens.Raw()) &&
		slices.EqualFunc(k.Parts, s.Parts, func(a, b Part) bool {
			return a.Indicator == b.Indicator && a.Resolution == b.Resolution && a.Unsure == b.Unsure && a.Lens.Raw().Equal(b.Lens.Raw())
		})
}

// correct has the days read again that are corrected in another way from now on.
func (k *kept) correct(by Subject) {
	days := corrected(k.Lens.Overlay, by.Lens.Overlay)
	for i, p := range k.Parts {
		days = append(days, corrected(p.Lens.Overlay, by.Parts[i].Lens.Overlay)...)
	}
	if len(days) == 0 {
		return
	}
	for _, l := range k.lines {
		l.correct(days)
	}
	k.Lens, k.Parts, k.dirty = by.Lens, by.Parts, true
}

// shapeOf shares one shape between all subjects that are alike.
func (m *memory) shapeOf(resolution time.Duration, windows []window.Window) (*window.Shape, error) {
	for _, s := range m.shapes {
		if s.resolution == resolution && slices.Equal(s.windows, windows) {
			return s.Shape, s.err
		}
	}
	made, err := window.NewShape(resolution, windows)
	m.shapes = append(m.shapes, shape{resolution, slices.Clone(windows), made, err})
	return made, err
}

// forgetShapes lets go of those that no subject has any more.
func (m *memory) forgetShapes() {
	used := make(map[*window.Shape]bool, len(m.shapes))
	for _, k := range m.ordered {
		used[k.shape] = true
	}
	m.shapes = slices.DeleteFunc(m.shapes, func(s shape) bool { return !used[s.Shape] })
}

// disown lets go of a subject's series.
func (m *memory) disown(k *kept) {
	for _, l := range k.lines {
		m.release(k, l)
	}
}

// release lets go of the series of one line of a subject.
func (m *memory) release(k *kept, l *line) {
	for _, one := range l.series {
		owners := slices.DeleteFunc(m.owners[one.ID], func(t target) bool { return t.line == l })
		if m.owners[one.ID] = owners; len(owners) == 0 {
			delete(m.owners, one.ID)
		}
	}
}

// enter gives series, which are all of the indicators, to the subjects that
// measure them, and lets go of those that are not there any more.
func (m *memory) enter(indicators []id.ID, series []Series) {
	of := make(map[id.ID][]Series, len(indicators))
	for _, indicator := range indicators {
		of[indicator] = nil
	}
	for _, s := range series {
		of[s.Indicator] = append(of[s.Indicator], s)
	}
	for _, k := range m.ordered {
		var there []Series
		known := true
		for _, indicator := range k.indicators() {
			some, asked := of[indicator]
			known = known && asked
			there = append(there, some...)
		}
		if known {
			m.match(k, there)
		}
	}
}

// match makes the lines of a subject those of the series.
func (m *memory) match(k *kept, series []Series) {
	former := make(map[string]*line, len(k.lines))
	for _, l := range k.lines {
		former[l.key()] = l
	}
	wanted := k.arrange(series)
	known := 0
	for _, l := range wanted {
		if former[l.key()] != nil {
			known++
		}
	}
	if known == len(wanted) && known == len(k.lines) {
		return
	}
	k.dirty = true
	for i, l := range wanted {
		if there := former[l.key()]; there != nil {
			delete(former, l.key())
			wanted[i] = there
			continue
		}
		for _, one := range l.series {
			m.owners[one.ID] = append(m.owners[one.ID], target{l, k})
		}
	}
	k.lines = wanted
	for _, l := range former {
		m.release(k, l)
	}
}

// note gives each change to those it concerns, and returns those of nobody's.
func (m *memory) note(changes []Change) (orphans []int64) {
	for _, k := range m.ordered {
		k.notes = k.notes[:0] // those of a failed run are read again
	}
	for _, c := range changes {
		owners := m.owners[c.Series]
		if len(owners) == 0 {
			orphans = append(orphans, c.ID)
		}
		for _, t := range owners {
			t.owner.notes = append(t.owner.notes, c.ID)
			t.owner.dirty = true
			t.change(c.SegmentKey)
		}
	}
	return orphans
}

// due returns the subjects that are to be evaluated, by ID: first those of which everything
// is known, then those that have to be read from the store, which takes a while, of both
// what is composed last. A timeline cannot go back: after the clock did, it is built anew.
func (m *memory) due(now time.Time) []*kept {
	var due []*kept
	for _, k := range m.ordered {
		end := now.Truncate(k.step())
		for _, l := range k.lines {
			if l.timeline != nil && l.timeline.End().After(end) {
				l.forget()
				k.dirty = true
			}
		}
		if k.dirty || k.revision != k.Revision || !k.end.Equal(end) {
			due = append(due, k)
		}
	}
	slices.SortStableFunc(due, func(a, b *kept) int { return cmp.Compare(a.turn(), b.turn()) })
	return due
}

// turn is when a subject that is due is evaluated, beside others.
func (k *kept) turn() int {
	turn := 0
	if slices.ContainsFunc(k.lines, func(l *line) bool { return l.timeline == nil }) {
		turn = 2
	}
	if k.Composed {
		turn++
	}
	return turn
}

func (m *memory) size() int {
	size := 0
	for _, k := range m.ordered {
		for _, l := range k.lines {
			size += l.size()
		}
	}
	return size
}

// errOverflow is of a window of more than 90 days, whose sum over many reporters can be
// more than an integer holds.
var errOverflow = errors.New("there are more events in a window than can be counted")

// evaluate sums over the reporters. The timelines were brought up to now.
func (k *kept) evaluate(now time.Time) (Evaluation, error) {
	e := Evaluation{
		Subject: k.ID, Revision: k.Revision, End: now.Truncate(k.step()), Latest: k.latest(),
		Sums: make([]window.Sum, len(k.Windows)), Begins: make([]time.Time, len(k.Windows)),
	}
	for i := range k.Windows {
		e.Begins[i], _ = k.Windows[i].Span(e.End)
	}
	if k.corrected() {
		e.Raw = make([]window.Sum, len(k.Windows))
	}
	for _, l := range k.lines {
		if l.whole || !k.judges() {
			if !l.add(e.Sums, k.Lens) || e.Raw != nil && !l.addRaw(e.Raw, k.Lens.Raw()) {
				return e, errOverflow
			}
		}
	}
	if !k.Grouped {
		return e, nil
	}
	var fits bool
	if e.Groups, fits = k.groups(); !fits {
		return e, errOverflow
	}
	return e, nil
}

// groups sums over the reporters of each group.
func (k *kept) groups() ([]GroupSums, bool) {
	var out []GroupSums
	fits := true
	for _, l := range k.lines { // a group's follow each other
		latest := l.timeline.Latest()
		if latest.IsZero() || l.whole {
			continue
		}
		if last := len(out) - 1; last < 0 || out[last].Group != l.group {
			out = append(out, GroupSums{Group: l.group, Sums: make([]window.Sum, len(k.Windows))})
		}
		g := &out[len(out)-1]
		fits = l.add(g.Sums, k.Lens) && fits
		if latest.After(g.Latest) {
			g.Latest = latest
		}
	}
	return out, fits
}

// latest is the end of the newest slot over all reporters.
func (k *kept) latest() time.Time {
	var latest time.Time
	for _, l := range k.lines {
		if l.timeline != nil && l.timeline.Latest().After(latest) {
			latest = l.timeline.Latest()
		}
	}
	return latest
}

// settled notes that the evaluation, or that there could be none, was committed.
func (k *kept) settled(evaluated bool, now time.Time) {
	k.notes = nil
	if !evaluated {
		return // and so it remains due
	}
	k.dirty = false
	k.revision, k.end = k.Revision, now.Truncate(k.step())
}

// forget drops what was loaded; it is loaded again when the subject is next due.
func (k *kept) forget() {
	k.dirty = true
	for _, l := range k.lines {
		l.forget()
	}
}
