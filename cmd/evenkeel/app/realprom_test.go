package app_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/jobs"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
	objectives "github.com/evenkeel/evenkeel/services/slo"
)

// flaky stands between the program and a Prometheus, and fails as it is told to.
type flaky struct {
	*httptest.Server
	how atomic.Value // of string: a name of faults, or "" for none
}

func newFlaky(t *testing.T, prometheus string) *flaky {
	target, err := url.Parse(prometheus)
	if err != nil {
		t.Fatal(err)
	}
	through := httputil.NewSingleHostReverseProxy(target)
	warning := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Header.Del("Accept-Encoding") // so that the answer can be changed
	}}
	warning.ModifyResponse = func(r *http.Response) error {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		changed := strings.Replace(string(text), `{"status":"success",`, `{"status":"success","warnings":["store eu-2 did not answer"],`, 1)
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(changed)), int64(len(changed))
		r.Header.Set("Content-Length", fmt.Sprint(len(changed)))
		return nil
	}
	f := new(flaky)
	f.how.Store("")
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch f.how.Load() {
		case "":
			through.ServeHTTP(w, r)
		case "stopped":
			panic(http.ErrAbortHandler) // the connection breaks off
		case "slow":
			_, _ = io.Copy(io.Discard, r.Body) // or the end of the connection is not seen
			<-r.Context().Done()
		case "overloaded":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "refusing":
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = io.WriteString(w, `{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory"}`)
		case "partial":
			warning.ServeHTTP(w, r)
		case "empty":
			_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"matrix","result":[]}}`)
		case "not a number":
			_, _ = io.WriteString(w, notNumbers(r.FormValue("start"), r.FormValue("end")))
		}
	}))
	t.Cleanup(f.Close)
	return f
}

// notNumbers is an answer with NaN at each end of a slot.
func notNumbers(start, end string) string {
	var first, last float64
	_, _ = fmt.Sscan(start, &first)
	_, _ = fmt.Sscan(end, &last)
	var values []string
	for at := first; at <= last; at += 300 {
		values = append(values, fmt.Sprintf(`[%.0f,"NaN"]`, at))
	}
	return `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[` + strings.Join(values, ",") + `]}]}}`
}

// counters are a good and a bad counter of the job, scraped at the edges and in the
// middle of slots of five minutes from two days before the start to four hours
// after it. They grow by the same step at both, so that an increase over a slot is
// two steps.
func counters(job string, before, after [2]float64) []promtest.Series {
	out := []promtest.Series{{Name: fmt.Sprintf(`events_total{job=%q,good="yes"}`, job)}, {Name: fmt.Sprintf(`events_total{job=%q,good="no"}`, job)}}
	var values [2]float64
	for at := start.Add(-48 * time.Hour); !at.After(start.Add(4 * time.Hour)); at = at.Add(150 * time.Second) {
		steps := before
		if !at.Before(start) {
			steps = after
		}
		for i := range out {
			out[i].Samples = append(out[i].Samples, promtest.Sample{At: at, Value: values[i]})
			values[i] += steps[i] / 2
		}
	}
	return out
}

// asked is an SLO of 99 % that is read from the flaky Prometheus.
func asked(slug string) string {
	query := func(matcher string) string {
		return fmt.Sprintf(`"sum(increase(events_total{job=\"%s\"%s}[$window]))"`, slug, matcher)
	}
	return slo(`"slug":"`+slug+`"`, `"objective":"99%"`, `"indicator":{"category":"availability","resolutionSeconds":300,"source":{"dataSource":"flaky","ratio":{"bad":`+
		query(`,good=\"no\"`)+`,"total":`+query("")+`}}}`)
}

// Until noon "spent" had 10 bad of 100 events in a slot, and "sound" none of 100.
// What nobody sees happens afterwards: of spent 100,000 events in a slot are good,
// of sound 50 of 100 are bad. Known in full, that ends the violation of the one (5,760
// bad of 57,600 and 100,000 for each slot since are less than 1 % from the sixth on)
// and opens one of the other (50 bad for each slot since, of 57,600 and 100 for each,
// are more than 1 % from the twelfth on). Until it is known neither may happen.
func TestWhileAPrometheusFailsNothingOpensOrEndsAndThenTheGapIsFilled(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		base := promtest.Start(t, promtest.Options{Series: append(
			counters("spent", [2]float64{90, 10}, [2]float64{100_000, 0}),
			counters("sound", [2]float64{100, 0}, [2]float64{50, 50})...)})
		f := newFlaky(t, base)
		h.make("administrator", "source", "/v1/data-sources", dataSource(`"slug":"flaky"`, fmt.Sprintf(`"address":%q`, f.URL), `"timeoutSeconds":1`))
		for _, slug := range []string{"spent", "sound"} {
			h.make("ada", "slo "+slug, "/v1/services/checkout/slos", asked(slug))
		}
		h.runs("backfill", "collect-measurements", "evaluate-budgets", "apply-policies")
		h.stands("before", "spent", false, "exhausted", 51_750, 57_500)
		h.stands("before", "sound", false, "ok", 57_500, 57_500)
		h.open("before", "spent")

		for _, fault := range []struct{ name, failing, says string }{
			{"empty", "", "no_sample"}, {"not a number", "", "not_number"},
			{"stopped", "unavailable", "cannot be reached"}, {"slow", "unavailable", "did not answer in time"}, {"overloaded", "unavailable", "status 503"},
			{"refusing", "refused", "too many samples"}, {"partial", "partial", "store eu-2 did not answer"},
		} {
			f.how.Store(fault.name)
			// What is changed is asked by a client of its own, whose breaker is closed.
			now := h.must(200, call{as: "rita", method: "GET", path: "/v1/data-sources/flaky"})
			h.must(200, call{as: "administrator", method: "PUT", path: "/v1/data-sources/flaky", header: []string{"If-Match: " + now.header.Get("ETag")},
				body: dataSource(`"slug":"flaky"`, fmt.Sprintf(`"address":%q`, f.URL), `"timeoutSeconds":1`, fmt.Sprintf(`"name":%q`, fault.name))})
			h.clock.Advance(15 * time.Minute)
			h.runs("collect-measurements", "backfill", "evaluate-budgets", "apply-policies")
			h.stands(fault.name, "spent", true, "exhausted", 0, 0)
			h.stands(fault.name, "sound", true, "ok", 0, 0)
			h.open(fault.name, "spent")
			h.fails(fault.name, "sound", fault.failing, fault.says)
			if want := map[bool]string{true: "failing", false: "ok"}[fault.failing == "unavailable"]; h.health() != want {
				t.Errorf("%s: the data source is %s, want %s", fault.name, h.health(), want)
			}
		}

		// Back again: the last hour is read first, and what is older becomes a
		// backfill. Until that is done, what is known is not the whole.
		f.how.Store("")
		h.clock.Advance(5 * time.Minute)
		h.runs("collect-measurements", "evaluate-budgets", "apply-policies")
		if h.health() != "ok" {
			t.Errorf("the data source is %s again", h.health())
		}
		h.open("while the gap is filled", "spent")
		h.runs("backfill")
		// What it said of the first quarter of an hour was taken at its word: that
		// there was nothing is for somebody to doubt.
		for _, slug := range []string{"spent", "sound"} {
			h.must(201, call{as: "ada", method: "POST", path: "/v1/backfills", body: fmt.Sprintf(`{"service":"checkout","slo":%q,"from":%q,"to":%q}`,
				slug, start.Add(-5*time.Minute).Format(time.RFC3339), start.Add(15*time.Minute).Format(time.RFC3339))})
		}
		h.runs("backfill", "evaluate-budgets", "apply-policies")
		// 110 minutes and some seconds later, with a delay of one: 21 slots.
		h.stands("afterwards", "spent", false, "ok", 51_840+21*100_000, 57_600+21*100_000)
		h.stands("afterwards", "sound", false, "exhausted", 57_600+21*50, 57_600+21*100)
		h.open("afterwards", "sound")
		h.fails("afterwards", "sound", "", "")
	})
}

// runs has jobs run one after the other, each a second later.
func (h *house) runs(jobs ...string) {
	h.t.Helper()
	for _, job := range jobs {
		h.clock.Advance(time.Second)
		if run := h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/" + job + "/runs"}); run.text("state") != "succeeded" {
			h.t.Errorf("%s: %s", job, run.body)
		}
	}
}

// stands holds an SLO of checkout to a state, and where there is a total, its
// window to the sums.
func (h *house) stands(when, slug string, stale bool, state string, good, total float64) {
	h.t.Helper()
	got := h.must(200, call{as: "rita", method: "GET", path: "/v1/services/checkout/slos/" + slug + "/status"})
	is := got.object()
	w := is["window"].(map[string]any)
	if is["stale"] != stale || is["state"] != state || total > 0 && (w["good"] != good || w["total"] != total) {
		h.t.Errorf("%s: %s is %s with %v of %v, stale %v; want %s with %v of %v, stale %t", when, slug, is["state"], w["good"], w["total"], is["stale"], state, good, total, stale)
	}
}

// open wants exactly one violation to be open, of the SLO.
func (h *house) open(when, slug string) {
	h.t.Helper()
	items := h.must(200, call{as: "rita", method: "GET", path: "/v1/violations?service=checkout&state=open"}).items()
	if len(items) != 1 || items[0]["slo"].(map[string]any)["slug"] != slug {
		h.t.Errorf("%s: open violations are %v, want one of %s", when, items, slug)
	}
}

// fails wants the collection of an SLO to fail so. Without a kind it does not fail,
// and missed its newest slot for the reason, or without one has nothing left to do.
func (h *house) fails(when, slug, kind, says string) {
	h.t.Helper()
	got := h.must(200, call{as: "rita", method: "GET", path: "/v1/services/checkout/slos/" + slug + "/collection"}).object()
	failure, _ := got["failure"].(map[string]any)
	last, _ := got["lastMissing"].(map[string]any)
	switch {
	case kind == "" && says == "":
		if failure != nil || got["failingSince"] != nil || got["lagSeconds"] != 0.0 || len(got["backfills"].([]any)) > 0 {
			h.t.Errorf("%s: the collection is %v", when, got)
		}
	case kind == "":
		if failure != nil || last["reason"] != says {
			h.t.Errorf("%s: it fails with %v and missed %v, want %s", when, failure, last, says)
		}
	case failure["kind"] != kind || !strings.Contains(failure["message"].(string), says) || got["failingSince"] == nil:
		h.t.Errorf("%s: it fails with %v, want %s, %q", when, failure, kind, says)
	}
}

// health is that of the data source.
func (h *house) health() string {
	h.t.Helper()
	is := h.must(200, call{as: "rita", method: "GET", path: "/v1/data-sources/flaky"}).object()["health"].(map[string]any)
	if is["state"] == "failing" && (is["failure"] == "" || is["failingSince"] == nil) {
		h.t.Errorf("the data source fails without saying why: %v", is)
	}
	return is["state"].(string)
}

// Ten requests in a slot of five minutes, none of which is counted against 0.4 s.
func TestAThresholdThatIsNoBucketsBoundIsSeenWhenItIsDeclared(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		var series []promtest.Series
		for _, name := range []string{`_bucket{job="web",le="0.1"}`, `_bucket{job="web",le="0.30"}`, `_bucket{job="web",le="1"}`, `_bucket{job="web",le="+Inf"}`, `_count{job="web"}`} {
			s := counters("", [2]float64{10, 0}, [2]float64{10, 0})[0]
			s.Name = "took_seconds" + name
			series = append(series, s)
		}
		f := newFlaky(t, promtest.Start(t, promtest.Options{Series: series}))
		h.make("administrator", "source", "/v1/data-sources", dataSource(`"slug":"flaky"`, fmt.Sprintf(`"address":%q`, f.URL), `"timeoutSeconds":1`))
		timed := func(slug, metric, threshold string) string {
			return slo(`"slug":"`+slug+`"`, `"objective":"99%"`, `"indicator":{"category":"latency","resolutionSeconds":300,"source":{"dataSource":"flaky","latency":{"metric":"`+
				metric+`","selector":"job=\"web\"","thresholdSeconds":`+threshold+`}}}`)
		}
		warned := func(a answer) string {
			for _, w := range a.object()["warnings"].([]any) {
				if w := w.(map[string]any); w["code"] == "threshold_no_bound" {
					if w["pointer"] != "/indicator/source/latency/thresholdSeconds" {
						t.Errorf("it points to %s", w["pointer"])
					}
					return w["message"].(string)
				}
			}
			return ""
		}
		declare := func(slug, metric, threshold string) answer {
			return h.must(201, call{as: "ada", method: "POST", path: "/v1/services/checkout/slos", body: timed(slug, metric, threshold), header: []string{"Idempotency-Key: declare-" + slug}})
		}
		const want = "0.4 is not the bound of a bucket in every series of took_seconds_bucket; these are: 0.1, 0.3, 1"
		first := declare("between", "took_seconds", "0.4")
		if got := warned(first); got != want {
			t.Errorf("between two bounds: %q", got)
		}
		if again := declare("between", "took_seconds", "0.4"); warned(again) != want || again.text("id") != first.text("id") {
			t.Errorf("the same again: %q", warned(again))
		}
		if got := warned(declare("on-one", "took_seconds", "0.3")); got != "" {
			t.Errorf("at a bound: %q", got)
		}
		if got := warned(declare("nowhere", "waited_seconds", "0.3")); got != `the data source "flaky" had no bucket of waited_seconds_bucket in the last hour that the SLO would be read from` {
			t.Errorf("of no histogram: %q", got)
		}
		h.runs("collect-measurements")
		last, _ := h.must(200, call{as: "rita", method: "GET", path: "/v1/services/checkout/slos/between/collection"}).object()["lastMissing"].(map[string]any)
		if detail, _ := last["detail"].(string); last["reason"] != "ambiguous" || !strings.HasSuffix(detail, "no bucket of took_seconds_bucket ends at 0.4; thresholdSeconds has to be the bound of one") {
			t.Errorf("the collection says %v", last)
		}
		revised := h.must(200, call{as: "ada", method: "PUT", path: "/v1/services/checkout/slos/between", body: timed("between", "took_seconds", "1"), header: []string{"If-Match: " + first.header.Get("ETag")}})
		if got := warned(revised); got != "" {
			t.Errorf("revised to a bound: %q", got)
		}
		f.how.Store("stopped")
		if got := warned(declare("unasked", "took_seconds", "0.3")); !strings.HasPrefix(got, `it could not be told whether it is the bound of a bucket: the data source "flaky" cannot be reached`) {
			t.Errorf("of a data source that does not answer: %q", got)
		}
	})
}

// Two days of 10 bad of 100 events in a slot were read from a real Prometheus, which then
// has nothing any more and is not there. By the midnight in between there were 432 slots:
// so says the history on the day, a month later, when slots are thinned to hours, and when
// they are to days.
func TestTheHistoryOutlivesTheDataSource(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	h.furnish()
	base := promtest.Start(t, promtest.Options{Series: counters("spent", [2]float64{90, 10}, [2]float64{90, 10})})
	f := newFlaky(t, base)
	h.make("administrator", "source", "/v1/data-sources", dataSource(`"slug":"flaky"`, fmt.Sprintf(`"address":%q`, f.URL), `"timeoutSeconds":1`))
	h.make("ada", "slo spent", "/v1/services/checkout/slos", asked("spent"))
	h.runs("backfill", "collect-measurements")
	midnight := start.Truncate(24 * time.Hour)
	// Of years later: all tokens have expired by then.
	v, _, err := h.app.SLOs.Find(h.system(), objectives.Name{Service: "checkout", SLO: "spent"})
	if err != nil {
		t.Fatal(err)
	}
	says := func(when string, thinned time.Duration) {
		t.Helper()
		got, err := h.app.SLOs.History(h.system(), v.SLO.ID, "", midnight, midnight, 24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if p := got.Points[0]; len(got.Points) != 1 || p.Sum.Good != 38_880_000 || p.Sum.Total != 43_200_000 || p.Blurred {
			t.Errorf("%s: by midnight there were %+v", when, got.Points)
		}
		if thinned == 0 && len(got.Thinned) > 0 || thinned > 0 && (len(got.Thinned) != 1 || got.Thinned[0].Step != thinned) {
			t.Errorf("%s: thinned is %v, want to %s", when, got.Thinned, thinned)
		}
	}
	age := func(days int) {
		t.Helper()
		h.clock.Advance(time.Duration(days) * 24 * time.Hour)
		if run, err := h.app.Jobs.RunNow(h.system(), "prune"); err != nil || run.State != jobs.Succeeded {
			t.Fatalf("%+v, %v", run, err)
		}
	}
	says("on the day", 0)
	f.how.Store("empty")
	age(30)
	h.runs("collect-measurements")
	says("a month later", 0)
	f.how.Store("stopped")
	age(500)
	says("once it is thinned to hours", time.Hour)
	age(800)
	says("once it is thinned to days", 24*time.Hour)
}
