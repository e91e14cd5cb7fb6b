package outbound

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
)

// pipes is a listener whose connections are in memory, so that the time of a bubble
// (testing/synctest) goes on while both ends wait.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.done)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

const inMemory = "http://target.test"

// play answers the nth request of a test, counted from 1.
type play func(n int, w http.ResponseWriter, r *http.Request)

// stage is a target whose play a test changes.
type stage struct {
	mu    sync.Mutex
	play  play
	count int
}

func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.count++
	n, play := s.count, s.play
	s.mu.Unlock()
	play(n, w, r)
}

// change has another play go on, and counts anew.
func (s *stage) change(to play) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.play, s.count = to, 0
}

// asked is how many requests reached the target since the last change.
func (s *stage) asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// inBubble runs a test in a bubble, with a client whose target is the stage.
func inBubble(t *testing.T, first play, o Options, test func(*testing.T, *Client, *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		target := &stage{play: first}
		p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		server := &http.Server{Handler: target, ReadHeaderTimeout: time.Hour}
		served := make(chan struct{})
		go func() {
			defer close(served)
			_ = server.Serve(p)
		}()
		o.Name, o.URL = "target", inMemory
		c, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		c.own.DialContext = p.dial
		test(t, c, target)
		c.Close()
		_ = server.Close()
		<-served
	})
}

// answers answers with one status after the other, and with the last for ever.
func answers(status ...int) play {
	return func(n int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status[min(n, len(status))-1]) }
}

// took runs something and tells how long it took by the bubble's clock.
func took(do func()) time.Duration {
	began := time.Now()
	do()
	return time.Since(began)
}

// hang answers when the caller has gone.
func hang(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func TestAReadIsRepeatedAfterABackOff(t *testing.T) {
	t.Parallel()
	// With jitter at its least, half of 200 ms and half of 400 ms. The throttle, which
	// would take 0 for "turn away", has nothing against two of three being accepted so far.
	inBubble(t, answers(503, 502, 200), Options{Random: jitterOnly(0)}, func(t *testing.T, c *Client, target *stage) {
		d := took(func() {
			if resp, err := get(t.Context(), c, inMemory); err != nil || resp.StatusCode != 200 {
				t.Errorf("%v, %v", resp, err)
			}
		})
		if d != 300*time.Millisecond || target.asked() != 3 {
			t.Errorf("%d attempts in %s, want 3 in 300ms", target.asked(), d)
		}
	})
}

// jitterOnly gives the throttle, which is asked before each attempt, what lets the attempt
// through, and each wait between attempts the value.
func jitterOnly(value float64) func() float64 {
	n := 0
	return func() float64 {
		if n++; n%2 == 1 {
			return 0.9999
		}
		return value
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, header string
		want         time.Duration
		attempts     int
	}{
		{"in seconds", "2", 2 * time.Second, 2},
		{"as a moment, of which a part of a second is gone", "Sat, 01 Jan 2000 00:00:05 GMT", 5 * time.Second, 2}, // a bubble begins at midnight of 2000-01-01
		{"not within the time that there is", "3600", 0, 1},
		{"in the past", "Fri, 31 Dec 1999 23:59:59 GMT", 100 * time.Millisecond, 2},
		{"not to be read", "soon", 100 * time.Millisecond, 2},
		{"absurd", "99999999999999999999", 100 * time.Millisecond, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			handler := func(n int, w http.ResponseWriter, r *http.Request) {
				if n > 1 {
					ok(w, r)
					return
				}
				w.Header().Set("Retry-After", test.header)
				w.WriteHeader(http.StatusTooManyRequests)
			}
			inBubble(t, handler, Options{Random: jitterOnly(0)}, func(t *testing.T, c *Client, target *stage) {
				d := took(func() {
					resp, err := get(t.Context(), c, inMemory)
					if err != nil || (test.attempts == 1) != (resp.StatusCode == http.StatusTooManyRequests) {
						t.Errorf("%v, %v", resp, err)
					}
				})
				if d != test.want || target.asked() != test.attempts {
					t.Errorf("%d attempts in %s, want %d in %s", target.asked(), d, test.attempts, test.want)
				}
			})
		})
	}
}

// Half of the step and the whole of it, steps of 200 ms, 400 ms, … up to 5 s.
func TestTheBackOffDoublesUpToItsEnd(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][2]time.Duration{
		1: {100 * time.Millisecond, 150 * time.Millisecond},
		2: {200 * time.Millisecond, 300 * time.Millisecond},
		5: {1600 * time.Millisecond, 2400 * time.Millisecond},
		6: {2500 * time.Millisecond, 3750 * time.Millisecond}, // 6.4 s is beyond 5 s
		9: {2500 * time.Millisecond, 3750 * time.Millisecond}, 1000: {2500 * time.Millisecond, 3750 * time.Millisecond},
	} {
		if least, middle := backoff(n, 0, 0), backoff(n, 0, 0.5); least != want[0] || middle != want[1] {
			t.Errorf("after attempt %d: %s and %s, want %v", n, least, middle, want)
		}
	}
	if d := backoff(1, 7*time.Second, 0.5); d != 7050*time.Millisecond {
		t.Errorf("%s after seven seconds were asked for, want 7.05s", d)
	}
}

func TestOnlyWhatIsHarmlessIsRepeated(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, method string
		repeatable   bool
		body         io.Reader
		status, want int
	}{
		{"a GET", "GET", false, nil, 503, 3},
		{"a HEAD", "HEAD", false, nil, 503, 3},
		{"a POST", "POST", false, strings.NewReader("query=up"), 503, 1},
		{"a query by POST", "POST", true, strings.NewReader("query=up"), 503, 3},
		{"a query whose body cannot be had again", "POST", true, io.NopCloser(strings.NewReader("query=up")), 503, 1},
		{"a PUT", "PUT", false, nil, 503, 1},
		{"a DELETE", "DELETE", false, nil, 503, 1},
		{"after 429", "GET", false, nil, 429, 3},
		{"after 502", "GET", false, nil, 502, 3},
		{"after 504", "GET", false, nil, 504, 3},
		{"after 500, which comes back", "GET", false, nil, 500, 1},
		{"after 404", "GET", false, nil, 404, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			handler := func(n int, w http.ResponseWriter, r *http.Request) {
				if data, err := io.ReadAll(r.Body); err != nil || (test.body != nil) != (string(data) == "query=up") {
					t.Errorf("attempt %d brought %q, %v", n, data, err)
				}
				w.WriteHeader(test.status)
			}
			inBubble(t, handler, Options{Random: jitterOnly(0)}, func(t *testing.T, c *Client, target *stage) {
				ctx := t.Context()
				if test.repeatable {
					ctx = Repeatable(ctx)
				}
				r, err := http.NewRequestWithContext(ctx, test.method, inMemory, test.body)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := c.Do(r)
				if err != nil || resp.StatusCode != test.status {
					t.Errorf("%v, %v", resp, err)
				}
				if n := target.asked(); n != test.want {
					t.Errorf("%d attempts, want %d", n, test.want)
				}
			})
		})
	}
}

func TestAnAttemptAndACallHaveTheirTime(t *testing.T) {
	t.Parallel()
	half := func(n int, w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		hang(n, w, r)
	}
	once := func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 {
			hang(n, w, r)
			return
		}
		ok(w, r)
	}
	broken := func(_ int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
	}
	for _, test := range []struct {
		name    string
		handler play
		options Options
		want    Kind
		took    time.Duration
	}{
		// 10 s, a wait of .1 s, and the second is answered
		{"one that hangs once", once, Options{}, OK, 10100 * time.Millisecond},
		// 10 s, .1 s, 10 s, .2 s, and what is left of 30 s
		{"one that hangs always", hang, Options{}, Timeout, 30 * time.Second},
		{"a body that stops", half, Options{Attempts: 1}, Timeout, 10 * time.Second},
		{"a head that does not come", hang, Options{Attempts: 1, HeaderTimeout: 3 * time.Second}, Timeout, 3 * time.Second},
		{"a body that breaks off", broken, Options{Attempts: 1}, Unreachable, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.options.Random = jitterOnly(0)
			inBubble(t, test.handler, test.options, func(t *testing.T, c *Client, target *stage) {
				d := took(func() {
					_, err := get(t.Context(), c, inMemory)
					if test.want == OK && err != nil {
						t.Error(err)
					}
					if test.want != OK {
						wantKind(t, err, test.want)
					}
				})
				if d != test.took {
					t.Errorf("it took %s, want %s", d, test.took)
				}
			})
		})
	}
}

func TestTheInjectedClockReadsRetryAfter(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)).Now()
	for value, want := range map[string]time.Duration{
		"120": 2 * time.Minute, "0": 0, "-1": 0, "": 0, "1.5": 0,
		"Wed, 01 Jul 2026 12:00:30 GMT": 30 * time.Second, "Wednesday, 01-Jul-26 12:00:30 GMT": 30 * time.Second,
		"Wed, 01 Jul 2026 11:00:00 GMT": 0,
		// Longer than a call lasts, and longer than a time.Duration.
		"86400": time.Hour, "2147483647": time.Hour,
		"Thu, 02 Jul 2026 12:00:00 GMT": time.Hour, "Fri, 31 Dec 9999 23:59:59 GMT": time.Hour,
	} {
		if got := retryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("Retry-After: %q means %s, want %s", value, got, want)
		} else if wait := backoff(1, got, 0.5); wait < want {
			t.Errorf("after Retry-After: %q the wait is %s, shorter than %s", value, wait, want)
		}
	}
}
