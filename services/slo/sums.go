package slo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Asked is a time of an SLO that is summed up under terms of its own choice, for what
// looks at the past: [From, To), both at the start of a slot or slice.
type Asked struct {
	Terms     Terms
	Indicator Indicator
	From, To  time.Time
	// Step divides the time; the answer has one sum for each.
	Step time.Duration
	// Corrected is what is laid over it; Raw has thinned time summed up without the
	// corrections that lay over it when it was thinned.
	Corrected []window.Span
	Raw       bool
}

// Sums returns what was measured of many, in their order and in few statements. It
// authorises nobody.
func (s *Service) Sums(ctx context.Context, asked []Asked) ([][]measure.Step, error) {
	if len(asked) == 0 {
		return nil, nil
	}
	var sources []id.ID
	for _, a := range asked {
		if from := a.Indicator.Origin.DataSource; from != "" && !slices.Contains(sources, from) {
			sources = append(sources, from)
		}
	}
	delays, err := s.delaysOf(ctx, sources)
	if err != nil {
		return nil, err
	}
	sought := make([]measure.Sought, len(asked))
	for i, a := range asked {
		sought[i] = measure.Sought{
			Reading: measure.Reading{
				Indicator: a.Indicator.ID, AsMeasured: a.Raw,
				Lens: a.Terms.Lens(a.Indicator.Resolution, delays[a.Indicator.Origin.DataSource], a.Corrected),
			},
			From: a.From, To: a.To, Step: a.Step,
		}
	}
	sums, err := s.measurements.TotalsOf(ctx, sought)
	if err != nil {
		return nil, fmt.Errorf("sum up %d times of SLOs: %w", len(asked), err)
	}
	return sums, nil
}
