package notify

import (
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// Hours are working hours, on the clock of a place.
type Hours struct {
	Zone string // of the IANA time zone database
	Days []time.Weekday
	// From and To are minutes after midnight on that clock, From before To.
	From, To int
}

// office are the hours by which a week begins where a target has none.
var office = Hours{
	Zone: "UTC", Days: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}, From: 9 * 60, To: 17 * 60,
}

const minutesOfDay = 24 * 60

// shortest is how many minutes working hours last at least: what waits for them is looked
// for every few minutes.
const shortest = 15

func (h Hours) check(check *fault.Check) {
	_, err := time.LoadLocation(h.Zone)
	check.Require(err == nil && h.Zone != "" && h.Zone != "Local", "/workingHours/timeZone", h.Zone, "must be a time zone of the IANA database, such as Europe/Berlin")
	check.Require(len(h.Days) > 0, "/workingHours/days", nil, "must name at least one day, such as monday")
	for i, d := range h.Days {
		check.Require(d >= time.Sunday && d <= time.Saturday, fmt.Sprintf("/workingHours/days/%d", i), int(d), "must be a day of the week, monday to sunday")
		check.Require(!slices.Contains(h.Days[:i], d), fmt.Sprintf("/workingHours/days/%d", i), d.String(), "is there twice")
	}
	check.Require(h.From >= 0 && h.From < minutesOfDay, "/workingHours/from", clockText(h.From), "must be a time of day from 00:00 to 23:59")
	check.Require(h.To > 0 && h.To <= minutesOfDay, "/workingHours/to", clockText(h.To), "must be a time of day from 00:01 to 24:00")
	check.Require(h.From < h.To, "/workingHours/to", clockText(h.To), "must be later on the same day than from, %s", clockText(h.From))
	check.Require(h.From >= h.To || h.To-h.From >= shortest, "/workingHours/to", clockText(h.To), "must be at least %d minutes later than from, %s", shortest, clockText(h.From))
}

func clockText(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// location is that of hours that were checked; a database of time zones that lost one
// since has them in UTC.
func (h Hours) location() *time.Location {
	if l, err := time.LoadLocation(h.Zone); err == nil {
		return l
	}
	return time.UTC
}

// Open reports whether the time is within the hours.
func (h Hours) Open(at time.Time) bool {
	local := at.In(h.location())
	minute := local.Hour()*60 + local.Minute()
	return slices.Contains(h.Days, local.Weekday()) && minute >= h.From && minute < h.To
}

// Next is the first time from then on that is within the hours: the time itself, or when
// they next begin. Where the clock is set forward over their beginning, they begin with
// what comes after; where it is set back, they last for longer.
func (h Hours) Next(at time.Time) time.Time {
	if h.Open(at) {
		return at
	}
	place := h.location()
	next := at.In(place).Truncate(time.Minute)
	if !next.Equal(at) {
		next = next.Add(time.Minute)
	}
	// A year has every day of the week; hours that are all skipped by a change of clocks
	// come again a week later.
	for limit := next.AddDate(1, 0, 0); next.Before(limit) && !h.Open(next); {
		minute := next.Hour()*60 + next.Minute()
		if !slices.Contains(h.Days, next.Weekday()) || minute >= h.To {
			year, month, day := next.Date()
			next = later(next, time.Date(year, month, day+1, 0, 0, 0, 0, place))
			continue
		}
		// Clocks are set on quarters of an hour: what lies between is passed step by step.
		next = next.Add(time.Duration(min(h.From-minute, 15-minute%15)) * time.Minute)
	}
	return next.UTC()
}

// later is the second, or a quarter of an hour on where a change of clocks has it before
// the first.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a.Add(15 * time.Minute)
}

// week is when the week of that time begins at work, and its name, such as 2026-W13.
func (h Hours) week(at time.Time) (begins time.Time, name string) {
	local := at.In(h.location())
	year, month, day := local.Date()
	monday := time.Date(year, month, day-(int(local.Weekday())+6)%7, 0, 0, 0, 0, h.location())
	isoYear, isoWeek := local.ISOWeek()
	return h.Next(monday), fmt.Sprintf("%d-W%02d", isoYear, isoWeek)
}
