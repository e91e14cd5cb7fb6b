package prometheus_test

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
	"github.com/evenkeel/evenkeel/services/source"
)

// ten is the start of the first slot.
var ten = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// counted sends requests on and counts them.
type counted struct{ requests atomic.Int64 }

func (c *counted) RoundTrip(r *http.Request) (*http.Response, error) {
	c.requests.Add(1)
	return http.DefaultTransport.RoundTrip(r)
}

// reading is a reader of one address.
type reading struct {
	*prometheus.Reader
	base string
}

func (r reading) Read(ctx context.Context, src source.Source, asks []origin.Ask) []origin.Answer {
	src.Address = r.base
	return r.Reader.Read(ctx, src, asks)
}

// reader reads from an address and counts the requests.
func reader(base string) (reading, *counted) {
	c := new(counted)
	return reading{prometheus.New(func(context.Context, source.Source) (*http.Client, error) { return &http.Client{Transport: c}, nil }), base}, c
}

var src = source.Source{Slug: "main", Limits: source.Limits{Timeout: 20 * time.Second}}

// minutes asks for the slots of 60 s from the first one on.
func minutes(o origin.Origin, slots int) origin.Ask {
	return origin.Ask{Origin: o, TeamSlug: "shop", Resolution: time.Minute, From: ten, To: ten.Add(time.Duration(slots) * time.Minute)}
}

// text writes an answer slot by slot: "40/44", or the reason why there is none.
func text(a origin.Answer) string {
	if a.Err != nil {
		return "error: " + a.Err.Error()
	}
	at := make(map[time.Time][]string)
	for _, s := range a.Slots {
		entry := fmt.Sprintf("%g/%g", measure.Events(s.Good), measure.Events(s.Total))
		if s.Group != "" {
			entry = s.Group + "=" + entry
		}
		at[s.Start] = append(at[s.Start], entry)
	}
	for _, m := range a.Missing {
		at[m.Start] = append(at[m.Start], string(m.Reason))
	}
	var out []string
	for i := range 100 {
		if slot, ok := at[ten.Add(time.Duration(i)*time.Minute)]; ok {
			out = append(out, strings.Join(slot, ","))
		}
	}
	return strings.Join(out, " ")
}

// counter makes a counter that is scraped every 15 s, also at the edges of slots, and
// grows by one of the steps at each scrape within a slot. NaN is a slot without
// samples, and the counter starts anew at the third scrape of the slot `reset`.
func counter(name string, first, reset int, steps ...float64) promtest.Series {
	s := promtest.Series{Name: name}
	v := 0.0
	start := ten.Add(time.Duration(first) * time.Minute)
	if !math.IsNaN(steps[0]) {
		s.Samples = append(s.Samples, promtest.Sample{At: start})
	}
	for i, step := range steps {
		for k := range 4 {
			if math.IsNaN(step) {
				continue
			}
			if first+i == reset && k == 1 {
				v = 0
			}
			v += step
			s.Samples = append(s.Samples, promtest.Sample{At: start.Add(time.Duration(i)*time.Minute + time.Duration(k+1)*15*time.Second), Value: v})
		}
	}
	return s
}

// gauge makes a gauge with one value in each slot, at its middle; the value 99 is none.
func gauge(name string, values ...float64) promtest.Series {
	s := promtest.Series{Name: name}
	for i, v := range values {
		if v != 99 {
			s.Samples = append(s.Samples, promtest.Sample{At: ten.Add(time.Duration(i)*time.Minute + 30*time.Second), Value: v})
		}
	}
	return s
}

var nan = math.NaN()

// made are the samples of the tests. All slots of a counter have four steps of the
// same size, so that increase is four steps, whether the sample at the left edge
// belongs to the window (Prometheus 2) or is extrapolated to (Prometheus 3).
var made = []promtest.Series{
	// A quiet slot, one in which the process starts anew, and one without samples.
	counter(`requests_total{team="shop",code="200"}`, 0, 3, 10, 10, 0, 10, 10, nan, 10),
	// The first error comes in the fifth slot.
	counter(`requests_total{team="shop",code="500"}`, 4, -1, 1, nan, 2),
	counter(`requests_total{team="other",code="200"}`, 0, -1, 7, 7, 7, 7, 7, 7, 7),
	// Good ones that are gone when the process starts anew in an outage.
	counter(`logins_total{team="shop",ok="yes"}`, 0, -1, 5, nan, nan, 5),
	counter(`logins_total{team="shop",ok="no"}`, 0, -1, 1, 5, 5, 1),
	// Classic histograms of two routes; one library writes 0.3, the other 0.30.
	counter(`took_seconds_bucket{route="/a",le="0.3"}`, 0, -1, 3, 0), counter(`took_seconds_bucket{route="/a",le="+Inf"}`, 0, -1, 4, 0),
	counter(`took_seconds_count{route="/a"}`, 0, -1, 4, 0),
	counter(`took_seconds_bucket{route="/b",le="0.30"}`, 0, -1, 1, 2), counter(`took_seconds_bucket{route="/b",le="+Inf"}`, 0, -1, 1, 2.5),
	counter(`took_seconds_count{route="/b"}`, 0, -1, 1, 2.5),
	counter(`took_seconds_bucket{le="0.3"}`, 0, -1, 0, 0), counter(`took_seconds_count{}`, 0, -1, 2, 0),
	// Paths that somebody made up.
	counter("paths_total{path=\"/a\",ok=\"yes\"}", 0, -1, 5), counter("paths_total{path=\"/\u202e\",ok=\"yes\"}", 0, -1, 1),
	counter("paths_total{path=\"/\u202eb\",ok=\"yes\"}", 0, -1, 1), counter("paths_total{path=\"/\u202eb\",ok=\"no\"}", 0, -1, 1),
	// Two tenants whose names are what we call groups, and events without a tenant.
	gauge(`kept{tenant="a"}`, 1), gauge(`kept{tenant="…none"}`, 0.5), gauge(`kept{tenant="…other"}`, 0.2), gauge(`kept{}`, 0.25),
	counter(`calls_total{tenant="a"}`, 0, -1, 10), counter(`calls_total{tenant="…none"}`, 0, -1, 5), counter(`calls_total{tenant="…other"}`, 0, -1, 2.5), counter(`calls_total{}`, 0, -1, 1),
	gauge(`share{}`, 0.5, nan, 1.5, -0.5, 99, 1, math.Inf(1)),
	gauge(`temperature{pod="a"}`, 1, 3, nan, 99, 3), gauge(`temperature{pod="b"}`, 2, nan, nan, 99, 2), gauge(`temperature{pod="c"}`, 3, 3, nan, 99, math.Inf(1)),
	// What recording rules of two replicas counted.
	gauge(`slo:good{slo="x",replica="1",team="shop"}`, 4, 4, 99), gauge(`slo:good{slo="x",replica="2",team="shop"}`, 5, 99, 99),
	gauge(`slo:total{slo="x",replica="1",team="shop"}`, 4, 5, 5), gauge(`slo:total{slo="x",replica="2",team="shop"}`, 6, 99, 99),
	gauge(`slo:good{slo="y",team="other"}`, 1, 1, 1), gauge(`slo:total{slo="y",team="other"}`, 2, 2, 2),
}

func ratio(good, bad, total string) origin.Origin {
	return origin.Origin{Ratio: &origin.Ratio{Good: good, Bad: bad, Total: total}}
}

// All sums are done by hand from the steps above: four steps are a slot.
func TestSlotsAreReadFromARealPrometheus(t *testing.T) {
	t.Parallel()
	base := promtest.Start(t, promtest.Options{Series: made})
	const (
		all  = `sum(increase(requests_total{team="shop"}[$window]))`
		good = `sum(increase(requests_total{team="shop",code!~"5.."}[$window]))`
		bad  = `sum(increase(requests_total{team="shop",code=~"5.."}[$window]))`
	)
	grouped := func(o origin.Origin) origin.Origin { o.GroupBy = "route"; return o }
	latency := origin.Origin{Latency: &origin.Latency{Metric: "took_seconds", ThresholdSeconds: 0.3}}
	share := func(weight string, failure bool) origin.Origin {
		return origin.Origin{RawRatio: &origin.RawRatio{Query: `last_over_time(share[$window])`, Weight: weight, Failure: failure}}
	}
	for name, test := range map[string]struct {
		origin origin.Origin
		slots  int
		want   string
	}{
		"good and total":                      {ratio(good, "", all), 8, "40/40 40/40 0/0 40/40 40/44 no_sample 40/48 no_sample"},
		"bad, of which none is 0, and total":  {ratio("", bad, all), 8, "40/40 40/40 0/0 40/40 40/44 no_sample 40/48 no_sample"},
		"no good ones among those of a total": {ratio(`sum(increase(logins_total{ok="yes"}[$window]))`, "", `sum(increase(logins_total[$window]))`), 4, "20/24 0/20 0/20 20/24"},
		"no good ones of another metric":      {ratio(`sum(increase(logouts_total[$window]))`, "", `sum(increase(logins_total[$window]))`), 2, "ambiguous ambiguous"},
		"more good ones than all":             {ratio(all, "", `sum(increase(logins_total[$window]))`), 1, "good_above"},
		"more bad ones than all":              {ratio("", all, `sum(increase(logins_total[$window]))`), 1, "good_above"},
		"negative":                            {ratio(`-`+all, "", all), 3, "negative negative 0/0"},
		"infinite":                            {ratio(all, "", all+` / 0`), 3, "not_number not_number not_number"},
		"several values":                      {ratio(`increase(requests_total{code="200"}[$window])`, "", all), 1, "too_many"},
		"a difference that is rounding":       {ratio(all+` + 0.0004`, "", all), 1, "40/40"},
		"a difference that is none":           {ratio(all+` + 0.0006`, "", all), 1, "good_above"},
		"fractions":                           {ratio(all+` / 3`, "", all+` / 3 * 2`), 1, "13.333/26.667"},
		"a classic histogram":                 {latency, 3, "16/28 8/10 no_sample"},
		"a classic histogram by route":        {grouped(latency), 3, "/a=12/16,/b=4/4,…none=0/8 /a=0/0,/b=8/10,…none=0/0 no_sample"},
		"a bound that is none":                {origin.Origin{Latency: &origin.Latency{Metric: "took_seconds", ThresholdSeconds: 0.4}}, 1, "ambiguous"},
		"groups that can have no name": {origin.Origin{GroupBy: "path", Ratio: &origin.Ratio{Bad: `sum(increase(paths_total{ok="no"}[$window]))`, Total: `sum(increase(paths_total[$window]))`}}, 1,
			"/a=20/20,…other=8/12"},
		"a group with a flaw": {grouped(ratio(`sum(increase(took_seconds_count[$window])) + (sum(increase(took_seconds_count{route="/a"}[$window])) or sum(increase(took_seconds_count{route="/b"}[$window])) * 0)`,
			"", `sum(increase(took_seconds_count[$window]))`)), 1, "good_above"},
		"shares":                {share("", false), 8, "500/1000 not_number good_above negative no_sample 1000/1000 not_number no_sample"},
		"shares of bad ones":    {share("", true), 1, "500/1000"},
		"a share of millionths": {origin.Origin{RawRatio: &origin.RawRatio{Query: `last_over_time(share[$window]) + 0.499601`}}, 1, "999.601/1000"},
		"shares with weights":   {share(all, false), 5, "20/40 not_number good_above negative no_sample"},
		// …other is 0.5 · 20 + 0.2 · 10 of 20 + 10 calls; without a weight each tenant's share weighs 1000.
		"shares by tenant with weights": {origin.Origin{GroupBy: "tenant", RawRatio: &origin.RawRatio{Query: `last_over_time(kept[$window])`, Weight: `increase(calls_total[$window])`}}, 1,
			"a=40/40,…none=1/4,…other=12/30"},
		"shares by tenant": {origin.Origin{GroupBy: "tenant", RawRatio: &origin.RawRatio{Query: `last_over_time(kept[$window])`}}, 1,
			"a=1000/1000,…none=250/1000,…other=700/2000"},
		"a threshold by tenant": {origin.Origin{GroupBy: "tenant", Threshold: &origin.Threshold{Query: `last_over_time(kept[$window])`, Op: origin.LTE, Value: 0.4}}, 1,
			"a=0/1,…none=1/1,…other=1/2"},
		"calls by tenant": {origin.Origin{GroupBy: "tenant", Ratio: &origin.Ratio{Bad: `increase(calls_total{tenant="…other"}[$window])`, Total: `increase(calls_total[$window])`}}, 1,
			"a=40/40,…none=4/4,…other=20/30"},
		"a share of nothing": {origin.Origin{RawRatio: &origin.RawRatio{Query: good + "/" + all, Weight: all}}, 4, "40/40 40/40 0/0 40/40"},
		"a threshold":        {origin.Origin{Threshold: &origin.Threshold{Query: `last_over_time(temperature[$window])`, Op: origin.LTE, Value: 2}}, 5, "2/3 0/2 not_number no_sample 1/3"},
		"a threshold by pod": {origin.Origin{GroupBy: "pod", Threshold: &origin.Threshold{Query: `last_over_time(temperature[$window])`, Op: origin.GT, Value: 1}}, 2,
			"a=0/1,b=1/1,c=1/1 not_number"},
		"one number":       {origin.Origin{Threshold: &origin.Threshold{Query: `scalar(last_over_time(temperature{pod="a"}[$window]))`, Op: origin.LT, Value: 3}}, 2, "1/1 0/1"},
		"a query refused":  {origin.Origin{Threshold: &origin.Threshold{Query: `requests_total + on (team) logins_total`, Op: origin.LT, Value: 3}}, 2, `error: the data source "main" refuses the query: `},
		"the events of x":  {origin.Origin{Recorded: &origin.Recorded{Good: "slo:good", Total: "slo:total", Labels: map[string]string{"slo": "x"}}}, 4, "9/10 4/5 ambiguous no_sample"},
		"x as if bad":      {origin.Origin{Recorded: &origin.Recorded{Bad: "slo:good", Total: "slo:total", Labels: map[string]string{"slo": "x"}}}, 4, "1/10 1/5 5/5 no_sample"},
		"all by slo":       {origin.Origin{GroupBy: "slo", Recorded: &origin.Recorded{Good: "slo:good", Total: "slo:total"}}, 2, "x=9/10,y=1/2 x=4/5,y=1/2"},
		"x with no region": {origin.Origin{Recorded: &origin.Recorded{Good: "slo:good", Total: "slo:total", Labels: map[string]string{"slo": "x", "region": ""}}}, 1, "9/10"},
		"another region":   {origin.Origin{Recorded: &origin.Recorded{Good: "slo:good", Total: "slo:total", Labels: map[string]string{"slo": "x", "region": "eu"}}}, 1, "no_sample"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := reader(base)
			got := text(r.Read(t.Context(), src, []origin.Ask{minutes(test.origin, test.slots)})[0])
			if got != test.want && !(strings.HasPrefix(test.want, "error: ") && strings.HasPrefix(got, test.want)) {
				t.Errorf("%s\nand not\n%s", got, test.want)
			}
		})
	}

	t.Run("a threshold that is the bound of no bucket is told", func(t *testing.T) {
		t.Parallel()
		r, _ := reader(base)
		answer := r.Read(t.Context(), src, []origin.Ask{minutes(origin.Origin{Latency: &origin.Latency{Metric: "took_seconds", ThresholdSeconds: 0.4}}, 1)})[0]
		// 4 · (4 + 1 + 2) observations.
		if want := "there are 28 events and no bucket of took_seconds_bucket ends at 0.4; thresholdSeconds has to be the bound of one"; len(answer.Missing) != 1 || answer.Missing[0].Detail != want {
			t.Errorf("it is %+v", answer)
		}
	})

	t.Run("recorded series of all indicators come by one request", func(t *testing.T) {
		t.Parallel()
		r, requests := reader(base)
		var asks []origin.Ask
		for _, slo := range []string{"x", "y", "z"} {
			asks = append(asks, minutes(origin.Origin{Recorded: &origin.Recorded{Good: "slo:good", Total: "slo:total", Labels: map[string]string{"slo": slo}}}, 2))
		}
		for i, answer := range r.Read(t.Context(), src, asks) {
			if want := []string{"9/10 4/5", "1/2 1/2", "no_sample no_sample"}[i]; text(answer) != want {
				t.Errorf("ask %d gives %s, want %s", i, text(answer), want)
			}
		}
		if n := requests.requests.Load(); n != 1 {
			t.Errorf("there were %d requests", n)
		}
	})

	t.Run("a team reads its own series alone", func(t *testing.T) {
		t.Parallel()
		r, _ := reader(base)
		src := src
		src.Matchers = []source.Matcher{{Label: "team", Op: "=", Value: "$team"}}
		asks := []origin.Ask{
			minutes(ratio("", bad, `sum(increase(requests_total{team=~".*"}[$window]))`), 2),
			minutes(ratio("", bad, `sum(increase(label_replace(requests_total, "team", "shop", "", "")[1m:15s]))`+` + 0 * $window`), 1),
			minutes(origin.Origin{Recorded: &origin.Recorded{Good: "slo:good", Total: "slo:total", Labels: map[string]string{"slo": "y"}}}, 1),
			minutes(origin.Origin{Recorded: &origin.Recorded{Good: "slo:good", Total: "slo:total"}}, 1),
		}
		for i, answer := range r.Read(t.Context(), src, asks) {
			// The other team has 28 requests in each slot, and y.
			if want := []string{"40/40 40/40", "40/40", "no_sample", "9/10"}[i]; text(answer) != want {
				t.Errorf("ask %d gives %s, want %s", i, text(answer), want)
			}
		}
	})

	t.Run("slots are read 11,000 at a time", func(t *testing.T) {
		t.Parallel()
		r, requests := reader(base)
		ask := minutes(ratio("", bad, all), 7)
		want := r.Read(t.Context(), src, []origin.Ask{ask})[0]
		requests.requests.Store(0)
		ask.From = ask.To.Add(-22_005 * time.Minute)
		got := r.Read(t.Context(), src, []origin.Ask{ask})[0]
		if n := requests.requests.Load(); n != 6 {
			t.Errorf("there were %d requests, want 3 for each of two expressions", n)
		}
		if !reflect.DeepEqual(got.Slots, want.Slots) || len(got.Slots)+len(got.Missing) != 22_005 {
			t.Errorf("there are %d slots and %d missing: %s, want %s", len(got.Slots), len(got.Missing), text(got), text(want))
		}
	})

	t.Run("slots of five minutes hold five", func(t *testing.T) {
		t.Parallel()
		r, _ := reader(base)
		// 4 · (10 + 10 + 0 + 10 + 10) of 200, and 4 of 500, which Prometheus extrapolates
		// by half the distance of its scrapes, 7.5 s, into the time before its first one;
		// no further than to 0, at which it began: 4.
		answer := r.Read(t.Context(), src, []origin.Ask{{Origin: ratio("", bad, all), Resolution: 5 * time.Minute, From: ten, To: ten.Add(5 * time.Minute)}})[0]
		if text(answer) != "160/164" {
			t.Errorf("it has %s", text(answer))
		}
	})

	t.Run("nobody is asked when nothing is wanted", func(t *testing.T) {
		t.Parallel()
		r, requests := reader(base)
		answer := r.Read(t.Context(), src, []origin.Ask{minutes(ratio("", bad, all), 0)})[0]
		if n := requests.requests.Load(); n != 0 || answer.Err != nil || len(answer.Slots)+len(answer.Missing) != 0 {
			t.Errorf("%d requests gave %+v", n, answer)
		}
	})
}

func TestAPrometheusThatIsGoneIsUnavailable(t *testing.T) {
	t.Parallel()
	r, _ := reader("http://127.0.0.1:1")
	answer := r.Read(t.Context(), src, []origin.Ask{minutes(ratio("", "sum(increase(x[$window]))", "sum(increase(x[$window]))"), 1)})[0]
	if f := fault.As(answer.Err); f == nil || f.Kind != fault.Unavailable || f.Code != "source_unreachable" || strings.Contains(f.Message, "127.0.0.1") {
		t.Errorf("it is %v", answer.Err)
	}
}
