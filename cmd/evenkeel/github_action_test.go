package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

func TestTheGitHubActionPlansInOneCommentAppliesAndAsksTheGate(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("jq"); err != nil && os.Getenv("CI") == "" {
		t.Skip("there is no jq, which GitHub's runners have")
	}
	script, err := filepath.Abs("../../deploy/github-action/evenkeel.sh")
	if err != nil {
		t.Fatal(err)
	}
	r := process.Start(t, process.Options{Dir: t.TempDir()})
	hub := standin.New(t, standin.Options{Now: time.Now, Advance: func(time.Duration) {}})
	hub.Organization("acme")
	for _, login := range []string{"robot", "mallory"} {
		hub.User(login)
	}
	hub.Public("acme/reliability")
	hub.Collaborator("acme/reliability", "robot", standin.Write)
	number := hub.Person("robot").OpenPullRequest("acme/reliability", "A service")
	// Somebody else has written what looks like the comment.
	hub.Person("mallory").Comment("acme/reliability", number, "<!-- evenkeel plan: wallets -->\nAll is well.")
	dir := t.TempDir()
	summary := filepath.Join(dir, "summary.md")
	run := func(want int, more ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), script)
		cmd.Dir = dir
		cmd.Env = append([]string{
			"PATH=" + os.Getenv("PATH"), "BINARY=" + process.Build(t), "EVENKEEL_SERVER=" + r.Base(), "EVENKEEL_TOKEN=" + r.Token(), "PATHS=services\nslos", "MANIFEST_SET=wallets", "PRUNE=true",
			"GITHUB_API_URL=" + hub.URL, "GITHUB_REPOSITORY=acme/reliability", "GITHUB_TOKEN=" + hub.Token("robot"), "COMMENT_AUTHOR=robot", "PULL_REQUEST=" + strconv.Itoa(number), "GITHUB_STEP_SUMMARY=" + summary,
			"CLASS=feature", "VERSION=v1",
		}, more...)
		out, err := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != want {
			t.Fatalf("it ends with %d, want %d: %v\n%s", code, want, err, out)
		}
		return string(out)
	}
	comments := func() []standin.Comment {
		t.Helper()
		return hub.Issue("acme/reliability", number).Comments
	}
	for _, d := range []string{"services", "slos"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	service := strings.Replace(walletService, "team: wallets", "team: platform", 1)
	write(t, filepath.Join(dir, "services", "wallet.yaml"), service)
	write(t, filepath.Join(dir, "slos", "availability.yaml"), strings.Replace(walletSLO, "objective: 99.9%", "objective: 120%", 1))
	if out := run(1, "MODE=plan"); !strings.Contains(out, "slos/availability.yaml:6:12: /objective: ") {
		t.Errorf("it says %s", out)
	}
	if c := comments(); len(c) != 2 || !strings.Contains(c[1].Body, "It cannot be applied:\n\n    slos/availability.yaml:6:12: /objective: ") {
		t.Errorf("comments are %+v", c)
	}
	write(t, filepath.Join(dir, "slos", "availability.yaml"), walletSLO)
	run(0, "MODE=plan")
	if c := comments(); len(c) != 2 || c[0].Body != "<!-- evenkeel plan: wallets -->\nAll is well." || !strings.HasPrefix(c[1].Body, "<!-- evenkeel plan: wallets -->\n### Evenkeel: 2 to create, 0 to change, 0 to end; 0 as they should be\n") {
		t.Errorf("comments are %+v", c)
	}
	if status, _ := r.Get("/v1/services/wallet"); status != 404 {
		t.Errorf("planned, the service is %d", status)
	}
	if out := run(0, "MODE=apply", "PULL_REQUEST="); !strings.Contains(out, "Done: 2 created") {
		t.Errorf("it says %s", out)
	}
	run(0, "MODE=plan")
	if c := comments(); len(c) != 2 || !strings.Contains(c[1].Body, "### Evenkeel: 0 to create, 0 to change, 0 to end; 2 as they should be\n") {
		t.Errorf("comments are %+v", c)
	}
	run(0, "MODE=gate", "SERVICE=wallet")
	run(1, "MODE=gate")
	if text, err := os.ReadFile(summary); err != nil || !strings.Contains(string(text), "wallet") {
		t.Errorf("the summary is %s, %v", text, err)
	}
	if out := run(1, "MODE=plan", "DOWNLOAD="+r.Base()+"/healthz", "SHA256="+strings.Repeat("0", 64)); !strings.Contains(out, "what was downloaded is something else") {
		t.Errorf("of another program it says %s", out)
	}
	run(1, "MODE=plan", "DOWNLOAD="+r.Base()+"/healthz")
	run(1, "MODE=none")
}
