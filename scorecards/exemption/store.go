package exemption

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Filter narrows a list of exemptions; zero fields do not.
type Filter struct {
	Service   id.ID
	Team      id.ID // of the services
	Scorecard id.ID
	State     State
}

// Ordered reports whether a list of the filter is by when exemptions expire, the first of them first;
// others are the newest first.
func (f Filter) Ordered() bool { return f.State == Waiting || f.State == InForce }

// Store keeps exemptions. Missing rows are NotFound; updates are conditional on Version, which the
// store increments, and answer fault.Stale.
type Store interface {
	// HoldServices keeps others that hold them from the services until the transaction ends.
	HoldServices(ctx context.Context, services []id.ID) error
	Exemption(ctx context.Context, exemption id.ID) (Exemption, error)
	// OpenExemption returns the one of the key that has no Ended, though it may be expired; nil where
	// there is none.
	OpenExemption(ctx context.Context, key Key) (*Exemption, error)
	// CreateExemption writes one; Stale where another of the key was faster.
	CreateExemption(ctx context.Context, e Exemption) error
	// UpdateExemption writes Approval, Warned and Ended.
	UpdateExemption(ctx context.Context, e Exemption) error
	// Exemptions lists those of the filter; Filter.Ordered says in which order.
	Exemptions(ctx context.Context, f Filter, now time.Time, r page.Request) (page.Page[Exemption], error)
	// OpenExemptions returns those without Ended, by Until and identifier, after one.
	OpenExemptions(ctx context.Context, after Exemption, most int) ([]Exemption, error)
	// InForce returns what the services are excused from at that time, in a number of statements that
	// hardly grows with them.
	InForce(ctx context.Context, services []id.ID, now time.Time) ([]Key, error)
}

// Services finds services by slug or identifier; a registry.Registry does.
type Services interface {
	ServiceFor(ctx context.Context, name string) (registry.Service, error)
}

// Scorecards finds scorecards, by slug or identifier; a scorecards.Service does.
type Scorecards interface {
	Get(ctx context.Context, name string) (scorecards.View, error)
}

// Noticer takes note, in the transaction of a change, that services are to be evaluated again.
type Noticer interface {
	Due(ctx context.Context, services ...id.ID) error
}
