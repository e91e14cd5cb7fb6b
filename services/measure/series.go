package measure

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// The resolutions that a series may have.
const (
	Minute      = 60 * time.Second
	FiveMinutes = 300 * time.Second
)

// The spans of segments: live data in hours, folded into days once they close.
const (
	HourSpan = time.Hour
	DaySpan  = 24 * time.Hour
)

// Bounds that make an overflow of the sum of any 90 days impossible: 10⁹ events a slot are
// 10¹² thousandths; 129,600 slots of 60 s in 90 days, by 64 reporters, sum to at
// most 8.3·10¹⁸, below 2⁶³. With up to 100 groups a slot of each may hold 10⁷, and
// one of Other, in which there may be many, 10⁸: they sum to at most 9.13·10¹⁸.
// Reporters are counted that measured within MaxAge. In the windows of a calendar, which
// may be longer, sums over reporters are checked.
const (
	MaxEventsPerSlot      = 1_000_000_000
	MaxEventsPerGroupSlot = 10_000_000
	MaxEventsPerOtherSlot = 100_000_000
	MaxReporters          = 64
)

// Series is what one reporter measures of one indicator, in one group of its events.
type Series struct {
	ID         id.ID
	Indicator  id.ID
	Reporter   string // RFC 1123 label; DefaultReporter when the reporter gives none
	Group      string // empty where the indicator has no groups
	Resolution time.Duration
	// FoldedUntil is the start of the first day that is still kept in hours: a slot
	// before it belongs to a day's segment, any other to an hour's.
	FoldedUntil time.Time
	CreatedAt   time.Time
}

// DefaultReporter is the reporter of those who give no name.
const DefaultReporter = "default"

// SegmentKey names a segment: Start is aligned to Span in UTC.
type SegmentKey struct {
	Series id.ID
	Start  time.Time
	Span   time.Duration
}

// StoredSegment is a segment with its packed bytes (see package segment).
type StoredSegment struct {
	SegmentKey
	Data []byte // nil when the segment was just inserted
}

// Change notes that a segment was written since the evaluator last read it.
type Change struct {
	ID int64
	SegmentKey
}
