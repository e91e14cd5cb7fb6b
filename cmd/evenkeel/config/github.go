package config

import (
	"crypto/rsa"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github"
)

// minWebhookSecret is the least length, in characters, of a secret that nobody guesses.
const minWebhookSecret = 16

// HasCredentials reports whether there is a token or an App.
func (g GitHub) HasCredentials() bool { return !g.Token.IsZero() || g.AppID != 0 }

// WebhookSecrets are what GitHub signs webhooks with, the former one last; without one
// no webhook is taken.
func (g GitHub) WebhookSecrets() []string {
	var secrets []string
	for _, s := range []Secret{g.WebhookSecret, g.FormerWebhookSecret} {
		if !s.IsZero() {
			secrets = append(secrets, s.Reveal())
		}
	}
	return secrets
}

// ModeOf is the mode of a kind of issues.
func (g GitHub) ModeOf(kind issues.Kind) delivery.Mode {
	if mode, ok := g.Modes[string(kind)]; ok {
		return delivery.Mode(mode)
	}
	return delivery.Mode(g.Mode)
}

// Courier is what the courier of issues keeps to.
func (g GitHub) Courier() delivery.Settings {
	s := delivery.Defaults()
	s.Mode, s.Stopped = delivery.Mode(g.Mode), g.Paused
	for kind, mode := range g.Modes {
		if s.Kinds == nil {
			s.Kinds = map[issues.Kind]delivery.Mode{}
		}
		s.Kinds[issues.Kind(kind)] = delivery.Mode(mode)
	}
	s.StoppedKinds = g.PausedKinds.kinds()
	s.PerDay, s.TeamPerDay, s.GroupFrom = g.MaxDaily, g.MaxPerTeamDaily, g.GroupFrom
	s.Routes = issues.RouteRules{Host: g.Host(), Default: g.DefaultRepository, PublicKinds: g.PublicKinds.kinds()}
	s.Limits.Spacing, s.Hold, s.Misses = g.Spacing, g.Hold, g.Misses
	return s
}

// kinds are those that the list names.
func (l List) kinds() []issues.Kind {
	var kinds []issues.Kind
	for _, name := range l {
		kinds = append(kinds, issues.Kind(name))
	}
	return kinds
}

// Host is where repositories are shown to people.
func (g GitHub) Host() string {
	u, err := url.Parse(g.BaseURL)
	if g.BaseURL == "" || err != nil {
		return issues.HostOfGitHub
	}
	// With data residency the API is beside the pages, and not below them.
	if tenant, ok := strings.CutPrefix(u.Host, "api."); ok && strings.HasSuffix(tenant, ".ghe.com") {
		return tenant
	}
	return u.Host
}

// IsOnLoopback reports whether the Enterprise is on this machine.
func (g GitHub) IsOnLoopback() bool {
	u, err := url.Parse(g.BaseURL)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// Credentials are as whom GitHub is spoken to, and where.
func (g GitHub) Credentials() (github.Options, error) {
	o := github.Options{Token: g.Token.Reveal(), AppID: int64(g.AppID), BaseURL: g.BaseURL, CAFile: g.CAFile, AllowLoopback: g.IsOnLoopback()}
	if g.PrivateKey.IsZero() {
		o.Renew = func() (string, *rsa.PrivateKey) { return g.Token.Reveal(), nil }
		return o, nil
	}
	var err error
	if o.Key, err = github.ParseKey(g.PrivateKey.Reveal()); err != nil {
		return o, fmt.Errorf("github.privateKey %w", err)
	}
	first := o.Key
	o.Renew = func() (string, *rsa.PrivateKey) {
		// What is no key, as while somebody writes it, is not taken.
		if key, err := github.ParseKey(g.PrivateKey.Reveal()); err == nil {
			return "", key
		}
		return "", first
	}
	return o, nil
}

// check states the rules that a tag cannot.
func (g GitHub) check(require func(ok bool, key string, value any, format string, args ...any)) {
	hasApp := g.AppID != 0 || !g.PrivateKey.IsZero()
	require(g.Token.IsZero() || !hasApp, "github.token", nil,
		"and an App are given, and only one of them can be used: leave out github.token, or github.appID and github.privateKey")
	require(!strings.ContainsFunc(g.Token.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }), "github.token", nil,
		"must be a token as GitHub shows it once, such as ghp_… or github_pat_…, without spaces or line breaks (the value is not shown)")
	require(g.AppID == 0 || !g.PrivateKey.IsZero(), "github.privateKey", nil,
		"is missing, which belongs to github.appID: generate one in the App's settings under Private keys, and give the path of the file as github.privateKeyFile")
	require(g.AppID != 0 || g.PrivateKey.IsZero(), "github.appID", nil,
		"is missing, which belongs to github.privateKey: it is the number at the top of the App's settings")
	if !g.PrivateKey.IsZero() {
		_, err := github.ParseKey(g.PrivateKey.Reveal())
		require(err == nil, "github.privateKey", nil, "%v (the value is not shown)", err)
	}
	require(g.WebhookSecret.IsZero() || len(g.WebhookSecret.Reveal()) >= minWebhookSecret, "github.webhookSecret", nil,
		"must have at least %d characters, since whoever guesses it can speak as GitHub; \"openssl rand -hex 32\" makes one (the value is not shown)", minWebhookSecret)
	former := g.FormerWebhookSecret
	require(former.IsZero() || len(former.Reveal()) >= minWebhookSecret, "github.formerWebhookSecret", nil,
		"must have at least %d characters, as it had when it was github.webhookSecret (the value is not shown)", minWebhookSecret)
	require(former.IsZero() || !g.WebhookSecret.IsZero(), "github.formerWebhookSecret", nil,
		"is given without the one that replaces it: give that as github.webhookSecret, or this one, if it still is the only one")
	require(former.IsZero() || former.Reveal() != g.WebhookSecret.Reveal(), "github.formerWebhookSecret", nil,
		"is the same as github.webhookSecret: give the new one there, or take this one away (the values are not shown)")
	isWell := g.BaseURL == "" || isOrigin(strings.TrimSuffix(g.BaseURL, "/")) && (strings.HasPrefix(g.BaseURL, "https://") || g.IsOnLoopback())
	require(isWell, "github.baseURL", g.BaseURL,
		"must be https:// and the host of a GitHub Enterprise, without path, query or user, such as https://github.example.com")
	require(!isWell || !slices.Contains([]string{"github.com", "www.github.com", "api.github.com"}, strings.ToLower(hostOf(g.BaseURL))), "github.baseURL", g.BaseURL,
		"must be left out for GitHub.com")
	require(g.BaseURL != "" || g.CAFile == "", "github.caFile", g.CAFile, "is for a GitHub Enterprise; name that in github.baseURL")
	for _, kind := range sorted(g.Modes) {
		key := "github.modes." + kind
		require(isKind(kind), key, kind, "is of no kind of issues; there are: %s", kinds())
		require(slices.Contains(delivery.Modes, delivery.Mode(g.Modes[kind])), key, g.Modes[kind], "must be observe, warn or enforce")
	}
	for _, kind := range g.PausedKinds {
		require(isKind(kind), "github.pausedKinds", kind, "must be of kinds of issues; there are: %s", kinds())
	}
	for _, kind := range g.PublicKinds {
		require(isKind(kind), "github.publicKinds", kind, "must be of kinds of issues; there are: %s", kinds())
	}
	for _, owner := range g.Owners {
		require(delivery.Place(owner+"/x").IsWhole(), "github.owners", owner, "must be names of organisations or people on %s, such as acme", g.Host())
	}
	if isWell && g.DefaultRepository != "" {
		_, ok := issues.ParseRepository(g.DefaultRepository, g.Host())
		require(ok, "github.defaultRepository", g.DefaultRepository, "must be the address of a repository on %s, such as https://%s/example/reliability", g.Host(), g.Host())
	}
}

// hostOf gives the host of an address that is one.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

func isKind(name string) bool { return slices.Contains(issues.Kinds, issues.Kind(name)) }

// kinds names all kinds of issues.
func kinds() string {
	var names []string
	for _, kind := range issues.Kinds {
		names = append(names, string(kind))
	}
	return strings.Join(names, ", ")
}
