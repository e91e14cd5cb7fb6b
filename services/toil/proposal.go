package toil

import (
	"cmp"
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

// Responses gives the incidents of services of a team that were resolved since a time, with those who responded.
type Responses interface {
	Responses(ctx context.Context, team id.ID, since time.Time) ([]Proposal, error)
}

// Kind is what proposes.
type Kind string

// The kinds.
const (
	OfPage     Kind = "page"     // an alert that somebody acknowledged
	OfIssue    Kind = "issue"    // one on the tracker, labelled as toil and closed
	OfIncident Kind = "incident" // one that is over
)

// Proposal is something that happened, which may have been toil for somebody.
type Proposal struct {
	ID      id.ID // of what happened
	Kind    Kind
	Origin  string
	Service id.ID // empty where it is of several, or not known
	Day     clock.Date
	Title   string
	Link    string // path of its page, or the address of an issue
	// Minutes are how long it took, as far as is known: at most a day; 0 where nothing is.
	Minutes int
	// To are those to whom it is proposed; everybody in the team where it is empty.
	To []id.ID
}

const (
	// proposed is for how long something is proposed.
	proposed = 14 * 24 * time.Hour
	// forgotten is after how long a dismissal is.
	forgotten = 2 * proposed
)

// Proposals are what the caller, who is a member of the team, may log, and neither logged nor dismissed, of
// the last 14 days: pages that somebody acknowledged; issues that are labelled as toil and were closed, of
// their assignees in the team, or of everybody where there are none; and incidents that they responded to, unless the
// team leaves those out. The latest day is first.
//
// Faults: NotFound of the team; Forbidden, "not_member".
func (s *Service) Proposals(ctx context.Context, team id.ID) ([]Proposal, error) {
	person, err := s.self(ctx, access.KindToilEntry)
	if err != nil {
		return nil, err
	}
	of, err := s.Registry.Team(ctx, team)
	if err != nil {
		return nil, fmt.Errorf("read the team of proposals: %w", err)
	}
	inside, err := s.inside(ctx, team)
	if err != nil {
		return nil, err
	}
	if !inside {
		return nil, access.Refused(ctx, access.Read, access.Object{Kind: access.KindToilEntry, Label: of.Slug, Team: of.ID}, "not_member", "what may have been toil is proposed to members of the team")
	}
	return s.proposals(ctx, team, person)
}

func (s *Service) proposals(ctx context.Context, team, person id.ID) ([]Proposal, error) {
	found, err := s.happened(ctx, team, clock.Round(s.Clock()).Add(-proposed))
	if err != nil {
		return nil, fmt.Errorf("read what may have been toil: %w", err)
	}
	found = slices.DeleteFunc(found, func(p Proposal) bool { return len(p.To) > 0 && !slices.Contains(p.To, person) })
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

// happened is what may have been toil of the team since a time.
func (s *Service) happened(ctx context.Context, team id.ID, since time.Time) ([]Proposal, error) {
	out, err := s.ticketed(ctx, team, since)
	if err != nil {
		return nil, err
	}
	if s.Pages != nil {
		pages, err := s.Pages.Pages(ctx, team, since)
		if err != nil {
			return nil, err
		}
		out = append(out, pages...)
	}
	settings, err := s.settings(ctx, team)
	if err != nil {
		return nil, err
	}
	if s.Responses != nil && settings.Incidents {
		incidents, err := s.Responses.Responses(ctx, team, since)
		if err != nil {
			return nil, err
		}
		out = append(out, incidents...)
	}
	slices.SortStableFunc(out, func(a, b Proposal) int { return cmp.Compare(b.Day, a.Day) })
	return out, nil
}

func (s *Service) proposal(ctx context.Context, team, proposal id.ID) (Proposal, error) {
	person, err := s.member(ctx, access.KindToilEntry, team)
	if err != nil {
		return Proposal{}, err
	}
	open, err := s.proposals(ctx, team, person)
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
	if p.Kind == OfIssue && in.Link == "" {
		in.Link = p.Link
	}
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

// Prune forgets dismissals of what is not proposed any more, and tickets, and returns how many.
func (s *Service) Prune(ctx context.Context) (int, error) {
	before, total := s.Clock().Add(-forgotten), 0
	for _, prune := range []func(context.Context, time.Time, int) (int, error){s.Store.PruneDismissals, s.Store.PruneTickets} {
		n, err := tx.InChunks(ctx, s.Runner, tx.RowsAtOnce, func(ctx context.Context, limit int) (int, error) {
			return prune(ctx, before, limit)
		})
		total += n
		if err != nil {
			return total, fmt.Errorf("prune what is proposed no more: %w", err)
		}
	}
	return total, nil
}
