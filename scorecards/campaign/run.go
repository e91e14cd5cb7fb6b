package campaign

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/sweep"
	"github.com/evenkeel/evenkeel/services/access"
)

// named is how many services an event names.
const named = 10

// RunOnce keeps of each campaign that runs how far its teams are today, and tells them at its start, 14
// days before its day, and when the day is over, once each; whose time is over it ends, and of which the
// scorecard or all checks are gone. Services are
// judged outside any transaction; each campaign is changed in one of its own, with what is told. What
// fails does not hold the rest up: the first errors are returned joined. It counts campaigns that
// are "running", "told" of and "over", issues that were "wanted" and "settled", and what "failed".
func (s *Service) RunOnce(ctx context.Context) (map[string]int64, error) {
	now := clock.Round(s.Clock())
	ctx = access.WithCaller(ctx, access.System("run-campaigns"))
	counts := map[string]int64{"running": 0, "told": 0, "over": 0, "wanted": 0, "settled": 0, "failed": 0}
	err := sweep.Each(ctx, counts, func(after Campaign, most int) ([]Campaign, error) {
		found, err := s.Store.OpenCampaigns(ctx, after.ID, most)
		if err != nil {
			return nil, fmt.Errorf("read which campaigns are open: %w", err)
		}
		return found, nil
	}, func(c Campaign) (string, error) {
		if clock.DateOf(now) < c.StartsOn {
			return "", nil
		}
		did, err := s.run(ctx, c, now)
		for what, n := range did {
			counts[what] += n
		}
		if err != nil {
			return "", fmt.Errorf("run the campaign %s: %w", c.ID, err)
		}
		return "running", nil
	})
	return counts, err
}

// next is what is to be told now; Nothing for nothing. A campaign that is shorter than the notice has
// none but its start and its end, and one that got another day is told anew of that.
func (c Campaign) next(today clock.Date) Step {
	told := c.Told
	if told > Start && c.ToldFor != c.DueOn {
		told = Start
	}
	notice := clock.DateOf(c.DueOn.Time().AddDate(0, 0, -soon))
	switch {
	case told < Start && today <= c.DueOn:
		return Start
	case told < Due && today > c.DueOn:
		return Due
	case told < DueSoon && today >= notice && today <= c.DueOn && c.StartsOn < notice:
		return DueSoon
	}
	return Nothing
}

// run does what is to be done of a campaign that began, and returns what that was.
func (s *Service) run(ctx context.Context, c Campaign, now time.Time) (map[string]int64, error) {
	did := map[string]int64{}
	p, err := s.progress(ctx, c, now)
	if err != nil {
		return did, err
	}
	wanted, settled, err := s.pursue(ctx, p)
	did["wanted"], did["settled"] = int64(wanted), int64(settled)
	if err != nil {
		return did, err
	}
	today := clock.DateOf(now)
	step, over := c.next(today), c.State(now) == Over || p.Gone != ""
	if p.Gone != "" {
		step = Nothing
	}
	tells := 0
	err = s.under(ctx, c, func(ctx context.Context) error {
		tells = 0
		if !over {
			if err := s.Store.WriteCampaignDay(ctx, c.ID, today, p.days(today)); err != nil {
				return err
			}
		}
		if step == Nothing && !over {
			return nil
		}
		after := c
		if step != Nothing {
			after.Told, after.ToldFor = step, c.DueOn
			if events := p.told(step); len(events) > 0 {
				if err := s.Teller.Tell(ctx, events...); err != nil {
					return err
				}
				tells = 1
			}
		}
		if over {
			after.Ended = &Ending{At: now, Reason: p.Gone}
		}
		return s.Store.UpdateCampaign(ctx, after)
	})
	if err != nil {
		return did, err
	}
	if did["told"] = int64(tells); over {
		did["over"] = 1
	}
	return did, nil
}

// days are the teams' counts as they are kept of today.
func (p Progress) days(today clock.Date) []Day {
	out := make([]Day, 0, len(p.Teams))
	for _, team := range slices.Sorted(maps.Keys(p.Teams)) {
		out = append(out, Day{Team: team, Day: today, Count: p.Teams[team]})
	}
	return out
}

// told is what is told, an event for each team that has services in it: at the start all of them, later
// those that are not done. Who runs it hears later what is left of all, where any of it is another team's.
func (p Progress) told(step Step) []event.Event {
	c := p.Campaign
	var out []event.Event
	for _, team := range slices.Sorted(maps.Keys(p.Teams)) {
		if count := p.Teams[team]; step == Start || count.left() > 0 {
			e := p.event(step, count, "services of the team", p.names(func(o Open) bool { return o.Service.Team == team }))
			e.Key, e.Team = fmt.Sprintf("campaign/%s/%s", c.ID, team), team
			out = append(out, e)
		}
	}
	if step != Start && p.Total.left() > p.Teams[c.Team].left() {
		e := p.event(step, p.Total, "services", p.names(func(Open) bool { return true }))
		e.Key, e.Team = "campaign/"+string(c.ID), c.Team
		out = append(out, e)
	}
	return out
}

// event tells how far these services are, of which some are not done.
func (p Progress) event(step Step, count Count, services, open string) event.Event {
	c := p.Campaign
	e := event.Event{
		At: p.At, Subject: c.Name, Link: "/campaigns/" + string(c.ID), Text: c.Why,
		Figures: []event.Figure{
			{Name: "due", Value: string(c.DueOn)}, {Name: "services", Value: fmt.Sprint(count.Services)}, {Name: "done", Value: fmt.Sprint(count.Done)},
		},
	}
	if open != "" {
		e.Text += "\n\nNot done: " + open + "."
	}
	of := fmt.Sprintf("%d of %d %s", count.left(), count.Services, services)
	switch step {
	case Start:
		e.Type, e.Title = event.CampaignStarted, fmt.Sprintf("The campaign “%s” began: %s are to be done by %s", c.Name, of, c.DueOn)
	case DueSoon:
		e.Type, e.Title = event.CampaignDueSoon, fmt.Sprintf("The campaign “%s” is due on %s: %s are not done", c.Name, c.DueOn, of)
	default:
		e.Type, e.Title = event.CampaignDue, fmt.Sprintf("The campaign “%s” was due on %s: %s are not done", c.Name, c.DueOn, of)
	}
	return e
}

// names are those of the services that are not done, the first of them.
func (p Progress) names(of func(Open) bool) string {
	text, n := "", 0
	for _, o := range p.Open {
		if !of(o) {
			continue
		}
		switch n++; {
		case n > named:
		case text == "":
			text = o.Service.Slug
		default:
			text += ", " + o.Service.Slug
		}
	}
	if n > named {
		text += fmt.Sprintf(" and %d more", n-named)
	}
	return text
}
