package builtin_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/builtin"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
	"github.com/evenkeel/evenkeel/services/incident/statistics"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/signals"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/toil"
)

// suppliers are whatever tells facts of services in the program.
func suppliers() []fact.Declaration {
	declared := fact.NewBook[registry.Service](
		registry.ServiceFacts{}, slo.ServiceFacts{}, alert.ServiceFacts{}, signals.ServiceFacts{}, policy.ServiceFacts{}, gate.ServiceFacts{},
		statistics.ServiceFacts{}, postmortem.ServiceFacts{}, action.ServiceFacts{}, change.ServiceFacts{}, &toil.Service{},
	).Facts()
	for _, d := range given.Builtin() {
		declared = append(declared, fact.Declaration{Name: d.Name, Type: d.Type, Values: d.Values, By: given.By})
	}
	return declared
}

// sample is a check on facts that are supplied: what passes and what fails is read off the
// table of the product's reference; absent is the fact without which it is unknown, and other
// what makes it be for other services.
type sample struct {
	pass, fail fact.Set
	absent     string
	other      fact.Set
}

func counted(name string, pass, fail float64) sample {
	return sample{fact.Set{name: pass}, fact.Set{name: fail}, name, nil}
}

func said(name string) sample {
	return sample{fact.Set{name: true}, fact.Set{name: false}, name, nil}
}

func kinds(of ...string) map[string]float64 {
	out := map[string]float64{}
	for _, c := range slo.Categories {
		out[string(c)] = 0
	}
	for _, c := range of {
		out[c] = 1
	}
	return out
}

var samples = map[string]sample{
	"owner-team": counted("members", 1, 0),
	"documented": {
		fact.Set{"hasDescription": true, "hasRepository": true, "hasDocs": true, "hasContact": true},
		fact.Set{"hasDescription": true, "hasRepository": true, "hasDocs": true, "hasContact": false}, "hasDocs", nil,
	},
	"on-call":       {fact.Set{"hasOnCall": true, "escalationLevels": 2.0}, fact.Set{"hasOnCall": true, "escalationLevels": 1.0}, "escalationLevels", nil},
	"slo-declared":  counted("slos", 1, 0),
	"sli-kinds":     {fact.Set{"sliKinds": kinds("availability", "latency")}, fact.Set{"sliKinds": kinds("availability", "freshness")}, "sliKinds", nil},
	"sli-fresh":     {fact.Set{"slos": 2.0, "slosNotFresh": 0.0}, fact.Set{"slos": 2.0, "slosNotFresh": 1.0}, "slosNotFresh", nil},
	"slo-reviewed":  {fact.Set{"slos": 1.0, "sloRevisionAge": 180.0}, fact.Set{"slos": 1.0, "sloRevisionAge": 181.0, "sloReviewed": 181.0}, "sloRevisionAge", nil},
	"budget-policy": {fact.Set{"policyInForce": true, "policyApproved": true}, fact.Set{"policyInForce": true, "policyApproved": false}, "policyApproved", nil},
	"budget-left":   counted("slosOverspentUnacknowledged", 0, 1),
	"burn-alerts": {
		fact.Set{"slos": 2.0, "slosWithPageAlert": 2.0, "slosWithTicketAlert": 2.0}, fact.Set{"slos": 2.0, "slosWithPageAlert": 2.0, "slosWithTicketAlert": 1.0}, "slosWithPageAlert", nil,
	},
	"slo-within-dependencies": {
		fact.Set{"hardDependencies": 1.0, "slosAboveWeakestDependency": 0.0}, fact.Set{"hardDependencies": 1.0, "slosAboveWeakestDependency": 1.0}, "slosAboveWeakestDependency", fact.Set{"hardDependencies": 0.0},
	},
	"golden-signals":             counted("goldenSignals", 4, 3),
	"dashboard":                  said("hasDashboard"),
	"runbooks":                   counted("slosWithoutRunbook", 0, 1),
	"runbooks-reviewed":          counted("runbooksReviewed", 180, 181),
	"incident-load":              counted("incidentsPerShiftMost", 2, 3),
	"postmortems":                counted("postmortemsOverdue", 0, 1),
	"large-incident-postmortems": counted("largeIncidentsWithoutPostmortem", 0, 1),
	"actions-in-time":            counted("actionsOverdue", 0, 1),
	"no-repeats":                 counted("repeatedCauses", 0, 1),
	"incident-drill":             counted("incidentDrill", 180, 181),
	"toil-reported":              {fact.Set{"toilTold": true, "toilReported": true, "toilReportedAge": 90.0}, fact.Set{"toilTold": true, "toilReported": true, "toilReportedAge": 91.0}, "toilReportedAge", fact.Set{"toilTold": false}},
	"toil-bounded":               {fact.Set{"toilTold": true, "toilShare": 0.5}, fact.Set{"toilTold": true, "toilShare": 0.51, "toilWithinCap": true}, "toilShare", fact.Set{"toilTold": false}},
	"toil-automation":            said("toilCandidateIssue"),
	"staged-rollout":             said("stagedRollout"),
	"rollback-tested":            counted("rollbackTested", 90, 91),
	"canary-gated":               said("canaryGated"),
	"gate-asked":                 {fact.Set{"gateAsked": true, "gateAskedAge": 30.0}, fact.Set{"gateAsked": true, "gateAskedAge": 31.0}, "gateAskedAge", nil},
	"load-tested":                counted("loadTested", 90, 91), // of tier 1; tier 2 has 180 days
	"headroom":                   {fact.Set{"testedPeak": 130.0, "forecastPeak": 100.0}, fact.Set{"testedPeak": 129.0, "forecastPeak": 100.0}, "forecastPeak", nil},
	"dependencies-complete":      counted("dependenciesIncomplete", 0, 1),
	"dependencies-promise":       counted("tier1HardDependenciesWithoutSLO", 0, 1),
	"retries":                    counted("dependenciesWithoutRetry", 0, 1),
	"breakers":                   counted("hardDependenciesWithoutBreaker", 0, 1),
	"load-shedding":              said("loadShedding"),
	"chaos-experiment":           {fact.Set{"chaosExperiment": 180.0, "chaosVerdict": "broken"}, fact.Set{"chaosExperiment": 181.0, "chaosVerdict": "held"}, "chaosVerdict", nil},
	"restore-drill":              {fact.Set{"kind": "stateful", "restoreDrill": 180.0}, fact.Set{"kind": "stateful", "restoreDrill": 181.0}, "restoreDrill", fact.Set{"kind": "http"}},
	"llm-evaluated": {
		fact.Set{"kind": "llm", "llmEvaluated": 3.0, "llmModelChanged": 4.0, "llmScore": 0.9, "llmThreshold": 0.9, "llmFallback": true},
		fact.Set{"kind": "llm", "llmEvaluated": 5.0, "llmModelChanged": 4.0, "llmScore": 0.9, "llmThreshold": 0.9, "llmFallback": true}, "llmModelChanged", fact.Set{"kind": "grpc"},
	},
}

func TestEachCheckIsJudgedBySuppliedFacts(t *testing.T) {
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
		s, there := samples[check.ID]
		if !there {
			t.Errorf("%s has no sample", check.ID)
			continue
		}
		card, err := scorecards.Compile(language, scorecards.Terms{Levels: all[0].Levels, Checks: []scorecards.Check{check}})
		if err != nil {
			t.Errorf("%s: %v", check.ID, err)
			continue
		}
		judge := func(what string, want rules.Outcome, facts ...fact.Set) {
			t.Helper()
			whole := fact.Set{"tier": 1.0, "kind": "http"}
			for _, f := range facts {
				maps.Copy(whole, f)
			}
			if want == rules.Unknown {
				delete(whole, s.absent)
			}
			if r := card.Evaluate(whole, "2026-11-27", nil).Results[0]; r.Outcome != want {
				t.Errorf("%s, %s: %s (%s), want %s", check.ID, what, r.Outcome, r.Why, want)
			}
		}
		judge("what passes", rules.Pass, s.pass)
		judge("what fails", rules.Fail, s.fail)
		judge("without "+s.absent, rules.Unknown, s.pass)
		if check.Tier > 0 {
			judge("of a less critical tier", rules.NotApplicable, s.pass, fact.Set{"tier": float64(check.Tier) + 1})
			judge("of the least critical tier that it is for", rules.Pass, s.pass, fact.Set{"tier": float64(check.Tier)})
		}
		if s.other != nil {
			judge("of another service", rules.NotApplicable, s.pass, s.other)
		}
	}
	for id := range samples {
		if !slices.ContainsFunc(all[0].Checks, func(c scorecards.Check) bool { return c.ID == id }) {
			t.Errorf("there is a sample of %s, and no such check", id)
		}
	}
}

// What tier and kind ask beyond the samples.
func TestWhatAServiceIsDecidesWhatIsAsked(t *testing.T) {
	t.Parallel()
	language, err := expr.New(suppliers())
	if err != nil {
		t.Fatal(err)
	}
	all, err := builtin.All()
	if err != nil {
		t.Fatal(err)
	}
	card, err := scorecards.Compile(language, all[0].Terms)
	if err != nil {
		t.Fatal(err)
	}
	outcome := func(check string, facts fact.Set) rules.Outcome {
		facts["lifecycle"] = "production"
		i := slices.IndexFunc(all[0].Checks, func(c scorecards.Check) bool { return c.ID == check })
		return card.Evaluate(facts, "2026-11-27", nil).Results[i].Outcome
	}
	for _, c := range []struct {
		check string
		facts fact.Set
		want  rules.Outcome
	}{
		{"load-tested", fact.Set{"tier": 2.0, "loadTested": 180.0}, rules.Pass},
		{"load-tested", fact.Set{"tier": 2.0, "loadTested": 181.0}, rules.Fail},
		{"sli-kinds", fact.Set{"tier": 1.0, "kind": "pipeline", "sliKinds": kinds("freshness", "correctness")}, rules.Pass},
		{"sli-kinds", fact.Set{"tier": 1.0, "kind": "batch", "sliKinds": kinds("availability", "latency")}, rules.Fail},
		{"sli-kinds", fact.Set{"tier": 1.0, "kind": "stateful", "sliKinds": kinds("availability", "latency")}, rules.Pass},
		{"toil-reported", fact.Set{"tier": 3.0, "toilTold": true, "toilReported": false}, rules.Fail}, // who never says anything does not stay unknown
		{"slo-reviewed", fact.Set{"tier": 3.0, "slos": 1.0, "sloRevisionAge": 10.0}, rules.Pass},      // revised lately: nobody has to attest it
		{"slo-reviewed", fact.Set{"tier": 3.0, "slos": 1.0, "sloRevisionAge": 900.0}, rules.Unknown},  // somebody may have looked at it, and did not say so
		{"slo-reviewed", fact.Set{"tier": 3.0, "slos": 0.0}, rules.Fail},
		{"gate-asked", fact.Set{"tier": 1.0, "gateAsked": false}, rules.Fail},                                                                  // that it never was is known
		{"dependencies-promise", fact.Set{"tier": 1.0, "hardDependenciesWithoutSLO": 2.0, "tier1HardDependenciesWithoutSLO": 0.0}, rules.Pass}, // those of lower tiers
	} {
		if got := outcome(c.check, c.facts); got != c.want {
			t.Errorf("%s of %v: %s, want %s", c.check, c.facts, got, c.want)
		}
	}
	if s := card.Evaluate(fact.Set{"lifecycle": "deprecated"}, "2026-11-27", nil); s.Applies != expr.Fails {
		t.Errorf("of a deprecated service it says %s", s.Applies)
	}
}

// Who keeps a copy of the scorecard may ask for less than half: then that is what counts, and not that it is
// at most half. Of few persons, whose share is not told, less than half is not known.
func TestToilIsJudgedByTheScorecardsBoundAlone(t *testing.T) {
	t.Parallel()
	language, err := expr.New(suppliers())
	if err != nil {
		t.Fatal(err)
	}
	all, err := builtin.All()
	if err != nil {
		t.Fatal(err)
	}
	check := all[0].Checks[slices.IndexFunc(all[0].Checks, func(c scorecards.Check) bool { return c.ID == "toil-bounded" })]
	for _, c := range []struct {
		most  float64
		facts fact.Set
		want  rules.Outcome
	}{
		{0.3, fact.Set{"toilTold": true, "toilShare": 0.4, "toilWithinCap": true}, rules.Fail},
		{0.3, fact.Set{"toilTold": true, "toilShare": 0.3, "toilWithinCap": false}, rules.Pass},
		{0.3, fact.Set{"toilTold": true, "toilWithinCap": true}, rules.Unknown},
		{0.5, fact.Set{"toilTold": false}, rules.NotApplicable}, // of fewer than four people nothing is told
		{0.6, fact.Set{"toilTold": true, "toilShare": 0.6, "toilWithinCap": false}, rules.Pass},
	} {
		check.Parameters = map[string]float64{"most": c.most}
		card, err := scorecards.Compile(language, scorecards.Terms{Levels: all[0].Levels, Checks: []scorecards.Check{check}})
		if err != nil {
			t.Fatal(err)
		}
		c.facts["tier"] = 1.0
		if r := card.Evaluate(c.facts, "2026-11-27", nil).Results[0]; r.Outcome != c.want {
			t.Errorf("at most %v, with %v: %s (%s), want %s", c.most, c.facts, r.Outcome, r.Why, c.want)
		}
	}
}

// A service of each kind and tier that has everything is on Gold by both scorecards: what is
// asked of it can be supplied.
func TestAServiceOfEveryKindAndTierCanReachGold(t *testing.T) {
	t.Parallel()
	language, err := expr.New(suppliers())
	if err != nil {
		t.Fatal(err)
	}
	all, err := builtin.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		card, err := scorecards.Compile(language, d.Terms)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range registry.Kinds {
			for tier := 1; tier <= 4; tier++ {
				facts := fact.Set{}
				for _, s := range samples {
					maps.Copy(facts, s.pass)
				}
				facts["tier"], facts["kind"], facts["lifecycle"] = float64(tier), string(kind), "production"
				facts["slos"], facts["slosWithPageAlert"], facts["slosWithTicketAlert"] = 2.0, 2.0, 2.0
				facts["sliKinds"] = kinds("availability", "latency", "freshness", "correctness")
				s := card.Evaluate(facts, "2026-11-27", nil)
				if s.Level != len(d.Levels)-1 {
					t.Errorf("%s: a %s of tier %d is on level %d: %s", d.Slug, kind, tier, s.Level, rules.Spell(s.Results))
				}
			}
		}
	}
}

// How the reference counts them: what every check reads is told by a domain, or given.
func TestEachCheckNamesWhoSuppliesItsFacts(t *testing.T) {
	t.Parallel()
	declared := suppliers()
	language, err := expr.New(declared)
	if err != nil {
		t.Fatal(err)
	}
	all, err := builtin.All()
	if err != nil {
		t.Fatal(err)
	}
	automatic, attested := 0, 0
	for _, check := range all[0].Checks {
		by, err := scorecards.Suppliers(language, check)
		if err != nil || len(by) == 0 || slices.Contains(by, "") {
			t.Errorf("%s is supplied by %q: %v", check.ID, by, err)
		}
		if slices.Contains(by, given.By) {
			attested++
		} else {
			automatic++
		}
	}
	t.Logf("%d checks are automatic, %d take what is pushed or attested", automatic, attested)
	if automatic+attested != 38 {
		t.Errorf("%d automatic and %d attested are not 38", automatic, attested)
	}
}
