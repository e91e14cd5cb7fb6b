package suggest

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/source"
)

// Recognised is instrumentation that was found of one service.
type Recognised struct {
	Template Template
	Seen     prometheus.Seen
	Fitted   []Fitted
}

// Fitted is an indicator of a template with the service's labels in its origin. The
// bound of a bucket, where it has one, was not chosen and says nothing.
type Fitted struct {
	Indicator
	Origin origin.Origin
}

// Recognise looks into a data source and tells which instrumentation it holds, at most
// Limit of it, and how much more there would be. Nothing is measured. Errors are those
// of Suggest.
func (s *Service) Recognise(ctx context.Context, src source.Source, r Request) (found []Recognised, more int, err error) {
	r, err = r.checked()
	if err != nil {
		return nil, 0, err
	}
	candidates, err := s.candidates(ctx, src, r, s.now())
	if err != nil {
		return nil, 0, err
	}
	for _, c := range candidates {
		// Candidates of one service follow one another.
		last := len(found) - 1
		if last < 0 || found[last].Template.Name != c.template.Name || !maps.Equal(found[last].Seen.Labels, c.seen.Labels) {
			found, last = append(found, Recognised{Template: c.template, Seen: c.seen}), last+1
		}
		fitted, err := prometheus.Fit(c.indicator.Origin, r.Scope.Selector, c.seen.Labels, 1)
		if err != nil {
			return nil, 0, fmt.Errorf("fitting the template %s: %w", c.template.Name, err)
		}
		found[last].Fitted = append(found[last].Fitted, Fitted{c.indicator, fitted})
	}
	more = max(0, len(found)-r.Limit)
	return found[:len(found)-more], more, nil
}

// checked returns the request with its defaults, or what is wrong with it.
func (r Request) checked() (Request, error) {
	var check fault.Check
	check.Require(r.Limit >= 0 && r.Limit <= MaxLimit, "/limit", r.Limit, "must be 1 to %d", MaxLimit)
	check.Require(r.Kind == "" || slices.Contains(registry.Kinds, r.Kind), "/kind", r.Kind, "must be one of %s", fault.Or(registry.Kinds))
	if r.Limit == 0 {
		r.Limit = DefaultLimit
	}
	return r, check.Err()
}
