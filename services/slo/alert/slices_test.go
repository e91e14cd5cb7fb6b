package alert_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
)

// Slots of a minute are judged in slices of a quarter of an hour, and the reports end at
// 12:00. Sums move with slices: 99 % is alerted of after 8 min 4 s, but nothing is late
// before two slices are, at 12:30. The first evaluation after that is at 12:45.
func TestSilenceIsAlertedOfWhereSlicesAreLongerThanSlots(t *testing.T) {
	onBoth(t, func(h *house) {
		v := h.declare(func(d *slo.Declaration) {
			d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "99%", SliceLength: 15 * time.Minute}
		})
		h.report(v, of(60, 0)...)
		h.evaluate()
		h.silence(44)
		if early := h.all(v); len(early) != 0 {
			h.t.Fatalf("before 12:45 there is %+v", early)
		}
		h.silence(1)
		if a, there := h.lasting(v)[alert.Absent]; !there || a.Evidence.After != 30*time.Minute {
			h.t.Errorf("three slices later it is %+v", a)
		}
	})
}

// Slices of a quarter of an hour are not told from each other within: five minutes are
// fifteen then. Four slices are bad, of four.
func TestAnAlertTellsTheShortWindowThatWasRead(t *testing.T) {
	onBoth(t, func(h *house) {
		v := h.declare(func(d *slo.Declaration) {
			d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "99%", SliceLength: 15 * time.Minute}
		})
		h.report(v, of(60, 100)...)
		h.evaluate()
		e := h.lasting(v)["1h/5m"].Evidence
		if e.ShortLength != 15*time.Minute || e.Long.Total != 4*e.Unit || e.Short.Total != e.Unit {
			h.t.Errorf("the evidence is %+v", e)
		}
		if e := h.lasting(v)["1d/2h"].Evidence; e.ShortLength != 2*time.Hour {
			h.t.Errorf("of whole slices the evidence is %+v", e)
		}
	})
}
