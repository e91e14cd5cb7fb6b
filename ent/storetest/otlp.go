package storetest

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/otlp"
	"github.com/evenkeel/evenkeel/services/registry"
)

func testOTLP(t *testing.T, open opener) {
	aStream := func(indicator id.ID, name, root byte) otlp.Stream {
		return otlp.Stream{
			Key: otlp.Key{Indicator: indicator, Hash: otlp.Hash{15: name}}, Root: otlp.Hash{0: 0xff, 15: root},
			Start: Start.UnixNano(), Last: Start.UnixNano() + 1, Good: 1, Total: 9_000_000_000_000_000_001,
		}
	}
	received := func(t *testing.T, s *store.Store, service id.ID, slug string) otlp.Indicator {
		v := AnSLO(service, slug)
		v.Indicator.Origin = origin.Origin{GroupBy: "region", OTLP: &origin.OTLP{Metric: slug, Good: []origin.Match{{Attribute: "code", Op: origin.NotEqual, Value: "%'500"}}}}
		ok(t, s.SLO().CreateSLO(t.Context(), v))
		return otlp.Indicator{ID: v.Indicator.ID, Resolution: v.Indicator.Resolution, Origin: v.Indicator.Origin}
	}

	each(t, open, "indicators are found by who owns them", func(t *testing.T, s *store.Store) {
		o, payments, search := s.OTLP(), Team(t, s, "payments"), Team(t, s, "search")
		checkout, finder := Service(t, s, payments.ID, "checkout"), Service(t, s, search.ID, "finder")
		a, b := received(t, s, checkout.ID, "a"), received(t, s, finder.ID, "b")
		a.Team, b.Team = payments.ID, search.ID
		SLO(t, s, checkout.ID, "pushed")
		retired := AnSLO(checkout.ID, "retired")
		retired.Indicator.Origin, retired.SLO.RetiredAt = a.Origin, &Start
		ok(t, s.SLO().CreateSLO(t.Context(), retired))
		same(t, must(o.OTLPIndicators(t.Context(), []id.ID{payments.ID, newID()}, false))(t), []otlp.Indicator{a})
		same(t, must(o.OTLPIndicators(t.Context(), nil, false))(t), nil)
		same(t, must(o.OTLPIndicators(t.Context(), nil, true))(t), []otlp.Indicator{a, b})
		finder.RetiredAt = &Start
		ok(t, s.Registry().UpdateService(t.Context(), finder))
		same(t, must(o.OTLPIndicators(t.Context(), []id.ID{payments.ID, search.ID}, false))(t), []otlp.Indicator{a})

		ada := Person(t, s, "ada")
		same(t, must(o.TeamsOf(t.Context(), ada.ID))(t), nil)
		for _, team := range []registry.Team{search, payments} {
			ok(t, s.Registry().AddMember(t.Context(), registry.Member{Team: team.ID, Person: ada.ID, JoinedAt: Start}))
		}
		same(t, must(o.TeamsOf(t.Context(), ada.ID))(t), slices.Sorted(slices.Values([]id.ID{payments.ID, search.ID})))
	})

	each(t, open, "streams come back as written, by all their keys", func(t *testing.T, s *store.Store) {
		o, checkout := s.OTLP(), Service(t, s, Team(t, s, "payments").ID, "checkout")
		one, two := received(t, s, checkout.ID, "one").ID, received(t, s, checkout.ID, "two").ID
		a, b, c := aStream(one, 1, 1), aStream(one, 2, 1), aStream(two, 1, 1)
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
			ok(t, o.Lock(ctx, []id.ID{two, one, newID()}))
			return o.PutStreams(ctx, []otlp.Stream{a, b, c}, Start)
		}))
		b.Last, b.Good, b.Start = b.Last+60, 0, 0
		ok(t, o.PutStreams(t.Context(), []otlp.Stream{b}, Start.Add(time.Minute)))
		got := must(o.Streams(t.Context(), []otlp.Key{c.Key, b.Key, aStream(two, 2, 1).Key, a.Key}))(t)
		slices.SortFunc(got, func(x, y otlp.Stream) int {
			return cmp.Or(cmp.Compare(x.Indicator, y.Indicator), slices.Compare(x.Hash[:], y.Hash[:]))
		})
		same(t, got, []otlp.Stream{a, b, c})
		same(t, must(o.CountStreams(t.Context(), []id.ID{one, two, newID()}))(t), map[id.ID]int{one: 2, two: 1})
		refused(t, o.PutStreams(t.Context(), []otlp.Stream{aStream(newID(), 1, 1)}, Start), fault.Conflict, "reference_missing")
	})

	each(t, open, "a stream is forgotten when its root is", func(t *testing.T, s *store.Store) {
		o, checkout := s.OTLP(), Service(t, s, Team(t, s, "payments").ID, "checkout")
		one := received(t, s, checkout.ID, "one").ID
		child, root := aStream(one, 1, 9), aStream(one, 9, 9)
		root.Hash = child.Root
		alone := aStream(one, 2, 2)
		alone.Root = alone.Hash
		ok(t, o.PutStreams(t.Context(), []otlp.Stream{child, alone}, Start))
		ok(t, o.PutStreams(t.Context(), []otlp.Stream{root}, Start.Add(time.Hour)))
		for _, step := range []struct {
			before time.Duration
			limit  int
			want   int
		}{{0, 9, 0}, {time.Minute, 9, 1}, {time.Minute, 9, 0}, {time.Hour, 9, 0}, {time.Hour + time.Second, 1, 1}, {time.Hour + time.Second, 9, 1}} {
			same(t, must(o.PruneStreams(t.Context(), Start.Add(step.before), step.limit))(t), step.want)
		}
	})
}
