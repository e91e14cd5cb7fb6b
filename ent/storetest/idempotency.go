package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/idempotency"
)

func testIdempotency(t *testing.T, open opener) {
	record := func() idempotency.Record {
		return idempotency.Record{
			Key:       idempotency.Key{Caller: "person:ada", Operation: "createTeam", Key: "k-1", Hash: []byte{1, 2, 3}},
			CreatedAt: Start,
		}
	}
	claim := func(ctx context.Context, s *store.Store, r idempotency.Record) (found *idempotency.Record, err error) {
		err = s.InTx(ctx, func(ctx context.Context) error {
			found, err = s.Idempotency().ClaimKey(ctx, r)
			return err
		})
		return found, err
	}

	each(t, open, "a key is claimed once and remembers what was made", func(t *testing.T, s *store.Store) {
		r := record()
		if found := must(claim(t.Context(), s, r))(t); found != nil {
			t.Fatalf("a fresh key was found: %+v", found)
		}
		made := idempotency.Resource{ID: newID(), Version: 1, Status: 201}
		ok(t, s.Idempotency().CompleteKey(t.Context(), r.Key, made))
		found := must(claim(t.Context(), s, r))(t)
		r.Resource = made
		same(t, *found, r)

		other := record()
		other.Caller = "person:eve"
		if found := must(claim(t.Context(), s, other))(t); found != nil {
			t.Fatal("a key is its caller's own, and another's was found")
		}
		other.Key.Key = "k-2"
		refused(t, s.Idempotency().CompleteKey(t.Context(), other.Key, made), fault.NotFound, "")
	})

	each(t, open, "a duplicate waits for the first to commit and finds what it made", func(t *testing.T, s *store.Store) {
		r, made := record(), idempotency.Resource{ID: newID(), Version: 1, Status: 201}
		type outcome struct {
			found *idempotency.Record
			err   error
		}
		second := make(chan outcome, 1)
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
			if found := must(s.Idempotency().ClaimKey(ctx, r))(t); found != nil {
				t.Fatal("a fresh key was found")
			}
			began := make(chan struct{})
			go func() {
				close(began)
				found, err := claim(t.Context(), s, r)
				second <- outcome{found, err}
			}()
			AwaitBlocked(t, s, began)
			select {
			case o := <-second:
				t.Fatalf("the second did not wait: %+v", o)
			default:
			}
			return s.Idempotency().CompleteKey(ctx, r.Key, made)
		}))
		o := <-second
		ok(t, o.err)
		if o.found == nil || o.found.Resource != made {
			t.Fatalf("the second found %+v, want what the first made", o.found)
		}
	})

	each(t, open, "a duplicate takes over when the first gives up", func(t *testing.T, s *store.Store) {
		r, second := record(), make(chan error, 1)
		why := errors.New("gave up")
		err := s.InTx(t.Context(), func(ctx context.Context) error {
			must(s.Idempotency().ClaimKey(ctx, r))(t)
			go func() {
				found, err := claim(t.Context(), s, r)
				if err == nil && found != nil {
					err = errors.New("found what was never committed")
				}
				second <- err
			}()
			return why
		})
		if !errors.Is(err, why) {
			t.Fatal(err)
		}
		ok(t, <-second)
	})

	each(t, open, "keys are forgotten when they are old", func(t *testing.T, s *store.Store) {
		r := record()
		must(claim(t.Context(), s, r))(t)
		if n := must(s.Idempotency().PruneKeys(t.Context(), Start, 10))(t); n != 0 {
			t.Errorf("pruned %d that were not older", n)
		}
		if n := must(s.Idempotency().PruneKeys(t.Context(), Start.Add(time.Microsecond), 10))(t); n != 1 {
			t.Errorf("pruned %d, want 1", n)
		}
		if found := must(claim(t.Context(), s, r))(t); found != nil {
			t.Error("a forgotten key was found")
		}
	})

	each(t, open, "old keys are forgotten, some at a time", func(t *testing.T, s *store.Store) {
		for _, key := range []string{"a", "b", "c"} {
			r := record()
			r.Key.Key = key
			must(claim(t.Context(), s, r))(t)
		}
		for _, want := range []int{2, 1, 0} {
			same(t, must(s.Idempotency().PruneKeys(t.Context(), Start.Add(time.Microsecond), 2))(t), want)
		}
	})

	each(t, open, "a key can only be claimed in a transaction", func(t *testing.T, s *store.Store) {
		if _, err := s.Idempotency().ClaimKey(t.Context(), record()); err == nil {
			t.Error("it was claimed outside of one")
		}
	})
}
