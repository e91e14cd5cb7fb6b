package dashboard

import (
	"context"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// worn has a team above its cap, of which the visitor is a member, and others that are seen from outside,
// for looking at; nothing that is sent to it is kept. Forms are tested through the real services.
type worn struct{ *sample }

var _ Toil = worn{}

// inside is whether the team is the visitor's: the first.
func (w worn) inside(team id.ID) bool { return len(w.teams) > 0 && w.teams[0].ID == team }

func (w worn) Measure(_ context.Context, team id.ID, _ share.Quarter) (toil.Measured, error) {
	m := toil.Measured{Team: team, Inside: w.inside(team), Settings: toil.Settings{Team: team, Version: 1, SettingsInput: toil.SettingsInput{WeekMinutes: 2400, WeekDays: 5, Overhead: 20, Cap: 50, Asks: true}}}
	week := share.WeekOf(w.now)
	for n := range toil.TrendWeeks {
		m.Trend = append(m.Trend, toil.TrendWeek{Week: week.Plus(n + 1 - toil.TrendWeeks)})
	}
	if !m.Inside {
		rate := 0.
		m.Rolling = toil.Standing{Name: "90d", State: toil.TooFew, Weeks: 12, Asked: 36, Rate: &rate}
		return m, w.fail
	}
	f := func(v float64) *float64 { return &v }
	above := true
	m.Rolling = toil.Standing{
		Name: "90d", State: share.Known, Weeks: 12, Asked: 60, Answered: 49, Rate: f(49. / 60), Persons: 5, Disagree: true, Above: &above,
		Answers: &toil.Figures{Persons: 5, Whole: 0.58, Median: f(0.625), Most: f(0.75)}, Entries: &toil.Figures{Persons: 3, Whole: 0.21, Median: f(0.2), Most: f(0.31)},
	}
	m.You = &share.Person{Subject: "ada", Answers: f(0.5), Entries: f(0.31)}
	for n := range toil.TrendWeeks - 1 {
		if n < 6 || n == 14 {
			continue // nobody answered
		}
		answers, minutes := 4, 60*(n%7)
		m.Trend[n].Asked, m.Trend[n].Answers, m.Trend[n].Whole, m.Trend[n].Minutes = 5, &answers, f(0.4+float64(n%5)*0.1), &minutes
	}
	for i, c := range toil.Categories {
		n := 2400 >> i
		m.Categories = append(m.Categories, toil.Slice{Category: c, Minutes: n, Entries: 40 >> i, Persons: 3, Answered: n * 2})
	}
	m.Services = []toil.Slice{{Service: w.services[0].ID, Minutes: 2400, Entries: 40, Persons: 3}}
	return m, w.fail
}

func (w worn) Candidates(_ context.Context, team id.ID, _ page.Request) (page.Page[toil.Figure], error) {
	if !w.inside(team) {
		return page.Page[toil.Figure]{}, w.fail
	}
	of := func(n int, title string, state toil.CandidateState) *toil.Candidate {
		return &toil.Candidate{ID: id.ID(fmt.Sprintf("01JD3Z0Q8RC6W4N1M2VT%06d", n)), Team: team, Service: w.services[0].ID, Category: toil.ReleaseShepherding, State: state, Version: 2, Estimate: toil.Estimate{Title: title, BuildMinutes: 24 * 60}}
	}
	weeks, less, more := 9.97, 3.5, -1.2
	sides := toil.Saved{Before: toil.Side{Days: 91, Entries: 40, Minutes: 2400}, After: toil.Side{Days: 30, Entries: 2, Minutes: 60}}
	helped, not, soon := sides, sides, sides
	helped.HoursAWeek, not.HoursAWeek, soon.HoursAWeek = &less, &more, nil
	return page.Page[toil.Figure]{Items: []toil.Figure{
		{Candidate: of(1, "Renew certificates by themselves", toil.Estimated), Category: toil.ReleaseShepherding, Service: w.services[0].ID, Told: true, HoursAYear: 125, PayBack: &weeks, Minutes: 1848, Entries: 40, Persons: 3},
		{Candidate: of(2, hostile+strings.Repeat("long", 30), toil.Wanted), Category: toil.Migrations, Service: w.services[0].ID},
		{Category: toil.CostAndCapacity, Service: w.services[0].ID, Told: true, HoursAYear: 12, Minutes: 180, Entries: 3, Persons: 1},
		{Category: toil.OpaqueTroubleshooting, Told: true, HoursAYear: 8, Minutes: 120, Entries: 1, Persons: 1},
		{Candidate: of(3, "Restart the worker", toil.Done), Category: toil.ProductionInterrupts, Service: w.services[0].ID, Told: true, Saved: &helped},
		{Candidate: of(4, "Move the rest", toil.Done), Category: toil.Migrations, Service: w.services[0].ID, Told: true, Saved: &not},
		{Candidate: of(5, "Clean up", toil.Done), Category: toil.Migrations, Service: w.services[0].ID, Told: true, Saved: &soon},
		{Candidate: of(6, "Rewrite all", toil.Dropped), Category: toil.Migrations, Service: w.services[0].ID, Told: true},
	}}, w.fail
}

func (w worn) Credits(_ context.Context, team id.ID) ([]toil.Credit, error) {
	if !w.inside(team) {
		return nil, w.fail
	}
	return []toil.Credit{{Name: "restart-worker", Category: toil.ProductionInterrupts, Service: w.services[0].ID, Times: 12, Seconds: 9000}, {Name: hostile, Category: toil.Migrations, Times: 1, Seconds: 60}}, w.fail
}

func (w worn) Mine(_ context.Context, team id.ID, week share.Week) (toil.Answer, error) {
	return toil.Answer{Team: team, Week: week, AnswerInput: toil.AnswerInput{Percent: 50, Category: toil.ReleaseShepherding, Note: hostile}}, w.fail
}

func (w worn) Entries(_ context.Context, f toil.EntryFilter, _ page.Request) (page.Page[toil.Entry], error) {
	entry := func(n, minutes int, note string) toil.Entry {
		return toil.Entry{ID: id.ID(fmt.Sprintf("01JD3Z0Q8RC6W4N1M2VE%06d", n)), Team: f.Team, Version: 1, EntryInput: toil.EntryInput{Day: clock.DateOf(w.now.AddDate(0, 0, -n)), Minutes: minutes, Category: toil.Migrations, Service: w.services[0].ID, Traits: toil.Traits{Manual: true, Repetitive: true}, Note: note, Link: "https://github.example/acme/checkout/issues/12"}}
	}
	return page.Page[toil.Entry]{Items: []toil.Entry{entry(0, 45, "The old database"), entry(1, 150, hostile)}}, w.fail
}

func (w worn) Proposals(context.Context, id.ID) ([]toil.Proposal, error) {
	return []toil.Proposal{{ID: "01JD3Z0Q8RC6W4N1M2VPAAAAAA", Origin: "alert/1", Service: w.services[0].ID, Day: clock.DateOf(w.now), Title: "A page about Availability, which Grace Hopper acknowledged", Link: "/alerts"}}, w.fail
}

func (w worn) Surveyed(_ context.Context, team id.ID, q share.Quarter) (toil.Surveyed, error) {
	s := toil.Surveyed{Quarter: q, Answers: 3}
	if w.inside(team) {
		s = toil.Surveyed{
			Quarter: q, Answers: 5, Told: true, Mean: 0.44, Median: 0.4, Categories: map[toil.Category]int{toil.Migrations: 3, toil.CostAndCapacity: 2},
			Courses: map[toil.Course]int{toil.Better: 4, toil.Worse: 1}, OnCall: map[toil.Load]int{toil.Heavy: 2, toil.Fair: 3}, Wishes: []string{"Renewing certificates", hostile},
		}
	}
	return s, w.fail
}

func (w worn) MySurvey(_ context.Context, _ id.ID, q share.Quarter) (toil.SurveyAnswer, error) {
	return toil.SurveyAnswer{}, fault.Missing("toil_survey", string(q))
}

func (w worn) Question(_ context.Context, token string) (toil.Question, error) {
	if token != sampleLink || len(w.teams) == 0 {
		return toil.Question{}, fault.New(fault.NotFound, "link_not_valid", "the link is not one of Evenkeel's")
	}
	week := share.WeekOf(w.now).Plus(-1)
	return toil.Question{Team: w.teams[0], Week: week, Person: hostile, Until: week.End().AddDate(0, 0, 14)}, w.fail
}

const (
	sampleLink  = "a.b.c.d"
	sampleEntry = id.ID("01JD3Z0Q8RC6W4N1M2VE000001")
)

func (w worn) Answer(context.Context, id.ID, share.Week, toil.AnswerInput) (toil.Answer, error) {
	return toil.Answer{}, w.fail
}

func (w worn) Log(context.Context, id.ID, toil.EntryInput) (toil.Entry, error) {
	return toil.Entry{}, w.fail
}
func (w worn) Entry(ctx context.Context, team, entry id.ID) (toil.Entry, error) {
	found, err := w.Entries(ctx, toil.EntryFilter{Team: team}, page.Request{})
	if err != nil || !w.inside(team) || entry != sampleEntry {
		return toil.Entry{}, fault.Missing("toil_entry", string(entry))
	}
	return found.Items[1], nil
}

func (w worn) Amend(context.Context, id.ID, id.ID, int64, toil.EntryInput) (toil.Entry, error) {
	return toil.Entry{}, w.fail
}
func (w worn) Strike(context.Context, id.ID, id.ID, int64) error { return w.fail }
func (w worn) Take(context.Context, id.ID, id.ID, toil.EntryInput) (toil.Entry, error) {
	return toil.Entry{}, w.fail
}
func (w worn) Dismiss(context.Context, id.ID, id.ID) error { return w.fail }
func (w worn) Estimate(context.Context, id.ID, toil.EstimateInput) (toil.Candidate, error) {
	return toil.Candidate{}, w.fail
}

func (w worn) Want(context.Context, id.ID, id.ID, int64) (toil.Candidate, error) {
	return toil.Candidate{}, w.fail
}

func (w worn) Decide(context.Context, id.ID, int64, toil.SettingsInput) (toil.Settings, error) {
	return toil.Settings{}, w.fail
}

func (w worn) Survey(context.Context, id.ID, share.Quarter, toil.SurveyInput) (toil.SurveyAnswer, error) {
	return toil.SurveyAnswer{}, w.fail
}

func (w worn) AnswerByLink(context.Context, string, toil.AnswerInput) (toil.Answer, error) {
	return toil.Answer{}, w.fail
}

// toilPaths are those of its pages.
func (s *sample) toilPaths() []string {
	out := []string{toilPath}
	for _, t := range s.teams {
		out = append(out, toilURL(t.Slug))
	}
	if len(s.teams) > 0 {
		out = append(out, toilEntryURL(s.teams[0].Slug, sampleEntry))
		out = append(out, toil.LinkPath+sampleLink, toil.LinkPath+sampleLink+"?answered")
	}
	return out
}
