package access

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// How long tokens last that are made in exchange for one of a provider.
const (
	DefaultLoginLifetime    = 12 * time.Hour
	MaxLoginLifetime        = 24 * time.Hour
	DefaultWorkloadLifetime = 15 * time.Minute
	MaxWorkloadLifetime     = time.Hour
	minExchangeLifetime     = time.Minute
)

// VerifiedToken is a token of a provider whose signature, issuer and times are verified; for whom it was made
// and of whom it is are not judged yet.
type VerifiedToken struct {
	Issuer    string
	Audiences []string
	// Claims are the texts, numbers and truth values in it, as texts.
	Claims map[string]string
}

// ExchangeInput is what is asked for in exchange for a token.
type ExchangeInput struct {
	// Scopes of the new token; none means ScopeWrite for a person, and all of the identity for a workload.
	Scopes   []Scope
	Lifetime time.Duration // zero means the default
}

func (in ExchangeInput) check(check *fault.Check, most time.Duration) {
	check.Require(in.Lifetime == 0 || in.Lifetime >= minExchangeLifetime && in.Lifetime <= most, "/lifetimeSeconds", int64(in.Lifetime/time.Second),
		"must be %d to %d seconds, or absent for the default", int64(minExchangeLifetime/time.Second), int64(most/time.Second))
	for i, scope := range in.Scopes {
		pointer := fmt.Sprintf("/scopes/%d", i)
		check.Require(slices.Contains(Scopes, scope), pointer, scope, "must be one of %s", fault.Or(Scopes))
		check.Require(!slices.Contains(in.Scopes[:i], scope), pointer, scope, "is named twice")
	}
}

// ExchangePerson makes a personal token for somebody whom a provider verified, as Arrive knows them.
//
// Faults: those of Arrive; Invalid; Forbidden for the scope admin of who does not administer.
func (s *Service) ExchangePerson(ctx context.Context, a Arrival, in ExchangeInput) (Token, string, error) {
	if len(in.Scopes) == 0 {
		in.Scopes = []Scope{ScopeWrite}
	}
	var check fault.Check
	in.check(&check, MaxLoginLifetime)
	if err := check.Err(); err != nil {
		return Token{}, "", err
	}
	p, err := s.arrive(ctx, a)
	if err != nil {
		return Token{}, "", err
	}
	c := callerOf(p)
	t := Token{Kind: PersonalToken, Name: "evenkeel login", Person: p.ID}
	for _, scope := range in.Scopes {
		if !c.Has(scope) {
			return Token{}, "", refuse(c, Create, t.object(), fmt.Sprintf("you cannot have the scope %q: only administrators can", scope))
		}
	}
	t.Scopes = slices.Clone(in.Scopes)
	// Whoever is deactivated meanwhile has a token that is worth nothing: each request looks at its person.
	return s.exchanged(WithCaller(ctx, c), t, cmp.Or(in.Lifetime, DefaultLoginLifetime), nil)
}

// ExchangeWorkload makes a workload token for the holder of a token that one identity lets in.
//
// Faults: Unauthenticated "workload_unknown" where no identity does; Conflict "workload_ambiguous" where those
// of several teams do; Forbidden for scopes that the identity has not; Invalid.
func (s *Service) ExchangeWorkload(ctx context.Context, v VerifiedToken, in ExchangeInput) (Token, string, error) {
	var check fault.Check
	in.check(&check, MaxWorkloadLifetime)
	if err := check.Err(); err != nil {
		return Token{}, "", err
	}
	w, err := s.workload(ctx, v, in.Scopes)
	if err != nil {
		return Token{}, "", err
	}
	if len(in.Scopes) == 0 {
		in.Scopes = w.Scopes
	}
	t := Token{Kind: WorkloadToken, Name: w.Name, Team: w.Team, Identity: w.ID, Scopes: slices.Clone(in.Scopes)}
	c := Caller{Kind: ByTeam, Team: w.Team, Name: w.Name, Scopes: w.Scopes}
	return s.exchanged(WithCaller(ctx, c), t, cmp.Or(in.Lifetime, DefaultWorkloadLifetime), func(ctx context.Context, now time.Time) error {
		return s.store.UseWorkloadIdentity(ctx, w.ID, w.Version, now)
	})
}

// workload finds the identity that lets the holder of a token in: of one team the first that has the scopes.
func (s *Service) workload(ctx context.Context, v VerifiedToken, scopes []Scope) (WorkloadIdentity, error) {
	found, err := s.store.WorkloadIdentitiesFor(ctx, v.Issuer, v.Audiences)
	if err != nil {
		return WorkloadIdentity{}, fmt.Errorf("exchange a token: %w", err)
	}
	meant := len(found)
	found = slices.DeleteFunc(found, func(w WorkloadIdentity) bool { return !w.Matches(v.Claims) })
	switch {
	case len(found) == 0:
		return WorkloadIdentity{}, fault.New(fault.Unauthenticated, "workload_unknown",
			"no workload identity lets this token in: of %d for its issuer and its audience %s none has rules that its claims meet; its sub is %q", meant, fault.Or(v.Audiences), fault.Clip(v.Claims["sub"], 64))
	case slices.ContainsFunc(found, func(w WorkloadIdentity) bool { return w.Team != found[0].Team }):
		return WorkloadIdentity{}, fault.New(fault.Conflict, codeAmbiguous,
			"workload identities of several teams let this token in, and of which it is cannot be known: %s; narrow the claims of all but one", names(found))
	}
	for _, w := range found {
		c := Caller{Kind: ByTeam, Team: w.Team, Scopes: w.Scopes}
		if !slices.ContainsFunc(scopes, func(scope Scope) bool { return scope == ScopeAdmin || !c.Has(scope) }) {
			return w, nil
		}
	}
	c := Caller{Kind: ByTeam, Team: found[0].Team, Name: found[0].Name}
	return WorkloadIdentity{}, refuse(c, Create, Object{Kind: KindToken, Team: found[0].Team, Label: found[0].Name},
		fmt.Sprintf("the workload identity has not all of the scopes %s; its members give it more, and admin is given to none", fault.Or(scopes)))
}

func names(of []WorkloadIdentity) string {
	var ids []string
	for _, w := range of {
		ids = append(ids, string(w.ID))
	}
	return strings.Join(ids, ", ")
}

// exchanged writes the token in the name of whose it is. What it rests on, if anything, is held before to what
// was read of it.
func (s *Service) exchanged(ctx context.Context, t Token, lifetime time.Duration, hold func(context.Context, time.Time) error) (Token, string, error) {
	now := s.moment()
	secret := NewSecret()
	t.ID, t.Hash, t.Exchanged, t.CreatedAt, t.ExpiresAt, t.Version = id.New(now), secret.Hash(), true, now, now.Add(lifetime), 1
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		if hold != nil {
			if err := hold(ctx, now); err != nil {
				return err
			}
		}
		if err := s.store.CreateToken(ctx, t); err != nil {
			return err
		}
		return s.recorder.RecordDiff(ctx, Create, t.object(), "in exchange for a token of a provider", nil, t)
	})
	if err != nil {
		return Token{}, "", fmt.Errorf("exchange a token: %w", err)
	}
	return t, FormatToken(t.ID, secret), nil
}
