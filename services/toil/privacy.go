package toil

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// Export is everything that a person said of toil, in all teams.
type Export struct {
	At      time.Time
	Person  id.ID
	Answers []Answer
	Entries []Entry
	Surveys []SurveyAnswer
}

// Export is everything that the caller said; of nobody else.
func (s *Service) Export(ctx context.Context) (Export, error) {
	person, err := s.self(ctx, access.KindToilAnswer)
	if err != nil {
		return Export{}, err
	}
	out, err := s.Store.AllOf(ctx, person)
	if err != nil {
		return Export{}, fmt.Errorf("read all toil of a person: %w", err)
	}
	out.At, out.Person = clock.Round(s.Clock()), person
	return out, nil
}

// Parting is that a person took their name from what they said. Up to the week and the quarter they say
// nothing more: what they said is there, under a name that nobody can lead back to them, and more of it
// would count as a second person's. What it was, and in which team, is not kept.
type Parting struct {
	Subject id.ID
	Week    share.Week
	Quarter share.Quarter // empty where they answered no survey
	At      time.Time
}

// checkDay, checkWeek and checkQuarter note what is of the time before a parting.
func (p Parting) checkDay(check *fault.Check, pointer string, day clock.Date) {
	if p.Week != "" {
		from := clock.DateOf(p.Week.End())
		check.Require(day >= from, pointer, string(day), "must be %s or later: you took your name from what you said until then", from)
	}
}

func (p Parting) checkWeek(check *fault.Check, w share.Week) {
	check.Require(w > p.Week, "path.week", string(w), "must be after %s: you took your name from what you said until then", p.Week)
}

func (p Parting) checkQuarter(check *fault.Check, q share.Quarter) {
	check.Require(q > p.Quarter, "path.quarter", string(q), "must be after %s: you took your name from what you answered until then", p.Quarter)
}

// Pseudonymise parts what the caller said from who they are: the numbers stay, for the team's sums; who
// it was, notes, links and wishes are gone, and nobody can bring them back. All of it has one new name,
// which is kept nowhere else, so that it counts as one person's. From the next week on they can say
// something again. It returns how many rows that were.
func (s *Service) Pseudonymise(ctx context.Context) (int, error) {
	now := clock.Round(s.Clock())
	c := access.CallerFrom(ctx)
	o := access.Object{Kind: access.KindToilAnswer, Person: c.Person}
	if err := s.Authorizer.Authorize(ctx, access.Delete, o); err != nil {
		return 0, err
	}
	n := 0
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		err := s.Store.HoldPerson(ctx, c.Person)
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.Forbidden, "not_person", "only a person has said something that they can take their name from")
		}
		if err != nil {
			return err
		}
		// A name that says nothing of when it was given, as others do.
		answered, err := s.Store.LastSurvey(ctx, c.Person)
		if err != nil {
			return err
		}
		if n, err = s.Store.Pseudonymise(ctx, c.Person, id.Unordered(now)); err != nil || n == 0 {
			return err
		}
		before, err := s.Store.Parting(ctx, c.Person)
		if err != nil {
			return err
		}
		p := Parting{Subject: c.Person, Week: share.WeekOf(now), Quarter: max(before.Quarter, answered), At: now}
		if err := s.Store.Part(ctx, id.New(now), p); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Delete, access.Object{Kind: access.KindToilAnswer}, "", nil, nil)
	})
	if err != nil {
		return 0, fmt.Errorf("part what a person said from who it was: %w", err)
	}
	return n, nil
}

// stands is for how long a parting is kept: until no day before it can be logged any more.
const stands = (Back + 7) * 24 * time.Hour

// PrunePartings forgets partings that keep nobody from anything any more, and returns how many.
func (s *Service) PrunePartings(ctx context.Context) (int, error) {
	before := s.Clock().Add(-stands)
	n, err := tx.InChunks(ctx, s.Runner, tx.RowsAtOnce, func(ctx context.Context, limit int) (int, error) {
		return s.Store.PrunePartings(ctx, before, limit)
	})
	if err != nil {
		return n, fmt.Errorf("prune partings: %w", err)
	}
	return n, nil
}
