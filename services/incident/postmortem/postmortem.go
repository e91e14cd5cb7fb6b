package postmortem

import (
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/postmortem/document"
)

// Status is how far a postmortem got.
type Status string

// The statuses.
const (
	Requested Status = "requested" // asked for; nothing is written
	Waived    Status = "waived"    // all that asked for it was waived; nothing is written
	Draft     Status = "draft"
	InReview  Status = "in_review"
	Approved  Status = "approved"
	Published Status = "published"
)

// Statuses lists every status in their order.
var Statuses = []Status{Requested, Waived, Draft, InReview, Approved, Published}

// Outstanding lists those in which a review is still owed, where one is asked for.
var Outstanding = []Status{Requested, Draft, InReview}

// Begun reports whether there is a text, or was one.
func (s Status) Begun() bool { return s != Requested && s != Waived }

// Owed reports whether a review is still to come.
func (s Status) Owed() bool { return slices.Contains(Outstanding, s) }

// Postmortem is what is written after an incident, or asked for.
type Postmortem struct {
	ID       id.ID
	Incident id.ID
	Status   Status
	// Text is the number of the current text, 0 where nothing was written here.
	Text int
	// Template is what the text began as; empty where nothing was written.
	Template Used
	Review   Review
	// Link leads to one elsewhere, nil unless that was published in place of a text.
	Link *Link

	// DueAt is by when a review is to have approved it; nil where nobody asks for it, and while
	// the incident goes on.
	DueAt *time.Time
	// OverdueTold and EscalatedTold are the DueAt of which it was told that it is past, to the
	// team and to its parent team.
	OverdueTold, EscalatedTold *time.Time

	CreatedAt time.Time
	CreatedBy string
	UpdatedAt time.Time
	UpdatedBy string
	Version   int64
}

// Overdue reports whether a review is missing at that time.
func (p Postmortem) Overdue(now time.Time) bool {
	return p.Status.Owed() && p.DueAt != nil && now.After(*p.DueAt)
}

// Used is the template that a text began as, as it was then.
type Used struct {
	Slug     string            `json:"slug"` // empty of the built-in one
	Revision int               `json:"revision"`
	Document document.Template `json:"document"`
}

// Review is who looks at the text, and what came of it.
type Review struct {
	Reviewers []id.ID     `json:"reviewers"`
	Submitted *Signature  `json:"submitted,omitempty"`
	Approvals []Signature `json:"approvals"`
	// Returned is what was asked to be changed, until it is submitted again.
	Returned *Signature `json:"returned,omitempty"`
}

// Signature is what a person said of a text.
type Signature struct {
	Person id.ID     `json:"person"`
	Name   string    `json:"name"`
	At     time.Time `json:"at"`
	Text   int       `json:"text"` // its number
	Note   string    `json:"note,omitempty"`
}

// Link is a postmortem elsewhere.
type Link struct {
	URL   string    `json:"url"`
	Title string    `json:"title"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
}

// Text is a version of the text; it never changes.
type Text struct {
	ID         id.ID
	Postmortem id.ID
	Number     int
	// Head is the version of the postmortem from which on it is the current text.
	Head   int64
	Text   string
	Note   string
	At     time.Time
	Author string
	Person id.ID
}

// ActKind is what somebody did with a postmortem.
type ActKind string

// The kinds.
const (
	ActBegun     ActKind = "begun"
	ActSubmitted ActKind = "submitted"
	ActReturned  ActKind = "changes_requested"
	ActApproved  ActKind = "approved"
	ActTakenBack ActKind = "approval_taken_back"
	ActPublished ActKind = "published"
	ActReopened  ActKind = "reopened"
	ActLinked    ActKind = "linked"
	ActAsked     ActKind = "requested"
	ActWaived    ActKind = "request_waived"
)

// Act is something that was done with a postmortem; it never changes.
type Act struct {
	ID         id.ID
	Postmortem id.ID
	Kind       ActKind
	Number     int // of the text that it is about, 0 for none
	Text       string
	At         time.Time
	By         string
}

// Missing is a required section that is not written.
type Missing = document.Missing

// View is a postmortem with what it is about.
type View struct {
	Postmortem
	Incident incident.Incident
	Requests []Request
	// Current is its text; zero where nothing was written here, and in lists.
	Current Text
	// Reviewers are the people who were asked to review it; none in lists.
	Reviewers []access.Person
	// Missing are the sections that it still needs to be approved.
	Missing []Missing
}

// Owing are the requests that stand.
func (v View) Owing() []Request { return standing(v.Requests) }

// Severity is the incident's.
func (v View) Severity() incident.Severity { return v.Incident.Severity }

// record is what the audit log keeps of a postmortem; it is about the incident.
type record struct {
	PostmortemStatus Status
	Text             int
	Reviewers        []id.ID
	Link             string
}

func (p Postmortem) record() record {
	r := record{PostmortemStatus: p.Status, Text: p.Text, Reviewers: p.Review.Reviewers}
	if p.Link != nil {
		r.Link = p.Link.URL
	}
	return r
}
