package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
)

// migrateCommand brings the database to this version's tables.
func (p *program) migrateCommand() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database to the tables of this version",
		Long: `Bring the database to the tables of this version. On PostgreSQL one process at a
time migrates: others wait for it, and find nothing left to do. With --dry-run it
tells how many migrations are pending, and ends with 2 when there are any.`,
		GroupID: groupRun,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c, err := p.load(cmd)
			if err != nil {
				return err
			}
			s, err := app.OpenStore(cmd.Context(), c.Config, c.Log.Logger(p.stderr))
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			pending, err := s.Pending(cmd.Context())
			if err != nil {
				return err
			}
			if dry {
				fmt.Fprintf(p.stdout, "migrations pending: %d\n", pending)
				if pending > 0 {
					return errDifference
				}
				return nil
			}
			if err := s.Migrate(cmd.Context()); err != nil {
				return err
			}
			// Not how many were applied: another process may have been faster.
			fmt.Fprintf(p.stdout, "the database is up to date; migrations pending before: %d\n", pending)
			return nil
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "Tell what is pending and change nothing")
	config.AddFlags(cmd.Flags())
	return cmd
}
