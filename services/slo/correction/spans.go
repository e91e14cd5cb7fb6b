package correction

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
)

var _ slo.Corrections = (*Service)(nil)

// Spans returns what is corrected in [from, to) of each SLO of which anything is. It
// authorises nobody.
func (s *Service) Spans(ctx context.Context, from, to time.Time) (map[id.ID][]window.Span, error) {
	active, err := s.Store.Active(ctx, from, to)
	if err != nil {
		return nil, err
	}
	out := make(map[id.ID][]window.Span, len(active))
	for of, corrections := range active {
		out[of] = spans(corrections, from, to)
	}
	return out, nil
}

// SpansOf returns what is corrected of one.
func (s *Service) SpansOf(ctx context.Context, of id.ID, from, to time.Time) ([]window.Span, error) {
	active, err := s.Store.ActiveOf(ctx, of, from, to)
	if err != nil {
		return nil, err
	}
	return spans(active, from, to), nil
}
