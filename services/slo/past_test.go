package slo_test

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
	"github.com/evenkeel/evenkeel/services/slo/correction"
	"github.com/evenkeel/evenkeel/services/slo/outage"
)

// kindsOfPast are SLOs of each way to count and to choose a window.
var kindsOfPast = map[string]func(d *slo.Declaration){
	"rolling":      func(d *slo.Declaration) {},
	"five-minutes": func(d *slo.Declaration) { d.Resolution, d.WindowDays, d.MinEvents = measure.FiveMinutes, 7, 40 },
	"berlin": func(d *slo.Declaration) {
		d.WindowDays, d.Calendar = 0, &slo.CalendarInput{Period: calendar.Month, TimeZone: "Europe/Berlin"}
	},
	"kolkata": func(d *slo.Declaration) {
		d.WindowDays, d.Calendar = 0, &slo.CalendarInput{Period: calendar.Day, TimeZone: "Asia/Kolkata"}
	},
	"further": func(d *slo.Declaration) {
		d.Further = []slo.GoalInput{{Name: "week", Objective: "90%", Calendar: &slo.CalendarInput{Period: calendar.Week}}, {Name: "days", Objective: "97%", WindowDays: 3}}
	},
	"slices": func(d *slo.Declaration) {
		d.WindowDays = 7
		d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "90%", SliceLength: 12 * time.Minute}
	},
	"ratios": func(d *slo.Declaration) {
		d.Budgeting = slo.BudgetingInput{Method: slo.RatioTimeslices, SliceLength: 4 * time.Minute}
	},
	missing: func(d *slo.Declaration) {
		d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "90%", SliceLength: time.Hour, Missing: lens.Bad}
	},
}

// missing counts slices of which nothing comes as bad ones: of the last of them it was not
// known at the time that nothing would.
const missing = "missing"

// What the past is said to have been is what conditions were told at the time, hour by hour,
// where nothing came late: SLOs of every kind, that are corrected each night, in outages,
// now and then stale. What is said of the present hour is what is told of it.
func TestThePastIsWhatWasToldAtTheTime(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(20261127, 1))
	h := newHouse(t)
	h.clock.Advance(59*time.Minute + 30*time.Second) // to the full hour
	outages, corrections := h.withOutages(t), h.corrected(t)
	var views []slo.View
	var ids []id.ID
	for _, slug := range slices.Sorted(maps.Keys(kindsOfPast)) {
		v := h.declared(t, func(d *slo.Declaration) {
			d.Slug = slug
			kindsOfPast[slug](d)
		})
		ok(corrections.Declare(h.ada, v.SLO.ID, correction.Declaration{
			Effect: correction.Effects[r.IntN(len(correction.Effects))], Kind: correction.Maintenance, Reason: "backups",
			Recurrence: &correction.RecurrenceInput{Start: "2026-11-20T02:10", TimeZone: "Europe/Berlin", Rule: "FREQ=DAILY", DurationSeconds: 3000},
		}))(t)
		views, ids = append(views, v), append(ids, v.SLO.ID)
	}
	began := h.clock.Now()
	told := map[time.Time]map[id.ID]fact.Set{}
	var lasts *outage.Outage
	seen := map[string]int{}
	for h.clock.Now().Before(began.AddDate(0, 0, 40)) {
		before := h.clock.Now()
		now := h.clock.Advance(time.Duration(1+r.IntN(100)) * time.Hour)
		var reports []slo.Report
		for _, v := range views {
			report := slo.Report{Name: name(v.SLO.Slug)}
			at := before
			if r.IntN(4) == 0 {
				at = at.Add(time.Duration(r.IntN(5)) * time.Hour)
			}
			for at.Before(now.Add(-time.Duration(r.IntN(4)/3) * 10 * time.Minute)) {
				total := float64(r.IntN(40))
				good := total
				if r.IntN(3) == 0 {
					good -= float64(r.IntN(int(total)+1) / 3)
				}
				report.Slots = append(report.Slots, slo.Slot{Start: at, Good: &good, Total: total})
				at = at.Add(time.Duration(1+r.IntN(24)) * v.Indicator.Resolution)
			}
			if good := 9.0; r.IntN(8) > 0 {
				if newest := now.Add(-v.Indicator.Resolution); len(report.Slots) == 0 || report.Slots[len(report.Slots)-1].Start.Before(newest) {
					report.Slots = append(report.Slots, slo.Slot{Start: newest, Good: &good, Total: 10})
				}
			}
			if len(report.Slots) > 0 {
				reports = append(reports, report)
			}
		}
		ok(h.PushMany(h.bot, reports))(t)
		if lasts == nil {
			o := ok(outages.Record(h.ada, h.checkout.ID, outage.Input{Class: []string{"network", "migration"}[r.IntN(2)], Begins: now}))(t)
			lasts = &o
		} else if r.IntN(3) == 0 {
			ok(outages.Change(h.ada, h.checkout.ID, lasts.ID, lasts.Version, outage.Input{Class: lasts.Class, Begins: lasts.Begins, Ends: &now}))(t)
			lasts = nil
		}
		h.evaluate(t, views[0])
		facts := ok(h.FactsOf(t.Context(), h.views(t, ids...)))(t)
		for _, v := range views {
			if facts[v.SLO.ID]["stale"] == true {
				delete(facts[v.SLO.ID], "state") // it is held from before
			}
		}
		told[now] = facts
		for i, p := range ok(h.Pasts(t.Context(), views, now.Add(-50*time.Hour), now, slo.PastFacts()))(t) {
			got := fact.Set{}
			if p.Facts(p.Hours()-1, got); !reflect.DeepEqual(got, facts[ids[i]]) {
				t.Fatalf("of %s the present hour, %s, is said to be\n%v, and is\n%v", p.SLO.Slug, now, got, facts[ids[i]])
			}
		}
	}
	compared := 0
	for i, p := range ok(h.Pasts(t.Context(), views, began, h.clock.Now(), slo.PastFacts()))(t) {
		for hour := range p.Hours() {
			then, known := told[p.At(hour)]
			if !known || p.SLO.Slug == missing {
				continue
			}
			got := fact.Set{}
			if p.Facts(hour, got); !reflect.DeepEqual(got, then[ids[i]]) {
				t.Fatalf("%s at %s is said to have been\n%v, and was\n%v", p.SLO.Slug, p.At(hour), got, then[ids[i]])
			}
			compared++
			seen[fmt.Sprint("stale ", got["stale"])]++
			seen[fmt.Sprint("state ", got["state"])]++
			if shares, _ := got["outageSharesQuarter"].(map[string]float64); shares["network"] > 0 {
				seen["share"]++
			}
			if planned, _ := got["planned"].(float64); planned > 0 {
				seen["planned"]++
			}
		}
	}
	for _, what := range []string{"stale true", "stale false", "state exhausted", "state at_risk", "state ok", "share", "planned"} {
		if seen[what] == 0 {
			t.Errorf("of %d hours none is %q: the test proves nothing of it (%v)", compared, what, seen)
		}
	}
}

// Worked by hand, in rationals. 100 events come each hour, of which 5 % may be bad; h hours
// ago so many were. A correction of 40 hours ago takes what was bad then out of it.
func TestWhatWasConsumedIsWorkedOutForEachHour(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.clock.Advance(59*time.Minute + 30*time.Second)
	v := h.declare(t, "availability", "95%")
	h.hourly(t, 60, map[int]float64{1400: 100, 700: 60, 40: 100, 30: 30, 10: 10})
	for d := range 60 { // the last minute of each hour had no events, which is known
		var slots []slo.Slot
		for hour := range 24 {
			slots = append(slots, h.at(time.Duration(d*24+hour)*time.Hour+time.Minute, 0, 0))
		}
		h.push(t, "availability", slots...)
	}
	now := h.clock.Now()
	from, to := now.Add(-40*time.Hour), now.Add(-39*time.Hour)
	ok(h.corrected(t).Declare(h.ada, v.SLO.ID, correction.Declaration{Effect: correction.Exclude, Kind: correction.Maintenance, Reason: "the disks", From: &from, To: &to}))(t)
	past := ok(h.Pasts(t.Context(), []slo.View{v}, now.Add(-1500*time.Hour), now, []string{"consumed", "events", "badEvents"}))(t)[0]
	// A window of 28 days is 672 hours, 67,200 events, of which 3,360 may be bad. What was
	// measured in the hour that began n hours ago is in the windows of n-1 to n-672 hours ago.
	for _, c := range []struct {
		ago         int
		bad, events int64
	}{
		{1439, 0, 100}, // the first hour that was measured
		{1400, 0, 4000},
		{1399, 100, 4100},
		{760, 100, 67_200},
		{729, 100, 67_200},
		{728, 100, 67_200}, // the last window with the first bad hour
		{727, 0, 67_200},
		{699, 60, 67_200},
		{39, 60, 67_100}, // the corrected hour is out of it
		{29, 90, 67_100},
		{28, 90, 67_100},
		{27, 30, 67_100}, // 700 hours ago is beyond it
		{9, 40, 67_100},
		{0, 40, 67_100},
	} {
		got := fact.Set{}
		past.Facts(1500-c.ago, got)
		consumed, _ := new(big.Rat).Quo(big.NewRat(c.bad*20, 1), big.NewRat(c.events, 1)).Float64()
		if got["events"] != float64(c.events) || got["badEvents"] != float64(c.bad) || got["consumed"] != consumed {
			t.Errorf("%d hours ago: %v, want %d bad of %d, %v consumed", c.ago, got, c.bad, c.events, consumed)
		}
	}
	got := fact.Set{"left": "over"}
	if past.Facts(1500-1440, got); !maps.Equal(got, fact.Set{"stale": true}) {
		t.Errorf("before anything was measured: %v", got)
	}
}

// A source of minutes that is read ten minutes late is stale once nothing came for twelve. Of
// one whose past is still being read nothing is known.
func TestThePastWaitsForADataSourceAsTheStatusDoes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.clock.Advance(59*time.Minute + 30*time.Second)
	late := h.prometheus(t, "prometheus-eu")
	late.Delay = 10 * time.Minute
	if err := h.store.Sources().UpdateSource(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	measurements := measure.New(h.store.Measure(), h.store, h.clock.Now)
	var views []slo.View
	var ids []id.ID
	declare := func(slug string, ended time.Duration) {
		t.Helper()
		v := h.declared(t, func(d *slo.Declaration) { d.Slug, d.Origin = slug, ratio("prometheus-eu") })
		ok(measurements.Push(t.Context(), []measure.Batch{{Indicator: v.Indicator.ID, Resolution: time.Minute, Slots: []measure.Slot{
			{Start: h.clock.Now().Add(-ended - time.Minute), Good: 99_000, Total: 100_000},
		}}}))(t)
		views, ids = append(views, v), append(ids, v.SLO.ID)
	}
	declare("in-time", 12*time.Minute)
	declare("stopped", 13*time.Minute)
	h.CollectWith(collect.NewService(h.store.Collect(), h.store.Sources(), measurements, h.store, access.NewAuthorizer(h.store.Access()), h.log, h.clock.Now))
	declare("being-read", 12*time.Minute)
	h.evaluate(t, views[0])
	told := ok(h.FactsOf(t.Context(), h.views(t, ids...)))(t)
	for i, p := range ok(h.Pasts(t.Context(), views, h.clock.Now(), h.clock.Now(), []string{"consumed"}))(t) {
		got := fact.Set{}
		p.Facts(0, got)
		filling := p.SLO.Slug == "being-read"
		if p.Filling != filling || filling && len(got) != 0 || got["consumed"] != told[ids[i]]["consumed"] || !filling && got["stale"] != told[ids[i]]["stale"] {
			t.Errorf("%s: %v, told is %v", p.SLO.Slug, got, told[ids[i]])
		}
	}
	if told[ids[0]]["consumed"] != 0.2 || told[ids[1]]["stale"] != true || told[ids[2]]["consumed"] != nil {
		t.Errorf("told is %v", told)
	}
}

// TestThePastOfWhatCannotBeReadIsNotKnown has one SLO of two broken.
func TestThePastOfWhatCannotBeReadIsNotKnown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	good, broken := h.declared(t, func(d *slo.Declaration) { d.Slug = "good" }), h.declared(t, func(d *slo.Declaration) { d.Slug = "broken" })
	h.corrected(t)
	for _, v := range []slo.View{good, broken} {
		h.push(t, v.SLO.Slug, h.at(2*time.Minute, 99, 100), h.at(time.Minute, 99, 100))
	}
	h.bend(t, broken)
	h.clock.Advance(time.Hour - 30*time.Second)
	for _, v := range []slo.View{good, broken} {
		h.push(t, v.SLO.Slug, h.at(time.Minute, 99, 100))
	}
	pasts := ok(h.Pasts(context.WithoutCancel(t.Context()), []slo.View{good, broken}, h.clock.Now().Add(-time.Hour), h.clock.Now(), []string{"consumed"}))(t)
	got := fact.Set{}
	if pasts[0].Facts(1, got); pasts[0].Unreadable || got["consumed"] == nil {
		t.Errorf("of the one that can be read: %v", got)
	}
	if pasts[1].Facts(1, got); !pasts[1].Unreadable || len(got) != 0 || pasts[1].Hours() != 2 {
		t.Errorf("of the one that cannot: %v", got)
	}
}
