package foreigncards_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
	"github.com/evenkeel/evenkeel/services/foreign"
)

func TestFactsAreCalledSoThatConditionsCanNameThem(t *testing.T) {
	t.Parallel()
	b := foreigncards.NewBook("tool")
	for _, c := range []struct{ theirs, want string }{
		{"coverage-percent", "coveragePercent"},
		{"Has Owner", "hasOwner"},
		{"über cool", "berCool"}, // names are of ASCII
		{"2fa", "fact2fa"},
		{"go", "goFact"},
		{"in", "inFact"},
		{"---", "fact"},
		{"tier", "toolTier"},                         // Evenkeel tells it
		{"loadTested", "toolLoadTested"},             // it comes declared
		{"package", "toolPackage"},                   // a word of the language
		{"coverage.percent", "toolCoveragePercent"},  // another of theirs has the name
		{"coverage_percent", "toolCoveragePercent2"}, // and one more
		{strings.Repeat("x", 80), strings.Repeat("x", 50)},
		{"coverage-percent", "coveragePercent"}, // the first again
	} {
		if got, err := b.Ask(c.theirs, fact.Number, "A fact."); err != nil || got != c.want {
			t.Errorf("%q is called %q (%v), want %q", c.theirs, got, err, c.want)
		}
	}
	if _, err := b.Ask("coverage-percent", fact.Text, "A fact."); err == nil || !strings.Contains(err.Error(), "is a text here, and a number in another condition") {
		t.Errorf("asked as of another type it says %v", err)
	}
	if _, err := b.Language(); err != nil {
		t.Error(err)
	}
}

// card makes a scorecard of checks, and returns it with what was noted.
func card(t *testing.T, levels int, checks ...foreigncards.Check) (foreigncards.Reading, string) {
	t.Helper()
	var out foreigncards.Reading
	b := foreigncards.NewBook("tool")
	notes, refused := foreign.Texts([]foreign.Text{{In: "x", Bytes: []byte("a: 1\n")}}, func(n *foreign.Place) {
		c := b.NewCard(n.Origin(), "It is", "It\u202e is", "")
		for i := range levels {
			c.Level(n, fmt.Sprintf("L%d", i), "")
		}
		for _, k := range checks {
			c.Add(n, k)
		}
		if done, there := c.Done(n); there {
			out.Scorecards = append(out.Scorecards, done)
		}
		n.Skip("a")
	}, nil)
	out.Notes, out.Refused = notes, refused
	out.Finish(b)
	return out, fmt.Sprint(out.Notes)
}

func TestAScorecardFitsItsBounds(t *testing.T) {
	t.Parallel()
	right := foreigncards.Check{Name: "Is Fine", Title: strings.Repeat("t", 200), Fix: "See {this}.", Category: "C", Level: "L0", Passes: "hasDocs"}
	got, notes := card(t, 1, right, right, foreigncards.Check{Name: "heavy", Category: "C", Level: "L0", Weight: 250.5, Passes: "nobodysFact", Expression: "their words", AppliesTo: "also.unknown"})
	if len(got.Refused) != 0 || len(got.Scorecards) != 1 {
		t.Fatalf("made was %+v", got)
	}
	s := got.Scorecards[0]
	if s.Slug != "it-is" || s.Name != "It is" || s.Checks[0].ID != "is-fine" || s.Checks[1].ID != "is-fine-2" || len([]rune(s.Checks[0].Title)) != 100 || s.Checks[0].Fix != "See (this)." {
		t.Errorf("the scorecard is %+v", s)
	}
	if heavy := s.Checks[2]; heavy.Weight != 100 || heavy.Passes != "heavyPasses" || heavy.AppliesTo != foreigncards.Nobody || len(got.Facts) != 1 {
		t.Errorf("the last is %+v, facts are %+v", heavy, got.Facts)
	}
	for _, want := range []string{"weighs 250.5 there, and 100 here", `there is no fact "nobodysFact"`, "applies to nobody", "There it asks: their words"} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes are %s, want %s", notes, want)
		}
	}
	if got, notes := card(t, 7, right); len(got.Scorecards) != 0 || !strings.Contains(notes, "has 7 levels, and a scorecard has 6 at most") {
		t.Errorf("of seven levels there is %+v", got)
	}
	many := make([]foreigncards.Check, 30_000)
	for i := range many {
		many[i] = right
	}
	if got, notes := card(t, 1, many...); len(got.Scorecards) != 1 || len(got.Scorecards[0].Checks) != 100 || !strings.Contains(notes, "29900 of 30000: a scorecard has at most 100 checks") || len(notes) > 10_000 {
		t.Errorf("of many checks there are %+v", notes)
	}
	if got, notes := card(t, 1); len(got.Scorecards) != 0 || !strings.Contains(notes, "has no check") {
		t.Errorf("of none there is %+v", got)
	}
}

// A name is cut to 50 characters, and what tells it from others of the same beginning has to stay.
func TestLongNamesThatBeginAlikeAreToldApart(t *testing.T) {
	t.Parallel()
	b, seen := foreigncards.NewBook("cortex"), map[string]bool{}
	for i := range 5 {
		name := b.Verdict("card", fmt.Sprintf("%s-%d", strings.Repeat("a-long-name-", 8), i), "Whether it passes.", 0)
		if len(name) > 50 || seen[name] {
			t.Errorf("%q is too long, or was there before", name)
		}
		seen[name] = true
	}
}
