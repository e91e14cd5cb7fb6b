package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
)

// restoreCommand puts a backup of SQLite into a data directory.
func (p *program) restoreCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup of SQLite into an empty data directory",
		Long: `Put a backup of SQLite into a data directory without a database, and check it before:
that all of it can be read, that what it refers to is there, and that no later
version of Evenkeel wrote it. One of an earlier version is migrated by the next start.

PostgreSQL is restored by its own tools, such as pg_restore.`,
		Example: `  evenkeel restore --data-dir ./data backups/evenkeel-20261128T023700.000Z.db`,
		GroupID: groupRun,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := p.load(cmd)
			if err != nil {
				return err
			}
			if c.UsesPostgreSQL() {
				return fault.New(fault.Precondition, "not_sqlite", "database.url names PostgreSQL, which is restored by its own tools, such as pg_restore")
			}
			if err := store.Restore(cmd.Context(), args[0], c.DataDir, c.Log.Logger(p.stderr)); err != nil {
				return err
			}
			_, err = fmt.Fprintf(p.stdout, "restored to %s; the next start goes on from there\n", c.SQLitePath())
			return err
		},
	}
	config.AddFlags(cmd.Flags())
	return cmd
}
