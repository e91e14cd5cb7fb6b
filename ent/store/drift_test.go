package store_test

import (
	"database/sql"
	"errors"
	"testing"

	"ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"github.com/evenkeel/evenkeel/ent/migrations"
	"github.com/evenkeel/evenkeel/ent/storetest"
)

func TestSQLitesMigrationsBuildTheTablesOfTheSchema(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", "file::memory:?_pragma=foreign_keys(1)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	noDrift(t, entsql.OpenDB(dialect.SQLite, db))
}

func TestPostgreSQLsMigrationsBuildTheTablesOfTheSchema(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("pgx", storetest.EmptyPostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	noDrift(t, entsql.OpenDB(dialect.Postgres, db))
}

func noDrift(t *testing.T, drv dialect.Driver) {
	t.Helper()
	files, err := migrations.Files(drv.Dialect())
	if err != nil {
		t.Fatal(err)
	}
	missing, err := migrations.Plan(t.Context(), drv, files, "drift")
	if !errors.Is(err, migrate.ErrNoPlan) {
		t.Fatalf("the files lack this (%v); run go generate ./ent:\n%s", err, missing)
	}
}
