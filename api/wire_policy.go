package api

import "time"

// Policy is an error-budget policy with what it says now.
type Policy struct {
	ID          string    `json:"id" doc:"Identifier (ULID)."`
	Slug        string    `json:"slug" example:"error-budget"`
	Name        string    `json:"name" example:"Error-budget policy"`
	Description string    `json:"description"`
	Revision    int       `json:"revision" doc:"Number of the current revision, from 1."`
	Clauses     []Clause  `json:"clauses"`
	Approval    Approval  `json:"approval"`
	RevisedBy   string    `json:"revisedBy" doc:"Who wrote the current revision."`
	CreatedAt   time.Time `json:"createdAt"`
	UpdatedAt   time.Time `json:"updatedAt"`
	Version     int64     `json:"version" doc:"Grows with each change; also the ETag."`
}

// Clause says: while its condition holds of an SLO, these things follow.
type Clause struct {
	Name        string            `json:"name" doc:"Unique in the policy." example:"budget-exceeded"`
	Description string            `json:"description" doc:"In words; quoted in issues."`
	When        string            `json:"when" doc:"The condition, in CEL, on the facts that listFacts tells." example:"consumed > 1"`
	Freeze      *Freeze           `json:"freeze,omitempty" doc:"That changes wait."`
	Issue       *IssueAction      `json:"issue,omitempty" doc:"That an issue is opened."`
	Postmortem  *PostmortemAction `json:"postmortem,omitempty" doc:"That a postmortem is written."`
}

// Freeze asks that changes wait.
type Freeze struct {
	Allow []string `json:"allow" enum:"feature,config,reliability" doc:"Classes of changes that need not wait. Rollbacks, urgent fixes (p0) and security fixes never do." example:"[\"reliability\"]"`
}

// IssueAction asks for an issue.
type IssueAction struct {
	Priority        string   `json:"priority" enum:"p0,p1,p2,p3"`
	Labels          []string `json:"labels" doc:"Labels of the issue, beside that of the priority." example:"[\"reliability\"]"`
	Template        string   `json:"template" doc:"Markdown that says in the issue what is asked; the clause's description when empty."`
	CloseOnRecovery bool     `json:"closeOnRecovery" doc:"Whether the machine closes the issue once the SLO recovered."`
}

// PostmortemAction asks for a postmortem.
type PostmortemAction struct {
	PriorityActions int `json:"priorityActions" doc:"How many actions of priority p0 on the root cause it has at least." example:"1"`
}

// Approval is who stands for a policy.
type Approval struct {
	Author     string   `json:"author" example:"Ada Lovelace"`
	Reviewers  []string `json:"reviewers"`
	Approver   string   `json:"approver" doc:"Identifier of the person who approved it, and decides disputes; empty without one."`
	ApprovedOn string   `json:"approvedOn" doc:"A day, or empty." example:"2026-11-27"`
	RevisitOn  string   `json:"revisitOn" doc:"The day on which it is to be looked at again, or empty." example:"2027-05-27"`
}

// ClauseInput is what is declared of a clause: at least one thing follows.
type ClauseInput struct {
	Name        string                 `json:"name" doc:"RFC 1123 label, unique in the policy." example:"budget-exceeded"`
	Description string                 `json:"description,omitempty" doc:"In words; quoted in issues."`
	When        string                 `json:"when" doc:"The condition, in CEL, on the facts that listFacts tells: true or false. A violation opens when it holds and ends when it does not; where it depends on a fact that is not known, neither." example:"consumed > 1"`
	Freeze      *FreezeInput           `json:"freeze,omitempty" doc:"That changes wait where the policy is enforced."`
	Issue       *IssueActionInput      `json:"issue,omitempty" doc:"That an issue is opened, unless the policy is only observed."`
	Postmortem  *PostmortemActionInput `json:"postmortem,omitempty" doc:"That a postmortem is written."`
}

// FreezeInput asks that changes wait.
type FreezeInput struct {
	Allow []string `json:"allow,omitempty" enum:"feature,config,reliability" maxItems:"3" doc:"Classes of changes that need not wait. Rollbacks, urgent fixes (p0) and security fixes never do." example:"[\"reliability\"]"`
}

// IssueActionInput asks for an issue.
type IssueActionInput struct {
	Priority        string   `json:"priority,omitempty" enum:"p0,p1,p2,p3" default:"p1"`
	Labels          []string `json:"labels,omitempty" doc:"Labels of the issue, beside that of the priority." example:"[\"reliability\"]"`
	Template        string   `json:"template,omitempty" doc:"Markdown that says in the issue what is asked; the clause's description when empty."`
	CloseOnRecovery bool     `json:"closeOnRecovery,omitempty" doc:"Whether the machine closes the issue once the SLO recovered."`
}

// PostmortemActionInput asks for a postmortem.
type PostmortemActionInput struct {
	PriorityActions int `json:"priorityActions,omitempty" minimum:"0" maximum:"20" doc:"How many actions of priority p0 on the root cause it has at least." example:"1"`
}

// ApprovalInput is who stands for a policy; all of it may be left out.
type ApprovalInput struct {
	Author     string   `json:"author,omitempty" example:"Ada Lovelace"`
	Reviewers  []string `json:"reviewers,omitempty" maxItems:"20"`
	Approver   string   `json:"approver,omitempty" maxLength:"26" doc:"Identifier of the person who approved it, and decides disputes."`
	ApprovedOn string   `json:"approvedOn,omitempty" doc:"A day." example:"2026-11-27"`
	RevisitOn  string   `json:"revisitOn,omitempty" doc:"The day on which it is to be looked at again, after it was approved." example:"2027-05-27"`
}

// PolicyInput is what is declared of a policy.
type PolicyInput struct {
	Slug        string        `json:"slug" doc:"RFC 1123 label, at most 63 characters." example:"error-budget"`
	Name        string        `json:"name" doc:"At most 100 characters." example:"Error-budget policy"`
	Description string        `json:"description,omitempty" doc:"At most 4,000 characters."`
	Clauses     []ClauseInput `json:"clauses" minItems:"1" maxItems:"20"`
	Approval    ApprovalInput `json:"approval,omitempty"`
}

// PolicyRevision is what a policy said from one change to the next.
type PolicyRevision struct {
	ID        string    `json:"id" doc:"Identifier (ULID)."`
	Number    int       `json:"number"`
	Clauses   []Clause  `json:"clauses"`
	Approval  Approval  `json:"approval"`
	RevisedBy string    `json:"revisedBy"`
	CreatedAt time.Time `json:"createdAt"`
}

// KnownFact is a fact that was known, with its value: one of the four is there.
type KnownFact struct {
	Name    string             `json:"name" example:"consumed"`
	Number  *float64           `json:"number,omitempty" example:"1.1864"`
	Text    *string            `json:"text,omitempty"`
	Truth   *bool              `json:"truth,omitempty"`
	Numbers map[string]float64 `json:"numbers,omitempty"`
}

// FactDeclaration is a name that conditions can be written on.
type FactDeclaration struct {
	Name   string   `json:"name" example:"consumed"`
	Type   string   `json:"type" enum:"number,text,truth,numbers" doc:"In CEL double, string, bool, and map(string, double)."`
	Doc    string   `json:"doc" doc:"What it is."`
	Values []string `json:"values" doc:"All texts that a text can be, or all names that numbers can have; empty where they can be any."`
}

// FactDeclarations are all names that conditions can be written on.
type FactDeclarations struct {
	Facts []FactDeclaration `json:"facts"`
}
