package notify_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/notify/carry"
	"github.com/evenkeel/evenkeel/services/registry"
)

// whsec signs in tests: 32 bytes in base64.
const whsec = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

// house is notifications over a fresh database and real connections to this machine. Its
// clock stands still until it is moved. Ada is in the team "payments", below "shop"; root
// administers.
type house struct {
	*notify.Service
	t        *testing.T
	store    *store.Store
	log      *audit.Service
	clock    *clock.Manual
	outbox   *notify.Outbox
	settings notify.Settings
	carrier  *carry.Carrier
	rules    notify.Rules

	ada, root, nobody context.Context
	payments, shop    registry.Team
}

// secrets are those that an operator put somewhere.
type secrets map[string]string

func (s secrets) Secret(_ context.Context, name string) (string, error) {
	if text, ok := s[name]; ok {
		return text, nil
	}
	return "", fault.New(fault.Unavailable, "secret_missing", "there is no secret %q", name)
}

func newHouse(t *testing.T, change ...func(*carry.Parts, *notify.Settings)) *house {
	t.Helper()
	return newHouseOver(t, storetest.SQLite(t), change...)
}

func newHouseOver(t *testing.T, s *store.Store, change ...func(*carry.Parts, *notify.Settings)) *house {
	t.Helper()
	h := &house{
		t: t, store: s, clock: clock.NewManual(storetest.Start), nobody: t.Context(),
		settings: notify.Settings{Mode: notify.On, PerHour: 30},
	}
	parts := carry.Parts{
		Secrets: secrets{"notify-payments-hook": whsec}, Reach: outbound.Reach{AllowLoopback: true, Only: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
		Source: "https://evenkeel.example.org", Clock: h.clock.Now, Logger: slog.New(slog.DiscardHandler), Timeout: 5 * time.Second,
	}
	for _, do := range change {
		do(&parts, &h.settings)
	}
	h.carrier = carry.New(parts)
	authorizer := access.NewAuthorizer(h.store.Access())
	h.log = audit.NewService(h.store.Audit(), h.store, authorizer, h.clock.Now)
	teams := registry.New(h.store.Registry(), h.store.Access(), h.store, authorizer, h.log, h.clock.Now)
	h.outbox = notify.NewOutbox(h.store.Notify(), h.clock.Now)
	h.Service = notify.NewService(notify.Parts{
		Store: h.store.Notify(), Teams: h.store.Registry(), People: h.store.Access(), Carrier: h.carrier,
		Runner: h.store, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now, Settings: h.settings,
	})
	h.ada, h.root = h.person("ada"), h.person("root")
	h.shop = ok(teams.CreateTeam(h.root, registry.TeamInput{Slug: "shop", Name: "Shop"}))(t)
	h.payments = ok(teams.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t)
	h.payments.Parent = h.shop.ID
	if err := h.store.Registry().UpdateTeam(t.Context(), h.payments); err != nil {
		t.Fatal(err)
	}
	return h
}

// person is a context in which somebody new calls, root as an administrator.
func (h *house) person(name string) context.Context {
	h.t.Helper()
	p := storetest.Person(h.t, h.store, name)
	c := access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeWrite}}
	if name == "root" {
		c.Administrator, c.Scopes = true, access.Scopes
	}
	return access.WithCaller(h.t.Context(), c)
}

// courier is a replica's: it knows nothing that is not in the database.
func (h *house) courier() *notify.Courier {
	return notify.NewCourier(notify.CourierParts{
		Store: h.store.Notify(), Teams: h.store.Registry(), People: h.store.Access(), Carrier: h.carrier, Runner: h.store,
		Settings: h.settings, Rules: h.rules, Clock: h.clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
}

func (h *house) run() map[string]int64 {
	h.t.Helper()
	return ok(h.courier().RunOnce(h.t.Context()))(h.t)
}

// tell tells events as a domain does, in a transaction.
func (h *house) tell(events ...event.Event) {
	h.t.Helper()
	err := h.store.InTx(h.t.Context(), func(ctx context.Context) error { return h.outbox.Tell(ctx, events...) })
	if err != nil {
		h.t.Fatal(err)
	}
}

// opened is a violation of the payments' checkout.
func (h *house) opened(matter string) event.Event {
	return event.Event{
		Type: event.ViolationOpened, Key: "violation/" + matter, At: h.clock.Now().Add(-time.Second), Team: h.payments.ID,
		Subject: "checkout/availability", Title: "checkout/availability consumed 118.64 % of its error budget",
		Text: "Changes wait until it recovers.", Link: "/violations/" + matter,
		Figures: []event.Figure{{Name: "consumed", Value: "118.64 %"}},
	}
}

func (h *house) hook(name, address string, change ...func(*notify.TargetInput)) notify.Target {
	h.t.Helper()
	in := notify.TargetInput{Team: "payments", Name: name, Kind: notify.Webhook, Address: address, Secret: "notify-payments-hook", Enabled: true}
	for _, do := range change {
		do(&in)
	}
	return ok(h.CreateTarget(h.root, in))(h.t).Target
}

// all are the notifications of a target, the oldest first.
func (h *house) all(target id.ID) []notify.Notification {
	h.t.Helper()
	found := ok(h.Notifications(h.ada, notify.NotificationFilter{Target: target}, page.Request{Limit: page.MaxLimit}))(h.t).Items
	for i, j := 0, len(found)-1; i < j; i, j = i+1, j-1 {
		found[i], found[j] = found[j], found[i]
	}
	return found
}

// received is a request as it came to a receiver.
type received struct {
	path   string
	header http.Header
	body   []byte
}

// receiver is a server on this machine that takes what is sent, and answers as it is told.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []received
	answer func(n int, w http.ResponseWriter, r *http.Request)
}

func newReceiver(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) *receiver {
	t.Helper()
	v := &receiver{answer: answer}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		v.mu.Lock()
		v.got = append(v.got, received{r.URL.Path, r.Header.Clone(), body})
		n := len(v.got)
		v.mu.Unlock()
		if v.answer != nil {
			v.answer(n, w, r)
		}
	}))
	t.Cleanup(v.Close)
	return v
}

func (v *receiver) requests() []received {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]received(nil), v.got...)
}

func ok[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected: %v", err)
		}
		return v
	}
}

func refused(t testing.TB, err error, kind fault.Kind, code string) *fault.Error {
	t.Helper()
	e := fault.As(err)
	if e == nil || e.Kind != kind || e.Code != code {
		t.Fatalf("got %v, want %s %s", err, kind, code)
	}
	return e
}

var errCrash = errors.New("the process is gone")

func pageOf(n int) page.Request { return page.Request{Limit: n} }

// shortly has receivers given up on soon.
func shortly(p *carry.Parts, _ *notify.Settings) { p.Timeout = 300 * time.Millisecond }
