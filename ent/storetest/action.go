package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/action"
)

func testActionItems(t *testing.T, open opener) {
	type world struct {
		*store.Store
		team, service, owner, other id.ID
		public, secret              incident.Incident
	}
	begin := func(t *testing.T, s *store.Store) world {
		t.Helper()
		w := world{Store: s, team: Team(t, s, "payments").ID, owner: Person(t, s, "cara").ID, other: Person(t, s, "bob").ID}
		w.service = Service(t, s, w.team, "checkout").ID
		declare := func(restricted bool, readers ...id.ID) incident.Incident {
			i := incident.Incident{
				ID: newID(), Status: incident.Declared, CreatedAt: Start, UpdatedAt: Start, Version: 1,
				Terms: incident.Terms{Title: "Down", Severity: "sev1", Services: []incident.Involved{{Service: w.service, Part: incident.Affected}}, ImpactStart: Start, Team: w.team, Restricted: restricted, Readers: readers},
			}
			same(t, must(s.Incidents().CreateIncident(t.Context(), i))(t), true)
			return i
		}
		w.public, w.secret = declare(false), declare(true, w.owner)
		return w
	}
	of := func(w world, i incident.Incident, due clock.Date, change ...func(*action.Item)) action.Item {
		item := action.Item{
			ID: newID(), Incident: i.ID, FirstDueOn: due, State: action.Open, CreatedAt: Start, CreatedBy: "ada", UpdatedAt: Start, UpdatedBy: "ada", Version: 1,
			Terms: action.Terms{Title: "Größer", Detail: "a\nb", Verification: "It fires.", Priority: action.P1, Type: action.Detect, Owner: w.owner, Service: w.service, RootCause: true, DueOn: due},
		}
		for _, c := range change {
			c(&item)
		}
		return item
	}
	create := func(t *testing.T, w world, items ...action.Item) []action.Item {
		t.Helper()
		same(t, len(must(w.Actions().CreateItems(t.Context(), items))(t)), len(items))
		return items
	}
	ids := func(items []action.Item) []id.ID {
		out := []id.ID{}
		for _, i := range items {
			out = append(out, i.ID)
		}
		return out
	}

	each(t, open, "an item comes back as written, and is updated by one", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		a := s.Actions()
		made := create(t, w, of(w, w.public, "2026-04-10"))[0]
		same(t, must(a.Item(t.Context(), made.ID))(t), made)
		full := made
		full.Terms = action.Terms{Title: "Other", Verification: "Seen.", Priority: action.P0, Type: action.Prevent, Owner: w.other, Service: w.service, DueOn: "2026-05-10"}
		full.State, full.Postponed = action.Waived, 2
		full.Settled = &action.Settlement{At: Start.Add(time.Hour), By: "bob", Person: w.other, Note: "No.", Link: "https://example.org", Tracked: true}
		full.Chased = action.Chased{For: "2026-04-10", Step: 3, At: Start.Add(time.Minute), Soon: true}
		full.UpdatedAt, full.UpdatedBy = Start.Add(time.Hour), "bob"
		ok(t, a.UpdateItem(t.Context(), full))
		refused(t, a.UpdateItem(t.Context(), full), fault.Precondition, "version_mismatch")
		full.Version = 2
		same(t, must(a.Item(t.Context(), made.ID))(t), full)
		full.Chased.Step = 4
		ok(t, a.MarkChased(t.Context(), full))
		same(t, must(a.Item(t.Context(), made.ID))(t), full)
		made.Chased.Step = 5
		refused(t, a.MarkChased(t.Context(), made), fault.Precondition, "version_mismatch")
		none := full
		none.ID = newID()
		refused(t, a.MarkChased(t.Context(), none), fault.NotFound, "action_item_not_found")
		refused(t, a.UpdateItem(t.Context(), none), fault.NotFound, "action_item_not_found")
		_, err := a.Item(t.Context(), none.ID)
		refused(t, err, fault.NotFound, "action_item_not_found")
		stray := of(w, w.public, "2026-04-10", func(i *action.Item) { i.Owner = newID() })
		err = s.InTx(t.Context(), func(ctx context.Context) error { _, err := a.CreateItems(ctx, []action.Item{stray}); return err })
		refused(t, err, fault.Conflict, "reference_missing")
	})

	each(t, open, "what was imported is there once for each incident, and what was written as often as it is", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		keyed := func(i incident.Incident) action.Item {
			return of(w, i, "2026-04-10", func(i *action.Item) { i.Key = "J-1" })
		}
		first := create(t, w, keyed(w.public), of(w, w.public, "2026-04-10"), of(w, w.public, "2026-04-10"))
		create(t, w, keyed(w.secret))
		again, another := keyed(w.public), of(w, w.public, "2026-04-11")
		same(t, must(s.Actions().CreateItems(t.Context(), []action.Item{again, another}))(t), []id.ID{another.ID})
		want := ids(append(first, another))
		slices.Sort(want)
		same(t, ids(must(s.Actions().OfIncident(t.Context(), w.public.ID))(t)), want)
	})

	each(t, open, "a list has the open ones first, by their days, page by page, for whom may read them", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		settled := func(i *action.Item) { i.State, i.Settled = action.Done, &action.Settlement{At: Start, By: "ada"} }
		items := create(t, w,
			of(w, w.public, "2026-04-20", func(i *action.Item) { i.Owner = w.other }), of(w, w.public, "2026-04-10"), of(w, w.public, "2026-04-10", func(i *action.Item) { i.Priority = action.P0 }),
			of(w, w.secret, "2026-04-12"), of(w, w.public, "2026-04-01", settled))
		all := []id.ID{min(items[1].ID, items[2].ID), max(items[1].ID, items[2].ID), items[3].ID, items[0].ID, items[4].ID}
		list := func(f action.Filter, limit int) []id.ID {
			t.Helper()
			var got []id.ID
			for r := (page.Request{Limit: limit}); ; {
				found := must(s.Actions().Items(t.Context(), f, r))(t)
				if len(found.Items) > limit {
					t.Fatalf("%d items in a page of %d", len(found.Items), limit)
				}
				got = append(got, ids(found.Items)...)
				if r.After = found.Next; r.After == "" {
					return got
				}
			}
		}
		everything, nobody, cara := incident.Reader{All: true}, incident.Reader{}, incident.Reader{Person: w.owner}
		public := slices.DeleteFunc(slices.Clone(all), func(i id.ID) bool { return i == items[3].ID })
		for limit := 1; limit <= 6; limit++ {
			same(t, list(action.Filter{Reader: everything}, limit), all)
			same(t, list(action.Filter{Reader: cara}, limit), all)
			same(t, list(action.Filter{Reader: nobody}, limit), public)
		}
		for _, c := range []struct {
			f    action.Filter
			want []id.ID
		}{
			{action.Filter{Incident: w.secret.ID}, []id.ID{items[3].ID}},
			{action.Filter{Owner: w.other}, []id.ID{items[0].ID}},
			{action.Filter{Priority: action.P0}, []id.ID{items[2].ID}},
			{action.Filter{State: action.Done}, []id.ID{items[4].ID}},
			{action.Filter{PastOn: "2026-04-12"}, all[:2]},
			{action.Filter{Team: w.team}, all}, {action.Filter{Team: newID()}, nil},
			{action.Filter{Service: w.service}, all}, {action.Filter{Service: newID()}, nil},
		} {
			c.f.Reader = everything
			same(t, list(c.f, 50), c.want)
		}
		_, err := s.Actions().Items(t.Context(), action.Filter{Reader: everything}, page.Request{After: "forged"})
		refused(t, err, fault.Invalid, "invalid_input")

		due := must(s.Actions().Due(t.Context(), "2026-04-12", "", 2))(t)
		rest := must(s.Actions().Due(t.Context(), "2026-04-12", due[len(due)-1].ID, 2))(t)
		got, want := ids(append(due, rest...)), []id.ID{items[1].ID, items[2].ID, items[3].ID}
		slices.Sort(want)
		same(t, got, want)

		lives := must(s.Actions().Lives(t.Context(), action.Filter{Reader: nobody}, Start, 50))(t)
		same(t, len(lives), 4)
		same(t, len(must(s.Actions().Lives(t.Context(), action.Filter{Reader: everything}, Start.Add(time.Second), 50))(t)), 4) // but for what was settled before
		same(t, len(must(s.Actions().Lives(t.Context(), action.Filter{Reader: everything}, Start, 2))(t)), 2)
	})
}
