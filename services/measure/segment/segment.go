package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/bits"
	"time"
)

// Bounds of what a segment holds.
const (
	// Version is the only version of the format there is.
	Version = 1
	// MaxSlots is a day of minutes.
	MaxSlots = 1440
	// MaxCount is the largest total of a slot in thousandths of an event.
	MaxCount = 1_000_000_000_000
	// Whole is the number of thousandths in one event.
	Whole = 1000
)

const (
	headerSize   = 12
	checksumAt   = 8
	flagWhole    = 1
	unknownFlags = ^byte(flagWhole)
)

// Why bytes are refused.
var (
	// ErrVersion is returned for a version of the format that is not known here,
	// such as one written by a later release.
	ErrVersion = errors.New("unknown version of the segment format")
	// ErrCorrupt is returned for bytes that Merge and Fold cannot have made.
	ErrCorrupt = errors.New("corrupt segment")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Segment is an immutable run of slots over its packed bytes. The zero Segment
// has no slots; New makes one that has.
type Segment struct {
	data         []byte
	present      []byte
	totals, bads column
	slots        int
	unit         int64 // thousandths in one count: 1 or Whole
}

// New returns a segment of so many slots, none of them known. The resolution is
// in whole seconds, up to 65,535; slots is 1 to MaxSlots.
func New(resolution time.Duration, slots int) Segment {
	return pack(resolution, make([]cell, slots))
}

// Decode reads the bytes in place: they must not be changed afterwards. The error
// is ErrVersion or ErrCorrupt, with what was wrong.
func Decode(data []byte) (Segment, error) {
	if len(data) == 0 {
		return Segment{}, fmt.Errorf("%w: no bytes", ErrCorrupt)
	}
	if data[0] != Version {
		return Segment{}, fmt.Errorf("%w: %d, known is %d", ErrVersion, data[0], Version)
	}
	if len(data) < headerSize {
		return Segment{}, fmt.Errorf("%w: %d bytes are less than a header", ErrCorrupt, len(data))
	}
	s := Segment{data: data, slots: int(binary.LittleEndian.Uint16(data[4:])), unit: 1}
	s.totals.width, s.bads.width = data[6], data[7]
	switch {
	case data[1]&unknownFlags != 0:
		return Segment{}, fmt.Errorf("%w: unknown flags %#x", ErrCorrupt, data[1])
	case binary.LittleEndian.Uint16(data[2:]) == 0:
		return Segment{}, fmt.Errorf("%w: resolution 0", ErrCorrupt)
	case s.slots < 1 || s.slots > MaxSlots:
		return Segment{}, fmt.Errorf("%w: %d slots", ErrCorrupt, s.slots)
	case !validWidth(s.totals.width) || !validWidth(s.bads.width):
		return Segment{}, fmt.Errorf("%w: columns of %d and %d bytes", ErrCorrupt, s.totals.width, s.bads.width)
	}
	if data[1]&flagWhole != 0 {
		s.unit = Whole
	}
	if want := size(s.slots, s.totals.width, s.bads.width); len(data) != want {
		return Segment{}, fmt.Errorf("%w: %d bytes instead of %d", ErrCorrupt, len(data), want)
	}
	if got, want := checksum(data), binary.LittleEndian.Uint32(data[checksumAt:]); got != want {
		return Segment{}, fmt.Errorf("%w: checksum %08x instead of %08x", ErrCorrupt, got, want)
	}
	s.slice()
	if err := s.check(); err != nil {
		return Segment{}, err
	}
	return s, nil
}

// slice finds the columns in the bytes.
func (s *Segment) slice() {
	rest := s.data[headerSize:]
	s.present, rest = rest[:(s.slots+7)/8], rest[(s.slots+7)/8:]
	s.totals.cells, s.bads.cells = rest[:s.slots*int(s.totals.width)], rest[s.slots*int(s.totals.width):]
}

// check refuses counts that break the rules of the format, so that no sum of
// what was decoded can overflow or be negative.
func (s Segment) check() error {
	if spare := s.slots % 8; spare != 0 && s.present[len(s.present)-1]>>spare != 0 {
		return fmt.Errorf("%w: presence of slots after the last", ErrCorrupt)
	}
	limit := MaxCount / s.unit
	for i := range s.slots {
		total, bad := s.totals.at(i), s.bads.at(i)
		if total < 0 || bad < 0 || bad > total || total > limit {
			return fmt.Errorf("%w: slot %d has %d bad of %d", ErrCorrupt, i, uint64(bad), uint64(total))
		}
		if total != 0 && !s.has(i) {
			return fmt.Errorf("%w: slot %d is absent and has %d events", ErrCorrupt, i, total)
		}
	}
	return nil
}

// Bytes is the packed form, which must not be changed.
func (s Segment) Bytes() []byte { return s.data }

// Slots is the number of slots, known or not.
func (s Segment) Slots() int { return s.slots }

// Resolution is the length of one slot.
func (s Segment) Resolution() time.Duration {
	if s.slots == 0 {
		return 0
	}
	return time.Duration(binary.LittleEndian.Uint16(s.data[2:])) * time.Second
}

// At returns what slot i holds, in thousandths of an event, and whether it is known.
func (s Segment) At(i int) (good, total int64, present bool) {
	total = s.totals.at(i)
	return (total - s.bads.at(i)) * s.unit, total * s.unit, s.has(i)
}

// Range returns the sums of the slots from i up to, but without, j, in
// thousandths of an event.
func (s Segment) Range(i, j int) (good, total int64) {
	total = s.totals.sum(i, j)
	return (total - s.bads.sum(i, j)) * s.unit, total * s.unit
}

// Known reports whether any slot from i up to, but without, j is known.
func (s Segment) Known(i, j int) bool {
	for ; i < j; i++ {
		if s.has(i) {
			return true
		}
	}
	return false
}

// Latest is the index of the newest slot that is known, -1 when none is.
func (s Segment) Latest() int {
	for i := len(s.present) - 1; i >= 0; i-- {
		if s.present[i] != 0 {
			return i*8 + bits.Len8(s.present[i]) - 1
		}
	}
	return -1
}

// Earliest is the index of the oldest slot that is known, -1 when none is.
func (s Segment) Earliest() int {
	for i, some := range s.present {
		if some != 0 {
			return i*8 + bits.TrailingZeros8(some)
		}
	}
	return -1
}

func (s Segment) has(i int) bool { return s.present[i/8]>>(i%8)&1 != 0 }

func size(slots int, totals, bads uint8) int {
	return headerSize + (slots+7)/8 + slots*(int(totals)+int(bads))
}

func checksum(data []byte) uint32 {
	return crc32.Update(crc32.Checksum(data[:checksumAt], castagnoli), castagnoli, data[headerSize:])
}
