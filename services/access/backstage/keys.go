package backstage

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/access/jwks"
)

// How a portal's keys are kept.
const (
	AskAgainAfter = jwks.AskAgainAfter
	RefreshAfter  = jwks.RefreshAfter
	KeepFor       = jwks.KeepFor

	fetchTimeout = 5 * time.Second
	maxKeySet    = jwks.MaxDocument
)

// errNoKeys is that the keys cannot be had now.
var errNoKeys = errors.New("the portal's keys cannot be had")

// keyRing keeps the sets of keys, each by its address.
type keyRing struct {
	client  *http.Client
	now     clock.Clock
	timeout time.Duration // of one look

	mu   sync.Mutex
	sets map[string]*jwks.Kept[jwks.Set]
}

// key finds the key of that kid at the address. Nil without an error means that the portal
// has none, as far as is known; errNoKeys is the cause where nothing is known.
func (r *keyRing) key(ctx context.Context, url, kid string) (*ecdsa.PublicKey, error) {
	r.mu.Lock()
	set, there := r.sets[url]
	if !there {
		set = jwks.Keep(r.now, r.timeout, func(ctx context.Context) (jwks.Set, error) {
			body, err := jwks.Fetch(ctx, r.client, url)
			if err != nil {
				return nil, err
			}
			return jwks.Read(body, ofBackstage)
		})
		r.sets[url] = set
	}
	r.mu.Unlock()
	keys, err := set.Get(ctx, func(s jwks.Set) bool { _, there := s[kid]; return there })
	if err != nil {
		return nil, fmt.Errorf("%w from %s: %w", errNoKeys, url, err)
	}
	if keys[kid] == nil {
		return nil, nil
	}
	return keys[kid].Key.(*ecdsa.PublicKey), nil
}

// ofBackstage reports whether a key is one that ES256 verifies with.
func ofBackstage(k jose.JSONWebKey) bool {
	public, ok := k.Key.(*ecdsa.PublicKey)
	return ok && public.Curve == elliptic.P256() && (k.Algorithm == "" || k.Algorithm == string(jose.ES256))
}
