package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/report"
)

func testReports(t *testing.T, open opener) {
	month := report.Period{From: Start.Truncate(24 * time.Hour), To: Start.Truncate(24*time.Hour).AddDate(0, 1, 0), Name: "2026-01", Zone: "Europe/Berlin"}
	of := func(scope id.ID, occasion report.Occasion) report.Report {
		due := Start.Add(24 * time.Hour)
		return report.Report{
			ID: newID(), Scope: report.Scope{Kind: report.OfTeam, ID: scope, Slug: "payments", Name: "Payments"}, Period: month, Occasion: occasion,
			PublishedAt: Start, PublishedBy: "Ada", SHA256: "ab", Document: []byte(`{"öfter":1}`), ReviewAt: &due,
		}.WithTeam(scope)
	}
	written := func(t *testing.T, s *store.Store, r report.Report) report.Report {
		t.Helper()
		number, done, err := s.Reports().CreateReport(t.Context(), r)
		ok(t, err)
		same(t, done, true)
		r.Number = number
		return r
	}

	each(t, open, "a report comes back as written, numbered, and once for an occasion", func(t *testing.T, s *store.Store) {
		a := s.Reports()
		team := newID()
		first, second := written(t, s, of(team, "")), written(t, s, of(team, ""))
		monthly, other := written(t, s, of(team, report.Monthly)), written(t, s, of(newID(), report.Monthly))
		same(t, []int64{first.Number, second.Number, monthly.Number, other.Number}, []int64{1, 2, 3, 4})
		_, done, err := a.CreateReport(t.Context(), of(team, report.Monthly))
		ok(t, err)
		same(t, done, false)
		same(t, must(a.HasReport(t.Context(), of(team, report.Monthly)))(t), true)
		same(t, must(a.HasReport(t.Context(), of(newID(), report.Monthly)))(t), false)
		same(t, must(a.HasReport(t.Context(), of(team, "")))(t), false)
		same(t, must(a.Report(t.Context(), second.ID))(t), second)
		_, err = a.Report(t.Context(), newID())
		refused(t, err, fault.NotFound, "report_not_found")

		var listed []int64
		for r := (page.Request{Limit: 2}); ; {
			found := must(a.Reports(t.Context(), report.Filter{Kind: report.OfTeam, ScopeID: team}, r))(t)
			for _, one := range found.Items {
				listed = append(listed, one.Number)
				same(t, one.Document, nil)
			}
			if r.After = found.Next; r.After == "" {
				break
			}
		}
		same(t, listed, []int64{3, 2, 1})
		same(t, len(must(a.Reports(t.Context(), report.Filter{Kind: report.OfOrganisation}, page.Request{}))(t).Items), 0)
	})

	each(t, open, "of an occasion many at once write one, and numbers have no gap", func(t *testing.T, s *store.Store) {
		team := newID()
		results := make(chan bool)
		for range 8 {
			go func() {
				_, done, err := s.Reports().CreateReport(t.Context(), of(team, report.Monthly))
				if err != nil {
					t.Error(err)
				}
				results <- done
			}()
		}
		written := 0
		for range 8 {
			if <-results {
				written++
			}
		}
		same(t, written, 1)
		number, _, err := s.Reports().CreateReport(t.Context(), of(team, ""))
		ok(t, err)
		same(t, number, int64(2))
	})

	each(t, open, "reports are due until they are not any more", func(t *testing.T, s *store.Store) {
		a := s.Reports()
		one, two := written(t, s, of(newID(), "")), written(t, s, of(newID(), ""))
		due := func(at time.Time) int {
			found := must(a.ReportsToReview(t.Context(), at, 10))(t)
			same(t, must(a.CountReportsToReview(t.Context(), at))(t), int64(len(found)))
			return len(found)
		}
		same(t, []int{due(Start), due(Start.Add(24 * time.Hour))}, []int{0, 2})
		later := Start.Add(48 * time.Hour)
		ok(t, a.SetReportReview(t.Context(), one.ID, &later))
		same(t, due(later), 2)
		same(t, must(a.ReportsToReview(t.Context(), later, 1))(t)[0].ID, two.ID) // due the longest
		ok(t, a.SetReportReview(t.Context(), one.ID, nil))
		ok(t, a.SetReportReview(t.Context(), two.ID, &later))
		same(t, []int{due(Start.Add(24 * time.Hour)), due(later)}, []int{0, 1})
	})

	each(t, open, "decisions and restatements are added to a report, and each is replaced once", func(t *testing.T, s *store.Store) {
		a := s.Reports()
		r := written(t, s, of(newID(), ""))
		first := report.Decision{ID: "01JD3Z0Q8RC6W4N1M2V5K7T9X1", Report: r.ID, DecisionInput: report.DecisionInput{Text: "go\non", DecidedBy: []string{"Ada", "Bob"}, DueOn: "2026-02-01", Link: "https://example.org/"}, RecordedAt: Start, RecordedBy: "Ada"}
		second := report.Decision{ID: "01JD3Z0Q8RC6W4N1M2V5K7T9X2", Report: r.ID, DecisionInput: report.DecisionInput{Text: "stop", DecidedBy: []string{"Ada"}, Replaces: first.ID}, RecordedAt: Start, RecordedBy: "Ada"}
		ok(t, a.AddDecision(t.Context(), first))
		ok(t, a.AddDecision(t.Context(), second))
		same(t, must(a.Decisions(t.Context(), r.ID))(t), []report.Decision{first, second})
		again := second
		again.ID = newID()
		refused(t, a.AddDecision(t.Context(), again), fault.Conflict, "decision_replaced")
		stray := first
		stray.ID, stray.Report = newID(), newID()
		refused(t, a.AddDecision(t.Context(), stray), fault.Conflict, "reference_missing")

		one := report.Restatement{ID: "01JD3Z0Q8RC6W4N1M2V5K7T9X3", Report: r.ID, FoundAt: Start, Changes: []report.Change{{Figure: "a", Name: "b", Published: "1", Was: "1", Is: "2"}}, Causes: []report.Cause{{Kind: "correction_created", ID: newID(), At: &Start, By: "Ada", Why: "w", Of: "x/y"}}}
		two := report.Restatement{ID: "01JD3Z0Q8RC6W4N1M2V5K7T9X4", Report: r.ID, FoundAt: Start, Changes: []report.Change{}, Causes: []report.Cause{}}
		ok(t, a.AddRestatement(t.Context(), one))
		ok(t, a.AddRestatement(t.Context(), two))
		same(t, must(a.Restatements(t.Context(), r.ID))(t), []report.Restatement{two, one})
	})
}
