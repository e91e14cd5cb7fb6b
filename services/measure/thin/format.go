package thin

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Version is the only version of the format there is.
const Version = 1

// maxSlots is more than a month of hours, and the hours before it that another time
// zone's month left over.
const maxSlots = 1000

// Why bytes are refused.
var (
	// ErrVersion is returned for a version of the format that is not known here.
	ErrVersion = errors.New("unknown version of the format of thinned months")
	// ErrCorrupt is returned for bytes that Bytes cannot have made.
	ErrCorrupt = errors.New("corrupt thinned month")
)

const (
	flagCorrected = 1 << iota
	flagJudged
	flagWholeEvents
	flagWholeSlices
	unknownFlags = ^byte(flagCorrected | flagJudged | flagWholeEvents | flagWholeSlices)
)

// thousand is what counts are divided by where all of them can be.
const thousand = 1000

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	missings   = []lens.Missing{lens.Ignored, lens.Good, lens.Bad}
)

// layout is what a month's slots hold, and in which units.
type layout struct {
	corrected, judged bool
	events, slices    int64
}

func layoutOf(flags byte) layout {
	l := layout{corrected: flags&flagCorrected != 0, judged: flags&flagJudged != 0, events: 1, slices: 1}
	if flags&flagWholeEvents != 0 {
		l.events = thousand
	}
	if flags&flagWholeSlices != 0 {
		l.slices = thousand
	}
	return l
}

// each calls do with every sum of a slot that the layout has, and its unit.
func (l layout) each(s *Slot, do func(sum *window.Sum, unit int64)) {
	do(&s.Events.Measured, l.events)
	if l.corrected {
		do(&s.Events.Counted, l.events)
	}
	if !l.judged {
		return
	}
	do(&s.Slices.Measured, l.slices)
	if l.corrected {
		do(&s.Slices.Counted, l.slices)
	}
}

// Bytes packs the month, whose slots are of whole minutes: without corrections, where
// nothing counted otherwise than it was measured.
func (m Month) Bytes() []byte {
	flags := byte(flagWholeEvents | flagWholeSlices)
	if m.Slices.Length > 0 {
		flags |= flagJudged
	}
	for _, s := range m.Slots {
		if s.Events.Counted != s.Events.Measured || s.Slices.Counted != s.Slices.Measured {
			flags |= flagCorrected
		}
		for _, c := range []struct {
			of   Counts
			flag byte
		}{{s.Events, flagWholeEvents}, {s.Slices, flagWholeSlices}} {
			for _, sum := range []window.Sum{c.of.Measured, c.of.Counted} {
				if sum.Total%thousand != 0 || sum.Bad()%thousand != 0 {
					flags &^= c.flag
				}
			}
		}
	}
	l := layoutOf(flags)
	out := []byte{Version, flags}
	if l.judged {
		out = binary.AppendUvarint(out, uint64(m.Slices.Length/time.Second))
		out = binary.AppendUvarint(out, uint64(m.Slices.TargetPPB))
		out = binary.AppendUvarint(out, uint64(slices.Index(missings, m.Slices.Missing)))
	}
	out = binary.AppendUvarint(out, uint64(len(m.Slots)))
	for _, s := range m.Slots {
		length := uint64(s.Length/time.Minute) << 1
		if s.Known {
			length |= 1
		}
		out = binary.AppendUvarint(out, length)
		l.each(&s, func(sum *window.Sum, unit int64) {
			out = binary.AppendUvarint(out, uint64(sum.Total/unit))
			out = binary.AppendUvarint(out, uint64(sum.Bad()/unit))
		})
	}
	return binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, castagnoli))
}

// Decode reads a month that begins at start. The error is ErrVersion or ErrCorrupt,
// with what was wrong.
func Decode(start time.Time, data []byte) (Month, error) {
	switch {
	case len(data) == 0:
		return Month{}, fmt.Errorf("%w: no bytes", ErrCorrupt)
	case data[0] != Version:
		return Month{}, fmt.Errorf("%w: %d, known is %d", ErrVersion, data[0], Version)
	case len(data) < 6:
		return Month{}, fmt.Errorf("%w: %d bytes", ErrCorrupt, len(data))
	}
	body := data[:len(data)-4]
	if got, want := crc32.Checksum(body, castagnoli), binary.LittleEndian.Uint32(data[len(body):]); got != want {
		return Month{}, fmt.Errorf("%w: checksum %08x instead of %08x", ErrCorrupt, got, want)
	}
	if body[1]&unknownFlags != 0 {
		return Month{}, fmt.Errorf("%w: unknown flags %#x", ErrCorrupt, body[1])
	}
	r := reader{rest: body[2:]}
	l, m := layoutOf(body[1]), Month{Start: start}
	if l.judged {
		m.Slices = r.slices()
	}
	n := r.number(maxSlots)
	for range n {
		m.Slots = append(m.Slots, r.slot(l))
	}
	if r.wrong == "" && n == 0 {
		r.wrong = "no slots"
	}
	if r.wrong == "" && len(r.rest) > 0 {
		r.wrong = fmt.Sprintf("%d bytes after the last slot", len(r.rest))
	}
	if r.wrong != "" {
		return Month{}, fmt.Errorf("%w: %s", ErrCorrupt, r.wrong)
	}
	return m, nil
}

// reader reads numbers until one is wrong.
type reader struct {
	rest  []byte
	wrong string
}

// number reads one that is at most so large.
func (r *reader) number(most uint64) int64 {
	if r.wrong != "" {
		return 0
	}
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > most {
		r.wrong = fmt.Sprintf("a number above %d, or none", most)
		return 0
	}
	r.rest = r.rest[n:]
	return int64(v)
}

func (r *reader) slices() lens.Slices {
	s := lens.Slices{Length: time.Duration(r.number(3600)) * time.Second, TargetPPB: r.number(1_000_000_000)}
	s.Missing = missings[r.number(uint64(len(missings)-1))]
	if r.wrong == "" && s.Length == 0 {
		r.wrong = "slices without length"
	}
	return s
}

func (r *reader) slot(l layout) Slot {
	length := r.number(2 * 60 * 24 * 31)
	s := Slot{Length: time.Duration(length>>1) * time.Minute, Known: length&1 == 1}
	l.each(&s, func(sum *window.Sum, unit int64) {
		total := r.number(uint64(math.MaxInt64 / unit))
		bad := r.number(uint64(total))
		*sum = window.Sum{Good: (total - bad) * unit, Total: total * unit}
	})
	if !l.corrected {
		s.Events.Counted, s.Slices.Counted = s.Events.Measured, s.Slices.Measured
	}
	if r.wrong == "" && s.Length == 0 {
		r.wrong = "a slot without length"
	}
	return s
}
