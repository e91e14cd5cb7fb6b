// Package signing keeps the keys that the installation signs with: one for each purpose, the
// same for all replicas, encrypted in the database under the key of the configuration. What is
// signed belongs to whoever signs.
package signing

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/secret"
	"github.com/evenkeel/evenkeel/internal/tx"
)

// Key is a key as it is kept. Seed is encrypted under the key that KeyID names.
type Key struct {
	ID        id.ID
	Purpose   string
	Seed      []byte
	KeyID     string
	CreatedAt time.Time
}

// Store keeps keys.
type Store interface {
	// Key returns the key for the purpose, nil where there is none.
	Key(ctx context.Context, purpose string) (*Key, error)
	// KeepKey writes a key, unless there is one for its purpose.
	KeepKey(ctx context.Context, k Key) error
	// KeysNotUnder returns those that are encrypted under another key.
	KeysNotUnder(ctx context.Context, keyID string, limit int) ([]Key, error)
	// ReplaceSeed replaces the seed that is encrypted under a key, and tells whether it was there.
	ReplaceSeed(ctx context.Context, key id.ID, from string, to Key) (bool, error)
}

// Room hands out keys.
type Room struct {
	store  Store
	safe   *secret.Safe
	runner tx.Runner
	now    clock.Clock
}

// New returns the room over a store, whose keys are encrypted by the safe.
func New(store Store, safe *secret.Safe, runner tx.Runner, now clock.Clock) *Room {
	return &Room{store: store, safe: safe, runner: runner, now: now}
}

// place is what a seed is bound to: it opens in no other row.
func place(key id.ID) secret.Place {
	return secret.Place{Table: "signing_keys", Row: string(key), Column: "seed"}
}

// SigningKey returns the seed of the key for the purpose: the one that there is, else the
// offered one, which is kept then. Precondition "encryption_key_missing" and
// "encryption_key_unknown" where it cannot be encrypted or read.
func (r *Room) SigningKey(ctx context.Context, purpose string, offered []byte, now time.Time) ([]byte, error) {
	kept, err := r.store.Key(ctx, purpose)
	if err == nil && kept == nil {
		k := Key{ID: id.New(now), Purpose: purpose, CreatedAt: clock.Round(now)}
		if k.KeyID, k.Seed, err = r.safe.Lock(place(k.ID), offered); err != nil {
			return nil, err
		}
		if err := r.store.KeepKey(ctx, k); err != nil {
			return nil, fmt.Errorf("keep the key for %s: %w", purpose, err)
		}
		kept, err = r.store.Key(ctx, purpose) // another replica may have been first
	}
	if err != nil {
		return nil, fmt.Errorf("read the key for %s: %w", purpose, err)
	}
	return r.safe.Open(place(kept.ID), kept.KeyID, kept.Seed)
}

// Installation is the key that the installation signs what it hands out with, made when it is
// first needed.
func (r *Room) Installation(ctx context.Context) (ed25519.PrivateKey, error) {
	offered := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(offered) // which never fails
	var seed []byte
	err := r.runner.InTx(ctx, func(ctx context.Context) (err error) {
		seed, err = r.SigningKey(ctx, "installation", offered, r.now())
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("the installation's key has %d bytes, and should have %d", len(seed), ed25519.SeedSize)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// atOnce is how many keys one transaction encrypts anew.
const atOnce = 100

// Rotate encrypts anew what is not under the present key, and returns how much that was. It may
// run while replicas serve that have both keys, and again.
func (r *Room) Rotate(ctx context.Context) (int, error) {
	present, err := r.safe.Present()
	if err != nil {
		return 0, err
	}
	done := 0
	for {
		n, found := 0, 0
		err := r.runner.InTx(ctx, func(ctx context.Context) error {
			n = 0
			keys, err := r.store.KeysNotUnder(ctx, present, atOnce)
			if err != nil {
				return err
			}
			found = len(keys)
			for _, k := range keys {
				plain, err := r.safe.Open(place(k.ID), k.KeyID, k.Seed)
				if err != nil {
					return err
				}
				anew := k
				if anew.KeyID, anew.Seed, err = r.safe.Lock(place(k.ID), plain); err != nil {
					return err
				}
				replaced, err := r.store.ReplaceSeed(ctx, k.ID, k.KeyID, anew)
				if err != nil {
					return err
				}
				if replaced {
					n++
				}
			}
			return nil
		})
		if err != nil {
			return done, fmt.Errorf("encrypt keys anew: %w", err)
		}
		if done += n; found < atOnce {
			return done, nil
		}
	}
}
