package slo

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Of 10,000 events at 99 % exactly 100 may be bad. What is not known has no value: it neither
// opens nor ends anything.
func TestWhatIsConsumedIsAFactWhileItIsKnown(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 14, 15, 0, 0, 0, time.UTC)
	objective, err := budget.ParseObjective("99%")
	if err != nil {
		t.Fatal(err)
	}
	spent := func(bad int64, do ...func(*View)) View {
		v := View{
			SLO:      SLO{ID: "SLO", Service: "SERVICE"},
			Revision: Revision{ID: "REVISION", SLO: "SLO", Terms: Terms{Objective: objective, Over: TimeWindow{Days: 28}, MinEvents: 100}},
			Status: Status{
				SLO: "SLO", Revision: "REVISION", End: at,
				Sums: budget.Sums{Policy: window.Sum{Good: (10_000 - bad) * 1000, Total: 10_000 * 1000}},
			},
		}
		for _, change := range do {
			change(&v)
		}
		return v
	}
	total := func(events int64) func(*View) {
		return func(v *View) { v.Status.Sums.Policy = window.Sum{Total: events * 1000} }
	}
	ended := func(ago time.Duration) func(*View) { return func(v *View) { v.Status.End = at.Add(-ago) } }
	const unknown = -1
	for _, c := range []struct {
		name string
		view View
		want float64
	}{
		{"nothing spent", spent(0), 0},
		{"one event short of the budget", spent(99), 0.99},
		{"exactly the budget", spent(100), 1},
		{"one event over the budget", spent(101), 1.01},
		{"evaluated half an hour ago", spent(101, ended(30*time.Minute)), 1.01},
		{"not evaluated for longer", spent(101, ended(31*time.Minute)), unknown},
		{"not evaluated for longer, nothing spent", spent(0, ended(20*24*time.Hour)), unknown},
		{"never evaluated", spent(200, func(v *View) { v.Status.End = time.Time{} }), unknown},
		{"stale", spent(200, func(v *View) { v.Status.Stale = true }), unknown},
		{"its past is being filled in", spent(200, func(v *View) { v.Status.Filling = true }), unknown},
		{"judged by an earlier revision of the SLO", spent(200, func(v *View) { v.Status.Revision = "EARLIER" }), unknown},
		{"no events", spent(0, total(0)), unknown},
		{"99 events, all bad", spent(0, total(99)), unknown},
		{"100 events, all bad", spent(0, total(100)), 100},
	} {
		got, known := c.view.asOf(at).facts()["consumed"].(float64)
		if known != (c.want != unknown) || known && got != c.want {
			t.Errorf("%s: %v, %v; want %v", c.name, got, known, c.want)
		}
	}
}
