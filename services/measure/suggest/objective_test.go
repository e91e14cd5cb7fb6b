package suggest

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

func events(bad, total int64) window.Sum {
	return window.Sum{Good: (total - bad) * measure.Event, Total: total * measure.Event}
}

// By hand: the budget of T is (1 − T) of the events, and 80 % of it may be spent.
func TestTheObjectiveLeavesAFifthOfItsBudget(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		bad, total int64
		want       string
	}{
		{0, 1_000_000, "99.99%"},  // never 100 %
		{80, 1_000_000, "99.99%"}, // 80 of 100
		{81, 1_000_000, "99.95%"},
		{400, 1_000_000, "99.95%"}, // 400 of 500
		{401, 1_000_000, "99.9%"},
		{800, 1_000_000, "99.9%"},
		{801, 1_000_000, "99.5%"},
		{4_001, 1_000_000, "99%"},
		{8_001, 1_000_000, "95%"},
		{40_001, 1_000_000, "90%"},
		{80_000, 1_000_000, "90%"},
		{80_001, 1_000_000, ""},
		{0, 0, ""},
		{0, 9_999, "99.95%"}, // the budget of 99.99 % was not one event
		{0, 10_000, "99.99%"},
		{0, 1_999, "99.9%"},
		{0, 10, "90%"},
		{0, 9, ""},
	} {
		got, ok := Propose(events(test.bad, test.total))
		if ok != (test.want != "") || got.String() != test.want {
			t.Errorf("%d bad ones of %d propose %q, want %q", test.bad, test.total, got, test.want)
		}
	}
}

func TestTheLeastBucketThatHoldsNearlyAllIsChosen(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		below []float64 // of 0.1, 0.5, 1
		all   float64
		want  float64
		ok    bool
	}{
		{[]float64{99, 100, 100}, 100, 0.1, true},
		{[]float64{98.9, 99, 100}, 100, 0.5, true},
		{[]float64{10, 20, 30}, 100, 1, true}, // the last one
		{[]float64{0, 0, 0}, 0, 0, false},
		{nil, 100, 0, false},
	} {
		d := prometheus.Distribution{Bounds: []float64{0.1, 0.5, 1}[:len(test.below)], Below: test.below, All: test.all}
		if got, ok := choose(d); got != test.want || ok != test.ok {
			t.Errorf("%v of %g choose %g (%v)", test.below, test.all, got, ok)
		}
	}
	for want, got := range map[string]string{"250 ms": spell(0.25, "s"), "2.5 s": spell(2.5, "s"), "1 s": spell(1000, "ms"), "5 ms": spell(5, "ms"), "67.1089 ms": spell(0.067108864, "s")} {
		if got != want {
			t.Errorf("%s is spelled %s", want, got)
		}
	}
}

var start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// steady makes slots of five minutes with 300 good events each, and, for the hours
// between two times after the start, so many bad ones beside them.
func steady(days int, bad int64, from, to time.Duration) []slot {
	var slots []slot
	for at := time.Duration(0); at < time.Duration(days)*24*time.Hour; at += measure.FiveMinutes {
		s := slot{start.Add(at), events(0, 300)}
		if at >= from && at < to {
			s.Sum = events(bad, 300+bad)
		}
		slots = append(slots, s)
	}
	return slots
}

// At 99.5 % over 28 days the pairs fire above 13.44, 5.6, 2.8 and 0.9333… times 0.5 %,
// that is 6.72 %, 2.8 %, 1.4 % and 0.4667 % (budget's own tests have the factors).
func TestAlertsFireWhenTheirPairsWouldHave(t *testing.T) {
	t.Parallel()
	objective, _ := budget.ParseObjective("99.5%")
	hour := func(d int, h float64) time.Time {
		return start.Add(time.Duration(d)*24*time.Hour + time.Duration(h*float64(time.Hour)))
	}
	const noon = 5*24*time.Hour + 12*time.Hour
	// For an hour 30 of 330 are bad, 9.1 %: after nine slots that is 270 of 3,870 in the
	// last hour, 6.98 %, and after eight 6.25 %. Of the first good slot 5m is 0 %. The
	// other pairs have at most 360 of 21,960 (1.6 %), 86,760 (0.41 %) and 259,560 (0.14 %).
	got := alerts(steady(7, 30, noon, noon+time.Hour), objective, start, start.Add(7*24*time.Hour))
	want := []Alert{{"1h/5m", budget.Page, hour(5, 12.75), hour(5, 13).Add(5 * time.Minute)}}
	if len(got) != len(want) || got[0] != want[0] {
		t.Errorf("an hour fires %v, want %v", got, want)
	}
	// For two days 3 of 303 are bad, 0.99 %: never above 1.4 %, and above 0.4667 % of
	// three days when 3k ÷ (300 · 864 + 3k) is, k > 405.07: after 406 slots, 33 h 50 min.
	// Six hours fall to it when 3k ÷ (300 · 72 + 3k) is not above it, k ≤ 33.7, 39 good
	// slots (72 − 33) later, 3 h 15 min; until then the three days hold more than 406.
	got = alerts(steady(14, 3, noon, noon+48*time.Hour), objective, start, start.Add(14*24*time.Hour))
	want = []Alert{{"3d/6h", budget.Ticket, start.Add(noon + 33*time.Hour + 50*time.Minute), start.Add(noon + 48*time.Hour + 3*time.Hour + 15*time.Minute)}}
	if len(got) != len(want) || got[0] != want[0] {
		t.Errorf("two days fire %v, want %v", got, want)
	}
	if got := alerts(nil, objective, start, start.Add(Period)); got != nil {
		t.Errorf("nothing fires %v", got)
	}
	// What still fires at the end was not judged otherwise.
	got = alerts(steady(1, 300, 23*time.Hour, 24*time.Hour), objective, start, start.Add(24*time.Hour))
	if len(got) == 0 || got[0].End.Before(start.Add(24*time.Hour)) {
		t.Errorf("at the end there is %v", got)
	}
}

func TestAnAlertIsOfATimeAndFollowsTheOneBefore(t *testing.T) {
	t.Parallel()
	objective, _ := budget.ParseObjective("99%")
	rapid.Check(t, func(t *rapid.T) {
		var slots []slot
		for i := range rapid.IntRange(1, 200).Draw(t, "slots") {
			if rapid.IntRange(0, 9).Draw(t, "there") > 0 {
				total := rapid.Int64Range(0, 1000).Draw(t, "total")
				slots = append(slots, slot{start.Add(time.Duration(i) * measure.FiveMinutes), events(rapid.Int64Range(0, total).Draw(t, "bad"), total)})
			}
		}
		end := start.Add(201 * measure.FiveMinutes)
		last := make(map[string]time.Time)
		for _, a := range alerts(slots, objective, start, end) {
			if !a.Start.Before(a.End) || a.Start.Before(last[a.Pair]) || a.End.After(end.Add(measure.FiveMinutes)) {
				t.Fatalf("%+v is after %s", a, last[a.Pair])
			}
			last[a.Pair] = a.End
		}
	})
}

// Sums by difference are those by addition.
func TestRunningSumsAreSums(t *testing.T) {
	t.Parallel()
	slots := steady(3, 7, 24*time.Hour, 30*time.Hour)
	slots = append(slots[:100], slots[200:]...) // and a gap
	sums := summed(slots)
	for _, end := range []time.Time{start, start.Add(time.Hour), start.Add(25 * time.Hour), start.Add(72 * time.Hour), start.Add(100 * time.Hour)} {
		got := sums.at(end)
		for i, length := range budget.Lookbacks {
			var want window.Sum
			for _, s := range slots {
				if !s.start.Before(end.Add(-length)) && !s.start.Add(measure.FiveMinutes).After(end) {
					want = want.Plus(s.Sum)
				}
			}
			if got.Lookbacks[i] != want {
				t.Errorf("the %s before %s are %v, want %v", length, end, got.Lookbacks[i], want)
			}
		}
	}
}

func BenchmarkAlertsOfFourWeeks(b *testing.B) {
	objective, _ := budget.ParseObjective("99.5%")
	slots := steady(28, 30, 24*time.Hour, 48*time.Hour)
	for b.Loop() {
		alerts(slots, objective, start, start.Add(Period))
	}
}
