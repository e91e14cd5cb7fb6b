package campaign

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/issues"
)

// Desk wants issues about what campaigns ask; an issues.Service does.
type Desk interface {
	// CampaignAsks wants an issue, or has it say what is asked now; one that was closed is wanted open
	// again.
	CampaignAsks(ctx context.Context, a issues.CampaignAsk, now time.Time) error
	// CampaignSettled wants the issue of the service closed, and says why.
	CampaignSettled(ctx context.Context, campaign, service id.ID, why string, now time.Time) error
	// CampaignServices returns the services of which an issue about the campaign is wanted open.
	CampaignServices(ctx context.Context, campaign id.ID) ([]id.ID, error)
}

// presses reports whether who is not done is to have an issue: from 14 days before its day on, while it
// runs.
func (c Campaign) presses(now time.Time) bool {
	return c.Issues && c.State(now) == Running && clock.DateOf(now) >= clock.DateOf(c.DueOn.Time().AddDate(0, 0, -soon))
}

// pursue has an issue be wanted of each service of which it is known that it does not pass, and closed
// of those that are done, or are asked no more. What is not known opens and closes nothing. Each issue
// is written in a transaction of its own. It returns how many were wanted, and how many settled.
func (s *Service) pursue(ctx context.Context, p Progress) (wanted, settled int, err error) {
	c := p.Campaign
	if s.Desk == nil {
		return 0, 0, nil
	}
	has, err := s.Desk.CampaignServices(ctx, c.ID)
	if err != nil {
		return 0, 0, err
	}
	open := map[id.ID]Open{}
	for _, o := range p.Open {
		open[o.Service.ID] = o
	}
	for _, service := range has {
		why := ""
		switch _, still := open[service]; {
		case p.Gone != "":
			why = p.Gone
		case c.State(p.At) == Over:
			why = "The campaign is over."
		case !c.Issues:
			why = "The campaign asks for no issues any more."
		case !c.presses(p.At):
			why = fmt.Sprintf("The campaign is due on %s now.", c.DueOn)
		case !still && !p.isUnclear(service):
			why = "All of it passes, or it is asked of the service no more."
		}
		if why == "" {
			continue
		}
		if err := s.under(ctx, c, func(ctx context.Context) error { return s.Desk.CampaignSettled(ctx, c.ID, service, why, p.At) }); err != nil {
			return wanted, settled, fmt.Errorf("settle the issue of service %s: %w", service, err)
		}
		settled++
	}
	if p.Gone != "" || !c.presses(p.At) {
		return wanted, settled, nil
	}
	for _, o := range p.Open {
		ask := p.ask(o)
		if len(ask.Checks) == 0 {
			continue
		}
		if err := s.under(ctx, c, func(ctx context.Context) error { return s.Desk.CampaignAsks(ctx, ask, p.At) }); err != nil {
			return wanted, settled, fmt.Errorf("want an issue of service %s: %w", o.Service.Slug, err)
		}
		if !slices.Contains(has, o.Service.ID) {
			wanted++
		}
	}
	return wanted, settled, nil
}

// under does something in a transaction while the campaign is as it was read: nobody ends it meanwhile, and
// an issue that was wanted after that would be closed by nobody. Precondition where it is not.
func (s *Service) under(ctx context.Context, c Campaign, do func(context.Context) error) error {
	return s.Runner.InTx(ctx, func(ctx context.Context) error {
		held, err := s.Store.HoldCampaign(ctx, c.ID)
		if err != nil {
			return err
		}
		if held.Version != c.Version {
			return fault.Stale("campaign")
		}
		return do(ctx)
	})
}

// settle has all issues of a campaign that somebody ends be closed, in the context's transaction.
func (s *Service) settle(ctx context.Context, c Campaign, now time.Time) error {
	if s.Desk == nil {
		return nil
	}
	has, err := s.Desk.CampaignServices(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, service := range has {
		if err := s.Desk.CampaignSettled(ctx, c.ID, service, "The campaign was ended.", now); err != nil {
			return fmt.Errorf("settle the issue of service %s: %w", service, err)
		}
	}
	return nil
}

// ask is what an issue says of a service: the checks that are known to fail.
func (p Progress) ask(o Open) issues.CampaignAsk {
	c := p.Campaign
	ask := issues.CampaignAsk{Campaign: c.ID, Service: o.Service.ID, Name: c.Name, Why: c.Why, DueOn: string(c.DueOn)}
	for _, check := range o.Checks {
		if check.Outcome != rules.Fail {
			continue
		}
		for _, of := range p.Card.Revision.Checks {
			if of.ID == check.Check {
				ask.Checks = append(ask.Checks, of.Title)
			}
		}
	}
	return ask
}
