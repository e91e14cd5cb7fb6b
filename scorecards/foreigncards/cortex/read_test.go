package cortex_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards/cardtest"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards/cortex"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/foreign"
)

func read(texts ...string) foreigncards.Reading {
	var all []foreign.Text
	for i, text := range texts {
		all = append(all, foreign.Text{In: fmt.Sprintf("%d.yaml", i+1), Bytes: []byte(text)})
	}
	return cortex.Read(all)
}

const readiness = `tag: Prod_Ready
name: Production readiness
description: Before a launch.
draft: true
notifications: {enabled: true}
ladder:
  levels:
    - {name: Silver, rank: 2, color: "#aaa"}
    - {name: Bronze, rank: 1, description: It is owned.}
filter: {category: SERVICE, query: 'custom("tier") != "4"'}
rules:
  - title: Owned
    identifier: a1b2
    description: Somebody answers.
    expression: ownership.teams().length > 0
    failureMessage: Name a team, {name}.
    weight: 5
    level: Bronze
    effectiveFrom: "2027-01-01T00:00:00Z"
  - title: Deployed lately
    expression: deploys(lookback=duration("P7D")).length > 0 AND git != null
    weight: 2.5
    level: Silver
    filter: {query: 'hasGroup("backend")'}
  - expression: jira.numOfIssues("x") < 3
`

// What is expected follows from the text by hand.
func TestAScorecardIsReadWithItsLadder(t *testing.T) {
	t.Parallel()
	got := read(readiness)
	if len(got.Refused) != 0 || len(got.Scorecards) != 1 {
		t.Fatalf("read was %+v", got)
	}
	want := scorecards.Draft{Slug: "prod-ready", Name: "Production readiness", Description: "Before a launch.", Terms: scorecards.Terms{
		AppliesTo: `cortexTier != "4"`, // tier is a fact of Evenkeel
		Levels:    []scorecards.Level{{Name: "Bronze", Description: "It is owned."}, {Name: "Silver"}, {Name: "Complete", Description: "What is on no other level passes too."}},
		Checks: []scorecards.Check{
			{ID: "a1b2", Title: "Owned", Why: "Somebody answers.", Fix: "Name a team, (name).", Category: "Cortex", Level: "Bronze", Weight: 5, Passes: `team != ""`, EffectiveFrom: "2027-01-01"},
			{ID: "deployed-lately", Title: "Deployed lately", Category: "Cortex", Level: "Silver", Weight: 3, AppliesTo: "false", Passes: "(lastChangeAge <= 7.0 && hasRepository)"},
			{ID: "jira-numofissues-x-3", Title: `jira.numOfIssues("x") < 3`, Category: "Cortex", Level: "Complete", Weight: 1, Passes: "jiraNumofissuesX3Passes"},
		},
	}}
	want.Terms = want.Complete()
	if !reflect.DeepEqual(got.Scorecards[0].Draft, want) {
		t.Errorf("read was\n%+v, want\n%+v", got.Scorecards[0].Draft, want)
	}
	var facts []string
	for _, f := range got.Facts {
		facts = append(facts, f.Name+" "+string(f.Type))
	}
	if is := strings.Join(facts, ", "); is != "cortexTier text, jiraNumofissuesX3Passes truth" {
		t.Errorf("facts are %s", is)
	}
	var notes []string
	for _, n := range got.Notes {
		notes = append(notes, fmt.Sprintf("%d %s", n.Line, n.Pointer))
	}
	// That it is a draft, notifications, the level of its own, the weight, the filter, and the rule with its verdict.
	if is := strings.Join(notes, ", "); is != "4 /draft, 5 /notifications, 12 /rules, 20 /rules/1, 24 /rules/1/filter/query, 25 /rules/2, 25 /rules/2/expression" {
		t.Errorf("notes are %s", is)
	}
}

// What an expression comes to is by Cortex' documentation of CQL, worked by hand on the same state of a service.
func TestExpressionsComeToWhatCortexSays(t *testing.T) {
	t.Parallel()
	const yes, no, unknown = expr.Holds, expr.Fails, expr.Unknown
	for _, c := range []struct {
		expression string
		facts      fact.Set
		want       expr.Outcome
	}{
		{`git != null`, fact.Set{"hasRepository": true}, yes},
		{`git == null`, fact.Set{"hasRepository": true}, no},
		{`null != git`, fact.Set{"hasRepository": false}, no},
		{`entity.description().length > 0`, fact.Set{"hasDescription": true}, yes},
		{`description != ""`, fact.Set{"hasDescription": false}, no},
		{`ownership.teams().length >= 1`, fact.Set{"team": "payments"}, yes},
		{`ownership == null`, fact.Set{"team": "payments"}, no},
		{`0 < links("runbook").length`, fact.Set{"hasRunbook": true}, yes},
		{`links('documentation').length == 0`, fact.Set{"hasDocs": true}, no},
		{`oncall != null`, fact.Set{"hasOnCall": true}, yes},
		{`slos().length >= 2`, fact.Set{"slos": 2.0}, yes},
		{`slos().length > 2`, fact.Set{"slos": 2.0}, no},
		{`dependencies.out().length < 5`, fact.Set{"dependencies": 4.0}, yes},
		{`deploys(lookback=duration("P7D")).length > 0`, fact.Set{"lastChangeAge": 6.9}, yes},
		{`deploys(lookback = duration("P7D")).count > 0`, fact.Set{"lastChangeAge": 7.1}, no},
		{`custom("coverage") >= 80`, fact.Set{"coverage": 80.0}, yes},
		{`custom("coverage") >= 80.5`, fact.Set{"coverage": 80.0}, no},
		{`80 <= custom("coverage")`, fact.Set{"coverage": 80.0}, yes},
		{`custom("coverage") >= 80`, fact.Set{}, unknown},
		{`custom("cloud-cost").compute.actual < 100`, fact.Set{"cloudCostComputeActual": 99.0}, yes},
		{`jq(custom("lines"), ". | tonumber") <= 500`, fact.Set{"lines": 501.0}, no},
		{`jq(custom("cloud"), ".cost.total") <= 500`, fact.Set{"cloudCostTotal": 1.0}, yes},
		{`custom("lang") == "go" or custom("lang") == "java"`, fact.Set{"lang": "java"}, yes},
		{`custom("lang") != "go"`, fact.Set{"lang": "java"}, yes},
		{`custom("flag") == true AND NOT custom("flag") == false`, fact.Set{"flag": true}, yes},
		{`custom("flag") != true`, fact.Set{"flag": true}, no},
		{`not custom("flag")`, fact.Set{"flag": true}, no},
		{`custom("owner-doc") != null`, fact.Set{"ownerDoc": "x"}, yes},
		{`custom("owner-doc") != null`, fact.Set{}, unknown},
		{`custom("load") != null and custom("load") > 5`, fact.Set{"load": 6.0}, yes}, // null is learnt to be of a number
		{`!(git != null) || slos().length > 0 && oncall != null`, fact.Set{"hasRepository": true, "slos": 1.0, "hasOnCall": true}, yes},
		{`(git == null or slos().length > 0) and oncall == null`, fact.Set{"hasRepository": true, "slos": 1.0, "hasOnCall": true}, no},
		{`entity.type() == "service" and git != null`, fact.Set{"hasRepository": true}, yes},
		{`true`, fact.Set{}, yes},
	} {
		got := read("tag: it\nname: It\nrules:\n  - title: x\n    expression: >-\n      " + c.expression + "\n")
		if len(got.Refused) != 0 || len(got.Scorecards) != 1 {
			t.Errorf("%s: read was %+v", c.expression, got)
			continue
		}
		if p := got.Scorecards[0].Checks[0].Passes; p == "xPasses" {
			t.Errorf("%s does not translate: %v", c.expression, got.Notes)
		} else if is := cardtest.Judge(t, got, p, c.facts); is != c.want {
			t.Errorf("%s is %s, and comes to %s on %v, want %s", c.expression, p, is, c.facts, c.want)
		}
	}
}

func TestExpressionsThatDoNotTranslateAreAskedAsVerdicts(t *testing.T) {
	t.Parallel()
	for expression, why := range map[string]string{
		`groups().any((group) => group.name.matchesIn("tier-"))`:   "the arguments of any are not read here",
		`ownership.teams().length >= 2`:                            "only known here whether there is one",
		`entity.tag() == "checkout"`:                               "entity.tag() is nothing that conditions ask",
		`deploys().length > 0`:                                     "deploys() is nothing that conditions ask",
		`deploys(lookback=duration("P7D"),types=["X"]).length > 0`: `"[" is not read here`,
		`slos().length / 2 > 1`:                                    `"/" is not read here`,
		`custom("a") == null`:                                      "what nobody gives is unknown",
		`custom("abc") > 1 and custom("abc") == "x"`:               "in another condition",
		`custom("abc") > "x"`:                                      "only numbers are compared by >",
		`git != "x`:                                                "a text has no end",
		`git # null`:                                               "none of CQL's",
		`(git != null`:                                             "a parenthesis has no end",
		`git != `:                                                  "it ends too early",
		`slos() == slos()`:                                         "only what is asked is compared",
		`verifications().lastVerifiedAt().fromNow() > duration("P-90D")`: "only what is asked is compared",
		`jq(custom("x"), "not")`: "nothing that is true or false",
		strings.Repeat("(", 100): "deep within one another",
		`git.`:                   "a name has to come after a point",
		`null`:                   "a condition is true or false",
		`-x > 1`:                 "arithmetic",
	} {
		got := read("tag: it\nname: It\nrules:\n  - title: x\n    expression: >-\n      " + expression + "\n")
		if len(got.Scorecards) != 1 || got.Scorecards[0].Checks[0].Passes != "xPasses" || len(got.Facts) != 1 || !strings.Contains(fmt.Sprint(got.Notes), why) {
			t.Errorf("%s: read was %+v, want a note of %s", expression, got, why)
		}
	}
}

func TestWhatIsWrongIsToldAtItsPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, new, want string }{
		{"tag: Prod_Ready\n", "", "/tag: is required"},
		{"tag: Prod_Ready", "tag: '-'", "1:6: /tag: must have letters or digits"},
		{"level: Bronze", "level: Gold", "18:12: /rules/0/level: must be one of the levels"},
		{"{name: Silver, rank", "{name: Bronze, rank", "has the name of another level"},
		{"expression: ownership.teams().length > 0", "expression: [x]", "/rules/0/expression: must be a text"},
		{"    expression: ownership.teams().length > 0\n", "", "/rules/0/expression: is required"},
		{"weight: 5", "weight: many", "17:13: /rules/0/weight: must be a number"},
		{"2027-01-01T00:00:00Z", "soon", "/rules/0/effectiveFrom: must be a date or a time"},
		{"rules:\n", "rule:\n", "/rules: is required"},
		{readiness, "- x\n", "must be a scorecard of Cortex"},
	} {
		text := strings.Replace(readiness, c.old, c.new, 1)
		if text == readiness {
			t.Fatalf("%q is not in the text", c.old)
		}
		got := read(text)
		var refused *yamldoc.Error
		if len(got.Refused) != 1 || !errors.As(got.Refused[0].Err, &refused) || !strings.Contains(refused.Error(), c.want) {
			t.Errorf("%q: refused was %v, want %s", c.new, got.Refused, c.want)
		}
	}
	if got := read("tag: it\nname: It\nladder: {levels: [{name: One, rank: 1}]}\nrules: [{title: x, expression: git != null, level: One}]"); len(got.Scorecards) != 1 || len(got.Notes) != 0 {
		t.Errorf("of one level there is %+v", got)
	}
	if got := read(readiness, readiness); len(got.Scorecards) != 1 || !got.Notes[len(got.Notes)-1].Left || got.Notes[len(got.Notes)-1].In != "2.yaml" {
		t.Errorf("of two of a name there are %+v", got)
	}
}

func FuzzAnyExpressionIsReadOrAskedAsAVerdict(f *testing.F) {
	for _, e := range []string{`git != null`, `jq(custom("a"), ". | tonumber") <= 1e9`, `a.b(c=d("x")).e > 1 and not (f)`, `custom("ü") == 'x\'y'`, `((((`, `custom("in") == 1 or !custom("true")`, "custom('a').b.c >= 1.5"} {
		f.Add(e)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		quoted := fmt.Sprintf("%q", expression)
		got := read("tag: it\nname: It\nfilter: {query: " + quoted + "}\nrules:\n  - title: x\n    expression: " + quoted + "\n")
		for _, r := range got.Refused {
			var refused *yamldoc.Error
			if !errors.As(r.Err, &refused) {
				t.Errorf("%v has no place", r.Err)
			}
		}
		if len(got.Refused) == 0 && len(got.Scorecards) != 1 {
			t.Errorf("read was %+v", got)
		}
	})
}
