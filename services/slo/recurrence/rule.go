package recurrence

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Frequency is what a rule counts periods in.
type Frequency string

// The frequencies. Finer ones of the RFC are refused.
const (
	Hourly  Frequency = "HOURLY"
	Daily   Frequency = "DAILY"
	Weekly  Frequency = "WEEKLY"
	Monthly Frequency = "MONTHLY"
	Yearly  Frequency = "YEARLY"
)

// The bounds of a rule.
const (
	MaxInterval   = 1000
	MaxCount      = 10_000
	MaxTimesOfDay = 96 // BYHOUR × BYMINUTE
	maxText       = 500
)

// Rule is an RRULE of RFC 5545, section 3.3.10.
type Rule struct {
	freq     Frequency
	interval int
	count    int       // 0: none
	until    time.Time // zero: none; an instant, or as clocks show it
	local    bool      // until is as clocks show it, written as UTC

	months, monthDays, yearDays, weeks []int
	days                               []weekday
	hours, minutes, positions          []int
	weekStart                          time.Weekday
}

// weekday is a day of the week, the nth of its month or year where n is not 0.
type weekday struct {
	n   int
	day time.Weekday
}

var weekdays = []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"} // by time.Weekday

// Parse reads a rule such as "FREQ=WEEKLY;BYDAY=SU". The error says what would be
// right.
func Parse(text string) (Rule, error) {
	if len(text) > maxText {
		return Rule{}, fmt.Errorf("must have at most %d characters, has %d", maxText, len(text))
	}
	r := Rule{interval: 1, weekStart: time.Monday}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(strings.ToUpper(text), ";") {
		name, value, ok := strings.Cut(part, "=")
		if !ok || value == "" {
			return Rule{}, fmt.Errorf(`must be parts NAME=VALUE of RFC 5545 with ";" between, such as "FREQ=WEEKLY;BYDAY=SU"`)
		}
		if seen[name] {
			return Rule{}, fmt.Errorf("must have %s once only", name)
		}
		seen[name] = true
		if err := r.read(name, value); err != nil {
			return Rule{}, err
		}
	}
	return r, r.check()
}

// read takes in one part.
func (r *Rule) read(name, value string) error {
	var err error
	switch name {
	case "FREQ":
		r.freq = Frequency(value)
		if !slices.Contains([]Frequency{Hourly, Daily, Weekly, Monthly, Yearly}, r.freq) {
			return fmt.Errorf("must have a FREQ of HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY")
		}
	case "INTERVAL":
		r.interval, err = number(name, value, 1, MaxInterval)
	case "COUNT":
		r.count, err = number(name, value, 1, MaxCount)
	case "UNTIL":
		err = r.readUntil(value)
	case "BYMONTH":
		r.months, err = numbers(name, value, 1, 12, false)
	case "BYMONTHDAY":
		r.monthDays, err = numbers(name, value, 1, 31, true)
	case "BYYEARDAY":
		r.yearDays, err = numbers(name, value, 1, 366, true)
	case "BYWEEKNO":
		r.weeks, err = numbers(name, value, 1, 53, true)
	case "BYHOUR":
		r.hours, err = numbers(name, value, 0, 23, false)
	case "BYMINUTE":
		r.minutes, err = numbers(name, value, 0, 59, false)
	case "BYSETPOS":
		r.positions, err = numbers(name, value, 1, 366, true)
	case "BYDAY":
		r.days, err = readDays(value)
	case "WKST":
		day := slices.Index(weekdays, value)
		if day < 0 {
			return fmt.Errorf("must have a WKST of %s", strings.Join(weekdays, ", "))
		}
		r.weekStart = time.Weekday(day)
	case "BYSECOND":
		return fmt.Errorf("must leave out BYSECOND: an occurrence begins with a minute")
	default:
		return fmt.Errorf("must have only parts of RFC 5545: FREQ, INTERVAL, COUNT, UNTIL, WKST and BY…")
	}
	return err
}

func number(name, value string, least, most int) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < least || n > most || value[0] == '+' {
		return 0, fmt.Errorf("must have an %s of %d to %d", name, least, most)
	}
	return n, nil
}

// numbers reads a list, sorted and without doubles; from the end, too, counted
// downwards from -1.
func numbers(name, value string, least, most int, fromEnd bool) ([]int, error) {
	var out []int
	for one := range strings.SplitSeq(value, ",") {
		n, err := strconv.Atoi(one)
		if up := n >= least && n <= most; err != nil || !up && !(fromEnd && n >= -most && n <= -least) {
			ends := ""
			if fromEnd {
				ends = fmt.Sprintf(", or %d to %d", -least, -most)
			}
			return nil, fmt.Errorf("must have in %s numbers of %d to %d%s", name, least, most, ends)
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func readDays(value string) ([]weekday, error) {
	var out []weekday
	for one := range strings.SplitSeq(value, ",") {
		at := max(0, len(one)-2)
		day, n := slices.Index(weekdays, one[at:]), 0
		var err error
		if at > 0 {
			n, err = strconv.Atoi(one[:at])
		}
		if err != nil || day < 0 || n < -53 || n > 53 || at > 0 && n == 0 {
			return nil, fmt.Errorf("must have in BYDAY days such as MO, or 1MO and -1FR for the first and the last of a month or year")
		}
		out = append(out, weekday{n, time.Weekday(day)})
	}
	slices.SortFunc(out, func(a, b weekday) int { return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.n, b.n)) })
	return slices.Compact(out), nil
}

func (r *Rule) readUntil(value string) error {
	for layout, local := range map[string]bool{"20060102T150405Z": false, "20060102T150405": true, "20060102": true} {
		at, err := time.Parse(layout, value)
		if err != nil {
			continue
		}
		if layout == "20060102" { // the whole of its day
			at = at.Add(24*time.Hour - time.Second)
		}
		r.until, r.local = at, local
		return nil
	}
	return fmt.Errorf("must have an UNTIL such as 20261224T000000Z in UTC, or 20261224T000000 or 20261224 as clocks of the time zone show it")
}

// check holds the parts against each other, by the table of section 3.3.10.
func (r *Rule) check() error {
	nth := slices.ContainsFunc(r.days, func(d weekday) bool { return d.n != 0 })
	by := len(r.months) + len(r.monthDays) + len(r.yearDays) + len(r.weeks) + len(r.days) + len(r.hours) + len(r.minutes)
	switch {
	case r.freq == "":
		return fmt.Errorf("must have a FREQ of HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY")
	case r.count > 0 && !r.until.IsZero():
		return fmt.Errorf("must have COUNT or UNTIL, not both")
	case len(r.weeks) > 0 && r.freq != Yearly:
		return fmt.Errorf("must have BYWEEKNO only where FREQ is YEARLY")
	case len(r.monthDays) > 0 && r.freq == Weekly:
		return fmt.Errorf("must not have BYMONTHDAY where FREQ is WEEKLY")
	case len(r.yearDays) > 0 && r.freq != Yearly && r.freq != Hourly:
		return fmt.Errorf("must have BYYEARDAY only where FREQ is YEARLY or HOURLY")
	case nth && (r.freq != Monthly && r.freq != Yearly || len(r.weeks) > 0):
		return fmt.Errorf("must number days in BYDAY only where FREQ is MONTHLY or YEARLY, and without BYWEEKNO")
	case len(r.positions) > 0 && by == 0:
		return fmt.Errorf("must have BYSETPOS only beside another BY… part")
	case max(1, len(r.hours))*max(1, len(r.minutes)) > MaxTimesOfDay:
		return fmt.Errorf("must begin at most %d times a day: there are too many of BYHOUR and BYMINUTE", MaxTimesOfDay)
	}
	return nil
}
