package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/policy/supply"
)

func testSupply(t *testing.T, open opener) {
	each(t, open, "what people say of SLOs comes back as written, once for each name", func(t *testing.T, s *store.Store) {
		p := s.Supply()
		service := Service(t, s, Team(t, s, "payments").ID, "checkout")
		one, two := SLO(t, s, service.ID, "one").SLO.ID, SLO(t, s, service.ID, "two").SLO.ID
		f := supply.Fact{
			ID: newID(), SLO: one, Name: supply.IncidentShares, Value: supply.Value{Numbers: map[string]float64{"INC-1 „ü“": 0.2}}, Note: "\"нет\"\n<b>",
			Link: "https://example.org/1?a=b&c", At: Start, Until: Start.Add(time.Hour), By: "Ada", Person: newID(), Version: 2,
		}
		ok(t, p.CreateFact(t.Context(), f))
		same(t, must(p.Said(t.Context(), []id.ID{one, two, newID()}))(t), map[id.ID][]supply.Fact{one: {f}, two: nil})
		again := f
		again.ID = newID()
		refused(t, p.CreateFact(t.Context(), again), fault.Precondition, "version_mismatch")
		f.Value, f.Until = supply.Value{Text: supply.Unclassified}, Start
		ok(t, p.UpdateFact(t.Context(), f))
		refused(t, p.UpdateFact(t.Context(), f), fault.Precondition, "version_mismatch")
		f.Version = 3
		same(t, must(p.Said(t.Context(), []id.ID{one}))(t)[one], []supply.Fact{f})
		f.ID = newID()
		refused(t, p.UpdateFact(t.Context(), f), fault.NotFound, "supplied_fact_not_found")
		f.SLO = newID()
		refused(t, p.CreateFact(t.Context(), f), fault.Conflict, "reference_missing")
	})
}
