package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/services/access"
)

// handed is a bundle of evidence of an installation that just started, and its key.
func handed(t *testing.T) (bundle []byte, key string) {
	t.Helper()
	loaded, err := config.Load(config.Sources{Hostname: "test"})
	if err != nil {
		t.Fatal(err)
	}
	c := loaded.Config
	c.DataDir = t.TempDir()
	a, err := app.Open(t.Context(), app.Options{Config: c, BaseURL: "http://evenkeel.example", Version: "test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	as := access.WithCaller(t.Context(), access.System("test"))
	if key, err = a.Evidence.Key(as); err != nil {
		t.Fatal(err)
	}
	if bundle, err = a.Evidence.Bundle(as, time.Now().Add(-time.Hour), time.Now().Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	return bundle, key
}

func TestEvidenceIsVerifiedWithoutAServer(t *testing.T) {
	t.Parallel()
	bundle, key := handed(t)
	dir := t.TempDir()
	file, keyFile := filepath.Join(dir, "evidence.zip"), filepath.Join(dir, "key.txt")
	write := func(name string, content []byte) {
		t.Helper()
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(file, bundle)
	write(keyFile, []byte(key+"\n"))
	for _, given := range []string{key, keyFile} {
		code, stdout, stderr := evenkeel(t, nil, "evidence", "verify", file, "--key", given)
		if code != exitOK || stderr != "" || !strings.Contains(stdout, "The bundle is as test sealed it") || !strings.Contains(stdout, "policies.json") || !strings.Contains(stdout, "Note: Exemptions") {
			t.Errorf("code %d, %q, %q", code, stdout, stderr)
		}
	}
	other := "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" // of RFC 8032, section 7.1
	if code, stdout, stderr := evenkeel(t, nil, "evidence", "verify", file, "--key", other); code != exitError || stdout != "" || !strings.Contains(stderr, "not signed with this key") {
		t.Errorf("with another key: code %d, %q, %q", code, stdout, stderr)
	}
	for _, args := range [][]string{{file}, {file, "--key", "x"}, {"--key", key}} {
		if code, _, stderr := evenkeel(t, nil, append([]string{"evidence", "verify"}, args...)...); code != exitUsage || !strings.Contains(stderr, "evenkeel evidence verify --help") {
			t.Errorf("%q: code %d, %q", args, code, stderr)
		}
	}
	// One bit at each of many places; where it changes nothing that is evidence, such as the
	// time of a file, the bundle is as good as before.
	refused := 0
	for at := 0; at < len(bundle); at += len(bundle) / 40 {
		changed := bytes.Clone(bundle)
		changed[at] ^= 1
		write(file, changed)
		if code, _, _ := evenkeel(t, nil, "evidence", "verify", file, "--key", key); code == exitError {
			refused++
		}
	}
	if refused < 30 {
		t.Errorf("of 41 changed bundles %d were refused", refused)
	}
}
