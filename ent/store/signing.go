package store

import (
	"context"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/signingkey"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/signing"
)

// Signing is the store of package signing.
type Signing struct{ s *Store }

var _ signing.Store = Signing{}

// Signing returns the view of the store that package signing declares.
func (s *Store) Signing() Signing { return Signing{s} }

// Key returns the key for the purpose, nil where there is none.
func (a Signing) Key(ctx context.Context, purpose string) (*signing.Key, error) {
	row, err := a.s.ent.SigningKey.Query().Where(signingkey.Purpose(purpose)).Only(ctx)
	if db.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fail("read a signing key", err)
	}
	k := fromDBKey(row)
	return &k, nil
}

// KeepKey writes a key, unless there is one for its purpose.
func (a Signing) KeepKey(ctx context.Context, k signing.Key) error {
	_, err := a.s.exec(ctx, "INSERT INTO signing_keys (id, purpose, seed, key_id, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (purpose) DO NOTHING",
		string(k.ID), k.Purpose, k.Seed, k.KeyID, clock.Round(k.CreatedAt))
	return fail("write a signing key", err)
}

// KeysNotUnder returns those that are encrypted under another key.
func (a Signing) KeysNotUnder(ctx context.Context, keyID string, limit int) ([]signing.Key, error) {
	rows, err := a.s.ent.SigningKey.Query().Where(signingkey.KeyIDNEQ(keyID)).Order(signingkey.ByID()).Limit(limit).All(ctx)
	if err != nil {
		return nil, fail("read signing keys", err)
	}
	var out []signing.Key
	for _, row := range rows {
		out = append(out, fromDBKey(row))
	}
	return out, nil
}

// ReplaceSeed replaces the seed that is encrypted under a key.
func (a Signing) ReplaceSeed(ctx context.Context, key id.ID, from string, to signing.Key) (bool, error) {
	n, err := a.s.exec(ctx, "UPDATE signing_keys SET seed = $1, key_id = $2 WHERE id = $3 AND key_id = $4", to.Seed, to.KeyID, string(key), from)
	return n == 1, fail("encrypt a signing key anew", err)
}

func fromDBKey(row *db.SigningKey) signing.Key {
	return signing.Key{ID: id.ID(row.ID), Purpose: row.Purpose, Seed: row.Seed, KeyID: row.KeyID, CreatedAt: utc(row.CreatedAt)}
}
