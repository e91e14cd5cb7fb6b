package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/ent/storetest"
)

// eachPortal runs the test beside a portal on either database. Through it call Grace, who is in
// the team payments, and Heidi, who is in the team search.
func eachPortal(t *testing.T, do func(t *testing.T, h *portalHouse)) {
	t.Helper()
	t.Parallel()
	for name, database := range map[string]func(testing.TB) string{"SQLite": func(testing.TB) string { return "" }, "PostgreSQL": storetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := besidePortal(t, database(t))
			for name, team := range map[string]string{"grace": "payments", "heidi": "search"} {
				h.ids[name] = h.must(200, h.through(name, "GET", "/v1/me", "")).object()["person"].(map[string]any)["id"].(string)
				h.must(200, call{as: "administrator", method: "PUT", path: "/v1/teams/" + team + "/members/" + h.ids[name]})
			}
			do(t, h)
		})
	}
}

// through is a call that the portal's plugin makes for a user, with a new token each time, as
// portals do; for "" a plugin makes it by itself.
func (h *portalHouse) through(user, method, path, body string, header ...string) call {
	as := h.itself()
	if user != "" {
		as = h.as("user:default/" + user)
	}
	return call{as: "nobody", method: method, path: path, body: body, header: append(as, header...)}
}

func TestARestrictedIncidentIsReadThroughThePortalByItsReadersAlone(t *testing.T) {
	eachPortal(t, func(t *testing.T, h *portalHouse) {
		const open, restricted = `"title":"Open drawer"`, `"title":"Locked drawer"`
		h.must(201, h.through("heidi", "POST", "/v1/incidents", ofIncident(open, `"services":[{"service":"finder","role":"affected"}]`)))
		made := h.must(201, h.through("grace", "POST", "/v1/incidents", ofIncident(restricted, `"restricted":true`)))
		one := "/v1/incidents/" + made.text("id")
		h.must(201, h.through("grace", "POST", one+"/timeline", `{"text":"The locksmith came."}`))
		h.must(201, h.through("grace", "PUT", one+"/postmortem", "{}"))
		// The plugin by itself is nobody who may read it, nor is the team of who declared it.
		readers := map[string]bool{"grace": true, "heidi": false, "": false}
		check := func() {
			t.Helper()
			for user, reads := range readers {
				for _, path := range []string{one, one + "/timeline", one + "/postmortem", one + "/similar", one + "/impact", one + "/action-items"} {
					a := h.do(h.through(user, "GET", path, ""))
					if reads && a.status != 200 {
						t.Errorf("%q reads %s: %d %s", user, path, a.status, a.body)
					}
					if !reads {
						a.expect(t, 404, "incident_not_found", "", "")
					}
				}
				// The open one is in each list, so that none is empty for want of a right.
				for path, both := range map[string]int{"/v1/incidents": 2, "/v1/incidents?status=declared": 2, "/v1/incidents?team=payments": 1, "/v1/incidents/search?q=drawer": 2, "/v1/incidents/search?q=locksmith": 1, "/v1/postmortems": 1} {
					want := both
					if !reads {
						want--
					}
					if got := h.must(200, h.through(user, "GET", path, "")); len(got.items()) != want {
						t.Errorf("%q reads %d by %s, want %d: %s", user, len(got.items()), path, want, got.body)
					}
				}
				want := 1.0
				if reads {
					want = 2
				}
				if got := h.must(200, h.through(user, "GET", "/v1/incident-statistics", "")).object()["incidents"]; got != want {
					t.Errorf("to %q statistics are of %v, want %v", user, got, want)
				}
				if reads {
					continue
				}
				for _, path := range []string{"/v1/issues", "/v1/events", "/v1/action-items", "/v1/violations"} {
					if a := h.must(200, h.through(user, "GET", path, "")); strings.Contains(string(a.body), "ocked drawer") || strings.Contains(string(a.body), made.text("id")) {
						t.Errorf("%q reads of it by %s: %s", user, path, a.body)
					}
				}
			}
		}
		check()
		// Whom it names reads it from then on.
		h.must(200, h.through("grace", "PUT", one, ofIncident(restricted, `"restricted":true`, fmt.Sprintf(`"readers":[%q,%q]`, h.ids["grace"], h.ids["heidi"])), `If-Match: "1"`))
		readers["heidi"] = true
		check()
	})
}

func TestToilOfAPersonIsReadThroughThePortalByThatPersonAlone(t *testing.T) {
	eachPortal(t, func(t *testing.T, h *portalHouse) {
		week, entries := ofPayments+"/answers/2026-W11", ofPayments+"/entries"
		h.must(200, h.through("grace", "PUT", week, `{"share":50,"category":"migrations","note":"the old database"}`))
		entry := h.must(201, h.through("grace", "POST", entries, `{"day":"2026-03-13","minutes":90,"category":"migrations","note":"again"}`)).header.Get("Location")
		// A colleague comes through the portal as well.
		ivan := h.must(200, h.through("ivan", "GET", "/v1/me", "")).object()["person"].(map[string]any)["id"].(string)
		h.must(200, call{as: "administrator", method: "PUT", path: "/v1/teams/payments/members/" + ivan})
		for user, own := range map[string]int{"grace": 1, "ivan": 0, "heidi": 0} {
			for path, code := range map[string]string{week: "toil_answer_not_found", entry: "toil_entry_not_found"} {
				if a := h.do(h.through(user, "GET", path, "")); own == 0 {
					a.expect(t, 404, code, "", "")
				} else if a.status != 200 {
					t.Errorf("%s reads what she said by %s: %d %s", user, path, a.status, a.body)
				}
			}
			for _, path := range []string{ofPayments + "/answers", entries} {
				if got := h.must(200, h.through(user, "GET", path, "")).items(); len(got) != own {
					t.Errorf("%s reads %v", user, got)
				}
			}
			if text := string(h.must(200, h.through(user, "GET", entries+"/csv", "")).body); strings.Count(text, "\r\n") != 1+own {
				t.Errorf("%s gets as CSV %q", user, text)
			}
			if all := h.must(200, h.through(user, "GET", "/v1/me/toil", "")).object(); len(all["answers"].([]any)) != own || len(all["entries"].([]any)) != own {
				t.Errorf("%s exports %v", user, all)
			}
			if text := string(h.must(200, h.through(user, "GET", ofPayments, "")).body); strings.Contains(text, `"state":"too_few"`) != (user == "heidi") {
				t.Errorf("%s reads of one person %s", user, text)
			}
		}
		// A plugin by itself is nobody's person.
		for _, path := range []string{week, entry, ofPayments + "/answers", entries, entries + "/csv", "/v1/me/toil", ofPayments} {
			a := h.do(h.through("", "GET", path, ""))
			if text := string(a.body); strings.Contains(text, "again") || strings.Contains(text, "old database") || strings.Contains(text, h.ids["grace"]) || a.status >= 500 || path != ofPayments && a.status == 200 && !slices.Contains([]string{`{"items":[]}`}, strings.TrimSpace(text)) {
				t.Errorf("a plugin reads by %s: %d %s", path, a.status, text)
			}
		}
	})
}

// A key is of the person, whichever token they come with.
func TestAnIdempotencyKeyOfThePortalIsThatOfThePersonForWhomItIsUsed(t *testing.T) {
	eachPortal(t, func(t *testing.T, h *portalHouse) {
		declare := func(user, service string) call {
			return h.through(user, "POST", "/v1/incidents", ofIncident(`"services":[{"service":"`+service+`","role":"affected"}]`), "Idempotency-Key: once")
		}
		hers := h.must(201, declare("grace", "checkout"))
		other := h.must(201, declare("heidi", "finder"))
		if hers.text("id") == other.text("id") || other.header.Get("Idempotency-Replayed") != "" {
			t.Errorf("Heidi got %s for Grace's key", other.body)
		}
		h.clock.Advance(1e9)
		if again := h.must(201, declare("grace", "checkout")); again.text("id") != hers.text("id") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("Grace repeats with another token: %s", again.body)
		}
		h.do(declare("grace", "ledger")).expect(t, 422, "idempotency_key_reused", "", "")
		// By her name in another case she is the same.
		upper := declare("grace", "checkout")
		upper.header = append(h.as("User:Default/GRACE"), "Idempotency-Key: once")
		if again := h.must(201, upper); again.text("id") != hers.text("id") {
			t.Errorf("Grace in another case: %s", again.body)
		}
	})
}

// A portal's backend is one address, and makes a new token for each request.
func TestAQuotaIsOfThePersonForWhomAPortalCalls(t *testing.T) {
	t.Parallel()
	const burst = 20
	h := besidePortal(t, "", func(c *config.Config) { c.Limits.RequestsPerSecond, c.Limits.Burst = 1, burst })
	// What is over it comes back by real time, one a second: until enough was asked for, some was refused.
	spend := func(header func() []string) (served, refused int) {
		for served+refused < 10*burst && refused < 3 {
			switch a := h.me(header()); a.status {
			case 200, 401:
				served++
			case 429:
				a.expect(t, 429, "rate_limited", "", "")
				refused++
			default:
				t.Fatalf("%d %s", a.status, a.body)
			}
		}
		return served, refused
	}
	for _, user := range []string{"grace", "heidi", "ivan", "judy"} {
		if served, refused := spend(func() []string { return h.as("user:default/" + user) }); served < burst || refused == 0 {
			t.Errorf("%s was served %d times and refused %d times, want at least %d and some", user, served, refused, burst)
		}
	}
	if served, refused := spend(h.itself); served < burst || refused == 0 {
		t.Errorf("the plugin by itself was served %d times and refused %d times", served, refused)
	}
	stranger := newSigner(t, h.evenkeel.kid)
	// A person's obo is the same for an hour: who is known by it is refused before any signature
	// is looked at, so that a wrong one does not show.
	obo := h.obo("user:default/mallory")
	hers := func() []string { return bearer(h.evenkeel.sign(h.plugin(h.evenkeel, "evenkeel", obo))) }
	forged := func() []string { return bearer(stranger.sign(h.plugin(stranger, "evenkeel", obo))) }
	h.me(forged()).expect(t, 401, "portal_token_invalid", "", "not signed by the key")
	if served, refused := spend(hers); served < burst || refused == 0 {
		t.Errorf("with one obo %d were served and %d refused", served, refused)
	}
	// The address, which would pay for it otherwise, has room for all but one of its burst.
	if verified, refused := spend(forged); verified > burst/2 || refused == 0 {
		t.Errorf("of who is over their quota %d signatures were verified", verified)
	}
	// Tokens cannot be guessed faster than that.
	guess := func() []string {
		return bearer(stranger.sign(h.plugin(stranger, "evenkeel", h.obo("user:default/grace"))))
	}
	if _, refused := spend(guess); refused == 0 {
		t.Error("any number of tokens can be guessed")
	}
}
