package backstage

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/json"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/access/jwks"
)

// Provider is the provider of the identities that a portal gives people.
const Provider = "backstage"

// base64url is how the parts of a token are written.
var base64url = base64.RawURLEncoding.Strict()

// People are those whom the portal knows.
type People interface {
	// Meet returns as whom somebody calls whom a provider verified, and enters whom it
	// does not know. Unauthenticated "token_revoked" for who was deactivated.
	Meet(ctx context.Context, in access.PersonInput) (access.Caller, error)
}

// Options say which portal is believed, and what.
type Options struct {
	// URL is the portal's address, the issuer of people's identities. APIURL is where its
	// backend is reached from here; empty means the same.
	URL, APIURL string
	// Audience is what plugins call Evenkeel: the target of their tokens.
	Audience string
	// Plugins may act for people, OwnPlugins by themselves.
	Plugins, OwnPlugins []string
	// Timeout is how long a set of keys is waited for; zero means 5 s.
	Timeout time.Duration

	People  People
	Clock   clock.Clock
	Metrics *outbound.Metrics // nil counts nothing
	Logger  *slog.Logger
	// Refused, if not nil, is told why a token was refused.
	Refused func(Reason)
}

// Verifier tells as whom a plugin of the portal calls.
type Verifier struct {
	options Options
	issuer  string
	base    string
	ring    *keyRing
	client  *outbound.Client
}

// New returns a verifier, or a fault for options that are wrong. It asks the portal
// nothing before there is a token.
func New(o Options) (*Verifier, error) {
	o.Timeout = cmp.Or(o.Timeout, fetchTimeout)
	v := &Verifier{options: o, issuer: strings.TrimRight(o.URL, "/"), base: strings.TrimRight(o.APIURL, "/")}
	if v.base == "" {
		v.base = v.issuer
	}
	var err error
	v.client, err = outbound.New(outbound.Options{
		Name: "portal", URL: v.base, Reach: outbound.Reach{AllowLoopback: IsOnLoopback(v.base)},
		AttemptTimeout: o.Timeout, Timeout: o.Timeout, Attempts: 1, MaxAnswer: maxKeySet,
		// Each set is asked for once in AskAgainAfter at most, which is throttle enough: one that
		// remembers an outage would turn the first look after it away.
		Random: func() float64 { return 0.9999 },
		Clock:  o.Clock, Metrics: o.Metrics, Logger: o.Logger,
	})
	if err != nil {
		return nil, fmt.Errorf("speak with the portal: %w", err)
	}
	v.ring = &keyRing{now: o.Clock, timeout: o.Timeout, sets: map[string]*jwks.Kept[jwks.Set]{}, client: &http.Client{
		Transport:     v.client,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // keys are where they are, or nowhere
	}}
	return v, nil
}

// Close lets go of the connections to the portal.
func (v *Verifier) Close() { v.client.Close() }

// IsOnLoopback reports whether the address is this machine's own.
func IsOnLoopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return strings.EqualFold(u.Hostname(), "localhost") || ip != nil && ip.IsLoopback()
}

// IsToken reports whether a text has the shape of a signed token, which none of Evenkeel's
// own has: three parts, of which the first is an object in base64.
func IsToken(text string) bool {
	return strings.HasPrefix(text, "eyJ") && strings.Count(text, ".") == 2
}

// Authenticate returns as whom the portal's token calls: the person for whom a plugin uses
// it, or that plugin by itself.
//
// Faults: Unauthenticated "portal_token_invalid", which says what would be right,
// "token_expired" of one that the portal made, and "token_revoked" of who was deactivated;
// Unavailable "portal_unavailable" where the
// portal's keys are not known and cannot be had.
func (v *Verifier) Authenticate(ctx context.Context, text string) (access.Caller, error) {
	t, err := v.plugin(ctx, text)
	if err != nil {
		return access.Caller{}, v.refuse(ctx, "", err)
	}
	if t.claims.Obo == nil {
		return access.Caller{
			Kind: access.ByPortal, Name: t.sub(), Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite},
		}, nil
	}
	in, err := v.user(ctx, t.claims.Obo)
	if err != nil {
		return access.Caller{}, v.refuse(ctx, oboPrefix, err)
	}
	c, err := v.options.People.Meet(ctx, in)
	if fault.Is(err, fault.Unauthenticated) {
		v.note(ctx, Left, err)
	}
	return c, err
}

// plugin verifies the token of a plugin.
func (v *Verifier) plugin(ctx context.Context, text string) (*token, error) {
	t, no := takeApart(text, typPlugin)
	if no != nil {
		return nil, no
	}
	// Only a name that is configured becomes an address.
	setting, allowed := "portal.ownPlugins", v.options.OwnPlugins
	if t.claims.Obo != nil {
		setting, allowed = "portal.plugins", v.options.Plugins
	}
	if !slices.Contains(allowed, t.sub()) {
		return nil, isWrong(WrongSub, "its sub must be a plugin of %s, and is %s", setting, quote(t.sub()))
	}
	if err := v.verify(ctx, t, "/api/"+t.sub()+"/.backstage/auth/v1/jwks.json"); err != nil {
		return nil, err
	}
	var aud string
	if json.Unmarshal(t.claims.Aud, &aud) != nil || aud != v.options.Audience {
		return nil, isWrong(WrongAud, "its aud must be %s, and nothing else: the targetPluginId for which the plugin asks", quote(v.options.Audience))
	}
	return t, nil
}

// user verifies for whom a plugin acts.
func (v *Verifier) user(ctx context.Context, obo json.RawMessage) (access.PersonInput, error) {
	var text string
	if json.Unmarshal(obo, &text) != nil {
		return access.PersonInput{}, isWrong(WrongObo, "it must be a limited token of a user")
	}
	t, no := takeApart(text, typLimitedUser)
	if no != nil {
		return access.PersonInput{}, no
	}
	if err := v.verify(ctx, t, "/api/auth/.well-known/jwks.json"); err != nil {
		return access.PersonInput{}, err
	}
	subject, name, ok := parseUser(t.sub())
	if !ok {
		return access.PersonInput{}, isWrong(WrongSub, "its sub must be a user such as user:default/ada, and is %s", quote(t.sub()))
	}
	if t.claims.Obo != nil {
		return access.PersonInput{}, isWrong(WrongObo, "a user's token must not have an obo of its own")
	}
	return access.PersonInput{DisplayName: name, Provider: Provider, Issuer: v.issuer, Subject: subject}, nil
}

// verify holds a token to the keys at the path, and to the clock.
func (v *Verifier) verify(ctx context.Context, t *token, path string) error {
	key, err := v.ring.key(ctx, v.base+path, t.kid)
	if err != nil {
		return err
	}
	if key == nil {
		return isWrong(WrongKid, "the portal has no one key of its kid at %s; if its keys changed just now, try again in %s", path, AskAgainAfter)
	}
	if _, err := t.jws.Verify(key); err != nil {
		return isWrong(WrongSign, "it was not signed by the key of its kid at %s", path)
	}
	if no := t.checkTimes(v.options.Clock()); no != nil {
		return no
	}
	return nil
}

// refuse makes a fault of what is wrong with a token, or its obo.
func (v *Verifier) refuse(ctx context.Context, of Reason, err error) error {
	var no *wrong
	switch {
	case errors.As(err, &no):
		what := "the portal's token"
		if of == oboPrefix {
			what = "the obo of the portal's token"
		}
		v.note(ctx, of+no.reason, err)
		e := fault.New(fault.Unauthenticated, no.code, "%s is refused: %s", what, no.says)
		e.Err = err
		return e
	case errors.Is(err, errNoKeys):
		v.note(ctx, NotAvailable, err)
		e := fault.New(fault.Unavailable, "portal_unavailable", "the portal does not tell by which keys its tokens are verified; tokens of Evenkeel's own go on to work")
		e.Err, e.RetryAfter = err, AskAgainAfter
		return e
	default:
		return err
	}
}

// note tells the operator. A refusal is of the one who asks; that keys are missing is not.
func (v *Verifier) note(ctx context.Context, reason Reason, err error) {
	if v.options.Refused != nil {
		v.options.Refused(reason)
	}
	v.options.Logger.InfoContext(ctx, "a portal's token was not taken", "reason", string(reason), "error", err)
}
