package launch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// SignOff lets a service be launched, until a time, with conditions, given the version that the caller
// saw: by a person of the team that keeps the scorecard, or an administrator, who is another than who
// asked. A service that is below the level can be signed off; the reason is needed then.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "own_launch_review", "launch_review_decided",
// "service_retired"; Invalid.
func (s *Service) SignOff(ctx context.Context, review id.ID, version int64, in SignOff) (Review, error) {
	in = in.settled()
	return s.decide(ctx, review, version, func(a about, r *Review, now time.Time) (string, error) {
		var check fault.Check
		in.check(&check, now)
		check.Require(r.Evidence.Meets || in.Reason != "", "/reason", nil, "must say why, for the service was below %s", r.Level)
		if err := check.Err(); err != nil {
			return "", err
		}
		r.Decision.How, r.Decision.Reason, r.Decision.Until = SignedOff, in.Reason, &in.Until
		r.Conditions = append([]Condition{}, in.Conditions...)
		r.TellAt = r.tells(now)
		return in.Reason, a.service.Live()
	})
}

// Reject decides that a service is not to be launched, with the reason, given the version that the
// caller saw. Who may sign it off may.
//
// Faults: as SignOff.
func (s *Service) Reject(ctx context.Context, review id.ID, version int64, reason string) (Review, error) {
	reason = strings.TrimSpace(reason)
	return s.decide(ctx, review, version, func(_ about, r *Review, _ time.Time) (string, error) {
		var check fault.Check
		check.Require(reason != "", "/reason", nil, "must say why, for who asked")
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		r.Decision.How, r.Decision.Reason = Rejected, reason
		return reason, check.Err()
	})
}

// decide loads a review that waits, authorises the caller on the decision, and writes what do decides.
func (s *Service) decide(ctx context.Context, review id.ID, version int64, do func(about, *Review, time.Time) (reason string, err error)) (Review, error) {
	return s.change(ctx, review, access.Update, func(ctx context.Context, a about, r *Review, now time.Time) (string, []event.Event, error) {
		if err := a.mayDecide(ctx, s.Authorizer, *r); err != nil {
			return "", nil, err
		}
		if r.Version != version {
			return "", nil, fault.Stale("launch_review")
		}
		if err := r.waits(); err != nil {
			return "", nil, err
		}
		c := access.CallerFrom(ctx)
		r.Decision = &Decision{At: now, Person: c.Person, By: c.Name}
		reason, err := do(a, r, now)
		if err != nil {
			return "", nil, err
		}
		return reason, []event.Event{a.told(event.LaunchReviewDecided, *r, now)}, nil
	})
}

// Meet says that a condition of a sign-off is met, and where that is seen, given the version that the
// caller saw; n counts from 1. Members of the service's team.
//
// Faults: NotFound, also of code "condition_not_found"; Forbidden; Precondition; Conflict
// "condition_done"; Invalid.
func (s *Service) Meet(ctx context.Context, review id.ID, n int, version int64, note string) (Review, error) {
	note = strings.TrimSpace(note)
	return s.change(ctx, review, access.Check, func(ctx context.Context, a about, r *Review, now time.Time) (string, []event.Event, error) {
		if err := a.mayMeet(ctx, s.Authorizer, *r); err != nil {
			return "", nil, err
		}
		if n < 1 || n > len(r.Conditions) {
			return "", nil, fault.New(fault.NotFound, "condition_not_found", "the review has %d conditions, and no number %d", len(r.Conditions), n)
		}
		if r.Version != version {
			return "", nil, fault.Stale("launch_review")
		}
		if err := r.Conditions[n-1].open(); err != nil {
			return "", nil, err
		}
		var check fault.Check
		check.Require(note != "", "/note", nil, "must say where it is seen")
		registry.CheckText(&check, "/note", note, registry.MaxReason)
		if err := check.Err(); err != nil {
			return "", nil, err
		}
		r.Conditions = slices.Clone(r.Conditions) // what it was before is compared with
		r.Conditions[n-1].Done = &Done{At: now, By: access.CallerFrom(ctx).Name, Note: note}
		return note, nil, nil
	})
}

// change loads a review within a transaction, and writes what do makes of it, with the audit entry and
// what is told.
func (s *Service) change(ctx context.Context, review id.ID, verb access.Verb, do func(context.Context, about, *Review, time.Time) (reason string, told []event.Event, err error)) (Review, error) {
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: verb, Kind: access.KindLaunchReview}); err != nil {
		return Review{}, err
	}
	now := clock.Round(s.Clock())
	var r Review
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		var err error
		if r, err = s.Store.LaunchReview(ctx, review); err != nil {
			return err
		}
		a, err := s.about(ctx, r)
		if err != nil {
			return err
		}
		before := r.record()
		reason, told, err := do(ctx, a, &r, now)
		if err != nil {
			return err
		}
		if err := s.Store.UpdateLaunchReview(ctx, r); err != nil {
			return err
		}
		if err := s.Recorder.RecordDiff(ctx, verb, a.asked(r), reason, before, r.record()); err != nil {
			return err
		}
		r.Version++
		return s.Teller.Tell(ctx, told...)
	})
	if err != nil {
		return Review{}, fmt.Errorf("change a launch review: %w", err)
	}
	return r, nil
}
