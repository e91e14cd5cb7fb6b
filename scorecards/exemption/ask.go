package exemption

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// Ask asks to excuse a service from a check. Members of the service's team; no workload. Nothing
// changes for the service before another person approves it.
//
// Faults: Forbidden; Conflict "exemption_open" where one of the service and check waits or is in
// force, "service_retired"; Invalid with every broken rule.
func (s *Service) Ask(ctx context.Context, in Request) (Exemption, error) {
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Create, Kind: access.KindExemption}); err != nil {
		return Exemption{}, err
	}
	now := clock.Round(s.Clock())
	in = in.settled()
	var made Exemption
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		var check fault.Check
		a, err := s.named(ctx, in, &check)
		if err != nil {
			return err
		}
		in.check(&check, now)
		if err := check.Err(); err != nil {
			return err
		}
		if err := s.Store.HoldServices(ctx, []id.ID{a.service.ID}); err != nil {
			return err
		}
		key := Key{Service: a.service.ID, Scorecard: a.card.Scorecard.ID, Check: in.Check}
		if err := s.free(ctx, key, now); err != nil {
			return err
		}
		c := access.CallerFrom(ctx)
		made = Exemption{
			ID: id.New(now), Key: key, Reason: in.Reason, Link: in.Link, Until: in.Until, AskedAt: now, Person: c.Person, AskedBy: c.Name, Version: 1,
		}
		if err := s.Store.CreateExemption(ctx, made); err != nil {
			return err
		}
		if err := s.Recorder.RecordDiff(ctx, access.Create, a.asked(made), in.Reason, nil, made.record()); err != nil {
			return err
		}
		return s.Teller.Tell(ctx, a.told(event.ExemptionAsked, made, now))
	})
	if err != nil {
		return Exemption{}, fmt.Errorf("ask for an exemption: %w", err)
	}
	return made, nil
}

// named finds the service, on which it authorises, and the scorecard with the check.
func (s *Service) named(ctx context.Context, in Request, check *fault.Check) (about, error) {
	var a about
	var err error
	a.service, err = s.Services.ServiceFor(ctx, in.Service)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Moved) {
		check.Fail("/service", in.Service, "must be the slug or identifier of a service; there is none of it")
	} else if err != nil {
		return a, err
	} else if err := s.person(ctx, a); err != nil {
		return a, err
	} else if err := a.service.Live(); err != nil {
		return a, err
	}
	a.card, err = s.Scorecards.Get(ctx, in.Scorecard)
	switch {
	case fault.Is(err, fault.NotFound) || fault.Is(err, fault.Moved):
		check.Fail("/scorecard", in.Scorecard, "must be the slug or identifier of a scorecard; there is none of it")
	case err != nil:
		return a, err
	case a.card.Scorecard.RetiredAt != nil:
		check.Fail("/scorecard", in.Scorecard, "was retired: nothing is asked by it any more")
	default:
		check.Require(has(a.card, in.Check), "/check", fault.Clip(in.Check, maxCheck), "must be the ID of a check of the scorecard %q", a.card.Scorecard.Slug)
	}
	return a, nil
}

// person authorises to ask: somebody answers for it, whom another one can be compared with.
func (s *Service) person(ctx context.Context, a about) error {
	if err := s.Authorizer.Authorize(ctx, access.Create, a.asked(Exemption{})); err != nil {
		return err
	}
	if c := access.CallerFrom(ctx); c.Kind != access.ByPerson || c.Person == "" {
		return access.Refused(ctx, access.Create, a.asked(Exemption{}), "forbidden", "only a person may ask for an exemption")
	}
	return nil
}

// free makes sure that no other of the key is open. One whose time is over makes place: that it ended
// is told by the job, or not at all where somebody asks for more time already.
func (s *Service) free(ctx context.Context, key Key, now time.Time) error {
	before, err := s.Store.OpenExemption(ctx, key)
	if err != nil || before == nil {
		return err
	}
	switch state := before.State(now); state {
	case Waiting, InForce:
		how := "is in force"
		if state == Waiting {
			how = "waits for approval"
		}
		return fault.New(fault.Conflict, "exemption_open", "the exemption %s of this service and check %s until %s; end it first, or wait", before.ID, how, before.Until.Format("2 January 2006, 15:04 UTC"))
	}
	before.Ended = before.over()
	return s.Store.UpdateExemption(ctx, *before)
}
