package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

func TestOwnershipThatDriftsIsListedAndTheTeamAboveHearsOfItAfterAWeek(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		drifts := func(query string) []map[string]any {
			t.Helper()
			return h.must(200, call{as: "rita", method: "GET", path: "/v1/ownership-drift" + query}).items()
		}
		// A fresh installation finds no fault with itself: who started it is in the team of its own service.
		h.runs("watch-ownership")
		if got := drifts(""); len(got) != 0 {
			t.Errorf("at first %v drift", got)
		}
		for _, m := range h.must(200, call{as: "administrator", method: "GET", path: "/v1/teams/platform/members"}).items() {
			h.must(204, call{as: "administrator", method: "DELETE", path: "/v1/teams/platform/members/" + m["person"].(map[string]any)["id"].(string)})
		}
		h.runs("watch-ownership")
		if got := drifts(""); len(got) != 1 || got[0]["service"].(map[string]any)["slug"] != "evenkeel" || got[0]["reason"] != "team_empty" {
			t.Errorf("with nobody in platform %v drift", got)
		}

		// Bob, who is on call for finder, leaves; its other member goes; and an issue of checkout could
		// not be made, for its repository is archived.
		update := func(as, slug, members string) {
			t.Helper()
			version := h.must(200, call{as: as, method: "GET", path: "/v1/services/" + slug}).header.Get("ETag")
			h.must(200, call{as: as, method: "PUT", path: "/v1/services/" + slug, header: []string{"If-Match: " + version}, body: members})
		}
		update("bob", "finder", `{"slug":"finder","name":"Finder","kind":"http","tier":2,"onCall":"Bob"}`)
		update("ada", "checkout", `{"slug":"checkout","name":"Checkout","kind":"http","tier":2,"system":"shop","repository":"https://github.com/acme/checkout"}`)
		for _, m := range h.must(200, call{as: "administrator", method: "GET", path: "/v1/teams/search/members"}).items() {
			if person := m["person"].(map[string]any)["id"].(string); person != h.ids["bob"] {
				h.must(204, call{as: "administrator", method: "DELETE", path: "/v1/teams/search/members/" + person})
			}
		}
		bob := h.must(200, call{as: "administrator", method: "GET", path: "/v1/people/" + h.ids["bob"]})
		h.must(200, call{as: "administrator", method: "POST", path: "/v1/people/" + h.ids["bob"] + "/deactivate", header: []string{"If-Match: " + bob.header.Get("ETag")}})
		refused := issues.Issue{
			ID: id.New(start), Kind: issues.KindBudgetViolation, Service: id.ID(h.ids["service checkout"]), Subject: id.New(start), Episode: id.New(start), Fingerprint: "f",
			Title: "t", Body: "b", Open: true, CreatedAt: storetest.Start, UpdatedAt: storetest.Start, Version: 1,
		}
		if _, err := h.app.Store.Issues().CreateIssue(t.Context(), refused); err != nil {
			t.Fatal(err)
		}
		d := delivery.New(refused, start)
		if err := h.app.Store.Delivery().Call(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		d.State, d.Because, d.Place, d.Problem, d.DueAt = delivery.Dead, delivery.BecausePlace, "Acme/Checkout", "The repository was archived so is read-only.", nil
		if err := h.app.Store.Delivery().PutDelivery(t.Context(), d); err != nil {
			t.Fatal(err)
		}

		h.runs("watch-ownership")
		reasons := map[string]string{}
		for _, one := range drifts("")[1:] {
			reasons[one["reason"].(string)] = one["service"].(map[string]any)["slug"].(string) + " of " + one["team"].(map[string]any)["slug"].(string) + ": " + one["detail"].(string)
			if one["escalatedAt"] != nil {
				t.Errorf("told at once: %v", one)
			}
		}
		for reason, want := range map[string]string{
			"team_empty": "finder of search: Nobody is in the team search", "on_call_departed": "finder of search: On call is bob, who was deactivated on 2026-03-14.",
			"repository_refuses": "checkout of payments: The repository https://github.com/acme/checkout takes no issues: The repository was archived so is read-only.",
		} {
			if !strings.HasPrefix(reasons[reason], want) {
				t.Errorf("%s is %q, want %q", reason, reasons[reason], want)
			}
		}
		for query, want := range map[string]int{"": 4, "?team=search": 2, "?service=checkout": 1, "?reason=team_empty": 2, "?reason=on_call_departed&team=payments": 0} {
			if got := drifts(query); len(got) != want {
				t.Errorf("%q lists %v, want %d", query, got, want)
			}
		}
		first := h.must(200, call{as: "rita", method: "GET", path: "/v1/ownership-drift?limit=2"})
		if next := first.text("next"); len(first.items()) != 2 || len(drifts("?limit=2&after="+next)) != 2 {
			t.Errorf("the first page is %s", first.body)
		}
		h.do(call{as: "rita", method: "GET", path: "/v1/ownership-drift?reason=boredom"}).expect(t, 422, "invalid_input", "query.reason", "")
		h.do(call{as: "rita", method: "GET", path: "/v1/ownership-drift?team=nobody"}).expect(t, 422, "invalid_input", "query.team", "names nothing")

		h.clock.Advance(8 * 24 * time.Hour)
		h.runs("watch-ownership", "watch-ownership")
		events := h.must(200, call{as: "administrator", method: "GET", path: "/v1/events?type=ownership.drifted"}).items()
		told := map[string]int{}
		for _, e := range events {
			if team, above := e["team"].(map[string]any); above {
				told[team["slug"].(string)]++
			} else {
				told["the platform"]++
			}
		}
		if len(events) != 4 || told["engineering"] != 3 || told["the platform"] != 1 {
			t.Errorf("told are %v of %v", told, events)
		}
		for _, one := range drifts("") {
			if one["escalatedAt"] == nil {
				t.Errorf("it is not known that it was told: %v", one)
			}
		}
	})
}
