package slo_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// hourly pushes a slot of 100 events for each hour of that many days before now; bad says
// how many of them were bad by how many hours ago they began, −1 that nothing is reported.
func (h *house) hourly(t *testing.T, days int, bad map[int]float64) {
	t.Helper()
	for d := range days {
		var slots []slo.Slot
		for hour := range 24 {
			ago := d*24 + hour + 1
			if wrong := bad[ago]; wrong >= 0 {
				slots = append(slots, h.at(time.Duration(ago)*time.Hour, 100-wrong, 100))
			}
		}
		h.push(t, "availability", slots...)
	}
}

// Worked by hand. A window of a day holds 2,400 events, of which 5 % = 120 may be bad. It
// is asked about the time from 120 to 72 hours ago.
func TestWhatBecameOfABudgetIsReadFromThePast(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bad       map[int]float64
		minEvents int64
		exclude   bool // the hour 100 hours ago
		want      slo.Outcome
	}{
		"nothing went wrong":                       {want: slo.BudgetLasted},
		"just as much went wrong as may":           {bad: map[int]float64{100: 100, 80: 20}, want: slo.BudgetSpent},
		"one event less":                           {bad: map[int]float64{100: 100, 80: 19}, want: slo.BudgetLasted},
		"as much, but more than a day apart":       {bad: map[int]float64{105: 100, 81: 20}, want: slo.BudgetLasted},
		"it was spent before and still is":         {bad: map[int]float64{143: 100, 142: 100}, want: slo.BudgetSpent},
		"it was spent before and is not any more":  {bad: map[int]float64{146: 100, 145: 100}, want: slo.BudgetLasted},
		"it was spent in the last hour":            {bad: map[int]float64{74: 100, 73: 100}, want: slo.BudgetSpent},
		"it was spent afterwards":                  {bad: map[int]float64{73: 100, 72: 100}, want: slo.BudgetLasted},
		"an hour is not known":                     {bad: map[int]float64{90: -1}, want: slo.Unsettled},
		"the first hour is not known":              {bad: map[int]float64{120: -1}, want: slo.Unsettled},
		"the last hour is not known":               {bad: map[int]float64{73: -1}, want: slo.Unsettled},
		"an hour is not known and it was spent":    {bad: map[int]float64{100: 100, 99: 100, 90: -1}, want: slo.Unsettled},
		"an hour before is not known":              {bad: map[int]float64{130: -1}, want: slo.BudgetLasted},
		"an hour afterwards is not known":          {bad: map[int]float64{72: -1}, want: slo.BudgetLasted},
		"fewer events than it takes":               {minEvents: 2401, want: slo.Unsettled},
		"just as many as it takes":                 {minEvents: 2400, want: slo.BudgetLasted},
		"what went wrong is excluded":              {bad: map[int]float64{100: 100, 80: 20}, exclude: true, want: slo.BudgetLasted},
		"what is excluded is known, and few count": {bad: map[int]float64{100: 100}, exclude: true, minEvents: 2400, want: slo.Unsettled},
	} {
		h := newHouse(t)
		v := h.declared(t, func(d *slo.Declaration) { d.WindowDays, d.MinEvents = 1, c.minEvents })
		h.hourly(t, 7, c.bad)
		now := h.clock.Now().Truncate(time.Hour)
		if c.exclude {
			from, to := now.Add(-100*time.Hour), now.Add(-99*time.Hour)
			d := correction.Declaration{Effect: correction.Exclude, Kind: correction.Maintenance, Reason: "the database moved", From: &from, To: &to}
			ok(h.corrected(t).Declare(h.ada, v.SLO.ID, d))(t)
		}
		// From and Until are no full hours: those between them count.
		asked := slo.Horizon{View: v, From: now.Add(-120*time.Hour - time.Minute), Until: now.Add(-72*time.Hour + 59*time.Minute)}
		if got := ok(h.Outcomes(t.Context(), []slo.Horizon{asked}))(t); got[0] != c.want {
			t.Errorf("%s: %s, want %s", name, got[0], c.want)
		}
	}
}

// Worked by hand: the house's clock stands on Monday, 23 November 2026, 12:00 UTC, so that
// the week before it in Kathmandu, 5 h 45 min ahead, ended on Sunday at 18:15 UTC: 17 h 45
// min ago, and began 185 h 45 min ago. It holds the 168 hours that began 185 to 18 hours
// ago with 16,800 events, of which 840 may be bad.
func TestTheEndOfACalendarsWindowCounts(t *testing.T) {
	t.Parallel()
	spend := func(first int, more float64) map[int]float64 {
		bad := map[int]float64{}
		for i := range 8 {
			bad[first-i] = 100
		}
		bad[100] = more
		return bad
	}
	for name, c := range map[string]struct {
		bad  map[int]float64
		want slo.Outcome
	}{
		"just as much went wrong as may":      {spend(60, 40), slo.BudgetSpent},
		"one event less":                      {spend(60, 39), slo.BudgetLasted},
		"before the time that is asked about": {spend(180, 40), slo.BudgetSpent}, // nothing leaves it
		"before the window":                   {spend(193, 40), slo.BudgetLasted},
		"an hour is not known":                {map[int]float64{30: -1}, slo.Unsettled},
		"an hour before is not known":         {map[int]float64{150: -1}, slo.BudgetLasted},
	} {
		h := newHouse(t)
		v := h.declared(t, func(d *slo.Declaration) {
			d.WindowDays, d.Calendar = 0, &slo.CalendarInput{Period: calendar.Week, TimeZone: "Asia/Kathmandu"}
		})
		h.hourly(t, 9, c.bad)
		end := time.Date(2026, 11, 22, 18, 15, 0, 0, time.UTC)
		asked := slo.Horizon{View: v, From: h.clock.Now().Add(-140 * time.Hour), Until: end}
		if got := ok(h.Outcomes(t.Context(), []slo.Horizon{asked}))(t); got[0] != c.want {
			t.Errorf("%s: %s, want %s", name, got[0], c.want)
		}
	}
}
