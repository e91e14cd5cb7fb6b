package app_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// proposed are the titles, with their minutes, that the person may log as toil of payments.
func (h *house) proposed(as string) string {
	h.t.Helper()
	var out []string
	for _, p := range h.must(200, call{as: as, method: "GET", path: ofPayments + "/proposals"}).items() {
		out = append(out, fmt.Sprintf("%s %s %v", p["kind"], p["title"], p["minutes"]))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// Closed issues with the label are proposed to whom they are assigned to, or to all of the team; nothing is
// counted before somebody logs it.
func TestLabelledIssuesThatAreClosedAreProposedAsToil(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		hub := standin.New(t, standin.Options{Now: h.clock.Now, WebhookSecret: webhookSecret})
		hub.Organization("acme")
		for _, login := range []string{"ole", "Ada-L", "stranger"} {
			hub.User(login)
		}
		hub.Private("acme/shop")
		for _, label := range []string{"Toil", "service:ledger"} {
			hub.Label("acme/shop", label)
		}
		for _, login := range []string{"ole", "Ada-L", "stranger"} {
			hub.Collaborator("acme/shop", login, standin.Write)
		}
		person := h.must(200, call{as: "administrator", method: "GET", path: "/v1/people/" + h.ids["ada"]})
		h.must(200, call{as: "administrator", method: "PUT", path: "/v1/people/" + h.ids["ada"], header: []string{"If-Match: " + person.header.Get("ETag")}, body: `{"displayName":"Ada","githubLogin":"ada-l"}`})
		for _, slug := range []string{"checkout", "ledger"} {
			version := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/" + slug}).header.Get("ETag")
			h.must(200, call{as: "ada", method: "PUT", path: "/v1/services/" + slug, header: []string{"If-Match: " + version}, body: `{"slug":"` + slug + `","name":"S","kind":"http","tier":2,"repository":"https://github.com/acme/shop"}`})
		}
		ole := hub.Person("ole")
		hears := func() {
			t.Helper()
			for _, hook := range hub.Deliveries() {
				r, err := hook.Request(t.Context(), "http://evenkeel.example/webhooks/github")
				if err != nil {
					t.Fatal(err)
				}
				w := httptest.NewRecorder()
				if h.handler.ServeHTTP(w, r); w.Code != 202 && w.Code != 200 {
					t.Fatalf("%s %s: %d %s", hook.Event, hook.Action, w.Code, w.Body)
				}
			}
			h.runs("work-webhooks")
		}
		numbers := map[string]int{}
		for title, labels := range map[string][]string{"hers": {"Toil", "service:ledger"}, "anybody's": {"Toil"}, "stranger's": {"Toil"}, "open": {"Toil"}, "other": {}} {
			numbers[title] = ole.Open("acme/shop", title, "")
			for _, label := range labels {
				ole.Label("acme/shop", numbers[title], label)
			}
		}
		ole.Assign("acme/shop", numbers["hers"], "Ada-L")
		ole.Assign("acme/shop", numbers["stranger's"], "stranger")
		hears()
		if got := h.proposed("ada"); got != "" {
			t.Errorf("of what is open is proposed %s", got)
		}
		for _, title := range []string{"hers", "anybody's", "stranger's", "other"} {
			ole.Close("acme/shop", numbers[title], "completed")
		}
		hears()
		for as, want := range map[string]string{"ada": "issue anybody's 0, issue hers 0, issue stranger's 0", "rita": "issue anybody's 0, issue stranger's 0"} {
			if got := h.proposed(as); got != want {
				t.Errorf("to %s is proposed %q, want %q", as, got, want)
			}
		}
		h.do(call{as: "bob", method: "GET", path: ofPayments + "/proposals"}).expect(t, 403, "not_member", "", "")
		var hers map[string]any
		for _, p := range h.must(200, call{as: "ada", method: "GET", path: ofPayments + "/proposals"}).items() {
			if p["title"] == "hers" {
				hers = p
			}
		}
		link := fmt.Sprintf("https://github.com/acme/shop/issues/%d", numbers["hers"])
		if hers["link"] != link || hers["day"] != "2026-03-14" || hers["service"].(map[string]any)["slug"] != "ledger" {
			t.Errorf("hers is %v", hers)
		}
		if got := h.must(200, call{as: "ada", method: "GET", path: ofPayments + "/entries"}).items(); len(got) != 0 {
			t.Errorf("before anybody logged it there are %v", got)
		}
		one := ofPayments + "/proposals/" + hers["id"].(string)
		h.do(call{as: "rita", method: "POST", path: one + "/dismiss"}).expect(t, 403, "forbidden", "", "scope")
		made := h.must(201, call{as: "ada", method: "POST", path: one + "/take", body: `{"minutes":25,"category":"migrations"}`}).object()
		if made["minutes"] != 25.0 || made["link"] != link || made["service"].(map[string]any)["slug"] != "ledger" {
			t.Errorf("logged is %v", made)
		}
		// Told again, opened again, without its label, or gone: what was logged stays, and else nothing is proposed.
		ole.Retitle("acme/shop", numbers["hers"], "hers again")
		ole.Reopen("acme/shop", numbers["anybody's"])
		ole.Unlabel("acme/shop", numbers["stranger's"], "Toil")
		hears()
		if got := h.proposed("ada"); got != "" {
			t.Errorf("after all is proposed %s", got)
		}
		if got := h.must(200, call{as: "ada", method: "GET", path: ofPayments + "/entries"}).items(); len(got) != 1 {
			t.Errorf("logged are %v", got)
		}
	})
}

// From detected, at ten past eleven, to resolved, at noon, are 50 minutes.
func TestIncidentsAreProposedToThoseWhoRespondedUnlessTheTeamLeavesThemOut(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		noon := start.Format(time.RFC3339)
		over := func(title string, changes ...string) {
			t.Helper()
			h.make("ada", title, "/v1/incidents", ofIncident(append([]string{`"title":"` + title + `"`, `"status":"resolved"`, `"impactEnd":"` + noon + `"`, `"resolvedAt":"` + noon + `"`}, changes...)...))
		}
		roles := `"roles":{"commander":"` + h.ids["ada"] + `","scribe":"` + h.ids["ada"] + `"}`
		over("hers", roles, `"detectedAt":"`+start.Add(-50*time.Minute).Format(time.RFC3339)+`"`)
		over("secret", roles, `"restricted":true`)
		over("nobody's")
		h.make("ada", "lasts", "/v1/incidents", ofIncident(`"title":"lasts"`, roles))
		for as, want := range map[string]string{"ada": "incident hers 50", "rita": ""} {
			if got := h.proposed(as); got != want {
				t.Errorf("to %s is proposed %q, want %q", as, got, want)
			}
		}
		settings := call{as: "ada", method: "PUT", path: ofPayments + "/settings", header: ifMatch(1), body: `{"hoursPerWeek":40,"daysPerWeek":5,"overheadPercent":20,"capPercent":50,"asks":true,"proposesIncidents":false}`}
		if is := h.must(200, settings).object(); is["proposesIncidents"] != false {
			t.Errorf("settings are %v", is)
		}
		if got := h.proposed("ada"); got != "" {
			t.Errorf("of what is left out is proposed %s", got)
		}
		settings.header, settings.body = ifMatch(2), `{"hoursPerWeek":40,"daysPerWeek":5,"overheadPercent":20,"capPercent":50,"asks":true}`
		h.must(200, settings)
		one := ofPayments + "/proposals/" + h.ids["hers"]
		h.must(201, call{as: "ada", method: "POST", path: one + "/take", body: `{"minutes":20,"category":"production_interrupts"}`})
		h.do(call{as: "ada", method: "POST", path: one + "/take", body: `{"minutes":20,"category":"production_interrupts"}`}).expect(t, 404, "toil_proposal_not_found", "", "")
		h.clock.Advance(15 * 24 * time.Hour)
		if got := h.proposed("ada"); got != "" {
			t.Errorf("after a fortnight is proposed %s", got)
		}
	})
}
