package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/registry"
)

func aTeam(slug string) registry.Team {
	return registry.Team{ID: newID(), Slug: slug, Name: slug, CreatedAt: Start, UpdatedAt: Start, Version: 1}
}

func testTransactions(t *testing.T, open opener) {
	each(t, open, "an error leaves nothing behind", func(t *testing.T, s *store.Store) {
		why := errors.New("changed my mind")
		err := s.InTx(t.Context(), func(ctx context.Context) error {
			ok(t, s.Registry().CreateTeam(ctx, aTeam("payments")))
			return why
		})
		if !errors.Is(err, why) {
			t.Fatalf("got %v, want the error of the inside", err)
		}
		_, err = s.Registry().TeamBySlug(t.Context(), "payments")
		refused(t, err, fault.NotFound, "team_not_found")
	})

	each(t, open, "a panic leaves nothing behind and the database usable", func(t *testing.T, s *store.Store) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = s.InTx(t.Context(), func(ctx context.Context) error {
				ok(t, s.Registry().CreateTeam(ctx, aTeam("payments")))
				panic("boom")
			})
		}()
		ok(t, s.Registry().CreateTeam(t.Context(), aTeam("payments")))
	})

	each(t, open, "a snapshot is of one moment, and nothing is written in it", func(t *testing.T, s *store.Store) {
		ok(t, s.Registry().CreateTeam(t.Context(), aTeam("payments")))
		ok(t, s.InSnapshot(t.Context(), func(ctx context.Context) error {
			must(s.Registry().TeamBySlug(ctx, "payments"))(t)
			ok(t, s.Registry().CreateTeam(t.Context(), aTeam("search"))) // by somebody else
			_, err := s.Registry().TeamBySlug(ctx, "search")
			refused(t, err, fault.NotFound, "team_not_found")
			return nil
		}))
		must(s.Registry().TeamBySlug(t.Context(), "search"))(t)
		if err := s.InSnapshot(t.Context(), func(ctx context.Context) error { return s.Registry().CreateTeam(ctx, aTeam("ledger")) }); err == nil {
			t.Error("a team is made in a snapshot")
		}
		_, err := s.Registry().TeamBySlug(t.Context(), "ledger")
		refused(t, err, fault.NotFound, "team_not_found")
	})

	each(t, open, "an inner transaction joins the outer one", func(t *testing.T, s *store.Store) {
		why := errors.New("after the inner one")
		err := s.InTx(t.Context(), func(ctx context.Context) error {
			ok(t, s.InTx(ctx, func(ctx context.Context) error { return s.Registry().CreateTeam(ctx, aTeam("payments")) }))
			must(s.Registry().TeamBySlug(ctx, "payments"))(t) // what was written is seen inside
			return why
		})
		if !errors.Is(err, why) {
			t.Fatalf("got %v, want the error of the outer one", err)
		}
		_, err = s.Registry().TeamBySlug(t.Context(), "payments")
		refused(t, err, fault.NotFound, "")
	})

	each(t, open, "readers outside do not see what is not committed", func(t *testing.T, s *store.Store) {
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
			ok(t, s.Registry().CreateTeam(ctx, aTeam("payments")))
			_, err := s.Registry().TeamBySlug(t.Context(), "payments")
			refused(t, err, fault.NotFound, "")
			return nil
		}))
		must(s.Registry().TeamBySlug(t.Context(), "payments"))(t)
	})

	each(t, open, "a cancelled transaction leaves nothing behind", func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.InTx(ctx, func(ctx context.Context) error {
			ok(t, s.Registry().CreateTeam(ctx, aTeam("payments")))
			cancel()
			return ctx.Err()
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want context.Canceled", err)
		}
		ok(t, s.Registry().CreateTeam(t.Context(), aTeam("payments")))
	})

	each(t, open, "times are kept in UTC to the microsecond, whatever they came as", func(t *testing.T, s *store.Store) {
		v := aTeam("payments")
		v.CreatedAt = time.Date(2026, 3, 29, 3, 30, 0, 123_456_789, time.FixedZone("CEST", 2*3600))
		v.UpdatedAt = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC) // the zero time is a time
		ok(t, s.Registry().CreateTeam(t.Context(), v))
		v.CreatedAt = time.Date(2026, 3, 29, 1, 30, 0, 123_456_000, time.UTC)
		same(t, must(s.Registry().Team(t.Context(), v.ID))(t), v)
	})

	each(t, open, "a fence holds only with the lease's epoch", func(t *testing.T, s *store.Store) {
		write := func(f tx.Fence, slug string) error {
			return s.InTx(tx.WithFence(t.Context(), f), func(ctx context.Context) error {
				return s.Registry().CreateTeam(ctx, aTeam(slug))
			})
		}
		refused(t, write(tx.Fence{Lease: "prune", Epoch: 1}, "before"), fault.Conflict, "lease_lost")
		lease := must(s.Jobs().TakeLease(t.Context(), "prune", "one", time.Minute))(t)
		ok(t, write(tx.Fence{Lease: "prune", Epoch: lease.Epoch}, "held"))
		ok(t, s.Jobs().ReleaseLease(t.Context(), "prune", lease.Epoch))
		taken := must(s.Jobs().TakeLease(t.Context(), "prune", "two", time.Minute))(t)
		if taken.Epoch != lease.Epoch+1 {
			t.Fatalf("the epoch went from %d to %d, want one more", lease.Epoch, taken.Epoch)
		}
		refused(t, write(tx.Fence{Lease: "prune", Epoch: lease.Epoch}, "stalled"), fault.Conflict, "lease_lost")
		_, err := s.Registry().TeamBySlug(t.Context(), "stalled")
		refused(t, err, fault.NotFound, "")
	})

	each(t, open, "a fence of an inner transaction is looked at too", func(t *testing.T, s *store.Store) {
		err := s.InTx(t.Context(), func(ctx context.Context) error {
			return s.InTx(tx.WithFence(ctx, tx.Fence{Lease: "none", Epoch: 7}), func(context.Context) error { return nil })
		})
		refused(t, err, fault.Conflict, "lease_lost")
	})
}
