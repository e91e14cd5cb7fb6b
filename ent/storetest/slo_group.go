package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// aGroup is a status of a group with so much of its budget left; nil: no data.
func aGroup(v slo.View, name string, remaining *int64) slo.GroupStatus {
	g := slo.GroupStatus{Group: name, Status: slo.Status{
		SLO: v.SLO.ID, Revision: v.Revision.ID, End: Start, EvaluatedAt: Start.Add(time.Second), State: budget.NoData,
		Since: Start.Add(-time.Hour), Latest: Start.Add(-time.Minute), RemainingPPB: remaining,
	}}
	g.Sums.Window = window.Sum{Good: 5, Total: 9}
	if remaining != nil {
		g.State = budget.OK
	}
	return g
}

func groupNames(groups []slo.GroupStatus) []string {
	var out []string
	for _, g := range groups {
		out = append(out, g.Group)
	}
	return out
}

func testGroups(t *testing.T, open opener) {
	setup := func(t *testing.T, s *store.Store, slug string) slo.View {
		v := AnSLO(Service(t, s, Team(t, s, "team-"+slug).ID, "service-"+slug).ID, slug)
		v.Indicator.Origin = origin.Origin{GroupBy: "region", MaxGroups: 7}
		ok(t, s.SLO().CreateSLO(t.Context(), v))
		return v
	}
	ppb := func(n int64) *int64 { return &n }

	each(t, open, "an indicator tells its groups", func(t *testing.T, s *store.Store) {
		v := setup(t, s, "one")
		same(t, must(s.SLO().View(t.Context(), v.SLO.ID))(t), v)
		plain := SLO(t, s, v.SLO.Service, "plain")
		for _, u := range must(s.SLO().Subjects(t.Context()))(t) {
			same(t, u.Grouped, u.ID == v.SLO.ID)
		}
		for _, target := range must(s.SLO().Targets(t.Context(), []slo.Name{{Service: "service-one", SLO: "one"}, {Service: "service-one", SLO: "plain"}}))(t) {
			same(t, target.MaxGroups, map[id.ID]int{v.SLO.ID: 7, plain.SLO.ID: 0}[target.SLO])
		}
	})

	each(t, open, "groups come back as written, and go", func(t *testing.T, s *store.Store) {
		v, other := setup(t, s, "one"), setup(t, s, "two")
		a, b, c := aGroup(v, "a", ppb(1)), aGroup(v, `b<"'> שלום 😀`, nil), aGroup(other, "a", ppb(-5))
		ok(t, s.SLO().PutGroupStatuses(t.Context(), []slo.GroupStatus{b, c, a}))
		a.State, a.Stale, a.RemainingPPB, a.Since = budget.Exhausted, true, ppb(-9), Start
		ok(t, s.SLO().PutGroupStatuses(t.Context(), []slo.GroupStatus{a}))
		same(t, must(s.SLO().Group(t.Context(), v.SLO.ID, "a"))(t), a)
		same(t, must(s.SLO().Group(t.Context(), v.SLO.ID, b.Group))(t), b)
		_, err := s.SLO().Group(t.Context(), other.SLO.ID, b.Group)
		refused(t, err, fault.NotFound, "group_not_found")
		same(t, len(must(s.SLO().GroupStatuses(t.Context(), []id.ID{v.SLO.ID, other.SLO.ID, newID()}))(t)), 3)
		ok(t, s.SLO().RemoveGroupStatuses(t.Context(), []slo.GroupStatus{a, aGroup(v, "nobody", nil)}))
		same(t, must(s.SLO().GroupStatuses(t.Context(), []id.ID{v.SLO.ID}))(t), []slo.GroupStatus{b})
		ok(t, s.SLO().RemoveGroups(t.Context(), v.SLO.ID))
		same(t, must(s.SLO().GroupStatuses(t.Context(), []id.ID{v.SLO.ID, other.SLO.ID}))(t), []slo.GroupStatus{c})
	})

	each(t, open, "groups are listed in both orders, some at a time", func(t *testing.T, s *store.Store) {
		v := setup(t, s, "one")
		names := []string{"b", "A", "é", "a", "Z", "_", "a b", "日本", "ab", "…other"}
		var groups []slo.GroupStatus
		for i, name := range names {
			groups = append(groups, aGroup(v, name, ppb(int64(i/2))))
		}
		groups = append(groups, aGroup(v, "none", nil), aGroup(setup(t, s, "two"), "elsewhere", ppb(0)))
		ok(t, s.SLO().PutGroupStatuses(t.Context(), groups))
		list := func(f slo.GroupFilter) []string {
			f.SLO = v.SLO.ID
			var out []string
			for r := (page.Request{Limit: 3}); ; {
				p := must(s.SLO().Groups(t.Context(), f, r))(t)
				out = append(out, groupNames(p.Items)...)
				if r.After = p.Next; r.After == "" {
					return out
				}
			}
		}
		// By the bytes of UTF-8, on both databases.
		same(t, list(slo.GroupFilter{Order: slo.GroupsByName}), []string{"A", "Z", "_", "a", "a b", "ab", "b", "none", "é", "…other", "日本"})
		same(t, list(slo.GroupFilter{}), []string{"A", "b", "a", "é", "Z", "_", "a b", "日本", "ab", "…other", "none"})
		same(t, list(slo.GroupFilter{State: budget.NoData}), []string{"none"})
		_, err := s.SLO().Groups(t.Context(), slo.GroupFilter{SLO: v.SLO.ID}, page.Request{After: "forged"})
		refused(t, err, fault.Invalid, "")
	})

	each(t, open, "groups of a former indicator are of the past", func(t *testing.T, s *store.Store) {
		v := setup(t, s, "one")
		ok(t, s.SLO().PutGroupStatuses(t.Context(), []slo.GroupStatus{aGroup(v, "a", nil)}))
		indicator, next := v.Indicator, v.Revision
		indicator.ID, next.ID, next.Number = newID(), newID(), 2
		next.Indicator = indicator.ID
		head := v.SLO
		head.Revision = 2
		ok(t, s.SLO().AddIndicator(t.Context(), indicator))
		ok(t, s.SLO().AddRevision(t.Context(), next))
		ok(t, s.SLO().UpdateSLO(t.Context(), head))
		same(t, len(must(s.SLO().Groups(t.Context(), slo.GroupFilter{SLO: v.SLO.ID}, page.Request{}))(t).Items), 0)
		_, err := s.SLO().Group(t.Context(), v.SLO.ID, "a")
		refused(t, err, fault.NotFound, "group_not_found")
	})

	each(t, open, "series are in use, or go when nothing is left of them", func(t *testing.T, s *store.Store) {
		v, m := setup(t, s, "one"), s.Measure()
		var want []measure.Series
		for i := range 5 {
			x := aSeries(v.Indicator.ID, "eu")
			x.Group, x.FoldedUntil = fmt.Sprintf("g%d", i), day.Add(time.Duration(-100+i)*24*time.Hour)
			want = append(want, x)
		}
		want[4].FoldedUntil = day // and no segments yet
		same(t, must(m.FindSeries(t.Context(), want[:2]))(t), []measure.Series{{}, {}})
		ensure(t, s, want...)
		same(t, must(m.FindSeries(t.Context(), []measure.Series{want[3], aSeries(v.Indicator.ID, "us"), want[1]}))(t), []measure.Series{want[3], {}, want[1]})
		put(t, s, wholeDay(want[0].ID, -9, "old"), wholeDay(want[1].ID, -3, "young"), hour(want[2].ID, 1, "young"))
		used := must(m.SeriesInUse(t.Context(), []id.ID{v.Indicator.ID, newID()}, day.Add(-5*24*time.Hour)))(t)
		same(t, used, []measure.Series{want[1], want[2], want[4]})
		ok(t, m.LockIndicators(t.Context(), []id.ID{v.Indicator.ID, newID()}))
		same(t, must(m.PruneSeries(t.Context(), day.Add(-200*24*time.Hour), 10))(t), 0)
		same(t, must(m.PruneSeries(t.Context(), day.Add(-time.Hour), 10))(t), 1)
		left := must(m.Series(t.Context(), []id.ID{v.Indicator.ID}))(t)
		same(t, left, slices.Delete(slices.Clone(want), 3, 4))
	})
}
