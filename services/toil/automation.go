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

// Seconds is what it saved.
func (a AutomationInput) Seconds() int64 { return int64(a.Times) * int64(a.SecondsEach) }

// Minutes is what it saved, in whole ones.
func (a AutomationInput) Minutes() int { return int(a.Seconds() / 60) }

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

// mostOf is how many seconds all automation of a team is credited with for a day at most: what its people
// work on one. More than that no people would have done.
func (s *Service) mostOf(ctx context.Context, team id.ID) (int64, error) {
	settings, err := s.settings(ctx, team)
	if err != nil {
		return 0, err
	}
	people, err := s.Registry.CountActive(ctx, []id.ID{team})
	if err != nil {
		return 0, fmt.Errorf("count the people of a team: %w", err)
	}
	return int64(people[team]) * int64(settings.WeekMinutes) * 60 / int64(settings.WeekDays), nil
}

// Report credits automation with what it did. All that is reported of a day takes no more of people's time
// than the team's people work on one.
//
// Faults: NotFound of the team; Forbidden; Invalid with every broken rule.
func (s *Service) Report(ctx context.Context, team id.ID, in AutomationInput) (Automation, error) {
	now := clock.Round(s.Clock())
	var made Automation
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		of, err := s.Registry.HoldTeam(ctx, team) // so that those who come at once see one another's sum
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
		known, err := s.Store.Credits(ctx, team, in.Day, in.Day)
		if err != nil {
			return fmt.Errorf("sum up what automation did on a day: %w", err)
		}
		seconds := made.Seconds()
		for _, c := range known {
			seconds += c.Seconds
		}
		most, err := s.mostOf(ctx, team)
		if err != nil {
			return err
		}
		check.Require(seconds <= most, "/minutesEach", float64(in.SecondsEach)/60, "makes %d minutes of people's time on %s with what was reported before; the team's people work %d on a day", seconds/60, in.Day, most/60)
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

// Withdraw removes a report of the team that was wrong.
//
// Faults: NotFound; Forbidden.
func (s *Service) Withdraw(ctx context.Context, team, automation id.ID) error {
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		a, err := s.Automation(ctx, team, automation)
		if err != nil {
			return err
		}
		o := access.Object{Kind: access.KindToilAutomation, ID: a.ID, Label: a.Name, Team: a.Team}
		if err := s.Authorizer.Authorize(ctx, access.Delete, o); err != nil {
			return err
		}
		if err := s.Store.DeleteAutomation(ctx, a.ID); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Delete, o, "", a.AutomationInput, nil)
	})
	if err != nil {
		return fmt.Errorf("withdraw what automation reported: %w", err)
	}
	return nil
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
