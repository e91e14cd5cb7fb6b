package app_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// A delivery that is given up is on the page and in the API, for administrators, and
// worked off once somebody retries it.
func TestAWebhookThatWasGivenUpIsSeenAndRetried(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		hub := standin.New(t, standin.Options{Now: h.clock.Now, WebhookSecret: webhookSecret})
		hub.User("wanda")
		hub.Public("wanda/api")
		for range 3 {
			hub.Person("wanda").Open("wanda/api", "Slow and secretive", "")
			h.clock.Advance(1)
		}
		for _, d := range hub.Deliveries() {
			r, err := d.Request(t.Context(), "http://evenkeel.example/webhooks/github")
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			h.handler.ServeHTTP(w, r)
			if w.Code != 202 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		}
		list := func(query string) answer {
			t.Helper()
			return h.must(200, call{as: "administrator", method: "GET", path: "/v1/webhook-deliveries" + query})
		}
		waiting := list("?state=waiting&limit=2")
		if n := len(waiting.items()); n != 2 || waiting.object()["next"] == nil || strings.Contains(string(waiting.body), "secretive") {
			t.Fatalf("waiting are %s", waiting.body)
		}
		last := waiting.items()[0]
		if last["event"] != "issues" || last["action"] != "opened" || last["repository"] != "wanda/api" || last["state"] != "waiting" || last["attempts"] != 0.0 || last["nextAttemptAt"] == nil || last["workedAt"] != nil {
			t.Errorf("the last that came is %v", last)
		}
		rest := list("?state=waiting&limit=2&after=" + waiting.object()["next"].(string)).items()
		if len(rest) != 1 || rest[0]["id"] == last["id"] {
			t.Errorf("the rest is %v", rest)
		}
		due, err := h.app.Store.Inbox().DueDeliveries(t.Context(), h.clock.Now(), 10, 1<<20)
		if err != nil || len(due) != 3 {
			t.Fatalf("%+v, %v", due, err)
		}
		lost := due[0]
		lost.DueAt, lost.Attempts, lost.Error = nil, 8, "no route"
		if err := h.app.Store.Inbox().UpdateDelivery(t.Context(), lost); err != nil {
			t.Fatal(err)
		}
		h.runs("work-webhooks")
		given := list("?state=given_up").items()
		if len(given) != 1 || given[0]["id"] != lost.ID || given[0]["error"] != "no route" || given[0]["attempts"] != 8.0 || given[0]["nextAttemptAt"] != nil {
			t.Errorf("given up are %v", given)
		}
		if worked := list("?state=worked").items(); len(worked) != 2 || worked[0]["workedAt"] == nil {
			t.Errorf("worked off are %v", worked)
		}
		retry := call{as: "ada", method: "POST", path: "/v1/webhook-deliveries/" + lost.ID + "/retry"}
		h.do(call{as: "ada", method: "GET", path: "/v1/webhook-deliveries"}).expect(t, 403, "forbidden", "", "administrators")
		h.do(retry).expect(t, 403, "forbidden", "", "administrators")
		retry.as = "administrator"
		if got := h.must(200, retry).object(); got["state"] != "waiting" || got["attempts"] != 0.0 {
			t.Errorf("retried is %v", got)
		}
		h.runs("work-webhooks")
		if n := len(list("?state=worked").items()); n != 3 {
			t.Errorf("%d were worked off, want 3", n)
		}
		h.do(retry).expect(t, 409, "webhook_delivery_worked", "", "not kept")
		h.do(call{as: "administrator", method: "POST", path: "/v1/webhook-deliveries/none/retry"}).expect(t, 404, "webhook_delivery_not_found", "", "")
		h.do(call{as: "administrator", method: "GET", path: "/v1/webhook-deliveries?state=lost"}).expect(t, 422, "invalid_input", "query.state", "given_up")
	})
}
