package budget

import (
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
)

func lines(e Explanation) map[string]Line {
	out := make(map[string]Line, len(e.Lines))
	for _, l := range e.Lines {
		out[l.Figure] = l
	}
	return out
}

// The worked example of the reference again, 111 good of 118 at 95 %; the
// quotients were worked out with bc: 111/118 = 0.940677…, 7/5.9 = 1.186440….
func TestEveryFigureIsExplainedWithItsNumbers(t *testing.T) {
	t.Parallel()
	sum := window.Sum{Good: 111_000, Total: 118_000}
	in := Input{Objective: objective(t, "95%"), Period: 28 * day, MinEvents: 1, Sums: Sums{Window: sum}}
	in.Sums.Lookbacks[over1h] = window.Sum{Good: 1_500, Total: 2_000}
	got := lines(Explain(in))
	for figure, want := range map[string]string{
		"window.sli":            "111 ÷ 118 = 94.067797 %",
		"window.budgetTotal":    "118 × 5 % = 5.9 events",
		"window.consumedRatio":  "(118 − 111) ÷ (118 × 5 %) = 7 ÷ 5.9 = 118.644068 %",
		"window.remaining":      "5.9 − 7 = -1.1 events",
		"window.remainingRatio": "1 − 7 ÷ 5.9 = -18.644068 %",
		"policy.sli":            "unknown: there were no events",
		"burn.1h":               "(0.5 ÷ 2) ÷ 5 % = 5",
		"burn.5m":               "unknown: there were no events",
		"alert.1h/5m":           "2 % × 28 d ÷ 1 h = 13.44; not exceeded over both 1 h (5) and 5 min (no events)",
		"projectedExhaustion":   "the budget is exhausted already",
	} {
		if got[figure].Worked != want {
			t.Errorf("%s is explained by %q, want %q", figure, got[figure].Worked, want)
		}
	}
	for figure, want := range map[string]string{
		"window.sli": "0.940678", "window.consumedRatio": "1.186441", "window.remaining": "-1.1",
		"policy.sli": "", "burn.1h": "5", "alert.1h/5m": "13.44", "alert.3d/6h": "0.933333", "projectedExhaustion": "",
	} {
		if got[figure].Value != want {
			t.Errorf("the value of %s is %q, want %q", figure, got[figure].Value, want)
		}
	}
	for figure, l := range got {
		if l.Formula == "" || l.Source == "" || l.Worked == "" {
			t.Errorf("%s is explained by %+v", figure, l)
		}
	}
}

func TestTheExplanationSaysWhatMadeTheState(t *testing.T) {
	t.Parallel()
	o := objective(t, "99.9%")
	quiet := window.Sum{Good: 1_000_000_000, Total: 1_000_000_000}
	bad := window.Sum{Good: 98_000, Total: 100_000} // a burn of 20
	for _, c := range []struct {
		name string
		sums func(s *Sums)
		want string
	}{
		{"nothing", func(*Sums) {}, "no events in the window of 28 d"},
		{"too few", func(s *Sums) { s.Window = window.Sum{Good: 1_500, Total: 1_500} }, "1.5 events in the window of 28 d, and nothing is concluded from fewer than 2"},
		{"calm", func(s *Sums) { s.Window = quiet }, "100 % of the budget remains"},
		{"spent", func(s *Sums) { s.Window = bad }, "2 bad events of the 0.1 that the budget allows"},
		{"spent by many", func(s *Sums) { s.Window = window.Sum{Good: 2_410_721_000, Total: 2_415_252_000} }, "4,531 bad events of the 2,415.252 that the budget allows"},
		{"fast", func(s *Sums) {
			s.Window, s.Lookbacks[over1h], s.Lookbacks[over5m] = quiet, bad, bad
		}, "the burn rates over 1 h (20) and 5 min (20) exceed 13.44"},
		{"both", func(s *Sums) {
			s.Window, s.Lookbacks[over3d], s.Lookbacks[over6h], s.Lookbacks[over1d] = quiet, bad, bad, bad
		}, "the burn rates over 3 d (20) and 6 h (20) exceed 0.9333; the burn rate of the last day (20) exhausts the budget in 1 d 9 h"},
	} {
		in := Input{Objective: o, Period: 28 * day, MinEvents: 2}
		c.sums(&in.Sums)
		if e := Explain(in); !strings.Contains(e.Because, c.want) {
			t.Errorf("%s: %q, want %q in it", c.name, e.Because, c.want)
		}
	}
}

func TestLengthsOfTimeAreNamedAsPeopleDo(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		5 * time.Minute: "5m", time.Hour: "1h", 24 * time.Hour: "1d", 28 * day: "28d", 36 * time.Hour: "36h", 90 * time.Second: "1m30s",
	} {
		if got := Short(d); got != want {
			t.Errorf("Short(%v) = %q, want %q", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		9*day + 4*time.Hour + 59*time.Minute: "9 d 4 h", 90 * time.Minute: "1 h 30 min", 42*time.Minute + time.Second: "42 min", 7 * time.Second: "7 s",
	} {
		if got := Words(d); got != want {
			t.Errorf("Words(%v) = %q, want %q", d, got, want)
		}
	}
}
