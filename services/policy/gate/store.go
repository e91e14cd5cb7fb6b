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
	// OverrideAt returns the one in force for the service, the longest if several are; nil
	// without one.
	OverrideAt(ctx context.Context, service id.ID, at time.Time) (*Override, error)
	// Overrides lists the newest first.
	Overrides(ctx context.Context, f OverrideFilter, r page.Request) (page.Page[Override], error)
	// UpdateOverride writes Until, Review and ChasedAt, conditional on Version, and answers fault.Stale.
	UpdateOverride(ctx context.Context, o Override) error
}
