package toil

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// Crowd is over how many persons at least something is told outside their team, so that nobody can be
// picked out.
const Crowd = 4

// TooFew is the state of a share that is not told outside the team, as it is over fewer than Crowd.
const TooFew share.State = "too_few"

// TrendWeeks is how many weeks the trend goes back, the present one included.
const TrendWeeks = 26

// Measured is how much toil a team has, as the caller may see it.
type Measured struct {
	Team     id.ID
	Settings Settings
	// Inside is that the caller is a member: others see sums over Crowd persons and more.
	Inside bool
	// Rolling is of the last 90 days, Quarter of a quarter of the calendar.
	Rolling, Quarter Standing
	// Trend is week by week, the first first; the last is the present one.
	Trend []TrendWeek
	// Categories and Services are what most was logged of in 90 days, the most first.
	Categories, Services []Slice
	// Hidden is that slices of fewer than Crowd persons are left out.
	Hidden bool
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
	Entries         *Figures
	Disagree        bool
	// Above is whether the median of the answers is above the cap; nil where that is not known.
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
	Week    share.Week
	Asked   int
	Answers int
	// Whole is the mean of the answers; nil where there is none, or it is not told.
	Whole *float64
	// Minutes were logged; nil where that is not told.
	Minutes *int
}

// Slice is a part of the toil.
type Slice struct {
	Category Category
	Service  id.ID
	// Minutes were logged, in so many entries by so many persons.
	Minutes, Entries, Persons int
	// Answered are minutes by answers that name it as the largest, of a category.
	Answered int
}

// read is all that is known of teams since a week.
type read struct {
	settings map[id.ID]Settings
	answers  map[id.ID][]Answer
	logged   map[id.ID][]Logged
	askings  map[id.ID][]Asking
}

func (s *Service) read(ctx context.Context, teams []id.ID, since share.Week, now time.Time) (read, error) {
	r := read{answers: map[id.ID][]Answer{}, logged: map[id.ID][]Logged{}, askings: map[id.ID][]Asking{}}
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
	logged, err := s.Store.Logged(ctx, teams, clock.DateOf(since.Monday()), clock.DateOf(now))
	if err != nil {
		return r, fmt.Errorf("read what teams logged: %w", err)
	}
	for _, l := range logged {
		r.logged[l.Team] = append(r.logged[l.Team], l)
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

// said is what is known of a team in weeks.
func (r read) said(team id.ID, weeks []share.Week) share.Said {
	out := share.Said{Terms: r.settings[team].Terms(), Weeks: weeks}
	for _, a := range r.answers[team] {
		out.Answers = append(out.Answers, share.Answer{Subject: string(a.Subject), Week: a.Week, Percent: a.Percent, Away: a.Away})
	}
	for _, l := range r.logged[team] {
		out.Entries = append(out.Entries, share.Entry{Subject: string(l.Subject), Week: share.WeekOf(l.Day.Time()), Minutes: l.Minutes})
	}
	for _, a := range r.askings[team] {
		out.Askings = append(out.Askings, share.Asking{Week: a.Week, Members: a.Members})
	}
	return out
}

// standing is a share as it is shown.
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
	switch {
	case inside:
	case r.State != share.Known: // what says nothing is not told to others
		out.Answers, out.Entries = nil, nil
	case out.Answers == nil:
		out.State, out.Entries = TooFew, nil
	}
	out.Disagree = r.Disagree && out.Answers != nil && out.Entries != nil
	return out
}

// shown are figures as they are shown; nil outside the team where they are over too few.
func shown(f *share.Figures, inside bool) *Figures {
	if f == nil || !inside && f.Persons < Crowd {
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
// Faults: Invalid of what is no quarter, or one that has not begun.
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
	if _, is := share.ParseQuarter(string(quarter)); !is || quarter > share.QuarterOf(now) {
		check.Fail("query.quarter", string(quarter), "must be a quarter that has begun, such as %q", share.QuarterOf(now))
		return Measured{}, check.Err()
	}
	week := share.WeekOf(now)
	first := week.Plus(1 - TrendWeeks)
	since := min(first, share.WeekOf(quarter.From()))
	known, err := s.read(ctx, []id.ID{team}, since, now)
	if err != nil {
		return Measured{}, err
	}
	settings := known.settings[team]
	m := Measured{Team: team, Settings: settings, Inside: inside}
	rolling := known.said(team, share.Rolling(now))
	m.Rolling = standing("90d", rolling, settings.Cap, inside)
	m.Quarter = standing(string(quarter), known.said(team, quarter.Weeks(now)), settings.Cap, inside)
	if inside {
		m.You = you(rolling, access.CallerFrom(ctx).Person)
	}
	m.Trend = known.trend(team, first, inside)
	if err := s.slice(ctx, &m, known, now); err != nil {
		return Measured{}, err
	}
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
func (r read) trend(team id.ID, first share.Week, inside bool) []TrendWeek {
	var out []TrendWeek
	for n := range TrendWeeks {
		w := TrendWeek{Week: first.Plus(n)}
		percent, minutes := 0, 0
		logged := map[id.ID]bool{}
		for _, a := range r.answers[team] {
			if a.Week == w.Week {
				w.Answers++
				percent += a.Percent
			}
		}
		for _, l := range r.logged[team] {
			if share.WeekOf(l.Day.Time()) == w.Week {
				minutes += l.Minutes
				logged[l.Subject] = true
			}
		}
		for _, a := range r.askings[team] {
			if a.Week == w.Week {
				w.Asked = a.Members
			}
		}
		if w.Answers >= Crowd || inside && w.Answers > 0 {
			whole := float64(percent) / float64(100*w.Answers)
			w.Whole = &whole
		}
		if len(logged) >= Crowd || inside {
			w.Minutes = &minutes
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
func (s *Service) slice(ctx context.Context, m *Measured, known read, now time.Time) error {
	from, to := window(now)
	sums, err := s.Store.Sums(ctx, []id.ID{m.Team}, from, to)
	if err != nil {
		return fmt.Errorf("sum up what a team logged: %w", err)
	}
	said := map[Category]Slice{}
	for _, one := range sums {
		c := said[one.Category]
		c.Category = one.Category
		c.Minutes += one.Minutes
		c.Entries += one.Entries
		c.Persons = max(c.Persons, one.Persons) // at least so many
		said[one.Category] = c
	}
	net := m.Settings.Terms().Net()
	rolling := share.Rolling(now)
	answerers := map[Category]map[id.ID]bool{}
	for _, a := range known.answers[m.Team] {
		if a.Category == "" || !slices.Contains(rolling, a.Week) {
			continue
		}
		c := said[a.Category]
		c.Category = a.Category
		c.Answered += int(net * float64(a.Percent) / 100)
		said[a.Category] = c
		if answerers[a.Category] == nil {
			answerers[a.Category] = map[id.ID]bool{}
		}
		answerers[a.Category][a.Subject] = true
	}
	services := map[id.ID]Slice{}
	for _, one := range sums {
		v := services[one.Service]
		v.Service = one.Service
		v.Minutes += one.Minutes
		v.Entries += one.Entries
		v.Persons = max(v.Persons, one.Persons) // at least so many
		services[one.Service] = v
	}
	for category, c := range said {
		if !m.Inside && c.Persons < Crowd {
			m.Hidden = m.Hidden || c.Minutes > 0
			c.Minutes, c.Entries, c.Persons = 0, 0, 0
		}
		if !m.Inside && len(answerers[category]) < Crowd {
			m.Hidden = m.Hidden || c.Answered > 0
			c.Answered = 0
		}
		if c.Minutes > 0 || c.Answered > 0 {
			m.Categories = append(m.Categories, c)
		}
	}
	for _, v := range services {
		if m.Inside || v.Persons >= Crowd {
			m.Services = append(m.Services, v)
		} else {
			m.Hidden = true
		}
	}
	most := func(a, b Slice) int {
		return cmp.Or(cmp.Compare(b.Minutes, a.Minutes), cmp.Compare(b.Answered, a.Answered), cmp.Compare(a.Category, b.Category), cmp.Compare(a.Service, b.Service))
	}
	slices.SortFunc(m.Categories, most)
	slices.SortFunc(m.Services, most)
	return nil
}
