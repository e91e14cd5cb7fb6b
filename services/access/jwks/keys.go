package jwks

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/go-jose/go-jose/v4"
)

// MaxDocument is the most that is taken of what somebody publishes, in bytes.
const MaxDocument = 64 << 10

const maxKeys = 100

// Set is a set of keys by their ids; nil for an id that several have.
type Set map[string]*jose.JSONWebKey

// Fetch gets a document of JSON. Whoever redirects does not have it: client must not follow.
func Fetch(ctx context.Context, client *http.Client, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("ask for %s: %w", url, err)
	}
	request.Header.Set("Accept", "application/json")
	resp, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask for %s: %w", url, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask for %s: the status is %d", url, resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxDocument+1))
	if err == nil && len(body) > MaxDocument {
		err = fmt.Errorf("it is larger than %d bytes", MaxDocument)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", url, err)
	}
	return body, nil
}

// Read reads a set of keys (RFC 7517) and keeps those that are meant for signatures and are wanted. Others
// are passed over, since the set may have more than is understood.
func Read(body []byte, wanted func(jose.JSONWebKey) bool) (Set, error) {
	var set struct {
		Keys *[]json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	if set.Keys == nil || len(*set.Keys) > maxKeys {
		return nil, fmt.Errorf("read keys: it must be a set of at most %d keys", maxKeys)
	}
	keys := Set{}
	for _, raw := range *set.Keys {
		var k jose.JSONWebKey
		if err := json.Unmarshal(raw, &k); err != nil || k.KeyID == "" || k.Use != "" && k.Use != "sig" || !k.IsPublic() || !wanted(k) {
			continue
		}
		key := &k
		if _, twice := keys[k.KeyID]; twice {
			key = nil // which of them is meant is not known
		}
		keys[k.KeyID] = key
	}
	return keys, nil
}
