package dashboard

import (
	"context"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
)

type policiesPage struct {
	Rows  []policyRow
	Pager pager
	Empty empty
}

// policyRow is a policy in the list of all.
type policyRow struct {
	URL, Name, Sub string
	Clauses        int
	Since          moment
	State          badge
}

// policies lists error-budget policies.
func (d *Dashboard) policies(v *visit) (screen, error) {
	found, err := d.sources.Policies.List(v.ctx, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p := policiesPage{
		Pager: pagerOf(v, found.Next),
		Empty: empty{Title: "None", Text: "Policies say what follows while a budget is spent.", Call: "POST /v1/budget-policies"},
	}
	warnings, err := d.sources.Policies.Warnings(v.ctx, found.Items)
	if err != nil {
		return screen{}, err
	}
	for i, x := range found.Items {
		row := policyRow{
			URL: policyURL(x.Policy.Slug), Name: x.Policy.Name, Sub: fmt.Sprintf("revision %d, by %s", x.Revision.Number, x.Revision.RevisedBy),
			Clauses: len(x.Revision.Clauses), Since: ago(v.now, x.Revision.CreatedAt), State: badge{"ok", "Looked after"},
		}
		if len(warnings[i]) > 0 {
			row.State = badge{"risk", "Look at it"}
		}
		p.Rows = append(p.Rows, row)
	}
	return screen{template: "policies", title: "Error-budget policies", section: "/violations", page: p}, nil
}

type policyPage struct {
	Crumbs      []link
	Name        string
	Description string
	Meta        []string
	Warnings    []string
	Clauses     []clauseCard
	Attached    []attachedRow
	None        empty  // where it is attached to nothing
	More        string // how many more attachments there are than are shown
	All         string // how the API lists them
	Facts       []fact
	Trial       trialForm
}

// clauseCard is a clause of a policy.
type clauseCard struct {
	Name, Description, When string
	Follows                 []string
}

// attachedRow is where a policy is in force, and how its clauses turned out there.
type attachedRow struct {
	To    link
	Mode  string
	By    string
	At    moment
	Rates []rateRow
}

// rateRow is how violations of a clause turned out.
type rateRow struct {
	Clause, Text string
	State        badge
}

// policy shows one: what it says, where it is in force, and how that turned out.
func (d *Dashboard) policy(v *visit) (screen, error) {
	x, err := d.sources.Policies.Get(v.ctx, v.PathValue("policy"))
	if err != nil {
		return screen{}, err
	}
	warnings, err := d.sources.Policies.Warnings(v.ctx, []policy.View{x})
	if err != nil {
		return screen{}, err
	}
	p := policyPage{
		Crumbs: []link{{URL: "/violations", Text: "Violations"}, {URL: "/policies", Text: "Policies"}, {Text: x.Policy.Name}},
		Name:   x.Policy.Name, Description: x.Policy.Description, Warnings: warnings[0],
		Meta: []string{fmt.Sprintf("revision %d of %s, by %s", x.Revision.Number, day(x.Revision.CreatedAt).Text, x.Revision.RevisedBy)},
		None: empty{Title: "In force nowhere", Text: "Attached to a service, a tier or all it says what follows there.", Call: "POST /v1/budget-policies/" + x.Policy.Slug + "/attachments"},
	}
	for _, c := range x.Revision.Clauses {
		p.Clauses = append(p.Clauses, clauseCard{c.Name, c.Description, strings.TrimSpace(c.When), follows(c)})
	}
	if p.Attached, p.More, err = d.attached(v, x); err != nil {
		return screen{}, err
	}
	p.All = "GET /v1/budget-policies/" + x.Policy.Slug + "/attachments"
	p.Facts = approvalFacts(x.Revision.Terms)
	if p.Trial, err = d.formOf(v, x.Policy.Slug); err != nil {
		return screen{}, err
	}
	return screen{template: "policy", title: x.Policy.Name, section: "/violations", page: p}, nil
}

// follows is what a clause asks for, in words.
func follows(c policy.Clause) []string {
	var out []string
	if f := c.Freeze; f != nil {
		text := "changes wait where it is enforced"
		if len(f.Allow) > 0 {
			text += ", but for those of " + joined(f.Allow)
		}
		if f.EarlyExit {
			text += "; its approver may end that early"
		}
		out = append(out, text)
	}
	if i := c.Issue; i != nil {
		text := "an issue of priority " + strings.ToUpper(string(i.Priority))
		if i.CloseOnRecovery {
			text += ", closed on recovery"
		}
		out = append(out, text)
	}
	if p := c.Postmortem; p != nil {
		out = append(out, fmt.Sprintf("a postmortem, with at least %s of priority P0", plural(p.PriorityActions, "action", "actions")))
	}
	if e := c.Escalate; e != nil {
		out = append(out, fmt.Sprintf("after %d days without a plan the %s is told", e.AfterDays, audienceText(e.To)))
	}
	if n := c.Notify; n != nil {
		var to []string
		for _, one := range n.To {
			to = append(to, "the "+audienceText(one))
		}
		out = append(out, "told when it begins and ends: "+joined(to))
	}
	return out
}

func audienceText(a policy.Audience) string { return strings.ReplaceAll(string(a), "_", " ") }

// joined are words with commas and an "and".
func joined[T ~string](words []T) string {
	var b strings.Builder
	for i, word := range words {
		switch {
		case i > 0 && i == len(words)-1:
			b.WriteString(" and ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(string(word))
	}
	return b.String()
}

// maxAttached is how many attachments the page shows.
const maxAttached = 100

// attached are the places where the policy is in force, and how many more there are.
func (d *Dashboard) attached(v *visit, x policy.View) (rows []attachedRow, more string, err error) {
	found, err := d.sources.Policies.Attachments(v.ctx, policy.AttachmentFilter{Policy: x.Policy.ID}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return nil, "", err
	}
	shown := found.Items[:min(len(found.Items), maxAttached)]
	if rest := len(found.Items) - len(shown); rest > 0 {
		more = plural(rest, "more attachment", "more attachments")
		if found.Next != "" {
			more = "More than " + more
		}
	}
	rates, err := d.sources.Policies.Rates(v.ctx, x.Policy.Slug)
	if err != nil {
		return nil, "", err
	}
	var services []id.ID
	for _, a := range shown {
		if a.Target == policy.ToService {
			services = append(services, a.Service)
		}
	}
	owners := map[id.ID]registry.Service{}
	if len(services) > 0 {
		if owners, err = d.sources.Registry.ServicesByID(v.ctx, services); err != nil {
			return nil, "", err
		}
	}
	for _, a := range shown {
		row := attachedRow{To: link{Text: "All services"}, Mode: modeText(a.Mode), By: a.CreatedBy, At: ago(v.now, a.UpdatedAt)}
		switch a.Target {
		case policy.ToService:
			row.To = link{URL: serviceURL(owners[a.Service].Slug), Text: owners[a.Service].Name}
		case policy.ToTier:
			row.To.Text = fmt.Sprintf("Services of tier %d", a.Tier)
		}
		for _, r := range rates {
			if r.Attachment == a.ID {
				row.Rates = append(row.Rates, rateOf(r))
			}
		}
		rows = append(rows, row)
	}
	return rows, more, nil
}

func rateOf(r policy.Rate) rateRow {
	out := rateRow{Clause: r.Clause, State: badge{"ok", "Not doubted"}, Text: fmt.Sprintf("of %s in 90 days", plural(r.Violations, "violation", "violations"))}
	if r.Doubted > 0 {
		out.State = badge{"none", percentText(r.Share()) + " doubted"}
		if r.TooHigh() {
			out.State.Tone = "bad"
		}
		out.Text = fmt.Sprintf("of %s in 90 days %d void, %d not planned, %d overridden", plural(r.Violations, "violation", "violations"), r.Void, r.Waived, r.Overridden)
	}
	return out
}

// approvalFacts are who stands for the policy, and what it sets.
func approvalFacts(t policy.Terms) []fact {
	or := func(text, nobody string) link {
		if text == "" {
			return link{Text: nobody}
		}
		return link{Text: text}
	}
	approver := "named; disputes are theirs to decide"
	if t.Approval.Approver == "" {
		approver = ""
	}
	reserve := "no share of the budget is set aside"
	if t.Reserve > 0 {
		reserve = percentText(t.Reserve) + " of the budget set aside"
	}
	return []fact{
		{"Author", or(t.Approval.Author, "not said")},
		{"Reviewers", or(strings.Join(t.Approval.Reviewers, ", "), "none")},
		{"Approver", or(approver, "nobody: disputes are administrators’ to decide")},
		{"Approved on", or(string(t.Approval.ApprovedOn), "not said")},
		{"To be looked at again", or(string(t.Approval.RevisitOn), "no day is set")},
		{"Planned spend", link{Text: reserve}},
		{"A dispute suspends a freeze", link{Text: fmt.Sprintf("for %d hours", t.DisputeHours)}},
	}
}

// PolicyReader tells of policies.
type PolicyReader interface {
	Get(ctx context.Context, name string) (policy.View, error)
	List(ctx context.Context, r page.Request) (page.Page[policy.View], error)
	Warnings(ctx context.Context, of []policy.View) ([][]string, error)
	Attachments(ctx context.Context, f policy.AttachmentFilter, r page.Request) (page.Page[policy.Attachment], error)
	Rates(ctx context.Context, name string) ([]policy.Rate, error)
}
