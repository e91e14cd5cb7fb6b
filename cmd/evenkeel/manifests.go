package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/manifest"
)

// bringing is what "evenkeel plan" and "evenkeel apply" are asked.
type bringing struct {
	remote
	set, team, source string
	prune             bool
	output            string // text, json or markdown
	detail            bool
}

func (b *bringing) flags(p *program, f *pflag.FlagSet) {
	b.remote.flags(p, f)
	f.StringVar(&b.set, "set", "", "The set that these are all files of: it keeps what they say from then on; without one nothing is kept")
	f.StringVar(&b.team, "team", "", "The team whose set it is, by slug; as it is when empty, of a new one the team of the token, or the platform")
	f.StringVar(&b.source, "source", "", "The address where the files are, for those who want to change something")
	f.BoolVar(&b.prune, "prune", false, "End what the set said before, and says no more")
	f.BoolVar(&b.detail, "detail", false, "Tell all that is said of what is new, and which services scorecards would have gain or lose a level")
}

// check tells what is wrong with the flags.
func (b *bringing) check(outputs ...string) error {
	if b.set == "" && (b.prune || b.team != "" || b.source != "") {
		return errors.New("--prune, --team and --source need --set: without one nothing is known that was brought before, and nothing is kept")
	}
	return oneOf("--output", b.output, outputs...)
}

// oneOf refuses another value of a flag.
func oneOf(flag, is string, of ...string) error {
	if slices.Contains(of, is) {
		return nil
	}
	return fmt.Errorf("%s must be %s, not %q", flag, fault.Or(of), fault.Clip(is, 64))
}

// input is what is sent.
func (b *bringing) input(files []manifest.File) client.ManifestInput {
	in := client.ManifestInput{Files: make([]client.ManifestFile, len(files))}
	for i, f := range files {
		in.Files[i] = client.ManifestFile{Path: f.Path, Text: f.Text}
	}
	for text, into := range map[*string]**string{&b.set: &in.Set, &b.team: &in.Team, &b.source: &in.Source} {
		if *text != "" {
			*into = text
		}
	}
	if b.prune {
		in.Prune = &b.prune
	}
	return in
}

// planCommand tells what applying would do.
func (p *program) planCommand() *cobra.Command {
	var b bringing
	var save string
	cmd := &cobra.Command{
		Use:   "plan PATH...",
		Short: "Tell what applying manifests would do, and do nothing",
		Long: `Tell what "evenkeel apply" would do with the same files, and do nothing. A plan is made by
doing it and giving it up: what would be refused then is refused now.

A PATH is a file, - for standard input, or a directory: of one all files *.yaml and *.yml in it
and below, but for hidden ones and links that lead out of it.

Each line is of one thing: + is created, ~ changed, = kept by the set from now on as it is,
^ restored, - ended; . is let be, that the set says no more, for --prune is not given.
It ends with 0 where all is as it should be, with 2 where something would be done, and with 1
where something is wrong or refused. The token is read from --token-file, or else from
EVENKEEL_TOKEN; one that only reads is enough.`,
		Example: `  evenkeel plan reliability/ --set payments
  evenkeel plan reliability/ --set payments --prune --output markdown > comment.md
  evenkeel plan reliability/ --set payments --save plan.json`,
		GroupID: groupKeep,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := b.client(p.environ)
			if err = errors.Join(b.check("text", "json", "markdown"), err); err != nil {
				return wrongUse(cmd, err)
			}
			files, err := readManifestFiles(cmd.InOrStdin(), args)
			if err != nil {
				return err
			}
			plan, err := p.plan(cmd.Context(), c, b, files)
			if err != nil {
				return err
			}
			if save != "" {
				if err := savePlan(save, plan); err != nil {
					return err
				}
			}
			switch {
			case plan.Refused > 0:
				return codeError(exitError)
			case plan.Changed > 0:
				return errDifference
			}
			return nil
		},
	}
	b.flags(p, cmd.Flags())
	cmd.Flags().StringVarP(&b.output, "output", "o", "text", "How it is written: text, json, or markdown for a pull request")
	cmd.Flags().StringVar(&save, "save", "", "A file for the plan as JSON, for evenkeel apply --plan-file")
	return cmd
}

func savePlan(path string, plan client.ManifestPlan) error {
	text, err := json.MarshalIndent(plan, "", "  ")
	if err == nil {
		err = os.WriteFile(path, append(text, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("save the plan: %w", err)
	}
	return nil
}

// plan asks for the plan, and tells it.
func (p *program) plan(ctx context.Context, c *client.Client, b bringing, files []manifest.File) (client.ManifestPlan, error) {
	var plan client.ManifestPlan
	err := p.while(fmt.Sprintf("planning %d files", len(files)), func() error {
		made, err := c.PlanManifests(client.Repeatable(ctx), b.input(files))
		if err == nil {
			plan = *made
		}
		return err
	})
	if err != nil {
		return plan, p.unreadable(err)
	}
	var foreseen map[string]string
	if b.detail {
		if foreseen, err = foresee(ctx, c, plan, files); err != nil {
			return plan, err
		}
	}
	return plan, p.tellPlan(b, plan, foreseen)
}

// unreadable tells what the server finds wrong with files at its places, as compilers do.
func (p *program) unreadable(err error) error {
	var refused *client.Error
	if !errors.As(err, &refused) {
		return err
	}
	told := false
	for _, one := range refused.Violations {
		if strings.HasPrefix(one.Pointer, "/files/") {
			fmt.Fprintln(p.stderr, oneLine(one.Message))
			told = true
		}
	}
	if told {
		return codeError(exitError)
	}
	return err
}

// applying is what "evenkeel apply" is asked beside.
type applying struct {
	bringing
	yes              bool
	digest, planFile string
}

// planned is the digest of the plan that was agreed to; empty for whatever it is.
func (a *applying) planned() (string, error) {
	if a.planFile == "" {
		return a.digest, nil
	}
	text, err := os.ReadFile(a.planFile)
	if err != nil {
		return "", fmt.Errorf("read the plan: %w", err)
	}
	var plan client.ManifestPlan
	if err := json.Unmarshal(text, &plan); err != nil || plan.Digest == "" {
		return "", fmt.Errorf("%s is no plan that evenkeel plan --save wrote", a.planFile)
	}
	return plan.Digest, nil
}

// applyCommand has all be as the manifests say.
func (p *program) applyCommand() *cobra.Command {
	a := applying{bringing: bringing{output: "text"}}
	cmd := &cobra.Command{
		Use:   "apply PATH...",
		Short: "Have all be as manifests say: teams, services, SLOs, policies, scorecards, campaigns",
		Long: `Have all be as manifests say, or nothing where one of them is refused. The plan is shown as
"evenkeel plan" shows it, and what is done is just that. Applying again changes nothing.

With --set the files are a set: what they say is kept by it, so that others cannot change it
elsewhere, and with --prune what it said and says no more ends. To end one thing, take it out
of the files and apply with --prune.

On a terminal it asks before anything is changed; elsewhere --yes is needed. With --plan-file
or --digest it does what was planned, and nothing where that would be something else by now.
The token is read from --token-file, or else from EVENKEEL_TOKEN.`,
		Example: `  evenkeel apply reliability/ --set payments
  evenkeel apply reliability/ --set payments --prune --yes
  evenkeel apply reliability/ --set payments --plan-file plan.json --yes`,
		GroupID: groupKeep,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client(p.environ)
			if err = errors.Join(a.check("text"), err); err != nil {
				return wrongUse(cmd, err)
			}
			digest, err := a.planned()
			if err != nil {
				return err
			}
			files, err := readManifestFiles(cmd.InOrStdin(), args)
			if err != nil {
				return err
			}
			_, err = p.apply(cmd.Context(), c, a.bringing, files, digest, p.asking(cmd.Context(), cmd.InOrStdin(), a.yes))
			return err
		},
	}
	a.flags(p, cmd.Flags())
	cmd.Flags().BoolVar(&a.yes, "yes", false, "Do not ask")
	cmd.Flags().StringVar(&a.digest, "digest", "", "The digest of the plan that is to be done")
	cmd.Flags().StringVar(&a.planFile, "plan-file", "", "A file with the plan that is to be done, by evenkeel plan --save")
	cmd.MarkFlagsMutuallyExclusive("digest", "plan-file")
	return cmd
}

// apply plans, asks, and does what was planned: with a digest only what has that.
func (p *program) apply(ctx context.Context, c *client.Client, b bringing, files []manifest.File, digest string, agreed func(question string) error) (client.ManifestPlan, error) {
	plan, err := p.plan(ctx, c, b, files)
	switch {
	case err != nil:
		return plan, err
	case plan.Refused > 0:
		return plan, codeError(exitError)
	case digest != "" && digest != plan.Digest && plan.Changed > 0: // else the server knows whether it was applied
		return plan, errors.New("what would be done is not what was planned: plan again; nothing was done")
	case plan.Changed > 0:
		if err := agreed(fmt.Sprintf("Do this, %s?", numbered(int(plan.Changed), "change"))); err != nil {
			return plan, err
		}
	}
	in := b.input(files)
	planned := cmp.Or(digest, plan.Digest)
	in.Digest = &planned
	err = p.while("applying", func() error {
		done, err := c.ApplyManifests(ctx, in)
		if err == nil {
			plan = *done
		}
		return err
	})
	if err != nil {
		return plan, p.unreadable(err)
	}
	_, err = fmt.Fprintf(p.stdout, "Done: %s.\n", tally(plan, "created", "changed", "ended"))
	return plan, err
}

// errNotAgreed ends a command whose question was answered with no.
var errNotAgreed = errors.New("nothing was done")

// asking asks on a terminal, and elsewhere refuses unless it is agreed to already.
func (p *program) asking(ctx context.Context, in io.Reader, yes bool) func(question string) error {
	return func(question string) error {
		if yes {
			return nil
		}
		if f, is := in.(*os.File); !is || !isatty.IsTerminal(f.Fd()) {
			return errors.New("there is no terminal to ask on: give --yes; nothing was done")
		}
		return p.ask(ctx, in, question)
	}
}

// ask returns errNotAgreed unless the answer is y or yes; who interrupts it answers no.
func (p *program) ask(ctx context.Context, in io.Reader, question string) error {
	fmt.Fprintf(p.stderr, "%s [y/N] ", question)
	type answer struct {
		line string
		err  error
	}
	given := make(chan answer, 1) // whoever still reads a terminal that is left ends with the program
	go func() {
		line, err := bufio.NewReader(in).ReadString('\n')
		given <- answer{line, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(p.stderr)
		return errNotAgreed
	case is := <-given:
		if is.err != nil && !errors.Is(is.err, io.EOF) {
			return fmt.Errorf("read the answer: %w", is.err)
		}
		if is.err != nil {
			fmt.Fprintln(p.stderr) // the answer did not end the line
		}
		if text := strings.ToLower(strings.TrimSpace(is.line)); text != "y" && text != "yes" {
			return errNotAgreed
		}
		return nil
	}
}

// patience is after how long it is told again that something is still done.
const patience = 10 * time.Second

// while does something, and tells now and then that it is still done.
func (p *program) while(what string, do func() error) error {
	done, over := make(chan struct{}), make(chan struct{})
	began := time.Now()
	go func() {
		defer close(over)
		tick := time.NewTicker(patience)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case now := <-tick.C:
				fmt.Fprintf(p.stderr, "still %s, since %s\n", what, now.Sub(began).Round(time.Second))
			}
		}
	}()
	err := do()
	close(done)
	<-over
	return err
}
