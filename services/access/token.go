package access

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// TokenKind tells whose a token is.
type TokenKind string

// The kinds of tokens.
const (
	PersonalToken TokenKind = "personal"
	WorkloadToken TokenKind = "workload"
)

// Token is a bearer credential, ek_<id>_<256 bits>_<checksum>. Its text is shown
// once, when it is made; only the SHA-256 of the 256 bits is kept.
type Token struct {
	ID         id.ID
	Kind       TokenKind
	Name       string
	Person     id.ID // of a personal token; of a workload token, who made it
	Team       id.ID // of a workload token
	Scopes     []Scope
	Hash       []byte `audit:"-"`
	CreatedAt  time.Time
	ExpiresAt  time.Time
	LastUsedAt *time.Time `audit:"-"` // to the minute
	RevokedAt  *time.Time
	// Predecessor is the token that it replaces, Successor the one that replaces it, where it was rotated.
	Predecessor id.ID
	Successor   id.ID
	// Exchanged tells that it was made in exchange for a token of a provider; Identity by which identity,
	// for a workload.
	Exchanged bool
	Identity  id.ID
	Version   int64
}

// Credential is what is looked at of a token that somebody presents, and of its
// person if it is a personal one.
type Credential struct {
	Token         id.ID
	Kind          TokenKind
	Name          string // the token's
	Team          id.ID  // of a workload token
	Scopes        []Scope
	Hash          []byte
	ExpiresAt     time.Time
	LastUsedAt    *time.Time // to the minute
	RevokedAt     *time.Time
	Person        id.ID // of a personal token
	PersonName    string
	Administrator bool
	DeactivatedAt *time.Time // the person was
}

// Session is a person's signed-in browser; SignInCode is the one-time code of
// the link that begins one. Both are kept as SHA-256.
type Session struct {
	ID        id.ID
	Person    id.ID
	Hash      []byte `audit:"-"`
	CreatedAt time.Time
	ExpiresAt time.Time
}

// SignInCode lets its holder begin one session for the person.
type SignInCode struct {
	ID        id.ID
	Person    id.ID
	Hash      []byte `audit:"-"`
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
}
