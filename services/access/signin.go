package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

const (
	// SignInCodeLifetime is how long the code of a sign-in link is good for.
	SignInCodeLifetime = 10 * time.Minute
	// DefaultSessionLifetime is how long a browser stays signed in, unless configured.
	DefaultSessionLifetime = 12 * time.Hour
)

// NewSignInCode makes a code with which the person can sign in once, within
// SignInCodeLifetime, and returns its text, which is shown this once. A session has
// all of a person's scopes, so that a code for a narrow token would widen it: codes
// are made by administrators, and by the system. Administrators who make one for
// somebody else can act as they; the audit log says who made it.
//
// Faults: Forbidden; NotFound; Conflict "person_deactivated".
func (s *Service) NewSignInCode(ctx context.Context, person id.ID) (string, SignInCode, error) {
	o := Object{Kind: KindSignInLink, Person: person}
	if err := s.authorizer.Authorize(ctx, Create, o); err != nil {
		return "", SignInCode{}, err
	}
	now := s.moment()
	secret := NewSecret()
	c := SignInCode{ID: id.New(now), Person: person, Hash: secret.Hash(), CreatedAt: now, ExpiresAt: now.Add(SignInCodeLifetime)}
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		p, err := s.store.Person(ctx, person)
		if err != nil {
			return err
		}
		if p.DeactivatedAt != nil {
			return deactivated(p)
		}
		if err := s.store.CreateSignInCode(ctx, c); err != nil {
			return err
		}
		o.ID, o.Label = c.ID, p.DisplayName
		return s.recorder.RecordDiff(ctx, Create, o, "", nil, c)
	})
	if err != nil {
		return "", SignInCode{}, fmt.Errorf("make sign-in code: %w", err)
	}
	return secret.Text(), c, nil
}

// SignIn uses up a code and begins a session. The text it returns belongs into
// an HttpOnly, SameSite cookie until the session's ExpiresAt. A code that is
// malformed, unknown, used or expired, or whose person was deactivated, is
// Unauthenticated "sign_in_code_invalid".
func (s *Service) SignIn(ctx context.Context, code string) (string, Session, error) {
	invalid := fault.New(fault.Unauthenticated, "sign_in_code_invalid", "the link was used already or is older than %d minutes; ask for a new one", int(SignInCodeLifetime.Minutes()))
	presented, ok := ParseSecret(code)
	if !ok {
		return "", Session{}, invalid
	}
	now := s.moment()
	var text string
	var session Session
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		used, err := s.store.UseSignInCode(ctx, presented.Hash(), now)
		if fault.Is(err, fault.NotFound) {
			return invalid
		}
		if err != nil {
			return err
		}
		p, err := s.store.Person(ctx, used.Person)
		if err != nil {
			return err
		}
		if p.DeactivatedAt != nil {
			return invalid
		}
		text, session, err = s.begin(ctx, p.ID, now)
		return err
	})
	if err != nil {
		return "", Session{}, fmt.Errorf("sign in: %w", err)
	}
	return text, session, nil
}

// AuthenticateSession returns the person whose browser presents the session's
// text, with all scopes they can have. A session that is malformed, unknown,
// expired, or a deactivated person's is Unauthenticated "session_invalid".
func (s *Service) AuthenticateSession(ctx context.Context, text string) (Caller, error) {
	_, p, err := s.session(ctx, text)
	if err != nil {
		return Caller{}, err
	}
	return callerOf(p), nil
}

// SignOut ends the session of that text; one that is over already is no fault.
func (s *Service) SignOut(ctx context.Context, text string) error {
	session, _, err := s.session(ctx, text)
	if fault.Is(err, fault.Unauthenticated) {
		return nil
	}
	if err == nil {
		err = s.store.DeleteSession(ctx, session.ID)
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

func (s *Service) session(ctx context.Context, text string) (Session, Person, error) {
	invalid := fault.New(fault.Unauthenticated, "session_invalid", "you are signed out; sign in again")
	secret, ok := ParseSecret(text)
	if !ok {
		return Session{}, Person{}, invalid
	}
	session, p, err := s.store.SessionWithPerson(ctx, secret.Hash(), s.moment())
	if fault.Is(err, fault.NotFound) || err == nil && p.DeactivatedAt != nil {
		return Session{}, Person{}, invalid
	}
	if err != nil {
		return Session{}, Person{}, fmt.Errorf("read session: %w", err)
	}
	return session, p, nil
}

// scopesOf are the scopes of somebody who is there in person.
func scopesOf(p Person) []Scope {
	if p.Administrator {
		return slices.Clone(Scopes)
	}
	return []Scope{ScopeRead, ScopeWrite, ScopePush}
}
