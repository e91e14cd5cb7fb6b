package toil

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// Course is whether toil gets better.
type Course string

// The courses.
const (
	Better Course = "better"
	Same   Course = "same"
	Worse  Course = "worse"
)

// Courses lists every course.
var Courses = []Course{Better, Same, Worse}

// Load is how being on call was.
type Load string

// The loads.
const (
	NotOnCall Load = "not_on_call"
	Light     Load = "light"
	Fair      Load = "fair"
	Heavy     Load = "heavy"
)

// Loads lists every load.
var Loads = []Load{NotOnCall, Light, Fair, Heavy}

// SurveyInput are the five questions of a quarter.
type SurveyInput struct {
	Percent  int      // how much of the quarter was toil, 0 to 100
	Category Category // the largest source; empty of 0 %
	Wish     string   // what they would automate; may be empty
	Course   Course   // whether it is getting better
	OnCall   Load
}

// SurveyAnswer is what a person answered in the survey of a quarter.
type SurveyAnswer struct {
	ID      id.ID
	Team    id.ID
	Subject id.ID
	Quarter share.Quarter
	SurveyInput
	CreatedAt, UpdatedAt time.Time
	Version              int64
}

// afterwards is for how long after its end a quarter can be answered about.
const afterwards = 31 * 24 * time.Hour

func (in SurveyInput) check(check *fault.Check, q share.Quarter, now time.Time) {
	check.Require(in.Percent >= 0 && in.Percent <= 100, "/share", in.Percent, "must be 0 to 100, in percent")
	if in.Percent == 0 {
		check.Require(in.Category == "", "/category", string(in.Category), "must be left out where there was no toil")
	} else {
		in.Category.check(check, "/category")
	}
	registry.CheckText(check, "/wish", in.Wish, registry.MaxReason)
	check.Require(slices.Contains(Courses, in.Course), "/course", string(in.Course), "must be one of %s", fault.Or(Courses))
	check.Require(slices.Contains(Loads, in.OnCall), "/onCall", string(in.OnCall), "must be one of %s", fault.Or(Loads))
	if _, is := share.ParseQuarter(string(q)); !is {
		check.Fail("path.quarter", string(q), "must be a quarter, such as %q", share.QuarterOf(now))
		return
	}
	check.Require(!now.Before(q.From()) && now.Before(q.To().Add(afterwards)), "path.quarter", string(q), "must be the present quarter, %s, or one that is over for at most 31 days", share.QuarterOf(now))
}

// Survey keeps what the caller, who is a member of the team, answers about a quarter; it replaces what
// they answered before.
//
// Faults: NotFound of the team; Forbidden, "not_member"; Invalid with every broken rule.
func (s *Service) Survey(ctx context.Context, team id.ID, q share.Quarter, in SurveyInput) (SurveyAnswer, error) {
	now := clock.Round(s.Clock())
	in.Wish = strings.TrimSpace(in.Wish)
	var out SurveyAnswer
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		person, err := s.member(ctx, access.KindToilSurvey, team)
		if err != nil {
			return err
		}
		var check fault.Check
		in.check(&check, q, now)
		if err := s.Store.HoldPerson(ctx, person); err != nil {
			return err
		}
		parted, err := s.Store.Parting(ctx, person)
		if err != nil {
			return err
		}
		parted.checkQuarter(&check, q)
		if err := check.Err(); err != nil {
			return err
		}
		out = SurveyAnswer{ID: id.New(now), Team: team, Subject: person, Quarter: q, SurveyInput: in, CreatedAt: now, UpdatedAt: now, Version: 1}
		before, err := s.Store.Survey(ctx, team, person, q)
		switch {
		case fault.Is(err, fault.NotFound):
			return s.Store.CreateSurvey(ctx, out)
		case err != nil:
			return err
		}
		out.ID, out.CreatedAt, out.Version = before.ID, before.CreatedAt, before.Version
		if err := s.Store.UpdateSurvey(ctx, out); err != nil {
			return err
		}
		out.Version++
		return nil
	})
	if err != nil {
		return SurveyAnswer{}, fmt.Errorf("answer a survey: %w", err)
	}
	return out, nil
}

// MySurvey is what the caller answered about a quarter; NotFound for all else.
func (s *Service) MySurvey(ctx context.Context, team id.ID, q share.Quarter) (SurveyAnswer, error) {
	person, err := s.self(ctx, access.KindToilSurvey)
	if err != nil {
		return SurveyAnswer{}, err
	}
	found, err := s.Store.Survey(ctx, team, person, q)
	if err != nil {
		return SurveyAnswer{}, fmt.Errorf("read what was answered in a survey: %w", err)
	}
	return found, nil
}

// Surveyed is what a team answered about a quarter. It says nothing until the quarter can be answered about
// no more, and where fewer than Crowd answered, to the team neither: the answers are anonymous, and two
// results that differ by one answer would tell that one.
type Surveyed struct {
	Quarter share.Quarter
	Answers int // how many; 0 outside the team where nothing is told
	Told    bool
	Closes  time.Time // from when on nobody can answer
	// Mean and Median are of the shares, 0.5 is half.
	Mean, Median float64
	Categories   map[Category]int
	Courses      map[Course]int
	OnCall       map[Load]int
	// Wishes are what people would automate, in the order of the alphabet, so that nothing says whose they
	// are. They are for the team alone.
	Wishes []string
}

// Surveyed is what the team answered about a quarter.
//
// Faults: Invalid of what is no quarter.
func (s *Service) Surveyed(ctx context.Context, team id.ID, q share.Quarter) (Surveyed, error) {
	if err := s.mayRead(ctx); err != nil {
		return Surveyed{}, err
	}
	var check fault.Check
	if _, is := share.ParseQuarter(string(q)); !is {
		check.Fail("path.quarter", string(q), "must be a quarter, such as %q", share.QuarterOf(s.Clock()))
		return Surveyed{}, check.Err()
	}
	inside, err := s.inside(ctx, team)
	if err != nil {
		return Surveyed{}, err
	}
	found, err := s.Store.Surveys(ctx, team, q)
	if err != nil {
		return Surveyed{}, fmt.Errorf("read what was answered in a survey: %w", err)
	}
	return summed(q, found, inside, clock.Round(s.Clock())), nil
}

func summed(q share.Quarter, found []SurveyAnswer, inside bool, now time.Time) Surveyed {
	out := Surveyed{Quarter: q, Answers: len(found), Closes: q.To().Add(afterwards), Categories: map[Category]int{}, Courses: map[Course]int{}, OnCall: map[Load]int{}}
	if out.Told = len(found) >= Crowd && !now.Before(out.Closes); !out.Told {
		if !inside {
			out.Answers = 0
		}
		return out
	}
	percents := make([]int, len(found))
	total := 0
	for i, a := range found {
		percents[i] = a.Percent
		total += a.Percent
		if a.Category != "" {
			out.Categories[a.Category]++
		}
		out.Courses[a.Course]++
		out.OnCall[a.OnCall]++
		if a.Wish != "" && inside {
			out.Wishes = append(out.Wishes, a.Wish)
		}
	}
	slices.Sort(percents)
	n := len(percents)
	out.Mean = float64(total) / float64(100*n)
	out.Median = float64(percents[(n-1)/2]+percents[n/2]) / 200
	slices.SortFunc(out.Wishes, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a), strings.ToLower(b)), cmp.Compare(a, b))
	})
	return out
}
