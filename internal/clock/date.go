package clock

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// Date is a day such as "2026-11-27", or empty.
type Date string

// DateOf is the day of a time, in UTC.
func DateOf(t time.Time) Date { return Date(t.UTC().Format(time.DateOnly)) }

// Past reports whether the day is over at that time, in UTC; never of none.
func (d Date) Past(now time.Time) bool { return d != "" && d < DateOf(now) }

// Time is the beginning of the day in UTC; zero of what is no day.
func (d Date) Time() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// Check notes at the pointer when it is no day.
func (d Date) Check(check *fault.Check, pointer string) {
	if _, err := time.Parse(time.DateOnly, string(d)); err != nil {
		check.Fail(pointer, d, "must be a day such as \"2026-11-27\"")
	}
}

// WorkingDays is the time so many working days later, at the same time of day; they are from Monday
// to Friday, in UTC.
func WorkingDays(from time.Time, days int) time.Time {
	at := from.UTC()
	for days > 0 {
		at = at.AddDate(0, 0, 1)
		if day := at.Weekday(); day != time.Saturday && day != time.Sunday {
			days--
		}
	}
	return at
}

// Notice is when it is told that something expires: so long before, but when half of its time is left at
// most, so that nobody is told on the day on which it began.
func Notice(from, until time.Time, before time.Duration) time.Time {
	return Round(until.Add(-min(before, until.Sub(from)/2)))
}
