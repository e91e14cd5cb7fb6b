package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

// onboarded are services as somebody's table has them: two of tier 1, whose metrics there are, and one of tier 3.
const onboarded = `service,name,team,tier
checkout,Checkout,payments,1
ledger,Ledger,payments,1
invoices,Invoices,payments,3
`

// The guide's commands are run against the program and a real Prometheus in which checkout and ledger are measured. All sums are
// by hand: of three services of payments two become the wave.
func TestTheGuideToOnboardingDoesWhatItSays(t *testing.T) {
	t.Parallel()
	const slot = 5 * time.Minute
	end := time.Now().UTC().Add(-time.Minute).Truncate(slot)
	var series []promtest.Series
	for _, job := range []string{"checkout", "ledger"} {
		one := promtest.Series{Name: `http_requests_total{job="` + job + `",code="200"}`}
		for at, n := end.Add(-3*time.Hour), 0.0; !at.After(end); at, n = at.Add(slot/2), n+1 {
			one.Samples = append(one.Samples, promtest.Sample{At: at, Value: 100 * n})
		}
		series = append(series, one)
	}
	prometheus := promtest.Start(t, promtest.Options{Series: series})
	r := process.Start(t, process.Options{})
	post(t, r, "/v1/data-sources", `{"slug":"prometheus","name":"Prometheus","kind":"prometheus","address":"`+prometheus+`","delaySeconds":60}`)
	dir := r.Dir()
	write(t, filepath.Join(dir, "services.csv"), onboarded)
	before := programOnPath(t) + "export EVENKEEL_TOKEN=" + r.Token() + " EVENKEEL_SERVER=" + r.Base() + "\n" +
		"evenkeel import csv services.csv -o imported/ >&2\nevenkeel apply imported/ --yes >&2\n"
	after := "evenkeel export --team payments --dir reliability\nevenkeel onboard delete first --yes\n"
	blocks := append(commands(t, "../../docs/how-to/onboard-many-services.md"), after)
	for i, b := range blocks {
		blocks[i] = "echo '--- " + string(rune('a'+i)) + "'\n" + b
	}
	shell := exec.CommandContext(t.Context(), "bash", "-c", "set -eu\n"+before+strings.ReplaceAll(strings.Join(blocks, ""), "http://127.0.0.1:8080", r.Base()))
	shell.Dir = dir
	var told strings.Builder
	shell.Stderr = &told
	out, err := shell.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, &told)
	}
	parts := strings.Split(string(out), "--- ")
	if len(parts) != 8 {
		t.Fatalf("there are %d parts:\n%s", len(parts), out)
	}
	for i, want := range [][]string{
		1: {"payments 0 3 0 0 0 % ....................", "checkout payments 1 registered 0", "invoices payments 3 registered 0"},
		2: {"REPOSITORY STATE TEAM BY SERVICE WAVE NOTE"}, // none was found
		3: {"The wave first is planned; evenkeel onboard add first puts something into it.", "2 put into the wave first."},
		4: {"+ checkout: declares availability 99.5%", "+ ledger: declares availability 99.5%", "0 to register, 2 SLOs to declare; 0 need nothing."},
		5: {"Done: 2 brought; 2 of 2 are."},
		6: {"payments 0 0 0 2 100 % ####################", "checkout payments 1 measured 1 first", "ledger payments 1 measured 1 first"},
		7: {"The wave first is removed; what it brought stays."},
	} {
		lines := map[string]bool{}
		for line := range strings.Lines(parts[i]) {
			lines[strings.Join(strings.Fields(line), " ")] = true
		}
		for _, one := range want {
			if !lines[one] {
				t.Errorf("no line is %q in\n%s\n%s", one, parts[i], &told)
			}
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "reliability", "slos", "checkout", "availability.yaml"))
	if err != nil || !strings.Contains(string(text), "name: Checkout answers\n") || !strings.Contains(string(text), `{job=\"checkout\",code!~\"5..\"}`) {
		t.Errorf("what the wave brought is exported as %s (%v)", text, err)
	}
}
