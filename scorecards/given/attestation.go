package given

import (
	"net/url"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Attestation is what a person says of a fact of a service, with where it is seen. One of each fact
// is in force at most; the others are its history.
type Attestation struct {
	ID       id.ID
	Service  id.ID
	Fact     string
	Value    Value
	Evidence string // an https address
	Note     string
	At       time.Time
	Until    time.Time // it holds before that
	Person   id.ID
	By       string // the person's name, as it was
	// Warned is whether it was told that it will expire.
	Warned  bool
	Ended   *Ending // nil while nobody and nothing ended it; it may be expired all the same
	Version int64
}

// Ending is how an attestation came to hold no more.
type Ending struct {
	At     time.Time
	How    State
	By     string
	Reason string
}

// State is what became of an attestation.
type State string

// The states.
const (
	InForce   State = "in_force"
	Expired   State = "expired"
	Replaced  State = "replaced"  // by a newer one
	Withdrawn State = "withdrawn" // by somebody, with a reason
	Removed   State = "removed"   // with the declaration of its fact
)

// State is its state at that time.
func (a Attestation) State(now time.Time) State {
	switch {
	case a.Ended != nil:
		return a.Ended.How
	case now.Before(a.Until):
		return InForce
	}
	return Expired
}

// over is how it ends when another takes its place.
func (a Attestation) over(now time.Time, by string) *Ending {
	if a.State(now) == Expired {
		return a.expired()
	}
	return &Ending{At: now, How: Replaced, By: by}
}

func (a Attestation) expired() *Ending { return &Ending{At: a.Until, How: Expired} }

// notice is how long before an attestation expires that is told.
const notice = 14 * day

// warnsAt is when it is told that it will expire.
func (a Attestation) warnsAt() time.Time { return clock.Notice(a.At, a.Until, notice) }

// Statement is what is attested.
type Statement struct {
	Fact     string
	Value    Value
	Evidence string
	Note     string
	Until    time.Time
}

func (in Statement) settled() Statement {
	in.Note = strings.TrimSpace(in.Note)
	in.Until = in.Until.UTC().Truncate(time.Microsecond)
	return in
}

func (in Statement) check(check *fault.Check, d Declaration, now time.Time) {
	check.Require(d.Attested, "/fact", in.Fact, "is pushed only, by a program, and not attested")
	in.Value.check(check, "", d, now)
	checkEvidence(check, in.Evidence)
	registry.CheckText(check, "/note", in.Note, registry.MaxReason)
	last := now.Add(d.longest())
	until := in.Until.Format(time.RFC3339)
	check.Require(in.Until.After(now), "/expiresAt", until, "must be after now, %s", now.Format(time.RFC3339))
	check.Require(!in.Until.After(last), "/expiresAt", until, "must be at most %d days from now, %s", d.LongestDays, last.Format(time.RFC3339))
}

func checkEvidence(check *fault.Check, address string) {
	var found fault.Check
	found.Require(address != "", "/evidence", nil, "must be the https address of what shows it")
	registry.CheckURL(&found, "/evidence", address)
	if check.Join(found) {
		u, err := url.Parse(address)
		check.Require(err == nil && u.Scheme == "https", "/evidence", address, "must be an https address: what shows it is to be what was shown")
	}
}

func (a Attestation) object(of registry.Service) access.Object {
	return access.Object{Kind: access.KindAttestation, ID: a.ID, Label: of.Slug, Team: of.Team}
}

// record is what the audit log keeps of an attestation.
func (a Attestation) record() any {
	r := struct {
		Fact           string
		Value          Value
		Evidence, Note string
		Until          time.Time
		Ended          *Ending
	}{a.Fact, a.Value, a.Evidence, a.Note, a.Until, a.Ended}
	return r
}
