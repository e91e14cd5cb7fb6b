package outage_test

import (
	"context"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/outage"
)

var start = time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)

// house is outages over a fresh database: Ada is of the team that owns checkout, Bob is of
// none, root administers.
type house struct {
	*outage.Service
	store          *store.Store
	clock          *clock.Manual
	log            *audit.Service
	rooms          *registry.Registry
	ada, bob, root context.Context
	checkout       registry.Service
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{store: storetest.SQLite(t), clock: clock.NewManual(start)}
	authorizer := access.NewAuthorizer(h.store.Access())
	h.log = audit.NewService(h.store.Audit(), h.store, authorizer, h.clock.Now)
	h.rooms = registry.New(h.store.Registry(), h.store.Access(), h.store, authorizer, h.log, h.clock.Now)
	h.Service = outage.NewService(outage.Parts{
		Store: h.store.Outages(), Registry: h.store.Registry(), Runner: h.store, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	h.ada, h.bob, h.root = h.person(t, "ada"), h.person(t, "bob"), h.person(t, "root")
	ok(h.rooms.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t)
	h.checkout = h.service(t, "checkout")
	return h
}

func (h *house) service(t *testing.T, slug string) registry.Service {
	t.Helper()
	return ok(h.rooms.CreateService(h.ada, registry.ServiceInput{Slug: slug, Team: "payments", Profile: registry.Profile{
		Name: slug, Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}}))(t)
}

func (h *house) person(t *testing.T, name string) context.Context {
	t.Helper()
	p := storetest.Person(t, h.store, name)
	c := access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeWrite}}
	if name == "root" {
		c.Administrator, c.Scopes = true, access.Scopes
	}
	return access.WithCaller(t.Context(), c)
}

func ok[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func refused(t *testing.T, err error, kind fault.Kind, code string) *fault.Error {
	t.Helper()
	e := fault.As(err)
	if e == nil || e.Kind != kind || code != "" && e.Code != code {
		t.Fatalf("got %v, want %s %s", err, kind, code)
	}
	return e
}

// said is an outage of the class from so many hours ago until so many, 0 while it lasts.
func said(class string, from, to int) outage.Input {
	in := outage.Input{Class: class, Note: "a switch died ", Begins: start.Add(-time.Duration(from) * time.Hour)}
	if to != 0 {
		end := start.Add(-time.Duration(to) * time.Hour)
		in.Ends = &end
	}
	return in
}

func TestAnOutageIsRecordedChangedAndRemovedByItsTeam(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made := ok(h.Record(h.ada, h.checkout.ID, said("network", 3, 0)))(t)
	if made.Ends != nil || made.Note != "a switch died" || made.CreatedBy != "ada" || made.Version != 1 {
		t.Errorf("made %+v", made)
	}
	_, err := h.Record(h.bob, h.checkout.ID, said("network", 3, 0))
	refused(t, err, fault.Forbidden, "")
	_, err = h.Change(h.bob, h.checkout.ID, made.ID, 1, said("network", 3, 1))
	refused(t, err, fault.Forbidden, "")
	refused(t, h.Remove(h.bob, h.checkout.ID, made.ID, 1), fault.Forbidden, "")

	h.clock.Advance(time.Minute)
	changed := ok(h.Change(h.root, h.checkout.ID, made.ID, 1, said("dns", 3, 1)))(t)
	if got := ok(h.Get(h.bob, h.checkout.ID, made.ID))(t); got.Class != "dns" || got.UpdatedBy != "root" || got.CreatedBy != "ada" || got.Version != 2 || changed.Version != 2 || !got.Ends.Equal(start.Add(-time.Hour)) {
		t.Errorf("changed to %+v, read as %+v", changed, got)
	}
	_, err = h.Change(h.ada, h.checkout.ID, made.ID, 1, said("network", 3, 1))
	refused(t, err, fault.Precondition, "")
	other := h.service(t, "ledger")
	_, err = h.Get(h.ada, other.ID, made.ID)
	refused(t, err, fault.NotFound, "outage_not_found")
	refused(t, h.Remove(h.ada, other.ID, made.ID, 2), fault.NotFound, "outage_not_found")
	if err := h.Remove(h.ada, h.checkout.ID, made.ID, 2); err != nil {
		t.Fatal(err)
	}
	if left := ok(h.List(h.bob, outage.Filter{Service: h.checkout.ID}, page.Request{}))(t); len(left.Items) != 0 {
		t.Errorf("left %+v", left.Items)
	}
	var actions []string
	for _, e := range ok(h.log.List(h.root, audit.Filter{ObjectID: made.ID}, page.Request{}))(t).Items {
		actions = append(actions, e.Action+" by "+e.ActorName)
	}
	if len(actions) != 3 {
		t.Errorf("the log has %q", actions)
	}
}

// Nobody knows when an outage begins how long it will last.
func TestAnOutageThatLastedLongIsEndedAsItWas(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made := ok(h.Record(h.ada, h.checkout.ID, said("storage", 399*24, 0)))(t)
	h.clock.Advance(48 * time.Hour)
	if over := ok(h.Change(h.ada, h.checkout.ID, made.ID, 1, said("storage", 399*24, 1)))(t); !over.Ends.Equal(start.Add(-time.Hour)) {
		t.Errorf("it is over at %v", over.Ends)
	}
	_, err := h.Change(h.ada, h.checkout.ID, made.ID, 2, said("storage", 399*24+1, 1))
	if e := refused(t, err, fault.Invalid, ""); e.Violations[0].Pointer != "/from" {
		t.Errorf("it began even earlier: %v", e)
	}
}

func TestWhatCannotBeAnOutageIsRefusedWhereItIsWrong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		in      outage.Input
		pointer string
	}{
		"no class":            {said("", 3, 1), "/class"},
		"a class in capitals": {said("DNS", 3, 1), "/class"},
		"one to come":         {said("dns", -1, 0), "/from"},
		"one of long ago":     {said("dns", 401*24, 400*24), "/from"},
		"one that ends first": {said("dns", 3, 4), "/to"},
		"one of no time":      {said("dns", 3, 3), "/to"},
		"an end to come":      {said("dns", 3, -1), "/to"},
	} {
		_, err := h.Record(h.ada, h.checkout.ID, c.in)
		if e := refused(t, err, fault.Invalid, ""); len(e.Violations) != 1 || e.Violations[0].Pointer != c.pointer {
			t.Errorf("%s: %+v, want one fault at %s", name, e.Violations, c.pointer)
		}
	}
}

func TestTimesAreGivenByServiceAndClass(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.service(t, "ledger")
	for _, in := range []outage.Input{said("network", 9, 7), said("network", 8, 6), said("deploy", 3, 0), said("deploy", 99, 98)} {
		ok(h.Record(h.ada, h.checkout.ID, in))(t)
	}
	ago := func(hours int) time.Time { return start.Add(-time.Duration(hours) * time.Hour) }
	got := ok(h.Classes(t.Context(), []id.ID{h.checkout.ID, other.ID}, ago(24), ago(1)))(t)
	of := got[h.checkout.ID]
	if len(got) != 1 || len(of) != 2 || len(of["network"]) != 2 || len(of["deploy"]) != 1 || of["deploy"][0] != (window.Span{From: ago(3), To: ago(1), Effect: window.Exclude}) {
		t.Errorf("%+v", got)
	}
}
