package openapi_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Tools that know no 3.1 are given 3.0: a client is generated from that too, and has to compile with
// what is written by hand beside it. That from 3.1 is committed, and compiled with everything else.
func TestTheClientGeneratedFromOpenAPI30Compiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	generated := filepath.Join(dir, "client.gen.go")
	settings, err := os.ReadFile("client/oapi-codegen.yaml")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := strings.Replace(string(settings), "output: client/client.gen.go\n", "output: "+generated+"\n", 1)
	config := filepath.Join(dir, "oapi-codegen.yaml")
	if err := os.WriteFile(config, []byte(elsewhere), 0o600); err != nil || elsewhere == string(settings) {
		t.Fatalf("the settings do not name the output as they did (%v)", err)
	}
	run(t, "tool", "oapi-codegen", "--config", config, "openapi-3.0.yaml")
	text, err := os.ReadFile(generated)
	if err != nil || !strings.Contains(string(text), "func (c *Client) ListServices(") {
		t.Fatalf("what is generated has no method of the client (%v)", err)
	}
	committed, err := filepath.Abs("client/client.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	// The go command takes the one file for the other (go help build, -overlay).
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{committed: generated}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "build", "-overlay", file, "./client")
	// Were the file not taken, anything would compile.
	if err := os.WriteFile(generated, []byte("package client\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", file, "./client").CombinedOutput(); err == nil || !strings.Contains(string(out), "undefined: Fault") {
		t.Errorf("a client without what is generated compiles: %v\n%s", err, out)
	}
}

func run(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}
