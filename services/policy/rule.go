package policy

import (
	"cmp"
	"slices"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// Rule is a policy in force for a service, by the attachment that decides its mode.
type Rule struct {
	View
	Attachment Attachment
	// Conditions are the clauses', in their order; nil one that is not understood any more.
	Conditions []*expr.Condition
}

// force is what is attached, put in order once for many services.
type force struct {
	policies  map[id.ID]View
	toService map[id.ID][]Attachment
	toTier    map[int][]Attachment
	toAll     []Attachment
}

func newForce(attachments []Attachment, policies []View) force {
	f := force{policies: make(map[id.ID]View, len(policies)), toService: make(map[id.ID][]Attachment), toTier: make(map[int][]Attachment)}
	for _, v := range policies {
		f.policies[v.Policy.ID] = v
	}
	for _, a := range attachments {
		switch a.Target {
		case ToService:
			f.toService[a.Service] = append(f.toService[a.Service], a)
		case ToTier:
			f.toTier[a.Tier] = append(f.toTier[a.Tier], a)
		case ToAll:
			f.toAll = append(f.toAll, a)
		}
	}
	return f
}

// of returns the policies that are in force for the service, by slug. Of several attachments
// of one policy the most specific decides: that to the service, else to its tier, else to all.
func (f force) of(service registry.Service) []Rule {
	var rules []Rule
	decided := make(map[id.ID]bool)
	for _, attachments := range [][]Attachment{f.toService[service.ID], f.toTier[service.Tier], f.toAll} { // as TargetKind.rank
		for _, a := range attachments {
			if v, known := f.policies[a.Policy]; known && !decided[a.Policy] {
				decided[a.Policy] = true
				rules = append(rules, Rule{View: v, Attachment: a})
			}
		}
	}
	slices.SortFunc(rules, func(a, b Rule) int { return cmp.Compare(a.Policy.Slug, b.Policy.Slug) })
	return rules
}

// mode is how far the policy acts on the SLO: as attached, but for one that is only
// observed.
func (r Rule) mode(v slo.View) Mode {
	if v.Revision.Enforcement == slo.Observed {
		return Observe // the weakest
	}
	return r.Attachment.Mode
}

// rank orders targets, the most specific first.
func (k TargetKind) rank() int {
	return slices.Index([]TargetKind{ToService, ToTier, ToAll}, k)
}

// clause returns the number of the revision's clause of that name, -1 without one.
func (r Revision) clause(name string) int {
	return slices.IndexFunc(r.Clauses, func(c Clause) bool { return c.Name == name })
}
