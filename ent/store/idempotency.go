package store

import (
	"context"
	"errors"
	"time"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/idempotencykey"
	"github.com/evenkeel/evenkeel/ent/db/predicate"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/idempotency"
)

// Idempotency is the store of package idempotency.
type Idempotency struct{ s *Store }

var _ idempotency.Store = Idempotency{}

// Idempotency returns the view of the store that package idempotency declares.
func (s *Store) Idempotency() Idempotency { return Idempotency{s} }

// ClaimKey inserts the record, or returns the one that another transaction
// committed. It has to be called in a transaction. PostgreSQL makes the insert
// wait for another that holds the key; on SQLite transactions follow one another.
func (i Idempotency) ClaimKey(ctx context.Context, r idempotency.Record) (*idempotency.Record, error) {
	if i.s.db.joined(ctx) == nil {
		return nil, errors.New("claim an idempotency key: no transaction was opened")
	}
	if i.s.postgres() {
		// It holds until the transaction ends; no lock is worth a longer wait.
		if _, err := i.s.exec(ctx, "SET LOCAL lock_timeout = '5s'"); err != nil {
			return nil, fail("bound the wait for an idempotency key", err)
		}
	}
	n, err := i.s.exec(ctx, `INSERT INTO idempotency_keys (caller, operation, key, hash, resource_id, resource_version, status, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (caller, operation, key) DO NOTHING`,
		r.Caller, r.Operation, r.Key.Key, r.Hash, string(r.ID), r.Version, r.Status, r.CreatedAt.UTC())
	if isBusy(err) {
		e := fault.New(fault.Conflict, "key_in_use", "a request with this Idempotency-Key is still being worked on; try again")
		e.RetryAfter, e.Err = time.Second, err
		return nil, e
	}
	if err != nil {
		return nil, fail("claim an idempotency key", err)
	}
	if n > 0 {
		return nil, nil
	}
	known, err := i.Key(ctx, r.Key)
	if err == nil && known == nil {
		// It was pruned between the two statements.
		e := fault.New(fault.Conflict, "key_in_use", "this Idempotency-Key is just being forgotten; try again")
		e.RetryAfter = time.Second
		return nil, e
	}
	return known, err
}

// Key returns the record of the key, or nil.
func (i Idempotency) Key(ctx context.Context, k idempotency.Key) (*idempotency.Record, error) {
	found, err := i.s.ent.IdempotencyKey.Query().Where(isKey(k)).Only(ctx)
	if db.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fail("read an idempotency key", err)
	}
	return &idempotency.Record{
		Key:       idempotency.Key{Caller: found.Caller, Operation: found.Operation, Key: found.Key, Hash: found.Hash},
		Resource:  idempotency.Resource{ID: id.ID(found.ResourceID), Version: found.ResourceVersion, Status: found.Status},
		CreatedAt: utc(found.CreatedAt),
	}, nil
}

// CompleteKey fills in what was made.
func (i Idempotency) CompleteKey(ctx context.Context, k idempotency.Key, made idempotency.Resource) error {
	n, err := i.s.ent.IdempotencyKey.Update().Where(isKey(k)).
		SetResourceID(string(made.ID)).SetResourceVersion(made.Version).SetStatus(made.Status).Save(ctx)
	if err == nil && n == 0 {
		return fault.Missing("idempotency_key", k.Key)
	}
	return fail("complete an idempotency key", err)
}

// PruneKeys removes up to limit records made before the time.
func (i Idempotency) PruneKeys(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := i.s.prune(ctx, "idempotency_keys", "created_at < $1", before, limit)
	return n, fail("prune idempotency keys", err)
}

func isKey(k idempotency.Key) predicate.IdempotencyKey {
	return idempotencykey.And(idempotencykey.Caller(k.Caller), idempotencykey.Operation(k.Operation), idempotencykey.Key(k.Key))
}
