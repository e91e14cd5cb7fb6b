package dashboard

import (
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
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
	issues, err := d.issuesOf(v, found.Items)
	if err != nil {
		return screen{}, err
	}
	for i, violation := range found.Items {
		p.Rows[i].Issue = issues[violation.ID]
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
	Claim   *claimCard
}

// claimCard is what a violation asks for after incidents.
type claimCard struct {
	State badge
	Text  string
	Rows  []claimRow
	Lacks []string
}

// claimRow is a postmortem that is asked for.
type claimRow struct {
	Title link
	State badge
	Note  string
	Items []plannedRow
}

// remedy is what somebody can do through the API; If is the header of a call that needs to name
// the version it is about.
type remedy struct{ Text, Call, If, Body string }

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
		Row: rows[0], Excused: violation.Excused(v.now),
		Crumbs: []link{{URL: "/violations", Text: "Violations"}, {Text: rows[0].Clause + " of " + rows[0].Title}},
		Empty:  empty{Title: "Nothing", Text: "Nobody has acknowledged or disputed this violation."},
	}
	issues, err := d.issuesOf(v, []policy.Violation{violation})
	if err != nil {
		return screen{}, err
	}
	p.Row.Issue = issues[violation.ID]
	if p.Claim, err = d.claimOf(v, violation.ID); err != nil {
		return screen{}, err
	}
	e := violation.Evidence
	of, err := d.sources.Policies.Get(v.ctx, string(violation.Policy))
	if err != nil {
		return screen{}, err
	}
	p.Calls = calls(violation, of.Revision, v.now)
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

// claimOf is what the violation asks for after incidents; nil where that is nothing.
func (d *Dashboard) claimOf(v *visit, violation id.ID) (*claimCard, error) {
	c, err := d.sources.Claims.Of(v.ctx, violation)
	if err != nil || !c.Asked {
		return nil, err
	}
	out := &claimCard{State: badge{"risk", "Not satisfied yet"}, Text: "A postmortem of each incident that took so much of the budget.", Lacks: c.Lacks()}
	if c.PriorityActions > 0 {
		out.Text = fmt.Sprintf("A postmortem of each incident that took so much of the budget, with at least %s of the priority P0 on a root cause.", plural(c.PriorityActions, "action item", "action items"))
	}
	if c.Satisfied() {
		out.State = badge{"ok", "Satisfied"}
	}
	for _, o := range c.Owed {
		row := claimRow{Title: link{URL: postmortemURL(o.Incident.ID), Text: o.Incident.Title}, State: postmortemBadges[o.Status]}
		if o.Waived {
			row.State, row.Note = badge{"none", "Waived"}, "Somebody said that none is needed."
		}
		for _, i := range o.Planned {
			row.Items = append(row.Items, plannedRow{Title: link{URL: actionURL(i.ID), Text: i.Title}, State: actionBadge(i, v)})
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// did is what an event says that somebody did.
var did = map[policy.EventKind]string{
	policy.Acknowledged: "works on it", policy.Disputed: "disputes it", policy.Ruled: "decided the dispute",
	policy.LeftEarly: "ended its freeze early", policy.EscalatedTo: "escalated it",
}

// planDays is how far ahead the date of a plan is that is shown as an example.
const planDays = 14

// calls are what people can do with a violation of the policy as it is now.
func calls(v policy.Violation, of policy.Revision, now time.Time) []remedy {
	at, version := "/v1/violations/"+string(v.ID), fmt.Sprintf("If-Match: \"%d\"", v.Version)
	dispute := remedy{Text: "When the numbers are wrong, or the clause does not fit, a member of the team disputes it", Call: "POST " + at + "/disputes", Body: `{"reason": "…"}`}
	if d := v.Handling.Dispute; d != nil && d.Ruling == nil {
		dispute = remedy{Text: "Whoever approved the policy, or an administrator, decides the dispute", Call: "POST " + at + "/rulings", Body: `{"outcome": "upheld" or "void", "note": "…"}`}
	}
	switch {
	case v.Ending == policy.Void:
		return nil
	case v.EndedAt != nil:
		return []remedy{dispute}
	}
	out := []remedy{
		{"A member of the team says by which plan it is worked on, and until when", "PUT " + at + "/acknowledgement", version, fmt.Sprintf(`{"plan": "…", "dueOn": "%s"}`, now.UTC().AddDate(0, 0, planDays).Format(time.DateOnly))},
		dispute,
	}
	lets := slices.ContainsFunc(of.Clauses, func(c policy.Clause) bool { return c.Name == v.Clause && c.Freeze != nil && c.Freeze.EarlyExit })
	if lets && v.Handling.Acknowledgement != nil && v.Handling.EarlyExit == nil {
		out = append(out, remedy{"Once what the plan agreed on is done, whoever approved the policy, or an administrator, ends the freeze early", "PUT " + at + "/early-exit", version, `{"done": "…"}`})
	}
	return out
}

// issuesOf are the issues of violations, by them.
func (d *Dashboard) issuesOf(v *visit, violations []policy.Violation) (map[id.ID]link, error) {
	out := make(map[id.ID]link, len(violations))
	if len(violations) == 0 {
		return out, nil
	}
	var f delivery.Filter
	for _, violation := range violations {
		f.Episodes = append(f.Episodes, violation.ID)
		out[violation.ID] = link{Text: "none wanted"}
	}
	found, err := d.sources.Issues.List(v.ctx, f, page.Request{Limit: len(violations)}) // there is one at most of each
	if err != nil {
		return nil, err
	}
	for _, k := range found.Items {
		to := link{URL: "/issues/" + string(k.Issue.ID), Text: issueBadge(k).Word}
		switch {
		case k.Delivery.Number > 0:
			to.Text = fmt.Sprintf("%s #%d", to.Text, k.Delivery.Number)
		case k.Delivery.State == delivery.Draft:
			to.Text = "Read the draft"
		}
		out[k.Issue.Episode] = to
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

// named reads services and SLOs, those that there are, by identifier.
func (d *Dashboard) named(v *visit, services, slos []id.ID) (map[id.ID]registry.Service, map[id.ID]slo.View, error) {
	if len(slos) == 0 {
		return nil, nil, nil
	}
	views, err := d.sources.SLOs.ViewsByID(v.ctx, slos)
	if err != nil {
		return nil, nil, err
	}
	owners, err := d.sources.Registry.ServicesByID(v.ctx, services)
	return owners, views, err
}

// describe names the objectives and services of violations.
func (d *Dashboard) describe(v *visit, violations []policy.Violation) ([]violationRow, error) {
	services, slos := make([]id.ID, len(violations)), make([]id.ID, len(violations))
	for i, violation := range violations {
		services[i], slos[i] = violation.Service, violation.SLO
	}
	owners, views, err := d.named(v, services, slos)
	if err != nil {
		return nil, err
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
