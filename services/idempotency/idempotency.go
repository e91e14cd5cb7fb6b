// Package idempotency makes a retried POST safe: the row that remembers a key is
// written in the transaction of the effect, so that there is either both or
// neither. A duplicate waits on the unique index for the first to commit, and
// then learns which resource it made.
package idempotency

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Key is a caller's name for one request.
type Key struct {
	Caller    string // access.Caller.Key
	Operation string // the operation's id
	Key       string // 1 to 255 visible ASCII characters
	Hash      []byte // SHA-256 of method, path and body
}

// Resource is what the request made.
type Resource struct {
	ID      id.ID
	Version int64
	Status  int // the HTTP status it was answered with
}

// Record is a remembered key.
type Record struct {
	Key
	Resource
	CreatedAt time.Time
}

// Store keeps records.
type Store interface {
	// ClaimKey inserts the record (its resource still empty) within the
	// transaction and returns nil; where the key exists, it waits until the other
	// transaction ended and returns the committed record. Waiting longer than the
	// lock time-out is fault.Conflict "key_in_use".
	ClaimKey(ctx context.Context, r Record) (*Record, error)
	// Key returns the committed record of the key; nil where there is none.
	Key(ctx context.Context, k Key) (*Record, error)
	// CompleteKey fills in what was made.
	CompleteKey(ctx context.Context, k Key, made Resource) error
	// PruneKeys removes up to limit records made before the time.
	PruneKeys(ctx context.Context, before time.Time, limit int) (int, error)
}
