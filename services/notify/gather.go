package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
)

// gatherEvery is how often more than the cap is told of what interrupts.
const gatherEvery = time.Minute

// choose returns what is sent next of what is due: the first, or, with the last that the
// cap leaves, one that tells of all; nil where the target has to wait for the hour to pass.
func (c *Courier) choose(ctx context.Context, target Target, due []Notification, now time.Time, t *tally) (*Notification, error) {
	if target.ID == "" || target.Kind.readByPrograms() {
		return &due[0], nil
	}
	sent, last, err := c.Store.SentSince(ctx, target.ID, now.Add(-time.Hour))
	if err != nil {
		return nil, fmt.Errorf("count what %s was sent: %w", target.ID, err)
	}
	left := c.Settings.PerHour - sent
	urgent := slices.ContainsFunc(due, func(n Notification) bool { return n.Urgency == event.Interrupt })
	switch {
	case left < 1 && (!urgent || now.Sub(last) < gatherEvery):
		return nil, nil
	case left > 1, len(due) == 1:
		return &due[0], nil
	}
	return c.gather(ctx, target, due, now, t)
}

// gathered is how many titles one message lists.
const gathered = 20

// gather makes one notification of many.
func (c *Courier) gather(ctx context.Context, target Target, many []Notification, now time.Time, t *tally) (*Notification, error) {
	ids := make([]id.ID, len(many))
	urgency := event.Soon
	for i, n := range many {
		ids[i] = n.Event
		if n.Urgency == event.Interrupt {
			urgency = event.Interrupt
		}
	}
	events, err := c.Store.EventsByID(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read what is gathered: %w", err)
	}
	for one, t := range events {
		if err := c.withhold(ctx, &t); err != nil {
			return nil, err
		}
		events[one] = t
	}
	var text strings.Builder
	fmt.Fprintf(&text, "No more than %d messages an hour are sent here. What else there is:\n", c.Settings.PerHour)
	for i, one := range ids {
		if i == gathered {
			fmt.Fprintf(&text, "and %d more\n", len(ids)-gathered)
			break
		}
		fmt.Fprintf(&text, "- %s\n", events[one].Title)
	}
	told := Told{ID: id.New(now), ToldAt: now, Outcome: Routed, Event: event.Event{
		Type: event.Gathered, At: now, Team: target.Team, Subject: target.Name, Link: "/alerts",
		Title: fmt.Sprintf("%d notifications in one", len(many)), Text: strings.TrimSpace(text.String()),
	}}
	told.Key = "gathered/" + string(told.ID)
	tell := []Told{told}
	if err := c.name(ctx, tell); err != nil {
		return nil, err
	}
	one := Notification{
		ID: id.New(now), Event: told.ID, Target: target.ID, Matter: told.Key, Urgency: urgency, State: Pending, MadeAt: now, DueAt: now,
	}
	err = c.Runner.InTx(ctx, func(ctx context.Context) error {
		if err := c.Store.Tell(ctx, tell); err != nil {
			return err
		}
		if err := c.Store.AddNotifications(ctx, []Notification{one}); err != nil {
			return err
		}
		for _, n := range many {
			was := n
			n.State, n.Into, n.Reason = GatheredIn, one.ID, ""
			if err := c.Store.UpdateNotification(ctx, was, n); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case changed(err): // another replica sends them
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("gather %d notifications: %w", len(many), err)
	}
	t.add("gathered", len(many))
	return &one, nil
}
