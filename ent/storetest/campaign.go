package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
)

// aDay is so many days from the start.
func aDay(days int) clock.Date { return clock.DateOf(Start.AddDate(0, 0, days)) }

// aCampaign is one of that scorecard and team, due in so many days, with a grace of three.
func aCampaign(scorecard, team id.ID, due int) campaign.Campaign {
	return campaign.Campaign{
		ID: newID(), CreatedAt: Start, CreatedBy: "Ada", UpdatedAt: Start, Version: 1,
		Terms: campaign.Terms{
			Name: "„Docs“ <b>", Why: "So\nthat it's", Scorecard: scorecard, Checks: []string{"one", "two"}, AppliesTo: "tier <= 2", Team: team, StartsOn: aDay(0), DueOn: aDay(due), GraceDays: 3, Issues: true,
		},
	}
}

func testCampaigns(t *testing.T, open opener) {
	each(t, open, "a campaign comes back as written, and is changed conditionally", func(t *testing.T, s *store.Store) {
		x, card, team := s.Campaigns(), AScorecard("readiness"), Team(t, s, "platform").ID
		ok(t, s.Scorecards().CreateScorecard(t.Context(), card))
		c := aCampaign(card.Scorecard.ID, team, 30)
		ok(t, x.CreateCampaign(t.Context(), c))
		same(t, must(x.Campaign(t.Context(), c.ID))(t), c)
		refused(t, x.CreateCampaign(t.Context(), aCampaign(newID(), team, 1)), fault.Conflict, "reference_missing")
		_, err := x.Campaign(t.Context(), newID())
		refused(t, err, fault.NotFound, "campaign_not_found")
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
			held, err := x.HoldCampaign(ctx, c.ID)
			same(t, held, c)
			_, none := x.HoldCampaign(ctx, newID())
			refused(t, none, fault.NotFound, "campaign_not_found")
			return err
		}))
		c.Name, c.Checks, c.AppliesTo, c.DueOn, c.GraceDays, c.Issues, c.Told, c.ToldFor, c.UpdatedAt = "Other", []string{"two"}, "", aDay(40), 0, false, campaign.DueSoon, aDay(30), Start.Add(time.Hour)
		c.Ended = &campaign.Ending{At: Start.Add(time.Hour), By: "Bob", Reason: "„ja“"}
		ok(t, x.UpdateCampaign(t.Context(), c))
		refused(t, x.UpdateCampaign(t.Context(), c), fault.Precondition, "version_mismatch")
		c.Version = 2
		same(t, must(x.Campaign(t.Context(), c.ID))(t), c)
		c.ID = newID()
		refused(t, x.UpdateCampaign(t.Context(), c), fault.NotFound, "campaign_not_found")
	})

	each(t, open, "campaigns are listed by scorecard, team, and whether they are over", func(t *testing.T, s *store.Store) {
		x, card, other, team, second := s.Campaigns(), AScorecard("readiness"), AScorecard("other"), Team(t, s, "platform").ID, Team(t, s, "shop").ID
		ok(t, s.Scorecards().CreateScorecard(t.Context(), card))
		ok(t, s.Scorecards().CreateScorecard(t.Context(), other))
		graced, past, runs, ended := aCampaign(card.Scorecard.ID, team, -3), aCampaign(card.Scorecard.ID, team, -4), aCampaign(other.Scorecard.ID, second, 9), aCampaign(card.Scorecard.ID, second, 9)
		for _, c := range []campaign.Campaign{graced, past, runs, ended} {
			ok(t, x.CreateCampaign(t.Context(), c))
		}
		ended.Ended = &campaign.Ending{At: Start}
		ok(t, x.UpdateCampaign(t.Context(), ended))
		ended.Version = 2
		list := func(f campaign.Filter, r page.Request) page.Page[campaign.Campaign] {
			t.Helper()
			return must(x.Campaigns(t.Context(), f, Start, r))(t)
		}
		yes, no := true, false
		same(t, list(campaign.Filter{}, page.Request{}).Items, []campaign.Campaign{ended, runs, past, graced})
		same(t, list(campaign.Filter{Over: &yes}, page.Request{}).Items, []campaign.Campaign{ended, past})
		same(t, list(campaign.Filter{Over: &no}, page.Request{}).Items, []campaign.Campaign{runs, graced}) // the last of its grace is today
		same(t, list(campaign.Filter{Scorecard: other.Scorecard.ID}, page.Request{}).Items, []campaign.Campaign{runs})
		same(t, list(campaign.Filter{Team: second, Over: &no}, page.Request{}).Items, []campaign.Campaign{runs})
		first := list(campaign.Filter{}, page.Request{Limit: 3})
		same(t, list(campaign.Filter{}, page.Request{Limit: 3, After: first.Next}).Items, []campaign.Campaign{graced})
		same(t, must(x.OpenCampaigns(t.Context(), "", 9))(t), []campaign.Campaign{graced, past, runs})
		same(t, must(x.OpenCampaigns(t.Context(), graced.ID, 1))(t), []campaign.Campaign{past})
	})

	each(t, open, "a day of a campaign takes the place of what there was of it", func(t *testing.T, s *store.Store) {
		x, card, one, two := s.Campaigns(), AScorecard("readiness"), Team(t, s, "one").ID, Team(t, s, "two").ID
		ok(t, s.Scorecards().CreateScorecard(t.Context(), card))
		c, other := aCampaign(card.Scorecard.ID, one, 9), aCampaign(card.Scorecard.ID, one, 9)
		ok(t, x.CreateCampaign(t.Context(), c))
		ok(t, x.CreateCampaign(t.Context(), other))
		day := func(team id.ID, days, services, done, failing int) campaign.Day {
			return campaign.Day{Team: team, Day: aDay(days), Count: campaign.Count{Services: services, Done: done, Failing: failing}}
		}
		ok(t, x.WriteCampaignDay(t.Context(), c.ID, aDay(1), []campaign.Day{day(two, 1, 3, 1, 2), day(one, 1, 5, 0, 4)}))
		ok(t, x.WriteCampaignDay(t.Context(), c.ID, aDay(0), []campaign.Day{day(two, 0, 3, 0, 3)}))
		ok(t, x.WriteCampaignDay(t.Context(), other.ID, aDay(1), []campaign.Day{day(one, 1, 9, 9, 0)}))
		same(t, must(x.CampaignDays(t.Context(), c.ID))(t), []campaign.Day{day(two, 0, 3, 0, 3), day(one, 1, 5, 0, 4), day(two, 1, 3, 1, 2)})
		ok(t, x.WriteCampaignDay(t.Context(), c.ID, aDay(1), []campaign.Day{day(two, 1, 3, 3, 0)}))
		ok(t, x.WriteCampaignDay(t.Context(), c.ID, aDay(2), nil))
		same(t, must(x.CampaignDays(t.Context(), c.ID))(t), []campaign.Day{day(two, 0, 3, 0, 3), day(two, 1, 3, 3, 0)})
		refused(t, x.WriteCampaignDay(t.Context(), newID(), aDay(1), []campaign.Day{day(one, 1, 1, 1, 0)}), fault.Conflict, "reference_missing")
	})
}
