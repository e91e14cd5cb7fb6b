package proposal

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Parts are what a Service is made of.
type Parts struct {
	Store       Store
	Violations  Violations
	Budgets     Budgets
	Owners      Owners
	SLOs        SLOs
	Corrections Corrections
	Services    Services
	Bounds      Bounds
	Runner      tx.Runner
	Authorizer  *access.Authorizer
	Recorder    access.Recorder
	Clock       clock.Clock
}

// Service is what can be done with proposals, and the guard of the acts that need one.
// Every method authorises the context's caller, and every change is audited in its own
// transaction.
type Service struct{ Parts }

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{p} }

// about is what an act is done to.
type about struct {
	owner   registry.Service
	slo     id.ID
	version int64
	label   string
}

// object is a proposal as it is authorised on.
func (a about) object(p Proposal) access.Object {
	return access.Object{Kind: access.KindProposal, ID: p.ID, Label: a.label, Team: a.owner.Team}
}

// about reads what the input is about.
func (s *Service) about(ctx context.Context, in Input) (about, error) {
	var a about
	service := in.Service
	if in.SLO != "" {
		v, err := s.Budgets.View(ctx, in.SLO)
		if err != nil {
			return a, fmt.Errorf("read the SLO of a proposal: %w", err)
		}
		service = v.SLO.Service
		a.slo, a.version, a.label = v.SLO.ID, v.SLO.Version, v.SLO.Slug
	}
	owner, err := s.Owners.Service(ctx, service)
	if err != nil {
		return a, fmt.Errorf("read the service of a proposal: %w", err)
	}
	a.owner = owner
	if in.SLO == "" {
		a.version, a.label = owner.Version, owner.Slug
		return a, nil
	}
	a.label = owner.Slug + "/" + a.label
	return a, nil
}

// Propose keeps an act for another person to approve. The act is judged as if it were
// done: what breaks a rule is refused with that, and what needs no second person with
// Conflict "no_second_person_needed". document is the act as its author wrote it.
//
// Faults: Forbidden; those of the act; Invalid with a pointer to /reason.
func (s *Service) Propose(ctx context.Context, in Input, document json.RawMessage, reason string) (Proposal, error) {
	now := clock.Round(s.Clock())
	var p Proposal
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		a, err := s.about(ctx, in)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, access.Create, a.object(Proposal{})); err != nil {
			return err
		}
		var check fault.Check
		check.Require(strings.TrimSpace(reason) != "", "/reason", nil, "must say why, for who approves it")
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		if err := check.Err(); err != nil {
			return err
		}
		// The guard stops the act before anything is written.
		_, err = s.act(ctx, in)
		needed := fault.As(err)
		switch {
		case err == nil:
			return fault.New(fault.Conflict, "no_second_person_needed", "this needs no second person; do it directly")
		case needed == nil || needed.Code != Needed:
			return in.within(err)
		}
		c := access.CallerFrom(ctx)
		p = Proposal{
			ID: id.New(now), Act: in.act(), Service: a.owner.ID, SLO: a.slo, Version: a.version, Input: in, Document: document,
			Summary: strings.TrimSuffix(needed.Message, way), Reason: reason,
			Proposer: c.Person, ProposedBy: c.Name, CreatedAt: now, ExpiresAt: now.Add(Lifetime),
		}
		if err := s.Store.CreateProposal(ctx, p); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Create, a.object(p), reason, nil, p.record())
	})
	if err != nil {
		return Proposal{}, fmt.Errorf("propose a change: %w", err)
	}
	return p, nil
}

// Approve carries out what was proposed, in the same transaction: by a person who may do
// it, and is another than who proposed it.
//
// Faults: NotFound; Forbidden; Conflict "own_proposal", "proposal_decided" and
// "proposal_expired"; Precondition where the SLO or service was changed since; those of
// the act.
func (s *Service) Approve(ctx context.Context, proposal id.ID, reason string) (Proposal, error) {
	return s.decide(ctx, proposal, reason, func(ctx context.Context, p *Proposal, a about) error {
		if access.CallerFrom(ctx).Person == p.Proposer {
			return fault.New(fault.Conflict, "own_proposal", "who proposed it cannot approve it; another person who may change it can")
		}
		if a.version != p.Version {
			return fault.New(fault.Precondition, "version_mismatch", "what it is about was changed since it was proposed, from version %d to %d; reject it and propose it anew", p.Version, a.version)
		}
		made, err := s.act(access.WithAuthor(ctx, p.author()), p.Input)
		p.Decision, p.Made = Approved, made
		return err
	})
}

// Reject decides that it is not carried out. Who proposed it may withdraw it so.
//
// Faults: NotFound; Forbidden; Conflict "proposal_decided" and "proposal_expired";
// Invalid with a pointer to /reason.
func (s *Service) Reject(ctx context.Context, proposal id.ID, reason string) (Proposal, error) {
	return s.decide(ctx, proposal, reason, func(_ context.Context, p *Proposal, _ about) error {
		var check fault.Check
		check.Require(strings.TrimSpace(reason) != "", "/reason", nil, "must say why, for who proposed it")
		p.Decision = Rejected
		return check.Err()
	})
}

// decide loads an open proposal, authorises the caller on it, and writes what do decides.
func (s *Service) decide(ctx context.Context, proposal id.ID, reason string, do func(ctx context.Context, p *Proposal, a about) error) (Proposal, error) {
	now := clock.Round(s.Clock())
	var p Proposal
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		var err error
		if p, err = s.Store.Proposal(ctx, proposal); err != nil {
			return err
		}
		a, err := s.about(ctx, p.Input)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, access.Update, a.object(p)); err != nil {
			return err
		}
		var check fault.Check
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		if err := check.Err(); err != nil {
			return err
		}
		if err := p.open(now); err != nil {
			return err
		}
		before := p.record()
		if err := do(ctx, &p, a); err != nil {
			return err
		}
		p.DecidedAt, p.DecidedBy, p.DecidedFor = &now, access.CallerFrom(ctx).Name, reason
		if err := s.Store.DecideProposal(ctx, p); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Update, a.object(p), reason, before, p.record())
	})
	if err != nil {
		return Proposal{}, fmt.Errorf("decide on a proposal: %w", err)
	}
	return p, nil
}

// Get returns a proposal; NotFound.
func (s *Service) Get(ctx context.Context, proposal id.ID) (Proposal, error) {
	if err := s.mayRead(ctx); err != nil {
		return Proposal{}, err
	}
	return s.Store.Proposal(ctx, proposal)
}

// List lists proposals, the newest first.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[Proposal], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Proposal]{}, err
	}
	var check fault.Check
	check.Require(f.State == "" || slices.Contains(States, f.State), "query.state", f.State, "must be one of %s", fault.Or(States))
	if err := check.Err(); err != nil {
		return page.Page[Proposal]{}, err
	}
	found, err := s.Store.Proposals(ctx, f, clock.Round(s.Clock()), r)
	if err != nil {
		return page.Page[Proposal]{}, fmt.Errorf("list proposals: %w", err)
	}
	return found, nil
}

// Now is by when states of proposals are told.
func (s *Service) Now() time.Time { return clock.Round(s.Clock()) }

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindProposal})
}
