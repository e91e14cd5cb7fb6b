package promrules_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
	"github.com/evenkeel/evenkeel/services/promrules"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// checkout is an SLO of requests that did not fail.
func checkout(t *testing.T, change func(*promrules.SLO)) promrules.SLO {
	t.Helper()
	objective, err := budget.ParseObjective("99.9%")
	if err != nil {
		t.Fatal(err)
	}
	s := promrules.SLO{
		Service: "checkout", Slug: "availability", Objective: objective, Days: 30,
		Origin: origin.Origin{Ratio: &origin.Ratio{
			Bad:   `sum(increase(http_requests_total{code=~"5.."}[$window]))`,
			Total: `sum(increase(http_requests_total[$window]))`,
		}},
		Alerts: slo.AlertTerms{MinBadEvents: slo.DefaultMinBadEvents},
		Labels: map[string]string{"team": "payments"},
	}
	if change != nil {
		change(&s)
	}
	return s
}

// file writes the rules of SLOs into a file of the test, and returns its path.
func file(t *testing.T, n promrules.Names, of ...promrules.SLO) string {
	t.Helper()
	var groups []promrules.Group
	for _, s := range of {
		made, _, err := promrules.Compose(s, n)
		if err != nil {
			t.Fatalf("rules of %s: %v", s.Slug, err)
		}
		groups = append(groups, made...)
	}
	var text bytes.Buffer
	if err := promrules.Write(&text, promrules.InFile(groups)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// promtool runs promtool, and fails where that does.
func promtool(t *testing.T, arguments ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), promtest.Tool(t), arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("promtool %v: %v\n%s", arguments, err, out)
	}
	return string(out)
}
