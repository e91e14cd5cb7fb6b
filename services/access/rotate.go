package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// How long a token is still good once it was rotated.
const (
	DefaultGrace = 24 * time.Hour
	MaxGrace     = 7 * day
)

// RotationInput is what is asked for of a rotation.
type RotationInput struct {
	// Grace is how long the old token is still good, 0 to MaxGrace.
	Grace time.Duration
	// LifetimeDays of the new one; 0 means the installation's default.
	LifetimeDays int
}

// RotateToken makes the successor of a token, with its name, kind, owner and scopes, and returns its text,
// which is shown this once. The token itself ends after the grace, so that two of a line are good at most.
//
// Faults: NotFound; Forbidden, also for scopes that the caller did not present; Invalid; Conflict
// "token_rotated", "tokens_live", "token_ended" and "token_exchanged".
func (s *Service) RotateToken(ctx context.Context, token id.ID, in RotationInput) (Token, string, error) {
	now := s.moment()
	secret := NewSecret()
	var next Token
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		old, err := s.store.Token(ctx, token)
		if err != nil {
			return err
		}
		if err := s.authorizer.Authorize(ctx, Update, old.object()); err != nil {
			return err
		}
		if err := s.mayRotate(ctx, old, in, now); err != nil {
			return err
		}
		lifetime := s.lifetimes.Token
		if in.LifetimeDays > 0 {
			lifetime = time.Duration(in.LifetimeDays) * day
		}
		next = Token{
			ID: id.New(now), Kind: old.Kind, Name: old.Name, Person: old.Person, Team: old.Team, Scopes: slices.Clone(old.Scopes), Hash: secret.Hash(),
			CreatedAt: now, ExpiresAt: now.Add(lifetime), Predecessor: old.ID, Version: 1,
		}
		after := old
		after.Successor = next.ID
		if ends := now.Add(in.Grace); ends.Before(old.ExpiresAt) {
			after.ExpiresAt = ends
		}
		if err := s.store.SucceedToken(ctx, after); err != nil {
			return err
		}
		after.Version++
		if err := s.store.CreateToken(ctx, next); err != nil {
			return err
		}
		if err := s.recorder.RecordDiff(ctx, Update, old.object(), "", old, after); err != nil {
			return err
		}
		return s.recorder.RecordDiff(ctx, Create, next.object(), "", nil, next)
	})
	if err != nil {
		return Token{}, "", fmt.Errorf("rotate token: %w", err)
	}
	return next, FormatToken(next.ID, secret), nil
}

// mayRotate refuses what no successor can be made of.
func (s *Service) mayRotate(ctx context.Context, old Token, in RotationInput, now time.Time) error {
	var check fault.Check
	check.Require(in.Grace >= 0 && in.Grace <= MaxGrace, "/graceSeconds", int64(in.Grace/time.Second), "must be 0 to %d seconds, which are 7 days", int64(MaxGrace/time.Second))
	check.Require(in.LifetimeDays >= 0 && in.LifetimeDays <= MaxLifetimeDays, "/lifetimeDays", in.LifetimeDays, "must be 1 to %d days, or absent for the default", MaxLifetimeDays)
	if err := check.Err(); err != nil {
		return err
	}
	c := CallerFrom(ctx)
	for _, scope := range old.Scopes {
		if !c.Has(scope) || scope == ScopeAdmin && !c.Administers() {
			return refuse(c, Update, old.object(), fmt.Sprintf("the token has the scope %q, which you did not present yourself", scope))
		}
	}
	switch {
	case old.Exchanged:
		return fault.New(fault.Conflict, "token_exchanged", "the token was made in exchange for one of a provider, and lasts no longer than that lets it: exchange another, with \"evenkeel login\"")
	case old.RevokedAt != nil || !now.Before(old.ExpiresAt):
		return fault.New(fault.Conflict, "token_ended", "the token is revoked or expired, and has no successor: make a new one")
	case old.Successor != "":
		return rotated(old.Successor)
	case old.Predecessor == "":
		return nil
	}
	before, err := s.store.Token(ctx, old.Predecessor)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if before.RevokedAt == nil && now.Before(before.ExpiresAt) {
		return fault.New(fault.Conflict, "tokens_live", "two tokens of this line are good already: %s is until %s; revoke it, or wait until then", before.ID, before.ExpiresAt.Format(time.RFC3339))
	}
	return nil
}

func rotated(successor id.ID) error {
	return fault.New(fault.Conflict, "token_rotated", "the token was rotated already, and its successor is %s: rotate that one", successor)
}
