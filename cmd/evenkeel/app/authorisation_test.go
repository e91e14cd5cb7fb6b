package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// nouns are how the audit log calls what an operation without a thing is about,
// by the operation's tag, or its path.
var nouns = []struct{ path, noun string }{
	{"/v1/adoption", "adoption"}, {"/v1/onboarding", "onboarding"}, {"/v1/manifest-", "manifest_set"}, {"/toil/settings", "toil_settings"}, {"/toil/answers", "toil_answer"}, {"/me/toil", "toil_answer"}, {"/toil/entries", "toil_entry"}, {"/toil/proposals", "toil_entry"}, {"/toil/candidates", "toil_candidate"}, {"/toil/automations", "toil_automation"}, {"/toil/surveys", "toil_survey"}, {"/members/", "member"}, {"/disputes", "dispute"}, {"/rulings", "dispute"}, {"/supplied-facts", "supplied_fact"}, {"/v1/ownership-drift", "service"}, {"/v1/service-facts", "fact"}, {"/facts", "service_fact"}, {"/v1/fact-batches", "service_fact"}, {"/attestations", "attestation"}, {"/postmortem/requests", "postmortem_request"}, {"/postmortem/reviews", "postmortem_review"}, {"/v1/postmortem-templates", "postmortem_template"}, {"/postmortem", "postmortem"}, {"/v1/incidents", "incident"}, {"/v1/external-incidents", "incident"}, {"/v1/action-items", "incident"}, {"/v1/violations", "violation"}, {"/v1/alerts", "alert"}, {"/sign-in-links", "sign_in_link"}, {"/attachments", "attachment"}, {"/dependencies", "dependency"}, {"/corrections", "correction"}, {"/outages", "outage"}, {"/changes", "change"}, {"/gate/decisions", "gate_decision"}, {"/gate/overrides", "gate_override"}, {"/v1/proposals", "proposal"}, {"/slos", "slo"}, {"/slo-previews", "slo"}, {"/slo-statuses", "slo"}, {"/slas", "sla"}, {"/v1/composites", "composite"}, {"/golden-signals", "signal_mapping"}, {"/measurements", "slo"}, {"/v1/exemptions", "exemption"}, {"/v1/campaigns", "campaign"}, {"/v1/launch-reviews", "launch_review"}, {"/v1/scorecard", "scorecard"}, {"/scorecards", "scorecard"},
	{"/v1/catalog", "catalog"}, {"/v1/people", "person"}, {"/v1/tokens", "token"}, {"/v1/workload-identities", "workload_identity"}, {"/v1/teams", "team"}, {"/v1/systems", "system"}, {"/v1/services", "service"},
	{"/v1/backfills", "backfill"}, {"/v1/budget-policies", "policy"}, {"/v1/reports", "report"}, {"/v1/jobs", "job"}, {"/v1/issues", "issue"}, {"/v1/issue-delivery", "issue_delivery"}, {"/v1/webhook-deliveries", "webhook"}, {"/v1/data-sources", "data_source"}, {"/v1/notification-targets", "notification_target"}, {"/v1/notifications", "notification"},
}

func TestNothingIsDoneForNobody(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.prepare()
		for _, o := range h.readDocument().operations {
			c := call{as: "nobody", method: o.method, path: o.target(h, nil)}
			if o.public() && slices.Contains([]string{"getSignInMethods", "exchangeToken"}, o.OperationID) {
				continue // they are how somebody comes to a token
			}
			if o.public() {
				t.Errorf("%s takes no token; if that is meant, it is to be named here", o.OperationID)
				continue
			}
			h.do(c).expect(t, 401, "unauthenticated", "", "send a token")
			c.header = []string{"Authorization: Bearer forged"}
			h.do(c).expect(t, 401, "token_malformed", "", "")
		}
		// What has no operation and needs no token says nothing of anybody.
		for path, status := range map[string]int{
			"/healthz": 200, "/readyz": 200, "/metrics": 200, "/openapi.json": 200, "/openapi.yaml": 200, "/docs": 200, "/signin": 200,
		} {
			a := h.do(call{as: "nobody", method: "GET", path: path})
			a.expect(t, status, "", "", "")
			for _, private := range []string{"checkout", "rita", h.ids["team payments"]} {
				// The documents name checkout in their examples.
				if strings.Contains(string(a.body), private) && !(private == "checkout" && (strings.HasPrefix(path, "/openapi") || path == "/docs")) {
					t.Errorf("%s tells nobody of %s", path, private)
				}
			}
		}
		for _, page := range []string{"/", "/teams/payments", "/teams/payments/notifications", "/services/checkout", "/services/checkout/facts", "/services/checkout/slos/availability", "/violations", "/violations/" + h.ids["the violation"], "/incidents", "/incidents/new", "/learning", "/action-items", "/action-items/" + h.ids["the actionItem"], "/postmortems", "/incidents/" + h.ids["the incident"] + "/postmortem", "/incidents/" + h.ids["the incident"] + "/postmortem/edit", "/policies", "/policies/error-budget", "/alerts", "/issues", "/jobs", "/exemptions", "/exemptions/new", "/exemptions/" + h.ids["the exemption"], "/toil", "/campaigns", "/campaigns/new", "/campaigns/" + h.ids["the campaign"], "/launch-reviews", "/launch-reviews/" + h.ids["the launchReview"], "/data-sources", "/manifests", "/manifests/files", "/onboarding", "/onboarding/repositories", "/onboarding/repositories/" + h.ids["the repository"], "/onboarding/services", "/onboarding/waves/first", "/onboarding/waves/first/preview", "/onboarding/new-wave", "/adoption", "/audit"} {
			a := h.do(call{as: "nobody", method: "GET", path: page, header: []string{"Accept: text/html"}})
			if a.status == 200 || strings.Contains(string(a.body), "Checkout") {
				t.Errorf("the page %s shows itself to nobody: %d", page, a.status)
			}
		}
	})
}

func TestAReaderWritesNothingAndIsWrittenDown(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.prepare()
		s := &sweep{T: t, house: h, as: "rita"}
		writes := 0
		for _, o := range h.readDocument().operations {
			if o.reads() || o.public() {
				continue
			}
			writes++
			c := call{as: "rita", method: o.method, path: o.target(h, nil), header: []string{`If-Match: "1"`}}
			if o.body() != nil {
				c.body = encode(s.body(o))
			}
			h.clock.Advance(time.Minute) // so that the refusal is recorded, and not counted
			h.do(c).expect(t, 403, "forbidden", "", "scope")
			newest := h.must(200, call{as: "administrator", method: "GET", path: "/v1/audit?outcome=refused&limit=1&actor=" + h.ids["rita"]}).items()
			if len(newest) != 1 {
				t.Errorf("%s: the refusal is not in the log", o.OperationID)
				continue
			}
			entry := newest[0]
			actor, object := entry["actor"].(map[string]any), entry["object"].(map[string]any)
			noun := nouns[slices.IndexFunc(nouns, func(n struct{ path, noun string }) bool { return strings.Contains(o.path, n.path) })].noun
			if entry["at"] != h.clock.Now().Format(time.RFC3339) || actor["tokenId"] != h.ids["token of rita"] || actor["kind"] != "person" ||
				object["kind"] != noun || !strings.HasPrefix(entry["action"].(string), noun+".") || !strings.Contains(entry["reason"].(string), "scope") {
				t.Errorf("%s: the refusal is written down as %v", o.OperationID, entry)
			}
		}
		if writes < 25 {
			t.Errorf("only %d operations write", writes)
		}
		// Members see what was refused about their team's things, and only that.
		h.clock.Advance(time.Minute)
		h.do(call{as: "bob", method: "PUT", path: "/v1/services/checkout", header: []string{`If-Match: "1"`}, body: strings.Replace(service(), `"team":"payments",`, "", 1)}).
			expect(t, 403, "forbidden", "", "")
		seen := h.must(200, call{as: "ada", method: "GET", path: "/v1/audit?team=payments&outcome=refused"}).items()
		if len(seen) != 1 || seen[0]["action"] != "service.update" || seen[0]["actor"].(map[string]any)["name"] != "bob" {
			t.Errorf("ada sees %v", seen)
		}
		h.do(call{as: "bob", method: "GET", path: "/v1/audit/" + seen[0]["id"].(string)}).expect(t, 403, "forbidden", "", "")
	})
}

// TestRefusalsAreBoundedInTheLog has somebody try again and again: the log does
// not grow with every try, and says how many there were.
func TestRefusalsAreBoundedInTheLog(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		try := call{as: "rita", method: "POST", path: "/v1/teams", body: `{"slug":"mine","name":"Mine"}`}
		for range 200 {
			h.do(try).expect(t, 403, "forbidden", "", "")
		}
		const list = "/v1/audit?outcome=refused&limit=500"
		if n := len(h.must(200, call{as: "administrator", method: "GET", path: list}).items()); n < 1 || n > 50 {
			t.Errorf("200 refusals within a minute are %d entries", n)
		}
		h.clock.Advance(time.Minute)
		h.do(try).expect(t, 403, "forbidden", "", "")
		if newest := h.must(200, call{as: "administrator", method: "GET", path: list}).items()[0]; !strings.Contains(newest["reason"].(string), "180 more") {
			t.Errorf("the newest says %q", newest["reason"])
		}
	})
}
