package window

import "math"

// Sum is a number of good events and of all events, in thousandths of an event;
// 0 ≤ Good ≤ Total.
type Sum struct {
	Good, Total int64
}

// Plus returns the sum of both.
func (s Sum) Plus(o Sum) Sum { return Sum{s.Good + o.Good, s.Total + o.Total} }

// Adding is Plus, and false where the sum is more than can be counted.
func (s Sum) Adding(o Sum) (Sum, bool) {
	return s.Plus(o), s.Total <= math.MaxInt64-o.Total
}

// Minus returns s without o.
func (s Sum) Minus(o Sum) Sum { return Sum{s.Good - o.Good, s.Total - o.Total} }

// Bad returns the events that were not good.
func (s Sum) Bad() int64 { return s.Total - s.Good }
