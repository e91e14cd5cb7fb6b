package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
)

func TestABackupOfALaterVersionIsNotRestored(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), store.Options{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ours, theirs := filepath.Join(t.TempDir(), "ours.db"), filepath.Join(t.TempDir(), "theirs.db")
	if err := s.BackUp(t.Context(), ours); err != nil {
		t.Fatal(err)
	}
	if err := s.BackUp(t.Context(), ours); err == nil {
		t.Error("a backup is written over")
	}
	writer, _ := s.Pools()
	if _, err := writer.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)"); err != nil {
		t.Fatal(err)
	}
	if err := s.BackUp(t.Context(), theirs); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	err = store.Restore(t.Context(), theirs, dir, nil)
	if f := fault.As(err); f == nil || f.Code != "database_of_another_version" {
		t.Errorf("restoring what a later version wrote: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
	if err := store.Restore(t.Context(), ours, dir, nil); err != nil {
		t.Errorf("restoring our own: %v", err)
	}
	err = store.Restore(t.Context(), ours, dir, nil)
	if f := fault.As(err); f == nil || f.Code != "database_there" {
		t.Errorf("restoring over a database: %v", err)
	}
}

func TestPostgreSQLIsBackedUpByItsOwnTools(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), store.Options{URL: storetest.PostgresURL(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.BackUp(t.Context(), filepath.Join(t.TempDir(), "backup.db"))
	if f := fault.As(err); f == nil || f.Code != "not_sqlite" {
		t.Errorf("got %v", err)
	}
}
