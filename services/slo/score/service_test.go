package score_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
	"github.com/evenkeel/evenkeel/services/slo/score"
	"github.com/evenkeel/evenkeel/services/stats"
)

const day = 24 * time.Hour

// came asserts what came of the SLO's forecasts with the horizon.
func (h *house) came(t *testing.T, v slo.View, horizon score.Horizon, scored, happened, void, open int64) score.Account {
	t.Helper()
	for _, a := range ok(h.Accounts(h.ada, v.SLO.ID))(t) {
		if all := a.Tally.All(); a.Horizon == horizon {
			if all.N != scored || all.Happened != happened || a.Void != void || a.Open != open {
				t.Fatalf("of forecasts for a %s %d were scored, %d came true, %d are void, %d open; want %d, %d, %d, %d",
					horizon, all.N, all.Happened, a.Void, a.Open, scored, happened, void, open)
			}
			return a
		}
	}
	t.Fatalf("there is no account of a %s", horizon)
	return score.Account{}
}

func counted(t *testing.T, got map[string]int64, want map[string]int64) {
	t.Helper()
	for name, n := range got {
		if want[name] != n {
			t.Fatalf("%d %s, want %d of %v", n, name, want[name], got)
		}
	}
}

// Of nine quiet days each future is quiet.
func TestTheLastForecastIsAFactUntilItIsTooOld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v, short := h.declare(t, "availability", 28), h.declare(t, "latency", 1)
	h.hours(t, v, 9*24, nil)
	h.hours(t, short, 9*24, nil)
	h.run(t)
	facts := func() (fact.Set, fact.Set) {
		t.Helper()
		all := ok(fact.NewBook[slo.View](h.Service).FactsOf(t.Context(), h.views(t, v.SLO.ID, short.SLO.ID)))(t)
		return all[v.SLO.ID], all[short.SLO.ID]
	}
	long, of := facts()
	if len(long) != 2 || long["forecast"] != 0.0 || long["forecastWeek"] != 0.0 || len(of) != 1 || of["forecast"] != 0.0 {
		t.Errorf("%v and %v", long, of)
	}
	h.clock.Advance(2*day + time.Minute)
	if long, of = facts(); len(long)+len(of) != 0 {
		t.Errorf("after two days %v and %v", long, of)
	}
}

// Of the quarter that begins with April a forecast is made every 91 ÷ 28 = 3.25 days.
func TestAForecastOfAWindowThatIsOverIsNoFactAndKeepsNoneFromBeingMade(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v, _, err := h.slos.Declare(h.ada, h.checkout.ID, slo.Declaration{
		Slug: "availability", Objective: "95%", Category: slo.Availability, Calendar: &slo.CalendarInput{Period: calendar.Quarter},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.clock.Advance(28 * day) // to 30 March
	h.hours(t, v, 9*24, nil)
	counted(t, h.run(t), map[string]int64{"made": 1})
	known := func() bool {
		t.Helper()
		all := ok(fact.NewBook[slo.View](h.Service).FactsOf(t.Context(), h.views(t, v.SLO.ID)))(t)
		_, known := all[v.SLO.ID]["forecast"]
		return known
	}
	if !known() {
		t.Error("the forecast is no fact")
	}
	h.clock.Advance(36 * time.Hour) // to the first minute of April
	if known() {
		t.Error("a forecast until the end of March is a fact in April")
	}
	h.clock.Advance(12 * time.Hour)
	h.hours(t, v, 48, nil)
	counted(t, h.run(t), map[string]int64{"made": 1})
	if !known() {
		t.Error("the forecast of the new quarter is no fact")
	}
}

// Of a year one is made every 365 ÷ 28 = 13.04 days, however much of it is left: on 2 March
// 304.5 days.
func TestAForecastIsAFactUntilTheNextIsDue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v, _, err := h.slos.Declare(h.ada, h.checkout.ID, slo.Declaration{
		Slug: "availability", Objective: "95%", Category: slo.Availability, Calendar: &slo.CalendarInput{Period: calendar.Year},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.hours(t, v, 9*24, nil)
	counted(t, h.run(t), map[string]int64{"made": 1})
	for _, row := range []struct {
		days time.Duration
		want bool
	}{{13, true}, {15, false}} {
		h.clock.Advance(start.Add(row.days * day).Sub(h.clock.Now()))
		all := ok(fact.NewBook[slo.View](h.Service).FactsOf(t.Context(), h.views(t, v.SLO.ID)))(t)
		if _, known := all[v.SLO.ID]["forecast"]; known != row.want {
			t.Errorf("%d days after it was made it is known: %v", row.days, known)
		}
	}
}

// A day's window has 2,400 events, of which 120 may be bad. In nine quiet days nothing was:
// the forecast is 0, and then 120 are.
func TestAForecastIsMadeOnceADayAndSettledADayAfterItsTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", 1)
	h.hours(t, v, 9*24, nil)
	counted(t, h.run(t), map[string]int64{"made": 1})
	counted(t, h.run(t), nil)
	h.came(t, v, score.Window, 0, 0, 0, 1)

	h.clock.Advance(day)
	h.hours(t, v, 24, map[int]int64{20: 100, 19: 20})
	// What is spent already is no forecast.
	counted(t, h.run(t), map[string]int64{"unforeseen": 1})
	h.clock.Advance(day - time.Minute)
	h.hours(t, v, 24, nil)
	counted(t, h.run(t), map[string]int64{"made": 1})
	h.came(t, v, score.Window, 0, 0, 0, 2)
	h.clock.Advance(2 * time.Minute)
	counted(t, h.run(t), map[string]int64{"settled": 1})
	a := h.came(t, v, score.Window, 1, 1, 0, 1)
	if want := (stats.Bin{N: 1, Happened: 1}); a.Tally[0] != want {
		t.Errorf("it is counted as %+v, want %+v", a.Tally, want)
	}

	// The second was not wrong, and is counted beside it; all are the one SLO's.
	h.clock.Advance(2 * day)
	h.hours(t, v, 48, nil)
	counted(t, h.run(t), map[string]int64{"settled": 1, "made": 1})
	h.came(t, v, score.Window, 2, 1, 0, 1)
	for _, of := range ok(h.Accounts(h.ada, ""))(t) {
		if all := of.Tally.All(); of.Horizon == score.Window && (all.N != 2 || all.Happened != 1) {
			t.Errorf("of all %+v", all)
		}
	}
}

func TestAWindowLongerThanAWeekIsForecastForAWeekToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v, short := h.declare(t, "availability", 8), h.declare(t, "latency", 7)
	h.hours(t, v, 9*24, nil)
	h.hours(t, short, 9*24, nil)
	counted(t, h.run(t), map[string]int64{"made": 3})
	h.came(t, v, score.Week, 0, 0, 0, 1)
	h.came(t, v, score.Window, 0, 0, 0, 1)
	h.came(t, short, score.Window, 0, 0, 0, 1)
	h.clock.Advance(8 * day)
	h.hours(t, v, 8*24, nil)
	h.hours(t, short, 8*24, nil)
	counted(t, h.run(t), map[string]int64{"settled": 1 + 1, "made": 3}) // those of a week, of both
	h.came(t, v, score.Week, 1, 0, 0, 1)
	h.came(t, v, score.Window, 0, 0, 0, 2)
	h.came(t, short, score.Window, 1, 0, 0, 1)
}

// Of a window of 84 days a forecast is made every 84 ÷ 28 = 3 days, so that 28 last at a time.
func TestALongWindowIsForecastLessOften(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", 84)
	h.hours(t, v, 9*24, nil)
	counted(t, h.run(t), map[string]int64{"made": 2})
	for _, made := range []int64{1, 1, 2, 1} {
		h.clock.Advance(day)
		h.hours(t, v, 24, nil)
		counted(t, h.run(t), map[string]int64{"made": made})
	}
	h.came(t, v, score.Window, 0, 0, 0, 2)
	h.came(t, v, score.Week, 0, 0, 0, 5)
}

func TestWhatCannotBeKnownIsVoidAndNeverRightOrWrong(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(h *house, v slo.View){
		"an hour is missing": func(h *house, v slo.View) {
			h.hours(t, v, 49, map[int]int64{40: -1})
		},
		"another objective": func(h *house, v slo.View) {
			h.hours(t, v, 49, map[int]int64{40: 100, 39: 100})
			_, _, err := h.slos.Revise(h.ada, v.SLO.ID, v.SLO.Version, slo.Declaration{Slug: "availability", Name: "availability", Objective: "94%", WindowDays: 1, Category: slo.Availability})
			if err != nil {
				t.Fatal(err)
			}
		},
		"it was retired": func(h *house, v slo.View) {
			h.hours(t, v, 49, nil)
			ok(h.slos.Retire(h.ada, v.SLO.ID, v.SLO.Version, ""))(t)
		},
	} {
		h := newHouse(t)
		v := h.declare(t, "availability", 1)
		h.hours(t, v, 9*24, nil)
		counted(t, h.run(t), map[string]int64{"made": 1})
		h.clock.Advance(2*day + time.Hour)
		meanwhile(h, v)
		if got := h.run(t); got["settled"] != 1 || got["void"] != 1 {
			t.Errorf("%s: %v", name, got)
		}
		for _, a := range ok(h.Accounts(h.ada, v.SLO.ID))(t) {
			if a.Horizon == score.Window && (a.Void != 1 || a.Tally.All() != (stats.Bin{})) {
				t.Errorf("%s: %+v", name, a)
			}
		}
	}
}

func TestThereIsAScoreFromThirtyForecastsOn(t *testing.T) {
	t.Parallel()
	a := score.Account{Tally: make(stats.Tally, score.Bins), Void: 100}
	for range 29 {
		a.Tally.Add(0.5, false)
	}
	if _, some := a.Score(); some || a.Missing() != 1 {
		t.Errorf("of 29 there is a score, or %d are missing", a.Missing())
	}
	a.Tally.Add(0.5, true)
	// Every (0.5 − outcome)² is 0.25.
	if s, some := a.Score(); !some || s.Brier != 0.25 || a.Missing() != 0 {
		t.Errorf("of 30 the score is %+v, and %d are missing", s, a.Missing())
	}
}
