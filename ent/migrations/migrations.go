// Package migrations holds the versioned SQL of both databases, in goose's form,
// and says how it is made: as the difference between what the files so far build
// and the tables of ent/schema. Files only ever go up; a released file is never
// changed. What ent has no words for, such as full-text indexes, is in files that
// begin with byHand; they are run like the others, and left out of the comparison.
package migrations

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"

	dbmigrate "github.com/evenkeel/evenkeel/ent/db/migrate"
)

//go:embed sqlite/*.sql postgres/*.sql
var embedded embed.FS

// byHand is how a file begins that is not generated. It adds nothing to ent's tables, and what it
// adds to them is made again by hand where a later file rebuilds the table.
const byHand = "-- by hand\n"

// Folder names the folder of a dialect's files.
func Folder(d string) string {
	if d == dialect.Postgres {
		return "postgres"
	}
	return "sqlite"
}

// Files returns a dialect's files.
func Files(d string) (fs.FS, error) {
	return fs.Sub(embedded, Folder(d))
}

// Plan replays the files on the empty database that drv speaks to, compares the
// outcome with the tables of ent/schema, and returns a file with what is missing.
// Where nothing is missing the error is migrate.ErrNoPlan. The database is empty
// again afterwards.
func Plan(ctx context.Context, drv dialect.Driver, files fs.FS, name string) ([]byte, error) {
	scratch, err := os.MkdirTemp("", "evenkeel-migrations-")
	if err != nil {
		return nil, fmt.Errorf("make a place to compare in: %w", err)
	}
	defer os.RemoveAll(scratch)
	if err := os.CopyFS(scratch, files); err != nil {
		return nil, fmt.Errorf("copy the files: %w", err)
	}
	if err := leaveOut(scratch); err != nil {
		return nil, err
	}
	dir, err := sqltool.NewGooseDir(scratch)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", scratch, err)
	}
	sum, err := dir.Checksum()
	if err != nil {
		return nil, fmt.Errorf("sum the files: %w", err)
	}
	if err := migrate.WriteSumFile(dir, sum); err != nil {
		return nil, fmt.Errorf("write the files' sums: %w", err)
	}
	before, err := filepath.Glob(filepath.Join(scratch, "*.sql"))
	if err != nil {
		return nil, err
	}
	m, err := schema.NewMigrate(drv,
		schema.WithDir(dir),
		schema.WithMigrationMode(schema.ModeReplay),
		schema.WithDropColumn(true),
		schema.WithDropIndex(true),
		schema.WithErrNoPlan(true),
	)
	if err != nil {
		return nil, fmt.Errorf("prepare the comparison: %w", err)
	}
	if err := m.NamedDiff(ctx, name, dbmigrate.Tables...); err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	after, err := filepath.Glob(filepath.Join(scratch, "*.sql"))
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool)
	for _, f := range before {
		known[f] = true
	}
	for _, f := range after {
		if known[f] {
			continue
		}
		made, err := os.ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("read what was made: %w", err)
		}
		up, _, _ := bytes.Cut(made, []byte("-- +goose Down"))
		return append(bytes.TrimSpace(up), '\n'), nil
	}
	return nil, migrate.ErrNoPlan
}

// leaveOut removes the files that are made by hand.
func leaveOut(scratch string) error {
	files, err := filepath.Glob(filepath.Join(scratch, "*.sql"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read a migration: %w", err)
		}
		if bytes.HasPrefix(text, []byte(byHand)) {
			if err := os.Remove(file); err != nil {
				return fmt.Errorf("leave out what is made by hand: %w", err)
			}
		}
	}
	return nil
}
