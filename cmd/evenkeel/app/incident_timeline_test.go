package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/change"
)

// timeline reads all pages of so many entries of a timeline, and from when on things are left out.
func (h *house) timeline(one string, limit int) (items []map[string]any, cutAt any) {
	h.t.Helper()
	for next := ""; ; {
		a := h.must(200, call{as: "bob", method: "GET", path: fmt.Sprintf("%s/timeline?limit=%d%s", one, limit, next)})
		page := a.items()
		if len(page) > limit || len(page) == 0 {
			h.t.Fatalf("a page of %d has %d", limit, len(page))
		}
		items = append(items, page...)
		cutAt = a.object()["cutAt"]
		after, more := a.object()["next"].(string)
		if !more || after == "" {
			return items, cutAt
		}
		next = "&after=" + after
	}
}

// 503 changes begin every five seconds from an hour before the start. Of these the first 500 are shown,
// and the 501st, 2,500 seconds later, is where the rest is cut off. Four notes are between, at the
// moment of, and after them.
func TestATimelineOfManyHappeningsIsReadPageByPage(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		one := h.must(201, call{as: "ada", method: "POST", path: "/v1/incidents", body: ofIncident()}).header.Get("Location")
		began := start.Add(-time.Hour)
		for n := range 503 {
			at := began.Add(time.Duration(n) * 5 * time.Second)
			err := h.app.Store.Changes().CreateChange(h.system(), change.Change{
				ID: id.New(at), Service: id.ID(h.ids["service checkout"]), Source: change.API, CreatedAt: at, CreatedBy: "robot", UpdatedAt: at, UpdatedBy: "robot", Version: 1,
				Terms: change.Terms{Kind: change.Deploy, Release: fmt.Sprint("r", n), Begins: at, Outcome: change.Succeeded},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for text, after := range map[string]time.Duration{"between": 7 * time.Second, "at the tenth": 45 * time.Second, "at the cut": 2500 * time.Second, "after it": 2600 * time.Second} {
			h.must(201, call{as: "ada", method: "POST", path: one + "/timeline", body: fmt.Sprintf(`{"text":%q,"at":%q}`, text, began.Add(after).Format(time.RFC3339))})
		}
		whole, cutAt := h.timeline(one, 500)
		if want := began.Add(2500 * time.Second).Format(time.RFC3339); cutAt != want {
			t.Errorf("it is cut at %v, want %s", cutAt, want)
		}
		if len(whole) != 505 { // 500 changes, four notes, and that it was declared
			t.Fatalf("%d entries are shown", len(whole))
		}
		texts := func(items []map[string]any) []string {
			var out []string
			for _, i := range items {
				out = append(out, i["text"].(string))
			}
			return out
		}
		all := texts(whole)
		// The note between moves what is after it by one, and the one at the tenth by another.
		for n, want := range map[int]string{0: " r0 ", 1: " r1 ", 2: "between", 3: " r2 ", 12: " r10 ", 501: " r499 ", 502: "at the cut", 503: "after it", 504: "Declared as sev1"} {
			if !strings.Contains(all[n], want) {
				t.Errorf("entry %d is %q, want %q", n, all[n], want)
			}
		}
		if both := strings.Join(all[10:12], "|"); !strings.Contains(both, " r9 ") || !strings.Contains(both, "at the tenth") {
			t.Errorf("at one moment there are %q", both)
		}
		// Whatever the size of the pages is, nothing is left out or twice at their edges.
		for _, limit := range []int{3, 7, 100, 499} {
			paged, cut := h.timeline(one, limit)
			if got := texts(paged); !slices.Equal(got, all) || cut != cutAt {
				t.Errorf("by %d there are %d entries, cut at %v; want %d", limit, len(got), cut, len(all))
			}
		}
	})
}

func TestATimelineIsImportedOnceByTheAPI(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		one := h.must(201, call{as: "ada", method: "POST", path: "/v1/incidents", body: ofIncident()}).header.Get("Location")
		var lines strings.Builder
		for n := range 3 {
			fmt.Fprintf(&lines, `{"at":%q,"text":"Paged nº %d.","sourceKey":"slack-%d","link":"https://chat.example.org/%d"}`+"\n", start.Add(time.Duration(n-9)*time.Minute).Format(time.RFC3339), n, n, n)
		}
		send := func(body string) answer {
			return h.must(200, call{as: "robot", method: "POST", path: one + "/timeline/import", header: []string{"Content-Type: application/x-ndjson"}, body: body})
		}
		counts := func() (entries, logged int, version any) {
			items, _ := h.timeline(one, 100)
			for _, i := range items {
				if i["kind"] == "imported" {
					entries++
				}
			}
			_, of, _ := strings.Cut(one, "/v1/incidents/")
			log := h.must(200, call{as: "administrator", method: "GET", path: "/v1/audit?kind=incident&object=" + of}).items()
			return entries, len(log), h.must(200, call{as: "bob", method: "GET", path: one}).object()["version"]
		}
		if a := send(lines.String()).object(); a["entries"] != 3. || a["added"] != 3. {
			t.Errorf("imported are %v", a)
		}
		entries, logged, version := counts()
		if entries != 3 || logged != 2 { // declared, and imported
			t.Errorf("%d entries are there, and %d are in the log", entries, logged)
		}
		if a := send(lines.String()).object(); a["entries"] != 3. || a["added"] != 0. {
			t.Errorf("imported again are %v", a)
		}
		if e, l, v := counts(); e != entries || l != logged || v != version {
			t.Errorf("what was imported again changed something: %d entries, %d in the log, version %v", e, l, v)
		}
		if a := send(lines.String() + `{"at":"` + after(-1) + `","text":"New.","sourceKey":"slack-9"}`).object(); a["entries"] != 4. || a["added"] != 1. {
			t.Errorf("with a new one it is %v", a)
		}
	})
}

// Two that tell of one incident at once, as two replicas are told: it is entered once, and nobody is refused.
func TestWhatIsToldAtOnceIsOneIncident(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		for round := range 5 {
			path := fmt.Sprintf("/v1/external-incidents/pagerduty/P%d", round)
			type result struct {
				status int
				body   string
			}
			const n = 6
			results := make(chan result, n)
			for k := range n {
				go func() {
					r := httptest.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPut, path, strings.NewReader(ofIncident(`"status":"investigating"`, fmt.Sprintf(`"title":"As %d tells"`, k%2))))
					r.Header.Set("Content-Type", "application/json")
					r.Header.Set("Authorization", "Bearer "+h.tokens["robot"])
					w := httptest.NewRecorder()
					h.handler.ServeHTTP(w, r)
					results <- result{w.Code, w.Body.String()}
				}()
			}
			entered := 0
			for range n {
				r := <-results
				if r.status != 200 {
					t.Errorf("%d %s", r.status, r.body)
				}
				if strings.Contains(r.body, `"entered":true`) {
					entered++
				}
			}
			if entered != 1 {
				t.Errorf("it was entered %d times", entered)
			}
		}
		if got := h.must(200, call{as: "bob", method: "GET", path: "/v1/incidents"}).items(); len(got) != 5 {
			t.Errorf("there are %d incidents, want 5", len(got))
		}
	})
}
