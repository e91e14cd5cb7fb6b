package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
)

// Problem is the body of every reply that is not a success (RFC 9457).
type Problem struct {
	Type       string  `json:"type" format:"uri" doc:"Names the kind of problem; ends in its code." example:"urn:evenkeel:problem:invalid_input"`
	Title      string  `json:"title" doc:"The status in words." example:"Unprocessable Entity"`
	Status     int     `json:"status" doc:"The HTTP status." example:"422"`
	Code       string  `json:"code" doc:"Stable and machine-readable." example:"invalid_input"`
	Detail     string  `json:"detail" doc:"What happened, for people." example:"the request breaks 1 rule"`
	RequestID  string  `json:"requestId" doc:"Names this request in the server's log." example:"01JD9Z7P6M5W8Q3K2N4T6V8X0Y"`
	Errors     []Fault `json:"errors,omitempty" doc:"The rules that the request breaks, at most 20."`
	MoreErrors int     `json:"moreErrors,omitempty" doc:"How many more it breaks."`

	Diff string `json:"diff,omitempty" doc:"What somebody else changed since the version in If-Match, as a unified diff, where that is known."`

	headers http.Header
}

var (
	_ huma.StatusError       = (*Problem)(nil)
	_ huma.HeadersError      = (*Problem)(nil)
	_ huma.ContentTypeFilter = (*Problem)(nil)
)

// Error returns the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders returns the headers that go with the status, such as Retry-After.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType is RFC 9457's.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

func (p *Problem) header(name, value string) {
	if p.headers == nil {
		p.headers = http.Header{}
	}
	p.headers.Add(name, value)
}

func newProblem(status int, code, format string, args ...any) *Problem {
	title := http.StatusText(status)
	if title == "" {
		title = "Client Closed Request"
	}
	return &Problem{
		Type: "urn:evenkeel:problem:" + code, Title: title, Status: status, Code: code,
		Detail: spoken(fmt.Sprintf(format, args...), maxText),
	}
}

func internalProblem() *Problem {
	return newProblem(http.StatusInternalServerError, "internal",
		"something failed that should not have; the server's log has the details under this request id")
}

func invalidProblem(v faultList) *Problem {
	n, rules := len(v.list)+v.more, "rules"
	if n == 1 {
		rules = "rule"
	}
	p := newProblem(http.StatusUnprocessableEntity, "invalid_input", "the request breaks %d %s", n, rules)
	p.Errors, p.MoreErrors = v.list, v.more
	return p
}

// statusOf is the one table from kinds of faults to HTTP.
var statusOf = map[fault.Kind]int{
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Forbidden:       http.StatusForbidden,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Precondition:    http.StatusPreconditionFailed,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Limited:         http.StatusTooManyRequests,
	fault.Full:            http.StatusInsufficientStorage,
	fault.Moved:           http.StatusPermanentRedirect,
}

// problem turns an error into a reply: faults by the table, anything else into a
// 500 with a fixed sentence, logged here and nowhere else. Refusals are recorded.
// It is called after the handler has returned, so outside its transactions.
func (a *API) problem(ctx context.Context, err error) *Problem {
	x := exchangeFrom(ctx)
	p := a.classify(ctx, x, err)
	p.RequestID = x.id
	return p
}

func (a *API) classify(ctx context.Context, x *exchange, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		own := *p // one that is shared is not written to
		return &own
	}
	if f := fault.As(err); f != nil {
		if status, known := statusOf[f.Kind]; known {
			a.recordRefusal(ctx, x, f)
			if status >= http.StatusInternalServerError && f.Err != nil {
				a.log.LogAttrs(ctx, slog.LevelWarn, "request not served",
					slog.String("request_id", x.id), slog.String("route", x.route), slog.String("error", f.Err.Error()))
			}
			return faultProblem(x, f, status)
		}
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return newProblem(statusClientClosed, "client_closed_request", "the client went away before the reply")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		a.log.LogAttrs(ctx, slog.LevelWarn, "request timed out",
			slog.String("request_id", x.id), slog.String("route", x.route), slog.String("error", err.Error()))
		p := newProblem(http.StatusServiceUnavailable, "timeout", "it took too long; try again later")
		p.header("Retry-After", "5")
		return p
	}
	a.log.LogAttrs(ctx, slog.LevelError, "request failed",
		slog.String("request_id", x.id), slog.String("route", x.route), slog.String("error", err.Error()))
	return internalProblem()
}

func faultProblem(x *exchange, f *fault.Error, status int) *Problem {
	p := newProblem(status, f.Code, "%s", f.Message)
	p.Diff = f.Diff
	if p.Code == "" {
		p.Code = string(f.Kind)
		p.Type += p.Code
	}
	var v faultList
	for _, one := range f.Violations {
		if v.full() {
			continue
		}
		v.add(one.Pointer, one.Message, quoteValue(one.Value))
	}
	p.Errors, p.MoreErrors = v.list, v.more
	switch f.Kind {
	case fault.Unauthenticated:
		p.header("WWW-Authenticate", `Bearer realm="evenkeel"`)
	case fault.Unavailable, fault.Limited, fault.Full, fault.Conflict:
		wait := f.RetryAfter
		if wait <= 0 && f.Kind != fault.Conflict {
			wait = 5 * time.Second
		}
		if wait > 0 {
			p.header("Retry-After", strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10))
		}
	case fault.Moved:
		if location, found := movedTo(x, f); found {
			p.header("Location", location)
		} else {
			// The name came in the body: there is nowhere to send the caller to.
			p.Status, p.Title = http.StatusUnprocessableEntity, http.StatusText(http.StatusUnprocessableEntity)
		}
	}
	return p
}

func (a *API) recordRefusal(ctx context.Context, x *exchange, f *fault.Error) {
	if f.Kind != fault.Forbidden || a.cfg.Refusals == nil {
		return
	}
	r, ok := access.RefusalIn(f)
	if !ok {
		return
	}
	// The caller may be gone by now; what was refused is recorded all the same.
	if err := a.cfg.Refusals.RecordRefusal(context.WithoutCancel(ctx), r); err != nil {
		a.log.LogAttrs(ctx, slog.LevelError, "refusal not recorded",
			slog.String("request_id", x.id), slog.String("error", err.Error()))
	}
}

// writeProblem sends a problem outside of an operation's handler.
func writeProblem(w http.ResponseWriter, x *exchange, p *Problem) {
	p.RequestID = x.id
	body, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Sprintf("a problem is plain text and numbers: %v", err))
	}
	h := w.Header()
	for name, values := range p.headers {
		h[name] = []string{strings.Join(values, ", ")}
	}
	h["Content-Type"] = []string{p.ContentType("")}
	h["Cache-Control"] = noStore
	h["Content-Length"] = []string{strconv.Itoa(len(body) + 1)}
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // the client may be gone
}

// Huma makes its own errors (of parameters; everything else is ours) through
// these two, which are the whole process's.
func init() {
	huma.DefaultArrayNullable = false
	sayPlainly()
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return humaProblem(nil, status, message, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		c, _ := ctx.(*call)
		return humaProblem(c, status, message, errs)
	}
}

func humaProblem(c *call, status int, message string, errs []error) *Problem {
	var v faultList
	if c != nil {
		v = c.x.faults // of the query and the body, so that all are told at once
	}
	for _, err := range errs {
		if v.full() {
			continue
		}
		d := &huma.ErrorDetail{Message: "is not valid"}
		if detailer, ok := err.(huma.ErrorDetailer); ok {
			d = detailer.ErrorDetail()
		}
		v.add(d.Location, plainMessage(d.Message), quoteValue(d.Value))
	}
	var p *Problem
	switch {
	case status >= 500:
		p = internalProblem()
		if c != nil {
			for _, err := range errs {
				c.api.log.LogAttrs(c.Context(), slog.LevelError, "request failed",
					slog.String("request_id", c.x.id), slog.String("route", c.x.route), slog.String("error", err.Error()))
			}
		}
	case v.any():
		p = invalidProblem(v)
	default:
		p = newProblem(status, "bad_request", "%s", message)
	}
	if c != nil {
		p.RequestID = c.x.id
	}
	return p
}
