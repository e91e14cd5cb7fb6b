package dashboard

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
	"github.com/evenkeel/evenkeel/services/slo/sla"
)

// agreements are the SLAs of the checkout of a sample: one that was breached and stands
// badly, one that stands well, one of which nothing is measured, and one with a hostile
// name that is not valid yet.
type agreements struct{ *sample }

const (
	breachedSLA id.ID = "01JD3Z0Q8RC6W4N1M2V5K7T9X1"
	metSLA      id.ID = "01JD3Z0Q8RC6W4N1M2V5K7T9X2"
	unknownSLA  id.ID = "01JD3Z0Q8RC6W4N1M2V5K7T9X3"
	laterSLA    id.ID = "01JD3Z0Q8RC6W4N1M2V5K7T9X4"
)

func target(text string) budget.Objective {
	o, err := budget.ParseObjective(text)
	if err != nil {
		panic(err)
	}
	return o
}

func (a agreements) List(_ context.Context, f sla.Filter, r page.Request) (page.Page[sla.View], error) {
	var out []sla.View
	for _, s := range a.services {
		if s.ID != f.Service || s.Slug != "checkout" {
			continue
		}
		for _, one := range []struct {
			of       id.ID
			customer string
		}{{breachedSLA, "Acme"}, {metSLA, "Globex"}, {unknownSLA, "Initech"}, {laterSLA, hostile}} {
			out = append(out, sla.View{
				SLA:      sla.SLA{ID: one.of, Service: s.ID, Name: one.customer + ", gold", Customer: one.customer, TermsURL: "https://example.org/terms"},
				Revision: sla.Revision{SLA: one.of, Terms: sla.Terms{Target: target("99.9%")}},
			})
		}
	}
	return pageOf(out, r), nil
}

var november = calendar.Window{Start: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}

func (a agreements) Current(_ context.Context, v sla.View) (*sla.Current, error) {
	sum := map[id.ID]window.Sum{breachedSLA: {Good: 995_000, Total: 1_000_000}, metSLA: {Good: 99_905_000, Total: 100_000_000}}[v.SLA.ID]
	if v.SLA.ID == laterSLA {
		return nil, nil
	}
	return &sla.Current{
		Window: november, Until: a.now, Account: sla.AccountOf(sum, v.Revision.Target),
		Pieces: []sla.Piece{{Revision: 1, From: november.Start, To: a.now, Sum: sum, Noun: "event"}},
	}, nil
}

func (a agreements) Periods(_ context.Context, f sla.PeriodFilter, r page.Request) (page.Page[sla.Period], error) {
	came, known := map[id.ID]sla.Period{
		breachedSLA: {Outcome: sla.Outcome{Verdict: sla.Breached, Credit: "10%"}}, metSLA: {Outcome: sla.Outcome{Verdict: sla.Met}}, unknownSLA: {Outcome: sla.Outcome{Verdict: sla.Unknown}},
	}[f.SLA]
	if !known {
		return page.Page[sla.Period]{}, nil
	}
	came.End = november.Start
	if f.SLA == metSLA {
		came.RestatedAt = &a.now
	}
	return pageOf([]sla.Period{came}, r), nil
}

// 99.5 − 99.9 = −0.40 and 99.905 − 99.9 = +0.005, of which two digits would make 0.01
// or nothing.
func TestAServiceShowsHowItsSLAsStand(t *testing.T) {
	t.Parallel()
	doc, text := visiting(t, newSample()).read("/services/checkout")
	says(t, words(within(t, doc, "main")),
		"Acme Acme, gold · until 1 Dec 2026 99.50 % of 99.9 % −0.40 points Breached ended 1 Nov 2026 , credit 10 %",
		"Globex Globex, gold · until 1 Dec 2026 99.905 % of 99.9 % +0.0050 points Met ended 1 Nov 2026 , restated",
		"Initech Initech, gold · until 1 Dec 2026 — no data of 99.9 % — no data Unknown ended 1 Nov 2026")
	says(t, words(within(t, doc, "main")), "How every figure is computed Acme, gold", "current.margin SLI − target 99.5 % − 99.9 % = -0.4 points")
	if !strings.Contains(text, `href="https://example.org/terms"`) {
		t.Error("nothing leads to the terms")
	}
	doc, _ = visiting(t, newSample()).read("/services/search")
	says(t, words(within(t, doc, "main")), "No SLAs", "POST /v1/services/{service}/slas")
}
