package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// written is a text that has the sections which the built-in template requires.
func written(what string) string {
	var b strings.Builder
	for _, name := range []string{"Summary", "Impact", "Root causes and contributing factors", "Trigger", "Detection", "Resolution", "Lessons", "Action items"} {
		b.WriteString("## " + name + "\n\n" + what + "\n\n")
	}
	return b.String()
}

// over is a body of an incident of checkout that lasted an hour until the start.
func over(changes ...string) string {
	return ofIncident(append([]string{`"status":"resolved"`, `"resolvedAt":"` + start.Format(time.RFC3339) + `"`}, changes...)...)
}

func ifMatch(version int) []string { return []string{fmt.Sprintf(`If-Match: "%d"`, version)} }

func TestAPostmortemIsAskedForWrittenReviewedByAnotherAndPublished(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("ada", "incident", "/v1/incidents", over())
		h.make("ada", "small", "/v1/incidents", over(`"severity":"sev4"`))
		one := "/v1/incidents/" + h.ids["incident"] + "/postmortem"
		h.do(call{as: "ada", method: "GET", path: one}).expect(t, 404, "postmortem_not_found", "", "")
		h.runs("request-postmortems", "request-postmortems")
		asked := h.must(200, call{as: "bob", method: "GET", path: one}).object()
		// Saturday, 14 March at noon, and three days.
		if requests := asked["requests"].([]any); asked["status"] != "requested" || asked["dueAt"] != "2026-03-17T12:00:00Z" || len(requests) != 1 || requests[0].(map[string]any)["reason"] != "severity" {
			t.Errorf("asked for is %v", asked)
		}
		h.do(call{as: "bob", method: "GET", path: "/v1/incidents/" + h.ids["small"] + "/postmortem"}).expect(t, 404, "postmortem_not_found", "", "")
		events := h.must(200, call{as: "administrator", method: "GET", path: "/v1/events?type=postmortem.requested"}).items()
		if len(events) != 1 {
			t.Errorf("told is %v", events)
		}

		h.do(call{as: "bob", method: "PUT", path: one, body: "{}"}).expect(t, 403, "forbidden", "", "members of the owning team")
		h.do(call{as: "robot", method: "PUT", path: one, body: "{}"}).expect(t, 403, "forbidden", "", "")
		begun := h.must(201, call{as: "ada", method: "PUT", path: one, body: "{}"})
		if !strings.Contains(begun.text("text"), "- **Severity:** sev1") || begun.text("status") != "draft" || begun.header.Get("ETag") != `"2"` || len(begun.object()["missing"].([]any)) != 8 {
			t.Errorf("begun is %s", begun.body)
		}
		h.do(call{as: "ada", method: "PUT", path: one, body: "{}"}).expect(t, 409, "postmortem_begun", "", "")
		save := func(version int, as, text string) call {
			return call{as: as, method: "PUT", path: one + "/text", header: ifMatch(version), body: encode(map[string]any{"text": text, "note": "n"})}
		}
		h.do(call{as: "ada", method: "PUT", path: one + "/text", body: `{"text":"x"}`}).expect(t, 428, "precondition_required", "", "")
		saved := h.must(200, save(2, "ada", "one\ntwo\n"))
		lost := h.do(save(2, "ada", "one\nthree\n"))
		lost.expect(t, 412, "version_mismatch", "", "ada changed the text")
		if diff := lost.object()["diff"].(string); !strings.Contains(diff, "--- version 1\n+++ version 2\n") || !strings.Contains(diff, "+two\n") {
			t.Errorf("the other's change is shown as %q", diff)
		}
		if saved.object()["textVersion"] != 2. {
			t.Errorf("saved is %s", saved.body)
		}
		hostile := written("The pool ran dry. <script>alert(1)</script> [x](javascript:alert(1)) ![p](https://evil.example/p.png) @all")
		html := h.must(200, save(3, "ada", hostile)).text("html")
		for _, never := range []string{"<script", "javascript:", "<img", "onerror"} {
			if strings.Contains(html, never) {
				t.Errorf("the HTML has %s: %s", never, html)
			}
		}
		if !strings.Contains(html, "The pool ran dry.") {
			t.Errorf("the HTML is %s", html)
		}
		h.must(200, save(4, "ada", written("Bob forgot to look at the pool.")))
		found := h.must(200, call{as: "bob", method: "GET", path: one + "/lint"}).object()["findings"].([]any)
		if len(found) != 0 {
			t.Errorf("Bob, who has no part in it, is known: %v", found)
		}
		h.must(200, save(5, "ada", written("Ada forgot to look at the pool.")))
		found = h.must(200, call{as: "bob", method: "GET", path: one + "/lint"}).object()["findings"].([]any)
		if first := found[0].(map[string]any); len(found) != 8 || first["rule"] != "person" || first["line"] != 3. || first["advice"] == "" {
			t.Errorf("found is %v", found)
		}
		if found := h.must(200, call{as: "rita", method: "POST", path: "/v1/postmortem-lint", body: encode(map[string]any{"text": "They should have known."})}).object()["findings"].([]any); len(found) != 1 {
			t.Errorf("found is %v", found)
		}

		h.do(call{as: "rita", method: "POST", path: "/v1/postmortem-lint", body: `{"text":"x","incident":"01JD3Z0Q8RC6W4N1M2V9000001"}`}).expect(t, 422, "invalid_input", "/incident", "names no incident")

		submit := func(version int, people ...string) call {
			return call{as: "ada", method: "POST", path: one + "/submissions", header: ifMatch(version), body: encode(map[string]any{"reviewers": people})}
		}
		h.do(submit(6, h.ids["ada"])).expect(t, 422, "invalid_input", "/reviewers/0", "somebody else")
		h.must(200, submit(6, h.ids["bob"]))
		review := func(as string, version int, body string) call {
			return call{as: as, method: "POST", path: one + "/reviews", header: ifMatch(version), body: body}
		}
		h.do(review("ada", 7, `{"verdict":"approve"}`)).expect(t, 409, "own_postmortem", "", "")
		h.do(review("administrator", 7, `{"verdict":"approve"}`)).expect(t, 403, "not_a_reviewer", "", "")
		h.do(review("robot", 7, `{"verdict":"approve"}`)).expect(t, 403, "forbidden", "", "")
		h.do(review("bob", 7, `{"verdict":"request_changes"}`)).expect(t, 422, "invalid_input", "/text", "")
		h.must(200, review("bob", 7, `{"verdict":"request_changes","text":"Not who; what?"}`))
		h.must(200, save(8, "ada", "## Summary\n\nShort.\n"))
		h.must(200, submit(9, h.ids["bob"]))
		h.do(review("bob", 10, `{"verdict":"approve"}`)).expect(t, 409, "sections_missing", "", `"Impact"`)
		h.must(200, save(10, "ada", written("The pool had no alert.")))
		approved := h.must(200, review("bob", 11, `{"verdict":"approve"}`))
		if approved.text("status") != "approved" {
			t.Errorf("approved is %s", approved.body)
		}
		h.do(call{as: "bob", method: "POST", path: one + "/publication", header: ifMatch(12)}).expect(t, 403, "forbidden", "", "")
		h.must(200, call{as: "ada", method: "POST", path: one + "/publication", header: ifMatch(12)})
		h.do(save(13, "ada", "x")).expect(t, 409, "postmortem_published", "", "")
		versions := h.must(200, call{as: "bob", method: "GET", path: one + "/versions?limit=2"})
		if items := versions.items(); len(items) != 2 || items[0]["number"] != 7. || items[0]["author"] != "ada" || versions.object()["next"] == nil {
			t.Errorf("the versions are %s", versions.body)
		}
		if diff := h.must(200, call{as: "bob", method: "GET", path: one + "/versions/2/diff?from=1"}).text("diff"); !strings.Contains(diff, "+one\n") {
			t.Errorf("the difference is %q", diff)
		}
		if text := h.must(200, call{as: "bob", method: "GET", path: one + "/versions/2"}).text("text"); text != "one\ntwo\n" {
			t.Errorf("version 2 is %q", text)
		}
		h.do(call{as: "bob", method: "GET", path: one + "/versions/99"}).expect(t, 404, "postmortem_version_not_found", "", "")
		h.must(200, call{as: "ada", method: "POST", path: one + "/reopenings", header: ifMatch(13), body: `{"reason":"A number was wrong."}`})
		acts := h.must(200, call{as: "bob", method: "GET", path: one + "/acts"}).items()
		if acts[0]["kind"] != "reopened" || acts[0]["text"] != "A number was wrong." || len(acts) != 8 {
			t.Errorf("done was %v", acts)
		}
		for query, want := range map[string]int{"": 1, "?status=draft": 1, "?status=published": 0, "?team=payments": 1, "?team=search": 0, "?service=checkout": 1, "?service=ledger": 0, "?overdue=true": 0, "?overdue=false": 1, "?from=2026-03-14T11:00:01Z": 0, "?to=2026-03-14T11:00:00Z": 0} {
			if got := h.must(200, call{as: "bob", method: "GET", path: "/v1/postmortems" + query}).items(); len(got) != want {
				t.Errorf("%q lists %v, want %d", query, got, want)
			}
		}
		h.clock.Advance(73 * time.Hour)
		h.runs("request-postmortems")
		if got := h.must(200, call{as: "bob", method: "GET", path: "/v1/postmortems?overdue=true"}).items(); len(got) != 1 || got[0]["overdue"] != true {
			t.Errorf("overdue are %v", got)
		}
	})
}

// The clause is number five of the workbook's policy; the share is what people say that the incident
// took, by its identifier.
func TestAClauseAsksForThePostmortemOfWhatTookMoreThanAFifth(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("ada", "incident", "/v1/incidents", over(`"severity":"sev4"`))
		h.make("ada", "another", "/v1/incidents", over(`"severity":"sev4"`))
		h.make("administrator", "policy", "/v1/budget-policies", `{"slug":"clause-five","name":"F","clauses":[{"name":"large-incident","when":"consumed > 1.0","postmortem":{"priorityActions":1}}]}`)
		h.make("ada", "attachment", "/v1/budget-policies/clause-five/attachments", `{"target":"service","service":"checkout","mode":"warn"}`)
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/services/checkout/slos/availability/supplied-facts/incidentShares", header: ifMatch(1),
			body: fmt.Sprintf(`{"numbers":{%q:0.21,%q:0.2,"elsewhere":0.9}}`, h.ids["incident"], h.ids["another"])})
		h.must(200, call{as: "ada", method: "POST", path: "/v1/services/checkout/slos/availability/measurements", body: slots(at(2*time.Minute) + `,"good":500,"total":1000`)})
		h.runs("evaluate-budgets", "apply-policies", "request-postmortems", "request-postmortems")
		violation := h.must(200, call{as: "ada", method: "GET", path: "/v1/violations?policy=clause-five"}).items()[0]["id"]
		requests := h.must(200, call{as: "bob", method: "GET", path: "/v1/incidents/" + h.ids["incident"] + "/postmortem"}).object()["requests"].([]any)
		if r := requests[0].(map[string]any); len(requests) != 1 || r["reason"] != "policy" || r["subject"] != violation || !strings.Contains(r["text"].(string), "large-incident of the policy clause-five") {
			t.Errorf("asked for is %v", requests)
		}
		if got := h.must(200, call{as: "bob", method: "GET", path: "/v1/postmortems"}).items(); len(got) != 1 {
			t.Errorf("asked for are %v", got)
		}
	})
}

func TestRequestsAreMadeByAnybodyAndWaivedByTheTeamAbove(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("ada", "incident", "/v1/incidents", over(`"severity":"sev4"`))
		one := "/v1/incidents/" + h.ids["incident"] + "/postmortem"
		ask := call{as: "bob", method: "POST", path: one + "/requests", header: []string{"Idempotency-Key: k"}, body: `{"reason":"to learn"}`}
		made := h.must(201, ask)
		if again := h.must(201, ask); again.text("id") != made.text("id") || made.header.Get("Location") != one+"/requests/"+made.text("id") {
			t.Errorf("asked is %s at %s", made.body, made.header.Get("Location"))
		}
		h.do(call{as: "robot", method: "POST", path: one + "/requests", body: `{"reason":"x"}`}).expect(t, 403, "forbidden", "", "")
		waive := call{as: "ada", method: "PUT", path: made.header.Get("Location") + "/waiver", body: `{"reason":"too small"}`}
		h.do(waive).expect(t, 403, "forbidden", "", "")
		h.must(200, call{as: "administrator", method: "PUT", path: "/v1/teams/engineering/members/" + h.ids["bob"]})
		waive.as = "bob"
		if waived := h.must(200, waive).object()["waiver"].(map[string]any); waived["by"] != "bob" || waived["reason"] != "too small" {
			t.Errorf("waived is %v", waived)
		}
		h.do(waive).expect(t, 409, "request_waived", "", "")
		if got := h.must(200, call{as: "ada", method: "GET", path: one}); got.text("status") != "waived" || got.object()["dueAt"] != nil {
			t.Errorf("it is %s", got.body)
		}
		linked := h.must(200, call{as: "ada", method: "PUT", path: one + "/link", header: []string{"If-Match: " + h.must(200, call{as: "ada", method: "GET", path: one}).header.Get("ETag")}, body: `{"url":"https://wiki.example.org/1","title":"Wiki"}`})
		if link := linked.object()["link"].(map[string]any); linked.text("status") != "published" || link["by"] != "ada" {
			t.Errorf("linked is %s", linked.body)
		}
	})
}

func TestTemplatesOfPostmortemsAreAdministrators(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const path = "/v1/postmortem-templates"
		body := `{"slug":"short","name":"Short","severities":["sev1"],"markdown":"## What\n","required":["What"]}`
		h.do(call{as: "ada", method: "POST", path: path, body: body}).expect(t, 403, "forbidden", "", "")
		create := call{as: "administrator", method: "POST", path: path, header: []string{"Idempotency-Key: k"}, body: body}
		made := h.must(201, create)
		if again := h.must(201, create); again.text("id") != made.text("id") || made.header.Get("Location") != path+"/short" {
			t.Errorf("made is %s", made.body)
		}
		h.do(call{as: "administrator", method: "POST", path: path, body: body}).expect(t, 409, "slug_taken", "", "")
		h.do(call{as: "administrator", method: "POST", path: path, body: with(body, `"slug":"other"`)}).expect(t, 409, "severity_taken", "", "sev1")
		h.do(call{as: "administrator", method: "POST", path: path, body: with(body, `"slug":"other"`, `"required":["Why"]`)}).expect(t, 422, "invalid_input", "/required/0", "")
		terms := `{"name":"Short","severities":["sev1"],"markdown":"## Why\n","required":["Why"]}`
		h.do(call{as: "administrator", method: "PUT", path: path + "/short", body: terms}).expect(t, 428, "precondition_required", "", "")
		if after := h.must(200, call{as: "administrator", method: "PUT", path: path + "/short", header: ifMatch(1), body: terms}).object(); after["revision"] != 2. {
			t.Errorf("revised is %v", after)
		}
		if got := h.must(200, call{as: "rita", method: "GET", path: path + "/short/revisions"}).items(); len(got) != 2 || got[1]["markdown"] != "## What\n" {
			t.Errorf("the revisions are %v", got)
		}
		h.make("ada", "incident", "/v1/incidents", over())
		if text := h.must(201, call{as: "ada", method: "PUT", path: "/v1/incidents/" + h.ids["incident"] + "/postmortem", body: "{}"}).text("text"); !strings.HasSuffix(text, "## Why\n") {
			t.Errorf("a text begins as %q", text)
		}
		if got := h.must(200, call{as: "rita", method: "GET", path: path}).items(); len(got) != 1 {
			t.Errorf("listed are %v", got)
		}
		h.must(204, call{as: "administrator", method: "DELETE", path: path + "/short", header: ifMatch(2)})
		h.do(call{as: "rita", method: "GET", path: path + "/short"}).expect(t, 404, "postmortem_template_not_found", "", "")
	})
}

func TestWhatWasToldOfAnIncidentIsGoneForOthersOnceItIsRestricted(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("ada", "incident", "/v1/incidents", over())
		h.make("ada", "target", "/v1/notification-targets", `{"team":"payments","name":"Mail","kind":"email","address":"payments@example.org"}`)
		h.runs("request-postmortems", "send-notifications")
		const list = "/v1/events?type=postmortem.requested"
		told := h.must(200, call{as: "bob", method: "GET", path: list}).items()
		if len(told) != 1 || !strings.Contains(told[0]["title"].(string), "Checkout is down") {
			t.Fatalf("told is %v", told)
		}
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/incidents/" + h.ids["incident"], header: ifMatch(1), body: with(ofIncident(`"resolvedAt":"`+start.Format(time.RFC3339)+`"`), `"restricted":true`)})
		for _, who := range []string{"bob", "robot", "rita"} {
			if got := h.must(200, call{as: who, method: "GET", path: list}).items(); len(got) != 0 {
				t.Errorf("%s is told %v", who, got)
			}
			if got := h.must(200, call{as: who, method: "GET", path: "/v1/notifications"}); len(got.items()) != 1 || strings.Contains(string(got.body), "Checkout is down") {
				t.Errorf("%s is shown %s", who, got.body)
			}
		}
		for _, who := range []string{"ada", "administrator"} {
			if got := h.must(200, call{as: who, method: "GET", path: list}).items(); len(got) != 1 {
				t.Errorf("%s is told %v", who, got)
			}
		}
	})
}

// What waits to be sent when an incident is restricted says nothing of it any more: who reads what a
// target receives is not known.
func TestWhatWaitsToBeSentSaysNothingOfWhatIsRestrictedSince(t *testing.T) {
	t.Parallel()
	v := receiver(t)
	h := openTelling(t, v.URL)
	h.make("ada", "open", "/v1/incidents", over(`"title":"Ledger is late"`))
	h.make("ada", "secret", "/v1/incidents", over())
	h.runs("request-postmortems")
	h.must(200, call{as: "ada", method: "PUT", path: "/v1/incidents/" + h.ids["secret"], header: ifMatch(1), body: with(ofIncident(`"resolvedAt":"`+start.Format(time.RFC3339)+`"`), `"restricted":true`)})
	h.runs("send-notifications", "send-notifications")
	all := ""
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, body := range v.bodies {
		all += fmt.Sprint(body) + "\n"
	}
	if strings.Contains(all, "Checkout is down") || !strings.Contains(all, "Ledger is late") || !strings.Contains(all, "About something that is restricted") {
		t.Errorf("received is\n%s", all)
	}
}

// An event of an action item leads to a place on the page of its incident.
func TestWhatWasToldOfAnActionItemIsReadAsLongAsItsIncidentIs(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("ada", "incident", "/v1/incidents", over())
		h.make("ada", "item", "/v1/incidents/"+h.ids["incident"]+"/action-items", h.item(`"owner":"`+h.ids["bob"]+`"`))
		const list = "/v1/events?type=action_item.assigned"
		for _, who := range []string{"bob", "administrator"} {
			told := h.must(200, call{as: who, method: "GET", path: list}).items()
			if len(told) != 1 || !strings.Contains(told[0]["title"].(string), "Alert when the queue") {
				t.Errorf("%s is told %v", who, told)
			}
		}
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/incidents/" + h.ids["incident"], header: ifMatch(1), body: with(ofIncident(`"resolvedAt":"`+start.Format(time.RFC3339)+`"`), `"restricted":true`)})
		if got := h.must(200, call{as: "rita", method: "GET", path: list}).items(); len(got) != 0 {
			t.Errorf("rita is told %v", got)
		}
		if got := h.must(200, call{as: "ada", method: "GET", path: list}).items(); len(got) != 1 {
			t.Errorf("ada is told %v", got)
		}
	})
}
