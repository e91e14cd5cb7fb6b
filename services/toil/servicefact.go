package toil

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

var _ fact.Source[registry.Service] = (*Service)(nil)

// The names of facts.
const (
	factTold     = "toilTold"
	factReported = "toilReported"
	factAge      = "toilReportedAge"
	factShare    = "toilShare"
	factWithin   = "toilWithinCap"
	factIssue    = "toilCandidateIssue"
)

// Facts are what is told of services: of the toil of their teams.
func (s *Service) Facts() []fact.Declaration {
	return []fact.Declaration{
		{Name: factTold, Type: fact.Truth, By: "toil", Doc: "Whether the toil of the service's team is told to others: whether the team has four people or more."},
		{Name: factReported, Type: fact.Truth, By: "toil", Doc: "Whether a member of the service's team ever answered about a week or logged toil; absent of a team of fewer than four people."},
		{Name: factAge, Type: fact.Age, By: "toil", Doc: "Days since the last day that the service's team said something of: the last of the weeks that it answered about, or the day of what it logged. Absent where it never did, and of a team of fewer than four people."},
		{Name: factShare, Type: fact.Number, By: "toil", Doc: "The share of the team's time that is toil, 0.5 is half: the median over persons of what they answered about the weeks of the last 90 days that cannot be answered about any more and that four people or more answered about: who reads facts is not of the team. Absent where fewer than half of those who were asked did."},
		{Name: factWithin, Type: fact.Truth, By: "toil", Doc: "Whether that median is at most the cap that the team set itself; absent where the median is."},
		{Name: factIssue, Type: fact.Truth, By: "toil", Doc: "Whether what the team logged most of in the last 90 days for one of its services, by category and service, is being automated: whether its candidate has had an issue for at most a year, or was done in those 90 days. Absent where nothing was logged for a service."},
	}
}

// factsAtOnce is of how many teams is read at a time.
const factsAtOnce = 500

// FactsOf tells what is known of the services' teams, in a few statements for hundreds of them. It
// authorises nobody.
func (s *Service) FactsOf(ctx context.Context, services []registry.Service, names ...string) (map[id.ID]fact.Set, error) {
	now := clock.Round(s.Clock())
	var teams []id.ID
	for _, one := range services {
		teams = append(teams, one.Team)
	}
	slices.Sort(teams)
	of := map[id.ID]fact.Set{}
	for some := range slices.Chunk(slices.Compact(teams), factsAtOnce) {
		for _, team := range some {
			of[team] = fact.Set{}
		}
		for _, one := range []struct {
			asked bool
			tell  func(context.Context, []id.ID, map[id.ID]fact.Set, time.Time) error
		}{
			{fact.Asks(names, factTold, factReported, factAge), s.ageFacts},
			{fact.Asks(names, factShare, factWithin), s.shareFacts},
			{fact.Asks(names, factIssue), s.issueFacts},
		} {
			if !one.asked {
				continue
			}
			if err := one.tell(ctx, some, of, now); err != nil {
				return nil, err
			}
		}
	}
	out := make(map[id.ID]fact.Set, len(services))
	for _, one := range services {
		out[one.ID] = maps.Clone(of[one.Team])
	}
	return out, nil
}

// ageFacts tell of teams of Crowd people and more when they last said something, and of the others nothing.
func (s *Service) ageFacts(ctx context.Context, teams []id.ID, of map[id.ID]fact.Set, now time.Time) error {
	people, err := s.Registry.CountActive(ctx, teams)
	if err != nil {
		return fmt.Errorf("count the people of teams: %w", err)
	}
	found, err := s.Store.Reported(ctx, teams)
	if err != nil {
		return fmt.Errorf("read when teams reported toil: %w", err)
	}
	today := clock.DateOf(now)
	for _, team := range teams {
		of[team][factTold] = people[team] >= Crowd
		if people[team] < Crowd {
			continue
		}
		last, said := found[team]
		of[team][factReported] = said
		if said {
			of[team][factAge] = float64(days(min(last, today), today) - 1)
		}
	}
	return nil
}

func (s *Service) shareFacts(ctx context.Context, teams []id.ID, of map[id.ID]fact.Set, now time.Time) error {
	weeks := share.Rolling(now)
	known, err := s.read(ctx, teams, weeks[0])
	if err != nil {
		return err
	}
	for _, team := range teams {
		r := known.told(team, weeks, now).Result()
		if median, says := r.Median(); says {
			of[team][factShare] = median
			of[team][factWithin] = !r.Above(known.settings[team].Cap)
		}
	}
	return nil
}

// longestWanted is for how long a candidate with an issue that nobody closes counts as being automated.
const longestWanted = 365 * 24 * time.Hour

// beingAutomated reports whether a candidate has an issue, or had one that was done since a day.
func (c Candidate) beingAutomated(since clock.Date, now time.Time) bool {
	switch c.State {
	case Wanted:
		return c.WantedAt != nil && now.Sub(*c.WantedAt) <= longestWanted
	case Done:
		return c.SettledAt != nil && clock.DateOf(*c.SettledAt) >= since
	}
	return false
}

func (s *Service) issueFacts(ctx context.Context, teams []id.ID, of map[id.ID]fact.Set, now time.Time) error {
	from, to := window(now)
	logged, err := s.Store.Sums(ctx, teams, from, to)
	if err != nil {
		return fmt.Errorf("sum up what teams logged: %w", err)
	}
	largest, err := s.largest(ctx, logged)
	if err != nil || len(largest) == 0 {
		return err
	}
	candidates, err := s.Store.Candidates(ctx, teams, from.Time())
	if err != nil {
		return fmt.Errorf("read what teams may automate: %w", err)
	}
	for team, one := range largest {
		of[team][factIssue] = slices.ContainsFunc(candidates, func(c Candidate) bool {
			return c.Team == team && c.Category == one.Category && c.Service == one.Service && c.beingAutomated(from, now)
		})
	}
	return nil
}

// largest is what each team logged most of for a service of its own, of which it can make a candidate.
func (s *Service) largest(ctx context.Context, logged []Sum) (map[id.ID]Sum, error) {
	var services []id.ID
	for _, one := range logged {
		if one.Service != "" {
			services = append(services, one.Service)
		}
	}
	if len(services) == 0 {
		return nil, nil
	}
	slices.Sort(services)
	found, err := s.Registry.ServicesByID(ctx, slices.Compact(services))
	if err != nil {
		return nil, fmt.Errorf("read for which services teams logged toil: %w", err)
	}
	out := map[id.ID]Sum{}
	for _, one := range logged {
		if one.Service == "" || found[one.Service].Team != one.Team {
			continue
		}
		before, there := out[one.Team]
		if !there || cmp.Or(cmp.Compare(one.Minutes, before.Minutes), cmp.Compare(before.Category, one.Category), cmp.Compare(before.Service, one.Service)) > 0 {
			out[one.Team] = one
		}
	}
	return out, nil
}
