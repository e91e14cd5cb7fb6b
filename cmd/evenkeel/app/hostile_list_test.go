package app_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

func TestHostileQueriesAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		wrong := func(path, pointer, says string) hostile {
			return hostile{strings.ToValidUTF8(path[:min(len(path), 80)], "?"), call{as: "ada", method: "GET", path: path}, 422, "invalid_input", pointer, says}
		}
		const slo = "/v1/services/checkout/slos/availability"
		h.all(t, []hostile{
			wrong("/v1/teams?limit=0", "query.limit", "at least 1"),
			wrong("/v1/teams?limit=501", "query.limit", "at most 500"),
			wrong("/v1/teams?limit=-1", "query.limit", "at least 1"),
			wrong("/v1/teams?limit=abc", "query.limit", "invalid integer"),
			wrong("/v1/teams?limit=1.5", "query.limit", "invalid integer"),
			wrong("/v1/teams?limit=1e2", "query.limit", "invalid integer"),
			wrong("/v1/teams?limit=0x10", "query.limit", "invalid integer"),
			wrong("/v1/teams?limit=99999999999999999999", "query.limit", "invalid integer"),
			wrong("/v1/teams?limit=1&limit=2", "query.limit", "given twice"),
			wrong("/v1/teams?limit=1&limit=1", "query.limit", "given twice"),
			wrong("/v1/teams?limti=1", "query.limti", "not a parameter"),
			wrong("/v1/teams?Limit=1", "query.Limit", "not a parameter"),
			wrong("/v1/teams?limit[]=1", "query.limit[]", "not a parameter"),
			wrong("/v1/teams?%ff=1", `query.\xff`, "not a parameter"),
			wrong("/v1/teams?query=%zz", "query.query", "percent-encoded"),
			wrong("/v1/teams?%zz=1", "query", "pairs joined by &"),
			wrong("/v1/teams?limit=1;after=x", "query", "pairs joined by &"),
			wrong("/v1/teams?query=a%00b", "query.query", "NUL"),
			wrong("/v1/teams?query=%ff", "query.query", "UTF-8"),
			wrong("/v1/teams?query=%E2%80%AE", "query.query", "direction of writing"),
			wrong("/v1/teams?query=%1b%5b31m", "query.query", "control characters"),
			wrong("/v1/teams?query="+strings.Repeat("a", 101), "query.query", "at most 100"),
			wrong("/v1/teams?query="+strings.Repeat("a", 60_000), "query.query", "at most 100"),
			wrong("/v1/people?query=%E2%80%AE", "query.query", "direction of writing"),
			wrong("/v1/services?query=%E2%80%AE", "query.query", "direction of writing"),
			wrong("/v1/systems?query=%E2%80%AE", "query.query", "direction of writing"),
			wrong("/v1/slos?query=%E2%80%AE", "query.query", "direction of writing"),
			wrong("/v1/services?tier=5", "query.tier", "at most 4"),
			wrong("/v1/services?tier=one", "query.tier", "invalid integer"),
			wrong("/v1/services?kind=magic", "query.kind", "http"),
			wrong("/v1/services?includeRetired=maybe", "query.includeRetired", "invalid boolean"),
			wrong("/v1/services?team=nobody", "query.team", "names nothing that exists"),
			wrong("/v1/services?system=nothing", "query.system", "names nothing that exists"),
			wrong("/v1/teams?parent=nobody", "query.parent", "names nothing that exists"),
			wrong("/v1/slos?state=fine", "query.state", "at_risk"),
			wrong("/v1/slos?order=fate", "query.order", "remaining"),
			wrong("/v1/violations?state=fine", "query.state", "open"),
			wrong("/v1/alerts?state=closed", "query.state", "ended"),
			wrong("/v1/alerts?severity=loud", "query.severity", "ticket"),
			wrong("/v1/alerts?kind=2h/1m", "query.kind", "absent"),
			wrong("/v1/alerts?since=yesterday", "query.since", ""),
			wrong("/v1/alerts?team=nobody", "query.team", "names nothing that exists"),
			wrong(slo+"/alerts?state=closed", "query.state", "ended"),
			wrong("/v1/violations?policy=nothing", "query.policy", "names nothing that exists"),
			wrong("/v1/issues?service=nothing", "query.service", "names nothing that exists"),
			wrong("/v1/services/checkout/transfer", "query.team", "required"),
			wrong("/v1/services/checkout/transfer?team=nobody", "query.team", "names nothing that exists"),
			wrong("/v1/services/checkout/transfer?team=payments", "query.team", "owns the service already"),
			wrong("/v1/audit?team=payments&outcome=maybe", "query.outcome", "refused"),
			wrong("/v1/audit?team=payments&from=yesterday", "query.from", ""),
			wrong("/v1/audit?team=payments&from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", "query.from", "earlier than to"),
			wrong(slo+"/history?from=yesterday", "query.from", ""),
			wrong(slo+"/history?stepSeconds=1", "query.stepSeconds", "at least 300"),
			wrong(slo+"/history?stepSeconds=301", "query.stepSeconds", "multiple of 300"),
			wrong(slo+"/history?from=2027-01-01T00:00:00Z", "query.from", "must not be after to"),
			wrong(slo+"/history?from=0001-01-02T00:00:00Z", "query.from", "before to"),
			wrong(slo+"/history?from=2026-01-01T00:00:00Z&stepSeconds=300", "query.stepSeconds", "more than 1000 points"),
			wrong(slo+"/history?from=2026-03-01T00:00:00Z&from=2026-03-02T00:00:00Z", "query.from", "given twice"),
			wrong(slo+"/measurements?from=2026-01-01T00:00:00Z", "query.from", "10080 slots"),
			wrong(slo+"/measurements?to=2026-03-14T12:00", "query.to", ""),
			// Before the year 0 and after 9999 there is no time that JSON could hold.
			wrong(slo+"/history?to=0000-01-01T00:00:00Z", "query.to", "must not be before 1970"),
			wrong(slo+"/history?from=0000-01-01T00:00:00%2B01:00&to=0000-01-02T00:00:00Z", "query.to", "must not be before 1970"),
			wrong(slo+"/measurements?to=0000-01-01T00:00:00Z", "query.to", "must not be before 1970"),
		})
	})
}

func TestHostileCursorsAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		first := func(path string) string {
			t.Helper()
			return h.must(200, call{as: "administrator", method: "GET", path: path}).text("next")
		}
		// forge gives a cursor other keys, as somebody does who knows how it is made.
		forge := func(cursor string, keys ...string) string {
			t.Helper()
			raw, err := base64.RawURLEncoding.DecodeString(cursor)
			if err != nil {
				t.Fatal(err)
			}
			var c map[string]any
			if err := json.Unmarshal(raw, &c); err != nil {
				t.Fatal(err)
			}
			c["k"] = keys
			return base64.RawURLEncoding.EncodeToString([]byte(encode(c)))
		}
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/services/checkout/slos/availability", header: []string{`If-Match: "1"`}, body: slo(`"objective":"99%"`)})
		h.must(200, call{as: "administrator", method: "PUT", path: "/v1/budget-policies/error-budget", header: []string{`If-Match: "1"`}, body: `{"slug":"error-budget","name":"E","clauses":[{"name":"a","when":"consumed > 0.01","freeze":{}}]}`})
		const ofSLO, ofPolicy = "/v1/services/checkout/slos/availability/revisions", "/v1/budget-policies/error-budget/revisions"
		revisions, policyRevisions := first(ofSLO+"?limit=1"), first(ofPolicy+"?limit=1")
		teams, services, slos := first("/v1/teams?limit=1"), first("/v1/services?limit=1"), first("/v1/slos?limit=1")
		remaining, audit := first("/v1/slos?limit=1&order=remaining"), first("/v1/audit?limit=1")
		people, members := first("/v1/people?limit=1"), first("/v1/teams/payments/members?limit=1")
		wrong := func(name, path, after string) hostile {
			separator := "?"
			if strings.Contains(path, "?") {
				separator = "&"
			}
			return hostile{name, call{as: "administrator", method: "GET", path: path + separator + "after=" + url.QueryEscape(after)}, 422, "invalid_input", "query.after", ""}
		}
		h.all(t, []hostile{
			wrong("no base 64", "/v1/teams", "!!!"),
			wrong("base 64 of nothing known", "/v1/teams", "abc"),
			wrong("base 64 of a number", "/v1/teams", base64.RawURLEncoding.EncodeToString([]byte("1"))),
			wrong("base 64 of null", "/v1/teams", base64.RawURLEncoding.EncodeToString([]byte("null"))),
			wrong("base 64 of an empty object", "/v1/teams", base64.RawURLEncoding.EncodeToString([]byte("{}"))),
			wrong("half a cursor", "/v1/teams", teams[:len(teams)/2]),
			wrong("a cursor with padding", "/v1/teams", teams+"=="),
			wrong("an endless cursor", "/v1/teams", strings.Repeat("e", 5000)),
			wrong("a cursor of another list", "/v1/teams", services),
			wrong("a cursor of another filter", "/v1/teams?query=pay", teams),
			wrong("a cursor of another order", "/v1/slos?order=remaining", slos),
			wrong("a cursor of another team's members", "/v1/teams/search/members", members),
			wrong("a cursor with too few keys", "/v1/teams", forge(teams)),
			wrong("a cursor with too many keys", "/v1/teams", forge(teams, "a", "b")),
			wrong("a cursor with NUL, of teams", "/v1/teams", forge(teams, "a\x00")),
			wrong("a cursor with NUL, of services", "/v1/services", forge(services, "a\x00")),
			wrong("a cursor with NUL, of SLOs", "/v1/slos", forge(slos, "a", "\x00")),
			wrong("a cursor with NUL, of people", "/v1/people", forge(people, "a\x00", "b")),
			wrong("a cursor with NUL, of members", "/v1/teams/payments/members", forge(members, "\x00", "")),
			wrong("a cursor with NUL, of remaining budgets", "/v1/slos?order=remaining", forge(remaining, "1", "\x00")),
			wrong("a cursor with a word for a number", "/v1/slos?order=remaining", forge(remaining, "much", "a")),
			wrong("a cursor with an endless number", "/v1/slos?order=remaining", forge(remaining, "99999999999999999999", "a")),
			wrong("a cursor with a word for a revision", ofSLO, forge(revisions, "last")),
			wrong("a cursor with an endless revision", ofSLO, forge(revisions, "99999999999999999999")),
			wrong("a cursor with a word for a policy's revision", ofPolicy, forge(policyRevisions, "last")),
			wrong("a cursor with a word for a time", "/v1/audit", forge(audit, "yesterday", "a")),
			wrong("a cursor with NUL, of the audit", "/v1/audit", forge(audit, "2026-03-14T12:00:00Z", "\x00")),
		})
		// A forged key of the right form only begins elsewhere.
		for path, after := range map[string]string{
			"/v1/teams": forge(teams, "zzz"), "/v1/slos?order=remaining": forge(remaining, "-9223372036854775808", ""),
			ofSLO: forge(revisions, "9223372036854775807"), ofPolicy: forge(policyRevisions, "-9223372036854775808"),
			"/v1/audit": forge(audit, "0000-01-01T00:00:00Z", "a"), "/v1/people": forge(people, "\u202e", "'; DROP TABLE people; --"),
		} {
			separator := "?"
			if strings.Contains(path, "?") {
				separator = "&"
			}
			h.must(200, call{as: "administrator", method: "GET", path: path + separator + "after=" + after})
		}
		// The Link of a page is what its next says, and keeps the filter.
		a := h.must(200, call{as: "ada", method: "GET", path: "/v1/services?limit=1&team=payments"})
		link := a.header.Get("Link")
		target, rel, _ := strings.Cut(strings.TrimPrefix(link, "<"), ">")
		if rel != `; rel="next"` {
			t.Fatalf("Link: %s", link)
		}
		if next := h.must(200, call{as: "ada", method: "GET", path: target}); len(next.items()) != 1 || next.items()[0]["slug"] != "ledger" {
			t.Errorf("%s leads to %s", link, next.body)
		}
	})
}
