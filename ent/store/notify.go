package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/notify"
)

// Notify is the store of package notify.
type Notify struct{ s *Store }

var _ notify.Store = Notify{}

// Notify returns the view of the store that package notify declares.
func (s *Store) Notify() Notify { return Notify{s} }

const (
	receiverColumns = "t.id, t.team_id, t.name, t.kind, t.address, t.secret, t.rank, t.enabled, t.settings, t.created_at, t.updated_at, t.removed_at, t.version"
	healthColumns   = "t.succeeded_at, t.failed_at, t.failing_since, t.failure, t.failures, t.resume_at"
	waitingCounts   = `(SELECT COUNT(*) FROM notifications n WHERE n.target_id = t.id AND n.state = 'pending'), (SELECT COUNT(*) FROM notifications n WHERE n.target_id = t.id AND n.state = 'dead')`
)

// targetSettings is what of a target is only read with the whole, as it is stored. Its
// members are only ever added to.
type targetSettings struct {
	Types []event.Type  `json:"types,omitempty"`
	Least event.Urgency `json:"least"`
	Hours *targetHours  `json:"hours,omitempty"`
}

type targetHours struct {
	Zone string         `json:"zone"`
	Days []time.Weekday `json:"days"`
	From int            `json:"from"`
	To   int            `json:"to"`
}

func toDBTargetSettings(t notify.Target) (json.RawMessage, error) {
	out := targetSettings{Types: t.Types, Least: t.Least}
	if t.Hours != nil {
		hours := targetHours(*t.Hours)
		out.Hours = &hours
	}
	text, err := json.Marshal(out)
	return text, fail("spell the settings of a target", err)
}

// scanReceiver reads the columns of a target, and what follows them.
func scanReceiver(rows *sql.Rows, more ...any) (notify.Target, error) {
	var t notify.Target
	var team sql.NullString
	var settings []byte
	err := rows.Scan(append([]any{&t.ID, &team, &t.Name, &t.Kind, &t.Address, &t.Secret, &t.Rank, &t.Enabled, &settings, &t.CreatedAt, &t.UpdatedAt, &t.RemovedAt, &t.Version}, more...)...)
	if err != nil {
		return t, err
	}
	t.Team, t.CreatedAt, t.UpdatedAt, t.RemovedAt = id.ID(team.String), utc(t.CreatedAt), utc(t.UpdatedAt), utcOrNil(t.RemovedAt)
	var read targetSettings
	if err := json.Unmarshal(settings, &read); err != nil {
		return t, fmt.Errorf("read the settings of the target %s: %w", t.ID, err)
	}
	t.Types, t.Least = read.Types, read.Least
	if read.Hours != nil {
		hours := notify.Hours(*read.Hours)
		t.Hours = &hours
	}
	return t, nil
}

func nullOrID(of id.ID) any {
	if of == "" {
		return nil
	}
	return string(of)
}

// CreateTarget writes the target.
func (o Notify) CreateTarget(ctx context.Context, t notify.Target) error {
	settings, err := toDBTargetSettings(t)
	if err != nil {
		return err
	}
	_, err = o.s.exec(ctx, `INSERT INTO notification_targets (id, team_id, name, kind, address, secret, rank, enabled, settings, created_at, updated_at, removed_at, version, failure, failures) VALUES `+values(1, 15),
		string(t.ID), nullOrID(t.Team), t.Name, string(t.Kind), t.Address, t.Secret, t.Rank, t.Enabled, settings, clock.Round(t.CreatedAt), clock.Round(t.UpdatedAt), nullOrTime(t.RemovedAt), t.Version, "", 0)
	return fail("write a notification target", gone(err))
}

func (o Notify) targets(ctx context.Context, rest string, args ...any) ([]notify.Target, error) {
	var out []notify.Target
	err := o.s.queryAll(ctx, "SELECT "+receiverColumns+" FROM notification_targets t"+rest, args, func(rows *sql.Rows) error {
		t, err := scanReceiver(rows)
		out = append(out, t)
		return err
	})
	return out, fail("read notification targets", err)
}

// Target returns the target, also one that was removed.
func (o Notify) Target(ctx context.Context, of id.ID) (notify.Target, error) {
	found, err := o.targets(ctx, " WHERE t.id = $1", string(of))
	if err == nil && len(found) == 0 {
		err = fault.Missing("notification_target", string(of))
	}
	if err != nil {
		return notify.Target{}, err
	}
	return found[0], nil
}

// LiveTargets returns those that are enabled and not removed.
func (o Notify) LiveTargets(ctx context.Context) ([]notify.Target, error) {
	return o.targets(ctx, " WHERE t.enabled AND t.removed_at IS NULL ORDER BY t.rank, t.id")
}

func (o Notify) targetViews(ctx context.Context, rest string, args ...any) ([]notify.TargetView, error) {
	var out []notify.TargetView
	err := o.s.queryAll(ctx, "SELECT "+receiverColumns+", "+healthColumns+", "+waitingCounts+" FROM notification_targets t"+rest, args, func(rows *sql.Rows) error {
		var v notify.TargetView
		var err error
		v.Target, err = scanReceiver(rows, append(healthOf(&v.Health), &v.Waiting, &v.Dead)...)
		v.Health = inUTC(v.Health)
		out = append(out, v)
		return err
	})
	return out, fail("read notification targets", err)
}

func healthOf(h *notify.Health) []any {
	return []any{&h.SucceededAt, &h.FailedAt, &h.FailingSince, &h.Failure, &h.Failures, &h.ResumeAt}
}

func inUTC(h notify.Health) notify.Health {
	h.SucceededAt, h.FailedAt, h.FailingSince, h.ResumeAt = utcOrNil(h.SucceededAt), utcOrNil(h.FailedAt), utcOrNil(h.FailingSince), utcOrNil(h.ResumeAt)
	return h
}

// TargetView returns the target with how it answers.
func (o Notify) TargetView(ctx context.Context, of id.ID) (notify.TargetView, error) {
	found, err := o.targetViews(ctx, " WHERE t.id = $1", string(of))
	if err == nil && len(found) == 0 {
		err = fault.Missing("notification_target", string(of))
	}
	if err != nil {
		return notify.TargetView{}, err
	}
	return found[0], nil
}

// Targets lists those that were not removed, those of no team first.
func (o Notify) Targets(ctx context.Context, f notify.TargetFilter, r page.Request) (page.Page[notify.TargetView], error) {
	key, err := r.Key(f, 3)
	if err != nil {
		return page.Page[notify.TargetView]{}, err
	}
	var c conditions
	c.add("t.removed_at IS NULL")
	if key != nil {
		var rank int64
		if _, err := fmt.Sscan(key[1], &rank); err != nil {
			return page.Page[notify.TargetView]{}, badCursor()
		}
		c.add("(COALESCE(t.team_id, ''), t.rank, t.id) > (%s, %s, %s)", key[0], rank, key[2])
	}
	if f.Team != "" {
		c.add("t.team_id = %s", string(f.Team))
	}
	if f.Platform {
		c.add("t.team_id IS NULL")
	}
	if f.Kind != "" {
		c.add("t.kind = %s", string(f.Kind))
	}
	found, err := o.targetViews(ctx, c.where()+" ORDER BY COALESCE(t.team_id, ''), t.rank, t.id"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return page.Page[notify.TargetView]{}, err
	}
	return page.Cut(r, f, found, func(v notify.TargetView) []string { return []string{string(v.Team), fmt.Sprint(v.Rank), string(v.ID)} }), nil
}

// UpdateTarget writes the target, conditional on Version.
func (o Notify) UpdateTarget(ctx context.Context, t notify.Target) error {
	settings, err := toDBTargetSettings(t)
	if err != nil {
		return err
	}
	n, err := o.s.exec(ctx, `UPDATE notification_targets SET name = $1, kind = $2, address = $3, secret = $4, rank = $5, enabled = $6, settings = $7, updated_at = $8, removed_at = $9, version = version + 1
 WHERE id = $10 AND version = $11`,
		t.Name, string(t.Kind), t.Address, t.Secret, t.Rank, t.Enabled, settings, clock.Round(t.UpdatedAt), nullOrTime(t.RemovedAt), string(t.ID), t.Version)
	return written("notification_target", t.ID, n, err, func() (bool, error) {
		found, err := o.targets(ctx, " WHERE t.id = $1", string(t.ID))
		return len(found) > 0, err
	})
}

// Health returns how the target last answered.
func (o Notify) Health(ctx context.Context, of id.ID) (notify.Health, error) {
	var h notify.Health
	err := o.s.queryOne(ctx, "SELECT "+healthColumns+" FROM notification_targets t WHERE t.id = $1", []any{string(of)}, healthOf(&h)...)
	if err != nil {
		return h, notFound("notification_target", string(of), err)
	}
	return inUTC(h), nil
}

// WriteHealth writes how the target answered; one that is gone is left alone.
func (o Notify) WriteHealth(ctx context.Context, of id.ID, h notify.Health) error {
	_, err := o.s.exec(ctx, "UPDATE notification_targets SET succeeded_at = $1, failed_at = $2, failing_since = $3, failure = $4, failures = $5, resume_at = $6 WHERE id = $7",
		nullOrTime(h.SucceededAt), nullOrTime(h.FailedAt), nullOrTime(h.FailingSince), h.Failure, h.Failures, nullOrTime(h.ResumeAt), string(of))
	return fail("write the health of a notification target", err)
}
