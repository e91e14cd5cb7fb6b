package policy

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// spent is an SLO of which so much of the budget is consumed; nothing is known below 0.
func spent(consumed float64) subject {
	of := subject{View: slo.View{SLO: slo.SLO{ID: "SLO", Service: "SERVICE", Slug: "availability", Name: "Availability"}}, service: service, facts: fact.Set{}}
	if consumed >= 0 {
		of.facts["consumed"] = consumed
	}
	return of
}

var (
	clause  = Clause{Name: "budget-exceeded", When: "consumed > 1"}
	service = registry.Service{ID: "SERVICE", Slug: "checkout", Profile: registry.Profile{Tier: 2}}
)

// condition is of one fact.
func condition(text string) *expr.Condition {
	language, err := expr.New([]fact.Declaration{{Name: "consumed", Type: fact.Number}})
	if err != nil {
		panic(err)
	}
	c, err := language.Compile(text)
	if err != nil {
		panic(err)
	}
	return c
}

func rules(mode Mode) []Rule {
	return []Rule{{
		View:       View{Policy: Policy{ID: "POLICY", Slug: "error-budget"}, Revision: Revision{ID: "REV1", Terms: Terms{Clauses: []Clause{clause}}}},
		Conditions: []*expr.Condition{condition(clause.When)},
		Attachment: Attachment{ID: "ATTACHMENT", Policy: "POLICY", Target: ToAll, Mode: mode},
	}}
}

func isOpen(mode Mode) []Violation {
	return []Violation{{ID: "VIOLATION", Policy: "POLICY", Clause: clause.Name, SLO: "SLO", Mode: mode}}
}

func TestWhatHasToChange(t *testing.T) {
	t.Parallel()
	gone := time.Date(2026, 3, 14, 15, 0, 0, 0, time.UTC)
	retired := spent(2)
	retired.SLO.RetiredAt = &gone
	retiredService := spent(2)
	retiredService.service.RetiredAt = &gone
	unknown := spent(-1)
	observed := spent(1.01)
	observed.Revision.Enforcement = slo.Observed
	other := rules(Warn)
	other[0].Revision.Clauses = []Clause{{Name: "another", When: "consumed > 5.0"}}
	other[0].Conditions = []*expr.Condition{condition("consumed > 5.0")}
	forgotten := rules(Warn)
	forgotten[0].Conditions = []*expr.Condition{nil}

	for _, c := range []struct {
		name   string
		of     subject
		rules  []Rule
		open   []Violation
		ending Ending // of the only step, when it ends
		mode   Mode   // of the only step, when it opens or carries
		opens  bool
	}{
		{name: "within and nothing open", of: spent(1), rules: rules(Warn)},
		{name: "over and nothing open", of: spent(1.01), rules: rules(Warn), mode: Warn, opens: true},
		{name: "over and nothing attached", of: spent(1.01)},
		{name: "over and open", of: spent(1.01), rules: rules(Warn), open: isOpen(Warn)},
		{name: "over and open in another mode", of: spent(1.01), rules: rules(Enforce), open: isOpen(Observe), mode: Enforce},
		{name: "over, and observed only", of: observed, rules: rules(Enforce), mode: Observe, opens: true},
		{name: "over and open since before it was observed only", of: observed, rules: rules(Enforce), open: isOpen(Enforce), mode: Observe},
		{name: "over and open, and observed only", of: observed, rules: rules(Enforce), open: isOpen(Observe)},
		{name: "within and open", of: spent(1), rules: rules(Warn), open: isOpen(Warn), ending: Recovered},
		{name: "within and open in another mode", of: spent(1), rules: rules(Observe), open: isOpen(Warn), ending: Recovered},
		{name: "unknown and open", of: unknown, rules: rules(Warn), open: isOpen(Warn)},
		{name: "unknown and open in another mode", of: unknown, rules: rules(Observe), open: isOpen(Warn), mode: Observe},
		{name: "over by a condition that is not understood any more", of: spent(2), rules: forgotten},
		{name: "open by a condition that is not understood any more", of: spent(0), rules: forgotten, open: isOpen(Warn)},
		{name: "nothing attached any more", of: spent(2), open: isOpen(Warn), ending: Detached},
		{name: "the clause is not in the policy any more", of: spent(2), rules: other, open: isOpen(Warn), ending: Detached},
		{name: "the SLO is retired", of: retired, rules: rules(Warn), open: isOpen(Warn), ending: Retired},
		{name: "the SLO is retired and nothing open", of: retired, rules: rules(Warn)},
		{name: "the service is retired", of: retiredService, rules: rules(Warn), open: isOpen(Warn), ending: Retired},
		{name: "the service is retired and nothing open", of: retiredService, rules: rules(Warn)},
	} {
		steps := decide(c.of, c.rules, c.open, gone)
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
		rules := newForce(c.attachments, policies).of(service)
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
