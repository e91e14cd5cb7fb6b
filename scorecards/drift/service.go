package drift

import (
	"context"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Parts are what a Service is made of.
type Parts struct {
	Store        Store
	Registry     Registry
	People       People
	Repositories Repositories // nil where there is no tracker
	Tracker      Tracker      // nil where there is none
	Teller       event.Teller // nil tells nobody
	Runner       tx.Runner
	Authorizer   *access.Authorizer
	Clock        clock.Clock
}

// Service finds drifts, and lists them. List authorises the context's caller; WatchOnce and
// LookOnce are Evenkeel's own.
type Service struct{ Parts }

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{p} }

// View is a drift with the service that it is of.
type View struct {
	Drift
	Of registry.Service
}

// List lists drifts of services that are not retired, the oldest first.
//
// Faults: Unauthenticated; Invalid with a pointer to the query's reason.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[View], error) {
	none := page.Page[View]{}
	if err := s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindService}); err != nil {
		return none, err
	}
	var check fault.Check
	check.Require(f.Reason == "" || slices.Contains(Reasons, f.Reason), "query.reason", string(f.Reason), "must be one of %s", fault.Or(Reasons))
	if err := check.Err(); err != nil {
		return none, err
	}
	found, err := s.Store.Drifts(ctx, f, r)
	if err != nil {
		return none, fmt.Errorf("list drifts of ownership: %w", err)
	}
	services := make([]id.ID, len(found.Items))
	for i, d := range found.Items {
		services[i] = d.Service
	}
	slices.Sort(services)
	of, err := s.Registry.ServicesByID(ctx, slices.Compact(services))
	if err != nil {
		return none, fmt.Errorf("read the services of drifts: %w", err)
	}
	return page.Map(found, func(d Drift) View { return View{d, of[d.Service]} }), nil
}
