package techinsights_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/document"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards/cardtest"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards/techinsights"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/foreign"
)

func read(texts ...string) foreigncards.Reading {
	var all []foreign.Text
	for i, text := range texts {
		all = append(all, foreign.Text{In: fmt.Sprintf("%d.yaml", i+1), Bytes: []byte(text)})
	}
	return techinsights.Read(all)
}

const app = `app: {title: Portal}
techInsights:
  factRetrievers: {}
  factChecker:
    checks:
      groupOwnerCheck:
        type: json-rules-engine
        name: Group owner
        description: Somebody owns it.
        factIds: [entityOwnershipFactRetriever]
        links: [{title: How, url: "https://wiki.example.org/owners"}]
        filter: {kind: component, spec.lifecycle: [production]}
        metadata: {team: platform}
        rule:
          conditions:
            all:
              - {fact: hasGroupOwner, operator: equal, value: true}
      coverage:
        type: json-rules-engine
        name: Covered
        description: By tests.
        factIds: [sonar]
        filter: {metadata.tags: [java]}
        rule:
          conditions:
            any:
              - {fact: coverage-percent, operator: greaterThanInclusive, value: 80}
              - {fact: branch.model, operator: equal, value: trunk, path: $.name}
`

// What is expected follows from the text by hand.
func TestChecksBecomeAScorecard(t *testing.T) {
	t.Parallel()
	got := read(app)
	if len(got.Refused) != 0 || len(got.Scorecards) != 1 {
		t.Fatalf("read was %+v", got)
	}
	want := scorecards.Draft{Slug: "tech-insights", Name: "Tech Insights", Description: "Checks of Backstage's Tech Insights.", Terms: scorecards.Terms{
		Levels: []scorecards.Level{{Name: "Complete"}},
		Checks: []scorecards.Check{
			{
				ID: "groupownercheck", Title: "Group owner", Why: "Somebody owns it.", Category: "Tech Insights", Level: "Complete", Weight: 1, AppliesTo: `lifecycle == "production"`, Passes: `(team != "")`,
				Links: []scorecards.Link{{Title: "How", URL: "https://wiki.example.org/owners"}},
			},
			{ID: "coverage", Title: "Covered", Why: "By tests.", Category: "Tech Insights", Level: "Complete", Weight: 1, AppliesTo: "false", Passes: "coveragePasses"},
		},
	}}
	want.Terms = want.Complete()
	if !reflect.DeepEqual(got.Scorecards[0].Draft, want) {
		t.Errorf("read was\n%+v, want\n%+v", got.Scorecards[0].Draft, want)
	}
	if f := got.Facts; len(f) != 1 || f[0].Name != "coveragePasses" || f[0].Type != fact.Truth || len(f[0].Ways) != 2 || !strings.Contains(f[0].Doc, `"coverage-percent"`) {
		t.Errorf("facts are %+v", f)
	}
	var notes []string
	for _, n := range got.Notes {
		notes = append(notes, fmt.Sprintf("%d %s %s", n.Line, n.Pointer, n.Of))
	}
	checks := "/techInsights/factChecker/checks/"
	if is := strings.Join(notes, "\n"); is != strings.Join([]string{
		"3 /techInsights/factRetrievers scorecard tech-insights",
		"13 " + checks + "groupOwnerCheck/metadata scorecard tech-insights",
		"19 " + checks + "coverage scorecard tech-insights", // its verdict
		"23 " + checks + "coverage/filter/metadata.tags scorecard tech-insights",
		"28 " + checks + "coverage/rule/conditions/any/1/path scorecard tech-insights",
	}, "\n") {
		t.Errorf("notes are\n%s", is)
	}
	if text, err := document.Write(got.Scorecards[0].Draft); err != nil {
		t.Error(err)
	} else if again, err := document.Read(text); err != nil || !reflect.DeepEqual(again.Draft, want) {
		t.Errorf("written and read again it is %+v (%v)", again.Draft, err)
	}
}

// one is a check with conditions, as GET /checks answers it.
func one(conditions string) string {
	return `[{"id": "it", "type": "json-rules-engine", "name": "It", "description": "", "factIds": ["entityMetadataFactRetriever", "mine"], "rule": {"conditions": ` + conditions + `}}]`
}

// What an operator means is in engine-default-operators.js of json-rules-engine 7.3, read by hand for each
// row: equal is ===, in is indexOf over the list, contains over the fact, and so on. Empty lists of
// conditions are true (rule.js, prioritizeAndRun).
func TestConditionsComeToWhatJSONRulesEngineSays(t *testing.T) {
	t.Parallel()
	leaf := func(operator, value string) string {
		return fmt.Sprintf(`{"all": [{"fact": "n", "operator": %q, "value": %s}]}`, operator, value)
	}
	const yes, no, unknown = expr.Holds, expr.Fails, expr.Unknown
	set := func(value any) fact.Set { return fact.Set{"nFact": value} } // names have three characters at least
	list := map[string]string{"java": "", "go": ""}
	for _, c := range []struct {
		conditions string
		facts      fact.Set
		want       expr.Outcome
	}{
		{leaf("equal", "5"), set(5.0), yes},
		{leaf("equal", "5"), set(4.0), no},
		{leaf("equal", "2.5"), set(2.5), yes},
		{leaf("equal", "5"), fact.Set{}, unknown}, // a check of Tech Insights is skipped then
		{leaf("equal", "true"), set(true), yes},
		{leaf("equal", "false"), set(true), no},
		{leaf("equal", "false"), set(false), yes},
		{leaf("notEqual", "true"), set(false), yes},
		{leaf("equal", `"a \"b\" ü"`), set(`a "b" ü`), yes},
		{leaf("notEqual", `"a"`), set("b"), yes},
		{leaf("notEqual", `"a"`), set("a"), no},
		{leaf("greaterThan", "5"), set(5.0), no},
		{leaf("greaterThan", "5"), set(5.1), yes},
		{leaf("greaterThanInclusive", "5"), set(5.0), yes},
		{leaf("lessThan", "5"), set(5.0), no},
		{leaf("lessThan", "-5"), set(-6.0), yes},
		{leaf("lessThanInclusive", `"5"`), set(5.0), yes}, // JavaScript compares a number with the text of one by value
		{leaf("in", `["a", "b"]`), set("b"), yes},
		{leaf("in", `["a", "b"]`), set("c"), no},
		{leaf("notIn", `["a", "b"]`), set("c"), yes},
		{leaf("in", `[1, 2]`), set(2.0), yes},
		{leaf("notIn", `[1, 2]`), set(2.0), no},
		{leaf("in", `[]`), fact.Set{}, no},
		{leaf("in", `"abc"`), set("bc"), yes}, // "abc".indexOf("bc") is 1
		{leaf("contains", `"go"`), set(list), yes},
		{leaf("contains", `"c"`), set(list), no},
		{leaf("doesNotContain", `"go"`), set(list), no},
		{leaf("doesNotContain", `"c"`), set(list), yes},
		{leaf("not:greaterThan", "5"), set(5.0), yes},
		{leaf("not:notEqual", "5"), set(5.0), yes},
		{`{"all": []}`, fact.Set{}, yes},
		{`{"any": []}`, fact.Set{}, yes},
		{`{"not": {"fact": "n", "operator": "equal", "value": 1}}`, set(1.0), no},
		{`{"any": [{"fact": "aaa", "operator": "equal", "value": 1}, {"all": [{"fact": "bbb", "operator": "equal", "value": true}, {"not": {"fact": "ccc", "operator": "equal", "value": "x"}}]}]}`, fact.Set{"aaa": 2.0, "bbb": true, "ccc": "y"}, yes},
		{`{"any": [{"fact": "aaa", "operator": "equal", "value": 1}, {"all": [{"fact": "bbb", "operator": "equal", "value": true}, {"not": {"fact": "ccc", "operator": "equal", "value": "x"}}]}]}`, fact.Set{"aaa": 2.0, "bbb": true, "ccc": "x"}, no},
		{`{"all": [{"fact": "aaa", "operator": "equal", "value": 1}, {"any": [{"fact": "bbb", "operator": "equal", "value": true}, {"fact": "ccc", "operator": "equal", "value": "x"}]}]}`, fact.Set{"aaa": 2.0, "bbb": true, "ccc": "x"}, no},
		{`{"all": [{"fact": "aaa", "operator": "lessThan", "value": {"fact": "bbb"}}]}`, fact.Set{"aaa": 1.0, "bbb": 2.0}, yes},
		{`{"all": [{"fact": "aaa", "operator": "lessThan", "value": 9}, {"fact": "aaa", "operator": "equal", "value": {"fact": "bbb"}}]}`, fact.Set{"aaa": 1.0, "bbb": 2.0}, no},
		{leaf("equal", "true"), set(true), yes},
		{`{"all": [{"fact": "hasDescription", "operator": "equal", "value": true}]}`, fact.Set{"hasDescription": true}, yes}, // ours
		{`{"all": [{"fact": "tier", "operator": "equal", "value": "gold"}]}`, fact.Set{"tier": 1.0, "insightsTier": "gold"}, yes},
	} {
		got := read(one(c.conditions))
		if len(got.Refused) != 0 || len(got.Scorecards) != 1 {
			t.Errorf("%s: read was %+v", c.conditions, got)
			continue
		}
		if p := got.Scorecards[0].Checks[0].Passes; strings.HasSuffix(p, "Passes") {
			t.Errorf("%s does not translate: %v", c.conditions, got.Notes)
		} else if is := cardtest.Judge(t, got, p, c.facts); is != c.want {
			t.Errorf("%s is %s, and comes to %s on %v, want %s", c.conditions, p, is, c.facts, c.want)
		}
	}
}

func TestWhatDoesNotTranslateIsAskedAsAVerdict(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"all": [`, 22) + strings.Repeat(`]}`, 22)
	for _, c := range []struct{ conditions, why string }{
		{`{"condition": "shared"}`, "shared by name"},
		{`{"all": [{"fact": "aaa", "operator": "equal", "value": null}]}`, "not known"},
		{`{"all": [{"fact": "aaa", "operator": "equal", "value": [1]}]}`, "lists and objects"},
		{`{"all": [{"fact": "aaa", "operator": "equal", "value": {"fact": "bbb"}}]}`, "nothing says of which type"},
		{`{"all": [{"fact": "aaa", "operator": "matches", "value": "x"}]}`, `the operator "matches"`},
		{`{"all": [{"fact": "aaa", "operator": "someFact:equal", "value": "x"}]}`, "decorated"},
		{`{"all": [{"fact": "aaa", "operator": "lessThan", "value": "x"}]}`, "compares numbers"},
		{`{"all": [{"fact": "aaa", "operator": "in", "value": ["x", 1]}]}`, "texts and numbers"},
		{`{"all": [{"fact": "aaa", "operator": "in", "value": [true]}]}`, "only texts and numbers"},
		{`{"all": [{"fact": "aaa", "operator": "contains", "value": 1}]}`, "only texts"},
		{`{"all": [{"fact": "aaa", "operator": "equal", "value": 1, "params": {"x": 1}}]}`, "params reaches into it"},
		{`{"all": [{"fact": "aaa", "operator": "equal", "value": 1}, {"fact": "aaa", "operator": "equal", "value": "x"}]}`, "in another condition"},
		{`{"all": [{"fact": "hasDescription", "operator": "equal", "value": "x"}]}`, "is true or false here"},
		{`{"all": [{"fact": "aaa", "operator": "equal", "value": "` + strings.Repeat("x", 2500) + `"}]}`, "cannot be asked here"},
		{deep, "deep within one another"},
	} {
		got := read(one(c.conditions))
		if len(got.Scorecards) != 1 || got.Scorecards[0].Checks[0].Passes != "itPasses" || len(got.Facts) != 1 || !strings.Contains(fmt.Sprint(got.Notes), c.why) {
			t.Errorf("%.100s: read was %+v, want a note of %s", c.conditions, got, c.why)
		}
	}
}

func TestWhatIsWrongIsToldAtItsPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"app: 1\n", "must be an app's configuration with techInsights"},
		{strings.Replace(app, "name: Group owner", "nam: Group owner", 1), "/techInsights/factChecker/checks/groupOwnerCheck/name: is required"},
		{strings.Replace(app, "any:\n", "some:\n", 1), "/techInsights/factChecker/checks/coverage/rule/conditions: must have all, any or not"},
		{strings.Replace(app, "factIds: [sonar]", "factIds: sonar", 1), "22:18: /techInsights/factChecker/checks/coverage/factIds: must be a list"},
		{strings.Replace(app, "operator: greaterThanInclusive, ", "", 1), "/conditions/any/0/operator: is required"},
		{one(`[]`), "/0/rule/conditions: must be a condition"},
		{`[{"type": "json-rules-engine"}]`, "/0/id: is required"},
		{"a: [\n", "1:"},
	} {
		got := read(c.text)
		var refused *yamldoc.Error
		if len(got.Refused) != 1 || !errors.As(got.Refused[0].Err, &refused) || !strings.Contains(refused.Error(), c.want) {
			t.Errorf("refused was %v, want %s", got.Refused, c.want)
		}
	}
	got := read("techInsights: {factChecker: {checks: {}}}", one(`{"all": []}`), one(`{"all": []}`))
	if len(got.Scorecards) != 1 || len(got.Notes) != 3 || !got.Notes[0].Left || !got.Notes[1].Left {
		t.Errorf("of none and of two of a name there are %+v", got)
	}
}

func FuzzAnyTextIsReadOrRefused(f *testing.F) {
	for _, text := range []string{app, one(`{"any": [{"not": {"fact": "a", "operator": "in", "value": ["a"]}}]}`), "", "[~]", "techInsights: ~", "techInsights: {factChecker: {checks: {a: ~}}}", one(`{"all": [{"fact": "ü", "operator": "equal", "value": 1e400}]}`)} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got := read(string(text))
		for _, r := range got.Refused {
			var refused *yamldoc.Error
			if !errors.As(r.Err, &refused) {
				t.Errorf("%v has no place", r.Err)
			}
		}
	})
}
