package dashboard

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/rules"
)

// matrixPage is where services stand by a scorecard: a row for each, a column for each category, or
// for each check of one.
type matrixPage struct {
	Crumbs    []link
	Name      string
	Levels    []levelFilter
	Narrowers []narrower
	Narrowed  []removable // what else the list is narrowed to
	Category  string
	Back      string // to all categories
	Columns   []matrixColumn
	Rows      []matrixRow
	Pager     pager
	Empty     empty
	Call      string
}

// levelFilter is a level with the services on it.
type levelFilter struct {
	levelMark
	URL     string
	Count   int
	Current bool
}

// removable is what a list is narrowed to, and where it is not.
type removable struct{ Text, Without string }

type matrixColumn struct {
	URL, Name, Title string
	Level            *levelMark // of a check
	Note             string
}

type matrixRow struct {
	URL, Name, Detail string
	Level             levelMark
	Score             figure
	Missing           string
	Cells             []matrixCell
	Unscored          bool
}

// matrixCell is how many checks of a category pass, or the outcome of a check.
type matrixCell struct {
	Label, Text, Tone string
	Says              string // in whole words, for those who do not see it
	Shape             bool   // whether it is an outcome
}

// matrix is the page.
func (d *Dashboard) matrix(v *visit) (screen, error) {
	query := v.URL.Query()
	card, err := d.sources.Scorecards.Get(v.ctx, v.PathValue("scorecard"))
	if err != nil {
		return screen{}, err
	}
	slug, terms := card.Scorecard.Slug, card.Revision.Terms
	q := scorecards.Query{Team: query.Get("team"), System: query.Get("system"), Level: query.Get("level"), Check: query.Get("check"), Outcomes: outcomesAsked(query.Get("outcome")), WorstFirst: true}
	p := matrixPage{
		Crumbs: []link{{URL: scorecardsPath, Text: "Scorecards"}, {URL: scorecardURL(slug), Text: card.Scorecard.Name}, {Text: "Services"}}, Name: card.Scorecard.Name,
		Empty: empty{Title: "None", Text: "No service fits. Take a filter away to see the others."}, Call: "GET /v1/scorecards/" + slug + "/services",
	}
	if category := query.Get("category"); slices.Contains(terms.Categories(), category) {
		p.Category, p.Back = category, with(v, "category", "")
	}
	if q.Team == "" && q.System == "" && q.Level == "" && q.Check == "" {
		p.Empty = empty{Title: "Nothing evaluated yet", Text: "Services are evaluated every ten minutes, and soon after something of them changed. Those that the scorecard is for will be here. Register a service if there is none."}
	}
	spread, err := d.sources.Scorecards.Spread(v.ctx, string(card.Scorecard.ID), q)
	if err != nil {
		return screen{}, err
	}
	p.filters(v, terms, spread, q)
	if p.Narrowers, err = d.narrowers(v, true, "level", "check", "outcome", "category"); err != nil {
		return screen{}, err
	}
	p.Narrowers = append(p.Narrowers, categoryNarrower(v, terms))
	found, err := d.sources.Scorecards.Positions(v.ctx, string(card.Scorecard.ID), q, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p.Pager = pagerOf(v, found.Next)
	p.columns(v, slug, terms)
	for _, s := range found.Items {
		p.Rows = append(p.Rows, matrixRowOf(s, slug, terms, p.Category))
	}
	return screen{template: "matrix", title: "Services by " + card.Scorecard.Name, section: scorecardsPath, page: p}, nil
}

// categoryNarrower chooses the category whose checks are seen, also where the table has no head.
func categoryNarrower(v *visit, terms scorecards.Terms) narrower {
	query := v.URL.Query()
	n := narrower{Action: v.URL.Path, Name: "category", Label: "Category", Options: []choice{{Text: "All categories"}}}
	for _, name := range terms.Categories() {
		n.Options = append(n.Options, choice{Value: name, Text: name, Chosen: query.Get("category") == name})
	}
	for _, name := range []string{"team", "system", "level", "check", "outcome"} {
		if query.Get(name) != "" {
			n.Kept = append(n.Kept, kept{name, query.Get(name)})
		}
	}
	return n
}

// outcomesAsked are those that a query names, by the words of the API.
func outcomesAsked(name string) []rules.Outcome {
	if name == "not_passing" {
		return scorecards.NotPassing
	}
	for _, o := range rules.Outcomes {
		if o.String() == name {
			return []rules.Outcome{o}
		}
	}
	return nil
}

// filters are the levels, and what else the list is narrowed to.
func (p *matrixPage) filters(v *visit, terms scorecards.Terms, spread scorecards.Spread, q scorecards.Query) {
	first := func(name, value string) string { // a list begins anew where its filters are others
		u := url.URL{Path: v.URL.Path}
		query := v.URL.Query()
		query.Del("after")
		query.Del(name)
		if name == "check" {
			query.Del("outcome")
		}
		if value != "" {
			query.Set(name, value)
		}
		u.RawQuery = query.Encode()
		return u.String()
	}
	all := spread.Unscored
	for n := -1; n < len(terms.Levels); n++ {
		f := levelFilter{levelMark: markOf(terms.Levels, n), Count: spread.Levels[""]}
		query := scorecards.NoLevelName
		if n >= 0 {
			query = terms.Levels[n].Name
			f.Count = spread.Levels[query]
		}
		f.URL, f.Current = first("level", query), q.Level == query
		all += f.Count
		p.Levels = append(p.Levels, f)
	}
	p.Levels = append([]levelFilter{{levelMark: levelMark{Word: "All"}, URL: first("level", ""), Count: all, Current: q.Level == ""}}, p.Levels...)
	if spread.Unscored > 0 || q.Level == scorecards.UnscoredName {
		p.Levels = append(p.Levels, levelFilter{levelMark: levelMark{Word: "No results yet"}, URL: first("level", scorecards.UnscoredName), Count: spread.Unscored, Current: q.Level == scorecards.UnscoredName})
	}
	if q.Check != "" {
		title := q.Check
		if i := slices.IndexFunc(terms.Checks, func(c scorecards.Check) bool { return c.ID == q.Check }); i >= 0 {
			title = terms.Checks[i].Title
		}
		p.Narrowed = append(p.Narrowed, removable{Text: outcomeAskedText(v.URL.Query().Get("outcome")) + ": " + title, Without: first("check", "")})
	}
}

func outcomeAskedText(name string) string {
	if name == "not_passing" {
		return "Does not pass"
	}
	for _, o := range outcomesAsked(name) {
		return outcomeBadge(o).Word
	}
	return name
}

func (p *matrixPage) columns(v *visit, slug string, terms scorecards.Terms) {
	if p.Category == "" {
		for _, name := range terms.Categories() {
			n := 0
			for _, c := range terms.Checks {
				if c.Category == name {
					n++
				}
			}
			p.Columns = append(p.Columns, matrixColumn{URL: with(v, "category", name), Name: name, Note: strconv.Itoa(n)})
		}
		return
	}
	for _, c := range terms.Checks {
		if c.Category == p.Category {
			level := markOf(terms.Levels, levelNumber(terms.Levels, c.Level))
			p.Columns = append(p.Columns, matrixColumn{URL: checkURL(slug, c.ID), Name: c.Title, Level: &level})
		}
	}
}

func matrixRowOf(s scorecards.Placed, slug string, terms scorecards.Terms, category string) matrixRow {
	row := matrixRow{
		URL: ladderURL(s.Service.Slug, slug), Name: s.Service.Name, Detail: s.Service.TeamSlug + " · tier " + strconv.Itoa(s.Service.Tier), Level: placedMark(terms.Levels, s),
		Score: scoreFigure(s.Score()), Unscored: s.Score() == nil,
	}
	if next := s.Level + 1; s.Missing > 0 && next < len(terms.Levels) {
		row.Missing = plural(s.Missing, "check", "checks") + " to " + terms.Levels[next].Name
	}
	if category == "" {
		for _, name := range terms.Categories() {
			row.Cells = append(row.Cells, shareCell(name, s.Categories[name]))
		}
		return row
	}
	for _, c := range terms.Checks {
		if c.Category != category {
			continue
		}
		cell := matrixCell{Label: c.Title, Text: "—", Says: "not judged yet", Tone: "blank"}
		if o, judged := s.Checks[c.ID]; judged {
			b := outcomeBadge(o)
			cell = matrixCell{Label: c.Title, Text: b.Word, Says: b.Word, Tone: b.Tone, Shape: true}
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

// placedMark is the level of a service, by the name that it has in the revision by which it was
// evaluated.
func placedMark(levels []scorecards.Level, s scorecards.Placed) levelMark {
	m := markOf(levels, s.Level)
	if s.LevelName != "" {
		m.Word = s.LevelName
	}
	if s.Score() == nil {
		m.Word = "No results yet"
	}
	return m
}

// shareCell is how many checks of a category pass.
func shareCell(name string, s scorecards.Share) matrixCell {
	if s.Counted == 0 {
		return matrixCell{Label: name, Text: "—", Says: "none counts", Tone: "blank"}
	}
	cell := matrixCell{Label: name, Text: strconv.Itoa(s.Passed) + "\u2009/\u2009" + strconv.Itoa(s.Counted), Says: strconv.Itoa(s.Passed) + " of " + strconv.Itoa(s.Counted) + " pass", Tone: "risk"}
	switch s.Passed {
	case s.Counted:
		cell.Tone = "ok"
	case 0:
		cell.Tone = "bad"
	}
	return cell
}
