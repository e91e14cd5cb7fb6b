package measure_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// seen is a subject with what it is corrected by, as it was asked for.
type seen struct {
	lens  lens.Lens // without overlay
	spans []window.Span
}

// Slices and events, of two reporters, with missing ones by each rule, over rolling
// windows and those of calendars, under corrections that come and go, with what is late,
// folded and built anew: each window of each subject is what the slices one by one say,
// in rational numbers.
func TestEveryKindOfSubjectEqualsExactRationals(t *testing.T) {
	t.Parallel()
	const reporters, rounds = 2, 8
	subjects := 60
	if os.Getenv("EVENKEEL_TEST_EVERYTHING") != "" {
		subjects = 480
	}
	random := rand.New(rand.NewPCG(20261127, 5))
	b := newBundle(t, storetest.SQLite(t), subjects)
	of := make([]seen, subjects)
	for i := range b.book.subjects {
		of[i].lens = aLens(random, i)
		s := &b.book.subjects[i]
		s.Lens, s.Windows = of[i].lens, someWindows(t, of[i].lens, i)
	}
	books := ledger{}
	compared := 0
	for round := range rounds {
		for i, indicator := range b.indicators {
			for r := range reporters {
				if random.IntN(3) > 0 {
					reporter := fmt.Sprintf("r%d", r)
					b.push(t, b.batch(i, reporter, randomSlots(t, random, books, indicator, reporter, b.clock.Now(), round)...))
				}
			}
			of[i].correct(random, b.clock.Now())
			s := &b.book.subjects[i]
			s.Lens.Overlay = window.NewOverlay(s.Lens.Step(five), of[i].spans)
		}
		if round%3 == 1 {
			fold(t, b)
		}
		if round == 5 {
			b.evaluator = b.newEvaluator()
		}
		b.evaluate(t, map[string]int64{"unreadable": 0})
		for i, s := range b.book.subjects {
			compared += compareSeen(t, b, books, s, of[i])
		}
		readTogether(t, b)
		b.clock.Advance([]time.Duration{five, 7 * time.Hour, five, day, 3*day + five, five, 9 * day, 0}[round])
	}
	t.Logf("%d windows were compared", compared)
	if want := subjects * rounds * 8; compared != want {
		t.Errorf("%d windows were compared, want %d", compared, want)
	}
}

// readTogether has the four weeks of every subject read at once, whole and by slices of
// twelve slots: they are what the evaluator has, which is held against rational numbers.
func readTogether(t *testing.T, b *bundle) {
	t.Helper()
	var whole, parts []measure.Sought
	for _, s := range b.book.subjects {
		end := b.book.latest[s.ID].End
		of := measure.Sought{Reading: measure.Reading{Indicator: s.Indicator, Lens: s.Lens}, From: end.Add(-28 * day), To: end, Step: 28 * day}
		whole = append(whole, of)
		of.Step = time.Hour
		parts = append(parts, of)
	}
	sums, err := b.service.TotalsOf(t.Context(), whole)
	if err != nil {
		t.Fatal(err)
	}
	hours, err := b.service.TotalsOf(t.Context(), parts)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range b.book.subjects {
		want := b.book.latest[s.ID].Sums[6]
		var sum window.Sum
		for _, hour := range hours[i] {
			sum = sum.Plus(hour.Sum)
		}
		if sums[i][0].Sum != want || sum != want || len(hours[i]) != 28*24 {
			t.Fatalf("the four weeks of subject %s to %s are %+v together and %+v by %d hours, want %+v", s.ID, whole[i].To, sums[i][0].Sum, sum, len(hours[i]), want)
		}
	}
}

func aLens(random *rand.Rand, i int) lens.Lens {
	if i%3 == 0 {
		return lens.Lens{}
	}
	l := lens.Lens{
		Slices: lens.Slices{
			Length:  five * time.Duration([]int{1, 2, 3, 6, 12}[random.IntN(5)]),
			Missing: lens.Missings[random.IntN(len(lens.Missings))],
		},
		Late: []time.Duration{0, 10 * time.Minute, 7 * time.Hour}[random.IntN(3)],
	}
	if i%3 == 1 {
		l.Slices.TargetPPB = []int64{1, 900_000_000, 950_000_000, 1_000_000_000}[random.IntN(4)]
	}
	return l
}

// someWindows are rolling ones that the slices fill, and one of a calendar.
func someWindows(t *testing.T, l lens.Lens, i int) []window.Window {
	t.Helper()
	step := l.Step(five)
	lengths := []time.Duration{step, max(step, time.Hour), 6 * time.Hour, day, 3 * day, 7 * day, 28 * day}
	names := []string{"UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"}
	zone, err := calendar.ParseZone(names[i%len(names)])
	if err != nil {
		t.Fatal(err)
	}
	unit := calendar.Units[i%len(calendar.Units)]
	return append(window.Rolling(lengths...), window.Of(calendar.New(unit, time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), zone)))
}

// correct takes a correction away, or adds one.
func (s *seen) correct(random *rand.Rand, now time.Time) {
	switch {
	case len(s.spans) > 0 && random.IntN(3) == 0:
		s.spans = slices.Delete(slices.Clone(s.spans), 0, 1)
	case random.IntN(2) == 0:
		ages := []time.Duration{-time.Hour, 0, 3 * time.Hour, day, 3 * day, 20 * day, 28 * day}
		from := now.Add(-ages[random.IntN(len(ages))]).Add(-time.Duration(random.IntN(7200)) * time.Second)
		s.spans = append(slices.Clone(s.spans), window.Span{
			From: from, To: from.Add(time.Duration(1+random.IntN(40_000)) * time.Second),
			Effect: []window.Effect{window.Exclude, window.CountGood}[random.IntN(2)],
		})
	}
}

func compareSeen(t *testing.T, b *bundle, books ledger, s measure.Subject, of seen) int {
	t.Helper()
	e := b.book.latest[s.ID]
	step := s.Lens.Step(five)
	end := b.clock.Now().Truncate(step)
	if !e.End.Equal(end) {
		t.Fatalf("subject %s was evaluated to %s, want %s", s.ID, e.End, end)
	}
	unit := s.Lens.Slices.Unit()
	for k := range s.Windows {
		begin := beginOf(s.Windows[k], end, step)
		for what, got := range map[string][]window.Sum{"corrected": e.Sums, "raw": e.Raw} {
			spans := of.spans
			if what == "raw" {
				if spans = nil; e.Raw == nil {
					continue
				}
			}
			good, total := books.slices(s.Indicator, of.lens, spans, begin, end)
			if big.NewRat(got[k].Good, unit).Cmp(good) != 0 || big.NewRat(got[k].Total, unit).Cmp(total) != 0 {
				t.Fatalf("subject %s, %+v, %s window %d from %s to %s: %+v, want %s of %s; corrected %v",
					s.ID, of.lens, what, k, begin, end, got[k], good.FloatString(4), total.FloatString(4), spans)
			}
		}
	}
	return len(s.Windows)
}

// beginOf is when a window begins, from dates of the standard library.
func beginOf(w window.Window, end time.Time, step time.Duration) time.Time {
	if w.Rolls() {
		return end.Add(-w.Length)
	}
	zone := w.Calendar.Zone()
	last := end.Add(-1).In(zone)
	y, m, d := last.Date()
	switch w.Calendar.Unit() {
	case calendar.Week:
		d -= (int(last.Weekday()) + 6) % 7 // 1 January 2024 was a Monday
	case calendar.Month:
		d = 1
	case calendar.Quarter:
		m, d = (m-1)/3*3+1, 1
	case calendar.Year:
		m, d = time.January, 1
	}
	return time.Date(y, m, d, 0, 0, 0, 0, zone).UTC().Truncate(step)
}

// slices is what each slot, or slice, of [from, end) counts as, one by one.
func (l ledger) slices(indicator id.ID, by lens.Lens, spans []window.Span, from, end time.Time) (good, total *big.Rat) {
	good, total = new(big.Rat), new(big.Rat)
	step := by.Step(five)
	events := map[time.Time][2]*big.Rat{} // of each slice
	var first time.Time
	for _, slots := range l[indicator] {
		for start, s := range slots {
			if first.IsZero() || start.Before(first) {
				first = start
			}
			at := start.Truncate(step)
			if at.Before(from) || !at.Before(end) {
				continue
			}
			sum, known := events[at]
			if !known {
				sum = [2]*big.Rat{new(big.Rat), new(big.Rat)}
				events[at] = sum
			}
			sum[0].Add(sum[0], s[0])
			sum[1].Add(sum[1], s[1])
		}
	}
	if first.IsZero() {
		return good, total
	}
	first = first.Truncate(step)
	due := end.Add(-by.Late).Truncate(step)
	one := big.NewRat(1, 1)
	for at := from; at.Before(end); at = at.Add(step) {
		var effect window.Effect
		for _, s := range spans {
			if s.From.Before(at.Add(step)) && s.To.After(at) {
				effect = max(effect, s.Effect)
			}
		}
		sum, any := events[at]
		any = any && sum[1].Sign() > 0
		switch {
		case effect == window.Exclude:
		case !by.Judges():
			if any {
				total.Add(total, sum[1])
				if good.Add(good, sum[0]); effect == window.CountGood {
					good.Add(good, new(big.Rat).Sub(sum[1], sum[0]))
				}
			}
		case at.Before(first):
		case effect == window.CountGood:
			good.Add(good, one)
			total.Add(total, one)
		case any:
			total.Add(total, one)
			good.Add(good, judged(new(big.Rat).Quo(sum[0], sum[1]), by.Slices.TargetPPB))
		case at.Before(due) && by.Slices.Missing != lens.Ignored:
			if total.Add(total, one); by.Slices.Missing == lens.Good {
				good.Add(good, one)
			}
		}
	}
	return good, total
}

// judged is 1 or 0 by a target, or the share itself, to the nearest billionth.
func judged(share *big.Rat, target int64) *big.Rat {
	switch {
	case target == 0:
		billionths := new(big.Rat).Add(new(big.Rat).Mul(share, big.NewRat(1_000_000_000, 1)), big.NewRat(1, 2))
		return new(big.Rat).SetFrac(new(big.Int).Quo(billionths.Num(), billionths.Denom()), big.NewInt(1_000_000_000))
	case share.Cmp(big.NewRat(target, 1_000_000_000)) >= 0:
		return big.NewRat(1, 1)
	}
	return new(big.Rat)
}
