package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Error is a reply of the server that is no success.
type Error struct {
	// Status of HTTP.
	Status int
	// Code is stable and says which problem it is, such as "version_mismatch". It is empty where the reply is
	// not Evenkeel's own, but of a proxy before it.
	Code string
	// Detail says for people what happened.
	Detail string
	// RequestID names the request in the server's log.
	RequestID string
	// Violations are the rules that the request breaks, each with its place.
	Violations []Fault
	// MoreViolations is how many more there are.
	MoreViolations int64
	// Diff is what others changed meanwhile, where Status is 412 and the server knows.
	Diff string
	// RetryAfter is after which time it is worth trying again, and less than 0 where the server does not say.
	RetryAfter time.Duration
	// Attempts is how often the request was sent.
	Attempts int
}

// Kind is a kind of Error, for errors.Is.
type Kind int

// The kinds. An error of several is each of them: one that is about a key in use is ErrConflict.
const (
	ErrInvalid            Kind = iota + 1 // 400, 413, 415, 422: the request has to be put right
	ErrUnauthenticated                    // 401: there is no token, or it is not valid any more
	ErrForbidden                          // 403
	ErrNotFound                           // 404
	ErrConflict                           // 409: the state of things forbids it now
	ErrPreconditionFailed                 // 412: somebody else changed it since
	ErrTooManyRequests                    // 429
	ErrUnavailable                        // 502, 503, 504, 507: it may work later
	ErrInternal                           // 500
	ErrNotModified                        // 304: the caller has the current version
)

var kindNames = map[Kind]string{
	ErrInvalid: "the request is invalid", ErrUnauthenticated: "the caller is not known", ErrForbidden: "the caller may not do this",
	ErrNotFound: "there is no such thing", ErrConflict: "the state of things forbids it", ErrPreconditionFailed: "somebody else changed it",
	ErrTooManyRequests: "the caller's quota is used up", ErrUnavailable: "the server cannot answer now", ErrInternal: "the server failed",
	ErrNotModified: "the caller has the current version",
}

func (k Kind) Error() string { return kindNames[k] }

var kinds = map[int]Kind{
	http.StatusBadRequest: ErrInvalid, http.StatusRequestEntityTooLarge: ErrInvalid, http.StatusUnsupportedMediaType: ErrInvalid,
	http.StatusUnprocessableEntity: ErrInvalid, http.StatusPreconditionRequired: ErrInvalid,
	http.StatusUnauthorized: ErrUnauthenticated, http.StatusForbidden: ErrForbidden, http.StatusNotFound: ErrNotFound,
	http.StatusConflict: ErrConflict, http.StatusPreconditionFailed: ErrPreconditionFailed, http.StatusTooManyRequests: ErrTooManyRequests,
	http.StatusBadGateway: ErrUnavailable, http.StatusServiceUnavailable: ErrUnavailable, http.StatusGatewayTimeout: ErrUnavailable,
	http.StatusInsufficientStorage: ErrUnavailable, http.StatusInternalServerError: ErrInternal, http.StatusNotModified: ErrNotModified,
}

// Is has errors.Is compare with a Kind.
func (e *Error) Is(target error) bool {
	kind, is := target.(Kind)
	return is && kinds[e.Status] == kind
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the server answers %d %s", e.Status, http.StatusText(e.Status))
	if e.Detail != "" {
		b.WriteString(": " + e.Detail)
	}
	for _, v := range e.Violations {
		fmt.Fprintf(&b, "; %s: %s", v.Pointer, v.Message)
	}
	if e.MoreViolations > 0 {
		fmt.Fprintf(&b, "; and %d more", e.MoreViolations)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request %s)", e.RequestID)
	}
	return b.String()
}

// newError reads a problem (RFC 9457), or what a proxy wrote in its place.
func newError(status int, h http.Header, body []byte, now time.Time) *Error {
	e := &Error{Status: status, RequestID: h.Get("X-Request-Id"), RetryAfter: retryAfter(h, now)}
	var p Problem
	if err := json.Unmarshal(body, &p); err != nil {
		return e // whoever answers, it is not Evenkeel
	}
	e.Code, e.Detail = p.Code, p.Detail
	if p.RequestID != "" {
		e.RequestID = p.RequestID
	}
	if p.Errors != nil {
		e.Violations = *p.Errors
	}
	if p.MoreErrors != nil {
		e.MoreViolations = *p.MoreErrors
	}
	if p.Diff != nil {
		e.Diff = *p.Diff
	}
	return e
}
