package recurrence

import (
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

const day = 24 * time.Hour

// Series is a rule with its DTSTART, which is as the clocks of Zone show it.
type Series struct {
	Rule  Rule
	Start time.Time // written as UTC; whole minutes
	Zone  *time.Location
}

// Between calls do with the instants, in UTC, at which occurrences begin in [from, to),
// by time, until it returns false. As section 3.3.10 has it, a time that the clocks of
// the zone skip is no occurrence and is not counted; of one that they show twice the
// first is meant.
func (s Series) Between(from, to time.Time, do func(time.Time) bool) {
	before := shown(to, s.Zone).Add(2 * day) // by more than any clock is set back: instants decide
	counted, first := 0, int64(0)
	if s.Rule.count == 0 {
		first = s.Rule.index(s.Start, shown(from, s.Zone)) - 2
	}
	set := set{Rule: s.Rule, start: s.Start}
	for k := max(0, first-first%int64(s.Rule.interval)); ; k += int64(s.Rule.interval) {
		begin, end := set.period(k)
		if begin.After(before) {
			return
		}
		for _, local := range set.of(begin, end) {
			at := calendar.Instant(local, s.Zone)
			if local.Before(s.Start) || !shown(at, s.Zone).Equal(local) {
				continue
			}
			if s.Rule.over(local, at) {
				return
			}
			counted++
			if !at.Before(to) || !at.Before(from) && !do(at) || counted == s.Rule.count {
				return
			}
		}
	}
}

// First returns when the first occurrence at or after Start begins, looked for a
// year, and whether there is one.
func (s Series) First() (time.Time, bool) {
	from := calendar.Instant(s.Start, s.Zone)
	var found time.Time
	s.Between(from, from.Add(366*day), func(at time.Time) bool { found = at; return false })
	return found, !found.IsZero()
}

// Last returns when the last occurrence begins; false where there is none within the
// time from the start, be it that the rule has no end.
func (s Series) Last(within time.Duration) (last time.Time, ends bool) {
	from := calendar.Instant(s.Start, s.Zone)
	to := from.Add(within)
	switch {
	case s.Rule.count > 0:
		count := 0
		s.Between(from, to, func(at time.Time) bool {
			last = at
			count++
			return true
		})
		return last, count == s.Rule.count
	case s.Rule.until.IsZero() || !s.Rule.until.Before(to.Add(-2*day)):
		return last, false
	}
	// It is looked for backwards, for most rules have an occurrence shortly before the end.
	end := s.Rule.until.Add(2 * day) // whatever clock it is by
	for back := 4 * day; last.IsZero(); back *= 8 {
		begin := end.Add(-back)
		if begin.Before(from) {
			begin = from
		}
		s.Between(begin, end, func(at time.Time) bool {
			last = at
			return true
		})
		if begin.Equal(from) {
			break
		}
	}
	return last, !last.IsZero()
}

// over reports whether the time is after UNTIL, which belongs to the rule.
func (r Rule) over(local, at time.Time) bool {
	if r.local {
		at = local
	}
	return !r.until.IsZero() && at.After(r.until)
}

// shown is what the clocks of a zone show, written as UTC.
func shown(at time.Time, zone *time.Location) time.Time {
	at = at.In(zone)
	year, month, date := at.Date()
	hour, minute, second := at.Clock()
	return time.Date(year, month, date, hour, minute, second, at.Nanosecond(), time.UTC)
}

func midnight(at time.Time) time.Time { return at.Truncate(day) }

// week is the first day of the week in which a time is.
func week(at time.Time, begins time.Weekday) time.Time {
	at = midnight(at)
	return at.AddDate(0, 0, -int(at.Weekday()-begins+7)%7)
}

// index is the number of the period that holds a time, from that of the start.
func (r Rule) index(start, at time.Time) int64 {
	switch r.freq {
	case Yearly:
		return int64(at.Year() - start.Year())
	case Monthly:
		return int64((at.Year()-start.Year())*12 + int(at.Month()-start.Month()))
	case Weekly:
		return int64(week(at, r.weekStart).Sub(week(start, r.weekStart)) / (7 * day))
	case Daily:
		return int64(midnight(at).Sub(midnight(start)) / day)
	default:
		return int64(at.Truncate(time.Hour).Sub(start.Truncate(time.Hour)) / time.Hour)
	}
}

// set finds the occurrences of a rule in a period. What the rule leaves out is taken
// from the start.
type set struct {
	Rule
	start time.Time
	found []time.Time
}

// period returns the bounds of a period by its number.
func (s *set) period(k int64) (begin, end time.Time) {
	switch s.freq {
	case Yearly:
		begin = time.Date(s.start.Year()+int(k), 1, 1, 0, 0, 0, 0, time.UTC)
		return begin, begin.AddDate(1, 0, 0)
	case Monthly:
		begin = time.Date(s.start.Year(), s.start.Month()+time.Month(k), 1, 0, 0, 0, 0, time.UTC)
		return begin, begin.AddDate(0, 1, 0)
	case Weekly:
		begin = week(s.start, s.weekStart).AddDate(0, 0, 7*int(k))
		return begin, begin.AddDate(0, 0, 7)
	case Daily:
		begin = midnight(s.start).AddDate(0, 0, int(k))
		return begin, begin.AddDate(0, 0, 1)
	default:
		begin = s.start.Truncate(time.Hour).Add(time.Duration(k) * time.Hour)
		return begin, begin.Add(time.Hour)
	}
}

// of returns what the rule has of [begin, end), a period, by time.
func (s *set) of(begin, end time.Time) []time.Time {
	hours, minutes := s.hours, s.minutes
	switch {
	case s.freq == Hourly && len(hours) > 0 && !slices.Contains(hours, begin.Hour()):
		return nil
	case s.freq == Hourly:
		hours = []int{begin.Hour()}
	case len(hours) == 0:
		hours = []int{s.start.Hour()}
	}
	if len(minutes) == 0 {
		minutes = []int{s.start.Minute()}
	}
	s.found = s.found[:0]
	for date := midnight(begin); date.Before(end); date = date.AddDate(0, 0, 1) {
		if !s.has(date) {
			continue
		}
		for _, hour := range hours {
			for _, minute := range minutes {
				s.found = append(s.found, date.Add(time.Duration(hour)*time.Hour+time.Duration(minute)*time.Minute))
			}
		}
	}
	if len(s.positions) == 0 {
		return s.found
	}
	var chosen []time.Time
	for _, n := range s.positions {
		if n < 0 {
			n += len(s.found) + 1
		}
		if n >= 1 && n <= len(s.found) {
			chosen = append(chosen, s.found[n-1])
		}
	}
	slices.SortFunc(chosen, time.Time.Compare)
	return slices.CompactFunc(chosen, time.Time.Equal)
}

// has reports whether the rule has the date, as far as dates decide.
func (s *set) has(date time.Time) bool {
	months, monthDays, days := s.months, s.monthDays, s.days
	if len(monthDays)+len(days)+len(s.yearDays) == 0 {
		switch {
		case len(s.weeks) > 0 || s.freq == Weekly:
			days = []weekday{{day: s.start.Weekday()}}
		case s.freq == Monthly || s.freq == Yearly:
			monthDays = []int{s.start.Day()}
			if s.freq == Yearly && len(months) == 0 {
				months = []int{int(s.start.Month())}
			}
		}
	}
	if len(months) > 0 && !slices.Contains(months, int(date.Month())) {
		return false
	}
	if inMonth := daysIn(date.Year(), date.Month()); len(monthDays) > 0 && !numbered(monthDays, date.Day(), inMonth) {
		return false
	}
	if inYear := daysOf(date.Year()); len(s.yearDays) > 0 && !numbered(s.yearDays, date.YearDay(), inYear) {
		return false
	}
	if len(s.weeks) > 0 {
		if n, of := s.week(date); !numbered(s.weeks, n, of) {
			return false
		}
	}
	return len(days) == 0 || slices.ContainsFunc(days, func(d weekday) bool { return s.falls(date, d) })
}

// falls reports whether the date is that day of the week, and the nth of it.
func (s *set) falls(date time.Time, d weekday) bool {
	if date.Weekday() != d.day || d.n == 0 {
		return date.Weekday() == d.day
	}
	of, length := date.YearDay(), daysOf(date.Year())
	if s.freq == Monthly || len(s.months) > 0 {
		of, length = date.Day(), daysIn(date.Year(), date.Month())
	}
	if d.n > 0 {
		return (of-1)/7+1 == d.n
	}
	return (length-of)/7+1 == -d.n
}

// numbered reports whether the nth of so many is listed, from the end too.
func numbered(list []int, n, of int) bool {
	return slices.Contains(list, n) || slices.Contains(list, n-of-1)
}

// week returns the number of the date's week, and how many there are in the year that
// it belongs to: the first has at least four days of it.
func (s *set) week(date time.Time) (n, of int) {
	begin := week(date, s.weekStart)
	year := begin.AddDate(0, 0, 3).Year()
	first := week(time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC), s.weekStart)
	next := week(time.Date(year+1, 1, 4, 0, 0, 0, 0, time.UTC), s.weekStart)
	return int(begin.Sub(first)/(7*day)) + 1, int(next.Sub(first) / (7 * day))
}

func daysOf(year int) int { return time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC).YearDay() }

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
