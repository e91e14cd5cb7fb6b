package slo

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// promised is an SLO of availability with that objective, of a service, and with so many bad
// events of 10,000, of which it was evaluated at the time.
func promised(t *testing.T, service id.ID, objective string, bad int64, at time.Time, do ...func(*View)) View {
	t.Helper()
	o, err := budget.ParseObjective(objective)
	if err != nil {
		t.Fatal(err)
	}
	of := window.Sum{Good: (10_000 - bad) * 1000, Total: 10_000 * 1000}
	v := View{
		SLO:       SLO{ID: "SLO", Service: service},
		Revision:  Revision{ID: "REVISION", SLO: "SLO", Terms: Terms{Objective: o, Over: TimeWindow{Days: 28}, MinEvents: 100}, CreatedAt: at.Add(-36 * time.Hour)},
		Indicator: Indicator{Measure: Measure{Category: Availability}},
		Status:    Status{SLO: "SLO", Revision: "REVISION", End: at, Sums: budget.Sums{Policy: of, Window: of}},
	}
	for _, change := range do {
		change(&v)
	}
	return v
}

// Of 10,000 events at 99 % exactly 100 may be bad: 50 leave half of the budget, 100 nothing of it,
// and 101 a hundredth less than nothing.
func TestWhatIsLeftToAServiceIsToldAsFarAsItIsKnown(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 14, 15, 0, 0, 0, time.UTC)
	of := func(bad int64, do ...func(*View)) View { return promised(t, "one", "99%", bad, at, do...) }
	stale := func(v *View) { v.Status.Stale = true }
	never := func(v *View) { v.Status.End = time.Time{} }
	revised := func(v *View) { v.Status.Revision = "EARLIER" }
	filling := func(v *View) { v.Status.Filling = true }
	few := func(v *View) { v.Status.Sums.Window = window.Sum{Good: 0, Total: 99_000} }
	outdated := func(v *View) { v.Status.End = at.Add(-31 * time.Minute) }
	for name, c := range map[string]struct {
		views                      []View
		notFresh, overspent, least any
	}{
		"none":                              {nil, 0.0, 0.0, nil},
		"half is left":                      {[]View{of(50)}, 0.0, 0.0, 0.5},
		"exactly nothing is left":           {[]View{of(100)}, 0.0, 0.0, 0.0},
		"one event too many":                {[]View{of(50), of(101)}, 0.0, 1.0, -0.01},
		"stale":                             {[]View{of(101, stale)}, 1.0, nil, nil},
		"never evaluated":                   {[]View{of(0, never)}, 1.0, nil, nil},
		"by an earlier revision":            {[]View{of(0, revised)}, 1.0, nil, nil},
		"nobody evaluates":                  {[]View{of(0, outdated)}, 1.0, nil, nil},
		"its past is still read":            {[]View{of(0, filling)}, 0.0, nil, nil},
		"too few events":                    {[]View{of(0, few)}, 0.0, nil, nil},
		"one is known, and the other not":   {[]View{of(50), of(0, stale)}, 1.0, nil, 0.5},
		"one is overspent, the other stale": {[]View{of(101), of(0, stale)}, 1.0, 1.0, -0.01},
	} {
		got := promises(c.views, at)
		for fact, want := range map[string]any{"slos": float64(len(c.views)), "slosNotFresh": c.notFresh, "slosOverspent": c.overspent, "budgetRemaining": c.least} {
			if got[fact] != want {
				t.Errorf("%s: %s is %v, want %v", name, fact, got[fact], want)
			}
		}
	}
}

func TestTheOldestRevisionAndTheKindsOfIndicatorsAreTold(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 14, 15, 0, 0, 0, time.UTC)
	newer := promised(t, "one", "99%", 0, at, func(v *View) { v.Revision.CreatedAt, v.Indicator.Category = at.Add(-time.Hour), Freshness })
	older := promised(t, "one", "99%", 0, at)
	got := promises([]View{older, newer, older}, at)
	if got["sloRevisionAge"] != 1.5 {
		t.Errorf("the oldest is of %v days, want 1.5", got["sloRevisionAge"])
	}
	kinds := got["sliKinds"].(map[string]float64)
	if kinds["availability"] != 2 || kinds["freshness"] != 1 || kinds["latency"] != 0 || len(kinds) != len(Categories) {
		t.Errorf("the kinds are %v", kinds)
	}
	if _, known := promises(nil, at)["sloRevisionAge"]; known {
		t.Error("without an SLO there is an age")
	}
}

// A service cannot be more available than what it cannot do without ("The Calculus of Service
// Availability", ACM Queue 15(2)).
func TestAnObjectiveIsComparedWithTheWeakestHardDependency(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 14, 15, 0, 0, 0, time.UTC)
	of := func(service id.ID, objective string, do ...func(*View)) View {
		return promised(t, service, objective, 0, at, do...)
	}
	latency := func(v *View) { v.Indicator.Category = Latency }
	others := promisedAvailability([]View{
		of("strong", "99.99%"), of("weak", "99%"), of("weak", "98%"), of("fast", "99.9%", latency), // of two the higher counts
	})
	for name, c := range map[string]struct {
		own   []View
		on    []id.ID
		n     int
		known bool
	}{
		"it depends on nothing":                        {[]View{of("own", "99.9%")}, nil, 0, true},
		"below the only one":                           {[]View{of("own", "99.9%")}, []id.ID{"strong"}, 0, true},
		"as high as the only one":                      {[]View{of("own", "99.99%")}, []id.ID{"strong"}, 0, true},
		"above the weakest of two":                     {[]View{of("own", "99.9%")}, []id.ID{"strong", "weak"}, 1, true},
		"not above the higher of the weakest one":      {[]View{of("own", "99%")}, []id.ID{"weak"}, 0, true},
		"one of two is above":                          {[]View{of("own", "99.9%"), of("own", "95%")}, []id.ID{"weak"}, 1, true},
		"latency is compared with nothing":             {[]View{of("own", "99.9%", latency)}, []id.ID{"weak", "silent"}, 0, true},
		"what one promises is not known":               {[]View{of("own", "99.9%")}, []id.ID{"strong", "silent"}, 0, false},
		"one promises latency alone":                   {[]View{of("own", "99.9%")}, []id.ID{"fast"}, 0, false},
		"above one, and of another nothing is known":   {[]View{of("own", "99.9%")}, []id.ID{"weak", "silent"}, 1, true},
		"it promises nothing itself, nor do others":    {nil, []id.ID{"silent"}, 0, true},
		"it promises nothing, and depends on a strong": {nil, []id.ID{"strong"}, 0, true},
	} {
		if n, known := above(c.own, c.on, others); n != c.n || known != c.known {
			t.Errorf("%s: %d (known: %v), want %d (%v)", name, n, known, c.n, c.known)
		}
	}
}

func TestEachKindOfIndicatorIsDeclared(t *testing.T) {
	t.Parallel()
	for _, d := range (ServiceFacts{}).Facts() {
		if d.Type == fact.Numbers && len(d.Values) != len(Categories) {
			t.Errorf("%s can have %v, want %v", d.Name, d.Values, Categories)
		}
	}
}
