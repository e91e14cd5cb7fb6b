package api

import (
	"context"
	"math"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// toilPath is where the toil of a team is.
const toilPath, toilTag = "/v1/teams/{team}/toil", "Toil"

type ToilWeekPath struct {
	TeamPath
	Week string `path:"week" maxLength:"8" doc:"A week of ISO 8601." example:"2026-W11"`
}

func (a *API) addToil(r Rooms) {
	type query struct {
		TeamPath
		Quarter string `query:"quarter" maxLength:"7" doc:"The quarter that is shown beside the last 90 days; the present one where it is left out." example:"2026-Q1"`
	}
	type toilReply struct{ Body Toil }
	register(a, operation{
		id: "getToil", method: http.MethodGet, path: toilPath, tag: toilTag, summary: "Get how much toil a team has",
		description: "Toil hours ÷ (working hours − overhead), by what people answered and by what they logged, side by side. What one person said is told to nobody else.",
		rule:        access.Rule{Verb: access.Read, Kind: access.KindToil}, errors: renamed,
	}, func(ctx context.Context, in *query) (*toilReply, error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		m, err := r.Toil.Measure(ctx, team.ID, share.Quarter(in.Quarter))
		if err != nil {
			return nil, err
		}
		credits, err := r.Toil.Credits(ctx, team.ID)
		if err != nil {
			return nil, err
		}
		var services []id.ID
		for _, s := range m.Services {
			services = append(services, s.Service)
		}
		for _, c := range credits {
			services = append(services, c.Service)
		}
		names, err := r.serviceNames(ctx, services)
		if err != nil {
			return nil, err
		}
		out := toToil(m, names)
		out.Team = ref(team.ID, team.Slug)
		out.Credits = each(credits, func(c toil.Credit) ToilCredit {
			return ToilCredit{Name: c.Name, Category: string(c.Category), Service: names.optional(c.Service), Count: c.Times, Hours: float64(c.Seconds) / 3600}
		})
		return &toilReply{out}, nil
	})

	type getSettings struct {
		TeamPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getToilSettings", method: http.MethodGet, path: toilPath + "/settings", tag: toilTag, summary: "Get how a team measures its toil",
		description: "With its ETag.", rule: access.Rule{Verb: access.Read, Kind: access.KindToil}, errors: renamed,
	}, func(ctx context.Context, in *getSettings) (*reply[ToilSettings], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		s, err := r.Toil.Settings(ctx, team.ID)
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, s.Version, toToilSettings(s)), nil
	})

	type putSettings struct {
		TeamPath
		IfMatch
		Body ToilSettingsInput
	}
	register(a, operation{
		id: "updateToilSettings", method: http.MethodPut, path: toilPath + "/settings", tag: toilTag, summary: "Decide how a team measures its toil",
		description: "Past shares are reckoned by it too.", rule: access.Rule{Verb: access.Update, Kind: access.KindToilSettings}, errors: renamed,
	}, func(ctx context.Context, in *putSettings) (*reply[ToilSettings], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		s, err := r.Toil.Decide(ctx, team.ID, in.Version(), toil.SettingsInput{
			WeekMinutes: rounded(in.Body.HoursPerWeek * 60), WeekDays: in.Body.DaysPerWeek, Overhead: in.Body.OverheadPercent, Cap: in.Body.CapPercent, Asks: in.Body.Asks, Incidents: in.Body.ProposesIncidents == nil || *in.Body.ProposesIncidents,
		})
		if err != nil {
			return nil, err
		}
		return current(s.Version, toToilSettings(s)), nil
	})
	a.addToilAnswers(r)
	a.addToilEntries(r)
	a.addToilProposals(r)
	a.addToilCandidates(r)
	a.addToilAutomations(r)
	a.addToilWithdrawal(r)
	a.addToilSurveys(r)
	a.addToilPrivacy(r)
}

// rounded rounds to a whole number; what no int holds is far beyond every bound.
func rounded(v float64) int {
	return int(math.Round(min(max(v, -1e9), 1e9)))
}

func (a *API) addToilAnswers(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindToilAnswer}
	type query struct {
		TeamPath
		Paging
	}
	register(a, operation{
		id: "listToilAnswers", method: http.MethodGet, path: toilPath + "/answers", tag: toilTag, summary: "List your answers about weeks",
		description: "Those of the caller, the latest week first; nobody else's.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[ToilAnswer], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		found, err := r.Toil.AnswersOfMine(ctx, team.ID, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toToilAnswer), nil
	})

	type get struct {
		ToilWeekPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getToilAnswer", method: http.MethodGet, path: toilPath + "/answers/{week}", tag: toilTag, summary: "Get your answer about a week",
		description: "That of the caller; nobody else's.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *get) (*reply[ToilAnswer], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		answer, err := r.Toil.Mine(ctx, team.ID, share.Week(in.Week))
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, answer.Version, toToilAnswer(answer)), nil
	})

	type put struct {
		ToilWeekPath
		Body ToilAnswerInput
	}
	register(a, operation{
		id: "answerToil", method: http.MethodPut, path: toilPath + "/answers/{week}", tag: toilTag, summary: "Answer about a week",
		description: "How much of the present week, or of one that is over for at most two weeks, was toil. It replaces what the caller answered before, whom alone it is of: no If-Match is needed.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindToilAnswer}, errors: renamed,
	}, func(ctx context.Context, in *put) (*reply[ToilAnswer], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		answer, err := r.Toil.Answer(ctx, team.ID, share.Week(in.Week), toil.AnswerInput{Percent: in.Body.Share, Category: toil.Category(in.Body.Category), Away: in.Body.DaysAway, Note: in.Body.Note})
		if err != nil {
			return nil, err
		}
		return current(answer.Version, toToilAnswer(answer)), nil
	})
}

func (a *API) addToilPrivacy(r Rooms) {
	type exportReply struct{ Body ToilExport }
	register(a, operation{
		id: "exportToil", method: http.MethodGet, path: "/v1/me/toil", tag: toilTag, summary: "Export everything that you said of toil",
		description: "Of the caller, in all teams.", rule: access.Rule{Verb: access.Read, Kind: access.KindToilAnswer},
	}, func(ctx context.Context, _ *nothing) (*exportReply, error) {
		e, err := r.Toil.Export(ctx)
		if err != nil {
			return nil, err
		}
		names, err := r.serviceNames(ctx, each(e.Entries, func(e toil.Entry) id.ID { return e.Service }))
		if err != nil {
			return nil, err
		}
		return &exportReply{ToilExport{
			At: e.At, Person: string(e.Person),
			Answers: each(e.Answers, func(a toil.Answer) ToilExportedAnswer { return ToilExportedAnswer{string(a.Team), toToilAnswer(a)} }),
			Entries: each(e.Entries, func(e toil.Entry) ToilExportedEntry { return ToilExportedEntry{string(e.Team), toToilEntry(e, names)} }),
			Surveys: each(e.Surveys, func(a toil.SurveyAnswer) ToilExportedSurvey {
				return ToilExportedSurvey{string(a.Team), toToilSurveyAnswer(a)}
			}),
		}}, nil
	})

	type done struct{ Body ToilPseudonymised }
	register(a, operation{
		id: "pseudonymiseToil", method: http.MethodPost, path: "/v1/me/toil/pseudonymise", tag: toilTag, summary: "Take your name from what you said of toil",
		description: "The numbers stay, for the sums of teams; who said them, notes, links and wishes are gone. Nobody can bring them back.",
		rule:        access.Rule{Verb: access.Delete, Kind: access.KindToilAnswer}, status: http.StatusOK,
	}, func(ctx context.Context, _ *nothing) (*done, error) {
		n, err := r.Toil.Pseudonymise(ctx)
		if err != nil {
			return nil, err
		}
		return &done{ToilPseudonymised{Rows: n}}, nil
	})
}

// optional is the reference of a service, nil of none.
func (n serviceNames) optional(service id.ID) *Ref { return optionalRef(service, n[service].Slug) }

func toToil(m toil.Measured, names serviceNames) Toil {
	part := func(s toil.Slice) ToilPart {
		p := ToilPart{Category: string(s.Category), Service: names.optional(s.Service), Minutes: s.Minutes, Entries: s.Entries, Persons: s.Persons}
		if m.Inside {
			p.AnsweredMinutes = &s.Answered
		}
		return p
	}
	out := Toil{
		Settings: toToilSettings(m.Settings), Member: m.Inside, Rolling: toToilStanding(m.Rolling), Quarter: toToilStanding(m.Quarter),
		Trend: each(m.Trend, func(w toil.TrendWeek) ToilWeek {
			return ToilWeek{Week: string(w.Week), Asked: w.Asked, Answers: w.Answers, Share: w.Whole, Minutes: w.Minutes}
		}),
		Categories: each(m.Categories, part), Services: each(m.Services, part),
	}
	if you := m.You; you != nil {
		out.You = &ToilPerson{you.Answers, you.Entries, you.Disagree}
	}
	return out
}

func toToilStanding(s toil.Standing) ToilStanding {
	figures := func(f *toil.Figures) *ToilFigures {
		if f == nil {
			return nil
		}
		return &ToilFigures{Persons: f.Persons, Share: f.Whole, Median: f.Median, Maximum: f.Most}
	}
	return ToilStanding{
		Name: s.Name, From: string(s.From), To: string(s.To), State: string(s.State), Weeks: s.Weeks, Asked: s.Asked, Answered: s.Answered, ResponseRate: s.Rate, Persons: s.Persons,
		Answers: figures(s.Answers), Entries: figures(s.Entries), Disagree: s.Disagree, AboveCap: s.Above,
	}
}

func toToilSettings(s toil.Settings) ToilSettings {
	out := ToilSettings{
		ToilSettingsInput: ToilSettingsInput{HoursPerWeek: float64(s.WeekMinutes) / 60, DaysPerWeek: s.WeekDays, OverheadPercent: s.Overhead, CapPercent: s.Cap, Asks: s.Asks, ProposesIncidents: &s.Incidents},
		UpdatedBy:         s.UpdatedBy, Version: s.Version,
	}
	if !s.UpdatedAt.IsZero() {
		out.UpdatedAt = &s.UpdatedAt
	}
	return out
}

func toToilAnswer(a toil.Answer) ToilAnswer {
	return ToilAnswer{
		Week: string(a.Week), ToilAnswerInput: ToilAnswerInput{Share: a.Percent, Category: string(a.Category), DaysAway: a.Away, Note: a.Note},
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt, Version: a.Version,
	}
}
