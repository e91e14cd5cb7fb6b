package given

import (
	"context"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Parts are what a Service is made of. Domains, Noticer and Readers may be nil: then no domain tells
// of services, nothing is judged of them, and nothing reads facts.
type Parts struct {
	Store      Store
	Registry   Registry
	Domains    Domains
	Noticer    Noticer
	Readers    Readers
	Teller     event.Teller
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
}

// Service is what can be done with given facts. Every method but Given, Source and ChaseOnce
// authorises the context's caller; every change is audited in its own transaction.
type Service struct{ Parts }

// NewService returns a service of the parts.
func NewService(p Parts) *Service { return &Service{p} }

// due notes that something of services changed.
func (s *Service) due(ctx context.Context, services ...id.ID) error {
	if s.Noticer == nil || len(services) == 0 {
		return nil
	}
	return s.Noticer.Due(ctx, services...)
}

// told are the declarations of domains.
func (s *Service) told() []fact.Declaration {
	if s.Domains == nil {
		return nil
	}
	return s.Domains.Facts()
}

// teller is who else tells a fact of the name; empty for nobody.
func (s *Service) teller(name string) string {
	if i := slices.IndexFunc(s.told(), func(d fact.Declaration) bool { return d.Name == name }); i >= 0 {
		return s.told()[i].By
	}
	return ""
}

// declared are all facts that can be given: those that are built in, in the order of the checks that
// read them, then those of administrators, by name. One that a domain tells by now is the domain's.
func (s *Service) declared(ctx context.Context) ([]Declaration, error) {
	stored, err := s.Store.Declarations(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the declared facts: %w", err)
	}
	return s.effective(append(Builtin(), stored...)), nil
}

// effective are those that no domain tells, and of stored ones those that are not built in.
func (s *Service) effective(all []Declaration) []Declaration {
	return slices.DeleteFunc(all, func(d Declaration) bool {
		_, known := builtin(d.Name)
		return s.teller(d.Name) != "" || known && !d.BuiltIn
	})
}

// held are the declarations of the names that can be given, by name. They stay until the transaction
// ends.
func (s *Service) held(ctx context.Context, names []string) (map[string]Declaration, error) {
	var own []string
	out := map[string]Declaration{}
	for _, name := range names {
		if d, known := builtin(name); known {
			out[name] = d
		} else if len(name) <= maxName && camelCase.MatchString(name) { // no other is in a store
			own = append(own, name)
		}
	}
	if len(own) > 0 {
		stored, err := s.Store.HoldDeclarations(ctx, own)
		if err != nil {
			return nil, fmt.Errorf("hold %d declared facts: %w", len(own), err)
		}
		for _, d := range stored {
			out[d.Name] = d
		}
	}
	for name := range out {
		if s.teller(name) != "" {
			delete(out, name)
		}
	}
	return out, nil
}

// unknown says why a fact cannot be given.
func (s *Service) unknown(name string) string {
	if by := s.teller(name); by != "" {
		return fmt.Sprintf("is told by %s, and is not given", by)
	}
	return "is no declared fact; GET /v1/service-facts lists them"
}

// one returns a service that can change, with nobody else giving facts of it until the transaction ends.
func (s *Service) one(ctx context.Context, service id.ID, verb access.Verb, object func(registry.Service) access.Object) (registry.Service, error) {
	if err := s.Store.HoldServices(ctx, []id.ID{service}); err != nil {
		return registry.Service{}, err
	}
	owner, err := s.Registry.Service(ctx, service)
	if err != nil {
		return registry.Service{}, err
	}
	if err := s.Authorizer.Authorize(ctx, verb, object(owner)); err != nil {
		return registry.Service{}, err
	}
	return owner, owner.Live()
}

// missing is the fault of a fact that cannot be given.
func (s *Service) missing(name string) error {
	if by := s.teller(name); by != "" {
		return fault.New(fault.NotFound, "fact_not_found", "the fact %q is told by %s, and is not given", fault.Clip(name, maxName), by)
	}
	return fault.Missing("fact", fault.Clip(name, maxName))
}
