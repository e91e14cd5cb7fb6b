package trial

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// slow is an organisation whose SLOs take for ever to be read.
type slow struct{ registry.SlugStore }

func (slow) Try(context.Context, string, policy.Terms, policy.Place) (policy.Rule, error) {
	return policy.Rule{Attachment: policy.Attachment{Target: policy.ToAll}}, nil
}

func (slow) ActiveViews(ctx context.Context, _ id.ID, _ int) ([]slo.View, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (slow) ViewsOf(context.Context, []id.ID) ([]slo.View, error) { return nil, nil }

func (slow) Team(context.Context, id.ID) (registry.Team, error) { return registry.Team{}, nil }

func (slow) TeamBySlug(context.Context, string) (registry.Team, error) { return registry.Team{}, nil }

func (slow) ServicesByID(context.Context, []id.ID) (map[id.ID]registry.Service, error) {
	return nil, nil
}

func TestATrialThatTakesTooLongSaysSoAndLeavesTheNextItsTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewService(Parts{Policies: slow{}, SLOs: slow{}, Services: slow{}, Clock: time.Now})
		first := make(chan error, 1)
		go func() {
			_, err := s.Run(t.Context(), Input{Days: 90})
			first <- err
		}()
		synctest.Wait()
		_, err := s.Run(t.Context(), Input{Days: 90})
		if e := fault.As(err); e == nil || e.Code != "trial_busy" || e.Kind != fault.Unavailable || e.RetryAfter == 0 {
			t.Errorf("while another runs: %v", err)
		}
		if e := fault.As(<-first); e == nil || e.Code != "trial_too_long" || e.Kind != fault.Unavailable {
			t.Errorf("the first: %v", e)
		}
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Run(impatient, Input{Days: 90}); !errors.Is(err, context.DeadlineExceeded) || fault.As(err) != nil {
			t.Errorf("whose request ended: %v", err)
		}
	})
}
