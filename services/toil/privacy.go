package toil

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
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

// Pseudonymise parts what the caller said from who they are: the numbers stay, for the team's sums; who
// it was, notes, links and wishes are gone, and nobody can bring them back. All of it has one new name,
// which is kept nowhere else, so that it counts as one person's. It returns how many rows that were.
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
		if n, err = s.Store.Pseudonymise(ctx, c.Person, id.Unordered(now)); err != nil || n == 0 {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Delete, access.Object{Kind: access.KindToilAnswer}, "", nil, nil)
	})
	if err != nil {
		return 0, fmt.Errorf("part what a person said from who it was: %w", err)
	}
	return n, nil
}
