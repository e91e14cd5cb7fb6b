package promrules

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// SLOs lists those that the caller may read.
type SLOs interface {
	Views(ctx context.Context, f slo.Filter, r page.Request) (page.Page[slo.View], error)
}

// Services knows services by their identifiers.
type Services interface {
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error)
}

// Service writes the rules of declared SLOs.
type Service struct {
	slos     SLOs
	services Services
	now      clock.Clock
}

// NewService returns one over what it reads.
func NewService(slos SLOs, services Services, now clock.Clock) *Service {
	return &Service{slos: slos, services: services, now: now}
}

// Filter narrows the SLOs; zero fields do not.
type Filter struct{ Service, DataSource id.ID }

// Collection is the rules of several SLOs, by service and SLO.
type Collection struct {
	Services []ServiceRules
	Left     []Left // what has no place in rules
}

// ServiceRules are those of one service.
type ServiceRules struct {
	Slug   string
	Groups []Group
}

// Rules returns the rules of all SLOs that the caller may read and that are not retired.
// Errors: Forbidden.
func (s *Service) Rules(ctx context.Context, f Filter, n Names) (Collection, error) {
	now := s.now()
	var out Collection
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		found, err := s.slos.Views(ctx, slo.Filter{Service: f.Service, Order: slo.BySlug}, r)
		if err != nil {
			return Collection{}, err
		}
		owners := make([]id.ID, len(found.Items))
		for i, v := range found.Items {
			owners[i] = v.SLO.Service
		}
		services, err := s.services.ServicesByID(ctx, owners)
		if err != nil {
			return Collection{}, fmt.Errorf("read the services of SLOs: %w", err)
		}
		for _, v := range found.Items {
			owner, there := services[v.SLO.Service]
			if !there || owner.RetiredAt != nil || f.DataSource != "" && v.Indicator.Origin.DataSource != f.DataSource {
				continue
			}
			if err := out.add(owner.Slug, v, n, now); err != nil {
				return Collection{}, err
			}
		}
		if found.Next == "" {
			return out, nil
		}
		r.After = found.Next
	}
}

// add composes the rules of an SLO; what cannot be is noted.
func (c *Collection) add(service string, v slo.View, n Names, now time.Time) error {
	s, err := Of(service, v.Declared(), now)
	var groups []Group
	var left []Left
	if err == nil {
		s.Info = n.Info("evenkeel", "evenkeel/v1", "api-gen-prom")
		groups, left, err = Compose(s, n)
	}
	if refused := fault.As(err); refused != nil && refused.Kind == fault.Invalid {
		why := refused.Message
		if len(refused.Violations) > 0 {
			why = refused.Violations[0].Pointer + " " + refused.Violations[0].Message
		}
		c.Left = append(c.Left, Left{Service: service, SLO: v.SLO.Slug, Message: why})
		return nil
	}
	if err != nil {
		return fmt.Errorf("compose the rules of the SLO %s of %s: %w", v.SLO.Slug, service, err)
	}
	c.Left = append(c.Left, left...)
	if last := len(c.Services) - 1; last >= 0 && c.Services[last].Slug == service {
		c.Services[last].Groups = append(c.Services[last].Groups, groups...)
		return nil
	}
	c.Services = append(c.Services, ServiceRules{service, groups})
	return nil
}
