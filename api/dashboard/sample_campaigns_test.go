package dashboard

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/scorecards/launch"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// campaigner has a campaign that runs, one that is late, one that is planned and one that was ended.
// Forms are tested through the real services.
type campaigner struct{ *sample }

var _ Campaigns = campaigner{}

func (s *sample) aDay(days int) clock.Date { return clock.DateOf(s.now.AddDate(0, 0, days)) }

func (c campaigner) all() []campaign.Campaign {
	if len(c.teams) == 0 {
		return nil
	}
	one := func(n int, name string, from, due int) campaign.Campaign {
		return campaign.Campaign{
			ID: id.ID(fmt.Sprintf("01JD3Z0Q8RC6W4N1M2VG%06d", n)), CreatedAt: c.now.AddDate(0, 0, -30), UpdatedAt: c.now.AddDate(0, 0, -30), Version: 1,
			Terms: campaign.Terms{
				Name: name, Why: "Who is on call has to find it. " + hostile, Scorecard: sampleCard, Checks: []string{"load-tested", "restore-drill", "gone"}, AppliesTo: "tier <= 2", Team: c.teams[0].ID,
				StartsOn: c.aDay(from), DueOn: c.aDay(due), GraceDays: 30,
			},
		}
	}
	ended := one(4, "Ended "+hostile, -20, 20)
	ended.Ended = &campaign.Ending{At: c.now.AddDate(0, 0, -2), By: "Grace Hopper", Reason: "Done already."}
	return []campaign.Campaign{one(1, "Load tests before Christmas", -20, 17), one(2, "Late", -40, -3), one(3, "Planned", 5, 40), ended}
}

func (c campaigner) List(_ context.Context, f campaign.Filter, r page.Request) (page.Page[campaign.Campaign], error) {
	var out []campaign.Campaign
	for _, one := range c.all() {
		if (one.State(c.now) == campaign.Over) == *f.Over {
			out = append(out, one)
		}
	}
	return pageOf(out, r), c.fail
}

// Progress has of the first 8 services each second one done, the others fail or are not known.
func (c campaigner) Progress(_ context.Context, of, _ id.ID) (campaign.Progress, error) {
	for n, one := range c.all() {
		if one.ID != of {
			continue
		}
		p := campaign.Progress{Campaign: one, Card: (assessor(c)).views()[0], At: c.now, Teams: map[id.ID]campaign.Count{}, Unclear: 2}
		for i, s := range c.services[:min(8, len(c.services))] {
			count := campaign.Count{Services: 1}
			switch {
			case i%2 == 0:
				count.Done = 1
			case i%4 == 1:
				count.Failing = 1
				p.Open = append(p.Open, campaign.Open{Service: s, Checks: []campaign.OpenCheck{{Check: "load-tested", Outcome: rules.Fail}, {Check: "restore-drill", Outcome: rules.Unknown}}})
			default:
				p.Open = append(p.Open, campaign.Open{Service: s, Checks: []campaign.OpenCheck{{Check: "restore-drill", Outcome: rules.Unknown}}})
			}
			t := p.Teams[s.Team]
			p.Teams[s.Team] = campaign.Count{Services: t.Services + 1, Done: t.Done + count.Done, Failing: t.Failing + count.Failing}
			p.Total = campaign.Count{Services: p.Total.Services + 1, Done: p.Total.Done + count.Done, Failing: p.Total.Failing + count.Failing}
		}
		if n != 2 {
			for day := -20; day <= 0; day += 2 {
				p.Trend = append(p.Trend, campaign.Day{Day: c.aDay(day), Count: campaign.Count{Services: 8, Done: (20 + day) / 5}})
			}
		}
		return p, c.fail
	}
	return campaign.Progress{}, fault.Missing("campaign", string(of))
}

func (c campaigner) MayChange(_ context.Context, one campaign.Campaign) (bool, error) {
	return one.State(c.now) != campaign.Over, c.fail
}

func (c campaigner) Get(_ context.Context, of id.ID) (campaign.Campaign, error) {
	for _, one := range c.all() {
		if one.ID == of {
			return one, c.fail
		}
	}
	return campaign.Campaign{}, fault.Missing("campaign", string(of))
}

func (c campaigner) Create(context.Context, campaign.Draft) (campaign.Campaign, error) {
	return campaign.Campaign{}, fault.Stale("campaign")
}

func (c campaigner) Update(context.Context, id.ID, int64, campaign.Draft) (campaign.Campaign, error) {
	return campaign.Campaign{}, fault.Stale("campaign")
}

func (c campaigner) End(context.Context, id.ID, int64, string) (campaign.Campaign, error) {
	return campaign.Campaign{}, fault.Stale("campaign")
}

func (s *sample) campaignPaths() []string {
	out := []string{campaignsPath, campaignsPath + "?over", campaignsPath + "/new"}
	for _, c := range (campaigner{s}).all() {
		out = append(out, campaignURL(c.ID), campaignURL(c.ID)+"/edit")
	}
	return out
}

// launcher has a review in each state.
type launcher struct{ *sample }

var _ Launches = launcher{}

func (l launcher) all() []launch.Review {
	if len(l.teams) == 0 {
		return nil
	}
	score := 75
	one := func(n int, how launch.State, until int) launch.Review {
		r := launch.Review{
			ID: id.ID(fmt.Sprintf("01JD3Z0Q8RC6W4N1M2VK%06d", n)), Service: l.services[n].ID, Scorecard: sampleCard, Level: "Silver", PlannedOn: l.aDay(20), Note: "With the new basket. " + hostile,
			AskedAt: l.now.AddDate(0, 0, -20), Person: "ada", AskedBy: "Ada Lovelace", Version: 1,
			Evidence: launch.Evidence{At: l.now.AddDate(0, 0, -20), Level: "Bronze", Score: &score, Checks: []launch.Check{
				{ID: "a", Title: "Its documentation is linked", Level: "Bronze", Outcome: "pass", Counts: true}, {ID: "b", Title: hostile, Level: "Silver", Outcome: "fail", Counts: true},
				{ID: "c", Title: "Drilled", Level: "Silver", Outcome: "unknown", Why: "not known: restoreDrill"}, {ID: "d", Title: "Excused", Level: "Silver", Outcome: "exempt"},
			}},
		}
		if how != "" {
			r.Decision = &launch.Decision{At: l.now.AddDate(0, 0, -10), By: "Grace Hopper", How: how, Reason: hostile}
		}
		if how == launch.SignedOff {
			end := l.now.AddDate(0, 0, until)
			r.Decision.Until = &end
			r.Conditions = []launch.Condition{
				{Text: "The docs are linked.", DueOn: l.aDay(-5), Done: &launch.Done{At: l.now.AddDate(0, 0, -6), By: "Ada Lovelace", Note: hostile}}, {Text: hostile, DueOn: l.aDay(-3)}, {Text: "A drill.", DueOn: l.aDay(30)},
			}
		}
		return r
	}
	waits := one(0, "", 0)
	waits.Evidence.Level, waits.Evidence.Score = "", nil
	return []launch.Review{waits, one(1, launch.SignedOff, 90), one(2, launch.SignedOff, -1), one(3, launch.Rejected, 0)}
}

func (l launcher) Get(_ context.Context, of id.ID) (launch.Review, error) {
	for _, r := range l.all() {
		if r.ID == of {
			return r, l.fail
		}
	}
	return launch.Review{}, fault.Missing("launch_review", string(of))
}

func (l launcher) List(_ context.Context, f launch.Filter, r page.Request) (page.Page[launch.Review], error) {
	var out []launch.Review
	for _, one := range l.all() {
		if f.State == "" || one.State(l.now) == f.State {
			out = append(out, one)
		}
	}
	return pageOf(out, r), l.fail
}

func (l launcher) Acts(_ context.Context, reviews []launch.Review, _ map[id.ID]registry.Service, _ map[id.ID]scorecards.View) ([]access.Acts, error) {
	acts := map[launch.State]access.Acts{
		launch.Waiting:   {{Name: launch.ActSignOff}, {Name: launch.ActReject}},
		launch.SignedOff: {{Name: launch.ActMeet}},
	}
	return []access.Acts{acts[reviews[0].State(l.now)]}, l.fail
}

func (l launcher) Ask(context.Context, launch.Request) (launch.Review, error) {
	return launch.Review{}, fault.Stale("launch_review")
}

func (l launcher) SignOff(context.Context, id.ID, int64, launch.SignOff) (launch.Review, error) {
	return launch.Review{}, fault.Stale("launch_review")
}

func (l launcher) Reject(context.Context, id.ID, int64, string) (launch.Review, error) {
	return launch.Review{}, fault.Stale("launch_review")
}

func (l launcher) Meet(context.Context, id.ID, int, int64, string) (launch.Review, error) {
	return launch.Review{}, fault.Stale("launch_review")
}

func (s *sample) launchPaths() []string {
	out := []string{launchesPath, launchesPath + "?all"}
	for _, r := range (launcher{s}).all() {
		out = append(out, launchURL(r.ID))
	}
	if len(s.teams) > 0 {
		out = append(out, launchesPath+"?service="+s.services[0].Slug)
	}
	return out
}
