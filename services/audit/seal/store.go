package seal

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/audit/chain"
)

// Mark is where a list of unsealed entries goes on.
type Mark struct {
	At time.Time
	ID id.ID
}

// Kept is an anchor and where it has come to.
type Kept struct {
	chain.Anchor
	WrittenAt, PostedAt *time.Time
}

// Place is where anchors are put.
type Place string

// The places.
const (
	File Place = "file"
	URL  Place = "url"
)

// Store keeps the chain. It only ever appends.
type Store interface {
	// LastSeal returns the head of the chain, the zero Seal of an empty one.
	LastSeal(ctx context.Context) (chain.Seal, error)
	// Unsealed returns committed entries that have no seal, the oldest first.
	Unsealed(ctx context.Context, after Mark, limit int) ([]chain.Entry, error)
	// CountUnsealed returns how many there are and when the oldest was made.
	CountUnsealed(ctx context.Context) (int64, *time.Time, error)
	// AppendSeals writes seals, and their numbers at their entries. Conflict where a number or an
	// entry has one already.
	AppendSeals(ctx context.Context, seals []chain.Seal) error
	// Seals returns those after a number with their entries, in their order.
	Seals(ctx context.Context, after int64, limit int) ([]chain.Seal, error)
	// Strays returns entries that say they are sealed under a number after one and up to another, and
	// of which no seal is.
	Strays(ctx context.Context, after, to int64, limit int) ([]chain.Entry, error)
	// EntriesByID returns the entries of these that there are.
	EntriesByID(ctx context.Context, entries []string) ([]chain.Entry, error)

	// LastAnchor returns the youngest, nil where there is none.
	LastAnchor(ctx context.Context) (*Kept, error)
	AppendAnchor(ctx context.Context, a chain.Anchor) error
	// Anchors returns those after a number and up to another, in their order.
	Anchors(ctx context.Context, after, to int64, limit int) ([]Kept, error)
	// Undelivered returns those that are not in the place, the oldest first.
	Undelivered(ctx context.Context, p Place, limit int) ([]Kept, error)
	CountUndelivered(ctx context.Context, p Place) (int64, error)
	Delivered(ctx context.Context, p Place, number int64, at time.Time) error
}
