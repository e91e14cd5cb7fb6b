package main

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"log/slog"
	"maps"
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
	// A bundle in which a bit is another one is refused, or holds the very same files: some
	// bits are of the archive alone, such as the time of a file.
	sealed := contents(t, bundle)
	refused := 0
	for at := 0; at < len(bundle); at += len(bundle) / 40 {
		changed := bytes.Clone(bundle)
		changed[at] ^= 1
		write(file, changed)
		switch code, _, stderr := evenkeel(t, nil, "evidence", "verify", file, "--key", key); code {
		case exitError:
			refused++
		case exitOK:
			if held := contents(t, changed); !maps.EqualFunc(held, sealed, bytes.Equal) {
				t.Errorf("the byte %d is changed, and with it a file, and the bundle verified", at)
			}
		default:
			t.Errorf("the byte %d is changed: code %d, %q", at, code, stderr)
		}
	}
	if refused == 0 {
		t.Error("no changed bundle was refused")
	}
}

// contents are the files of a zip file by name.
func contents(t *testing.T, archive []byte) map[string][]byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range r.File {
		from, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if out[f.Name], err = io.ReadAll(from); err != nil {
			t.Fatal(err)
		}
	}
	return out
}
