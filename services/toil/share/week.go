package share

import (
	"fmt"
	"time"
)

// Week is a week of ISO 8601, such as "2026-W48": from Monday to Sunday, in UTC. Later ones are greater
// as texts.
type Week string

const day = 24 * time.Hour

// WeekOf is the week of a time.
func WeekOf(t time.Time) Week {
	year, week := t.UTC().ISOWeek()
	return Week(fmt.Sprintf("%04d-W%02d", year, week))
}

// ParseWeek reads one, and reports whether it is one: not every year has a week 53.
func ParseWeek(text string) (Week, bool) {
	var year, week int
	if n, err := fmt.Sscanf(text, "%04d-W%02d", &year, &week); err != nil || n != 2 || year < 1 || week < 1 || week > 53 {
		return "", false
	}
	w := Week(text)
	return w, WeekOf(w.Monday()) == w
}

// Monday is when it begins. Its 4 January lies in week 1 of a year, by ISO 8601.
func (w Week) Monday() time.Time {
	var year, week int
	_, _ = fmt.Sscanf(string(w), "%04d-W%02d", &year, &week) // zero of what is no week
	fourth := time.Date(year, time.January, 4, 0, 0, 0, 0, time.UTC)
	return fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7+7*(week-1))
}

// Thursday is the day by which a week belongs to a year, and here to any period.
func (w Week) Thursday() time.Time { return w.Monday().AddDate(0, 0, 3) }

// End is when the next one begins.
func (w Week) End() time.Time { return w.Monday().AddDate(0, 0, 7) }

// Plus is the week so many weeks later.
func (w Week) Plus(n int) Week { return WeekOf(w.Monday().AddDate(0, 0, 7*n)) }

// Days is how many days Rolling goes back.
const Days = 90

// Rolling are the weeks that are over and whose Thursday lies in the last 90 days, the first first.
func Rolling(now time.Time) []Week {
	today := now.UTC().Truncate(day)
	return between(today.AddDate(0, 0, -Days+1), today.AddDate(0, 0, 1), now)
}

// Quarter is one of a year's, such as "2026-Q4".
type Quarter string

// QuarterOf is that of a time, in UTC.
func QuarterOf(t time.Time) Quarter {
	t = t.UTC()
	return Quarter(fmt.Sprintf("%04d-Q%d", t.Year(), (int(t.Month())+2)/3))
}

// ParseQuarter reads one, and reports whether it is one.
func ParseQuarter(text string) (Quarter, bool) {
	var year, n int
	if read, err := fmt.Sscanf(text, "%04d-Q%d", &year, &n); err != nil || read != 2 || year < 1 || n < 1 || n > 4 {
		return "", false
	}
	q := Quarter(text)
	return q, QuarterOf(q.From()) == q
}

// From is when it begins, To when it is over, in UTC.
func (q Quarter) From() time.Time {
	var year, n int
	_, _ = fmt.Sscanf(string(q), "%04d-Q%d", &year, &n)
	return time.Date(year, time.Month(3*n-2), 1, 0, 0, 0, 0, time.UTC)
}

// To is when it is over.
func (q Quarter) To() time.Time { return q.From().AddDate(0, 3, 0) }

// Weeks are those that are over at now and whose Thursday lies in the quarter, the first first.
func (q Quarter) Weeks(now time.Time) []Week { return between(q.From(), q.To(), now) }

// between are the weeks with a Thursday in [from, to) that are over at now.
func between(from, to, now time.Time) []Week {
	var out []Week
	for w := WeekOf(from); w.Monday().Before(to); w = w.Plus(1) {
		if thursday := w.Thursday(); !thursday.Before(from) && thursday.Before(to) && !w.End().After(now) {
			out = append(out, w)
		}
	}
	return out
}
