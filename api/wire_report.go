package api

import (
	"time"

	"github.com/evenkeel/evenkeel/services/report"
)

// Report is a published report.
type Report struct {
	ReportHead
	Content   report.Content   `json:"content" doc:"What was published, as it was. Its bytes, of which the SHA-256 is, are at /document."`
	Decisions []ReportDecision `json:"decisions" doc:"What reviews of it decided, the oldest first."`
	Restated  *time.Time       `json:"restatedAt" nullable:"true" doc:"When a figure was last found to be another one: see /restatements. Null where none was."`
}

// ReportHead is a report without what it says.
type ReportHead struct {
	ID          string        `json:"id" doc:"Identifier (ULID)."`
	Number      int64         `json:"number" doc:"From 1, the next one with each report." example:"12"`
	Scope       report.Scope  `json:"scope"`
	Period      report.Period `json:"period"`
	Occasion    string        `json:"occasion" enum:",monthly" doc:"monthly: it was drawn up by itself. Empty where somebody published it."`
	PublishedAt time.Time     `json:"publishedAt"`
	PublishedBy string        `json:"publishedBy"`
	SHA256      string        `json:"sha256" doc:"Of the document, in hexadecimal."`
}

// ReportInput is what is to be published.
type ReportInput struct {
	Scope    string     `json:"scope" enum:"service,team,system,organisation" example:"team"`
	Name     string     `json:"name,omitempty" maxLength:"63" doc:"Slug or identifier of the service, team or system; left out of the organisation." example:"payments"`
	Period   string     `json:"period,omitempty" maxLength:"10" doc:"A month or a quarter that is over." example:"2026-11"`
	TimeZone string     `json:"timeZone,omitempty" maxLength:"64" doc:"Where the period begins and ends; UTC where it is left out." example:"Europe/Berlin"`
	From     *time.Time `json:"from,omitempty" doc:"Instead of a period: a full hour of UTC." example:"2026-11-01T00:00:00Z"`
	To       *time.Time `json:"to,omitempty" doc:"Exclusive, a full hour of UTC, at most 400 days after from." example:"2026-12-01T00:00:00Z"`
}

// ReportDecision is what a review of a report decided.
type ReportDecision struct {
	ID         string    `json:"id"`
	ReportID   string    `json:"reportId"`
	Text       string    `json:"text" example:"Two weeks of reliability work before the next launch."`
	DecidedBy  []string  `json:"decidedBy"`
	DueOn      string    `json:"dueOn" doc:"A date; empty without one." example:"2026-12-15"`
	Link       string    `json:"link"`
	Replaces   string    `json:"replaces" doc:"The decision that this one replaces; empty where it replaces none."`
	ReplacedBy string    `json:"replacedBy" doc:"The decision that replaced this one; empty while it stands."`
	RecordedAt time.Time `json:"recordedAt"`
	RecordedBy string    `json:"recordedBy"`
}

// ReportDecisionInput is what is said of a decision.
type ReportDecisionInput struct {
	Text      string   `json:"text" doc:"At most 1,000 characters." example:"Two weeks of reliability work before the next launch."`
	DecidedBy []string `json:"decidedBy" maxItems:"20" doc:"The names of the people who decided." example:"[\"Ada Lovelace\"]"`
	DueOn     string   `json:"dueOn,omitempty" maxLength:"10" example:"2026-12-15"`
	Link      string   `json:"link,omitempty" maxLength:"2048" example:"https://example.org/minutes"`
	Replaces  string   `json:"replaces,omitempty" maxLength:"26" doc:"An earlier decision of this report, which does not stand any more."`
}

// ReportRestatement is what was found to be otherwise than a report says.
type ReportRestatement struct {
	ID      string          `json:"id"`
	FoundAt time.Time       `json:"foundAt"`
	Changes []report.Change `json:"changes"`
	Causes  []report.Cause  `json:"causes"`
}
