package access

import (
	"context"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Verb is what a caller wants to do.
type Verb string

// The verbs.
const (
	Read     Verb = "read"
	Create   Verb = "create"
	Update   Verb = "update"
	Delete   Verb = "delete"
	Retire   Verb = "retire"
	Restore  Verb = "restore"
	Transfer Verb = "transfer"
	Push     Verb = "push"  // measurements, and facts of services
	Run      Verb = "run"   // jobs
	Check    Verb = "check" // that a data source answers
	Sync     Verb = "sync"  // what a portal's catalog says
)

// Kind is the kind of thing that a verb is about.
type Kind string

// The kinds.
const (
	KindSelf       Kind = "self" // the caller's own account
	KindPerson     Kind = "person"
	KindToken      Kind = "token"
	KindSignInLink Kind = "sign_in_link"
	// KindWorkloadIdentity is by which tokens of others workloads of a team are let in.
	KindWorkloadIdentity Kind = "workload_identity"
	KindTeam             Kind = "team"
	KindMember           Kind = "member"
	KindSystem           Kind = "system"
	KindService          Kind = "service"
	KindDependency       Kind = "dependency"
	KindSLO              Kind = "slo"
	KindSLA              Kind = "sla"
	KindComposite        Kind = "composite"
	KindCorrection       Kind = "correction" // of an SLO
	KindOutage           Kind = "outage"     // of a service
	KindChange           Kind = "change"     // of a service
	KindPolicy           Kind = "policy"
	KindAttachment       Kind = "attachment"
	KindViolation        Kind = "violation"
	KindAlert            Kind = "alert"
	KindIssue            Kind = "issue"
	KindDelivery         Kind = "issue_delivery" // whether issues are sent at all
	KindJob              Kind = "job"
	KindBackfill         Kind = "backfill"
	KindAudit            Kind = "audit"
	KindDataSource       Kind = "data_source"
	KindWebhook          Kind = "webhook" // what a tracker tells; who calls is known by its signature
	KindDispute          Kind = "dispute" // of a violation
	// KindSignalMapping is how the golden signals of a service are read.
	KindSignalMapping Kind = "signal_mapping"
	KindProposal      Kind = "proposal"
	KindGateDecision  Kind = "gate_decision" // whether a change may go out
	KindOverride      Kind = "gate_override" // of freezes, in an emergency
	KindSuppliedFact  Kind = "supplied_fact" // what people say of an SLO
	KindReport        Kind = "report"        // of a service, team, system or the organisation
	KindEvidence      Kind = "evidence"      // for auditors
	// KindTarget is where events are told, and KindNotification one event on its way there.
	KindTarget       Kind = "notification_target"
	KindNotification Kind = "notification"
	KindEvent        Kind = "event"    // that people are told of
	KindIncident     Kind = "incident" // with its timeline
	// KindScorecard is a scorecard, and what it came to for a service.
	KindScorecard Kind = "scorecard"

	// KindPostmortem is what is written after an incident, with what asks for it, who reviews it
	// and what it begins as.
	KindPostmortem         Kind = "postmortem"
	KindPostmortemRequest  Kind = "postmortem_request"
	KindPostmortemReview   Kind = "postmortem_review"
	KindPostmortemTemplate Kind = "postmortem_template"

	// KindFact is the declaration of a fact of services that is given, KindServiceFact what is pushed
	// of a service, and KindAttestation what a person says of it.
	KindFact        Kind = "fact"
	KindServiceFact Kind = "service_fact"
	KindAttestation Kind = "attestation"

	// KindToil is what is known of a team's toil: sums and shares over persons. What one person
	// answers and logs is that person's alone.
	KindToil           Kind = "toil"
	KindToilSettings   Kind = "toil_settings"
	KindToilAnswer     Kind = "toil_answer"
	KindToilEntry      Kind = "toil_entry"
	KindToilSurvey     Kind = "toil_survey" // one person's answers
	KindToilCandidate  Kind = "toil_candidate"
	KindToilAutomation Kind = "toil_automation"

	// KindExemption excuses a service from a check of a scorecard.
	KindExemption    Kind = "exemption"
	KindCampaign     Kind = "campaign"      // services pass checks by a day
	KindLaunchReview Kind = "launch_review" // of a service, before its launch

	KindCatalog Kind = "catalog" // of a portal: its groups, users and entities

	KindManifestSet Kind = "manifest_set" // of files that say what there is

	KindOnboarding Kind = "onboarding" // repositories that were found, and waves that bring services

	KindAdoption Kind = "adoption" // how far Evenkeel is taken up, which of a small team is about persons
)

// Rule is what an operation declares: its verb and the kind it is about.
type Rule struct {
	Verb Verb
	Kind Kind
}

// Scope bounds what a token may be used for.
type Scope string

// The scopes.
const (
	ScopeRead  Scope = "read"
	ScopeWrite Scope = "write"
	ScopePush  Scope = "push" // measurements, changes, facts and what automation did, and asking whether changes may go out
	ScopeAdmin Scope = "admin"
)

// Scopes lists every scope.
var Scopes = []Scope{ScopeRead, ScopeWrite, ScopePush, ScopeAdmin}

// Object is the loaded thing that is authorised on.
type Object struct {
	Kind Kind
	// ID and Label name it for the audit log.
	ID    id.ID
	Label string
	// Team owns it; empty when nobody but administrators does.
	Team id.ID
	// Person is its person, for tokens and people.
	Person id.ID
}

// who may do a verb to a kind, beside administrators.
type grant int

const (
	nobody   grant = iota // administrators only
	everyone              // whoever is authenticated
	anybody               // every person; no workload
	owner                 // members of the owning team, workloads of that team
	people                // members of the owning team; no workload
	self                  // the person concerned; of what a team owns, its members; no workload
	portal                // a portal by itself; no person but administrators, no workload
)

// grants is the whole of authorisation: what is not in it is the administrators'.
var grants = map[Rule]grant{
	{Read, KindSelf}:            everyone,
	{Update, KindSelf}:          self,
	{Read, KindPerson}:          everyone,
	{Read, KindToken}:           self,
	{Create, KindToken}:         self,
	{Update, KindToken}:         self, // rotating
	{Delete, KindToken}:         self,
	{Read, KindTeam}:            everyone,
	{Create, KindTeam}:          anybody, // self-service: who makes a team is its first member
	{Update, KindTeam}:          people,
	{Delete, KindTeam}:          people,
	{Read, KindMember}:          everyone,
	{Create, KindMember}:        people,
	{Delete, KindMember}:        people,
	{Read, KindSystem}:          everyone,
	{Create, KindSystem}:        owner,
	{Update, KindSystem}:        owner,
	{Delete, KindSystem}:        people,
	{Transfer, KindSystem}:      people,
	{Read, KindService}:         everyone,
	{Create, KindService}:       owner,
	{Update, KindService}:       owner,
	{Retire, KindService}:       people,
	{Restore, KindService}:      people,
	{Transfer, KindService}:     people,
	{Read, KindDependency}:      everyone,
	{Create, KindDependency}:    owner,
	{Update, KindDependency}:    owner,
	{Delete, KindDependency}:    owner,
	{Read, KindSLO}:             everyone,
	{Create, KindSLO}:           owner,
	{Update, KindSLO}:           owner,
	{Retire, KindSLO}:           people,
	{Restore, KindSLO}:          people,
	{Push, KindSLO}:             owner,
	{Read, KindSLA}:             everyone,
	{Create, KindSLA}:           owner,
	{Update, KindSLA}:           owner,
	{Retire, KindSLA}:           people,
	{Read, KindComposite}:       everyone,
	{Create, KindComposite}:     owner,
	{Update, KindComposite}:     owner,
	{Retire, KindComposite}:     people,
	{Restore, KindComposite}:    people,
	{Transfer, KindComposite}:   people,
	{Read, KindCorrection}:      everyone,
	{Create, KindCorrection}:    owner, // as the SLO is changed
	{Delete, KindCorrection}:    owner,
	{Read, KindOutage}:          everyone,
	{Create, KindOutage}:        owner,
	{Update, KindOutage}:        owner,
	{Delete, KindOutage}:        owner,
	{Read, KindChange}:          everyone,
	{Create, KindChange}:        owner, // pipelines tell of the services of their team
	{Update, KindChange}:        owner,
	{Delete, KindChange}:        owner,
	{Read, KindSignalMapping}:   everyone,
	{Update, KindSignalMapping}: owner,
	{Delete, KindSignalMapping}: owner,
	{Read, KindPolicy}:          everyone,
	{Read, KindAttachment}:      everyone,
	{Create, KindAttachment}:    people, // to a service of one's own; to a tier or all: administrators
	{Update, KindAttachment}:    people,
	{Delete, KindAttachment}:    people,
	{Read, KindViolation}:       everyone,
	{Update, KindViolation}:     people, // acknowledging; ending its freeze early is the approver's
	{Create, KindDispute}:       people,
	{Update, KindDispute}:       anybody, // deciding it is for whoever approved the policy
	{Read, KindSuppliedFact}:    everyone,
	{Update, KindSuppliedFact}:  people, // and whoever approved a policy there
	{Delete, KindSuppliedFact}:  people,
	{Read, KindGateDecision}:    everyone,
	{Create, KindGateDecision}:  owner, // pipelines ask for the services of their team
	{Read, KindOverride}:        everyone,
	{Create, KindOverride}:      people, // who is on call, alone
	{Update, KindOverride}:      people, // another one reviews it, or it ends early
	{Read, KindIssue}:           everyone,
	{Update, KindIssue}:         people, // delivering it again, elsewhere or no more
	{Read, KindDelivery}:        everyone,
	{Read, KindJob}:             everyone,
	{Read, KindDataSource}:      everyone, // it holds no secrets, only their names
	{Read, KindBackfill}:        everyone,
	{Create, KindBackfill}:      owner,  // like what it reads: the SLO of a service
	{Update, KindBackfill}:      owner,  // cancelling and resuming
	{Read, KindAudit}:           people, // a team's entries; the whole log: administrators
	{Read, KindAlert}:           everyone,
	{Update, KindAlert}:         people, // acknowledging
	{Read, KindReport}:          everyone,
	{Create, KindReport}:        people,   // publishing; of the organisation: administrators
	{Update, KindReport}:        people,   // recording what a review decided
	{Read, KindTarget}:          everyone, // it holds no secrets, only their names
	{Create, KindTarget}:        people,
	{Update, KindTarget}:        people,
	{Delete, KindTarget}:        people,
	{Check, KindTarget}:         people, // a test message
	{Read, KindNotification}:    everyone,
	{Update, KindNotification}:  people, // sending it again
	{Read, KindEvent}:           everyone,
	{Read, KindIncident}:        everyone, // but restricted ones
	{Create, KindIncident}:      owner,
	{Update, KindIncident}:      owner,
	{Read, KindProposal}:        everyone,
	{Create, KindProposal}:      people, // it names its author, who is another than approves it
	{Update, KindProposal}:      people, // approving and rejecting

	{Read, KindScorecard}:    everyone,
	{Create, KindScorecard}:  people, // of the team that keeps it; of the platform: administrators
	{Update, KindScorecard}:  people,
	{Retire, KindScorecard}:  people,
	{Restore, KindScorecard}: people,
	{Check, KindScorecard}:   owner, // evaluating a service of one's own now

	{Read, KindWorkloadIdentity}:   people, // what lets somebody in is its team's to know
	{Create, KindWorkloadIdentity}: people,
	{Update, KindWorkloadIdentity}: people,
	{Delete, KindWorkloadIdentity}: people,

	{Read, KindPostmortem}:          everyone, // but of restricted incidents
	{Update, KindPostmortem}:        people,   // and whoever is in a role of the incident
	{Create, KindPostmortemRequest}: anybody,  // who may read the incident
	{Update, KindPostmortemRequest}: people,   // waiving; the team is that above the owner
	{Create, KindPostmortemReview}:  anybody,  // who was asked to; somebody else approves
	{Read, KindPostmortemTemplate}:  everyone,

	{Read, KindFact}:          everyone,
	{Read, KindServiceFact}:   everyone,
	{Push, KindServiceFact}:   owner, // programs say what they found
	{Delete, KindServiceFact}: owner,
	{Read, KindAttestation}:   everyone,
	{Create, KindAttestation}: people, // somebody answers for it
	{Delete, KindAttestation}: people,

	{Read, KindToil}:             everyone,
	{Update, KindToilSettings}:   people,
	{Create, KindToilAnswer}:     people, // who are members: an administrator is none by that
	{Read, KindToilAnswer}:       self,
	{Delete, KindToilAnswer}:     self, // taking one's name from all that one said
	{Create, KindToilEntry}:      people,
	{Read, KindToilEntry}:        self,
	{Update, KindToilEntry}:      self,
	{Delete, KindToilEntry}:      self,
	{Create, KindToilSurvey}:     people,
	{Read, KindToilSurvey}:       self,
	{Create, KindToilCandidate}:  people,
	{Update, KindToilCandidate}:  people,
	{Create, KindToilAutomation}: owner, // automation reports with a token of its team
	{Delete, KindToilAutomation}: people,

	{Read, KindExemption}:      everyone,
	{Create, KindExemption}:    people, // of the service's team
	{Update, KindExemption}:    people, // deciding, of the team that keeps the scorecard; another person than asked
	{Delete, KindExemption}:    people, // ending early, of the service's team; who may decide may too
	{Read, KindCampaign}:       everyone,
	{Create, KindCampaign}:     people, // of the team that runs it; with issues: administrators
	{Update, KindCampaign}:     people,
	{Read, KindLaunchReview}:   everyone,
	{Create, KindLaunchReview}: people, // of the service's team
	{Update, KindLaunchReview}: people, // deciding, of the team that keeps the scorecard; another person than asked
	{Check, KindLaunchReview}:  people, // saying that a condition is done, of the service's team

	{Read, KindManifestSet}:   everyone,
	{Check, KindManifestSet}:  owner, // planning
	{Update, KindManifestSet}: owner, // applying; of the platform's: administrators
	{Delete, KindManifestSet}: owner,

	{Read, KindOnboarding}: everyone,

	{Read, KindCatalog}: everyone,
	{Sync, KindCatalog}: portal,
}

// Memberships tells who belongs to a team.
type Memberships interface {
	// IsMember reports whether the person is a member of the team.
	IsMember(ctx context.Context, person, team id.ID) (bool, error)
	// TeamsOf returns the teams that the person is a member of.
	TeamsOf(ctx context.Context, person id.ID) ([]id.ID, error)
}

// Authorizer decides who may do what.
type Authorizer struct {
	memberships Memberships
}

// NewAuthorizer returns an authoriser over the memberships.
func NewAuthorizer(m Memberships) *Authorizer { return &Authorizer{memberships: m} }

// Authorize returns nil when the context's caller may do verb to the object, else
// a fault: Unauthenticated for an anonymous caller, Forbidden for others, with
// the *Refusal as its cause. It asks the store for memberships only where the
// rule depends on them.
func (a *Authorizer) Authorize(ctx context.Context, verb Verb, o Object) error {
	c := CallerFrom(ctx)
	return decide(c, verb, o, func() (bool, error) { return a.memberships.IsMember(ctx, c.Person, o.Team) })
}

// decide is Authorize for a caller; isMember tells whether they belong to the object's
// team, and is asked only where that matters.
func decide(c Caller, verb Verb, o Object, isMember func() (bool, error)) error {
	rule := Rule{verb, o.Kind}
	if err := permit(c, rule, o); err != nil {
		return err
	}
	if c.Kind == BySystem || c.Administers() {
		return nil
	}
	g := grants[rule]
	switch {
	case g == everyone:
		return nil
	case c.Kind == ByPortal:
		if g == portal {
			return nil
		}
	case c.Kind == ByTeam:
		if g == owner && o.Team != "" && o.Team == c.Team {
			return nil
		}
	case c.Person == "":
		// A person without an identifier is nobody.
	case g == anybody:
		return nil
	case g == self && o.Team == "":
		// What a team owns is its members': who once made it has no part in it.
		if o.Person == c.Person {
			return nil
		}
	case (g == owner || g == people || g == self) && o.Team != "":
		member, err := isMember()
		if err != nil {
			return fmt.Errorf("authorise %s %s: %w", verb, o.Kind, err)
		}
		if member {
			return nil
		}
	}
	return refuse(c, verb, o, "")
}

// Permit checks what an operation declares before anything is loaded: that the
// caller is known and the token's scopes cover the rule. It does not replace
// Authorize, which knows the object.
func (a *Authorizer) Permit(ctx context.Context, rule Rule) error {
	return permit(CallerFrom(ctx), rule, Object{Kind: rule.Kind})
}

// permit refuses callers who are not known, or whose scopes do not cover the rule.
// The system is known, and has all scopes.
func permit(c Caller, rule Rule, o Object) error {
	switch c.Kind {
	case BySystem, ByPerson, ByTeam, ByPortal:
	default:
		return unauthenticated()
	}
	if need := scopeFor(rule); !c.Has(need) {
		return refuse(c, rule.Verb, o, lacks(rule, need))
	}
	return nil
}

// Has reports whether the caller's scopes cover the scope: admin covers all,
// write covers read and push. The system has all.
func (c Caller) Has(s Scope) bool {
	if c.Kind == BySystem {
		return true
	}
	if slices.Contains(c.Scopes, s) || slices.Contains(c.Scopes, ScopeAdmin) {
		return true
	}
	return (s == ScopeRead || s == ScopePush) && slices.Contains(c.Scopes, ScopeWrite)
}

// Administers reports whether the caller has an administrator's rights: a person
// who is one, with a credential of the scope admin. Without that scope an
// administrator is a person like others, and a workload never is one.
func (c Caller) Administers() bool {
	return c.Kind == ByPerson && c.Person != "" && c.Administrator && slices.Contains(c.Scopes, ScopeAdmin)
}

func scopeFor(r Rule) Scope {
	switch {
	case r.Verb == Read, r == Rule{Check, KindManifestSet}:
		return ScopeRead
	case r.Verb == Push, r == Rule{Create, KindGateDecision}, r == Rule{Create, KindChange}, r == Rule{Create, KindToilAutomation}:
		return ScopePush
	case grants[r] == nobody:
		return ScopeAdmin
	default:
		return ScopeWrite
	}
}
