package api

import (
	"cmp"
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/builtin"
	"github.com/evenkeel/evenkeel/services/access"
)

type ScorecardPath struct {
	Scorecard string `path:"scorecard" maxLength:"63" doc:"Slug or identifier of the scorecard." example:"production-readiness"`
}

var readScorecards = access.Rule{Verb: access.Read, Kind: access.KindScorecard}

func (a *API) addScorecards(r Rooms) {
	type query struct {
		Paging
		Owner   string `query:"owner" maxLength:"63" doc:"Only those that this team keeps."`
		Retired string `query:"retired" enum:"true,false" doc:"Only retired ones, or only others."`
	}
	register(a, operation{
		id: "listScorecards", method: http.MethodGet, path: "/v1/scorecards", tag: "Scorecards", summary: "List scorecards", description: "By slug.", rule: readScorecards, errors: append([]int{http.StatusNotFound}, renamed...),
	}, func(ctx context.Context, in *query) (*list[Scorecard], error) {
		var retired *bool
		if in.Retired != "" {
			is := in.Retired == "true"
			retired = &is
		}
		found, err := r.Scorecards.List(ctx, in.Owner, retired, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.scorecards(ctx, found.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[Scorecard]{Items: shown, Next: found.Next}, itself[Scorecard]), nil
	})

	type post struct {
		Once
		Body ScorecardInput
	}
	register(a, operation{
		id: "createScorecard", method: http.MethodPost, path: "/v1/scorecards", tag: "Scorecards", summary: "Create a scorecard",
		description: "Services are evaluated by it from now on. Try it first with previewNewScorecard.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindScorecard},
	}, func(ctx context.Context, in *post) (*created[Scorecard], error) {
		return create(ctx, a, in.Once, creation[Scorecard, Scorecard]{
			make: func(ctx context.Context) (Scorecard, error) {
				v, err := r.Scorecards.Create(ctx, fromScorecardInput(in.Body))
				return single(ctx, v, err, r.scorecards)
			},
			load: func(ctx context.Context, made id.ID) (Scorecard, error) {
				v, err := r.Scorecards.Get(ctx, string(made))
				return single(ctx, v, err, r.scorecards)
			},
			name: func(s Scorecard) (id.ID, int64, string) {
				return id.ID(s.ID), s.Version, "/v1/scorecards/" + s.Slug
			},
			show: itself[Scorecard],
		})
	})

	type get struct {
		ScorecardPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getScorecard", method: http.MethodGet, path: "/v1/scorecards/{scorecard}", tag: "Scorecards", summary: "Get a scorecard", description: "With what it asks now; what it asked before is among its revisions.", rule: readScorecards, errors: renamed,
	}, func(ctx context.Context, in *get) (*reply[Scorecard], error) {
		v, err := r.Scorecards.Get(ctx, in.Scorecard)
		shown, err := single(ctx, v, err, r.scorecards)
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, shown.Version, shown), nil
	})

	type put struct {
		ScorecardPath
		IfMatch
		Body ScorecardInput
	}
	register(a, operation{
		id: "reviseScorecard", method: http.MethodPut, path: "/v1/scorecards/{scorecard}", tag: "Scorecards", summary: "Revise a scorecard",
		description: "The body replaces what was declared. Changed terms are a new revision; results name the revision that they are by. Try it first with previewScorecard.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindScorecard}, errors: renamed,
	}, func(ctx context.Context, in *put) (*reply[Scorecard], error) {
		v, err := r.Scorecards.Revise(ctx, in.Scorecard, in.Version(), fromScorecardInput(in.Body))
		shown, err := single(ctx, v, err, r.scorecards)
		if err != nil {
			return nil, err
		}
		return current(shown.Version, shown), nil
	})

	type retire struct {
		ScorecardPath
		IfMatch
		Body Reason
	}
	register(a, operation{
		id: "retireScorecard", method: http.MethodPost, path: "/v1/scorecards/{scorecard}/retire", tag: "Scorecards", summary: "Retire a scorecard",
		description: "Nothing is evaluated by it any more; what came of it stays. It can be restored.",
		rule:        access.Rule{Verb: access.Retire, Kind: access.KindScorecard}, errors: renamed,
	}, func(ctx context.Context, in *retire) (*reply[Scorecard], error) {
		v, err := r.Scorecards.Retire(ctx, in.Scorecard, in.Version(), in.Body.Reason)
		shown, err := single(ctx, v, err, r.scorecards)
		if err != nil {
			return nil, err
		}
		return current(shown.Version, shown), nil
	})
	type restore struct {
		ScorecardPath
		IfMatch
	}
	register(a, operation{
		id: "restoreScorecard", method: http.MethodPost, path: "/v1/scorecards/{scorecard}/restore", tag: "Scorecards", summary: "Restore a retired scorecard", description: "Services are evaluated by it again.",
		rule: access.Rule{Verb: access.Restore, Kind: access.KindScorecard}, errors: renamed,
	}, func(ctx context.Context, in *restore) (*reply[Scorecard], error) {
		v, err := r.Scorecards.Restore(ctx, in.Scorecard, in.Version())
		shown, err := single(ctx, v, err, r.scorecards)
		if err != nil {
			return nil, err
		}
		return current(shown.Version, shown), nil
	})

	type revisions struct {
		ScorecardPath
		Paging
	}
	register(a, operation{
		id: "listScorecardRevisions", method: http.MethodGet, path: "/v1/scorecards/{scorecard}/revisions", tag: "Scorecards", summary: "List the revisions of a scorecard", description: "The newest first.", rule: readScorecards, errors: renamed,
	}, func(ctx context.Context, in *revisions) (*list[ScorecardRevision], error) {
		found, err := r.Scorecards.Revisions(ctx, in.Scorecard, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toScorecardRevision), nil
	})

	type templates struct{ Body ScorecardTemplates }
	register(a, operation{
		id: "listScorecardTemplates", method: http.MethodGet, path: "/v1/scorecard-templates", tag: "Scorecards", summary: "List the scorecards that ship",
		description: "Production readiness with all its checks, and the starter profile. Send one to createScorecard as it is, or with checks left out and parameters changed.", rule: readScorecards,
	}, func(context.Context, *struct{}) (*templates, error) {
		all, err := builtin.All()
		if err != nil {
			return nil, err
		}
		return &templates{Body: ScorecardTemplates{Templates: each(all, toScorecardInput)}}, nil
	})

	type facts struct{ Body ScorecardFacts }
	register(a, operation{
		id: "listScorecardFacts", method: http.MethodGet, path: "/v1/scorecard-facts", tag: "Scorecards", summary: "List the facts that conditions of scorecards can be written on",
		description: "Those that domains tell, and those that are given.", rule: readScorecards,
	}, func(ctx context.Context, _ *struct{}) (*facts, error) {
		declared, err := r.Scorecards.Declared(ctx)
		if err != nil {
			return nil, err
		}
		return &facts{Body: ScorecardFacts{Facts: each(declared, toScorecardFact)}}, nil
	})

	type preview struct {
		ScorecardPath
		Body ScorecardInput
	}
	type previewed struct{ Body ScorecardPreview }
	register(a, operation{
		id: "previewScorecard", method: http.MethodPost, path: "/v1/scorecards/{scorecard}/preview", tag: "Scorecards", summary: "Tell what revising a scorecard would change",
		description: "Both are evaluated for all services on what is known now: who would gain or lose a level, which checks would flip. Nothing is kept.", rule: readScorecards, status: http.StatusOK, errors: renamed, class: admission.Reports,
	}, func(ctx context.Context, in *preview) (*previewed, error) {
		p, err := r.Scorecards.Preview(ctx, in.Scorecard, fromScorecardInput(in.Body))
		if err != nil {
			return nil, err
		}
		return &previewed{Body: toScorecardPreview(p)}, nil
	})
	type previewNew struct{ Body ScorecardInput }
	register(a, operation{
		id: "previewNewScorecard", method: http.MethodPost, path: "/v1/scorecard-previews", tag: "Scorecards", summary: "Tell what a new scorecard would come to",
		description: "It is evaluated for all services on what is known now. Nothing is kept.", rule: readScorecards, status: http.StatusOK, class: admission.Reports,
	}, func(ctx context.Context, in *previewNew) (*previewed, error) {
		p, err := r.Scorecards.Preview(ctx, "", fromScorecardInput(in.Body))
		if err != nil {
			return nil, err
		}
		return &previewed{Body: toScorecardPreview(p)}, nil
	})
}

// scorecards shows them, with what their owners should look at.
func (r Rooms) scorecards(ctx context.Context, of []scorecards.View) ([]Scorecard, error) {
	out := make([]Scorecard, len(of))
	for i, v := range of {
		warnings, err := r.Scorecards.Warnings(ctx, v)
		if err != nil {
			return nil, err
		}
		terms := toScorecardTerms(v.Revision.Terms)
		out[i] = Scorecard{
			ID: string(v.Scorecard.ID), Slug: v.Scorecard.Slug, Name: v.Scorecard.Name, Description: v.Scorecard.Description, Revision: v.Scorecard.Revision,
			AppliesTo: terms.AppliesTo, Levels: terms.Levels, Checks: terms.Checks, Issues: terms.Issues, Warnings: warnings, RevisedBy: v.Revision.RevisedBy,
			RetiredAt: v.Scorecard.RetiredAt, CreatedAt: v.Scorecard.CreatedAt, UpdatedAt: v.Scorecard.UpdatedAt, Manager: v.Scorecard.Manager, Version: v.Scorecard.Version,
		}
		if v.Scorecard.Owner != "" {
			out[i].Owner = &Ref{ID: string(v.Scorecard.Owner), Slug: v.Scorecard.OwnerSlug}
		}
	}
	return out, nil
}

func fromScorecardInput(in ScorecardInput) scorecards.Draft {
	return scorecards.Draft{
		Slug: in.Slug, Name: in.Name, Description: in.Description, Owner: in.Owner,
		Terms: scorecards.Terms{
			AppliesTo: in.AppliesTo,
			Levels: each(in.Levels, func(l ScorecardLevel) scorecards.Level {
				return scorecards.Level{Name: l.Name, Description: l.Description}
			}),
			Checks: each(in.Checks, fromScorecardCheck),
			Issues: scorecards.IssueTerms{Mode: scorecards.IssueMode(in.Issues.Mode), GraceDays: in.Issues.GraceDays, UpTo: in.Issues.UpTo},
		}.Complete(),
	}
}

func fromScorecardCheck(in ScorecardCheck) scorecards.Check {
	return scorecards.Check{
		ID: in.ID, Title: in.Title, Why: in.Why, Fix: in.Fix, Category: in.Category, Level: in.Level, Weight: cmp.Or(in.Weight, 1), Tier: in.Tier,
		AppliesTo: in.AppliesTo, Passes: in.Passes, Parameters: in.Parameters, EffectiveFrom: clock.Date(in.EffectiveFrom),
		Links: each(in.Links, func(l ScorecardLink) scorecards.Link { return scorecards.Link{Title: l.Title, URL: l.URL} }),
	}
}

func toScorecardInput(d scorecards.Draft) ScorecardInput {
	out := toScorecardTerms(d.Terms)
	out.Slug, out.Name, out.Description, out.Owner = d.Slug, d.Name, d.Description, d.Owner
	return out
}

func toScorecardTerms(t scorecards.Terms) ScorecardInput {
	return ScorecardInput{
		AppliesTo: t.AppliesTo, Levels: each(t.Levels, toScorecardLevel), Checks: each(t.Checks, toScorecardCheck),
		Issues: ScorecardIssues{Mode: string(t.Issues.Mode), GraceDays: t.Issues.GraceDays, UpTo: t.Issues.UpTo},
	}
}

func toScorecardLevel(l scorecards.Level) ScorecardLevel {
	return ScorecardLevel{Name: l.Name, Description: l.Description}
}

func toScorecardCheck(c scorecards.Check) ScorecardCheck {
	return ScorecardCheck{
		ID: c.ID, Title: c.Title, Why: c.Why, Fix: c.Fix, Category: c.Category, Level: c.Level, Weight: c.Weight, Tier: c.Tier,
		AppliesTo: c.AppliesTo, Passes: c.Passes, Parameters: c.Parameters, EffectiveFrom: string(c.EffectiveFrom), Links: each(c.Links, toScorecardLink),
	}
}

func toScorecardFact(d fact.Declaration) ScorecardFact {
	return ScorecardFact{FactDeclaration: FactDeclaration{Name: d.Name, Type: string(d.Type), Doc: d.Doc, Values: append([]string{}, d.Values...)}, By: d.By}
}

func toScorecardLink(l scorecards.Link) ScorecardLink {
	return ScorecardLink{Title: l.Title, URL: l.URL}
}

func toScorecardRevision(r scorecards.Revision) ScorecardRevision {
	t := toScorecardTerms(r.Terms)
	return ScorecardRevision{
		ID: string(r.ID), Number: r.Number, AppliesTo: t.AppliesTo, Levels: t.Levels, Checks: t.Checks, Issues: t.Issues, RevisedBy: r.RevisedBy, CreatedAt: r.CreatedAt,
	}
}
