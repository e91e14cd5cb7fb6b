package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/evenkeel/evenkeel/openapi/client"
)

// remote is a server that a command speaks to, and as whom.
type remote struct {
	server, tokenFile, context string
	stderr                     io.Writer // who hears that a token ends soon
}

func (r *remote) flags(p *program, f *pflag.FlagSet) {
	r.stderr = p.stderr
	f.StringVar(&r.server, "server", "", "The address of the server; that of --context when empty, else EVENKEEL_SERVER, else that of the current context, else http://127.0.0.1:8080")
	f.StringVar(&r.tokenFile, "token-file", "", "A file with the token; that of --context when empty, else EVENKEEL_TOKEN, else that of the current context")
	f.StringVar(&r.context, "context", "", "The context to use, of those that evenkeel login made")
}

// endsSoon is how long before its end a token is told of.
const endsSoon = time.Hour

// resolve completes the server and returns the token. What was asked for with flags comes before the
// environment, and that before the current context, whose token goes to its own server alone.
func (r *remote) resolve(environ []string) (token string, err error) {
	if token, err = readToken(r.tokenFile); err != nil {
		return "", err
	}
	all, name, saved := contexts{}, "", savedContext{}
	if r.context != "" || token == "" && variable(environ, "EVENKEEL_TOKEN") == "" || r.server == "" && variable(environ, "EVENKEEL_SERVER") == "" {
		if all, err = readContexts(environ); err == nil {
			name, saved, err = all.named(r.context)
		}
		if err != nil {
			return "", err
		}
	}
	asked := savedContext{}
	if r.context != "" {
		asked = saved
	}
	r.server = cmp.Or(r.server, asked.Server, variable(environ, "EVENKEEL_SERVER"), saved.Server, "http://127.0.0.1:8080")
	if at, err := url.Parse(r.server); err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return "", fmt.Errorf("--server, or EVENKEEL_SERVER, must be an http or https address such as https://evenkeel.example.org, and is %q", r.server)
	}
	if token != "" {
		return token, nil
	}
	if own := variable(environ, "EVENKEEL_TOKEN"); own != "" && r.context == "" {
		return own, nil
	}
	if saved.Token == "" {
		return "", errors.New("there is no token: run \"evenkeel login\", or give --token-file, or EVENKEEL_TOKEN in the environment")
	}
	if strings.TrimRight(r.server, "/") != strings.TrimRight(saved.Server, "/") {
		return "", fmt.Errorf("the token of the context %q is for %s, and is not sent to %s: give --token-file or EVENKEEL_TOKEN, or run \"evenkeel login --server %s\"", name, saved.Server, r.server, r.server)
	}
	return saved.Token, r.tellEnd(name, saved, time.Now())
}

// tellEnd says when the token of a context ends soon, or that it did.
func (r *remote) tellEnd(name string, saved savedContext, now time.Time) error {
	again := fmt.Sprintf("evenkeel login --context %s --server %s", name, saved.Server)
	if saved.Kind == workloadKind {
		again += " --workload"
	}
	switch left := saved.Expires.Sub(now); {
	case left <= 0:
		return fmt.Errorf("the token of the context %q expired at %s: run \"%s\"", name, saved.Expires.Format(time.RFC3339), again)
	case left < endsSoon && saved.Kind != workloadKind && r.stderr != nil:
		_, err := fmt.Fprintf(r.stderr, "evenkeel: the token of the context %q expires in %d minutes: run \"%s\"\n", name, int(left.Minutes()), again)
		return err
	}
	return nil
}

// retries are those of commands: somebody may wait for them, or a pipeline.
var retries = client.Retries{Attempts: 6, FirstWait: 200 * time.Millisecond, LongestWait: 10 * time.Second, Whole: 2 * time.Minute}

// client returns a client of the server, with the options after those of all commands.
func (r *remote) client(environ []string, options ...client.Option) (*client.Client, error) {
	token, err := r.resolve(environ)
	if err != nil {
		return nil, err
	}
	all := []client.Option{client.WithToken(token), client.WithUserAgent("evenkeel/" + thisBuild().Version), client.WithRetries(retries)}
	return client.New(r.server, append(all, options...)...)
}
