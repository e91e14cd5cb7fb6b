package store_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// soon ends in a moment.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

// take takes every connection of a pool, until the test ends.
func take(t *testing.T, pool *sql.DB) {
	t.Helper()
	for range pool.Stats().MaxOpenConnections {
		c, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
	}
}

func TestALookUpWaitsForAReaderNoLongerThanItsContextLasts(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	_, reader := s.Pools()
	take(t, reader)
	for what, look := range map[string]func(context.Context) error{
		"a credential": func(ctx context.Context) error {
			_, err := s.Access().Credential(ctx, id.New(time.Now()))
			return err
		},
		"a service": func(ctx context.Context) error {
			_, err := s.Registry().ServiceBySlug(ctx, "checkout")
			return err
		},
	} {
		if err := look(soon(t)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v, want the context's error", what, err)
		}
	}
}

func TestALeaseIsTakenInTimeOrNotAtAll(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	writer, reader := s.Pools()
	take(t, writer)
	if l, err := s.Jobs().TakeLease(soon(t), "sweep", "one", 50*time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%+v, %v, want the context's error", l, err)
	}
	var n int
	if err := reader.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM leases").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d leases are written (%v)", n, err)
	}
}

func TestALookUpInATransactionTellsThatItsContextEnded(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := s.InTx(ctx, func(ctx context.Context) error {
		cancel()
		_, err := s.Registry().ServiceBySlug(ctx, "checkout")
		return err
	})
	// The edge makes 503 or 499 of it, and 500 of anything else.
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the context's error", err)
	}
}

func TestALookUpFindsNothingWhereNothingIs(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	if _, err := s.Access().Credential(t.Context(), id.New(time.Now())); !fault.Is(err, fault.NotFound) {
		t.Errorf("a credential of nobody: %v", err)
	}
	if _, err := s.Registry().ServiceBySlug(t.Context(), "checkout"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a service of nobody: %v", err)
	}
}
