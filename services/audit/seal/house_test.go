package seal_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/audit/chain"
	"github.com/evenkeel/evenkeel/services/audit/seal"
	"github.com/evenkeel/evenkeel/services/signing"
)

// house is a log over a database, with what seals it.
type house struct {
	*seal.Service
	log   *audit.Service
	store *store.Store
	clock *clock.Manual
	keys  *signing.Room
	root  context.Context // of an administrator
}

func newHouse(t *testing.T, s *store.Store, places map[seal.Place]seal.Putter) *house {
	t.Helper()
	h := &house{store: s, clock: clock.NewManual(storetest.Start)}
	authorizer := access.NewAuthorizer(s.Access())
	h.log = audit.NewService(s.Audit(), s, authorizer, h.clock.Now)
	h.keys = signing.New(s.Signing(), storetest.Safe(), s, h.clock.Now)
	h.Service = seal.NewService(seal.Parts{
		Store: s.Seals(), Keys: h.keys, Runner: s, Authorizer: authorizer, Clock: h.clock.Now, Logger: slog.New(slog.DiscardHandler),
		Places: places, Every: time.Hour,
	})
	h.root = access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: "root", Name: "root", Administrator: true, Scopes: access.Scopes})
	return h
}

// decide writes so many entries.
func (h *house) decide(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		o := access.Object{Kind: access.KindService, ID: id.ID(fmt.Sprintf("object-%d", i)), Label: fmt.Sprintf("service %d", i), Team: "crew"}
		ctx := access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: "ada", Token: "t1", Name: "Ada Lovelace"})
		if err := h.log.Record(ctx, audit.Change{Verb: access.Update, Object: o, Reason: fmt.Sprint("reason ", i), Changes: []byte(`{"tier":{"from":2,"to":1}}`)}); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Second)
	}
}

func (h *house) seal(t *testing.T) map[string]int64 {
	t.Helper()
	counts, err := h.RunOnce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

// verify looks at the whole chain in the database.
func (h *house) verify(t *testing.T) seal.Verification {
	t.Helper()
	v, err := h.Verify(h.root, 1, seal.MostVerified)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// verifyAgainst looks at an export, as whoever has that, anchors and the public key does.
func (h *house) verifyAgainst(t *testing.T, anchors []chain.Anchor, key ed25519.PublicKey) []chain.Finding {
	t.Helper()
	v := chain.NewVerifier(0, chain.Genesis)
	v.Expect(anchors, key)
	after := int64(0)
	for {
		seals, err := h.store.Seals().Seals(t.Context(), after, 500)
		if err != nil {
			t.Fatal(err)
		}
		if len(seals) == 0 {
			break
		}
		for _, s := range seals {
			v.Seal(s)
		}
		after = seals[len(seals)-1].Number
	}
	v.End()
	return v.Findings()
}

// kept is a place that keeps anchors, and may refuse them.
type kept struct {
	anchors []chain.Anchor
	refuse  error
}

func (k *kept) Put(_ context.Context, a chain.Anchor) error {
	if k.refuse != nil {
		return k.refuse
	}
	k.anchors = append(k.anchors, a)
	return nil
}
