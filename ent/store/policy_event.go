package store

import (
	"context"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/violationevent"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy"
)

// AddViolationEvent inserts; false when the violation has an event of that source.
func (p Policy) AddViolationEvent(ctx context.Context, e policy.Event) (bool, error) {
	var source any // null is unlike any other
	if e.Source != "" {
		source = e.Source
	}
	n, err := p.s.exec(ctx, `INSERT INTO violation_events (id, violation_id, kind, at, "by", via, text, link, source)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (violation_id, source) DO NOTHING`,
		string(e.ID), string(e.Violation), string(e.Kind), clock.Round(e.At), e.By, string(e.Via), e.Text, e.Link, source)
	return n > 0, fail("write an event of a violation", gone(err))
}

// ViolationEvent returns the event.
func (p Policy) ViolationEvent(ctx context.Context, event id.ID) (policy.Event, error) {
	e, err := p.s.ent.ViolationEvent.Get(ctx, string(event))
	if err != nil {
		return policy.Event{}, notFound("violation_event", string(event), err)
	}
	return fromDBViolationEvent(e), nil
}

// ViolationEvents lists the newest first.
func (p Policy) ViolationEvents(ctx context.Context, violation id.ID, r page.Request) (page.Page[policy.Event], error) {
	type filter struct{ Violation id.ID }
	f := filter{violation}
	cursor, err := r.Key(f, 2)
	if err != nil {
		return page.Page[policy.Event]{}, err
	}
	key, err := timeKey(cursor)
	if err != nil {
		return page.Page[policy.Event]{}, err
	}
	rows, err := p.s.ent.ViolationEvent.Query().Where(violationevent.ViolationID(string(violation))).
		Where(before(key, violationevent.FieldAt, violationevent.FieldID)).
		Order(newestFirst(violationevent.FieldAt)).Limit(r.Size() + 1).All(ctx)
	if err != nil {
		return page.Page[policy.Event]{}, fail("list events of a violation", err)
	}
	cut := page.Cut(r, f, rows, func(e *db.ViolationEvent) []string { return []string{cursorTime(e.At), e.ID} })
	return page.Map(cut, fromDBViolationEvent), nil
}

func fromDBViolationEvent(e *db.ViolationEvent) policy.Event {
	out := policy.Event{
		ID:        id.ID(e.ID),
		Violation: id.ID(e.ViolationID),
		Kind:      policy.EventKind(e.Kind),
		At:        utc(e.At),
		By:        e.By,
		Via:       policy.Via(e.Via),
		Text:      e.Text,
		Link:      e.Link,
	}
	if e.Source != nil {
		out.Source = *e.Source
	}
	return out
}
