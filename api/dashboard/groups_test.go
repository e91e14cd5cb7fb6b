package dashboard

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

func TestAGroupedObjectiveShowsItsGroupsTheWorstFirst(t *testing.T) {
	t.Parallel()
	v := visiting(t, newGroupedSample())
	doc, _ := v.read("/services/search/slos/by-region")
	follow(t, words(within(t, doc, "groups")), "eu-west Exhausted", "−70.0 %", "us-east Exhausted", "without the label No data", "of 12 events")
	says(t, words(within(t, doc, "main")), "By region", "3 groups, least budget first", "region, up to 100 groups")
	doc, _ = v.read("/services/events-feed/slos/by-route")
	says(t, words(within(t, doc, "main")), "By route", "No groups yet")
	doc, text := v.read("/services/weird/slos/by-tenant")
	says(t, words(within(t, doc, "main")), "101 groups", "91 more", "all other groups")
	if strings.Contains(text, "<details open>") {
		t.Error("the groups that need no attention are open")
	}
	v.readStatus("/services/search/slos/by-region?group=nowhere", http.StatusNotFound)
	v.readStatus("/services/search/slos/availability?group=eu-west", http.StatusNotFound)
}

func TestTheBurnDownOfAGroupIsAPlainLinkAway(t *testing.T) {
	t.Parallel()
	v := visiting(t, newGroupedSample())
	doc, _ := v.read("/services/weird/slos/by-tenant")
	var links []string
	walk(doc, func(n *html.Node) {
		if href := attr(n, "href"); n.Data == "a" && strings.Contains(href, "group=") {
			links = append(links, href)
		}
	})
	if len(links) != 101 {
		t.Fatalf("%d groups can be chosen", len(links))
	}
	path, _, _ := strings.Cut(links[0], "#")
	doc, text := v.read(path)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Budget burn-down of "+hostile[:20], "Of all groups")
	path, _, _ = strings.Cut(links[60], "#")
	if _, text = v.read(path); !strings.Contains(text, "<details open>") || strings.Count(text, `aria-current="true"`) != 1 {
		t.Error("the chosen group is not seen")
	}
}

func TestAListSaysWhichGroupIsWorseThanItsObjective(t *testing.T) {
	t.Parallel()
	doc, text := visiting(t, newGroupedSample()).read("/slos")
	says(t, words(within(t, doc, "main")), "worst group: eu-west , exhausted")
	want := "/services/search/slos/by-region?" + url.Values{"group": {"eu-west"}}.Encode() + "#burndown-h"
	if !strings.Contains(text, want) {
		t.Errorf("nothing leads to %s", want)
	}
}

// follow asserts that the parts are said one after the other.
func follow(t *testing.T, text string, parts ...string) {
	t.Helper()
	rest := text
	for _, part := range parts {
		i := strings.Index(rest, part)
		if i < 0 {
			t.Fatalf("%q does not follow in %q", part, text)
		}
		rest = rest[i+len(part):]
	}
}

func TestThroughTheServicesAGroupIsSeenFromTheListToItsBurnDown(t *testing.T) {
	t.Parallel()
	h := build(t)
	_, err := h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "shop", Name: "The shop"})
	h.must(err)
	service, err := h.registry.CreateService(h.admin, registry.ServiceInput{Slug: "checkout", Team: "shop", Profile: registry.Profile{
		Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}})
	h.must(err)
	_, _, err = h.slos.Declare(h.admin, service.ID, slo.Declaration{
		Slug: "taken", Name: "Orders are taken", Objective: "99%", Category: slo.Availability, Resolution: measure.FiveMinutes,
		Origin: origin.Origin{GroupBy: "region"},
	})
	h.must(err)
	end := h.clock.Now().Truncate(measure.FiveMinutes)
	var slots []slo.Slot
	for days := range 27 {
		for region, good := range map[string]float64{"eu-west": 49, "us-east": 150} {
			total := map[string]float64{"eu-west": 50, "us-east": 150}[region]
			slots = append(slots, slo.Slot{Start: end.Add(-measure.FiveMinutes - time.Duration(days)*24*time.Hour), Good: &good, Total: total, Group: region})
		}
	}
	_, err = h.slos.Push(h.admin, slo.Report{Name: slo.Name{Service: "checkout", SLO: "taken"}, Slots: slots})
	h.must(err)
	_, err = h.evaluator.RunOnce(access.WithCaller(t.Context(), access.System("test")))
	h.must(err)
	v := h.visitor()
	// 27 of 5,400 are bad, of which 54 may be; in eu-west 27 of 1,350, of which 13.5.
	doc, _ := v.read("/slos")
	says(t, words(within(t, doc, "main")), "50.0 % worst group: eu-west , exhausted")
	doc, text := v.read("/services/checkout/slos/taken?group=eu-west")
	says(t, words(within(t, doc, "main")), "Budget burn-down of eu-west", "eu-west Exhausted 98.00 % of 1,350 events −100.0 %", "us-east OK 100 % of 4,050 events 100 %")
	checkPage(t, doc, text)
}

func TestRefreshingStaysWithTheGroup(t *testing.T) {
	t.Parallel()
	v := visiting(t, newGroupedSample())
	const path = "/services/search/slos/by-region"
	for query, want := range map[string]string{
		"": path + "?wall=", "?wall": path, "?group=eu-west": path + "?group=eu-west&amp;wall=", "?group=eu-west&wall": path + "?group=eu-west",
	} {
		if _, text := v.read(path + query); !strings.Contains(text, `<a href="`+want+`">`) {
			t.Errorf("%s%s has no link to %s", path, query, want)
		}
	}
}
