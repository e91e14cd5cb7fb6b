package seal_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/audit/chain"
	"github.com/evenkeel/evenkeel/services/audit/seal"
)

func TestEntriesAreSealedInOneChainAndLateOnesLate(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s, nil)
		if _, err := h.Head(h.root); fault.As(err) == nil || fault.As(err).Code != "audit_head_not_found" {
			t.Errorf("before anything is sealed, the head is: %v", err)
		}
		h.decide(t, 3)
		if v := h.verify(t); v.Unsealed != 3 || v.Checked != 0 || len(v.Findings) > 0 || !v.OldestUnsealed.Equal(storetest.Start) {
			t.Errorf("before anything is sealed: %+v", v)
		}
		if counts := h.seal(t); counts["sealed"] != 3 {
			t.Errorf("sealed are %v", counts)
		}
		if counts := h.seal(t); counts["sealed"] != 0 {
			t.Errorf("sealed again are %v", counts)
		}
		// One that was begun before all of them, and is committed now.
		late := audit.Entry{ID: "01ARZ3NDEKTSV4RRFFQ69G5FAV", At: storetest.Start.Add(-time.Hour), Outcome: audit.Done, ActorKind: access.BySystem, Action: "job.run", ObjectKind: access.KindJob,
			Proof: "s00112233445566778899aabbccddeeff s00112233445566778899aabbccddeeff s00112233445566778899aabbccddeeff s00112233445566778899aabbccddeeff"}
		if err := s.Audit().AppendEntry(t.Context(), late); err != nil {
			t.Fatal(err)
		}
		// And one that the program did not write: it is told, and keeps nothing else from being sealed.
		foreign := late
		foreign.ID, foreign.Proof = "01ARZ3NDEKTSV4RRFFQ69G5FAW", ""
		if err := s.Audit().AppendEntry(t.Context(), foreign); err != nil {
			t.Fatal(err)
		}
		h.decide(t, 1)
		if counts := h.seal(t); counts["sealed"] != 2 || counts["unsealable"] != 1 {
			t.Errorf("sealed late are %v", counts)
		}
		v := h.verify(t)
		if v.Checked != 5 || v.To != 5 || v.Unsealed != 1 || len(v.Findings) > 0 || v.Next != 0 {
			t.Errorf("verified as %+v", v)
		}
		e, err := h.log.Entry(h.root, late.ID)
		if err != nil || e.Seal != 4 {
			t.Errorf("the late one has the number %d (%v), want 4", e.Seal, err)
		}
		// By parts it comes to the same.
		part, err := h.Verify(h.root, 1, 2)
		if err != nil || part.Checked != 2 || part.Next != 3 || part.Previous != chain.Genesis {
			t.Errorf("the first part is %+v: %v", part, err)
		}
		rest, err := h.Verify(h.root, part.Next, 5)
		if err != nil || rest.Checked != 3 || rest.Next != 0 || len(rest.Findings) > 0 || rest.From != 3 {
			t.Errorf("the rest is %+v: %v", rest, err)
		}
		for from, limit := range map[int64]int{0: 1, 1: 0, 2: seal.MostVerified + 1, 9: 1} {
			if _, err := h.Verify(h.root, from, limit); !fault.Is(err, fault.Invalid) {
				t.Errorf("from %d, %d: %v", from, limit, err)
			}
		}
	})
}

func TestTheWholeLogIsForAdministratorsAndItsHeadForAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.SQLite(t), nil)
	h.decide(t, 5)
	h.seal(t)
	h.decide(t, 3)
	ada := access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: "ada", Scopes: []access.Scope{access.ScopeRead}})
	if _, err := h.Export(ada, seal.Sealed, page.Request{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("who is no administrator exports: %v", err)
	}
	if _, err := h.Verify(ada, 1, 1); !fault.Is(err, fault.Forbidden) {
		t.Errorf("who is no administrator verifies: %v", err)
	}
	head, err := h.Head(ada)
	key, _ := h.keys.Installation(t.Context())
	if err != nil || head.Number != 5 || head.Unsealed != 3 || head.Last != nil || !head.SignedWith(key.Public().(ed25519.PublicKey)) {
		t.Errorf("the head is %+v: %v", head, err)
	}
	for state, want := range map[seal.State]int{seal.Sealed: 5, seal.Unsealed: 3, seal.Stray: 0} {
		var got []chain.Seal
		for r := (page.Request{Limit: 2}); ; {
			p, err := h.Export(h.root, state, r)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, p.Items...)
			if r.After = p.Next; r.After == "" {
				break
			}
		}
		if len(got) != want || !slices.IsSortedFunc(got, func(a, b chain.Seal) int { return int(a.Number - b.Number) }) {
			t.Errorf("%s are %d, want %d", state, len(got), want)
		}
		for _, one := range got {
			if one.Entry == nil || (one.Number == 0) != (state == seal.Unsealed) {
				t.Errorf("%s is %+v", state, one)
			}
		}
	}
	if _, err := h.Export(h.root, "other", page.Request{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("another state: %v", err)
	}
}

// The lease has one replica at it; were there two, or one that stalled, what is unique in the
// database keeps the chain one.
func TestTwoReplicasNeverSealAnEntryTwice(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s, nil)
		const writers, each = 4, 15
		var writing, sealing sync.WaitGroup
		ended := make(chan struct{})
		for range 2 {
			sealing.Go(func() {
				for {
					select {
					case <-ended:
						return
					default:
					}
					// Whoever comes second is refused, and goes on with what the first one did.
					if _, err := h.SealOnce(t.Context()); err != nil && !fault.Is(err, fault.Conflict) {
						t.Errorf("seal: %v", err)
						return
					}
				}
			})
		}
		for range writers {
			writing.Go(func() { h.decide(t, each) })
		}
		writing.Wait()
		close(ended)
		sealing.Wait()
		h.seal(t)
		if v := h.verify(t); v.Checked != writers*each || v.To != writers*each || len(v.Findings) > 0 || v.Unsealed != 0 {
			t.Errorf("%d entries are verified as %+v", writers*each, v)
		}
	})
}

func TestHeadsArePutOutsideInOrderAndNoneIsLost(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		file, url := &kept{}, &kept{}
		h := newHouse(t, s, map[seal.Place]seal.Putter{seal.File: file, seal.URL: url})
		var told []error
		h.Observe = func(p seal.Place, waiting int64, err error) {
			if p == seal.URL {
				told = append(told, err)
				if (waiting > 0) != (err != nil) {
					t.Errorf("%d wait after %v", waiting, err)
				}
			}
		}
		if counts := h.seal(t); counts["anchors_made"] != 0 || len(file.anchors) > 0 {
			t.Errorf("of an empty log there is an anchor: %v", counts)
		}
		down := errors.New("down")
		for hour, c := range []struct {
			decisions  int
			refuse     error
			file, url  []int64
			afterwards time.Duration
		}{
			{2, nil, []int64{2}, []int64{2}, 10 * time.Minute},
			{1, nil, []int64{2}, []int64{2}, time.Hour},                          // too soon
			{0, down, []int64{2, 3}, []int64{2}, time.Hour},                      // the address fails
			{0, down, []int64{2, 3}, []int64{2}, time.Hour},                      // nothing new
			{4, down, []int64{2, 3, 7}, []int64{2}, time.Hour},                   // two wait
			{0, nil, []int64{2, 3, 7}, []int64{2, 3, 7}, time.Hour},              // both go, in order
			{1, nil, []int64{2, 3, 7, 8}, []int64{2, 3, 7, 8}, 59 * time.Minute}, // and it goes on
		} {
			h.decide(t, c.decisions)
			url.refuse = c.refuse
			h.seal(t)
			numbers := func(k *kept) (out []int64) {
				for _, a := range k.anchors {
					out = append(out, a.Number)
				}
				return out
			}
			if !slices.Equal(numbers(file), c.file) || !slices.Equal(numbers(url), c.url) {
				t.Errorf("step %d: the file has %v and the address %v, want %v and %v", hour, numbers(file), numbers(url), c.file, c.url)
			}
			h.clock.Advance(c.afterwards)
		}
		if want := []error{nil, nil, nil, down, down, down, nil, nil}; !slices.Equal(told, want) {
			t.Errorf("told was %v, want %v", told, want)
		}
		key, err := h.keys.Installation(context.WithoutCancel(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		if found := h.verifyAgainst(t, url.anchors, key.Public().(ed25519.PublicKey)); len(found) > 0 {
			t.Errorf("against its own anchors there is %+v", found)
		}
		if v := h.verify(t); v.Anchored != 4 || len(v.Findings) > 0 {
			t.Errorf("verified as %+v", v)
		}
		head, err := h.Head(h.root)
		if err != nil || head.Last == nil || head.Last.Number != 8 || head.Last.WrittenAt == nil || head.Last.PostedAt == nil {
			t.Errorf("the last anchor is %+v: %v", head.Last, err)
		}
	})
}
