package toil

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// TrendWeeks is how many weeks the trend goes back, the present one included.
const TrendWeeks = 26

// longest is of how many years ago a quarter is measured at most: all since then is read.
const longest = 5

// Measured is how much toil a team has, as the caller may see it.
type Measured struct {
	Team     id.ID
	Settings Settings
	// Inside is that the caller is a member: others see sums of grains of Crowd persons and more.
	Inside bool
	// Rolling is of the last 90 days, Quarter of a quarter of the calendar.
	Rolling, Quarter Standing
	// Trend is week by week, the first first; the last is the present one.
	Trend []TrendWeek
	// Categories and Services are what most was logged of in 90 days, the most first.
	Categories, Services []Slice
	// You is the share of the caller; nil without one.
	You *share.Person
}

// Standing is the share of a team in a period.
type Standing struct {
	Name            string // "90d", or the quarter
	From, To        clock.Date
	State           share.State
	Weeks           int
	Asked, Answered int
	Rate            *float64
	Persons         int
	Answers         *Figures
	Entries         *Figures // nil outside the team
	Disagree        bool
	// Above is whether the median of the answers is above the cap; nil where that is not known, or not told.
	Above *bool
}

// Figures are shares over persons.
type Figures struct {
	Persons int
	Whole   float64 // toil of all ÷ net hours of all
	// Median and Most are over persons; nil outside the team.
	Median, Most *float64
}

// TrendWeek is one week of a team.
type TrendWeek struct {
	Week  share.Week
	Asked int
	// Answers is how many there are; nil where that is not told.
	Answers *int
	// Whole is the mean of the answers; nil where there is none, or it is not told.
	Whole *float64
	// Minutes were logged; nil where that is not told. Outside the team it is the sum of what is told.
	Minutes *int
}

// Slice is a part of the toil.
type Slice struct {
	Category Category
	Service  id.ID
	// Minutes were logged, in so many entries by so many persons.
	Minutes, Entries, Persons int
	// Answered are minutes by answers that name it as the largest, of a category; 0 outside the team: less
	// the share of all it would tell what those answered who named another.
	Answered int
}

// read is what teams decided, answered and were asked since a week.
type read struct {
	settings map[id.ID]Settings
	answers  map[id.ID][]Answer
	askings  map[id.ID][]Asking
}

func (s *Service) read(ctx context.Context, teams []id.ID, since share.Week) (read, error) {
	r := read{answers: map[id.ID][]Answer{}, askings: map[id.ID][]Asking{}}
	var err error
	if r.settings, err = s.settingsOf(ctx, teams); err != nil {
		return r, err
	}
	answers, err := s.Store.Answers(ctx, teams, since)
	if err != nil {
		return r, fmt.Errorf("read what teams answered: %w", err)
	}
	for _, a := range answers {
		r.answers[a.Team] = append(r.answers[a.Team], a)
	}
	askings, err := s.Store.Askings(ctx, teams, since)
	if err != nil {
		return r, fmt.Errorf("read which weeks were asked about: %w", err)
	}
	for _, a := range askings {
		r.askings[a.Team] = append(r.askings[a.Team], a)
	}
	return r, nil
}

// said is all that is known of a team in weeks, with what it logged.
func (r read) said(team id.ID, weeks []share.Week, logged []Logged) share.Said {
	out := share.Said{Terms: r.settings[team].Terms(), Weeks: weeks, Askings: r.asked(team)}
	for _, a := range r.answers[team] {
		out.Answers = append(out.Answers, share.Answer{Subject: string(a.Subject), Week: a.Week, Percent: a.Percent, Away: a.Away})
	}
	for _, l := range logged {
		out.Entries = append(out.Entries, share.Entry{Subject: string(l.Subject), Week: l.week(), Minutes: l.Minutes})
	}
	return out
}

func (r read) asked(team id.ID) []share.Asking {
	var out []share.Asking
	for _, a := range r.askings[team] {
		out = append(out, share.Asking{Week: a.Week, Members: a.Members})
	}
	return out
}

// standing is a share as it is shown, of what is known inside the team, or told outside it.
func standing(name string, said share.Said, limit int, inside bool) Standing {
	r := said.Result()
	out := Standing{
		Name: name, State: r.State, Weeks: r.Weeks, Asked: r.Asked, Answered: r.Answered, Rate: r.Rate, Persons: r.Persons,
		Answers: shown(r.Answers, inside), Entries: shown(r.Entries, inside),
	}
	if n := len(said.Weeks); n > 0 {
		out.From, out.To = clock.DateOf(said.Weeks[0].Monday()), clock.DateOf(said.Weeks[n-1].End().AddDate(0, 0, -1))
	}
	if _, known := r.Median(); known {
		above := r.Above(limit)
		out.Above = &above
	}
	out.Disagree = r.Disagree
	switch {
	case inside:
	case r.Answers == nil: // whether anybody said anything is not told either
		out.State = TooFew
	case r.State != share.Known: // what says nothing is not told to others
		out.Answers = nil
	}
	return out
}

// shown are figures as they are shown.
func shown(f *share.Figures, inside bool) *Figures {
	if f == nil {
		return nil
	}
	out := &Figures{Persons: f.Persons, Whole: f.Whole}
	if inside {
		out.Median, out.Most = &f.Median, &f.Most
	}
	return out
}

// Measure is how much toil the team has; quarter is empty for the present one.
//
// Faults: Invalid of what is no quarter, one that has not begun, or one of more than longest years ago.
func (s *Service) Measure(ctx context.Context, team id.ID, quarter share.Quarter) (Measured, error) {
	now := clock.Round(s.Clock())
	if err := s.mayRead(ctx); err != nil {
		return Measured{}, err
	}
	inside, err := s.inside(ctx, team)
	if err != nil {
		return Measured{}, err
	}
	quarter = cmp.Or(quarter, share.QuarterOf(now))
	var check fault.Check
	present, earliest := share.QuarterOf(now), share.QuarterOf(now.AddDate(-longest, 0, 0))
	if _, is := share.ParseQuarter(string(quarter)); !is || quarter > present || quarter < earliest {
		check.Fail("query.quarter", string(quarter), "must be a quarter from %s to the present one, %s", earliest, present)
		return Measured{}, check.Err()
	}
	week := share.WeekOf(now)
	first := week.Plus(1 - TrendWeeks)
	since := min(first, share.WeekOf(quarter.From()))
	known, err := s.read(ctx, []id.ID{team}, since)
	if err != nil {
		return Measured{}, err
	}
	logged, err := s.Store.Logged(ctx, []id.ID{team}, clock.DateOf(since.Monday()), clock.DateOf(now))
	if err != nil {
		return Measured{}, fmt.Errorf("read what a team logged: %w", err)
	}
	settings := known.settings[team]
	of := func(name string, weeks []share.Week) Standing {
		if inside {
			return standing(name, known.said(team, weeks, logged), settings.Cap, true)
		}
		return standing(name, known.told(team, weeks, now), settings.Cap, false)
	}
	m := Measured{Team: team, Settings: settings, Inside: inside, Rolling: of("90d", share.Rolling(now)), Quarter: of(string(quarter), quarter.Weeks(now))}
	if inside {
		m.You = you(known.said(team, share.Rolling(now), logged), access.CallerFrom(ctx).Person)
	}
	m.Trend = known.trend(team, first, logged, inside, now)
	m.slice(worked(logged, inside, now), known, share.Rolling(now))
	return m, nil
}

func you(said share.Said, person id.ID) *share.Person {
	for _, p := range said.People() {
		if p.Subject == string(person) {
			return &p
		}
	}
	return nil
}

// trend is week by week.
func (r read) trend(team id.ID, first share.Week, logged []Logged, inside bool, now time.Time) []TrendWeek {
	var weeks []share.Week
	for n := range TrendWeeks {
		weeks = append(weeks, first.Plus(n))
	}
	answers := r.said(team, weeks, nil).Answers
	if !inside {
		answers, logged = r.told(team, weeks, now).Answers, grains(logged, weeks, now)
	}
	var out []TrendWeek
	for _, week := range weeks {
		w := TrendWeek{Week: week}
		of := share.Said{Terms: r.settings[team].Terms(), Weeks: []share.Week{week}}
		for _, a := range answers {
			if a.Week == week {
				of.Answers = append(of.Answers, a)
			}
		}
		if n := len(of.Answers); inside || n > 0 {
			w.Answers = &n
		}
		if all := of.Result().Answers; all != nil {
			w.Whole = &all.Whole
		}
		minutes, any := 0, inside
		for _, l := range logged {
			if l.week() == week {
				minutes += l.Minutes
				any = true
			}
		}
		if any {
			w.Minutes = &minutes
		}
		for _, a := range r.askings[team] {
			if a.Week == week {
				w.Asked = a.Members
			}
		}
		out = append(out, w)
	}
	return out
}

// window is the days of which is told what is logged most.
func window(now time.Time) (from, to clock.Date) {
	return clock.DateOf(now.AddDate(0, 0, 1-share.Days)), clock.DateOf(now)
}

// slice adds what most was logged of.
func (m *Measured) slice(w work, known read, weeks []share.Week) {
	categories := sums(w.logged, func(l Logged) part { return part{category: l.Category} })
	if m.Inside {
		terms := m.Settings.Terms()
		for _, a := range known.answers[m.Team] {
			if a.Category == "" || !slices.Contains(weeks, a.Week) {
				continue
			}
			p := part{category: a.Category}
			c := categories[p]
			c.Category = a.Category
			c.Answered += int(terms.Net() * terms.Worked(a.Away) * float64(a.Percent) / 100)
			categories[p] = c
		}
	}
	most := func(a, b Slice) int {
		return cmp.Or(cmp.Compare(b.Minutes, a.Minutes), cmp.Compare(b.Answered, a.Answered), cmp.Compare(a.Category, b.Category), cmp.Compare(a.Service, b.Service))
	}
	m.Categories = slices.SortedFunc(maps.Values(categories), most)
	m.Services = slices.SortedFunc(maps.Values(sums(w.logged, func(l Logged) part { return part{service: l.Service} })), most)
}
