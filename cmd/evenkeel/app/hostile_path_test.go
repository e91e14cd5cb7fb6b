package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestHostilePathsLeadNowhere(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		get := func(path string, status int, code string) hostile {
			return hostile{strings.ToValidUTF8(path[:min(len(path), 60)], "?"), call{as: "ada", method: "GET", path: path}, status, code, "", ""}
		}
		const unknown = "01JD3Z0Q8RC6W4N1M2V5K7T9XY"
		h.all(t, []hostile{
			get("/v1/teams/nobody", 404, "team_not_found"),
			get("/v1/teams/"+unknown, 404, "team_not_found"),
			get("/v1/teams/Payments", 404, "team_not_found"),
			get("/v1/teams/"+h.ids["service checkout"], 404, "team_not_found"),
			get("/v1/teams/nobody/members", 404, "team_not_found"),
			get("/v1/systems/nothing", 404, "system_not_found"),
			get("/v1/services/nothing", 404, "service_not_found"),
			get("/v1/services/nothing/slos", 404, "service_not_found"),
			get("/v1/services/nothing/slos/availability", 404, "service_not_found"),
			get("/v1/services/checkout/slos/nothing", 404, "slo_not_found"),
			get("/v1/services/checkout/slos/nothing/status", 404, "slo_not_found"),
			get("/v1/services/checkout/slos/nothing/history", 404, "slo_not_found"),
			get("/v1/services/checkout/slos/nothing/explain", 404, "slo_not_found"),
			get("/v1/services/checkout/slos/"+h.ids["slo of finder"], 404, "slo_not_found"),
			get("/v1/services/ledger/dependencies/"+h.ids["dependency"], 404, "dependency_not_found"),
			get("/v1/services/checkout/dependencies/"+unknown, 404, "dependency_not_found"),
			get("/v1/budget-policies/nothing", 404, "policy_not_found"),
			get("/v1/budget-policies/error-budget/attachments/"+unknown, 404, "attachment_not_found"),
			get("/v1/violations/"+unknown, 404, "violation_not_found"),
			get("/v1/alerts/"+unknown, 404, "alert_not_found"),
			get("/v1/services/checkout/slos/nothing/alerts", 404, "slo_not_found"),
			get("/v1/violations/"+unknown+"/events", 404, "violation_not_found"),
			get("/v1/violations/"+unknown+"/events/"+unknown, 404, "violation_event_not_found"),
			get("/v1/issues/"+unknown, 404, "issue_not_found"),
			get("/v1/jobs/nothing", 404, "job_not_found"),
			get("/v1/jobs/nothing/runs", 404, "job_not_found"),
			get("/v1/jobs/prune/runs/"+unknown, 404, "run_not_found"),
			get("/v1/people/"+unknown, 404, "person_not_found"),
			get("/v1/tokens/"+unknown, 404, "token_not_found"),
			get("/v1/audit/"+unknown, 404, "audit_entry_not_found"),
			get("/v1/people/x", 404, "person_not_found"),
			get("/v1/nothing", 404, "route_not_found"),
			get("/v2/teams", 404, "route_not_found"),
			get("/v1", 404, "route_not_found"),
			get("/v1/teams/", 404, "route_not_found"),
			get("/v1//teams", 404, "route_not_found"),
			get("//v1/teams", 404, "route_not_found"),
			get("/V1/teams", 404, "route_not_found"),
			get("/v1/teams/../services", 404, "route_not_found"),
			get("/v1/teams/..", 404, "team_not_found"),
			get("/v1/teams/%2e%2e", 404, "team_not_found"),
			get("/v1/teams/.", 404, "team_not_found"),
			get("/v1/teams/%2F", 404, "team_not_found"),
			get("/v1/teams/payments%2Fmembers", 404, "team_not_found"),
			get("/v1/services/checkout%2Fslos%2Favailability", 404, "service_not_found"),
			get("/v1/teams/%2e%2e%2fservices", 404, "team_not_found"),
			get("/v1/teams/..%5c..%5cetc", 404, "team_not_found"),
			get("/v1/teams/payments%00", 400, "malformed_path"),
			get("/v1/teams/%ff", 400, "malformed_path"),
			get("/v1/teams/%c0%af", 400, "malformed_path"),
			get("/v1/teams/%E2%80%AEpayments", 404, "team_not_found"),
			get("/v1/teams/payments%20", 404, "team_not_found"),
			get("/v1/teams/payments;a=b", 404, "team_not_found"),
			get("/v1/teams/'%20OR%201=1--", 404, "team_not_found"),
			get("/v1/teams/*", 404, "team_not_found"),
			get("/v1/teams/{team}", 404, "team_not_found"),
			get("/v1/teams/"+strings.Repeat("a", 64), 422, "invalid_input"),
			get("/v1/teams/"+strings.Repeat("a", 50_000), 422, "invalid_input"),
			get("/v1/people/"+strings.Repeat("a", 27), 422, "invalid_input"),
			get("/"+strings.Repeat("a/", 20_000), 404, "route_not_found"),
			get("/.git/config", 404, "route_not_found"),
			get("/static/../../../../etc/passwd", 404, "route_not_found"),
		})
	})
}

func TestEveryPathSaysWhichMethodsItTakes(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		for _, c := range []struct{ method, path, allow string }{
			{"PATCH", "/v1/teams/payments", "DELETE, GET, HEAD, PUT"},
			{"POST", "/v1/teams/payments", "DELETE, GET, HEAD, PUT"},
			{"DELETE", "/v1/teams", "GET, HEAD, POST"},
			{"OPTIONS", "/v1/teams", "GET, HEAD, POST"},
			{"TRACE", "/v1/teams", "GET, HEAD, POST"},
			{"CONNECT", "/v1/teams", "GET, HEAD, POST"},
			{"BREW", "/v1/teams", "GET, HEAD, POST"},
			{"get", "/v1/teams", "GET, HEAD, POST"},
			{"PUT", "/v1/me", "GET, HEAD"},
			{"GET", "/v1/measurements", "POST"},
			{"HEAD", "/v1/measurements", "POST"},
			{"PUT", "/v1/services/checkout/slos/availability/measurements", "GET, HEAD, POST"},
			{"POST", "/healthz", "GET, HEAD"},
			{"POST", "/openapi.json", "GET, HEAD"},
			{"DELETE", "/metrics", "GET, HEAD"},
		} {
			a := h.do(call{as: "ada", method: c.method, path: c.path})
			allow := strings.Split(a.header.Get("Allow"), ", ")
			slices.Sort(allow)
			if got := strings.Join(allow, ", "); a.status != 405 || got != c.allow {
				t.Errorf("%s %s: %d, allowed %q, want %q", c.method, c.path, a.status, got, c.allow)
			}
			if c.method != http.MethodHead {
				a.expect(t, 405, "method_not_allowed", "", "Allow header")
			}
		}
		for _, method := range []string{"BREW", "OPTIONS", "TRACE", "POST"} { // there is nothing to take one
			h.do(call{as: "ada", method: method, path: "/v1/nothing"}).expect(t, 404, "route_not_found", "", "")
		}
		for path, status := range map[string]int{"/v1/teams": 200, "/v1/teams/payments": 200, "/v1/teams/nobody": 404, "/healthz": 200, "/v1/nothing": 404} {
			get, head := h.do(call{as: "ada", method: "GET", path: path}), h.do(call{as: "ada", method: "HEAD", path: path})
			if head.status != status || get.status != status || get.header.Get("Content-Type") != head.header.Get("Content-Type") || get.header.Get("ETag") != head.header.Get("ETag") {
				t.Errorf("HEAD %s: %d %v, GET: %d %v", path, head.status, head.header, get.status, get.header)
			}
		}
		h.do(call{as: "nobody", method: "HEAD", path: "/v1/teams"}).expect(t, 401, "", "", "")
	})
}

// TestARenamedThingIsFoundUnderItsNewName renames a thing of each noun that has a
// slug: requests to the old one are sent on by 308, with method, query and body.
func TestARenamedThingIsFoundUnderItsNewName(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.rename("ada", "/v1/services/checkout/slos/availability", "uptime")
		h.rename("ada", "/v1/services/checkout", "basket")
		h.rename("ada", "/v1/systems/shop", "store")
		h.rename("ada", "/v1/teams/payments", "money")
		h.rename("administrator", "/v1/budget-policies/error-budget", "budget-policy")
		push := slots(at(time.Minute) + `,"good":1,"total":1`)
		const long = "2026-03-01T00:00:00Z"
		for _, c := range []struct {
			call
			code     string
			location []string // one for each renamed name on the way
			status   int      // in the end
		}{
			{call{method: "GET", path: "/v1/teams/payments"}, "team_renamed", []string{"/v1/teams/money"}, 200},
			{call{method: "GET", path: "/v1/teams/payments/members?limit=1"}, "team_renamed", []string{"/v1/teams/money/members?limit=1"}, 200},
			{call{method: "GET", path: "/v1/teams/%70ayments"}, "team_renamed", []string{"/v1/teams/money"}, 200},
			{call{method: "PUT", path: "/v1/teams/payments", header: []string{`If-Match: "2"`}, body: `{"slug":"money","name":"Money","parent":"engineering"}`}, "team_renamed", []string{"/v1/teams/money"}, 200},
			{call{method: "PUT", path: "/v1/teams/payments/members/" + h.ids["bob"]}, "team_renamed", []string{"/v1/teams/money/members/" + h.ids["bob"]}, 200},
			{call{method: "GET", path: "/v1/systems/shop"}, "system_renamed", []string{"/v1/systems/store"}, 200},
			{call{method: "GET", path: "/v1/services/checkout"}, "service_renamed", []string{"/v1/services/basket"}, 200},
			{call{method: "GET", path: "/v1/services/checkout/retire"}, "service_renamed", []string{"/v1/services/basket/retire"}, 200},
			{call{method: "GET", path: "/v1/services/checkout/transfer?team=search"}, "service_renamed", []string{"/v1/services/basket/transfer?team=search"}, 200},
			{call{method: "GET", path: "/v1/services/checkout/slos?order=remaining&limit=2"}, "service_renamed", []string{"/v1/services/basket/slos?order=remaining&limit=2"}, 200},
			{call{method: "GET", path: "/v1/services/checkout/slos/availability/history?from=" + long + "&stepSeconds=86400"}, "service_renamed", []string{
				"/v1/services/basket/slos/availability/history?from=" + long + "&stepSeconds=86400", "/v1/services/basket/slos/uptime/history?from=" + long + "&stepSeconds=86400"}, 200},
			{call{method: "POST", path: "/v1/services/checkout/slos/availability/measurements", body: push}, "service_renamed", []string{
				"/v1/services/basket/slos/availability/measurements", "/v1/services/basket/slos/uptime/measurements"}, 200},
			{call{method: "POST", path: "/v1/services/checkout/slos", body: slo(`"slug":"fresh"`), header: []string{"Idempotency-Key: moved"}}, "service_renamed", []string{"/v1/services/basket/slos"}, 201},
			{call{method: "POST", path: "/v1/services/checkout/dependencies", body: `{"on":"finder","criticality":"soft"}`}, "service_renamed", []string{"/v1/services/basket/dependencies"}, 201},
			{call{method: "DELETE", path: "/v1/services/checkout/dependencies/" + h.ids["dependency"], header: []string{`If-Match: "1"`}}, "service_renamed", []string{"/v1/services/basket/dependencies/" + h.ids["dependency"]}, 204},
			{call{method: "GET", path: "/v1/budget-policies/error-budget/attachments"}, "policy_renamed", []string{"/v1/budget-policies/budget-policy/attachments"}, 200},
			{call{method: "GET", path: "/v1/services?team=payments&limit=3"}, "team_renamed", []string{"/v1/services?limit=3&team=money"}, 200},
			{call{method: "GET", path: "/v1/slos?system=shop"}, "system_renamed", []string{"/v1/slos?system=store"}, 200},
			{call{method: "GET", path: "/v1/issues?service=checkout&state=open"}, "service_renamed", []string{"/v1/issues?service=basket&state=open"}, 200},
			{call{method: "GET", path: "/v1/violations?policy=error-budget"}, "policy_renamed", []string{"/v1/violations?policy=budget-policy"}, 200},
		} {
			t.Run(c.method+" "+c.path, func(t *testing.T) {
				c.as = "ada"
				a := h.do(c.call)
				for i, location := range c.location {
					code := c.code
					if i > 0 {
						code = "slo_renamed"
					}
					a.expect(t, 308, code, "", "is now called")
					if got := a.header.Get("Location"); got != location {
						t.Fatalf("sent on to %q, want %q", got, location)
					}
					next := c.call
					next.path = location
					a = h.do(next)
				}
				a.expect(t, c.status, "", "", "")
			})
		}
		// In a body there is nowhere to be sent on to.
		h.all(t, posts("ada", "/v1/services", []hostile{
			{"a former team", call{body: service(`"slug":"new"`)}, 422, "invalid_input", "/team", `was renamed, it is now "money"`},
			{"a former system", call{body: service(`"slug":"new"`, `"team":"money"`, `"system":"shop"`)}, 422, "invalid_input", "/system", `was renamed, it is now "store"`},
			{"a former service", call{path: "/v1/services/ledger/dependencies", body: `{"on":"checkout","criticality":"hard"}`}, 422, "invalid_input", "/on", `was renamed, it is now "basket"`},
			{"a former SLO", call{path: "/v1/measurements", body: `{"series":[{"service":"basket","slo":"availability","slots":[{` + at(time.Minute) + `,"good":1,"total":1}]}]}`}, 422, "invalid_input", "/series/0/slo", `was renamed, it is now "uptime"`},
			{"a former service of a policy", call{path: "/v1/budget-policies/budget-policy/attachments", body: `{"target":"service","service":"checkout"}`}, 422, "invalid_input", "/service", `was renamed, it is now "basket"`},
			{"a former team of a token", call{path: "/v1/tokens", body: `{"name":"ci","team":"payments"}`}, 422, "invalid_input", "/team", `was renamed, it is now "money"`},
			{"a former slug for another service", call{body: service(`"team":"money"`)}, 409, "slug_taken", "", "checkout"},
			{"a former slug for another team", call{path: "/v1/teams", body: `{"slug":"payments","name":"P"}`}, 409, "slug_taken", "", "payments"},
			{"a former slug for another SLO", call{path: "/v1/services/basket/slos", body: slo()}, 409, "slug_taken", "", "availability"},
		}))
		// It may have its own former name back.
		h.rename("ada", "/v1/services/basket", "checkout")
		h.do(call{as: "ada", method: "GET", path: "/v1/services/basket"}).expect(t, 308, "service_renamed", "", `now called "checkout"`)
		h.must(200, call{as: "ada", method: "GET", path: "/v1/services/checkout"})
	})
}
