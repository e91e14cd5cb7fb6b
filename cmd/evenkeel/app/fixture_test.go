package app_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// start is when every test begins: on the start of a slot of either resolution.
var start = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// webhookSecret is what GitHub signs webhooks with.
const webhookSecret = "webhooks are signed with this"

// encryptionKey is what the house on PostgreSQL encrypts with.
const encryptionKey = "a2V5cyBvZiAzMiBieXRlcywgYXMgQUVTLTI1NiBoYXM="

// house is the whole program over a database of its own, with a few people and
// what they look after. Every answer that it gives is held to what all answers
// have in common, see answer_test.go.
type house struct {
	t       *testing.T
	app     *app.App
	handler http.Handler
	clock   *clock.Manual
	log     *record
	tokens  map[string]string // by the name of whom they are
	ids     map[string]string // by the name of what they are
	calls   atomic.Int64
	classes [6]atomic.Int64
	// secrets must be neither in a reply, but for the one that gives them out, nor
	// in the log.
	secrets []string
	// warnings are messages that may be in the log, for the test is about what they warn of.
	warnings []string
}

// record is a log that is looked at afterwards.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// onEach runs the test in a furnished house on SQLite, and in one on PostgreSQL.
func onEach(t *testing.T, do func(t *testing.T, h *house)) {
	t.Helper()
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		h := open(t, "")
		h.furnish()
		do(t, h)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		h := open(t, storetest.PostgresURL(t))
		h.furnish()
		do(t, h)
	})
}

// migrated is the file of a migrated SQLite database, made once.
var migrated = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "evenkeel-migrated-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{DataDir: dir})
	if err != nil {
		return nil, err
	}
	if err := s.Migrate(ctx); err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, store.FileName))
})

// furnishDatabase has a data directory without a database hold a migrated one, where SQLite is used.
func furnishDatabase(t *testing.T, c config.Config) {
	t.Helper()
	if c.UsesPostgreSQL() {
		return
	}
	if _, err := os.Stat(c.SQLitePath()); err == nil {
		return
	}
	file, err := migrated()
	if err != nil {
		t.Fatalf("make the template of databases: %v", err)
	}
	if err := os.WriteFile(c.SQLitePath(), file, 0o600); err != nil {
		t.Fatal(err)
	}
}

// open starts the program for the first time.
func open(t *testing.T, database string, change ...func(*config.Config)) *house {
	t.Helper()
	loaded, err := config.Load(config.Sources{Hostname: "test"})
	if err != nil {
		t.Fatal(err)
	}
	c := loaded.Config
	c.GitHub.WebhookSecret = config.NewSecret(webhookSecret)
	c.Workloads.Issuers = config.List{access.GitHubActions}
	if database != "" { // SQLite makes one for itself
		c.Encryption.Key = config.NewSecret(encryptionKey)
	}
	c.Limits.RequestsPerSecond = 0 // tests call as often as they can
	for _, configure := range change {
		configure(&c)
	}
	c.DataDir, c.Database.URL = t.TempDir(), config.NewSecret(database)
	furnishDatabase(t, c)
	h := &house{t: t, clock: clock.NewManual(start), log: &record{}, tokens: map[string]string{"nobody": ""}, ids: map[string]string{}}
	h.app, err = app.Open(t.Context(), app.Options{
		Config: c, BaseURL: "http://evenkeel.example", Version: "test", Clock: h.clock.Now,
		Logger: slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(h.leave)
	if err := h.app.FirstStart(t.Context()); err != nil {
		t.Fatalf("first start: %v", err)
	}
	h.handler = h.app.Handler()
	token, err := os.ReadFile(h.app.TokenPath())
	if err != nil {
		t.Fatal(err)
	}
	h.tokens["administrator"] = strings.TrimSpace(string(token))
	return h
}

// leave looks at the log: nothing failed inside, and no secret is in it.
func (h *house) leave() {
	if err := h.app.Close(context.Background()); err != nil {
		h.t.Errorf("close: %v", err)
	}
	log := h.log.String()
	for line := range strings.Lines(log) {
		if strings.Contains(line, `"msg":"request not served"`) && strings.Contains(line, `the data source \"`) {
			continue // what failed is elsewhere
		}
		if slices.ContainsFunc(h.warnings, func(w string) bool { return strings.Contains(line, `"msg":"`+w+`"`) }) {
			continue
		}
		if strings.Contains(line, `"level":"ERROR"`) || strings.Contains(line, `"level":"WARN"`) {
			h.t.Errorf("logged: %.2000s", line)
		}
	}
	for _, token := range h.tokens {
		if token != "" {
			h.secrets = append(h.secrets, token)
		}
	}
	for _, secret := range h.secrets {
		if strings.Contains(log, secret) {
			h.t.Errorf("the log holds the secret %.12s…", secret)
		}
	}
	h.t.Logf("%d requests: %d × 2xx, %d × 3xx, %d × 4xx, %d × 5xx", h.calls.Load(),
		h.classes[2].Load(), h.classes[3].Load(), h.classes[4].Load(), h.classes[5].Load())
	// Package testing keeps what a test had cleaned up until all tests have ended, this house
	// among it: the programs of all houses together would take gigabytes.
	h.app, h.handler, h.log = nil, nil, nil
}

// statements is how many a deed takes: the least of three times, for what the program notes by
// itself, such as that a token was used, comes in between now and then.
func (h *house) statements(deed func()) int64 {
	h.t.Helper()
	least := int64(math.MaxInt64)
	for range 3 {
		before := h.app.Store.Statements()
		deed()
		least = min(least, h.app.Store.Statements()-before)
	}
	return least
}

// system is the context of the program itself.
func (h *house) system() context.Context {
	return access.WithCaller(context.Background(), access.System("test"))
}

// person adds somebody, with a token of the scopes.
func (h *house) person(name string, scopes ...access.Scope) {
	h.t.Helper()
	p, err := h.app.Access.CreatePerson(h.system(), access.PersonInput{
		DisplayName: name, Provider: access.ProviderLocal, Issuer: "test", Subject: name,
	})
	if err != nil {
		h.t.Fatalf("add %s: %v", name, err)
	}
	h.ids[name] = string(p.ID)
	h.token(name, access.TokenInput{Kind: access.PersonalToken, Person: p.ID, Scopes: scopes})
}

// token makes a token that is called so.
func (h *house) token(name string, in access.TokenInput) {
	h.t.Helper()
	in.Name = name
	token, text, err := h.app.Access.IssueToken(h.system(), in)
	if err != nil {
		h.t.Fatalf("make a token for %s: %v", name, err)
	}
	h.tokens[name], h.ids["token of "+name] = text, string(token.ID)
}

// workload gives a team a token for programs.
func (h *house) workload(name, team string, scopes ...access.Scope) {
	h.t.Helper()
	h.token(name, access.TokenInput{Kind: access.WorkloadToken, Team: id.ID(h.ids[team]), Scopes: scopes})
}

// furnish has two teams below a third. Ada and Rita, who only reads, are in the
// one that owns checkout and ledger, Bob is in the one that owns finder. Each
// team has a program: pipeline and robot of the first, stranger of the second.
func (h *house) furnish() {
	h.t.Helper()
	h.person("ada", access.ScopeRead, access.ScopeWrite)
	h.person("bob", access.ScopeRead, access.ScopeWrite)
	h.person("rita", access.ScopeRead)
	for _, team := range []string{"engineering", "payments", "search"} {
		parent := ""
		if team != "engineering" {
			parent = `,"parent":"engineering"`
		}
		h.make("administrator", "team "+team, "/v1/teams", `{"slug":"`+team+`","name":"`+team+`"`+parent+`}`)
	}
	for person, team := range map[string]string{"ada": "payments", "rita": "payments", "bob": "search"} {
		h.must(200, call{as: "administrator", method: "PUT", path: "/v1/teams/" + team + "/members/" + h.ids[person]})
	}
	h.workload("pipeline", "team payments", access.ScopeRead, access.ScopePush)
	h.workload("robot", "team payments", access.ScopeRead, access.ScopeWrite)
	h.workload("stranger", "team search", access.ScopeRead, access.ScopeWrite)
	h.make("ada", "system shop", "/v1/systems", `{"slug":"shop","name":"Shop","team":"payments"}`)
	h.make("ada", "service checkout", "/v1/services", service(`"system":"shop"`))
	h.make("ada", "service ledger", "/v1/services", service(`"slug":"ledger"`))
	h.make("bob", "service finder", "/v1/services", service(`"slug":"finder"`, `"team":"search"`))
	h.make("ada", "slo availability", "/v1/services/checkout/slos", slo())
	h.make("ada", "slo latency", "/v1/services/checkout/slos", slo(`"slug":"latency"`, `"indicator":{"category":"latency","counting":"bad_total","resolutionSeconds":300}`))
	h.make("bob", "slo of finder", "/v1/services/finder/slos", slo())
	h.make("ada", "dependency", "/v1/services/checkout/dependencies", `{"on":"ledger","criticality":"hard"}`)
}

// make makes a thing, and remembers its identifier.
func (h *house) make(as, name, path, body string) answer {
	h.t.Helper()
	a := h.must(201, call{as: as, method: "POST", path: path, body: body})
	h.ids[name] = a.text("id")
	return a
}

// rename gives a thing another slug.
func (h *house) rename(as, path, slug string) {
	h.t.Helper()
	now := h.must(200, call{as: as, method: "GET", path: path})
	body := now.object()
	for _, readOnly := range []string{"id", "version", "createdAt", "updatedAt", "retiredAt", "revision", "state", "stale", "service", "revisedBy", "warnings", "health", "slos", "entity", "managed"} {
		delete(body, readOnly)
	}
	for _, ref := range []string{"team", "system", "parent"} {
		if r, ok := body[ref].(map[string]any); ok {
			body[ref] = r["slug"]
		}
	}
	if strings.HasPrefix(path, "/v1/services/") {
		delete(body, "team")
		delete(body, "reviewBy")
	}
	body["slug"] = slug
	h.must(200, call{as: as, method: "PUT", path: path, header: []string{"If-Match: " + now.header.Get("ETag")}, body: encode(body)})
}

// The bodies of things that are right, each with members changed or added.

func service(changes ...string) string {
	return with(`{"slug":"checkout","name":"Checkout","team":"payments","kind":"http","tier":2}`, changes...)
}

func slo(changes ...string) string {
	return with(`{"slug":"availability","name":"Availability","objective":"99.9%","indicator":{"category":"availability"}}`, changes...)
}

// dataSource is on this machine, at a port at which nothing listens.
func dataSource(changes ...string) string {
	return with(`{"slug":"prometheus-eu","name":"Prometheus","kind":"prometheus","address":"http://127.0.0.1:1"}`, changes...)
}

// slots are pushed, each given as its members.
func slots(members ...string) string {
	return `{"slots":[{` + strings.Join(members, "},{") + `}]}`
}

// at is the start of a slot so long ago.
func at(ago time.Duration) string {
	return fmt.Sprintf(`"start":%q`, start.Add(-ago).Format(time.RFC3339))
}
