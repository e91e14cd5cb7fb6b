package policy

import (
	"fmt"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// The numbers are counted by hand. Of one clause by one attachment: an hour each, the first of each
// service at noon, the next a day later, and so on.
func TestWhatIsDoubtedIsCountedOnceAndByWhoDoubtsIt(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	violations := func(service id.ID, n int, change func(i int, a *Aftermath)) []Aftermath {
		out := make([]Aftermath, n)
		for i := range out {
			ended := noon.AddDate(0, 0, i).Add(time.Hour)
			out[i] = Aftermath{Attachment: "A", Policy: "P", Clause: "spent", Service: service, Mode: Enforce, OpenedAt: noon.AddDate(0, 0, i), EndedAt: &ended, Ending: Recovered}
			change(i, &out[i])
		}
		return out
	}
	asTheyAre := func(int, *Aftermath) {}
	lift := func(service id.ID, from, until time.Duration) Lift {
		return Lift{ID: id.ID(fmt.Sprint(service, from)), Service: service, At: noon.Add(from), Until: noon.Add(until)}
	}
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		of         []Aftermath
		lifts      []Lift
		overridden int
		doubted    int
		tooHigh    bool
	}{
		"none is doubted":                {of: violations("S", 5, asTheyAre)},
		"a fifth is void":                {of: violations("S", 5, func(i int, a *Aftermath) { a.void(i < 1) }), doubted: 1},
		"two fifths are void":            {of: violations("S", 5, func(i int, a *Aftermath) { a.void(i < 2) }), doubted: 2, tooHigh: true},
		"two of four are void":           {of: violations("S", 4, func(i int, a *Aftermath) { a.void(i < 2) }), doubted: 2},
		"one is lifted and void":         {of: violations("S", 5, func(i int, a *Aftermath) { a.void(i < 1) }), lifts: []Lift{lift("S", 0, day/2)}, overridden: 1, doubted: 1},
		"one is lifted twice":            {of: violations("S", 5, asTheyAre), lifts: []Lift{lift("S", time.Minute, day), lift("S", time.Minute*2, day)}, overridden: 1, doubted: 1},
		"one lift is over three":         {of: violations("S", 5, asTheyAre), lifts: []Lift{lift("S", 0, 3*day)}, overridden: 1, doubted: 1},
		"two lifts are over two":         {of: violations("S", 5, asTheyAre), lifts: []Lift{lift("S", 0, day/2), lift("S", day, 2*day)}, overridden: 2, doubted: 2, tooHigh: true},
		"lifted before and after":        {of: violations("S", 5, asTheyAre), lifts: []Lift{lift("S", -day, 0), lift("S", time.Hour, day)}},
		"lifted of another service":      {of: violations("S", 5, asTheyAre), lifts: []Lift{lift("T", 0, day/2)}},
		"lifted, and only warned":        {of: violations("S", 5, func(_ int, a *Aftermath) { a.Mode = Warn }), lifts: []Lift{lift("S", 0, day/2)}},
		"one of two services doubts all": {of: append(violations("S", 4, func(_ int, a *Aftermath) { a.void(true) }), violations("T", 2, asTheyAre)...), doubted: 4},
		"two of three services doubt": {of: append(append(violations("S", 2, func(_ int, a *Aftermath) { a.void(true) }),
			violations("T", 2, func(i int, a *Aftermath) { a.Waived = i == 0 })...), violations("U", 2, asTheyAre)...), doubted: 3, tooHigh: true},
	} {
		got := rates(c.of, c.lifts, func(id.ID, string) bool { return true })
		if len(got) != 1 || got[0].Violations != len(c.of) || got[0].Overridden != c.overridden || got[0].Doubted != c.doubted || got[0].TooHigh() != c.tooHigh {
			t.Errorf("%s: %+v, too high: %t; want %d overridden, %d doubted, %t", name, got, got[0].TooHigh(), c.overridden, c.doubted, c.tooHigh)
		}
	}
	if got := rates(violations("S", 5, asTheyAre), []Lift{lift("S", 0, day/2)}, func(id.ID, string) bool { return false }); got[0].Overridden != 0 {
		t.Errorf("a clause that freezes nothing is overridden: %+v", got)
	}
}

// What was lifted before an attachment was set anew doubts what was before.
func TestAnAttachmentThatBeginsAnewIsNotDoubtedByWhatWasLiftedBefore(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	anew := Attachment{ID: "A", UpdatedAt: noon}
	before, after := noon.Add(-time.Minute), noon.Add(time.Minute)
	of := []Aftermath{{Attachment: "A", OpenedAt: before, Clause: "old"}, {Attachment: "A", OpenedAt: noon, Clause: "new"}}
	lifts := []Lift{{ID: "old", At: before, Until: after}, {ID: "new", At: noon, Until: after}}
	own, lifted := anew.since(of, lifts)
	if len(own) != 1 || own[0].Clause != "new" || len(lifted) != 1 || lifted[0].ID != "new" {
		t.Errorf("since it was set there are %+v and %+v", own, lifted)
	}
	if lifts[0].ID != "old" || of[0].Clause != "old" {
		t.Error("what others are judged by was changed")
	}
}

// void has it found to be none.
func (a *Aftermath) void(is bool) {
	if is {
		a.Ending = Void
	}
}
