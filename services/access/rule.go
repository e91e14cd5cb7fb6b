package access

import (
	"context"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
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
	Transfer Verb = "transfer"
	Push     Verb = "push" // measurements
	Run      Verb = "run"  // jobs
)

// Kind is the kind of thing that a verb is about.
type Kind string

// The kinds.
const (
	KindSelf       Kind = "self" // the caller's own account
	KindPerson     Kind = "person"
	KindToken      Kind = "token"
	KindTeam       Kind = "team"
	KindMember     Kind = "member"
	KindSystem     Kind = "system"
	KindService    Kind = "service"
	KindDependency Kind = "dependency"
	KindSLO        Kind = "slo"
	KindPolicy     Kind = "policy"
	KindAttachment Kind = "attachment"
	KindViolation  Kind = "violation"
	KindIssue      Kind = "issue"
	KindJob        Kind = "job"
	KindAudit      Kind = "audit"
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
	ScopePush  Scope = "push" // measurements only
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
	owner                 // members of the owning team, workloads of that team
	people                // members of the owning team; no workload
	self                  // the person concerned
)

// grants is the whole of authorisation: what is not in it is the administrators'.
var grants = map[Rule]grant{
	{Read, KindSelf}:         everyone,
	{Read, KindPerson}:       everyone,
	{Read, KindToken}:        self,
	{Create, KindToken}:      self, // a workload's token: see ownsToken
	{Delete, KindToken}:      self,
	{Read, KindTeam}:         everyone,
	{Create, KindTeam}:       everyone, // self-service: who makes a team is its first member
	{Update, KindTeam}:       people,
	{Delete, KindTeam}:       people,
	{Read, KindMember}:       everyone,
	{Create, KindMember}:     people,
	{Delete, KindMember}:     people,
	{Read, KindSystem}:       everyone,
	{Create, KindSystem}:     owner,
	{Update, KindSystem}:     owner,
	{Delete, KindSystem}:     people,
	{Read, KindService}:      everyone,
	{Create, KindService}:    owner,
	{Update, KindService}:    owner,
	{Retire, KindService}:    people,
	{Transfer, KindService}:  people,
	{Read, KindDependency}:   everyone,
	{Create, KindDependency}: owner,
	{Update, KindDependency}: owner,
	{Delete, KindDependency}: owner,
	{Read, KindSLO}:          everyone,
	{Create, KindSLO}:        owner,
	{Update, KindSLO}:        owner,
	{Retire, KindSLO}:        people,
	{Push, KindSLO}:          owner,
	{Read, KindPolicy}:       everyone,
	{Read, KindAttachment}:   everyone,
	{Create, KindAttachment}: people, // to a service of one's own; to a tier or all: administrators
	{Update, KindAttachment}: people,
	{Delete, KindAttachment}: people,
	{Read, KindViolation}:    everyone,
	{Read, KindIssue}:        everyone,
	{Read, KindJob}:          everyone,
}

// Memberships tells who belongs to a team.
type Memberships interface {
	// IsMember reports whether the person is a member of the team.
	IsMember(ctx context.Context, person, team id.ID) (bool, error)
}

// Authorizer decides who may do what.
type Authorizer struct {
	memberships Memberships
}

// NewAuthorizer returns an authoriser over the memberships.
func NewAuthorizer(m Memberships) *Authorizer { return &Authorizer{memberships: m} }

// Refusal is what an authoriser refused; it is the cause of a Forbidden fault,
// and is recorded at the edge after the transaction ended.
type Refusal struct {
	Caller Caller
	Verb   Verb
	Object Object
	Reason string
}

// Error says what was refused.
func (r *Refusal) Error() string { return r.Reason }

// Authorize returns nil when the context's caller may do verb to the object, else
// a fault: Unauthenticated for an anonymous caller, Forbidden for others, with
// the *Refusal as its cause. Only reading asks the database nothing.
func (a *Authorizer) Authorize(ctx context.Context, verb Verb, o Object) error {
	c := CallerFrom(ctx)
	if c.Kind == Anonymous {
		return fault.New(fault.Unauthenticated, "unauthenticated", "sign in, or send a token as \"Authorization: Bearer ek_…\"")
	}
	if c.Kind == BySystem {
		return nil
	}
	if need := scopeFor(Rule{verb, o.Kind}); !c.Has(need) {
		return refuse(c, verb, o, fmt.Sprintf("the token lacks the scope %q", need))
	}
	if c.Administrator {
		return nil
	}
	g := grants[Rule{verb, o.Kind}]
	switch {
	case g == everyone:
		return nil
	case g == self && c.Kind == ByPerson && o.Person != "" && o.Person == c.Person:
		return nil
	case g == owner && c.Kind == ByTeam && o.Team != "" && o.Team == c.Team:
		return nil
	case (g == owner || g == people || g == self) && c.Kind == ByPerson && o.Team != "":
		member, err := a.memberships.IsMember(ctx, c.Person, o.Team)
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
// caller is known and the token's scopes cover the rule.
func (a *Authorizer) Permit(ctx context.Context, rule Rule) error {
	c := CallerFrom(ctx)
	if c.Kind == Anonymous {
		return fault.New(fault.Unauthenticated, "unauthenticated", "sign in, or send a token as \"Authorization: Bearer ek_…\"")
	}
	if need := scopeFor(rule); !c.Has(need) {
		return refuse(c, rule.Verb, Object{Kind: rule.Kind}, fmt.Sprintf("the token lacks the scope %q", need))
	}
	return nil
}

// Has reports whether the caller's scopes cover the scope: admin covers all,
// write covers read and push. The system and sessions without scopes have all.
func (c Caller) Has(s Scope) bool {
	if c.Kind == BySystem {
		return true
	}
	if slices.Contains(c.Scopes, s) || slices.Contains(c.Scopes, ScopeAdmin) {
		return true
	}
	return (s == ScopeRead || s == ScopePush) && slices.Contains(c.Scopes, ScopeWrite)
}

func scopeFor(r Rule) Scope {
	switch {
	case r.Verb == Read:
		return ScopeRead
	case r.Verb == Push:
		return ScopePush
	case grants[r] == nobody:
		return ScopeAdmin
	default:
		return ScopeWrite
	}
}

func refuse(c Caller, verb Verb, o Object, reason string) error {
	if reason == "" {
		reason = fmt.Sprintf("only members of the owning team and administrators may %s this %s", verb, o.Kind)
		if grants[Rule{verb, o.Kind}] == nobody {
			reason = fmt.Sprintf("only administrators may %s a %s", verb, o.Kind)
		}
	}
	e := fault.New(fault.Forbidden, "forbidden", "%s", reason)
	e.Err = &Refusal{Caller: c, Verb: verb, Object: o, Reason: reason}
	return e
}
