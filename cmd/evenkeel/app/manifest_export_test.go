package app_test

import (
	"strings"
	"testing"
)

// all is one manifest of each kind.
var all = map[string]string{
	"org.yaml": `apiVersion: evenkeel/v1
kind: Team
slug: wallets
name: Wallets
parent: payments
contact: "#wallets"
---
apiVersion: evenkeel/v1
kind: System
slug: money
name: Money
team: wallets
`,
	"services.yaml": aSet["wallet.yaml"] + `---
apiVersion: evenkeel/v1
kind: SLO
service: wallet
slug: latency
name: Fast answers
objective: 99.50%
calendar:
  period: month
furtherObjectives:
  - name: week
    objective: 99%
    windowDays: 7
alerts:
  off: [ticket]
indicator:
  category: latency
  description: an answer within 300 ms
reviewBy: 2027-06-01
`,
	"rules.yaml": `apiVersion: evenkeel/v1
kind: ErrorBudgetPolicy
slug: wallet-budget
name: Budgets of wallets
clauses:
  - name: spent
    when: consumed > 1
    freeze: { allow: [reliability] }
attachments:
  - target: service
    service: wallet
    mode: warn
---
apiVersion: evenkeel/v1
kind: Scorecard
slug: wallets-ready
name: Wallets are ready
owner: payments
levels:
  - name: Bronze
checks:
  - id: runbook
    title: Has a runbook
    category: Response
    level: Bronze
    passes: hasRunbook
---
apiVersion: evenkeel/v1
kind: Campaign
name: Runbooks for wallets
why: Two incidents would have been shorter.
scorecard: wallets-ready
team: payments
checks: [runbook]
startsOn: 2026-04-01
dueOn: 2026-06-01
`,
}

// exported are the manifests of the query.
func (h *house) exported(as, query string) string {
	h.t.Helper()
	a := h.must(200, call{as: as, method: "GET", path: "/v1/manifests" + query})
	if kind := a.header.Get("Content-Type"); kind != "application/yaml" {
		h.t.Errorf("manifests are %s", kind)
	}
	return string(a.body)
}

// kinds are the kinds and slugs of documents, in their order.
func kinds(text string) string {
	var out []string
	for doc := range strings.SplitSeq(text, "---\n") {
		kind, name := "", ""
		for line := range strings.SplitSeq(doc, "\n") {
			if at, is := strings.CutPrefix(line, "kind: "); is {
				kind = at
			}
			if at, is := strings.CutPrefix(line, "slug: "); is {
				name = at
			}
		}
		out = append(out, strings.TrimSpace(kind+" "+name))
	}
	return strings.Join(out, ", ")
}

func TestWhatIsExportedIsWhatThereIs(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.apply("administrator", bringing("wallets", false, filesOf(all)...))
		text := h.exported("rita", "?set=wallets")
		want := "Team wallets, System money, Service wallet, SLO availability, SLO latency, ErrorBudgetPolicy wallet-budget, Scorecard wallets-ready, Campaign"
		if got := kinds(text); got != want {
			t.Errorf("exported are %s\nwant %s", got, want)
		}
		if planned := h.plan("administrator", bringing("wallets", true, "all.yaml", text)); planned.object()["changed"] != 0.0 || steps(planned) != "" {
			t.Errorf("what was exported is to be\n%s\n%s", steps(planned), text)
		}
		// All of the organisation, what the test house has among it, and none of it is a change either.
		whole := h.exported("rita", "")
		if strings.Contains(whole, "kind: Campaign") || !strings.Contains(whole, "slug: ledger\n") {
			t.Errorf("the organisation is\n%s", whole)
		}
		if planned := h.plan("administrator", bringing("", false, "all.yaml", whole)); planned.object()["changed"] != 0.0 || steps(planned) != "" {
			t.Errorf("what was exported is to be\n%s", steps(planned))
		}
		for query, want := range map[string]string{
			"?service=wallet":          "Service wallet, SLO availability, SLO latency, ErrorBudgetPolicy wallet-budget",
			"?service=wallet&kind=SLO": "SLO availability, SLO latency",
			"?team=wallets":            "Team wallets, System money",
			"?kind=Campaign":           "Campaign",
			"?set=wallets&kind=Team":   "Team wallets",
		} {
			if got := kinds(h.exported("rita", query)); got != want {
				t.Errorf("%s gives %s\nwant %s", query, got, want)
			}
		}
		h.must(422, call{as: "rita", method: "GET", path: "/v1/manifests?set=none"})
		for _, query := range []string{"?team=none", "?service=none", "?kind=None"} {
			h.must(422, call{as: "rita", method: "GET", path: "/v1/manifests" + query})
		}
		h.must(401, call{method: "GET", path: "/v1/manifests"})
	})
}

// The catalog says what it keeps: who has that in a file as well would have to change it twice.
func TestWhatTheCatalogKeepsIsNotExported(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		post := func(status int, path, body string) answer {
			return h.must(status, call{as: "administrator", method: "POST", path: "/v1/catalog/" + path, body: body})
		}
		sync := post(201, "syncs", `{"portal":"`+aPortal+`/","full":true}`).text("id")
		post(200, "syncs/"+sync+"/entities", `{"entities":[
			{"kind":"group","ref":"group:default/payments","uid":"g1","displayName":"Payments","parent":null,"members":[]},
			{"kind":"component","ref":"component:default/checkout","uid":"c1","title":"Till","owner":"group:default/payments","system":null,"lifecycle":"ga"}]}`)
		post(200, "syncs/"+sync+"/complete", `{}`)
		text := h.exported("rita", "?kind=Service&service=checkout")
		// The catalog says its name, team, system and lifecycle; the rest was said by hand.
		if strings.Contains(text, "name: ") || strings.Contains(text, "team: ") || !strings.Contains(text, "\ntier: ") || !strings.Contains(text, "service: ledger\n") {
			t.Errorf("exported is\n%s", text)
		}
		if planned := h.plan("administrator", bringing("payments", false, "a.yaml", text)); strings.Contains(steps(planned), "/") {
			t.Errorf("what was exported is to be\n%s", steps(planned))
		}
	})
}
