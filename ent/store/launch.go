package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/launch"
)

// Launches is the store of package launch.
type Launches struct{ s *Store }

var _ launch.Store = Launches{}

// Launches returns the view of the store that package launch declares.
func (s *Store) Launches() Launches { return Launches{s} }

const launchColumns = `l.id, l.service_id, l.scorecard_id, l.revision_id, l.level, l.planned_on, l.note, l.evidence, l.asked_at, l.person_id, l.asked_by,
 l.decision, l.decided_at, l.decider_id, l.decided_by, l.decided_for, l.until, l.conditions, l.tell_at, l.version`

func (x Launches) reviews(ctx context.Context, rest string, args ...any) ([]launch.Review, error) {
	var out []launch.Review
	err := x.s.queryAll(ctx, "SELECT "+launchColumns+" FROM launch_reviews l"+rest, args, func(rows *sql.Rows) error {
		var r launch.Review
		var evidence, conditions []byte
		var decided, until, tells *time.Time
		var decider *string
		var d launch.Decision
		if err := rows.Scan(&r.ID, &r.Service, &r.Scorecard, &r.Revision, &r.Level, &r.PlannedOn, &r.Note, &evidence, &r.AskedAt, &r.Person, &r.AskedBy,
			&d.How, &decided, &decider, &d.By, &d.Reason, &until, &conditions, &tells, &r.Version); err != nil {
			return err
		}
		if err := json.Unmarshal(evidence, &r.Evidence); err != nil {
			return fmt.Errorf("read the evidence of the launch review %s: %w", r.ID, err)
		}
		if err := json.Unmarshal(conditions, &r.Conditions); err != nil {
			return fmt.Errorf("read the conditions of the launch review %s: %w", r.ID, err)
		}
		r.AskedAt, r.TellAt = utc(r.AskedAt), utcOrNil(tells)
		if decided != nil {
			d.At, d.Person, d.Until = utc(*decided), orEmpty(decider), utcOrNil(until)
			r.Decision = &d
		}
		out = append(out, r)
		return nil
	})
	return out, fail("read launch reviews", err)
}

// CreateLaunchReview writes one.
func (x Launches) CreateLaunchReview(ctx context.Context, r launch.Review) error {
	evidence, err := json.Marshal(r.Evidence)
	if err != nil {
		return fail("spell the evidence of a launch review", err)
	}
	conditions, err := json.Marshal(r.Conditions)
	if err != nil {
		return fail("spell the conditions of a launch review", err)
	}
	_, err = x.s.exec(ctx, `INSERT INTO launch_reviews (id, service_id, scorecard_id, revision_id, level, planned_on, note, evidence, asked_at, person_id, asked_by, decision, decided_by, decided_for, conditions, version)
 VALUES `+values(1, 16), string(r.ID), string(r.Service), string(r.Scorecard), string(r.Revision), r.Level, string(r.PlannedOn), r.Note, json.RawMessage(evidence), clock.Round(r.AskedAt), string(r.Person), r.AskedBy,
		"", "", "", json.RawMessage(conditions), r.Version)
	if isUnique(err) {
		return fault.New(fault.Conflict, "launch_review_open", "a launch review of this service and scorecard waits already; it is to be decided on first")
	}
	return fail("write a launch review", gone(err))
}

// LaunchReview returns one.
func (x Launches) LaunchReview(ctx context.Context, of id.ID) (launch.Review, error) {
	found, err := x.reviews(ctx, " WHERE l.id = $1", string(of))
	if err == nil && len(found) == 0 {
		err = fault.Missing("launch_review", string(of))
	}
	if err != nil {
		return launch.Review{}, err
	}
	return found[0], nil
}

// UpdateLaunchReview writes the decision, the conditions and when something is told next, conditional on
// Version.
func (x Launches) UpdateLaunchReview(ctx context.Context, r launch.Review) error {
	conditions, err := json.Marshal(r.Conditions)
	if err != nil {
		return fail("spell the conditions of a launch review", err)
	}
	var decided, decider, until, tells any
	var d launch.Decision
	if r.Decision != nil {
		d = *r.Decision
		decided, decider = clock.Round(d.At), orNil(d.Person)
		if d.Until != nil {
			until = clock.Round(*d.Until)
		}
	}
	if r.TellAt != nil {
		tells = clock.Round(*r.TellAt)
	}
	n, err := x.s.exec(ctx, `UPDATE launch_reviews SET decision = $1, decided_at = $2, decider_id = $3, decided_by = $4, decided_for = $5, until = $6, conditions = $7, tell_at = $8,
 version = version + 1 WHERE id = $9 AND version = $10`,
		string(d.How), decided, decider, d.By, d.Reason, until, json.RawMessage(conditions), tells, string(r.ID), r.Version)
	return written("launch_review", r.ID, n, err, func() (bool, error) {
		found, err := x.reviews(ctx, " WHERE l.id = $1", string(r.ID))
		return len(found) > 0, err
	})
}

// listedLaunches is the query of a list, the newest first, after an identifier.
func listedLaunches(f launch.Filter, now time.Time, after string, most int) (string, []any) {
	var c conditions
	if f.Service != "" {
		c.add("l.service_id = %s", string(f.Service))
	}
	if f.Scorecard != "" {
		c.add("l.scorecard_id = %s", string(f.Scorecard))
	}
	if f.Team != "" {
		c.add("l.service_id IN (SELECT v.id FROM services v WHERE v.team_id = %s)", string(f.Team))
	}
	switch f.State {
	case launch.Waiting:
		c.add("l.decided_at IS NULL")
	case launch.SignedOff:
		c.add("l.decision = %s AND l.until > %s", string(launch.SignedOff), clock.Round(now))
	case launch.Expired:
		c.add("l.decision = %s AND l.until <= %s", string(launch.SignedOff), clock.Round(now))
	case launch.Rejected:
		c.add("l.decision = %s", string(launch.Rejected))
	}
	if after != "" {
		c.add("l.id < %s", after)
	}
	return strings.TrimSpace(c.where() + " ORDER BY l.id DESC" + c.limit(most)), c.args
}

// LaunchReviews lists the newest first.
func (x Launches) LaunchReviews(ctx context.Context, f launch.Filter, now time.Time, r page.Request) (page.Page[launch.Review], error) {
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[launch.Review]{}, err
	}
	after := ""
	if key != nil {
		after = key[0]
	}
	rest, args := listedLaunches(f, now, after, r.Size()+1)
	rows, err := x.reviews(ctx, " "+rest, args...)
	if err != nil {
		return page.Page[launch.Review]{}, err
	}
	return page.Cut(r, f, rows, func(l launch.Review) []string { return []string{string(l.ID)} }), nil
}

// LaunchReviewsBy goes through those of which something is to be told, by when.
const LaunchReviewsBy = " WHERE l.tell_at <= $1 AND (l.tell_at, l.id) > ($2, $3) ORDER BY l.tell_at, l.id LIMIT $4"

// LaunchReviewsToTell returns those of which something is to be told by then.
func (x Launches) LaunchReviewsToTell(ctx context.Context, by time.Time, after launch.Review, most int) ([]launch.Review, error) {
	since := time.Time{}
	if after.TellAt != nil {
		since = *after.TellAt
	}
	return x.reviews(ctx, LaunchReviewsBy, clock.Round(by), clock.Round(since), string(after.ID), most)
}
