package exemption

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Approve puts an exemption in force, given the version that the caller saw: by a person of the team
// that keeps the scorecard, or an administrator, who is another than who asked. A reason may be given.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "own_exemption", "exemption_decided",
// "exemption_over" where its time is over, "check_gone", "service_retired"; Invalid.
func (s *Service) Approve(ctx context.Context, exemption id.ID, version int64, reason string) (Exemption, error) {
	return s.decide(ctx, exemption, version, func(ctx context.Context, a about, e *Exemption, now time.Time) (string, error) {
		reason := strings.TrimSpace(reason)
		var check fault.Check
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		if err := check.Err(); err != nil {
			return "", err
		}
		if err := a.approvable(*e); err != nil {
			return "", err
		}
		c := access.CallerFrom(ctx)
		e.Approval = &Approval{At: now, Person: c.Person, By: c.Name, Reason: reason}
		return reason, s.due(ctx, e.Service)
	})
}

// Reject decides that a service is not excused, with the reason, given the version that the caller
// saw. Who may approve it may.
//
// Faults: as Approve.
func (s *Service) Reject(ctx context.Context, exemption id.ID, version int64, reason string) (Exemption, error) {
	return s.decide(ctx, exemption, version, func(ctx context.Context, _ about, e *Exemption, now time.Time) (string, error) {
		reason := strings.TrimSpace(reason)
		var check fault.Check
		checkReason(&check, reason, "must say why, for who asked")
		e.Ended = &Ending{At: now, How: Rejected, By: access.CallerFrom(ctx).Name, Reason: reason}
		return reason, check.Err()
	})
}

// decide loads an exemption that waits, authorises the caller on the decision, and writes what do
// decides.
func (s *Service) decide(ctx context.Context, exemption id.ID, version int64, do func(context.Context, about, *Exemption, time.Time) (reason string, err error)) (Exemption, error) {
	return s.change(ctx, exemption, access.Update, func(ctx context.Context, a about, e *Exemption, now time.Time) (string, error) {
		if err := a.mayDecide(ctx, s.Authorizer, *e); err != nil {
			return "", err
		}
		if e.Version != version {
			return "", fault.Stale("exemption")
		}
		if err := e.waits(now); err != nil {
			return "", err
		}
		return do(ctx, a, e, now)
	})
}

// End ends an exemption early, or takes back one that waits, with the reason, given the version that
// the caller saw: the check counts again. Members of the service's team; of one in force also who may
// decide on it.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "exemption_over"; Invalid.
func (s *Service) End(ctx context.Context, exemption id.ID, version int64, reason string) (Exemption, error) {
	return s.change(ctx, exemption, access.Delete, func(ctx context.Context, a about, e *Exemption, now time.Time) (string, error) {
		if err := a.mayEnd(ctx, s.Authorizer, *e, now); err != nil {
			return "", err
		}
		if e.Version != version {
			return "", fault.Stale("exemption")
		}
		if err := e.lasts(now); err != nil {
			return "", err
		}
		reason, how := strings.TrimSpace(reason), Ended
		if e.State(now) == Waiting {
			how = Withdrawn
		}
		var check fault.Check
		checkReason(&check, reason, "must say why it ends early")
		if err := check.Err(); err != nil {
			return "", err
		}
		e.Ended = &Ending{At: now, How: how, By: access.CallerFrom(ctx).Name, Reason: reason}
		if how == Withdrawn {
			return reason, nil
		}
		return reason, s.due(ctx, e.Service)
	})
}

// change loads an exemption within a transaction, and writes what do makes of it, with the audit entry
// and what is told.
func (s *Service) change(ctx context.Context, exemption id.ID, verb access.Verb, do func(context.Context, about, *Exemption, time.Time) (reason string, err error)) (Exemption, error) {
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: verb, Kind: access.KindExemption}); err != nil {
		return Exemption{}, err
	}
	now := clock.Round(s.Clock())
	var e Exemption
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		var err error
		if e, err = s.Store.Exemption(ctx, exemption); err != nil {
			return err
		}
		a, err := s.about(ctx, e)
		if err != nil {
			return err
		}
		before := e.record()
		reason, err := do(ctx, a, &e, now)
		if err != nil {
			return err
		}
		if err := s.Store.UpdateExemption(ctx, e); err != nil {
			return err
		}
		if err := s.Recorder.RecordDiff(ctx, verb, a.asked(e), reason, before, e.record()); err != nil {
			return err
		}
		e.Version++
		if e.Ended != nil && e.Ended.How == Withdrawn {
			return nil // who takes it back knows
		}
		return s.Teller.Tell(ctx, a.told(event.ExemptionDecided, e, now))
	})
	if err != nil {
		return Exemption{}, fmt.Errorf("change an exemption: %w", err)
	}
	return e, nil
}

func words(s State) string { return strings.ReplaceAll(string(s), "_", " ") }
