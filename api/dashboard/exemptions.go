package dashboard

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/exemption"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Exemptions tells what services are excused from, and takes requests and decisions; see
// exemption.Service.
type Exemptions interface {
	Get(ctx context.Context, exemption id.ID) (exemption.Exemption, error)
	List(ctx context.Context, f exemption.Filter, r page.Request) (page.Page[exemption.Exemption], error)
	Acts(ctx context.Context, exemptions []exemption.Exemption, services map[id.ID]registry.Service, cards map[id.ID]scorecards.View) ([]access.Acts, error)

	Ask(ctx context.Context, in exemption.Request) (exemption.Exemption, error)
	Approve(ctx context.Context, exemption id.ID, version int64, reason string) (exemption.Exemption, error)
	Reject(ctx context.Context, exemption id.ID, version int64, reason string) (exemption.Exemption, error)
	End(ctx context.Context, exemption id.ID, version int64, reason string) (exemption.Exemption, error)
}

const exemptionsPath = "/exemptions"

func exemptionURL(of id.ID) string { return exemptionsPath + "/" + string(of) }

type exemptionsPage struct {
	Filters []entry
	Teams   []choice
	Kept    []kept
	Lists   []exemptionList
	Pager   pager
}

// exemptionList is a part of the page with its heading.
type exemptionList struct {
	ID, Title, Note string
	Rows            []exemptionRow
	More            string // where the rest of it is; empty where this is all
	Empty           empty
}

// exemptionRow is an exemption in a list.
type exemptionRow struct {
	URL, Check       string
	Service          link
	Card, Reason, By string
	State            badge
	Asked, Until     moment
	Soon             bool
}

// exemptionBadges are how states are called.
var exemptionBadges = map[exemption.State]badge{
	exemption.Waiting: {"risk", "Waits for approval"}, exemption.InForce: {"ok", "In force"}, exemption.Rejected: {"none", "Rejected"}, exemption.Withdrawn: {"none", "Taken back"},
	exemption.Ended: {"none", "Ended early"}, exemption.Expired: {"none", "Expired"}, exemption.Lapsed: {"none", "Never decided"}, exemption.Gone: {"none", "Check is gone"},
}

// shownOpen is how many open exemptions of a state are shown together.
const shownOpen = 50

// exemptions shows what waits for approval, then what is in force, each with what ends first on top; or
// all, the newest first.
func (d *Dashboard) exemptions(v *visit) (screen, error) {
	query := v.URL.Query()
	var f exemption.Filter
	if name := query.Get("team"); name != "" {
		team, err := d.sources.Registry.TeamFor(v.ctx, name)
		if err != nil {
			return screen{}, err
		}
		f.Team = team.ID
	}
	if name := query.Get("service"); name != "" {
		of, err := d.sources.Registry.ServiceFor(v.ctx, name)
		if err != nil {
			return screen{}, err
		}
		f.Service = of.ID
	}
	show := query.Get("show")
	p := exemptionsPage{Filters: []entry{
		{URL: narrowedExemptions(query, ""), Text: "Open", Current: show == ""}, {URL: narrowedExemptions(query, "all"), Text: "All", Current: show == "all"},
	}}
	teams, err := d.sources.Registry.Teams(v.ctx, registry.TeamFilter{}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return screen{}, err
	}
	p.Teams = []choice{{Text: "All teams", Chosen: query.Get("team") == ""}}
	for _, team := range teams.Items {
		p.Teams = append(p.Teams, choice{Value: team.Slug, Text: team.Name, Chosen: query.Get("team") == team.Slug})
	}
	for _, name := range []string{"show", "service"} {
		if query.Has(name) {
			p.Kept = append(p.Kept, kept{name, query.Get(name)})
		}
	}
	for _, l := range exemptionLists(show) {
		f.State = l.state
		r := page.Request{Limit: shownOpen}
		if l.state == exemption.State(show) || l.state == "" {
			r = following(v, page.DefaultLimit)
		}
		found, err := d.sources.Exemptions.List(v.ctx, f, r)
		if err != nil {
			return screen{}, err
		}
		if l.Rows, err = d.exemptionRows(v, found.Items); err != nil {
			return screen{}, err
		}
		if l.state == exemption.State(show) || l.state == "" {
			p.Pager = pagerOf(v, found.Next)
		} else if found.Next != "" {
			l.More = narrowedExemptions(query, string(l.state))
		}
		p.Lists = append(p.Lists, l.exemptionList)
	}
	return screen{template: "exemptions", title: "Exemptions", section: exemptionsPath, page: p}, nil
}

type listedState struct {
	exemptionList
	state exemption.State
}

// exemptionLists are the parts of the page by what is to be shown.
func exemptionLists(show string) []listedState {
	waiting := listedState{exemptionList{ID: "waiting", Title: "Waiting for approval", Note: "another person than who asked decides", Empty: empty{Title: "None", Text: "Nobody waits for an approval."}}, exemption.Waiting}
	force := listedState{exemptionList{ID: "force", Title: "In force", Note: "what expires first on top", Empty: empty{Title: "None", Text: "No service is excused from a check.", Call: "POST /v1/exemptions"}}, exemption.InForce}
	switch show {
	case string(exemption.Waiting):
		return []listedState{waiting}
	case string(exemption.InForce):
		return []listedState{force}
	case "":
		return []listedState{waiting, force}
	}
	return []listedState{{exemptionList: exemptionList{ID: "all", Title: "All", Note: "the newest first", Empty: empty{Title: "None", Text: "Nobody asked for an exemption.", Call: "POST /v1/exemptions"}}}}
}

func narrowedExemptions(query url.Values, show string) string {
	out := url.Values{}
	for _, name := range []string{"team", "service"} {
		if query.Get(name) != "" {
			out.Set(name, query.Get(name))
		}
	}
	if show != "" {
		out.Set("show", show)
	}
	return strings.TrimSuffix(exemptionsPath+"?"+out.Encode(), "?")
}

func (d *Dashboard) exemptionRows(v *visit, exemptions []exemption.Exemption) ([]exemptionRow, error) {
	var ids []id.ID
	for _, e := range exemptions {
		ids = append(ids, e.Service)
	}
	services, err := d.sources.Registry.ServicesByID(v.ctx, ids)
	if err != nil {
		return nil, err
	}
	cards := map[id.ID]scorecards.View{}
	var rows []exemptionRow
	for _, e := range exemptions {
		card, known := cards[e.Scorecard]
		if !known {
			if card, err = d.sources.Scorecards.Get(v.ctx, string(e.Scorecard)); err != nil {
				return nil, err
			}
			cards[e.Scorecard] = card
		}
		of, state := services[e.Service], e.State(v.now)
		rows = append(rows, exemptionRow{
			URL: exemptionURL(e.ID), Check: checkTitle(card, e.Check), Service: link{URL: serviceURL(of.Slug), Text: of.Name}, Card: card.Scorecard.Name, Reason: e.Reason, By: e.AskedBy,
			State: exemptionBadges[state], Asked: ago(v.now, e.AskedAt), Until: ago(v.now, e.Until), Soon: state == exemption.InForce && e.Until.Sub(v.now) < 14*24*time.Hour,
		})
	}
	return rows, nil
}

// checkTitle is the title of a check; its ID where the scorecard does not ask for it any more.
func checkTitle(card scorecards.View, check string) string {
	for _, c := range card.Revision.Checks {
		if c.ID == check {
			return c.Title
		}
	}
	return check
}

// exemptionFormPage is the form that asks for an exemption.
type exemptionFormPage struct {
	Crumbs []link
	// Choose chooses the service and the scorecard, before the check can be.
	Choose []field
	Kept   []kept
	Fields []field
	Wrong  []string
	Back   string
}

func (d *Dashboard) newExemption(v *visit) (screen, error) {
	return d.exemptionForm(v, v.URL.Query(), &filled{})
}

// exemptionForm is the form for the service and scorecard that are named, with what was filled in; or,
// where one is not named, the form that asks for them.
func (d *Dashboard) exemptionForm(v *visit, named url.Values, in *filled) (screen, error) {
	service, scorecard := strings.TrimSpace(named.Get("service")), strings.TrimSpace(named.Get("scorecard"))
	p := exemptionFormPage{Crumbs: []link{{URL: exemptionsPath, Text: "Exemptions"}, {Text: "Ask for one"}}, Back: exemptionsPath}
	out := screen{template: "exemptionform", title: "Ask for an exemption", section: exemptionsPath}
	if service == "" || scorecard == "" {
		live := false
		cards, err := d.sources.Scorecards.List(v.ctx, "", &live, page.Request{Limit: page.MaxLimit})
		if err != nil {
			return screen{}, err
		}
		of := field{Name: "scorecard", Label: "Scorecard", Kind: asChoice, Required: true}
		for _, c := range cards.Items {
			of.Options = append(of.Options, choice{c.Scorecard.Slug, c.Scorecard.Name, c.Scorecard.Slug == scorecard})
		}
		p.Choose = []field{{Name: "service", Label: "Service", Kind: asLine, Required: true, Value: service, Hint: "its short name, as in its address"}, of}
		out.page = p
		return out, nil
	}
	of, err := d.sources.Registry.ServiceFor(v.ctx, service)
	if err != nil {
		return screen{}, err
	}
	card, err := d.sources.Scorecards.Get(v.ctx, scorecard)
	if err != nil {
		return screen{}, err
	}
	p.Crumbs = []link{{URL: serviceURL(of.Slug), Text: of.Name}, {URL: exemptionsPath + "?service=" + url.QueryEscape(of.Slug), Text: "Exemptions"}, {Text: "Ask for one of " + card.Scorecard.Name}}
	p.Kept, p.Back = []kept{{"service", of.Slug}, {"scorecard", card.Scorecard.Slug}}, serviceURL(of.Slug)
	chosen := in.value("check", named.Get("check"))
	check := field{Name: "check", Label: "Check", Kind: asChoice, Required: true, Wide: true, Fault: in.take("/check")}
	for _, c := range card.Revision.Checks {
		check.Options = append(check.Options, choice{c.ID, c.Title, c.ID == chosen})
	}
	p.Fields = []field{
		check,
		{Name: "until", Label: "Excused until", Kind: asTime, Required: true, Value: in.value("until", v.now.UTC().AddDate(0, 0, 30).Format(formTime)), Fault: in.take("/until"), Hint: fmt.Sprintf("in UTC, at most %d days from now", exemption.LongestDays)},
		{Name: "link", Label: "Address with more to read", Kind: asLine, Value: in.value("link", ""), Fault: in.take("/link"), Hint: "such as the ticket by which it will be mended"},
		{Name: "reason", Label: "Why the service cannot pass it for now", Kind: asText, Required: true, Wide: true, Value: in.value("reason", ""), Fault: in.take("/reason")},
	}
	p.Wrong = in.rest()
	out.page = p
	return out, nil
}

// askExemption takes the form that asks for an exemption.
func (d *Dashboard) askExemption(v *visit, in *filled) (string, screen, error) {
	r := exemption.Request{
		Service: v.typed("service"), Scorecard: v.typed("scorecard"), Check: v.typed("check"), Reason: v.typed("reason"), Link: v.typed("link"), Until: in.time("until"),
	}
	if len(in.Faults) == 0 {
		made, err := d.sources.Exemptions.Ask(v.ctx, r)
		if err == nil {
			return exemptionURL(made.ID), screen{}, nil
		}
		if !in.refused(err) {
			return "", screen{}, err
		}
	}
	shown, err := d.exemptionForm(v, v.PostForm, in)
	return "", shown, err
}
