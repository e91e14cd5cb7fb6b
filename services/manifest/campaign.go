package manifest

import (
	"context"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
)

// Campaign is a campaign; its manifest says all of it. It has no slug: a set knows by its name which
// it is, and without a set it cannot be brought.
type Campaign struct{ campaign.Draft }

func (c Campaign) identity() Identity { return Identity{KindCampaign, c.Name} }

func (c Campaign) renamed(now called) Thing {
	c.Scorecard, c.Team = now(KindScorecard, "/scorecard", c.Scorecard), now(KindTeam, "/team", c.Team)
	return c
}

func (Campaign) pointer(p string) string { return p }

type campaignWords struct {
	Why       string     `json:"why"`
	Scorecard string     `json:"scorecard"`
	Checks    []string   `json:"checks"`
	AppliesTo string     `json:"appliesTo"`
	Team      string     `json:"team"`
	StartsOn  clock.Date `json:"startsOn"`
	DueOn     clock.Date `json:"dueOn"`
	GraceDays int        `json:"graceDays"`
	Issues    bool       `json:"issues"`
}

func (c Campaign) differ(w *world, path string) (change, error) {
	after := campaignWords{strings.TrimSpace(c.Why), c.Scorecard, c.Checks, strings.TrimSpace(c.AppliesTo), c.Team, c.StartsOn, c.DueOn, c.GraceDays, c.Issues}
	is, there := w.campaigns[w.items[c.identity()].Resource]
	if !there {
		return change{action: Create, fields: said(after), do: func(ctx context.Context) (id.ID, error) {
			made, err := w.hands.Campaigns.Create(w.acting(ctx, path, whole), c.Draft)
			return made.ID, err
		}}, nil
	}
	if c.Scorecard == string(is.Scorecard) {
		after.Scorecard = w.cardSlugs[is.Scorecard]
	}
	if c.Team == string(is.Team) {
		after.Team = w.teamSlugs[is.Team]
	}
	before := campaignWords{is.Why, w.cardSlugs[is.Scorecard], is.Checks, is.AppliesTo, w.teamSlugs[is.Team], is.StartsOn, is.DueOn, is.GraceDays, is.Issues}
	fields := differences(before, after)
	kept := is.Manager == w.manager()
	if is.Ended != nil && len(fields) == 0 {
		kept = true // it is over, as every campaign is one day
	}
	return change{action: settled(fields, false, kept), resource: is.ID, fields: fields, do: func(ctx context.Context) (id.ID, error) {
		v, err := w.hands.Campaigns.Update(w.acting(ctx, path, whole), is.ID, is.Version, c.Draft)
		return v.ID, err
	}}, nil
}
