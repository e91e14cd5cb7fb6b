package outbound

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"testing"
)

func ok(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// Ways to write an address of this machine: some are for the resolver or the kernel to
// understand, and some only for other programs.
var spellings = []string{
	"127.0.0.1", "localhost", "LOCALHOST", "localhost.", "127.1", "127.0.1", "0x7f000001", "0x7f.1", "2130706433", "017700000001",
	"0177.0.0.1", "0", "0.0.0.0", "127.0.0.1.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
	"[0:0:0:0:0:ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "①②⑦.0.0.1", "[::1%25lo]",
	"[::ffff:0.0.0.0]",
}

func TestNoSpellingOfThisMachineReachesIt(t *testing.T) {
	t.Parallel()
	server, reached := serverAt(t, "127.0.0.1:0", http.HandlerFunc(ok))
	port := originOf(mustURL(t, server.URL)).port
	// The test means something only if others do reach it.
	resp, err := http.Get("http://127.0.0.1:" + port)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	before := reached.Load()
	for _, host := range spellings {
		target := "http://" + host + ":" + port
		c, err := New(Options{Name: "target", URL: target, Attempts: 1})
		if err != nil {
			continue // not even a URL
		}
		if _, err := get(t.Context(), c, target); As(err) == nil {
			t.Errorf("%s: error %v, want one of this package", host, err)
		}
		c.Close()
	}
	if n := reached.Load() - before; n != 0 {
		t.Errorf("%d of %d spellings reached this machine", n, len(spellings))
	}
}

func TestNoRedirectReachesWhatIsDenied(t *testing.T) {
	t.Parallel()
	hidden, reached := serverAt(t, "127.0.0.2:0", http.HandlerFunc(ok))
	port := originOf(mustURL(t, hidden.URL)).port
	var location string
	var status int
	front, _ := serverAt(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", location)
		w.WriteHeader(status)
	}))
	resolver := (&names{answers: [][]netip.Addr{{netip.MustParseAddr("127.0.0.2")}}}).resolver(t)
	c := newClient(t, Options{URL: front.URL, Reach: here, Resolver: resolver, Attempts: 1})
	tried := 0
	for _, status = range []int{301, 302, 303, 307, 308} {
		for _, host := range []string{
			"127.0.0.2", "[::ffff:127.0.0.2]", "[::ffff:7f00:2]", "[64:ff9b::7f00:2]", "[2002:7f00:2::]", "[::127.0.0.2]",
			"rebound.test", "REBOUND.TEST.", "127.2", "0x7f000002", "2130706434",
		} {
			for _, scheme := range []string{"http://", "//", "https://"} {
				location = scheme + host + ":" + port + "/secret"
				tried++
				if _, err := get(t.Context(), c, front.URL); As(err) == nil {
					t.Errorf("%d to %s: error %v, want one of this package", status, location, err)
				}
			}
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("%d of %d redirects reached what is denied", n, tried)
	}
}

func TestANameThatIsResolvedAnewReachesNothingElse(t *testing.T) {
	t.Parallel()
	front, fronted := serverAt(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close") // so that each call dials
		w.WriteHeader(http.StatusNoContent)
	}))
	port := originOf(mustURL(t, front.URL)).port
	_, reached := serverAt(t, "127.0.0.3:"+port, http.HandlerFunc(ok)) // where no other test listens
	good, bad := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.3")
	target := "http://rebound.test:" + port
	// The name server turns to the other address after the first answer, and gives both.
	dns := &names{answers: [][]netip.Addr{{good}, {bad}, {bad, good}, {good, bad}, {bad}}}
	c := newClient(t, Options{URL: target, Reach: here, Resolver: dns.resolver(t), Attempts: 1})
	var errs []error
	for range 6 {
		_, err := get(t.Context(), c, target)
		errs = append(errs, err)
	}
	for i, want := range []bool{true, false, true, true, false, false} {
		if want != (errs[i] == nil) {
			t.Errorf("call %d: %v, want an answer: %t", i+1, errs[i], want)
		}
		if !want {
			wantRefused(t, fmt.Sprintf("call %d", i+1), errs[i])
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("%d connections reached what is denied", n)
	}
	if n := fronted.Load(); n != 3 {
		t.Errorf("%d connections reached what is allowed, want 3", n)
	}
}

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestAProxyIsUsedOnlyWhenItIsConfigured(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 10)
	proxy, _ := serverAt(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.String()
		ok(w, r)
	}))
	through := func(*http.Request) (*url.URL, error) { return mustURL(t, proxy.URL), nil }
	c := newClient(t, Options{URL: "http://inside.test", Reach: here, Proxy: through})
	if _, err := get(t.Context(), c, "http://inside.test/up"); err != nil {
		t.Fatal(err)
	}
	if got := <-asked; got != "http://inside.test/up" {
		t.Errorf("the proxy was asked for %s", got)
	}
	// What a URL spells out is judged before the proxy is asked.
	c = newClient(t, Options{Name: "metadata", URL: "http://169.254.169.254", Reach: here, Proxy: through})
	_, err := get(t.Context(), c, "http://169.254.169.254/latest/meta-data")
	wantRefused(t, "a metadata service through a proxy", err)
	// The proxy's own address is judged like any.
	c = newClient(t, Options{Name: "unreachable", URL: "http://inside.test", Proxy: through, Attempts: 1})
	_, err = get(t.Context(), c, "http://inside.test/up")
	wantRefused(t, "a proxy on loopback", err)
	if c.own.Proxy == nil || newClient(t, Options{Name: "direct", URL: "http://inside.test"}).own.Proxy != nil {
		t.Error("a proxy is used that nobody configured, or none where one is")
	}
}
