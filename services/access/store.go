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

// WorkloadFilter narrows a list of workload identities.
type WorkloadFilter struct {
	Teams []id.ID // only of these; all where empty
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
	// PeopleByEmail returns up to ten of those who have the address, whoever left among them; case does not
	// matter.
	PeopleByEmail(ctx context.Context, email string) ([]Person, error)
	// AddIdentity has the person known by the identity as well; Conflict "identity_taken".
	AddIdentity(ctx context.Context, i Identity) error
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
	// SucceedToken writes the successor and the expiry of a token that has no successor yet and was not
	// revoked; Conflict "token_rotated" of another.
	SucceedToken(ctx context.Context, t Token) error
	// TouchToken notes the time of last use.
	TouchToken(ctx context.Context, token id.ID, at time.Time) error

	CreateWorkloadIdentity(ctx context.Context, w WorkloadIdentity) error
	WorkloadIdentity(ctx context.Context, of id.ID) (WorkloadIdentity, error)
	WorkloadIdentities(ctx context.Context, f WorkloadFilter, r page.Request) (page.Page[WorkloadIdentity], error)
	// WorkloadIdentitiesFor returns those for tokens of the issuer that are made for one of the audiences,
	// the oldest first.
	WorkloadIdentitiesFor(ctx context.Context, issuer string, audiences []string) ([]WorkloadIdentity, error)
	UpdateWorkloadIdentity(ctx context.Context, w WorkloadIdentity) error
	// UseWorkloadIdentity notes the use of that version, and holds it until the transaction ends; Stale
	// when it was changed.
	UseWorkloadIdentity(ctx context.Context, of id.ID, version int64, at time.Time) error
	// DeleteWorkloadIdentity removes that version, with the tokens that it was worth.
	DeleteWorkloadIdentity(ctx context.Context, of id.ID, version int64) error
	// RevokeTokensOf ends the tokens that the identity was worth.
	RevokeTokensOf(ctx context.Context, identity id.ID, at time.Time) error

	CreateSignInCode(ctx context.Context, c SignInCode) error
	// UseSignInCode marks the code with that hash used and returns it; NotFound
	// when there is none that is unused and unexpired at that time.
	UseSignInCode(ctx context.Context, hash []byte, at time.Time) (SignInCode, error)
	CreateSession(ctx context.Context, s Session) error
	// SessionWithPerson finds an unexpired session by its hash.
	SessionWithPerson(ctx context.Context, hash []byte, at time.Time) (Session, Person, error)
	DeleteSession(ctx context.Context, session id.ID) error
	// PruneCredentials removes up to limit sign-in codes, sessions and exchanged tokens
	// that expired before the time.
	PruneCredentials(ctx context.Context, before time.Time, limit int) (int, error)
}
