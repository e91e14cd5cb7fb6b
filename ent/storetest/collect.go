package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// AskedSLO writes an SLO that is read from the data source.
func AskedSLO(t testing.TB, s *store.Store, service id.ID, slug string, from source.Source) slo.View {
	t.Helper()
	v := AnSLO(service, slug)
	v.Indicator.Origin = origin.Origin{DataSource: from.ID, Adapter: &origin.Adapter{Indicator: slug}}
	ok(t, s.SLO().CreateSLO(t.Context(), v))
	return v
}

func aBackfill(v slo.View, createdAt time.Time) collect.Backfill {
	return collect.Backfill{
		ID: newID(), SLO: v.SLO.ID, Indicator: v.Indicator.ID, Source: v.Indicator.Origin.DataSource, Cause: collect.ByRequest,
		From: Start.Truncate(time.Hour).Add(-24 * time.Hour), To: Start.Truncate(time.Hour), Cursor: Start.Truncate(time.Hour),
		State: collect.Queued, NextAt: createdAt, CreatedAt: createdAt, CreatedBy: "Ada", Version: 1,
	}
}

func testCollect(t *testing.T, open opener) {
	each(t, open, "what is collected is what active SLOs are read from", func(t *testing.T, s *store.Store) {
		c := s.Collect()
		src, unused := Source(t, s, "prometheus"), Source(t, s, "unused")
		team := Team(t, s, "payments")
		service := Service(t, s, team.ID, "checkout")
		first, second := AskedSLO(t, s, service.ID, "first", src), AskedSLO(t, s, service.ID, "second", src)
		SLO(t, s, service.ID, "pushed")
		retired := AskedSLO(t, s, service.ID, "retired", unused)
		retired.SLO.RetiredAt = &Start
		ok(t, s.SLO().UpdateSLO(t.Context(), retired.SLO))

		same(t, must(c.SourcesInUse(t.Context()))(t), []id.ID{src.ID})
		want := func(v slo.View) collect.Target {
			return collect.Target{
				Indicator: v.Indicator.ID, SLO: v.SLO.ID, SLOSlug: v.SLO.Slug, Service: service.ID, ServiceSlug: "checkout",
				Team: team.ID, TeamSlug: "payments", Origin: v.Indicator.Origin, Resolution: v.Indicator.Resolution, CreatedAt: Start,
			}
		}
		same(t, must(c.Targets(t.Context(), src.ID, Start, "", 10))(t), []collect.Target{want(first), want(second)})
		same(t, must(c.Targets(t.Context(), src.ID, Start, "", 1))(t), []collect.Target{want(first)})
		same(t, must(c.Targets(t.Context(), src.ID, Start, first.Indicator.ID, 10))(t), []collect.Target{want(second)})

		// A slot of five minutes that began at until is there once it ended.
		until := Start.Truncate(5 * time.Minute)
		state := collect.Collection{
			Indicator: first.Indicator.ID, Until: until, AttemptedAt: Start, SucceededAt: Start.Add(-time.Hour), FailingSince: Start.Add(-time.Minute),
			Failing: collect.Refused, Failure: "nicht \"gut\"", Missing: map[origin.Reason]int64{origin.NoSample: 3},
			Last: origin.Missing{Start: until, Reason: origin.NotNumber, Detail: "NaN"},
		}
		ok(t, c.PutCollections(t.Context(), []collect.Collection{{Indicator: second.Indicator.ID, Until: until}, state}))
		withState := want(first)
		withState.Collection = state
		same(t, must(c.Targets(t.Context(), src.ID, until.Add(5*time.Minute), "", 1))(t), []collect.Target{withState})
		if got := must(c.Targets(t.Context(), src.ID, until.Add(5*time.Minute-time.Second), "", 10))(t); len(got) != 0 {
			t.Errorf("a slot is there before it ended: %+v", got)
		}
		state = collect.Collection{Indicator: first.Indicator.ID, Until: until.Add(time.Hour), SucceededAt: Start}
		ok(t, c.PutCollections(t.Context(), []collect.Collection{state}))
		got, active, err := c.Target(t.Context(), first.SLO.ID)
		withState.Collection = state
		ok(t, err)
		same(t, got, withState)
		if _, inactive, err := c.Target(t.Context(), retired.SLO.ID); !active || inactive || err != nil {
			t.Errorf("active is %t and %t, %v", active, inactive, err)
		}
		_, _, err = c.Target(t.Context(), "none")
		refused(t, err, fault.NotFound, "slo_not_found")

		// Another indicator is another target, and the former is none.
		next := first.Indicator
		next.ID = newID()
		next.Origin.DataSource = unused.ID
		ok(t, s.SLO().AddIndicator(t.Context(), next))
		revision := first.Revision
		revision.ID, revision.Number, revision.Indicator = newID(), 2, next.ID
		ok(t, s.SLO().AddRevision(t.Context(), revision))
		first.SLO.Revision = 2
		ok(t, s.SLO().UpdateSLO(t.Context(), first.SLO))
		same(t, must(c.SourcesInUse(t.Context()))(t), []id.ID{src.ID, unused.ID})
		if got := must(c.Targets(t.Context(), src.ID, Start.Add(time.Hour), "", 10))(t); len(got) != 1 || got[0].Indicator != second.Indicator.ID {
			t.Errorf("targets of the former source: %+v", got)
		}
	})

	each(t, open, "the health of a data source is written when it changes, and once a minute", func(t *testing.T, s *store.Store) {
		c, src := s.Collect(), Source(t, s, "prometheus")
		expect := func(at time.Time, healthy bool, failure string, want source.Health) {
			t.Helper()
			ok(t, c.Observe(t.Context(), src.ID, healthy, failure, at))
			same(t, must(s.Sources().View(t.Context(), src.ID))(t).Health, want)
		}
		at := func(seconds int) time.Time { return Start.Add(time.Duration(seconds) * time.Second) }
		is := func(seconds int) *time.Time { return new(at(seconds)) }
		expect(at(0), true, "", source.Health{SucceededAt: is(0)})
		expect(at(59), true, "", source.Health{SucceededAt: is(0)})
		expect(at(60), true, "", source.Health{SucceededAt: is(60)})
		down := source.Health{SucceededAt: is(60), FailedAt: is(61), FailingSince: is(61), Failure: "refused"}
		expect(at(61), false, "refused", down)
		expect(at(62), false, "refused", down)
		down.FailedAt, down.Failure = is(63), "time-out"
		expect(at(63), false, "time-out", down)
		expect(at(64), true, "", source.Health{SucceededAt: is(64), FailedAt: is(63)})
		refused(t, c.Observe(t.Context(), "none", true, "", at(0)), fault.NotFound, "data_source_not_found")
		same(t, must(s.Sources().Source(t.Context(), src.ID))(t), src)
	})

	each(t, open, "backfills are listed, worked off and ended", func(t *testing.T, s *store.Store) {
		c := s.Collect()
		src := Source(t, s, "prometheus")
		service := Service(t, s, Team(t, s, "payments").ID, "checkout")
		v, other := AskedSLO(t, s, service.ID, "first", src), AskedSLO(t, s, Service(t, s, service.Team, "cart").ID, "second", src)
		one, two, three := aBackfill(v, Start), aBackfill(other, Start), aBackfill(v, Start.Add(time.Second))
		two.NextAt = Start.Add(time.Hour)
		ok(t, c.CreateBackfills(t.Context(), []collect.Backfill{one, two, three}))
		got, resolution, err := c.Backfill(t.Context(), one.ID)
		ok(t, err)
		same(t, got, one)
		same(t, resolution, 5*time.Minute)
		_, _, err = c.Backfill(t.Context(), "none")
		refused(t, err, fault.NotFound, "backfill_not_found")

		list := func(f collect.Filter, limit int) (ids []id.ID) {
			t.Helper()
			for r := (page.Request{Limit: limit}); ; {
				p := must(c.Backfills(t.Context(), f, r))(t)
				for _, b := range p.Items {
					ids = append(ids, b.ID)
				}
				if r.After = p.Next; r.After == "" {
					return ids
				}
			}
		}
		same(t, list(collect.Filter{}, 1), []id.ID{three.ID, two.ID, one.ID})
		same(t, list(collect.Filter{Service: service.ID}, 1), []id.ID{three.ID, one.ID})
		same(t, list(collect.Filter{SLO: other.SLO.ID}, 10), []id.ID{two.ID})
		same(t, list(collect.Filter{State: collect.Failed}, 10), []id.ID(nil))

		same(t, must(c.SourcesToFill(t.Context(), Start))(t), []id.ID{src.ID})
		works := must(c.Work(t.Context(), src.ID, Start, "", 10))(t)
		if len(works) != 1 || works[0].ID != one.ID || works[0].Target.SLO != v.SLO.ID || works[0].Target.TeamSlug != "payments" {
			t.Errorf("work is %+v", works)
		}
		same(t, len(must(c.Work(t.Context(), src.ID, Start.Add(2*time.Hour), one.ID, 10))(t)), 2)
		same(t, must(c.OpenBackfills(t.Context(), v.Indicator.ID))(t), []collect.Backfill{one, three})

		outage := aBackfill(other, Start)
		outage.Cause = collect.ByOutage
		ok(t, c.CreateBackfills(t.Context(), []collect.Backfill{outage}))
		both := []id.ID{v.Indicator.ID, other.Indicator.ID, "none"}
		same(t, must(c.Filling(t.Context(), both, outage.Cursor.Add(-time.Second)))(t), []id.ID{other.Indicator.ID})
		same(t, must(c.Filling(t.Context(), both, outage.Cursor))(t), []id.ID(nil))
		outage.FinishedAt = Start
		same(t, must(c.PutBackfill(t.Context(), outage))(t), true)
		same(t, must(c.Filling(t.Context(), both, Start.Add(-time.Hour*24*30)))(t), []id.ID(nil))

		one.Cursor, one.State, one.Found, one.Missing = one.Cursor.Add(-time.Hour), collect.Running, 10, map[origin.Reason]int64{origin.NoSample: 2}
		one.Attempts, one.Failing, one.Failure, one.StartedAt = 2, collect.Unavailable, "down", Start
		same(t, must(c.PutBackfill(t.Context(), one))(t), true)
		got, _, err = c.Backfill(t.Context(), one.ID)
		ok(t, err)
		same(t, got, one)
		cancelled := one
		cancelled.State, cancelled.FinishedAt = collect.Cancelled, Start
		ok(t, c.ChangeBackfill(t.Context(), cancelled))
		refused(t, c.ChangeBackfill(t.Context(), cancelled), fault.Precondition, "")
		same(t, must(c.PutBackfill(t.Context(), one))(t), false)

		same(t, must(c.PruneBackfills(t.Context(), Start, 10))(t), 0)
		same(t, must(c.PruneBackfills(t.Context(), Start.Add(time.Second), 10))(t), 2)
		_, _, err = c.Backfill(t.Context(), one.ID)
		refused(t, err, fault.NotFound, "backfill_not_found")

		// What was retired has idle backfills, which are not worked off.
		v.SLO.RetiredAt = &Start
		ok(t, s.SLO().UpdateSLO(t.Context(), v.SLO))
		same(t, must(c.Idle(t.Context(), 10))(t), []collect.Backfill{three})
		same(t, len(must(c.Work(t.Context(), src.ID, Start.Add(2*time.Hour), "", 10))(t)), 1)
	})
}
