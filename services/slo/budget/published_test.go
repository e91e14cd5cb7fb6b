package budget

import (
	"math"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
)

const day = 24 * time.Hour

func objective(t testing.TB, text string) Objective {
	t.Helper()
	o, err := ParseObjective(text)
	if err != nil {
		t.Fatalf("ParseObjective(%q): %v", text, err)
	}
	return o
}

// The worked example of the design's reference on SLOs (T = 95 %, ten slices,
// method Occurrences): SLI 94.0678 %, 118.644 % of the budget burned. The other
// expected numbers follow by hand: 118 events allow 5.9 bad ones, there were 7.
func TestTheWorkedExampleComesOutAsPublished(t *testing.T) {
	t.Parallel()
	good := []int64{2, 10, 12, 13, 13, 12, 13, 13, 12, 11}
	total := []int64{4, 10, 12, 13, 14, 15, 14, 13, 12, 11}
	var sum window.Sum
	for i := range good {
		sum = sum.Plus(window.Sum{Good: good[i] * 1000, Total: total[i] * 1000})
	}
	o := objective(t, "95%")
	sli, _ := SLI(sum)
	consumed, _ := Consumed(sum, o, Pace{})
	remaining, _ := Remaining(sum, o, Pace{})
	for _, c := range []struct{ what, got, want string }{
		{"SLI", sli.Percent(4), "94.0678"},
		{"burned", consumed.Percent(3), "118.644"},
		{"burned for evidence", consumed.Percent(2), "118.64"},
		{"burned as a ratio", consumed.Decimal(4), "1.1864"},
		{"remaining", remaining.Percent(2), "-18.64"},
		{"budget", allowedEvents(sum, o, Pace{}, PerEvent).Decimal(1), "5.9"},
		{"events remaining", remainingEvents(sum, o, Pace{}, PerEvent).Decimal(1), "-1.1"},
	} {
		if c.got != c.want {
			t.Errorf("%s is %s, want %s", c.what, c.got, c.want)
		}
	}
	f := FiguresOf(Input{Objective: o, Period: 28 * day, MinEvents: 1, Sums: Sums{Window: sum, Policy: sum}})
	if f.State != Exhausted || f.Projection.Outlook != OutlookExhausted {
		t.Errorf("state %s, outlook %s, want exhausted both", f.State, f.Projection.Outlook)
	}
	if *f.Window.SLI != 111.0/118 || *f.Window.Consumed != 7 || *f.Window.Allowed != 5.9 || *f.Window.Remaining != -1.1 {
		t.Errorf("figures are %v %v %v %v", *f.Window.SLI, *f.Window.Consumed, *f.Window.Allowed, *f.Window.Remaining)
	}
	if got := Overspent(Input{Objective: o, MinEvents: 1}, sum, 100); got != Over {
		t.Errorf("the verdict at 100 %% is %s", got)
	}
}

// Worked numbers of the same reference: 7 d at 99.95 % allow 5 min 2.4 s, 14 d at
// 95 % allow 16 h 48 min. Seconds stand for events.
func TestBudgetsOfTimeComeOutAsPublished(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		period    time.Duration
		objective string
		want      float64
	}{
		{7 * day, "99.95%", 5*60 + 2.4},
		{14 * day, "95%", 16*3600 + 48*60},
	} {
		all := int64(c.period/time.Second) * 1000
		f := FiguresOf(Input{Objective: objective(t, c.objective), Period: c.period, MinEvents: 1, Sums: Sums{Window: window.Sum{Good: all, Total: all}}})
		if *f.Window.Allowed != c.want {
			t.Errorf("%s at %s allows %v s, want %v s", Short(c.period), c.objective, *f.Window.Allowed, c.want)
		}
		if *f.Window.RemainingRatio != 1 || *f.Window.Remaining != c.want {
			t.Errorf("%v of it remain, %v s", *f.Window.RemainingRatio, *f.Window.Remaining)
		}
	}
}

// Factors at 30 d: SRE Workbook, chapter 5, table 5-8 (14.4, 6, 1), and 3 for
// the pair between; at 28 d: the table of the design's reference on SLOs.
func TestFactorsAreExact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		period time.Duration
		want   [len(Pairs)]float64
	}{
		{30 * day, [...]float64{14.4, 6, 3, 1}},
		{28 * day, [...]float64{13.44, 5.6, 2.8, 14.0 / 15}},
	} {
		for i, p := range Pairs {
			if got := p.Factor(c.period).Float64(); got != c.want[i] {
				t.Errorf("%s at %s: factor %v, want %v", p.Name, Short(c.period), got, c.want[i])
			}
			if Lookbacks[p.long] != p.Long || Lookbacks[p.short] != p.Short {
				t.Errorf("%s looks at %s and %s", p.Name, Lookbacks[p.long], Lookbacks[p.short])
			}
			if p.Long/p.Short != 12 {
				t.Errorf("%s: the short window is not a twelfth of the long one", p.Name)
			}
		}
	}
}

// The reference: 14.4× is out of reach at T ≤ 93.06 %, 6× at ≤ 83.3 %. Exactly:
// 1 ÷ (1 − T) ≤ 14.4 at T ≤ 1 − 1/14.4 = 93.05555… %, and ≤ 6 at T ≤ 83.33333… %.
func TestAnAlertBeyondTheHighestBurnIsOutOfReach(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pair      int
		objective string
		want      bool
	}{
		{0, "93.0555555%", false}, {0, "93.0555556%", true}, {0, "99.9%", true},
		{1, "83.3333333%", false}, {1, "83.3333334%", true},
		{2, "66.6666666%", false}, {2, "66.6666667%", true},
		{3, "0.0000001%", true}, // any objective burns above 1 when all is bad
	} {
		if got := Pairs[c.pair].Reachable(objective(t, c.objective), 30*day); got != c.want {
			t.Errorf("%s at %s: reachable is %v", Pairs[c.pair].Name, c.objective, got)
		}
	}
}

func TestExactlyTheWholeBudgetDoesNotFire(t *testing.T) {
	t.Parallel()
	o := objective(t, "99.9%")
	// 1,000,000 events allow 1,000 bad ones.
	at := func(bad int64) window.Sum { return window.Sum{Good: 1_000_000_000 - bad, Total: 1_000_000_000} }
	for _, c := range []struct {
		bad  int64 // thousandths
		want Verdict
	}{
		{0, Within}, {999_999, Within}, {1_000_000, Within}, {1_000_001, Over}, {1_000_000_000, Over},
	} {
		if got := Overspent(Input{Objective: o, MinEvents: 1}, at(c.bad), 100); got != c.want {
			t.Errorf("%d thousandths bad: %s, want %s", c.bad, got, c.want)
		}
	}
	if got := Overspent(Input{Objective: o, MinEvents: 1}, at(200_001), 20); got != Over {
		t.Errorf("above 20 %%: %s", got)
	}
	if got := Overspent(Input{Objective: o, MinEvents: 1}, window.Sum{}, 100); got != Unknown {
		t.Errorf("without events: %s", got)
	}
	if got := Overspent(Input{Objective: o, MinEvents: 1_000_001}, at(1_000_000_000), 100); got != Unknown {
		t.Errorf("with one event too few: %s", got)
	}
	// The state, in contrast, is exhausted once nothing remains.
	in := Input{Objective: o, Period: 28 * day, MinEvents: 1, Sums: Sums{Window: at(1_000_000)}}
	if got := Decide(in); got != Exhausted {
		t.Errorf("with all of the budget spent: %s", got)
	}
}

// Worked by hand at 30 d and T = 99.9 %: a burn of exactly 14.4 is 1.44 % bad.
func TestAPairFiresStrictlyAboveItsFactorInBothWindows(t *testing.T) {
	t.Parallel()
	quiet := window.Sum{Good: 1_000_000_000_000, Total: 1_000_000_000_000}
	at := func(badPerTenThousand, extra int64) window.Sum {
		total := int64(10_000_000)
		return window.Sum{Good: total - badPerTenThousand*1000 - extra, Total: total}
	}
	for _, c := range []struct {
		name        string
		long, short window.Sum
		want        State
	}{
		{"both at the factor", at(144, 0), at(144, 0), OK},
		{"both above", at(144, 1), at(144, 1), AtRisk},
		{"only the long one", at(144, 1), at(144, 0), OK},
		{"only the short one", at(144, 0), at(144, 1), OK},
		{"nothing in the short one", at(144, 1), window.Sum{}, OK},
	} {
		in := Input{Objective: objective(t, "99.9%"), Period: 30 * day, MinEvents: 1}
		in.Sums.Window = quiet
		in.Sums.Lookbacks[over1h], in.Sums.Lookbacks[over5m] = c.long, c.short
		if got := Decide(in); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// By hand: half of the budget remains and the day burns at 2: it lasts a quarter
// of 28 d, which is 7 d. At a burn of ½ it lasts exactly the 28 d, and ends within them.
func TestTheProjectionIsRemainingTimesPeriodOverBurn(t *testing.T) {
	t.Parallel()
	o := objective(t, "99%")
	half := window.Sum{Good: 995_000_000, Total: 1_000_000_000}
	for _, c := range []struct {
		name    string
		day     window.Sum
		want    State
		outlook Outlook
		after   time.Duration
	}{
		{"at 2", window.Sum{Good: 98_000, Total: 100_000}, AtRisk, OutlookWithin, 7 * day},
		{"at ½", window.Sum{Good: 995_000, Total: 1_000_000}, AtRisk, OutlookWithin, 28 * day},
		{"just below ½", window.Sum{Good: 995_001, Total: 1_000_000}, OK, OutlookBeyond, 0},
		{"at 0", window.Sum{Good: 1_000, Total: 1_000}, OK, OutlookBeyond, 0},
		{"without events", window.Sum{}, OK, OutlookUnknown, 0},
	} {
		in := Input{Objective: o, Period: 28 * day, MinEvents: 1}
		in.Sums.Window, in.Sums.Lookbacks[over1d] = half, c.day
		f := FiguresOf(in)
		if f.State != c.want || f.Projection.Outlook != c.outlook {
			t.Errorf("%s: %s, %s; want %s, %s", c.name, f.State, f.Projection.Outlook, c.want, c.outlook)
		}
		if (f.Projection.After != nil) != (c.outlook == OutlookWithin) || (f.Projection.After != nil && *f.Projection.After != c.after) {
			t.Errorf("%s: ends after %v, want %s", c.name, f.Projection.After, c.after)
		}
	}
}

func TestWithoutEventsEveryFigureIsUnknown(t *testing.T) {
	t.Parallel()
	f := FiguresOf(Input{Objective: objective(t, "99.9%"), Period: 28 * day, MinEvents: 1})
	for _, a := range []Account{f.Window, f.Policy} {
		if a.SLI != nil || a.Allowed != nil || a.Consumed != nil || a.ConsumedRatio != nil || a.Remaining != nil || a.RemainingRatio != nil || a.Enough {
			t.Errorf("the account of nothing is %+v", a)
		}
	}
	for _, b := range f.Burns {
		if b.Rate != nil {
			t.Errorf("the burn over %s is %v", b.Lookback, *b.Rate)
		}
	}
	if f.State != NoData || f.Projection.Outlook != OutlookUnknown || f.Projection.After != nil {
		t.Errorf("state %s, projection %+v", f.State, f.Projection)
	}
	if _, ok := RemainingPPB(window.Sum{}, objective(t, "99.9%"), Pace{}); ok {
		t.Error("something remains of an unknown budget")
	}
}

func TestFewerThanTheMinimumOfEventsIsNoData(t *testing.T) {
	t.Parallel()
	in := Input{Objective: objective(t, "99.9%"), Period: 28 * day, MinEvents: 100}
	in.Sums.Window = window.Sum{Good: 0, Total: 99_999} // 99.999 events, all bad
	if got := Decide(in); got != NoData {
		t.Errorf("99.999 of 100 events: %s", got)
	}
	in.Sums.Window.Total = 100_000
	if got := Decide(in); got != Exhausted {
		t.Errorf("100 of 100 events: %s", got)
	}
}

// The largest sum that measure allows, about 8.3·10¹⁸ thousandths, does not overflow.
func TestTheLargestSumsAreJudgedExactly(t *testing.T) {
	t.Parallel()
	o := objective(t, "0.0000001%") // the budget is all but a billionth
	all := window.Sum{Good: 0, Total: math.MaxInt64}
	in := Input{Objective: o, Period: 90 * day, MinEvents: 1, Sums: Sums{Window: all, Policy: all}}
	for i := range in.Sums.Lookbacks {
		in.Sums.Lookbacks[i] = all
	}
	if got := Decide(in); got != Exhausted {
		t.Errorf("all bad: %s", got)
	}
	f := FiguresOf(in)
	if *f.Window.SLI != 0 || *f.Window.Consumed != math.MaxInt64/1000.0 {
		t.Errorf("SLI %v, consumed %v", *f.Window.SLI, *f.Window.Consumed)
	}
}
