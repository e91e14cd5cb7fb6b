package oidc

import (
	"cmp"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/access/backstage"
	"github.com/evenkeel/evenkeel/services/access/jwks"
)

const fetchTimeout = 5 * time.Second

// minRSA is the least length of an RSA key in bits (NIST SP 800-131A).
const minRSA = 2048

// IssuerOptions say whose tokens are verified, and where the keys are.
type IssuerOptions struct {
	// URL is the issuer, to the letter.
	URL string
	// Keys is the file or the address of its keys; empty means that its discovery document says where
	// they are.
	Keys string
	// CAFile holds the certificates trusted to sign those of the issuer's hosts; empty means the system's.
	CAFile string

	Timeout time.Duration // of one look at what the issuer publishes; zero means 5 s
	Clock   clock.Clock
	Metrics *outbound.Metrics // nil counts nothing
	Logger  *slog.Logger
}

// Issuer verifies tokens of one issuer.
type Issuer struct {
	options  IssuerOptions
	local    bool // the issuer is on this machine
	metadata *jwks.Kept[metadata]
	keys     *jwks.Kept[jwks.Set]

	mu      sync.Mutex
	clients map[string]*outbound.Client // by origin
}

// metadata is what of a discovery document is looked at.
type metadata struct {
	Issuer        string   `json:"issuer"`
	Authorization string   `json:"authorization_endpoint"`
	Token         string   `json:"token_endpoint"`
	Keys          string   `json:"jwks_uri"`
	AuthMethods   []string `json:"token_endpoint_auth_methods_supported"`
}

// NewIssuer returns a verifier. It asks the issuer nothing before there is a token.
func NewIssuer(o IssuerOptions) (*Issuer, error) {
	o.Timeout = cmp.Or(o.Timeout, fetchTimeout)
	i := &Issuer{options: o, local: backstage.IsOnLoopback(o.URL), clients: map[string]*outbound.Client{}}
	if err := i.mayAsk(o.URL); err != nil {
		return nil, err
	}
	i.metadata = jwks.Keep(o.Clock, o.Timeout, i.discover)
	i.keys = jwks.Keep(o.Clock, 2*o.Timeout, i.fetchKeys)
	return i, nil
}

// Close lets go of the connections to the issuer.
func (i *Issuer) Close() {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, c := range i.clients {
		c.Close()
	}
}

// mayAsk refuses an address that is no secure one: where others are on the way they could hand out theirs.
func (i *Issuer) mayAsk(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !i.local || !backstage.IsOnLoopback(address)) {
		return fmt.Errorf("the address %.255q of the issuer %s must be https:// and a host", address, i.options.URL)
	}
	return nil
}

// client speaks to the host of an address, and follows no redirect: what is asked for is where it is said to be.
func (i *Issuer) client(address string) (*http.Client, error) {
	if err := i.mayAsk(address); err != nil {
		return nil, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("speak with %s: %w", i.options.URL, err)
	}
	origin := strings.ToLower(u.Scheme + "://" + u.Host)
	i.mu.Lock()
	defer i.mu.Unlock()
	c, there := i.clients[origin]
	if !there {
		c, err = outbound.New(outbound.Options{
			Name: "openid " + strings.ToLower(u.Host), URL: origin, Reach: outbound.Reach{AllowLoopback: i.local}, TLS: outbound.TLS{CAFile: i.options.CAFile},
			AttemptTimeout: i.options.Timeout, Timeout: i.options.Timeout, Attempts: 1, MaxAnswer: jwks.MaxDocument,
			// What is published is asked for once in jwks.AskAgainAfter at most, which is throttle enough.
			Random: func() float64 { return 0.9999 },
			Clock:  i.options.Clock, Metrics: i.options.Metrics, Logger: i.options.Logger,
		})
		if err != nil {
			return nil, fmt.Errorf("speak with %s: %w", i.options.URL, err)
		}
		i.clients[origin] = c
	}
	return &http.Client{Transport: c, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

// discover gets the discovery document (OpenID Connect Discovery 1.0, section 4).
func (i *Issuer) discover(ctx context.Context) (metadata, error) {
	address := strings.TrimRight(i.options.URL, "/") + "/.well-known/openid-configuration"
	var m metadata
	client, err := i.client(address)
	if err != nil {
		return m, err
	}
	body, err := jwks.Fetch(ctx, client, address)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return m, fmt.Errorf("read %s: %w", address, err)
	}
	if m.Issuer != i.options.URL {
		return m, fmt.Errorf("%s is of the issuer %.255q, and not of %q, to the letter", address, m.Issuer, i.options.URL)
	}
	return m, nil
}

func (i *Issuer) fetchKeys(ctx context.Context) (jwks.Set, error) {
	body, err := i.publishedKeys(ctx)
	if err != nil {
		return nil, err
	}
	return jwks.Read(body, strong)
}

func (i *Issuer) publishedKeys(ctx context.Context) ([]byte, error) {
	address := i.options.Keys
	if address != "" && !strings.Contains(address, "://") {
		file, err := os.Open(address)
		if err != nil {
			return nil, fmt.Errorf("read keys: %w", err)
		}
		defer file.Close()
		return io.ReadAll(io.LimitReader(file, jwks.MaxDocument))
	}
	if address == "" {
		m, err := i.metadata.Get(ctx, always[metadata])
		if err != nil {
			return nil, err
		}
		address = m.Keys
	}
	client, err := i.client(address)
	if err != nil {
		return nil, err
	}
	return jwks.Fetch(ctx, client, address)
}

func always[T any](T) bool { return true }

// strong reports whether a key is public, and long enough to be believed.
func strong(k jose.JSONWebKey) bool {
	public, isRSA := k.Key.(*rsa.PublicKey)
	return !isRSA || public.N.BitLen() >= minRSA
}

// key finds the key of that id; nil where the issuer has none, or several.
func (i *Issuer) key(ctx context.Context, kid string) (*jose.JSONWebKey, error) {
	keys, err := i.keys.Get(ctx, func(s jwks.Set) bool { _, there := s[kid]; return there })
	if err != nil {
		return nil, err
	}
	return keys[kid], nil
}

// notHad reports whether what the issuer publishes is not known and cannot be had.
func notHad(err error) bool { return errors.Is(err, jwks.ErrNotHad) }
