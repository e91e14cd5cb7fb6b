package datadog_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/datadog"
	"github.com/evenkeel/evenkeel/services/slo"
)

const metric = `{
  "id": "abc123", "name": "Checkout availability", "description": null, "type": "metric", "type_id": 1,
  "tags": ["service:checkout", "team:payments", "env:prod", "env:eu", "critical"],
  "thresholds": [
    {"timeframe": "7d", "target": 99.5, "target_display": "99.50", "warning": 99.9, "warning_display": "99.9"},
    {"timeframe": "30d", "target": 99.9, "target_display": "99.9"}
  ],
  "timeframe": "30d", "target_threshold": 99.9, "warning_threshold": 99.99,
  "query": {"numerator": "sum:http.ok{*}.as_count()", "denominator": "sum:http.all{*}.as_count()"},
  "created_at": 1700000000, "modified_at": 1700000001, "creator": {"email": "someone@example.org"}
}`

func reply(objects ...string) string {
	return `{"data": [` + strings.Join(objects, ",\n") + `], "errors": [], "metadata": {"page": {"total_count": 1}}}`
}

func told(t *testing.T, got foreign.Reading, want ...string) {
	t.Helper()
	var lines []string
	for _, n := range got.Notes {
		lines = append(lines, n.Pointer+" "+n.Message)
	}
	if !slices.EqualFunc(lines, want, strings.HasPrefix) {
		t.Errorf("told is\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

func TestARepliesSLOSaysAllOfItself(t *testing.T) {
	t.Parallel()
	for pointer, text := range map[string]string{"/data/0": reply(metric), "/data": `{"data": ` + metric + `, "errors": null}`, "": metric, "/0": "[" + metric + "]"} {
		got, err := datadog.Read([]byte(text))
		if err != nil || len(got.SLOs) != 1 {
			t.Fatalf("%s: %d SLOs (%v)", pointer, len(got.SLOs), err)
		}
		s := got.SLOs[0]
		d := s.Declaration
		if s.Service != "checkout" || s.Name != "Checkout availability" || s.ID != "abc123" || s.DataSource != "" || d.Slug != "checkout-availability" || d.Objective != "99.9%" || d.WindowDays != 30 ||
			d.Category != slo.Availability || !d.Origin.Pushed() || d.GoodEvent != "as Datadog counts it\ngood: sum:http.ok{*}.as_count()\nall: sum:http.all{*}.as_count()" || len(d.AlertsOff) != 0 {
			t.Errorf("%s: it is %+v", pointer, s)
		}
		if !slices.Equal(d.Further, []slo.GoalInput{{Name: "7d", Objective: "99.50%", WindowDays: 7}}) || s.Labels["env"] != "prod,eu" || s.Labels["team"] != "payments" {
			t.Errorf("%s: further are %+v, labels %v", pointer, d.Further, s.Labels)
		}
		told(t, got, pointer+"/type is measured by Datadog, which Evenkeel does not ask", pointer+"/thresholds have warnings")
	}
}

func TestTimeIsOfSlices(t *testing.T) {
	t.Parallel()
	const head = `{"id": "1", "name": "Latency", "tags": [], "thresholds": [{"timeframe": "90d", "target": 99}], `
	for text, want := range map[string]struct {
		resolution time.Duration
		missing    string
		words      string
	}{
		head + `"type": "time_slice", "sli_specification": {"time_slice": {"comparator": "<=", "threshold": 0.5, "query_interval_seconds": 60, "query": {"formulas": [{"formula": "q1"}], "queries": [{"data_source": "metrics", "name": "q1", "query": "p95:trace.http{*}"}]}}}}`: {
			time.Minute, "good", "a slice of 60 seconds, good where q1 <= 0.5; push 1 of 1 for it, or 0 of 1\nq1: p95:trace.http{*}",
		},
		head + `"type": "time_slice", "sli_specification": {"time_slice": {"comparator": ">", "threshold": 5, "query": {"formulas": [{"formula": "q1"}], "queries": []}}}}`: {
			5 * time.Minute, "good", "a slice of 300 seconds, good where q1 > 5; push 1 of 1 for it, or 0 of 1",
		},
		head + `"type": "monitor", "monitor_ids": [12, 13], "groups": ["host:a"], "monitor_tags": ["x"]}`: {
			time.Minute, "ignored", "a minute in which none of the monitors 12, 13 in the groups host:a of Datadog alerts; push 1 of 1 for it, or 0 of 1",
		},
	} {
		got, err := datadog.Read([]byte(text))
		if err != nil || len(got.SLOs) != 1 {
			t.Fatalf("%d SLOs, %v (%v)", len(got.SLOs), got.Notes, err)
		}
		d := got.SLOs[0].Declaration
		if d.GoodEvent != want.words || d.Resolution != want.resolution || d.Category != slo.Latency || d.WindowDays != 90 || d.Budgeting.Method != slo.Timeslices || d.Budgeting.SliceTarget != "100%" ||
			d.Budgeting.SliceLength != want.resolution || string(d.Budgeting.Missing) != want.missing || got.SLOs[0].Service != "datadog" {
			t.Errorf("it is %+v", d)
		}
		told(t, got, "/tags name no service", "/type is measured by Datadog")
	}
}

func TestCountsAreOfFormulas(t *testing.T) {
	t.Parallel()
	text := strings.Replace(metric, `"query": {"numerator": "sum:http.ok{*}.as_count()", "denominator": "sum:http.all{*}.as_count()"}`,
		`"sli_specification": {"count": {"good_events_formula": {"formula": "a"}, "bad_events_formula": {"formula": "b"}, "queries": [{"name": "a", "data_source": "metrics", "query": "sum:ok{*}"}, {"name": "b", "query": "sum:bad{*}"}]}}, "configured_alert_ids": [1]`, 1)
	got, err := datadog.Read([]byte(text))
	if err != nil || len(got.SLOs) != 1 || got.SLOs[0].Declaration.GoodEvent != "as Datadog counts it\ngood: a\nbad: b\na: sum:ok{*}\nb: sum:bad{*}" {
		t.Fatalf("%+v (%v)", got.SLOs, err)
	}
	told(t, got, "/type is measured by Datadog", "/thresholds have warnings", "/configured_alert_ids are monitors")
}

func TestWhatDoesNotTranslateIsLeftAndTheRestStays(t *testing.T) {
	t.Parallel()
	odd := strings.NewReplacer(`"timeframe": "7d"`, `"timeframe": "custom"`, `"timeframe": "30d", "target": 99.9`, `"timeframe": "custom", "target": 99.9`).Replace(metric)
	all := strings.Replace(strings.Replace(metric, "99.9, \"target_display\": \"99.9\"", "100", 1), `"id": "abc123",`, `"id": "x", "new_field": {"a": 1},`, 1)
	got, err := datadog.Read([]byte(reply(metric, odd, all, metric)))
	if err != nil || len(got.SLOs) != 2 || got.SLOs[1].Declaration.Slug != "checkout-availability-2" {
		t.Fatalf("%+v (%v)", got.SLOs, err)
	}
	var left []string
	for _, n := range got.Notes {
		if n.Left || strings.Contains(n.Message, "not known") {
			left = append(left, n.Pointer+" "+n.Message)
		}
	}
	want := []string{"/data/1/thresholds has no target over 7d, 30d or 90d", "/data/2/thresholds cannot be declared here: must be below 100%"}
	if !slices.EqualFunc(left, want, strings.HasPrefix) {
		t.Errorf("left is\n%s", strings.Join(left, "\n"))
	}
}

func TestWhatIsWrongIsToldAtItsLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, new, want string }{
		{`"name": "Checkout availability", `, "", "/name: is required"},
		{`"type": "metric"`, `"type": "event"`, "2:81: /type: must be metric, monitor or time_slice"},
		{`"target": 99.5`, `"target": "high"`, "5:35: /thresholds/0/target: must be a number"},
		{`"timeframe": "7d", `, "", "/thresholds/0/timeframe: is required"},
		{`"thresholds"`, `"limits"`, "/thresholds: is required"},
		{`"numerator": "sum:http.ok{*}.as_count()", `, "", "/query/numerator: is required"},
		{`"tags": [`, `"tags": {}, "more": [`, "/tags: must be a list"},
		{`"query"`, `"queries"`, "/sli_specification/count: is required"},
	} {
		_, err := datadog.Read([]byte(strings.Replace(metric, c.old, c.new, 1)))
		var refused *yamldoc.Error
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s instead of %s: %v, want %q", c.new, c.old, err, c.want)
		}
	}
	for text, want := range map[string]string{
		`{"errors": ["Forbidden"]}`: "/errors: tells that the question was refused", `"x"`: "must be names with values", `{"data": 5}`: "/data: must be names with values", `{"data": [`: "1:",
	} {
		if _, err := datadog.Read([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A page of the API has at most a thousand SLOs.
func TestAPageOfTheAPIIsReadInATime(t *testing.T) {
	t.Parallel()
	var objects []string
	for i := range 1000 {
		objects = append(objects, strings.Replace(metric, "Checkout availability", fmt.Sprintf("Checkout availability %d", i), 1))
	}
	text := reply(objects...)
	began := time.Now()
	got, err := datadog.Read([]byte(text))
	if err != nil || len(got.SLOs) != 1000 || got.SLOs[999].Declaration.Slug != "checkout-availability-999" {
		t.Fatalf("%d SLOs (%v)", len(got.SLOs), err)
	}
	if took := time.Since(began); took > 20*time.Second { // it takes half a second; far beyond what a busy machine adds
		t.Errorf("%d bytes took %s", len(text), took)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(reply(metric))
	f.Add(`{"name": "a", "type": "time_slice", "thresholds": [{"timeframe": "7d", "target": 99}], "sli_specification": {"time_slice": {"query": {"formulas": [1]}}}}`)
	f.Add(`[{"type": "monitor", "monitor_ids": ["a"], "thresholds": {}}]`)
	f.Fuzz(func(t *testing.T, text string) {
		var wrong *yamldoc.Error
		if _, err := datadog.Read([]byte(text)); err != nil && !errors.As(err, &wrong) {
			t.Errorf("%q: %v", text, err)
		}
	})
}
