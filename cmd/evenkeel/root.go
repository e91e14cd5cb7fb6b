package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/openapi/client"
)

// The codes with which the program ends.
const (
	exitOK    = 0 // done
	exitError = 1 // something went wrong, and standard error says what
	exitUsage = 2 // the command line was wrong, or a comparison found a difference
)

// codeError ends the program with a code; what there is to say was said.
type codeError int

func (e codeError) Error() string { return fmt.Sprintf("ended with %d", int(e)) }

// errDifference is returned by a command that compares and found a difference.
const errDifference = codeError(exitUsage)

// usageError is a fault of the command line.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// program is what the commands share: what they were started with and where they write.
type program struct {
	environ        []string
	hostname       string
	stdout, stderr io.Writer
}

// The groups of commands in the help.
const (
	groupRun  = "run"
	groupKeep = "keep"
	groupLook = "look"
)

// root returns the command line's root with all commands. Each command is made
// by a method in the file of its name.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "evenkeel",
		Short: "Look after the reliability of your services: SLOs, error budgets, and what they call for",
		Long: `Evenkeel is the API where product teams look after the reliability of their own
services. A team registers a service and declares what it promises; from then on it
sees its error budget, and an issue is drafted when the budget is overspent.

It needs no configuration: "evenkeel serve" starts one process on this machine and
keeps everything in ./data.

It ends with 0 when done, 1 when something went wrong, and 2 when the command line
is wrong or a comparison found a difference. The command gate has codes of its own.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return wrongUse(cmd, err) })
	root.AddGroup(
		&cobra.Group{ID: groupRun, Title: "Run:"},
		&cobra.Group{ID: groupKeep, Title: "Keep as files:"},
		&cobra.Group{ID: groupLook, Title: "Look:"},
	)
	root.AddCommand(
		p.serveCommand(),
		p.migrateCommand(),
		p.restoreCommand(),
		p.tokenCommand(),
		p.loginCommand(), p.logoutCommand(), p.contextCommand(),
		p.adapterCommand(),
		p.gateCommand(),
		p.planCommand(), p.applyCommand(), p.getCommand(), p.exportCommand(), p.deleteCommand(), p.releaseCommand(), p.schemaCommand(),
		p.scorecardCommand(),
		p.rulesCommand(),
		p.validateCommand(),
		p.parityCommand(),
		p.importCommand(),
		p.onboardCommand(),
		p.evidenceCommand(),
		p.auditCommand(),
		p.secretsCommand(),
		p.openapiCommand(), p.manCommand(),
		p.configCommand(),
		p.doctorCommand(),
		p.healthcheckCommand(),
		p.versionCommand(),
	)
	root.SetHelpCommandGroupID(groupLook)
	root.SetCompletionCommandGroupID(groupLook)
	root.InitDefaultHelpCmd()
	tellUnknownTopics(root)
	root.InitDefaultCompletionCmd()
	visit(root, tellWrongArguments)
	return root
}

// tellWrongArguments makes a command report wrong arguments as wrong use, those of
// a command that only groups others too, which cobra would answer with its help.
func tellWrongArguments(cmd *cobra.Command) {
	cmd.SuggestionsMinimumDistance = 2
	check := cmd.Args
	if check == nil {
		check = cobra.ArbitraryArgs
		if cmd.HasSubCommands() {
			check = cobra.NoArgs
		}
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		err := check(cmd, args)
		if err == nil {
			return nil
		}
		var said usageError // by one that takes more than the names of its commands
		if errors.As(err, &said) {
			return err
		}
		if cmd.HasSubCommands() {
			err = fmt.Errorf("there is no command %q", cmd.CommandPath()+" "+args[0])
			if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				err = fmt.Errorf("%w (did you mean %q?)", err, near[0])
			}
		}
		return wrongUse(cmd, err)
	}
	if !cmd.Runnable() {
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
}

// tellUnknownTopics has "help" answer for a command that there is not as that
// command itself would, where cobra prints the root's help and ends well.
func tellUnknownTopics(root *cobra.Command) {
	help, _, err := root.Find([]string{"help"})
	if err != nil {
		return
	}
	help.Run = nil
	help.RunE = func(_ *cobra.Command, args []string) error {
		topic, rest, err := root.Find(args)
		if err == nil && len(rest) > 0 && topic.HasSubCommands() {
			err = topic.Args(topic, rest)
		}
		if err != nil {
			return err
		}
		return topic.Help()
	}
}

func visit(cmd *cobra.Command, do func(*cobra.Command)) {
	do(cmd)
	for _, child := range cmd.Commands() {
		visit(child, do)
	}
}

func wrongUse(cmd *cobra.Command, err error) error {
	return usageError{fmt.Errorf("%w; see %q", err, cmd.CommandPath()+" --help")}
}

// run executes a command line and returns the code to end with.
func (p *program) run(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	return p.end(root.ExecuteContext(ctx))
}

// end says what went wrong, if anything did, and returns the code to end with.
func (p *program) end(err error) int {
	var usage usageError
	var code codeError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &usage):
		p.explain(err)
		return exitUsage
	default:
		p.explain(err)
		return exitError
	}
}

// The most that is shown of an error, as the design says of all errors.
const (
	maxShownValue  = 64
	maxShownFaults = 20
)

// explain writes an error for people: a fault with one line for each place.
func (p *program) explain(err error) {
	var b strings.Builder
	f := fault.As(err)
	if refused := (*client.Error)(nil); f == nil && errors.As(err, &refused) {
		fmt.Fprintf(&b, "evenkeel: %s\n", oneLine(err.Error())) // what a server says is not for the terminal to act on
	} else if f == nil {
		fmt.Fprintf(&b, "evenkeel: %v\n", err)
	} else {
		fmt.Fprintf(&b, "evenkeel: %s\n", f.Message)
		if (f.Kind == fault.Unavailable || f.Kind == fault.Full) && f.Err != nil {
			// Whoever starts the program has to find out why; a caller of the API has not.
			fmt.Fprintf(&b, "  %s\n", oneLine(f.Err.Error()))
		}
		for i, v := range f.Violations {
			if i == maxShownFaults {
				fmt.Fprintf(&b, "  and %d more\n", len(f.Violations)-i)
				break
			}
			b.WriteString("  " + v.Pointer)
			if v.Value != nil {
				fmt.Fprintf(&b, " = %s", quote(v.Value))
			}
			fmt.Fprintf(&b, ": %s\n", v.Message)
		}
	}
	_, _ = io.WriteString(p.stderr, b.String())
}

// maxShownCause is the most that is shown of why something is not to be had.
const maxShownCause = 400

// oneLine makes one line of a cause, without what a terminal would act on.
func oneLine(cause string) string {
	text := []rune(strings.Join(strings.FieldsFunc(cause, unicode.IsControl), " "))
	if len(text) > maxShownCause {
		return string(text[:maxShownCause]) + "…"
	}
	return string(text)
}

// quote escapes a value and keeps at most maxShownValue characters of it.
func quote(value any) string {
	text := []rune(fmt.Sprint(value))
	if len(text) <= maxShownValue {
		return fmt.Sprintf("%q", string(text))
	}
	return fmt.Sprintf("%q…", string(text[:maxShownValue]))
}

// load reads the configuration for a command whose flags config.AddFlags made.
func (p *program) load(cmd *cobra.Command) (*config.Effective, error) {
	return config.Load(config.Sources{
		Flags: cmd.Flags(), Environ: p.environ, Hostname: p.hostname, CheckSchedule: app.CheckSchedule,
	})
}
