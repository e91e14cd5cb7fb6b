package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/evenkeel/evenkeel/ent/db/suppliedfact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/policy/supply"
)

// Supply is the store of package supply.
type Supply struct{ s *Store }

var _ supply.Store = Supply{}

// Supply returns the view of the store that package supply declares.
func (s *Store) Supply() Supply { return Supply{s} }

// Said returns what was said of the SLOs that exist.
func (p Supply) Said(ctx context.Context, slos []id.ID) (map[id.ID][]supply.Fact, error) {
	out := make(map[id.ID][]supply.Fact, len(slos))
	err := chunks(slos, bulkRows, func(of []id.ID) error {
		args := make([]any, len(of))
		for i, slo := range of {
			args[i] = string(slo)
		}
		return p.s.lookUp(ctx, `SELECT o.id, f.id, f.name, f.value, f.note, f.link, f.said_at, f.until, f.said_by, f.person_id, f.version
FROM slos o LEFT JOIN supplied_facts f ON f.slo_id = o.id WHERE o.id IN `+values(1, len(of)), args, func(rows *sql.Rows) error {
			var slo id.ID
			var row struct {
				id, name, note, link, by, person sql.NullString
				value                            []byte
				at, until                        sql.NullTime
				version                          sql.NullInt64
			}
			if err := rows.Scan(&slo, &row.id, &row.name, &row.value, &row.note, &row.link, &row.at, &row.until, &row.by, &row.person, &row.version); err != nil {
				return err
			}
			if !row.id.Valid {
				out[slo] = nil
				return nil
			}
			f := supply.Fact{
				ID: id.ID(row.id.String), SLO: slo, Name: row.name.String, Note: row.note.String, Link: row.link.String, At: utc(row.at.Time), Until: utc(row.until.Time),
				By: row.by.String, Person: id.ID(row.person.String), Version: row.version.Int64,
			}
			err := json.Unmarshal(row.value, &f.Value)
			out[slo] = append(out[slo], f)
			return err
		})
	})
	return out, fail("read what was said of SLOs", err)
}

// CreateFact writes the first that is said; Stale when another was faster.
func (p Supply) CreateFact(ctx context.Context, f supply.Fact) error {
	value, err := json.Marshal(f.Value)
	if err != nil {
		return fail("spell what was said", err)
	}
	err = p.s.ent.SuppliedFact.Create().
		SetID(string(f.ID)).SetSloID(string(f.SLO)).SetName(f.Name).SetValue(value).SetNote(f.Note).SetLink(f.Link).
		SetSaidAt(f.At).SetUntil(f.Until).SetSaidBy(f.By).SetPersonID(string(f.Person)).SetVersion(f.Version).
		Exec(ctx)
	if isUnique(err) {
		return fault.Stale("supplied fact")
	}
	return fail("write what was said", gone(err))
}

// UpdateFact writes all of it, conditional on Version.
func (p Supply) UpdateFact(ctx context.Context, f supply.Fact) error {
	value, err := json.Marshal(f.Value)
	if err != nil {
		return fail("spell what was said", err)
	}
	n, err := p.s.ent.SuppliedFact.Update().Where(suppliedfact.ID(string(f.ID)), suppliedfact.Version(f.Version)).
		SetValue(value).SetNote(f.Note).SetLink(f.Link).SetSaidAt(f.At).SetUntil(f.Until).SetSaidBy(f.By).SetPersonID(string(f.Person)).AddVersion(1).Save(ctx)
	return written("supplied_fact", f.ID, n, err, func() (bool, error) {
		return p.s.ent.SuppliedFact.Query().Where(suppliedfact.ID(string(f.ID))).Exist(ctx)
	})
}
