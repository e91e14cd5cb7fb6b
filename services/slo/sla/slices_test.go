package sla_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// A day of which the first hour alone was measured, in slices of an hour, and in whose
// midst the SLO got another objective: one slice, which is bad, however often that was.
func TestASliceInWhichTheSLOWasRevisedCountsOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hourly := func(objective string) func(d *slo.Declaration) {
		return func(d *slo.Declaration) {
			d.Objective = objective
			d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "99%", SliceLength: time.Hour}
		}
	}
	h.revise(t, hourly("99.9%"))
	d := valid()
	d.Unit, d.TimeZone, d.ValidFrom = calendar.Day, "UTC", "2026-02-10"
	v := h.declare(t, d)
	h.until(t, "2026-02-11T10:20:00Z")
	h.revise(t, hourly("99.8%"))
	h.until(t, "2026-02-11T10:40:00Z")
	h.revise(t, hourly("99.7%"))
	h.slot(t, "2026-02-11T10:00:00Z", 0, 100)
	h.until(t, "2026-02-13T00:00:00Z")
	h.close(t, 2)
	if got := h.periods(t, v.SLA.ID)[1]; got != "2026-02-11T00:00:00Z/2026-02-12T00:00:00Z 0/1 breached 100% of 99.9%" {
		t.Errorf("got %s", got)
	}
}

// Slots of five minutes were counted as events until the SLO was measured by the minute, in
// slices of a minute. What a slot of five minutes was is five slices alike.
func TestASlotThatIsLongerThanASliceIsAsManySlices(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := valid()
	d.Unit, d.TimeZone, d.ValidFrom = calendar.Day, "UTC", "2026-02-10"
	v := h.declare(t, d)
	h.slot(t, "2026-02-10T10:00:00Z", 0, 100)
	h.until(t, "2026-02-10T12:00:00Z")
	h.revise(t, func(d *slo.Declaration) {
		d.Resolution = time.Minute
		d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "99%"}
	})
	h.until(t, "2026-02-12T00:00:01Z")
	h.close(t, 1)
	if got := h.periods(t, v.SLA.ID)[0]; got != "2026-02-10T00:00:00Z/2026-02-11T00:00:00Z 0/5 breached 100% of 99.9%" {
		t.Errorf("got %s", got)
	}
}

func (h *house) revise(t *testing.T, change func(d *slo.Declaration)) {
	t.Helper()
	d := h.availability.Declared()
	change(&d)
	var err error
	if h.availability, _, err = h.slos.Revise(h.ada, h.availability.SLO.ID, h.availability.SLO.Version, d); err != nil {
		t.Fatal(err)
	}
}
