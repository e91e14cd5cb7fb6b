package signals

import (
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Signal is one of the four that the SRE book, chapter 6, has every service watched by.
type Signal string

// The golden signals.
const (
	Latency    Signal = "latency"
	Traffic    Signal = "traffic"
	Errors     Signal = "errors"
	Saturation Signal = "saturation"
)

// All lists the signals, in the order of the book.
var All = []Signal{Latency, Traffic, Errors, Saturation}

// Quantile is a quantile of latency.
type Quantile string

// The quantiles.
const (
	P50 Quantile = "p50"
	P95 Quantile = "p95"
	P99 Quantile = "p99"
)

// Quantiles lists every quantile, from the lowest.
var Quantiles = []Quantile{P50, P95, P99}

// share is the quantile as a share of all observations.
func (q Quantile) share() float64 {
	return map[Quantile]float64{P50: 0.5, P95: 0.95, P99: 0.99}[q]
}

// Outcome tells requests that succeeded from those that failed: a failure may come at
// once, and would make the latency of all of them look good.
type Outcome string

// The outcomes.
const (
	Success Outcome = "success"
	Failure Outcome = "failure"
)

// Outcomes lists every outcome.
var Outcomes = []Outcome{Success, Failure}

// Unit is what a value is in.
type Unit string

// The units.
const (
	Seconds   Unit = "s"
	Millis    Unit = "ms" // of what a data source holds; values are in Seconds
	PerSecond Unit = "1/s"
	Share     Unit = "1" // of one
)

// Map says how each signal of a service is read. One that is nil, or empty, is not
// mapped. In what is given to a Service, data sources and SLOs are slugs or
// identifiers, in what it returns identifiers.
type Map struct {
	Latency    *LatencyMap `json:"latency,omitempty"`
	Traffic    *TrafficMap `json:"traffic,omitempty"`
	Errors     *ErrorsMap  `json:"errors,omitempty"`
	Saturation []Resource  `json:"saturation,omitempty"`
}

// LatencyMap reads quantiles: of a histogram, by queries of one's own, or of the
// histogram that an SLO is read from.
type LatencyMap struct {
	SLO        id.ID           `json:"slo,omitempty"`
	DataSource id.ID           `json:"dataSource,omitempty"` // empty with an SLO
	Histogram  *Histogram      `json:"histogram,omitempty"`
	Queries    []QuantileQuery `json:"queries,omitempty"`
	// Unit is what the histogram or the queries are in, Seconds or Millis.
	Unit Unit `json:"unit,omitempty"`
	// Quantiles are those that are read, from the lowest; none with Queries, which name
	// their own.
	Quantiles []Quantile `json:"quantiles,omitempty"`
}

// Histogram is observed once for each request.
type Histogram struct {
	Metric string `json:"metric"` // without "_bucket"
	Native bool   `json:"native,omitempty"`
	// Successes and Failures narrow it to requests of that outcome: matchers in PromQL
	// without braces. Where Failures is empty, their latency is not read.
	Successes string `json:"successes,omitempty"`
	Failures  string `json:"failures,omitempty"`
}

// QuantileQuery reads one quantile of the requests of one outcome.
type QuantileQuery struct {
	Quantile Quantile `json:"quantile"`
	Outcome  Outcome  `json:"outcome"`
	Query    string   `json:"query"`
}

// TrafficMap reads requests per second: by a query, or as an SLO counts them.
type TrafficMap struct {
	SLO        id.ID  `json:"slo,omitempty"`
	DataSource id.ID  `json:"dataSource,omitempty"`
	Query      string `json:"query,omitempty"`
}

// ErrorsMap reads requests that failed, and all, both per second: by queries, or as an
// SLO counts bad events and all.
type ErrorsMap struct {
	SLO        id.ID  `json:"slo,omitempty"`
	DataSource id.ID  `json:"dataSource,omitempty"`
	Failed     string `json:"failed,omitempty"`
	Total      string `json:"total,omitempty"`
}

// Resource is something that a service runs out of, such as memory; its query gives
// how much of it is in use, of 1.
type Resource struct {
	Name       string `json:"name"` // RFC 1123 label
	DataSource id.ID  `json:"dataSource"`
	Query      string `json:"query"`
}

// Mapping is how the golden signals of one service are read. Every service has one: as
// long as nothing was mapped it is empty, of FirstVersion, and not stored.
type Mapping struct {
	ID      id.ID
	Service id.ID
	Map
	CreatedAt time.Time // of the first change; zero before it
	UpdatedAt time.Time
	Version   int64
}

// FirstVersion is that of a mapping which nobody changed yet.
const FirstVersion = 1

// object is the mapping as it is authorised on.
func (m Mapping) object(owner registry.Service) access.Object {
	return access.Object{Kind: access.KindSignalMapping, ID: m.ID, Label: owner.Slug, Team: owner.Team}
}

// Mapped reports whether the signal is read at all.
func (m Map) Mapped(s Signal) bool {
	switch s {
	case Latency:
		return m.Latency != nil
	case Traffic:
		return m.Traffic != nil
	case Errors:
		return m.Errors != nil
	default:
		return len(m.Saturation) > 0
	}
}

// DataSources are those that the map names, each once.
func (m Map) DataSources() []id.ID {
	var all []id.ID
	if m.Latency != nil {
		all = append(all, m.Latency.DataSource)
	}
	if m.Traffic != nil {
		all = append(all, m.Traffic.DataSource)
	}
	if m.Errors != nil {
		all = append(all, m.Errors.DataSource)
	}
	for _, r := range m.Saturation {
		all = append(all, r.DataSource)
	}
	return distinct(all)
}

// slosBySignal are those that signals are taken over from.
func (m Map) slosBySignal() map[Signal]id.ID {
	out := map[Signal]id.ID{}
	if m.Latency != nil && m.Latency.SLO != "" {
		out[Latency] = m.Latency.SLO
	}
	if m.Traffic != nil && m.Traffic.SLO != "" {
		out[Traffic] = m.Traffic.SLO
	}
	if m.Errors != nil && m.Errors.SLO != "" {
		out[Errors] = m.Errors.SLO
	}
	return out
}

// SLOs are those that the map names, each once.
func (m Map) SLOs() []id.ID { return distinct(slices.Collect(maps.Values(m.slosBySignal()))) }

// distinct returns the identifiers that are not empty, each once.
func distinct(all []id.ID) []id.ID {
	var out []id.ID
	seen := map[id.ID]bool{"": true}
	for _, one := range all {
		if !seen[one] {
			seen[one] = true
			out = append(out, one)
		}
	}
	return out
}
