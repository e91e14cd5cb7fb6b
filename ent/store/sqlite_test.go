package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/evenkeel/evenkeel/ent/migrations"
	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
)

func TestEveryConnectionOfSQLiteIsDurableAndKeepsForeignKeys(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	writer, reader := s.Pools()
	if writer.Stats().MaxOpenConnections != 1 || reader.Stats().MaxOpenConnections != 8 {
		t.Error("there is one writer and there are eight readers")
	}
	// Values of the pragmas: https://sqlite.org/pragma.html, synchronous 2 is FULL.
	for pool, want := range map[*sql.DB]map[string]string{
		writer: {"synchronous": "2", "foreign_keys": "1", "journal_mode": "wal", "busy_timeout": "5000", "query_only": "0"},
		reader: {"synchronous": "2", "foreign_keys": "1", "journal_mode": "wal", "busy_timeout": "5000", "query_only": "1"},
	} {
		// All of a pool at once, so that each is a connection of its own.
		var conns []*sql.Conn
		for range pool.Stats().MaxOpenConnections {
			c, err := pool.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			conns = append(conns, c)
		}
		for i, c := range conns {
			for pragma, value := range want {
				var got string
				if err := c.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil {
					t.Fatal(err)
				}
				if got != value {
					t.Errorf("connection %d: %s is %s, want %s", i, pragma, got, value)
				}
			}
			c.Close()
		}
	}
}

func TestASecondProcessIsKeptOutOfTheDataDirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "data")
	first, err := store.Open(t.Context(), store.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(t.Context(), store.Options{DataDir: dir})
	if e := fault.As(err); e == nil || e.Code != "data_directory_in_use" || !strings.Contains(e.Message, dir) {
		t.Fatalf("got %v, want a fault that names the directory", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := store.Open(t.Context(), store.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestADirectoryWithAnyNameCanHoldTheDatabaseForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a b?c#d%20é")
	s, err := store.Open(t.Context(), store.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{store.FileName, store.FileName + "-wal"} {
		file, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		} else if file.Mode().Perm() != 0o600 {
			t.Errorf("%s can be read by others: %v", name, file.Mode())
		}
	}
}

func TestAMigrationOfSQLiteThatBreaksForeignKeysIsRolledBack(t *testing.T) {
	t.Parallel()
	files := func(more ...string) fs.FS {
		all := fstest.MapFS{"00001_initial.sql": {Data: []byte(`-- +goose Up
CREATE TABLE parents (id integer PRIMARY KEY);
CREATE TABLE children (id integer PRIMARY KEY, parent integer NOT NULL REFERENCES parents (id) ON DELETE CASCADE);
INSERT INTO parents VALUES (1), (2);
INSERT INTO children VALUES (1, 1), (2, 2);
`)}}
		for i, text := range more {
			all[fmt.Sprintf("%05d_more.sql", i+2)] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text)}
		}
		return all
	}
	// As atlas rebuilds a table. The pragma is inert inside a transaction: were
	// foreign keys on, the cascade would take the children along.
	const rebuild = `PRAGMA foreign_keys = off;
CREATE TABLE new_parents (id integer PRIMARY KEY, name text NOT NULL DEFAULT '');
INSERT INTO new_parents (id) SELECT id FROM parents;
DROP TABLE parents;
ALTER TABLE new_parents RENAME TO parents;
PRAGMA foreign_keys = on;
`
	file := filepath.Join(t.TempDir(), "x.db")
	if err := store.MigrateSQLite(t.Context(), file, files()); err != nil {
		t.Fatal(err)
	}
	if err := store.MigrateSQLite(t.Context(), file, files(rebuild)); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	count := func(table string) (n int) {
		t.Helper()
		if err := db.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count("children"); n != 2 {
		t.Fatalf("%d children survived the rebuild, want 2", n)
	}
	err = store.MigrateSQLite(t.Context(), file, files(rebuild, "CREATE TABLE extra (id integer);", "DELETE FROM parents WHERE id = 2;"))
	if err == nil || !strings.Contains(err.Error(), "children") {
		t.Fatalf("got %v, want an error that names the table", err)
	}
	if n := count("parents"); n != 2 {
		t.Errorf("%d parents are left, want 2", n)
	}
	if n := count("sqlite_master WHERE name = 'extra'"); n != 0 {
		t.Error("the migration before the broken one was not rolled back with it")
	}
	if n := count("goose_db_version WHERE version_id = 4"); n != 0 {
		t.Error("the broken migration counts as applied")
	}
	// Nothing is left behind that would keep a right one from being applied.
	if err := store.MigrateSQLite(t.Context(), file, files(rebuild, "CREATE TABLE extra (id integer);")); err != nil {
		t.Error(err)
	}
}

func TestMigrationsOfSQLiteArePendingUntilApplied(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), store.Options{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	pendingUntilApplied(t, s)
}

func pendingUntilApplied(t *testing.T, s *store.Store) {
	t.Helper()
	for _, want := range []int{1, 0} {
		n, err := s.Pending(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if (n > 0) != (want > 0) {
			t.Errorf("%d migrations are pending", n)
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// A database whose migration of the same number had another text, was run before texts were noted, or
// is of a later version, is refused in words, and stays as it is.
func refusesAnotherVersion(t *testing.T, s *store.Store) {
	t.Helper()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ok(s.Migrate(t.Context()))
	writer, _ := s.Pools()
	sum := ""
	ok(writer.QueryRowContext(t.Context(), "SELECT sum FROM migration_sums WHERE version_id = 1").Scan(&sum))
	for _, c := range []struct{ make, says, undo string }{
		{"UPDATE migration_sums SET sum = 'another' WHERE version_id = 1", "its migration 1 is not the one", "UPDATE migration_sums SET sum = '" + sum + "' WHERE version_id = 1"},
		{"INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)", "does not have its migration 9999", "DELETE FROM goose_db_version WHERE version_id = 9999"},
		{"DROP TABLE migration_sums", "its migration 1 is not the one", ""},
	} {
		_, err := writer.ExecContext(t.Context(), c.make)
		ok(err)
		_, pending := s.Pending(t.Context())
		refusals := map[string]error{"migrate": s.Migrate(t.Context()), "pending": pending}
		if strings.Contains(c.says, "9999") && s.Dialect() == "postgres" {
			ok(pending) // a later release, beside which this one runs on
			delete(refusals, "pending")
		}
		for what, err := range refusals {
			if f := fault.As(err); f == nil || f.Kind != fault.Precondition || f.Code != "database_of_another_version" || !strings.Contains(f.Message, c.says) || !strings.Contains(f.Message, "empty") {
				t.Errorf("%s after %s: %v", what, c.make, err)
			}
		}
		if c.undo != "" {
			_, err := writer.ExecContext(t.Context(), c.undo)
			ok(err)
			ok(s.Migrate(t.Context()))
		}
	}
}

func TestADatabaseOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), store.Options{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	refusesAnotherVersion(t, s)
}

func TestMigrationsOnlyGoUp(t *testing.T) {
	t.Parallel()
	for _, d := range []string{"sqlite3", "postgres"} {
		files, err := migrations.Files(d)
		if err != nil {
			t.Fatal(err)
		}
		names, err := fs.Glob(files, "*.sql")
		if err != nil || len(names) == 0 {
			t.Fatalf("%s has no migrations: %v", d, err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "+goose Down") {
				t.Errorf("%s %s goes down as well", d, name)
			}
		}
	}
}

func TestAWaitForTheWriterEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	err := s.InTx(t.Context(), func(context.Context) error {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		return s.InTx(ctx, func(context.Context) error { return nil })
	})
	if err == nil {
		t.Fatal("two wrote at the same time")
	}
	if err := s.InTx(t.Context(), func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
}
