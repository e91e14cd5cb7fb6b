// Package audit keeps who decided what: one entry for each change by a person,
// a workload or a policy, written in the transaction of the change, and entries
// for refusals, bounded and in transactions of their own. Measurements, status
// and runs of jobs are not decisions and are not here.
package audit

import (
	"context"
	"encoding/json"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
)

// Outcome tells whether what was asked was done.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"
	Refused Outcome = "refused"
)

// Entry is one decision.
type Entry struct {
	ID      id.ID
	At      time.Time
	Outcome Outcome
	// Caller's kind, person, team, token and name at that time.
	ActorKind   access.CallerKind
	ActorPerson id.ID
	ActorTeam   id.ID
	ActorToken  id.ID
	ActorName   string
	// Action is "<kind>.<verb>", such as "slo.create".
	Action      string
	ObjectKind  access.Kind
	ObjectID    id.ID
	ObjectLabel string
	// Team owns the object, for a team's own view of the log.
	Team id.ID
	// Reason is the caller's, or why it was refused.
	Reason string
	// Changes is a JSON object of what was changed, {"field":{"from":…,"to":…}};
	// secrets never are in it.
	Changes json.RawMessage
	// Proof has the salts by which the texts above are sealed, or what is left of them, see
	// package chain.
	Proof string
	// Seal is the number under which it is sealed, 0 for not yet.
	Seal int64
	// RedactedBy is the entry of the pseudonymisation that took texts away.
	RedactedBy id.ID
}

// Filter narrows a list of entries; zero fields do not.
type Filter struct {
	Actor      id.ID // a person or token
	Team       id.ID
	ObjectKind access.Kind
	ObjectID   id.ID
	Outcome    Outcome
	From, To   time.Time
	// Reader is for whom entries about restricted incidents are left out that they may not read.
	Reader Reader
}

// Reader is who reads: everything, or what the person may read, who may be nobody.
type Reader struct {
	All    bool
	Person id.ID
}

func readerOf(c access.Caller) Reader {
	return Reader{All: c.Kind == access.BySystem || c.Administers(), Person: c.Person}
}

// Store keeps entries; it only ever appends.
type Store interface {
	AppendEntry(ctx context.Context, e Entry) error
	// Entry returns one that the reader may read; NotFound.
	Entry(ctx context.Context, entry id.ID, as Reader) (Entry, error)
	// Entries lists the newest first.
	Entries(ctx context.Context, f Filter, r page.Request) (page.Page[Entry], error)
}
