package exemption

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/sweep"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/access"
)

// ChaseOnce tells of exemptions that expire within 14 days, and of those that did, once each; has the
// services of the latter evaluated again; and ends those whose check is gone. Each is changed in a
// transaction of its own, with what is told; a repeat changes nothing. Of retired services nothing is
// told. What fails does not hold the rest up: the first errors are returned joined. It counts
// "expiring", "expired", "lapsed", "gone" and "failed".
func (s *Service) ChaseOnce(ctx context.Context) (map[string]int64, error) {
	now := clock.Round(s.Clock())
	ctx = access.WithCaller(ctx, access.System("chase-exemptions"))
	counts := map[string]int64{"expiring": 0, "expired": 0, "lapsed": 0, "gone": 0, "failed": 0}
	cards := map[id.ID]scorecards.View{}
	err := sweep.Each(ctx, counts, func(after Exemption, most int) ([]Exemption, error) {
		found, err := s.Store.OpenExemptions(ctx, after, most)
		if err != nil {
			return nil, fmt.Errorf("read which exemptions are open: %w", err)
		}
		return found, nil
	}, func(e Exemption) (string, error) {
		card, known := cards[e.Scorecard]
		if !known {
			var err error
			if card, err = s.Scorecards.Get(ctx, string(e.Scorecard)); err != nil {
				return "", fmt.Errorf("read the scorecard of the exemption %s: %w", e.ID, err)
			}
			cards[e.Scorecard] = card
		}
		if e.news(card, now) == "" {
			return "", nil
		}
		what, err := s.chase(ctx, e.ID, now)
		if err != nil {
			return "", fmt.Errorf("chase the exemption %s: %w", e.ID, err)
		}
		return what, nil
	})
	return counts, err
}

// news is what is new of an exemption: "expiring", or how it is over; empty for nothing.
func (e Exemption) news(card scorecards.View, now time.Time) string {
	state := e.State(now)
	switch {
	case e.Ended != nil:
	case state == Expired || state == Lapsed:
		return string(state)
	case !has(card, e.Check):
		return string(Gone)
	case state == InForce && !e.Warned && !now.Before(e.warnsAt()):
		return "expiring"
	}
	return ""
}

// chase does what is to be done of an exemption, and returns what that was.
func (s *Service) chase(ctx context.Context, exemption id.ID, now time.Time) (what string, err error) {
	err = s.Runner.InTx(ctx, func(ctx context.Context) error {
		what = ""
		e, err := s.Store.Exemption(ctx, exemption)
		if err != nil {
			return err
		}
		a, err := s.about(ctx, e)
		if err != nil {
			return err
		}
		news := e.news(a.card, now)
		retired := a.service.RetiredAt != nil
		if news == "" || news == "expiring" && retired {
			return nil
		}
		var tells event.Type
		before := e.record()
		switch news {
		case "expiring":
			e.Warned, tells = true, event.ExemptionExpiring
		case string(Gone):
			e.Ended = &Ending{At: now, How: Gone, Reason: "the scorecard does not ask for the check any more"}
		default:
			e.Ended = e.over()
			if e.Ended.How == Expired {
				tells = event.ExemptionExpired
			}
		}
		if err := s.Store.UpdateExemption(ctx, e); err != nil {
			return err
		}
		if e.Ended != nil && e.Ended.How == Gone { // which somebody caused; time is nobody's decision
			if err := s.Recorder.RecordDiff(ctx, access.Delete, a.asked(e), e.Ended.Reason, before, e.record()); err != nil {
				return err
			}
		}
		if e.Ended != nil && e.Approval != nil && !retired {
			if err := s.due(ctx, e.Service); err != nil {
				return err
			}
		}
		what = news
		if tells == "" || retired {
			return nil
		}
		return s.Teller.Tell(ctx, a.told(tells, e, now))
	})
	return what, err
}
