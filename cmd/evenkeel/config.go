package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
)

// configCommand prints the effective configuration.
func (p *program) configCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print the effective configuration and where each value came from",
		Long: `Print the effective configuration as YAML that can serve as a file, each value with
its origin: default, file, env or flag. Secrets are redacted. All faults of all
sources are reported at once.

Defaults are overridden by the file that --config or EVENKEEL_CONFIG names, the file
by the environment, the environment by flags.`,
		Example: `  evenkeel config > evenkeel.yaml
  EVENKEEL_LOG_LEVEL=debug evenkeel config --listen :8080 -o json`,
		GroupID: groupLook,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			write, err := outputFormat(cmd, output)
			if err != nil {
				return err
			}
			effective, err := p.load(cmd)
			if err != nil {
				return err
			}
			if write == "json" {
				return effective.WriteJSON(cmd.OutOrStdout())
			}
			return effective.WriteYAML(cmd.OutOrStdout())
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVarP(&output, "output", "o", "yaml", "How to print: yaml or json")
	config.AddFlags(cmd.Flags())
	return cmd
}

// outputFormat checks the value of a flag --output, which is the flag's default or json.
func outputFormat(cmd *cobra.Command, output string) (string, error) {
	if usual := cmd.Flags().Lookup("output").DefValue; output != usual && output != "json" {
		return "", wrongUse(cmd, fmt.Errorf("--output %q: must be %s or json", output, usual))
	}
	return output, nil
}
