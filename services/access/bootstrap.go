package access

import (
	"context"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// first is the person that an installation starts with.
var first = PersonInput{
	DisplayName: "Administrator", Administrator: true,
	Provider: ProviderLocal, Issuer: "evenkeel", Subject: "administrator",
}

// Bootstrap makes the first administrator and a token of theirs with every scope,
// and returns its text. Where the administrator exists it makes nothing and
// returns "": exactly one of any number of first starts gets a text. Conflict
// "identity_taken" when another first start was faster by a moment: the context's
// transaction can come to nothing then, and the next one finds the administrator.
func (s *Service) Bootstrap(ctx context.Context) (string, error) {
	ctx = WithCaller(ctx, System("bootstrap"))
	now := s.moment()
	var text string
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		text = ""
		_, err := s.store.PersonByIdentity(ctx, first.Provider, first.Issuer, first.Subject)
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		p, err := s.enter(ctx, first, now)
		if err != nil {
			return err
		}
		_, text, err = s.issue(ctx, TokenInput{
			Kind: PersonalToken, Name: "first start", Person: p.ID, Scopes: slices.Clone(Scopes), LifetimeDays: MaxLifetimeDays,
		}, now)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("make the first administrator: %w", err)
	}
	return text, nil
}

// FirstAdministrator returns the person whom Bootstrap made, for whom the system
// makes sign-in links and new tokens.
func (s *Service) FirstAdministrator(ctx context.Context) (Person, error) {
	if err := s.authorizer.Authorize(ctx, Read, Object{Kind: KindPerson}); err != nil {
		return Person{}, err
	}
	p, err := s.store.PersonByIdentity(ctx, first.Provider, first.Issuer, first.Subject)
	if err != nil {
		return Person{}, fmt.Errorf("read the first administrator: %w", err)
	}
	return p, nil
}
