package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/openapi/client"
)

// runIn runs a command of the program beside whatever runs.
func runIn(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), process.Build(t), args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Teams are made without pause while backups are written. Whatever was acknowledged before one
// was asked for is there after it was restored elsewhere, reads as it did, and goes on.
func TestWhatWasAcknowledgedBeforeABackupIsThereAfterItIsRestored(t *testing.T) {
	t.Parallel()
	backups := filepath.Join(t.TempDir(), "backups")
	served := process.Start(t, process.Options{Env: []string{"EVENKEEL_BACKUP_DIR=" + backups, "EVENKEEL_BACKUP_KEEP=2"}})
	var mu sync.Mutex
	var acknowledged []string
	stop := make(chan struct{})
	var writers sync.WaitGroup
	defer writers.Wait()
	halt := sync.OnceFunc(func() { close(stop) })
	defer halt()
	for w := range 3 {
		writers.Go(func() {
			c := served.Client()
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				slug := fmt.Sprintf("team-%d-%d", w, n)
				if _, err := c.CreateTeam(t.Context(), nil, client.TeamInput{Slug: slug, Name: slug}); err != nil {
					t.Errorf("make a team during a backup: %v", err)
					return
				}
				mu.Lock()
				acknowledged = append(acknowledged, slug)
				mu.Unlock()
			}
		})
	}
	var before []string
	for range 3 { // one more than are kept
		mu.Lock()
		before = append([]string(nil), acknowledged...)
		mu.Unlock()
		if run, err := served.Client().RunJob(t.Context(), "back-up"); err != nil || run.State != "succeeded" {
			t.Fatalf("back up: %v %+v", err, run)
		}
	}
	halt()
	writers.Wait()
	if len(before) == 0 {
		t.Fatal("nothing was acknowledged before the last backup")
	}
	files, err := filepath.Glob(filepath.Join(backups, "*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("the backups are %v, %v; want the newest two", files, err)
	}
	newest := files[len(files)-1]
	if about, err := os.Stat(newest); err != nil || about.Mode().Perm() != 0o600 {
		t.Errorf("the backup is %v, %v; want it for its owner alone", about.Mode(), err)
	}

	// The one that serves is in nobody's way, and its own directory is refused.
	if out, err := runIn(t, served.Dir(), "restore", newest); err == nil || !strings.Contains(out, "there is a database in") {
		t.Errorf("a database is written over: %v %s", err, out)
	}
	elsewhere := t.TempDir()
	if out, err := runIn(t, elsewhere, "restore", newest); err != nil {
		t.Fatalf("restore: %v %s", err, out)
	}
	restored := process.Start(t, process.Options{Dir: elsewhere, Token: served.Token()})
	for _, slug := range before {
		status, was := served.Get("/v1/teams/" + slug)
		again, is := restored.Get("/v1/teams/" + slug)
		if status != 200 || again != 200 || !bytes.Equal(was, is) {
			t.Fatalf("%s was %d %s, and is %d %s", slug, status, was, again, is)
		}
	}
	for _, path := range []string{"/v1/services/evenkeel", "/v1/scorecards"} {
		_, was := served.Get(path)
		if _, is := restored.Get(path); !bytes.Equal(was, is) {
			t.Errorf("%s was %s, and is %s", path, was, is)
		}
	}
	if _, err := restored.Client().CreateTeam(t.Context(), nil, client.TeamInput{Slug: "afterwards", Name: "Afterwards"}); err != nil {
		t.Errorf("nothing can be written after it was restored: %v", err)
	}
	if run, err := restored.Client().RunJob(t.Context(), "evaluate-budgets"); err != nil || run.State != "succeeded" {
		t.Errorf("jobs do not go on after it was restored: %v %+v", err, run)
	}
}

func TestADamagedBackupIsNotRestored(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	served := process.Start(t, process.Options{Dir: dir, Env: []string{"EVENKEEL_BACKUP_DIR=" + filepath.Join(dir, "backups")}})
	if run, err := served.Client().RunJob(t.Context(), "back-up"); err != nil || run.State != "succeeded" {
		t.Fatalf("back up: %v %+v", err, run)
	}
	files, err := filepath.Glob(filepath.Join(dir, "backups", "*.db"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	overwritten := bytes.Clone(whole)
	for i := range 64 << 10 { // pages of tables in the middle
		overwritten[len(whole)/2+i] = 0xff
	}
	for name, content := range map[string][]byte{"cut off": whole[:len(whole)/2], "overwritten": overwritten, "something else": []byte("what is this?\n")} {
		bad, at := filepath.Join(t.TempDir(), "backup.db"), t.TempDir()
		if err := os.WriteFile(bad, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := runIn(t, at, "restore", bad); err == nil || !strings.Contains(out, "damaged") {
			t.Errorf("%s: %v %s", name, err, out)
		}
		if left, err := filepath.Glob(filepath.Join(at, "data", "*")); err != nil || len(left) > 0 {
			t.Errorf("%s: it left %v, %v", name, left, err)
		}
	}
}
