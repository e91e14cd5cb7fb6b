package signals

import (
	"fmt"
	"math"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Reason is why a value is not known.
type Reason string

// The reasons.
const (
	NoData      Reason = "no_data"      // the query gave nothing, or nothing was measured
	NoTraffic   Reason = "no_traffic"   // there were no requests, of which nothing is a share
	NotNumber   Reason = "not_a_number" // it gave NaN or an infinity
	Negative    Reason = "negative"     // it gave less than 0
	AboveOne    Reason = "above_one"    // more requests failed than there were
	Several     Reason = "several_values"
	Partial     Reason = "partial" // the data source warned that its answer is not whole
	Late        Reason = "late"    // the data source did not answer in the time that there was
	Unavailable Reason = "source_unavailable"
	Refused     Reason = "query_refused"
	Unusable    Reason = "source_unusable" // something of the data source has to be put right
	Retired     Reason = "source_retired"
	NotServed   Reason = "team_not_served" // the data source wants a matcher, and the team has none
	SLORetired  Reason = "slo_retired"
	SLOUnfit    Reason = "slo_unfit" // its indicator counts something else, since it was changed
)

// Reasons lists every reason.
var Reasons = []Reason{
	NoData, NoTraffic, NotNumber, Negative, AboveOne, Several, Partial, Late, Unavailable, Refused, Unusable, Retired, NotServed, SLORetired, SLOUnfit,
}

// Lack is why a value is not known, and for people in words without secrets.
type Lack struct {
	Reason Reason
	Detail string
}

func lack(reason Reason, format string, args ...any) *Lack {
	return &Lack{reason, fmt.Sprintf(format, args...)}
}

// Point is a value at a time: of what was in the window before it.
type Point struct {
	At    time.Time
	Value float64 // meant only without a Lack
	Lack  *Lack
}

// Known reports whether there is a value.
func (p Point) Known() bool { return p.Lack == nil }

// Reading is one figure of a signal, and what it was at some times.
type Reading struct {
	Signal Signal
	// Name tells it apart from others of the signal: "success_p99", "requests", "share",
	// "rate", or the name of a resource.
	Name     string
	Outcome  Outcome  // of latency
	Quantile Quantile // of latency
	Unit     Unit     // Seconds, PerSecond or Share
	// DataSource is asked the Queries, which hold the window and the matchers of the team;
	// empty where an SLO counts.
	DataSource id.ID
	Queries    []string
	SLO        id.ID // that it is taken over from
	// How says in words how the value comes of what is asked.
	How string
	// Pointer is to what of the mapping it is read by.
	Pointer string
	Points  []Point
}

// Last is the newest point.
func (r Reading) Last() Point { return r.Points[len(r.Points)-1] }

// Report is what the signals of a service are.
type Report struct {
	Service registry.Service
	Mapping Mapping
	At      time.Time // when it was asked for
	// From, To and Step are at which times there are points, and Window is how far each
	// looks back.
	From, To     time.Time
	Step, Window time.Duration
	// Readings come in the order of the signals.
	Readings []Reading
	// Sources and SLOs name what readings refer to, by identifier.
	Sources, SLOs map[id.ID]string
}

// Of returns the readings of a signal.
func (r Report) Of(s Signal) []Reading {
	var out []Reading
	for _, one := range r.Readings {
		if one.Signal == s {
			out = append(out, one)
		}
	}
	return out
}

// span is at which times values are wanted: from, and each step after it until to.
type span struct {
	from, to time.Time
	step     time.Duration
	// lately says that the present is meant, which is so long ago as the samples of a data
	// source need to get there.
	lately bool
}

// points is how many times there are.
func (s span) points() int { return int(s.to.Sub(s.from)/s.step) + 1 }

func (s span) at(i int) time.Time { return s.from.Add(time.Duration(i) * s.step) }

// window is how far each value looks back.
func (s span) window() time.Duration { return prometheus.WindowOf(s.step) }

// behind is the span so much earlier, where the present is meant.
func (s span) behind(delay time.Duration) span {
	if s.lately {
		s.from, s.to = s.from.Add(-delay), s.to.Add(-delay)
	}
	return s
}

// value is a number or what is lacking.
type value struct {
	number float64
	lack   *Lack
}

func unknown(l *Lack) value { return value{lack: l} }

// numberOf makes a value of what an expression gave at a time.
func numberOf(v prometheus.Value) value {
	switch {
	case v.Series == 0:
		return unknown(lack(NoData, "the query gives nothing: there is no series that it matches, or too few samples within its window"))
	case v.Series > 1:
		return unknown(lack(Several, "the query gives %d values where one is wanted; wrap it in an aggregation such as sum or max", v.Series))
	case math.IsNaN(v.Number) || math.IsInf(v.Number, 0):
		return unknown(lack(NotNumber, "the query gives %g", v.Number))
	case v.Number < 0:
		return unknown(lack(Negative, "the query gives %g, and the signal cannot be less than 0", v.Number))
	}
	return value{number: v.Number}
}

// quantileOf is numberOf of a histogram's quantile, which is NaN where nothing was
// observed.
func quantileOf(v prometheus.Value) value {
	if v.Series == 1 && math.IsNaN(v.Number) {
		return unknown(lack(NoTraffic, "no request was observed within the window"))
	}
	return numberOf(v)
}

// rateOf is how many requests failed each second. That there is no series of failures
// beside one of all requests means that none failed yet, as where an SLO counts bad
// events.
func rateOf(failed, total prometheus.Value) value {
	all := numberOf(total)
	if all.lack != nil {
		return unknown(lack(all.lack.Reason, "of all requests: %s", all.lack.Detail))
	}
	if failed.Series == 0 {
		return value{}
	}
	bad := numberOf(failed)
	if bad.lack != nil {
		return unknown(lack(bad.lack.Reason, "of failed requests: %s", bad.lack.Detail))
	}
	const off = 1e-9 // as far as sums of the same series in another order may be off
	if bad.number > all.number*(1+off) {
		return unknown(lack(AboveOne, "%g requests failed each second, and there were %g in all", bad.number, all.number))
	}
	return value{number: min(bad.number, all.number)}
}

// shareOf is which share of requests failed.
func shareOf(failed, total prometheus.Value) value {
	rate := rateOf(failed, total)
	switch {
	case rate.lack != nil:
		return rate
	case total.Number == 0:
		return unknown(lack(NoTraffic, "there were no requests within the window"))
	}
	return value{number: rate.number / total.Number}
}

// lackOf says why a data source gave no answer; nil for what is no fault of anybody
// outside.
func lackOf(err error) *Lack {
	f := fault.As(err)
	switch {
	case f == nil:
		return nil
	case f.Code == "query_refused":
		return &Lack{Refused, f.Message}
	case f.Code == "team_not_served":
		return &Lack{NotServed, f.Message}
	case f.Kind == fault.Unavailable:
		return &Lack{Unavailable, f.Message}
	}
	return &Lack{Unusable, f.Message}
}
