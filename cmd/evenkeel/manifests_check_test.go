package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/scorecards/builtin"
	"github.com/evenkeel/evenkeel/scorecards/document"
)

const paymentsPolicy = `apiVersion: evenkeel/v1
kind: ErrorBudgetPolicy
slug: payments
name: Payments
clauses:
  - name: budget-exceeded
    when: consumed > 1
    freeze: { allow: [reliability] }
    issue: {}
`

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// The places were counted by hand.
func TestManifestsAreCheckedWithoutAServer(t *testing.T) {
	t.Parallel()
	const head = "apiVersion: evenkeel/v1\nkind: "
	for name, c := range map[string]struct{ text, want string }{
		"a policy":              {paymentsPolicy, ""},
		"a policy of no fact":   {strings.Replace(paymentsPolicy, "consumed > 1", "consumd > 1 && forecast > 0.5", 1), `7:11: /clauses/0/when: there is no fact "consumd"`},
		"a part of a service":   {head + "Service\nslug: checkout\ntier: 1\n", ""},
		"a service of a type":   {head + "Service\nslug: checkout\ntype: cron\n", "4:7: /type: "},
		"a dependency":          {head + "Service\nslug: checkout\ndependsOn:\n  - service: ledger\n    criticality: hard\n    timeoutMilliseconds: 600001\n", "7:26: /dependsOn/0/timeoutMilliseconds: "},
		"a team without a name": {head + "Team\nslug: payments\ndescription: all that is paid\n", ""},
		"a team of no slug":     {head + "Team\nslug: Pay ments\n", "3:7: /slug: "},
		"an SLO of no number":   {head + "SLO\nservice: checkout\nslug: a\nname: A\nobjective: 120%\nindicator:\n  category: availability\n", "6:12: /objective: "},
		"no kind of ours":       {head + "Widget\nslug: a\n", "2:7: /kind: must be "},
		"twice the same":        {head + "Team\nslug: a\n---\n" + head + "Team\nslug: a\n", "5:1: Team \"a\" is said in a.yaml:1 already"},
	} {
		problems, _, err := checkText(c.text)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case c.want == "" && len(problems) > 0:
			t.Errorf("%s: %v", name, problems)
		case c.want != "" && (len(problems) != 1 || !strings.HasPrefix(problems[0].String(), c.want)):
			t.Errorf("%s: %v, want %s", name, problems, c.want)
		}
	}
}

const launchScorecard = `apiVersion: evenkeel/v1
kind: Scorecard
slug: launch
name: Launch
appliesTo: tier <= 2
levels: [{name: Bronze}]
checks:
  - id: owned
    title: Owned
    category: Ownership
    level: Bronze
    passes: |
      hasRunbook &&
        members >= parameters.most
    parameters: { most: 2 }
    fix: "At least {parameters.most}, {members} are there."
  - id: tested
    title: Tested
    category: Security
    level: Bronze
    passes: "drillAge < 180 && hasDocs"
`

const launchCampaign = `apiVersion: evenkeel/v1
kind: Campaign
name: Own it
why: Nobody is called.
scorecard: launch
team: payments
checks: [owned]
startsOn: 2026-01-01
dueOn: 2026-02-01
appliesTo: "tier <= 2"
`

// The places were counted by hand. What the server says of the same conditions is in scorecards; it is
// said by the same code.
func TestConditionsOnServicesAreCheckedAsFarAsThatGoesWithoutAServer(t *testing.T) {
	t.Parallel()
	const perhaps = "whether one is declared only the server knows"
	for name, c := range map[string]struct {
		text, old, new string
		wrong, unknown []string // how each begins, and ends
	}{
		"facts that come with it": {launchScorecard, "drillAge < 180 && ", "", nil, nil},
		"a fact of the server":    {launchScorecard, "", "", nil, []string{`21:14: /checks/1/passes: no fact "drillAge" comes`}},
		"it in words, and twice": {launchScorecard, "{members}", "{bricks}", nil, []string{
			`16:10: /checks/0/fix: no fact "bricks" comes`, `21:14: /checks/1/passes: no fact "drillAge" comes`}},
		"a type of another fact beside it": {launchScorecard, "hasDocs", "hasDocs > 1", []string{`21:40: /checks/1/passes: ">" cannot be between these: true or false, a number`}, []string{`21:14: `}},
		"what does not parse":              {launchScorecard, "members >=", "members >==", []string{`14:19: /checks/0/passes: `}, []string{`21:14: `}},
		"a parameter that is not there":    {launchScorecard, "members >= parameters.most", "members >= parameters.least", []string{`14:30: /checks/0/passes: "least" is never among`}, []string{`21:14: `}},
		"parameters of a check without":    {launchScorecard, "drillAge < 180", "tier < parameters.most", []string{`21:21: /checks/1/passes: there is no fact "parameters"`}, nil},
		"a name that no fact can have":     {launchScorecard, "drillAge", "Drill_Age", []string{`21:14: /checks/1/passes: there is no fact "Drill_Age"`}, nil},
		"whom it is for":                   {launchScorecard, "appliesTo: tier", "appliesTo: tear == 1 && tiers", nil, []string{`5:12: /appliesTo: no fact "tear" comes`, `5:25: /appliesTo: no fact "tiers" comes`, `21:14: `}},
		"what is no condition":             {launchScorecard, "appliesTo: tier <= 2", "appliesTo: tier", []string{`5:12: /appliesTo: a condition is true or false; this is a number`}, []string{`21:14: `}},
		"a level of nobody":                {launchScorecard, "Security\n    level: Bronze", "Security\n    level: Gold", []string{`20:12: /checks/1/level: must be one of the levels: "Bronze"`}, []string{`21:14: `}},
		"a campaign":                       {launchCampaign, "", "", nil, nil},
		"a campaign by a fact of it":       {launchCampaign, "tier <= 2", "inScope && tier <= 2", nil, []string{`10:13: /appliesTo: no fact "inScope" comes`}},
		"a campaign of no condition":       {launchCampaign, "tier <= 2", "tier <= 'a'", []string{`10:18: /appliesTo: "<=" cannot be between these`}, nil},
	} {
		wrong, unknown, err := checkText(strings.Replace(c.text, c.old, c.new, 1))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for what, pair := range map[string]struct {
			got  []yamldoc.Problem
			want []string
		}{"wrong": {wrong, c.wrong}, "unknown": {unknown, c.unknown}} {
			if len(pair.got) != len(pair.want) {
				t.Errorf("%s: %s is %v, want %q", name, what, pair.got, pair.want)
				continue
			}
			for i, want := range pair.want {
				if got := pair.got[i].String(); !strings.HasPrefix(got, want) || what == "unknown" && !strings.HasSuffix(got, perhaps) {
					t.Errorf("%s: %s is %s, want %s", name, what, got, want)
				}
			}
		}
	}
	all, err := builtin.All()
	if err != nil || len(all) == 0 {
		t.Fatalf("%d scorecards ship (%v)", len(all), err)
	}
	for _, card := range all { // they ask what comes with the program, and nothing else
		text, err := document.Write(card)
		if err != nil {
			t.Fatal(err)
		}
		if wrong, unknown, err := checkText(string(text)); len(wrong)+len(unknown) > 0 || err != nil {
			t.Errorf("of %s: %v, %v (%v)", card.Slug, wrong, unknown, err)
		}
	}
	file := filepath.Join(t.TempDir(), "launch.yaml")
	write(t, file, launchScorecard)
	code, stdout, stderr := evenkeel(t, nil, "validate", "-o", "json", file)
	var found validation
	if err := json.Unmarshal([]byte(stdout), &found); err != nil || code != 0 || len(found.Errors) != 0 || len(found.Warnings) != 1 || found.Warnings[0].Code != "fact_of_server" {
		t.Errorf("it ends with %d: %s%s (%v)", code, stdout, stderr, err)
	}
}

// checkText checks the documents of a file a.yaml.
func checkText(text string) (wrong, unknown []yamldoc.Problem, err error) {
	docs, err := yamldoc.Parse([]byte(text))
	if err != nil {
		return nil, nil, err
	}
	for i := range docs {
		docs[i].In = "a.yaml"
	}
	return checkManifests(docs)
}
