package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/openapi/client"
)

// onboardCommand brings many services in waves, and tells how far teams are.
func (p *program) onboardCommand() *cobra.Command {
	var r remote
	cmd := &cobra.Command{
		Use:   "onboard",
		Short: "Bring many services in waves, with SLOs from templates, and see how far teams are",
		Long: `Bring many services in waves, with SLOs from templates, and see how far teams are.

A wave has services of the registry that have no SLO, and repositories that the job
discover-repositories found and that no service names. Starting it registers what is missing,
and declares the SLOs that its templates say. It keeps nothing: what it brought is the team's.

Everybody may look; deciding, planning and starting is for administrators. The token is read
from --token-file, or else from EVENKEEL_TOKEN.`,
		Example: `  evenkeel onboard progress
  evenkeel onboard apply wave.yaml
  evenkeel onboard add first --tier 1 --of services
  evenkeel onboard preview first
  evenkeel onboard start first`,
		GroupID: groupKeep,
	}
	r.flags(p, cmd.PersistentFlags())
	cmd.AddCommand(
		p.onboardProgressCommand(&r), p.onboardServicesCommand(&r), p.onboardRepositoriesCommand(&r), p.onboardDecideCommand(&r),
		p.onboardWavesCommand(&r), p.onboardApplyCommand(&r), p.onboardAddCommand(&r), p.onboardRemoveCommand(&r), p.onboardDeleteCommand(&r),
		p.onboardPreviewCommand(&r), p.onboardStartCommand(&r),
	)
	return cmd
}

// onboarding runs one of its commands with a client of the server.
func (p *program) onboarding(r *remote, do func(cmd *cobra.Command, c *client.Client, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := r.client(p.environ)
		if err != nil {
			return wrongUse(cmd, err)
		}
		return do(cmd, c, args)
	}
}

// looking adds the flag that says how an answer is written, and has it checked before the command runs.
func looking(cmd *cobra.Command, output *string) *cobra.Command {
	cmd.Flags().StringVarP(output, "output", "o", "table", "How it is written: table, json or yaml")
	return checked(cmd, func() error { return oneOf("--output", *output, "table", "json", "yaml") })
}

// checked has the flags of a command checked before it runs.
func checked(cmd *cobra.Command, check func() error) *cobra.Command {
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := check(); err != nil {
			return wrongUse(cmd, err)
		}
		return run(cmd, args)
	}
	return cmd
}

// oneOfIfGiven refuses another value of a flag that may be left out.
func oneOfIfGiven[T ~string](flag, is string, of ...T) error {
	if is == "" {
		return nil
	}
	names := make([]string, len(of))
	for i, one := range of {
		names[i] = string(one)
	}
	return oneOf(flag, is, names...)
}

// ifGiven is the text, or nothing where it is empty.
func ifGiven[T ~string](text string) *T {
	if text == "" {
		return nil
	}
	out := T(text)
	return &out
}

// textOf is the text, empty where there is none.
func textOf[T ~string](text *T) string {
	if text == nil {
		return ""
	}
	return string(*text)
}

// slugOf is the slug of what there may be, empty where there is nothing.
func slugOf(of *client.Ref) string {
	if of == nil {
		return ""
	}
	return of.Slug
}

// problemText tells a problem: where, what, and the value.
func problemText(of client.OnboardingProblem) string {
	text := of.Message
	if value := textOf(of.Value); value != "" {
		text = strconv.Quote(value) + " " + text
	}
	if of.Pointer != nil {
		text = *of.Pointer + ": " + text
	}
	return oneLine(text)
}

func problemsText(of []client.OnboardingProblem) string {
	texts := make([]string, len(of))
	for i, one := range of {
		texts[i] = problemText(one)
	}
	return strings.Join(texts, "; ")
}

// several is a number of things in words.
func several(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
