package policy

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

var at = time.Date(2026, 3, 14, 15, 0, 0, 0, time.UTC)

// spent is the view of an SLO of 99 % and at least 100 events, with so many bad
// events of 10,000 in the policy's window: 100 bad are exactly the budget.
func spent(bad int64) slo.View {
	objective, err := budget.ParseObjective("99%")
	if err != nil {
		panic(err)
	}
	return slo.View{
		SLO:      slo.SLO{ID: "SLO", Service: "SERVICE", Slug: "availability", Name: "Availability"},
		Revision: slo.Revision{ID: "REVISION", SLO: "SLO", Terms: slo.Terms{Objective: objective, Over: slo.TimeWindow{Days: 28}, MinEvents: 100}},
		Status: slo.Status{
			SLO: "SLO", Revision: "REVISION", End: at,
			Sums: budget.Sums{Policy: window.Sum{Good: (10_000 - bad) * 1000, Total: 10_000 * 1000}},
		},
	}
}

var (
	clause  = Clause{Name: "budget-exceeded", OverPercent: 100}
	service = registry.Service{ID: "SERVICE", Slug: "checkout", Profile: registry.Profile{Tier: 2}}
)

func rules(mode Mode) []Rule {
	return []Rule{{
		View:       View{Policy: Policy{ID: "POLICY", Slug: "error-budget"}, Revision: Revision{ID: "REV1", Clauses: []Clause{clause}}},
		Attachment: Attachment{ID: "ATTACHMENT", Policy: "POLICY", Target: ToAll, Mode: mode},
	}}
}

func isOpen(mode Mode) []Violation {
	return []Violation{{ID: "VIOLATION", Policy: "POLICY", Clause: clause.Name, SLO: "SLO", Mode: mode}}
}

func TestTheVerdictOnAClause(t *testing.T) {
	t.Parallel()
	change := func(bad int64, do func(*slo.View)) slo.View {
		v := spent(bad)
		do(&v)
		return v
	}
	for _, c := range []struct {
		name string
		view slo.View
		want budget.Verdict
	}{
		{"nothing spent", spent(0), budget.Within},
		{"one event short of the budget", spent(99), budget.Within},
		{"exactly the budget", spent(100), budget.Within},
		{"one event over the budget", spent(101), budget.Over},
		{"never evaluated", change(200, func(v *slo.View) { v.Status.End = time.Time{} }), budget.Unknown},
		{"evaluated half an hour ago", change(101, func(v *slo.View) { v.Status.End = at.Add(-30 * time.Minute) }), budget.Over},
		{"not evaluated for longer", change(101, func(v *slo.View) { v.Status.End = at.Add(-31 * time.Minute) }), budget.Unknown},
		{"not evaluated for longer, nothing spent", change(0, func(v *slo.View) { v.Status.End = at.AddDate(0, 0, -20) }), budget.Unknown},
		{"stale", change(200, func(v *slo.View) { v.Status.Stale = true }), budget.Unknown},
		{"judged by an earlier revision of the SLO", change(200, func(v *slo.View) { v.Status.Revision = "EARLIER" }), budget.Unknown},
		{"no events", change(0, func(v *slo.View) { v.Status.Sums.Policy = window.Sum{} }), budget.Unknown},
		{"99 events, all bad", change(0, func(v *slo.View) { v.Status.Sums.Policy = window.Sum{Total: 99_000} }), budget.Unknown},
		{"100 events, all bad", change(0, func(v *slo.View) { v.Status.Sums.Policy = window.Sum{Total: 100_000} }), budget.Over},
	} {
		if got := Assess(c.view, clause, at); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestWhatHasToChange(t *testing.T) {
	t.Parallel()
	gone := at
	retired := spent(200)
	retired.SLO.RetiredAt = &gone
	retiredService := service
	retiredService.RetiredAt = &gone
	stale := spent(0)
	stale.Status.Stale = true
	observed := spent(101)
	observed.Revision.Enforcement = slo.Observed
	other := rules(Warn)
	other[0].Revision.Clauses = []Clause{{Name: "another", OverPercent: 500}}

	for _, c := range []struct {
		name    string
		view    slo.View
		service registry.Service
		rules   []Rule
		open    []Violation
		ending  Ending // of the only step, when it ends
		mode    Mode   // of the only step, when it opens or carries
		opens   bool
	}{
		{name: "within and nothing open", view: spent(100), service: service, rules: rules(Warn)},
		{name: "over and nothing open", view: spent(101), service: service, rules: rules(Warn), mode: Warn, opens: true},
		{name: "over and nothing attached", view: spent(101), service: service},
		{name: "over and open", view: spent(101), service: service, rules: rules(Warn), open: isOpen(Warn)},
		{name: "over and open in another mode", view: spent(101), service: service, rules: rules(Enforce), open: isOpen(Observe), mode: Enforce},
		{name: "over, and observed only", view: observed, service: service, rules: rules(Enforce), mode: Observe, opens: true},
		{name: "over and open since before it was observed only", view: observed, service: service, rules: rules(Enforce), open: isOpen(Enforce), mode: Observe},
		{name: "over and open, and observed only", view: observed, service: service, rules: rules(Enforce), open: isOpen(Observe)},
		{name: "within and open", view: spent(100), service: service, rules: rules(Warn), open: isOpen(Warn), ending: Recovered},
		{name: "within and open in another mode", view: spent(100), service: service, rules: rules(Observe), open: isOpen(Warn), ending: Recovered},
		{name: "unknown and open", view: stale, service: service, rules: rules(Warn), open: isOpen(Warn)},
		{name: "unknown and open in another mode", view: stale, service: service, rules: rules(Observe), open: isOpen(Warn), mode: Observe},
		{name: "nothing attached any more", view: spent(200), service: service, open: isOpen(Warn), ending: Detached},
		{name: "the clause is not in the policy any more", view: spent(200), service: service, rules: other, open: isOpen(Warn), ending: Detached},
		{name: "the SLO is retired", view: retired, service: service, rules: rules(Warn), open: isOpen(Warn), ending: Retired},
		{name: "the SLO is retired and nothing open", view: retired, service: service, rules: rules(Warn)},
		{name: "the service is retired", view: spent(200), service: retiredService, rules: rules(Warn), open: isOpen(Warn), ending: Retired},
		{name: "the service is retired and nothing open", view: spent(200), service: retiredService, rules: rules(Warn)},
	} {
		steps := decide(c.view, c.service, c.rules, c.open, at)
		if c.ending == "" && c.mode == "" {
			if len(steps) != 0 {
				t.Errorf("%s: %+v, want nothing", c.name, steps)
			}
			continue
		}
		if len(steps) != 1 {
			t.Errorf("%s: %d steps, want one", c.name, len(steps))
			continue
		}
		if s := steps[0]; s.ending != c.ending || s.mode != c.mode || s.opens() != c.opens {
			t.Errorf("%s: ending %q, mode %q, opens %v; want %q, %q, %v", c.name, s.ending, s.mode, s.opens(), c.ending, c.mode, c.opens)
		}
	}
}

func TestTheMostSpecificAttachmentDecidesTheMode(t *testing.T) {
	t.Parallel()
	toAll := Attachment{ID: "A", Policy: "P1", Target: ToAll, Mode: Observe}
	toTier := Attachment{ID: "B", Policy: "P1", Target: ToTier, Tier: 2, Mode: Warn}
	toOtherTier := Attachment{ID: "C", Policy: "P1", Target: ToTier, Tier: 1, Mode: Enforce}
	toService := Attachment{ID: "D", Policy: "P1", Target: ToService, Service: "SERVICE", Mode: Enforce}
	toOther := Attachment{ID: "E", Policy: "P1", Target: ToService, Service: "OTHER", Mode: Enforce}
	second := Attachment{ID: "F", Policy: "P2", Target: ToAll, Mode: Warn}
	policies := []View{{Policy: Policy{ID: "P2", Slug: "a"}}, {Policy: Policy{ID: "P1", Slug: "b"}}, {Policy: Policy{ID: "P1", Slug: "b"}}}

	for _, c := range []struct {
		name        string
		attachments []Attachment
		want        []id.ID
	}{
		{"none", nil, nil},
		{"others' only", []Attachment{toOther, toOtherTier}, nil},
		{"all", []Attachment{toAll, toOther}, []id.ID{"A"}},
		{"tier before all", []Attachment{toAll, toTier, toOtherTier}, []id.ID{"B"}},
		{"service before tier and all, in any order", []Attachment{toService, toTier, toAll}, []id.ID{"D"}},
		{"service before tier and all", []Attachment{toAll, toTier, toService, toOther}, []id.ID{"D"}},
		{"two policies, by slug", []Attachment{toAll, second, toService}, []id.ID{"F", "D"}},
	} {
		rules := InForce(service, c.attachments, policies)
		if len(rules) != len(c.want) {
			t.Errorf("%s: %d rules, want %d", c.name, len(rules), len(c.want))
			continue
		}
		for i, want := range c.want {
			if rules[i].Attachment.ID != want || rules[i].Policy.ID != rules[i].Attachment.Policy {
				t.Errorf("%s: attachment %s of policy %s is rule %d, want %s", c.name, rules[i].Attachment.ID, rules[i].Policy.ID, i, want)
			}
		}
	}
}
