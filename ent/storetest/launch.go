package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/launch"
)

// aReview is one that waits.
func aReview(service id.ID, card scorecards.View, person id.ID) launch.Review {
	score, number := 75, 2.5
	return launch.Review{
		ID: newID(), Service: service, Scorecard: card.Scorecard.ID, Revision: card.Revision.ID, Level: "Silver", PlannedOn: aDay(20), Note: "„so“\n'it' goes",
		Evidence: launch.Evidence{At: Start, Level: "Bronze", Score: &score, Checks: []launch.Check{
			{ID: "one", Title: "<b>", Level: "Bronze", Outcome: "pass", Counts: true, Facts: []scorecards.Evidence{{Known: fact.Known{Name: "slos", Number: &number}, Origin: scorecards.Origin{By: "slo"}}}},
			{ID: "two", Title: "Two", Level: "Silver", Outcome: "unknown", Why: "not known: docs"},
		}},
		AskedAt: Start, Person: person, AskedBy: "Ada", Conditions: []launch.Condition{}, Version: 1,
	}
}

func testLaunches(t *testing.T, open opener) {
	each(t, open, "one review of a service and scorecard waits, and is decided on once", func(t *testing.T, s *store.Store) {
		x, card := s.Launches(), AScorecard("readiness")
		ok(t, s.Scorecards().CreateScorecard(t.Context(), card))
		service, ada, bob := Service(t, s, Team(t, s, "payments").ID, "checkout").ID, Person(t, s, "ada").ID, Person(t, s, "bob").ID
		r := aReview(service, card, ada)
		ok(t, x.CreateLaunchReview(t.Context(), r))
		same(t, must(x.LaunchReview(t.Context(), r.ID))(t), r)
		refused(t, x.CreateLaunchReview(t.Context(), aReview(service, card, ada)), fault.Conflict, "launch_review_open")
		refused(t, x.CreateLaunchReview(t.Context(), aReview(newID(), card, ada)), fault.Conflict, "reference_missing")
		until := Start.AddDate(0, 0, 90)
		r.Decision = &launch.Decision{At: Start.Add(time.Minute), Person: bob, By: "Bob", How: launch.SignedOff, Reason: "„ja“", Until: &until}
		r.Conditions = []launch.Condition{{Text: "<i>", DueOn: aDay(9)}, {Text: "b", DueOn: aDay(10), Done: &launch.Done{At: Start, By: "Ada", Note: "There."}}}
		tells := Start.AddDate(0, 0, 10)
		r.TellAt = &tells
		ok(t, x.UpdateLaunchReview(t.Context(), r))
		refused(t, x.UpdateLaunchReview(t.Context(), r), fault.Precondition, "version_mismatch")
		r.Version = 2
		same(t, must(x.LaunchReview(t.Context(), r.ID))(t), r)
		ok(t, x.CreateLaunchReview(t.Context(), aReview(service, card, ada)))
		_, err := x.LaunchReview(t.Context(), newID())
		refused(t, err, fault.NotFound, "launch_review_not_found")
		r.ID = newID()
		refused(t, x.UpdateLaunchReview(t.Context(), r), fault.NotFound, "launch_review_not_found")
	})

	each(t, open, "reviews are listed by state, service, team and scorecard", func(t *testing.T, s *store.Store) {
		x, card, other, ada := s.Launches(), AScorecard("readiness"), AScorecard("other"), Person(t, s, "ada").ID
		ok(t, s.Scorecards().CreateScorecard(t.Context(), card))
		ok(t, s.Scorecards().CreateScorecard(t.Context(), other))
		payments, search := Team(t, s, "payments").ID, Team(t, s, "search").ID
		one, two := Service(t, s, payments, "one").ID, Service(t, s, search, "two").ID
		write := func(r launch.Review, how launch.State, days int) launch.Review {
			t.Helper()
			ok(t, x.CreateLaunchReview(t.Context(), r))
			if how != "" {
				r.Decision = &launch.Decision{At: Start, Person: ada, By: "Ada", How: how}
				if until := Start.AddDate(0, 0, days); how == launch.SignedOff {
					r.Decision.Until = &until
				}
				ok(t, x.UpdateLaunchReview(t.Context(), r))
				r.Version = 2
			}
			return r
		}
		expired, signed := write(aReview(one, card, ada), launch.SignedOff, 0), write(aReview(one, card, ada), launch.SignedOff, 1)
		rejected, waits, elsewhere := write(aReview(two, card, ada), launch.Rejected, 0), write(aReview(two, card, ada), "", 0), write(aReview(one, other, ada), "", 0)
		list := func(f launch.Filter, r page.Request) page.Page[launch.Review] {
			t.Helper()
			return must(x.LaunchReviews(t.Context(), f, Start, r))(t)
		}
		same(t, list(launch.Filter{}, page.Request{}).Items, []launch.Review{elsewhere, waits, rejected, signed, expired})
		same(t, list(launch.Filter{State: launch.Waiting}, page.Request{}).Items, []launch.Review{elsewhere, waits})
		same(t, list(launch.Filter{State: launch.SignedOff}, page.Request{}).Items, []launch.Review{signed})
		same(t, list(launch.Filter{State: launch.Expired}, page.Request{}).Items, []launch.Review{expired})
		same(t, list(launch.Filter{State: launch.Rejected}, page.Request{}).Items, []launch.Review{rejected})
		same(t, list(launch.Filter{Service: two}, page.Request{}).Items, []launch.Review{waits, rejected})
		same(t, list(launch.Filter{Team: payments, Scorecard: card.Scorecard.ID}, page.Request{}).Items, []launch.Review{signed, expired})
		first := list(launch.Filter{}, page.Request{Limit: 4})
		same(t, list(launch.Filter{}, page.Request{Limit: 4, After: first.Next}).Items, []launch.Review{expired})
	})

	each(t, open, "reviews of which something is to be told come by when, and those of which nothing is never", func(t *testing.T, s *store.Store) {
		x, card, ada := s.Launches(), AScorecard("readiness"), Person(t, s, "ada").ID
		ok(t, s.Scorecards().CreateScorecard(t.Context(), card))
		service := Service(t, s, Team(t, s, "payments").ID, "checkout").ID
		write := func(days int) launch.Review {
			t.Helper()
			r := aReview(service, card, ada)
			ok(t, x.CreateLaunchReview(t.Context(), r))
			until := Start.AddDate(0, 0, 90)
			r.Decision = &launch.Decision{At: Start, Person: ada, By: "Ada", How: launch.SignedOff, Until: &until}
			if days > 0 {
				tells := Start.AddDate(0, 0, days)
				r.TellAt = &tells
			}
			ok(t, x.UpdateLaunchReview(t.Context(), r))
			r.Version = 2
			return r
		}
		late, one, two := write(3), write(1), write(1)
		write(0)
		write(4)
		ok(t, x.CreateLaunchReview(t.Context(), aReview(service, card, ada)))
		by := Start.AddDate(0, 0, 3)
		same(t, must(x.LaunchReviewsToTell(t.Context(), by, launch.Review{}, 9))(t), []launch.Review{one, two, late})
		same(t, must(x.LaunchReviewsToTell(t.Context(), by.Add(-time.Microsecond), one, 9))(t), []launch.Review{two})
		same(t, must(x.LaunchReviewsToTell(t.Context(), by, one, 1))(t), []launch.Review{two})
	})
}
