package opslevel_test

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
	"github.com/evenkeel/evenkeel/scorecards/foreigncards/opslevel"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/foreign"
)

func read(texts ...string) foreigncards.Reading {
	var all []foreign.Text
	for i, text := range texts {
		all = append(all, foreign.Text{In: fmt.Sprintf("%d.yaml", i+1), Bytes: []byte(text)})
	}
	return opslevel.Read(all)
}

// files are checks as the command line writes them, one by one.
const files = `Version: "1"
kind: has_owner
spec: {name: Owned, enabled: true, category: Ownership, level: silver, notes: "Ask {who}.", filter: Backends}
---
Version: "1"
kind: manual
spec: {name: Drilled, enabled: true, category: Readiness, level: bronze, notes: "", updateFrequency: {frequencyTimeScale: month, frequencyValue: 3}, updateRequiresComment: true}
---
Version: "1"
kind: repo_file
spec: {name: Has a lock file, enabled: false, level: bronze, category: Code, filePaths: [go.sum]}
---
Version: "1"
kind: repo_file
spec: {name: Has a licence, enabled: true, level: bronze, category: Code, filePaths: [LICENSE], owner: platform}
`

// filters are as the command line lists them.
const filters = `[{"Id": "Z1", "Name": "backends", "Connective": "and", "HtmlUrl": "https://app.example.org", "Predicates": [
	{"Key": "tier_index", "Type": "less_than_or_equal_to", "Value": "2", "KeyData": "", "CaseSensitive": null},
	{"Key": "tags", "KeyData": "kind", "Type": "equals", "Value": "backend"}]}]`

// answer is what the API answers of account.rubric.
const answer = `{"data": {"account": {"rubric": {
	"levels": {"nodes": [{"alias": "gold", "name": "Gold", "index": 3, "description": "All of it."}, {"alias": "bronze", "name": "Bronze", "index": 1, "description": ""}, {"alias": "beginner", "name": "Beginner", "index": 0}]},
	"categories": {"nodes": [{"name": "Ownership"}]},
	"checks": {"totalCount": 2, "pageInfo": {"hasNextPage": false}, "nodes": [
		{"id": "Z1", "name": "Described", "type": "service_property", "enabled": true, "notes": "Say it.", "category": {"id": "Z", "name": "Ownership"}, "level": {"id": "Z", "alias": "gold", "name": "Gold", "index": 3},
		 "owner": {"team": {"alias": "", "id": ""}}, "filter": {"id": "", "name": "", "predicates": null}, "serviceProperty": "description", "propertyValuePredicate": {"type": "exists", "value": ""}},
		{"id": "Z2", "name": "Owned", "type": "has_owner", "enabled": false, "enableOn": "2027-02-03T00:00:00Z", "category": {"name": "Ownership"}, "level": {"alias": "bronze", "name": "Bronze", "index": 1}}]}}}}}`

// What is expected follows from the texts by hand.
func TestChecksOfFilesBecomeAScorecard(t *testing.T) {
	t.Parallel()
	got := read(files, filters)
	if len(got.Refused) != 0 || len(got.Scorecards) != 1 {
		t.Fatalf("read was %+v", got)
	}
	want := scorecards.Draft{Slug: "opslevel", Name: "OpsLevel rubric", Description: "Checks of OpsLevel's rubric.", Terms: scorecards.Terms{
		Levels: []scorecards.Level{{Name: "bronze"}, {Name: "silver"}},
		Checks: []scorecards.Check{
			{ID: "owned", Title: "Owned", Fix: "Ask (who).", Category: "Ownership", Level: "silver", Weight: 1, AppliesTo: `(tier <= 2.0) && ("kind" in labels && labels[?"kind"].orValue("") == "backend")`, Passes: `team != ""`},
			{ID: "drilled", Title: "Drilled", Category: "Readiness", Level: "bronze", Weight: 1, Passes: "drilledPasses"},
			{ID: "has-a-licence", Title: "Has a licence", Category: "Code", Level: "bronze", Weight: 1, Passes: "hasALicencePasses"},
		},
	}}
	want.Terms = want.Complete()
	if !reflect.DeepEqual(got.Scorecards[0].Draft, want) {
		t.Errorf("read was\n%+v, want\n%+v", got.Scorecards[0].Draft, want)
	}
	if f := got.Facts; len(f) != 2 || f[0].Name != "drilledPasses" || f[0].LongestDays != 90 || f[1].Name != "hasALicencePasses" || f[1].LongestDays != 0 {
		t.Errorf("facts are %+v", f)
	}
	var notes []string
	for _, n := range got.Notes {
		notes = append(notes, fmt.Sprintf("%s:%d %s %t", n.In, n.Line, n.Pointer, n.Left))
	}
	if is := strings.Join(notes, ", "); is != "1.yaml:5  false, 1.yaml:9  true, 1.yaml:13  false, 1.yaml:15 /spec/owner false" {
		t.Errorf("notes are %s", is)
	}
}

// The command line writes the fields of every type of checks with each, and times of the year 1 for none.
func TestWhatACheckHasNotIsPassedOver(t *testing.T) {
	t.Parallel()
	const head = `"Id": "a", "Name": "x", "Type": "has_owner", "Enabled": true, "EnableOn": "0001-01-01T00:00:00Z", "Category": {"Id": "c", "Name": "C"}, "Level": {"Alias": "bronze", "Name": "Bronze", "Index": 1},
		"Owner": {"Team": {"Alias": "", "Id": ""}}, "Filter": {"Id": "", "Name": "", "Predicates": null}, "Days": 0, "TagKey": "", "TagPredicate": null, "PassPending": false, "SuccessCondition": "", "UpdateFrequency": null`
	got := read("[{" + head + "}]")
	if len(got.Refused) != 0 || len(got.Notes) != 0 || len(got.Scorecards) != 1 || got.Scorecards[0].Checks[0].Passes != `team != ""` {
		t.Errorf("read was %+v", got)
	}
	got = read("[{" + head + `, "SuccessCondition2": "x"}]`)
	if len(got.Notes) != 1 || got.Notes[0].Pointer != "/0/SuccessCondition2" {
		t.Errorf("of what nobody knows there are %+v", got.Notes)
	}
	if got = read("[{" + head + `, "TeamTagKey": "slack"}]`); len(got.Facts) != 1 {
		t.Errorf("of a tag that teams have not there is %+v", got)
	}
}

func TestTheAnswerOfTheAPIBecomesAScorecard(t *testing.T) {
	t.Parallel()
	got := read(answer)
	if len(got.Refused) != 0 || len(got.Scorecards) != 1 || len(got.Facts) != 0 || len(got.Notes) != 0 {
		t.Fatalf("read was %+v", got)
	}
	want := scorecards.Terms{
		Levels: []scorecards.Level{{Name: "Bronze"}, {Name: "Gold", Description: "All of it."}},
		Checks: []scorecards.Check{
			{ID: "described", Title: "Described", Fix: "Say it.", Category: "Ownership", Level: "Gold", Weight: 1, Passes: "hasDescription"},
			{ID: "owned", Title: "Owned", Category: "Ownership", Level: "Bronze", Weight: 1, Passes: `team != ""`, EffectiveFrom: "2027-02-03"},
		},
	}.Complete()
	if !reflect.DeepEqual(got.Scorecards[0].Terms, want) {
		t.Errorf("read was\n%+v, want\n%+v", got.Scorecards[0].Terms, want)
	}
}

// What a predicate means is by the words of OpsLevel's API for it (opslevel-go, enum.go, PredicateTypeEnum),
// worked by hand on each state of a service.
func TestChecksComeToWhatOpsLevelSays(t *testing.T) {
	t.Parallel()
	const yes, no, unknown = expr.Holds, expr.Fails, expr.Unknown
	labels := fact.Set{"labels": map[string]string{"env": "prod-eu"}}
	tag := func(kind, value string) string {
		return fmt.Sprintf("kind: tag_defined\nspec: {name: x, level: bronze, tagKey: env, tagPredicate: {type: %s, value: %q}}", kind, value)
	}
	property := func(name, kind, value string) string {
		return fmt.Sprintf("kind: service_property\nspec: {name: x, level: bronze, serviceProperty: %s, propertyValuePredicate: {type: %s, value: %q}}", name, kind, value)
	}
	for _, c := range []struct {
		check string
		facts fact.Set
		want  expr.Outcome
	}{
		{"kind: has_owner\nspec: {name: x, level: bronze, requireContactMethod: true}", fact.Set{"team": "payments", "hasContact": false}, no},
		{"kind: has_repository\nspec: {name: x, level: bronze}", fact.Set{"hasRepository": true}, yes},
		{"kind: has_recent_deploy\nspec: {name: x, level: bronze, days: 30}", fact.Set{"lastChangeAge": 30.5}, no},
		{"kind: has_recent_deploy\nspec: {name: x, level: bronze, days: 30}", fact.Set{"lastChangeAge": 29.5}, yes},
		{"kind: has_documentation\nspec: {name: x, level: bronze, documentType: tech, documentSubtype: null}", fact.Set{"hasDocs": true}, yes},
		{"kind: tool_usage\nspec: {name: x, level: bronze, toolCategory: runbooks, toolNamePredicate: {type: exists, value: ''}}", fact.Set{"hasRunbook": false}, no},
		{"kind: tag_defined\nspec: {name: x, level: bronze, tagKey: env}", labels, yes},
		{tag("exists", ""), fact.Set{"labels": map[string]string{}}, no},
		{tag("does_not_exist", ""), fact.Set{"labels": map[string]string{}}, yes},
		{tag("equals", "prod-eu"), labels, yes},
		{tag("does_not_equal", "prod-eu"), labels, no},
		{tag("does_not_equal", "prod-eu"), fact.Set{"labels": map[string]string{}}, no}, // it is not defined
		{tag("contains", "rod"), labels, yes},
		{tag("does_not_contain", "rod"), labels, no},
		{tag("starts_with", "prod"), labels, yes},
		{tag("ends_with", "us"), labels, no},
		{tag("matches_regex", "^prod-(eu|us)$"), labels, yes},
		{tag("does_not_match_regex", "^prod"), labels, no},
		{property("description", "exists", ""), fact.Set{"hasDescription": true}, yes},
		{property("description", "does_not_exist", ""), fact.Set{"hasDescription": true}, no},
		{property("system", "exists", ""), fact.Set{"system": ""}, no},
		{property("lifecycle_index", "exists", ""), fact.Set{"lifecycle": "production"}, yes},
		{property("tier_index", "equals", "1"), fact.Set{"tier": 1.0}, yes},
		{property("tier_index", "less_than_or_equal_to", "2"), fact.Set{"tier": 3.0}, no},
		{property("tier_index", "greater_than_or_equal_to", "2"), fact.Set{"tier": 3.0}, yes},
		{property("name", "exists", ""), fact.Set{}, yes},
		{property("language", "equals", "go"), fact.Set{"language": "go"}, yes},
		{property("language", "equals", "go"), fact.Set{}, unknown},
		{property("framework", "exists", ""), fact.Set{"framework": "rails"}, yes},
		{"kind: service_property\nspec: {name: x, level: bronze, serviceProperty: custom_property, propertyDefinition: {aliases: [pii-class], name: PII}, propertyValuePredicate: {type: equals, value: none}}", fact.Set{"piiClass": "none"}, yes},
		{"kind: service_property\nspec: {name: x, level: bronze, serviceProperty: custom_property, propertyDefinition: coverage, propertyValuePredicate: {type: greater_than_or_equal_to, value: '80'}}", fact.Set{"coverage": 79.0}, no},
	} {
		got := read("Version: '1'\n" + c.check)
		if len(got.Refused) != 0 || len(got.Scorecards) != 1 {
			t.Errorf("%s: read was %+v", c.check, got)
			continue
		}
		if p := got.Scorecards[0].Checks[0].Passes; p == "xPasses" {
			t.Errorf("%s does not translate: %v", c.check, got.Notes)
		} else if is := cardtest.Judge(t, got, p, c.facts); is != c.want {
			t.Errorf("%s is %s, and comes to %s on %v, want %s", c.check, p, is, c.facts, c.want)
		}
	}
}

func TestChecksThatDoNotTranslateAreAskedAsVerdicts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ check, why string }{
		{"kind: repo_grep\nspec: {name: x, level: bronze, fileContentsPredicate: {type: exists}}", "a check of the type repo_grep"},
		{"kind: generic\nspec: {name: x, level: bronze, successCondition: '.a'}", "a check of the type generic"},
		{"kind: has_owner\nspec: {name: x, level: bronze, tagKey: slack}", "teams have no tags here"},
		{"kind: has_documentation\nspec: {name: x, level: bronze, documentType: api}", `the type "api" is not known`},
		{"kind: tool_usage\nspec: {name: x, level: bronze, toolCategory: runbooks, toolNamePredicate: {type: equals, value: Notion}}", "only known here whether there is one"},
		{"kind: tool_usage\nspec: {name: x, level: bronze, toolCategory: backlog}", `"backlog" are not known`},
		{"kind: service_property\nspec: {name: x, level: bronze, serviceProperty: lifecycle_index, propertyValuePredicate: {type: equals, value: '3'}}", "lifecycle_index is not asked by"},
		{"kind: service_property\nspec: {name: x, level: bronze, serviceProperty: language, propertyValuePredicate: {type: does_not_exist}}", "what nobody gives is unknown"},
		{"kind: service_property\nspec: {name: x, level: bronze, serviceProperty: language, propertyValuePredicate: {type: satisfies_jq_expression, value: .}}", "a text is not asked by"},
		{"kind: service_property\nspec: {name: x, level: bronze, serviceProperty: custom_property}", "nothing says which property"},
		{"kind: tag_defined\nspec: {name: x, level: bronze, tagKey: a, tagPredicate: {type: matches_regex, value: '(?<a'}}", "a tag is not asked by"},
		{"kind: has_recent_deploy\nspec: {name: x, level: bronze, days: 500}", "1 to 400 days"},
	} {
		got := read("Version: '1'\n" + c.check)
		if len(got.Scorecards) != 1 || got.Scorecards[0].Checks[0].Passes != "xPasses" || len(got.Facts) != 1 || !strings.Contains(fmt.Sprint(got.Notes), c.why) {
			t.Errorf("%s: read was %+v, want a note of %s", c.check, got, c.why)
		}
	}
	for _, c := range []struct{ filter, why string }{
		{"Somebody's", "nothing says what the filter asks"},
		{"{name: f, connective: or, predicates: [{key: repository_ids, type: exists}]}", "repository_ids is nothing that is asked"},
	} {
		got := read("Version: '1'\nkind: has_owner\nspec: {name: x, level: odd, filter: " + c.filter + "}")
		if len(got.Scorecards) != 1 || got.Scorecards[0].Checks[0].AppliesTo != "false" || !strings.Contains(fmt.Sprint(got.Notes), c.why) || !strings.Contains(fmt.Sprint(got.Notes), "in which order the levels are") {
			t.Errorf("%s: read was %+v, want a note of %s", c.filter, got, c.why)
		}
	}
}

func TestAFilterThatDoesNotLookAtTheCaseIsTold(t *testing.T) {
	t.Parallel()
	for cased, want := range map[string]int{"false": 1, "true": 0, "null": 0} {
		got := read("Version: '1'\nkind: has_owner\nspec: {name: x, level: bronze, filter: {name: f, predicates: [{key: tags, keyData: kind, type: equals, value: Backend, caseSensitive: " + cased + "}]}}")
		if n := strings.Count(fmt.Sprint(got.Notes), "texts are compared with their case here"); n != want || len(got.Scorecards) != 1 {
			t.Errorf("%s: it is told %d times, want %d: %+v", cased, n, want, got)
		}
	}
}

func TestWhatIsWrongIsToldAtItsPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"a", "must be a check of OpsLevel"},
		{"a: 1", "must be a check with kind and spec"},
		{"[1]", "/0: must be a check, a level or a filter"},
		{"[{}]", "/0: must be a check with a type"},
		{"Version: '1'\nspec: {name: x}", "/kind: is required"},
		{"kind: has_owner\nspec: {level: bronze}", "2:7: /spec/name: is required"},
		{"kind: has_owner\nspec: {name: x, enabled: perhaps}", "2:26: /spec/enabled: must be true or false"},
		{"kind: has_owner\nspec: {name: x, enableOn: soon}", "/spec/enableOn: must be a date or a time"},
		{"kind: tag_defined\nspec: {name: x}", "/spec/tagKey: is required"},
	} {
		got := read(c.text)
		var refused *yamldoc.Error
		if len(got.Refused) != 1 || !errors.As(got.Refused[0].Err, &refused) || !strings.Contains(refused.Error(), c.want) || len(got.Scorecards) != 0 {
			t.Errorf("%q: read was %+v, want %s", c.text, got, c.want)
		}
	}
}

func FuzzAnyTextIsReadOrRefused(f *testing.F) {
	for _, text := range []string{files, filters, answer, "", "[~]", "kind: x\nspec: ~", "data: {account: ~}", "[{type: has_owner, name: a, level: ~, filter: {predicates: [~]}}]"} {
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
