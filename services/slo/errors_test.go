package slo_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/correction"
	"github.com/evenkeel/evenkeel/services/slo/outage"
)

// withOutages has errors told by the outages that the team records.
func (h *house) withOutages(t testing.TB) *outage.Service {
	t.Helper()
	o := outage.NewService(outage.Parts{
		Store: h.store.Outages(), Registry: h.store.Registry(), Runner: h.store,
		Authorizer: access.NewAuthorizer(h.store.Access()), Recorder: h.log, Clock: h.clock.Now,
	})
	h.OutagesWith(o)
	return o
}

// outage records one of the checkout, from so long ago until so long ago, 0 while it lasts.
func (h *house) outage(t testing.TB, o *outage.Service, class string, from, to time.Duration) {
	t.Helper()
	now := h.clock.Now().Truncate(time.Minute)
	in := outage.Input{Class: class, Begins: now.Add(-from)}
	if to != 0 {
		end := now.Add(-to)
		in.Ends = &end
	}
	ok(o.Record(h.ada, h.checkout.ID, in))(t)
}

// parts writes what is bad of each part, measured and corrected, and its share of the budget.
func parts(of []slo.ErrorPart) []string {
	var out []string
	for _, p := range of {
		share := "unknown"
		if p.Share != nil {
			share = fmt.Sprintf("%.4f", *p.Share)
		}
		out = append(out, fmt.Sprintf("%s %d %d %s", p.Name, p.Raw.Bad()/1000, p.Sum.Bad()/1000, share))
	}
	return out
}

// Worked by hand. Ten days of 100 events an hour are 24,000, of which 5 % = 1,200 may be bad;
// of the quarter, of which 53.5 of 92 days are over, 1,200 · 92 ÷ 53.5 = 2,063.55. Bad were
// 60 and 40 in the hours that began 50 and 49 hours ago, 100 in that 30 hours ago, which is
// corrected, and 20 in that 10 hours ago. The corrected 23,900 events may have 1,195 bad ones,
// 2,054.95 in the quarter.
func TestErrorsAreToldByClassOfOutage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	outages := h.withOutages(t)
	v := h.declare(t, "availability", "95%")
	h.hourly(t, 10, map[int]float64{50: 60, 49: 40, 30: 100, 10: 20})
	h.push(t, "availability", h.at(time.Minute, 0, 0))
	from := h.clock.Now().Truncate(time.Hour).Add(-30 * time.Hour)
	to := from.Add(time.Minute)
	d := correction.Declaration{Effect: correction.Exclude, Kind: correction.Maintenance, Reason: "the disks", From: &from, To: &to}
	ok(h.corrected(t).Declare(h.ada, v.SLO.ID, d))(t)
	// Two that overlap are one; the second class has a part of the first and what is corrected.
	h.outage(t, outages, "network", 50*time.Hour, 49*time.Hour+30*time.Minute)
	h.outage(t, outages, "network", 50*time.Hour-20*time.Second, 48*time.Hour)
	h.outage(t, outages, "deploy", 49*time.Hour+10*time.Second, 49*time.Hour-20*time.Second) // outward to whole slots
	h.outage(t, outages, "deploy", 30*time.Hour, 29*time.Hour)
	h.outage(t, outages, "quiet", 5*time.Hour, 0)
	// What was planned twice is planned once.
	h.outage(t, outages, "migration", 49*time.Hour, 48*time.Hour)
	h.outage(t, outages, "experiment", 49*time.Hour, 48*time.Hour)
	v = h.evaluate(t, v)
	got := ok(h.Errors(h.bob, v.SLO.ID))(t)
	if len(got) != 2 || got[0].Period != slo.FourWeeks || got[1].Period != slo.Quarter || !got[1].From.Equal(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)) || !got[1].To.Equal(v.Status.End) {
		t.Fatalf("%+v", got)
	}
	if got[0].Whole.Sum != v.Status.Sums.Policy || got[0].Whole.Raw != (window.Sum{Good: 23_780_000, Total: 24_000_000}) {
		t.Errorf("the whole is %+v, the status has %+v", got[0].Whole, v.Status.Sums.Policy)
	}
	for i, want := range [][]string{
		// 40 ÷ 1,195, 100 ÷ 1,195, 20 ÷ 1,195 and 120 ÷ 1,195
		{"deploy 140 40 0.0335", "experiment 40 40 0.0335", "migration 40 40 0.0335", "network 100 100 0.0837", "quiet 0 0 0.0000", " 20 20 0.0167", " 220 120 0.1004", " 40 40 0.0335", " 180 80 0.0669"},
		// 40 ÷ 2,054.95 and so on
		{"deploy 140 40 0.0195", "experiment 40 40 0.0195", "migration 40 40 0.0195", "network 100 100 0.0487", "quiet 0 0 0.0000", " 20 20 0.0097", " 220 120 0.0584", " 40 40 0.0195", " 180 80 0.0389"},
	} {
		if told := parts(append(slices.Clone(got[i].Classes), got[i].Unclassified, got[i].Whole, got[i].Planned, got[i].Unplanned)); !slices.Equal(told, want) {
			t.Errorf("of %s %q, want %q", got[i].Period, told, want)
		}
	}
	facts := ok(h.FactsOf(t.Context(), h.views(t, v.SLO.ID)))(t)[v.SLO.ID]
	if math.Abs(facts["planned"].(float64)-40.0/1195) > 1e-12 || math.Abs(facts["unplanned"].(float64)-80.0/1195) > 1e-12 {
		t.Errorf("as facts: planned %v, unplanned %v", facts["planned"], facts["unplanned"])
	}
}

// At 95 % of 240 events 12 may be bad: 10 are in eu, 1 in us, 2 in none.
func TestErrorsAreToldByGroupAndAddUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declareGrouped(t, "by-region", 0)
	h.push(t, "by-region", h.of("eu", h.at(time.Minute, 90, 100)), h.of("us", h.at(time.Minute, 99, 100)), h.at(time.Minute, 38, 40))
	v = h.evaluate(t, v)
	got := ok(h.Errors(h.bob, v.SLO.ID))(t)[0]
	if want := []string{"eu 10 10 0.8333", "us 1 1 0.0833", measure.None + " 2 2 0.1667"}; !slices.Equal(parts(got.Groups), want) {
		t.Errorf("%q, want %q", parts(got.Groups), want)
	}
	if !slices.Equal(parts([]slo.ErrorPart{got.Unclassified, got.Whole}), []string{" 13 13 1.0833", " 13 13 1.0833"}) {
		t.Errorf("all %q", parts([]slo.ErrorPart{got.Unclassified, got.Whole}))
	}
	facts := ok(h.FactsOf(t.Context(), h.views(t, v.SLO.ID)))(t)[v.SLO.ID]["groupShares"].(map[string]float64)
	if len(facts) != 3 || math.Abs(facts["eu"]-10.0/12) > 1e-12 {
		t.Errorf("as a fact %v", facts)
	}
}

// known are the names of a set, sorted.
func known(s fact.Set) []string { return slices.Sorted(maps.Keys(s)) }

func TestAFactThatIsNotKnownIsAbsent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	outages := h.withOutages(t)
	v := h.declared(t, func(d *slo.Declaration) { d.MinEvents = 100 })
	of := func() fact.Set {
		t.Helper()
		return ok(h.FactsOf(t.Context(), h.views(t, v.SLO.ID, "nobody's")))(t)[v.SLO.ID]
	}
	all := []string{"badEvents", "burn", "consumed", "events", "outageShares", "outageSharesQuarter", "planned", "remaining", "stale", "state", "unplanned"}
	stages := []struct {
		what string
		do   func()
		want []string
	}{
		{"never evaluated", func() {}, nil},
		{"never measured", func() { h.evaluate(t, v) }, []string{"stale", "state"}},
		{"too few events", func() { h.push(t, "availability", h.at(time.Minute, 98, 99)); h.evaluate(t, v) }, []string{"badEvents", "events", "outageShares", "outageSharesQuarter", "stale", "state"}},
		{"too few events in an outage", func() { h.outage(t, outages, "network", time.Hour, 0) }, []string{"badEvents", "events", "stale", "state"}},
		{"enough", func() { h.push(t, "availability", h.at(2*time.Minute, 100, 101)); h.evaluate(t, v) }, all},
		{"stale", func() { h.clock.Advance(time.Hour); h.evaluate(t, v) }, []string{"stale", "state"}},
	}
	for _, stage := range stages {
		stage.do()
		if got := known(of()); !slices.Equal(got, stage.want) {
			t.Errorf("%s: %q, want %q", stage.what, got, stage.want)
		}
		if stage.what == "enough" {
			// 2 of 200 are bad, and 10 may be: all in the outage.
			got := of()
			if got["consumed"] != 0.2 || got["remaining"] != 0.8 || got["events"] != 200.0 || got["badEvents"] != 2.0 || got["state"] != "ok" || got["stale"] != false ||
				got["outageShares"].(map[string]float64)["network"] != 0.2 || math.Abs(got["burn"].(map[string]float64)["1h"]-0.2) > 1e-12 {
				t.Errorf("%v", got)
			}
			if _, err := fact.NewBook[slo.View](h.Service).FactsOf(t.Context(), h.views(t, v.SLO.ID)); err != nil {
				t.Error(err)
			}
		}
	}
}

// Fifty of them are of a service with an outage, of which what was measured is read.
func BenchmarkFactsOfTenThousandSLOs(b *testing.B) {
	const n = 10_000
	h := newHouse(b)
	o := h.withOutages(b)
	names := fleet(b, h, n)
	ids := make([]id.ID, 0, n)
	for r := id.ID(""); len(ids) < n; {
		views := ok(h.store.SLO().ActiveViews(b.Context(), r, 500))(b)
		for _, v := range views {
			ids = append(ids, v.SLO.ID)
		}
		r = ids[len(ids)-1]
	}
	for at := 0; at < n; at += 500 {
		reports := make([]slo.Report, 0, 500)
		for _, name := range names[at : at+500] {
			reports = append(reports, slo.Report{Name: name, Slots: []slo.Slot{h.at(time.Minute, 999, 1000)}})
		}
		if _, err := h.PushMany(h.bot, reports); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := h.evaluator.RunOnce(access.WithCaller(b.Context(), access.System("evaluate-budgets"))); err != nil {
		b.Fatal(err)
	}
	owner := ok(h.store.Registry().ServiceBySlug(b.Context(), "service-0007"))(b)
	ok(o.Record(context.WithoutCancel(h.ada), owner.ID, outage.Input{Class: "network", Begins: h.clock.Now().Add(-time.Hour)}))(b)
	for b.Loop() {
		if facts := ok(h.FactsOf(b.Context(), h.views(b, ids...)))(b); len(facts) != n || facts[ids[0]]["consumed"] == nil {
			b.Fatalf("%d facts, %v", len(facts), facts[ids[0]])
		}
	}
}
