package composite_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/composite"
	"github.com/evenkeel/evenkeel/services/slo/composite/formula"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// A tick of 50 composites of 20 members each, over 28 days of slots of a minute: a new slot
// of every member comes, and becomes 50 statuses. Beside it stand the first evaluation, which
// reads all 28 days, one slot that comes 20 days late, and what a status costs to read.
func BenchmarkCompositesOf20Members(b *testing.B) {
	for _, method := range formula.Methods {
		b.Run(string(method), func(b *testing.B) { benchmarkTick(b, method) })
	}
}

func benchmarkTick(b *testing.B, method formula.Method) {
	const composites, members, days = 50, 20, 28
	h := newHouse(b)
	var views []slo.View
	d := of(method)
	d.Members = nil
	if method.Slices() {
		d.SliceLength = time.Minute
	}
	err := h.store.InTx(h.ada, func(ctx context.Context) error {
		owner, err := h.store.Registry().ServiceBySlug(ctx, "checkout")
		if err != nil {
			return err
		}
		for i := range members {
			v, _, err := h.slos.Declare(ctx, owner.ID, slo.Declaration{Slug: fmt.Sprintf("slo-%02d", i), Objective: "99.9%", Category: slo.Availability, Resolution: time.Minute})
			if err != nil {
				return err
			}
			views = append(views, v)
			d.Members = append(d.Members, composite.MemberInput{Service: "checkout", SLO: v.SLO.Slug, Missing: formula.Missings[i%2]})
		}
		for i := range composites {
			d.Slug = fmt.Sprintf("whole-%02d", i)
			if _, _, err := h.Declare(ctx, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	push := func(from time.Time, slots int) {
		for _, v := range views {
			batch := measure.Batch{Indicator: v.Indicator.ID, Resolution: time.Minute}
			for k := range slots {
				batch.Slots = append(batch.Slots, measure.Slot{Start: from.Add(time.Duration(k) * time.Minute), Good: 999_000, Total: 1_000_000})
			}
			ok(h.measure.Push(b.Context(), []measure.Batch{batch}))(b)
		}
	}
	begin := h.clock.Now().Truncate(time.Minute).Add(-days * 24 * time.Hour)
	push(begin, days*24*60)
	ok(measure.NewFolder(h.store.Measure(), h.store, h.clock.Now, slog.New(slog.DiscardHandler)).FoldOnce(b.Context()))(b)
	system := access.WithCaller(b.Context(), access.System("evaluate-budgets"))
	run := func() time.Duration {
		began := time.Now()
		counts := ok(h.evaluator.RunOnce(system))(b)
		concluded := ok(h.ConcludeOnce(system, h.clock.Now()))(b)
		if counts["unreadable"] > 0 || concluded["composites"] != composites {
			b.Fatalf("%v %v", counts, concluded)
		}
		return time.Since(began)
	}
	report := func(of string, took time.Duration) {
		b.ReportMetric(float64(took.Microseconds())/1000, "ms-"+of)
	}
	h.clock.Advance(time.Second)
	first := run()
	var ticks time.Duration
	n := 0
	for b.Loop() {
		b.StopTimer()
		push(h.clock.Now().Truncate(time.Minute), 1)
		h.clock.Advance(time.Minute)
		b.StartTimer()
		ticks += run()
		n++
	}
	push(begin.Add(8*24*time.Hour), 1) // is the same again, and changes nothing
	ok(h.measure.Push(b.Context(), []measure.Batch{{Indicator: views[0].Indicator.ID, Resolution: time.Minute, Slots: []measure.Slot{{Start: begin.Add(8 * 24 * time.Hour), Good: 0, Total: 1_000_000}}}}))(b)
	h.clock.Advance(time.Second)
	began := time.Now()
	ok(h.evaluator.RunOnce(system))(b)
	late := time.Since(began)
	began = time.Now()
	v := ok(h.Find(h.bob, "whole-00"))(b)
	_ = v.Figures()
	read := time.Since(began)
	began = time.Now()
	ok(h.History(h.bob, v.Composite.ID, time.Time{}, time.Time{}, 0))(b)
	report("history", time.Since(began))
	report("first", first)
	report("tick", ticks/time.Duration(n))
	report("late", late)
	report("read", read)
	b.ReportMetric(float64(h.evaluator.Size())/1e6, "MB-timelines")
}

// What to evaluate of 50 composites of 20 members each is asked for at every tick: 20 SLOs
// have a correction each that comes every hour.
func BenchmarkSubjectsOfCompositesUnderCorrections(b *testing.B) {
	h := newHouse(b)
	owner := ok(h.store.Registry().ServiceBySlug(h.ada, "checkout"))(b)
	d := of(formula.Timeslices)
	d.Members = nil
	for i := range 20 {
		v, _, err := h.slos.Declare(h.ada, owner.ID, slo.Declaration{Slug: fmt.Sprintf("slo-%02d", i), Objective: "99.9%", Category: slo.Availability, Resolution: measure.FiveMinutes})
		if err != nil {
			b.Fatal(err)
		}
		d.Members = append(d.Members, composite.MemberInput{Service: "checkout", SLO: v.SLO.Slug})
		c := correction.Declaration{Effect: correction.Exclude, Kind: correction.Maintenance, Reason: "backups", Recurrence: &correction.RecurrenceInput{
			Start: start.AddDate(0, -2, 0).Format("2006-01-02T15:04"), Rule: "FREQ=HOURLY;INTERVAL=2", DurationSeconds: 300,
		}}
		ok(h.corrections.Declare(h.ada, v.SLO.ID, c))(b)
	}
	for i := range 50 {
		d.Slug = fmt.Sprintf("whole-%02d", i)
		h.declare(b, d)
	}
	ok(h.Subjects(h.ada))(b)
	for b.Loop() {
		ok(h.Subjects(h.ada))(b)
	}
}
