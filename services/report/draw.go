package report

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// drawing is a report that is being drawn up.
type drawing struct {
	*Service
	Content
	at       time.Time // of which what was published is told
	services map[id.ID]registry.Service
	teams    map[id.ID]Ref
	systems  map[id.ID]Ref
	views    []slo.View
	notes    map[string]bool
}

// draw draws up what became of the subject in the period, at now; as it was published by
// asOf, where that is some time.
func (s *Service) draw(ctx context.Context, scope Scope, p Period, of subject, now time.Time, asOf *time.Time) (Content, error) {
	d := drawing{
		Service: s, at: now, services: make(map[id.ID]registry.Service, len(of.services)), teams: of.teams, systems: of.systems, views: of.views, notes: map[string]bool{},
		Content: Content{
			Format: Format, Scope: scope, Period: p, DrawnUpAt: now, AsOf: asOf,
			Violations: []Violation{}, Gate: []Decisions{}, Overrides: []Override{}, Alerts: []Alerts{}, SLAs: []SLAPeriod{},
		},
	}
	if asOf != nil {
		d.at = *asOf
		d.note("As of %s: corrections, revisions, violations, overrides and closed periods of SLAs are as they were then; measurements are as they are now, for when they came is not kept.", d.at.Format(time.RFC3339))
		d.note("Names, teams and systems are as they are now, and so are outages that were recorded by then, overrides that were ended early, and the mode of violations.")
	}
	if d.Until = p.To; d.Until.After(d.at) {
		d.Until = d.at.Truncate(time.Hour)
		d.note("The period is not over: what is reported ends at %s.", d.Until.Format(time.RFC3339))
	}
	if d.Until.Before(p.From) {
		d.Until = p.From
	}
	for _, one := range of.services {
		d.services[one.ID] = one
	}
	for _, part := range []func(context.Context) error{d.sumUp, d.violations, d.gate, d.alerts, d.agreements} {
		if err := part(ctx); err != nil {
			return Content{}, fmt.Errorf("report on the %s in %s: %w", scope, p, err)
		}
	}
	d.tally()
	d.Notes = slices.AppendSeq([]string{}, maps.Keys(d.notes))
	slices.Sort(d.Notes)
	return d.Content, nil
}

func (d *drawing) note(format string, args ...any) { d.notes[fmt.Sprintf(format, args...)] = true }

// names are the identifiers of the services.
func (d *drawing) names() []id.ID { return slices.Sorted(maps.Keys(d.services)) }

func (d *drawing) service(of id.ID) Ref { return Ref{of, d.services[of].Slug} }

// tally counts what became of the SLOs, of the parts, too.
func (d *drawing) tally() {
	teams, systems := map[id.ID]*PartTally{}, map[id.ID]*PartTally{}
	count := func(in map[id.ID]*PartTally, of Ref, o Outcome) {
		if in[of.ID] == nil {
			in[of.ID] = &PartTally{Ref: of}
		}
		in[of.ID].add(o)
	}
	for _, one := range d.SLOs {
		d.Summary.add(one.Outcome)
		count(teams, one.Team, one.Outcome)
		if one.System != nil {
			count(systems, *one.System, one.Outcome)
		}
	}
	d.Teams, d.Systems = byName(teams), byName(systems)
}

func byName(of map[id.ID]*PartTally) []PartTally {
	out := make([]PartTally, 0, len(of))
	for _, one := range of {
		out = append(out, *one)
	}
	slices.SortFunc(out, func(a, b PartTally) int { return cmp.Compare(a.Slug, b.Slug) })
	return out
}

// violations are those that were open, as they were at the time that is told of.
func (d *drawing) violations(ctx context.Context) error {
	found, err := d.Past.ViolationsOf(ctx, d.names(), d.Period.From, d.Until)
	if err != nil {
		return err
	}
	policies, err := d.Past.PolicySlugs(ctx)
	if err != nil {
		return err
	}
	slugs := make(map[id.ID]string, len(d.views))
	for _, v := range d.views {
		slugs[v.SLO.ID] = v.SLO.Slug
	}
	for _, v := range found {
		v = asOf(v, d.at)
		if v.Ending == policy.Void {
			d.Void++
			continue
		}
		d.Violations = append(d.Violations, Violation{
			ID: v.ID, Policy: Ref{v.Policy, policies[v.Policy]}, Clause: v.Clause, Service: d.service(v.Service), SLO: Ref{v.SLO, slugs[v.SLO]},
			Mode: string(v.Mode), OpenedAt: v.OpenedAt, EndedAt: v.EndedAt, Ending: string(v.Ending),
		})
	}
	return nil
}

// asOf is the violation as it was then.
func asOf(v policy.Violation, at time.Time) policy.Violation {
	if v.EndedAt != nil && v.EndedAt.After(at) {
		v.EndedAt, v.Ending = nil, ""
	}
	return v
}

// gate is what changes were answered, and who overrode it.
func (d *drawing) gate(ctx context.Context) error {
	counts, err := d.Past.DecisionCounts(ctx, d.names(), d.Period.From, d.Until)
	if err != nil {
		return err
	}
	for _, c := range counts {
		d.Gate = append(d.Gate, Decisions{Service: d.service(c.Service), Class: c.Class, Answer: c.Answer, Count: c.Count})
	}
	slices.SortFunc(d.Gate, func(a, b Decisions) int {
		return cmp.Or(cmp.Compare(a.Service.Slug, b.Service.Slug), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Answer, b.Answer))
	})
	overrides, err := d.Past.OverridesOf(ctx, d.names(), d.Period.From, d.Until)
	if err != nil {
		return err
	}
	for _, o := range overrides {
		out := Override{ID: o.ID, Service: d.service(o.Service), At: o.At, Until: o.Until, By: o.By, Reason: o.Reason}
		if r := o.Review; r != nil && !r.At.After(d.at) {
			out.Review = &Review{At: r.At, By: r.By, Justified: r.Justified, Note: r.Note}
		}
		d.Overrides = append(d.Overrides, out)
	}
	return nil
}

func (d *drawing) alerts(ctx context.Context) error {
	counts, err := d.Past.AlertCounts(ctx, d.names(), d.Period.From, d.Until)
	if err != nil {
		return err
	}
	of := make(map[id.ID]slo.SLO, len(d.views))
	for _, v := range d.views {
		of[v.SLO.ID] = v.SLO
	}
	for _, c := range counts {
		if one, known := of[c.SLO]; known {
			d.Alerts = append(d.Alerts, Alerts{Service: d.service(one.Service), SLO: Ref{one.ID, one.Slug}, Severity: c.Severity, Count: c.Count})
		}
	}
	slices.SortFunc(d.Alerts, func(a, b Alerts) int {
		return cmp.Or(cmp.Compare(a.Service.Slug, b.Service.Slug), cmp.Compare(a.SLO.Slug, b.SLO.Slug), cmp.Compare(a.Severity, b.Severity))
	})
	return nil
}

// agreements are the periods of SLAs that ended, with what they had come to by the time that
// is told of.
func (d *drawing) agreements(ctx context.Context) error {
	found, err := d.Past.SLAPeriodsOf(ctx, d.names(), d.Period.From, d.Until)
	if err != nil {
		return err
	}
	for _, p := range found {
		if p.ClosedAt.After(d.at) {
			continue
		}
		out := SLAPeriod{
			ID: p.ID, Service: d.service(p.SLA.Service), SLA: Ref{p.SLA.ID, p.SLA.Slug}, Customer: p.SLA.Customer,
			Start: p.Start, End: p.End, Target: p.Revision.Target.String(),
		}
		came, restated := p.AsOf(d.at)
		out.Verdict, out.Credit, out.Restated = string(came.Verdict), came.Credit, restated
		out.SLI = shareOf(came.Sum.Good, came.Sum.Total)
		d.SLAs = append(d.SLAs, out)
	}
	slices.SortFunc(d.SLAs, func(a, b SLAPeriod) int {
		return cmp.Or(cmp.Compare(a.Service.Slug, b.Service.Slug), cmp.Compare(a.SLA.Slug, b.SLA.Slug), a.Start.Compare(b.Start))
	})
	return nil
}
