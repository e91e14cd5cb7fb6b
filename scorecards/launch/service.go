package launch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/access"
)

// Parts are what a Service is made of.
type Parts struct {
	Store      Store
	Services   Services
	Scorecards Scorecards
	Teller     event.Teller
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
}

// Service is what can be done with launch reviews. Every method authorises the context's caller; every
// change is audited in its own transaction, with what is told of it.
type Service struct{ Parts }

// NewService returns a service of the parts.
func NewService(p Parts) *Service { return &Service{p} }

var _ Scorecards = (*scorecards.Service)(nil)

// Ask asks for a review of a service: it is evaluated now, and what it comes to is frozen as evidence.
// Members of the service's team; no workload.
//
// Faults: Forbidden; Conflict "launch_review_open" where one of the service and scorecard waits,
// "service_retired"; Invalid with every broken rule.
func (s *Service) Ask(ctx context.Context, in Request) (Review, error) {
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Create, Kind: access.KindLaunchReview}); err != nil {
		return Review{}, err
	}
	now := clock.Round(s.Clock())
	in = in.settled()
	var check fault.Check
	a, err := s.named(ctx, in, &check)
	if err != nil {
		return Review{}, err
	}
	in.check(&check, now)
	if err := check.Err(); err != nil {
		return Review{}, err
	}
	c := access.CallerFrom(ctx)
	made := Review{
		ID: id.New(now), Service: a.service.ID, Scorecard: a.card.Scorecard.ID, Level: in.Level, PlannedOn: in.PlannedOn, Note: in.Note,
		AskedAt: now, Person: c.Person, AskedBy: c.Name, Conditions: []Condition{}, Version: 1,
	}
	// Evaluating has transactions of its own.
	if made.Evidence, made.Revision, err = s.evidence(ctx, a, in.Level); err != nil {
		return Review{}, err
	}
	err = s.Runner.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.CreateLaunchReview(ctx, made); err != nil {
			return err
		}
		if err := s.Recorder.RecordDiff(ctx, access.Create, a.asked(made), in.Note, nil, made.record()); err != nil {
			return err
		}
		return s.Teller.Tell(ctx, a.told(event.LaunchReviewAsked, made, now))
	})
	if err != nil {
		return Review{}, fmt.Errorf("ask for a launch review: %w", err)
	}
	return made, nil
}

// named finds the service, on which it authorises, and the scorecard with the level.
func (s *Service) named(ctx context.Context, in Request, check *fault.Check) (about, error) {
	var a about
	var err error
	a.service, err = s.Services.ServiceFor(ctx, in.Service)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Moved) {
		check.Fail("/service", in.Service, "must be the slug or identifier of a service; there is none of it")
	} else if err != nil {
		return a, err
	} else if err := person(ctx, s.Authorizer, access.Create, a.asked(Review{})); err != nil {
		return a, err
	} else if err := a.service.Live(); err != nil {
		return a, err
	}
	a.card, err = s.Scorecards.Get(ctx, in.Scorecard)
	switch {
	case fault.Is(err, fault.NotFound) || fault.Is(err, fault.Moved):
		check.Fail("/scorecard", in.Scorecard, "must be the slug or identifier of a scorecard; there is none of it")
	case err != nil:
		return a, err
	case a.card.Scorecard.RetiredAt != nil:
		check.Fail("/scorecard", in.Scorecard, "was retired: nothing is asked by it any more")
	default:
		var names []string
		for _, l := range a.card.Revision.Levels {
			names = append(names, l.Name)
		}
		check.Require(slices.Contains(names, in.Level), "/level", in.Level, "must be one of the levels: %s", strings.Join(names, ", "))
	}
	return a, nil
}

// person authorises a person, whom another one can be compared with.
func person(ctx context.Context, by *access.Authorizer, verb access.Verb, o access.Object) error {
	if err := by.Authorize(ctx, verb, o); err != nil {
		return err
	}
	if c := access.CallerFrom(ctx); c.Kind != access.ByPerson || c.Person == "" {
		return access.Refused(ctx, verb, o, "forbidden", "only a person may do this")
	}
	return nil
}

// evidence evaluates the service, and returns what it came to with the revision by which that is.
func (s *Service) evidence(ctx context.Context, a about, level string) (Evidence, id.ID, error) {
	if _, err := s.Scorecards.Evaluate(ctx, string(a.service.ID)); err != nil {
		return Evidence{}, "", fmt.Errorf("evaluate the service of a launch review: %w", err)
	}
	card, err := s.Scorecards.ServiceCard(ctx, string(a.service.ID), string(a.card.Scorecard.ID))
	if fault.Is(err, fault.NotFound) {
		var check fault.Check
		check.Fail("/scorecard", a.card.Scorecard.Slug, "is not for the service %q", a.service.Slug)
		return Evidence{}, "", check.Err()
	}
	if err != nil {
		return Evidence{}, "", fmt.Errorf("read what the service came to: %w", err)
	}
	out := Evidence{At: card.Standing.EvaluatedAt, Level: card.LevelName, Score: card.Standing.Score(), Checks: []Check{}}
	wanted := slices.IndexFunc(card.Revision.Levels, func(l scorecards.Level) bool { return l.Name == level })
	out.Meets = wanted >= 0 && card.Standing.Level >= wanted
	for _, r := range card.Results {
		out.Checks = append(out.Checks, Check{
			ID: r.Check.ID, Title: r.Check.Title, Level: r.Check.Level, Outcome: r.Outcome.String(), Counts: r.Counts, Why: r.Why, Facts: r.Evidence,
		})
	}
	return out, card.Revision.ID, nil
}

// Get returns a review; NotFound.
func (s *Service) Get(ctx context.Context, review id.ID) (Review, error) {
	if err := s.mayRead(ctx); err != nil {
		return Review{}, err
	}
	r, err := s.Store.LaunchReview(ctx, review)
	if err != nil {
		return Review{}, fmt.Errorf("read a launch review: %w", err)
	}
	return r, nil
}

// List lists reviews, the newest first.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[Review], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Review]{}, err
	}
	var check fault.Check
	check.Require(f.State == "" || slices.Contains(States, f.State), "query.state", f.State, "must be one of %s", fault.Or(States))
	if err := check.Err(); err != nil {
		return page.Page[Review]{}, err
	}
	found, err := s.Store.LaunchReviews(ctx, f, clock.Round(s.Clock()), r)
	if err != nil {
		return page.Page[Review]{}, fmt.Errorf("list launch reviews: %w", err)
	}
	return found, nil
}

// Now is by when states of reviews are told.
func (s *Service) Now() time.Time { return clock.Round(s.Clock()) }

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindLaunchReview})
}

// about reads what a review is of.
func (s *Service) about(ctx context.Context, r Review) (about, error) {
	service, err := s.Services.ServiceFor(ctx, string(r.Service))
	if err != nil {
		return about{}, fmt.Errorf("read the service of a launch review: %w", err)
	}
	card, err := s.Scorecards.Get(ctx, string(r.Scorecard))
	if err != nil {
		return about{}, fmt.Errorf("read the scorecard of a launch review: %w", err)
	}
	return about{service, card}, nil
}
