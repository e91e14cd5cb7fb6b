package campaign_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
)

func TestWhatACampaignAsksIsRefusedInWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	create := func(as context.Context, change func(*campaign.Draft)) error {
		d := h.draft()
		change(&d)
		_, err := h.Create(as, d)
		return err
	}
	refused(t, "everything at once", create(h.bob, func(d *campaign.Draft) {
		d.Name, d.Why, d.GraceDays, d.AppliesTo = "", " ", 91, "slo > 1"
		d.Checks = []string{"documented", "nothing", "documented"}
		d.StartsOn, d.DueOn = h.on(-1), h.on(-2)
	}), "invalid_input", "/name: ", "/why: must say why, for those who are asked", "/graceDays: must be 0 to 90 days", `/checks/1: must be the ID of a check of the scorecard "readiness"`, "/checks/2: is named twice",
		"/startsOn: must be today, 2026-11-27, or later", "/dueOn: must be today, 2026-11-27, or later", "/dueOn: must not be before the start, 2026-11-26", `/appliesTo: line 1, column 1: there is no fact "slo"`)
	for what, c := range map[string]struct {
		change func(*campaign.Draft)
		words  string
	}{
		"no day":               {func(d *campaign.Draft) { d.StartsOn = "2026-02-30" }, `/startsOn: must be a day such as "2026-11-27"`},
		"a day too far":        {func(d *campaign.Draft) { d.DueOn = h.on(732) }, "/dueOn: must be at most 731 days after the start"},
		"an order":             {func(d *campaign.Draft) { d.StartsOn, d.DueOn = h.on(3), h.on(2) }, "/dueOn: must not be before the start, 2026-11-30"},
		"no check":             {func(d *campaign.Draft) { d.Checks = nil }, "/checks: must be 1 to 50 checks"},
		"too many checks":      {func(d *campaign.Draft) { d.Checks = make([]string, 51) }, "/checks: must be 1 to 50 checks"},
		"grace below none":     {func(d *campaign.Draft) { d.GraceDays = -1 }, "/graceDays: must be 0 to 90 days"},
		"no team":              {func(d *campaign.Draft) { d.Team = "nothing" }, "/team: must be the slug or identifier of a team; there is none of it"},
		"no scorecard":         {func(d *campaign.Draft) { d.Scorecard = "nothing" }, "/scorecard: must be the slug or identifier of a scorecard; there is none of it"},
		"why at length":        {func(d *campaign.Draft) { d.Why = strings.Repeat("x", 4001) }, "/why: "},
		"what does not parse":  {func(d *campaign.Draft) { d.AppliesTo = "tier <" }, "/appliesTo: line 1, column 7"},
		"what is no condition": {func(d *campaign.Draft) { d.AppliesTo = "tier + 1" }, "/appliesTo: "},
	} {
		refused(t, what, create(h.bob, c.change), "invalid_input", c.words)
	}
	for who, as := range map[string]context.Context{"somebody of another team": h.ada, "a workload of the team": h.robot} {
		refused(t, who, create(as, asItIs), "forbidden", "only members of the owning team and administrators")
	}
	refused(t, "nobody", create(h.nobody, asItIs), "unauthenticated")
	refused(t, "issues by a member", create(h.bob, func(d *campaign.Draft) { d.Issues = true }), "campaign_issues", "only administrators run a campaign that asks for them")
	ok(h.cards.Retire(h.bob, "readiness", h.card.Scorecard.Version, "over"))(t)
	refused(t, "a retired scorecard", create(h.bob, asItIs), "invalid_input", "/scorecard: was retired: nothing is asked by it any more")
}

func TestHowACampaignIsChangedIsRefusedInWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := ok(h.Create(h.bob, h.draft()))(t)
	update := func(as context.Context, version int64, change func(*campaign.Draft)) (campaign.Campaign, error) {
		d := campaign.Draft{Name: "Docs", Why: "Who is on call has to find it.", Scorecard: "readiness", Checks: []string{"documented"}, Team: "platform", StartsOn: "2026-11-27", DueOn: "2026-12-27", GraceDays: 2}
		change(&d)
		return h.Update(as, c.ID, version, d)
	}
	if same := ok(update(h.bob, 1, asItIs))(t); same.Version != 1 {
		t.Errorf("unchanged it is of version %d", same.Version)
	}
	_, err := update(h.bob, 2, asItIs)
	refused(t, "another version", err, "version_mismatch", "was changed by somebody else since it was read")
	_, err = update(h.ada, 1, asItIs)
	refused(t, "another team", err, "forbidden", "only members of the owning team")
	_, err = update(h.bob, 1, func(d *campaign.Draft) { d.Team = "payments" })
	refused(t, "given to another team", err, "forbidden", "only members of the owning team")
	_, err = update(h.bob, 1, func(d *campaign.Draft) { d.Issues = true })
	refused(t, "issues by a member", err, "campaign_issues")
	_, err = h.Update(h.bob, id.New(start), 1, h.draft())
	refused(t, "none", err, "campaign_not_found")
	ok(h.cards.Create(h.bob, scorecards.Draft{Slug: "other", Name: "Other", Owner: "platform", Terms: h.card.Revision.Terms}))(t)
	_, err = update(h.bob, 1, func(d *campaign.Draft) { d.Scorecard = "other" })
	refused(t, "another scorecard", err, "invalid_input", "/scorecard: must stay the same; create another campaign")

	h.clock.Advance(2 * day)
	_, err = update(h.bob, 1, func(d *campaign.Draft) { d.StartsOn = "2026-11-29" })
	refused(t, "another start of what began", err, "invalid_input", "/startsOn: must stay 2026-11-27: it began then")
	_, err = update(h.bob, 1, func(d *campaign.Draft) { d.DueOn = "2026-11-28" })
	refused(t, "a day that is past", err, "invalid_input", "/dueOn: must be today, 2026-11-29, or later")
	if got := ok(update(h.bob, 1, func(d *campaign.Draft) { d.Name = "Docs for all" }))(t); got.Version != 2 || got.Name != "Docs for all" || got.StartsOn != "2026-11-27" {
		t.Errorf("changed it is %+v", got)
	}

	end := func(as context.Context, version int64, reason string) error {
		_, err := h.End(as, c.ID, version, reason)
		return err
	}
	refused(t, "ended by another version", end(h.bob, 1, "Enough."), "version_mismatch")
	refused(t, "ended by another team", end(h.ada, 2, "Enough."), "forbidden")
	refused(t, "ended without a reason", end(h.bob, 2, " "), "invalid_input", "/reason: must say why it ends early")
	if err := end(h.bob, 2, "Enough."); err != nil {
		t.Error(err)
	}
	refused(t, "ended again", end(h.bob, 3, "Enough."), "campaign_over", `the campaign "Docs for all" is over; create another one`)
	_, err = update(h.bob, 3, asItIs)
	refused(t, "changed once it is over", err, "campaign_over")
	if may := ok(h.MayChange(h.bob, ok(h.Get(h.bob, c.ID))(t)))(t); may {
		t.Error("what is over may be changed")
	}
}

// By hand: 30 days from the 27th of November are the 27th of December; with two of grace it runs on the
// 29th, and not on the 30th.
func TestACampaignIsPlannedRunsAndIsOverByItsDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.created(t, func(d *campaign.Draft) { d.StartsOn = h.on(1) })
	for days, want := range map[int]string{0: "planned 30", 1: "running 29", 30: "running 0", 31: "running -1", 32: "running -2", 33: "over -3"} {
		now := start.AddDate(0, 0, days)
		if got := fmt.Sprint(c.State(now), " ", c.DaysLeft(now)); got != want {
			t.Errorf("after %d days it is %s, want %s", days, got, want)
		}
	}
}
