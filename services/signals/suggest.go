package signals

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/measure/suggest"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/source"
)

// Recogniser knows common instrumentation; see suggest.Service, which is one.
type Recogniser interface {
	Recognise(ctx context.Context, src source.Source, r suggest.Request) (found []suggest.Recognised, more int, err error)
}

// Suggestion is a map that could be made of what a data source holds.
type Suggestion struct {
	suggest.Recognised
	Map Map // ready for Change
}

// Suggestions are what there is to map.
type Suggestions struct {
	Service registry.Service
	Source  source.Source
	Items   []Suggestion
	More    int // further ones beyond the limit
}

// resources are what common libraries tell of what a process may run out of, of 1.
var resources = []struct {
	name    string
	metrics []string // all of which have to be there
	query   string
}{
	// Micrometer, https://docs.micrometer.io/micrometer/reference/reference/jvm.html
	{"cpu", []string{"process_cpu_usage"}, "max(process_cpu_usage)"},
	{"heap", []string{"jvm_memory_used_bytes", "jvm_memory_max_bytes"},
		`max(sum by (instance) (jvm_memory_used_bytes{area="heap"}) / sum by (instance) (jvm_memory_max_bytes{area="heap"}))`},
	{"connections", []string{"hikaricp_connections_active", "hikaricp_connections_max"}, "max(hikaricp_connections_active / hikaricp_connections_max)"},
	// Prometheus' client for Go, https://pkg.go.dev/github.com/prometheus/client_golang/prometheus/collectors
	{"cpu", []string{"process_cpu_seconds_total", "go_sched_gomaxprocs_threads"}, "max(rate(process_cpu_seconds_total[$window]) / go_sched_gomaxprocs_threads)"},
	// Every client library, https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
	{"file-descriptors", []string{"process_open_fds", "process_max_fds"}, "max(process_open_fds / process_max_fds)"},
}

// processLabel is what a process's own metrics have in common with those of its requests.
const processLabel = "job"

// Suggest looks into a data source for common instrumentation, and says how the signals
// of a service could be mapped by it. Nothing is changed. Kind is as in suggest.Question.
//
// Faults: NotFound; Forbidden, also "team_not_served"; Conflict "service_retired" and
// "data_source_retired"; Invalid with pointers to the query; Unavailable
// "data_source_unavailable".
func (s *Service) Suggest(ctx context.Context, q suggest.Question) (Suggestions, error) {
	m, owner, err := s.find(ctx, q.Service)
	if err != nil {
		return Suggestions{}, err
	}
	if err := s.Authorizer.Authorize(ctx, access.Update, m.object(owner)); err != nil {
		return Suggestions{}, err
	}
	if err := owner.Live(); err != nil {
		return Suggestions{}, err
	}
	src, err := s.suggesting(ctx, q.DataSource)
	if err != nil {
		return Suggestions{}, err
	}
	scope := prometheus.Scope{Team: owner.Team, TeamSlug: owner.TeamSlug, Selector: q.Selector}
	r := suggest.Request{Scope: scope, Kind: q.Kind, Limit: q.Limit}
	switch q.Kind {
	case "":
		r.Kind = owner.Kind
	case suggest.AnyKind:
		r.Kind = ""
	}
	found, more, err := s.Recogniser.Recognise(ctx, src, r)
	if err != nil {
		return Suggestions{}, suggest.Told(err)
	}
	out := Suggestions{Service: owner, Source: src, More: more}
	for _, one := range found {
		made := mapOf(one, src)
		if made.Traffic == nil && made.Latency == nil {
			continue // what counts probes is neither traffic nor its latency
		}
		if made.Saturation, err = s.resourcesOf(ctx, src, scope, one); err != nil {
			return Suggestions{}, suggest.Told(err)
		}
		out.Items = append(out.Items, Suggestion{Recognised: one, Map: made})
	}
	return out, nil
}

// suggesting finds the data source to look into.
func (s *Service) suggesting(ctx context.Context, name string) (source.Source, error) {
	const pointer = "query.dataSource"
	var check fault.Check
	src, found, err := registry.Refer(ctx, &check, pointer, name, func(ctx context.Context, name string) (source.Source, error) {
		return registry.Find(ctx, s.Registry, registry.NounDataSource, "", name, s.Sources.Source, s.Sources.SourceBySlug)
	})
	if err != nil {
		return source.Source{}, fmt.Errorf("find the data source to look into: %w", err)
	}
	if found {
		if err := src.Live(); err != nil {
			return source.Source{}, err
		}
		check.Require(src.Kind == source.Prometheus, pointer, src.Slug, "must be of kind %s: an adapter does not tell what it could be asked", source.Prometheus)
	}
	return src, check.Err()
}

// mapOf makes a map of what was recognised.
func mapOf(r suggest.Recognised, src source.Source) Map {
	var m Map
	requests := slices.ContainsFunc(r.Template.Indicators, func(in suggest.Indicator) bool { return in.Buckets != "" })
	for _, in := range r.Fitted {
		if in.Buckets != "" {
			m.Latency = histogramOf(in, src)
			continue
		}
		if ratio := in.Origin.Ratio; ratio != nil && requests && m.Traffic == nil {
			total, counted := prometheus.PerSecond(ratio.Total)
			failed, told := prometheus.PerSecond(ratio.Bad)
			if counted && told {
				m.Traffic = &TrafficMap{DataSource: src.ID, Query: total}
				m.Errors = &ErrorsMap{DataSource: src.ID, Failed: failed, Total: total}
			}
		}
	}
	return m
}

// histogramOf makes latency of the indicator of a histogram; nil where its requests
// cannot be told.
func histogramOf(in suggest.Fitted, src source.Source) *LatencyMap {
	h := Histogram{Metric: strings.TrimSuffix(in.Buckets, "_bucket")}
	switch o := in.Origin; {
	case o.Latency != nil:
		h.Successes = o.Latency.Selector
	case o.Ratio != nil:
		var one bool
		if h.Successes, one = prometheus.SelectorOf(o.Ratio.Total); !one {
			return nil
		}
	default:
		return nil
	}
	if failures, one := prometheus.Opposite(h.Successes); one {
		h.Failures = failures
	}
	return &LatencyMap{DataSource: src.ID, Histogram: &h, Unit: Unit(in.Unit), Quantiles: Quantiles}
}

// resourcesOf are the resources of which the data source knows for the process that was
// recognised.
func (s *Service) resourcesOf(ctx context.Context, src source.Source, scope prometheus.Scope, r suggest.Recognised) ([]Resource, error) {
	job := r.Seen.Labels[processLabel]
	if job == "" {
		return nil, nil
	}
	var metrics []string
	for _, one := range resources {
		metrics = append(metrics, one.metrics...)
	}
	scope.Labels = map[string]string{processLabel: job}
	leave, err := s.Turns.Aside(ctx, src)
	if err != nil {
		return nil, err
	}
	defer leave()
	present, err := s.Reader.Names(ctx, src, scope, metrics, clock.Round(s.Clock()))
	if err != nil {
		return nil, err
	}
	var out []Resource
	for _, one := range resources {
		all := !slices.ContainsFunc(one.metrics, func(m string) bool { return !slices.Contains(present, m) })
		if !all || slices.ContainsFunc(out, func(has Resource) bool { return has.Name == one.name }) {
			continue
		}
		fitted, err := prometheus.Fit(origin.Origin{Threshold: &origin.Threshold{Query: one.query, Op: origin.LTE, Value: 1}}, scope.Selector, scope.Labels, 0)
		if err != nil {
			return nil, fmt.Errorf("fitting the resource %s: %w", one.name, err)
		}
		out = append(out, Resource{Name: one.name, DataSource: src.ID, Query: fitted.Threshold.Query})
	}
	return out, nil
}
