package access_test

import (
	"context"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/registry"
)

func member(team id.ID, p access.Person) registry.Member {
	return registry.Member{Team: team, Person: p.ID, Name: p.DisplayName, JoinedAt: storetest.Start}
}

func TestAdministratorsEnterPeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	grace := access.PersonInput{DisplayName: "Grace", Email: "grace@example.org", Provider: "local", Issuer: "evenkeel", Subject: "grace"}
	root := as(t, h.root, access.Scopes...)
	p := ok(h.CreatePerson(root, grace))(t)
	if got := ok(h.Person(as(t, h.bob, access.ScopeRead), p.ID))(t); got.DisplayName != "Grace" || got.Version != 1 || !got.CreatedAt.Equal(storetest.Start) {
		t.Errorf("read back %+v", got)
	}
	if got := ok(h.People(as(t, h.bob, access.ScopeRead), access.PersonFilter{Query: "GRA"}, page.Request{}))(t).Items; len(got) != 1 || got[0].ID != p.ID {
		t.Errorf("found %+v", got)
	}
	_, err := h.CreatePerson(root, grace)
	refused(t, err, fault.Conflict, "identity_taken")
	_, err = h.CreatePerson(as(t, h.ada, access.Scopes...), grace)
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.CreatePerson(as(t, h.root, all...), grace) // without the scope admin
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.People(as(t, h.bob, access.ScopeRead), access.PersonFilter{Query: "\x00"}, page.Request{})
	refused(t, err, fault.Invalid, "invalid_input")

	_, err = h.CreatePerson(root, access.PersonInput{Email: "nobody", Provider: "telephone", Subject: "\x00"})
	refused(t, err, fault.Invalid, "invalid_input")
	var at []string
	for _, v := range fault.As(err).Violations {
		at = append(at, v.Pointer)
	}
	if want := []string{"/displayName", "/email", "/provider", "/issuer", "/subject"}; !slices.Equal(at, want) {
		t.Errorf("violations at %q, want %q", at, want)
	}
}

func TestPeopleChangeTheirOwnNameOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	root, ada, bob := as(t, h.root, access.Scopes...), as(t, h.ada, all...), as(t, h.bob, all...)
	name, mail, yes, no := "Countess Ada", "countess@example.org", true, false

	// What is repeated as it was is no change.
	got := ok(h.UpdatePerson(ada, h.ada.ID, 1, access.PersonUpdate{DisplayName: &name, Email: &h.ada.Email, Administrator: &no}))(t)
	if got.DisplayName != name || got.Version != 2 {
		t.Errorf("she is %+v", got)
	}
	_, err := h.UpdatePerson(ada, h.ada.ID, 1, access.PersonUpdate{DisplayName: &name})
	refused(t, err, fault.Precondition, "version_mismatch")
	_, err = h.UpdatePerson(ada, h.ada.ID, 2, access.PersonUpdate{Administrator: &yes})
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.UpdatePerson(ada, h.ada.ID, 2, access.PersonUpdate{Email: &mail})
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.UpdatePerson(bob, h.ada.ID, 2, access.PersonUpdate{DisplayName: &name})
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.UpdatePerson(as(t, h.root, all...), h.ada.ID, 2, access.PersonUpdate{DisplayName: &name}) // without the scope admin
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.UpdatePerson(root, h.root.ID, 1, access.PersonUpdate{Administrator: &no})
	refused(t, err, fault.Conflict, "own_account")
	_, err = h.DeactivatePerson(root, h.root.ID, 1)
	refused(t, err, fault.Conflict, "own_account")
	_, err = h.DeactivatePerson(bob, h.ada.ID, 2)
	refused(t, err, fault.Forbidden, "forbidden")
	bad := "a\u202eb"
	_, err = h.UpdatePerson(ada, h.ada.ID, 2, access.PersonUpdate{DisplayName: &bad})
	refused(t, err, fault.Invalid, "invalid_input")

	h.clock.Advance(time.Second)
	got = ok(h.UpdatePerson(root, h.ada.ID, 2, access.PersonUpdate{Email: &mail, Administrator: &yes}))(t)
	if stored := ok(h.Person(bob, h.ada.ID))(t); !reflect.DeepEqual(stored, got) || !got.Administrator || got.Email != mail || got.Version != 3 {
		t.Errorf("stored %+v, returned %+v", stored, got)
	}
	h.clock.Advance(time.Second)
	ok(h.DeactivatePerson(root, h.ada.ID, 3))(t)
	_, err = h.UpdatePerson(root, h.ada.ID, 4, access.PersonUpdate{DisplayName: &name})
	refused(t, err, fault.Conflict, "person_deactivated")

	entries := ok(h.log.List(root, audit.Filter{ObjectID: h.ada.ID}, page.Request{}))(t).Items
	if len(entries) != 3 || entries[1].ActorPerson != h.root.ID ||
		string(entries[1].Changes) != `{"administrator":{"from":false,"to":true},"email":{"from":"ada@example.org","to":"countess@example.org"}}` {
		t.Errorf("the log has %d entries: %+v", len(entries), entries)
	}
}

func TestASignInCodeIsGoodForOneSession(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouseOn(t, s)
		code := h.signInCode(t, h.root)
		var cookies atomic.Value
		var signedIn atomic.Int64
		var everybody sync.WaitGroup
		for range 8 {
			everybody.Go(func() {
				cookie, session, err := h.SignIn(context.Background(), code)
				if err == nil {
					signedIn.Add(1)
					cookies.Store(cookie)
					if want := storetest.Start.Add(3 * time.Hour); !session.ExpiresAt.Equal(want) {
						t.Errorf("the session ends at %s, want %s", session.ExpiresAt, want)
					}
				} else if e := fault.As(err); e == nil || e.Code != "sign_in_code_invalid" {
					t.Errorf("sign in: %v", err)
				}
			})
		}
		everybody.Wait()
		if signedIn.Load() != 1 {
			t.Fatalf("%d sessions of one code", signedIn.Load())
		}
		cookie := cookies.Load().(string)
		if c := ok(h.AuthenticateSession(t.Context(), cookie))(t); c.Person != h.root.ID || !c.Administers() || c.Token != "" {
			t.Errorf("the session is %+v", c)
		}
		for _, wrong := range []string{"", "x", cookie + "0", access.NewSecret().Text(), code} {
			_, err := h.AuthenticateSession(t.Context(), wrong)
			refused(t, err, fault.Unauthenticated, "session_invalid")
		}
		for range 2 { // once more is no fault
			if err := h.SignOut(t.Context(), cookie); err != nil {
				t.Error(err)
			}
		}
		_, err := h.AuthenticateSession(t.Context(), cookie)
		refused(t, err, fault.Unauthenticated, "session_invalid")
	})
}

func TestCodesAndSessionsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	late := h.signInCode(t, h.ada)
	h.clock.Advance(10*time.Minute - time.Microsecond)
	early := h.signInCode(t, h.ada)
	cookie, _, err := h.SignIn(t.Context(), early)
	if err != nil {
		t.Fatal(err)
	}
	h.clock.Advance(time.Microsecond)
	_, _, err = h.SignIn(t.Context(), late)
	refused(t, err, fault.Unauthenticated, "sign_in_code_invalid")

	if c := ok(h.AuthenticateSession(t.Context(), cookie))(t); c.Has(access.ScopeAdmin) || !c.Has(access.ScopeWrite) {
		t.Errorf("the session's scopes are %q", c.Scopes)
	}
	h.clock.Advance(3 * time.Hour)
	_, err = h.AuthenticateSession(t.Context(), cookie)
	refused(t, err, fault.Unauthenticated, "session_invalid")
	_, err = h.Prune(tx.WithFence(t.Context(), tx.Fence{Lease: "prune", Epoch: 1})) // that nobody holds
	refused(t, err, fault.Conflict, "lease_lost")
	if n := ok(h.Prune(t.Context()))(t); n != 3 { // two codes, one session
		t.Errorf("pruned %d", n)
	}
}

// signInCode makes a code of the person's, as a start of the program does.
func (h *house) signInCode(t *testing.T, p access.Person) string {
	t.Helper()
	code, _, err := h.NewSignInCode(system(t), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// A session has all of a person's scopes: a code for a narrow token would widen it.
func TestOnlyAdministratorsMakeSignInCodes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, ctx := range []context.Context{as(t, h.ada, access.ScopeRead), as(t, h.ada, access.Scopes...), as(t, h.root, access.ScopeRead, access.ScopeWrite)} {
		_, _, err := h.NewSignInCode(ctx, access.CallerFrom(ctx).Person)
		refused(t, err, fault.Forbidden, "forbidden")
	}
	root := as(t, h.root, access.Scopes...)
	code, made, err := h.NewSignInCode(root, h.ada.ID)
	if want := storetest.Start.Add(10 * time.Minute); err != nil || !made.ExpiresAt.Equal(want) {
		t.Fatalf("a code of ada's that ends at %s, want %s: %v", made.ExpiresAt, want, err)
	}
	cookie, _, err := h.SignIn(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	if c := ok(h.AuthenticateSession(t.Context(), cookie))(t); c.Person != h.ada.ID || c.Administers() {
		t.Errorf("whom the link signs in: %+v", c)
	}
	entry := ok(h.log.List(root, audit.Filter{ObjectID: made.ID}, page.Request{}))(t).Items
	if len(entry) != 1 || entry[0].Action != "sign_in_link.create" || entry[0].ActorPerson != h.root.ID || entry[0].ObjectLabel != "ada" ||
		!strings.Contains(string(entry[0].Changes), string(h.ada.ID)) || strings.Contains(string(entry[0].Changes), "ash") {
		t.Errorf("the log says %+v", entry)
	}
	_, _, err = h.NewSignInCode(root, id.New(storetest.Start))
	refused(t, err, fault.NotFound, "person_not_found")
	ok(h.DeactivatePerson(root, h.ada.ID, h.ada.Version))(t)
	_, _, err = h.NewSignInCode(root, h.ada.ID)
	refused(t, err, fault.Conflict, "person_deactivated")
}

func TestAnOperationOnPeopleReadsTheClockOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	reads := 0
	s := access.NewService(h.kept, h.store, access.NewAuthorizer(h.kept), h.log, func() time.Time {
		reads++
		return h.clock.Advance(time.Second)
	}, access.Lifetimes{}, slog.New(slog.DiscardHandler))
	gone := ok(s.DeactivatePerson(as(t, h.root, access.Scopes...), h.bob.ID, h.bob.Version))(t)
	if reads != 1 || !gone.DeactivatedAt.Equal(gone.UpdatedAt) {
		t.Errorf("it read the clock %d times: deactivated at %s, changed at %s", reads, gone.DeactivatedAt, gone.UpdatedAt)
	}
	fresh := storetest.SQLite(t)
	reads = 0
	first := access.NewService(fresh.Access(), fresh, access.NewAuthorizer(fresh.Access()), audit.NewService(fresh.Audit(), fresh, access.NewAuthorizer(fresh.Access()), h.clock.Now), func() time.Time {
		reads++
		return h.clock.Advance(time.Second)
	}, access.Lifetimes{}, slog.New(slog.DiscardHandler))
	if _, err := first.Bootstrap(t.Context()); err != nil || reads != 1 {
		t.Errorf("the first start read the clock %d times, %v", reads, err)
	}
}
