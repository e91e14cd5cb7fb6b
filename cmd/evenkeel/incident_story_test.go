package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// Of 99.9 % and a million events 1,000 may be bad, and the incident took 300 of them: more than a fifth.
// The policy asks for a postmortem with a P0 on the root cause; Ada writes it, Grace reviews it; what
// follows are issues on GitHub, where Ole closes one; and the clause is satisfied.
func TestAnIncidentIsDeclaredLearnedFromAndFollowedUp(t *testing.T) {
	t.Parallel()
	hub := standin.New(t, standin.Options{Now: time.Now, Enterprise: true, WebhookSecret: "told-by-github-itself"})
	hub.Organization("acme")
	for _, login := range []string{"evenkeel", "ole"} {
		hub.User(login)
	}
	hub.Private("acme/shop")
	hub.Collaborator("acme/shop", "evenkeel", standin.Write)
	hub.Collaborator("acme/shop", "ole", standin.Write)
	github := strings.TrimSuffix(hub.URL, "/api/v3")
	f := newStory(t, func(o *app.Options) {
		o.Clock = clock.System // requests to GitHub wait for each other
		o.Config.GitHub.BaseURL, o.Config.GitHub.Token, o.Config.GitHub.WebhookSecret = github, config.NewSecret(hub.Token("evenkeel")), config.NewSecret("told-by-github-itself")
		o.Config.GitHub.Mode = "enforce"
	})
	ada, grace := f.join("ada", access.ScopeRead, access.ScopeWrite), f.join("grace", access.ScopeRead, access.ScopeWrite)
	person := f.call("administrator", 200, "GET", "/v1/people/"+string(ada.ID), "")
	f.call("administrator", 200, "PUT", "/v1/people/"+string(ada.ID), `{"displayName":"ada","githubLogin":"ole"}`, fmt.Sprintf(`If-Match: "%v"`, person["version"]))
	f.call("ada", 201, "POST", "/v1/teams", `{"slug":"payments","name":"Payments"}`)
	f.call("ada", 200, "PUT", "/v1/teams/payments/members/"+string(grace.ID), "")
	attachment := f.call("ada", 200, "GET", "/v1/budget-policies/error-budget/attachments", "")["items"].([]any)[0].(map[string]any)["id"].(string)
	f.call("administrator", 200, "PUT", "/v1/budget-policies/error-budget/attachments/"+attachment, `{"mode":"enforce"}`, `If-Match: "1"`)
	f.call("ada", 201, "POST", "/v1/services", `{"slug":"checkout","name":"Checkout","team":"payments","kind":"http","tier":1,"repository":"`+github+`/acme/shop"}`)
	f.call("ada", 201, "POST", "/v1/services/checkout/slos", `{"slug":"availability","name":"Availability","objective":"99.9%","indicator":{"category":"availability"}}`)
	now := time.Now().UTC().Truncate(time.Minute)
	ago := func(minutes int) string { return now.Add(-time.Duration(minutes) * time.Minute).Format(time.RFC3339) }
	f.call("ada", 200, "POST", "/v1/services/checkout/slos/availability/measurements",
		fmt.Sprintf(`{"slots":[{"start":%q,"good":900000,"total":900000},{"start":%q,"good":99700,"total":100000},{"start":%q,"good":0,"total":0}]}`, ago(1560), ago(60), ago(2)))
	run := func(jobs ...string) {
		t.Helper()
		for _, job := range jobs {
			if got := f.call("administrator", 201, "POST", "/v1/jobs/"+job+"/runs", ""); got["state"] != "succeeded" {
				t.Errorf("%s: %v", job, got)
			}
		}
	}
	run("evaluate-budgets", "apply-policies")

	// Ada declares it in a browser, and says how it goes on.
	f.signIn(ada.ID)
	w := f.openWindow(f.session)
	w.open("/incidents/new")
	const form = "2006-01-02T15:04"
	page := w.fill("/incidents/new", "", map[string]string{"title": "Checkout <b>fails</b> in the EU", "severity": "sev2", "affected": "checkout", "impactStart": now.Add(-70 * time.Minute).Format(form)})
	incident := w.at()
	w.says(page, "Checkout <b>fails</b> in the EU", "Declared", "30")
	w.fill(incident+"/timeline", "", map[string]string{"text": "Rolled back to 2.13.9."})
	w.fill(incident+"/status", "", map[string]string{"status": "resolved"})
	w.says(w.open(incident), "Resolved", "Rolled back to 2.13.9.", "Nothing is planned yet")

	// More than a fifth of the budget: a violation, and a postmortem that is asked for.
	run("evaluate-budgets", "apply-policies", "request-postmortems")
	id := strings.TrimPrefix(incident, "/incidents/")
	impact := f.call("grace", 200, "GET", "/v1/incidents/"+id+"/impact", "")["slos"].([]any)[0].(map[string]any)
	if share := impact["periods"].([]any)[0].(map[string]any)["share"]; share != 0.3 {
		t.Errorf("it took %v of the budget", share)
	}
	violation := ""
	for _, v := range f.call("grace", 200, "GET", "/v1/violations?service=checkout&state=open", "")["items"].([]any) {
		if v := v.(map[string]any); v["clause"] == "single-incident" {
			violation = "/violations/" + v["id"].(string)
		}
	}
	if violation == "" {
		t.Fatal("no clause about single incidents is broken")
	}
	claim := func(satisfied bool, lacks int) {
		t.Helper()
		got := f.call("grace", 200, "GET", "/v1"+violation+"/claim", "")
		if got["satisfied"] != satisfied || len(got["lacks"].([]any)) != lacks {
			t.Errorf("the claim is %v", got)
		}
	}
	claim(false, 2)
	w.says(w.open(violation), "What it asks for after incidents", "Not satisfied yet", "is not published", "has 0 of 1 action items")

	// She writes it: what blames is marked, and nothing is refused for that.
	at := incident + "/postmortem"
	w.says(w.open(at), "Asked for", "A policy")
	w.fill(at+"/begin", "", map[string]string{})
	if got := w.at(); got != at+"/edit" {
		t.Errorf("beginning it leads to %s", got)
	}
	text := func(causes string) string {
		return "## Summary\n\nOrders failed for 30 minutes.\n\n## Impact\n\n300 orders were refused.\n\n## Root causes and contributing factors\n\n" + causes +
			"\n\n## Trigger\n\nA deployment.\n\n## Detection\n\nSupport called.\n\n## Resolution\n\nIt was rolled back.\n\n## Lessons\n\nQueues need an age.\n\n## Action items\n\nOn the page of the incident.\n"
	}
	preview := w.fill(at+"/edit", "preview", map[string]string{"text": text("The root cause was human error: ada should have noticed it.")})
	w.says(preview, "Reads like blame", "what somebody should have done", "human error as a cause", "Preview")
	w.fill(at+"/edit", "save", map[string]string{"text": text("The queue grew unseen. <script>document.title = 'taken'</script> [x](javascript:alert(1))")})
	if got := w.at(); got != at {
		t.Errorf("saving it leads to %s", got)
	}
	if title := ok[string](t)(evaluate(w, "document.title")); strings.Contains(title, "taken") {
		t.Errorf("what was typed runs: the title is %q", title)
	}
	w.fill(at+"/submit", "", map[string]string{"reviewer": string(grace.ID)})

	// What is to be done: a P0 on the root cause, and another.
	for _, item := range []map[string]string{
		{"title": "Alert when the queue is older than a minute", "verification": "It fires in the game day.", "priority": "p0", "type": "detect", "rootCause": "1"},
		{"title": "Limit retries to three", "verification": "The load test shows it.", "priority": "p1", "type": "mitigate"},
	} {
		w.open(incident)
		item["owner"] = string(ada.ID)
		w.says(w.fill(incident+"/action-items", "", item), item["title"])
	}

	// Who wrote it does not approve it; Grace does, and Ada publishes it.
	version := f.call("ada", 200, "GET", "/v1/incidents/"+id+"/postmortem", "")["version"]
	f.call("ada", 409, "POST", "/v1/incidents/"+id+"/postmortem/reviews", `{"verdict":"approve"}`, fmt.Sprintf(`If-Match: "%v"`, version))
	f.signIn(grace.ID)
	g := f.openWindow(f.session)
	g.open(at)
	g.says(g.fill(at+"/review", "", map[string]string{"verdict": "approve", "text": "Clear."}), "Approved")
	w.open(at)
	w.says(w.fill(at+"/publish", "", map[string]string{}), "Published")
	claim(false, 1)

	// They are issues on GitHub, parts of one, and the machine leaves them to people.
	run("deliver-issues", "deliver-issues", "deliver-issues")
	issue := func(title string) standin.Issue {
		t.Helper()
		for _, i := range hub.Issues("acme/shop") {
			if i.Title == title {
				return i
			}
		}
		t.Fatalf("no issue %q among %+v", title, hub.Issues("acme/shop"))
		return standin.Issue{}
	}
	whole, p0, p1 := issue("Follow-ups of an incident: Checkout `<b>fails</b>` in the EU"), issue("Alert when the queue is older than a minute"), issue("Limit retries to three")
	if p0.Parent != whole.ID || p1.Parent != whole.ID || len(p0.Assignees) != 1 || p0.Assignees[0] != "ole" {
		t.Errorf("they are %+v and %+v", p0, p1)
	}
	hub.Deliveries() // of their making
	hub.Person("ole").Close("acme/shop", p0.Number, "completed")
	for _, hook := range hub.Deliveries() {
		r := ok[*http.Request](t)(hook.Request(t.Context(), f.base+"/webhooks/github"))
		r.RequestURI = ""
		resp := ok[*http.Response](t)(http.DefaultClient.Do(r))
		if resp.Body.Close(); resp.StatusCode != http.StatusAccepted {
			t.Fatalf("%s %s is answered %d", hook.Event, hook.Action, resp.StatusCode)
		}
	}
	run("work-webhooks", "deliver-issues")

	// The pages show it, and the clause is satisfied.
	w.says(w.open(incident), "Alert when the queue is older than a minute", "Done", "Limit retries to three", "Open")
	w.says(w.open("/action-items?show=done"), "Alert when the queue is older than a minute", "Done")
	claim(true, 0)
	w.says(w.open(violation), "Satisfied", "Published", "Done")
	w.says(w.open("/incidents?q=queue"), "Checkout <b>fails</b> in the EU")
	if p1 := issue("Limit retries to three"); p1.State != "open" {
		t.Errorf("the other is %s", p1.State)
	}
}
