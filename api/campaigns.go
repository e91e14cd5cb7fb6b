package api

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/services/access"
)

type CampaignPath struct {
	Campaign string `path:"campaign" maxLength:"26" doc:"Identifier of the campaign."`
}

const (
	campaignsPath = "/v1/campaigns"
	// mostOpen is how many services that are not done are told of.
	mostOpen = 500
)

func (a *API) addCampaigns(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindCampaign}
	type query struct {
		Paging
		Scorecard string `query:"scorecard" maxLength:"63" doc:"Only of this scorecard, by slug or identifier."`
		Team      string `query:"team" maxLength:"63" doc:"Only those that this team runs, by slug or identifier."`
		Over      string `query:"over" enum:"true,false" doc:"Only those that are over, or only others."`
	}
	register(a, operation{
		id: "listCampaigns", method: http.MethodGet, path: campaignsPath, tag: "Campaigns", summary: "List campaigns", description: "The newest first.", rule: read, errors: append([]int{http.StatusNotFound}, renamed...),
	}, func(ctx context.Context, in *query) (*list[Campaign], error) {
		var f campaign.Filter
		var err error
		if _, f.Team, err = r.narrowed(ctx, "", in.Team); err != nil {
			return nil, err
		}
		if in.Scorecard != "" {
			card, err := r.Scorecards.Get(ctx, in.Scorecard)
			if err != nil {
				return nil, err
			}
			f.Scorecard = card.Scorecard.ID
		}
		if in.Over != "" {
			is := in.Over == "true"
			f.Over = &is
		}
		found, err := r.Campaigns.List(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.showCampaigns(ctx, found.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[Campaign]{Items: shown, Next: found.Next}, itself[Campaign]), nil
	})

	type get struct{ CampaignPath }
	register(a, operation{
		id: "getCampaign", method: http.MethodGet, path: campaignsPath + "/{campaign}", tag: "Campaigns", summary: "Get a campaign", description: "With its ETag. How far it is: getCampaignProgress.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[Campaign], error) {
		c, err := r.Campaigns.Get(ctx, id.ID(in.Campaign))
		return r.campaign(ctx, c, err)
	})

	type post struct {
		Once
		Body CampaignInput
	}
	register(a, operation{
		id: "createCampaign", method: http.MethodPost, path: campaignsPath, tag: "Campaigns", summary: "Create a campaign",
		description: "By a member of the team that runs it; no workload. Teams are told at its start, 14 days before its day, and when that is over.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindCampaign},
	}, func(ctx context.Context, in *post) (*created[Campaign], error) {
		return create(ctx, a, in.Once, creation[Campaign, Campaign]{
			make: func(ctx context.Context) (Campaign, error) {
				c, err := r.Campaigns.Create(ctx, fromCampaignInput(in.Body))
				return single(ctx, c, err, r.showCampaigns)
			},
			load: func(ctx context.Context, made id.ID) (Campaign, error) {
				c, err := r.Campaigns.Get(ctx, made)
				return single(ctx, c, err, r.showCampaigns)
			},
			name: func(c Campaign) (id.ID, int64, string) { return id.ID(c.ID), c.Version, campaignsPath + "/" + c.ID },
			show: itself[Campaign],
		})
	})

	type put struct {
		CampaignPath
		IfMatch
		Body CampaignInput
	}
	register(a, operation{
		id: "updateCampaign", method: http.MethodPut, path: campaignsPath + "/{campaign}", tag: "Campaigns", summary: "Change a campaign",
		description: "The body replaces what was declared. The scorecard stays, and the start of one that began. Teams are told anew of another day.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindCampaign},
	}, func(ctx context.Context, in *put) (*reply[Campaign], error) {
		c, err := r.Campaigns.Update(ctx, id.ID(in.Campaign), in.Version(), fromCampaignInput(in.Body))
		return r.campaign(ctx, c, err)
	})

	type end struct {
		CampaignPath
		IfMatch
		Body Reason
	}
	register(a, operation{
		id: "endCampaign", method: http.MethodPost, path: campaignsPath + "/{campaign}/end", tag: "Campaigns", summary: "End a campaign early", description: "With the reason. Nothing is told of it any more; its past stays.",
		rule: access.Rule{Verb: access.Update, Kind: access.KindCampaign}, status: http.StatusOK,
	}, func(ctx context.Context, in *end) (*reply[Campaign], error) {
		c, err := r.Campaigns.End(ctx, id.ID(in.Campaign), in.Version(), in.Body.Reason)
		return r.campaign(ctx, c, err)
	})

	type progress struct {
		CampaignPath
		Team string `query:"team" maxLength:"63" doc:"Only of services of this team, by slug or identifier."`
	}
	type progressReply struct{ Body CampaignProgress }
	register(a, operation{
		id: "getCampaignProgress", method: http.MethodGet, path: campaignsPath + "/{campaign}/progress", tag: "Campaigns", summary: "Get how far a campaign is",
		description: "Now, by team and service, and day by day. Services are judged by what they came to on the scorecard last.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *progress) (*progressReply, error) {
		_, team, err := r.narrowed(ctx, "", in.Team)
		if err != nil {
			return nil, err
		}
		p, err := r.Campaigns.Progress(ctx, id.ID(in.Campaign), team)
		if err != nil {
			return nil, err
		}
		shown, err := r.toProgress(ctx, p)
		if err != nil {
			return nil, err
		}
		return &progressReply{Body: shown}, nil
	})
}

func fromCampaignInput(in CampaignInput) campaign.Draft {
	return campaign.Draft{
		Name: in.Name, Why: in.Why, Scorecard: in.Scorecard, Checks: in.Checks, AppliesTo: in.AppliesTo, Team: in.Team,
		StartsOn: clock.Date(in.StartsOn), DueOn: clock.Date(in.DueOn), GraceDays: in.GraceDays, Issues: in.Issues,
	}
}

func (r Rooms) campaign(ctx context.Context, c campaign.Campaign, err error) (*reply[Campaign], error) {
	shown, err := single(ctx, c, err, r.showCampaigns)
	if err != nil {
		return nil, err
	}
	return current(shown.Version, shown), nil // how many days are left is no part of its version
}

// showCampaigns names what campaigns refer to.
func (r Rooms) showCampaigns(ctx context.Context, campaigns []campaign.Campaign) ([]Campaign, error) {
	teams, err := r.teamNames(ctx, each(campaigns, func(c campaign.Campaign) id.ID { return c.Team }))
	if err != nil {
		return nil, err
	}
	cards, err := r.cardsOf(ctx, each(campaigns, func(c campaign.Campaign) id.ID { return c.Scorecard }))
	if err != nil {
		return nil, err
	}
	now := r.Campaigns.Now()
	return each(campaigns, func(c campaign.Campaign) Campaign {
		out := Campaign{
			ID: string(c.ID), Name: c.Name, Scorecard: ref(c.Scorecard, cards[c.Scorecard].Scorecard.Slug), Team: teams.ref(c.Team),
			CampaignTerms: CampaignTerms{Why: c.Why, Checks: c.Checks, AppliesTo: c.AppliesTo, StartsOn: string(c.StartsOn), DueOn: string(c.DueOn), GraceDays: c.GraceDays, Issues: c.Issues},
			State:         string(c.State(now)), DaysLeft: c.DaysLeft(now), CreatedAt: c.CreatedAt, CreatedBy: c.CreatedBy, UpdatedAt: c.UpdatedAt, Manager: c.Manager, Version: c.Version,
		}
		if c.Ended != nil {
			out.Ended = &CampaignEnd{At: c.Ended.At, By: c.Ended.By, Reason: c.Ended.Reason}
		}
		return out
	}), nil
}

func toCampaignCount(c campaign.Count) CampaignCount {
	return CampaignCount{Services: c.Services, Done: c.Done, Failing: c.Failing, Share: c.Share()}
}

func (r Rooms) toProgress(ctx context.Context, p campaign.Progress) (CampaignProgress, error) {
	names, err := r.teamNames(ctx, slices.Collect(maps.Keys(p.Teams)))
	if err != nil {
		return CampaignProgress{}, err
	}
	out := CampaignProgress{
		CampaignID: string(p.Campaign.ID), At: p.At, DaysLeft: p.Campaign.DaysLeft(p.At), Total: toCampaignCount(p.Total), Unclear: p.Unclear,
		Teams: []CampaignTeam{}, OpenCount: len(p.Open), Open: []CampaignOpen{},
		Days: each(p.Trend, func(d campaign.Day) CampaignPastDay {
			return CampaignPastDay{Day: string(d.Day), CampaignCount: toCampaignCount(d.Count)}
		}),
	}
	for team, count := range p.Teams {
		out.Teams = append(out.Teams, CampaignTeam{Team: names.ref(team), CampaignCount: toCampaignCount(count)})
	}
	slices.SortFunc(out.Teams, func(a, b CampaignTeam) int { return cmp.Compare(a.Team.Slug, b.Team.Slug) })
	for _, o := range p.Open[:min(len(p.Open), mostOpen)] {
		out.Open = append(out.Open, CampaignOpen{
			Service: ref(o.Service.ID, o.Service.Slug), Team: names.ref(o.Service.Team),
			Checks: each(o.Checks, func(c campaign.OpenCheck) CampaignOpenCheck {
				return CampaignOpenCheck{Check: c.Check, Outcome: c.Outcome.String()}
			}),
		})
	}
	return out, nil
}
