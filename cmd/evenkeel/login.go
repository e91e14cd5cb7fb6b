package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/spf13/cobra"
	"golang.org/x/oauth2"

	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/access/backstage"
)

// workloadKind is the kind of the token of a workload.
const workloadKind = "workload"

// loggingIn is what "evenkeel login" is asked.
type loggingIn struct {
	server, context, audience, tokenFile string
	workload                             bool
	scopes                               []string
	lifetime                             time.Duration
}

// loginCommand gets a token in exchange for one of a provider, and keeps it.
func (p *program) loginCommand() *cobra.Command {
	var in loggingIn
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Sign in to a server, and keep the token for the other commands",
		Long: `Sign in to a server by its OpenID provider, and keep the token for the other commands.
It says which page to open and which code to type there, and waits until that is done.
The token is kept with the server as a context, in evenkeel/contexts.yaml below
XDG_CONFIG_HOME or ~/.config, in a file that nobody else can read.

With --workload it is the job of GitHub Actions that signs in, by its ID token, for which
it has to have the permission id-token: write. With --workload-token-file it is whoever
has that file, such as the projected token of a Kubernetes service account.`,
		Example: `  evenkeel login --server https://evenkeel.example.com
  evenkeel login --server https://evenkeel.example.com --workload`,
		GroupID: groupRun,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := in.check(p.environ); err != nil {
				return wrongUse(cmd, err)
			}
			return p.login(cmd.Context(), in)
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.server, "server", "", "The address of the server; that of the context when empty, else EVENKEEL_SERVER")
	f.StringVar(&in.context, "context", "", "What to call it; the host of the server when empty")
	f.BoolVar(&in.workload, "workload", false, "Sign in as the job of GitHub Actions that this is")
	f.StringVar(&in.tokenFile, "workload-token-file", "", "Sign in as the workload whose token is in this file")
	f.StringVar(&in.audience, "audience", "", "For whom the job's ID token is made; as the server says when empty")
	f.StringSliceVar(&in.scopes, "scopes", nil, "What the token may be used for: read, write, push, admin; write when empty, or all that a workload has")
	f.DurationVar(&in.lifetime, "lifetime", 0, "How long the token lasts; 12h when 0, or 15m for a workload")
	return cmd
}

// check completes what is asked.
func (in *loggingIn) check(environ []string) error {
	if in.server == "" && in.context != "" {
		all, err := readContexts(environ)
		if err != nil {
			return err
		}
		in.server = all.Contexts[in.context].Server
	}
	if in.server == "" {
		in.server = variable(environ, "EVENKEEL_SERVER")
	}
	at, err := url.Parse(in.server)
	switch {
	case in.server == "":
		return errors.New("there is no server: give --server, such as https://evenkeel.example.com")
	case err != nil || at.Host == "" || at.Scheme != "https" && (at.Scheme != "http" || !backstage.IsOnLoopback(in.server)):
		return fmt.Errorf("--server must be https:// and a host, for a token is sent to it, and is %q; http:// is for this machine alone", in.server)
	case in.lifetime < 0 || in.lifetime%time.Second != 0:
		return fmt.Errorf("--lifetime must be whole seconds, such as 8h, and is %s", in.lifetime)
	case in.workload && in.tokenFile != "":
		return errors.New("--workload and --workload-token-file are two ways: give one of them")
	case in.audience != "" && !in.workload:
		return errors.New("--audience is of --workload alone")
	}
	in.server = strings.TrimRight(in.server, "/")
	if in.context == "" {
		in.context = at.Host
	}
	return nil
}

// login gets the token, and keeps it as the current context.
func (p *program) login(ctx context.Context, in loggingIn) error {
	c, err := client.New(in.server, client.WithUserAgent("evenkeel/"+thisBuild().Version), client.WithRetries(retries))
	if err != nil {
		return err
	}
	// What cannot be kept is not asked for.
	all, err := readContexts(p.environ)
	if err != nil {
		return err
	}
	methods, err := c.GetSignInMethods(ctx)
	if err != nil {
		return fmt.Errorf("ask %s how to sign in: %w", in.server, err)
	}
	var text string
	switch {
	case in.workload:
		text, err = p.jobToken(ctx, cmp.Or(in.audience, methods.Workloads.Audience))
	case in.tokenFile != "":
		text, err = readToken(in.tokenFile)
	default:
		text, err = p.deviceToken(ctx, in, *methods)
	}
	if err != nil {
		return err
	}
	body := client.TokenExchange{Token: text}
	if seconds := int64(in.lifetime / time.Second); seconds > 0 {
		body.LifetimeSeconds = &seconds
	}
	if len(in.scopes) > 0 {
		var scopes []client.TokenExchangeScopes
		for _, s := range in.scopes {
			scopes = append(scopes, client.TokenExchangeScopes(s))
		}
		body.Scopes = &scopes
	}
	made, err := c.ExchangeToken(ctx, body)
	if err != nil {
		return fmt.Errorf("sign in to %s: %w", in.server, err)
	}
	all.Contexts[in.context] = savedContext{
		Server: in.server, Token: made.Text, TokenID: made.ID, Kind: string(made.Kind), Scopes: made.Scopes, Expires: made.ExpiresAt,
	}
	all.Current = in.context
	if err := all.write(p.environ); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "Signed in to %s until %s, as the context %q.\n", in.server, made.ExpiresAt.Local().Format("15:04 on 2 January"), in.context)
	return err
}

// deviceToken has somebody sign in on a page of the provider, which tells when they did (RFC 8628).
func (p *program) deviceToken(ctx context.Context, in loggingIn, methods client.SignInMethods) (string, error) {
	if methods.Provider == nil || methods.Provider.DeviceClientID == "" {
		return "", fmt.Errorf("%s has no provider for signing in on the command line: an administrator sets oidc.issuer and oidc.deviceClientID; until then make a token at /v1/tokens and give it as EVENKEEL_TOKEN", in.server)
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Timeout: 30 * time.Second})
	provider, err := oidc.NewProvider(ctx, methods.Provider.Issuer)
	if err != nil {
		return "", fmt.Errorf("speak with %s: %w", methods.Provider.Name, err)
	}
	c := oauth2.Config{ClientID: methods.Provider.DeviceClientID, Scopes: methods.Provider.Scopes, Endpoint: provider.Endpoint()}
	c.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	if c.Endpoint.DeviceAuthURL == "" {
		return "", fmt.Errorf("%s has no device flow (RFC 8628)", methods.Provider.Name)
	}
	device, err := c.DeviceAuth(ctx)
	if err != nil {
		return "", fmt.Errorf("begin to sign in by %s: %w", methods.Provider.Name, err)
	}
	page := device.VerificationURIComplete
	if page == "" {
		page = device.VerificationURI
	}
	if _, err := fmt.Fprintf(p.stdout, "Open %s\nand see to it that the code there is %s, or type it.\n", oneLine(page), oneLine(device.UserCode)); err != nil {
		return "", err
	}
	answer, err := c.DeviceAccessToken(ctx, device)
	if err != nil {
		return "", fmt.Errorf("sign in by %s: %w", methods.Provider.Name, err)
	}
	text, _ := answer.Extra("id_token").(string)
	if text == "" {
		return "", fmt.Errorf("%s gave no ID token: openid has to be among oidc.scopes, and be allowed to the client", methods.Provider.Name)
	}
	return text, nil
}

// jobToken asks GitHub Actions for the job's ID token, as its documentation of OpenID Connect says.
func (p *program) jobToken(ctx context.Context, audience string) (string, error) {
	address, bearer := variable(p.environ, "ACTIONS_ID_TOKEN_REQUEST_URL"), variable(p.environ, "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
	if address == "" || bearer == "" {
		return "", errors.New("there is no ID token for this job: --workload is for GitHub Actions, where the job has to have the permission id-token: write; elsewhere give --workload-token-file")
	}
	at, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("ask GitHub for the job's token: %w", err)
	}
	query := at.Query()
	query.Set("audience", audience)
	at.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return "", fmt.Errorf("ask GitHub for the job's token: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+bearer)
	res, err := (&http.Client{Timeout: 30 * time.Second}).Do(request)
	if err != nil {
		return "", fmt.Errorf("ask GitHub for the job's token: %w", err)
	}
	defer res.Body.Close()
	var answer struct {
		Value string `json:"value"`
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("ask GitHub for the job's token: it answers %s", res.Status)
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, client.DefaultMaxReply)).Decode(&answer); err != nil || answer.Value == "" {
		return "", errors.Join(errors.New("the answer of GitHub has no token of the job"), err)
	}
	return answer.Value, nil
}

// logoutCommand ends a token, and forgets its context.
func (p *program) logoutCommand() *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:     "logout",
		Short:   "Revoke the token of a context, and forget it",
		GroupID: groupRun,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := readContexts(p.environ)
			if err != nil {
				return err
			}
			name, saved, err := all.named(name)
			if err != nil {
				return err
			}
			if name == "" {
				return errors.New("there is no current context, and so nobody to sign out: name one with --context")
			}
			said, err := revoke(cmd.Context(), saved)
			if err != nil {
				return fmt.Errorf("the token was not revoked: %w; \"evenkeel context remove %s\" forgets it here alone", err, name)
			}
			all.forget(name)
			if err := all.write(p.environ); err != nil {
				return err
			}
			_, err = fmt.Fprintf(p.stdout, "The context %q is forgotten, and its token %s.\n", name, said)
			return err
		},
	}
	cmd.Flags().StringVar(&name, "context", "", "The context to sign out of; the current one when empty")
	return cmd
}

// revoke ends a token, and says what became of it. Workloads end no tokens: theirs end by themselves.
func revoke(ctx context.Context, saved savedContext) (string, error) {
	if saved.Kind == workloadKind {
		return "ends at " + saved.Expires.Format(time.RFC3339), nil
	}
	c, err := client.New(saved.Server, client.WithToken(saved.Token), client.WithRetries(retries))
	if err != nil {
		return "", err
	}
	switch err := c.RevokeToken(ctx, saved.TokenID); {
	case err == nil:
		return "revoked", nil
	case errors.Is(err, client.ErrUnauthenticated):
		return "was over already", nil
	default:
		return "", err
	}
}

// forget removes a context.
func (c *contexts) forget(name string) {
	delete(c.Contexts, name)
	if c.Current == name {
		c.Current = ""
	}
}

// contextCommand looks after the contexts.
func (p *program) contextCommand() *cobra.Command {
	group := &cobra.Command{Use: "context", Short: "List, choose, show and forget the servers that you signed in to", GroupID: groupRun}
	act := func(use, short string, do func(all *contexts, name string) (changed bool, err error)) *cobra.Command {
		return &cobra.Command{Use: use + " NAME", Short: short, Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error {
			all, err := readContexts(p.environ)
			if err != nil {
				return err
			}
			if _, _, err := all.named(args[0]); err != nil {
				return err
			}
			changed, err := do(&all, args[0])
			if err != nil || !changed {
				return err
			}
			return all.write(p.environ)
		}}
	}
	group.AddCommand(
		&cobra.Command{Use: "list", Short: "List the contexts; the current one is marked", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
			all, err := readContexts(p.environ)
			if err != nil {
				return err
			}
			var names []string
			for name := range all.Contexts {
				names = append(names, name)
			}
			slices.Sort(names)
			for _, name := range names {
				mark := " "
				if name == all.Current {
					mark = "*"
				}
				if _, err := fmt.Fprintf(p.stdout, "%s %s  %s\n", mark, name, all.Contexts[name].Server); err != nil {
					return err
				}
			}
			return nil
		}},
		act("use", "Have a context be the current one", func(all *contexts, name string) (bool, error) { all.Current = name; return true, nil }),
		act("remove", "Forget a context; its token stays good until it expires", func(all *contexts, name string) (bool, error) { all.forget(name); return true, nil }),
		act("show", "Show a context, without its token", func(all *contexts, name string) (bool, error) {
			c := all.Contexts[name]
			_, err := fmt.Fprintf(p.stdout, "server   %s\ntoken    %s, %s, with the scopes %s\nexpires  %s\n", c.Server, c.TokenID, c.Kind, strings.Join(c.Scopes, ", "), c.Expires.Format(time.RFC3339))
			return false, err
		}),
	)
	return group
}
