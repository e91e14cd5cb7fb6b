package storetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// SLO writes an SLO of the service with that slug: 99.9 % over 28 days.
func SLO(t testing.TB, s *store.Store, service id.ID, slug string) slo.View {
	t.Helper()
	v := AnSLO(service, slug)
	ok(t, s.SLO().CreateSLO(t.Context(), v))
	return v
}

// AnSLO returns an SLO that was not written.
func AnSLO(service id.ID, slug string) slo.View {
	objective, err := budget.ParseObjective("99.9%")
	if err != nil {
		panic(err)
	}
	of, indicator, revision := newID(), newID(), newID()
	return slo.View{
		SLO: slo.SLO{ID: of, Service: service, Slug: slug, Name: "SLO " + slug, Revision: 1, CreatedAt: Start, UpdatedAt: Start, Version: 1},
		Revision: slo.Revision{
			ID: revision, SLO: of, Number: 1, Indicator: indicator, CreatedAt: Start, CreatedBy: "Ada",
			Terms: slo.Terms{
				Objective: objective, Over: slo.TimeWindow{Days: 28}, Budgeting: slo.Budgeting{Method: slo.Occurrences},
				MinEvents: 100, Alerts: slo.AlertTerms{MinBadEvents: 1}, Enforcement: slo.ByPolicy,
			},
		},
		Indicator: slo.Indicator{
			ID: indicator, SLO: of, CreatedAt: Start,
			Measure: slo.Measure{Category: slo.Availability, Counting: slo.GoodTotal, Resolution: measure.FiveMinutes, Description: "answers below 500"},
		},
		Status: slo.Status{SLO: of, Revision: revision, State: budget.NoData, Since: Start},
	}
}

func testSLO(t *testing.T, open opener) {
	setup := func(t *testing.T, s *store.Store) registry.Service {
		return Service(t, s, Team(t, s, "payments").ID, "checkout")
	}

	each(t, open, "an SLO comes back as written, with status", func(t *testing.T, s *store.Store) {
		service := setup(t, s)
		v := AnSLO(service.ID, "latency")
		review := Start.Add(24 * time.Hour)
		v.Revision.Confidence = must(budget.ParseConfidence("95.0%"))(t)
		v.Revision.Alerts = slo.AlertTerms{Off: "3d/6h,absent", MinBadEvents: 7}
		v.SLO.Description, v.Revision.Rationale, v.Revision.Reviewer, v.Revision.ReviewBy = "schnell 😀", "because", "Eve", &review
		ok(t, s.SLO().CreateSLO(t.Context(), v))
		same(t, must(s.SLO().View(t.Context(), v.SLO.ID))(t), v)
		same(t, must(s.SLO().ViewBySlug(t.Context(), service.ID, "latency"))(t), v)
		same(t, must(s.SLO().ViewsByID(t.Context(), []id.ID{newID(), v.SLO.ID}))(t), []slo.View{v})
		_, err := s.SLO().View(t.Context(), newID())
		refused(t, err, fault.NotFound, "slo_not_found")
		_, err = s.SLO().ViewBySlug(t.Context(), newID(), "latency")
		refused(t, err, fault.NotFound, "slo_not_found")

		remaining := int64(-123_456_789)
		v.Status.End, v.Status.EvaluatedAt, v.Status.Since, v.Status.Latest = Start, Start.Add(time.Second), Start, Start.Add(-time.Minute)
		v.Status.State, v.Status.Stale, v.Status.RemainingPPB = budget.Exhausted, true, &remaining
		for i := range v.Status.Sums.Lookbacks {
			v.Status.Sums.Lookbacks[i] = window.Sum{Good: int64(i), Total: int64(i) * 1000}
		}
		v.Status.Sums.Policy = window.Sum{Good: math.MaxInt64 - 1, Total: math.MaxInt64}
		v.Status.Sums.Window = window.Sum{Good: 7, Total: 8}
		v.Status.Further = []window.Sum{{Good: 1, Total: 2}, {Good: 3, Total: math.MaxInt64}}
		v.Status.Raw = &window.Sum{Good: 6, Total: 9}
		v.Status.Worst = &slo.Worst{Group: `<b>"eu"</b> שלום`, State: budget.Exhausted, Sum: window.Sum{Good: math.MaxInt64 - 1, Total: math.MaxInt64}}
		ok(t, s.SLO().PutStatuses(t.Context(), []slo.Status{v.Status}))
		same(t, must(s.SLO().View(t.Context(), v.SLO.ID))(t), v)

		again := AnSLO(service.ID, "latency")
		refused(t, s.SLO().CreateSLO(t.Context(), again), fault.Conflict, "slug_taken")
		orphan := AnSLO(newID(), "latency")
		refused(t, s.SLO().CreateSLO(t.Context(), orphan), fault.Conflict, "reference_missing")
	})

	each(t, open, "a change is conditional and adds a revision", func(t *testing.T, s *store.Store) {
		service := setup(t, s)
		v, other := SLO(t, s, service.ID, "latency"), SLO(t, s, service.ID, "other")
		next := v.Revision
		next.ID, next.Number, next.Enforcement = newID(), 2, slo.Observed
		next.Over = must(slo.ParseTimeWindow("quarter 2026-01-31 Asia/Kathmandu"))(t)
		next.Further = []slo.Goal{{Name: "week", Objective: must(budget.ParseObjective("99%"))(t), Over: slo.TimeWindow{Days: 7}}}
		next.Budgeting = slo.Budgeting{
			Method: slo.Timeslices, SliceTarget: must(budget.ParseSliceTarget("95.5%"))(t), SliceLength: 10 * time.Minute, Missing: lens.Bad,
		}
		next.Objective = must(budget.ParseObjective("99.95%"))(t)
		indicator := v.Indicator
		indicator.ID, indicator.Category = newID(), slo.Latency
		next.Indicator = indicator.ID
		head := v.SLO
		head.Revision, head.Name, head.UpdatedAt = 2, "Latency", Start.Add(time.Second)
		ok(t, s.SLO().AddIndicator(t.Context(), indicator))
		ok(t, s.SLO().AddRevision(t.Context(), next))
		ok(t, s.SLO().UpdateSLO(t.Context(), head))
		refused(t, s.SLO().UpdateSLO(t.Context(), head), fault.Precondition, "version_mismatch")
		head.Version = 2
		want := slo.View{SLO: head, Revision: next, Indicator: indicator, Status: v.Status}
		same(t, must(s.SLO().View(t.Context(), head.ID))(t), want)

		twice := next
		twice.ID = newID()
		refused(t, s.SLO().AddRevision(t.Context(), twice), fault.Precondition, "version_mismatch")
		first := slo.RevisionWithIndicator{Revision: v.Revision, Indicator: v.Indicator}
		second := slo.RevisionWithIndicator{Revision: next, Indicator: indicator}
		same(t, must(s.SLO().Revision(t.Context(), head.ID, 1))(t), first)
		_, err := s.SLO().Revision(t.Context(), head.ID, 3)
		refused(t, err, fault.NotFound, "slo_revision_not_found")
		one := must(s.SLO().Revisions(t.Context(), head.ID, page.Request{Limit: 1}))(t)
		same(t, one.Items, []slo.RevisionWithIndicator{second})
		two := must(s.SLO().Revisions(t.Context(), head.ID, page.Request{Limit: 1, After: one.Next}))(t)
		same(t, two.Items, []slo.RevisionWithIndicator{first})
		same(t, two.Next, "")

		indicator.Description, indicator.Category = "better words", slo.Throughput
		ok(t, s.SLO().UpdateIndicator(t.Context(), indicator))
		same(t, must(s.SLO().View(t.Context(), head.ID))(t).Indicator, indicator)
		indicator.ID = newID()
		refused(t, s.SLO().UpdateIndicator(t.Context(), indicator), fault.NotFound, "indicator_not_found")

		head.Slug = other.SLO.Slug
		refused(t, s.SLO().UpdateSLO(t.Context(), head), fault.Conflict, "slug_taken")
		head.ID = newID()
		refused(t, s.SLO().UpdateSLO(t.Context(), head), fault.NotFound, "slo_not_found")
	})

	each(t, open, "what is retired is not evaluated, listed or counted", func(t *testing.T, s *store.Store) {
		service := setup(t, s)
		v, gone := SLO(t, s, service.ID, "latency"), SLO(t, s, service.ID, "old")
		gone.SLO.RetiredAt = &Start
		ok(t, s.SLO().UpdateSLO(t.Context(), gone.SLO))
		gone.SLO.Version = 2
		subject := slo.Subject{
			Subject: measure.Subject{ID: v.SLO.ID, Revision: v.Revision.ID, Indicator: v.Indicator.ID, Resolution: measure.FiveMinutes},
			Terms:   slo.Terms{Over: v.Revision.Over, Budgeting: v.Revision.Budgeting},
		}
		same(t, must(s.SLO().Subjects(t.Context()))(t), []slo.Subject{subject})
		// What was measured of it is thinned by the terms that it had.
		same(t, must(s.SLO().LastTerms(t.Context(), []id.ID{gone.Indicator.ID, newID()}))(t), []slo.IndicatorTerms{{Indicator: gone.Indicator.ID, SLO: gone.SLO.ID, Terms: subject.Terms}})
		same(t, must(s.SLO().ActiveViews(t.Context(), "", 10))(t), []slo.View{v})
		same(t, must(s.SLO().ViewsOf(t.Context(), []id.ID{service.ID, newID()}))(t), []slo.View{v})
		same(t, len(must(s.SLO().ViewsOf(t.Context(), []id.ID{newID()}))(t)), 0)
		same(t, must(s.SLO().Views(t.Context(), slo.Filter{}, page.Request{}))(t).Items, []slo.View{v})
		same(t, must(s.SLO().Views(t.Context(), slo.Filter{IncludeRetired: true}, page.Request{}))(t).Items, []slo.View{v, gone})
		same(t, must(s.SLO().StatesByTeam(t.Context(), Start.AddDate(0, 0, -1)))(t), []slo.TeamState{{Team: service.Team, State: budget.NoData, Count: 1}})

		service.RetiredAt = &Start
		ok(t, s.Registry().UpdateService(t.Context(), service))
		same(t, len(must(s.SLO().Subjects(t.Context()))(t)), 0)
		same(t, len(must(s.SLO().ActiveViews(t.Context(), "", 10))(t)), 0)
		same(t, len(must(s.SLO().ViewsOf(t.Context(), []id.ID{service.ID}))(t)), 0)
		same(t, len(must(s.SLO().Views(t.Context(), slo.Filter{}, page.Request{}))(t).Items), 0)
		same(t, len(must(s.SLO().StatesByTeam(t.Context(), Start.AddDate(0, 0, -1)))(t)), 0)
		same(t, must(s.SLO().View(t.Context(), v.SLO.ID))(t), v)
	})

	// The store remembers what SLOs of one service promise while their version stays.
	each(t, open, "the SLOs of one service are read as they were committed, each time", func(t *testing.T, s *store.Store) {
		service := setup(t, s)
		v := SLO(t, s, service.ID, "latency")
		read := func(ctx context.Context) []slo.View { return must(s.SLO().ViewsOf(ctx, []id.ID{service.ID}))(t) }
		same(t, read(t.Context()), []slo.View{v})
		v.Status.State, v.Status.Since = budget.Exhausted, Start.Add(time.Minute)
		ok(t, s.SLO().PutStatuses(t.Context(), []slo.Status{v.Status}))
		same(t, read(t.Context()), []slo.View{v})

		change := func(ctx context.Context, name, description string) (slo.View, error) {
			next := v
			next.SLO.Name, next.Indicator.Description = name, description
			err := errors.Join(s.SLO().UpdateIndicator(ctx, next.Indicator), s.SLO().UpdateSLO(ctx, next.SLO))
			next.SLO.Version++
			return next, err
		}
		undone := errors.New("undone")
		err := s.InTx(t.Context(), func(ctx context.Context) error {
			next, err := change(ctx, "Never", "never committed")
			ok(t, err)
			same(t, read(ctx), []slo.View{next})
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatalf("the transaction ended with %v", err)
		}
		same(t, read(t.Context()), []slo.View{v})
		next := must(change(t.Context(), "Latency", "answers within 300 ms"))(t)
		same(t, read(t.Context()), []slo.View{next})
		another := SLO(t, s, service.ID, "errors")
		found := read(t.Context())
		slices.SortFunc(found, func(a, b slo.View) int { return strings.Compare(a.SLO.Slug, b.SLO.Slug) })
		same(t, found, []slo.View{another, next})
	})

	each(t, open, "targets are found by names", func(t *testing.T, s *store.Store) {
		service := setup(t, s)
		v, gone := SLO(t, s, service.ID, "latency"), SLO(t, s, service.ID, "old")
		gone.SLO.RetiredAt = &Start
		ok(t, s.SLO().UpdateSLO(t.Context(), gone.SLO))
		name := func(slug string) slo.Name { return slo.Name{Service: "checkout", SLO: slug} }
		got := must(s.SLO().Targets(t.Context(), []slo.Name{name("latency"), name("none"), {Service: "none", SLO: "latency"}, name("old")}))(t)
		slices.SortFunc(got, func(a, b slo.Target) int { return len(a.SLO) - len(b.SLO) + len(b.Name.SLO) - len(a.Name.SLO) })
		target := func(v slo.View, retired bool) slo.Target {
			return slo.Target{
				Name: name(v.SLO.Slug), Service: service.ID, Team: service.Team, SLO: v.SLO.ID, Indicator: v.Indicator.ID,
				Counting: slo.GoodTotal, Resolution: measure.FiveMinutes, Retired: retired,
			}
		}
		same(t, got, []slo.Target{target(v, false), target(gone, true)})
		readFrom(t, s, service.ID, "read", Source(t, s, "prometheus").ID)
		if got := must(s.SLO().Targets(t.Context(), []slo.Name{name("read")}))(t); !got[0].NotPushed {
			t.Error("the target does not say that it is read from elsewhere")
		}
		service.RetiredAt = &Start
		ok(t, s.Registry().UpdateService(t.Context(), service))
		if got := must(s.SLO().Targets(t.Context(), []slo.Name{name("latency")}))(t); !got[0].ServiceRetired {
			t.Error("the target does not say that its service is retired")
		}
	})

	each(t, open, "lists are filtered, ordered both ways and paged", func(t *testing.T, s *store.Store) {
		team, other := Team(t, s, "payments"), Team(t, s, "other")
		b, a := Service(t, s, team.ID, "b"), Service(t, s, other.ID, "a")
		var statuses []slo.Status
		remaining := map[string]int64{"b/1": 5, "b/3": -7, "a/2": 5, "a/4": 1_000_000_000}
		for _, service := range []registry.Service{b, a} {
			for i := range 5 {
				v := SLO(t, s, service.ID, fmt.Sprint(i))
				st := v.Status
				if r, ok := remaining[service.Slug+"/"+v.SLO.Slug]; ok {
					st.RemainingPPB, st.State, st.End = &r, budget.OK, Start.Add(time.Duration(r)*time.Microsecond)
				}
				statuses = append(statuses, st)
			}
		}
		ok(t, s.SLO().PutStatuses(t.Context(), statuses))
		list := func(f slo.Filter, limit int) []string {
			t.Helper()
			var got []string
			r := page.Request{Limit: limit}
			for {
				p := must(s.SLO().Views(t.Context(), f, r))(t)
				for _, v := range p.Items {
					prefix := "a/"
					if v.SLO.Service == b.ID {
						prefix = "b/"
					}
					got = append(got, prefix+v.SLO.Slug)
				}
				if r.After = p.Next; r.After == "" {
					return got
				}
			}
		}
		same(t, list(slo.Filter{}, 3), []string{"a/0", "a/1", "a/2", "a/3", "a/4", "b/0", "b/1", "b/2", "b/3", "b/4"})
		// b was made before a, so that of equals b comes first; those without data last.
		same(t, list(slo.Filter{Order: slo.ByRemaining}, 3), []string{"b/3", "b/1", "a/2", "a/4", "b/0", "b/2", "b/4", "a/0", "a/1", "a/3"})
		same(t, list(slo.Filter{State: budget.OK}, 1), []string{"a/2", "a/4", "b/1", "b/3"})
		same(t, list(slo.Filter{State: budget.OK, Order: slo.ByRemaining, Service: b.ID}, 1), []string{"b/3", "b/1"})
		same(t, list(slo.Filter{Team: other.ID}, 10), []string{"a/0", "a/1", "a/2", "a/3", "a/4"})
		same(t, list(slo.Filter{Query: "sLo 3"}, 10), []string{"a/3", "b/3"})
		same(t, len(list(slo.Filter{Query: "%"}, 10)), 0)
		same(t, len(list(slo.Filter{System: newID()}, 10)), 0)

		var active []id.ID
		for after := id.ID(""); ; {
			views := must(s.SLO().ActiveViews(t.Context(), after, 4))(t)
			if len(views) == 0 {
				break
			}
			for _, v := range views {
				after = v.SLO.ID
				active = append(active, after)
			}
		}
		if len(active) != 10 || !slices.IsSorted(active) {
			t.Errorf("active are %v, want all ten by identifier", active)
		}
		states := must(s.SLO().StatesOf(t.Context(), []id.ID{a.ID, newID(), b.ID}))(t)
		for _, of := range states {
			slices.Sort(of)
		}
		same(t, states, map[id.ID][]budget.State{a.ID: {budget.NoData, budget.OK}, b.ID: {budget.NoData, budget.OK}})
		ok(t, s.SLO().ForgetRemaining(t.Context(), statuses[0].SLO)) // b/0, which has none
		ok(t, s.SLO().ForgetRemaining(t.Context(), statuses[3].SLO)) // b/3, which was the first
		same(t, list(slo.Filter{Order: slo.ByRemaining}, 3), []string{"b/1", "a/2", "a/4", "b/0", "b/2", "b/3", "b/4", "a/0", "a/1", "a/3"})
		got := must(s.SLO().StatesByTeam(t.Context(), Start))(t) // b/3 ended before
		want := []slo.TeamState{
			{Team: team.ID, State: budget.NoData, Count: 3}, {Team: team.ID, State: budget.OK, Count: 1},
			{Team: team.ID, State: budget.OK, Stale: true, Count: 1},
			{Team: other.ID, State: budget.NoData, Count: 3}, {Team: other.ID, State: budget.OK, Count: 2},
		}
		same(t, got, want) // teams sort by identifier, in the order of their making
	})
}
