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

// InForce returns the policies that are in force for the service, by slug. Of
// several attachments of one policy the most specific decides: that to the
// service, else to its tier, else to all.
func InForce(service registry.Service, attachments []Attachment, policies []View) []Rule {
	best := make(map[id.ID]Attachment)
	for _, a := range attachments {
		if !a.covers(service) {
			continue
		}
		if other, ok := best[a.Policy]; !ok || a.Target.rank() < other.Target.rank() {
			best[a.Policy] = a
		}
	}
	var rules []Rule
	for _, v := range policies {
		if a, ok := best[v.Policy.ID]; ok {
			rules = append(rules, Rule{View: v, Attachment: a})
			delete(best, v.Policy.ID) // policies may hold one for each attachment
		}
	}
	slices.SortFunc(rules, func(a, b Rule) int { return cmp.Compare(a.Policy.Slug, b.Policy.Slug) })
	return rules
}

func (a Attachment) covers(service registry.Service) bool {
	switch a.Target {
	case ToService:
		return a.Service == service.ID
	case ToTier:
		return a.Tier == service.Tier
	default:
		return a.Target == ToAll
	}
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
