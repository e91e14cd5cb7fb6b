package dashboard

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/signals"
)

// golden are the signals of a sample: of checkout all four are known, of search only
// traffic is mapped, of the hostile service none is known, and of the others none mapped.
type golden struct{ *sample }

const (
	goldenSource id.ID = "01JD3Z0Q8RC6W4N1M2V5K7T9XA"
	goldenSLO    id.ID = "01JD3Z0Q8RC6W4N1M2V5K7T9XB"
)

// reading has the value now, and goes there in waves from half of it; NaN is unknown.
func (g golden) reading(s signals.Signal, name string, unit signals.Unit, value float64, lately bool) signals.Reading {
	r := signals.Reading{
		Signal: s, Name: name, Unit: unit, DataSource: goldenSource, How: "what the query gives",
		Queries: []string{`sum(rate(http_request_duration_seconds_count{code=~"5..",job="checkout"}[5m])) # ` + hostile},
	}
	point := func(at time.Time, v float64) signals.Point {
		if math.IsNaN(v) {
			return signals.Point{At: at, Lack: &signals.Lack{Reason: signals.Unavailable, Detail: `the data source "mimir" cannot be reached now ` + hostile}}
		}
		return signals.Point{At: at, Value: v}
	}
	if !lately {
		r.Points = []signals.Point{point(g.now.Add(-20*time.Second), value)}
		return r
	}
	for i := range 73 {
		x := float64(i) / 72
		v := value * (.5 + .5*x + .2*math.Sin(x*17)*(1-x))
		if i > 30 && i < 36 {
			v = math.NaN()
		}
		r.Points = append(r.Points, point(g.now.Add(time.Duration(i-72)*5*time.Minute), v))
	}
	return r
}

func (g golden) Glance(_ context.Context, service string) (now, lately signals.Report, err error) {
	s, err := organisation(g).ServiceFor(context.Background(), service)
	if err != nil {
		return now, lately, err
	}
	report := func(lately bool) signals.Report {
		r := signals.Report{Service: s, Sources: map[id.ID]string{goldenSource: "prometheus-eu"}, SLOs: map[id.ID]string{goldenSLO: "availability"}}
		latency := func(o signals.Outcome, q signals.Quantile, v float64) signals.Reading {
			one := g.reading(signals.Latency, string(o)+"_"+string(q), signals.Seconds, v, lately)
			one.Outcome, one.Quantile = o, q
			return one
		}
		counted := func(one signals.Reading) signals.Reading {
			one.SLO, one.DataSource, one.Queries = goldenSLO, "", nil
			return one
		}
		switch s.Slug {
		case "checkout":
			r.Mapping.Map = signals.Map{Latency: &signals.LatencyMap{}, Traffic: &signals.TrafficMap{}, Errors: &signals.ErrorsMap{}, Saturation: make([]signals.Resource, 3)}
			if !lately {
				r.Readings = append(r.Readings, latency(signals.Success, signals.P50, .0412), latency(signals.Success, signals.P95, .2187))
			}
			r.Readings = append(r.Readings, latency(signals.Success, signals.P99, 1.264))
			if !lately {
				r.Readings = append(r.Readings, latency(signals.Failure, signals.P99, .0309))
			}
			r.Readings = append(r.Readings, g.reading(signals.Traffic, "requests", signals.PerSecond, 1234.6, lately))
			r.Readings = append(r.Readings, counted(g.reading(signals.Errors, "share", signals.Share, .00234, lately)))
			if !lately {
				r.Readings = append(r.Readings, counted(g.reading(signals.Errors, "rate", signals.PerSecond, 2.8887, lately)))
			}
			for _, one := range []struct {
				name string
				full float64
			}{{"cpu", .4}, {"memory", .713}, {"connections", math.NaN()}} {
				r.Readings = append(r.Readings, g.reading(signals.Saturation, one.name, signals.Share, one.full, lately))
			}
		case "search":
			r.Mapping.Map = signals.Map{Traffic: &signals.TrafficMap{}}
			r.Readings = []signals.Reading{g.reading(signals.Traffic, "requests", signals.PerSecond, 0, lately)}
		case "weird":
			r.Mapping.Map = signals.Map{Errors: &signals.ErrorsMap{}, Saturation: make([]signals.Resource, 1)}
			r.Readings = []signals.Reading{
				g.reading(signals.Errors, "share", signals.Share, math.NaN(), lately),
				g.reading(signals.Saturation, strings.Repeat("long-", 12)+"name", signals.Share, 1.5, lately),
			}
		}
		return r
	}
	return report(false), report(true), g.fail
}

func TestAServiceShowsItsGoldenSignals(t *testing.T) {
	t.Parallel()
	doc, text := visiting(t, newSample()).read("/services/checkout")
	main := words(within(t, doc, "main"))
	says(t, main,
		"Latency p99 of successes 1.26 s", "p50 of successes 41.2 ms", "p95 of successes 219 ms", "p99 of failures 30.9 ms",
		"Traffic requests 1,235 /s", "Errors share of requests 0.234 %", "failed requests 2.89 /s",
		"Saturation memory 71.3 %", "cpu 40 %", "connections — no data", "From prometheus-eu, 20 s ago", "From SLO availability, 20 s ago",
		`sum(rate(http_request_duration_seconds_count{code=~"5..",job="checkout"}[5m]))`)
	if !strings.Contains(text, `role="img" aria-label="Traffic, 6 h: `) || strings.Count(text, `class="chart spark trend"`) != 4 {
		t.Error("the pictures are not there, or have no names")
	}
	doc, _ = visiting(t, newSample()).read("/services/search")
	says(t, words(within(t, doc, "main")), "Traffic requests 0 /s", "Latency Not mapped yet. How long requests take", "PUT …/golden-signals")
	doc, _ = visiting(t, newSample()).read("/services/weird")
	says(t, words(within(t, doc, "main")), "Errors share of requests — no data", `The data source "mimir" cannot be reached now`, "150 %")
	doc, _ = visiting(t, newSample()).read("/services/payments")
	says(t, words(within(t, doc, "main")), "Golden signals Not mapped yet", "http://evenkeel.example/v1/services/payments/golden-signals/suggestions?dataSource=")
}

func TestASignalIsWrittenWithThreeDigits(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{
		0: "0", 1: "1", 12.345: "12.3", 123.45: "123", 1234567: "1,234,567", .1: "0.1", .066667: "0.0667", .000012: "0.00001", .0000001: "<0.00001", 99.96: "100",
	} {
		if got := threeDigits(v); got != want {
			t.Errorf("%g is written %s, want %s", v, got, want)
		}
	}
}

// A service whose signals are taken over from an SLO shows what that counted: 100 events
// in five minutes, of which 25 are bad.
func TestASignalIsTheSameOnThePageAsItIsReported(t *testing.T) {
	t.Parallel()
	h := build(t)
	_, err := h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "shop", Name: "The shop"})
	h.must(err)
	service, err := h.registry.CreateService(h.admin, registry.ServiceInput{Slug: "checkout", Team: "shop", Profile: registry.Profile{
		Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}})
	h.must(err)
	v := h.declare(service, "availability")
	h.push(service, v, 1, func(float64) float64 { return 25 })
	_, err = h.golden.Change(h.admin, "checkout", 1, signals.Map{Traffic: &signals.TrafficMap{SLO: "availability"}, Errors: &signals.ErrorsMap{SLO: "availability"}})
	h.must(err)
	doc, _ := h.visitor().read("/services/checkout")
	says(t, words(within(t, doc, "main")), "Traffic requests 0.333 /s", "6 h: 0.333/s", "Errors share of requests 25 %", "failed requests 0.0833 /s", "From SLO availability", "Latency Not mapped yet.")
	_, err = h.slos.Retire(h.admin, v.SLO.ID, 1, "")
	h.must(err)
	doc, _ = h.visitor().read("/services/checkout")
	says(t, words(within(t, doc, "main")), "Traffic requests — no data", `The SLO "availability" was retired.`)
}
