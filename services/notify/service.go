package notify

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Parts is what a Service is made of.
type Parts struct {
	Store      Store
	Teams      Teams
	People     People
	Carrier    Carrier
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
	Settings   Settings
	// Restricted tells what the context's caller may not read; nil where everybody reads everything.
	Restricted Restricted
}

// Restricted tells which of the links, as events have them, lead to what the context's caller may not
// read.
type Restricted interface {
	Unreadable(ctx context.Context, links []string) (map[string]bool, error)
}

// Service is what people do with targets, and see of events and notifications. Every
// method but Prune, which Evenkeel itself calls, authorises the context's caller.
type Service struct{ Parts }

// NewService returns the service over its parts.
func NewService(p Parts) *Service { return &Service{p} }

func (s *Service) may(ctx context.Context, kind access.Kind) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: kind})
}

// Target returns one that was not removed, or NotFound.
func (s *Service) Target(ctx context.Context, target id.ID) (TargetView, error) {
	if err := s.may(ctx, access.KindTarget); err != nil {
		return TargetView{}, err
	}
	v, err := s.Store.TargetView(ctx, target)
	if err == nil && v.RemovedAt != nil {
		err = fault.Missing("notification_target", string(target))
	}
	if err != nil {
		return TargetView{}, fmt.Errorf("read a notification target: %w", err)
	}
	return v, nil
}

// Targets lists targets by team and rank.
func (s *Service) Targets(ctx context.Context, f TargetFilter, r page.Request) (page.Page[TargetView], error) {
	if err := s.may(ctx, access.KindTarget); err != nil {
		return page.Page[TargetView]{}, err
	}
	found, err := s.Store.Targets(ctx, f, r)
	if err != nil {
		return page.Page[TargetView]{}, fmt.Errorf("list notification targets: %w", err)
	}
	return found, nil
}

// CreateTarget adds a target: of a team, by its people, or of the platform, by administrators.
func (s *Service) CreateTarget(ctx context.Context, in TargetInput) (TargetView, error) {
	now := clock.Round(s.Clock())
	var made Target
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		made = Target{ID: id.New(now), CreatedAt: now, UpdatedAt: now, Version: 1}
		var owner registry.Team
		if in.Team != "" {
			var check fault.Check
			var err error
			if owner, _, err = registry.Refer(ctx, &check, "/team", in.Team, s.team); err != nil {
				return err
			}
			if err := check.Err(); err != nil {
				return err
			}
			made.Team = owner.ID
		}
		if err := s.Authorizer.Authorize(ctx, access.Create, made.object()); err != nil {
			return err
		}
		if err := s.declare(ctx, &made, owner, in); err != nil {
			return err
		}
		if err := s.Store.CreateTarget(ctx, made); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Create, made.object(), "", nil, made)
	})
	if err != nil {
		return TargetView{}, fmt.Errorf("create a notification target: %w", err)
	}
	return TargetView{Target: made}, nil
}

func (s *Service) team(ctx context.Context, name string) (registry.Team, error) {
	return registry.Find(ctx, s.Teams, registry.NounTeam, "", name, s.Teams.Team, s.Teams.TeamBySlug)
}

// declare gives the target what the input says, or returns every fault of it. Members of
// a team send its secrets alone, and no secret to an address of their choice that would
// tell it to whoever is there: to sign with one tells nobody of it.
func (s *Service) declare(ctx context.Context, t *Target, owner registry.Team, in TargetInput) error {
	if in.Least == "" {
		in.Least = event.Weekly
	}
	var check fault.Check
	in.check(&check)
	if !access.CallerFrom(ctx).Administers() {
		check.Require(in.Secret == "" || ownSecret(in.Secret, owner.Slug), "/secret", nil,
			"must be a secret of the team: notify-%s- and a word of letters and digits; administrators may name others", owner.Slug)
		check.Require(in.Kind != Alertmanager || in.Secret == "", "/secret", nil,
			"is sent to the address: only administrators may name one for an Alertmanager")
		check.Require(in.Kind != PagerDuty || in.Address == "", "/address", nil,
			"gets the routing key: only administrators may name another than PagerDuty's")
	}
	if err := check.Err(); err != nil {
		return err
	}
	t.Name, t.Kind, t.Address, t.Secret, t.Rank = in.Name, in.Kind, in.Address, in.Secret, in.Rank
	t.Types, t.Least, t.Hours, t.Enabled = slices.Clone(in.Types), in.Least, in.Hours, in.Enabled
	return nil
}

// UpdateTarget replaces what is declared of a target, but for its team. What waits for it
// is sent as is declared then.
//
// Faults: NotFound, Forbidden, Precondition, Invalid.
func (s *Service) UpdateTarget(ctx context.Context, target id.ID, version int64, in TargetInput) (TargetView, error) {
	return s.change(ctx, target, version, access.Update, func(ctx context.Context, t *Target, _ time.Time) error {
		var owner registry.Team
		if t.Team != "" {
			var err error
			if owner, err = s.Teams.Team(ctx, t.Team); err != nil {
				return err
			}
		}
		if in.Team != "" && in.Team != owner.Slug && in.Team != string(owner.ID) {
			var check fault.Check
			check.Fail("/team", in.Team, "must stay as it is; add a target to the other team")
			return check.Err()
		}
		return s.declare(ctx, t, owner, in)
	})
}

// RemoveTarget ends a target. What waits for it is dead; what was sent stays known.
func (s *Service) RemoveTarget(ctx context.Context, target id.ID, version int64) error {
	_, err := s.change(ctx, target, version, access.Delete, func(_ context.Context, t *Target, now time.Time) error {
		t.RemovedAt, t.Enabled = &now, false
		return nil
	})
	return err
}

func (s *Service) change(ctx context.Context, target id.ID, version int64, verb access.Verb, do func(context.Context, *Target, time.Time) error) (TargetView, error) {
	now := clock.Round(s.Clock())
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		before, err := s.live(ctx, verb, target)
		if err != nil {
			return err
		}
		if before.Version != version {
			return fault.Stale("notification target")
		}
		after := before
		if err := do(ctx, &after, now); err != nil {
			return err
		}
		after.UpdatedAt = now
		if err := s.Store.UpdateTarget(ctx, after); err != nil {
			return err
		}
		if verb == access.Delete {
			return s.Recorder.RecordDiff(ctx, verb, before.object(), "", before, nil)
		}
		return s.Recorder.RecordDiff(ctx, verb, before.object(), "", before, after)
	})
	if err != nil {
		return TargetView{}, fmt.Errorf("%s a notification target: %w", verb, err)
	}
	return s.Store.TargetView(ctx, target)
}

// live loads a target that was not removed and authorises the verb on it.
func (s *Service) live(ctx context.Context, verb access.Verb, target id.ID) (Target, error) {
	t, err := s.Store.Target(ctx, target)
	if err != nil {
		return t, err
	}
	if err := s.Authorizer.Authorize(ctx, verb, t.object()); err != nil {
		return t, err
	}
	if t.RemovedAt != nil {
		return t, fault.Missing("notification_target", string(target))
	}
	return t, nil
}

// Event returns one, or NotFound.
func (s *Service) Event(ctx context.Context, of id.ID) (Told, error) {
	if err := s.may(ctx, access.KindEvent); err != nil {
		return Told{}, err
	}
	told, err := s.Store.Event(ctx, of)
	if err != nil {
		return Told{}, err
	}
	closed, err := s.closed(ctx, []Told{told})
	if err == nil && closed[of] {
		err = fault.Missing("event", string(of))
	}
	if err != nil {
		return Told{}, err
	}
	return told, nil
}

// EventsByID returns those that exist. Of what the caller may not read there is no more than when
// it was told, and as what.
func (s *Service) EventsByID(ctx context.Context, of []id.ID) (map[id.ID]Told, error) {
	if err := s.may(ctx, access.KindEvent); err != nil {
		return nil, err
	}
	found, err := s.Store.EventsByID(ctx, of)
	if err != nil {
		return nil, err
	}
	closed, err := s.closed(ctx, slices.Collect(maps.Values(found)))
	if err != nil {
		return nil, err
	}
	for one := range closed {
		found[one] = found[one].withheld()
	}
	return found, nil
}

// closed are the events about what the caller may not read.
func (s *Service) closed(ctx context.Context, told []Told) (map[id.ID]bool, error) {
	if s.Restricted == nil || len(told) == 0 {
		return nil, nil
	}
	links := make([]string, len(told))
	for i, t := range told {
		links[i] = t.Link
	}
	unreadable, err := s.Restricted.Unreadable(ctx, links)
	if err != nil {
		return nil, fmt.Errorf("look for what the caller may not read: %w", err)
	}
	out := map[id.ID]bool{}
	for _, t := range told {
		if unreadable[t.Link] {
			out[t.ID] = true
		}
	}
	return out, nil
}

// Events lists what was told, the newest first. What is about something that the caller may not read
// is left out, by which a page may be shorter than was asked for.
func (s *Service) Events(ctx context.Context, f EventFilter, r page.Request) (page.Page[Told], error) {
	if err := s.may(ctx, access.KindEvent); err != nil {
		return page.Page[Told]{}, err
	}
	found, err := s.Store.Events(ctx, f, r)
	if err != nil {
		return page.Page[Told]{}, fmt.Errorf("list events: %w", err)
	}
	closed, err := s.closed(ctx, found.Items)
	if err != nil {
		return page.Page[Told]{}, err
	}
	found.Items = slices.DeleteFunc(found.Items, func(t Told) bool { return closed[t.ID] })
	return found, nil
}

// Notification returns one, or NotFound.
func (s *Service) Notification(ctx context.Context, of id.ID) (Notification, error) {
	if err := s.may(ctx, access.KindNotification); err != nil {
		return Notification{}, err
	}
	return s.Store.Notification(ctx, of)
}

// Notifications lists what was and is to be sent, the newest first.
func (s *Service) Notifications(ctx context.Context, f NotificationFilter, r page.Request) (page.Page[Notification], error) {
	if err := s.may(ctx, access.KindNotification); err != nil {
		return page.Page[Notification]{}, err
	}
	found, err := s.Store.Notifications(ctx, f, r)
	if err != nil {
		return page.Page[Notification]{}, fmt.Errorf("list notifications: %w", err)
	}
	return found, nil
}

// Replay has a notification sent again that is dead, or that arrived and got lost there.
// It keeps its identifier, by which a receiver knows what it has. What began something that
// is over is not sent again: nothing would end it at the receiver.
//
// Faults: NotFound, Forbidden, Conflict "notification_not_replayable" or CodeChanged.
func (s *Service) Replay(ctx context.Context, of id.ID) (Notification, error) {
	now := clock.Round(s.Clock())
	var n Notification
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		var err error
		if n, err = s.Store.Notification(ctx, of); err != nil {
			return err
		}
		o := access.Object{Kind: access.KindNotification, ID: n.ID, Label: string(n.ID), Person: n.Person}
		if n.Target != "" {
			t, err := s.Store.Target(ctx, n.Target)
			if err != nil {
				return err
			}
			o.Team, o.Label = t.Team, t.Name
			if err := s.Authorizer.Authorize(ctx, access.Update, o); err != nil {
				return err
			}
			if t.RemovedAt != nil {
				return fault.New(fault.Conflict, "notification_not_replayable", "its target %q was removed", t.Name)
			}
		} else if err := s.Authorizer.Authorize(ctx, access.Update, o); err != nil {
			return err
		}
		if n.State != Dead && n.State != Sent {
			return fault.New(fault.Conflict, "notification_not_replayable", "it is %s, and only what is dead or was sent is sent again", n.State)
		}
		told, err := s.Store.Event(ctx, n.Event)
		if err != nil {
			return err
		}
		if told.Type == event.Test {
			return fault.New(fault.Conflict, "notification_not_replayable", "it is a test message, which is not sent again; send another")
		}
		if !n.Over {
			end, err := s.Store.Ending(ctx, n.Matter, n.Event)
			if err == nil {
				return fault.New(fault.Conflict, "notification_not_replayable", "what it told of is over, as the event %s says; of a matter that is over only the end is sent again", end.ID)
			}
			if !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		before := n
		n.State, n.Attempts, n.DueAt, n.Reason, n.Status, n.RepeatAt = Pending, 0, now, "", 0, nil
		if err := s.Store.UpdateNotification(ctx, before, n); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Update, o, "", replayed(before), replayed(n))
	})
	if err != nil {
		return Notification{}, fmt.Errorf("replay a notification: %w", err)
	}
	return n, nil
}

// replayed is what the audit log compares.
func replayed(n Notification) any { return struct{ State State }{n.State} }

// ReplayTarget has all that is dead of a target sent again, and returns how many that are.
// What began something that is over stays dead, as Replay has it, and is counted apart.
func (s *Service) ReplayTarget(ctx context.Context, target id.ID) (replayed, over int, err error) {
	now := clock.Round(s.Clock())
	err = s.Runner.InTx(ctx, func(ctx context.Context) error {
		t, err := s.live(ctx, access.Update, target)
		if err != nil {
			return err
		}
		if replayed, over, err = s.Store.Revive(ctx, target, now); err != nil || replayed == 0 {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Update, t.object(), "", struct{ Dead int }{replayed + over}, struct{ Dead int }{over})
	})
	if err != nil {
		return 0, 0, fmt.Errorf("replay what is dead of a notification target: %w", err)
	}
	return replayed, over, nil
}

// mostTests is how often a target is tried out within an hour: who receives the messages
// did not ask for them.
const mostTests = 10

// TestTarget sends a message to the target now, whatever its hours, and returns what came
// of it. It is not tried again.
//
// Faults: NotFound, Forbidden, Conflict "notifications_off", Limited "too_many_tests".
func (s *Service) TestTarget(ctx context.Context, target id.ID) (Notification, error) {
	now := clock.Round(s.Clock())
	t, err := s.live(ctx, access.Check, target)
	if err != nil {
		return Notification{}, fmt.Errorf("test a notification target: %w", err)
	}
	if s.Settings.Mode != On {
		return Notification{}, fault.New(fault.Conflict, "notifications_off", "nothing is sent while notifications.mode is %q; it has to be \"on\"", s.Settings.Mode)
	}
	told := Told{ID: id.New(now), ToldAt: now, Outcome: Routed, TeamSlug: s.slugOf(ctx, t.Team), Event: event.Event{
		Type: event.Test, Key: "test/" + string(t.ID), At: now, Team: t.Team, Subject: t.Name,
		Title: "A test message of Evenkeel",
		Text:  fmt.Sprintf("%s tries out whether notifications arrive here. Nothing happened, and nothing is to be done.", access.CallerFrom(ctx).Name),
		Link:  "/",
	}}
	n := Notification{
		ID: id.New(now), Event: told.ID, Target: t.ID, Matter: told.Key, Urgency: event.Soon, State: Sending,
		MadeAt: now, DueAt: now, Attempts: 1, AttemptedAt: &now,
	}
	err = s.Runner.InTx(ctx, func(ctx context.Context) error {
		made, err := s.Store.MadeSince(ctx, t.ID, told.Key, now.Add(-time.Hour))
		if err != nil {
			return err
		}
		if len(made) >= mostTests {
			e := fault.New(fault.Limited, "too_many_tests", "the target %q was tried out %d times within the last hour, which is as often as it may", t.Name, len(made))
			e.RetryAfter = made[len(made)-mostTests].Add(time.Hour).Sub(now)
			return e
		}
		if err := s.Store.Tell(ctx, []Told{told}); err != nil {
			return err
		}
		if err := s.Store.AddNotifications(ctx, []Notification{n}); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Check, t.object(), "", nil, nil)
	})
	if err != nil {
		return Notification{}, fmt.Errorf("write down a test message: %w", err)
	}
	out := s.Carrier.Carry(ctx, Parcel{Target: t, Notification: n, Told: told, Now: now})
	// Written also where whoever asked has gone.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrites)
	defer cancel()
	was := n
	n = n.tried(out, clock.Round(s.Clock()))
	if n.State == Pending {
		n.State = Dead
	}
	err = s.Runner.InTx(ctx, func(ctx context.Context) error { return s.Store.UpdateNotification(ctx, was, n) })
	if err != nil {
		return Notification{}, fmt.Errorf("write down what came of a test message: %w", err)
	}
	return n, nil
}

func (s *Service) slugOf(ctx context.Context, team id.ID) string {
	if team == "" {
		return ""
	}
	t, err := s.Teams.Team(ctx, team)
	if err != nil {
		return "" // only shown
	}
	return t.Slug
}

// lastWrites bounds what is written after a caller has gone.
const lastWrites = 10 * time.Second

// Kept is how long events and their notifications are kept: beyond the same quarter a
// year ago, as alerts are.
const Kept = 400 * 24 * time.Hour

// prunedAtOnce bounds a transaction of Prune.
const prunedAtOnce = 500

// Prune removes what was told longer ago than it is kept, and returns how many events that were.
func (s *Service) Prune(ctx context.Context) (int, error) {
	before := clock.Round(s.Clock()).Add(-Kept)
	n, err := tx.InChunks(ctx, s.Runner, prunedAtOnce, func(ctx context.Context, limit int) (int, error) {
		return s.Store.Prune(ctx, before, limit)
	})
	if err != nil {
		return n, fmt.Errorf("remove events that were told before %s: %w", before.Format(time.RFC3339), err)
	}
	return n, nil
}
