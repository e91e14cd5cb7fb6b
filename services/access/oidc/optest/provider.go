// Package optest is a real OpenID provider for tests, that of github.com/zitadel/oidc, which is certified for
// the flows used here. It keeps its clients, keys and people in memory, asks nobody for a password, and signs
// what a test wants with its own keys.
package optest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// The clients that the provider knows.
const (
	Pages  = "evenkeel" // confidential, with the authorisation code
	Secret = "a secret of the client"
	Device = "evenkeel-cli" // public, with the device flow
)

// Person is somebody whom the provider knows.
type Person struct {
	Subject, Name, Email string
	EmailVerified        bool
}

// Provider is the provider, at URL.
type Provider struct {
	URL     string
	t       testing.TB
	server  *httptest.Server
	storage *storage

	mu   sync.Mutex
	down bool
	keys []Key
	hits map[string]int
}

// Key is a key of the provider's. The last one signs.
type Key struct {
	ID        string
	Algorithm jose.SignatureAlgorithm
	private   crypto.Signer
}

// New starts a provider that signs by RS256, and sends people nowhere before SendBack says where.
func New(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{t: t, hits: map[string]int{}}
	p.storage = newStorage(p)
	var handler http.Handler
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		down := p.down
		p.hits[r.URL.Path]++
		p.mu.Unlock()
		if down {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(p.server.Close)
	p.URL = p.server.URL
	p.Rotate("first", jose.RS256)
	provider, err := op.NewProvider(&op.Config{
		CryptoKey: [32]byte{1}, CodeMethodS256: true, AuthMethodPost: true,
		DeviceAuthorization: op.DeviceAuthorizationConfig{Lifetime: time.Minute, PollInterval: time.Second, UserFormPath: "/device", UserCode: op.UserCodeBase20},
	}, p.storage, op.StaticIssuer(p.URL), op.WithAllowInsecure(), op.WithLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", provider)
	// Here a provider would ask for a password.
	interceptor := op.NewIssuerInterceptor(provider.IssuerFromRequest)
	mux.HandleFunc("/login", interceptor.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := r.URL.Query().Get("id")
		if err := p.storage.login(request); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, op.AuthCallbackURL(provider)(r.Context(), request), http.StatusFound)
	}))
	mux.HandleFunc("/device", func(w http.ResponseWriter, r *http.Request) {
		if err := p.storage.approve(r.URL.Query().Get("user_code")); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, "Thank you, go back to your terminal.")
	})
	handler = mux
	return p
}

// Comes has this person be the one in front of the browser.
func (p *Provider) Comes(who Person) {
	p.storage.mu.Lock()
	defer p.storage.mu.Unlock()
	p.storage.who = who
	p.storage.people[who.Subject] = who
}

// SendBack has the provider send people back to the address, and to no other.
func (p *Provider) SendBack(redirect string) {
	p.storage.mu.Lock()
	defer p.storage.mu.Unlock()
	p.storage.redirect = redirect
}

// Down has the provider answer nothing but 503.
func (p *Provider) Down(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

// Asked is how often a path was asked for.
func (p *Provider) Asked(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hits[path]
}

// Rotate has the provider sign with a new key from now on. Its other keys stay published.
func (p *Provider) Rotate(id string, algorithm jose.SignatureAlgorithm) {
	key := NewKey(p.t, id, algorithm)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = append(p.keys, key)
}

// Forget has the provider publish its newest key alone.
func (p *Provider) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = p.keys[len(p.keys)-1:]
}

func (p *Provider) published() []Key {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Key(nil), p.keys...)
}

// Key is the one that signs.
func (p *Provider) Key() Key {
	keys := p.published()
	return keys[len(keys)-1]
}

// Sign makes a token of these claims, as the provider signs.
func (p *Provider) Sign(claims map[string]any) string {
	p.t.Helper()
	return p.Key().Sign(p.t, claims)
}

// NewKey makes a key for RS256, or else ES256.
func NewKey(t testing.TB, id string, algorithm jose.SignatureAlgorithm) Key {
	t.Helper()
	var private crypto.Signer
	var err error
	switch algorithm {
	case jose.RS256:
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	case jose.ES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		err = fmt.Errorf("there are no keys for %s here", algorithm)
	}
	if err != nil {
		t.Fatal(err)
	}
	return Key{id, algorithm, private}
}

// Public is the half that is published.
func (k Key) Public() crypto.PublicKey { return k.private.Public() }

// JSON is the set of this one key, as it is published.
func (k Key) JSON(t testing.TB) []byte {
	t.Helper()
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: k.Public(), KeyID: k.ID, Algorithm: string(k.Algorithm), Use: "sig"}}})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Sign makes a token of these claims.
func (k Key) Sign(t testing.TB, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return k.SignAs(t, k.Algorithm, "JWT", payload)
}

// SignAs makes a token of any algorithm and type, of a payload as it is.
func (k Key) SignAs(t testing.TB, algorithm jose.SignatureAlgorithm, typ string, payload []byte) string {
	t.Helper()
	return Sign(t, jose.SigningKey{Algorithm: algorithm, Key: k.private}, k.ID, typ, payload)
}

// Sign makes a token with any key.
func Sign(t testing.TB, key jose.SigningKey, kid, typ string, payload []byte) string {
	t.Helper()
	signer, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithType(jose.ContentType(typ)).WithHeader("kid", kid))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}
