package api

import "time"

// Attachment puts a policy into force for a service, a tier or all.
type Attachment struct {
	ID        string    `json:"id" doc:"Identifier (ULID)."`
	Target    string    `json:"target" enum:"service,tier,all" doc:"The most specific attachment of a policy decides."`
	Service   *Ref      `json:"service,omitempty" doc:"Of target service."`
	Tier      *int      `json:"tier" nullable:"true" doc:"Of target tier."`
	Mode      string    `json:"mode" enum:"observe,warn,enforce"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	CreatedBy string    `json:"createdBy"`
	Manager   string    `json:"manager,omitempty" doc:"Who keeps it elsewhere, and alone changes it (409 field_managed): set:NAME is the set of manifests of that name. Absent where nobody does." example:"set:payments"`
	Version   int64     `json:"version" doc:"Grows with each change; also the ETag."`
}

// AttachmentInput attaches a policy.
type AttachmentInput struct {
	Target  string `json:"target" enum:"service,tier,all"`
	Service string `json:"service,omitempty" doc:"Slug or identifier, for target service." example:"checkout"`
	Tier    int    `json:"tier,omitempty" minimum:"1" maximum:"4" doc:"For target tier."`
	Mode    string `json:"mode,omitempty" enum:"observe,warn,enforce" default:"observe" doc:"observe records violations; warn wants what the clauses ask for, and lets changes go on; enforce asks that changes wait, too."`
}

// AttachmentUpdate changes how far an attached policy acts.
type AttachmentUpdate struct {
	Mode string `json:"mode" enum:"observe,warn,enforce"`
}

// Issue is what is wanted on a tracker.
type Issue struct {
	ID              string         `json:"id" doc:"Identifier (ULID)."`
	Kind            string         `json:"kind" enum:"budget_violation,incident,action_item,toil_cap,toil_candidate,scorecard,campaign"`
	Fingerprint     string         `json:"fingerprint" doc:"The same for the same episode, for ever."`
	Service         *Ref           `json:"service,omitempty" doc:"Absent of a group, which tells of several issues in their place."`
	GroupID         string         `json:"groupId" doc:"The issue that tells of this one, together with others; empty when it is opened by itself."`
	ParentID        string         `json:"parentId" doc:"The issue of which it is a part on the tracker; empty for none."`
	ViolationID     string         `json:"violationId" doc:"Of an issue of the kind budget_violation; empty of a group."`
	IncidentID      string         `json:"incidentId" doc:"Of an issue of the kind incident, which gathers the action items of one."`
	ActionID        string         `json:"actionItemId" doc:"Of an issue of the kind action_item."`
	TeamID          string         `json:"teamId" doc:"Of an issue of the kind toil_cap."`
	CampaignID      string         `json:"campaignId" doc:"Of an issue of the kind campaign."`
	ToilCandidateID string         `json:"toilCandidateId" doc:"Of an issue of the kind toil_candidate."`
	FailureID       string         `json:"scorecardFailureId" doc:"Of an issue of the kind scorecard: one from when a check began to fail for too long until it passes."`
	Repository      string         `json:"repository" doc:"Where it is to be opened; empty when the service declares none."`
	Title           string         `json:"title"`
	Body            string         `json:"body" doc:"GitHub-flavoured Markdown, as it would be opened."`
	Labels          []string       `json:"labels"`
	AssigneeIDs     []string       `json:"assigneeIds" doc:"Identifiers of the people to whom it is to be assigned."`
	Comments        []IssueComment `json:"comments"`
	Open            bool           `json:"open" doc:"Whether the issue is wanted open."`
	Ending          *string        `json:"ending" enum:"recovered,retired,detached" nullable:"true" doc:"How what it is about ended; null while it lasts. A group has ended when all that it tells of have."`
	Delivery        IssueDelivery  `json:"delivery" doc:"What is known of it on the tracker."`
	CreatedAt       time.Time      `json:"createdAt"`
	UpdatedAt       time.Time      `json:"updatedAt" doc:"When something else was last wanted."`
	Version         int64          `json:"version" doc:"Grows with each change of what is wanted, and of its delivery; also the ETag."`
}

// IssueDelivery is how far an issue got on its way to the tracker.
type IssueDelivery struct {
	State         string     `json:"state" enum:"draft,pending,sending,unknown,sent,dead,dismissed,grouped" doc:"draft: nothing is sent, or there is nowhere to. pending: to be opened. sending: asked for, the answer is not known yet. unknown: asked for, and the answer never came: it is looked for. sent: on the tracker, and kept as it is wanted. dead: cannot be delivered, problem says why. dismissed: somebody wants it delivered no more. grouped: another issue tells of it." example:"sent"`
	Repository    string     `json:"repository" doc:"Where it is, or is to be, as owner/name; empty while that is not decided." example:"acme/checkout"`
	Number        *int       `json:"number" nullable:"true" doc:"Of the issue on the tracker; null until it is known." example:"412"`
	URL           string     `json:"url" doc:"Of the issue on the tracker; empty until it is known." example:"https://github.com/acme/checkout/issues/412"`
	Outcome       *string    `json:"outcome" enum:"done,waived" nullable:"true" doc:"What a person made of it: done was closed as completed, waived as not planned; null while no person closed it."`
	Attempts      int        `json:"attempts" doc:"How often it was asked for." example:"1"`
	Failures      int        `json:"failures" doc:"How often in a row something failed since." example:"0"`
	Problem       string     `json:"problem" doc:"Why it waits or is dead, and what would help; who dismissed it and why. Plain text; empty when all is well."`
	DeadBecause   *string    `json:"deadBecause" enum:"place,gone,text" nullable:"true" doc:"Of a dead one what it is because of. place: the repository is gone or archived, takes no issues, or nothing may be written there; it is tried again once that is otherwise. gone: the issue was deleted. text: what it says is refused. null while it is not dead."`
	NextAttemptAt *time.Time `json:"nextAttemptAt" nullable:"true" doc:"When something is done next; null when nothing is to be done."`
	OpenedAt      *time.Time `json:"openedAt" nullable:"true" doc:"When it was asked for with success."`
}

// Retarget sends an issue to another repository.
type Retarget struct {
	Repository string `json:"repository" minLength:"3" maxLength:"201" doc:"As owner/name." example:"acme/operations"`
}

// Dismissal is why an issue is delivered no more.
type Dismissal struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Shown with the issue from then on, and kept in the audit log." example:"tracked elsewhere"`
}

// IssueTally is how far issues got, in numbers.
type IssueTally struct {
	Total          int              `json:"total" doc:"All issues; the sum of states." example:"42"`
	States         IssueStates      `json:"states"`
	OpenedLastDay  int              `json:"openedLastDay" doc:"Opened on the tracker in the last 24 hours." example:"2"`
	OpenedLastWeek int              `json:"openedLastWeek" doc:"In the last 7 days." example:"9"`
	Done           int              `json:"done" doc:"Closed by a person as completed." example:"17"`
	Waived         int              `json:"waived" doc:"Closed by a person as not planned." example:"3"`
	Waiting        int              `json:"waiting" doc:"Those of which something is left to be done: not known to be on the tracker yet, or there and not as wanted, because something failed." example:"1"`
	NextAttemptAt  *time.Time       `json:"nextAttemptAt" nullable:"true" doc:"When the first of those is tried; null when none waits."`
	Dead           []DeadReason     `json:"dead" doc:"Why some are dead, the most frequent reason first, at most ten."`
	HasTracker     bool             `json:"hasTracker" doc:"Whether there is a tracker to send issues to. Without one they are drafts."`
	Kinds          []IssueKindState `json:"kinds" doc:"How far Evenkeel goes with issues of each kind."`
}

// IssueStates are numbers of issues, by the state of their delivery.
type IssueStates struct {
	Draft     int `json:"draft" example:"4"`
	Pending   int `json:"pending" example:"1"`
	Sending   int `json:"sending" example:"0"`
	Unknown   int `json:"unknown" example:"0"`
	Sent      int `json:"sent" example:"35"`
	Dead      int `json:"dead" example:"1"`
	Dismissed int `json:"dismissed" example:"1"`
	Grouped   int `json:"grouped" example:"12"`
}

// DeadReason is a reason, and how many issues are dead of it.
type DeadReason struct {
	Problem string `json:"problem" example:"acme/checkout, which the service names, has issues disabled: enable them in its settings, under Features; the team names no repository; the organisation names no repository"`
	Count   int    `json:"count" example:"1"`
}

// IssueKindState is how far Evenkeel goes with issues of a kind.
type IssueKindState struct {
	Kind    string `json:"kind" enum:"budget_violation,incident,action_item,toil_cap,toil_candidate,scorecard,campaign"`
	Mode    string `json:"mode" enum:"observe,warn,enforce" doc:"observe: they stay drafts. warn: they are opened and kept up to date; closing and reopening them is people's. enforce: they are closed and reopened, too."`
	Stopped bool   `json:"stopped" doc:"Whether they are kept back, whatever the mode."`
}

// DeliverySwitch is whether issues are sent, and who stopped what.
type DeliverySwitch struct {
	Sending      bool           `json:"sending" doc:"Whether anything is sent: there is a tracker, and a kind of issues is neither stopped nor only observed."`
	HasTracker   bool           `json:"hasTracker" doc:"Whether there is a tracker to send issues to. Without one they are drafts."`
	Stopped      bool           `json:"stopped" doc:"Whether administrators stopped all kinds, here."`
	StoppedKinds []string       `json:"stoppedKinds" enum:"budget_violation,incident,action_item,toil_cap,toil_candidate,scorecard,campaign" doc:"The single kinds that administrators stopped, here."`
	Kinds        []DeliveryKind `json:"kinds" doc:"What that comes to for each kind, with what the configuration says."`
	UpdatedAt    *time.Time     `json:"updatedAt" nullable:"true" doc:"When administrators last stopped or started something; null when they never did."`
	Version      int64          `json:"version" doc:"Grows with each change by administrators; also the ETag."`
}

// DeliveryKind is whether issues of a kind are sent.
type DeliveryKind struct {
	Kind    string         `json:"kind" enum:"budget_violation,incident,action_item,toil_cap,toil_candidate,scorecard,campaign"`
	Mode    string         `json:"mode" enum:"observe,warn,enforce" doc:"observe: they stay drafts. warn: they are opened and kept up to date; closing and reopening them is people's. enforce: they are closed and reopened, too."`
	Sending bool           `json:"sending" doc:"Whether they are sent: there is a tracker, the mode is not observe, and they are not stopped."`
	Stopped bool           `json:"stopped" doc:"Whether they are kept back, whatever the mode."`
	Stops   []DeliveryStop `json:"stops" doc:"What keeps them back. They are sent once all of these are gone."`
}

// DeliveryStop is who keeps issues back, and why.
type DeliveryStop struct {
	Scope  string     `json:"scope" enum:"all,kind" doc:"Whether it is of all kinds or of this one."`
	By     string     `json:"by" enum:"administrator,configuration" doc:"configuration: github.paused or github.pausedKinds, which only whoever runs Evenkeel takes away, with a restart."`
	Name   *string    `json:"name" nullable:"true" doc:"The administrator's; null of the configuration, like the next two." example:"Ada Lovelace"`
	Reason *string    `json:"reason" nullable:"true" doc:"Plain text." example:"issues were opened in the wrong repository"`
	Since  *time.Time `json:"since" nullable:"true"`
}

// DeliverySwitchInput says what is stopped from now on.
type DeliverySwitchInput struct {
	Stopped      bool     `json:"stopped" doc:"Whether nothing at all is sent."`
	StoppedKinds []string `json:"stoppedKinds" enum:"budget_violation,incident,action_item,toil_cap,toil_candidate,scorecard,campaign" maxItems:"20" doc:"The single kinds of which nothing is sent; kinds that are not named are started."`
	Reason       string   `json:"reason" minLength:"1" maxLength:"500" doc:"Why something is stopped or started. Shown with what is stopped from now on, and kept in the audit log." example:"issues were opened in the wrong repository"`
}

// WebhookDelivery is a webhook that came, and what became of it.
type WebhookDelivery struct {
	ID            string     `json:"id" doc:"GitHub's, from X-GitHub-Delivery; under Advanced in the App's settings it is found by it." example:"72d3162e-cc78-11e3-81ab-4c9367dc0958"`
	Event         string     `json:"event" example:"issues"`
	Action        string     `json:"action" doc:"Empty where the event has none." example:"closed"`
	Repository    string     `json:"repository" doc:"As owner/name; empty where it is of none." example:"acme/checkout"`
	State         string     `json:"state" enum:"waiting,worked,given_up" doc:"waiting: to be worked off. worked: worked off. given_up: every attempt failed, and none is made any more."`
	ReceivedAt    time.Time  `json:"receivedAt"`
	WorkedAt      *time.Time `json:"workedAt" nullable:"true" doc:"When it was worked off."`
	Attempts      int        `json:"attempts" doc:"How often it was tried since it came, or was last retried." example:"8"`
	Error         string     `json:"error" doc:"Why the last attempt failed. Plain text; empty when none did."`
	NextAttemptAt *time.Time `json:"nextAttemptAt" nullable:"true" doc:"When it is tried next; null unless it waits."`
}

// IssueComment is a comment wanted on an issue.
type IssueComment struct {
	At   time.Time `json:"at"`
	Body string    `json:"body"`
}

// Job is something done on a schedule.
type Job struct {
	Name        string     `json:"name" example:"evaluate-budgets"`
	Description string     `json:"description"`
	Schedule    string     `json:"schedule" doc:"Five fields of cron in UTC, or @every." example:"@every 5s"`
	NextRunAt   *time.Time `json:"nextRunAt" nullable:"true" doc:"Null where the replica that answers leaves schedules to others."`
	LastRun     *Run       `json:"lastRun,omitempty" doc:"Absent before the first."`
	LeaseHolder string     `json:"leaseHolder" doc:"The process that does the job at present; empty when none does."`
}

// Run is one run of a job.
type Run struct {
	ID          string           `json:"id" doc:"Identifier (ULID)."`
	Job         string           `json:"job"`
	State       string           `json:"state" enum:"requested,running,succeeded,failed,abandoned" doc:"requested: somebody asked for it, and no replica began it yet. abandoned: the replica that ran it went away."`
	Trigger     string           `json:"trigger" enum:"schedule,manual"`
	StartedBy   string           `json:"startedBy"`
	Replica     string           `json:"replica" doc:"The replica that began it; empty while it is requested."`
	ScheduledAt time.Time        `json:"scheduledAt" doc:"Of a manual run, when it was asked for. All times of runs are the database's."`
	StartedAt   time.Time        `json:"startedAt" doc:"The same as scheduledAt while it is requested."`
	FinishedAt  *time.Time       `json:"finishedAt" nullable:"true"`
	Result      map[string]int64 `json:"result" doc:"What the run did, by name."`
	Error       string           `json:"error" doc:"What went wrong; empty otherwise."`
}

// Me is who calls.
type Me struct {
	Kind          string     `json:"kind" enum:"person,workload,portal"`
	Name          string     `json:"name" doc:"Of the person, the workload's token, or the portal's plugin that calls by itself."`
	Person        *PersonRef `json:"person,omitempty"`
	Team          *Ref       `json:"team,omitempty" doc:"Of a workload token."`
	Administrator bool       `json:"administrator"`
	Scopes        []string   `json:"scopes"`
	Teams         []MyTeam   `json:"teams" doc:"Teams that the person belongs to: the first 500 by slug, and the list of teams has them all, by its filter member."`
}

// MyTeam is a team that the caller belongs to.
type MyTeam struct {
	Ref
	Name string `json:"name" example:"Payments"`
}

// Rights is what the caller may do.
type Rights struct {
	Team   *Ref    `json:"team,omitempty" doc:"The team that owns the things."`
	Rights []Right `json:"rights" doc:"All of them, by kind and verb."`
}

// Right is whether the caller may do a verb to a kind of things.
type Right struct {
	Verb    string `json:"verb" example:"update"`
	Kind    string `json:"kind" example:"slo"`
	Allowed bool   `json:"allowed"`
	Reason  string `json:"reason,omitempty" doc:"Why not." example:"only members of the owning team and administrators may update this slo"`
}

// Act says whether whoever reads a thing may do something to it, as it is now: by their rights and by
// the rules of that thing, such as that another person decides than asked.
type Act struct {
	Act     string `json:"act" enum:"approve,reject,end,sign_off,meet_condition,acknowledge,exit_early,dispute,decide_dispute,review" doc:"Of an exemption approve, reject and end; of a launch review sign_off, reject and meet_condition; of a violation acknowledge, exit_early, dispute and decide_dispute; of an override end and review."`
	Allowed bool   `json:"allowed"`
	Code    string `json:"code,omitempty" doc:"The code of the problem that would be the answer; absent where it is allowed. What is wrong with what is sent comes on top." example:"own_exemption"`
	Reason  string `json:"reason,omitempty" doc:"Why not; absent where it is allowed." example:"who asked for an exemption cannot decide on it; another person who keeps the scorecard can. To take it back, end it"`
}

// Person is a human being who uses Evenkeel.
type Person struct {
	ID            string         `json:"id" doc:"Identifier (ULID)."`
	DisplayName   string         `json:"displayName" example:"Ada Lovelace"`
	Email         string         `json:"email" doc:"For people to read; identifies nobody."`
	GitHubLogin   string         `json:"githubLogin" doc:"Their login on GitHub, to whom issues are assigned; empty when unknown." example:"ada"`
	Administrator bool           `json:"administrator"`
	Entity        *EntityRef     `json:"entity,omitempty" doc:"The entity of a portal's catalog that it is; absent for none."`
	Managed       []ManagedField `json:"managed" doc:"The fields that are kept elsewhere: only there can they be changed (409 field_managed)."`
	CreatedAt     time.Time      `json:"createdAt"`
	UpdatedAt     time.Time      `json:"updatedAt"`
	DeactivatedAt *time.Time     `json:"deactivatedAt" nullable:"true"`
	Version       int64          `json:"version" doc:"Grows with each change; also the ETag."`
}

// PersonCreate is a person to add, with the identity by which a provider knows them.
type PersonCreate struct {
	DisplayName   string `json:"displayName" doc:"At most 100 characters." example:"Ada Lovelace"`
	Email         string `json:"email,omitempty" example:"ada@example.com"`
	GitHubLogin   string `json:"githubLogin,omitempty" doc:"Their login on GitHub, without @." example:"ada"`
	Administrator bool   `json:"administrator,omitempty"`
	Provider      string `json:"provider,omitempty" default:"local" example:"local"`
	Issuer        string `json:"issuer,omitempty" default:"evenkeel"`
	Subject       string `json:"subject" doc:"The provider's name for the person; unique for (provider, issuer)." example:"ada"`
}

// PersonUpdate changes a person.
type PersonUpdate struct {
	DisplayName   string `json:"displayName" doc:"At most 100 characters." example:"Ada Lovelace"`
	Email         string `json:"email,omitempty" example:"ada@example.com"`
	GitHubLogin   string `json:"githubLogin,omitempty" doc:"Their login on GitHub, without @." example:"ada"`
	Administrator *bool  `json:"administrator,omitempty" doc:"Only administrators change it; left out, it stays."`
}

// Token is a bearer credential, without its secret.
type Token struct {
	ID         string     `json:"id" doc:"Identifier (ULID)."`
	Kind       string     `json:"kind" enum:"personal,workload"`
	Name       string     `json:"name" example:"deploy pipeline"`
	PersonID   string     `json:"personId" doc:"Whose it is, or who made it for the team."`
	Team       *Ref       `json:"team,omitempty" doc:"Of a workload token."`
	Scopes     []string   `json:"scopes"`
	CreatedAt  time.Time  `json:"createdAt"`
	ExpiresAt  time.Time  `json:"expiresAt"`
	LastUsedAt *time.Time `json:"lastUsedAt" nullable:"true" doc:"To the minute."`
	RevokedAt  *time.Time `json:"revokedAt" nullable:"true"`

	Predecessor      string `json:"predecessor,omitempty" doc:"Identifier of the token that it replaces; absent where it replaces none."`
	Successor        string `json:"successor,omitempty" doc:"Identifier of the token that replaces it; absent where none does."`
	Exchanged        bool   `json:"exchanged" doc:"Whether it was made in exchange for a token of a provider. Such a token cannot be rotated."`
	WorkloadIdentity string `json:"workloadIdentity,omitempty" doc:"Identifier of the workload identity that let its holder in; absent where none did."`
}

// TokenIssued is a token just made.
type TokenIssued struct {
	Token
	Text *string `json:"text" nullable:"true" format:"password" doc:"The token itself, shown this once; null when the request is a replay."`
}

// TokenCreate asks for a token.
type TokenCreate struct {
	Name         string   `json:"name" doc:"At most 100 characters." example:"deploy pipeline"`
	Team         string   `json:"team,omitempty" doc:"Slug or identifier of the team that the token acts for; leave it out for a personal one." example:"payments"`
	Scopes       []string `json:"scopes,omitempty" enum:"read,write,push,admin" doc:"At most those of the token it is asked with; read when left out."`
	LifetimeDays int      `json:"lifetimeDays,omitempty" minimum:"1" maximum:"365" doc:"As the installation is configured when left out, usually 90."`
}

// SignInLink signs somebody in to the pages.
type SignInLink struct {
	URL       string    `json:"url" format:"password" doc:"The link, shown this once. It works once."`
	ExpiresAt time.Time `json:"expiresAt" doc:"From then on it does not work."`
}

// AuditEntry is one decision.
type AuditEntry struct {
	ID      string                 `json:"id" doc:"Identifier (ULID)."`
	At      time.Time              `json:"at"`
	Outcome string                 `json:"outcome" enum:"done,refused"`
	Actor   AuditActor             `json:"actor"`
	Action  string                 `json:"action" example:"slo.create"`
	Object  AuditObject            `json:"object"`
	TeamID  string                 `json:"teamId" doc:"The team that owned the object; empty when none did."`
	Reason  string                 `json:"reason"`
	Changes map[string]AuditChange `json:"changes" doc:"What was changed, by field."`
}

// AuditChange is what became of one field.
type AuditChange struct {
	From any `json:"from,omitempty" doc:"What it was; absent when it was not."`
	To   any `json:"to,omitempty" doc:"What it is; absent when it is no more."`
}

// AuditActor is who decided.
type AuditActor struct {
	Kind     string `json:"kind" enum:"anonymous,person,workload,system"`
	Name     string `json:"name"`
	PersonID string `json:"personId"`
	TeamID   string `json:"teamId"`
	TokenID  string `json:"tokenId"`
}

// AuditObject is what was decided about.
type AuditObject struct {
	Kind  string `json:"kind"`
	ID    string `json:"id"`
	Label string `json:"label"`
}
