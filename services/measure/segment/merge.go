package segment

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Slot is what is known of the slot at Index, in thousandths of an event.
type Slot struct {
	Index       int
	Good, Total int64
}

// Part is a segment that begins At slots after the beginning of another.
type Part struct {
	At int
	Segment
}

// cell is a slot while it is unpacked.
type cell struct {
	bad, total int64
	present    bool
}

// Merge returns the segment with these slots written over its own, the last of
// equal index winning, and whether that made it another. Slots outside the
// segment, and counts that break 0 ≤ good ≤ total ≤ MaxCount, are an error.
func Merge(existing Segment, slots []Slot) (Segment, bool, error) {
	cells := existing.unpack()
	changed := false
	for _, s := range slots {
		if s.Index < 0 || s.Index >= len(cells) {
			return Segment{}, false, fmt.Errorf("slot %d lies outside a segment of %d slots", s.Index, len(cells))
		}
		if s.Good < 0 || s.Good > s.Total || s.Total > MaxCount {
			return Segment{}, false, fmt.Errorf("slot %d has %d good of %d thousandths", s.Index, s.Good, s.Total)
		}
		c := cell{bad: s.Total - s.Good, total: s.Total, present: true}
		changed = changed || cells[s.Index] != c
		cells[s.Index] = c
	}
	if !changed {
		return existing, false, nil
	}
	return pack(existing.Resolution(), cells), true, nil
}

// Fold returns the day with the known slots of the parts written over its own.
// The resolution of all must be the same, and the parts lie within the day.
func Fold(day Segment, parts []Part) (Segment, error) {
	cells := day.unpack()
	for _, p := range parts {
		if p.Resolution() != day.Resolution() {
			return Segment{}, fmt.Errorf("a segment of %s slots cannot be folded into one of %s", p.Resolution(), day.Resolution())
		}
		if p.At < 0 || p.At+p.slots > day.slots {
			return Segment{}, fmt.Errorf("slots %d to %d lie outside a segment of %d slots", p.At, p.At+p.slots-1, day.slots)
		}
		for i := range p.slots {
			if good, total, present := p.Segment.At(i); present {
				cells[p.At+i] = cell{bad: total - good, total: total, present: true}
			}
		}
	}
	return pack(day.Resolution(), cells), nil
}

func (s Segment) unpack() []cell {
	cells := make([]cell, s.slots)
	for i := range cells {
		cells[i] = cell{bad: s.bads.at(i) * s.unit, total: s.totals.at(i) * s.unit, present: s.has(i)}
	}
	return cells
}

// pack makes the canonical bytes of the cells, whose counts are in thousandths.
func pack(resolution time.Duration, cells []cell) Segment {
	s := Segment{slots: len(cells), unit: Whole}
	var total, bad int64
	for _, c := range cells {
		total, bad = max(total, c.total), max(bad, c.bad)
		if c.total%Whole != 0 || c.bad%Whole != 0 {
			s.unit = 1
		}
	}
	s.totals.width, s.bads.width = widthOf(total/s.unit), widthOf(bad/s.unit)
	s.data = make([]byte, size(s.slots, s.totals.width, s.bads.width))
	s.data[0] = Version
	if s.unit == Whole {
		s.data[1] = flagWhole
	}
	binary.LittleEndian.PutUint16(s.data[2:], uint16(resolution/time.Second))
	binary.LittleEndian.PutUint16(s.data[4:], uint16(s.slots))
	s.data[6], s.data[7] = s.totals.width, s.bads.width
	s.slice()
	for i, c := range cells {
		if c.present {
			s.present[i/8] |= 1 << (i % 8)
			s.totals.set(i, c.total/s.unit)
			s.bads.set(i, c.bad/s.unit)
		}
	}
	binary.LittleEndian.PutUint32(s.data[checksumAt:], checksum(s.data))
	return s
}
