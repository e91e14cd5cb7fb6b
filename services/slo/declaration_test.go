package slo

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func sound() Declaration {
	return Declaration{
		Slug: "availability", Name: "Checkout availability", Objective: "99.9%", WindowDays: 28,
		Category: Availability, GoodEvent: "a request that was not answered with 5xx",
	}
}

// checked is what the declaration spells, or its faults.
func checked(d Declaration, now time.Time, standing *time.Time) (Terms, Measure, error) {
	var check fault.Check
	terms, counts := d.check(&check, now, standing)
	return terms, counts, check.Err()
}

func TestAllFaultsOfADeclarationAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	yesterday := noon.AddDate(0, 0, -1)
	d := Declaration{
		Slug: "-Availability", Name: "a\x00b", Description: strings.Repeat("ü", 1051), Objective: "100%", WindowDays: 91, MinEvents: -1, Confidence: "50%",
		Category: "speed", Counting: "good_bad", AlertsOff: []string{"page", "2h/1m", "page"}, MinBadEvents: -1, Resolution: 90 * time.Second, GoodEvent: "\x1b[31m", Rationale: "\xff",
		Reviewer: "Ada\nLovelace", ReviewBy: &yesterday,
	}
	_, _, err := checked(d.orElse(defaults), noon, nil)
	e := fault.As(err)
	if e == nil || e.Kind != fault.Invalid {
		t.Fatalf("got %v", err)
	}
	var got []string
	for _, v := range e.Violations {
		got = append(got, v.Pointer)
	}
	want := "/slug /name /description /objective /windowDays /minEvents /confidence /indicator/category /indicator/counting " +
		"/indicator/resolutionSeconds /indicator/description /rationale /reviewer /reviewBy /alerts/off/1 /alerts/off/2 /alerts/minBadEvents"
	if strings.Join(got, " ") != want {
		t.Errorf("faults at %v, want %s", got, want)
	}
}

func TestOnlySoundTermsAreTaken(t *testing.T) {
	t.Parallel()
	today := noon.Truncate(24 * time.Hour)
	yesterday := today.AddDate(0, 0, -1)
	for _, c := range []struct {
		name    string
		change  func(d *Declaration)
		pointer string // "" when it is sound
	}{
		{"as it is", func(*Declaration) {}, ""},
		{"objective 0", func(d *Declaration) { d.Objective = "0%" }, "/objective"},
		{"objective 101 %", func(d *Declaration) { d.Objective = "101%" }, "/objective"},
		{"negative objective", func(d *Declaration) { d.Objective = "-5%" }, "/objective"},
		{"objective NaN", func(d *Declaration) { d.Objective = "NaN%" }, "/objective"},
		{"no objective", func(d *Declaration) { d.Objective = "" }, "/objective"},
		{"objective without its sign", func(d *Declaration) { d.Objective = "0.999" }, "/objective"},
		{"a confidence of 95 %", func(d *Declaration) { d.Confidence = "95%" }, ""},
		{"a confidence of a half", func(d *Declaration) { d.Confidence = "50%" }, "/confidence"},
		{"certainty", func(d *Declaration) { d.Confidence = "100%" }, "/confidence"},
		{"tiers that are off", func(d *Declaration) { d.AlertsOff = []string{"ticket", "1h/5m", "absent"} }, ""},
		{"every alert off", func(d *Declaration) { d.AlertsOff = []string{"page", "ticket"} }, ""},
		{"a pair that there is not", func(d *Declaration) { d.AlertsOff = []string{"page", "5m/1h"} }, "/alerts/off/1"},
		{"an alert named twice", func(d *Declaration) { d.AlertsOff = []string{"page", "page"} }, "/alerts/off/1"},
		{"two alerts in one name", func(d *Declaration) { d.AlertsOff = []string{"page,ticket"} }, "/alerts/off/0"},
		{"an alert without a name", func(d *Declaration) { d.AlertsOff = []string{""} }, "/alerts/off/0"},
		{"a thousand bad events", func(d *Declaration) { d.MinBadEvents = 1000 }, ""},
		{"fewer than no bad events", func(d *Declaration) { d.MinBadEvents = -1 }, "/alerts/minBadEvents"},
		{"more bad events than anybody counts", func(d *Declaration) { d.MinBadEvents = MaxMinEvents + 1 }, "/alerts/minBadEvents"},
		{"one day", func(d *Declaration) { d.WindowDays = 1 }, ""},
		{"ninety days", func(d *Declaration) { d.WindowDays = 90 }, ""},
		{"negative window", func(d *Declaration) { d.WindowDays = -1 }, "/windowDays"},
		{"no category", func(d *Declaration) { d.Category = "" }, "/indicator/category"},
		{"five minutes", func(d *Declaration) { d.Resolution = measure.FiveMinutes }, ""},
		{"one second", func(d *Declaration) { d.Resolution = time.Second }, "/indicator/resolutionSeconds"},
		{"bad events", func(d *Declaration) { d.Counting = BadTotal }, ""},
		{"bad events of a source", func(d *Declaration) { d.Counting, d.Origin = BadTotal, origin.Origin{OTLP: &origin.OTLP{}} }, "/indicator/counting"},
		{"review today", func(d *Declaration) { d.ReviewBy = &today }, ""},
		{"review yesterday", func(d *Declaration) { d.ReviewBy = &yesterday }, "/reviewBy"},
		{"several lines", func(d *Declaration) { d.Rationale = "one\ntwo\tthree" }, ""},
		{"the writing turned round", func(d *Declaration) { d.Name = "abc\u202edef" }, "/name"},
		{"64 characters", func(d *Declaration) { d.Slug = strings.Repeat("a", 64) }, "/slug"},
		{"63 characters", func(d *Declaration) { d.Slug = strings.Repeat("a", 63) }, ""},
	} {
		d := sound()
		c.change(&d)
		_, _, err := checked(d.orElse(defaults), noon, nil)
		switch e := fault.As(err); {
		case c.pointer == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.pointer != "" && (e == nil || len(e.Violations) != 1 || e.Violations[0].Pointer != c.pointer):
			t.Errorf("%s: %v, want a fault at %s", c.name, err, c.pointer)
		}
	}
}

func TestAReviewDateThatStandsMayPass(t *testing.T) {
	t.Parallel()
	last := noon.Truncate(24*time.Hour).AddDate(0, -1, 0)
	d := sound()
	d.ReviewBy = &last
	terms, _, err := checked(d.orElse(defaults), noon, &last)
	if err != nil {
		t.Fatalf("the date was not touched: %v", err)
	}
	warnings := terms.Warnings(noon)
	if len(warnings) != 1 || warnings[0].Code != WarnReviewOverdue {
		t.Errorf("warnings are %+v", warnings)
	}
}

func TestAFaultOfAlertTermsSaysWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	d := sound()
	d.AlertsOff = []string{"pages"}
	_, _, err := checked(d.orElse(defaults), noon, nil)
	e := fault.As(err)
	if e == nil || len(e.Violations) != 1 || e.Violations[0].Value != "pages" || e.Violations[0].Message != `must be one of 1h/5m, 6h/30m, 1d/2h, 3d/6h, absent, page or ticket` {
		t.Errorf("the fault is %+v", e)
	}
}

func TestAlertTermsThatAreLeftOutAreTheDefaults(t *testing.T) {
	t.Parallel()
	d := sound()
	d.AlertsOff, d.MinBadEvents = []string{"ticket"}, 7
	v := View{Revision: Revision{Terms: mustCheck(t, d)}}
	if got := v.Declared(); !slices.Equal(got.AlertsOff, d.AlertsOff) || got.MinBadEvents != 7 {
		t.Errorf("declared are %+v", got)
	}
	if got := mustCheck(t, sound()).Alerts; got.Off != "" || got.MinBadEvents != 3 || !got.RaisesAbsent() {
		t.Errorf("left out they are %+v", got)
	}
}

func mustCheck(t *testing.T, d Declaration) Terms {
	t.Helper()
	terms, _, err := checked(d.orElse(defaults), noon, nil)
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

// What is switched off need not be reachable.
func TestAnAlertThatIsOffIsNotWarnedOf(t *testing.T) {
	t.Parallel()
	later := noon.AddDate(0, 6, 0)
	d := sound()
	d.Objective, d.ReviewBy, d.AlertsOff = "50%", &later, []string{"page"}
	if w := mustCheck(t, d).Warnings(noon); len(w) != 1 || !strings.Contains(w[0].Message, "1d/2h") {
		t.Errorf("warnings are %+v", w)
	}
}

// 1 ÷ (1 − 0.9) = 10 is below 13.44, the factor of 1h/5m at 28 d, and above the
// other three; at 50 % the burn is at most 2, below 5.6 and 2.8 too.
func TestAnAlertThatCanNeverFireIsAWarning(t *testing.T) {
	t.Parallel()
	later := noon.AddDate(0, 6, 0)
	for objective, want := range map[string]int{"99.9%": 0, "90%": 1, "50%": 3} {
		d := sound()
		d.Objective, d.ReviewBy = objective, &later
		terms, _, err := checked(d.orElse(defaults), noon, nil)
		if err != nil {
			t.Fatal(err)
		}
		warnings := terms.Warnings(noon)
		if len(warnings) != want {
			t.Errorf("%s has %d warnings, want %d: %+v", objective, len(warnings), want, warnings)
		}
		for _, w := range warnings {
			if w.Code != WarnAlertUnreachable || w.Pointer != "/objective" {
				t.Errorf("%s: %+v", objective, w)
			}
		}
	}
}

func TestAMissingReviewDateIsAWarning(t *testing.T) {
	t.Parallel()
	terms, _, err := checked(sound().orElse(defaults), noon, nil)
	if err != nil {
		t.Fatal(err)
	}
	if w := terms.Warnings(noon); len(w) != 1 || w[0].Code != WarnReviewDateMissing || w[0].Pointer != "/reviewBy" {
		t.Errorf("warnings are %+v", w)
	}
}

func TestWhatIsLeftOutHasItsDefault(t *testing.T) {
	t.Parallel()
	d := Declaration{Slug: "availability", Objective: "99.9%", Category: Availability}.orElse(defaults)
	if d.Name != "availability" || d.WindowDays != 28 || d.MinEvents != 1 || d.Counting != GoodTotal || d.Resolution != measure.Minute {
		t.Errorf("got %+v", d)
	}
}
