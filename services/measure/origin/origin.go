package origin

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
)

// Kind tells origins apart.
type Kind string

// The kinds. The zero Kind is: reporters push slots.
const (
	KindPushed    Kind = ""
	KindRatio     Kind = "ratio"
	KindRawRatio  Kind = "rawRatio"
	KindThreshold Kind = "threshold"
	KindLatency   Kind = "latency"
	KindRecorded  Kind = "recorded"
	KindAdapter   Kind = "adapter"
	KindOTLP      Kind = "otlp"
)

// Origin is where an indicator's measurements come from. At most one of its
// forms is set; with none the measurements are pushed. It is not changed once
// made: its forms are shared.
type Origin struct {
	// DataSource is asked; empty for what is pushed or received by OTLP.
	DataSource id.ID `json:"dataSource,omitempty"`

	Ratio     *Ratio     `json:"ratio,omitempty"`
	RawRatio  *RawRatio  `json:"rawRatio,omitempty"`
	Threshold *Threshold `json:"threshold,omitempty"`
	Latency   *Latency   `json:"latency,omitempty"`
	Recorded  *Recorded  `json:"recorded,omitempty"`
	Adapter   *Adapter   `json:"adapter,omitempty"`
	OTLP      *OTLP      `json:"otlp,omitempty"`

	// GroupBy is the label, or OpenTelemetry attribute, each value of which is a
	// group with sums of its own; empty when there is one group only.
	GroupBy string `json:"groupBy,omitempty"`
	// MaxGroups is how many groups there may be, 1 to MaxGroups; 0 without GroupBy.
	// Events of further ones count in the whole and in the group Other.
	MaxGroups int `json:"maxGroups,omitempty"`
}

// Ratio counts good (or bad) and all events by PromQL. Each expression holds the
// placeholder of the window, "$window" or "{{.window}}", and gives one number of
// events in it, such as sum(increase(http_requests_total{code!~"5.."}[$window])).
type Ratio struct {
	Good  string `json:"good,omitempty"`
	Bad   string `json:"bad,omitempty"`
	Total string `json:"total"`
}

// RawRatio reads the share of good (or bad) events, 0 to 1, and weighs it.
type RawRatio struct {
	Query string `json:"query"`
	// Failure says that the share is of bad events.
	Failure bool `json:"failure,omitempty"`
	// Weight is PromQL for the number of events in the window; empty means that each
	// slot weighs SlotWeight events.
	Weight string `json:"weight,omitempty"`
}

// SlotWeight is how many events a slot of a RawRatio without a weight counts as. A
// slot holds thousandths of an event, so that shares are kept to a millionth: of one
// event, 0.9996 would be 1.
const SlotWeight = 1000

// Threshold compares values with a limit: each value that the query gives at the
// end of a slot is one event, good where it keeps the limit.
type Threshold struct {
	Query string  `json:"query"`
	Op    Op      `json:"op"`
	Value float64 `json:"value"`
}

// Op compares, as OpenSLO names it.
type Op string

// The comparisons.
const (
	LTE Op = "lte"
	GTE Op = "gte"
	LT  Op = "lt"
	GT  Op = "gt"
)

// Ops lists every comparison.
var Ops = []Op{LTE, GTE, LT, GT}

// Latency counts observations of a histogram that took at most the threshold.
type Latency struct {
	// Metric is the histogram's name, without "_bucket".
	Metric string `json:"metric"`
	// Selector narrows it, in PromQL without braces: job="checkout",code!~"5..".
	Selector string `json:"selector,omitempty"`
	// ThresholdSeconds is above 0. Of a classic histogram it has to be the bound of
	// a bucket.
	ThresholdSeconds float64 `json:"thresholdSeconds"`
	// Native says that it is a native histogram.
	Native bool `json:"native,omitempty"`
}

// Recorded reads what recording rules counted in each slot: two metrics whose
// samples are numbers of events in the interval of the rule, which has to be the
// resolution. All indicators with the same metrics are read by one query for each
// slot; Labels tell which of their series are this indicator's.
type Recorded struct {
	Good   string            `json:"good,omitempty"`
	Bad    string            `json:"bad,omitempty"`
	Total  string            `json:"total"`
	Labels map[string]string `json:"labels"`
}

// Adapter asks a program that speaks the pull-adapter protocol.
type Adapter struct {
	// Indicator is its name there.
	Indicator string `json:"indicator"`
	// Parameters are handed on as they are.
	Parameters map[string]string `json:"parameters,omitempty"`
}

// OTLP counts what is received as OpenTelemetry metrics.
type OTLP struct {
	// Metric is the name of a sum, or of a histogram; of one each observation is an
	// event.
	Metric string `json:"metric"`
	// Where are the attributes, of data point or resource, that all events have.
	Where []Match `json:"where,omitempty"`
	// Good are the attributes of the good ones among them; Bad those of the bad ones.
	// One of both is set when there is no threshold.
	Good []Match `json:"good,omitempty"`
	Bad  []Match `json:"bad,omitempty"`
	// Threshold, of a histogram in the metric's own unit, is the bound at or below
	// which an event is good; 0 when there is none.
	Threshold float64 `json:"threshold,omitempty"`
}

// Match is a condition on an attribute; an absent one has the empty value.
type Match struct {
	Attribute string  `json:"attribute"`
	Op        MatchOp `json:"op"`
	Value     string  `json:"value"`
}

// MatchOp compares an attribute, as PromQL does a label.
type MatchOp string

// The comparisons of attributes; regular expressions are RE2, anchored at both ends.
const (
	Equal       MatchOp = "="
	NotEqual    MatchOp = "!="
	MatchesRE   MatchOp = "=~"
	MatchesNoRE MatchOp = "!~"
)

// MatchOps lists every comparison of attributes.
var MatchOps = []MatchOp{Equal, NotEqual, MatchesRE, MatchesNoRE}

// Groups of grouped indicators.
const (
	// MaxGroups bounds the groups of one indicator, DefaultMaxGroups is how many it
	// may have when nothing is said.
	MaxGroups        = measure.MaxGroups
	DefaultMaxGroups = 20
	// Other is the group of all events whose own group was one too many.
	Other = measure.Other
	// None is the group of events without the label.
	None = measure.None
)

// Kind returns which form is set; of several, which Check refuses, the first.
func (o Origin) Kind() Kind {
	switch {
	case o.Ratio != nil:
		return KindRatio
	case o.RawRatio != nil:
		return KindRawRatio
	case o.Threshold != nil:
		return KindThreshold
	case o.Latency != nil:
		return KindLatency
	case o.Recorded != nil:
		return KindRecorded
	case o.Adapter != nil:
		return KindAdapter
	case o.OTLP != nil:
		return KindOTLP
	}
	return KindPushed
}

// Pushed reports whether reporters push the slots, in groups or not.
func (o Origin) Pushed() bool { return o.Kind() == KindPushed }

// Asked reports whether a data source is asked.
func (o Origin) Asked() bool { return !o.Pushed() && o.OTLP == nil }

// String is the canonical text of the origin, by which it is stored and compared:
// JSON with its members in the order of the type, or empty when pushed without
// groups.
func (o Origin) String() string {
	if o.Pushed() && o.GroupBy == "" {
		return ""
	}
	text, err := json.Marshal(o)
	if err != nil {
		panic(fmt.Sprintf("an origin cannot be written as JSON: %v", err)) // it holds numbers that Check refuses
	}
	return string(text)
}

// PushedText reports whether the origin that String wrote as the text is pushed; it
// is not read for that: of what is pushed, groups are all that there is to say.
func PushedText(text string) bool { return text == "" || strings.HasPrefix(text, `{"groupBy":`) }

// Parse reads what String wrote.
func Parse(text string) (Origin, error) {
	var o Origin
	if text == "" {
		return o, nil
	}
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return Origin{}, fmt.Errorf("reading an origin: %w", err)
	}
	return o, nil
}
