package durable_test

import (
	"context"
	"database/sql"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
)

// TestNothingAcknowledgedIsLostWhenTheProcessIsKilled kills the program at
// moments that the dice choose, while clients write. After each restart
// everything that was acknowledged is there as it was acknowledged, and what was
// under way is there whole or not at all; in the end each status is what follows
// from the slots, and the audit has one entry for each change.
func TestNothingAcknowledgedIsLostWhenTheProcessIsKilled(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		killed(t, "", times(8, 300))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		killed(t, storetest.PostgresURL(t), times(3, 50))
	})
}

func killed(t *testing.T, database string, kills int) {
	dice := newDice(t)
	options := process.Options{Dir: t.TempDir(), Database: database, Env: busy}
	p := process.Start(t, options)
	c := newCaller(p)
	before := c.list(t, "/v1/audit")
	writers := make([]*writer, 4)
	for i := range writers {
		writers[i] = newWriter(string(rune('a'+i)), dice)
	}
	unknown := 0
	for n := range kills {
		var working sync.WaitGroup
		for _, w := range writers {
			working.Go(func() {
				if err := w.work(t.Context(), c, nil); err != nil {
					t.Error(err)
				}
			})
		}
		<-time.After(between(dice, 20*time.Millisecond, 700*time.Millisecond))
		p.Kill()
		working.Wait()
		if database != "" {
			waitForBackends(t, database)
		}
		if n == kills-1 {
			releaseLeases(t, options)
		}
		p = process.Start(t, options)
		c.turnTo(p.Base())
		for _, w := range writers {
			if w.making != nil || w.pushing != nil {
				unknown++
			}
			w.checkFresh(t, c)
		}
		if t.Failed() {
			t.Fatalf("the log of the last process:\n%s", p.Log())
		}
	}
	services, slos, pushes := 0, 0, 0
	for _, w := range writers {
		w.finish(t, c)
		services, slos, pushes = services+len(w.services), slos+len(w.slos), pushes+w.pushed
	}
	checkAudit(t, c, before, writers)
	if all := c.list(t, "/v1/services"); len(all) != services+1 {
		t.Errorf("%d services are there, want %d and its own", len(all), services)
	}
	checkStatuses(t, c, writers)
	for _, w := range writers {
		w.checkAll(t, c)
	}
	t.Logf("%d kills, %d requests under way; acknowledged: %d services, %d SLOs, %d pushes", kills, unknown, services, slos, pushes)
}

// waitForBackends waits until PostgreSQL has done what the process had sent before
// it was killed: a commit may still be on its way.
func waitForBackends(t *testing.T, database string) {
	t.Helper()
	db, err := sql.Open("pgx", database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	eventually(t, 30*time.Second, "nobody uses the database", func() bool {
		var others int
		err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`).Scan(&others)
		if err != nil {
			t.Fatal(err)
		}
		return others == 0
	})
}

// releaseLeases has the minute pass for which a job is its holder's that was
// killed: it is of no interest here, and would be waited for.
func releaseLeases(t *testing.T, o process.Options) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: o.Database, DataDir: filepath.Join(o.Dir, "data")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	leases, err := s.Jobs().Leases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, lease := range leases {
		if err := s.Jobs().ReleaseLease(t.Context(), name, lease.Epoch); err != nil {
			t.Fatal(err)
		}
	}
}

// finish has what is under way done.
func (w *writer) finish(t *testing.T, c *caller) {
	t.Helper()
	if w.making == nil && w.pushing == nil {
		return
	}
	a, err := w.step(t.Context(), c)
	if err != nil || !a.acknowledged() {
		t.Fatalf("%s: what was under way cannot be repeated: %v %s", w.name, err, a)
	}
	w.acknowledge(a)
}

// TestAFirstStartThatIsKilledIsBegunAnew kills the program while it makes its
// database: whatever was made then, the next start has all that an installation
// begins with, and a token that works.
func TestAFirstStartThatIsKilledIsBegunAnew(t *testing.T) {
	t.Parallel()
	dice := newDice(t)
	binary := process.Build(t)
	for range times(3, 50) {
		dir := t.TempDir()
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), between(dice, time.Millisecond, 250*time.Millisecond))
			first := exec.CommandContext(ctx, binary, "serve", "--listen", "127.0.0.1:0") // killed when ctx ends
			first.Dir = dir
			_ = first.Run() // it was killed, or not, as the dice fell
			cancel()
		}
		p := process.Start(t, process.Options{Dir: dir})
		c := newCaller(p)
		if slos := c.list(t, "/v1/services/evenkeel/slos"); len(slos) != 2 {
			t.Errorf("it has %d SLOs of its own, want 2", len(slos))
		}
		if policies := c.list(t, "/v1/budget-policies"); len(policies) != 1 {
			t.Errorf("it begins with %d policies, want 1", len(policies))
		}
		p.Kill()
	}
}
