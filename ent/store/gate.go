package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/evenkeel/evenkeel/ent/db/gateoverride"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Gate is the store of package gate.
type Gate struct{ s *Store }

var _ gate.Store = Gate{}

// Gate returns the view of the store that package gate declares.
func (s *Store) Gate() Gate { return Gate{s} }

// CreateDecision writes a decision.
func (g Gate) CreateDecision(ctx context.Context, d gate.Decision) error {
	verdict, err := json.Marshal(d.Verdict)
	if err != nil {
		return fail("spell a verdict", err)
	}
	_, err = g.s.exec(ctx, `INSERT INTO gate_decisions (id, service_id, class, change_version, link, answer, verdict, decided_at, decided_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		string(d.ID), string(d.Service), string(d.Class), d.Version, d.Link, string(d.Answer), json.RawMessage(verdict), clock.Round(d.At), d.By)
	return fail("write a gate decision", gone(err))
}

func (g Gate) decisions(ctx context.Context, rest string, args ...any) ([]gate.Decision, error) {
	var out []gate.Decision
	err := g.s.queryAll(ctx, `SELECT d.id, d.service_id, d.class, d.change_version, d.link, d.verdict, d.decided_at, d.decided_by FROM gate_decisions d`+rest, args, func(rows *sql.Rows) error {
		var d gate.Decision
		var verdict []byte
		if err := rows.Scan(&d.ID, &d.Service, &d.Class, &d.Version, &d.Link, &verdict, &d.At, &d.By); err != nil {
			return err
		}
		d.At = utc(d.At)
		err := json.Unmarshal(verdict, &d.Verdict)
		out = append(out, d)
		return err
	})
	return out, fail("read gate decisions", err)
}

// Decision returns one.
func (g Gate) Decision(ctx context.Context, decision id.ID) (gate.Decision, error) {
	found, err := g.decisions(ctx, " WHERE d.id = $1", string(decision))
	if err != nil {
		return gate.Decision{}, err
	}
	if len(found) == 0 {
		return gate.Decision{}, fault.Missing("gate_decision", string(decision))
	}
	return found[0], nil
}

// Decisions lists the newest first.
func (g Gate) Decisions(ctx context.Context, f gate.DecisionFilter, r page.Request) (page.Page[gate.Decision], error) {
	none := page.Page[gate.Decision]{}
	cursor, err := r.Key(f, 2)
	if err != nil {
		return none, err
	}
	key, err := timeKey(cursor)
	if err != nil {
		return none, err
	}
	var c conditions
	if key != nil {
		c.add("(d.decided_at, d.id) < (%s, %s)", key...)
	}
	if f.Service != "" {
		c.add("d.service_id = %s", string(f.Service))
	}
	if f.Answer != "" {
		c.add("d.answer = %s", string(f.Answer))
	}
	found, err := g.decisions(ctx, c.where()+" ORDER BY d.decided_at DESC, d.id DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return none, err
	}
	return page.Cut(r, f, found, func(d gate.Decision) []string { return []string{cursorTime(d.At), string(d.ID)} }), nil
}

// CreateOverride writes an override that nobody reviewed.
func (g Gate) CreateOverride(ctx context.Context, o gate.Override) error {
	err := g.s.ent.GateOverride.Create().
		SetID(string(o.ID)).SetServiceID(string(o.Service)).SetReason(o.Reason).SetMadeAt(o.At).SetUntil(o.Until).
		SetMadeBy(o.By).SetPersonID(string(o.Person)).SetVersion(o.Version).
		Exec(ctx)
	return fail("write a gate override", gone(err))
}

const overrideColumns = "o.id, o.service_id, o.reason, o.made_at, o.until, o.made_by, o.person_id, o.review, o.version"

func (g Gate) overrides(ctx context.Context, rest string, args ...any) ([]gate.Override, error) {
	var out []gate.Override
	err := g.s.queryAll(ctx, "SELECT "+overrideColumns+" FROM gate_overrides o"+rest, args, func(rows *sql.Rows) error {
		o, err := fromDBOverride(rows)
		if o != nil {
			out = append(out, *o)
		}
		return err
	})
	return out, fail("read gate overrides", err)
}

// fromDBOverride reads an override and further columns; nil where all of it is null.
func fromDBOverride(rows *sql.Rows, further ...any) (*gate.Override, error) {
	var row struct {
		id, service, reason, by, person sql.NullString
		at, until                       sql.NullTime
		review                          []byte
		version                         sql.NullInt64
	}
	columns := []any{&row.id, &row.service, &row.reason, &row.at, &row.until, &row.by, &row.person, &row.review, &row.version}
	if err := rows.Scan(append(columns, further...)...); err != nil || !row.id.Valid {
		return nil, err
	}
	o := gate.Override{
		ID: id.ID(row.id.String), Service: id.ID(row.service.String), Reason: row.reason.String, At: utc(row.at.Time), Until: utc(row.until.Time),
		By: row.by.String, Person: id.ID(row.person.String), Version: row.version.Int64,
	}
	if len(row.review) > 0 {
		o.Review = new(gate.Review)
		if err := json.Unmarshal(row.review, o.Review); err != nil {
			return nil, err
		}
	}
	return &o, nil
}

// Override returns one.
func (g Gate) Override(ctx context.Context, override id.ID) (gate.Override, error) {
	found, err := g.overrides(ctx, " WHERE o.id = $1", string(override))
	if err != nil {
		return gate.Override{}, err
	}
	if len(found) == 0 {
		return gate.Override{}, fault.Missing("gate_override", string(override))
	}
	return found[0], nil
}

// surroundings has a row for each hard dependency, or one without any; in each is the override.
const surroundings = "SELECT " + overrideColumns + `, d.on_id, d.slug FROM (SELECT 1) one
LEFT JOIN (SELECT * FROM gate_overrides WHERE service_id = $1 AND until > $2 AND made_at <= $2 ORDER BY until DESC, id DESC LIMIT 1) o ON TRUE
LEFT JOIN (SELECT d.on_id, s.slug FROM dependencies d JOIN services s ON s.id = d.on_id WHERE d.service_id = $1 AND d.criticality = $3) d ON TRUE`

// Surroundings are those of the service at that time.
func (g Gate) Surroundings(ctx context.Context, service id.ID, at time.Time) (gate.Surroundings, error) {
	out := gate.Surroundings{Hard: make(map[id.ID]string)}
	err := g.s.lookUp(ctx, surroundings, []any{string(service), clock.Round(at), string(registry.Hard)}, func(rows *sql.Rows) (err error) {
		var on, slug sql.NullString
		out.Override, err = fromDBOverride(rows, &on, &slug)
		if on.Valid {
			out.Hard[id.ID(on.String)] = slug.String
		}
		return err
	})
	return out, fail("read what answers of the gate follow from", err)
}

// Overrides lists the newest first.
func (g Gate) Overrides(ctx context.Context, f gate.OverrideFilter, r page.Request) (page.Page[gate.Override], error) {
	none := page.Page[gate.Override]{}
	cursor, err := r.Key(f, 2)
	if err != nil {
		return none, err
	}
	key, err := timeKey(cursor)
	if err != nil {
		return none, err
	}
	var c conditions
	if key != nil {
		c.add("(o.made_at, o.id) < (%s, %s)", key...)
	}
	if f.Service != "" {
		c.add("o.service_id = %s", string(f.Service))
	}
	if f.Team != "" {
		c.add("o.service_id IN (SELECT id FROM services WHERE team_id = %s)", string(f.Team))
	}
	if f.Unreviewed {
		c.add("o.reviewed_at IS NULL")
	}
	if f.Unchased {
		c.add("o.chased_at IS NULL")
	}
	found, err := g.overrides(ctx, c.where()+" ORDER BY o.made_at DESC, o.id DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return none, err
	}
	return page.Cut(r, f, found, func(o gate.Override) []string { return []string{cursorTime(o.At), string(o.ID)} }), nil
}

// UpdateOverride writes Until and Review, conditional on Version.
func (g Gate) UpdateOverride(ctx context.Context, o gate.Override) error {
	u := g.s.ent.GateOverride.Update().Where(gateoverride.ID(string(o.ID)), gateoverride.Version(o.Version)).SetUntil(o.Until).AddVersion(1)
	if o.Review != nil {
		review, err := json.Marshal(o.Review)
		if err != nil {
			return fail("spell a review", err)
		}
		u.SetReview(review).SetReviewedAt(o.Review.At)
	}
	n, err := u.Save(ctx)
	return written("gate_override", o.ID, n, err, func() (bool, error) {
		return g.s.ent.GateOverride.Query().Where(gateoverride.ID(string(o.ID))).Exist(ctx)
	})
}

// Chased records that it was told that the review is overdue.
func (g Gate) Chased(ctx context.Context, override id.ID, at time.Time) error {
	n, err := g.s.exec(ctx, "UPDATE gate_overrides SET chased_at = $1 WHERE id = $2 AND chased_at IS NULL AND reviewed_at IS NULL", clock.Round(at), string(override))
	if err == nil && n == 0 {
		return fault.Stale("gate_override")
	}
	return fail("write that a review was chased", err)
}
