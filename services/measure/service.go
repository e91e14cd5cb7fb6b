package measure

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/measure/segment"
)

// Service takes measurements in and gives them back as they were reported. It
// authorises nobody: its callers know whose indicator it is.
type Service struct {
	store Store
	tx    tx.Runner
	now   clock.Clock
}

// New returns a service.
func New(store Store, runner tx.Runner, now clock.Clock) *Service {
	return &Service{store: store, tx: runner, now: now}
}

// Push stores all slots of the batches, or nothing. For each slot of a series the
// last push that committed is what holds; one that repeats what is known changes
// nothing. Errors: Invalid with every fault of the batches at once; Conflict when
// the indicator's series have another resolution.
func (s *Service) Push(ctx context.Context, batches []Batch) (Receipt, error) {
	return s.write(ctx, batches, segment.Merge)
}

// Add is Push for those who know what is to be added to a slot, and not what it
// is in all: sums where Push replaces. One that is repeated counts twice; the
// caller sees to it, in the same transaction, that none is. A slot that would hold
// more events than MaxEventsPerSlot is Invalid.
func (s *Service) Add(ctx context.Context, batches []Batch) (Receipt, error) {
	return s.write(ctx, batches, plus)
}

// joins makes of a segment and slots what is to be stored; Merge is one.
type joins func(existing segment.Segment, slots []segment.Slot) (segment.Segment, bool, error)

// plus is Merge where counts are added to those that are known.
func plus(existing segment.Segment, slots []segment.Slot) (segment.Segment, bool, error) {
	sums := make([]segment.Slot, 0, len(slots)) // in the order of slots, which is that of their indexes
	for _, one := range slots {
		if last := len(sums) - 1; last >= 0 && sums[last].Index == one.Index {
			sums[last].Good += one.Good
			sums[last].Total += one.Total
		} else {
			good, total, _ := existing.At(one.Index)
			sums = append(sums, segment.Slot{Index: one.Index, Good: good + one.Good, Total: total + one.Total})
		}
		if sums[len(sums)-1].Total > MaxEventsPerSlot*Event {
			return segment.Segment{}, false, fault.New(fault.Invalid, "slot_full", "a slot would hold more than %d events", int64(MaxEventsPerSlot))
		}
	}
	return segment.Merge(existing, sums)
}

func (s *Service) write(ctx context.Context, batches []Batch, join joins) (Receipt, error) {
	now := s.now()
	groups, err := arrange(batches, now)
	if err != nil || len(groups) == 0 {
		return Receipt{}, err
	}
	receipt := Receipt{Series: len(groups)}
	for _, g := range groups {
		receipt.Slots += len(g.reported)
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		receipt.Changed = 0 // the database may have this run again
		if err := s.enter(ctx, groups, now); err != nil {
			return err
		}
		changed, err := s.merge(ctx, groups, join)
		if err != nil || len(changed) == 0 {
			return err
		}
		receipt.Changed = len(changed)
		if err := s.store.PutSegments(ctx, changed); err != nil {
			return fmt.Errorf("writing %d segments: %w", len(changed), err)
		}
		return nil
	})
	if err != nil {
		return Receipt{}, err
	}
	return receipt, nil
}

// enter finds the series of the groups, making those that are new, and holds
// them against folding.
func (s *Service) enter(ctx context.Context, groups []group, now time.Time) error {
	want := make([]Series, len(groups))
	for i, g := range groups {
		want[i] = g.series
		want[i].ID = id.New(now)
		want[i].FoldedUntil = foldable(now)
		want[i].CreatedAt = now
	}
	got, err := s.store.EnsureSeries(ctx, want)
	if err != nil {
		return fmt.Errorf("entering %d series: %w", len(want), err)
	}
	var fresh []group
	for i := range groups {
		if got[i].Resolution != groups[i].series.Resolution {
			return fault.New(fault.Conflict, "resolution_differs", "the series of reporter %q has slots of %s, not of %s",
				got[i].Reporter, got[i].Resolution, groups[i].series.Resolution)
		}
		groups[i].series = got[i]
		if got[i].ID == want[i].ID {
			fresh = append(fresh, groups[i])
		}
	}
	return s.checkReporters(ctx, fresh)
}

// checkReporters refuses new series of indicators that have too many.
func (s *Service) checkReporters(ctx context.Context, fresh []group) error {
	if len(fresh) == 0 {
		return nil
	}
	indicators := make([]id.ID, 0, len(fresh))
	for i, g := range fresh {
		if i == 0 || g.series.Indicator != fresh[i-1].series.Indicator {
			indicators = append(indicators, g.series.Indicator)
		}
	}
	series, err := s.store.Series(ctx, indicators)
	if err != nil {
		return fmt.Errorf("counting the reporters of %d indicators: %w", len(indicators), err)
	}
	count := make(map[id.ID]int, len(indicators))
	for _, one := range series {
		count[one.Indicator]++
	}
	var check fault.Check
	for _, g := range fresh {
		check.Require(count[g.series.Indicator] <= MaxReporters, g.pointer+"/reporter", g.series.Reporter,
			"would be one reporter too many; an indicator has at most %d", MaxReporters)
	}
	return check.Err()
}

// merge locks the segments of all slots and returns those that become others.
func (s *Service) merge(ctx context.Context, groups []group, join joins) ([]StoredSegment, error) {
	var keys []SegmentKey
	var slots [][]segment.Slot
	for _, g := range groups {
		for _, r := range g.reported { // by time, so slots of one segment follow each other
			key := g.series.key(r.Start)
			if last := len(keys) - 1; last < 0 || keys[last] != key {
				keys, slots = append(keys, key), append(slots, nil)
			}
			last := len(keys) - 1
			slots[last] = append(slots[last], segment.Slot{
				Index: int(r.Start.Sub(key.Start) / g.series.Resolution), Good: r.Good, Total: r.Total,
			})
		}
	}
	resolutions := make(map[id.ID]time.Duration, len(groups))
	for _, g := range groups {
		resolutions[g.series.ID] = g.series.Resolution
	}
	stored, err := s.store.LockSegments(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("locking %d segments: %w", len(keys), err)
	}
	var changed []StoredSegment
	for i, old := range stored {
		resolution := resolutions[old.Series]
		before := segment.New(resolution, int(old.Span/resolution))
		if len(old.Data) > 0 {
			if before, err = decode(old, resolution); err != nil {
				return nil, err
			}
		}
		after, differs, err := join(before, slots[i])
		if err != nil {
			return nil, fmt.Errorf("merging into the segment of series %s at %s: %w", old.Series, stamp(old.Start), err)
		}
		if differs {
			changed = append(changed, StoredSegment{SegmentKey: old.SegmentKey, Data: after.Bytes()})
		}
	}
	return changed, nil
}

// key is the segment in which the slot that begins at start lies.
func (s Series) key(start time.Time) SegmentKey {
	span := HourSpan
	if start.Before(s.FoldedUntil) {
		span = DaySpan
	}
	return SegmentKey{Series: s.ID, Start: start.Truncate(span), Span: span}
}

// decode reads a stored segment and makes sure that it is what its key says.
func decode(stored StoredSegment, resolution time.Duration) (segment.Segment, error) {
	s, err := segment.Decode(stored.Data)
	if err == nil && (s.Resolution() != resolution || time.Duration(s.Slots())*resolution != stored.Span) {
		err = fmt.Errorf("%w: %d slots of %s, the row is for %s of %s", segment.ErrCorrupt, s.Slots(), s.Resolution(), stored.Span, resolution)
	}
	if err != nil {
		return segment.Segment{}, fmt.Errorf("reading the segment of series %s at %s: %w", stored.Series, stamp(stored.Start), err)
	}
	return s, nil
}
