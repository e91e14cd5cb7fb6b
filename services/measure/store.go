package measure

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Store keeps series, segments and the notes of changes. Every method takes many
// rows and uses few statements.
type Store interface {
	// FindSeries returns, in the order asked for, the series of each (indicator,
	// reporter, group), and holds them against folding until the transaction ends; the
	// zero Series for each that does not exist.
	FindSeries(ctx context.Context, want []Series) ([]Series, error)
	// EnsureSeries returns, in the order asked for, the series of each (indicator,
	// reporter, group), made when absent, and holds them against folding until the
	// transaction ends. The resolution of an existing series is left as it is.
	EnsureSeries(ctx context.Context, want []Series) ([]Series, error)
	// Series returns all series of the indicators.
	Series(ctx context.Context, indicators []id.ID) ([]Series, error)
	// LockIndicators holds the indicators until the transaction ends against others
	// who lock them, so that what is counted of their series stays true.
	LockIndicators(ctx context.Context, indicators []id.ID) error
	// SeriesInUse returns the series of the indicators whose FoldedUntil is not before
	// the time, or that have a segment which ends after it.
	SeriesInUse(ctx context.Context, indicators []id.ID, since time.Time) ([]Series, error)

	// LockSegments inserts those that are absent, locks all in the order of their
	// keys and returns them in the order asked for.
	LockSegments(ctx context.Context, keys []SegmentKey) ([]StoredSegment, error)
	// PutSegments writes locked segments and notes a change for each.
	PutSegments(ctx context.Context, segments []StoredSegment) error
	// Segments returns, by series and start, those of the series that overlap [from, to).
	Segments(ctx context.Context, series []id.ID, from, to time.Time) ([]StoredSegment, error)
	// Oldest returns, in any order, of each of the series the oldest segment of an hour
	// and that of a day, where it has some.
	Oldest(ctx context.Context, series []id.ID) ([]StoredSegment, error)
	// SegmentsAt returns those of the keys that exist.
	SegmentsAt(ctx context.Context, keys []SegmentKey) ([]StoredSegment, error)

	// Changes returns up to limit notes, the oldest first.
	Changes(ctx context.Context, limit int) ([]Change, error)
	// RemoveChanges removes exactly these notes.
	RemoveChanges(ctx context.Context, notes []int64) error

	// Foldable returns up to limit series whose FoldedUntil is before the time and
	// that have segments of an hour before it.
	Foldable(ctx context.Context, before time.Time, limit int) ([]Series, error)
	// Fold replaces, within the transaction and with the series locked against
	// ingestion, the hours of the series before until by these days, and moves
	// FoldedUntil. build is given the hours and existing days in [FoldedUntil, until).
	Fold(ctx context.Context, series id.ID, until time.Time, build func(hours []StoredSegment) (days []StoredSegment, err error)) error
	// Thinnable returns up to limit indicators after the given one ("" for the first), by
	// ID, that have segments which start before the time.
	Thinnable(ctx context.Context, before time.Time, after id.ID, limit int) ([]id.ID, error)
	// ThinnedLines returns what there is of thinned months of the indicators, in any order.
	ThinnedLines(ctx context.Context, indicators []id.ID) ([]ThinnedLine, error)
	// Thinned returns, by start, the months of the indicator and group that overlap [from, to).
	Thinned(ctx context.Context, indicator id.ID, group string, from, to time.Time) ([]ThinnedMonth, error)
	// ThinnedInHours returns up to limit months with slots of an hour that end at the time or before.
	ThinnedInHours(ctx context.Context, until time.Time, limit int) ([]ThinnedMonth, error)
	// PutThinned writes months over those of the same indicator, group and start.
	PutThinned(ctx context.Context, months []ThinnedMonth) error
	// PruneThinned removes up to limit months that end at the time or before.
	PruneThinned(ctx context.Context, until time.Time, limit int) (int, error)
	// RemoveSegments removes up to limit of those of the indicator's series that end at the
	// time or before.
	RemoveSegments(ctx context.Context, indicator id.ID, until time.Time, limit int) (int, error)
	// PruneSegments removes up to limit segments that end before the time.
	PruneSegments(ctx context.Context, before time.Time, limit int) (int, error)
	// PruneSeries removes up to limit series whose FoldedUntil is before the time and
	// that have no segments.
	PruneSeries(ctx context.Context, before time.Time, limit int) (int, error)
}
