package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

func TestHostileTokensAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.token("short-lived", access.TokenInput{Kind: access.PersonalToken, Person: id.ID(h.ids["ada"]), Scopes: []access.Scope{access.ScopeRead}, LifetimeDays: 1})
		h.token("revoked", access.TokenInput{Kind: access.PersonalToken, Person: id.ID(h.ids["ada"]), Scopes: []access.Scope{access.ScopeRead}})
		h.must(204, call{as: "ada", method: "DELETE", path: "/v1/tokens/" + h.ids["token of revoked"]})
		h.person("dora", access.ScopeRead)
		h.must(200, call{as: "administrator", method: "POST", path: "/v1/people/" + h.ids["dora"] + "/deactivate", header: []string{`If-Match: "1"`}})
		h.clock.Advance(24*time.Hour - time.Microsecond)
		h.must(200, call{as: "short-lived", method: "GET", path: "/v1/me"}) // its last moment
		h.clock.Advance(time.Microsecond)

		ada := h.tokens["ada"]
		otherSecret := access.FormatToken(id.ID(h.ids["token of ada"]), access.NewSecret())
		unknown := access.FormatToken(id.New(start), access.NewSecret())
		checksum := ada[:len(ada)-1] + "a"
		if checksum == ada {
			checksum = ada[:len(ada)-1] + "b"
		}
		get := func(name, as string, status int, code, says string, header ...string) hostile {
			return hostile{name, call{as: as, method: "GET", path: "/v1/teams", header: header}, status, code, "", says}
		}
		h.all(t, []hostile{
			get("no token", "nobody", 401, "unauthenticated", "send a token"),
			get("an empty header", "nobody", 401, "invalid_token", "Bearer", "Authorization: Bearer"),
			get("a scheme without a token", "nobody", 401, "invalid_token", "Bearer", "Authorization: Bearer "),
			get("another scheme", "nobody", 401, "invalid_token", "Bearer", "Authorization: Basic YWRhOmFkYQ=="),
			get("a token without its scheme", "nobody", 401, "invalid_token", "Bearer", "Authorization: "+ada),
			get("a token with something behind", "nobody", 401, "token_malformed", "", "Authorization: Bearer "+ada+" x"),
			get("two tokens", "nobody", 401, "invalid_token", "Bearer", "Authorization: Bearer "+ada, "Authorization: Bearer "+ada),
			get("a forged token", "nobody", 401, "token_invalid", "no such token", "Authorization: Bearer "+unknown),
			get("a token with a forged secret", "nobody", 401, "token_invalid", "no such token", "Authorization: Bearer "+otherSecret),
			get("a truncated token", "nobody", 401, "token_malformed", "mistyped", "Authorization: Bearer "+ada[:len(ada)-7]),
			get("a token with a wrong checksum", "nobody", 401, "token_malformed", "mistyped", "Authorization: Bearer "+checksum),
			get("a token in upper case", "nobody", 401, "token_malformed", "mistyped", "Authorization: Bearer "+strings.ToUpper(ada)),
			get("an endless token", "nobody", 401, "invalid_token", "", "Authorization: Bearer ek_"+strings.Repeat("A", 60_000)),
			get("a token of other characters", "nobody", 401, "token_malformed", "mistyped", "Authorization: Bearer "+strings.Repeat("\xff", len(ada))),
			get("an expired token", "short-lived", 401, "token_expired", "expired at 2026-03-15T12:00:00Z"),
			get("a revoked token", "revoked", 401, "token_revoked", "revoked"),
			get("the token of a leaver", "dora", 401, "token_revoked", "deactivated"),
		})
		// An expired token is told so only to who holds its secret.
		h.do(call{method: "GET", path: "/v1/teams", header: []string{"Authorization: Bearer " + access.FormatToken(id.ID(h.ids["token of short-lived"]), access.NewSecret())}}).
			expect(t, 401, "token_invalid", "", "no such token")
	})
}

func TestNobodyOversteps(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.workload("push-only", "team payments", access.ScopePush)
		h.token("administrator who only writes", access.TokenInput{Kind: access.PersonalToken, Person: h.administrator(), Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}})
		const tag = `If-Match: "1"`
		refused := func(name, as, method, path, body, says string) hostile {
			return hostile{name, call{as: as, method: method, path: path, body: body, header: []string{tag}}, 403, "forbidden", "", says}
		}
		push := slots(at(time.Minute) + `,"good":1,"total":1`)
		profile := strings.Replace(service(), `"team":"payments",`, "", 1)
		h.all(t, []hostile{
			refused("a stranger changes a team", "bob", "PUT", "/v1/teams/payments", `{"slug":"mine","name":"Mine"}`, "members of the owning team"),
			refused("a stranger ends a team", "bob", "DELETE", "/v1/teams/payments", "", "members of the owning team"),
			refused("a stranger joins a team", "bob", "PUT", "/v1/teams/payments/members/"+h.ids["bob"], "", "members of the owning team"),
			refused("a stranger puts somebody out", "bob", "DELETE", "/v1/teams/payments/members/"+h.ids["ada"], "", "members of the owning team"),
			refused("a stranger registers a service for a team", "bob", "POST", "/v1/services", service(`"slug":"planted"`), "members of the owning team"),
			refused("a stranger changes a service", "bob", "PUT", "/v1/services/checkout", profile, "members of the owning team"),
			refused("a stranger takes a service", "bob", "POST", "/v1/services/checkout/transfer", `{"team":"search"}`, "members of the owning team"),
			refused("a stranger retires a service", "bob", "POST", "/v1/services/checkout/retire", `{}`, "members of the owning team"),
			refused("a stranger declares an SLO", "bob", "POST", "/v1/services/checkout/slos", slo(`"slug":"planted"`), "members of the owning team"),
			refused("a stranger loosens an SLO", "bob", "PUT", "/v1/services/checkout/slos/availability", slo(`"objective":"1%"`), "members of the owning team"),
			refused("a stranger pushes", "bob", "POST", "/v1/services/checkout/slos/availability/measurements", push, "members of the owning team"),
			refused("a stranger's program pushes", "stranger", "POST", "/v1/services/checkout/slos/availability/measurements", push, "members of the owning team"),
			refused("a stranger's program declares", "stranger", "POST", "/v1/services/checkout/slos", slo(`"slug":"planted"`), "members of the owning team"),
			refused("a stranger declares a dependency", "bob", "POST", "/v1/services/checkout/dependencies", `{"on":"finder","criticality":"hard"}`, "members of the owning team"),
			refused("a stranger ends a dependency", "bob", "DELETE", "/v1/services/checkout/dependencies/"+h.ids["dependency"], "", "members of the owning team"),
			refused("a stranger attaches a policy", "bob", "POST", "/v1/budget-policies/error-budget/attachments", `{"target":"service","service":"checkout"}`, "members of the owning team"),
			refused("a stranger makes a token for a team", "bob", "POST", "/v1/tokens", `{"name":"mine","team":"payments"}`, "members of its team"),
			refused("a stranger reads a token", "bob", "GET", "/v1/tokens/"+h.ids["token of ada"], "", "only its person"),
			refused("a stranger lists tokens of a team", "bob", "GET", "/v1/tokens?team=payments", "", "members of its team"),
			refused("a stranger lists tokens of a person", "bob", "GET", "/v1/tokens?person="+h.ids["ada"], "", "only its person"),
			refused("a stranger revokes a token", "bob", "DELETE", "/v1/tokens/"+h.ids["token of ada"], "", "only its person"),
			refused("a stranger reads a team's audit", "bob", "GET", "/v1/audit?team=payments", "", "members of the owning team"),
			refused("a member reads the whole audit", "ada", "GET", "/v1/audit", "", "administrators"),
			refused("a member makes policies", "ada", "POST", "/v1/budget-policies", `{"slug":"mine","name":"Mine","clauses":[{"name":"a","when":"consumed > 0.01","freeze":{}}]}`, "only administrators"),
			refused("a member attaches a policy to all", "ada", "POST", "/v1/budget-policies/error-budget/attachments", `{"target":"all"}`, "administrators"),
			refused("a member attaches a policy to a tier", "ada", "POST", "/v1/budget-policies/error-budget/attachments", `{"target":"tier","tier":1}`, "administrators"),
			refused("a member runs a job", "ada", "POST", "/v1/jobs/prune/runs", "", "only administrators"),
			refused("a member adds people", "ada", "POST", "/v1/people", `{"displayName":"Eve","subject":"eve"}`, "only administrators"),
			refused("a member becomes an administrator", "ada", "PUT", "/v1/people/"+h.ids["ada"], `{"displayName":"ada","administrator":true}`, "administrators"),
			refused("a member renames another", "ada", "PUT", "/v1/people/"+h.ids["bob"], `{"displayName":"Bobby Tables"}`, ""),
			refused("a member deactivates another", "ada", "POST", "/v1/people/"+h.ids["bob"]+"/deactivate", "", "administrators"),
			refused("a member gives more than they have", "ada", "POST", "/v1/tokens", `{"name":"mine","scopes":["admin"]}`, `you cannot give the scope "admin"`),
			refused("a member registers for another team", "ada", "POST", "/v1/services", service(`"slug":"planted"`, `"team":"search"`), "members of the owning team"),
			refused("a program makes a team", "robot", "POST", "/v1/teams", `{"slug":"bots","name":"Bots"}`, "a person may"),
			refused("a program retires a service", "robot", "POST", "/v1/services/checkout/retire", `{}`, "members of the owning team"),
			refused("a program transfers a service", "robot", "POST", "/v1/services/checkout/transfer", `{"team":"search"}`, "members of the owning team"),
			refused("a program makes a token", "robot", "POST", "/v1/tokens", `{"name":"more","team":"payments"}`, "members of its team"),
			refused("a program takes in a member", "robot", "PUT", "/v1/teams/payments/members/"+h.ids["bob"], "", "members of the owning team"),
			refused("a token for pushing reads", "push-only", "GET", "/v1/teams", "", `lacks the scope "read"`),
			refused("a token for pushing writes", "push-only", "POST", "/v1/services", service(`"slug":"planted"`), `lacks the scope "write"`),
			refused("a token for reading writes", "rita", "POST", "/v1/services", service(`"slug":"planted"`), `lacks the scope "write"`),
			refused("a token for reading pushes", "rita", "POST", "/v1/services/checkout/slos/availability/measurements", push, `lacks the scope "push"`),
			refused("a token for reading makes a token", "rita", "POST", "/v1/tokens", `{"name":"more","scopes":["write"]}`, `lacks the scope "write"`),
			refused("an administrator without the scope runs a job", "administrator who only writes", "POST", "/v1/jobs/prune/runs", "", `scope "admin"`),
			refused("an administrator without the scope reads all", "administrator who only writes", "GET", "/v1/audit", "", "administrators"),
		})
		// A refusal comes before anything is told of the thing: its version, its faults.
		h.all(t, []hostile{
			{"a stale version of a stranger's", call{as: "bob", method: "PUT", path: "/v1/services/checkout", body: profile, header: []string{`If-Match: "77"`}}, 403, "forbidden", "", "members of the owning team"},
			{"a faulty SLO of a stranger's", call{as: "bob", method: "POST", path: "/v1/services/checkout/slos", body: slo(`"objective":"0%"`)}, 403, "forbidden", "", "members of the owning team"},
			{"a fault of the form before the scope", call{as: "rita", method: "POST", path: "/v1/services", body: `{`}, 403, "forbidden", "", "scope"},
			{"a fault of the form without a token", call{as: "nobody", method: "POST", path: "/v1/services", body: `{`}, 401, "unauthenticated", "", ""},
		})
		for _, c := range []struct{ name, path string }{{"payments", "/v1/teams/payments"}, {"checkout", "/v1/services/checkout"}, {"availability", "/v1/services/checkout/slos/availability"}} {
			if got := h.must(200, call{as: "ada", method: "GET", path: c.path}); got.header.Get("ETag") != `"1"` || got.text("slug") != c.name {
				t.Errorf("somebody overstepped: %s", got.body)
			}
		}
	})
}

// administrator is the first one's identifier.
func (h *house) administrator() id.ID {
	h.t.Helper()
	p, err := h.app.Access.FirstAdministrator(h.system())
	if err != nil {
		h.t.Fatal(err)
	}
	return p.ID
}
