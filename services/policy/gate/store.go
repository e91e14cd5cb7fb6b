package gate

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
)

// DecisionFilter narrows a list of decisions; zero fields do not.
type DecisionFilter struct {
	Service id.ID
	Answer  Answer
}

// OverrideFilter narrows a list of overrides; zero fields do not.
type OverrideFilter struct {
	Service id.ID
	Team    id.ID // that the service is of now
	// Unreviewed keeps those that nobody reviewed yet.
	Unreviewed bool
	// Unchased keeps those of which was not told that their review is overdue.
	Unchased bool
}

// Surroundings is what an answer for a service follows from beside its SLOs. It is read for each
// answer, all at once.
type Surroundings struct {
	// Override is the one in force, the longest if several are; nil without one.
	Override *Override
	// Hard are the slugs of services that this one depends on hard, by identifier.
	Hard map[id.ID]string
}

// Store keeps decisions and overrides.
type Store interface {
	CreateDecision(ctx context.Context, d Decision) error
	// Decision returns one; NotFound.
	Decision(ctx context.Context, decision id.ID) (Decision, error)
	// Decisions lists the newest first.
	Decisions(ctx context.Context, f DecisionFilter, r page.Request) (page.Page[Decision], error)
	CreateOverride(ctx context.Context, o Override) error
	// Override returns one; NotFound.
	Override(ctx context.Context, override id.ID) (Override, error)
	// Surroundings are those of the service at that time.
	Surroundings(ctx context.Context, service id.ID, at time.Time) (Surroundings, error)
	// Overrides lists the newest first.
	Overrides(ctx context.Context, f OverrideFilter, r page.Request) (page.Page[Override], error)
	// UpdateOverride writes Until and Review, conditional on Version, and answers fault.Stale.
	UpdateOverride(ctx context.Context, o Override) error
	// Chased records that it was told that the review is overdue; Stale where it was already, or
	// somebody reviewed it. It is nothing that people see, and leaves Version as it is.
	Chased(ctx context.Context, override id.ID, at time.Time) error
}
