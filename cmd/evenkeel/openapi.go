package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/api"
)

// openapiCommand prints the OpenAPI document, without a server.
func (p *program) openapiCommand() *cobra.Command {
	var older bool
	var output string
	cmd := &cobra.Command{
		Use:     "openapi",
		Short:   "Print the OpenAPI document of the API",
		Long:    `Print the OpenAPI document of the API in YAML: OpenAPI 3.1, or with --3.0 the older form for tools that need it.`,
		GroupID: groupLook,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			edge := api.New(api.Config{})
			edge.AddOperations(api.Rooms{})
			v31, v30, err := edge.OpenAPI()
			if err != nil {
				return fmt.Errorf("render the OpenAPI document: %w", err)
			}
			if older {
				v31 = v30
			}
			if output == "-" {
				_, err = p.stdout.Write(v31)
				return err
			}
			if err := os.WriteFile(output, v31, 0o644); err != nil {
				return fmt.Errorf("write the OpenAPI document: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&older, "3.0", false, "Print OpenAPI 3.0 instead of 3.1")
	cmd.Flags().StringVar(&output, "output", "-", "The file to write; - is standard output")
	return cmd
}
