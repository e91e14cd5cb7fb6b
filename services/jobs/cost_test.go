package jobs_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/jobs"
)

// commits counts the transactions in SQLite's write-ahead log, each of which was
// synced to the disk: they end with a frame that holds the size of the database
// (https://sqlite.org/fileformat2.html#the_write_ahead_log). A frame with another
// salt is left over from before the log began anew.
func commits(t *testing.T, dir string) int {
	t.Helper()
	log, err := os.ReadFile(filepath.Join(dir, store.FileName+"-wal"))
	if err != nil {
		t.Fatal(err)
	}
	const header, frameHeader = 32, 24
	size, salt := frameHeader+int(binary.BigEndian.Uint32(log[8:])), log[16:24]
	n := 0
	for at := header; at+size <= len(log) && bytes.Equal(log[at+8:at+16], salt); at += size {
		if binary.BigEndian.Uint32(log[at+4:]) != 0 {
			n++
		}
	}
	return n
}

// onDisk returns a migrated SQLite database and the directory it is in.
func onDisk(t *testing.T) (*store.Store, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Options{DataDir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, dir
}

// That a run began has to be known before it does anything, and how it ended
// afterwards. The lease lasts for many runs.
func TestARunWithNothingToDoCostsTwoTransactions(t *testing.T) {
	t.Parallel()
	s, dir := onDisk(t)
	r := replica(t, s, "a", job(func(context.Context) (jobs.Result, error) { return nil, nil }), func(p *jobs.Parts) { p.LeaseTTL = time.Hour })
	r.Tick("sweep", start) // takes the lease
	before := commits(t, dir)
	const times = 10
	for n := range times {
		r.Tick("sweep", start.Add(time.Duration(n+1)*5*time.Second))
	}
	if got := commits(t, dir) - before; got != 2*times {
		t.Errorf("%d runs cost %d transactions, want 2 for each", times, got)
	}
	if got := runs(t, r); len(got) != times+1 {
		t.Errorf("%d runs are recorded, want %d", len(got), times+1)
	}
}

func TestALeaseThatIsNoLongerYoungIsRenewedByTheNextRun(t *testing.T) {
	t.Parallel()
	s, _ := onDisk(t)
	r := replica(t, s, "a", job(func(context.Context) (jobs.Result, error) { return nil, nil }), func(p *jobs.Parts) { p.LeaseTTL = 3 * time.Second })
	lease := func() jobs.Lease {
		leases, err := s.Jobs().Leases(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return leases["sweep"]
	}
	r.Tick("sweep", start)
	first := lease()
	for n := 1; !lease().ExpiresAt.After(first.ExpiresAt); n++ {
		if left := time.Until(first.ExpiresAt); left < 0 {
			t.Fatal("the lease expired before a run renewed it")
		}
		r.Tick("sweep", start.Add(time.Duration(n)*5*time.Second))
	}
	if got := lease(); got.Epoch != 1 || got.Holder != first.Holder {
		t.Errorf("renewed is %+v, want the epoch and the holder of %+v", got, first)
	}
}

func TestARunUnderALeaseThatAnotherTookDoesNotBegin(t *testing.T) {
	t.Parallel()
	s, _ := onDisk(t)
	ran := 0
	r := replica(t, s, "a", job(func(context.Context) (jobs.Result, error) { ran++; return nil, nil }))
	r.Tick("sweep", start)
	// It expires by the database's clock alone, and another takes it for a moment.
	if err := s.Jobs().ReleaseLease(t.Context(), "sweep", 1); err != nil {
		t.Fatal(err)
	}
	taken, err := s.Jobs().TakeLease(t.Context(), "sweep", "another", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	r.Tick("sweep", start.Add(5*time.Second))
	r.Tick("sweep", start.Add(10*time.Second))
	if ran != 1 || len(runs(t, r)) != 1 {
		t.Errorf("it ran %d times, want once", ran)
	}
	if err := s.Jobs().ReleaseLease(t.Context(), "sweep", taken.Epoch); err != nil {
		t.Fatal(err)
	}
	r.Tick("sweep", start.Add(15*time.Second)) // asks for it again at once
	if all := runs(t, r); ran != 2 || len(all) != 2 || all[1].Epoch != taken.Epoch+1 {
		t.Errorf("it ran %d times: %+v", ran, all)
	}
}

// It expires by the database's clock alone: this process' own stood still while the
// machine was suspended, or it was given up and the reply to that was lost. Whoever
// comes may take it at once.
func TestARunUnderALeaseThatExpiredTakesItAnew(t *testing.T) {
	t.Parallel()
	storetest.Each(t, runUnderAnExpiredLease)
}

func runUnderAnExpiredLease(t *testing.T, s *store.Store) {
	var stolen error
	r := replica(t, s, "a", job(func(ctx context.Context) (jobs.Result, error) {
		_, stolen = s.Jobs().TakeLease(ctx, "sweep", "another", time.Hour)
		return nil, nil
	}))
	r.Tick("sweep", start)
	if err := s.Jobs().ReleaseLease(t.Context(), "sweep", 1); err != nil {
		t.Fatal(err)
	}
	stolen = nil
	r.Tick("sweep", start.Add(5*time.Second))
	if e := fault.As(stolen); e == nil || e.Code != "lease_held" {
		t.Errorf("another that wanted the lease while the job ran got %v, want lease_held", stolen)
	}
	if all := runs(t, r); len(all) != 2 || all[1].Epoch != 2 || all[1].State != jobs.Succeeded {
		t.Errorf("runs %+v, want the second under a lease taken anew", all)
	}
}
