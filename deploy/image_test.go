package deploy

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/deploy/containerfile"
)

// container is an empty directory that a program sees as the whole of a file system, as
// it does in a container from scratch.
type container struct {
	containerfile.Image
	root     string
	uid, gid uint32
}

// built runs the commands of the image's first stage, once for all tests, and returns
// the directory that takes the place of /out.
var built = sync.OnceValues(func() (string, error) {
	out, err := os.MkdirTemp("", "evenkeel-image-")
	if err != nil {
		return "", err
	}
	i, err := parseContainerfile()
	if err != nil {
		return out, err
	}
	for _, run := range i.Runs {
		if run == "go mod download" {
			continue // go build does it
		}
		cmd := exec.Command("sh", "-euc", strings.ReplaceAll(run, "/out/", out+"/"))
		cmd.Dir = ".."
		cmd.Env = append(os.Environ(), "LDFLAGS=")
		if text, err := cmd.CombinedOutput(); err != nil {
			return out, fmt.Errorf("%s: %w\n%s", run, err, text)
		}
	}
	return out, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if os.Getuid() == 0 { // for nobody else anything was built
		if out, _ := built(); out != "" {
			_ = os.RemoveAll(out)
		}
	}
	os.Exit(code)
}

// build makes the program with the image's own command, and copies what the image copies.
func build(t *testing.T) container {
	t.Helper()
	if os.Getuid() != 0 {
		without(t, "only root may put a program into a directory of its own")
	}
	c := container{Image: readContainerfile(t), root: t.TempDir()}
	if _, err := fmt.Sscanf(c.User, "%d:%d", &c.uid, &c.gid); err != nil {
		t.Fatal(err)
	}
	out, err := built()
	if err != nil {
		t.Fatal(err)
	}
	for _, copied := range c.Copies {
		from := strings.Replace(copied.From, "/out/", out+"/", 1)
		to := filepath.Join(c.root, copied.To)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		text, err := exec.CommandContext(t.Context(), "cp", "-rL", from, to).CombinedOutput()
		if err != nil && !strings.HasPrefix(copied.From, "/out/") {
			t.Logf("%s is left out: the machine has none", from) // certificates: nothing here is spoken to by TLS
			continue
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if copied.Owner == c.User {
			if err := os.Chown(to, int(c.uid), int(c.gid)); err != nil {
				t.Fatal(err)
			}
		}
	}
	// A directory that root alone may enter is of no use to another user.
	if err := os.Chmod(c.root, 0o755); err != nil {
		t.Fatal(err)
	}
	return c
}

// command runs something of the image, as its user, with its variables and no others but those given.
func (c container) command(ctx context.Context, words []string, variables ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = c.Workdir
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Chroot:     c.root,
		Credential: &syscall.Credential{Uid: c.uid, Gid: c.gid},
	}
	cmd.Env = []string{}
	for name, value := range c.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Env = append(cmd.Env, variables...)
	return cmd
}

// server is a started program of the image.
type server struct {
	cmd   *exec.Cmd
	log   *bytes.Buffer
	link  string // that signs in
	base  string
	ended chan error
}

// serve starts it on a free port of this machine, and waits for its welcome.
func (c container) serve(t *testing.T, variables ...string) *server {
	t.Helper()
	s := &server{log: &bytes.Buffer{}, ended: make(chan error, 1)}
	s.cmd = c.command(context.WithoutCancel(t.Context()), append(slices.Clone(c.Entry), c.Command...), append(variables, "EVENKEEL_LISTEN=127.0.0.1:0")...)
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	links := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			for word := range strings.FieldsSeq(lines.Text()) {
				if strings.Contains(word, "/signin?code=") {
					links <- word
				}
			}
		}
		s.ended <- s.cmd.Wait()
	}()
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	select {
	case s.link = <-links:
	case err := <-s.ended:
		t.Fatalf("it ended before it served: %v\n%s", err, s.log)
	case <-time.After(time.Minute):
		t.Fatal("it said nothing for a minute")
	}
	s.base, _, _ = strings.Cut(s.link, "/signin?")
	return s
}

// stop asks it to end as an engine does, and waits until it has.
func (s *server) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-s.ended:
		if err != nil {
			t.Errorf("after SIGTERM: %v\n%s", err, s.log)
		}
	case <-time.After(time.Minute):
		t.Error("it did not end within a minute after SIGTERM")
	}
}

// fetch reads a page, as whoever has the token, if any is given.
func fetch(t *testing.T, client *http.Client, url, token string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode, string(body)
}

func TestTheImagesProgramRunsWithNothingElse(t *testing.T) {
	t.Parallel()
	c := build(t)
	s := c.serve(t)

	health := append(slices.Clone(c.Health.Command), "--url", s.base+"/healthz")
	if text, err := c.command(t.Context(), health).CombinedOutput(); err != nil {
		t.Errorf("the health check of the image: %v\n%s", err, text)
	}
	health[len(health)-1] = s.base + "/nothing-here"
	if err := c.command(t.Context(), health).Run(); err == nil {
		t.Error("the health check calls well what answers 404")
	}

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	if status, page := fetch(t, browser, s.link, ""); status != http.StatusOK || !strings.Contains(page, "</html>") {
		t.Errorf("the sign-in link leads to %d\n%.300s", status, page)
	}
	if status, page := fetch(t, browser, s.base+"/", ""); status != http.StatusOK || !strings.Contains(page, "Evenkeel") {
		t.Errorf("whoever signed in sees %d\n%.300s", status, page)
	}

	token := filepath.Join(c.root, "data", "admin-token")
	about, err := os.Stat(token)
	if err != nil {
		t.Fatal(err)
	}
	if owner := about.Sys().(*syscall.Stat_t).Uid; about.Mode().Perm() != 0o600 || owner != c.uid {
		t.Errorf("the token's file is %v and of %d, want of %d alone", about.Mode(), owner, c.uid)
	}
	administrator := strings.TrimSpace(read(t, token))
	printed, err := c.command(t.Context(), []string{c.Entry[0], "token", "--first"}).Output()
	if err != nil || strings.TrimSpace(string(printed)) != administrator {
		t.Errorf("beside the server token --first prints %q, %v", printed, err)
	}
	if status, body := fetch(t, http.DefaultClient, s.base+"/v1/services", administrator); status != http.StatusOK || !strings.Contains(body, `"evenkeel"`) {
		t.Errorf("with the token /v1/services answers %d\n%.300s", status, body)
	}
	status, metrics := fetch(t, http.DefaultClient, s.base+"/metrics", "")
	if status != http.StatusOK || !strings.Contains(metrics, "evenkeel_http_requests_total") {
		t.Errorf("/metrics answers %d", status)
	}
	t.Run("its metrics keep to the rules of Prometheus", func(t *testing.T) {
		cmd := exec.CommandContext(t.Context(), promtool(t), "check", "metrics")
		cmd.Stdin = strings.NewReader(metrics)
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	})

	s.stop(t)
	// Nothing was written beside the volume.
	entries, err := os.ReadDir(c.root)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != "data etc evenkeel" {
		t.Errorf("the image's root holds %s", got)
	}
}
