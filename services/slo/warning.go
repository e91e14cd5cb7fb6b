package slo

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Warning is what somebody should know of an SLO that breaks no rule.
type Warning struct {
	Code    string // stable, in snake case
	Pointer string // as on the wire
	Message string
}

// The codes of warnings.
const (
	WarnAlertUnreachable  = "alert_unreachable"
	WarnReviewDateMissing = "review_date_missing"
	WarnReviewOverdue     = "review_overdue"
	// WarnThreshold is of a latency's threshold that is no bound of the histogram, or of
	// which that could not be told.
	WarnThreshold = "threshold_no_bound"
)

// Warnings returns what should be known of the terms at now.
func (t Terms) Warnings(now time.Time) []Warning {
	var out []Warning
	for _, p := range budget.Pairs {
		if !p.Reachable(t.Objective, t.Window()) {
			out = append(out, Warning{WarnAlertUnreachable, "/objective", fmt.Sprintf(
				"the burn alert %s can never fire: its factor is %s, and at an objective of %s the burn rate is at most %s, when every event is bad",
				p.Name, p.Factor(t.Window()).Decimal(2), t.Objective, budget.HighestBurn(t.Objective).Decimal(2))})
		}
	}
	switch {
	case t.ReviewBy == nil:
		out = append(out, Warning{WarnReviewDateMissing, "/reviewBy",
			"there is no date by which the objective is looked at again; objectives that nobody revisits stop meaning anything"})
	case t.ReviewBy.Before(now.UTC().Truncate(24 * time.Hour)):
		out = append(out, Warning{WarnReviewOverdue, "/reviewBy",
			fmt.Sprintf("the objective was to be looked at again by %s", t.ReviewBy.Format(date))})
	}
	return out
}

// Doubts asks the data source that an SLO is read from whether it could answer, and
// returns what should be known of it. That takes a moment, and is no part of a
// transaction: it is for after the SLO was declared. That the data source cannot be
// asked, for whatever reason, is a warning, too, and never an error: the SLO stands.
// Only thresholds of latencies are looked at: what else a query gives the first slot
// shows.
func (s *Service) Doubts(ctx context.Context, v View) []Warning {
	l := v.Indicator.Origin.Latency
	if l == nil || l.Native {
		return nil
	}
	words, err := s.doubt(ctx, v)
	switch f := fault.As(err); {
	case f != nil:
		words = untold + f.Message
	case err != nil:
		s.log.ErrorContext(ctx, "data source of an slo cannot be doubted", "slo", v.SLO.ID, "error", err)
		words = untold + "the reason is internal; the log of the replica holds the details"
	case words == "":
		return nil
	}
	return []Warning{{WarnThreshold, sourcePointer + "/latency/thresholdSeconds", words}}
}

const untold = "it could not be told whether it is the bound of a bucket: "

func (s *Service) doubt(ctx context.Context, v View) (string, error) {
	owner, err := s.registry.Service(ctx, v.SLO.Service)
	if err != nil {
		return "", fmt.Errorf("read whose SLO it is: %w", err)
	}
	words, err := s.origins.Doubt(ctx, v.Indicator.Origin, owner)
	if err != nil {
		return "", fmt.Errorf("ask the data source of an SLO: %w", err)
	}
	return words, nil
}
