package alert

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/slo"
)

// factor · (1 − T) · long window, by hand, at 28 days: the share of 40,320 minutes that
// the pair alerts of, times 1 − T.
func TestSilenceIsAlertedOfAfterAsLongAsTheFastestPairWouldTake(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		objective string
		off       slo.AlertsOff
		late      time.Duration
		want      time.Duration // 0: never
	}{
		{"95%", "", 2 * time.Minute, 40*time.Minute + 20*time.Second},              // 2 % · 40,320 · 5 % = 40.32 min, up to the second
		{"95%", "1h/5m", 2 * time.Minute, 100*time.Minute + 48*time.Second},        // 5 % · 40,320 · 5 % = 100.8 min
		{"95%", "1h/5m,6h/30m", 2 * time.Minute, 201*time.Minute + 36*time.Second}, // 10 % · 40,320 · 5 % = 201.6 min
		{"99.9%", "", 2 * time.Minute, 2 * time.Minute},                            // 48.4 s, before anything is late
		{"99.9%", "", 12 * time.Minute, 12 * time.Minute},                          // slots of five minutes, read two minutes late
		{"99%", "3d/6h,ticket", 2 * time.Minute, 8*time.Minute + 4*time.Second},    // 2 % · 40,320 · 1 % = 8.064 min
		{"50%", "1h/5m,6h/30m", 2 * time.Minute, 24 * time.Hour},                   // 33.6 h, more than a day
		{"99%", "absent", 2 * time.Minute, 0},
		{"99%", "page", 2 * time.Minute, 0},
		{"99%", "1h/5m,6h/30m,ticket", 2 * time.Minute, 0}, // no pair is left
	} {
		terms := concluded(t, c.objective).Revision.Terms
		terms.Alerts.Off = c.off
		got, raised := AbsentAfter(terms, 28*24*time.Hour, c.late)
		if raised != (c.want > 0) || got != c.want {
			t.Errorf("%s without %q: after %s (%v), want %s", c.objective, c.off, got, raised, c.want)
		}
	}
}

// silent is an SLO of 95 % whose newest slot ended so long ago; it is alerted of after
// 40 min 20 s.
func silent(t *testing.T, ago time.Duration) slo.Concluded {
	t.Helper()
	c := concluded(t, "95%")
	c.Status.Latest, c.Status.Stale = noon.Add(-ago), ago > c.LateAfter
	return c
}

const hour = time.Hour // for which it was watched

func TestMeasurementsThatStayAwayAreAlertedOfUntilTheFirstSlot(t *testing.T) {
	t.Parallel()
	if a, starts := judgeAbsent(noon, silent(t, 40*time.Minute+20*time.Second), hour, nil); starts {
		t.Errorf("exactly as long, it is %+v", a)
	}
	a, starts := judgeAbsent(noon, silent(t, 41*time.Minute), hour, nil)
	if !starts || a.Kind != Absent || a.Severity != "page" || !a.Evidence.Latest.Equal(noon.Add(-41*time.Minute)) || a.Evidence.After != 40*time.Minute+20*time.Second {
		t.Fatalf("after that, it is %v %+v", starts, a)
	}
	for name, c := range map[string]slo.Concluded{
		"still nothing":               silent(t, 5*hour),
		"a slot of before, filled in": silent(t, 45*time.Minute),
		"out of all windows":          {View: silent(t, hour).View, LateAfter: 2 * time.Minute},
	} {
		if name == "out of all windows" {
			c.Status.Latest = time.Time{}
		}
		if a, changed := judgeAbsent(noon, c, hour, &a); changed {
			t.Errorf("%s: it is %+v", name, a)
		}
	}
	if a, _ := judgeAbsent(noon, silent(t, 0), hour, &a); a.Ending != Recovered {
		t.Errorf("with the first slot it is %+v", a)
	}
}

func TestWhatNobodyLookedForIsNotAbsent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(c *slo.Concluded)
		watched time.Duration
		starts  bool
	}{
		"it never came":                     {func(c *slo.Concluded) { c.Status.Latest = time.Time{} }, hour, false},
		"the indicator is new, with a past": {func(c *slo.Concluded) { c.Indicator.CreatedAt = noon.Add(-40 * time.Minute) }, hour, false},
		"the indicator is not new any more": {func(c *slo.Concluded) { c.Indicator.CreatedAt = noon.Add(-41 * time.Minute) }, hour, true},
		"Evenkeel has just started":         {func(*slo.Concluded) {}, 0, false},
		"Evenkeel gave them time to come":   {func(*slo.Concluded) {}, 2 * time.Minute, true},
		"a part of its past is being read":  {func(c *slo.Concluded) { c.Status.Filling = true }, hour, true},
	} {
		s := silent(t, 24*hour)
		c.change(&s)
		if a, starts := judgeAbsent(noon, s, c.watched, nil); starts != c.starts {
			t.Errorf("%s: starts is %v, %+v", name, starts, a)
		}
	}
}

func TestARevisionMayEndTheAlertOfSilence(t *testing.T) {
	t.Parallel()
	lasting, _ := judgeAbsent(noon, silent(t, hour), hour, nil)
	for name, c := range map[string]struct {
		change func(c *slo.Concluded)
		ending Ending
	}{
		"words":             {func(*slo.Concluded) {}, ""},
		"switched off":      {func(c *slo.Concluded) { c.Revision.Alerts.Off = "absent" }, SwitchedOff},
		"another indicator": {func(c *slo.Concluded) { c.Indicator.ID = "I2" }, Revised},
		// 2 % · 40,320 · 50 % = 403.2 min
		"a lower objective": {func(c *slo.Concluded) { c.Revision.Objective = concluded(t, "50%").Revision.Objective }, Revised},
	} {
		s := silent(t, hour)
		s.Revision.ID = "R2"
		c.change(&s)
		if a, changed := judgeAbsent(noon, s, hour, &lasting); !changed || a.Ending != c.ending || a.Revision != "R2" {
			t.Errorf("%s: it is %+v", name, a)
		}
	}
}

func TestAnSLOIsWatchedFromTheFirstEvaluationAfterABreak(t *testing.T) {
	t.Parallel()
	var w watch
	at := func(fence int64, of id.ID, after time.Duration) time.Duration {
		return w.mark(tx.Fence{Epoch: fence}, of, noon.Add(after), 2*time.Minute)
	}
	for _, c := range []struct {
		fence       int64
		of          id.ID
		after, want time.Duration
	}{
		{1, "A", 0, 0},
		{1, "A", 2 * time.Minute, 2 * time.Minute},
		{1, "B", 2 * time.Minute, 0},
		{1, "A", 4*time.Minute + time.Second, 0}, // a break
		{1, "A", 5 * time.Minute, 59 * time.Second},
		{2, "A", 6 * time.Minute, 0}, // another replica had the lease
		{2, "A", 3 * time.Minute, 0}, // the clock went back
	} {
		if got := at(c.fence, c.of, c.after); got != c.want {
			t.Errorf("%s under %d after %s: watched for %s, want %s", c.of, c.fence, c.after, got, c.want)
		}
	}
	for after := 6 * time.Minute; after < 3*time.Hour; after += time.Minute {
		at(2, "C", after)
	}
	if len(w.seen) != 1 {
		t.Errorf("%d are remembered, of which one is evaluated", len(w.seen))
	}
}
