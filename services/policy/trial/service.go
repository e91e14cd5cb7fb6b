package trial

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// The bounds of a trial.
const (
	MaxDays = 90
	// MaxSLOs and MaxJudgements keep one within what a request may take.
	MaxSLOs       = 1_000
	MaxJudgements = 22_000_000 // SLOs × hours × clauses: 1,000 over 90 days by ten
	// within is how long it may take, and turn how long it waits for another that runs.
	within = 20 * time.Second
	turn   = 5 * time.Second
	// pageSize is how many SLOs are listed at a time, atOnce of how many the past is in memory.
	pageSize, atOnce = 500, 25
)

// Policies make a rule of what is to be tried. policy.Service is one; it authorises.
type Policies interface {
	Try(ctx context.Context, name string, draft policy.Terms, place policy.Place) (policy.Rule, error)
}

// Services are the organisation's.
type Services interface {
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error)
	registry.SlugStore
	Team(ctx context.Context, team id.ID) (registry.Team, error)
	TeamBySlug(ctx context.Context, slug string) (registry.Team, error)
}

// SLOs give the SLOs there are.
type SLOs interface {
	// ActiveViews returns up to limit views of SLOs that are not retired, by ID, after the given one.
	ActiveViews(ctx context.Context, after id.ID, limit int) ([]slo.View, error)
	// ViewsOf returns those of the services that are not retired.
	ViewsOf(ctx context.Context, services []id.ID) ([]slo.View, error)
}

// Pasts tell what is known of SLOs at full hours of the past. slo.Service is one.
type Pasts interface {
	Pasts(ctx context.Context, views []slo.View, from, to time.Time, facts []string) ([]slo.Past, error)
}

// Parts are what a Service is made of.
type Parts struct {
	Policies Policies
	Services Services
	SLOs     SLOs
	Pasts    Pasts
	Clock    clock.Clock
}

// Service tries policies on the past, one at a time.
type Service struct {
	Parts
	turns chan struct{}
}

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{Parts: p, turns: make(chan struct{}, 1)} }

// Input is what is tried: a policy by its slug or identifier, or a draft.
type Input struct {
	Policy string
	Draft  policy.Terms
	Place  policy.Place
	Team   string // slug or identifier: of its services alone; empty for all of the place
	Days   int    // 1 to MaxDays, until now
}

// Run tells what would have followed from the policy in the last days, had it been attached at
// the place. Nothing is kept. Whoever may read policies.
//
// Faults: Unauthenticated; Invalid with every broken rule, and where it would be of too many
// SLOs; Unavailable "trial_busy" while others run, and "trial_too_long".
func (s *Service) Run(ctx context.Context, in Input) (Result, error) {
	rule, err := s.Policies.Try(ctx, in.Policy, in.Draft, in.Place)
	var check fault.Check
	check.Require(in.Days >= 1 && in.Days <= MaxDays, "/days", in.Days, "must be 1 to %d", MaxDays)
	of, err := s.team(ctx, &check, in, err)
	if err := joined(check, err); err != nil {
		return Result{}, err
	}
	leave, err := s.enter(ctx)
	if err != nil {
		return Result{}, err
	}
	defer leave()
	bounded, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	result, err := s.run(bounded, rule, of, in.Days)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return Result{}, fault.New(fault.Unavailable, "trial_too_long", "the trial takes longer than %s: choose a service or a tier, fewer days, or fewer and simpler clauses", within)
	}
	if err != nil {
		return Result{}, fmt.Errorf("try a policy: %w", err)
	}
	return result, nil
}

// team is the one whose services are tried alone, unless something else than what was asked is
// wrong already.
func (s *Service) team(ctx context.Context, check *fault.Check, in Input, before error) (id.ID, error) {
	if in.Team == "" || before != nil && !fault.Is(before, fault.Invalid) {
		return "", before
	}
	check.Require(in.Place.Target != policy.ToService, "/team", in.Team, "must be left out where a service is chosen")
	found, _, err := registry.Refer(ctx, check, "/team", in.Team, func(ctx context.Context, name string) (registry.Team, error) {
		return registry.Find(ctx, s.Services, registry.NounTeam, "", name, s.Services.Team, s.Services.TeamBySlug)
	})
	if err != nil {
		return "", err
	}
	return found.ID, before
}

// joined adds what a check found to what was found before.
func joined(check fault.Check, err error) error {
	own := fault.As(check.Err())
	switch before := fault.As(err); {
	case own == nil:
		return err
	case err == nil:
		return own
	case before != nil && before.Kind == fault.Invalid:
		for _, v := range before.Violations {
			check.Fail(v.Pointer, v.Value, "%s", v.Message)
		}
		return check.Err()
	}
	return err
}

// enter waits for its turn.
func (s *Service) enter(ctx context.Context) (leave func(), err error) {
	waiting, cancel := context.WithTimeout(ctx, turn)
	defer cancel()
	select {
	case s.turns <- struct{}{}:
		return func() { <-s.turns }, nil
	case <-waiting.Done():
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		busy := fault.New(fault.Unavailable, "trial_busy", "another trial runs; try again in a moment")
		busy.RetryAfter = turn
		return nil, busy
	}
}

func (s *Service) run(ctx context.Context, rule policy.Rule, team id.ID, days int) (Result, error) {
	to := s.Clock().UTC().Truncate(time.Hour)
	from := to.Add(-time.Duration(days) * 24 * time.Hour)
	of, err := s.tried(ctx, rule, team)
	if err != nil {
		return Result{}, err
	}
	if err := shortEnough(rule, len(of), days); err != nil {
		return Result{}, err
	}
	facts := []string{"consumed"}
	for _, condition := range rule.Conditions {
		if condition != nil {
			facts = append(facts, condition.Reads()...)
		}
	}
	above, err := s.above(ctx, of)
	if err != nil {
		return Result{}, err
	}
	t := newTally(rule, from, to)
	var last registry.Service
	for some := range slices.Chunk(of, atOnce) {
		views := make([]slo.View, len(some))
		for i, one := range some {
			views[i] = one.View
		}
		pasts, err := s.Pasts.Pasts(ctx, views, from, to, facts)
		if err != nil {
			return Result{}, err
		}
		for i, past := range pasts {
			if some[i].service.ID != last.ID {
				if last.ID != "" {
					t.finish()
				}
				last = some[i].service
				t.begin(last, above[last.Team])
			}
			courses, err := follow(ctx, past, rule)
			if err != nil {
				return Result{}, err
			}
			t.add(past.SLO, some[i].mode, courses)
		}
	}
	if last.ID != "" {
		t.finish()
	}
	return t.result(), nil
}

// above tells of which teams of the SLOs' services there is one above.
func (s *Service) above(ctx context.Context, of []subject) (map[id.ID]bool, error) {
	out := map[id.ID]bool{}
	for _, one := range of {
		if _, known := out[one.service.Team]; known {
			continue
		}
		team, err := s.Services.Team(ctx, one.service.Team)
		if err != nil {
			return nil, fmt.Errorf("read team %s: %w", one.service.Team, err)
		}
		out[team.ID] = team.Parent != ""
	}
	return out, nil
}

// subject is an SLO on which the policy would act.
type subject struct {
	slo.View
	service registry.Service
	mode    policy.Mode
}

// tried are the SLOs, of the team where there is one, by the slugs of their services and their own.
func (s *Service) tried(ctx context.Context, rule policy.Rule, team id.ID) ([]subject, error) {
	var out []subject
	take := func(views []slo.View) error {
		services := map[id.ID]bool{}
		for _, v := range views {
			services[v.SLO.Service] = true
		}
		found, err := s.Services.ServicesByID(ctx, slices.Sorted(maps.Keys(services)))
		if err != nil {
			return fmt.Errorf("read services: %w", err)
		}
		for _, v := range views {
			service := found[v.SLO.Service]
			if mode, acts := rule.On(v, service); acts && (team == "" || service.Team == team) {
				out = append(out, subject{v, service, mode})
			}
		}
		return fewEnough(rule, len(out))
	}
	if rule.Attachment.Target == policy.ToService {
		views, err := s.SLOs.ViewsOf(ctx, []id.ID{rule.Attachment.Service})
		if err == nil {
			err = take(views)
		}
		if err != nil {
			return nil, fmt.Errorf("read the SLOs of a service: %w", err)
		}
	} else {
		for after := id.ID(""); ; {
			views, err := s.SLOs.ActiveViews(ctx, after, pageSize)
			if err != nil {
				return nil, fmt.Errorf("read SLOs: %w", err)
			}
			if len(views) == 0 {
				break
			}
			if err := take(views); err != nil {
				return nil, err
			}
			after = views[len(views)-1].SLO.ID
		}
	}
	slices.SortFunc(out, func(a, b subject) int {
		return cmp.Or(cmp.Compare(a.service.Slug, b.service.Slug), cmp.Compare(a.SLO.Slug, b.SLO.Slug))
	})
	return out, nil
}

// fewEnough refuses more SLOs than are tried at a time.
func fewEnough(rule policy.Rule, slos int) error {
	var check fault.Check
	check.Require(slos <= MaxSLOs, "/target", rule.Attachment.Target, "must cover at most %d SLOs, and covers more: choose a tier, or a service", MaxSLOs)
	return check.Err()
}

// shortEnough refuses more judgements than a trial may take.
func shortEnough(rule policy.Rule, slos, days int) error {
	var check fault.Check
	each := slos * len(rule.Conditions)
	check.Require(each*(days*24+1) <= MaxJudgements, "/days", days, "must be at most %d for %d SLOs and %d clauses; or choose a tier, or a service",
		(MaxJudgements/max(each, 1)-1)/24, slos, len(rule.Conditions))
	return check.Err()
}
