package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
)

// insightsConfig is an app's configuration with checks of Tech Insights.
const insightsConfig = `techInsights:
  factChecker:
    checks:
      ownedByAGroup:
        type: json-rules-engine
        name: Owned by a group
        description: Somebody answers.
        factIds: [entityOwnershipFactRetriever]
        rule: {conditions: {all: [{fact: hasGroupOwner, operator: equal, value: true}]}}
      covered:
        type: json-rules-engine
        name: Covered by tests
        description: Four of five lines.
        factIds: [sonar]
        rule: {conditions: {all: [{fact: coverage-percent, operator: greaterThanInclusive, value: 80}]}}
`

const cortexReadiness = `tag: prod-readiness
name: Production readiness
ladder:
  levels:
    - {name: Bronze, rank: 1}
    - {name: Silver, rank: 2}
rules:
  - {title: Owned, expression: ownership.teams().length > 0, level: Bronze, weight: 2}
  - {title: Covered by tests, expression: custom("coverage") >= 80, level: Silver, weight: 1}
  - {title: Few incidents, expression: jira.numOfIssues("x") < 3, level: Silver, weight: 1}
`

// of OpsLevel's command line: opslevel list check -o json, and so on.
const (
	opslevelChecks = `[{"Id": "a", "Name": "Owned", "Type": "has_owner", "Enabled": true, "Category": {"Name": "Ownership"}, "Level": {"Alias": "bronze", "Name": "Bronze", "Index": 1}, "Filter": {"Id": "f", "Name": "critical"}},
	{"Id": "b", "Name": "Drilled", "Type": "manual", "Enabled": true, "Category": {"Name": "Readiness"}, "Level": {"Alias": "silver", "Name": "Silver", "Index": 2}, "UpdateFrequency": {"FrequencyTimeScale": "month", "FrequencyValue": 6}}]`
	opslevelFilters = `[{"Id": "f", "Name": "critical", "Connective": "and", "Predicates": [{"Key": "tier_index", "Type": "less_than_or_equal_to", "Value": "2"}]}]`
	opslevelLevels  = `[{"Alias": "silver", "Name": "Silver", "Index": 2}, {"Alias": "bronze", "Name": "Bronze", "Index": 1}]`
)

// programOnPath is a directory in which the program itself is found, to be put before PATH.
func programOnPath(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink(process.Build(t), filepath.Join(dir, "evenkeel")); err != nil {
		t.Fatal(err)
	}
	return "export PATH=" + dir + ":$PATH\n"
}

// aside has what the program says for people go where it is no document.
func aside(blocks []string) []string {
	said := regexp.MustCompile(`(?m)^ *evenkeel .*$`)
	out := make([]string, len(blocks))
	for i, b := range blocks {
		out[i] = said.ReplaceAllString(b, "{ $0; } >&2")
	}
	return out
}

func TestTheGuidesFromScorecardsOfOtherToolsDoWhatTheySay(t *testing.T) {
	t.Parallel()
	programs := programOnPath(t)
	r := process.Start(t, process.Options{Dir: t.TempDir()})
	post(t, r, "/v1/teams", `{"slug":"payments","name":"Payments"}`)
	post(t, r, "/v1/services", `{"slug":"checkout","name":"Checkout","team":"payments","kind":"http","tier":2}`)
	head := programs + "export EVENKEEL_TOKEN=" + r.Token() + " EVENKEEL_SERVER=" + r.Base() + "\n"
	standing := func(scorecard string) map[string]any {
		t.Helper()
		g := follow(t, t.TempDir(), []string{"curl -fsS -X POST -H 'Authorization: Bearer $TOKEN' $BASE/evaluate >&2\ncurl -fsS -H 'Authorization: Bearer $TOKEN' $BASE/" + scorecard}, strings.NewReplacer("$TOKEN", r.Token(), "$BASE", r.Base()+"/v1/services/checkout/scorecards"))
		return g.replies[0][0]
	}
	for _, c := range []struct {
		guide, scorecard string
		files            map[string]string
		outcomes         map[string]string // of the checks, once the guide's facts are given
	}{
		{
			"tech-insights", "tech-insights", map[string]string{"app-config.yaml": insightsConfig},
			map[string]string{"ownedbyagroup": "pass", "covered": "pass"}, // 84 is at least 80
		},
		{
			"cortex", "prod-readiness", map[string]string{".cortex/scorecards/readiness.yaml": cortexReadiness},
			map[string]string{"owned": "pass", "covered-by-tests": "pass", "few-incidents": "pass"},
		},
		{
			"opslevel", "opslevel", map[string]string{"rubric/checks.json": opslevelChecks, "rubric/filters.json": opslevelFilters, "rubric/levels.json": opslevelLevels},
			map[string]string{"owned": "pass", "drilled": "unknown"}, // nobody attested it
		},
	} {
		dir := t.TempDir()
		for name, text := range c.files {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, name), text)
		}
		blocks := aside(commands(t, "../../docs/how-to/coming-from-"+c.guide+".md"))
		blocks[0] = head + blocks[0]
		follow(t, dir, blocks, strings.NewReplacer("http://127.0.0.1:8080", r.Base()))
		got := map[string]string{}
		shown := standing(c.scorecard)
		checks, _ := shown["checks"].([]any)
		for _, one := range checks {
			of := one.(map[string]any)
			got[of["id"].(string)] = of["outcome"].(string)
		}
		if !maps.Equal(got, c.outcomes) {
			t.Errorf("%s: checks come to %v, want %v: %v", c.guide, got, c.outcomes, shown)
		}
	}
}

func TestTheGuideToImportingServicesDoesWhatItSays(t *testing.T) {
	t.Parallel()
	const guide = "../../docs/how-to/import-services.md"
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "catalogs"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "catalogs", "catalog-info.yaml"), checkoutCatalog)
	page, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	tables := regexp.MustCompile("(?s)```\n(service,.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(tables) != 2 {
		t.Fatalf("the guide has %d tables", len(tables))
	}
	write(t, filepath.Join(dir, "services.csv"), tables[0][1])
	write(t, filepath.Join(dir, "slos.csv"), tables[1][1])
	blocks := aside(commands(t, guide))
	r := process.Start(t, process.Options{Dir: t.TempDir()})
	post(t, r, "/v1/data-sources", `{"slug":"prometheus","name":"Prometheus","kind":"prometheus","address":"http://127.0.0.1:9"}`)
	blocks[0] = programOnPath(t) + "export EVENKEEL_TOKEN=" + r.Token() + " EVENKEEL_SERVER=" + r.Base() + "\n" + blocks[0]
	follow(t, dir, blocks, strings.NewReplacer())
	if status, body := r.Get("/v1/services/checkout/slos/availability"); status != 200 || !strings.Contains(string(body), `"manager":"set:services"`) {
		t.Errorf("what was brought is %d: %s", status, body)
	}
	files := tree(t, filepath.Join(dir, "imported"))
	for _, name := range []string{"services/checkout.yaml", "services/ledger.yaml", "systems/shop.yaml", "teams/payments.yaml", "slos/slos/checkout/availability.yaml", "slos/slos/checkout/orders-kept.yaml"} {
		if files[name] == "" {
			t.Errorf("there is no %s: %v", name, slices.Sorted(maps.Keys(files)))
		}
	}
	if !strings.Contains(files["services/checkout.yaml"], "description: Takes orders.\n") || !strings.Contains(files["slos/slos/checkout/availability.yaml"], "dataSource: prometheus\n") {
		t.Errorf("written are %v", files)
	}
}
