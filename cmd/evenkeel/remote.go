package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

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

// client returns a client of the server.
func (r *remote) client(environ []string) (*client.ClientWithResponses, error) {
	token, err := r.resolve(environ)
	if err != nil {
		return nil, err
	}
	return client.New(r.server, token)
}

// maxAnswer is how much of an answer is read, in bytes.
const maxAnswer = 16 << 20

// refusal is an answer that is no success.
type refusal struct {
	status  string
	code    int
	problem client.Problem
}

func (r *refusal) Error() string {
	text := r.problem.Detail
	if r.problem.Errors != nil {
		for _, one := range *r.problem.Errors {
			text += fmt.Sprintf("; %s: %s", one.Pointer, one.Message)
		}
	}
	if text == "" {
		return "the server answers " + r.status
	}
	return fmt.Sprintf("the server answers %s: %s", r.status, oneLine(text))
}

// answered reads the answer of a call into a value, or returns a *refusal.
func answered(res *http.Response, err error, into any) error {
	if err != nil {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		r := &refusal{status: res.Status, code: res.StatusCode}
		if err := json.Unmarshal(body, &r.problem); err != nil {
			r.problem = client.Problem{} // whoever answers, it is not Evenkeel
		}
		return r
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("the answer of the server is not understood: %w", err)
	}
	return nil
}
