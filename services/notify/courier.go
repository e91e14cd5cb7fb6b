package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
)

// CourierParts is what a Courier is made of.
type CourierParts struct {
	Store    Store
	Teams    Teams
	People   People
	Carrier  Carrier
	Runner   tx.Runner
	Settings Settings
	// Rules tells of alerts that Prometheus tells of too; nil for nothing.
	Rules Rules
	// Restricted tells which links lead to what not everybody may read, whoever asks: who reads what
	// a target receives is not known. Nil for none.
	Restricted Restricted
	// Personal gives what is told in person a link of that person's own; nil for none.
	Personal Personal
	Clock    clock.Clock
	Logger   *slog.Logger
}

// Personal makes links that one person alone gets: an event, which everybody reads, has none.
type Personal interface {
	// Personal is the path to which what is told of the event leads the person.
	Personal(ctx context.Context, e event.Event, person id.ID) (string, error)
}

// Courier decides where events go, and brings them there.
type Courier struct{ CourierParts }

// NewCourier returns a courier over its parts.
func NewCourier(p CourierParts) *Courier { return &Courier{p} }

const (
	lanesAtOnce = 16               // receivers that are spoken to at one time
	laneTime    = 10 * time.Second // for which one receiver is spoken to in a run: others wait for its end
	dueAtOnce   = 100              // notifications of a receiver that are read at once
	// abandonedAfter is after how long what is being sent is taken for given up: longer
	// than any attempt lasts.
	abandonedAfter = time.Minute
)

// tally counts what a run did, from many lanes.
type tally struct {
	mu     sync.Mutex
	counts map[string]int64
}

func (t *tally) add(name string, n int) {
	if n == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts[name] += int64(n)
}

// RunOnce routes what was told and sends what is due: to many receivers at a time, to each
// one after the other. A receiver that fails is left alone for a while, and waits on
// nobody's account but its own.
func (c *Courier) RunOnce(ctx context.Context) (map[string]int64, error) {
	t := &tally{counts: map[string]int64{}}
	routing := c.route(ctx, t)
	if tx.IsLeaseLost(routing) || ctx.Err() != nil {
		return t.counts, routing
	}
	if c.Settings.Mode != On {
		return t.counts, routing
	}
	return t.counts, errors.Join(routing, c.send(ctx, t))
}

func (c *Courier) send(ctx context.Context, t *tally) error {
	now := clock.Round(c.Clock())
	err := c.Runner.InTx(ctx, func(ctx context.Context) error {
		tests, err := c.Store.BuryTests(ctx, now.Add(-abandonedAfter), "The process that sent it ended before it had an answer.")
		if err != nil {
			return fmt.Errorf("end tests that were given up: %w", err)
		}
		again, err := c.Store.Requeue(ctx, now.Add(-abandonedAfter))
		if err != nil {
			return fmt.Errorf("take up what was given up: %w", err)
		}
		buried, err := c.Store.Bury(ctx, "The target was removed.")
		t.add("taken_up", again)
		t.add("dead", tests+buried)
		return err
	})
	if err != nil {
		return err
	}
	lanes, err := c.Store.Lanes(ctx, now)
	if err != nil {
		return fmt.Errorf("look for what is due: %w", err)
	}
	var group errgroup.Group // without a context: no lane ends because another failed
	group.SetLimit(lanesAtOnce)
	failures := make([]error, len(lanes))
	for i, lane := range lanes {
		group.Go(func() error {
			// Its time begins when its turn comes.
			failures[i] = c.sendLane(ctx, lane, clock.Round(c.Clock()).Add(laneTime), t)
			return nil
		})
	}
	return errors.Join(group.Wait(), errors.Join(failures...))
}

// sendLane sends what is due for one target, or for people, until then.
func (c *Courier) sendLane(ctx context.Context, lane id.ID, until time.Time, t *tally) error {
	var target Target
	if lane != "" {
		var err error
		if target, err = c.Store.Target(ctx, lane); err != nil {
			return fmt.Errorf("read the target %s: %w", lane, err)
		}
	}
	for {
		now := clock.Round(c.Clock())
		if ctx.Err() != nil || !now.Before(until) {
			return ctx.Err()
		}
		due, err := c.Store.Due(ctx, lane, now, dueAtOnce)
		if err != nil {
			return fmt.Errorf("read what is due for %s: %w", lane, err)
		}
		if len(due) == 0 {
			return c.repeat(ctx, target, until, t)
		}
		next, err := c.choose(ctx, target, due, now, t)
		if err != nil || next == nil {
			return err
		}
		arrived, err := c.try(ctx, target, *next, now, t)
		if err != nil || !arrived {
			return err
		}
	}
}

// try sends one notification and writes down what came of it. It is written down as
// being sent before: after a crash in between it is sent again.
func (c *Courier) try(ctx context.Context, target Target, n Notification, now time.Time, t *tally) (arrived bool, err error) {
	was := n
	n.State, n.AttemptedAt = Sending, &now
	n.Attempts++
	err = c.update(ctx, was, n)
	switch {
	case changed(err): // another replica sends it
		return false, nil
	case err != nil:
		return false, fmt.Errorf("begin to send %s: %w", n.ID, err)
	}
	p, err := c.parcel(ctx, target, n, now)
	if err != nil {
		return false, err
	}
	was = n
	out := c.Carrier.Carry(ctx, p)
	now = clock.Round(c.Clock())
	n = n.tried(out, now)
	if n.State == Sent && target.Kind == Alertmanager && p.Told.Lasts() {
		again := now.Add(repeatEvery)
		n.RepeatAt = &again
	}
	err = c.wrote(ctx, target, out, now, func(ctx context.Context) error {
		if n.Over {
			if err := c.Store.EndRepeats(ctx, n.Matter); err != nil {
				return err
			}
		}
		return c.Store.UpdateNotification(ctx, was, n)
	})
	switch {
	case changed(err):
		c.Logger.Info("a notification was taken for given up while it was sent, and is sent again", "notification", n.ID, "target", n.Target)
		return false, nil
	case err != nil:
		return false, err
	}
	t.add(string(n.State), 1)
	if n.State == Dead {
		c.Logger.Info("a notification could not be delivered", "notification", n.ID, "target", n.Target, "reason", n.Reason)
	}
	return out.Arrived(), nil
}

// update writes what becomes of a notification, unless it is not any more as it was read.
func (c *Courier) update(ctx context.Context, was, n Notification) error {
	return c.Runner.InTx(ctx, func(ctx context.Context) error { return c.Store.UpdateNotification(ctx, was, n) })
}

// changed reports whether a notification was not as it had been read: somebody else, another
// replica or whoever replays it, has it now.
func changed(err error) bool {
	e := fault.As(err)
	return e != nil && e.Code == CodeChanged
}

// wrote writes what came of an attempt, with the target's health, also where the run ends.
func (c *Courier) wrote(ctx context.Context, target Target, out Outcome, now time.Time, write func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrites)
	defer cancel()
	err := c.Runner.InTx(ctx, func(ctx context.Context) error {
		if target.ID != "" {
			h, err := c.Store.Health(ctx, target.ID)
			if err != nil {
				return err
			}
			if err := c.Store.WriteHealth(ctx, target.ID, h.after(out, now)); err != nil {
				return err
			}
		}
		return write(ctx)
	})
	if err != nil {
		return fmt.Errorf("write down what came of an attempt: %w", err)
	}
	return nil
}

// An Alertmanager forgets what it is not told again: "Clients are expected to continuously
// re-send alerts as long as they are still active" (prometheus.io/docs/alerting/clients).
// It takes one for over when it heard nothing for heldFor, so that it holds out a restart
// of Evenkeel.
const (
	repeatEvery = 2 * time.Minute
	heldFor     = 15 * time.Minute
)

// repeat sends what lasts once more, until then. When it is next repeated is written before:
// of several replicas one does.
func (c *Courier) repeat(ctx context.Context, target Target, until time.Time, t *tally) error {
	if target.Kind != Alertmanager || !target.Enabled {
		return nil
	}
	now := clock.Round(c.Clock())
	again, err := c.Store.Repeated(ctx, target.ID, now, dueAtOnce)
	if err != nil {
		return fmt.Errorf("read what is repeated to %s: %w", target.ID, err)
	}
	for _, n := range again {
		if ctx.Err() != nil || !now.Before(until) {
			return ctx.Err()
		}
		was, next := n, now.Add(repeatEvery)
		n.RepeatAt = &next
		_, err := c.Store.Ending(ctx, n.Matter, n.Event)
		switch {
		case err == nil: // the beginning arrived when it was over already
			n.RepeatAt = nil
		case !fault.Is(err, fault.NotFound):
			return fmt.Errorf("look whether what is repeated is over: %w", err)
		}
		if err := c.update(ctx, was, n); changed(err) {
			continue
		} else if err != nil {
			return fmt.Errorf("begin to repeat %s: %w", n.ID, err)
		}
		if n.RepeatAt == nil {
			continue
		}
		p, err := c.parcel(ctx, target, n, now)
		if err != nil {
			return err
		}
		out := c.Carrier.Carry(ctx, p)
		now = clock.Round(c.Clock())
		t.add("repeated", 1)
		err = c.wrote(ctx, target, out, now, func(context.Context) error { return nil })
		if err != nil || !out.Arrived() {
			return err
		}
	}
	return nil
}

// parcel gathers what the receiver is told.
func (c *Courier) parcel(ctx context.Context, target Target, n Notification, now time.Time) (Parcel, error) {
	p := Parcel{Target: target, Notification: n, Now: now}
	var err error
	if p.Told, err = c.Store.Event(ctx, n.Event); err != nil {
		return p, fmt.Errorf("read the event of a notification: %w", err)
	}
	if n.Begin != "" {
		begin, err := c.Store.Event(ctx, n.Begin)
		switch {
		case err == nil:
			p.Begin = &begin
		case !fault.Is(err, fault.NotFound): // it was told too long ago
			return p, fmt.Errorf("read the event with which a matter began: %w", err)
		}
	}
	if err := c.withhold(ctx, &p.Told, p.Begin); err != nil {
		return p, err
	}
	if n.Person != "" {
		if p.Person, err = c.People.Person(ctx, n.Person); err != nil {
			return p, fmt.Errorf("read whom a notification is for: %w", err)
		}
		if c.Personal != nil && p.Told.Type.Personal() {
			if p.Told.Link, err = c.Personal.Personal(ctx, p.Told.Event, n.Person); err != nil {
				return p, fmt.Errorf("make the link of a person: %w", err)
			}
		}
	}
	if target.Kind == Alertmanager && p.Told.Lasts() {
		p.Until = now.Add(heldFor)
	}
	return p, nil
}

// withhold leaves out of events what they say of something that was restricted since they were told.
func (c CourierParts) withhold(ctx context.Context, told ...*Told) error {
	if c.Restricted == nil {
		return nil
	}
	var links []string
	for _, t := range told {
		if t != nil {
			links = append(links, t.Link)
		}
	}
	closed, err := c.Restricted.Unreadable(ctx, links)
	if err != nil {
		return fmt.Errorf("look for what is restricted: %w", err)
	}
	for _, t := range told {
		if t != nil && closed[t.Link] {
			*t = t.withheld()
		}
	}
	return nil
}
