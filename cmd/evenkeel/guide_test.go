package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
)

// commands are the blocks of commands of a page of the documentation.
func commands(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, found := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, found[1])
	}
	return blocks
}

// post makes what a page takes for granted.
func post(t *testing.T, r *process.Process, path, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.Base()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.Token())
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusCreated {
		said, _ := io.ReadAll(resp.Body) // what came of it is all there is to tell
		t.Fatalf("POST %s answers %d: %s", path, resp.StatusCode, said)
	}
}

// guided is what came of the commands of a page: the documents that each block
// printed.
type guided struct {
	t       *testing.T
	replies [][]map[string]any
}

// follow runs the blocks in one shell in the directory, in order, with addresses
// replaced. Nothing of it may be answered with a problem.
func follow(t *testing.T, dir string, blocks []string, addresses *strings.Replacer) guided {
	t.Helper()
	const mark = "---8<---"
	var script strings.Builder
	script.WriteString("set -eu\n")
	for _, b := range blocks {
		script.WriteString("echo '" + mark + "'\n" + addresses.Replace(b) + "\n")
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
	g := guided{t: t}
	for i, s := range said {
		g.replies = append(g.replies, documents(t, s))
		for _, d := range g.replies[i] {
			if code, failed := d["code"]; failed {
				t.Errorf("block %d was answered with the problem %v: %v", i, code, d)
			}
		}
	}
	return g
}

// expect holds a member of a reply to what the page says.
func (g guided) expect(block, reply int, path string, want any) {
	g.t.Helper()
	if got := g.said(block, reply, path); got != want {
		g.t.Errorf("block %d, reply %d: %s is %v, the page says %v", block, reply, path, got, want)
	}
}

// said is a member of a reply.
func (g guided) said(block, reply int, path string) any {
	g.t.Helper()
	if len(g.replies) <= block || len(g.replies[block]) <= reply {
		g.t.Errorf("block %d has no reply %d", block, reply)
		return nil
	}
	return at(g.replies[block][reply], path)
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
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}
