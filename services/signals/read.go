package signals

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/slo"
)

// The bounds of series.
const (
	MaxPoints   = 1000
	ShortestGap = time.Minute
	LongestGap  = 24 * time.Hour
	longest     = 31 * 24 * time.Hour
	// aboutPoints is how many points there are at most when the step is chosen.
	aboutPoints = 120

	usual = 6 * time.Hour // how far back is looked when nothing is said
)

// gaps are the steps that are chosen from.
var gaps = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, LongestGap,
}

// earliest is before what anything is measured; the arithmetic of times holds after it.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// present is the one time that the current values are of. All who ask within a moment
// mean the same.
func present(now time.Time) span {
	at := now.UTC().Truncate(answerLife)
	return span{from: at, to: at, step: ShortestGap, lately: true}
}

// Current returns what the signals of a service are now: each reading has one point.
//
// Faults: NotFound; Forbidden.
func (s *Service) Current(ctx context.Context, service string) (Report, error) {
	m, owner, err := s.Find(ctx, service)
	if err != nil {
		return Report{}, err
	}
	return s.read(ctx, m, owner, present(s.Clock()), nil)
}

// Series returns what the signals of a service were at every whole step within
// [from, to]. to is now when it is zero or later, from six hours before to, and step is
// chosen.
//
// Faults: NotFound; Forbidden; Invalid with pointers to the query's from, to and
// stepSeconds.
func (s *Service) Series(ctx context.Context, service string, from, to time.Time, step time.Duration) (Report, error) {
	m, owner, err := s.Find(ctx, service)
	if err != nil {
		return Report{}, err
	}
	over, err := spanOf(from, to, step, clock.Round(s.Clock()))
	if err != nil {
		return Report{}, err
	}
	return s.read(ctx, m, owner, over, nil)
}

// spanOf checks and completes what is wanted of series. Times are whole steps, so that
// all who ask mean the same.
func spanOf(from, to time.Time, step time.Duration, now time.Time) (span, error) {
	if to.IsZero() || to.After(now) {
		to = now
	}
	unbounded := from.IsZero()
	if unbounded {
		from = to.Add(-usual)
	}
	if step == 0 {
		step = chooseGap(to.Sub(from))
	}
	var check fault.Check
	seconds := int64(step / time.Second)
	whole := step >= ShortestGap && step <= LongestGap && step%ShortestGap == 0
	check.Require(whole, "query.stepSeconds", seconds, "must be a whole multiple of %d, at most %d", ShortestGap/time.Second, LongestGap/time.Second)
	switch {
	case to.Before(earliest):
		check.Fail("query.to", to.UTC().Format(time.RFC3339), "must not be before %s", earliest.Format(time.RFC3339))
	case from.After(to):
		check.Fail("query.from", from.UTC().Format(time.RFC3339), "must not be after to, or now: %s", to.UTC().Format(time.RFC3339))
	case to.Sub(from) > longest:
		check.Fail("query.from", from.UTC().Format(time.RFC3339), "must be at most %d days before to", longest/(24*time.Hour))
	case whole && to.Sub(from)/step >= MaxPoints:
		check.Fail("query.stepSeconds", seconds, "makes more than %d points; choose a longer step", MaxPoints)
	}
	if err := check.Err(); err != nil {
		return span{}, err
	}
	first, last := from.UTC().Truncate(step), to.UTC().Truncate(step)
	if !unbounded && first.Before(from) && first.Before(last) {
		first = first.Add(step)
	}
	return span{from: first, to: last, step: step}, nil
}

func chooseGap(length time.Duration) time.Duration {
	for _, step := range gaps {
		if length <= step*aboutPoints {
			return step
		}
	}
	return LongestGap
}

// Glance is what a page shows of a service: what its signals are, and for a picture how
// the first figure of each went during the last hours.
func (s *Service) Glance(ctx context.Context, service string) (now, lately Report, err error) {
	m, owner, err := s.Find(ctx, service)
	if err != nil {
		return Report{}, Report{}, err
	}
	over, err := spanOf(time.Time{}, time.Time{}, 5*time.Minute, clock.Round(s.Clock()))
	if err != nil {
		return Report{}, Report{}, err
	}
	leading := leadingOf(m.Map)
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() (err error) {
		now, err = s.read(ctx, m, owner, present(s.Clock()), nil)
		return err
	})
	both.Go(func() (err error) {
		lately, err = s.read(ctx, m, owner, over, leading)
		return err
	})
	if err := both.Wait(); err != nil {
		return Report{}, Report{}, fmt.Errorf("glance at the signals of a service: %w", err)
	}
	return now, lately, nil
}

// leadingOf tells the figures by which a signal is judged first: of latency the highest
// quantile of successes, and of errors the share.
func leadingOf(m Map) func(Reading) bool {
	highest := Quantile("")
	if l := m.Latency; l != nil {
		for _, q := range l.Quantiles {
			highest = max(highest, q)
		}
		for _, q := range l.Queries {
			if q.Outcome == Success {
				highest = max(highest, q.Quantile)
			}
		}
	}
	return func(r Reading) bool {
		switch r.Signal {
		case Latency:
			return r.Outcome == Success && r.Quantile == highest
		case Errors:
			return r.Name == "share"
		default:
			return true
		}
	}
}

// Warning is what should be known of a mapping that breaks no rule.
type Warning struct {
	Code    string // a Reason, or one of the codes below
	Pointer string // into the mapping on the wire
	Message string
}

// WarnSlow is of errors that are taken over from an SLO by which what is slow is bad.
const WarnSlow = "errors_are_slow"

// Doubts looks at the signals of a mapping and returns why those that give no value do
// not: what a mapping means shows only when data sources are asked. It is for after the
// mapping was changed, and no part of a transaction. That nothing could be told is a
// warning, too, and never an error: the mapping stands.
func (s *Service) Doubts(ctx context.Context, m Mapping) []Warning {
	out, err := s.doubts(ctx, m)
	if err != nil && ctx.Err() == nil {
		s.Logger.ErrorContext(ctx, "signals cannot be doubted", "service", m.Service, "error", err)
		return []Warning{{string(Unavailable), "", "it could not be told whether there are values: the reason is internal; the log of the replica holds the details"}}
	}
	return out
}

func (s *Service) doubts(ctx context.Context, m Mapping) ([]Warning, error) {
	owner, err := s.Registry.Service(ctx, m.Service)
	if err != nil {
		return nil, fmt.Errorf("read whose signals are mapped: %w", err)
	}
	out, err := s.slow(ctx, m)
	if err != nil {
		return nil, err
	}
	report, err := s.read(ctx, m, owner, present(s.Clock()), nil)
	if err != nil {
		return nil, err
	}
	said := map[Warning]bool{}
	for _, r := range report.Readings {
		if l := r.Last().Lack; l != nil {
			w := Warning{string(l.Reason), r.Pointer, "there is no value now: " + l.Detail}
			if !said[w] {
				said[w] = true
				out = append(out, w)
			}
		}
	}
	return out, nil
}

// slow tells of an SLO of latency that errors are taken over from.
func (s *Service) slow(ctx context.Context, m Mapping) ([]Warning, error) {
	if m.Errors == nil || m.Errors.SLO == "" {
		return nil, nil
	}
	v, err := s.SLOs.View(ctx, m.Errors.SLO)
	if err != nil {
		return nil, fmt.Errorf("read the SLO that errors are taken over from: %w", err)
	}
	if v.Indicator.Category != slo.Latency {
		return nil, nil
	}
	return []Warning{{WarnSlow, "/errors/slo", fmt.Sprintf("to the SLO %q, bad is what is slow: its share of errors is that of slow requests", v.SLO.Slug)}}, nil
}
