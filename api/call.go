package api

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
)

// adapter lets huma add operations to the router. One that did not come through
// register has declared no rule, and is not served.
type adapter struct{ api *API }

// Handle adds an operation.
func (ad *adapter) Handle(op *huma.Operation, next func(huma.Context)) {
	e, ok := op.Metadata[endpointKey].(*endpoint)
	if !ok {
		panic("operation " + op.OperationID + " declares no rule: add it with register")
	}
	a := ad.api
	e.meter = a.metrics.meter(op.Method, op.Path)
	e.query = map[string]bool{}
	for _, p := range op.Parameters {
		switch p.In {
		case "query":
			e.query[p.Name] = p.Explode != nil && *p.Explode
		case "header":
			e.headers = append(e.headers, http.CanonicalHeaderKey(p.Name))
		}
	}
	if op.RequestBody != nil {
		c := shapes{registry: a.huma.OpenAPI().Components.Schemas, made: map[*huma.Schema]*shape{}}
		e.needed = op.RequestBody.Required
		for media, m := range op.RequestBody.Content {
			e.media = append(e.media, media)
			switch {
			case e.raw:
				m.Schema.Format = "" // "binary" has no like in OpenAPI 3.0, and YAML is text
			case isJSON(media) && m.Schema != nil:
				e.body = c.of(m.Schema)
			}
		}
		slices.Sort(e.media)
	}
	a.deprecated(e, op)
	a.router.MethodFunc(op.Method, op.Path, func(w http.ResponseWriter, r *http.Request) {
		a.serve(e, op, next, w, r)
	})
}

// ServeHTTP answers a request.
func (ad *adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { ad.api.ServeHTTP(w, r) }

// serve leads a request to its operation: the caller, what is permitted, the
// query and the body, then huma.
func (a *API) serve(e *endpoint, op *huma.Operation, next func(huma.Context), w http.ResponseWriter, r *http.Request) {
	x := exchangeFrom(r.Context())
	x.route, x.meter, x.operation, x.r = e.route, e.meter, e, r
	if a.cfg.TracerProvider != nil {
		nameSpan(r, e, x.id)
	}
	ctx := r.Context()
	p := a.charge(e, x, r)
	if p == nil && len(e.media) == 0 {
		p = a.enter(ctx, x, e.load, x.payer.Caller, x.start)
	}
	if p != nil {
		writeProblem(w, x, p)
		return
	}
	if !e.public {
		err := a.meet(ctx, e, x, r)
		if err == nil {
			ctx = access.WithCaller(ctx, x.caller)
			err = a.permit(ctx, e)
		}
		if err != nil {
			writeProblem(w, x, a.problem(ctx, err))
			return
		}
	}
	checkQuery(r.URL.RawQuery, e.query, &x.faults)
	checkHeaders(r.Header, e.headers, &x.faults)
	if len(e.media) > 0 {
		buf, p := a.readBody(e, x, w, r)
		if buf != nil {
			defer releaseBody(buf)
		}
		if p == nil {
			p = a.enter(ctx, x, e.load, x.payer.Caller, time.Now())
		}
		if p == nil && e.body != nil && len(x.body) > 0 {
			p = scanJSON(x.body, e.body, leafChecker{a.huma.OpenAPI().Components.Schemas}, &x.faults)
		}
		if p != nil {
			writeProblem(w, x, p)
			return
		}
	}
	if len(e.deprecations) > 0 {
		x.deprecated = e.used(r, x.body)
		for _, d := range x.deprecated {
			a.metrics.deprecated.WithLabelValues(e.id, d.of).Inc()
		}
	}
	c := &call{humaContext: humachi.NewContext(op, r, w), api: a, x: x, e: e, ctx: ctx, w: w}
	next(c)
	c.start()
}

// maxToken is the length beyond which no text is a token.
const maxToken = 4096 // a portal's plugin carries a user's token within its own

// bearer is the token in the Authorization header: empty where there is no header, and with
// false where the header is none of a token.
func bearer(r *http.Request) (string, bool) {
	given := r.Header["Authorization"]
	if len(given) == 0 {
		return "", true
	}
	scheme, token, _ := strings.Cut(given[0], " ")
	if len(given) > 1 || !strings.EqualFold(scheme, "Bearer") || token == "" || len(token) > maxToken {
		return "", false
	}
	return token, true
}

// authenticate finds out who calls; without a token nobody does.
func (a *API) authenticate(ctx context.Context, r *http.Request) (access.Caller, error) {
	token, ok := bearer(r)
	switch {
	case !ok || token != "" && a.cfg.Authenticator == nil:
		return access.Caller{}, fault.New(fault.Unauthenticated, "invalid_token", "the Authorization header is not one \"Bearer\" with a token of this installation")
	case token == "":
		return access.Caller{Kind: access.Anonymous}, nil
	}
	return a.cfg.Authenticator.Authenticate(ctx, token)
}

func (a *API) permit(ctx context.Context, e *endpoint) error {
	if a.cfg.Permitter == nil {
		return fault.New(fault.Forbidden, "forbidden", "nobody may %s a %s here", e.rule.Verb, e.rule.Kind)
	}
	return a.cfg.Permitter.Permit(ctx, e.rule)
}

type humaContext huma.Context // embedded under a name that is not a method's

// call is huma's view of one request. The reply's head is sent with the first
// byte of its body, so that what fails before can still become a problem.
type call struct {
	humaContext
	api    *API
	x      *exchange
	e      *endpoint
	ctx    context.Context
	w      http.ResponseWriter
	status int
	begun  bool
}

// Context returns the request's context, with the caller in it.
func (c *call) Context() context.Context { return c.ctx }

// BodyReader gives huma a null for a body that was read already: register
// decodes it into the input, with its faults told where they are.
func (c *call) BodyReader() io.Reader {
	if c.e.raw {
		return bytes.NewReader(c.x.body)
	}
	return strings.NewReader("null")
}

// Header returns a request header. The body's type was checked, and is named as
// huma knows it; what the caller accepts is not asked, for the reply is JSON.
func (c *call) Header(name string) string {
	switch {
	case name == "Accept":
		return ""
	case name == "Content-Type" && c.e.body != nil:
		return "application/json"
	default:
		return c.humaContext.Header(name)
	}
}

// SetStatus notes the status; 0 is the operation's own.
func (c *call) SetStatus(status int) {
	if status == 0 {
		status = c.Operation().DefaultStatus
	}
	c.status = status
}

// Status returns the noted status.
func (c *call) Status() int { return c.status }

// BodyWriter is the call itself.
func (c *call) BodyWriter() io.Writer { return c }

// Write sends a part of the body, after the head.
func (c *call) Write(b []byte) (int, error) {
	c.start()
	return c.w.Write(b)
}

func (c *call) start() {
	if c.begun {
		return
	}
	c.begun = true
	if c.status == 0 {
		c.status = http.StatusOK
	}
	c.w.WriteHeader(c.status)
}

// length announces a body that is complete.
func (c *call) length(n int) {
	if !c.begun {
		c.w.Header()["Content-Length"] = []string{strconv.Itoa(n)}
	}
}
