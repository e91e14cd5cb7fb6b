package policy

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
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Dispute records that the caller disputes the violation, and why. Where the policy names an
// approver, another person than the caller, they are to decide it, and the first dispute of an
// episode suspends its freeze for the policy's DisputeHours. Members of the team of its service. Faults: NotFound, Forbidden,
// Invalid.
func (s *Service) Dispute(ctx context.Context, violation id.ID, reason string) (Event, error) {
	if err := s.authorizer.Permit(ctx, access.Rule{Verb: access.Create, Kind: access.KindDispute}); err != nil {
		return Event{}, err
	}
	now, c := clock.Round(s.now()), access.CallerFrom(ctx)
	e := Event{ID: id.New(now), Violation: violation, Kind: Disputed, At: now, By: c.Name, Via: ViaAPI, Text: strings.TrimSpace(reason)}
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		n, err := s.news(ctx, violation)
		if err != nil {
			return err
		}
		if err := n.mayDispute(ctx, s.authorizer); err != nil {
			return err
		}
		var check fault.Check
		check.Require(e.Text != "", "/reason", nil, "must say why")
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		if err := check.Err(); err != nil {
			return err
		}
		if err := n.standing(); err != nil {
			return err
		}
		if _, err := s.add(ctx, n.object(access.KindDispute), e); err != nil {
			return err
		}
		return s.raise(ctx, n, Dispute{At: now, By: c.Name, Person: c.Person, Reason: e.Text}, now)
	})
	if err != nil {
		return Event{}, fmt.Errorf("dispute violation %s: %w", violation, busy(err))
	}
	return e, nil
}

// DisputeElsewhere records that somebody disputes the violation where its issue is,
// once for each source. Whoever can write there may: what is odd in the remark is
// left out, it is cut where it is too long, and it suspends nothing. Evenkeel itself calls
// it, after it found out who wrote. Faults: NotFound, Forbidden.
func (s *Service) DisputeElsewhere(ctx context.Context, violation id.ID, r Remark) error {
	now := clock.Round(s.now())
	e := Event{
		ID: id.New(now), Violation: violation, Kind: Disputed, At: clock.Round(r.At), Via: ViaComment, Source: r.Source,
		By: plain(r.By, registry.MaxName), Text: plain(r.Text, registry.MaxReason),
	}
	var check fault.Check
	if registry.CheckURL(&check, "", r.Link); check.Err() == nil {
		e.Link = r.Link
	}
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		n, err := s.news(ctx, violation)
		if err != nil {
			return err
		}
		o := n.object(access.KindDispute)
		if err := s.authorizer.Authorize(ctx, access.Create, o); err != nil {
			return err
		}
		fresh, err := s.add(ctx, o, e)
		if err != nil || !fresh {
			return err
		}
		return s.raise(ctx, n, Dispute{At: e.At, By: e.By, Reason: e.Text}, now)
	})
	if err != nil {
		return fmt.Errorf("dispute violation %s by %s: %w", violation, e.Source, err)
	}
	return nil
}

// standing answers Conflict "violation_void" where it was found already to be none.
func (n news) standing() error {
	if n.violation.Ending == Void {
		return fault.New(fault.Conflict, "violation_void", "it was found to be no violation already")
	}
	return nil
}

// busy turns what the pass changed at the same moment into a Conflict: callers named no version.
func busy(err error) error {
	if !fault.Is(err, fault.Precondition) {
		return err
	}
	changed := fault.New(fault.Conflict, "violation_changed", "the violation changed at this moment; try again")
	changed.RetryAfter, changed.Err = time.Second, err
	return changed
}

// raise has the dispute decided, unless one is waiting for that: what a member of the team
// says goes before what was said elsewhere, which raises nothing that was decided anew.
func (s *Service) raise(ctx context.Context, n news, d Dispute, now time.Time) error {
	v := n.violation
	if before := v.Handling.Dispute; before != nil && (d.Person == "" || before.Ruling == nil && before.Person != "") || v.Ending == Void {
		return nil
	}
	clause, err := s.clauseOf(ctx, v, n.policy)
	if err != nil {
		return err
	}
	if d.Approver, err = s.approver(ctx, n.policy); err != nil {
		return err
	}
	if d.Approver == d.Person {
		d.Approver = "" // nobody decides what they raised
	}
	v.Handling.Dispute = &d
	v.suspend(clause, n.policy.Revision, now)
	if err := s.put(ctx, v); err != nil {
		return err
	}
	n.violation = v
	return s.tellDispute(ctx, n, now)
}

// suspend has the dispute that is not decided suspend the freeze, where there is one: once in
// an episode, for a member of the team, and where somebody else is named who decides.
func (v *Violation) suspend(c Clause, r Revision, now time.Time) {
	d := v.Handling.Dispute
	if d == nil || d.Ruling != nil || d.Approver == "" || d.Person == "" || r.DisputeHours <= 0 || v.EndedAt != nil || !v.freezes(c) || v.Handling.Suspended {
		return
	}
	suspended, until := *d, now.Add(time.Duration(r.DisputeHours)*time.Hour)
	suspended.SuspendedUntil, suspended.ChasedAt = &until, nil // that it passed is told, too
	v.Handling.Dispute, v.Handling.Suspended = &suspended, true
}

// tellDispute tells the approver of the dispute, and until when it suspends the freeze.
func (s *Service) tellDispute(ctx context.Context, n news, now time.Time) error {
	d := n.violation.Handling.Dispute
	t, text := event.ViolationDisputed, fmt.Sprintf("%s disputes it: %s", d.By, d.Reason)
	if d.SuspendedUntil != nil {
		t, text = event.FreezeSuspended, fmt.Sprintf("%s Changes do not wait until %s, while it is decided.", Sentence(text), Minute(*d.SuspendedUntil))
	}
	return s.tell(ctx, n, t, []Audience{Approver}, fmt.Sprintf("%s: the violation of %s is disputed", n.path(), n.violation.Clause), text, false, now)
}

// approver is who approved the policy, empty where nobody is named or they left.
func (s *Service) approver(ctx context.Context, v View) (id.ID, error) {
	named := v.Revision.Approval.Approver
	if named == "" {
		return "", nil
	}
	p, err := s.people.Person(ctx, named)
	switch {
	case fault.Is(err, fault.NotFound) || err == nil && p.DeactivatedAt != nil:
		return "", nil
	case err != nil:
		return "", fmt.Errorf("read who approved policy %s: %w", v.Policy.Slug, err)
	}
	return named, nil
}

// RulingInput is what is decided of a dispute.
type RulingInput struct {
	Outcome Outcome
	Note    string
	Reread  *Range // of a void one: the measurements that are to be read again
}

func (in RulingInput) check(check *fault.Check, now time.Time) {
	check.Require(slices.Contains(Outcomes, in.Outcome), "/outcome", in.Outcome, "must be one of %s", fault.Or(Outcomes))
	check.Require(in.Note != "", "/note", nil, "must say why")
	registry.CheckText(check, "/note", in.Note, registry.MaxReason)
	if in.Reread == nil {
		return
	}
	check.Require(in.Outcome == RuledOut, "/reread", nil, "is only for the outcome %q", RuledOut)
	check.Require(in.Reread.From.Before(in.Reread.To), "/reread/to", in.Reread.To.UTC().Format(time.RFC3339), "must be after from, %s", in.Reread.From.UTC().Format(time.RFC3339))
	check.Require(!in.Reread.To.After(now), "/reread/to", in.Reread.To.UTC().Format(time.RFC3339), "must not be after now, %s", now.Format(time.RFC3339))
}

// Rule decides the violation's dispute. A void violation ends, and asks for nothing: its issue
// is closed, it counts in no report, and its clause opens no other for the SLO until the
// condition failed once, or four weeks are over. It can have a range of measurements read
// again from where they come from. The person who approved the policy, and administrators; not
// who raised it.
//
// Faults: NotFound; Forbidden "not_approver", "own_dispute"; Conflict "not_disputed"; Invalid.
func (s *Service) Rule(ctx context.Context, violation id.ID, in RulingInput) (Event, error) {
	if err := s.authorizer.Permit(ctx, access.Rule{Verb: access.Update, Kind: access.KindDispute}); err != nil {
		return Event{}, err
	}
	now, c := clock.Round(s.now()), access.CallerFrom(ctx)
	in.Note = strings.TrimSpace(in.Note)
	e := Event{ID: id.New(now), Violation: violation, Kind: Ruled, At: now, By: c.Name, Via: ViaAPI, Text: fmt.Sprintf("%s: %s", in.Outcome, in.Note)}
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		n, err := s.news(ctx, violation)
		if err != nil {
			return err
		}
		if err := n.approves(ctx, s.authorizer, access.KindDispute); err != nil {
			return err
		}
		var check fault.Check
		in.check(&check, now)
		if err := check.Err(); err != nil {
			return err
		}
		if err := n.standing(); err != nil {
			return err
		}
		stored := n.violation
		v := stored
		if err := n.disputed(ctx); err != nil {
			return err
		}
		decided := *v.Handling.Dispute
		decided.Ruling = &Ruling{At: now, By: c.Name, Person: c.Person, Outcome: in.Outcome, Note: in.Note, Reread: in.Reread}
		v.Handling.Dispute = &decided
		n.violation = v
		if _, err := s.add(ctx, n.object(access.KindDispute), e); err != nil {
			return err
		}
		if in.Outcome == Upheld {
			if err := s.put(ctx, v); err != nil {
				return err
			}
			return s.tell(ctx, n, event.DisputeDecided, nil, fmt.Sprintf("%s: the violation of %s stands", n.path(), v.Clause), fmt.Sprintf("%s decided so: %s", c.Name, in.Note), false, now)
		}
		return s.void(ctx, n, stored, in, now)
	})
	if err != nil {
		return Event{}, fmt.Errorf("decide the dispute of violation %s: %w", violation, busy(err))
	}
	return e, nil
}

// void ends the violation as none, or says of one that ended that it was none.
func (s *Service) void(ctx context.Context, n news, stored Violation, in RulingInput, now time.Time) error {
	v := &n.violation
	v.Ending = Void
	reason := "it was no violation: " + in.Note
	if in.Reread != nil {
		if err := s.rereader.Reread(ctx, v.SLO, *in.Reread); err != nil {
			return err
		}
	}
	if v.EndedAt == nil {
		until := now.Add(mutedFor)
		v.MutedUntil = &until
		return s.end(ctx, n, nil, reason, now)
	}
	if err := s.put(ctx, *v); err != nil {
		return err
	}
	if err := s.recorder.RecordDiff(ctx, access.Update, n.object(access.KindViolation), reason, stored, *v); err != nil {
		return err
	}
	if err := s.desk.ViolationEnded(ctx, *v, nil, true, now); err != nil || v.Mode == Observe {
		return err
	}
	return s.tell(ctx, n, event.ViolationVoided, nil, fmt.Sprintf("%s: the violation of %s that ended was none", n.path(), v.Clause), Sentence(reason), true, now)
}

// Approves reports whether the context's caller approved every policy that acts on the service
// by what caused a miss, or where none acts every one that is observed: who may excuse its team.
func (s *Service) Approves(ctx context.Context, service registry.Service) (bool, error) {
	c := access.CallerFrom(ctx)
	if c.Kind != access.ByPerson || c.Person == "" {
		return false, nil
	}
	attached, err := s.store.AttachedTo(ctx, service)
	if err != nil {
		return false, fmt.Errorf("read what is attached to %s: %w", service.Slug, err)
	}
	var acting, observed []Rule
	for _, r := range s.inForce(attached.Attachments, attached.Policies)(service) {
		asks := slices.ContainsFunc(r.Conditions, func(c *expr.Condition) bool { return c != nil && slices.Contains(c.Reads(), supply.Cause) })
		switch {
		case asks && r.Attachment.Mode == Observe:
			observed = append(observed, r)
		case asks:
			acting = append(acting, r)
		}
	}
	if len(acting) == 0 {
		acting = observed
	}
	others := func(r Rule) bool { return r.Revision.Approval.Approver != c.Person }
	return len(acting) > 0 && !slices.ContainsFunc(acting, others), nil
}
