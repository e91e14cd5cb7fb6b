package window

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
	"unsafe"

	"github.com/evenkeel/evenkeel/services/measure/segment"
)

// ErrDay is returned when single slots of a day are needed of which only the
// total is known: give the whole day.
var ErrDay = errors.New("the slots of that day are not held")

// Piece is a segment and where it begins.
type Piece struct {
	Start time.Time
	segment.Segment
}

// Timeline keeps the sums of a series over windows that all end at one time. It
// is not safe for use by several goroutines at once.
//
// What holds between calls: the total of every day from the horizon on is known;
// a day that is worth keeping (see keep) and has any events has its slots held.
// So every other day lies wholly inside or wholly outside each window.
type Timeline struct {
	shape  *Shape
	end    int64
	latest int64 // end of the newest slot known
	sums   []Sum
	begins []int64       // of each window
	turn   int64         // when the first window of a calendar is over
	from   int32         // the day on which the longest window begins
	totals segment.Block // of each day from then on; without slots until there is one
	held   []heldDay
}

// heldDay is a day whose slots are held.
type heldDay struct {
	day   int32
	block segment.Block
}

// New returns a timeline without any slots, whose windows end at the start of
// the slot in which end lies.
func New(shape *Shape, end time.Time) *Timeline {
	n := len(shape.windows)
	t := &Timeline{shape: shape, end: shape.align(end.Unix()), sums: make([]Sum, n), begins: make([]int64, n)}
	t.from = dayOf(t.end - shape.longest)
	t.settle(t.end)
	return t
}

// settle notes when each window begins that ends then.
func (t *Timeline) settle(end int64) {
	turn := int64(math.MaxInt64)
	for k := range t.begins {
		from, until := t.begins[k], t.turn
		if t.shape.windows[k].Rolls() || end > t.turn {
			from, until = t.shape.begin(k, end)
		}
		if t.begins[k] = from; !t.shape.windows[k].Rolls() {
			turn = min(turn, until)
		}
	}
	t.turn = turn
}

// begin is when the window of that number will begin when it ends then.
func (t *Timeline) begin(k int, to int64) int64 {
	if to <= t.turn && !t.shape.windows[k].Rolls() {
		return t.begins[k]
	}
	from, _ := t.shape.begin(k, to)
	return from
}

// End is where all windows end, exclusive.
func (t *Timeline) End() time.Time { return at(t.end) }

// Sums has one entry for each window of the shape. It is the timeline's own:
// copy what is to last.
func (t *Timeline) Sums() []Sum { return t.sums }

// Latest is the end of the newest slot that is known, zero when none of the
// windows' time or later is.
func (t *Timeline) Latest() time.Time {
	if t.latest <= t.end-t.shape.longest {
		return time.Time{}
	}
	return at(t.latest)
}

// Since is the sum of the slots from the time, which is at most a day before End, up to
// End.
func (t *Timeline) Since(from time.Time) Sum {
	if begin := t.shape.align(from.Unix()); begin < t.end {
		return t.between(begin, t.end)
	}
	return Sum{}
}

// Begin is when the window of that number begins.
func (t *Timeline) Begin(k int) time.Time { return at(t.begins[k]) }

// Clone returns a timeline that shares nothing that changes with this one.
func (t *Timeline) Clone() *Timeline {
	c := *t
	c.sums, c.begins, c.totals, c.held = slices.Clone(t.sums), slices.Clone(t.begins), t.totals.Clone(), slices.Clone(t.held)
	for i := range c.held {
		c.held[i].block = c.held[i].block.Clone()
	}
	return &c
}

// Put replaces the slots of the piece, an hour's or a day's, by what it says. It
// returns ErrDay, and does nothing, for an hour of a day that is not held.
func (t *Timeline) Put(p Piece) error {
	from, err := t.starts(p)
	if err != nil {
		return err
	}
	d := dayOf(from)
	switch block := t.block(d); {
	case d < t.from:
		return nil
	case p.Slots() == t.shape.perDay:
		t.replace(d, p.Segment, false)
	case block != nil:
		t.write(d, block, t.shape.slot(from), p.Segment)
	case t.total(d) != Sum{}:
		return fmt.Errorf("%w: %s", ErrDay, at(from).Format(time.DateOnly))
	default:
		block := t.hold(d, segment.NewBlock(t.shape.perDay))
		t.write(d, block, t.shape.slot(from), p.Segment)
		if !t.keep(d) {
			t.held = t.held[:len(t.held)-1]
		}
	}
	t.see(from, p.Segment)
	return nil
}

// PutDay replaces the whole day on which when lies by these pieces, which are
// all that is known of it.
func (t *Timeline) PutDay(when time.Time, pieces ...Piece) error {
	return t.putDay(when, pieces, false)
}

// Hold is PutDay, and holds the day's slots until the next Advance, for which
// they are needed.
func (t *Timeline) Hold(when time.Time, pieces ...Piece) error { return t.putDay(when, pieces, true) }

func (t *Timeline) putDay(when time.Time, pieces []Piece, hold bool) error {
	d := dayOf(when.Unix())
	if d < t.from {
		return nil
	}
	var parts []segment.Part
	for _, p := range pieces {
		from, err := t.starts(p)
		if err != nil {
			return err
		}
		if dayOf(from) != d {
			return fmt.Errorf("a segment that begins at %s is not of %s", p.Start, at(start(d)).Format(time.DateOnly))
		}
		parts = append(parts, segment.Part{At: t.shape.slot(from), Segment: p.Segment})
	}
	var whole segment.Segment
	if len(pieces) == 1 && pieces[0].Slots() == t.shape.perDay {
		whole = pieces[0].Segment
	} else {
		var err error
		if whole, err = segment.Fold(segment.New(time.Duration(t.shape.resolution)*time.Second, t.shape.perDay), parts); err != nil {
			return err
		}
	}
	t.replace(d, whole, hold)
	t.see(start(d), whole)
	return nil
}

// Needs returns the days whose slots have to be given to Hold before the windows
// can Advance to the slot in which end lies.
func (t *Timeline) Needs(end time.Time) []time.Time {
	to := t.shape.align(end.Unix())
	var days []time.Time
	for k := range t.begins {
		if d, missing := t.lacks(k, to); missing && !slices.Contains(days, at(start(d))) {
			days = append(days, at(start(d)))
		}
	}
	return days
}

// Advance moves all windows, so that they end at the start of the slot in which
// end lies: never earlier than they did. It returns ErrDay, and does nothing,
// when the days that Needs names were not held.
func (t *Timeline) Advance(end time.Time) error {
	to := t.shape.align(end.Unix())
	switch {
	case to == t.end:
		return nil
	case to < t.end:
		return fmt.Errorf("a timeline cannot go back from %s to %s", at(t.end), at(to))
	}
	for k := range t.begins {
		if d, missing := t.lacks(k, to); missing {
			return fmt.Errorf("%w: %s", ErrDay, at(start(d)).Format(time.DateOnly))
		}
	}
	if to-t.end <= day {
		added := t.between(t.end, to)
		for k, w := range t.shape.windows {
			begin := t.begin(k, to)
			switch {
			case w.Rolls():
				t.sums[k] = t.sums[k].Plus(added).Minus(t.between(t.begins[k], begin))
			case begin == t.begins[k]:
				t.sums[k] = t.sums[k].Plus(added)
			default:
				t.sums[k] = t.between(begin, to)
			}
		}
	} else {
		for k := range t.begins {
			t.sums[k] = t.between(t.begin(k, to), to)
		}
	}
	crossed := dayOf(to) != dayOf(t.end)
	t.end = to
	t.settle(to)
	if crossed || dayOf(to-t.shape.longest) != t.from {
		t.trim()
	}
	return nil
}

// Size is about the memory that the timeline takes, in bytes.
func (t *Timeline) Size() int {
	size := int(unsafe.Sizeof(*t)) + cap(t.sums)*int(unsafe.Sizeof(Sum{})) + cap(t.begins)*8 +
		t.totals.Size() + cap(t.held)*int(unsafe.Sizeof(heldDay{}))
	for i := range t.held {
		size += t.held[i].block.Size()
	}
	return size
}
