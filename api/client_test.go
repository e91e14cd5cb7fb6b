package api

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
)

// behindProxies trusts one proxy by its address, and networks of further ones.
func behindProxies(c *Config) {
	for _, network := range []string{"192.0.2.7/32", "10.0.0.0/8", "2001:db8:ffff::/48"} {
		c.TrustedProxies = append(c.TrustedProxies, netip.MustParsePrefix(network))
	}
}

// The proxies of these are 192.0.2.7, 10.x.x.x and 2001:db8:ffff::; what a header of
// several lines means is RFC 9110, section 5.3, and the syntax RFC 7239, section 4.
func TestAClientsAddressIsTheLastThatNoTrustedProxyHas(t *testing.T) {
	t.Parallel()
	a := New(Config{})
	trusting := Config{}
	behindProxies(&trusting)
	a.cfg.TrustedProxies = trusting.TrustedProxies
	for _, c := range []struct {
		name, peer string
		headers    []string // the first is the one to be read
		want       string
	}{
		{"the peer without a header", "192.0.2.7:4711", nil, "192.0.2.7"},
		{"one hop", "192.0.2.7:4711", []string{"X-Forwarded-For: 198.51.100.1"}, "198.51.100.1"},
		{"from a peer that is not trusted", "198.51.100.9:1", []string{"X-Forwarded-For: 203.0.113.1"}, "198.51.100.9"},
		{"from a neighbour of a proxy", "192.0.2.8:1", []string{"X-Forwarded-For: 203.0.113.1", "Forwarded: for=203.0.113.1"}, "192.0.2.8"},
		{"what the client itself sent", "192.0.2.7:1", []string{"X-Forwarded-For: 203.0.113.1, 198.51.100.1"}, "198.51.100.1"},
		{"a client that claims to be a proxy", "192.0.2.7:1", []string{"X-Forwarded-For: 10.0.0.1, 198.51.100.1"}, "198.51.100.1"},
		{"a chain of proxies", "192.0.2.7:1", []string{"X-Forwarded-For: 203.0.113.1,198.51.100.1 ,\t10.0.0.2,10.1.2.3"}, "198.51.100.1"},
		{"several lines", "192.0.2.7:1", []string{"X-Forwarded-For: 203.0.113.1", "X-Forwarded-For: 198.51.100.1", "X-Forwarded-For: 10.0.0.2, 10.1.2.3"}, "198.51.100.1"},
		{"nobody but proxies", "192.0.2.7:1", []string{"X-Forwarded-For: 10.0.0.9, 10.0.0.2"}, "10.0.0.9"},
		{"IPv6", "[2001:db8:ffff::1]:1", []string{"X-Forwarded-For: 2001:db8::7"}, "2001:db8::7"},
		{"IPv6 with a port", "[2001:db8:ffff::1]:1", []string{"X-Forwarded-For: [2001:db8::7]:4711, [2001:db8:ffff::2]"}, "2001:db8::7"},
		{"IPv4 with a port", "192.0.2.7:1", []string{"X-Forwarded-For: 198.51.100.1:4711"}, "198.51.100.1"},
		{"IPv4 as IPv6", "[::ffff:192.0.2.7]:1", []string{"X-Forwarded-For: ::ffff:198.51.100.1, ::ffff:10.0.0.1"}, "198.51.100.1"},
		{"a zone of the machine", "[2001:db8:ffff::1%eth0]:1", []string{"X-Forwarded-For: fe80::1%eth0"}, "fe80::1"},
		{"malformed at once", "192.0.2.7:1", []string{"X-Forwarded-For: 198.51.100.1, unknown"}, "192.0.2.7"},
		{"malformed after a proxy", "192.0.2.7:1", []string{"X-Forwarded-For: 198.51.100.1, what?, 10.0.0.2"}, "10.0.0.2"},
		{"nothing between commas", "192.0.2.7:1", []string{"X-Forwarded-For: 198.51.100.1,,10.0.0.2"}, "10.0.0.2"},
		{"an empty header", "192.0.2.7:1", []string{"X-Forwarded-For: "}, "192.0.2.7"},
		{"brackets around IPv4", "192.0.2.7:1", []string{"X-Forwarded-For: [198.51.100.1]"}, "192.0.2.7"},
		{"a bracket that stays open", "192.0.2.7:1", []string{"X-Forwarded-For: [2001:db8::7"}, "192.0.2.7"},
		{"a name", "192.0.2.7:1", []string{"X-Forwarded-For: example.com"}, "192.0.2.7"},
		{"no network", "@", []string{"X-Forwarded-For: 198.51.100.1"}, ""},

		{"Forwarded", "192.0.2.7:1", []string{"Forwarded: for=198.51.100.1"}, "198.51.100.1"},
		{"Forwarded with everything", "192.0.2.7:1", []string{`Forwarded: for=203.0.113.1, FOR="198.51.100.1:4711";proto=https;by=10.0.0.1;host="a,b;c\""; for=10.0.0.1`}, "192.0.2.7"}, // for twice
		{"Forwarded with quotes", "192.0.2.7:1", []string{`Forwarded: for=203.0.113.1, FOR="198.51.100.1:4711";proto=https;by=10.0.0.1;host="a,b;c\"" , for=10.0.0.1`}, "198.51.100.1"},
		{"Forwarded of IPv6", "192.0.2.7:1", []string{`Forwarded: For="[2001:db8::7]:4711"`, `Forwarded: for="[2001:db8:ffff::2]"`}, "2001:db8::7"},
		{"Forwarded that hides the client", "192.0.2.7:1", []string{"Forwarded: for=198.51.100.1, for=_secret, for=10.0.0.2"}, "10.0.0.2"},
		{"Forwarded of IPv6 without brackets", "192.0.2.7:1", []string{`Forwarded: for="2001:db8::7"`}, "2001:db8::7"}, // as nginx's $remote_addr is
		{"Forwarded that names nobody", "192.0.2.7:1", []string{"Forwarded: for=198.51.100.1, proto=https"}, "192.0.2.7"},
		{"quotes that the client left open", "192.0.2.7:1", []string{`Forwarded: for=203.0.113.1;x=", for="[2001:db8::7]"`}, "192.0.2.7"},
		{"quotes of the client's around the proxy's element", "192.0.2.7:1", []string{`Forwarded: for=203.0.113.1;x="\, for=198.51.100.1`}, "192.0.2.7"},
		{"a line of the client's that cannot be read", "192.0.2.7:1", []string{`Forwarded: for="`, "Forwarded: for=198.51.100.1"}, "198.51.100.1"},
		{"no grammar", "192.0.2.7:1", []string{"Forwarded: for 198.51.100.1"}, "192.0.2.7"},
		{"space around the equals sign", "192.0.2.7:1", []string{"Forwarded: for= 198.51.100.1"}, "192.0.2.7"},

		// The usual proxy appends to the one and passes on the other as it was sent.
		{"a client's own Forwarded", "192.0.2.7:1", []string{"X-Forwarded-For: 198.51.100.1", "Forwarded: for=203.0.113.1"}, "198.51.100.1"},
		{"a client's own Forwarded that cannot be read", "192.0.2.7:1", []string{"X-Forwarded-For: 198.51.100.1", "Forwarded: x"}, "198.51.100.1"},
		{"a client's own X-Forwarded-For", "192.0.2.7:1", []string{"Forwarded: for=198.51.100.1", "X-Forwarded-For: 203.0.113.1"}, "198.51.100.1"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		a.cfg.TrustedProxyHeader = "X-Forwarded-For"
		for n, h := range c.headers {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Add(name, value)
			if n == 0 {
				a.cfg.TrustedProxyHeader = name
			}
		}
		want := netip.Addr{}
		if c.want != "" {
			want = netip.MustParseAddr(c.want)
		}
		if got := a.clientAddress(r); got != want {
			t.Errorf("%s: %v, want %q", c.name, got, c.want)
		}
		a.cfg.TrustedProxies = nil // as it is unless an operator says otherwise
		if at, err := netip.ParseAddrPort(c.peer); err == nil && a.clientAddress(r) != at.Addr().Unmap().WithZone("") {
			t.Errorf("%s: %v without trusted proxies, want the peer's", c.name, a.clientAddress(r))
		}
		a.cfg.TrustedProxies = trusting.TrustedProxies
	}
}

func TestClientsBehindATrustedProxyHaveQuotasOfTheirOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, limited, behindProxies)
		get := func(peer, client string) int {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/greeting", nil)
			r.RemoteAddr = peer
			r.Header.Set("X-Forwarded-For", client)
			r.Header.Set("Forwarded", "x") // a client's own, which the proxy passes on
			w := httptest.NewRecorder()
			b.ServeHTTP(w, r)
			return w.Code
		}
		for n := range 4 { // three at once
			want := map[bool]int{true: 200, false: 429}[n < 3]
			for _, client := range []string{"198.51.100.1", "198.51.100.2"} {
				if got := get("192.0.2.7:1", client); got != want {
					t.Errorf("request %d of %s: %d, want %d", n+1, client, got, want)
				}
			}
			// Whoever is no proxy has one, whatever it claims.
			if got := get("192.0.2.8:1", "203.0.113."+string(rune('1'+n))); got != want {
				t.Errorf("request %d of a liar: %d, want %d", n+1, got, want)
			}
		}
	})
}
