package backstage

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/evenkeel/evenkeel/internal/clock"
)

// How a portal's keys are kept.
const (
	// AskAgainAfter is the least time between two looks at one set of keys, whatever tokens say.
	AskAgainAfter = 10 * time.Second
	// RefreshAfter is the age from which on keys are looked at again when they are used:
	// one that the portal took away is good for no longer, while the portal answers.
	RefreshAfter = time.Hour
	// KeepFor is how long keys serve while the portal does not answer.
	KeepFor = 12 * time.Hour

	fetchTimeout = 5 * time.Second
	maxKeySet    = 64 << 10
	maxKeys      = 100
)

// errNoKeys is that the keys cannot be had now.
var errNoKeys = errors.New("the portal's keys cannot be had")

// keyRing keeps the sets of keys, each by its address.
type keyRing struct {
	client  *http.Client
	now     clock.Clock
	timeout time.Duration // of one look

	mu   sync.Mutex
	sets map[string]*keySet
}

// keySet is what is at one address.
type keySet struct {
	url string

	mu      sync.Mutex
	keys    map[string]*ecdsa.PublicKey // nil for a kid that several have; nil before the first answer
	fetched time.Time                   // when the portal last answered
	tried   time.Time                   // when it was last asked
	failed  error                       // why it did not answer then
	asking  chan struct{}               // closed when it has; nil while nobody asks
}

// key finds the key of that kid at the address. Nil without an error means that the portal
// has none, as far as is known; errNoKeys is the cause where nothing is known.
func (r *keyRing) key(ctx context.Context, url, kid string) (*ecdsa.PublicKey, error) {
	r.mu.Lock()
	set, there := r.sets[url]
	if !there {
		set = &keySet{url: url}
		r.sets[url] = set
	}
	r.mu.Unlock()
	for looked := false; ; looked = true {
		key, known, wait, err := set.look(r, kid, looked)
		if wait == nil {
			if !known && err != nil {
				return nil, fmt.Errorf("%w from %s: %w", errNoKeys, url, err)
			}
			return key, nil
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, fmt.Errorf("%w from %s: %w", errNoKeys, url, ctx.Err())
		}
	}
}

// look says what is known of a kid. Where it is worth it, it has the portal asked, and
// gives what ends then; looked says that this was waited for already.
func (s *keySet) look(r *keyRing, kid string, looked bool) (key *ecdsa.PublicKey, known bool, wait chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := r.now()
	age := now.Sub(s.fetched)
	if age >= KeepFor {
		s.keys = nil
	}
	key, known = s.keys[kid]
	switch {
	case known && (age < RefreshAfter || looked || s.asking != nil):
		// While somebody asks anew, the others go on with what is known.
		return key, true, nil, nil
	case looked:
		return nil, false, nil, s.failed
	case s.asking != nil:
		return nil, false, s.asking, nil
	case !s.tried.IsZero() && now.Sub(s.tried) < AskAgainAfter:
		return key, known, nil, s.failed
	}
	s.tried, s.asking = now, make(chan struct{})
	go s.ask(r)
	return nil, false, s.asking, nil
}

// ask gets the keys. It is nobody's request alone, and ends by its own time-out.
func (s *keySet) ask(r *keyRing) {
	ctx, cancel := context.WithTimeout(context.Background(), r.timeout)
	defer cancel()
	keys, err := r.fetch(ctx, s.url)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed = err; err == nil {
		s.keys, s.fetched = keys, s.tried
	}
	close(s.asking)
	s.asking = nil
}

func (r *keyRing) fetch(ctx context.Context, url string) (map[string]*ecdsa.PublicKey, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("ask for keys: %w", err)
	}
	request.Header.Set("Accept", "application/json")
	resp, err := r.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask for keys: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask for keys: the status is %d", resp.StatusCode)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	return readKeys(body)
}

// readKeys reads a set of keys (RFC 7517) and keeps those that ES256 verifies with. Others
// are passed over, since the set may have more than is understood.
func readKeys(body []byte) (map[string]*ecdsa.PublicKey, error) {
	var set struct {
		Keys *[]json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	if set.Keys == nil || len(*set.Keys) > maxKeys {
		return nil, fmt.Errorf("read keys: it must be a set of at most %d keys", maxKeys)
	}
	keys := map[string]*ecdsa.PublicKey{}
	for _, raw := range *set.Keys {
		var k jose.JSONWebKey
		if err := json.Unmarshal(raw, &k); err != nil || k.KeyID == "" {
			continue
		}
		public, ok := k.Key.(*ecdsa.PublicKey)
		if !ok || public.Curve != elliptic.P256() || k.Use != "" && k.Use != "sig" || k.Algorithm != "" && k.Algorithm != string(jose.ES256) {
			continue
		}
		if _, twice := keys[k.KeyID]; twice {
			public = nil // which of them is meant is not known
		}
		keys[k.KeyID] = public
	}
	return keys, nil
}
