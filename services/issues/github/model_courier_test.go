package github_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// couriers are those under test, each with a lease of its own.
type couriers struct {
	*office
	current *delivery.Courier
}

func (c *couriers) run() {
	if _, err := c.current.RunOnce(c.lease(c.tb.Context())); err != nil {
		c.tb.Fatalf("a run ended with %v", err)
	}
}

func (c *couriers) kill(how, operation string) (late func()) {
	tracker := &mortal{Tracker: c.tracker, how: how, operation: operation}
	_, err := c.hire(tracker, c.changes...).RunOnce(c.lease(c.tb.Context()))
	if err != nil && !errors.Is(err, errKilled) {
		c.tb.Fatalf("a run ended with %v", err)
	}
	c.current = c.hire(c.tracker, c.changes...) // which knows nothing of it
	return tracker.late
}

func (c *couriers) certain(issue id.ID) bool {
	d := c.delivery(issue)
	return d.Number > 0 && d.State != delivery.Sending && d.State != delivery.Unknown
}

func (c *couriers) seen(issue id.ID) bool {
	d := c.delivery(issue)
	return d.State == delivery.Sent && (d.DueAt == nil || d.DueAt.Equal(d.Written.SweepAt))
}

func (c *couriers) settled(issue id.ID) string {
	d := c.delivery(issue)
	said := func(problem string) bool { return strings.Contains(d.Problem, problem) }
	if d.State == delivery.Sent && (d.Problem == "" || said("labels are not on it") || said("it is not assigned to") || said("it is no part of")) {
		return ""
	}
	return fmt.Sprintf("it is %s (%s)", d.State, d.Problem)
}

// mortal is a tracker under which the process ends at an operation.
type mortal struct {
	delivery.Tracker
	how, operation string
	late           func()
}

func (m *mortal) die(operation string, do func() error) error {
	switch {
	case operation != m.operation:
		return do()
	case m.how == "after":
		if err := do(); err != nil {
			return err
		}
	case m.how == "late":
		m.late = func() { _ = do() } // nobody hears what comes of it
	}
	return errKilled
}

func (m *mortal) Create(ctx context.Context, place delivery.Place, d delivery.Made) (r delivery.Remote, err error) {
	err = m.die("create", func() error {
		r, err = m.Tracker.Create(context.WithoutCancel(ctx), place, d)
		return err
	})
	return r, err
}

func (m *mortal) Comment(ctx context.Context, place delivery.Place, number int, body string) error {
	return m.die("comment", func() error { return m.Tracker.Comment(context.WithoutCancel(ctx), place, number, body) })
}

func (m *mortal) Edit(ctx context.Context, place delivery.Place, number int, e delivery.Edit) (r delivery.Remote, err error) {
	if m.how == "late" && m.operation == "edit" { // a stalled edit is as old as what people did before it
		return m.Tracker.Edit(ctx, place, number, e)
	}
	err = m.die("edit", func() error {
		r, err = m.Tracker.Edit(ctx, place, number, e)
		return err
	})
	return r, err
}

func (m *mortal) Assign(ctx context.Context, place delivery.Place, number int, people []string) (now []string, err error) {
	if m.how == "late" && m.operation == "assign" {
		return m.Tracker.Assign(ctx, place, number, people)
	}
	err = m.die("assign", func() error {
		now, err = m.Tracker.Assign(ctx, place, number, people)
		return err
	})
	return now, err
}

func (m *mortal) AddPart(ctx context.Context, place delivery.Place, number int, part int64) error {
	if m.how == "late" && m.operation == "join" {
		return m.Tracker.AddPart(ctx, place, number, part)
	}
	return m.die("join", func() error { return m.Tracker.AddPart(ctx, place, number, part) })
}

func (m *mortal) AddLabels(ctx context.Context, place delivery.Place, number int, labels []string) (now []string, err error) {
	if m.how == "late" && m.operation == "label" {
		return m.Tracker.AddLabels(ctx, place, number, labels)
	}
	err = m.die("label", func() error {
		now, err = m.Tracker.AddLabels(ctx, place, number, labels)
		return err
	})
	return now, err
}
