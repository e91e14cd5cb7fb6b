package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/adapter"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// adapterCommand is for those who write adapters.
func (p *program) adapterCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "adapter",
		Short:   "Look at a program that speaks the pull-adapter protocol",
		GroupID: groupLook,
	}
	cmd.AddCommand(p.adapterCheckCommand())
	return cmd
}

// adapterCheckCommand asks an adapter as the server does. It reads no
// configuration: the adapter need not be a data source yet.
func (p *program) adapterCheckCommand() *cobra.Command {
	var a origin.Ask
	var asked origin.Adapter
	var last, resolution time.Duration
	var tokenFile string
	cmd := &cobra.Command{
		Use:   "check URL",
		Short: "Check which rules of the pull-adapter protocol an adapter keeps",
		Long: `Check which rules of the pull-adapter protocol an adapter keeps, by asking it for
slots of one indicator and for what it has to refuse. It changes nothing there.
It ends with 2 when a rule is broken.`,
		Example: `  evenkeel adapter check http://127.0.0.1:9480 --indicator checkout --param group=eu`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if resolution != measure.Minute && resolution != measure.FiveMinutes || last < resolution {
				return wrongUse(cmd, errors.New("--resolution is 1m or 5m, and --last at least as long"))
			}
			token, err := readToken(tokenFile)
			if err != nil {
				return err
			}
			a.Origin.Adapter, a.Resolution = &asked, resolution
			a.To = clock.System().Truncate(resolution)
			a.From = a.To.Add(-last).Truncate(resolution)
			src := source.Source{Slug: "adapter", Kind: source.Adapter, Access: source.Access{Address: args[0]}, Limits: source.Limits{Timeout: source.DefaultTimeout}}
			return p.tellFindings(adapter.New(withToken(token)).Check(cmd.Context(), src, a))
		},
	}
	cmd.Flags().StringVar(&asked.Indicator, "indicator", "", "The indicator to ask for; the first one of the adapter when empty")
	cmd.Flags().StringToStringVar(&asked.Parameters, "param", nil, "A parameter of the indicator, NAME=VALUE")
	cmd.Flags().StringVar(&a.Origin.GroupBy, "group-by", "", "What to group by; no groups when empty")
	cmd.Flags().DurationVar(&last, "last", time.Hour, "How far back to ask for slots")
	cmd.Flags().DurationVar(&resolution, "resolution", measure.Minute, "How long a slot is: 1m or 5m")
	cmd.Flags().StringVar(&tokenFile, "token-file", "", "A file with the adapter's bearer token")
	return cmd
}

func readToken(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read the token: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// tellFindings prints a line for each rule.
func (p *program) tellFindings(findings []adapter.Finding) error {
	broken := false
	for _, f := range findings {
		line := "ok      " + f.Rule
		if f.Err != nil {
			broken = true
			line = "BROKEN  " + f.Rule + "\n        " + oneLine(f.Err.Error())
		}
		if _, err := fmt.Fprintln(p.stdout, line); err != nil {
			return err
		}
	}
	if broken {
		return errDifference
	}
	return nil
}

// withToken gives a client that sends a bearer token, if there is one.
func withToken(token string) adapter.Client {
	return func(context.Context, source.Source) (*http.Client, error) {
		return &http.Client{Transport: bearer(token), CheckRedirect: func(*http.Request, []*http.Request) error {
			return errors.New("it redirects, which is not followed")
		}}, nil
	}
}

type bearer string

// RoundTrip sends a request with the token.
func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	if b != "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+string(b))
	}
	return http.DefaultTransport.RoundTrip(r)
}
