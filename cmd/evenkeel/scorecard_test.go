package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
)

const readiness = `apiVersion: evenkeel/v1
kind: Scorecard
slug: readiness
name: Readiness
levels:
  - name: Bronze
  - name: Silver
checks:
  - id: documented
    title: Documented
    category: Ownership
    level: Bronze
    passes: hasDocs
    fix: "Add the documentation; it is there: {hasDocs}."
  - id: declared
    title: An SLO
    category: Objectives
    level: Silver
    passes: slos >= parameters.least
    parameters:
      least: 1
`

// The program registers itself as the service evenkeel, of which documentation is declared and
// which has SLOs: what it comes to follows from that.
func TestServicesAreAskedWhereTheyStandOnAScorecard(t *testing.T) {
	t.Parallel()
	r := process.Start(t, process.Options{Dir: t.TempDir()})
	environ := []string{"EVENKEEL_TOKEN=" + r.Token(), "EVENKEEL_SERVER=" + r.Base()}
	file := filepath.Join(t.TempDir(), "readiness.yaml")
	command := map[string][]string{"check": {"scorecard"}}
	run := func(want int, args ...string) string {
		t.Helper()
		code, stdout, stderr := evenkeel(t, environ, append(command[args[0]], args...)...)
		if code != want {
			t.Fatalf("%q ended with %d, want %d: %s%s", args, code, want, stdout, stderr)
		}
		return stdout + stderr
	}
	if out := run(2, "check", "evenkeel", "--scorecard", "readiness", "--server", "nonsense"); !strings.Contains(out, "--server, or EVENKEEL_SERVER, must be an http or https address such as https://evenkeel.example.org, and is \"nonsense\"") {
		t.Errorf("of no address it says %q", out)
	}
	write(t, file, readiness)
	run(0, "apply", file, "--yes")
	// Nothing but the job evaluates it, which runs every ten minutes, and what is asked for now.
	out := run(0, "check", "evenkeel", "--scorecard", "readiness", "--level", "Silver", "--fresh")
	if !strings.HasPrefix(out, "evenkeel by readiness: Silver, 100 %, 2 of 2 checks\n") {
		t.Errorf("on Silver it says %q", out)
	}
	write(t, file, strings.Replace(readiness, "least: 1\n", "least: 1000\n", 1))
	run(0, "apply", file, "--yes")
	out = run(3, "check", "evenkeel", "--scorecard", "readiness", "--level", "Silver", "--fresh")
	if !strings.HasPrefix(out, "evenkeel by readiness: Bronze, 50 %, 1 of 2 checks, 1 to Silver\n  fail    Silver     An SLO: ") {
		t.Errorf("below Silver it says %q", out)
	}
	run(0, "check", "evenkeel", "--scorecard", "readiness")
	if out := run(0, "check", "evenkeel", "--scorecard", "readiness", "--json"); !strings.Contains(out, `"missing": 1`) {
		t.Errorf("as JSON it says %q", out)
	}
	if out := run(2, "check", "evenkeel", "--scorecard", "readiness", "--level", "Gold"); !strings.Contains(out, `no level "Gold"; it has Bronze, Silver`) {
		t.Errorf("of no level it says %q", out)
	}
	run(1, "check", "nothing", "--scorecard", "readiness")
	run(2, "check", "evenkeel")
	write(t, file, strings.Replace(readiness, "slug: readiness\n", "slug: others\nappliesTo: tier >= 5\n", 1))
	run(0, "apply", file, "--yes")
	if out := run(5, "check", "evenkeel", "--scorecard", "others", "--fresh"); !strings.Contains(out, "is not for the service") {
		t.Errorf("of one that is for others it says %q", out)
	}
}

func TestWhatShipsIsWrittenAsYAML(t *testing.T) {
	t.Parallel()
	code, stdout, _ := evenkeel(t, nil, "scorecard", "template")
	if code != 0 || !strings.Contains(stdout, "production-readiness   38 checks") || !strings.Contains(stdout, "starter                12 checks") {
		t.Errorf("listed is %q", stdout)
	}
	code, stdout, _ = evenkeel(t, nil, "scorecard", "template", "starter")
	if code != 0 || !strings.HasPrefix(stdout, "apiVersion: evenkeel/v1\nkind: Scorecard\nslug: starter\n") {
		t.Errorf("code %d, %q", code, stdout)
	}
	if code, _, stderr := evenkeel(t, nil, "scorecard", "template", "none"); code != 1 || !strings.Contains(stderr, "there are production-readiness and starter") {
		t.Errorf("of none: code %d, %q", code, stderr)
	}
}
