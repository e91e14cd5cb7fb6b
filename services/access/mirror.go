package access

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
)

// fields are those that can be managed, before and after a change.
func (p Person) fields(after Person) []managed.Field {
	return []managed.Field{
		{Name: "displayName", Before: p.DisplayName, After: after.DisplayName},
		{Name: "email", Before: p.Email, After: after.Email},
		{Name: "githubLogin", Before: p.GitHubLogin, After: after.GitHubLogin},
	}
}

// MirrorPerson writes somebody as a catalog tells them, with the identity by which its portal knows
// them; before is empty for somebody new. It gives nobody rights, and takes none. A catalog that
// renames somebody has the identity renamed: who is called so afterwards is not them. Faults:
// Invalid, at the fields of a PersonInput; Conflict "person_deactivated" and "identity_taken";
// Precondition.
func (s *Service) MirrorPerson(ctx context.Context, before, after Person, i Identity, was string) (Person, error) {
	now := s.moment()
	err := s.runner.InTx(ctx, func(ctx context.Context) (err error) {
		if err := s.authorizer.Authorize(ctx, Sync, Object{Kind: KindCatalog}); err != nil {
			return err
		}
		in := PersonInput{
			DisplayName: after.DisplayName, Email: after.Email, GitHubLogin: after.GitHubLogin,
			Provider: i.Provider, Issuer: i.Issuer, Subject: i.Subject,
		}
		if err := in.Validate(); err != nil {
			return err
		}
		if before.ID == "" {
			after.ID, after.CreatedAt, after.UpdatedAt, after.Version = id.New(now), now, now, 1
			i.ID, i.Person, i.CreatedAt = id.New(now), after.ID, now
			if err := s.store.CreatePerson(ctx, after, i); err != nil {
				return err
			}
			return s.recorder.RecordDiff(ctx, Create, after.object(), "", nil, after)
		}
		if before.DeactivatedAt != nil {
			return deactivated(before)
		}
		after.UpdatedAt = now
		if err := s.store.UpdatePerson(ctx, after); err != nil {
			return err
		}
		after.Version++
		if was != "" && was != i.Subject {
			former := i
			former.Person, former.Subject = before.ID, was
			err := s.store.RenameIdentity(ctx, former, i.Subject)
			if err != nil && !fault.Is(err, fault.NotFound) { // somebody whom an administrator linked otherwise
				return err
			}
		}
		return s.recorder.RecordDiff(ctx, Update, before.object(), "", before, after)
	})
	if err != nil {
		return Person{}, fmt.Errorf("mirror person: %w", err)
	}
	return after, nil
}
