package incident

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
)

// Parts are what a Service is made of.
type Parts struct {
	Store      Store
	Happenings Happenings
	Registry   Registry
	People     People
	Index      Index // nil where nothing is searched
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
}

// Follower is told of changes of incidents, in their transaction.
type Follower interface {
	IncidentChanged(ctx context.Context, i Incident, now time.Time) error
}

// Service is what can be done with incidents. Every method authorises the context's caller, and
// every change is audited in its own transaction. To whom may not read it, a restricted incident
// is NotFound.
type Service struct {
	Parts
	followers []Follower
}

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{Parts: p} }

// FollowedBy has a follower told of all changes from now on.
func (s *Service) FollowedBy(f Follower) { s.followers = append(s.followers, f) }

// Input is what is said of an incident when it is declared. Without Status it is Declared;
// without Team it is of that of the first affected service.
type Input struct {
	Status Status
	Terms
}

// Declare enters an incident.
//
// Faults: Forbidden; Invalid with every broken rule.
func (s *Service) Declare(ctx context.Context, in Input) (Incident, error) {
	now := clock.Round(s.Clock())
	var made Incident
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		var err error
		made, err = s.declare(ctx, now, in, nil)
		if err != nil {
			return err
		}
		if _, err := s.Store.CreateIncident(ctx, made); err != nil {
			return err
		}
		return s.declared(ctx, made)
	})
	if err != nil {
		return Incident{}, fmt.Errorf("declare an incident: %w", err)
	}
	return made, nil
}

// declare is the incident that is to be entered, once the caller may.
func (s *Service) declare(ctx context.Context, now time.Time, in Input, origin *Origin) (Incident, error) {
	if in.Status == "" {
		in.Status = Declared
	}
	author, _ := access.AuthorFrom(ctx)
	i := Incident{
		ID: id.New(now), Status: in.Status, Origin: origin, Terms: in.Terms.settled(),
		CreatedAt: now, CreatedBy: author.Name, UpdatedAt: now, UpdatedBy: author.Name, Version: 1,
	}
	var check fault.Check
	if i.Status.check(&check) {
		at := now
		if origin != nil {
			at = *origin.ToldAt
		}
		i = timed(i, at)
	}
	if err := s.settle(ctx, &check, &i, nil); err != nil {
		return Incident{}, err
	}
	if i.Team != "" {
		if err := s.Authorizer.Authorize(ctx, access.Create, access.Object{Kind: access.KindIncident, Team: i.Team}); err != nil {
			return Incident{}, err
		}
	}
	i.Terms.check(&check, now, i.Status)
	return i, check.Err()
}

// timed is the incident with the times that go with the status that it has from a time on, where
// they are not known.
func timed(i Incident, at time.Time) Incident {
	if i.DetectedAt == nil && i.MitigatedAt == nil && (i.Status == Declared || i.Status == Investigating) {
		detected := at
		if i.ImpactStart.After(detected) {
			detected = i.ImpactStart // by a clock that is ahead
		}
		i.DetectedAt = &detected
	}
	return i.moved(i.Status, at)
}

// declared notes that an incident was entered: when its source told it, or else now.
func (s *Service) declared(ctx context.Context, i Incident) error {
	at := i.CreatedAt
	if i.Origin != nil {
		at = *i.Origin.ToldAt
	}
	if err := s.note(ctx, i, at, "Declared as "+string(i.Severity)+", "+string(i.Status)+"."); err != nil {
		return err
	}
	if err := s.index(ctx, i); err != nil {
		return err
	}
	return s.Recorder.RecordDiff(ctx, access.Create, i.Object(), "", nil, i.record())
}

// settle finds the team where none is given, and notes what is named that does not exist. Of what
// stood there before nothing is asked again.
func (s *Service) settle(ctx context.Context, check *fault.Check, i *Incident, before *Incident) error {
	services, err := s.Registry.ServicesByID(ctx, i.services())
	if err != nil {
		return fmt.Errorf("read the services of an incident: %w", err)
	}
	for n, one := range i.Services {
		owner, exists := services[one.Service]
		check.Require(exists, fmt.Sprintf("/services/%d/service", n), string(one.Service), "names no service that exists")
		if i.Team == "" && before == nil && exists && one.Part == Affected {
			i.Team = owner.Team
		}
	}
	if i.Team == "" && before != nil {
		i.Team = before.Team
	}
	switch {
	case i.Team == "":
		check.Fail("/team", nil, "must name the team that owns the incident, for none of its services is %q", Affected)
	case before == nil || i.Team != before.Team:
		teams, err := s.Registry.TeamsByID(ctx, []id.ID{i.Team})
		if err != nil {
			return fmt.Errorf("read the team of an incident: %w", err)
		}
		if _, exists := teams[i.Team]; !exists {
			check.Fail("/team", string(i.Team), "names no team that exists")
			i.Team = ""
		}
	}
	c := access.CallerFrom(ctx)
	if i.Restricted && (before == nil || !before.Restricted) {
		check.Require(c.Kind != access.ByTeam, "/restricted", true, "cannot be said by a workload, which reads no restricted incident; a person restricts it")
	}
	if i.Restricted && c.Kind == access.ByPerson && !c.Administers() && !i.named(c.Person) {
		i.Readers = append(i.Readers, c.Person) // who restricts it goes on reading it
		slices.Sort(i.Readers)
	}
	return s.checkPeople(ctx, check, *i)
}

func (s *Service) checkPeople(ctx context.Context, check *fault.Check, i Incident) error {
	exists := func(pointer string, person id.ID) error {
		_, err := s.People.Person(ctx, person)
		if fault.Is(err, fault.NotFound) {
			check.Fail(pointer, string(person), "names nobody who exists; give the identifier of a person")
			return nil
		}
		return err
	}
	for _, role := range slices.Sorted(maps.Keys(i.Roles)) {
		if err := exists("/roles/"+string(role), i.Roles[role]); err != nil {
			return fmt.Errorf("read the people of an incident: %w", err)
		}
	}
	for n, reader := range i.Readers[:min(len(i.Readers), maxReaders)] {
		if err := exists(fmt.Sprintf("/readers/%d", n), reader); err != nil {
			return fmt.Errorf("read the readers of an incident: %w", err)
		}
	}
	return nil
}

// Amend replaces what is said of an incident. Without Team it stays where it is. Of one that was
// declared elsewhere, what its source owns stays as it is.
//
// Faults: NotFound; Forbidden; Precondition with the current version; Invalid.
func (s *Service) Amend(ctx context.Context, incident id.ID, version int64, terms Terms) (Incident, error) {
	now := clock.Round(s.Clock())
	var after Incident
	err := s.change(ctx, incident, &version, func(ctx context.Context, before Incident) error {
		after = before
		after.Terms = terms.settled()
		var check fault.Check
		if err := s.settle(ctx, &check, &after, &before); err != nil {
			return err
		}
		if after.Team != before.Team && after.Team != "" {
			if err := s.authorize(ctx, access.Create, after); err != nil {
				return err
			}
		}
		after.Terms.check(&check, now, after.Status)
		after.keep(&check, before)
		if err := check.Err(); err != nil {
			return err
		}
		return s.write(ctx, now, "", before, &after)
	})
	if err != nil {
		return Incident{}, fmt.Errorf("amend an incident: %w", err)
	}
	return after, nil
}

// Move changes the status of an incident, which its timeline keeps.
//
// Faults: NotFound; Forbidden; Conflict "incident_of_source"; Precondition; Invalid.
func (s *Service) Move(ctx context.Context, incident id.ID, version int64, m Move) (Incident, error) {
	now := clock.Round(s.Clock())
	var after Incident
	err := s.change(ctx, incident, &version, func(ctx context.Context, before Incident) error {
		if before.Origin != nil {
			return fault.New(fault.Conflict, "incident_of_source", "the status of this incident is kept by %s, as %s: change it there", before.Origin.Source, before.Origin.ExternalID)
		}
		var check fault.Check
		m.check(&check, now, before)
		at := now
		if m.At != nil {
			at = clock.Round(*m.At)
		}
		after = before.moved(m.Status, at)
		if check.Err() == nil {
			after.Terms.check(&check, now, after.Status)
		}
		if err := check.Err(); err != nil {
			return err
		}
		if err := s.write(ctx, now, m.Reason, before, &after); err != nil {
			return err
		}
		return s.note(ctx, after, at, movedText(before.Status, after.Status, m.Reason))
	})
	if err != nil {
		return Incident{}, fmt.Errorf("change the status of an incident: %w", err)
	}
	return after, nil
}

func movedText(from, to Status, reason string) string {
	text := fmt.Sprintf("From %s to %s.", from, to)
	if reason != "" {
		text += " " + reason
	}
	return text
}

// write writes the incident as it is now, with its audit entry.
func (s *Service) write(ctx context.Context, now time.Time, reason string, before Incident, after *Incident) error {
	author, _ := access.AuthorFrom(ctx)
	after.UpdatedAt, after.UpdatedBy = now, author.Name
	if err := s.Store.UpdateIncident(ctx, *after); err != nil {
		return err
	}
	after.Version++
	if err := s.index(ctx, *after); err != nil {
		return err
	}
	if err := s.Recorder.RecordDiff(ctx, access.Update, after.Object(), reason, before.record(), after.record()); err != nil {
		return err
	}
	for _, f := range s.followers {
		if err := f.IncidentChanged(ctx, *after, now); err != nil {
			return err
		}
	}
	return nil
}

// change does something with an incident that nobody else changes meanwhile, in a transaction,
// once the caller may. With a version, it has to be the current one.
func (s *Service) change(ctx context.Context, incident id.ID, version *int64, do func(ctx context.Context, before Incident) error) error {
	return s.Runner.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Store.HoldIncident(ctx, incident)
		if err != nil {
			return err
		}
		if !before.ReadableBy(access.CallerFrom(ctx)) {
			return fault.Missing("incident", string(incident))
		}
		if err := s.authorize(ctx, access.Update, before); err != nil {
			return err
		}
		if version != nil && before.Version != *version {
			return stale("incident", before.Version, *version, before.UpdatedBy, before.UpdatedAt)
		}
		return do(ctx, before)
	})
}

func stale(noun string, current, seen int64, by string, at time.Time) error {
	return fault.New(fault.Precondition, "version_mismatch", "the %s is at version %d now, changed by %s at %s, and not at %d any more; read it again and repeat the change", noun, current, by, at.Format(time.RFC3339), seen)
}

func (s *Service) authorize(ctx context.Context, verb access.Verb, i Incident) error {
	return s.Authorizer.Authorize(ctx, verb, i.Object())
}

// Get returns an incident; NotFound.
func (s *Service) Get(ctx context.Context, incident id.ID) (Incident, error) {
	if err := s.mayRead(ctx); err != nil {
		return Incident{}, err
	}
	i, err := s.Store.Incident(ctx, incident)
	if err == nil && !i.ReadableBy(access.CallerFrom(ctx)) {
		err = fault.Missing("incident", string(incident))
	}
	if err != nil {
		return Incident{}, fmt.Errorf("read an incident: %w", err)
	}
	return i, nil
}

// List lists incidents, those with the newest impact first.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[Incident], error) {
	none := page.Page[Incident]{}
	if err := s.mayRead(ctx); err != nil {
		return none, err
	}
	var check fault.Check
	check.Require(f.From.IsZero() || f.To.IsZero() || f.From.Before(f.To), "query.from", f.From, "must be earlier than to")
	if err := check.Err(); err != nil {
		return none, err
	}
	f.Reader = ReaderFrom(ctx)
	found, err := s.Store.Incidents(ctx, f, r)
	if err != nil {
		return none, fmt.Errorf("list incidents: %w", err)
	}
	return found, nil
}

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindIncident})
}
