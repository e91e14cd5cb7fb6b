package catalog

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Progress is whether a sync goes on.
type Progress string

// How far a sync is.
const (
	Open       Progress = "open"
	Complete   Progress = "complete"
	Superseded Progress = "superseded" // by a newer full one of its portal
)

// Sync is one telling of a catalog. A full one tells all that there is: what it leaves out is gone.
type Sync struct {
	ID        id.ID
	Portal    string // its address
	Full      bool
	State     Progress
	StartedBy string
	StartedAt time.Time
	EndedAt   *time.Time
	Counts
}

// Counts are what became of entities.
type Counts struct {
	Created, Updated, Unchanged, Refused, Skipped int
	Deferred                                      int // to the completion, which counts them again
	Gone                                          int
}

// count adds an outcome.
func (c *Counts) count(o Outcome) {
	switch o {
	case OutcomeCreated:
		c.Created++
	case OutcomeUpdated:
		c.Updated++
	case OutcomeUnchanged:
		c.Unchanged++
	case OutcomeRefused:
		c.Refused++
	case OutcomeSkipped:
		c.Skipped++
	case OutcomeDeferred:
		c.Deferred++
	}
}

// Outcome is what became of an entity in a sync.
type Outcome string

// The outcomes.
const (
	OutcomeCreated   Outcome = "created"
	OutcomeUpdated   Outcome = "updated"
	OutcomeUnchanged Outcome = "unchanged"
	OutcomeRefused   Outcome = "refused"  // its faults say why; what it was stays as it is
	OutcomeSkipped   Outcome = "skipped"  // what it is was retired or deactivated here
	OutcomeDeferred  Outcome = "deferred" // the completion decides whether it is something under a new name
)

// Outcomes lists them.
var Outcomes = []Outcome{OutcomeCreated, OutcomeUpdated, OutcomeUnchanged, OutcomeRefused, OutcomeSkipped, OutcomeDeferred}

// Result is what became of one entity. One that was taken can have faults still: of what it names
// and nobody knows.
type Result struct {
	Ref     string
	Outcome Outcome
	Adopted bool // it is something that was here before, by hand
	Resource
	Faults []Fault
}

// Resource is what an entity is here.
type Resource struct {
	Noun string // "person", "team", "system", "service"; empty for nothing
	ID   id.ID
	Slug string // empty for a person
}

// nouns are what the kinds are here.
var nouns = map[Kind]string{User: "person", Group: "team", System: "system", Component: "service"}
