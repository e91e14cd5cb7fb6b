package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

//go:generate go run . man --markdown ../../docs/reference/cli

// manCommand writes the manual of all commands.
func (p *program) manCommand() *cobra.Command {
	var markdown bool
	cmd := &cobra.Command{
		Use:   "man DIRECTORY",
		Short: "Write the manual: a page for each command",
		Long: `Write the manual: a page for each command, for man(1), or as Markdown. The directory is made
if it is not there. What else is in it stays.`,
		Example: `  evenkeel man /usr/local/share/man/man1
  man evenkeel-get-services`,
		GroupID: groupLook,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := args[0]
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return fmt.Errorf("make the directory of the manual: %w", err)
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true // the day on which it was written makes no difference
			var err error
			if markdown {
				err = doc.GenMarkdownTree(root, dir)
			} else {
				header := &doc.GenManHeader{Section: "1", Source: "Evenkeel " + thisBuild().Version, Manual: "Evenkeel"}
				if made, parsed := time.Parse(time.RFC3339, thisBuild().Time); parsed == nil {
					header.Date = &made
				}
				err = doc.GenManTree(root, header, dir)
			}
			if err != nil {
				return fmt.Errorf("write the manual: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "Write Markdown")
	return cmd
}
