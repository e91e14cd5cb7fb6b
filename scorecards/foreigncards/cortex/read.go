package cortex

import (
	"cmp"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/walk"
)

// Read reads the scorecards of all texts; they share the facts that they ask.
func Read(texts []foreign.Text) foreigncards.Reading {
	var out foreigncards.Reading
	r := reader{book: foreigncards.NewBook("cortex"), seen: map[string]foreign.Origin{}}
	for _, text := range texts {
		notes, refused := walk.Each(text, r.document)
		out.Notes, out.Refused = append(out.Notes, notes...), append(out.Refused, refused...)
	}
	out.Scorecards = r.done
	out.Finish(r.book)
	return out
}

type reader struct {
	book *foreigncards.Book
	seen map[string]foreign.Origin // scorecards by slug
	done []foreigncards.Scorecard
}

func (r *reader) document(d *walk.Document, root walk.Node) {
	if !root.IsNames() {
		root.Fail("must be a scorecard of Cortex, with tag, name and rules")
		return
	}
	tag, name := root.Field("tag").Required(), root.Field("name").Required()
	card := r.book.NewCard(root.Origin(), tag, name, root.Field("description").Text())
	if d.Wrong() {
		return
	}
	if card.Slug() == "" {
		root.Field("tag").Fail("must have letters or digits")
		return
	}
	if at, there := r.seen[card.Slug()]; there {
		root.Ignore(root.Names()...)
		root.Field("tag").Left("the scorecard %q was there before, in %s:%d: the first goes", card.Slug(), at.In, at.Line)
		return
	}
	r.seen[card.Slug()], d.Of = root.Origin(), card.Key()
	root.Ignore("evaluation") // when it is evaluated: here always, once a fact changes
	if draft := root.Field("draft"); draft.Truth(false) {
		draft.Note("is a draft there; here it counts once it is applied, and plan --detail shows what would come of it")
	}
	levels := r.ladder(card, root.Field("ladder").Field("levels"))
	card.AppliesTo(r.filter(root.Field("filter"), name))
	rules := root.Field("rules")
	if !rules.There() {
		rules.Fail("is required")
	}
	for _, n := range rules.List() {
		r.rule(card, n, levels)
	}
	if d.Wrong() {
		return
	}
	if done, there := card.Done(root.Field("rules")); there && !d.Wrong() {
		r.done = append(r.done, done)
	}
}

// ladder adds the levels by their rank, the lowest first, and returns their names.
func (r *reader) ladder(card *foreigncards.Card, n walk.Node) []string {
	type ranked struct {
		walk.Node
		rank float64
	}
	var levels []ranked
	for _, l := range n.List() {
		levels = append(levels, ranked{l, l.Field("rank").Number()})
	}
	slices.SortStableFunc(levels, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	var names []string
	for _, l := range levels {
		l.Ignore("color")
		name := l.Field("name").Required()
		card.Level(l.Field("name"), name, l.Field("description").Text())
		names = append(names, name)
	}
	return names
}

func (r *reader) rule(card *foreigncards.Card, n walk.Node, levels []string) {
	title, expression := n.Field("title").Text(), n.Field("expression").Required()
	if title == "" {
		title = foreigncards.Line(expression, 100) // as Cortex shows it then
	}
	check := foreigncards.Check{
		Name: cmp.Or(n.Field("identifier").Text(), title), Title: title, Description: n.Field("description").Text(), Fix: n.Field("failureMessage").Text(), Category: "Cortex",
		Level: n.Field("level").Text(), Weight: n.Field("weight").Number(), Expression: expression, From: day(n.Field("effectiveFrom")),
	}
	if check.Level != "" && !slices.Contains(levels, check.Level) {
		n.Field("level").Fail("must be one of the levels of the ladder")
	}
	if weight := n.Field("weight"); weight.There() && check.Weight == 0 {
		weight.Note("a check weighs 1 at least here")
	}
	check.AppliesTo = r.filter(n.Field("filter"), title)
	passes, err := translator{r.book, title}.condition(expression)
	if err != nil {
		n.Field("expression").Note("%s", err)
	}
	check.Passes = passes
	card.Add(n, check)
}

// day is the date of a time; empty where there is none.
func day(n walk.Node) string {
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
func (r *reader) filter(n walk.Node, of string) string {
	if !n.There() {
		return ""
	}
	nobody := func(at walk.Node, why string) string {
		at.Note("%s: it applies to nobody until a condition is written", why)
		return foreigncards.Nobody
	}
	entity := n.Any("category", "kind")
	switch entity.Text() {
	case "", "SERVICE", "GENERIC":
	default:
		return nobody(entity, "only services have scorecards here")
	}
	types := n.Field("types")
	if include := types.Field("include").List(); len(include) > 0 && !slices.ContainsFunc(include, func(t walk.Node) bool { return t.Text() == "service" }) {
		return nobody(types, "only services have scorecards here")
	}
	for _, excluded := range types.Field("exclude").List() {
		if excluded.Text() == "service" {
			return nobody(types, "only services have scorecards here")
		}
	}
	if groups := n.Field("groups"); len(groups.Field("include").List())+len(groups.Field("exclude").List()) > 0 {
		return nobody(groups, "services are in no groups here")
	}
	query := n.Field("query")
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
