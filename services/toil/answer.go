package toil

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// Answer is what a person said of a week in a team.
type Answer struct {
	ID   id.ID
	Team id.ID
	// Subject is the person, or a pseudonym.
	Subject id.ID
	Week    share.Week
	AnswerInput
	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// AnswerInput is what is asked.
type AnswerInput struct {
	Percent  int      // of the days worked beside meetings: one of Percents
	Category Category // the largest; empty of 0 %
	Away     int      // working days of the week on which they were away; 0 % where that is all of them
	Note     string   // one line; may be empty
}

// Percents are the shares that can be answered.
var Percents = []int{0, 25, 50, 75, 100}

// fortnight is for how long after its end a week can be answered, or answered otherwise.
const fortnight = 14 * 24 * time.Hour

func (in AnswerInput) check(check *fault.Check, weekDays int) {
	check.Require(in.Away >= 0 && in.Away <= weekDays, "/daysAway", in.Away, "must be 0 to %d, the working days of the team's week", weekDays)
	check.Require(in.Away != weekDays || in.Percent == 0, "/share", in.Percent, "must be 0 of a week that was not worked")
	check.Require(slices.Contains(Percents, in.Percent), "/share", in.Percent, "must be one of %s, in percent", fault.Or(Percents))
	if in.Percent == 0 {
		check.Require(in.Category == "", "/category", string(in.Category), "must be left out where there was no toil")
	} else {
		in.Category.check(check, "/category")
	}
	access.CheckLine(check, "/note", in.Note, 0, registry.MaxLine)
}

// checkWeek notes when a week cannot be answered now.
func checkWeek(check *fault.Check, w share.Week, now time.Time) {
	if _, is := share.ParseWeek(string(w)); !is {
		check.Fail("path.week", string(w), "must be a week of ISO 8601, such as %q", share.WeekOf(now))
		return
	}
	check.Require(!w.Monday().After(now), "path.week", string(w), "must not be after the present week, %s", share.WeekOf(now))
	check.Require(now.Before(w.End().Add(fortnight)), "path.week", string(w), "is more than two weeks past: it could be answered until %s", clock.DateOf(w.End().Add(fortnight-1)))
}

// Answer keeps what the caller, who is a member of the team, says of a week: the present one, or one
// that is over for at most two weeks. It replaces what they said before.
//
// Faults: NotFound of the team; Forbidden, "not_member"; Invalid with every broken rule.
func (s *Service) Answer(ctx context.Context, team id.ID, week share.Week, in AnswerInput) (Answer, error) {
	now := clock.Round(s.Clock())
	var out Answer
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		person, err := s.member(ctx, access.KindToilAnswer, team)
		if err != nil {
			return err
		}
		settings, err := s.settings(ctx, team)
		if err != nil {
			return err
		}
		var check fault.Check
		in.check(&check, settings.WeekDays)
		checkWeek(&check, week, now)
		if err := s.Store.HoldPerson(ctx, person); err != nil {
			return err
		}
		parted, err := s.Store.Parting(ctx, person)
		if err != nil {
			return err
		}
		parted.checkWeek(&check, week)
		if err := check.Err(); err != nil {
			return err
		}
		out = Answer{ID: id.New(now), Team: team, Subject: person, Week: week, AnswerInput: in, CreatedAt: now, UpdatedAt: now, Version: 1}
		before, err := s.Store.Answer(ctx, team, person, week)
		switch {
		case fault.Is(err, fault.NotFound):
			return s.Store.CreateAnswer(ctx, out)
		case err != nil:
			return err
		}
		out.ID, out.CreatedAt, out.Version = before.ID, before.CreatedAt, before.Version
		if err := s.Store.UpdateAnswer(ctx, out); err != nil {
			return err
		}
		out.Version++
		return nil
	})
	if err != nil {
		return Answer{}, fmt.Errorf("answer about a week: %w", err)
	}
	return out, nil
}

// Mine is what the caller answered of a week in the team; NotFound for all else.
func (s *Service) Mine(ctx context.Context, team id.ID, week share.Week) (Answer, error) {
	person, err := s.self(ctx, access.KindToilAnswer)
	if err != nil {
		return Answer{}, err
	}
	found, err := s.Store.Answer(ctx, team, person, week)
	if err != nil {
		return Answer{}, fmt.Errorf("read an answer: %w", err)
	}
	return found, nil
}

// AnswersOfMine lists what the caller answered in the team, the latest week first.
func (s *Service) AnswersOfMine(ctx context.Context, team id.ID, r page.Request) (page.Page[Answer], error) {
	person, err := s.self(ctx, access.KindToilAnswer)
	if err != nil {
		return page.Page[Answer]{}, err
	}
	found, err := s.Store.AnswersBy(ctx, person, team, r)
	if err != nil {
		return page.Page[Answer]{}, fmt.Errorf("list answers: %w", err)
	}
	return found, nil
}
