package campaign

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Parts are what a Service is made of.
type Parts struct {
	Store      Store
	Scorecards Scorecards
	Teams      Teams
	Desk       Desk // nil where nothing becomes an issue
	Teller     event.Teller
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
}

// Service is what can be done with campaigns. Every method but RunOnce authorises the context's
// caller; every change is audited in its own transaction.
type Service struct{ Parts }

// NewService returns a service of the parts.
func NewService(p Parts) *Service { return &Service{p} }

// Create begins a campaign, or plans one: by a member of the team that runs it; one with issues, by an
// administrator, for it opens issues with other teams.
//
// Faults: Forbidden, also of code "campaign_issues"; Invalid with every broken rule.
func (s *Service) Create(ctx context.Context, d Draft) (Campaign, error) {
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Create, Kind: access.KindCampaign}); err != nil {
		return Campaign{}, err
	}
	now := clock.Round(s.Clock())
	d = d.settled()
	var made Campaign
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		terms, err := s.terms(ctx, access.Create, d, nil, now)
		if err != nil {
			return err
		}
		made = Campaign{ID: id.New(now), Terms: terms, CreatedAt: now, CreatedBy: access.CallerFrom(ctx).Name, UpdatedAt: now, Manager: managed.Taken(ctx, ""), Version: 1}
		if err := s.Store.CreateCampaign(ctx, made); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Create, made.object(), d.Why, nil, made.record())
	})
	if err != nil {
		return Campaign{}, fmt.Errorf("create a campaign: %w", err)
	}
	return made, nil
}

// Update changes what a campaign asks, given the version that the caller saw. One that began keeps its
// start, and every one its scorecard. Who may create it may.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "campaign_over"; Invalid.
func (s *Service) Update(ctx context.Context, campaign id.ID, version int64, d Draft) (Campaign, error) {
	d = d.settled()
	return s.change(ctx, campaign, version, func(ctx context.Context, c *Campaign, now time.Time) (string, error) {
		terms, err := s.terms(ctx, access.Update, d, c, now)
		if err != nil {
			return "", err
		}
		c.Terms = terms
		return "", nil
	})
}

// End ends a campaign before its time, with the reason, given the version that the caller saw: nothing
// is told of it any more, and its past stays. Who may change it may.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "campaign_over"; Invalid.
func (s *Service) End(ctx context.Context, campaign id.ID, version int64, reason string) (Campaign, error) {
	reason = strings.TrimSpace(reason)
	return s.change(ctx, campaign, version, func(ctx context.Context, c *Campaign, now time.Time) (string, error) {
		var check fault.Check
		check.Require(reason != "", "/reason", nil, "must say why it ends early")
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		if err := check.Err(); err != nil {
			return "", err
		}
		c.Ended = &Ending{At: now, By: access.CallerFrom(ctx).Name, Reason: reason}
		return reason, s.settle(ctx, *c, now)
	})
}

// change loads a campaign that is not over within a transaction, and writes what do makes of it.
func (s *Service) change(ctx context.Context, campaign id.ID, version int64, do func(context.Context, *Campaign, time.Time) (reason string, err error)) (Campaign, error) {
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Update, Kind: access.KindCampaign}); err != nil {
		return Campaign{}, err
	}
	now := clock.Round(s.Clock())
	var c Campaign
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		var err error
		if c, err = s.Store.HoldCampaign(ctx, campaign); err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, access.Update, c.object()); err != nil {
			return err
		}
		if c.Version != version {
			return fault.Stale("campaign")
		}
		if c.State(now) == Over {
			return fault.New(fault.Conflict, "campaign_over", "the campaign %q is over; create another one", fault.Clip(c.Name, 64))
		}
		before := c
		c.Manager = managed.Taken(ctx, before.Manager)
		reason, err := do(ctx, &c, now)
		if err != nil {
			return err
		}
		if reflect.DeepEqual(before, c) {
			return nil
		}
		if err := managed.Refuse(ctx, before.Manager, "the campaign"); err != nil {
			return err
		}
		c.UpdatedAt = now
		if err := s.Store.UpdateCampaign(ctx, c); err != nil {
			return err
		}
		c.Version++
		return s.Recorder.RecordDiff(ctx, access.Update, c.object(), reason, before.record(), c.record())
	})
	if err != nil {
		return Campaign{}, fmt.Errorf("change a campaign: %w", err)
	}
	return c, nil
}

// terms are what the draft comes to, authorised and checked.
func (s *Service) terms(ctx context.Context, verb access.Verb, d Draft, before *Campaign, now time.Time) (Terms, error) {
	var check fault.Check
	team, err := s.Teams.TeamFor(ctx, d.Team)
	switch {
	case fault.Is(err, fault.NotFound) || fault.Is(err, fault.Moved):
		check.Fail("/team", d.Team, "must be the slug or identifier of a team; there is none of it")
	case err != nil:
		return Terms{}, err
	default:
		if err := s.may(ctx, verb, d, team, before); err != nil {
			return Terms{}, err
		}
	}
	d.check(&check, before, now)
	card, err := s.Scorecards.Get(ctx, d.Scorecard)
	switch {
	case fault.Is(err, fault.NotFound) || fault.Is(err, fault.Moved):
		check.Fail("/scorecard", d.Scorecard, "must be the slug or identifier of a scorecard; there is none of it")
	case err != nil:
		return Terms{}, err
	case before != nil && before.Scorecard != card.Scorecard.ID:
		check.Fail("/scorecard", d.Scorecard, "must stay the same; create another campaign")
	case card.Scorecard.RetiredAt != nil:
		check.Fail("/scorecard", d.Scorecard, "was retired: nothing is asked by it any more")
	default:
		d.checkChecks(&check, card)
	}
	if d.AppliesTo != "" {
		if err := s.Scorecards.InspectCondition(ctx, &check, "/appliesTo", d.AppliesTo); err != nil {
			return Terms{}, err
		}
	}
	if err := check.Err(); err != nil {
		return Terms{}, err
	}
	return Terms{
		Name: d.Name, Why: d.Why, Scorecard: card.Scorecard.ID, Checks: d.Checks, AppliesTo: d.AppliesTo, Team: team.ID,
		StartsOn: d.StartsOn, DueOn: d.DueOn, GraceDays: d.GraceDays, Issues: d.Issues,
	}, nil
}

// may authorises the caller on a campaign of that team, with such issues.
func (s *Service) may(ctx context.Context, verb access.Verb, d Draft, team registry.Team, before *Campaign) error {
	of := Campaign{Terms: Terms{Name: d.Name, Team: team.ID}}
	if before != nil {
		of.ID = before.ID
	}
	if err := s.Authorizer.Authorize(ctx, verb, of.object()); err != nil {
		return err
	}
	if d.Issues && !access.CallerFrom(ctx).Administers() {
		return access.Refused(ctx, verb, of.object(), "campaign_issues", "issues are opened with every team whose services are not done: only administrators run a campaign that asks for them")
	}
	return nil
}

// Get returns a campaign; NotFound.
func (s *Service) Get(ctx context.Context, campaign id.ID) (Campaign, error) {
	if err := s.mayRead(ctx); err != nil {
		return Campaign{}, err
	}
	c, err := s.Store.Campaign(ctx, campaign)
	if err != nil {
		return Campaign{}, fmt.Errorf("read a campaign: %w", err)
	}
	return c, nil
}

// List lists campaigns, the newest first.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[Campaign], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Campaign]{}, err
	}
	found, err := s.Store.Campaigns(ctx, f, clock.Round(s.Clock()), r)
	if err != nil {
		return page.Page[Campaign]{}, fmt.Errorf("list campaigns: %w", err)
	}
	return found, nil
}

// Now is by when states of campaigns are told.
func (s *Service) Now() time.Time { return clock.Round(s.Clock()) }

// MayChange reports whether the context's caller may change the campaign.
func (s *Service) MayChange(ctx context.Context, c Campaign) (bool, error) {
	err := s.Authorizer.Authorize(ctx, access.Update, c.object())
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Unauthenticated) {
		return false, nil
	}
	return err == nil && c.State(s.Now()) != Over, err
}

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindCampaign})
}

var _ Scorecards = (*scorecards.Service)(nil)
