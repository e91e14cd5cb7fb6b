package audit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
	"github.com/evenkeel/evenkeel/services/audit/chain"
	"github.com/evenkeel/evenkeel/services/registry"
)

// house is the log over a fresh database, and a team with one member.
type house struct {
	*audit.Service
	store *store.Store
	clock *clock.Manual
	crew  id.ID
	ada   access.Caller // its member
	root  access.Caller // an administrator
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{store: storetest.SQLite(t), clock: clock.NewManual(storetest.Start)}
	h.Service = audit.NewService(h.store.Audit(), h.store, access.NewAuthorizer(h.store.Access()), h.clock.Now)
	ada := storetest.Person(t, h.store, "ada")
	h.crew = storetest.Team(t, h.store, "crew").ID
	if err := h.store.Registry().AddMember(t.Context(), registry.Member{Team: h.crew, Person: ada.ID, JoinedAt: storetest.Start}); err != nil {
		t.Fatal(err)
	}
	h.ada = access.Caller{Kind: access.ByPerson, Person: ada.ID, Token: "t1", Name: "ada", Scopes: []access.Scope{access.ScopeWrite}}
	h.root = access.Caller{Kind: access.ByPerson, Person: "root", Name: "root", Administrator: true, Scopes: access.Scopes}
	return h
}

func (h *house) list(t *testing.T, f audit.Filter) []audit.Entry {
	t.Helper()
	p, err := h.List(access.WithCaller(t.Context(), h.root), f, page.Request{Limit: page.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	return p.Items
}

func TestAnEntrySaysWhoDidWhatAndWhy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	o := access.Object{Kind: access.KindService, ID: "01ARZ3NDEKTSV4RRFFQ69G5FAV", Label: "checkout", Team: h.crew}
	type tier struct{ Tier int }
	err := h.RecordDiff(access.WithCaller(t.Context(), h.ada), access.Update, o, "more important\x00 now", tier{2}, tier{1})
	if err != nil {
		t.Fatal(err)
	}
	got := h.list(t, audit.Filter{})
	if len(got) != 1 {
		t.Fatalf("%d entries", len(got))
	}
	e := got[0]
	if string(e.Changes) != `{"tier":{"from":2,"to":1}}` {
		t.Errorf("changes %s", e.Changes)
	}
	if proofs, err := chain.ParseProofs(e.Proof); err != nil || proofs[0].Salt == proofs[1].Salt {
		t.Errorf("its salts are %+v: %v", proofs, err)
	}
	e.ID, e.Changes, e.Proof = "", nil, ""
	want := audit.Entry{
		At: storetest.Start, Outcome: audit.Done, ActorKind: access.ByPerson, ActorPerson: h.ada.Person, ActorToken: "t1", ActorName: "ada",
		Action: "service.update", ObjectKind: access.KindService, ObjectID: o.ID, ObjectLabel: "checkout", Team: h.crew, Reason: "more important now",
	}
	if fmt.Sprintf("%+v", e) != fmt.Sprintf("%+v", want) {
		t.Errorf("got %+v, want %+v", e, want)
	}
}

func TestAChangeThatFailsLeavesNoEntry(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	broken := errors.New("broken")
	err := h.store.InTx(access.WithCaller(t.Context(), h.ada), func(ctx context.Context) error {
		if err := h.Record(ctx, audit.Change{Verb: access.Create, Object: access.Object{Kind: access.KindTeam}}); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) || len(h.list(t, audit.Filter{})) != 0 {
		t.Errorf("got %v, and %d entries", err, len(h.list(t, audit.Filter{})))
	}
}

func TestRefusalsOfACallerAreWrittenTwentyTimesAMinuteAndThenCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	refuse := func(c access.Caller, times int) {
		t.Helper()
		// A client that hung up is recorded too.
		ctx, hangUp := context.WithCancel(t.Context())
		hangUp()
		for range times {
			if err := h.RecordRefusal(ctx, access.Refusal{Caller: c, Verb: access.Retire, Object: access.Object{Kind: access.KindService, Team: h.crew}, Reason: "no"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	bob := access.Caller{Kind: access.ByPerson, Person: "bob"}
	refuse(bob, 57)
	refuse(h.ada, 1)
	if got := h.list(t, audit.Filter{Actor: "bob"}); len(got) != 20 {
		t.Errorf("%d entries of bob", len(got))
	}
	if got := h.list(t, audit.Filter{Actor: h.ada.Person}); len(got) != 1 || got[0].Reason != "no" || got[0].Outcome != audit.Refused || got[0].Action != "service.retire" {
		t.Errorf("of ada: %+v", got)
	}
	h.clock.Advance(time.Minute)
	refuse(bob, 1)
	h.clock.Advance(time.Second)
	refuse(bob, 1)
	got := h.list(t, audit.Filter{Actor: "bob", Outcome: audit.Refused})
	if len(got) != 22 || !strings.Contains(got[1].Reason, "37 more") || got[0].Reason != "no" { // 57 − 20
		t.Errorf("%d entries, the last two are %+v", len(got), got[:2])
	}
}

func TestTheMemoryOfRefusalsIsBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 1100 {
		err := h.RecordRefusal(t.Context(), access.Refusal{Caller: access.Caller{Kind: access.ByPerson, Person: id.ID(fmt.Sprint(i))}, Verb: access.Run, Object: access.Object{Kind: access.KindJob}})
		if err != nil {
			t.Fatal(err)
		}
	}
	// 1,024 callers are told apart; the 76 others share twenty entries.
	n, after := 0, ""
	for {
		p, err := h.List(access.WithCaller(t.Context(), h.root), audit.Filter{Outcome: audit.Refused}, page.Request{Limit: page.MaxLimit, After: after})
		if err != nil {
			t.Fatal(err)
		}
		if n += len(p.Items); p.Next == "" {
			break
		}
		after = p.Next
	}
	if n != 1044 {
		t.Errorf("%d entries", n)
	}
}

func TestMembersReadTheirTeamsEntriesAndAdministratorsAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, team := range []id.ID{h.crew, "others"} {
		if err := h.Record(access.WithCaller(t.Context(), access.System("test")), audit.Change{Verb: access.Create, Object: access.Object{Kind: access.KindService, Team: team}}); err != nil {
			t.Fatal(err)
		}
	}
	entries := map[id.ID]id.ID{}
	for _, e := range h.list(t, audit.Filter{}) {
		entries[e.Team] = e.ID
	}
	plainRoot := h.root
	plainRoot.Scopes = []access.Scope{access.ScopeWrite}
	workload := access.Caller{Kind: access.ByTeam, Team: h.crew, Scopes: []access.Scope{access.ScopeWrite}}
	for name, row := range map[string]struct {
		caller access.Caller
		team   id.ID
		want   int // −1: forbidden
	}{
		"a member, their team":                     {h.ada, h.crew, 1},
		"a member, another":                        {h.ada, "others", -1},
		"a member, all":                            {h.ada, "", -1},
		"an administrator, all":                    {h.root, "", 2},
		"an administrator, a team":                 {h.root, "others", 1},
		"an administrator without the scope admin": {plainRoot, "", -1},
		"a workload, its team":                     {workload, h.crew, -1},
	} {
		p, err := h.List(access.WithCaller(t.Context(), row.caller), audit.Filter{Team: row.team}, page.Request{})
		if row.want < 0 {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", name, err)
			}
		} else if err != nil || len(p.Items) != row.want {
			t.Errorf("%s: %d entries, %v", name, len(p.Items), err)
		}
	}
	ctx := access.WithCaller(t.Context(), h.ada)
	if e, err := h.Entry(ctx, entries[h.crew]); err != nil || e.Team != h.crew {
		t.Errorf("the team's: %+v, %v", e, err)
	}
	if e, err := h.Entry(ctx, entries["others"]); !fault.Is(err, fault.Forbidden) || e.ID != "" {
		t.Errorf("another's: %+v, %v", e, err)
	}
	if _, err := h.List(ctx, audit.Filter{Team: h.crew, Outcome: "perhaps", From: storetest.Start, To: storetest.Start}, page.Request{}); fault.As(err) == nil || len(fault.As(err).Violations) != 2 {
		t.Errorf("a wrong filter: %v", err)
	}
}
