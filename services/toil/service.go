package toil

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
)

// Parts are what a Service is made of.
type Parts struct {
	Store      Store
	Registry   Registry
	People     People
	Keys       Keys
	Desk       Desk
	Pages      Pages     // may be nil: nothing is proposed then
	Responses  Responses // nil where no incidents are kept
	Teller     event.Teller
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
}

// Service is what can be done with toil. Every method authorises the context's caller. What people
// answer and log is not in the audit log, which others read; what teams decide is.
type Service struct {
	Parts

	// linkKey is that of links, once it was read: who opens links writes nothing then.
	linkKey atomic.Pointer[[]byte]
}

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{Parts: p} }

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindToil})
}

// self is the person who calls and reads what is theirs; Forbidden for all others.
func (s *Service) self(ctx context.Context, kind access.Kind) (id.ID, error) {
	person := access.CallerFrom(ctx).Person
	return person, s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: kind, Person: person})
}

// member is the person who calls, and writes something of their own as a member of the team: an
// administrator is none by that.
func (s *Service) member(ctx context.Context, kind access.Kind, team id.ID) (id.ID, error) {
	of, err := s.Registry.Team(ctx, team)
	if err != nil {
		return "", err
	}
	o := access.Object{Kind: kind, Label: of.Slug, Team: of.ID}
	if err := s.Authorizer.Authorize(ctx, access.Create, o); err != nil {
		return "", err
	}
	inside, err := s.inside(ctx, team)
	if err == nil && !inside {
		err = access.Refused(ctx, access.Create, o, "not_member", "only members of the team say how much toil they have in it")
	}
	return access.CallerFrom(ctx).Person, err
}

// inside reports whether the caller is a person of the team, who sees what it sees of itself.
func (s *Service) inside(ctx context.Context, team id.ID) (bool, error) {
	c := access.CallerFrom(ctx)
	if c.Kind != access.ByPerson || c.Person == "" {
		return false, nil
	}
	is, err := s.Registry.IsMember(ctx, c.Person, team)
	if err != nil {
		return false, fmt.Errorf("look for a member: %w", err)
	}
	return is, nil
}

// Inside reports whether the caller is a member of the team.
func (s *Service) Inside(ctx context.Context, team id.ID) (bool, error) {
	if err := s.mayRead(ctx); err != nil {
		return false, err
	}
	return s.inside(ctx, team)
}
