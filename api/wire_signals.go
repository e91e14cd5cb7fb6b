package api

import "time"

// GoldenSignals says how the four golden signals of a service are read. One that is
// absent is not mapped.
type GoldenSignals struct {
	Service    Ref               `json:"service"`
	Latency    *LatencyMapping   `json:"latency,omitempty"`
	Traffic    *TrafficMapping   `json:"traffic,omitempty"`
	Errors     *ErrorsMapping    `json:"errors,omitempty"`
	Saturation []ResourceMapping `json:"saturation" doc:"What the service runs out of; empty when it is not mapped."`
	UpdatedAt  *time.Time        `json:"updatedAt" nullable:"true" doc:"When it was last changed; null when it never was."`
	Version    int64             `json:"version" doc:"Grows with each change; also the ETag. It is 1 before the first."`
}

// GoldenSignalsMapped is how signals are read, with what came of asking once.
type GoldenSignalsMapped struct {
	GoldenSignals
	Warnings []GoldenSignalsWarning `json:"warnings" doc:"Why signals have no value now, and what is allowed and probably not meant."`
}

// GoldenSignalsWarning is advice about how signals are mapped.
type GoldenSignalsWarning struct {
	Code    string `json:"code" enum:"no_data,no_traffic,not_a_number,negative,above_one,several_values,partial,late,source_unavailable,query_refused,source_unusable,source_retired,team_not_served,slo_retired,slo_unfit,errors_are_slow" doc:"Stable and machine-readable."`
	Pointer string `json:"pointer" doc:"JSON pointer into the request's body." example:"/traffic/query"`
	Message string `json:"message"`
}

// LatencyMapping reads quantiles of latency. One of slo, histogram and queries is there.
type LatencyMapping struct {
	SLO        *Ref              `json:"slo,omitempty" doc:"The SLO whose histogram is read."`
	DataSource *Ref              `json:"dataSource,omitempty"`
	Histogram  *LatencyHistogram `json:"histogram,omitempty"`
	Queries    []LatencyQuery    `json:"queries,omitempty"`
	Unit       string            `json:"unit,omitempty" enum:"s,ms" doc:"What the data source's own numbers are in; absent with an slo."`
	Quantiles  []string          `json:"quantiles,omitempty" enum:"p50,p95,p99" doc:"Those that are read; absent with queries."`
}

// LatencyHistogram is observed once for each request.
type LatencyHistogram struct {
	Metric    string `json:"metric" doc:"Name of the histogram, without _bucket." example:"http_request_duration_seconds"`
	Type      string `json:"type,omitempty" enum:"classic,native" default:"classic"`
	Successes string `json:"successes,omitempty" doc:"Matchers of requests that succeeded, in PromQL without braces; all of them when left out." example:"job=\"checkout\",code!~\"5..\""`
	Failures  string `json:"failures,omitempty" doc:"Matchers of those that failed; their latency is not read when left out." example:"job=\"checkout\",code=~\"5..\""`
}

// LatencyQuery reads a quantile of the requests of one outcome.
type LatencyQuery struct {
	Quantile string `json:"quantile" enum:"p50,p95,p99"`
	Outcome  string `json:"outcome" enum:"success,failure"`
	Query    string `json:"query" doc:"PromQL that gives one number; $window in it stands for the time that it looks back." example:"max(http_request_duration_seconds{quantile=\"0.99\",job=\"checkout\"})"`
}

// TrafficMapping reads requests per second. One of slo and query is there.
type TrafficMapping struct {
	SLO        *Ref   `json:"slo,omitempty" doc:"The SLO that counts them."`
	DataSource *Ref   `json:"dataSource,omitempty"`
	Query      string `json:"query,omitempty"`
}

// ErrorsMapping reads the share of requests that failed, and how many each second. An
// slo is there, or failed and total.
type ErrorsMapping struct {
	SLO        *Ref   `json:"slo,omitempty" doc:"The SLO that counts them: its bad events."`
	DataSource *Ref   `json:"dataSource,omitempty"`
	Failed     string `json:"failed,omitempty"`
	Total      string `json:"total,omitempty"`
}

// ResourceMapping reads how much of a resource is in use.
type ResourceMapping struct {
	Name       string `json:"name" example:"memory"`
	DataSource Ref    `json:"dataSource"`
	Query      string `json:"query"`
}

// GoldenSignalsInput is how the signals of a service are to be read. What is left out is
// not read.
type GoldenSignalsInput struct {
	Latency    *LatencyMappingInput   `json:"latency,omitempty" doc:"Of requests that succeeded, apart from those that failed."`
	Traffic    *TrafficMappingInput   `json:"traffic,omitempty" doc:"Requests per second."`
	Errors     *ErrorsMappingInput    `json:"errors,omitempty" doc:"Requests that failed: their share, and how many each second."`
	Saturation []ResourceMappingInput `json:"saturation,omitempty" maxItems:"8" doc:"How much of what the service runs out of is in use."`
}

// LatencyMappingInput says one of slo, histogram and queries.
type LatencyMappingInput struct {
	SLO        string            `json:"slo,omitempty" doc:"Slug or identifier of an SLO of the service that is read from a histogram: its successes are those that the SLO counts." example:"latency"`
	DataSource string            `json:"dataSource,omitempty" doc:"Slug or identifier of the data source, of kind prometheus; not with an slo." example:"prometheus-eu"`
	Histogram  *LatencyHistogram `json:"histogram,omitempty" doc:"Quantiles are read of it."`
	Queries    []LatencyQuery    `json:"queries,omitempty" maxItems:"6" doc:"Quantiles are read by queries of your own, such as of a summary."`
	Unit       string            `json:"unit,omitempty" enum:"s,ms" doc:"What the data source's own numbers are in; s when left out. Values are told in seconds."`
	Quantiles  []string          `json:"quantiles,omitempty" enum:"p50,p95,p99" maxItems:"3" doc:"All three when left out; not with queries."`
}

// TrafficMappingInput says one of slo and query.
type TrafficMappingInput struct {
	SLO        string `json:"slo,omitempty" doc:"Slug or identifier of an SLO of the service that counts requests." example:"availability"`
	DataSource string `json:"dataSource,omitempty" doc:"Slug or identifier of the data source, of kind prometheus; not with an slo." example:"prometheus-eu"`
	Query      string `json:"query,omitempty" doc:"PromQL that gives requests per second, as one number; $window in it stands for the time that it looks back." example:"sum(rate(http_requests_total{job=\"checkout\"}[$window]))"`
}

// ErrorsMappingInput says an slo, or failed and total.
type ErrorsMappingInput struct {
	SLO        string `json:"slo,omitempty" doc:"Slug or identifier of an SLO of the service; its bad events are the requests that failed." example:"availability"`
	DataSource string `json:"dataSource,omitempty" doc:"Slug or identifier of the data source, of kind prometheus; not with an slo." example:"prometheus-eu"`
	Failed     string `json:"failed,omitempty" doc:"PromQL that gives failed requests per second. Nothing beside a total means that none failed." example:"sum(rate(http_requests_total{job=\"checkout\",code=~\"5..\"}[$window]))"`
	Total      string `json:"total,omitempty" doc:"PromQL that gives all requests per second." example:"sum(rate(http_requests_total{job=\"checkout\"}[$window]))"`
}

// ResourceMappingInput is something that the service runs out of.
type ResourceMappingInput struct {
	Name       string `json:"name" doc:"RFC 1123 label, once in the list." example:"memory"`
	DataSource string `json:"dataSource" doc:"Slug or identifier of the data source, of kind prometheus." example:"prometheus-eu"`
	Query      string `json:"query" doc:"PromQL that gives how much of it is in use, of 1." example:"max(container_memory_working_set_bytes{pod=~\"checkout-.*\"} / container_spec_memory_limit_bytes{pod=~\"checkout-.*\"})"`
}

// GoldenSignalsNow is what the signals of a service are.
type GoldenSignalsNow struct {
	Service       Ref               `json:"service"`
	At            time.Time         `json:"at" doc:"When it was asked for. Each value has a time of its own."`
	WindowSeconds int64             `json:"windowSeconds" doc:"How far each value looks back." example:"300"`
	Signals       []GoldenSignalNow `json:"signals" doc:"All four, in this order: latency, traffic, errors, saturation."`
}

// GoldenSignalNow is one signal.
type GoldenSignalNow struct {
	Signal   string             `json:"signal" enum:"latency,traffic,errors,saturation"`
	Mapped   bool               `json:"mapped" doc:"Whether anybody said how it is read; when not, there are no values."`
	Readings []SignalReadingNow `json:"readings"`
}

// SignalReading tells a figure of a signal apart from others, and how it is read.
type SignalReading struct {
	Name       string   `json:"name" doc:"Of latency the outcome and quantile, of traffic requests, of errors share and rate, of saturation the resource." example:"success_p99"`
	Outcome    string   `json:"outcome,omitempty" enum:"success,failure" doc:"Of latency."`
	Quantile   string   `json:"quantile,omitempty" enum:"p50,p95,p99" doc:"Of latency."`
	Unit       string   `json:"unit" enum:"s,1/s,1" doc:"Seconds, per second, or a share of 1."`
	DataSource *Ref     `json:"dataSource,omitempty" doc:"What is asked."`
	SLO        *Ref     `json:"slo,omitempty" doc:"What it is taken over from."`
	Queries    []string `json:"queries" doc:"What the data source is asked, with the window and the matchers of the service's team; empty where an SLO counts."`
	How        string   `json:"how" doc:"How the value comes of what is asked."`
}

// SignalReadingNow is a figure with its value.
type SignalReadingNow struct {
	SignalReading
	SignalValue
}

// SignalValue is a value at a time, or why there is none.
type SignalValue struct {
	At     time.Time `json:"at" doc:"The end of the window that the value is of."`
	Value  *float64  `json:"value" nullable:"true" doc:"null when it is not known, which is never 0." example:"0.231"`
	Reason string    `json:"reason,omitempty" enum:"no_data,no_traffic,not_a_number,negative,above_one,several_values,partial,late,source_unavailable,query_refused,source_unusable,source_retired,team_not_served,slo_retired,slo_unfit" doc:"Why it is not known."`
	Detail string    `json:"detail,omitempty" doc:"The same in words."`
}

// GoldenSignalsSeries is what the signals of a service were.
type GoldenSignalsSeries struct {
	Service       Ref                  `json:"service"`
	From          time.Time            `json:"from" doc:"The time of the first point."`
	To            time.Time            `json:"to" doc:"The time of the last."`
	StepSeconds   int64                `json:"stepSeconds" example:"300"`
	WindowSeconds int64                `json:"windowSeconds" doc:"How far each point looks back: the step, at least 300 and at most 3600." example:"300"`
	Signals       []GoldenSignalSeries `json:"signals" doc:"All four, in this order: latency, traffic, errors, saturation."`
}

// GoldenSignalSeries is one signal over time.
type GoldenSignalSeries struct {
	Signal   string                `json:"signal" enum:"latency,traffic,errors,saturation"`
	Mapped   bool                  `json:"mapped" doc:"Whether anybody said how it is read; when not, there are no points."`
	Readings []SignalReadingSeries `json:"readings"`
}

// SignalReadingSeries is a figure over time.
type SignalReadingSeries struct {
	SignalReading
	Points []SignalValue `json:"points"`
}

// GoldenSignalsSuggestions is how signals could be mapped, by what a data source holds.
type GoldenSignalsSuggestions struct {
	Service    Ref                       `json:"service"`
	DataSource Ref                       `json:"dataSource"`
	Items      []GoldenSignalsSuggestion `json:"items"`
	More       int                       `json:"more" doc:"How many further ones there would be beyond the limit. A selector narrows what is looked at."`
}

// GoldenSignalsSuggestion is a mapping that could be made.
type GoldenSignalsSuggestion struct {
	Template        string             `json:"template" doc:"What recognised it." example:"otel-http-server"`
	TemplateVersion int                `json:"templateVersion"`
	Title           string             `json:"title" doc:"The instrumentation that the template is for." example:"HTTP server, OpenTelemetry"`
	Reference       string             `json:"reference" doc:"Where its metrics are described; empty when the template does not say."`
	Labels          map[string]string  `json:"labels" doc:"The labels by which this service was told apart from others; they are in every selector."`
	Series          int                `json:"series" doc:"How many series have these labels."`
	Mapping         GoldenSignalsInput `json:"mapping" doc:"What to send to mapGoldenSignals as it is, or to choose from."`
}
