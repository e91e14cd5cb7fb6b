package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
)

// Rules tells of alerts that Prometheus tells of too, because somebody installed rules
// for them there.
type Rules interface {
	// Alerting returns the name of an alerting rule that is about the SLO, with that
	// severity where rules say one; empty where there is none. An error is that it
	// cannot be known.
	Alerting(ctx context.Context, slo id.ID, severity string) (rule string, err error)
}

// routedAtOnce is how many events are read at once.
const routedAtOnce = 100

// route decides of all that was told where it goes. An event that cannot be decided on
// holds up those after it, which may be of the same matter, until the next run.
func (c *Courier) route(ctx context.Context, t *tally) error {
	var targets map[id.ID][]Target
	for {
		events, err := c.Store.Unrouted(ctx, routedAtOnce)
		if err != nil {
			return fmt.Errorf("read what was told: %w", err)
		}
		if len(events) == 0 {
			return nil
		}
		if targets == nil {
			if targets, err = c.targets(ctx); err != nil {
				return err
			}
		}
		if err := c.name(ctx, events); err != nil {
			return err
		}
		for _, e := range events {
			if err := c.routeOne(ctx, e, targets, t); err != nil {
				return fmt.Errorf("route the event %s: %w", e.ID, err)
			}
		}
	}
}

// name gives the events the slugs that their teams and services have.
func (p CourierParts) name(ctx context.Context, events []Told) error {
	var teams, services []id.ID
	for _, e := range events {
		teams, services = with(teams, e.Team), with(services, e.Service)
	}
	byTeam, err := p.Teams.TeamsByID(ctx, teams)
	if err != nil {
		return fmt.Errorf("name the teams of events: %w", err)
	}
	byService, err := p.Teams.ServicesByID(ctx, services)
	if err != nil {
		return fmt.Errorf("name the services of events: %w", err)
	}
	for i, e := range events {
		events[i].TeamSlug, events[i].ServiceSlug = byTeam[e.Team].Slug, byService[e.Service].Slug
	}
	return nil
}

// with has the identifier once, if it is one.
func with(ids []id.ID, one id.ID) []id.ID {
	if one == "" || slices.Contains(ids, one) {
		return ids
	}
	return append(ids, one)
}

func (c *Courier) targets(ctx context.Context) (map[id.ID][]Target, error) {
	live, err := c.Store.LiveTargets(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the targets: %w", err)
	}
	of := map[id.ID][]Target{}
	for _, target := range live {
		of[target.Team] = append(of[target.Team], target)
	}
	return of, nil
}

// routing is what is decided of an event.
type routing struct {
	outcome Outgoing
	note    string
	to      []Notification
}

func (c *Courier) routeOne(ctx context.Context, e Told, targets map[id.ID][]Target, t *tally) error {
	now := clock.Round(c.Clock())
	r, err := c.decide(ctx, e, targets, now)
	if err != nil {
		return err
	}
	for i := range r.to {
		n := &r.to[i]
		n.ID, n.Event, n.Matter, n.Over, n.Urgency, n.MadeAt = id.New(now), e.ID, e.Key, e.Over, e.Urgency(), now
		n.State = Pending
		if c.Settings.Mode == Observe {
			n.State = Recorded
		}
	}
	return c.Runner.InTx(ctx, func(ctx context.Context) error {
		e.Outcome, e.Note, e.RoutedAt = r.outcome, r.note, &now
		first, err := c.Store.Route(ctx, e)
		if err != nil || !first {
			return err
		}
		t.add(string(r.outcome), 1)
		if e.Over { // wherever the end goes, and whether it arrives
			if err := c.Store.EndRepeats(ctx, e.Key); err != nil {
				return err
			}
		}
		if len(r.to) == 0 {
			return nil
		}
		return c.Store.AddNotifications(ctx, r.to)
	})
}

// decide says where an event goes: to one target, and to its person if it has one.
func (c *Courier) decide(ctx context.Context, e Told, targets map[id.ID][]Target, now time.Time) (routing, error) {
	if c.Settings.Mode == Off {
		return routing{outcome: SwitchedOff}, nil
	}
	var r routing
	if e.Person != "" {
		at, err := c.reached(ctx, e.Person)
		if err != nil {
			return r, err
		}
		if at {
			r.to = append(r.to, Notification{Person: e.Person, DueAt: now})
		}
	}
	if e.Type.Personal() {
		r.outcome = ToNobody
		if len(r.to) > 0 {
			r.outcome = Routed
		}
		return r, nil
	}
	begin, err := c.Store.Beginning(ctx, e.Key)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return r, err
	}
	begun := err == nil && begin.ID != e.ID && begin.Outcome != ""
	target, outcome, note, err := c.target(ctx, e, begin, begun, targets)
	if err != nil {
		return r, err
	}
	if target != nil {
		n := Notification{Target: target.ID, DueAt: target.due(e.Urgency(), e.Over, now)}
		if begun {
			n.Begin = begin.ID
		}
		r.to = append(r.to, n)
	}
	r.outcome, r.note = outcome, note
	if len(r.to) > 0 {
		r.outcome = Routed
	}
	return r, nil
}

// target chooses where an event is told. An end goes where the matter was told last, and
// nowhere where it was told nowhere.
func (c *Courier) target(ctx context.Context, e, begin Told, begun bool, targets map[id.ID][]Target) (*Target, Outgoing, string, error) {
	if e.Urgency() == event.Weekly {
		return nil, InDigest, "", nil
	}
	if e.Over && begun {
		last, err := c.Store.LastOf(ctx, e.Key)
		if fault.Is(err, fault.NotFound) {
			return nil, begin.Outcome, begin.Note, nil
		}
		if err != nil {
			return nil, "", "", err
		}
		target, err := c.Store.Target(ctx, last.Target)
		// A program that is switched off holds the beginning still: the end waits there.
		if err == nil && target.RemovedAt == nil && (target.Enabled || target.Kind.readByPrograms()) {
			return &target, Routed, "", nil
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, "", "", err
		}
	}
	if e.isAlert() && !e.Over && c.Rules != nil && e.SLO != "" {
		severity := "page"
		if e.Type == event.AlertTicketed {
			severity = "ticket"
		}
		rule, err := c.Rules.Alerting(ctx, e.SLO, severity)
		switch {
		case tx.IsLeaseLost(err) || errors.Is(err, context.Canceled):
			return nil, "", "", err
		case err != nil:
			// Told twice is better than not at all.
			c.Logger.Info("it is not known whether Prometheus tells of an alert", "slo", e.SLO, "error", err)
		case rule != "":
			return nil, ByPrometheus, rule, nil
		}
	}
	chosen, err := c.first(ctx, e, targets)
	if err != nil || chosen != nil {
		return chosen, Routed, "", err
	}
	return nil, ToNobody, "", nil
}

// tallest bounds how far up the tree of teams is looked.
const tallest = 32

// first is the first target that takes the event: of its team, then of the teams above,
// then of the platform.
func (c *Courier) first(ctx context.Context, e Told, targets map[id.ID][]Target) (*Target, error) {
	of := e.Team
	for range tallest {
		for _, target := range targets[of] {
			if target.takes(e) {
				return &target, nil
			}
		}
		if of == "" {
			return nil, nil
		}
		team, err := c.Teams.Team(ctx, of)
		switch {
		case fault.Is(err, fault.NotFound): // removed since: the platform's
			of = ""
		case err != nil:
			return nil, err
		default:
			of = team.Parent
		}
	}
	return nil, nil
}

// reached reports whether the person has an address, and there is somebody to carry mail.
func (c *Courier) reached(ctx context.Context, person id.ID) (bool, error) {
	if !c.Settings.Mails {
		return false, nil
	}
	p, err := c.People.Person(ctx, person)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && p.Email != "" && p.DeactivatedAt == nil, err
}
