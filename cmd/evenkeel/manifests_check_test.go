package main

import (
	"os"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
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
		problems, err := checkText(c.text)
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

// checkText checks the documents of a file a.yaml.
func checkText(text string) ([]yamldoc.Problem, error) {
	docs, err := yamldoc.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	for i := range docs {
		docs[i].In = "a.yaml"
	}
	return checkManifests(docs)
}
