package backstage_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/access/backstage"
	"github.com/evenkeel/evenkeel/services/audit"
)

// Where Backstage has keys, see the package's comment.
const (
	ofEvenkeel = "/api/evenkeel/.backstage/auth/v1/jwks.json"
	ofAuth     = "/api/auth/.well-known/jwks.json"
)

// house is a verifier beside a portal that serves what the test says. The portal's plugin
// evenkeel may act for people.
type house struct {
	*backstage.Verifier
	t              *testing.T
	clock          *clock.Manual
	url            string
	evenkeel, auth signer

	mu     sync.Mutex
	sets   map[string]http.Handler
	asked  map[string]int
	reason backstage.Reason // why a token was refused last
}

func newHouse(t *testing.T, change ...func(*backstage.Options)) *house {
	t.Helper()
	h := &house{t: t, clock: clock.NewManual(storetest.Start), sets: map[string]http.Handler{}, asked: map[string]int{}}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	h.url = server.URL
	h.evenkeel, h.auth = newSigner(t, "of-evenkeel"), newSigner(t, "of-auth")
	h.publish(ofEvenkeel, h.evenkeel)
	h.publish(ofAuth, h.auth)
	s, log := storetest.SQLite(t), slog.New(slog.NewTextHandler(io.Discard, nil))
	authorizer := access.NewAuthorizer(s.Access())
	people := access.NewService(s.Access(), s, authorizer, audit.NewService(s.Audit(), s, authorizer, h.clock.Now), h.clock.Now, access.Lifetimes{}, log)
	t.Cleanup(func() { _ = people.Close(context.WithoutCancel(t.Context())) })
	o := backstage.Options{
		URL: server.URL, Audience: "evenkeel-api", Plugins: []string{"evenkeel"}, People: people, Clock: h.clock.Now, Logger: log,
		Refused: func(r backstage.Reason) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.reason = r
		},
	}
	for _, c := range change {
		c(&o)
	}
	var err error
	if h.Verifier, err = backstage.New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

func (h *house) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.asked[r.URL.Path]++
	set := h.sets[r.URL.Path]
	h.mu.Unlock()
	if set == nil {
		set = http.NotFoundHandler()
	}
	set.ServeHTTP(w, r)
}

// serve has a set of keys answered so.
func (h *house) serve(path string, answer http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sets[path] = answer
}

// publish has a set hold exactly these keys.
func (h *house) publish(path string, signers ...signer) {
	body := setOf(signers...)
	h.serve(path, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) })
}

// times is how often a set was asked for.
func (h *house) times(path string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.asked[path]
}

// good is a token of the plugin for Ada, as Backstage makes it.
func (h *house) good() string { return h.token(h.evenkeel, h.auth) }

// token is such a token, signed by others.
func (h *house) token(plugin, user signer) string {
	now := h.clock.Now().Unix()
	times := func(more map[string]any) map[string]any {
		more["iat"], more["exp"] = now, now+3540
		return more
	}
	return plugin.sign(h.t, "vnd.backstage.plugin", times(map[string]any{
		"sub": "evenkeel", "aud": "evenkeel-api",
		"obo": user.sign(h.t, "vnd.backstage.limited-user", times(map[string]any{"sub": "user:default/ada"})),
	}))
}

// takes requires that a token is taken, as Ada's.
func (h *house) takes(what, token string) {
	h.t.Helper()
	if c, err := h.Authenticate(h.t.Context(), token); err != nil || c.Name != "ada" {
		h.t.Errorf("%s: %v, %v", what, c, err)
	}
}

// refuses requires that a token is refused for the reason.
func (h *house) refuses(what, token string, code string, reason backstage.Reason) {
	h.t.Helper()
	_, err := h.Authenticate(h.t.Context(), token)
	h.mu.Lock()
	defer h.mu.Unlock()
	if e := fault.As(err); e == nil || e.Code != code || h.reason != reason {
		h.t.Errorf("%s: %v for %q, want %s for %q", what, err, h.reason, code, reason)
	}
}

// later lets the least time between two looks at a set of keys pass.
func (h *house) later() { h.clock.Advance(10 * time.Second) }

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

// called is the same key under another id.
func (s signer) called(kid string) signer { return signer{kid, s.key} }

func (s signer) sign(t *testing.T, typ string, claims map[string]any) string {
	t.Helper()
	made, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: s.key},
		(&jose.SignerOptions{}).WithType(jose.ContentType(typ)).WithHeader("kid", s.kid))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := made.Sign(raw)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// setOf is a set of keys as Backstage serves it.
func setOf(signers ...signer) []byte {
	keys := make([]jose.JSONWebKey, len(signers))
	for i, s := range signers {
		keys[i] = jose.JSONWebKey{Key: &s.key.PublicKey, KeyID: s.kid, Algorithm: "ES256"}
	}
	body, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		panic(err)
	}
	return body
}
