package outbound

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// here lets a client reach this machine's servers, but for 127.0.0.2 and 127.0.0.3.
var here = Reach{AllowLoopback: true, Denied: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/31")}}

// newClient makes a client that reaches this machine, unless o says otherwise.
func newClient(t *testing.T, o Options) *Client {
	t.Helper()
	if o.Name == "" {
		o.Name = "target"
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// get makes one call, whose answer's body is closed.
func get(ctx context.Context, c *Client, url string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.Do(r)
	if err == nil {
		_ = resp.Body.Close()
	}
	return resp, err
}

// wantKind asks of an error that it is an *Error of that kind.
func wantKind(t *testing.T, err error, want Kind) {
	t.Helper()
	if e := As(err); e == nil || e.Kind != want {
		t.Errorf("error %v, want one of kind %s", err, want)
	}
}

// wantRefused asks of an error that it says what a rule forbids.
func wantRefused(t *testing.T, what string, err error) {
	t.Helper()
	var refused *RefusedError
	if e := As(err); e == nil || e.Kind != Refused || !errors.As(err, &refused) {
		t.Errorf("%s: error %v, want a refusal", what, err)
	}
}

// serverAt serves on an address of this machine and counts what reaches it, the
// connections without a request among it.
func serverAt(t *testing.T, address string, handler http.Handler) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	var reached atomic.Int64
	s := httptest.NewUnstartedServer(handler)
	_ = s.Listener.Close()
	s.Listener = l
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			reached.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	return s, &reached
}

// names is a name server whose answers a test changes: each question takes the next
// answer, and the last answers for ever.
type names struct {
	mu      sync.Mutex
	answers [][]netip.Addr
	asked   int
}

func (n *names) next() []netip.Addr {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
	return n.answers[min(n.asked, len(n.answers))-1]
}

// resolver asks that server alone, over UDP on this machine.
func (n *names) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.serve(conn)
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (n *names) serve(conn net.PacketConn) {
	buffer := make([]byte, 1500)
	for {
		size, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buffer[:size]) != nil || len(m.Questions) != 1 {
			continue
		}
		q := m.Questions[0]
		reply := dnsmessage.Message{
			Header:    dnsmessage.Header{ID: m.ID, Response: true, Authoritative: true, RecursionAvailable: true},
			Questions: m.Questions,
		}
		if q.Type == dnsmessage.TypeA {
			for _, a := range n.next() {
				reply.Answers = append(reply.Answers, dnsmessage.Resource{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET}, // TTL 0
					Body:   &dnsmessage.AResource{A: a.As4()},
				})
			}
		}
		if packed, err := reply.Pack(); err == nil {
			_, _ = conn.WriteTo(packed, from)
		}
	}
}
