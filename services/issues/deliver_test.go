package issues_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/policy"
)

func TestWhatIsWantedIsCalledForInItsTransaction(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := buildOn(t, s)
		h.issues.DeliverWith(delivery.NewDesk(s.Delivery(), delivery.Defaults(), h.clock.Now))
		called := func() delivery.Delivery {
			t.Helper()
			_, issue := h.theIssue()
			d, err := s.Delivery().Delivery(t.Context(), issue.ID)
			h.must(err)
			if d.State != delivery.Draft || d.DueAt == nil || !d.DueAt.Equal(h.clock.Now()) {
				t.Errorf("known: %+v", d)
			}
			return d
		}
		h.attach(policy.Warn)
		h.spend(101)
		h.pass(1, 0, 0)
		first := called()
		h.spend(0)
		h.pass(0, 1, 0)
		if d := called(); d.Calls != first.Calls+1 {
			t.Errorf("called %d times, want once more than %d", d.Calls, first.Calls)
		}
		// Nothing changes, and nobody is called.
		at := h.clock.Now()
		h.clock.Advance(time.Minute)
		h.pass(0, 0, 0)
		_, issue := h.theIssue()
		if d, err := s.Delivery().Delivery(t.Context(), issue.ID); err != nil || !d.DueAt.Equal(at) {
			t.Errorf("known: %+v, %v", d, err)
		}
	})
}
