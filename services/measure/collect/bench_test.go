package collect_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// instant answers at once, with numbers that differ from slot to slot as real ones
// do: what is measured is Evenkeel, not a data source.
type instant struct{ key string }

func (i instant) Together(origin.Origin) string { return i.key }

func (instant) Read(_ context.Context, _ source.Source, asks []origin.Ask) []origin.Answer {
	out := make([]origin.Answer, len(asks))
	for i, ask := range asks {
		n := int(ask.To.Sub(ask.From) / ask.Resolution)
		out[i].Slots = make([]origin.GroupSlot, n)
		for k := range n {
			at := ask.From.Add(time.Duration(k) * ask.Resolution)
			total := 1000 + at.Unix()/60*7919%500
			out[i].Slots[k].Slot = measure.Slot{Start: at, Good: (total - at.Unix()/60%5) * 1000, Total: total * 1000}
		}
	}
	return out
}

// fleet writes so many SLOs in slots of a minute that are read from one source,
// of ten teams.
func (h *house) fleet(b *testing.B, n int, from source.Source) {
	b.Helper()
	for team := range 10 {
		service := h.service(fmt.Sprintf("team-%d", team))
		err := h.store.InTx(b.Context(), func(ctx context.Context) error {
			for i := range n / 10 {
				v := storetest.AnSLO(service.ID, fmt.Sprintf("slo-%d", i))
				v.Indicator.Resolution, v.Indicator.CreatedAt = time.Minute, start
				v.Indicator.Origin = origin.Origin{DataSource: from.ID, Adapter: &origin.Adapter{Indicator: v.SLO.Slug}}
				if err := h.store.SLO().CreateSLO(ctx, v); err != nil {
					return err
				}
				if err := h.Want(ctx, v.SLO.ID, v.Indicator.ID, start.Add(-28*24*time.Hour), start, start); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBackfill reads 28 days of minutes, 40,320 slots, of 100 SLOs.
func BenchmarkBackfill(b *testing.B) {
	for range b.N {
		b.StopTimer()
		h := newHouse(b)
		h.fleet(b, 100, h.source(newProgram(b, "prom")))
		h.parts.Readers = collect.Readers{source.Adapter: instant{}}
		b.StartTimer()
		slots := int64(0)
		for finished := int64(0); finished < 100; {
			counts := h.fill()
			finished += counts["finished"]
			slots += counts["slots"]
		}
		b.StopTimer()
		if slots != 100*(28*1440-4) {
			b.Fatalf("%d slots were stored", slots)
		}
		seconds := b.Elapsed().Seconds() / float64(b.N)
		b.ReportMetric(float64(slots)/seconds, "slots/s")
		b.ReportMetric(seconds/100*1000, "ms/SLO")
	}
}

// BenchmarkCollect is a round over 1,000 SLOs, each asked for by itself or all by
// one call.
func BenchmarkCollect(b *testing.B) {
	for name, key := range map[string]string{"alone": "", "together": "all"} {
		b.Run(name, func(b *testing.B) {
			h := newHouse(b)
			h.fleet(b, 1000, h.source(newProgram(b, "prom")))
			h.parts.Readers = collect.Readers{source.Adapter: instant{key}}
			h.collect()
			for b.Loop() {
				h.clock.Advance(time.Minute)
				if counts := h.collect(); counts["slots"] != 4000 {
					b.Fatalf("counts %v", counts)
				}
			}
		})
	}
}
