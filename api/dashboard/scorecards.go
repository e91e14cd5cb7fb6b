package dashboard

import (
	"context"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/builtin"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Scorecards tells what is asked of services and what came of it; see scorecards.Service.
type Scorecards interface {
	List(ctx context.Context, owner string, retired *bool, r page.Request) (page.Page[scorecards.View], error)
	Get(ctx context.Context, name string) (scorecards.View, error)
	Warnings(ctx context.Context, v scorecards.View) ([]string, error)
	Report(ctx context.Context, scorecard string, kind scorecards.ScopeKind, name string, days int) (scorecards.Report, error)
	Check(ctx context.Context, scorecard, check string, kind scorecards.ScopeKind, name string, days int) (scorecards.CheckReport, error)
	Positions(ctx context.Context, scorecard string, q scorecards.Query, r page.Request) (page.Page[scorecards.Placed], error)
	Spread(ctx context.Context, scorecard string, q scorecards.Query) (scorecards.Spread, error)
	OfService(ctx context.Context, name string) ([]scorecards.ServiceCard, error)
	ServiceCard(ctx context.Context, name, scorecard string) (scorecards.ServiceCard, error)
	History(ctx context.Context, name, scorecard string, days int) ([]scorecards.PastDay, error)

	MayCreate(ctx context.Context) (bool, error)
	MayEvaluate(ctx context.Context, service registry.Service) (bool, error)
	Create(ctx context.Context, d scorecards.Draft) (scorecards.View, error)
	Evaluate(ctx context.Context, name string) (registry.Service, error)
}

const (
	scorecardsPath = "/scorecards"
	ladderPath     = "/services/{service}/scorecards/{scorecard}"
)

func scorecardURL(slug string) string { return scorecardsPath + "/" + url.PathEscape(slug) }

func checkURL(scorecard, check string) string {
	return scorecardURL(scorecard) + "/checks/" + url.PathEscape(check)
}

func ladderURL(service, scorecard string) string {
	return serviceURL(service) + "/scorecards/" + url.PathEscape(scorecard)
}

// matrixURL is where services stand by a scorecard, narrowed by pairs of names and values; empty
// values do not narrow.
func matrixURL(scorecard string, narrowed ...string) string {
	query := url.Values{}
	for n := 0; n+1 < len(narrowed); n += 2 {
		if narrowed[n+1] != "" {
			query.Set(narrowed[n], narrowed[n+1])
		}
	}
	at := scorecardURL(scorecard) + "/services"
	if len(query) > 0 {
		at += "?" + query.Encode()
	}
	return at
}

// addScorecards adds the pages of scorecards.
func (d *Dashboard) addScorecards() {
	const one = scorecardsPath + "/{scorecard}"
	d.page(scorecardsPath, scorecardsPath, d.scorecards)
	d.form(scorecardsPath, d.createScorecard)
	d.page(one, one, d.scorecard)
	d.page(one+"/services", one+"/services", d.matrix)
	d.page(one+"/checks/{check}", one+"/checks/{check}", d.check)
	d.page(ladderPath, ladderPath, d.ladder)
	d.form(ladderPath+"/evaluate", d.evaluate)
}

type scorecardsPage struct {
	Rows  []scorecardRow
	Empty empty
	Pager pager
	Wrong []string
	// Ship are the scorecards that ship and are not there yet.
	Ship []shippedRow
	May  bool
}

// scorecardRow is a scorecard in a list, or in a summary of a team.
type scorecardRow struct {
	URL, Name, Detail string
	Owner             link
	Levels            levelsBar
	Mean              figure
	Change            scoreChange
	Services          int
	Unscored          string
	Retired           bool
}

// shippedRow is a scorecard that ships.
type shippedRow struct {
	Slug, Name, Description, Detail string
	First                           bool
}

// scorecardRows is how many scorecards a page has: each is summed up over all services.
const scorecardRows = 20

// scorecards lists them with what services come to.
func (d *Dashboard) scorecards(v *visit) (screen, error) { return d.scorecardsScreen(v, nil) }

func (d *Dashboard) scorecardsScreen(v *visit, wrong []string) (screen, error) {
	retired := false
	found, err := d.sources.Scorecards.List(v.ctx, "", &retired, following(v, scorecardRows))
	if err != nil {
		return screen{}, err
	}
	p := scorecardsPage{Pager: pagerOf(v, found.Next), Wrong: wrong, Empty: empty{
		Title: "No scorecard yet", Text: "A scorecard asks the same of every service, in levels that a service climbs step by step, and says for each what to do next.", Call: "POST /v1/scorecards",
	}}
	for _, s := range found.Items {
		row, err := d.scorecardRow(v, s, scorecards.Organisation, "")
		if err != nil {
			return screen{}, err
		}
		p.Rows = append(p.Rows, row)
	}
	if p.May, err = d.sources.Scorecards.MayCreate(v.ctx); err != nil {
		return screen{}, err
	}
	if p.Ship, err = shipped(found.Items); err != nil {
		return screen{}, err
	}
	return screen{template: "scorecards", title: "Scorecards", section: scorecardsPath, page: p}, nil
}

// scorecardRow is a scorecard with what it comes to in a scope.
func (d *Dashboard) scorecardRow(v *visit, s scorecards.View, kind scorecards.ScopeKind, name string) (scorecardRow, error) {
	r, err := d.sources.Scorecards.Report(v.ctx, string(s.Scorecard.ID), kind, name, 1)
	if err != nil {
		return scorecardRow{}, err
	}
	row := scorecardRow{
		URL: scorecardURL(s.Scorecard.Slug), Name: s.Scorecard.Name, Owner: keeper(s.Scorecard), Levels: levelsOf(s.Revision.Levels, r.Now.Levels, ""),
		Detail:   plural(len(s.Revision.Checks), "check", "checks") + " in " + plural(len(s.Revision.Levels), "level", "levels"),
		Services: r.Now.Services, Mean: meanFigure(r.Now.Mean()), Change: changeOf(r.Change), Unscored: unscoredText(r.Now.Unscored),
	}
	if kind == scorecards.OfTeam {
		row.URL += "?" + url.Values{"team": {name}}.Encode()
	}
	return row, nil
}

func keeper(s scorecards.Scorecard) link {
	if s.Owner == "" {
		return link{Text: "the platform"}
	}
	return link{URL: teamURL(s.OwnerSlug), Text: s.OwnerSlug}
}

func unscoredText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n) + " without a result"
}

// shipped are the scorecards that ship, the shortest first, without those that are there.
func shipped(there []scorecards.View) ([]shippedRow, error) {
	all, err := builtin.All()
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b scorecards.Draft) int { return len(a.Checks) - len(b.Checks) })
	var out []shippedRow
	for _, s := range all {
		if slices.ContainsFunc(there, func(v scorecards.View) bool { return v.Scorecard.Slug == s.Slug }) {
			continue
		}
		var levels []string
		for _, l := range s.Levels {
			levels = append(levels, l.Name)
		}
		out = append(out, shippedRow{
			Slug: s.Slug, Name: s.Name, Description: s.Description, First: len(out) == 0 && len(there) == 0,
			Detail: plural(len(s.Checks), "check", "checks") + ": " + listed(levels),
		})
	}
	return out, nil
}

// createScorecard makes one of those that ship.
func (d *Dashboard) createScorecard(v *visit) (outcome, error) {
	all, err := builtin.All()
	if err != nil {
		return outcome{}, err
	}
	name := v.typed("template")
	i := slices.IndexFunc(all, func(s scorecards.Draft) bool { return s.Slug == name })
	if i < 0 {
		err = fault.Missing("scorecard_template", name)
	} else {
		var made scorecards.View
		if made, err = d.sources.Scorecards.Create(v.ctx, all[i]); err == nil {
			return outcome{to: scorecardURL(made.Scorecard.Slug)}, nil
		}
	}
	said, status, refused := wrong(err)
	if !refused {
		return outcome{}, err
	}
	shown, err := d.scorecardsScreen(v, said)
	return outcome{screen: shown, status: status}, err
}

// levelsBar is how many services are on each level, as a bar and in words.
type levelsBar struct {
	Bar   template.HTML
	Parts []levelPart
}

// levelPart is the services on a level, the highest first; those below the lowest come last.
type levelPart struct {
	levelMark
	URL   string
	Count int
}

// levelMark is a level as it is shown beside its name; without Reached it is none yet.
type levelMark struct {
	Word, Class string
	Rungs       template.HTML
}

// noLevel is what stands where no level is reached.
const noLevel = "No level yet"

// levelClass paints a level by how high it is.
func levelClass(n int) string {
	if n < 0 {
		return "below"
	}
	return "lv" + strconv.Itoa(min(n, 5))
}

// markOf is the level of that number of those levels.
func markOf(levels []scorecards.Level, n int) levelMark {
	m := levelMark{Word: noLevel, Class: levelClass(n), Rungs: chart.Rungs(n+1, len(levels), levelClass(n))}
	if n >= 0 && n < len(levels) {
		m.Word = levels[n].Name
	}
	return m
}

// levelsOf is how many services are on each level, the highest first; matrix is where they are, if it
// is somewhere.
func levelsOf(levels []scorecards.Level, counts map[string]int, matrix string) levelsBar {
	var out levelsBar
	var parts []chart.Part
	for n := len(levels) - 1; n >= -1; n-- {
		name, query := "", scorecards.NoLevelName
		if n >= 0 {
			name, query = levels[n].Name, levels[n].Name
		}
		part := levelPart{levelMark: markOf(levels, n), Count: counts[name]}
		if matrix != "" {
			part.URL = narrowing(matrix, "level", query)
		}
		out.Parts = append(out.Parts, part)
		parts = append(parts, chart.Part{Tone: part.Class, Count: part.Count})
	}
	out.Bar = chart.Parts(parts)
	return out
}

// narrowing is the address with one more parameter.
func narrowing(at, name, value string) string {
	u, err := url.Parse(at)
	if err != nil {
		return at
	}
	query := u.Query()
	query.Set(name, value)
	u.RawQuery = query.Encode()
	return u.String()
}

// meanFigure is a mean score with a digit after the point, rounded down, so that 100 is all of it.
func meanFigure(mean *float64) figure {
	if mean == nil {
		return figure{}
	}
	tenths := int(*mean*10 + 1e-9)
	text := strconv.Itoa(tenths / 10)
	if tenths%10 != 0 {
		text += "." + strconv.Itoa(tenths%10)
	}
	return figure{Number: text, Unit: percentSign, Known: true}
}

// scoreFigure is a score in whole percent.
func scoreFigure(score *int) figure {
	if score == nil {
		return figure{}
	}
	return figure{Number: strconv.Itoa(*score), Unit: percentSign, Known: true}
}

// scoreChange is how a mean score changed over 28 days.
type scoreChange struct {
	Known      bool
	Text, Tone string
}

func changeOf(points *float64) scoreChange {
	if points == nil {
		return scoreChange{}
	}
	c := scoreChange{Known: true, Text: "unchanged"}
	text := strconv.FormatFloat(*points, 'f', 1, 64)
	switch {
	case text == "0.0" || text == "-0.0":
	case *points > 0:
		c.Text, c.Tone = "▲\u00a0"+text+"\u00a0points", "ok"
	default:
		c.Text, c.Tone = "▼\u00a0"+text[1:]+"\u00a0points", "bad"
	}
	return c
}

// scorecardScope is of whom a page of a scorecard tells, as its query says: of both a team and a
// system it is a fault of the address.
func scorecardScope(v *visit) (scorecards.ScopeKind, string, error) {
	query := v.URL.Query()
	team, system := query.Get("team"), query.Get("system")
	switch {
	case team != "" && system != "":
		var check fault.Check
		check.Fail("query.system", system, "is not given with a team: choose one")
		return "", "", check.Err()
	case team != "":
		return scorecards.OfTeam, team, nil
	case system != "":
		return scorecards.OfSystem, system, nil
	}
	return scorecards.Organisation, "", nil
}

// narrowers are forms that choose a team or a system, each of which keeps what else is asked for.
type narrower struct {
	Action, Name, Label string
	Options             []choice
	Kept                []kept
}

// narrowers are those of a page; both keeps one beside the other.
func (d *Dashboard) narrowers(v *visit, both bool, keeps ...string) ([]narrower, error) {
	query := v.URL.Query()
	teams, err := d.sources.Registry.Teams(v.ctx, registry.TeamFilter{}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return nil, err
	}
	systems, err := d.sources.Registry.Systems(v.ctx, registry.SystemFilter{}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return nil, err
	}
	team := narrower{Action: v.URL.Path, Name: "team", Label: "Team", Options: []choice{{Text: "All teams"}}}
	for _, t := range teams.Items {
		team.Options = append(team.Options, choice{Value: t.Slug, Text: t.Name, Chosen: query.Get("team") == t.Slug})
	}
	system := narrower{Action: v.URL.Path, Name: "system", Label: "System", Options: []choice{{Text: "All systems"}}}
	for _, s := range systems.Items {
		system.Options = append(system.Options, choice{Value: s.Slug, Text: s.Name, Chosen: query.Get("system") == s.Slug})
	}
	out := []narrower{team, system}
	if len(systems.Items) == 0 {
		out = out[:1]
	}
	for n := range out {
		for _, name := range keeps {
			if query.Has(name) {
				out[n].Kept = append(out[n].Kept, kept{name, query.Get(name)})
			}
		}
		if other := []string{"system", "team"}[n]; both && query.Get(other) != "" {
			out[n].Kept = append(out[n].Kept, kept{other, query.Get(other)})
		}
	}
	return out, nil
}

// listed writes names in a row: "Bronze, Silver and Gold".
func listed(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	out := names[0]
	for _, name := range names[1 : len(names)-1] {
		out += ", " + name
	}
	return fmt.Sprint(out, " and ", names[len(names)-1])
}
