package share

import (
	"maps"
	"math"
	"slices"
)

// Terms are by what a share is reckoned.
type Terms struct {
	// WeekMinutes are the working hours of a person in a week, in minutes, and WeekDays on how many days.
	WeekMinutes, WeekDays int
	// Overhead is the share of them that meetings and the like take, in percent.
	Overhead int
}

// Net are the minutes of a week beside the overhead: what toil is a share of.
func (t Terms) Net() float64 { return float64(t.WeekMinutes) * float64(100-t.Overhead) / 100 }

// Worked is how much of a week somebody worked who was away on so many of its days: 1 is all of it.
func (t Terms) Worked(away int) float64 {
	return float64(max(0, t.WeekDays-away)) / float64(t.WeekDays)
}

// Answer is what a person said of a week: how much of it was toil, in percent, and on how many working
// days they were away. A week of which they worked nothing is no part of their share.
type Answer struct {
	Subject string
	Week    Week
	Percent int
	Away    int
}

// Entry is what a person logged in a week, in minutes.
type Entry struct {
	Subject string
	Week    Week
	Minutes int
}

// Asking is of how many people it was asked about a week.
type Asking struct {
	Week    Week
	Members int
}

// Said is all that is known of a team in the weeks of a period, and by what it is reckoned. What is of
// other weeks is left out of account.
type Said struct {
	Terms   Terms
	Weeks   []Week // ascending
	Answers []Answer
	Entries []Entry
	Askings []Asking
}

// State is what a share is worth.
type State string

// The states.
const (
	// NoData is that nobody answered or logged anything, which is not a share of nothing.
	NoData State = "no_data"
	// Insufficient is that fewer than half of those who were asked answered, or nobody was asked.
	Insufficient State = "insufficient"
	Known        State = "known"
)

// Enough is the least response rate at which a share says something.
const Enough = 0.5

// apart is by how much two shares disagree: more than 20 points.
const apart = 0.20

// Figures are shares over persons: 0.5 is half of what they worked beside the overhead.
type Figures struct {
	Persons      int
	Median, Most float64
	// Whole is the toil of all ÷ the net hours of all.
	Whole float64
}

// Result is the share of a team in a period.
type Result struct {
	State State
	Weeks int // of the period that are over
	// Asked is how many answers were asked for, of those who were not away, Answered how many of them came.
	Asked, Answered int
	// Rate is Answered ÷ Asked; nil where nobody was asked.
	Rate *float64
	// Persons is how many answered or logged something.
	Persons int
	// Answers and Entries are the share by the one and by the other; nil where there are none.
	Answers, Entries *Figures
	// Disagree is that their medians are more than 20 points apart.
	Disagree bool
}

// Median is that by answers; false where it says nothing.
func (r Result) Median() (float64, bool) {
	if r.State != Known || r.Answers == nil {
		return 0, false
	}
	return r.Answers.Median, true
}

// Above reports whether the median is above a cap in percent; false where that is not known.
func (r Result) Above(limit int) bool {
	median, known := r.Median()
	return known && median > float64(limit)/100
}

// Person is the share of one person in a period.
type Person struct {
	Subject          string
	Answers, Entries *float64
	Disagree         bool
}

// tally is what is known of one person.
type tally struct {
	worked    map[int]float64 // of the weeks that they said something of, by their place in the period
	answered  float64         // weeks that were worked, as far as they were
	percent   float64         // of these
	minutes   int             // logged
	logged    bool            // anything
	since     int             // the first week with anything, by its place in the period
	netLogged float64         // minutes
}

func (s Said) tallies() map[string]*tally {
	at := make(map[Week]int, len(s.Weeks))
	for i, w := range s.Weeks {
		at[w] = i
	}
	out := map[string]*tally{}
	of := func(subject string, week int) *tally {
		t := out[subject]
		if t == nil {
			t = &tally{since: week, worked: map[int]float64{}}
			out[subject] = t
		}
		return t
	}
	for _, a := range s.Answers {
		if week, within := at[a.Week]; within {
			t, worked := of(a.Subject, len(s.Weeks)), s.Terms.Worked(a.Away)
			t.worked[week] = worked
			if worked > 0 {
				t.since = min(t.since, week)
				t.answered += worked
				t.percent += worked * float64(a.Percent)
			}
		}
	}
	for _, e := range s.Entries {
		week, within := at[e.Week]
		if !within {
			continue
		}
		t := of(e.Subject, week)
		if worked, said := t.worked[week]; said && worked == 0 {
			continue
		}
		t.since = min(t.since, week)
		t.minutes += e.Minutes
		t.logged = true
	}
	for subject, t := range out {
		if t.answered == 0 && !t.logged {
			delete(out, subject) // they were away
			continue
		}
		for week := t.since; t.logged && week < len(s.Weeks); week++ {
			// A week in which nothing was logged had none, once a person takes part.
			worked, said := t.worked[week]
			if !said {
				worked = 1
			}
			t.netLogged += s.Terms.Net() * worked
		}
	}
	return out
}

// People are the shares of each person, by subject.
func (s Said) People() []Person {
	var out []Person
	for subject, t := range s.tallies() {
		p := Person{Subject: subject}
		if t.answered > 0 {
			share := t.percent / (100 * t.answered)
			p.Answers = &share
		}
		if t.netLogged > 0 {
			share := float64(t.minutes) / t.netLogged
			p.Entries = &share
		}
		p.Disagree = disagree(p.Answers, p.Entries)
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Person) int {
		if a.Subject < b.Subject {
			return -1
		}
		return 1
	})
	return out
}

// rounding is what float64 loses; without it 70 % and 50 % would be more than 20 points apart.
const rounding = 1e-9

func disagree(a, b *float64) bool { return a != nil && b != nil && math.Abs(*a-*b) > apart+rounding }

// Result is the share of all.
func (s Said) Result() Result {
	r := Result{State: Insufficient, Weeks: len(s.Weeks)}
	people := s.People()
	r.Persons = len(people)
	var answers, entries []float64
	for _, p := range people {
		if p.Answers != nil {
			answers = append(answers, *p.Answers)
		}
		if p.Entries != nil {
			entries = append(entries, *p.Entries)
		}
	}
	var percent, answered, minutes, logged float64
	all := s.tallies()
	for _, subject := range slices.Sorted(maps.Keys(all)) { // floats add up to the same in the same order
		t := all[subject]
		percent += t.percent
		answered += t.answered
		minutes += float64(t.minutes)
		logged += t.netLogged
	}
	r.Answers, r.Entries = figures(answers, percent/100, answered), figures(entries, minutes, logged)
	if r.Answers != nil && r.Entries != nil {
		r.Disagree = disagree(&r.Answers.Median, &r.Entries.Median)
	}
	r.Asked, r.Answered = s.response()
	if r.Asked > 0 {
		rate := float64(r.Answered) / float64(r.Asked)
		r.Rate = &rate
	}
	switch {
	case r.Persons == 0:
		r.State = NoData
	case r.Answers != nil && r.Rate != nil && *r.Rate >= Enough:
		r.State = Known
	}
	return r
}

// response counts the answers that were asked for, and those that came, without who was away. Of a week
// no more came than were asked for: people who joined later answer too.
func (s Said) response() (asked, answered int) {
	came, away := map[Week]int{}, map[Week]int{}
	for _, a := range s.Answers {
		if s.Terms.Worked(a.Away) > 0 {
			came[a.Week]++
		} else {
			away[a.Week]++
		}
	}
	for _, k := range s.Askings {
		if slices.Contains(s.Weeks, k.Week) {
			there := max(0, k.Members-away[k.Week])
			asked += there
			answered += min(came[k.Week], there)
		}
	}
	return asked, answered
}

func figures(shares []float64, toil, net float64) *Figures {
	if len(shares) == 0 || net == 0 {
		return nil
	}
	slices.Sort(shares)
	n := len(shares)
	return &Figures{Persons: n, Median: (shares[(n-1)/2] + shares[n/2]) / 2, Most: shares[n-1], Whole: toil / net}
}
