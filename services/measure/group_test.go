package measure_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
)

// grouped is a batch of a group of an indicator that has at most so many.
func (b *bundle) grouped(reporter, group string, most int, slots ...measure.Slot) measure.Batch {
	batch := b.batch(0, reporter, slots...)
	batch.Group, batch.MaxGroups = group, most
	return batch
}

// totals are the events of each group in the last 90 days, in whole ones.
func (b *bundle) totals(t *testing.T) map[string]int64 {
	t.Helper()
	got, err := b.service.Slots(t.Context(), b.indicators[0], "", noon.Add(-90*day), noon.Add(90*day))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	for _, r := range got {
		for _, s := range r.Slots {
			out[r.Group] += s.Total / measure.Event
		}
	}
	return out
}

func (b *bundle) expectTotals(t *testing.T, want map[string]int64) {
	t.Helper()
	if got := b.totals(t); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the groups have %v, want %v", got, want)
	}
}

func TestGroupsBeyondTheBoundAreSummedUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBundle(t, s, 1)
		push := []measure.Batch{
			b.grouped("", "tiny", 2, at(1, 1, 1)), b.grouped("", "small", 2, at(1, 2, 2), at(2, 20, 20)),
			b.grouped("", "big", 2, at(1, 300, 300)), b.grouped("", "", 2, at(1, 0, 40), at(2, 0, 400)),
		}
		b.push(t, push...)
		// Those with the most events are known: "none" with 440 and "big" with 300.
		want := map[string]int64{"big": 300, measure.None: 440, measure.Other: 23}
		b.expectTotals(t, want)
		slices.Reverse(push)
		if r := b.push(t, push...); r.Changed != 0 {
			t.Errorf("the same push again changed %d segments", r.Changed)
		}
		b.expectTotals(t, want)
		// A group once known stays known, however large another is; a slot of Other
		// is what did not fit of the last push.
		b.push(t, b.grouped("", "small", 2, at(1, 5000, 5000)), b.grouped("", "big", 2, at(1, 1, 1)))
		b.expectTotals(t, map[string]int64{"big": 1, measure.None: 440, measure.Other: 5020})
		// Another reporter has sums of its own.
		b.push(t, b.grouped("eu", "big", 2, at(1, 2, 2)), b.grouped("eu", "more", 2, at(1, 7, 7)))
		b.expectTotals(t, map[string]int64{"big": 3, measure.None: 440, measure.Other: 5027})
		// By a push of the slot in which nothing is too much, Other has nothing of it.
		b.push(t, b.grouped("", "big", 2, at(1, 6, 6)))
		b.expectTotals(t, map[string]int64{"big": 8, measure.None: 440, measure.Other: 27})
	})
}

func TestTheBoundOfGroupsHoldsWhenManyComeAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBundle(t, s, 1)
		const pushers, most = 12, 5
		var wait sync.WaitGroup
		for i := range pushers {
			wait.Go(func() {
				r := fmt.Sprintf("r%d", i)
				for k := range 2 {
					_, err := b.service.Push(t.Context(), []measure.Batch{
						b.grouped(r, fmt.Sprintf("a%d", i), most, at(k+1, 1, 1)), b.grouped(r, fmt.Sprintf("b%d", i), most, at(k+1, 1, 1)),
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		got, sum := b.totals(t), int64(0)
		for _, n := range got {
			sum += n
		}
		if len(got) != most+1 || got[measure.Other] == 0 || sum != pushers*2*2 {
			t.Errorf("there are %d groups with %d events: %v; want %d and Other, with %d", len(got), sum, got, most, pushers*2*2)
		}
	})
}

// 128 characters are enough for any name, and a name may be in any script.
func TestAGroupIsWhatPeopleCanRead(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	hostile := []string{
		`<script>alert(1)</script>`, `'; DROP TABLE series; --`, "שלום", "مرحبا بالعالم", "日本 東京", strings.Repeat("é", 128), "👩‍💻", "a/b?c=d&e", `"quoted"`, "%", "..",
	}
	var push []measure.Batch
	for _, g := range hostile {
		push = append(push, b.grouped("", g, 100, at(1, 1, 1)))
	}
	b.push(t, push...)
	got := b.totals(t)
	for _, g := range hostile {
		if got[g] != 1 {
			t.Errorf("%q has %d events", g, got[g])
		}
	}
	for _, g := range []string{strings.Repeat("é", 129), "a\x00b", "a\nb", "\u202eevil", "\u2066evil", "\xff", " ", "\u200b", "\u00a0"} {
		_, err := b.service.Push(t.Context(), []measure.Batch{b.grouped("", g, 100, at(1, 1, 1))})
		if e := fault.As(err); e == nil || len(e.Violations) != 1 || e.Violations[0].Pointer != "/batches/0/group" {
			t.Errorf("%q: %v", g, err)
		}
	}
	_, err := b.service.Push(t.Context(), []measure.Batch{b.grouped("", "eu", 0, at(1, 1, 1))})
	if e := fault.As(err); e == nil || !strings.Contains(e.Violations[0].Message, "has no groups") {
		t.Errorf("a group where there are none: %v", err)
	}
	if _, err := b.service.Slots(t.Context(), b.indicators[0], "nobody", noon.Add(-day), noon); !fault.Is(err, fault.NotFound) {
		t.Errorf("a group that was never reported: %v", err)
	}
}

// 64 reporters · (100 groups · 10⁷ events + 10⁸) · 129,600 slots · 1000 = 9.13·10¹⁸ < 2⁶³.
func TestASlotOfAGroupHoldsTenMillionEvents(t *testing.T) {
	t.Parallel()
	most := new(big.Int).Mul(big.NewInt(measure.MaxReporters), big.NewInt(90*24*60*1000))
	if most.Mul(most, big.NewInt(measure.MaxGroups*measure.MaxEventsPerGroupSlot+measure.MaxEventsPerOtherSlot)); !most.IsInt64() {
		t.Errorf("the sum of all groups may be %s", most)
	}
	b := newBundle(t, storetest.SQLite(t), 1)
	b.push(t, b.grouped("", "a", 1, at(1, 1, 10_000_000)))
	var tail []measure.Batch // summed up
	for i := range 11 {
		tail = append(tail, b.grouped("", fmt.Sprint("b", i), 1, at(1, 1, 10_000_000)))
	}
	for _, push := range [][]measure.Batch{{b.grouped("", "a", 1, at(1, 1, 10_000_001))}, tail} {
		_, err := b.service.Push(t.Context(), push)
		if e := fault.As(err); e == nil || len(e.Violations) != 1 || e.Violations[0].Pointer != "/batches/0/slots/0/total" || !strings.Contains(e.Violations[0].Message, "10000000") {
			t.Errorf("error is %v", err)
		}
	}
	b.push(t, tail[:10]...)
	b.expectTotals(t, map[string]int64{"a": 10_000_000, measure.Other: 100_000_000})
}

// The slow model adds up every slot that was pushed last, as big integers; groups
// that are not known are of Other there too.
func TestTheWholeIsTheSumOfItsGroups(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	b.book.subjects[0].Grouped = true
	random := rand.New(rand.NewPCG(7, 11))
	type place struct {
		reporter, group string
		slot            int
	}
	model := map[place][2]int64{}
	known := map[string]bool{}
	const most, reporters, names = 6, 3, 11
	pushed := 0
	for round := range 220 {
		reporter := fmt.Sprintf("r%d", random.IntN(reporters))
		slot := random.IntN(85 * 288)
		for _, name := range slices.Collect(keysOf(model)) { // a push says all of its slot
			if name.reporter == reporter && name.slot == slot && name.group == measure.Other {
				delete(model, name)
			}
		}
		sums, events := map[string][2]int64{}, map[string]int64{}
		var batches []measure.Batch
		for _, n := range random.Perm(names)[:1+random.IntN(names-1)] {
			group := fmt.Sprintf("g%02d", n)
			total := random.Int64N(9_000_000_000)
			good := random.Int64N(total + 1)
			batch := b.grouped(reporter, group, most, measure.Slot{Start: noon.Add(-time.Duration(slot+1) * five), Good: good / 100, Total: total / 100})
			batches = append(batches, batch)
			sums[group], events[group] = [2]int64{good / 100, total / 100}, total/100
			pushed++
		}
		b.push(t, batches...)
		fresh := slices.DeleteFunc(slices.Collect(keysOf(sums)), func(g string) bool { return known[g] })
		slices.SortFunc(fresh, func(x, y string) int {
			if events[x] != events[y] {
				return int(events[y] - events[x])
			}
			return strings.Compare(x, y)
		})
		for _, g := range fresh {
			if len(known) < most {
				known[g] = true
			}
		}
		for g, sum := range sums {
			if !known[g] {
				o := model[place{reporter, measure.Other, slot}]
				model[place{reporter, measure.Other, slot}] = [2]int64{o[0] + sum[0], o[1] + sum[1]}
				continue
			}
			model[place{reporter, g, slot}] = sum
		}
		if round%40 != 39 {
			continue
		}
		b.evaluate(t, map[string]int64{"evaluated": 1, "unreadable": 0})
		e := b.book.latest[b.book.subjects[0].ID]
		whole, groups := [2]*big.Int{new(big.Int), new(big.Int)}, map[string][2]*big.Int{}
		for p, sum := range model {
			if groups[p.group][0] == nil {
				groups[p.group] = [2]*big.Int{new(big.Int), new(big.Int)}
			}
			for i := range 2 {
				whole[i].Add(whole[i], big.NewInt(sum[i]))
				groups[p.group][i].Add(groups[p.group][i], big.NewInt(sum[i]))
			}
		}
		last := len(e.Sums) - 1
		if got := e.Sums[last]; got.Good != whole[0].Int64() || got.Total != whole[1].Int64() {
			t.Fatalf("round %d: the whole is %+v, want %s", round, got, whole)
		}
		if len(e.Groups) != len(groups) || len(groups) > most+1 {
			t.Fatalf("round %d: there are %d groups, want %d", round, len(e.Groups), len(groups))
		}
		for _, g := range e.Groups {
			if got, want := g.Sums[last], groups[g.Group]; got.Good != want[0].Int64() || got.Total != want[1].Int64() {
				t.Errorf("round %d: group %s is %+v, want %s", round, g.Group, got, want)
			}
		}
	}
	if pushed < 1000 {
		t.Errorf("only %d slots were pushed", pushed)
	}
}

func keysOf[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func TestAGroupWithoutSlotsInTheLongestWindowDisappears(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	b.book.subjects[0].Grouped = true
	b.push(t, b.grouped("", "old", 1, at(1, 3, 4)), b.grouped("", "over", 1, at(1, 1, 1)))
	groups := func() []string {
		b.evaluate(t, nil)
		var out []string
		for _, g := range b.book.latest[b.book.subjects[0].ID].Groups {
			out = append(out, g.Group)
		}
		return out
	}
	if got := groups(); !slices.Equal(got, []string{"old", measure.Other}) {
		t.Errorf("groups are %q", got)
	}
	b.clock.Advance(90*day - 2*five)
	if got := groups(); len(got) != 2 {
		t.Errorf("just before they leave: %q", got)
	}
	b.clock.Advance(3 * five)
	if got := groups(); len(got) != 0 {
		t.Errorf("with empty windows: %q", got)
	}
	// Its place is free once nothing of it is younger than MaxAge.
	b.clock.Advance(3 * day)
	now := b.clock.Now()
	b.push(t, b.grouped("", "new", 1, measure.Slot{Start: now.Add(-five), Good: 1000, Total: 1000}))
	if got := groups(); !slices.Equal(got, []string{"new"}) {
		t.Errorf("groups are %q", got)
	}
}

// Pods are named anew at each roll-out: 65 reporters over a year, three at a time.
func TestReportersComeAndGoForAYear(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	for i := range 65 {
		for k := range 3 {
			now := b.clock.Advance(45 * time.Hour)
			slot := measure.Slot{Start: now.Add(-five), Good: 1000, Total: 1000}
			b.push(t, b.batch(0, fmt.Sprintf("pod-%d", i), slot), b.batch(0, fmt.Sprintf("pod-%d", max(0, i-1+k%2)), slot))
			fold(t, b)
			if _, err := b.folder.PruneOnce(t.Context(), now.Add(-100*day)); err != nil {
				t.Fatal(err)
			}
			b.evaluate(t, map[string]int64{"evaluated": 1, "orphaned": 0, "unreadable": 0})
		}
	}
	// 65 · 3 · 45 h is a year; within 100 days there were 100 ÷ 5.6 = 17 to 19 pods.
	if n := len(seriesOf(t, b, 0)); n < 17 || n > 20 {
		t.Errorf("%d series are left", n)
	}
	b.evaluate(t, nil)
	counts, err := b.evaluator.RunOnce(t.Context())
	if err != nil || counts["series"] > 20 {
		t.Errorf("the evaluator remembers %v, error %v", counts, err)
	}
	again := b.newEvaluator()
	first := b.book.latest[b.book.subjects[0].ID].Sums
	if _, err := again.RunOnce(t.Context()); err != nil || !slices.Equal(first, b.book.latest[b.book.subjects[0].ID].Sums) {
		t.Errorf("a fresh evaluator finds other sums, error %v", err)
	}
}

// A reporter that was silent for longer than MaxAge is counted anew.
func TestAReporterThatComesBackIsCountedLikeANewOne(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBundle(t, s, 1)
		b.push(t, b.batch(0, "first", at(1, 1, 1)))
		now := b.clock.Advance(95 * day)
		slot := measure.Slot{Start: now.Add(-five), Good: 1000, Total: 1000}
		var push []measure.Batch
		for i := range measure.MaxReporters {
			push = append(push, b.batch(0, fmt.Sprintf("r%d", i), slot))
		}
		b.push(t, push...)
		_, err := b.service.Push(t.Context(), []measure.Batch{b.batch(0, "first", slot)})
		if e := fault.As(err); e == nil || len(e.Violations) != 1 || e.Violations[0].Pointer != "/batches/0/reporter" {
			t.Errorf("the 65th at present: %v", err)
		}
	})
}

func TestASeriesThatIsWrittenIntoIsNotPruned(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBundle(t, s, 1)
		var wait sync.WaitGroup
		for i := range 4 {
			wait.Go(func() {
				for k := range 8 {
					slot := measure.Slot{Start: noon.Add(-time.Duration(k+1) * five), Good: 1000, Total: 1000}
					if _, err := b.service.Push(t.Context(), []measure.Batch{b.batch(0, fmt.Sprintf("r%d", i), slot)}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Go(func() {
			for range 20 { // as if everything were old: what has segments stays
				if _, err := b.store.Measure().PruneSeries(t.Context(), noon.Add(day), 100); err != nil {
					t.Error(err)
				}
			}
		})
		wait.Wait()
		b.expectTotals(t, map[string]int64{"": 32})
	})
}

// The sums are by hand: what is added to Other adds up, too, and nothing empties it.
func TestWhatIsAddedToGroupsIsSummedUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBundle(t, s, 1)
		for _, batches := range [][]measure.Batch{
			{b.grouped("", "eu", 2, at(1, 1, 1)), b.grouped("", "us", 2, at(1, 2, 2))},
			{b.grouped("", "eu", 2, at(1, 10, 10)), b.grouped("", "ap", 2, at(1, 4, 4)), b.grouped("", "", 2, at(1, 8, 8))},
			{b.grouped("", "ap", 2, at(1, 40, 40)), b.grouped("", measure.Other, 2, at(1, 100, 100))},
			{b.grouped("", "eu", 2, at(1, 1000, 1000))},
		} {
			if _, err := b.service.Add(t.Context(), batches); err != nil {
				t.Fatal(err)
			}
		}
		b.expectTotals(t, map[string]int64{"eu": 1011, "us": 2, measure.Other: 152})
		_, err := b.service.Add(t.Context(), []measure.Batch{b.grouped("", "eu", 2, at(1, 0, measure.MaxEventsPerGroupSlot))})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("more than a slot of a group holds: %v", err)
		}
	})
}

func TestALabelThatCanBeNoNameIsOfTheOtherGroup(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"": measure.None, "/a": "/a", "ünï cödé": "ünï cödé", strings.Repeat("ü", 128): strings.Repeat("ü", 128), "none": "none", "… none": "… none",
		strings.Repeat("ü", 129): measure.Other, "a\nb": measure.Other, "a\u202eb": measure.Other, "\xff": measure.Other, " \u00a0": measure.Other, "\u200b": measure.Other,
		"…none": measure.Other, "…other": measure.Other, // our own names are no label's
	} {
		if got := measure.GroupOf(value); got != want {
			t.Errorf("%q is of the group %q, want %q", value, got, want)
		}
	}
}

// The slow model keeps, of each slot of each reporter, what was said last: all of it.
// Days are folded between.
func TestAReplacedSlotHasTheGroupsThatWereSaidLast(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBundle(t, s, 1)
		b.book.subjects[0].Grouped = true
		random := rand.New(rand.NewPCG(3, 5))
		type place struct {
			reporter string
			slot     int
		}
		model := map[place]int64{}
		var said []place
		for round := range 60 {
			where := place{fmt.Sprint("r", random.IntN(2)), random.IntN(4 * 288)}
			if len(model) > 20 && random.IntN(2) == 0 { // most slots are said again
				where = said[random.IntN(len(said))]
			}
			var batches []measure.Batch
			whole := int64(0)
			for _, n := range random.Perm(9)[:1+random.IntN(8)] {
				total := random.Int64N(1000)
				batches = append(batches, b.grouped(where.reporter, fmt.Sprint("g", n), 4, at(where.slot+1, total, total)))
				whole += total
			}
			for again := range 2 { // the second time nothing is new
				r, err := b.service.Replace(t.Context(), batches)
				if err != nil {
					t.Fatal(err)
				}
				if again == 1 && r.Changed != 0 {
					t.Fatalf("round %d: what was known changed %d segments", round, r.Changed)
				}
			}
			if _, known := model[where]; !known {
				said = append(said, where)
			}
			model[where] = whole
			if round%15 != 14 {
				continue
			}
			fold(t, b)
			want := int64(0)
			for _, n := range model {
				want += n
			}
			b.evaluate(t, map[string]int64{"unreadable": 0})
			b.expect(t, 0, want, want)
			groups := int64(0)
			for _, g := range b.book.latest[b.book.subjects[0].ID].Groups {
				groups += g.Sums[len(g.Sums)-1].Total
			}
			if groups != want*1000 {
				t.Errorf("round %d: the groups have %d, want %d", round, groups, want*1000)
			}
		}
	})
}
