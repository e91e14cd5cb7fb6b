package issues

import (
	"context"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Services are the organisation's services, which issues name.
type Services interface {
	Service(ctx context.Context, service id.ID) (registry.Service, error)
}

// Episodes are the violations, by which an issue of an earlier one is found.
type Episodes interface {
	// Violations lists the newest first.
	Violations(ctx context.Context, f policy.ViolationFilter, r page.Request) (page.Page[policy.Violation], error)
}

// Service keeps desired issues. It is the desk that policies tell of violations,
// and lets issues be read.
type Service struct {
	store      Store
	services   Services
	episodes   Episodes
	authorizer *access.Authorizer
	now        clock.Clock
	publicURL  string
	deliverer  Deliverer // may be nil
}

// Deliverer brings issues to a tracker; a delivery.Desk is one.
type Deliverer interface {
	// Wanted is told of each issue that is wanted, or wanted otherwise, within the
	// transaction in which it is written.
	Wanted(ctx context.Context, i Issue) error
}

// DeliverWith has issues delivered from now on. Without it they stay here.
func (s *Service) DeliverWith(d Deliverer) { s.deliverer = d }

// NewService returns the service over a store; a registry.Store is Services, a
// policy.Store is Episodes. publicURL is where people reach
// the dashboard, such as "https://evenkeel.example.org".
func NewService(store Store, services Services, episodes Episodes, authorizer *access.Authorizer, now clock.Clock, publicURL string) *Service {
	return &Service{
		store: store, services: services, episodes: episodes, authorizer: authorizer, now: now,
		publicURL: strings.TrimRight(publicURL, "/"),
	}
}

// Get returns an issue, or NotFound.
func (s *Service) Get(ctx context.Context, issue id.ID) (Issue, error) {
	if err := s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindIssue, ID: issue}); err != nil {
		return Issue{}, err
	}
	i, err := s.store.Issue(ctx, issue)
	if err != nil {
		return Issue{}, fmt.Errorf("read an issue: %w", err)
	}
	return i, nil
}

// List lists issues, the newest first. Faults: Invalid for a kind that is none.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[Issue], error) {
	if err := s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindIssue}); err != nil {
		return page.Page[Issue]{}, err
	}
	var check fault.Check
	check.Require(f.Kind == "" || templates[f.Kind] != nil, "query.kind", f.Kind, "must be %q", KindBudgetViolation)
	if err := check.Err(); err != nil {
		return page.Page[Issue]{}, err
	}
	list, err := s.store.Issues(ctx, f, r)
	if err != nil {
		return page.Page[Issue]{}, fmt.Errorf("list issues: %w", err)
	}
	return list, nil
}
