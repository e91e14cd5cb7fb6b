package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	var first bool
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Make a token of the first administrator, straight in the database",
		Long: `Make a token of the first administrator, straight in the database, and print it.
It is the way back in when the first token is lost or expired. With SQLite stop the
server before: one process at a time may use the data directory.

With --first it makes none, and prints the one that the first start wrote into the data
directory, as whoever may read that can; the server may be running.

Everybody else makes tokens through the API, at /v1/tokens.`,
		Example: `  evenkeel token --name "after the holidays" --days 30`,
		GroupID: groupRun,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c, err := p.load(cmd)
			if err != nil {
				return err
			}
			if first {
				return p.firstToken(c.DataDir)
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
	cmd.Flags().BoolVar(&first, "first", false, "Print the token of the first start, and make none")
	cmd.Flags().StringVar(&in.Name, "name", "evenkeel token", "What the token is for")
	cmd.Flags().IntVar(&in.LifetimeDays, "days", 0, "How many days it is valid; as configured when 0")
	cmd.Flags().StringSliceVar(&scopes, "scopes", all, "What it may be used for: "+strings.Join(all, ", "))
	cmd.MarkFlagsMutuallyExclusive("first", "name")
	cmd.MarkFlagsMutuallyExclusive("first", "days")
	cmd.MarkFlagsMutuallyExclusive("first", "scopes")
	config.AddFlags(cmd.Flags())
	return cmd
}

// firstToken prints the token that the first start wrote: an image that holds the
// program alone has nothing else to read a file with.
func (p *program) firstToken(dataDir string) error {
	token, err := os.ReadFile(filepath.Join(dataDir, app.TokenFile))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no first token in %s: it was made on another replica, or taken away; \"evenkeel token\" makes another one", dataDir)
	}
	if err != nil {
		return fmt.Errorf("read the first token: %w", err)
	}
	_, err = fmt.Fprintln(p.stdout, strings.TrimSpace(string(token)))
	return err
}
