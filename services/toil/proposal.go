package toil

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
)

// Pages gives the pages that people of a team acknowledged since a time, the latest first.
type Pages interface {
	Pages(ctx context.Context, team id.ID, since time.Time) ([]Proposal, error)
}

// Proposal is something that happened, which may have been toil for somebody.
type Proposal struct {
	ID      id.ID // of what happened
	Origin  string
	Service id.ID
	Day     clock.Date
	Title   string
	Link    string // path of its page
}

const (
	// proposed is for how long something is proposed.
	proposed = 14 * 24 * time.Hour
	// forgotten is after how long a dismissal is.
	forgotten = 2 * proposed
)

// Proposals are what the caller, who is a member of the team, may log: pages of the last 14 days that
// somebody acknowledged, and that they neither logged nor dismissed.
func (s *Service) Proposals(ctx context.Context, team id.ID) ([]Proposal, error) {
	person, err := s.member(ctx, access.KindToilEntry, team)
	if err != nil || s.Pages == nil {
		return nil, err
	}
	found, err := s.Pages.Pages(ctx, team, clock.Round(s.Clock()).Add(-proposed))
	if err != nil {
		return nil, fmt.Errorf("read what may have been toil: %w", err)
	}
	origins := make([]string, len(found))
	for i, p := range found {
		origins[i] = p.Origin
	}
	settled, err := s.Store.Origins(ctx, person, origins)
	if err != nil {
		return nil, fmt.Errorf("read what was made of proposals: %w", err)
	}
	return slices.DeleteFunc(found, func(p Proposal) bool { return settled[p.Origin] }), nil
}

func (s *Service) proposal(ctx context.Context, team, proposal id.ID) (Proposal, error) {
	open, err := s.Proposals(ctx, team)
	if err != nil {
		return Proposal{}, err
	}
	for _, p := range open {
		if p.ID == proposal {
			return p, nil
		}
	}
	return Proposal{}, fault.Missing("toil_proposal", string(proposal))
}

// Take logs what a proposal was: its day and service stay what they are.
//
// Faults: NotFound, of one that was taken or dismissed too; as Log.
func (s *Service) Take(ctx context.Context, team, proposal id.ID, in EntryInput) (Entry, error) {
	p, err := s.proposal(ctx, team, proposal)
	if err != nil {
		return Entry{}, err
	}
	in.Day, in.Service = p.Day, p.Service
	return s.log(ctx, team, in, p.Origin)
}

// Dismiss says that a proposal was no toil of the caller.
//
// Faults: NotFound, of one that was taken or dismissed too; Forbidden, "not_member".
func (s *Service) Dismiss(ctx context.Context, team, proposal id.ID) error {
	now := clock.Round(s.Clock())
	p, err := s.proposal(ctx, team, proposal)
	if err != nil {
		return err
	}
	if err := s.Store.Dismiss(ctx, id.New(now), access.CallerFrom(ctx).Person, p.Origin, now); err != nil {
		return fmt.Errorf("dismiss a proposal: %w", err)
	}
	return nil
}

// Prune forgets dismissals of what is not proposed any more, and returns how many.
func (s *Service) Prune(ctx context.Context) (int, error) {
	before := s.Clock().Add(-forgotten)
	n, err := tx.InChunks(ctx, s.Runner, tx.RowsAtOnce, func(ctx context.Context, limit int) (int, error) {
		return s.Store.PruneDismissals(ctx, before, limit)
	})
	if err != nil {
		return n, fmt.Errorf("prune dismissals: %w", err)
	}
	return n, nil
}
