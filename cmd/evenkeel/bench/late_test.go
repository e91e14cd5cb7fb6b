package bench

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/segment"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

const (
	goalLate = 100 * time.Microsecond
	// goalFlat is how much longer it may take with 27 days of slots that follow than with one.
	goalFlat = 1.5
	// lateBack is how many days back something is changed.
	lateBack = 20
)

// changed is an SLO of 28 days whose past changes.
type changed struct {
	line   *window.Timeline
	end    time.Time
	packed [2][]byte // a day, and the same with a slot that came late
	slots  []window.Sum
	decide budget.Input
}

func newChanged(b *testing.B) *changed {
	b.Helper()
	const own = 28 * measure.DaySpan
	objective, err := budget.ParseObjective("99.9%")
	check(b, err)
	shape, err := window.NewShape(measure.FiveMinutes, budget.Windows(measure.FiveMinutes, window.Window{Length: own}))
	check(b, err)
	c := &changed{end: weighedAt(), decide: budget.Input{Objective: objective, Period: own, MinEvents: 100}}
	day, _ := traffic(b)
	late, _, err := segment.Merge(day, []segment.Slot{{Index: 100, Good: 50_000_000, Total: 100_000_000}})
	check(b, err)
	c.packed = [2][]byte{day.Bytes(), late.Bytes()}
	c.line = window.New(shape, c.end)
	for d := shape.Horizon(c.end); d.Before(c.end); d = d.Add(measure.DaySpan) {
		check(b, c.line.PutDay(d, window.Piece{Start: d, Segment: day}))
	}
	for i := range int(own / measure.FiveMinutes) {
		good, total, _ := day.At((int(c.end.Sub(c.end.Truncate(measure.DaySpan))/measure.FiveMinutes) + i) % day.Slots())
		c.slots = append(c.slots, window.Sum{Good: good, Total: total})
	}
	return c
}

// put unpacks what is known of a day now, looks at it through the lens, and decides the
// state.
func (c *changed) put(b *testing.B, back, n int, by lens.Lens) {
	unpacked, err := segment.Decode(c.packed[n%2])
	check(b, err)
	at := c.day(back)
	seen, err := by.See(window.Piece{Start: at, Segment: unpacked})
	check(b, err)
	check(b, c.line.PutDay(at, seen))
	c.decide.Sums, _ = budget.SumsOf(c.line.Sums())
	budget.Decide(c.decide)
}

func (c *changed) day(back int) time.Time {
	return c.end.Truncate(measure.DaySpan).AddDate(0, 0, -back)
}

// anew sums up all windows from their slots, in memory and unpacked, which is what those do
// that keep no sums.
func (c *changed) anew() (sums [9]window.Sum) {
	for k, w := range budget.Windows(measure.FiveMinutes, window.Window{Length: 28 * measure.DaySpan}) {
		for _, s := range c.slots[len(c.slots)-int(w.Length/measure.FiveMinutes):] {
			sums[k] = sums[k].Plus(s)
		}
	}
	return sums
}

// each is how long one of many takes, in processor time.
func each(do func(n int)) time.Duration {
	const times = 20_000
	began := processorTime()
	for n := range times {
		do(n)
	}
	return (processorTime() - began) / times
}

// BenchmarkLate is what it costs that the past of an SLO changes: its arithmetic, without
// any database, beside sums that are made anew; and among ten thousand SLOs of which 28 days
// are stored, from the push, or the correction, to the committed status.
func BenchmarkLate(b *testing.B) {
	b.Run("arithmetic", lateArithmetic)
	b.Run("SQLite", func(b *testing.B) {
		lateAmongAll(b, weighing{Window: "28d", Resolution: measure.FiveMinutes, SLOs: fleetSize, Dir: copyTemplate(b)}, "SQLite")
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		h := onPostgres(b, slosEach)
		lateAmongAll(b, weighing{Window: "28d", Resolution: measure.FiveMinutes, SLOs: fleetSize, Dir: b.TempDir(), URL: h.database.url}, "PostgreSQL")
	})
}

func lateArithmetic(b *testing.B) {
	c := newChanged(b)
	var none lens.Lens
	var anew [9]window.Sum
	naive := each(func(int) { anew = c.anew() })
	if !slices.Equal(anew[:], c.line.Sums()) {
		b.Fatalf("made anew the sums are %v, moved on %v", anew, c.line.Sums())
	}
	late := map[int]time.Duration{}
	for _, back := range []int{1, lateBack, 27} {
		late[back] = each(func(n int) { c.put(b, back, n, none) })
	}
	from := c.day(lateBack).Add(9 * time.Hour)
	corrected := lens.Lens{Overlay: window.NewOverlay(measure.FiveMinutes, []window.Span{{From: from, To: from.Add(time.Hour), Effect: window.Exclude}})}
	// The first correction keeps, from then on, what there is without it.
	correcting := each(func(n int) {
		c.line.Clone()
		c.put(b, lateBack, 0, []lens.Lens{none, corrected}[n%2])
	})
	for name, took := range map[string]time.Duration{
		fmt.Sprintf("a late slot %d days back, arithmetic", lateBack):          late[lateBack],
		fmt.Sprintf("the first correction %d days back, arithmetic", lateBack): correcting,
	} {
		results.add(figure{
			name: name, this: took.String(), peer: naive.String(), said: fmt.Sprintf("%.2f", float64(took)/float64(naive)),
			goal: "≤ " + goalLate.String(), met: took <= goalLate, note: "processor time; the peer sums up nine windows anew from unpacked slots",
		})
	}
	flat := float64(late[27]) / float64(late[1])
	results.add(figure{
		name: "a late slot 27 days back, arithmetic", this: late[27].String(), peer: late[1].String(), said: fmt.Sprintf("%.2f", flat),
		goal: fmt.Sprintf("≤ %.1f", goalFlat), met: flat <= goalFlat, note: "the peer is one day back",
	})
	b.ReportMetric(float64(late[lateBack]), "ns/late")
	b.ReportMetric(float64(correcting), "ns/correction")
	b.ReportMetric(0, "ns/op")
}

// changePast changes the past of some SLOs, one after the other, of those of which the history
// is stored, and returns in how many seconds each was evaluated, beside runs with nothing to do.
func changePast(tb testing.TB, w weighing, times int) (idle, late, corrected []float64) {
	tb.Helper()
	fill(tb, w)
	ctx := access.WithCaller(tb.Context(), access.System("bench"))
	quiet := slog.New(slog.DiscardHandler)
	a, err := open(ctx, location{dir: w.Dir, url: w.URL}, weighedAt, quiet)
	check(tb, err)
	defer func() { check(tb, a.Close(ctx)) }()
	evaluator := measure.NewEvaluator(a.Store.Measure(), a.SLOs, a.SLOs, a.Store, weighedAt, quiet)
	run := func(evaluated int64) float64 {
		began := time.Now()
		counts, err := evaluator.RunOnce(ctx)
		took := time.Since(began).Seconds()
		check(tb, err)
		if counts["evaluated"] != evaluated {
			tb.Fatalf("%d are to be evaluated: %v", evaluated, counts)
		}
		return took
	}
	_, err = evaluator.RunOnce(ctx)
	check(tb, err)
	day := weighedAt().Truncate(measure.DaySpan).AddDate(0, 0, -lateBack)
	for n := range times {
		idle = append(idle, run(0))
		name := slo.Name{Service: serviceSlug(n), SLO: sloSlug(0)}
		good := float64(n)
		_, err := a.SLOs.Push(ctx, slo.Report{Name: name, Slots: []slo.Slot{{Start: day.Add(9 * time.Hour), Good: &good, Total: 10_000}}})
		check(tb, err)
		late = append(late, run(1))
		v, _, err := a.SLOs.Find(ctx, name)
		check(tb, err)
		from := day.Add(12 * time.Hour)
		to := from.Add(time.Hour)
		_, err = a.Corrections.Declare(ctx, v.SLO.ID, correction.Declaration{Effect: correction.Exclude, Kind: correction.Maintenance, Reason: "The database was moved.", From: &from, To: &to})
		check(tb, err)
		corrected = append(corrected, run(1))
	}
	return idle, late, corrected
}

// The figures are of what happens: here with few SLOs, so that it is seen in each build.
func TestAChangeOfThePastIsEvaluatedByItself(t *testing.T) {
	t.Parallel()
	h := onPostgres(t, 1)
	idle, late, corrected := changePast(t, weighing{Window: "28d", Resolution: measure.FiveMinutes, SLOs: services, Dir: t.TempDir(), URL: h.database.url}, 2)
	if len(idle) != 2 || len(late) != 2 || len(corrected) != 2 {
		t.Errorf("measured were %v, %v and %v, want each twice", idle, late, corrected)
	}
}

func lateAmongAll(b *testing.B, w weighing, database string) {
	b.Helper()
	idle, late, corrected := changePast(b, w, 9)
	results.add(figure{name: "a run with nothing to do among 10,000 SLOs, " + database, this: inUnits(median(idle)), note: spread(idle)})
	for name, took := range map[string][]float64{"a late slot": late, "a correction": corrected} {
		results.add(figure{
			name: fmt.Sprintf("%s %d days back among 10,000 SLOs, %s", name, lateBack, database), this: inUnits(median(took)), peer: inUnits(median(idle)),
			said: fmt.Sprintf("%.2f", median(took)/median(idle)), note: "to the committed status; the peer is a run with nothing to do; " + spread(took),
		})
	}
	b.ReportMetric(median(late)*1e3, "ms/late")
	b.ReportMetric(median(corrected)*1e3, "ms/correction")
	b.ReportMetric(0, "ns/op")
}
