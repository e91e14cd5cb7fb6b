package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/slo/outage"
)

func testOutages(t *testing.T, open opener) {
	hour := func(n int) time.Time { return Start.Add(time.Duration(n) * time.Hour) }
	written := func(t *testing.T, s *store.Store, service id.ID, class string, begins, ends int) outage.Outage {
		o := outage.Outage{
			ID: newID(), Service: service, Class: class, Note: "der Schalter\nöfter", Begins: hour(begins),
			CreatedAt: Start, CreatedBy: "Ada", UpdatedAt: Start, UpdatedBy: "Ada", Version: 1,
		}
		if ends != 0 {
			at := hour(ends)
			o.Ends = &at
		}
		ok(t, s.Outages().CreateOutage(t.Context(), o))
		return o
	}
	pair := func(t *testing.T, s *store.Store) (id.ID, id.ID) {
		team := Team(t, s, "payments").ID
		return Service(t, s, team, "checkout").ID, Service(t, s, team, "ledger").ID
	}

	each(t, open, "an outage comes back as written, is changed by one and removed", func(t *testing.T, s *store.Store) {
		a := s.Outages()
		service, _ := pair(t, s)
		lasting, over := written(t, s, service, "network", -2, 0), written(t, s, service, "deploy", -3, -1)
		same(t, must(a.Outage(t.Context(), lasting.ID))(t), lasting)
		same(t, must(a.Outage(t.Context(), over.ID))(t), over)
		end := hour(-1)
		changed := lasting
		changed.Class, changed.Note, changed.Begins, changed.Ends, changed.UpdatedAt, changed.UpdatedBy = "dns", "", hour(-4), &end, hour(1), "Bob"
		ok(t, a.UpdateOutage(t.Context(), changed))
		refused(t, a.UpdateOutage(t.Context(), changed), fault.Precondition, "version_mismatch")
		refused(t, a.DeleteOutage(t.Context(), changed), fault.Precondition, "version_mismatch")
		changed.Version = 2
		same(t, must(a.Outage(t.Context(), lasting.ID))(t), changed)
		over.Ends = nil
		ok(t, a.UpdateOutage(t.Context(), over))
		same(t, must(a.Outage(t.Context(), over.ID))(t).Ends, nil)
		ok(t, a.DeleteOutage(t.Context(), changed))
		refused(t, a.DeleteOutage(t.Context(), changed), fault.NotFound, "outage_not_found")
		refused(t, a.UpdateOutage(t.Context(), changed), fault.NotFound, "outage_not_found")
		_, err := a.Outage(t.Context(), changed.ID)
		refused(t, err, fault.NotFound, "outage_not_found")
		stray := over
		stray.ID, stray.Service = newID(), newID()
		refused(t, a.CreateOutage(t.Context(), stray), fault.Conflict, "reference_missing")
	})

	each(t, open, "outages are listed the latest first and found by their time", func(t *testing.T, s *store.Store) {
		a := s.Outages()
		one, two := pair(t, s)
		early, lasting, late := written(t, s, one, "network", -9, -7), written(t, s, one, "deploy", -6, 0), written(t, s, one, "network", -3, -2)
		other := written(t, s, two, "network", -9, -2)
		list := func(f outage.Filter) []outage.Outage {
			t.Helper()
			var out []outage.Outage
			for r := (page.Request{Limit: 2}); ; {
				some := must(a.Outages(t.Context(), f, r))(t)
				if out = append(out, some.Items...); some.Next == "" {
					return out
				}
				r.After = some.Next
			}
		}
		same(t, list(outage.Filter{Service: one}), []outage.Outage{late, lasting, early})
		same(t, list(outage.Filter{Service: one, Class: "network"}), []outage.Outage{late, early})
		same(t, list(outage.Filter{Service: one, At: hour(-2)}), []outage.Outage{lasting})
		same(t, list(outage.Filter{Service: one, At: hour(-9)}), []outage.Outage{early})
		for _, row := range []struct {
			from, to int
			want     []outage.Outage
		}{
			{-7, -6, nil}, {-8, -6, []outage.Outage{early}}, {-7, -5, []outage.Outage{lasting}},
			{-2, 9000, []outage.Outage{lasting}}, {-20, -9, nil}, {-20, 0, []outage.Outage{early, lasting, late}},
		} {
			same(t, must(a.OutagesOf(t.Context(), []id.ID{one, newID()}, hour(row.from), hour(row.to)))(t), row.want)
		}
		same(t, len(must(a.OutagesOf(t.Context(), []id.ID{one, two}, hour(-20), hour(0)))(t)), 4)
		same(t, must(a.OutagesOf(t.Context(), []id.ID{two}, hour(-20), hour(0)))(t), []outage.Outage{other})
		same(t, must(a.OutagesOf(t.Context(), nil, hour(-20), hour(0)))(t), nil)
	})
}
