package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"slices"
	"strconv"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Campaigns tells of campaigns and how far they are, begins, changes and ends them; see campaign.Service.
type Campaigns interface {
	List(ctx context.Context, f campaign.Filter, r page.Request) (page.Page[campaign.Campaign], error)
	Progress(ctx context.Context, campaign, team id.ID) (campaign.Progress, error)
	MayChange(ctx context.Context, c campaign.Campaign) (bool, error)
	Get(ctx context.Context, campaign id.ID) (campaign.Campaign, error)
	Create(ctx context.Context, d campaign.Draft) (campaign.Campaign, error)
	Update(ctx context.Context, campaign id.ID, version int64, d campaign.Draft) (campaign.Campaign, error)
	End(ctx context.Context, campaign id.ID, version int64, reason string) (campaign.Campaign, error)
}

const campaignsPath = "/campaigns"

func campaignURL(of id.ID) string { return campaignsPath + "/" + string(of) }

type campaignsPage struct {
	Filters []entry
	Rows    []campaignRow
	Pager   pager
	Empty   empty
}

// campaignRow is a campaign in a list.
type campaignRow struct {
	URL, Name string
	Card      string
	State     badge
	Due       moment
	Left      string
	Share     template.HTML
	Done      string
}

var campaignBadges = map[campaign.State]badge{campaign.Planned: {"none", "Planned"}, campaign.Running: {"info", "Running"}, campaign.Over: {"none", "Over"}}

// shownCampaigns is how many campaigns are on a page; of each it is worked out how far it is.
const shownCampaigns = 20

func (d *Dashboard) campaigns(v *visit) (screen, error) {
	over := v.URL.Query().Has("over")
	found, err := d.sources.Campaigns.List(v.ctx, campaign.Filter{Over: &over}, following(v, shownCampaigns))
	if err != nil {
		return screen{}, err
	}
	p := campaignsPage{
		Filters: []entry{{URL: campaignsPath, Text: "Planned and running", Current: !over}, {URL: campaignsPath + "?over", Text: "Over", Current: over}},
		Pager:   pagerOf(v, found.Next),
		Empty:   empty{Title: "No campaign", Text: "A campaign asks services to pass some checks of a scorecard by a day, and shows who is not done. Begin one to move many services at once.", Call: "POST /v1/campaigns"},
	}
	if over {
		p.Empty = empty{Title: "None is over", Text: "Campaigns whose time is over, or that were ended early, stay here."}
	}
	for _, c := range found.Items {
		far, err := d.sources.Campaigns.Progress(v.ctx, c.ID, "")
		if err != nil {
			return screen{}, err
		}
		row := campaignRow{URL: campaignURL(c.ID), Name: c.Name, Card: far.Card.Scorecard.Name, State: campaignBadges[c.State(v.now)], Due: day(c.DueOn.Time()), Left: leftText(c, v), Done: doneText(far.Total)}
		row.Share = shareBar(far.Total)
		p.Rows = append(p.Rows, row)
	}
	return screen{template: "campaigns", title: "Campaigns", section: campaignsPath, page: p}, nil
}

func shareBar(c campaign.Count) template.HTML {
	if c.Services == 0 {
		return chart.Progress(0)
	}
	return chart.Progress(float64(c.Done) / float64(c.Services))
}

func doneText(c campaign.Count) string {
	share := c.Share()
	if share == nil {
		return "no services"
	}
	return fmt.Sprintf("%d %%, %d of %s done", *share, c.Done, plural(c.Services, "service", "services"))
}

// leftText is how much time there is.
func leftText(c campaign.Campaign, v *visit) string {
	switch left := c.DaysLeft(v.now); {
	case c.State(v.now) == campaign.Over:
		return ""
	case left == 0:
		return "due today"
	case left < 0:
		return plural(-left, "day", "days") + " late"
	default:
		return plural(left, "day", "days") + " left"
	}
}

type campaignPage struct {
	Crumbs    []link
	Title     string
	State     badge
	Meta      []link
	Wrong     []string
	Why       string
	Tiles     []tile
	Pictures  []template.HTML // the same for rooms of each width
	Trend     []campaignDay
	Teams     []campaignTeam
	Open      []campaignOwner
	OpenMore  int
	OpenEmpty empty
	Facts     []fact
	Checks    []string
	Ended     *saidRow
	Reason    field
	Ending    bool   // whether the form was sent
	End       string // where it is ended; empty where the visitor may not
	Edit      string // where it is changed, likewise
	Version   int64
}

// campaignDay is a day of the past, in words.
type campaignDay struct {
	Day  moment
	Done string
}

// campaignTeam is how far the services of a team are.
type campaignTeam struct {
	Team  link
	Share template.HTML
	Done  string
}

// campaignOwner are the services of a team that are not done.
type campaignOwner struct {
	Team     link
	Count    int // of all of them, whether they are shown or not
	Services []campaignOpen
}

type campaignOpen struct {
	Service link
	Checks  []campaignCheck
}

// campaignCheck is a check that a service does not pass.
type campaignCheck struct {
	Title string
	State badge
}

// shownServices is how many services that are not done are on the page.
const shownServices = 200

// campaignID is the identifier that the address names.
func campaignID(v *visit) (id.ID, error) {
	known, spelled := id.Parse(v.PathValue("campaign"))
	if !spelled {
		return "", fault.Missing("campaign", v.PathValue("campaign"))
	}
	return known, nil
}

// campaignOf is the campaign that the address names.
func (d *Dashboard) campaignOf(v *visit) (campaign.Campaign, error) {
	known, err := campaignID(v)
	if err != nil {
		return campaign.Campaign{}, err
	}
	return d.sources.Campaigns.Get(v.ctx, known)
}

func (d *Dashboard) campaign(v *visit) (screen, error) { return d.campaignScreen(v, &filled{}) }

// campaignScreen is the page of the campaign that the address names, with what was filled in of the form
// that ends it, and what is wrong with that.
func (d *Dashboard) campaignScreen(v *visit, in *filled) (screen, error) {
	known, err := campaignID(v)
	if err != nil {
		return screen{}, err
	}
	far, err := d.sources.Campaigns.Progress(v.ctx, known, "")
	if err != nil {
		return screen{}, err
	}
	c := far.Campaign
	teams, err := d.campaignTeams(v, far)
	if err != nil {
		return screen{}, err
	}
	runs := teams[c.Team]
	p := campaignPage{
		Crumbs: []link{{URL: campaignsPath, Text: "Campaigns"}, {Text: c.Name}}, Title: c.Name, State: campaignBadges[c.State(v.now)], Why: c.Why, Version: c.Version,
		Meta:      []link{{URL: scorecardURL(far.Card.Scorecard.Slug), Text: far.Card.Scorecard.Name}, {Text: "due " + day(c.DueOn.Time()).Text}},
		OpenEmpty: empty{Title: "None", Text: "Every service that is asked is done."},
		Facts: []fact{
			{"Run by", link{URL: teamURL(runs.Slug), Text: runs.Name}}, {"From", link{Text: day(c.StartsOn.Time()).Text}}, {"To be done by", link{Text: day(c.DueOn.Time()).Text}},
		},
	}
	if left := leftText(c, v); left != "" {
		p.Meta = append(p.Meta, link{Text: left})
	}
	if c.AppliesTo != "" {
		p.Facts = append(p.Facts, fact{"For services of which", link{Text: c.AppliesTo}})
	}
	for _, check := range c.Checks {
		p.Checks = append(p.Checks, checkTitle(far.Card, check))
	}
	if end := c.Ended; end != nil && end.Reason != "" {
		p.Ended = &saidRow{By: cmp.Or(end.By, "Evenkeel"), Did: "ended it", Text: end.Reason, At: ago(v.now, end.At)}
	}
	switch {
	case far.Gone != "":
		p.OpenEmpty = empty{Title: "Nothing can be asked any more", Text: far.Gone + " What was counted until then is in the trend."}
	case far.Total.Services == 0:
		p.OpenEmpty = empty{Title: "No service is asked", Text: "None that was evaluated by the scorecard fits. Wait for the next pass over services, or change for which services the campaign is."}
	}
	p.count(far)
	p.trend(far, v)
	p.open(far, teams)
	may, err := d.sources.Campaigns.MayChange(v.ctx, c)
	if err != nil {
		return screen{}, err
	}
	if may {
		p.End, p.Edit = campaignURL(c.ID)+"/end", campaignURL(c.ID)+"/edit"
	}
	p.Reason = field{Name: "reason", Label: "Why it ends", Kind: asText, Required: true, Wide: true, Value: in.value("reason", ""), Fault: in.take("/reason")}
	p.Ending, p.Wrong = in.Values != nil, in.rest()
	return screen{template: "campaign", title: c.Name, section: campaignsPath, page: p}, nil
}

// campaignTeams are the teams that it names.
func (d *Dashboard) campaignTeams(v *visit, far campaign.Progress) (map[id.ID]registry.Team, error) {
	ids := []id.ID{far.Campaign.Team}
	for team := range far.Teams {
		ids = append(ids, team)
	}
	return d.sources.Registry.TeamsByID(v.ctx, ids)
}

func (p *campaignPage) count(far campaign.Progress) {
	left := far.Total.Services - far.Total.Done
	tone := func(tone string, n int) string {
		if n == 0 {
			return "none"
		}
		return tone
	}
	p.Tiles = []tile{
		{badge: badge{tone("ok", far.Total.Done), "Done"}, Count: far.Total.Done, Note: "of " + plural(far.Total.Services, "service", "services")},
		{badge: badge{tone("bad", far.Total.Failing), "Failing"}, Count: far.Total.Failing, Note: "at least one check"},
		{badge: badge{tone("risk", left-far.Total.Failing), "Not known"}, Count: left - far.Total.Failing, Note: "a check, and none fails"},
		{badge: badge{tone("stale", far.Unclear), "Unclear"}, Count: far.Unclear, Note: "whether it is asked of them"},
	}
}

func (p *campaignPage) trend(far campaign.Progress, v *visit) {
	c := far.Campaign
	picture := chart.Target{From: c.StartsOn.Time(), Due: c.DueOn.Time().AddDate(0, 0, 1), Now: v.now, Label: "Share of services that are done: " + doneText(far.Total)}
	for _, d := range far.Trend {
		point := chart.Point{At: d.Day.Time().AddDate(0, 0, 1), Known: d.Services > 0}
		if point.At.After(v.now) {
			point.At = v.now
		}
		if point.Known {
			point.Value = float64(d.Done) / float64(d.Services)
		}
		picture.Points = append(picture.Points, point)
		p.Trend = append(p.Trend, campaignDay{day(d.Day.Time()), doneText(d.Count)})
	}
	if len(picture.Points) > 0 {
		p.Pictures = picture.Pictures()
	}
	slices.Reverse(p.Trend) // the newest first
}

func (p *campaignPage) open(far campaign.Progress, teams map[id.ID]registry.Team) {
	owners := map[id.ID]*campaignOwner{}
	for n, o := range far.Open {
		if n >= shownServices {
			p.OpenMore = len(far.Open) - n
			break
		}
		owner := owners[o.Service.Team]
		if owner == nil {
			team := teams[o.Service.Team]
			owner = &campaignOwner{Count: far.Teams[o.Service.Team].Services - far.Teams[o.Service.Team].Done, Team: link{URL: teamURL(team.Slug), Text: team.Name}}
			owners[o.Service.Team] = owner
		}
		var checks []campaignCheck
		for _, check := range o.Checks {
			checks = append(checks, campaignCheck{checkTitle(far.Card, check.Check), outcomeBadge(check.Outcome)})
		}
		owner.Services = append(owner.Services, campaignOpen{link{URL: ladderURL(o.Service.Slug, far.Card.Scorecard.Slug), Text: o.Service.Name}, checks})
	}
	for team, count := range far.Teams {
		p.Teams = append(p.Teams, campaignTeam{Team: link{URL: teamURL(teams[team].Slug), Text: teams[team].Name}, Share: shareBar(count), Done: doneText(count)})
	}
	for _, owner := range owners {
		p.Open = append(p.Open, *owner)
	}
	slices.SortFunc(p.Teams, func(a, b campaignTeam) int { return cmp.Compare(a.Team.Text, b.Team.Text) })
	slices.SortFunc(p.Open, func(a, b campaignOwner) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Team.Text, b.Team.Text))
	})
}

// endCampaign takes the form that ends one.
func (d *Dashboard) endCampaign(v *visit, in *filled) (string, screen, error) {
	known, err := campaignID(v)
	if err != nil {
		return "", screen{}, err
	}
	version, err := strconv.ParseInt(v.typed("version"), 10, 64)
	if err != nil {
		version = 0 // which no campaign has
	}
	_, err = d.sources.Campaigns.End(v.ctx, known, version, v.typed("reason"))
	if err == nil {
		return campaignURL(known), screen{}, nil
	}
	if !in.refused(err) {
		return "", screen{}, err
	}
	shown, err := d.campaignScreen(v, in)
	return "", shown, err
}
