package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
	if len(blocks) < 8 || strings.TrimSpace(blocks[0][1]) != "make run" {
		t.Fatalf("got %d blocks of commands, of which the first is to be make run", len(blocks))
	}
	recipe, err := exec.CommandContext(t.Context(), "make", "-s", "-n", "-C", "../..", "run").CombinedOutput()
	if err != nil || !strings.Contains(string(recipe), "evenkeel serve") {
		t.Fatalf("make run does not serve: %v\n%s", err, recipe)
	}
	dir := t.TempDir()
	r := process.Start(t, process.Options{Dir: dir})

	expect := follow(t, r, dir, blocks[1:], 2).expect
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
	expect(9, 0, "items.0.state", "draft")
	expect(9, 0, "items.0.open", true)
	expect(10, 3, "items.0.ending", "recovered")
	if code, page := r.Get("/v1/issues?service=checkout"); code != 200 || !strings.Contains(string(page), "budget-recovered") {
		t.Errorf("the draft does not say that the service recovered: %d %s", code, page)
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "evenkeel.db")); err != nil {
		t.Error(err)
	}
}

// commands are the blocks of commands in a document.
func commands(t *testing.T, path string) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1)
}

// followed is what came of a document's commands: the JSON documents that each block
// was answered with.
type followed struct {
	*testing.T
	replies [][]map[string]any
	first   int // the number of the first block
}

// follow runs blocks of commands, in one shell and in order, with the process's
// address in the place of the usual one. No answer may be a problem.
func follow(t *testing.T, r *process.Process, dir string, blocks [][]string, first int) followed {
	t.Helper()
	const mark = "---8<---"
	var script strings.Builder
	script.WriteString("set -eu\n")
	for _, b := range blocks {
		script.WriteString("echo '" + mark + "'\n")
		script.WriteString(strings.ReplaceAll(b[1], "http://127.0.0.1:8080", r.Base()) + "\n")
	}
	shell := exec.CommandContext(t.Context(), "bash", "-c", script.String())
	shell.Dir = dir
	var told bytes.Buffer // such as curl's progress
	shell.Stderr = &told
	out, err := shell.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, &told)
	}
	said := strings.Split(string(out), mark)[1:]
	if len(said) != len(blocks) {
		t.Fatalf("got the output of %d blocks, want %d", len(said), len(blocks))
	}
	f := followed{T: t, first: first}
	for i, s := range said {
		f.replies = append(f.replies, documents(t, s))
		for _, d := range f.replies[i] {
			if code, failed := d["code"]; failed {
				t.Errorf("block %d was answered with the problem %v: %v", i+first, code, d)
			}
		}
	}
	return f
}

// expect asserts what a block's reply holds at a path, by what the document says.
func (f followed) expect(block, reply int, path string, want any) {
	f.Helper()
	if len(f.replies) <= block || len(f.replies[block]) <= reply {
		f.Errorf("block %d has no reply %d", block+f.first, reply)
		return
	}
	if got := at(f.replies[block][reply], path); got != want {
		f.Errorf("block %d, reply %d: %s is %v, the document says %v", block+f.first, reply, path, got, want)
	}
}

// documents splits an output into the JSON documents that it holds.
func documents(t *testing.T, text string) []map[string]any {
	t.Helper()
	var all []map[string]any
	decoder := json.NewDecoder(strings.NewReader(text))
	for decoder.More() {
		var d map[string]any
		if err := decoder.Decode(&d); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		all = append(all, d)
	}
	return all
}

// at follows a path of names and indexes.
func at(v any, path string) any {
	for step := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			if len(x) == 0 || step != "0" {
				return nil
			}
			v = x[0]
		default:
			return nil
		}
	}
	return v
}
