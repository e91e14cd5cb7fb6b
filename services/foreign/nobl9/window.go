package nobl9

import (
	"time"

	"github.com/evenkeel/evenkeel/services/foreign"
	domain "github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

const day = 24 * time.Hour

// rolling are the units of rolling windows, calendars those of a calendar with about as many days.
var (
	rolling   = map[string]time.Duration{"Minute": time.Minute, "Hour": time.Hour, "Day": day}
	calendars = map[string]struct {
		unit calendar.Unit
		days int
	}{
		"Day": {calendar.Day, 1}, "Week": {calendar.Week, 7}, "Month": {calendar.Month, 30}, "Quarter": {calendar.Quarter, 91}, "Year": {calendar.Year, 365},
	}
)

// window reads the one time window; false where it does not fit, or is wrong.
func (r *reader) window(spec *foreign.Place) (time.Duration, bool) {
	all := spec.Items("timeWindows")
	if len(all) != 1 {
		spec.Member("timeWindows").Fail("must have one time window, has %d", len(all))
		return 0, false
	}
	w := all[0]
	if !w.Names() {
		return 0, false
	}
	w.Skip("period")
	unit, rolls := w.Required("unit"), w.Bool("isRolling", false)
	count, ok := w.Integer("count")
	switch {
	case !ok || count < 1:
		w.Member("count").Fail("must be a number from 1 on")
		return 0, false
	case !rolls:
		return r.calendar(w, unit, count)
	}
	one, known := rolling[unit]
	if !known || count > 1_000_000 {
		w.Member("unit").Fail("must be Minute, Hour or Day of a rolling window, and not too many of them")
		return 0, false
	}
	length := time.Duration(count) * one
	if length%day != 0 {
		w.Leave("is no number of whole days, which a window is here: choose one from a day on")
		return 0, false
	}
	r.base.WindowDays = int(length / day)
	return length, true
}

// calendar reads windows of the calendar.
func (r *reader) calendar(w *foreign.Place, unit string, count int64) (time.Duration, bool) {
	of, known := calendars[unit]
	if !known {
		w.Member("unit").Fail("must be Day, Week, Month, Quarter or Year of a calendar")
		return 0, false
	}
	switch {
	case count == 1:
	case unit == "Day" && count == 7:
		of = calendars["Week"]
	case unit == "Month" && count == 3:
		of = calendars["Quarter"]
	case unit == "Month" && count == 12, unit == "Quarter" && count == 4:
		of = calendars["Year"]
	default:
		w.Leave("has %d of them in a window, and one here is a day, week, month, quarter or year", count)
		return 0, false
	}
	in := w.Member("calendar")
	if !in.Names() {
		return 0, false
	}
	date, midnight, ok := startTime(in.Required("startTime"))
	if !ok {
		in.Member("startTime").Fail("must be a local time such as 2022-12-01 00:00:00")
		return 0, false
	}
	if !midnight {
		in.Member("startTime").Note("is not midnight, with which windows begin here")
	}
	r.base.Calendar = &domain.CalendarInput{Period: of.unit, StartDate: date, TimeZone: in.Required("timeZone")}
	return time.Duration(of.days) * day, true
}
