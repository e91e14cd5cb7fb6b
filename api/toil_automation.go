package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

type ToilCandidatePath struct {
	TeamPath
	Candidate string `path:"toilCandidate" maxLength:"26" doc:"Identifier of the candidate."`
}

const toilCandidatesPath = toilPath + "/candidates"

func (a *API) addToilCandidates(r Rooms) {
	read, update := access.Rule{Verb: access.Read, Kind: access.KindToil}, access.Rule{Verb: access.Update, Kind: access.KindToilCandidate}
	type query struct {
		TeamPath
		Paging
	}
	register(a, operation{
		id: "listToilCandidates", method: http.MethodGet, path: toilCandidatesPath, tag: toilTag, summary: "List what to automate first",
		description: "By pay-back where it is known, then by hours a year; what is settled comes last, the latest first, with what it saved.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[ToilCandidate], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		found, err := r.Toil.Candidates(ctx, team.ID, in.Request())
		if err != nil {
			return nil, err
		}
		names, err := r.serviceNames(ctx, each(found.Items, func(f toil.Figure) id.ID { return f.Service }))
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, func(f toil.Figure) ToilCandidate { return toToilCandidate(f, names) }), nil
	})

	type post struct {
		TeamPath
		Once
		Body ToilCandidateInput
	}
	register(a, operation{
		id: "createToilCandidate", method: http.MethodPost, path: toilCandidatesPath, tag: toilTag, summary: "Estimate what it takes to automate something",
		description: "There is one candidate of a service and category that is not settled.", rule: access.Rule{Verb: access.Create, Kind: access.KindToilCandidate}, errors: renamed,
	}, func(ctx context.Context, in *post) (*created[ToilCandidate], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		return create(ctx, a, in.Once, creation[ToilCandidate, ToilCandidate]{
			make: func(ctx context.Context) (ToilCandidate, error) {
				service, err := r.namedService(ctx, in.Body.Service)
				if err != nil {
					return ToilCandidate{}, err
				}
				c, err := r.Toil.Estimate(ctx, team.ID, toil.EstimateInput{Service: service, Category: toil.Category(in.Body.Category), Estimate: fromToilEstimate(in.Body.ToilEstimate)})
				return r.showToilCandidate(ctx, team.ID, c, err)
			},
			load: func(ctx context.Context, made id.ID) (ToilCandidate, error) {
				return r.showToilCandidate(ctx, team.ID, toil.Candidate{ID: made}, nil)
			},
			name: func(c ToilCandidate) (id.ID, int64, string) {
				return id.ID(c.ID), c.Version, "/v1/teams/" + team.Slug + "/toil/candidates/" + c.ID
			},
			show: itself[ToilCandidate],
		})
	})

	type get struct{ ToilCandidatePath }
	register(a, operation{
		id: "getToilCandidate", method: http.MethodGet, path: toilCandidatesPath + "/{toilCandidate}", tag: toilTag, summary: "Get a candidate to automate",
		description: "With its ETag, which is of what the team said of it: what was logged changes without it.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *get) (*reply[ToilCandidate], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		return r.candidateReply(ctx, team.ID, toil.Candidate{ID: id.ID(in.Candidate)}, nil)
	})

	type put struct {
		ToilCandidatePath
		IfMatch
		Body ToilEstimate
	}
	register(a, operation{
		id: "updateToilCandidate", method: http.MethodPut, path: toilCandidatesPath + "/{toilCandidate}", tag: toilTag, summary: "Estimate a candidate otherwise",
		description: "Its issue follows.", rule: update, errors: renamed,
	}, func(ctx context.Context, in *put) (*reply[ToilCandidate], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		c, err := r.Toil.Reestimate(ctx, team.ID, id.ID(in.Candidate), in.Version(), fromToilEstimate(in.Body))
		return r.candidateReply(ctx, team.ID, c, err)
	})

	type want struct {
		ToilCandidatePath
		IfMatch
	}
	register(a, operation{
		id: "wantToilCandidate", method: http.MethodPost, path: toilCandidatesPath + "/{toilCandidate}/want", tag: toilTag, summary: "Want an issue for a candidate",
		description: "People close it: as completed, what it saved is measured from then on.", rule: update, status: http.StatusOK, errors: renamed,
	}, func(ctx context.Context, in *want) (*reply[ToilCandidate], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		c, err := r.Toil.Want(ctx, team.ID, id.ID(in.Candidate), in.Version())
		return r.candidateReply(ctx, team.ID, c, err)
	})
}

func (r Rooms) candidateReply(ctx context.Context, team id.ID, c toil.Candidate, err error) (*reply[ToilCandidate], error) {
	body, err := r.showToilCandidate(ctx, team, c, err)
	if err != nil {
		return nil, err
	}
	return current(body.Version, body), nil
}

// showToilCandidate shows one with its figures.
func (r Rooms) showToilCandidate(ctx context.Context, team id.ID, c toil.Candidate, err error) (ToilCandidate, error) {
	if err != nil {
		return ToilCandidate{}, err
	}
	f, err := r.Toil.Candidate(ctx, team, c.ID)
	if err != nil {
		return ToilCandidate{}, err
	}
	names, err := r.serviceNames(ctx, []id.ID{f.Service})
	if err != nil {
		return ToilCandidate{}, err
	}
	return toToilCandidate(f, names), nil
}

func fromToilEstimate(in ToilEstimate) toil.Estimate {
	return toil.Estimate{Title: in.Title, BuildMinutes: rounded(in.BuildHours * 60)}
}

func toToilCandidate(f toil.Figure, names serviceNames) ToilCandidate {
	out := ToilCandidate{
		Category: string(f.Category), Service: names.optional(f.Service), State: "logged", Told: f.Told, Minutes: f.Minutes, Entries: f.Entries, Persons: f.Persons, HoursAYear: f.HoursAYear, PayBackWeeks: f.PayBack,
	}
	if c := f.Candidate; c != nil {
		out.ID, out.Title, out.BuildHours, out.State, out.WantedAt, out.SettledAt, out.Version = string(c.ID), c.Title, float64(c.BuildMinutes)/60, string(c.State), c.WantedAt, c.SettledAt, c.Version
	}
	if v := f.Saved; v != nil {
		side := func(s toil.Side) ToilSide {
			return ToilSide{From: string(s.From), To: string(s.To), Days: s.Days, Minutes: s.Minutes, Entries: s.Entries, Persons: s.Persons}
		}
		out.Saved = &ToilSaved{Before: side(v.Before), After: side(v.After), HoursAWeek: v.HoursAWeek}
	}
	return out
}

const toilAutomationsPath = toilPath + "/automations"

func (a *API) addToilAutomations(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindToil}
	type query struct {
		TeamPath
		Paging
	}
	register(a, operation{
		id: "listToilAutomations", method: http.MethodGet, path: toilAutomationsPath, tag: toilTag, summary: "List what automation did instead of people",
		description: "As it reported, the latest day first.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[ToilAutomation], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		found, err := r.Toil.Automations(ctx, team.ID, in.Request())
		if err != nil {
			return nil, err
		}
		names, err := r.serviceNames(ctx, each(found.Items, func(a toil.Automation) id.ID { return a.Service }))
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, func(a toil.Automation) ToilAutomation { return toToilAutomation(a, names) }), nil
	})

	type post struct {
		TeamPath
		Once
		Body ToilAutomationInput
	}
	register(a, operation{
		id: "reportToilAutomation", method: http.MethodPost, path: toilAutomationsPath, tag: toilTag, summary: "Report what automation did instead of people",
		description: "With a token of the team, of the scope push. Send an Idempotency-Key: a report that comes twice is credited twice otherwise.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindToilAutomation}, errors: renamed,
	}, func(ctx context.Context, in *post) (*created[ToilAutomation], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		show := func(ctx context.Context, made toil.Automation, err error) (ToilAutomation, error) {
			if err != nil {
				return ToilAutomation{}, err
			}
			names, err := r.serviceNames(ctx, []id.ID{made.Service})
			if err != nil {
				return ToilAutomation{}, err
			}
			return toToilAutomation(made, names), nil
		}
		return create(ctx, a, in.Once, creation[ToilAutomation, ToilAutomation]{
			make: func(ctx context.Context) (ToilAutomation, error) {
				service, err := r.namedService(ctx, in.Body.Service)
				if err != nil {
					return ToilAutomation{}, err
				}
				made, err := r.Toil.Report(ctx, team.ID, toil.AutomationInput{
					Name: in.Body.Name, Category: toil.Category(in.Body.Category), Service: service, Day: clock.Date(in.Body.Day), Times: in.Body.Count, SecondsEach: rounded(in.Body.MinutesEach * 60),
				})
				return show(ctx, made, err)
			},
			load: func(ctx context.Context, made id.ID) (ToilAutomation, error) {
				found, err := r.Toil.Automation(ctx, team.ID, made)
				return show(ctx, found, err)
			},
			name: func(o ToilAutomation) (id.ID, int64, string) {
				return id.ID(o.ID), 1, "/v1/teams/" + team.Slug + "/toil/automations/" + o.ID
			},
			show: itself[ToilAutomation],
		})
	})

	type one struct {
		TeamPath
		Automation string `path:"toilAutomation" maxLength:"26" doc:"Identifier of the report."`
	}
	type shown struct{ Body ToilAutomation }
	register(a, operation{
		id: "getToilAutomation", method: http.MethodGet, path: toilAutomationsPath + "/{toilAutomation}", tag: toilTag, summary: "Get what automation did on a day",
		description: "It never changes; the team can withdraw it.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *one) (*shown, error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		found, err := r.Toil.Automation(ctx, team.ID, id.ID(in.Automation))
		if err != nil {
			return nil, err
		}
		names, err := r.serviceNames(ctx, []id.ID{found.Service})
		if err != nil {
			return nil, err
		}
		return &shown{toToilAutomation(found, names)}, nil
	})
}

func (a *API) addToilWithdrawal(r Rooms) {
	type one struct {
		TeamPath
		Automation string `path:"toilAutomation" maxLength:"26" doc:"Identifier of the report."`
	}
	register(a, operation{
		id: "deleteToilAutomation", method: http.MethodDelete, path: toilAutomationsPath + "/{toilAutomation}", tag: toilTag, summary: "Withdraw what automation reported",
		description: "By a member of the team, where it was wrong. It never changes, so that no If-Match is needed.",
		rule:        access.Rule{Verb: access.Delete, Kind: access.KindToilAutomation}, status: http.StatusNoContent, errors: renamed,
	}, func(ctx context.Context, in *one) (*nothing, error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		return nil, r.Toil.Withdraw(ctx, team.ID, id.ID(in.Automation))
	})
}

func toToilAutomation(a toil.Automation, names serviceNames) ToilAutomation {
	return ToilAutomation{
		ID: string(a.ID), Service: names.optional(a.Service), Minutes: a.Minutes(), CreatedAt: a.CreatedAt, CreatedBy: a.CreatedBy,
		ToilAutomationFacts: ToilAutomationFacts{Name: a.Name, Category: string(a.Category), Day: string(a.Day), Count: a.Times, MinutesEach: float64(a.SecondsEach) / 60},
	}
}

type ToilQuarterPath struct {
	TeamPath
	Quarter string `path:"quarter" maxLength:"7" doc:"A quarter of the calendar." example:"2026-Q1"`
}

func (a *API) addToilSurveys(r Rooms) {
	const path = toilPath + "/surveys/{quarter}"
	type summary struct{ Body ToilSurvey }
	register(a, operation{
		id: "getToilSurvey", method: http.MethodGet, path: path, tag: toilTag, summary: "Get what a team answered about a quarter",
		description: "Nothing is told until the quarter is closed, 31 days after its end, and where fewer than four answered, to nobody.", rule: access.Rule{Verb: access.Read, Kind: access.KindToil}, errors: renamed,
	}, func(ctx context.Context, in *ToilQuarterPath) (*summary, error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		s, err := r.Toil.Surveyed(ctx, team.ID, share.Quarter(in.Quarter))
		if err != nil {
			return nil, err
		}
		return &summary{toToilSurvey(s)}, nil
	})

	type get struct {
		ToilQuarterPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getToilSurveyAnswer", method: http.MethodGet, path: path + "/answer", tag: toilTag, summary: "Get your answer about a quarter",
		description: "That of the caller; nobody else's.", rule: access.Rule{Verb: access.Read, Kind: access.KindToilSurvey}, errors: renamed,
	}, func(ctx context.Context, in *get) (*reply[ToilSurveyAnswer], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		answer, err := r.Toil.MySurvey(ctx, team.ID, share.Quarter(in.Quarter))
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, answer.Version, toToilSurveyAnswer(answer)), nil
	})

	type put struct {
		ToilQuarterPath
		Body ToilSurveyInput
	}
	register(a, operation{
		id: "answerToilSurvey", method: http.MethodPut, path: path + "/answer", tag: toilTag, summary: "Answer about a quarter",
		description: "Five questions about the present quarter, or one that is over for at most 31 days. It replaces what the caller answered before, whom alone it is of: no If-Match is needed.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindToilSurvey}, errors: renamed,
	}, func(ctx context.Context, in *put) (*reply[ToilSurveyAnswer], error) {
		team, err := r.Registry.TeamFor(ctx, in.Team)
		if err != nil {
			return nil, err
		}
		answer, err := r.Toil.Survey(ctx, team.ID, share.Quarter(in.Quarter), toil.SurveyInput{
			Percent: in.Body.Share, Category: toil.Category(in.Body.Category), Wish: in.Body.Wish, Course: toil.Course(in.Body.Course), OnCall: toil.Load(in.Body.OnCall),
		})
		if err != nil {
			return nil, err
		}
		return current(answer.Version, toToilSurveyAnswer(answer)), nil
	})
}

func toToilSurvey(s toil.Surveyed) ToilSurvey {
	out := ToilSurvey{Quarter: string(s.Quarter), Answers: s.Answers, Told: s.Told, ClosesAt: s.Closes, Categories: tallied(s.Categories), Courses: tallied(s.Courses), OnCall: tallied(s.OnCall), Wishes: each(s.Wishes, itself[string])}
	if s.Told {
		out.Mean, out.Median = &s.Mean, &s.Median
	}
	return out
}

func tallied[K ~string](of map[K]int) map[string]int {
	out := make(map[string]int, len(of))
	for k, n := range of {
		out[string(k)] = n
	}
	return out
}

func toToilSurveyAnswer(a toil.SurveyAnswer) ToilSurveyAnswer {
	return ToilSurveyAnswer{
		Quarter: string(a.Quarter), ToilSurveyInput: ToilSurveyInput{Share: a.Percent, Category: string(a.Category), Wish: a.Wish, Course: string(a.Course), OnCall: string(a.OnCall)},
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt, Version: a.Version,
	}
}
