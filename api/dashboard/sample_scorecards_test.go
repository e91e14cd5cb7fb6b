package dashboard

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	kinds "github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/builtin"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
)

// assessor has the scorecard that ships, by which each service of the sample is at a place of its own,
// and an ugly one that is not understood any more and was never evaluated. It shows how pages look;
// what they say of real services is tested through these.
type assessor struct{ *sample }

var _ Scorecards = assessor{}

func (a assessor) views() []scorecards.View {
	if len(a.teams) == 0 {
		return nil
	}
	all, err := builtin.All()
	if err != nil {
		panic(err)
	}
	at := a.now.AddDate(0, 0, -80)
	whole := scorecards.View{
		Scorecard: scorecards.Scorecard{ID: sampleCard, Slug: all[0].Slug, Name: all[0].Name, Description: all[0].Description, Revision: 3, CreatedAt: at, UpdatedAt: at, Version: 3},
		Revision:  scorecards.Revision{ID: "01JD3Z0Q8RC6W4N1M2VC000002", Number: 3, Terms: all[0].Complete(), RevisedBy: "Ada Lovelace", CreatedAt: at},
	}
	whole.Revision.Checks[4].EffectiveFrom = "2027-01-01"
	ugly := scorecards.View{
		Scorecard: scorecards.Scorecard{ID: "01JD3Z0Q8RC6W4N1M2VC000003", Slug: "ugly", Name: hostile, Description: hostile, Owner: a.teams[min(1, len(a.teams)-1)].ID, OwnerSlug: a.teams[min(1, len(a.teams)-1)].Slug, Revision: 1, CreatedAt: at, UpdatedAt: at, Version: 1},
		Revision: scorecards.Revision{ID: "01JD3Z0Q8RC6W4N1M2VC000004", Number: 1, RevisedBy: hostile, CreatedAt: at, Terms: scorecards.Terms{
			AppliesTo: "kind == 'http'", Levels: []scorecards.Level{{Name: hostile[:30], Description: hostile}},
			Checks: []scorecards.Check{{ID: "ugly", Title: hostile, Why: hostile, Fix: hostile + " {nothing} [x](javascript:alert(1))", Category: hostile[:30], Level: hostile[:30], Weight: 1, AppliesTo: "tier < 2", Passes: "'" + hostile + "' == ''", Parameters: map[string]float64{"days": 90.5}, Links: []scorecards.Link{{Title: hostile, URL: "https://example.org/" + "long"}}}},
		}.Complete()},
	}
	return []scorecards.View{whole, ugly}
}

func (a assessor) Get(_ context.Context, name string) (scorecards.View, error) {
	for _, v := range a.views() {
		if v.Scorecard.Slug == name || string(v.Scorecard.ID) == name {
			return v, a.fail
		}
	}
	return scorecards.View{}, fault.Missing("scorecard", name)
}

func (a assessor) List(_ context.Context, _ string, _ *bool, r page.Request) (page.Page[scorecards.View], error) {
	return pageOf(a.views(), r), a.fail
}

func (a assessor) Warnings(_ context.Context, v scorecards.View) ([]string, error) {
	if v.Scorecard.Slug == "ugly" {
		return []string{`The check "ugly" is not understood any more: ` + hostile + "."}, nil
	}
	return nil, nil
}

// outcome is what a check came to for the nth service: the further down, the less passes, and less the
// higher the level.
func (a assessor) outcome(v scorecards.View, n, check int) rules.Outcome {
	c := v.Revision.Checks[check]
	switch roll := (check*7 + n*5) % 17; {
	case c.Tier > 0 && a.services[n].Tier > c.Tier:
		return rules.NotApplicable
	case n == 0: // the first is the best
		if check == 36 {
			return rules.Exempt
		}
		if c.Level == "Gold" && roll < 6 {
			return rules.Fail
		}
	case n > 0 && roll < 2*n:
		return []rules.Outcome{rules.Fail, rules.Unknown, rules.Fail, rules.Fail, rules.Error}[(roll+check)%5]
	}
	return rules.Pass
}

// standing is where the nth service stands; the last one is unknown.
func (a assessor) standing(v scorecards.View, n int) (scorecards.Standing, rules.Sheet, *rules.Card) {
	card := &rules.Card{Levels: len(v.Revision.Levels)}
	s := scorecards.Standing{Scorecard: v.Scorecard.ID, Service: a.services[n].ID, Revision: v.Revision.ID, Applies: expr.Holds, Level: rules.NoLevel, EvaluatedAt: a.now.Add(-time.Hour)}
	sheet := rules.Sheet{Applies: expr.Holds}
	if n == len(a.services)-1 {
		s.Applies, s.Details.Why = expr.Unknown, "not known: lifecycle"
		return s, sheet, card
	}
	missing := make([]int, card.Levels)
	for i, c := range v.Revision.Checks {
		level := levelNumber(v.Revision.Levels, c.Level)
		card.Checks = append(card.Checks, rules.Check{Level: level, Weight: c.Weight})
		o := a.outcome(v, n, i)
		r := rules.Result{Outcome: o, Counts: o.Counts() && c.EffectiveFrom == ""}
		sheet.Results = append(sheet.Results, r)
		if !r.Counts {
			continue
		}
		s.Counted, s.CountedWeight = s.Counted+1, s.CountedWeight+c.Weight
		if o == rules.Pass {
			s.Passed, s.PassedWeight = s.Passed+1, s.PassedWeight+c.Weight
		} else {
			missing[level]++
		}
	}
	s.Outcomes = rules.Spell(sheet.Results)
	for level, n := range missing {
		if s.Missing = n; n > 0 {
			break
		}
		s.Level = level
	}
	sheet.Level, sheet.Counted = s.Level, s.Counted
	return s, sheet, card
}

func (a assessor) sums(v scorecards.View, of func(registry.Service) bool) scorecards.Sums {
	out := scorecards.Sums{Levels: map[string]int{}, Checks: map[string]map[string]int{}}
	for _, c := range v.Revision.Checks {
		out.Checks[c.ID] = map[string]int{}
	}
	if v.Scorecard.Slug == "ugly" {
		return out
	}
	for n, service := range a.services {
		if !of(service) {
			continue
		}
		s, sheet, _ := a.standing(v, n)
		if s.Score() == nil {
			out.Unscored++
			continue
		}
		out.Services, out.Score = out.Services+1, out.Score+*s.Score()
		out.Levels[levelWord(v, s.Level)]++
		for i, r := range sheet.Results {
			out.Checks[v.Revision.Checks[i].ID][r.Outcome.String()]++
		}
	}
	return out
}

func levelWord(v scorecards.View, n int) string {
	if n < 0 {
		return ""
	}
	return v.Revision.Levels[n].Name
}

func everyService(registry.Service) bool { return true }

func (a assessor) Report(ctx context.Context, scorecard string, kind scorecards.ScopeKind, name string, _ int) (scorecards.Report, error) {
	v, err := a.Get(ctx, scorecard)
	if err != nil {
		return scorecards.Report{}, err
	}
	of := everyService
	if kind == scorecards.OfTeam {
		team, err := organisation(a).TeamFor(ctx, name)
		if err != nil {
			return scorecards.Report{}, err
		}
		of = func(s registry.Service) bool { return s.Team == team.ID }
	}
	up, down, most := 3.25, -12.0, 7.5
	r := scorecards.Report{View: v, Scope: scorecards.Scope{Kind: kind}, Now: a.sums(v, of)}
	if r.Now.Services > 0 {
		r.Change = &up
	}
	for _, c := range v.Revision.Checks {
		r.Checks = append(r.Checks, scorecards.CheckSums{Check: c, Outcomes: r.Now.Checks[c.ID]})
	}
	slices.SortStableFunc(r.Checks, func(a, b scorecards.CheckSums) int { return b.NotPassing() - a.NotPassing() })
	for _, name := range v.Revision.Categories() {
		sums := scorecards.CategorySums{Category: name, Outcomes: map[string]int{}}
		for _, c := range v.Revision.Checks {
			if c.Category == name {
				sums.Checks++
				for outcome, n := range r.Now.Checks[c.ID] {
					sums.Outcomes[outcome] += n
				}
			}
		}
		r.Categories = append(r.Categories, sums)
	}
	if r.Now.Services == 0 {
		return r, nil
	}
	for n, t := range a.teams {
		now := a.sums(v, func(s registry.Service) bool { return s.Team == t.ID })
		if now.Services+now.Unscored == 0 {
			continue
		}
		p := scorecards.Part{Team: t, Now: now, Change: []*float64{&up, &most, &down, nil, nil}[n%5]}
		if n == 1 {
			p.Parts = []scorecards.Part{{Team: a.teams[2], Now: a.sums(v, func(s registry.Service) bool { return s.Team == a.teams[2].ID }), Change: &down}}
			r.MostImproved = &p
		}
		r.Parts = append(r.Parts, p)
	}
	for daysAgo := 90; daysAgo >= 0; daysAgo-- {
		sums := scorecards.Sums{Services: r.Now.Services, Levels: map[string]int{}, Checks: map[string]map[string]int{}}
		for level, n := range r.Now.Levels {
			sums.Levels[level] = n
		}
		if daysAgo > 60 {
			sums.Levels = map[string]int{"": r.Now.Services - 1, "Wood": 1}
		} else if daysAgo > 30 {
			sums.Levels[""] += sums.Levels["Silver"]
			delete(sums.Levels, "Silver")
		}
		for id, outcomes := range r.Now.Checks {
			sums.Checks[id] = outcomes
			if daysAgo > 45 {
				sums.Checks[id] = map[string]int{"unknown": r.Now.Services}
			}
		}
		r.Trend = append(r.Trend, scorecards.Tally{Day: clock.DateOf(a.now.AddDate(0, 0, -daysAgo)), Sums: sums})
	}
	return r, nil
}

func (a assessor) Check(ctx context.Context, scorecard, check string, kind scorecards.ScopeKind, name string, days int) (scorecards.CheckReport, error) {
	r, err := a.Report(ctx, scorecard, kind, name, days)
	if err != nil {
		return scorecards.CheckReport{}, err
	}
	for _, c := range r.Checks {
		if c.Check.ID != check {
			continue
		}
		out := scorecards.CheckReport{View: r.View, Check: c.Check, Now: c, Facts: []kinds.Declaration{{Name: "slos", Doc: "How many SLOs there are.", By: "slo"}, {Name: "sloReviewed", Doc: hostile, By: "given"}}}
		if check == "ugly" {
			out.Problem, out.Facts = hostile, nil
		}
		for _, t := range r.Trend {
			out.Trend = append(out.Trend, scorecards.CheckDay{Day: t.Day, Outcomes: t.Checks[check]})
		}
		return out, nil
	}
	return scorecards.CheckReport{}, fault.Missing("check", check)
}

func (a assessor) Positions(ctx context.Context, scorecard string, q scorecards.Query, r page.Request) (page.Page[scorecards.Placed], error) {
	v, err := a.Get(ctx, scorecard)
	if err != nil || v.Scorecard.Slug == "ugly" {
		return page.Page[scorecards.Placed]{}, err
	}
	var out []scorecards.Placed
	for n, service := range a.services {
		s, sheet, _ := a.standing(v, n)
		for _, t := range a.teams {
			if t.ID == service.Team {
				service.TeamSlug = t.Slug
			}
		}
		p := scorecards.Placed{Position: scorecards.Position{Service: service, Standing: s}, LevelName: levelWord(v, s.Level), Checks: map[string]rules.Outcome{}, Categories: map[string]scorecards.Share{}}
		for i, result := range sheet.Results {
			c := v.Revision.Checks[i]
			p.Checks[c.ID] = result.Outcome
			share := p.Categories[c.Category]
			if result.Counts {
				share.Counted++
				if result.Outcome == rules.Pass {
					share.Passed++
				}
			}
			p.Categories[c.Category] = share
		}
		if q.Level == scorecards.NoLevelName && (s.Level >= 0 || s.Score() == nil) || q.Check != "" && !slices.Contains(q.Outcomes, p.Checks[q.Check]) {
			continue
		}
		out = append(out, p)
	}
	return pageOf(out, r), nil
}

func (a assessor) Spread(ctx context.Context, scorecard string, _ scorecards.Query) (scorecards.Spread, error) {
	v, err := a.Get(ctx, scorecard)
	if err != nil {
		return scorecards.Spread{}, err
	}
	sums := a.sums(v, everyService)
	return scorecards.Spread{Levels: sums.Levels, Unscored: sums.Unscored}, nil
}

func (a assessor) OfService(ctx context.Context, name string) ([]scorecards.ServiceCard, error) {
	if len(a.views()) == 0 {
		return nil, a.fail
	}
	card, err := a.ServiceCard(ctx, name, builtin.ProductionReadiness)
	return []scorecards.ServiceCard{card}, err
}

func (a assessor) ServiceCard(ctx context.Context, name, scorecard string) (scorecards.ServiceCard, error) {
	v, err := a.Get(ctx, scorecard)
	if err != nil {
		return scorecards.ServiceCard{}, err
	}
	n := slices.IndexFunc(a.services, func(s registry.Service) bool { return string(s.ID) == name || s.Slug == name })
	if n < 0 || v.Scorecard.Slug == "ugly" {
		return scorecards.ServiceCard{}, fault.New(fault.NotFound, "not_scored", "it is not for it")
	}
	s, sheet, card := a.standing(v, n)
	out := scorecards.ServiceCard{Scorecard: v.Scorecard, Revision: v.Revision, Service: a.services[n], Standing: s, LevelName: levelWord(v, s.Level), Todo: sheet.Todo(card), Types: map[string]kinds.Type{"sloRevisionAge": kinds.Age}}
	if next, ok := sheet.Next(card); ok {
		out.NextLevel = levelWord(v, next)
	}
	for i, l := range v.Revision.Levels {
		rung := scorecards.Rung{Level: l, Reached: i <= s.Level}
		for c, r := range sheet.Results {
			if v.Revision.Checks[c].Level == l.Name && r.Counts {
				rung.Counted++
				if r.Outcome == rules.Pass {
					rung.Passed++
				}
			}
		}
		out.Rungs = append(out.Rungs, rung)
	}
	days, seen, until := 212.0, a.now.AddDate(0, 0, -3), a.now.AddDate(0, 0, 40)
	for i, r := range sheet.Results {
		c := v.Revision.Checks[i]
		result := scorecards.CheckResult{Check: c, Outcome: r.Outcome, Counts: r.Counts, Since: a.now.AddDate(0, 0, -i), Fix: c.Fix}
		if r.Outcome == rules.Unknown {
			result.Why = "not known: " + hostile
		}
		if i%2 == 0 {
			result.Evidence = []scorecards.Evidence{
				{Known: kinds.Known{Name: "sloRevisionAge", Number: &days}, Origin: scorecards.Origin{By: "slo"}},
				{Known: kinds.Known{Name: "given", Text: new(hostile)}, Origin: scorecards.Origin{By: "attested", Source: "Ada " + hostile, Link: "https://wiki.example.org/" + fmt.Sprint(i), At: &seen, Until: &until}},
			}
		}
		out.Results = append(out.Results, result)
	}
	return out, nil
}

func (a assessor) History(ctx context.Context, name, scorecard string, _ int) ([]scorecards.PastDay, error) {
	card, err := a.ServiceCard(ctx, name, scorecard)
	if err != nil || card.Standing.CountedWeight == 0 {
		return nil, err
	}
	var out []scorecards.PastDay
	for n, daysAgo := range []int{120, 70, 41, 40, 12, 0} {
		weight := card.Standing.PassedWeight * (n + 4) / 9
		out = append(out, scorecards.PastDay{Day: scorecards.Day{Day: clock.DateOf(a.now.AddDate(0, 0, -daysAgo)), Level: rules.NoLevel, Passed: n, Counted: card.Standing.Counted, PassedWeight: weight, CountedWeight: card.Standing.CountedWeight}})
	}
	last := &out[len(out)-1]
	last.Level, last.LevelName, last.Passed, last.PassedWeight = card.Standing.Level, card.LevelName, card.Standing.Passed, card.Standing.PassedWeight
	return out, nil
}

func (a assessor) MayCreate(context.Context) (bool, error) {
	return a.administrator || len(a.teams) == 0, a.fail
}

func (a assessor) MayEvaluate(_ context.Context, s registry.Service) (bool, error) {
	return s.ID == a.services[0].ID, a.fail
}

func (a assessor) Create(context.Context, scorecards.Draft) (scorecards.View, error) {
	return scorecards.View{}, fault.New(fault.Conflict, "slug_taken", "there is one of that slug")
}

func (a assessor) Evaluate(_ context.Context, name string) (registry.Service, error) {
	return registry.Service{}, fault.Missing("service", name)
}

// scorecardPaths are those of the pages of scorecards.
func (s *sample) scorecardPaths() []string {
	out := []string{scorecardsPath}
	for _, v := range (assessor{s}).views() {
		slug := v.Scorecard.Slug
		out = append(out, scorecardURL(slug), scorecardURL(slug)+"?team=shop", scorecardURL(slug)+"?system=ordering", matrixURL(slug), matrixURL(slug, "level", "none"), matrixURL(slug, "level", "unscored", "team", "shop", "system", "ordering"),
			matrixURL(slug, "category", v.Revision.Checks[0].Category, "check", v.Revision.Checks[0].ID, "outcome", "not_passing"), matrixURL(slug, "category", "nothing"))
		for _, c := range v.Revision.Checks {
			out = append(out, checkURL(slug, c.ID))
		}
		for _, of := range s.services[:min(8, len(s.services))] {
			out = append(out, ladderURL(of.Slug, slug))
		}
	}
	return out
}
