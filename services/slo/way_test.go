package slo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// The worked example of the design's reference on SLOs: T = 95 %, ten slices,
// Occurrences: SLI 94.0678 %, 118.644 % of the budget burned.
func TestTheWorkedExampleGoesTheWholeWay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, theWorkedExample)
}

func theWorkedExample(t *testing.T, s *store.Store) {
	h := newHouseOn(t, s)
	v := h.declare(t, "availability", "95%")
	good := []float64{2, 10, 12, 13, 13, 12, 13, 13, 12, 11}
	total := []float64{4, 10, 12, 13, 14, 15, 14, 13, 12, 11}
	var slots []slo.Slot
	for i := range good {
		slots = append(slots, h.at(time.Duration(len(good)-i)*time.Minute, good[i], total[i]))
	}
	h.push(t, "availability", slots...)
	v = h.evaluate(t, v)

	if want := (window.Sum{Good: 111_000, Total: 118_000}); v.Status.Sums.Window != want || v.Status.Sums.Policy != want {
		t.Fatalf("the sums are %+v", v.Status.Sums)
	}
	// The last five minutes are slices 6 to 10: 12+13+13+12+11 of 15+14+13+12+11.
	if got, want := v.Status.Sums.Lookbacks[0], (window.Sum{Good: 61_000, Total: 65_000}); got != want {
		t.Errorf("over five minutes %+v, want %+v", got, want)
	}
	sli, _ := budget.SLI(v.Status.Sums.Window)
	consumed, _ := budget.Consumed(v.Status.Sums.Policy, v.Revision.Objective, budget.Pace{})
	if sli.Percent(4) != "94.0678" || consumed.Percent(3) != "118.644" {
		t.Errorf("SLI %s %%, burned %s %%", sli.Percent(4), consumed.Percent(3))
	}
	status := v.Status
	if status.State != budget.Exhausted || status.Stale || !status.Since.Equal(start) || !status.EvaluatedAt.Equal(start) {
		t.Errorf("status %+v", status)
	}
	if end := start.Truncate(time.Minute); !status.End.Equal(end) || !status.Latest.Equal(end) {
		t.Errorf("it ends at %s, the newest slot at %s", status.End, status.Latest)
	}
	if *status.RemainingPPB != -186_440_678 { // −18.6440677966… %, rounded down
		t.Errorf("%d parts per billion remain", *status.RemainingPPB)
	}
	// Of 118 events 5.9 may be bad, and 7 were.
	if consumed, known := h.consumed(t, v); !known || consumed != 7/5.9 {
		t.Errorf("%v of the budget is consumed, %v", consumed, known)
	}
	explained := ok(h.Explain(h.bob, v.SLO.ID, ""))(t)
	if explained.State != budget.Exhausted || !strings.Contains(explained.Because, "7 bad events of the 5.9") {
		t.Errorf("explained as %+v", explained)
	}
}

func TestAnSLOThatNobodyEvaluatesIsStale(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", "95%")
	h.push(t, "availability", h.at(time.Minute, 10, 100))
	h.evaluate(t, v)
	read := func() []slo.View {
		t.Helper()
		found, _, err := h.Find(h.bob, name("availability"))
		return []slo.View{
			ok(h.View(h.bob, v.SLO.ID))(t), ok(found, err)(t), ok(h.Views(h.bob, slo.Filter{}, page.Request{}))(t).Items[0],
			ok(h.ViewsByID(h.bob, []id.ID{v.SLO.ID}))(t)[v.SLO.ID],
		}
	}
	h.clock.Advance(29 * time.Minute) // and half a minute: the windows ended at the full minute
	for i, v := range read() {
		if v.Status.Stale {
			t.Errorf("reading %d: within half an hour %+v", i, v.Status)
		}
	}
	h.clock.Advance(time.Minute)
	for i, v := range read() {
		if !v.Status.Stale || v.Status.State != budget.Exhausted {
			t.Errorf("reading %d: after half an hour %+v", i, v.Status)
		}
	}
	if tally := ok(h.Tally(h.bob, h.payments.ID))(t); tally.Stale != 1 || tally.Total != 1 || tally.States[budget.Exhausted] != 1 {
		t.Errorf("the team's tally is %+v", tally)
	}
	if explained := ok(h.Explain(h.bob, v.SLO.ID, ""))(t); !strings.HasPrefix(explained.Because, "outdated: it was not evaluated after 2026-11-23 12:00 UTC") {
		t.Errorf("explained as %q", explained.Because)
	}
}

func TestAnSLOGoesFromStateToStateAndIsHeldWhenStale(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", "95%")
	if v = h.evaluate(t, v); v.Status.State != budget.NoData || !v.Status.Stale || !v.Status.Evaluated() {
		t.Errorf("without measurements %+v", v.Status)
	}
	h.push(t, "availability", h.at(time.Minute, 100, 100))
	if v = h.evaluate(t, v); v.Status.State != budget.OK || v.Status.Stale {
		t.Errorf("with good events %+v", v.Status)
	}
	// 4 bad of 200 burn at 0.4 over everything: at the day's burn the remaining 60 %
	// last one and a half windows; but over 3 d/6 h the factor is 14/15, not
	// exceeded. 5 bad are half of the 10 that are allowed: gone within the window.
	h.clock.Advance(time.Minute)
	h.push(t, "availability", h.at(time.Minute, 96, 100))
	if v = h.evaluate(t, v); v.Status.State != budget.OK {
		t.Errorf("with 4 of 200 bad %+v", v.Status)
	}
	h.push(t, "availability", h.at(time.Minute, 95, 100)) // corrected
	if v = h.evaluate(t, v); v.Status.State != budget.AtRisk || !v.Status.Since.Equal(h.clock.Now()) {
		t.Errorf("with 5 of 200 bad %+v", v.Status)
	}
	h.push(t, "availability", h.at(time.Minute, 90, 100))
	if v = h.evaluate(t, v); v.Status.State != budget.Exhausted {
		t.Errorf("with 10 of 200 bad %+v", v.Status)
	}
	since := v.Status.Since

	// Three slots later nothing new has come: whatever is written into the past,
	// the state is held.
	h.clock.Advance(3 * time.Minute)
	h.push(t, "availability", h.at(10*time.Minute, 10_000, 10_000))
	if v = h.evaluate(t, v); v.Status.State != budget.Exhausted || !v.Status.Stale || !v.Status.Since.Equal(since) || v.Status.Sums.Window.Total != 10_200_000 {
		t.Errorf("stale %+v", v.Status)
	}
	if _, known := h.consumed(t, v); known {
		t.Error("what a stale SLO consumed is a fact")
	}
	h.push(t, "availability", h.at(time.Minute, 1, 1))
	if v = h.evaluate(t, v); v.Status.State != budget.OK || v.Status.Stale || !v.Status.Since.Equal(h.clock.Now()) {
		t.Errorf("fresh again %+v", v.Status)
	}
}

func TestANewRevisionIsJudgedAtTheNextEvaluation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", "95%")
	h.push(t, "availability", h.at(time.Minute, 90, 100))
	v = h.evaluate(t, v)
	if v.Status.State != budget.Exhausted {
		t.Fatalf("status %+v", v.Status)
	}
	first := v.Revision.ID
	d := v.Declared()
	d.Objective, d.WindowDays = "50%", 7
	if _, _, err := h.Revise(h.ada, v.SLO.ID, 1, d); err != nil {
		t.Fatal(err)
	}
	v = ok(h.View(h.ada, v.SLO.ID))(t)
	if v.Status.State != budget.Exhausted || v.Status.Revision != first || v.Current() || v.Status.Sums.Window.Total != 100_000 {
		t.Errorf("before it was evaluated %+v", v.Status)
	}
	if e := ok(h.Explain(h.ada, v.SLO.ID, ""))(t); !strings.Contains(e.Because, "revision 2 was not evaluated yet") {
		t.Errorf("explained by %q", e.Because)
	}
	v = h.evaluate(t, v)
	if v.Status.State != budget.OK || v.Status.Revision != v.Revision.ID || !v.Current() {
		t.Errorf("after it was evaluated %+v", v.Status)
	}

	// Another counting is another indicator, whose series begin empty.
	d.Counting = slo.BadTotal
	if _, _, err := h.Revise(h.ada, v.SLO.ID, 2, d); err != nil {
		t.Fatal(err)
	}
	v = h.evaluate(t, v)
	if v.Status.State != budget.NoData || v.Status.Sums.Window.Total != 0 || !v.Status.Stale {
		t.Errorf("with a new indicator %+v", v.Status)
	}
	bad := 1.0
	h.push(t, "availability", slo.Slot{Start: h.at(time.Minute, 0, 0).Start, Bad: &bad, Total: 100})
	if v = h.evaluate(t, v); v.Status.State != budget.OK || v.Status.Sums.Window != (window.Sum{Good: 99_000, Total: 100_000}) {
		t.Errorf("then %+v", v.Status)
	}
}

func TestTheHistoryIsTheWindowAtEachStep(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := valid()
	d.WindowDays = 1
	v, _, err := h.Declare(h.ada, h.checkout.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	// 10 of 100 are bad 30 h ago, none of 100 are 5 h ago: T = 95 % allows 5 of 100.
	h.push(t, "availability", h.at(30*time.Hour, 90, 100), h.at(5*time.Hour, 100, 100))
	got := ok(h.History(h.bob, v.SLO.ID, "", h.clock.Now().Add(-36*time.Hour), time.Time{}, 6*time.Hour))(t)
	if len(got.Points) != 6 || got.Step != 6*time.Hour || got.Window.Days != 1 || got.Revision != 1 {
		t.Fatalf("the history is %+v", got)
	}
	now := start.Truncate(time.Minute)
	if !got.To.Equal(now) || !got.From.Equal(now.Add(-30*time.Hour)) {
		t.Errorf("from %s to %s", got.From, got.To)
	}
	// The windows end 30, 24, 18, 12, 6 and 0 h ago, and reach back a day.
	want := []window.Sum{{}, {Good: 90_000, Total: 100_000}, {Good: 90_000, Total: 100_000}, {Good: 90_000, Total: 100_000}, {Good: 90_000, Total: 100_000}, {Good: 100_000, Total: 100_000}}
	for i, p := range got.Points {
		if p.Sum != want[i] || !p.End.Equal(now.Add(time.Duration(i-5)*6*time.Hour)) {
			t.Errorf("point %d is %+v, want %+v", i, p, want[i])
		}
	}
	if p := got.Points[0]; p.SLI != nil || p.Remaining != nil {
		t.Errorf("unknown is %v, %v", p.SLI, p.Remaining)
	}
	if p := got.Points[1]; *p.SLI != 0.9 || *p.Remaining != -1 {
		t.Errorf("overspent is %v, %v", *p.SLI, *p.Remaining)
	}
	if p := got.Points[5]; *p.SLI != 1 || *p.Remaining != 1 {
		t.Errorf("recovered is %v, %v", *p.SLI, *p.Remaining)
	}
	if whole := ok(h.History(h.bob, v.SLO.ID, "", time.Time{}, time.Time{}, 0))(t); whole.Step != 15*time.Minute || len(whole.Points) != 97 {
		t.Errorf("by itself: %d points every %s", len(whole.Points), whole.Step)
	}
	days := ok(h.History(h.bob, v.SLO.ID, "", now.AddDate(0, 0, -9), now, 48*time.Hour))(t)
	if last := days.Points[len(days.Points)-1]; len(days.Points) != 5 || last.Sum != want[5] {
		t.Errorf("every two days: %+v", days.Points)
	}
	for _, c := range []struct {
		from time.Time
		step time.Duration
		want string
	}{
		{now.Add(-time.Hour), 7 * time.Minute, "query.stepSeconds"},
		{now.Add(-time.Hour), -time.Hour, "query.stepSeconds"},
		{now.Add(-time.Hour), 5 * time.Hour, "query.stepSeconds"},
		{now.AddDate(0, 0, -60), 5 * time.Minute, "query.stepSeconds"},
		{now.Add(time.Hour), time.Hour, "query.from"},
		{now.AddDate(-11, 0, 0), 24 * time.Hour, "query.from"},
		{time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC), 0, "query.from"},
	} {
		_, err := h.History(h.bob, v.SLO.ID, "", c.from, time.Time{}, c.step)
		if got := pointers(refused(t, err, fault.Invalid, "invalid_input")); got != c.want {
			t.Errorf("from %s every %s: faults at %s, want %s", c.from, c.step, got, c.want)
		}
	}
	_, err = h.Measurements(h.bob, v.SLO.ID, "", now.AddDate(0, 0, -8), now)
	refused(t, err, fault.Invalid, "invalid_input")

	// A window before the year 0 is one that JSON cannot tell of.
	antiquity := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	_, err = h.History(h.bob, v.SLO.ID, "", time.Time{}, antiquity, 0)
	if got := pointers(refused(t, err, fault.Invalid, "invalid_input")); got != "query.to" {
		t.Errorf("a history of antiquity: faults at %s", got)
	}
	_, err = h.Measurements(h.bob, v.SLO.ID, "", time.Time{}, antiquity)
	if got := pointers(refused(t, err, fault.Invalid, "invalid_input")); got != "query.to" {
		t.Errorf("measurements of antiquity: faults at %s", got)
	}
}

func TestAConfidenceIsATermLikeAnyOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", "50%")
	d := v.Declared()
	d.Confidence = "95%"
	sure, _, err := h.Revise(h.ada, v.SLO.ID, v.SLO.Version, d)
	if err != nil || sure.Revision.Number != 2 || sure.Declared().Confidence != "95%" {
		t.Fatalf("revised to %+v (%v)", sure, err)
	}
	// Against 50 %, seven good events of seven decide and six do not: C(2n, n) ÷ 2ⁿ is
	// 26.8 and 14.4, where 1 ÷ α is 20.
	h.push(t, "availability", h.at(time.Minute, 6, 6))
	sure = h.evaluate(t, sure)
	if c := sure.Certainty(sure.Figures().Window); c.Verdict != slo.Undetermined || c.Needed == nil || *c.Needed != 1 {
		t.Errorf("six good events are %+v", c)
	}
	h.push(t, "availability", h.at(time.Minute, 7, 7))
	sure = h.evaluate(t, sure)
	if c := sure.Certainty(sure.Figures().Window); c.Verdict != slo.Met || c.Needed != nil {
		t.Errorf("seven good events are %+v", c)
	}
	d.Confidence = ""
	unsure, _, err := h.Revise(h.ada, v.SLO.ID, sure.SLO.Version, d)
	if err != nil || unsure.Revision.Number != 3 || unsure.Certainty(unsure.Figures().Window) != nil {
		t.Errorf("revised to %+v (%v)", unsure, err)
	}
	first := ok(h.Revision(h.bob, v.SLO.ID, 2))(t)
	if first.Revision.Confidence.String() != "95%" {
		t.Errorf("the second revision is %+v", first.Revision)
	}
}
