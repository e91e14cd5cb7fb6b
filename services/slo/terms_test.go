package slo_test

import (
	"context"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// declared makes an SLO of the checkout that is the valid one but for the change.
func (h *house) declared(t *testing.T, change func(d *slo.Declaration)) slo.View {
	t.Helper()
	d := valid()
	change(&d)
	v, _, err := h.Declare(h.ada, h.checkout.ID, d)
	return ok(v, err)(t)
}

// The worked example of the design's reference on SLOs: T = 95 %, ten slices, slice
// target 95 %: Timeslices 60 %, 800 % of the budget burned; RatioTimeslices 91.571 %,
// 168.571 %.
func TestTheWorkedExampleGoesTheWholeWayByEachMethod(t *testing.T) {
	t.Parallel()
	good := []float64{2, 10, 12, 13, 13, 12, 13, 13, 12, 11}
	total := []float64{4, 10, 12, 13, 14, 15, 14, 13, 12, 11}
	for _, c := range []struct {
		budgeting   slo.BudgetingInput
		sli, burned string
	}{
		{slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "95%"}, "60.000", "800.000"},
		{slo.BudgetingInput{Method: slo.RatioTimeslices}, "91.571", "168.571"},
	} {
		h := newHouse(t)
		v := h.declared(t, func(d *slo.Declaration) { d.Budgeting = c.budgeting })
		var slots []slo.Slot
		for i := range good {
			slots = append(slots, h.at(time.Duration(len(good)-i)*time.Minute, good[i], total[i]))
		}
		h.push(t, "availability", slots...)
		v = h.evaluate(t, v)
		sli, _ := budget.SLI(v.Status.Sums.Window)
		burned, _ := budget.Consumed(v.Status.Sums.Policy, v.Revision.Objective, budget.Pace{})
		if sli.Percent(3) != c.sli || burned.Percent(3) != c.burned || v.Status.State != budget.Exhausted {
			t.Errorf("%s: SLI %s %%, burned %s %%, %s", c.budgeting.Method, sli.Percent(3), burned.Percent(3), v.Status.State)
		}
		if f := v.Figures(); budget.Events(f.Window.Sum.Total, f.Window.Unit) != 10 || *f.Window.Allowed != 0.5 {
			t.Errorf("%s: %+v, want half a slice allowed of ten", c.budgeting.Method, f.Window)
		}
		history := ok(h.History(h.bob, v.SLO.ID, "", start.Add(-time.Hour), time.Time{}, 5*time.Minute))(t)
		if last := history.Points[len(history.Points)-1]; last.Sum != v.Status.Sums.Window {
			t.Errorf("%s: the history ends with %+v, the status has %+v", c.budgeting.Method, last.Sum, v.Status.Sums.Window)
		}
		// By five minutes before, five of the slices had been.
		if middle := history.Points[len(history.Points)-2]; budget.Events(middle.Sum.Total, history.Unit) != 5 {
			t.Errorf("%s: five minutes before there were %+v", c.budgeting.Method, middle.Sum)
		}
	}
}

// Of a slice that nobody measured the SLO says what it counts as. Twelve minutes have
// been, of which two were measured and the two last are not missing yet: eight are.
func TestMissingSlicesCountAsTheSLOSays(t *testing.T) {
	t.Parallel()
	for missing, want := range map[lens.Missing]window.Sum{
		lens.Ignored: {Good: 1000, Total: 2000}, lens.Good: {Good: 9000, Total: 10_000}, lens.Bad: {Good: 1000, Total: 10_000},
	} {
		h := newHouse(t)
		v := h.declared(t, func(d *slo.Declaration) {
			d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "50%", Missing: missing}
		})
		h.push(t, "availability", h.at(12*time.Minute, 5, 10), h.at(11*time.Minute, 4, 10))
		if v = h.evaluate(t, v); v.Status.Sums.Window != want {
			t.Errorf("missing ones %s: %+v, want %+v", missing, v.Status.Sums.Window, want)
		}
	}
}

// November 2026 began in Berlin on 31 October at 23:00 UTC: at noon of the 23rd 541 of its
// 720 hours are over. Of 1,000 events so far 10 were bad; at that pace there are 1,330.87
// in all, of which 5 % may be bad: 66.54. 15.03 % of that is burned, and of the budget of
// the events so far 20 %.
func TestTheBudgetOfACalendarsWindowIsOfTheWholeOfIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declared(t, func(d *slo.Declaration) {
		d.WindowDays, d.Calendar = 0, &slo.CalendarInput{Period: calendar.Month, TimeZone: "Europe/Berlin"}
	})
	h.push(t, "availability", h.at(time.Minute, 490, 500), h.at(541*time.Hour, 500, 500), h.at(541*time.Hour+time.Minute, 0, 999))
	v = h.evaluate(t, v)
	w := v.Figures().Window
	if w.Sum != (window.Sum{Good: 990_000, Total: 1_000_000}) || w.Pace != (budget.Pace{Elapsed: 541 * time.Hour, Whole: 720 * time.Hour}) {
		t.Fatalf("the window is %+v", w)
	}
	for what, c := range map[string]struct {
		got  *float64
		want *big.Rat
	}{
		"allowed": {w.Allowed, big.NewRat(50*720, 541)}, "consumed": {w.Consumed, big.NewRat(10, 1)},
		"burned": {w.ConsumedRatio, big.NewRat(10*541, 50*720)}, "burned so far": {w.SoFarRatio, big.NewRat(1, 5)},
		"remaining": {w.RemainingRatio, big.NewRat(50*720-10*541, 50*720)},
	} {
		if want, _ := c.want.Float64(); *c.got != want {
			t.Errorf("%s is %v, want %v", what, *c.got, want)
		}
	}
	history := ok(h.History(h.bob, v.SLO.ID, "", start.AddDate(0, 0, -25), time.Time{}, 6*time.Hour))(t)
	for _, p := range history.Points {
		var want int64
		switch {
		case p.End.Equal(v.Status.End):
			want = 1_000_000
		case p.End.After(time.Date(2026, 10, 31, 23, 0, 0, 0, time.UTC)):
			want = 500_000
		case p.End.After(time.Date(2026, 10, 31, 22, 59, 0, 0, time.UTC)):
			want = 999_000
		}
		if p.Sum.Total != want {
			t.Errorf("at %s the window had %d thousandths, want %d", p.End, p.Sum.Total, want)
		}
	}

	// In December, the window of November is gone, and nothing is in that of December yet.
	h.clock.Advance(time.Date(2026, 11, 30, 23, 0, 30, 0, time.UTC).Sub(start))
	if v = h.evaluate(t, v); v.Status.Sums.Window.Total != 1_000_000 || v.Figures().Window.Pace.Projected() {
		t.Errorf("at its end November's window has %+v", v.Figures().Window)
	}
	h.clock.Advance(time.Minute)
	if v = h.evaluate(t, v); v.Status.Sums.Window != (window.Sum{}) || v.Length() != 744*time.Hour {
		t.Errorf("December's begins with %+v of %s", v.Status.Sums.Window, v.Length())
	}
}

// 50 bad of 1,000 within the last minute: the first objective allows 100 of them, the
// further one of a day 10.
func TestTheStateIsTheWorstOfAllObjectives(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declared(t, func(d *slo.Declaration) {
		d.Objective = "90%"
		d.Further = []slo.GoalInput{
			{Name: "day", Objective: "99%", WindowDays: 1},
			{Name: "year", Objective: "50%", Calendar: &slo.CalendarInput{Period: calendar.Year}},
		}
	})
	h.push(t, "availability", h.at(time.Minute, 950, 1000))
	v = h.evaluate(t, v)
	if v.Status.State != budget.Exhausted || *v.Status.RemainingPPB != -4_000_000_000 {
		t.Errorf("the status is %+v", v.Status)
	}
	if own := v.Figures().Window; *own.RemainingRatio != 0.5 {
		t.Errorf("the first objective has %v left", *own.RemainingRatio)
	}
	if e := v.Explain(); e.State != budget.Exhausted || !strings.HasPrefix(e.Because, `the further objective "day"`) || !strings.Contains(e.Because, "nothing of it remains") {
		t.Errorf("it is %s, because %s", e.State, e.Because)
	}
	standings := v.Standings()
	if len(standings) != 2 || standings[0].State != budget.Exhausted || *standings[0].Account.RemainingRatio != -4 ||
		standings[1].State == budget.Exhausted || standings[1].Account.Sum != (window.Sum{Good: 950_000, Total: 1_000_000}) {
		t.Errorf("the further objectives stand at %+v", standings)
	}
	// Half of the first budget is left, and at the day's burn of 0.5 that lasts one window.
	if goal, first := v.WorseGoal(); goal == nil || goal.Name != "day" || first != budget.AtRisk {
		t.Errorf("the first is %s, and the state comes from %+v", first, goal)
	}
	d := v.Declared()
	d.Further = d.Further[1:]
	revised, _, err := h.Revise(h.ada, v.SLO.ID, v.SLO.Version, d)
	if v = ok(revised, err)(t); v.Revision.Number != 2 || len(v.Revision.Further) != 1 {
		t.Errorf("revised to %+v", v.Revision)
	}
	if v = h.evaluate(t, v); v.Status.State == budget.Exhausted || len(v.Status.Further) != 1 {
		t.Errorf("without the objective of a day the status is %+v", v.Status)
	}
	if goal, _ := v.WorseGoal(); goal != nil {
		t.Errorf("the state of the first comes from %+v", goal)
	}
}

func TestWindowsBudgetingAndFurtherObjectivesAreChecked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		change  func(d *slo.Declaration)
		pointer string
	}{
		"both windows": {func(d *slo.Declaration) { d.Calendar = &slo.CalendarInput{Period: calendar.Month} }, "/windowDays"},
		"no such unit": {func(d *slo.Declaration) { d.WindowDays, d.Calendar = 0, &slo.CalendarInput{Period: "decade"} }, "/calendar/period"},
		"no such zone": {func(d *slo.Declaration) {
			d.WindowDays, d.Calendar = 0, &slo.CalendarInput{Period: calendar.Month, TimeZone: "Berlin"}
		}, "/calendar/timeZone"},
		"no date": {func(d *slo.Declaration) {
			d.WindowDays, d.Calendar = 0, &slo.CalendarInput{Period: calendar.Month, StartDate: "2026-02-30"}
		}, "/calendar/startDate"},
		"no method":       {func(d *slo.Declaration) { d.Budgeting.Method = "vibes" }, "/budgeting/method"},
		"no slice target": {func(d *slo.Declaration) { d.Budgeting.Method = slo.Timeslices }, "/budgeting/sliceTarget"},
		"a target of 0":   {func(d *slo.Declaration) { d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "0%"} }, "/budgeting/sliceTarget"},
		"a needless one": {func(d *slo.Declaration) {
			d.Budgeting = slo.BudgetingInput{Method: slo.RatioTimeslices, SliceTarget: "9%"}
		}, "/budgeting/sliceTarget"},
		"seven minutes": {func(d *slo.Declaration) {
			d.Budgeting = slo.BudgetingInput{Method: slo.RatioTimeslices, SliceLength: 7 * time.Minute}
		}, "/budgeting/sliceSeconds"},
		"within a slot": {func(d *slo.Declaration) {
			d.Resolution, d.Budgeting = measure.FiveMinutes, slo.BudgetingInput{Method: slo.RatioTimeslices, SliceLength: time.Minute}
		}, "/budgeting/sliceSeconds"},
		"slices of events": {func(d *slo.Declaration) { d.Budgeting = slo.BudgetingInput{Method: slo.Occurrences, Missing: lens.Bad} }, "/budgeting/missing"},
		"sure of shares":   {func(d *slo.Declaration) { d.Confidence, d.Budgeting.Method = "95%", slo.RatioTimeslices }, "/confidence"},
		"the same name": {func(d *slo.Declaration) {
			d.Further = []slo.GoalInput{{Name: "a", Objective: "9%"}, {Name: "a", Objective: "9%"}}
		}, "/furtherObjectives/1/name"},
		"100 %":     {func(d *slo.Declaration) { d.Further = []slo.GoalInput{{Name: "a", Objective: "100%"}} }, "/furtherObjectives/0/objective"},
		"91 days":   {func(d *slo.Declaration) { d.Further = []slo.GoalInput{{Name: "a", Objective: "9%", WindowDays: 91}} }, "/furtherObjectives/0/windowDays"},
		"five more": {func(d *slo.Declaration) { d.Further = make([]slo.GoalInput, 5) }, "/furtherObjectives"},
	} {
		d := valid()
		c.change(&d)
		_, _, err := h.Declare(h.ada, h.checkout.ID, d)
		f := fault.As(err)
		if f == nil || f.Kind != fault.Invalid || f.Violations[0].Pointer != c.pointer {
			t.Errorf("%s: %v, want a fault at %s", name, err, c.pointer)
		}
	}
}

// corrected has the house's SLOs seen with corrections.
func (h *house) corrected(t testing.TB) *correction.Service {
	t.Helper()
	c := correction.NewService(correction.Parts{
		Store: h.store.Corrections(), Registry: h.store.Registry(), SLOs: h.store.SLO(), Measurements: measure.New(h.store.Measure(), h.store, h.clock.Now),
		Runner: h.store, Authorizer: access.NewAuthorizer(h.store.Access()), Recorder: h.log, Clock: h.clock.Now,
	})
	h.CorrectWith(c)
	return c
}

func TestACorrectionCountsUntilItIsRemovedAndThenNeverDid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	corrections := h.corrected(t)
	v := h.declare(t, "availability", "95%")
	h.push(t, "availability", h.at(20*24*time.Hour, 0, 100), h.at(time.Hour, 99, 100), h.at(time.Minute, 100, 100))
	before := h.evaluate(t, v)
	if before.Status.State != budget.Exhausted || before.Status.Raw != nil {
		t.Fatalf("before it the status is %+v", before.Status)
	}
	from := start.Truncate(time.Minute).Add(-20 * 24 * time.Hour)
	to := from.Add(time.Second) // of a slot, all of it
	declare := func(ctx context.Context, effect correction.Effect) correction.Correction {
		c, err := corrections.Declare(ctx, v.SLO.ID, correction.Declaration{Effect: effect, From: &from, To: &to, Kind: correction.Maintenance, Reason: "The disks were exchanged."})
		return ok(c, err)(t)
	}
	excluded := declare(h.ada, correction.Exclude)
	during := h.evaluate(t, v)
	if want := (window.Sum{Good: 199_000, Total: 200_000}); during.Status.Sums.Window != want || during.Status.State != budget.OK || *during.Status.Raw != before.Status.Sums.Window {
		t.Errorf("with it excluded the status is %+v", during.Status)
	}
	good := declare(h.ada, correction.CountGood)
	if both := h.evaluate(t, v); both.Status.Sums != during.Status.Sums {
		t.Errorf("under both the sums are %+v", both.Status.Sums)
	}
	ok(corrections.Remove(h.ada, excluded.ID, "It was not."))(t)
	alone := h.evaluate(t, v)
	if want := (window.Sum{Good: 299_000, Total: 300_000}); alone.Status.Sums.Window != want {
		t.Errorf("counted as good the status is %+v", alone.Status)
	}
	if history := ok(h.History(h.bob, v.SLO.ID, "", time.Time{}, time.Time{}, 0))(t); history.Points[len(history.Points)-1].Sum != alone.Status.Sums.Window {
		t.Errorf("the history ends with %+v", history.Points[len(history.Points)-1])
	}
	ok(corrections.Remove(h.ada, good.ID, "It was not."))(t)
	after := h.evaluate(t, v)
	if after.Status.Sums != before.Status.Sums || after.Status.State != before.Status.State || after.Status.Raw != nil {
		t.Errorf("after it the status is %+v, and was %+v", after.Status, before.Status)
	}
}

// Another replica has a service of its own over the same database.
func TestACorrectionThatAnotherReplicaDeclaresOrRemovesCountsAtTheNextTick(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.corrected(t)
	v := h.declare(t, "availability", "95%")
	h.push(t, "availability", h.at(2*24*time.Hour, 0, 100), h.at(time.Minute, 100, 100))
	before := h.evaluate(t, v)
	from := start.Truncate(time.Minute).Add(-2 * 24 * time.Hour)
	to := from.Add(time.Minute)
	other := correction.NewService(correction.Parts{
		Store: h.store.Corrections(), Registry: h.store.Registry(), SLOs: h.store.SLO(), Measurements: measure.New(h.store.Measure(), h.store, h.clock.Now),
		Runner: h.store, Authorizer: access.NewAuthorizer(h.store.Access()), Recorder: h.log, Clock: h.clock.Now,
	})
	c := ok(other.Declare(h.ada, v.SLO.ID, correction.Declaration{Effect: correction.Exclude, From: &from, To: &to, Kind: correction.Maintenance, Reason: "The disks were exchanged."}))(t)
	if during := h.evaluate(t, v); during.Status.Sums.Window != (window.Sum{Good: 100_000, Total: 100_000}) {
		t.Errorf("with it the sums are %+v", during.Status.Sums.Window)
	}
	ok(other.Remove(h.ada, c.ID, "It was not."))(t)
	if after := h.evaluate(t, v); after.Status.Sums != before.Status.Sums {
		t.Errorf("without it the sums are %+v, and were %+v", after.Status.Sums, before.Status.Sums)
	}
}

// bend gives the SLO a correction that cannot be read: a zone may be gone from the machine's
// database.
func (h *house) bend(t *testing.T, v slo.View) {
	t.Helper()
	again := ok(correction.ReadRecurrence("2026-11-20T02:00", "Europe/Berlin", "FREQ=DAILY", 3600))(t)
	again.Zone = "Mars/Olympus"
	err := h.store.Corrections().CreateCorrection(t.Context(), correction.Correction{
		ID: id.New(start), SLO: v.SLO.ID, Effect: correction.Exclude, Kind: correction.Other, Reason: "r", Begins: start.AddDate(0, 0, -3), Recurrence: &again,
		CreatedAt: start, CreatedBy: "Ada", ApprovedAt: start, ApprovedBy: "Ada",
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Of an SLO whose correction cannot be read it is not known what outages took of its budget,
// nor how it is to be thinned; of others it is.
func TestACorrectionThatCannotBeReadLeavesOtherSLOsKnown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.corrected(t)
	outages := h.withOutages(t)
	bent, sound := h.declare(t, "availability", "95%"), h.declare(t, "latency", "95%")
	for _, slug := range []string{"availability", "latency"} {
		h.push(t, slug, h.at(2*time.Minute, 90, 100), h.at(time.Minute, 100, 100))
	}
	h.outage(t, outages, "network", 5*time.Minute, time.Minute)
	bent, sound = h.evaluate(t, bent), h.evaluate(t, sound)
	h.bend(t, bent)
	facts, err := h.FactsOf(t.Context(), h.views(t, bent.SLO.ID, sound.SLO.ID))
	if err != nil {
		t.Fatal(err)
	}
	// 10 of 200 events are all of the budget of 5 %.
	if got, known := facts[sound.SLO.ID]["outageShares"].(map[string]float64); !known || math.Abs(got["network"]-1) > 1e-12 {
		t.Errorf("of the other it is known that outages took %v", got)
	}
	if got, known := facts[bent.SLO.ID]["outageShares"]; known || facts[bent.SLO.ID]["consumed"] == nil {
		t.Errorf("outages took %v of a budget that cannot be read", got)
	}
	easings, err := h.Easings(t.Context(), []slo.View{bent, sound})
	if err != nil {
		t.Fatal(err)
	}
	if _, known := easings[bent.SLO.ID]; known || len(easings[sound.SLO.ID].Consumed) != 28*24 {
		t.Errorf("the budgets ease so: %+v", easings)
	}
	if _, err := h.Outlooks(t.Context(), []slo.View{bent}); !slo.Unreadable(err) || fault.As(err) != nil {
		t.Errorf("its forecast fails with %v", err)
	}
	if _, err := h.Outlooks(t.Context(), []slo.View{bent, sound}); !slo.Unreadable(err) {
		t.Errorf("the forecasts of both fail with %v", err)
	}
	looks, err := h.Looks(t.Context(), []id.ID{bent.Indicator.ID, sound.Indicator.ID}, start.AddDate(0, 0, -9), start)
	if err != nil || !slo.Unreadable(looks[bent.Indicator.ID].Unread) || looks[sound.Indicator.ID].Unread != nil {
		t.Errorf("they are looked at so: %+v (%v)", looks, err)
	}
}

// The SLO keeps its status, and all others
// are evaluated.
func TestACorrectionThatCannotBeReadHoldsItsSLOAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.corrected(t)
	bent, sound := h.declare(t, "availability", "95%"), h.declare(t, "latency", "95%")
	before := h.evaluate(t, bent)
	h.bend(t, bent)
	h.clock.Advance(time.Minute)
	counts, err := h.evaluator.RunOnce(access.WithCaller(t.Context(), access.System("evaluate-budgets")))
	if err != nil || counts["unreadable"] != 1 || counts["evaluated"] != 1 {
		t.Errorf("counted %v: %v", counts, err)
	}
	if held := ok(h.View(h.ada, bent.SLO.ID))(t); !held.Status.End.Equal(before.Status.End) {
		t.Errorf("it was evaluated at %s", held.Status.End)
	}
	if other := ok(h.View(h.ada, sound.SLO.ID))(t); !other.Status.End.Equal(before.Status.End.Add(time.Minute)) {
		t.Errorf("the other one ends at %s", other.Status.End)
	}
}

// A source that is read ten minutes late: what it has not told of yet is not missing.
func TestAPreviewWaitsForADataSourceAsTheStatusDoes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	late := h.prometheus(t, "prometheus-eu")
	late.Delay = 10 * time.Minute
	if err := h.store.Sources().UpdateSource(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	measurements := measure.New(h.store.Measure(), h.store, h.clock.Now)
	corrections := h.corrected(t)
	v := h.declared(t, func(d *slo.Declaration) {
		d.Origin = ratio("prometheus-eu")
		d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "50%", Missing: lens.Bad}
	})
	delays := collect.NewService(h.store.Collect(), h.store.Sources(), measurements, h.store, access.NewAuthorizer(h.store.Access()), h.log, h.clock.Now)
	h.CollectWith(delays)
	corrections.Delays = delays
	ok(measurements.Push(t.Context(), []measure.Batch{{Indicator: v.Indicator.ID, Resolution: time.Minute, Slots: []measure.Slot{
		{Start: start.Truncate(time.Minute).Add(-12 * time.Minute), Good: 5000, Total: 10_000},
	}}}))(t)
	v = h.evaluate(t, v)
	from := start.AddDate(0, 0, 1)
	to := from.Add(time.Hour)
	p := ok(corrections.Preview(h.ada, v.SLO.ID, correction.Declaration{Effect: correction.Exclude, From: &from, To: &to, Kind: correction.Other, Reason: "r"}))(t)
	if before := p.Own().Before; before.Sum != v.Status.Sums.Window {
		t.Errorf("the preview has %+v, the status %+v", before.Sum, v.Status.Sums.Window)
	}
}

// Calendars of one zone are equal by its pointer.
func TestAZoneIsTheSameHoweverOftenItIsRead(t *testing.T) {
	t.Parallel()
	first, second := ok(slo.ZoneOf("Europe/Berlin"))(t), ok(slo.ZoneOf("Europe/Berlin"))(t)
	month := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if a, b := calendar.New(calendar.Month, month, first), calendar.New(calendar.Month, month, second); a != b {
		t.Errorf("%v and %v differ", a, b)
	}
	if _, err := slo.ZoneOf("Mars/Olympus"); err == nil || !strings.Contains(err.Error(), "Europe/Berlin") {
		t.Errorf("what is no zone is %v", err)
	}
}
