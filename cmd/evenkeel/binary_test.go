package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// buildOnce builds the program as make run does, once for all tests.
var buildOnce = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "evenkeel-binary-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "evenkeel")
	cmd := exec.Command("go", "build", "-o", path, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := buildOnce(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// running is a started binary.
type running struct {
	t      *testing.T
	dir    string // its working directory
	base   string // such as http://127.0.0.1:41234
	signin string
	token  string
	cmd    *exec.Cmd
	errors *bytes.Buffer
	ended  chan error
}

// start runs "evenkeel serve" in dir on a free port and waits for its welcome.
func start(t *testing.T, dir string, args ...string) *running {
	t.Helper()
	path, err := buildOnce()
	if err != nil {
		t.Fatal(err)
	}
	r := &running{t: t, dir: dir, errors: &bytes.Buffer{}, ended: make(chan error, 1)}
	r.cmd = exec.Command(path, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	r.cmd.Dir, r.cmd.Stderr = dir, r.errors
	r.cmd.Env = append(os.Environ(), "EVENKEEL_CONFIG=")
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 1)
	go func() {
		var all strings.Builder
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			all.WriteString(lines.Text() + "\n")
			if strings.Contains(lines.Text(), "Token") {
				said <- all.String()
			}
		}
		_, _ = io.Copy(io.Discard, out)
		r.ended <- r.cmd.Wait()
	}()
	t.Cleanup(func() { _ = r.cmd.Process.Kill() })
	select {
	case welcome := <-said:
		for word := range strings.FieldsSeq(welcome) {
			if before, _, found := strings.Cut(word, "/signin?code="); found {
				r.base, r.signin = before, word
			}
		}
	case err := <-r.ended:
		t.Fatalf("it ended before it served: %v\n%s", err, r.errors)
	case <-time.After(time.Minute):
		t.Fatalf("it said nothing for a minute\n%s", r.errors)
	}
	text, err := os.ReadFile(filepath.Join(dir, "data", "admin-token"))
	if err != nil {
		t.Fatal(err)
	}
	r.token = strings.TrimSpace(string(text))
	return r
}

// stop asks it to end as Ctrl-C does, and returns how it ended.
func (r *running) stop() error {
	r.t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGINT); err != nil {
		r.t.Fatal(err)
	}
	select {
	case err := <-r.ended:
		return err
	case <-time.After(time.Minute):
		r.t.Fatalf("it did not end within a minute\n%s", r.errors)
		return nil
	}
}

// get reads a path with the administrator's token.
func (r *running) get(ctx context.Context, path string) (int, []byte) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, body
}
