package deploy

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// alert is a rule of prometheus/alerts.yaml.
type alert struct {
	Name        string `yaml:"alert"`
	Expr        string
	For         string
	Labels      map[string]string
	Annotations map[string]string
}

func alerts(t *testing.T) []alert {
	t.Helper()
	var file struct {
		Groups []struct {
			Name  string
			Rules []alert
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, "prometheus/alerts.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	var all []alert
	for _, group := range file.Groups {
		all = append(all, group.Rules...)
	}
	if len(all) < 10 {
		t.Fatalf("%d alerts were found", len(all))
	}
	return all
}

var ruleTests = []string{"prometheus/alerts_test.yaml", "prometheus/alerts_days_test.yaml"}

func TestPrometheusTakesTheAlertsAndEachFiresAndKeepsQuiet(t *testing.T) {
	t.Parallel()
	if text, err := exec.CommandContext(t.Context(), promtool(t), "check", "rules", "prometheus/alerts.yaml").CombinedOutput(); err != nil {
		t.Errorf("check rules: %v\n%s", err, text)
	}
	if text, err := exec.CommandContext(t.Context(), promtool(t), append([]string{"test", "rules"}, ruleTests...)...).CombinedOutput(); err != nil {
		t.Errorf("test rules: %v\n%s", err, text)
	}
	fires, quiet := map[string]bool{}, map[string]bool{}
	for _, name := range ruleTests {
		var file struct {
			Tests []struct {
				Cases []struct {
					Alert    string `yaml:"alertname"`
					Expected []any  `yaml:"exp_alerts"`
				} `yaml:"alert_rule_test"`
			}
		}
		if err := yaml.Unmarshal([]byte(read(t, name)), &file); err != nil {
			t.Fatal(err)
		}
		for _, test := range file.Tests {
			for _, c := range test.Cases {
				fires[c.Alert] = fires[c.Alert] || len(c.Expected) > 0
				quiet[c.Alert] = quiet[c.Alert] || len(c.Expected) == 0
			}
		}
	}
	for _, a := range alerts(t) {
		if !fires[a.Name] || !quiet[a.Name] {
			t.Errorf("%s is tried firing: %v, and quiet: %v", a.Name, fires[a.Name], quiet[a.Name])
		}
	}
}

var heading = regexp.MustCompile(`(?m)^### (\w+)$`)

func TestEachAlertSaysWhatToDo(t *testing.T) {
	t.Parallel()
	guide := "docs/how-to/watch-it.md"
	var sections []string
	for _, found := range heading.FindAllStringSubmatch(read(t, "../"+guide), -1) {
		sections = append(sections, found[1])
	}
	for _, a := range alerts(t) {
		if want := "https://github.com/evenkeel/evenkeel/blob/main/" + guide + "#" + strings.ToLower(a.Name); a.Annotations["runbook_url"] != want {
			t.Errorf("%s leads to %q, want %s", a.Name, a.Annotations["runbook_url"], want)
		}
		if !slices.Contains(sections, a.Name) {
			t.Errorf("%s has no section of its own in %s", a.Name, guide)
		}
		if a.Annotations["summary"] == "" || a.Annotations["description"] == "" || a.For == "" {
			t.Errorf("%s lacks a summary, a description, or a time to wait: %+v", a.Name, a)
		}
		if severity := a.Labels["severity"]; severity != "page" && severity != "ticket" {
			t.Errorf("%s is of severity %q, want page or ticket", a.Name, severity)
		}
	}
}
