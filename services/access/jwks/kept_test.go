package jwks_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/access/jwks"
)

// However many want it at the same time, it is asked for once; and whoever gives up waits no longer.
func TestManyWhoWantItAskOnce(t *testing.T) {
	t.Parallel()
	at := clock.NewManual(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	var asked atomic.Int32
	let := make(chan struct{})
	k := jwks.Keep(at.Now, time.Minute, func(context.Context) (int32, error) {
		n := asked.Add(1)
		<-let
		return n, nil
	})
	any := func(int32) bool { return true }
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := k.Get(gone, any); !errors.Is(err, jwks.ErrNotHad) || !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up gets %v", err)
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if n, err := k.Get(t.Context(), any); err != nil || n != 1 {
				t.Errorf("got %d, %v", n, err)
			}
		})
	}
	close(let)
	all.Wait()
	// What is looked for is not in it: it is looked again, though not at once.
	two := func(n int32) bool { return n == 2 }
	for range 5 {
		if n, err := k.Get(t.Context(), two); err != nil || n != 1 {
			t.Errorf("got %d, %v", n, err)
		}
	}
	at.Advance(jwks.AskAgainAfter)
	if n, err := k.Get(t.Context(), two); err != nil || n != 2 || asked.Load() != 2 {
		t.Errorf("got %d, %v, asked %d times", n, err, asked.Load())
	}
	at.Advance(jwks.RefreshAfter)
	if n, err := k.Get(t.Context(), any); err != nil || n != 3 {
		t.Errorf("after an hour it is %d, %v", n, err)
	}
}

func TestASetHasOnlyWhatVerifies(t *testing.T) {
	t.Parallel()
	// The public keys of RFC 7517, appendix A.1, and, as one that is for encryption and one that is secret,
	// the first again and the symmetric key of appendix A.3.
	const ec = `{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","kid":"%","use":"?"}`
	key := func(kid, use string) string { return strings.NewReplacer("%", kid, "?", use).Replace(ec) }
	body := `{"keys":[` + key("good", "sig") + `,` + key("enc", "enc") + `,` + key("twice", "sig") + `,` + key("twice", "sig") + `,` + key("", "sig") +
		`,{"kty":"oct","k":"GawgguFyGrWKav7AX4VKUg","kid":"secret"},{"kty":"none of ours","kid":"x"},17]}`
	set, err := jwks.Read([]byte(body), func(jose.JSONWebKey) bool { return true })
	if err != nil || len(set) != 2 || set["good"] == nil || set["twice"] != nil {
		t.Errorf("the set is %v, %v", set, err)
	}
	for _, wrong := range []string{"", "{}", `{"keys":1}`, "[]"} {
		if _, err := jwks.Read([]byte(wrong), func(jose.JSONWebKey) bool { return true }); err == nil {
			t.Errorf("%q is a set", wrong)
		}
	}
}
