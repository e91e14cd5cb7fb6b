package event

// Type names a kind of events. Types are an interface: receivers go by them.
type Type string

// Urgency is when people are told.
type Urgency string

// The urgencies.
const (
	// Interrupt is told at once, at any hour.
	Interrupt Urgency = "interrupt"
	// Soon is told at once within working hours, and else when they begin.
	Soon Urgency = "soon"
	// Weekly is told in the digest only.
	Weekly Urgency = "weekly"
)

// The types.
const (
	ViolationOpened   Type = "violation.opened"
	ViolationEnded    Type = "violation.ended"
	ViolationVoided   Type = "violation.voided"
	ViolationDisputed Type = "violation.disputed"
	DisputeDecided    Type = "dispute.decided"
	PlanOverdue       Type = "violation.plan_overdue"
	FreezeBegan       Type = "freeze.began"
	FreezeEnded       Type = "freeze.ended"
	FreezeSuspended   Type = "freeze.suspended"
	Escalated         Type = "violation.escalated"
	PolicyRevisitDue  Type = "policy.revisit_due"
	AttachmentWeaker  Type = "attachment.fell_back"
	OverrideMade      Type = "override.made"
	OverrideOverdue   Type = "override.review_overdue"
	AlertPaged        Type = "alert.page"
	AlertTicketed     Type = "alert.ticket"
	AlertAbsent       Type = "alert.absent"
)

// Kind is what is said of a type, for whoever receives its events.
type Kind struct {
	Type    Type
	Urgency Urgency
	Doc     string
}

// Kinds are all, in the order in which they are documented.
var Kinds = []Kind{
	{ViolationOpened, Soon, "An SLO began to break a clause of a policy that is attached to its service in mode warn or enforce."},
	{ViolationEnded, Soon, "It recovered, or the clause applies to it no more."},
	{ViolationVoided, Soon, "It was found to be no violation: a measurement was wrong, or the clause did not fit."},
	{ViolationDisputed, Soon, "Somebody disputes it; the person who approved the policy decides."},
	{DisputeDecided, Soon, "A dispute was decided."},
	{PlanOverdue, Soon, "The date of the plan with which a team acknowledged a violation is past, and it is open."},
	{FreezeBegan, Interrupt, "A policy in mode enforce has changes of a service wait."},
	{FreezeEnded, Soon, "Changes do not have to wait for that any more."},
	{FreezeSuspended, Soon, "Changes do not have to wait for some time, while a dispute is decided."},
	{Escalated, Soon, "A clause asks that somebody above the team be told."},
	{PolicyRevisitDue, Weekly, "The day on which a policy was to be looked at again is past."},
	{AttachmentWeaker, Soon, "Too many violations of a clause were wrong, waived or overridden: the policy is only observed there from now on."},
	{OverrideMade, Soon, "Somebody lifted the freezes of a service in an emergency; another person is asked to review it."},
	{OverrideOverdue, Soon, "Nobody reviewed it within two working days."},
	{AlertPaged, Interrupt, "An SLO burns its error budget so fast that a person is to look at once; and the end of it."},
	{AlertTicketed, Soon, "An SLO burns its error budget too fast; and the end of it."},
	{AlertAbsent, Soon, "An SLO's measurements stay away; and the end of it."},
}
