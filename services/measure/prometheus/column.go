package prometheus

import (
	"math"
	"time"

	"github.com/prometheus/common/model"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// maxSeries bounds the series of one answer: where there are more, an expression
// keeps a label that it should not.
const maxSeries = 10_000

// cell is what a query gave of a group at the end of a slot.
type cell struct {
	value  float64 // the sum, when there are several series
	series int     // with a value here; 0 when it gave nothing
	// good and numbers count series whose value keeps a limit, or is one at all.
	good, numbers int
}

// columns are the cells of a query by group, one for each slot.
type columns struct {
	from       time.Time
	resolution time.Duration
	slots      int
	groups     map[string][]cell
	// partial is why the answer is not whole, by slot; empty where it is.
	partial []string
}

func newColumns(from, to time.Time, resolution time.Duration) *columns {
	n := int(to.Sub(from) / resolution)
	return &columns{from: from, resolution: resolution, slots: n, groups: make(map[string][]cell), partial: make([]string, n)}
}

// group returns the cells of a group.
func (c *columns) group(name string) []cell {
	cells, ok := c.groups[name]
	if !ok {
		cells = make([]cell, c.slots)
		c.groups[name] = cells
	}
	return cells
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

// warn marks the slots that begin in [from, to) as partial.
func (c *columns) warn(from, to time.Time, warning string) {
	for at := from; warning != "" && at.Before(to); at = at.Add(c.resolution) {
		c.partial[at.Sub(c.from)/c.resolution] = warning
	}
}

// add puts the values of a series into the cells of its group. keeps, which may be
// nil, tells whether a value keeps a limit.
func (c *columns) add(name string, stream *model.SampleStream, keeps func(float64) bool) {
	cells := c.group(name)
	put := func(at model.Time, v float64) {
		i := c.slot(at)
		if i < 0 {
			return
		}
		cells[i].series++
		cells[i].value += v
		if keeps != nil && !math.IsNaN(v) {
			cells[i].numbers++
			if keeps(v) {
				cells[i].good++
			}
		}
	}
	for _, s := range stream.Values {
		put(s.Timestamp, float64(s.Value))
	}
	for _, s := range stream.Histograms { // where a number is wanted
		put(s.Timestamp, math.NaN())
	}
}

// addAll puts a whole answer in.
func (c *columns) addAll(matrix model.Matrix, groupBy string, keeps func(float64) bool) error {
	if len(matrix) > maxSeries {
		return fault.New(fault.Invalid, "query_refused", "the query gives %d series; more than %d are not read", len(matrix), maxSeries)
	}
	for _, stream := range matrix {
		c.add(groupOf(stream.Metric, groupBy), stream, keeps)
	}
	return nil
}

// groupOf is the group that a series belongs to.
func groupOf(metric model.Metric, groupBy string) string {
	if groupBy == "" {
		return ""
	}
	if value := string(metric[model.LabelName(groupBy)]); value != "" {
		return value
	}
	return origin.None
}
