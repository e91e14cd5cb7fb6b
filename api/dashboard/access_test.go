package dashboard

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/access/oidc"
	"github.com/evenkeel/evenkeel/services/toil"
)

func TestWhoIsNotSignedInIsLedToTheSignInPage(t *testing.T) {
	t.Parallel()
	s := newSample()
	v := visiting(t, s)
	v.signedOut = true
	for _, path := range s.paths() {
		if path == "/signin?" || path == "/nothing/here" || strings.HasPrefix(path, toil.LinkPath) {
			continue // a link in a mail asks its one question of whoever opens it
		}
		r := v.get(path)
		if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/signin" {
			t.Errorf("%s: %d to %q", path, r.StatusCode, r.Header.Get("Location"))
		}
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), "Checkout") {
			t.Errorf("%s shows something", path)
		}
	}
}

func TestALinkSignsInWithACookieThatOnlyTheServerReads(t *testing.T) {
	t.Parallel()
	for public, want := range map[string]string{
		"http://127.0.0.1:8080":     "evenkeel_session=good-session; Path=/; Expires=Mon, 23 Nov 2026 15:27:41 GMT; HttpOnly; SameSite=Lax",
		"https://evenkeel.example/": "__Host-evenkeel_session=good-session; Path=/; Expires=Mon, 23 Nov 2026 15:27:41 GMT; HttpOnly; Secure; SameSite=Lax",
	} {
		opts := options()
		opts.PublicURL = public
		v := visitor{T: t, handler: New(newSample().sources(), opts), signedOut: true}
		r := v.get("/signin?code=" + sampleCode)
		if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/" {
			t.Errorf("%d to %q", r.StatusCode, r.Header.Get("Location"))
		}
		if got := r.Header.Get("Set-Cookie"); got != want {
			t.Errorf("cookie %q, want %q", got, want)
		}
	}
}

func TestAUsedLinkIsExplained(t *testing.T) {
	t.Parallel()
	v := visiting(t, newSample())
	v.signedOut = true
	doc, _ := v.readStatus("/signin?code=used", http.StatusUnauthorized)
	says(t, words(within(t, doc, "alert")), "The link was used already or is older than 10 minutes; ask for a new one.")
	if v.get("/signin?code=used").Header.Get("Set-Cookie") != "" {
		t.Error("a cookie was set")
	}
}

func TestWhoIsSignedInNeedsNoSignInPage(t *testing.T) {
	t.Parallel()
	if r := visiting(t, newSample()).get("/signin"); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/" {
		t.Errorf("%d to %q", r.StatusCode, r.Header.Get("Location"))
	}
}

func signOut(t *testing.T, header ...string) *http.Request {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://evenkeel.example/signout", nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func TestSigningOutEndsTheSessionAndTakesTheCookieBack(t *testing.T) {
	t.Parallel()
	r := visiting(t, newSample()).do(signOut(t, "Sec-Fetch-Site", "same-origin"))
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/signin" {
		t.Errorf("%d to %q", r.StatusCode, r.Header.Get("Location"))
	}
	says(t, r.Header.Get("Set-Cookie"), "evenkeel_session=;", "Max-Age=0", "HttpOnly", "SameSite=Lax")
}

func TestAFormFromAnotherSiteIsRefused(t *testing.T) {
	t.Parallel()
	v := visiting(t, newSample())
	for _, header := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"},
	} {
		r := v.do(signOut(t, header...))
		if r.StatusCode != http.StatusForbidden || r.Header.Get("Set-Cookie") != "" {
			t.Errorf("%v: %d, cookie %q", header, r.StatusCode, r.Header.Get("Set-Cookie"))
		}
	}
}

func TestSigningOutByFollowingALinkDoesNothing(t *testing.T) {
	t.Parallel()
	if r := visiting(t, newSample()).get("/signout"); r.StatusCode != http.StatusNotFound || r.Header.Get("Set-Cookie") != "" {
		t.Errorf("%d, cookie %q", r.StatusCode, r.Header.Get("Set-Cookie"))
	}
}

func TestAFormerNameLeadsToThePresentOne(t *testing.T) {
	t.Parallel()
	v := visiting(t, newSample())
	for from, to := range map[string]string{
		"/teams/old-shop?after=x":     "/teams/shop?after=x",
		"/services/checkout/slos/old": "/services/checkout/slos/availability",
	} {
		r := v.get(from)
		if r.StatusCode != http.StatusPermanentRedirect || r.Header.Get("Location") != to {
			t.Errorf("%s: %d to %q, want %q", from, r.StatusCode, r.Header.Get("Location"), to)
		}
	}
}

func TestWhatIsNotThereHasADesignedPage(t *testing.T) {
	t.Parallel()
	v := visiting(t, newSample())
	for _, path := range []string{"/nothing", "/teams/none", "/services/none", "/services/checkout/slos/none", "/issues/none", "/issues/01JD3Z0Q8RC6W4N1M2V5999999"} {
		doc, text := v.readStatus(path, http.StatusNotFound)
		says(t, words(within(t, doc, "main")), "There is nothing here", "Go to the overview")
		checkPage(t, doc, text)
	}
	doc, _ := v.readStatus("/slos?after=forged", http.StatusBadRequest)
	says(t, words(within(t, doc, "main")), "This address cannot be read")
	r := v.do(httptest.NewRequestWithContext(t.Context(), http.MethodPut, "http://evenkeel.example/jobs", nil))
	if r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("PUT: %d, Allow %q", r.StatusCode, r.Header.Get("Allow"))
	}
}

func TestAnInternalErrorIsLoggedAndNotShown(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s, opts := newSample(), options()
	s.fail = errors.New("pq: password authentication failed for user evenkeel")
	opts.Logger = slog.New(slog.NewTextHandler(&log, nil))
	opts.RequestID = func(context.Context) string { return "req-42" }
	v := visitor{T: t, handler: New(s.sources(), opts)}
	doc, text := v.readStatus("/", http.StatusInternalServerError)
	says(t, words(within(t, doc, "main")), "Something broke on our side", "req-42")
	if strings.Contains(text, "password") {
		t.Error("the cause is shown")
	}
	says(t, log.String(), "password authentication failed", "request_id=req-42")
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("logged %d times", n)
	}
	s.fail = fault.New(fault.Unavailable, "busy", "the database is busy; try again")
	doc, _ = v.readStatus("/", http.StatusServiceUnavailable)
	says(t, words(within(t, doc, "main")), "The database is busy; try again.")
}

func TestPagesAllowNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	v := visiting(t, newSample())
	h := v.get("/").Header
	says(t, h.Get("Content-Security-Policy"), "default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "form-action 'self'")
	if strings.Contains(h.Get("Content-Security-Policy"), "unsafe") || h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", h)
	}
	for path, mediaType := range map[string]string{stylePath: "text/css; charset=utf-8", iconPath: "image/svg+xml"} {
		v.signedOut = true
		r := v.get(path)
		if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != mediaType || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", path, r.StatusCode, r.Header)
		}
	}
	for _, elsewhere := range []string{"url(", "@import", "http"} {
		if bytes.Contains(style, []byte(elsewhere)) {
			t.Errorf("the style sheet says %q", elsewhere)
		}
	}
}

func TestRoutesListWhatIsAnswered(t *testing.T) {
	t.Parallel()
	d := New(newSample().sources(), options())
	forms := []string{
		"/signout", "/incidents/new", "/incidents/{incident}/edit", "/incidents/{incident}/status", "/incidents/{incident}/timeline", "/incidents/{incident}/action-items", actionPath + "/{act}", toilPattern + "/{act}", toilEntryPattern, toilLinkPattern, factsPath, "/services/{service}/attestations/{attestation}/withdraw", scorecardsPath, ladderPath + "/evaluate", exemptionsPath, exemptionsPath + "/{exemption}/{act}", campaignsPath + "/new", campaignsPath + "/{campaign}/edit", campaignsPath + "/{campaign}/end", launchesPath, launchesPath + "/{review}/{act}", launchesPath + "/{review}/conditions/{condition}",
		repositoriesPath + "/{repository}", repositoriesPath + "/{repository}/dismiss", newWavePath, wavePattern + "/members", wavePattern + "/members/{member}/remove", wavePattern + "/start",
	}
	if len(d.Routes()) != 99 {
		t.Errorf("%d routes: %v", len(d.Routes()), d.Routes())
	}
	heavy := 0
	for _, r := range d.Routes() {
		if r.Heavy {
			heavy++
		}
		form := slices.Contains(forms, r.Pattern) || strings.HasPrefix(r.Pattern, "/incidents/{incident}/postmortem/")
		if r.Method != http.MethodGet && !form || !strings.HasPrefix(r.Pattern, "/") || strings.Contains(r.Pattern, "$") {
			t.Errorf("route %+v", r)
		}
	}
	if heavy != 2 { // the trial, and the preview of a wave
		t.Errorf("%d routes are heavy", heavy)
	}
}

// What browsers say of where a form came from: the Fetch standard's Origin and, since 2020, Sec-Fetch-Site. What is
// no browser says neither, and has no cookie that was given to one.
func TestNoFormIsTakenFromAnotherOrigin(t *testing.T) {
	t.Parallel()
	s := newSample()
	opts := options()
	opts.PublicURL = "https://evenkeel.example"
	d := New(s.sources(), opts)
	posts := 0
	for _, r := range d.Routes() {
		if r.Method != http.MethodPost {
			continue
		}
		posts++
		path := strings.NewReplacer("{", "", "}", "").Replace(r.Pattern)
		for _, c := range []struct {
			header  []string
			refused bool
		}{
			{[]string{"Origin", "https://evil.example"}, true},
			{[]string{"Origin", "https://sibling.evenkeel.example", "Sec-Fetch-Site", "same-site"}, true},
			{[]string{"Origin", "https://sibling.evenkeel.example"}, true},
			{[]string{"Origin", "http://evenkeel.example:8080"}, true},
			{[]string{"Origin", "null"}, true},
			{[]string{"Sec-Fetch-Site", "cross-site"}, true},
			{[]string{"Origin", "https://evenkeel.example", "Sec-Fetch-Site", "same-origin"}, false},
			{[]string{"Origin", "https://evenkeel.example"}, false},
			{nil, false},
		} {
			v := visitor{T: t, handler: d, signedOut: true} // whoever gets through is led to sign in, or finds nothing
			q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://evenkeel.example"+path, strings.NewReader(""))
			q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for i := 0; i < len(c.header); i += 2 {
				q.Header.Set(c.header[i], c.header[i+1])
			}
			res := v.do(q)
			text, _ := io.ReadAll(res.Body)
			if refused := res.StatusCode == http.StatusForbidden && strings.Contains(string(text), "That came from another site"); refused != c.refused || c.refused && res.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s with %v: %d, cookie %q", path, c.header, res.StatusCode, res.Header.Get("Set-Cookie"))
			}
		}
	}
	if posts < 30 {
		t.Errorf("only %d forms were sent", posts)
	}
}

// backFrom is a provider that lets whoever comes in.
type backFrom struct{ begun, finished int }

func (*backFrom) Name() string { return "Acme" }

func (p *backFrom) Begin(_ context.Context, a oidc.Attempt) (string, error) {
	p.begun++
	return "https://login.example/authorize?state=" + a.State, nil
}

func (p *backFrom) Finish(context.Context, oidc.Attempt, string) (access.Arrival, error) {
	p.finished++
	return access.Arrival{Subject: "ada"}, nil
}

func TestTheWayBackFromTheProviderIsBoundToTheHostAndToTime(t *testing.T) {
	t.Parallel()
	opts, p := options(), &backFrom{}
	now := sampleNow
	opts.PublicURL, opts.Provider, opts.Now = "https://evenkeel.example", p, func() time.Time { return now }
	v := visitor{T: t, handler: New(newSample().sources(), opts), signedOut: true}
	there := v.get(providerPath + "?next=/slos")
	cookie, err := http.ParseSetCookie(there.Header.Get("Set-Cookie"))
	if err != nil || cookie.Name != "__Host-evenkeel_signin" || cookie.Path != "/" || cookie.Domain != "" || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.MaxAge != 600 {
		t.Fatalf("the cookie is %q, %v", there.Header.Get("Set-Cookie"), err)
	}
	state := strings.TrimPrefix(there.Header.Get("Location"), "https://login.example/authorize?state=")
	back := func(state, value string) *http.Response {
		q := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://evenkeel.example"+callbackPath+"?code=x&state="+state, nil)
		q.AddCookie(&http.Cookie{Name: cookie.Name, Value: value})
		return v.do(q)
	}
	forged := base64.RawURLEncoding.EncodeToString([]byte(`{"state":"","expires":"2100-01-01T00:00:00Z"}`))
	for what, res := range map[string]*http.Response{"another state": back("x", cookie.Value), "no state": back("", cookie.Value), "an empty state": back("", forged), "no attempt": back(state, "x")} {
		if res.StatusCode != http.StatusUnauthorized || p.finished != 0 {
			t.Errorf("%s: %d, and the provider was asked %d times", what, res.StatusCode, p.finished)
		}
	}
	if res := back(state, cookie.Value); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/slos" || p.finished != 1 || len(res.Header.Values("Set-Cookie")) != 2 {
		t.Errorf("%d to %q with %q", res.StatusCode, res.Header.Get("Location"), res.Header.Values("Set-Cookie"))
	}
	now = now.Add(attemptLifetime)
	if res := back(state, cookie.Value); res.StatusCode != http.StatusUnauthorized || p.finished != 1 {
		t.Errorf("too late: %d", res.StatusCode)
	}
}
