package toil

import (
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

func (c Candidate) part() part { return part{c.Category, c.Service} }

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
// Faults: NotFound; Forbidden; Precondition; Conflict "candidate_settled", "candidate_moved"; Invalid.
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
// Faults: NotFound; Forbidden; Precondition; Conflict "candidate_settled", "candidate_moved".
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
		service, err := s.Registry.Service(ctx, before.Service)
		if err != nil {
			return fmt.Errorf("read the service of a candidate: %w", err)
		}
		if service.Team != team {
			return fault.New(fault.Conflict, "candidate_moved", "the service %s is another team's now, in whose repository the issue would be; that team estimates what it automates", service.Slug)
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
// it says what they are told.
func (s *Service) automate(ctx context.Context, c Candidate, now time.Time) error {
	w, err := s.work(ctx, c.Team, false, now)
	if err != nil {
		return err
	}
	return s.Desk.Automate(ctx, c, w.figure(&c, c.part()), now)
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
		known, err := s.Store.Candidates(ctx, []id.ID{before.Team}, now)
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
