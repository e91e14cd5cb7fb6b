package measure_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Slices of one to four indicators that are judged as one, each with a target, a rule for
// missing ones, a delay and corrections of its own, of two reporters, in any order, late,
// folded and built anew: each window, and each reading of it, is what the slices one by one
// say.
func TestSlicesThatAreJudgedTogetherAreEachWhatTheirPartsSay(t *testing.T) {
	t.Parallel()
	const reporters, rounds, indicators = 2, 8, 12
	subjects := 16
	if os.Getenv("EVENKEEL_TEST_EVERYTHING") != "" {
		subjects = 240
	}
	random := rand.New(rand.NewPCG(20261127, 21))
	b := newBundle(t, storetest.SQLite(t), indicators)
	corrections := map[id.ID]*seen{}
	for _, indicator := range b.indicators {
		corrections[indicator] = &seen{}
	}
	b.book.subjects = nil
	for i := range subjects {
		s := measure.Subject{ID: id.ID(fmt.Sprintf("together-%05d", i)), Revision: "r1"}
		length := five * time.Duration([]int{1, 2, 3, 6, 12}[random.IntN(5)])
		for _, k := range random.Perm(indicators)[:1+random.IntN(4)] {
			s.Parts = append(s.Parts, measure.Part{Indicator: b.indicators[k], Resolution: five, Together: lens.Together{
				Lens: lens.Lens{
					Slices: lens.Slices{Length: length, Missing: lens.Missings[random.IntN(3)], TargetPPB: []int64{1, 900_000_000, 950_000_000, 1_000_000_000}[random.IntN(4)]},
					Late:   []time.Duration{0, 10 * time.Minute, 7 * time.Hour}[random.IntN(3)],
				},
				Unsure: random.IntN(4) == 0,
			}})
		}
		s.Windows = someWindows(t, s.Parts[0].Lens, i)
		b.book.subjects = append(b.book.subjects, s)
	}
	books := ledger{}
	compared := map[verdict]int{}
	for round := range rounds {
		for i, indicator := range b.indicators {
			for r := range reporters {
				if i < 10 && random.IntN(3) > 0 { // two never are measured
					reporter := fmt.Sprintf("r%d", r)
					b.push(t, b.batch(i, reporter, randomSlots(t, random, books, indicator, reporter, b.clock.Now(), round)...))
				}
			}
			corrections[indicator].correct(random, b.clock.Now())
		}
		for i := range b.book.subjects {
			parts := make([]measure.Part, len(b.book.subjects[i].Parts))
			for k, p := range b.book.subjects[i].Parts {
				p.Lens.Overlay = window.NewOverlay(p.Lens.Slices.Length, corrections[p.Indicator].spans)
				parts[k] = p
			}
			b.book.subjects[i].Parts = parts
		}
		if round%3 == 1 {
			fold(t, b)
		}
		if round == 5 {
			b.evaluator = b.newEvaluator()
		}
		b.evaluate(t, map[string]int64{"unreadable": 0})
		for _, s := range b.book.subjects {
			compareTogether(t, b, books, s, corrections, compared)
		}
		b.clock.Advance([]time.Duration{five, 7 * time.Hour, five, day, 3*day + five, five, 9 * day, 0}[round])
	}
	t.Logf("slices that were compared, by what they came to: %v", compared)
	for _, v := range []verdict{nothing, isGood, isBad, waits} {
		if compared[v] == 0 {
			t.Errorf("no slice came to %q: the test proves nothing of it", v)
		}
	}
}

type verdict string

const (
	nothing verdict = "nothing"
	isGood  verdict = "good"
	isBad   verdict = "bad"
	waits   verdict = "waiting"
)

// says is what the slices of one part say, from the slots one by one; raw is without
// corrections.
func (l ledger) says(p measure.Part, spans []window.Span, first, begin, end time.Time) map[time.Time]verdict {
	length := p.Lens.Slices.Length
	out := map[time.Time]verdict{}
	due := end.Add(-p.Lens.Late).Truncate(length)
	for at := begin; at.Before(end); at = at.Add(length) {
		var effect window.Effect
		for _, s := range spans {
			if s.From.Before(at.Add(length)) && s.To.After(at) {
				effect = max(effect, s.Effect)
			}
		}
		good, total := l.sum(p.Indicator, at, at.Add(length))
		switch {
		case effect == window.Exclude:
		case total.Sign() == 0 && (first.IsZero() || at.Before(first.Truncate(length))):
		case effect == window.CountGood:
			out[at] = isGood
		case total.Sign() > 0:
			out[at] = isBad
			if judged(good.Quo(good, total), p.Lens.Slices.TargetPPB).Sign() > 0 {
				out[at] = isGood
			}
		case p.Unsure:
			out[at] = waits
		case p.Lens.Slices.Missing == lens.Good:
			out[at] = isGood
		case p.Lens.Slices.Missing == lens.Bad && at.Before(due):
			out[at] = isBad
		case p.Lens.Slices.Missing == lens.Bad:
			out[at] = waits
		}
	}
	return out
}

func (l ledger) first(indicators ...measure.Part) time.Time {
	var first time.Time
	for _, p := range indicators {
		for _, slots := range l[p.Indicator] {
			for start := range slots {
				if first.IsZero() || start.Before(first) {
					first = start
				}
			}
		}
	}
	return first
}

func compareTogether(t *testing.T, b *bundle, books ledger, s measure.Subject, corrections map[id.ID]*seen, compared map[verdict]int) {
	t.Helper()
	e := b.book.latest[s.ID]
	length := s.Parts[0].Lens.Slices.Length
	end := b.clock.Now().Truncate(length)
	if !e.End.Equal(end) {
		t.Fatalf("subject %s was evaluated to %s, want %s", s.ID, e.End, end)
	}
	longest := end
	for k := range s.Windows {
		if begin := beginOf(s.Windows[k], end, length); begin.Before(longest) {
			longest = begin
		}
	}
	first := books.first(s.Parts...)
	for what, got := range map[string][]window.Sum{"corrected": e.Sums, "raw": e.Raw} {
		if got == nil {
			continue
		}
		came := map[time.Time]verdict{}
		for _, p := range s.Parts {
			spans := corrections[p.Indicator].spans
			if what == "raw" {
				spans = nil
			}
			rank := map[verdict]int{"": 0, isGood: 1, waits: 2, isBad: 3}
			for at, v := range books.says(p, spans, first, longest, end) {
				if rank[v] > rank[came[at]] {
					came[at] = v
				}
			}
		}
		for k := range s.Windows {
			begin := beginOf(s.Windows[k], end, length)
			var want window.Sum
			for at := begin; at.Before(end); at = at.Add(length) {
				switch came[at] {
				case isGood:
					want = want.Plus(window.Sum{Good: 1000, Total: 1000})
				case isBad:
					want = want.Plus(window.Sum{Total: 1000})
				}
				v := came[at]
				if v == "" {
					v = nothing
				}
				compared[v]++
			}
			if got[k] != want {
				t.Fatalf("subject %s, %s window %d from %s to %s: %+v, want %+v; %+v", s.ID, what, k, begin, end, got[k], want, s.Parts)
			}
			if what == "raw" {
				continue
			}
			if !s.Windows[k].Rolls() {
				continue
			}
			read, err := b.service.TotalsTogether(t.Context(), s.Parts, begin, end, end.Sub(begin))
			if err != nil {
				t.Fatal(err)
			}
			if len(read) != 1 || read[0].Sum != want {
				t.Fatalf("subject %s: reading window %d gives %+v, want %+v", s.ID, k, read, want)
			}
		}
	}
}

// A slice that waits for an indicator is bad once it is due, although nothing was measured
// since: time alone changes it.
func TestASilentPartTurnsBadWithTime(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 2)
	part := func(i int, missing lens.Missing) measure.Part {
		return measure.Part{Indicator: b.indicators[i], Resolution: five, Together: lens.Together{
			Lens: lens.Lens{Slices: lens.Slices{Length: five, TargetPPB: 900_000_000, Missing: missing}, Late: 2 * five},
		}}
	}
	b.book.subjects = []measure.Subject{{ID: "one", Revision: "r1", Windows: windows(28 * day), Parts: []measure.Part{part(0, lens.Ignored), part(1, lens.Bad)}}}
	b.push(t, b.batch(0, "", at(2, 10, 10), at(1, 10, 10)), b.batch(1, "", at(2, 10, 10)))
	for _, want := range []struct{ good, total int64 }{
		{1, 1}, // the newer slice waits
		{1, 1}, // and still does
		{1, 2}, // now it is due
		{1, 3}, // as is the next, in which neither was measured
	} {
		b.evaluate(t, nil)
		b.expect(t, 0, want.good, want.total)
		b.clock.Advance(five)
	}
}
