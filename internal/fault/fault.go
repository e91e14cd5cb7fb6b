// Package fault is the vocabulary in which every room reports what went wrong
// and could be put right by somebody: a few kinds, a stable code, a sentence
// that names the value and what would be right, and for invalid input one
// Violation for each place. An error that is not a *fault.Error is internal: it
// is logged once at the edge and its text is never shown.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what a caller can do about an error. The API maps each kind to one
// HTTP status.
type Kind string

// The kinds.
const (
	Invalid         Kind = "invalid"         // the input breaks a rule: change it
	NotFound        Kind = "not_found"       // there is nothing at that name
	Conflict        Kind = "conflict"        // the state of things forbids it now
	Forbidden       Kind = "forbidden"       // the caller is known and may not
	Unauthenticated Kind = "unauthenticated" // the caller is not known
	Precondition    Kind = "precondition"    // the caller saw an older version
	Unavailable     Kind = "unavailable"     // try again later
	Limited         Kind = "limited"         // it was done as often as it may: wait
	Full            Kind = "full"            // there is no room to write: make some; reading goes on
	Moved           Kind = "moved"           // the name was changed; Now holds the new one
)

// Violation is one rule broken at one place of the input.
type Violation struct {
	// Pointer is an RFC 6901 JSON pointer into the request's body ("/objective"),
	// or "query.NAME", "path.NAME", "header.NAME".
	Pointer string
	// Message says what was wrong and what would be right, without the value.
	Message string
	// Value is the offending value, nil when there is none or when it is secret.
	Value any
}

// Error is a fault with its kind.
type Error struct {
	Kind Kind
	// Code is stable and machine-readable in snake case, such as "slug_taken".
	Code string
	// Message is a sentence for people; it holds no secret.
	Message    string
	Violations []Violation
	// RetryAfter is a hint for Unavailable, Limited, Full and Conflict; zero means none.
	RetryAfter time.Duration
	// Was and Now are the old and the new slug of something Moved.
	Was, Now string
	// Diff is what somebody else changed since the version that the caller saw, as a unified
	// diff; empty where that is not known.
	Diff string
	// Err is the cause, for the log only.
	Err error
}

// Error returns the message with the violations, for logs and tests.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	for i, v := range e.Violations {
		if i == 0 {
			b.WriteString(": ")
		} else {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s: %s", v.Pointer, v.Message)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error of a kind.
func New(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Missing reports that no thing of that noun has that name.
func Missing(noun, name string) *Error {
	return New(NotFound, noun+"_not_found", "there is no %s %q", strings.ReplaceAll(noun, "_", " "), name)
}

// Stale reports that the caller's version is not the current one.
func Stale(noun string) *Error {
	return New(Precondition, "version_mismatch", "the %s was changed by somebody else since it was read; read it again and repeat the change", noun)
}

// Renamed reports that a slug was changed.
func Renamed(noun, was, now string) *Error {
	e := New(Moved, noun+"_renamed", "the %s %q is now called %q", strings.ReplaceAll(noun, "_", " "), was, now)
	e.Was, e.Now = was, now
	return e
}

// As returns the *Error in err's chain, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Is reports whether err holds a fault of the kind.
func Is(err error, kind Kind) bool {
	e := As(err)
	return e != nil && e.Kind == kind
}

// Check gathers violations, so that every fault of an input is reported at once.
type Check struct {
	violations []Violation
}

// Fail notes a violation.
func (c *Check) Fail(pointer string, value any, format string, args ...any) {
	c.violations = append(c.violations, Violation{Pointer: pointer, Message: fmt.Sprintf(format, args...), Value: value})
}

// Require notes a violation unless ok.
func (c *Check) Require(ok bool, pointer string, value any, format string, args ...any) {
	if !ok {
		c.Fail(pointer, value, format, args...)
	}
}

// Join notes what another check found, and reports whether that was nothing.
func (c *Check) Join(found Check) bool {
	c.violations = append(c.violations, found.violations...)
	return len(found.violations) == 0
}

// Err returns nil, or one Invalid error with all violations.
func (c *Check) Err() error {
	if len(c.violations) == 0 {
		return nil
	}
	e := New(Invalid, "invalid_input", "the request breaks %s", plural(len(c.violations), "rule"))
	e.Violations = c.violations
	return e
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Clip keeps the first characters of a text that a message repeats, and says by "…"
// that there were more.
func Clip(text string, most int) string {
	runes := 0
	for i := range text {
		if runes++; runes > most {
			return text[:i] + "…"
		}
	}
	return text
}

// Or writes what there is to choose from in words: a, b or c.
func Or[T any](values []T) string {
	var b strings.Builder
	for i, v := range values {
		switch {
		case i == 0:
		case i == len(values)-1:
			b.WriteString(" or ")
		default:
			b.WriteString(", ")
		}
		fmt.Fprint(&b, v)
	}
	return b.String()
}
