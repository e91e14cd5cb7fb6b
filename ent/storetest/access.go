package storetest

import (
	"bytes"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

func same[T any](t testing.TB, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
}

func aToken(kind access.TokenKind, owner id.ID) access.Token {
	v := access.Token{
		ID: newID(), Kind: kind, Name: "laptop", Scopes: []access.Scope{access.ScopeRead, access.ScopePush},
		Hash: bytes.Repeat([]byte{7}, 32), CreatedAt: Start, ExpiresAt: Start.Add(90 * 24 * time.Hour), Version: 1,
	}
	if kind == access.PersonalToken {
		v.Person = owner
	} else {
		v.Team = owner
	}
	return v
}

func testAccess(t *testing.T, open opener) {
	each(t, open, "a person comes back as written", func(t *testing.T, s *store.Store) {
		p := Person(t, s, "Žofie Ångström 😀")
		same(t, must(s.Access().Person(t.Context(), p.ID))(t), p)
		same(t, must(s.Access().PersonByIdentity(t.Context(), "local", "test", string(p.ID)))(t), p)
		_, err := s.Access().Person(t.Context(), newID())
		refused(t, err, fault.NotFound, "person_not_found")
		_, err = s.Access().PersonByIdentity(t.Context(), "oidc", "test", string(p.ID))
		refused(t, err, fault.NotFound, "person_not_found")
	})

	each(t, open, "an identity is one person's, and a refused person is not half written", func(t *testing.T, s *store.Store) {
		p := Person(t, s, "ada")
		other := access.Person{ID: newID(), DisplayName: "eve", CreatedAt: Start, UpdatedAt: Start, Version: 1}
		err := s.Access().CreatePerson(t.Context(), other, access.Identity{
			ID: newID(), Person: other.ID, Provider: "local", Issuer: "test", Subject: string(p.ID), CreatedAt: Start,
		})
		refused(t, err, fault.Conflict, "identity_taken")
		_, err = s.Access().Person(t.Context(), other.ID)
		refused(t, err, fault.NotFound, "")
	})

	each(t, open, "an update of a person is conditional on its version", func(t *testing.T, s *store.Store) {
		p := Person(t, s, "ada")
		left := Start.Add(time.Hour)
		p.DisplayName, p.Administrator, p.DeactivatedAt = "Ada L.", true, &left
		ok(t, s.Access().UpdatePerson(t.Context(), p))
		refused(t, s.Access().UpdatePerson(t.Context(), p), fault.Precondition, "version_mismatch")
		p.Version = 2
		same(t, must(s.Access().Person(t.Context(), p.ID))(t), p)
		p.DeactivatedAt = nil
		ok(t, s.Access().UpdatePerson(t.Context(), p))
		p.Version = 3
		same(t, must(s.Access().Person(t.Context(), p.ID))(t), p)
		other := Person(t, s, "bob")
		same(t, must(s.Access().PeopleByID(t.Context(), []id.ID{other.ID, newID(), p.ID}))(t), map[id.ID]access.Person{other.ID: other, p.ID: p})
		same(t, must(s.Access().PeopleByID(t.Context(), nil))(t), map[id.ID]access.Person{})
		p.ID = newID()
		refused(t, s.Access().UpdatePerson(t.Context(), p), fault.NotFound, "person_not_found")
	})

	each(t, open, "people are found by a part of name or address and paged by name", func(t *testing.T, s *store.Store) {
		for _, name := range []string{"bob", "alice", "bob", "carol", "100%_sure", `back\slash`} {
			Person(t, s, name)
		}
		var names []string
		r := page.Request{Limit: 2}
		for {
			p := must(s.Access().People(t.Context(), access.PersonFilter{}, r))(t)
			for _, v := range p.Items {
				names = append(names, v.DisplayName)
			}
			if r.After = p.Next; r.After == "" {
				break
			}
		}
		same(t, names, []string{"100%_sure", "alice", `back\slash`, "bob", "bob", "carol"})
		for query, want := range map[string]int{"BOB": 2, "%_S": 1, `k\s`: 1, "example.org": 6, "_": 1, "nobody": 0} {
			p := must(s.Access().People(t.Context(), access.PersonFilter{Query: query}, page.Request{}))(t)
			if len(p.Items) != want {
				t.Errorf("%q finds %d people, want %d", query, len(p.Items), want)
			}
		}
	})

	each(t, open, "a token comes back with its owner", func(t *testing.T, s *store.Store) {
		p, team := Person(t, s, "ada"), Team(t, s, "payments")
		personal, workload := aToken(access.PersonalToken, p.ID), aToken(access.WorkloadToken, team.ID)
		workload.Person = p.ID // who made it
		ok(t, s.Access().CreateToken(t.Context(), personal))
		ok(t, s.Access().CreateToken(t.Context(), workload))
		same(t, must(s.Access().Token(t.Context(), personal.ID))(t), personal)
		presented := access.Credential{
			Token: personal.ID, Kind: access.PersonalToken, Name: personal.Name, Scopes: personal.Scopes, Hash: personal.Hash, ExpiresAt: personal.ExpiresAt,
			Person: p.ID, PersonName: p.DisplayName, Administrator: p.Administrator,
		}
		same(t, must(s.Access().Credential(t.Context(), personal.ID))(t), presented)
		same(t, must(s.Access().Credential(t.Context(), workload.ID))(t), access.Credential{
			Token: workload.ID, Kind: access.WorkloadToken, Name: workload.Name, Team: team.ID, Scopes: workload.Scopes, Hash: workload.Hash, ExpiresAt: workload.ExpiresAt,
		})
		_, err := s.Access().Credential(t.Context(), newID())
		refused(t, err, fault.NotFound, "token_not_found")

		used := Start.Add(time.Minute)
		ok(t, s.Access().TouchToken(t.Context(), personal.ID, used))
		ok(t, s.Access().RevokeToken(t.Context(), personal.ID, used))
		ok(t, s.Access().RevokeToken(t.Context(), personal.ID, used.Add(time.Hour)))
		personal.LastUsedAt, personal.RevokedAt, personal.Version = &used, &used, 2
		same(t, must(s.Access().Token(t.Context(), personal.ID))(t), personal)
		presented.LastUsedAt, presented.RevokedAt = &used, &used
		same(t, must(s.Access().Credential(t.Context(), personal.ID))(t), presented)
		refused(t, s.Access().RevokeToken(t.Context(), newID(), used), fault.NotFound, "token_not_found")

		same(t, must(s.Access().Tokens(t.Context(), access.TokenFilter{Team: team.ID}, page.Request{}))(t).Items, []access.Token{workload})
		same(t, must(s.Access().Tokens(t.Context(), access.TokenFilter{}, page.Request{}))(t).Items, []access.Token{personal, workload})
		same(t, must(s.Access().Tokens(t.Context(), access.TokenFilter{Person: p.ID}, page.Request{}))(t).Items, []access.Token{personal})
		first := must(s.Access().Tokens(t.Context(), access.TokenFilter{}, page.Request{Limit: 1}))(t)
		second := must(s.Access().Tokens(t.Context(), access.TokenFilter{}, page.Request{Limit: 1, After: first.Next}))(t)
		same(t, append(first.Items, second.Items...), []access.Token{personal, workload})
	})

	each(t, open, "a token of nobody is refused", func(t *testing.T, s *store.Store) {
		refused(t, s.Access().CreateToken(t.Context(), aToken(access.PersonalToken, newID())), fault.Conflict, "reference_missing")
	})

	each(t, open, "a sign-in code is used once, whoever tries at the same time", func(t *testing.T, s *store.Store) {
		p := Person(t, s, "ada")
		c := access.SignInCode{ID: newID(), Person: p.ID, Hash: []byte("hash of a code"), CreatedAt: Start, ExpiresAt: Start.Add(time.Minute)}
		ok(t, s.Access().CreateSignInCode(t.Context(), c))
		_, err := s.Access().UseSignInCode(t.Context(), c.Hash, c.ExpiresAt)
		refused(t, err, fault.NotFound, "sign_in_code_not_found")
		at := Start.Add(time.Second)
		var wins, losses int
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				got, err := s.Access().UseSignInCode(t.Context(), c.Hash, at)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					wins++
					if got.ID != c.ID || got.Person != p.ID || got.UsedAt == nil || !got.UsedAt.Equal(at) {
						t.Errorf("got %+v", got)
					}
				} else if fault.Is(err, fault.NotFound) {
					losses++
				} else {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if wins != 1 || losses != 7 {
			t.Fatalf("%d took the code and %d did not, want 1 and 7", wins, losses)
		}
	})

	each(t, open, "a session lasts until it ends or expires", func(t *testing.T, s *store.Store) {
		p := Person(t, s, "ada")
		v := access.Session{ID: newID(), Person: p.ID, Hash: []byte("hash"), CreatedAt: Start, ExpiresAt: Start.Add(time.Hour)}
		gone := access.Session{ID: newID(), Person: p.ID, Hash: []byte("other"), CreatedAt: Start, ExpiresAt: Start.Add(time.Hour)}
		ok(t, s.Access().CreateSession(t.Context(), v))
		ok(t, s.Access().CreateSession(t.Context(), gone))
		got, owner, err := s.Access().SessionWithPerson(t.Context(), v.Hash, Start)
		ok(t, err)
		same(t, got, v)
		same(t, owner, p)
		_, _, err = s.Access().SessionWithPerson(t.Context(), v.Hash, v.ExpiresAt)
		refused(t, err, fault.NotFound, "session_not_found")
		ok(t, s.Access().DeleteSession(t.Context(), gone.ID))
		ok(t, s.Access().DeleteSession(t.Context(), gone.ID))
		_, _, err = s.Access().SessionWithPerson(t.Context(), gone.Hash, Start)
		refused(t, err, fault.NotFound, "")
		ok(t, s.Access().CreateSignInCode(t.Context(), access.SignInCode{ID: newID(), Person: p.ID, Hash: []byte("c"), CreatedAt: Start, ExpiresAt: Start}))
		if n := must(s.Access().PruneCredentials(t.Context(), Start, 10))(t); n != 0 {
			t.Errorf("pruned %d that had not expired before", n)
		}
		if n := must(s.Access().PruneCredentials(t.Context(), v.ExpiresAt.Add(time.Microsecond), 10))(t); n != 2 {
			t.Errorf("pruned %d, want the session and the code", n)
		}
	})

	each(t, open, "expired codes and sessions are removed, some at a time", func(t *testing.T, s *store.Store) {
		p := Person(t, s, "ada")
		for _, hash := range []string{"a", "b", "c"} {
			ok(t, s.Access().CreateSignInCode(t.Context(), access.SignInCode{ID: newID(), Person: p.ID, Hash: []byte(hash), CreatedAt: Start, ExpiresAt: Start}))
			ok(t, s.Access().CreateSession(t.Context(), access.Session{ID: newID(), Person: p.ID, Hash: []byte(hash), CreatedAt: Start, ExpiresAt: Start}))
		}
		for _, want := range []int{2, 2, 2, 0} { // of the second two, one is a code
			same(t, must(s.Access().PruneCredentials(t.Context(), Start.Add(time.Second), 2))(t), want)
		}
	})

	each(t, open, "membership is asked for by person and team", func(t *testing.T, s *store.Store) {
		p, q, team := Person(t, s, "ada"), Person(t, s, "eve"), Team(t, s, "payments")
		ok(t, s.Registry().AddMember(t.Context(), registry.Member{Team: team.ID, Person: p.ID, JoinedAt: Start}))
		if !must(s.Access().IsMember(t.Context(), p.ID, team.ID))(t) || must(s.Access().IsMember(t.Context(), q.ID, team.ID))(t) {
			t.Error("membership is not what was written")
		}
		same(t, must(s.Access().TeamsOf(t.Context(), p.ID))(t), []id.ID{team.ID})
		same(t, len(must(s.Access().TeamsOf(t.Context(), q.ID))(t)), 0)
	})
}
