package idempotency

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/tx"
)

// maxKey is the longest key that is taken.
const maxKey = 255

// Service runs effects at most once for each key.
type Service struct {
	store  Store
	runner tx.Runner
	now    clock.Clock
}

// NewService returns the service over a store.
func NewService(store Store, runner tx.Runner, now clock.Clock) *Service {
	return &Service{store: store, runner: runner, now: now}
}

// Do runs the effect in a transaction that also remembers the key, and returns
// what it made. When the key was seen before with the same hash, nothing is run:
// the resource that was made then is returned, and replayed is true. A failed
// effect leaves nothing behind, so that the request can be sent again.
//
// With an empty key.Key the effect runs in a transaction and is not remembered.
// The effect may be run again from its start when the database asks for it, and
// must not reach outside the database.
//
// Faults: Invalid "invalid_input" for a key that is too long or not of visible
// ASCII; Invalid "idempotency_key_reused" for a key that was sent with another
// request; Conflict "key_in_use" when the first request takes too long; and
// those of the effect.
func (s *Service) Do(ctx context.Context, key Key, effect func(ctx context.Context) (Resource, error)) (made Resource, replayed bool, err error) {
	if err := key.validate(); err != nil {
		return Resource{}, false, err
	}
	now := clock.Round(s.now())
	err = s.runner.InTx(ctx, func(ctx context.Context) (err error) {
		made, replayed = Resource{}, false // what an earlier attempt set
		if key.Key == "" {
			made, err = effect(ctx)
			return err
		}
		known, err := s.store.ClaimKey(ctx, Record{Key: key, CreatedAt: now})
		if err != nil {
			return fmt.Errorf("claim idempotency key of %s: %w", key.Operation, err)
		}
		if known != nil {
			made, err = known.replay(key)
			replayed = err == nil
			return err
		}
		if made, err = effect(ctx); err != nil {
			return err
		}
		if err := s.store.CompleteKey(ctx, key, made); err != nil {
			return fmt.Errorf("complete idempotency key of %s: %w", key.Operation, err)
		}
		return nil
	})
	if err != nil {
		return Resource{}, false, err
	}
	return made, replayed, nil
}

// Seen returns what a request of this key made that was worked off before; false where there
// is none yet. Faults: Invalid as of Do; Conflict "key_in_use".
func (s *Service) Seen(ctx context.Context, key Key) (Resource, bool, error) {
	if err := key.validate(); err != nil {
		return Resource{}, false, err
	}
	known, err := s.store.Key(ctx, key)
	if err != nil {
		return Resource{}, false, fmt.Errorf("look for an idempotency key of %s: %w", key.Operation, err)
	}
	if known == nil {
		return Resource{}, false, nil
	}
	made, err := known.replay(key)
	return made, err == nil, err
}

// Prune forgets the keys that are older than keep, and returns how many.
func (s *Service) Prune(ctx context.Context, keep time.Duration) (int, error) {
	before := clock.Round(s.now()).Add(-keep)
	pruned, err := tx.InChunks(ctx, s.runner, tx.RowsAtOnce, func(ctx context.Context, limit int) (int, error) {
		return s.store.PruneKeys(ctx, before, limit)
	})
	if err != nil {
		return pruned, fmt.Errorf("prune idempotency keys: %w", err)
	}
	return pruned, nil
}

func (k Key) validate() error {
	var check fault.Check
	ok := len(k.Key) <= maxKey
	for i := range len(k.Key) {
		ok = ok && k.Key[i] > ' ' && k.Key[i] < 0x7f
	}
	check.Require(ok, "header.Idempotency-Key", k.Key, "must be 1 to %d visible ASCII characters", maxKey)
	return check.Err()
}

// replay returns what the remembered request made, if this one is the same.
func (r Record) replay(k Key) (Resource, error) {
	if !bytes.Equal(r.Hash, k.Hash) {
		e := fault.New(fault.Invalid, "idempotency_key_reused",
			"the Idempotency-Key was already sent with another request; choose a fresh key for each request, and repeat one only with the very same request")
		e.Violations = []fault.Violation{{Pointer: "header.Idempotency-Key", Message: "was already sent with another request", Value: k.Key}}
		return Resource{}, e
	}
	if r.Status == 0 {
		return Resource{}, fault.New(fault.Conflict, "key_in_use", "a request with this Idempotency-Key is still being worked on; repeat it in a moment")
	}
	return r.Resource, nil
}
