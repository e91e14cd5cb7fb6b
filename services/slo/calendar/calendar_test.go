package calendar_test

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"os"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// zones have their changes of clocks at different times of the day: New York and
// Berlin by night, Lord Howe by half an hour, Santiago and Beirut at midnight, so that
// a day begins at one o'clock.
var zones = []string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Beirut"}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := calendar.ParseZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func stamp(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

func shown(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateTime, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestWindowsOfEachUnitFromTwentyTwentyToTwentyThirty compares with a clock that is
// watched: at every quarter of an hour of eleven years the zone's wall clock is read,
// and a window begins where it first shows a date that belongs to another.
func TestWindowsOfEachUnitFromTwentyTwentyToTwentyThirty(t *testing.T) {
	t.Parallel()
	// What a wall clock shows tells to which window of those from 1 January, and weeks
	// from Monday, it belongs.
	belongs := map[calendar.Unit]func(time.Time) string{
		calendar.Day:  func(at time.Time) string { return at.Format(time.DateOnly) },
		calendar.Week: func(at time.Time) string { y, w := at.ISOWeek(); return fmt.Sprintf("%d/%02d", y, w) },
		calendar.Month: func(at time.Time) string {
			return at.Format("2006-01")
		},
		calendar.Quarter: func(at time.Time) string { return fmt.Sprintf("%d/%d", at.Year(), (at.Month()-1)/3) },
		calendar.Year:    func(at time.Time) string { return at.Format("2006") },
	}
	monday := map[calendar.Unit]string{calendar.Week: "2020-01-06 00:00:00"}
	for _, name := range zones {
		for _, unit := range calendar.Units {
			t.Run(name+" "+string(unit), func(t *testing.T) {
				t.Parallel()
				z := zone(t, name)
				c := calendar.New(unit, shown(t, cmp.Or(monday[unit], "2020-01-01 00:00:00")), z)
				var begins []time.Time
				latest := ""
				for at := stamp(t, "2019-12-01T00:00:00Z"); at.Year() < 2031; at = at.Add(15 * time.Minute) {
					// A day that was left and is shown again, where clocks are set back over
					// midnight, has begun already.
					if now := belongs[unit](at.In(z)); now > latest {
						begins, latest = append(begins, at), now
					}
				}
				if len(begins) < 11 {
					t.Fatalf("only %d windows were seen", len(begins))
				}
				for i := 1; i+1 < len(begins); i++ {
					want := calendar.Window{Start: begins[i], End: begins[i+1]}
					for _, at := range []time.Time{want.Start, want.End.Add(-time.Nanosecond)} {
						if got := c.At(at); got != want {
							t.Fatalf("at %s the window is %v, want %v", at, got, want)
						}
					}
				}
			})
		}
	}
}

// The expected bounds are read from printed calendars and the tz database's rules.
func TestWindowsBeginWhereACalendarSays(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		what        string
		unit        calendar.Unit
		start, zone string
		at          string
		begin, end  string
	}{
		{"a 31st in a short month is its last day", calendar.Month, "2026-01-31 00:00:00", "UTC", "2026-02-28T00:00:00Z", "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z"},
		{"and the month after has its 31st again", calendar.Month, "2026-01-31 00:00:00", "UTC", "2026-05-01T00:00:00Z", "2026-04-30T00:00:00Z", "2026-05-31T00:00:00Z"},
		{"a 31st in February of a leap year", calendar.Month, "2026-01-31 00:00:00", "UTC", "2028-03-01T00:00:00Z", "2028-02-29T00:00:00Z", "2028-03-31T00:00:00Z"},
		{"a 30th", calendar.Month, "2026-11-30 00:00:00", "UTC", "2027-02-28T12:00:00Z", "2027-02-28T00:00:00Z", "2027-03-30T00:00:00Z"},
		{"a quarter from 30 November", calendar.Quarter, "2025-11-30 00:00:00", "UTC", "2026-03-01T00:00:00Z", "2026-02-28T00:00:00Z", "2026-05-30T00:00:00Z"},
		{"29 February in a common year", calendar.Year, "2024-02-29 00:00:00", "UTC", "2026-06-01T00:00:00Z", "2026-02-28T00:00:00Z", "2027-02-28T00:00:00Z"},
		{"29 February in a leap year", calendar.Year, "2024-02-29 00:00:00", "UTC", "2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z", "2029-02-28T00:00:00Z"},
		{"before the start", calendar.Month, "2026-01-31 00:00:00", "UTC", "2025-02-28T00:00:00Z", "2025-02-28T00:00:00Z", "2025-03-31T00:00:00Z"},
		{"a month with summer time's start", calendar.Month, "2026-01-01 00:00:00", "Europe/Berlin", "2026-03-15T00:00:00Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"},
		{"a day of 23 hours", calendar.Day, "2026-01-01 00:00:00", "America/New_York", "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"},
		{"a day of 25 hours", calendar.Day, "2026-01-01 00:00:00", "America/New_York", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		{"a day by half an hour shorter", calendar.Day, "2026-01-01 00:00:00", "Australia/Lord_Howe", "2026-10-03T20:00:00Z", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z"},
		{"a day that begins at one o'clock", calendar.Day, "2026-01-01 00:00:00", "America/Santiago", "2026-09-06T12:00:00Z", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"},
		{"a day that ends at its second eleven o'clock", calendar.Day, "2026-01-01 00:00:00", "America/Santiago", "2026-04-05T03:30:00Z", "2026-04-04T03:00:00Z", "2026-04-05T04:00:00Z"},
		{"a time that is skipped", calendar.Day, "2026-01-01 02:30:00", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"},
		{"a time that comes twice", calendar.Day, "2026-01-01 02:30:00", "Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"},
		{"Samoa had no 30 December 2011", calendar.Day, "2011-01-01 00:00:00", "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"},
		{"a zone of three quarters of an hour", calendar.Week, "2026-01-05 00:00:00", "Asia/Kathmandu", "2026-01-06T00:00:00Z", "2026-01-04T18:15:00Z", "2026-01-11T18:15:00Z"},
	} {
		c := calendar.New(row.unit, shown(t, row.start), zone(t, row.zone))
		if got, want := c.At(stamp(t, row.at)), (calendar.Window{Start: stamp(t, row.begin), End: stamp(t, row.end)}); got != want {
			t.Errorf("%s: %v, want %v", row.what, got, want)
		}
	}
}

// Go 1.26 says of the last day of a leap year beyond the tables of a zone, 2040 the first,
// that its offset ended before it began. The offsets are those of winter and of summer.
func TestTheLastDayOfALeapYearIsADayAsOthers(t *testing.T) {
	t.Parallel()
	for _, year := range []int{2036, 2040, 2044, 2096} {
		for name, hours := range map[string]int{"America/New_York": -5, "Europe/Berlin": 1, "America/Santiago": -3} {
			for _, hour := range []int{0, 12, 23} {
				got := calendar.Instant(time.Date(year, 12, 31, hour, 0, 0, 0, time.UTC), zone(t, name))
				if want := time.Date(year, 12, 31, hour-hours, 0, 0, 0, time.UTC); !got.Equal(want) {
					t.Errorf("%d-12-31 %d:00 in %s is %s, want %s", year, hour, name, got, want)
				}
			}
		}
	}
}

func TestADayThatIsLeftOutIsNoWindow(t *testing.T) {
	t.Parallel()
	c := calendar.New(calendar.Day, shown(t, "2011-01-01 00:00:00"), zone(t, "Pacific/Apia"))
	before := c.At(stamp(t, "2011-12-30T09:59:59Z")) // 29 December, until midnight
	after := c.Next(before)
	if want := stamp(t, "2011-12-30T10:00:00Z"); before.End != want || after.Start != want || after.Start.In(c.Zone()).Day() != 31 {
		t.Errorf("after %v comes %v, want 31 December from %s", before, after, want)
	}
	if c.Previous(after) != before {
		t.Errorf("before %v comes %v, want %v", after, c.Previous(after), before)
	}
}

func TestWindowsTileTheLine(t *testing.T) {
	t.Parallel()
	names := append([]string{"UTC", "Pacific/Apia", "Asia/Kathmandu", "Africa/Casablanca", "America/St_Johns", "Antarctica/Troll", "Pacific/Chatham"}, zones...)
	rapid.Check(t, func(t *rapid.T) {
		z, err := calendar.ParseZone(rapid.SampledFrom(names).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		const from, to = 946_684_800, 4_102_444_800 // 2000 to 2100
		start := time.Unix(rapid.Int64Range(from, to).Draw(t, "start"), 0).UTC()
		if rapid.Bool().Draw(t, "at midnight") {
			start = start.Truncate(24 * time.Hour)
		}
		c := calendar.New(rapid.SampledFrom(calendar.Units).Draw(t, "unit"), start, z)
		at := time.Unix(rapid.Int64Range(from, to).Draw(t, "at"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds"))
		w := c.At(at)
		next, previous := c.Next(w), c.Previous(w)
		switch {
		case !w.Holds(at) || !w.Start.Before(w.End):
			t.Fatalf("%v does not hold %s", w, at)
		case next.Start != w.End || previous.End != w.Start:
			t.Fatalf("%v, %v and %v do not follow each other", previous, w, next)
		case c.Previous(next) != w || c.Next(previous) != w:
			t.Fatalf("there and back from %v is another window", w)
		case c.At(w.Start) != w || c.At(w.End.Add(-1)) != w:
			t.Fatalf("the edges of %v are in other windows", w)
		case w.Start.Location() != time.UTC || w.End.Location() != time.UTC:
			t.Fatalf("%v is not in UTC", w)
		case w.Start.Unix()%60 != start.Unix()%60 || start.Unix()%300 == 0 && w.Start.Unix()%300 != 0:
			t.Fatalf("%v does not begin with a slot, though its calendar does", w)
		}
	})
}

func TestOnlyNamesOfTheDatabaseAreZones(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Local", "localtime", "CET+1", "europe/berlin ", "right/Europe/Berlin", "posix/UTC", "../etc/passwd", "/etc/localtime", "Mars/Olympus", "Europe", "\x00"} {
		if z, err := calendar.ParseZone(name); err == nil {
			t.Errorf("%q is a zone: %s", name, z)
		}
	}
	for _, name := range append([]string{"UTC", "Etc/GMT+12", "Asia/Kolkata"}, zones...) {
		if z, err := calendar.ParseZone(name); err != nil || z.String() != name {
			t.Errorf("%q is no zone: %v", name, err)
		}
	}
}

// testdata/days.csv says which days of 2020 to 2030 are not of 24 hours, by an
// implementation and a database of time zones of other people; its head tells how it was made.
func TestDaysThatAreNotOfTwentyFourHoursAreThoseOfAnotherImplementation(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/days.csv")
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	type day struct{ zone, date string }
	want := map[day]calendar.Window{}
	for _, row := range rows[1:] {
		want[day{row[0], row[1]}] = calendar.Window{Start: stamp(t, row[2]), End: stamp(t, row[3])}
	}
	for _, name := range zones {
		c := calendar.New(calendar.Day, shown(t, "2020-01-01 00:00:00"), zone(t, name))
		w, seen := c.At(stamp(t, "2020-01-01T12:00:00Z")), 0
		for ; w.Start.In(c.Zone()).Year() <= 2030; w = c.Next(w) {
			key := day{name, w.Start.In(c.Zone()).Format(time.DateOnly)}
			if told, other := want[key]; other || w.End.Sub(w.Start) != 24*time.Hour {
				if seen++; told != w {
					t.Errorf("%s in %s is %v, want %v", key.date, name, w, told)
				}
			}
		}
		if seen != 22 { // two in each of eleven years
			t.Errorf("%d days of %s are not of 24 hours", seen, name)
		}
	}
}
