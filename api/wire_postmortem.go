package api

import "time"

// Postmortem is what is written after an incident, or asked for.
type Postmortem struct {
	PostmortemHead
	Text     string                 `json:"text" doc:"Markdown; empty where nothing was written here."`
	HTML     string                 `json:"html" doc:"The text as HTML that does nothing but show it: no script, no raw HTML, no picture, and links to http, https and mailto alone."`
	Template PostmortemTemplateUsed `json:"template" doc:"What the text began as."`
	Missing  []PostmortemMissing    `json:"missing" doc:"Sections that are to be written before it is approved."`
	Review   PostmortemReview       `json:"review"`
	Actions  []PostmortemActionItem `json:"actions" doc:"What is to be done after the incident."`
	Requests []PostmortemRequest    `json:"requests" doc:"Why it is asked for."`
}

// PostmortemHead is a postmortem without its text.
type PostmortemHead struct {
	ID          string             `json:"id" doc:"Identifier (ULID)."`
	Incident    PostmortemIncident `json:"incident"`
	Status      string             `json:"status" enum:"requested,waived,draft,in_review,approved,published" doc:"requested and waived: nothing is written; it is asked for, or all that asked for it was waived."`
	TextVersion int                `json:"textVersion" doc:"Number of the current version of the text, 0 where nothing was written here."`
	Link        *PostmortemLink    `json:"link,omitempty" doc:"One elsewhere, in place of a text; absent otherwise."`
	DueAt       *time.Time         `json:"dueAt" nullable:"true" doc:"By when a review is to have approved it; null where nobody asks for it, and while the incident goes on."`
	Overdue     bool               `json:"overdue"`
	Reasons     []string           `json:"reasons" enum:"severity,data_loss,on_call_intervention,policy,person" doc:"Why it is asked for, but for what was waived."`
	CreatedAt   time.Time          `json:"createdAt"`
	CreatedBy   string             `json:"createdBy"`
	UpdatedAt   time.Time          `json:"updatedAt"`
	UpdatedBy   string             `json:"updatedBy"`
	Version     int64              `json:"version"`
}

// PostmortemIncident is the incident of a postmortem.
type PostmortemIncident struct {
	ID          string     `json:"id" doc:"Identifier (ULID)."`
	Title       string     `json:"title" example:"Checkout fails for customers in the EU"`
	Severity    string     `json:"severity" enum:"sev1,sev2,sev3,sev4"`
	Status      string     `json:"status" enum:"declared,investigating,mitigated,resolved,closed"`
	Team        Ref        `json:"team"`
	ImpactStart time.Time  `json:"impactStart"`
	ResolvedAt  *time.Time `json:"resolvedAt" nullable:"true"`
	Restricted  bool       `json:"restricted"`
}

// PostmortemLink leads to a postmortem elsewhere.
type PostmortemLink struct {
	URL   string    `json:"url" example:"https://wiki.example.org/postmortems/4711"`
	Title string    `json:"title" example:"Checkout outage of 27 November"`
	By    string    `json:"by" doc:"Who said so."`
	At    time.Time `json:"at"`
}

// PostmortemTemplateUsed is the template that a text began as.
type PostmortemTemplateUsed struct {
	Slug     string   `json:"slug" doc:"Empty of the built-in one."`
	Revision int      `json:"revision"`
	Required []string `json:"required" doc:"Names of the sections that it requires."`
}

// PostmortemMissing is a required section that is not written.
type PostmortemMissing struct {
	Section string `json:"section" example:"Impact"`
	Why     string `json:"why" enum:"absent,empty,as_given" doc:"There is no such section; nothing stands in it; or only what the template gave."`
}

// PostmortemReview is who looks at the text, and what came of it.
type PostmortemReview struct {
	Reviewers []PersonRef           `json:"reviewers"`
	Submitted *PostmortemSignature  `json:"submitted,omitempty"`
	Approvals []PostmortemSignature `json:"approvals"`
	Returned  *PostmortemSignature  `json:"returned,omitempty" doc:"What was asked to be changed, until it is submitted again."`
}

// PostmortemSignature is what a person said of a version of the text.
type PostmortemSignature struct {
	Person      PersonRef `json:"person"`
	At          time.Time `json:"at"`
	TextVersion int       `json:"textVersion"`
	Text        string    `json:"text"`
}

// PostmortemActionItem is something that is to be done after an incident.
type PostmortemActionItem struct {
	Title    string `json:"title"`
	Priority string `json:"priority" example:"p0"`
	Done     bool   `json:"done"`
}

// PostmortemRequest is why a postmortem is asked for.
type PostmortemRequest struct {
	ID      string            `json:"id" doc:"Identifier (ULID)."`
	Reason  string            `json:"reason" enum:"severity,data_loss,on_call_intervention,policy,person"`
	Subject string            `json:"subject" doc:"Identifier of the violation of a policy, or of the person; empty otherwise."`
	Text    string            `json:"text"`
	At      time.Time         `json:"at"`
	By      string            `json:"by"`
	Waiver  *PostmortemWaiver `json:"waiver,omitempty"`
}

// PostmortemWaiver says that a request does not stand any more.
type PostmortemWaiver struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
}

// PostmortemBegin begins a postmortem.
type PostmortemBegin struct {
	Template string `json:"template,omitempty" doc:"Slug or identifier of the template that it begins as; that of the incident's severity when left out." example:"short"`
}

// PostmortemTextInput is a text that is to be saved.
type PostmortemTextInput struct {
	Text string `json:"text" doc:"Markdown, at most 100,000 bytes." example:"## Summary\n\nThe connection pool of checkout ran dry."`
	Note string `json:"note,omitempty" doc:"What was changed, in at most 200 characters." example:"Numbers of the impact"`
}

// PostmortemSubmission names who is asked to review a text.
type PostmortemSubmission struct {
	Reviewers []string `json:"reviewers" doc:"Identifiers of 1 to 10 people, who are neither the caller nor who wrote the latest version."`
}

// PostmortemVerdict is what a reviewer says.
type PostmortemVerdict struct {
	Verdict string `json:"verdict" enum:"approve,request_changes"`
	Text    string `json:"text,omitempty" doc:"Needed where changes are asked for; at most 4,000 characters." example:"What set it off?"`
}

// PostmortemReason is a reason for what is done.
type PostmortemReason struct {
	Reason string `json:"reason" doc:"1 to 1,000 characters." example:"A number was wrong."`
}

// PostmortemLinkInput says where a postmortem was written.
type PostmortemLinkInput struct {
	URL   string `json:"url" doc:"https." example:"https://wiki.example.org/postmortems/4711"`
	Title string `json:"title" doc:"1 to 200 characters." example:"Checkout outage of 27 November"`
}

// PostmortemVersion is a version of a text, without what it says.
type PostmortemVersion struct {
	Number int       `json:"number"`
	Author string    `json:"author"`
	At     time.Time `json:"at"`
	Note   string    `json:"note"`
}

// PostmortemVersionText is a version of a text.
type PostmortemVersionText struct {
	PostmortemVersion
	Text string `json:"text" doc:"Markdown."`
	HTML string `json:"html" doc:"As HTML that does nothing but show it."`
}

// PostmortemDiff is what differs between two versions of a text.
type PostmortemDiff struct {
	From int    `json:"from" doc:"0 is the empty text."`
	To   int    `json:"to"`
	Diff string `json:"diff" doc:"A unified diff; empty where nothing differs."`
}

// PostmortemAct is something that was done with a postmortem.
type PostmortemAct struct {
	Kind        string    `json:"kind" enum:"begun,submitted,changes_requested,approved,approval_taken_back,published,reopened,linked,requested,request_waived"`
	TextVersion int       `json:"textVersion" doc:"Of the text that it is about, 0 for none."`
	Text        string    `json:"text"`
	At          time.Time `json:"at"`
	By          string    `json:"by"`
}

// PostmortemLint is what was found in a text.
type PostmortemLint struct {
	Findings []PostmortemFinding `json:"findings" doc:"In the order of the text. Warnings: nothing is refused for them."`
}

// PostmortemFinding is a place in a text that a rule is about.
type PostmortemFinding struct {
	Rule   string `json:"rule" enum:"counterfactual,person,character,human_error,fault,single_cause,training_only,vague_action"`
	Line   int    `json:"line" doc:"From 1."`
	Column int    `json:"column" doc:"In characters, from 1."`
	From   int    `json:"from" doc:"First byte of what is found."`
	To     int    `json:"to" doc:"The byte after it."`
	Text   string `json:"text" doc:"What stands there."`
	Advice string `json:"advice" doc:"What to write instead."`
}

// PostmortemLintInput is a text that is being written.
type PostmortemLintInput struct {
	Text     string `json:"text" doc:"Markdown, at most 100,000 bytes."`
	Incident string `json:"incident,omitempty" maxLength:"26" doc:"Identifier of the incident, by which the names of the people in it are known."`
}

// PostmortemTemplate is what postmortems begin as.
type PostmortemTemplate struct {
	ID   string `json:"id" doc:"Identifier (ULID)."`
	Slug string `json:"slug" example:"short"`
	PostmortemTemplateTerms
	Revision  int       `json:"revision"`
	RevisedBy string    `json:"revisedBy"`
	RevisedAt time.Time `json:"revisedAt"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	Version   int64     `json:"version"`
}

// PostmortemTemplateTerms are what is said of a template.
type PostmortemTemplateTerms struct {
	Name       string   `json:"name" doc:"1 to 100 characters." example:"Short"`
	Severities []string `json:"severities,omitempty" enum:"sev1,sev2,sev3,sev4" doc:"Those of incidents whose postmortems begin as it; each is of one template."`
	Markdown   string   `json:"markdown" doc:"With a section under each heading of the second level, of 1 to 40; at most 100,000 bytes." example:"## Summary\n\n## Lessons\n"`
	Required   []string `json:"required,omitempty" doc:"Names of the sections that are to be written before one is approved."`
}

// PostmortemTemplateCreate creates a template.
type PostmortemTemplateCreate struct {
	Slug string `json:"slug" doc:"RFC 1123 label." example:"short"`
	PostmortemTemplateTerms
}

// TemplateRevision is what a template said from one change to the next.
type TemplateRevision struct {
	Number    int       `json:"number"`
	Markdown  string    `json:"markdown"`
	Required  []string  `json:"required"`
	RevisedBy string    `json:"revisedBy"`
	RevisedAt time.Time `json:"revisedAt"`
}
