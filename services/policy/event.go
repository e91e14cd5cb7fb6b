package policy

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
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

// The kinds.
const (
	Acknowledged EventKind = "acknowledged" // the team works on it, by a plan
	Disputed     EventKind = "disputed"     // it is wrong, or its clause does not fit
	Ruled        EventKind = "ruled"        // the dispute was decided
	LeftEarly    EventKind = "left_early"   // its freeze ended before the SLO recovered
	EscalatedTo  EventKind = "escalated"    // somebody above the team was told
)

// EventKinds lists every kind.
var EventKinds = []EventKind{Acknowledged, Disputed, Ruled, LeftEarly, EscalatedTo}

// Via is where an event was said.
type Via string

// The ways.
const (
	ViaAPI     Via = "api"
	ViaComment Via = "comment" // on the issue, on a tracker
	ViaPolicy  Via = "policy"  // by the machine, as the clause says
)

// Remark is what somebody said elsewhere. Nothing of it was checked.
type Remark struct {
	At     time.Time
	By     string
	Text   string
	Link   string
	Source string
}

// add writes an event within a transaction; false when its source is known.
func (s *Service) add(ctx context.Context, o access.Object, e Event) (bool, error) {
	fresh, err := s.store.AddViolationEvent(ctx, e)
	if err != nil || !fresh {
		return false, err
	}
	reason := e.Text
	if e.Via == ViaComment {
		reason = fmt.Sprintf("%s wrote on the issue: %s", e.By, e.Text)
	}
	return true, s.recorder.RecordDiff(ctx, access.Create, o, reason, nil, e)
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
