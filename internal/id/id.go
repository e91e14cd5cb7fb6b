// Package id makes and reads the identifiers of resources: ULIDs, 26 characters
// of Crockford's base 32 that sort by time of making.
package id

import (
	"crypto/rand"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"
)

// ID identifies a resource for ever, whatever it is called.
type ID string

var (
	mu      sync.Mutex
	entropy = ulid.Monotonic(rand.Reader, 0)
)

// New returns a fresh identifier for something made at now. Identifiers made by
// one process in one millisecond sort in the order of their making.
func New(now time.Time) ID {
	mu.Lock()
	defer mu.Unlock()
	return ID(ulid.MustNew(ulid.Timestamp(now), entropy).String())
}

// Parse returns the identifier that s spells, and whether it spells one.
func Parse(s string) (ID, bool) {
	u, err := ulid.ParseStrict(s)
	if err != nil || u.String() != s {
		return "", false
	}
	return ID(s), true
}
