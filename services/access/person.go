package access

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
)

// Person is a human being who uses Evenkeel.
type Person struct {
	ID            id.ID
	DisplayName   string
	Email         string // for people to read; identifies nobody
	GitHubLogin   string // to whom their issues are assigned there; empty when unknown
	Administrator bool
	// Managed is which fields are kept elsewhere, by whom.
	Managed       managed.Set
	CreatedAt     time.Time
	UpdatedAt     time.Time
	DeactivatedAt *time.Time // a leaver: tokens and sessions end
	Version       int64
}

// Identity is how a provider knows a person: (provider, issuer, subject) is unique.
type Identity struct {
	ID        id.ID
	Person    id.ID
	Provider  string // "local" or, with sign-in through others, "oidc", "backstage", "github"
	Issuer    string
	Subject   string
	CreatedAt time.Time
}
