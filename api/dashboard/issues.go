package dashboard

import (
	"html/template"
	"slices"

	"github.com/evenkeel/evenkeel/api/markup"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

type issuesPage struct {
	Tiles   []tile
	Silence *silence
	Lost    *lost
	Reasons []reasonRow
	Filters []entry
	Rows    []issueRow
	Pager   pager
	Empty   empty
}

// issueRow is an issue in a list.
type issueRow struct {
	URL, Detail string
	Title       template.HTML
	State       badge
	Remote      link // on the tracker
	Why         string
	Again       string
	Next        moment // when it is tried, or looked for, again
	At          moment
}

// reasonRow is why some issues are refused.
type reasonRow struct{ Why, Count string }

type issuePage struct {
	Crumbs   []link
	Title    template.HTML
	State    badge
	Meta     []link
	Body     template.HTML
	Raw      string
	Labels   []string
	Facts    []fact
	Comments []comment
	Delivery deliveryCard
}

type comment struct {
	At   moment
	Body template.HTML
}

// issueFilters are the choices of the list.
var issueFilters = []struct {
	State delivery.State
	Text  string
}{
	{"", "All"}, {delivery.Sent, "On GitHub"}, {delivery.Pending, "Waiting"}, {delivery.Unknown, "Looked for"},
	{delivery.Sending, "Being sent"}, {delivery.Dead, "Refused"}, {delivery.Draft, "Drafts"}, {delivery.Dismissed, "Dismissed"}, {delivery.Grouped, "In a group"},
}

func (d *Dashboard) issues(v *visit) (screen, error) {
	state, group := delivery.State(v.URL.Query().Get("state")), v.URL.Query().Get("group")
	of, spelled := id.Parse(group)
	if group != "" && !spelled {
		var check fault.Check
		check.Fail("query.group", group, "must be the identifier of an issue, such as 01J8Z3NDEKTSV4RRFFQ69G5FAV")
		return screen{}, check.Err()
	}
	var p issuesPage
	for _, f := range issueFilters {
		p.Filters = append(p.Filters, entry{URL: issuesURL(f.State), Text: f.Text, Current: f.State == state && group == ""})
	}
	if group != "" {
		p.Filters = append(p.Filters, entry{URL: groupURL(of), Text: "Of one group", Current: true})
	}
	if !slices.ContainsFunc(p.Filters, func(e entry) bool { return e.Current }) {
		var check fault.Check
		check.Fail("query.state", string(state), "must be one of %s", fault.Or(delivery.States))
		return screen{}, check.Err()
	}
	tally, err := d.sources.Issues.Tally(v.ctx, "")
	if err != nil {
		return screen{}, err
	}
	p.Tiles, p.Silence = issueTiles(v, tally), silent(v, tally.Standing, issues.KindBudgetViolation)
	if p.Lost, err = d.lostWebhooks(v); err != nil {
		return screen{}, err
	}
	for _, r := range tally.Reasons {
		p.Reasons = append(p.Reasons, reasonRow{sentence(r.Problem), plural(r.Count, "issue", "issues")})
	}
	found, err := d.sources.Issues.List(v.ctx, delivery.Filter{Filter: issues.Filter{Group: of}, State: state}, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p.Pager = pagerOf(v, found.Next)
	p.Empty = empty{Title: "No issues yet", Text: "One is wanted when the job apply-policies finds a budget overspent, and a policy in mode warn or enforce is attached to the service."}
	if tally.Total > 0 {
		p.Empty = empty{Title: "None", Text: "No issue is in this state."}
	}
	if p.Rows, err = d.issueRowsOf(v, found.Items); err != nil {
		return screen{}, err
	}
	return screen{template: "issues", title: "Issues", section: "/issues", page: p}, nil
}

func (d *Dashboard) issueRows(v *visit, f issues.Filter, limit int) ([]issueRow, error) {
	found, err := d.sources.Issues.List(v.ctx, delivery.Filter{Filter: f}, page.Request{Limit: limit})
	if err != nil {
		return nil, err
	}
	return d.issueRowsOf(v, found.Items)
}

func (d *Dashboard) issueRowsOf(v *visit, found []delivery.Known) ([]issueRow, error) {
	if len(found) == 0 {
		return nil, nil
	}
	var services []id.ID
	for _, k := range found {
		services = append(services, k.Issue.Service)
	}
	owners, err := d.sources.Registry.ServicesByID(v.ctx, services)
	if err != nil {
		return nil, err
	}
	out := make([]issueRow, len(found))
	for n, k := range found {
		detail := owners[k.Issue.Service].Name
		if k.Issue.IsGroup() {
			detail = "several services"
		}
		out[n] = issueRow{
			URL: "/issues/" + string(k.Issue.ID), Title: renderedTitle(k.Issue.Title), Detail: detail, State: issueBadge(k),
			Remote: remoteLink(k.Delivery), Why: sentence(k.Delivery.Problem), Again: "Next try", Next: nextTry(v, k.Delivery), At: ago(v.now, k.Issue.CreatedAt),
		}
		if k.Delivery.State == delivery.Unknown {
			out[n].Again = "Looked for again"
		}
	}
	return out, nil
}

func (d *Dashboard) issue(v *visit) (screen, error) {
	name := v.PathValue("issue")
	known, spelled := id.Parse(name)
	if !spelled {
		return screen{}, fault.Missing("issue", name)
	}
	k, err := d.sources.Issues.Get(v.ctx, known)
	if err != nil {
		return screen{}, err
	}
	i := k.Issue
	p := issuePage{
		Crumbs: []link{{URL: "/issues", Text: "Issues"}, {Text: plainTitle(i.Title)}},
		Title:  renderedTitle(i.Title), State: issueBadge(k), Raw: i.Body, Labels: i.Labels,
	}
	if remote := remoteLink(k.Delivery); remote.Text != "" {
		p.Meta = []link{remote}
	}
	if p.Body, err = markup.HTML(i.Body); err != nil {
		return screen{}, err
	}
	for _, c := range i.Comments {
		body, err := markup.HTML(c.Body)
		if err != nil {
			return screen{}, err
		}
		p.Comments = append(p.Comments, comment{At: at(c.At), Body: body})
	}
	if p.Facts, err = d.aboutIssue(v, i); err != nil {
		return screen{}, err
	}
	if p.Delivery, err = d.deliveryOf(v, k); err != nil {
		return screen{}, err
	}
	return screen{template: "issue", title: plainTitle(i.Title), section: "/issues", page: p}, nil
}

// aboutIssue says what the issue is about.
func (d *Dashboard) aboutIssue(v *visit, i issues.Issue) ([]fact, error) {
	written := []fact{
		{"Drafted", link{Text: at(i.CreatedAt).Text}},
		{"Changed", link{Text: at(i.UpdatedAt).Text}},
		{"Fingerprint", link{Text: i.Fingerprint}},
	}
	if i.IsGroup() {
		return append([]fact{{"Service", link{Text: "several; the list leads to each"}}}, written...), nil
	}
	owners, views, err := d.named(v, []id.ID{i.Service}, []id.ID{i.Subject})
	if err != nil {
		return nil, err
	}
	owner := owners[i.Service]
	facts := []fact{{"Service", link{URL: serviceURL(owner.Slug), Text: owner.Name}}}
	if view, there := views[i.Subject]; there {
		facts = append(facts, fact{"Objective", link{URL: sloURL(owner.Slug, view.SLO.Slug), Text: view.SLO.Name}})
	}
	switch i.Kind {
	case issues.KindIncident:
		facts = append(facts, fact{"About", link{URL: incidentURL(i.Subject) + "#actions", Text: "What is to be done after the incident"}})
	case issues.KindActionItem:
		facts = append(facts, fact{"About", link{URL: actionURL(i.Subject), Text: "The action item"}})
	case issues.KindToilCap:
		facts = append(facts, fact{"About", link{URL: toilURL(string(i.Subject)), Text: "The toil of the team"}})
	case issues.KindToilCandidate:
		facts = append(facts, fact{"About", link{URL: toilURL(owner.TeamSlug) + "#candidates", Text: "What to automate first"}})
	case issues.KindCampaign:
		facts = append(facts, fact{"About", link{URL: campaignURL(i.Subject), Text: "The campaign"}})
	}
	repository := link{Text: "none declared; the service's profile says where"}
	if i.Repository != "" {
		repository = outside(i.Repository)
	}
	return append(append(facts, fact{"Its repository", repository}), written...), nil
}
