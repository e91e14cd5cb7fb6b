package prometheus

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// How many slots one request asks for: Prometheus gives no more points of a series,
// and where there may be a hundred series of a group each, fewer are enough.
const (
	maxPoints        = 11_000
	maxGroupedPoints = 1_000
)

// Read asks a data source for the slots of each ask and gives an answer to each, in
// their order. An expression costs one request for 11,000 slots; indicators that are
// read Together cost one in all. Requests follow one another: how many run at once
// is the caller's to say.
func (r *Reader) Read(ctx context.Context, src source.Source, asks []origin.Ask) []origin.Answer {
	answers := make([]origin.Answer, len(asks))
	joint := make(map[jointKey][]int)
	for i, a := range asks {
		if a.Origin.Recorded != nil {
			key := jointKey{r.Together(a.Origin), a.Resolution, a.From.UnixNano(), a.To.UnixNano()}
			joint[key] = append(joint[key], i)
			continue
		}
		answers[i] = r.read(ctx, src, a)
	}
	for _, places := range joint {
		r.readRecorded(ctx, src, asks, places, answers)
	}
	return answers
}

// read answers an ask by itself.
func (r *Reader) read(ctx context.Context, src source.Source, a origin.Ask) origin.Answer {
	matchers, err := Enforced(src, a.Team, a.TeamSlug)
	if err != nil {
		return origin.Answer{Err: err}
	}
	q, err := Compile("", a.Origin, a.Resolution, matchers)
	if err != nil {
		return origin.Answer{Err: err}
	}
	points := maxPoints
	if a.Origin.GroupBy != "" || a.Origin.Threshold != nil {
		points = maxGroupedPoints
	}
	var answer origin.Answer
	for from, to := range chunks(a.From, a.To, a.Resolution, points) {
		a.From, a.To = from, to
		piece, err := r.piece(ctx, src, a, q)
		if err != nil {
			return origin.Answer{Err: err}
		}
		answer.Slots = append(answer.Slots, piece.Slots...)
		answer.Missing = append(answer.Missing, piece.Missing...)
	}
	return answer
}

// piece answers an ask for so many slots as one request gives.
func (r *Reader) piece(ctx context.Context, src source.Source, a origin.Ask, q Queries) (origin.Answer, error) {
	switch a.Origin.Kind() {
	case origin.KindRatio, origin.KindLatency:
		part, rule := q.Good, rule{absentIsNone: q.GoodIsPart}
		if l := a.Origin.Latency; l != nil && !l.Native {
			rule.unmatched = fmt.Sprintf("no bucket of %s_bucket ends at %g; thresholdSeconds has to be the bound of one", l.Metric, l.ThresholdSeconds)
		}
		if q.Bad != "" {
			part, rule.bad = q.Bad, true
		}
		parts, totals, err := r.both(ctx, src, a, part, q.Total)
		if err != nil {
			return origin.Answer{}, err
		}
		return assemble(a, func(value string, i int) (int64, int64, flaw) {
			return rule.count(parts.at(value, i), totals.at(value, i))
		}, parts, totals), nil
	case origin.KindRawRatio:
		rule := rule{bad: a.Origin.RawRatio.Failure}
		shares, weights, err := r.both(ctx, src, a, q.Value, q.Weight)
		if err != nil {
			return origin.Answer{}, err
		}
		return assemble(a, func(value string, i int) (int64, int64, flaw) {
			share := shares.at(value, i)
			if q.Weight == "" {
				return rule.share(share, cell{value: origin.SlotWeight, series: min(share.series, 1)})
			}
			return rule.share(share, weights.at(value, i))
		}, shares, weights), nil
	case origin.KindThreshold:
		values, err := r.columns(ctx, src, a, q.Value, keeps(a.Origin.Threshold))
		if err != nil {
			return origin.Answer{}, err
		}
		return assemble(a, func(value string, i int) (int64, int64, flaw) {
			return compared(values.at(value, i))
		}, values), nil
	}
	return origin.Answer{}, fmt.Errorf("an origin of kind %q is not read from Prometheus", a.Origin.Kind())
}

// both reads two expressions; an empty one gives nothing.
func (r *Reader) both(ctx context.Context, src source.Source, a origin.Ask, one, other string) (*columns, *columns, error) {
	first, err := r.columns(ctx, src, a, one, nil)
	if err != nil || other == "" {
		return first, newColumns(a.From, a.To, a.Resolution), err
	}
	second, err := r.columns(ctx, src, a, other, nil)
	return first, second, err
}

// columns reads an expression at the end of each slot of an ask.
func (r *Reader) columns(ctx context.Context, src source.Source, a origin.Ask, query string, keeps func(float64) bool) (*columns, error) {
	matrix, warning, err := r.queryRange(ctx, src, query, a.From, a.To, a.Resolution)
	if err != nil {
		return nil, err
	}
	c := newColumns(a.From, a.To, a.Resolution)
	c.partial = warning
	return c, c.addAll(matrix, a.Origin.GroupBy, keeps)
}

// chunks yields the beginnings and ends of ranges of at most that many slots.
func chunks(from, to time.Time, resolution time.Duration, slots int) func(func(from, to time.Time) bool) {
	return func(yield func(from, to time.Time) bool) {
		for from.Before(to) {
			end := from.Add(time.Duration(slots) * resolution)
			if end.After(to) {
				end = to
			}
			if !yield(from, end) {
				return
			}
			from = end
		}
	}
}

// counting makes the events of a value of the label to group by in a slot.
type counting func(value string, i int) (good, all int64, f flaw)

// assemble makes an answer of what was read. Where a value has a flaw, the slot has no
// data in any group: the whole, which is their sum, is not known either. A value
// without a sample is not there; when all are, the slot is not.
func assemble(a origin.Ask, count counting, read ...*columns) origin.Answer {
	of := map[string]string{"": ""} // the group of each value
	if a.Origin.GroupBy != "" {
		clear(of)
		for _, c := range read {
			for value := range c.values {
				of[value] = measure.GroupOf(value)
			}
		}
	}
	values := slices.SortedFunc(maps.Keys(of), func(a, b string) int {
		return cmp.Or(cmp.Compare(of[a], of[b]), cmp.Compare(a, b))
	})
	partial, there := "", present(read, values)
	for _, c := range read {
		partial = cmp.Or(partial, c.partial)
	}
	var answer origin.Answer
	for i := range read[0].slots {
		start := read[0].from.Add(time.Duration(i) * read[0].resolution)
		slots, found := []origin.GroupSlot(nil), flaw{origin.Partial, partial}
		if partial == "" {
			asked := values // who does not group is told what is lacking
			if a.Origin.GroupBy != "" {
				asked = there[i]
			}
			slots, found = one(start, i, asked, of, count)
		}
		if found.reason != "" {
			answer.Missing = append(answer.Missing, origin.Missing{Start: start, Reason: found.reason, Detail: found.detail})
			continue
		}
		answer.Slots = append(answer.Slots, slots...)
	}
	return answer
}

// present returns of the values those that were read something of, by slot.
func present(read []*columns, values []string) [][]string {
	out := make([][]string, read[0].slots)
	for _, value := range values {
		for _, c := range read {
			for _, cell := range c.values[value] {
				if at := out[cell.slot]; len(at) == 0 || at[len(at)-1] != value {
					out[cell.slot] = append(at, value)
				}
			}
		}
	}
	return out
}

// one makes the slots of one time, or says why there are none. Values come by group.
func one(start time.Time, i int, values []string, of map[string]string, count counting) ([]origin.GroupSlot, flaw) {
	var slots []origin.GroupSlot
	absent := flaw{origin.NoSample, "no group has a sample in this slot"}
	for _, value := range values {
		group := of[value]
		good, all, f := count(value, i)
		switch {
		case f.reason == origin.NoSample:
			if group == "" {
				absent = f
			}
			continue
		case f.reason != "" && group != "":
			return nil, flawed(f.reason, "%q: %s", group, f.detail)
		case f.reason != "":
			return nil, f
		}
		if last := len(slots) - 1; last >= 0 && slots[last].Group == group {
			slots[last].Good += good // each is at most what a slot holds, and there are at most maxSeries
			slots[last].Total += all
			continue
		}
		slots = append(slots, origin.GroupSlot{Group: group, Slot: measure.Slot{Start: start, Good: good, Total: all}})
	}
	if len(slots) == 0 {
		return nil, absent
	}
	return slots, flaw{}
}
