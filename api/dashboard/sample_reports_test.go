package dashboard

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/report"
)

// published are the reports of a sample: one of the organisation with all that a report can
// say, restated and reviewed, with hostile texts; and one of a team of which nothing is.
type published struct{ *sample }

const (
	fullReport id.ID = "01JD3Z0Q8RC6W4N1M2V5K7T9R1"
	bareReport id.ID = "01JD3Z0Q8RC6W4N1M2V5K7T9R2"
)

func (a published) all() []report.Report {
	if len(a.services) == 0 {
		return nil
	}
	month := report.Period{From: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Name: "2026-10", Zone: "UTC"}
	share := func(f float64) *float64 { return &f }
	of := func(slug string) report.Ref { return report.Ref{ID: a.services[0].ID, Slug: slug} }
	row := func(service, slug string, outcome report.Outcome, good, total, allowed, planned float64) report.SLO {
		s := report.SLO{
			Service: of(service), SLO: of(slug), Team: of(a.teams[0].Slug), Outcome: outcome, Noun: "event", Objective: "99.9%", From: month.From, To: month.To,
			Good: share(good), Total: share(total), Bad: share(total - good), StepSeconds: 86400, Classes: []report.Spend{}, Revisions: []report.Piece{{Number: 1}}, Corrections: []report.Correction{},
		}
		if total > 0 {
			s.SLI, s.Allowed, s.Consumed = share(good/total), share(allowed), share((total-good)/allowed)
			s.Planned, s.Unplanned = &report.Spend{Bad: planned, Share: share(planned / allowed)}, &report.Spend{Bad: total - good - planned, Share: share((total - good - planned) / allowed)}
		}
		return s
	}
	missed := row("checkout", "taken", report.Missed, 997_745, 1_000_000, 1_000, 1_000)
	missed.Revisions = []report.Piece{{Number: 1}, {Number: 2}}
	missed.Corrections = []report.Correction{{Kind: "external"}}
	missed.Classes = []report.Spend{{Class: "launch", Bad: 1000, Share: share(1)}, {Class: "network", Bad: 500, Share: share(.5)}}
	far := row("search", "answered", report.Missed, 990_000, 1_000_000, 1_000, 0)
	met := row("ledger", "balances", report.Met, 999_900, 1_000_000, 1_000, 20)
	met.SilentSeconds = 2 * 86400
	blurred := row("ledger", "old", report.NotKnown, 0, 0, 0, 0)
	blurred.Good, blurred.Total, blurred.Bad = nil, nil, nil
	blurred.Why = "its bounds do not lie between the hours or days that are left of what was measured"
	ended, review := a.now.Add(-26*24*time.Hour), report.Review{At: a.now, By: "Grace", Note: "fine"}
	full := report.Content{
		Format: report.Format, Scope: report.Scope{Kind: report.OfOrganisation}, Period: month, DrawnUpAt: a.now, Until: month.To, Notes: []string{"The figures are of what was measured by then."},
		Summary: report.Tally{SLOs: 5, Met: 1, Missed: 2, NoData: 1, NotKnown: 1},
		Teams:   []report.PartTally{{Ref: of("payments"), Tally: report.Tally{SLOs: 3, Met: 1, Missed: 2}}, {Ref: of("search"), Tally: report.Tally{SLOs: 2, NoData: 1, NotKnown: 1}}},
		Systems: []report.PartTally{{Ref: of("ordering"), Tally: report.Tally{SLOs: 3, Met: 1, Missed: 2}}},
		SLOs:    []report.SLO{far, missed, met, row("batch", "nightly", report.NoData, 0, 0, 0, 0), blurred},
		Violations: []report.Violation{
			{ID: fullReport, Policy: of("error-budget"), Clause: "budget-exceeded", Service: of("search"), SLO: of("answered"), Mode: "enforce", OpenedAt: month.From.Add(50 * time.Hour)},
			{ID: bareReport, Policy: of("error-budget"), Clause: "budget-exceeded", Service: of("checkout"), SLO: of("taken"), Mode: "warn", OpenedAt: month.From.Add(90 * time.Hour), EndedAt: &ended, Ending: "recovered"},
		}, Void: 1,
		Gate:      []report.Decisions{{Service: of("checkout"), Class: "feature", Answer: "deny", Count: 4}, {Service: of("checkout"), Class: "rollback", Answer: "allow", Count: 1}},
		Overrides: []report.Override{{Service: of("checkout"), At: month.From.Add(99 * time.Hour), Until: month.From.Add(101 * time.Hour), By: "Ada", Reason: hostile, Review: &review}},
		Alerts:    []report.Alerts{{Service: of("search"), SLO: of("answered"), Severity: "page", Count: 3}},
		SLAs:      []report.SLAPeriod{{Service: of("checkout"), SLA: of("acme"), Customer: hostile, Start: month.From, End: month.To, Target: "99.9%", Verdict: "breached", Credit: "10%"}},
	}
	team := a.teams[0]
	bare := report.Content{
		Format: report.Format, Scope: report.Scope{Kind: report.OfTeam, ID: team.ID, Slug: team.Slug, Name: team.Name}, Period: month, DrawnUpAt: a.now, Until: month.To, Notes: []string{},
		SLOs: []report.SLO{}, Violations: []report.Violation{},
	}
	var out []report.Report
	for i, one := range []report.Report{{ID: bareReport, Number: 2, PublishedAt: a.now, PublishedBy: hostile}, {ID: fullReport, Number: 1, Occasion: report.Monthly, PublishedAt: a.now, PublishedBy: "draw-up-reports"}} {
		made, err := one.Of([]report.Content{bare, full}[i])
		if err != nil {
			panic(err)
		}
		out = append(out, made)
	}
	return out
}

func (a published) List(_ context.Context, f report.Filter, r page.Request) (page.Page[report.Report], error) {
	out := slices.DeleteFunc(a.all(), func(r report.Report) bool {
		return f.Kind != "" && r.Scope.Kind != f.Kind || f.ScopeID != "" && r.Scope.ID != f.ScopeID
	})
	return pageOf(out, r), a.fail
}

func (a published) Get(_ context.Context, of id.ID) (report.Report, error) {
	for _, r := range a.all() {
		if r.ID == of {
			return r, a.fail
		}
	}
	return report.Report{}, fault.Missing("report", string(of))
}

func (a published) Restatements(_ context.Context, of id.ID) ([]report.Restatement, error) {
	if of != fullReport {
		return nil, nil
	}
	made := a.now.Add(-2 * 24 * time.Hour)
	return []report.Restatement{{
		FoundAt: a.now, Changes: []report.Change{{Name: "checkout/taken good", Published: "997745", Was: "997745", Is: "998245"}, {Name: hostile, Published: "", Was: "", Is: "missed"}},
		Causes: []report.Cause{{Kind: "correction_created", At: &made, By: "Grace", Why: hostile, Of: "checkout/taken"}, {Kind: "other", Why: "measurements that came later"}},
	}}, nil
}

func (a published) Decisions(_ context.Context, of id.ID) ([]report.Decision, error) {
	if of != fullReport {
		return nil, nil
	}
	say := func(text string) report.Decision {
		return report.Decision{ID: fullReport, DecisionInput: report.DecisionInput{Text: text, DecidedBy: []string{"Ada", "Grace"}, DueOn: "2026-12-01", Link: "https://example.org/minutes"}, RecordedAt: a.now, RecordedBy: "Ada"}
	}
	first, second := say(hostile), say("Two weeks of reliability work before the next launch.")
	first.ReplacedBy = second.ID
	return []report.Decision{first, second}, nil
}

// Of a thousand that might be bad 2,255 were, 1,000 of them in a launch: 225.5 %.
func TestAReportShowsWhatBecameOfObjectives(t *testing.T) {
	t.Parallel()
	doc, _ := visiting(t, newSample()).read(reportURL(fullReport))
	says(t, words(within(t, doc, "main")),
		"The organisation, October 2026", "report 1", "drawn up by itself",
		"Restated since it was published", "checkout/taken good 997745 997745 998245", "because of a correction of checkout/taken, let count by Grace on 21 Nov 2026",
		"checkout / taken team", "2 revisions in this time · 1 correction · launch 100.0 % · network 50.0 %", "Missed 99.77 % of 99.9 %", "225.5 % planned 100.0 %, unplanned 125.5 %",
		"batch / nightly", "No data — no data of 99.9 % — no data", "its bounds do not lie between", "nothing reported for 2 days",
		"Two weeks of reliability work", "Replaced", "due 1 Dec 2026; recorded by Ada · example.org/minutes",
		"error-budget, budget-exceeded, enforce", "recovered on 28 Oct 2026", "1 more was found to be no violation", "found not justified by Grace", "3 alerts", "Breached")
	doc, _ = visiting(t, newSample()).read(reportURL(bareReport))
	says(t, words(within(t, doc, "main")), "No objectives", "Nothing decided yet", "Nobody asked", "None")
	doc, _ = visiting(t, newSample()).read("/reports?scope=team")
	says(t, words(within(t, doc, "main")), "October 2026", "by <script")
	team := newSample().teams[0]
	doc, _ = visiting(t, newSample()).read("/teams/" + team.Slug)
	says(t, words(within(t, doc, "main")), "Report 2: October 2026")
	visiting(t, newSample()).readStatus("/reports/nothing", http.StatusNotFound)
}
