package api

import "time"

// ActionItem is something that is to be done after an incident.
type ActionItem struct {
	ID       string `json:"id" doc:"Identifier (ULID)."`
	Incident string `json:"incident" doc:"Identifier of the incident from which it follows."`
	Key      string `json:"key" doc:"What it is called where it was imported from; empty of what was written here."`
	Link     string `json:"link" doc:"To where it was imported from; may be empty."`
	ActionItemTerms
	Service    Ref              `json:"service" doc:"The service that it changes, and whose repository has its issue."`
	DueOn      string           `json:"dueOn" format:"date" example:"2026-12-25"`
	FirstDueOn string           `json:"firstDueOn" format:"date" doc:"The day that was said at first."`
	Postponed  int              `json:"postponed" doc:"How often a later day was said."`
	Overdue    bool             `json:"overdue" doc:"Whether it is open, and its day is over."`
	State      string           `json:"state" enum:"open,done,waived"`
	Warnings   []string         `json:"warnings" doc:"What makes it hard to tell when it is done, as far as words show it. Nothing is refused for that."`
	Settled    *ActionItemEnd   `json:"settled,omitempty" doc:"How it came to be done or waived; absent of what is open."`
	Told       ActionItemChased `json:"told" doc:"What was told of its day."`
	CreatedAt  time.Time        `json:"createdAt"`
	CreatedBy  string           `json:"createdBy"`
	UpdatedAt  time.Time        `json:"updatedAt"`
	UpdatedBy  string           `json:"updatedBy"`
	Version    int64            `json:"version"`
}

// ActionItemTerms are what is said of an action item.
type ActionItemTerms struct {
	Title        string `json:"title" doc:"1 to 200 characters; a verb first, by which anybody can tell when it is done." example:"Alert when the payment queue is older than a minute"`
	Detail       string `json:"detail,omitempty" doc:"At most 4,000 characters."`
	Verification string `json:"verification" doc:"How anybody sees that it is done; 1 to 1,000 characters." example:"The alert fires in the next game day."`
	Priority     string `json:"priority" enum:"p0,p1,p2,p3" doc:"p0 is the most urgent."`
	Type         string `json:"type" enum:"prevent,detect,mitigate" doc:"What it changes: that it happens again, how soon it is noticed, or how much it hurts."`
	Owner        string `json:"owner" doc:"Identifier of the one person who sees to it."`
	RootCause    bool   `json:"rootCause,omitempty" doc:"Whether it acts on a root cause. A policy may ask for such ones of the priority p0."`
}

// ActionItemInput is what an action item is to be.
type ActionItemInput struct {
	ActionItemTerms
	Service string `json:"service" doc:"Slug or identifier of the service that it changes." example:"checkout"`
	DueOn   string `json:"dueOn,omitempty" doc:"Today or later, at most two years. Left out, it is in 4, 8, 12 or 26 weeks by its priority; of an item that there is, it stays." example:"2026-12-25"`
}

// ActionItemUpdate changes an action item.
type ActionItemUpdate struct {
	ActionItemInput
	Reason string `json:"reason,omitempty" doc:"Why its day is later; needed then. At most 1,000 characters."`
}

// ActionItemEnd is how an action item came to be done or waived.
type ActionItemEnd struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Note    string    `json:"note" doc:"What was done, or why it is waived. Empty where its issue was closed, and nobody said why."`
	Link    string    `json:"link"`
	ByIssue bool      `json:"byIssue" doc:"Whether it was the closing of its issue."`
}

// ActionItemChased is what was told of an item's day.
type ActionItemChased struct {
	Overdue int        `json:"overdue" doc:"How often it was told to be overdue: first to its owner and team, then up the tree of teams."`
	At      *time.Time `json:"at" nullable:"true" doc:"When it was told last; null for never."`
}

// ActionItemProof says that an action item is done.
type ActionItemProof struct {
	Note string `json:"note" doc:"What was done, and where it is seen; 1 to 1,000 characters." example:"The alert is live and fired in the game day of 3 December."`
	Link string `json:"link,omitempty" doc:"http or https." example:"https://github.com/acme/checkout/pull/4711"`
}

// ActionItemReason says why an action item is waived, or opened again.
type ActionItemReason struct {
	Reason string `json:"reason" doc:"1 to 1,000 characters." example:"The queue is taken out of use in January."`
}

// ActionItemImport is items that were written elsewhere.
type ActionItemImport struct {
	Items []ActionItemImported `json:"items" doc:"1 to 200."`
}

// ActionItemImported is an item that was written elsewhere.
type ActionItemImported struct {
	Key string `json:"key" doc:"What it is called there, unique within the incident; 1 to 200 characters." example:"JIRA-4711"`
	ActionItemInput
	Link    string `json:"link,omitempty" doc:"To it (http or https)." example:"https://acme.atlassian.net/browse/JIRA-4711"`
	Settled string `json:"settled,omitempty" enum:"done,waived" doc:"Of what is so already."`
	Note    string `json:"note,omitempty" doc:"What was done, or why it is waived; needed then."`
}

// ActionItemImportReply is what became of an import.
type ActionItemImportReply struct {
	Items int `json:"items" doc:"How many there were."`
	Added int `json:"added" doc:"How many were added; the others were there already, and stay as they are."`
}

// ActionItemEffect is what came after an action item was done.
type ActionItemEffect struct {
	Done     bool                   `json:"done"`
	Since    *time.Time             `json:"since" nullable:"true" doc:"When it was done; null while it is not."`
	Days     int                    `json:"days" doc:"How many whole days ago."`
	Returned []ActionItemRecurrence `json:"returned" doc:"The later incidents of its service that share a cause or a tag with its own, the newest first. That there is none does not show that it helped, and that there is one does not show that it did not."`
	More     bool                   `json:"more" doc:"Whether there are others beside the 20 that are listed."`
}

// ActionItemRecurrence is an incident that shares something with an earlier one.
type ActionItemRecurrence struct {
	Incident string    `json:"incident"`
	Title    string    `json:"title"`
	At       time.Time `json:"at" doc:"When its impact began."`
	Severity string    `json:"severity" enum:"sev1,sev2,sev3,sev4"`
	Shared   []string  `json:"shared" doc:"Causes and tags of both."`
}

// ActionItemBacklog is how much is open, for how long, and how that changed.
type ActionItemBacklog struct {
	At       time.Time             `json:"at"`
	Open     int                   `json:"open"`
	Overdue  int                   `json:"overdue" doc:"Open ones whose day is over."`
	Priority ActionItemsByPriority `json:"openByPriority"`
	AgeDays  []int                 `json:"ageDays" doc:"How many whole days each open one is open, ascending."`
	InTime   int                   `json:"doneInTime" doc:"Done by their day, within the weeks of the trend."`
	Late     int                   `json:"doneLate" doc:"Done after their day, within the weeks of the trend."`
	Waived   int                   `json:"waived" doc:"Waived within the weeks of the trend."`
	Trend    []ActionItemWeek      `json:"trend" doc:"Thirteen weeks, the oldest first; the last is the present one."`
	Cut      bool                  `json:"cut" doc:"Whether there are more items than the 50,000 that are counted."`
}

// ActionItemsByPriority counts items by their priority.
type ActionItemsByPriority struct {
	P0 int `json:"p0"`
	P1 int `json:"p1"`
	P2 int `json:"p2"`
	P3 int `json:"p3"`
}

// ActionItemWeek is seven days that begin on a Monday, in UTC.
type ActionItemWeek struct {
	From    string `json:"from" format:"date"`
	Opened  int    `json:"opened"`
	Settled int    `json:"settled" doc:"Done or waived."`
	Open    int    `json:"open" doc:"At its end, or now."`
}
