package access

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
)

// Workloads says which workloads can be let in at all.
type Workloads struct {
	Issuers  []string // that are trusted
	Audience string   // for which tokens are made unless an identity says otherwise
}

// CreateWorkloadIdentity adds an identity to a team, by its members. What it lets in has at most the scopes
// that the caller presented.
//
// Faults: Invalid; Forbidden; Conflict "workload_ambiguous" where it and one of another team let the same
// tokens in.
func (s *Service) CreateWorkloadIdentity(ctx context.Context, team id.ID, in WorkloadIdentityInput) (WorkloadIdentity, error) {
	now := s.moment()
	w := WorkloadIdentity{ID: id.New(now), Team: team, Name: in.Name, CreatedAt: now, UpdatedAt: now, Version: 1}
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		if err := s.authorizer.Authorize(ctx, Create, w.object()); err != nil {
			return err
		}
		if err := s.declareWorkload(ctx, Create, &w, in); err != nil {
			return err
		}
		if err := s.store.CreateWorkloadIdentity(ctx, w); err != nil {
			return err
		}
		return s.recorder.RecordDiff(ctx, Create, w.object(), "", nil, w)
	})
	if err != nil {
		return WorkloadIdentity{}, fmt.Errorf("create a workload identity: %w", err)
	}
	return w, nil
}

// declareWorkload gives the identity what the input says, or returns what is wrong with it.
func (s *Service) declareWorkload(ctx context.Context, verb Verb, w *WorkloadIdentity, in WorkloadIdentityInput) error {
	c := CallerFrom(ctx)
	if len(in.Scopes) == 0 {
		in.Scopes = []Scope{ScopePush}
	}
	if in.Audience == "" {
		in.Audience = s.workloads.Audience
	}
	var check fault.Check
	in.check(&check, s.workloads.Issuers)
	if err := check.Err(); err != nil {
		return err
	}
	for _, scope := range in.Scopes {
		if !c.Has(scope) {
			return refuse(c, verb, w.object(), fmt.Sprintf("you cannot give the scope %q, which you did not present yourself", scope))
		}
	}
	in.apply(w)
	return s.unambiguous(ctx, *w)
}

// unambiguous refuses an identity where it is known already that it and one of another team let the same
// tokens in. Where their rules are on different claims that shows only once a token meets both.
func (s *Service) unambiguous(ctx context.Context, w WorkloadIdentity) error {
	others, err := s.store.WorkloadIdentitiesFor(ctx, w.Issuer, []string{w.Audience})
	if err != nil {
		return err
	}
	for _, other := range others {
		if other.Team != w.Team && (other.includes(w) || w.includes(other)) {
			// The other's rules are for its team to see.
			return fault.New(fault.Conflict, codeAmbiguous,
				"another team has an identity that lets in what this one does: of which team a token would be is not known; narrow the claims, or ask the team with the identifier %s", other.Team)
		}
	}
	return nil
}

const codeAmbiguous = "workload_ambiguous"

// WorkloadIdentity returns one, to the members of its team and administrators.
func (s *Service) WorkloadIdentity(ctx context.Context, of id.ID) (WorkloadIdentity, error) {
	w, err := s.store.WorkloadIdentity(ctx, of)
	if err != nil {
		return WorkloadIdentity{}, fmt.Errorf("read a workload identity: %w", err)
	}
	if err := s.authorizer.Authorize(ctx, Read, w.object()); err != nil {
		return WorkloadIdentity{}, err
	}
	return w, nil
}

// WorkloadIdentities lists those of a team, which takes belonging to it, or, without one, those of all
// teams that the caller belongs to; administrators see all.
func (s *Service) WorkloadIdentities(ctx context.Context, team id.ID, r page.Request) (page.Page[WorkloadIdentity], error) {
	c := CallerFrom(ctx)
	var f WorkloadFilter
	switch {
	case team != "":
		if err := s.authorizer.Authorize(ctx, Read, Object{Kind: KindWorkloadIdentity, Team: team}); err != nil {
			return page.Page[WorkloadIdentity]{}, err
		}
		f.Teams = []id.ID{team}
	case c.Kind == ByPerson && !c.Administers():
		var err error
		if f.Teams, err = s.store.TeamsOf(ctx, c.Person); err != nil {
			return page.Page[WorkloadIdentity]{}, fmt.Errorf("list workload identities: %w", err)
		}
		slices.Sort(f.Teams)
		if len(f.Teams) == 0 {
			return page.Page[WorkloadIdentity]{}, nil
		}
	default:
		if err := s.authorizer.Authorize(ctx, Read, Object{Kind: KindWorkloadIdentity}); err != nil {
			return page.Page[WorkloadIdentity]{}, err
		}
	}
	found, err := s.store.WorkloadIdentities(ctx, f, r)
	if err != nil {
		return page.Page[WorkloadIdentity]{}, fmt.Errorf("list workload identities: %w", err)
	}
	return found, nil
}

// UpdateWorkloadIdentity replaces what is declared of one, but for its team. Where whom it lets in
// changes, or what they may do, tokens that it was worth end.
//
// Faults: NotFound; Forbidden; Precondition; Invalid; Conflict "workload_ambiguous".
func (s *Service) UpdateWorkloadIdentity(ctx context.Context, of id.ID, version int64, in WorkloadIdentityInput) (WorkloadIdentity, error) {
	var after WorkloadIdentity
	err := s.changeWorkload(ctx, Update, of, version, func(ctx context.Context, before WorkloadIdentity, now time.Time) error {
		after = before
		if err := s.declareWorkload(ctx, Update, &after, in); err != nil {
			return err
		}
		after.UpdatedAt = now
		if err := s.store.UpdateWorkloadIdentity(ctx, after); err != nil {
			return err
		}
		after.Version++
		if !before.letsInAs(after) {
			if err := s.store.RevokeTokensOf(ctx, of, now); err != nil {
				return err
			}
		}
		return s.recorder.RecordDiff(ctx, Update, before.object(), "", before, after)
	})
	return after, err
}

// letsInAs reports whether the same tokens are worth the same by both.
func (w WorkloadIdentity) letsInAs(other WorkloadIdentity) bool {
	return w.Issuer == other.Issuer && w.Audience == other.Audience && reflect.DeepEqual(w.Claims, other.Claims) && reflect.DeepEqual(w.Scopes, other.Scopes)
}

// DeleteWorkloadIdentity removes one, and the tokens that it was worth with it.
func (s *Service) DeleteWorkloadIdentity(ctx context.Context, of id.ID, version int64) error {
	return s.changeWorkload(ctx, Delete, of, version, func(ctx context.Context, before WorkloadIdentity, _ time.Time) error {
		if err := s.store.DeleteWorkloadIdentity(ctx, of, version); err != nil {
			return err
		}
		return s.recorder.RecordDiff(ctx, Delete, before.object(), "", before, nil)
	})
}

func (s *Service) changeWorkload(ctx context.Context, verb Verb, of id.ID, version int64, do func(context.Context, WorkloadIdentity, time.Time) error) error {
	now := s.moment()
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		before, err := s.store.WorkloadIdentity(ctx, of)
		if err != nil {
			return err
		}
		if err := s.authorizer.Authorize(ctx, verb, before.object()); err != nil {
			return err
		}
		if before.Version != version {
			return fault.Stale("workload identity")
		}
		return do(ctx, before, now)
	})
	if err != nil {
		return fmt.Errorf("%s a workload identity: %w", verb, err)
	}
	return nil
}
