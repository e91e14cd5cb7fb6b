package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
)

const tutorial = "../../docs/tutorial.md"

// TestTheTutorialDoesWhatItSays runs exactly the tutorial's commands, in one
// shell and in order, against the built binary, with its address in the place of
// the usual one. What is expected is what the tutorial's text says, worked out by
// hand: 10 bad of 126 events against a budget of 126 × 5 % = 6.3.
func TestTheTutorialDoesWhatItSays(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "curl", "make"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("the tutorial needs %s: %v", tool, err)
		}
	}
	blocks := commands(t, tutorial)
	if len(blocks) < 8 || strings.TrimSpace(blocks[0]) != "make run" {
		t.Fatalf("got %d blocks of commands, of which the first is to be make run", len(blocks))
	}
	recipe, err := exec.CommandContext(t.Context(), "make", "-s", "-n", "-C", "../..", "run").CombinedOutput()
	if err != nil || !strings.Contains(string(recipe), "evenkeel serve") {
		t.Fatalf("make run does not serve: %v\n%s", err, recipe)
	}
	dir := t.TempDir()
	r := process.Start(t, process.Options{Dir: dir})

	g := follow(t, dir, blocks[1:], strings.NewReplacer("http://127.0.0.1:8080", r.Base()))
	expect := g.expect
	expect(0, 0, "administrator", true)
	expect(1, 1, "team.slug", "payments")
	expect(2, 0, "objective", "95%")
	expect(3, 0, "mode", "warn")
	expect(4, 0, "slots", 12.0)
	expect(5, 0, "state", "succeeded")
	expect(5, 1, "state", "succeeded")
	expect(6, 0, "state", "exhausted")
	expect(6, 0, "window.good", 116.0)
	expect(6, 0, "window.total", 126.0)
	expect(6, 0, "window.allowedEvents", 6.3)
	expect(6, 0, "window.burnedEvents", 10.0)
	expect(6, 0, "window.remainingEvents", -3.7)
	expect(8, 0, "items.0.open", true)
	expect(8, 0, "items.0.evidence.consumedPercent", "158.73") // 10 ÷ 6.3
	expect(9, 0, "items.0.delivery.state", "draft")
	expect(9, 0, "items.0.open", true)
	expect(10, 3, "items.0.ending", "recovered")
	if code, page := r.Get("/v1/issues?service=checkout"); code != 200 || !strings.Contains(string(page), "budget-recovered") {
		t.Errorf("the draft does not say that the service recovered: %d %s", code, page)
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "evenkeel.db")); err != nil {
		t.Error(err)
	}
}
