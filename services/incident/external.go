package incident

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Source is where an incident may be declared other than here.
type Source string

// Sources lists every source.
var Sources = []Source{"pagerduty", "incident-io", "opsgenie", "jira", "webhook"}

// Origin is where an incident was declared, and what it is called there.
type Origin struct {
	Source     Source
	ExternalID string
	Link       string // may be empty
	// ToldAt is when the source told the newest of what is known here: by its own clock where it
	// says so, and else by ours. Nil is of an incident that was not told yet.
	ToldAt *time.Time
}

// Told is what a source tells of an incident of its: that is the source's own here, and all else
// is Evenkeel's. What is left out stays as it is. What was told before the newest that is known
// comes too late, and changes nothing; without ToldAt it is the newest.
type Told struct {
	Origin
	// Team owns the incident from the start; left out, it is that of the first affected service.
	Team        id.ID
	Status      Status
	Title       string
	Severity    Severity
	Services    []Involved
	ImpactStart time.Time
	ImpactEnd   *time.Time
	DetectedAt  *time.Time
	MitigatedAt *time.Time
	ResolvedAt  *time.Time
	// Assumed is taken where the incident is entered, for what is left out.
	Assumed Assumed
	// Gone says that the source has it no more: it is closed, and not entered where it is not known.
	Gone bool
}

// Assumed is what is taken for what a source leaves out of an incident that is entered.
type Assumed struct {
	Title       string
	Severity    Severity
	Services    []Involved
	ImpactStart time.Time
}

// Outcome is what became of what a source told.
type Outcome string

// The outcomes.
const (
	Entered   Outcome = "entered"   // it was not known before
	Updated   Outcome = "updated"   // something is otherwise now
	Unchanged Outcome = "unchanged" // it was known already
	Late      Outcome = "late"      // something newer is known, and stays
)

// entered is what is told with what is assumed.
func (t Told) entered() Told {
	if t.Title == "" {
		t.Title = t.Assumed.Title
	}
	if t.Severity == "" {
		t.Severity = t.Assumed.Severity
	}
	if len(t.Services) == 0 {
		t.Services = t.Assumed.Services
	}
	if t.ImpactStart.IsZero() {
		t.ImpactStart = t.Assumed.ImpactStart
	}
	return t
}

// late reports whether something newer is known than what is told. Of two things that were told
// at one moment, the one that is further on is the newer: a source does not reopen an incident in
// the moment in which it resolves it, and deliveries are repeated.
func (t Told) late(known Incident) bool {
	if t.ToldAt == nil || known.Origin.ToldAt == nil {
		return false
	}
	at := clock.Round(*t.ToldAt)
	if at.Equal(*known.Origin.ToldAt) {
		return t.Status.rank() < known.Status.rank()
	}
	return at.Before(*known.Origin.ToldAt)
}

// at is when it was so, as far as is known at now.
func (t Told) at(now time.Time) time.Time {
	if t.ToldAt == nil {
		return now
	}
	return clock.Round(*t.ToldAt)
}

// onto are the terms with what is told.
func (t Told) onto(terms Terms) Terms {
	if t.Title != "" {
		terms.Title = t.Title
	}
	if t.Severity != "" {
		terms.Severity = t.Severity
	}
	if len(t.Services) > 0 {
		terms.Services = t.Services
	}
	if !t.ImpactStart.IsZero() {
		terms.ImpactStart = t.ImpactStart
	}
	for _, s := range []struct {
		told *time.Time
		is   **time.Time
	}{{t.ImpactEnd, &terms.ImpactEnd}, {t.DetectedAt, &terms.DetectedAt}, {t.MitigatedAt, &terms.MitigatedAt}, {t.ResolvedAt, &terms.ResolvedAt}} {
		if s.told != nil {
			*s.is = s.told
		}
	}
	return terms.settled()
}

// yielding are the terms in which times that the source does not tell lie between those that it
// does: they were set here when its word came, which may be later than what it says.
func (t Told) yielding(terms Terms) Terms {
	told := []*time.Time{t.DetectedAt, t.MitigatedAt, t.ResolvedAt}
	is := []**time.Time{&terms.DetectedAt, &terms.MitigatedAt, &terms.ResolvedAt}
	last := terms.ImpactStart
	for n := range is {
		if *is[n] == nil {
			continue
		}
		if told[n] == nil {
			at := **is[n]
			for _, later := range told[n+1:] {
				if later != nil && later.Before(at) {
					at = clock.Round(*later)
				}
			}
			if at.Before(last) {
				at = last
			}
			*is[n] = &at
		}
		last = **is[n]
	}
	return terms
}

// keep notes what is said here of an incident that its source owns.
func (i Incident) keep(check *fault.Check, before Incident) {
	if before.Origin == nil {
		return
	}
	for _, f := range []struct {
		name string
		same bool
	}{
		{"title", i.Title == before.Title}, {"severity", i.Severity == before.Severity}, {"services", slices.Equal(i.Services, before.Services)},
		{"impactStart", i.ImpactStart.Equal(before.ImpactStart)}, {"impactEnd", reflect.DeepEqual(i.ImpactEnd, before.ImpactEnd)},
		{"detectedAt", reflect.DeepEqual(i.DetectedAt, before.DetectedAt)}, {"mitigatedAt", reflect.DeepEqual(i.MitigatedAt, before.MitigatedAt)},
		{"resolvedAt", reflect.DeepEqual(i.ResolvedAt, before.ResolvedAt)},
	} {
		check.Require(f.same, "/"+f.name, nil, "must stay as it is: it is kept by %s, as %s; change it there", before.Origin.Source, before.Origin.ExternalID)
	}
}

// Upsert enters an incident that a source declared, or brings what the source owns of it up to
// date; it reports what became of it. The same told again changes nothing, nor does what was told
// before what is known. A workload of the team may tell of a restricted incident, too, though it
// does not read it.
//
// Faults: NotFound where it is restricted and the caller a person who may not read it, or the
// workload of another team, and where it is gone and was never known; Forbidden; Invalid.
func (s *Service) Upsert(ctx context.Context, t Told) (Incident, Outcome, error) {
	now := clock.Round(s.Clock())
	var after Incident
	var outcome Outcome
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		if err := t.check(now); err != nil {
			return err
		}
		if t.Gone {
			t.Status = Closed
		}
		before, err := s.Store.HoldExternal(ctx, t.Source, t.ExternalID)
		if err != nil {
			return err
		}
		if before == nil && t.Gone {
			return fault.Missing("incident", t.ExternalID)
		}
		if before == nil {
			if after, before, err = s.enter(ctx, now, t); err != nil {
				return err
			}
			if before == nil {
				outcome = Entered
				return s.declared(ctx, after)
			}
		}
		after, outcome, err = s.follow(ctx, now, *before, t)
		return err
	})
	if err != nil {
		return Incident{}, "", fmt.Errorf("take over the incident %s of %s: %w", t.ExternalID, t.Source, err)
	}
	return after, outcome, nil
}

func (t Told) check(now time.Time) error {
	var check fault.Check
	check.Require(slices.Contains(Sources, t.Source), "path.source", string(t.Source), "must be one of %s", fault.Or(Sources))
	access.CheckLine(&check, "path.externalId", t.ExternalID, 1, registry.MaxLine)
	registry.CheckURL(&check, "/link", t.Link)
	if t.ToldAt != nil {
		check.Require(!t.ToldAt.After(now.Add(Skew)), "/toldAt", t.ToldAt.UTC().Format(time.RFC3339), "must not be after now, %s", now.Format(time.RFC3339))
		check.Require(t.ToldAt.UTC().Year() >= earliestYear, "/toldAt", t.ToldAt.UTC().Format(time.RFC3339), "must not be before the year %d", earliestYear)
	}
	return check.Err()
}

// enter writes the incident; where somebody else did so since it was looked for, that one is
// returned as known.
func (s *Service) enter(ctx context.Context, now time.Time, t Told) (made Incident, known *Incident, err error) {
	terms := t.entered().onto(Terms{})
	terms.Team = t.Team
	at := t.at(now)
	origin := t.Origin
	origin.ToldAt = &at
	if made, err = s.declare(ctx, now, Input{Status: t.Status, Terms: terms}, &origin); err != nil {
		return Incident{}, nil, err
	}
	entered, err := s.Store.CreateIncident(ctx, made)
	if err != nil || entered {
		return made, nil, err
	}
	if known, err = s.Store.HoldExternal(ctx, t.Source, t.ExternalID); err != nil {
		return Incident{}, nil, err
	}
	if known == nil {
		return Incident{}, nil, fault.New(fault.Conflict, "reference_missing", "the incident %q of %s is being entered by somebody else; tell it again", t.ExternalID, t.Source)
	}
	return Incident{}, known, nil
}

// follow brings what the source owns up to date.
func (s *Service) follow(ctx context.Context, now time.Time, before Incident, t Told) (Incident, Outcome, error) {
	c := access.CallerFrom(ctx)
	if !before.ReadableBy(c) && (c.Kind != access.ByTeam || c.Team != before.Team) {
		return Incident{}, "", fault.Missing("incident", t.ExternalID)
	}
	if err := s.authorize(ctx, access.Update, before); err != nil {
		return Incident{}, "", err
	}
	if t.Status == "" {
		t.Status = before.Status
	}
	if t.late(before) {
		return before, Late, nil
	}
	if t.Link == "" {
		t.Link = before.Origin.Link
	}
	at := t.at(now)
	var check fault.Check
	after := before
	after.Origin = &Origin{Source: t.Source, ExternalID: t.ExternalID, Link: t.Link, ToldAt: &at}
	if t.Status.check(&check) {
		after = after.moved(t.Status, at)
		if !t.Status.Over() {
			after.ResolvedAt = nil
		}
	}
	// What it sets by itself gives way to what the source says.
	after.Terms = t.yielding(t.onto(after.Terms))
	if err := s.settle(ctx, &check, &after, &before); err != nil {
		return Incident{}, "", err
	}
	after.Terms.check(&check, now, after.Status)
	if err := check.Err(); err != nil {
		return Incident{}, "", err
	}
	if reflect.DeepEqual(before.record(), after.record()) {
		// What says the same is nevertheless newer than what may still come late.
		return after, Unchanged, s.Store.HearIncident(ctx, before.ID, at)
	}
	if err := s.write(ctx, now, "", before, &after); err != nil {
		return Incident{}, "", err
	}
	if after.Status == before.Status {
		return after, Updated, nil
	}
	return after, Updated, s.note(ctx, after, at, movedText(before.Status, after.Status, "As "+string(t.Source)+" tells."))
}

// TeamOfExternal is the team that owns the incident of a source; empty where it is not known.
// It is for who takes over what the source tells, and answers the system alone.
func (s *Service) TeamOfExternal(ctx context.Context, source Source, external string) (id.ID, error) {
	if c := access.CallerFrom(ctx); c.Kind != access.BySystem {
		return "", access.Refused(ctx, access.Read, access.Object{Kind: access.KindIncident}, "forbidden", "only Evenkeel itself may ask whose an incident of a source is")
	}
	i, err := s.Store.External(ctx, source, external)
	if err != nil || i == nil {
		return "", err
	}
	return i.Team, nil
}
