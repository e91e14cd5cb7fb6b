package gate

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
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
)

// ChaseOnce tells, once for each, of overrides that nobody reviewed in time: the team above
// that of the service, or the team itself where there is none. It counts "reviews_chased". One
// that fails does not hold the others up.
func (s *Service) ChaseOnce(ctx context.Context) (map[string]int64, error) {
	now := clock.Round(s.Clock())
	counts := map[string]int64{"reviews_chased": 0}
	var failures []error
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		found, err := s.Store.Overrides(ctx, OverrideFilter{Unreviewed: true, Unchased: true}, r)
		if err != nil {
			return counts, errors.Join(append(failures, fmt.Errorf("read overrides: %w", err))...)
		}
		for _, o := range found.Items {
			if !o.Overdue(now) {
				continue
			}
			err := s.Runner.InTx(ctx, func(ctx context.Context) error { return s.chase(ctx, o, now) })
			switch {
			case err == nil:
				counts["reviews_chased"]++
			case ctx.Err() != nil || tx.IsLeaseLost(err):
				return counts, err
			case !fault.Is(err, fault.Precondition): // else somebody reviewed it meanwhile
				failures = append(failures, err)
			}
		}
		if r.After = found.Next; r.After == "" {
			return counts, errors.Join(failures...)
		}
	}
}

// chase writes within a transaction.
func (s *Service) chase(ctx context.Context, o Override, now time.Time) error {
	of, err := s.Registry.Service(ctx, o.Service)
	if err != nil {
		return fmt.Errorf("read the service of override %s: %w", o.ID, err)
	}
	team, err := s.Registry.Team(ctx, of.Team)
	if err != nil {
		return fmt.Errorf("read the team of override %s: %w", o.ID, err)
	}
	if err := s.Store.Chased(ctx, o.ID, now); err != nil {
		return err
	}
	to := team.Parent
	if to == "" {
		to = team.ID
	}
	return s.tell(ctx, o, of, event.OverrideOverdue, to, fmt.Sprintf("Nobody reviewed that the freezes of %s were lifted", of.Slug),
		fmt.Sprintf("%s lifted them at %s: %s Another person of the team %s was to review it until %s.", o.By, policy.Minute(o.At), policy.Sentence(o.Reason), team.Name, policy.Minute(o.ReviewDue())), now)
}

// tell says it to a team, within the transaction of what happened.
func (s *Service) tell(ctx context.Context, o Override, of registry.Service, t event.Type, team id.ID, title, text string, now time.Time) error {
	if s.Teller == nil {
		return nil
	}
	return s.Teller.Tell(ctx, event.Event{
		Type: t, Key: fmt.Sprintf("override/%s/%s", o.ID, t), At: now, Team: team, Service: of.ID, Subject: of.Slug, Title: title, Text: text,
		Link: "/services/" + of.Slug + "/gate", Figures: []event.Figure{{Name: "until", Value: policy.Minute(o.Until)}, {Name: "reviewDue", Value: policy.Minute(o.ReviewDue())}},
	})
}
