package window

import (
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/services/measure/segment"
)

// starts returns where a piece begins, which must be an hour or a day of the
// timeline's resolution.
func (t *Timeline) starts(p Piece) (int64, error) {
	from := p.Start.Unix()
	span := int64(p.Slots()) * t.shape.resolution
	if int64(p.Resolution().Seconds()) != t.shape.resolution || span == 0 || day%span != 0 || from%span != 0 {
		return 0, fmt.Errorf("%d slots of %s from %s do not fit slots of %d s", p.Slots(), p.Resolution(), p.Start, t.shape.resolution)
	}
	return from, nil
}

// see notes the newest slot of a piece.
func (t *Timeline) see(from int64, s segment.Segment) {
	if i := s.Latest(); i >= 0 {
		t.latest = max(t.latest, from+int64(i+1)*t.shape.resolution)
	}
}

// keep reports whether a day's slots are to be held: a window begins on it, or
// it is so young that single slots are still to come.
func (t *Timeline) keep(d int32) bool {
	if d >= dayOf(t.end)-1 {
		return true
	}
	for k, begin := range t.begins {
		if dayOf(begin) == d && t.shape.splits(k, begin) {
			return true
		}
	}
	return false
}

// write puts the slots of a segment into a held day, at that offset, and adds
// the differences to the day's total and to the windows that the slots lie in.
func (t *Timeline) write(d int32, block *segment.Block, offset int, s segment.Segment) {
	var sum Sum
	block.Write(offset, s, func(i int, good, total int64) {
		delta := Sum{good, total}
		sum = sum.Plus(delta)
		slot := start(d) + int64(i)*t.shape.resolution
		for k, begin := range t.begins {
			if slot >= begin && slot < t.end {
				t.sums[k] = t.sums[k].Plus(delta)
			}
		}
	})
	t.add(d, sum)
}

// replace puts a whole day in the place of what was known of it.
func (t *Timeline) replace(d int32, whole segment.Segment, hold bool) {
	if block := t.block(d); block != nil {
		t.write(d, block, 0, whole)
		return
	}
	good, total := whole.Range(0, whole.Slots())
	delta := Sum{good, total}.Minus(t.total(d))
	if t.keep(d) { // and not held: it had no events
		t.hold(d, whole.Block())
		t.add(d, delta)
		for k, begin := range t.begins {
			if a, b := max(start(d), begin), min(start(d+1), t.end); a < b {
				t.sums[k] = t.sums[k].Plus(t.part(d, a, b))
			}
		}
		return
	}
	for k, begin := range t.begins {
		if start(d) >= begin {
			t.sums[k] = t.sums[k].Plus(delta)
		}
	}
	t.add(d, delta)
	if hold {
		t.hold(d, whole.Block())
	}
}

// total is what is known of a day.
func (t *Timeline) total(d int32) Sum {
	if i := int(d - t.from); i < 0 || i >= t.totals.Slots() {
		return Sum{}
	}
	good, total := t.totals.At(t.place(d))
	return Sum{good, total}
}

// add changes the total of a day that is not before the horizon.
func (t *Timeline) add(d int32, delta Sum) {
	if delta == (Sum{}) {
		return
	}
	t.reach(d)
	sum := t.total(d).Plus(delta)
	t.totals.Set(t.place(d), sum.Good, sum.Total)
}

// reach makes room for the totals of all days up to that one: of more than the shape
// asks for where the timeline was not advanced for days.
func (t *Timeline) reach(d int32) {
	had, need := t.totals, int(d-t.from)+1
	if need <= had.Slots() {
		return
	}
	t.totals = segment.NewBlock(max(need, t.shape.days))
	for i := range had.Slots() {
		on := int(t.from) + i
		good, total := had.At(on % had.Slots())
		t.totals.Set(t.place(int32(on)), good, total)
	}
}

// place is where a day's total is: a new day's takes that of one which is over.
func (t *Timeline) place(d int32) int { return int(d) % t.totals.Slots() }

func (t *Timeline) block(d int32) *segment.Block {
	for i := range t.held {
		if t.held[i].day == d {
			return &t.held[i].block
		}
	}
	return nil
}

// lacks returns the day on which the window of that number will begin when it ends
// then, and whether its slots are missing.
func (t *Timeline) lacks(k int, to int64) (d int32, missing bool) {
	begin := t.begin(k, to)
	if d = dayOf(begin); d == dayOf(t.begins[k]) || !t.shape.splits(k, begin) {
		return d, false
	}
	return d, d >= t.from && t.total(d) != Sum{} && t.block(d) == nil
}

// hold begins to hold a day that is not held.
func (t *Timeline) hold(d int32, b segment.Block) *segment.Block {
	t.held = append(t.held, heldDay{d, b})
	return &t.held[len(t.held)-1].block
}

// between sums the slots from a up to, but without, b, where days that are only
// in part between have their slots held, or no events.
func (t *Timeline) between(a, b int64) Sum {
	if a >= b {
		return Sum{}
	}
	from, to := dayOf(a), dayOf(b-1)
	if from == to {
		return t.part(from, a, b)
	}
	sum := t.part(from, a, start(from+1))
	for d := from + 1; d < to; d++ {
		sum = sum.Plus(t.total(d))
	}
	return sum.Plus(t.part(to, start(to), b))
}

// part sums the slots of one day from a up to, but without, b.
func (t *Timeline) part(d int32, a, b int64) Sum {
	if b-a == day {
		return t.total(d)
	}
	block := t.block(d)
	if block == nil {
		return Sum{}
	}
	i := t.shape.slot(a)
	if b-a == t.shape.resolution {
		good, total := block.At(i)
		return Sum{good, total}
	}
	good, total := block.Range(i, i+int((b-a)/t.shape.resolution))
	return Sum{good, total}
}

// trim forgets what no window needs any more.
func (t *Timeline) trim() {
	if first := dayOf(t.end - t.shape.longest); first > t.from {
		for d, i := t.from, 0; d < first && i < t.totals.Slots(); d, i = d+1, i+1 {
			t.totals.Set(t.place(d), 0, 0)
		}
		t.from = first
	}
	t.held = slices.DeleteFunc(t.held, func(h heldDay) bool { return !t.keep(h.day) })
}
