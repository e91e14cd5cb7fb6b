package dashboard

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/outage"
)

func TestThroughTheServicesErrorsAreToldByClassOfOutage(t *testing.T) {
	t.Parallel()
	h := build(t)
	_, err := h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "shop", Name: "The shop"})
	h.must(err)
	service, err := h.registry.CreateService(h.admin, registry.ServiceInput{Slug: "checkout", Team: "shop", Profile: registry.Profile{
		Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}})
	h.must(err)
	taken := h.declare(service, "taken")
	h.push(service, taken, 28, func(daysAgo float64) float64 {
		if daysAgo <= 2 {
			return 16
		}
		return 0
	})
	_, err = h.evaluator.RunOnce(access.WithCaller(t.Context(), access.System("test")))
	h.must(err)
	v := h.visitor()
	const path = "/services/checkout/slos/taken/errors"

	// 2 days of 288 slots with 16 bad events are 9,216, which is 114.29 % of the 8,064 that
	// 806,400 events allow. Of the quarter 53 days, 14 h and 25 min of 92 days are over, so
	// that it allows 8,064 · 92 ÷ 53.6007 = 13,841, of which they are 66.59 %.
	doc, text := v.read(path)
	says(t, words(within(t, doc, "main")), "This quarter since 1 Oct 2026; 58 % of it is over", "in no outage 9,216 66.6 % all bad events 9,216 66.6 %",
		"The last 28 days until 23 Nov 2026, 14:25 UTC", "in no outage 9,216 114.3 % all bad events 9,216 114.3 %", "None recorded", "POST /v1/services/{service}/outages")
	checkPage(t, doc, text)

	// The last day is in an outage: half of the bad events, 4,608, are 57.14 % of 28 days'
	// budget, and 33.29 % of the quarter's. Its last slot, with 16 of them, is in the other
	// outage too, of 0.20 % and 0.12 %.
	end := time.Date(2026, 11, 23, 14, 25, 0, 0, time.UTC)
	_, err = h.outages.Record(h.admin, service.ID, outage.Input{Class: "network", Note: "a switch <died>", Begins: end.Add(-24 * time.Hour), Ends: &end})
	h.must(err)
	_, err = h.outages.Record(h.admin, service.ID, outage.Input{Class: "dns", Begins: end.Add(-5 * time.Minute)})
	h.must(err)
	doc, text = v.read(path)
	says(t, words(within(t, doc, "main")), "network 4,608 33.3 % dns 16 0.1 % in no outage 4,608 33.3 % all bad events 9,216 66.6 %",
		"network 4,608 57.1 % dns 16 0.2 % in no outage 4,608 57.1 % all bad events 9,216 114.3 %",
		"What lies in outages of two classes counts in both.",
		"dns Lasts 23 Nov 2026, 14:20 UTC began 7 min ago", "network Over 22 Nov 2026, 14:25 UTC lasted 1 d; recorded by", "a switch <died>")
	if strings.Contains(text, "without corrections") || strings.Contains(text, "unplanned") {
		t.Error("it tells of corrections, or of what was planned, where there are none")
	}
	// The last slot was planned, too: 9,200 were not, 66.47 % and 114.09 %.
	_, err = h.outages.Record(h.admin, service.ID, outage.Input{Class: "launch", Begins: end.Add(-5 * time.Minute)})
	h.must(err)
	doc, text = v.read(path)
	says(t, words(within(t, doc, "main")), "planned: launch, migration, experiment 16 0.1 % unplanned 9,200 66.5 % all bad events 9,216 66.6 %",
		"planned: launch, migration, experiment 16 0.2 % unplanned 9,200 114.1 % all bad events 9,216 114.3 %")
	checkPage(t, doc, text)
	_, text = v.read("/services/checkout/slos/taken")
	says(t, text, `href="`+path+`"`)
	doc, _ = v.read("/services/checkout")
	says(t, words(within(t, doc, "main")), "Outages the latest first launch Lasts", "dns Lasts")
	v.readStatus("/services/checkout/slos/never/errors", http.StatusNotFound)
}

func TestErrorsAreToldByGroupThatLeadsToItsBurnDown(t *testing.T) {
	t.Parallel()
	s := newGroupedSample()
	doc, text := visiting(t, s).read("/services/search/slos/by-region/errors")
	says(t, words(within(t, doc, "main")), "By region", "eu-west", "without the label")
	says(t, text, `href="/services/search/slos/by-region?group=eu-west#burndown-h"`)
	doc, _ = visiting(t, s).read("/services/weird/slos/by-tenant/errors")
	says(t, words(within(t, doc, "main")), "91 more")
}

func TestErrorsAreToldWithAndWithoutCorrectionsWhereTheyDiffer(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.ofEveryKind()
	doc, _ := visiting(t, s).read("/services/kinds/slos/corrected/errors")
	// 2,000 events at 99 % of which three tenths of the budget is bad are 6; the sample has
	// 700 more without corrections.
	says(t, words(within(t, doc, "main")), "all bad events 6 706 without corrections 30.0 %")
}

func TestOfTooFewEventsNoShareOfABudgetIsTold(t *testing.T) {
	t.Parallel()
	s := newGroupedSample()
	s.ofEveryKind()
	s.inEveryCondition()
	for path, noun := range map[string]string{"/services/in-slices/slos/thin/errors": "slices", "/services/in-month/slos/thin/errors": "events"} {
		doc, _ := visiting(t, s).read(path)
		says(t, words(within(t, doc, "main")), "all bad "+noun+" 0 — no data", "Shares of the budget are known from 100 "+noun+" on.")
	}
}
