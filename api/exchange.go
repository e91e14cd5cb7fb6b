package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// exchange is one request and its reply as the edge sees them: it writes through
// to the client, and remembers what the log and the metrics want to know.
type exchange struct {
	http.ResponseWriter
	ctx        exchangeContext
	start      time.Time
	id         string // of the request
	method     string // as it was sent: HEAD is led as GET
	route      string // pattern
	meter      *meter
	operation  *endpoint // nil for pages
	caller     access.Caller
	r          *http.Request // as the operation sees it
	body       []byte        // as it was read, valid until the handler returns
	payer      payer
	permit     admission.Permit
	status     int
	bytes      int64
	deprecated []deprecation // what is deprecated of what it uses
	// faults of the query and the body, told together with those of parameters.
	faults faultList
}

// exchangeContext is the request's context; the exchange is found in it without
// a further allocation.
type exchangeContext struct {
	context.Context
	x *exchange
}

type exchangeKey struct{}

// Value returns the exchange for its key, else asks the parent.
func (c *exchangeContext) Value(key any) any {
	if key == (exchangeKey{}) {
		return c.x
	}
	return c.Context.Value(key)
}

func newExchange(ctx context.Context, w http.ResponseWriter) *exchange {
	x := &exchange{ResponseWriter: w, start: time.Now()}
	x.ctx = exchangeContext{Context: ctx, x: x}
	return x
}

// exchangeFrom returns the context's exchange; outside a request an empty one.
func exchangeFrom(ctx context.Context) *exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return &exchange{}
}

// RequestID returns the identifier of the request that ctx belongs to, empty
// outside one. It is in the reply's X-Request-Id, in problems and in the log.
func RequestID(ctx context.Context) string { return exchangeFrom(ctx).id }

// WriteHeader sends the reply's head once; informational heads pass.
func (x *exchange) WriteHeader(status int) {
	if status >= 200 {
		if x.status != 0 {
			return
		}
		x.status = status
		x.begin()
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write sends a part of the reply's body.
func (x *exchange) Write(b []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
		x.begin()
	}
	n, err := x.ResponseWriter.Write(b)
	x.bytes += int64(n)
	return n, err
}

// begin gives the request's place back: the work is done when a reply begins,
// and how long its client takes to read it is nobody else's loss.
func (x *exchange) begin() {
	x.permit.Leave(x.status < http.StatusBadRequest)
	tellDeprecated(x.Header(), x.deprecated) // last, for a handler sets the links of lists
}

// Unwrap gives http.ResponseController the connection's own writer.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// requestID takes over a sane identifier of the caller's, so that traces join, or
// makes one.
func requestID(given string, fresh func() id.ID) string {
	if len(given) == 0 || len(given) > 64 {
		return string(fresh())
	}
	for i := range len(given) {
		c := given[i]
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '.') {
			return string(fresh())
		}
	}
	return given
}
