package policy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// What can be done to a violation.
const (
	ActAcknowledge   = "acknowledge"
	ActExitEarly     = "exit_early"
	ActDispute       = "dispute"
	ActDecideDispute = "decide_dispute"
)

// Acts tells what the context's caller may do to each of the violations as it is now, of services and
// policies that are given by their identifiers, by the rules by which it is done.
func (s *Service) Acts(ctx context.Context, violations []Violation, services map[id.ID]registry.Service, policies map[id.ID]View) ([]access.Acts, error) {
	by := s.authorizer.ForMany()
	clauses, err := s.clausesOf(ctx, slices.DeleteFunc(slices.Clone(violations), func(v Violation) bool { return v.EndedAt != nil }), policies)
	if err != nil {
		return nil, err
	}
	out := make([]access.Acts, len(violations))
	for i, v := range violations {
		n := news{violation: v, service: services[v.Service], policy: policies[v.Policy]}
		if err := out[i].Ask(ActAcknowledge, func() error { return n.mayAcknowledge(ctx, by) }, n.lasts); err != nil {
			return nil, err
		}
		if err := out[i].Ask(ActExitEarly, func() error { return n.approves(ctx, by, access.KindViolation) }, n.lasts, func() error {
			clause, known := clauses[v.ID]
			return n.exits(ctx, clause, known)
		}); err != nil {
			return nil, err
		}
		if err := out[i].Ask(ActDispute, func() error { return n.mayDispute(ctx, by) }, n.standing); err != nil {
			return nil, err
		}
		if err := out[i].Ask(ActDecideDispute, func() error { return n.approves(ctx, by, access.KindDispute) }, n.standing, func() error { return n.disputed(ctx) }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// mayAcknowledge authorises members of the team; Forbidden.
func (n news) mayAcknowledge(ctx context.Context, by *access.Authorizer) error {
	return by.Authorize(ctx, access.Update, n.object(access.KindViolation))
}

// mayDispute authorises members of the team; Forbidden.
func (n news) mayDispute(ctx context.Context, by *access.Authorizer) error {
	return by.Authorize(ctx, access.Create, n.object(access.KindDispute))
}

// lasts is nil while the violation is open; Conflict "violation_ended".
func (n news) lasts() error {
	if at := n.violation.EndedAt; at != nil {
		return fault.New(fault.Conflict, "violation_ended", "it ended at %s", at.UTC().Format(time.RFC3339))
	}
	return nil
}

// exits is nil where the caller may end the freeze of the clause early, if it is known; Forbidden
// "own_plan"; Conflict "clause_gone", "no_early_exit", "not_acknowledged", "already_exited".
func (n news) exits(ctx context.Context, clause Clause, known bool) error {
	h := n.violation.Handling
	switch {
	case !known:
		return fault.New(fault.Conflict, "clause_gone", "no revision of the policy has the clause %q any more, so that it is not known whether its freeze may end early", n.violation.Clause)
	case clause.Freeze == nil || !clause.Freeze.EarlyExit:
		return fault.New(fault.Conflict, "no_early_exit", "the clause %q lets nobody end its freeze early", clause.Name)
	case h.Acknowledgement == nil:
		return fault.New(fault.Conflict, "not_acknowledged", "the team has to acknowledge the violation with a plan first")
	case h.Acknowledgement.Person == access.CallerFrom(ctx).Person:
		return access.Refused(ctx, access.Update, n.object(access.KindViolation), "own_plan", fmt.Sprintf("another person than %s, whose plan it is, has to end the freeze", h.Acknowledgement.By))
	case h.EarlyExit != nil:
		return fault.New(fault.Conflict, "already_exited", "%s ended the freeze already", h.EarlyExit.By)
	}
	return nil
}

// disputed is nil where a dispute of another person than the caller waits to be decided; Forbidden
// "own_dispute"; Conflict "not_disputed".
func (n news) disputed(ctx context.Context) error {
	switch d := n.violation.Handling.Dispute; {
	case d == nil || d.Ruling != nil:
		return fault.New(fault.Conflict, "not_disputed", "no dispute of the violation waits to be decided")
	case d.Person == access.CallerFrom(ctx).Person:
		return access.Refused(ctx, access.Update, n.object(access.KindDispute), "own_dispute", fmt.Sprintf("another person than %s, who raised it, has to decide it", d.By))
	}
	return nil
}

// approves refuses everybody but the person who approved the policy, and administrators.
func (n news) approves(ctx context.Context, by *access.Authorizer, kind access.Kind) error {
	if err := by.Permit(ctx, access.Rule{Verb: access.Update, Kind: kind}); err != nil {
		return err
	}
	c := access.CallerFrom(ctx)
	if c.Administers() || c.Kind == access.ByPerson && c.Person != "" && c.Person == n.policy.Revision.Approval.Approver {
		return nil
	}
	return access.Refused(ctx, access.Update, n.object(kind), "not_approver", fmt.Sprintf("only the person who approved the policy %q, and administrators, decide that", n.policy.Policy.Slug))
}
