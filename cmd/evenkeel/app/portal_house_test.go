package app_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
)

// backstage stands for a portal's backend: the sets of keys of its plugins, by path, as
// Backstage serves them. The program's requests to it are real ones.
type backstage struct {
	t   *testing.T
	url string

	mu    sync.Mutex
	sets  map[string][]jose.JSONWebKey
	down  bool
	asked map[string]int
}

// members are those of a header, or claims.
type members map[string]any

// signer is a private key with its id.
type signer struct {
	kid string
	key *ecdsa.PrivateKey
}

func newSigner(t *testing.T, kid string) signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signer{kid, key}
}

func (s signer) public() jose.JSONWebKey {
	return jose.JSONWebKey{Key: &s.key.PublicKey, KeyID: s.kid, Algorithm: "ES256"}
}

const authKeys = "/api/auth/.well-known/jwks.json"

func keysOf(plugin string) string { return "/api/" + plugin + "/.backstage/auth/v1/jwks.json" }

// openBackstage listens on loopback until the test ends.
func openBackstage(t *testing.T) *backstage {
	t.Helper()
	b := &backstage{t: t, sets: map[string][]jose.JSONWebKey{}, asked: map[string]int{}}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func (b *backstage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked[r.URL.Path]++
	keys, there := b.sets[r.URL.Path]
	switch {
	case b.down:
		http.Error(w, "down", http.StatusBadGateway)
	case !there:
		http.NotFound(w, r)
	default:
		w.Header().Set("Content-Type", "application/json")
		if keys == nil {
			keys = []jose.JSONWebKey{}
		}
		if err := json.NewEncoder(w).Encode(map[string]any{"keys": keys}); err != nil {
			b.t.Errorf("serve keys: %v", err)
		}
	}
}

// publish has a set hold exactly these keys.
func (b *backstage) publish(path string, keys ...jose.JSONWebKey) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sets[path] = keys
}

func (b *backstage) fail(down bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = down
}

func (b *backstage) times(path string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked[path]
}

// encoded is a part of a token.
func encoded(part any) string {
	raw, err := json.Marshal(part)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// sign makes a token by hand, so that it can be wrong in every way: RFC 7515, section 7.1,
// and RFC 7518, section 3.4, where the signature is R and S of 32 bytes each.
func (s signer) sign(header, claims any) string {
	input := encoded(header) + "." + encoded(claims)
	return input + "." + base64.RawURLEncoding.EncodeToString(s.signature(input))
}

// plus gives members changed; nil takes one away.
func (m members) plus(changes members) members {
	out := maps.Clone(m)
	for name, value := range changes {
		if out[name] = value; value == nil {
			delete(out, name)
		}
	}
	return out
}

// portalHouse is the program beside a portal, with the keys of its plugins.
type portalHouse struct {
	*house
	portal                                        *backstage
	auth, evenkeel, scaffolder, catalog, unlisted signer
}

func besidePortal(t *testing.T, database string, change ...func(*config.Config)) *portalHouse {
	t.Helper()
	b := openBackstage(t)
	h := &portalHouse{portal: b, house: open(t, database, append(change, func(c *config.Config) { c.Portal.URL = b.url + "/" })...)}
	h.furnish()
	for plugin, to := range map[string]*signer{"evenkeel": &h.evenkeel, "scaffolder": &h.scaffolder, "catalog": &h.catalog, "techdocs": &h.unlisted} {
		*to = newSigner(t, "key-of-"+plugin)
		b.publish(keysOf(plugin), to.public())
	}
	h.auth = newSigner(t, "key-of-auth")
	b.publish(authKeys, h.auth.public())
	return h
}

// limited are the header and claims of a limited token of a user, as Backstage makes them.
func (h *portalHouse) limited(user string) (header, claims members) {
	now := h.clock.Now().Unix()
	return members{"typ": "vnd.backstage.limited-user", "alg": "ES256", "kid": h.auth.kid},
		members{"sub": user, "iat": now - 60, "exp": now + 3540}
}

// obo is such a token.
func (h *portalHouse) obo(user string) string { return h.auth.sign(h.limited(user)) }

// plugin are the header and claims of a token of a plugin, as Backstage makes them.
func (h *portalHouse) plugin(s signer, sub, obo string) (header, claims members) {
	now := h.clock.Now().Unix()
	claims = members{"sub": sub, "aud": "evenkeel-api", "iat": now, "exp": now + 3540}
	if obo != "" {
		claims["obo"] = obo
	}
	return members{"typ": "vnd.backstage.plugin", "alg": "ES256", "kid": s.kid}, claims
}

// as is the header of a request that the portal's own plugin makes for a user.
func (h *portalHouse) as(user string) []string {
	return bearer(h.evenkeel.sign(h.plugin(h.evenkeel, "evenkeel", h.obo(user))))
}

// itself is that of one that a plugin makes by itself.
func (h *portalHouse) itself() []string {
	return bearer(h.catalog.sign(h.plugin(h.catalog, "catalog", "")))
}

func bearer(token string) []string { return []string{"Authorization: Bearer " + token} }

// me asks who calls.
func (h *portalHouse) me(header []string) answer {
	h.t.Helper()
	return h.do(call{as: "nobody", method: "GET", path: "/v1/me", header: header})
}

// swap exchanges parts of two tokens.
func swap(a, b string, part int) string {
	one, other := strings.Split(a, "."), strings.Split(b, ".")
	one[part] = other[part]
	return strings.Join(one, ".")
}

// later lets the least time between two looks at a set of keys pass.
func (h *portalHouse) later() { h.clock.Advance(10 * time.Second) }

func (h *portalHouse) metric(reason string) string {
	return fmt.Sprintf("evenkeel_portal_tokens_refused_total{reason=%q}", reason)
}
