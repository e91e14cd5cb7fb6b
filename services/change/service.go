package change

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Registry gives the services that changes are of, and what those depend on. A registry.Store
// is one.
type Registry interface {
	Service(ctx context.Context, service id.ID) (registry.Service, error)
	Dependencies(ctx context.Context, service id.ID) ([]registry.Dependency, error)
}

// Parts are what a Service is made of.
type Parts struct {
	Store      Store
	Registry   Registry
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
}

// Service is what can be done with changes. Every method but Deployed and Prune authorises
// the context's caller, and what is told is audited in its own transaction.
type Service struct{ Parts }

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{p} }

// Tell enters a change of the service. One that was told before by the same external ID is
// replaced by what is said now, and keeps when it began where that is left out.
//
// Faults: NotFound; Forbidden; Conflict "service_retired"; Invalid with every broken rule.
func (s *Service) Tell(ctx context.Context, service id.ID, in Input) (Change, error) {
	now := clock.Round(s.Clock())
	var told Change
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		owner, err := s.Registry.Service(ctx, service)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, access.Create, Change{}.object(owner)); err != nil {
			return err
		}
		if err := owner.Live(); err != nil {
			return err
		}
		before, err := s.called(ctx, service, API, in.ExternalID)
		if err != nil {
			return err
		}
		terms := in.Terms.settled(now, before)
		var check fault.Check
		access.CheckLine(&check, "/externalId", in.ExternalID, 0, registry.MaxLine)
		terms.check(&check, now, before)
		if err := check.Err(); err != nil {
			return err
		}
		if before != nil {
			told, err = s.replace(ctx, now, *before, terms, owner)
			return err
		}
		told, err = s.enter(ctx, now, owner, API, in.ExternalID, terms)
		return err
	})
	if err != nil {
		return Change{}, fmt.Errorf("tell a change: %w", err)
	}
	return told, nil
}

// called is the change that the source calls so, nil where there is none; whoever tells of the
// same service at the same time waits.
func (s *Service) called(ctx context.Context, service id.ID, source Source, external string) (*Change, error) {
	if external == "" {
		return nil, nil
	}
	if err := s.Store.LockService(ctx, service); err != nil {
		return nil, err
	}
	return s.Store.ChangeCalled(ctx, service, source, external)
}

// replace writes what is said of a change now, where that is something else.
func (s *Service) replace(ctx context.Context, now time.Time, before Change, terms Terms, owner registry.Service) (Change, error) {
	if before.Terms.same(terms) {
		return before, nil
	}
	author, _ := access.AuthorFrom(ctx)
	after := before
	after.Terms, after.UpdatedAt, after.UpdatedBy = terms, now, author.Name
	if err := s.Store.UpdateChange(ctx, after); err != nil {
		return Change{}, err
	}
	after.Version++
	return after, s.Recorder.RecordDiff(ctx, access.Update, before.object(owner), "", before.record(), after.record())
}

// Amend replaces what is said of a change of the service; it ends one that goes on.
//
// Faults: NotFound; Forbidden; Precondition when version is not the current one; Invalid.
func (s *Service) Amend(ctx context.Context, service, change id.ID, version int64, terms Terms) (Change, error) {
	now := clock.Round(s.Clock())
	var after Change
	err := s.amend(ctx, access.Update, service, change, version, func(ctx context.Context, before Change, owner registry.Service) error {
		terms := terms.settled(now, &before)
		var check fault.Check
		terms.check(&check, now, &before)
		if err := check.Err(); err != nil {
			return err
		}
		var err error
		after, err = s.replace(ctx, now, before, terms, owner)
		return err
	})
	if err != nil {
		return Change{}, fmt.Errorf("amend a change: %w", err)
	}
	return after, nil
}

// Remove takes back that there was a change; the audit log keeps what was said of it.
//
// Faults: NotFound; Forbidden; Precondition.
func (s *Service) Remove(ctx context.Context, service, change id.ID, version int64) error {
	err := s.amend(ctx, access.Delete, service, change, version, func(ctx context.Context, before Change, owner registry.Service) error {
		if err := s.Store.DeleteChange(ctx, before); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Delete, before.object(owner), "", before.record(), nil)
	})
	if err != nil {
		return fmt.Errorf("remove a change: %w", err)
	}
	return nil
}

// amend does something with a change, in a transaction, once the caller may.
func (s *Service) amend(
	ctx context.Context, verb access.Verb, service, change id.ID, version int64,
	do func(ctx context.Context, before Change, owner registry.Service) error,
) error {
	return s.Runner.InTx(ctx, func(ctx context.Context) error {
		// Whoever tells of it by its name meanwhile has no version that could be stale.
		if err := s.Store.LockService(ctx, service); err != nil {
			return err
		}
		before, err := s.of(ctx, service, change)
		if err != nil {
			return err
		}
		owner, err := s.Registry.Service(ctx, service)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, verb, before.object(owner)); err != nil {
			return err
		}
		if before.Version != version {
			return fault.Stale("change")
		}
		return do(ctx, before, owner)
	})
}

func (s *Service) of(ctx context.Context, service, change id.ID) (Change, error) {
	c, err := s.Store.Change(ctx, change)
	if err == nil && c.Service != service {
		return Change{}, fault.Missing("change", string(change))
	}
	return c, err
}

// Get returns a change of the service; NotFound.
func (s *Service) Get(ctx context.Context, service, change id.ID) (Change, error) {
	if err := s.mayRead(ctx); err != nil {
		return Change{}, err
	}
	c, err := s.of(ctx, service, change)
	if err != nil {
		return Change{}, fmt.Errorf("read a change: %w", err)
	}
	return c, nil
}

// List lists changes, the newest first, by when they began.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[Change], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Change]{}, err
	}
	found, err := s.Store.Changes(ctx, f, r)
	if err != nil {
		return page.Page[Change]{}, fmt.Errorf("list changes: %w", err)
	}
	return found, nil
}

// Prune removes the changes that began longer ago than they are kept, and returns how many.
func (s *Service) Prune(ctx context.Context) (int, error) {
	before := clock.Round(s.Clock()).Add(-Kept)
	n, err := tx.InChunks(ctx, s.Runner, tx.RowsAtOnce, func(ctx context.Context, limit int) (int, error) {
		return s.Store.PruneChanges(ctx, before, limit)
	})
	if err != nil {
		return n, fmt.Errorf("remove changes that began before %s: %w", before.Format(time.RFC3339), err)
	}
	return n, nil
}

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindChange})
}
