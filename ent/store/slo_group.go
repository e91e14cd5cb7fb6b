package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/slo"
)

const (
	groupColumns = "g.slo_id, g.group_value, g.revision_id, g.end_at, g.evaluated_at, g.state, g.since, g.stale, g.latest, g.sums, g.remaining_ppb"
	// currentGroups are those of SLOs' current indicators: a status that was written
	// while its SLO got another one is of the past.
	currentGroups = ` FROM slo_group_statuses g JOIN slos s ON s.id = g.slo_id
 JOIN slo_revisions r ON r.slo_id = s.id AND r.number = s.revision
 JOIN slo_revisions o ON o.id = g.revision_id AND o.indicator_id = r.indicator_id`
)

func fromDBGroup(rows *sql.Rows) (slo.GroupStatus, error) {
	var g slo.GroupStatus
	var end, evaluated, since, latest sql.NullTime
	var sums []byte
	err := rows.Scan(&g.SLO, &g.Group, &g.Revision, &end, &evaluated, &g.State, &since, &g.Stale, &latest, &sums, &g.RemainingPPB)
	if err != nil {
		return g, err
	}
	g.End, g.EvaluatedAt, g.Since, g.Latest = zeroOr(end), zeroOr(evaluated), zeroOr(since), zeroOr(latest)
	return g, unpackSums(sums, &g.Status)
}

func (o SLO) groups(ctx context.Context, query string, args []any) ([]slo.GroupStatus, error) {
	var out []slo.GroupStatus
	err := o.s.queryAll(ctx, query, args, func(rows *sql.Rows) error {
		g, err := fromDBGroup(rows)
		out = append(out, g)
		return err
	})
	return out, fail("read groups", err)
}

// GroupStatuses returns those of all groups of the SLOs.
func (o SLO) GroupStatuses(ctx context.Context, slos []id.ID) ([]slo.GroupStatus, error) {
	var out []slo.GroupStatus
	err := chunks(slos, bulkRows, func(of []id.ID) error {
		args := make([]any, len(of))
		for i, v := range of {
			args[i] = string(v)
		}
		some, err := o.groups(ctx, "SELECT "+groupColumns+" FROM slo_group_statuses g WHERE g.slo_id IN "+values(1, len(of)), args)
		out = append(out, some...)
		return err
	})
	return out, err
}

// PutGroupStatuses writes many, in few statements and in one order.
func (o SLO) PutGroupStatuses(ctx context.Context, statuses []slo.GroupStatus) error {
	const columns = 12
	return o.s.InTx(ctx, func(ctx context.Context) error {
		return fail("write groups", chunks(sortedGroups(statuses), bulkRows, func(statuses []slo.GroupStatus) error {
			args := make([]any, 0, columns*len(statuses))
			for _, g := range statuses {
				var remaining any
				if g.RemainingPPB != nil {
					remaining = *g.RemainingPPB
				}
				args = append(args, string(g.SLO), g.Group, string(g.Revision), nullOr(g.End), nullOr(g.EvaluatedAt),
					string(g.State), nullOr(g.Since), g.Stale, nullOr(g.Latest), packSums(g.Status), remaining, rank(g.RemainingPPB))
			}
			_, err := o.s.exec(ctx, `INSERT INTO slo_group_statuses (slo_id, group_value, revision_id, end_at, evaluated_at, state, since, stale, latest, sums, remaining_ppb, rank) VALUES `+
				values(len(statuses), columns)+` ON CONFLICT (slo_id, group_value) DO UPDATE SET revision_id = excluded.revision_id,
 end_at = excluded.end_at, evaluated_at = excluded.evaluated_at, state = excluded.state, since = excluded.since, stale = excluded.stale,
 latest = excluded.latest, sums = excluded.sums, remaining_ppb = excluded.remaining_ppb, rank = excluded.rank`, args...)
			return gone(err)
		}))
	})
}

// RemoveGroupStatuses removes those of the same SLO and group.
func (o SLO) RemoveGroupStatuses(ctx context.Context, removed []slo.GroupStatus) error {
	return o.s.InTx(ctx, func(ctx context.Context) error {
		return fail("remove groups", chunks(sortedGroups(removed), bulkRows, func(removed []slo.GroupStatus) error {
			args := make([]any, 0, 2*len(removed))
			for _, g := range removed {
				args = append(args, string(g.SLO), g.Group)
			}
			_, err := o.s.exec(ctx, "DELETE FROM slo_group_statuses WHERE (slo_id, group_value) IN (VALUES "+values(len(removed), 2)+")", args...)
			return err
		}))
	})
}

// RemoveGroups removes those of all groups of an SLO.
func (o SLO) RemoveGroups(ctx context.Context, of id.ID) error {
	_, err := o.s.exec(ctx, "DELETE FROM slo_group_statuses WHERE slo_id = $1", string(of))
	return fail("remove groups", err)
}

// Group returns what is known of a group of the current indicator.
func (o SLO) Group(ctx context.Context, of id.ID, group string) (slo.GroupStatus, error) {
	found, err := o.groups(ctx, "SELECT "+groupColumns+currentGroups+" WHERE g.slo_id = $1 AND g.group_value = $2", []any{string(of), group})
	if err != nil {
		return slo.GroupStatus{}, err
	}
	if len(found) == 0 {
		return slo.GroupStatus{}, fault.Missing("group", group)
	}
	return found[0], nil
}

// Groups lists by remaining budget or by name.
func (o SLO) Groups(ctx context.Context, f slo.GroupFilter, r page.Request) (page.Page[slo.GroupStatus], error) {
	parts := 2
	if f.Order == slo.GroupsByName {
		parts = 1
	}
	key, err := r.Key(f, parts)
	if err != nil {
		return page.Page[slo.GroupStatus]{}, err
	}
	var c conditions
	c.add("g.slo_id = %s", string(f.SLO))
	if f.State != "" {
		c.add("g.state = %s", string(f.State))
	}
	name := "g.group_value" + o.s.bytewise()
	order := " ORDER BY g.rank, " + name
	switch {
	case f.Order == slo.GroupsByName:
		order = " ORDER BY " + name
		if key != nil {
			c.add(name+" > %s", key[0])
		}
	case key != nil:
		rank, err := strconv.ParseInt(key[0], 10, 64)
		if err != nil {
			return page.Page[slo.GroupStatus]{}, badCursor()
		}
		c.add("(g.rank, "+name+") > (%s, %s)", rank, key[1])
	}
	rows, err := o.groups(ctx, "SELECT "+groupColumns+currentGroups+c.where()+order+c.limit(r.Size()+1), c.args)
	if err != nil {
		return page.Page[slo.GroupStatus]{}, err
	}
	return page.Cut(r, f, rows, func(g slo.GroupStatus) []string {
		if f.Order == slo.GroupsByName {
			return []string{g.Group}
		}
		return []string{strconv.FormatInt(rank(g.RemainingPPB), 10), g.Group}
	}), nil
}

// sortedGroups are by SLO and name, the order in which all lock them.
func sortedGroups(statuses []slo.GroupStatus) []slo.GroupStatus {
	out := slices.Clone(statuses)
	slices.SortFunc(out, func(a, b slo.GroupStatus) int {
		return cmp.Or(cmp.Compare(a.SLO, b.SLO), cmp.Compare(a.Group, b.Group))
	})
	return out
}
