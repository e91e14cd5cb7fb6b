package durable_test

import (
	"database/sql"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/ent/store"
)

// TestAFullDiskStopsWritingAndNothingElse fills the disk under the database:
// what is written is refused with 507, what is read is answered, and nothing that
// was acknowledged is lost; once there is room again, writing goes on by itself.
func TestAFullDiskStopsWritingAndNothingElse(t *testing.T) {
	t.Parallel()
	onSmallDisk(t, "24m", stopsWriting)
}

func stopsWriting(t *testing.T, dir string) {
	dice := newDice(t)
	p := process.Start(t, process.Options{Dir: dir, Env: busy})
	c := newCaller(p)
	before := c.list(t, "/v1/audit")
	w := newWriter("a", dice)
	refusals := map[string]int{"storage_full": http.StatusInsufficientStorage}
	write := func(until func() bool) {
		t.Helper()
		if err := w.workUntil(t.Context(), c, refusals, until); err != nil {
			t.Fatalf("%v\n%s", err, p.Log())
		}
	}
	for range times(2, 10) {
		enough := w.pushed + 50
		write(func() bool { return w.pushed >= enough })
		full := filepath.Join(dir, "filler")
		fill(t, full)
		// What there is of the write-ahead log is written over first.
		refused := w.refused["storage_full"]
		write(func() bool { return w.refused["storage_full"] >= refused+20 })
		w.checkFresh(t, c)
		w.checkAll(t, c)
		for _, path := range []string{"/healthz", "/readyz", "/v1/audit", "/v1/services", "/v1/jobs"} {
			c.get(t, path)
		}
		if err := os.Remove(full); err != nil {
			t.Fatal(err)
		}
		again := w.pushed + 20
		write(func() bool { return w.pushed >= again })
	}
	w.finish(t, c)
	checkAudit(t, c, before, []*writer{w})
	checkStatuses(t, c, []*writer{w})
	w.checkAll(t, c)
	if err := p.Terminate(); err != nil {
		t.Errorf("it ended with %v\n%s", err, p.Log())
	}
	checkIntegrity(t, filepath.Join(dir, "data", store.FileName))
	t.Logf("%d writes refused; acknowledged: %d services, %d SLOs, %d pushes", w.refused["storage_full"], len(w.services), len(w.slos), w.pushed)
}

// TestItStartsOnAFullDisk lets a supervisor start it again while nothing can be
// written: reading is answered as before.
func TestItStartsOnAFullDisk(t *testing.T) {
	t.Parallel()
	onSmallDisk(t, "24m", startsFull)
}

func startsFull(t *testing.T, dir string) {
	options := process.Options{Dir: dir, Env: []string{"EVENKEEL_LOG_LEVEL=warn"}}
	p := process.Start(t, options)
	// Its leases cannot be given up then, which is no reason to end badly.
	if a, err := newCaller(p).do(t.Context(), "POST", "/v1/jobs/evaluate-budgets/runs", "", nil); err != nil || a.status != 201 {
		t.Fatalf("run a job: %d, %v", a.status, err)
	}
	fill(t, filepath.Join(dir, "filler"))
	if err := p.Terminate(); err != nil {
		t.Fatalf("it ended with %v\n%s", err, p.Log())
	}
	// It gave the room free that it needs to read: the index of its write-ahead log.
	c := newCaller(process.Start(t, options))
	if services := c.list(t, "/v1/services"); len(services) != 1 {
		t.Errorf("it shows %d services, want its own", len(services))
	}
}

// unsharedVariable is set where a test runs in name spaces of its own.
const unsharedVariable = "EVENKEEL_TEST_UNSHARED"

// onSmallDisk runs a test with a directory on a file system of that size, in
// memory. To mount one takes root, or name spaces of one's own; where neither is
// to be had the test is skipped, and fails in CI.
func onSmallDisk(t *testing.T, size string, do func(t *testing.T, dir string)) {
	t.Helper()
	dir := t.TempDir()
	said, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size+",mode=0700", "tmpfs", dir).CombinedOutput()
	if err == nil {
		t.Cleanup(func() {
			if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
				t.Errorf("umount: %v %s", err, out)
			}
		})
		do(t, dir)
		return
	}
	if os.Getenv(unsharedVariable) == "" && exec.Command("unshare", "-Urm", "true").Run() == nil {
		again := exec.CommandContext(t.Context(), "unshare", "-Urm", os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		again.Env = append(os.Environ(), unsharedVariable+"=1")
		out, err := again.CombinedOutput()
		if t.Logf("%s", out); err != nil {
			t.Errorf("in name spaces of its own: %v", err)
		}
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("a run that counts needs a small disk, and mount says: %v %s", err, said)
	}
	t.Skipf("mount says: %v %s: A FULL DISK IS NOT TESTED (run it as root)", err, said)
}

// fill writes a file until there is no room left, not for a byte.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err = f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
}

// checkIntegrity has SQLite look through the whole file of a program that ended.
func checkIntegrity(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, check := range []string{"PRAGMA integrity_check", "SELECT coalesce((SELECT \"table\" FROM pragma_foreign_key_check), 'ok')"} {
		var said string
		if err := db.QueryRowContext(t.Context(), check).Scan(&said); err != nil || said != "ok" {
			t.Errorf("%s: %s (%v)", check, said, err)
		}
	}
}
