package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
)

// The lifetimes of tokens, in days.
const (
	DefaultLifetimeDays = 90
	MaxLifetimeDays     = 365

	day = 24 * time.Hour
)

// maxTokenScopes is more than there are scopes: a list can be refused before it is read.
const maxTokenScopes = 8

// TokenInput is what is asked for of a new token.
type TokenInput struct {
	Kind TokenKind
	Name string // what it is for, 1 to 100 characters
	// Person owns a personal token. Empty means the caller, and only the system may
	// name another.
	Person id.ID
	// Team owns a workload token.
	Team id.ID
	// Scopes bound what it may be used for; none means ScopeRead.
	Scopes []Scope
	// LifetimeDays is 1 to MaxLifetimeDays; 0 means the installation's default.
	LifetimeDays int
}

// Validate returns every fault of the input, with pointers as on the wire.
func (in TokenInput) Validate() error {
	var check fault.Check
	CheckLine(&check, "/name", in.Name, 1, maxName)
	switch in.Kind {
	case PersonalToken:
		check.Require(in.Team == "", "/team", in.Team, "must be absent: a personal token belongs to its person")
	case WorkloadToken:
		check.Require(in.Team != "", "/team", nil, "is required: a workload token belongs to a team")
		check.Require(in.Person == "", "/person", in.Person, "must be absent: a workload token belongs to a team")
	default:
		check.Fail("/kind", in.Kind, "must be %q or %q", PersonalToken, WorkloadToken)
	}
	check.Require(in.LifetimeDays >= 0 && in.LifetimeDays <= MaxLifetimeDays, "/lifetimeDays", in.LifetimeDays,
		"must be 1 to %d days, or absent for the default", MaxLifetimeDays)
	if len(in.Scopes) > maxTokenScopes {
		check.Fail("/scopes", len(in.Scopes), "must have at most %d scopes, each of them %s", len(Scopes), fault.Or(Scopes))
		return check.Err()
	}
	for i, scope := range in.Scopes {
		pointer := fmt.Sprintf("/scopes/%d", i)
		switch {
		case !slices.Contains(Scopes, scope):
			check.Fail(pointer, scope, "must be one of %s", fault.Or(Scopes))
		case slices.Contains(in.Scopes[:i], scope):
			check.Fail(pointer, scope, "is named twice")
		case scope == ScopeAdmin && in.Kind == WorkloadToken:
			check.Fail(pointer, scope, "must not be given to a workload: only people administer")
		}
	}
	return check.Err()
}

// IssueToken makes a token and returns its text, which is shown this once: a
// personal one for the caller, or a workload's for a team that the caller belongs
// to. Its scopes are at most those that the caller presented, so that no token
// begets a mightier one.
//
// Faults: Invalid; Forbidden for another's token and for a scope the caller does
// not have.
func (s *Service) IssueToken(ctx context.Context, in TokenInput) (Token, string, error) {
	return s.issue(ctx, in, s.moment())
}

func (s *Service) issue(ctx context.Context, in TokenInput, now time.Time) (Token, string, error) {
	c := CallerFrom(ctx)
	if len(in.Scopes) == 0 {
		in.Scopes = []Scope{ScopeRead}
	}
	t := Token{
		ID: id.New(now), Kind: in.Kind, Name: in.Name, Team: in.Team, Person: in.Person,
		Scopes: slices.Clone(in.Scopes), CreatedAt: now, Version: 1,
	}
	if c.Kind != BySystem {
		t.Person = c.Person
	}
	if err := s.authorizer.Authorize(ctx, Create, t.object()); err != nil {
		return Token{}, "", err
	}
	if c.Kind != BySystem && in.Person != "" && in.Person != c.Person {
		return Token{}, "", refuse(c, Create, Object{Kind: KindToken, Label: in.Name, Person: in.Person}, "a personal token is made by its person, also by administrators: ask them to make it")
	}
	if err := in.Validate(); err != nil {
		return Token{}, "", err
	}
	for _, scope := range in.Scopes {
		if !c.Has(scope) || scope == ScopeAdmin && c.Kind != BySystem && !c.Administers() {
			return Token{}, "", refuse(c, Create, t.object(), fmt.Sprintf("you cannot give the scope %q, which you did not present yourself", scope))
		}
	}
	lifetime := s.lifetimes.Token
	if in.LifetimeDays > 0 {
		lifetime = time.Duration(in.LifetimeDays) * day
	}
	t.ExpiresAt = now.Add(lifetime)
	secret := NewSecret()
	t.Hash = secret.Hash()
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		if t.Kind == PersonalToken {
			owner, err := s.store.Person(ctx, t.Person)
			if err != nil {
				return err
			}
			if owner.DeactivatedAt != nil {
				return deactivated(owner)
			}
		}
		if err := s.store.CreateToken(ctx, t); err != nil {
			return err
		}
		return s.recorder.RecordDiff(ctx, Create, t.object(), "", nil, t)
	})
	if err != nil {
		return Token{}, "", fmt.Errorf("issue token: %w", err)
	}
	return t, FormatToken(t.ID, secret), nil
}

// Token returns a token without its secret, to its person, the members of its
// team, and administrators.
func (s *Service) Token(ctx context.Context, token id.ID) (Token, error) {
	t, err := s.store.Token(ctx, token)
	if err != nil {
		return Token{}, fmt.Errorf("read token: %w", err)
	}
	if err := s.authorizer.Authorize(ctx, Read, t.object()); err != nil {
		return Token{}, err
	}
	return t, nil
}

// Tokens lists tokens: those of a person or of a team, which takes being it or
// belonging to it, or being an administrator. Without a filter an administrator
// sees all, another person their own.
func (s *Service) Tokens(ctx context.Context, f TokenFilter, r page.Request) (page.Page[Token], error) {
	c := CallerFrom(ctx)
	if f == (TokenFilter{}) && c.Kind == ByPerson && !c.Administers() {
		f.Person = c.Person
	}
	if err := s.authorizer.Authorize(ctx, Read, Object{Kind: KindToken, Person: f.Person, Team: f.Team}); err != nil {
		return page.Page[Token]{}, err
	}
	tokens, err := s.store.Tokens(ctx, f, r)
	if err != nil {
		return page.Page[Token]{}, fmt.Errorf("list tokens: %w", err)
	}
	return tokens, nil
}

// RevokeToken ends a token at once. Revoking it again changes nothing.
func (s *Service) RevokeToken(ctx context.Context, token id.ID) error {
	now := s.moment()
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		t, err := s.store.Token(ctx, token)
		if err != nil {
			return err
		}
		if err := s.authorizer.Authorize(ctx, Delete, t.object()); err != nil {
			return err
		}
		if t.RevokedAt != nil {
			return nil
		}
		if err := s.store.RevokeToken(ctx, token, now); err != nil {
			return err
		}
		revoked := t
		revoked.RevokedAt = &now
		return s.recorder.RecordDiff(ctx, Delete, t.object(), "", t, revoked)
	})
	if err != nil {
		return fmt.Errorf("revoke token: %w", err)
	}
	return nil
}

// object is the token as it is authorised on: a workload's is its team's, and
// not any more that of the person who made it.
func (t Token) object() Object {
	o := Object{Kind: KindToken, ID: t.ID, Label: t.Name, Team: t.Team}
	if t.Kind != WorkloadToken {
		o.Person = t.Person
	}
	return o
}
