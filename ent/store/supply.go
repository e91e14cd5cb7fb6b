package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/ent/db/suppliedfact"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/policy/supply"
)

// Supply is the store of package supply.
type Supply struct{ s *Store }

var _ supply.Store = Supply{}

// Supply returns the view of the store that package supply declares.
func (s *Store) Supply() Supply { return Supply{s} }

const (
	saidOf = `SELECT o.id, f.id, f.name, f.value, f.note, f.link, f.said_at, f.until, f.said_by, f.person_id, f.version
FROM slos o LEFT JOIN supplied_facts f ON f.slo_id = o.id WHERE o.id IN `
	// struckBy has the same columns, without a version.
	struckBy = ` UNION ALL SELECT o.id, i.id, '', i.details, '', '', i.impact_start, COALESCE(i.impact_end, i.resolved_at), '', '', NULL
FROM slos o JOIN incident_services s ON s.service_id = o.service_id JOIN incidents i ON i.id = s.incident_id
WHERE NOT i.restricted AND (COALESCE(i.impact_end, i.resolved_at) IS NULL OR COALESCE(i.impact_end, i.resolved_at) > %s) AND o.id IN `
)

// Said returns what was said of the SLOs that exist.
func (p Supply) Said(ctx context.Context, slos []id.ID) (map[id.ID][]supply.Fact, error) {
	out := make(map[id.ID][]supply.Fact, len(slos))
	err := chunks(slos, bulkRows, func(of []id.ID) error {
		return p.s.lookUp(ctx, saidOf+values(1, len(of)), arguments(texts(of)), func(rows *sql.Rows) error {
			row, err := scanSaid(rows)
			if err != nil {
				return err
			}
			if !row.id.Valid {
				out[row.slo] = nil
				return nil
			}
			f, err := row.fact()
			out[row.slo] = append(out[row.slo], f)
			return err
		})
	})
	return out, fail("read what was said of SLOs", err)
}

// Known returns what was said of the SLOs that exist, and the incidents of their services. It is
// one statement for every few hundred, for the gate asks it of a few SLOs again and again.
func (p Supply) Known(ctx context.Context, slos []id.ID, since time.Time) (map[id.ID]supply.Known, error) {
	out := make(map[id.ID]supply.Known, len(slos))
	err := chunks(slos, bulkRows, func(of []id.ID) error {
		in := values(1, len(of))
		query := saidOf + in + fmt.Sprintf(struckBy, fmt.Sprintf("$%d", len(of)+1)) + in
		return p.s.lookUp(ctx, query, append(arguments(texts(of)), clock.Round(since)), func(rows *sql.Rows) error {
			row, err := scanSaid(rows)
			if err != nil {
				return err
			}
			known := out[row.slo]
			switch {
			case !row.id.Valid:
			case row.version.Valid:
				var f supply.Fact
				f, err = row.fact()
				known.Facts = append(known.Facts, f)
			default:
				var d incidentDetails
				err = json.Unmarshal(row.value, &d)
				known.Incidents = append(known.Incidents, supply.Incident{ID: id.ID(row.id.String), From: row.at.orZero(), Until: row.until.at, Causes: d.Causes})
			}
			out[row.slo] = known
			return err
		})
	})
	for _, k := range out {
		slices.SortFunc(k.Incidents, func(a, b supply.Incident) int { return cmp.Compare(a.ID, b.ID) })
	}
	return out, fail("read what is known of SLOs", err)
}

// saidRow is a row of saidOf, or of struckBy.
type saidRow struct {
	slo                              id.ID
	id, name, note, link, by, person sql.NullString
	value                            []byte
	at, until                        moment
	version                          sql.NullInt64
}

func scanSaid(rows *sql.Rows) (row saidRow, err error) {
	err = rows.Scan(&row.slo, &row.id, &row.name, &row.value, &row.note, &row.link, &row.at, &row.until, &row.by, &row.person, &row.version)
	return row, err
}

func (r saidRow) fact() (supply.Fact, error) {
	f := supply.Fact{
		ID: id.ID(r.id.String), SLO: r.slo, Name: r.name.String, Note: r.note.String, Link: r.link.String, At: r.at.orZero(), Until: r.until.orZero(),
		By: r.by.String, Person: id.ID(r.person.String), Version: r.version.Int64,
	}
	return f, json.Unmarshal(r.value, &f.Value)
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
