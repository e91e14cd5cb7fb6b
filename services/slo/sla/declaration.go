package sla

import (
	"cmp"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// longestPast is how long before it is declared an SLA may have begun: nothing older
// would be found measured.
const longestPast = 400 * 24 * time.Hour

// Declaration is what is said of an SLA. Dates are written as 2006-01-02, and are the
// midnight in the time zone with which they begin.
type Declaration struct {
	Slug     string
	Name     string // the slug when empty
	Customer string
	SLO      string // slug or identifier, of the same service
	Target   string // "99.9%"
	Credits  []StepInput
	// Unit is Month when empty, TimeZone "UTC". StartDate, by which periods are counted,
	// is 2000-01-01 when empty, for weeks the Monday after it. All three and ValidFrom
	// stay as they were declared.
	Unit      calendar.Unit
	StartDate string
	TimeZone  string
	ValidFrom string // the day of the declaration when empty
	// ValidUntil is the first day on which it is not valid any more; empty: open.
	ValidUntil string
	Contact    string
	TermsURL   string
}

// orElse fills what is empty: from the SLA as it stands, or with defaults.
func (d Declaration) orElse(standing *View) (Declaration, error) {
	counted, from := slo.CalendarInput{Period: cmp.Or(d.Unit, calendar.Month)}.OrDefaults(), ""
	if standing != nil {
		var err error
		if from, err = standing.SLA.LocalDate(standing.SLA.ValidFrom); err != nil {
			return d, err
		}
		counted = slo.CalendarInput{Period: standing.SLA.Unit, StartDate: standing.SLA.Start, TimeZone: standing.SLA.Zone}
		d.Slug = cmp.Or(d.Slug, standing.SLA.Slug)
	}
	d.Unit, d.StartDate, d.TimeZone = cmp.Or(d.Unit, counted.Period), cmp.Or(d.StartDate, counted.StartDate), cmp.Or(d.TimeZone, counted.TimeZone)
	d.ValidFrom = cmp.Or(d.ValidFrom, from)
	d.Name = cmp.Or(d.Name, d.Slug)
	return d, nil
}

// check returns the head and the terms that the declaration spells, but for the SLO,
// and notes its faults.
func (d Declaration) check(check *fault.Check, standing *View, now time.Time) (SLA, Terms) {
	registry.CheckSlug(check, "/slug", d.Slug)
	registry.CheckName(check, "/name", d.Name)
	registry.CheckName(check, "/customer", d.Customer)
	access.CheckLine(check, "/contact", d.Contact, 0, registry.MaxLine)
	registry.CheckURL(check, "/termsUrl", d.TermsURL)
	s := SLA{Slug: d.Slug, Name: d.Name, Customer: d.Customer, Unit: d.Unit, Start: d.StartDate, Zone: d.TimeZone, Contact: d.Contact, TermsURL: d.TermsURL}
	var t Terms
	var err error
	if t.Target, err = budget.ParseObjective(d.Target); err != nil {
		check.Fail("/target", d.Target, "%s", err)
	}
	t.Credits = checkSteps(check, d.Credits, t.Target)
	// UTC where the zone is none, which is a fault already.
	zone := slo.CalendarInput{Period: d.Unit, StartDate: d.StartDate, TimeZone: d.TimeZone}.Check(check, "").Zone()
	switch {
	case standing != nil:
		s.ValidFrom = standing.SLA.ValidFrom
		from, err := standing.SLA.LocalDate(s.ValidFrom)
		check.Require(err == nil && d.ValidFrom == from, "/validFrom", d.ValidFrom, "must stay as it was declared, %s; declare another SLA", from)
		check.Require(d.Unit == standing.SLA.Unit, "/period", d.Unit, "must stay as it was declared, %s; declare another SLA", standing.SLA.Unit)
		check.Require(d.StartDate == standing.SLA.Start, "/startDate", d.StartDate, "must stay as it was declared, %s; declare another SLA", standing.SLA.Start)
		check.Require(d.TimeZone == standing.SLA.Zone, "/timeZone", d.TimeZone, "must stay as it was declared, %s; declare another SLA", standing.SLA.Zone)
	default:
		s.ValidFrom = readDate(check, "/validFrom", cmp.Or(d.ValidFrom, now.In(zone).Format(time.DateOnly)), zone)
		check.Require(s.ValidFrom.IsZero() || !s.ValidFrom.Before(now.Add(-longestPast)), "/validFrom", d.ValidFrom, "must be at most %d days ago; nothing older is measured", longestPast/(24*time.Hour))
	}
	if d.ValidUntil != "" {
		until := readDate(check, "/validUntil", d.ValidUntil, zone)
		check.Require(until.IsZero() || until.After(s.ValidFrom), "/validUntil", d.ValidUntil, "must be after validFrom")
		s.ValidUntil = &until
	}
	return s, t
}

// readDate returns the instant with which a day from 2000 on begins in the zone.
func readDate(check *fault.Check, pointer, text string, zone *time.Location) time.Time {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil || day.Year() < 2000 {
		check.Fail(pointer, text, "must be a date from the year 2000 on, such as 2026-01-31")
		return time.Time{}
	}
	return calendar.Instant(day, zone)
}

// checkUntil keeps the end of an SLA behind what was closed.
func checkUntil(check *fault.Check, pointer string, s SLA, closed time.Time) error {
	if s.ValidUntil == nil || !s.ValidUntil.Before(closed) {
		return nil
	}
	last, err := s.LocalDate(closed)
	if err != nil {
		return fmt.Errorf("name the end of a period: %w", err)
	}
	given, err := s.LocalDate(*s.ValidUntil)
	if err != nil {
		return fmt.Errorf("name the end of an SLA: %w", err)
	}
	check.Fail(pointer, given, "must not be before the end of the last period that was closed, %s", last)
	return nil
}
