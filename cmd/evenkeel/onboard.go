package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

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
func (p *program) onboarding(r *remote, do func(cmd *cobra.Command, c *client.ClientWithResponses, args []string) error) func(*cobra.Command, []string) error {
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

// versioned is the ETag of a version.
func versioned(version int64) *string {
	etag := strconv.Quote(strconv.FormatInt(version, 10))
	return &etag
}

// How often a call is made again, and how long is waited before that.
const (
	mostCalls    = 8
	shortestWait = 200 * time.Millisecond
	longestWait  = 10 * time.Second
)

// busy are the answers after which it is worth to call again: of a server without room, and of a proxy before
// one that is not there at the moment.
var busy = []int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}

// patiently calls, and again while the server is busy. It is for calls that may be made twice.
func patiently(ctx context.Context, call func() (*http.Response, error)) (*http.Response, error) {
	wait := shortestWait
	for n := 1; ; n++ {
		res, err := call()
		if err != nil || n == mostCalls || !slices.Contains(busy, res.StatusCode) {
			return res, err
		}
		if err := res.Body.Close(); err != nil {
			return nil, err
		}
		pause := wait
		if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && seconds > 0 {
			pause = max(pause, min(longestWait, time.Duration(min(seconds, 60))*time.Second))
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
			wait = min(2*wait, longestWait)
		}
	}
}

// askFor calls patiently, and reads the answer into a value.
func askFor(ctx context.Context, into any, call func() (*http.Response, error)) error {
	res, err := patiently(ctx, call)
	return answered(res, err, into)
}

// askAll reads the pages of a list patiently.
func askAll[T any](ctx context.Context, call func(after *string) (*http.Response, error)) ([]T, error) {
	return allPages[T](func(after *string) (*http.Response, error) {
		return patiently(ctx, func() (*http.Response, error) { return call(after) })
	})
}

// finish calls patiently for what is answered with nothing.
func finish(ctx context.Context, call func() (*http.Response, error)) error {
	res, err := patiently(ctx, call)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return answered(res, nil, nil)
	}
	return res.Body.Close()
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
