package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/evenkeel/evenkeel/ent/migrations"
)

// Migrate brings the database up to this version's tables. On SQLite all pending
// files are one transaction, which is rolled back unless every foreign key holds
// at its end; on PostgreSQL each file is one, and other processes that migrate
// wait for the session's lock. Precondition "database_of_another_version".
func (s *Store) Migrate(ctx context.Context) error {
	files, err := migrations.Files(s.Dialect())
	if err != nil {
		return fmt.Errorf("find the migrations: %w", err)
	}
	return s.migrate(ctx, files)
}

func (s *Store) migrate(ctx context.Context, files fs.FS) error {
	if err := s.ownVersion(ctx, s.db.writer, files, false); err != nil {
		return err
	}
	var err error
	if s.postgres() {
		err = s.migratePostgres(ctx, files)
	} else {
		err = migrateSQLite(ctx, s.file, files, func(db *sql.DB) error { return s.note(ctx, db, files) })
	}
	if err != nil {
		return fail("migrate the database", err)
	}
	// Another process may have been the one that migrated, since the first look.
	return s.ownVersion(ctx, s.db.writer, files, false)
}

// Pending returns the number of migrations that are not applied yet; Precondition
// "database_of_another_version". On PostgreSQL a later release may have migrated
// already: replicas of both run side by side until the last is replaced.
func (s *Store) Pending(ctx context.Context) (int, error) {
	files, err := migrations.Files(s.Dialect())
	if err != nil {
		return 0, fmt.Errorf("find the migrations: %w", err)
	}
	if err := s.ownVersion(ctx, s.db.writer, files, s.postgres()); err != nil {
		return 0, err
	}
	provider, err := goose.NewProvider(gooseDialect(s.postgres()), s.db.writer, files, quiet...)
	if err != nil {
		return 0, fmt.Errorf("read the migrations: %w", err)
	}
	status, err := provider.Status(ctx)
	if err != nil {
		return 0, fail("look for pending migrations", err)
	}
	pending := 0
	for _, m := range status {
		if m.State == goose.StatePending {
			pending++
		}
	}
	return pending, nil
}

var quiet = []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithVerbose(false)}

func gooseDialect(postgres bool) goose.Dialect {
	if postgres {
		return goose.DialectPostgres
	}
	return goose.DialectSQLite3
}

func (s *Store) migratePostgres(ctx context.Context, files fs.FS) error {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300), lock.WithUnlockTimeout(1, 60))
	if err != nil {
		return fmt.Errorf("make the lock of migrations: %w", err)
	}
	noting := notingLocker{locker, func(ctx context.Context, conn *sql.Conn) error {
		if err := s.ownVersion(ctx, conn, files, false); err != nil {
			return err
		}
		return s.note(ctx, conn, files)
	}}
	provider, err := goose.NewProvider(goose.DialectPostgres, s.db.writer, files, append(quiet[:len(quiet):len(quiet)], goose.WithSessionLocker(noting))...)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	_, err = provider.Up(ctx)
	return err
}

// notingLocker has something noted as the first under the lock: of processes of two versions that
// start together, the second has to see what the first one noted.
type notingLocker struct {
	lock.SessionLocker
	note func(ctx context.Context, conn *sql.Conn) error
}

// SessionLock takes the lock, unless noting fails.
func (l notingLocker) SessionLock(ctx context.Context, conn *sql.Conn) error {
	if err := l.SessionLocker.SessionLock(ctx, conn); err != nil {
		return err
	}
	err := l.note(ctx, conn)
	if err != nil {
		err = errors.Join(err, l.SessionUnlock(context.WithoutCancel(ctx), conn))
	}
	return err
}

// migrateSQLite runs goose on a connection with foreign keys off, within a
// transaction around its own: the pragma is inert inside a transaction, and a
// rebuilt table would otherwise take its children along. What note writes is within it, too.
func migrateSQLite(ctx context.Context, file string, files fs.FS, note func(*sql.DB) error) (err error) {
	connector, err := sqliteConnector(file, migrationPragmas)
	if err != nil {
		return err
	}
	db := sql.OpenDB(nesting{connector})
	defer db.Close()
	db.SetMaxOpenConns(1)
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files, quiet...)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if _, err := db.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if err != nil {
			// Closing the connection would do as well.
			_, _ = db.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	if err := note(db); err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	if err := checkForeignKeys(ctx, db); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "COMMIT"); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func checkForeignKeys(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return fmt.Errorf("check foreign keys: %w", err)
	}
	defer rows.Close()
	broken, first := 0, ""
	for rows.Next() {
		var table, parent string
		var row sql.NullInt64
		var key int
		if err := rows.Scan(&table, &row, &parent, &key); err != nil {
			return fmt.Errorf("check foreign keys: %w", err)
		}
		if broken == 0 {
			first = fmt.Sprintf("row %d of %s refers to a missing row of %s", row.Int64, table, parent)
		}
		broken++
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("check foreign keys: %w", err)
	}
	if broken > 0 {
		return fmt.Errorf("the migration was rolled back because it broke %d foreign keys: %s", broken, first)
	}
	return nil
}

// nesting opens connections whose transactions are savepoints of the one that
// was begun by hand.
type nesting struct{ driver.Connector }

func (n nesting) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := n.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := conn.(sqliteConn)
	if !ok {
		return nil, fmt.Errorf("SQLite's driver is not the expected one")
	}
	return nestingConn{full}, nil
}

type nestingConn struct{ sqliteConn }

// BeginTx sets a savepoint.
func (c nestingConn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	if _, err := c.ExecContext(ctx, "SAVEPOINT migration", nil); err != nil {
		return nil, err
	}
	return savepoint{c}, nil
}

type savepoint struct{ of nestingConn }

func (s savepoint) Commit() error {
	_, err := s.of.ExecContext(context.Background(), "RELEASE migration", nil)
	return err
}

func (s savepoint) Rollback() error {
	_, err := s.of.ExecContext(context.Background(), "ROLLBACK TO migration", nil)
	return err
}
