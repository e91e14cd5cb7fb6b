package source

import (
	"context"
	"time"
)

// Prober asks a data source something trivial, and says what came of it. What is
// wrong with the data source is in the Finding; an error is the prober's own.
type Prober interface {
	Probe(ctx context.Context, s Source) (Finding, error)
}

// Finding is what came of asking a data source.
type Finding struct {
	// Problem is why it cannot be used; empty when it can.
	Problem Problem
	// Message says what was found, for people and without secrets.
	Message string
	// Version is what the data source says that it is, empty when it does not say.
	Version string
	Took    time.Duration
	// Skew is how far its clock is ahead of ours, in whole seconds; nil when it did not say.
	Skew *time.Duration
}

// OK reports whether the data source can be used.
func (f Finding) OK() bool { return f.Problem == "" }

// Problem is why a data source cannot be used.
type Problem string

// The problems.
const (
	SecretMissing   Problem = "secret_missing"   // a secret that it names is not there
	AddressRefused  Problem = "address_refused"  // Evenkeel may not dial it
	NameUnknown     Problem = "name_unknown"     // its host's name leads nowhere
	Unreachable     Problem = "unreachable"      // nothing listens there, or no route leads there
	TLSFailed       Problem = "tls_failed"       // a certificate is not trusted, or there is no TLS
	TimedOut        Problem = "timed_out"        // it did not answer in time
	NotAllowed      Problem = "not_allowed"      // 401 or 403
	Failing         Problem = "failing"          // it answered 5xx, or broke off
	UnexpectedReply Problem = "unexpected_reply" // whatever answers there is no such data source
	ClockSkew       Problem = "clock_skew"       // its clock is another
)

// Problems lists every problem.
var Problems = []Problem{
	SecretMissing, AddressRefused, NameUnknown, Unreachable, TLSFailed, TimedOut, NotAllowed, Failing, UnexpectedReply, ClockSkew,
}

// MaxSkew is by how much the clock of a data source may differ: by more, slots
// would be asked for before they are whole, or hold other minutes' events.
const MaxSkew = 30 * time.Second
