package slo

import (
	"context"
	"fmt"
)

// Promises knows what others were promised on the strength of SLOs; see sla.Service,
// which is one.
type Promises interface {
	// Promised returns what should be known of an SLO because of that.
	Promised(ctx context.Context, v View) ([]Warning, error)
}

// PromiseWith has an SLO that is revised held against what was promised. It is called
// while the program is put together, before the first use.
func (s *Service) PromiseWith(p Promises) { s.promises = p }

// promised returns what should be known of an SLO because of what was promised.
func (s *Service) promised(ctx context.Context, v View) ([]Warning, error) {
	if s.promises == nil {
		return nil, nil
	}
	found, err := s.promises.Promised(ctx, v)
	if err != nil {
		return nil, fmt.Errorf("hold an SLO against what was promised: %w", err)
	}
	return found, nil
}
