package app_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/jobs"
	objectives "github.com/evenkeel/evenkeel/services/slo"
)

// The configuration's defaults: runs 30 days, measurements 3,660, of which slots are kept
// for 430 at least: they go once the month after that of the oldest is over as well.
func TestThingsAreKeptAsLongAsConfigured(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	good := 1.0
	_, err := h.app.SLOs.Push(h.system(), objectives.Report{
		Name: objectives.Name{Service: "evenkeel", SLO: "availability"}, Slots: []objectives.Slot{{Start: start, Good: &good, Total: 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	day := 0
	for _, c := range []struct {
		day  int
		want jobs.Result // of what is removed
	}{
		{0, jobs.Result{}},
		{20, jobs.Result{}},
		{29, jobs.Result{}},
		{461, jobs.Result{"runs_removed": 3}},
		{464, jobs.Result{"thinned": 1}},
		{1600, jobs.Result{"runs_removed": 2, "coarsened": 1}},
		{3649, jobs.Result{"runs_removed": 1}},
		{3700, jobs.Result{"runs_removed": 1, "months_removed": 1}},
	} {
		h.clock.Advance(time.Duration(c.day-day) * 24 * time.Hour)
		day = c.day
		run, err := h.app.Jobs.RunNow(h.system(), "prune")
		if err != nil || run.State != jobs.Succeeded {
			t.Fatalf("day %d: %+v, %v", c.day, run, err)
		}
		for _, name := range []string{"thinned", "coarsened", "months_removed", "segments_removed", "runs_removed"} {
			if got, ok := run.Result[name]; !ok || got != c.want[name] {
				t.Errorf("day %d: %s %d, want %d (%v)", c.day, name, got, c.want[name], run.Result)
			}
		}
	}
}
