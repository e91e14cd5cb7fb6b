package durable_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/ent/storetest"
)

// TestRollingRestartsFailNoRequest restarts two replicas in turn, by SIGTERM,
// behind a load balancer and under load: no request fails, and none is lost.
func TestRollingRestartsFailNoRequest(t *testing.T) {
	t.Parallel()
	dice := newDice(t)
	dir, database, token := t.TempDir(), storetest.PostgresURL(t), ""
	start := func(index int) *process.Process {
		p := process.Start(t, process.Options{
			Dir: dir, Database: database, Token: token,
			// A load balancer asks twenty times in that time, or a few on a busy machine.
			Args: []string{"--drain-delay", (20 * probeEvery).String(), "--data-dir", filepath.Join(dir, "data")},
			Env:  append([]string{fmt.Sprintf("EVENKEEL_INSTANCE=replica-%d", index)}, busy...),
		})
		token = p.Token()
		return p
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	balancer := &proxy{ctx: ctx}
	var replicas [2]*process.Process
	var targets [2]*target
	for i := range replicas {
		replicas[i] = start(i)
		targets[i] = balancer.add(i, replicas[i].Base())
	}
	front := httptest.NewServer(balancer)
	defer front.Close()
	ready := func(t *target) func() bool { return t.ready.Load }
	for _, target := range targets {
		eventually(t, 30*time.Second, "both are ready", ready(target))
	}

	c := newCaller(replicas[0])
	c.turnTo(front.URL)
	before := c.list(t, "/v1/audit")
	var done atomic.Bool // told between requests: one that is given up looks like one that failed
	var load sync.WaitGroup
	writers := make([]*writer, 3)
	for i := range writers {
		w := newWriter(string(rune('a'+i)), dice)
		writers[i] = w
		load.Go(func() {
			if err := w.workUntil(t.Context(), c, map[string]int{}, done.Load); err != nil { // it may refuse nothing
				t.Error(err)
			}
		})
	}
	var reads atomic.Int64
	for range 3 {
		load.Go(func() {
			for !done.Load() {
				for _, path := range []string{"/v1/slos?limit=20", "/v1/services/evenkeel", "/v1/services/evenkeel/slos/availability/status", "/healthz"} {
					a, err := c.do(t.Context(), http.MethodGet, path, "", nil)
					if err != nil || a.status != http.StatusOK {
						t.Errorf("GET %s: %s (%v)", path, a, err)
						return
					}
					reads.Add(1)
				}
			}
		})
	}
	var runs atomic.Int64
	load.Go(func() {
		// Where another replica has the job, or it runs already, that is said: by 409.
		for !done.Load() {
			a, err := c.do(t.Context(), http.MethodPost, "/v1/jobs/evaluate-budgets/runs", "", nil)
			if err != nil || a.status != http.StatusCreated && a.status != http.StatusConflict {
				t.Errorf("run a job: %s (%v)", a, err)
				return
			}
			if a.status == http.StatusCreated {
				runs.Add(1)
			}
		}
	})
	restarts := times(4, 50)
	for n := range restarts {
		i := n % 2
		<-time.After(between(dice, 0, 300*time.Millisecond))
		if err := replicas[i].Terminate(); err != nil {
			t.Errorf("it ended with %v\n%s", err, replicas[i].Log())
		}
		balancer.remove(targets[i])
		replicas[i] = start(i)
		targets[i] = balancer.add(i, replicas[i].Base())
		eventually(t, 30*time.Second, "it is ready", ready(targets[i]))
		if t.Failed() {
			break
		}
	}
	done.Store(true)
	load.Wait()
	for _, failure := range balancer.failures {
		t.Errorf("the load balancer: %s", failure)
	}
	pushes := 0
	for _, w := range writers {
		w.finish(t, c)
		w.checkAll(t, c)
		pushes += w.pushed
	}
	checkAudit(t, c, before, writers)
	t.Logf("%d restarts; %d reads, %d pushes, %d runs of a job; %d and %d requests to the replicas, %d of them at second try",
		restarts, reads.Load(), pushes, runs.Load(), balancer.sent[0].Load(), balancer.sent[1].Load(), balancer.retried.Load())
}
