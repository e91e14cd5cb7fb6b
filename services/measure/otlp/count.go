package otlp

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
)

// MaxStreams is how many streams an indicator may have.
const MaxStreams = 10_000

// maxSeries is how many series are written in one transaction, at most. Groups of
// one export that are even more than that are of Other at once: measure decides
// which of the others are kept apart.
const maxSeries = measure.MaxSeriesPerPush

// parts splits what is to be counted into transactions, each of whole indicators.
func parts(e *export) [][]*tally {
	var out [][]*tally
	series := maxSeries
	for _, name := range slices.Sorted(maps.Keys(e.wanted)) {
		for _, t := range e.wanted[name] {
			if len(t.roots) == 0 && len(t.readings) == 0 && len(t.partial) == 0 {
				continue
			}
			groups := map[string]bool{"": true}
			for _, r := range t.readings {
				groups[r.group] = true
			}
			n := min(len(groups), maxSeries)
			if series += n; series > maxSeries {
				out, series = append(out, nil), n
			}
			out[len(out)-1] = append(out[len(out)-1], t)
		}
	}
	return out
}

// count counts for some indicators in one transaction. Where a slot would hold
// more events than one may, the others are counted without that indicator, whose
// points are refused.
func (s *Service) count(ctx context.Context, part []*tally, now time.Time, refused *refusals) error {
	var found [][]refusal
	err := s.tx.InTx(ctx, func(ctx context.Context) error {
		var err error
		found, err = s.countOnce(ctx, part, now)
		return err
	})
	switch {
	case err == nil:
		for i, t := range part {
			refused.take(t.Origin.OTLP.Metric, found[i])
		}
		return nil
	case !fault.Is(err, fault.Invalid):
		return fmt.Errorf("count for %d indicators: %w", len(part), err)
	case len(part) > 1:
		for _, t := range part {
			if err := s.count(ctx, []*tally{t}, now, refused); err != nil {
				return err
			}
		}
		return nil
	}
	for _, r := range part[0].readings {
		refused.add(r.point, part[0].Origin.OTLP.Metric, "cannot be counted: "+fault.As(err).Error())
	}
	return nil
}

// book is what is known of the indicators of a transaction.
type book struct {
	streams map[Key]*Stream
	held    map[id.ID]int // streams
}

// countOnce returns, for each tally, what was refused.
func (s *Service) countOnce(ctx context.Context, part []*tally, now time.Time) ([][]refusal, error) {
	b, err := s.open(ctx, part)
	if err != nil {
		return nil, err
	}
	var batches []measure.Batch
	var changed []Stream
	refused := make([][]refusal, len(part))
	for i, t := range part {
		c := t.count(b)
		refused[i] = c.refused
		batches = append(batches, c.batches(t)...)
		for _, key := range slices.SortedFunc(maps.Keys(c.changed), compareKeys) {
			changed = append(changed, c.changed[key])
		}
	}
	if len(batches) > 0 {
		if _, err := s.measurements.Add(ctx, batches); err != nil {
			return nil, fmt.Errorf("add to %d series: %w", len(batches), err)
		}
	}
	if err := s.store.PutStreams(ctx, changed, now); err != nil {
		return nil, fmt.Errorf("write %d streams: %w", len(changed), err)
	}
	return refused, nil
}

func compareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Indicator, b.Indicator), slices.Compare(a.Hash[:], b.Hash[:]))
}

// open locks the indicators and reads what is known of the streams.
func (s *Service) open(ctx context.Context, part []*tally) (*book, error) {
	var indicators []id.ID
	var keys []Key
	for _, t := range part {
		indicators = append(indicators, t.ID)
		for root := range t.roots {
			keys = append(keys, Key{t.ID, root})
		}
		for root := range t.partial {
			keys = append(keys, Key{t.ID, root})
		}
		for _, r := range t.readings {
			keys = append(keys, r.key)
		}
	}
	slices.SortFunc(keys, compareKeys)
	keys = slices.Compact(keys)
	if err := s.store.Lock(ctx, indicators); err != nil {
		return nil, fmt.Errorf("lock %d indicators: %w", len(indicators), err)
	}
	streams, err := s.store.Streams(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("read %d streams: %w", len(keys), err)
	}
	b := &book{streams: make(map[Key]*Stream, len(streams))}
	for _, one := range streams {
		b.streams[one.Key] = &one
	}
	if len(streams) < len(keys) {
		if b.held, err = s.store.CountStreams(ctx, indicators); err != nil {
			return nil, fmt.Errorf("count the streams of %d indicators: %w", len(indicators), err)
		}
	}
	return b, nil
}

// counting is one indicator being counted.
type counting struct {
	slots   map[slotKey]counts
	groups  map[string]bool // of the slots
	changed map[Key]Stream
	refused []refusal
}

type slotKey struct {
	group string
	start time.Time
}

// count advances each stream by its points, in the order of their times.
func (t *tally) count(b *book) *counting {
	c := &counting{slots: map[slotKey]counts{}, changed: map[Key]Stream{}, groups: map[string]bool{}}
	room := MaxStreams - b.held[t.ID]
	roots := make(map[Hash]*Stream, len(t.roots)) // as they were before this export
	for root, first := range t.roots {
		key := Key{t.ID, root}
		roots[root] = b.streams[key]
		next := Stream{Key: key, Root: root, Start: first, Last: first}
		if known := b.streams[key]; known != nil {
			next = *known
			next.Last = max(known.Last, first)
		} else if room--; room < 0 {
			continue
		}
		c.changed[key] = next
	}
	left := maps.Clone(t.partial)
	slices.SortStableFunc(t.readings, func(a, b reading) int { return cmp.Compare(a.time, b.time) })
	for _, r := range t.readings {
		known := b.streams[r.key]
		if latest, changed := c.changed[r.key]; changed {
			known = &latest
		} else if known == nil && room <= 0 {
			c.refuse(r, fmt.Sprintf("is of one stream too many; an indicator counts at most %d. Leave attributes out by a view", MaxStreams))
			left[r.root] = r.cumulative
			continue
		}
		next, added, counted, reason := advance(known, roots[r.root], r)
		if reason != "" {
			c.refuse(r, reason)
			continue
		}
		if known == nil {
			room--
		}
		c.changed[r.key] = next
		if counted {
			c.add(r, added, t.maxGroups() > 0)
		}
	}
	for root, cumulative := range left {
		key := Key{t.ID, root}
		next, changed := c.changed[key]
		if known := b.streams[key]; !changed && known != nil {
			next = *known
		} else if !changed {
			continue // nothing is known of the process, and so nothing is new
		}
		if cumulative {
			next.Start = incomplete
			c.changed[key] = next
		}
	}
	return c
}

func (c *counting) refuse(r reading, reason string) {
	c.refused = append(c.refused, refusal{r.point, reason})
}

// add adds events to a slot of their group.
func (c *counting) add(r reading, added counts, grouped bool) {
	key := slotKey{r.group, r.slot}
	if !c.groups[r.group] && len(c.groups) >= maxSeries-1 {
		key.group = measure.Other
	}
	now, most := c.slots[key], measure.MostEvents(grouped, key.group)
	if added.total > most*measure.Event || now.total+added.total > most*measure.Event {
		c.refuse(r, fmt.Sprintf("has more events since the last one than a slot may hold, which are %d", most))
		return
	}
	c.groups[key.group] = true
	c.slots[key] = counts{now.good + added.good, now.total + added.total}
}

// batches are the slots by group, in order.
func (c *counting) batches(t *tally) []measure.Batch {
	keys := slices.SortedFunc(maps.Keys(c.slots), func(a, b slotKey) int {
		return cmp.Or(cmp.Compare(a.group, b.group), a.start.Compare(b.start))
	})
	var out []measure.Batch
	for _, k := range keys {
		if len(out) == 0 || out[len(out)-1].Group != k.group {
			out = append(out, measure.Batch{Indicator: t.ID, Resolution: t.Resolution, Reporter: Reporter, Group: k.group, MaxGroups: t.maxGroups()})
		}
		b := &out[len(out)-1]
		b.Slots = append(b.Slots, measure.Slot{Start: k.start, Good: c.slots[k].good, Total: c.slots[k].total})
	}
	return out
}
