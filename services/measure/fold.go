package measure

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/measure/segment"
	"github.com/evenkeel/evenkeel/services/measure/thin"
)

const (
	// foldAfter is how long a day is closed before it is folded: most of what
	// comes late has come by then.
	foldAfter = 6 * time.Hour
	// foldAtOnce bounds a transaction, foldRun a run.
	foldAtOnce = 100
	foldRun    = 50_000
	pruneAt    = 5_000
)

// foldable is the end of the last day that is due to be folded at now.
func foldable(now time.Time) time.Time { return now.Add(-foldAfter).Truncate(DaySpan) }

// Folder keeps the stored segments few: it folds the hours of closed days into
// days, and removes what is older than anything needs.
type Folder struct {
	store Store
	tx    tx.Runner
	now   clock.Clock
	log   *slog.Logger
}

// NewFolder returns a folder.
func NewFolder(store Store, runner tx.Runner, now clock.Clock, log *slog.Logger) *Folder {
	return &Folder{store: store, tx: runner, now: now, log: log}
}

// FoldOnce folds the days that closed more than six hours ago. It returns counts
// of "series" and "days" folded, and of "unreadable" series, which are left as
// they were and logged. It may be repeated and interrupted at any time.
func (f *Folder) FoldOnce(ctx context.Context) (map[string]int64, error) {
	counts := map[string]int64{"series": 0, "days": 0, "unreadable": 0}
	until := foldable(f.now())
	due, err := f.store.Foldable(ctx, until, foldRun)
	if err != nil {
		return counts, fmt.Errorf("finding series to fold: %w", err)
	}
	for chunk := range slices.Chunk(due, foldAtOnce) {
		days, err := f.fold(ctx, chunk, until)
		if err == nil {
			counts["series"] += int64(len(chunk))
			counts["days"] += days
			continue
		}
		if !Unreadable(err) {
			return counts, err
		}
		// One of them cannot be read: the others are folded one by one.
		for i := range chunk {
			switch days, err := f.fold(ctx, chunk[i:i+1], until); {
			case err == nil:
				counts["series"]++
				counts["days"] += days
			case Unreadable(err):
				counts["unreadable"]++
				f.log.ErrorContext(ctx, "series cannot be folded", slog.String("series_id", string(chunk[i].ID)), slog.Any("error", err))
			default:
				return counts, err
			}
		}
	}
	return counts, nil
}

func (f *Folder) fold(ctx context.Context, chunk []Series, until time.Time) (int64, error) {
	var days int64
	err := f.tx.InTx(ctx, func(ctx context.Context) error {
		days = 0
		for _, s := range chunk {
			err := f.store.Fold(ctx, s.ID, until, func(stored []StoredSegment) ([]StoredSegment, error) {
				folded, err := foldDays(s, stored)
				days += int64(len(folded))
				return folded, err
			})
			if err != nil {
				return fmt.Errorf("folding series %s: %w", s.ID, err)
			}
		}
		return nil
	})
	return days, err
}

// foldDays makes days of a series' hours; an hour goes over what a day already has.
func foldDays(series Series, stored []StoredSegment) ([]StoredSegment, error) {
	slices.SortFunc(stored, func(a, b StoredSegment) int {
		if c := a.Start.Truncate(DaySpan).Compare(b.Start.Truncate(DaySpan)); c != 0 {
			return c
		}
		return int(b.Span - a.Span) // the day itself first
	})
	var days []StoredSegment
	for len(stored) > 0 {
		start := stored[0].Start.Truncate(DaySpan)
		day := segment.New(series.Resolution, int(DaySpan/series.Resolution))
		var parts []segment.Part
		n := 0
		for ; n < len(stored) && stored[n].Start.Truncate(DaySpan).Equal(start); n++ {
			if len(stored[n].Data) == 0 {
				continue
			}
			s, err := decode(stored[n], series.Resolution)
			if err != nil {
				return nil, err
			}
			parts = append(parts, segment.Part{At: int(stored[n].Start.Sub(start) / series.Resolution), Segment: s})
		}
		folded, err := segment.Fold(day, parts)
		if err != nil {
			return nil, err
		}
		stored = stored[n:]
		days = append(days, StoredSegment{
			SegmentKey: SegmentKey{Series: series.ID, Start: start, Span: DaySpan}, Data: folded.Bytes(),
		})
	}
	return days, nil
}

// PruneOnce removes the segments that end before the time, returns how many, and
// removes the series of which nothing is left, or months alone: pods that are named anew
// at each roll-out leave one behind each.
func (f *Folder) PruneOnce(ctx context.Context, before time.Time) (int64, error) {
	removed, err := f.prune(ctx, before, f.store.PruneSegments)
	if err != nil {
		return removed, fmt.Errorf("removing segments before %s: %w", stamp(before), err)
	}
	if _, err := f.prune(ctx, later(before, f.now().Add(-WholeFor)), f.store.PruneSeries); err != nil {
		return removed, fmt.Errorf("removing series without segments: %w", err)
	}
	return removed, nil
}

// prune removes some at a time until none is left.
func (f *Folder) prune(ctx context.Context, before time.Time, some func(context.Context, time.Time, int) (int, error)) (int64, error) {
	removed, err := tx.InChunks(ctx, f.tx, pruneAt, func(ctx context.Context, limit int) (int, error) {
		return some(ctx, before, limit)
	})
	return int64(removed), err
}

// Unreadable reports whether bytes in the store were refused.
func Unreadable(err error) bool {
	for _, refused := range []error{segment.ErrCorrupt, segment.ErrVersion, thin.ErrCorrupt, thin.ErrVersion} {
		if errors.Is(err, refused) {
			return true
		}
	}
	return false
}
