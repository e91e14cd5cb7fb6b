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
// renames somebody, whom it called was before, has the identity renamed: who is called so afterwards
// is not them. Faults: Invalid, at the fields of a PersonInput; Conflict "person_deactivated" and
// "identity_taken"; Precondition.
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
			i.ID, i.Person, i.CreatedAt = id.New(now), before.ID, now
			if err := s.rename(ctx, i, was); err != nil {
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

// PersonLeft deactivates somebody of whom a catalog tells no more: their tokens and sessions are worth nothing
// from then on. No catalog does that to an administrator, and who was deactivated stays so.
func (s *Service) PersonLeft(ctx context.Context, person id.ID, reason string) error {
	now := s.moment()
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		if err := s.authorizer.Authorize(ctx, Sync, Object{Kind: KindCatalog}); err != nil {
			return err
		}
		before, err := s.store.Person(ctx, person)
		if err != nil || before.Administrator || before.DeactivatedAt != nil {
			return err
		}
		after := before
		after.DeactivatedAt, after.UpdatedAt = &now, now
		if err := s.store.UpdatePerson(ctx, after); err != nil {
			return err
		}
		after.Version++
		return s.recorder.RecordDiff(ctx, Delete, before.object(), reason, before, after)
	})
	if err != nil {
		return fmt.Errorf("deactivate a person who left: %w", err)
	}
	return nil
}

// RenameIdentity has somebody known by another identity of their portal than was, where a catalog
// calls them otherwise and nothing else of them is written: who was deactivated stays so under the
// new name. Fault Conflict "identity_taken".
func (s *Service) RenameIdentity(ctx context.Context, person id.ID, i Identity, was string) error {
	now := s.moment()
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		if err := s.authorizer.Authorize(ctx, Sync, Object{Kind: KindCatalog}); err != nil {
			return err
		}
		i.ID, i.Person, i.CreatedAt = id.New(now), person, now
		return s.rename(ctx, i, was)
	})
	if err != nil {
		return fmt.Errorf("rename identity: %w", err)
	}
	return nil
}

// rename has somebody known by another identity than before. Whoever was known by it, because they
// had that name and left or are renamed as well, or came by the new name before the catalog told of
// it, would go on being the one as whom somebody else signs in: they are known by it no more.
func (s *Service) rename(ctx context.Context, i Identity, was string) error {
	other, err := s.store.PersonByIdentity(ctx, i.Provider, i.Issuer, i.Subject)
	if err == nil && other.ID != i.Person && other.Administrator {
		// No catalog takes an administrator's way in away.
		return fault.New(fault.Conflict, "identity_taken", "%s, who administers Evenkeel, is known as %q", other.DisplayName, i.Subject)
	}
	former := i
	former.Subject = was
	if err := s.store.TakeIdentity(ctx, former); err != nil {
		return err
	}
	switch {
	case err == nil && other.ID != i.Person:
		type known struct{ Identity string }
		if err := s.recorder.RecordDiff(ctx, Update, other.object(), "somebody else is called so in the catalog", known{i.Subject}, known{}); err != nil {
			return err
		}
	case err != nil && !fault.Is(err, fault.NotFound):
		return err
	}
	return s.store.GiveIdentity(ctx, i)
}
