package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// The collector of a Tuesday counted a load test as traffic: of 99.9 % and a million events 2,000
// were bad, of which the test were 1,500. Ada disputes the violation, and changes go out while it is
// looked at; Grace, who approved the policy, finds that it was none; and it is counted nowhere.
func TestAFalseViolationIsDisputedFoundToBeNoneAndCountedNowhere(t *testing.T) {
	t.Parallel()
	f := newStory(t)
	ada := f.join("ada", access.ScopeRead, access.ScopeWrite)
	grace := f.join("grace", access.ScopeRead, access.ScopeWrite)
	team := f.call("ada", 201, "POST", "/v1/teams", `{"slug":"payments","name":"Payments"}`)
	_, text, err := f.app.Access.IssueToken(access.WithCaller(t.Context(), access.System("test")), access.TokenInput{Name: "pipeline", Kind: access.WorkloadToken, Team: id.ID(team["id"].(string)), Scopes: []access.Scope{access.ScopeRead, access.ScopePush}})
	f.tokens["pipeline"] = ok[string](t)(text, err)
	f.signIn(ada.ID)

	// The policy says who decides disputes.
	platform := []string{"EVENKEEL_TOKEN=" + f.tokens["administrator"], "EVENKEEL_SERVER=" + f.base}
	code, document, stderr := evenkeel(t, platform, "export", "--kind", "ErrorBudgetPolicy")
	if code != 0 {
		t.Fatal(code, stderr)
	}
	file := filepath.Join(t.TempDir(), "error-budget.yaml")
	write(t, file, strings.Replace(document, "\nclauses:", "\napproval:\n  approver: "+string(grace.ID)+"\nclauses:", 1))
	if code, stdout, stderr := evenkeel(t, platform, "apply", file, "--yes"); code != 0 {
		t.Fatalf("%d %s%s\n%s", code, stdout, stderr, ok[[]byte](t)(os.ReadFile(file)))
	}
	attachments := f.call("ada", 200, "GET", "/v1/budget-policies/error-budget/attachments", "")["items"].([]any)
	f.call("administrator", 200, "PUT", "/v1/budget-policies/error-budget/attachments/"+attachments[0].(map[string]any)["id"].(string), `{"mode":"enforce"}`, `If-Match: "1"`)

	f.call("ada", 201, "POST", "/v1/services", `{"slug":"checkout","name":"Checkout","team":"payments","kind":"http","tier":2}`)
	f.call("ada", 201, "POST", "/v1/services/checkout/slos", `{"slug":"availability","name":"Availability","objective":"99.9%","indicator":{"category":"availability"}}`)
	tested := f.clock.Now().Add(-2 * time.Hour).Format(time.RFC3339)
	push := func(good int) {
		t.Helper()
		f.call("pipeline", 200, "POST", "/v1/services/checkout/slos/availability/measurements",
			fmt.Sprintf(`{"slots":[{"start":%q,"good":%d,"total":1000000},{"start":%q,"good":0,"total":0}]}`, tested, good, f.clock.Now().Add(-2*time.Minute).Truncate(time.Minute).Format(time.RFC3339)))
	}
	jobs := func() {
		t.Helper()
		for _, job := range []string{"evaluate-budgets", "apply-policies"} {
			f.call("administrator", 201, "POST", "/v1/jobs/"+job+"/runs", "")
			f.clock.Advance(time.Second)
		}
	}
	push(998_000)
	jobs()
	f.pipeline(3, "DENY: ")
	open := f.call("ada", 200, "GET", "/v1/violations?service=checkout&state=open", "")["items"].([]any)
	if len(open) != 1 {
		t.Fatalf("open are %v", open)
	}
	violation := "/v1/violations/" + open[0].(map[string]any)["id"].(string)
	page := strings.TrimPrefix(violation, "/v1")
	if shown := f.page(page); !strings.Contains(shown, "POST "+violation+"/disputes") {
		t.Error("the page does not say how it is disputed")
	}

	// Ada disputes it, and nothing waits while it is looked at.
	f.call("ada", 422, "POST", violation+"/disputes", `{"reason":""}`)
	f.call("pipeline", 403, "POST", violation+"/disputes", `{"reason":"let me through"}`)
	f.call("ada", 201, "POST", violation+"/disputes", `{"reason":"the load test of Tuesday was counted as traffic"}`)
	f.pipeline(0, "ALLOW: ")
	shown := f.page(page)
	for _, says := range []string{"the load test of Tuesday was counted as traffic", "the freeze is suspended until 2026-11-29 19:00 UTC", "POST " + violation + "/rulings"} {
		if !strings.Contains(shown, says) {
			t.Errorf("while it is disputed, the page does not say %q", says)
		}
	}

	// Two days later, without a ruling, it holds again.
	f.clock.Advance(48 * time.Hour)
	push(998_000)
	jobs()
	f.pipeline(3, "DENY: ")

	// Grace looks at it. What was pushed is not read again from anywhere: the team pushes it anew.
	const ruling = `{"outcome":"void","note":"1,500 of the bad events were the load test"`
	f.call("ada", 403, "POST", violation+"/rulings", ruling+`}`)
	again := f.call("grace", 422, "POST", violation+"/rulings", fmt.Sprintf(`%s,"reread":{"from":%q,"to":%q}}`, ruling, tested, f.clock.Now().Format(time.RFC3339)))
	if text := fmt.Sprint(again); !strings.Contains(text, "/reread") {
		t.Errorf("that what was pushed cannot be read again is said as %s", text)
	}
	f.call("grace", 201, "POST", violation+"/rulings", ruling+`}`)
	f.pipeline(0, "ALLOW: ")
	push(999_500)
	jobs()
	f.pipeline(0, "ALLOW: ")

	// It ended, was counted nowhere but where policies are doubted, and none opened again.
	f.signIn(ada.ID)
	shown = f.page(page)
	for _, says := range []string{"1,500 of the bad events were the load test", "decided the dispute", ", void"} {
		if !strings.Contains(shown, says) {
			t.Errorf("after it was decided, the page does not say %q", says)
		}
	}
	if all := f.call("ada", 200, "GET", "/v1/violations?service=checkout", "")["items"].([]any); len(all) != 1 || all[0].(map[string]any)["endedAt"] == nil {
		t.Errorf("there are %v", all)
	}
	rates := f.call("ada", 200, "GET", "/v1/budget-policies/error-budget/rates", "")["rates"].([]any)
	if rate := rates[0].(map[string]any); len(rates) != 1 || rate["violations"] != 1.0 || rate["void"] != 1.0 || rate["doubted"] != 1.0 {
		t.Errorf("the rates are %v", rates)
	}
	report := f.call("ada", 200, "GET", "/v1/reports/preview?scope=service&name=checkout&from=2026-11-01T00:00:00Z&to=2026-11-29T19:00:00Z", "")
	if found := report["violations"].([]any); len(found) != 0 || report["voidViolations"] != 1.0 {
		t.Errorf("the report has the violations %v, and %v void ones", found, report["voidViolations"])
	}
}
