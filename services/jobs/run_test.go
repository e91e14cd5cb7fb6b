package jobs_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/jobs"
)

func TestOfTwoReplicasOneRunsEachScheduledTime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, oneRunsEachScheduledTime)
}

func oneRunsEachScheduledTime(t *testing.T, s *store.Store) {
	var count atomic.Int64
	list := job(func(context.Context) (jobs.Result, error) {
		count.Add(1)
		return jobs.Result{"swept": 3}, nil
	})
	replicas := []*jobs.Service{replica(t, s, "a", list), replica(t, s, "b", list)}
	const times = 10
	for i := range times {
		var both sync.WaitGroup
		for _, r := range replicas {
			both.Go(func() { r.Tick("sweep", start.Add(time.Duration(i)*30*time.Second)) })
		}
		both.Wait()
	}
	if count.Load() != times {
		t.Errorf("%d times were run %d times", times, count.Load())
	}
	all := runs(t, replicas[0])
	if len(all) != times {
		t.Fatalf("%d runs are recorded, want %d", len(all), times)
	}
	for i, r := range all {
		if !r.ScheduledAt.Equal(start.Add(time.Duration(i)*30*time.Second)) || r.State != jobs.Succeeded || r.Result["swept"] != 3 || r.FinishedAt == nil || r.Trigger != jobs.Scheduled {
			t.Errorf("run %d is %+v", i, r)
		}
	}
}

func TestAScheduledTimeIsRunOnceAlsoAfterTheOtherReplicaWent(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	var count atomic.Int64
	list := job(func(context.Context) (jobs.Result, error) { count.Add(1); return nil, nil })
	first, second := replica(t, s, "a", list), replica(t, s, "b", list)
	first.Tick("sweep", start)
	if err := first.Stop(t.Context()); err != nil { // gives its lease up
		t.Fatal(err)
	}
	second.Tick("sweep", start)
	second.Tick("sweep", start.Add(30*time.Second))
	if all := runs(t, second); count.Load() != 2 || len(all) != 2 || all[0].Replica != "a" || all[1].Replica != "b" || all[1].Epoch <= all[0].Epoch {
		t.Errorf("%d runs: %+v", count.Load(), all)
	}
}

func TestAStalledRunCannotWriteAfterItsLeaseWasTaken(t *testing.T) {
	t.Parallel()
	storetest.Each(t, stalledRunCannotWrite)
}

func stalledRunCannotWrite(t *testing.T, s *store.Store) {
	running, taken := make(chan struct{}), make(chan struct{})
	var written []string
	var wrote error
	stalled := replica(t, s, "stalled", job(func(ctx context.Context) (jobs.Result, error) {
		close(running)
		<-taken
		wrote = s.InTx(ctx, func(context.Context) error {
			written = append(written, "stalled")
			return nil
		})
		return nil, wrote
	}))
	other := replica(t, s, "other", job(func(ctx context.Context) (jobs.Result, error) {
		return nil, s.InTx(ctx, func(context.Context) error {
			written = append(written, "other")
			return nil
		})
	}))
	var ended sync.WaitGroup
	ended.Go(func() { stalled.Tick("sweep", start) })
	<-running
	// Its minute passes without a renewal.
	if err := s.Jobs().ReleaseLease(t.Context(), "sweep", 1); err != nil {
		t.Fatal(err)
	}
	other.Tick("sweep", start.Add(30*time.Second))
	close(taken)
	ended.Wait()

	if e := fault.As(wrote); e == nil || e.Code != "lease_lost" {
		t.Errorf("writing gave %v, want the fault lease_lost", wrote)
	}
	if !slices.Equal(written, []string{"other"}) {
		t.Errorf("written by %v, want by the other only", written)
	}
	all := runs(t, other)
	if len(all) != 2 || all[0].State == jobs.Succeeded || all[0].State == jobs.Running || all[1].State != jobs.Succeeded || all[1].Epoch != all[0].Epoch+1 {
		t.Errorf("runs %+v", all)
	}
}

func TestALostLeaseCancelsTheRunAndItsEndIsRecorded(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	running := make(chan struct{})
	r := replica(t, s, "a", job(func(ctx context.Context) (jobs.Result, error) {
		close(running)
		<-ctx.Done()
		return jobs.Result{"swept": 1}, ctx.Err()
	}), func(p *jobs.Parts) { p.LeaseTTL = 300 * time.Millisecond })
	var ended sync.WaitGroup
	ended.Go(func() { r.Tick("sweep", start) })
	<-running
	for { // until it is between two renewals
		if err := s.Jobs().ReleaseLease(t.Context(), "sweep", 1); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Jobs().TakeLease(t.Context(), "sweep", "thief", time.Minute); err == nil {
			break
		} else if !fault.Is(err, fault.Conflict) {
			t.Fatal(err)
		}
	}
	ended.Wait()
	if all := runs(t, r); len(all) != 1 || all[0].State != jobs.Failed || all[0].FinishedAt == nil || all[0].Error == "" || all[0].Result["swept"] != 1 {
		t.Errorf("runs %+v", all)
	}
}

// mute is a database that answers no more, and says so by nothing.
type mute struct{ jobs.Store }

func (mute) TakeLease(ctx context.Context, _, _ string, _ time.Duration) (jobs.Lease, error) {
	<-ctx.Done()
	return jobs.Lease{}, ctx.Err()
}

func TestADatabaseThatAnswersNoMoreDoesNotHoldTheJobUp(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	r := replica(t, s, "a", job(func(context.Context) (jobs.Result, error) { return nil, nil }), func(p *jobs.Parts) {
		p.Store, p.LeaseTTL = mute{p.Store}, 50*time.Millisecond
	})
	r.Tick("sweep", start) // returns, or the test never ends
	if all := runs(t, r); len(all) != 0 {
		t.Errorf("runs %+v", all)
	}
}

func TestALongRunKeepsItsLease(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	// Renewed at every third of it, a machine that is busy has four seconds more.
	const ttl = 6 * time.Second
	r := replica(t, s, "a", job(func(ctx context.Context) (jobs.Result, error) {
		// More than the lease's time passes, seen as its end moving on.
		last := time.Time{}
		beat := time.NewTicker(ttl / 20)
		defer beat.Stop()
		for moved := 0; moved < 5; <-beat.C {
			leases, err := s.Jobs().Leases(ctx)
			if err != nil {
				return nil, err
			}
			if end := leases["sweep"].ExpiresAt; end.After(last) {
				last, moved = end, moved+1
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		return nil, s.InTx(ctx, func(context.Context) error { return nil })
	}), func(p *jobs.Parts) { p.LeaseTTL = ttl })
	r.Tick("sweep", start)
	if all := runs(t, r); len(all) != 1 || all[0].State != jobs.Succeeded {
		t.Errorf("runs %+v", all)
	}
}

func TestAPanicIsRecordedAndTheJobGoesOn(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	broken := true
	var observed []jobs.RunState
	r := replica(t, s, "a", job(func(context.Context) (jobs.Result, error) {
		if broken {
			broken = false
			panic("a secret: hunter2")
		}
		return nil, nil
	}), func(p *jobs.Parts) { p.Observe = func(r jobs.Run) { observed = append(observed, r.State) } })
	r.Tick("sweep", start)
	r.Tick("sweep", start.Add(30*time.Second))
	all := runs(t, r)
	if len(all) != 2 || all[0].State != jobs.Failed || all[0].Error == "" || all[1].State != jobs.Succeeded {
		t.Fatalf("runs %+v", all)
	}
	if want := "The job broke down; the log of the replica holds the details."; all[0].Error != want {
		t.Errorf("people are told %q, want %q", all[0].Error, want)
	}
	if !slices.Equal(observed, []jobs.RunState{jobs.Failed, jobs.Succeeded}) {
		t.Errorf("observed %v", observed)
	}
}

func TestPeopleAreToldOfFaultsAndNotOfInternalErrors(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	answers := []error{errors.New("dial tcp 10.0.0.1:5432 with password hunter2"), fault.New(fault.Unavailable, "down", "Prometheus does not answer")}
	r := replica(t, s, "a", job(func(context.Context) (jobs.Result, error) {
		err := answers[0]
		answers = answers[1:]
		return nil, err
	}))
	r.Tick("sweep", start)
	r.Tick("sweep", start.Add(30*time.Second))
	all := runs(t, r)
	if len(all) != 2 || all[0].Error != "The job failed for an internal reason; the log of the replica holds the details." || all[1].Error != "Prometheus does not answer" {
		t.Errorf("runs %+v", all)
	}
}

// unfinished cannot record the end of the first run.
type unfinished struct {
	jobs.Store
	once *sync.Once
}

func (u unfinished) FinishRun(ctx context.Context, r jobs.Run) error {
	var err error
	u.once.Do(func() { err = errors.New("the database is away") })
	if err != nil {
		return err
	}
	return u.Store.FinishRun(ctx, r)
}

func TestARunWhoseEndWasNotRecordedIsAbandonedByTheNext(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	r := replica(t, s, "a", job(func(context.Context) (jobs.Result, error) { return nil, nil }), func(p *jobs.Parts) {
		p.Store = unfinished{p.Store, new(sync.Once)}
	})
	for i := range 2 {
		r.Tick("sweep", start.Add(time.Duration(i)*30*time.Second))
	}
	got := runs(t, r)
	if len(got) != 2 || got[0].State != jobs.Abandoned || got[0].FinishedAt == nil || got[1].State != jobs.Succeeded || got[0].Epoch != got[1].Epoch {
		t.Errorf("runs %+v", got)
	}
}
