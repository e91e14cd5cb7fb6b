package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// sumsTable has the SHA-256 of each migration that was run, so that a database is told from one of
// another version whose migration of the same number was another: its tables are not these, and what
// would be said of that is that some column is missing. Goose keeps the numbers alone.
const sumsTable = "migration_sums"

// place is where sums are read and written: a pool, or the connection that holds the lock.
type place interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// migration is a file of this version with its sum.
type migration struct {
	version int64
	sum     string
}

// migrationsOf are the files' migrations.
func migrationsOf(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("list the migrations: %w", err)
	}
	var out []migration
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return nil, fmt.Errorf("read the number of the migration %s: %w", name, err)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read the migration %s: %w", name, err)
		}
		sum := sha256.Sum256(text)
		out = append(out, migration{version, hex.EncodeToString(sum[:])})
	}
	return out, nil
}

// ownVersion returns Precondition "database_of_another_version" where a migration was run that this
// version does not have, or has with another text. Where it may be later than this one, those that
// come after all that this version has are none.
func (s *Store) ownVersion(ctx context.Context, in place, files fs.FS, later bool) error {
	known, err := migrationsOf(files)
	if err != nil {
		return err
	}
	applied, err := s.read(ctx, in, "goose_db_version", "SELECT version_id, '' FROM goose_db_version WHERE version_id > 0")
	if err != nil || len(applied) == 0 {
		return err
	}
	sums, err := s.read(ctx, in, sumsTable, "SELECT version_id, sum FROM "+sumsTable)
	if err != nil {
		return err
	}
	for _, m := range known {
		if _, was := applied[m.version]; was && sums[m.version] != m.sum {
			return s.otherVersion(fmt.Sprintf("its migration %d is not the one that this version has", m.version))
		}
		delete(applied, m.version)
	}
	for version := range applied {
		if later && version > known[len(known)-1].version {
			continue // what a later release added, an earlier one does without
		}
		return s.otherVersion(fmt.Sprintf("this version does not have its migration %d", version))
	}
	return nil
}

func (s *Store) otherVersion(why string) error {
	empty := "data directory"
	if s.postgres() {
		empty = "database"
	}
	return fault.New(fault.Precondition, "database_of_another_version",
		"the database was made by another version of Evenkeel: %s. Start the version that made it, or a later release; or give this one an empty %s. Nothing was changed", why, empty)
}

// read returns the text by the number of each row, none where the table is not there.
func (s *Store) read(ctx context.Context, in place, table, query string) (map[int64]string, error) {
	is := "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1)"
	if s.postgres() {
		is = "SELECT to_regclass($1) IS NOT NULL"
	}
	var there bool
	if err := in.QueryRowContext(ctx, is, table).Scan(&there); err != nil || !there {
		return nil, fail("look for the table "+table, err)
	}
	out := map[int64]string{}
	rows, err := in.QueryContext(ctx, query)
	if err != nil {
		return nil, fail("read "+table, err)
	}
	defer rows.Close()
	for rows.Next() {
		var version int64
		var text string
		if err := rows.Scan(&version, &text); err != nil {
			return nil, fail("read "+table, err)
		}
		out[version] = text
	}
	return out, fail("read "+table, rows.Err())
}

// note writes the sums of what is not applied yet, before it is and under the lock of who applies it:
// a sum of what was not run in the end is written again, and a migration without one would be another
// version's.
func (s *Store) note(ctx context.Context, in place, files fs.FS) error {
	known, err := migrationsOf(files)
	if err != nil {
		return err
	}
	applied, err := s.read(ctx, in, "goose_db_version", "SELECT version_id, '' FROM goose_db_version WHERE version_id > 0")
	if err != nil || len(applied) == len(known) {
		return err // also where there is no room to write: reading goes on
	}
	if _, err := in.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS "+sumsTable+" (version_id bigint NOT NULL PRIMARY KEY, sum text NOT NULL)"); err != nil {
		return fail("note the migrations", err)
	}
	for _, m := range known {
		if _, was := applied[m.version]; was {
			continue
		}
		if _, err := in.ExecContext(ctx, "INSERT INTO "+sumsTable+" (version_id, sum) VALUES ($1, $2) ON CONFLICT (version_id) DO UPDATE SET sum = excluded.sum", m.version, m.sum); err != nil {
			return fail("note the migrations", err)
		}
	}
	return nil
}
