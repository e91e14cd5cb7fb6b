package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// BackUp writes a copy of SQLite's database to a file that is not there yet, while others
// read and write: all that was committed before it began is in the copy, and nothing that
// was half done. The copy is on the disk, and was read back, when BackUp returns.
func (s *Store) BackUp(ctx context.Context, file string) error {
	if s.postgres() {
		return fault.New(fault.Precondition, "not_sqlite", "PostgreSQL is backed up by its own tools, such as pg_dump")
	}
	// Made here, so that nobody else can read it. SQLite takes an empty file as none.
	made, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make the backup: %w", err)
	}
	if err := made.Close(); err != nil {
		return fmt.Errorf("make the backup: %w", err)
	}
	// On a connection of its own: the one that writes is for others meanwhile.
	pool, err := openSQLitePool(s.file, []string{"busy_timeout(5000)"}, 1)
	if err != nil {
		return err
	}
	_, err = pool.ExecContext(ctx, "VACUUM INTO ?", file)
	if err = errors.Join(err, pool.Close()); err != nil {
		return fail("write the backup", err)
	}
	return errors.Join(checkSQLite(ctx, file), toDisk(file), toDisk(filepath.Dir(file)))
}

// checkSQLite has SQLite read a whole file and look whether its foreign keys hold.
func checkSQLite(ctx context.Context, file string) error {
	pool, err := openSQLitePool(file, []string{"query_only(1)"}, 1)
	if err != nil {
		return err
	}
	var problem string
	err = pool.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&problem)
	if err == nil && problem != "ok" {
		err = fault.New(fault.Precondition, "database_damaged", "%s is damaged: %.64q", file, problem)
	}
	if err == nil {
		var orphans int
		err = pool.QueryRowContext(ctx, "SELECT count(*) FROM pragma_foreign_key_check").Scan(&orphans)
		if err == nil && orphans > 0 {
			err = fault.New(fault.Precondition, "database_damaged", "%s is damaged: %d rows refer to what is not there", file, orphans)
		}
	}
	if err != nil && fault.As(err) == nil {
		err = fault.New(fault.Precondition, "database_damaged", "%s is no database of SQLite, or is damaged: %v", file, err)
	}
	return errors.Join(err, pool.Close())
}

// toDisk has the system write a file or a directory to the disk.
func toDisk(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("put %s on the disk: %w", path, err)
	}
	return errors.Join(f.Sync(), f.Close())
}

// Restore puts a backup into a data directory that has no database and that no process uses. The
// backup is checked before: Precondition "database_damaged", or "database_of_another_version" where
// a later version wrote it. Conflict "database_there" where there is a database.
func Restore(ctx context.Context, backup, dataDir string, log *slog.Logger) (err error) {
	to := filepath.Join(dataDir, FileName)
	for _, name := range []string{to, to + "-wal", to + "-shm"} {
		if _, err := os.Stat(name); err == nil {
			return fault.New(fault.Conflict, "database_there", "there is a database in %s: move %s away, or name another data directory", dataDir, name)
		} else if !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("look for a database: %w", err)
		}
	}
	if err := checkSQLite(ctx, backup); err != nil {
		return err
	}
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	// Tried in a directory of its own: what fails leaves nothing behind.
	trial, err := os.MkdirTemp(dataDir, ".restore-")
	if err != nil {
		return fmt.Errorf("make room for the database: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(trial)) }()
	if err := copyFile(backup, filepath.Join(trial, FileName)); err != nil {
		return err
	}
	s, err := Open(ctx, Options{DataDir: trial, Logger: log})
	if err != nil {
		return err
	}
	_, err = s.Pending(ctx)
	if err = errors.Join(err, s.Close()); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(trial, FileName), to); err != nil {
		return fmt.Errorf("put the database in its place: %w", err)
	}
	return errors.Join(toDisk(to), toDisk(dataDir))
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("read the backup: %w", err)
	}
	defer source.Close()
	copied, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("copy the backup: %w", err)
	}
	_, err = io.Copy(copied, source)
	return errors.Join(err, copied.Sync(), copied.Close())
}
