package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/services/foreign"
)

// imported reads a text of the format.
func imported(t *testing.T, format, text string) importReading {
	t.Helper()
	f, err := importFormatOf(format)
	if err != nil {
		t.Fatal(err)
	}
	r := f.read([]foreign.Text{{In: "x", Bytes: []byte(text)}}, importing{team: "payments", dataSource: "prometheus"})
	if len(r.refused) > 0 {
		t.Fatalf("%s: %+v", format, r.refused)
	}
	return r
}

// The lines were counted by hand: of an SLO that is a document its first, of one in a list that of its item.
func TestEachImportedSLOIsFromItsOwnLine(t *testing.T) {
	t.Parallel()
	renamed := strings.NewReplacer("Requests\"", "Others\"", "name: requests", "name: others", "web-requests", "web-others", "slo_name: requests", "slo_name: others", `"abc"`, `"def"`, `"u-1"`, `"u-2"`).Replace
	twice := func(tool string) string { return exports[tool].text + "---\n" + renamed(exports[tool].text) }
	listed := func(tool, head string) string { // in lines of their own
		_, inner, _ := strings.Cut(exports[tool].text, "[")
		inner = inner[:strings.LastIndex(inner, "]}")]
		return head + "[\n" + inner + ",\n" + renamed(inner) + "]}"
	}
	nobl9 := exports["nobl9"].text + `    - displayName: fast
      value: 1
      name: fast
      target: 0.99
      countMetrics:
        incremental: true
        good: {prometheus: {promql: 'sum(fast_total)'}}
        total: {prometheus: {promql: sum(http_requests_total)}}
`
	for name, c := range map[string]struct{ format, text, want string }{
		"sloth":            {"sloth", checkoutSloth + "---\n" + strings.Replace(checkoutSloth, `"checkout"`, `"basket"`, 1), "1:6 1:20 2:34 2:48"},
		"sloth's operator": {"sloth", "apiVersion: sloth.slok.dev/v1\nkind: PrometheusServiceLevel\nmetadata: {name: a}\nspec:\n  service: wifi\n  slos:\n    - name: one\n      objective: 95\n      sli: {raw: {errorRatioQuery: '1 - avg(a)'}}\n      alerting: {name: A}\n    - {name: two, objective: 95, sli: {raw: {errorRatioQuery: '1 - avg(b)'}}, alerting: {name: B}}\n", "1:7 1:11"},
		"pyrra":            {"pyrra", twice("pyrra"), "1:1 2:15"},
		"slo-generator":    {"slo-generator", twice("slo-generator"), "1:1 2:15"},
		"nobl9":            {"nobl9", twice("nobl9"), "1:1 2:19"},
		"nobl9's further":  {"nobl9", nobl9, "1:1 1:18"},
		"datadog":          {"datadog", listed("datadog", `{"data": `), "1:2 1:4"},
		"grafana":          {"grafana", listed("grafana", `{"slos": `), "1:2 1:5"},
	} {
		var got []string
		for _, thing := range imported(t, c.format, c.text).things {
			if thing.kind == "SLO" {
				got = append(got, fmt.Sprintf("%d:%d", thing.origin.Document, thing.origin.Line))
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("the SLOs of %s are from %v, want %s", name, got, c.want)
		}
	}
}

// Of 1,500 notes on one text 1,000 are told, and how many there are more.
func TestNotesOnCatalogsAndTablesAreBounded(t *testing.T) {
	t.Parallel()
	needs, rows := &strings.Builder{}, &strings.Builder{}
	for i := range 1500 {
		fmt.Fprintf(needs, "    - component:default/nobody-%d\n", i)
		fmt.Fprintf(rows, "Service %d,payments\n", i)
	}
	entity := "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: checkout\n  annotations: {evenkeel.dev/tier: '2'}\nspec:\n  type: service\n  lifecycle: production\n  owner: payments\n  dependsOn:\n" + needs.String()
	for format, c := range map[string]struct{ text, more string }{
		// Each service that is in no text has a note.
		"catalog-info": {entity, "there are 500 more notes on this document"},
		// Each name is made a short one, and nothing says how critical a service is.
		"csv": {"service,team\n" + rows.String(), "there are 2000 more notes on this table"},
	} {
		told, last := 0, ""
		for _, n := range imported(t, format, c.text).notes {
			if strings.Contains(n.Message, " more notes ") {
				last = n.Message
			} else {
				told++
			}
		}
		if told != foreign.MaxNotes || last != c.more {
			t.Errorf("of %s %d notes are told, and %q", format, told, last)
		}
	}
}
