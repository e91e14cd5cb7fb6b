package budget

import (
	"math/big"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
	"pgregory.net/rapid"
)

// What follows is the design's text in exact rationals, the slow way, to compare
// with: burn = error ratio ÷ (1 − T); remaining = (SLI − T) ÷ (1 − T).

func rat(num, den int64) *big.Rat { return big.NewRat(num, den) }

func one() *big.Rat { return rat(1, 1) }

func sub(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
func mul(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
func quo(a, b *big.Rat) *big.Rat { return new(big.Rat).Quo(a, b) }

func target(o Objective) *big.Rat { return rat(o.PPB(), 1_000_000_000) }

func sliOf(s window.Sum) *big.Rat { return rat(s.Good, s.Total) }

func burnOf(s window.Sum, o Objective) *big.Rat {
	return quo(sub(one(), sliOf(s)), sub(one(), target(o)))
}

func remainingOf(s window.Sum, o Objective) *big.Rat {
	return quo(sub(sliOf(s), target(o)), sub(one(), target(o)))
}

// wholeOf is how many times what is over of a calendar's window the whole of it is.
func wholeOf(p Pace) *big.Rat {
	if p.Whole == 0 {
		return one()
	}
	return rat(int64(p.Whole), int64(p.Elapsed))
}

// leftOf is what remains of the budget of the whole window, for which as many events are
// taken as come if they go on to come as so far: 1 − bad ÷ (whole · total · (1 − T)).
func leftOf(in Input) *big.Rat {
	w := in.Sums.Window
	return sub(one(), quo(rat(w.Bad(), 1), mul(mul(wholeOf(in.Pace), rat(w.Total, 1)), sub(one(), target(in.Objective)))))
}

// lastsOf is for how long the budget has to last, in nanoseconds.
func lastsOf(in Input) *big.Rat {
	if in.Pace.Whole > 0 {
		return rat(int64(in.Pace.Whole-in.Pace.Elapsed), 1)
	}
	return rat(int64(in.Period), 1)
}

func stateOf(in Input) State {
	w := in.Sums.Window
	if w.Total == 0 || rat(w.Total, in.unit()).Cmp(rat(in.MinEvents, 1)) < 0 {
		return NoData
	}
	if leftOf(in).Sign() <= 0 {
		return Exhausted
	}
	sums := map[time.Duration]window.Sum{}
	for i, l := range Lookbacks {
		sums[l] = in.Sums.Lookbacks[i]
	}
	for _, p := range []struct {
		long, short time.Duration
		percent     int64
	}{
		{time.Hour, 5 * time.Minute, 2}, {6 * time.Hour, 30 * time.Minute, 5},
		{24 * time.Hour, 2 * time.Hour, 10}, {72 * time.Hour, 6 * time.Hour, 10},
	} {
		factor := mul(rat(p.percent, 100), rat(int64(in.Period), int64(p.long)))
		long, short := sums[p.long], sums[p.short]
		if long.Total > 0 && short.Total > 0 && burnOf(long, in.Objective).Cmp(factor) > 0 && burnOf(short, in.Objective).Cmp(factor) > 0 {
			return AtRisk
		}
	}
	if left := timeLeftOf(in); left != nil && left.Cmp(lastsOf(in)) <= 0 {
		return AtRisk
	}
	return OK
}

// timeLeftOf is in nanoseconds, nil where nothing burns.
func timeLeftOf(in Input) *big.Rat {
	day := in.Sums.Lookbacks[5]
	if day.Total == 0 || day.Good == day.Total {
		return nil
	}
	return quo(mul(leftOf(in), rat(int64(in.Period), 1)), burnOf(day, in.Objective))
}

func drawObjective(t *rapid.T) Objective {
	text := rapid.OneOf(
		rapid.SampledFrom([]string{"99.9%", "99%", "95%", "99.95%", "99.99%", "50%", "0.0000001%", "99.9999999%"}),
		rapid.StringMatching(`[1-9][0-9]?\.[0-9]{1,7}%`),
	).Draw(t, "objective")
	o, err := ParseObjective(text)
	if err != nil {
		t.Fatalf("ParseObjective(%q): %v", text, err)
	}
	return o
}

// drawSum makes sums of all sizes, and often such that the budget, or a burn
// factor of it, is met exactly or missed by one.
func drawSum(t *rapid.T, o Objective, label string) window.Sum {
	total := rapid.OneOf(
		rapid.Int64Range(0, 20), rapid.Int64Range(0, 1_000_000),
		rapid.Int64Range(0, 8_300_000_000_000_000_000),
		rapid.SampledFrom([]int64{0, 1_000_000_000, 1_000_000_000_000_000}),
	).Draw(t, label+" total")
	if total == 0 {
		return window.Sum{}
	}
	var bad int64
	if rapid.Bool().Draw(t, label+" near") {
		// total · budget · factor, plus −1, 0 or 1.
		factor := rapid.SampledFrom([]*big.Rat{rat(1, 1), rat(1, 2), rat(1344, 100), rat(56, 10), rat(28, 10), rat(14, 15), rat(144, 10), rat(6, 1), rat(3, 1)}).Draw(t, label+" factor")
		exact := mul(mul(rat(total, 1), sub(one(), target(o))), factor)
		near := new(big.Int).Quo(exact.Num(), exact.Denom())
		near.Add(near, big.NewInt(rapid.Int64Range(-1, 1).Draw(t, label+" off")))
		if near.IsInt64() {
			bad = min(max(near.Int64(), 0), total)
		} else {
			bad = total
		}
	} else {
		bad = rapid.Int64Range(0, total).Draw(t, label+" bad")
	}
	return window.Sum{Good: total - bad, Total: total}
}

func drawInput(t *rapid.T) Input {
	in := Input{
		Objective: drawObjective(t),
		Period:    time.Duration(rapid.OneOf(rapid.SampledFrom([]int{7, 28, 30, 90}), rapid.IntRange(1, 90)).Draw(t, "days")) * 24 * time.Hour,
		MinEvents: rapid.SampledFrom([]int64{1, 1, 1, 100, 1_000_000}).Draw(t, "minimum"),
		Unit:      rapid.SampledFrom([]int64{0, 1000, 1_000_000_000}).Draw(t, "unit"),
	}
	if rapid.Bool().Draw(t, "calendar") {
		whole := rapid.SampledFrom([]int{1380, 1440, 1500, 40_320, 44_640, 132_480, 527_040}).Draw(t, "minutes")
		elapsed := rapid.OneOf(rapid.IntRange(1, whole), rapid.Just(whole)).Draw(t, "elapsed")
		in.Pace = Pace{Elapsed: time.Duration(elapsed) * time.Minute, Whole: time.Duration(whole) * time.Minute}
		in.Period = in.Pace.Whole
	}
	same := rapid.Bool().Draw(t, "same everywhere")
	in.Sums.Window = drawSum(t, in.Objective, "window")
	in.Sums.Policy = drawSum(t, in.Objective, "policy")
	for i := range in.Sums.Lookbacks {
		if same && i > 0 {
			in.Sums.Lookbacks[i] = in.Sums.Lookbacks[0]
			continue
		}
		in.Sums.Lookbacks[i] = drawSum(t, in.Objective, Short(Lookbacks[i]))
	}
	return in
}

func TestStatesEqualThoseOfExactRationals(t *testing.T) {
	t.Parallel()
	seen := map[State]int{}
	for range 20 { // × 100 inputs
		rapid.Check(t, func(t *rapid.T) {
			in := drawInput(t)
			got, want := Decide(in), stateOf(in)
			if got != want {
				t.Fatalf("%s, exactly %s", got, want)
			}
			seen[got]++
		})
	}
	for _, s := range States {
		if seen[s] == 0 {
			t.Errorf("no input came out as %s: the test proves nothing of it", s)
		}
	}
}

func TestVerdictsEqualThoseOfExactRationals(t *testing.T) {
	t.Parallel()
	for range 10 {
		rapid.Check(t, func(t *rapid.T) {
			o := drawObjective(t)
			s := drawSum(t, o, "sum")
			percent := rapid.OneOf(rapid.SampledFrom([]int64{50, 100, 560, 1344}), rapid.Int64Range(1, 10_000)).Draw(t, "percent")
			want := Unknown
			if s.Total >= 1000 {
				want = Within
				if mul(burnOf(s, o), rat(100, 1)).Cmp(rat(percent, 1)) > 0 {
					want = Over
				}
			}
			if got := Overspent(Input{Objective: o, MinEvents: 1}, s, percent); got != want {
				t.Fatalf("%s, exactly %s", got, want)
			}
		})
	}
}

func TestFiguresAreTheDoublesNearestToExactRationals(t *testing.T) {
	t.Parallel()
	for range 20 {
		rapid.Check(t, func(t *rapid.T) {
			in := drawInput(t)
			f := FiguresOf(in)
			same := func(what string, got *float64, want func() *big.Rat, s window.Sum) {
				t.Helper()
				if s.Total == 0 {
					if got != nil {
						t.Fatalf("%s of no events is %v", what, *got)
					}
					return
				}
				exact, _ := want().Float64()
				if got == nil || *got != exact {
					t.Fatalf("%s is %v, exactly %s = %v", what, got, want(), exact)
				}
			}
			for _, a := range []Account{f.Window, f.Policy} {
				s := a.Sum
				allowed := func() *big.Rat {
					return mul(mul(wholeOf(a.Pace), rat(s.Total, in.unit())), sub(one(), target(in.Objective)))
				}
				bad := func() *big.Rat { return rat(s.Bad(), in.unit()) }
				same("SLI", a.SLI, func() *big.Rat { return sliOf(s) }, s)
				same("allowed", a.Allowed, allowed, s)
				same("consumed", a.Consumed, bad, s)
				same("consumed ratio", a.ConsumedRatio, func() *big.Rat { return quo(bad(), allowed()) }, s)
				same("remaining", a.Remaining, func() *big.Rat { return sub(allowed(), bad()) }, s)
				same("remaining ratio", a.RemainingRatio, func() *big.Rat { return sub(one(), quo(bad(), allowed())) }, s)
				same("share so far", a.SoFarRatio, func() *big.Rat { return burnOf(s, in.Objective) }, s)
				if !a.Pace.Projected() {
					same("remaining ratio as of the SLI", a.RemainingRatio, func() *big.Rat { return remainingOf(s, in.Objective) }, s)
				}
			}
			for _, b := range f.Burns {
				same("burn", b.Rate, func() *big.Rat { return burnOf(b.Sum, in.Objective) }, b.Sum)
			}
			checkProjection(t, in, f)
			checkRemainingPPB(t, in)
		})
	}
}

func checkProjection(t *rapid.T, in Input, f Figures) {
	t.Helper()
	want := OutlookUnknown
	var after time.Duration
	if state := stateOf(in); state == Exhausted {
		want = OutlookExhausted
	} else if state != NoData && in.Sums.Lookbacks[5].Total > 0 {
		want = OutlookBeyond
		if left := timeLeftOf(in); left != nil && left.Cmp(lastsOf(in)) <= 0 {
			want = OutlookWithin
			seconds := quo(left, rat(int64(time.Second), 1))
			after = time.Duration(new(big.Int).Quo(seconds.Num(), seconds.Denom()).Int64()) * time.Second
		}
	}
	if f.Projection.Outlook != want {
		t.Fatalf("the outlook is %s, exactly %s", f.Projection.Outlook, want)
	}
	if want == OutlookWithin && *f.Projection.After != after {
		t.Fatalf("the budget lasts %s, exactly %s", *f.Projection.After, after)
	}
}

func checkRemainingPPB(t *rapid.T, in Input) {
	t.Helper()
	got, ok := RemainingPPB(in.Sums.Window, in.Objective, in.Pace)
	if !ok {
		return
	}
	exact := mul(leftOf(in), rat(1_000_000_000, 1))
	floor := new(big.Int).Div(exact.Num(), exact.Denom()) // Euclidean: towards −∞ for a positive divisor
	if !floor.IsInt64() || floor.Int64() != got {
		t.Fatalf("%d parts per billion remain, exactly %s", got, floor)
	}
}

func TestAlertsSayWhatMadeItAtRisk(t *testing.T) {
	t.Parallel()
	for range 5 {
		rapid.Check(t, func(t *rapid.T) {
			in := drawInput(t)
			f := FiguresOf(in)
			firing := false
			for _, a := range f.Alerts {
				firing = firing || a.Firing
				if a.Firing && !a.Reachable {
					t.Fatalf("%s fires out of reach", a.Name)
				}
			}
			if got := firing || f.Projection.Outlook == OutlookWithin; f.State != Exhausted && got != (f.State == AtRisk) {
				t.Fatalf("state %s, a reason to be at risk: %v", f.State, got)
			}
			if e := Explain(in); e.State != f.State || e.Because == "" || len(e.Lines) == 0 {
				t.Fatalf("explained as %+v", e)
			}
		})
	}
}
