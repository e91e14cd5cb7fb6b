package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/builtin"
	"github.com/evenkeel/evenkeel/scorecards/document"
)

// The codes with which "evenkeel scorecard check" ends beside exitOK and exitError.
const (
	exitBelow     = 3 // the service is not on the level
	exitNotScored = 5 // it is not known
)

// previewText tells what a draft would come to.
func previewText(p client.ScorecardPreview) string {
	var b strings.Builder
	fmt.Fprintf(&b, "it is for %d of %d services; %d would gain a level, %d would lose one\n", p.Applies, p.Services, p.GainedCount, p.LostCount)
	for _, m := range slices.Concat(p.Gained, p.Lost) {
		fmt.Fprintf(&b, "  %s (%s): %s -> %s\n", m.Service.Slug, m.Team.Slug, levelText(m.Was), levelText(m.Now))
	}
	for _, f := range p.Checks {
		for _, flip := range slices.Sorted(maps.Keys(f.Flips)) {
			fmt.Fprintf(&b, "  check %s: %d %s\n", f.ID, f.Flips[flip], strings.Replace(flip, ">", " -> ", 1))
		}
	}
	return b.String()
}

func levelText(level *string) string {
	if level == nil {
		return "none"
	}
	return *level
}

// scorecardCommand asks how a service stands, and writes scorecards to begin with.
func (p *program) scorecardCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "scorecard",
		Short:   "Ask where a service stands on a scorecard, and write those that ship",
		GroupID: groupLook,
		Args:    cobra.NoArgs,
	}
	cmd.AddCommand(p.scorecardCheckCommand(), p.scorecardTemplateCommand())
	return cmd
}

// scorecardTemplateCommand writes what ships.
func (p *program) scorecardTemplateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "template [SCORECARD]",
		Short: "Write a scorecard that ships as YAML, to begin with",
		Long: `Write a scorecard that ships as YAML, to change it and bring it to a server with
"evenkeel apply". Without a name those that ship are listed.`,
		Example: "  evenkeel scorecard template production-readiness > scorecards/production-readiness.yaml",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			all, err := builtin.All()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				for _, d := range all {
					fmt.Fprintf(p.stdout, "%-22s %d checks: %s\n", d.Slug, len(d.Checks), d.Name)
				}
				return nil
			}
			i := slices.IndexFunc(all, func(d scorecards.Draft) bool { return d.Slug == args[0] })
			if i < 0 {
				names := make([]string, len(all))
				for n, d := range all {
					names[n] = d.Slug
				}
				return fmt.Errorf("there is no scorecard %q that ships; there are %s", args[0], strings.Join(names, " and "))
			}
			text, err := document.Write(all[i])
			if err != nil {
				return err
			}
			_, err = p.stdout.Write(text)
			return err
		},
	}
}

// scorecardQuestion is what the command asks, of whom, and how it tells the answer.
type scorecardQuestion struct {
	remote
	scorecard, level string
	fresh, json      bool
	timeout          time.Duration
}

func (p *program) scorecardCheckCommand() *cobra.Command {
	var q scorecardQuestion
	cmd := &cobra.Command{
		Use:   "check SERVICE",
		Short: "Ask whether a service is on a level of a scorecard",
		Long: `Ask whether a service is on a level of a scorecard, for pipelines. It tells the level, the
score, and what does not pass.

It ends with 0 where the service is on the level or above, with 3 where it is below, and
with 5 where that is not known: the scorecard is not for the service, or nothing counts. It
ends with 1 where the question is refused, and with 2 where the command line is wrong or
names a level that the scorecard does not have.

With --fresh the service is evaluated first, which takes a token with the scope write of
the owning team. The token is read from --token-file, or else from EVENKEEL_TOKEN.`,
		Example: "  evenkeel scorecard check checkout --scorecard production-readiness --level Silver",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := q.client(p.environ)
			if err == nil && q.scorecard == "" {
				err = errors.New("--scorecard is needed: which one is asked for")
			}
			if err != nil {
				return wrongUse(cmd, err)
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), q.timeout)
			defer cancel()
			return p.checkScorecard(ctx, c, q, args[0])
		},
	}
	f := cmd.Flags()
	q.flags(p, f)
	f.StringVar(&q.scorecard, "scorecard", "", "The scorecard, by slug")
	f.StringVar(&q.level, "level", "", "The level on which the service has to be; the lowest when empty")
	f.BoolVar(&q.fresh, "fresh", false, "Evaluate the service first")
	f.BoolVar(&q.json, "json", false, "Write the answer as JSON")
	f.DurationVar(&q.timeout, "timeout", 30*time.Second, "How long to wait for the answer, at most")
	return cmd
}

func (p *program) checkScorecard(ctx context.Context, c *client.Client, q scorecardQuestion, service string) error {
	if q.fresh {
		if _, err := c.EvaluateService(client.Repeatable(ctx), service); err != nil {
			return err
		}
	}
	card, err := c.GetServiceScorecard(ctx, service, q.scorecard)
	var refused *client.Error
	if errors.As(err, &refused) && refused.Code == "not_scored" {
		fmt.Fprintln(p.stderr, oneLine(refused.Detail))
		return codeError(exitNotScored)
	}
	if err != nil {
		return err
	}
	want := cmp.Or(q.level, card.Levels[0].Name)
	number := slices.IndexFunc(card.Levels, func(l client.ScorecardLevel) bool { return l.Name == want })
	if number < 0 {
		return usageError{fmt.Errorf("the scorecard has no level %q; it has %s", want, strings.Join(levelNames(card.Levels), ", "))}
	}
	if q.json {
		encoded, err := json.MarshalIndent(card, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintln(p.stdout, string(encoded))
	} else if _, err := io.WriteString(p.stdout, scorecardText(*card)); err != nil {
		return err
	}
	reached := -1
	if card.Level != nil {
		reached = slices.IndexFunc(card.Levels, func(l client.ScorecardLevel) bool { return l.Name == *card.Level })
	}
	switch {
	case card.Counted == 0:
		return codeError(exitNotScored)
	case reached < number:
		return codeError(exitBelow)
	}
	return nil
}

func levelNames(of []client.ScorecardLevel) []string {
	names := make([]string, len(of))
	for i, l := range of {
		names[i] = l.Name
	}
	return names
}

// scorecardText tells where a service stands, and what does not pass.
func scorecardText(card client.ServiceScorecard) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s by %s: %s", card.Service.Slug, card.Scorecard.Slug, levelText(card.Level))
	if card.Score != nil {
		fmt.Fprintf(&b, ", %d %%, %d of %d checks", *card.Score, card.Passed, card.Counted)
	}
	if card.NextLevel != nil {
		fmt.Fprintf(&b, ", %d to %s", card.Missing, *card.NextLevel)
	}
	b.WriteByte('\n')
	for _, c := range card.Checks {
		if !c.Counts || c.Outcome == "pass" {
			continue
		}
		fmt.Fprintf(&b, "  %-7s %-10s %s: %s\n", c.Outcome, c.Level, oneLine(c.Title), oneLine(c.Fix))
	}
	return b.String()
}
