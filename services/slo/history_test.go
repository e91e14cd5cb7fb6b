package slo_test

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// age lets so many days pass, and folds and thins what is due.
func (h *house) age(t *testing.T, days int) {
	t.Helper()
	h.clock.Advance(time.Duration(days) * 24 * time.Hour)
	ctx, quiet := access.WithCaller(t.Context(), access.System("prune")), slog.New(slog.DiscardHandler)
	if _, err := measure.NewFolder(h.store.Measure(), h.store, h.clock.Now, quiet).FoldOnce(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := measure.NewThinner(h.store.Measure(), h.Service, h.store, h.clock.Now, quiet).ThinOnce(ctx); err != nil {
		t.Fatal(err)
	}
}

// Kinds of SLOs, measured over eight weeks, in zones of whole and of half hours: what the
// history says of each midnight there is the same while every slot is left, when hours
// are, and when days are.
func TestTheHistoryStaysTheSameWhileItIsThinned(t *testing.T) {
	t.Parallel()
	month := func(zone string) func(d *slo.Declaration) {
		return func(d *slo.Declaration) {
			d.WindowDays, d.Calendar = 0, &slo.CalendarInput{Period: calendar.Month, TimeZone: zone}
		}
	}
	for _, c := range []struct {
		name, zone string
		change     func(d *slo.Declaration)
	}{
		{"rolling", "UTC", func(d *slo.Declaration) { d.WindowDays = 7 }},
		{"a month in Berlin", "Europe/Berlin", month("Europe/Berlin")},
		{"a month in Kolkata", "Asia/Kolkata", month("Asia/Kolkata")},
		{"slices", "UTC", func(d *slo.Declaration) {
			d.WindowDays = 7
			d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "90%", SliceLength: 5 * time.Minute, Missing: lens.Bad}
		}},
		{"hourly slices of a week in Kolkata", "Asia/Kolkata", func(d *slo.Declaration) {
			d.WindowDays, d.Calendar = 0, &slo.CalendarInput{Period: calendar.Week, TimeZone: "Asia/Kolkata"}
			d.Budgeting = slo.BudgetingInput{Method: slo.RatioTimeslices, SliceLength: time.Hour, Missing: lens.Good}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			v := h.declared(t, c.change)
			for n := range 56 * 24 {
				h.clock.Advance(time.Hour)
				if n%24 == 23 {
					var slots []slo.Slot
					for k := range 24 {
						slots = append(slots, h.at(time.Duration(k)*time.Hour+time.Minute*time.Duration(n%50), float64(100-n%13), float64(100+k)))
					}
					h.push(t, "availability", slots...)
				}
			}
			zone, err := time.LoadLocation(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			from := time.Date(2026, 11, 25, 0, 0, 0, 0, zone)
			midnights := make([]slo.Point, 0, 50)
			for n := range 50 {
				end := time.Date(2026, 11, 25+n, 0, 0, 0, 0, zone).UTC()
				one := ok(h.History(h.bob, v.SLO.ID, "", end.Add(-time.Hour), end, 24*time.Hour))(t)
				midnights = append(midnights, one.Points...)
			}
			same := func(when string, step time.Duration) {
				t.Helper()
				got := ok(h.History(h.bob, v.SLO.ID, "", from.Add(-time.Hour), from.AddDate(0, 0, 49).Add(30*time.Minute), 24*time.Hour))(t)
				if len(got.Thinned) == 0 || got.Thinned[0].Step != step {
					t.Errorf("%s: thinned is %v", when, got.Thinned)
				}
				if len(got.Points) != len(midnights) {
					t.Fatalf("%s: there are %d points, want %d", when, len(got.Points), len(midnights))
				}
				for i, want := range midnights {
					if p := got.Points[i]; !p.End.Equal(want.End) || p.Sum != want.Sum || p.Blurred || p.Remaining == nil != (want.Remaining == nil) || p.Remaining != nil && *p.Remaining != *want.Remaining {
						t.Fatalf("%s: at %s the window is %+v, was %+v", when, want.End, p, want)
					}
				}
			}
			h.age(t, 560)
			same("hours are left", time.Hour)
			h.age(t, 800)
			same("days are left", measure.DaySpan)
		})
	}
}

func TestAHistoryOfTenYearsIsChosenToWhatIsLeft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", "99%")
	h.push(t, "availability", h.at(time.Hour, 999, 1000))
	h.age(t, 3600)
	now := h.clock.Now()
	h.push(t, "availability", h.at(time.Hour, 990, 1000))
	all := ok(h.History(h.bob, v.SLO.ID, "", now.AddDate(-10, 0, 3), time.Time{}, 0))(t)
	if len(all.Points) > slo.MaxPoints || len(all.Points) < 200 || all.Step%(24*time.Hour) != 0 || len(all.Thinned) == 0 {
		t.Errorf("ten years are %d points, each %s, thinned %v", len(all.Points), all.Step, all.Thinned)
	}
	known := slices.IndexFunc(all.Points, func(p slo.Point) bool { return p.SLI != nil })
	if known < 0 || *all.Points[known].SLI != .999 {
		t.Fatalf("of the first events the history says nothing: point %d", known)
	}
	// The window of the last day of what is left alone is whole.
	if last := ok(h.History(h.bob, v.SLO.ID, "", now.AddDate(0, 0, -2), time.Time{}, 0))(t); len(last.Thinned) > 0 || last.Step > time.Hour {
		t.Errorf("of two days there are steps of %s, thinned %v", last.Step, last.Thinned)
	}
	for _, c := range []struct {
		from, to time.Time
		step     time.Duration
		pointer  string
	}{
		{start.AddDate(0, 0, -1), start.AddDate(0, 0, 1), time.Hour, "query.stepSeconds"}, // days alone are left
		{now.AddDate(-10, 0, 3), now, 24 * time.Hour, "query.stepSeconds"},                // more than 1,000
		{now.AddDate(-11, 0, 0), now, 0, "query.from"},
		{now, now.AddDate(0, 0, -1), 0, "query.from"},
	} {
		_, err := h.History(h.bob, v.SLO.ID, "", c.from, c.to, c.step)
		if got := pointers(refused(t, err, fault.Invalid, "invalid_input")); got != c.pointer {
			t.Errorf("from %s to %s by %s the fault is at %q, want %q", c.from, c.to, c.step, got, c.pointer)
		}
	}
	left := ok(h.Measurements(h.bob, v.SLO.ID, "", start.AddDate(0, 0, -1), start.AddDate(0, 0, 1)))(t)
	day := start.Truncate(24 * time.Hour)
	if len(left.Thinned) != 1 || len(left.Thinned[0].Slots) != 1 || len(left.Reporters) > 0 {
		t.Fatalf("what is left of the day is %+v", left)
	}
	if s := left.Thinned[0].Slots[0]; !s.Start.Equal(day) || !s.End.Equal(day.AddDate(0, 0, 1)) || s.Good != 999_000 || s.Total != 1_000_000 {
		t.Errorf("the day is %+v", s)
	}
}

// Slices that the terms came to ask for when the time was thinned already were never
// judged; what was good of them is not known, and is not shown.
func TestWhatIsNotKnownOfThinnedTimeIsNotShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", "95%")
	h.push(t, "availability", h.at(time.Hour, 999, 1000))
	h.age(t, 560)
	at := start.Truncate(24*time.Hour).AddDate(0, 0, 2)
	if p := ok(h.History(h.bob, v.SLO.ID, "", at, at, 24*time.Hour))(t).Points[0]; p.Blurred || p.SLI == nil {
		t.Fatalf("the window is %+v", p)
	}
	d := v.Declared()
	d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "90%", SliceLength: 5 * time.Minute}
	v = ok(h.View(h.ada, v.SLO.ID))(t)
	if _, _, err := h.Revise(h.ada, v.SLO.ID, v.SLO.Version, d); err != nil {
		t.Fatal(err)
	}
	if p := ok(h.History(h.bob, v.SLO.ID, "", at, at, 24*time.Hour))(t).Points[0]; !p.Blurred || p.SLI != nil || p.Remaining != nil {
		t.Errorf("the window of slices is %+v", p)
	}
}
