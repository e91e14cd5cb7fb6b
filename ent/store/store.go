package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"entgo.io/ent/dialect"
	"github.com/gofrs/flock"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/internal/fault"
)

// Options say which database to open.
type Options struct {
	// URL is that of a PostgreSQL database, "postgres://user@host/name"; empty means
	// SQLite in DataDir.
	URL string
	// Renew gives the URL as it is now, of which user and password are taken for each new
	// connection, since they change; it may be nil.
	Renew func() string
	// DataDir holds SQLite's file and its lock; it is made when absent.
	DataDir string
	// MaxConnections bounds the pool on PostgreSQL (0 means 20). SQLite has one
	// writer and eight readers.
	MaxConnections int
	// Logger is told of retries and migrations; nil means slog.Default.
	Logger *slog.Logger
}

// FileName is the name of SQLite's file in the data directory.
const FileName = "evenkeel.db"

// Store is an open database.
type Store struct {
	db      *router
	ent     *db.Client
	log     *slog.Logger
	lock    *flock.Flock // of the data directory, on SQLite
	file    string       // SQLite's
	said    phrases
	terms   *readTerms
	views   *readViews
	closers []*sql.DB
}

// Open opens the database and looks whether it answers; it does not migrate it.
// A data directory that another process uses is fault.Conflict
// "data_directory_in_use", a server that cannot be reached fault.Unavailable.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	s := &Store{log: o.Logger, terms: &readTerms{}, views: &readViews{}}
	var err error
	if o.URL == "" {
		err = s.openSQLite(ctx, o)
	} else {
		err = s.openPostgres(ctx, o)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.ent = db.NewClient(db.Driver(s.db))
	s.said = s.phrase()
	return s, nil
}

// phrases are the statements of which the database's dialect decides the words and
// that are asked too often to be put together each time.
type phrases struct{ credential, services, serviceByID, serviceBySlug string }

func (s *Store) phrase() phrases {
	services := "SELECT " + s.bare(serviceColumns) + fromServices
	return phrases{
		credential: "SELECT " + s.bare(credentialColumns) + fromCredentials,
		services:   services, serviceByID: services + " WHERE v.id = $1", serviceBySlug: services + " WHERE v.slug = $1",
	}
}

func (s *Store) openSQLite(ctx context.Context, o Options) error {
	if o.DataDir == "" {
		return fmt.Errorf("open SQLite: no data directory given")
	}
	if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	s.lock = flock.New(filepath.Join(o.DataDir, "evenkeel.lock"))
	held, err := s.lock.TryLock()
	if err != nil {
		return fmt.Errorf("lock the data directory %s: %w", o.DataDir, err)
	}
	if !held {
		s.lock = nil
		return fault.New(fault.Conflict, "data_directory_in_use",
			"the data directory %s is in use by another process of Evenkeel; stop it, or give this one a directory of its own", o.DataDir)
	}
	s.file = filepath.Join(o.DataDir, FileName)
	// Made here, so that nobody else can read it; SQLite gives its other files the
	// same permissions.
	made, err := os.OpenFile(s.file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("make the database: %w", err)
	}
	if err := made.Close(); err != nil {
		return fmt.Errorf("make the database: %w", err)
	}
	writer, err := openSQLitePool(s.file, writerPragmas, 1)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, writer)
	// The writer makes the file and its write-ahead log before any reader looks.
	if err := writer.PingContext(ctx); err != nil {
		return fail("open "+s.file, err)
	}
	reader, err := openSQLitePool(s.file, readerPragmas, readers)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, reader)
	if err := reader.PingContext(ctx); err != nil {
		return fail("open "+s.file, err)
	}
	s.db = &router{dialect: dialect.SQLite, writer: writer, reader: reader}
	return nil
}

func (s *Store) openPostgres(ctx context.Context, o Options) error {
	if !strings.HasPrefix(o.URL, "postgres://") && !strings.HasPrefix(o.URL, "postgresql://") {
		return fmt.Errorf("open the database: its URL has to begin with \"postgres://\"")
	}
	pool, err := openPostgresPool(o)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, pool)
	if err := pool.PingContext(ctx); err != nil {
		return fail("reach PostgreSQL", err)
	}
	s.db = &router{dialect: dialect.Postgres, writer: pool, reader: pool}
	return nil
}

// Close closes the database and gives the data directory free.
func (s *Store) Close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i].Close())
	}
	s.closers = nil
	if s.lock != nil {
		errs = append(errs, s.lock.Unlock())
		s.lock = nil
	}
	return errors.Join(errs...)
}

// Ping asks the database whether it answers.
func (s *Store) Ping(ctx context.Context) error {
	rows, err := s.db.QueryContext(ctx, "SELECT 1")
	if err != nil {
		return fail("ask the database", err)
	}
	return fail("ask the database", rows.Close())
}

// Statements is how many statements were sent to the database since it was opened, but for what
// begins and ends transactions: by it is seen that what is asked of many takes no more of them.
func (s *Store) Statements() int64 { return s.db.statements.Load() }

// Connections are the pools of connections by name, for what measures them: writer and reader
// of SQLite, one of PostgreSQL.
func (s *Store) Connections() map[string]*sql.DB {
	if s.postgres() {
		return map[string]*sql.DB{"postgresql": s.db.writer}
	}
	return map[string]*sql.DB{"writer": s.db.writer, "reader": s.db.reader}
}

// Dialect is "sqlite3" or "postgres".
func (s *Store) Dialect() string { return s.db.dialect }

func (s *Store) postgres() bool { return s.db.dialect == dialect.Postgres }
