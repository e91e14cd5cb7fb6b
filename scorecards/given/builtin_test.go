package given_test

import (
	"testing"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/services/expr"
)

// The table is that of the checks of the built-in scorecard which no domain supplies, by their numbers.
func TestTheBuiltInFactsAreThoseOfTheTableOfChecks(t *testing.T) {
	t.Parallel()
	table := []struct {
		check int
		name  string
		is    fact.Type
	}{
		{3, "escalationLevels", fact.Number}, {7, "sloReviewed", fact.Age}, {15, "runbooksReviewed", fact.Age}, {21, "incidentDrill", fact.Age},
		{25, "stagedRollout", fact.Truth}, {26, "rollbackTested", fact.Age}, {27, "canaryGated", fact.Truth}, {29, "loadTested", fact.Age},
		{30, "testedPeak", fact.Number}, {30, "forecastPeak", fact.Number}, {35, "loadShedding", fact.Truth}, {36, "chaosExperiment", fact.Age}, {36, "chaosVerdict", fact.Text},
		{37, "restoreDrill", fact.Age}, {38, "llmEvaluated", fact.Age}, {38, "llmModelChanged", fact.Age}, {38, "llmScore", fact.Number}, {38, "llmThreshold", fact.Number}, {38, "llmFallback", fact.Truth},
	}
	all := given.Builtin()
	if len(all) != len(table) {
		t.Fatalf("%d are built in, the table has %d", len(all), len(table))
	}
	for n, d := range all {
		if d.Name != table[n].name || d.Type != table[n].is || !d.BuiltIn || !d.Pushed || !d.Attested || d.LongestDays != 180 || d.Doc == "" {
			t.Errorf("check %d: %+v", table[n].check, d)
		}
	}
}

// Conditions as the checks of the table have them: they fit the types of the facts.
func TestConditionsOfChecksFitTheBuiltInFacts(t *testing.T) {
	t.Parallel()
	source := ok(newHouse(t).Source(t.Context()))(t)
	language := ok(expr.New(source.Facts()))(t)
	facts := fact.Set{
		"escalationLevels": 2.0, "sloReviewed": 180.0, "stagedRollout": true, "testedPeak": 1300.0, "forecastPeak": 1000.0,
		"chaosExperiment": 180.5, "chaosVerdict": "held", "llmEvaluated": 3.0, "llmModelChanged": 4.0, "llmScore": .9, "llmThreshold": .8, "llmFallback": true,
	}
	for condition, want := range map[string]expr.Outcome{
		"escalationLevels >= 2":            expr.Holds,
		"sloReviewed <= 180":               expr.Holds,
		"stagedRollout":                    expr.Holds,
		"testedPeak >= 1.3 * forecastPeak": expr.Holds,
		`chaosExperiment <= 180 && chaosVerdict in ["held", "broken"]`: expr.Fails,
		"llmEvaluated < llmModelChanged && llmScore >= llmThreshold":   expr.Holds,
		"loadTested <= 90":            expr.Unknown,
		"llmFallback || loadShedding": expr.Holds,
	} {
		c := ok(language.Compile(condition))(t)
		if got, why := c.Judge(facts); got != want {
			t.Errorf("%s: %s (%s), want %s", condition, got, why, want)
		}
	}
}

// Every type can be named in a condition; what the language takes for itself cannot.
func TestWhatConditionsCannotNameIsNotDeclared(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, is := range given.Types {
		if _, err := h.Declare(h.root, "of"+string(is), given.Terms{Type: is, Doc: "d", Pushed: true}); err != nil {
			t.Errorf("%s: %v", is, err)
		}
		for _, word := range []string{"true", "null", "for", "package"} { // CEL's specification, "Syntax": reserved words and literals
			if _, err := h.Declare(h.root, word, given.Terms{Type: is, Doc: "d", Pushed: true}); err == nil {
				t.Errorf("%s of the type %s is declared", word, is)
			}
		}
	}
}
