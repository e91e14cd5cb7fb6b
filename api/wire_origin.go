package api

// MeasurementSource is where an indicator's measurements come from when nobody
// pushes them.
type MeasurementSource struct {
	DataSource *Ref `json:"dataSource,omitempty" doc:"The data source that is asked; absent for what is received by OTLP."`
	MeasurementForms
}

// MeasurementSourceInput is where measurements are to come from. It has one form.
type MeasurementSourceInput struct {
	DataSource string `json:"dataSource,omitempty" doc:"Slug or identifier of the data source that is asked; leave it out for otlp." example:"prometheus-eu"`
	MeasurementForms
}

// MeasurementForms are the ways of measuring, of which one is said. Expressions
// are PromQL of at most 4,096 bytes.
type MeasurementForms struct {
	Ratio     *RatioSource     `json:"ratio,omitempty" doc:"Two queries count good, or bad, and all events."`
	RawRatio  *RawRatioSource  `json:"rawRatio,omitempty" doc:"A query gives the share of good, or bad, events."`
	Threshold *ThresholdSource `json:"threshold,omitempty" doc:"Values of a query are compared with a limit."`
	Latency   *LatencySource   `json:"latency,omitempty" doc:"Observations of a histogram are compared with a limit."`
	Recorded  *RecordedSource  `json:"recorded,omitempty" doc:"Recording rules counted events."`
	Adapter   *AdapterSource   `json:"adapter,omitempty" doc:"A program that speaks the pull-adapter protocol is asked."`
	OTLP      *OTLPSource      `json:"otlp,omitempty" doc:"OpenTelemetry metrics are received and counted."`
}

// RatioSource counts events by two expressions, each with $window, or {{.window}},
// where the length of the slot belongs. One of good and bad is said.
type RatioSource struct {
	Good  string `json:"good,omitempty" doc:"Number of good events in the window." example:"sum(increase(http_requests_total{code!~\"5..\"}[$window]))"`
	Bad   string `json:"bad,omitempty" doc:"Number of bad ones, in place of good."`
	Total string `json:"total" doc:"Number of all events in the window." example:"sum(increase(http_requests_total[$window]))"`
}

// RawRatioSource reads a share of events.
type RawRatioSource struct {
	Query  string `json:"query" doc:"The share, 0 to 1." example:"avg_over_time(probe_success[$window])"`
	Type   string `json:"type" enum:"success,failure" doc:"Whether it is the share of good or of bad events."`
	Weight string `json:"weight,omitempty" doc:"Number of events in the window; each slot counts as 1,000 events when it is left out, so that shares are kept to a millionth; minEvents counts them so."`
}

// ThresholdSource compares values: each that the query gives at the end of a slot
// is one event, good where it keeps the limit.
type ThresholdSource struct {
	Query string  `json:"query" example:"max(queue_length)"`
	Op    string  `json:"op" enum:"lte,gte,lt,gt" doc:"How a good value compares with the limit, as OpenSLO names it."`
	Value float64 `json:"value" doc:"The limit." example:"100"`
}

// LatencySource counts observations of a histogram.
type LatencySource struct {
	Metric           string  `json:"metric" doc:"Name of the histogram, without _bucket." example:"http_request_duration_seconds"`
	Selector         string  `json:"selector,omitempty" doc:"Narrows it: PromQL without braces." example:"job=\"checkout\""`
	ThresholdSeconds float64 `json:"thresholdSeconds" exclusiveMinimum:"0" doc:"Good events took at most as long. Of a classic histogram it has to be the bound of a bucket." example:"0.3"`
	Histogram        string  `json:"histogram,omitempty" enum:"classic,native" default:"classic"`
}

// RecordedSource reads what recording rules counted in each slot: samples that are
// numbers of events in the rule's interval. One of good and bad is said.
type RecordedSource struct {
	Good   string            `json:"good,omitempty" doc:"Name of the metric of good events." example:"slo:good_events:count"`
	Bad    string            `json:"bad,omitempty" doc:"Name of the metric of bad ones, in place of good."`
	Total  string            `json:"total" doc:"Name of the metric of all events." example:"slo:events:count"`
	Labels map[string]string `json:"labels" doc:"Tell which of their series are this indicator's; at most 32." example:"{\"slo\":\"checkout-availability\"}"`
}

// AdapterSource asks a program that speaks the pull-adapter protocol.
type AdapterSource struct {
	Indicator  string            `json:"indicator" doc:"What the adapter calls the indicator." example:"orders-paid"`
	Parameters map[string]string `json:"parameters,omitempty" doc:"Handed on as they are; at most 32."`
}

// OTLPSource counts OpenTelemetry metrics. Of a sum one of good and bad is said, of
// a histogram the threshold.
type OTLPSource struct {
	Metric    string           `json:"metric" doc:"Name of a sum or of a histogram." example:"http.server.requests"`
	Where     []AttributeMatch `json:"where,omitempty" maxItems:"20" doc:"Attributes, of data point or resource, that all events have."`
	Good      []AttributeMatch `json:"good,omitempty" maxItems:"20" doc:"Attributes that tell the good ones among them."`
	Bad       []AttributeMatch `json:"bad,omitempty" maxItems:"20" doc:"Attributes that tell the bad ones, in place of good."`
	Threshold float64          `json:"threshold,omitempty" minimum:"0" doc:"Good observations of a histogram are at most as large, in its own unit."`
}

// AttributeMatch is a condition on an attribute; an absent one has the empty value.
type AttributeMatch struct {
	Attribute string `json:"attribute" example:"http.response.status_code"`
	Op        string `json:"op,omitempty" enum:"=,!=,=~,!~" default:"=" doc:"The last two take RE2 expressions, anchored at both ends."`
	Value     string `json:"value,omitempty" example:"200"`
}

// Provenance is what an SLO's figures are computed from.
type Provenance struct {
	Text    string             `json:"text" doc:"Where the measurements come from, in a sentence."`
	Queries []NamedQuery       `json:"queries" doc:"What is asked, or looked for; empty when reporters push."`
	Source  *MeasurementSource `json:"source,omitempty" doc:"The same as it was declared; absent when reporters push."`
	// Recording is of an SLO that is explained.
	Recording *Recording `json:"recording,omitempty" doc:"The rules that are installed in the data source and record its slots, where an SLO that is explained is read from them; what queries ask is asked then of slots alone that they lack."`
}

// NamedQuery is a part of what is asked.
type NamedQuery struct {
	Name string `json:"name" doc:"The member of the form that it is of." example:"total"`
	Text string `json:"text" example:"sum(increase(http_requests_total[$window]))"`
}
