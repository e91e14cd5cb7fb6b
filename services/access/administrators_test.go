package access_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
)

// Two who take each other's rights away, at once and round after round: one stays.
func TestOfTwoAdministratorsWhoRemoveEachOtherOneStays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouseOn(t, s)
		no := false
		last := h.root
		for round := range 20 {
			next := ok(h.CreatePerson(as(t, last, access.Scopes...), access.PersonInput{
				DisplayName: fmt.Sprintf("Round %d", round), Administrator: true, Provider: "local", Issuer: "evenkeel", Subject: fmt.Sprint(round),
			}))(t)
			pair := []access.Person{last, next}
			errs := make([]error, 2)
			var both sync.WaitGroup
			for i, p := range pair {
				other := pair[1-i]
				both.Go(func() {
					if round%2 == 0 {
						_, errs[i] = h.DeactivatePerson(as(t, p, access.Scopes...), other.ID, other.Version)
					} else {
						_, errs[i] = h.UpdatePerson(as(t, p, access.Scopes...), other.ID, other.Version, access.PersonUpdate{Administrator: &no})
					}
				})
			}
			both.Wait()
			won := 0
			for i, err := range errs {
				if err == nil {
					won++
					last = pair[i]
					continue
				}
				refused(t, err, fault.Conflict, "last_administrator")
			}
			if won != 1 {
				t.Fatalf("round %d: %d removed the other: %v", round, won, errs)
			}
		}
	})
}

func TestOnlyOneFirstStartMakesTheAdministrator(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		authorizer := access.NewAuthorizer(s.Access())
		log := audit.NewService(s.Audit(), s, authorizer, clock.System)
		var texts atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				service := access.NewService(s.Access(), s, authorizer, log, clock.System, access.Lifetimes{}, slog.New(slog.DiscardHandler))
				defer func() { _ = service.Close(context.Background()) }()
				text, err := service.Bootstrap(context.Background())
				if fault.Is(err, fault.Conflict) { // another was faster by a moment
					text, err = service.Bootstrap(context.Background())
				}
				if err != nil {
					t.Errorf("bootstrap: %v", err)
				}
				if text != "" {
					texts.Add(1)
					if c, err := service.Authenticate(context.Background(), text); err != nil || !c.Administers() {
						t.Errorf("the text is worth %+v, %v", c, err)
					}
				}
			})
		}
		all.Wait()
		if texts.Load() != 1 {
			t.Errorf("%d texts", texts.Load())
		}
	})
}

// late is the store as a transaction sees it that began before another committed.
type late struct{ access.Store }

func (l late) PersonByIdentity(context.Context, string, string, string) (access.Person, error) {
	return access.Person{}, fault.Missing("person", "administrator")
}

// On PostgreSQL nothing of a transaction lasts in which something conflicted:
// whoever opened it has to know.
func TestAFirstStartThatIsTooLateTellsWhoeverOpenedTheTransaction(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouseOn(t, s)
		authorizer := access.NewAuthorizer(s.Access())
		second := access.NewService(late{s.Access()}, s, authorizer, audit.NewService(s.Audit(), s, authorizer, clock.System), h.clock.Now, access.Lifetimes{}, slog.New(slog.DiscardHandler))
		t.Cleanup(func() { _ = second.Close(context.Background()) })
		err := s.InTx(t.Context(), func(ctx context.Context) error {
			_, err := second.Bootstrap(ctx)
			refused(t, err, fault.Conflict, "identity_taken")
			return err
		})
		refused(t, err, fault.Conflict, "identity_taken")
	})
}
