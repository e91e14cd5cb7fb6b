package sla

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// Grace is how long after its end a period is closed: most of what is late has come by
// then, and counts at once.
const Grace = 24 * time.Hour

// SLA is the head of a service level agreement; what it promises is its Revision.
type SLA struct {
	ID       id.ID
	Service  id.ID
	Slug     string // unique within the service
	Name     string
	Customer string
	// Unit, Start, a date, and Zone are the calendar whose windows are its periods.
	Unit  calendar.Unit
	Start string
	Zone  string
	// ValidFrom and ValidUntil, exclusive, are midnights of the zone; nil: without end.
	// A period that they cut is shorter.
	ValidFrom  time.Time
	ValidUntil *time.Time
	Contact    string
	TermsURL   string
	// Revision is the number of the current revision, from 1.
	Revision int
	// EndedAt is when somebody ended it; it is not changed any more.
	EndedAt   *time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64
}

// Terms are what is promised.
type Terms struct {
	SLO     id.ID // measures it
	Target  budget.Objective
	Credits []Step
}

// Revision is what an SLA promised from one change to the next. It never changes. A
// period is judged by the one that was in force when it ended.
type Revision struct {
	ID     id.ID
	SLA    id.ID
	Number int
	Terms
	CreatedAt time.Time
	CreatedBy string // the caller's name
}

// View is an SLA with its current revision.
type View struct {
	SLA      SLA
	Revision Revision
}

// Object is the SLA as it is authorised on.
func (v View) Object(owner registry.Service) access.Object {
	return access.Object{Kind: access.KindSLA, ID: v.SLA.ID, Label: owner.Slug + "/" + v.SLA.Slug, Team: owner.Team}
}

// live returns nil, or Conflict "sla_ended".
func (s SLA) live() error {
	if s.EndedAt == nil {
		return nil
	}
	return fault.New(fault.Conflict, "sla_ended", "the SLA %q was ended; declare another", s.Slug)
}

// LocalDate writes the date on which, in the SLA's zone, a period or its validity
// begins or ends.
func (s SLA) LocalDate(at time.Time) (string, error) {
	zone, err := s.zone()
	if err != nil {
		return "", err
	}
	return at.In(zone).Format(time.DateOnly), nil
}

// record is what the audit log keeps of an SLA, and by which a change is one.
type record struct {
	Slug, Name, Customer  string
	SLO                   id.ID
	Target                string
	Credits               string
	Period                calendar.Unit
	StartDate, TimeZone   string
	ValidFrom, ValidUntil string
	Contact, TermsURL     string
	Revision              int
	EndedAt               string
}

func (v View) record() record {
	r := record{
		Slug: v.SLA.Slug, Name: v.SLA.Name, Customer: v.SLA.Customer, SLO: v.Revision.SLO, Target: v.Revision.Target.String(),
		Credits: spell(v.Revision.Credits), Period: v.SLA.Unit, StartDate: v.SLA.Start, TimeZone: v.SLA.Zone,
		ValidFrom: v.SLA.ValidFrom.Format(time.RFC3339), Contact: v.SLA.Contact, TermsURL: v.SLA.TermsURL, Revision: v.SLA.Revision,
	}
	if v.SLA.ValidUntil != nil {
		r.ValidUntil = v.SLA.ValidUntil.Format(time.RFC3339)
	}
	if v.SLA.EndedAt != nil {
		r.EndedAt = v.SLA.EndedAt.Format(time.RFC3339)
	}
	return r
}
