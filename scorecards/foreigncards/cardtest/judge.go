// Package cardtest judges scorecards of other tools that were read, for the tests of those who read them.
package cardtest

import (
	"testing"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/services/expr"
)

// Judge is what a condition of the reading comes to on facts, once those are declared that it says.
func Judge(t *testing.T, got foreigncards.Reading, condition string, facts fact.Set) expr.Outcome {
	t.Helper()
	declared := foreigncards.Told()
	for _, f := range got.Facts {
		declared = append(declared, fact.Declaration{Name: f.Name, Type: f.Type, By: given.By})
	}
	language, err := expr.New(declared)
	if err != nil {
		t.Fatal(err)
	}
	c, err := language.Compile(condition)
	if err != nil {
		t.Fatalf("%s: %v", condition, err)
	}
	outcome, why := c.Judge(facts)
	if outcome == expr.Errored {
		t.Errorf("%s: %s", condition, why)
	}
	return outcome
}
