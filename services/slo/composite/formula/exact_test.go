package formula

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// What follows is the text of OpenSLO's specification and of the design in reduced
// rationals, the slow way: by the SLIs of members, where the package goes by what is bad.

func rat(num, den int64) *big.Rat { return big.NewRat(num, den) }

func sub(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
func add(a, b *big.Rat) *big.Rat { return new(big.Rat).Add(a, b) }
func mul(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
func quo(a, b *big.Rat) *big.Rat { return new(big.Rat).Quo(a, b) }

var whole = rat(1, 1)

func target(o budget.Objective) *big.Rat { return rat(o.PPB(), 1_000_000_000) }

// sliOf is the SLI that a member counts with; nil and true where it is left out, and false
// where nothing can be said.
func sliOf(m Member, s window.Sum, own bool) (*big.Rat, bool) {
	enough := m.Sums.Window.Total > 0 && rat(m.Sums.Window.Total, max(m.Unit, 1)).Cmp(rat(m.MinEvents, 1)) >= 0
	switch {
	case own && enough, !own && s.Total > 0:
		return rat(s.Good, s.Total), true
	case !own && enough && !m.Stale:
		return nil, true
	}
	switch m.Missing {
	case Good:
		return whole, true
	case Bad:
		return rat(0, 1), true
	case Ignore:
		return nil, true
	}
	return nil, false
}

// burnOf is nil where it is unknown.
func burnOf(in Input, of func(budget.Sums) window.Sum, own bool) *big.Rat {
	var slis []*big.Rat
	measured, silent := false, false
	for _, m := range in.Members {
		s := of(m.Sums)
		sli, sure := sliOf(m, s, own)
		if !sure {
			return nil
		}
		slis = append(slis, sli)
		enough := s.Total > 0 && (!own || s.Total >= m.MinEvents*max(m.Unit, 1))
		measured = measured || enough
		silent = silent || !enough && sli != nil && sli.Sign() == 0
	}
	if !measured {
		return nil
	}
	sum, weights := new(big.Rat), new(big.Rat)
	for i, sli := range slis {
		if sli == nil {
			continue
		}
		w := rat(in.Members[i].Weight.Thousandths(), 1000)
		weights = add(weights, w)
		switch in.Method {
		case Occurrences:
			sum = add(sum, mul(w, quo(sub(whole, sli), sub(whole, target(in.Members[i].Objective)))))
		case RatioTimeslices:
			sum = add(sum, mul(w, sub(whole, sli)))
		case WeightedAverage:
			sum = add(sum, mul(w, sli))
		}
	}
	var sli *big.Rat
	switch in.Method {
	case Occurrences:
		return sum
	case RatioTimeslices:
		if sli = sub(whole, sum); sli.Sign() < 0 {
			sli = new(big.Rat)
		}
	case WeightedAverage:
		sli = quo(sum, weights)
	case Timeslices:
		joint := of(in.Joint)
		if joint.Total == 0 {
			return nil
		}
		if sli = rat(joint.Good, joint.Total); silent {
			sli = new(big.Rat) // no slice is good of which a member is missing
		}
	}
	return quo(sub(whole, sli), sub(whole, target(in.Objective)))
}

func elapsedOf(in Input) *big.Rat {
	if in.Pace.Whole == 0 {
		return whole
	}
	return rat(int64(in.Pace.Elapsed), int64(in.Pace.Whole))
}

func ownOf(s budget.Sums) window.Sum { return s.Window }

func overOf(length time.Duration) func(budget.Sums) window.Sum {
	return func(s budget.Sums) window.Sum {
		for i, l := range budget.Lookbacks {
			if l == length {
				return s.Lookbacks[i]
			}
		}
		panic(length)
	}
}

func stateOf(in Input) budget.State {
	burn := burnOf(in, ownOf, true)
	if burn == nil {
		return budget.NoData
	}
	remaining := sub(whole, mul(burn, elapsedOf(in)))
	if remaining.Sign() <= 0 {
		return budget.Exhausted
	}
	for _, p := range []struct {
		long, short time.Duration
		percent     int64
	}{
		{time.Hour, 5 * time.Minute, 2}, {6 * time.Hour, 30 * time.Minute, 5},
		{24 * time.Hour, 2 * time.Hour, 10}, {72 * time.Hour, 6 * time.Hour, 10},
	} {
		factor := mul(rat(p.percent, 100), rat(int64(in.Period), int64(p.long)))
		long, short := burnOf(in, overOf(p.long), false), burnOf(in, overOf(p.short), false)
		if long != nil && short != nil && long.Cmp(factor) > 0 && short.Cmp(factor) > 0 {
			return budget.AtRisk
		}
	}
	lasts := whole
	if in.Pace.Whole > 0 {
		lasts = sub(whole, elapsedOf(in))
	}
	if last := burnOf(in, overOf(day), false); last != nil && last.Sign() > 0 && quo(remaining, last).Cmp(lasts) <= 0 {
		return budget.AtRisk
	}
	return budget.OK
}

func drawSum(r *rand.Rand, o budget.Objective) window.Sum {
	total := []int64{0, r.Int64N(20), r.Int64N(1_000_000), r.Int64N(8_300_000_000_000_000_000), 1_000_000_000}[r.IntN(5)]
	if total == 0 {
		return window.Sum{}
	}
	bad := r.Int64N(total + 1)
	if r.IntN(4) > 0 { // near the budget, or a part of it
		near := mul(mul(rat(total, 1), sub(whole, target(o))), []*big.Rat{whole, rat(1, 2), rat(1, 20), rat(1344, 100), rat(14, 15)}[r.IntN(5)])
		n := new(big.Int).Quo(near.Num(), near.Denom())
		n.Add(n, big.NewInt(r.Int64N(3)-1))
		bad = total
		if n.IsInt64() {
			bad = min(max(n.Int64(), 0), total)
		}
	}
	return window.Sum{Good: total - bad, Total: total}
}

func drawSums(r *rand.Rand, o budget.Objective) budget.Sums {
	s := budget.Sums{Window: drawSum(r, o)}
	same := r.IntN(2) == 0
	for i := range s.Lookbacks {
		if s.Lookbacks[i] = drawSum(r, o); same {
			s.Lookbacks[i] = s.Lookbacks[0]
		}
	}
	return s
}

func drawInput(t *testing.T, r *rand.Rand) Input {
	t.Helper()
	aim := func() budget.Objective {
		return objective(t, []string{"99.9%", "99%", "95%", "99.95%", "50%", "0.0000001%", "99.9999999%", fmt.Sprintf("%d.%07d%%", 1+r.IntN(99), r.IntN(10_000_000))}[r.IntN(8)])
	}
	in := Input{Method: Methods[r.IntN(len(Methods))], Period: time.Duration([]int{1, 7, 28, 30, 90}[r.IntN(5)]) * day}
	if in.Method.Promises() {
		in.Objective = aim()
	}
	if r.IntN(3) == 0 {
		minutes := []int{1380, 1440, 1500, 40_320, 44_640, 132_480, 527_040}[r.IntN(7)]
		in.Pace = budget.Pace{Elapsed: time.Duration(1+r.IntN(minutes)) * time.Minute, Whole: time.Duration(minutes) * time.Minute}
		in.Period = in.Pace.Whole
	}
	for range 1 + r.IntN(20) {
		m := Member{
			Weight:    weight(t, []string{"1", "0.5", "0.05", "0.001", "1000", fmt.Sprintf("%d.%03d", r.IntN(3), 1+r.IntN(999))}[r.IntN(6)]),
			Missing:   []Missing{Ignore, Ignore, Good, Bad, Unknown}[r.IntN(5)],
			Stale:     r.IntN(2) == 0,
			Objective: aim(), Unit: []int64{1000, 1_000_000_000}[r.IntN(2)], MinEvents: []int64{0, 1, 100}[r.IntN(3)],
		}
		aimed := m.Objective
		if in.Method.Promises() {
			aimed = in.Objective
		}
		m.Sums = drawSums(r, aimed)
		in.Members = append(in.Members, m)
		if in.Method == Timeslices {
			in.Joint = drawSums(r, in.Objective)
		}
		if r.IntN(3) == 0 {
			break
		}
	}
	return in
}

func TestCompositesEqualExactRationals(t *testing.T) {
	t.Parallel()
	cases := 10_000
	if os.Getenv("EVENKEEL_TEST_EVERYTHING") != "" {
		cases = 400_000
	}
	r := rand.New(rand.NewPCG(20261127, 11))
	seen := map[string]int{}
	for n := range cases {
		in := drawInput(t, r)
		if got, want := Decide(in), stateOf(in); got != want {
			t.Fatalf("case %d is %s, exactly %s: %+v", n, got, want, in)
		}
		compare(t, n, in)
		seen[fmt.Sprint(in.Method, " ", Decide(in))]++
	}
	for _, method := range Methods {
		for _, state := range budget.States {
			if seen[fmt.Sprint(method, " ", state)] == 0 {
				t.Errorf("no case of %s was %s: the test proves nothing of it", method, state)
			}
		}
	}
	t.Logf("%d composites were compared: %v", cases, seen)
}

func compare(t *testing.T, n int, in Input) {
	t.Helper()
	same := func(what string, got *Fraction, want *big.Rat) {
		t.Helper()
		switch {
		case got == nil && want == nil:
		case got == nil || want == nil || got.Rat().Cmp(want) != 0:
			t.Fatalf("case %d, %s: %s is %v, exactly %v", n, in.Method, what, got, want)
		default:
			if exact, _ := want.Float64(); got.Float64() != exact {
				t.Fatalf("case %d, %s: %s is shown as %v, not %v", n, in.Method, what, got.Float64(), exact)
			}
		}
	}
	f := FiguresOf(in)
	burn := burnOf(in, ownOf, true)
	same("burned so far", f.SoFar, burn)
	for i, length := range budget.Lookbacks {
		same("the burn over "+length.String(), f.Burns[i], burnOf(in, overOf(length), false))
	}
	if burn == nil {
		return
	}
	burned := mul(burn, elapsedOf(in))
	remaining := sub(whole, burned)
	same("burned", f.Burned, burned)
	same("remaining", f.Remaining, remaining)
	if in.Method.Promises() {
		same("the SLI", f.SLI, sub(whole, mul(burn, sub(whole, target(in.Objective)))))
	}
	scaled := mul(remaining, rat(1_000_000_000, 1))
	if floor := new(big.Int).Div(scaled.Num(), scaled.Denom()); floor.IsInt64() {
		if got, _ := RemainingPPB(in); got != floor.Int64() {
			t.Fatalf("case %d: %d parts per billion remain, exactly %s", n, got, floor)
		}
	}
	// The parts are the whole, but where members overlap or more is missed than there is.
	sum, shares, counted := new(big.Rat), new(big.Rat), 0
	for _, p := range f.Parts {
		if p.Burned != nil {
			sum = add(sum, p.Burned.Rat())
		}
		if p.Share != nil {
			shares, counted = add(shares, p.Share.Rat()), counted+1
		}
	}
	if in.Method == Occurrences || in.Method == WeightedAverage {
		if sum.Cmp(burn) != 0 {
			t.Fatalf("case %d: the parts add up to %s, and not to %s", n, sum, burn)
		}
	}
	if counted > 0 && shares.Cmp(whole) != 0 {
		t.Fatalf("case %d: the shares add up to %s", n, shares)
	}
}

// A composite of one member with a weight of one is in the state of its SLO, as package
// budget has it, whatever the method.
func TestACompositeOfOneMemberIsInTheStateOfItsSLO(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(20261127, 12))
	seen := map[budget.State]int{}
	for range 5_000 {
		in := drawInput(t, r)
		in.Members = in.Members[:1]
		m := &in.Members[0]
		m.Weight = One
		if in.Method.Promises() {
			m.Objective = in.Objective
		}
		in.Joint = m.Sums
		if m.MinEvents == 0 {
			m.MinEvents = 1
		}
		want := budget.Decide(budget.Input{Objective: m.Objective, Period: in.Period, Pace: in.Pace, MinEvents: m.MinEvents, Unit: m.Unit, Sums: m.Sums})
		if m.Missing = Ignore; Decide(in) != want {
			t.Fatalf("%s is %s, its SLO %s: %+v", in.Method, Decide(in), want, in)
		}
		seen[want]++
	}
	if len(seen) != len(budget.States) {
		t.Errorf("only %v were seen", seen)
	}
}
