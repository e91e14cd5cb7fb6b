package openslo_test

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/openslo"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// The documents have the shape of examples that OpenSLO publishes (README.md, "SLI", and
// examples/budgeting-method), in other words and with other numbers.
const (
	// A ratio of a data source that is none of ours, as in the README's foo-slo.
	ratioDocument = `apiVersion: openslo/v1
kind: SLO
metadata:
  name: basket
  displayName: Basket
  labels: {team: [shop, web]}
  annotations: {example.org/dashboard: "https://example.org"}
spec:
  service: shop
  indicator:
    metadata:
      name: basket-errors
      displayName: Baskets that could be opened
    spec:
      ratioMetric:
        counter: true
        good:
          metricSource:
            metricSourceRef: metrics
            type: Datadog
            spec:
              query: sum:hits{status:200}.as_count()
        total:
          metricSource:
            metricSourceRef: metrics
            type: Datadog
            spec:
              query: sum:hits{*}.as_count()
              region: eu
  timeWindow:
    - duration: 4w
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - displayName: All errors
      target: 0.98
  alertPolicies:
    - alertPolicyRef: on-call
`
	// A threshold, as in occurences-slo.yaml; the indicator is in a document of its own.
	thresholdDocument = `apiVersion: openslo/v1
kind: DataSource
metadata: {name: prometheus}
spec: {type: Prometheus, connectionDetails: {url: "https://example.org"}}
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: search-time}
spec:
  description: A search that took less than half a second.
  thresholdMetric:
    metricSource:
      metricSourceRef: prometheus
      spec: {query: max(search_milliseconds)}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: search, annotations: {evenkeel.dev/category: latency}}
spec:
  service: shop
  indicatorRef: search-time
  timeWindow: [{duration: 2w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{op: lt, value: 5e2, targetPercent: 99.50}]
`
	// Slices over months of a calendar with a second objective, as timeslices-slo.yaml means it.
	slicesDocument = `apiVersion: openslo/v1
kind: SLO
metadata: {name: line, annotations: {evenkeel.dev/missing-slices: bad}}
spec:
  service: network
  indicator:
    metadata: {name: line}
    spec:
      ratioMetric:
        good: {metricSource: {metricSourceRef: prometheus, spec: {query: "sum(increase(ok_total[$window]))"}}}
        total: {metricSource: {metricSourceRef: prometheus, spec: {query: "sum(increase(all_total[$window]))"}}}
  timeWindow:
    - duration: 1M
      calendar: {startTime: 2022-01-01 12:00:00, timeZone: America/New_York}
  budgetingMethod: Timeslices
  objectives:
    - {op: gt, target: 0.995, timeSliceTarget: 0.99, timeSliceWindow: 1m}
    - {displayName: SLA, target: 0.99, timeSliceTarget: 0.99, timeSliceWindow: 1m}
`
)

func TestDocumentsOfOthersAreReadAsFarAsTheyHaveAPlace(t *testing.T) {
	t.Parallel()
	month := &slo.CalendarInput{Period: calendar.Month, StartDate: "2022-01-01", TimeZone: "America/New_York"}
	for name, c := range map[string]struct {
		text     string
		service  string
		want     slo.Declaration
		warnings []string // code and line, counted by hand
	}{
		"a ratio": {
			ratioDocument, "shop", slo.Declaration{
				Slug: "basket", Name: "Basket", Objective: "98%", WindowDays: 28, Category: slo.Availability, GoodEvent: "Baskets that could be opened",
				Budgeting: slo.BudgetingInput{Method: slo.Occurrences},
				Origin:    origin.Origin{DataSource: "metrics", Ratio: &origin.Ratio{Good: "sum:hits{status:200}.as_count()", Total: "sum:hits{*}.as_count()"}},
			},
			// No category is said, of all the metadata, which begin in line 4; labels; the annotation of others; that it is
			// a counter; two types; what else is asked; the objective's name; the alert policy.
			[]string{"assumed 4", "left_out 6", "left_out 7", "changed 16", "not_readable 20", "not_readable 26", "left_out 29", "left_out 35", "not_there 38"},
		},
		"a threshold": {
			thresholdDocument, "shop", slo.Declaration{
				Slug: "search", Name: "search", Objective: "99.50%", WindowDays: 14, Category: slo.Latency, GoodEvent: "A search that took less than half a second.",
				Budgeting: slo.BudgetingInput{Method: slo.Occurrences},
				Origin:    origin.Origin{DataSource: "prometheus", Threshold: &origin.Threshold{Query: "max(search_milliseconds)", Op: origin.LT, Value: 500}},
			},
			[]string{"left_out 2"},
		},
		"slices": {
			slicesDocument, "network", slo.Declaration{
				Slug: "line", Name: "line", Objective: "99.5%", Calendar: month, Category: slo.Availability,
				Budgeting: slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "99%", SliceLength: time.Minute, Missing: lens.Bad},
				Further:   []slo.GoalInput{{Name: "sla", Objective: "99%", Calendar: month}},
				Origin:    origin.Origin{DataSource: "prometheus", Ratio: &origin.Ratio{Good: "sum(increase(ok_total[$window]))", Total: "sum(increase(all_total[$window]))"}},
			},
			[]string{"assumed 3", "changed 14", "not_strict 17", "left_out 17", "changed 18"},
		},
	} {
		r, err := openslo.Read([]byte(c.text), openslo.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want := c.want.Complete(); !reflect.DeepEqual(r.Declaration, want) || r.Service != c.service {
			t.Errorf("%s is read as\n%+v, want\n%+v", name, r.Declaration, want)
		}
		var got []string
		for _, w := range r.Warnings {
			got = append(got, fmt.Sprintf("%s %d", w.Code, w.Line))
		}
		if !slices.Equal(got, c.warnings) {
			t.Errorf("%s warns of %q, want %q: %+v", name, got, c.warnings, r.Warnings)
		}
	}
}

// The lines were counted by hand.
func TestWhatIsWrongWithADocumentIsToldWithItsPathAndLine(t *testing.T) {
	t.Parallel()
	for was, c := range map[string]struct{ now, pointer, says string }{
		"kind: SLO":                     {"kind: Goal", "/kind", "line 2, column 7: must be one of"},
		"apiVersion: openslo/v1":        {"apiVersion: openslo/v1alpha", "/apiVersion", `line 1, column 13: must be "openslo/v1"`},
		"  name: basket\n":              {"  name: Basket!\n", "/metadata/name", "line 4, column 9: "},
		"  service: shop":               {"  servce: shop", "/spec", `line 9, column 3: unknown field "servce"`},
		"duration: 4w":                  {"duration: 1M", "/spec/timeWindow/0/duration", "line 31, column 17: must be whole days"},
		"isRolling: true":               {"isRolling: false", "/spec/timeWindow/0/isRolling", "line 32, column 18: must be true"},
		"budgetingMethod: Occurrences":  {"budgetingMethod: Often", "/spec/budgetingMethod", "line 33, column 20: must be Occurrences"},
		"target: 0.98":                  {"target: 1", "/spec/objectives/0/target", "line 36, column 15: must be a number from 0 and below 1"},
		"      target: 0.98":            {"      target: 0.98\n      targetPercent: 98", "/spec/objectives/0", "must have either target or targetPercent"},
		"displayName: All errors":       {"compositeWeight: 2", "/spec/objectives/0", "line 35, column 7: must have neither"},
		"        total:\n":              {"        bad:\n", "/spec/indicator/spec/ratioMetric", "must have total, and either good or bad"},
		"sum:hits{*}.as_count()":        {`"` + strings.Repeat("x", 4097) + `"`, "/spec/indicator/spec/ratioMetric/total/metricSource/spec", "must have at most 4096 bytes"},
		"labels: {team: [shop, web]}":   {"labels: &all {team: [shop, web]}", "", "line 6, column 11: anchors and aliases"},
		"example.org/dashboard":         {"evenkeel.dev/min-events", "/metadata/annotations/evenkeel.dev~1min-events", "line 7, column 42: must be a whole number"},
		"{example.org/dashboard: \"htt": {"{evenkeel.dev/confidence: \"htt", "/metadata/annotations/evenkeel.dev~1confidence", "line 7, column 42: must be"},
		"  objectives:":                 {"  objectives: []\n  x:", "/spec", "unknown field"},
	} {
		text := strings.Replace(ratioDocument, was, c.now, 1)
		if text == ratioDocument {
			t.Fatalf("%q is not in the document", was)
		}
		_, err := openslo.Read([]byte(text), openslo.Options{})
		f := fault.As(err)
		if f == nil || f.Kind != fault.Invalid || !slices.ContainsFunc(f.Violations, func(v fault.Violation) bool { return v.Pointer == c.pointer && strings.Contains(v.Message, c.says) }) {
			t.Errorf("%q: told is %v, want %s %s", c.now, violations(err), c.pointer, c.says)
		}
	}
	for text, says := range map[string]string{
		"":                                      "there is no document of kind SLO",
		"a: [":                                  "line 1",
		ratioDocument + "---\n" + ratioDocument: "is the name of another SLO of the service shop, in document 1, line 4",
		ratioDocument + "---\n" + strings.Replace(ratioDocument, "name: basket", "name: other", 1): "is the second SLO",
		strings.Repeat("[", 51):                                                   "more than 50 deep",
		strings.Repeat("#", openslo.MaxSize+1):                                    "at most 65536 bytes",
		strings.Replace(thresholdDocument, "name: search-time", "name: other", 1): "names an SLI that is not in the text",
	} {
		if _, err := openslo.Read([]byte(text), openslo.Options{}); !strings.Contains(strings.Join(violations(err), "\n"), says) {
			t.Errorf("of %.40q is told %v, want %s", text, violations(err), says)
		}
	}
}

func violations(err error) []string {
	var out []string
	if f := fault.As(err); f != nil {
		for _, v := range f.Violations {
			out = append(out, v.Pointer+" "+v.Message)
		}
	}
	return out
}

func TestADataSourceThatIsNotNamedIsForWhoeverReadsIt(t *testing.T) {
	t.Parallel()
	r, err := openslo.Read([]byte(strings.ReplaceAll(slicesDocument, "metricSourceRef: prometheus, ", "")), openslo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Declaration.Origin.DataSource != "" || !slices.ContainsFunc(r.Warnings, func(w openslo.Warning) bool { return strings.Contains(w.Message, "names no data source") }) {
		t.Errorf("it is %q, and warns of %+v", r.Declaration.Origin.DataSource, r.Warnings)
	}
}

var placed = regexp.MustCompile(`^line (\d+), column (\d+): `)

// What is read is written and read again as the same, and what is wrong is told within the text.
func FuzzAnyTextIsReadOrRefusedAtAPlace(f *testing.F) {
	for _, text := range []string{ratioDocument, thresholdDocument, slicesDocument, "", "---\n", "a: &a [*a]", "apiVersion:", "apiVersion: openslo/v1\nkind: SLO\n", "{", "- - - -", strings.ReplaceAll(slicesDocument, "\n", "\r\n"), strings.Replace(slicesDocument, "target: 0.995", "targetPercent: [1]", 1), "apiVersion: openslo/v1\nkind: SLO\nspec: {indicator: {spec: {ratioMetric: {raw: {metricSource: {spec: 5}}}}}, objectives: [{}]}"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := openslo.Read(text, openslo.Options{})
		if err != nil {
			of := fault.As(err)
			if of == nil || of.Kind != fault.Invalid || len(of.Violations) == 0 {
				t.Fatalf("%v is nothing that somebody can put right", err)
			}
			lines := strings.Count(string(text), "\n") + 1
			for _, v := range of.Violations {
				at := placed.FindStringSubmatch(v.Message)
				if at == nil {
					continue // of the text as a whole
				}
				if line, err := strconv.Atoi(at[1]); err != nil || line < 1 || line > lines {
					t.Errorf("%s is not within %q", v.Message, text)
				}
			}
			return
		}
		written, err := openslo.Write(r.Service, r.Declaration, openslo.Extras{})
		if err != nil {
			t.Fatal(err)
		}
		again, err := openslo.Read(written, openslo.Options{})
		if err != nil {
			t.Fatalf("%v\n%s", violations(err), written)
		}
		if !reflect.DeepEqual(again.Declaration, r.Declaration) || again.Service != r.Service {
			t.Fatalf("read was\n%+v, written\n%s\nread again\n%+v", r.Declaration, written, again.Declaration)
		}
	})
}
