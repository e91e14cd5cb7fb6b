package policy_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/policy"
)

// late is the store as a transaction sees it that began before another committed.
type late struct{ policy.Store }

func (l late) PolicyBySlug(context.Context, string) (policy.View, error) {
	return policy.View{}, fault.Missing("policy", policy.DefaultSlug)
}

// On PostgreSQL nothing of a transaction lasts in which something conflicted:
// whoever opened it has to know.
func TestAFirstStartThatIsTooLateTellsWhoeverOpenedTheTransaction(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := furnishOn(t, s)
		r.must(r.policies.Bootstrap(t.Context()))
		second := policy.NewService(policy.Parts{
			Store: late{s.Policy()}, Slugs: s.Registry(), Services: s.Registry(), Budgets: s.SLO(), People: s.Access(), Facts: told, Language: language(t, told), Runner: s,
			Authorizer: access.NewAuthorizer(s.Access()), Recorder: r.audit, Clock: r.clock.Now, Logger: slog.New(slog.DiscardHandler),
		})
		err := s.InTx(t.Context(), func(ctx context.Context) error {
			err := second.Bootstrap(ctx)
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("it got %v, want Conflict", err)
			}
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("the transaction got %v, want Conflict", err)
		}
	})
}

func TestAFirstStartReadsTheClockOnce(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	r := furnishOn(t, s)
	reads := 0
	first := policy.NewService(policy.Parts{
		Store: s.Policy(), Slugs: s.Registry(), Services: s.Registry(), Budgets: s.SLO(), People: s.Access(), Facts: told, Language: language(t, told), Runner: s,
		Authorizer: access.NewAuthorizer(s.Access()), Recorder: r.audit, Logger: slog.New(slog.DiscardHandler),
		Clock: func() time.Time {
			reads++
			return r.clock.Advance(time.Second)
		},
	})
	r.must(first.Bootstrap(t.Context()))
	if reads != 1 {
		t.Errorf("it read the clock %d times", reads)
	}
}
