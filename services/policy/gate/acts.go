package gate

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// What can be done to an override.
const (
	ActEnd    = "end"
	ActReview = "review"
)

// Acts tells what the context's caller may do to each of the service's overrides as it is now, by the
// rules by which it is done.
func (s *Service) Acts(ctx context.Context, of registry.Service, overrides []Override) ([]access.Acts, error) {
	now, by := clock.Round(s.Clock()), s.Authorizer.ForMany()
	out := make([]access.Acts, len(overrides))
	for i, o := range overrides {
		may := func() error { return o.mayChange(ctx, by, of) }
		if err := out[i].Ask(ActEnd, may, func() error { return o.lasts(now) }); err != nil {
			return nil, err
		}
		if err := out[i].Ask(ActReview, may, func() error { return o.reviewable(access.CallerFrom(ctx)) }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// mayChange authorises people of the owning team; Forbidden.
func (o Override) mayChange(ctx context.Context, by *access.Authorizer, of registry.Service) error {
	return by.Authorize(ctx, access.Update, o.object(of))
}

// lasts is nil while it is in force; Conflict "override_over".
func (o Override) lasts(now time.Time) error {
	if !o.Until.After(now) {
		return fault.New(fault.Conflict, "override_over", "it was over at %s already", o.Until.UTC().Format(time.RFC3339))
	}
	return nil
}

// reviewable is nil where the caller is another person than lifted the freezes, and nobody reviewed it;
// Forbidden "own_override"; Conflict "already_reviewed".
func (o Override) reviewable(c access.Caller) error {
	switch {
	case c.Person == "" || c.Person == o.Person:
		return fault.New(fault.Forbidden, "own_override", "another person than %s has to review it", o.By)
	case o.Review != nil:
		return fault.New(fault.Conflict, "already_reviewed", "%s reviewed it at %s", o.Review.By, o.Review.At.UTC().Format(time.RFC3339))
	}
	return nil
}
