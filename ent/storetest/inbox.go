package storetest

import (
	"bytes"
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
)

func aDelivery(id string, received time.Time) inbox.Delivery {
	return inbox.Delivery{
		ID: id, Event: "issues", Action: "closed", Repository: "acme/api", Payload: []byte("{\"a\":\"\xff\\u0000\"}"), // bytes, whatever they are
		ReceivedAt: received, DueAt: &received,
	}
}

func testInbox(t *testing.T, open opener) {
	each(t, open, "a delivery is accepted once, whoever brings it", func(t *testing.T, s *store.Store) {
		i, d := s.Inbox(), aDelivery("one", Start)
		results := make(chan bool, 6)
		for range 6 {
			go func() {
				fresh, err := i.AcceptDelivery(t.Context(), d)
				if err != nil {
					t.Error(err)
				}
				results <- fresh
			}()
		}
		fresh := 0
		for range 6 {
			if <-results {
				fresh++
			}
		}
		same(t, fresh, 1)
		same(t, must(i.DueDeliveries(t.Context(), Start, 10, 1<<20))(t), []inbox.Delivery{d})
	})

	each(t, open, "those that are due come as many as fit into the bytes, and one in any case", func(t *testing.T, s *store.Store) {
		i := s.Inbox()
		var all []inbox.Delivery
		for n, size := range []int{30, 20, 60, 10} {
			d := aDelivery("delivery-"+strconv.Itoa(n), Start.Add(time.Duration(n)*time.Second))
			d.Payload = bytes.Repeat([]byte("x"), size)
			same(t, must(i.AcceptDelivery(t.Context(), d))(t), true)
			all = append(all, d)
		}
		for size, want := range map[int]int{0: 1, 29: 1, 49: 1, 50: 2, 109: 2, 110: 3, 119: 3, 120: 4} {
			same(t, must(i.DueDeliveries(t.Context(), Start.Add(time.Minute), 10, size))(t), all[:want])
		}
		same(t, must(i.DueDeliveries(t.Context(), Start.Add(time.Minute), 3, 1000))(t), all[:3])
	})

	each(t, open, "those that are due come the oldest first, and worked off they are due no more", func(t *testing.T, s *store.Store) {
		i := s.Inbox()
		later, first, again := aDelivery("later", Start.Add(time.Minute)), aDelivery("first", Start), aDelivery("again", Start)
		for _, d := range []inbox.Delivery{later, first, again} {
			same(t, must(i.AcceptDelivery(t.Context(), d))(t), true)
		}
		same(t, must(i.DueDeliveries(t.Context(), Start.Add(-time.Microsecond), 10, 1<<20))(t), []inbox.Delivery{})
		same(t, must(i.DueDeliveries(t.Context(), Start.Add(time.Minute), 2, 1<<20))(t), []inbox.Delivery{first, again})
		worked, retried := Start.Add(time.Second), Start.Add(2*time.Minute)
		first.WorkedAt, first.DueAt, first.Payload, first.Attempts = &worked, nil, nil, 1
		again.DueAt, again.Attempts, again.Error = &retried, 1, "\"нет\" & <no>"
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
			ok(t, i.UpdateDelivery(ctx, first))
			return i.UpdateDelivery(ctx, again)
		}))
		same(t, must(i.DueDeliveries(t.Context(), Start.Add(time.Hour), 10, 1<<20))(t), []inbox.Delivery{later, again})
		same(t, must(i.AcceptDelivery(t.Context(), aDelivery("first", Start)))(t), false)
		refused(t, i.UpdateDelivery(t.Context(), aDelivery("none", Start)), fault.NotFound, "webhook_delivery_not_found")
	})

	each(t, open, "what came is listed by what became of it, the last first, and without what it said", func(t *testing.T, s *store.Store) {
		i := s.Inbox()
		worked := Start.Add(time.Hour)
		byName := map[string]inbox.Delivery{}
		for n, name := range []string{"waiting", "given up", "worked", "same moment", "lost"} {
			d := aDelivery(name, Start.Add(time.Duration(min(n, 3))*time.Minute))
			same(t, must(i.AcceptDelivery(t.Context(), d))(t), true)
			switch name {
			case "worked":
				d.WorkedAt, d.DueAt, d.Attempts = &worked, nil, 1
			case "given up", "lost":
				d.DueAt, d.Attempts, d.Error = nil, 8, "no route"
			}
			ok(t, i.UpdateDelivery(t.Context(), d))
			d.Payload = nil
			byName[name] = d
		}
		for state, want := range map[inbox.State][]string{
			"": {"lost", "same moment", "worked", "given up", "waiting"}, inbox.Waiting: {"same moment", "waiting"}, inbox.Worked: {"worked"}, inbox.GivenUp: {"lost", "given up"},
		} {
			for _, limit := range []int{1, 2, 500} {
				var got []inbox.Delivery
				r := page.Request{Limit: limit}
				for {
					p := must(i.ListDeliveries(t.Context(), inbox.Filter{State: state}, r))(t)
					got = append(got, p.Items...)
					if r.After = p.Next; r.After == "" {
						break
					}
				}
				var all []inbox.Delivery
				for _, name := range want {
					all = append(all, byName[name])
				}
				same(t, got, all)
			}
		}
		same(t, must(i.CountGivenUp(t.Context()))(t), 2)
		first := must(i.ListDeliveries(t.Context(), inbox.Filter{}, page.Request{Limit: 1}))(t)
		_, err := i.ListDeliveries(t.Context(), inbox.Filter{State: inbox.Worked}, page.Request{After: first.Next})
		refused(t, err, fault.Invalid, "invalid_input")
	})

	each(t, open, "what was given up is due again with all it said, and what was worked off is not", func(t *testing.T, s *store.Store) {
		i := s.Inbox()
		later := Start.Add(24 * time.Hour)
		lost, done := aDelivery("lost", Start), aDelivery("done", Start)
		for _, d := range []*inbox.Delivery{&lost, &done} {
			same(t, must(i.AcceptDelivery(t.Context(), *d))(t), true)
			d.DueAt, d.Attempts, d.Error = nil, 8, "no route"
		}
		done.WorkedAt, done.Payload = &later, nil
		ok(t, i.UpdateDelivery(t.Context(), lost))
		ok(t, i.UpdateDelivery(t.Context(), done))
		lost.DueAt, lost.Attempts = &later, 0
		shown := lost
		shown.Payload = nil
		same(t, must(i.RetryDelivery(t.Context(), "lost", later))(t), shown)
		same(t, must(i.DueDeliveries(t.Context(), later, 10, 1<<20))(t), []inbox.Delivery{lost})
		same(t, must(i.CountGivenUp(t.Context()))(t), 0)
		_, err := i.RetryDelivery(t.Context(), "done", later)
		refused(t, err, fault.Conflict, "webhook_delivery_worked")
		_, err = i.RetryDelivery(t.Context(), "none", later)
		refused(t, err, fault.NotFound, "webhook_delivery_not_found")
		same(t, must(i.DueDeliveries(t.Context(), later, 10, 1<<20))(t), []inbox.Delivery{lost})
	})

	each(t, open, "what is due is not forgotten", func(t *testing.T, s *store.Store) {
		i := s.Inbox()
		for n, name := range []string{"a", "b", "c", "due", "young"} {
			d := aDelivery(name, Start.Add(time.Duration(n)*time.Minute))
			if name != "due" {
				d.DueAt = nil
			}
			same(t, must(i.AcceptDelivery(t.Context(), d))(t), true)
		}
		before := Start.Add(4 * time.Minute)
		same(t, must(i.PruneDeliveries(t.Context(), before, 2))(t), 2)
		same(t, must(i.PruneDeliveries(t.Context(), before, 2))(t), 1)
		same(t, must(i.PruneDeliveries(t.Context(), before, 2))(t), 0)
		same(t, must(i.AcceptDelivery(t.Context(), aDelivery("young", Start)))(t), false)
		same(t, must(i.AcceptDelivery(t.Context(), aDelivery("due", Start)))(t), false)
		same(t, must(i.AcceptDelivery(t.Context(), aDelivery("a", Start)))(t), true)
	})
}
