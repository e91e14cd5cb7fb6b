package measure_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
)

// A thousand series with fractional events, pushed in any order, split, repeated,
// corrected and late over two weeks, folded and evaluated in between: every
// window of every subject equals the sum of rational numbers, slot by slot.
func TestAThousandRandomSeriesEqualExactRationalSums(t *testing.T) {
	t.Parallel()
	const subjects, reporters, rounds = 500, 2, 8
	random := rand.New(rand.NewPCG(20260302, 7))
	b := newBundle(t, storetest.SQLite(t), subjects)
	for i := range b.book.subjects {
		b.book.subjects[i].Windows = windows(day * time.Duration([]int{1, 7, 28, 30, 90}[i%5]))
	}
	books := ledger{}
	for round := range rounds {
		var batches []measure.Batch
		for i, indicator := range b.indicators {
			for r := range reporters {
				reporter := fmt.Sprintf("r%d", r)
				batches = append(batches, b.batch(i, reporter, randomSlots(t, random, books, indicator, reporter, b.clock.Now(), round)...))
			}
		}
		random.Shuffle(len(batches), func(i, j int) { batches[i], batches[j] = batches[j], batches[i] })
		for len(batches) > 0 {
			n := min(len(batches), 1+random.IntN(measure.MaxSeriesPerPush))
			b.push(t, batches[:n]...)
			if random.IntN(4) == 0 {
				b.push(t, batches[:n]...) // a retry whose answer was lost
			}
			if random.IntN(4) == 0 {
				b.evaluate(t, nil)
			}
			batches = batches[n:]
		}
		if round%3 == 1 {
			fold(t, b)
		}
		if round == 5 {
			b.evaluator = b.newEvaluator()
		}
		b.evaluate(t, map[string]int64{"unreadable": 0})
		compare(t, b, books)
		b.clock.Advance([]time.Duration{five, 7 * time.Hour, five, day, 3*day + five, five, 9 * day, 0}[round])
	}
	if n := b.changes(t); n != 0 {
		t.Errorf("%d changes are left", n)
	}
}

// randomSlots draws runs of slots, old, new and corrected, and enters them.
func randomSlots(t *testing.T, random *rand.Rand, books ledger, indicator id.ID, reporter string, now time.Time, round int) []measure.Slot {
	t.Helper()
	newest := now.Truncate(five)
	ages := []time.Duration{0, 0, 0, time.Hour, 5 * time.Hour, day, 3 * day, 20 * day, 27 * day, 29 * day, 89 * day}
	age := ages[random.IntN(len(ages))]
	if round == 0 && random.IntN(2) == 0 {
		age = 28 * day
	}
	start := newest.Add(-age - time.Duration(random.IntN(8))*five)
	var slots []measure.Slot
	for range 1 + random.IntN(6) {
		if start.After(newest) {
			break
		}
		// Up to four digits after the point: some fall between thousandths.
		total := random.Int64N([]int64{1, 100, 1_000_000, 1_000_000_000_000}[random.IntN(4)])
		good := total - random.Int64N(total/10+1)
		texts := [2]string{decimal(good), decimal(total)}
		slot := measure.Slot{Start: start}
		for k, into := range []*int64{&slot.Good, &slot.Total} {
			events, err := strconv.ParseFloat(texts[k], 64)
			if err == nil {
				*into, err = measure.Thousandths(events)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		books.enter(indicator, reporter, start, texts[0], texts[1])
		slots = append(slots, slot)
		start = start.Add(five * time.Duration(1+random.IntN(3)))
	}
	return slots
}

// decimal writes a number of ten-thousandths.
func decimal(v int64) string { return fmt.Sprintf("%d.%04d", v/10_000, v%10_000) }

func compare(t *testing.T, b *bundle, books ledger) {
	t.Helper()
	end := b.clock.Now().Truncate(five)
	unit := big.NewRat(1, measure.Event)
	for _, s := range b.book.subjects {
		e := b.book.latest[s.ID]
		if !e.End.Equal(end) {
			t.Fatalf("subject %s was evaluated to %s, want %s", s.ID, e.End, end)
		}
		for k, w := range s.Windows {
			good, total := books.sum(s.Indicator, end.Add(-w.Length), end)
			gotGood, gotTotal := new(big.Rat).SetInt64(e.Sums[k].Good), new(big.Rat).SetInt64(e.Sums[k].Total)
			if gotGood.Mul(gotGood, unit).Cmp(good) != 0 || gotTotal.Mul(gotTotal, unit).Cmp(total) != 0 {
				t.Fatalf("subject %s, window %s: %s of %s events, want %s of %s",
					s.ID, w.Length, gotGood.FloatString(3), gotTotal.FloatString(3), good.FloatString(3), total.FloatString(3))
			}
		}
	}
}
