package toil

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
)

// Log enters toil of the caller, who is a member of the team. A day has at most 24 hours, over all that
// the person logged for it in any team.
//
// Faults: NotFound of the team; Forbidden, "not_member"; Invalid with every broken rule.
func (s *Service) Log(ctx context.Context, team id.ID, in EntryInput) (Entry, error) {
	return s.log(ctx, team, in, "")
}

func (s *Service) log(ctx context.Context, team id.ID, in EntryInput, origin string) (Entry, error) {
	now := clock.Round(s.Clock())
	var out Entry
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		person, err := s.member(ctx, access.KindToilEntry, team)
		if err != nil {
			return err
		}
		if err := s.Store.HoldPerson(ctx, person); err != nil {
			return err
		}
		out = Entry{ID: id.New(now), Team: team, Subject: person, EntryInput: in, Origin: origin, CreatedAt: now, UpdatedAt: now, Version: 1}
		if err := s.checkEntry(ctx, out, Entry{}); err != nil {
			return err
		}
		written, err := s.Store.CreateEntries(ctx, []Entry{out})
		if err == nil && written == 0 {
			err = fault.New(fault.Conflict, "proposal_taken", "you took this proposal already")
		}
		return err
	})
	if err != nil {
		return Entry{}, fmt.Errorf("log toil: %w", err)
	}
	return out, nil
}

// checkEntry checks an entry beside the one that it replaces.
func (s *Service) checkEntry(ctx context.Context, e, before Entry) error {
	var check fault.Check
	e.check(&check, "", e.UpdatedAt)
	parted, err := s.Store.Parting(ctx, e.Subject)
	if err != nil {
		return err
	}
	parted.checkDay(&check, "/day", e.Day)
	logged, err := s.Store.MinutesOn(ctx, e.Subject, []clock.Date{e.Day})
	if err != nil {
		return err
	}
	others := logged[e.Day]
	if before.Day == e.Day {
		others -= before.Minutes
	}
	if e.Minutes >= 1 && e.Minutes <= MaxDay {
		checkDay(&check, "", e.Day, e.Minutes, others)
	}
	if e.Service != "" && e.Service != before.Service {
		found, err := s.Registry.ServicesByID(ctx, []id.ID{e.Service})
		if err != nil {
			return fmt.Errorf("read the service of an entry: %w", err)
		}
		_, exists := found[e.Service]
		check.Require(exists, "/service", string(e.Service), "names no service that exists")
	}
	return check.Err()
}

// Entry returns one that the caller logged; NotFound for all else.
func (s *Service) Entry(ctx context.Context, team, entry id.ID) (Entry, error) {
	person, err := s.self(ctx, access.KindToilEntry)
	if err != nil {
		return Entry{}, err
	}
	return s.mine(ctx, person, team, entry)
}

// mine is an entry of the person in the team. That others have one is not told.
func (s *Service) mine(ctx context.Context, person, team, entry id.ID) (Entry, error) {
	found, err := s.Store.Entry(ctx, entry)
	if err == nil && (found.Subject != person || found.Team != team) {
		err = fault.Missing("toil_entry", string(entry))
	}
	if err != nil {
		return Entry{}, fmt.Errorf("read an entry: %w", err)
	}
	return found, nil
}

// Entries lists what the caller logged in the team, the latest day first.
func (s *Service) Entries(ctx context.Context, f EntryFilter, r page.Request) (page.Page[Entry], error) {
	person, err := s.self(ctx, access.KindToilEntry)
	if err != nil {
		return page.Page[Entry]{}, err
	}
	f.Subject = person
	found, err := s.Store.Entries(ctx, f, r)
	if err != nil {
		return page.Page[Entry]{}, fmt.Errorf("list entries: %w", err)
	}
	return found, nil
}

// Amend replaces what the caller said of toil that they logged.
//
// Faults: NotFound; Precondition; Invalid.
func (s *Service) Amend(ctx context.Context, team, entry id.ID, version int64, in EntryInput) (Entry, error) {
	now := clock.Round(s.Clock())
	var after Entry
	err := s.change(ctx, access.Update, team, entry, version, func(ctx context.Context, before Entry) error {
		after = before
		after.EntryInput, after.UpdatedAt = in, now
		if err := s.checkEntry(ctx, after, before); err != nil {
			return err
		}
		if err := s.Store.UpdateEntry(ctx, after); err != nil {
			return err
		}
		after.Version++
		return nil
	})
	if err != nil {
		return Entry{}, fmt.Errorf("change an entry: %w", err)
	}
	return after, nil
}

// Strike removes toil that the caller logged.
//
// Faults: NotFound; Precondition.
func (s *Service) Strike(ctx context.Context, team, entry id.ID, version int64) error {
	err := s.change(ctx, access.Delete, team, entry, version, func(ctx context.Context, e Entry) error { return s.Store.DeleteEntry(ctx, e) })
	if err != nil {
		return fmt.Errorf("remove an entry: %w", err)
	}
	return nil
}

// change does something with an entry of the caller's own, which nobody else changes meanwhile.
func (s *Service) change(ctx context.Context, verb access.Verb, team, entry id.ID, version int64, do func(ctx context.Context, e Entry) error) error {
	return s.Runner.InTx(ctx, func(ctx context.Context) error {
		c := access.CallerFrom(ctx)
		if err := s.Authorizer.Authorize(ctx, verb, access.Object{Kind: access.KindToilEntry, Person: c.Person}); err != nil {
			return err
		}
		if err := s.Store.HoldPerson(ctx, c.Person); err != nil {
			return err
		}
		e, err := s.mine(ctx, c.Person, team, entry)
		if err != nil {
			return err
		}
		if e.Version != version {
			return fault.Stale("entry")
		}
		return do(ctx, e)
	})
}
