package launch

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Filter narrows a list of reviews; zero fields do not.
type Filter struct {
	Service   id.ID
	Team      id.ID // of the services
	Scorecard id.ID
	State     State
}

// Store keeps reviews. Missing rows are NotFound; updates are conditional on Version, which the store
// increments, and answer fault.Stale.
type Store interface {
	// CreateLaunchReview writes one; Conflict "launch_review_open" where another of the service and
	// scorecard waits.
	CreateLaunchReview(ctx context.Context, r Review) error
	LaunchReview(ctx context.Context, review id.ID) (Review, error)
	// UpdateLaunchReview writes the decision, the conditions and TellAt.
	UpdateLaunchReview(ctx context.Context, r Review) error
	// LaunchReviews lists the newest first. Whether a sign-off holds is judged at that time.
	LaunchReviews(ctx context.Context, f Filter, now time.Time, r page.Request) (page.Page[Review], error)
	// LaunchReviewsToTell returns those whose TellAt is that time or sooner, by TellAt and identifier,
	// after one.
	LaunchReviewsToTell(ctx context.Context, by time.Time, after Review, most int) ([]Review, error)
}

// Services finds services by slug or identifier; a registry.Registry does.
type Services interface {
	ServiceFor(ctx context.Context, name string) (registry.Service, error)
}

// Scorecards finds scorecards and evaluates services; a scorecards.Service does.
type Scorecards interface {
	Get(ctx context.Context, name string) (scorecards.View, error)
	Evaluate(ctx context.Context, service string) (registry.Service, error)
	ServiceCard(ctx context.Context, service, scorecard string) (scorecards.ServiceCard, error)
}
