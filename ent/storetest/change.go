package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/change"
)

func testChanges(t *testing.T, open opener) {
	hour := func(n int) time.Time { return Start.Add(time.Duration(n) * time.Hour) }
	written := func(t *testing.T, s *store.Store, service id.ID, external string, kind change.Kind, begins int) change.Change {
		c := change.Change{
			ID: newID(), Service: service, Source: change.API, ExternalID: external,
			Terms:     change.Terms{Kind: kind, Release: "2.14.0", Link: "https://ci.example.org/1", Author: "Ada", Note: "größer\nals", Begins: hour(begins), Outcome: change.Unknown},
			CreatedAt: Start, CreatedBy: "pipeline", UpdatedAt: Start, UpdatedBy: "pipeline", Version: 1,
		}
		ok(t, s.Changes().CreateChange(t.Context(), c))
		return c
	}
	pair := func(t *testing.T, s *store.Store) (id.ID, id.ID) {
		team := Team(t, s, "payments").ID
		return Service(t, s, team, "checkout").ID, Service(t, s, team, "ledger").ID
	}

	each(t, open, "a change comes back as written, is updated by one and removed", func(t *testing.T, s *store.Store) {
		a := s.Changes()
		service, _ := pair(t, s)
		going := written(t, s, service, "run-1", change.Deploy, -2)
		same(t, must(a.Change(t.Context(), going.ID))(t), going)
		end := hour(-1)
		over := going
		over.Terms = change.Terms{Kind: change.Flag, Begins: hour(-4), Ends: &end, Outcome: change.RolledBack}
		over.UpdatedAt, over.UpdatedBy = hour(1), "Bob"
		ok(t, a.UpdateChange(t.Context(), over))
		refused(t, a.UpdateChange(t.Context(), over), fault.Precondition, "version_mismatch")
		refused(t, a.DeleteChange(t.Context(), over), fault.Precondition, "version_mismatch")
		over.Version = 2
		same(t, must(a.Change(t.Context(), going.ID))(t), over)
		over.Ends = nil
		ok(t, a.UpdateChange(t.Context(), over))
		over.Version = 3
		same(t, must(a.Change(t.Context(), going.ID))(t), over)
		ok(t, a.DeleteChange(t.Context(), over))
		refused(t, a.DeleteChange(t.Context(), over), fault.NotFound, "change_not_found")
		refused(t, a.UpdateChange(t.Context(), over), fault.NotFound, "change_not_found")
		_, err := a.Change(t.Context(), over.ID)
		refused(t, err, fault.NotFound, "change_not_found")
		stray := over
		stray.ID, stray.Service = newID(), newID()
		refused(t, a.CreateChange(t.Context(), stray), fault.Conflict, "reference_missing")
	})

	each(t, open, "a change is found by what it is called, of its service and source alone", func(t *testing.T, s *store.Store) {
		a := s.Changes()
		one, two := pair(t, s)
		ok(t, a.LockService(t.Context(), one))
		first := written(t, s, one, "run-1", change.Deploy, -2)
		written(t, s, one, "", change.Deploy, -2)
		written(t, s, one, "", change.Deploy, -2)
		same(t, *must(a.ChangeCalled(t.Context(), one, change.API, "run-1"))(t), first)
		same(t, must(a.ChangeCalled(t.Context(), two, change.API, "run-1"))(t), nil)
		other := written(t, s, two, "run-1", change.Deploy, -2)
		same(t, *must(a.ChangeCalled(t.Context(), two, change.API, "run-1"))(t), other)
		again := first
		again.ID = newID()
		if err := a.CreateChange(t.Context(), again); err == nil {
			t.Error("two changes of a service are called the same")
		}
		same(t, must(a.ChangeCalled(t.Context(), one, change.GitHub, "run-1"))(t), nil)
		again.Source = change.GitHub
		ok(t, a.CreateChange(t.Context(), again))
		same(t, *must(a.ChangeCalled(t.Context(), one, change.GitHub, "run-1"))(t), again)
	})

	each(t, open, "changes are listed the newest first, found by their time and forgotten", func(t *testing.T, s *store.Store) {
		a := s.Changes()
		one, two := pair(t, s)
		early, middle, late := written(t, s, one, "", change.Deploy, -9), written(t, s, one, "", change.Flag, -6), written(t, s, one, "", change.Deploy, -3)
		other := written(t, s, two, "", change.Migration, -5)
		list := func(f change.Filter) []change.Change {
			t.Helper()
			var out []change.Change
			for r := (page.Request{Limit: 2}); ; {
				some := must(a.Changes(t.Context(), f, r))(t)
				if out = append(out, some.Items...); some.Next == "" {
					return out
				}
				r.After = some.Next
			}
		}
		same(t, list(change.Filter{}), []change.Change{late, other, middle, early})
		same(t, list(change.Filter{Service: one}), []change.Change{late, middle, early})
		same(t, list(change.Filter{Service: one, Kind: change.Deploy}), []change.Change{late, early})
		same(t, list(change.Filter{Service: one, From: hour(-6)}), []change.Change{late, middle})
		same(t, list(change.Filter{Service: one, From: hour(-9), To: hour(-6)}), []change.Change{early})
		spans := []change.Span{
			{Services: []id.ID{one}, From: hour(-9), To: hour(-6)}, {Services: []id.ID{one, two}, From: hour(-8), To: hour(0)},
			{Services: []id.ID{two}, From: hour(-4), To: hour(0)},
		}
		for range 20 { // more than one statement asks for
			spans = append(spans, change.Span{Services: []id.ID{two, one}, From: hour(-9), To: hour(-9)})
		}
		within := must(a.ChangesWithin(t.Context(), spans, 2))(t)
		same(t, within[:4], [][]change.Change{{middle, early}, {late, other}, nil, {early}})
		same(t, within[22], []change.Change{early})
		same(t, must(a.ChangesWithin(t.Context(), nil, 2))(t), [][]change.Change{})
		same(t, must(a.PruneChanges(t.Context(), hour(-9), 9))(t), 0)
		same(t, must(a.PruneChanges(t.Context(), hour(-4), 1))(t), 1)
		same(t, must(a.PruneChanges(t.Context(), hour(-4), 9))(t), 2)
		same(t, list(change.Filter{}), []change.Change{late})
	})
}
