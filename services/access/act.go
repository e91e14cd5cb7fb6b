package access

import (
	"context"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// Act says whether the caller may do something to one thing, as it is now, and if not, why not:
// what Rights says of kinds, with the rules that a domain has of its own.
type Act struct {
	Name   string
	Code   string // stable, that of the fault with which it would be refused; empty where it is allowed
	Reason string
}

// Allowed reports whether the caller may.
func (a Act) Allowed() bool { return a.Code == "" }

// Acts are what can be done to one thing.
type Acts []Act

// Allow reports whether the caller may do what is called so.
func (a Acts) Allow(name string) bool {
	for _, one := range a {
		if one.Name == name {
			return one.Allowed()
		}
	}
	return false
}

// Ask adds what is called so, which each of the checks would let through or refuse: the first
// that refuses says why not, and those after it are not asked. A check is the very one that
// the deed itself makes, so that what is told of it is what comes of it. What is no refusal is
// returned.
func (a *Acts) Ask(name string, checks ...func() error) error {
	act := Act{Name: name}
	for _, check := range checks {
		err := check()
		if err == nil {
			continue
		}
		f := fault.As(err)
		if f == nil || f.Kind != fault.Forbidden && f.Kind != fault.Unauthenticated && f.Kind != fault.Conflict {
			return err
		}
		act.Code, act.Reason = f.Code, f.Message
		break
	}
	*a = append(*a, act)
	return nil
}

// ForMany is the authoriser for one caller's questions about many things: it reads all their
// memberships with the first that matters, and asks no more. It is for one goroutine, and for no
// longer than a request.
func (a *Authorizer) ForMany() *Authorizer {
	return &Authorizer{memberships: &known{Memberships: a.memberships, teams: map[id.ID]map[id.ID]bool{}}}
}

// known are memberships that were read once.
type known struct {
	Memberships
	teams map[id.ID]map[id.ID]bool // by person
}

// IsMember implements Memberships.
func (k *known) IsMember(ctx context.Context, person, team id.ID) (bool, error) {
	teams, read := k.teams[person]
	if !read {
		of, err := k.TeamsOf(ctx, person)
		if err != nil {
			return false, err
		}
		teams = make(map[id.ID]bool, len(of))
		for _, one := range of {
			teams[one] = true
		}
		k.teams[person] = teams
	}
	return teams[team], nil
}
