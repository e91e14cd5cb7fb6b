package dashboard

import (
	"fmt"
	"strconv"

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
	Clause, Mode, Limit    string
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
			Limit:    fmt.Sprintf("over %s %%", typeset(strconv.FormatInt(violation.Evidence.OverPercent, 10))),
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
	return figure{typeset(decimal), percentSign, true}
}
