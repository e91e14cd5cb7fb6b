package collect_test

import (
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// Groups are added up, as the whole of an SLO is their sum; what could not be stored is missing,
// and so is a slot in which the groups together have more events than one holds.
func TestWhatIsSoundOfAnAnswerIsTheSumOfItsGroups(t *testing.T) {
	t.Parallel()
	slot := func(group string, at time.Time, good, total int64) origin.GroupSlot {
		return origin.GroupSlot{Group: group, Slot: measure.Slot{Start: at, Good: good, Total: total}}
	}
	a, b, c, d := minute(-5), minute(-4), minute(-3), minute(-2)
	const most = measure.MaxEventsPerOtherSlot * measure.Event
	answer := origin.Answer{Slots: []origin.GroupSlot{
		slot("eu", a, 5000, 6000), slot("eu", b, 1000, 1000), slot("us", a, 1000, 3000), slot("us", b, 2000, 1000), // more good than all
	}}
	for _, group := range []string{"f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"} { // each as many as a group holds
		answer.Slots = append(answer.Slots, slot(group, d, 0, measure.MostEvents(true, group)*measure.Event))
	}
	answer.Slots = append(answer.Slots, slot(origin.Other, d, 0, most))
	slots, missing := collect.Sound(origin.Ask{Origin: origin.Origin{GroupBy: "region", MaxGroups: 20}, Resolution: time.Minute, From: a, To: minute(-1)}, answer)
	// 11 groups of ten million and a hundred million of others are 210 million, fewer than a slot's billion.
	if want := []measure.Slot{{Start: a, Good: 6000, Total: 9000}, {Start: d, Total: 210_000_000 * measure.Event}}; !slices.Equal(slots, want) {
		t.Errorf("sound are %v, want %v", slots, want)
	}
	var reasons []origin.Reason
	for _, m := range missing {
		reasons = append(reasons, m.Reason)
	}
	if len(missing) != 2 || !missing[0].Start.Equal(b) || !missing[1].Start.Equal(c) || !slices.Equal(reasons, []origin.Reason{origin.GoodAbove, origin.NoSample}) {
		t.Errorf("missing are %+v", missing)
	}
}
