package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/composite"
	"github.com/evenkeel/evenkeel/services/slo/composite/formula"
)

// AComposite is one of a journey with those SLOs of the service, that was not written.
func AComposite(t testing.TB, team id.ID, slug string, owner registry.Service, members ...slo.View) composite.View {
	t.Helper()
	of, revision := newID(), newID()
	v := composite.View{
		Composite: composite.Composite{
			ID: of, Slug: slug, Name: "Composite " + slug, Description: "What matters", Team: team, Journey: composite.Journey{Name: "Buy a book", Description: "From the shelf to the till"},
			Revision: 1, CreatedAt: Start, UpdatedAt: Start, Version: 1,
		},
		Revision: composite.Revision{
			ID: revision, Composite: of, Number: 1, CreatedAt: Start, CreatedBy: "Ada",
			Terms: composite.Terms{
				Method: formula.Timeslices, Objective: must(budget.ParseObjective("99.50%"))(t), Over: slo.TimeWindow{Days: 28},
				SliceLength: 5 * time.Minute, SliceTarget: must(budget.ParseSliceTarget("95%"))(t), Rationale: "Because",
			},
		},
		Status: composite.Status{Composite: of, Revision: revision, State: budget.NoData, Since: Start, Stale: true},
	}
	for i, m := range members {
		v.Revision.Members = append(v.Revision.Members, composite.Member{
			ID: newID(), Weight: must(formula.ParseWeight("0.50"))(t), Missing: formula.Missings[i%len(formula.Missings)],
			SLO: composite.Named{ID: m.SLO.ID, Service: owner.ID, ServiceSlug: owner.Slug, Slug: m.SLO.Slug, Name: m.SLO.Name, Objective: m.Revision.Objective, Resolution: m.Indicator.Resolution},
		})
	}
	return v
}

func testComposites(t *testing.T, open opener) {
	type world struct {
		composite.Store
		all     *store.Store
		team    id.ID
		service registry.Service
		a, b    slo.View
	}
	begin := func(t *testing.T, s *store.Store) world {
		team := Team(t, s, "payments").ID
		service := Service(t, s, team, "checkout")
		return world{s.Composites(), s, team, service, SLO(t, s, service.ID, "availability"), SLO(t, s, service.ID, "latency")}
	}
	written := func(t *testing.T, w world, slug string) composite.View {
		v := AComposite(t, w.team, slug, w.service, w.a, w.b)
		ok(t, w.CreateComposite(t.Context(), v))
		return v
	}
	part := func(v composite.View, of id.ID, n int64) composite.Part {
		p := composite.Part{
			Of: of, Composite: v.Composite.ID, MinEvents: n, Unit: 1000, End: Start.Add(time.Hour), EvaluatedAt: Start.Add(time.Hour + time.Second), Latest: Start.Add(time.Hour), Stale: n > 1, Filling: n == 1,
			Sums: budget.Sums{Window: window.Sum{Good: n, Total: 9e18}, Policy: window.Sum{Good: 1, Total: n}},
		}
		p.Sums.Lookbacks[3] = window.Sum{Good: 5, Total: 7}
		return p
	}

	each(t, open, "a composite comes back as written and is changed by revisions", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		v := written(t, w, "buying")
		same(t, must(w.Composite(t.Context(), v.Composite.ID))(t), v)
		same(t, must(w.CompositeBySlug(t.Context(), "buying"))(t), v)
		_, err := w.CompositeBySlug(t.Context(), "selling")
		refused(t, err, fault.NotFound, "composite_not_found")
		refused(t, w.CreateComposite(t.Context(), AComposite(t, w.team, "buying", w.service, w.a, w.b)), fault.Conflict, "slug_taken")
		nobody := w.a
		nobody.SLO.ID = newID()
		refused(t, w.CreateComposite(t.Context(), AComposite(t, w.team, "other", w.service, w.a, nobody)), fault.Conflict, "reference_missing")

		next, head := v.Revision, v.Composite
		next.ID, next.Number, next.CreatedAt = newID(), 2, Start.Add(time.Hour)
		next.Method, next.Objective, next.SliceLength, next.SliceTarget = formula.Occurrences, budget.Objective{}, 0, budget.SliceTarget{}
		next.Members = []composite.Member{v.Revision.Members[1]}
		next.Members[0].ID = newID()
		system := System(t, s, w.team, "shop")
		head.Revision, head.Slug, head.Journey, head.System, head.RetiredAt = 2, "buying-2", composite.Journey{}, system.ID, &Start
		ok(t, w.PutCompositeParts(t.Context(), []composite.Part{part(v, v.Revision.ID, 1)}))
		ok(t, w.AddCompositeRevision(t.Context(), next))
		ok(t, w.UpdateComposite(t.Context(), head))
		refused(t, w.UpdateComposite(t.Context(), head), fault.Precondition, "version_mismatch")
		refused(t, w.AddCompositeRevision(t.Context(), next), fault.Precondition, "version_mismatch")
		head.Version = 2
		same(t, must(w.Composite(t.Context(), head.ID))(t), composite.View{Composite: head, Revision: next, Status: v.Status}) // and the parts are gone
		newest := must(w.CompositeRevisions(t.Context(), head.ID, page.Request{Limit: 1}))(t)
		oldest := must(w.CompositeRevisions(t.Context(), head.ID, page.Request{Limit: 1, After: newest.Next}))(t)
		same(t, append(newest.Items, oldest.Items...), []composite.Revision{next, v.Revision})
		refused(t, s.Registry().DeleteSystem(t.Context(), system.ID, system.Version), fault.Conflict, "system_in_use")
		head.RetiredAt, head.System = nil, ""
		ok(t, w.UpdateComposite(t.Context(), head))
		head.Version = 3
		same(t, must(w.Composite(t.Context(), head.ID))(t).Composite, head)
		head.ID = newID()
		refused(t, w.UpdateComposite(t.Context(), head), fault.NotFound, "composite_not_found")
	})

	each(t, open, "a member tells how its SLO is now", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		v := written(t, w, "buying")
		w.a.SLO.Slug, w.a.SLO.Name, w.a.SLO.RetiredAt = "uptime", "Uptime", &Start
		ok(t, s.SLO().UpdateSLO(t.Context(), w.a.SLO))
		m := &v.Revision.Members[0].SLO
		m.Slug, m.Name, m.Retired = "uptime", "Uptime", true
		same(t, must(w.Composite(t.Context(), v.Composite.ID))(t), v)
	})

	each(t, open, "composites are listed by slug, of a system, a team, a member or a state", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		other, system := Team(t, s, "search"), System(t, s, w.team, "shop")
		c, a := written(t, w, "c"), written(t, w, "a")
		b := AComposite(t, other.ID, "b", w.service, w.a)
		b.Composite.System, b.Composite.Journey, b.Status.State, b.Status.Stale = system.ID, composite.Journey{}, budget.AtRisk, false
		ok(t, w.CreateComposite(t.Context(), b))
		a.Composite.RetiredAt = &Start
		ok(t, w.UpdateComposite(t.Context(), a.Composite))
		a.Composite.Version++
		for _, row := range []struct {
			filter composite.Filter
			want   []composite.View
		}{
			{composite.Filter{}, []composite.View{b, c}},
			{composite.Filter{IncludeRetired: true}, []composite.View{a, b, c}},
			{composite.Filter{Team: w.team}, []composite.View{c}},
			{composite.Filter{System: system.ID}, []composite.View{b}},
			{composite.Filter{Service: w.service.ID}, []composite.View{b, c}},
			{composite.Filter{Service: newID()}, nil},
			{composite.Filter{SLO: w.b.SLO.ID}, []composite.View{c}},
			{composite.Filter{State: budget.AtRisk}, []composite.View{b}},
		} {
			var got []composite.View
			for r := (page.Request{Limit: 1}); ; {
				p := must(w.Composites(t.Context(), row.filter, r))(t)
				got = append(got, p.Items...)
				if r.After = p.Next; r.After == "" {
					break
				}
			}
			same(t, got, row.want)
			same(t, must(w.CountComposites(t.Context(), row.filter))(t), len(row.want))
		}
		active := must(w.ActiveComposites(t.Context(), "", 10))(t)
		same(t, len(active), 2)
		same(t, must(w.ActiveComposites(t.Context(), active[0].Composite.ID, 10))(t), active[1:])
	})

	each(t, open, "a composite is due when a part of it was evaluated since", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		v := written(t, w, "buying")
		due := func(before time.Time) []composite.View {
			return must(w.DueComposites(t.Context(), before, "", 10))(t)
		}
		same(t, due(Start), []composite.View{v}) // it was never evaluated
		parts := []composite.Part{part(v, v.Revision.ID, 1), part(v, v.Revision.Members[0].ID, 2)}
		gone := part(v, newID(), 3) // of a former revision
		ok(t, w.PutCompositeParts(t.Context(), append(parts, gone)))
		v.Parts = parts
		same(t, due(Start), []composite.View{v})
		remaining := int64(-5)
		v.Status = composite.Status{
			Composite: v.Composite.ID, Revision: v.Revision.ID, End: parts[0].End, EvaluatedAt: parts[0].EvaluatedAt, Latest: parts[0].Latest,
			State: budget.Exhausted, Since: parts[0].EvaluatedAt, RemainingPPB: &remaining,
		}
		ok(t, w.PutCompositeStatuses(t.Context(), []composite.Status{v.Status}))
		same(t, len(due(v.Status.EvaluatedAt.Add(-time.Microsecond))), 0)
		same(t, due(v.Status.EvaluatedAt), []composite.View{v})
		same(t, len(must(w.DueComposites(t.Context(), v.Status.EvaluatedAt, v.Composite.ID, 10))(t)), 0)
		v.Parts[0].EvaluatedAt, v.Parts[0].Sums.Window.Good, v.Parts[0].Latest = v.Status.EvaluatedAt.Add(time.Microsecond), 1, time.Time{}
		ok(t, w.PutCompositeParts(t.Context(), v.Parts[:1]))
		same(t, due(Start), []composite.View{v})
	})
}
