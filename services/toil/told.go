package toil

import (
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// What is told outside a team is made of grains alone: the answers of a week, and what was logged in a week
// of a category for a service. A grain is told once nobody can answer about its week any more, and where it
// is of Crowd persons at least. All that others see is a sum of whole grains, so that whichever sums
// somebody subtracts from one another, of today and of other days, what is left is of as many persons.

// Crowd is over how many persons at least something is told outside their team, so that nobody can be
// picked out.
const Crowd = 4

// TooFew is the state of a share that is not told outside the team, as no week of it was answered about by
// Crowd persons.
const TooFew share.State = "too_few"

// closed are those of the weeks that nobody can answer about any more.
func closed(weeks []share.Week, now time.Time) []share.Week {
	return slices.DeleteFunc(slices.Clone(weeks), func(w share.Week) bool { return now.Before(w.End().Add(fortnight)) })
}

// told is what others know of a team's answers about the weeks. Who was away is counted as one who did not
// answer: the response rate is at least what it says.
func (r read) told(team id.ID, weeks []share.Week, now time.Time) share.Said {
	out := share.Said{Terms: r.settings[team].Terms(), Weeks: closed(weeks, now), Askings: r.asked(team)}
	by := map[share.Week][]share.Answer{}
	for _, a := range r.answers[team] {
		if a.Away < r.settings[team].WeekDays {
			by[a.Week] = append(by[a.Week], share.Answer{Subject: string(a.Subject), Week: a.Week, Percent: a.Percent, Away: a.Away})
		}
	}
	for _, w := range out.Weeks {
		if len(by[w]) >= Crowd { // each answers once about a week
			out.Answers = append(out.Answers, by[w]...)
		}
	}
	return out
}

// grain is what is told or not as a whole.
type grain struct {
	week share.Week
	part
}

// grains are what others know of what was logged in the weeks.
func grains(logged []Logged, weeks []share.Week, now time.Time) []Logged {
	open := map[share.Week]bool{}
	for _, w := range closed(weeks, now) {
		open[w] = true
	}
	of := func(l Logged) grain { return grain{l.week(), l.part()} }
	persons := map[grain]map[id.ID]bool{}
	for _, l := range logged {
		g := of(l)
		if persons[g] == nil {
			persons[g] = map[id.ID]bool{}
		}
		persons[g][l.Subject] = true
	}
	return slices.DeleteFunc(slices.Clone(logged), func(l Logged) bool {
		g := of(l)
		return !open[g.week] || len(persons[g]) < Crowd
	})
}

// part is a kind of toil.
type part struct {
	category Category
	service  id.ID
}

func (l Logged) week() share.Week { return share.WeekOf(l.Day.Time()) }
func (l Logged) part() part       { return part{l.Category, l.Service} }

// sums are by what of makes of each.
func sums(logged []Logged, of func(Logged) part) map[part]Slice {
	out := map[part]Slice{}
	persons := map[part]map[id.ID]bool{}
	for _, l := range logged {
		p := of(l)
		if persons[p] == nil {
			persons[p] = map[id.ID]bool{}
		}
		persons[p][l.Subject] = true
		s := out[p]
		s.Category, s.Service = p.category, p.service
		s.Minutes += l.Minutes
		s.Entries += l.Entries
		s.Persons = len(persons[p])
		out[p] = s
	}
	return out
}

// work is what was logged in the last 90 days, as somebody may see it, and over how many days that is: of
// those before the team's first entry nothing is known.
type work struct {
	logged []Logged
	days   int
	inside bool
}

// leastDays are those that a year is reckoned from at least: one day says little of it.
const leastDays = 7

// worked is what somebody sees of what a team logged since window began.
func worked(logged []Logged, inside bool, now time.Time) work {
	from, to := window(now)
	weeks := share.Rolling(now)
	if inside {
		logged = slices.DeleteFunc(slices.Clone(logged), func(l Logged) bool { return l.Day < from || l.Day > to })
	} else {
		logged = grains(logged, weeks, now)
	}
	w := work{logged: logged, days: leastDays, inside: inside}
	if len(logged) == 0 {
		return w
	}
	first := slices.MinFunc(logged, func(a, b Logged) int { return a.Day.Time().Compare(b.Day.Time()) })
	if inside {
		w.days = max(w.days, days(first.Day, to))
	} else if told := closed(weeks, now); len(told) > 0 {
		w.days = days(clock.DateOf(first.week().Monday()), clock.DateOf(told[len(told)-1].End())) - 1
	}
	return w
}

// days is how many there are from the one to the other, both included.
func days(from, to clock.Date) int {
	return int(to.Time().Sub(from.Time())/(24*time.Hour)) + 1
}
