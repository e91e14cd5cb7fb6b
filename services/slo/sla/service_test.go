package sla_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/sla"
)

var storeAll = page.Request{Limit: page.MaxLimit}

// The bounds are midnights in Berlin, which is an hour ahead of UTC in winter and two
// from 29 March on; sums and shares are worked by hand.
func TestAMonthIsClosedADayAfterItsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, valid())
	h.slot(t, "2026-01-31T22:55:00Z", 0, 50) // January's, when it was not valid yet
	h.slot(t, "2026-01-31T23:00:00Z", 995, 1000)
	h.until(t, "2026-03-01T12:00:00Z")
	h.slot(t, "2026-02-28T22:55:00Z", 995, 1000)
	h.slot(t, "2026-02-28T23:00:00Z", 900, 1000) // March's
	h.until(t, "2026-03-01T22:59:00Z")
	h.close(t, 0) // the grace is not over: the month ended at 23:00 the day before
	h.slot(t, "2026-02-20T12:00:00Z", 1000, 1000)
	h.until(t, "2026-03-01T23:00:00Z")
	h.close(t, 1)
	february := "2026-01-31T23:00:00Z/2026-02-28T23:00:00Z 2990/3000 breached 10% of 99.9%"
	if got := h.periods(t, v.SLA.ID); !slices.Equal(got, []string{february}) {
		t.Fatalf("closed are %q, want %q", got, february)
	}
	h.close(t, 0)                      // and again
	h.until(t, "2026-04-01T22:00:00Z") // summer time began
	h.close(t, 1)
	march := "2026-02-28T23:00:00Z/2026-03-31T22:00:00Z 900/1000 breached 100% of 99.9%"
	if got := h.periods(t, v.SLA.ID); !slices.Equal(got, []string{february, march}) {
		t.Fatalf("closed are %q, want %q and %q", got, february, march)
	}
	h.until(t, "2026-07-15T00:00:00Z") // the job did not run for months
	h.close(t, 3)
	if got := h.periods(t, v.SLA.ID); got[4] != "2026-05-31T22:00:00Z/2026-06-30T22:00:00Z 0/0 unknown  of 99.9%" {
		t.Errorf("June came to %q", got[4])
	}
}

// February ended on the 28th at 23:00, and was closed a day later with 995 of 1,000, which
// are 99.5 %. 995 of 1,100 are 90.5 %, 1,095 of 1,200 are 91.25 %, and 1,095 of 1,300 84.2 %.
func TestAPeriodIsRestatedWhenMeasurementsComeLate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, valid())
	h.slot(t, "2026-02-10T00:00:00Z", 995, 1000)
	h.until(t, "2026-03-01T23:00:00Z")
	h.close(t, 1)
	february := func(says string) sla.Period {
		t.Helper()
		p := ok(h.Periods(h.bob, sla.PeriodFilter{SLA: v.SLA.ID}, storeAll))(t).Items
		if got := h.periods(t, v.SLA.ID)[0]; !strings.Contains(got, says) {
			t.Fatalf("February came to %q, want %q", got, says)
		}
		february := p[len(p)-1]
		if came := (sla.Outcome{Sum: window.Sum{Good: 995_000, Total: 1_000_000}, Verdict: sla.Breached, Credit: "10%"}); february.Closed != came {
			t.Fatalf("what it was closed with became %+v", february.Closed)
		}
		return february
	}
	h.until(t, "2026-03-02T22:59:59Z")
	h.slot(t, "2026-02-20T12:05:00Z", 0, 100)
	h.restate(t, 0) // it is looked at each day
	if p := february(" 995/1000 breached 10% "); p.RestatedAt != nil {
		t.Errorf("it was restated at %s", p.RestatedAt)
	}
	h.until(t, "2026-03-02T23:00:00Z")
	h.restate(t, 1)
	restated := stamp(t, "2026-03-02T23:00:00Z")
	if p := february(" 995/1100 breached 100% "); !p.RestatedAt.Equal(restated) {
		t.Errorf("it was restated at %s", p.RestatedAt)
	}
	h.until(t, "2026-03-08T23:00:00Z")
	h.restate(t, 0)
	if p := february(" 995/1100 "); !p.RestatedAt.Equal(restated) || !p.ReviewAt.Equal(stamp(t, "2026-03-15T23:00:00Z")) {
		t.Errorf("after a week it is %+v", p)
	}
	h.slot(t, "2026-02-20T12:10:00Z", 100, 100)
	h.until(t, "2026-03-15T22:59:59Z")
	h.restate(t, 0) // and then each week
	h.until(t, "2026-03-15T23:00:00Z")
	h.restate(t, 1)
	february(" 1095/1200 ")
	// What was told at a time is what the last restatement until then says.
	for at, want := range map[string]struct {
		total    int64
		restated bool
	}{"2026-03-02T22:59:59Z": {1000, false}, "2026-03-02T23:00:00Z": {1100, true}, "2026-03-15T22:59:59Z": {1100, true}, "2026-03-15T23:00:00Z": {1200, true}} {
		if came, restated := february("").AsOf(stamp(t, at)); came.Sum.Total != want.total*1000 || restated != want.restated {
			t.Errorf("as of %s it is %+v, restated %t, want %+v", at, came, restated, want)
		}
	}
	// No slot may be older than 91 days when it comes.
	h.until(t, "2026-05-30T22:55:00Z")
	h.restate(t, 0) // of the week
	h.slot(t, "2026-02-28T22:55:00Z", 0, 100)
	h.until(t, "2026-05-30T23:00:00Z")
	h.restate(t, 1)
	if p := february(" 1095/1300 breached 100% "); p.ReviewAt != nil {
		t.Errorf("it is looked at once more at %s", p.ReviewAt)
	}
}

// The figures are those of the tests of the current period and of February, worked by hand.
func TestEveryFigureOfAnSLAIsExplained(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, valid())
	h.slot(t, "2026-02-10T00:00:00Z", 996, 1000)
	h.until(t, "2026-02-14T23:03:00Z")
	explained := func() map[string]budget.Line {
		t.Helper()
		last := ok(h.Periods(h.bob, sla.PeriodFilter{SLA: v.SLA.ID}, page.Request{Limit: 1}))(t).Items
		out := map[string]budget.Line{}
		for _, l := range sla.Lines(v, ok(h.Current(h.bob, v))(t), last) {
			out[l.Figure] = l
		}
		return out
	}
	says := func(lines map[string]budget.Line, want map[string][2]string) {
		t.Helper()
		for figure, is := range want {
			if l := lines[figure]; l.Worked != is[0] || l.Value != is[1] || l.Formula == "" || l.Source == "" {
				t.Errorf("%s is explained by %+v, want %q", figure, l, is)
			}
		}
	}
	lines := explained()
	says(lines, map[string][2]string{
		"current.good":             {"996 of 1000 by revision 1 of the SLO from 2026-01-31 23:00 UTC to 2026-02-14 23:00 UTC", "996"},
		"current.total":            {"996 of 1000 by revision 1 of the SLO from 2026-01-31 23:00 UTC to 2026-02-14 23:00 UTC", "1000"},
		"current.sli":              {"996 ÷ 1000 = 99.6 %", "0.996"},
		"current.margin":           {"99.6 % − 99.9 % = -0.3 points", "-0.003"},
		"current.remaining":        {"-0.3 % ÷ 0.1 % = -300 %", "-3"},
		"current.projected.total":  {"1000 × 28 d ÷ 14 d = 2000", "2000"},
		"current.projected.burned": {"4 ÷ (2000 × 0.1 %) = 200 %", "2"},
	})
	if len(lines) != 7 {
		t.Errorf("without a closed period %d figures are explained", len(lines))
	}
	h.until(t, "2026-03-01T23:00:00Z")
	h.close(t, 1)
	lines = explained()
	says(lines, map[string][2]string{
		"current.sli":              {"unknown: nothing was measured", ""},
		"current.projected.burned": {"unknown: nothing was measured", ""},
		"last.good":                {"summed up when it was closed, at 2026-03-01 23:00 UTC", "996"},
		"last.verdict":             {"99.6 % < 99.9 %: breached", "breached"},
		"last.credit":              {"99.6 % < 99.9 %: 10 %", "10%"},
	})
	h.slot(t, "2026-02-20T12:05:00Z", 4000, 4000) // 4,996 of 5,000 are 99.92 %
	h.until(t, "2026-03-02T23:00:00Z")
	h.restate(t, 1)
	says(explained(), map[string][2]string{
		"last.total":   {"restated at 2026-03-02 23:00 UTC; 996 good of 1000 when it was closed, at 2026-03-01 23:00 UTC, which came to breached, a credit of 10 %", "5000"},
		"last.verdict": {"99.92 % ≥ 99.9 %: met", "met"},
		"last.credit":  {"99.92 % is below no step: nothing is owed", ""},
	})
}

func TestAPeriodIsJudgedByTheTermsAtItsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, valid())
	h.until(t, "2026-02-20T00:00:00Z")
	h.slot(t, "2026-02-15T00:00:00Z", 995, 1000)
	d := valid()
	d.Target, d.Credits = "99%", nil
	v, _, err := h.Change(h.ada, v.SLA.ID, 1, d)
	if err != nil || v.SLA.Revision != 2 || v.SLA.Version != 2 {
		t.Fatalf("changed to %+v, %v", v, err)
	}
	h.until(t, "2026-03-01T10:00:00Z") // after the end, and before February is closed
	d.Target = "99.99%"
	if v, _, err = h.Change(h.ada, v.SLA.ID, 2, d); err != nil {
		t.Fatal(err)
	}
	h.until(t, "2026-03-02T00:00:00Z")
	h.close(t, 1)
	if got := h.periods(t, v.SLA.ID); got[0] != "2026-01-31T23:00:00Z/2026-02-28T23:00:00Z 995/1000 met  of 99%" {
		t.Errorf("February came to %q", got)
	}
}

func TestEachIndicatorCountsWhileItWasInForce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, valid())
	h.until(t, "2026-02-20T12:02:00Z")
	h.slot(t, "2026-02-20T11:55:00Z", 90, 100)
	d := objective("99.95%")
	d.Counting = slo.BadTotal
	revised, _, err := h.slos.Revise(h.ada, h.availability.SLO.ID, 1, d)
	if err != nil {
		t.Fatal(err)
	}
	h.slot(t, "2026-02-20T12:00:00Z", 0, 10) // of the former indicator, which is over
	h.slotOf(t, revised.Indicator.ID, "2026-02-20T12:00:00Z", 1000, 1000)
	h.slotOf(t, revised.Indicator.ID, "2026-02-20T11:55:00Z", 0, 10) // before it began
	h.until(t, "2026-03-02T00:00:00Z")
	h.close(t, 1)
	if got := h.periods(t, v.SLA.ID); !strings.Contains(got[0], " 1090/1100 breached 10% ") {
		t.Errorf("February came to %q", got)
	}
}

func TestAPeriodIsCutByTheValidity(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := valid()
	d.ValidFrom, d.Unit, d.StartDate = "2026-02-05", "week", "2026-02-02" // Thursday, of a week from Monday
	v := h.declare(t, d)
	h.until(t, "2026-02-17T12:00:00Z")
	h.close(t, 2)
	if _, err := h.End(h.ada, v.SLA.ID, 1, "2026-02-10", "too early"); !fault.Is(err, fault.Invalid) {
		t.Errorf("ended before what was closed: %v", err)
	}
	ended, err := h.End(h.ada, v.SLA.ID, 1, "", "the customer left")
	if err != nil || ended.SLA.ValidUntil.Format(time.RFC3339) != "2026-02-17T23:00:00Z" {
		t.Fatalf("ended as %+v, %v", ended.SLA, err)
	}
	h.until(t, "2026-05-01T00:00:00Z")
	h.close(t, 1)
	want := []string{
		"2026-02-04T23:00:00Z/2026-02-08T23:00:00Z 0/0 unknown  of 99.9%",
		"2026-02-08T23:00:00Z/2026-02-15T23:00:00Z 0/0 unknown  of 99.9%",
		"2026-02-15T23:00:00Z/2026-02-17T23:00:00Z 0/0 unknown  of 99.9%",
	}
	if got := h.periods(t, v.SLA.ID); !slices.Equal(got, want) {
		t.Errorf("closed are %q, want %q", got, want)
	}
	if _, _, err := h.Change(h.ada, v.SLA.ID, 2, d); !fault.Is(err, fault.Conflict) {
		t.Errorf("an ended one is changed: %v", err)
	}
	if c, err := h.Current(h.bob, ended); c != nil || err != nil {
		t.Errorf("a period runs after the end: %v, %v", c, err)
	}
}

// February has 28 days, of which 14 are over: with 1,000 events, 4 of them bad, 2,000
// are projected, of which 0.1 %, 2, may be bad: 4 ÷ 2 = 200 %. So far 1 of 1,000 may be:
// (0.996 − 0.999) ÷ 0.001 = −3.
func TestTheCurrentPeriodTellsWhatIsMeasuredFromWhatIsProjected(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, valid())
	h.slot(t, "2026-02-10T00:00:00Z", 996, 1000)
	h.until(t, "2026-02-14T23:03:00Z")
	c := ok(h.Current(h.bob, v))(t)
	near := func(got *float64, want float64) bool { return got != nil && *got > want-1e-12 && *got < want+1e-12 }
	if c.Until != stamp(t, "2026-02-14T23:00:00Z") || c.End != stamp(t, "2026-02-28T23:00:00Z") || !near(c.SLI, 0.996) || !near(c.Margin, -0.003) ||
		!near(c.Remaining, -3) || !near(c.ProjectedTotal, 2000) || !near(c.ProjectedBurned, 2) {
		t.Errorf("the current period is %+v", c)
	}
	d := valid()
	d.Slug, d.ValidFrom = "later", "2026-03-01"
	if c, err := h.Current(h.bob, h.declare(t, d)); c != nil || err != nil {
		t.Errorf("a period runs before the SLA is valid: %v, %v", c, err)
	}
}

// The lowest step that the SLI is below decides; at a threshold nothing is owed.
func TestCreditsAreByStep(t *testing.T) {
	t.Parallel()
	percent := func(text string) budget.Objective { return ok(budget.ParseObjective(text))(t) }
	terms := sla.Terms{Target: percent("99.9%"), Credits: []sla.Step{{Below: percent("99.5%"), Credit: "10%"}, {Below: percent("99%"), Credit: "25%"}}}
	for _, row := range []struct {
		good, total int64
		verdict     sla.Verdict
		credit      string
	}{
		{0, 0, sla.Unknown, ""}, {999, 1000, sla.Met, ""}, {1000, 1000, sla.Met, ""}, {998_999_999, 1_000_000_000, sla.Breached, ""},
		{995, 1000, sla.Breached, ""}, {994, 1000, sla.Breached, "10%"}, {990, 1000, sla.Breached, "10%"}, {989, 1000, sla.Breached, "25%"}, {0, 1, sla.Breached, "25%"},
	} {
		came := terms.Judge(window.Sum{Good: row.good, Total: row.total})
		if verdict, credit := came.Verdict, came.Credit; verdict != row.verdict || credit != row.credit {
			t.Errorf("%d of %d is %s with %q, want %s with %q", row.good, row.total, verdict, credit, row.verdict, row.credit)
		}
	}
}

func TestWhatIsDeclaredWrongIsNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	many := slices.Repeat([]sla.StepInput{{Below: "99%", Credit: "1%"}}, sla.MaxSteps+1)
	for pointer, change := range map[string]func(*sla.Declaration){
		"/slug":             func(d *sla.Declaration) { d.Slug = "Not A Slug" },
		"/customer":         func(d *sla.Declaration) { d.Customer = "" },
		"/slo":              func(d *sla.Declaration) { d.SLO = "nothing" },
		"/target":           func(d *sla.Declaration) { d.Target, d.Credits = "100%", nil },
		"/period":           func(d *sla.Declaration) { d.Unit = "fortnight" },
		"/timeZone":         func(d *sla.Declaration) { d.TimeZone = "Mars/Olympus" },
		"/startDate":        func(d *sla.Declaration) { d.StartDate = "2026-02-30" },
		"/validFrom":        func(d *sla.Declaration) { d.ValidFrom = "2020-01-01" },
		"/validUntil":       func(d *sla.Declaration) { d.ValidUntil = "2026-02-01" },
		"/termsUrl":         func(d *sla.Declaration) { d.TermsURL = "javascript:alert(1)" },
		"/contact":          func(d *sla.Declaration) { d.Contact = "a\nb" },
		"/credits":          func(d *sla.Declaration) { d.Credits = many },
		"/credits/0/below":  func(d *sla.Declaration) { d.Credits[0].Below = "99.95%" },
		"/credits/1/below":  func(d *sla.Declaration) { d.Credits[1].Below = "99.9%" },
		"/credits/1/credit": func(d *sla.Declaration) { d.Credits[1].Credit = "10%" },
		"/credits/2/credit": func(d *sla.Declaration) { d.Credits[2].Credit = "100.1%" },
	} {
		d := valid()
		change(&d)
		_, _, err := h.Declare(h.ada, h.checkout.ID, d)
		f := fault.As(err)
		if f == nil || f.Kind != fault.Invalid || len(f.Violations) != 1 || f.Violations[0].Pointer != pointer {
			t.Errorf("a fault at %s is %v", pointer, err)
		}
	}
	v := h.declare(t, valid())
	for pointer, change := range map[string]func(*sla.Declaration){
		"/period":    func(d *sla.Declaration) { d.Unit = "year" },
		"/timeZone":  func(d *sla.Declaration) { d.TimeZone = "UTC" },
		"/startDate": func(d *sla.Declaration) { d.StartDate = "2026-02-02" },
		"/validFrom": func(d *sla.Declaration) { d.ValidFrom = "2026-02-02" },
	} {
		d := valid()
		change(&d)
		_, _, err := h.Change(h.ada, v.SLA.ID, 1, d)
		if f := fault.As(err); f == nil || f.Kind != fault.Invalid || len(f.Violations) != 1 || f.Violations[0].Pointer != pointer {
			t.Errorf("changing %s is %v", pointer, err)
		}
	}
}

func TestChangesAreConditionalAuditedAndTheTeams(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if _, _, err := h.Declare(h.bob, h.checkout.ID, valid()); !fault.Is(err, fault.Forbidden) {
		t.Errorf("Bob declares: %v", err)
	}
	v := h.declare(t, valid())
	if _, _, err := h.Declare(h.ada, h.checkout.ID, valid()); !fault.Is(err, fault.Conflict) {
		t.Errorf("declared twice: %v", err)
	}
	if _, _, err := h.Change(h.bob, v.SLA.ID, 1, valid()); !fault.Is(err, fault.Forbidden) {
		t.Errorf("Bob changes: %v", err)
	}
	if _, err := h.End(h.bob, v.SLA.ID, 1, "", ""); !fault.Is(err, fault.Forbidden) {
		t.Errorf("Bob ends: %v", err)
	}
	if same, _, err := h.Change(h.ada, v.SLA.ID, 1, valid()); err != nil || same.SLA.Version != 1 {
		t.Errorf("the same again is version %d, %v", same.SLA.Version, err)
	}
	d := valid()
	d.Slug, d.Contact = "acme-gold", "gold@example.org"
	if v, _, err := h.Change(h.ada, v.SLA.ID, 1, d); err != nil || v.SLA.Version != 2 || v.SLA.Revision != 1 {
		t.Errorf("words make revision %d and version %d, %v", v.SLA.Revision, v.SLA.Version, err)
	}
	if _, _, err := h.Change(h.ada, v.SLA.ID, 1, d); !fault.Is(err, fault.Precondition) {
		t.Errorf("a former version is changed: %v", err)
	}
	if _, _, err := h.Find(h.bob, "checkout", "acme"); !fault.Is(err, fault.Moved) {
		t.Errorf("the former slug leads to %v", err)
	}
	ok(h.End(h.ada, v.SLA.ID, 2, "", "over"))(t)
	var actions []string
	for _, e := range ok(h.log.List(h.root, audit.Filter{ObjectID: v.SLA.ID}, storeAll))(t).Items {
		actions = append(actions, e.Action)
	}
	if want := []string{"sla.retire", "sla.update", "sla.create"}; !slices.Equal(actions, want) {
		t.Errorf("the log has %q, want %q", actions, want)
	}
}

func TestALooserSLOIsWarnedOfOnBothSides(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v, warned, err := h.Declare(h.ada, h.checkout.ID, valid())
	if err != nil || len(warned) != 0 {
		t.Fatalf("warned of %v, %v", warned, err)
	}
	if _, warned, err = h.slos.Revise(h.ada, h.availability.SLO.ID, 1, objective("99.5%")); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(warned, func(w slo.Warning) bool {
		return w.Code == sla.WarnLooser && w.Pointer == "/objective" && strings.Contains(w.Message, `99.5 % is looser than the target of 99.9 % that the SLA "acme" promises to Acme`)
	}) {
		t.Errorf("the SLO is warned of %v", warned)
	}
	if warned = ok(h.Warnings(h.bob, v))(t); len(warned) != 1 || warned[0].Code != sla.WarnLooser || warned[0].Pointer != "/target" {
		t.Errorf("the SLA is warned of %v", warned)
	}
	ok(h.slos.Retire(h.ada, h.availability.SLO.ID, 2, ""))(t)
	if warned = ok(h.Warnings(h.bob, v))(t); len(warned) != 2 || warned[1].Code != sla.WarnRetired {
		t.Errorf("with its SLO retired the SLA is warned of %v", warned)
	}
}

func TestAReportIsOfACustomersClosedPeriods(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	acme, other := valid(), valid()
	other.Slug, other.Customer = "globex", "Globex"
	v := h.declare(t, acme)
	h.declare(t, other)
	h.slot(t, "2026-02-05T00:00:00Z", 980, 1000)
	h.until(t, "2026-04-10T00:00:00Z")
	h.close(t, 4)
	r := ok(h.ReportFor(h.bob, "Acme", "2026-01-01", "2026-03-01"))(t)
	if len(r.SLAs) != 1 || r.SLAs[0].SLA.ID != v.SLA.ID || len(r.SLAs[0].Periods) != 2 {
		t.Fatalf("the report is %+v", r)
	}
	if p := r.SLAs[0].Periods[0]; p.Verdict != sla.Breached || p.Credit != "25%" {
		t.Errorf("February came to %+v", p)
	}
	for _, wrong := range []struct{ customer, from, to, pointer string }{
		{"", "2026-01-01", "2026-02-01", "query.customer"}, {"Acme", "", "2026-02-01", "query.from"},
		{"Acme", "2026-01-01", "2026-01-01", "query.to"}, {"Acme", "2026-01-01", "2028-01-01", "query.to"},
	} {
		_, err := h.ReportFor(h.bob, wrong.customer, wrong.from, wrong.to)
		if f := fault.As(err); f == nil || f.Kind != fault.Invalid || f.Violations[0].Pointer != wrong.pointer {
			t.Errorf("%+v is %v", wrong, err)
		}
	}
	if _, err := h.ReportFor(h.bob, "Nobody", "2026-01-01", "2026-02-01"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a customer without SLAs has the report %v", err)
	}
}
