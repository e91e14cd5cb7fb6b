package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure/suggest"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/signals"
	"github.com/evenkeel/evenkeel/services/slo"
)

func (a *API) addSignals(r Rooms) {
	const path, tag = "/v1/services/{service}/golden-signals", "Golden signals"
	read := access.Rule{Verb: access.Read, Kind: access.KindSignalMapping}
	type get struct {
		ServicePath
		IfNoneMatch
	}
	register(a, operation{
		id: "getGoldenSignals", method: http.MethodGet, path: path, tag: tag, summary: "Get how the golden signals of a service are read",
		description: "Every service has them; as long as nobody mapped any, its version is 1.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[GoldenSignals], error) {
		m, owner, err := r.Signals.Find(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		shown, err := r.goldenSignals(ctx, m, ref(owner.ID, owner.Slug))
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, m.Version, shown), nil
	})

	type put struct {
		ServicePath
		IfMatch
		Body GoldenSignalsInput
	}
	register(a, operation{
		id: "mapGoldenSignals", method: http.MethodPut, path: path, tag: tag, summary: "Map the golden signals of a service",
		description: "The body replaces how they are read. Queries are parsed, and what is wrong is told with its place. Data sources are asked once, for a moment: why a signal has no value then is a warning.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindSignalMapping},
	}, func(ctx context.Context, in *put) (*reply[GoldenSignalsMapped], error) {
		m, err := r.Signals.Change(ctx, in.Service, in.Version(), fromGoldenSignals(in.Body))
		if err != nil {
			return nil, err
		}
		names, err := r.serviceNames(ctx, []id.ID{m.Service})
		if err != nil {
			return nil, err
		}
		shown, err := r.goldenSignals(ctx, m, names.ref(m.Service))
		if err != nil {
			return nil, err
		}
		return current(m.Version, GoldenSignalsMapped{GoldenSignals: shown, Warnings: each(r.Signals.Doubts(ctx, m), func(w signals.Warning) GoldenSignalsWarning {
			return GoldenSignalsWarning(w)
		})}), nil
	})

	type del struct {
		ServicePath
		IfMatch
	}
	register(a, operation{
		id: "unmapGoldenSignals", method: http.MethodDelete, path: path, tag: tag, summary: "Unmap the golden signals of a service",
		description: "None of them is read any more. The version goes on.",
		rule:        access.Rule{Verb: access.Delete, Kind: access.KindSignalMapping},
	}, func(ctx context.Context, in *del) (*nothing, error) {
		_, err := r.Signals.Unmap(ctx, in.Service, in.Version())
		return nil, err
	})

	type now struct{ Body GoldenSignalsNow }
	register(a, operation{
		id: "getGoldenSignalsNow", method: http.MethodGet, path: path + "/current", tag: tag, summary: "Get the golden signals of a service as they are now",
		description: "Data sources are asked now, or were within the last 15 seconds; one that does not answer within three seconds leaves its signals unknown. What is unknown says why.", rule: read,
	}, func(ctx context.Context, in *ServicePath) (*now, error) {
		report, err := r.Signals.Current(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		return &now{Body: toGoldenSignalsNow(report)}, nil
	})

	type series struct {
		ServicePath
		From time.Time `query:"from" doc:"Start; six hours before to when left out." example:"2026-11-23T06:00:00Z"`
		To   time.Time `query:"to" doc:"End; now when left out. At most 31 days after from." example:"2026-11-23T12:00:00Z"`
		Step int       `query:"stepSeconds" minimum:"60" maximum:"86400" doc:"Seconds from point to point, a multiple of 60; chosen when left out. There are at most 1,000 points, at multiples of it."`
	}
	type seriesReply struct{ Body GoldenSignalsSeries }
	register(a, operation{
		id: "getGoldenSignalsSeries", method: http.MethodGet, path: path + "/series", tag: tag, summary: "Get the golden signals of a service as they were",
		description: "Read from the data sources now: nothing of it is stored. What is unknown says why.", rule: read, class: admission.Reports,
	}, func(ctx context.Context, in *series) (*seriesReply, error) {
		report, err := r.Signals.Series(ctx, in.Service, in.From, in.To, time.Duration(in.Step)*time.Second)
		if err != nil {
			return nil, err
		}
		return &seriesReply{Body: toGoldenSignalsSeries(report)}, nil
	})

	type suggestions struct {
		ServicePath
		DataSource string `query:"dataSource" required:"true" maxLength:"63" doc:"Slug or identifier of the data source to look into, of kind prometheus." example:"prometheus-eu"`
		Selector   string `query:"selector" maxLength:"1024" doc:"Narrows what is looked at: matchers in PromQL without braces. They become a part of the queries." example:"job=\"checkout\""`
		Kind       string `query:"kind" enum:"http,grpc,pipeline,batch,stateful,llm,any" doc:"Only what suits services of this kind; the service's own when left out."`
		Limit      int    `query:"limit" minimum:"1" maximum:"50" default:"10" doc:"How many suggestions there are at most."`
	}
	type suggestionsReply struct{ Body GoldenSignalsSuggestions }
	register(a, operation{
		id: "suggestGoldenSignals", method: http.MethodGet, path: path + "/suggestions", tag: tag, summary: "Suggest how to map the golden signals of a service",
		description: "Looks for known instrumentation in a data source, with the matchers of the service's team; who may map the signals may ask. Nothing is changed: send the mapping of a suggestion to mapGoldenSignals.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindSignalMapping},
		class:       admission.Reports, errors: []int{http.StatusConflict},
	}, func(ctx context.Context, in *suggestions) (*suggestionsReply, error) {
		found, err := r.Signals.Suggest(ctx, suggest.Question{
			Service: in.Service, DataSource: in.DataSource, Selector: in.Selector, Kind: registry.Kind(in.Kind), Limit: in.Limit,
		})
		if err != nil {
			return nil, err
		}
		return &suggestionsReply{Body: toGoldenSignalsSuggestions(found)}, nil
	})
}

// goldenSignals names what a mapping refers to, with one query for each kind.
func (r Rooms) goldenSignals(ctx context.Context, m signals.Mapping, service Ref) (GoldenSignals, error) {
	sources, err := r.sourceNames(ctx, m.DataSources())
	if err != nil {
		return GoldenSignals{}, err
	}
	var slos map[id.ID]slo.View
	if named := m.SLOs(); len(named) > 0 {
		if slos, err = r.SLOs.ViewsByID(ctx, named); err != nil {
			return GoldenSignals{}, fmt.Errorf("name SLOs: %w", err)
		}
	}
	sloRef := func(of id.ID) *Ref { return optionalRef(of, slos[of].SLO.Slug) }
	out := GoldenSignals{Service: service, Version: m.Version, Saturation: each(m.Saturation, func(s signals.Resource) ResourceMapping {
		return ResourceMapping{Name: s.Name, DataSource: ref(s.DataSource, sources[s.DataSource].Slug), Query: s.Query}
	})}
	if !m.UpdatedAt.IsZero() {
		out.UpdatedAt = &m.UpdatedAt
	}
	if l := m.Latency; l != nil {
		out.Latency = &LatencyMapping{
			SLO: sloRef(l.SLO), DataSource: sources.ref(l.DataSource), Histogram: toLatencyHistogram(l.Histogram), Queries: each(l.Queries, toLatencyQuery),
			Unit: string(l.Unit), Quantiles: each(l.Quantiles, func(q signals.Quantile) string { return string(q) }),
		}
	}
	if t := m.Traffic; t != nil {
		out.Traffic = &TrafficMapping{SLO: sloRef(t.SLO), DataSource: sources.ref(t.DataSource), Query: t.Query}
	}
	if e := m.Errors; e != nil {
		out.Errors = &ErrorsMapping{SLO: sloRef(e.SLO), DataSource: sources.ref(e.DataSource), Failed: e.Failed, Total: e.Total}
	}
	return out, nil
}

func toLatencyHistogram(h *signals.Histogram) *LatencyHistogram {
	if h == nil {
		return nil
	}
	out := &LatencyHistogram{Metric: h.Metric, Type: "classic", Successes: h.Successes, Failures: h.Failures}
	if h.Native {
		out.Type = "native"
	}
	return out
}

func toLatencyQuery(q signals.QuantileQuery) LatencyQuery {
	return LatencyQuery{Quantile: string(q.Quantile), Outcome: string(q.Outcome), Query: q.Query}
}

func fromGoldenSignals(in GoldenSignalsInput) signals.Map {
	var m signals.Map
	if l := in.Latency; l != nil {
		m.Latency = &signals.LatencyMap{
			SLO: id.ID(l.SLO), DataSource: id.ID(l.DataSource), Unit: signals.Unit(l.Unit),
			Quantiles: each(l.Quantiles, func(q string) signals.Quantile { return signals.Quantile(q) }),
			Queries: each(l.Queries, func(q LatencyQuery) signals.QuantileQuery {
				return signals.QuantileQuery{Quantile: signals.Quantile(q.Quantile), Outcome: signals.Outcome(q.Outcome), Query: q.Query}
			}),
		}
		if h := l.Histogram; h != nil {
			m.Latency.Histogram = &signals.Histogram{Metric: h.Metric, Native: h.Type == "native", Successes: h.Successes, Failures: h.Failures}
		}
	}
	if t := in.Traffic; t != nil {
		m.Traffic = &signals.TrafficMap{SLO: id.ID(t.SLO), DataSource: id.ID(t.DataSource), Query: t.Query}
	}
	if e := in.Errors; e != nil {
		m.Errors = &signals.ErrorsMap{SLO: id.ID(e.SLO), DataSource: id.ID(e.DataSource), Failed: e.Failed, Total: e.Total}
	}
	m.Saturation = each(in.Saturation, func(s ResourceMappingInput) signals.Resource {
		return signals.Resource{Name: s.Name, DataSource: id.ID(s.DataSource), Query: s.Query}
	})
	return m
}

// toGoldenSignalsInput is fromGoldenSignals the other way: of a map of one data source
// and no SLOs.
func toGoldenSignalsInput(m signals.Map, source string) GoldenSignalsInput {
	out := GoldenSignalsInput{Saturation: each(m.Saturation, func(s signals.Resource) ResourceMappingInput {
		return ResourceMappingInput{Name: s.Name, DataSource: source, Query: s.Query}
	})}
	if l := m.Latency; l != nil {
		out.Latency = &LatencyMappingInput{
			DataSource: source, Histogram: toLatencyHistogram(l.Histogram), Unit: string(l.Unit),
			Quantiles: each(l.Quantiles, func(q signals.Quantile) string { return string(q) }),
		}
	}
	if t := m.Traffic; t != nil {
		out.Traffic = &TrafficMappingInput{DataSource: source, Query: t.Query}
	}
	if e := m.Errors; e != nil {
		out.Errors = &ErrorsMappingInput{DataSource: source, Failed: e.Failed, Total: e.Total}
	}
	return out
}

func toSignalReading(report signals.Report, r signals.Reading) SignalReading {
	out := SignalReading{
		Name: r.Name, Outcome: string(r.Outcome), Quantile: string(r.Quantile), Unit: string(r.Unit),
		DataSource: optionalRef(r.DataSource, report.Sources[r.DataSource]), SLO: optionalRef(r.SLO, report.SLOs[r.SLO]),
		Queries: r.Queries, How: r.How,
	}
	if out.Queries == nil {
		out.Queries = []string{}
	}
	return out
}

func toSignalValue(p signals.Point) SignalValue {
	out := SignalValue{At: p.At}
	if p.Known() {
		out.Value = &p.Value
	} else {
		out.Reason, out.Detail = string(p.Lack.Reason), p.Lack.Detail
	}
	return out
}

func toGoldenSignalsNow(report signals.Report) GoldenSignalsNow {
	return GoldenSignalsNow{
		Service: ref(report.Service.ID, report.Service.Slug), At: report.At, WindowSeconds: int64(report.Window / time.Second),
		Signals: each(signals.All, func(s signals.Signal) GoldenSignalNow {
			return GoldenSignalNow{Signal: string(s), Mapped: report.Mapping.Mapped(s), Readings: each(report.Of(s), func(r signals.Reading) SignalReadingNow {
				return SignalReadingNow{SignalReading: toSignalReading(report, r), SignalValue: toSignalValue(r.Last())}
			})}
		}),
	}
}

func toGoldenSignalsSeries(report signals.Report) GoldenSignalsSeries {
	return GoldenSignalsSeries{
		Service: ref(report.Service.ID, report.Service.Slug), From: report.From, To: report.To,
		StepSeconds: int64(report.Step / time.Second), WindowSeconds: int64(report.Window / time.Second),
		Signals: each(signals.All, func(s signals.Signal) GoldenSignalSeries {
			return GoldenSignalSeries{Signal: string(s), Mapped: report.Mapping.Mapped(s), Readings: each(report.Of(s), func(r signals.Reading) SignalReadingSeries {
				return SignalReadingSeries{SignalReading: toSignalReading(report, r), Points: each(r.Points, toSignalValue)}
			})}
		}),
	}
}

func toGoldenSignalsSuggestions(found signals.Suggestions) GoldenSignalsSuggestions {
	return GoldenSignalsSuggestions{
		Service: ref(found.Service.ID, found.Service.Slug), DataSource: ref(found.Source.ID, found.Source.Slug), More: found.More,
		Items: each(found.Items, func(s signals.Suggestion) GoldenSignalsSuggestion {
			return GoldenSignalsSuggestion{
				Template: s.Template.Name, TemplateVersion: s.Template.Version, Title: s.Template.Title, Reference: s.Template.Reference,
				Labels: s.Seen.Labels, Series: s.Seen.Series, Mapping: toGoldenSignalsInput(s.Map, found.Source.Slug),
			}
		}),
	}
}
