package dashboard

import (
	"net/http"
	"net/url"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
)

type signInPage struct {
	Fault string
	// Provider is what the provider is called, and Begin where signing in by it begins; empty without one.
	Provider, Begin string
}

// cookieName is bound to the host by its prefix where browsers can be told so.
func (d *Dashboard) cookieName() string {
	if d.secure {
		return "__Host-evenkeel_session"
	}
	return "evenkeel_session"
}

func (d *Dashboard) cookie(value string, expires time.Time) *http.Cookie {
	return &http.Cookie{
		Name: d.cookieName(), Value: value, Path: "/", Expires: expires,
		HttpOnly: true, Secure: d.secure, SameSite: http.SameSiteLaxMode,
	}
}

// session returns who is signed in; nobody is an Unauthenticated fault.
func (d *Dashboard) session(r *http.Request) (access.Caller, error) {
	anonymous := access.Caller{Kind: access.Anonymous}
	cookie, err := r.Cookie(d.cookieName())
	if err != nil {
		return anonymous, fault.New(fault.Unauthenticated, "session_missing", "sign in first")
	}
	caller, err := d.sources.Access.AuthenticateSession(r.Context(), cookie.Value)
	if err != nil {
		return anonymous, err
	}
	return caller, nil
}

// signIn uses up the code of a link and begins a session, or explains how to get
// a link.
func (d *Dashboard) signIn(w http.ResponseWriter, r *http.Request) {
	code := r.URL.Query().Get("code")
	if r.Method == http.MethodHead {
		code = "" // who only looks at a link does not use it up
	}
	if code == "" {
		if _, err := d.session(r); err == nil {
			http.Redirect(w, r, local(r.URL.Query().Get("next")), http.StatusSeeOther)
			return
		}
		d.renderSignIn(w, r, http.StatusOK, "")
		return
	}
	text, session, err := d.sources.Access.SignIn(r.Context(), code)
	if fault.Is(err, fault.Unauthenticated) {
		d.renderSignIn(w, r, http.StatusUnauthorized, sentence(fault.As(err).Message))
		return
	}
	if err != nil {
		d.fail(w, r, access.Caller{Kind: access.Anonymous}, err)
		return
	}
	http.SetCookie(w, d.cookie(text, session.ExpiresAt))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (d *Dashboard) renderSignIn(w http.ResponseWriter, r *http.Request, status int, message string) {
	p := signInPage{Fault: message}
	if d.opts.Provider != nil {
		p.Provider, p.Begin = d.opts.Provider.Name(), providerPath
		if next := local(r.URL.Query().Get("next")); next != "/" {
			p.Begin += "?next=" + url.QueryEscape(next)
		}
	}
	d.render(w, r, status, access.Caller{Kind: access.Anonymous}, screen{template: "signin", title: "Sign in", page: p})
}

// signOut ends the session, on the server and in the browser.
func (d *Dashboard) signOut(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(d.cookieName()); err == nil {
		caller, err := d.session(r)
		if err == nil {
			err = d.sources.Access.SignOut(access.WithCaller(r.Context(), caller), cookie.Value)
		}
		if err != nil && !fault.Is(err, fault.Unauthenticated) {
			d.fail(w, r, caller, err)
			return
		}
	}
	gone := d.cookie("", time.Unix(0, 0))
	gone.MaxAge = -1
	http.SetCookie(w, gone)
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
}
