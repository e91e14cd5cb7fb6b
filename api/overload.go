package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
)

// A request is charged to its caller before anything else is done for it, and
// then waits for a place among those who are worked on. It has the place while
// it is authenticated and handled, and gives it back when its reply begins. A
// request with a body gets its place when the body has arrived: who sends slowly
// holds nobody up.

// classOf is how critical an operation is under overload: what it declares; else
// what changes anything is a write, a document is a report, and the rest is read.
func (e *endpoint) classOf(out reflect.Type) admission.Class {
	body, has := out.FieldByName("Body")
	switch {
	case e.class != 0:
		return e.class
	case e.method != http.MethodGet:
		return admission.Writes
	case has && (body.Type == reflect.TypeFor[[]byte]() || body.Type.Kind() == reflect.Func):
		return admission.Reports
	default:
		return admission.Reads
	}
}

// payer is who a request is charged to, as far as it is known.
type payer struct {
	*admission.Caller
	// token is what is presented, and lasting that of it by which its owner is known again.
	token, lasting string
	known          bool           // by that
	room           admission.Hold // of the address, while it may be a guess
}

// charge takes a request to an operation from the quota of the owner of its token, if
// that is known from before, else of the address that it comes from. An address
// from which a token comes that is not known yet has to have room for it, beside all that
// come from there at the same time, and pays when the token may be a guess: so tokens cannot
// be guessed faster than a quota, and of the many who call through a portal each has their own.
func (a *API) charge(e *endpoint, x *exchange, r *http.Request) *Problem {
	p := &x.payer
	if p.token, _ = bearer(r); p.token != "" && !e.public && a.cfg.Authenticator != nil {
		if lasting := a.cfg.Authenticator.Lasting(p.token); lasting != "" {
			p.lasting = "token " + lasting // and nothing that is remembered of anybody else
			p.Caller, p.known = a.admission.Presenter(p.lasting, x.start)
		}
	}
	if !p.known {
		p.Caller = a.admission.Address(a.clientAddress(r), x.start)
	}
	if p.known || p.token == "" || e.public {
		return a.pay(x, e.load, p.Caller)
	}
	room, quota, refused := a.admission.Hold(p.Caller, e.load.Class(), x.start)
	p.room = room
	tell(x, quota) // until its owner is known
	return a.overQuota(refused)
}

// meet authenticates who presents a token, notes them in the exchange, and charges them
// unless that was done before. A token that is verified now for the first time is remembered
// by what lasts of it, and its owner charged; one that was good once is charged by itself.
// The address pays for what may be a guess, and for nothing of which it is not known what it is.
func (a *API) meet(ctx context.Context, e *endpoint, x *exchange, r *http.Request) error {
	p := &x.payer
	caller, err := a.authenticate(ctx, r)
	if err == nil {
		x.caller = caller
	}
	defer p.room.Release() // after it was paid for
	switch fresh := !p.known && p.token != ""; {
	case err == nil && fresh:
		p.Caller = a.admission.Owner(caller.Owner(), x.start)
		if p.lasting != "" {
			a.admission.Verified(p.lasting, p.Caller, x.start)
		}
	case err == nil && p.known && p.Caller != a.admission.Owner(caller.Owner(), x.start):
		// It was refused in between, or is somebody else's now: they have paid for the last time.
		a.admission.Verified(p.lasting, a.admission.Owner(caller.Owner(), x.start), x.start)
		return nil
	case wasGood(err) && p.lasting != "":
		former := a.admission.Former(p.lasting, x.start)
		if !fresh {
			return err // whoever was known by it has paid this time
		}
		p.Caller = former
	case !fresh, !fault.Is(err, fault.Unauthenticated):
		return err
	}
	if refused := a.pay(x, e.load, p.Caller); refused != nil {
		return refused
	}
	return err
}

// wasGood reports whether a token is refused of which it was verified that it was good once.
func wasGood(err error) bool {
	e := fault.As(err)
	return e != nil && (e.Code == access.CodeTokenRevoked || e.Code == access.CodeTokenExpired)
}

// pay takes the request from a caller's quota, and tells what is left of it.
func (a *API) pay(x *exchange, load *admission.Route, who *admission.Caller) *Problem {
	quota, refused := a.admission.Charge(who, load.Class(), x.start)
	tell(x, quota)
	return a.overQuota(refused)
}

// tell says what is left of a quota.
func tell(x *exchange, quota admission.Quota) {
	if quota.State != nil {
		h := x.Header()
		h["Ratelimit-Policy"], h["Ratelimit"] = quota.Policy, quota.State
	}
}

// overQuota is the problem of who has used up a quota; nil for who has not.
func (a *API) overQuota(refused *admission.Refusal) *Problem {
	if refused == nil {
		return nil
	}
	return refusal(http.StatusTooManyRequests, "rate_limited", refused,
		"this caller makes more than %d requests a second; Retry-After says when there is room for another", a.cfg.RequestsPerSecond)
}

// enter waits for a place; the exchange gives it back.
func (a *API) enter(ctx context.Context, x *exchange, load *admission.Route, who *admission.Caller, now time.Time) *Problem {
	var err error
	if x.permit, err = a.admission.Enter(ctx, load, who, now); err != nil {
		return a.turnedAway(ctx, err)
	}
	return nil
}

func (a *API) turnedAway(ctx context.Context, err error) *Problem {
	if refused := (*admission.Refusal)(nil); errors.As(err, &refused) {
		return refusal(http.StatusServiceUnavailable, "overloaded", refused,
			"there is more to do than can be done, and more critical requests come first; try again later")
	}
	return a.problem(ctx, err)
}

// admitPage charges what is no operation to the address that it comes from, and
// waits for a place. A browser that is refused tries again by itself: a wall
// screen has nobody who would.
func (a *API) admitPage(x *exchange, load *admission.Route, r *http.Request) *Problem {
	who := a.admission.Address(a.clientAddress(r), x.start)
	p := a.pay(x, load, who)
	if p == nil {
		p = a.enter(r.Context(), x, load, who, x.start)
	}
	if p != nil && p.headers != nil && x.method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html") {
		p.header("Refresh", p.headers.Get("Retry-After"))
	}
	return p
}

func refusal(status int, code string, refused *admission.Refusal, detail string, args ...any) *Problem {
	p := newProblem(status, code, detail, args...)
	p.header("Retry-After", strconv.Itoa(int(refused.After/time.Second)))
	return p
}
