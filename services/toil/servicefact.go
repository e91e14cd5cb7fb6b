package toil

import (
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
	factAge   = "toilReportedAge"
	factShare = "toilShare"
	factHalf  = "toilWithinHalf"
	factIssue = "toilCandidateIssue"
)

// Facts are what is told of services: of the toil of their teams.
func (s *Service) Facts() []fact.Declaration {
	return []fact.Declaration{
		{Name: factAge, Type: fact.Age, By: "toil", Doc: "Days since a member of the service's team last answered about a week, or logged toil; absent where nobody ever did."},
		{Name: factShare, Type: fact.Number, By: "toil", Doc: "The share of the team's time that is toil, 0.5 is half: the median over persons of what they answered about the last 90 days. Absent where fewer than half of those who were asked answered, and where fewer than four persons did: who reads facts is not of the team."},
		{Name: factHalf, Type: fact.Truth, By: "toil", Doc: "Whether that median is at most half, over however few persons, and whatever cap the team set itself; absent where fewer than half of those who were asked answered."},
		{Name: factIssue, Type: fact.Truth, By: "toil", Doc: "Whether the category of which the team logged most in the last 90 days has a candidate to automate with an issue, open or closed; absent where nothing was logged."},
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
			{fact.Asks(names, factAge), s.ageFacts},
			{fact.Asks(names, factShare, factHalf), s.shareFacts},
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

func (s *Service) ageFacts(ctx context.Context, teams []id.ID, of map[id.ID]fact.Set, now time.Time) error {
	found, err := s.Store.Reported(ctx, teams)
	if err != nil {
		return fmt.Errorf("read when teams reported toil: %w", err)
	}
	for team, at := range found {
		of[team][factAge] = max(0, now.Sub(at).Hours()/24)
	}
	return nil
}

func (s *Service) shareFacts(ctx context.Context, teams []id.ID, of map[id.ID]fact.Set, now time.Time) error {
	weeks := share.Rolling(now)
	known, err := s.read(ctx, teams, weeks[0], now)
	if err != nil {
		return err
	}
	for _, team := range teams {
		r := known.said(team, weeks).Result()
		median, says := r.Median()
		if !says {
			continue
		}
		of[team][factHalf] = !r.Above(mostCap)
		if r.Answers.Persons >= Crowd {
			of[team][factShare] = median
		}
	}
	return nil
}

func (s *Service) issueFacts(ctx context.Context, teams []id.ID, of map[id.ID]fact.Set, now time.Time) error {
	from, to := window(now)
	sums, err := s.Store.Sums(ctx, teams, from, to)
	if err != nil {
		return fmt.Errorf("sum up what teams logged: %w", err)
	}
	minutes := map[id.ID]map[Category]int{}
	for _, one := range sums {
		if minutes[one.Team] == nil {
			minutes[one.Team] = map[Category]int{}
		}
		minutes[one.Team][one.Category] += one.Minutes
	}
	candidates, err := s.Store.Candidates(ctx, teams)
	if err != nil {
		return fmt.Errorf("read what teams may automate: %w", err)
	}
	for team, by := range minutes {
		largest := Categories[0]
		for _, c := range Categories {
			if by[c] > by[largest] {
				largest = c
			}
		}
		of[team][factIssue] = slices.ContainsFunc(candidates, func(c Candidate) bool {
			return c.Team == team && c.Category == largest && c.State != Estimated
		})
	}
	return nil
}
