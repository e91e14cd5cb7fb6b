package report_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/report"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/outage"
)

// BenchmarkAMonthOfAThousandSLOs is how long a report of the organisation takes: 1,000 SLOs
// of 20 services, each with all slots of five minutes of February, two outages of each service.
func BenchmarkAMonthOfAThousandSLOs(b *testing.B) {
	const services, each, days = 20, 50, 28
	h := newHouse(b)
	begin := stamp(b, "2026-02-01T00:00:00Z")
	var indicators []slo.View
	for i := range services {
		s := ok(h.registry.CreateService(h.root, registry.ServiceInput{Slug: fmt.Sprintf("service-%02d", i), Team: "payments", Profile: registry.Profile{
			Name: "Service", Kind: registry.HTTP, Tier: 2, Lifecycle: registry.Production,
		}}))(b)
		for k := range each {
			d := objective("99.9%")
			d.Slug = fmt.Sprintf("objective-%02d", k)
			v, _, err := h.slos.Declare(h.root, s.ID, d)
			if err != nil {
				b.Fatal(err)
			}
			indicators = append(indicators, v)
		}
	}
	for n := range days {
		from := begin.AddDate(0, 0, n)
		h.until(b, from.Add(24*time.Hour).Format(time.RFC3339))
		for first := 0; first < len(indicators); first += 100 {
			var batches []measure.Batch
			for _, v := range indicators[first : first+100] {
				batch := measure.Batch{Indicator: v.Indicator.ID, Resolution: measure.FiveMinutes}
				for at := from; at.Before(from.AddDate(0, 0, 1)); at = at.Add(measure.FiveMinutes) {
					batch.Slots = append(batch.Slots, measure.Slot{Start: at, Good: 9_995 * measure.Event, Total: 10_000 * measure.Event})
				}
				batches = append(batches, batch)
			}
			ok(h.measure.Push(b.Context(), batches))(b)
		}
	}
	h.until(b, "2026-03-05T00:00:00Z")
	ok(measure.NewFolder(h.store.Measure(), h.store, h.clock.Now, slog.New(slog.DiscardHandler)).FoldOnce(access.WithCaller(b.Context(), access.System("prune"))))(b)
	for i := 0; i < len(indicators); i += each {
		for k, class := range []string{"launch", "network"} {
			from, to := begin.AddDate(0, 0, 5+k), begin.AddDate(0, 0, 5+k).Add(time.Hour)
			ok(h.outages.Record(h.root, indicators[i].SLO.Service, outage.Input{Class: class, Begins: from, Ends: &to}))(b)
		}
	}
	in := report.PreviewInput{ScopeInput: report.ScopeInput{Kind: report.OfOrganisation}, PeriodInput: report.PeriodInput{Name: "2026-02"}}
	for b.Loop() {
		c := ok(h.Preview(h.bob, in))(b)
		if len(c.SLOs) != services*each+1 || *c.SLOs[0].Total != days*288*10_000 {
			b.Fatalf("%d SLOs, the first %+v", len(c.SLOs), c.SLOs[0])
		}
	}
}
