package deploy

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
)

// afterDrain is what the program takes at most when requests and jobs have finished:
// closeTimeout of cmd/evenkeel.
const afterDrain = 10 * time.Second

// without skips a test that lacks something, or fails where nothing may be left out.
func without(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s: a run that counts needs it", what)
	}
	t.Skipf("%s: NOT TESTED", what)
}

// configured reads the variables as the program does, with a file in place of each secret's.
func configured(t *testing.T, variables map[string]string) config.Config {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"database-url":   "postgres://evenkeel:secret@postgres:5432/evenkeel\n",
		"encryption-key": base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var environ []string
	for name, value := range variables {
		if !strings.HasPrefix(name, "EVENKEEL_") {
			t.Errorf("the variable %s is none of Evenkeel's", name)
		}
		if strings.HasSuffix(name, "_FILE") {
			value = filepath.Join(dir, filepath.Base(value))
		}
		environ = append(environ, name+"="+value)
	}
	c, err := config.Load(config.Sources{Environ: environ, Hostname: "replica-1"})
	if err != nil {
		t.Fatal(err)
	}
	return c.Config
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
