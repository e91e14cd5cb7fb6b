package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// item is the body of an action item that Ada owns.
func (h *house) item(changes ...string) string {
	return with(`{"title":"Alert when the queue is older than a minute","verification":"It fires in the game day.","priority":"p1","type":"detect","owner":"`+h.ids["ada"]+`","service":"checkout"}`, changes...)
}

func (h *house) declared() string {
	h.t.Helper()
	return "/v1/incidents/" + h.must(201, call{as: "ada", method: "POST", path: "/v1/incidents", body: ofIncident()}).text("id")
}

func TestAnActionItemIsPlannedChangedAndDone(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		of := h.declared()
		plan := call{as: "ada", method: "POST", path: of + "/action-items", header: []string{"Idempotency-Key: once"}, body: h.item()}
		made := h.must(201, plan)
		if again := h.must(201, plan); again.text("id") != made.text("id") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Error("what is planned again is another item")
		}
		one := made.header.Get("Location")
		due := start.AddDate(0, 0, 56).Format(time.DateOnly) // eight weeks
		if one != "/v1/action-items/"+made.text("id") || made.text("state") != "open" || made.text("dueOn") != due || made.object()["service"].(map[string]any)["slug"] != "checkout" || made.header.Get("ETag") != `"1"` {
			t.Errorf("planned is %s at %s", made.body, one)
		}
		if got := made.object()["warnings"].([]any); len(got) != 0 {
			t.Errorf("of what can be verified it warns: %v", got)
		}
		vague := h.must(201, call{as: "ada", method: "POST", path: of + "/action-items", body: h.item(`"title":"Improve monitoring of the queue"`)})
		if got := vague.object()["warnings"].([]any); len(got) != 1 || !strings.Contains(got[0].(string), "anybody can verify") {
			t.Errorf("of what nobody can verify it warns: %v", got)
		}
		h.must(200, call{as: "ada", method: "POST", path: vague.header.Get("Location") + "/complete", header: []string{`If-Match: "1"`}, body: `{"note":"Whatever."}`})
		h.do(call{as: "bob", method: "POST", path: of + "/action-items", body: h.item()}).expect(t, 403, "forbidden", "", "members of the owning team")
		h.do(call{as: "ada", method: "POST", path: of + "/action-items", body: h.item(`"service":"nothing"`)}).expect(t, 422, "invalid_input", "/service", "must name a service")
		h.do(call{as: "ada", method: "POST", path: of + "/action-items", body: h.item(`"owner":"nobody"`)}).expect(t, 422, "invalid_input", "/owner", "the one person")
		h.do(call{as: "ada", method: "POST", path: of + "/action-items", body: h.item(`"dueOn":"soon"`)}).expect(t, 422, "invalid_input", "/dueOn", "2026-11-27")
		h.do(call{as: "ada", method: "PUT", path: one, body: h.item()}).expect(t, 428, "precondition_required", "", "If-Match")
		later := start.AddDate(0, 0, 60).Format(time.DateOnly)
		h.do(call{as: "ada", method: "PUT", path: one, header: []string{`If-Match: "1"`}, body: h.item(`"dueOn":"` + later + `"`)}).expect(t, 422, "invalid_input", "/reason", "")
		h.must(200, call{as: "ada", method: "PUT", path: one, header: []string{`If-Match: "1"`}, body: h.item(`"dueOn":"`+later+`"`, `"reason":"The vendor is late."`)})
		h.do(call{as: "ada", method: "PUT", path: one, header: []string{`If-Match: "1"`}, body: h.item()}).expect(t, 412, "version_mismatch", "", "version 2 now")
		done := h.must(200, call{as: "ada", method: "POST", path: one + "/complete", header: []string{`If-Match: "2"`}, body: `{"note":"It fired."}`})
		if done.text("state") != "done" || done.object()["settled"].(map[string]any)["note"] != "It fired." || done.object()["postponed"] != 1.0 {
			t.Errorf("done is %s", done.body)
		}
		h.do(call{as: "ada", method: "POST", path: one + "/waive", header: []string{`If-Match: "3"`}, body: `{"reason":"x"}`}).expect(t, 409, "item_settled", "", "done already")
		if e := h.must(200, call{as: "bob", method: "GET", path: one + "/effect"}).object(); e["done"] != true || e["days"] != 0.0 {
			t.Errorf("its effect is %v", e)
		}
		h.must(200, call{as: "ada", method: "POST", path: one + "/reopen", header: []string{`If-Match: "3"`}, body: `{"reason":"It came back."}`})
		for query, want := range map[string]int{
			"": 2, "?state=open": 1, "?state=done": 1, "?priority=p1": 2, "?priority=p0": 0, "?overdue=true": 0, "?service=checkout": 2, "?service=ledger": 0, "?team=payments": 2, "?team=search": 0,
			"?owner=" + h.ids["ada"]: 2, "?owner=" + h.ids["bob"]: 0,
		} {
			if got := h.must(200, call{as: "bob", method: "GET", path: "/v1/action-items" + query}).items(); len(got) != want {
				t.Errorf("%q lists %v, want %d", query, got, want)
			}
		}
		if b := h.must(200, call{as: "bob", method: "GET", path: "/v1/action-item-backlog?team=payments"}).object(); b["open"] != 1.0 || len(b["trend"].([]any)) != 13 {
			t.Errorf("the backlog is %v", b)
		}
		wanted := h.must(200, call{as: "bob", method: "GET", path: "/v1/issues?actionItem=" + made.text("id")}).items()
		whole := h.must(200, call{as: "bob", method: "GET", path: "/v1/issues?kind=incident"}).items()
		if len(wanted) != 1 || len(whole) != 1 || wanted[0]["actionItemId"] != made.text("id") || wanted[0]["parentId"] != whole[0]["id"] || !strings.HasSuffix(of, whole[0]["incidentId"].(string)) || wanted[0]["violationId"] != "" {
			t.Errorf("wanted are %v under %v", wanted, whole)
		}
	})
}

func TestActionItemsAreImportedAllOrNone(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		of := h.declared()
		items := func(items ...string) call {
			return call{as: "ada", method: "POST", path: of + "/action-items/import", body: `{"items":[` + strings.Join(items, ",") + `]}`}
		}
		h.do(items(h.item(`"key":"1"`), h.item(`"key":"2"`, `"service":"nothing"`), h.item(`"key":"2"`, `"owner":"nobody"`))).expect(t, 422, "invalid_input", "/items/1/service", "must name a service")
		if got := h.must(200, call{as: "ada", method: "GET", path: of + "/action-items"}).items(); len(got) != 0 {
			t.Errorf("of what was refused there is %v", got)
		}
		good := items(h.item(`"key":"1"`), h.item(`"key":"2"`, `"settled":"done"`, `"note":"Live."`))
		for _, want := range []float64{2, 0} {
			if got := h.must(200, good).object(); got["items"] != 2.0 || got["added"] != want {
				t.Errorf("imported are %v, want %v added", got, want)
			}
		}
		var states []string
		for _, i := range h.must(200, call{as: "bob", method: "GET", path: of + "/action-items"}).items() {
			states = append(states, i["state"].(string))
		}
		slices.Sort(states)
		if !slices.Equal(states, []string{"done", "open"}) {
			t.Errorf("they are %v", states)
		}
	})
}
