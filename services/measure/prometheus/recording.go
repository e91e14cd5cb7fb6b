package prometheus

import (
	"context"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// Read answers asks of slots that were Recorded, in their order, by one request for all that
// have the length of slots in common. An answer is of every slot, or ErrNotRecorded.
func (b *Rulebook) Read(ctx context.Context, src source.Source, asks []origin.Ask) []origin.Answer {
	answers := make([]origin.Answer, len(asks))
	alike := map[time.Duration][]int{}
	for i, a := range asks {
		answers[i].Err = ErrNotRecorded
		alike[a.Resolution] = append(alike[a.Resolution], i)
	}
	for length, places := range alike {
		from, to := asks[places[0]].From, asks[places[0]].To
		for _, i := range places {
			if asks[i].From.Before(from) {
				from = asks[i].From
			}
			if asks[i].To.After(to) {
				to = asks[i].To
			}
		}
		matrix, err := b.samples(ctx, src, from, to, length)
		if err != nil {
			continue // whatever it is, the queries of an indicator tell it of the indicator
		}
		found := indexed(matrix)
		for _, i := range places {
			rule, there := b.Recording(src, asks[i])
			if !there {
				continue
			}
			if slots, whole := recordedSlots(asks[i], rule, found); whole {
				answers[i] = origin.Answer{Slots: slots}
			}
		}
	}
	return answers
}

// samples reads what was recorded of the slots of a length that begin in [from, to), with their
// times.
func (b *Rulebook) samples(ctx context.Context, src source.Source, from, to time.Time, length time.Duration) (model.Matrix, error) {
	// The last of them is recorded before another slot has ended, and settled.
	query, end := samplesOf(length, to.Sub(from)+length), to.Add(length+Settle)
	value, warning, err := ask(ctx, b.reader, src, func(ctx context.Context, c v1.API, options ...v1.Option) (model.Value, v1.Warnings, v1.Infos, error) {
		return c.Query(ctx, query, end, options...)
	})
	if err != nil {
		return nil, err
	}
	matrix, ok := value.(model.Matrix)
	if !ok || warning != "" {
		return nil, fault.New(fault.Unavailable, "source_partial", "the data source %q does not answer in whole: %s", src.Slug, warning)
	}
	return matrix, nil
}

// recordedSlots are the slots of an ask as they were recorded; false unless all are there.
func recordedSlots(a origin.Ask, of origin.Recording, found index) ([]origin.GroupSlot, bool) {
	good, one := found.only(of.Good, of.Labels)
	total, other := found.only(of.Total, of.Labels)
	if !one || !other {
		return nil, false
	}
	goods, totals := bySlot(good, a, of.Since), bySlot(total, a, of.Since)
	count := rule{bad: a.Origin.Ratio != nil && a.Origin.Ratio.Bad != ""}
	slots := make([]origin.GroupSlot, 0, len(goods))
	for i := range goods {
		g, all := goods[i], totals[i]
		// A rule that is evaluated and gives nothing leaves the sample of an earlier evaluation
		// as the last: only one that counts good and all events in one is whole.
		if g.Timestamp == 0 || g.Timestamp != all.Timestamp {
			return nil, false
		}
		part := float64(g.Value)
		if count.bad {
			// Rounding is of the bad events, as when they are read. total − (total − bad) is off
			// by less than 10⁻¹⁵ of the total.
			part = float64(all.Value) - part
		}
		n, m, f := count.count(cell{value: part, series: 1}, cell{value: float64(all.Value), series: 1})
		if f.reason != "" {
			return nil, false
		}
		start := a.From.Add(time.Duration(i) * a.Resolution)
		slots = append(slots, origin.GroupSlot{Slot: measure.Slot{Start: start, Good: n, Total: m}})
	}
	return slots, true
}

// bySlot are the last samples that were recorded of each slot of an ask, by an evaluation since
// the rule was there; zero where there is none.
func bySlot(of *model.SampleStream, a origin.Ask, since time.Time) []model.SamplePair {
	out := make([]model.SamplePair, int(a.To.Sub(a.From)/a.Resolution))
	for _, s := range of.Values {
		evaluated := s.Timestamp.Time()
		i := int(SlotAt(evaluated, a.Resolution).Sub(a.From)/a.Resolution) - 1
		if i >= 0 && i < len(out) && evaluated.After(since.Add(skew)) {
			out[i] = s // samples come in the order of time
		}
	}
	return out
}

// only is the one series of a metric with the labels; false where there is none, or several.
func (x index) only(metric string, labels map[string]string) (*model.SampleStream, bool) {
	var out *model.SampleStream
	for _, stream := range x.candidates(labels) {
		if string(stream.Metric[model.MetricNameLabel]) != metric || !has(stream.Metric, labels) {
			continue
		}
		if out != nil {
			return nil, false
		}
		out = stream
	}
	return out, out != nil
}

func has(metric model.Metric, labels map[string]string) bool {
	for name, value := range labels {
		if string(metric[model.LabelName(name)]) != value {
			return false
		}
	}
	return true
}
