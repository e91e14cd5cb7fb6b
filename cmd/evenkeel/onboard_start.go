package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/openapi/client"
)

// onboardPreviewCommand tells what starting a wave would do.
func (p *program) onboardPreviewCommand(r *remote) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "preview WAVE",
		Short: "Tell what starting a wave would do, and do nothing",
		Long: `Tell what starting a wave would do, and do nothing. A preview is made by doing it and giving it up:
what could not be brought then cannot now.

Each line is of one member: + is brought, = was brought or needs nothing, ! cannot be brought. It ends
with 0, and with 2 where something cannot be brought.`,
		Example: `  evenkeel onboard preview first
  evenkeel onboard preview first -o markdown > comment.md`,
		Args: cobra.ExactArgs(1),
	}
	cmd.RunE = p.onboarding(r, func(cmd *cobra.Command, c *client.Client, args []string) error {
		var items []client.OnboardingOutcome
		most := int64(100) // that a page can have
		err := p.while("previewing "+args[0], func() (err error) {
			items, err = client.Collect(c.PreviewOnboardingWave(client.Repeatable(cmd.Context()), args[0], &client.PreviewOnboardingWaveParams{Limit: &most}))
			return err
		})
		if err != nil {
			return err
		}
		if err := p.tellPreview(args[0], items, output); err != nil {
			return err
		}
		if outcomesOf(items).refused > 0 {
			return errDifference
		}
		return nil
	})
	cmd.Flags().StringVarP(&output, "output", "o", "text", "How it is written: text, json, or markdown for a pull request")
	return checked(cmd, func() error { return oneOf("--output", output, "text", "json", "markdown") })
}

func (p *program) tellPreview(wave string, items []client.OnboardingOutcome, output string) error {
	if output == "json" {
		return p.written(orNone(items), output)
	}
	var out bytes.Buffer
	if output == "markdown" {
		previewMarkdown(&out, wave, items)
	} else {
		t := planText{w: &out, coloured: p.coloured()}
		for _, o := range items {
			action, text := outcomeText(o)
			t.line(action, signs[action]+" "+text)
		}
		fmt.Fprintf(&out, "%s.\n", outcomesOf(items))
	}
	_, err := out.WriteTo(p.stdout)
	return err
}

// outcomes are how many there are of each.
type outcomes struct{ registers, declares, nothing, refused int }

func outcomesOf(items []client.OnboardingOutcome) outcomes {
	var n outcomes
	for _, o := range items {
		action, _ := outcomeText(o)
		switch action {
		case "none":
			n.refused++
		case "keep":
			n.nothing++
		default:
			if o.Registers {
				n.registers++
			}
			for _, s := range o.Slos {
				if !isKept(s) {
					n.declares++
				}
			}
		}
	}
	return n
}

func (n outcomes) String() string {
	text := fmt.Sprintf("%d to register, %s to declare; %d need nothing", n.registers, several(int64(n.declares), "SLO", "SLOs"), n.nothing)
	if n.refused > 0 {
		text += fmt.Sprintf("; %d cannot be brought", n.refused)
	}
	return text
}

func isKept(s client.OnboardingSLO) bool { return s.Kept != nil && *s.Kept }

// outcomeText tells what is done with a member, and by which sign.
func outcomeText(o client.OnboardingOutcome) (action, text string) {
	name := o.Member.Name
	if o.Member.State == "brought" {
		return "keep", oneLine(name + ": was brought")
	}
	if len(o.Problems) > 0 {
		return "none", oneLine(name) + ": " + problemsText(o.Problems)
	}
	var does, kept, warnings []string
	if s := o.Service; o.Registers && s != nil {
		does = append(does, fmt.Sprintf("registers %s of %s, %s, tier %d", s.Slug, s.Team, s.Kind, s.Tier))
	}
	var declares []string
	for _, s := range o.Slos {
		warnings = append(warnings, s.Warnings...)
		if isKept(s) {
			kept = append(kept, s.Slug)
			continue
		}
		declares = append(declares, strings.TrimSpace(s.Slug+" "+s.Objective))
	}
	if len(declares) > 0 {
		does = append(does, "declares "+strings.Join(declares, ", "))
	}
	action = "create"
	if len(does) == 0 {
		action, does = "keep", append(does, "needs nothing")
	}
	if len(kept) > 0 {
		does = append(does, "keeps "+strings.Join(kept, ", "))
	}
	if o.Member.State == "failed" {
		does = append(does, "with --retry, for it failed before")
	}
	text = oneLine(name + ": " + strings.Join(does, "; "))
	for _, w := range warnings {
		text += "\n    " + oneLine(w)
	}
	return action, text
}

// outcomeWords are what is done with a member as a column of a table.
var outcomeWords = map[string]string{"create": "bring", "keep": "nothing", "none": "**cannot be brought**"}

// previewMarkdown writes a preview for a pull request; what people typed stands as code.
func previewMarkdown(w io.Writer, wave string, items []client.OnboardingOutcome) {
	fmt.Fprintf(w, "### Evenkeel: wave %s: %s\n\n", inCell(oneLine(wave)), outcomesOf(items))
	if len(items) == 0 {
		return
	}
	var table strings.Builder
	left := 0
	for _, o := range items {
		action, text := outcomeText(o)
		first, _, _ := strings.Cut(text, "\n")
		row := fmt.Sprintf("| %s | %s |\n", outcomeWords[action], inCell(first))
		if table.Len()+len(row) > maxMarkdown {
			left++
			continue
		}
		table.WriteString(row)
	}
	fmt.Fprintf(w, "| action | member |\n|---|---|\n%s", table.String())
	if left > 0 {
		fmt.Fprintf(w, "\nAnd %d more.\n", left)
	}
}

// onboardStartCommand starts a wave, and goes on until nothing of it waits.
func (p *program) onboardStartCommand(r *remote) *cobra.Command {
	var retry, yes bool
	cmd := &cobra.Command{
		Use:   "start WAVE",
		Short: "Start a wave, and go on until nothing of it waits",
		Long: `Start a wave, and go on until nothing of it waits. Each of its members is brought, all or nothing:
the service of a repository is registered, and the SLOs that the templates say are declared. One that
cannot be brought says why and does not keep others; with --retry those that failed before are tried
again, once what was in their way is mended.

It can be ended and started again: it goes on where it was. On a terminal it asks first; elsewhere
--yes is needed. It ends with 0 where all was brought, and with 1 where some was not.`,
		Example: `  evenkeel onboard start first
  evenkeel onboard start first --retry --yes`,
		Args: cobra.ExactArgs(1),
	}
	cmd.RunE = p.onboarding(r, func(cmd *cobra.Command, c *client.Client, args []string) error {
		s := starting{program: p, client: c, retry: retry, terminal: isTerminal(p.stderr)}
		return s.start(cmd.Context(), args[0], p.asking(cmd.Context(), cmd.InOrStdin(), yes))
	})
	cmd.Flags().BoolVar(&retry, "retry", false, "Try those that failed before again")
	cmd.Flags().BoolVar(&yes, "yes", false, "Do not ask")
	return cmd
}

func isTerminal(w io.Writer) bool {
	f, is := w.(*os.File)
	return is && isatty.IsTerminal(f.Fd())
}

// starting is a wave that is started.
type starting struct {
	*program
	client   *client.Client
	retry    bool
	terminal bool // progress is looked at
}

// start brings all that waits, and tells what failed.
func (s starting) start(ctx context.Context, name string, agreed func(question string) error) error {
	w, err := waveOf(ctx, s.client, name)
	if err != nil {
		return err
	}
	open := w.Waiting
	if s.retry {
		open += w.Failed
	}
	var brought int64
	if open > 0 || w.Brought+w.Failed == 0 { // the server says what is wrong with an empty one
		if open > 0 {
			if err := agreed(fmt.Sprintf("Bring %s of the wave %s?", several(open, "member", "members"), w.Slug)); err != nil {
				return err
			}
		}
		after, err := s.bring(ctx, w, open)
		if err != nil {
			return err
		}
		brought, w = after.Brought-w.Brought, after
	}
	fmt.Fprintf(s.stdout, "Done: %d brought; %d of %d are.\n", brought, w.Brought, w.Brought+w.Failed+w.Waiting)
	if w.Failed == 0 {
		return nil
	}
	failed, err := membersOf(ctx, s.client, w.ID, "failed", "")
	if err != nil {
		return err
	}
	for i, m := range failed {
		if i == maxShownFaults {
			fmt.Fprintf(s.stderr, "and %d more; evenkeel onboard waves %s --state failed lists them\n", len(failed)-i, w.Slug)
			break
		}
		fmt.Fprintf(s.stderr, "%s: %s\n", oneLine(m.Name), problemsText(m.Problems))
	}
	fmt.Fprintf(s.stderr, "%s not be brought; once that is mended, evenkeel onboard start %s --retry tries again\n", several(int64(len(failed)), "member could", "members could"), w.Slug)
	return codeError(exitError)
}

// bring calls until nothing of the wave waits, and returns the wave as it is then.
func (s starting) bring(ctx context.Context, w client.OnboardingWave, open int64) (client.OnboardingWave, error) {
	retry := s.retry
	for left := open; ; {
		var so client.OnboardingStarted
		err := s.while("bringing what is in "+w.Slug, func() error {
			came, err := s.client.StartOnboardingWave(client.Repeatable(ctx), w.ID, client.OnboardingStart{Retry: &retry})
			if err == nil {
				so = *came
			}
			return err
		})
		s.tellProgress(open-so.Wave.Waiting, open, err == nil && so.Wave.Waiting > 0)
		switch {
		case ctx.Err() != nil:
			return w, fmt.Errorf("it was ended while %d of %d waited; start it again to go on", left, open)
		case err != nil:
			return w, err
		case so.Wave.Waiting == 0:
			return so.Wave, nil
		case len(so.Brought)+len(so.Failed) == 0 && so.Wave.Waiting >= left:
			return w, errors.New("nothing more is brought though something waits: start it again, without another who does")
		}
		left, retry = so.Wave.Waiting, false
	}
}

// tellProgress tells on a terminal how much is done, in a line that the next is written over.
func (s starting) tellProgress(done, of int64, goesOn bool) {
	if !s.terminal {
		return
	}
	// CR to the start of the line, and what is behind it erased (ECMA-48, EL).
	fmt.Fprintf(s.stderr, "\r\x1b[K")
	if goesOn {
		fmt.Fprintf(s.stderr, "%d of %d", done, of)
	}
}
