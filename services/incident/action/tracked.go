package action

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
)

// Tracked takes in what people made of the issue of an item: Done where they closed it, Waived where
// they closed it as not planned, Open where they opened it again. What was settled here stays, unless
// they opened the issue again. It is called in the transaction in which that is noted; by is the
// tracker, and link the issue.
func (s *Service) Tracked(ctx context.Context, item id.ID, to State, by, link string) error {
	now := clock.Round(s.Clock())
	ctx = access.WithCaller(ctx, access.System(by))
	found, err := s.Store.Item(ctx, item)
	if err != nil {
		return fmt.Errorf("read the action item of an issue: %w", err)
	}
	i, err := s.Incidents.HoldIncident(ctx, found.Incident)
	if err != nil {
		return fmt.Errorf("read the incident of an action item: %w", err)
	}
	before, err := s.Store.Item(ctx, item)
	if err != nil {
		return fmt.Errorf("read the action item of an issue: %w", err)
	}
	after := before.tracked(to, Settlement{At: now, By: by, Link: link, Tracked: true})
	if after.State == before.State {
		return nil
	}
	if err := s.write(ctx, i, before, &after, "", now); err != nil {
		return fmt.Errorf("take in what became of an action item's issue: %w", err)
	}
	return nil
}

// tracked is the item after people made that of its issue.
func (i Item) tracked(to State, by Settlement) Item {
	switch {
	case to == Open:
		i.State, i.Settled = Open, nil
	case i.State == Open || i.Settled.Tracked:
		i.State, i.Settled = to, &by
	}
	return i
}

// IncidentChanged has the issues of an incident's items follow it: what it is called, and that it is
// restricted. It implements incident.Follower.
func (s *Service) IncidentChanged(ctx context.Context, i incident.Incident, now time.Time) error {
	items, err := s.Store.OfIncident(ctx, i.ID)
	if err != nil {
		return fmt.Errorf("read the action items of an incident: %w", err)
	}
	if len(items) == 0 {
		return nil
	}
	return s.Desk.FollowUps(ctx, i, items, now)
}

var _ incident.Follower = (*Service)(nil)
