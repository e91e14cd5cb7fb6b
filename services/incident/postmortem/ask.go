package postmortem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
)

const (
	atOnce      = 100 // rows that are read at a time
	maxFailures = 5
	// lookBack is how long after an incident was resolved, or a violation opened, it is looked at.
	lookBack = 90 * 24 * time.Hour
	// claimedShare is the share of the budget of 28 days above which an incident is what a clause
	// asks a postmortem of: "a single incident consumes more than 20% of error budget over four
	// weeks" (The Site Reliability Workbook, appendix "Example Error Budget Policy").
	claimedShare = 0.2
)

// RequestOnce asks for the postmortems that the rules ask for, of incidents that are over, and
// tells of those whose review is overdue: the team once for each time it is due, and three working
// days later the team above. Each incident is changed in a transaction of its own, with what is
// told; a repeat, or another replica at the same time, changes nothing. What fails does not hold the
// rest up: the errors are returned joined. It counts "incidents" and "violations" that were looked
// at, "asked" requests, "due_changed" of postmortems of which the time was another, "overdue" and "escalated" postmortems of which was told,
// "withheld" of restricted incidents, and "failed".
func (s *Service) RequestOnce(ctx context.Context) (map[string]int64, error) {
	r := &round{Service: s, at: clock.Round(s.Clock()), counts: map[string]int64{
		"incidents": 0, "violations": 0, "asked": 0, "due_changed": 0, "overdue": 0, "escalated": 0, "withheld": 0, "failed": 0,
	}}
	for _, do := range []func(context.Context) error{r.resolved, r.claimed, r.past} {
		if err := do(ctx); err != nil {
			r.failures = append(r.failures, err)
			if ctx.Err() != nil || tx.IsLeaseLost(err) {
				break
			}
		}
	}
	return r.counts, errors.Join(r.failures...)
}

type round struct {
	*Service
	at       time.Time
	counts   map[string]int64
	failures []error // the first few
}

// failed keeps why something was not done; it returns an error when nothing more can be done. What
// somebody else changed meanwhile is left to the next time.
func (r *round) failed(ctx context.Context, err error) error {
	switch {
	case err == nil || fault.Is(err, fault.Precondition):
	case ctx.Err() != nil || tx.IsLeaseLost(err):
		return err
	default:
		r.counts["failed"]++
		if len(r.failures) < maxFailures {
			r.failures = append(r.failures, err)
		}
	}
	return nil
}

// resolved asks for what the rules ask for by the incidents themselves.
func (r *round) resolved(ctx context.Context) error {
	for after := (incident.Moment{}); ; {
		some, err := r.Kept.Resolved(ctx, r.at.Add(-lookBack), after, atOnce)
		if err != nil {
			return fmt.Errorf("read incidents that are over: %w", err)
		}
		if len(some) == 0 {
			return nil
		}
		if err := r.lookAt(ctx, some); err != nil {
			return err
		}
		last := some[len(some)-1]
		after = incident.Moment{At: *last.ResolvedAt, ID: last.ID}
	}
}

func (r *round) lookAt(ctx context.Context, some []incident.Incident) error {
	ids := make([]id.ID, len(some))
	for n, i := range some {
		ids[n] = i.ID
	}
	found, err := r.asksFor(ctx, ids)
	if err != nil {
		return err
	}
	for _, i := range some {
		r.counts["incidents"]++
		var wanted []Request
		for _, reason := range r.Rules.reasons(i) {
			wanted = append(wanted, Request{Reason: reason, Text: r.said(reason, i), By: "Evenkeel"})
		}
		have := found[i.ID]
		wanted = slices.DeleteFunc(wanted, have.has)
		due := have.DueAt
		if len(standing(have.Requests)) > 0 && have.Status.Owed() {
			due = r.Rules.Due(i)
		}
		if len(wanted) == 0 && same(due, have.DueAt) {
			continue
		}
		if err := r.askFor(ctx, i.ID, wanted); err != nil {
			return err
		}
	}
	return nil
}

// said is why the rules ask.
func (r *round) said(reason Reason, i incident.Incident) string {
	switch reason {
	case ByDataLoss:
		return "Data was lost."
	case ByOnCall:
		return "Somebody on call had to act, and its severity is " + string(i.Severity) + "."
	}
	return "Its severity is " + string(i.Severity) + "."
}

// has reports whether the postmortem was asked for like that.
func (v View) has(wanted Request) bool {
	return slices.ContainsFunc(v.Requests, func(r Request) bool { return r.Reason == wanted.Reason && r.Subject == wanted.Subject })
}

// asksFor returns the postmortems of the incidents with what asks for them, without more.
func (r *round) asksFor(ctx context.Context, incidents []id.ID) (map[id.ID]View, error) {
	all, err := r.Store.PostmortemsOf(ctx, incidents)
	if err != nil {
		return nil, fmt.Errorf("read the postmortems of incidents: %w", err)
	}
	out, of := map[id.ID]View{}, map[id.ID]id.ID{}
	ids := make([]id.ID, len(all))
	for n, p := range all {
		ids[n], of[p.ID], out[p.Incident] = p.ID, p.Incident, View{Postmortem: p}
	}
	requests, err := r.Store.Requests(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read what asks for postmortems: %w", err)
	}
	for _, one := range requests {
		v := out[of[one.Postmortem]]
		v.Requests = append(v.Requests, one)
		out[of[one.Postmortem]] = v
	}
	return out, nil
}

// askFor asks for one in a transaction, unless the incident goes on again.
func (r *round) askFor(ctx context.Context, of id.ID, wanted []Request) error {
	var came asked
	var about incident.Incident
	changed := false
	err := r.Runner.InTx(ctx, func(ctx context.Context) error {
		var err error
		if about, err = r.Kept.HoldIncident(ctx, of); err != nil {
			return err
		}
		if !about.Status.Over() {
			return nil
		}
		before, err := r.Store.PostmortemsOf(ctx, []id.ID{of})
		if err != nil {
			return err
		}
		if came, err = r.ask(ctx, r.at, of, wanted); err != nil {
			return err
		}
		changed = len(came.made) == 0 && len(before) > 0 && !same(before[0].DueAt, came.DueAt)
		if len(came.made) == 0 {
			return nil
		}
		return r.Recorder.RecordDiff(ctx, access.Update, object(about), "", nil, came.record())
	})
	if err != nil {
		return r.failed(ctx, fmt.Errorf("ask for the postmortem of incident %s: %w", of, err))
	}
	r.counts["asked"] += int64(len(came.made))
	if changed {
		r.counts["due_changed"]++
	}
	if len(came.made) > 0 && about.Restricted {
		r.counts["withheld"]++
	}
	return nil
}

// claimed asks for what clauses of policies ask for.
func (r *round) claimed(ctx context.Context) error {
	if !r.Rules.Policy {
		return nil
	}
	for after := id.ID(""); ; {
		claims, err := r.Claims.Claims(ctx, r.at.Add(-lookBack), after, atOnce)
		if err != nil {
			return fmt.Errorf("read violations that ask for postmortems: %w", err)
		}
		if len(claims) == 0 {
			return nil
		}
		for _, c := range claims {
			r.counts["violations"]++
			if err := r.claim(ctx, c); err != nil {
				return err
			}
		}
		after = claims[len(claims)-1].Violation
	}
}

// claim asks for the postmortems of the incidents of the service that took more than a fifth of the
// SLO's budget in the window of the violation.
func (r *round) claim(ctx context.Context, c Claim) error {
	over := false
	for next := (page.Request{Limit: atOnce}); ; {
		f := incident.Filter{Service: c.Service, From: c.From, To: c.To, Open: &over, Reader: incident.Reader{All: true}}
		found, err := r.Kept.Incidents(ctx, f, next)
		if err != nil {
			return fmt.Errorf("read the incidents that violation %s is about: %w", c.Violation, err)
		}
		shares, err := r.Shares.Share(ctx, found.Items)
		if err != nil {
			return fmt.Errorf("read which share of budgets incidents took: %w", err)
		}
		var of []id.ID
		for _, i := range found.Items {
			if shares[i.ID][c.SLO] > claimedShare {
				of = append(of, i.ID)
			}
		}
		have, err := r.asksFor(ctx, of)
		if err != nil {
			return err
		}
		wanted := Request{Reason: ByPolicy, Subject: c.Violation, Text: c.Text, By: "Evenkeel"}
		for _, one := range of {
			if have[one].has(wanted) {
				continue
			}
			if err := r.askFor(ctx, one, []Request{wanted}); err != nil {
				return err
			}
		}
		if next.After = found.Next; next.After == "" {
			return nil
		}
	}
}

// past tells of those whose review is missing.
func (r *round) past(ctx context.Context) error {
	for after := id.ID(""); ; {
		some, err := r.Store.Past(ctx, r.at, after, atOnce)
		if err != nil {
			return fmt.Errorf("read postmortems that are overdue: %w", err)
		}
		if len(some) == 0 {
			return nil
		}
		for _, p := range some {
			err := r.Runner.InTx(ctx, func(ctx context.Context) error { return r.remind(ctx, p.Incident) })
			if err := r.failed(ctx, err); err != nil {
				return err
			}
		}
		after = some[len(some)-1].ID
	}
}

// remind tells within a transaction that the review is missing.
func (r *round) remind(ctx context.Context, of id.ID) error {
	i, err := r.Kept.HoldIncident(ctx, of)
	if err != nil {
		return err
	}
	p, err := r.Store.HoldPostmortem(ctx, of)
	if err != nil {
		return err
	}
	if !i.Status.Over() && p.DueAt != nil {
		p.DueAt = nil // it was reopened: it is due again once it is resolved
		r.counts["due_changed"]++
		return r.write(ctx, r.at, &p)
	}
	if !p.Overdue(r.at) {
		return nil
	}
	what, team, above := "overdue", i.Team, false
	switch {
	case !same(p.OverdueTold, p.DueAt):
		p.OverdueTold = p.DueAt
	case r.at.Before(clock.WorkingDays(*p.DueAt, escalateAfter)) || same(p.EscalatedTold, p.DueAt):
		return nil
	default:
		p.EscalatedTold = p.DueAt
		if team, err = r.parent(ctx, i.Team); err != nil {
			return err
		}
		what, above = "escalated", true
	}
	if err := r.Store.MarkTold(ctx, p); err != nil {
		return err
	}
	if team == "" { // there is nobody above
		return nil
	}
	if i.Restricted {
		what = "withheld"
	}
	r.counts[what]++
	return r.tellOverdue(ctx, r.at, i, p, team, above)
}
