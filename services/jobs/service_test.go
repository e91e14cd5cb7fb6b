package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/jobs"
)

// storetest keeps one connection pool to the PostgreSQL server of the tests.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"))
}

var (
	start = time.Date(2026, 3, 14, 15, 9, 0, 0, time.UTC)
	admin = access.Caller{Kind: access.ByPerson, Person: "P", Name: "Ada", Administrator: true, Scopes: []access.Scope{access.ScopeAdmin}}
)

// replica returns a service of the jobs over the store, stopped when the test ends.
func replica(t *testing.T, s *store.Store, name string, list []jobs.Job, change ...func(*jobs.Parts)) *jobs.Service {
	t.Helper()
	authorizer := access.NewAuthorizer(s.Access())
	parts := jobs.Parts{
		Store: s.Jobs(), Runner: s, Authorizer: authorizer, Recorder: audit.NewService(s.Audit(), s, authorizer, clock.System),
		Clock: clock.System, Logger: slog.New(slog.DiscardHandler), Replica: name,
	}
	for _, c := range change {
		c(&parts)
	}
	service, err := jobs.NewService(parts, list)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := service.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return service
}

func job(run func(ctx context.Context) (jobs.Result, error)) []jobs.Job {
	return []jobs.Job{{Name: "sweep", Description: "Sweeps.", Schedule: "@every 30s", RunOnce: run}}
}

func asAdmin(t *testing.T) context.Context { return access.WithCaller(t.Context(), admin) }

// runs returns the job's runs, the oldest first.
func runs(t *testing.T, s *jobs.Service) []jobs.Run {
	t.Helper()
	list, err := s.Runs(asAdmin(t), jobs.RunFilter{Job: "sweep"}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(list.Items)
	return list.Items
}

func TestAnAdministratorRunsAJobNow(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	var caller access.Caller
	r := replica(t, s, "a", job(func(ctx context.Context) (jobs.Result, error) {
		caller = access.CallerFrom(ctx)
		return jobs.Result{"swept": 7}, nil
	}))
	run, err := r.RunNow(asAdmin(t), "sweep")
	if err != nil {
		t.Fatal(err)
	}
	if run.State != jobs.Succeeded || run.Result["swept"] != 7 || run.Trigger != jobs.Manual || run.StartedBy != "Ada" || caller.Kind != access.BySystem || caller.Name != "sweep" {
		t.Errorf("run %+v as %+v", run, caller)
	}
	stored, err := r.Run(asAdmin(t), "sweep", run.ID)
	if err != nil || stored.State != jobs.Succeeded || stored.StartedBy != "Ada" {
		t.Errorf("stored %+v, %v", stored, err)
	}
	authorizer := access.NewAuthorizer(s.Access())
	entries, err := audit.NewService(s.Audit(), s, authorizer, clock.System).List(asAdmin(t), audit.Filter{}, page.Request{})
	if err != nil || len(entries.Items) != 1 || entries.Items[0].Action != "job.run" || entries.Items[0].ActorName != "Ada" || entries.Items[0].ObjectLabel != "sweep" {
		t.Errorf("audit %+v, %v", entries.Items, err)
	}
	listings, err := r.List(asAdmin(t))
	if err != nil || len(listings) != 1 || listings[0].Last == nil || listings[0].Last.ID != run.ID || listings[0].Lease == nil || !listings[0].Next.After(run.StartedAt) {
		t.Errorf("listings %+v, %v", listings, err)
	}
}

func TestWhoMayNotRunAJobDoesNot(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	r := replica(t, s, "a", job(func(context.Context) (jobs.Result, error) {
		t.Error("the job ran")
		return nil, nil
	}))
	reader := access.Caller{Kind: access.ByPerson, Person: "R", Name: "Ray", Scopes: []access.Scope{access.ScopeWrite}}
	if _, err := r.RunNow(access.WithCaller(t.Context(), reader), "sweep"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a reader got %v", err)
	}
	if _, err := r.RunNow(t.Context(), "sweep"); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("nobody got %v", err)
	}
	if _, err := r.RunNow(asAdmin(t), "another"); !fault.Is(err, fault.NotFound) {
		t.Errorf("another job gave %v", err)
	}
	if _, err := r.List(t.Context()); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("nobody listed: %v", err)
	}
	if _, err := r.Runs(access.WithCaller(t.Context(), reader), jobs.RunFilter{Job: "another"}, page.Request{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("runs of another job gave %v", err)
	}
}

func TestAJobThatRunsIsNotRunASecondTime(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	running, end := make(chan struct{}), make(chan struct{})
	var count atomic.Int64
	list := job(func(context.Context) (jobs.Result, error) {
		if count.Add(1) == 1 {
			close(running)
		}
		<-end
		return nil, nil
	})
	brief := func(p *jobs.Parts) { p.Patience = time.Millisecond }
	here, there := replica(t, s, "here", list, brief), replica(t, s, "there", list, brief)
	var ended sync.WaitGroup
	ended.Go(func() { here.Tick("sweep", start) })
	<-running
	here.Tick("sweep", start.Add(30*time.Second)) // is skipped
	there.Tick("sweep", start.Add(60*time.Second))
	var asked []id.ID
	for _, r := range []*jobs.Service{here, there} {
		run, err := r.RunNow(asAdmin(t), "sweep")
		if err != nil || run.State != jobs.Requested || run.Epoch != 0 || run.Replica != "" || run.FinishedAt != nil {
			t.Errorf("%s answered %+v, %v", r.Replica, run, err)
		}
		asked = append(asked, run.ID)
	}
	if asked[0] != asked[1] {
		t.Error("two requests that wait for the same do not share their run")
	}
	if count.Load() != 1 {
		t.Errorf("it ran %d times at once", count.Load())
	}
	close(end)
	ended.Wait()
}

func TestARunThatIsAskedForWaitsForTheOneUnderWay(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	running, end := make(chan struct{}, 2), make(chan struct{})
	r := replica(t, s, "a", job(func(context.Context) (jobs.Result, error) {
		running <- struct{}{}
		<-end
		return nil, nil
	}))
	var ended sync.WaitGroup
	ended.Go(func() { r.Tick("sweep", start) })
	<-running
	ended.Go(func() {
		if run, err := r.RunNow(asAdmin(t), "sweep"); err != nil || run.State != jobs.Succeeded {
			t.Errorf("got %v, %v", run.State, err)
		}
	})
	close(end)
	ended.Wait()
	if got := runs(t, r); len(got) != 2 {
		t.Errorf("it ran %d times, want twice", len(got))
	}
}

func TestARunOutlivesTheRequestAndStopWaitsForIt(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	running, end := make(chan struct{}), make(chan struct{})
	r := replica(t, s, "a", job(func(ctx context.Context) (jobs.Result, error) {
		close(running)
		<-end
		return nil, ctx.Err()
	}))
	ctx, hangUp := context.WithCancel(asAdmin(t))
	go func() {
		<-running
		hangUp()
	}()
	run, err := r.RunNow(ctx, "sweep")
	if err != nil || run.State != jobs.Running || run.FinishedAt != nil {
		t.Errorf("run %+v, %v", run, err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- r.Stop(t.Context()) }()
	close(end)
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if all := runs(t, r); len(all) != 1 || all[0].State != jobs.Succeeded {
		t.Errorf("runs %+v", all)
	}
	if _, err := r.RunNow(asAdmin(t), "sweep"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a stopped replica answered %v", err)
	}
}

func TestStopCancelsWhatDoesNotEndInTime(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	running := make(chan struct{})
	r := replica(t, s, "a", job(func(ctx context.Context) (jobs.Result, error) {
		close(running)
		<-ctx.Done()
		return nil, ctx.Err()
	}))
	var ended sync.WaitGroup
	ended.Go(func() { r.Tick("sweep", start) })
	<-running
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Stop(ctx); err != nil {
		t.Error(err)
	}
	ended.Wait()
	all := runs(t, r)
	if len(all) != 1 || all[0].State != jobs.Failed || all[0].Error != "the replica was stopped while the job ran" {
		t.Errorf("runs %+v", all)
	}
	if leases, err := s.Jobs().Leases(t.Context()); err != nil || leases["sweep"].ExpiresAt.After(time.Now()) {
		t.Errorf("the lease was not given up: %+v, %v", leases, err)
	}
}

func TestRunsThatSucceededOnTheirScheduleAreForgottenFirst(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	now, fail := start, false
	r := replica(t, s, "a", job(func(context.Context) (jobs.Result, error) {
		if fail {
			return nil, errors.New("no room")
		}
		return nil, nil
	}), func(p *jobs.Parts) { p.Clock = func() time.Time { return now } })
	day := func(n int) { now = start.AddDate(0, 0, n) }
	r.Tick("sweep", now)
	if _, err := r.RunNow(asAdmin(t), "sweep"); err != nil {
		t.Fatal(err)
	}
	now, fail = now.Add(30*time.Second), true
	r.Tick("sweep", now)
	fail = false
	day(1)
	r.Tick("sweep", now)
	day(29)
	r.Tick("sweep", now)
	for _, c := range []struct {
		day, forgotten int
		left           []time.Time // are when they were scheduled
	}{
		{29, 2, []time.Time{start, start.Add(30 * time.Second), start.AddDate(0, 0, 29)}}, // those of days 0 and 1 that succeeded
		{31, 2, []time.Time{start.AddDate(0, 0, 29)}},                                     // what failed and what was asked for on day 0
		{99, 0, []time.Time{start.AddDate(0, 0, 29)}},                                     // the newest stays
	} {
		day(c.day)
		n, err := r.Prune(t.Context(), 30*24*time.Hour, 2*24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		var left []time.Time
		for _, run := range runs(t, r) {
			left = append(left, run.ScheduledAt.Truncate(time.Second))
		}
		if n != c.forgotten || !slices.EqualFunc(left, c.left, time.Time.Equal) {
			t.Errorf("day %d: %d are forgotten and %v left, want %d and %v", c.day, n, left, c.forgotten, c.left)
		}
	}
}

func TestTheScheduleRunsTheJob(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	ran := make(chan jobs.Run, 10)
	list := job(func(context.Context) (jobs.Result, error) { return nil, nil })
	r := replica(t, s, "a", list, func(p *jobs.Parts) {
		p.Schedules = map[string]string{"sweep": "@every 1s"}
		p.Observe = func(r jobs.Run) { ran <- r }
	})
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	run := <-ran
	if run.State != jobs.Succeeded || run.ScheduledAt.Nanosecond() != 0 || run.StartedAt.Before(run.ScheduledAt) || run.StartedBy != "schedule" {
		t.Errorf("run %+v", run)
	}
}

func TestAllFaultsOfJobsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := jobs.NewService(jobs.Parts{Clock: clock.System, Schedules: map[string]string{"ok": "never", "unknown": "@hourly"}}, []jobs.Job{
		{Name: "ok", Schedule: "@hourly"}, {Name: "ok", Schedule: "@hourly"}, {Name: "bad", Schedule: "* *"}, {Name: "Not a label", Schedule: "@hourly"},
	})
	e := fault.As(err)
	if e == nil || e.Kind != fault.Invalid {
		t.Fatalf("got %v", err)
	}
	var got []string
	for _, v := range e.Violations {
		got = append(got, v.Pointer)
	}
	for _, want := range []string{"/jobs/ok/schedule", "/jobs/bad/schedule", "/jobs", "/jobs/unknown"} {
		if !slices.Contains(got, want) {
			t.Errorf("no fault at %s in %v", want, got)
		}
	}
}
