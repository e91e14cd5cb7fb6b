package store

import (
	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

func fromDBPerson(p *db.Person) access.Person {
	return access.Person{
		ID:            id.ID(p.ID),
		DisplayName:   p.DisplayName,
		Email:         p.Email,
		GitHubLogin:   p.GithubLogin,
		Administrator: p.Administrator,
		Managed:       p.Managed,
		CreatedAt:     utc(p.CreatedAt),
		UpdatedAt:     utc(p.UpdatedAt),
		DeactivatedAt: utcOrNil(p.DeactivatedAt),
		Version:       p.Version,
	}
}

func fromDBToken(t *db.Token) access.Token {
	return access.Token{
		ID:         id.ID(t.ID),
		Kind:       access.TokenKind(t.Kind),
		Name:       t.Name,
		Person:     orEmpty(t.PersonID),
		Team:       orEmpty(t.TeamID),
		Scopes:     fromDBScopes(t.Scopes),
		Hash:       t.Hash,
		CreatedAt:  utc(t.CreatedAt),
		ExpiresAt:  utc(t.ExpiresAt),
		LastUsedAt: utcOrNil(t.LastUsedAt),
		RevokedAt:  utcOrNil(t.RevokedAt),

		Predecessor: orEmpty(t.PredecessorID),
		Successor:   orEmpty(t.SuccessorID),
		Exchanged:   t.Exchanged,
		Identity:    orEmpty(t.WorkloadIdentityID),
		Version:     t.Version,
	}
}

func fromDBScopes(scopes []string) []access.Scope {
	out := make([]access.Scope, len(scopes))
	for i, s := range scopes {
		out[i] = access.Scope(s)
	}
	return out
}

func toDBScopes(scopes []access.Scope) []string {
	out := make([]string, len(scopes))
	for i, s := range scopes {
		out[i] = string(s)
	}
	return out
}

func fromDBSession(s *db.Session) access.Session {
	return access.Session{
		ID:        id.ID(s.ID),
		Person:    id.ID(s.PersonID),
		Hash:      s.Hash,
		CreatedAt: utc(s.CreatedAt),
		ExpiresAt: utc(s.ExpiresAt),
	}
}

func fromDBSignInCode(c *db.SignInCode) access.SignInCode {
	return access.SignInCode{
		ID:        id.ID(c.ID),
		Person:    id.ID(c.PersonID),
		Hash:      c.Hash,
		CreatedAt: utc(c.CreatedAt),
		ExpiresAt: utc(c.ExpiresAt),
		UsedAt:    utcOrNil(c.UsedAt),
	}
}
