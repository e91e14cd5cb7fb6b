package otlp

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"time"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	"google.golang.org/protobuf/proto"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Hash names a stream among those of an indicator.
type Hash [16]byte

// Key names a stream of points that an indicator counts.
type Key struct {
	Indicator id.ID
	Hash      Hash
}

// Stream is how far a stream was counted. Times are nanoseconds since 1970.
type Stream struct {
	Key
	// Root is the stream that stands for all of a metric of one process, which is
	// kept as long as any of them, and they as long as it. Deltas have none, and
	// name themselves.
	Root Hash
	// Start is when the counting began, 0 when that is unknown; of a root it is the
	// time of the first point that was seen, or incomplete.
	Start int64
	Last  int64 // time of the last point
	// Good and Total are the last cumulative counts, in thousandths of an event.
	Good, Total int64
}

// How the first cumulative point of a stream is taken.
const (
	// firstSpan is how long a process may have been counting when it is first seen,
	// for its first point to count: longer ago than that the events may be of any
	// time, and would all be in one slot.
	firstSpan = time.Hour
	// sameExport is how far apart the points of one export may be, which may come
	// in several parts.
	sameExport = time.Second
	// incomplete is when counting began of a process of which points were left out: no
	// stream of it is known to be new when it is first seen.
	incomplete = math.MaxInt64
)

// Why a point is not counted.
const (
	outOfOrder = "is older than the last one of its stream; deltas have to come in order"
	overlaps   = "began before the last one of its stream did: two processes send the same stream; give each a service.instance.id of its own"
)

// advance says what a point adds to its stream, and what is known then. A reason
// is why it is refused; without one and without counting it changes nothing that
// was counted: it is a duplicate, or where the counting begins. The stream is nil
// when it is not known, and so is the root.
func advance(known, root *Stream, p reading) (next Stream, added counts, counted bool, reason string) {
	next = Stream{Key: p.key, Root: p.root, Start: p.start, Last: p.time, Good: p.good, Total: p.total}
	if !p.cumulative {
		next.Good, next.Total = 0, 0
		if known != nil && p.time < known.Last {
			return *known, counts{}, false, outOfOrder
		}
		if known != nil && p.time == known.Last {
			return *known, counts{}, false, ""
		}
		return next, p.counts, true, ""
	}
	switch {
	case known == nil:
		// A process that was seen before had no such events then: all are new.
		seen := root != nil && p.time-root.Start > int64(sameExport)
		young := p.start != 0 && p.time-p.start <= int64(firstSpan)
		return next, p.counts, seen || young, ""
	case p.time <= known.Last:
		return *known, counts{}, false, "" // what it says is in what was counted
	case p.start != 0 && p.start < known.Start:
		return *known, counts{}, false, overlaps
	}
	if p.start == 0 {
		next.Start = known.Start
	}
	added = counts{p.good - known.Good, p.total - known.Total}
	restarted := p.start != 0 && known.Start != 0 && p.start > known.Start
	if restarted || added.good < 0 || added.total < added.good { // good or bad ones have become fewer
		added = p.counts
	}
	return next, added, true, ""
}

// hasher makes hashes of what names a stream: texts with their lengths, so that
// no two lists of texts are one.
type hasher struct{ buf []byte }

func (h *hasher) text(s string) {
	h.buf = binary.AppendUvarint(h.buf, uint64(len(s)))
	h.buf = append(h.buf, s...)
}

// attributes adds a list in the order of its keys: exporters send them in any.
func (h *hasher) attributes(list []*commonpb.KeyValue) {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b *commonpb.KeyValue) int { return strings.Compare(a.GetKey(), b.GetKey()) })
	h.buf = binary.AppendUvarint(h.buf, uint64(len(sorted)))
	for _, kv := range sorted {
		h.text(kv.GetKey())
		value, err := proto.MarshalOptions{Deterministic: true}.Marshal(kv.GetValue())
		if err != nil {
			value = nil // it was read from bytes, and so can be written
		}
		h.text(string(value))
	}
}

func (h *hasher) sum() Hash {
	full := sha256.Sum256(h.buf)
	h.buf = h.buf[:0]
	return Hash(full[:len(Hash{})])
}
