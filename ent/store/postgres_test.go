package store_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pressly/goose/v3/lock"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/idempotency"
	"github.com/evenkeel/evenkeel/services/registry"
)

func replica(t *testing.T, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: url, MaxConnections: 6})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestReplicasMigrateOnceWhenTheyStartTogether(t *testing.T) {
	t.Parallel()
	url := storetest.EmptyPostgresURL(t)
	one, two := replica(t, url), replica(t, url)
	var all sync.WaitGroup
	for _, s := range []*store.Store{one, two} {
		all.Go(func() {
			if err := s.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n, err := one.Pending(t.Context()); err != nil || n != 0 {
		t.Errorf("%d migrations are pending, %v", n, err)
	}
}

func TestOfTwoVersionsThatStartTogetherOneMigrates(t *testing.T) {
	t.Parallel()
	url := storetest.EmptyPostgresURL(t)
	holder := replica(t, url)
	writer, _ := holder.Pools()
	held, err := writer.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	do := func(query string, into any, args ...any) {
		t.Helper()
		if err := held.QueryRowContext(t.Context(), query, args...).Scan(into); err != nil {
			t.Fatal(err)
		}
	}
	var taken bool
	if do("SELECT pg_try_advisory_lock($1)", &taken, lock.DefaultLockID); !taken {
		t.Fatal("the lock is taken")
	}
	type outcome struct {
		version string
		err     error
	}
	done := make(chan outcome, 2)
	sums := map[string]string{}
	for _, version := range []string{"one", "other"} {
		text := "-- +goose Up\nCREATE TABLE made_by_" + version + " (id bigint);\n"
		sums[version] = fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
		s := replica(t, url)
		go func() {
			done <- outcome{version, s.MigrateTo(t.Context(), fstest.MapFS{"00001_first.sql": {Data: []byte(text)}})}
		}()
	}
	// Both have found nothing, and wait.
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for waiting := 0; waiting < 2; {
		select {
		case o := <-done:
			t.Fatalf("%s did not wait: %v", o.version, o.err)
		case <-poll.C:
		}
		do("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%pg_try_advisory_lock%'", &waiting)
	}
	do("SELECT pg_advisory_unlock($1)", &taken, lock.DefaultLockID)
	migrated := ""
	for range 2 {
		switch o := <-done; {
		case o.err == nil && migrated == "":
			migrated = o.version
		case o.err == nil:
			t.Error("both say that the database is theirs")
		default:
			if f := fault.As(o.err); f == nil || f.Code != "database_of_another_version" {
				t.Errorf("%s: %v", o.version, o.err)
			}
		}
	}
	var made, sum string
	do("SELECT relname FROM pg_class WHERE relname LIKE 'made_by_%'", &made)
	do("SELECT sum FROM migration_sums WHERE version_id = 1", &sum)
	if made != "made_by_"+migrated || sum != sums[migrated] {
		t.Errorf("version %q has migrated, the table is %s and the sum %s", migrated, made, sum)
	}
}

func TestMigrationsOfPostgreSQLArePendingUntilApplied(t *testing.T) {
	t.Parallel()
	pendingUntilApplied(t, replica(t, storetest.EmptyPostgresURL(t)))
}

func TestAPostgreSQLOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	refusesAnotherVersion(t, replica(t, storetest.EmptyPostgresURL(t)))
}

func TestAFencedTransactionHoldsItsLeaseUntilItEnds(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	one, two := replica(t, url), replica(t, url)
	lease, err := one.Jobs().TakeLease(t.Context(), "evaluate", "one", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	taken := make(chan error, 1)
	err = one.InTx(tx.WithFence(t.Context(), tx.Fence{Lease: "evaluate", Epoch: lease.Epoch}), func(context.Context) error {
		go func() {
			// Ending the lease has to wait: what is written under it comes first.
			err := two.Jobs().ReleaseLease(t.Context(), "evaluate", lease.Epoch)
			taken <- err
		}()
		storetest.AwaitLock(t, url)
		select {
		case <-taken:
			return errors.New("the lease was ended under the transaction")
		default:
			return nil
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-taken; err != nil {
		t.Fatal(err)
	}
}

// A process that stalls in a transaction holds its locks no longer than the server
// lets it, and what it writes afterwards is nothing.
func TestAStalledTransactionIsEndedByTheServer(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	one, two := replica(t, url+"&idle_in_transaction_session_timeout=200"), replica(t, url)
	lease, err := one.Jobs().TakeLease(t.Context(), "evaluate", "one", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	err = one.InTx(tx.WithFence(t.Context(), tx.Fence{Lease: "evaluate", Epoch: lease.Epoch}), func(ctx context.Context) error {
		if err := two.Jobs().ReleaseLease(t.Context(), "evaluate", lease.Epoch); err != nil { // waits for it
			t.Error(err)
		}
		return one.Registry().CreateTeam(ctx, registry.Team{ID: id.New(storetest.Start), Slug: "late", Name: "Late", CreatedAt: storetest.Start, UpdatedAt: storetest.Start, Version: 1})
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("the stalled one got %v, want Unavailable", err)
	}
	if _, err := two.Registry().TeamBySlug(t.Context(), "late"); !fault.Is(err, fault.NotFound) {
		t.Errorf("what it wrote: %v", err)
	}
}

func TestADeadlockIsRunAgain(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	s := replica(t, url)
	a, b := storetest.Team(t, s, "a"), storetest.Team(t, s, "b")
	var met sync.WaitGroup
	met.Add(2)
	var runs [2]int
	var all sync.WaitGroup
	for i, order := range [][]registry.Team{{a, b}, {b, a}} {
		all.Go(func() {
			err := s.InTx(t.Context(), func(ctx context.Context) error {
				runs[i]++
				for n, team := range order {
					now, err := s.Registry().Team(ctx, team.ID)
					if err != nil {
						return err
					}
					if err := s.Registry().UpdateTeam(ctx, now); err != nil {
						return err
					}
					if n == 0 && runs[i] == 1 {
						met.Done()
						met.Wait() // both hold one and want the other
					}
				}
				return nil
			})
			// The loser reads anew; at READ COMMITTED it may also see the other's version.
			if err != nil && !fault.Is(err, fault.Precondition) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	// Whoever runs again may take its first row before the other has woken up to it, and
	// they meet once more.
	if runs[0]+runs[1] < 3 {
		t.Errorf("they ran %v times, want one of them again", runs)
	}
}

func TestAKeyThatStaysInUseIsReported(t *testing.T) {
	t.Parallel()
	s := storetest.Postgres(t)
	r := idempotency.Record{Key: idempotency.Key{Caller: "c", Operation: "o", Key: "k", Hash: []byte{1}}, CreatedAt: storetest.Start}
	err := s.InTx(t.Context(), func(ctx context.Context) error {
		if _, err := s.Idempotency().ClaimKey(ctx, r); err != nil {
			return err
		}
		err := s.InTx(t.Context(), func(ctx context.Context) error {
			_, err := s.Idempotency().ClaimKey(ctx, r)
			return err
		})
		if e := fault.As(err); e == nil || e.Kind != fault.Conflict || e.Code != "key_in_use" || e.RetryAfter != time.Second {
			t.Errorf("got %v, want key_in_use", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAServerThatIsNotThereIsUnavailable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	l.Close() // nobody listens there now
	_, err = store.Open(t.Context(), store.Options{URL: "postgres://user:secret@" + at + "/db"})
	if e := fault.As(err); e == nil || e.Kind != fault.Unavailable || e.Code != "database_unavailable" || e.RetryAfter == 0 {
		t.Fatalf("got %v, want database_unavailable", err)
	}
}

func TestAServerThatEndsTheConnectionIsUnavailable(t *testing.T) {
	t.Parallel()
	s := storetest.Postgres(t)
	writer, _ := s.Pools()
	err := s.InTx(t.Context(), func(ctx context.Context) error {
		// 57P01, admin_shutdown, is what a restart of the server gives.
		_, err := writer.ExecContext(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'")
		if err != nil {
			return err
		}
		return s.Registry().CreateTeam(ctx, registry.Team{ID: "01KKPEA9M7407BYCNJWJCZ2SVB", Slug: "a", CreatedAt: storetest.Start, UpdatedAt: storetest.Start, Version: 1})
	})
	if e := fault.As(err); e == nil || e.Kind != fault.Unavailable || e.Code != "database_unavailable" {
		t.Fatalf("got %v, want database_unavailable", err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("it does not recover: %v", err)
	}
}
