package durable_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
)

// TestACrashOfPostgreSQLIsSaidAndSurvived kills PostgreSQL with everything it
// runs, while clients write. As long as it is gone they are told so, in time, and
// when to come again; once it is back everything goes on by itself, and nothing
// acknowledged is missing.
func TestACrashOfPostgreSQLIsSaidAndSurvived(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	dice := newDice(t)
	p := process.Start(t, process.Options{Database: s.url, Env: busy})
	c := newCaller(p)
	before := c.list(t, "/v1/audit")
	writers := make([]*writer, 4)
	for i := range writers {
		writers[i] = newWriter(string(rune('a'+i)), dice)
	}
	refusals := map[string]int{"database_unavailable": http.StatusServiceUnavailable}
	crashes, refused := times(2, 25), 0
	for range crashes {
		// Told between requests: one that is given up may still be worked on when it is
		// looked for.
		var done atomic.Bool
		var working sync.WaitGroup
		for _, w := range writers {
			working.Go(func() {
				if err := w.workUntil(t.Context(), c, refusals, done.Load); err != nil {
					t.Error(err)
				}
			})
		}
		<-time.After(between(dice, 50*time.Millisecond, 500*time.Millisecond))
		s.kill()
		checkWithoutDatabase(t, c)
		<-time.After(between(dice, 0, 300*time.Millisecond))
		back := time.Now()
		s.start()
		eventually(t, 30*time.Second, "it is ready", func() bool {
			a, err := c.do(t.Context(), http.MethodGet, "/readyz", "", nil)
			return err == nil && a.status == http.StatusOK
		})
		// Its job goes on too, by its schedule.
		eventually(t, time.Minute, "the job has run since", func() bool {
			a, err := c.do(t.Context(), http.MethodGet, "/v1/jobs/evaluate-budgets/runs?limit=1", "", nil)
			if err != nil || a.status != http.StatusOK {
				return false
			}
			var runs struct {
				Items []struct {
					StartedAt time.Time
					State     string
				}
			}
			decode(t, a.body, &runs)
			return len(runs.Items) == 1 && runs.Items[0].StartedAt.After(back) && runs.Items[0].State == "succeeded"
		})
		done.Store(true)
		working.Wait()
		for _, w := range writers {
			w.checkFresh(t, c)
		}
		if t.Failed() {
			t.Fatalf("the log:\n%s", p.Log())
		}
	}
	things, pushes := 0, 0
	for _, w := range writers {
		w.finish(t, c)
		things, pushes, refused = things+len(w.services)+len(w.slos), pushes+w.pushed, refused+w.refused["database_unavailable"]
	}
	checkAudit(t, c, before, writers)
	checkStatuses(t, c, writers)
	for _, w := range writers {
		w.checkAll(t, c)
	}
	if strings.Contains(p.Log(), "panic") {
		t.Errorf("it panicked:\n%s", p.Log())
	}
	t.Logf("%d crashes, %d requests refused meanwhile; acknowledged: %d things, %d pushes", crashes, refused, things, pushes)
}

// TestAPostgreSQLThatStallsIsSaidAndSurvived stops PostgreSQL, so that it takes
// connections and statements and answers none, as one does whose disk hangs.
func TestAPostgreSQLThatStallsIsSaidAndSurvived(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	p := process.Start(t, process.Options{Database: s.url, Env: []string{"EVENKEEL_LOG_LEVEL=warn", "EVENKEEL_LIMITS_REQUEST_TIMEOUT=3s"}})
	c := newCaller(p)
	c.get(t, "/v1/services") // there is a connection that will hang
	s.stall(t)
	defer s.signal(syscall.SIGCONT)
	var asking sync.WaitGroup
	for range 30 { // more than there are connections
		asking.Go(func() {
			began := time.Now()
			a, err := c.do(t.Context(), http.MethodGet, "/v1/services", "", nil)
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %s, not the three seconds that it may", took)
			}
			if err != nil {
				t.Error(err)
				return
			}
			code, err := a.problem()
			if err != nil || a.status != http.StatusServiceUnavailable || code != "timeout" && code != "database_unavailable" && code != "overloaded" {
				t.Errorf("%s (%v)", a, err)
			}
		})
	}
	for path, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusServiceUnavailable} {
		began := time.Now()
		if a, err := c.do(t.Context(), http.MethodGet, path, "", nil); err != nil || a.status != want {
			t.Errorf("%s: %s, want %d (%v)", path, a, want, err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s took %s", path, took)
		}
	}
	asking.Wait()
	s.signal(syscall.SIGCONT)
	eventually(t, 30*time.Second, "it answers again", func() bool {
		a, err := c.do(t.Context(), http.MethodGet, "/v1/services", "", nil)
		return err == nil && a.acknowledged()
	})
}

// checkWithoutDatabase asks what has to be answered without a database.
func checkWithoutDatabase(t *testing.T, c *caller) {
	t.Helper()
	for path, want := range map[string]string{"/healthz": "", "/readyz": "not_ready", "/v1/services": "database_unavailable", "/v1/me": "database_unavailable"} {
		began := time.Now()
		a, err := c.do(t.Context(), http.MethodGet, path, "", nil)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s took %s", path, took)
		}
		if want == "" {
			if a.status != http.StatusOK {
				t.Errorf("%s: %s", path, a)
			}
			continue
		}
		if code, err := a.problem(); err != nil || code != want || a.status != http.StatusServiceUnavailable {
			t.Errorf("%s: %s, want %s (%v)", path, a, want, err)
		}
	}
}
