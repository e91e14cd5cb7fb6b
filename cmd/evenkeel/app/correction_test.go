package app_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// Of 99.9 % and a million events 1,000 may be bad, and 500 are.
func TestAnSLOIsCorrectedAndTheCorrectionRemoved(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const of = "/v1/services/checkout/slos/availability/corrections"
		h.must(200, call{as: "pipeline", method: "POST", path: "/v1/services/checkout/slos/availability/measurements", body: slots(at(2*time.Hour)+`,"good":999500,"total":1000000`, at(time.Hour)+`,"good":999,"total":1000`)})
		body := amendment()

		preview := h.must(200, call{as: "ada", method: "POST", path: of + "/preview", body: body}).object()
		before, after := preview["before"].(map[string]any), preview["after"].(map[string]any)
		if before["total"] != 1_001_000.0 || before["good"] != 1_000_499.0 || after["total"] != 1_000_000.0 || after["remaining"] != 0.5 || len(preview["times"].([]any)) != 1 {
			t.Errorf("the preview says %v", preview)
		}

		declare := call{as: "ada", method: "POST", path: of, header: []string{"Idempotency-Key: once"}, body: body}
		made := h.must(201, declare)
		if again := h.must(201, declare); again.text("id") != made.text("id") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Error("a repeated declaration makes another correction")
		}
		one := made.header.Get("Location")
		if one != of+"/"+made.text("id") || made.object()["recurrence"] != nil || made.text("approvedBy") != made.text("createdBy") {
			t.Errorf("made is %s at %s", made.body, one)
		}
		weekly := h.must(201, call{as: "ada", method: "POST", path: of, body: `{"effect":"count_good","kind":"maintenance","reason":"backups","recurrence":{"start":"` + start.Format("2006-01-02T15:04") + `","rule":"FREQ=WEEKLY","durationSeconds":3600}}`})
		if again := weekly.object()["recurrence"].(map[string]any); again["timeZone"] != "UTC" || again["durationSeconds"] != 3600.0 || weekly.object()["to"] != nil {
			t.Errorf("weekly is %s", weekly.body)
		}
		if got := h.must(200, call{as: "bob", method: "GET", path: of + "?effect=exclude&at=" + start.Add(-time.Hour).Format(time.RFC3339)}).items(); len(got) != 1 || got[0]["id"] != made.text("id") {
			t.Errorf("listed are %v", got)
		}

		h.do(call{as: "bob", method: "POST", path: of, body: body}).expect(t, 403, "forbidden", "", "members of the owning team")
		h.do(call{as: "ada", method: "POST", path: of, body: strings.Replace(body, "a migration", "", 1)}).expect(t, 422, "invalid_input", "/reason", "must say why")
		h.do(call{as: "ada", method: "POST", path: of, body: `{"effect":"exclude","kind":"other","reason":"x","recurrence":{"start":"2026-03-01T02:00","rule":"FREQ=SECONDLY","durationSeconds":60}}`}).
			expect(t, 422, "invalid_input", "/recurrence/rule", "HOURLY")
		endless := h.do(call{as: "ada", method: "POST", path: of, body: `{"effect":"exclude","kind":"other","reason":"x","recurrence":{"start":"2026-03-01T02:00","rule":"FREQ=DAILY","durationSeconds":1000000000000000000}}`})
		endless.expect(t, 422, "invalid_input", "/recurrence/durationSeconds", "60 to 7776000")
		if !strings.Contains(string(endless.body), "1000000000000000000") {
			t.Errorf("a wrong duration is not told as it was given: %s", endless.body)
		}
		h.do(call{as: "ada", method: "POST", path: one + "/removal", body: `{"reason":""}`}).expect(t, 422, "invalid_input", "/reason", "must say why")
		removed := h.must(200, call{as: "ada", method: "POST", path: one + "/removal", body: `{"reason":"it was another service"}`})
		if removed.text("removedFor") != "it was another service" || removed.object()["removedAt"] == nil {
			t.Errorf("removed is %s", removed.body)
		}
		h.do(call{as: "ada", method: "POST", path: one + "/removal", body: `{"reason":"again"}`}).expect(t, 409, "correction_removed", "", "removed already")
		h.do(call{as: "ada", method: "POST", path: strings.Replace(one, "availability", "latency", 1) + "/removal", body: `{"reason":"again"}`}).expect(t, 404, "correction_not_found", "", "")
		if got := h.must(200, call{as: "bob", method: "GET", path: of}).items(); len(got) != 1 || got[0]["id"] != weekly.text("id") {
			t.Errorf("after the removal %v are listed", got)
		}
		if got := h.must(200, call{as: "bob", method: "GET", path: one}); got.object()["removedAt"] == nil {
			t.Errorf("it reads %s", got.body)
		}
	})
}

// Of 99.9 % and 100,000 events 100 may be bad, and 9 are in each of two slots. Either may be
// corrected by one person alone, both together not: also when two ask at the same moment.
func TestTwoCorrectionsAtTheSameMomentAreJudgedTogether(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const of = "/v1/services/checkout/slos/availability"
		agos := []time.Duration{2 * time.Hour, 4 * time.Hour}
		h.must(200, call{as: "pipeline", method: "POST", path: of + "/measurements",
			body: slots(at(agos[0])+`,"good":49991,"total":50000`, at(agos[1])+`,"good":49991,"total":50000`)})
		answers := make([]answer, len(agos))
		var wait sync.WaitGroup
		for i, ago := range agos {
			body := fmt.Sprintf(`{"effect":"count_good","kind":"external","reason":"not ours","from":%q,"to":%q}`,
				start.Add(-ago).Format(time.RFC3339), start.Add(-ago+5*time.Minute).Format(time.RFC3339))
			wait.Go(func() { answers[i] = h.do(call{as: "ada", method: "POST", path: of + "/corrections", body: body}) })
		}
		wait.Wait()
		if a, b := answers[0].status, answers[1].status; min(a, b) != 201 || max(a, b) != 409 {
			t.Errorf("they are answered with %d %s and %d %s, want one made and one refused", a, answers[0].body, b, answers[1].body)
		}
	})
}

// amendment is a correction of the minutes about an hour ago.
func amendment(changes ...string) string {
	return with(`{"effect":"exclude","kind":"deploy","reason":"a migration","from":"2026-03-14T10:59:00Z","to":"2026-03-14T11:02:00Z"}`, changes...)
}
