package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/evenkeel/evenkeel/openapi/client"
)

// remote is a server that a command speaks to, and as whom.
type remote struct{ server, tokenFile string }

func (r *remote) flags(f *pflag.FlagSet) {
	f.StringVar(&r.server, "server", "", "The address of the server; EVENKEEL_SERVER when empty, or else http://127.0.0.1:8080")
	f.StringVar(&r.tokenFile, "token-file", "", "A file with the token; EVENKEEL_TOKEN when empty")
}

// resolve completes the server and returns the token.
func (r *remote) resolve(environ []string) (token string, err error) {
	if token, err = readToken(r.tokenFile); err != nil {
		return "", err
	}
	for _, entry := range environ {
		switch name, value, _ := strings.Cut(entry, "="); {
		case name == "EVENKEEL_TOKEN" && token == "":
			token = value
		case name == "EVENKEEL_SERVER" && r.server == "":
			r.server = value
		}
	}
	if token == "" {
		return "", errors.New("there is no token: give --token-file, or EVENKEEL_TOKEN in the environment")
	}
	if r.server == "" {
		r.server = "http://127.0.0.1:8080"
	}
	if at, err := url.Parse(r.server); err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return "", fmt.Errorf("--server, or EVENKEEL_SERVER, must be an http or https address such as https://evenkeel.example.org, and is %q", r.server)
	}
	return token, nil
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
