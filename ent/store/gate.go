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

func (g Gate) overrides(ctx context.Context, rest string, args ...any) ([]gate.Override, error) {
	var out []gate.Override
	err := g.s.queryAll(ctx, `SELECT o.id, o.service_id, o.reason, o.made_at, o.until, o.made_by, o.person_id, o.review, o.chased_at, o.version FROM gate_overrides o`+rest, args, func(rows *sql.Rows) error {
		var o gate.Override
		var review []byte
		var chased sql.NullTime
		if err := rows.Scan(&o.ID, &o.Service, &o.Reason, &o.At, &o.Until, &o.By, &o.Person, &review, &chased, &o.Version); err != nil {
			return err
		}
		if chased.Valid {
			o.ChasedAt = utcOrNil(&chased.Time)
		}
		o.At, o.Until = utc(o.At), utc(o.Until)
		if len(review) > 0 {
			o.Review = new(gate.Review)
			if err := json.Unmarshal(review, o.Review); err != nil {
				return err
			}
		}
		out = append(out, o)
		return nil
	})
	return out, fail("read gate overrides", err)
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

// OverrideAt returns the one in force for the service.
func (g Gate) OverrideAt(ctx context.Context, service id.ID, at time.Time) (*gate.Override, error) {
	found, err := g.overrides(ctx, " WHERE o.service_id = $1 AND o.until > $2 AND o.made_at <= $2 ORDER BY o.until DESC, o.id DESC LIMIT 1", string(service), clock.Round(at))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
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

// UpdateOverride writes Until, Review and ChasedAt, conditional on Version.
func (g Gate) UpdateOverride(ctx context.Context, o gate.Override) error {
	u := g.s.ent.GateOverride.Update().Where(gateoverride.ID(string(o.ID)), gateoverride.Version(o.Version)).SetUntil(o.Until).AddVersion(1)
	if o.ChasedAt != nil {
		u.SetChasedAt(*o.ChasedAt)
	}
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
