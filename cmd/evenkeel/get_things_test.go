package main

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWhatThereIsIsShownWithoutABrowser(t *testing.T) {
	t.Parallel()
	f := newStory(t)
	f.call("administrator", 201, "POST", "/v1/teams", `{"slug":"payments","name":"Payments","contact":"#payments"}`)
	for _, slug := range []string{"checkout", "ledger"} {
		f.call("administrator", 201, "POST", "/v1/services", `{"slug":"`+slug+`","name":"The `+slug+`","team":"payments","kind":"http","tier":1}`)
	}
	f.call("administrator", 201, "POST", "/v1/services/checkout/slos", `{"slug":"availability","name":"Orders are taken","objective":"99.9%","windowDays":28,"indicator":{"category":"availability"}}`)
	incident := f.call("administrator", 201, "POST", "/v1/incidents", `{"title":"Payments fail","severity":"sev1","impactStart":"2026-11-27T18:00:00Z","services":[{"service":"checkout","role":"affected"}]}`)
	environ := []string{"EVENKEEL_SERVER=" + f.base, "EVENKEEL_TOKEN=" + f.tokens["administrator"]}
	run := func(want int, args ...string) (out, errs string) {
		t.Helper()
		code, out, errs := evenkeel(t, environ, append([]string{"get"}, args...)...)
		if code != want {
			t.Errorf("get %q ends with %d, want %d: %s", args, code, want, errs)
		}
		return out, errs
	}
	for _, test := range []struct{ args, want, not string }{
		{"services", "checkout  payments", "TIER 2"},
		{"services --team payments", "ledger    payments", "evenkeel  "},
		{"services ledger", "The ledger", "checkout"},
		{"slos checkout/availability", "checkout/availability  99.9%      28 days  no_data", "latency"},
		{"teams", "payments", "checkout"},
		{"incidents", "sev1      declared  payments  2026-11-27T18:00:00Z  Payments fail", "P1"},
		{"violations", "VIOLATION", "open"},
		{"scorecards", "SCORECARD", "{"},
	} {
		if out, _ := run(0, strings.Fields(test.args)...); !strings.Contains(out, test.want) || strings.Contains(out, test.not) {
			t.Errorf("get %s:\n%s", test.args, out)
		}
	}
	// JSON is the API's, without what a terminal would take for colours.
	out, _ := run(0, "services", "checkout", "-o", "json")
	var got, want any
	if err := json.Unmarshal([]byte(out), &got); err != nil || strings.Contains(out, "\x1b") {
		t.Fatalf("%v: %s", err, out)
	}
	want = f.call("administrator", 200, "GET", "/v1/services/checkout", "")
	for name, value := range want.(map[string]any) {
		if has := got.(map[string]any)[name]; name != "updatedAt" && jsonOf(t, has) != jsonOf(t, value) {
			t.Errorf("%s is %v, and %v by the API", name, has, value)
		}
	}
	if out, _ := run(0, "services", "--team", "payments", "-o", "json"); !strings.HasPrefix(out, "[") || strings.Count(out, `"slug": "checkout"`) != 1 {
		t.Errorf("the list: %s", out)
	}
	if out, _ := run(0, "violations", "-o", "json"); strings.TrimSpace(out) != "[]" {
		t.Errorf("no violations are %q", out)
	}
	if out, _ := run(0, "incidents", incident["id"].(string), "-o", "yaml"); !strings.Contains(out, "title: Payments fail\n") {
		t.Errorf("as YAML: %s", out)
	}
	// What goes wrong is told as text on standard error, whatever the output.
	if out, errs := run(1, "services", "nowhere", "-o", "json"); out != "" || !strings.Contains(errs, "get nowhere: the server answers 404 Not Found") {
		t.Errorf("of none: %q and %q", out, errs)
	}
	run(2, "services", "checkout", "--team", "payments")
	run(2, "services", "-o", "xml")
	// A shell is offered what begins so.
	if code, out, _ := evenkeel(t, environ, "__complete", "get", "services", "che"); code != 0 || !strings.HasPrefix(out, "checkout\n") || strings.Contains(out, "ledger") {
		t.Errorf("completion: %d %q", code, out)
	}
	if code, out, _ := evenkeel(t, nil, "__complete", "get", "services", "che"); code != 0 || !strings.HasPrefix(out, ":4") {
		t.Errorf("completion without a token: %d %q", code, out)
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// By hand: 12 + 2 + 30 characters have to fit in 30, so that the second column has 16 left.
func TestTablesFitTheirTerminal(t *testing.T) {
	t.Parallel()
	rows := [][]string{{"SERVICE", "NAME"}, {"abcdefghijkl", strings.Repeat("ü", 30)}}
	fit(rows, 30)
	if rows[1][0] != "abcdefghijkl" || rows[1][1] != strings.Repeat("ü", 15)+"…" || rows[0][1] != "NAME" {
		t.Errorf("it is %q", rows)
	}
	fit(rows, 1)
	if n := utf8.RuneCountInString(rows[1][1]); n != narrowest {
		t.Errorf("a column has %d characters where there is no room, want %d", n, narrowest)
	}
	wide := [][]string{{"a", "b"}}
	if fit(wide, 80); wide[0][0] != "a" {
		t.Errorf("it is %q", wide)
	}
}
