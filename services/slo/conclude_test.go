package slo

import (
	"reflect"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// declared is an SLO of 99 % that was just declared.
func declared(t *testing.T) View {
	t.Helper()
	d := sound()
	d.Objective = "99%"
	terms, counts, err := checked(d.orElse(defaults), noon, nil)
	if err != nil {
		t.Fatal(err)
	}
	return begin(registry.Service{ID: "S"}, d, terms, counts, "Ada", noon)
}

// evaluation of 1,000 events in every window, of which that many were bad.
func evaluation(v View, bad int64, end, latest time.Time) measure.Evaluation {
	e := measure.Evaluation{Subject: v.SLO.ID, Revision: v.Revision.ID, End: end, Latest: latest}
	for range v.Revision.Windows(v.Indicator.Resolution) {
		e.Sums = append(e.Sums, window.Sum{Good: 1_000_000 - bad*1000, Total: 1_000_000})
	}
	return e
}

func TestANewSLOKnowsNothing(t *testing.T) {
	t.Parallel()
	v := declared(t)
	if v.Status.State != budget.NoData || !v.Status.Stale || v.Status.Evaluated() || !v.Status.Since.Equal(noon) {
		t.Errorf("its status is %+v", v.Status)
	}
	if f := v.Figures(); f.State != budget.NoData || f.Window.SLI != nil {
		t.Errorf("its figures are %+v", f)
	}
}

// At 99 %, 1,000 events allow 10 bad ones. 5 are half of the budget, at a burn of
// ½ everywhere: the budget ends within the window (see the tests of budget). 4
// are not.
func TestTheStateFollowsFromTheSumsAndSinceFromTheState(t *testing.T) {
	t.Parallel()
	v := declared(t)
	at := noon
	for _, step := range []struct {
		bad  int64
		want budget.State
		ppb  int64
		same bool // Since stays
	}{
		{0, budget.OK, 1_000_000_000, false},
		{4, budget.OK, 600_000_000, true},
		{5, budget.AtRisk, 500_000_000, false},
		{10, budget.Exhausted, 0, false},
		{11, budget.Exhausted, -100_000_000, true},
		{4, budget.OK, 600_000_000, false},
	} {
		at = at.Add(time.Minute)
		since := v.Status.Since
		v.Status = v.conclude(at, evaluation(v, step.bad, at, at), 0)
		if v.Status.State != step.want || v.Status.Stale || *v.Status.RemainingPPB != step.ppb {
			t.Errorf("%d bad: %s, stale %v, %d remaining", step.bad, v.Status.State, v.Status.Stale, *v.Status.RemainingPPB)
		}
		if want := map[bool]time.Time{true: since, false: at}[step.same]; !v.Status.Since.Equal(want) {
			t.Errorf("%d bad: since %s, want %s", step.bad, v.Status.Since, want)
		}
		if !v.Status.EvaluatedAt.Equal(at) || !v.Current() {
			t.Errorf("%d bad: %+v", step.bad, v.Status)
		}
	}
}

func TestAStaleSLOHoldsItsState(t *testing.T) {
	t.Parallel()
	v := declared(t)
	v.Status = v.conclude(noon, evaluation(v, 4, noon, noon), 0)
	for _, c := range []struct {
		name   string
		latest time.Time
		stale  bool
		want   budget.State
	}{
		{"the last slot just came", noon, false, budget.Exhausted},
		{"one slot is missing", noon.Add(-time.Minute), false, budget.Exhausted},
		{"two slots are missing", noon.Add(-2 * time.Minute), false, budget.Exhausted},
		{"three slots are missing", noon.Add(-3 * time.Minute), true, budget.OK},
		{"a day is missing", noon.Add(-24 * time.Hour), true, budget.OK},
	} {
		got := v.conclude(noon.Add(time.Second), evaluation(v, 11, noon, c.latest), 0)
		if got.Stale != c.stale || got.State != c.want {
			t.Errorf("%s: %s, stale %v", c.name, got.State, got.Stale)
		}
		if got.Sums.Window.Bad() != 11_000 {
			t.Errorf("%s: the sums are those of before", c.name)
		}
		held := v
		held.Status = got
		if _, known := held.facts()["consumed"]; known == c.stale {
			t.Errorf("%s: it is %v that what is consumed is known", c.name, known)
		}
	}
}

func TestAStaleSLOWhoseWindowsAreEmptyHasNoData(t *testing.T) {
	t.Parallel()
	v := declared(t)
	v.Status = v.conclude(noon, evaluation(v, 11, noon, noon), 0)
	e := evaluation(v, 0, noon.AddDate(0, 2, 0), time.Time{})
	for i := range e.Sums {
		e.Sums[i] = window.Sum{}
	}
	if got := v.conclude(e.End, e, 0); got.State != budget.NoData || !got.Stale || !got.Since.Equal(e.End) {
		t.Errorf("got %+v", got)
	}
}

func TestWithoutEventsNothingRemainsToSortBy(t *testing.T) {
	t.Parallel()
	v := declared(t)
	e := evaluation(v, 0, noon, noon)
	for i := range e.Sums {
		e.Sums[i] = window.Sum{}
	}
	if got := v.conclude(noon, e, 0); got.State != budget.NoData || got.RemainingPPB != nil {
		t.Errorf("got %+v", got)
	}
	v.Revision.MinEvents = 1001
	if got := v.conclude(noon, evaluation(v, 0, noon, noon), 0); got.State != budget.NoData || got.RemainingPPB != nil {
		t.Errorf("with too few: %+v", got)
	}
}

func TestARevisionLeavesTheFiguresUnknownUntilItIsEvaluated(t *testing.T) {
	t.Parallel()
	v := declared(t)
	v.Status = v.conclude(noon, evaluation(v, 11, noon, noon), 0)
	d := v.Declared()
	d.Objective = "95%"
	terms, counts, err := checked(d, noon, nil)
	if err != nil {
		t.Fatal(err)
	}
	revised := v.revise(d, terms, counts, "Ada", noon.Add(time.Minute))
	if revised.Revision.Number != 2 || revised.Indicator.ID != v.Indicator.ID || revised.Current() {
		t.Errorf("revised to %+v", revised)
	}
	if !reflect.DeepEqual(revised.Status, v.Status) {
		t.Error("the status changed without an evaluation")
	}
	f := revised.Figures()
	if f.State != budget.Exhausted || f.Window.SLI != nil {
		t.Errorf("figures are %+v", f)
	}
	if known := revised.facts(); len(known) != 2 { // the state and that it is not stale
		t.Errorf("facts are %v", known)
	}
	revised.Status = revised.conclude(noon.Add(2*time.Minute), evaluation(revised, 11, noon, noon), 0)
	if !revised.Current() || revised.Status.State == budget.Exhausted {
		t.Errorf("then %+v", revised.Status)
	}
}

func TestTheSameTermsAreNoNewRevision(t *testing.T) {
	t.Parallel()
	v := declared(t)
	for _, c := range []struct {
		name              string
		change            func(d *Declaration)
		revises, recounts bool
	}{
		{"nothing", func(*Declaration) {}, false, false},
		{"the name", func(d *Declaration) { d.Name = "Another" }, false, false},
		{"the description", func(d *Declaration) { d.Description = "Another" }, false, false},
		{"the slug", func(d *Declaration) { d.Slug = "another" }, false, false},
		{"what a good event is", func(d *Declaration) { d.GoodEvent = "no 5xx" }, false, false},
		{"the category", func(d *Declaration) { d.Category = Latency }, false, false},
		{"the objective", func(d *Declaration) { d.Objective = "99.5%" }, true, false},
		{"the objective's text", func(d *Declaration) { d.Objective = "99.0%" }, true, false},
		{"the window", func(d *Declaration) { d.WindowDays = 30 }, true, false},
		{"the minimum", func(d *Declaration) { d.MinEvents = 100 }, true, false},
		{"what is alerted of", func(d *Declaration) { d.AlertsOff = []string{"ticket"} }, true, false},
		{"the bad events that it takes", func(d *Declaration) { d.MinBadEvents = 1 }, true, false},
		{"the enforcement", func(d *Declaration) { d.Enforcement = Observed }, true, false},
		{"the rationale", func(d *Declaration) { d.Rationale = "why" }, true, false},
		{"the reviewer", func(d *Declaration) { d.Reviewer = "Grace" }, true, false},
		{"the review date", func(d *Declaration) { by := noon.AddDate(1, 0, 0); d.ReviewBy = &by }, true, false},
		{"the counting", func(d *Declaration) { d.Counting = BadTotal }, true, true},
		{"the resolution", func(d *Declaration) { d.Resolution = measure.FiveMinutes }, true, true},
	} {
		d := v.Declared()
		c.change(&d)
		terms, counts, err := checked(d, noon, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		got := v.revise(d, terms, counts, "Grace", noon)
		if revised := got.Revision.ID != v.Revision.ID; revised != c.revises || got.SLO.Revision != got.Revision.Number {
			t.Errorf("%s: a new revision is %v", c.name, revised)
		}
		if recounted := got.Indicator.ID != v.Indicator.ID; recounted != c.recounts || got.Revision.Indicator != got.Indicator.ID {
			t.Errorf("%s: a new indicator is %v", c.name, recounted)
		}
		if changed := got.record() != v.record(); changed != (c.name != "nothing") {
			t.Errorf("%s: changed is %v", c.name, changed)
		}
	}
}
