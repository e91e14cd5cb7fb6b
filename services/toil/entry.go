package toil

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

const (
	// MaxDay is how many minutes a person can log for a day, in all teams.
	MaxDay = 24 * 60
	// Back is how many days back can be logged.
	Back = 400
)

// Entry is toil that a person logged.
type Entry struct {
	ID   id.ID
	Team id.ID
	// Subject is the person, or a pseudonym.
	Subject id.ID
	EntryInput
	// Origin names what proposed it, or the line of the file that it came in; empty where nothing did.
	Origin               string
	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// EntryInput is what is said of toil.
type EntryInput struct {
	Day      clock.Date
	Minutes  int // hands on, and not elapsed
	Category Category
	Service  id.ID // may be empty
	Traits
	Link string // may be empty
	Note string // one line; may be empty
}

// check notes at pointers from at on what is wrong, at a time.
func (in EntryInput) check(check *fault.Check, at string, now time.Time) {
	var day fault.Check
	if in.Day.Check(&day, at+"/day"); check.Join(day) {
		today := clock.DateOf(now)
		check.Require(in.Day <= today, at+"/day", string(in.Day), "must not be in the future; today is %s in UTC", today)
		earliest := clock.DateOf(now.AddDate(0, 0, -Back))
		check.Require(in.Day >= earliest, at+"/day", string(in.Day), "must be %s or later, %d days back at most", earliest, Back)
	}
	check.Require(in.Minutes >= 1 && in.Minutes <= MaxDay, at+"/minutes", in.Minutes, "must be 1 to %d: the hands-on minutes of one day", MaxDay)
	in.Category.check(check, at+"/category")
	registry.CheckURL(check, at+"/link", in.Link)
	access.CheckLine(check, at+"/note", in.Note, 0, registry.MaxLine)
}

// checkDay notes where a day has more than 24 hours, with what is logged for it already.
func checkDay(check *fault.Check, at string, day clock.Date, minutes, logged int) {
	check.Require(minutes+logged <= MaxDay, at+"/minutes", minutes,
		"makes %d minutes of %s, with the %d that you logged for it already; a day has %d", minutes+logged, day, logged, MaxDay)
}
