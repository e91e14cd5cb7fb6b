package report_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/report"
)

func TestAPublishedReportStaysAndIsRestated(t *testing.T) {
	t.Parallel()
	h := february(t)
	h.until(t, "2026-03-02T00:00:00Z")
	in := report.PublishInput{ScopeInput: report.ScopeInput{Kind: report.OfTeam, Name: "payments"}, PeriodInput: report.PeriodInput{Name: "2026-02"}}
	if _, err := h.publish(h.bob, in); !fault.Is(err, fault.Forbidden) {
		t.Errorf("somebody else publishes it: %v", err)
	}
	made := ok(h.publish(h.ada, in))(t)
	system := access.WithCaller(t.Context(), access.System("restate-reports"))
	restate := func(want int64) {
		t.Helper()
		h.clock.Advance(24 * time.Hour)
		if got := ok(h.RestateOnce(system))(t); got["restated"] != want || got["reviewed"] != 1 {
			t.Fatalf("restated %v, want %d", got, want)
		}
	}
	restate(0)
	c := h.correct(t)
	restate(1)
	restate(0)
	found := ok(h.Restatements(h.bob, made.ID))(t)
	changed := func(r report.Restatement, name string) report.Change {
		t.Helper()
		i := slices.IndexFunc(r.Changes, func(c report.Change) bool { return c.Name == name })
		if i < 0 {
			t.Fatalf("there is no %q in %+v", name, r.Changes)
		}
		return r.Changes[i]
	}
	if total := changed(found[0], "checkout/availability total"); total.Published != "22000" || total.Was != "22000" || total.Is != "21000" {
		t.Errorf("the total is %+v", total)
	}
	if causes := found[0].Causes; len(causes) != 1 || causes[0].Kind != "correction_created" || causes[0].ID != c.ID || causes[0].By != "ada" || causes[0].Of != "checkout/availability" || causes[0].Why != "the carrier's" {
		t.Errorf("the causes are %+v", causes)
	}
	ok(h.corrections.Remove(h.ada, c.ID, "it was ours"))(t)
	h.slot(t, "2026-02-21T12:00:00Z", 500, 500)
	restate(1)
	found = ok(h.Restatements(h.bob, made.ID))(t)
	if total := changed(found[0], "checkout/availability total"); len(found) != 2 || total.Published != "22000" || total.Was != "21000" || total.Is != "22500" {
		t.Errorf("the total is %+v", total)
	}
	if causes := found[0].Causes; len(causes) != 1 || causes[0].Kind != "correction_removed" {
		t.Errorf("the causes are %+v", causes)
	}
	h.slot(t, "2026-02-22T12:00:00Z", 500, 500)
	restate(1)
	if causes := ok(h.Restatements(h.bob, made.ID))(t)[0].Causes; len(causes) != 1 || causes[0].Kind != "other" {
		t.Errorf("of what came late the causes are %+v", causes)
	}
	still := ok(h.Get(h.bob, made.ID))(t)
	content := ok(still.Content())(t)
	if string(still.Document) != string(made.Document) || *content.SLOs[0].Total != 22000 {
		t.Error("what was published is not as it was")
	}
	still.Document[100]++
	if _, err := still.Content(); err == nil || !strings.Contains(err.Error(), "not as it was published") {
		t.Errorf("a changed document is read: %v", err)
	}
}

// The violation of the ledger ended when its only SLO was retired, two minutes into February:
// no slot of it is in the month, and the violation was open in it.
func TestAServiceOfWhichNoSLOCountedAnyMoreIsNotRestatedForNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ledger := ok(h.registry.CreateService(h.ada, registry.ServiceInput{Slug: "ledger", Team: "payments", Profile: registry.Profile{
		Name: "Ledger", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}}))(t)
	only, _, err := h.slos.Declare(h.ada, ledger.ID, objective("99%"))
	if err != nil {
		t.Fatal(err)
	}
	h.until(t, "2026-02-01T00:02:00Z")
	ok(h.slos.Retire(h.ada, only.SLO.ID, only.SLO.Version, "over"))(t)
	p, end := storetest.Policy(t, h.store, "error-budget"), h.clock.Now()
	ok(h.store.Policy().OpenViolation(t.Context(), policy.Violation{
		ID: id.New(start), Policy: p.Policy.ID, Revision: p.Revision.ID, Clause: "budget-exceeded", SLO: only.SLO.ID, Service: ledger.ID,
		Mode: policy.Enforce, OpenedAt: start, EndedAt: &end, Ending: policy.Retired, Version: 1,
	}))(t)
	h.until(t, "2026-03-02T00:00:00Z")
	made := ok(h.publish(h.ada, report.PublishInput{ScopeInput: ofTeam("").ScopeInput, PeriodInput: report.PeriodInput{Name: "2026-02"}}))(t)
	if c := ok(made.Content())(t); len(c.Violations) != 1 || len(c.SLOs) != 1 || c.SLOs[0].Service.Slug != "checkout" {
		t.Fatalf("published are the violations %+v, and %d SLOs", c.Violations, len(c.SLOs))
	}
	h.clock.Advance(24 * time.Hour)
	if got := ok(h.RestateOnce(access.WithCaller(t.Context(), access.System("restate-reports"))))(t); got["reviewed"] != 1 || got["restated"] != 0 {
		t.Errorf("restated %v as %+v", got, ok(h.Restatements(h.bob, made.ID))(t))
	}
}

// Of three reports of a month with one SLO a run that may do as much as two does the two that
// are due the longest, and the next one the third. A document that was tampered with fails, and
// comes again when it would have been due.
func TestARunSumsUpAsMuchAsItMayAndTheNextTheRest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.until(t, "2026-03-02T00:00:00Z")
	in := report.PublishInput{ScopeInput: report.ScopeInput{Kind: report.OfService, Name: "checkout"}, PeriodInput: report.PeriodInput{Name: "2026-02"}}
	for range 3 {
		ok(h.publish(h.ada, in))(t)
		h.clock.Advance(time.Minute)
	}
	h.RestateAtMost(2)
	system := access.WithCaller(t.Context(), access.System("restate-reports"))
	h.clock.Advance(24 * time.Hour)
	for i, want := range []map[string]int64{{"reviewed": 2, "waiting": 1}, {"reviewed": 1}, {}} {
		got := ok(h.RestateOnce(system))(t)
		if got["reviewed"] != want["reviewed"] || got["waiting"] != want["waiting"] || got["failed"] != 0 {
			t.Errorf("run %d: %v, want %v", i+1, got, want)
		}
		h.clock.Advance(time.Minute)
	}
	tampered := ok(report.Report{ID: id.New(h.clock.Now()), PublishedAt: h.clock.Now(), ReviewAt: &start}.Of(ok(ok(h.Get(h.bob, ok(h.List(h.bob, report.Filter{}, storeAll))(t).Items[0].ID))(t).Content())(t)))(t)
	tampered.SHA256 = "of something else"
	if _, done, err := h.store.Reports().CreateReport(t.Context(), tampered); err != nil || !done {
		t.Fatal(done, err)
	}
	h.clock.Advance(24 * time.Hour)
	h.RestateAtMost(1)
	for i, want := range []map[string]int64{{"failed": 1, "waiting": 3}, {"reviewed": 1, "waiting": 2}, {"reviewed": 1, "waiting": 1}, {"reviewed": 1}} {
		got, err := h.RestateOnce(system)
		if got["failed"] != want["failed"] || got["reviewed"] != want["reviewed"] || got["waiting"] != want["waiting"] || (err != nil) != (want["failed"] > 0) {
			t.Errorf("run %d with one that fails: %v, want %v: %v", i+1, got, want, err)
		}
	}
}

// 91 days after the end of February, on 31 May, nothing measured comes of it any more: from
// then on it is summed up each week, and 400 days after its end, on 5 April, not any more.
func TestAReportIsSummedUpLessOftenWhenNothingMeasuredComesAnyMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.until(t, "2026-05-30T00:00:00Z")
	ok(h.publish(h.ada, report.PublishInput{ScopeInput: report.ScopeInput{Kind: report.OfService, Name: "checkout"}, PeriodInput: report.PeriodInput{Name: "2026-02"}}))(t)
	system := access.WithCaller(t.Context(), access.System("restate-reports"))
	for _, c := range []struct {
		at       string
		reviewed int64
	}{{"2026-05-30T23:59:59Z", 0}, {"2026-05-31T00:00:00Z", 1}, {"2026-06-01T00:00:00Z", 1}, {"2026-06-07T23:59:59Z", 0}, {"2026-06-08T00:00:00Z", 1}, {"2027-04-01T00:00:00Z", 1}, {"2028-01-01T00:00:00Z", 0}} {
		h.until(t, c.at)
		if got := ok(h.RestateOnce(system))(t); got["reviewed"] != c.reviewed {
			t.Errorf("at %s %v, want %d", c.at, got, c.reviewed)
		}
	}
}
