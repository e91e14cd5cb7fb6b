package access

import (
	"context"

	"github.com/evenkeel/evenkeel/internal/id"
)

// CallerKind tells what sort of subject calls.
type CallerKind string

// The kinds of callers.
const (
	Anonymous CallerKind = "anonymous"
	ByPerson  CallerKind = "person"   // a personal token or a session
	ByTeam    CallerKind = "workload" // a workload token, which acts for a team
	ByPortal  CallerKind = "portal"   // a developer portal by itself, for nobody: its catalog, its search
	BySystem  CallerKind = "system"   // Evenkeel itself: a job, the first start
)

// Caller is the subject of an operation, verified.
type Caller struct {
	Kind CallerKind
	// Person is set for ByPerson, Team for ByTeam.
	Person id.ID
	Team   id.ID
	// Token is the token that was presented, if any.
	Token id.ID
	// Name is for people to read: a person's or token's name, a job's.
	Name string
	// Administrator is true for people who administer the installation; a token
	// without ScopeAdmin takes it away.
	Administrator bool
	Scopes        []Scope
}

// Owner identifies who is charged for what the caller does: all tokens of a
// person, and all of a team, share one quota, so that more tokens are no more of it.
func (c Caller) Owner() string {
	if c.Kind == ByTeam {
		return "team:" + string(c.Team)
	}
	return c.Key()
}

// Key identifies the caller among all callers: the owner of idempotency keys.
func (c Caller) Key() string {
	switch c.Kind {
	case ByPerson:
		return "person:" + string(c.Person)
	case ByTeam:
		return "token:" + string(c.Token)
	case ByPortal:
		return "portal:" + c.Name
	case BySystem:
		return "system:" + c.Name
	default:
		return "anonymous"
	}
}

// System returns the caller as which a part of Evenkeel itself acts.
func System(name string) Caller {
	return Caller{Kind: BySystem, Name: name}
}

type callerKey struct{}

// WithCaller returns a context in which c calls.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerFrom returns the context's caller, an Anonymous one when none was set.
func CallerFrom(ctx context.Context) Caller {
	if c, ok := ctx.Value(callerKey{}).(Caller); ok {
		return c
	}
	return Caller{Kind: Anonymous}
}
