package slo_test

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// What is expected here follows from the decimals that are sent and the design's
// text alone, in rationals of math/big.

// heard is what the rationals know of an SLO: the last value sent for each slot
// of each reporter.
type heard struct {
	view       slo.View
	objective  *big.Rat
	resolution time.Duration
	slots      map[string]map[time.Time][2]int64 // reporter → start → thousandths of good and of all
}

// thousandths rounds a decimal to a thousandth, half up: once, at ingestion.
func thousandths(decimal float64) int64 {
	exact, _ := new(big.Rat).SetString(strconv.FormatFloat(decimal, 'f', -1, 64))
	scaled := exact.Mul(exact, big.NewRat(1000, 1))
	scaled.Add(scaled, big.NewRat(1, 2))
	return new(big.Int).Quo(scaled.Num(), scaled.Denom()).Int64()
}

// over sums the slots that lie in the window that ends at end.
func (e *heard) over(end time.Time, length time.Duration) (good, total *big.Rat) {
	var sum [2]int64
	for _, slots := range e.slots {
		for start, counted := range slots {
			if !start.Before(end.Add(-length)) && start.Before(end) {
				sum[0] += counted[0]
				sum[1] += counted[1]
			}
		}
	}
	return big.NewRat(sum[0], 1000), big.NewRat(sum[1], 1000)
}

func less(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
func over(a, b *big.Rat) *big.Rat { return new(big.Rat).Quo(a, b) }

// burn is the error ratio by the budget, nil without events.
func (e *heard) burn(end time.Time, length time.Duration) *big.Rat {
	good, total := e.over(end, length)
	if total.Sign() == 0 {
		return nil
	}
	one := big.NewRat(1, 1)
	return over(less(one, over(good, total)), less(one, e.objective))
}

// state is the design's text.
func (e *heard) state(end time.Time, period time.Duration, minEvents int64) budget.State {
	_, total := e.over(end, period)
	if total.Sign() == 0 || total.Cmp(big.NewRat(minEvents, 1)) < 0 {
		return budget.NoData
	}
	remaining := less(big.NewRat(1, 1), e.burn(end, period))
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
		factor := big.NewRat(p.percent*int64(period/time.Second), 100*int64(p.long/time.Second))
		long, short := e.burn(end, p.long), e.burn(end, p.short)
		if long != nil && short != nil && long.Cmp(factor) > 0 && short.Cmp(factor) > 0 {
			return budget.AtRisk
		}
	}
	// remaining · period ÷ burn ≤ period
	if day := e.burn(end, 24*time.Hour); day != nil && day.Sign() > 0 && over(remaining, day).Cmp(big.NewRat(1, 1)) <= 0 {
		return budget.AtRisk
	}
	return budget.OK
}

// report makes random slots of a reporter, and remembers them.
func (e *heard) report(r *rand.Rand, now time.Time, reporter string) slo.Report {
	report := slo.Report{Name: name(e.view.SLO.Slug), Reporter: reporter}
	if e.slots[reporter] == nil {
		e.slots[reporter] = map[time.Time][2]int64{}
	}
	const decimals = 10_000
	seen := map[time.Time]bool{}
	for i := range 5 + r.IntN(25) {
		reach := []time.Duration{10 * time.Minute, 2 * time.Hour, 3 * 24 * time.Hour, 40 * 24 * time.Hour}[r.IntN(4)]
		start := now.Truncate(e.resolution).Add(-time.Duration(1+r.Int64N(int64(reach/e.resolution))) * e.resolution)
		if i == 0 { // the newest slot, so that few are stale
			start = now.Truncate(e.resolution).Add(-e.resolution)
		}
		if seen[start] {
			continue
		}
		seen[start] = true
		// Of some, the total is large; of most, little is bad. Four digits after the
		// point are one more than is kept.
		total := float64(r.Int64N([]int64{5, 1000, 1_000_000}[r.IntN(3)]*decimals)) / decimals
		counted := total
		if r.IntN(3) == 0 {
			counted = float64(int64(total*decimals)-int64(float64(r.Int64N(int64(total*decimals)+1))*r.Float64()*0.2)) / decimals
		}
		kept := [2]int64{thousandths(counted), thousandths(total)}
		slot := slo.Slot{Start: start, Good: &counted, Total: total}
		if e.view.Indicator.Counting == slo.BadTotal {
			bad := float64(int64(total*decimals)-int64(counted*decimals)) / decimals
			slot.Good, slot.Bad = nil, &bad
			kept[0] = kept[1] - thousandths(bad)
		}
		if kept[0] < 0 || kept[0] > kept[1] {
			continue // rounded to more than the total, which is refused
		}
		e.slots[reporter][start] = kept
		report.Slots = append(report.Slots, slot)
	}
	return report
}

func TestAThousandRandomSeriesComeOutAsExactRationals(t *testing.T) {
	t.Parallel()
	const seed = 20261123
	r := rand.New(rand.NewPCG(seed, 1))
	h := newHouse(t)
	objectives := []string{"99.9%", "99%", "95%", "99.95%", "90.5%", "50%", "99.9999999%"}
	all := make([]*heard, 500)
	err := h.store.InTx(h.ada, func(ctx context.Context) error { // one transaction, for speed
		for i := range all {
			d := valid()
			d.Slug = fmt.Sprintf("slo-%03d", i)
			d.Objective = objectives[r.IntN(len(objectives))]
			d.WindowDays = []int{1, 7, 28, 30, 90}[r.IntN(5)]
			d.MinEvents = []int64{1, 1, 100}[r.IntN(3)]
			d.Counting = slo.Countings[r.IntN(2)]
			d.Resolution = []time.Duration{measure.Minute, measure.FiveMinutes}[r.IntN(2)]
			v, _, err := h.Declare(ctx, h.checkout.ID, d)
			if err != nil {
				return err
			}
			target, _ := new(big.Rat).SetString(strings.TrimSuffix(d.Objective, "%"))
			all[i] = &heard{view: v, objective: over(target, big.NewRat(100, 1)), resolution: d.Resolution, slots: map[string]map[time.Time][2]int64{}}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// Two reporters each are a thousand series; a third round corrects.
	for round, reporter := range []string{"eu", "us", "eu"} {
		var reports []slo.Report
		for _, e := range all {
			if report := e.report(r, h.clock.Now(), reporter); len(report.Slots) > 0 {
				reports = append(reports, report)
			}
		}
		receipt, err := h.PushMany(h.bot, reports)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if receipt.Series != len(reports) {
			t.Errorf("round %d: %d series of %d", round, receipt.Series, len(reports))
		}
		h.evaluate(t, all[0].view) // what is corrected was judged before
		if round == 1 {
			h.clock.Advance(7 * time.Minute)
		}
	}
	h.evaluate(t, all[0].view)

	bySlug := map[string]slo.View{}
	for request := (page.Request{Limit: page.MaxLimit}); ; {
		views := ok(h.Views(h.bob, slo.Filter{}, request))(t)
		for _, v := range views.Items {
			bySlug[v.SLO.Slug] = v
		}
		if request.After = views.Next; request.After == "" {
			break
		}
	}
	states, stale := map[budget.State]int{}, 0
	for _, e := range all {
		v := bySlug[e.view.SLO.Slug]
		checkAgainst(t, e, v)
		states[v.Status.State]++
		if v.Status.Stale {
			stale++
		}
	}
	if stale > len(all)/10 {
		t.Errorf("%d of %d are stale, and their states were not compared", stale, len(all))
	}
	for _, state := range []budget.State{budget.OK, budget.AtRisk, budget.Exhausted} {
		if states[state] == 0 {
			t.Errorf("none of the series is %s: the test proves nothing of it (%v)", state, states)
		}
	}
}

func checkAgainst(t *testing.T, e *heard, v slo.View) {
	t.Helper()
	end, period := v.Status.End, v.Length()
	same := func(what string, got *float64, want *big.Rat) {
		t.Helper()
		switch {
		case want == nil && got != nil:
			t.Errorf("%s: %s is %v, and unknown", v.SLO.Slug, what, *got)
		case want != nil && got == nil:
			t.Errorf("%s: %s is unknown, exactly %s", v.SLO.Slug, what, want)
		case want != nil:
			if exact, _ := want.Float64(); *got != exact {
				t.Errorf("%s: %s is %v, exactly %v", v.SLO.Slug, what, *got, exact)
			}
		}
	}
	f := v.Figures()
	one := big.NewRat(1, 1)
	for _, a := range []struct {
		name    string
		account budget.Account
		length  time.Duration
	}{{"window", f.Window, period}, {"policy", f.Policy, budget.PolicyWindow}} {
		good, total := e.over(end, a.length)
		checkSum(t, v.SLO.Slug+" "+a.name, a.account.Sum, good, total)
		var sli, allowed, bad, remaining, share *big.Rat
		if total.Sign() > 0 {
			sli, bad = over(good, total), less(total, good)
			allowed = new(big.Rat).Mul(total, less(one, e.objective))
			remaining = less(allowed, bad)
			share = over(less(sli, e.objective), less(one, e.objective))
		}
		same(a.name+" SLI", a.account.SLI, sli)
		same(a.name+" budget", a.account.Allowed, allowed)
		same(a.name+" consumed", a.account.Consumed, bad)
		same(a.name+" consumed ratio", a.account.ConsumedRatio, e.burn(end, a.length))
		same(a.name+" remaining", a.account.Remaining, remaining)
		same(a.name+" remaining ratio", a.account.RemainingRatio, share)
	}
	for _, b := range f.Burns {
		good, total := e.over(end, b.Lookback)
		checkSum(t, v.SLO.Slug+" "+budget.Short(b.Lookback), b.Sum, good, total)
		same("burn over "+budget.Short(b.Lookback), b.Rate, e.burn(end, b.Lookback))
	}
	if !v.Status.Stale {
		if want := e.state(end, period, v.Revision.MinEvents); v.Status.State != want {
			t.Errorf("%s is %s, exactly %s", v.SLO.Slug, v.Status.State, want)
		}
	}
}

func checkSum(t *testing.T, what string, got window.Sum, good, total *big.Rat) {
	t.Helper()
	if big.NewRat(got.Good, 1000).Cmp(good) != 0 || big.NewRat(got.Total, 1000).Cmp(total) != 0 {
		t.Errorf("%s: %d of %d thousandths, exactly %s of %s", what, got.Good, got.Total, good.FloatString(3), total.FloatString(3))
	}
}
