package measure

import (
	"context"
	"fmt"
	"slices"
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
// nothing. Of a grouped indicator a push says all of each slot that it has of a
// reporter; see Other for groups that are too many. Errors: Invalid with every
// fault of the batches at once; Conflict when the indicator's series have another
// resolution; Overfull, which is Invalid too, when the groups that are too many have
// more events in a slot than Other holds.
func (s *Service) Push(ctx context.Context, batches []Batch) (Receipt, error) {
	return s.write(ctx, batches, pushing)
}

// Replace is Push for those who know all groups of each slot of a reporter, and say
// so again when they learn better: a group that is not among the batches and had
// events in one of their slots has none there any more. What such a group has of
// other slots is left as it is.
func (s *Service) Replace(ctx context.Context, batches []Batch) (Receipt, error) {
	return s.write(ctx, batches, replacing)
}

// Add is Push for those who know what is to be added to a slot, and not what it
// is in all: sums where Push replaces, those of groups that are too many in Other.
// One that is repeated counts twice; the caller sees to it, in the same
// transaction, that none is. A slot that would hold more events than one may is
// Invalid.
func (s *Service) Add(ctx context.Context, batches []Batch) (Receipt, error) {
	return s.write(ctx, batches, adding)
}

// way is what slots that are written do to those that are known.
type way int

const (
	pushing   way = iota // go over them, and over those of Other
	replacing            // go over them, and over those of every other group
	adding               // are added to them
)

// plus is segment.Merge where counts are added to those that are known.
func plus(existing segment.Segment, slots []segment.Slot, most int64) (segment.Segment, bool, error) {
	sums := make([]segment.Slot, 0, len(slots)) // in the order of slots, which is that of their indexes
	for _, one := range slots {
		if last := len(sums) - 1; last >= 0 && sums[last].Index == one.Index {
			sums[last].Good += one.Good
			sums[last].Total += one.Total
		} else {
			good, total, _ := existing.At(one.Index)
			sums = append(sums, segment.Slot{Index: one.Index, Good: good + one.Good, Total: total + one.Total})
		}
		if sums[len(sums)-1].Total > most*Event {
			return segment.Segment{}, false, fault.New(fault.Invalid, "slot_full", "a slot would hold more than %d events", most)
		}
	}
	return segment.Merge(existing, sums)
}

// write puts slots to those that are known.
func (s *Service) write(ctx context.Context, batches []Batch, how way) (Receipt, error) {
	now := s.now()
	portions, err := arrange(batches, now)
	if err != nil || len(portions) == 0 {
		return Receipt{}, err
	}
	receipt := Receipt{Series: len(portions)}
	for _, p := range portions {
		receipt.Slots += len(p.reported)
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		receipt.Changed = 0 // the database may have this run again
		entered, err := s.enter(ctx, batches, portions, now, how)
		if err != nil {
			return err
		}
		changed, err := s.merge(ctx, entered, how)
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

// enter returns what is to be kept of the portions, each with its series, which
// are made where they are new and held against folding.
func (s *Service) enter(ctx context.Context, batches []Batch, portions []portion, now time.Time, how way) ([]portion, error) {
	want := make([]Series, 0, len(portions))
	for _, p := range portions {
		want = append(want, p.series)
	}
	over, err := s.over(ctx, portions, how)
	if err != nil {
		return nil, err
	}
	got, err := s.store.FindSeries(ctx, append(want, over...))
	if err != nil {
		return nil, fmt.Errorf("looking for %d series: %w", len(want)+len(over), err)
	}
	// A series that was folded within MaxAge is in use; of others it has to be asked.
	var fresh []int
	for i := range portions {
		if got[i].ID == "" || got[i].FoldedUntil.Before(now.Add(-MaxAge)) {
			fresh = append(fresh, i)
		}
	}
	over = slices.DeleteFunc(got[len(portions):], func(o Series) bool { return o.ID == "" })
	kept := slices.Clone(portions)
	if len(fresh) > 0 {
		if kept, err = s.admit(ctx, batches, portions, fresh, now); err != nil {
			return nil, err
		}
	}
	if len(over) > 0 {
		if kept, err = s.empty(ctx, kept, over); err != nil {
			return nil, err
		}
	}
	if len(fresh) > 0 || len(over) > 0 {
		if got, err = s.ensure(ctx, kept, now); err != nil {
			return nil, err
		}
	}
	for i := range kept {
		if got[i].Resolution != kept[i].series.Resolution {
			return nil, fault.New(fault.Conflict, "resolution_differs", "the series of reporter %q has slots of %s, not of %s",
				got[i].Reporter, got[i].Resolution, kept[i].series.Resolution)
		}
		kept[i].series = got[i]
	}
	return kept, nil
}

// ensure makes the series of the portions that do not exist.
func (s *Service) ensure(ctx context.Context, portions []portion, now time.Time) ([]Series, error) {
	want := make([]Series, len(portions))
	for i, p := range portions {
		want[i] = p.series
		want[i].ID = id.New(now)
		want[i].FoldedUntil = foldable(now)
		want[i].CreatedAt = now
	}
	got, err := s.store.EnsureSeries(ctx, want)
	if err != nil {
		return nil, fmt.Errorf("entering %d series: %w", len(want), err)
	}
	return got, nil
}

// merge locks the segments of all slots and returns those that become others.
func (s *Service) merge(ctx context.Context, portions []portion, how way) ([]StoredSegment, error) {
	var keys []SegmentKey
	var slots [][]segment.Slot
	for _, p := range portions {
		for _, r := range p.reported { // by time, so slots of one segment follow each other
			key := p.series.key(r.Start)
			if last := len(keys) - 1; last < 0 || keys[last] != key {
				keys, slots = append(keys, key), append(slots, nil)
			}
			last := len(keys) - 1
			slots[last] = append(slots[last], segment.Slot{
				Index: int(r.Start.Sub(key.Start) / p.series.Resolution), Good: r.Good, Total: r.Total,
			})
		}
	}
	resolutions := make(map[id.ID]time.Duration, len(portions))
	most := make(map[id.ID]int64, len(portions)) // events in a slot
	for _, p := range portions {
		resolutions[p.series.ID] = p.series.Resolution
		most[p.series.ID] = MostEvents(p.maxGroups > 0, p.series.Group)
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
		after, differs, err := segment.Segment{}, false, error(nil)
		if how == adding {
			after, differs, err = plus(before, slots[i], most[old.Series])
		} else {
			after, differs, err = segment.Merge(before, slots[i])
		}
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
