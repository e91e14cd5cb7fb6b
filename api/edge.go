package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/toil"
)

// DefaultRequestTimeout is how long a request may take, but for the sending of its
// reply. It is longer than what any request waits for on purpose, and ends what
// waits for a database that takes statements and does not answer.
const DefaultRequestTimeout = 30 * time.Second

var closeConnection = []string{"close"}

func freshRequestID() id.ID { return id.Unordered(clock.System()) }

// edge is what surrounds every request: its id, the headers of every reply,
// recovery, the access log and the metrics. It is one middleware rather than five
// because each costs an indirection and a copy of the request.
func (a *API) edge(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), a.cfg.RequestTimeout)
		defer cancel()
		x := newExchange(ctx, w)
		x.id = requestID(r.Header.Get("X-Request-Id"), freshRequestID)
		h := w.Header()
		h["X-Request-Id"] = []string{x.id}
		secureAPI(h)
		if a.draining.Load() {
			// Whoever keeps the connection would find it closed when it is used next.
			h["Connection"] = closeConnection
		}

		if r.ContentLength != 0 {
			// Of every request that announces a body, whoever sent it: where no handler
			// reads it, net/http waits for it before it answers. The time for the next
			// request's head is set anew.
			_ = http.NewResponseController(w).SetReadDeadline(x.start.Add(a.cfg.BodyTimeout))
		}
		x.method = r.Method
		r = r.WithContext(&x.ctx)
		if x.method == http.MethodHead {
			// Routed as GET; net/http itself drops the body of a reply to HEAD.
			r.Method = http.MethodGet
		}
		defer func() {
			v := recover()
			cut := v != nil && a.recovered(x, v)
			x.permit.Leave(false)  // where nothing was written
			x.payer.room.Release() // of who was turned away before
			a.finish(x, r, time.Since(x.start))
			if cut {
				panic(http.ErrAbortHandler) // net/http closes the connection, and logs nothing
			}
		}()
		if strings.IndexByte(r.URL.Path, 0) >= 0 || !utf8.ValidString(r.URL.Path) {
			writeProblem(x, x, newProblem(http.StatusBadRequest, "malformed_path", "the path holds a NUL or is not UTF-8"))
			return
		}
		next.ServeHTTP(x, r)
	})
}

// recovered answers for a handler that panicked. Where a part of the reply is
// sent already it says that the connection is to be cut, so that nobody takes the
// part for the whole.
func (a *API) recovered(x *exchange, v any) (cut bool) {
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		if x.status == 0 {
			x.status = statusClientClosed
		}
		return true
	}
	a.log.LogAttrs(&x.ctx, slog.LevelError, "panic while serving",
		slog.String("request_id", x.id), slog.String("route", x.route),
		slog.String("panic", fmt.Sprint(v)), slog.String("stack", string(debug.Stack())))
	if x.status != 0 {
		return true
	}
	writeProblem(x, x, internalProblem())
	return false
}

// statusClientClosed is logged where there is nobody left to answer to.
const statusClientClosed = 499

// finish counts and logs a request.
func (a *API) finish(x *exchange, r *http.Request, d time.Duration) {
	status := x.status
	if status == 0 {
		status = http.StatusOK // net/http sends it for a handler that wrote nothing
	}
	m := x.meter
	if m == nil {
		m = a.unmatched
	}
	m.observe(status, d)
	if a.cfg.Observe != nil {
		a.cfg.Observe(m.route, status, d)
	}
	if !a.log.Enabled(&x.ctx, slog.LevelInfo) {
		return
	}
	a.log.LogAttrs(&x.ctx, slog.LevelInfo, "request",
		slog.String("request_id", x.id),
		slog.String("method", x.method),
		slog.String("route", m.route),
		slog.String("path", shownPath(r)),
		slog.Int("status", status),
		slog.Int64("bytes", x.bytes),
		slog.Duration("duration", d),
		slog.String("caller", x.caller.Key()))
}

// shownPath is the path of a request as logs and spans have it.
func shownPath(r *http.Request) string {
	return clip(access.WithoutTokens(toil.Redacted(r.URL.Path)), 256)
}
