package scorecards

import (
	"context"
	"slices"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
)

// CheckReport is a check of a scorecard, and what it comes to for all services.
type CheckReport struct {
	View  View
	Check Check
	Now   CheckSums
	// Facts are those that it depends on, as they are declared now.
	Facts []fact.Declaration
	// Problem is why its condition is not understood any more; empty where it is.
	Problem string
	// Trend is of each day that is kept on which it was judged, the oldest first.
	Trend []CheckDay
}

// CheckDay is what a check came to on a day.
type CheckDay struct {
	Day      clock.Date
	Outcomes map[string]int // services, by the outcome's name
}

// Check returns what the scorecard's check of that ID comes to for a scope, as Report does. Faults:
// NotFound, of code "check_not_found" where the scorecard does not have it; Moved.
func (s *Service) Check(ctx context.Context, scorecard, check string, kind ScopeKind, name string, days int) (CheckReport, error) {
	r, err := s.Report(ctx, scorecard, kind, name, days)
	if err != nil {
		return CheckReport{}, err
	}
	i := slices.IndexFunc(r.Checks, func(c CheckSums) bool { return c.Check.ID == check })
	if i < 0 {
		return CheckReport{}, fault.Missing("check", check)
	}
	language, err := s.languages.now(ctx)
	if err != nil {
		return CheckReport{}, err
	}
	made := s.languages.of(language, r.View.Revision)
	out := CheckReport{View: r.View, Check: r.Checks[i].Check, Now: r.Checks[i], Facts: []fact.Declaration{}, Trend: []CheckDay{}}
	reads := made.checks[r.View.Revision.check(check)]
	for _, d := range made.declared {
		if slices.Contains(reads, d.Name) {
			out.Facts = append(out.Facts, d)
		}
	}
	for _, p := range made.problems {
		if p.Check == check {
			out.Problem = p.Why
		}
	}
	for _, t := range r.Trend {
		if outcomes := t.Checks[check]; len(outcomes) > 0 {
			out.Trend = append(out.Trend, CheckDay{t.Day, outcomes})
		}
	}
	return out, nil
}

// MayCreate reports whether the context's caller may make a scorecard of the platform.
func (s *Service) MayCreate(ctx context.Context) (bool, error) {
	return allowed(s.Authorizer.Authorize(ctx, access.Create, Scorecard{}.object()))
}

func allowed(err error) (bool, error) {
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Unauthenticated) {
		return false, nil
	}
	return err == nil, err
}
