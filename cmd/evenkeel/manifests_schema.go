package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/services/manifest"
)

//go:generate go run ./genmanifests ../../docs/reference

// schemaCommand writes JSON Schemas of manifests.
func (p *program) schemaCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "schema [KIND]",
		Short: "Print the JSON Schema of manifests, for editors",
		Long: `Print the JSON Schema (draft 2020-12) of manifests of a kind, or of any kind. With --output one file for
each kind, and manifest.schema.json for any, is written to a directory.

An editor with the YAML language server completes and checks a file that begins with

  # yaml-language-server: $schema=./manifest.schema.json`,
		Example: `  evenkeel schema SLO
  evenkeel schema --output .schemas`,
		GroupID: groupKeep,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			kind := manifest.Kind(strings.Join(args, ""))
			if kind != "" {
				if err := oneOf("KIND", string(kind), kindNames()...); err != nil {
					return wrongUse(cmd, err)
				}
			}
			if dir != "" {
				return writeSchemas(dir, kind)
			}
			text, err := api.ManifestSchema(kind)
			if err != nil {
				return err
			}
			_, err = p.stdout.Write(text)
			return err
		},
	}
	cmd.Flags().StringVarP(&dir, "output", "o", "", "A directory for the files; standard output when empty")
	return cmd
}

// writeSchemas writes the schema of the kind, or all where it is empty.
func writeSchemas(dir string, kind manifest.Kind) error {
	kinds := []manifest.Kind{kind}
	if kind == "" {
		kinds = append(kinds, manifest.Kinds...)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write schemas: %w", err)
	}
	for _, kind := range kinds {
		text, err := api.ManifestSchema(kind)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, api.ManifestSchemaFile(kind)), text, 0o644)
		}
		if err != nil {
			return fmt.Errorf("write schemas: %w", err)
		}
	}
	return nil
}
