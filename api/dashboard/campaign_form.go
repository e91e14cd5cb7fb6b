package dashboard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/services/registry"
)

// newCampaign is the form that begins one; the scorecard is chosen first, for the checks are its own.
func (d *Dashboard) newCampaign(v *visit) (screen, error) {
	name := strings.TrimSpace(v.URL.Query().Get("scorecard"))
	if name == "" {
		return d.campaignCards(v)
	}
	card, err := d.sources.Scorecards.Get(v.ctx, name)
	if err != nil {
		return screen{}, err
	}
	team := v.URL.Query().Get("team")
	return d.campaignForm(v, card, nil, campaign.Draft{Team: team, StartsOn: clock.DateOf(v.now), DueOn: clock.DateOf(v.now.AddDate(0, 0, 90)), GraceDays: 30}, 0, &filled{})
}

// campaignCards chooses the scorecard.
func (d *Dashboard) campaignCards(v *visit) (screen, error) {
	live := false
	cards, err := d.sources.Scorecards.List(v.ctx, "", &live, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return screen{}, err
	}
	p := campaignChoicePage{
		Crumbs: []link{{URL: campaignsPath, Text: "Campaigns"}, {Text: "Begin one"}},
		Empty:  empty{Title: "No scorecard yet", Text: "A campaign asks for checks of a scorecard. Begin with one that ships, under Scorecards."},
	}
	for _, c := range cards.Items {
		p.Options = append(p.Options, choice{Value: c.Scorecard.Slug, Text: c.Scorecard.Name})
	}
	return screen{template: "campaignchoice", title: "Begin a campaign", section: campaignsPath, page: p}, nil
}

// campaignChoicePage chooses the scorecard of a new campaign.
type campaignChoicePage struct {
	Crumbs  []link
	Options []choice
	Empty   empty
}

// createCampaign takes the form of a new one.
func (d *Dashboard) createCampaign(v *visit, in *filled) (string, screen, error) {
	card, err := d.sources.Scorecards.Get(v.ctx, v.typed("scorecard"))
	if err != nil {
		return "", screen{}, err
	}
	draft := in.campaign(v, card.Scorecard.Slug)
	if len(in.Faults) == 0 {
		made, err := d.sources.Campaigns.Create(v.ctx, draft)
		if err == nil {
			return campaignURL(made.ID), screen{}, nil
		}
		if !in.refused(err) {
			return "", screen{}, err
		}
	}
	s, err := d.campaignForm(v, card, nil, draft, 0, in)
	return "", s, err
}

// editCampaign is the form that changes one.
func (d *Dashboard) editCampaign(v *visit) (screen, error) {
	c, card, draft, err := d.campaignDraft(v)
	if err != nil {
		return screen{}, err
	}
	return d.campaignForm(v, card, &c, draft, c.Version, &filled{})
}

// updateCampaign takes the form that changes one.
func (d *Dashboard) updateCampaign(v *visit, in *filled) (string, screen, error) {
	c, card, now, err := d.campaignDraft(v)
	if err != nil {
		return "", screen{}, err
	}
	version, err := strconv.ParseInt(v.typed("version"), 10, 64)
	if err != nil {
		version = 0 // which no campaign has
	}
	draft := in.campaign(v, card.Scorecard.Slug)
	if len(in.Faults) == 0 {
		_, err := d.sources.Campaigns.Update(v.ctx, c.ID, version, draft)
		switch {
		case err == nil:
			return campaignURL(c.ID), screen{}, nil
		case fault.Is(err, fault.Precondition):
			in.Wrong = append(in.Wrong, fmt.Sprintf("Somebody else changed it meanwhile, at %s. What it says now stands at the fields where that is something else; sending this form again puts it in place of that.", at(c.UpdatedAt).Text))
			version, in.Stale = c.Version, true
		case !in.refused(err):
			return "", screen{}, err
		}
	}
	s, err := d.campaignForm(v, card, &c, now, version, in)
	return "", s, err
}

// campaignDraft is the campaign that the address names, its scorecard, and what declares it as it is.
func (d *Dashboard) campaignDraft(v *visit) (campaign.Campaign, scorecards.View, campaign.Draft, error) {
	c, err := d.campaignOf(v)
	if err != nil {
		return c, scorecards.View{}, campaign.Draft{}, err
	}
	card, err := d.sources.Scorecards.Get(v.ctx, string(c.Scorecard))
	if err != nil {
		return c, card, campaign.Draft{}, err
	}
	teams, err := d.campaignTeams(v, campaign.Progress{Campaign: c})
	return c, card, campaign.Draft{
		Name: c.Name, Why: c.Why, Scorecard: card.Scorecard.Slug, Checks: c.Checks, AppliesTo: c.AppliesTo, Team: teams[c.Team].Slug, StartsOn: c.StartsOn, DueOn: c.DueOn, GraceDays: c.GraceDays, Issues: c.Issues,
	}, err
}

// campaign is what was filled in.
func (f *filled) campaign(v *visit, scorecard string) campaign.Draft {
	grace, err := strconv.Atoi(strings.TrimSpace(v.typed("graceDays")))
	if err != nil {
		f.fault("/graceDays", "must be a number of days such as 30")
	}
	return campaign.Draft{
		Name: v.typed("name"), Why: v.typed("why"), Scorecard: scorecard, Checks: slices.Clone(v.PostForm["checks"]), AppliesTo: v.typed("appliesTo"), Team: v.typed("team"),
		StartsOn: clock.Date(v.typed("startsOn")), DueOn: clock.Date(v.typed("dueOn")), GraceDays: grace, Issues: v.PostForm.Has("issues"),
	}
}

// campaignForm is the form of a campaign, of what there is, with what was filled in. c is nil of a new one.
func (d *Dashboard) campaignForm(v *visit, card scorecards.View, c *campaign.Campaign, is campaign.Draft, version int64, in *filled) (screen, error) {
	p := sheetPage{
		Crumbs: []link{{URL: campaignsPath, Text: "Campaigns"}, {Text: "Begin one"}}, Title: "Begin a campaign", Action: campaignsPath + "/new", Send: "Begin it", Back: campaignsPath, Version: version,
		Lede: "Services are asked to pass checks of " + card.Scorecard.Name + " by a day. Teams are told when it begins, two weeks before its day, and on it. A member of the team that runs it begins it.",
		Kept: []kept{{"scorecard", card.Scorecard.Slug}},
	}
	if c != nil {
		p.Crumbs = []link{{URL: campaignsPath, Text: "Campaigns"}, {URL: campaignURL(c.ID), Text: c.Name}, {Text: "Change it"}}
		p.Title, p.Action, p.Send, p.Back, p.Kept = "Change the campaign", campaignURL(c.ID)+"/edit", "Save", campaignURL(c.ID), nil
		p.Lede = "It asks for checks of " + card.Scorecard.Name + ". Once it began, its start stays."
	}
	teams, err := d.campaignOwners(v, is.Team)
	if err != nil {
		return screen{}, err
	}
	p.Fields = campaignFields(v, card, teams, is, in)
	p.Wrong = in.rest()
	if in.Stale {
		beside(p.Fields, campaignFields(v, card, teams, is, &filled{}))
	}
	return screen{template: "sheet", title: p.Title, section: campaignsPath, page: p}, nil
}

// campaignOwners are teams that may run it: the first of all, and the one that does.
func (d *Dashboard) campaignOwners(v *visit, now string) ([]choice, error) {
	found, err := d.sources.Registry.Teams(v.ctx, registry.TeamFilter{}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return nil, err
	}
	out := []choice{{Text: "Choose one"}}
	for _, t := range found.Items {
		out = append(out, choice{Value: t.Slug, Text: t.Name})
	}
	if now != "" && !slices.ContainsFunc(out, func(c choice) bool { return c.Value == now }) {
		out = append(out, choice{Value: now, Text: now})
	}
	return out, nil
}

func campaignFields(v *visit, card scorecards.View, teams []choice, is campaign.Draft, in *filled) []field {
	chosen, issues := is.Checks, is.Issues
	if in.Values != nil {
		chosen, issues = in.Values["checks"], in.Values.Has("issues")
	}
	checks := field{Name: "checks", Label: "Checks that services are to pass", Kind: asTicks, Wide: true, Fault: in.take("/checks")}
	for _, c := range card.Revision.Checks {
		checks.Options = append(checks.Options, choice{c.ID, c.Title, slices.Contains(chosen, c.ID)})
	}
	for _, gone := range chosen { // it is in the campaign, and not in the scorecard any more
		if !slices.ContainsFunc(checks.Options, func(o choice) bool { return o.Value == gone }) {
			checks.Options = append(checks.Options, choice{gone, gone + " (the scorecard has it no more)", true})
		}
	}
	owner := field{Name: "team", Label: "Run by", Kind: asChoice, Required: true, Options: slices.Clone(teams), Fault: in.take("/team")}
	for n := range owner.Options {
		owner.Options[n].Chosen = owner.Options[n].Value == in.value("team", is.Team)
	}
	fields := []field{
		{Name: "name", Label: "Name", Kind: asLine, Required: true, Value: in.value("name", is.Name), Fault: in.take("/name"), Hint: "such as Load tests before Christmas"},
		owner,
		{Name: "why", Label: "Why", Kind: asText, Required: true, Wide: true, Value: in.value("why", is.Why), Fault: in.take("/why"), Hint: "for those who are asked"},
		{Name: "startsOn", Label: "First day", Kind: asDay, Required: true, Value: in.value("startsOn", string(is.StartsOn)), Fault: in.take("/startsOn")},
		{Name: "dueOn", Label: "To be done by", Kind: asDay, Required: true, Value: in.value("dueOn", string(is.DueOn)), Fault: in.take("/dueOn"), Hint: "the day included"},
		{Name: "graceDays", Label: "Days for which it is looked at after that", Kind: asNumber, Required: true, Value: in.value("graceDays", strconv.Itoa(is.GraceDays)), Fault: in.take("/graceDays"), Hint: fmt.Sprintf("at most %d", campaign.MaxGrace)},
		{Name: "appliesTo", Label: "For services of which this holds", Kind: asLine, Value: in.value("appliesTo", is.AppliesTo), Fault: in.take("/appliesTo"), Hint: "such as tier <= 2 && team == 'shop'; empty for all that the scorecard is for"},
		checks,
	}
	if v.caller.Administers() || is.Issues {
		fields = append(fields, field{Name: "issues", Label: "Who is not done near the day gets an issue", Kind: asTick, Wide: true, Ticked: issues, Fault: in.take("/issues")})
	}
	return fields
}
