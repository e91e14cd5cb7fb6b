package durable_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/ent/store"
)

// serverVariable is the environment variable with the directory of the programs
// of a PostgreSQL server.
const serverVariable = "EVENKEEL_TEST_POSTGRES_BIN"

// server is a PostgreSQL of the test's own, which waits for the disk as one does
// that is in earnest.
type server struct {
	t     *testing.T
	bin   string
	dir   string
	port  int
	owner *syscall.Credential
	url   string
	cmd   *exec.Cmd
	ended chan struct{}
}

// startServer makes a server with a migrated database.
func startServer(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, bin: os.Getenv(serverVariable)}
	if s.bin == "" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not set: a run that counts needs the programs of PostgreSQL", serverVariable)
		}
		t.Skipf("%s is not set: A POSTGRESQL THAT IS KILLED IS NOT TESTED", serverVariable)
	}
	s.makeDirectory()
	password := rand.Text()
	secret := filepath.Join(s.dir, "password")
	s.own(os.WriteFile(secret, []byte(password), 0o600), secret)
	out, err := s.command("initdb", "-D", filepath.Join(s.dir, "data"), "-U", "evenkeel", "--pwfile="+secret,
		"--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	// Below the ports that the system gives to connections: it has to be free again
	// when the server is started after it was killed.
	eventually(t, 10*time.Second, "a port is free", func() bool {
		s.port = 20_000 + mathrand.IntN(12_000)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)))
		return err == nil && l.Close() == nil
	})
	s.url = fmt.Sprintf("postgres://evenkeel:%s@127.0.0.1:%d/postgres?sslmode=disable", password, s.port)
	t.Cleanup(func() {
		if s.cmd != nil {
			s.kill()
		}
	})
	s.start()
	db, err := store.Open(t.Context(), store.Options{URL: s.url})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// makeDirectory makes the server's directory, which belongs to the user that it
// runs as: PostgreSQL refuses to run as root, and a test's own temporary directory
// may be entered by nobody else.
func (s *server) makeDirectory() {
	s.t.Helper()
	var err error
	if s.dir, err = os.MkdirTemp(enterable(), "evenkeel-postgres-"); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { os.RemoveAll(s.dir) })
	if os.Getuid() != 0 {
		return
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		who, err = user.Lookup("nobody")
	}
	if err != nil {
		s.t.Fatalf("nobody is there to run PostgreSQL as: %v", err)
	}
	uid, _ := strconv.ParseUint(who.Uid, 10, 32) // numbers on Unix, which this is: there is a root
	gid, _ := strconv.ParseUint(who.Gid, 10, 32)
	s.owner = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	s.own(nil, s.dir)
}

// enterable is a directory for temporary files that every user may enter.
func enterable() string {
	for dir := os.TempDir(); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return "/tmp"
		}
		if dir == filepath.Dir(dir) {
			return os.TempDir()
		}
	}
}

// own gives a file that was made to the server's user.
func (s *server) own(err error, path string) {
	s.t.Helper()
	if err == nil && s.owner != nil {
		err = os.Chown(path, int(s.owner.Uid), int(s.owner.Gid))
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.owner}
	return cmd
}

// start starts the server, or starts it again, and waits until it answers.
func (s *server) start() {
	s.t.Helper()
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	// One that was killed may leave children behind that are on their way out, and
	// whose memory keeps a new one from starting.
	eventually(s.t, time.Minute, "PostgreSQL starts", func() bool {
		s.cmd = s.command("postgres", "-D", filepath.Join(s.dir, "data"), "-p", strconv.Itoa(s.port),
			"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "shared_buffers=16MB",
			"-c", "fsync=on", "-c", "synchronous_commit=on")
		s.cmd.Stdout, s.cmd.Stderr = log, log
		if err := s.cmd.Start(); err != nil {
			s.t.Fatal(err)
		}
		cmd, ended := s.cmd, make(chan struct{})
		s.ended = ended
		go func() {
			_ = cmd.Wait() // its end is told by its log
			close(ended)
		}()
		for {
			if s.answers() {
				return true
			}
			select {
			case <-ended:
				return false
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
}

func (s *server) answers() bool {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Second)
	defer cancel()
	db, err := store.Open(ctx, store.Options{URL: s.url})
	if err != nil {
		return false
	}
	return db.Close() == nil
}

// kill ends the server and its children at once.
func (s *server) kill() {
	s.signal(syscall.SIGKILL)
	<-s.ended
}

// stall stops the server, and then its children: once it is stopped it makes no
// more of them.
func (s *server) stall(t *testing.T) {
	t.Helper()
	if err := process.Stall(s.cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	s.signal(syscall.SIGSTOP)
}

// signal sends a signal to the server and its children.
func (s *server) signal(what syscall.Signal) {
	pids := children(s.cmd.Process.Pid)
	_ = s.cmd.Process.Signal(what) // it may have ended, and its children with it
	for _, pid := range pids {
		_ = syscall.Kill(pid, what)
	}
}

// children lists the processes that a process has started. Where there is no
// /proc they are not found, and end by themselves once they miss their parent.
func children(of int) []int {
	var pids []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is right
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		// "pid (name) state parent …": the name may hold anything, blanks too.
		_, rest, _ := bytes.Cut(text[bytes.LastIndexByte(text, ')')+1:], []byte(" "))
		fields := strings.Fields(string(rest))
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err == nil && len(fields) > 1 && fields[1] == strconv.Itoa(of) {
			pids = append(pids, pid)
		}
	}
	return pids
}
