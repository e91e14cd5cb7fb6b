package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
)

// dialogue runs the program on a terminal of its own, and answers its first question when it is asked:
// nothing where it asks none. Standard output is no terminal, as in "evenkeel apply … | tee".
func dialogue(t *testing.T, environ []string, answer string, args ...string) (code int, stdout, terminal string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), process.Build(t), args...)
	cmd.Env = append(os.Environ(), environ...)
	var out bytes.Buffer
	cmd.Stdout = &out
	of, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = of.Close() }()
	if err := of.SetDeadline(time.Now().Add(time.Minute)); err != nil && !errors.Is(err, os.ErrNoDeadline) {
		t.Fatal(err)
	}
	var said strings.Builder
	answered := false
	for buffer := make([]byte, 4096); ; {
		n, err := of.Read(buffer)
		said.Write(buffer[:n])
		if !answered && strings.HasSuffix(said.String(), " [y/N] ") {
			answered = true
			if _, err := io.WriteString(of, answer); err != nil {
				t.Fatal(err)
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, syscall.EIO) { // how Linux says that nobody has the terminal open
			break
		}
		if err != nil {
			t.Fatalf("%v, after %q", err, said.String())
		}
	}
	if err := cmd.Wait(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), said.String()
}

func TestOnATerminalItIsAskedAndOnlyYesIsDone(t *testing.T) {
	t.Parallel()
	r := process.Start(t, process.Options{Dir: t.TempDir()})
	environ := []string{"EVENKEEL_TOKEN=" + r.Token(), "EVENKEEL_SERVER=" + r.Base()}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "wallet.yaml"), walletTeam+"---\n"+walletService)
	there := func(path string, want int) {
		t.Helper()
		if status, body := r.Get(path); status != want {
			t.Errorf("%s answers %d: %s", path, status, body)
		}
	}
	apply := []string{"apply", dir, "--set", "wallets"}
	remove := []string{"delete", "wallets"}
	const end, interrupt = "\x04", "\x03" // as a terminal takes them: control-D and control-C
	refused := func(args []string, question string, answers ...string) {
		t.Helper()
		for _, answer := range answers {
			code, stdout, said := dialogue(t, environ, answer, args...)
			// A terminal that interrupts throws away what it was given and nobody has seen, and that may be the
			// program's last words already (Linux, n_tty.c: the signal is sent before the buffers are flushed).
			last := answer == interrupt || strings.HasSuffix(said, "\r\nevenkeel: nothing was done\r\n")
			if code != 1 || strings.Contains(stdout, "Done:") || strings.Contains(stdout, "removed") || !strings.Contains(said, question+" [y/N] ") || !last {
				t.Errorf("%q to %s ends with %d: %q and on the terminal %q", answer, args[0], code, stdout, said)
			}
		}
		// A pipe is no terminal, whatever comes through it.
		cmd := exec.CommandContext(t.Context(), process.Build(t), args...)
		cmd.Env, cmd.Stdin = append(os.Environ(), environ...), strings.NewReader("yes\n")
		if said, err := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != 1 || !strings.HasSuffix(string(said), "evenkeel: there is no terminal to ask on: give --yes; nothing was done\n") {
			t.Errorf("%s without a terminal: %v, %s", args[0], err, said)
		}
	}
	refused(apply, "Do this, 2 changes?", "no\n", "\n", "yess\n", end, interrupt)
	there("/v1/services/wallet", 404)
	if code, stdout, said := dialogue(t, environ, "yes\n", apply...); code != 0 || !strings.HasSuffix(stdout, "Done: 2 created, 0 changed, 0 ended; 0 as they should be.\n") || !strings.HasSuffix(said, "Do this, 2 changes? [y/N] yes\r\n") {
		t.Fatalf("yes ends with %d: %q and on the terminal %q", code, stdout, said)
	}
	there("/v1/services/wallet", 200)
	if code, stdout, said := dialogue(t, environ, "", apply...); code != 0 || said != "" { // there is nothing to ask
		t.Errorf("once more ends with %d: %q and on the terminal %q", code, stdout, said)
	}
	refused(append(remove, "--keep"), "Remove the set wallets, and let be what it has?", "n\n", end)
	refused(remove, "Do this, 1 change?", "n\n", interrupt)
	there("/v1/manifest-sets/wallets", 200)
	there("/v1/services/wallet", 200)
	// The note on what no file says any more has no line.
	if code, stdout, said := dialogue(t, environ, "Y\n", remove...); code != 0 || !strings.HasPrefix(said, filepath.Join(dir, "wallet.yaml")+": Team \"wallets\" stays") || !strings.HasSuffix(stdout, "The set wallets is removed.\n") {
		t.Errorf("yes ends with %d: %q and on the terminal %q", code, stdout, said)
	}
	there("/v1/manifest-sets/wallets", 404)
}
