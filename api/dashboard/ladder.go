package dashboard

import (
	"cmp"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/api/markup"
	kinds "github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/exemption"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
)

// ladderPage is what a scorecard came to for a service: how far it climbed, and what is next.
type ladderPage struct {
	Crumbs   []link
	Name, Of string
	Meta     []link
	Level    levelMark
	Score    figure
	Missing  string // what is left to the next level, or that nothing is
	Counted  string
	Rungs    []rungBar
	Next     []checkRow
	Levels   []rungRows
	Aside    []asideRows
	History  template.HTML
	Past     []pastRow
	Evaluate string // where it is evaluated now; empty for those who may not
	At       moment
	Unjudged empty
	Judged   bool
	Facts    string
	Wrong    []string
}

// rungBar is a level in the bar of progress.
type rungBar struct {
	levelMark
	Passed, Counted int
	Reached, Next   bool
	Bar             template.HTML
}

// rungRows are the checks of a level that count.
type rungRows struct {
	ID          string
	Mark        levelMark
	Description string
	Note        string
	Rows        []checkRow
}

// asideRows are checks that do not count.
type asideRows struct {
	Title, Text string
	Rows        []checkRow
}

// checkRow is what a check came to for a service.
type checkRow struct {
	ID, URL, Title, Detail string
	State                  badge
	Level                  levelMark
	Since                  moment
	Why                    string
	Reason                 string
	Fix                    template.HTML
	Evidence               []evidenceRow
	Links                  []link
	Open                   bool
	Excused                *excusedRow
}

// excusedRow is the exemption by which a check does not count.
type excusedRow struct {
	URL, By, Reason string
	Until           moment
}

// evidenceRow is a fact that a result depends on.
type evidenceRow struct {
	Name, Value, By string
	Source          link
	At, Until       moment
}

// pastRow is a day on which something changed.
type pastRow struct {
	Day    string
	Level  levelMark
	Score  figure
	Passed string
}

// shownPast is how many days are named.
const shownPast = 8

// ladder is the page.
func (d *Dashboard) ladder(v *visit) (screen, error) { return d.ladderScreen(v, nil) }

func (d *Dashboard) ladderScreen(v *visit, wrong []string) (screen, error) {
	of, err := d.sources.Registry.ServiceFor(v.ctx, v.PathValue("service"))
	if err != nil {
		return screen{}, err
	}
	card, err := d.sources.Scorecards.Get(v.ctx, v.PathValue("scorecard"))
	if err != nil {
		return screen{}, err
	}
	owner, err := d.owner(v, of)
	if err != nil {
		return screen{}, err
	}
	slug := card.Scorecard.Slug
	p := ladderPage{
		Crumbs: []link{{URL: "/", Text: "Overview"}, owner, {URL: serviceURL(of.Slug), Text: of.Name}, {Text: card.Scorecard.Name}}, Name: card.Scorecard.Name, Of: of.Name, Wrong: wrong,
		Meta: []link{{URL: scorecardURL(slug), Text: "The scorecard"}, {URL: factsURL(of.Slug), Text: "Facts of the service"}}, Facts: factsURL(of.Slug),
	}
	may, err := d.sources.Scorecards.MayEvaluate(v.ctx, of)
	if err != nil {
		return screen{}, err
	}
	if may {
		p.Evaluate = ladderURL(of.Slug, slug) + "/evaluate"
	}
	c, err := d.sources.Scorecards.ServiceCard(v.ctx, string(of.ID), string(card.Scorecard.ID))
	if fault.Is(err, fault.NotFound) {
		p.Unjudged = empty{Title: "No results yet", Text: "The scorecard is not for this service, or it was not evaluated yet. Services are evaluated every ten minutes, and soon after something of them changed; somebody of its team has it evaluated now."}
		return screen{template: "ladder", title: p.Name + " of " + of.Name, section: scorecardsPath, page: p}, nil
	}
	if err != nil {
		return screen{}, err
	}
	if p.At = ago(v.now, c.Standing.EvaluatedAt); c.Standing.Applies != expr.Holds {
		p.Unjudged = empty{Title: "It is not known whether it is for this service", Text: sentence(c.Standing.Details.Why)}
		return screen{template: "ladder", title: p.Name + " of " + of.Name, section: scorecardsPath, page: p}, nil
	}
	p.Judged = true
	if err := p.climb(v, c); err != nil {
		return screen{}, err
	}
	if err := d.excuse(v, &p, c); err != nil {
		return screen{}, err
	}
	past, err := d.sources.Scorecards.History(v.ctx, string(of.ID), string(card.Scorecard.ID), longestTrend)
	if err != nil {
		return screen{}, err
	}
	p.remember(v.now, c, past)
	return screen{template: "ladder", title: p.Name + " of " + of.Name, section: scorecardsPath, page: p}, nil
}

// climb fills in how far the service is, and its checks.
func (p *ladderPage) climb(v *visit, c scorecards.ServiceCard) error {
	levels := c.Revision.Levels
	p.Level, p.Score, p.Missing = markOf(levels, c.Standing.Level), scoreFigure(c.Standing.Score()), missingText(c)
	p.Counted = strconv.Itoa(c.Standing.Passed) + " of " + plural(c.Standing.Counted, "check that counts passes", "checks that count pass")
	for n, r := range c.Rungs {
		share := 0.0
		if r.Counted > 0 {
			share = float64(r.Passed) / float64(r.Counted)
		} else if r.Reached {
			share = 1
		}
		p.Rungs = append(p.Rungs, rungBar{levelMark: markOf(levels, n), Passed: r.Passed, Counted: r.Counted, Reached: r.Reached, Next: r.Level.Name == c.NextLevel, Bar: chart.Filled(share, levelClass(n))})
		p.Levels = append(p.Levels, rungRows{ID: "level-" + strconv.Itoa(n+1), Mark: markOf(levels, n), Description: r.Level.Description, Note: strconv.Itoa(r.Passed) + " of " + strconv.Itoa(r.Counted) + " pass"})
	}
	aside := []asideRows{
		{Title: "Not yet", Text: "They count from a day that has not come."}, {Title: "Exempt", Text: "The service is excused for a time."}, {Title: "Not applicable", Text: "They are for other services."},
	}
	rows := make([]checkRow, len(c.Results))
	for i, r := range c.Results {
		row, err := checkRowOf(v, c, r)
		if err != nil {
			return err
		}
		rows[i] = row
		level := levelNumber(levels, r.Check.Level)
		switch {
		case r.Counts && level >= 0:
			p.Levels[level].Rows = append(p.Levels[level].Rows, row)
		case r.Outcome == rules.Exempt:
			aside[1].Rows = append(aside[1].Rows, row)
		case r.Outcome == rules.NotApplicable:
			aside[2].Rows = append(aside[2].Rows, row)
		default:
			aside[0].Rows = append(aside[0].Rows, row)
		}
	}
	for n := range p.Levels { // what is to do stands first
		slices.SortStableFunc(p.Levels[n].Rows, func(a, b checkRow) int { return cmp.Compare(passing(a), passing(b)) })
	}
	for _, i := range c.Todo[:min(len(c.Todo), len(c.First()))] {
		p.Next = append(p.Next, rows[i])
	}
	for _, a := range aside {
		if len(a.Rows) > 0 {
			p.Aside = append(p.Aside, a)
		}
	}
	return nil
}

// excuse says of each check from which the service is excused who approved that, why and until when.
func (d *Dashboard) excuse(v *visit, p *ladderPage, c scorecards.ServiceCard) error {
	if !slices.ContainsFunc(c.Results, func(r scorecards.CheckResult) bool { return r.Outcome == rules.Exempt }) {
		return nil
	}
	found, err := d.sources.Exemptions.List(v.ctx, exemption.Filter{Service: c.Service.ID, Scorecard: c.Scorecard.ID, State: exemption.InForce}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return err
	}
	excused := map[string]*excusedRow{}
	for _, e := range found.Items {
		excused[e.Check] = &excusedRow{URL: exemptionURL(e.ID), By: e.Approval.By, Reason: e.Reason, Until: ago(v.now, e.Until)}
	}
	for _, a := range p.Aside {
		for n := range a.Rows {
			if row := &a.Rows[n]; row.State == outcomeBadge(rules.Exempt) {
				row.Excused = excused[row.ID] // nil of one that ended since the service was evaluated
			}
		}
	}
	return nil
}

func passing(r checkRow) int {
	if r.State == outcomeBadge(rules.Pass) {
		return 1
	}
	return 0
}

// missingText is what is left to the next level.
func missingText(c scorecards.ServiceCard) string {
	switch {
	case c.Standing.Counted == 0:
		return "No check counts of this service"
	case c.NextLevel == "":
		return "The highest level is reached"
	}
	return plural(c.Standing.Missing, "check", "checks") + " to " + c.NextLevel
}

func checkRowOf(v *visit, c scorecards.ServiceCard, r scorecards.CheckResult) (checkRow, error) {
	row := checkRow{
		ID: r.Check.ID, URL: checkURL(c.Scorecard.Slug, r.Check.ID), Title: r.Check.Title, State: outcomeBadge(r.Outcome), Why: r.Check.Why, Reason: sentence(r.Why),
		Detail: r.Check.Category + ", weight " + strconv.Itoa(r.Check.Weight), Level: markOf(c.Revision.Levels, levelNumber(c.Revision.Levels, r.Check.Level)),
	}
	if !r.Counts && r.Check.EffectiveFrom != "" && r.Outcome.Counts() {
		row.Detail += ", counts from " + dateText(r.Check.EffectiveFrom) + " on"
	}
	if !r.Since.IsZero() {
		row.Since = day(r.Since)
	}
	if slices.Contains(scorecards.NotPassing, r.Outcome) {
		var err error
		if row.Fix, err = markup.HTML(r.Fix); err != nil {
			return checkRow{}, err
		}
		row.Open = true
	}
	for _, l := range r.Check.Links {
		there := outside(l.URL)
		there.Text = l.Title
		row.Links = append(row.Links, there)
	}
	for _, e := range r.Evidence {
		row.Evidence = append(row.Evidence, evidenceRowOf(v, e, c.Types[e.Name]))
	}
	return row, nil
}

func evidenceRowOf(v *visit, e scorecards.Evidence, is kinds.Type) evidenceRow {
	row := evidenceRow{Name: e.Name, Value: factText(e.Value(), is, ""), By: "told by " + e.By}
	if e.Source == "" {
		return row
	}
	row.By, row.Source = e.By+" by", link{Text: e.Source}
	if there := outside(e.Link); there.Away {
		row.Source.URL, row.Source.Away = there.URL, true
	}
	if e.At != nil {
		row.At = ago(v.now, *e.At)
	}
	if e.Until != nil {
		row.Until = ago(v.now, *e.Until)
	}
	return row
}

// remember draws how the score went, and names the days on which something changed.
func (p *ladderPage) remember(now time.Time, c scorecards.ServiceCard, past []scorecards.PastDay) {
	points := dailyScores(past, now)
	if len(points) == 0 {
		return
	}
	p.History = chart.Trend{Points: points, Full: 100, Label: "The score, from " + day(points[0].At).Text + " to " + day(points[len(points)-1].At).Text}.SVG()
	for n := len(past) - 1; n >= 0 && len(p.Past) < shownPast; n-- {
		one := past[n]
		row := pastRow{Day: dateText(one.Day.Day), Level: markOf(c.Revision.Levels, one.Level), Score: scoreFigure(one.Score()), Passed: strconv.Itoa(one.Passed) + " of " + strconv.Itoa(one.Counted) + " pass"}
		if one.LevelName != "" {
			row.Level.Word = one.LevelName
		}
		p.Past = append(p.Past, row)
	}
}

// evaluate has the service evaluated now.
func (d *Dashboard) evaluate(v *visit) (outcome, error) {
	of, err := d.sources.Scorecards.Evaluate(v.ctx, v.PathValue("service"))
	if err == nil {
		return outcome{to: ladderURL(of.Slug, v.PathValue("scorecard"))}, nil
	}
	said, status, refused := wrong(err)
	if !refused {
		return outcome{}, err
	}
	shown, err := d.ladderScreen(v, said)
	return outcome{screen: shown, status: status}, err
}

// climbed is a scorecard on the page of a service.
type climbed struct {
	URL, Name string
	Level     levelMark
	Score     figure
	Missing   string
	Next      []link
	More      string
}

// climbed are the scorecards of a service.
func (d *Dashboard) climbed(v *visit, of registry.Service) ([]climbed, error) {
	cards, err := d.sources.Scorecards.OfService(v.ctx, string(of.ID))
	if err != nil {
		return nil, err
	}
	var out []climbed
	for _, c := range cards {
		one := climbed{URL: ladderURL(of.Slug, c.Scorecard.Slug), Name: c.Scorecard.Name, Level: markOf(c.Revision.Levels, c.Standing.Level), Score: scoreFigure(c.Standing.Score()), Missing: missingText(c)}
		if c.Standing.Applies != expr.Holds {
			one.Missing = "It is not known whether it is for this service"
		}
		for _, r := range c.First() {
			one.Next = append(one.Next, link{URL: one.URL + "#" + r.Check.ID, Text: r.Check.Title})
		}
		if more := len(c.Todo) - len(one.Next); more > 0 {
			one.More = strings.ToLower(plural(more, "more check", "more checks"))
		}
		out = append(out, one)
	}
	return out, nil
}

// teamScorecards is what each scorecard comes to for the team and those below it.
func (d *Dashboard) teamScorecards(v *visit, t registry.Team) ([]scorecardRow, error) {
	retired := false
	found, err := d.sources.Scorecards.List(v.ctx, "", &retired, page.Request{Limit: recentRows})
	if err != nil {
		return nil, err
	}
	var out []scorecardRow
	for _, s := range found.Items {
		row, err := d.scorecardRow(v, s, scorecards.OfTeam, t.Slug)
		if err != nil {
			return nil, err
		}
		if row.Services > 0 || row.Unscored != "" {
			out = append(out, row)
		}
	}
	return out, nil
}
