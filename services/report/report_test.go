package report_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/report"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
	"github.com/evenkeel/evenkeel/services/slo/correction"
	"github.com/evenkeel/evenkeel/services/slo/outage"
	"github.com/evenkeel/evenkeel/services/slo/sla"
)

// february is a month in which 22,000 events were measured and 255 were bad: 100 of no
// outage, 100 in a launch, 50 in an outage of the network, and 5 of 10,000 after the
// objective had become 99.9 % on the 15th. Until then 1 % of 12,000 might be bad, and then
// 0.1 % of 10,000: 130 in all.
func february(t *testing.T) *house {
	h := newHouse(t)
	h.until(t, "2026-02-01T00:00:00Z")
	if _, _, err := h.slos.Declare(h.ada, h.checkout.ID, slo.Declaration{Slug: "latency", Objective: "99%", Category: slo.Latency}); err != nil {
		t.Fatal(err)
	}
	h.until(t, "2026-02-06T00:00:00Z")
	h.slot(t, "2026-01-31T23:55:00Z", 0, 1000) // January's
	h.slot(t, "2026-02-03T12:00:00Z", 9900, 10000)
	h.slot(t, "2026-02-04T12:00:00Z", 900, 1000)
	h.slot(t, "2026-02-05T12:00:00Z", 950, 1000)
	for _, o := range []struct{ class, from, to string }{{"launch", "2026-02-04T12:00:00Z", "2026-02-04T13:00:00Z"}, {"network", "2026-02-05T11:58:00Z", "2026-02-05T12:30:00Z"}} {
		end := stamp(t, o.to)
		ok(h.outages.Record(h.ada, h.checkout.ID, outage.Input{Class: o.class, Begins: stamp(t, o.from), Ends: &end}))(t)
	}
	h.until(t, "2026-02-15T12:02:00Z")
	revised := objective("99.9%")
	revised.Rationale = "it is better than that"
	if _, _, err := h.slos.Revise(h.ada, h.availability.SLO.ID, h.availability.SLO.Version, revised); err != nil {
		t.Fatal(err)
	}
	h.until(t, "2026-02-25T00:00:00Z")
	h.slot(t, "2026-02-20T12:00:00Z", 9995, 10000)
	return h
}

func (h *house) correct(t *testing.T) correction.Correction {
	t.Helper()
	end := stamp(t, "2026-02-05T13:00:00Z")
	begin := stamp(t, "2026-02-05T12:00:00Z")
	return ok(h.corrections.Declare(h.ada, h.availability.SLO.ID, correction.Declaration{Effect: correction.Exclude, Kind: correction.External, Reason: "the carrier's", From: &begin, To: &end}))(t)
}

func (h *house) preview(t *testing.T, in report.PreviewInput) report.Content {
	t.Helper()
	return ok(h.Preview(h.bob, in))(t)
}

func (h *house) publish(ctx context.Context, in report.PublishInput) (report.Report, error) {
	d, err := h.Draw(ctx, in)
	if err != nil {
		return report.Report{}, err
	}
	return h.Publish(ctx, d)
}

func ofTeam(period string) report.PreviewInput {
	return report.PreviewInput{ScopeInput: report.ScopeInput{Kind: report.OfTeam, Name: "payments"}, PeriodInput: report.PeriodInput{Name: period}}
}

// storeAll asks for all there is.
var storeAll = page.Request{Limit: page.MaxLimit}

// about is at most the nearest double away from what was worked by hand.
func about(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil || *got < want-1e-12 || *got > want+1e-12 {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestEachEventIsJudgedByTheObjectiveOfItsTime(t *testing.T) {
	t.Parallel()
	h := february(t)
	h.until(t, "2026-03-02T00:00:00Z")
	c := h.preview(t, ofTeam("2026-02"))
	if len(c.SLOs) != 2 || c.SLOs[0].SLO.Slug != "availability" || c.SLOs[1].Outcome != report.NoData || c.SLOs[1].SLI != nil || c.SLOs[1].Consumed != nil {
		t.Fatalf("the SLOs are %+v", c.SLOs)
	}
	one := c.SLOs[0]
	if one.Outcome != report.Missed || *one.Total != 22000 || *one.Good != 21745 || *one.Bad != 255 || one.Objective != "99.9%" {
		t.Errorf("availability is %+v", one)
	}
	about(t, "allowed", one.Allowed, 130)
	about(t, "consumed", one.Consumed, 255.0/130)
	about(t, "planned", &one.Planned.Bad, 100)
	about(t, "unplanned", &one.Unplanned.Bad, 155)
	about(t, "the share of what was planned", one.Planned.Share, 100.0/130)
	if len(one.Classes) != 2 || one.Classes[0].Class != "launch" || one.Classes[0].Bad != 100 || one.Classes[1].Bad != 50 {
		t.Errorf("the classes are %+v", one.Classes)
	}
	if len(one.Revisions) != 2 || !one.Revisions[1].From.Equal(stamp(t, "2026-02-15T12:00:00Z")) || *one.Revisions[0].Total != 12000 || *one.Revisions[1].Good != 9995 {
		t.Errorf("the revisions are %+v", one.Revisions)
	}
	// Of 14½ days and of 13½ the longest common length with a day is half a day: of 29 of
	// them three had events, and of 27 one.
	if one.StepSeconds != 12*3600 || one.SilentSeconds != (26+26)*12*3600 {
		t.Errorf("nothing was reported for %d s, in steps of %d s", one.SilentSeconds, one.StepSeconds)
	}
	if want := (report.Tally{SLOs: 2, Missed: 1, NoData: 1}); c.Summary != want || len(c.Teams) != 1 || c.Teams[0].Tally != want || c.Teams[0].Slug != "payments" {
		t.Errorf("the summary is %+v, of teams %+v", c.Summary, c.Teams)
	}
	if one.Raw != nil || !c.Until.Equal(stamp(t, "2026-03-01T00:00:00Z")) || len(c.Notes) != 0 {
		t.Errorf("as measured %+v, until %s, notes %q", one.Raw, c.Until, c.Notes)
	}
}

// 2 of 10 events are bad where 1 % might be, which is 20 budgets; but fewer than the 100 from
// which on something is concluded. So the SLO is not the worst of all, but one of no data.
func TestWhatIsTooLittleToConcludeFromComesLast(t *testing.T) {
	t.Parallel()
	h := february(t)
	rare := objective("99%")
	rare.Slug, rare.MinEvents = "rare", 100
	v, _, err := h.slos.Declare(h.ada, h.checkout.ID, rare)
	if err != nil {
		t.Fatal(err)
	}
	h.until(t, "2026-02-27T00:00:00Z")
	h.slotOf(t, v.Indicator.ID, "2026-02-26T12:00:00Z", 8, 10)
	h.until(t, "2026-03-02T00:00:00Z")
	c := h.preview(t, ofTeam("2026-02"))
	if len(c.SLOs) != 3 || c.SLOs[0].SLO.Slug != "availability" || c.SLOs[2].SLO.Slug != "rare" || c.SLOs[2].Outcome != report.NoData {
		t.Fatalf("the SLOs are %+v", c.SLOs)
	}
	about(t, "consumed", c.SLOs[2].Consumed, 20)
}

// From the 25th on nothing was in force that a correction of the 26th could lie over.
func TestACorrectionAfterAnSLOWasRetiredIsNotOfIt(t *testing.T) {
	t.Parallel()
	h := february(t)
	begin, end := stamp(t, "2026-02-26T12:00:00Z"), stamp(t, "2026-02-26T13:00:00Z")
	ok(h.corrections.Declare(h.ada, h.availability.SLO.ID, correction.Declaration{Effect: correction.Exclude, Kind: correction.External, Reason: "to come", From: &begin, To: &end}))(t)
	ok(h.slos.Retire(h.ada, h.availability.SLO.ID, 2, "over"))(t)
	h.until(t, "2026-03-02T00:00:00Z")
	if one := h.preview(t, ofTeam("2026-02")).SLOs[0]; len(one.Corrections) != 0 || one.Raw != nil {
		t.Errorf("it has the corrections %+v, and %+v as measured", one.Corrections, one.Raw)
	}
}

// The first revision was in force for 10 days, which are told in days; the second for 10 days
// and 7½ hours, which are told in steps of 1½ hours, the longest that divide both and a day.
func TestSilenceIsToldInTheLongestOfTheSteps(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.until(t, "2026-02-11T00:00:00Z")
	revised := objective("99.9%")
	if _, _, err := h.slos.Revise(h.ada, h.availability.SLO.ID, h.availability.SLO.Version, revised); err != nil {
		t.Fatal(err)
	}
	h.until(t, "2026-02-21T07:30:00Z")
	ok(h.slos.Retire(h.ada, h.availability.SLO.ID, 2, "over"))(t)
	h.until(t, "2026-03-02T00:00:00Z")
	if one := h.preview(t, ofTeam("2026-02")).SLOs[0]; one.StepSeconds != 86400 || one.SilentSeconds != int64((20*24+7)*3600+1800) {
		t.Errorf("nothing was reported for %d s in steps of %d s", one.SilentSeconds, one.StepSeconds)
	}
}

func TestAnSLOCountsFromWhenItWasDeclaredUntilItWasRetired(t *testing.T) {
	t.Parallel()
	h := february(t)
	ok(h.slos.Retire(h.ada, h.availability.SLO.ID, 2, "over"))(t) // on the 25th
	h.until(t, "2026-04-02T00:00:00Z")
	february := h.preview(t, ofTeam("2026-02")).SLOs[0]
	if *february.Total != 22000 || !february.To.Equal(stamp(t, "2026-02-25T00:00:00Z")) {
		t.Errorf("February is %+v", february)
	}
	january := h.preview(t, ofTeam("2026-01"))
	if len(january.SLOs) != 1 || !january.SLOs[0].From.Equal(start) || *january.SLOs[0].Total != 1000 || january.SLOs[0].Outcome != report.Missed {
		t.Errorf("January is %+v", january.SLOs)
	}
	if march := h.preview(t, ofTeam("2026-03")); len(march.SLOs) != 1 || march.SLOs[0].SLO.Slug != "latency" {
		t.Errorf("March is %+v", march.SLOs)
	}
	if december := h.preview(t, ofTeam("2025-12")); len(december.SLOs) != 0 || december.Summary != (report.Tally{}) {
		t.Errorf("December is %+v", december.SLOs)
	}
}

func TestAPreviewIsReadAsOfAPastTime(t *testing.T) {
	t.Parallel()
	h := february(t)
	h.until(t, "2026-03-02T00:00:00Z")
	made := h.correct(t)
	h.until(t, "2026-03-04T00:00:00Z")
	ok(h.corrections.Remove(h.ada, made.ID, "it was ours"))(t)
	h.until(t, "2026-03-06T00:00:00Z")
	totals := func(asOf string) (float64, int) {
		in := ofTeam("2026-02")
		if asOf != "" {
			in.AsOf = stamp(t, asOf)
		}
		c := h.preview(t, in)
		if asOf != "" && (c.AsOf == nil || len(c.Notes) < 2 || !strings.Contains(strings.Join(c.Notes, " "), "measurements are as they are now")) {
			t.Errorf("the notes are %q", c.Notes)
		}
		return *c.SLOs[0].Total, len(c.SLOs[0].Corrections)
	}
	for asOf, want := range map[string]struct {
		total       float64
		corrections int
	}{"": {22000, 0}, "2026-03-01T12:00:00Z": {22000, 0}, "2026-03-03T00:00:00Z": {21000, 1}, "2026-03-05T00:00:00Z": {22000, 0}} {
		if total, corrections := totals(asOf); total != want.total || corrections != want.corrections {
			t.Errorf("as of %q: %v events and %d corrections, want %+v", asOf, total, corrections, want)
		}
	}
	// Before the objective was changed, the first one was all there was.
	in := ofTeam("2026-02")
	in.AsOf = stamp(t, "2026-02-10T00:30:00Z")
	c := h.preview(t, in)
	if one := c.SLOs[0]; one.Objective != "99%" || len(one.Revisions) != 1 || *one.Total != 12000 || !c.Until.Equal(stamp(t, "2026-02-10T00:00:00Z")) {
		t.Errorf("as of the 10th: %+v until %s", one, c.Until)
	}
}

func TestDecisionsAreKeptAndReplaced(t *testing.T) {
	t.Parallel()
	h := february(t)
	h.until(t, "2026-03-02T00:00:00Z")
	made := ok(h.publish(h.ada, report.PublishInput{ScopeInput: report.ScopeInput{Kind: report.OfService, Name: "checkout"}, PeriodInput: report.PeriodInput{Name: "2026-02"}}))(t)
	say := func(text string) report.DecisionInput {
		return report.DecisionInput{Text: text, DecidedBy: []string{"Ada", "Bob"}, DueOn: "2026-03-15"}
	}
	if _, err := h.Decide(h.bob, made.ID, say("x")); !fault.Is(err, fault.Forbidden) {
		t.Errorf("somebody else decides: %v", err)
	}
	if _, err := h.Decide(h.ada, made.ID, report.DecisionInput{DueOn: "soon", Replaces: "x", Link: "ftp:x"}); !fault.Is(err, fault.Invalid) || len(fault.As(err).Violations) != 5 {
		t.Errorf("what is wrong is told as %v", err)
	}
	first := ok(h.Decide(h.ada, made.ID, say(" two weeks of reliability work ")))(t)
	second := say("three weeks")
	second.Replaces = first.ID
	h.clock.Advance(time.Second)
	later := ok(h.Decide(h.ada, made.ID, second))(t)
	if _, err := h.Decide(h.ada, made.ID, second); !fault.Is(err, fault.Conflict) || fault.As(err).Code != "decision_replaced" {
		t.Errorf("it is replaced twice: %v", err)
	}
	found := ok(h.Decisions(h.bob, made.ID))(t)
	if len(found) != 2 || found[0].Text != "two weeks of reliability work" || found[0].ReplacedBy != later.ID || found[1].ReplacedBy != "" || found[1].RecordedBy != "ada" || !slices.Equal(found[0].DecidedBy, []string{"Ada", "Bob"}) {
		t.Errorf("the decisions are %+v", found)
	}
}

func TestCSVHasTheNumbersOfTheJSONAndNoFormula(t *testing.T) {
	t.Parallel()
	h := february(t)
	h.until(t, "2026-03-02T00:00:00Z")
	c := h.preview(t, ofTeam("2026-02"))
	c.SLOs[1].Service.Slug, c.SLOs[1].Why, c.SLOs[1].Team.Slug, c.SLOs[1].SLO.Slug, c.SLOs[1].Noun = "=1+1", "-2+3\"x;=4", "@SUM(A1)", " \u3000＝1", "\t=1"
	text := c.CSV()
	rows := ok(csv.NewReader(strings.NewReader(string(text))).ReadAll())(t)
	if len(rows) != 3 || !slices.Equal(rows[0], report.Columns) {
		t.Fatalf("the rows are %q", rows)
	}
	// By RFC 4180, and quoted also where a semicolon parts the cells.
	if lines := strings.Split(string(text), "\r\n"); len(lines) != 4 || lines[3] != "" || !strings.Contains(lines[2], `,"'-2+3""x;=4",`) || !strings.HasPrefix(lines[0], "from,to,") {
		t.Errorf("the lines are %q", lines)
	}
	cell := func(row int, column string) string { return rows[row][slices.Index(report.Columns, column)] }
	float := func(column string) float64 { return ok(strconv.ParseFloat(cell(1, column), 64))(t) }
	one := c.SLOs[0]
	if float("good") != *one.Good || float("total") != *one.Total || float("sli") != *one.SLI || float("consumed") != *one.Consumed || float("planned_bad") != 100 || cell(1, "outcome") != "missed" {
		t.Errorf("the row is %q", rows[1])
	}
	if cell(2, "sli") != "" || cell(2, "outcome") != "no_data" || cell(2, "service") != "'=1+1" || cell(2, "why") != "'-2+3\"x;=4" || cell(2, "slo") != "' \u3000＝1" || cell(2, "noun") != "'\t=1" || cell(2, "team") != "'@SUM(A1)" {
		t.Errorf("the row without data is %q", rows[2])
	}
}

// broken is what was measured, of which one indicator cannot be read.
type broken struct {
	report.Measured
	indicator id.ID
}

func (m broken) Sums(ctx context.Context, asked []slo.Asked) ([][]measure.Step, error) {
	if slices.ContainsFunc(asked, func(a slo.Asked) bool { return a.Indicator.ID == m.indicator }) {
		return nil, errors.New("a segment is of an unknown version")
	}
	return m.Measured.Sums(ctx, asked)
}

func TestAnSLOThatCannotBeReadKeepsNoOtherFromBeingReported(t *testing.T) {
	t.Parallel()
	h := february(t)
	h.until(t, "2026-03-02T00:00:00Z")
	latency, _, err := h.slos.Find(h.bob, slo.Name{Service: "checkout", SLO: "latency"})
	if err != nil {
		t.Fatal(err)
	}
	h.Measured = broken{h.Measured, latency.Indicator.ID}
	c := h.preview(t, ofTeam("2026-02"))
	if len(c.SLOs) != 2 || *c.SLOs[0].Total != 22000 || c.SLOs[1].Outcome != report.NotKnown || c.SLOs[1].Why == "" || c.SLOs[1].SLI != nil || c.SLOs[1].Good != nil || c.SLOs[1].Total != nil || c.SLOs[1].Bad != nil || c.Summary.NotKnown != 1 {
		t.Errorf("the SLOs are %+v", c.SLOs)
	}
	rows := strings.Split(string(c.CSV()), "\r\n")
	if !strings.Contains(rows[2], `"not_known","what was measured could not be read"`) || !strings.Contains(rows[2], ",,,,,,") {
		t.Errorf("the row is %q", rows[2])
	}
}

// Closed with 99 %, and found to be 98 % on the 10th and 97 % on the 20th of March.
func TestAPeriodOfAnSLAIsToldAsItWasAtATime(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := storetest.AnSLA(t, h.checkout.ID, h.availability.SLO.ID, "acme", "Acme")
	came := func(good int64) sla.Outcome {
		return sla.Outcome{Sum: window.Sum{Good: good * 1000, Total: 100_000}, Verdict: sla.Breached, Credit: strconv.FormatInt(100-good, 10) + "%"}
	}
	first, second := stamp(t, "2026-03-10T00:00:00Z"), stamp(t, "2026-03-20T00:00:00Z")
	if err := h.store.SLA().CreateSLA(t.Context(), v, second); err != nil {
		t.Fatal(err)
	}
	if err := h.store.SLA().AddSLAPeriod(t.Context(), sla.Period{
		ID: id.New(first), SLA: v.SLA.ID, Revision: v.Revision, Window: calendar.Window{Start: stamp(t, "2026-02-01T00:00:00Z"), End: stamp(t, "2026-03-01T00:00:00Z")},
		Outcome: came(97), Closed: came(99), ClosedAt: stamp(t, "2026-03-02T00:00:00Z"), RestatedAt: &second, RestatedBefore: []sla.Restatement{{At: first, Outcome: came(98)}},
	}); err != nil {
		t.Fatal(err)
	}
	h.until(t, "2026-03-31T00:00:00Z")
	for asOf, want := range map[string]string{"2026-03-05T00:00:00Z": "1% 0.99 false", "2026-03-15T00:00:00Z": "2% 0.98 true", "2026-03-25T00:00:00Z": "3% 0.97 true"} {
		in := report.PreviewInput{ScopeInput: ofTeam("").ScopeInput, PeriodInput: report.PeriodInput{From: stamp(t, "2026-02-01T00:00:00Z"), To: stamp(t, "2026-03-02T00:00:00Z")}, AsOf: stamp(t, asOf)}
		periods := h.preview(t, in).SLAs
		if len(periods) != 1 || fmt.Sprintf("%s %v %t", periods[0].Credit, *periods[0].SLI, periods[0].Restated) != want {
			t.Errorf("as of %s %+v, want %s", asOf, periods, want)
		}
	}
}

// Another room gives violations that were found to be none the ending void.
func TestViolationsOfThePeriodAreToldButForThoseThatWereNone(t *testing.T) {
	t.Parallel()
	h := february(t)
	p := storetest.Policy(t, h.store, "error-budget")
	opened := func(clause, at, ended string, ending policy.Ending) {
		t.Helper()
		v := policy.Violation{
			ID: id.New(stamp(t, at)), Policy: p.Policy.ID, Revision: p.Revision.ID, Clause: clause, SLO: h.availability.SLO.ID, Service: h.checkout.ID,
			Mode: policy.Enforce, OpenedAt: stamp(t, at), Ending: ending, Version: 1,
		}
		if ended != "" {
			end := stamp(t, ended)
			v.EndedAt = &end
		}
		if done := ok(h.store.Policy().OpenViolation(t.Context(), v))(t); !done {
			t.Fatal("there is one already")
		}
	}
	opened("before", "2026-01-10T00:00:00Z", "2026-01-20T00:00:00Z", policy.Recovered)
	opened("into", "2026-01-10T00:00:00Z", "2026-02-02T00:00:00Z", policy.Recovered)
	opened("none", "2026-02-10T00:00:00Z", "2026-02-20T00:00:00Z", "void")
	opened("out", "2026-02-25T00:00:00Z", "", "")
	opened("after", "2026-03-01T00:00:00Z", "", "")
	h.until(t, "2026-03-02T00:00:00Z")
	clauses := func(c report.Content) (out []string) {
		for _, v := range c.Violations {
			out = append(out, v.Clause+" "+v.Ending)
		}
		return out
	}
	c := h.preview(t, ofTeam("2026-02"))
	if got := clauses(c); !slices.Equal(got, []string{"into recovered", "out "}) || c.Void != 1 || c.Violations[0].Policy.Slug != "error-budget" || c.Violations[0].Mode != "enforce" {
		t.Errorf("the violations are %q, and %d void", got, c.Void)
	}
	// As of the 15th nobody had found the third to be none, and the fourth was not there.
	in := ofTeam("2026-02")
	in.AsOf = stamp(t, "2026-02-15T00:00:00Z")
	if c = h.preview(t, in); !slices.Equal(clauses(c), []string{"into recovered", "none "}) || c.Void != 0 {
		t.Errorf("as of the 15th the violations are %q, and %d void", clauses(c), c.Void)
	}
}

func TestATeamsReportHasTheTeamsBelowItAndASystemsIts(t *testing.T) {
	t.Parallel()
	h := february(t)
	ok(h.registry.CreateTeam(h.root, registry.TeamInput{Slug: "engineering", Name: "Engineering"}))(t)
	payments := ok(h.registry.TeamFor(h.ada, "payments"))(t)
	ok(h.registry.UpdateTeam(h.root, "payments", payments.Version, registry.TeamInput{Slug: "payments", Name: "Payments", Parent: "engineering"}))(t)
	h.until(t, "2026-03-02T00:00:00Z")
	for name, in := range map[string]report.ScopeInput{
		"the team above": {Kind: report.OfTeam, Name: "engineering"}, "the organisation": {Kind: report.OfOrganisation}, "the service": {Kind: report.OfService, Name: "checkout"},
	} {
		c := h.preview(t, report.PreviewInput{ScopeInput: in, PeriodInput: report.PeriodInput{Name: "2026-02"}})
		if len(c.SLOs) != 2 || c.Scope.Kind != in.Kind || c.Scope.Slug != in.Name {
			t.Errorf("%s has %d SLOs: %+v", name, len(c.SLOs), c.Scope)
		}
	}
	ok(h.registry.CreateSystem(h.ada, registry.SystemInput{Slug: "shop", Name: "Shop", Team: "payments"}))(t)
	if c := h.preview(t, report.PreviewInput{ScopeInput: report.ScopeInput{Kind: report.OfSystem, Name: "shop"}, PeriodInput: report.PeriodInput{Name: "2026-02"}}); len(c.SLOs) != 0 {
		t.Errorf("a system without services has %d SLOs", len(c.SLOs))
	}
}

func TestMonthlyReportsAreDrawnUpOnce(t *testing.T) {
	t.Parallel()
	h := february(t)
	ok(h.registry.CreateTeam(h.root, registry.TeamInput{Slug: "idle", Name: "Idle"}))(t)
	h.until(t, "2026-03-02T04:23:00Z")
	system := access.WithCaller(t.Context(), access.System("draw-up-reports"))
	for i, want := range []int64{2, 0, 0} {
		if got := ok(h.DrawUpOnce(system))(t); got["published"] != want {
			t.Errorf("the %d. time %v", i+1, got)
		}
		h.clock.Advance(24 * time.Hour)
	}
	found := ok(h.List(h.bob, report.Filter{}, storeAll))(t).Items
	if len(found) != 2 || found[0].Number != 2 || found[0].Scope.Kind != report.OfOrganisation || found[1].Scope.Slug != "payments" || found[1].Period.Name != "2026-02" || found[1].Occasion != report.Monthly {
		t.Errorf("published are %+v", found)
	}
	h.until(t, "2026-04-02T04:23:00Z")
	if got := ok(h.DrawUpOnce(system))(t); got["published"] != 2 {
		t.Errorf("of the next month %v", got)
	}
}

func TestWhatIsAskedWronglyIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.until(t, "2026-03-02T00:00:00Z")
	hour := func(n int) time.Time { return stamp(t, "2026-02-01T00:00:00Z").Add(time.Duration(n) * time.Hour) }
	for says, in := range map[string]report.PreviewInput{
		"query.scope: must be one of":                      {ScopeInput: report.ScopeInput{Kind: "planet"}, PeriodInput: report.PeriodInput{Name: "2026-02"}},
		"query.name: must be left out of the organisation": {ScopeInput: report.ScopeInput{Kind: report.OfOrganisation, Name: "x"}, PeriodInput: report.PeriodInput{Name: "2026-02"}},
		"query.name: names nothing":                        {ScopeInput: report.ScopeInput{Kind: report.OfTeam, Name: "nobody"}, PeriodInput: report.PeriodInput{Name: "2026-02"}},
		"query.period: must be a month":                    ofTeam("2026-13"),
		"query.period: must be a month such":               ofTeam("2026-Q5"),
		"query.period: must name a month":                  ofTeam(""),
		"query.from: must be before now":                   ofTeam("2027-01"),
		"query.timeZone":                                   {ScopeInput: ofTeam("").ScopeInput, PeriodInput: report.PeriodInput{Name: "2026-02", Zone: "Mars/Base"}},
		"query.period: must be left out where from":        {ScopeInput: ofTeam("").ScopeInput, PeriodInput: report.PeriodInput{Name: "2026-02", From: hour(0)}},
		"query.from: must be a full hour":                  {ScopeInput: ofTeam("").ScopeInput, PeriodInput: report.PeriodInput{From: hour(0).Add(time.Minute), To: hour(2)}},
		"query.to: must be after from":                     {ScopeInput: ofTeam("").ScopeInput, PeriodInput: report.PeriodInput{From: hour(2), To: hour(2)}},
		"query.to: must be at most 400 days":               {ScopeInput: ofTeam("").ScopeInput, PeriodInput: report.PeriodInput{From: hour(-401 * 24), To: hour(1)}},
		"query.asOf: must be a time from":                  {ScopeInput: ofTeam("").ScopeInput, PeriodInput: report.PeriodInput{Name: "2026-02"}, AsOf: hour(24 * 365)},
	} {
		if _, err := h.Preview(h.bob, in); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", says, err)
		}
	}
	if _, err := h.publish(h.ada, report.PublishInput{ScopeInput: ofTeam("").ScopeInput, PeriodInput: report.PeriodInput{Name: "2026-03"}}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "/period: must be over") {
		t.Errorf("what is not over is published: %v", err)
	}
	if _, err := h.publish(h.ada, report.PublishInput{ScopeInput: report.ScopeInput{Kind: report.OfOrganisation}, PeriodInput: report.PeriodInput{Name: "2026-02"}}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the organisation's is published: %v", err)
	}
}

// Berlin's March 2026 begins on the last day of February at 23:00 UTC, and ends, in summer
// time, at 22:00 UTC: 743 hours.
func TestAMonthIsThatOfItsTimeZone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.until(t, "2026-04-02T00:00:00Z")
	in := ofTeam("2026-03")
	in.Zone = "Europe/Berlin"
	c := h.preview(t, in)
	if !c.Period.From.Equal(stamp(t, "2026-02-28T23:00:00Z")) || c.Period.To.Sub(c.Period.From) != 743*time.Hour || c.Period.String() != "2026-03 (Europe/Berlin)" {
		t.Errorf("the period is %+v", c.Period)
	}
	if quarter := h.preview(t, ofTeam("2026-Q1")).Period; !quarter.From.Equal(stamp(t, "2026-01-01T00:00:00Z")) || !quarter.To.Equal(stamp(t, "2026-04-01T00:00:00Z")) {
		t.Errorf("the quarter is %+v", quarter)
	}
}
