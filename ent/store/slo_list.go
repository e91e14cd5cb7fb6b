package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// conditions gathers what a query asks for, with its arguments in their order.
type conditions struct {
	text []string
	args []any
}

// add adds a condition in which each %s stands for the next argument.
func (c *conditions) add(condition string, args ...any) {
	placeholders := make([]any, len(args))
	for i, a := range args {
		c.args = append(c.args, a)
		placeholders[i] = "$" + strconv.Itoa(len(c.args))
	}
	c.text = append(c.text, fmt.Sprintf(condition, placeholders...))
}

// in adds the condition that the column is one of the values, of which there is one at least.
func (c *conditions) in(column string, values []string) {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	c.add(column+" IN (%s"+strings.Repeat(", %s", len(values)-1)+")", args...)
}

func (c *conditions) where() string {
	if len(c.text) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.text, " AND ")
}

// limit ends a query after so many rows.
func (c *conditions) limit(n int) string {
	c.args = append(c.args, n)
	return " LIMIT $" + strconv.Itoa(len(c.args))
}

// Views lists by slug or by remaining budget.
func (o SLO) Views(ctx context.Context, f slo.Filter, r page.Request) (page.Page[slo.View], error) {
	key, err := r.Key(f, 2)
	if err != nil {
		return page.Page[slo.View]{}, err
	}
	var c conditions
	if f.Service != "" {
		c.add("s.service_id = %s", string(f.Service))
	}
	if f.Team != "" {
		c.add("v.team_id = %s", string(f.Team))
	}
	if f.System != "" {
		c.add("v.system_id = %s", string(f.System))
	}
	if f.State != "" {
		c.add("t.state = %s", string(f.State))
	}
	if f.Query != "" {
		pattern := containing(f.Query)
		c.add("("+o.s.contains("s.slug", "%s")+" OR "+o.s.contains("s.name", "%s")+")", pattern, pattern)
	}
	if !f.IncludeRetired {
		c.add("s.retired_at IS NULL")
		c.add("v.retired_at IS NULL")
	}
	var tables, order string
	if f.Order == slo.ByRemaining {
		tables, order = viewTables, " ORDER BY t.rank, t.slo_id"
		if key != nil {
			rank, err := strconv.ParseInt(key[0], 10, 64)
			if err != nil {
				return page.Page[slo.View]{}, badCursor()
			}
			c.add("(t.rank, t.slo_id) > (%s, %s)", rank, key[1])
		}
	} else {
		tables, order = viewsBySlug, " ORDER BY v.slug, s.slug"
		c.add("s.service_id = v.id AND r.slo_id = s.id AND r.number = s.revision AND i.id = r.indicator_id AND t.slo_id = s.id")
		if key != nil {
			// The first is implied by the second, and is what an index can use.
			c.add("v.slug >= %s", key[0])
			c.add("(v.slug, s.slug) > (%s, %s)", key[0], key[1])
		}
	}
	var rows []listed
	query := "SELECT " + viewColumns + ", v.slug" + tables + c.where() + order + c.limit(r.Size()+1)
	err = o.s.queryAll(ctx, query, c.args, func(from *sql.Rows) error {
		var l listed
		var err error
		l.view, err = fromDBView(from, &l.service)
		rows = append(rows, l)
		return err
	})
	if err != nil {
		return page.Page[slo.View]{}, fail("list SLOs", err)
	}
	cut := page.Cut(r, f, rows, func(l listed) []string {
		if f.Order == slo.ByRemaining {
			return []string{strconv.FormatInt(rank(l.view.Status.RemainingPPB), 10), string(l.view.SLO.ID)}
		}
		return []string{l.service, l.view.SLO.Slug}
	})
	return page.Map(cut, func(l listed) slo.View { return l.view }), nil
}

// listed is a view with the slug of its service, by which it is ordered.
type listed struct {
	service string
	view    slo.View
}

// Revisions lists the newest first.
func (o SLO) Revisions(ctx context.Context, of id.ID, r page.Request) (page.Page[slo.RevisionWithIndicator], error) {
	type filter struct{ SLO id.ID }
	f := filter{of}
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[slo.RevisionWithIndicator]{}, err
	}
	var c conditions
	c.add("r.slo_id = %s", string(of))
	if key != nil {
		number, err := strconv.Atoi(key[0])
		if err != nil {
			return page.Page[slo.RevisionWithIndicator]{}, badCursor()
		}
		c.add("r.number < %s", number)
	}
	where := c.where() + " ORDER BY r.number DESC" + c.limit(r.Size()+1)
	rows, err := o.revisions(ctx, where, c.args...)
	if err != nil {
		return page.Page[slo.RevisionWithIndicator]{}, err
	}
	return page.Cut(r, f, rows, func(v slo.RevisionWithIndicator) []string { return []string{strconv.Itoa(v.Revision.Number)} }), nil
}

// Subjects returns what is to be evaluated.
func (o SLO) Subjects(ctx context.Context) ([]slo.Subject, error) {
	var out []slo.Subject
	err := o.s.queryAll(ctx, `SELECT s.id, r.id, r.indicator_id, i.resolution_s, r.time_window, r.further, r.budgeting, COALESCE(i.data_source_id, ''), i.max_groups > 0 FROM slos s JOIN services v ON v.id = s.service_id
 JOIN slo_revisions r ON r.slo_id = s.id AND r.number = s.revision JOIN indicators i ON i.id = r.indicator_id
WHERE s.retired_at IS NULL AND v.retired_at IS NULL ORDER BY s.id`, nil, func(rows *sql.Rows) error {
		var u slo.Subject
		var resolution int64
		var window, further, budgeting string
		if err := rows.Scan(&u.ID, &u.Revision, &u.Indicator, &resolution, &window, &further, &budgeting, &u.DataSource, &u.Grouped); err != nil {
			return err
		}
		u.Resolution = time.Duration(resolution) * time.Second
		if err := fromTermsText(window, further, budgeting, &u.Terms); err != nil {
			return fmt.Errorf("the SLO %s: %w", u.ID, err)
		}
		out = append(out, u)
		return nil
	})
	return out, fail("read what is to be evaluated", err)
}

// LastTerms returns the terms that each of the indicators was measured under last.
func (o SLO) LastTerms(ctx context.Context, indicators []id.ID) ([]slo.IndicatorTerms, error) {
	var out []slo.IndicatorTerms
	err := chunks(indicators, bulkRows, func(of []id.ID) error {
		args := make([]any, len(of))
		for i, v := range of {
			args[i] = string(v)
		}
		query := o.s.wanted(len(of), "indicator_id text") + `SELECT i.id, r.slo_id, r.time_window, r.further, r.budgeting
FROM wanted w CROSS JOIN indicators i CROSS JOIN slo_revisions r
WHERE i.id = w.indicator_id AND r.slo_id = i.slo_id AND r.number =
 (SELECT max(x.number) FROM slo_revisions x WHERE x.slo_id = i.slo_id AND x.indicator_id = i.id)`
		return o.s.queryAll(ctx, query, args, func(rows *sql.Rows) error {
			var one slo.IndicatorTerms
			var window, further, budgeting string
			if err := rows.Scan(&one.Indicator, &one.SLO, &window, &further, &budgeting); err != nil {
				return err
			}
			if err := fromTermsText(window, further, budgeting, &one.Terms); err != nil {
				return fmt.Errorf("the SLO %s: %w", one.SLO, err)
			}
			out = append(out, one)
			return nil
		})
	})
	return out, fail("read the terms of indicators", err)
}

// Targets finds SLOs by the slugs of their services and their own.
func (o SLO) Targets(ctx context.Context, names []slo.Name) ([]slo.Target, error) {
	var out []slo.Target
	err := chunks(names, bulkRows, func(names []slo.Name) error {
		args := make([]any, 0, 2*len(names))
		for _, n := range names {
			args = append(args, n.Service, n.SLO)
		}
		query := o.s.wanted(len(names), "service text", "slo text") +
			`SELECT v.slug, s.slug, v.id, v.team_id, s.id, r.indicator_id, i.counting, i.resolution_s, i.max_groups, i.origin, v.retired_at IS NOT NULL, s.retired_at IS NOT NULL
FROM wanted w CROSS JOIN services v CROSS JOIN slos s CROSS JOIN slo_revisions r CROSS JOIN indicators i
WHERE v.slug = w.service AND s.service_id = v.id AND s.slug = w.slo AND r.slo_id = s.id AND r.number = s.revision AND i.id = r.indicator_id`
		return o.s.lookUp(ctx, query, args, func(rows *sql.Rows) error {
			var t slo.Target
			var resolution int64
			var from string
			err := rows.Scan(&t.Name.Service, &t.Name.SLO, &t.Service, &t.Team, &t.SLO, &t.Indicator, &t.Counting, &resolution, &t.MaxGroups, &from, &t.ServiceRetired, &t.Retired)
			t.NotPushed = !origin.PushedText(from)
			t.Resolution = time.Duration(resolution) * time.Second
			out = append(out, t)
			return err
		})
	})
	return out, fail("find SLOs", err)
}

// StatesOf returns the states that there are among the SLOs of each of the services.
func (o SLO) StatesOf(ctx context.Context, services []id.ID) (map[id.ID][]budget.State, error) {
	out := make(map[id.ID][]budget.State, len(services))
	err := chunks(services, idBatch, func(of []id.ID) error {
		args := make([]any, len(of))
		for i, one := range of {
			args[i] = string(one)
		}
		query := "SELECT DISTINCT s.service_id, t.state FROM slos s JOIN slo_statuses t ON t.slo_id = s.id WHERE s.retired_at IS NULL AND s.service_id IN " + values(1, len(of))
		return o.s.queryAll(ctx, query, args, func(rows *sql.Rows) error {
			var service id.ID
			var state budget.State
			err := rows.Scan(&service, &state)
			out[service] = append(out[service], state)
			return err
		})
	})
	return out, fail("read the states of services", err)
}

// StatesByTeam counts what is evaluated by owning team and state.
func (o SLO) StatesByTeam(ctx context.Context, outdated time.Time) ([]slo.TeamState, error) {
	var out []slo.TeamState
	err := o.s.queryAll(ctx, `SELECT v.team_id, t.state, (t.stale OR COALESCE(t.end_at < $1, FALSE)), COUNT(*) FROM slos s JOIN services v ON v.id = s.service_id
 JOIN slo_statuses t ON t.slo_id = s.id WHERE s.retired_at IS NULL AND v.retired_at IS NULL
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, []any{clock.Round(outdated)}, func(rows *sql.Rows) error {
		var t slo.TeamState
		err := rows.Scan(&t.Team, &t.State, &t.Stale, &t.Count)
		out = append(out, t)
		return err
	})
	return out, fail("count states", err)
}

// sortedStatuses are in the order of their SLOs, in which all lock them.
func sortedStatuses(statuses []slo.Status) []slo.Status {
	out := slices.Clone(statuses)
	slices.SortFunc(out, func(a, b slo.Status) int { return cmp.Compare(a.SLO, b.SLO) })
	return out
}
