package prometheus

import (
	"strconv"
	"time"
)

// The metrics of recording rules that count the events of whole slots for collection; the
// length of the slots follows, as in slo:good_events:slot5m.
const (
	GoodSlots  = "slo:good_events:slot"
	TotalSlots = "slo:total_events:slot"
)

// Settle is how long after its end the events of a slot are counted by a recording rule: what
// was scraped in it has come by then, for a scrape takes ten seconds at most unless it is told
// otherwise (scrape_timeout).
const Settle = 10 * time.Second

// SlotAt returns the end of the slot whose events an expression of Counting.Slot gives when it
// is evaluated at a time: the newest that is a multiple of the length, since the epoch, and at
// least Settle before it.
//
// That is so because of how PromQL evaluates a subquery. last_over_time((…)[1m:1m] offset 10s)
// evaluates what stands in it at the multiples of the step since the epoch, whenever it is
// evaluated itself (Prometheus, promql/engine.go, subqueryTimeRange), and in the range, which
// is as long as the step and ends 10 s before, there is one of them; where the range is closed
// at both ends, as before Prometheus 3, there are two at times, and the later one counts. A
// group of rules, whose evaluations begin at a second of the minute that follows from its name
// and its file, so records slots that begin and end with the minute, each once in a minute,
// with the value that a query at the end of the slot gives.
func SlotAt(evaluated time.Time, length time.Duration) time.Time {
	return evaluated.Add(-Settle).Truncate(length)
}

// Length writes a duration as Prometheus does: 5m, 1h, 28d.
func Length(d time.Duration) string {
	switch {
	case d%(24*time.Hour) == 0:
		return strconv.FormatInt(int64(d/(24*time.Hour)), 10) + "d"
	case d%time.Hour == 0:
		return strconv.FormatInt(int64(d/time.Hour), 10) + "h"
	case d%time.Minute == 0:
		return strconv.FormatInt(int64(d/time.Minute), 10) + "m"
	default:
		return strconv.FormatInt(int64(d/time.Second), 10) + "s"
	}
}
