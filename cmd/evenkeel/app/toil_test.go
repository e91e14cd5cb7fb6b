package app_test

import (
	"encoding/json"
	"math"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

const ofPayments = "/v1/teams/payments/toil"

func TestToilIsAnsweredAndLoggedAndOnlyItsPersonReadsIt(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		// It is Saturday of week 11, of which nothing is over yet.
		answer := ofPayments + "/answers/2026-W11"
		h.do(call{as: "ada", method: "PUT", path: answer, body: `{"share":50}`}).expect(t, 422, "invalid_input", "/category", "must be one of")
		h.do(call{as: "ada", method: "PUT", path: answer, body: `{"share":60,"category":"migrations"}`}).expect(t, 422, "invalid_input", "/share", "")
		h.do(call{as: "ada", method: "PUT", path: ofPayments + "/answers/2026-W12", body: `{"share":0}`}).expect(t, 422, "invalid_input", "path.week", "must not be after the present week, 2026-W11")
		h.do(call{as: "ada", method: "PUT", path: ofPayments + "/answers/2026-W08", body: `{"share":0}`}).expect(t, 422, "invalid_input", "path.week", "it could be answered until 2026-03-08")
		h.must(200, call{as: "ada", method: "PUT", path: answer, body: `{"share":50,"category":"migrations","note":"the old database"}`})
		if a := h.must(200, call{as: "ada", method: "PUT", path: answer, body: `{"share":25,"category":"migrations"}`}); a.header.Get("ETag") != `"2"` || a.object()["share"] != 25.0 {
			t.Errorf("answered again: %s", a.body)
		}
		h.do(call{as: "bob", method: "PUT", path: answer, body: `{"share":0}`}).expect(t, 403, "forbidden", "", "members of the owning team")

		entry := func(changes ...string) string {
			return with(`{"day":"2026-03-13","minutes":90,"category":"release_shepherding","service":"checkout","manual":true,"repetitive":true,"note":"again"}`, changes...)
		}
		post := call{as: "ada", method: "POST", path: ofPayments + "/entries", header: []string{"Idempotency-Key: once"}, body: entry()}
		made := h.must(201, post)
		if again := h.must(201, post); again.text("id") != made.text("id") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Error("what is logged again is another entry")
		}
		one := made.header.Get("Location")
		if made.object()["score"] != 2.0 || made.object()["service"].(map[string]any)["slug"] != "checkout" || one != ofPayments+"/entries/"+made.text("id") {
			t.Errorf("logged is %s at %s", made.body, one)
		}
		h.do(call{as: "ada", method: "POST", path: ofPayments + "/entries", body: entry(`"minutes":1351`)}).expect(t, 422, "invalid_input", "/minutes", "makes 1441 minutes of 2026-03-13")
		h.do(call{as: "ada", method: "POST", path: ofPayments + "/entries", body: entry(`"day":"2026-03-15"`)}).expect(t, 422, "invalid_input", "/day", "must not be in the future")
		h.do(call{as: "ada", method: "POST", path: ofPayments + "/entries", body: entry(`"service":"nothing"`)}).expect(t, 422, "invalid_input", "/service", "must name a service")
		h.do(call{as: "ada", method: "PUT", path: one, body: entry()}).expect(t, 428, "precondition_required", "", "If-Match")
		h.must(200, call{as: "ada", method: "PUT", path: one, header: []string{`If-Match: "1"`}, body: entry(`"minutes":60`)})
		h.do(call{as: "ada", method: "PUT", path: one, header: []string{`If-Match: "1"`}, body: entry()}).expect(t, 412, "version_mismatch", "", "")

		for _, as := range []string{"bob"} {
			for path, code := range map[string]string{answer: "toil_answer_not_found", one: "toil_entry_not_found"} {
				h.do(call{as: as, method: "GET", path: path}).expect(t, 404, code, "", "")
			}
			for _, path := range []string{ofPayments + "/answers", ofPayments + "/entries"} {
				if got := h.must(200, call{as: as, method: "GET", path: path}).items(); len(got) != 0 {
					t.Errorf("%s sees %v", as, got)
				}
			}
			if all := h.must(200, call{as: as, method: "GET", path: "/v1/me/toil"}).object(); len(all["answers"].([]any))+len(all["entries"].([]any)) != 0 {
				t.Errorf("%s exports %v", as, all)
			}
			if m := h.must(200, call{as: as, method: "GET", path: ofPayments}).object(); m["rolling"].(map[string]any)["state"] != "too_few" || len(m["categories"].([]any)) != 0 || m["you"] != nil || m["member"] != false {
				t.Errorf("%s sees of one person %v", as, m)
			}
		}
		if m := h.must(200, call{as: "ada", method: "GET", path: ofPayments}).object(); len(m["categories"].([]any)) != 1 || m["member"] != true || m["rolling"].(map[string]any)["state"] != "no_data" { // no week is over in which she said something
			t.Errorf("ada sees %v", m)
		}
		if all := h.must(200, call{as: "ada", method: "GET", path: "/v1/me/toil"}).object(); len(all["answers"].([]any)) != 1 || len(all["entries"].([]any)) != 1 {
			t.Errorf("ada exports %v", all)
		}
		if got := h.must(200, call{as: "ada", method: "POST", path: "/v1/me/toil/pseudonymise"}).object()["rows"]; got != 2.0 {
			t.Errorf("%v rows lost their name", got)
		}
		h.do(call{as: "ada", method: "GET", path: one}).expect(t, 404, "toil_entry_not_found", "", "")
	})
}

func TestToilIsImportedFromCSVAndFaultsAreAtTheirLines(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		upload := func(query, file string) call {
			return call{as: "ada", method: "POST", path: ofPayments + "/entries/csv" + query, header: []string{"Content-Type: text/csv"}, body: file}
		}
		const good = "day,minutes,category,service,manual,note\r\n2026-03-12,30,migrations,checkout,true,'=1+1\r\n2026-03-12,45,cost_and_capacity,,,\r\n"
		if got := h.must(200, upload("?dryRun=true", good)).object(); got["added"] != 2.0 || got["minutes"] != 75.0 || got["dryRun"] != true {
			t.Errorf("dry: %v", got)
		}
		if got := h.must(200, call{as: "ada", method: "GET", path: ofPayments + "/entries"}).items(); len(got) != 0 {
			t.Errorf("a dry run wrote %v", got)
		}
		h.must(200, upload("", good))
		if got := h.must(200, upload("", good)).object(); got["added"] != 0.0 || got["lines"] != 2.0 {
			t.Errorf("again: %v", got)
		}
		text := string(h.must(200, call{as: "ada", method: "GET", path: ofPayments + "/entries/csv"}).body)
		if !strings.HasPrefix(text, "day,minutes,category,service,") || !strings.Contains(text, "2026-03-12,30,migrations,checkout,true,false,false,false,false,false,,'=1+1,") || strings.Count(text, "\r\n") != 3 {
			t.Errorf("out comes %q", text)
		}
		// What was logged by hand, and exported, is not added when it is imported: its line names it.
		h.must(201, call{as: "ada", method: "POST", path: ofPayments + "/entries", body: `{"day":"2026-03-11","minutes":20,"category":"migrations"}`})
		all := string(h.must(200, call{as: "ada", method: "GET", path: ofPayments + "/entries/csv"}).body)
		if got := h.must(200, upload("", all)).object(); got["lines"] != 3.0 || got["added"] != 0.0 {
			t.Errorf("an export that is imported: %v", got)
		}
		bad := "day,minutes,category,tactical\n2026-03-12,x,migrations,\n2026-03-99,5,fun,maybe\n2026-03-13,1440,migrations,\n2026-03-13,1,migrations,\n"
		var problem struct {
			Errors []struct{ Pointer string }
		}
		a := h.do(upload("", bad))
		if err := json.Unmarshal(a.body, &problem); err != nil || a.status != 422 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		var at []string
		for _, e := range problem.Errors {
			at = append(at, e.Pointer)
		}
		if got := strings.Join(at, " "); got != "/lines/2/minutes /lines/3/tactical /lines/3/day /lines/3/category /lines/5/minutes" {
			t.Errorf("faults at %s", got)
		}
		if got := h.must(200, call{as: "ada", method: "GET", path: ofPayments + "/entries"}).items(); len(got) != 3 {
			t.Errorf("of a file with faults something was written: %v", got)
		}
	})
}

func TestACandidateBecomesAnIssueAndAutomationIsCredited(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.must(201, call{as: "ada", method: "POST", path: ofPayments + "/entries", body: `{"day":"2026-03-13","minutes":540,"category":"migrations","service":"checkout"}`})
		if got := h.must(200, call{as: "ada", method: "GET", path: ofPayments + "/candidates"}).items(); len(got) != 1 || got[0]["state"] != "logged" || math.Abs(got[0]["hoursAYear"].(float64)-9*365./7) > 1e-9 { // 9 hours since one day, reckoned as if of a week
			t.Errorf("what to automate: %v", got)
		}
		if got := h.must(200, call{as: "bob", method: "GET", path: ofPayments + "/candidates"}).items(); len(got) != 0 {
			t.Errorf("bob sees what one person logged: %v", got)
		}
		const estimate = `{"title":"Move it by itself","buildHours":7,"service":"checkout","category":"migrations"}`
		h.do(call{as: "bob", method: "POST", path: ofPayments + "/candidates", body: estimate}).expect(t, 403, "forbidden", "", "")
		made := h.must(201, call{as: "ada", method: "POST", path: ofPayments + "/candidates", body: estimate})
		h.do(call{as: "ada", method: "POST", path: ofPayments + "/candidates", body: estimate}).expect(t, 409, "candidate_taken", "", "")
		one := made.header.Get("Location")
		// 7 ÷ (9 × 365 ÷ 7 ÷ 52) = 2,548 ÷ 3,285 = 0.7756 weeks
		if weeks := made.object()["payBackWeeks"].(float64); weeks < 0.775 || weeks > 0.776 {
			t.Errorf("paid back after %v weeks", weeks)
		}
		h.do(call{as: "ada", method: "POST", path: one + "/want"}).expect(t, 428, "precondition_required", "", "")
		if got := h.must(200, call{as: "ada", method: "POST", path: one + "/want", header: []string{`If-Match: "1"`}}); got.text("state") != "wanted" {
			t.Errorf("wanted: %s", got.body)
		}
		issue := h.must(200, call{as: "bob", method: "GET", path: "/v1/issues?kind=toil_candidate"}).items()
		if len(issue) != 1 || issue[0]["toilCandidateId"] != made.text("id") || issue[0]["open"] != true || issue[0]["title"] != "Automate: Move it by itself" {
			t.Fatalf("%v", issue)
		}
		if body := issue[0]["body"].(string); strings.Contains(body, "hours a year") || !strings.Contains(body, "7.0 hours") {
			t.Errorf("of what one person logged the issue says %q", body)
		}

		report := call{as: "pipeline", method: "POST", path: ofPayments + "/automations", header: []string{"Idempotency-Key: run-1"}, body: `{"name":"restart","category":"production_interrupts","day":"2026-03-13","count":4,"minutesEach":12.5,"service":"checkout"}`}
		if a := h.must(201, report); a.object()["minutes"] != 50.0 {
			t.Errorf("reported %s", a.body)
		}
		h.must(201, report)
		credits := h.must(200, call{as: "rita", method: "GET", path: ofPayments}).object()["credits"].([]any)
		if len(credits) != 1 || credits[0].(map[string]any)["count"] != 4.0 { // 4 × 12.5 ÷ 60 hours
			t.Errorf("credited %v", credits)
		}
		h.do(call{as: "bob", method: "POST", path: ofPayments + "/automations", body: report.body}).expect(t, 403, "forbidden", "", "")
	})
}

// The courier of mail is another's to prove (services/notify); here is what it is given.
func TestALinkAnswersOneQuestionWithoutSigningIn(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.clock.Advance(2*24*time.Hour + time.Hour) // Monday of week 12, at 13:00
		counts, err := h.app.Toil.AskOnce(t.Context())
		if err != nil || counts["people"] < 1 {
			t.Fatalf("%v %v", counts, err)
		}
		events := h.must(200, call{as: "rita", method: "GET", path: "/v1/events?type=toil.asked"})
		if strings.Contains(string(events.body), "/toil/0") {
			t.Errorf("everybody reads the link of a person: %s", events.body)
		}
		var link string
		for _, e := range events.items() {
			if strings.HasSuffix(e["matter"].(string), h.ids["ada"]) {
				told, err := h.app.Store.Notify().Event(t.Context(), id.ID(e["id"].(string)))
				if err != nil {
					t.Fatal(err)
				}
				if link, err = h.app.Toil.Personal(t.Context(), told.Event, id.ID(h.ids["ada"])); err != nil {
					t.Fatal(err)
				}
			}
		}
		page := h.do(call{as: "nobody", method: "GET", path: link, header: []string{"Accept: text/html"}})
		if page.status != 200 || !strings.Contains(string(page.body), "9 March") || !strings.Contains(string(page.body), `method="post"`) {
			t.Fatalf("%d %s", page.status, page.body)
		}
		h.do(call{as: "ada", method: "GET", path: ofPayments + "/answers/2026-W11"}).expect(t, 404, "toil_answer_not_found", "", "") // a GET answers nothing
		form := url.Values{"share": {"75"}, "category": {"production_interrupts"}, "note": {"pages"}}
		send := call{as: "nobody", method: "POST", path: link, header: []string{"Accept: text/html", "Content-Type: application/x-www-form-urlencoded"}, body: form.Encode()}
		if a := h.do(send); a.status != 303 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if a := h.must(200, call{as: "ada", method: "GET", path: ofPayments + "/answers/2026-W11"}).object(); a["share"] != 75.0 || a["note"] != "pages" {
			t.Errorf("%v", a)
		}
		forged := link[:len(link)-2] + "AA"
		if a := h.do(call{as: "nobody", method: "GET", path: forged, header: []string{"Accept: text/html"}}); a.status != 404 {
			t.Errorf("a forged link: %d", a.status)
		}
		h.clock.Advance(14 * 24 * time.Hour)
		if a := h.do(send); a.status != 404 {
			t.Errorf("after two weeks: %d", a.status)
		}
	})
}
