package access

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
)

// TokenFilter narrows a list of tokens; empty fields do not.
type TokenFilter struct {
	Person id.ID // their personal tokens; workload tokens are their team's, whoever made them
	Team   id.ID
}

// PersonFilter narrows a list of people.
type PersonFilter struct {
	Query string // part of the name or e-mail address, case-insensitive
}

// Store keeps people and credentials. Missing rows are fault.NotFound; a
// duplicate identity is fault.Conflict "identity_taken"; updates are conditional
// on Version and answer fault.Stale.
type Store interface {
	Memberships

	CreatePerson(ctx context.Context, p Person, i Identity) error
	Person(ctx context.Context, person id.ID) (Person, error)
	// PersonByIdentity returns the person whom the provider knows so.
	PersonByIdentity(ctx context.Context, provider, issuer, subject string) (Person, error)
	// GiveIdentity has the person known by the identity, and whoever else was known by it no more.
	GiveIdentity(ctx context.Context, i Identity) error
	// TakeIdentity has the person known by the identity no more, if they were.
	TakeIdentity(ctx context.Context, i Identity) error
	People(ctx context.Context, f PersonFilter, r page.Request) (page.Page[Person], error)
	UpdatePerson(ctx context.Context, p Person) error
	// LockAdministrators returns the administrators who were not deactivated, and holds
	// them until the transaction ends: others who lock them wait, and then see who is left.
	LockAdministrators(ctx context.Context) ([]id.ID, error)

	CreateToken(ctx context.Context, t Token) error
	Token(ctx context.Context, token id.ID) (Token, error)
	// Credential is the one query of an authenticated request.
	Credential(ctx context.Context, token id.ID) (Credential, error)
	Tokens(ctx context.Context, f TokenFilter, r page.Request) (page.Page[Token], error)
	RevokeToken(ctx context.Context, token id.ID, at time.Time) error
	// TouchToken notes the time of last use.
	TouchToken(ctx context.Context, token id.ID, at time.Time) error

	CreateSignInCode(ctx context.Context, c SignInCode) error
	// UseSignInCode marks the code with that hash used and returns it; NotFound
	// when there is none that is unused and unexpired at that time.
	UseSignInCode(ctx context.Context, hash []byte, at time.Time) (SignInCode, error)
	CreateSession(ctx context.Context, s Session) error
	// SessionWithPerson finds an unexpired session by its hash.
	SessionWithPerson(ctx context.Context, hash []byte, at time.Time) (Session, Person, error)
	DeleteSession(ctx context.Context, session id.ID) error
	// PruneCredentials removes up to limit sign-in codes and sessions that expired
	// before the time.
	PruneCredentials(ctx context.Context, before time.Time, limit int) (int, error)
}
