package toil

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

const (
	// chunk is how many teams are looked at together, and maxFailures how many failures are told of.
	chunk       = 200
	maxFailures = 5
	// asksFrom is the hour of a Monday, in UTC, from which is asked. Where nothing ran then, it is asked
	// on Tuesday; later the week is too far away for what people remember.
	asksFrom = 6
)

// asks reports whether people are asked now.
func asks(now time.Time) bool {
	switch now.UTC().Weekday() {
	case time.Monday:
		return now.UTC().Hour() >= asksFrom
	case time.Tuesday:
		return true
	}
	return false
}

// AskOnce asks the members of each team that asks about the week that is over: once a team and week,
// however often it runs. Each is told in person. What fails does not hold the other teams up. It counts
// "teams" and "people" that were asked, and "failed".
func (s *Service) AskOnce(ctx context.Context) (map[string]int64, error) {
	now := clock.Round(s.Clock())
	counts := map[string]int64{"teams": 0, "people": 0, "failed": 0}
	if !asks(now) {
		return counts, nil
	}
	ctx = access.WithCaller(ctx, access.System("ask-toil"))
	week := share.WeekOf(now).Plus(-1)
	var failures []error
	for r := (page.Request{Limit: chunk}); ; {
		teams, err := s.Registry.Teams(ctx, registry.TeamFilter{}, r)
		if err != nil {
			return counts, fmt.Errorf("read the teams: %w", err)
		}
		due, err := s.unasked(ctx, teams.Items, week)
		if err != nil {
			return counts, err
		}
		for _, team := range due {
			asked, err := s.ask(ctx, team, week, now)
			switch {
			case err == nil && asked > 0:
				counts["teams"]++
				counts["people"] += int64(asked)
			case err == nil:
			case ctx.Err() != nil || tx.IsLeaseLost(err):
				return counts, err
			default:
				if counts["failed"]++; len(failures) < maxFailures {
					failures = append(failures, fmt.Errorf("ask the team %s: %w", team.ID, err))
				}
			}
		}
		if r.After = teams.Next; r.After == "" {
			return counts, errors.Join(failures...)
		}
	}
}

// unasked are those of the teams that ask, and were not asked about the week.
func (s *Service) unasked(ctx context.Context, teams []registry.Team, week share.Week) ([]registry.Team, error) {
	ids := make([]id.ID, len(teams))
	for i, team := range teams {
		ids[i] = team.ID
	}
	if len(ids) == 0 {
		return nil, nil
	}
	settings, err := s.settingsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	known, err := s.Store.Askings(ctx, ids, week)
	if err != nil {
		return nil, fmt.Errorf("read who was asked: %w", err)
	}
	done := map[id.ID]bool{}
	for _, a := range known {
		done[a.Team] = done[a.Team] || a.Week == week
	}
	var out []registry.Team
	for _, team := range teams {
		if settings[team.ID].Asks && !done[team.ID] {
			out = append(out, team)
		}
	}
	return out, nil
}

// ask asks the members of a team, and returns how many these are.
func (s *Service) ask(ctx context.Context, team registry.Team, week share.Week, now time.Time) (asked int, err error) {
	err = s.Runner.InTx(ctx, func(ctx context.Context) error {
		asked = 0
		members, err := s.members(ctx, team.ID)
		if err != nil || len(members) == 0 {
			return err
		}
		first, err := s.Store.CreateAsking(ctx, Asking{ID: id.New(now), Team: team.ID, Week: week, Members: len(members), At: now})
		if err != nil || !first {
			return err
		}
		asked = len(members)
		events := make([]event.Event, len(members))
		for i, person := range members {
			events[i] = event.Event{
				Type: event.ToilAsked, Key: askedKey(team.ID, week, person), At: now, Team: team.ID, Person: person, Subject: team.Name,
				Title: fmt.Sprintf("How much of the week from %s was toil?", week.Monday().Format("2 January")),
				Text:  fmt.Sprintf("It takes 15 seconds: a share and the largest kind, for your team %s. What you answer is seen by you alone; the team sees it as a part of its share.", team.Name),
				Link:  "/teams/" + team.Slug + "/toil",
			}
		}
		return s.Teller.Tell(ctx, events...)
	})
	return asked, err
}

// members are the people of a team who did not leave the organisation.
func (s *Service) members(ctx context.Context, team id.ID) ([]id.ID, error) {
	var all []id.ID
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		found, err := s.Registry.Members(ctx, team, r)
		if err != nil {
			return nil, fmt.Errorf("read the members of a team: %w", err)
		}
		for _, m := range found.Items {
			all = append(all, m.Person)
		}
		if r.After = found.Next; r.After == "" {
			break
		}
	}
	people, err := s.People.PeopleByID(ctx, all)
	if err != nil {
		return nil, fmt.Errorf("read who is in a team: %w", err)
	}
	var out []id.ID
	for _, person := range all {
		if p, there := people[person]; there && p.DeactivatedAt == nil {
			out = append(out, person)
		}
	}
	return out, nil
}

// asked is the question that a link leads to.
type asked struct {
	person, team id.ID
	week         share.Week
}

// noLink is the fault of a link that leads nowhere, whatever is wrong with it.
func noLink() error {
	return fault.New(fault.NotFound, "link_not_valid", "the link is not one of Evenkeel's, or its two weeks are over; sign in and answer on the page of your team")
}
