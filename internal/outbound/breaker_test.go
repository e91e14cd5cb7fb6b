package outbound

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// let lets every attempt through the throttle, so that the breaker alone decides.
func let() float64 { return 0.9999 }

func TestTheBreakerOpensAtHalfOfTwenty(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name         string
		well, ill    int
		status       int
		wantOpen     bool
		wantFailures uint
	}{
		{"nineteen failures are too few to judge", 0, 19, 500, false, 19},
		{"twenty failures", 0, 20, 500, true, 20},
		{"half of twenty", 10, 10, 500, true, 10},
		{"fewer than half", 11, 10, 500, false, 10},
		{"turned away", 0, 20, 429, true, 20},
		{"not reached by a gateway", 0, 20, 504, true, 20},
		{"asked wrongly", 0, 40, 404, false, 0},
		{"not allowed", 0, 40, 401, false, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			handler := func(n int, w http.ResponseWriter, _ *http.Request) {
				if n > test.well {
					w.WriteHeader(test.status)
				}
			}
			inBubble(t, handler, Options{Attempts: 1, Random: let}, func(t *testing.T, c *Client, target *stage) {
				for range test.well + test.ill {
					if _, err := get(t.Context(), c, inMemory); err != nil {
						t.Fatal(err)
					}
				}
				state := c.State()
				if (state.Breaker == "open") != test.wantOpen || state.Failures != test.wantFailures {
					t.Errorf("%+v, want open: %t, %d failures", state, test.wantOpen, test.wantFailures)
				}
				if !test.wantOpen {
					return
				}
				// 30 s, ± a tenth so that replicas do not probe at once.
				if state.ProbeIn < 27*time.Second || state.ProbeIn > 33*time.Second {
					t.Errorf("probes in %s, want 27 s to 33 s", state.ProbeIn)
				}
				_, err := get(t.Context(), c, inMemory)
				wantKind(t, err, CircuitOpen)
				if want := fmt.Sprintf("left alone for a while: it answered with status %d", test.status); !strings.HasSuffix(err.Error(), want) {
					t.Errorf("error %v, want one that ends with %q", err, want)
				}
				if target.asked() != test.well+test.ill {
					t.Error("the target was asked all the same")
				}
			})
		})
	}
}

// opened brings a client's breaker to where probes may go out.
func opened(t *testing.T, c *Client) {
	t.Helper()
	for range breakerAttempts {
		if _, err := get(t.Context(), c, inMemory); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(33 * time.Second) // by the bubble's clock
}

func TestThreeProbesDecide(t *testing.T) {
	t.Parallel()
	inBubble(t, answers(500), Options{Attempts: 1, Random: let}, func(t *testing.T, c *Client, target *stage) {
		opened(t, c)
		// One probe that fails opens it again.
		if _, err := get(t.Context(), c, inMemory); err != nil {
			t.Fatal(err)
		}
		if s := c.State(); s.Breaker != "open" {
			t.Fatalf("%s after a probe that failed, want open", s.Breaker)
		}
		time.Sleep(33 * time.Second)
		// While three are under way there is no fourth.
		gate := make(chan struct{})
		target.change(func(_ int, w http.ResponseWriter, r *http.Request) {
			<-gate
			ok(w, r)
		})
		ended := make(chan error)
		for range 3 {
			go func() {
				_, err := get(t.Context(), c, inMemory)
				ended <- err
			}()
		}
		synctest.Wait()
		_, err := get(t.Context(), c, inMemory)
		wantKind(t, err, CircuitOpen)
		if s := c.State(); s.Breaker != "half-open" || target.asked() != 3 {
			t.Errorf("%s with %d probes, want half-open with 3", s.Breaker, target.asked())
		}
		close(gate)
		for range 3 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		if s := c.State(); s.Breaker != "closed" {
			t.Errorf("%s after three probes came back well, want closed", s.Breaker)
		}
	})
}

func TestACallerThatGivesUpIsNoFailure(t *testing.T) {
	t.Parallel()
	inBubble(t, hang, Options{Attempts: 1, Random: let}, func(t *testing.T, c *Client, _ *stage) {
		for i := range 40 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if i%2 == 0 {
				ctx, cancel = context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
			}
			_, err := get(ctx, c, inMemory)
			cancel()
			wantKind(t, err, Cancelled)
		}
		if s := c.State(); s.Breaker != "closed" || s.Attempts != 0 || s.Throttling != 0 {
			t.Errorf("%+v after forty that gave up, want nothing held against the target", s)
		}
	})
}

func TestProbesThatAreGivenUpDoNotJamTheBreaker(t *testing.T) {
	t.Parallel()
	inBubble(t, answers(500), Options{Attempts: 1, Random: let}, func(t *testing.T, c *Client, target *stage) {
		opened(t, c)
		target.change(hang)
		for range 10 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, err := get(ctx, c, inMemory)
			cancel()
			wantKind(t, err, Cancelled)
			time.Sleep(33 * time.Second)
		}
		target.change(answers(200))
		for range 3 {
			if _, err := get(t.Context(), c, inMemory); err != nil {
				t.Fatal(err)
			}
		}
		if s := c.State(); s.Breaker != "closed" {
			t.Errorf("%s, want closed", s.Breaker)
		}
	})
}

func TestTheThrottleLeavesProbesAlone(t *testing.T) {
	t.Parallel()
	chance := 0.9999
	inBubble(t, answers(500), Options{Attempts: 1, Random: func() float64 { return chance }}, func(t *testing.T, c *Client, target *stage) {
		opened(t, c)
		target.change(answers(200))
		chance = 0 // turned away by a throttle that is asked: it remembers twenty failures
		for range breakerProbes {
			if _, err := get(t.Context(), c, inMemory); err != nil {
				t.Error(err)
			}
		}
		if s := c.State(); s.Breaker != "closed" || target.asked() != breakerProbes {
			t.Errorf("%s after %d attempts, want closed after %d", s.Breaker, target.asked(), breakerProbes)
		}
		// From here on the throttle lets the target recover little by little.
		_, err := get(t.Context(), c, inMemory)
		wantKind(t, err, Throttled)
	})
}

func TestACallEndsWithWhatTheTargetSaidLast(t *testing.T) {
	t.Parallel()
	inBubble(t, answers(503), Options{Random: let}, func(t *testing.T, c *Client, target *stage) {
		// Seven calls of three attempts: the twentieth attempt opens the breaker, and
		// the twenty-first is not made.
		for i := range 7 {
			resp, err := get(t.Context(), c, inMemory)
			if err != nil || resp.StatusCode != 503 {
				t.Errorf("call %d: %v, %v", i+1, resp, err)
			}
		}
		if n := target.asked(); n != 20 {
			t.Errorf("%d attempts reached the target, want 20", n)
		}
	})
}

func TestATargetThatTurnsAwayIsAskedLess(t *testing.T) {
	t.Parallel()
	chance := 0.9999
	inBubble(t, answers(500, 500, 500, 500, 200), Options{Attempts: 1, Random: func() float64 { return chance }}, func(t *testing.T, c *Client, target *stage) {
		for range 4 {
			if _, err := get(t.Context(), c, inMemory); err != nil {
				t.Fatal(err)
			}
		}
		chance = 0.79 // below 4/5
		if p := c.State().Throttling; p != 0.8 {
			t.Errorf("the chance to be turned away is %v, want 0.8", p)
		}
		_, err := get(t.Context(), c, inMemory)
		wantKind(t, err, Throttled)
		if n := target.asked(); n != 4 {
			t.Errorf("the target was asked %d times, want 4", n)
		}
		time.Sleep(2 * time.Minute)
		if _, err := get(t.Context(), c, inMemory); err != nil {
			t.Errorf("after two minutes: %v", err)
		}
	})
}

func TestTheBulkheadBoundsWhatRunsAtOneTime(t *testing.T) {
	t.Parallel()
	handler := func(_ int, w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(2500 * time.Millisecond):
			ok(w, r)
		case <-r.Context().Done():
		}
	}
	inBubble(t, handler, Options{Attempts: 1, Concurrency: 2, Random: let}, func(t *testing.T, c *Client, _ *stage) {
		ended := make(chan error)
		for range 2 {
			go func() {
				_, err := get(t.Context(), c, inMemory)
				ended <- err
			}()
		}
		synctest.Wait()
		d := took(func() {
			_, err := get(t.Context(), c, inMemory)
			wantKind(t, err, BulkheadFull)
		})
		if d != time.Second {
			t.Errorf("the third waited %s, want 1s", d)
		}
		// Its turn comes within the second that it waits.
		time.Sleep(time.Second)
		d = took(func() {
			if _, err := get(t.Context(), c, inMemory); err != nil {
				t.Error(err)
			}
		})
		if d != 3*time.Second { // half a second for its turn, then its own
			t.Errorf("the fourth took %s, want 3s", d)
		}
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	})
}
