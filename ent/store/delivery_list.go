package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	row "github.com/evenkeel/evenkeel/ent/db/delivery"
	"github.com/evenkeel/evenkeel/ent/db/issue"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

var _ delivery.Records = Delivery{}

// List lists issues with what is known of them, the newest first.
func (d Delivery) List(ctx context.Context, f delivery.Filter, r page.Request) (page.Page[delivery.Known], error) {
	found, err := d.s.Issues().list(ctx, f, f.Filter, r, delivered(f))
	if err != nil {
		return page.Page[delivery.Known]{}, err
	}
	ids := make([]id.ID, len(found.Items))
	for i, v := range found.Items {
		ids[i] = v.ID
	}
	known, err := d.ofIssues(ctx, ids)
	if err != nil {
		return page.Page[delivery.Known]{}, err
	}
	for _, one := range ids {
		if _, ok := known[one]; !ok {
			return page.Page[delivery.Known]{}, fmt.Errorf("the issue %s is wanted, and was never called for", one)
		}
	}
	return page.Map(found, func(i issues.Issue) delivery.Known { return delivery.Known{Issue: i, Delivery: known[i.ID]} }), nil
}

// delivered reads issues whose delivery is as the filter says. They are walked through
// by their deliveries, because few are in trouble and nearly all are sent, and neither
// may have all others looked at; unless they are those of a team, a service, an SLO or
// episodes, which are few as well.
func delivered(f delivery.Filter) func(*entsql.Selector) string {
	return func(s *entsql.Selector) string {
		quoting := entsql.Dialect(s.Dialect())
		t := quoting.Table(row.Table)
		switch {
		case f.State == "" && f.Troubled == nil:
			return s.C(issue.FieldID)
		case f.Team != "" || f.Service != "" || f.Subject != "" || len(f.Episodes) > 0:
			of := quoting.Select(t.C(row.FieldID)).From(t).Where(entsql.ColumnsEQ(t.C(row.FieldIssueID), s.C(issue.FieldID)))
			s.Where(entsql.Exists(as(f, of, t)))
			return s.C(issue.FieldID)
		}
		s.Join(t).On(s.C(issue.FieldID), t.C(row.FieldIssueID))
		as(f, s, t)
		return t.C(row.FieldIssueID)
	}
}

// as narrows a query to the deliveries in t that are as the filter says. That one is in
// trouble is said as its index says it. The state, one of few words, is written out:
// PostgreSQL would have one plan for those that are sent and those that are dead.
func as(f delivery.Filter, of *entsql.Selector, t *entsql.SelectTable) *entsql.Selector {
	switch {
	case f.State == "":
	case slices.Contains(delivery.States, f.State):
		of.Where(entsql.ExprP(t.C(row.FieldState) + " = '" + string(f.State) + "'"))
	default:
		of.Where(entsql.False()) // there is no other
	}
	if f.Troubled != nil {
		than := map[bool]string{true: " <> ''", false: " = ''"}[*f.Troubled]
		of.Where(entsql.ExprP(t.C(row.FieldProblem) + than))
	}
	return of
}

// ofIssues returns the deliveries of the issues, by them.
func (d Delivery) ofIssues(ctx context.Context, wanted []id.ID) (map[id.ID]delivery.Delivery, error) {
	out := make(map[id.ID]delivery.Delivery, len(wanted))
	err := chunks(wanted, bulkRows, func(some []id.ID) error {
		args := make([]any, len(some))
		for i, one := range some {
			args[i] = string(one)
		}
		found, err := d.all(ctx, " WHERE issue_id IN "+values(1, len(some)), args...)
		for _, v := range found {
			out[v.Issue] = v
		}
		return err
	})
	return out, fail("read deliveries", err)
}

// left is what has something left to be done that was not: what is not known to be on
// the tracker, and what is there and could not be changed. The state is not looked for in an
// index, where nearly all are sent: few are due.
const left = "d.due_at IS NOT NULL AND CASE WHEN d.state IN ('pending', 'sending', 'unknown') OR d.state = 'sent' AND d.failures > 0 THEN 1 ELSE 0 END = 1"

// tally are the statements that count issues. Each reads an index of its own, since rows
// are long, and stay for good.
type tally struct {
	byState, opened, closed, waiting, dead string
	args                                   []any // of each, the team's where one is named
	days                                   []any // of opened, after those
	most                                   any   // of dead, likewise
}

// counting is the tally of a team, or of all where none is named.
func (d Delivery) counting(team id.ID, now time.Time) tally {
	of, args := "FROM deliveries d WHERE ", []any{}
	if team != "" {
		of, args = "FROM deliveries d JOIN issues i ON i.id = d.issue_id JOIN services v ON v.id = i.service_id WHERE v.team_id = $1 AND ", []any{string(team)}
	}
	next := func(n int) string { return "$" + strconv.Itoa(len(args)+n) }
	now = clock.Round(now)
	return tally{
		byState: "SELECT d.state, COUNT(*) " + of + "1 = 1 GROUP BY d.state",
		opened:  "SELECT COALESCE(SUM(CASE WHEN d.opened_at > " + next(1) + " THEN 1 ELSE 0 END), 0), COUNT(*) " + of + "d.opened_at > " + next(2),
		closed:  "SELECT d.outcome, COUNT(*) " + of + "d.outcome <> '' GROUP BY d.outcome",
		waiting: "SELECT COUNT(*), MIN(d.due_at) " + of + left,
		dead:    "SELECT d.problem, COUNT(*) " + of + "d.state = 'dead' GROUP BY d.problem ORDER BY COUNT(*) DESC, d.problem" + d.s.bytewise() + " LIMIT " + next(1),
		args:    args, days: []any{now.AddDate(0, 0, -1), now.AddDate(0, 0, -7)}, most: delivery.MostReasons,
	}
}

// Tally counts.
func (d Delivery) Tally(ctx context.Context, team id.ID, now time.Time) (delivery.Tally, error) {
	t := d.counting(team, now)
	out := delivery.Tally{States: map[delivery.State]int{}}
	err := d.s.queryAll(ctx, t.byState, t.args, func(rows *sql.Rows) error {
		var state delivery.State
		var n int
		err := rows.Scan(&state, &n)
		out.States[state] = n
		out.Total += n
		return err
	})
	if err != nil {
		return out, fail("count deliveries by their state", err)
	}
	if err := d.s.queryOne(ctx, t.opened, slices.Concat(t.args, t.days), &out.OpenedDay, &out.OpenedWeek); err != nil {
		return out, fail("count what was opened", err)
	}
	err = d.s.queryAll(ctx, t.closed, t.args, func(rows *sql.Rows) error {
		var outcome delivery.Outcome
		var n int
		err := rows.Scan(&outcome, &n)
		switch outcome {
		case delivery.Done:
			out.Done = n
		case delivery.Waived:
			out.Waived = n
		}
		return err
	})
	if err != nil {
		return out, fail("count what people closed", err)
	}
	var next moment
	if err := d.s.queryOne(ctx, t.waiting, t.args, &out.Waiting, &next); err != nil {
		return out, fail("count what waits", err)
	}
	if out.NextDueAt = next.at; out.States[delivery.Dead] == 0 {
		return out, nil
	}
	err = d.s.queryAll(ctx, t.dead, append(slices.Clone(t.args), t.most), func(rows *sql.Rows) error {
		var r delivery.Reason
		err := rows.Scan(&r.Problem, &r.Count)
		out.Reasons = append(out.Reasons, r)
		return err
	})
	return out, fail("count why issues are dead", err)
}
