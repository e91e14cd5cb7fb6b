package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Right says whether a caller may do a verb to a kind of things, and if not, why not.
type Right struct {
	Rule
	Allowed bool
	Reason  string // empty where it is allowed
}

// Rights is Authorizer.Rights.
func (s *Service) Rights(ctx context.Context, team id.ID, besides []Rule) ([]Right, error) {
	return s.authorizer.Rights(ctx, team, besides)
}

// Rights lists what the context's caller may do to things of that team, or, where team is
// empty, to things that no team owns and are the caller's own: all rules that there are and
// those besides, which are administrators', in order of kind and verb. It is as Authorize
// would answer, with one question for the membership; rules that a domain has of its own
// (another person approves, a restricted incident) are not in it.
//
// Faults: Unauthenticated for an anonymous caller.
func (a *Authorizer) Rights(ctx context.Context, team id.ID, besides []Rule) ([]Right, error) {
	c := CallerFrom(ctx)
	if err := permit(c, Rule{Read, KindSelf}, Object{Kind: KindSelf}); err != nil {
		return nil, err
	}
	member := false
	if c.Person != "" && team != "" {
		var err error
		if member, err = a.memberships.IsMember(ctx, c.Person, team); err != nil {
			return nil, fmt.Errorf("list rights: %w", err)
		}
	}
	rules := slices.Clone(besides)
	for rule := range grants {
		rules = append(rules, rule)
	}
	slices.SortFunc(rules, func(a, b Rule) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Verb, b.Verb)) })
	var out []Right
	for _, rule := range slices.Compact(rules) {
		err := decide(c, rule.Verb, Object{Kind: rule.Kind, Team: team, Person: c.Person}, func() (bool, error) { return member, nil })
		var refused *Refusal
		if err != nil && !errors.As(err, &refused) {
			return nil, err
		}
		right := Right{Rule: rule, Allowed: err == nil}
		if refused != nil {
			right.Reason = refused.Reason
		}
		out = append(out, right)
	}
	return out, nil
}
