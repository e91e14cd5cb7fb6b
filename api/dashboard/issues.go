package dashboard

import (
	"html/template"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues"
)

type issuesPage struct {
	Lede  string
	Rows  []issueRow
	Pager pager
	Empty empty
}

// issueRow is an issue in a list.
type issueRow struct {
	URL, Detail string
	Title       template.HTML
	State       badge
	At          moment
}

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
}

type comment struct {
	At   moment
	Body template.HTML
}

const draftLede = "What Evenkeel wants on the tracker, to be read just as it would be opened."

func (d *Dashboard) issues(v *visit) (screen, error) {
	found, err := d.sources.Issues.List(v.ctx, issues.Filter{}, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p := issuesPage{
		Lede: draftLede, Pager: pagerOf(v, found.Next),
		Empty: empty{Title: "No issues yet", Text: "One is drafted when the job apply-policies finds a budget overspent, and a policy in mode warn or enforce is attached to the service."},
	}
	if p.Rows, err = d.issueRowsOf(v, found.Items); err != nil {
		return screen{}, err
	}
	return screen{template: "issues", title: "Issues", section: "/issues", page: p}, nil
}

func (d *Dashboard) issueRows(v *visit, f issues.Filter, limit int) ([]issueRow, error) {
	found, err := d.sources.Issues.List(v.ctx, f, page.Request{Limit: limit})
	if err != nil {
		return nil, err
	}
	return d.issueRowsOf(v, found.Items)
}

func (d *Dashboard) issueRowsOf(v *visit, found []issues.Issue) ([]issueRow, error) {
	if len(found) == 0 {
		return nil, nil
	}
	var services []id.ID
	for _, i := range found {
		services = append(services, i.Service)
	}
	owners, err := d.sources.Registry.ServicesByID(v.ctx, services)
	if err != nil {
		return nil, err
	}
	out := make([]issueRow, len(found))
	for n, i := range found {
		out[n] = issueRow{
			URL: "/issues/" + string(i.ID), Title: renderedTitle(i.Title), Detail: owners[i.Service].Name, State: issueBadge(i), At: ago(v.now, i.CreatedAt),
		}
	}
	return out, nil
}

// issueBadge tells what is wanted, whether the budget recovered since, and that no
// tracker has it while it is a draft.
func issueBadge(i issues.Issue) badge {
	switch {
	case i.State == issues.StateDraft && i.Open && slices.Contains(i.Labels, issues.LabelRecovered):
		return badge{"ok", "Draft, recovered"}
	case i.State == issues.StateDraft && i.Open:
		return badge{"info", "Draft, open"}
	case i.State == issues.StateDraft:
		return badge{"none", "Draft, closed"}
	case i.Open && slices.Contains(i.Labels, issues.LabelRecovered):
		return badge{"ok", "Open, recovered"}
	case i.Open:
		return badge{"info", "Open"}
	default:
		return badge{"none", "Closed"}
	}
}

func (d *Dashboard) issue(v *visit) (screen, error) {
	name := v.PathValue("issue")
	known, spelled := id.Parse(name)
	if !spelled {
		return screen{}, fault.Missing("issue", name)
	}
	i, err := d.sources.Issues.Get(v.ctx, known)
	if err != nil {
		return screen{}, err
	}
	p := issuePage{
		Crumbs: []link{{URL: "/issues", Text: "Issues"}, {Text: plainTitle(i.Title)}},
		Title:  renderedTitle(i.Title), State: issueBadge(i), Raw: i.Body, Labels: i.Labels,
	}
	if p.Body, err = rendered(i.Body); err != nil {
		return screen{}, err
	}
	for _, c := range i.Comments {
		body, err := rendered(c.Body)
		if err != nil {
			return screen{}, err
		}
		p.Comments = append(p.Comments, comment{At: at(c.At), Body: body})
	}
	if p.Facts, err = d.aboutIssue(v, i); err != nil {
		return screen{}, err
	}
	return screen{template: "issue", title: plainTitle(i.Title), section: "/issues", page: p}, nil
}

// aboutIssue says where the issue would be opened and what it is about.
func (d *Dashboard) aboutIssue(v *visit, i issues.Issue) ([]fact, error) {
	owners, err := d.sources.Registry.ServicesByID(v.ctx, []id.ID{i.Service})
	if err != nil {
		return nil, err
	}
	owner := owners[i.Service]
	facts := []fact{{"Service", link{URL: serviceURL(owner.Slug), Text: owner.Name}}}
	view, err := d.sources.SLOs.View(v.ctx, i.Subject)
	switch {
	case err == nil:
		facts = append(facts, fact{"Objective", link{URL: sloURL(owner.Slug, view.SLO.Slug), Text: view.SLO.Name}})
	case !fault.Is(err, fault.NotFound):
		return nil, err
	}
	repository := link{Text: "none declared; the service's profile says where"}
	if i.Repository != "" {
		repository = outside(i.Repository)
	}
	return append(facts,
		fact{"Repository", repository},
		fact{"Drafted", link{Text: at(i.CreatedAt).Text}},
		fact{"Changed", link{Text: at(i.UpdatedAt).Text}},
		fact{"Fingerprint", link{Text: i.Fingerprint}},
	), nil
}
