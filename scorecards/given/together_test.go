package given_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/given"
)

// on runs a test on both databases.
func on(t *testing.T, do func(t *testing.T, s *store.Store)) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) { t.Parallel(); do(t, storetest.SQLite(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { t.Parallel(); do(t, storetest.Postgres(t)) })
}

// A fact is removed while others give it: whatever came first, nothing of it is left, and declared anew
// it is not known.
func TestNothingIsLeftOfAFactThatIsRemovedWhileItIsGiven(t *testing.T) {
	on(t, func(t *testing.T, s *store.Store) {
		h := newHouseOn(t, s)
		terms := given.Terms{Type: fact.Number, Doc: "d", Pushed: true, Attested: true}
		for round := range 6 {
			d := ok(h.Declare(h.root, "penetrations", terms))(t)
			var all sync.WaitGroup
			gone := func(what string, err error) {
				if e := fault.As(err); err != nil && (e == nil || e.Kind != fault.NotFound && e.Kind != fault.Invalid) {
					t.Errorf("round %d: %s: %v", round, what, err)
				}
			}
			for n := range 3 {
				all.Go(func() {
					_, err := h.Push(h.pipeline, h.checkout.ID, given.Push{Fact: "penetrations", Value: number(float64(n)), Source: "s"})
					gone("push", err)
				})
			}
			all.Go(func() {
				_, err := h.Attest(h.ada, h.checkout.ID, given.Statement{Fact: "penetrations", Value: number(9), Evidence: "https://x.example.org", Until: start.Add(day)})
				gone("attest", err)
			})
			all.Go(func() {
				if err := h.Remove(h.root, d.Name, d.Version); err != nil {
					t.Errorf("round %d: remove: %v", round, err)
				}
			})
			all.Wait()
			if said := ok(s.Given().Holding(t.Context(), []id.ID{h.checkout.ID}, start))(t)[h.checkout.ID]; len(said.Pushed)+len(said.Attested) > 0 {
				t.Fatalf("round %d: left are %+v", round, said)
			}
		}
	})
}

// Batches that name the same services in opposite orders, with single pushes and attestations among
// them, neither wait for each other for ever nor lose anything.
func TestBatchesInOppositeOrdersAreAllTaken(t *testing.T) {
	on(t, func(t *testing.T, s *store.Store) {
		h := newHouseOn(t, s)
		const services = 20
		var slugs []string
		for n := range services {
			slugs = append(slugs, storetest.Service(t, s, h.team, fmt.Sprintf("service-%02d", n)).Slug)
		}
		batch := func(round int) (out []given.Push) {
			for n := range services {
				if round%2 > 0 {
					n = services - 1 - n
				}
				out = append(out, given.Push{Service: slugs[n], Fact: "testedPeak", Value: number(float64(round)), Source: "s", At: start.Add(time.Duration(round-10) * time.Minute)})
			}
			return out
		}
		var all sync.WaitGroup
		errs := make([]error, 8)
		for round := range errs {
			all.Go(func() {
				out, err := h.PushBatch(h.pipeline, batch(round))
				if err == nil && out.Written+out.Older != services {
					err = fmt.Errorf("of %d became %+v", services, out)
				}
				errs[round] = err
			})
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		named := ok(s.Given().ServicesNamed(t.Context(), slugs))(t)
		for _, slug := range slugs { // the last round observed last
			g := ok(h.Given(t.Context(), []id.ID{named[slug]}))(t)[named[slug]]
			if g["testedPeak"].Value != float64(len(errs)-1) {
				t.Errorf("of %s is given %v", slug, g)
			}
		}
	})
}
