package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/signals"
)

// AMapping is one of the service, with every form of every signal, that was not written.
func AMapping(service, from, slo id.ID) signals.Mapping {
	return signals.Mapping{
		ID: newID(), Service: service, CreatedAt: Start, UpdatedAt: Start, Version: 2,
		Map: signals.Map{
			Latency: &signals.LatencyMap{
				DataSource: from, Unit: signals.Millis, Quantiles: []signals.Quantile{signals.P50, signals.P99},
				Histogram: &signals.Histogram{Metric: "took", Successes: `path!~"/a\\d<&>"`, Failures: "x=\"ü\n\"", Native: true},
			},
			Traffic:    &signals.TrafficMap{SLO: slo},
			Errors:     &signals.ErrorsMap{DataSource: from, Failed: "failed", Total: "all"},
			Saturation: []signals.Resource{{Name: "cpu", DataSource: from, Query: "cpu"}, {Name: "memory", DataSource: from, Query: "memory"}},
		},
	}
}

func testSignals(t *testing.T, open opener) {
	each(t, open, "a mapping comes back as written and is changed conditionally", func(t *testing.T, s *store.Store) {
		g, service := s.Signals(), Service(t, s, Team(t, s, "payments").ID, "checkout")
		_, err := g.Mapping(t.Context(), service.ID)
		refused(t, err, fault.NotFound, "signal_mapping_not_found")
		m := AMapping(service.ID, newID(), newID())
		ok(t, g.CreateMapping(t.Context(), m))
		same(t, must(g.Mapping(t.Context(), service.ID))(t), m)

		m.Map = signals.Map{Latency: &signals.LatencyMap{DataSource: newID(), Unit: signals.Seconds, Queries: []signals.QuantileQuery{
			{Quantile: signals.P95, Outcome: signals.Failure, Query: "q"},
		}}}
		m.UpdatedAt = Start.Add(time.Hour)
		ok(t, g.UpdateMapping(t.Context(), m))
		refused(t, g.UpdateMapping(t.Context(), m), fault.Precondition, "version_mismatch")
		m.Version++
		same(t, must(g.Mapping(t.Context(), service.ID))(t), m)
		m.Map = signals.Map{}
		ok(t, g.UpdateMapping(t.Context(), m))
		m.Version++
		same(t, must(g.Mapping(t.Context(), service.ID))(t), m)
		m.ID = newID()
		refused(t, g.UpdateMapping(t.Context(), m), fault.NotFound, "signal_mapping_not_found")
	})

	each(t, open, "a service has one mapping", func(t *testing.T, s *store.Store) {
		g, team := s.Signals(), Team(t, s, "payments").ID
		one, other := Service(t, s, team, "one"), Service(t, s, team, "other")
		first := AMapping(one.ID, newID(), newID())
		ok(t, g.CreateMapping(t.Context(), first))
		ok(t, g.CreateMapping(t.Context(), AMapping(other.ID, newID(), newID())))
		refused(t, g.CreateMapping(t.Context(), AMapping(one.ID, newID(), newID())), fault.Precondition, "version_mismatch")
		same(t, must(g.Mapping(t.Context(), one.ID))(t), first)
		refused(t, g.CreateMapping(t.Context(), AMapping(newID(), newID(), newID())), fault.Conflict, "reference_missing")
	})
}
