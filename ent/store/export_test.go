package store

import (
	"context"
	"database/sql"
	"io/fs"
)

// Pools gives tests the pools of connections.
func (s *Store) Pools() (writer, reader *sql.DB) { return s.db.writer, s.db.reader }

// MigrateSQLite gives tests migrations of their own.
func MigrateSQLite(ctx context.Context, file string, files fs.FS) error {
	return migrateSQLite(ctx, file, files)
}

// Fail gives tests the turning of errors.
var Fail = fail

// The conditions on which runs are removed.
const (
	PrunableRuns        = prunable
	PrunableRoutineRuns = prunableRoutine
)
