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
	DisputeOverdue    Type = "dispute.overdue"
	PlanOverdue       Type = "violation.plan_overdue"
	FreezeBegan       Type = "freeze.began"
	FreezeEnded       Type = "freeze.ended"
	FreezeSuspended   Type = "freeze.suspended"
	Escalated         Type = "violation.escalated"
	PolicyRevisitDue  Type = "policy.revisit_due"
	AttachmentWeaker  Type = "attachment.fell_back"
	OverrideMade      Type = "override.made"
	OverrideOverdue   Type = "override.review_overdue"
	ActionAssigned    Type = "action_item.assigned"
	ActionDueSoon     Type = "action_item.due_soon"
	ActionOverdue     Type = "action_item.overdue"
	ActionP0Overdue   Type = "action_item.p0_overdue"
	ActionEscalated   Type = "action_item.escalated"
	AlertPaged        Type = "alert.page"
	AlertTicketed     Type = "alert.ticket"
	AlertAbsent       Type = "alert.absent"

	PostmortemRequested Type = "postmortem.requested"
	PostmortemOverdue   Type = "postmortem.overdue"
	PostmortemInReview  Type = "postmortem.in_review"
	PostmortemPublished Type = "postmortem.published"

	AttestationExpiring Type = "attestation.expiring"
	AttestationExpired  Type = "attestation.expired"

	ToilAsked Type = "toil.asked"

	OwnershipDrifted Type = "ownership.drifted"
	ManifestsDrifted Type = "manifests.drifted"

	ExemptionAsked    Type = "exemption.asked"
	ExemptionDecided  Type = "exemption.decided"
	ExemptionExpiring Type = "exemption.expiring"
	ExemptionExpired  Type = "exemption.expired"

	OnboardingBrought Type = "onboarding.brought"

	CampaignStarted Type = "campaign.started"
	CampaignDueSoon Type = "campaign.due_soon"
	CampaignDue     Type = "campaign.due"

	LaunchReviewAsked   Type = "launch_review.asked"
	LaunchReviewDecided Type = "launch_review.decided"

	LaunchConditionOverdue Type = "launch_review.condition_overdue"
	LaunchReviewExpiring   Type = "launch_review.expiring"
	LaunchReviewExpired    Type = "launch_review.expired"
)

// The types of what notify tells of itself.
const (
	Digest   Type = "digest.weekly"
	Gathered Type = "notifications.gathered"
	Test     Type = "notifications.test"
)

// Kind is what is said of a type, for whoever receives its events.
type Kind struct {
	Type    Type
	Urgency Urgency
	// Lasts says that a matter begins with it, and that another event will end it.
	Lasts bool
	Doc   string
}

// Kinds are all, in the order in which they are documented.
var Kinds = []Kind{
	{ViolationOpened, Soon, true, "An SLO began to break a clause of a policy that is attached to its service in mode warn or enforce."},
	{ViolationEnded, Soon, false, "It recovered, or the clause applies to it no more."},
	{ViolationVoided, Soon, false, "It was found to be no violation: a measurement was wrong, or the clause did not fit."},
	{ViolationDisputed, Soon, false, "Somebody disputes it; the person who approved the policy decides."},
	{DisputeDecided, Soon, false, "A dispute was decided."},
	{DisputeOverdue, Soon, false, "Nobody decided a dispute in the time for it: what was suspended has changes wait again."},
	{PlanOverdue, Soon, false, "The date of the plan with which a team acknowledged a violation is past, and it is open."},
	{FreezeBegan, Interrupt, true, "A policy in mode enforce has changes of a service wait."},
	{FreezeEnded, Soon, false, "Changes do not have to wait for that any more."},
	{FreezeSuspended, Soon, false, "Changes do not have to wait for some time, while a dispute is decided."},
	{Escalated, Soon, false, "A clause asks that somebody above the team be told."},
	{PolicyRevisitDue, Weekly, false, "The day on which a policy was to be looked at again is past."},
	{AttachmentWeaker, Soon, false, "Too many violations of a clause were wrong, waived or overridden: the policy is only observed there from now on."},
	{OverrideMade, Soon, false, "Somebody lifted the freezes of a service in an emergency; another person is asked to review it."},
	{OverrideOverdue, Soon, false, "Nobody reviewed it within two working days."},
	{ActionAssigned, Soon, false, "An action item of an incident is somebody's now; its owner is told."},
	{ActionDueSoon, Weekly, false, "An open action item is to be done within three days."},
	{ActionOverdue, Soon, false, "The day of an open action item is over; its owner and the incident's team are told."},
	{ActionP0Overdue, Interrupt, false, "The day of an open action item of the priority p0 is over."},
	{ActionEscalated, Soon, false, "An action item stays overdue: the parent team is told, then the one above it, and so on."},
	{AlertPaged, Interrupt, true, "An SLO burns its error budget so fast that a person is to look at once; and the end of it."},
	{AlertTicketed, Soon, true, "An SLO burns its error budget too fast; and the end of it."},
	{AlertAbsent, Soon, true, "An SLO's measurements stay away; and the end of it."},
	{PostmortemRequested, Soon, false, "A postmortem is asked for of an incident: by its severity, lost data, an intervention of somebody on call, a clause of a policy, or a person."},
	{PostmortemOverdue, Soon, false, "The time for the review of a postmortem is past; three working days later the team above is told too."},
	{PostmortemInReview, Soon, false, "Somebody is asked to review a postmortem; they are told in person."},
	{PostmortemPublished, Soon, false, "A postmortem is published, or was elsewhere."},
	{AttestationExpiring, Weekly, false, "What a person attested of a service expires within 14 days; its author and the team are told."},
	{AttestationExpired, Soon, false, "It expired, and is not known any more; its author and the team are told."},
	{ToilAsked, Weekly, false, "A member of a team is asked how much of the last week was toil; told to that person alone, by e-mail."},
	{OwnershipDrifted, Soon, false, "For a week the team of a service has had nobody in it, or who is on call left, or its repository takes no issues; the team above is told."},
	{ManifestsDrifted, Soon, true, "What there is differs from what a set of manifests said last, or cannot be compared with it any more: told whenever something differs that did not, or differs otherwise; and the end of it. Its team is told."},
	{ExemptionAsked, Soon, false, "A team asks to excuse a service from a check of a scorecard; the team that keeps the scorecard decides."},
	{ExemptionDecided, Soon, false, "An exemption was approved or rejected, or ended early; who asked and the team are told."},
	{ExemptionExpiring, Weekly, false, "An exemption expires within 14 days; who asked for it and the team are told."},
	{ExemptionExpired, Soon, false, "It expired: the check counts again; who asked for it and the team are told."},
	{OnboardingBrought, Weekly, false, "An onboarding wave registered a service of the team, or declared SLOs for it."},
	{CampaignStarted, Soon, false, "A campaign began that asks something of a team's services by a day."},
	{CampaignDueSoon, Weekly, false, "A campaign is due within 14 days, and services are not done; their teams are told, and the one that runs it."},
	{CampaignDue, Soon, false, "The day of a campaign is over, and services are not done; their teams are told, and the one that runs it."},
	{LaunchReviewAsked, Soon, false, "A team asks for a review before a launch; the team that keeps the scorecard decides."},
	{LaunchReviewDecided, Soon, false, "A launch was signed off or rejected; who asked and the team are told."},
	{LaunchConditionOverdue, Soon, false, "The day of a condition of a sign-off is over, and it is not done; who asked and the team are told, and who signed off with the team that keeps the scorecard."},
	{LaunchReviewExpiring, Weekly, false, "A sign-off expires within 14 days; who asked and the team are told."},
	{LaunchReviewExpired, Soon, false, "It expired; who asked and the team are told."},
	{Digest, Weekly, false, "Three things to do this week, for a team, when its week begins."},
	{Gathered, Soon, false, "More was to be told within an hour than a target takes: what else there was, in one message."},
	{Test, Soon, false, "Somebody tries out a target."},
}

// Personal reports whether events of the type are told to their person alone: no target takes them, and
// no digest.
func (t Type) Personal() bool { return t == ToilAsked }

// KindOf returns what is said of the type; false of one that there is not.
func KindOf(t Type) (Kind, bool) {
	for _, k := range Kinds {
		if k.Type == t {
			return k, true
		}
	}
	return Kind{}, false
}

// Urgencies are all, the most urgent first.
var Urgencies = []Urgency{Interrupt, Soon, Weekly}
