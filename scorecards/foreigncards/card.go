package foreigncards

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/registry"
)

// The bounds of what scorecards say, in characters; and how many checks one has.
const (
	maxLevel, maxCategory = 40, 40
	maxWords              = 2000
	maxDescription        = 4000
	maxChecks             = 100
	maxLevels             = 6
	maxWeight             = 100
)

// Card is a scorecard in the making.
type Card struct {
	book   *Book
	origin foreign.Origin
	draft  scorecards.Draft
	checks []Check
	places []*foreign.Place
}

// Check is a check in the making.
type Check struct {
	Name        string // what the tool calls it, of which its identifier is made
	Title       string
	Description string
	Fix         string
	Category    string
	Level       string // empty for none of the levels
	Weight      float64
	From        string // a date, or empty
	Passes      string // the condition; empty where it does not translate
	Expression  string // what it is in the tool, for where the condition is empty
	LongestDays int    // for which its verdict holds at most; 0 where nothing says so
	AppliesTo   string
	Links       []scorecards.Link
}

// NewCard begins a scorecard; a slug that is none is made one.
func (b *Book) NewCard(at foreign.Origin, slug, name, description string) *Card {
	c := &Card{book: b, origin: at}
	c.draft.Slug, c.draft.Name, c.draft.Description = foreign.Slug(slug), Line(name, registry.MaxName), Lines(description, maxDescription)
	if c.draft.Name == "" {
		c.draft.Name = c.draft.Slug
	}
	return c
}

// Slug is the scorecard's.
func (c *Card) Slug() string { return c.draft.Slug }

// Key is what notes call the scorecard.
func (c *Card) Key() string { return "scorecard " + c.draft.Slug }

// Owner is the team that keeps it.
func (c *Card) Owner(slug string) { c.draft.Owner = slug }

// AppliesTo narrows the services that it is for.
func (c *Card) AppliesTo(condition string) { c.draft.AppliesTo = condition }

// Level adds a level, above those before; at is where it is said.
func (c *Card) Level(at *foreign.Place, name, description string) {
	name = Line(name, maxLevel)
	switch {
	case name == "":
		at.Fail("must have a name")
	case len(c.draft.Levels) <= maxLevels && slices.ContainsFunc(c.draft.Levels, func(l scorecards.Level) bool { return l.Name == name }):
		at.Fail("has the name of another level, %q", name)
	default:
		c.draft.Levels = append(c.draft.Levels, scorecards.Level{Name: name, Description: Lines(description, maxWords)})
	}
}

// Add adds a check; at is where it is.
func (c *Card) Add(at *foreign.Place, check Check) {
	c.checks, c.places = append(c.checks, check), append(c.places, at)
}

// Checks is how many were added.
func (c *Card) Checks() int { return len(c.checks) }

// Done is the scorecard, with every check that there is room for. It is false where there is nothing to
// keep, which was told.
func (c *Card) Done(at *foreign.Place) (Scorecard, bool) {
	if len(c.checks) == 0 {
		at.Leave("has no check, and a scorecard has one at least")
		return Scorecard{}, false
	}
	loose := slices.ContainsFunc(c.checks, func(k Check) bool { return k.Level == "" })
	if loose {
		about := ""
		if len(c.draft.Levels) > 0 {
			about = "What is on no other level passes too."
			at.Note("checks that are on no level are put on one of their own, %q, above the others", OnlyLevel)
		}
		c.draft.Levels = append(c.draft.Levels, scorecards.Level{Name: OnlyLevel, Description: about})
	}
	if len(c.draft.Levels) > maxLevels {
		at.Leave("has %d levels, and a scorecard has %d at most: part it in the tool", len(c.draft.Levels), maxLevels)
		return Scorecard{}, false
	}
	// Of the facts that conditions ask: those that say how checks come out are declared below, and asked by
	// nothing else. It is made once, for there may be thousands of facts.
	language, err := c.book.Language()
	if err != nil {
		at.Fail("cannot be judged: %s", err)
		return Scorecard{}, false
	}
	if more := len(c.checks) - maxChecks; more > 0 {
		c.places[maxChecks].Leave("is left out, with all checks from it on, %d of %d: a scorecard has at most %d checks", more, len(c.checks), maxChecks)
	}
	for i, k := range c.checks[:min(len(c.checks), maxChecks)] {
		c.draft.Checks = append(c.draft.Checks, c.check(c.places[i], k, language))
	}
	c.draft.Terms = c.draft.Complete()
	return Scorecard{Draft: c.draft, Origin: c.origin}, true
}

func (c *Card) check(at *foreign.Place, k Check, language *expr.Environment) scorecards.Check {
	out := scorecards.Check{
		ID: c.id(k.Name), Title: Line(k.Title, registry.MaxName), Why: Lines(k.Description, maxWords), Fix: words(k.Fix), Category: Line(k.Category, maxCategory),
		Level: Line(k.Level, maxLevel), Weight: 1, AppliesTo: k.AppliesTo, Passes: k.Passes, EffectiveFrom: clock.Date(k.From),
	}
	if out.Title == "" {
		out.Title = out.ID
	}
	if out.Level == "" {
		out.Level = OnlyLevel
	}
	if k.Weight != 0 {
		out.Weight = min(max(int(k.Weight+0.5), 1), maxWeight)
		if float64(out.Weight) != k.Weight {
			at.Note("weighs %s there, and %d here: weights are whole numbers from 1 to %d", strconv.FormatFloat(k.Weight, 'f', -1, 64), out.Weight, maxWeight)
		}
	}
	for _, l := range k.Links {
		var check fault.Check
		registry.CheckURL(&check, "", l.URL)
		if l.URL == "" || check.Err() != nil || len(out.Links) == 10 {
			at.Note("a link is left out: it is no web address, or one of more than ten")
			continue
		}
		if l.Title = Line(l.Title, registry.MaxName); l.Title == "" {
			l.Title = "Link"
		}
		out.Links = append(out.Links, l)
	}
	c.judge(at, k, &out, language)
	return out
}

// judge has what cannot be asked as a condition asked otherwise.
func (c *Card) judge(at *foreign.Place, k Check, out *scorecards.Check, language *expr.Environment) {
	if out.AppliesTo != "" && out.AppliesTo != Nobody {
		if err := askable(language, out.AppliesTo); err != nil {
			at.Note("applies to nobody until a condition is written: its filter cannot be asked here: %s", first(err))
			out.AppliesTo = Nobody
		}
	}
	if out.Passes != "" {
		err := askable(language, out.Passes)
		if err == nil {
			return
		}
		at.Note("its condition cannot be asked here: %s", first(err))
	}
	out.Passes = c.book.Verdict(c.draft.Slug, out.ID, fmt.Sprintf("Whether %s passes: %s", out.Title, k.Expression), k.LongestDays)
	at.Note("does not translate: it passes where the fact %s is given as true, by the old tool or by whoever looks. There it asks: %s", out.Passes, Line(k.Expression, 300))
}

// askable is what is wrong with a condition, if anything is.
func askable(language *expr.Environment, text string) error {
	if n := utf8.RuneCountInString(text); n > expr.MaxText {
		return fmt.Errorf("it has %d characters, and a condition has %d at most", n, expr.MaxText)
	}
	_, err := language.Compile(text)
	return err
}

func first(err error) string {
	var refused *expr.Error
	if errors.As(err, &refused) {
		return refused.Problems[0].Message
	}
	return err.Error()
}

// id is the identifier of a check of that name, which no other has.
func (c *Card) id(name string) string {
	base := foreign.Slug(name)
	if base == "" {
		base = "check"
	}
	out := base
	for n := 2; slices.ContainsFunc(c.draft.Checks, func(k scorecards.Check) bool { return k.ID == out }); n++ {
		suffix := "-" + strconv.Itoa(n)
		out = strings.TrimRight(base[:min(len(base), 63-len(suffix))], "-") + suffix
	}
	return out
}

// words is a text in which nothing stands between braces: names between them would be filled in.
func words(text string) string {
	return Lines(strings.NewReplacer("{", "(", "}", ")").Replace(text), maxWords)
}
