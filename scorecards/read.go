package scorecards

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
)

// firstSteps is how many things to do are named.
const firstSteps = 3

// ServiceCard is what a scorecard came to for a service, as people see it.
type ServiceCard struct {
	Scorecard Scorecard
	Revision  Revision // by which it was evaluated
	Service   registry.Service
	Standing  Standing
	LevelName string // empty below the lowest
	NextLevel string // empty where the highest is reached, or nothing counts
	Results   []CheckResult
	// Rungs are the checks of each level of the revision, in its order.
	Rungs []Rung
	// Todo are the checks that do not pass and count, by their numbers, what to do first at the
	// beginning.
	Todo []int
	// Types are those of the facts that are declared now, by name: they tell how evidence is written.
	Types map[string]fact.Type
}

// Rung is a level of a scorecard for a service: its own checks, without those below.
type Rung struct {
	Level Level
	Share
	Reached bool // with all levels below
}

// CheckResult is what a check came to for a service.
type CheckResult struct {
	Check   Check
	Outcome rules.Outcome
	// Counts is whether it is in the denominator; a check whose day has not come is not.
	Counts   bool
	Why      string // of what is unknown or could not be judged
	Since    time.Time
	Evidence []Evidence
	Fix      string // Markdown, with what is known put in
}

// First are the next three things to do.
func (c ServiceCard) First() []CheckResult {
	return each(c.Todo[:min(len(c.Todo), firstSteps)], func(i int) CheckResult { return c.Results[i] })
}

// OfService returns what each scorecard came to for the service that is for it, by the
// scorecard's slug. Faults: NotFound, Moved.
func (s *Service) OfService(ctx context.Context, name string) ([]ServiceCard, error) {
	if err := s.read(ctx); err != nil {
		return nil, err
	}
	service, err := s.Services.ServiceFor(ctx, name)
	if err != nil {
		return nil, err
	}
	standings, err := s.Store.Standings(ctx, []id.ID{service.ID})
	if err != nil {
		return nil, fmt.Errorf("read what service %s came to: %w", service.Slug, err)
	}
	cards := []ServiceCard{}
	for _, standing := range standings[service.ID] {
		v, err := s.Store.Scorecard(ctx, standing.Scorecard)
		if err != nil {
			return nil, err
		}
		card, err := s.card(ctx, v, service, standing)
		if err != nil {
			return nil, err
		}
		cards = append(cards, card)
	}
	slices.SortFunc(cards, func(a, b ServiceCard) int {
		if a.Scorecard.Slug < b.Scorecard.Slug {
			return -1
		}
		return 1
	})
	return cards, nil
}

// ServiceCard returns what the scorecard came to for the service. Faults: NotFound, of code
// "not_scored" where the scorecard is not for it or was not evaluated yet; Moved.
func (s *Service) ServiceCard(ctx context.Context, name, scorecard string) (ServiceCard, error) {
	if err := s.read(ctx); err != nil {
		return ServiceCard{}, err
	}
	service, err := s.Services.ServiceFor(ctx, name)
	if err != nil {
		return ServiceCard{}, err
	}
	v, err := s.find(ctx, scorecard)
	if err != nil {
		return ServiceCard{}, err
	}
	standings, err := s.Store.Standings(ctx, []id.ID{service.ID})
	if err != nil {
		return ServiceCard{}, fmt.Errorf("read what service %s came to: %w", service.Slug, err)
	}
	found := find(standings[service.ID], v.Scorecard.ID)
	if found == nil {
		return ServiceCard{}, missing(v.Scorecard.Slug, service.Slug)
	}
	return s.card(ctx, v, service, *found)
}

func (s *Service) card(ctx context.Context, v View, service registry.Service, standing Standing) (ServiceCard, error) {
	revision := v.Revision
	if standing.Revision != revision.ID {
		var err error
		if revision, err = s.Store.ScorecardRevision(ctx, standing.Revision); err != nil {
			return ServiceCard{}, fmt.Errorf("read a past revision: %w", err)
		}
	}
	language, err := s.languages.now(ctx)
	if err != nil {
		return ServiceCard{}, err
	}
	return s.cardOn(language, v.Scorecard, revision, service, standing)
}

// cardOn is the card of a standing by the revision, with its conditions on the language.
func (s *Service) cardOn(language *expr.Environment, scorecard Scorecard, revision Revision, service registry.Service, standing Standing) (ServiceCard, error) {
	types := make(map[string]fact.Type)
	for _, d := range language.Facts() {
		types[d.Name] = d.Type
	}
	outline, sheet, err := revision.sheet(standing)
	if err != nil {
		return ServiceCard{}, err
	}
	out := ServiceCard{Scorecard: scorecard, Revision: revision, Service: service, Standing: standing, LevelName: revision.levelName(standing.Level), Todo: sheet.Todo(outline), Types: types}
	if next, ok := sheet.Next(outline); ok {
		out.NextLevel = revision.levelName(next)
	}
	of := shares(revision.Terms, sheet, func(c Check) string { return c.Level })
	for i, level := range revision.Levels {
		out.Rungs = append(out.Rungs, Rung{Level: level, Share: of[level.Name], Reached: i <= standing.Level})
	}
	made := s.languages.of(language, revision)
	facts := fact.Set{}
	for _, e := range standing.Details.Evidence {
		facts[e.Name] = e.Value()
	}
	for i, r := range sheet.Results {
		check := revision.Checks[i]
		result := CheckResult{
			Check: check, Outcome: r.Outcome, Counts: r.Counts, Why: standing.Details.Whys[check.ID], Since: standing.Details.Since[check.ID],
			Evidence: []Evidence{}, Fix: rules.Fill(check.Fix, facts, types, check.Parameters),
		}
		for _, e := range standing.Details.Evidence {
			if slices.Contains(made.checks[i], e.Name) {
				result.Evidence = append(result.Evidence, e)
			}
		}
		out.Results = append(out.Results, result)
	}
	return out, nil
}

// sheet is what is kept as it was evaluated, and of the scorecard what its order depends on.
func (t Terms) sheet(s Standing) (*rules.Card, rules.Sheet, error) {
	outline := &rules.Card{Levels: len(t.Levels)}
	for _, c := range t.Checks {
		outline.Checks = append(outline.Checks, rules.Check{Level: max(t.level(c.Level), 0), Weight: c.Weight})
	}
	sheet := rules.Sheet{Applies: s.Applies, Why: s.Details.Why, Level: s.Level, Passed: s.Passed, Counted: s.Counted, PassedWeight: s.PassedWeight, CountedWeight: s.CountedWeight, Missing: s.Missing}
	if s.Applies != expr.Holds {
		return outline, sheet, nil
	}
	outcomes, err := rules.ReadOutcomes(s.Outcomes)
	if err != nil || len(outcomes) != len(t.Checks) {
		return nil, rules.Sheet{}, fmt.Errorf("a standing of %d checks has %d outcomes: %w", len(t.Checks), len(outcomes), err)
	}
	today := clock.DateOf(s.EvaluatedAt)
	for i, o := range outcomes {
		sheet.Results = append(sheet.Results, rules.Result{Outcome: o, Counts: o.Counts() && t.Checks[i].EffectiveFrom <= today})
	}
	return outline, sheet, nil
}

// PastDay is what a scorecard came to for a service on a day, by the names of then.
type PastDay struct {
	Day
	LevelName string
	Checks    map[string]rules.Outcome // by ID
}

// longestPast is how far back one may look at once, in days.
const longestPast = 1826

// History returns what the scorecard came to for the service over the last days, the oldest
// first: each day on which something changed, and the last before them. Faults: NotFound, Moved.
func (s *Service) History(ctx context.Context, name, scorecard string, days int) ([]PastDay, error) {
	if err := s.read(ctx); err != nil {
		return nil, err
	}
	service, err := s.Services.ServiceFor(ctx, name)
	if err != nil {
		return nil, err
	}
	v, err := s.find(ctx, scorecard)
	if err != nil {
		return nil, err
	}
	from := clock.DateOf(s.Clock().AddDate(0, 0, -min(max(days, 1), longestPast)))
	rows, err := s.Store.Days(ctx, v.Scorecard.ID, service.ID, from)
	if err != nil {
		return nil, fmt.Errorf("read the past of service %s: %w", service.Slug, err)
	}
	revisions := map[id.ID]Revision{v.Revision.ID: v.Revision}
	out := make([]PastDay, 0, len(rows))
	for _, day := range rows {
		r, known := revisions[day.Revision]
		if !known {
			if r, err = s.Store.ScorecardRevision(ctx, day.Revision); err != nil {
				return nil, fmt.Errorf("read a past revision: %w", err)
			}
			revisions[day.Revision] = r
		}
		past := PastDay{Day: day, LevelName: r.levelName(day.Level), Checks: map[string]rules.Outcome{}}
		for i, c := range r.Checks[:min(len(r.Checks), len(day.Outcomes))] {
			past.Checks[c.ID] = rules.Outcome(day.Outcomes[i])
		}
		out = append(out, past)
	}
	return out, nil
}
