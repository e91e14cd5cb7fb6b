package issues

import (
	"context"
	"strings"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Services are the organisation's services, which issues name, and their teams.
type Services interface {
	Service(ctx context.Context, service id.ID) (registry.Service, error)
	Team(ctx context.Context, team id.ID) (registry.Team, error)
	Services(ctx context.Context, f registry.ServiceFilter, r page.Request) (page.Page[registry.Service], error)
}

// Episodes are the violations, by which an issue of an earlier one is found.
type Episodes interface {
	Violation(ctx context.Context, violation id.ID) (policy.Violation, error)
}

// Service keeps desired issues. It is the desk that policies tell of violations.
type Service struct {
	store     Store
	services  Services
	episodes  Episodes
	publicURL string
	deliverer Deliverer // may be nil
}

// Deliverer brings issues to a tracker; a delivery.Desk is one.
type Deliverer interface {
	// Wanted is told of each issue that is wanted, or wanted otherwise, within the
	// transaction in which it is written.
	Wanted(ctx context.Context, i Issue) error
	// Closes reports whether it closes issues of a kind that are wanted closed.
	Closes(kind Kind) bool
}

// DeliverWith has issues delivered from now on. Without it they stay here.
func (s *Service) DeliverWith(d Deliverer) { s.deliverer = d }

// NewService returns the service over a store; a registry.Store is Services, a
// policy.Store is Episodes. publicURL is where people reach
// the dashboard, such as "https://evenkeel.example.org".
func NewService(store Store, services Services, episodes Episodes, publicURL string) *Service {
	return &Service{store: store, services: services, episodes: episodes, publicURL: strings.TrimRight(publicURL, "/")}
}
