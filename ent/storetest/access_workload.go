package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
)

func aWorkload(team id.ID, audience string) access.WorkloadIdentity {
	return access.WorkloadIdentity{
		ID: newID(), Team: team, Name: "deployments", Issuer: access.GitHubActions, Audience: audience,
		Claims: []access.ClaimRule{{Claim: "environment", Value: "production"}, {Claim: "repository", Value: "acme/*"}},
		Scopes: []access.Scope{access.ScopePush}, CreatedAt: Start, UpdatedAt: Start, Version: 1,
	}
}

func testWorkloads(t *testing.T, open opener) {
	each(t, open, "a workload identity comes back as written, and is found for its tokens", func(t *testing.T, s *store.Store) {
		payments, shop := Team(t, s, "payments"), Team(t, s, "shop")
		a, b, c := aWorkload(payments.ID, "one"), aWorkload(shop.ID, "two"), aWorkload(shop.ID, "three")
		c.Issuer = "https://cluster.example.org"
		for _, w := range []access.WorkloadIdentity{a, b, c} {
			ok(t, s.Access().CreateWorkloadIdentity(t.Context(), w))
		}
		same(t, must(s.Access().WorkloadIdentity(t.Context(), a.ID))(t), a)
		_, err := s.Access().WorkloadIdentity(t.Context(), newID())
		refused(t, err, fault.NotFound, "workload_identity_not_found")
		same(t, must(s.Access().WorkloadIdentitiesFor(t.Context(), access.GitHubActions, []string{"two", "one", "three"}))(t), []access.WorkloadIdentity{a, b})
		same(t, len(must(s.Access().WorkloadIdentitiesFor(t.Context(), access.GitHubActions, nil))(t)), 0)
		same(t, len(must(s.Access().WorkloadIdentitiesFor(t.Context(), access.GitHubActions, []string{"ONE"}))(t)), 0)
		of := access.WorkloadFilter{Teams: []id.ID{shop.ID}}
		first := must(s.Access().WorkloadIdentities(t.Context(), of, page.Request{Limit: 1}))(t)
		second := must(s.Access().WorkloadIdentities(t.Context(), of, page.Request{Limit: 1, After: first.Next}))(t)
		same(t, append(first.Items, second.Items...), []access.WorkloadIdentity{b, c})
		same(t, must(s.Access().WorkloadIdentities(t.Context(), access.WorkloadFilter{}, page.Request{}))(t).Items, []access.WorkloadIdentity{a, b, c})

		a.Name, a.Claims, a.Scopes, a.UpdatedAt = "all", a.Claims[1:], []access.Scope{access.ScopeRead, access.ScopeWrite}, Start.Add(time.Hour)
		ok(t, s.Access().UpdateWorkloadIdentity(t.Context(), a))
		refused(t, s.Access().UpdateWorkloadIdentity(t.Context(), a), fault.Precondition, "version_mismatch")
		a.Version = 2
		refused(t, s.Access().UseWorkloadIdentity(t.Context(), a.ID, 1, Start), fault.Precondition, "version_mismatch")
		used := Start.Add(time.Minute)
		ok(t, s.Access().UseWorkloadIdentity(t.Context(), a.ID, 2, used))
		a.LastUsedAt = &used
		same(t, must(s.Access().WorkloadIdentity(t.Context(), a.ID))(t), a)
		refused(t, s.Access().CreateWorkloadIdentity(t.Context(), aWorkload(newID(), "one")), fault.Conflict, "reference_missing")
	})

	each(t, open, "tokens of a workload identity end with it and with their team", func(t *testing.T, s *store.Store) {
		team := Team(t, s, "payments")
		w, other := aWorkload(team.ID, "one"), aWorkload(team.ID, "one")
		var of [2]access.Token
		for i, identity := range []access.WorkloadIdentity{w, other} {
			ok(t, s.Access().CreateWorkloadIdentity(t.Context(), identity))
			of[i] = aToken(access.WorkloadToken, team.ID)
			of[i].Exchanged, of[i].Identity = true, identity.ID
			ok(t, s.Access().CreateToken(t.Context(), of[i]))
		}
		same(t, must(s.Access().Token(t.Context(), of[0].ID))(t), of[0])
		ok(t, s.Access().RevokeTokensOf(t.Context(), w.ID, Start.Add(time.Hour)))
		if revoked := must(s.Access().Credential(t.Context(), of[0].ID))(t).RevokedAt; revoked == nil || !revoked.Equal(Start.Add(time.Hour)) {
			t.Errorf("the token was revoked at %v", revoked)
		}
		if must(s.Access().Credential(t.Context(), of[1].ID))(t).RevokedAt != nil {
			t.Error("the token of another identity was revoked")
		}
		refused(t, s.Access().DeleteWorkloadIdentity(t.Context(), w.ID, 7), fault.Precondition, "version_mismatch")
		ok(t, s.Access().DeleteWorkloadIdentity(t.Context(), w.ID, 1))
		refused(t, s.Access().DeleteWorkloadIdentity(t.Context(), w.ID, 1), fault.NotFound, "workload_identity_not_found")
		_, err := s.Access().Credential(t.Context(), of[0].ID)
		refused(t, err, fault.NotFound, "token_not_found")
		ok(t, s.Registry().DeleteTeam(t.Context(), team.ID, team.Version))
		_, err = s.Access().Credential(t.Context(), of[1].ID)
		refused(t, err, fault.NotFound, "token_not_found")
		_, err = s.Access().WorkloadIdentity(t.Context(), other.ID)
		refused(t, err, fault.NotFound, "workload_identity_not_found")
	})

	each(t, open, "of many who rotate a token one does", func(t *testing.T, s *store.Store) {
		old := aToken(access.PersonalToken, Person(t, s, "ada").ID)
		ok(t, s.Access().CreateToken(t.Context(), old))
		old.ExpiresAt = Start.Add(time.Hour)
		var mu sync.Mutex
		var won []id.ID
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				mine := old
				mine.Successor = id.Unordered(Start)
				err := s.Access().SucceedToken(t.Context(), mine)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won = append(won, mine.Successor)
				} else if !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(won) != 1 {
			t.Fatalf("%d rotated the token", len(won))
		}
		old.Successor, old.Version = won[0], 2
		same(t, must(s.Access().Token(t.Context(), old.ID))(t), old)
	})

	each(t, open, "exchanged tokens that expired are removed, and no others", func(t *testing.T, s *store.Store) {
		p := Person(t, s, "ada")
		kept, gone := aToken(access.PersonalToken, p.ID), aToken(access.PersonalToken, p.ID)
		gone.Exchanged = true
		ok(t, s.Access().CreateToken(t.Context(), kept))
		ok(t, s.Access().CreateToken(t.Context(), gone))
		same(t, must(s.Access().PruneCredentials(t.Context(), gone.ExpiresAt, 10))(t), 0)
		same(t, must(s.Access().PruneCredentials(t.Context(), gone.ExpiresAt.Add(time.Second), 10))(t), 1)
		same(t, must(s.Access().Tokens(t.Context(), access.TokenFilter{}, page.Request{}))(t).Items, []access.Token{kept})
	})

	each(t, open, "people are found by their address, and known by more than one identity", func(t *testing.T, s *store.Store) {
		ada, bob := Person(t, s, "ada"), Person(t, s, "bob")
		bob.Email = "Ada@example.org"
		ok(t, s.Access().UpdatePerson(t.Context(), bob))
		bob.Version++
		found := must(s.Access().PeopleByEmail(t.Context(), "ADA@example.org"))(t)
		same(t, found, []access.Person{ada, bob})
		same(t, len(must(s.Access().PeopleByEmail(t.Context(), "a%@example.org"))(t)), 0)
		i := access.Identity{ID: newID(), Person: ada.ID, Provider: access.ProviderOIDC, Issuer: "https://login.example.org", Subject: "1", CreatedAt: Start}
		ok(t, s.Access().AddIdentity(t.Context(), i))
		same(t, must(s.Access().PersonByIdentity(t.Context(), i.Provider, i.Issuer, i.Subject))(t), ada)
		i.ID, i.Person = newID(), bob.ID
		refused(t, s.Access().AddIdentity(t.Context(), i), fault.Conflict, "identity_taken")
	})
}
