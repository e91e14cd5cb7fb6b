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

// charge takes a request to an operation from the quota of the owner of its token, if
// the token was verified before, else of the address that it comes from. An address
// from which a token comes that is not known yet has to have room, and pays when the
// token proves to be none: so tokens cannot be guessed faster than a quota, and of the
// many who call through a portal, each with a new token every time, each has their own.
func (a *API) charge(e *endpoint, x *exchange, r *http.Request) (who *admission.Caller, known bool, p *Problem) {
	token := presented(r)
	if token != "" && !e.public {
		who, known = a.admission.Presenter(token, x.start)
	}
	if !known {
		who = a.admission.Address(a.clientAddress(r), x.start)
	}
	if known || token == "" || e.public {
		return who, known, a.pay(x, e.load, who)
	}
	quota, refused := a.admission.Afford(who, e.load.Class(), x.start)
	tell(x, quota) // until its owner is known
	return who, known, a.overQuota(refused)
}

// meet authenticates who presents a token, notes them in the exchange, and returns who
// is charged: one whose token was known was charged before. A token that is verified now
// for the first time is remembered, and its owner charged; the address pays for one that
// is none.
func (a *API) meet(e *endpoint, x *exchange, r *http.Request, who *admission.Caller, known bool) (*admission.Caller, error) {
	caller, err := a.authenticate(r.Context(), r)
	if err == nil {
		x.caller = caller
	}
	if known || presented(r) == "" {
		return who, err
	}
	if err == nil {
		who = a.admission.Owner(caller.Owner(), x.start)
		a.admission.Verified(presented(r), who)
	}
	if p := a.pay(x, e.load, who); p != nil {
		return who, p
	}
	return who, err
}

// presented is what stands in the Authorization header, as far as it can be a token.
func presented(r *http.Request) string {
	if given := r.Header["Authorization"]; len(given) == 1 && len(given[0]) <= maxAuthorization {
		return given[0]
	}
	return ""
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
