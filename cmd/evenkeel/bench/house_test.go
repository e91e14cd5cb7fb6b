package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// The sizes of the fleet: few enough services for a list, and the ten thousand
// SLOs that the goals speak of.
const (
	services  = 200
	slosEach  = 50
	fleetSize = services * slosEach
	teams     = 10
)

// house is the program over a database with a fleet in it.
type house struct {
	*app.App
	database location
	clock    *movable
	log      *switchable
	token    string // of a person who is a member of every team, and no administrator
	names    []slo.Name
	system   context.Context // in which the program itself calls
}

// location is where a database is.
type location struct {
	dir string // SQLite's
	url string // PostgreSQL's
}

// name is what figures call the database.
func (l location) name() string {
	if l.url != "" {
		return "PostgreSQL"
	}
	return "SQLite"
}

// movable is the machine's clock, moved ahead: it keeps running, as in production,
// and a tick of five minutes need not be waited for.
type movable struct{ ahead atomic.Int64 }

func (m *movable) Now() time.Time {
	return clock.Round(time.Now().Add(time.Duration(m.ahead.Load())))
}

// switchable is a log that can be turned off while the program runs. It writes to
// the null device, with a system call for each line as to any file.
type switchable struct {
	slog.Handler
	on *atomic.Bool
}

func newSwitchable(tb testing.TB) *switchable {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	check(tb, err)
	tb.Cleanup(func() { check(tb, null.Close()) })
	return &switchable{Handler: slog.NewTextHandler(null, nil), on: new(atomic.Bool)}
}

// Enabled implements slog.Handler.
func (s *switchable) Enabled(ctx context.Context, l slog.Level) bool {
	return s.on.Load() && s.Handler.Enabled(ctx, l)
}

// open puts the program together over a database.
func open(ctx context.Context, at location, now clock.Clock, log *slog.Logger) (*app.App, error) {
	// A quota that no client of the benchmark reaches: it is counted all the same.
	environ := []string{"EVENKEEL_DATA_DIR=" + at.dir, "EVENKEEL_LIMITS_REQUESTS_PER_SECOND=1000000", "EVENKEEL_LIMITS_BURST=10000", "EVENKEEL_GITHUB_WEBHOOK_SECRET=" + webhookSecret}
	if at.url != "" {
		environ = append(environ, "EVENKEEL_DATABASE_URL="+at.url)
	}
	c, err := config.Load(config.Sources{Environ: environ, Hostname: "bench"})
	if err != nil {
		return nil, err
	}
	return app.Open(ctx, app.Options{Config: c.Config, BaseURL: "http://127.0.0.1", Clock: now, Logger: log})
}

// onSQLite returns a house over SQLite with ten thousand SLOs.
func onSQLite(tb testing.TB) *house {
	tb.Helper()
	return newHouse(tb, location{dir: copyTemplate(tb)}, slosEach)
}

// onPostgres returns a house over PostgreSQL with fewer SLOs to a service.
func onPostgres(tb testing.TB, each int) *house {
	tb.Helper()
	return newHouse(tb, location{url: storetest.PostgresURL(tb), dir: tb.TempDir()}, each)
}

// newHouse opens the program over a database, and populates it unless it is a copy
// of the template.
func newHouse(tb testing.TB, at location, each int) *house {
	tb.Helper()
	h := &house{database: at, clock: &movable{}, log: newSwitchable(tb)}
	_, err := os.Stat(filepath.Join(at.dir, store.FileName))
	fresh := err != nil
	h.App, err = open(tb.Context(), at, h.clock.Now, slog.New(h.log))
	check(tb, err)
	tb.Cleanup(func() { check(tb, h.Close(context.Background())) })
	h.system = access.WithCaller(tb.Context(), access.System("bench"))
	if fresh {
		check(tb, populate(h.system, h.App, each))
	}
	for s := range services {
		for o := range each {
			h.names = append(h.names, slo.Name{Service: serviceSlug(s), SLO: sloSlug(o)})
		}
	}
	h.token, err = memberToken(h.system, h.App)
	check(tb, err)
	return h
}

func serviceSlug(i int) string { return fmt.Sprintf("service-%03d", i) }
func sloSlug(i int) string     { return fmt.Sprintf("objective-%02d", i) }
func teamSlug(i int) string    { return fmt.Sprintf("team-%02d", i) }
func systemSlug(i int) string  { return fmt.Sprintf("system-%02d", i) }

// populate registers a fleet through the services, in few transactions.
func populate(ctx context.Context, a *app.App, each int) error {
	if err := a.FirstStart(ctx); err != nil {
		return err
	}
	err := a.Store.InTx(ctx, func(ctx context.Context) error {
		for i := range teams {
			_, err := a.Registry.CreateTeam(ctx, registry.TeamInput{Slug: teamSlug(i), Name: "Team " + teamSlug(i)})
			if err != nil {
				return err
			}
			_, err = a.Registry.CreateSystem(ctx, registry.SystemInput{Slug: systemSlug(i), Name: "System " + systemSlug(i), Team: teamSlug(i)})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range services {
		err := a.Store.InTx(ctx, func(ctx context.Context) error { return register(ctx, a, i, each) })
		if err != nil {
			return fmt.Errorf("register service %d: %w", i, err)
		}
	}
	return nil
}

// profile is what is declared of a service, as full as those of teams that care.
func profile(i int) registry.Profile {
	slug := serviceSlug(i)
	return registry.Profile{
		Name: "Service " + slug, Kind: registry.HTTP, Tier: 1 + i%4, Lifecycle: registry.Production,
		Description: "Takes orders of customers from the basket to the confirmation, and knows what became of each.",
		Repository:  "https://git.example.org/shop/" + slug, OnCall: "https://on-call.example.org/" + slug,
		Runbook: "https://docs.example.org/" + slug + "/runbook", Dashboard: "https://dashboards.example.org/" + slug,
		Docs: "https://docs.example.org/" + slug, Contact: "#" + slug,
		Labels:      map[string]string{"language": "go", "region": "eu-1", "data": "personal"},
		Annotations: map[string]string{"example.org/cost-centre": "4711", "example.org/owner-since": "2024"},
	}
}

func register(ctx context.Context, a *app.App, i, each int) error {
	made, err := a.Registry.CreateService(ctx, registry.ServiceInput{
		Slug: serviceSlug(i), Team: teamSlug(i % teams), System: systemSlug(i % teams), Profile: profile(i),
	})
	if err != nil {
		return err
	}
	for o := range each {
		_, _, err := a.SLOs.Declare(ctx, made.ID, slo.Declaration{
			Slug: sloSlug(o), Objective: "99.9%", WindowDays: 28, MinEvents: 100, Category: slo.Availability,
			Resolution: measure.FiveMinutes, GoodEvent: "A request that was not answered with 5xx.",
			Rationale: "Support tickets rise below it.", Reviewer: "Ada Lovelace",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// memberToken makes a person who belongs to every team, with a token to write.
func memberToken(ctx context.Context, a *app.App) (string, error) {
	var text string
	err := a.Store.InTx(ctx, func(ctx context.Context) error {
		p, err := a.Access.CreatePerson(ctx, access.PersonInput{
			DisplayName: "Ada Lovelace", Email: "ada@example.org", Provider: access.ProviderLocal, Issuer: "bench", Subject: "ada",
		})
		if err != nil {
			return err
		}
		for i := range teams {
			if _, err := a.Registry.AddMember(ctx, teamSlug(i), p.ID); err != nil {
				return err
			}
		}
		_, text, err = a.Access.IssueToken(ctx, access.TokenInput{
			Kind: access.PersonalToken, Name: "bench", Person: p.ID, Scopes: []access.Scope{access.ScopeWrite},
		})
		return err
	})
	return text, err
}

// templates are databases that benchmarks copy, removed when all have run.
var templates struct {
	sync.Mutex
	dir string
}

// copyTemplate returns a directory with a copy of SQLite's file with the fleet,
// which is made once.
func copyTemplate(tb testing.TB) string {
	tb.Helper()
	templates.Lock()
	defer templates.Unlock()
	if templates.dir == "" {
		dir, err := os.MkdirTemp("", "evenkeel-bench-")
		check(tb, err)
		templates.dir = dir
		ctx := access.WithCaller(context.Background(), access.System("bench"))
		a, err := open(ctx, location{dir: dir}, clock.System, slog.New(slog.DiscardHandler))
		check(tb, err)
		check(tb, populate(ctx, a, slosEach))
		check(tb, a.Close(ctx))
	}
	dir := tb.TempDir()
	check(tb, copyFile(filepath.Join(dir, store.FileName), filepath.Join(templates.dir, store.FileName)))
	return dir
}

func copyFile(to, from string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		return err
	}
	return target.Close()
}

func removeTemplates() error {
	if templates.dir == "" {
		return nil
	}
	return os.RemoveAll(templates.dir)
}

// serve answers on a free port of loopback as the program does, and returns the
// address.
func serve(tb testing.TB, h http.Handler) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(tb, err)
	server := api.Server(h, l.Addr().String(), nil)
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	tb.Cleanup(func() {
		check(tb, server.Close())
		<-done
	})
	return l.Addr().String()
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
