package techinsights

import (
	"fmt"

	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/walk"
)

// ruleType is the only type of checks that Tech Insights comes with.
const ruleType = "json-rules-engine"

// Read reads the checks of all texts together: they become one scorecard.
func Read(texts []foreign.Text) foreigncards.Reading {
	var out foreigncards.Reading
	r := reader{book: foreigncards.NewBook("insights"), seen: map[string]foreign.Origin{}}
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
	seen map[string]foreign.Origin // the checks by their identifiers
	done []foreigncards.Scorecard
}

// slugs: the checks of a second document are a scorecard of their own, for a scorecard is written by one.
func (r *reader) slug() string {
	if len(r.done) == 0 {
		return "tech-insights"
	}
	return fmt.Sprintf("tech-insights-%d", len(r.done)+1)
}

func (r *reader) document(d *walk.Document, root walk.Node) {
	card := r.book.NewCard(root.Origin(), r.slug(), "Tech Insights", "Checks of Backstage's Tech Insights.")
	d.Of = card.Key()
	switch {
	case root.IsList():
		for _, n := range root.List() {
			r.check(card, n, n.Field("id").Required())
		}
	case root.IsNames() && root.Field("techInsights").There():
		root.Ignore(root.Names()...) // the rest of the app's configuration
		checks := root.Field("techInsights").Field("factChecker").Field("checks")
		for _, id := range checks.Names() {
			r.check(card, checks.Field(id), id)
		}
	default:
		root.Fail("must be an app's configuration with techInsights, or a list of checks as GET /checks answers it")
		return
	}
	if d.Wrong() {
		return
	}
	if done, there := card.Done(root); there && !d.Wrong() {
		r.done = append(r.done, done)
	}
}

func (r *reader) check(card *foreigncards.Card, n walk.Node, id string) {
	if at, there := r.seen[id]; there {
		n.Ignore(n.Names()...)
		n.Left("the check %q was there before, in %s:%d: the first goes", id, at.In, at.Line)
		return
	}
	r.seen[id] = n.Origin()
	kind, name := n.Field("type").Required(), n.Field("name").Required()
	check := foreigncards.Check{Name: id, Title: name, Description: n.Field("description").Text(), Category: "Tech Insights"}
	retrievers := map[string]bool{}
	for _, one := range n.Field("factIds").List() {
		retrievers[one.Text()] = true
	}
	n.Ignore("id")
	for _, l := range n.Field("links").List() {
		check.Links = append(check.Links, scorecards.Link{Title: l.Field("title").Text(), URL: l.Field("url").Text()})
	}
	check.AppliesTo = r.filter(n.Field("filter"))
	rule := n.Field("rule")
	rule.Ignore("name", "priority") // what it is called among rules, and in which order they are run
	conditions := rule.Field("conditions")
	check.Expression = written(conditions.Value())
	switch {
	case kind != ruleType:
		conditions = walk.Node{}
		n.Field("type").Note("checks of the type %q are judged by a program of their own", kind)
		check.Expression = "a check of the type " + kind
	case !conditions.There():
		conditions.Fail("is required")
		return
	default:
		c := translator{book: r.book, retrievers: retrievers, check: id}
		passes, err := c.top(conditions)
		if err != nil {
			err.at.Note("%s", err.why)
		}
		check.Passes = passes
	}
	card.Add(n, check)
}
