// Package storetest gives tests a fresh, migrated database, and holds the suite
// that both databases have to pass. Tests of services use SQLite or Each; what
// the suite asks of a store is in the files named after the domains.
package storetest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/evenkeel/evenkeel/ent/migrations"
	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/id"
)

// PostgresVariable is the environment variable with the URL of a PostgreSQL
// server on which tests may make databases.
const PostgresVariable = "EVENKEEL_TEST_POSTGRES"

// SQLite returns a store over a fresh, migrated SQLite database in a directory of
// the test, closed when the test ends.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	dir := t.TempDir()
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("make the template of databases: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, store.FileName), template, 0o600); err != nil {
		t.Fatalf("copy the template of databases: %v", err)
	}
	s := open(t, store.Options{DataDir: dir, Logger: slog.New(slog.DiscardHandler)})
	files.Store(s, filepath.Join(dir, store.FileName))
	t.Cleanup(func() { files.Delete(s) })
	return s
}

// Postgres returns a store over a fresh, migrated PostgreSQL database, removed
// when the test ends. Without PostgresVariable the test is skipped; where CI is
// "true" it fails.
func Postgres(t testing.TB) *store.Store {
	t.Helper()
	url := PostgresURL(t)
	s := open(t, store.Options{URL: url, MaxConnections: 12, Logger: slog.New(slog.DiscardHandler)})
	urls.Store(s, url)
	t.Cleanup(func() { urls.Delete(s) })
	return s
}

// urls are of the stores that are open on PostgreSQL, files of those on SQLite.
var urls, files sync.Map

// Beneath returns the database under a store, for tests in which somebody reads or writes it
// past the program.
func Beneath(t testing.TB, s *store.Store) *sql.DB {
	t.Helper()
	driver, name := "sqlite", ""
	if file, ok := files.Load(s); ok {
		name = "file:" + file.(string) + "?_pragma=busy_timeout(10000)"
	} else if url, ok := urls.Load(s); ok {
		driver, name = "pgx", url.(string)
	} else {
		t.Fatal("the store was opened by somebody else")
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// PostgresURL returns the URL of a fresh, migrated database, for tests that open
// several stores over one.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server := postgresServer(t)
	template, err := postgresTemplate()
	if err != nil {
		t.Fatalf("make the template of databases: %v", err)
	}
	return createDatabase(t, server, " TEMPLATE "+template)
}

// EmptyPostgresURL returns the URL of a fresh database without tables.
func EmptyPostgresURL(t testing.TB) string {
	t.Helper()
	return createDatabase(t, postgresServer(t), "")
}

// Each runs the test on SQLite and on PostgreSQL, in parallel, each with a store
// of its own.
func Each(t *testing.T, do func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		do(t, SQLite(t))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		do(t, Postgres(t))
	})
}

func open(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// sqliteTemplate is the file of a migrated database, made once by each process.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "evenkeel-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{DataDir: dir})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(s.Migrate(ctx), s.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, store.FileName))
})

func postgresServer(t testing.TB) string {
	t.Helper()
	server := os.Getenv(PostgresVariable)
	if server != "" {
		return server
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not set: a run that counts needs PostgreSQL", PostgresVariable)
	}
	t.Skipf("%s is not set: NOT TESTED ON POSTGRESQL", PostgresVariable)
	return ""
}

var admin = sync.OnceValues(func() (*sql.DB, error) {
	db, err := sql.Open("pgx", os.Getenv(PostgresVariable))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	return db, nil
})

// postgresTemplate names a migrated database that others are copied from. It is
// named after the migrations, so that processes share it, and has its name only
// once it is whole.
var postgresTemplate = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	sum, err := sumOfMigrations()
	if err != nil {
		return "", err
	}
	db, err := admin()
	if err != nil {
		return "", err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	const lock = 7_346_091
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", lock); err != nil {
		return "", err
	}
	defer conn.ExecContext(context.Background(), "SELECT pg_advisory_unlock($1)", lock)
	name := "evenkeel_template_" + sum
	var there bool
	if err := conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil || there {
		return name, err
	}
	unfinished := name + "_unfinished"
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + unfinished + " WITH (FORCE)", "CREATE DATABASE " + unfinished} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return "", err
		}
	}
	at, err := databaseURL(os.Getenv(PostgresVariable), unfinished)
	if err != nil {
		return "", err
	}
	s, err := store.Open(ctx, store.Options{URL: at})
	if err != nil {
		return "", err
	}
	if err := errors.Join(s.Migrate(ctx), s.Close()); err != nil {
		return "", err
	}
	// A connection that was just closed may still be on its way out.
	_, err = conn.ExecContext(ctx, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", unfinished)
	if err != nil {
		return "", err
	}
	_, err = conn.ExecContext(ctx, "ALTER DATABASE "+unfinished+" RENAME TO "+name)
	return name, err
})

func sumOfMigrations() (string, error) {
	files, err := migrations.Files(dialect.Postgres)
	if err != nil {
		return "", err
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s\n%s\n", name, raw)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}

func createDatabase(t testing.TB, server, from string) string {
	t.Helper()
	db, err := admin()
	if err != nil {
		t.Fatalf("reach PostgreSQL: %v", err)
	}
	name := "evenkeel_test_" + strings.ToLower(string(id.New(time.Now())))
	if _, err := db.ExecContext(context.Background(), "CREATE DATABASE "+name+from); err != nil {
		t.Fatalf("make a database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := db.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("remove the database: %v", err)
		}
	})
	at, err := databaseURL(server, name)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func databaseURL(server, name string) (string, error) {
	at, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("%s is no URL", PostgresVariable)
	}
	at.Path = "/" + name
	return at.String(), nil
}
