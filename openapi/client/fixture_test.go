package client_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/openapi/client"
)

// installation is the whole program in this process, on SQLite.
type installation struct {
	app    *app.App
	base   string
	token  string
	server *httptest.Server
	served atomic.Int64 // requests
	before atomic.Pointer[func(w http.ResponseWriter, r *http.Request, serve http.Handler)]
}

// install starts an installation, for tests and examples alike; the caller ends it.
func install(dir string) (*installation, error) {
	loaded, err := config.Load(config.Sources{Hostname: "test"})
	if err != nil {
		return nil, err
	}
	c := loaded.Config
	c.DataDir, c.Limits.RequestsPerSecond = dir, 0
	i := &installation{}
	i.server = httptest.NewUnstartedServer(nil)
	i.base = "http://" + i.server.Listener.Addr().String()
	i.app, err = app.Open(context.Background(), app.Options{Config: c, BaseURL: i.base, Version: "test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	if err := i.app.FirstStart(context.Background()); err != nil {
		return nil, err
	}
	token, err := os.ReadFile(i.app.TokenPath())
	if err != nil {
		return nil, err
	}
	i.token = strings.TrimSpace(string(token))
	i.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.served.Add(1)
		if before := i.before.Load(); before != nil {
			(*before)(w, r, i.app.Handler())
			return
		}
		i.app.Handler().ServeHTTP(w, r)
	})
	i.server.Start()
	return i, nil
}

func (i *installation) end() error {
	i.server.Close()
	return i.app.Close(context.Background())
}

// quick are retries that do not have tests wait.
var quick = client.Retries{Attempts: 20, FirstWait: time.Microsecond, LongestWait: time.Millisecond, Whole: time.Minute}

// installed is an installation of the test's own, and a client of its administrator.
func installed(t *testing.T) (*installation, *client.Client) {
	t.Helper()
	i, err := install(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := i.end(); err != nil {
			t.Error(err)
		}
	})
	return i, is[*client.Client](t)(client.New(i.base, client.WithToken(i.token), client.WithRetries(quick)))
}

// is returns a value, and ends the test where there is an error in its place.
func is[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refusal is what the server said of a call.
func refusal(t *testing.T, err error) *client.Error {
	t.Helper()
	var e *client.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no answer of the server", err)
	}
	return e
}
