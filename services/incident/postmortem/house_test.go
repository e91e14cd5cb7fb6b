package postmortem_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
	"github.com/evenkeel/evenkeel/services/registry"
)

// start is a Friday.
var start = time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)

// house is postmortems over a fresh database: Ada and Cara are of the team payments, which owns
// checkout; Pia is of the platform, its parent team; Bob and Eve are of none, root administers, and
// the pipeline is the team's workload.
type house struct {
	*postmortem.Service
	store     *store.Store
	incidents *incident.Service
	log       *audit.Service
	clock     *clock.Manual
	as        map[string]context.Context
	people    map[string]id.ID
	team      id.ID
	platform  id.ID
	checkout  id.ID

	mu      sync.Mutex
	told    []event.Event
	actions []postmortem.Action
	claims  []postmortem.Claim
	shares  map[id.ID]map[id.ID]float64
	// meanwhile is done when shares are asked for: between what a round reads and what it writes.
	meanwhile func()
}

// Tell keeps what is told. What is kept by the outbox is for notify to test.
func (h *house) Tell(_ context.Context, events ...event.Event) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told = append(h.told, events...)
	return nil
}

// Actions, Claims and Share are what others will know.
func (h *house) Actions(context.Context, id.ID) ([]postmortem.Action, error) { return h.actions, nil }

func (h *house) Claims(_ context.Context, _ time.Time, after id.ID, most int) ([]postmortem.Claim, error) {
	var out []postmortem.Claim
	for _, c := range h.claims {
		if c.Violation > after && len(out) < most {
			out = append(out, c)
		}
	}
	return out, nil
}

func (h *house) Share(context.Context, []incident.Incident) (map[id.ID]map[id.ID]float64, error) {
	if h.meanwhile != nil {
		h.meanwhile()
	}
	return h.shares, nil
}

// onEach runs the test on both databases.
func onEach(t *testing.T, do func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		do(t, houseOn(t, storetest.SQLite(t)))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		do(t, houseOn(t, storetest.Postgres(t)))
	})
}

func newHouse(t *testing.T) *house { return houseOn(t, storetest.SQLite(t)) }

func houseOn(t *testing.T, s *store.Store) *house {
	t.Helper()
	h := &house{store: s, clock: clock.NewManual(start), as: map[string]context.Context{}, people: map[string]id.ID{}, shares: map[id.ID]map[id.ID]float64{}}
	authorizer := access.NewAuthorizer(s.Access())
	h.log = audit.NewService(s.Audit(), s, authorizer, h.clock.Now)
	rooms := registry.New(s.Registry(), s.Access(), s, authorizer, h.log, h.clock.Now)
	h.incidents = incident.NewService(incident.Parts{
		Store: s.Incidents(), Happenings: s.Incidents(), Registry: s.Registry(), People: s.Access(), Runner: s, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	h.Service = postmortem.NewService(postmortem.Parts{
		Store: s.Postmortems(), Incidents: h.incidents, Kept: s.Incidents(), Registry: s.Registry(), People: s.Access(),
		Actions: h, Claims: h, Shares: h, Teller: h, Rules: postmortem.Usual(), Runner: s, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	for _, name := range []string{"ada", "bob", "cara", "eve", "pia", "root"} {
		p := storetest.Person(t, s, name)
		h.people[name] = p.ID
		c := access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}}
		if name == "root" {
			c.Administrator, c.Scopes = true, access.Scopes
		}
		h.as[name] = access.WithCaller(t.Context(), c)
	}
	h.as["nobody"] = t.Context()
	h.as["job"] = access.WithCaller(t.Context(), access.System("request-postmortems"))
	h.platform = ok(rooms.CreateTeam(h.as["pia"], registry.TeamInput{Slug: "platform", Name: "Platform"}))(t).ID
	h.team = ok(rooms.CreateTeam(h.as["root"], registry.TeamInput{Slug: "payments", Name: "Payments", Parent: "platform"}))(t).ID
	for _, name := range []string{"ada", "cara"} {
		if err := s.Registry().AddMember(t.Context(), registry.Member{Team: h.team, Person: h.people[name], JoinedAt: start}); err != nil {
			t.Fatal(err)
		}
	}
	h.as["pipeline"] = access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: h.team, Name: "pipeline", Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}})
	h.checkout = ok(rooms.CreateService(h.as["ada"], registry.ServiceInput{Slug: "checkout", Team: "payments", Profile: registry.Profile{
		Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}}))(t).ID
	return h
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

// declare enters an incident of checkout that lasted an hour, and was resolved now.
func (h *house) declare(t *testing.T, set ...func(*incident.Input)) incident.Incident {
	t.Helper()
	now := h.clock.Now()
	detected := now.Add(-50 * time.Minute)
	in := incident.Input{Status: incident.Resolved, Terms: incident.Terms{
		Title: "Checkout is down", Severity: "sev1", Services: []incident.Involved{{Service: h.checkout, Part: incident.Affected}},
		ImpactStart: now.Add(-time.Hour), DetectedAt: &detected, ResolvedAt: &now,
	}}
	for _, s := range set {
		s(&in)
	}
	return ok(h.incidents.Declare(h.as["ada"], in))(t)
}

func severity(s incident.Severity) func(*incident.Input) {
	return func(in *incident.Input) { in.Severity = s }
}

// types are those of what was told, in its order.
func (h *house) types() []event.Type {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []event.Type
	for _, e := range h.told {
		out = append(out, e.Type)
	}
	return out
}

// whole is a text that has all that the built-in template requires.
func whole(summary string) string {
	var b strings.Builder
	for _, name := range []string{"Summary", "Impact", "Root causes and contributing factors", "Trigger", "Detection", "Resolution", "Lessons", "Action items"} {
		b.WriteString("## " + name + "\n\n" + summary + "\n\n")
	}
	return b.String()
}

// to brings a postmortem of a new incident, written by Ada, to the status; Bob reviews it.
func (h *house) to(t *testing.T, status postmortem.Status, set ...func(*incident.Input)) postmortem.View {
	t.Helper()
	i := h.declare(t, set...)
	if status == postmortem.Requested || status == postmortem.Waived {
		r := ok(h.Ask(h.as["eve"], i.ID, "to learn"))(t)
		if status == postmortem.Waived {
			ok(h.Waive(h.as["root"], i.ID, r.ID, "tiny"))(t)
		}
		return ok(h.Get(h.as["ada"], i.ID))(t)
	}
	v := ok(h.Begin(h.as["ada"], i.ID, ""))(t)
	if status == postmortem.Draft {
		return v
	}
	v = ok(h.Save(h.as["ada"], i.ID, v.Version, postmortem.TextInput{Text: whole("The pool ran dry.")}))(t)
	v = ok(h.Submit(h.as["ada"], i.ID, v.Version, []id.ID{h.people["bob"]}))(t)
	if status == postmortem.InReview {
		return v
	}
	v = ok(h.Review(h.as["bob"], i.ID, v.Version, postmortem.Verdict{Approve: true}))(t)
	if status == postmortem.Approved {
		return v
	}
	return ok(h.Publish(h.as["cara"], i.ID, v.Version))(t)
}

func sorted[T ~string](list []T) []T {
	out := slices.Clone(list)
	slices.Sort(out)
	return out
}
