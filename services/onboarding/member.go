package onboarding

import (
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// Member is a service, or a repository that is to become one, in a wave. Each is in one wave at most.
type Member struct {
	ID   id.ID
	Wave id.ID
	// Service is empty while the repository's is not registered, Repository of a member that was a
	// service already.
	Service, Repository id.ID
	State               MemberState
	SLOs                []id.ID   // that were declared for it
	Faults              []Problem // why it could not be brought
	CreatedAt           time.Time
	TriedAt             *time.Time // when that was tried last

	// Name is the slug of the service, or the full name of the repository; Team the slug of its team,
	// empty where that is not known.
	Name, Team string
}

// MemberState is how far a member is.
type MemberState string

// The states of members.
const (
	Waiting MemberState = "waiting" // to be brought
	Brought MemberState = "brought"
	Failed  MemberState = "failed" // could not be brought; the faults say why
)

// MemberStates lists every state.
var MemberStates = []MemberState{Waiting, Brought, Failed}

// Problem is why something could not be done.
type Problem struct {
	Pointer string `json:"pointer,omitempty"` // within the wave, or the service that is to be
	Message string `json:"message"`
	Value   string `json:"value,omitempty"`
}

// Pick says what is put into a wave: what is named, and all that matches.
type Pick struct {
	Services     []string // slugs or identifiers
	Repositories []id.ID
	Match        *Match
}

// Match is all that has no SLO yet, is in no wave, and is so; zero fields do not narrow. Who is not
// known to be of a team, or of a tier, is not matched by one.
type Match struct {
	Team   string // slug or identifier
	System string // slug or identifier; services only
	Tier   int    // services only
	// Of keeps services, or repositories.
	Of Source
}

// Source is what something that may be brought is.
type Source string

// The sources.
const (
	OfServices     Source = "services"     // that the registry has and that have no SLO
	OfRepositories Source = "repositories" // that were found and that no service names
)

// Sources lists every source.
var Sources = []Source{OfServices, OfRepositories}

// MaxPicked is how many things are put into a wave at once.
const MaxPicked = 1_000

// Picked is what came of putting things into a wave.
type Picked struct {
	Added   int
	Already int // that were in it before
}

// problems are the faults of an error as they are kept; false where the error is none of the input's or
// of the state of things.
func problems(err error) ([]Problem, bool) {
	f := fault.As(err)
	if f == nil {
		return nil, false
	}
	switch f.Kind {
	case fault.Invalid, fault.Conflict, fault.Forbidden, fault.NotFound, fault.Moved:
	default:
		return nil, false
	}
	if len(f.Violations) == 0 {
		return []Problem{{Message: f.Message}}, true
	}
	out := make([]Problem, len(f.Violations))
	for i, v := range f.Violations {
		out[i] = Problem{Pointer: v.Pointer, Message: v.Message}
		if v.Value != nil {
			out[i].Value = fault.Clip(fmt.Sprint(v.Value), 64)
		}
	}
	return out, true
}

// under places faults of a declaration within the wave.
func under(err error, at string) error {
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid || len(f.Violations) == 0 {
		return err
	}
	placed := *f
	placed.Violations = slices.Clone(f.Violations)
	for i := range placed.Violations {
		placed.Violations[i].Pointer = at + placed.Violations[i].Pointer
	}
	return &placed
}
