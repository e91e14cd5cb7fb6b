package process

import (
	"bufio"
	"errors"
	"fmt"
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

	"github.com/evenkeel/evenkeel/openapi/client"
)

// patience is how long a process may take to start or to end.
const patience = time.Minute

// Options say how to start the program.
type Options struct {
	// Dir is the working directory; empty means one of the test's own. The data
	// directory is "data" in it, unless Args or Env say otherwise.
	Dir string
	// Database is the URL of a PostgreSQL database; empty means SQLite.
	Database string
	// Token is the administrator's; empty means the one in the data directory.
	Token string
	// Env has further variables of the environment, as "NAME=value".
	Env []string
	// Args come after "serve".
	Args []string
}

// Process is the program, running.
type Process struct {
	t      testing.TB
	dir    string
	base   string
	signin string
	token  string
	cmd    *exec.Cmd
	log    tail
	ended  chan struct{}
	err    error // how it ended; to be read once ended is closed
}

// Start runs "evenkeel serve" on a free port of the loopback interface and
// returns once it serves. It is killed when the test ends.
func Start(t testing.TB, o Options) *Process {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	p := &Process{t: t, dir: o.Dir, token: o.Token, ended: make(chan struct{})}
	p.cmd = exec.Command(Build(t), append([]string{"serve", "--listen", "127.0.0.1:0"}, o.Args...)...)
	p.cmd.Dir, p.cmd.Stderr = o.Dir, &p.log
	// Tests send more at once than the quota of a caller lets through.
	p.cmd.Env = append(os.Environ(), "EVENKEEL_CONFIG=", "EVENKEEL_DATABASE_URL="+o.Database, "EVENKEEL_LIMITS_REQUESTS_PER_SECOND=0")
	p.cmd.Env = append(p.cmd.Env, o.Env...)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	welcome := make(chan string, 1)
	go func() {
		var all strings.Builder
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			all.WriteString(lines.Text() + "\n")
			if strings.Contains(lines.Text(), "Token") { // the last of its lines
				welcome <- all.String()
			}
		}
		_, _ = io.Copy(io.Discard, out)
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.Kill)
	select {
	case text := <-welcome:
		p.readWelcome(text)
	case <-p.ended:
		t.Fatalf("it ended before it served: %v\n%s", p.err, &p.log)
	case <-time.After(patience):
		t.Fatalf("it did not serve within %s\n%s", patience, &p.log)
	}
	return p
}

// At is what serves at the address in the process of the test itself: it can be
// asked as any other, but is neither signalled nor waited for.
func At(t testing.TB, base, token string) *Process {
	return &Process{t: t, base: base, token: token}
}

// readWelcome finds the address in what the program prints for people, and the
// token where the program keeps it.
func (p *Process) readWelcome(text string) {
	p.t.Helper()
	for word := range strings.FieldsSeq(text) {
		if strings.Contains(word, "/signin?code=") {
			p.signin = word
		}
		if before, found := strings.CutSuffix(word, "/docs"); found {
			p.base = before
		}
	}
	if p.token != "" {
		return
	}
	token, err := os.ReadFile(filepath.Join(p.dir, "data", "admin-token"))
	if err != nil {
		p.t.Fatal(err)
	}
	p.token = strings.TrimSpace(string(token))
}

// Dir is its working directory.
func (p *Process) Dir() string { return p.dir }

// Base is its address, such as "http://127.0.0.1:41234".
func (p *Process) Base() string { return p.base }

// SignIn is the link that signs the administrator in, once.
func (p *Process) SignIn() string { return p.signin }

// Token is the administrator's token.
func (p *Process) Token() string { return p.token }

// PID is its process's number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Log is the end of what it wrote to standard error.
func (p *Process) Log() string { return p.log.String() }

// Client returns a client of its API, with the administrator's token.
func (p *Process) Client() *client.Client {
	p.t.Helper()
	c, err := client.New(p.base, client.WithToken(p.token), client.WithoutRetries())
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

// Get reads a path with the administrator's token.
func (p *Process) Get(path string) (status int, body []byte) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.base+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err = io.ReadAll(res.Body); err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode, body
}

// Kill ends it at once, as a power cut does, and returns when it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
}

// Terminate asks it to end, as a supervisor does, and returns how it ended.
func (p *Process) Terminate() error {
	p.t.Helper()
	p.Signal(syscall.SIGTERM)
	return p.Wait()
}

// Signal sends it a signal.
func (p *Process) Signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// Stall stops it as it stands, and returns once none of its threads runs any more.
// It goes on at a SIGCONT.
func (p *Process) Stall() {
	p.t.Helper()
	if err := Stall(p.PID()); err != nil {
		p.t.Fatal(err)
	}
}

// Stall stops a process that this one started, and returns once it has stopped: the
// signal alone lets it run on until the machine comes to each of its threads.
func Stall(pid int) error {
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return fmt.Errorf("stop process %d: %w", pid, err)
	}
	for {
		var status syscall.WaitStatus
		switch _, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil); {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return fmt.Errorf("wait until process %d has stopped: %w", pid, err)
		case !status.Stopped():
			return fmt.Errorf("process %d ended before it stopped: status %d", pid, status)
		default:
			return nil
		}
	}
}

// Wait returns how it ended, once it has.
func (p *Process) Wait() error {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatalf("it did not end within %s\n%s", patience, &p.log)
	}
	return p.err
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const longestTail = 64 << 10

func (l *tail) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, b...)
	if len(l.text) > 2*longestTail {
		l.text = append([]byte(nil), l.text[len(l.text)-longestTail:]...)
	}
	return len(b), nil
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}
