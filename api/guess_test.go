package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// doorkeeper tells by a token's first word what it is, and takes its time for each.
type doorkeeper struct {
	takes time.Duration
	asked atomic.Int64
}

func (d *doorkeeper) Authenticate(_ context.Context, token string) (access.Caller, error) {
	d.asked.Add(1)
	time.Sleep(d.takes)
	if strings.HasSuffix(token, ".expired") {
		return access.Caller{}, fault.New(fault.Unauthenticated, "token_expired", "it was good once")
	}
	switch what, of, _ := strings.Cut(token, "-"); what {
	case "person":
		who, _, _ := strings.Cut(of, ".")
		who, _, _ = strings.Cut(who, "~") // and by which of their tokens
		return access.Caller{Kind: access.ByPerson, Person: id.ID(who), Name: who, Scopes: []access.Scope{access.ScopeRead}}, nil
	case "revoked", "expired":
		return access.Caller{}, fault.New(fault.Unauthenticated, "token_"+what, "it was good once")
	case "outage":
		return access.Caller{}, fault.New(fault.Unavailable, "portal_unavailable", "there are no keys")
	case "broken":
		return access.Caller{}, errors.New("the database is gone")
	default:
		return access.Caller{}, fault.New(fault.Unauthenticated, "token_invalid", "there is no such token")
	}
}

// Lasting is what stands before a full stop: what follows is of one request.
func (d *doorkeeper) Lasting(token string) string {
	lasting, _, _ := strings.Cut(token, ".")
	return lasting
}

// gets asks with a token, and says where the answer has another status.
func (b *bench) gets(t *testing.T, token string, status int) {
	t.Helper()
	if w := b.do(http.MethodGet, "/v1/widgets", "", "Authorization: Bearer "+token); w.Code != status {
		t.Errorf("%s: %d, want %d: %s", token, w.Code, status, w.Body)
	}
}

func (d *doorkeeper) keeps(c *Config) { limited(c); unobserved(c); c.Authenticator = d }

func TestOfGuessesAtOnceNoMoreAreTriedThanTheAddressHasRoomFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &doorkeeper{takes: time.Second}
		b := newBench(t, d.keeps)
		var codes [600]atomic.Int64
		for range 10 {
			go func() { codes[b.do(http.MethodGet, "/v1/widgets", "", "Authorization: Bearer guess").Code].Add(1) }()
		}
		time.Sleep(1500 * time.Millisecond)
		// Three at once is the quota of these tests.
		if d.asked.Load() != 3 || codes[401].Load() != 3 || codes[429].Load() != 7 {
			t.Errorf("of ten guesses at once %d were tried, %d told wrong and %d refused", d.asked.Load(), codes[401].Load(), codes[429].Load())
		}
	})
}

func TestAnAddressPaysForNoTokenThatIsNoGuess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, (&doorkeeper{}).keeps)
		get := func(token string, status int) { t.Helper(); b.gets(t, token, status) }
		// No time passes, and an address has three at once.
		for _, n := range []string{"1", "2", "3", "4", "5"} {
			get("revoked-"+n, 401)
			get("expired-"+n, 401)
			get("outage-"+n, 503)
			get("broken-"+n, 500)
			get("person-"+n, 200)
			if w := b.do(http.MethodPost, "/v1/widgets", `{"name":"left wheel"}`, "Authorization: Bearer person-"+n); w.Code != 403 {
				t.Errorf("who may only read writes: %d", w.Code)
			}
		}
		for range 3 {
			get("guess", 401)
		}
		get("guess", 429)
		get("person-1", 200) // who is known goes on
	})
}

func TestATokenThatWasGoodOnceHasAQuotaOfItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &doorkeeper{takes: time.Second}
		b := newBench(t, d.keeps)
		var refused atomic.Int64
		for range 10 {
			go func() {
				if w := b.do(http.MethodGet, "/v1/widgets", "", "Authorization: Bearer revoked-1"); w.Code == 429 {
					refused.Add(1)
				}
			}()
		}
		time.Sleep(1500 * time.Millisecond)
		asked := d.asked.Load()
		for range 10 {
			go func() {
				if w := b.do(http.MethodGet, "/v1/widgets", "", "Authorization: Bearer revoked-1"); w.Code == 429 {
					refused.Add(1)
				}
			}()
		}
		time.Sleep(1500 * time.Millisecond)
		if refused.Load() < 14 || d.asked.Load()-asked > 3 {
			t.Errorf("%d of 20 were refused; %d were looked at after it was known", refused.Load(), d.asked.Load()-asked)
		}
		if w := b.do(http.MethodGet, "/v1/widgets", "", "Authorization: Bearer person-ada"); w.Code != 200 {
			t.Errorf("another of the same address: %d", w.Code)
		}
	})
}

func TestWhoIsKnownByWhatLastsPaysBeforeTheTokenIsVerified(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &doorkeeper{takes: time.Second}
		b := newBench(t, d.keeps)
		get := func(token string) int {
			return b.do(http.MethodGet, "/v1/widgets", "", "Authorization: Bearer "+token).Code
		}
		if code := get("person-ada.0"); code != 200 {
			t.Fatal(code)
		}
		time.Sleep(3 * time.Second) // the quota is whole again
		before := d.asked.Load()
		var served, refused atomic.Int64
		for i := range 10 {
			go func() {
				switch get("person-ada." + string(rune('a'+i))) {
				case 200:
					served.Add(1)
				case 429:
					refused.Add(1)
				}
			}()
		}
		time.Sleep(1500 * time.Millisecond)
		if served.Load() != 3 || refused.Load() != 7 || d.asked.Load()-before != 3 {
			t.Errorf("%d served and %d refused, %d verified; want 3, 7 and 3", served.Load(), refused.Load(), d.asked.Load()-before)
		}
	})
}

func TestWhoWasRefusedInBetweenHasOneQuotaWithAllTheirTokens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, (&doorkeeper{}).keeps)
		get := func(token string, status int) { t.Helper(); b.gets(t, token, status) }
		get("person-ada~a.1", 200)
		get("person-ada~a.expired", 401)
		get("person-ada~a.2", 200)
		time.Sleep(3 * time.Second) // the quota is whole again: three at once
		get("person-ada~a.3", 200)
		get("person-ada~b", 200)
		get("person-ada~a.4", 200)
		get("person-ada~a.5", 429)
		get("person-ada~b", 429)
	})
}

func TestATokenIsNothingElseThatIsRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, (&doorkeeper{}).keeps)
		// As a webhook is remembered that came from the address.
		b.admission.Verified("hook webhooks", b.admission.Owner("webhooks", time.Now()), time.Now())
		for _, token := range []string{"hook webhooks", "webhooks"} {
			if w := b.do(http.MethodGet, "/v1/widgets", "", "Authorization: Bearer "+token); w.Code != 401 {
				t.Errorf("%s: %d", token, w.Code)
			}
		}
		if w := b.do(http.MethodGet, "/v1/widgets", "", "Authorization: Bearer guess"); w.Code != 401 {
			t.Errorf("the third of an address: %d", w.Code)
		}
		if w := b.do(http.MethodGet, "/v1/widgets", "", "Authorization: Bearer guess"); w.Code != 429 {
			t.Errorf("the fourth of an address: %d, although it paid for none", w.Code)
		}
	})
}
