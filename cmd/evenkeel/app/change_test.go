package app_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

func TestAPipelineTellsOfAChangeAndItsTeamAmendsIt(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const of = "/v1/services/checkout/changes"
		began := start.Add(-time.Hour).Format(time.RFC3339)
		tell := call{as: "pipeline", method: "POST", path: of, header: []string{"Idempotency-Key: once"},
			body: `{"externalId":"run-1","kind":"deploy","release":"2.14.0","link":"https://ci.example.org/1","author":"Ada","startedAt":"` + began + `"}`}
		made := h.must(201, tell)
		if again := h.must(201, tell); again.text("id") != made.text("id") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Error("what is told again is another change")
		}
		one := made.header.Get("Location")
		if one != of+"/"+made.text("id") || made.object()["endedAt"] != nil || made.text("outcome") != "unknown" || made.text("source") != "api" || made.header.Get("ETag") != `"1"` {
			t.Errorf("told is %s at %s", made.body, one)
		}
		ended := h.must(201, call{as: "pipeline", method: "POST", path: of, body: `{"externalId":"run-1","kind":"deploy","release":"2.14.0","endedAt":"` + start.Add(-50*time.Minute).Format(time.RFC3339) + `","outcome":"failed"}`})
		if ended.text("id") != made.text("id") || ended.text("startedAt") != began || ended.text("outcome") != "failed" || ended.header.Get("ETag") != `"2"` {
			t.Errorf("it ended as %s", ended.body)
		}
		h.do(call{as: "bob", method: "POST", path: of, body: `{"kind":"flag"}`}).expect(t, 403, "forbidden", "", "members of the owning team")
		h.do(call{as: "ada", method: "POST", path: of, body: `{"kind":"deploy","outcome":"failed"}`}).expect(t, 422, "invalid_input", "/outcome", "endedAt")

		body := `{"kind":"deploy","release":"2.14.1","endedAt":"` + start.Add(-40*time.Minute).Format(time.RFC3339) + `","outcome":"rolled_back"}`
		h.do(call{as: "ada", method: "PUT", path: one, body: body}).expect(t, 428, "precondition_required", "", "If-Match")
		h.do(call{as: "ada", method: "PUT", path: one, header: []string{`If-Match: "1"`}, body: body}).expect(t, 412, "version_mismatch", "", "")
		h.must(200, call{as: "ada", method: "PUT", path: one, header: []string{`If-Match: "2"`}, body: body})
		if got := h.must(200, call{as: "bob", method: "GET", path: one}); got.text("release") != "2.14.1" || got.text("externalId") != "run-1" || got.text("outcome") != "rolled_back" {
			t.Errorf("it is %s", got.body)
		}
		for query, want := range map[string]int{"": 1, "?kind=deploy": 1, "?kind=flag": 0, "?from=" + began: 1, "?to=" + began: 0} {
			if got := h.must(200, call{as: "bob", method: "GET", path: of + query}).items(); len(got) != want {
				t.Errorf("%q lists %v, want %d", query, got, want)
			}
		}
		h.must(204, call{as: "ada", method: "DELETE", path: one, header: []string{`If-Match: "3"`}})
		h.do(call{as: "ada", method: "GET", path: one}).expect(t, 404, "change_not_found", "", "")
	})
}

// Deliveries come in the worst order, each twice. Of the repositories wanda/shop holds two
// services and is named in two ways, wanda/shop-web is another, and finder names none.
func TestDeploymentsOfGitHubAreChangesOfTheServicesWhoseRepositoryItIs(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		hub := standin.New(t, standin.Options{Now: h.clock.Now, WebhookSecret: webhookSecret})
		hub.User("wanda")
		hub.Public("wanda/Shop")
		wanda := hub.Person("wanda")
		for slug, repository := range map[string]string{"checkout": "https://github.com/wanda/shop.git", "ledger": "https://github.com/Wanda/Shop/tree/main/ledger"} {
			h.must(200, call{as: "ada", method: "PUT", path: "/v1/services/" + slug, header: []string{`If-Match: "1"`}, body: `{"slug":"` + slug + `","name":"` + slug + `","kind":"http","tier":2,"repository":"` + repository + `"}`})
		}
		h.make("ada", "service web", "/v1/services", service(`"slug":"web"`, `"repository":"https://github.com/wanda/shop-web"`))

		begun := h.clock.Now()
		live := wanda.Deploy("wanda/shop", standin.Deployment{Ref: "v2.14.0", SHA: "f95f852bd8fca8fcc58a9a2d6c842781e32a215e", Environment: "eu-west", Production: true})
		wanda.Deploy("wanda/shop", standin.Deployment{Ref: "main", SHA: "f95f852bd8fca8fcc58a9a2d6c842781e32a215e", Environment: "staging"}).Becomes("success")
		named := wanda.Deploy("wanda/shop", standin.Deployment{Ref: "main", SHA: "f95f852bd8fca8fcc58a9a2d6c842781e32a215e", Environment: "Production"})
		h.clock.Advance(time.Minute)
		live.Becomes("in_progress")
		named.Becomes("failure")
		h.clock.Advance(time.Minute)
		live.Becomes("success")
		h.clock.Advance(time.Minute)
		live.Becomes("inactive")

		sent := hub.Deliveries()
		for i := len(sent) - 1; i >= 0; i-- {
			for range 2 {
				r, err := sent[i].Request(t.Context(), "http://evenkeel.example/webhooks/github")
				if err != nil {
					t.Fatal(err)
				}
				w := httptest.NewRecorder()
				h.handler.ServeHTTP(w, r)
				if w.Code != 202 {
					t.Errorf("%s: %d %s", sent[i].Event, w.Code, w.Body)
				}
			}
			h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/work-webhooks/runs"})
			h.clock.Advance(time.Second)
		}
		told := func(after int) string { return begun.Add(time.Duration(after) * time.Minute).Format(time.RFC3339) }
		for slug, want := range map[string]int{"checkout": 2, "ledger": 2, "web": 0, "finder": 0} {
			got := h.must(200, call{as: "bob", method: "GET", path: "/v1/services/" + slug + "/changes"}).items()
			if len(got) != want {
				t.Fatalf("%s has %v", slug, got)
			}
			for _, c := range got {
				release, from, to, outcome := "v2.14.0 (f95f852)", told(1), told(2), "succeeded"
				if c["release"] != release {
					release, from, to, outcome = "main (f95f852)", told(0), told(1), "failed"
				}
				if c["release"] != release || c["startedAt"] != from || c["endedAt"] != to || c["outcome"] != outcome || c["source"] != "github" || c["kind"] != "deploy" || c["author"] != "wanda" || c["createdBy"] != "GitHub" {
					t.Errorf("%s has %v, want %s from %s until %s", slug, c, release, from, to)
				}
			}
		}
	})
}

// In the last ten minutes half of all events are bad: both windows of 1h/5m and 6h/30m burn far
// above 13.44 and 5.6 times. Before it a change of checkout began by 30 minutes, one of its hard
// dependency by two hours, and others by seven hours, or to finder, on which it does not depend.
func TestWhatChangedBeforeABurnIsToldOfTheServiceAndItsHardDependencies(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		began := func(ago time.Duration) string {
			return `{"kind":"deploy","release":"` + ago.String() + `","startedAt":"` + start.Add(-ago).Format(time.RFC3339Nano) + `"}`
		}
		for _, c := range []struct {
			as, service string
			ago         time.Duration
		}{
			{"ada", "checkout", 30 * time.Minute}, {"ada", "checkout", 7 * time.Hour}, {"ada", "ledger", 2 * time.Hour}, {"bob", "finder", 30 * time.Minute},
		} {
			h.must(201, call{as: c.as, method: "POST", path: "/v1/services/" + c.service + "/changes", body: began(c.ago)})
		}
		const about = "/v1/services/checkout/slos/availability"
		if none := h.must(200, call{as: "bob", method: "GET", path: about + "/changes"}).items(); len(none) != 0 {
			t.Errorf("before any burn there are %v", none)
		}
		var members []string
		for ago := 12; ago > 1; ago-- {
			members = append(members, at(time.Duration(ago)*time.Minute)+`,"good":500,"total":1000`)
		}
		h.must(200, call{as: "pipeline", method: "POST", path: about + "/measurements", body: slots(members...)})
		h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/evaluate-budgets/runs"})

		seen := map[string]bool{}
		for after := ""; ; {
			page := h.must(200, call{as: "bob", method: "GET", path: about + "/changes?limit=1" + after})
			for _, b := range page.items() {
				a := b["alert"].(map[string]any)
				seen[a["kind"].(string)] = true
				want := []string{"checkout 1800", "ledger 7200"}
				if a["kind"] == "1d/2h" || a["kind"] == "3d/6h" { // of which the long window goes back further
					want = append(want, "checkout 25200")
				}
				var got []string
				for _, c := range b["changes"].([]any) {
					c := c.(map[string]any)
					got = append(got, fmt.Sprintf("%s %.0f", c["service"].(map[string]any)["slug"], c["leadSeconds"]))
				}
				if !slices.Equal(got, want) || b["more"] != false {
					t.Errorf("before %s there were %q, want %q", a["kind"], got, want)
				}
			}
			next, _ := page.object()["next"].(string)
			if next == "" {
				break
			}
			after = "&after=" + next
		}
		if !seen["1h/5m"] || !seen["6h/30m"] || !seen["3d/6h"] {
			t.Errorf("burns are %v", seen)
		}
		h.do(call{as: "nobody", method: "GET", path: about + "/changes"}).expect(t, 401, "unauthenticated", "", "")
	})
}

func TestWhatIsToldWronglyIsRefusedWhereItIsWrong(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const of = "/v1/services/checkout/changes"
		h.do(call{as: "pipeline", method: "POST", path: of, body: `{"externalId":"a\u0000b","kind":"deploy"}`}).expect(t, 422, "invalid_input", "/externalId", "cannot be stored")
		h.do(call{as: "pipeline", method: "POST", path: of, body: `{"kind":"lunch"}`}).expect(t, 422, "invalid_input", "/kind", "migration")
		h.do(call{as: "bob", method: "GET", path: of + "?after=nonsense"}).expect(t, 422, "invalid_input", "", "")
		made := h.must(201, call{as: "ada", method: "POST", path: of, body: `{"kind":"deploy"}`})
		one := made.header.Get("Location")
		for _, again := range []string{one, h.make("ada", "outage", "/v1/services/checkout/outages", `{"class":"dns","from":"`+start.Add(-time.Hour).Format(time.RFC3339)+`"}`).header.Get("Location")} {
			if got := h.do(call{as: "bob", method: "GET", path: again, header: []string{`If-None-Match: "1"`}}); got.status != 304 {
				t.Errorf("what is known already is answered with %d", got.status)
			}
		}
	})
}

// A pipeline writes times as "date -u +%FT%TZ" does, without fractions of a second, and its clock
// may be minutes behind.
func TestAChangeMayEndBeforeTheServersClockSaysItBegan(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const of = "/v1/services/checkout/changes"
		now := h.clock.Now()
		ends := now.Truncate(time.Second).Add(-2 * time.Second).Format(time.RFC3339)
		over := `{"externalId":"run-1","kind":"flag","outcome":"succeeded","endedAt":"` + ends + `"}`
		h.must(201, call{as: "pipeline", method: "POST", path: of, body: `{"externalId":"run-1","kind":"flag"}`})
		if got := h.must(201, call{as: "pipeline", method: "POST", path: of, body: over}); got.text("startedAt") != ends || got.text("endedAt") != ends {
			t.Errorf("a change that was told twice is %s", got.body)
		}
		if got := h.must(201, call{as: "pipeline", method: "POST", path: of, body: `{"kind":"flag","outcome":"succeeded","endedAt":"` + ends + `"}`}); got.text("startedAt") != ends {
			t.Errorf("a change that was told once it was over is %s", got.body)
		}
		late := `{"externalId":"run-1","kind":"flag","endedAt":"` + now.Add(-6*time.Minute).Format(time.RFC3339) + `"}`
		h.do(call{as: "pipeline", method: "POST", path: of, body: late}).expect(t, 422, "invalid_input", "/endedAt", "startedAt")
	})
}
