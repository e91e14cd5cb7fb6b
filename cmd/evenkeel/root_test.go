package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// evenkeel runs a command line and returns its exit code and what it printed.
func evenkeel(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	p := &program{environ: environ, hostname: "host-1", stdout: &out, stderr: &errs}
	code = p.run(t.Context(), args)
	return code, out.String(), errs.String()
}

func TestTheExitCodeTellsWrongUseFromWhatWentWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line string
		want int
		says string // on standard error
	}{
		{"", 0, ""},
		{"--help", 0, ""},
		{"help config", 0, ""},
		{"version", 0, ""},
		{"config", 0, ""},
		{"completion bash", 0, ""},
		{"completion", 0, ""},
		{"confg", 2, `did you mean "config"?`},
		{"nothing-like-it", 2, "there is no command"},
		{"completion tcsh", 2, `there is no command "evenkeel completion tcsh"`},
		{"version extra", 2, "evenkeel version --help"},
		{"version --nope", 2, "--nope"},
		{"version -o yaml", 2, "must be text or json"},
		{"config -o text", 2, "must be yaml or json"},
		{"config --jobs-schedules prune", 2, "job=schedule"},
		{"config --log-level loud", 1, `--log-level = "loud": log.level must be debug, info, warn or error`},
		{"config --config /nowhere.yaml", 1, "/nowhere.yaml"},
		{"config --jobs-schedules sleep=@hourly", 1, "there is no such job"},
	} {
		code, stdout, stderr := evenkeel(t, nil, strings.Fields(c.line)...)
		if code != c.want || !strings.Contains(stderr, c.says) {
			t.Errorf("evenkeel %s: code %d, want %d; standard error %q", c.line, code, c.want, stderr)
		}
		if (code == 0) != (stderr == "") || (code == 0) != (stdout != "") {
			t.Errorf("evenkeel %s: wrote %q and, as errors, %q", c.line, stdout, stderr)
		}
	}
}

func TestASchedulesFaultIsToldBeforeAnythingIsOpened(t *testing.T) {
	t.Parallel()
	code, _, stderr := evenkeel(t, nil, "config", "--jobs-schedules", "prune=99 * * * *", "--jobs-schedules", "evaluate-budgets=@every 1ms", "--data-dir", "/nowhere")
	if code != 1 || strings.Count(stderr, "must be") != 2 {
		t.Errorf("code %d, standard error %q", code, stderr)
	}
}

func TestEveryCommandSaysWhatItDoes(t *testing.T) {
	t.Parallel()
	p := &program{}
	visit(p.root(), func(cmd *cobra.Command) {
		if cmd.Short == "" {
			t.Errorf("%s has no short help", cmd.CommandPath())
		}
		if cmd.Parent() != nil && !cmd.Parent().HasParent() && cmd.GroupID == "" && !cmd.Hidden {
			t.Errorf("%s is in no group of the help", cmd.CommandPath())
		}
	})
}

func TestConfigPrintsAllFaultsAndNoSecret(t *testing.T) {
	t.Parallel()
	environ := []string{"EVENKEEL_LOG_LEVEL=loud", "EVENKEEL_LISTN=:1", "EVENKEEL_DATABASE_URL=mysql://u:geheim@h/x"}
	code, stdout, stderr := evenkeel(t, environ, "config", "--listen", "nowhere")
	if code != exitError || stdout != "" {
		t.Errorf("code %d, wrote %q", code, stdout)
	}
	for _, want := range []string{"4 faults", "EVENKEEL_LOG_LEVEL", "EVENKEEL_LISTN", "EVENKEEL_DATABASE_URL", "--listen = \"nowhere\""} {
		if !strings.Contains(stderr, want) {
			t.Errorf("no %q in:\n%s", want, stderr)
		}
	}
	if strings.Contains(stderr, "geheim") {
		t.Errorf("the secret is shown:\n%s", stderr)
	}
	_, stdout, _ = evenkeel(t, []string{"EVENKEEL_DATABASE_URL=postgres://u:geheim@h/x"}, "config")
	if strings.Contains(stdout, "geheim") || !strings.Contains(stdout, "url: '[redacted]' # env EVENKEEL_DATABASE_URL") {
		t.Errorf("wrote:\n%s", stdout)
	}
}

func TestConfigPrintsJSON(t *testing.T) {
	t.Parallel()
	_, stdout, _ := evenkeel(t, nil, "config", "-o", "json")
	var got struct{ Values, Origins map[string]any }
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || got.Values["instance"] != "host-1" || got.Origins["instance"] == nil {
		t.Errorf("%v: %s", err, stdout)
	}
}

func TestALongErrorIsCutAndEscaped(t *testing.T) {
	t.Parallel()
	var check fault.Check
	for range 25 {
		check.Fail("/x", "\x1b[31m"+strings.Repeat("y", 1000), "is too long")
	}
	var stderr bytes.Buffer
	(&program{stderr: &stderr}).explain(fmt.Errorf("while testing: %w", check.Err()))
	s := stderr.String()
	if strings.Contains(s, "\x1b") || strings.Contains(s, strings.Repeat("y", 64)) || !strings.Contains(s, "and 5 more") || strings.Count(s, "\n") != 22 {
		t.Errorf("wrote:\n%s", s)
	}
}

func TestWhatCannotBeReachedIsNamed(t *testing.T) {
	t.Parallel()
	code, _, stderr := evenkeel(t, []string{"EVENKEEL_DATABASE_URL=postgres://u:geheim@127.0.0.1:1/x"}, "migrate")
	if code != exitError || !strings.Contains(stderr, "cannot be reached") || !strings.Contains(stderr, "127.0.0.1:1") || strings.Contains(stderr, "geheim") {
		t.Errorf("code %d, wrote:\n%s", code, stderr)
	}
}

func TestHelpForACommandThatThereIsNotIsWrongUse(t *testing.T) {
	t.Parallel()
	if code, stdout, stderr := evenkeel(t, nil, "help", "serv"); code != exitUsage || stdout != "" || !strings.Contains(stderr, `"serve"`) {
		t.Errorf("code %d, wrote %q and %q", code, stdout, stderr)
	}
	if code, stdout, _ := evenkeel(t, nil, "help", "completion", "bash"); code != exitOK || !strings.Contains(stdout, "bash") {
		t.Errorf("code %d, wrote %q", code, stdout)
	}
}

func TestADifferenceEndsWithTwoAndWithoutAnError(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	if code := (&program{stderr: &stderr}).end(fmt.Errorf("compare: %w", errDifference)); code != 2 || stderr.Len() > 0 {
		t.Errorf("code %d, standard error %q", code, &stderr)
	}
}

func TestTheVersionIsWhatTheBinaryWasBuiltFrom(t *testing.T) {
	t.Parallel()
	info := &debug.BuildInfo{
		Main: debug.Module{Version: "v1.2.3"},
		Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.time", Value: "2026-01-02T03:04:05Z"}, {Key: "vcs.modified", Value: "true"},
		},
	}
	if got, want := describeBuild(info).String(), "evenkeel v1.2.3 0123456789ab 2026-01-02T03:04:05Z (changed) go"; !strings.HasPrefix(got, want) {
		t.Errorf("got %s, want %s…", got, want)
	}
	if got := describeBuild(nil); got.Version != "devel" || got.Commit != "" {
		t.Errorf("without build information: %+v", got)
	}
	_, stdout, _ := evenkeel(t, nil, "version", "-o", "json")
	var b build
	if err := json.Unmarshal([]byte(stdout), &b); err != nil || b.Version == "" || b.Go == "" {
		t.Errorf("%v: %s", err, stdout)
	}
}
