package jwks

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
)

// How what others publish is kept.
const (
	// AskAgainAfter is the least time between two looks at one address, whatever tokens say.
	AskAgainAfter = 10 * time.Second
	// RefreshAfter is the age from which on it is looked at again when it is used: a key that was taken
	// away is good for no longer, while the publisher answers.
	RefreshAfter = time.Hour
	// KeepFor is how long it serves while the publisher does not answer.
	KeepFor = 12 * time.Hour
)

// ErrNotHad is that what is needed is not known and cannot be had now.
var ErrNotHad = errors.New("cannot be had")

// Kept is what is at one address.
type Kept[T any] struct {
	fetch   func(context.Context) (T, error)
	now     clock.Clock
	timeout time.Duration // of one look

	mu      sync.Mutex
	value   T
	there   bool          // whether there was an answer that is not too old
	fetched time.Time     // when the publisher last answered
	tried   time.Time     // when it was last asked
	failed  error         // why it did not answer then
	asking  chan struct{} // closed when it has; nil while nobody asks
}

// Keep returns what fetch gets, once it is asked for. One look ends after the timeout.
func Keep[T any](now clock.Clock, timeout time.Duration, fetch func(context.Context) (T, error)) *Kept[T] {
	return &Kept[T]{fetch: fetch, now: now, timeout: timeout}
}

// Get returns what is known. Where has says of it that what is looked for is not in it, it is looked
// again, unless that was done a moment ago; without anything known the error is why.
func (k *Kept[T]) Get(ctx context.Context, has func(T) bool) (T, error) {
	for looked := false; ; looked = true {
		value, known, wait, err := k.look(has, looked)
		if wait == nil {
			if !known && err != nil {
				return value, notHad(err)
			}
			return value, nil
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return value, notHad(ctx.Err())
		}
	}
}

// notHad is that something is not had, and why; said once where others are needed for it.
func notHad(why error) error {
	if errors.Is(why, ErrNotHad) {
		return why
	}
	return fmt.Errorf("%w: %w", ErrNotHad, why)
}

// look gives what is known, and whether that has what is looked for. Where it is worth it, it has the
// publisher asked, and gives what ends then; looked says that this was waited for already.
func (k *Kept[T]) look(has func(T) bool, looked bool) (value T, known bool, wait chan struct{}, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	age := now.Sub(k.fetched)
	if age >= KeepFor {
		var nothing T
		k.value, k.there = nothing, false
	}
	known = k.there && has(k.value)
	switch {
	case known && (age < RefreshAfter || looked || k.asking != nil):
		// While somebody asks anew, the others go on with what is known.
		return k.value, true, nil, nil
	case looked:
		return k.value, false, nil, k.failed
	case k.asking != nil:
		return value, false, k.asking, nil
	case !k.tried.IsZero() && now.Sub(k.tried) < AskAgainAfter:
		return k.value, known, nil, k.failed
	}
	k.tried, k.asking = now, make(chan struct{})
	go k.ask()
	return value, false, k.asking, nil
}

// ask gets it. It is nobody's request alone, and ends by its own time-out.
func (k *Kept[T]) ask() {
	ctx, cancel := context.WithTimeout(context.Background(), k.timeout)
	defer cancel()
	value, err := k.fetch(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failed = err; err == nil {
		k.value, k.there, k.fetched = value, true, k.tried
	}
	close(k.asking)
	k.asking = nil
}
