package dashboard

import (
	"context"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// Toil tells how much toil a team has, and takes what people say of it.
type Toil interface {
	Measure(ctx context.Context, team id.ID, quarter share.Quarter) (toil.Measured, error)
	Candidates(ctx context.Context, team id.ID, r page.Request) (page.Page[toil.Figure], error)
	Credits(ctx context.Context, team id.ID) ([]toil.Credit, error)
	Mine(ctx context.Context, team id.ID, week share.Week) (toil.Answer, error)
	Entries(ctx context.Context, f toil.EntryFilter, r page.Request) (page.Page[toil.Entry], error)
	Proposals(ctx context.Context, team id.ID) ([]toil.Proposal, error)
	Surveyed(ctx context.Context, team id.ID, q share.Quarter) (toil.Surveyed, error)
	MySurvey(ctx context.Context, team id.ID, q share.Quarter) (toil.SurveyAnswer, error)

	Answer(ctx context.Context, team id.ID, week share.Week, in toil.AnswerInput) (toil.Answer, error)
	Log(ctx context.Context, team id.ID, in toil.EntryInput) (toil.Entry, error)
	Entry(ctx context.Context, team, entry id.ID) (toil.Entry, error)
	Amend(ctx context.Context, team, entry id.ID, version int64, in toil.EntryInput) (toil.Entry, error)
	Strike(ctx context.Context, team, entry id.ID, version int64) error
	Take(ctx context.Context, team, proposal id.ID, in toil.EntryInput) (toil.Entry, error)
	Dismiss(ctx context.Context, team, proposal id.ID) error
	Estimate(ctx context.Context, team id.ID, in toil.EstimateInput) (toil.Candidate, error)
	Want(ctx context.Context, team, candidate id.ID, version int64) (toil.Candidate, error)
	Decide(ctx context.Context, team id.ID, version int64, in toil.SettingsInput) (toil.Settings, error)
	Survey(ctx context.Context, team id.ID, q share.Quarter, in toil.SurveyInput) (toil.SurveyAnswer, error)

	// Question and AnswerByLink need nobody to be signed in.
	Question(ctx context.Context, token string) (toil.Question, error)
	AnswerByLink(ctx context.Context, token string, in toil.AnswerInput) (toil.Answer, error)
}

const (
	toilPath         = "/toil"
	toilPattern      = "/teams/{team}/toil"
	toilEntryPattern = toilPattern + "/entries/{entry}"
)

func toilURL(slug string) string { return teamURL(slug) + "/toil" }

func (d *Dashboard) addToil() {
	d.page(toilPath, toilPath, d.toils)
	d.page(toilPattern, toilPattern, d.toil)
	d.filledForm(toilPattern+"/{act}", d.doToil)
	d.page(toilEntryPattern, toilEntryPattern, d.toilEntry)
	d.filledForm(toilEntryPattern, d.amendToil)
	d.addToilLinks()
}

type toilPage struct {
	Crumbs []link
	Name   string
	At     string // where forms go
	Wrong  []string

	Share, Response figure
	ShareTone       string
	ShareCaption    string
	ResponseCaption string
	Spread          string // median and maximum, for members
	Yours           figure
	YoursCaption    string
	Notes           []string

	Inside     bool
	Question   toilQuestion
	Trend      []template.HTML
	TrendNote  string
	Weeks      []toilWeek
	WeeksEmpty empty
	Parts      []toilPart
	PartsNote  string
	PartsEmpty empty
	Candidates []candidateRow
	More       link // to those that are not shown
	NoneFirst  empty
	Credits    []creditRow
	Entries    []entryRow
	Pager      pager
	NoEntries  empty
	Proposals  []toilProposal
	Log        []field
	Logging    bool // whether the form was sent
	Survey     surveyCard
	Settings   settingsForm
}

// toilQuestion is the weekly question.
type toilQuestion struct {
	Week       string
	Title      string
	Answered   string // what was answered, empty for nothing
	Percents   []int
	Categories []choice
	Fields     []field
}

type toilWeek struct {
	Week   moment
	Bar    template.HTML
	Share  figure
	Detail string
}

type toilPart struct {
	Name   string
	Bar    template.HTML
	Share  string
	Detail string
}

type candidateRow struct {
	ID          string
	Title, Kind string
	Service     link
	State       badge
	Hours       string // a year
	Build       string // to automate it
	PayBack     string
	Soon        bool // it is known when it is paid back
	Saved       string
	Version     int64
	// Estimate and Want are whether the visitor can do so now.
	Estimate, Want    bool
	ServiceID, KindID string
	Fields            []field // of the estimate
	Sent              bool    // whether that form was sent
}

type creditRow struct{ Name, Kind, Did string }

type entryRow struct {
	ID, Change string // what it is called, and where it is changed
	Version    int64
	Day        moment
	What, Note string
	Link       link
}

type toilProposal struct {
	ID, Title string
	Day       moment
	Service   link
	Fields    []field
}

type surveyCard struct {
	Quarter        string
	Answered, Sent bool
	Summary        []string
	Wishes         []string
	Fields         []field
}

type settingsForm struct {
	Version int64
	Summary string // what holds now
	Fields  []field
	Sent    bool // whether the form was sent
}

func (d *Dashboard) toil(v *visit) (screen, error) {
	team, err := d.sources.Registry.TeamFor(v.ctx, v.PathValue("team"))
	if err != nil {
		return screen{}, err
	}
	return d.toilScreen(v, team, sent{in: &filled{}})
}

// toilScreen is the page of a team, with the form that was sent as it was filled in.
func (d *Dashboard) toilScreen(v *visit, team registry.Team, s sent) (screen, error) {
	m, err := d.sources.Toil.Measure(v.ctx, team.ID, "")
	if err != nil {
		return screen{}, err
	}
	p := toilPage{
		Crumbs: []link{{URL: toilPath, Text: "Toil"}, {Text: team.Name}}, Name: team.Name, At: toilURL(team.Slug), Inside: m.Inside,
		WeeksEmpty: empty{Title: "No week was answered about yet", Text: "Members are asked on Mondays about the week before. No data is not 0 %."},
		PartsEmpty: empty{Title: "Nothing was logged in 90 days", Text: "What people log, and name as the largest kind of a week, adds up here."},
		NoneFirst:  empty{Title: "Nothing to automate yet", Text: "What is logged for a service appears here, by how soon automating it is paid back."},
		NoEntries:  empty{Title: "You logged nothing", Text: "What you log is seen by you alone. The team sees sums by kind and service."},
	}
	p.standing(m)
	p.trend(m)
	p.parts(m)
	if err := d.toilCandidates(v, team, &p, s.of("estimate")); err != nil {
		return screen{}, err
	}
	if m.Inside {
		if err := d.toilOfMine(v, team, &p, s); err != nil {
			return screen{}, err
		}
		p.Settings = settingsOf(m.Settings, s.of("settings"))
	}
	if err := d.toilSurvey(v, team, &p, s.of("survey")); err != nil {
		return screen{}, err
	}
	p.Wrong = s.in.rest()
	return screen{template: "toil", title: "Toil of " + team.Name, section: toilPath, page: p}, nil
}

func percentFigure(share *float64) figure {
	if share == nil {
		return figure{}
	}
	return figure{Known: true, Number: fmt.Sprintf("%.0f", *share*100), Unit: percentSign}
}

// standing shows the share, and by how many it was said.
func (p *toilPage) standing(m toil.Measured) {
	r := m.Rolling
	p.Response = percentFigure(r.Rate)
	p.ResponseCaption = fmt.Sprintf("%d of %d answers that were asked for in %s", r.Answered, r.Asked, plural(r.Weeks, "week", "weeks"))
	if r.Rate == nil {
		p.ResponseCaption = "nobody was asked in the last 90 days"
	}
	if f := r.Answers; f != nil {
		shown := f.Whole
		p.ShareCaption = "of all working hours less meetings, by what " + plural(f.Persons, "person", "people") + " answered in 90 days"
		if f.Median != nil && f.Persons > 1 {
			shown = *f.Median
			p.ShareCaption = "of a middle person’s time less meetings, by what " + plural(f.Persons, "person", "people") + " answered in 90 days"
			p.Spread = fmt.Sprintf("most %.0f %%, all together %.0f %%", *f.Most*100, f.Whole*100)
		}
		p.Share = percentFigure(&shown)
	}
	switch r.State {
	case share.NoData:
		p.ShareCaption = "nobody answered about a week that is over, which is not 0 %"
	case share.Insufficient:
		text := "Fewer than half of those who were asked answered: the share says little, and nothing follows from it."
		if r.Rate == nil {
			text = "Nobody was asked, and whoever answered did so unasked: the share says little, and nothing follows from it."
		}
		p.Notes = append(p.Notes, text)
		if p.Share.Known {
			break
		}
		p.ShareCaption = "too few answered to tell"
	case toil.TooFew:
		p.ShareCaption = "it is told to others once four people answered about a week that is closed"
	}
	if r.Above != nil && *r.Above {
		p.ShareTone = "bad"
		p.Notes = append(p.Notes, fmt.Sprintf("It is above the cap of %d %%: put work that takes toil away before other work.", m.Settings.Cap))
	} else if r.Above != nil {
		p.Notes = append(p.Notes, fmt.Sprintf("It is at most the cap of %d %%.", m.Settings.Cap))
	}
	if r.Entries != nil {
		by := r.Entries.Whole
		if r.Entries.Median != nil {
			by = *r.Entries.Median
		}
		text := fmt.Sprintf("By what %s logged it is %.0f %%.", plural(r.Entries.Persons, "person", "people"), by*100)
		if r.Disagree {
			text += " The two disagree by more than 20 points: either not all is logged, or weeks are remembered as worse than they were."
		}
		p.Notes = append(p.Notes, text)
	}
	if you := m.You; you != nil {
		p.Yours = percentFigure(you.Answers)
		p.YoursCaption = "by what you answered; nobody else sees it"
		if you.Entries != nil {
			p.YoursCaption = fmt.Sprintf("by what you answered, and %.0f %% by what you logged; nobody else sees it", *you.Entries*100)
		}
	}
}

// shownWeeks is how many weeks are listed below the trend.
const shownWeeks = 13

// trend shows the share week by week.
func (p *toilPage) trend(m toil.Measured) {
	var points []chart.Point
	any := false
	for i, w := range m.Trend {
		point := chart.Point{At: w.Week.Monday()}
		if w.Whole != nil {
			point.Value, point.Known, any = *w.Whole, true, true
		}
		points = append(points, point)
		none := func(n *int) bool { return n == nil || *n == 0 }
		if len(m.Trend)-i > shownWeeks || none(w.Answers) && w.Asked == 0 && none(w.Minutes) {
			continue
		}
		row := toilWeek{Week: day(w.Week.Monday()), Share: percentFigure(w.Whole), Detail: "not told outside the team"}
		if w.Answers != nil {
			row.Detail = fmt.Sprintf("%d of %d answered", *w.Answers, w.Asked)
		}
		if w.Answers != nil && w.Asked == 0 {
			row.Detail = plural(*w.Answers, "answer", "answers") + ", nobody was asked"
		}
		if w.Minutes != nil && *w.Minutes > 0 {
			row.Detail += ", " + timeText(*w.Minutes) + " logged"
		}
		bar := 0.0
		if w.Whole != nil {
			bar = *w.Whole
		}
		row.Bar = chart.Progress(bar)
		p.Weeks = append(p.Weeks, row)
	}
	slices.Reverse(p.Weeks)
	if !any {
		return
	}
	p.Trend = chart.Capped{Points: points, Cap: float64(m.Settings.Cap) / 100, Label: fmt.Sprintf("The share of toil week by week, over %d weeks, and the cap of %d %%", len(points), m.Settings.Cap)}.Pictures()
	p.TrendNote = fmt.Sprintf("%d weeks, each as of its Monday", len(points))
}

func timeText(minutes int) string {
	if minutes < 60 {
		return fmt.Sprintf("%d min", minutes)
	}
	return strings.TrimSuffix(strconv.FormatFloat(float64(minutes)/60, 'f', 1, 64), ".0") + " h"
}

// parts shows the kinds, the largest first, with how much the first ones are of all.
func (p *toilPage) parts(m toil.Measured) {
	logged := slices.ContainsFunc(m.Categories, func(s toil.Slice) bool { return s.Minutes > 0 })
	minutes := func(s toil.Slice) int {
		if logged {
			return s.Minutes
		}
		return s.Answered
	}
	total, most := 0, 0
	for _, s := range m.Categories {
		total += minutes(s)
		most = max(most, minutes(s))
	}
	p.PartsNote = "by what was logged in 90 days"
	if !logged {
		p.PartsNote = "by what people named as the largest kind of a week, for nothing was logged"
	}
	if !m.Inside {
		p.PartsNote = "by what four people or more logged in a week for one service"
		p.PartsEmpty = empty{Title: "Nothing is told outside the team", Text: "In no week that is closed did four people log one kind for one service."}
	}
	sum := 0
	for _, s := range m.Categories {
		n := minutes(s)
		if n == 0 {
			continue
		}
		sum += n
		row := toilPart{Name: s.Category.Words(), Bar: chart.Progress(float64(n) / float64(most)), Share: fmt.Sprintf("%.0f %%", float64(n)/float64(total)*100), Detail: fmt.Sprintf("%s; with those above %.0f %%", timeText(n), float64(sum)/float64(total)*100)}
		if logged {
			row.Detail = plural(s.Entries, "entry", "entries") + ", " + row.Detail
		}
		p.Parts = append(p.Parts, row)
	}
}

// shownCandidates is how many candidates are shown unless all are asked for.
const shownCandidates = 20

var candidateBadges = map[toil.CandidateState]badge{
	toil.Estimated: {"none", "Estimated"}, toil.Wanted: {"info", "Wanted"}, toil.Done: {"ok", "Done"}, toil.Dropped: {"none", "Dropped"},
}

// toilCandidates adds what to automate first, and what automation did.
func (d *Dashboard) toilCandidates(v *visit, team registry.Team, p *toilPage, in *filled) error {
	limit, all := shownCandidates, v.URL.Query().Has("all")
	if all {
		limit = page.MaxLimit
	}
	figures, err := d.sources.Toil.Candidates(v.ctx, team.ID, page.Request{Limit: limit})
	if err != nil {
		return err
	}
	credits, err := d.sources.Toil.Credits(v.ctx, team.ID)
	if err != nil {
		return err
	}
	switch {
	case figures.Next != "" && all:
		p.More = link{Text: fmt.Sprintf("These are the first %d; the API has all.", page.MaxLimit)}
	case figures.Next != "":
		p.More = link{URL: p.At + "?all#candidates", Text: "Show all"}
	}
	var ids []id.ID
	for _, f := range figures.Items {
		ids = append(ids, f.Service)
	}
	named, err := d.sources.Registry.ServicesByID(v.ctx, slices.DeleteFunc(ids, func(one id.ID) bool { return one == "" }))
	if err != nil {
		return err
	}
	for _, f := range figures.Items {
		row := candidateRow{Kind: f.Category.Words(), KindID: string(f.Category), State: badge{"none", "Logged"}, Hours: "hours told to the team alone", PayBack: "not estimated", Service: link{Text: "no service"}}
		if service, there := named[f.Service]; there {
			row.Service, row.ServiceID = link{URL: serviceURL(service.Slug), Text: service.Name}, string(service.ID)
			if row.Estimate = p.Inside && f.Candidate == nil && service.Team == team.ID; row.Estimate {
				row.estimate(in)
			}
		}
		row.Title = row.Kind
		if f.Candidate == nil {
			row.Kind = "" // it is its title
		}
		if f.Told {
			row.Hours = fmt.Sprintf("%.0f h a year", f.HoursAYear)
		}
		if c := f.Candidate; c != nil {
			row.ID, row.Title, row.State, row.Version, row.Want = string(c.ID), c.Title, candidateBadges[c.State], c.Version, p.Inside && c.State == toil.Estimated
			row.Build, row.PayBack = timeText(c.BuildMinutes)+" to build", "pay-back not known"
			if f.PayBack != nil {
				row.PayBack, row.Soon = "paid back in "+plural(int(math.Ceil(*f.PayBack)), "week", "weeks"), true
			}
			if !c.Live() {
				row.Hours, row.Build, row.PayBack = "", "", ""
			}
		}
		row.Saved = savedText(f.Saved)
		p.Candidates = append(p.Candidates, row)
	}
	for _, c := range credits {
		p.Credits = append(p.Credits, creditRow{Name: c.Name, Kind: c.Category.Words(), Did: fmt.Sprintf("%s, %s of people’s time", plural(c.Times, "time", "times"), timeText(int(c.Seconds/60)))})
	}
	return nil
}

func savedText(s *toil.Saved) string {
	if s == nil {
		return ""
	}
	sides := fmt.Sprintf("%s in %s before, %s in %s after", plural(s.Before.Entries, "entry", "entries"), plural(s.Before.Days, "day", "days"), plural(s.After.Entries, "entry", "entries"), plural(s.After.Days, "day", "days"))
	switch {
	case s.HoursAWeek == nil:
		return "it is too early to say what it saved: " + sides
	case *s.HoursAWeek < 0:
		return fmt.Sprintf("%.1f h a week more than before: %s", -*s.HoursAWeek, sides)
	}
	return fmt.Sprintf("%.1f h a week less than before: %s", *s.HoursAWeek, sides)
}

func categoryChoices(chosen toil.Category) []choice {
	out := make([]choice, len(toil.Categories))
	for i, c := range toil.Categories {
		out[i] = choice{Value: string(c), Text: c.Words(), Chosen: c == chosen}
	}
	return out
}
