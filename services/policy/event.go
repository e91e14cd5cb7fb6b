package policy

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Event is something that somebody said about a violation. Events are only added,
// whether it is open or ended.
type Event struct {
	ID        id.ID
	Violation id.ID
	Kind      EventKind
	At        time.Time
	By        string // for people to read: a name here, or a login on the tracker
	Via       Via
	Text      string // plain, as it was typed
	Link      string // to where it was said; empty when it was said here
	// Source names what was said elsewhere, so that it is one event however often it
	// is told; empty when it was said here.
	Source string
}

// EventKind is what an event says.
type EventKind string

// Disputed says that the violation is wrong, or that its clause does not fit.
const Disputed EventKind = "disputed"

// Via is where an event was said.
type Via string

// The ways.
const (
	ViaAPI     Via = "api"
	ViaComment Via = "comment" // on the issue, on a tracker
)

// Remark is what somebody said elsewhere. Nothing of it was checked.
type Remark struct {
	At     time.Time
	By     string
	Text   string
	Link   string
	Source string
}

// Dispute records that the caller disputes the violation, and why. What follows is
// for the policy to say. Members of the team of its service. Faults: NotFound,
// Forbidden, Invalid.
func (s *Service) Dispute(ctx context.Context, violation id.ID, reason string) (Event, error) {
	if err := s.authorizer.Permit(ctx, access.Rule{Verb: access.Create, Kind: access.KindDispute}); err != nil {
		return Event{}, err
	}
	now := clock.Round(s.now())
	e := Event{
		ID: id.New(now), Violation: violation, Kind: Disputed, At: now, By: access.CallerFrom(ctx).Name, Via: ViaAPI, Text: strings.TrimSpace(reason),
	}
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		o, err := s.disputable(ctx, violation)
		if err != nil {
			return err
		}
		var check fault.Check
		check.Require(e.Text != "", "/reason", nil, "must say why")
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		if err := check.Err(); err != nil {
			return err
		}
		return s.add(ctx, o, e)
	})
	if err != nil {
		return Event{}, fmt.Errorf("dispute violation %s: %w", violation, err)
	}
	return e, nil
}

// DisputeElsewhere records that somebody disputes the violation where its issue is,
// once for each source. Whoever can write there may: what is odd in the remark is
// left out, and it is cut where it is too long. Evenkeel itself calls it, after it
// found out who wrote. Faults: NotFound, Forbidden.
func (s *Service) DisputeElsewhere(ctx context.Context, violation id.ID, r Remark) error {
	e := Event{
		ID: id.New(clock.Round(s.now())), Violation: violation, Kind: Disputed, At: clock.Round(r.At), Via: ViaComment, Source: r.Source,
		By: plain(r.By, registry.MaxName), Text: plain(r.Text, registry.MaxReason),
	}
	var check fault.Check
	if registry.CheckURL(&check, "", r.Link); check.Err() == nil {
		e.Link = r.Link
	}
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		o, err := s.disputable(ctx, violation)
		if err != nil {
			return err
		}
		return s.add(ctx, o, e)
	})
	if err != nil {
		return fmt.Errorf("dispute violation %s by %s: %w", violation, e.Source, err)
	}
	return nil
}

// disputable is the violation as the audit log calls it, if the caller may dispute it.
func (s *Service) disputable(ctx context.Context, violation id.ID) (access.Object, error) {
	v, err := s.store.Violation(ctx, violation)
	if err != nil {
		return access.Object{}, err
	}
	service, err := s.services.Service(ctx, v.Service)
	if err != nil {
		return access.Object{}, fmt.Errorf("read the service of violation %s: %w", violation, err)
	}
	slugs, err := s.slugsOf(ctx, []Violation{v})
	if err != nil {
		return access.Object{}, err
	}
	o := violationObject(v, service, slugs[v.SLO])
	o.Kind = access.KindDispute
	return o, s.authorizer.Authorize(ctx, access.Create, o)
}

// add writes an event within a transaction, unless its source is known.
func (s *Service) add(ctx context.Context, o access.Object, e Event) error {
	fresh, err := s.store.AddViolationEvent(ctx, e)
	if err != nil || !fresh {
		return err
	}
	reason := e.Text
	if e.Via == ViaComment {
		reason = fmt.Sprintf("%s wrote on the issue: %s", e.By, e.Text)
	}
	return s.recorder.RecordDiff(ctx, access.Create, o, reason, nil, e)
}

// Event returns an event of the violation, or NotFound.
func (s *Service) Event(ctx context.Context, violation, event id.ID) (Event, error) {
	if err := s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindViolation, ID: violation}); err != nil {
		return Event{}, err
	}
	e, err := s.store.ViolationEvent(ctx, event)
	if err != nil {
		return Event{}, fmt.Errorf("read event %s: %w", event, err)
	}
	if e.Violation != violation {
		return Event{}, fault.Missing("violation_event", string(event))
	}
	return e, nil
}

// Events lists what was said about the violation, the newest first. Faults:
// NotFound for the violation.
func (s *Service) Events(ctx context.Context, violation id.ID, r page.Request) (page.Page[Event], error) {
	if _, err := s.Violation(ctx, violation); err != nil {
		return page.Page[Event]{}, err
	}
	events, err := s.store.ViolationEvents(ctx, violation, r)
	if err != nil {
		return page.Page[Event]{}, fmt.Errorf("list events of violation %s: %w", violation, err)
	}
	return events, nil
}

// plain leaves out of a text what cannot be seen, and keeps at most that many
// characters, which it says.
func plain(text string, most int) string {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if hidden.Rune(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "")))
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
