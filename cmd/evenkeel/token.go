package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/services/access"
)

// tokenCommand makes an administrator's token beside the server, for whoever can
// read the database: the way back in when the first one is lost.
func (p *program) tokenCommand() *cobra.Command {
	in := access.TokenInput{Kind: access.PersonalToken}
	var scopes []string
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Make a token of the first administrator, straight in the database",
		Long: `Make a token of the first administrator, straight in the database, and print it.
It is the way back in when the first token is lost or expired. With SQLite stop the
server before: one process at a time may use the data directory.

Everybody else makes tokens through the API, at /v1/tokens.`,
		Example: `  evenkeel token --name "after the holidays" --days 30`,
		GroupID: groupRun,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c, err := p.load(cmd)
			if err != nil {
				return err
			}
			for _, s := range scopes {
				in.Scopes = append(in.Scopes, access.Scope(s))
			}
			a, err := app.Open(cmd.Context(), app.Options{Config: c.Config, BaseURL: c.BaseURL(nil), Version: thisBuild().Version, Logger: c.Log.Logger(p.stderr)})
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, a.Close(context.WithoutCancel(cmd.Context()))) }()
			text, err := a.IssueAdministratorToken(cmd.Context(), in)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(p.stdout, text)
			return err
		},
	}
	all := make([]string, len(access.Scopes))
	for i, s := range access.Scopes {
		all[i] = string(s)
	}
	cmd.Flags().StringVar(&in.Name, "name", "evenkeel token", "What the token is for")
	cmd.Flags().IntVar(&in.LifetimeDays, "days", 0, "How many days it is valid; as configured when 0")
	cmd.Flags().StringSliceVar(&scopes, "scopes", all, "What it may be used for: "+strings.Join(all, ", "))
	config.AddFlags(cmd.Flags())
	return cmd
}
