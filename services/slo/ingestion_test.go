package slo_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// The same slots and corrections, once in their order and all at once, and once in any order,
// in pieces some of which are sent again, with corrections before, between and after them,
// backwards and with one that is taken back: every figure is the same, and the hours add up
// to the whole.
func TestOrderSplittingAndRepetitionChangeNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	corrections := h.corrected(t)
	for seed := range uint64(12) {
		random := rand.New(rand.NewPCG(seed, 20261127))
		var slots []slo.Slot
		for minute := range 4 * 24 * 60 {
			if random.IntN(60) == 0 {
				total := float64(random.IntN(1000))
				slots = append(slots, h.at(time.Duration(minute+1)*time.Minute, total-float64(random.IntN(int(total)/10+1)), total))
			}
		}
		var said []correction.Declaration
		for range 1 + random.IntN(4) {
			from := h.clock.Now().Add(-time.Duration(random.IntN(4*24*3600)) * time.Second)
			to := from.Add(time.Duration(1+random.IntN(20_000)) * time.Second)
			said = append(said, correction.Declaration{
				Effect: correction.Effects[random.IntN(2)], Kind: correction.Maintenance, Reason: "the disks", From: &from, To: &to,
			})
		}
		budgeting := []slo.BudgetingInput{{}, {Method: slo.Timeslices, SliceTarget: "95%"}, {Method: slo.RatioTimeslices, SliceLength: 5 * time.Minute}}[seed%3]
		declare := func(slug string) slo.View {
			return h.declared(t, func(d *slo.Declaration) { d.Slug, d.Budgeting = slug, budgeting })
		}
		one, other := declare(fmt.Sprintf("one-%d", seed)), declare(fmt.Sprintf("other-%d", seed))
		correct := func(v slo.View, d correction.Declaration) correction.Correction {
			return ok(corrections.Declare(h.ada, v.SLO.ID, d))(t)
		}

		h.push(t, one.SLO.Slug, slots...)
		for _, d := range said {
			correct(one, d)
		}

		mistaken := correct(other, said[random.IntN(len(said))])
		slices.Reverse(said)
		random.Shuffle(len(slots), func(i, j int) { slots[i], slots[j] = slots[j], slots[i] })
		for rest := slots; len(rest) > 0 || len(said) > 0; {
			if n := min(len(rest), 1+random.IntN(20)); n > 0 {
				h.push(t, other.SLO.Slug, rest[:n]...)
				if random.IntN(3) == 0 {
					h.push(t, other.SLO.Slug, rest[:n]...)
				}
				rest = rest[n:]
			}
			if len(said) > 0 && random.IntN(2) == 0 {
				correct(other, said[0])
				said = said[1:]
			}
			if random.IntN(4) == 0 {
				h.evaluate(t, other)
			}
		}
		ok(corrections.Remove(h.ada, mistaken.ID, "it was said already"))(t)

		one, other = h.evaluate(t, one), h.evaluate(t, other)
		a, b := one.Status, other.Status
		if a.Sums.Window.Total == 0 || a.Sums != b.Sums || a.State != b.State || a.Latest != b.Latest || (a.Raw == nil) != (b.Raw == nil) || a.Raw != nil && *a.Raw != *b.Raw {
			t.Errorf("seed %d: in order %+v, otherwise %+v", seed, a, b)
		}
		for _, e := range ok(h.Errors(h.bob, other.SLO.ID))(t)[:1] {
			if e.Whole.Sum != b.Sums.Policy || e.Unclassified.Sum != e.Whole.Sum {
				t.Errorf("seed %d: the errors are of %+v, the window is %+v", seed, e.Whole.Sum, b.Sums.Policy)
			}
		}
		end := b.End.Truncate(time.Hour)
		last := func(step time.Duration) window.Sum {
			points := ok(h.History(h.bob, other.SLO.ID, "", end.Add(-24*time.Hour), end, step))(t).Points
			return points[len(points)-1].Sum
		}
		if hours, days := last(time.Hour), last(24*time.Hour); hours != days {
			t.Errorf("seed %d: by hours the window is %+v, by days %+v", seed, hours, days)
		}
	}
}
