package replicas

import (
	"syscall"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/jobs"
)

// lastRun is the job's newest run.
func lastRun(t *testing.T, s *store.Store) jobs.Run {
	t.Helper()
	last, err := s.Jobs().LastRuns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return last[evaluate]
}

// holdUp has the holder of the lease stand in the middle of a run, at the first
// statement that needs the table, does something to it there, and lets the
// statement go on. It returns that run.
func (f *fleet) holdUp(s *store.Store, table, mode string, do func(p *process.Process)) jobs.Run {
	f.t.Helper()
	_, db := f.look()
	var series string
	var span, start int64
	if err := db.QueryRowContext(f.t.Context(), "SELECT series_id, span_s, start_s FROM segments LIMIT 1").Scan(&series, &span, &start); err != nil {
		f.t.Fatal(err)
	}
	tx, err := db.BeginTx(f.t.Context(), nil)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(f.t.Context(), "LOCK TABLE "+table+" IN "+mode+" MODE"); err != nil {
		f.t.Fatal(err)
	}
	before := lastRun(f.t, s).ID
	// Every run that begins from now on finds a change, reads the segment, and writes
	// a status.
	if _, err := db.ExecContext(f.t.Context(), "INSERT INTO segment_changes (series_id, span_s, start_s) VALUES ($1, $2, $3)", series, span, start); err != nil {
		f.t.Fatal(err)
	}
	// One stands when a session of the program's waits for the table, and it is still
	// the same run much later than any takes: others wait for segments as well.
	const waits = `SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = $1::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
	var run jobs.Run
	var since time.Time
	await(f.t, "a run waits for the table", func() bool {
		var n int
		if err := db.QueryRowContext(f.t.Context(), waits, table).Scan(&n); err != nil {
			f.t.Fatal(err)
		}
		last := lastRun(f.t, s)
		if n == 0 || last.State != jobs.Running || last.ID != run.ID {
			run, since = last, time.Now()
			return false
		}
		if last.ID == before { // it may be slow, and wait for nothing
			return time.Since(since) > 20*time.Second
		}
		return time.Since(since) > 2*time.Second
	})
	do(f.replicas[run.Replica])
	if err := tx.Rollback(); err != nil {
		f.t.Fatal(err)
	}
	return run
}

// The replica stops after it read what is measured and before it writes what
// follows: at its first statement on the segments, outside any transaction, or in
// the transaction that writes statuses, which holds the lease's row. The other
// takes over when the lease has ended, and in the second case when the server has
// ended the transaction. Then the first goes on, with what it read.
func TestAReplicaThatStallsCannotWriteAfterwards(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ table, mode string }{
		"before its transaction": {"segments", "ACCESS EXCLUSIVE"},
		"in its transaction":     {"slo_statuses", "EXCLUSIVE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := open(t, often, "a", "b")
			s, _ := f.look()
			f.furnish(f.replicas["a"])
			f.push(f.replicas["a"], "reporter", f.slot(2, 10, 10))
			var stalled *process.Process
			run := f.holdUp(s, c.table, c.mode, func(p *process.Process) {
				stalled = p
				p.Stall()
			})
			defer stalled.Signal(syscall.SIGCONT)
			_, other := f.other(run.Replica)
			f.push(other, "reporter", f.slot(2, 5, 10)) // corrects what the stalled one read
			f.push(other, "reporter", f.slot(1, 5, 10))
			await(t, "the other replica takes over", func() bool {
				last := lastRun(t, s)
				return last.Replica != run.Replica && last.State == jobs.Succeeded
			})
			took := time.Since(run.StartedAt)
			after := f.status(other)
			if after.Window.Good != 10 || after.Window.Total != 20 {
				t.Errorf("after the takeover: %+v", after.Window)
			}
			stalled.Signal(syscall.SIGCONT)
			// It answers again, and its run has come to its end, when it has run once more
			// of those that it is asked for, which it does not do before.
			asked := must[client.Run](f, stalled, 201, "POST", "/v1/jobs/"+evaluate+"/runs", nil)
			if asked.State != "succeeded" {
				t.Errorf("a run that is asked for afterwards is %+v", asked)
			}
			await(t, "the stalled run ends", func() bool { return ended(stalled, run) })
			if got, err := s.Jobs().Run(t.Context(), run.ID); err != nil || got.State != jobs.Abandoned && got.State != jobs.Failed {
				t.Errorf("its run is %+v, %v", got, err)
			}
			for _, p := range f.replicas {
				if got := f.status(p).Window; got.Good != 10 || got.Total != 20 {
					t.Errorf("it wrote afterwards: %+v", got)
				}
				f.recount(p)
			}
			for _, r := range runs(t, s, evaluate) {
				if r.Epoch <= run.Epoch && r.StartedAt.After(run.StartedAt) {
					t.Errorf("a run of the former lease began after it was lost: %+v", r)
				}
			}
			t.Logf("the other took over %s after the run began", took.Round(time.Millisecond))
		})
	}
}

// ended reports whether a replica has told of the end of a run.
func ended(p *process.Process, run jobs.Run) bool {
	return logged(p, `"job failed"`, "run="+string(run.ID))
}

func TestAnotherGoesOnAfterAKill(t *testing.T) {
	t.Parallel()
	f := open(t, often, "a", "b")
	s, _ := f.look()
	f.furnish(f.replicas["a"])
	f.push(f.replicas["a"], "reporter", f.slot(1, 10, 10))
	killed := f.holdUp(s, "segments", "ACCESS EXCLUSIVE", func(p *process.Process) { p.Kill() })
	name, other := f.other(killed.Replica)
	f.push(other, "reporter", f.slot(2, 5, 10))
	var next jobs.Run
	await(t, "the other replica goes on", func() bool {
		next = lastRun(t, s)
		return next.Replica == name && next.State == jobs.Succeeded
	})
	// The run had renewed its lease when it began, and may have since.
	if waited := next.StartedAt.Sub(killed.StartedAt); waited < leaseTTL-time.Second || waited > patience {
		t.Errorf("it went on after %s, the lease is for %s", waited, leaseTTL)
	}
	if got, err := s.Jobs().Run(t.Context(), killed.ID); err != nil || got.State != jobs.Abandoned || got.FinishedAt == nil || next.Epoch <= killed.Epoch {
		t.Errorf("the killed run is %+v, %v; the next %+v", got, err, next)
	}
	if got := f.status(other).Window; got.Good != 15 || got.Total != 20 {
		t.Errorf("the status is %+v", got)
	}
	f.recount(other)
}
