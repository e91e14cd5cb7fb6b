package app_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
)

// configured opens the program as the configuration says. It is closed when the test ends, if not
// before.
func configured(t *testing.T, change func(*config.Config)) *app.App {
	t.Helper()
	loaded, err := config.Load(config.Sources{Hostname: "test"})
	if err != nil {
		t.Fatal(err)
	}
	c := loaded.Config
	c.DataDir = t.TempDir()
	change(&c)
	furnishDatabase(t, c)
	a, err := app.Open(t.Context(), app.Options{
		Config: c, BaseURL: "http://evenkeel.example", Version: "test", Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	held := a
	t.Cleanup(func() {
		if err := held.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("close: %v", err)
		}
		held = nil // see house.leave
	})
	return a
}

func TestFirstStartsAtOnceMakeOneAdministrator(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	const replicas = 4
	apps, errs := make([]*app.App, replicas), make([]error, replicas)
	for i := range apps {
		apps[i] = configured(t, func(c *config.Config) { c.Database.URL = config.NewSecret(url) })
	}
	var all sync.WaitGroup
	for i := range apps {
		all.Go(func() { errs[i] = apps[i].FirstStart(t.Context()) })
	}
	all.Wait()
	tokens := 0
	for i, a := range apps {
		if errs[i] != nil {
			t.Errorf("replica %d: %v", i, errs[i])
		}
		if _, err := os.Stat(a.TokenPath()); err == nil {
			tokens++
		}
	}
	if tokens != 1 {
		t.Errorf("%d replicas have the administrator's token, want one", tokens)
	}
}

// OTLP over HTTP takes traces at /v1/traces below the collector's base address
// (OpenTelemetry's specification, "OTLP/HTTP Request").
func TestTracesArriveAtTheCollector(t *testing.T) {
	t.Parallel()
	arrived := make(chan string, 16)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if len(body) > 0 {
			arrived <- r.Method + " " + r.URL.Path + " " + r.Header.Get("Content-Type")
		}
	}))
	defer collector.Close()
	a := configured(t, func(c *config.Config) { c.Telemetry.OTLPEndpoint = collector.URL })
	a.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/v1/me", nil))
	if err := a.Close(t.Context()); err != nil { // sends what is left
		t.Fatal(err)
	}
	if len(arrived) == 0 {
		t.Fatal("nothing arrived")
	}
	if got, want := <-arrived, "POST /v1/traces application/x-protobuf"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestEveryCallerHasAQuotaUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*config.Config){
		`"caller";q=200;w=2`: func(*config.Config) {},
		`"caller";q=10;w=5`:  func(c *config.Config) { c.Limits.RequestsPerSecond, c.Limits.Burst = 2, 10 },
		"":                   func(c *config.Config) { c.Limits.RequestsPerSecond = 0 },
	} {
		a := configured(t, change)
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/me", nil))
		if got := w.Header().Get("RateLimit-Policy"); got != want {
			t.Errorf("the quota is told as %q, want %q", got, want)
		}
		if err := a.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// The lock on the data directory proves that who held a lease on SQLite is gone. On
// PostgreSQL they may be there.
func TestLeasesOfAKilledProcessEndAtTheNextStartOnSQLite(t *testing.T) {
	t.Parallel()
	for _, database := range []string{"SQLite", "PostgreSQL"} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			dir, url := t.TempDir(), ""
			if database == "PostgreSQL" {
				url = storetest.PostgresURL(t)
			}
			start := func() *app.App {
				return configured(t, func(c *config.Config) { c.DataDir, c.Database.URL = dir, config.NewSecret(url) })
			}
			killed := start()
			if _, err := killed.Store.Jobs().TakeLease(t.Context(), "evaluate-budgets", "killed", time.Hour); err != nil {
				t.Fatal(err)
			}
			if err := killed.Close(t.Context()); err != nil { // it releases no lease that is not its jobs'
				t.Fatal(err)
			}
			next := start()
			lease, err := next.Store.Jobs().TakeLease(t.Context(), "evaluate-budgets", "next", time.Minute)
			switch {
			case database == "SQLite" && (err != nil || lease.Epoch != 2):
				t.Errorf("the lease after a kill: epoch %d, %v", lease.Epoch, err)
			case database == "PostgreSQL" && !fault.Is(err, fault.Conflict):
				t.Errorf("the lease of a replica that may live was taken: %v", err)
			}
		})
	}
}
