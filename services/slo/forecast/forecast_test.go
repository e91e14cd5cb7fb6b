package forecast

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

func objective(t testing.TB, text string) budget.Objective {
	t.Helper()
	o, err := budget.ParseObjective(text)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// each is so many hours alike, of 1,000 events.
func each(hours int, bad int64) []window.Sum {
	out := make([]window.Sum, hours)
	for i := range out {
		out[i] = window.Sum{Good: (1000 - bad) * 1000, Total: 1_000_000}
	}
	return out
}

func hoursOf(f Forecast) [3]int {
	var out [3]int
	for i, h := range f.Hours {
		if out[i] = -1; h != nil {
			out[i] = *h
		}
	}
	return out
}

// Worked by hand: the window of 48 h holds 48,000 events, of which 1 % = 480 may be bad.
// With 20 bad an hour they are spent after 24 hours, with 10 after 48, in which they are
// just 480; with 9 never.
func TestAPastWithoutChanceHasOneFuture(t *testing.T) {
	t.Parallel()
	for bad, want := range map[int64]struct {
		probability float64
		hours       int
	}{20: {1, 24}, 10: {1, 48}, 9: {0, -1}, 0: {0, -1}, 1000: {1, 1}} {
		f := Of(Input{Objective: objective(t, "99%"), Window: each(48, 0), History: each(MinHistory, bad), Paths: 10, Pick: rand.IntN})
		if got := hoursOf(f); f.Probability != want.probability || got != [3]int{want.hours, want.hours, want.hours} {
			t.Errorf("%d bad an hour: %v, %v, want %+v", bad, f.Probability, got, want)
		}
	}
}

// What is spent is spent now, and what went wrong leaves the window: of 480 bad in the
// oldest hour nothing is left in the next.
func TestASpentBudgetIsSpentNow(t *testing.T) {
	t.Parallel()
	past := each(48, 0)
	past[0].Good -= 480_000
	f := Of(Input{Objective: objective(t, "99%"), Window: past, History: each(MinHistory, 0), Paths: 3, Pick: rand.IntN})
	if got := hoursOf(f); f.Probability != 1 || got != [3]int{} {
		t.Errorf("%v, %v", f.Probability, got)
	}
	past[0].Good += 1000
	if f = Of(Input{Objective: objective(t, "99%"), Window: past, History: each(MinHistory, 0), Paths: 3, Pick: rand.IntN}); f.Probability != 0 {
		t.Errorf("one event below: %v", f.Probability)
	}
}

// One day in seven spends the whole budget at once, and no other day anything: within
// 48 h two days are drawn, so that it is spent with 1 − (6/7)² = 0.2653. The standard
// error of 40,000 futures is √(p(1−p)/40,000) = 0.0022; six of them are allowed for.
func TestTheProbabilityIsTheOneThatIsKnown(t *testing.T) {
	t.Parallel()
	history := each(MinHistory, 0)
	history[3*Block+5].Good = 0 // 1,000 bad in one hour
	random := rand.New(rand.NewPCG(1, 2))
	f := Of(Input{Objective: objective(t, "99%"), Window: each(48, 0), History: history, Paths: 40_000, Pick: random.IntN})
	if want := 1 - math.Pow(6.0/7, 2); math.Abs(f.Probability-want) > 6*0.0022 {
		t.Errorf("%v, want %v", f.Probability, want)
	}
	// In the sixth hour of the first day, with 1/7 = 14 %; of the second in as much of the rest.
	if got := hoursOf(f); got[0] != 6 || got[1] != -1 || got[2] != -1 {
		t.Errorf("hours %v, want 6, never, never", got)
	}
	if before, first := f.Within(5), f.Within(6); before != 0 || math.Abs(first-1.0/7) > 6*0.0018 || f.Within(24+5) != first || f.Within(48) != f.Probability {
		t.Errorf("within 5, 6 and 48 hours %v, %v, %v", before, first, f.Within(48))
	}
}

// Days are drawn whole and in their hours: of two kinds of days that are given in turn,
// the budget is spent in that very hour.
func TestADayIsDrawnAtTheHourThatItStandsFor(t *testing.T) {
	t.Parallel()
	history := append(each(5, 0), each(MinHistory, 0)...) // five hours more than whole days
	history[len(history)-Block+17].Good = 0               // yesterday, in the eighteenth hour from now on
	picks := []int{3, 0}
	next := 0
	f := Of(Input{Objective: objective(t, "99%"), Window: each(72, 0), History: history, Paths: 1, Pick: func(n int) int {
		if n != 7 {
			t.Errorf("one of %d days is drawn, want of 7", n)
		}
		next++
		return picks[min(next-1, 1)]
	}})
	if got := hoursOf(f); got != [3]int{Block + 18, Block + 18, Block + 18} {
		t.Errorf("hours %v, want %d", got, Block+18)
	}
}

// The slow way: every window summed anew, in whole numbers, as budget decides.
func TestFuturesEqualThoseSummedAnew(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sums := func(n int, label string) []window.Sum {
			out := make([]window.Sum, n)
			for i := range out {
				total := rapid.Int64Range(0, 50).Draw(t, label) * 1000
				out[i] = window.Sum{Good: total - 1000*rapid.Int64Range(0, total/1000).Draw(t, label+" bad")*rapid.SampledFrom([]int64{0, 0, 1}).Draw(t, label+" goes wrong"), Total: total}
			}
			return out
		}
		o, err := budget.ParseObjective(rapid.SampledFrom([]string{"50%", "75%", "87.5%"}).Draw(t, "objective")) // exact as floating-point numbers
		if err != nil {
			t.Fatal(err)
		}
		in := Input{Objective: o, Window: sums(48, "window"), History: sums(MinHistory+rapid.IntRange(0, 30).Draw(t, "more"), "history"), Paths: 1}
		picks := []int{rapid.IntRange(0, len(in.History)/Block-1).Draw(t, "first"), rapid.IntRange(0, len(in.History)/Block-1).Draw(t, "second")}
		next := 0
		in.Pick = func(int) int { next++; return picks[next-1] }
		got := hoursOf(Of(in))[0]

		line := append([]window.Sum{}, in.Window...)
		for _, p := range picks {
			end := len(in.History) - Block*p
			line = append(line, in.History[end-Block:end]...)
		}
		want := -1
		for hour := 0; hour <= 48 && want < 0; hour++ {
			var sum window.Sum
			for _, s := range line[hour : hour+48] {
				sum = sum.Plus(s)
			}
			if left, known := budget.RemainingPPB(sum, o, budget.Pace{}); known && left <= 0 {
				want = hour
			}
		}
		if got != want {
			t.Fatalf("spent after %d hours, summed anew after %d", got, want)
		}
	})
}

// Ten thousand of them are to take five seconds at most.
func BenchmarkForecast(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	in := Input{Objective: objective(b, "99.9%"), Window: each(672, 0), History: each(672, 0), Paths: 400, Pick: random.IntN}
	for b.Loop() {
		Of(in)
	}
}
