package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/notify"
)

const toldColumns = "id, type, matter, is_end, happened_at, team_id, service_id, slo_id, person_id, subject, title, text, link, figures, once, outcome, note, team_slug, service_slug, routed_at, told_at"

func (o Notify) told(ctx context.Context, rest string, args ...any) ([]notify.Told, error) {
	var out []notify.Told
	err := o.s.queryAll(ctx, "SELECT "+toldColumns+" FROM told_events"+rest, args, func(rows *sql.Rows) error {
		var t notify.Told
		var team, service, slo, person, once sql.NullString
		var figures []byte
		err := rows.Scan(&t.ID, &t.Type, &t.Key, &t.Over, &t.At, &team, &service, &slo, &person, &t.Subject, &t.Title, &t.Text, &t.Link, &figures, &once, &t.Outcome, &t.Note, &t.TeamSlug, &t.ServiceSlug, &t.RoutedAt, &t.ToldAt)
		if err != nil {
			return err
		}
		t.Team, t.Service, t.SLO, t.Person, t.Once = id.ID(team.String), id.ID(service.String), id.ID(slo.String), id.ID(person.String), once.String
		t.At, t.ToldAt, t.RoutedAt = utc(t.At), utc(t.ToldAt), utcOrNil(t.RoutedAt)
		out = append(out, t)
		return json.Unmarshal(figures, &out[len(out)-1].Figures)
	})
	return out, fail("read events", err)
}

func toDBTold(t notify.Told) ([]any, error) {
	figures, err := json.Marshal(t.Figures)
	if err != nil {
		return nil, err
	}
	var once any
	if t.Once != "" {
		once = t.Once
	}
	return []any{
		string(t.ID), string(t.Type), t.Key, t.Over, clock.Round(t.At), nullOrID(t.Team), nullOrID(t.Service), nullOrID(t.SLO), nullOrID(t.Person),
		t.Subject, t.Title, t.Text, t.Link, json.RawMessage(figures), once, string(t.Outcome), t.Note, t.TeamSlug, t.ServiceSlug, nullOrTime(t.RoutedAt), clock.Round(t.ToldAt),
	}, nil
}

const toldWidth = 21

// Tell inserts events.
func (o Notify) Tell(ctx context.Context, events []notify.Told) error {
	return fail("tell events", chunks(events, bulkRows, func(some []notify.Told) error {
		args := make([]any, 0, toldWidth*len(some))
		for _, t := range some {
			row, err := toDBTold(t)
			if err != nil {
				return err
			}
			args = append(args, row...)
		}
		_, err := o.s.exec(ctx, "INSERT INTO told_events ("+toldColumns+") VALUES "+values(len(some), toldWidth), args...)
		return err
	}))
}

// TellOnce inserts the event unless there is one with its Once.
func (o Notify) TellOnce(ctx context.Context, t notify.Told) (bool, error) {
	row, err := toDBTold(t)
	if err != nil {
		return false, err
	}
	n, err := o.s.exec(ctx, "INSERT INTO told_events ("+toldColumns+") VALUES "+values(1, toldWidth)+" ON CONFLICT (once) DO NOTHING", row...)
	return n > 0, fail("tell an event once", err)
}

// ToldOnce reports whether there is an event with that Once.
func (o Notify) ToldOnce(ctx context.Context, once string) (bool, error) {
	found, err := o.told(ctx, " WHERE once = $1", once)
	return len(found) > 0, err
}

// Unrouted returns events without an outcome.
func (o Notify) Unrouted(ctx context.Context, limit int) ([]notify.Told, error) {
	return o.told(ctx, " WHERE outcome = '' ORDER BY id LIMIT $1", limit)
}

// Route writes the outcome of an event that has none.
func (o Notify) Route(ctx context.Context, t notify.Told) (bool, error) {
	n, err := o.s.exec(ctx, "UPDATE told_events SET outcome = $1, note = $2, team_slug = $3, service_slug = $4, routed_at = $5 WHERE id = $6 AND outcome = ''", string(t.Outcome), t.Note, t.TeamSlug, t.ServiceSlug, nullOrTime(t.RoutedAt), string(t.ID))
	return n > 0, fail("route an event", err)
}

func (o Notify) oneTold(found []notify.Told, name string, err error) (notify.Told, error) {
	if err == nil && len(found) == 0 {
		err = fault.Missing("event", name)
	}
	if err != nil {
		return notify.Told{}, err
	}
	return found[0], nil
}

// Event returns the event.
func (o Notify) Event(ctx context.Context, of id.ID) (notify.Told, error) {
	found, err := o.told(ctx, " WHERE id = $1", string(of))
	return o.oneTold(found, string(of), err)
}

// EventsByID returns those that exist.
func (o Notify) EventsByID(ctx context.Context, of []id.ID) (map[id.ID]notify.Told, error) {
	out := make(map[id.ID]notify.Told, len(of))
	err := chunks(of, idBatch, func(some []id.ID) error {
		args := make([]any, len(some))
		for i, one := range some {
			args[i] = string(one)
		}
		found, err := o.told(ctx, " WHERE id IN "+values(1, len(some)), args...)
		for _, t := range found {
			out[t.ID] = t
		}
		return err
	})
	return out, err
}

// Beginning returns the oldest event of the matter that is not its end.
func (o Notify) Beginning(ctx context.Context, matter string) (notify.Told, error) {
	found, err := o.told(ctx, " WHERE matter = $1 AND NOT is_end ORDER BY id LIMIT 1", matter)
	return o.oneTold(found, matter, err)
}

// Ending returns the first event after that one with which its matter was over.
func (o Notify) Ending(ctx context.Context, matter string, after id.ID) (notify.Told, error) {
	found, err := o.told(ctx, " WHERE matter = $1 AND id > $2 AND is_end ORDER BY id LIMIT 1", matter, string(after))
	return o.oneTold(found, matter, err)
}

// Events lists the newest first.
func (o Notify) Events(ctx context.Context, f notify.EventFilter, r page.Request) (page.Page[notify.Told], error) {
	key, err := r.Key(f, 2)
	if err != nil {
		return page.Page[notify.Told]{}, err
	}
	at, err := timeKey(key)
	if err != nil {
		return page.Page[notify.Told]{}, err
	}
	var c conditions
	if at != nil {
		c.add("(told_at, id) < (%s, %s)", at...)
	}
	if f.Team != "" {
		c.add("team_id = %s", string(f.Team))
	}
	if f.Type != "" {
		c.add("type = %s", string(f.Type))
	}
	if f.Matter != "" {
		c.add("matter = %s", f.Matter)
	}
	if f.Outcome != "" {
		c.add("outcome = %s", string(f.Outcome))
	}
	found, err := o.told(ctx, c.where()+" ORDER BY told_at DESC, id DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return page.Page[notify.Told]{}, err
	}
	return page.Cut(r, f, found, func(t notify.Told) []string { return []string{cursorTime(t.ToldAt), string(t.ID)} }), nil
}

// LastDigest returns when the newest digest was written.
func (o Notify) LastDigest(ctx context.Context, team id.ID) (*time.Time, error) {
	var c conditions
	c.add("type = 'digest.weekly'")
	if team == "" {
		c.add("team_id IS NULL")
	} else {
		c.add("team_id = %s", string(team))
	}
	var last *time.Time
	err := o.s.queryAll(ctx, "SELECT told_at FROM told_events"+c.where()+" ORDER BY told_at DESC LIMIT 1", c.args, func(rows *sql.Rows) error {
		return rows.Scan(&last)
	})
	return utcOrNil(last), fail("look for the last digest", err)
}

// Undone returns events that were left for a digest, and whose matter did not end.
func (o Notify) Undone(ctx context.Context, team id.ID, from, before time.Time) ([]notify.Told, error) {
	var c conditions
	c.add("outcome = 'digest' AND NOT is_end AND routed_at >= %s AND routed_at < %s", clock.Round(from), clock.Round(before))
	c.add("NOT EXISTS (SELECT 1 FROM told_events o WHERE o.matter = told_events.matter AND o.id > told_events.id)")
	if team != "" {
		c.add("team_id = %s", string(team))
	}
	return o.told(ctx, c.where()+" ORDER BY id"+c.limit(page.MaxLimit), c.args...)
}

// Prune removes events that were told before the time, and their notifications with them.
func (o Notify) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := o.s.prune(ctx, "told_events", "told_at < $1", before, limit)
	return n, fail("prune events", err)
}
