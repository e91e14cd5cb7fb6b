package policy

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
)

// Violation is one episode in which an SLO broke a clause; at most one is open
// for each (policy, clause, SLO).
type Violation struct {
	ID       id.ID // the episode
	Policy   id.ID
	Revision id.ID // of the policy, that found it
	Clause   string
	SLO      id.ID
	Service  id.ID
	Mode     Mode // at present, while open
	OpenedAt time.Time
	Evidence Evidence
	EndedAt  *time.Time
	Ending   Ending
	Version  int64
}

// Ending is why a violation ended.
type Ending string

// The endings.
const (
	Recovered Ending = "recovered" // the SLO is back within the clause
	Retired   Ending = "retired"   // the SLO or its service was retired
	Detached  Ending = "detached"  // no policy with the clause is attached any more
)

// Evidence is what was known when the violation opened, frozen.
type Evidence struct {
	SLORevision id.ID     `json:"sloRevision"`
	Objective   string    `json:"objective"`
	WindowEnd   time.Time `json:"windowEnd"`
	// Good and Total are thousandths of an event in the policy's window.
	Good  int64 `json:"good"`
	Total int64 `json:"total"`
	// ConsumedPercent is the share of the budget consumed, as a decimal rounded to two digits.
	ConsumedPercent string `json:"consumedPercent"`
	// When is the clause's condition, and Facts what it read.
	When  string       `json:"when"`
	Facts []fact.Known `json:"facts"`
}
