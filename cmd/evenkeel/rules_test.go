package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// checkoutSloth is written after what Sloth documents of prometheus/v1: one SLO by events, whose
// ticket is off, and one by a ratio.
const checkoutSloth = `version: "prometheus/v1"
service: "checkout"
labels:
  owner: "payments"
slos:
  - name: "requests-availability"
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(http_requests_total{job="checkout",code=~"5.."}[{{.window}}]))
        total_query: sum(rate(http_requests_total{job="checkout"}[{{.window}}]))
    alerting:
      name: CheckoutErrors
      labels: { routing: payments }
      annotations: { runbook: https://runbooks.example/checkout }
      page_alert:
        labels: { severity: pageteam }
      ticket_alert:
        disable: true
  - name: "wifi"
    objective: 95
    labels: { kind: raw }
    sli:
      raw:
        error_ratio_query: 1 - avg(avg_over_time(satisfaction_ratio[{{.window}}]))
    alerting:
      name: Wifi
`

const checkoutOpenSLO = `apiVersion: openslo/v1
kind: SLO
metadata:
  name: availability
spec:
  service: checkout
  indicatorRef: requests
  timeWindow:
    - duration: 28d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - target: 0.99
`

const requestsSLI = `apiVersion: openslo/v1
kind: SLI
metadata:
  name: requests
spec:
  ratioMetric:
    counter: false
    bad:
      metricSource:
        type: Prometheus
        spec: { query: 'sum(increase(http_requests_total{code=~"5.."}[$window]))' }
    total:
      metricSource:
        type: Prometheus
        spec: { query: 'sum(increase(http_requests_total[$window]))' }
`

// rulesFile is a file of rules, as Prometheus documents it.
type rulesFile struct {
	Groups []struct {
		Name     string
		Interval string
		Rules    []struct {
			Record, Alert, Expr string
			Labels, Annotations map[string]string
		}
	}
}

func readRules(t *testing.T, text string) rulesFile {
	t.Helper()
	var out rulesFile
	if err := yaml.Load([]byte(text), &out, yaml.WithKnownFields()); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return out
}

// What dashboards and alerts ask of Sloth's rules are these metrics and labels: the page
// "Recording rules" of its documentation, and pkg/common/conventions of Sloth 0.16.
func TestRulesOfSlothsDocumentsAreCalledAndShapedAsInSloth(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "checkout.yml")
	write(t, file, checkoutSloth)
	code, stdout, stderr := evenkeel(t, nil, "rules", "--names", "sloth", "-i", file, "--default-slo-period", "4w", "-l", "repo=acme/checkout")
	if code != 0 || stderr != "" {
		t.Fatalf("it ended with %d: %s", code, stderr)
	}
	rules := readRules(t, stdout)
	var groups []string
	recorded := map[string]map[string]string{} // the labels of what is recorded of the first SLO
	alerts := map[string][]string{}
	for _, g := range rules.Groups {
		groups = append(groups, g.Name)
		for _, r := range g.Rules {
			if r.Alert != "" {
				alerts[r.Alert] = append(alerts[r.Alert], r.Labels["sloth_severity"])
				continue
			}
			if r.Labels["sloth_slo"] == "requests-availability" {
				recorded[r.Record] = r.Labels
			}
		}
	}
	var want []string
	for _, id := range []string{"checkout-requests-availability", "checkout-wifi"} {
		for _, kind := range []string{"sli-recordings", "meta-recordings", "alerts", "extra-rules"} {
			want = append(want, "sloth-slo-"+kind+"-"+id)
		}
	}
	if !slices.Equal(groups, want) {
		t.Errorf("the groups are %v, want %v", groups, want)
	}
	identity := map[string]string{"sloth_id": "checkout-requests-availability", "sloth_service": "checkout", "sloth_slo": "requests-availability", "owner": "payments", "repo": "acme/checkout"}
	for _, window := range []string{"5m", "30m", "1h", "2h", "6h", "1d", "3d", "28d"} {
		labels := maps.Clone(identity)
		labels["sloth_window"] = window
		if metric := "slo:sli_error:ratio_rate" + window; !maps.Equal(recorded[metric], labels) {
			t.Errorf("%s has %v, want %v", metric, recorded[metric], labels)
		}
	}
	for _, metric := range []string{"slo:objective:ratio", "slo:error_budget:ratio", "slo:time_period:days", "slo:current_burn_rate:ratio", "slo:period_burn_rate:ratio", "slo:period_error_budget_remaining:ratio"} {
		if !maps.Equal(recorded[metric], identity) {
			t.Errorf("%s has %v, want %v", metric, recorded[metric], identity)
		}
	}
	info := maps.Clone(identity)
	maps.Copy(info, map[string]string{"sloth_mode": "cli-gen-prom", "sloth_spec": "prometheus/v1", "sloth_objective": "99.9", "sloth_version": "evenkeel"})
	if !maps.Equal(recorded["sloth_slo_info"], info) {
		t.Errorf("sloth_slo_info has %v, want %v", recorded["sloth_slo_info"], info)
	}
	if !slices.Equal(alerts["CheckoutErrors"], []string{"page"}) || !slices.Equal(alerts["Wifi"], []string{"page", "ticket"}) || len(alerts) != 2 {
		t.Errorf("the alerts are %v", alerts)
	}
	page := rules.Groups[2].Rules[0]
	if l := page.Labels; l["routing"] != "payments" || l["severity"] != "pageteam" || page.Annotations["runbook"] == "" || page.Annotations["title"] == "" || page.Annotations["summary"] == "" {
		t.Errorf("the page has %v and %v", page.Labels, page.Annotations)
	}
	if expr := rules.Groups[0].Rules[0].Expr; expr != `(sum(increase(http_requests_total{code=~"5..",job="checkout"}[5m])) or vector(0)) / (sum(increase(http_requests_total{job="checkout"}[5m])) > 0)` {
		t.Errorf("the share of five minutes is %s", expr)
	}
}

func TestRulesAreWrittenOfADirectoryIntoOneFileOrAnother(t *testing.T) {
	t.Parallel()
	in, out := t.TempDir(), t.TempDir()
	if err := os.MkdirAll(filepath.Join(in, "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(in, "a", "checkout.yml"), checkoutSloth)
	write(t, filepath.Join(in, "b.yaml"), checkoutOpenSLO)
	write(t, filepath.Join(in, "z-indicators.yaml"), requestsSLI)
	write(t, filepath.Join(in, "draft.yaml"), "none: of it\n")
	write(t, filepath.Join(in, "notes.txt"), "no YAML: [")
	one := filepath.Join(out, "one.yaml")
	write(t, one, "as before\n")
	args := []string{"rules", "-i", in, "-e", "draft", "-n", "ya?ml$"}
	for range 2 { // twice the same
		code, stdout, stderr := evenkeel(t, nil, append(args, "-o", one)...)
		// By hand: of each SLO two numbers of events, eight shares and seven figures, and of two two of slots;
		// one page, two alerts, and two with one of absence.
		if code != 0 || stdout != "" || stderr != one+": 55 recording rules and 6 alerts\n" {
			t.Fatalf("it ended with %d, %q, %q", code, stdout, stderr)
		}
	}
	text, err := os.ReadFile(one)
	if err != nil {
		t.Fatal(err)
	}
	groups := readRules(t, string(text)).Groups
	if len(groups) != 3 || groups[0].Name != "evenkeel-checkout-requests-availability" || groups[2].Name != "evenkeel-checkout-availability" || groups[2].Interval != "1m" {
		t.Errorf("the groups are %+v", groups)
	}
	_, stdout, _ := evenkeel(t, nil, args...)
	if stdout != string(text) {
		t.Error("standard output is given something else than a file")
	}
	if code, _, stderr := evenkeel(t, nil, append(args, "-o", out)...); code != 0 {
		t.Fatalf("into a directory it ended with %d: %s", code, stderr)
	}
	var both string
	for _, name := range []string{"a/checkout.yml", "b.yaml"} {
		text, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		both += strings.TrimPrefix(string(text), "groups:\n")
	}
	if both != strings.TrimPrefix(string(text), "groups:\n") {
		t.Error("the files of a directory together are not the one file")
	}
	if left, err := filepath.Glob(filepath.Join(out, ".*")); err != nil || len(left) > 0 {
		t.Errorf("there is left %v (%v)", left, err)
	}
	if code, _, stderr := evenkeel(t, nil, append(args, "-o", in)...); code != 1 || !strings.Contains(stderr, "would be written over") {
		t.Errorf("into the directory of the SLOs: %d, %q", code, stderr)
	}
}

func TestRulesBecomeObjectsOfTheOperator(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, sli := filepath.Join(dir, "openslo.yaml"), filepath.Join(dir, "sli.yaml")
	write(t, file, checkoutOpenSLO+"---\n"+strings.Replace(checkoutOpenSLO, "name: availability", "name: errors", 1))
	write(t, sli, requestsSLI)
	level := filepath.Join(dir, "level.yaml")
	write(t, level, `apiVersion: sloth.slok.dev/v1
kind: PrometheusServiceLevel
metadata:
  name: wifi-slos
  namespace: monitoring
  labels: { role: alert-rules }
spec:
  service: wifi
  slos:
    - name: satisfaction
      objective: 95
      sli: { raw: { errorRatioQuery: "1 - avg(satisfaction_ratio)" } }
      alerting: { name: Wifi, pageAlert: { disable: true } }
`)
	code, stdout, stderr := evenkeel(t, nil, "rules", file, sli, level, "--operator")
	if code != 0 {
		t.Fatalf("it ended with %d: %s", code, stderr)
	}
	type object struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string
		Metadata   struct {
			Name, Namespace string
			Labels          map[string]string
		}
		Spec rulesFile
	}
	var got []object
	d, err := yaml.NewLoader(strings.NewReader(stdout), yaml.WithKnownFields())
	if err != nil {
		t.Fatal(err)
	}
	for {
		var one object
		if d.Load(&one) != nil {
			break
		}
		got = append(got, one)
	}
	if len(got) != 2 || got[0].Kind != "PrometheusRule" || got[0].APIVersion != "monitoring.coreos.com/v1" || got[0].Metadata.Name != "slos-checkout" || len(got[0].Spec.Groups) != 2 {
		t.Fatalf("%d objects\n%s", len(got), stdout)
	}
	// Two files of a service would be two objects of one name.
	other := filepath.Join(dir, "other.yaml")
	write(t, other, strings.Replace(checkoutOpenSLO, "name: availability", "name: latency", 1))
	if code, _, stderr := evenkeel(t, nil, "rules", file, other, sli, "--operator", "-o", t.TempDir()); code != 1 || !strings.Contains(stderr, `the object "slos-checkout" would be in `) {
		t.Errorf("of two files it ends with %d: %q", code, stderr)
	}
	if m := got[1].Metadata; m.Name != "wifi-slos" || m.Namespace != "monitoring" || m.Labels["role"] != "alert-rules" {
		t.Errorf("the second is %+v", m)
	}
}

func TestWhatIsWrongWithSLOsIsToldAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	good := checkoutOpenSLO + "---\n" + requestsSLI
	for name, c := range map[string]struct {
		text string
		want []string // FILE stands for its path
	}{
		"no YAML":              {"a: [", []string{"FILE:1:5: document 1: "}},
		"no document of any":   {"kind: Pod\n", []string{"FILE:1:1: document 1: must be a document of OpenSLO"}},
		"nothing":              {"# nothing\n", []string{"there is no SLO in what was read"}},
		"no SLO":               {requestsSLI, []string{"there is no SLO in what was read"}},
		"an unknown field":     {good + "---\n" + strings.Replace(checkoutSloth, "service:", "servce:", 1), []string{"FILE:31:1: document 3: /service: is required", "FILE:32:9: document 3: /servce: is not known"}},
		"an unknown indicator": {checkoutOpenSLO, []string{"FILE:7:17: document 1: /spec/indicatorRef: names an SLI that is not in the text"}},
		"the same twice":       {good + "---\n" + checkoutOpenSLO, []string{"FILE:31:1: document 3: another SLO has the same service and name, in FILE:1: "}},
		"two things": {strings.NewReplacer("objective: 99.9", "objective: 100", "objective: 95", "objective: x").Replace(checkoutSloth), []string{
			"FILE:7:16: document 1: /slos/0/objective: must be below 100%", "FILE:21:16: document 1: /slos/1/objective: must be a percentage"}},
		"slices of time": {strings.Replace(good, "Occurrences", "Timeslices", 1), []string{"document 1: "}},
		"a plugin":       {strings.Replace(checkoutSloth, "raw:\n        error_ratio_query: 1 - avg(avg_over_time(satisfaction_ratio[{{.window}}]))", "plugin: { id: x }", 1), []string{"/slos/1/sli/plugin: SLI plugins of Sloth are programs of Go"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file, out := filepath.Join(dir, "slos.yaml"), filepath.Join(dir, "rules.yaml")
			write(t, file, c.text)
			write(t, out, "as before\n")
			code, stdout, stderr := evenkeel(t, nil, "rules", "-i", file, "-o", out)
			if code != 1 || stdout != "" {
				t.Errorf("it ended with %d, and wrote %q", code, stdout)
			}
			for _, want := range c.want {
				if want = strings.ReplaceAll(want, "FILE", file); !strings.Contains(stderr, want) {
					t.Errorf("it says %q, want %q", stderr, want)
				}
			}
			if text, err := os.ReadFile(out); err != nil || string(text) != "as before\n" {
				t.Errorf("the file holds %q (%v)", text, err)
			}
		})
	}
	for line, want := range map[string]string{
		"rules": "name a file or directory", "rules x --names other": "--names must be evenkeel or sloth", "rules x --default-slo-period 91d": "must be 1 to 90 days",
		"rules x --default-slo-period 30": "must be 1 to 90 days", "rules x -e (": "--fs-exclude must be a regular expression", "rules x --slo-plugins {}": "--slo-plugins",
	} {
		if code, _, stderr := evenkeel(t, nil, strings.Fields(line)...); code != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%s ends with %d: %q, want %q", line, code, stderr, want)
		}
	}
	for _, line := range []string{"rules /nowhere.yaml", "rules " + t.TempDir()} {
		if code, _, stderr := evenkeel(t, nil, strings.Fields(line)...); code != 1 || stderr == "" {
			t.Errorf("%s ends with %d: %q", line, code, stderr)
		}
	}
}

func TestRulesHaveTheAlertsThatPoliciesOfAnyFileSay(t *testing.T) {
	t.Parallel()
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "rules.yaml")
	write(t, filepath.Join(dir, "a.yaml"), checkoutOpenSLO+"  alertPolicies: [{alertPolicyRef: wake}]\n")
	write(t, filepath.Join(dir, "b.yaml"), requestsSLI+`---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: wake}
spec: {alertWhenBreaching: true, conditions: [{conditionRef: fast}], notificationTargets: [{targetRef: pager}]}
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: fast}
spec: {severity: page, condition: {kind: burnrate, op: gt, threshold: 13.44, lookbackWindow: 1h}}
`)
	code, _, stderr := evenkeel(t, nil, "rules", "-i", dir, "-o", out)
	// The page of the pair 1h/5m, and neither the ticket nor the alert of absent data.
	if code != 0 || !strings.Contains(stderr, "and 1 alerts\n") || !strings.Contains(stderr, "a.yaml:14:18: document 1: /spec/alertPolicies: the conditions are taken for the burn pairs 1h/5m; off are 6h/30m, 1d/2h, 3d/6h, absent") {
		t.Errorf("it ends with %d and says %s", code, stderr)
	}
}

func TestOfManyFilesTheRulesAreInTheOrderOfTheFiles(t *testing.T) {
	t.Parallel()
	in, out := t.TempDir(), filepath.Join(t.TempDir(), "rules.yaml")
	var want []string
	for i := range 40 { // more than there are processors
		name := fmt.Sprintf("service-%02d", i)
		want = append(want, "evenkeel-"+name+"-availability")
		of := strings.NewReplacer("service: checkout", "service: "+name, "name: requests", fmt.Sprintf("name: requests-%02d", i), "indicatorRef: requests", fmt.Sprintf("indicatorRef: requests-%02d", (i+7)%40))
		text := of.Replace(checkoutOpenSLO + "---\n" + requestsSLI)
		if i < 20 { // those that refer to nothing are composed before all are read
			text = strings.NewReplacer(`service: "checkout"`, "service: "+name, `"requests-availability"`, "availability").Replace(checkoutSloth[:strings.Index(checkoutSloth, `  - name: "wifi"`)]) + "---\n" + of.Replace(requestsSLI)
		}
		write(t, filepath.Join(in, name+".yaml"), text)
	}
	code, _, stderr := evenkeel(t, nil, "rules", "-i", in, "-o", out)
	text, err := os.ReadFile(out)
	if code != 0 || err != nil {
		t.Fatalf("it ended with %d: %s (%v)", code, stderr, err)
	}
	var got []string
	for _, g := range readRules(t, string(text)).Groups {
		got = append(got, g.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the groups are %v", got)
	}
	// What is wrong is told in the order of the files too, and takes back what was written before.
	for _, i := range []int{31, 12, 35} {
		write(t, filepath.Join(in, fmt.Sprintf("service-%02d.yaml", i)), "none: of it\n")
	}
	code, _, stderr = evenkeel(t, nil, "rules", "-i", in, "-o", out)
	if code != 1 {
		t.Errorf("it ended with %d", code)
	}
	last := -1
	for _, i := range []int{12, 31, 35} {
		at := strings.Index(stderr, fmt.Sprintf("service-%02d.yaml:1:1: ", i))
		if at <= last {
			t.Errorf("what is wrong with file %d is not told in its turn: %s", i, stderr)
		}
		last = at
	}
	if again, err := os.ReadFile(out); err != nil || string(again) != string(text) {
		t.Errorf("the file was changed (%v)", err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(out), ".*")); err != nil || len(left) > 0 {
		t.Errorf("there is left %v (%v)", left, err)
	}
}
