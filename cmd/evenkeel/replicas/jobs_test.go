package replicas

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/jobs"
)

// Three replicas follow a schedule of every second, take in pushes, and answer;
// one of them, which has the lease, is stopped in between.
func TestEachScheduledTimeIsRunOnceAndAnyReplicaTakesPushes(t *testing.T) {
	t.Parallel()
	f := open(t, often, "a", "b", "c")
	s, _ := f.look()
	f.furnish(f.replicas["a"])
	logs := map[string]func() string{}
	for name, p := range f.replicas {
		logs[name] = p.Log
	}
	pushed := 0
	ran := func(n int) func() bool {
		return func() bool {
			for _, p := range f.replicas {
				f.push(p, fmt.Sprintf("reporter-%d", pushed%5), f.slot(1+pushed/5%50, 9, 10))
				pushed++
			}
			return len(runs(t, s, evaluate)) >= n
		}
	}
	await(t, "three runs are over", ran(3))
	first := f.holder(f.replicas["a"], evaluate)
	if err := f.replicas[first].Terminate(); err != nil {
		t.Fatalf("stop %s: %v\n%s", first, err, logs[first]())
	}
	delete(f.replicas, first)
	await(t, "three more are", ran(len(runs(t, s, evaluate))+3))

	_, asked := f.other(first)
	if run := must[client.Run](f, asked, 201, "POST", "/v1/jobs/"+evaluate+"/runs", nil); run.State != "succeeded" {
		t.Errorf("the run that was asked for is %+v", run)
	}
	for _, p := range f.replicas {
		f.recount(p)
		// 250 slots at most: 5 reporters' of 50 minutes, each of 10 events.
		if got, want := f.status(p).Window.Total, float64(10*min(pushed, 250)); got != want {
			t.Errorf("a replica says that %v events were pushed, want %v", got, want)
		}
	}
	// The end of the second that runs is awaited by the stop.
	for name, p := range f.replicas {
		if err := p.Terminate(); err != nil {
			t.Errorf("stop %s: %v\n%s", name, err, p.Log())
		}
	}
	lease, err := s.Jobs().Leases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := runs(t, s, evaluate)
	by := map[int64]string{} // who had the lease in each epoch
	at := map[time.Time]bool{}
	for _, r := range all {
		if r.State != jobs.Succeeded || r.StartedAt.Before(r.ScheduledAt.Add(-time.Second)) || r.Trigger == jobs.Scheduled && !r.ScheduledAt.Equal(r.ScheduledAt.Truncate(time.Second)) {
			t.Errorf("%+v", r)
		}
		if at[r.ScheduledAt] {
			t.Errorf("%s was run twice", r.ScheduledAt)
		}
		at[r.ScheduledAt] = true
		if r.Epoch < 1 || r.Epoch > lease[evaluate].Epoch || by[r.Epoch] != "" && by[r.Epoch] != r.Replica {
			t.Errorf("epoch %d is of no lease, or of %s and %s; the last was %d", r.Epoch, by[r.Epoch], r.Replica, lease[evaluate].Epoch)
		}
		by[r.Epoch] = r.Replica
	}
	// What the replicas say that they did is what is recorded.
	said := 0
	for _, log := range logs {
		for line := range strings.Lines(log()) {
			if strings.Contains(line, `"job succeeded"`) && strings.Contains(line, "job="+evaluate) {
				said++
			}
		}
	}
	if said != len(all) || len(by) < 2 {
		t.Errorf("%d runs are recorded, %d were done, in %d epochs: %v", len(all), said, len(by), by)
	}
	t.Logf("%d pushes, %d runs by %v", pushed, len(all), by)
}

// A load balancer leads to any of them: to the one that has the lease, to another,
// and to one that leaves schedules to others.
func TestEveryReplicaCanBeAskedForARun(t *testing.T) {
	t.Parallel()
	f := open(t, seldom, "a", "b")
	quiet := f.start("c", "--jobs-enabled=false")
	s, _ := f.look()
	f.furnish(f.replicas["a"])
	const rounds = 4
	pushed := 0
	for range rounds {
		for _, asked := range f.replicas {
			pushed++
			f.push(asked, "reporter", f.slot(pushed, 9, 10))
			began := time.Now()
			run := must[client.Run](f, asked, 201, "POST", "/v1/jobs/"+evaluate+"/runs", nil)
			if run.State != "succeeded" || run.Trigger != "manual" || run.StartedBy != "Administrator" || run.Result["evaluated"] == 0 {
				t.Errorf("the run is %+v", run)
			}
			if took := time.Since(began); took > patience/6 {
				t.Errorf("it took %s", took)
			}
			if got := f.status(asked).Window.Total; got != float64(10*pushed) {
				t.Errorf("%v events after %d pushes of ten", got, pushed)
			}
		}
	}
	if all := runs(t, s, evaluate); len(all) != 3*rounds {
		t.Errorf("%d runs, want %d", len(all), 3*rounds)
	}
	for name, p := range f.replicas {
		job := must[client.Job](f, p, 200, "GET", "/v1/jobs/"+evaluate, nil)
		if (job.NextRunAt == nil) != (p == quiet) || job.LastRun == nil {
			t.Errorf("%s says that the job is %+v", name, job)
		}
	}
}
