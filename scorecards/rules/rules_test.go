package rules_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/expr"
)

func language(t testing.TB) *expr.Environment {
	t.Helper()
	e, err := expr.New([]fact.Declaration{
		{Name: "tier", Type: fact.Number}, {Name: "kind", Type: fact.Text}, {Name: "slos", Type: fact.Number},
		{Name: "drill", Type: fact.Age}, {Name: "docs", Type: fact.Truth}, {Name: "labels", Type: fact.Texts}, {Name: "sliKinds", Type: fact.Numbers},
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func condition(t testing.TB, text string) *expr.Condition {
	t.Helper()
	if text == "" {
		return nil
	}
	c, err := language(t).Compile(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return c
}

// ladder has three levels: docs and SLOs make the first, a drill the second, and of services of
// tier 1 a label the third.
func ladder(t testing.TB) *rules.Card {
	return &rules.Card{Levels: 3, Checks: []rules.Check{
		{Level: 0, Weight: 1, Passes: condition(t, "docs")},
		{Level: 0, Weight: 3, Passes: condition(t, "slos >= 1")},
		{Level: 1, Weight: 2, Tier: 2, Passes: condition(t, "drill <= 180")},
		{Level: 1, Weight: 2, AppliesTo: condition(t, "kind == 'stateful'"), Passes: condition(t, "drill <= 90")},
		{Level: 2, Weight: 2, Tier: 1, Passes: condition(t, "int(labels[?'pci'].orValue('')) > 0")},
	}}
}

// Levels, counts and scores are worked out by hand from the rules in sheet.go.
func TestAServiceIsOnTheLevelOfWhichAllPasses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		is       string
		facts    fact.Set
		exempt   []int
		outcomes string
		level    int
		missing  int
		score    int // -1: none
		todo     []int
	}{
		{"nothing known", fact.Set{}, nil, "UUUUU", rules.NoLevel, 2, 0, []int{1, 0, 2, 3, 4}},
		{"all passes", fact.Set{"tier": 1.0, "kind": "http", "docs": true, "slos": 2.0, "drill": 180.0, "labels": map[string]string{"pci": "1"}}, nil, "PPPNP", 2, 0, 100, nil},
		{"tier 3 has nothing on the upper levels", fact.Set{"tier": 3.0, "kind": "http", "docs": true, "slos": 1.0}, nil, "PPNNN", 2, 0, 100, nil},
		{"one check of the lowest fails", fact.Set{"tier": 3.0, "kind": "http", "docs": false, "slos": 1.0}, nil, "FPNNN", rules.NoLevel, 1, 75, []int{0}},
		{"it fails, and is excused", fact.Set{"tier": 3.0, "kind": "http", "docs": false, "slos": 1.0}, []int{0}, "EPNNN", 2, 0, 100, nil},
		{"what does not apply is not excused", fact.Set{"tier": 3.0, "kind": "http", "docs": true, "slos": 1.0}, []int{2}, "PPNNN", 2, 0, 100, nil},
		{"a stateful one is held to more", fact.Set{"tier": 2.0, "kind": "stateful", "docs": true, "slos": 1.0, "drill": 100.0}, nil, "PPPFN", 0, 1, 75, []int{3}}, // 6 of 8
		{"a drill that nobody told", fact.Set{"tier": 2.0, "kind": "http", "docs": true, "slos": 1.0}, nil, "PPUNN", 0, 1, 66, []int{2}},                           // 4 of 6
		{"a kind that nobody knows", fact.Set{"tier": 4.0, "docs": true, "slos": 1.0}, nil, "PPNUN", 0, 1, 66, []int{3}},
		{"a check that cannot be judged", fact.Set{"tier": 1.0, "kind": "http", "docs": true, "slos": 1.0, "drill": 1.0, "labels": map[string]string{"pci": "yes"}}, nil, "PPPNX", 1, 1, 75, []int{4}}, // 6 of 8
		{"all is excused", fact.Set{"tier": 4.0, "kind": "http"}, []int{0, 1}, "EENNN", rules.NoLevel, 0, -1, nil},
	} {
		card := ladder(t)
		s := card.Evaluate(c.facts, "2026-11-27", func(i int) bool { return slices.Contains(c.exempt, i) })
		if got := rules.Spell(s.Results); got != c.outcomes || s.Level != c.level || s.Missing != c.missing {
			t.Errorf("%s: %s, level %d, %d missing; want %s, %d, %d", c.is, got, s.Level, s.Missing, c.outcomes, c.level, c.missing)
		}
		score := -1
		if s.Score() != nil {
			score = *s.Score()
		}
		if todo := s.Todo(card); score != c.score || !slices.Equal(todo, c.todo) {
			t.Errorf("%s: score %d, to do %v; want %d, %v", c.is, score, todo, c.score, c.todo)
		}
		for i, r := range s.Results {
			if needs := r.Outcome == rules.Unknown || r.Outcome == rules.Error; needs != (r.Why != "") {
				t.Errorf("%s: check %d is %s, and why is %q", c.is, i, r.Outcome, r.Why)
			}
		}
	}
}

func TestACheckIsSeenBeforeItsDayAndCountsFromIt(t *testing.T) {
	t.Parallel()
	card := &rules.Card{Levels: 1, Checks: []rules.Check{
		{Weight: 1, Passes: condition(t, "docs")},
		{Weight: 1, Passes: condition(t, "slos >= 1"), From: "2026-12-01"},
	}}
	facts := fact.Set{"docs": true, "slos": 0.0}
	for today, want := range map[string]struct{ level, counted int }{"2026-11-30": {0, 1}, "2026-12-01": {rules.NoLevel, 2}} {
		s := card.Evaluate(facts, today, nil)
		if rules.Spell(s.Results) != "PF" || s.Level != want.level || s.Counted != want.counted {
			t.Errorf("on %s: %s, level %d of %d", today, rules.Spell(s.Results), s.Level, s.Counted)
		}
	}
}

func TestAScorecardIsForSomeServicesOnly(t *testing.T) {
	t.Parallel()
	card := ladder(t)
	card.AppliesTo = condition(t, "kind != 'llm'")
	for kind, want := range map[string]expr.Outcome{"llm": expr.Fails, "http": expr.Holds} {
		if s := card.Evaluate(fact.Set{"kind": kind}, "2026-11-27", nil); s.Applies != want || (len(s.Results) > 0) != (want == expr.Holds) {
			t.Errorf("%s: %s with %d results", kind, s.Applies, len(s.Results))
		}
	}
	if s := card.Evaluate(fact.Set{}, "2026-11-27", nil); s.Applies != expr.Unknown || s.Why == "" || s.Level != rules.NoLevel {
		t.Errorf("of an unknown kind: %+v", s)
	}
	if s := (&rules.Card{Broken: true}).Evaluate(fact.Set{}, "2026-11-27", nil); s.Applies != expr.Errored || s.Why == "" {
		t.Errorf("a condition that is not understood: %+v", s)
	}
}

func TestAConditionThatIsNotUnderstoodAnyMoreIsAnError(t *testing.T) {
	t.Parallel()
	card := &rules.Card{Levels: 1, Checks: []rules.Check{{Weight: 1}}}
	if s := card.Evaluate(fact.Set{}, "2026-11-27", nil); rules.Spell(s.Results) != "X" || s.Level != rules.NoLevel {
		t.Errorf("%+v", s)
	}
}

// Whatever the facts: more that passes never lowers the level, unknown never helps, the level is
// the highest below the first that lacks something, and nothing counts twice.
func TestTheLevelFollowsFromTheOutcomes(t *testing.T) {
	t.Parallel()
	card := ladder(t)
	rapid.Check(t, func(t *rapid.T) {
		facts := fact.Set{
			"tier": float64(rapid.IntRange(1, 4).Draw(t, "tier")), "kind": rapid.SampledFrom([]string{"http", "stateful"}).Draw(t, "kind"),
			"docs": rapid.Bool().Draw(t, "docs"), "slos": float64(rapid.IntRange(0, 2).Draw(t, "slos")),
			"drill": rapid.Float64Range(0, 365).Draw(t, "drill"), "labels": map[string]string{"pci": rapid.SampledFrom([]string{"1", "0", "x"}).Draw(t, "pci")},
		}
		whole := card.Evaluate(facts, "2026-11-27", nil)
		gone := rapid.SampledFrom([]string{"docs", "slos", "drill", "labels", "kind"}).Draw(t, "gone")
		delete(facts, gone)
		part := card.Evaluate(facts, "2026-11-27", nil)
		if part.Level > whole.Level {
			t.Fatalf("without %s the level rises from %d to %d", gone, whole.Level, part.Level)
		}
		for i := range part.Results {
			if part.Results[i].Outcome == rules.Pass && whole.Results[i].Outcome != rules.Pass {
				t.Fatalf("without %s check %d passes", gone, i)
			}
		}
		for _, s := range []rules.Sheet{whole, part} {
			n, counted := 0, 0
			for i, r := range s.Results {
				if r.Counts {
					counted++
				}
				if r.Counts && r.Outcome != rules.Pass && card.Checks[i].Level <= s.Level {
					t.Fatalf("level %d with check %d at %s", s.Level, i, r.Outcome)
				}
				if r.Counts && r.Outcome != rules.Pass && card.Checks[i].Level == s.Level+1 {
					n++
				}
			}
			if counted != s.Counted || s.Counted > 0 && s.Level < 2 && (n == 0 || n != s.Missing) || s.PassedWeight > s.CountedWeight || s.Passed > s.Counted {
				t.Fatalf("%d missing of level %d, counted by hand %d: %+v", s.Missing, s.Level+1, n, s)
			}
			if len(s.Todo(card)) != s.Counted-s.Passed {
				t.Fatalf("to do %v, of %d that do not pass", s.Todo(card), s.Counted-s.Passed)
			}
		}
	})
}

func TestOutcomesAreSpelledAndReadAgain(t *testing.T) {
	t.Parallel()
	var results []rules.Result
	for _, o := range rules.Outcomes {
		results = append(results, rules.Result{Outcome: o})
	}
	read, err := rules.ReadOutcomes(rules.Spell(results))
	if err != nil || !slices.Equal(read, rules.Outcomes) {
		t.Errorf("read %v (%v)", read, err)
	}
	if _, err := rules.ReadOutcomes("PPQ"); err == nil {
		t.Error("Q was taken for an outcome")
	}
}

func TestFactsArePutIntoTheWordsOfACheck(t *testing.T) {
	t.Parallel()
	facts := fact.Set{"slos": 2.0, "drill": 200.7, "docs": true, "share": 0.4567, "labels": map[string]string{"pci": "yes"}, "sliKinds": map[string]float64{"latency": 1, "availability": 2}}
	types := map[string]fact.Type{"drill": fact.Age}
	for words, want := range map[string]string{
		"The last drill was {drill} ago; at most {parameters.days} days are right.": "The last drill was 200 days ago; at most 180 days are right.",
		"{slos} SLOs, {docs}, {share}":                                              "2 SLOs, yes, 0.46",
		"{sliKinds} / {labels}":                                                     "availability 2, latency 1 / pci yes",
		"{tier}":                                                                    "not known",
		"{parameters.weeks} {a b} {}":                                               "{parameters.weeks} {a b} {}",
	} {
		if got := rules.Fill(words, facts, types, map[string]float64{"days": 180}); got != want {
			t.Errorf("%s: %q, want %q", words, got, want)
		}
	}
	if got := rules.Named("{a} {parameters.b} {a} {1}"); fmt.Sprint(got) != "[a parameters.b]" {
		t.Errorf("named are %v", got)
	}
}
