package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/services/openslo"
)

func TestDocumentsAreValidatedWithoutAServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, path, text)
		return path
	}
	right := strings.Replace(checkoutOpenSLO, "metadata:\n", "metadata:\n  annotations: {evenkeel.dev/category: availability}\n", 1)
	sli := strings.ReplaceAll(requestsSLI, "type: Prometheus", "metricSourceRef: prometheus\n        type: Prometheus")
	file("slos/one.yaml", right)
	file("slos/below/two.yml", sli)
	file("slos/notes.txt", "no: [yaml")
	loose := file("loose.yaml", strings.Replace(right, "  budgetingMethod: Occurrences\n", "", 1))
	ours := file("ours.yaml", "apiVersion: evenkeel/v1\nkind: Team\nslug: web\n---\n"+sli)
	mistaken := file("mistaken.yaml", "apiVersion: evenkeel/v1\nkind: Team\nslug: Not a slug\n")
	pod := file("pod.yaml", "apiVersion: v1\nkind: Pod\n")
	slos, two := filepath.Join(dir, "slos"), filepath.Join(dir, "slos/below/two.yml")
	// The lines were counted by hand.
	for _, c := range []struct {
		args   string
		code   int
		stdout string
		stderr []string // in this order
	}{
		{slos, 0, "2 documents in 2 files: 0 errors, 0 warnings\n", nil},
		{"--strict " + slos, 0, "2 documents in 2 files: 0 errors, 0 warnings\n", nil},
		{loose + " " + two, 0, "2 documents in 2 files: 0 errors, 2 warnings\n", []string{loose + ":7:3: warning: document 1: /spec/budgetingMethod: must be Occurrences", loose + ":7:3: warning: document 1: /spec/budgetingMethod: it does not say how its budget"}},
		{"--strict " + loose + " " + two, 1, "2 documents in 2 files: 1 error, 0 warnings\n", []string{loose + ":7:3: document 1: /spec/budgetingMethod: must be Occurrences"}},
		{loose, 1, "1 document in 1 file: 1 error, 1 warning\n", []string{"warning: document 1: /spec/budgetingMethod", loose + ":8:17: document 1: /spec/indicatorRef: names an SLI that is not in the text"}},
		{ours, 0, "2 documents in 1 file: 0 errors, 1 warning\n", []string{"warning: document 2: /metadata/name: no SLO refers to the SLI"}},
		{mistaken, 1, "1 document in 1 file: 1 error, 0 warnings\n", []string{mistaken + `:3:7: document 1: /slug: must be`}},
		{pod, 1, "1 document in 1 file: 1 error, 0 warnings\n", []string{pod + `:1:13: document 1: /apiVersion: must be "evenkeel/v1" or "openslo/v1" (it is "v1")`}},
		{"", 2, "", []string{"requires at least 1 arg"}},
		{"-o xml " + slos, 2, "", []string{"--output must be text or json"}},
		{filepath.Join(dir, "nowhere"), 1, "", []string{"no such file"}},
	} {
		code, stdout, stderr := evenkeel(t, nil, append([]string{"validate"}, strings.Fields(c.args)...)...)
		if code != c.code || stdout != c.stdout {
			t.Errorf("%s ends with %d: %s%s", c.args, code, stdout, stderr)
		}
		rest := stderr
		for _, want := range c.stderr {
			_, after, found := strings.Cut(rest, want)
			if !found {
				t.Errorf("%s does not say %s (in its order):\n%s", c.args, want, stderr)
			}
			rest = after
		}
		if c.stderr == nil && stderr != "" {
			t.Errorf("%s says %s", c.args, stderr)
		}
	}
	code, stdout, _ := evenkeel(t, nil, "validate", "--strict", "-o", "json", loose)
	var told struct {
		Files, Documents int
		Errors, Warnings []map[string]any
	}
	if err := json.Unmarshal([]byte(stdout), &told); err != nil || code != 1 || told.Files != 1 || told.Documents != 1 || len(told.Errors) != 1 || len(told.Warnings) != 1 {
		t.Fatalf("it ends with %d and says %s (%v)", code, stdout, err)
	}
	if e := told.Errors[0]; e["file"] != loose || e["line"] != 7.0 || e["column"] != 3.0 || e["document"] != 1.0 || e["path"] != "/spec/budgetingMethod" || e["rule"] != "slo.budgetingMethod.required" {
		t.Errorf("the error is %v", e)
	}
	if told.Warnings[0]["code"] != "not_prose" {
		t.Errorf("the warnings are %v", told.Warnings)
	}
}

func TestTheGuideToOpenSLODoesWhatItSays(t *testing.T) {
	t.Parallel()
	const page = "../../docs/how-to/write-openslo-documents.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	r := process.Start(t, process.Options{Dir: t.TempDir()})
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "slos"), 0o700); err != nil {
		t.Fatal(err)
	}
	documents := regexp.MustCompile("(?s)   ```yaml\n(.*?)   ```").FindAllStringSubmatch(string(text), -1)
	for i, name := range []string{"checkout.yaml", "indicators.yaml"} {
		write(t, filepath.Join(dir, "slos", name), "---\n"+strings.ReplaceAll("\n"+documents[i][1], "\n   ", "\n")[1:])
	}
	blocks := commands(t, page)
	blocks[0] = shelf(t) + "export EVENKEEL_URL=" + r.Base() + " EVENKEEL_TOKEN=" + r.Token() + "\n" + strings.Replace(blocks[0], "slos/\n", "slos/ > checked.txt\n", 1)
	g := follow(t, dir, blocks, strings.NewReplacer())
	checked, err := os.ReadFile(filepath.Join(dir, "checked.txt"))
	if err != nil || string(checked) != "3 documents in 2 files: 0 errors, 1 warning\n" {
		t.Errorf("it says %s (%v)", checked, err)
	}
	g.expect(1, 0, "documents", 3.0)
	g.expect(1, 0, "warnings.0.code", "changed")
	g.expect(2, 0, "service", "checkout")
	g.expect(2, 0, "slo.objective", "99.9%")
	g.expect(2, 0, "slo.alerts.off.0", "6h/30m")
	// The tables name the rules of which only one asks, each under its own heading.
	_, after, _ := strings.Cut(string(text), "## Strict and default")
	strict, byDefault, _ := strings.Cut(after, "And these are errors by default")
	byDefault, _, _ = strings.Cut(byDefault, "## What refers")
	named := func(part string) []string {
		var out []string
		for _, found := range regexp.MustCompile("(?m)^\\| `([^`]*)` \\|").FindAllStringSubmatch(part, -1) {
			out = append(out, found[1])
		}
		slices.Sort(out)
		return out
	}
	var reference, prose []string
	for _, rule := range openslo.Rules() {
		switch {
		case rule.Reference && !rule.Prose:
			reference = append(reference, rule.Name)
		case rule.Prose && !rule.Reference:
			prose = append(prose, rule.Name)
		}
	}
	slices.Sort(reference)
	slices.Sort(prose)
	if !slices.Equal(named(strict), reference) || !slices.Equal(named(byDefault), prose) {
		t.Errorf("the guide names\n%v\n%v, there are\n%v\n%v", named(strict), named(byDefault), reference, prose)
	}
}
