package launch

import (
	"context"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// What can be done to a review.
const (
	ActSignOff = "sign_off"
	ActReject  = "reject"
	ActMeet    = "meet_condition"
)

// Acts tells what the context's caller may do to each of the reviews as it is now, of services and
// scorecards that are given by their identifiers, by the rules by which it is done.
func (s *Service) Acts(ctx context.Context, reviews []Review, services map[id.ID]registry.Service, cards map[id.ID]scorecards.View) ([]access.Acts, error) {
	by := s.Authorizer.ForMany()
	out := make([]access.Acts, len(reviews))
	for i, r := range reviews {
		a := about{services[r.Service], cards[r.Scorecard]}
		decides, waits := func() error { return a.mayDecide(ctx, by, r) }, func() error { return r.waits() }
		if err := out[i].Ask(ActSignOff, decides, waits, func() error { return a.service.Live() }); err != nil {
			return nil, err
		}
		if err := out[i].Ask(ActReject, decides, waits); err != nil {
			return nil, err
		}
		if err := out[i].Ask(ActMeet, func() error { return a.mayMeet(ctx, by, r) }, func() error { return r.owes() }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// mayDecide authorises to decide on it: a person of the team that keeps the scorecard, or an
// administrator, who is another than who asked. Forbidden; Conflict "own_launch_review".
func (a about) mayDecide(ctx context.Context, by *access.Authorizer, r Review) error {
	if err := person(ctx, by, access.Update, a.decided(r)); err != nil {
		return err
	}
	if access.CallerFrom(ctx).Person == r.Person {
		return fault.New(fault.Conflict, "own_launch_review", "who asked for a review cannot decide on it; another person who keeps the scorecard can")
	}
	return nil
}

// waits is nil where nobody decided; Conflict "launch_review_decided".
func (r Review) waits() error {
	if r.Decision != nil {
		return fault.New(fault.Conflict, "launch_review_decided", "the review was decided on already, by %s", r.Decision.By)
	}
	return nil
}

// mayMeet authorises to say that a condition is met: members of the service's team. Forbidden.
func (a about) mayMeet(ctx context.Context, by *access.Authorizer, r Review) error {
	return person(ctx, by, access.Check, a.asked(r))
}

// open is nil where the condition is not done; Conflict "condition_done".
func (c Condition) open() error {
	if c.Done != nil {
		return fault.New(fault.Conflict, "condition_done", "%s said already that it is done", c.Done.By)
	}
	return nil
}

// owes is nil where one of its conditions is open; Conflict "condition_done".
func (r Review) owes() error {
	if slices.ContainsFunc(r.Conditions, func(c Condition) bool { return c.open() == nil }) {
		return nil
	}
	return fault.New(fault.Conflict, "condition_done", "no condition of the review is open")
}
