package policy

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// take opens, ends or carries a violation, within a transaction.
func (s *Service) take(ctx context.Context, step step, now time.Time, of subject, counts Counts) error {
	switch {
	case step.opens():
		opened, err := s.open(ctx, step, now, of)
		if opened {
			counts["opened"]++
		}
		return err
	case step.ending != "":
		counts["ended"]++
		return s.endByPolicy(ctx, step, now, of)
	default:
		counts["mode_changed"]++
		v := step.violation
		v.Mode = step.mode
		if err := s.store.UpdateViolation(ctx, v); err != nil {
			return fmt.Errorf("carry violation %s to %s: %w", v.ID, v.Mode, err)
		}
		if step.clause().Issue == nil {
			return nil
		}
		return s.desk.ViolationModeChanged(ctx, v, step.violation.Mode, step.clause(), of.View, now)
	}
}

// open reports false when the violation is open already.
func (s *Service) open(ctx context.Context, step step, now time.Time, of subject) (bool, error) {
	v := Violation{
		ID: id.New(now), Policy: step.rule.Policy.ID, Revision: step.rule.Revision.ID, Clause: step.clause().Name,
		SLO: of.SLO.ID, Service: of.SLO.Service, Mode: step.mode,
		OpenedAt: now, Evidence: of.evidence(step.clause(), step.condition()), Version: 1,
	}
	if opened, err := s.store.OpenViolation(ctx, v); err != nil || !opened {
		return false, err
	}
	err := s.recorder.RecordDiff(asPolicy(ctx, step.rule.Policy), access.Create, violationObject(v, of.service, of.SLO.Slug), "the condition holds: "+v.Evidence.When, nil, v)
	if err != nil || v.Mode == Observe || step.clause().Issue == nil {
		return true, err
	}
	return true, s.desk.ViolationOpened(ctx, v, step.clause(), of.View, now)
}

func (s *Service) endByPolicy(ctx context.Context, step step, now time.Time, of subject) error {
	current, err := s.store.Policy(ctx, step.violation.Policy)
	if err != nil {
		return fmt.Errorf("read policy %s: %w", step.violation.Policy, err)
	}
	var at *Evidence
	var reason string
	switch step.ending {
	case Recovered:
		e := of.evidence(step.clause(), step.condition())
		at = &e
		reason = "the condition does not hold any more: " + e.When
	case Retired:
		reason = "the SLO or its service was retired"
	case Detached:
		reason = "no policy with the clause is attached any more"
	}
	return s.end(asPolicy(ctx, current.Policy), step.violation, step.ending, at, current, now, violationObject(step.violation, of.service, of.SLO.Slug), reason)
}

// end ends the violation. The issue is closed where the clause, as it is now, lets
// the machine close: whatever the ending, nothing is left to be done then.
func (s *Service) end(ctx context.Context, v Violation, ending Ending, at *Evidence, current View, now time.Time, o access.Object, reason string) error {
	before := v
	v.EndedAt, v.Ending = &now, ending
	if err := s.store.UpdateViolation(ctx, v); err != nil {
		return fmt.Errorf("end violation %s: %w", v.ID, err)
	}
	if err := s.recorder.RecordDiff(ctx, access.Update, o, reason, before, v); err != nil {
		return err
	}
	closes := false
	if n := current.Revision.clause(v.Clause); n >= 0 && current.Revision.Clauses[n].Issue != nil {
		closes = current.Revision.Clauses[n].Issue.CloseOnRecovery
	}
	return s.desk.ViolationEnded(ctx, v, at, closes, now)
}

// ServiceRetired ends the service's open violations as Retired, in the caller's
// transaction and name. It implements registry.Ending. Conflict "violation_changed"
// when the policies are applied to one at this moment.
func (s *Service) ServiceRetired(ctx context.Context, service registry.Service, at time.Time) error {
	open := true
	f := ViolationFilter{Service: service.ID, Open: &open}
	for {
		// Always the first page: what is ended is not open any more.
		violations, err := s.store.Violations(ctx, f, page.Request{Limit: page.MaxLimit})
		if err != nil {
			return fmt.Errorf("read violations of service %s: %w", service.Slug, err)
		}
		if len(violations.Items) == 0 {
			return nil
		}
		slugs, err := s.slugsOf(ctx, violations.Items)
		if err != nil {
			return err
		}
		for _, v := range violations.Items {
			current, err := s.store.Policy(ctx, v.Policy)
			if err != nil {
				return fmt.Errorf("read policy %s: %w", v.Policy, err)
			}
			if err := s.end(ctx, v, Retired, nil, current, at, violationObject(v, service, slugs[v.SLO]), "the service was retired"); err != nil {
				if fault.Is(err, fault.Precondition) {
					// It is not the caller's version of the service that is old.
					busy := fault.New(fault.Conflict, "violation_changed", "a violation of the service changed at this moment; try again")
					busy.RetryAfter, busy.Err = time.Second, err
					return busy
				}
				return err
			}
		}
	}
}

// slugsOf returns how the violations' SLOs are called.
func (s *Service) slugsOf(ctx context.Context, violations []Violation) (map[id.ID]string, error) {
	var slos []id.ID
	for _, v := range violations {
		slos = append(slos, v.SLO)
	}
	views, err := s.budgets.ViewsByID(ctx, slos)
	if err != nil {
		return nil, fmt.Errorf("read the SLOs of violations: %w", err)
	}
	slugs := make(map[id.ID]string, len(views))
	for _, v := range views {
		slugs[v.SLO.ID] = v.SLO.Slug
	}
	return slugs, nil
}

// ServiceRestored does nothing: an episode that ended stays ended, and an SLO
// that is still over a clause opens a new one at the next pass. It implements
// registry.Ending.
func (s *Service) ServiceRestored(context.Context, registry.Service, time.Time) error { return nil }

// Holdings counts the service's open violations. It implements registry.Holder.
func (s *Service) Holdings(ctx context.Context, service id.ID) ([]registry.Holding, error) {
	open, count := true, 0
	f := ViolationFilter{Service: service, Open: &open}
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		violations, err := s.store.Violations(ctx, f, r)
		if err != nil {
			return nil, fmt.Errorf("count open violations: %w", err)
		}
		count += len(violations.Items)
		if r.After = violations.Next; r.After == "" {
			return []registry.Holding{{Noun: "open_violation", Count: count}}, nil
		}
	}
}

var (
	_ registry.Ending = (*Service)(nil)
	_ registry.Holder = (*Service)(nil)
)

// Violation returns one, or NotFound.
func (s *Service) Violation(ctx context.Context, violation id.ID) (Violation, error) {
	if err := s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindViolation, ID: violation}); err != nil {
		return Violation{}, err
	}
	v, err := s.store.Violation(ctx, violation)
	if err != nil {
		return Violation{}, fmt.Errorf("read violation %s: %w", violation, err)
	}
	return v, nil
}

// Violations lists violations, the newest first.
func (s *Service) Violations(ctx context.Context, f ViolationFilter, r page.Request) (page.Page[Violation], error) {
	if err := s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindViolation}); err != nil {
		return page.Page[Violation]{}, err
	}
	violations, err := s.store.Violations(ctx, f, r)
	if err != nil {
		return page.Page[Violation]{}, fmt.Errorf("list violations: %w", err)
	}
	return violations, nil
}

func violationObject(v Violation, service registry.Service, subject string) access.Object {
	return access.Object{
		Kind: access.KindViolation, ID: v.ID, Team: service.Team,
		Label: fmt.Sprintf("%s of %s/%s", v.Clause, service.Slug, subject),
	}
}
