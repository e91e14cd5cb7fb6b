package prometheus

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// Bounds of one reply. Where there is more, an expression keeps a label that it
// should not; groups beyond origin.MaxGroups are read all the same, because their
// events count in the whole, and so are values that can be no name of a group.
const (
	maxSeries = 10_000
	maxGroups = 2_000
)

// cell is what a query gave of a value of the label to group by at the end of a slot.
type cell struct {
	value  float64 // the sum, when there are several series
	slot   int32
	series int32 // with a value here; 0 when it gave nothing
	// good and numbers count series whose value keeps a limit, or is one at all.
	good, numbers int32
}

// columns are the cells of a reply by the value of the label to group by, "" where
// there is none, in the order of their slots. Of slots in which a query gave nothing
// there are none: a caller who makes up values costs as much as their samples, however
// many slots are read. Several values may be of one group; what is told of each is
// counted by itself first, a share with its own weight.
type columns struct {
	from       time.Time
	resolution time.Duration
	slots      int
	values     map[string][]cell
	named      int    // values that are groups of their own
	partial    string // why the reply is not whole; empty when it is
}

func newColumns(from, to time.Time, resolution time.Duration) *columns {
	return &columns{from: from, resolution: resolution, slots: int(to.Sub(from) / resolution), values: make(map[string][]cell)}
}

// slot returns which slot ends at a time, or −1.
func (c *columns) slot(end model.Time) int {
	since := end.Time().Sub(c.from)
	i := int(since/c.resolution) - 1
	if since%c.resolution != 0 || i < 0 || i >= c.slots {
		return -1
	}
	return i
}

// at is the cell of a value in a slot.
func (c *columns) at(value string, i int) cell {
	cells := c.values[value]
	if k, ok := find(cells, i); ok {
		return cells[k]
	}
	return cell{}
}

// find tells where among the cells of a value that of a slot is, or belongs.
func find(cells []cell, i int) (int, bool) {
	return slices.BinarySearchFunc(cells, i, func(c cell, i int) int { return cmp.Compare(int(c.slot), i) })
}

// add puts the samples of a series into the cells of its value of the label. keeps,
// which may be nil, tells whether a sample keeps a limit.
func (c *columns) add(value string, stream *model.SampleStream, keeps func(float64) bool) error {
	cells, ok := c.values[value]
	if !ok {
		if measure.GroupOf(value) != origin.Other {
			c.named++
		}
		if c.named > maxGroups {
			return fault.New(fault.Invalid, "query_refused", "the query gives more than %d groups; group by a label with fewer values", maxGroups)
		}
		cells = make([]cell, 0, min(len(stream.Values)+len(stream.Histograms), c.slots))
	}
	put := func(end model.Time, v float64) {
		i := c.slot(end)
		if i < 0 {
			return
		}
		k, ok := find(cells, i)
		if !ok {
			cells = slices.Insert(cells, k, cell{slot: int32(i)})
		}
		at := &cells[k]
		at.series++
		at.value += v
		if keeps != nil && !math.IsNaN(v) {
			at.numbers++
			if keeps(v) {
				at.good++
			}
		}
	}
	for _, s := range stream.Values {
		put(s.Timestamp, float64(s.Value))
	}
	for _, s := range stream.Histograms { // where a number is wanted
		put(s.Timestamp, math.NaN())
	}
	c.values[value] = cells
	return nil
}

// addAll puts a whole reply in.
func (c *columns) addAll(matrix model.Matrix, groupBy string, keeps func(float64) bool) error {
	if len(matrix) > maxSeries {
		return fault.New(fault.Invalid, "query_refused", "the query gives %d series; more than %d are not read", len(matrix), maxSeries)
	}
	for _, stream := range matrix {
		if err := c.add(valueOf(stream.Metric, groupBy), stream, keeps); err != nil {
			return err
		}
	}
	return nil
}

// valueOf is the value of the label to group by that a series has.
func valueOf(metric model.Metric, groupBy string) string {
	if groupBy == "" {
		return ""
	}
	return string(metric[model.LabelName(groupBy)])
}
