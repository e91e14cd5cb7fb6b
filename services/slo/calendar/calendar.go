package calendar

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// Unit is how long a window is.
type Unit string

// The units, with their letters in OpenSLO.
const (
	Day     Unit = "day"     // d
	Week    Unit = "week"    // w
	Month   Unit = "month"   // M
	Quarter Unit = "quarter" // Q
	Year    Unit = "year"    // Y
)

// Units lists every unit.
var Units = []Unit{Day, Week, Month, Quarter, Year}

// days and months are how far the starts of two windows are apart; one of them is 0.
func (u Unit) span() (days, months int) {
	switch u {
	case Day:
		return 1, 0
	case Week:
		return 7, 0
	case Month:
		return 0, 1
	case Quarter:
		return 0, 3
	case Year:
		return 0, 12
	}
	panic(fmt.Sprintf("calendar: %q is no unit", u))
}

// Window is the instants of [Start, End), both in UTC.
type Window struct {
	Start, End time.Time
}

// Holds reports whether the instant is in the window.
func (w Window) Holds(at time.Time) bool { return !at.Before(w.Start) && at.Before(w.End) }

// Calendar divides time into windows. Calendars of the same unit, start and zone, which
// is compared by its pointer, are equal. Window n begins when the clocks of the zone
// first show the start plus n units, or, where they skip that, at once afterwards.
// The units are counted from the start, not from the window before: of windows that
// begin on a 31st, that of a month without one begins on its last day, and the next
// on a 31st again. So it is with 29 February and years.
type Calendar struct {
	unit  Unit
	start time.Time // as the clocks of the zone show it, written as UTC
	zone  *time.Location
}

// New returns the calendar of the unit and zone from the start, of which only what
// it shows counts, to the second, and not its own zone. Before the start windows go
// on backwards.
func New(unit Unit, start time.Time, zone *time.Location) Calendar {
	unit.span() // panics for what is no unit
	year, month, day := start.Date()
	hour, minute, second := start.Clock()
	return Calendar{unit: unit, start: time.Date(year, month, day, hour, minute, second, 0, time.UTC), zone: zone}
}

// IsZero reports whether it is no calendar.
func (c Calendar) IsZero() bool { return c.zone == nil }

// Unit is how long its windows are.
func (c Calendar) Unit() Unit { return c.unit }

// Start is what the clocks of the zone show when window 0 begins, written as UTC.
func (c Calendar) Start() time.Time { return c.start }

// Longest is longer than any window of the calendar is, whatever is done to the clocks.
func (c Calendar) Longest() time.Duration {
	days, months := c.unit.span()
	switch months {
	case 1:
		days = 31
	case 3:
		days = 92
	case 12:
		days = 366
	}
	return time.Duration(days)*24*time.Hour + furthest
}

// Zone is where the calendar is read.
func (c Calendar) Zone() *time.Location { return c.zone }

// At returns the window that holds the instant.
func (c Calendar) At(at time.Time) Window {
	n := c.guess(at)
	for c.begin(n).After(at) {
		n--
	}
	for !c.begin(n + 1).After(at) {
		n++
	}
	return Window{c.begin(n), c.begin(n + 1)}
}

// Next returns the window after one of the calendar's. A day that the clocks of the
// zone leave out whole, as Samoa's did on 30 December 2011, is no window.
func (c Calendar) Next(w Window) Window { return c.At(w.End) }

// Previous returns the window before one of the calendar's.
func (c Calendar) Previous(w Window) Window { return c.At(w.Start.Add(-time.Nanosecond)) }

// guess is about the number of the window that holds the instant.
func (c Calendar) guess(at time.Time) int {
	shown := at.In(c.zone)
	days, months := c.unit.span()
	if days > 0 {
		return int((shown.Unix()-c.start.Unix())/86_400) / days
	}
	return ((shown.Year()-c.start.Year())*12 + int(shown.Month()-c.start.Month())) / months
}

// begin is when window n begins.
func (c Calendar) begin(n int) time.Time {
	days, months := c.unit.span()
	year, month, day := c.start.Date()
	if months > 0 {
		first := time.Date(year, month+time.Month(n*months), 1, 0, 0, 0, 0, time.UTC)
		year, month = first.Year(), first.Month()
		day = min(day, time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day())
	}
	hour, minute, second := c.start.Clock()
	return Instant(time.Date(year, month, day+n*days, hour, minute, second, 0, time.UTC), c.zone)
}

// furthest is more than any zone's clocks were ever ahead of UTC, or behind.
const furthest = 26 * time.Hour

// Instant returns, in UTC, when the clocks of the zone first show the date and time
// that shown has in its own zone: the earlier of two where clocks are set back, and
// where they are set forward over it the instant of that.
func Instant(shown time.Time, zone *time.Location) time.Time {
	year, month, day := shown.Date()
	hour, minute, second := shown.Clock()
	wanted := time.Date(year, month, day, hour, minute, second, shown.Nanosecond(), time.UTC)
	// Up to at the clocks have not shown it. Changes are looked for by the offsets: what
	// time.ZoneBounds says of the last day of some leap years ends before it begins.
	for at := wanted.Add(-furthest); ; {
		before, after := ahead(at, zone), ahead(at.Add(time.Hour), zone)
		change := at.Add(time.Hour)
		if before != after {
			change = changed(at, zone)
		}
		if shows := wanted.Add(-before); shows.Before(change) {
			return shows
		}
		if !change.Add(ahead(change, zone)).Before(wanted) {
			return change
		}
		at = change
	}
}

// ahead is how far the clocks of the zone are ahead of UTC.
func ahead(at time.Time, zone *time.Location) time.Duration {
	_, seconds := at.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// changed is the second, of the hour after at, in which the clocks of the zone were
// changed: no zone changed them twice in an hour.
func changed(at time.Time, zone *time.Location) time.Time {
	was := ahead(at, zone)
	begin := at.Truncate(time.Second)
	return begin.Add(time.Duration(sort.Search(int(time.Hour/time.Second)+1, func(n int) bool {
		return ahead(begin.Add(time.Duration(n)*time.Second), zone) != was
	})) * time.Second)
}

// elsewhere are the directories of a machine's zone database that are not names of
// IANA's: what is in them differs from machine to machine, or counts leap seconds.
var elsewhere = []string{"posix/", "right/"}

// notNames are what a machine's zone database, or Go, knows beside IANA's names.
var notNames = []string{"", "Local", "localtime", "posixrules", "Factory"}

// ParseZone returns the zone of that name of the IANA database, such as
// "Europe/Berlin" or "UTC". The error says what would be right.
func ParseZone(name string) (*time.Location, error) {
	wrong := fmt.Errorf("must be the name of a time zone in the IANA database, such as \"Europe/Berlin\" or \"UTC\"")
	if len(name) > 64 || slices.Contains(notNames, name) || slices.ContainsFunc(elsewhere, func(d string) bool { return strings.HasPrefix(name, d) }) {
		return nil, wrong
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, wrong
	}
	return zone, nil
}
