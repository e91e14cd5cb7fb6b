package slo

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// TimeWindow is the window over which an objective is to be met: a rolling one of whole
// days, or the windows of a calendar, one after the other.
type TimeWindow struct {
	// Days is the length of a rolling window, 1 to MaxWindowDays; 0 for a calendar's.
	Days     int
	Calendar calendar.Calendar
}

// Rolls reports whether it is a rolling window.
func (w TimeWindow) Rolls() bool { return w.Calendar.IsZero() }

// Window is what is summed up for it.
func (w TimeWindow) Window() window.Window {
	if w.Rolls() {
		return window.Window{Length: time.Duration(w.Days) * day}
	}
	return window.Of(w.Calendar)
}

// Zone is where its days begin: that of the calendar, UTC of a rolling window.
func (w TimeWindow) Zone() *time.Location {
	if w.Rolls() {
		return time.UTC
	}
	return w.Calendar.Zone()
}

// Length is how long the window is that ends at the time or, of a calendar, holds the
// moment before it.
func (w TimeWindow) Length(end time.Time) time.Duration {
	if w.Rolls() {
		return time.Duration(w.Days) * day
	}
	in := w.Calendar.At(end.Add(-1))
	return in.End.Sub(in.Start)
}

// Pace is how much of the window is over at its end; none of a rolling one, which is
// whole at any time.
func (w TimeWindow) Pace(end time.Time) budget.Pace {
	if w.Rolls() {
		return budget.Pace{}
	}
	in := w.Calendar.At(end.Add(-1))
	return budget.Pace{Elapsed: end.Sub(in.Start), Whole: in.End.Sub(in.Start)}
}

// String names the window: "28 days", "calendar month (Europe/Berlin)".
func (w TimeWindow) String() string {
	if w.Rolls() {
		return days(w.Days)
	}
	return fmt.Sprintf("calendar %s (%s)", w.Calendar.Unit(), w.Calendar.Zone())
}

// Text is the window as it is kept: "28d", or "month 2000-01-01 Europe/Berlin".
func (w TimeWindow) Text() string {
	if w.Rolls() {
		return fmt.Sprintf("%dd", w.Days)
	}
	return fmt.Sprintf("%s %s %s", w.Calendar.Unit(), w.Calendar.Start().Format(time.DateOnly), w.Calendar.Zone())
}

// ParseTimeWindow reads what Text wrote.
func ParseTimeWindow(text string) (TimeWindow, error) {
	var w TimeWindow
	if n, err := fmt.Sscanf(text, "%dd", &w.Days); n == 1 && err == nil {
		return w, nil
	}
	var d CalendarInput
	if _, err := fmt.Sscanf(text, "%s %s %s", &d.Period, &d.StartDate, &d.TimeZone); err != nil {
		return w, fmt.Errorf("read the window %q: %w", text, err)
	}
	var check fault.Check
	w = d.Check(&check, "")
	if err := check.Err(); err != nil {
		return TimeWindow{}, fmt.Errorf("read the window %q: %w", text, err)
	}
	return w, nil
}

// CalendarInput is a calendar as it is declared.
type CalendarInput struct {
	Period calendar.Unit
	// StartDate, by which windows are counted, is 2000-01-01 when empty, for weeks the
	// Monday after it; windows begin with that day's midnight in the zone.
	StartDate string
	TimeZone  string // a name of the IANA database; "UTC" when empty
}

// OrDefaults fills what is empty and has a default.
func (d CalendarInput) OrDefaults() CalendarInput {
	start := "2000-01-01"
	if d.Period == calendar.Week {
		start = "2000-01-03" // a Monday
	}
	d.StartDate, d.TimeZone = cmp.Or(d.StartDate, start), cmp.Or(d.TimeZone, "UTC")
	return d
}

func (d *CalendarInput) complete() *CalendarInput {
	if d == nil {
		return nil
	}
	whole := d.OrDefaults()
	return &whole
}

// Check returns the windows of the calendar, or notes its faults at members below the
// pointer.
func (d CalendarInput) Check(check *fault.Check, pointer string) TimeWindow {
	d = d.OrDefaults()
	var own fault.Check
	own.Require(slices.Contains(calendar.Units, d.Period), pointer+"/period", d.Period, "must be one of %s", fault.Or(calendar.Units))
	start, err := time.Parse(time.DateOnly, d.StartDate)
	own.Require(err == nil && start.Year() >= 1970, pointer+"/startDate", d.StartDate, "must be a date from the year 1970 on, such as 2026-01-31")
	zone, err := ZoneOf(d.TimeZone)
	if err != nil {
		own.Fail(pointer+"/timeZone", d.TimeZone, "%s", err)
	}
	if !check.Join(own) {
		return TimeWindow{}
	}
	return TimeWindow{Calendar: calendar.New(d.Period, start, zone)}
}

// zones are those that were read, by name: reading one takes longer than all that it is
// read for, and calendars of the same zone have to be equal.
var zones sync.Map

// ZoneOf is the zone of that name, the same each time; the error says what would be right.
func ZoneOf(name string) (*time.Location, error) {
	if zone, known := zones.Load(name); known {
		return zone.(*time.Location), nil
	}
	zone, err := calendar.ParseZone(name)
	if err != nil {
		return nil, err
	}
	kept, _ := zones.LoadOrStore(name, zone)
	return kept.(*time.Location), nil
}

// Declared is the calendar as it would be declared; nil for a rolling window.
func (w TimeWindow) Declared() *CalendarInput {
	if w.Rolls() {
		return nil
	}
	return &CalendarInput{Period: w.Calendar.Unit(), StartDate: w.Calendar.Start().Format(time.DateOnly), TimeZone: w.Calendar.Zone().String()}
}

// CheckWindow returns the window of so many days, or of the calendar if there is one.
func CheckWindow(check *fault.Check, pointer string, windowDays int, in *CalendarInput) TimeWindow {
	if in == nil {
		check.Require(windowDays >= 1 && windowDays <= MaxWindowDays, pointer+"/windowDays", windowDays, "must be 1 to %d days", MaxWindowDays)
		return TimeWindow{Days: windowDays}
	}
	check.Require(windowDays == 0, pointer+"/windowDays", windowDays, "must be left out where there is a calendar: its windows are as long as the calendar has them")
	return in.Check(check, pointer+"/calendar")
}
