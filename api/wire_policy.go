package api

import "time"

// Policy is an error-budget policy with what it says now.
type Policy struct {
	ID           string    `json:"id" doc:"Identifier (ULID)."`
	Slug         string    `json:"slug" example:"error-budget"`
	Name         string    `json:"name" example:"Error-budget policy"`
	Description  string    `json:"description"`
	Revision     int       `json:"revision" doc:"Number of the current revision, from 1."`
	Clauses      []Clause  `json:"clauses"`
	Reserve      float64   `json:"reserve" doc:"The share of the budget that is set aside for planned spend: outages of the classes launch, migration and experiment. Conditions name it as reserve." example:"0.25"`
	DisputeHours int       `json:"disputeHours" doc:"How long the first dispute of a violation suspends its freeze, where an approver is named." example:"48"`
	Approval     Approval  `json:"approval"`
	Warnings     []string  `json:"warnings" doc:"What somebody should look at, such as a day to revisit it that is past."`
	RevisedBy    string    `json:"revisedBy" doc:"Who wrote the current revision."`
	CreatedAt    time.Time `json:"createdAt"`
	UpdatedAt    time.Time `json:"updatedAt"`
	Manager      string    `json:"manager,omitempty" doc:"Who keeps it elsewhere, and alone changes it (409 field_managed): set:NAME is the set of manifests of that name. Absent where nobody does." example:"set:payments"`
	Version      int64     `json:"version" doc:"Grows with each change; also the ETag."`
}

// Clause says: while its condition holds of an SLO, these things follow.
type Clause struct {
	Name        string            `json:"name" doc:"Unique in the policy." example:"budget-exceeded"`
	Description string            `json:"description" doc:"In words; quoted in issues."`
	When        string            `json:"when" doc:"The condition, in CEL, on the facts that listFacts tells." example:"consumed > 1"`
	Freeze      *Freeze           `json:"freeze,omitempty" doc:"That changes wait."`
	Issue       *IssueAction      `json:"issue,omitempty" doc:"That an issue is opened."`
	Postmortem  *PostmortemAction `json:"postmortem,omitempty" doc:"That a postmortem is written."`
	Escalate    *Escalation       `json:"escalate,omitempty" doc:"That somebody above the team is told, where nobody has a plan."`
	Notify      *NotifyAction     `json:"notify,omitempty" doc:"That people are told."`
}

// Escalation asks that somebody above the team be told of a violation without a plan.
type Escalation struct {
	To        string `json:"to" enum:"team,parent_team,approver" example:"parent_team"`
	AfterDays int    `json:"afterDays" minimum:"0" maximum:"90" doc:"Days after the violation opened." example:"14"`
}

// NotifyAction asks that people be told when a violation opens and when it ends.
type NotifyAction struct {
	To []string `json:"to" enum:"team,parent_team,approver" minItems:"1" maxItems:"3" example:"[\"team\"]"`
}

// Freeze asks that changes wait.
type Freeze struct {
	Allow     []string `json:"allow" enum:"feature,config,reliability" doc:"Classes of changes that need not wait. Rollbacks, urgent fixes (p0) and security fixes never do." example:"[\"reliability\"]"`
	EarlyExit bool     `json:"earlyExit" doc:"Whether the approver may end the freeze of an acknowledged violation early, once what its plan agreed on is done."`
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
	Escalate    *Escalation            `json:"escalate,omitempty" doc:"That somebody above the team is told of a violation that is open so many days, unless the team has a plan of which the date is still to come."`
	Notify      *NotifyAction          `json:"notify,omitempty" doc:"That people are told when a violation opens and when it ends. Of a freeze that is enforced the team is told in any case."`
}

// FreezeInput asks that changes wait.
type FreezeInput struct {
	Allow     []string `json:"allow,omitempty" enum:"feature,config,reliability" maxItems:"3" doc:"Classes of changes that need not wait. Rollbacks, urgent fixes (p0) and security fixes never do." example:"[\"reliability\"]"`
	EarlyExit bool     `json:"earlyExit,omitempty" doc:"Whether the approver may end the freeze of an acknowledged violation early, once what its plan agreed on is done."`
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
	Slug         string        `json:"slug" doc:"RFC 1123 label, at most 63 characters." example:"error-budget"`
	Name         string        `json:"name" doc:"At most 100 characters." example:"Error-budget policy"`
	Description  string        `json:"description,omitempty" doc:"At most 4,000 characters."`
	Clauses      []ClauseInput `json:"clauses" minItems:"1" maxItems:"20"`
	Reserve      float64       `json:"reserve,omitempty" minimum:"0" exclusiveMaximum:"1" doc:"The share of the budget to set aside for planned spend: outages of the classes launch, migration and experiment. Conditions name it as reserve." example:"0.25"`
	DisputeHours *int          `json:"disputeHours,omitempty" minimum:"0" maximum:"168" default:"48" doc:"How long the first dispute of a violation suspends its freeze, where an approver is named."`
	Approval     ApprovalInput `json:"approval,omitempty"`
}

// PolicyRevision is what a policy said from one change to the next.
type PolicyRevision struct {
	ID           string    `json:"id" doc:"Identifier (ULID)."`
	Number       int       `json:"number"`
	Clauses      []Clause  `json:"clauses"`
	Reserve      float64   `json:"reserve"`
	DisputeHours int       `json:"disputeHours"`
	Approval     Approval  `json:"approval"`
	RevisedBy    string    `json:"revisedBy"`
	CreatedAt    time.Time `json:"createdAt"`
}

// KnownFact is a fact that was known, with its value: one of the five is there.
type KnownFact struct {
	Name    string             `json:"name" example:"consumed"`
	Number  *float64           `json:"number,omitempty" example:"1.1864"`
	Text    *string            `json:"text,omitempty"`
	Truth   *bool              `json:"truth,omitempty"`
	Numbers map[string]float64 `json:"numbers,omitempty"`
	Texts   map[string]string  `json:"texts,omitempty"`
}

// FactDeclaration is a name that conditions can be written on.
type FactDeclaration struct {
	Name   string   `json:"name" example:"consumed"`
	Type   string   `json:"type" enum:"number,text,truth,numbers,texts,age" doc:"In CEL double, string, bool, map(string, double), map(string, string), and double: the days since something happened."`
	Doc    string   `json:"doc" doc:"What it is."`
	Values []string `json:"values" doc:"All texts that a text can be, or all names that numbers can have; empty where they can be any."`
}

// FactDeclarations are all names that conditions can be written on.
type FactDeclarations struct {
	Facts []FactDeclaration `json:"facts"`
}

// ClauseRates are how often clauses of a policy turned out wrong.
type ClauseRates struct {
	Rates []ClauseRate `json:"rates"`
}

// ClauseRate is how violations of a clause, by one attachment, turned out in the last 90 days.
type ClauseRate struct {
	Attachment   string  `json:"attachment" doc:"Identifier of the attachment; it may be gone."`
	Clause       string  `json:"clause" example:"budget-exceeded"`
	Violations   int     `json:"violations" doc:"Those that were not only observed." example:"8"`
	Void         int     `json:"void" doc:"Found to be none." example:"1"`
	NotPlanned   int     `json:"notPlanned" doc:"Of which a person closed the issue as not planned." example:"0"`
	Overridden   int     `json:"overridden" doc:"Of each time that somebody on call lifted the freeze, the first that was open then." example:"0"`
	Doubted      int     `json:"doubted" doc:"Those of which at least one is so." example:"1"`
	DoubtedShare float64 `json:"doubtedShare" minimum:"0" maximum:"1" example:"0.125"`
	Services     int     `json:"services" doc:"Of how many services violations are." example:"3"`
	Doubting     int     `json:"doubtingServices" doc:"Of how many of them one is doubted." example:"1"`
	TooHigh      bool    `json:"tooHigh" doc:"Whether more than a fifth of at least five are doubted, and not by one service alone where others broke the clause too: then the attachment falls back to observe."`
}
