package notify_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/services/notify"
)

func berlin(from, to int, days ...time.Weekday) notify.Hours {
	if days == nil {
		days = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	}
	return notify.Hours{Zone: "Europe/Berlin", Days: days, From: from, To: to}
}

// The clock of Berlin goes forward on Sunday, 2026-03-29 at 01:00 UTC, from 02:00 to 03:00,
// and back on Sunday, 2026-10-25 at 01:00 UTC, from 03:00 to 02:00 (Directive 2000/84/EC).
// The rest is counted by hand on a calendar.
func TestWorkingHoursFollowTheClockOfTheirPlace(t *testing.T) {
	t.Parallel()
	office := berlin(9*60, 17*60)
	sundays := func(from, to int) notify.Hours { return berlin(from, to, time.Sunday) }
	for name, c := range map[string]struct {
		hours    notify.Hours
		at, next string
	}{
		"within":                           {office, "2026-03-27T10:30:00Z", "2026-03-27T10:30:00Z"},
		"at their beginning":               {office, "2026-03-27T08:00:00Z", "2026-03-27T08:00:00Z"},
		"before them":                      {office, "2026-03-27T07:59:59.5Z", "2026-03-27T08:00:00Z"},
		"at their end":                     {office, "2026-03-26T16:00:00Z", "2026-03-27T08:00:00Z"},
		"over a weekend on which it moves": {office, "2026-03-27T16:00:00Z", "2026-03-30T07:00:00Z"},
		"over the other":                   {office, "2026-10-23T15:00:00Z", "2026-10-26T08:00:00Z"},
		"their beginning is skipped":       {sundays(150, 600), "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"},
		"all of them are skipped":          {sundays(120, 180), "2026-03-28T12:00:00Z", "2026-04-05T00:00:00Z"},
		"an hour comes twice":              {sundays(120, 180), "2026-10-25T01:30:00Z", "2026-10-25T01:30:00Z"},
		"and is over then":                 {sundays(120, 180), "2026-10-25T02:00:00Z", "2026-11-01T01:00:00Z"},
		"a day that has no midnight":       {notify.Hours{Zone: "America/Santiago", Days: []time.Weekday{time.Sunday}, From: 0, To: 60}, "2026-09-05T12:00:00Z", "2026-09-13T03:00:00Z"},
		"half an hour from others":         {notify.Hours{Zone: "Asia/Kolkata", Days: []time.Weekday{time.Monday}, From: 9 * 60, To: 10 * 60}, "2026-03-28T00:00:00Z", "2026-03-30T03:30:00Z"},
		"until midnight":                   {berlin(23*60, 24*60, time.Monday), "2026-03-30T21:59:00Z", "2026-03-30T21:59:00Z"},
	} {
		at, want := ok(time.Parse(time.RFC3339Nano, c.at))(t), ok(time.Parse(time.RFC3339Nano, c.next))(t)
		if got := c.hours.Next(at); !got.Equal(want) {
			t.Errorf("%s: after %s they begin at %s, want %s", name, c.at, got.UTC().Format(time.RFC3339Nano), c.next)
		}
	}
}

// Whatever the hours: what comes next is within them and not before, nothing within them
// lies in between, and there the next is itself.
func TestNothingWithinWorkingHoursIsPassedOver(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := notify.Hours{
			Zone: rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"}).Draw(t, "zone"),
			Days: rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) time.Weekday { return time.Weekday(rapid.IntRange(0, 6).Draw(t, "day")) }), 1, 7, func(d time.Weekday) time.Weekday { return d }).Draw(t, "days"),
		}
		h.From = rapid.IntRange(0, 1439).Draw(t, "from")
		h.To = rapid.IntRange(h.From+1, 1440).Draw(t, "to")
		at := time.Unix(rapid.Int64Range(1772323200, 1803859200).Draw(t, "at"), 0).UTC() // a year from 2026-03-01 on
		next := h.Next(at)
		if next.Before(at) || !h.Open(next) || !h.Next(next).Equal(next) {
			t.Fatalf("after %s comes %s", at, next)
		}
		between := rapid.Int64Range(0, max(1, int64(next.Sub(at)/time.Second))).Draw(t, "between")
		if m := at.Add(time.Duration(between) * time.Second); m.Before(next) && h.Open(m) {
			t.Fatalf("%s is within them, and after %s comes %s", m, at, next)
		}
	})
}
