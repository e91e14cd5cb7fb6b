package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/onboarding"
	"github.com/evenkeel/evenkeel/services/registry"
)

type OnboardingRepositoryPath struct {
	Repository string `path:"repository" maxLength:"26" doc:"Identifier of the repository."`
}

type OnboardingWavePath struct {
	Wave string `path:"wave" maxLength:"63" doc:"Slug or identifier of the wave." example:"first"`
}

const (
	onboardingTag = "Onboarding"
	wavesPath     = "/v1/onboarding/waves"
)

func (a *API) addOnboarding(r Rooms) {
	a.addOnboardingRepositories(r)
	a.addOnboardingStages(r)
	a.addOnboardingWaves(r)
	a.addOnboardingMembers(r)
	a.addOnboardingStart(r)
}

func (a *API) addOnboardingRepositories(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindOnboarding}
	const path = "/v1/onboarding/repositories"
	type query struct {
		Paging
		State  string `query:"state" enum:"found,registered,dismissed,idle,gone" doc:"Only those in this state."`
		Team   string `query:"team" maxLength:"63" doc:"Only those that are taken to be of this team, by slug or identifier."`
		NoTeam bool   `query:"noTeam" doc:"Only those of which the team is not known."`
		Query  string `query:"query" maxLength:"100" doc:"Only those with this in their full name, in any case."`
	}
	register(a, operation{
		id: "listOnboardingRepositories", method: http.MethodGet, path: path, tag: onboardingTag, summary: "List repositories that were found",
		description: "By full name. The job discover-repositories reads them from the code host.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[OnboardingRepository], error) {
		f := onboarding.RepositoryFilter{State: onboarding.State(in.State), NoTeam: in.NoTeam, Query: in.Query}
		var err error
		if f.Team, _, err = r.owners(ctx, in.Team, ""); err != nil {
			return nil, err
		}
		found, err := r.Onboarding.Repositories(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toOnboardingRepository), nil
	})
	type get struct {
		OnboardingRepositoryPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getOnboardingRepository", method: http.MethodGet, path: path + "/{repository}", tag: onboardingTag, summary: "Get a repository that was found",
		description: "With its ETag, and the service that it would become.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[OnboardingRepository], error) {
		is, err := r.Onboarding.Repository(ctx, id.ID(in.Repository))
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, is.Version, toOnboardingRepository(is)), nil
	})
	type put struct {
		OnboardingRepositoryPath
		IfMatch
		Body OnboardingDecision
	}
	register(a, operation{
		id: "decideOnRepository", method: http.MethodPut, path: path + "/{repository}", tag: onboardingTag, summary: "Say what a repository is to be",
		description: "The service that it is to become, or why it is none. The body replaces what was said before. Administrators only.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindOnboarding}, errors: []int{http.StatusConflict},
	}, func(ctx context.Context, in *put) (*reply[OnboardingRepository], error) {
		is, err := r.Onboarding.Decide(ctx, id.ID(in.Repository), in.Version(), onboarding.Decision{Choice: fromOnboardingChoice(in.Body.OnboardingChoice), Dismissed: in.Body.Dismissed})
		if err != nil {
			return nil, err
		}
		return current(is.Version, toOnboardingRepository(is)), nil
	})
}

func (a *API) addOnboardingStages(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindOnboarding}
	type query struct {
		Paging
		Stage string `query:"stage" enum:"registered,declared,measured" doc:"Only those at this stage."`
		Team  string `query:"team" maxLength:"63" doc:"Only those of this team, by slug or identifier."`
		Wave  string `query:"wave" maxLength:"63" doc:"Only those in this wave, by slug or identifier."`
	}
	register(a, operation{
		id: "listOnboardingServices", method: http.MethodGet, path: "/v1/onboarding/services", tag: onboardingTag, summary: "List how far services are",
		description: "By slug, those that were retired left out.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[OnboardingStage], error) {
		f := onboarding.ServiceFilter{Stage: onboarding.Stage(in.Stage)}
		var err error
		if f.Team, _, err = r.owners(ctx, in.Team, ""); err != nil {
			return nil, err
		}
		if in.Wave != "" {
			w, err := r.Onboarding.Wave(ctx, in.Wave)
			if err != nil {
				return nil, atQuery("wave", in.Wave, err)
			}
			f.Wave = w.ID
		}
		found, err := r.Onboarding.Services(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, func(s onboarding.ServiceStage) OnboardingStage {
			return OnboardingStage{
				Service: ref(s.Service, s.Slug), Name: s.Name, Tier: s.Tier, Team: ref(s.Team, s.TeamSlug), Stage: string(s.Stage), SLOs: s.SLOs, Wave: s.Wave,
			}
		}), nil
	})
	type progress struct {
		Wave string `query:"wave" maxLength:"63" doc:"Only what is in this wave, by slug or identifier."`
	}
	type progressReply struct{ Body OnboardingProgress }
	register(a, operation{
		id: "getOnboardingProgress", method: http.MethodGet, path: "/v1/onboarding/progress", tag: onboardingTag, summary: "Get how far teams are",
		description: "How many services, and repositories that may become one, are at each stage, by team.", rule: read,
	}, func(ctx context.Context, in *progress) (*progressReply, error) {
		p, err := r.Onboarding.Standing(ctx, in.Wave)
		if err != nil {
			return nil, atQuery("wave", in.Wave, err)
		}
		return &progressReply{OnboardingProgress{
			Total: toOnboardingCount(p.Total),
			Teams: each(p.Teams, func(t onboarding.TeamCount) OnboardingTeam {
				return OnboardingTeam{Team: optionalRef(t.Team, t.TeamSlug), OnboardingCount: toOnboardingCount(t.Count)}
			}),
		}}, nil
	})
}

func (a *API) addOnboardingWaves(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindOnboarding}
	type query struct{ Paging }
	register(a, operation{
		id: "listOnboardingWaves", method: http.MethodGet, path: wavesPath, tag: onboardingTag, summary: "List waves", description: "The newest first.", rule: read,
	}, func(ctx context.Context, in *query) (*list[OnboardingWave], error) {
		found, err := r.Onboarding.Waves(ctx, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toOnboardingWave), nil
	})
	type post struct {
		Once
		Body OnboardingWaveTerms
	}
	register(a, operation{
		id: "createOnboardingWave", method: http.MethodPost, path: wavesPath, tag: onboardingTag, summary: "Plan a wave",
		description: "Nothing is brought before it has members and is started. Administrators only.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindOnboarding},
	}, func(ctx context.Context, in *post) (*created[OnboardingWave], error) {
		return create(ctx, a, in.Once, creation[onboarding.Wave, OnboardingWave]{
			make: func(ctx context.Context) (onboarding.Wave, error) {
				return r.Onboarding.CreateWave(ctx, fromOnboardingWave(in.Body))
			},
			load: func(ctx context.Context, made id.ID) (onboarding.Wave, error) {
				return r.Onboarding.Wave(ctx, string(made))
			},
			name: func(w onboarding.Wave) (id.ID, int64, string) { return w.ID, w.Version, wavesPath + "/" + w.Slug },
			show: toOnboardingWave,
		})
	})
	type get struct {
		OnboardingWavePath
	}
	register(a, operation{
		id: "getOnboardingWave", method: http.MethodGet, path: wavesPath + "/{wave}", tag: onboardingTag, summary: "Get a wave", description: "With its ETag, and how far its members are.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[OnboardingWave], error) {
		w, err := r.Onboarding.Wave(ctx, in.Wave)
		if err != nil {
			return nil, err
		}
		return current(w.Version, toOnboardingWave(w)), nil
	})
	type put struct {
		OnboardingWavePath
		IfMatch
		Body OnboardingWaveTerms
	}
	register(a, operation{
		id: "updateOnboardingWave", method: http.MethodPut, path: wavesPath + "/{wave}", tag: onboardingTag, summary: "Change a wave",
		description: "The body replaces what was declared. What the wave brought already stays as it is. Administrators only.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindOnboarding}, errors: []int{http.StatusConflict},
	}, func(ctx context.Context, in *put) (*reply[OnboardingWave], error) {
		w, err := r.Onboarding.UpdateWave(ctx, in.Wave, in.Version(), fromOnboardingWave(in.Body))
		if err != nil {
			return nil, err
		}
		return current(w.Version, toOnboardingWave(w)), nil
	})
	type remove struct {
		OnboardingWavePath
		IfMatch
	}
	register(a, operation{
		id: "deleteOnboardingWave", method: http.MethodDelete, path: wavesPath + "/{wave}", tag: onboardingTag, summary: "Remove a wave",
		description: "What it brought stays, and what it had may be put into another. Administrators only.",
		rule:        access.Rule{Verb: access.Delete, Kind: access.KindOnboarding},
	}, func(ctx context.Context, in *remove) (*struct{}, error) {
		return nil, r.Onboarding.DeleteWave(ctx, in.Wave, in.Version())
	})
}

func (a *API) addOnboardingMembers(r Rooms) {
	update := access.Rule{Verb: access.Update, Kind: access.KindOnboarding}
	const path = wavesPath + "/{wave}/members"
	type query struct {
		OnboardingWavePath
		Paging
		State string `query:"state" enum:"waiting,brought,failed" doc:"Only those in this state."`
		Team  string `query:"team" maxLength:"63" doc:"Only those of this team, by slug or identifier."`
	}
	register(a, operation{
		id: "listOnboardingMembers", method: http.MethodGet, path: path, tag: onboardingTag, summary: "List what is in a wave", description: "In the order in which it was put in.",
		rule: access.Rule{Verb: access.Read, Kind: access.KindOnboarding}, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[OnboardingMember], error) {
		f := onboarding.MemberFilter{State: onboarding.MemberState(in.State)}
		var err error
		if f.Team, _, err = r.owners(ctx, in.Team, ""); err != nil {
			return nil, err
		}
		found, err := r.Onboarding.Members(ctx, in.Wave, f, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toOnboardingMember), nil
	})
	type post struct {
		OnboardingWavePath
		Body OnboardingPick
	}
	type picked struct{ Body OnboardingPicked }
	register(a, operation{
		id: "addOnboardingMembers", method: http.MethodPost, path: path, tag: onboardingTag, summary: "Put services and repositories into a wave", status: http.StatusOK,
		description: "All that are named and match, or none. Those that are in it already stay; one that is in another wave is 409 in_another_wave. Administrators only.",
		rule:        update, errors: []int{http.StatusConflict},
	}, func(ctx context.Context, in *post) (*picked, error) {
		p, err := r.Onboarding.Add(ctx, in.Wave, fromOnboardingPick(in.Body))
		if err != nil {
			return nil, err
		}
		return &picked{OnboardingPicked{Added: p.Added, Already: p.Already}}, nil
	})
	type remove struct {
		OnboardingWavePath
		Member string `path:"member" maxLength:"26" doc:"Identifier of the member."`
	}
	register(a, operation{
		id: "removeOnboardingMember", method: http.MethodDelete, path: path + "/{member}", tag: onboardingTag, summary: "Take something out of a wave",
		description: "What was brought of it stays. Administrators only.", rule: update,
	}, func(ctx context.Context, in *remove) (*struct{}, error) {
		return nil, r.Onboarding.Remove(ctx, in.Wave, id.ID(in.Member))
	})
}

func (a *API) addOnboardingStart(r Rooms) {
	type preview struct {
		OnboardingWavePath
		Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"How many items to return at most."`
		After string `query:"after" maxLength:"2048" doc:"The next of an earlier page: the list goes on after its last item."`
	}
	register(a, operation{
		id: "previewOnboardingWave", method: http.MethodGet, path: wavesPath + "/{wave}/preview", tag: onboardingTag, summary: "Preview a wave",
		description: "Says what starting it would do with each of its members, and does nothing. Administrators only, as starting is.",
		rule:        access.Rule{Verb: access.Check, Kind: access.KindOnboarding}, class: admission.Reports,
	}, func(ctx context.Context, in *preview) (*list[OnboardingOutcome], error) {
		p := Paging{Limit: in.Limit, After: in.After}
		found, err := r.Onboarding.Preview(ctx, in.Wave, p.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toOnboardingOutcome), nil
	})
	type post struct {
		OnboardingWavePath
		Body OnboardingStart
	}
	type started struct{ Body OnboardingStarted }
	register(a, operation{
		id: "startOnboardingWave", method: http.MethodPost, path: wavesPath + "/{wave}/start", tag: onboardingTag, summary: "Start a wave, and go on with it", status: http.StatusOK,
		description: "Brings up to 100 members that wait, each all or nothing: registers the service of a repository, and declares the SLOs that the templates say. Call it again until none is waiting; calling it once more changes nothing. Administrators only.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindOnboarding}, errors: []int{http.StatusConflict}, class: admission.Reports,
	}, func(ctx context.Context, in *post) (*started, error) {
		p, err := r.Onboarding.Start(ctx, in.Wave, in.Body.Retry)
		if err != nil {
			return nil, err
		}
		return &started{OnboardingStarted{Wave: toOnboardingWave(p.Wave), Brought: each(p.Brought, toOnboardingMember), Failed: each(p.Failed, toOnboardingMember)}}, nil
	})
}

func toOnboardingRepository(is onboarding.Repository) OnboardingRepository {
	out := OnboardingRepository{
		ID: string(is.ID), FullName: is.FullName, Address: is.Address, State: string(is.State()), Description: is.Facts.Description, Language: is.Facts.Language,
		Visibility: is.Facts.Visibility, Topics: someOf(is.Facts.Topics), Archived: is.Facts.Archived, Fork: is.Facts.Fork, Template: is.Facts.Template, Empty: is.Facts.Empty,
		CodeOwners: someOf(is.Look.Owners), Problem: is.Look.Problem, Team: optionalRef(is.Team, is.TeamSlug), TeamBy: string(is.TeamBy), Service: optionalRef(is.Service, is.ServiceSlug),
		Wave: is.Wave, Choice: OnboardingChoice{
			Slug: is.Choice.Slug, Name: is.Choice.Name, Team: is.Choice.Team, System: is.Choice.System, Kind: string(is.Choice.Kind), Tier: is.Choice.Tier, Lifecycle: string(is.Choice.Lifecycle),
		},
		PushedAt: is.PushedAt, SeenAt: is.SeenAt, LookedAt: is.LookedAt, Version: is.Version,
	}
	in := is.Proposed()
	out.Proposed = OnboardingService{Slug: in.Slug, Name: in.Name, Team: in.Team, System: in.System, Kind: string(in.Kind), Tier: in.Tier, Lifecycle: string(in.Lifecycle)}
	if is.DismissedAt != nil {
		out.Dismissed = &OnboardingDismissed{At: *is.DismissedAt, By: is.DismissedBy, Reason: is.DismissedFor}
	}
	return out
}

// someOf is the list, never null.
func someOf[T any](of []T) []T { return append([]T{}, of...) }

func fromOnboardingChoice(c OnboardingChoice) onboarding.Choice {
	return onboarding.Choice{Slug: c.Slug, Name: c.Name, Team: c.Team, System: c.System, Kind: registry.Kind(c.Kind), Tier: c.Tier, Lifecycle: registry.Lifecycle(c.Lifecycle)}
}

func fromOnboardingWave(in OnboardingWaveTerms) onboarding.Draft {
	return onboarding.Draft{
		Slug: in.Slug, Name: in.Name, Description: in.Description, DueOn: clock.Date(in.DueOn),
		Templates: each(in.Templates, func(t OnboardingTemplate) onboarding.Template {
			return onboarding.Template{Kinds: each(t.Kinds, func(k string) registry.Kind { return registry.Kind(k) }), Tiers: slices.Clone(t.Tiers), SLO: fromSLOInput(t.SLO)}
		}),
	}
}

func toOnboardingWave(w onboarding.Wave) OnboardingWave {
	return OnboardingWave{
		ID: string(w.ID), State: string(w.State()), Waiting: w.Tally.Waiting, Brought: w.Tally.Brought, Failed: w.Tally.Failed,
		OnboardingWaveTerms: OnboardingWaveTerms{
			Slug: w.Slug, Name: w.Name, Description: w.Description, DueOn: string(w.DueOn),
			Templates: each(w.Templates, func(t onboarding.Template) OnboardingTemplate {
				return OnboardingTemplate{Kinds: each(t.Kinds, func(k registry.Kind) string { return string(k) }), Tiers: t.Tiers, SLO: toBriefSLOInput(t.SLO)}
			}),
		},
		CreatedAt: w.CreatedAt, CreatedBy: w.CreatedBy, UpdatedAt: w.UpdatedAt, StartedAt: w.StartedAt, StartedBy: w.StartedBy, Version: w.Version,
	}
}

func fromOnboardingPick(in OnboardingPick) onboarding.Pick {
	p := onboarding.Pick{Services: in.Services, Repositories: each(in.Repositories, func(of string) id.ID { return id.ID(of) })}
	if m := in.Match; m != nil {
		p.Match = &onboarding.Match{Team: m.Team, System: m.System, Tier: m.Tier, Of: onboarding.Source(m.Of)}
	}
	return p
}

func toOnboardingMember(m onboarding.Member) OnboardingMember {
	return OnboardingMember{
		ID: string(m.ID), Name: m.Name, ServiceID: string(m.Service), RepositoryID: string(m.Repository), Team: m.Team, State: string(m.State),
		SLOs: each(m.SLOs, func(of id.ID) string { return string(of) }), Problems: each(m.Faults, toOnboardingProblem), TriedAt: m.TriedAt,
	}
}

func toOnboardingProblem(p onboarding.Problem) OnboardingProblem {
	return OnboardingProblem{Pointer: p.Pointer, Message: p.Message, Value: p.Value}
}

func toOnboardingOutcome(o onboarding.Outcome) OnboardingOutcome {
	out := OnboardingOutcome{
		Member: toOnboardingMember(o.Member), Registers: o.Registers, Problems: each(o.Problems, toOnboardingProblem),
		SLOs: each(o.SLOs, func(s onboarding.DeclaredSLO) OnboardingSLO {
			return OnboardingSLO{ID: string(s.ID), Slug: s.Slug, Name: s.Name, Objective: s.Objective, Kept: s.Kept, Warnings: someOf(s.Warnings)}
		}),
	}
	if len(o.Problems) == 0 {
		s := o.Service
		out.Service = &OnboardingService{
			ID: string(s.ID), Slug: s.Slug, Name: s.Name, Team: s.TeamSlug, System: s.SystemSlug, Kind: string(s.Kind), Tier: s.Tier, Lifecycle: string(s.Lifecycle),
		}
	}
	return out
}

func toOnboardingCount(c onboarding.Count) OnboardingCount {
	out := OnboardingCount{Found: c.Found, Registered: c.Registered, Declared: c.Declared, Measured: c.Measured}
	if share, any := c.Share(); any {
		out.Share = &share
	}
	return out
}
