package app_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// From a violation to an issue on GitHub, and from a person who closes it and
// disputes it there back to Evenkeel.
func TestAViolationBecomesAnIssueOnGitHubAndPeopleAreHeard(t *testing.T) {
	t.Parallel()
	hub := standin.New(t, standin.Options{Now: time.Now, Enterprise: true, WebhookSecret: webhookSecret})
	hub.Organization("acme")
	for _, login := range []string{"evenkeel", "ole"} {
		hub.User(login)
	}
	hub.Private("acme/shop")
	hub.Collaborator("acme/shop", "evenkeel", standin.Write)
	hub.Collaborator("acme/shop", "ole", standin.Write)
	base := strings.TrimSuffix(hub.URL, "/api/v3")
	h := open(t, "", func(c *config.Config) {
		c.GitHub.BaseURL, c.GitHub.Token = base, config.NewSecret(hub.Token("evenkeel"))
		c.GitHub.Mode, c.GitHub.DefaultRepository = "enforce", base+"/acme/shop"
	})
	h.secrets = append(h.secrets, hub.Token("evenkeel"), webhookSecret)
	h.furnish()
	// The issues of the team are for Ada, whom GitHub knows as Ole.
	put := func(path, body string) call {
		tag := h.must(200, call{as: "administrator", method: "GET", path: path}).header.Get("ETag")
		return call{as: "administrator", method: "PUT", path: path, body: body, header: []string{"If-Match: " + tag}}
	}
	person, team := "/v1/people/"+h.ids["ada"], "/v1/teams/payments"
	h.do(put(person, `{"displayName":"Ada","githubLogin":"@ole"}`)).expect(t, 422, "invalid_input", "/githubLogin", "without @")
	h.must(200, put(person, `{"displayName":"Ada","githubLogin":"ole"}`))
	h.do(put(team, `{"slug":"payments","name":"payments","issueAssigneeId":"`+h.ids["team payments"]+`"}`)).expect(t, 422, "invalid_input", "/issueAssigneeId", "names nobody")
	h.must(200, put(team, `{"slug":"payments","name":"payments","parent":"engineering","issueAssigneeId":"`+h.ids["ada"]+`"}`))
	h.prepare()
	known := func() map[string]any {
		return h.must(200, call{as: "rita", method: "GET", path: "/v1/issues/" + h.ids["the issue"]}).object()["delivery"].(map[string]any)
	}
	if d := known(); d["state"] != "draft" || len(hub.Issues("acme/shop")) != 0 {
		t.Errorf("before the courier comes it is %v", d)
	}
	h.runs("deliver-issues", "deliver-issues") // it is made, then assigned
	d := known()
	if d["state"] != "sent" || d["number"] != 1.0 || d["repository"] != "acme/shop" || !strings.HasSuffix(d["url"].(string), "/acme/shop/issues/1") {
		t.Fatalf("it is %v", d)
	}
	there := hub.Issues("acme/shop")
	wanted := h.must(200, call{as: "rita", method: "GET", path: "/v1/issues/" + h.ids["the issue"]}).object()
	if len(there) == 1 && !slices.Equal(there[0].Assignees, []string{"ole"}) {
		t.Errorf("it is assigned to %q", there[0].Assignees)
	}
	if len(there) != 1 || there[0].Title != wanted["title"] || there[0].Body != wanted["body"] {
		t.Errorf("on GitHub is %+v", there)
	}

	hub.Deliveries() // of its making
	ole := hub.Person("ole")
	ole.Comment("acme/shop", 1, "/evenkeel dispute The load test was counted.")
	ole.Close("acme/shop", 1, "not_planned")
	for _, hook := range hub.Deliveries() {
		r, err := hook.Request(t.Context(), "http://evenkeel.example/webhooks/github")
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		if w.Code != 202 {
			t.Fatalf("%s %s: %d %s", hook.Event, hook.Action, w.Code, w.Body)
		}
	}
	h.runs("work-webhooks", "deliver-issues")
	if d := known(); d["outcome"] != "waived" {
		t.Errorf("after it was closed as not planned it is %v", d)
	}
	violation := wanted["violationId"].(string)
	events := h.must(200, call{as: "rita", method: "GET", path: "/v1/violations/" + violation + "/events"}).items()
	if len(events) == 0 || events[0]["text"] != "The load test was counted." || events[0]["by"] != "ole" || events[0]["via"] != "comment" {
		t.Errorf("what was said about the violation is %v", events)
	}
}
