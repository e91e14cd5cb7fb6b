package policy

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// take opens, ends, carries or unmutes a violation, within a transaction.
func (s *Service) take(ctx context.Context, step step, now time.Time, of subject, counts Counts) error {
	switch {
	case step.unmutes:
		counts["unmuted"]++
		v := step.violation
		v.MutedUntil = nil
		return s.put(ctx, v)
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
		return s.carry(ctx, step, now, of)
	}
}

func (s *Service) put(ctx context.Context, v Violation) error {
	if err := s.store.UpdateViolation(ctx, v); err != nil {
		return fmt.Errorf("change violation %s: %w", v.ID, err)
	}
	return nil
}

// open reports false when the violation is open already.
func (s *Service) open(ctx context.Context, step step, now time.Time, of subject) (bool, error) {
	clause := step.clause()
	v := Violation{
		ID: id.New(now), Policy: step.rule.Policy.ID, Revision: step.rule.Revision.ID, Clause: clause.Name, Attachment: step.rule.Attachment.ID,
		SLO: of.SLO.ID, Service: of.SLO.Service, Mode: step.mode,
		OpenedAt: now, Evidence: of.under(step.rule.Revision).evidence(clause, step.condition()), Version: 1,
	}
	if v.Mode != Observe {
		v.Handling.ActsSince = &now
	}
	if opened, err := s.store.OpenViolation(ctx, v); err != nil || !opened {
		return false, err
	}
	err := s.recorder.RecordDiff(asPolicy(ctx, step.rule.Policy), access.Create, violationObject(v, of.service, of.SLO.Slug), "the condition holds: "+v.Evidence.When, nil, v)
	if err != nil || v.Mode == Observe {
		return true, err
	}
	if clause.Issue != nil {
		if err := s.desk.ViolationOpened(ctx, v, clause, of.View, now); err != nil {
			return true, err
		}
	}
	return true, s.began(ctx, news{v, step.rule.View, of.service, of.SLO.Slug}, clause, now)
}

// carry changes how far the violation goes.
func (s *Service) carry(ctx context.Context, step step, now time.Time, of subject) error {
	before, clause := step.violation, step.clause()
	v := before
	v.Mode = step.mode
	switch {
	case v.Mode == Observe:
		v.Handling.ActsSince = nil
	case before.Mode == Observe:
		v.Handling.ActsSince = &now
	}
	v.suspend(clause, step.rule.Revision, now)
	if err := s.put(ctx, v); err != nil {
		return err
	}
	if clause.Issue != nil {
		if err := s.desk.ViolationModeChanged(ctx, v, before.Mode, clause, of.View, now); err != nil {
			return err
		}
	}
	switch was, is := before.freezes(clause), v.freezes(clause); {
	case is && !was && v.Handling.Suspended && !before.Handling.Suspended: // it is disputed already
		n := news{v, step.rule.View, of.service, of.SLO.Slug}
		if err := s.began(ctx, n, clause, now); err != nil {
			return err
		}
		return s.tellDispute(ctx, n, now)
	case is && !was, before.Mode == Observe:
		return s.began(ctx, news{v, step.rule.View, of.service, of.SLO.Slug}, clause, now)
	case was && !is, v.Mode == Observe:
		return s.ceased(ctx, news{before, step.rule.View, of.service, of.SLO.Slug}, clause, fmt.Sprintf("the policy is in the mode %s there now", v.Mode), now)
	}
	return nil
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
		e := of.under(step.rule.Revision).evidence(step.clause(), step.condition())
		at = &e
		reason = "the condition does not hold any more: " + e.When
	case Retired:
		reason = "the SLO or its service was retired"
	case Detached:
		reason = "no policy with the clause is attached any more"
	}
	v := step.violation
	v.Ending = step.ending
	return s.end(asPolicy(ctx, current.Policy), news{v, current, of.service, of.SLO.Slug}, at, reason, now)
}

// end ends the violation as it says. The issue is closed where the clause, as it is now, lets
// the machine close, whatever the ending, for nothing is left to be done then; and that of a
// void one, for nothing was.
func (s *Service) end(ctx context.Context, n news, at *Evidence, reason string, now time.Time) error {
	v := n.violation
	before := v
	before.Ending, before.MutedUntil = "", nil
	v.EndedAt = &now
	if err := s.put(ctx, v); err != nil {
		return err
	}
	if err := s.recorder.RecordDiff(ctx, access.Update, violationObject(v, n.service, n.slo), reason, before, v); err != nil {
		return err
	}
	clause, err := s.clauseOf(ctx, v, n.policy)
	if err != nil {
		return err
	}
	closes := v.Ending == Void || clause.Issue != nil && clause.Issue.CloseOnRecovery
	if err := s.desk.ViolationEnded(ctx, v, at, closes, now); err != nil {
		return err
	}
	n.violation = v
	return s.ceased(ctx, n, clause, reason, now)
}

// clauseOf is the clause of the violation as it is now, or as it was when the violation
// opened where the policy has none of that name any more.
func (s *Service) clauseOf(ctx context.Context, v Violation, current View) (Clause, error) {
	clauses, err := s.clausesOf(ctx, []Violation{v}, map[id.ID]View{v.Policy: current})
	if err != nil {
		return Clause{}, err
	}
	clause, known := clauses[v.ID]
	if !known {
		return Clause{}, fmt.Errorf("revision %s of policy %s has no clause %q, which violation %s is of", v.Revision, v.Policy, v.Clause, v.ID)
	}
	return clause, nil
}

// clausesOf is clauseOf of each of the violations, by its identifier, with one look at all
// revisions that matter. Of one that no revision has there is none.
func (s *Service) clausesOf(ctx context.Context, violations []Violation, policies map[id.ID]View) (map[id.ID]Clause, error) {
	out := make(map[id.ID]Clause, len(violations))
	former := map[id.ID]bool{}
	for _, v := range violations {
		if n := policies[v.Policy].Revision.clause(v.Clause); n >= 0 {
			out[v.ID] = policies[v.Policy].Revision.Clauses[n]
		} else {
			former[v.Revision] = true
		}
	}
	if len(former) == 0 {
		return out, nil
	}
	revisions, err := s.store.RevisionsByID(ctx, slices.Sorted(maps.Keys(former)))
	if err != nil {
		return nil, fmt.Errorf("read %d revisions of policies: %w", len(former), err)
	}
	byID := make(map[id.ID]Revision, len(revisions))
	for _, r := range revisions {
		byID[r.ID] = r
	}
	for _, v := range violations {
		if _, known := out[v.ID]; known {
			continue
		}
		if n := byID[v.Revision].clause(v.Clause); n >= 0 {
			out[v.ID] = byID[v.Revision].Clauses[n]
		}
	}
	return out, nil
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
			v.Ending = Retired
			if err := s.end(ctx, news{v, current, service, slugs[v.SLO]}, nil, "the service was retired", at); err != nil {
				if fault.Is(err, fault.Precondition) {
					// It is not the caller's version of the service that is old.
					return busy(err)
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

// PriorityActions is how many actions of priority P0 a postmortem has at least that the violation's
// clause asks for, as the clause was when the violation opened; false where it asks for none, and of
// what is only observed or void. Faults: NotFound.
func (s *Service) PriorityActions(ctx context.Context, violation id.ID) (int, bool, error) {
	v, err := s.Violation(ctx, violation)
	if err != nil || v.Mode == Observe || v.Ending == Void {
		return 0, false, err
	}
	r, err := s.store.PolicyRevision(ctx, v.Revision)
	if err != nil {
		return 0, false, fmt.Errorf("read the revision of violation %s: %w", violation, err)
	}
	if n := r.clause(v.Clause); n >= 0 && r.Clauses[n].Postmortem != nil {
		return r.Clauses[n].Postmortem.PriorityActions, true, nil
	}
	return 0, false, nil
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
