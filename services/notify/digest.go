package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
)

// Thing is something that a team should do.
type Thing struct {
	// Order is how pressing it is, the lowest first: see the constants.
	Order int
	Title string // what is to be done, in one line
	Text  string // why, in one sentence
	Link  string
}

// The orders of things: what is broken now, what others wait for, what will break, and what is to be looked at again.
const (
	OrderViolation = 10 * (iota + 1)
	OrderReview
	OrderAtRisk
	OrderRevisit
)

// Things tells what is open, of a team or, where none is named, of all.
type Things interface {
	Things(ctx context.Context, team id.ID) ([]Thing, error)
}

// mostThings is how many a digest tells of: what is read and done.
const mostThings = 3

// Digests writes the weekly digests.
type Digests struct {
	CourierParts
	Things Things
}

// RunOnce writes the digest of each team whose week began at work and that has none for it
// yet: however often and wherever it runs, one. A team has a digest where one of its own
// targets takes weekly events, and the platform likewise.
func (d *Digests) RunOnce(ctx context.Context) (map[string]int64, error) {
	counts := map[string]int64{}
	if d.Settings.Mode == Off {
		return counts, nil
	}
	live, err := d.Store.LiveTargets(ctx)
	if err != nil {
		return counts, fmt.Errorf("read the targets: %w", err)
	}
	seen := map[id.ID]bool{}
	var failures []error
	for _, target := range live {
		if seen[target.Team] || !target.takes(Told{Event: event.Event{Type: event.Digest}}) {
			continue
		}
		seen[target.Team] = true
		outcome, err := d.write(ctx, target)
		if err != nil { // of one team: the others get theirs
			failures = append(failures, fmt.Errorf("write the digest for %s: %w", target.ID, err))
			if ctx.Err() != nil || tx.IsLeaseLost(err) {
				break
			}
			continue
		}
		if outcome != "" {
			counts[string(outcome)]++
		}
	}
	return counts, errors.Join(failures...)
}

// write writes the digest that goes to the target, if it is due.
func (d *Digests) write(ctx context.Context, target Target) (Outgoing, error) {
	now := clock.Round(d.Clock())
	hours := office
	if target.Hours != nil {
		hours = *target.Hours
	}
	begins, week := hours.week(now)
	once := "digest/" + cmp.Or(string(target.Team), "platform") + "/" + week
	// Where nothing ran when the week began, it comes later in the week, but within hours.
	if now.Before(begins) || !hours.Open(now) {
		return "", nil
	}
	if done, err := d.Store.ToldOnce(ctx, once); err != nil || done {
		return "", err
	}
	told, err := d.compose(ctx, target, week, now)
	if err != nil {
		return "", err
	}
	told.ID, told.Once, told.Key, told.At, told.ToldAt = id.New(now), once, once, now, now
	named := []Told{told}
	if err := d.name(ctx, named); err != nil {
		return "", err
	}
	told = named[0]
	n := Notification{
		ID: id.New(now), Event: told.ID, Target: target.ID, Matter: once, Urgency: event.Weekly, State: Pending,
		MadeAt: now, DueAt: target.due(event.Weekly, false, now),
	}
	if d.Settings.Mode == Observe {
		n.State = Recorded
	}
	err = d.Runner.InTx(ctx, func(ctx context.Context) error {
		first, err := d.Store.TellOnce(ctx, told)
		if err != nil || !first {
			told.Outcome = ""
			return err
		}
		if told.Outcome != Routed {
			return nil
		}
		return d.Store.AddNotifications(ctx, []Notification{n})
	})
	return told.Outcome, err
}

// settled is after how long what was routed is in the database for all to see: a digest is
// of what was routed until then, and the next goes on from there, so that nothing is told
// twice or never.
const settled = time.Minute

// compose says what the team should do.
func (d *Digests) compose(ctx context.Context, target Target, week string, now time.Time) (Told, error) {
	things, err := d.Things.Things(ctx, target.Team)
	if err != nil {
		return Told{}, fmt.Errorf("ask what is open: %w", err)
	}
	last, err := d.Store.LastDigest(ctx, target.Team)
	if err != nil {
		return Told{}, fmt.Errorf("look for the last digest: %w", err)
	}
	from := now.AddDate(0, 0, -7) // the first is of a week
	if last != nil {
		from = *last
	}
	undone, err := d.Store.Undone(ctx, target.Team, from.Add(-settled), now.Add(-settled))
	if err != nil {
		return Told{}, fmt.Errorf("read what was left for the digest: %w", err)
	}
	for _, e := range undone {
		if err := d.withhold(ctx, &e); err != nil {
			return Told{}, err
		}
		things = append(things, Thing{Order: OrderRevisit, Title: e.Title, Text: e.Text, Link: e.Link})
	}
	slices.SortStableFunc(things, func(a, b Thing) int { return cmp.Compare(a.Order, b.Order) })
	told := Told{Outcome: Nothing, Event: event.Event{
		Type: event.Digest, Team: target.Team, Subject: week, Title: "Nothing to do this week", Link: "/violations",
	}}
	if len(things) == 0 {
		return told, nil
	}
	told.Outcome = Routed
	shown := things[:min(len(things), mostThings)]
	told.Title = "Three things to do this week"
	if len(shown) < mostThings {
		told.Title = []string{"One thing to do this week", "Two things to do this week"}[len(shown)-1]
	}
	var text strings.Builder
	for i, thing := range shown {
		fmt.Fprintf(&text, "%d. %s\n   %s\n", i+1, clip(thing.Title, maxTitle), clip(thing.Text, maxTitle))
		told.Figures = append(told.Figures, event.Figure{Name: clip(thing.Title, maxTitle), Value: thing.Link})
	}
	if more := len(things) - len(shown); more > 0 {
		fmt.Fprintf(&text, "and %d more\n", more)
	}
	told.Text = strings.TrimSpace(text.String())
	return told, nil
}
