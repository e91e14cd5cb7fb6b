package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

// what came of a case by one way in: the state, the events of the window, and where and how
// it is told what was refused or left out.
type came struct {
	state       string
	good, total float64
	told        string
}

// The cases are those of the table of cases in the reference on SLOs that are about what is
// measured: what is done with each is the table's, and the same by every way in. Nothing of
// what is refused or flagged ever gets into the budget.
func TestWhatCannotBeCountedNeverGetsIntoTheBudget(t *testing.T) {
	const hundred, untouched = 100., "no_data"
	// Of 48 hours before the start Prometheus has 575 slots of five minutes that are due, with
	// a hundred events in each.
	const read = 575 * hundred
	increase := func(job string) string {
		return fmt.Sprintf(`sum(increase(events_total{job=%q,good="yes"}[$window]))`, job)
	}
	cases := []struct {
		name string // the row of the table
		// pushed is a slot, exported the value of a point, both of which are sent as they
		// are, and queried the queries of good and all events.
		pushed, exported string
		queried          [2]string
		minEvents        int
		push, otlp, prom came
	}{
		{
			name:   "zero traffic",
			pushed: `"good":0,"total":0`, exported: `"asInt":"0"`, queried: [2]string{increase("idle"), increase("idle")},
			push: came{state: untouched}, otlp: came{state: untouched}, prom: came{state: untouched},
		},
		{
			name:   "fewer events than minEvents",
			pushed: `"good":0,"total":100`, exported: `"asInt":"100"`, queried: [2]string{increase("steady") + " * 0", increase("steady")}, minEvents: 57_501,
			push: came{state: untouched, total: hundred}, otlp: came{state: untouched, good: hundred, total: hundred}, prom: came{state: untouched, total: read},
		},
		{
			name:   "good > total",
			pushed: `"good":101,"total":100`, exported: `"asInt":"1"`, queried: [2]string{"2 * " + increase("steady"), increase("steady")},
			push: came{state: untouched, told: "/slots/0/good"}, otlp: came{state: "ok", good: 1, total: 1}, prom: came{state: untouched, told: "good_above"},
		},
		{
			name:   "negative",
			pushed: `"good":-1,"total":100`, exported: `"asInt":"-5"`, queried: [2]string{"0 - " + increase("steady"), increase("steady")},
			push: came{state: untouched, told: "/slots/0/good"}, otlp: came{state: untouched, told: "is -5, and must not be negative"}, prom: came{state: untouched, told: "negative"},
		},
		{
			name:   "a negative total",
			pushed: `"good":0,"total":-100`, exported: `"asDouble":-0.5`, queried: [2]string{increase("idle"), "0 - " + increase("steady")},
			push: came{state: untouched, told: "/slots/0/total"}, otlp: came{state: untouched, told: "is -0.5, and must not be negative"}, prom: came{state: untouched, told: "negative"},
		},
		{
			name:   "NaN",
			pushed: `"good":"NaN","total":100`, exported: `"asDouble":"NaN"`, queried: [2]string{increase("steady") + " * NaN", increase("steady")},
			push: came{state: untouched, told: "/slots/0/good"}, otlp: came{state: untouched, told: "is NaN, and must be a finite"}, prom: came{state: untouched, told: "not_number"},
		},
		{
			name:   "zero ÷ zero",
			pushed: `"good":null,"total":100`, exported: `"asDouble":"-Infinity"`, queried: [2]string{increase("idle") + " / " + increase("idle"), increase("idle")},
			// Of no events none was good, whatever a query makes of their quotient.
			push: came{state: untouched, told: "/slots/0"}, otlp: came{state: untouched, told: "Inf, and must be a finite"}, prom: came{state: untouched},
		},
		{
			name:   "infinite",
			pushed: `"good":0,"total":1e999`, exported: `"asDouble":"Infinity"`, queried: [2]string{increase("steady"), increase("steady") + " * Inf"},
			push: came{state: untouched, told: ""}, otlp: came{state: untouched, told: "Inf, and must be a finite"}, prom: came{state: untouched, told: "not_number"},
		},
		{
			name:   "counter resets",
			pushed: `"good":100,"total":100`, exported: `"asInt":"100"`, queried: [2]string{increase("restarted"), increase("restarted")},
			push: came{state: "ok", good: hundred, total: hundred}, otlp: came{state: "ok", good: hundred, total: hundred}, prom: came{state: "ok", good: read, total: read},
		},
		{
			name:   "absent metric",
			pushed: "", exported: "", queried: [2]string{increase("nobody"), increase("nobody")},
			push: came{state: untouched}, otlp: came{state: untouched}, prom: came{state: untouched, told: "no_sample"},
		},
	}
	onEach(t, func(t *testing.T, h *house) {
		// One that restarts in the third hour: it begins anew at the step that it had counted since.
		restarted := counters("restarted", [2]float64{hundred, 0}, [2]float64{})[0]
		for i := range restarted.Samples {
			if i >= 73 {
				restarted.Samples[i].Value -= 72 * hundred / 2
			}
		}
		series := append(counters("steady", [2]float64{hundred, 0}, [2]float64{}), counters("idle", [2]float64{}, [2]float64{})...)
		base := promtest.Start(t, promtest.Options{Series: append(series, restarted)})
		h.make("administrator", "source", "/v1/data-sources", dataSource(`"slug":"flaky"`, fmt.Sprintf(`"address":%q`, base)))
		of := func(slug string, minEvents int, indicator string) {
			h.make("ada", "slo "+slug, "/v1/services/checkout/slos", slo(fmt.Sprintf(`"slug":%q`, slug), `"objective":"99%"`, fmt.Sprintf(`"minEvents":%d`, max(1, minEvents)), indicator))
		}
		for i, c := range cases {
			push, otlp, prom := fmt.Sprintf("push-%d", i), fmt.Sprintf("otlp-%d", i), fmt.Sprintf("prom-%d", i)
			of(push, c.minEvents, `"indicator":{"category":"availability","counting":"good_total","resolutionSeconds":60}`)
			of(otlp, c.minEvents, fmt.Sprintf(`"indicator":{"category":"availability","resolutionSeconds":60,"source":{"otlp":{"metric":"case.%d","bad":[{"attribute":"code","value":"500"}]}}}`, i))
			of(prom, c.minEvents, fmt.Sprintf(`"indicator":{"category":"availability","resolutionSeconds":300,"source":{"dataSource":"flaky","ratio":{"good":%q,"total":%q}}}`, c.queried[0], c.queried[1]))
		}
		told := map[string]string{}
		for i, c := range cases {
			push, prom := fmt.Sprintf("push-%d", i), fmt.Sprintf("prom-%d", i)
			if c.pushed != "" {
				a := h.do(call{as: "pipeline", method: "POST", path: "/v1/services/checkout/slos/" + push + "/measurements", body: slots(at(time.Minute) + "," + c.pushed)})
				refused := c.push.total == 0 && c.name != "zero traffic"
				if (a.status >= 400 && a.status < 500) != refused || refused && !strings.Contains(string(a.body), c.push.told) {
					t.Errorf("%s pushed: %d %s", c.name, a.status, a.body)
				}
			}
			if c.exported != "" {
				w := h.post(sent{as: "pipeline", header: []string{"Content-Type: application/json"}, body: exported(fmt.Sprintf(
					`{"name":"case.%d","sum":{"aggregationTemporality":1,"isMonotonic":true,"dataPoints":[{"startTimeUnixNano":"%d","timeUnixNano":"%d",%s}]}}`,
					i, start.Add(-2*time.Minute).UnixNano(), start.Add(-90*time.Second).UnixNano(), c.exported))})
				if w.Code != 200 || !strings.Contains(w.Body.String(), c.otlp.told) || strings.Contains(w.Body.String(), "rejected") != (c.otlp.told != "") {
					t.Errorf("%s exported: %d %s", c.name, w.Code, w.Body)
				}
			}
			if c.prom.told != "" {
				told[prom] = c.prom.told
			}
		}
		h.runs("backfill", "collect-measurements", "evaluate-budgets")
		for i, c := range cases {
			for way, want := range map[string]came{"push": c.push, "otlp": c.otlp, "prom": c.prom} {
				slug := fmt.Sprintf("%s-%d", way, i)
				is := h.must(200, call{as: "rita", method: "GET", path: "/v1/services/checkout/slos/" + slug + "/status"}).object()
				w := is["window"].(map[string]any)
				if is["state"] != want.state || w["good"] != want.good || w["total"] != want.total {
					t.Errorf("%s by %s: %v with %v of %v, want %s with %v of %v", c.name, way, is["state"], w["good"], w["total"], want.state, want.good, want.total)
				}
				if want.state == untouched && (w["remainingRatio"] != nil && want.total == 0) {
					t.Errorf("%s by %s: of an untouched budget %v remains", c.name, way, w["remainingRatio"])
				}
			}
		}
		for slug, reason := range told {
			h.fails(slug, slug, "", reason)
		}
	})
}
