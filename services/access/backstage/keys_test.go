package backstage_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access/backstage"
)

const (
	invalid     = "portal_token_invalid"
	unavailable = "portal_unavailable"
)

// Whoever could have a portal redirect, by an open redirect in one of its plugins or a proxy
// before it, would say by which keys tokens are verified.
func TestARedirectOfAKeySetIsNotFollowed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	followed := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		followed++
		_, _ = w.Write(setOf(h.evenkeel))
	}))
	defer elsewhere.Close()
	h.publish("/moved", h.evenkeel)
	for _, to := range []string{elsewhere.URL + ofEvenkeel, h.url + "/moved", "/moved"} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			h.serve(ofEvenkeel, http.RedirectHandler(to, status).ServeHTTP)
			h.later()
			h.refuses(fmt.Sprintf("%d to %s", status, to), h.good(), unavailable, backstage.NotAvailable)
		}
	}
	if n := h.times(ofEvenkeel); n != 15 || followed != 0 || h.times("/moved") != 0 {
		t.Errorf("of %d redirects, %d were followed to another host and %d to another path", n, followed, h.times("/moved"))
	}
	h.publish(ofEvenkeel, h.evenkeel)
	h.later()
	h.takes("where the keys are", h.good())
}

func TestAKeySetThatIsNoneOrTooLargeIsNotTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	// with is a set of so many keys, with one of that id among them.
	with := func(kid string, n int) string {
		signers := []signer{h.evenkeel.called(kid)}
		for i := range n - 1 {
			signers = append(signers, h.auth.called(fmt.Sprint("other-", i)))
		}
		return string(setOf(signers...))
	}
	text := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
	}
	padded := func(set string, size int) string { return set + strings.Repeat(" ", size-len(set)) }
	set := with("of-evenkeel", 1)
	for what, answer := range map[string]http.HandlerFunc{
		"64 KiB and a byte": text(padded(set, 64<<10+1)),
		"101 keys":          text(with("of-evenkeel", 101)),
		"64 MiB that are small on the way": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range 64 {
				_, _ = z.Write(make([]byte, 1<<20))
			}
			_ = z.Close()
		},
		"nothing":    text(""),
		"a page":     text("<html>"),
		"no set":     text("{}"),
		"a set's":    text(`{"keys":` + set + `}`),
		"a list":     text("[" + set + "]"),
		"half a set": text(set[:len(set)/2]),
		"an error": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte(set))
		},
		"no such plugin": http.NotFound,
	} {
		h.serve(ofEvenkeel, answer)
		h.later()
		h.refuses(what, h.good(), unavailable, backstage.NotAvailable)
	}
	// Those that just fit are taken, and what is not understood in them is passed over.
	odd := `{"keys":[null,7,{},{"kty":"RSA","kid":"third"},{"kty":"EC","crv":"P-384","kid":"third"},`
	for kid, answer := range map[string]http.HandlerFunc{
		"first":  text(padded(with("first", 1), 64<<10)),
		"second": text(with("second", 100)),
		"third":  text(strings.Replace(with("third", 1), `{"keys":[`, odd, 1)),
	} {
		h.serve(ofEvenkeel, answer)
		h.later()
		h.takes(kid, h.token(h.evenkeel.called(kid), h.auth))
	}
}

// Nothing but the time-out ends the wait for a portal that never answers.
func TestAPortalThatHangsIsWaitedForAsLongAsToldAndNoLonger(t *testing.T) {
	t.Parallel()
	for what, begin := range map[string]string{"before its answer": "", "within its answer": `{"keys":[`} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, func(o *backstage.Options) { o.Timeout = 50 * time.Millisecond })
			done := make(chan struct{})
			t.Cleanup(func() { close(done) }) // before the server is closed, which waits for its answers
			hang := func(w http.ResponseWriter, _ *http.Request) {
				if begin != "" {
					_, _ = w.Write([]byte(begin))
					_ = http.NewResponseController(w).Flush()
				}
				<-done
			}
			h.serve(ofEvenkeel, hang)
			h.refuses("no key is known", h.good(), unavailable, backstage.NotAvailable)
			// Of the user's keys it is the same.
			h.publish(ofEvenkeel, h.evenkeel)
			h.serve(ofAuth, hang)
			h.later()
			h.refuses("no key of the user is known", h.good(), unavailable, backstage.NotAvailable)
		})
	}
}

func TestWhileAPortalHangsWhoseKeyIsKnownGoesOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *backstage.Options) { o.Timeout = time.Hour })
	h.takes("before", h.good())
	asked, answer := make(chan struct{}), make(chan struct{})
	h.serve(ofEvenkeel, func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-answer
		_, _ = w.Write(setOf(h.evenkeel))
	})
	h.clock.Advance(time.Hour) // the keys are to be looked at anew
	h.publish(ofAuth, h.auth)
	first := make(chan error)
	token := h.good()
	go func() {
		_, err := h.Authenticate(t.Context(), token)
		first <- err
	}()
	<-asked
	for range 3 {
		h.takes("beside the one who waits", token)
	}
	// Who does not wait any longer is let go.
	gaveUp, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := h.Authenticate(gaveUp, h.token(h.evenkeel.called("unknown"), h.auth))
	if e := fault.As(err); e == nil || e.Code != unavailable || !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up: %v", err)
	}
	close(answer)
	if err := <-first; err != nil {
		t.Errorf("who waited: %v", err)
	}
}

func TestManyAtOnceAskOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const many = 50
	var here, through sync.WaitGroup
	here.Add(many)
	h.serve(ofEvenkeel, func(w http.ResponseWriter, _ *http.Request) {
		here.Wait() // the keys come when all are there
		_, _ = w.Write(setOf(h.evenkeel))
	})
	token := h.good()
	for range many {
		through.Go(func() {
			here.Done()
			h.takes("one of many", token)
		})
	}
	through.Wait()
	if plugin, user := h.times(ofEvenkeel), h.times(ofAuth); plugin != 1 || user != 1 {
		t.Errorf("%d at once asked %d times for the plugin's keys and %d times for the users'", many, plugin, user)
	}
}

// Who may not call can still make tokens: each names a key that nobody has, and would have the
// portal asked.
func TestUnknownKeysHaveThePortalAskedOnceInTenSeconds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.takes("the good one", h.good())
	stranger := newSigner(t, "")
	for second := range 31 { // at 10, 20 and 30 seconds it is asked
		for n := range 5 {
			kid := fmt.Sprint("unheard-of-", second, "-", n)
			h.refuses("a stranger's", h.token(stranger.called(kid), h.auth), invalid, backstage.WrongKid)
			h.refuses("a stranger's user", h.token(h.evenkeel, stranger.called(kid)), invalid, "obo_kid")
		}
		h.takes("the good one meanwhile", h.good())
		h.clock.Advance(time.Second)
	}
	if plugin, user := h.times(ofEvenkeel), h.times(ofAuth); plugin != 4 || user != 4 {
		t.Errorf("within 30 seconds after the first look, the portal was asked %d and %d times in all, want 4", plugin, user)
	}
	// A plugin that is not listed has it asked nothing at all.
	h.refuses("a plugin of nobody", stranger.called("x").sign(t, "vnd.backstage.plugin", map[string]any{"sub": "planted", "aud": "evenkeel-api"}), invalid, backstage.WrongSub)
	if n := h.times("/api/planted/.backstage/auth/v1/jwks.json"); n != 0 {
		t.Errorf("asked %d times for the keys of a plugin that is not listed", n)
	}
}

func TestKeysRotateWithoutAPause(t *testing.T) {
	t.Parallel()
	for path, of := range map[string]func(*house) *signer{
		ofEvenkeel: func(h *house) *signer { return &h.evenkeel },
		ofAuth:     func(h *house) *signer { return &h.auth },
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.takes("the first key", h.good())
			// The next key is published beside the old one, and signs.
			h.later()
			first := *of(h)
			*of(h) = newSigner(t, "second")
			h.publish(path, first, *of(h))
			h.takes("the second key, at once", h.good())
			second := *of(h)
			// The old one is taken away: it is good for an hour from the last look, and no longer,
			// whoever else calls or does not.
			h.publish(path, second)
			*of(h) = first
			h.clock.Advance(time.Hour - time.Second)
			h.takes("the first key, within the hour", h.good())
			h.clock.Advance(time.Second)
			reason := backstage.WrongKid
			if path == ofAuth {
				reason = "obo_kid"
			}
			h.refuses("the first key, after an hour", h.good(), invalid, reason)
			*of(h) = second
			h.takes("the second key, after an hour", h.good())
			// One that is compromised is replaced under another id: the first use of the new one ends it.
			third := newSigner(t, "third")
			h.publish(path, third)
			h.later()
			*of(h) = third
			h.takes("the third key", h.good())
			*of(h) = second
			h.refuses("the second key, as soon as the third was used", h.good(), invalid, reason)
			// Another key under an id that is known is refused until the keys are looked at again.
			*of(h) = newSigner(t, "third")
			h.publish(path, *of(h))
			if reason = backstage.WrongSign; path == ofAuth {
				reason = "obo_signature"
			}
			h.refuses("another key of the same id", h.good(), invalid, reason)
			h.clock.Advance(time.Hour)
			h.takes("another key of the same id, after an hour", h.good())
		})
	}
}

func TestKeysServeForTwelveHoursOfAnOutage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.takes("before", h.good())
	for _, path := range []string{ofEvenkeel, ofAuth} {
		h.serve(path, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	}
	h.clock.Advance(12*time.Hour - time.Second)
	h.takes("within twelve hours", h.good())
	h.clock.Advance(time.Second)
	h.later() // after the look just now
	h.refuses("after twelve hours", h.good(), unavailable, backstage.NotAvailable)
	h.publish(ofEvenkeel, h.evenkeel)
	h.publish(ofAuth, h.auth)
	h.later()
	h.takes("after the outage", h.good())
}

func TestWhatLastsOfATokenIsItsObo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	obo := h.auth.sign(t, "vnd.backstage.limited-user", map[string]any{"sub": "user:default/ada"})
	token := func(more map[string]any) string { return h.evenkeel.sign(t, "vnd.backstage.plugin", more) }
	for token, want := range map[string]string{
		token(map[string]any{"sub": "evenkeel", "obo": obo, "iat": 1}): obo,
		token(map[string]any{"sub": "evenkeel", "obo": obo, "iat": 2}): obo,
		token(map[string]any{"sub": "evenkeel"}):                       "",
		token(map[string]any{"obo": map[string]any{"sub": "ada"}}):     "",
		token(map[string]any{"obo": nil}):                              "",
		"eyJ.x.y":                                                      "", "eyJ..": "", "": "", "..": "", "eyJ.bnVsbA.y": "",
	} {
		if got := h.Lasting(token); got != want {
			t.Errorf("%s: %q, want %q", token, got, want)
		}
	}
}
