package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/exemption"
)

// excused is an exemption that waits, for so many days.
func excused(service, scorecard id.ID, check string, person id.ID, days int) exemption.Exemption {
	return exemption.Exemption{
		ID: newID(), Key: exemption.Key{Service: service, Scorecard: scorecard, Check: check}, Reason: "„so“\n'it' is", Link: "https://wiki.example.org/?a=1&b=2",
		Until: Start.AddDate(0, 0, days), AskedAt: Start, Person: person, AskedBy: "Ada", Version: 1,
	}
}

func testExemptions(t *testing.T, open opener) {
	each(t, open, "one exemption of a service and check is open, and the others are its history", func(t *testing.T, s *store.Store) {
		x, card := s.Exemptions(), AScorecard("readiness")
		ok(t, s.Scorecards().CreateScorecard(t.Context(), card))
		service, ada, bob := Service(t, s, Team(t, s, "payments").ID, "checkout").ID, Person(t, s, "ada").ID, Person(t, s, "bob").ID
		e := excused(service, card.Scorecard.ID, "one", ada, 30)
		ok(t, x.CreateExemption(t.Context(), e))
		same(t, must(x.Exemption(t.Context(), e.ID))(t), e)
		refused(t, x.CreateExemption(t.Context(), excused(service, card.Scorecard.ID, "one", ada, 1)), fault.Precondition, "version_mismatch")
		refused(t, x.CreateExemption(t.Context(), excused(newID(), card.Scorecard.ID, "one", ada, 1)), fault.Conflict, "reference_missing")
		ok(t, x.CreateExemption(t.Context(), excused(service, card.Scorecard.ID, "two", ada, 1)))
		same(t, must(x.OpenExemption(t.Context(), e.Key))(t), &e)

		e.Approval, e.Warned = &exemption.Approval{At: Start.Add(time.Minute), Person: bob, By: "Bob", Reason: "„ja“"}, true
		ok(t, x.UpdateExemption(t.Context(), e))
		refused(t, x.UpdateExemption(t.Context(), e), fault.Precondition, "version_mismatch")
		e.Version = 2
		same(t, must(x.Exemption(t.Context(), e.ID))(t), e)
		e.Ended = &exemption.Ending{At: Start.Add(time.Hour), How: exemption.Ended, By: "Ada", Reason: "done"}
		ok(t, x.UpdateExemption(t.Context(), e))
		e.Version = 3
		same(t, must(x.Exemption(t.Context(), e.ID))(t), e)
		same(t, must(x.OpenExemption(t.Context(), e.Key))(t), nil)
		ok(t, x.CreateExemption(t.Context(), excused(service, card.Scorecard.ID, "one", ada, 9)))
		_, err := x.Exemption(t.Context(), newID())
		refused(t, err, fault.NotFound, "exemption_not_found")
		e.ID = newID()
		refused(t, x.UpdateExemption(t.Context(), e), fault.NotFound, "exemption_not_found")
	})

	each(t, open, "exemptions are listed by state, service, team and scorecard", func(t *testing.T, s *store.Store) {
		x, card, other := s.Exemptions(), AScorecard("readiness"), AScorecard("other")
		ok(t, s.Scorecards().CreateScorecard(t.Context(), card))
		ok(t, s.Scorecards().CreateScorecard(t.Context(), other))
		payments, search, ada := Team(t, s, "payments").ID, Team(t, s, "search").ID, Person(t, s, "ada").ID
		one, two := Service(t, s, payments, "one").ID, Service(t, s, search, "two").ID
		write := func(e exemption.Exemption, approved bool, end exemption.State) exemption.Exemption {
			t.Helper()
			ok(t, x.CreateExemption(t.Context(), e))
			if approved {
				e.Approval = &exemption.Approval{At: Start, Person: ada, By: "Ada"}
			}
			if end != "" {
				e.Ended = &exemption.Ending{At: Start, How: end}
			}
			if approved || end != "" {
				ok(t, x.UpdateExemption(t.Context(), e))
				e.Version = 2
			}
			return e
		}
		c, o := card.Scorecard.ID, other.Scorecard.ID
		lapsed, over := write(excused(one, c, "a", ada, -1), false, ""), write(excused(one, c, "b", ada, -2), true, "")
		late, soon := write(excused(one, c, "c", ada, 9), true, ""), write(excused(two, o, "c", ada, 3), true, "")
		waits, expired := write(excused(two, c, "d", ada, 5), false, ""), write(excused(one, o, "e", ada, -9), true, exemption.Expired)
		rejected := write(excused(one, o, "f", ada, 9), false, exemption.Rejected)
		list := func(f exemption.Filter, r page.Request) page.Page[exemption.Exemption] {
			t.Helper()
			return must(x.Exemptions(t.Context(), f, Start, r))(t)
		}
		all := []exemption.Exemption{rejected, expired, waits, soon, late, over, lapsed} // the newest first
		for name, l := range map[string]struct {
			f    exemption.Filter
			want []exemption.Exemption
		}{
			"all": {exemption.Filter{}, all}, "in force": {exemption.Filter{State: exemption.InForce}, []exemption.Exemption{soon, late}},
			"waiting": {exemption.Filter{State: exemption.Waiting}, []exemption.Exemption{waits}}, "expired": {exemption.Filter{State: exemption.Expired}, []exemption.Exemption{expired, over}},
			"lapsed": {exemption.Filter{State: exemption.Lapsed}, []exemption.Exemption{lapsed}}, "rejected": {exemption.Filter{State: exemption.Rejected}, []exemption.Exemption{rejected}},
			"a service": {exemption.Filter{Service: two}, []exemption.Exemption{waits, soon}}, "a team": {exemption.Filter{Team: search}, []exemption.Exemption{waits, soon}},
			"a scorecard": {exemption.Filter{Scorecard: o}, []exemption.Exemption{rejected, expired, soon}},
			"all at once": {exemption.Filter{Scorecard: o, Team: search, Service: two, State: exemption.InForce}, []exemption.Exemption{soon}},
		} {
			t.Log(name)
			same(t, list(l.f, page.Request{}).Items, l.want)
		}
		first := list(exemption.Filter{State: exemption.InForce}, page.Request{Limit: 1})
		same(t, first.Items, []exemption.Exemption{soon})
		same(t, list(exemption.Filter{State: exemption.InForce}, page.Request{Limit: 1, After: first.Next}).Items, []exemption.Exemption{late})
		first = list(exemption.Filter{}, page.Request{Limit: 3})
		same(t, list(exemption.Filter{}, page.Request{Limit: 9, After: first.Next}).Items, all[3:])
		_, err := x.Exemptions(t.Context(), exemption.Filter{State: exemption.InForce}, Start, page.Request{After: first.Next})
		refused(t, err, fault.Invalid, "invalid_input")

		open := []exemption.Exemption{over, lapsed, soon, waits, late} // by Until
		same(t, must(x.OpenExemptions(t.Context(), exemption.Exemption{}, 9))(t), open)
		same(t, must(x.OpenExemptions(t.Context(), open[1], 2))(t), open[2:4])
		keys := must(x.InForce(t.Context(), []id.ID{one, two, newID()}, Start))(t)
		same(t, len(keys), 2)
		same(t, must(x.InForce(t.Context(), []id.ID{one}, Start))(t), []exemption.Key{late.Key})
		same(t, len(must(x.InForce(t.Context(), []id.ID{one}, late.Until))(t)), 0)
	})
}
