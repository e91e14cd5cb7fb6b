package oidc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/access/jwks"
)

// PeopleOptions say by which provider people are verified, and how they are taken in.
type PeopleOptions struct {
	IssuerOptions
	// Name is what people call the provider.
	Name string
	// ClientID and ClientSecret, as it is now, are ours at the provider; without a secret PKCE alone proves that
	// whoever brings a code asked for it. DeviceClientID is that of the command line; empty means that there is none.
	ClientID, DeviceClientID string
	ClientSecret             func() string
	Scopes                   []string
	// Redirect is the address to which the provider sends people back.
	Redirect string
	// Require are claims that a token has to have, by name: the value, or a list in which it is.
	Require map[string]string
	// Enter and Link are as in access.Arrival.
	Enter, Link bool
}

// People are those whom a provider verifies.
type People struct {
	*Issuer
	options PeopleOptions
}

// NewPeople returns them. It asks the provider nothing before somebody comes.
func NewPeople(o PeopleOptions) (*People, error) {
	issuer, err := NewIssuer(o.IssuerOptions)
	if err != nil {
		return nil, err
	}
	return &People{Issuer: issuer, options: o}, nil
}

// Name is what people call the provider.
func (p *People) Name() string { return p.options.Name }

// Attempt is what ties the way back from the provider to the browser that went there.
type Attempt struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
}

// NewAttempt returns a fresh one.
func NewAttempt() Attempt {
	return Attempt{State: oauth2.GenerateVerifier(), Nonce: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier()}
}

// Begin returns the address at the provider where somebody signs in.
// Fault: Unavailable "provider_unavailable".
func (p *People) Begin(ctx context.Context, a Attempt) (string, error) {
	c, err := p.config(ctx)
	if err != nil {
		return "", err
	}
	return c.AuthCodeURL(a.State, oauth2.S256ChallengeOption(a.Verifier), oauth2.SetAuthURLParam("nonce", a.Nonce)), nil
}

// Finish returns whom the provider sent back with the code, in the attempt in which they went there.
//
// Faults: Unauthenticated "provider_refused" and those of Verify; Unavailable "provider_unavailable".
func (p *People) Finish(ctx context.Context, a Attempt, code string) (access.Arrival, error) {
	c, err := p.config(ctx)
	if err != nil {
		return access.Arrival{}, err
	}
	client, err := p.client(c.Endpoint.TokenURL)
	if err != nil {
		return access.Arrival{}, err
	}
	answer, err := c.Exchange(context.WithValue(ctx, oauth2.HTTPClient, client), code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return access.Arrival{}, p.noAnswer(err)
	}
	text, _ := answer.Extra("id_token").(string)
	t, err := p.verify(ctx, text)
	if err == nil && (a.Nonce == "" || t.nonce != a.Nonce) {
		err = isWrong("it was made for another attempt to sign in")
	}
	if err != nil {
		return access.Arrival{}, refuse(p.options.URL, err)
	}
	return p.arrival(t, p.options.ClientID)
}

// noAnswer is the fault of a code for which the provider gave no token.
func (p *People) noAnswer(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response != nil && refused.Response.StatusCode < 500 {
		e := fault.New(fault.Unauthenticated, "provider_refused", "%s did not take the code with which you came back; sign in again", p.options.Name)
		e.Err = err
		return e
	}
	e := fault.New(fault.Unavailable, "provider_unavailable", "%s does not answer; try again in a moment, or ask an administrator for a sign-in link", p.options.Name)
	e.Err = err
	return e
}

// Verify returns of whom an ID token is that the provider made for one of our clients.
//
// Faults: Unauthenticated "provider_token_invalid" and "person_refused"; Unavailable "provider_unavailable".
func (p *People) Verify(ctx context.Context, text string) (access.Arrival, error) {
	t, err := p.verify(ctx, text)
	if err != nil {
		return access.Arrival{}, refuse(p.options.URL, err)
	}
	return p.arrival(t, p.options.ClientID, p.options.DeviceClientID)
}

// ours reports whether one of the audiences is a client of ours.
func (p *People) ours(audiences []string) bool {
	return slices.ContainsFunc(audiences, func(a string) bool {
		return a != "" && (a == p.options.ClientID || a == p.options.DeviceClientID)
	})
}

// arrival is who a token is of, which has to be made for one of the clients (OpenID Connect Core, section 3.1.3.7).
func (p *People) arrival(t token, clients ...string) (access.Arrival, error) {
	mine := func(client string) bool { return client != "" && slices.Contains(clients, client) }
	azp := t.text("azp")
	if !slices.ContainsFunc(t.audiences, mine) || azp != "" && !mine(azp) || azp == "" && len(t.audiences) > 1 {
		return access.Arrival{}, refuse(p.options.URL, isWrong("it was made for %q, and not for Evenkeel", fault.Clip(strings.Join(t.audiences, ", "), 64)))
	}
	for name, value := range p.options.Require {
		if !t.has(name, value) {
			return access.Arrival{}, fault.New(fault.Unauthenticated, "person_refused", "%s does not say of you that %s is %s, which it takes to come in here: ask an administrator", p.options.Name, name, value)
		}
	}
	a := access.Arrival{Issuer: t.issuer, Subject: t.subject, Enter: p.options.Enter, Link: p.options.Link}
	if verified := string(t.claims["email_verified"]); verified == "true" || verified == `"true"` {
		a.Email = line(t.text("email"), 254)
		if at := strings.LastIndexByte(a.Email, '@'); at < 1 || at == len(a.Email)-1 || strings.Contains(a.Email, " ") {
			a.Email = ""
		}
	}
	for _, name := range []string{t.text("name"), t.text("preferred_username"), a.Email, t.subject} {
		if a.DisplayName = line(name, 100); a.DisplayName != "" {
			break
		}
	}
	return a, nil
}

// line is a text as a name is shown: on one line, of at most that many characters, and nothing that is not seen.
func line(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if hidden.Rune(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if runes := []rune(strings.TrimSpace(text)); len(runes) > most {
		text = string(runes[:most])
	}
	return strings.TrimSpace(text)
}

// config is how the provider is spoken to, as its discovery document says.
func (p *People) config(ctx context.Context) (*oauth2.Config, error) {
	m, err := p.metadata.Get(ctx, always[metadata])
	if err != nil {
		e := fault.New(fault.Unavailable, "provider_unavailable", "%s does not answer; try again in a moment, or ask an administrator for a sign-in link", p.options.Name)
		e.Err, e.RetryAfter = err, jwks.AskAgainAfter
		return nil, e
	}
	for _, address := range []string{m.Authorization, m.Token} {
		if err := p.mayAsk(address); err != nil {
			return nil, fmt.Errorf("sign in by %s: %w", p.options.Name, err)
		}
	}
	style, secret := oauth2.AuthStyleInHeader, p.options.ClientSecret()
	if secret == "" || len(m.AuthMethods) > 0 && !slices.Contains(m.AuthMethods, "client_secret_basic") {
		style = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{
		ClientID: p.options.ClientID, ClientSecret: secret, RedirectURL: p.options.Redirect, Scopes: p.options.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: m.Authorization, TokenURL: m.Token, AuthStyle: style},
	}, nil
}
