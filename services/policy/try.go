package policy

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// Try returns the rule that a policy, or a draft of one where none is named, would be at
// the place. Nothing is kept, and the policy of a draft is empty. Whoever may read policies.
// Faults: Unauthenticated; Invalid with every rule that is broken, also where there is no such
// policy or service.
func (s *Service) Try(ctx context.Context, name string, draft Terms, place Place) (Rule, error) {
	if err := s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindPolicy}); err != nil {
		return Rule{}, err
	}
	var check fault.Check
	rule := Rule{Attachment: Attachment{Target: place.Target, Tier: place.Tier, Mode: place.Mode}}
	switch {
	case name != "":
		check.Require(len(draft.Clauses) == 0, "/clauses", len(draft.Clauses), "must be left out where a policy is named: its own are tried")
		check.Require(draft.Reserve == 0, "/reserve", draft.Reserve, "must be left out where a policy is named: its own is tried")
		v, found, err := registry.Refer(ctx, &check, "/policy", name, s.find)
		if err != nil {
			return Rule{}, fmt.Errorf("try a policy: %w", err)
		}
		if found {
			rule.View, rule.Conditions, rule.Attachment.Policy = v, s.conditions.of(v.Revision), v.Policy.ID
		}
	case len(draft.Clauses) == 0:
		check.Fail("/policy", nil, "must name a policy, or clauses must be declared")
	default:
		var own fault.Check
		draft.check(&own, s.conditions.language)
		if check.Join(own) {
			if err := rule.draft(draft, s.conditions.language); err != nil {
				return Rule{}, err
			}
		}
	}
	place.check(&check)
	if place.Target == ToService {
		service, found, err := registry.Refer(ctx, &check, "/service", place.Service, s.service)
		if err != nil {
			return Rule{}, fmt.Errorf("try a policy: %w", err)
		}
		if found {
			check.Require(service.RetiredAt == nil, "/service", place.Service, "must be a service that is not retired: no policy acts on it")
			rule.Attachment.Service = service.ID
		}
	}
	return rule, check.Err()
}

// draft makes it a rule of terms that were checked.
func (r *Rule) draft(t Terms, language *expr.Environment) error {
	r.Revision.Terms = t.Complete()
	for _, c := range t.Clauses {
		condition, err := language.Compile(c.When)
		if err != nil {
			return fmt.Errorf("compile the condition of the clause %q: %w", c.Name, err)
		}
		r.Conditions = append(r.Conditions, condition)
	}
	return nil
}

// On is how far the rule acts on an SLO of the service; false where it is not in force for it,
// or nothing is judged of it any more.
func (r Rule) On(v slo.View, service registry.Service) (Mode, bool) {
	covers := len(newForce([]Attachment{r.Attachment}, []View{r.View}).of(service)) > 0
	return r.mode(v), covers && !subject{View: v, service: service}.retired()
}

// Add adds the facts of the policy's own to those of an SLO.
func (r Revision) Add(facts fact.Set) { facts[reserve] = r.Reserve }
