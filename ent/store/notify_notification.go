package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"entgo.io/ent/dialect"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/notify"
)

const (
	notificationColumns = "id, event_id, begin_id, target_id, person_id, matter, is_end, urgency, state, made_at, due_at, attempts, attempted_at, sent_at, reason, status, gathered_into, repeat_at"
	notificationWidth   = 19 // and the turn, which follows from others
)

func (o Notify) notifications(ctx context.Context, rest string, args ...any) ([]notify.Notification, error) {
	var out []notify.Notification
	err := o.s.queryAll(ctx, "SELECT "+notificationColumns+" FROM notifications"+rest, args, func(rows *sql.Rows) error {
		var n notify.Notification
		var begin, target, person, into sql.NullString
		err := rows.Scan(&n.ID, &n.Event, &begin, &target, &person, &n.Matter, &n.Over, &n.Urgency, &n.State, &n.MadeAt, &n.DueAt, &n.Attempts,
			&n.AttemptedAt, &n.SentAt, &n.Reason, &n.Status, &into, &n.RepeatAt)
		n.Begin, n.Target, n.Person, n.Into = id.ID(begin.String), id.ID(target.String), id.ID(person.String), id.ID(into.String)
		n.MadeAt, n.DueAt, n.AttemptedAt, n.SentAt, n.RepeatAt = utc(n.MadeAt), utc(n.DueAt), utcOrNil(n.AttemptedAt), utcOrNil(n.SentAt), utcOrNil(n.RepeatAt)
		out = append(out, n)
		return err
	})
	return out, fail("read notifications", err)
}

// AddNotifications inserts notifications.
func (o Notify) AddNotifications(ctx context.Context, many []notify.Notification) error {
	return fail("write notifications", chunks(many, bulkRows, func(some []notify.Notification) error {
		args := make([]any, 0, notificationWidth*len(some))
		for _, n := range some {
			args = append(args, string(n.ID), string(n.Event), nullOrID(n.Begin), nullOrID(n.Target), nullOrID(n.Person), n.Matter, n.Over, string(n.Urgency), string(n.State),
				clock.Round(n.MadeAt), clock.Round(n.DueAt), n.Attempts, nullOrTime(n.AttemptedAt), nullOrTime(n.SentAt), n.Reason, n.Status, nullOrID(n.Into), nullOrTime(n.RepeatAt), n.Turn())
		}
		_, err := o.s.exec(ctx, "INSERT INTO notifications ("+notificationColumns+", turn) VALUES "+values(len(some), notificationWidth), args...)
		return gone(err)
	}))
}

// Notification returns the notification.
func (o Notify) Notification(ctx context.Context, of id.ID) (notify.Notification, error) {
	found, err := o.notifications(ctx, " WHERE id = $1", string(of))
	return oneNotification(found, string(of), err)
}

func oneNotification(found []notify.Notification, name string, err error) (notify.Notification, error) {
	if err == nil && len(found) == 0 {
		err = fault.Missing("notification", name)
	}
	if err != nil {
		return notify.Notification{}, err
	}
	return found[0], nil
}

// UpdateNotification writes what becomes of the notification, if it is as it was.
func (o Notify) UpdateNotification(ctx context.Context, was, n notify.Notification) error {
	changed, err := o.s.exec(ctx, `UPDATE notifications SET state = $1, due_at = $2, attempts = $3, attempted_at = $4, sent_at = $5, reason = $6, status = $7, gathered_into = $8, repeat_at = $9
 WHERE id = $10 AND state = $11 AND attempts = $12 AND attempted_at IS NOT DISTINCT FROM $13 AND repeat_at IS NOT DISTINCT FROM $14`,
		string(n.State), clock.Round(n.DueAt), n.Attempts, nullOrTime(n.AttemptedAt), nullOrTime(n.SentAt), n.Reason, n.Status, nullOrID(n.Into), nullOrTime(n.RepeatAt), string(n.ID),
		string(was.State), was.Attempts, nullOrTime(was.AttemptedAt), nullOrTime(was.RepeatAt))
	if err != nil || changed > 0 {
		return fail("write a notification", err)
	}
	if _, err := o.Notification(ctx, n.ID); err != nil {
		return err
	}
	return fault.New(fault.Conflict, notify.CodeChanged, "the notification %s was changed meanwhile; read it again", n.ID)
}

// Notifications lists the newest first.
func (o Notify) Notifications(ctx context.Context, f notify.NotificationFilter, r page.Request) (page.Page[notify.Notification], error) {
	key, err := r.Key(f, 2)
	if err != nil {
		return page.Page[notify.Notification]{}, err
	}
	at, err := timeKey(key)
	if err != nil {
		return page.Page[notify.Notification]{}, err
	}
	var c conditions
	if at != nil {
		c.add("(made_at, id) < (%s, %s)", at...)
	}
	if f.Target != "" {
		c.add("target_id = %s", string(f.Target))
	}
	if f.Team != "" {
		c.add("event_id IN (SELECT id FROM told_events WHERE team_id = %s)", string(f.Team))
	}
	if f.Event != "" {
		c.add("event_id = %s", string(f.Event))
	}
	if f.State != "" {
		c.add("state = %s", string(f.State))
	}
	found, err := o.notifications(ctx, c.where()+" ORDER BY made_at DESC, id DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return page.Page[notify.Notification]{}, err
	}
	return page.Cut(r, f, found, func(n notify.Notification) []string { return []string{cursorTime(n.MadeAt), string(n.ID)} }), nil
}

// LastOf returns the newest notification of the matter to a target.
func (o Notify) LastOf(ctx context.Context, matter string) (notify.Notification, error) {
	found, err := o.notifications(ctx, " WHERE matter = $1 AND target_id IS NOT NULL ORDER BY id DESC LIMIT 1", matter)
	return oneNotification(found, matter, err)
}

// lanes looks at one row for each turn of a target: the index of what is due has them in
// order.
var lanes = func() string {
	due := func(of string) string {
		var turns []string
		for _, turn := range notify.Turns {
			turns = append(turns, fmt.Sprintf("EXISTS (SELECT 1 FROM notifications n WHERE %s AND n.state = 'pending' AND n.turn = %d AND n.due_at <= $1)", of, turn))
		}
		return strings.Join(turns, " OR ")
	}
	return "SELECT t.id FROM notification_targets t WHERE t.enabled AND t.removed_at IS NULL AND (t.resume_at IS NULL OR t.resume_at <= $1) AND (" + due("n.target_id = t.id") +
		" OR EXISTS (SELECT 1 FROM notifications n WHERE n.target_id = t.id AND n.repeat_at IS NOT NULL AND n.repeat_at <= $1)) UNION ALL SELECT '' WHERE " + due("n.target_id IS NULL")
}()

// Lanes returns the targets for which something is due, and the empty one for people. A
// target that is left alone, disabled or removed is not among them.
func (o Notify) Lanes(ctx context.Context, now time.Time) ([]id.ID, error) {
	var out []id.ID
	err := o.s.queryAll(ctx, lanes, []any{clock.Round(now)}, func(rows *sql.Rows) error {
		var lane id.ID
		err := rows.Scan(&lane)
		out = append(out, lane)
		return err
	})
	return out, fail("look for notifications that are due", err)
}

// Due returns what is due for the target.
func (o Notify) Due(ctx context.Context, target id.ID, now time.Time, limit int) ([]notify.Notification, error) {
	rest, args := due(target, now, limit)
	return o.notifications(ctx, rest, args...)
}

func due(target id.ID, now time.Time, limit int) (rest string, args []any) {
	var c conditions
	if target == "" {
		c.add("target_id IS NULL")
	} else {
		c.add("target_id = %s", string(target))
	}
	c.add("state = 'pending' AND due_at <= %s", clock.Round(now))
	c.add(`NOT EXISTS (SELECT 1 FROM notifications e WHERE e.matter = notifications.matter AND e.id < notifications.id AND e.state IN ('pending', 'sending')
 AND COALESCE(e.target_id, e.person_id) = COALESCE(notifications.target_id, notifications.person_id))`)
	rest = c.where() + " ORDER BY turn, due_at, id" + c.limit(limit)
	return rest, c.args
}

// Repeated returns what is to be sent to the target again.
func (o Notify) Repeated(ctx context.Context, target id.ID, now time.Time, limit int) ([]notify.Notification, error) {
	return o.notifications(ctx, " WHERE target_id = $1 AND repeat_at IS NOT NULL AND repeat_at <= $2 ORDER BY repeat_at, id LIMIT $3", string(target), clock.Round(now), limit)
}

// EndRepeats has nothing of the matter repeated.
func (o Notify) EndRepeats(ctx context.Context, matter string) error {
	_, err := o.s.exec(ctx, "UPDATE notifications SET repeat_at = NULL WHERE matter = $1 AND repeat_at IS NOT NULL", matter)
	return fail("end repetitions", err)
}

// SentSince counts what the target was sent, and says when the last was.
func (o Notify) SentSince(ctx context.Context, target id.ID, since time.Time) (int, time.Time, error) {
	var n int
	var last time.Time
	err := o.s.queryAll(ctx, "SELECT sent_at FROM notifications WHERE target_id = $1 AND sent_at > $2 ORDER BY sent_at", []any{string(target), clock.Round(since)}, func(rows *sql.Rows) error {
		n++
		return rows.Scan(&last)
	})
	if n > 0 {
		last = utc(last)
	}
	return n, last, fail("count what was sent", err)
}

// MadeSince returns when notifications of the matter were made, and holds the target.
func (o Notify) MadeSince(ctx context.Context, target id.ID, matter string, since time.Time) ([]time.Time, error) {
	if o.s.db.dialect == dialect.Postgres { // SQLite has one writer
		var held string
		if err := o.s.queryOne(ctx, "SELECT id FROM notification_targets WHERE id = $1 FOR UPDATE", []any{string(target)}, &held); err != nil {
			return nil, notFound("notification_target", string(target), err)
		}
	}
	var out []time.Time
	err := o.s.queryAll(ctx, "SELECT made_at FROM notifications WHERE target_id = $1 AND made_at > $2 AND matter = $3 ORDER BY made_at, id", []any{string(target), clock.Round(since), matter}, func(rows *sql.Rows) error {
		var at time.Time
		err := rows.Scan(&at)
		out = append(out, utc(at))
		return err
	})
	return out, fail("read when notifications were made", err)
}

// BuryTests ends test messages that are being sent for too long.
func (o Notify) BuryTests(ctx context.Context, before time.Time, reason string) (int, error) {
	n, err := o.s.exec(ctx, "UPDATE notifications SET state = 'dead', reason = $1 WHERE state = 'sending' AND attempted_at < $2 AND "+ofType, reason, clock.Round(before), string(event.Test))
	return n, fail("end test messages that were given up", err)
}

// ofType is a condition on the type of a notification's event.
const ofType = "EXISTS (SELECT 1 FROM told_events e WHERE e.id = notifications.event_id AND e.type = $3)"

// Requeue has what is being sent for too long sent again.
func (o Notify) Requeue(ctx context.Context, before time.Time) (int, error) {
	n, err := o.s.exec(ctx, "UPDATE notifications SET state = 'pending' WHERE state = 'sending' AND attempted_at < $1", clock.Round(before))
	return n, fail("take up what was given up", err)
}

// Bury ends what is to be sent to targets that are gone.
func (o Notify) Bury(ctx context.Context, reason string) (int, error) {
	n, err := o.s.exec(ctx, `UPDATE notifications SET state = 'dead', reason = $1 WHERE state = 'pending' AND target_id IS NOT NULL
 AND NOT EXISTS (SELECT 1 FROM notification_targets t WHERE t.id = notifications.target_id AND t.removed_at IS NULL)`, reason)
	return n, fail("end what is to be sent to targets that are gone", err)
}

// Revive has what is dead of the target sent again, but for beginnings of what is over.
func (o Notify) Revive(ctx context.Context, target id.ID, now time.Time) (revived, over int, err error) {
	revived, err = o.s.exec(ctx, `UPDATE notifications SET state = 'pending', attempts = 0, due_at = $1, reason = '', status = 0 WHERE target_id = $2 AND state = 'dead' AND NOT `+ofType+`
 AND (is_end OR NOT EXISTS (SELECT 1 FROM told_events e WHERE e.matter = notifications.matter AND e.id > notifications.event_id AND e.is_end))`, clock.Round(now), string(target), string(event.Test))
	if err == nil {
		err = o.s.queryOne(ctx, "SELECT COUNT(*) FROM notifications WHERE target_id = $1 AND state = $2 AND NOT "+ofType, []any{string(target), string(notify.Dead), string(event.Test)}, &over)
	}
	return revived, over, fail("have what is dead sent again", err)
}
