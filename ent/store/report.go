package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	entreport "github.com/evenkeel/evenkeel/ent/db/report"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/report"
)

// Reports is the store of package report.
type Reports struct{ s *Store }

var (
	_ report.Store = Reports{}
	_ report.Past  = Reports{}
)

// Reports returns the view of the store that package report declares.
func (s *Store) Reports() Reports { return Reports{s} }

// CreateReport writes a report with the next number. Whoever else writes one waits: numbers
// have no gaps.
func (a Reports) CreateReport(ctx context.Context, r report.Report) (number int64, done bool, err error) {
	err = a.s.InTx(ctx, func(ctx context.Context) error {
		if a.s.postgres() {
			if _, err := a.s.exec(ctx, "LOCK TABLE reports IN SHARE ROW EXCLUSIVE MODE"); err != nil {
				return err
			}
		}
		if there, err := a.HasReport(ctx, r); err != nil || there {
			return err
		}
		if err := a.s.queryOne(ctx, "SELECT COALESCE(MAX(number), 0) + 1 FROM reports", nil, &number); err != nil {
			return err
		}
		done = true
		return a.s.ent.Report.Create().
			SetID(string(r.ID)).SetNumber(number).SetScope(string(r.Scope.Kind)).SetScopeID(string(r.Scope.ID)).SetScopeSlug(r.Scope.Slug).SetScopeName(r.Scope.Name).SetTeamID(string(r.Team())).
			SetFromAt(r.Period.From).SetToAt(r.Period.To).SetPeriod(periodText(r.Period)).SetOccasion(string(r.Occasion)).
			SetPublishedAt(r.PublishedAt).SetPublishedBy(r.PublishedBy).SetSha256(r.SHA256).SetContent(r.Document).SetNillableReviewAt(r.ReviewAt).
			Exec(ctx)
	})
	return number, done, fail("write a report", err)
}

// periodText is the name of a period with its zone: "2026-11 UTC"; empty of one without.
func periodText(p report.Period) string {
	if p.Name == "" {
		return ""
	}
	return p.Name + " " + p.Zone
}

// HasReport reports whether there is one of the occasion, scope and period.
func (a Reports) HasReport(ctx context.Context, r report.Report) (bool, error) {
	if r.Occasion == "" {
		return false, nil
	}
	there, err := a.s.ent.Report.Query().Where(entreport.Scope(string(r.Scope.Kind)), entreport.ScopeID(string(r.Scope.ID)),
		entreport.FromAt(r.Period.From), entreport.ToAt(r.Period.To), entreport.Occasion(string(r.Occasion))).Exist(ctx)
	return there, fail("look for a report", err)
}

const reportColumns = "r.id, r.number, r.scope, r.scope_id, r.scope_slug, r.scope_name, r.team_id, r.from_at, r.to_at, r.period, r.occasion, r.published_at, r.published_by, r.sha256, r.review_at"

// rows reads reports, with their documents or without.
func (a Reports) rows(ctx context.Context, documents bool, rest string, args ...any) ([]report.Report, error) {
	columns := reportColumns
	if documents {
		columns += ", r.content"
	}
	var out []report.Report
	err := a.s.queryAll(ctx, "SELECT "+columns+" FROM reports r"+rest, args, func(rows *sql.Rows) error {
		var r report.Report
		var team id.ID
		var period string
		dest := []any{&r.ID, &r.Number, &r.Scope.Kind, &r.Scope.ID, &r.Scope.Slug, &r.Scope.Name, &team, &r.Period.From, &r.Period.To, &period, &r.Occasion, &r.PublishedAt, &r.PublishedBy, &r.SHA256, &r.ReviewAt}
		if documents {
			dest = append(dest, &r.Document)
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		r.Period.From, r.Period.To, r.PublishedAt, r.ReviewAt = utc(r.Period.From), utc(r.Period.To), utc(r.PublishedAt), utcOrNil(r.ReviewAt)
		r.Period.Zone = "UTC"
		if period != "" {
			r.Period.Name, r.Period.Zone, _ = strings.Cut(period, " ")
		}
		out = append(out, r.WithTeam(team))
		return nil
	})
	return out, fail("read reports", err)
}

// Report returns one with its document.
func (a Reports) Report(ctx context.Context, of id.ID) (report.Report, error) {
	found, err := a.rows(ctx, true, " WHERE r.id = $1", string(of))
	if err != nil {
		return report.Report{}, err
	}
	if len(found) == 0 {
		return report.Report{}, fault.Missing("report", string(of))
	}
	return found[0], nil
}

// Reports lists those without their documents, the newest first.
func (a Reports) Reports(ctx context.Context, f report.Filter, r page.Request) (page.Page[report.Report], error) {
	none := page.Page[report.Report]{}
	key, err := r.Key(f, 1)
	if err != nil {
		return none, err
	}
	var c conditions
	if key != nil {
		number, err := strconv.ParseInt(key[0], 10, 64)
		if err != nil {
			return none, badCursor()
		}
		c.add("r.number < %s", number)
	}
	if f.Kind != "" {
		c.add("r.scope = %s", string(f.Kind))
	}
	if f.ScopeID != "" {
		c.add("r.scope_id = %s", string(f.ScopeID))
	}
	rows, err := a.rows(ctx, false, c.where()+" ORDER BY r.number DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return none, err
	}
	return page.Cut(r, f, rows, func(r report.Report) []string { return []string{strconv.FormatInt(r.Number, 10)} }), nil
}

// ReportsToReview returns those that are to be summed up again.
func (a Reports) ReportsToReview(ctx context.Context, now time.Time, limit int) ([]report.Report, error) {
	return a.rows(ctx, true, " WHERE r.review_at <= $1 ORDER BY r.review_at, r.id LIMIT $2", clock.Round(now), limit)
}

// CountReportsToReview counts them.
func (a Reports) CountReportsToReview(ctx context.Context, now time.Time) (int64, error) {
	n, err := a.s.ent.Report.Query().Where(entreport.ReviewAtLTE(clock.Round(now))).Count(ctx)
	return int64(n), fail("count reports to sum up again", err)
}

// SetReportReview writes when it is summed up again.
func (a Reports) SetReportReview(ctx context.Context, of id.ID, at *time.Time) error {
	u := a.s.ent.Report.UpdateOneID(string(of)).SetNillableReviewAt(at)
	if at == nil {
		u.ClearReviewAt()
	}
	return fail("write when a report is reviewed", u.Exec(ctx))
}

// AddDecision writes a decision.
func (a Reports) AddDecision(ctx context.Context, d report.Decision) error {
	by, err := json.Marshal(d.DecidedBy)
	if err != nil {
		return fail("spell who decided", err)
	}
	err = a.s.ent.ReportDecision.Create().
		SetID(string(d.ID)).SetReportID(string(d.Report)).SetText(d.Text).SetDecidedBy(by).SetDueOn(d.DueOn).SetLink(d.Link).
		SetNillableReplaces(orNil(d.Replaces)).SetRecordedAt(d.RecordedAt).SetRecordedBy(d.RecordedBy).
		Exec(ctx)
	if isUnique(err) {
		e := fault.New(fault.Conflict, "decision_replaced", "the decision %s was replaced by another one already; replace that", d.Replaces)
		e.Err = err
		return e
	}
	return fail("write a decision", gone(err))
}

// Decisions lists the oldest first.
func (a Reports) Decisions(ctx context.Context, of id.ID) ([]report.Decision, error) {
	out := []report.Decision{}
	err := a.s.queryAll(ctx, `SELECT d.id, d.report_id, d.text, d.decided_by, d.due_on, d.link, d.replaces, d.recorded_at, d.recorded_by
FROM report_decisions d WHERE d.report_id = $1 ORDER BY d.id`, []any{string(of)}, func(rows *sql.Rows) error {
		var d report.Decision
		var by []byte
		var replaces *string
		if err := rows.Scan(&d.ID, &d.Report, &d.Text, &by, &d.DueOn, &d.Link, &replaces, &d.RecordedAt, &d.RecordedBy); err != nil {
			return err
		}
		d.Replaces, d.RecordedAt = orEmpty(replaces), utc(d.RecordedAt)
		err := json.Unmarshal(by, &d.DecidedBy)
		out = append(out, d)
		return err
	})
	return out, fail("read decisions", err)
}

// AddRestatement writes a restatement.
func (a Reports) AddRestatement(ctx context.Context, r report.Restatement) error {
	changes, err := json.Marshal(r.Changes)
	if err != nil {
		return fail("spell what changed", err)
	}
	causes, err := json.Marshal(r.Causes)
	if err != nil {
		return fail("spell causes", err)
	}
	err = a.s.ent.ReportRestatement.Create().
		SetID(string(r.ID)).SetReportID(string(r.Report)).SetFoundAt(r.FoundAt).SetChanges(changes).SetCauses(causes).
		Exec(ctx)
	return fail("write a restatement", gone(err))
}

// Restatements lists the newest first.
func (a Reports) Restatements(ctx context.Context, of id.ID) ([]report.Restatement, error) {
	out := []report.Restatement{}
	err := a.s.queryAll(ctx, "SELECT r.id, r.report_id, r.found_at, r.changes, r.causes FROM report_restatements r WHERE r.report_id = $1 ORDER BY r.id DESC", []any{string(of)}, func(rows *sql.Rows) error {
		var r report.Restatement
		var changes, causes []byte
		if err := rows.Scan(&r.ID, &r.Report, &r.FoundAt, &changes, &causes); err != nil {
			return err
		}
		r.FoundAt = utc(r.FoundAt)
		if err := json.Unmarshal(changes, &r.Changes); err != nil {
			return err
		}
		err := json.Unmarshal(causes, &r.Causes)
		out = append(out, r)
		return err
	})
	return out, fail("read restatements", err)
}
