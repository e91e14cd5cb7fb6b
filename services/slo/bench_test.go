package slo_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// fleet declares that many SLOs, fifty to a service, and returns their names.
func fleet(b *testing.B, h *house, n int) []slo.Name {
	b.Helper()
	var names []slo.Name
	for len(names) < n {
		service := h.service(b, h.ada, "payments", fmt.Sprintf("service-%04d", len(names)/50))
		err := h.store.InTx(h.ada, func(ctx context.Context) error {
			for i := range 50 {
				d := valid()
				d.Slug = fmt.Sprintf("slo-%02d", i)
				if _, _, err := h.Declare(ctx, service.ID, d); err != nil {
					return err
				}
				names = append(names, slo.Name{Service: service.Slug, SLO: d.Slug})
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return names
}

// A tick: a push for 10,000 SLOs in requests of 500, and the changed segments to
// committed status.
func BenchmarkTenThousandSLOs(b *testing.B) {
	const n = 10_000
	h := newHouse(b)
	names := fleet(b, h, n)
	system := access.WithCaller(b.Context(), access.System("evaluate-budgets"))
	for b.Loop() {
		h.clock.Advance(time.Minute)
		began := time.Now()
		for at := 0; at < n; at += measure.MaxSeriesPerPush {
			reports := make([]slo.Report, 0, measure.MaxSeriesPerPush)
			for _, name := range names[at : at+measure.MaxSeriesPerPush] {
				reports = append(reports, slo.Report{Name: name, Slots: []slo.Slot{h.at(time.Minute, 999, 1000)}})
			}
			if _, err := h.PushMany(h.bot, reports); err != nil {
				b.Fatal(err)
			}
		}
		pushed := time.Now()
		if counts, err := h.evaluator.RunOnce(system); err != nil || counts["evaluated"] < n {
			b.Fatalf("evaluated %v: %v", counts, err)
		}
		b.ReportMetric(float64(pushed.Sub(began).Milliseconds()), "ms/push")
		b.ReportMetric(float64(time.Since(pushed).Milliseconds()), "ms/status")
	}
}

// A tick of a thousand SLOs of 28 days of which each has maintenance every night, beside
// what it costs to learn what is to be evaluated, which a tick does whatever has changed.
func BenchmarkAThousandSLOsThatAreCorrectedEveryNight(b *testing.B) {
	const slos = 1_000
	h := newHouse(b)
	corrections := h.corrected(b)
	for _, name := range fleet(b, h, slos) {
		v, _, err := h.Find(h.ada, name)
		if err != nil {
			b.Fatal(err)
		}
		_, err = corrections.Declare(h.ada, v.SLO.ID, correction.Declaration{
			Effect: correction.Exclude, Kind: correction.Maintenance, Reason: "backups",
			Recurrence: &correction.RecurrenceInput{Start: "2026-01-05T02:00", TimeZone: "Europe/Berlin", Rule: "FREQ=DAILY", DurationSeconds: 3600},
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	system := access.WithCaller(b.Context(), access.System("evaluate-budgets"))
	tick := func() {
		if counts, err := h.evaluator.RunOnce(system); err != nil || counts["evaluated"] != slos {
			b.Fatalf("evaluated %v: %v", counts, err)
		}
	}
	tick()
	var learning, ticks time.Duration
	n := 0
	for b.Loop() {
		h.clock.Advance(time.Minute)
		began := time.Now()
		if subjects, err := h.Subjects(system); err != nil || len(subjects) != slos {
			b.Fatalf("%d subjects: %v", len(subjects), err)
		}
		learned := time.Now()
		tick()
		learning, ticks, n = learning+learned.Sub(began), ticks+time.Since(learned), n+1
	}
	b.ReportMetric(float64(learning.Microseconds())/1000/float64(n), "ms/subjects")
	b.ReportMetric(float64(ticks.Microseconds())/1000/float64(n), "ms/tick")
}
