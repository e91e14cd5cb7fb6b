package slo_test

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/judge"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// declareGrouped makes an SLO of 95 % with up to so many groups.
func (h *house) declareGrouped(t *testing.T, slug string, most int) slo.View {
	t.Helper()
	d := valid()
	d.Slug, d.Origin = slug, origin.Origin{GroupBy: "region", MaxGroups: most}
	v, _, err := h.Declare(h.ada, h.checkout.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (h *house) of(group string, s slo.Slot) slo.Slot {
	s.Group = group
	return s
}

func (h *house) groups(t *testing.T, v slo.View, f slo.GroupFilter) []string {
	t.Helper()
	f.SLO = v.SLO.ID
	var out []string
	for _, g := range ok(h.Groups(h.bob, f, page.Request{}))(t).Items {
		out = append(out, fmt.Sprintf("%s %s", g.Group, g.State))
	}
	return out
}

// At 95 % of 100 events 5 may be bad: eu has 10 bad ones of 100, us has 1 of 100,
// asia 2 of 40 of 2 that may be. Of 240 all together 12 may be bad, 13 are.
func TestEachGroupHasAStatusAndTheWorstIsNamed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouseOn(t, s)
		v := h.declareGrouped(t, "by-region", 0)
		if o := v.Indicator.Origin; o.MaxGroups != origin.DefaultMaxGroups || !o.Pushed() {
			t.Errorf("the origin is %+v", o)
		}
		h.push(t, "by-region", h.of("eu", h.at(time.Minute, 90, 100)), h.of("us", h.at(time.Minute, 99, 100)), h.at(time.Minute, 38, 40))
		v = h.evaluate(t, v)
		if v.Status.State != budget.Exhausted || v.Status.Worst == nil || v.Status.Worst.Group != "eu" || v.Status.Worst.State != budget.Exhausted || v.WorseGroup() != nil {
			t.Errorf("the whole is %+v, worst %+v", v.Status, v.Status.Worst)
		}
		want := []string{"eu exhausted", measure.None + " exhausted", "us ok"}
		if got := h.groups(t, v, slo.GroupFilter{}); !slices.Equal(got, want) {
			t.Errorf("by remaining: %q, want %q", got, want)
		}
		if got := h.groups(t, v, slo.GroupFilter{State: budget.OK, Order: slo.GroupsByName}); !slices.Equal(got, []string{"us ok"}) {
			t.Errorf("of one state: %q", got)
		}
		us := ok(h.Group(h.bob, v.SLO.ID, "us"))(t)
		if f := us.Figures(); f.Window.Sum.Total != 100_000 || *f.Window.RemainingRatio != 0.8 || us.Status.Since != h.clock.Now() {
			t.Errorf("us is %+v", f)
		}
		if e := us.Explain(); e.State != budget.OK || e.Lines[0].Worked != "99 ÷ 100 = 99 %" {
			t.Errorf("explained by %+v", e)
		}
		history := ok(h.History(h.bob, v.SLO.ID, "us", time.Time{}, time.Time{}, 0))(t)
		if last := history.Points[len(history.Points)-1]; last.Sum.Total != 100_000 || *last.Remaining != 0.8 {
			t.Errorf("its history ends with %+v", last)
		}
		for _, err := range []error{
			second(h.Group(h.bob, v.SLO.ID, "mars")), second(h.History(h.bob, v.SLO.ID, "mars", time.Time{}, time.Time{}, 0)),
			second(h.Measurements(h.bob, v.SLO.ID, "mars", time.Time{}, time.Time{})),
		} {
			refused(t, err, fault.NotFound, "group_not_found")
		}

		// In a slot with many good events the whole recovers, and eu does not; us, of
		// which nothing is said for three slots, is stale and holds its state.
		since := h.clock.Now()
		h.clock.Advance(4 * time.Minute)
		h.push(t, "by-region", h.of("asia", h.at(time.Minute, 5000, 5000)), h.of("eu", h.at(time.Minute, 0, 1)))
		v = h.evaluate(t, v)
		if w := v.WorseGroup(); v.Status.State == budget.Exhausted || w == nil || w.Group != "eu" {
			t.Errorf("the whole is %s, the worse group %+v", v.Status.State, w)
		}
		us = ok(h.Group(h.bob, v.SLO.ID, "us"))(t)
		if !us.Status.Stale || us.Status.State != budget.OK || !us.Status.Since.Equal(since) {
			t.Errorf("us is %+v", us.Status)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestGroupsGoWithTheirMeasurementsAndWithTheirIndicator(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declareGrouped(t, "by-region", 5)
	h.push(t, "by-region", h.of("eu", h.at(time.Minute, 9, 10)), h.of("us", h.at(time.Minute, 9, 10)))
	h.evaluate(t, v)
	h.clock.Advance(20 * 24 * time.Hour)
	h.push(t, "by-region", h.of("us", h.at(time.Minute, 9, 10)))
	if h.evaluate(t, v); len(h.groups(t, v, slo.GroupFilter{})) != 2 {
		t.Error("a group left before its windows were empty")
	}
	h.clock.Advance(9 * 24 * time.Hour)
	if v = h.evaluate(t, v); !slices.Equal(h.groups(t, v, slo.GroupFilter{}), []string{"us exhausted"}) {
		t.Errorf("groups are %q", h.groups(t, v, slo.GroupFilter{}))
	}

	d := v.Declared()
	d.Objective = "90%"
	d.Origin.MaxGroups = 0 // as it was
	v, _, err := h.Revise(h.ada, v.SLO.ID, v.SLO.Version, d)
	if err != nil || v.Indicator.Origin.MaxGroups != 5 || v.WorstGroup() != nil {
		t.Fatalf("revised to %+v, error %v", v, err)
	}
	if got := h.groups(t, v, slo.GroupFilter{}); len(got) != 1 {
		t.Errorf("other terms took the groups: %q", got)
	}
	d.Origin = origin.Origin{}
	before := v.Indicator.ID
	if v, _, err = h.Revise(h.ada, v.SLO.ID, v.SLO.Version, d); err != nil || v.Indicator.ID == before {
		t.Fatalf("without groups the indicator is the same, error %v", err)
	}
	if got := h.groups(t, v, slo.GroupFilter{}); len(got) != 0 {
		t.Errorf("groups are %q", got)
	}
	if v = h.evaluate(t, v); v.Status.Worst != nil {
		t.Errorf("the worst group is %+v", v.Status.Worst)
	}
}

func TestWhatIsSaidOfGroupsIsChecked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		origin.Origin
		pointer string
	}{
		{origin.Origin{MaxGroups: 3}, "/indicator/maxGroups"},
		{origin.Origin{GroupBy: "region", MaxGroups: 101}, "/indicator/maxGroups"},
		{origin.Origin{GroupBy: "region", MaxGroups: -1}, "/indicator/maxGroups"},
		{origin.Origin{GroupBy: "re\u202egion"}, "/indicator/groupBy"},
	} {
		d := valid()
		d.Origin = c.Origin
		_, _, err := h.Declare(h.ada, h.checkout.ID, d)
		if e := refused(t, err, fault.Invalid, "invalid_input"); len(e.Violations) != 1 || e.Violations[0].Pointer != c.pointer {
			t.Errorf("%+v: %v", c.Origin, err)
		}
	}
	h.declareGrouped(t, "by-region", 2)
	h.declare(t, "plain", "99%")
	for _, c := range []struct {
		report  slo.Report
		pointer string
	}{
		{slo.Report{Name: name("plain"), Slots: []slo.Slot{h.at(time.Minute, 1, 1), h.of("eu", h.at(2*time.Minute, 1, 1))}}, "/slots/1/group"},
		{slo.Report{Name: name("plain"), Group: "eu", Slots: []slo.Slot{h.at(time.Minute, 1, 1)}}, "/group"},
		{slo.Report{Name: name("by-region"), Slots: []slo.Slot{h.at(time.Minute, 1, 1), h.of("eu", h.at(time.Minute, 1, 1)), h.of("eu", h.at(3*time.Minute, 1, 10_000_001))}}, "/slots/2/total"},
		{slo.Report{Name: name("by-region"), Slots: []slo.Slot{h.of("eu", h.at(time.Minute, 1, 1)), h.at(time.Minute, 1, 1), h.of("eu", h.at(time.Minute, 0, 1))}}, "/slots/2"},
	} {
		_, err := h.Push(h.bot, c.report)
		if e := refused(t, err, fault.Invalid, "invalid_input"); len(e.Violations) != 1 || e.Violations[0].Pointer != c.pointer {
			t.Errorf("%s: %v", c.pointer, err)
		}
	}
}

func TestAReadingReadsTheClockOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := valid()
	d.Origin = origin.Origin{GroupBy: "region", MaxGroups: 2}
	v, _, err := h.Declare(h.ada, h.checkout.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	slot := h.at(2*time.Minute, 9, 10)
	if _, err := h.Push(h.bot, slo.Report{Name: name("availability"), Slots: []slo.Slot{{Start: slot.Start, Good: slot.Good, Total: slot.Total, Group: "eu"}}}); err != nil {
		t.Fatal(err)
	}
	v = h.evaluate(t, v)
	reads := 0
	s := slo.NewService(h.store.SLO(), h.store, h.store.Registry(), measure.New(h.store.Measure(), h.store, h.clock.Now), judge.New(h.store.Sources(), h.store.Registry(), nil), access.NewAuthorizer(h.store.Access()), h.log, func() time.Time {
		reads++
		return h.clock.Now()
	}, slog.New(slog.DiscardHandler))
	for name, read := range map[string]func() error{
		"view":         func() error { return second(s.View(h.bob, v.SLO.ID)) },
		"group":        func() error { return second(s.Group(h.bob, v.SLO.ID, "eu")) },
		"history":      func() error { return second(s.History(h.bob, v.SLO.ID, "", time.Time{}, time.Time{}, 0)) },
		"measurements": func() error { return second(s.Measurements(h.bob, v.SLO.ID, "", time.Time{}, time.Time{})) },
		"explanation":  func() error { return second(s.Explain(h.bob, v.SLO.ID, "")) },
	} {
		if reads = 0; read() != nil || reads != 1 {
			t.Errorf("%s: the clock was read %d times, %v", name, reads, read())
		}
	}
}
