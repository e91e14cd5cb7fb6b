package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/tx"
)

var (
	_ tx.Trier     = (*Store)(nil)
	_ tx.Snapshots = (*Store)(nil)
)

// attempts is how often a transaction is run that loses against others.
const attempts = 6

// joinedTx is a transaction in a context.
type joinedTx struct {
	tx     *sql.Tx
	fences map[tx.Fence]bool // that were checked in it
}

// InTx implements tx.Runner. On SQLite transactions are immediate and follow one
// another; on PostgreSQL they are READ COMMITTED, and are run again when the
// server ended them because of others (serialisation failure, deadlock). A fence
// that does not hold is fault.Conflict "lease_lost".
func (s *Store) InTx(ctx context.Context, do func(ctx context.Context) error) error {
	if t := s.db.joined(ctx); t != nil {
		if err := s.checkFence(ctx, t); err != nil {
			return err
		}
		return do(ctx)
	}
	for attempt := 1; ; attempt++ {
		err := s.once(ctx, do)
		if err == nil || !lostAgainstOthers(err) {
			return err
		}
		if attempt == attempts {
			e := fault.New(fault.Unavailable, "database_busy", "others keep changing the same things; try again")
			e.RetryAfter, e.Err = time.Second, err
			return e
		}
		s.log.DebugContext(ctx, "transaction is run again", "attempt", attempt, "error", err)
		pause := time.NewTimer(time.Duration(rand.Int64N(int64(attempt) * int64(10*time.Millisecond))))
		select {
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		case <-pause.C:
		}
	}
}

// InSavepoint implements tx.Trier.
func (s *Store) InSavepoint(ctx context.Context, do func(ctx context.Context) error) error {
	if s.db.joined(ctx) == nil {
		return errors.New("a savepoint is set in a transaction, and there is none")
	}
	if _, err := s.exec(ctx, "SAVEPOINT tried"); err != nil {
		return fail("set a savepoint", err)
	}
	err := do(ctx)
	if err != nil {
		if _, back := s.exec(ctx, "ROLLBACK TO SAVEPOINT tried"); back != nil {
			return errors.Join(err, fail("roll back to a savepoint", back))
		}
	}
	if _, end := s.exec(ctx, "RELEASE SAVEPOINT tried"); end != nil {
		return errors.Join(err, fail("release a savepoint", end))
	}
	return err
}

func (s *Store) once(ctx context.Context, do func(ctx context.Context) error) (err error) {
	began, err := s.db.writer.BeginTx(ctx, nil)
	if err != nil {
		return fail("begin a transaction", err)
	}
	committed := false
	defer func() {
		if !committed { // after a panic too
			err = rollBack(began, err)
		}
	}()
	t := &joinedTx{tx: began, fences: make(map[tx.Fence]bool)}
	inner := context.WithValue(ctx, joinKey{s.db}, t)
	if err := s.checkFence(inner, t); err != nil {
		return err
	}
	if err := do(inner); err != nil {
		return err
	}
	if err := began.Commit(); err != nil {
		return fail("commit", err)
	}
	committed = true
	return nil
}

// rollBack ends a transaction that came to the error; ErrTxDone is what a cancelled context
// leaves behind.
func rollBack(began *sql.Tx, err error) error {
	if back := began.Rollback(); back != nil && !errors.Is(back, sql.ErrTxDone) {
		return errors.Join(err, fmt.Errorf("roll back: %w", back))
	}
	return err
}

// InSnapshot implements tx.Snapshots: on PostgreSQL by REPEATABLE READ, on SQLite by a reader
// of the write-ahead log, whose transactions see what was committed before.
func (s *Store) InSnapshot(ctx context.Context, do func(ctx context.Context) error) (err error) {
	o := sql.TxOptions{ReadOnly: true}
	if s.postgres() {
		o.Isolation = sql.LevelRepeatableRead
	}
	began, err := s.db.reader.BeginTx(ctx, &o)
	if err != nil {
		return fail("begin to read", err)
	}
	defer func() { err = rollBack(began, err) }()
	return do(context.WithValue(ctx, joinKey{s.db}, &joinedTx{tx: began}))
}

// checkFence holds the lease's row until the transaction ends: taking the lease
// anew waits for it.
func (s *Store) checkFence(ctx context.Context, t *joinedTx) error {
	fence, ok := tx.FenceFrom(ctx)
	if !ok || t.fences[fence] {
		return nil
	}
	query := "SELECT epoch FROM leases WHERE name = ?"
	if s.postgres() {
		query = "SELECT epoch FROM leases WHERE name = $1 FOR SHARE"
	}
	var epoch int64
	err := t.tx.QueryRowContext(ctx, query, fence.Lease).Scan(&epoch)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fail("check the lease "+fence.Lease, err)
	}
	if err != nil || epoch != fence.Epoch {
		return tx.LeaseLost("the lease %q was taken by another since; nothing was written", fence.Lease)
	}
	t.fences[fence] = true
	return nil
}

func lostAgainstOthers(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == pgSerialization || e.Code == pgDeadlock)
}
