package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
)

// Campaigns is the store of package campaign.
type Campaigns struct{ s *Store }

var _ campaign.Store = Campaigns{}

// Campaigns returns the view of the store that package campaign declares.
func (s *Store) Campaigns() Campaigns { return Campaigns{s} }

const campaignColumns = `c.id, c.name, c.why, c.scorecard_id, c.checks, c.applies_to, c.team_id, c.starts_on, c.due_on, c.grace_days, c.issues, c.told, c.told_for,
 c.created_at, c.created_by, c.updated_at, c.ended_at, c.ended_by, c.ended_for, c.manager, c.version`

func (x Campaigns) campaigns(ctx context.Context, rest string, args ...any) ([]campaign.Campaign, error) {
	var out []campaign.Campaign
	err := x.s.queryAll(ctx, "SELECT "+campaignColumns+" FROM campaigns c"+rest, args, func(rows *sql.Rows) error {
		var c campaign.Campaign
		var checks []byte
		var ended *time.Time
		var end campaign.Ending
		if err := rows.Scan(&c.ID, &c.Name, &c.Why, &c.Scorecard, &checks, &c.AppliesTo, &c.Team, &c.StartsOn, &c.DueOn, &c.GraceDays, &c.Issues, &c.Told, &c.ToldFor,
			&c.CreatedAt, &c.CreatedBy, &c.UpdatedAt, &ended, &end.By, &end.Reason, &c.Manager, &c.Version); err != nil {
			return err
		}
		if err := json.Unmarshal(checks, &c.Checks); err != nil {
			return fmt.Errorf("read the checks of campaign %s: %w", c.ID, err)
		}
		c.CreatedAt, c.UpdatedAt = utc(c.CreatedAt), utc(c.UpdatedAt)
		if ended != nil {
			end.At = utc(*ended)
			c.Ended = &end
		}
		out = append(out, c)
		return nil
	})
	return out, fail("read campaigns", err)
}

// CreateCampaign writes one.
func (x Campaigns) CreateCampaign(ctx context.Context, c campaign.Campaign) error {
	checks, err := json.Marshal(neverNone(c.Checks))
	if err != nil {
		return fail("spell the checks of a campaign", err)
	}
	_, err = x.s.exec(ctx, `INSERT INTO campaigns (id, name, why, scorecard_id, checks, applies_to, team_id, starts_on, due_on, grace_days, issues, told, told_for, created_at, created_by, updated_at, ended_by, ended_for, manager, version)
 VALUES `+values(1, 20), string(c.ID), c.Name, c.Why, string(c.Scorecard), json.RawMessage(checks), c.AppliesTo, string(c.Team), string(c.StartsOn), string(c.DueOn), c.GraceDays, c.Issues, int(c.Told), string(c.ToldFor),
		clock.Round(c.CreatedAt), c.CreatedBy, clock.Round(c.UpdatedAt), "", "", c.Manager, c.Version)
	return fail("write a campaign", gone(err))
}

// Campaign returns one.
func (x Campaigns) Campaign(ctx context.Context, of id.ID) (campaign.Campaign, error) {
	return x.campaign(ctx, of, "")
}

// HoldCampaign returns one, locked. SQLite has one writer at a time.
func (x Campaigns) HoldCampaign(ctx context.Context, of id.ID) (campaign.Campaign, error) {
	lock := ""
	if x.s.postgres() {
		lock = " FOR UPDATE"
	}
	return x.campaign(ctx, of, lock)
}

func (x Campaigns) campaign(ctx context.Context, of id.ID, lock string) (campaign.Campaign, error) {
	found, err := x.campaigns(ctx, " WHERE c.id = $1"+lock, string(of))
	if err == nil && len(found) == 0 {
		err = fault.Missing("campaign", string(of))
	}
	if err != nil {
		return campaign.Campaign{}, err
	}
	return found[0], nil
}

// UpdateCampaign writes all but who created it and when, conditional on Version.
func (x Campaigns) UpdateCampaign(ctx context.Context, c campaign.Campaign) error {
	checks, err := json.Marshal(neverNone(c.Checks))
	if err != nil {
		return fail("spell the checks of a campaign", err)
	}
	var ended any
	var end campaign.Ending
	if c.Ended != nil {
		end = *c.Ended
		ended = clock.Round(end.At)
	}
	n, err := x.s.exec(ctx, `UPDATE campaigns SET name = $1, why = $2, scorecard_id = $3, checks = $4, applies_to = $5, team_id = $6, starts_on = $7, due_on = $8, grace_days = $9, issues = $10, told = $11, told_for = $12,
 updated_at = $13, ended_at = $14, ended_by = $15, ended_for = $16, manager = $17, version = version + 1 WHERE id = $18 AND version = $19`,
		c.Name, c.Why, string(c.Scorecard), json.RawMessage(checks), c.AppliesTo, string(c.Team), string(c.StartsOn), string(c.DueOn), c.GraceDays, c.Issues, int(c.Told), string(c.ToldFor),
		clock.Round(c.UpdatedAt), ended, end.By, end.Reason, c.Manager, string(c.ID), c.Version)
	return written("campaign", c.ID, n, gone(err), func() (bool, error) {
		found, err := x.campaigns(ctx, " WHERE c.id = $1", string(c.ID))
		return len(found) > 0, err
	})
}

// campaignLast is the last day on which a campaign runs.
func (x Campaigns) campaignLast() string {
	if x.s.postgres() {
		return "to_char(CAST(c.due_on AS date) + CAST(c.grace_days AS integer), 'YYYY-MM-DD')"
	}
	return "date(c.due_on, '+' || c.grace_days || ' days')"
}

// listedCampaigns is the query of a list, the newest first, after an identifier.
func (x Campaigns) listedCampaigns(f campaign.Filter, now time.Time, after string, most int) (string, []any) {
	var c conditions
	if f.Scorecard != "" {
		c.add("c.scorecard_id = %s", string(f.Scorecard))
	}
	if f.Team != "" {
		c.add("c.team_id = %s", string(f.Team))
	}
	if f.Over != nil {
		today := string(clock.DateOf(now))
		if *f.Over {
			c.add("(c.ended_at IS NOT NULL OR "+x.campaignLast()+" < %s)", today)
		} else {
			c.add("(c.ended_at IS NULL AND "+x.campaignLast()+" >= %s)", today)
		}
	}
	if after != "" {
		c.add("c.id < %s", after)
	}
	return strings.TrimSpace(c.where() + " ORDER BY c.id DESC" + c.limit(most)), c.args
}

// Campaigns lists the newest first.
func (x Campaigns) Campaigns(ctx context.Context, f campaign.Filter, now time.Time, r page.Request) (page.Page[campaign.Campaign], error) {
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[campaign.Campaign]{}, err
	}
	after := ""
	if key != nil {
		after = key[0]
	}
	rest, args := x.listedCampaigns(f, now, after, r.Size()+1)
	rows, err := x.campaigns(ctx, " "+rest, args...)
	if err != nil {
		return page.Page[campaign.Campaign]{}, err
	}
	return page.Cut(r, f, rows, func(c campaign.Campaign) []string { return []string{string(c.ID)} }), nil
}

// OpenCampaignsAfter goes through those that are open.
const OpenCampaignsAfter = " WHERE c.ended_at IS NULL AND c.id > $1 ORDER BY c.id LIMIT $2"

// OpenCampaigns returns those that have not ended.
func (x Campaigns) OpenCampaigns(ctx context.Context, after id.ID, most int) ([]campaign.Campaign, error) {
	return x.campaigns(ctx, OpenCampaignsAfter, string(after), most)
}

// WriteCampaignDay writes the day in place of what there is of it.
func (x Campaigns) WriteCampaignDay(ctx context.Context, of id.ID, day clock.Date, teams []campaign.Day) error {
	if _, err := x.s.exec(ctx, "DELETE FROM campaign_days WHERE campaign_id = $1 AND day = $2", string(of), string(day)); err != nil {
		return fail("write a day of a campaign", err)
	}
	return fail("write a day of a campaign", chunks(teams, bulkRows, func(some []campaign.Day) error {
		args := make([]any, 0, 6*len(some))
		for _, d := range some {
			args = append(args, string(of), string(d.Team), string(day), d.Services, d.Done, d.Failing)
		}
		_, err := x.s.exec(ctx, "INSERT INTO campaign_days (campaign_id, team_id, day, services, done, failing) VALUES "+values(len(some), 6), args...)
		return gone(err)
	}))
}

// CampaignDaysOf reads the days of a campaign.
const CampaignDaysOf = "SELECT team_id, day, services, done, failing FROM campaign_days WHERE campaign_id = $1 ORDER BY day, team_id"

// CampaignDays returns all days, by day and team.
func (x Campaigns) CampaignDays(ctx context.Context, of id.ID) ([]campaign.Day, error) {
	var out []campaign.Day
	err := x.s.queryAll(ctx, CampaignDaysOf, []any{string(of)}, func(rows *sql.Rows) error {
		var d campaign.Day
		err := rows.Scan(&d.Team, &d.Day, &d.Services, &d.Done, &d.Failing)
		out = append(out, d)
		return err
	})
	return out, fail("read the days of a campaign", err)
}
