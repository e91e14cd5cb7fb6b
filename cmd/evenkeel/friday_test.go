package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// Of 99.9 % and a million events 1,000 may be bad, and 2,000 were: on a Friday evening a feature
// has to wait. Ada is on call and lifts the freeze for an hour, and Grace reviews it on Monday.
func TestOnAFridayEveningAFreezeHoldsIsLiftedHoldsAgainAndIsReviewed(t *testing.T) {
	t.Parallel()
	f := newStory(t)
	f.join("ada", access.ScopeRead, access.ScopeWrite)
	grace := f.join("grace", access.ScopeRead, access.ScopeWrite)
	system := access.WithCaller(t.Context(), access.System("test"))
	team := f.call("ada", 201, "POST", "/v1/teams", `{"slug":"payments","name":"Payments"}`)
	_, text, err := f.app.Access.IssueToken(system, access.TokenInput{Name: "pipeline", Kind: access.WorkloadToken, Team: id.ID(team["id"].(string)), Scopes: []access.Scope{access.ScopeRead, access.ScopePush}})
	f.tokens["pipeline"] = ok[string](t)(text, err)
	f.call("ada", 200, "PUT", "/v1/teams/payments/members/"+string(grace.ID), "")
	f.signIn(grace.ID)

	f.call("ada", 201, "POST", "/v1/services", `{"slug":"checkout","name":"Checkout","team":"payments","kind":"http","tier":2}`)
	f.call("ada", 201, "POST", "/v1/services/checkout/slos", `{"slug":"availability","name":"Availability","objective":"99.9%","indicator":{"category":"availability"}}`)
	at := func(ago time.Duration) string { return f.clock.Now().Add(-ago).Format(time.RFC3339) }
	f.call("pipeline", 200, "POST", "/v1/services/checkout/slos/availability/measurements",
		fmt.Sprintf(`{"slots":[{"start":%q,"good":998000,"total":1000000},{"start":%q,"good":0,"total":0}]}`, at(2*time.Hour), at(2*time.Minute)))
	attachments := f.call("ada", 200, "GET", "/v1/budget-policies/error-budget/attachments", "")["items"].([]any)
	f.call("administrator", 200, "PUT", "/v1/budget-policies/error-budget/attachments/"+attachments[0].(map[string]any)["id"].(string), `{"mode":"enforce"}`, `If-Match: "1"`)
	for _, job := range []string{"evaluate-budgets", "apply-policies"} {
		f.call("administrator", 201, "POST", "/v1/jobs/"+job+"/runs", "")
		f.clock.Advance(time.Second)
	}

	// It has to wait.
	f.pipeline(3, "DENY: a feature change to v2.14.0 of checkout\n")
	f.pipeline(0, "ALLOW: a rollback change", "--class", "rollback")
	if page := f.page("/services/checkout"); !strings.Contains(page, "<span>Closed</span>") || !strings.Contains(page, "200.00 % of the error budget of 28 days is consumed") {
		t.Error("the page does not say that changes have to wait")
	}

	// Ada, on call, lifts the freeze.
	until := f.clock.Now().Add(time.Hour).Format(time.RFC3339)
	const overrides = "/v1/services/checkout/gate/overrides"
	made := f.call("ada", 201, "POST", overrides, `{"reason":"the payment provider ends its old API tonight","until":"`+until+`"}`)
	one := overrides + "/" + made["id"].(string)
	if due := made["reviewDue"]; due != "2026-12-01T19:00:02Z" { // Monday and Tuesday
		t.Errorf("the review is due %v", due)
	}
	f.pipeline(0, "WARN: a feature change to v2.14.0 of checkout\n")
	f.pipeline(4, "WARN: ", "--fail-on", "deny,warn")
	page := f.page("/services/checkout")
	for _, says := range []string{"The freezes are lifted", "the payment provider ends its old API tonight", "Review owed", "<span>Warns</span>"} {
		if !strings.Contains(page, says) {
			t.Errorf("while it is lifted, the page does not say %q", says)
		}
	}

	// Its time passes.
	f.clock.Advance(time.Hour)
	f.pipeline(3, "DENY: ")
	if page := f.page("/services/checkout"); strings.Contains(page, "The freezes are lifted") || !strings.Contains(page, "<span>Closed</span>") || !strings.Contains(page, "Review owed") {
		t.Error("after its time, the page does not say that changes have to wait and a review is owed")
	}

	// Another person looks at it on Monday.
	f.clock.Advance(62 * time.Hour)
	f.signIn(grace.ID)
	review := `{"justified":true,"note":"nothing else would have done"}`
	f.call("ada", 403, "POST", one+"/review", review, `If-Match: "1"`)
	f.call("grace", 200, "POST", one+"/review", review, `If-Match: "1"`)
	if page := f.page("/services/checkout"); strings.Contains(page, "Review owed") {
		t.Error("the page still says that a review is owed")
	}
	page = f.page("/services/checkout/gate")
	if denied, warned := strings.Count(page, "<span>Denied</span>"), strings.Count(page, "<span>Warned</span>"); denied != 2 || warned != 2 {
		t.Errorf("the page lists %d denials and %d warnings", denied, warned)
	}
	if got := f.call("grace", 200, "GET", "/v1/services/checkout/gate/decisions?answer=deny", "")["items"].([]any); len(got) != 2 {
		t.Errorf("denied were %v", got)
	}
}
