// Package id makes and reads the identifiers of resources: ULIDs, 26 characters
// of Crockford's base 32 that sort by time of making.
package id

import (
	"bufio"
	"container/list"
	"crypto/rand"
	"encoding/binary"
	mathrand "math/rand/v2"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"
)

// ID identifies a resource for ever, whatever it is called.
type ID string

// remembered bounds the milliseconds of which the latest identifier is known.
const remembered = 256

var (
	mu     sync.Mutex
	random = bufio.NewReader(rand.Reader)
	made   = make(map[uint64]*list.Element, remembered+1)
	latest = list.New() // of *source, the most recently used first
)

// source counts on from the latest identifier of one millisecond.
type source struct {
	ms      uint64
	entropy *ulid.MonotonicEntropy
}

// New returns a fresh identifier for something made at now. Identifiers made by
// one process for one millisecond sort in the order of their making, also when
// some for other milliseconds are made in between: operations that run side by
// side have each read the clock at their own time.
func New(now time.Time) ID {
	mu.Lock()
	defer mu.Unlock()
	from := of(ulid.Timestamp(now))
	return ID(ulid.MustNew(from.ms, from.entropy).String())
}

// Unordered returns a fresh identifier that nobody sorts by and that is no secret:
// it is made without waiting for others, as every request needs one.
func Unordered(now time.Time) ID {
	var u ulid.ULID
	binary.BigEndian.PutUint64(u[8:], mathrand.Uint64())
	binary.BigEndian.PutUint16(u[6:], uint16(mathrand.Uint32()))
	_ = u.SetTime(ulid.Timestamp(now)) // fails in the year 10889
	return ID(u.String())
}

// of returns the millisecond's source. The one that was not used for longest is
// forgotten when there are too many.
func of(ms uint64) *source {
	if known, ok := made[ms]; ok {
		latest.MoveToFront(known)
		return known.Value.(*source)
	}
	fresh := &source{ms: ms, entropy: ulid.Monotonic(random, 0)}
	made[ms] = latest.PushFront(fresh)
	if latest.Len() > remembered {
		delete(made, latest.Remove(latest.Back()).(*source).ms)
	}
	return fresh
}

// Parse returns the identifier that s spells, and whether it spells one.
func Parse(s string) (ID, bool) {
	u, err := ulid.ParseStrict(s)
	if err != nil || u.String() != s {
		return "", false
	}
	return ID(s), true
}
