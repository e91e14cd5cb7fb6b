package given

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Key names a fact of a service.
type Key struct {
	Service id.ID
	Fact    string
}

// Filter narrows a list of attestations; zero fields do not.
type Filter struct {
	Service id.ID
	Fact    string
	InForce bool // only those that hold
}

// Said is what holds of one service.
type Said struct {
	Pushed   []Pushed
	Attested []Attestation
}

// Store keeps declarations and what is given. Missing rows are NotFound; updates are conditional on
// Version, which the store increments, and answer fault.Stale.
type Store interface {
	// Declarations returns all that administrators declared, by name.
	Declarations(ctx context.Context) ([]Declaration, error)
	Declaration(ctx context.Context, name string) (Declaration, error)
	// HoldDeclarations returns those of the names, and keeps them from being changed or removed until
	// the transaction ends.
	HoldDeclarations(ctx context.Context, names []string) ([]Declaration, error)
	// CreateDeclaration writes one; Conflict "fact_declared" where there is one of the name.
	CreateDeclaration(ctx context.Context, d Declaration) error
	UpdateDeclaration(ctx context.Context, d Declaration) error
	// DeleteDeclaration removes one, with what was pushed of it, and ends its attestations so.
	DeleteDeclaration(ctx context.Context, d Declaration, end Ending) error

	// ServicesOf returns the services of which something was given of the fact, though it may hold no
	// more, by identifier.
	ServicesOf(ctx context.Context, fact string) ([]id.ID, error)
	// HoldServices keeps others from giving facts of the services until the transaction ends.
	HoldServices(ctx context.Context, services []id.ID) error
	// ServicesNamed returns the services of these slugs and identifiers, by what they were named.
	ServicesNamed(ctx context.Context, names []string) (map[string]id.ID, error)

	// Pushed returns what was pushed last by these keys, though it may hold no more.
	Pushed(ctx context.Context, keys []Key) (map[Key]Pushed, error)
	// WritePushed writes facts in place of what there is of the same keys; the caller holds the
	// services.
	WritePushed(ctx context.Context, facts []Pushed) error
	// LapsePushed notes of up to most pushed facts that they hold no more at that time, which is noted of
	// none yet, and returns their services, one for each.
	LapsePushed(ctx context.Context, now time.Time, most int) ([]id.ID, error)

	Attestation(ctx context.Context, attestation id.ID) (Attestation, error)
	// OpenAttestation returns the one of the key that has no Ended, though it may be expired; nil
	// where there is none.
	OpenAttestation(ctx context.Context, key Key) (*Attestation, error)
	CreateAttestation(ctx context.Context, a Attestation) error
	// UpdateAttestation writes Warned and Ended.
	UpdateAttestation(ctx context.Context, a Attestation) error
	// Attestations lists the newest first.
	Attestations(ctx context.Context, f Filter, now time.Time, r page.Request) (page.Page[Attestation], error)
	// Expiring returns those without Ended that hold until that time at most, by Until and identifier,
	// after one.
	Expiring(ctx context.Context, by time.Time, after Attestation, most int) ([]Attestation, error)

	// Holding returns what holds of the services at that time, in a number of statements that hardly
	// grows with them.
	Holding(ctx context.Context, services []id.ID, now time.Time) (map[id.ID]Said, error)
}

// Registry gives services; a registry.Store does.
type Registry interface {
	Service(ctx context.Context, service id.ID) (registry.Service, error)
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error)
}

// Domains tell what they know of services; a fact.Book does, in which no Source of given facts is.
type Domains = fact.Source[registry.Service]

// Noticer takes note, in the transaction of a change, that something of services is to be judged anew.
type Noticer interface {
	Due(ctx context.Context, services ...id.ID) error
}

// Readers know which scorecards read a fact.
type Readers interface {
	// ReadersOf returns the names of those that do.
	ReadersOf(ctx context.Context, fact string) ([]string, error)
}
