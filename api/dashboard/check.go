package dashboard

import (
	"html/template"
	"maps"
	"slices"
	"strconv"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/api/markup"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/given"
)

// askedPage is a check of a scorecard, and what it comes to for all services.
type askedPage struct {
	Crumbs     []link
	Title      string
	Level      levelMark
	Meta       []string
	Of         string
	Donut      template.HTML
	Parts      []outcomeLink
	Problem    string
	Why        template.HTML
	Fix        template.HTML
	Condition  string
	AppliesTo  string
	Whom       string
	Parameters []fact
	Links      []link
	Trend      stacked
	Todo       []todoRow
	TodoNote   string
	TodoEmpty  empty
	Pager      pager
	Facts      []suppliedFact
	FactsEmpty empty
}

// outcomeLink is how many services are at an outcome, and where they are.
type outcomeLink struct {
	outcomePart
	URL string
}

// todoRow is a service that does not pass.
type todoRow struct {
	URL, Name, Detail string
	State             badge
}

// suppliedFact is a fact that a check depends on, and who tells it.
type suppliedFact struct{ Name, Doc, By string }

// check is the page of a check.
func (d *Dashboard) check(v *visit) (screen, error) {
	kind, name, err := scorecardScope(v)
	if err != nil {
		return screen{}, err
	}
	a, err := d.sources.Scorecards.Check(v.ctx, v.PathValue("scorecard"), v.PathValue("check"), kind, name, longestTrend)
	if err != nil {
		return screen{}, err
	}
	c, card, levels := a.Check, a.View.Scorecard, a.View.Revision.Levels
	p := askedPage{
		Crumbs: []link{{URL: scorecardsPath, Text: "Scorecards"}, {URL: scorecardURL(card.Slug), Text: card.Name}, {URL: matrixURL(card.Slug, "category", c.Category), Text: c.Category}, {Text: c.Title}},
		Title:  c.Title, Level: markOf(levels, levelNumber(levels, c.Level)), Problem: a.Problem, Condition: c.Passes, AppliesTo: c.AppliesTo, Whom: tierText(c.Tier),
		Meta: []string{c.Category, "weight " + strconv.Itoa(c.Weight), c.ID}, Trend: outcomeTrend(a.Trend),
		TodoEmpty:  empty{Title: "None", Text: "Every service of which it counts passes."},
		FactsEmpty: empty{Title: "None", Text: "Its condition is the same for every service."},
	}
	if a.Now.Counting() == 0 {
		p.TodoEmpty = empty{Title: "None", Text: "It counts of no service yet: either none was evaluated, or it is for none of them."}
	}
	if c.EffectiveFrom != "" {
		p.Meta = append(p.Meta, "counts from "+dateText(c.EffectiveFrom)+" on")
	}
	if name != "" {
		p.Of = string(kind) + " " + name
	}
	if p.Why, err = markup.HTML(c.Why); err != nil {
		return screen{}, err
	}
	if p.Fix, err = markup.HTML(c.Fix); err != nil {
		return screen{}, err
	}
	for _, parameter := range slices.Sorted(maps.Keys(c.Parameters)) {
		p.Parameters = append(p.Parameters, fact{parameter, link{Text: numberText(c.Parameters[parameter])}})
	}
	for _, l := range c.Links {
		there := outside(l.URL)
		there.Text = l.Title
		p.Links = append(p.Links, there)
	}
	p.counted(a, kind, name)
	for _, f := range a.Facts {
		p.Facts = append(p.Facts, suppliedFact{Name: f.Name, Doc: f.Doc, By: suppliedBy(f.By)})
	}
	found, err := d.sources.Scorecards.Positions(v.ctx, string(card.ID), scopedQuery(kind, name, scorecards.Query{Check: c.ID, Outcomes: scorecards.NotPassing}), following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p.Pager = pagerOf(v, found.Next)
	for _, s := range found.Items {
		p.Todo = append(p.Todo, todoRow{URL: ladderURL(s.Service.Slug, card.Slug) + "#" + c.ID, Name: s.Service.Name, Detail: s.Service.TeamSlug + " · tier " + strconv.Itoa(s.Service.Tier), State: outcomeBadge(s.Checks[c.ID])})
	}
	return screen{template: "check", title: c.Title, section: scorecardsPath, page: p}, nil
}

func scopedQuery(kind scorecards.ScopeKind, name string, q scorecards.Query) scorecards.Query {
	switch kind {
	case scorecards.OfTeam:
		q.Team = name
	case scorecards.OfSystem:
		q.System = name
	}
	return q
}

// counted draws what the check comes to now.
func (p *askedPage) counted(a scorecards.CheckReport, kind scorecards.ScopeKind, name string) {
	var parts []chart.Part
	for _, b := range outcomeBadges {
		n := a.Now.Outcomes[b.Outcome.String()]
		if n == 0 {
			continue
		}
		parts = append(parts, chart.Part{Tone: b.Tone, Count: n})
		p.Parts = append(p.Parts, outcomeLink{outcomePart{b.badge, n}, matrixURL(a.View.Scorecard.Slug, "category", a.Check.Category, "check", a.Check.ID, "outcome", b.Outcome.String(), string(kind), name)})
	}
	passes, words := passText(a.Now.Outcomes), "pass"
	text := passes.Number + "\u00a0" + passes.Unit
	if !passes.Known {
		text, words = "—", "counts of none"
	}
	p.Donut = chart.Donut(parts, text, words, "Services by the outcome of this check")
	if n := a.Now.NotPassing(); n > 0 {
		p.TodoNote = strconv.Itoa(n) + " of " + plural(a.Now.Counting(), "service of which it counts", "services of which it counts")
	}
}

// tierText is for services of which tiers a check is.
func tierText(tier int) string {
	switch tier {
	case 0, 4:
		return "services of every tier"
	case 1:
		return "services of tier 1"
	}
	return "services of tiers 1 to " + strconv.Itoa(tier)
}

// suppliedBy is who tells a fact, in words.
func suppliedBy(domain string) string {
	if domain == given.By {
		return "pushed by a program, or attested by a person"
	}
	return "told by Evenkeel (" + domain + ")"
}
