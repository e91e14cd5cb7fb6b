package techinsights

import (
	"fmt"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
	"github.com/evenkeel/evenkeel/services/foreign"
)

// ruleType is the only type of checks that Tech Insights comes with.
const ruleType = "json-rules-engine"

// Read reads the checks of all texts together: they become one scorecard.
func Read(texts []foreign.Text) foreigncards.Reading {
	var out foreigncards.Reading
	r := reader{book: foreigncards.NewBook("insights"), seen: map[string]foreign.Origin{}}
	out.Notes, out.Refused = foreign.Texts(texts, r.document, nil)
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

func (r *reader) document(root *foreign.Place) {
	card := r.book.NewCard(root.Origin(), r.slug(), "Tech Insights", "Checks of Backstage's Tech Insights.")
	root.Becomes(card.Key())
	switch {
	case root.Kind() == yamldoc.List:
		for _, n := range root.List() {
			r.check(card, n, n.Member("id").Said())
		}
	case root.Kind() == yamldoc.Names && root.Member("techInsights").There():
		root.Skip(root.MemberNames()...) // the rest of the app's configuration
		checks := root.Member("techInsights").Member("factChecker").Member("checks")
		for _, id := range checks.MemberNames() {
			r.check(card, checks.Member(id), id)
		}
	default:
		root.Fail("must be an app's configuration with techInsights, or a list of checks as GET /checks answers it")
		return
	}
	if root.Wrong() {
		return
	}
	if done, there := card.Done(root); there && !root.Wrong() {
		r.done = append(r.done, done)
	}
}

func (r *reader) check(card *foreigncards.Card, n *foreign.Place, id string) {
	if at, there := r.seen[id]; there {
		n.Skip(n.MemberNames()...)
		n.Leave("the check %q was there before, in %s:%d: the first goes", id, at.In, at.Line)
		return
	}
	r.seen[id] = n.Origin()
	kind, name := n.Member("type").Said(), n.Member("name").Said()
	check := foreigncards.Check{Name: id, Title: name, Description: n.Member("description").Text(), Category: "Tech Insights"}
	retrievers := map[string]bool{}
	for _, one := range n.Member("factIds").List() {
		retrievers[one.Text()] = true
	}
	n.Skip("id")
	for _, l := range n.Member("links").List() {
		check.Links = append(check.Links, scorecards.Link{Title: l.Member("title").Text(), URL: l.Member("url").Text()})
	}
	check.AppliesTo = r.filter(n.Member("filter"))
	rule := n.Member("rule")
	rule.Skip("name", "priority") // what it is called among rules, and in which order they are run
	conditions := rule.Member("conditions")
	check.Expression = written(conditions.Value())
	switch {
	case kind != ruleType:
		n.Member("type").Note("checks of the type %q are judged by a program of their own", kind)
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
