package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// Delivery is the store of package delivery.
type Delivery struct{ s *Store }

var _ delivery.Store = Delivery{}

// Delivery returns the view of the store that package delivery declares.
func (s *Store) Delivery() Delivery { return Delivery{s} }

const deliveryColumns = "issue_id, kind, state, repository, number, url, outcome, holder, epoch, intent, written, attempts, failures, problem, because, opened_at, due_at, calls, created_at, updated_at, version"

// Call inserts, or has the delivery of the issue due.
func (d Delivery) Call(ctx context.Context, v delivery.Delivery) error {
	intent, spelled, err := toDBDelivery(v)
	if err != nil {
		return err
	}
	_, err = d.s.exec(ctx, "INSERT INTO deliveries ("+deliveryColumns+") VALUES "+values(1, 21)+
		` ON CONFLICT (issue_id) DO UPDATE SET calls = deliveries.calls + 1,
 due_at = CASE WHEN deliveries.state IN ('dead', 'dismissed') THEN deliveries.due_at ELSE excluded.due_at END`,
		string(v.Issue), string(v.Kind), string(v.State), string(v.Place), v.Number, v.URL, string(v.Outcome), v.Owner.Holder, v.Owner.Epoch, intent, spelled,
		v.Attempts, v.Failures, v.Problem, string(v.Because), nullOrTime(v.OpenedAt), nullOrTime(v.DueAt), v.Calls, clock.Round(v.CreatedAt), clock.Round(v.UpdatedAt), v.Version)
	return fail("have an issue delivered", gone(err))
}

// CallAt has those of an issue on the tracker due.
func (d Delivery) CallAt(ctx context.Context, place delivery.Place, number int, now time.Time) (int, error) {
	n, err := d.s.exec(ctx, "UPDATE deliveries SET calls = calls + 1, due_at = CASE WHEN state IN ('dead', 'dismissed') THEN due_at ELSE $1 END WHERE repository = $2 AND number = $3",
		clock.Round(now), string(place), number)
	return n, fail("have an issue looked at", err)
}

// CallIn has those that are on the tracker in a place due.
func (d Delivery) CallIn(ctx context.Context, place delivery.Place, now time.Time) (int, error) {
	n, err := d.s.exec(ctx, "UPDATE deliveries SET calls = calls + 1, due_at = CASE WHEN state IN ('dead', 'dismissed') THEN due_at ELSE $1 END WHERE repository = $2 AND number > 0",
		clock.Round(now), string(place))
	return n, fail("have the issues of a repository looked at", err)
}

// CallParts has what is on the tracker of the parts of an issue due.
func (d Delivery) CallParts(ctx context.Context, parent id.ID, now time.Time) error {
	_, err := d.s.exec(ctx, `UPDATE deliveries SET calls = calls + 1, due_at = CASE WHEN state IN ('dead', 'dismissed') THEN due_at ELSE $1 END
 WHERE number > 0 AND issue_id IN (SELECT id FROM issues WHERE parent_id = $2)`, clock.Round(now), string(parent))
	return fail("have the parts of an issue looked at", err)
}

// OpenGroup returns the newest open group of the kind in the place, however that is spelled.
func (d Delivery) OpenGroup(ctx context.Context, kind issues.Kind, place delivery.Place, since time.Time) (id.ID, bool, error) {
	var group id.ID
	err := d.s.queryOne(ctx, `SELECT d.issue_id FROM deliveries d JOIN issues i ON i.id = d.issue_id
 WHERE i.service_id IS NULL AND i.created_at >= $1 AND i.open AND d.kind = $2 AND lower(d.repository) = $3 AND d.outcome = '' AND d.state NOT IN ('dead', 'dismissed')
 ORDER BY i.created_at DESC, i.id DESC LIMIT 1`, []any{clock.Round(since), string(kind), string(place.Folded())}, &group)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return group, err == nil, fail("look for a group", err)
}

// At is the issue that is wanted of what is at a place.
func (d Delivery) At(ctx context.Context, place delivery.Place, number int) (id.ID, bool, error) {
	var issue id.ID
	err := d.s.queryOne(ctx, "SELECT issue_id FROM deliveries WHERE repository = $1 AND number = $2 ORDER BY id LIMIT 1", []any{string(place), number}, &issue)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return issue, err == nil, fail("find an issue by its place", err)
}

// Places returns where issues of the kinds are on the tracker, in order.
func (d Delivery) Places(ctx context.Context, kinds []issues.Kind) ([]delivery.Place, error) {
	condition, args := ofKinds(kinds)
	return d.places(ctx, "SELECT DISTINCT repository FROM deliveries WHERE number > 0 AND state NOT IN ('draft', 'pending', 'dead', 'dismissed') AND "+condition+" ORDER BY repository", args)
}

func (d Delivery) places(ctx context.Context, query string, args []any) ([]delivery.Place, error) {
	var out []delivery.Place
	err := d.s.queryAll(ctx, query, args, func(rows *sql.Rows) error {
		var place delivery.Place
		err := rows.Scan(&place)
		out = append(out, place)
		return err
	})
	return out, fail("look where issues are", err)
}

// Listed returns when places were last listed.
func (d Delivery) Listed(ctx context.Context) (map[delivery.Place]time.Time, error) {
	out := map[delivery.Place]time.Time{}
	err := d.s.queryAll(ctx, "SELECT name, listed_at FROM tracker_places WHERE listed_at IS NOT NULL", nil, func(rows *sql.Rows) error {
		var place delivery.Place
		var at time.Time
		err := rows.Scan(&place, &at)
		out[place] = utc(at)
		return err
	})
	return out, fail("read when places were listed", err)
}

// PutListed notes when a place was listed.
func (d Delivery) PutListed(ctx context.Context, place delivery.Place, at time.Time) error {
	_, err := d.s.exec(ctx, "INSERT INTO tracker_places (name, listed_at, changes) VALUES ($1, $2, 0) ON CONFLICT (name) DO UPDATE SET listed_at = excluded.listed_at",
		string(place.Folded()), clock.Round(at))
	return fail("note when a place was listed", err)
}

// Changed counts that a place changed.
func (d Delivery) Changed(ctx context.Context, place delivery.Place) error {
	_, err := d.s.exec(ctx, "INSERT INTO tracker_places (name, changes) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET changes = tracker_places.changes + 1", string(place.Folded()))
	return fail("note that a place changed", err)
}

// Changes is how often a place changed.
func (d Delivery) Changes(ctx context.Context, place delivery.Place) (int64, error) {
	var n int64
	err := d.s.queryOne(ctx, "SELECT changes FROM tracker_places WHERE name = $1", []any{string(place.Folded())}, &n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, fail("read how often a place changed", err)
}

// FirstOpened is when the first issue was opened that is in a place.
func (d Delivery) FirstOpened(ctx context.Context, place delivery.Place) (time.Time, error) {
	var at time.Time
	err := d.s.queryOne(ctx, "SELECT opened_at FROM deliveries WHERE repository = $1 AND number > 0 AND opened_at IS NOT NULL ORDER BY opened_at LIMIT 1", []any{string(place)}, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return utc(at), fail("look when the first issue was opened", err)
}

// Delivery returns that of the issue.
func (d Delivery) Delivery(ctx context.Context, issue id.ID) (delivery.Delivery, error) {
	found, err := d.all(ctx, " WHERE issue_id = $1", string(issue))
	switch {
	case err != nil:
		return delivery.Delivery{}, fail("read a delivery", err)
	case len(found) == 0:
		return delivery.Delivery{}, fault.Missing("delivery", string(issue))
	}
	return found[0], nil
}

// DeadIn returns those after an issue that are dead because of a place, or because of any of
// its owner's.
func (d Delivery) DeadIn(ctx context.Context, place delivery.Place, after id.ID, limit int) ([]delivery.Delivery, error) {
	in := "lower(repository) = $1"
	if place.Name() == "" {
		in = "substr(lower(repository), 1, length($1)) = $1"
	}
	found, err := d.all(ctx, " WHERE "+deadOfPlace+" AND "+in+" AND issue_id > $2 ORDER BY issue_id LIMIT $3", string(place.Folded()), string(after), limit)
	return found, fail("read what is dead because of a place", err)
}

// deadOfPlace are few of all, which is said as their index says it.
const deadOfPlace = "because = 'place'"

// DeadPlaces returns where issues are dead because of the place, the one that waits
// longest to be asked first.
func (d Delivery) DeadPlaces(ctx context.Context, kinds []issues.Kind, now time.Time, limit int) ([]delivery.Place, error) {
	condition, args := ofKinds(kinds, clock.Round(now), limit)
	return d.places(ctx, `SELECT MIN(d.repository) FROM deliveries d LEFT JOIN tracker_places p ON p.name = lower(d.repository)
 WHERE d.`+deadOfPlace+` AND (p.ask_at IS NULL OR p.ask_at <= $1) AND d.`+condition+`
 GROUP BY lower(d.repository), p.ask_at ORDER BY CASE WHEN p.ask_at IS NULL THEN 0 ELSE 1 END, p.ask_at, lower(d.repository) LIMIT $2`, args)
}

// PutAskAt notes when a place is next asked.
func (d Delivery) PutAskAt(ctx context.Context, place delivery.Place, at time.Time) error {
	_, err := d.s.exec(ctx, "INSERT INTO tracker_places (name, changes, ask_at) VALUES ($1, 0, $2) ON CONFLICT (name) DO UPDATE SET ask_at = excluded.ask_at",
		string(place.Folded()), clock.Round(at))
	return fail("note when a place is asked", err)
}

// DuePlaces returns where something of the kinds is due, in order.
func (d Delivery) DuePlaces(ctx context.Context, kinds []issues.Kind, now time.Time) ([]delivery.Place, error) {
	condition, args := ofKinds(kinds, clock.Round(now))
	return d.places(ctx, "SELECT DISTINCT repository FROM deliveries WHERE due_at <= $1 AND "+condition+" ORDER BY repository", args)
}

// Due returns those that are due at the place.
func (d Delivery) Due(ctx context.Context, kinds []issues.Kind, place delivery.Place, now time.Time, limit int) ([]delivery.Delivery, error) {
	condition, args := ofKinds(kinds, clock.Round(now))
	n := len(args)
	args = append(args, string(place), limit)
	found, err := d.all(ctx, " WHERE due_at <= $1 AND "+condition+" AND repository = $"+strconv.Itoa(n+1)+" ORDER BY due_at, id LIMIT $"+strconv.Itoa(n+2), args...)
	return found, fail("read what is due", err)
}

// ofKinds is a condition on the kind, after the arguments that are there.
func ofKinds(kinds []issues.Kind, args ...any) (string, []any) {
	places := make([]string, len(kinds))
	for i, kind := range kinds {
		args = append(args, string(kind))
		places[i] = "$" + strconv.Itoa(len(args))
	}
	return "kind IN (" + strings.Join(places, ", ") + ")", args
}

// PutDelivery writes everything but what identifies it. Whether it was called
// meanwhile is decided in the statement, which sees the row as it is.
func (d Delivery) PutDelivery(ctx context.Context, v delivery.Delivery) error {
	intent, spelled, err := toDBDelivery(v)
	if err != nil {
		return err
	}
	n, err := d.s.exec(ctx, `UPDATE deliveries SET state = $1, repository = $2, number = $3, url = $4, outcome = $5, holder = $6, epoch = $7, intent = $8, written = $9,
 attempts = $10, failures = $11, problem = $12, because = $13, opened_at = $14, due_at = CASE WHEN calls = $15 THEN $16 ELSE due_at END, updated_at = $17, version = version + 1
 WHERE issue_id = $18 AND version = $19`,
		string(v.State), string(v.Place), v.Number, v.URL, string(v.Outcome), v.Owner.Holder, v.Owner.Epoch, intent, spelled,
		v.Attempts, v.Failures, v.Problem, string(v.Because), nullOrTime(v.OpenedAt), v.Calls, nullOrTime(v.DueAt), clock.Round(v.UpdatedAt), string(v.Issue), v.Version)
	return written("delivery", v.Issue, n, err, func() (bool, error) {
		var there bool
		err := d.s.queryOne(ctx, "SELECT EXISTS (SELECT 1 FROM deliveries WHERE issue_id = $1)", []any{string(v.Issue)}, &there)
		return there, err
	})
}

// openedSince is cross joined, so that SQLite begins with the few that were opened, and
// not with all issues. A group is of no service.
const openedSince = `SELECT COUNT(*), COALESCE(SUM(CASE WHEN v.team_id = $1 THEN 1 ELSE 0 END), 0)
 FROM deliveries d CROSS JOIN issues i LEFT JOIN services v ON v.id = i.service_id
 WHERE i.id = d.issue_id AND (d.opened_at > $2 OR d.state IN ('sending', 'unknown') AND d.number = 0)`

// Opened counts what was opened since, and what was asked for and has no answer.
func (d Delivery) Opened(ctx context.Context, team id.ID, since time.Time) (ofTeam, all int, err error) {
	err = d.s.queryOne(ctx, openedSince, []any{string(team), clock.Round(since)}, &all, &ofTeam)
	return ofTeam, all, fail("count what was opened", err)
}

func (d Delivery) all(ctx context.Context, where string, args ...any) ([]delivery.Delivery, error) {
	var out []delivery.Delivery
	err := d.s.queryAll(ctx, "SELECT "+deliveryColumns+" FROM deliveries"+where, args, func(rows *sql.Rows) error {
		var v delivery.Delivery
		var intent, written string
		var opened, due sql.NullTime
		err := rows.Scan(&v.Issue, &v.Kind, &v.State, &v.Place, &v.Number, &v.URL, &v.Outcome, &v.Owner.Holder, &v.Owner.Epoch, &intent, &written,
			&v.Attempts, &v.Failures, &v.Problem, &v.Because, &opened, &due, &v.Calls, &v.CreatedAt, &v.UpdatedAt, &v.Version)
		if err != nil {
			return err
		}
		v.OpenedAt, v.DueAt, v.CreatedAt, v.UpdatedAt = fromDBNull(opened), fromDBNull(due), utc(v.CreatedAt), utc(v.UpdatedAt)
		out = append(out, v)
		last := &out[len(out)-1]
		return errors.Join(json.Unmarshal([]byte(intent), &last.Intent), json.Unmarshal([]byte(written), &last.Written))
	})
	return out, err
}

func toDBDelivery(v delivery.Delivery) (intent, written json.RawMessage, err error) {
	if intent, err = json.Marshal(v.Intent); err == nil {
		written, err = json.Marshal(v.Written)
	}
	return intent, written, fail("spell a delivery", err)
}

func fromDBNull(t sql.NullTime) *time.Time {
	if !t.Valid {
		return nil
	}
	return utcOrNil(&t.Time)
}

// Lane returns the lane.
func (d Delivery) Lane(ctx context.Context, name string) (delivery.Lane, error) {
	l := delivery.Lane{Name: name}
	var notBefore, wrote sql.NullTime
	var usage string
	err := d.s.queryOne(ctx, "SELECT not_before, reason, doublings, wrote_at, usage FROM tracker_lanes WHERE name = $1", []any{name},
		&notBefore, &l.Reason, &l.Doublings, &wrote, &usage)
	if errors.Is(err, sql.ErrNoRows) {
		return l, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(usage), &l.Usage)
	}
	l.NotBefore, l.WroteAt = zeroOr(notBefore), zeroOr(wrote)
	return l, fail("read a lane", err)
}

// PutLane inserts or replaces.
func (d Delivery) PutLane(ctx context.Context, l delivery.Lane) error {
	usage, err := json.Marshal(l.Usage)
	if err != nil {
		return fail("spell the usage of a lane", err)
	}
	_, err = d.s.exec(ctx, "INSERT INTO tracker_lanes (name, not_before, reason, doublings, wrote_at, usage) VALUES "+values(1, 6)+
		" ON CONFLICT (name) DO UPDATE SET not_before = excluded.not_before, reason = excluded.reason, doublings = excluded.doublings, wrote_at = excluded.wrote_at, usage = excluded.usage",
		l.Name, nullOr(l.NotBefore), l.Reason, l.Doublings, nullOr(l.WroteAt), json.RawMessage(usage))
	return fail("write a lane", err)
}
