package prometheus

import (
	"math"
	"time"

	"github.com/prometheus/common/model"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// Bounds of one reply. Where there is more, an expression keeps a label that it
// should not; groups beyond origin.MaxGroups are read all the same, because their
// events count in the whole.
const (
	maxSeries = 10_000
	maxGroups = 2_000
)

// cell is what a query gave of a group at the end of a slot.
type cell struct {
	value  float64 // the sum, when there are several series
	series int32   // with a value here; 0 when it gave nothing
	// good and numbers count series whose value keeps a limit, or is one at all.
	good, numbers int32
}

// columns are the cells of a reply by group, one for each slot.
type columns struct {
	from       time.Time
	resolution time.Duration
	slots      int
	groups     map[string][]cell
	partial    string // why the reply is not whole; empty when it is
}

func newColumns(from, to time.Time, resolution time.Duration) *columns {
	return &columns{from: from, resolution: resolution, slots: int(to.Sub(from) / resolution), groups: make(map[string][]cell)}
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

// at is the cell of a group in a slot.
func (c *columns) at(group string, i int) cell {
	if cells, ok := c.groups[group]; ok {
		return cells[i]
	}
	return cell{}
}

// add puts the values of a series into the cells of its group. keeps, which may be
// nil, tells whether a value keeps a limit.
func (c *columns) add(group string, stream *model.SampleStream, keeps func(float64) bool) error {
	cells, ok := c.groups[group]
	if !ok {
		if len(c.groups) == maxGroups {
			return fault.New(fault.Invalid, "query_refused", "the query gives more than %d groups; group by a label with fewer values", maxGroups)
		}
		cells = make([]cell, c.slots)
		c.groups[group] = cells
	}
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
	return nil
}

// addAll puts a whole reply in.
func (c *columns) addAll(matrix model.Matrix, groupBy string, keeps func(float64) bool) error {
	if len(matrix) > maxSeries {
		return fault.New(fault.Invalid, "query_refused", "the query gives %d series; more than %d are not read", len(matrix), maxSeries)
	}
	for _, stream := range matrix {
		if err := c.add(groupOf(stream.Metric, groupBy), stream, keeps); err != nil {
			return err
		}
	}
	return nil
}

// groupOf is the group that a series belongs to. What can be no name, because it is
// long, or changes how what is around it is read, is of Other: a caller who makes up
// a path must not keep all others from being counted.
func groupOf(metric model.Metric, groupBy string) string {
	if groupBy == "" {
		return ""
	}
	value := string(metric[model.LabelName(groupBy)])
	switch {
	case value == "":
		return origin.None
	case !measure.ValidGroup(value):
		return origin.Other
	}
	return value
}
