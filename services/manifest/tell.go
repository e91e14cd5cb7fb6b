package manifest

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
)

// found writes what was found of a set when it was compared or brought, and tells its team: whenever
// something drifted of which that was not known, news, and once when nothing differs any more, because
// of why.
func (d *Desk) found(ctx context.Context, s Set, now time.Time, drifted []Item, news bool, why string) error {
	since := s.DriftedSince
	s.CheckedAt, s.Drifted = &now, len(drifted)
	switch {
	case len(drifted) == 0:
		s.DriftedSince = nil
	case since == nil:
		s.DriftedSince = &now
	}
	if err := d.Store.CheckedSet(ctx, s); err != nil {
		return err
	}
	switch {
	case d.Teller == nil:
		return nil
	case s.DriftedSince != nil && news:
		return d.Teller.Tell(ctx, s.drifts(now, drifted))
	case s.DriftedSince == nil && since != nil:
		return d.Teller.Tell(ctx, s.settled(*since, now, why))
	}
	return nil
}

// news is an event of the matter that began when something of the set first differed.
func (s Set) news(since, now time.Time) event.Event {
	return event.Event{
		Type: event.ManifestsDrifted, Key: fmt.Sprintf("manifest-set/%s/%d", s.ID, since.UnixMicro()), At: now, Team: s.Team,
		Subject: s.Slug, Link: "/manifests/" + s.Slug,
		Figures: []event.Figure{{Name: "since", Value: since.Format(time.RFC3339)}},
	}
}

// settled is told when nothing of the set differs any more.
func (s Set) settled(since, now time.Time, why string) event.Event {
	e := s.news(since, now)
	e.Over = true
	e.Title, e.Text = "The set of manifests "+s.Slug+" is in line again", why
	return e
}

// listed is of how many things an event says how they drifted.
const listed = 10

// drifts is told when something of the set drifted.
func (s Set) drifts(now time.Time, drifted []Item) event.Event {
	e := s.news(*s.DriftedSince, now)
	e.Title = "The set of manifests " + s.Slug + " drifted in one thing"
	if len(drifted) > 1 {
		e.Title = fmt.Sprintf("The set of manifests %s drifted in %d things", s.Slug, len(drifted))
	}
	var text strings.Builder
	text.WriteString("What there is differs from what its files said last:\n")
	for n, i := range drifted {
		if n == listed {
			fmt.Fprintf(&text, "- and %d more\n", len(drifted)-listed)
			break
		}
		fmt.Fprintf(&text, "- %s %s\n", i.Identity, i.differs())
	}
	text.WriteString("Apply the set again to have it be as the files say, or have them say what is right.")
	e.Text = text.String()
	e.Figures = append(e.Figures, event.Figure{Name: "drifted", Value: strconv.Itoa(len(drifted))})
	return e
}

// differs says in words how a thing drifted.
func (i Item) differs() string {
	switch i.Drift.Action {
	case Nothing:
		return "cannot be compared any more: " + i.Drift.Problem
	case Create:
		return "is not there any more"
	case Restore:
		return "was retired"
	case Keep:
		if r := i.Released; r != nil {
			return fmt.Sprintf("is as they say, and was released by %s: %s", r.By, r.Reason)
		}
		return "is as they say, and the set does not keep it"
	}
	names := make([]string, len(i.Drift.Fields))
	for n, f := range i.Drift.Fields {
		names[n] = f.Name
	}
	return "differs in " + strings.Join(names, ", ")
}
