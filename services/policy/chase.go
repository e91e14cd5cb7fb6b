package policy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
)

// ChaseOnce follows up what people owe: it escalates violations that nobody has a plan for,
// tells of disputes that nobody decided in time, while their violation is open, and of plans and
// policies whose date is past, once for each date, and has attachments fall
// back to Observe of which a clause is doubted too often. Each is changed in a transaction of
// its own, with what is told; a repeat changes nothing. What fails does not hold the rest up:
// the errors are returned joined. It counts "escalated", "plans_told",
// "disputes_told", "policies_told", "fell_back" and "failed".
func (s *Service) ChaseOnce(ctx context.Context) (map[string]int64, error) {
	c := &chase{Service: s, at: clock.Round(s.now()), counts: Counts{"escalated": 0, "plans_told": 0, "disputes_told": 0, "policies_told": 0, "fell_back": 0, "failed": 0}}
	for _, do := range []func(context.Context) error{c.violations, c.policies, c.weaken} {
		if err := do(ctx); err != nil {
			c.failures = append(c.failures, err)
			if ctx.Err() != nil || tx.IsLeaseLost(err) {
				break
			}
		}
	}
	return c.counts, errors.Join(c.failures...)
}

type chase struct {
	*Service
	at       time.Time
	counts   Counts
	failures []error // the first few
}

// note counts what was done, or keeps why it was not; it returns an error when nothing more
// can be done. What somebody else changed meanwhile is left to the next time.
func (c *chase) note(ctx context.Context, what string, err error) error {
	switch {
	case err == nil:
		c.counts[what]++
	case ctx.Err() != nil || tx.IsLeaseLost(err):
		return err
	case fault.Is(err, fault.Precondition):
	default:
		c.counts["failed"]++
		if len(c.failures) < maxFailures {
			c.failures = append(c.failures, err)
		}
	}
	return nil
}

// violations goes through those that are open.
func (c *chase) violations(ctx context.Context) error {
	for after := id.ID(""); ; {
		open, err := c.store.OpenViolationsAfter(ctx, after, chunk)
		if err != nil {
			return fmt.Errorf("read open violations: %w", err)
		}
		if len(open) == 0 {
			return nil
		}
		for _, v := range open {
			if err := c.violation(ctx, v); err != nil {
				return err
			}
		}
		after = open[len(open)-1].ID
	}
}

func (c *chase) violation(ctx context.Context, v Violation) error {
	if v.Mode == Observe {
		return nil
	}
	if a := v.Handling.Acknowledgement; a != nil && a.DueOn.Past(c.at) && v.Handling.PlanToldFor != a.DueOn {
		err := c.runner.InTx(ctx, func(ctx context.Context) error { return c.planPast(ctx, v.ID) })
		if err := c.note(ctx, "plans_told", err); err != nil {
			return err
		}
	}
	waits := v.Handling.Dispute != nil && v.Handling.Dispute.Ruling == nil && v.Handling.Dispute.ChasedAt == nil
	if !waits && (v.Handling.EscalatedAt != nil || v.planned(c.at)) {
		return nil
	}
	of, err := c.store.Policy(ctx, v.Policy)
	if err != nil {
		return c.note(ctx, "", fmt.Errorf("read policy %s: %w", v.Policy, err))
	}
	if waits && !c.at.Before(v.Handling.Dispute.due(of.Revision)) {
		err := c.runner.InTx(ctx, func(ctx context.Context) error { return c.undecided(ctx, v.ID) })
		if err := c.note(ctx, "disputes_told", err); err != nil {
			return err
		}
	}
	if v.Handling.EscalatedAt != nil || v.planned(c.at) {
		return nil
	}
	n := of.Revision.clause(v.Clause)
	if n < 0 || of.Revision.Clauses[n].Escalate == nil || c.at.Before(of.Revision.Clauses[n].Escalate.from(v)) {
		return nil
	}
	err = c.runner.InTx(ctx, func(ctx context.Context) error { return c.escalate(ctx, v.ID) })
	return c.note(ctx, "escalated", err)
}

// from is from when on the violation is escalated: so many days after it was no more only
// observed.
func (e Escalation) from(v Violation) time.Time {
	since := v.OpenedAt
	if v.Handling.ActsSince != nil {
		since = *v.Handling.ActsSince
	}
	return since.Add(e.After())
}

// planPast tells within a transaction that the date of the plan is past.
func (c *chase) planPast(ctx context.Context, violation id.ID) error {
	n, err := c.news(ctx, violation)
	if err != nil {
		return err
	}
	a := n.violation.Handling.Acknowledgement
	if n.violation.EndedAt != nil || a == nil || !a.DueOn.Past(c.at) || n.violation.Handling.PlanToldFor == a.DueOn {
		return fault.Stale("violation")
	}
	n.violation.Handling.PlanToldFor = a.DueOn
	if err := c.put(ctx, n.violation); err != nil {
		return err
	}
	return c.tell(ctx, n, event.PlanOverdue, nil, fmt.Sprintf("%s: the plan of %s was for %s", n.path(), a.By, a.DueOn),
		fmt.Sprintf("The violation of %s is open. The plan was: %s", n.violation.Clause, a.Plan), false, c.at)
}

// undecided tells within a transaction that nobody decided the dispute in time.
func (c *chase) undecided(ctx context.Context, violation id.ID) error {
	n, err := c.news(ctx, violation)
	if err != nil {
		return err
	}
	d := n.violation.Handling.Dispute
	if n.violation.EndedAt != nil || d == nil || d.Ruling != nil || d.ChasedAt != nil || c.at.Before(d.due(n.policy.Revision)) {
		return fault.Stale("violation")
	}
	told := *d
	told.ChasedAt = &c.at
	n.violation.Handling.Dispute = &told
	if err := c.put(ctx, n.violation); err != nil {
		return err
	}
	text := fmt.Sprintf("%s disputed the violation of %s on %s: %s Decide it: whoever approved the policy, and administrators, can.", d.By, n.violation.Clause, Minute(d.At), Sentence(d.Reason))
	clause, err := c.clauseOf(ctx, n.violation, n.policy)
	if err != nil {
		return err
	}
	if d.SuspendedUntil != nil && n.violation.freezes(clause) {
		text += " Until then changes wait again."
	}
	return c.tell(ctx, n, event.DisputeOverdue, []Audience{TheTeam, Approver}, fmt.Sprintf("%s: nobody has decided the dispute of %s", n.path(), n.violation.Clause), text, false, c.at)
}

// escalate tells within a transaction whoever the clause names.
func (c *chase) escalate(ctx context.Context, violation id.ID) error {
	n, err := c.news(ctx, violation)
	if err != nil {
		return err
	}
	clause, err := c.clauseOf(ctx, n.violation, n.policy)
	if err != nil {
		return err
	}
	v := &n.violation
	if v.EndedAt != nil || v.Handling.EscalatedAt != nil || v.planned(c.at) || clause.Escalate == nil || c.at.Before(clause.Escalate.from(*v)) {
		return fault.Stale("violation")
	}
	v.Handling.EscalatedAt = &c.at
	if err := c.put(ctx, *v); err != nil {
		return err
	}
	text := fmt.Sprintf("told the %s: open since %s, and no plan with a date to come", map[Audience]string{TheTeam: "team", ParentTeam: "parent team", Approver: "policy's approver"}[clause.Escalate.To], Minute(v.OpenedAt))
	ctx = asPolicy(ctx, n.policy.Policy)
	if _, err := c.add(ctx, n.object(access.KindViolation), Event{ID: id.New(c.at), Violation: v.ID, Kind: EscalatedTo, At: c.at, By: "policy " + n.policy.Policy.Slug, Via: ViaPolicy, Text: text}); err != nil {
		return err
	}
	return c.tell(ctx, n, event.Escalated, []Audience{clause.Escalate.To}, fmt.Sprintf("%s: %s needs a plan", n.path(), v.Clause),
		fmt.Sprintf("The violation is open since %s, and the team %s has no plan with a date to come. %s", Minute(v.OpenedAt), n.service.TeamSlug, clause.Description), false, c.at)
}

// policies tells of those whose day to be looked at again is past.
func (c *chase) policies(ctx context.Context) error {
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		found, err := c.store.Policies(ctx, r)
		if err != nil {
			return fmt.Errorf("read policies: %w", err)
		}
		for _, v := range found.Items {
			due := v.Revision.Approval.RevisitOn
			if !due.Past(c.at) || v.Policy.RevisitTold == due {
				continue
			}
			err := c.runner.InTx(ctx, func(ctx context.Context) error {
				if err := c.store.ToldRevisit(ctx, v.Policy, due); err != nil {
					return err
				}
				return c.announce(ctx, event.Event{
					Type: event.PolicyRevisitDue, Key: fmt.Sprintf("policy/%s/%s", v.Policy.ID, due), At: c.at, Person: v.Revision.Approval.Approver,
					Subject: v.Policy.Slug, Title: fmt.Sprintf("The policy %s was to be looked at again on %s", v.Policy.Slug, due),
					Text: "Read it, revise what does not fit any more, and give it another day.", Link: "/policies/" + v.Policy.Slug,
				})
			})
			if err := c.note(ctx, "policies_told", err); err != nil {
				return err
			}
		}
		if r.After = found.Next; r.After == "" {
			return nil
		}
	}
}
