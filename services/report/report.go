package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Report is a published report. Nothing of it changes.
type Report struct {
	ID     id.ID
	Number int64 // from 1, the next one with each report
	Scope  Scope
	Period Period
	// Occasion is Monthly of one that was drawn up by itself; at most one is of each
	// occasion, scope and period.
	Occasion    Occasion
	PublishedAt time.Time
	PublishedBy string // the caller's name
	// SHA256 is of Document, in hexadecimal.
	SHA256   string
	Document []byte // Content as JSON; nil in lists
	// ReviewAt is when it is summed up again; nil when that is over.
	ReviewAt *time.Time
}

// Occasion is why a report was published; empty where somebody wanted it.
type Occasion string

// Monthly is of the reports that are drawn up when a month is over.
const Monthly Occasion = "monthly"

// Content is what was published. An error says that it is not as it was published any more.
func (r Report) Content() (Content, error) {
	if sum := digest(r.Document); sum != r.SHA256 {
		return Content{}, fmt.Errorf("report %d is not as it was published: its SHA-256 is %s, and was %s", r.Number, sum, r.SHA256)
	}
	var c Content
	if err := json.Unmarshal(r.Document, &c); err != nil {
		return Content{}, fmt.Errorf("read report %d: %w", r.Number, err)
	}
	if c.Format != Format {
		return Content{}, fmt.Errorf("read report %d: its format %d is not known, only %d is", r.Number, c.Format, Format)
	}
	return c, nil
}

// Of is the report with the content as its document.
func (r Report) Of(c Content) (Report, error) {
	document, err := json.Marshal(c)
	if err != nil {
		return Report{}, fmt.Errorf("write a report: %w", err)
	}
	r.Scope, r.Period, r.Document, r.SHA256 = c.Scope, c.Period, document, digest(document)
	return r, nil
}

// Team is the one whose report it is; empty of the organisation's.
func (r Report) Team() id.ID { return r.Scope.team }

// WithTeam is the report of that team.
func (r Report) WithTeam(team id.ID) Report {
	r.Scope.team = team
	return r
}

func digest(document []byte) string {
	sum := sha256.Sum256(document)
	return hex.EncodeToString(sum[:])
}

// record is what the audit log keeps of a report.
type record struct {
	Number        int64
	Scope, Period string
	SHA256        string
}

func (r Report) record() record {
	return record{r.Number, r.Scope.String(), r.Period.String(), r.SHA256}
}

// Decision is what a review decided. It never changes: a later one replaces it.
type Decision struct {
	ID     id.ID
	Report id.ID
	DecisionInput
	RecordedAt time.Time
	RecordedBy string // the caller's name
	// ReplacedBy is the decision that replaced it; empty while it stands.
	ReplacedBy id.ID
}

// DecisionInput is what is said of a decision.
type DecisionInput struct {
	Text      string
	DecidedBy []string // names of people
	DueOn     string   // a date, or empty
	Link      string   // an address, or empty
	Replaces  id.ID    // an earlier decision of the report, or empty
}

// Restatement is what was found to be otherwise than a report, with the restatements
// before, says.
type Restatement struct {
	ID      id.ID
	Report  id.ID
	FoundAt time.Time
	Changes []Change
	Causes  []Cause
}

// Change is a figure that is another one. The values are as JSON has them; "" is none.
type Change struct {
	Figure    string `json:"figure" doc:"What it is of, and which." example:"slos/01JD3Z0Q8RC6W4N1M2V5K7T9XY/good"`
	Name      string `json:"name" doc:"The same in names." example:"checkout/availability good"`
	Published string `json:"published" doc:"What the report says; empty where it says nothing." example:"99000"`
	Was       string `json:"was" doc:"What the restatements before say; as published without one." example:"99000"`
	Is        string `json:"is" example:"99500"`
}

// Cause is why figures are others.
type Cause struct {
	Kind string     `json:"kind" enum:"correction_created,correction_removed,other" doc:"other: neither a correction; measurements that came later, outages or SLAs that were stated otherwise, violations that were found to be none."`
	ID   id.ID      `json:"id" doc:"Of the correction."`
	At   *time.Time `json:"at" nullable:"true"`
	By   string     `json:"by"`
	Why  string     `json:"why"`
	Of   string     `json:"of" doc:"The SLO that is corrected." example:"checkout/availability"`
}
