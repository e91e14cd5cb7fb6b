package app_test

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The monthly review: of 99.9 % and a million events 1,000 may be bad, and 1,500 were; 50
// more, of a minute with a thousand, are found to be the carrier's after March was published.
func TestAMonthIsReviewed(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		job := func(name string) {
			t.Helper()
			h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/" + name + "/runs"})
			h.clock.Advance(time.Second)
		}
		h.clock.Advance(2 * time.Hour)
		push := func(at, counts string) {
			h.must(200, call{as: "pipeline", method: "POST", path: "/v1/services/checkout/slos/availability/measurements", body: slots(`"start":"` + at + `",` + counts)})
		}
		push("2026-03-14T12:30:00Z", `"good":998500,"total":1000000`)
		push("2026-03-14T12:40:00Z", `"good":0,"total":0`)
		push("2026-03-14T12:31:00Z", `"good":950,"total":1000`)
		h.clock.Advance(time.Date(2026, 4, 2, 4, 23, 0, 0, time.UTC).Sub(h.clock.Now()))
		job("draw-up-reports")
		job("draw-up-reports")
		published := h.must(200, call{as: "bob", method: "GET", path: "/v1/reports"}).items()
		if len(published) != 4 { // of payments, search, platform, which Evenkeel itself is of, and the organisation
			t.Fatalf("published are %v", published)
		}
		ours := h.must(200, call{as: "bob", method: "GET", path: "/v1/reports?scope=team&name=payments"}).items()
		if len(ours) != 1 || ours[0]["occasion"] != "monthly" {
			t.Fatalf("of the team are published %v", ours)
		}
		at := "/v1/reports/" + ours[0]["id"].(string)
		figures := func() map[string]any {
			t.Helper()
			return h.must(200, call{as: "bob", method: "GET", path: at}).object()["content"].(map[string]any)["slos"].([]any)[0].(map[string]any)
		}
		before := figures()
		if before["good"] != 999450.0 || before["total"] != 1001000.0 || before["outcome"] != "missed" || before["consumed"] != 1550/1001.0 {
			t.Errorf("published is %v", before)
		}
		document := h.must(200, call{as: "bob", method: "GET", path: at + "/document"})
		if sum := sha256.Sum256(document.body); hex.EncodeToString(sum[:]) != ours[0]["sha256"] {
			t.Errorf("the document has not the SHA-256 %v", ours[0]["sha256"])
		}

		// A correction that was made afterwards restates it, and changes nothing of it.
		h.clock.Advance(time.Hour)
		made := h.must(201, call{as: "ada", method: "POST", path: "/v1/services/checkout/slos/availability/corrections", body: `{"effect":"exclude","kind":"external","reason":"the carrier's","from":"2026-03-14T12:31:00Z","to":"2026-03-14T12:32:00Z"}`})
		h.clock.Advance(24 * time.Hour)
		job("restate-reports")
		restatements := h.must(200, call{as: "bob", method: "GET", path: at + "/restatements"}).items()
		if len(restatements) != 1 {
			t.Fatalf("the restatements are %v", restatements)
		}
		changes, causes := restatements[0]["changes"].([]any), restatements[0]["causes"].([]any)
		good := changes[slices.IndexFunc(changes, func(c any) bool { return strings.HasSuffix(c.(map[string]any)["name"].(string), "availability good") })].(map[string]any)
		if good["published"] != "999450" || good["is"] != "998500" || len(causes) != 1 || causes[0].(map[string]any)["id"] != made.text("id") || causes[0].(map[string]any)["kind"] != "correction_created" {
			t.Errorf("restated is %v because of %v", good, causes)
		}
		if after := figures(); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("published was %v and is %v", before, after)
		}
		if again := h.must(200, call{as: "bob", method: "GET", path: at + "/document"}); string(again.body) != string(document.body) {
			t.Error("the document changed")
		}

		// What the review decided is recorded, by the team alone.
		decide := call{as: "ada", method: "POST", path: at + "/decisions", header: []string{"Idempotency-Key: once"}, body: `{"text":"two weeks of reliability work","decidedBy":["Ada","Rita"],"dueOn":"2026-04-20"}`}
		decided := h.must(201, decide)
		if again := h.must(201, decide); again.text("id") != decided.text("id") {
			t.Error("a repeated decision is another one")
		}
		h.do(call{as: "bob", method: "POST", path: at + "/decisions", body: decide.body}).expect(t, 403, "forbidden", "", "members of the owning team")
		h.do(call{as: "robot", method: "POST", path: at + "/decisions", body: decide.body}).expect(t, 403, "forbidden", "", "")
		h.must(201, call{as: "ada", method: "POST", path: at + "/decisions", body: `{"text":"three weeks","decidedBy":["Ada"],"replaces":"` + decided.text("id") + `"}`})
		shown := h.must(200, call{as: "bob", method: "GET", path: at}).object()
		if decisions := shown["decisions"].([]any); len(decisions) != 2 || decisions[0].(map[string]any)["replacedBy"] != decisions[1].(map[string]any)["id"] || shown["restatedAt"] == nil {
			t.Errorf("the report shows %v, restated at %v", shown["decisions"], shown["restatedAt"])
		}

		// The page shows the same, as it was published, and what changed at its top.
		cookie := h.signIn()
		page := string(h.must(200, call{as: "nobody", method: "GET", path: "/reports/" + ours[0]["id"].(string), header: []string{cookie, "Accept: text/html"}}).body)
		for _, says := range []string{"payments, March 2026", "Restated since it was published", "999450", "998500", "the carrier&#39;s", "two weeks of reliability work", "Replaced", "154.8"} {
			if !strings.Contains(page, says) {
				t.Errorf("the page does not say %q", says)
			}
		}
		if list := string(h.must(200, call{as: "nobody", method: "GET", path: "/reports", header: []string{cookie, "Accept: text/html"}}).body); !strings.Contains(list, "The organisation, March 2026") {
			t.Error("the list does not have the organisation's")
		}
		if team := string(h.must(200, call{as: "nobody", method: "GET", path: "/teams/payments", header: []string{cookie, "Accept: text/html"}}).body); !strings.Contains(team, "/reports/"+ours[0]["id"].(string)) {
			t.Error("the page of the team does not lead to its report")
		}

		// CSV has the same numbers, in the order of the JSON.
		slos := shown["content"].(map[string]any)["slos"].([]any)
		rows, err := csv.NewReader(strings.NewReader(string(h.must(200, call{as: "bob", method: "GET", path: at + "/csv"}).body))).ReadAll()
		if err != nil || len(rows) != len(slos)+1 {
			t.Fatalf("%d rows of %d SLOs: %v", len(rows), len(slos), err)
		}
		for i, one := range slos {
			of, row := one.(map[string]any), map[string]string{}
			for k, column := range rows[0] {
				row[column] = rows[i+1][k]
			}
			for _, name := range []string{"good", "total", "sli", "allowed", "bad", "consumed"} {
				want := ""
				if f, is := of[name].(float64); is {
					want = strconv.FormatFloat(f, 'f', -1, 64)
				}
				if row[name] != want {
					t.Errorf("%s of %s is %q, want %q", name, row["slo"], row[name], want)
				}
			}
			if row["outcome"] != of["outcome"] || row["slo"] != of["slo"].(map[string]any)["slug"] {
				t.Errorf("the row %v is of %v", row, of)
			}
		}
		preview := "/v1/reports/preview?scope=team&name=payments&period=2026-03"
		now := h.must(200, call{as: "bob", method: "GET", path: preview}).object()["slos"].([]any)[0].(map[string]any)
		then := h.must(200, call{as: "bob", method: "GET", path: preview + "&asOf=2026-04-02T05:00:00Z"}).object()["slos"].([]any)[0].(map[string]any)
		if now["good"] != 998500.0 || then["good"] != 999450.0 {
			t.Errorf("now %v, and as it was published then %v", now["good"], then["good"])
		}
		// What was published is not drawn up again for a repeated request: when it is repeated,
		// there is no team of the name any more of which something could be drawn up.
		publish := call{as: "ada", method: "POST", path: "/v1/reports", header: []string{"Idempotency-Key: quarter"}, body: `{"scope":"team","name":"payments","period":"2026-Q1"}`}
		quarter := h.must(201, publish)
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/teams/payments", header: []string{`If-Match: "1"`}, body: `{"slug":"paying","name":"Payments"}`})
		if again := h.must(201, publish); again.text("id") != quarter.text("id") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("repeated, it is %s, and was %s", again.text("id"), quarter.text("id"))
		}
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/teams/paying", header: []string{`If-Match: "2"`}, body: `{"slug":"payments","name":"Payments"}`})
		h.do(call{as: "bob", method: "POST", path: "/v1/reports", body: `{"scope":"team","name":"payments","period":"2026-03"}`}).expect(t, 403, "forbidden", "", "")
		h.do(call{as: "ada", method: "POST", path: "/v1/reports", body: `{"scope":"organisation","period":"2026-03"}`}).expect(t, 403, "forbidden", "", "")
		h.do(call{as: "ada", method: "POST", path: "/v1/reports", body: `{"scope":"team","name":"payments","period":"2026-04"}`}).expect(t, 422, "invalid_input", "/period", "must be over")
	})
}
