package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/toil"
)

// PutTickets writes the tickets of an issue in place of those that there were.
func (t Toil) PutTickets(ctx context.Context, repository string, number int, tickets []toil.Ticket) error {
	gone := []any{repository, number}
	query := "DELETE FROM toil_tickets WHERE repository = $1 AND number = $2"
	if len(tickets) > 0 {
		var c conditions
		c.args = gone
		teams := make([]string, len(tickets))
		for i, one := range tickets {
			teams[i] = string(one.Team)
		}
		c.in("team_id", teams)
		query, gone = query+" AND NOT ("+strings.TrimPrefix(c.where(), " WHERE ")+")", c.args
	}
	if _, err := t.s.exec(ctx, query, gone...); err != nil {
		return fail("remove tickets", err)
	}
	for _, one := range tickets {
		_, err := t.s.exec(ctx, "INSERT INTO toil_tickets (id, repository, number, team_id, service_id, title, link, assignees, closed_at) VALUES "+values(1, 9)+
			" ON CONFLICT (repository, number, team_id) DO UPDATE SET service_id = excluded.service_id, title = excluded.title, link = excluded.link, assignees = excluded.assignees, closed_at = excluded.closed_at",
			string(one.ID), repository, number, string(one.Team), nullOrID(one.Service), one.Title, one.Link, strings.Join(one.Assignees, ","), clock.Round(one.ClosedAt))
		if err != nil {
			return fail("write a ticket", err)
		}
	}
	return nil
}

// Tickets are those of a team that were closed since a time.
func (t Toil) Tickets(ctx context.Context, team id.ID, since time.Time) ([]toil.Ticket, error) {
	var out []toil.Ticket
	err := t.s.queryAll(ctx, "SELECT id, repository, number, team_id, COALESCE(service_id, ''), title, link, assignees, closed_at FROM toil_tickets WHERE team_id = $1 AND closed_at >= $2 ORDER BY closed_at DESC, id DESC",
		[]any{string(team), clock.Round(since)}, func(rows *sql.Rows) error {
			var v toil.Ticket
			var assignees string
			err := rows.Scan(&v.ID, &v.Repository, &v.Number, &v.Team, &v.Service, &v.Title, &v.Link, &assignees, &v.ClosedAt)
			if assignees != "" {
				v.Assignees = strings.Split(assignees, ",")
			}
			v.ClosedAt = utc(v.ClosedAt)
			out = append(out, v)
			return err
		})
	return out, fail("read tickets", err)
}

// PruneTickets removes those that were closed before a time.
func (t Toil) PruneTickets(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := t.s.prune(ctx, "toil_tickets", "closed_at < $1", before, limit)
	return n, fail("prune tickets", err)
}
