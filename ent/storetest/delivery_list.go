package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// testDeliveryLists is what people see of deliveries; wanted makes one of an issue
// of the service.
func testDeliveryLists(t *testing.T, open opener, wanted func(*testing.T, *store.Store, id.ID) delivery.Delivery) {
	each(t, open, "issues are listed by what is known of them", func(t *testing.T, s *store.Store) {
		team := Team(t, s, "payments")
		service, other := Service(t, s, team.ID, "checkout").ID, Service(t, s, Team(t, s, "search").ID, "finder").ID
		put := func(service id.ID, state delivery.State, problem string) delivery.Known {
			d := wanted(t, s, service)
			d.State, d.Problem = state, problem
			ok(t, s.Delivery().PutDelivery(t.Context(), d))
			d.Version = 2
			return delivery.Known{Issue: must(s.Issues().Issue(t.Context(), d.Issue))(t), Delivery: d}
		}
		draft, sent, dead := put(service, delivery.Draft, ""), put(service, delivery.Sent, ""), put(other, delivery.Dead, "the repository is archived")
		late, gone := put(service, delivery.Sent, "it answers late"), put(service, delivery.Dead, "the repository is gone")
		yes, no := true, false
		for name, c := range map[string]struct {
			f    delivery.Filter
			want []delivery.Known
		}{
			"nothing":           {delivery.Filter{}, []delivery.Known{gone, late, dead, sent, draft}},
			"state":             {delivery.Filter{State: delivery.Dead}, []delivery.Known{gone, dead}},
			"state of none":     {delivery.Filter{State: delivery.Unknown}, nil},
			"trouble":           {delivery.Filter{Troubled: &yes}, []delivery.Known{gone, late, dead}},
			"no trouble":        {delivery.Filter{Troubled: &no}, []delivery.Known{sent, draft}},
			"both":              {delivery.Filter{State: delivery.Sent, Troubled: &yes}, []delivery.Known{late}},
			"trouble of a team": {delivery.Filter{Filter: issues.Filter{Team: team.ID}, Troubled: &yes}, []delivery.Known{gone, late}},
			"no state":          {delivery.Filter{State: "none"}, nil},
			"state of a team":   {delivery.Filter{Filter: issues.Filter{Team: team.ID}, State: delivery.Dead}, []delivery.Known{gone}},
		} {
			var got []delivery.Known
			r := page.Request{Limit: 1}
			for {
				p := must(s.Delivery().List(t.Context(), c.f, r))(t)
				got = append(got, p.Items...)
				if r.After = p.Next; r.After == "" {
					break
				}
			}
			t.Log(name)
			same(t, got, c.want)
		}
		p := must(s.Delivery().List(t.Context(), delivery.Filter{}, page.Request{Limit: 1}))(t)
		if _, err := s.Delivery().List(t.Context(), delivery.Filter{State: delivery.Sent}, page.Request{After: p.Next}); err == nil {
			t.Error("a cursor of another filter was taken")
		}
	})

	each(t, open, "deliveries are counted by state, team and reason", func(t *testing.T, s *store.Store) {
		team := Team(t, s, "payments")
		service, other := Service(t, s, team.ID, "checkout").ID, Service(t, s, Team(t, s, "search").ID, "finder").ID
		same(t, must(s.Delivery().Tally(t.Context(), "", Start))(t), delivery.Tally{States: map[delivery.State]int{}})
		now := Start.Add(30 * 24 * time.Hour)
		ago := func(d time.Duration) *time.Time { at := now.Add(-d); return &at }
		put := func(service id.ID, change func(*delivery.Delivery)) {
			d := wanted(t, s, service)
			d.DueAt = nil
			change(&d)
			ok(t, s.Delivery().PutDelivery(t.Context(), d))
		}
		put(service, func(d *delivery.Delivery) { d.DueAt = ago(time.Hour) })   // a draft waits for nothing
		put(service, func(d *delivery.Delivery) { d.State = delivery.Pending }) // nothing is to be done
		put(service, func(d *delivery.Delivery) { d.State, d.DueAt = delivery.Pending, ago(-time.Hour) })
		put(other, func(d *delivery.Delivery) { d.State, d.DueAt = delivery.Unknown, ago(time.Minute) })
		put(service, func(d *delivery.Delivery) {
			d.State, d.DueAt, d.OpenedAt = delivery.Sent, ago(time.Hour), ago(time.Hour)
		}) // looked at again
		put(service, func(d *delivery.Delivery) {
			d.State, d.DueAt, d.OpenedAt, d.Failures = delivery.Sent, ago(-time.Minute), ago(23*time.Hour), 1
		})
		put(service, func(d *delivery.Delivery) {
			d.State, d.OpenedAt, d.Outcome = delivery.Sent, ago(25*time.Hour), delivery.Done
		})
		put(other, func(d *delivery.Delivery) {
			d.State, d.OpenedAt, d.Outcome = delivery.Sent, ago(8*24*time.Hour), delivery.Waived
		})
		for _, of := range []struct {
			service id.ID
			problem string
		}{{service, "gone"}, {other, "archived"}, {service, "archived"}, {service, "Gone"}} {
			put(of.service, func(d *delivery.Delivery) { d.State, d.Problem = delivery.Dead, of.problem })
		}
		same(t, must(s.Delivery().Tally(t.Context(), "", now))(t), delivery.Tally{
			States: map[delivery.State]int{delivery.Draft: 1, delivery.Pending: 2, delivery.Unknown: 1, delivery.Sent: 4, delivery.Dead: 4}, Total: 12,
			OpenedDay: 2, OpenedWeek: 3, Done: 1, Waived: 1, Waiting: 3, NextDueAt: ago(time.Minute),
			Reasons: []delivery.Reason{{Problem: "archived", Count: 2}, {Problem: "Gone", Count: 1}, {Problem: "gone", Count: 1}},
		})
		same(t, must(s.Delivery().Tally(t.Context(), team.ID, now))(t), delivery.Tally{
			States: map[delivery.State]int{delivery.Draft: 1, delivery.Pending: 2, delivery.Sent: 3, delivery.Dead: 3}, Total: 9,
			OpenedDay: 2, OpenedWeek: 3, Done: 1, Waiting: 2, NextDueAt: ago(-time.Minute),
			Reasons: []delivery.Reason{{Problem: "Gone", Count: 1}, {Problem: "archived", Count: 1}, {Problem: "gone", Count: 1}},
		})
	})
}
