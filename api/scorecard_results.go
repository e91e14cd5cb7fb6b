package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

type ServiceScorecardPath struct {
	ServicePath
	ScorecardPath
}

func (a *API) addScorecardResults(r Rooms) {
	type cards struct{ Body ServiceScorecards }
	ofService := func(ctx context.Context, service string) (*cards, error) {
		found, err := r.Scorecards.OfService(ctx, service)
		if err != nil {
			return nil, err
		}
		return &cards{Body: ServiceScorecards{Scorecards: each(found, toServiceScorecard)}}, nil
	}
	register(a, operation{
		id: "listServiceScorecards", method: http.MethodGet, path: "/v1/services/{service}/scorecards", tag: "Scorecards", summary: "Tell what scorecards came to for a service", description: "Those that are for the service, by slug.", rule: readScorecards, errors: renamed,
	}, func(ctx context.Context, in *ServicePath) (*cards, error) { return ofService(ctx, in.Service) })
	register(a, operation{
		id: "evaluateService", method: http.MethodPost, path: "/v1/services/{service}/scorecards/evaluate", tag: "Scorecards", summary: "Evaluate a service by all scorecards now",
		description: "They are evaluated by themselves soon after something changed; this is for whoever does not want to wait. Members of its team, and its pipelines.",
		rule:        access.Rule{Verb: access.Check, Kind: access.KindScorecard}, status: http.StatusOK, errors: append([]int{http.StatusConflict}, renamed...),
	}, func(ctx context.Context, in *ServicePath) (*cards, error) {
		service, err := r.Scorecards.Evaluate(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		return ofService(ctx, string(service.ID))
	})
	type card struct{ Body ServiceScorecard }
	register(a, operation{
		id: "getServiceScorecard", method: http.MethodGet, path: "/v1/services/{service}/scorecards/{scorecard}", tag: "Scorecards", summary: "Tell what a scorecard came to for a service",
		description: "Each check with its outcome, the facts that it depends on and where they are from, and how to fix it.", rule: readScorecards, errors: renamed,
	}, func(ctx context.Context, in *ServiceScorecardPath) (*card, error) {
		found, err := r.Scorecards.ServiceCard(ctx, in.Service, in.Scorecard)
		if err != nil {
			return nil, err
		}
		return &card{Body: toServiceScorecard(found)}, nil
	})
	type past struct {
		ServiceScorecardPath
		Days int `query:"days" minimum:"1" maximum:"1826" default:"90" doc:"How far to look back."`
	}
	type history struct{ Body ScorecardHistory }
	register(a, operation{
		id: "getServiceScorecardHistory", method: http.MethodGet, path: "/v1/services/{service}/scorecards/{scorecard}/history", tag: "Scorecards", summary: "Tell what a scorecard came to for a service day by day",
		description: "Days are kept for 90 days, then the last of each week, and after two years of each month.", rule: readScorecards, errors: renamed,
	}, func(ctx context.Context, in *past) (*history, error) {
		days, err := r.Scorecards.History(ctx, in.Service, in.Scorecard, in.Days)
		if err != nil {
			return nil, err
		}
		return &history{Body: ScorecardHistory{Days: each(days, toScorecardDay)}}, nil
	})

	type positions struct {
		ScorecardPath
		Paging
		Team    string `query:"team" maxLength:"63" doc:"Only services of this team and of those below it."`
		System  string `query:"system" maxLength:"63" doc:"Only services of this system."`
		Level   string `query:"level" maxLength:"40" doc:"Only services on this level; none for those below the lowest, unscored for those of which nothing counts." example:"Silver"`
		Check   string `query:"check" maxLength:"63" doc:"With outcome: only services of which this check is at it." example:"load-tested"`
		Outcome string `query:"outcome" enum:"pass,fail,unknown,not_applicable,exempt,error,not_passing" doc:"not_passing: fail, unknown or error."`
		Order   string `query:"order" enum:"slug,worst" doc:"worst: the lowest score first, and last what is not scored; left out: by slug."`
	}
	register(a, operation{
		id: "listScorecardServices", method: http.MethodGet, path: "/v1/scorecards/{scorecard}/services", tag: "Scorecards", summary: "List where services stand by a scorecard", description: "Without retired ones.", rule: readScorecards, errors: renamed,
	}, func(ctx context.Context, in *positions) (*list[ScorecardPosition], error) {
		v, err := r.Scorecards.Get(ctx, in.Scorecard)
		if err != nil {
			return nil, err
		}
		found, err := r.Scorecards.Positions(ctx, string(v.Scorecard.ID), scorecards.Query{Team: in.Team, System: in.System, Level: in.Level, Check: in.Check, Outcomes: outcomesOf(in.Outcome), WorstFirst: in.Order == "worst"}, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toScorecardPosition), nil
	})

	type report struct {
		ScorecardPath
		Team   string `query:"team" maxLength:"63" doc:"Of this team and those below it; not with system."`
		System string `query:"system" maxLength:"63" doc:"Of this system."`
		Days   int    `query:"days" minimum:"1" maximum:"1826" default:"90" doc:"How far the trend goes back."`
	}
	type reported struct{ Body ScorecardReport }
	register(a, operation{
		id: "getScorecardReport", method: http.MethodGet, path: "/v1/scorecards/{scorecard}/report", tag: "Scorecards", summary: "Sum up a scorecard",
		description: "For the organisation, or a team or a system: how many services are on each level, which checks are the worst, how teams changed, and the trend.", rule: readScorecards, errors: renamed, class: admission.Reports,
	}, func(ctx context.Context, in *report) (*reported, error) {
		kind, name, err := scopeOf(in.Team, in.System)
		if err != nil {
			return nil, err
		}
		found, err := r.Scorecards.Report(ctx, in.Scorecard, kind, name, in.Days)
		if err != nil {
			return nil, err
		}
		return &reported{Body: toScorecardReport(found)}, nil
	})

	type asked struct {
		ScorecardPath
		Check  string `path:"check" maxLength:"63" doc:"ID of the check." example:"load-tested"`
		Team   string `query:"team" maxLength:"63" doc:"Of this team and those below it; not with system."`
		System string `query:"system" maxLength:"63" doc:"Of this system."`
		Days   int    `query:"days" minimum:"1" maximum:"1826" default:"90" doc:"How far the trend goes back."`
	}
	type told struct{ Body ScorecardCheckReport }
	register(a, operation{
		id: "getScorecardCheck", method: http.MethodGet, path: "/v1/scorecards/{scorecard}/checks/{check}", tag: "Scorecards", summary: "Sum up a check of a scorecard",
		description: "How many services are at each outcome, now and day by day, and who tells the facts that it depends on. listScorecardServices tells which services they are.", rule: readScorecards, errors: renamed,
	}, func(ctx context.Context, in *asked) (*told, error) {
		kind, name, err := scopeOf(in.Team, in.System)
		if err != nil {
			return nil, err
		}
		found, err := r.Scorecards.Check(ctx, in.Scorecard, in.Check, kind, name, in.Days)
		if err != nil {
			return nil, err
		}
		return &told{Body: toScorecardCheckReport(found)}, nil
	})
	register(a, operation{
		id: "getScorecardBadge", method: http.MethodGet, path: "/v1/services/{service}/scorecards/{scorecard}/badge", tag: "Scorecards", summary: "Get a badge of a service",
		description: "An SVG with the level and the score, to be shown where Evenkeel's other answers are. It is read like everything else, with a token: a README that is open to all cannot show it. Link to the service's page from there.",
		rule:        readScorecards, errors: renamed, sends: badgeType, class: admission.Reads,
	}, func(ctx context.Context, in *ServiceScorecardPath) (*badge, error) {
		found, err := r.Scorecards.ServiceCard(ctx, in.Service, in.Scorecard)
		if err != nil {
			return nil, err
		}
		return &badge{ContentType: badgeType, Body: drawBadge(found)}, nil
	})
}

func scopeOf(team, system string) (scorecards.ScopeKind, string, error) {
	switch {
	case team != "" && system != "":
		var check fault.Check
		check.Fail("query.system", system, "is not given with a team: choose one")
		return "", "", check.Err()
	case team != "":
		return scorecards.OfTeam, team, nil
	case system != "":
		return scorecards.OfSystem, system, nil
	}
	return scorecards.Organisation, "", nil
}

// outcomesOf are those that a query names.
func outcomesOf(name string) []rules.Outcome {
	if name == "not_passing" {
		return scorecards.NotPassing
	}
	for _, o := range rules.Outcomes {
		if o.String() == name {
			return []rules.Outcome{o}
		}
	}
	return nil
}

// orNull is nil for an empty name.
func orNull(name string) *string {
	if name == "" {
		return nil
	}
	return &name
}

func refOf(s registry.Service) Ref { return Ref{ID: string(s.ID), Slug: s.Slug} }

func teamOf(s registry.Service) Ref { return Ref{ID: string(s.Team), Slug: s.TeamSlug} }

func toServiceScorecard(c scorecards.ServiceCard) ServiceScorecard {
	out := ServiceScorecard{
		Scorecard: Ref{ID: string(c.Scorecard.ID), Slug: c.Scorecard.Slug}, Name: c.Scorecard.Name, Service: refOf(c.Service), Revision: c.Revision.Number,
		Applies: string(c.Standing.Applies), Why: c.Standing.Details.Why, Level: orNull(c.LevelName), NextLevel: orNull(c.NextLevel), Missing: c.Standing.Missing,
		Score: c.Standing.Score(), Passed: c.Standing.Passed, Counted: c.Standing.Counted, Levels: each(c.Revision.Levels, toScorecardLevel),
		Ladder: each(c.Rungs, func(r scorecards.Rung) ScorecardRung {
			return ScorecardRung{Level: r.Level.Name, Passed: r.Passed, Counted: r.Counted, Reached: r.Reached}
		}),
		Next: each(c.First(), func(r scorecards.CheckResult) string { return r.Check.ID }), Checks: each(c.Results, func(r scorecards.CheckResult) CheckResult { return toCheckResult(r, c.Types) }), EvaluatedAt: c.Standing.EvaluatedAt,
	}
	return out
}

func toCheckResult(r scorecards.CheckResult, types map[string]fact.Type) CheckResult {
	out := CheckResult{
		ID: r.Check.ID, Title: r.Check.Title, Why: r.Check.Why, Category: r.Check.Category, Level: r.Check.Level, Weight: r.Check.Weight, Outcome: r.Outcome.String(), Counts: r.Counts,
		EffectiveFrom: string(r.Check.EffectiveFrom), Reason: r.Why, Condition: r.Check.Passes, Fix: r.Fix, Links: each(r.Check.Links, toScorecardLink),
		Evidence: each(r.Evidence, func(e scorecards.Evidence) CheckEvidence {
			return CheckEvidence{KnownFact: KnownFact(e.Known), Type: string(types[e.Name]), By: e.By, Source: e.Source, Link: e.Link, At: e.At, Until: e.Until}
		}),
	}
	if r.Since != (time.Time{}) {
		out.Since = &r.Since
	}
	return out
}

func toScorecardDay(d scorecards.PastDay) ScorecardDay {
	return ScorecardDay{Day: string(d.Day.Day), Level: orNull(d.LevelName), Score: d.Score(), Passed: d.Passed, Counted: d.Counted, Checks: outcomes(d.Checks)}
}

func outcomes(of map[string]rules.Outcome) map[string]string {
	out := make(map[string]string, len(of))
	for check, o := range of {
		out[check] = o.String()
	}
	return out
}

func toScorecardPosition(p scorecards.Placed) ScorecardPosition {
	categories := make(map[string]ScorecardShare, len(p.Categories))
	for name, share := range p.Categories {
		categories[name] = ScorecardShare(share)
	}
	return ScorecardPosition{
		Service: refOf(p.Service), Name: p.Service.Name, Team: teamOf(p.Service), Tier: p.Service.Tier, Kind: string(p.Service.Kind),
		Level: orNull(p.LevelName), Score: p.Score(), Missing: p.Missing, Passed: p.Passed, Counted: p.Counted, Next: p.Todo, Categories: categories, Checks: outcomes(p.Checks),
	}
}

func toScorecardSums(s scorecards.Sums) ScorecardSums {
	return ScorecardSums{Services: s.Services, Unscored: s.Unscored, Levels: levelCounts(s.Levels), Score: s.Mean()}
}

// levelCounts names those below the lowest level.
func levelCounts(of map[string]int) map[string]int {
	out := make(map[string]int, len(of))
	for name, n := range of {
		if name == "" {
			name = scorecards.NoLevelName
		}
		out[name] += n
	}
	return out
}

func toScorecardReport(r scorecards.Report) ScorecardReport {
	out := ScorecardReport{
		Scorecard: Ref{ID: string(r.View.Scorecard.ID), Slug: r.View.Scorecard.Slug}, Name: r.View.Scorecard.Name, Levels: each(r.View.Revision.Levels, toScorecardLevel),
		Now: toScorecardSums(r.Now), Change: r.Change,
		Categories: each(r.Categories, func(c scorecards.CategorySums) ScorecardCategorySums { return ScorecardCategorySums(c) }),
		Checks: each(r.Checks, func(c scorecards.CheckSums) ScorecardCheckSums {
			return ScorecardCheckSums{ID: c.Check.ID, Title: c.Check.Title, Category: c.Check.Category, Level: c.Check.Level, NotPassing: c.NotPassing(), Counting: c.Counting(), Outcomes: c.Outcomes}
		}),
		Teams: each(r.Parts, toScorecardTeam),
		Trend: each(r.Trend, func(t scorecards.Tally) ScorecardTrendDay {
			return ScorecardTrendDay{Day: string(t.Day), ScorecardSums: toScorecardSums(t.Sums), Checks: t.Checks}
		}),
	}
	if best := r.MostImproved; best != nil {
		out.MostImproved = &Ref{ID: string(best.Team.ID), Slug: best.Team.Slug}
	}
	return out
}

func toScorecardTeam(p scorecards.Part) ScorecardTeamSums {
	return ScorecardTeamSums{Team: Ref{ID: string(p.Team.ID), Slug: p.Team.Slug}, Name: p.Team.Name, Now: toScorecardSums(p.Now), Change: p.Change, Teams: each(p.Parts, toScorecardTeam)}
}

func toScorecardCheckReport(a scorecards.CheckReport) ScorecardCheckReport {
	return ScorecardCheckReport{
		Scorecard: Ref{ID: string(a.View.Scorecard.ID), Slug: a.View.Scorecard.Slug}, Check: toScorecardCheck(a.Check),
		NotPassing: a.Now.NotPassing(), Counting: a.Now.Counting(), Outcomes: a.Now.Outcomes, Facts: each(a.Facts, toScorecardFact), Problem: a.Problem,
		Trend: each(a.Trend, func(d scorecards.CheckDay) ScorecardCheckDay {
			return ScorecardCheckDay{Day: string(d.Day), Outcomes: d.Outcomes}
		}),
	}
}

func toScorecardPreview(p scorecards.Preview) ScorecardPreview {
	moves := func(of []scorecards.Move) []ScorecardMove {
		return each(of, func(m scorecards.Move) ScorecardMove {
			return ScorecardMove{Service: refOf(m.Service), Team: teamOf(m.Service), Was: orNull(m.Was), Now: orNull(m.Now)}
		})
	}
	return ScorecardPreview{
		Services: p.Services, Applies: p.Applies, Levels: levelCounts(p.Levels), Gained: moves(p.Gained), Lost: moves(p.Lost), GainedCount: p.GainedCount, LostCount: p.LostCount,
		Checks: each(p.Checks, func(f scorecards.CheckFlips) ScorecardFlips {
			out := ScorecardFlips{ID: f.Check, New: f.New, Outcomes: f.Outcomes, Flips: f.Flips, Reason: f.Why}
			if f.Example != nil {
				example := refOf(*f.Example)
				out.Example = &example
			}
			return out
		}),
	}
}
