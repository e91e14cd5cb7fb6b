package jobs_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/jobs"
)

func TestAnyReplicaCanBeAskedForARun(t *testing.T) {
	t.Parallel()
	storetest.Each(t, anyReplicaCanBeAsked)
}

func anyReplicaCanBeAsked(t *testing.T, s *store.Store) {
	list := job(func(context.Context) (jobs.Result, error) { return jobs.Result{"swept": 7}, nil })
	holder, other := replica(t, s, "holder", list), replica(t, s, "other", list)
	holder.Tick("sweep", start) // and so it has the lease
	if err := holder.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	run, err := other.RunNow(asAdmin(t), "sweep")
	if err != nil {
		t.Fatal(err)
	}
	if run.State != jobs.Succeeded || run.Result["swept"] != 7 || run.Replica != "holder" || run.Epoch != 1 || run.Trigger != jobs.Manual || run.StartedBy != "Ada" {
		t.Errorf("the run is %+v", run)
	}
	if waited := run.StartedAt.Sub(run.ScheduledAt); waited < 0 || waited > 5*time.Second {
		t.Errorf("it waited for %s", waited)
	}
	if audited := asksOf(t, s); audited != 1 {
		t.Errorf("%d requests are in the log", audited)
	}
}

// asksOf counts the requests for runs that are in the audit log.
func asksOf(t *testing.T, s *store.Store) int {
	t.Helper()
	entries, err := audit.NewService(s.Audit(), s, access.NewAuthorizer(s.Access()), clock.System).List(asAdmin(t), audit.Filter{}, page.Request{})
	if err != nil {
		t.Fatal(err)
	}
	asks := 0
	for _, e := range entries.Items {
		if e.Action == "job.run" {
			asks++
		}
	}
	return asks
}

func TestARequestOutlivesTheReplicaThatTookIt(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	running, end := make(chan struct{}), make(chan struct{})
	var once sync.Once
	list := job(func(context.Context) (jobs.Result, error) {
		once.Do(func() { close(running) })
		<-end
		return nil, nil
	})
	first := replica(t, s, "first", list, func(p *jobs.Parts) { p.Patience = time.Millisecond })
	var ended sync.WaitGroup
	ended.Go(func() { first.Tick("sweep", start) })
	<-running
	for range 3 {
		if run, err := first.RunNow(asAdmin(t), "sweep"); err != nil || run.State != jobs.Requested {
			t.Fatalf("got %+v, %v", run, err)
		}
	}
	close(end)
	ended.Wait()
	if err := first.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := replica(t, s, "second", list)
	for range 2 { // the second finds nothing
		if err := second.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	// The scheduled one, and the one that three asked for.
	all := runs(t, second)
	if len(all) != 2 || all[1].State != jobs.Succeeded || all[1].Replica != "second" || all[1].Epoch <= all[0].Epoch || all[1].Trigger != jobs.Manual {
		t.Errorf("runs %+v", all)
	}
	if audited := asksOf(t, s); audited != 3 {
		t.Errorf("%d requests are in the log, want 3", audited)
	}
}

func TestARequestIsNeitherAbandonedNorPruned(t *testing.T) {
	t.Parallel()
	storetest.Each(t, requestIsNeitherAbandonedNorPruned)
}

func requestIsNeitherAbandonedNorPruned(t *testing.T, s *store.Store) {
	asked := jobs.Run{ID: "01JP000000000000000000000A", Job: "sweep", ScheduledAt: start, StartedAt: start, Trigger: jobs.Manual, StartedBy: "Ada", State: jobs.Requested}
	if inserted, err := s.Jobs().BeginRun(t.Context(), asked); err != nil || !inserted {
		t.Fatalf("%v, %v", inserted, err)
	}
	r := replica(t, s, "a", job(func(context.Context) (jobs.Result, error) { return nil, nil }))
	r.Tick("sweep", start.Add(30*time.Second))
	r.Tick("sweep", start.Add(60*time.Second))
	if _, err := r.Prune(t.Context(), -time.Hour, -time.Hour); err != nil {
		t.Fatal(err)
	}
	if waiting, err := s.Jobs().Requested(t.Context()); err != nil || len(waiting) != 1 || waiting[0].ID != asked.ID {
		t.Fatalf("waiting %+v, %v", waiting, err)
	}
	if err := r.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	run, err := r.Run(asAdmin(t), "sweep", asked.ID)
	if err != nil || run.State != jobs.Succeeded || run.Epoch != 1 || run.StartedBy != "Ada" || !run.ScheduledAt.Equal(start) {
		t.Errorf("the run is %+v, %v", run, err)
	}
}

// Whoever does not follow schedules would keep those who do from their runs.
func TestAReplicaWithoutSchedulesGivesTheLeaseUpAfterEachRun(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	var ran []string
	list := func(name string) []jobs.Job {
		return job(func(context.Context) (jobs.Result, error) { ran = append(ran, name); return nil, nil })
	}
	without := replica(t, s, "without", list("without"), func(p *jobs.Parts) { p.Disabled = true })
	with := replica(t, s, "with", list("with"))
	if run, err := without.RunNow(asAdmin(t), "sweep"); err != nil || run.State != jobs.Succeeded {
		t.Fatalf("got %+v, %v", run, err)
	}
	for range 2 { // the second time there is nothing to run
		without.Tick("sweep", start)
	}
	with.Tick("sweep", start.Add(30*time.Second))
	if !slices.Equal(ran, []string{"without", "without", "with"}) {
		t.Errorf("it was run by %v", ran)
	}
	for r, follows := range map[*jobs.Service]bool{without: false, with: true} {
		listings, err := r.List(asAdmin(t))
		if err != nil || len(listings) != 1 || listings[0].Next.IsZero() == follows || listings[0].Lease == nil || listings[0].Lease.Epoch != 4 {
			t.Errorf("%s lists %+v, %v", r.Replica, listings, err)
		}
	}
}

// On PostgreSQL the schedule is the database's, and so are the times of runs: of
// two replicas whose clocks are ten minutes apart each runs what comes next, at
// once after the other went.
func TestAReplicaWhoseClockIsWrongRunsAtTheSharedTime(t *testing.T) {
	t.Parallel()
	s := storetest.Postgres(t)
	var count atomic.Int64
	list := job(func(context.Context) (jobs.Result, error) { count.Add(1); return nil, nil })
	for _, off := range []time.Duration{5 * time.Minute, -5 * time.Minute} {
		ran := make(chan jobs.Run, 100)
		r := replica(t, s, off.String(), list, func(p *jobs.Parts) {
			p.Clock = func() time.Time { return clock.System().Add(off) }
			p.Schedules = map[string]string{"sweep": "@every 1s"}
			p.Observe = func(r jobs.Run) { ran <- r }
		})
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		run := <-ran
		// The server of the tests is on this machine, and so has its clock.
		if d := time.Since(run.StartedAt); d < -time.Second || d > 30*time.Second {
			t.Errorf("a run began %s ago", d)
		}
		if listings, err := r.List(asAdmin(t)); err != nil || listings[0].Lease == nil || time.Until(listings[0].Next) > 2*time.Second {
			t.Errorf("listed %+v, %v", listings, err)
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for i, r := range runs(t, replica(t, s, "reader", list)) {
		if r.State != jobs.Succeeded || r.StartedAt.Before(r.ScheduledAt) {
			t.Errorf("run %d is %+v", i, r)
		}
	}
}
