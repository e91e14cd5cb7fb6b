// Command generate brings the migrations up to the tables of ent/schema. It adds
// a file to each dialect's folder when the tables are ahead of the files, and
// nothing when they are not; with -initial it makes the first file anew, which is
// for the time before the first release only. PostgreSQL's are made on the server
// named by EVENKEEL_TEST_POSTGRES, in a database that is removed again.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"net/url"
	"os"
	"path/filepath"
	"testing/fstest"

	"ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"github.com/evenkeel/evenkeel/ent/migrations"
)

func main() {
	log.SetFlags(0)
	initial := flag.Bool("initial", false, "make the first file anew")
	root := flag.String("root", "migrations", "the folder of the migrations")
	flag.Parse()
	name := flag.Arg(0)
	if name == "" {
		name = "change"
	}
	if *initial {
		name = "initial"
	}
	ctx := context.Background()
	if err := errors.Join(sqlite(ctx, *root, name, *initial), postgres(ctx, *root, name, *initial)); err != nil {
		log.Fatal(err)
	}
}

func sqlite(ctx context.Context, root, name string, initial bool) error {
	db, err := sql.Open("sqlite", "file::memory:?_pragma=foreign_keys(1)")
	if err != nil {
		return fmt.Errorf("open SQLite: %w", err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // each connection would be a database of its own
	return generate(ctx, entsql.OpenDB(dialect.SQLite, db), root, name, initial)
}

func postgres(ctx context.Context, root, name string, initial bool) error {
	const scratch = "evenkeel_migrations"
	server := os.Getenv("EVENKEEL_TEST_POSTGRES")
	if server == "" {
		return errors.New("EVENKEEL_TEST_POSTGRES names no PostgreSQL server to make the migrations on")
	}
	at, err := url.Parse(server)
	if err != nil {
		return errors.New("EVENKEEL_TEST_POSTGRES is no URL")
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		return fmt.Errorf("open PostgreSQL: %w", err)
	}
	defer admin.Close()
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + scratch + " WITH (FORCE)", "CREATE DATABASE " + scratch} {
		if _, err := admin.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("make a database to compare in: %w", err)
		}
	}
	at.Path = "/" + scratch
	db, err := sql.Open("pgx", at.String())
	if err != nil {
		return fmt.Errorf("open PostgreSQL: %w", err)
	}
	err = generate(ctx, entsql.OpenDB(dialect.Postgres, db), root, name, initial)
	_ = db.Close()
	_, dropped := admin.ExecContext(ctx, "DROP DATABASE "+scratch+" WITH (FORCE)")
	return errors.Join(err, dropped)
}

func generate(ctx context.Context, drv dialect.Driver, root, name string, initial bool) error {
	folder := filepath.Join(root, migrations.Folder(drv.Dialect()))
	var files fs.FS = os.DirFS(folder)
	old, err := filepath.Glob(filepath.Join(folder, "*.sql"))
	if err != nil {
		return err
	}
	if initial {
		files, old = fstest.MapFS{}, nil
	}
	made, err := migrations.Plan(ctx, drv, files, name)
	if errors.Is(err, migrate.ErrNoPlan) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", drv.Dialect(), err)
	}
	file := filepath.Join(folder, fmt.Sprintf("%05d_%s.sql", len(old)+1, name))
	if err := os.WriteFile(file, made, 0o644); err != nil {
		return fmt.Errorf("write the migration: %w", err)
	}
	return nil
}
