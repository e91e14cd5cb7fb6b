package access

import (
	"context"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/tx"
)

// Service tells who calls, and keeps people and their credentials.
type Service struct {
	store      Store
	runner     tx.Runner
	authorizer *Authorizer
	recorder   Recorder
	now        clock.Clock
	lifetimes  Lifetimes
	workloads  Workloads
	uses       *lastUses
}

// Lifetimes says how long credentials last that name no expiry of their own.
type Lifetimes struct {
	Session time.Duration // of a signed-in browser; zero means DefaultSessionLifetime
	Token   time.Duration // at most MaxLifetimeDays; zero means DefaultLifetimeDays
}

// NewService returns the service over a store. Close ends its one goroutine.
func NewService(store Store, runner tx.Runner, authorizer *Authorizer, recorder Recorder, now clock.Clock, lifetimes Lifetimes, logger *slog.Logger) *Service {
	if lifetimes.Session <= 0 {
		lifetimes.Session = DefaultSessionLifetime
	}
	if lifetimes.Token <= 0 {
		lifetimes.Token = DefaultLifetimeDays * day
	}
	return &Service{
		store: store, runner: runner, authorizer: authorizer, recorder: recorder, now: now, lifetimes: lifetimes,
		uses: newLastUses(store.TouchToken, logger),
	}
}

// LetIn says which workloads can be let in; without it none can.
func (s *Service) LetIn(w Workloads) { s.workloads = w }

// Close writes the last uses of tokens that are still queued, and stops. Later
// requests are still authenticated; their use is not noted.
func (s *Service) Close(ctx context.Context) error { return s.uses.close(ctx) }

// Codes of the faults of a token that was good once.
const (
	CodeTokenRevoked = "token_revoked"
	CodeTokenExpired = "token_expired"
)

// Lasting returns the whole token: it is presented again and again.
func (s *Service) Lasting(token string) string { return token }

// Authenticate returns the caller who presents the token text, with one query.
// Its faults are all Unauthenticated: "token_malformed", "token_invalid" (unknown
// or not its secret, which are not told apart), and, only to a holder of the
// secret, "token_revoked" (its person's deactivation included) and
// "token_expired".
func (s *Service) Authenticate(ctx context.Context, text string) (Caller, error) {
	presented, secret, err := ParseToken(text)
	if err != nil {
		return Caller{}, err
	}
	now := s.now()
	t, err := s.store.Credential(ctx, presented)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Caller{}, fmt.Errorf("authenticate a token: %w", err)
	}
	if subtle.ConstantTimeCompare(secret.Hash(), t.Hash) != 1 || err != nil {
		return Caller{}, fault.New(fault.Unauthenticated, "token_invalid", "there is no such token")
	}
	switch {
	case t.RevokedAt != nil:
		return Caller{}, fault.New(fault.Unauthenticated, CodeTokenRevoked, "the token was revoked; use another")
	case t.Kind == PersonalToken && (t.Person == "" || t.DeactivatedAt != nil):
		return Caller{}, fault.New(fault.Unauthenticated, CodeTokenRevoked, "the token's person was deactivated")
	case !now.Before(t.ExpiresAt):
		return Caller{}, fault.New(fault.Unauthenticated, CodeTokenExpired, "the token expired at %s; make a new one", t.ExpiresAt.Format(time.RFC3339))
	}
	s.uses.note(t, now)
	c := Caller{Token: t.Token, Scopes: t.Scopes}
	if t.Kind == WorkloadToken {
		c.Kind, c.Team, c.Name = ByTeam, t.Team, t.Name
		return c, nil
	}
	c.Kind, c.Person, c.Name = ByPerson, t.Person, t.PersonName
	c.Administrator = t.Administrator && c.Has(ScopeAdmin)
	return c, nil
}

// Account is who calls: the caller, and the person if it is one.
type Account struct {
	Caller Caller
	Person *Person
}

// Me returns the context's caller. Anonymous callers are Unauthenticated.
func (s *Service) Me(ctx context.Context) (Account, error) {
	if err := s.authorizer.Authorize(ctx, Read, Object{Kind: KindSelf}); err != nil {
		return Account{}, err
	}
	me := Account{Caller: CallerFrom(ctx)}
	if me.Caller.Kind != ByPerson {
		return me, nil
	}
	p, err := s.store.Person(ctx, me.Caller.Person)
	if err != nil {
		return Account{}, fmt.Errorf("read the caller: %w", err)
	}
	me.Person = &p
	return me, nil
}

// Prune removes sign-in codes, sessions and exchanged tokens that have expired, and returns how many.
func (s *Service) Prune(ctx context.Context) (int, error) {
	now := s.moment()
	pruned, err := tx.InChunks(ctx, s.runner, tx.RowsAtOnce, func(ctx context.Context, limit int) (int, error) {
		return s.store.PruneCredentials(ctx, now, limit)
	})
	if err != nil {
		return pruned, fmt.Errorf("prune credentials: %w", err)
	}
	return pruned, nil
}

// moment reads the clock for something that is stored.
func (s *Service) moment() time.Time { return clock.Round(s.now()) }
