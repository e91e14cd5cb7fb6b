package policy

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Plan is by what a team works on a violation.
type Plan struct {
	Text  string     // 1 to 1,000 characters
	DueOn clock.Date // today, or within a year
}

func (p Plan) check(check *fault.Check, now time.Time) {
	check.Require(p.Text != "", "/plan", nil, "must say what is going to be done")
	registry.CheckText(check, "/plan", p.Text, registry.MaxReason)
	var own fault.Check
	if p.DueOn.Check(&own, "/dueOn"); !check.Join(own) {
		return
	}
	last := clock.Date(now.UTC().AddDate(1, 0, 0).Format(time.DateOnly))
	check.Require(!p.DueOn.Past(now) && p.DueOn <= last, "/dueOn", p.DueOn, "must be today or later, at most %s", last)
}

// Acknowledge says that the team works on an open violation, by which plan and until when; it
// replaces what was said before, given the version that the caller saw. Members of the team.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "violation_ended"; Invalid.
func (s *Service) Acknowledge(ctx context.Context, violation id.ID, version int64, p Plan) (Violation, error) {
	now, c := clock.Round(s.now()), access.CallerFrom(ctx)
	p.Text = strings.TrimSpace(p.Text)
	return s.handle(ctx, violation, version, Acknowledged, func(ctx context.Context, n *news) (string, error) {
		if err := n.mayAcknowledge(ctx, s.authorizer); err != nil {
			return "", err
		}
		var check fault.Check
		p.check(&check, now)
		if err := check.Err(); err != nil {
			return "", err
		}
		n.violation.Handling.Acknowledgement = &Acknowledgement{At: now, By: c.Name, Person: c.Person, Plan: p.Text, DueOn: p.DueOn}
		return fmt.Sprintf("until %s: %s", p.DueOn, p.Text), nil
	}, now)
}

// ExitEarly ends the freeze of a violation that stays open until the SLO recovered, because
// what its plan agreed on is done, where the clause lets it. The person who approved the
// policy, and administrators; not who acknowledged it.
//
// Faults: NotFound; Forbidden "not_approver", "own_plan"; Precondition; Conflict
// "violation_ended", "no_early_exit", "not_acknowledged"; Invalid.
func (s *Service) ExitEarly(ctx context.Context, violation id.ID, version int64, done string) (Violation, error) {
	now, c := clock.Round(s.now()), access.CallerFrom(ctx)
	done = strings.TrimSpace(done)
	return s.handle(ctx, violation, version, LeftEarly, func(ctx context.Context, n *news) (string, error) {
		if err := n.approves(ctx, s.authorizer, access.KindViolation); err != nil {
			return "", err
		}
		var check fault.Check
		check.Require(done != "", "/done", nil, "must say what of the plan is done")
		registry.CheckText(&check, "/done", done, registry.MaxReason)
		if err := check.Err(); err != nil {
			return "", err
		}
		if err := n.lasts(); err != nil {
			return "", err
		}
		v := &n.violation
		clauses, err := s.clausesOf(ctx, []Violation{*v}, map[id.ID]View{v.Policy: n.policy})
		if err != nil {
			return "", err
		}
		clause, known := clauses[v.ID]
		if err := n.exits(ctx, clause, known); err != nil {
			return "", err
		}
		if v.freezes(clause) {
			err = s.ceased(ctx, *n, clause, fmt.Sprintf("%s ended the freeze early, for this is done: %s", c.Name, done), now)
		}
		v.Handling.EarlyExit = &EarlyExit{At: now, By: c.Name, Person: c.Person, Done: done}
		return done, err
	}, now)
}

// handle changes what people make of an open violation, and adds what do says of it to its
// events.
func (s *Service) handle(ctx context.Context, violation id.ID, version int64, kind EventKind, do func(context.Context, *news) (string, error), now time.Time) (Violation, error) {
	if err := s.authorizer.Permit(ctx, access.Rule{Verb: access.Update, Kind: access.KindViolation}); err != nil {
		return Violation{}, err
	}
	var after Violation
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		n, err := s.news(ctx, violation)
		if err != nil {
			return err
		}
		said, err := do(ctx, &n)
		if err != nil {
			return err
		}
		if err := n.lasts(); err != nil {
			return err
		}
		if n.violation.Version != version {
			return fault.Stale("violation")
		}
		if err := s.put(ctx, n.violation); err != nil {
			return err
		}
		after = n.violation
		after.Version++
		_, err = s.add(ctx, n.object(access.KindViolation), Event{ID: id.New(now), Violation: violation, Kind: kind, At: now, By: access.CallerFrom(ctx).Name, Via: ViaAPI, Text: said})
		return err
	})
	if err != nil {
		return Violation{}, fmt.Errorf("handle violation %s: %w", violation, err)
	}
	return after, nil
}

// news reads the violation and what it is about.
func (s *Service) news(ctx context.Context, violation id.ID) (news, error) {
	v, err := s.store.Violation(ctx, violation)
	if err != nil {
		return news{}, err
	}
	service, err := s.services.Service(ctx, v.Service)
	if err != nil {
		return news{}, fmt.Errorf("read the service of violation %s: %w", violation, err)
	}
	of, err := s.store.Policy(ctx, v.Policy)
	if err != nil {
		return news{}, fmt.Errorf("read the policy of violation %s: %w", violation, err)
	}
	slugs, err := s.slugsOf(ctx, []Violation{v})
	if err != nil {
		return news{}, err
	}
	return news{violation: v, policy: of, service: service, slo: slugs[v.SLO]}, nil
}

// object is the violation as the audit log calls it.
func (n news) object(kind access.Kind) access.Object {
	o := violationObject(n.violation, n.service, n.slo)
	o.Kind = kind
	return o
}
