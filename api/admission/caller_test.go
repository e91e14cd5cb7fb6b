package admission

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestAQuotaIsTold(t *testing.T) {
	t.Parallel()
	// By hand, from: q tokens, w seconds to fill, r left, t seconds until full.
	for _, c := range []struct {
		perSecond, burst   int
		policy, full, none string
	}{
		{100, 200, `"caller";q=200;w=2`, `"caller";r=200;t=1`, `"caller";r=0;t=2`},
		{10, 1, `"caller";q=1;w=1`, `"caller";r=1;t=1`, `"caller";r=0;t=1`},
		{3, 10, `"caller";q=10;w=4`, `"caller";r=10;t=1`, `"caller";r=0;t=4`},
	} {
		p := newPolicy(c.perSecond, c.burst)
		if got := []string{p.header[0], p.states[c.burst][0], p.states[0][0]}; !slices.Equal(got, []string{c.policy, c.full, c.none}) {
			t.Errorf("%d a second, %d at once: %q", c.perSecond, c.burst, got)
		}
	}
}

func TestAQuotaIsUsedUpAndComesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{PerSecond: 2, Burst: 3})
		charge := func(name, state string, refused time.Duration) {
			t.Helper()
			q, r := c.Charge(c.Owner(name, time.Now()), Reads, time.Now())
			if q.State[0] != state || (r != nil) != (refused > 0) || r != nil && r.After != refused {
				t.Errorf("%s: %s, refused %v; want %s, %v", name, q.State, r, state, refused)
			}
		}
		charge("person:ada", `"caller";r=2;t=1`, 0)
		charge("person:ada", `"caller";r=1;t=1`, 0)
		charge("person:ada", `"caller";r=0;t=2`, 0)
		charge("person:ada", `"caller";r=0;t=2`, time.Second)
		charge("person:bob", `"caller";r=2;t=1`, 0)
		time.Sleep(500 * time.Millisecond)
		charge("person:ada", `"caller";r=0;t=2`, 0)
		time.Sleep(time.Hour)
		charge("person:ada", `"caller";r=2;t=1`, 0)
	})
}

func TestACredentialIsKnownOnceItWasVerified(t *testing.T) {
	t.Parallel()
	c := New(Options{PerSecond: 1, Burst: 1})
	now := time.Now()
	if _, known := c.Presenter("Bearer ek_1", now); known {
		t.Error("a credential is known before anybody verified it")
	}
	ada := c.Owner("person:ada", now)
	c.Verified("Bearer ek_1", ada, now)
	c.Verified("Bearer ek_2", ada, now)
	for _, text := range []string{"Bearer ek_1", "Bearer ek_2"} {
		if who, known := c.Presenter(text, now); !known || who != ada {
			t.Errorf("%s is not known as its owner's", text)
		}
	}
	if _, known := c.Presenter("Bearer ek_3", now); known {
		t.Error("a credential is known that nobody verified")
	}
}

func TestAnAddressIsACaller(t *testing.T) {
	t.Parallel()
	c := New(Options{PerSecond: 1, Burst: 1})
	for _, same := range [][2]string{
		{"192.0.2.1", "192.0.2.1"},
		{"192.0.2.1", "::ffff:192.0.2.1"},
		{"2001:db8::1", "2001:db8:0:0:ffff::2"}, // one network of 64 bits
		{"fe80::1%eth0", "fe80::1"},
	} {
		if c.Address(netip.MustParseAddr(same[0]), time.Now()) != c.Address(netip.MustParseAddr(same[1]), time.Now()) {
			t.Errorf("%s and %s are two callers", same[0], same[1])
		}
	}
	for _, two := range [][2]string{{"192.0.2.1", "192.0.2.2"}, {"2001:db8::1", "2001:db8:0:1::1"}} {
		if c.Address(netip.MustParseAddr(two[0]), time.Now()) == c.Address(netip.MustParseAddr(two[1]), time.Now()) {
			t.Errorf("%s and %s are one caller", two[0], two[1])
		}
	}
	if c.Address(netip.Addr{}, time.Now()) != c.callers.crowd {
		t.Error("who has no address has a bucket of its own")
	}
}

func TestCallersAreForgottenWhenNothingIsHeardOfThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{PerSecond: 1, Burst: 300}) // five minutes until a bucket is full
		for i := range 100 {
			name := fmt.Sprint("person:", i)
			c.Verified(name, c.Owner(name, time.Now()), time.Now())
			c.Address(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), time.Now())
		}
		count := func() int { return len(c.callers.owners) + len(c.callers.addresses) + len(c.callers.credentials) }
		time.Sleep(4 * time.Minute)
		stays := c.Owner("person:7", time.Now())
		c.Owner("person:new", time.Now())
		if n := count(); n != 301 {
			t.Errorf("%d are known before the buckets are full again", n)
		}
		time.Sleep(2 * time.Minute)
		c.Owner("person:newer", time.Now())
		// Who was there again, though without its credential, and the two new ones.
		if n := count(); n != 3 || c.Owner("person:7", time.Now()) != stays {
			t.Errorf("%d are known", n)
		}
	})
}

func TestThereAreNeverTooManyCallers(t *testing.T) {
	t.Parallel()
	c := New(Options{PerSecond: 1, Burst: 1})
	c.callers.most = 100
	now := time.Now()
	first := c.Owner("person:0", now)
	for i := range 1000 {
		who := c.Owner(fmt.Sprint("person:", i), now)
		if (who == c.callers.crowd) != (i >= 100) {
			t.Fatalf("caller %d shares a bucket: %v", i, i < 100)
		}
		c.Verified(fmt.Sprint("token ", i), who, now)
	}
	if c.Address(netip.MustParseAddr("192.0.2.1"), now) != c.callers.crowd || c.Owner("person:0", now) != first {
		t.Error("an address has a bucket of its own, or a known caller has lost its own")
	}
	if len(c.callers.owners) != 100 || len(c.callers.credentials) > 100 {
		t.Errorf("%d callers and %d credentials are known", len(c.callers.owners), len(c.callers.credentials))
	}
}
