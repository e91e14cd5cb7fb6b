package cortex

import (
	"cmp"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
	"github.com/evenkeel/evenkeel/services/foreign"
)

// Read reads the scorecards of all texts; they share the facts that they ask.
func Read(texts []foreign.Text) foreigncards.Reading {
	var out foreigncards.Reading
	r := reader{book: foreigncards.NewBook("cortex"), seen: map[string]foreign.Origin{}}
	out.Notes, out.Refused = foreign.Texts(texts, r.document, nil)
	out.Scorecards = r.done
	out.Finish(r.book)
	return out
}

type reader struct {
	book *foreigncards.Book
	seen map[string]foreign.Origin // scorecards by slug
	done []foreigncards.Scorecard
}

func (r *reader) document(root *foreign.Place) {
	if root.Kind() != yamldoc.Names {
		root.Fail("must be a scorecard of Cortex, with tag, name and rules")
		return
	}
	tag, name := root.Member("tag").Said(), root.Member("name").Said()
	card := r.book.NewCard(root.Origin(), tag, name, root.Member("description").Text())
	if root.Wrong() {
		return
	}
	if card.Slug() == "" {
		root.Member("tag").Fail("must have letters or digits")
		return
	}
	if at, there := r.seen[card.Slug()]; there {
		root.Skip(root.MemberNames()...)
		root.Member("tag").Leave("the scorecard %q was there before, in %s:%d: the first goes", card.Slug(), at.In, at.Line)
		return
	}
	r.seen[card.Slug()] = root.Origin()
	root.Becomes(card.Key())
	root.Skip("evaluation") // when it is evaluated: here always, once a fact changes
	if draft := root.Member("draft"); draft.Truth(false) {
		draft.Note("is a draft there; here it counts once it is applied, and plan --detail shows what would come of it")
	}
	levels := r.ladder(card, root.Member("ladder").Member("levels"))
	card.AppliesTo(r.filter(root.Member("filter"), name))
	rules := root.Member("rules")
	if !rules.There() {
		rules.Fail("is required")
	}
	for _, n := range rules.List() {
		r.rule(card, n, levels)
	}
	if root.Wrong() {
		return
	}
	if done, there := card.Done(root.Member("rules")); there && !root.Wrong() {
		r.done = append(r.done, done)
	}
}

// ladder adds the levels by their rank, the lowest first, and returns their names.
func (r *reader) ladder(card *foreigncards.Card, n *foreign.Place) map[string]bool {
	type ranked struct {
		*foreign.Place
		rank float64
	}
	var levels []ranked
	for _, l := range n.List() {
		levels = append(levels, ranked{l, l.Member("rank").Float()})
	}
	slices.SortStableFunc(levels, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	names := map[string]bool{}
	for _, l := range levels {
		l.Skip("color")
		name := l.Member("name").Said()
		card.Level(l.Member("name"), name, l.Member("description").Text())
		names[name] = true
	}
	return names
}

func (r *reader) rule(card *foreigncards.Card, n *foreign.Place, levels map[string]bool) {
	title, expression := n.Member("title").Text(), n.Member("expression").Said()
	if title == "" {
		title = foreigncards.Line(expression, 100) // as Cortex shows it then
	}
	check := foreigncards.Check{
		Name: cmp.Or(n.Member("identifier").Text(), title), Title: title, Description: n.Member("description").Text(), Fix: n.Member("failureMessage").Text(), Category: "Cortex",
		Level: n.Member("level").Text(), Weight: n.Member("weight").Float(), Expression: expression, From: day(n.Member("effectiveFrom")),
	}
	if check.Level != "" && !levels[check.Level] {
		n.Member("level").Fail("must be one of the levels of the ladder")
	}
	if weight := n.Member("weight"); weight.There() && check.Weight == 0 {
		weight.Note("a check weighs 1 at least here")
	}
	check.AppliesTo = r.filter(n.Member("filter"), title)
	passes, err := translator{r.book, title}.condition(expression)
	if err != nil {
		n.Member("expression").Note("%s", err)
	}
	check.Passes = passes
	card.Add(n, check)
}

// day is the date of a time; empty where there is none.
func day(n *foreign.Place) string {
	text := n.Text()
	if text == "" {
		return ""
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Format(time.DateOnly)
		}
	}
	n.Fail("must be a date or a time, such as 2027-01-01")
	return ""
}

// filter is the condition on a service that a filter is; empty for every one. What does not translate
// applies to nobody.
func (r *reader) filter(n *foreign.Place, of string) string {
	if !n.There() {
		return ""
	}
	nobody := func(at *foreign.Place, why string) string {
		at.Note("%s: it applies to nobody until a condition is written", why)
		return foreigncards.Nobody
	}
	entity := n.Any("category", "kind")
	switch entity.Text() {
	case "", "SERVICE", "GENERIC":
	default:
		return nobody(entity, "only services have scorecards here")
	}
	types := n.Member("types")
	if include := types.Member("include").List(); len(include) > 0 && !slices.ContainsFunc(include, func(t *foreign.Place) bool { return t.Text() == "service" }) {
		return nobody(types, "only services have scorecards here")
	}
	for _, excluded := range types.Member("exclude").List() {
		if excluded.Text() == "service" {
			return nobody(types, "only services have scorecards here")
		}
	}
	if groups := n.Member("groups"); len(groups.Member("include").List())+len(groups.Member("exclude").List()) > 0 {
		return nobody(groups, "services are in no groups here")
	}
	query := n.Member("query")
	if query.Text() == "" {
		return ""
	}
	condition, err := translator{r.book, of}.condition(query.Text())
	if err != nil {
		return nobody(query, err.Error())
	}
	if condition == "true" {
		return ""
	}
	return condition
}
