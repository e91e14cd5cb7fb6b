// Package process builds the program and runs it in processes of its own, for
// tests of what only real processes show: signals, a kill, several replicas. What
// is said of one process alone is tested beside main.
package process

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

// patience bounds every wait for a process: far beyond what a busy machine needs.
const patience = time.Minute

// Build builds the program as make run does, once for all tests of a package, and
// returns its path.
var Build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "evenkeel-binary-")
	if err != nil {
		return "", err
	}
	made = dir
	path := filepath.Join(dir, "evenkeel")
	out, err := exec.Command("go", "build", "-o", path, "github.com/evenkeel/evenkeel/cmd/evenkeel").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

// made is the directory that Build made, if it was called.
var made string

// Main runs the tests of a package and removes what Build made; TestMain calls it.
func Main(m *testing.M) {
	code := m.Run()
	if made != "" {
		os.RemoveAll(made)
	}
	os.Exit(code)
}

// Process is a started "evenkeel serve".
type Process struct {
	Dir    string // its working directory, with its data directory in it
	Base   string // such as http://127.0.0.1:41234
	SignIn string // the link
	Token  string // the administrator's

	t     testing.TB
	cmd   *exec.Cmd
	log   *record
	ended chan struct{}
	err   error // how it ended, once it has
}

// record is what a process wrote to its standard error.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// Options say how to start a process.
type Options struct {
	Dir     string   // made by the test; replicas on PostgreSQL may share it
	Args    []string // of serve; a free port is taken
	Environ []string // beside the test's own
}

// Start starts a process and waits for its welcome. It is killed when the test
// ends, unless it ended before.
func Start(t testing.TB, o Options) *Process {
	t.Helper()
	path, err := Build()
	if err != nil {
		t.Fatal(err)
	}
	p := &Process{t: t, Dir: o.Dir, log: &record{}, ended: make(chan struct{})}
	p.cmd = exec.Command(path, append([]string{"serve", "--listen", "127.0.0.1:0"}, o.Args...)...)
	p.cmd.Dir, p.cmd.Stderr = o.Dir, p.log
	p.cmd.Env = append(append(os.Environ(), "EVENKEEL_CONFIG="), o.Environ...)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
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
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.Kill)
	select {
	case welcome := <-said:
		for word := range strings.FieldsSeq(welcome) {
			if before, _, found := strings.Cut(word, "/signin?code="); found {
				p.Base, p.SignIn = before, word
			}
		}
	case <-p.ended:
		t.Fatalf("it ended before it served: %v\n%s", p.err, p.log)
	case <-time.After(patience):
		t.Fatalf("it said nothing for %s\n%s", patience, p.log)
	}
	text, err := os.ReadFile(filepath.Join(o.Dir, "data", "admin-token"))
	if err != nil {
		t.Fatal(err)
	}
	p.Token = strings.TrimSpace(string(text))
	return p
}

// Log is what it has logged.
func (p *Process) Log() string { return p.log.String() }

// Signal sends it a signal.
func (p *Process) Signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatalf("signal %s: %v\n%s", s, err, p.log)
	}
}

// Wait waits for its end, and returns how it ended.
func (p *Process) Wait() error {
	p.t.Helper()
	select {
	case <-p.ended:
		return p.err
	case <-time.After(patience):
		p.t.Fatalf("it did not end within %s\n%s", patience, p.log)
		return nil
	}
}

// Stop asks it to end as Ctrl-C does, and returns how it ended.
func (p *Process) Stop() error {
	p.t.Helper()
	p.Signal(syscall.SIGINT)
	return p.Wait()
}

// Kill ends it without a chance to do anything more, and waits until it is gone.
// One that has ended is left so.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// Get reads a path with the administrator's token.
func (p *Process) Get(ctx context.Context, path string) (int, []byte) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Base+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode, body
}
