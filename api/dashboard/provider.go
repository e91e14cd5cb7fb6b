package dashboard

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/access/oidc"
)

// Provider is the OpenID provider by which people sign in.
type Provider interface {
	Name() string
	// Begin returns the address at which somebody signs in.
	Begin(ctx context.Context, a oidc.Attempt) (string, error)
	// Finish returns who came back with the code.
	Finish(ctx context.Context, a oidc.Attempt, code string) (access.Arrival, error)
}

const (
	providerPath = "/signin/provider"
	callbackPath = "/signin/callback"

	// attemptLifetime is how long somebody may take at the provider.
	attemptLifetime = 10 * time.Minute
	maxAttempt      = 4096 // of the cookie's value, which browsers keep no longer
)

// attempt is what the browser keeps while somebody is at the provider: it holds nothing but what the browser may
// know, and whoever comes back without it, or with another's, is not signed in.
type attempt struct {
	oidc.Attempt
	Next    string    `json:"next"`
	Expires time.Time `json:"expires"`
}

// attemptName is bound to the host as that of the session is.
func (d *Dashboard) attemptName() string {
	if d.secure {
		return "__Host-evenkeel_signin"
	}
	return "evenkeel_signin"
}

// attemptCookie is SameSite=Lax, for it has to come back with whoever the provider sends back.
func (d *Dashboard) attemptCookie(value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: d.attemptName(), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: d.secure, SameSite: http.SameSiteLaxMode,
	}
}

// addProvider adds the way to the provider and back, where there is one.
func (d *Dashboard) addProvider() {
	if d.opts.Provider == nil {
		return
	}
	d.route(http.MethodGet, providerPath, providerPath, d.toProvider)
	d.route(http.MethodGet, callbackPath, callbackPath, d.fromProvider)
}

// toProvider sends the browser to the provider, with an attempt of its own.
func (d *Dashboard) toProvider(w http.ResponseWriter, r *http.Request) {
	a := attempt{Attempt: oidc.NewAttempt(), Next: local(r.URL.Query().Get("next")), Expires: d.opts.Now().Add(attemptLifetime)}
	to, err := d.opts.Provider.Begin(r.Context(), a.Attempt)
	if err != nil {
		d.notSignedIn(w, r, err)
		return
	}
	text, err := json.Marshal(a)
	if err != nil {
		d.internal(w, r, access.Caller{}, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.SetCookie(w, d.attemptCookie(base64.RawURLEncoding.EncodeToString(text), int(attemptLifetime/time.Second)))
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// fromProvider signs in whom the provider sent back.
func (d *Dashboard) fromProvider(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	a, found := d.attempted(r)
	http.SetCookie(w, d.attemptCookie("", -1)) // good for one way back
	query := r.URL.Query()
	again := fault.New(fault.Unauthenticated, "sign_in_stale", "this way back from %s is older than %d minutes, was used already, or was begun in another browser or tab: sign in again", d.opts.Provider.Name(), int(attemptLifetime.Minutes()))
	if !found || subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(a.State)) != 1 {
		d.notSignedIn(w, r, again)
		return
	}
	if refused := query.Get("error"); refused != "" {
		d.notSignedIn(w, r, fault.New(fault.Unauthenticated, "provider_refused", "%s did not sign you in, and says %q", d.opts.Provider.Name(), fault.Clip(refused, 64)))
		return
	}
	who, err := d.opts.Provider.Finish(r.Context(), a.Attempt, query.Get("code"))
	if err != nil {
		d.notSignedIn(w, r, err)
		return
	}
	text, session, err := d.sources.Access.SignInVerified(r.Context(), who)
	if err != nil {
		d.notSignedIn(w, r, err)
		return
	}
	http.SetCookie(w, d.cookie(text, session.ExpiresAt))
	http.Redirect(w, r, a.Next, http.StatusSeeOther)
}

// attempted reads what the browser kept.
func (d *Dashboard) attempted(r *http.Request) (attempt, bool) {
	var a attempt
	cookie, err := r.Cookie(d.attemptName())
	if err != nil || len(cookie.Value) > maxAttempt {
		return a, false
	}
	text, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil || json.Unmarshal(text, &a) != nil || a.State == "" || !d.opts.Now().Before(a.Expires) {
		return a, false
	}
	a.Next = local(a.Next)
	return a, true
}

// notSignedIn shows the sign-in page with what was wrong in its own words.
func (d *Dashboard) notSignedIn(w http.ResponseWriter, r *http.Request, err error) {
	f := fault.As(err)
	status := http.StatusUnauthorized
	switch {
	case f == nil:
		d.fail(w, r, access.Caller{Kind: access.Anonymous}, err)
		return
	case f.Kind == fault.Unavailable:
		status = http.StatusServiceUnavailable
	case f.Kind != fault.Unauthenticated:
		status = http.StatusForbidden
	}
	d.opts.Logger.InfoContext(r.Context(), "somebody was not signed in by the provider", "code", f.Code, "cause", f.Err)
	d.renderSignIn(w, r, status, sentence(f.Message))
}

// local returns the address of a page of ours, and that of the overview for any other: nobody is led elsewhere
// by a link to the sign-in page.
func local(next string) string {
	u, err := url.Parse(next)
	switch {
	case err != nil || u.IsAbs() || u.Host != "" || u.User != nil || u.Opaque != "",
		// Browsers read \ as /, and pass over controls.
		!strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsFunc(next, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }),
		len(next) > 1024, strings.HasPrefix(u.Path, "//"), u.Path == "/signin" || strings.HasPrefix(u.Path, "/signin/") || u.Path == "/signout":
		return "/"
	}
	return next
}

// toSignIn is the address of the sign-in page for who wanted to see another one.
func (d *Dashboard) toSignIn(r *http.Request) string {
	if next := local(r.URL.RequestURI()); d.opts.Provider != nil && r.Method == http.MethodGet && next != "/" {
		return "/signin?next=" + url.QueryEscape(next)
	}
	return "/signin"
}
