package signals_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/signals"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

const nowhere = "http://127.0.0.1:1"

func TestSignalsAreMappedChangedAndUnmapped(t *testing.T) {
	t.Parallel()
	h := open(t, nowhere)
	before, owner, err := h.Find(h.bob, "checkout")
	if err != nil || owner.ID != h.checkout.ID || before.Version != 1 || !reflect.DeepEqual(before.Map, signals.Map{}) {
		t.Fatalf("before anybody mapped it is %+v, %v", before, err)
	}
	_, err = h.Change(h.bob, "checkout", 1, everything())
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.Change(h.ada, "checkout", 2, everything())
	refused(t, err, fault.Precondition, "version_mismatch")
	_, err = h.Change(h.ada, "nowhere", 1, everything())
	refused(t, err, fault.NotFound, "service_not_found")

	m := ok(h.Change(h.ada, "checkout", 1, everything()))(t)
	if m.Version != 2 || m.Traffic.DataSource != h.main.ID || !reflect.DeepEqual(m.Latency.Quantiles, signals.Quantiles) || m.Latency.Unit != signals.Seconds {
		t.Errorf("mapped is %+v", m)
	}
	stored, _, err := h.Find(h.bob, string(h.checkout.ID))
	if err != nil || !reflect.DeepEqual(stored, m) {
		t.Errorf("kept is %+v, %v", stored, err)
	}
	// In another order and by identifiers it is the same.
	again := everything()
	again.Latency.Quantiles = []signals.Quantile{signals.P99, signals.P50, signals.P95}
	again.Traffic.DataSource = h.main.ID
	if same := ok(h.Change(h.ada, "checkout", 2, again))(t); same.Version != 2 {
		t.Errorf("what changes nothing is version %d", same.Version)
	}
	changed := everything()
	changed.Traffic = nil
	if m = ok(h.Change(h.ada, "checkout", 2, changed))(t); m.Version != 3 || m.Mapped(signals.Traffic) || !m.Mapped(signals.Errors) {
		t.Errorf("changed is %+v", m)
	}
	if held := ok(h.Holdings(t.Context(), h.checkout.ID))(t); !reflect.DeepEqual(held, []registry.Holding{{Noun: "golden_signal", Count: 3}}) {
		t.Errorf("a preview has %v", held)
	}
	_, err = h.Unmap(h.bob, "checkout", 3)
	refused(t, err, fault.Forbidden, "forbidden")
	if m = ok(h.Unmap(h.ada, "checkout", 3))(t); m.Version != 4 || !reflect.DeepEqual(m.Map, signals.Map{}) {
		t.Errorf("unmapped is %+v", m)
	}
	root := access.WithCaller(t.Context(), access.System("test"))
	entries := ok(h.log.List(root, audit.Filter{ObjectKind: access.KindSignalMapping, Outcome: audit.Done}, page.Request{}))(t).Items
	if len(entries) != 3 || entries[2].Action != "signal_mapping.update" || entries[0].Action != "signal_mapping.delete" ||
		entries[0].ObjectLabel != "checkout" || !strings.Contains(string(entries[1].Changes), `"traffic":{"from"`) {
		t.Errorf("the log has %+v", entries)
	}
	ok(h.registry.Retire(h.ada, "checkout", h.checkout.Version, ""))(t)
	_, err = h.Change(h.ada, "checkout", 4, everything())
	refused(t, err, fault.Conflict, "service_retired")
}

func TestWhatOfAMappingIsWrongIsToldAllAtOnce(t *testing.T) {
	t.Parallel()
	h := open(t, nowhere)
	h.source(t, "gone", func(s *source.Source) { s.RetiredAt = &noon })
	h.source(t, "adapter", func(s *source.Source) { s.Kind = source.Adapter })
	h.source(t, "closed", func(s *source.Source) { s.MatchersRequired = true })
	h.declare(t, "pushed", slo.Availability, measure.Minute, origin.Origin{})
	h.declare(t, "share", slo.Availability, measure.Minute, origin.Origin{DataSource: "prometheus", RawRatio: &origin.RawRatio{Query: "share"}})
	h.declare(t, "queue", slo.Saturation, measure.Minute, origin.Origin{DataSource: "prometheus", Threshold: &origin.Threshold{Query: "queue", Op: origin.LT, Value: 1}})
	traffic := func(from, query string) signals.Map {
		return signals.Map{Traffic: &signals.TrafficMap{DataSource: id.ID(from), Query: query}}
	}
	latency := func(change func(*signals.LatencyMap)) signals.Map {
		m := everything()
		change(m.Latency)
		return signals.Map{Latency: m.Latency}
	}
	many := make([]signals.Resource, signals.MaxResources+1)
	for name, c := range map[string]struct {
		to   signals.Map
		want []string // pointer and a part of the message, in their order
	}{
		"a query that does not end": {traffic("prometheus", "sum(rate(x[$window])"), []string{"/traffic/query", "(column 21)"}},
		"a query in two lines":      {traffic("prometheus", "sum(\n  rate(x[]))"), []string{"/traffic/query", "line 2, column"}},
		"a range":                   {traffic("prometheus", "x[5m]"), []string{"/traffic/query", "over a range of time"}},
		"a hidden character":        {traffic("prometheus", "x\u202e"), []string{"/traffic/query", "control characters"}},
		"no data source":            {traffic("", "x"), []string{"/traffic/dataSource", "is required"}},
		"none that there is":        {traffic("nowhere", "x"), []string{"/traffic/dataSource", "names nothing that exists"}},
		"a retired one":             {traffic("gone", "x"), []string{"/traffic/dataSource", "was retired"}},
		"an adapter":                {traffic("adapter", "x"), []string{"/traffic/dataSource", "of kind prometheus"}},
		"one for other teams":       {traffic("closed", "x"), []string{"/traffic/dataSource", `the team "payments" has none`}},
		"no way":                    {signals.Map{Traffic: &signals.TrafficMap{DataSource: "prometheus"}}, []string{"/traffic", "must say either slo or query"}},
		"two ways":                  {signals.Map{Traffic: &signals.TrafficMap{SLO: "pushed", Query: "x"}}, []string{"/traffic", "must say either slo or query"}},
		"an SLO and a data source":  {signals.Map{Traffic: &signals.TrafficMap{SLO: "pushed", DataSource: "prometheus"}}, []string{"/traffic/dataSource", "must be left out"}},
		"an SLO that there is not":  {signals.Map{Errors: &signals.ErrorsMap{SLO: "nowhere"}}, []string{"/errors/slo", "names nothing that exists"}},
		"an SLO of shares":          {signals.Map{Errors: &signals.ErrorsMap{SLO: "share"}}, []string{"/errors/slo", "and not requests"}},
		"an SLO of a limit":         {signals.Map{Traffic: &signals.TrafficMap{SLO: "queue"}}, []string{"/traffic/slo", "and not requests"}},
		"latency of what is pushed": {signals.Map{Latency: &signals.LatencyMap{SLO: "pushed"}}, []string{"/latency/slo", "not read from a histogram"}},
		"half of the errors":        {signals.Map{Errors: &signals.ErrorsMap{DataSource: "prometheus", Failed: "x"}}, []string{"/errors/total", "is required"}},
		"no latency":                {signals.Map{Latency: &signals.LatencyMap{DataSource: "prometheus"}}, []string{"/latency", "one of slo, histogram and queries"}},
		"a bucket":                  {latency(func(l *signals.LatencyMap) { l.Histogram.Metric = "took_seconds_bucket" }), []string{"/latency/histogram/metric", "without _bucket"}},
		"a selector that ends":      {latency(func(l *signals.LatencyMap) { l.Histogram.Failures = `a="b"} or x{` }), []string{"/latency/histogram/failures", "without braces"}},
		"failures that succeed":     {latency(func(l *signals.LatencyMap) { l.Histogram.Failures = l.Histogram.Successes }), []string{"/latency/histogram/failures", "other requests"}},
		"another unit":              {latency(func(l *signals.LatencyMap) { l.Unit = "min" }), []string{"/latency/unit", `"s" or "ms"`}},
		"another quantile":          {latency(func(l *signals.LatencyMap) { l.Quantiles = []signals.Quantile{"p98"} }), []string{"/latency/quantiles/0", "must be one of"}},
		"a quantile twice":          {latency(func(l *signals.LatencyMap) { l.Quantiles = []signals.Quantile{"p50", "p50"} }), []string{"/latency/quantiles/1", "given once"}},
		"a query twice": {latency(func(l *signals.LatencyMap) {
			l.Histogram, l.Queries = nil, []signals.QuantileQuery{{"p50", "success", "x"}, {"p50", "success", "y"}, {"p1", "maybe", "("}}
		}), []string{"/latency/queries/1/quantile", "given once", "/latency/queries/2/quantile", "p50", "/latency/queries/2/outcome", "success", "/latency/queries/2/query", "column"}},
		"quantiles beside queries": {latency(func(l *signals.LatencyMap) {
			l.Histogram, l.Quantiles, l.Queries = nil, signals.Quantiles, []signals.QuantileQuery{{"p50", "success", "x"}}
		}), []string{"/latency/quantiles", "must be left out"}},
		"resources without names": {signals.Map{Saturation: []signals.Resource{{Name: "CPU %", DataSource: "prometheus", Query: "x"}, {Name: "a"}, {Name: "a", DataSource: "prometheus", Query: "x"}}},
			[]string{"/saturation/0/name", "", "/saturation/1/dataSource", "is required", "/saturation/1/query", "is required", "/saturation/2/name", "one resource only"}},
		"too many resources": {signals.Map{Saturation: many}, []string{"/saturation", "at most 8"}},
	} {
		_, err := h.Change(h.ada, "checkout", 1, c.to)
		f := fault.As(err)
		if f == nil || f.Kind != fault.Invalid || len(f.Violations) != len(c.want)/2 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, v := range f.Violations {
			if v.Pointer != c.want[2*i] || !strings.Contains(v.Message, c.want[2*i+1]) {
				t.Errorf("%s: %s: %s", name, v.Pointer, v.Message)
			}
		}
	}
	if h.requests.Load() != 0 {
		t.Error("a mapping that is refused was asked for")
	}
}

// A data source may be retired with force, and so may an SLO, while signals name them:
// the others can still be mapped.
func TestWhatStandsInAMappingIsNotJudgedAgain(t *testing.T) {
	t.Parallel()
	h := open(t, nowhere)
	v := h.declare(t, "pushed", slo.Availability, measure.Minute, origin.Origin{})
	m := everything()
	m.Errors = &signals.ErrorsMap{SLO: "pushed"}
	h.mapped(t, m)
	ok(h.slos.Retire(h.ada, v.SLO.ID, 1, ""))(t)
	h.main.RetiredAt = &noon
	if err := h.store.Sources().UpdateSource(t.Context(), h.main); err != nil {
		t.Fatal(err)
	}
	m.Saturation = nil
	h.mapped(t, m)
	if got, want := h.now(t), "traffic requests source_retired\nerrors share slo_retired\nerrors rate slo_retired"; !strings.HasSuffix(got, want) {
		t.Errorf("it says\n%s", got)
	}
	if h.requests.Load() != 0 {
		t.Error("a retired data source was asked")
	}
	m.Traffic = &signals.TrafficMap{SLO: "pushed"} // which errors were taken over from, and traffic was not
	_, err := h.Change(h.ada, "checkout", 3, m)
	if f := refused(t, err, fault.Invalid, "invalid_input"); len(f.Violations) != 1 || f.Violations[0].Pointer != "/traffic/slo" {
		t.Errorf("it is %v", f)
	}
}
