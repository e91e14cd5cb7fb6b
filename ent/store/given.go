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
	"github.com/evenkeel/evenkeel/scorecards/given"
)

// Given is the store of package given.
type Given struct{ s *Store }

var _ given.Store = Given{}

// Given returns the view of the store that package given declares.
func (s *Store) Given() Given { return Given{s} }

const declarationColumns = "id, name, type, doc, unit, among, pushed, attested, longest_days, created_at, created_by, updated_at, updated_by, version"

func (g Given) declarations(ctx context.Context, rest string, args ...any) ([]given.Declaration, error) {
	var out []given.Declaration
	err := g.s.queryAll(ctx, "SELECT "+declarationColumns+" FROM given_declarations"+rest, args, func(rows *sql.Rows) error {
		var d given.Declaration
		var values []byte
		if err := rows.Scan(&d.ID, &d.Name, &d.Type, &d.Doc, &d.Unit, &values, &d.Pushed, &d.Attested, &d.LongestDays, &d.CreatedAt, &d.CreatedBy, &d.UpdatedAt, &d.UpdatedBy, &d.Version); err != nil {
			return err
		}
		d.CreatedAt, d.UpdatedAt = utc(d.CreatedAt), utc(d.UpdatedAt)
		out = append(out, d)
		return json.Unmarshal(values, &out[len(out)-1].Values)
	})
	return out, fail("read declared facts", err)
}

// Declarations returns all, by name.
func (g Given) Declarations(ctx context.Context) ([]given.Declaration, error) {
	return g.declarations(ctx, " ORDER BY name"+g.s.bytewise())
}

// Declaration returns that of the name.
func (g Given) Declaration(ctx context.Context, name string) (given.Declaration, error) {
	found, err := g.declarations(ctx, " WHERE name = $1", name)
	if err != nil {
		return given.Declaration{}, err
	}
	if len(found) == 0 {
		return given.Declaration{}, fault.Missing("fact", name)
	}
	return found[0], nil
}

// HoldDeclarations returns those of the names, locked against change. SQLite has one writer at a time.
func (g Given) HoldDeclarations(ctx context.Context, names []string) ([]given.Declaration, error) {
	var out []given.Declaration
	lock := ""
	if g.s.postgres() {
		lock = " FOR SHARE"
	}
	err := chunks(names, bulkRows, func(of []string) error {
		found, err := g.declarations(ctx, " WHERE name IN "+values(1, len(of))+" ORDER BY name"+g.s.bytewise()+lock, arguments(of)...)
		out = append(out, found...)
		return err
	})
	return out, err
}

// CreateDeclaration writes one.
func (g Given) CreateDeclaration(ctx context.Context, d given.Declaration) error {
	among, err := json.Marshal(neverNone(d.Values))
	if err != nil {
		return fail("spell the values of a fact", err)
	}
	_, err = g.s.exec(ctx, "INSERT INTO given_declarations ("+declarationColumns+") VALUES "+values(1, 14),
		string(d.ID), d.Name, string(d.Type), d.Doc, d.Unit, json.RawMessage(among), d.Pushed, d.Attested, d.LongestDays, clock.Round(d.CreatedAt), d.CreatedBy, clock.Round(d.UpdatedAt), d.UpdatedBy, d.Version)
	if isUnique(err) {
		return fault.New(fault.Conflict, "fact_declared", "the fact %q is declared already", d.Name)
	}
	return fail("write a declared fact", err)
}

func neverNone[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return values
}

func (g Given) declarationExists(ctx context.Context, of id.ID) func() (bool, error) {
	return func() (bool, error) {
		found, err := g.declarations(ctx, " WHERE id = $1", string(of))
		return len(found) > 0, err
	}
}

// UpdateDeclaration writes what is declared, but for name and type, conditional on Version.
func (g Given) UpdateDeclaration(ctx context.Context, d given.Declaration) error {
	among, err := json.Marshal(neverNone(d.Values))
	if err != nil {
		return fail("spell the values of a fact", err)
	}
	n, err := g.s.exec(ctx, `UPDATE given_declarations SET doc = $1, unit = $2, among = $3, pushed = $4, attested = $5, longest_days = $6, updated_at = $7, updated_by = $8,
 version = version + 1 WHERE id = $9 AND version = $10`,
		d.Doc, d.Unit, json.RawMessage(among), d.Pushed, d.Attested, d.LongestDays, clock.Round(d.UpdatedAt), d.UpdatedBy, string(d.ID), d.Version)
	return written("fact", d.ID, n, err, g.declarationExists(ctx, d.ID))
}

// DeleteDeclaration removes one, conditional on Version, with what was given of it.
func (g Given) DeleteDeclaration(ctx context.Context, d given.Declaration, end given.Ending) error {
	n, err := g.s.exec(ctx, "DELETE FROM given_declarations WHERE id = $1 AND version = $2", string(d.ID), d.Version)
	if err := written("fact", d.ID, n, err, g.declarationExists(ctx, d.ID)); err != nil {
		return err
	}
	if _, err := g.s.exec(ctx, "DELETE FROM pushed_facts WHERE name = $1", d.Name); err != nil {
		return fail("remove what was pushed of a fact", err)
	}
	_, err = g.s.exec(ctx, "UPDATE attestations SET ended_at = $1, ending = $2, ended_by = $3, reason = $4, version = version + 1 WHERE name = $5 AND ended_at IS NULL",
		clock.Round(end.At), string(end.How), end.By, end.Reason, d.Name)
	return fail("end the attestations of a fact", err)
}

// ServicesOf returns the services of which something was given of the fact.
func (g Given) ServicesOf(ctx context.Context, fact string) ([]id.ID, error) {
	var out []id.ID
	err := g.s.queryAll(ctx, ServicesOf, []any{fact}, func(rows *sql.Rows) error {
		var of id.ID
		err := rows.Scan(&of)
		out = append(out, of)
		return err
	})
	return out, fail("read of which services a fact is given", err)
}

// HoldServices locks the services, in one order, so that nobody waits for each other. SQLite has one
// writer at a time.
func (g Given) HoldServices(ctx context.Context, services []id.ID) error {
	if !g.s.postgres() {
		return nil
	}
	return chunks(services, bulkRows, func(of []id.ID) error {
		err := g.s.queryAll(ctx, "SELECT id FROM services WHERE id IN "+values(1, len(of))+" ORDER BY id FOR NO KEY UPDATE", arguments(texts(of)), func(rows *sql.Rows) error {
			var held string
			return rows.Scan(&held)
		})
		return fail("hold services", err)
	})
}

// ServicesNamed returns services by slug and identifier.
func (g Given) ServicesNamed(ctx context.Context, names []string) (map[string]id.ID, error) {
	out := make(map[string]id.ID, len(names))
	err := chunks(names, bulkRows, func(of []string) error {
		in := values(1, len(of))
		return g.s.queryAll(ctx, "SELECT slug, id FROM services WHERE slug IN "+in+" UNION ALL SELECT id, id FROM services WHERE id IN "+in, arguments(of), func(rows *sql.Rows) error {
			var name string
			var service id.ID
			err := rows.Scan(&name, &service)
			out[name] = service
			return err
		})
	})
	return out, fail("find services by name", err)
}

const pushedColumns = "p.id, p.service_id, p.name, p.value, p.source, p.link, p.observed_at, p.until, p.pushed_at, p.pushed_by, p.version"

func (g Given) pushed(ctx context.Context, query string, args []any, each func(given.Pushed)) error {
	return g.s.queryAll(ctx, query, args, func(rows *sql.Rows) error {
		var p given.Pushed
		var value []byte
		if err := rows.Scan(&p.ID, &p.Service, &p.Fact, &value, &p.Source, &p.Link, &p.At, &p.Until, &p.PushedAt, &p.PushedBy, &p.Version); err != nil {
			return err
		}
		if err := json.Unmarshal(value, &p.Value); err != nil {
			return fmt.Errorf("read the fact %s of %s: %w", p.Fact, p.Service, err)
		}
		p.At, p.Until, p.PushedAt = utc(p.At), utc(p.Until), utc(p.PushedAt)
		each(p)
		return nil
	})
}

// Pushed returns what was pushed last by the keys.
func (g Given) Pushed(ctx context.Context, keys []given.Key) (map[given.Key]given.Pushed, error) {
	out := make(map[given.Key]given.Pushed, len(keys))
	err := chunks(keys, bulkRows, func(of []given.Key) error {
		var args []any
		for _, k := range of {
			args = append(args, string(k.Service), k.Fact)
		}
		query := g.s.wanted(len(of), "service_id text", "name text") + "SELECT " + pushedColumns + " FROM wanted w CROSS JOIN pushed_facts p WHERE p.service_id = w.service_id AND p.name = w.name"
		return g.pushed(ctx, query, args, func(p given.Pushed) { out[given.Key{Service: p.Service, Fact: p.Fact}] = p })
	})
	return out, fail("read pushed facts", err)
}

// WritePushed writes facts in place of those of the same keys.
func (g Given) WritePushed(ctx context.Context, facts []given.Pushed) error {
	err := chunks(facts, bulkRows, func(of []given.Pushed) error {
		var args []any
		for _, p := range of {
			value, err := json.Marshal(p.Value)
			if err != nil {
				return err
			}
			args = append(args, string(p.ID), string(p.Service), p.Fact, json.RawMessage(value), p.Source, p.Link, clock.Round(p.At), clock.Round(p.Until), clock.Round(p.PushedAt), p.PushedBy, p.Version)
		}
		_, err := g.s.exec(ctx, "INSERT INTO pushed_facts (id, service_id, name, value, source, link, observed_at, until, pushed_at, pushed_by, version) VALUES "+values(len(of), 11)+
			` ON CONFLICT (service_id, name) DO UPDATE SET value = excluded.value, source = excluded.source, link = excluded.link, observed_at = excluded.observed_at,
 until = excluded.until, pushed_at = excluded.pushed_at, pushed_by = excluded.pushed_by, version = excluded.version, lapsed_at = NULL`, args...)
		return gone(err)
	})
	return fail("write pushed facts", err)
}

// LapsePushed marks pushed facts that hold no more. That they still do not is asked again of each, as one
// may be pushed meanwhile.
const LapsePushed = `UPDATE pushed_facts SET lapsed_at = $1 WHERE lapsed_at IS NULL AND until <= $1 AND id IN
 (SELECT p.id FROM pushed_facts p WHERE p.lapsed_at IS NULL AND p.until <= $1 ORDER BY p.until, p.id LIMIT $2) RETURNING service_id`

// LapsePushed notes of some that they hold no more.
func (g Given) LapsePushed(ctx context.Context, now time.Time, most int) ([]id.ID, error) {
	var out []id.ID
	err := g.s.queryAll(ctx, LapsePushed, []any{clock.Round(now), most}, func(rows *sql.Rows) error {
		var of id.ID
		err := rows.Scan(&of)
		out = append(out, of)
		return err
	})
	return out, fail("note which pushed facts hold no more", err)
}

// ServicesOf reads of which services a fact is given.
const ServicesOf = "SELECT service_id FROM pushed_facts WHERE name = $1 UNION SELECT service_id FROM attestations WHERE name = $1 AND ended_at IS NULL ORDER BY service_id"

// PushedOf reads all that is pushed of services, and AttestedOf what is attested.
const (
	PushedOf   = "SELECT " + pushedColumns + " FROM pushed_facts p WHERE p.service_id IN "
	AttestedOf = "SELECT " + attestationColumns + " FROM attestations a WHERE a.ended_at IS NULL AND a.service_id IN "
)

// Holding returns what holds of the services: two statements for every few hundred of them.
func (g Given) Holding(ctx context.Context, services []id.ID, now time.Time) (map[id.ID]given.Said, error) {
	out := make(map[id.ID]given.Said, len(services))
	err := chunks(services, bulkRows, func(of []id.ID) error {
		in, args := values(1, len(of)), arguments(texts(of))
		err := g.pushed(ctx, PushedOf+in, args, func(p given.Pushed) {
			if p.Holds(now) {
				said := out[p.Service]
				said.Pushed = append(said.Pushed, p)
				out[p.Service] = said
			}
		})
		if err != nil {
			return err
		}
		attested, err := g.attestations(ctx, AttestedOf+in, args)
		for _, a := range attested {
			if a.State(now) == given.InForce {
				said := out[a.Service]
				said.Attested = append(said.Attested, a)
				out[a.Service] = said
			}
		}
		return err
	})
	return out, fail("read what is given of services", err)
}

const attestationColumns = `a.id, a.service_id, a.name, a.value, a.evidence, a.note, a.attested_at, a.until, a.person_id, a.attested_by, a.warned,
 a.ended_at, a.ending, a.ended_by, a.reason, a.version`

func (g Given) attestations(ctx context.Context, query string, args []any) ([]given.Attestation, error) {
	var out []given.Attestation
	err := g.s.queryAll(ctx, query, args, func(rows *sql.Rows) error {
		var a given.Attestation
		var value []byte
		var ended *time.Time
		var end given.Ending
		if err := rows.Scan(&a.ID, &a.Service, &a.Fact, &value, &a.Evidence, &a.Note, &a.At, &a.Until, &a.Person, &a.By, &a.Warned, &ended, &end.How, &end.By, &end.Reason, &a.Version); err != nil {
			return err
		}
		if err := json.Unmarshal(value, &a.Value); err != nil {
			return fmt.Errorf("read the attestation %s: %w", a.ID, err)
		}
		a.At, a.Until = utc(a.At), utc(a.Until)
		if ended != nil {
			end.At = utc(*ended)
			a.Ended = &end
		}
		out = append(out, a)
		return nil
	})
	return out, fail("read attestations", err)
}

func (g Given) attestation(ctx context.Context, where string, args ...any) (*given.Attestation, error) {
	found, err := g.attestations(ctx, "SELECT "+attestationColumns+" FROM attestations a WHERE "+where, args)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// Attestation returns one.
func (g Given) Attestation(ctx context.Context, of id.ID) (given.Attestation, error) {
	a, err := g.attestation(ctx, "a.id = $1", string(of))
	if err == nil && a == nil {
		err = fault.Missing("attestation", string(of))
	}
	if err != nil {
		return given.Attestation{}, err
	}
	return *a, nil
}

// OpenAttestation returns the one of the key that has not ended, or nil.
func (g Given) OpenAttestation(ctx context.Context, key given.Key) (*given.Attestation, error) {
	return g.attestation(ctx, "a.service_id = $1 AND a.name = $2 AND a.ended_at IS NULL", string(key.Service), key.Fact)
}

// CreateAttestation writes one; Stale when another was faster.
func (g Given) CreateAttestation(ctx context.Context, a given.Attestation) error {
	value, err := json.Marshal(a.Value)
	if err != nil {
		return fail("spell an attestation", err)
	}
	_, err = g.s.exec(ctx, `INSERT INTO attestations (id, service_id, name, value, evidence, note, attested_at, until, person_id, attested_by, warned, ending, ended_by, reason, version)
 VALUES `+values(1, 15), string(a.ID), string(a.Service), a.Fact, json.RawMessage(value), a.Evidence, a.Note, clock.Round(a.At), clock.Round(a.Until), string(a.Person), a.By, a.Warned, "", "", "", a.Version)
	if isUnique(err) {
		return fault.Stale("attestation")
	}
	return fail("write an attestation", gone(err))
}

// UpdateAttestation writes that it was warned of and how it ended, conditional on Version.
func (g Given) UpdateAttestation(ctx context.Context, a given.Attestation) error {
	var at any
	var end given.Ending
	if a.Ended != nil {
		end = *a.Ended
		at = clock.Round(end.At)
	}
	n, err := g.s.exec(ctx, "UPDATE attestations SET warned = $1, ended_at = $2, ending = $3, ended_by = $4, reason = $5, version = version + 1 WHERE id = $6 AND version = $7",
		a.Warned, at, string(end.How), end.By, end.Reason, string(a.ID), a.Version)
	return written("attestation", a.ID, n, err, func() (bool, error) {
		found, err := g.attestation(ctx, "a.id = $1", string(a.ID))
		return found != nil, err
	})
}

// listedAttestations is the query of a list of attestations, the newest first, after an identifier.
func listedAttestations(f given.Filter, now time.Time, after string, most int) (string, []any) {
	var c conditions
	if f.Service != "" {
		c.add("a.service_id = %s", string(f.Service))
	}
	if f.Fact != "" {
		c.add("a.name = %s", f.Fact)
	}
	if f.InForce {
		c.add("(a.ended_at IS NULL AND a.until > %s)", clock.Round(now))
	}
	if after != "" {
		c.add("a.id < %s", after)
	}
	return strings.TrimSpace("SELECT " + attestationColumns + " FROM attestations a" + c.where() + " ORDER BY a.id DESC" + c.limit(most)), c.args
}

// Attestations lists the newest first.
func (g Given) Attestations(ctx context.Context, f given.Filter, now time.Time, r page.Request) (page.Page[given.Attestation], error) {
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[given.Attestation]{}, err
	}
	after := ""
	if key != nil {
		after = key[0]
	}
	query, args := listedAttestations(f, now, after, r.Size()+1)
	rows, err := g.attestations(ctx, query, args)
	if err != nil {
		return page.Page[given.Attestation]{}, err
	}
	return page.Cut(r, f, rows, func(a given.Attestation) []string { return []string{string(a.ID)} }), nil
}

// Expiring reads attestations by when they expire.
const Expiring = "SELECT " + attestationColumns + " FROM attestations a WHERE a.ended_at IS NULL AND a.until <= $1 AND (a.until, a.id) > ($2, $3) ORDER BY a.until, a.id LIMIT $4"

// Expiring returns those that hold until the time at most.
func (g Given) Expiring(ctx context.Context, by time.Time, after given.Attestation, most int) ([]given.Attestation, error) {
	return g.attestations(ctx, Expiring, []any{clock.Round(by), clock.Round(after.Until), string(after.ID), most})
}
