package composite_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
	"github.com/evenkeel/evenkeel/services/slo/composite"
	"github.com/evenkeel/evenkeel/services/slo/composite/formula"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// shown is the SLI, what is burned and each member's share of that, and the state.
func shown(v composite.View) string {
	f := v.Figures()
	text := func(f *formula.Fraction) string {
		if f == nil {
			return "unknown"
		}
		return f.Percent(3)
	}
	out := fmt.Sprintf("%s, burned %s, %s:", text(f.SLI), text(f.Burned), f.State)
	for _, p := range f.Parts {
		out += fmt.Sprintf(" %s %s", p.Fate, text(p.Share))
	}
	return out
}

// By hand, of four slots each: checkout had 10 of 10, 10 of 10, 8 of 10 and 10 of 10, search
// 100 of 100, 100 of 100, 99 of 100 and 90 of 100, at objectives of 99 %.
// Occurrences: 2 of 40 ÷ 1 % = 5 budgets, 11 of 400 ÷ 1 % = 2.75: 7.75 in all.
// Weighted average: (95 % + 97.25 %) ÷ 2 = 96.125 %; missed 3.875 % of 2 %.
// Timeslices at 95 %: the third slot is bad of checkout (80 %), the fourth of search (90 %):
// 2 of 4 slots; 50 % of 2 %.
// Ratio timeslices: means of 95 % and 97.25 %: 5 % + 2.75 % missed: 92.25 %; 7.75 % of 2 %.
func TestEachMethodComesToWhatIsWorkedOutByHand(t *testing.T) {
	t.Parallel()
	for method, want := range map[formula.Method]string{
		formula.Occurrences:     "unknown, burned 775 %, exhausted: measured 64.516 % measured 35.484 %",
		formula.WeightedAverage: "96.125 %, burned 193.75 %, exhausted: measured 64.516 % measured 35.484 %",
		formula.Timeslices:      "50 %, burned 2500 %, exhausted: measured 50 % measured 50 %",
		formula.RatioTimeslices: "92.25 %, burned 387.5 %, exhausted: measured 64.516 % measured 35.484 %",
	} {
		t.Run(string(method), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			made := h.declare(t, of(method))
			if v := h.evaluate(t, "buying"); v.Status.State != budget.NoData || !v.Status.Stale || v.Figures().Burned != nil {
				t.Errorf("without data: %s", shown(v))
			}
			for i, counted := range [][2]int64{{10, 100}, {10, 100}, {8, 99}, {10, 90}} {
				h.push(t, "checkout", 4-i, counted[0], 10)
				h.push(t, "search", 4-i, counted[1], 100)
			}
			v := h.evaluate(t, "buying")
			if got := shown(v); got != want {
				t.Errorf("%s\nwant %s", got, want)
			}
			if v.Status.Stale || !v.Status.End.Equal(start) || v.Composite.ID != made.Composite.ID {
				t.Errorf("status %+v", v.Status)
			}
			e := v.Explain()
			if e.State != budget.Exhausted || !strings.Contains(e.Because, "nothing of it remains") || len(e.Lines) < 10 {
				t.Errorf("explained as %+v", e)
			}
			// 400 days ago is noon of the 26th of January of 2025, and the window has 28 days.
			for from, faults := range map[string]int{"2025-02-23": 1, "2025-02-24": 0} {
				at := ok(time.Parse(time.DateOnly, from))(t)
				_, err := h.History(h.bob, made.Composite.ID, at, at.AddDate(0, 0, 1), time.Hour)
				if f := fault.As(err); (f != nil) != (faults == 1) || f != nil && (len(f.Violations) != 1 || f.Violations[0].Pointer != "query.from") {
					t.Errorf("from %s: %v", from, err)
				}
			}
			// What was derived anew says the same of now, and nothing of before.
			past := ok(h.History(h.bob, made.Composite.ID, time.Time{}, time.Time{}, 0))(t)
			now := past.Points[len(past.Points)-1]
			if !now.End.Equal(start) || now.Remaining.Short(9) != v.Figures().Remaining.Short(9) || past.Points[0].Remaining != nil || past.Step != 6*time.Hour {
				t.Errorf("history %+v", now)
			}
			if got := v.Figures().SLI; method.Promises() && (now.SLI == nil || now.SLI.Short(9) != got.Short(9)) || !method.Promises() && now.SLI != nil {
				t.Errorf("history has the SLI %v", now.SLI)
			}
		})
	}
}

func TestACorrectionOfAMemberHoldsInTheComposite(t *testing.T) {
	t.Parallel()
	for _, method := range formula.Methods {
		t.Run(string(method), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.declare(t, of(method))
			for i := range 12 {
				bad := int64(0)
				if i == 6 {
					bad = 50
				}
				h.push(t, "checkout", 12-i, 100-bad, 100)
				h.push(t, "search", 12-i, 100, 100)
			}
			before := h.evaluate(t, "buying")
			from := start.Add(-6 * measure.FiveMinutes)
			to := from.Add(measure.FiveMinutes)
			c, err := h.corrections.Declare(h.ada, h.members["checkout"].SLO.ID, correction.Declaration{Effect: correction.Exclude, Kind: correction.Maintenance, Reason: "moved house", From: &from, To: &to})
			if err != nil {
				t.Fatal(err)
			}
			if v := h.evaluate(t, "buying"); v.Figures().Burned.Short(3) != "0" || v.Status.State != budget.OK {
				t.Errorf("corrected: %s", shown(v))
			}
			ok(h.corrections.Remove(h.ada, c.ID, "it was not"))(t)
			if v := h.evaluate(t, "buying"); shown(v) != shown(before) || v.Figures().Burned.Short(3) == "0" {
				t.Errorf("restored: %s, was %s", shown(v), shown(before))
			}
		})
	}
}

// A member follows its SLO: a revised objective counts from then on, a retired one is a
// member without data.
func TestAMemberIsItsSLOAsItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := of(formula.Occurrences)
	d.Members[1].Missing = formula.Bad
	h.declare(t, d)
	h.push(t, "checkout", 1, 9_950, 10_000) // half of its budget
	h.push(t, "search", 1, 10_000, 10_000)
	if got := shown(h.evaluate(t, "buying")); !strings.HasPrefix(got, "unknown, burned 50 %") {
		t.Error(got)
	}
	checkout := h.members["checkout"]
	view := ok(h.slos.View(h.ada, checkout.SLO.ID))(t)
	declared := view.Declared()
	declared.Objective = "98%" // of which it is a quarter
	if _, _, err := h.slos.Revise(h.ada, checkout.SLO.ID, 1, declared); err != nil {
		t.Fatal(err)
	}
	if got := shown(h.evaluate(t, "buying")); !strings.HasPrefix(got, "unknown, burned 25 %") {
		t.Error(got)
	}
	retired := ok(h.slos.Retire(h.ada, h.members["search"].SLO.ID, 1, ""))(t)
	h.clock.Advance(time.Minute)
	v := h.evaluate(t, "buying")
	if got := shown(v); !strings.HasPrefix(got, "unknown, burned 10025 %, exhausted: measured 0.249 % bad 99.751 %") {
		t.Error(got)
	}
	if got := codes(ok(h.Warnings(h.ada, v))(t)); !slices.Contains(got, "member_retired") {
		t.Errorf("warnings %v", got)
	}
	ok(h.slos.Restore(h.ada, h.members["search"].SLO.ID, retired.SLO.Version, ""))(t)
	h.clock.Advance(time.Minute)
	if got := shown(h.evaluate(t, "buying")); !strings.HasPrefix(got, "unknown, burned 25 %") {
		t.Error(got)
	}
}

// Nothing comes any more: the composite holds its state, and a member without whose data
// there is none has it held alone.
func TestAStaleCompositeHoldsItsState(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := of(formula.WeightedAverage)
	d.Members[1].Missing = formula.Unknown
	h.declare(t, d)
	h.push(t, "checkout", 1, 100, 100)
	h.push(t, "search", 1, 100, 100)
	if v := h.evaluate(t, "buying"); v.Status.State != budget.OK || v.Status.Stale {
		t.Fatalf("%+v", v.Status)
	}
	h.clock.Advance(4 * measure.FiveMinutes)
	h.push(t, "checkout", 1, 0, 1000)
	v := h.evaluate(t, "buying")
	if v.Status.State != budget.OK || !v.Status.Stale || !strings.HasPrefix(v.Explain().Because, "stale") {
		t.Errorf("search is silent: %+v", v.Status)
	}
	h.push(t, "search", 1, 100, 100)
	if v = h.evaluate(t, "buying"); v.Status.State != budget.Exhausted || v.Status.Stale {
		t.Errorf("search is back: %+v", v.Status)
	}
	h.clock.Advance(time.Hour)
	if v = ok(h.Find(h.bob, "buying"))(t); !v.Status.Stale {
		t.Error("a status of an hour ago is not stale")
	}
}

// By hand: the first half of a month of 31 days is over, and half of the budget of what
// there was is spent: a quarter of that of the month.
func TestACalendarsBudgetIsThatOfTheWholeWindow(t *testing.T) {
	t.Parallel()
	for _, method := range []formula.Method{formula.Occurrences, formula.Timeslices} {
		h := newHouse(t)
		d := of(method)
		d.Calendar = &slo.CalendarInput{Period: calendar.Month}
		if d.Objective != "" {
			d.Objective = "50%"
		}
		h.declare(t, d)
		h.clock.Advance(time.Date(2026, 3, 16, 12, 0, 0, 0, time.UTC).Sub(start)) // 15.5 of 31 days
		for i := range 4 {
			bad := int64(0)
			if method == formula.Occurrences && i < 2 || i == 0 {
				bad = 1 // of Occurrences 2 of 400 with 4 allowed
			}
			if method == formula.Timeslices {
				bad *= 50 // 1 of 4 slices with 2 allowed
			}
			h.push(t, "checkout", i+1, 100-bad, 100)
			h.push(t, "search", i+1, 100, 100)
		}
		v := h.evaluate(t, "buying")
		f := v.Figures()
		if f.SoFar.Percent(3) != "50 %" || f.Burned.Percent(3) != "25 %" || f.Remaining.Percent(3) != "75 %" {
			t.Errorf("%s: %s so far, %s of the whole", method, f.SoFar.Percent(3), f.Burned.Percent(3))
		}
		past := ok(h.History(h.bob, v.Composite.ID, time.Time{}, time.Time{}, 6*time.Hour))(t)
		if got := past.Points[len(past.Points)-1].Remaining; got == nil || got.Percent(3) != "75 %" {
			t.Errorf("%s: history ends with %v", method, got)
		}
	}
}

func TestADeclarationIsRefusedWithEveryFault(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		change func(d *composite.Declaration)
		want   []string
	}{
		"nothing at all":          {func(d *composite.Declaration) { *d = composite.Declaration{} }, []string{"/slug", "/name", "/system", "/team", "/method", "/objective", "/members"}},
		"a system and a journey":  {func(d *composite.Declaration) { d.Journey.Name = "Buy" }, []string{"/journey"}},
		"a journey without name":  {func(d *composite.Declaration) { d.System, d.Journey.Description = "", "x" }, []string{"/journey/name"}},
		"no such system or team":  {func(d *composite.Declaration) { d.System, d.Team = "mall", "nobody" }, []string{"/team", "/system"}},
		"an objective of 100 %":   {func(d *composite.Declaration) { d.Objective = "100%" }, []string{"/objective"}},
		"one member":              {func(d *composite.Declaration) { d.Members = d.Members[:1] }, []string{"/members"}},
		"a member twice":          {func(d *composite.Declaration) { d.Members[1] = d.Members[0] }, []string{"/members/1/slo"}},
		"members that are not":    {func(d *composite.Declaration) { d.Members[0].Service, d.Members[1].SLO = "x", "y" }, []string{"/members/0/service", "/members/1/slo"}},
		"weights and rules":       {func(d *composite.Declaration) { d.Members[0].Weight, d.Members[1].Missing = "0", "maybe" }, []string{"/members/0/weight", "/members/1/missing"}},
		"slices of an average":    {func(d *composite.Declaration) { d.SliceLength, d.SliceTarget = time.Minute, "95%" }, []string{"/sliceSeconds", "/sliceTarget"}},
		"an occurrence's target":  {func(d *composite.Declaration) { d.Method = formula.Occurrences }, []string{"/objective"}},
		"slices without a target": {func(d *composite.Declaration) { d.Method, d.SliceLength = formula.Timeslices, measure.FiveMinutes }, []string{"/sliceTarget"}},
		"slices within slots":     {func(d *composite.Declaration) { d.Method, d.SliceLength = formula.RatioTimeslices, time.Minute }, []string{"/sliceSeconds", "/sliceSeconds"}},
		"a weight of slices":      {func(d *composite.Declaration) { *d = of(formula.Timeslices); d.Members[0].Weight = "2" }, []string{"/members/0/weight"}},
		"91 days":                 {func(d *composite.Declaration) { d.WindowDays = 91 }, []string{"/windowDays"}},
	} {
		d := of(formula.WeightedAverage)
		c.change(&d)
		_, _, err := h.Declare(h.ada, d)
		var got []string
		if f := fault.As(err); f != nil {
			for _, v := range f.Violations {
				got = append(got, v.Pointer)
			}
		}
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: faults at %v, want %v: %v", name, got, c.want, err)
		}
	}
	if _, _, err := h.Declare(h.bob, of(formula.Occurrences)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("Bob declared one of a team that he is not of: %v", err)
	}
}

func TestAChangeOfTermsIsARevisionAndEveryChangeIsAudited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, of(formula.WeightedAverage))
	if _, _, err := h.Declare(h.ada, of(formula.WeightedAverage)); code(err) != "slug_taken" {
		t.Errorf("two of one name: %v", err)
	}
	same, _, err := h.Revise(h.ada, v.Composite.ID, 1, of(formula.WeightedAverage))
	if err != nil || same.Composite.Version != 1 {
		t.Errorf("nothing changed, and version %d: %v", same.Composite.Version, err)
	}
	d := of(formula.WeightedAverage)
	d.Slug, d.Members[0].Weight, d.Members[1].Missing = "buying-books", "2.5", formula.Bad
	if _, _, err := h.Revise(h.bob, v.Composite.ID, 1, d); !fault.Is(err, fault.Forbidden) {
		t.Errorf("Bob revised it: %v", err)
	}
	if _, _, err := h.Revise(h.ada, v.Composite.ID, 2, d); !fault.Is(err, fault.Precondition) {
		t.Errorf("another version was revised: %v", err)
	}
	after, _, err := h.Revise(h.ada, v.Composite.ID, 1, d)
	if err != nil || after.Composite.Revision != 2 || after.Composite.Version != 2 {
		t.Fatalf("revision %d, version %d: %v", after.Composite.Revision, after.Composite.Version, err)
	}
	if _, err := h.Find(h.bob, "buying"); !fault.Is(err, fault.Moved) {
		t.Errorf("its former name: %v", err)
	}
	if got := ok(h.Revisions(h.bob, v.Composite.ID, page.Request{}))(t).Items; len(got) != 2 || got[0].Members[0].Weight.String() != "2.5" {
		t.Errorf("revisions %+v", got)
	}
	retired := ok(h.Retire(h.ada, v.Composite.ID, 2, "enough"))(t)
	if _, _, err := h.Revise(h.ada, v.Composite.ID, 3, d); code(err) != "composite_retired" {
		t.Errorf("a retired one was revised: %v", err)
	}
	if got := ok(h.List(h.bob, composite.Filter{}, page.Request{}))(t).Items; len(got) != 0 {
		t.Errorf("listed %d", len(got))
	}
	ok(h.Restore(h.ada, v.Composite.ID, retired.Composite.Version, "not yet"))(t)
	root := access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: id.New(start), Name: "root", Administrator: true, Scopes: access.Scopes})
	var verbs []string
	for _, e := range ok(h.log.List(root, audit.Filter{ObjectID: v.Composite.ID}, page.Request{}))(t).Items {
		verbs = append(verbs, e.Action)
	}
	slices.Reverse(verbs)
	if want := []string{"composite.create", "composite.update", "composite.retire", "composite.restore"}; !slices.Equal(verbs, want) {
		t.Errorf("audited %v, want %v", verbs, want)
	}
}

// By hand: members of 99 % each. A mean of them promises 99 %; what both miss is 2 %.
func TestWhatIsProbablyNotMeantIsWarnedOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method    formula.Method
		objective string
		days      int
		want      []string
	}{
		{formula.WeightedAverage, "99%", 28, nil},
		{formula.WeightedAverage, "99.1%", 28, []string{"above_members", "member_looser", "member_looser"}},
		{formula.WeightedAverage, "90%", 6, []string{"window_short"}},
		{formula.WeightedAverage, "90%", 28, []string{"alert_unreachable"}}, // 1 ÷ 10 % = 10 < 13.44
		{formula.RatioTimeslices, "98%", 28, nil},                           // of members that count events nothing is said
		{formula.Occurrences, "", 28, nil},
	} {
		h := newHouse(t)
		d := of(c.method)
		d.Objective, d.WindowDays = c.objective, c.days
		v, warnings, err := h.Declare(h.ada, d)
		if err != nil {
			t.Fatal(err)
		}
		if got := codes(warnings); !slices.Equal(got, c.want) {
			t.Errorf("%s at %s: %v, want %v", c.method, c.objective, got, c.want)
		}
		if got := codes(ok(h.Warnings(h.bob, v))(t)); !slices.Equal(got, c.want) {
			t.Errorf("%s, read: %v", c.method, got)
		}
	}
}

func codes(warnings []slo.Warning) []string {
	var out []string
	for _, w := range warnings {
		out = append(out, w.Code)
	}
	return out
}

func code(err error) string {
	if f := fault.As(err); f != nil {
		return f.Code
	}
	return ""
}

// On the 2nd of March the year began 60 days ago, and the one before it 425 days ago, of
// which nothing is asked: a history that is asked for without a beginning is of this year.
func TestTheHistoryOfAYearBeginsWithTheYear(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := of(formula.WeightedAverage)
	d.Calendar = &slo.CalendarInput{Period: calendar.Year}
	v := h.declare(t, d)
	h.push(t, "checkout", 1, 99, 100)
	h.push(t, "search", 1, 99, 100)
	past, err := h.History(h.bob, v.Composite.ID, time.Time{}, time.Time{}, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if !past.From.After(begin) || past.From.After(begin.AddDate(0, 0, 1)) || !past.To.Equal(start) {
		t.Errorf("it goes from %s to %s", past.From, past.To)
	}
	if last := past.Points[len(past.Points)-1]; last.SLI == nil || last.SLI.Percent(3) != "99 %" {
		t.Errorf("it ends with %+v", last)
	}
}

// By hand: search is retired and counts as bad. By slices every one is bad: 100 % of 2 %, fifty
// budgets. By ratios checkout misses 5 % and search 100 %, of which no more than 100 % counts:
// fifty again.
func TestWhatIsExplainedIsWhatIsShown(t *testing.T) {
	t.Parallel()
	for method, want := range map[formula.Method]string{
		formula.Timeslices:      "every slice is bad, for search/availability counts as bad: 100 % ÷ (100 % − 98 %) = 5000 %",
		formula.RatioTimeslices: "2.5 + 50, of which no more counts than 100 % ÷ (100 % − 98 %) = 5000 %",
	} {
		h := newHouse(t)
		d := of(method)
		if d.Members[1].Missing = formula.Bad; method == formula.RatioTimeslices {
			d.Members[0].Missing = formula.Good
		}
		h.declare(t, d)
		h.push(t, "checkout", 1, 95, 100)
		ok(h.slos.Retire(h.ada, h.members["search"].SLO.ID, 1, ""))(t)
		v := h.evaluate(t, "buying")
		if got := worked(v, "burned"); got != want {
			t.Errorf("%s: burned is explained as %q, want %q; %s", method, got, want, shown(v))
		}
	}
}

func worked(v composite.View, figure string) string {
	for _, l := range v.Explain().Lines {
		if l.Figure == figure {
			return l.Worked
		}
	}
	return ""
}

// Each member has data, but never in the same slice, and no slice counts without both.
func TestSlicesThatAllWaitForAMemberAreExplained(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := of(formula.Timeslices)
	d.Members[0].Missing, d.Members[1].Missing = formula.Unknown, formula.Unknown
	h.declare(t, d)
	h.push(t, "checkout", 1, 100, 100)
	h.push(t, "search", 2, 100, 100)
	v := h.evaluate(t, "buying")
	const want = "unknown: every slice waits for a member, or counts as nothing"
	if got := v.Explain().Because; v.Status.State != budget.NoData || got != want {
		t.Errorf("%s, because %q, want %q", v.Status.State, got, want)
	}
}

func TestSlicesAreAsLongAsTheLongestSlotOfAMemberWhereNothingIsSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := of(formula.RatioTimeslices)
	d.SliceLength = 0
	if v := h.declare(t, d); v.Revision.SliceLength != measure.FiveMinutes {
		t.Errorf("slices are %s long", v.Revision.SliceLength)
	}
}
