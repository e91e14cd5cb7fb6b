package builtin_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/builtin"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/expr"
)

// whole is a check on a service of which everything is known that the check depends on.
type whole struct {
	check string
	facts fact.Set
	want  rules.Outcome
}

// among are rows of a check: what passes, and what fails by each of these facts alone.
func among(check string, passes fact.Set, failing fact.Set) []whole {
	out := []whole{{check, passes, rules.Pass}}
	for name, value := range failing {
		facts := maps.Clone(passes)
		facts[name] = value
		out = append(out, whole{check, facts, rules.Fail})
	}
	return out
}

// wholes are the checks that depend on several facts; the outcomes are read off the table of the
// product's reference.
var wholes = slices.Concat(
	among("documented", fact.Set{"hasDescription": true, "hasRepository": true, "hasDocs": true, "hasContact": true},
		fact.Set{"hasDescription": false, "hasRepository": false, "hasDocs": false, "hasContact": false}),
	among("on-call", fact.Set{"hasOnCall": true, "escalationLevels": 2.0}, fact.Set{"hasOnCall": false, "escalationLevels": 1.0}),
	among("sli-fresh", fact.Set{"slos": 2.0, "slosNotFresh": 0.0}, fact.Set{"slos": 0.0, "slosNotFresh": 1.0}),
	[]whole{ // revised or reviewed, and something that is
		{"slo-reviewed", fact.Set{"slos": 1.0, "sloRevisionAge": 180.0, "sloReviewed": 900.0}, rules.Pass},
		{"slo-reviewed", fact.Set{"slos": 1.0, "sloRevisionAge": 900.0, "sloReviewed": 180.0}, rules.Pass},
		{"slo-reviewed", fact.Set{"slos": 1.0, "sloRevisionAge": 181.0, "sloReviewed": 181.0}, rules.Fail},
		{"slo-reviewed", fact.Set{"slos": 0.0, "sloRevisionAge": 10.0, "sloReviewed": 10.0}, rules.Fail},
	},
	among("budget-policy", fact.Set{"policyInForce": true, "policyApproved": true}, fact.Set{"policyInForce": false, "policyApproved": false}),
	among("burn-alerts", fact.Set{"slos": 2.0, "slosWithPageAlert": 2.0, "slosWithTicketAlert": 2.0}, fact.Set{"slosWithPageAlert": 1.0, "slosWithTicketAlert": 1.0}),
	[]whole{
		{"burn-alerts", fact.Set{"slos": 0.0, "slosWithPageAlert": 0.0, "slosWithTicketAlert": 0.0}, rules.Fail}, // nothing alerts
		{"slo-within-dependencies", fact.Set{"hardDependencies": 1.0, "slosAboveWeakestDependency": 0.0}, rules.Pass},
		{"slo-within-dependencies", fact.Set{"hardDependencies": 1.0, "slosAboveWeakestDependency": 1.0}, rules.Fail},
		{"slo-within-dependencies", fact.Set{"hardDependencies": 0.0, "slosAboveWeakestDependency": 0.0}, rules.NotApplicable},
		{"sli-kinds", fact.Set{"kind": "http", "sliKinds": kinds("availability", "latency")}, rules.Pass},
		{"sli-kinds", fact.Set{"kind": "http", "sliKinds": kinds("availability")}, rules.Fail},
		{"sli-kinds", fact.Set{"kind": "http", "sliKinds": kinds("latency")}, rules.Fail},
		{"sli-kinds", fact.Set{"kind": "http", "sliKinds": kinds("freshness", "correctness")}, rules.Fail},
		{"sli-kinds", fact.Set{"kind": "pipeline", "sliKinds": kinds("freshness", "correctness")}, rules.Pass},
		{"sli-kinds", fact.Set{"kind": "pipeline", "sliKinds": kinds("freshness")}, rules.Fail},
		{"sli-kinds", fact.Set{"kind": "pipeline", "sliKinds": kinds("correctness")}, rules.Fail},
		{"load-tested", fact.Set{"tier": 1.0, "loadTested": 90.0}, rules.Pass},
		{"load-tested", fact.Set{"tier": 1.0, "loadTested": 180.0}, rules.Fail},
		{"load-tested", fact.Set{"tier": 2.0, "loadTested": 180.0}, rules.Pass},
		{"load-tested", fact.Set{"tier": 2.0, "loadTested": 181.0}, rules.Fail},
		{"restore-drill", fact.Set{"kind": "stateful", "restoreDrill": 180.0}, rules.Pass},
		{"restore-drill", fact.Set{"kind": "stateful", "restoreDrill": 181.0}, rules.Fail},
		{"restore-drill", fact.Set{"kind": "http", "restoreDrill": 181.0}, rules.NotApplicable},
	},
	[]whole{
		{"toil-bounded", fact.Set{"toilTold": true, "toilShare": 0.5, "toilWithinCap": true}, rules.Pass},
		{"toil-bounded", fact.Set{"toilTold": true, "toilShare": 0.51, "toilWithinCap": true}, rules.Fail}, // a cap of its own is no pass mark
	},
	among("gate-asked", fact.Set{"gateAsked": true, "gateAskedAge": 30.0}, fact.Set{"gateAsked": false, "gateAskedAge": 31.0}),
	among("headroom", fact.Set{"testedPeak": 130.0, "forecastPeak": 100.0}, fact.Set{"testedPeak": 129.0, "forecastPeak": 101.0}),
	among("chaos-experiment", fact.Set{"chaosExperiment": 180.0, "chaosVerdict": "held"}, fact.Set{"chaosExperiment": 181.0, "chaosVerdict": "undecided"}),
	among("llm-evaluated", fact.Set{"kind": "llm", "llmEvaluated": 3.0, "llmModelChanged": 3.0, "llmScore": 0.9, "llmThreshold": 0.9, "llmFallback": true},
		fact.Set{"llmEvaluated": 4.0, "llmModelChanged": 2.0, "llmScore": 0.89, "llmThreshold": 0.91, "llmFallback": false}),
	[]whole{{"llm-evaluated", fact.Set{"kind": "http", "llmEvaluated": 4.0, "llmModelChanged": 3.0, "llmScore": 0.1, "llmThreshold": 0.9, "llmFallback": false}, rules.NotApplicable}},
)

// Where everything is known, "or" in the place of "and" cannot hide behind what is not.
func TestEachCheckIsJudgedWhereAllItsFactsAreKnown(t *testing.T) {
	t.Parallel()
	language, err := expr.New(suppliers())
	if err != nil {
		t.Fatal(err)
	}
	all, err := builtin.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range all[0].Checks {
		card, err := scorecards.Compile(language, scorecards.Terms{Levels: all[0].Levels, Checks: []scorecards.Check{check}})
		if err != nil {
			t.Errorf("%s: %v", check.ID, err)
			continue
		}
		reads := card.Checks[0].Passes.Reads()
		if on := card.Checks[0].AppliesTo; on != nil {
			reads = append(slices.Clone(reads), on.Reads()...)
		}
		rows := slices.DeleteFunc(slices.Clone(wholes), func(w whole) bool { return w.check != check.ID })
		if len(rows) == 0 { // of one fact, which the sample tells
			rows = []whole{{check.ID, samples[check.ID].pass, rules.Pass}, {check.ID, samples[check.ID].fail, rules.Fail}}
		}
		seen := map[rules.Outcome]bool{}
		for _, row := range rows {
			facts := fact.Set{"tier": 1.0, "kind": "http"}
			maps.Copy(facts, row.facts)
			for _, name := range reads {
				if _, told := facts[name]; !told {
					t.Errorf("%s depends on %s, of which %v says nothing", check.ID, name, row.facts)
				}
			}
			if got := card.Evaluate(facts, "2026-11-27", nil).Results[0]; got.Outcome != row.want {
				t.Errorf("%s of %v: %s (%s), want %s", check.ID, row.facts, got.Outcome, got.Why, row.want)
			}
			seen[row.want] = true
		}
		if !seen[rules.Pass] || !seen[rules.Fail] {
			t.Errorf("%s has no row that passes and one that fails", check.ID)
		}
	}
}
