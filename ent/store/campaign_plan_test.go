package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/scorecards/launch"
)

// The job goes through what is open, and people through lists, the newest first: nothing else is looked
// at or sorted.
func TestSQLiteFindsCampaignsAndLaunchReviewsByIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	now := storetest.Start
	campaigns := func(f campaign.Filter, by string) lookup {
		text, args := s.ListedCampaigns(f, now)
		return lookup{text, args, by}
	}
	launches := func(f launch.Filter, by string) lookup {
		text, args := store.ListedLaunches(f, now)
		return lookup{text, args, by}
	}
	for _, l := range []lookup{
		{store.SelectCampaigns + store.OpenCampaignsAfter, []any{"a", 10}, "campaign_open (id>?)"},
		{store.CampaignDaysOf, []any{"a"}, "campaignday_campaign_id_day_team_id (campaign_id=?)"},
		campaigns(campaign.Filter{Scorecard: "a"}, "campaign_scorecard_id_id (scorecard_id=?)"),
		campaigns(campaign.Filter{Team: "a"}, "campaign_team_id_id (team_id=?)"),
		launches(launch.Filter{Service: "a"}, "launchreview_service_id_id (service_id=?)"),
		launches(launch.Filter{Scorecard: "a"}, "launchreview_scorecard_id_id (scorecard_id=?)"),
	} {
		plan := l.plan(t, s)
		if !slices.ContainsFunc(plan, func(line string) bool { return strings.HasSuffix(line, "INDEX "+l.by) }) || slices.ContainsFunc(plan, func(line string) bool {
			return strings.HasPrefix(line, "SCAN") || strings.Contains(line, "TEMP B-TREE")
		}) {
			t.Errorf("%s is found by %q, want %s", l.text, plan, l.by)
		}
	}
	// The index has those that wait alone, in the order of the list.
	waiting := launches(launch.Filter{State: launch.Waiting}, "")
	if plan := waiting.plan(t, s); !slices.Equal(plan, []string{"SCAN l USING INDEX launchreview_waits"}) {
		t.Errorf("what waits is found by %q", plan)
	}
}
