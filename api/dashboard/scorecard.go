package dashboard

import (
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/scorecards"
)

// scorecardPage is what a scorecard comes to in the organisation, a team or a system.
type scorecardPage struct {
	Crumbs            []link
	Name, Description string
	Meta              []link
	Retired           *moment
	Warnings          []string
	Narrowers         []narrower
	Of                string // whom it tells of, where not of all
	Levels            levelsBar
	Mean              figure
	Change            scoreChange
	Services          int
	Unscored          levelPart
	None              empty
	Categories        []categoryRow
	Trend             stacked
	Worst             []worstRow
	WorstMore         string
	Teams             []teamNode
	Improved          link
	ImprovedBy        scoreChange
}

// categoryRow is what the checks of a category come to.
type categoryRow struct {
	URL, Name, Detail string
	Bar               template.HTML
	Parts             []outcomePart
	Passes            figure
}

// worstRow is a check that not all pass.
type worstRow struct {
	URL, Title, Detail, Count string
	Bar                       template.HTML
	Level                     levelMark
}

// teamNode is a team in a report, with those below it.
type teamNode struct {
	Name      string
	Services  string
	Mean      figure
	Change    scoreChange
	Levels    levelsBar
	Links     []link
	Below     []teamNode
	BelowNote string
}

// shownWorst is how many checks a report names.
const shownWorst = 10

// scorecard is the report of a scorecard.
func (d *Dashboard) scorecard(v *visit) (screen, error) {
	kind, name, err := scorecardScope(v)
	if err != nil {
		return screen{}, err
	}
	r, err := d.sources.Scorecards.Report(v.ctx, v.PathValue("scorecard"), kind, name, longestTrend)
	if err != nil {
		return screen{}, err
	}
	card, levels := r.View.Scorecard, r.View.Revision.Levels
	matrix := matrixURL(card.Slug, string(kind), name)
	p := scorecardPage{
		Crumbs: []link{{URL: scorecardsPath, Text: "Scorecards"}, {Text: card.Name}}, Name: card.Name, Description: card.Description,
		Meta: []link{
			prefixed("kept by ", keeper(card)), {Text: "revision " + strconv.Itoa(card.Revision) + ", by " + r.View.Revision.RevisedBy + " on " + day(r.View.Revision.CreatedAt).Text},
			{Text: plural(len(r.View.Revision.Checks), "check", "checks")}, {URL: matrix, Text: "All services and checks"},
		},
		Levels: levelsOf(levels, r.Now.Levels, matrix), Mean: meanFigure(r.Now.Mean()), Change: changeOf(r.Change), Services: r.Now.Services,
		Unscored: levelPart{Count: r.Now.Unscored, URL: narrowing(matrix, "level", scorecards.UnscoredName)},
		None:     empty{Title: "Nothing evaluated yet", Text: "Services are evaluated every ten minutes, and soon after something of them changed. What they come to will be here. Register a service if there is none."},
		Trend:    levelTrend(levels, r.Trend),
	}
	if p.Warnings, err = d.sources.Scorecards.Warnings(v.ctx, r.View); err != nil {
		return screen{}, err
	}
	if p.Narrowers, err = d.narrowers(v, false); err != nil {
		return screen{}, err
	}
	if card.RetiredAt != nil {
		retired := day(*card.RetiredAt)
		p.Retired = &retired
	}
	if name != "" {
		p.Of = string(kind) + " " + name
		p.None = empty{Title: "Nothing evaluated here", Text: "No service of the " + p.Of + " is one that the scorecard is for, or none was evaluated yet."}
	}
	p.sumUp(r, kind, name)
	return screen{template: "scorecard", title: card.Name, section: scorecardsPath, page: p}, nil
}

func prefixed(words string, l link) link {
	l.Text = words + l.Text
	return l
}

// sumUp fills in categories, the worst checks and teams.
func (p *scorecardPage) sumUp(r scorecards.Report, kind scorecards.ScopeKind, name string) {
	slug, terms := r.View.Scorecard.Slug, r.View.Revision.Terms
	for _, c := range r.Categories {
		row := categoryRow{URL: matrixURL(slug, "category", c.Category, string(kind), name), Name: c.Category, Detail: plural(c.Checks, "check", "checks"), Passes: passText(c.Outcomes)}
		row.Bar, row.Parts = outcomeParts(c.Outcomes, true)
		p.Categories = append(p.Categories, row)
	}
	more := 0
	for _, c := range r.Checks {
		if c.NotPassing() == 0 {
			continue
		}
		if len(p.Worst) == shownWorst {
			more++
			continue
		}
		row := worstRow{
			URL: checkURL(slug, c.Check.ID), Title: c.Check.Title, Detail: c.Check.Category, Level: markOf(terms.Levels, levelNumber(terms.Levels, c.Check.Level)),
			Count: fmt.Sprintf("%d of %s", c.NotPassing(), plural(c.Counting(), "service does", "services do")) + " not pass",
		}
		row.Bar, _ = outcomeParts(c.Outcomes, true)
		p.Worst = append(p.Worst, row)
	}
	if more > 0 {
		p.WorstMore = plural(more, "more check is", "more checks are") + " not passed by all."
	}
	p.Teams = teamNodes(slug, terms.Levels, r.Parts)
	if best := r.MostImproved; best != nil {
		p.Improved, p.ImprovedBy = link{URL: teamURL(best.Team.Slug), Text: best.Team.Name}, changeOf(best.Change)
	}
}

func levelNumber(levels []scorecards.Level, name string) int {
	for n, l := range levels {
		if l.Name == name {
			return n
		}
	}
	return -1
}

func teamNodes(slug string, levels []scorecards.Level, parts []scorecards.Part) []teamNode {
	var out []teamNode
	for _, part := range parts {
		team := part.Team.Slug
		n := teamNode{
			Name: part.Team.Name, Services: plural(part.Now.Services, "service", "services"), Mean: meanFigure(part.Now.Mean()), Change: changeOf(part.Change),
			Levels: levelsOf(levels, part.Now.Levels, matrixURL(slug, "team", team)),
			Links: []link{
				{URL: scorecardURL(slug) + "?" + url.Values{"team": {team}}.Encode(), Text: "Report of this team"}, {URL: matrixURL(slug, "team", team), Text: "Its services"}, {URL: teamURL(team), Text: "Its page"},
			},
			Below: teamNodes(slug, levels, part.Parts),
		}
		if unscored := unscoredText(part.Now.Unscored); unscored != "" {
			n.Services += ", " + unscored
		}
		if len(n.Below) > 0 {
			n.BelowNote = strings.ToLower(plural(len(n.Below), "team below it", "teams below it"))
		}
		out = append(out, n)
	}
	return out
}
