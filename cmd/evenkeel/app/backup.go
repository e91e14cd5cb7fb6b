package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/evenkeel/evenkeel/services/jobs"
)

// backUpJob is there where backup.dir is.
const backUpJob = "back-up"

// The names of backups sort by when they were made.
const (
	backupPattern = "evenkeel-*.db"
	backupName    = "evenkeel-20060102T150405.000Z.db"
)

// backUp writes a backup of SQLite and removes the oldest beyond those that are kept. One that
// was not finished has another name, and is removed by the next.
func (a *App) backUp(ctx context.Context) (jobs.Result, error) {
	c := a.opts.Config.Backup
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of backups: %w", err)
	}
	unfinished := filepath.Join(c.Dir, ".unfinished.db")
	if err := os.Remove(unfinished); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove the backup that was not finished: %w", err)
	}
	if err := a.Store.BackUp(ctx, unfinished); err != nil {
		return nil, err
	}
	done := filepath.Join(c.Dir, a.now().UTC().Format(backupName))
	if err := os.Rename(unfinished, done); err != nil {
		return nil, fmt.Errorf("name the backup: %w", err)
	}
	all, err := filepath.Glob(filepath.Join(c.Dir, backupPattern))
	if err != nil {
		return nil, fmt.Errorf("look for old backups: %w", err)
	}
	slices.Sort(all)
	result := jobs.Result{"written": 1, "removed": 0}
	for _, old := range all[:max(0, len(all)-c.Keep)] {
		if err := os.Remove(old); err != nil {
			return result, fmt.Errorf("remove an old backup: %w", err)
		}
		result["removed"]++
	}
	return result, nil
}
