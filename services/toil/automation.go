package toil

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Automation is what automation did instead of people on a day, as it reported.
type Automation struct {
	ID   id.ID
	Team id.ID
	AutomationInput
	CreatedAt time.Time
	CreatedBy string
}

// AutomationInput is what automation reports.
type AutomationInput struct {
	Name     string // what it is called: "restart-payment-worker"
	Category Category
	Service  id.ID // may be empty
	Day      clock.Date
	Times    int
	// SecondsEach is what each time would have taken a person, hands on.
	SecondsEach int
}

// Minutes is what it saved.
func (a AutomationInput) Minutes() int {
	return int(int64(a.Times) * int64(a.SecondsEach) / 60)
}

// Credit sums up what an automation saved.
type Credit struct {
	Name     string
	Category Category
	Service  id.ID
	Times    int
	Seconds  int64
}

// mostTimes bounds what is reported of a day: once a second.
const mostTimes = 86_400

func (a AutomationInput) check(check *fault.Check, now time.Time) {
	access.CheckLine(check, "/name", a.Name, 1, registry.MaxName)
	a.Category.check(check, "/category")
	var day fault.Check
	if a.Day.Check(&day, "/day"); check.Join(day) {
		earliest := clock.DateOf(now.AddDate(0, 0, -Back))
		check.Require(a.Day <= clock.DateOf(now) && a.Day >= earliest, "/day", string(a.Day), "must be %s to today, %s in UTC", earliest, clock.DateOf(now))
	}
	check.Require(a.Times >= 1 && a.Times <= mostTimes, "/count", a.Times, "must be 1 to %d: how often it was done on that day", mostTimes)
	check.Require(a.SecondsEach >= 1 && a.SecondsEach <= MaxDay*60, "/minutesEach", float64(a.SecondsEach)/60, "must be more than 0, and at most %d: what it would have taken a person each time", MaxDay)
}

// Report credits automation with what it did.
//
// Faults: NotFound of the team; Forbidden; Invalid with every broken rule.
func (s *Service) Report(ctx context.Context, team id.ID, in AutomationInput) (Automation, error) {
	now := clock.Round(s.Clock())
	var made Automation
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		of, err := s.Registry.Team(ctx, team)
		if err != nil {
			return err
		}
		made = Automation{ID: id.New(now), Team: team, AutomationInput: in, CreatedAt: now, CreatedBy: access.CallerFrom(ctx).Name}
		o := access.Object{Kind: access.KindToilAutomation, ID: made.ID, Label: of.Slug, Team: of.ID}
		if err := s.Authorizer.Authorize(ctx, access.Create, o); err != nil {
			return err
		}
		var check fault.Check
		in.check(&check, now)
		if in.Service != "" {
			found, err := s.Registry.ServicesByID(ctx, []id.ID{in.Service})
			if err != nil {
				return fmt.Errorf("read the service of an automation: %w", err)
			}
			_, exists := found[in.Service]
			check.Require(exists, "/service", string(in.Service), "names no service that exists")
		}
		if err := check.Err(); err != nil {
			return err
		}
		return s.Store.CreateAutomation(ctx, made)
	})
	if err != nil {
		return Automation{}, fmt.Errorf("credit automation: %w", err)
	}
	return made, nil
}

// Automation is one report of the team; NotFound.
func (s *Service) Automation(ctx context.Context, team, automation id.ID) (Automation, error) {
	if err := s.mayRead(ctx); err != nil {
		return Automation{}, err
	}
	a, err := s.Store.Automation(ctx, automation)
	if err == nil && a.Team != team {
		err = fault.Missing("toil_automation", string(automation))
	}
	if err != nil {
		return Automation{}, fmt.Errorf("read what automation did: %w", err)
	}
	return a, nil
}

// Automations lists what automation of the team did, the latest day first.
func (s *Service) Automations(ctx context.Context, team id.ID, r page.Request) (page.Page[Automation], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Automation]{}, err
	}
	found, err := s.Store.Automations(ctx, team, r)
	if err != nil {
		return page.Page[Automation]{}, fmt.Errorf("list what automation did: %w", err)
	}
	return found, nil
}

// Credits sum up what automation of the team did in the last 90 days, the most first.
func (s *Service) Credits(ctx context.Context, team id.ID) ([]Credit, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	from, to := window(clock.Round(s.Clock()))
	found, err := s.Store.Credits(ctx, team, from, to)
	if err != nil {
		return nil, fmt.Errorf("sum up what automation did: %w", err)
	}
	return found, nil
}
