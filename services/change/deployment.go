package change

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Source is who tells of a change.
type Source string

// The sources.
const (
	API    Source = "api"    // a pipeline or a person
	GitHub Source = "github" // by webhooks, of its deployments
)

// State is where a deployment stands, or stood.
type State string

// The states.
const (
	Made       State = "made" // nobody works on it yet: it may wait for somebody's approval
	Going      State = "going"
	Done       State = "done"
	Broken     State = "broken"
	Superseded State = "superseded" // another took its place, or it was taken away
)

// Deployment is what is told of one: that it came to a state at a time. It is told in any
// order, more than once, or never.
type Deployment struct {
	Source Source
	ID     string // as the source calls it, unique there
	// Environment is where it goes; Production is whether the source takes that for production.
	Environment string
	Production  bool
	Kind        Kind
	Release     string
	Link        string
	Author      string
	Note        string
	Created     time.Time
	State       State
	At          time.Time // when it came to the state
}

// onto returns what is known of the change once this is told too, standing being what was known
// before, or nil. It reports false where that adds nothing. What is told of one deployment in
// any order comes to the same: it begins with the earliest that it was worked on, or else when
// it was made, and ends with the latest that it was done or broken, or else with the earliest
// that it was superseded. That takes nothing from how it ended, and says nothing of one of
// which nothing else is known.
func (d Deployment) onto(standing *Terms) (Terms, bool) {
	created, at := settledTime(d.Created), settledTime(d.At)
	t := Terms{
		Kind: d.Kind, Release: plain(d.Release, registry.MaxLine), Author: plain(d.Author, registry.MaxLine), Note: plain(d.Note, registry.MaxReason),
		Link: d.Link, Begins: created, Outcome: Unknown,
	}
	if standing != nil {
		t = *standing
	} else if d.State == Superseded {
		return t, false
	}
	before := t
	switch d.State {
	case Going:
		// Begins is when it was made until it is known when it was worked on.
		if at.After(created) && (t.Begins.Equal(created) || at.Before(t.Begins)) && (t.Ends == nil || !at.After(*t.Ends)) {
			t.Begins = at
		}
	case Done, Broken:
		outcome := Succeeded
		if d.State == Broken {
			outcome = Failed
		}
		// Of two at one moment that it broke counts.
		if t.Outcome == Unknown || at.After(*t.Ends) || at.Equal(*t.Ends) && outcome == Failed {
			t.Outcome, t.Ends = outcome, &at
		}
	case Superseded:
		if t.Outcome == Unknown && (t.Ends == nil || at.Before(*t.Ends)) {
			t.Ends = &at
		}
	}
	if t.Ends != nil && t.Begins.After(*t.Ends) {
		t.Begins = earlier(created, *t.Ends)
	}
	return t, standing == nil || !t.same(before)
}

func settledTime(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// plain is text of elsewhere without what cannot be seen, as long as is kept.
func plain(text string, most int) string {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || !hidden.Rune(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, "")))
	if runes := []rune(text); len(runes) > most {
		text = strings.TrimSpace(string(runes[:most]))
	}
	return text
}

// Deployed enters what is told of a deployment of the service. Of a retired service, and of what
// was made longer ago than a change may be told of, nothing is kept. It authorises nobody.
func (s *Service) Deployed(ctx context.Context, service id.ID, d Deployment) error {
	now := clock.Round(s.Clock())
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		owner, err := s.Registry.Service(ctx, service)
		if err != nil || owner.RetiredAt != nil {
			return err
		}
		before, err := s.called(ctx, service, d.Source, d.ID)
		if err != nil {
			return err
		}
		if before == nil {
			terms, tells := d.onto(nil)
			if !tells || terms.Begins.Before(now.Add(-Reach)) {
				return nil
			}
			_, err := s.enter(ctx, now, owner, d.Source, d.ID, terms)
			return err
		}
		if terms, tells := d.onto(&before.Terms); tells {
			_, err = s.replace(ctx, now, *before, terms, owner)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("enter the deployment %s of %s: %w", d.ID, d.Source, err)
	}
	return nil
}

// enter writes a change that nobody told of before.
func (s *Service) enter(ctx context.Context, now time.Time, owner registry.Service, source Source, external string, terms Terms) (Change, error) {
	author, _ := access.AuthorFrom(ctx)
	c := Change{
		ID: id.New(now), Service: owner.ID, Source: source, ExternalID: external, Terms: terms,
		CreatedAt: now, CreatedBy: author.Name, UpdatedAt: now, UpdatedBy: author.Name, Version: 1,
	}
	if err := s.Store.CreateChange(ctx, c); err != nil {
		return Change{}, err
	}
	return c, s.Recorder.RecordDiff(ctx, access.Create, c.object(owner), "", nil, c.record())
}
