package dashboard

import (
	"fmt"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

type violationsPage struct {
	Filters []entry
	Rows    []violationRow
	Pager   pager
	Empty   empty
}

// violationRow is a violation in a list or a table.
type violationRow struct {
	ID, URL, Title, Detail string
	State                  badge
	Clause, Mode, When     string
	Consumed               figure
	At, Ended              moment
	Issue                  link
}

// violations lists them, the newest first, open ones only unless asked.
func (d *Dashboard) violations(v *visit) (screen, error) {
	var f policy.ViolationFilter
	all := v.URL.Query().Has("all")
	if !all {
		open := true
		f.Open = &open
	}
	found, err := d.sources.Policies.Violations(v.ctx, f, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p := violationsPage{
		Filters: []entry{{URL: "/violations", Text: "Open", Current: !all}, {URL: "/violations?all", Text: "All", Current: all}},
		Pager:   pagerOf(v, found.Next),
		Empty:   empty{Title: "None", Text: "No objective breaks a clause of an error-budget policy at present."},
	}
	if all {
		p.Empty = empty{Title: "None ever", Text: "Violations appear here when the job apply-policies finds a budget overspent that a policy is attached to."}
	}
	if p.Rows, err = d.describe(v, found.Items); err != nil {
		return screen{}, err
	}
	for i := range p.Rows {
		if p.Rows[i].Issue, err = d.issueOf(v, found.Items[i]); err != nil {
			return screen{}, err
		}
	}
	return screen{template: "violations", title: "Violations", section: "/violations", page: p}, nil
}

type violationPage struct {
	Crumbs  []link
	Row     violationRow
	Excused string // why its freeze has nothing wait, empty where it has
	Facts   []fact
	Events  []eventRow
	Pager   pager
	Empty   empty
	Calls   []remedy
}

// remedy is what somebody can do through the API.
type remedy struct{ Text, Call, Body string }

// eventRow is what somebody said about a violation.
type eventRow struct {
	By, Did, Text string
	From          link
	At            moment
}

// violation shows one, what was said about it, and how to dispute it.
func (d *Dashboard) violation(v *visit) (screen, error) {
	name := v.PathValue("violation")
	known, spelled := id.Parse(name)
	if !spelled {
		return screen{}, fault.Missing("violation", name)
	}
	violation, err := d.sources.Policies.Violation(v.ctx, known)
	if err != nil {
		return screen{}, err
	}
	rows, err := d.describe(v, []policy.Violation{violation})
	if err != nil {
		return screen{}, err
	}
	p := violationPage{
		Row: rows[0], Excused: violation.Excused(v.now), Calls: calls(violation),
		Crumbs: []link{{URL: "/violations", Text: "Violations"}, {Text: rows[0].Clause + " of " + rows[0].Title}},
		Empty:  empty{Title: "Nothing", Text: "Nobody has acknowledged or disputed this violation."},
	}
	if p.Row.Issue, err = d.issueOf(v, violation); err != nil {
		return screen{}, err
	}
	e := violation.Evidence
	of, err := d.sources.Policies.Get(v.ctx, string(violation.Policy))
	if err != nil {
		return screen{}, err
	}
	p.Facts = []fact{
		{"Policy", link{URL: policyURL(of.Policy.Slug), Text: of.Policy.Name}},
		{"Objective", link{URL: p.Row.URL, Text: p.Row.Title}},
		{"Objective's target", link{Text: e.Objective}},
		{"Window", link{Text: "28 days up to " + at(e.WindowEnd).Text}},
		{"Good of all events", link{Text: eventsText(e.Good) + " of " + eventsText(e.Total)}},
		{"Consumed when opened", link{Text: spaced(p.Row.Consumed)}},
		{"Condition", link{Text: p.Row.When}},
		{"Mode", link{Text: p.Row.Mode}},
		{"Opened", link{Text: at(violation.OpenedAt).Text}},
	}
	if violation.EndedAt != nil {
		p.Facts = append(p.Facts, fact{"Ended", link{Text: at(*violation.EndedAt).Text + ", " + string(violation.Ending)}})
	}
	if a := violation.Handling.Acknowledgement; a != nil {
		p.Facts = append(p.Facts, fact{"Plan", link{Text: fmt.Sprintf("until %s, by %s: %s", a.DueOn, a.By, a.Plan)}})
	}
	p.Facts = append(p.Facts, fact{"Issue", p.Row.Issue})
	events, err := d.sources.Policies.Events(v.ctx, violation.ID, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p.Pager = pagerOf(v, events.Next)
	for _, e := range events.Items {
		row := eventRow{By: e.By, Did: did[e.Kind], Text: e.Text, At: ago(v.now, e.At)}
		if e.Via == policy.ViaComment {
			row.From = link{Text: "in a comment on the issue"}
			if there := outside(e.Link); there.Away {
				row.From.URL, row.From.Away = there.URL, true
			}
		}
		p.Events = append(p.Events, row)
	}
	return screen{template: "violation", title: p.Row.Clause + " of " + p.Row.Title, section: "/violations", page: p}, nil
}

// did is what an event says that somebody did.
var did = map[policy.EventKind]string{
	policy.Acknowledged: "works on it", policy.Disputed: "disputes it", policy.Ruled: "decided the dispute",
	policy.LeftEarly: "ended its freeze early", policy.EscalatedTo: "escalated it",
}

// calls are what people can do with a violation.
func calls(v policy.Violation) []remedy {
	at := "/v1/violations/" + string(v.ID)
	dispute := remedy{"When the numbers are wrong, or the clause does not fit, a member of the team disputes it", "POST " + at + "/disputes", `{"reason": "…"}`}
	if d := v.Handling.Dispute; d != nil && d.Ruling == nil {
		dispute = remedy{"Whoever approved the policy, or an administrator, decides the dispute", "POST " + at + "/rulings", `{"outcome": "upheld" or "void", "note": "…"}`}
	}
	if v.EndedAt != nil {
		return []remedy{dispute}
	}
	return []remedy{
		{"A member of the team says by which plan it is worked on, and until when", "PUT " + at + "/acknowledgement", `{"plan": "…", "dueOn": "2026-12-11"}`},
		dispute,
	}
}

func (d *Dashboard) issueOf(v *visit, violation policy.Violation) (link, error) {
	found, err := d.sources.Issues.List(v.ctx, delivery.Filter{Filter: issues.Filter{Episode: violation.ID}}, page.Request{Limit: 1})
	if err != nil {
		return link{}, err
	}
	if len(found.Items) == 0 {
		return link{Text: "none wanted"}, nil
	}
	k := found.Items[0]
	out := link{URL: "/issues/" + string(k.Issue.ID), Text: issueBadge(k).Word}
	switch {
	case k.Delivery.Number > 0:
		out.Text = fmt.Sprintf("%s #%d", out.Text, k.Delivery.Number)
	case k.Delivery.State == delivery.Draft:
		out.Text = "Read the draft"
	}
	return out, nil
}

func (d *Dashboard) violationRows(v *visit, f policy.ViolationFilter, limit int) ([]violationRow, error) {
	found, err := d.sources.Policies.Violations(v.ctx, f, page.Request{Limit: limit})
	if err != nil {
		return nil, err
	}
	return d.describe(v, found.Items)
}

// describe names the objectives and services of violations.
func (d *Dashboard) describe(v *visit, violations []policy.Violation) ([]violationRow, error) {
	var services []id.ID
	views := map[id.ID]slo.View{}
	for _, violation := range violations {
		services = append(services, violation.Service)
		if _, known := views[violation.SLO]; known {
			continue
		}
		view, err := d.sources.SLOs.View(v.ctx, violation.SLO)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		views[violation.SLO] = view
	}
	owners := map[id.ID]registry.Service{}
	if len(services) > 0 {
		var err error
		if owners, err = d.sources.Registry.ServicesByID(v.ctx, services); err != nil {
			return nil, err
		}
	}
	out := make([]violationRow, len(violations))
	for i, violation := range violations {
		owner, about := owners[violation.Service], views[violation.SLO].SLO
		r := violationRow{
			ID: string(violation.ID), URL: sloURL(owner.Slug, about.Slug), Title: owner.Name + " · " + about.Name,
			State: violationBadge(violation), Clause: violation.Clause, Mode: modeText(violation.Mode),
			Consumed: consumedFigure(violation.Evidence.ConsumedPercent),
			When:     violation.Evidence.When,
			At:       ago(v.now, violation.OpenedAt),
		}
		r.Detail = fmt.Sprintf("%s of the budget of 28 days was consumed; %s", spaced(r.Consumed), r.Mode)
		if violation.EndedAt != nil {
			r.Ended = ago(v.now, *violation.EndedAt)
		}
		out[i] = r
	}
	return out, nil
}

// consumedFigure shows the frozen evidence as it was written.
func consumedFigure(decimal string) figure {
	if decimal == "" {
		return figure{}
	}
	return figure{chart.Typeset(decimal), percentSign, true}
}
