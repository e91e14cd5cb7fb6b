package exemption

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Parts are what a Service is made of. Scorecards and Noticer are a scorecards.Service, which asks
// this one back what services are excused from: they may be set later, before anything is done.
type Parts struct {
	Store      Store
	Services   Services
	Scorecards Scorecards
	Noticer    Noticer
	Teller     event.Teller
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
}

// Service is what can be done with exemptions. Every method but Exempt and ChaseOnce authorises the
// context's caller; every change is audited in its own transaction, with what is told of it.
type Service struct{ Parts }

// NewService returns a service of the parts.
func NewService(p Parts) *Service { return &Service{p} }

var _ scorecards.Exemptions = (*Service)(nil)

// Exempt returns the checks of which each of the services is excused at that time, by service and
// scorecard. It authorises nobody.
func (s *Service) Exempt(ctx context.Context, services []id.ID, now time.Time) (map[id.ID]map[id.ID][]string, error) {
	keys, err := s.Store.InForce(ctx, services, now)
	if err != nil {
		return nil, fmt.Errorf("read what services are excused from: %w", err)
	}
	out := map[id.ID]map[id.ID][]string{}
	for _, k := range keys {
		if out[k.Service] == nil {
			out[k.Service] = map[id.ID][]string{}
		}
		out[k.Service][k.Scorecard] = append(out[k.Service][k.Scorecard], k.Check)
	}
	return out, nil
}

// Get returns an exemption; NotFound.
func (s *Service) Get(ctx context.Context, exemption id.ID) (Exemption, error) {
	if err := s.mayRead(ctx); err != nil {
		return Exemption{}, err
	}
	e, err := s.Store.Exemption(ctx, exemption)
	if err != nil {
		return Exemption{}, fmt.Errorf("read an exemption: %w", err)
	}
	return e, nil
}

// List lists exemptions: those that wait or are in force by when they expire, others the newest first.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[Exemption], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Exemption]{}, err
	}
	var check fault.Check
	check.Require(f.State == "" || slices.Contains(States, f.State), "query.state", f.State, "must be one of %s", fault.Or(States))
	if err := check.Err(); err != nil {
		return page.Page[Exemption]{}, err
	}
	found, err := s.Store.Exemptions(ctx, f, clock.Round(s.Clock()), r)
	if err != nil {
		return page.Page[Exemption]{}, fmt.Errorf("list exemptions: %w", err)
	}
	return found, nil
}

// State is the state of an exemption now.
func (s *Service) State(e Exemption) State { return e.State(clock.Round(s.Clock())) }

// MayAsk reports whether the context's caller may ask for exemptions of the service.
func (s *Service) MayAsk(ctx context.Context, service registry.Service) (bool, error) {
	may, err := s.may(ctx, access.Create, about{service: service}.asked(Exemption{}))
	return may && service.RetiredAt == nil, err
}

func (s *Service) may(ctx context.Context, verb access.Verb, o access.Object) (bool, error) {
	err := s.Authorizer.Authorize(ctx, verb, o)
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Unauthenticated) {
		return false, nil
	}
	return err == nil, err
}

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindExemption})
}

// about reads what an exemption is of.
func (s *Service) about(ctx context.Context, e Exemption) (about, error) {
	service, err := s.Services.ServiceFor(ctx, string(e.Service))
	if err != nil {
		return about{}, fmt.Errorf("read the service of an exemption: %w", err)
	}
	card, err := s.Scorecards.Get(ctx, string(e.Scorecard))
	if err != nil {
		return about{}, fmt.Errorf("read the scorecard of an exemption: %w", err)
	}
	return about{service, card}, nil
}

func (s *Service) due(ctx context.Context, service id.ID) error {
	if s.Noticer == nil {
		return nil
	}
	return s.Noticer.Due(ctx, service)
}
