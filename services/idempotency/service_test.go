package idempotency_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/idempotency"
)

// house is the service over a fresh database; its effect enters a person.
type house struct {
	*idempotency.Service
	store *store.Store
	clock *clock.Manual
	runs  atomic.Int64
}

func newHouse(t *testing.T) *house {
	t.Helper()
	return newHouseOn(t, storetest.SQLite(t))
}

func newHouseOn(t *testing.T, s *store.Store) *house {
	t.Helper()
	h := &house{store: s, clock: clock.NewManual(storetest.Start)}
	h.Service = idempotency.NewService(h.store.Idempotency(), h.store, h.clock.Now)
	return h
}

func (h *house) enter(name string) func(context.Context) (idempotency.Resource, error) {
	return func(ctx context.Context) (idempotency.Resource, error) {
		h.runs.Add(1)
		now := h.clock.Now()
		p := access.Person{ID: id.New(now), DisplayName: name, CreatedAt: now, UpdatedAt: now, Version: 1}
		i := access.Identity{ID: id.New(now), Person: p.ID, Provider: "local", Issuer: "test", Subject: name, CreatedAt: now}
		if err := h.store.Access().CreatePerson(ctx, p, i); err != nil {
			return idempotency.Resource{}, err
		}
		return idempotency.Resource{ID: p.ID, Version: 1, Status: 201}, nil
	}
}

func key(name string) idempotency.Key {
	return idempotency.Key{Caller: "person:1", Operation: "createPerson", Key: name, Hash: []byte("hash of the request")}
}

func TestARepeatedRequestHasItsEffectOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first, replayed, err := h.Do(t.Context(), key("k"), h.enter("ada"))
	if err != nil || replayed || first.Status != 201 {
		t.Fatalf("got %+v, %t, %v", first, replayed, err)
	}
	again, replayed, err := h.Do(t.Context(), key("k"), h.enter("ada"))
	if err != nil || !replayed || again != first || h.runs.Load() != 1 {
		t.Errorf("got %+v, %t, %v after %d runs", again, replayed, err, h.runs.Load())
	}
	// Another caller's key and another operation's are other keys.
	for name, k := range map[string]idempotency.Key{
		"bob":   {Caller: "person:2", Operation: "createPerson", Key: "k", Hash: []byte("x")},
		"carol": {Caller: "person:1", Operation: "createTeam", Key: "k", Hash: []byte("x")},
	} {
		if _, replayed, err := h.Do(t.Context(), k, h.enter(name)); err != nil || replayed {
			t.Errorf("%s: %t, %v", name, replayed, err)
		}
	}
}

func TestManyAtOnceHaveOneEffect(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouseOn(t, s)
		var fresh atomic.Int64
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				_, replayed, err := h.Do(context.Background(), key("k"), h.enter("ada"))
				if err != nil {
					t.Errorf("do: %v", err)
				}
				if !replayed {
					fresh.Add(1)
				}
			})
		}
		all.Wait()
		if fresh.Load() != 1 || h.runs.Load() != 1 {
			t.Errorf("%d effects in %d runs", fresh.Load(), h.runs.Load())
		}
	})
}

func TestAKeyIsNotReusedForAnotherRequest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if _, _, err := h.Do(t.Context(), key("k"), h.enter("ada")); err != nil {
		t.Fatal(err)
	}
	other := key("k")
	other.Hash = []byte("hash of another")
	_, _, err := h.Do(t.Context(), other, h.enter("bob"))
	if e := fault.As(err); e == nil || e.Kind != fault.Invalid || e.Code != "idempotency_key_reused" || e.Violations[0].Pointer != "header.Idempotency-Key" {
		t.Errorf("got %v", err)
	}
}

func TestAFailedEffectLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouseOn(t, s)
		broken := errors.New("broken")
		_, _, err := h.Do(t.Context(), key("k"), func(ctx context.Context) (idempotency.Resource, error) {
			if _, err := h.enter("ada")(ctx); err != nil {
				return idempotency.Resource{}, err
			}
			return idempotency.Resource{ID: "x", Status: 201}, broken
		})
		if !errors.Is(err, broken) {
			t.Fatalf("got %v", err)
		}
		// The same key and the same identity are free.
		if _, replayed, err := h.Do(t.Context(), key("k"), h.enter("ada")); err != nil || replayed {
			t.Errorf("got %t, %v", replayed, err)
		}
	})
}

func TestWithoutAKeyNothingIsRemembered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, name := range []string{"ada", "bob"} {
		if _, replayed, err := h.Do(t.Context(), key(""), h.enter(name)); err != nil || replayed {
			t.Errorf("got %t, %v", replayed, err)
		}
	}
	// It is a transaction all the same.
	broken := errors.New("broken")
	_, _, err := h.Do(t.Context(), key(""), func(ctx context.Context) (idempotency.Resource, error) {
		if _, err := h.enter("carol")(ctx); err != nil {
			return idempotency.Resource{}, err
		}
		return idempotency.Resource{}, broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if _, err := h.store.Access().PersonByIdentity(t.Context(), "local", "test", "carol"); !fault.Is(err, fault.NotFound) {
		t.Errorf("carol stayed: %v", err)
	}
}

func TestAKeyIsVisibleASCII(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, wrong := range []string{" ", "a b", "é", "a\x00", "a\n", "\x7f", strings.Repeat("k", 256)} {
		_, _, err := h.Do(t.Context(), key(wrong), h.enter("nobody"))
		if e := fault.As(err); e == nil || e.Code != "invalid_input" || e.Violations[0].Pointer != "header.Idempotency-Key" {
			t.Errorf("%.10q: %v", wrong, err)
		}
	}
	if h.runs.Load() != 0 {
		t.Errorf("%d effects", h.runs.Load())
	}
	if _, _, err := h.Do(t.Context(), key(strings.Repeat("~", 255)), h.enter("ada")); err != nil {
		t.Error(err)
	}
}

func TestKeysAreForgottenAfterADay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if _, _, err := h.Do(t.Context(), key("old"), h.enter("ada")); err != nil {
		t.Fatal(err)
	}
	h.clock.Advance(24 * time.Hour)
	if n, err := h.Prune(t.Context(), 24*time.Hour); n != 0 || err != nil {
		t.Errorf("pruned %d, %v", n, err)
	}
	h.clock.Advance(time.Microsecond)
	if _, _, err := h.Do(t.Context(), key("new"), h.enter("bob")); err != nil {
		t.Fatal(err)
	}
	if n, err := h.Prune(t.Context(), 24*time.Hour); n != 1 || err != nil {
		t.Errorf("pruned %d, %v", n, err)
	}
	if _, replayed, _ := h.Do(t.Context(), key("new"), h.enter("bob")); !replayed {
		t.Error("the new key is forgotten")
	}
}
