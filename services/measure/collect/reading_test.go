package collect_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// grouped answers with the whole and two groups for every slot.
type grouped struct{ reader }

func (grouped) Read(_ context.Context, _ source.Source, asks []origin.Ask) []origin.Answer {
	out := make([]origin.Answer, len(asks))
	for i, ask := range asks {
		for at := ask.From; at.Before(ask.To); at = at.Add(ask.Resolution) {
			for group, total := range map[string]int64{"": 3000, "eu": 2000, "asia": 1000} {
				out[i].Slots = append(out[i].Slots, origin.GroupSlot{Group: group, Slot: measure.Slot{Start: at, Good: total, Total: total}})
			}
		}
	}
	return out
}

// push reports a slot of the SLO in somebody's name.
func (h *house) push(v slo.View, reporter string) {
	h.t.Helper()
	_, err := h.measure.Push(h.t.Context(), []measure.Batch{{
		Indicator: v.Indicator.ID, Resolution: time.Minute, Reporter: reporter, Slots: []measure.Slot{{Start: minute(-60), Good: 1000, Total: 1000}},
	}})
	if err != nil {
		h.t.Fatal(err)
	}
}

// chaotic answers with everything that a reader must not.
type chaotic struct {
	reader
	answer func(ask origin.Ask) origin.Answer
}

func (c chaotic) Read(_ context.Context, _ source.Source, asks []origin.Ask) []origin.Answer {
	return []origin.Answer{c.answer(asks[0])} // of others there is none
}

func TestAnAnswerIsSiftedBeforeItIsStored(t *testing.T) {
	t.Parallel()
	slot := func(at time.Time, good, total int64) origin.GroupSlot {
		return origin.GroupSlot{Slot: measure.Slot{Start: at, Good: good, Total: total}}
	}
	// Collection asks for 11:56, 11:57 and 11:58.
	a, b, c := minute(-4), minute(-3), minute(-2)
	for _, test := range []struct {
		name   string
		answer origin.Answer
		slots  int
		reason origin.Reason // of 11:58
	}{
		{"all is well", origin.Answer{Slots: []origin.GroupSlot{slot(c, 1, 1), slot(a, 1, 1), slot(b, 0, 0)}}, 3, ""},
		{"the same twice", origin.Answer{Slots: []origin.GroupSlot{slot(a, 1, 1), slot(b, 1, 1), slot(c, 1, 1), slot(c, 1, 1)}}, 3, ""},
		{"twice, and another", origin.Answer{Slots: []origin.GroupSlot{slot(a, 1, 1), slot(b, 1, 1), slot(c, 1, 1), slot(c, 1, 2)}}, 2, origin.Ambiguous},
		{"negative", origin.Answer{Slots: []origin.GroupSlot{slot(a, 1, 1), slot(b, 1, 1), slot(c, -1, 1)}}, 2, origin.Negative},
		{"more good than all", origin.Answer{Slots: []origin.GroupSlot{slot(a, 1, 1), slot(b, 1, 1), slot(c, 2, 1)}}, 2, origin.GoodAbove},
		{"more than a slot holds", origin.Answer{Slots: []origin.GroupSlot{slot(a, 1, 1), slot(b, 1, 1), slot(c, 1, 1e12+1)}}, 2, origin.TooMany},
		{"there and missing", origin.Answer{
			Slots:   []origin.GroupSlot{slot(a, 1, 1), slot(b, 1, 1), slot(c, 1, 1)},
			Missing: []origin.Missing{{Start: c, Reason: origin.NotNumber}},
		}, 2, origin.NotNumber},
		{"nothing", origin.Answer{}, 0, origin.NoSample},
		{"what was not asked for", origin.Answer{Slots: []origin.GroupSlot{
			slot(a, 1, 1), slot(b, 1, 1), slot(c, 1, 1), slot(minute(-5), 1, 1), slot(minute(-1), 1, 1), slot(a.Add(time.Second), 1, 1), slot(a.Add(-24*time.Hour), 1, 1),
		}, Missing: []origin.Missing{{Start: minute(90), Reason: origin.Partial}}}, 3, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			v := h.declare("payments", "availability", h.source(newProgram(t, "prom")))
			h.parts.Readers[source.Adapter] = chaotic{answer: func(origin.Ask) origin.Answer { return test.answer }}
			h.collect()
			if got := h.stored(v, minute(-5000), minute(60)); len(got) != test.slots {
				t.Errorf("stored %v", got)
			}
			if s := h.standing(v); s.Collection.Last.Reason != test.reason || s.Collection.Failing != "" || !s.Until.Equal(minute(-1)) {
				t.Errorf("collection %+v", s.Collection)
			}
		})
	}
}

func TestAReaderThatGivesTooFewAnswersIsAnInternalFailure(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	from := h.source(newProgram(t, "prom"))
	h.declare("payments", "first", from, together)
	v := h.declare("payments", "second", from, together)
	h.parts.Readers[source.Adapter] = chaotic{answer: func(origin.Ask) origin.Answer { return origin.Answer{} }}
	h.collect()
	if s := h.standing(v); s.Collection.Failing != "internal" {
		t.Errorf("collection %+v", s.Collection)
	}
}

// The slot of 11:58 is read four times, each time with another answer. The last one
// that tells of the slot is what holds, in all groups; what was not known is not told.
func TestAGroupThatIsGoneWhenItsSlotIsReadAgainHasNoEventsThere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouseOn(t, s)
		v := h.declare("payments", "availability", h.source(newProgram(t, "prom")), func(d *slo.Declaration) { d.Origin.GroupBy, d.Origin.MaxGroups = "region", 2 })
		slot, before := minute(-2), minute(-3)
		var said origin.Answer
		h.parts.Readers[source.Adapter] = chaotic{answer: func(ask origin.Ask) origin.Answer {
			out := said
			for at := ask.From; at.Before(ask.To); at = at.Add(ask.Resolution) {
				if !at.Equal(slot) {
					out.Slots = append(out.Slots, origin.GroupSlot{Group: "us", Slot: measure.Slot{Start: at, Good: 1000, Total: 1000}})
				}
			}
			return out
		}}
		of := func(group string, good, total int64) origin.GroupSlot {
			return origin.GroupSlot{Group: group, Slot: measure.Slot{Start: slot, Good: good * 1000, Total: total * 1000}}
		}
		for i, reading := range []struct {
			answer origin.Answer
			want   map[string]int64 // events in the slot
		}{
			{origin.Answer{Slots: []origin.GroupSlot{of("eu", 30, 30), of("us", 20, 20), of("asia", 7, 10), of("mars", 1, 1)}}, map[string]int64{"eu": 30, "us": 20, measure.Other: 11}},
			{origin.Answer{Missing: []origin.Missing{{Start: slot, Reason: origin.Partial}}}, map[string]int64{"eu": 30, "us": 20, measure.Other: 11}},
			{origin.Answer{}, map[string]int64{"eu": 30, "us": 20, measure.Other: 11}},
			{origin.Answer{Slots: []origin.GroupSlot{of("us", 25, 25)}}, map[string]int64{"eu": 0, "us": 25, measure.Other: 0}},
		} {
			said = reading.answer
			h.collect()
			h.clock.Advance(time.Minute)
			got := map[string]int64{}
			for _, r := range ok(h.measure.Slots(t.Context(), v.Indicator.ID, "", slot, slot.Add(time.Minute)))(t) {
				for _, s := range r.Slots {
					got[r.Group] = s.Total / 1000
				}
			}
			if !maps.Equal(got, reading.want) {
				t.Errorf("after reading %d the groups have %v, want %v", i, got, reading.want)
			}
		}
		if got := h.stored(v, before, slot)[before]; got.Total != 1000 {
			t.Errorf("the slot before has %+v", got)
		}
		// 25 of 11:58, and one each of 11:56, 11:57, 11:59, 12:00 and 12:01.
		if v = h.evaluate(v); v.Status.Sums.Window.Total != 30_000 {
			t.Errorf("the whole has %d events", v.Status.Sums.Window.Total/1000)
		}
	})
}

// Of 12 tenants in the tail each has as many calls as a group may have, ten million:
// in all 120 million, which are more than the other group holds. It is one slot that
// has no data then, as when one tenant had more; a tail of 60 million has.
func TestATailOfGroupsThatIsTooMuchMakesNoSlotMissingButItsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare("payments", "availability", h.source(newProgram(t, "prom")), func(d *slo.Declaration) { d.Origin.GroupBy, d.Origin.MaxGroups = "tenant", 1 })
	full, past, most := minute(-3), minute(-100), int64(10_000_000_000)
	h.parts.Readers[source.Adapter] = chaotic{answer: func(ask origin.Ask) (out origin.Answer) {
		for at := ask.From; at.Before(ask.To); at = at.Add(ask.Resolution) {
			tail := 6
			if at.Equal(full) || at.Equal(past) {
				tail = 12
			}
			for i := range tail + 1 {
				out.Slots = append(out.Slots, origin.GroupSlot{Group: fmt.Sprintf("tenant-%02d", i), Slot: measure.Slot{Start: at, Good: most, Total: most}})
			}
		}
		return out
	}}
	h.collect()
	got := h.stored(v, minute(-10), minute(0))
	if len(got) != 2 || got[minute(-4)].Total != 7*most || got[minute(-2)].Total != 7*most {
		t.Errorf("stored %v", got)
	}
	s := h.standing(v)
	if s.Collection.Failing != "" || !s.Collection.Last.Start.Equal(full) || s.Collection.Last.Reason != origin.TooMany || !strings.Contains(s.Collection.Last.Detail, "120000000 events in the groups beyond the 1") {
		t.Errorf("collection %+v", s.Collection)
	}
	h.fill()
	for _, b := range h.backfills(collect.Filter{}) {
		if b.Failing != "" || b.Missing[origin.TooMany] != 1 || b.Found < 200 {
			t.Errorf("backfill %+v", b)
		}
	}
	if got := h.stored(v, past, past.Add(2*time.Minute)); len(got) != 1 {
		t.Errorf("of the past %v", got)
	}
}
