package launch

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/sweep"
	"github.com/evenkeel/evenkeel/services/access"
)

// notice is how long before a sign-off expires that is told.
const notice = 14 * 24 * time.Hour

// tells is the next time after one at which something is to be told of the review; nil for never. A
// condition is overdue when its day is over; where the sign-off expires sooner, that is told alone.
func (r Review) tells(after time.Time) *time.Time {
	if r.Decision == nil || r.Decision.Until == nil {
		return nil
	}
	until := *r.Decision.Until
	at := []time.Time{clock.Notice(r.Decision.At, until, notice), until}
	for _, c := range r.Conditions {
		if over := c.over(); c.Done == nil && over.Before(until) {
			at = append(at, over)
		}
	}
	var next *time.Time
	for _, one := range at {
		if one.After(after) && (next == nil || one.Before(*next)) {
			next = &one
		}
	}
	return next
}

// over is when the condition's day is over.
func (c Condition) over() time.Time { return c.DueOn.Time().AddDate(0, 0, 1) }

// news is what is to be told of a review now, and which of its conditions are overdue since it was looked
// at last; empty for nothing. Of several things the last is told, with the conditions: who hears that a
// sign-off expired is not told that it will.
func (r Review) news(now time.Time) (what event.Type, overdue []Condition) {
	if r.TellAt == nil || now.Before(*r.TellAt) || r.Decision == nil || r.Decision.Until == nil {
		return "", nil
	}
	for _, c := range r.Conditions {
		if c.Overdue(now) && !c.over().Before(*r.TellAt) {
			overdue = append(overdue, c)
		}
	}
	warns := clock.Notice(r.Decision.At, *r.Decision.Until, notice)
	switch {
	case r.State(now) == Expired:
		return event.LaunchReviewExpired, nil
	case !now.Before(warns) && !warns.Before(*r.TellAt):
		return event.LaunchReviewExpiring, overdue
	}
	return "", overdue
}

// ChaseOnce tells of sign-offs that expire within 14 days, of those that did, and of conditions that are
// overdue, once each. Each review is changed in a transaction of its own, with what is told; a repeat
// changes nothing. Of a retired service nothing is told, nor of a sign-off in whose place another one of
// the service and scorecard holds. What fails does not hold the rest up: the first errors are returned
// joined. It counts reviews of which it told "expiring", "expired" and "overdue", and what "failed".
func (s *Service) ChaseOnce(ctx context.Context) (map[string]int64, error) {
	now := clock.Round(s.Clock())
	ctx = access.WithCaller(ctx, access.System("chase-launch-reviews"))
	counts := map[string]int64{"expiring": 0, "expired": 0, "overdue": 0, "failed": 0}
	err := sweep.Each(ctx, counts, func(after Review, most int) ([]Review, error) {
		found, err := s.Store.LaunchReviewsToTell(ctx, now, after, most)
		if err != nil {
			return nil, fmt.Errorf("read of which launch reviews something is to be told: %w", err)
		}
		return found, nil
	}, func(r Review) (string, error) {
		what, overdue, err := s.chase(ctx, r.ID, now)
		if err != nil {
			return "", fmt.Errorf("chase the launch review %s: %w", r.ID, err)
		}
		if overdue {
			counts["overdue"]++
		}
		return what, nil
	})
	return counts, err
}

// chase tells what is to be told of a review, and returns what that was.
func (s *Service) chase(ctx context.Context, review id.ID, now time.Time) (what string, overdue bool, err error) {
	err = s.Runner.InTx(ctx, func(ctx context.Context) error {
		what, overdue = "", false
		r, err := s.Store.LaunchReview(ctx, review)
		if err != nil {
			return err
		}
		if r.TellAt == nil || now.Before(*r.TellAt) { // somebody was faster
			return nil
		}
		a, err := s.about(ctx, r)
		if err != nil {
			return err
		}
		moot, err := s.moot(ctx, a, r, now)
		if err != nil {
			return err
		}
		var events []event.Event
		if !moot {
			news, late := r.news(now)
			if len(late) > 0 {
				overdue = true
				events = a.late(r, late, now)
			}
			if news != "" {
				what = map[event.Type]string{event.LaunchReviewExpiring: "expiring", event.LaunchReviewExpired: "expired"}[news]
				events = append(events, a.told(news, r, now))
			}
		}
		if r.TellAt = r.tells(now); moot {
			r.TellAt = nil
		}
		if err := s.Store.UpdateLaunchReview(ctx, r); err != nil {
			return err
		}
		return s.Teller.Tell(ctx, events...)
	})
	return what, overdue, err
}

// moot reports whether nobody needs to hear of a review any more: its service is retired, or there is a
// later sign-off of the same.
func (s *Service) moot(ctx context.Context, a about, r Review, now time.Time) (bool, error) {
	if a.service.RetiredAt != nil {
		return true, nil
	}
	for _, state := range []State{SignedOff, Expired} {
		last, err := s.Store.LaunchReviews(ctx, Filter{Service: r.Service, Scorecard: r.Scorecard, State: state}, now, page.Request{Limit: 1})
		if err != nil {
			return false, fmt.Errorf("read which sign-off was last: %w", err)
		}
		if len(last.Items) > 0 && last.Items[0].ID > r.ID {
			return true, nil
		}
	}
	return false, nil
}
