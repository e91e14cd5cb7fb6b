package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// exempt are the operations whose example of a request is not taken in a furnished house, and why that
// is not the example's fault.
var exempt = map[string]string{
	"changeIncidentStatus": "the incident of the house goes on later than the example's hour",
	"exchangeToken":        "the token of the example is none that a provider signed",
	"publishReport":        "the example's month is not over yet in the house",
	"pushServiceFact":      "the fact of the house is a text, the example's an age",
	"submitPostmortem":     "somebody else reviews it, and the one identifier in examples stands for who writes it",
}

// Examples happen on 27 November 2026, and tests in March: days are moved. The one identifier in examples is
// nobody's, and becomes that of somebody.
const nobodyInExamples = "01JD9Z7P6M5W8Q3K2N4T6V8X0Y"

var (
	dated         = regexp.MustCompile(`\b20\d\d-\d\d-\d\d`)
	sinceExamples = int(start.Sub(time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)).Hours() / 24)
)

// A reader copies an example, and has it taken: those of the document are sent as they stand, each to a
// thing that is there, in the version that it has.
func TestTheServerTakesTheExamplesOfItsDocument(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	h.furnish()
	h.prepare()
	d := h.readDocument()
	// What examples name beside what each house has.
	h.must(201, call{as: "ada", method: "POST", path: "/v1/scorecards", body: scorecard("production-readiness", "payments", `"id":"documented"`, `"id":"load-tested"`, `"id":"owned"`, `"id":"runbooks"`)})
	h.must(201, call{as: "ada", method: "POST", path: "/v1/services", body: service(`"slug":"search"`)})
	h.must(201, call{as: "ada", method: "POST", path: "/v1/services/search/slos", body: slo()})
	sent, taken, inTheWay := 0, []string{}, []string{}
	for _, o := range d.operations {
		if o.body() == nil {
			continue
		}
		m := o.RequestBody.Value.Content.Get("application/json")
		for _, example := range m.Examples {
			c := h.example(o, example.Value.Value, nil)
			sent++
			a := h.do(c)
			why, spared := exempt[o.OperationID]
			switch {
			case a.status < 300 && spared:
				t.Errorf("%s takes its example after all: it is exempt for %q", o.OperationID, why)
			case a.status < 300:
				taken = append(taken, o.OperationID)
			case a.status == http.StatusConflict || a.status == http.StatusNotFound:
				// The example is one, and what it is about is not in the state, or has the name.
				inTheWay = append(inTheWay, o.OperationID+" ("+a.problem.Code+")")
			case !spared:
				t.Errorf("%s %d %s: %s\n%s", o.OperationID, a.status, a.problem.Code, strings.TrimSpace(string(a.body)), c.body)
			}
		}
	}
	for id := range exempt {
		if !slices.ContainsFunc(d.operations, func(o operation) bool { return o.OperationID == id }) {
			t.Errorf("there is no operation %s that could be exempt", id)
		}
	}
	t.Logf("%d of %d examples are taken; %d are exempt; of %d the state of things was in the way: %s", len(taken), sent, len(exempt), len(inTheWay), strings.Join(inTheWay, ", "))
	if len(taken) < sent/2 {
		t.Errorf("%d of %d examples are taken: that is too few to say something", len(taken), sent)
	}
}

// example is the operation as the document shows it, by the administrator: of the things of the house, or of
// others by the names of the parameters.
func (h *house) example(o operation, value any, others map[string]string) call {
	h.t.Helper()
	c := call{as: "administrator", method: o.method, path: o.target(h, others)}
	if value != nil {
		body, err := json.Marshal(value)
		if err != nil {
			h.t.Fatal(err)
		}
		c.body = dated.ReplaceAllStringFunc(strings.ReplaceAll(string(body), nobodyInExamples, h.ids["ada"]), func(at string) string {
			day, err := time.Parse(time.DateOnly, at)
			if err != nil {
				h.t.Fatal(err)
			}
			return day.AddDate(0, 0, sinceExamples).Format(time.DateOnly)
		})
	}
	if slices.Contains(o.in("header"), "If-Match") {
		c.header = append(c.header, "If-Match: "+h.tagOf(c.path))
	}
	var query []string
	for _, p := range o.params {
		if p.Value.In == "query" && p.Value.Required {
			query = append(query, p.Value.Name+"="+url.QueryEscape(fmt.Sprint(p.Value.Schema.Value.Example)))
		}
	}
	if query != nil {
		c.path += "?" + strings.Join(query, "&")
	}
	return c
}

// tagOf is the version of the thing that a path changes: of itself, or of that which an act is done to.
func (h *house) tagOf(path string) string {
	h.t.Helper()
	for p := path; strings.Count(p, "/") > 2; p = p[:strings.LastIndexByte(p, '/')] {
		if tag := h.do(call{as: "administrator", method: "GET", path: p}).header.Get("ETag"); tag != "" {
			return tag
		}
	}
	return `"1"`
}
