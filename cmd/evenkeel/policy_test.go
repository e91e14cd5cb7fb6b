package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
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

func TestAPolicyInYAMLIsCheckedWithoutAServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	right, wrong := filepath.Join(dir, "right.yaml"), filepath.Join(dir, "wrong.yaml")
	write(t, right, paymentsPolicy)
	write(t, wrong, strings.Replace(paymentsPolicy, "consumed > 1", "consumd > 1 && forecast > 0.5", 1))
	code, stdout, stderr := evenkeel(t, nil, "policy", "check", right, wrong)
	if want := wrong + `:7:11: /clauses/0/when: there is no fact "consumd"`; code != 1 || stdout != right+": right\n" || !strings.HasPrefix(stderr, want) || strings.Contains(stderr, `"forecast";`) {
		t.Errorf("code %d, %q, %q, want %q", code, stdout, stderr, want)
	}
	if code, _, stderr := evenkeel(t, nil, "policy", "check", filepath.Join(dir, "none.yaml")); code != 1 || !strings.Contains(stderr, "none.yaml") {
		t.Errorf("of no file: code %d, %q", code, stderr)
	}
	if code, _, stderr := evenkeel(t, nil, "policy", "apply", right); code != 2 || !strings.Contains(stderr, "there is no token") {
		t.Errorf("without a token: code %d, %q", code, stderr)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestPoliciesInYAMLAreBroughtToAServerAndBack(t *testing.T) {
	t.Parallel()
	r := process.Start(t, process.Options{Dir: t.TempDir()})
	environ := []string{"EVENKEEL_TOKEN=" + r.Token(), "EVENKEEL_SERVER=" + r.Base()}
	file := filepath.Join(t.TempDir(), "payments.yaml")
	run := func(want int, args ...string) string {
		t.Helper()
		code, stdout, stderr := evenkeel(t, environ, append([]string{"policy"}, args...)...)
		if code != want {
			t.Fatalf("%q ended with %d, want %d: %s%s", args, code, want, stdout, stderr)
		}
		return stdout + stderr
	}
	write(t, file, paymentsPolicy)
	for _, step := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"apply", file, "--dry-run"}, 2, "payments: is made\n"},
		{[]string{"apply", file}, 0, "payments: is made\n"},
		{[]string{"apply", file}, 0, "payments: is the same\n"},
	} {
		if out := run(step.code, step.args...); out != step.says {
			t.Errorf("%q says %q, want %q", step.args, out, step.says)
		}
	}
	write(t, file, strings.Replace(paymentsPolicy, "issue: {}", "issue: { priority: p0 }", 1))
	if out := run(0, "apply", file); !strings.Contains(out, "-      priority: p1\n+      priority: p0\n") {
		t.Errorf("of another priority it says %q", out)
	}
	exported := run(0, "export", "payments")
	write(t, file, exported)
	if out := run(0, "apply", file); out != "payments: is the same\n" {
		t.Errorf("what was exported is another policy: %q\n%s", out, exported)
	}
	run(0, "export", "error-budget")
	if out := run(1, "export", "none"); !strings.Contains(out, "404") {
		t.Errorf("of none it says %q", out)
	}
	// What only the server knows is told at its place, too.
	write(t, file, strings.Replace(paymentsPolicy, "clauses:", "approval:\n  approver: 01KKPEA9M7CYQ4AF3342Z8340C\nclauses:", 1))
	if out := run(1, "apply", file); !strings.HasPrefix(out, file+":6:13: /approval/approver: must be the identifier of a person; there is none") {
		t.Errorf("of nobody it says %q", out)
	}
}
