package segment

// Block is the counts of a run of slots, held in memory to be summed and
// changed: the columns of a Segment without header and presence, where an absent
// slot counts as one without events. It grows wider by itself when a count does
// not fit.
type Block struct {
	cells        []byte
	slots        uint16
	totals, bads uint8 // widths of the columns, in this order in cells
	thousandths  bool  // counts are in thousandths, otherwise in whole events
}

// NewBlock returns a block of so many slots, all without events.
func NewBlock(slots int) Block { return Block{slots: uint16(slots)} }

// Block returns the counts of the segment, in memory of their own.
func (s Segment) Block() Block {
	return Block{
		cells:       append(append(make([]byte, 0, len(s.totals.cells)+len(s.bads.cells)), s.totals.cells...), s.bads.cells...),
		slots:       uint16(s.slots),
		totals:      s.totals.width,
		bads:        s.bads.width,
		thousandths: s.unit == 1,
	}
}

// Clone returns a block that shares nothing with this one.
func (b *Block) Clone() Block {
	c := *b
	c.cells = append([]byte(nil), b.cells...)
	return c
}

// Slots is the number of slots.
func (b *Block) Slots() int { return int(b.slots) }

// Size is the memory that the counts take, in bytes.
func (b *Block) Size() int { return cap(b.cells) }

// At returns what slot i holds, in thousandths of an event.
func (b *Block) At(i int) (good, total int64) {
	totals, bads := b.columns()
	total = totals.at(i)
	return (total - bads.at(i)) * b.unit(), total * b.unit()
}

// Range returns the sums of the slots from i up to, but without, j, in
// thousandths of an event.
func (b *Block) Range(i, j int) (good, total int64) {
	totals, bads := b.columns()
	total = totals.sum(i, j)
	return (total - bads.sum(i, j)) * b.unit(), total * b.unit()
}

// Set writes slot i: 0 ≤ good ≤ total ≤ MaxCount, in thousandths of an event.
func (b *Block) Set(i int, good, total int64) {
	bad := total - good
	if !b.thousandths && (total%Whole != 0 || bad%Whole != 0) {
		b.widen(true, total, bad)
	}
	if unit := b.unit(); widthOf(total/unit) > b.totals || widthOf(bad/unit) > b.bads {
		b.widen(b.thousandths, total, bad)
	}
	totals, bads := b.columns()
	totals.set(i, total/b.unit())
	bads.set(i, bad/b.unit())
}

// Write puts the slots of a segment in place of those from offset on, and tells
// of each that it changed by how much, in thousandths of an event.
func (b *Block) Write(offset int, s Segment, changed func(i int, good, total int64)) {
	totals, bads := b.columns()
	for i := range s.slots {
		total, bad := s.totals.at(i)*s.unit, s.bads.at(i)*s.unit
		wasTotal, wasBad := totals.at(offset+i)*b.unit(), bads.at(offset+i)*b.unit()
		if total == wasTotal && bad == wasBad {
			continue
		}
		b.Set(offset+i, total-bad, total)
		totals, bads = b.columns()
		changed(offset+i, total-bad-wasTotal+wasBad, total-wasTotal)
	}
}

func (b *Block) unit() int64 {
	if b.thousandths {
		return 1
	}
	return Whole
}

func (b *Block) columns() (totals, bads column) {
	cut := int(b.slots) * int(b.totals)
	return column{b.totals, b.cells[:cut]}, column{b.bads, b.cells[cut:]}
}

// widen lays the block out anew, so that what it holds and these two counts fit.
func (b *Block) widen(thousandths bool, total, bad int64) {
	next := Block{slots: b.slots, thousandths: thousandths}
	totals, bads := b.columns()
	for i := range int(b.slots) {
		total, bad = max(total, totals.at(i)*b.unit()), max(bad, bads.at(i)*b.unit())
	}
	next.totals, next.bads = widthOf(total/next.unit()), widthOf(bad/next.unit())
	next.cells = make([]byte, int(b.slots)*(int(next.totals)+int(next.bads)))
	nextTotals, nextBads := next.columns()
	for i := range int(b.slots) {
		nextTotals.set(i, totals.at(i)*b.unit()/next.unit())
		nextBads.set(i, bads.at(i)*b.unit()/next.unit())
	}
	*b = next
}
