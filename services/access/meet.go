package access

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// Meet returns as whom somebody calls whom a provider verified, with all scopes they can
// have. Whom it does not know it enters, as a person of no team and without rights, in the
// name of the system; what is told of others than that identity is what they begin with.
// Any number of first sights at the same time enter one person.
//
// Faults: Unauthenticated "token_revoked" for who was deactivated; Invalid for an input
// that no person can have.
func (s *Service) Meet(ctx context.Context, in PersonInput) (Caller, error) {
	in.Administrator = false
	p, err := s.store.PersonByIdentity(ctx, in.Provider, in.Issuer, in.Subject)
	if fault.Is(err, fault.NotFound) {
		p, err = s.CreatePerson(WithCaller(ctx, System(in.Provider)), in)
		if e := fault.As(err); e != nil && e.Code == "identity_taken" {
			// Somebody else saw them first, by a moment.
			p, err = s.store.PersonByIdentity(ctx, in.Provider, in.Issuer, in.Subject)
		}
	}
	if err != nil {
		return Caller{}, fmt.Errorf("meet a person: %w", err)
	}
	if p.DeactivatedAt != nil {
		return Caller{}, fault.New(fault.Unauthenticated, CodeTokenRevoked, "the token's person was deactivated")
	}
	return callerOf(p), nil
}
