package formula

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

const day = 24 * time.Hour

func objective(t testing.TB, text string) budget.Objective {
	t.Helper()
	o, err := budget.ParseObjective(text)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func weight(t testing.TB, text string) Weight {
	t.Helper()
	w, err := ParseWeight(text)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// member has those sums in its window and in every lookback.
func member(t testing.TB, w, o string, good, total int64) Member {
	t.Helper()
	s := window.Sum{Good: good * 1000, Total: total * 1000}
	return Member{Weight: weight(t, w), Objective: objective(t, o), Unit: 1000, Missing: Ignore, Sums: everywhere(s)}
}

func everywhere(s window.Sum) budget.Sums {
	out := budget.Sums{Window: s, Policy: s}
	for i := range out.Lookbacks {
		out.Lookbacks[i] = s
	}
	return out
}

func percent(f *Fraction, digits int) string {
	if f == nil {
		return "unknown"
	}
	return f.Percent(digits)
}

// The worked example of the design's reference on SLOs (T = 95 %, ten slices): Occurrences
// 94.0678 % and 118.644 % of the budget burned; Timeslices (slice target 95 %) 60 %,
// 800 %; RatioTimeslices 91.571 %, 168.571 %. A composite of one member is that member.
func TestACompositeOfOneMemberIsTheWorkedExample(t *testing.T) {
	t.Parallel()
	good := []int64{2, 10, 12, 13, 13, 12, 13, 13, 12, 11}
	total := []int64{4, 10, 12, 13, 14, 15, 14, 13, 12, 11}
	var events, slices, ratios window.Sum
	for i := range good {
		events = events.Plus(window.Sum{Good: good[i] * 1000, Total: total[i] * 1000})
		slices = slices.Plus(lens.Slices{Length: time.Minute, TargetPPB: 950_000_000}.Judge(good[i], total[i]))
		ratios = ratios.Plus(lens.Slices{Length: time.Minute}.Judge(good[i], total[i]))
	}
	o := objective(t, "95%")
	for _, c := range []struct {
		method      Method
		sum         window.Sum
		sli, burned string
	}{
		{Occurrences, events, "unknown", "118.644 %"},
		{WeightedAverage, events, "94.068 %", "118.644 %"},
		{Timeslices, slices, "60 %", "800 %"},
		{RatioTimeslices, ratios, "91.571 %", "168.571 %"},
	} {
		in := Input{Method: c.method, Objective: o, Period: 28 * day, Members: []Member{{Weight: One, Objective: o, Unit: 1, Sums: everywhere(c.sum)}}}
		if c.method == Timeslices {
			in.Joint = everywhere(c.sum)
		}
		f := FiguresOf(in)
		if got := percent(f.SLI, 3); got != c.sli {
			t.Errorf("%s: the SLI is %s, want %s", c.method, got, c.sli)
		}
		if got := percent(f.Burned, 3); got != c.burned {
			t.Errorf("%s: burned %s, want %s", c.method, got, c.burned)
		}
		if f.State != budget.Exhausted || f.Outlook != budget.OutlookExhausted {
			t.Errorf("%s is %s, outlook %s", c.method, f.State, f.Outlook)
		}
	}
}

// OpenSLO's own example: "If two SLOs have average of Ratiotimeslices on 95%, composite
// will have average of Ratiotimeslices on 90%. Weight multiplies missing part of given
// slo." and "the sum of missing up to 100 percent".
func TestWhatMembersMissAddsUpToAHundredPercent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		weights [2]string
		sli     string
	}{{[2]string{"1", "1"}, "90 %"}, {[2]string{"2", "0.5"}, "87.5 %"}, {[2]string{"1000", "1"}, "0 %"}} {
		in := Input{Method: RatioTimeslices, Objective: objective(t, "80%"), Period: 28 * day, Members: []Member{
			member(t, c.weights[0], "99%", 95, 100), member(t, c.weights[1], "99%", 950, 1000),
		}}
		if got := percent(FiguresOf(in).SLI, 6); got != c.sli {
			t.Errorf("weights %v: the SLI is %s, want %s", c.weights, got, c.sli)
		}
	}
}

// By hand. Checkout: 10 of 10,000 bad at 99.9 % is all of its budget of 10, burned 1.
// Search: 20 of 1,000 bad at 99 % is twice its budget of 10, burned 2. Login: nothing bad.
// Occurrences with weights 0.5, 0.2 and 1: 0.5 · 1 + 0.2 · 2 + 0 = 0.9 burned, of which
// checkout has 0.5 ÷ 0.9 = 55.556 % and search 44.444 %.
// Weighted average: SLIs 99.9 %, 98 % and 100 %, so missed (0.5 · 0.001 + 0.2 · 0.02) ÷ 1.7
// = 0.0045 ÷ 1.7 = 0.264706 %; at 99.5 % that is 0.529412 of the budget.
func TestMembersCountByTheirWeight(t *testing.T) {
	t.Parallel()
	members := []Member{
		member(t, "0.5", "99.9%", 9_990, 10_000), member(t, "0.2", "99%", 980, 1_000), member(t, "1", "95%", 50, 50),
	}
	f := FiguresOf(Input{Method: Occurrences, Period: 28 * day, Members: members})
	for i, want := range []string{"0.5", "0.4", "0"} {
		if got := f.Parts[i].Burned.Short(6); got != want {
			t.Errorf("member %d burns %s, want %s", i, got, want)
		}
	}
	for i, want := range []string{"55.556 %", "44.444 %", "0 %"} {
		if got := percent(f.Parts[i].Share, 3); got != want {
			t.Errorf("member %d has %s of what burns, want %s", i, got, want)
		}
	}
	if got := f.Burned.Short(6); got != "0.9" || f.Remaining.Short(6) != "0.1" {
		t.Errorf("burned %s", got)
	}
	// The burn of the last day is the same 0.9 of a period's, so that the tenth that is
	// left is gone within the period: at risk.
	if f.State != budget.AtRisk || f.After == nil || *f.After != 28*day/9 {
		t.Errorf("state %s, spent after %v, want at risk, after a ninth of 28 days", f.State, f.After)
	}
	f = FiguresOf(Input{Method: WeightedAverage, Objective: objective(t, "99.5%"), Period: 28 * day, Members: members})
	if got := percent(f.SLI, 6); got != "99.735294 %" {
		t.Errorf("the weighted average is %s", got)
	}
	if got := f.Burned.Short(6); got != "0.529412" {
		t.Errorf("it burns %s of the budget", got)
	}
}

// By hand: two members of 99 %, the one with 0.5 of its budget burned, the other without
// any event, in a composite of 99 % with a weight of 1 each.
func TestAMemberWithoutDataCountsByItsRule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method  Method
		missing Missing
		burned  string
		fate    Fate
	}{
		{Occurrences, Ignore, "0.5", LeftOut},
		{Occurrences, Good, "0.5", AsGood},
		{Occurrences, Bad, "100.5", AsBad}, // all bad is 1 ÷ 1 % = 100 budgets
		{Occurrences, Unknown, "unknown", Unsure},
		{WeightedAverage, Ignore, "0.5", LeftOut},
		{WeightedAverage, Good, "0.25", AsGood},
		{WeightedAverage, Bad, "50.25", AsBad}, // (0.5 % + 100 %) ÷ 2 ÷ 1 %
		{WeightedAverage, Unknown, "unknown", Unsure},
		{RatioTimeslices, Ignore, "0.5", LeftOut},
		{RatioTimeslices, Good, "0.5", AsGood},
		{RatioTimeslices, Bad, "100", AsBad}, // more than all cannot be missed
		{RatioTimeslices, Unknown, "unknown", Unsure},
	} {
		silent := Member{Weight: One, Objective: objective(t, "99%"), Unit: 1000, Missing: c.missing}
		f := FiguresOf(Input{Method: c.method, Objective: objective(t, "99%"), Period: 28 * day, Members: []Member{member(t, "1", "99%", 995, 1000), silent}})
		got := "unknown"
		if f.Burned != nil {
			got = f.Burned.Short(6)
		}
		if got != c.burned || f.Parts[1].Fate != c.fate || (f.State == budget.NoData) != (c.burned == "unknown") {
			t.Errorf("%s, %s: burned %s, %s, %s; want %s", c.method, c.missing, got, f.Parts[1].Fate, f.State, c.burned)
		}
	}
}

// Whatever the rules say: nothing is known where no member has data, and it is neither 0 %
// nor 100 %.
func TestWithoutAnyDataTheCompositeHasNone(t *testing.T) {
	t.Parallel()
	for _, method := range Methods {
		for _, missing := range Missings {
			in := Input{Method: method, Objective: objective(t, "99%"), Period: 28 * day, Members: []Member{
				{Weight: One, Objective: objective(t, "99%"), Missing: missing}, {Weight: One, Objective: objective(t, "99%"), Missing: missing},
			}}
			f := FiguresOf(in)
			if f.State != budget.NoData || f.SLI != nil || f.Burned != nil || f.Remaining != nil {
				t.Errorf("%s, %s: %+v", method, missing, f)
			}
			if _, known := RemainingPPB(in); known {
				t.Errorf("%s, %s: something remains", method, missing)
			}
		}
	}
}

func TestAMemberWithFewerEventsThanItsSLOAsksForHasNoData(t *testing.T) {
	t.Parallel()
	few := member(t, "1", "99%", 0, 99)
	few.MinEvents = 100
	f := FiguresOf(Input{Method: Occurrences, Period: 28 * day, Members: []Member{few, member(t, "1", "99%", 100, 100)}})
	if f.Parts[0].Fate != LeftOut || f.Burned.sign() != 0 {
		t.Errorf("99 events are %s and burn %s", f.Parts[0].Fate, f.Burned.Short(3))
	}
}

// By hand: 1 ÷ 1 % = 100 and 1 ÷ 0.1 % = 1,000, with weights 2 and 0.5: 200 + 500.
func TestTheHighestBurnIsThatOfAllMembersTogether(t *testing.T) {
	t.Parallel()
	members := []Member{member(t, "2", "99%", 1, 1), member(t, "0.5", "99.9%", 1, 1)}
	for method, want := range map[Method]string{Occurrences: "700", WeightedAverage: "20", RatioTimeslices: "20", Timeslices: "20"} {
		if got := HighestBurn(Input{Method: method, Objective: objective(t, "95%"), Members: members}).Short(3); got != want {
			t.Errorf("%s: %s, want %s", method, got, want)
		}
	}
}

func TestAWeightIsADecimalAboveNought(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"1": 1000, "0.5": 500, "0.001": 1, "1000": 1_000_000, "2.50": 2500, "1000.000": 1_000_000, "007": 7000} {
		if w, err := ParseWeight(text); err != nil || w.Thousandths() != want || w.String() != text {
			t.Errorf("%q is %d: %v", text, w.Thousandths(), err)
		}
	}
	for _, text := range []string{"", "0", "0.000", "-1", "+1", "1e3", "1000.001", "1001", "99999", "1.", ".5", "0.0001", "1,5", " 1", "NaN", "Infinity"} {
		if w, err := ParseWeight(text); err == nil {
			t.Errorf("%q is %s", text, w)
		}
	}
}
