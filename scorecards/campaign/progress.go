package campaign

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Count is how many services are asked, and how many of them are done: those all of whose checks pass,
// or are not for them, or from which they are excused. Failing are those of whom a check is known to
// fail; of the rest it is not known.
type Count struct {
	Services, Done, Failing int
}

func (c Count) plus(o Count) Count {
	return Count{c.Services + o.Services, c.Done + o.Done, c.Failing + o.Failing}
}

func (c Count) left() int { return c.Services - c.Done }

// Share is the share of services that are done, in percent rounded down, so that 100 is all of them;
// nil without services.
func (c Count) Share() *int {
	if c.Services == 0 {
		return nil
	}
	share := 100 * c.Done / c.Services
	return &share
}

// Open is a service that is not done.
type Open struct {
	Service registry.Service
	Checks  []OpenCheck // those that do not pass
}

// OpenCheck is a check that a service does not pass.
type OpenCheck struct {
	Check   string // its ID
	Outcome rules.Outcome
}

// Progress is how far a campaign is.
type Progress struct {
	Campaign Campaign
	Card     scorecards.View
	At       time.Time
	// Gone says why nothing can be asked any more; empty where it can. Nothing is counted then.
	Gone  string
	Total Count
	// Unclear is of how many services it is not known whether the campaign is for them.
	Unclear int
	unclear []registry.Service
	Teams   map[id.ID]Count
	Open    []Open // by the service's slug
	// Trend is each day that is kept, all teams together or one of them, the oldest first.
	Trend []Day
}

// Progress tells how far a campaign is now. A team narrows it to that team's services; empty does not.
// Faults: NotFound.
func (s *Service) Progress(ctx context.Context, campaign id.ID, team id.ID) (Progress, error) {
	if err := s.mayRead(ctx); err != nil {
		return Progress{}, err
	}
	c, err := s.Store.Campaign(ctx, campaign)
	if err != nil {
		return Progress{}, fmt.Errorf("read a campaign: %w", err)
	}
	p, err := s.progress(ctx, c, clock.Round(s.Clock()))
	if err != nil {
		return Progress{}, err
	}
	days, err := s.Store.CampaignDays(ctx, campaign)
	if err != nil {
		return Progress{}, fmt.Errorf("read the past of a campaign: %w", err)
	}
	if team != "" {
		p.Total = p.Teams[team]
		p.unclear = slices.DeleteFunc(p.unclear, func(of registry.Service) bool { return of.Team != team })
		p.Unclear = len(p.unclear)
		p.Teams = maps.Clone(p.Teams)
		maps.DeleteFunc(p.Teams, func(of id.ID, _ Count) bool { return of != team })
		p.Open = slices.DeleteFunc(p.Open, func(o Open) bool { return o.Service.Team != team })
		days = slices.DeleteFunc(days, func(d Day) bool { return d.Team != team })
	}
	p.Trend = together(days)
	return p, nil
}

func (p Progress) isUnclear(service id.ID) bool {
	return slices.ContainsFunc(p.unclear, func(of registry.Service) bool { return of.ID == service })
}

// together sums up the teams of each day.
func together(days []Day) []Day {
	var out []Day
	for _, d := range days { // by day
		if n := len(out); n > 0 && out[n-1].Day == d.Day {
			out[n-1].Count = out[n-1].plus(d.Count)
			continue
		}
		out = append(out, Day{Day: d.Day, Count: d.Count})
	}
	return out
}

// progress judges the services as their standings are now.
func (s *Service) progress(ctx context.Context, c Campaign, now time.Time) (Progress, error) {
	card, err := s.Scorecards.Get(ctx, string(c.Scorecard))
	if err != nil {
		return Progress{}, fmt.Errorf("read the scorecard of a campaign: %w", err)
	}
	p := Progress{Campaign: c, Card: card, At: now, Gone: c.gone(card), Teams: map[id.ID]Count{}}
	if p.Gone != "" {
		return p, nil
	}
	positions, terms, err := s.Scorecards.Everywhere(ctx, card)
	if err != nil {
		return Progress{}, err
	}
	var matching map[id.ID]expr.Outcome
	if c.AppliesTo != "" {
		services := make([]id.ID, len(positions))
		for i, at := range positions {
			services[i] = at.Service.ID
		}
		if matching, err = s.Scorecards.Matching(ctx, c.AppliesTo, services); err != nil {
			return Progress{}, err
		}
	}
	for _, at := range positions {
		asked := expr.Holds
		if c.AppliesTo != "" {
			asked = matching[at.Service.ID]
		}
		switch {
		case asked == expr.Fails:
			continue
		case asked != expr.Holds || at.Applies != expr.Holds:
			p.Unclear++
			p.unclear = append(p.unclear, at.Service)
			continue
		}
		one := Count{Services: 1}
		open := c.open(at, terms[at.Revision], card.Revision.Terms)
		switch {
		case len(open) == 0:
			one.Done = 1
		case slices.ContainsFunc(open, func(o OpenCheck) bool { return o.Outcome == rules.Fail }):
			one.Failing = 1
		}
		if len(open) > 0 {
			p.Open = append(p.Open, Open{at.Service, open})
		}
		p.Total = p.Total.plus(one)
		p.Teams[at.Service.Team] = p.Teams[at.Service.Team].plus(one)
	}
	return p, nil
}

// gone says why the scorecard can be asked for nothing of the campaign any more; empty where it can. What
// it was found to be stays as it was, and a check that is not there passes nowhere: to count either would
// have the campaign be done.
func (c Campaign) gone(card scorecards.View) string {
	if card.Scorecard.RetiredAt != nil {
		return fmt.Sprintf("The scorecard %q was retired.", card.Scorecard.Slug)
	}
	if !slices.ContainsFunc(card.Revision.Checks, func(of scorecards.Check) bool { return slices.Contains(c.Checks, of.ID) }) {
		return fmt.Sprintf("The scorecard %q has none of its checks any more.", card.Scorecard.Slug)
	}
	return ""
}

// open are the campaign's checks that a service does not pass by its standing. A check that the
// scorecard has by now, and that was not judged yet, is unknown; one that it has no more is asked of
// nobody.
func (c Campaign) open(at scorecards.Position, judged, now scorecards.Terms) []OpenCheck {
	var out []OpenCheck
	number := func(t scorecards.Terms, check string) int {
		return slices.IndexFunc(t.Checks, func(of scorecards.Check) bool { return of.ID == check })
	}
	for _, check := range c.Checks {
		if number(now, check) < 0 {
			continue
		}
		outcome := rules.Unknown
		if n := number(judged, check); n >= 0 && n < len(at.Outcomes) {
			outcome = rules.Outcome(at.Outcomes[n])
		}
		if outcome != rules.Pass && outcome.Counts() {
			out = append(out, OpenCheck{check, outcome})
		}
	}
	return out
}
