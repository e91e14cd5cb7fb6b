package given

import (
	"context"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Attest says a fact of the service until a time, in place of what was attested of it before, which
// stays in its history. Members of the team; no workload.
//
// Faults: NotFound for the service; Forbidden; Conflict "service_retired"; Invalid with every broken rule.
func (s *Service) Attest(ctx context.Context, service id.ID, in Statement) (Attestation, error) {
	now := clock.Round(s.Clock())
	in = in.settled()
	c := access.CallerFrom(ctx)
	var made Attestation
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Create, Kind: access.KindAttestation}); err != nil {
			return err
		}
		declared, err := s.held(ctx, []string{in.Fact})
		if err != nil {
			return err
		}
		owner, err := s.one(ctx, service, access.Create, Attestation{}.object)
		if err != nil {
			return err
		}
		var check fault.Check
		if d, known := declared[in.Fact]; known {
			in.check(&check, d, now)
		} else {
			check.Fail("/fact", in.Fact, "%s", s.unknown(in.Fact))
		}
		if err := check.Err(); err != nil {
			return err
		}
		before, err := s.Store.OpenAttestation(ctx, Key{service, in.Fact})
		if err != nil {
			return err
		}
		if before != nil {
			if err := s.end(ctx, *before, before.over(now, c.Name), owner); err != nil {
				return err
			}
		}
		made = Attestation{
			ID: id.New(now), Service: service, Fact: in.Fact, Value: in.Value.settled(now), Evidence: in.Evidence, Note: in.Note,
			At: now, Until: in.Until, Person: c.Person, By: c.Name, Version: 1,
		}
		if err := s.Store.CreateAttestation(ctx, made); err != nil {
			return err
		}
		if err := s.Recorder.RecordDiff(ctx, access.Create, made.object(owner), "", nil, made.record()); err != nil {
			return err
		}
		return s.due(ctx, service)
	})
	if err != nil {
		return Attestation{}, fmt.Errorf("attest a fact: %w", err)
	}
	return made, nil
}

// end ends an attestation, which is audited where somebody did it.
func (s *Service) end(ctx context.Context, a Attestation, e *Ending, of registry.Service) error {
	before := a.record()
	a.Ended = e
	if err := s.Store.UpdateAttestation(ctx, a); err != nil {
		return err
	}
	if e.How == Expired {
		return nil
	}
	return s.Recorder.RecordDiff(ctx, access.Delete, a.object(of), e.Reason, before, a.record())
}

// WithdrawAttestation ends an attestation that is in force, with why, given the version that the
// caller saw. Members of the team; no workload.
//
// Faults: NotFound; Forbidden; Conflict "attestation_ended", "service_retired"; Precondition; Invalid.
func (s *Service) WithdrawAttestation(ctx context.Context, service, attestation id.ID, version int64, reason string) (Attestation, error) {
	now := clock.Round(s.Clock())
	reason = strings.TrimSpace(reason)
	var after Attestation
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Delete, Kind: access.KindAttestation}); err != nil {
			return err
		}
		owner, err := s.one(ctx, service, access.Delete, Attestation{}.object)
		if err != nil {
			return err
		}
		before, err := s.of(ctx, service, attestation)
		if err != nil {
			return err
		}
		if before.Version != version {
			return fault.Stale("attestation")
		}
		if is := before.State(now); is != InForce {
			return fault.New(fault.Conflict, "attestation_ended", "the attestation is %s already", strings.ReplaceAll(string(is), "_", " "))
		}
		var check fault.Check
		check.Require(reason != "", "/reason", nil, "must say why it does not hold")
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		if err := check.Err(); err != nil {
			return err
		}
		after = before
		after.Ended = &Ending{At: now, How: Withdrawn, By: access.CallerFrom(ctx).Name, Reason: reason}
		if err := s.end(ctx, before, after.Ended, owner); err != nil {
			return err
		}
		after.Version++
		return s.due(ctx, service)
	})
	if err != nil {
		return Attestation{}, fmt.Errorf("withdraw an attestation: %w", err)
	}
	return after, nil
}

func (s *Service) of(ctx context.Context, service, attestation id.ID) (Attestation, error) {
	a, err := s.Store.Attestation(ctx, attestation)
	if err == nil && a.Service != service {
		return Attestation{}, fault.Missing("attestation", string(attestation))
	}
	return a, err
}

// Attestation returns one of the service; NotFound.
func (s *Service) Attestation(ctx context.Context, service, attestation id.ID) (Attestation, error) {
	if err := s.mayRead(ctx, access.KindAttestation); err != nil {
		return Attestation{}, err
	}
	a, err := s.of(ctx, service, attestation)
	if err != nil {
		return Attestation{}, fmt.Errorf("read an attestation: %w", err)
	}
	return a, nil
}

// Attestations lists them, the newest first.
func (s *Service) Attestations(ctx context.Context, f Filter, r page.Request) (page.Page[Attestation], error) {
	if err := s.mayRead(ctx, access.KindAttestation); err != nil {
		return page.Page[Attestation]{}, err
	}
	found, err := s.Store.Attestations(ctx, f, clock.Round(s.Clock()), r)
	if err != nil {
		return page.Page[Attestation]{}, fmt.Errorf("list attestations: %w", err)
	}
	return found, nil
}

// State is the state of an attestation now.
func (s *Service) State(a Attestation) State { return a.State(s.Clock()) }

// MayAttest reports whether the context's caller may attest facts of the service.
func (s *Service) MayAttest(ctx context.Context, service registry.Service) (bool, error) {
	err := s.Authorizer.Authorize(ctx, access.Create, Attestation{}.object(service))
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Unauthenticated) {
		return false, nil
	}
	return err == nil && service.RetiredAt == nil, err
}
