package config

import (
	"net/url"
	"strings"

	"github.com/evenkeel/evenkeel/services/access/backstage"
	"github.com/evenkeel/evenkeel/services/access/oidc"
)

// OIDC says by which OpenID provider people sign in.
type OIDC struct {
	Issuer         string            `koanf:"issuer" default:"" shown:"no provider" doc:"The issuer, to the letter as its discovery document names it, such as https://login.example.com/realms/acme. It has to be https, but on this machine. It may be on an inside address. Empty means that people sign in with links alone."`
	Name           string            `koanf:"name" default:"your organisation" doc:"What people call the provider: the button reads Sign in with this name."`
	ClientID       string            `koanf:"clientID" default:"" doc:"The client that Evenkeel is at the provider, for the pages. Its redirect address is /signin/callback below publicURL."`
	ClientSecret   Secret            `koanf:"clientSecret" default:"" shown:"none" doc:"The client's secret. Without one the client has to be a public one at the provider; PKCE is used either way."`
	Scopes         List              `koanf:"scopes" default:"openid, profile, email" doc:"The scopes that are asked for; openid is one of them."`
	DeviceClientID string            `koanf:"deviceClientID" default:"" shown:"no login on the command line" doc:"The public client of evenkeel login, for which the provider allows the device flow (RFC 8628). Evenkeel tells it to whoever asks."`
	UnknownPeople  string            `koanf:"unknownPeople" default:"enter" oneof:"enter,refuse" doc:"What becomes of people whom the provider verified and Evenkeel does not know: enter makes them a person of no team and without rights, who reads what everybody reads; refuse has an administrator add them before, with provider oidc, the issuer and their sub."`
	LinkByEmail    bool              `koanf:"linkByEmail" default:"false" doc:"Whether somebody unknown is the person to whom the portal's catalog gave the same e-mail address, where the provider says that it verified it. Administrators are never found so, nor is anybody by an address that two people have. Only for a provider that verifies addresses itself and gives none of them to another."`
	RequireClaims  map[string]string `koanf:"requireClaims" default:"" shown:"none" holds:"claim=value" example:"hd=example.com" doc:"Claims that the ID token has to have, each as this value or a list in which it is, such as hd=example.com of Google or a group."`
	CAFile         string            `koanf:"caFile" default:"" shown:"those of the system" doc:"A file with the certificates, in PEM, that are trusted to sign the provider's."`
}

// Workloads says of which issuers tokens of workloads are taken.
type Workloads struct {
	Issuers  List   `koanf:"issuers" default:"" shown:"none" doc:"The issuers whose tokens can be exchanged at all, such as https://token.actions.githubusercontent.com or that of a cluster. Which of their tokens are worth something is for teams to say, in workload identities. An issuer that cannot be reached for its keys has = and the path of a file with them, or their address, behind it: https://kubernetes.default.svc.cluster.local=/etc/evenkeel/cluster-keys.json."`
	Audience string `koanf:"audience" default:"" shown:"publicURL" doc:"For whom those tokens are to be made, unless a workload identity says otherwise."`
	CAFile   string `koanf:"caFile" default:"" shown:"those of the system" doc:"A file with the certificates, in PEM, that are trusted to sign those of the issuers, for a cluster with an authority of its own."`
}

// Keys are where the keys of each issuer are; empty where its discovery document says so.
func (w Workloads) Keys() map[string]string {
	out := map[string]string{}
	for _, one := range w.Issuers {
		issuer, keys, _ := strings.Cut(one, "=")
		out[issuer] = keys
	}
	return out
}

// Trusted are the issuers alone, as they were given.
func (w Workloads) Trusted() []string {
	var out []string
	for _, one := range w.Issuers {
		issuer, _, _ := strings.Cut(one, "=")
		out = append(out, issuer)
	}
	return out
}

// isIssuer reports whether the text is one (OpenID Connect Core, section 2): a URL without query or fragment.
func isIssuer(s string) bool {
	u, err := url.Parse(s)
	return isHTTP(s) && err == nil && u.RawQuery == "" && !u.ForceQuery && !strings.Contains(s, "#") && len(s) <= 255
}

// check states the rules that a tag cannot.
func (o OIDC) check(require func(ok bool, key string, value any, format string, args ...any)) {
	const form = "must be https:// and a host, with a path if need be, without query, fragment or user, such as https://login.example.com/realms/acme; http:// is for this machine alone"
	require(o.Issuer == "" || isIssuer(o.Issuer) && (strings.HasPrefix(o.Issuer, "https://") || backstage.IsOnLoopback(o.Issuer)), "oidc.issuer", o.Issuer, form)
	require((o.Issuer == "") == (o.ClientID == ""), "oidc.clientID", o.ClientID, "must be given with oidc.issuer, or neither")
	require(o.DeviceClientID == "" || o.Issuer != "", "oidc.deviceClientID", o.DeviceClientID, "is given without oidc.issuer")
	require(o.ClientSecret.IsZero() || o.Issuer != "", "oidc.clientSecret", nil, "is given without oidc.issuer (the value is not shown)")
	require(o.Issuer == "" || strings.TrimSpace(o.Name) != "" && len(o.Name) <= 60, "oidc.name", o.Name, "must be 1 to 60 characters")
	openid := false
	for _, scope := range o.Scopes {
		require(isLabel(scope), "oidc.scopes", scope, "must be scopes, which have no spaces")
		openid = openid || scope == "openid"
	}
	require(o.Issuer == "" || openid, "oidc.scopes", o.Scopes.String(), "must have openid among them: without it there is no ID token")
	// Everybody in the world has an account there.
	require(o.Issuer != "https://accounts.google.com" || o.UnknownPeople == "refuse" || o.RequireClaims["hd"] != "", "oidc.requireClaims", nil,
		"must have hd=your-domain for Google, where oidc.unknownPeople is enter: as it is, everybody with a Google account comes in")
}

func (w Workloads) check(require func(ok bool, key string, value any, format string, args ...any)) {
	for _, one := range w.Issuers {
		issuer, keys, given := strings.Cut(one, "=")
		require(isIssuer(issuer) && (strings.HasPrefix(issuer, "https://") || backstage.IsOnLoopback(issuer)), "workloads.issuers", one,
			"must be issuers, each https:// and a host, such as https://token.actions.githubusercontent.com, with = and where its keys are behind it if need be; http:// is for this machine alone")
		require(!given || keys != "", "workloads.issuers", one, "has nothing behind =: the path of a file with its keys, or their address")
		require(!strings.Contains(keys, "://") || strings.HasPrefix(keys, "https://") || backstage.IsOnLoopback(keys) && backstage.IsOnLoopback(issuer), "workloads.issuers", one, "must have an https:// address behind =, or the path of a file")
	}
	require(w.Audience == "" || isLabel(w.Audience), "workloads.audience", w.Audience, "must be 1 to 253 printable characters without spaces")
}

// People are the provider's settings; redirect is where it sends people back.
func (o OIDC) People(redirect string) oidc.PeopleOptions {
	return oidc.PeopleOptions{
		IssuerOptions: oidc.IssuerOptions{URL: o.Issuer, CAFile: o.CAFile},
		Name:          o.Name, ClientID: o.ClientID, ClientSecret: o.ClientSecret.Reveal, DeviceClientID: o.DeviceClientID, Scopes: o.Scopes,
		Redirect: redirect, Require: o.RequireClaims, Enter: o.UnknownPeople == "enter", Link: o.LinkByEmail,
	}
}
