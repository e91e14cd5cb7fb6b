package app_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/jobs"
)

func TestTheRunsOfAJobAreListedByTheirState(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		failed := map[string]bool{}
		for n := range 6 {
			at := start.Add(time.Duration(n) * time.Minute)
			run := jobs.Run{ID: id.New(at), Job: "prune", ScheduledAt: at, StartedAt: at, Trigger: jobs.Scheduled, StartedBy: "schedule", Replica: "one", Epoch: 1, State: jobs.Running}
			if begun, err := h.app.Store.Jobs().BeginRun(t.Context(), run); err != nil || !begun {
				t.Fatalf("%v, %v", begun, err)
			}
			run.FinishedAt, run.State = &at, jobs.Succeeded
			if n%2 == 0 {
				run.State = jobs.Failed
				failed[string(run.ID)] = true
			}
			if err := h.app.Store.Jobs().FinishRun(t.Context(), run); err != nil {
				t.Fatal(err)
			}
		}
		for next := ""; ; {
			page := h.must(200, call{as: "rita", method: "GET", path: "/v1/jobs/prune/runs?state=failed&limit=2" + next})
			for _, run := range page.items() {
				if !failed[run["id"].(string)] || run["state"] != "failed" {
					t.Errorf("%v is no run that failed, or there twice", run)
				}
				delete(failed, run["id"].(string))
			}
			cursor, more := page.object()["next"].(string)
			if !more {
				break
			}
			next = "&after=" + cursor
		}
		if len(failed) > 0 {
			t.Errorf("%d runs that failed are not listed", len(failed))
		}
		if got := h.must(200, call{as: "rita", method: "GET", path: "/v1/jobs/prune/runs?state=abandoned"}).items(); len(got) != 0 {
			t.Errorf("abandoned are %v", got)
		}
		h.do(call{as: "rita", method: "GET", path: "/v1/jobs/prune/runs?state=bad"}).expect(t, 422, "invalid_input", "query.state", "succeeded")
	})
}
