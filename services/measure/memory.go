package measure

import (
	"cmp"
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
	windows    []time.Duration
	*window.Shape
	err error
}

// kept is a subject with its timelines.
type kept struct {
	Subject
	shape      *window.Shape
	err        error   // why it can have no shape
	discovered bool    // its series were looked up
	lines      []*line // by group and ID
	// notes are the changes read and not yet removed; keys are what they name.
	notes []int64
	dirty bool
	// What the last committed evaluation was of.
	revision id.ID
	end      time.Time
}

// line is a series with its timeline, which is nil until it was loaded.
type line struct {
	Series
	timeline *window.Timeline
	changed  []SegmentKey
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
		if k != nil && k.Indicator == s.Indicator && k.Resolution == s.Resolution && slices.Equal(k.Windows, s.Windows) {
			k.Revision = s.Revision
			continue
		}
		if k != nil {
			m.disown(k)
		}
		k = &kept{Subject: s}
		k.shape, k.err = m.shapeOf(s.Resolution, s.Windows)
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
	}
}

// shapeOf shares one shape between all subjects that are alike.
func (m *memory) shapeOf(resolution time.Duration, windows []time.Duration) (*window.Shape, error) {
	for _, s := range m.shapes {
		if s.resolution == resolution && slices.Equal(s.windows, windows) {
			return s.Shape, s.err
		}
	}
	made, err := window.NewShape(resolution, windows)
	m.shapes = append(m.shapes, shape{resolution, slices.Clone(windows), made, err})
	return made, err
}

// disown lets go of a subject's series.
func (m *memory) disown(k *kept) {
	for _, l := range k.lines {
		m.release(k, l)
	}
}

// release lets go of one series of a subject.
func (m *memory) release(k *kept, l *line) {
	owners := slices.DeleteFunc(m.owners[l.ID], func(t target) bool { return t.owner == k })
	if m.owners[l.ID] = owners; len(owners) == 0 {
		delete(m.owners, l.ID)
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
		if there, asked := of[k.Indicator]; asked {
			m.match(k, there)
		}
	}
}

// match makes the lines of a subject those of the series.
func (m *memory) match(k *kept, series []Series) {
	former := make(map[id.ID]*line, len(k.lines))
	for _, l := range k.lines {
		former[l.ID] = l
	}
	known := 0
	for _, s := range series {
		if former[s.ID] != nil {
			known++
		}
	}
	if known == len(series) && known == len(k.lines) {
		return
	}
	k.dirty = true
	k.lines = make([]*line, 0, len(series))
	for _, s := range series {
		l := former[s.ID]
		delete(former, s.ID)
		if l == nil {
			l = &line{Series: s}
			m.owners[s.ID] = append(m.owners[s.ID], target{l, k})
		}
		k.lines = append(k.lines, l)
	}
	for _, l := range former {
		m.release(k, l)
	}
	slices.SortFunc(k.lines, func(a, b *line) int { return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.ID, b.ID)) })
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
			if t.timeline != nil && !slices.Contains(t.changed, c.SegmentKey) {
				t.changed = append(t.changed, c.SegmentKey)
			}
		}
	}
	return orphans
}

// due returns the subjects that are to be evaluated, by ID. A timeline cannot go
// back: after the clock did, it is built anew.
func (m *memory) due(now time.Time) []*kept {
	var due []*kept
	for _, k := range m.ordered {
		end := now.Truncate(k.Resolution)
		for _, l := range k.lines {
			if l.timeline != nil && l.timeline.End().After(end) {
				l.timeline, k.dirty = nil, true
			}
		}
		if k.dirty || k.revision != k.Revision || !k.end.Equal(end) {
			due = append(due, k)
		}
	}
	return due
}

func (m *memory) size() int {
	size := 0
	for _, k := range m.ordered {
		for _, l := range k.lines {
			if l.timeline != nil {
				size += l.timeline.Size()
			}
		}
	}
	return size
}

// evaluate sums over the reporters. The timelines were brought up to now.
func (k *kept) evaluate(now time.Time) Evaluation {
	e := Evaluation{
		Subject: k.ID, Revision: k.Revision, End: now.Truncate(k.Resolution),
		Sums: make([]window.Sum, len(k.Windows)), Latest: k.latest(),
	}
	for _, l := range k.lines {
		for i, sum := range l.timeline.Sums() {
			e.Sums[i] = e.Sums[i].Plus(sum)
		}
	}
	if k.Grouped {
		e.Groups = k.groups()
	}
	return e
}

// groups sums over the reporters of each group.
func (k *kept) groups() []GroupSums {
	var out []GroupSums
	for _, l := range k.lines { // a group's follow each other
		latest := l.timeline.Latest()
		if latest.IsZero() {
			continue
		}
		if last := len(out) - 1; last < 0 || out[last].Group != l.Group {
			out = append(out, GroupSums{Group: l.Group, Sums: make([]window.Sum, len(k.Windows))})
		}
		g := &out[len(out)-1]
		for i, sum := range l.timeline.Sums() {
			g.Sums[i] = g.Sums[i].Plus(sum)
		}
		if latest.After(g.Latest) {
			g.Latest = latest
		}
	}
	return out
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
	k.revision, k.end = k.Revision, now.Truncate(k.Resolution)
}

// forget drops what was loaded; it is loaded again when the subject is next due.
func (k *kept) forget() {
	k.dirty = true
	for _, l := range k.lines {
		l.timeline, l.changed = nil, nil
	}
}
