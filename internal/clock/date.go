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
