package policy

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Of 10,000 events at 99 % exactly 100 may be bad.
func TestWhatNobodyAcknowledgedIsCountedAsFarAsItIsKnown(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 14, 15, 0, 0, 0, time.UTC)
	objective, err := budget.ParseObjective("99%")
	if err != nil {
		t.Fatal(err)
	}
	view := func(of id.ID, bad int64, stale bool) slo.View {
		sum := window.Sum{Good: (10_000 - bad) * 1000, Total: 10_000 * 1000}
		return slo.View{
			SLO:      slo.SLO{ID: of, Service: "SERVICE"},
			Revision: slo.Revision{ID: "R", SLO: of, Terms: slo.Terms{Objective: objective, Over: slo.TimeWindow{Days: 28}, MinEvents: 100}},
			Status:   slo.Status{SLO: of, Revision: "R", End: at, Stale: stale, Sums: budget.Sums{Policy: sum, Window: sum}},
		}
	}
	violation := func(of id.ID, mode Mode, planned bool) Violation {
		v := Violation{SLO: of, Mode: mode}
		if planned {
			v.Handling.Acknowledgement = &Acknowledgement{Plan: "A larger pool."}
		}
		return v
	}
	for name, c := range map[string]struct {
		views      []slo.View
		open       []Violation
		violations float64
		overspent  any
	}{
		"nothing":                       {nil, nil, 0, 0.0},
		"all of the budget, not more":   {[]slo.View{view("A", 100, false)}, nil, 0, 0.0},
		"overspent, without a policy":   {[]slo.View{view("A", 101, false)}, nil, 0, 1.0},
		"only observed":                 {[]slo.View{view("A", 101, false)}, []Violation{violation("A", Observe, false)}, 0, 1.0},
		"two clauses":                   {[]slo.View{view("A", 101, false)}, []Violation{violation("A", Warn, false), violation("A", Enforce, false)}, 2, 1.0},
		"one of two is planned":         {[]slo.View{view("A", 101, false)}, []Violation{violation("A", Warn, false), violation("A", Enforce, true)}, 1, 0.0},
		"the plan is for another":       {[]slo.View{view("A", 101, false), view("B", 0, false)}, []Violation{violation("B", Warn, true)}, 0, 1.0},
		"observed, and planned":         {[]slo.View{view("A", 101, false)}, []Violation{violation("A", Observe, true)}, 0, 0.0},
		"stale":                         {[]slo.View{view("A", 101, true)}, []Violation{violation("A", Warn, false)}, 1, nil},
		"stale, and planned":            {[]slo.View{view("A", 101, true)}, []Violation{violation("A", Warn, true)}, 0, 0.0},
		"one is overspent, one stale":   {[]slo.View{view("A", 101, false), view("B", 0, true)}, nil, 0, 1.0},
		"one has budget, one is stale":  {[]slo.View{view("A", 1, false), view("B", 0, true)}, nil, 0, nil},
		"of what is no SLO of it there": {[]slo.View{view("A", 1, false)}, []Violation{violation("B", Warn, false)}, 0, 0.0},
	} {
		open := map[id.ID][]Violation{}
		for _, v := range c.open {
			open[v.SLO] = append(open[v.SLO], v)
		}
		got := fact.Set{}
		ignored(c.views, open, at, got)
		if got[unacknowledged] != c.violations || got[overspent] != c.overspent {
			t.Errorf("%s: %v, want %v and %v", name, got, c.violations, c.overspent)
		}
	}
}
