package incident

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
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
}

// Told is what a source tells of an incident of its: that is the source's own here, and all else
// is Evenkeel's. A time that is left out stays as it is.
type Told struct {
	Origin
	Status      Status
	Title       string
	Severity    Severity
	Services    []Involved
	ImpactStart time.Time
	ImpactEnd   *time.Time
	DetectedAt  *time.Time
	MitigatedAt *time.Time
	ResolvedAt  *time.Time
}

// onto are the terms with what is told.
func (t Told) onto(terms Terms) Terms {
	terms.Title, terms.Severity, terms.Services, terms.ImpactStart = t.Title, t.Severity, t.Services, t.ImpactStart
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
// date; it reports whether it was entered. The same told again changes nothing. A workload of the
// team may tell of a restricted incident, too, though it does not read it.
//
// Faults: NotFound where it is restricted and the caller a person who may not read it, or the
// workload of another team; Forbidden; Invalid.
func (s *Service) Upsert(ctx context.Context, t Told) (Incident, bool, error) {
	now := clock.Round(s.Clock())
	var after Incident
	var entered bool
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		var check fault.Check
		check.Require(slices.Contains(Sources, t.Source), "path.source", string(t.Source), "must be one of %v", Sources)
		access.CheckLine(&check, "path.externalId", t.ExternalID, 1, registry.MaxLine)
		registry.CheckURL(&check, "/link", t.Link)
		if err := check.Err(); err != nil {
			return err
		}
		before, err := s.Store.HoldExternal(ctx, t.Source, t.ExternalID)
		if err != nil {
			return err
		}
		if before == nil {
			after, err = s.declare(ctx, now, Input{Status: t.Status, Terms: t.onto(Terms{})}, &t.Origin)
			if err != nil {
				return err
			}
			if entered, err = s.Store.CreateIncident(ctx, after); err != nil {
				return err
			}
			if entered {
				return s.declared(ctx, after)
			}
			// Somebody else entered it since it was looked for.
			if before, err = s.Store.HoldExternal(ctx, t.Source, t.ExternalID); err != nil {
				return err
			}
			if before == nil {
				return fault.New(fault.Conflict, "reference_missing", "the incident %q of %s is being entered by somebody else; tell it again", t.ExternalID, t.Source)
			}
		}
		after, err = s.follow(ctx, now, *before, t)
		return err
	})
	if err != nil {
		return Incident{}, false, fmt.Errorf("take over the incident %s of %s: %w", t.ExternalID, t.Source, err)
	}
	return after, entered, nil
}

// follow brings what the source owns up to date.
func (s *Service) follow(ctx context.Context, now time.Time, before Incident, t Told) (Incident, error) {
	c := access.CallerFrom(ctx)
	if !before.ReadableBy(c) && (c.Kind != access.ByTeam || c.Team != before.Team) {
		return Incident{}, fault.Missing("incident", t.ExternalID)
	}
	if err := s.authorize(ctx, access.Update, before); err != nil {
		return Incident{}, err
	}
	if t.Status == "" {
		t.Status = before.Status
	}
	var check fault.Check
	after := before
	after.Origin = &t.Origin
	if t.Status.check(&check) {
		after = after.moved(t.Status, now)
		if !t.Status.Over() {
			after.ResolvedAt = nil
		}
	}
	// What it sets by itself gives way to what the source says.
	after.Terms = t.onto(after.Terms)
	if err := s.settle(ctx, &check, &after, &before); err != nil {
		return Incident{}, err
	}
	after.Terms.check(&check, now, after.Status)
	if err := check.Err(); err != nil {
		return Incident{}, err
	}
	if reflect.DeepEqual(before.record(), after.record()) {
		return before, nil
	}
	if err := s.write(ctx, now, "", before, &after); err != nil {
		return Incident{}, err
	}
	if after.Status != before.Status {
		return after, s.note(ctx, after, now, movedText(before.Status, after.Status, "As "+string(t.Source)+" tells."))
	}
	return after, nil
}
