package outbound

import (
	"fmt"
	"testing"
	"time"
)

// Worked by hand from the formula of Site Reliability Engineering, chapter 21:
// max(0, (requests − 2·accepts) / (requests + 1)).
func TestTheThrottleFollowsTheFormula(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		requests, accepts int
		want              string
	}{
		{0, 0, "0.0000"},
		{100, 100, "0.0000"},
		{100, 50, "0.0000"},
		{100, 49, "0.0198"}, // 2/101
		{100, 20, "0.5941"}, // 60/101
		{100, 0, "0.9901"},  // 100/101
		{1, 0, "0.5000"},
		{10, 1, "0.7273"}, // 8/11
	} {
		var th throttle
		for i := range test.requests {
			th.record(now, i < test.accepts)
		}
		if got := fmt.Sprintf("%.4f", th.probability(now)); got != test.want {
			t.Errorf("%d requests, %d accepted: %s, want %s", test.requests, test.accepts, got, test.want)
		}
	}
}

func TestWhatIsTurnedAwayCountsAsWanted(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	var th throttle
	for i := range 100 {
		th.record(now, i < 20)
	}
	// .5941: what is below is turned away, what is at it or above goes out.
	if th.admit(now, 0.594) {
		t.Error("0.594 was let through")
	}
	// One more was wanted: (101 − 40)/102 = .5980.
	if got := fmt.Sprintf("%.4f", th.probability(now)); got != "0.5980" {
		t.Errorf("probability %s, want 0.5980", got)
	}
	if !th.admit(now, 0.599) {
		t.Error("0.599 was turned away")
	}
	if got := fmt.Sprintf("%.4f", th.probability(now)); got != "0.5980" {
		t.Errorf("probability %s after one was let through, want 0.5980 until its end is known", got)
	}
}

func TestTheThrottleForgetsAfterTwoMinutes(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	var th throttle
	th.record(start, false)
	th.record(start.Add(time.Minute), false)
	for after, want := range map[time.Duration]string{
		time.Minute:       "0.6667", // 2/3
		119 * time.Second: "0.6667",
		120 * time.Second: "0.5000", // 1/2
		179 * time.Second: "0.5000",
		180 * time.Second: "0.0000",
		-time.Hour:        "0.6667", // a clock set back remembers
		24 * time.Hour:    "0.0000",
	} {
		if got := fmt.Sprintf("%.4f", th.probability(start.Add(after))); got != want {
			t.Errorf("after %s: %s, want %s", after, got, want)
		}
	}
	// Its places are used anew.
	for i := range 600 {
		th.record(start.Add(time.Duration(i)*time.Second), false)
	}
	if got := fmt.Sprintf("%.4f", th.probability(start.Add(599*time.Second))); got != "0.9917" { // 120/121
		t.Errorf("a failure a second for ten minutes: %s, want 0.9917", got)
	}
}

// Where a target accepts ten of the hundred attempts that are wanted each second, about
// twenty go out: K times what it accepts. The chance is spread evenly, not thrown.
func TestTheThrottleSendsKTimesWhatIsAccepted(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	var th throttle
	sent := 0
	for second := range 400 {
		now := start.Add(time.Duration(second) * time.Second)
		accepted := 0
		for i := range 100 {
			if th.admit(now, float64(i*37%100)/100) {
				th.record(now, accepted < 10)
				accepted++
			}
		}
		if second >= 200 {
			sent += accepted
		}
	}
	if perSecond := float64(sent) / 200; perSecond < 19 || perSecond > 22 {
		t.Errorf("%.1f attempts a second went out, want about 20", perSecond)
	}
}
