package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/launch"
	"github.com/evenkeel/evenkeel/services/access"
)

type LaunchReviewPath struct {
	Review string `path:"launchReview" maxLength:"26" doc:"Identifier of the review."`
}

const (
	launchesPath = "/v1/launch-reviews"
	launchPath   = launchesPath + "/{launchReview}"
)

func (a *API) addLaunchReviews(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindLaunchReview}
	type query struct {
		Paging
		Service   string `query:"service" maxLength:"63" doc:"Only of this service, by slug or identifier."`
		Team      string `query:"team" maxLength:"63" doc:"Only of services of this team, by slug or identifier."`
		Scorecard string `query:"scorecard" maxLength:"63" doc:"Only by this scorecard, by slug or identifier."`
		State     string `query:"state" enum:"waiting,signed_off,rejected,expired" doc:"Only those in this state."`
	}
	register(a, operation{
		id: "listLaunchReviews", method: http.MethodGet, path: launchesPath, tag: "Launch reviews", summary: "List launch reviews", description: "The newest first.", rule: read, errors: append([]int{http.StatusNotFound}, renamed...),
	}, func(ctx context.Context, in *query) (*list[LaunchReview], error) {
		f := launch.Filter{State: launch.State(in.State)}
		var err error
		if f.Service, f.Team, err = r.narrowed(ctx, in.Service, in.Team); err != nil {
			return nil, err
		}
		if in.Scorecard != "" {
			card, err := r.Scorecards.Get(ctx, in.Scorecard)
			if err != nil {
				return nil, err
			}
			f.Scorecard = card.Scorecard.ID
		}
		found, err := r.Launches.List(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.showLaunches(ctx, found.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[LaunchReview]{Items: shown, Next: found.Next}, itself[LaunchReview]), nil
	})

	type get struct{ LaunchReviewPath }
	register(a, operation{
		id: "getLaunchReview", method: http.MethodGet, path: launchPath, tag: "Launch reviews", summary: "Get a launch review", description: "With its evidence, and its ETag, which is of what was written; what the caller may do changes without it, so that there is no 304.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[LaunchReview], error) {
		found, err := r.Launches.Get(ctx, id.ID(in.Review))
		return r.launch(ctx, found, err)
	})

	type post struct {
		Once
		Body LaunchReviewInput
	}
	register(a, operation{
		id: "askForLaunchReview", method: http.MethodPost, path: launchesPath, tag: "Launch reviews", summary: "Ask for a launch review",
		description: "By a member of the service's team; no workload asks. The service is evaluated now, and what it comes to is frozen as evidence.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindLaunchReview},
	}, func(ctx context.Context, in *post) (*created[LaunchReview], error) {
		return create(ctx, a, in.Once, creation[LaunchReview, LaunchReview]{
			make: func(ctx context.Context) (LaunchReview, error) {
				made, err := r.Launches.Ask(ctx, launch.Request{
					Service: in.Body.Service, Scorecard: in.Body.Scorecard, Level: in.Body.Level, PlannedOn: clock.Date(in.Body.PlannedOn), Note: in.Body.Note,
				})
				return single(ctx, made, err, r.showLaunches)
			},
			load: func(ctx context.Context, made id.ID) (LaunchReview, error) {
				found, err := r.Launches.Get(ctx, made)
				return single(ctx, found, err, r.showLaunches)
			},
			name: func(l LaunchReview) (id.ID, int64, string) { return id.ID(l.ID), l.Version, launchesPath + "/" + l.ID },
			show: itself[LaunchReview],
		})
	})
	a.addLaunchDecisions(r)
}

func (a *API) addLaunchDecisions(r Rooms) {
	decides := access.Rule{Verb: access.Update, Kind: access.KindLaunchReview}
	type signOff struct {
		LaunchReviewPath
		IfMatch
		Body LaunchSignOff
	}
	register(a, operation{
		id: "signOffLaunch", method: http.MethodPost, path: launchPath + "/sign-off", tag: "Launch reviews", summary: "Sign a launch off",
		description: "By a person of the team that keeps the scorecard, or an administrator, who is another than who asked: until a time, and with conditions that are to be met by their days. Of a service that was below the level the reason is needed.",
		rule:        decides, status: http.StatusOK,
	}, func(ctx context.Context, in *signOff) (*reply[LaunchReview], error) {
		after, err := r.Launches.SignOff(ctx, id.ID(in.Review), in.Version(), launch.SignOff{
			Reason: in.Body.Reason, Until: in.Body.Until,
			Conditions: each(in.Body.Conditions, func(c LaunchConditionInput) launch.Condition {
				return launch.Condition{Text: c.Text, DueOn: clock.Date(c.DueOn)}
			}),
		})
		return r.launch(ctx, after, err)
	})

	type reject struct {
		LaunchReviewPath
		IfMatch
		Body Reason
	}
	register(a, operation{
		id: "rejectLaunch", method: http.MethodPost, path: launchPath + "/reject", tag: "Launch reviews", summary: "Reject a launch", description: "By who may sign it off, with the reason. Once it is mended, another review is asked for.",
		rule: decides, status: http.StatusOK,
	}, func(ctx context.Context, in *reject) (*reply[LaunchReview], error) {
		after, err := r.Launches.Reject(ctx, id.ID(in.Review), in.Version(), in.Body.Reason)
		return r.launch(ctx, after, err)
	})

	type met struct {
		LaunchReviewPath
		N int `path:"condition" minimum:"1" maximum:"20" doc:"Number of the condition, from 1."`
		IfMatch
		Body LaunchMet
	}
	register(a, operation{
		id: "meetLaunchCondition", method: http.MethodPost, path: launchPath + "/conditions/{condition}/done", tag: "Launch reviews", summary: "Say that a condition is met", description: "By a member of the service's team, with where it is seen.",
		rule: access.Rule{Verb: access.Check, Kind: access.KindLaunchReview}, status: http.StatusOK,
	}, func(ctx context.Context, in *met) (*reply[LaunchReview], error) {
		after, err := r.Launches.Meet(ctx, id.ID(in.Review), in.N, in.Version(), in.Body.Note)
		return r.launch(ctx, after, err)
	})
}

func (r Rooms) launch(ctx context.Context, l launch.Review, err error) (*reply[LaunchReview], error) {
	shown, err := single(ctx, l, err, r.showLaunches)
	if err != nil {
		return nil, err
	}
	return current(shown.Version, shown), nil // that it expired is no part of its version
}

// showLaunches names what reviews refer to.
func (r Rooms) showLaunches(ctx context.Context, reviews []launch.Review) ([]LaunchReview, error) {
	names, err := r.serviceNames(ctx, each(reviews, func(l launch.Review) id.ID { return l.Service }))
	if err != nil {
		return nil, err
	}
	cards, err := r.cardsOf(ctx, each(reviews, func(l launch.Review) id.ID { return l.Scorecard }))
	if err != nil {
		return nil, err
	}
	acts, err := r.Launches.Acts(ctx, reviews, names, cards)
	if err != nil {
		return nil, err
	}
	now := r.Launches.Now()
	out := make([]LaunchReview, len(reviews))
	for i, l := range reviews {
		one := LaunchReview{
			ID: string(l.ID), Service: names.ref(l.Service), Scorecard: ref(l.Scorecard, cards[l.Scorecard].Scorecard.Slug), RevisionID: string(l.Revision), Level: l.Level, PlannedOn: string(l.PlannedOn), Note: l.Note,
			State: string(l.State(now)), AskedAt: l.AskedAt, PersonID: string(l.Person), AskedBy: l.AskedBy, Acts: each(acts[i], toAct), Version: l.Version,
			Evidence:   LaunchEvidence{At: l.Evidence.At, Level: l.Evidence.Level, Meets: l.Evidence.Meets, Score: l.Evidence.Score, Checks: each(l.Evidence.Checks, toLaunchCheck)},
			Conditions: each(l.Conditions, func(c launch.Condition) LaunchCondition { return toLaunchCondition(c, now) }),
		}
		if d := l.Decision; d != nil {
			one.Decision = &LaunchDecision{At: d.At, PersonID: string(d.Person), By: d.By, Reason: d.Reason, Until: d.Until}
		}
		out[i] = one
	}
	return out, nil
}

func toLaunchCheck(c launch.Check) LaunchCheck {
	return LaunchCheck{
		ID: c.ID, Title: c.Title, Level: c.Level, Outcome: c.Outcome, Counts: c.Counts, Why: c.Why,
		Facts: each(c.Facts, func(e scorecards.Evidence) CheckEvidence {
			return CheckEvidence{KnownFact: KnownFact(e.Known), By: e.By, Source: e.Source, Link: e.Link, At: e.At, Until: e.Until}
		}),
	}
}

func toLaunchCondition(c launch.Condition, now time.Time) LaunchCondition {
	out := LaunchCondition{LaunchConditionInput: LaunchConditionInput{Text: c.Text, DueOn: string(c.DueOn)}, Overdue: c.Overdue(now)}
	if c.Done != nil {
		out.Done = &LaunchDone{At: c.Done.At, By: c.Done.By, Note: c.Done.Note}
	}
	return out
}
