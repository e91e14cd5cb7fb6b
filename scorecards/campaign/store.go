package campaign

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Filter narrows a list of campaigns; zero fields do not.
type Filter struct {
	Scorecard id.ID
	Team      id.ID // that runs it
	// Over keeps those that are over, or the others.
	Over *bool
}

// Day is how far the services of a team were at the end of a day.
type Day struct {
	Team id.ID
	Day  clock.Date
	Count
}

// Store keeps campaigns. Missing rows are NotFound; updates are conditional on Version, which the store
// increments, and answer fault.Stale.
type Store interface {
	CreateCampaign(ctx context.Context, c Campaign) error
	Campaign(ctx context.Context, campaign id.ID) (Campaign, error)
	// HoldCampaign returns one, and keeps others that hold it from it until the transaction ends.
	HoldCampaign(ctx context.Context, campaign id.ID) (Campaign, error)
	// UpdateCampaign writes the terms, what was told and how it ended.
	UpdateCampaign(ctx context.Context, c Campaign) error
	// Campaigns lists the newest first. Whether one is over is judged at that time.
	Campaigns(ctx context.Context, f Filter, now time.Time, r page.Request) (page.Page[Campaign], error)
	// OpenCampaigns returns those without Ended, by identifier, after one.
	OpenCampaigns(ctx context.Context, after id.ID, most int) ([]Campaign, error)

	// WriteCampaignDay writes the day of the campaign in place of what there is of it.
	WriteCampaignDay(ctx context.Context, campaign id.ID, day clock.Date, teams []Day) error
	// CampaignDays returns all days of the campaign, by day and team.
	CampaignDays(ctx context.Context, campaign id.ID) ([]Day, error)
}

// Scorecards finds scorecards and where services stand; a scorecards.Service does.
type Scorecards interface {
	Get(ctx context.Context, name string) (scorecards.View, error)
	Everywhere(ctx context.Context, v scorecards.View) ([]scorecards.Position, map[id.ID]scorecards.Terms, error)
	InspectCondition(ctx context.Context, check *fault.Check, pointer, condition string) error
	Matching(ctx context.Context, condition string, services []id.ID) (map[id.ID]expr.Outcome, error)
}

// Teams finds teams by slug or identifier; a registry.Registry does.
type Teams interface {
	TeamFor(ctx context.Context, name string) (registry.Team, error)
}
