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

// CandidateState is what became of a candidate.
type CandidateState string

// The states.
const (
	Estimated CandidateState = "estimated" // a team said how long it would take to build
	Wanted    CandidateState = "wanted"    // it has an issue
	Done      CandidateState = "done"      // its issue was closed as completed
	Dropped   CandidateState = "dropped"   // its issue was closed as not planned
)

// CandidateStates lists every state.
var CandidateStates = []CandidateState{Estimated, Wanted, Done, Dropped}

// Candidate is toil of a category for a service that a team may automate.
type Candidate struct {
	ID       id.ID
	Team     id.ID
	Service  id.ID
	Category Category
	Estimate
	State     CandidateState
	WantedAt  *time.Time // when its issue was wanted
	SettledAt *time.Time // when people closed it
	CreatedAt time.Time
	CreatedBy string
	UpdatedAt time.Time
	UpdatedBy string
	Version   int64
}

// Estimate is what a team says of a candidate.
type Estimate struct {
	Title string
	// BuildMinutes is how long it takes to build, in minutes.
	BuildMinutes int
}

// Live reports whether it is not settled: there is one for a service and category.
func (c Candidate) Live() bool { return c.State == Estimated || c.State == Wanted }

// mostBuild is the longest that building is estimated at: a year of one person, and some.
const mostBuild = 4_000 * 60

func (e Estimate) check(check *fault.Check) {
	access.CheckLine(check, "/title", e.Title, 1, registry.MaxLine)
	check.Require(e.BuildMinutes >= 1 && e.BuildMinutes <= mostBuild, "/buildHours", float64(e.BuildMinutes)/60, "must be more than 0, and at most %d", mostBuild/60)
}

func (c Candidate) object() access.Object {
	return access.Object{Kind: access.KindToilCandidate, ID: c.ID, Label: c.Title, Team: c.Team}
}

// Figure is what the entries say of a candidate, or of toil that is none yet.
type Figure struct {
	Candidate *Candidate // nil where nobody estimated it
	Category  Category
	Service   id.ID
	// Minutes were logged in the last 90 days, in so many entries by so many persons.
	Minutes, Entries, Persons int
	// Told is whether the caller may see what was logged.
	Told bool
	// HoursAYear is Minutes as hours of a year; PayBack after how many weeks building it is paid back, nil
	// where that is not known.
	HoursAYear float64
	PayBack    *float64
	// Saved is what it saved; nil of what is not done.
	Saved *Saved
}

// Saved compares what was logged of a category for a service before and after its automation was done.
// Each side is of at most Sides weeks.
type Saved struct {
	Before, After Side
	// Hours a week less; negative where it is more. Nil while less than a week has passed.
	HoursAWeek *float64
}

// Side is what was logged on one side of the day on which automation was done.
type Side struct {
	From, To                  clock.Date
	Days                      int
	Minutes, Entries, Persons int
}

// HoursAWeek is what that is in a week.
func (s Side) HoursAWeek() float64 { return float64(s.Minutes) / 60 / float64(s.Days) * 7 }

// Sides is how many days each side of a comparison has at most: thirteen weeks.
const Sides = 91

// Candidates are what to automate first: by pay-back where it is known, then by the hours of a year.
// What is settled comes last, with what it saved. Outside the team what is logged is told over Crowd
// persons and more.
func (s *Service) Candidates(ctx context.Context, team id.ID) ([]Figure, error) {
	now := clock.Round(s.Clock())
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	inside, err := s.inside(ctx, team)
	if err != nil {
		return nil, err
	}
	return s.figures(ctx, team, inside, now)
}

func (s *Service) figures(ctx context.Context, team id.ID, inside bool, now time.Time) ([]Figure, error) {
	known, err := s.Store.Candidates(ctx, []id.ID{team})
	if err != nil {
		return nil, fmt.Errorf("read the candidates of a team: %w", err)
	}
	from, to := window(now)
	sums, err := s.Store.Sums(ctx, []id.ID{team}, from, to)
	if err != nil {
		return nil, fmt.Errorf("sum up what a team logged: %w", err)
	}
	var out []Figure
	for _, c := range known {
		f := Figure{Candidate: &c, Category: c.Category, Service: c.Service}
		if n := slices.IndexFunc(sums, func(one Sum) bool { return one.Category == c.Category && one.Service == c.Service }); n >= 0 && c.Live() {
			f.Minutes, f.Entries, f.Persons = sums[n].Minutes, sums[n].Entries, sums[n].Persons
			sums = slices.Delete(sums, n, n+1)
		}
		if c.State == Done {
			if f.Saved, err = s.saved(ctx, c, inside, now); err != nil {
				return nil, err
			}
		}
		out = append(out, f.reckoned(inside))
	}
	for _, one := range sums {
		if inside || one.Persons >= Crowd { // others are not told that it is there
			out = append(out, Figure{Category: one.Category, Service: one.Service, Minutes: one.Minutes, Entries: one.Entries, Persons: one.Persons}.reckoned(inside))
		}
	}
	slices.SortStableFunc(out, first)
	return out, nil
}

// reckoned is the figure with what follows from what was logged, if that is told.
func (f Figure) reckoned(inside bool) Figure {
	f.Told = inside || f.Persons >= Crowd
	if !f.Told {
		f.Minutes, f.Entries, f.Persons = 0, 0, 0
		return f
	}
	f.HoursAYear = share.HoursAYear(f.Minutes)
	if f.Candidate != nil {
		if weeks, known := share.PayBack(f.Candidate.BuildMinutes, f.HoursAYear); known {
			f.PayBack = &weeks
		}
	}
	return f
}

func (f Figure) rank() int {
	switch {
	case f.Candidate != nil && !f.Candidate.Live():
		return 2
	case f.PayBack != nil:
		return 0
	}
	return 1
}

func first(a, b Figure) int {
	by := cmp.Compare(a.rank(), b.rank())
	if by == 0 && a.PayBack != nil && b.PayBack != nil {
		by = cmp.Compare(*a.PayBack, *b.PayBack)
	}
	return cmp.Or(by, cmp.Compare(b.HoursAYear, a.HoursAYear), cmp.Compare(a.Category, b.Category), cmp.Compare(a.Service, b.Service))
}

// saved compares the days before the one on which it was done, which is on neither side, with those
// after it.
func (s *Service) saved(ctx context.Context, c Candidate, inside bool, now time.Time) (*Saved, error) {
	done := clock.DateOf(*c.SettledAt).Time()
	plus := func(days int) clock.Date { return clock.DateOf(done.AddDate(0, 0, days)) }
	v := &Saved{
		Before: Side{From: plus(-Sides), To: plus(-1), Days: Sides},
		After:  Side{From: plus(1), To: min(plus(Sides), clock.DateOf(now.AddDate(0, 0, -1)))},
	}
	v.After.Days = max(0, int(v.After.To.Time().Sub(done)/(24*time.Hour)))
	for _, side := range []*Side{&v.Before, &v.After} {
		if side.Days == 0 {
			continue
		}
		sums, err := s.Store.Sums(ctx, []id.ID{c.Team}, side.From, side.To)
		if err != nil {
			return nil, fmt.Errorf("sum up what an automation saved: %w", err)
		}
		for _, one := range sums {
			if one.Category == c.Category && one.Service == c.Service {
				side.Minutes, side.Entries, side.Persons = one.Minutes, one.Entries, one.Persons
			}
		}
	}
	if !inside && (v.Before.Persons < Crowd || v.After.Persons > 0 && v.After.Persons < Crowd) {
		return nil, nil
	}
	if v.After.Days >= 7 {
		less := v.Before.HoursAWeek() - v.After.HoursAWeek()
		v.HoursAWeek = &less
	}
	return v, nil
}

// Candidate is one with its figures; NotFound.
func (s *Service) Candidate(ctx context.Context, team, candidate id.ID) (Figure, error) {
	all, err := s.Candidates(ctx, team)
	if err != nil {
		return Figure{}, err
	}
	for _, f := range all {
		if f.Candidate != nil && f.Candidate.ID == candidate {
			return f, nil
		}
	}
	return Figure{}, fault.Missing("toil_candidate", string(candidate))
}

// EstimateInput names the toil that is estimated.
type EstimateInput struct {
	Service  id.ID
	Category Category
	Estimate
}

// Estimate makes a candidate of the toil of a category for a service.
//
// Faults: NotFound of the team; Forbidden; Conflict "candidate_taken"; Invalid.
func (s *Service) Estimate(ctx context.Context, team id.ID, in EstimateInput) (Candidate, error) {
	now := clock.Round(s.Clock())
	in.Title = strings.TrimSpace(in.Title)
	var made Candidate
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Registry.Team(ctx, team); err != nil {
			return err
		}
		by := access.CallerFrom(ctx).Name
		made = Candidate{
			ID: id.New(now), Team: team, Service: in.Service, Category: in.Category, Estimate: in.Estimate, State: Estimated,
			CreatedAt: now, CreatedBy: by, UpdatedAt: now, UpdatedBy: by, Version: 1,
		}
		if err := s.Authorizer.Authorize(ctx, access.Create, made.object()); err != nil {
			return err
		}
		var check fault.Check
		in.check(&check)
		in.Category.check(&check, "/category")
		found, err := s.Registry.ServicesByID(ctx, []id.ID{in.Service})
		if err != nil {
			return fmt.Errorf("read the service of a candidate: %w", err)
		}
		check.Require(found[in.Service].Team == team && team != "", "/service", string(in.Service), "must be a service of the team, whose repository has the issue")
		if err := check.Err(); err != nil {
			return err
		}
		if err := s.Store.CreateCandidate(ctx, made); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Create, made.object(), "", nil, made.record())
	})
	if err != nil {
		return Candidate{}, fmt.Errorf("estimate an automation: %w", err)
	}
	return made, nil
}

// candidateRecord is what the audit log keeps of a candidate.
type candidateRecord struct {
	Service  id.ID
	Category Category
	Estimate
	State CandidateState
}

func (c Candidate) record() candidateRecord {
	return candidateRecord{c.Service, c.Category, c.Estimate, c.State}
}

// Reestimate replaces what is said of a candidate that is not settled; its issue follows.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "candidate_settled"; Invalid.
func (s *Service) Reestimate(ctx context.Context, team, candidate id.ID, version int64, e Estimate) (Candidate, error) {
	e.Title = strings.TrimSpace(e.Title)
	after, err := s.revise(ctx, team, candidate, version, func(c *Candidate, _ time.Time) error {
		var check fault.Check
		e.check(&check)
		c.Estimate = e
		return check.Err()
	})
	if err != nil {
		return Candidate{}, fmt.Errorf("change a candidate: %w", err)
	}
	return after, nil
}

// Want wants an issue for a candidate. Done again, it changes nothing.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "candidate_settled".
func (s *Service) Want(ctx context.Context, team, candidate id.ID, version int64) (Candidate, error) {
	after, err := s.revise(ctx, team, candidate, version, func(c *Candidate, now time.Time) error {
		if c.State == Estimated {
			c.State, c.WantedAt = Wanted, &now
		}
		return nil
	})
	if err != nil {
		return Candidate{}, fmt.Errorf("want an automation: %w", err)
	}
	return after, nil
}

func (s *Service) revise(ctx context.Context, team, candidate id.ID, version int64, do func(c *Candidate, now time.Time) error) (Candidate, error) {
	now := clock.Round(s.Clock())
	var after Candidate
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Store.Candidate(ctx, candidate)
		if err == nil && before.Team != team {
			err = fault.Missing("toil_candidate", string(candidate))
		}
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, access.Update, before.object()); err != nil {
			return err
		}
		if before.Version != version {
			return fault.Stale("candidate")
		}
		if !before.Live() {
			return fault.New(fault.Conflict, "candidate_settled", "the candidate is %s; estimate it anew if there is more to automate", before.State)
		}
		after = before
		if err := do(&after, now); err != nil {
			return err
		}
		return s.write(ctx, before, &after, now)
	})
	return after, err
}

// write writes a candidate as it is now, with its audit entry, and has its issue follow.
func (s *Service) write(ctx context.Context, before Candidate, after *Candidate, now time.Time) error {
	if after.record() == before.record() {
		return nil
	}
	after.UpdatedAt, after.UpdatedBy = now, access.CallerFrom(ctx).Name
	if err := s.Store.UpdateCandidate(ctx, *after); err != nil {
		return err
	}
	after.Version++
	if err := s.Recorder.RecordDiff(ctx, access.Update, after.object(), "", before.record(), after.record()); err != nil {
		return err
	}
	if after.State != Wanted {
		return nil
	}
	return s.automate(ctx, *after, now)
}

// automate has the issue of a candidate say what is so now. It is read by others than the team, so that
// it says what was logged over Crowd persons and more.
func (s *Service) automate(ctx context.Context, c Candidate, now time.Time) error {
	from, to := window(now)
	sums, err := s.Store.Sums(ctx, []id.ID{c.Team}, from, to)
	if err != nil {
		return fmt.Errorf("sum up what a candidate would save: %w", err)
	}
	f := Figure{Candidate: &c, Category: c.Category, Service: c.Service}
	for _, one := range sums {
		if one.Category == c.Category && one.Service == c.Service {
			f.Minutes, f.Entries, f.Persons = one.Minutes, one.Entries, one.Persons
		}
	}
	return s.Desk.Automate(ctx, c, f.reckoned(false), now)
}

// Tracked takes in what people made of the issue of a candidate: Done where they closed it, Dropped where
// they closed it as not planned, Wanted where they opened it again. It is called in the transaction in
// which that is noted; by is the tracker.
func (s *Service) Tracked(ctx context.Context, candidate id.ID, to CandidateState, by string) error {
	now := clock.Round(s.Clock())
	ctx = access.WithCaller(ctx, access.System(by))
	before, err := s.Store.Candidate(ctx, candidate)
	if err != nil {
		return fmt.Errorf("read the candidate of an issue: %w", err)
	}
	if before.State == to || before.State == Estimated {
		return nil
	}
	if to == Wanted {
		known, err := s.Store.Candidates(ctx, []id.ID{before.Team})
		if err != nil {
			return fmt.Errorf("look for a candidate that took the place of one: %w", err)
		}
		if slices.ContainsFunc(known, func(c Candidate) bool {
			return c.ID != before.ID && c.Live() && c.Service == before.Service && c.Category == before.Category
		}) {
			return nil // the team estimated it anew since, and follows that up
		}
	}
	after := before
	after.State, after.SettledAt = to, nil
	if to != Wanted {
		after.SettledAt = &now
	}
	if err := s.write(ctx, before, &after, now); err != nil {
		return fmt.Errorf("take in what became of a candidate's issue: %w", err)
	}
	return nil
}
