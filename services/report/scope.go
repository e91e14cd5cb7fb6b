package report

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// Kind is what a report is of.
type Kind string

// The kinds.
const (
	OfService      Kind = "service"
	OfTeam         Kind = "team" // with the teams below it
	OfSystem       Kind = "system"
	OfOrganisation Kind = "organisation"
)

// Kinds lists every kind.
var Kinds = []Kind{OfService, OfTeam, OfSystem, OfOrganisation}

// Scope is what a report is of. Of the organisation all but Kind is empty.
type Scope struct {
	Kind Kind   `json:"kind"`
	ID   id.ID  `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`

	team id.ID // that may publish it
}

// String names the scope: "team payments".
func (s Scope) String() string {
	if s.Kind == OfOrganisation {
		return string(s.Kind)
	}
	return string(s.Kind) + " " + s.Slug
}

// Period is the time of a report: [From, To).
type Period struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Name is "2026-11" of a calendar month and "2026-Q4" of a quarter of Zone; empty where
	// both times were given.
	Name string `json:"name"`
	Zone string `json:"timeZone"`
}

// String names the period: "2026-11 (Europe/Berlin)".
func (p Period) String() string {
	switch {
	case p.Name == "":
		return p.From.UTC().Format("2006-01-02T15:04Z") + " to " + p.To.UTC().Format("2006-01-02T15:04Z")
	case p.Zone != "UTC":
		return p.Name + " (" + p.Zone + ")"
	}
	return p.Name
}

// PeriodInput is a period as it is asked for: a name, or both times.
type PeriodInput struct {
	Name     string // "2026-11" or "2026-Q4"
	Zone     string // of a name; "UTC" when empty
	From, To time.Time
}

const (
	day = 24 * time.Hour
	// Longest is how long a period is at most.
	Longest = 400 * day
)

// earliest is when a period begins at the earliest: nothing was measured before.
var earliest = time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC)

// check returns the period, or notes its faults at members below the pointer.
func (in PeriodInput) check(check *fault.Check, pointer string) Period {
	var own fault.Check
	p := Period{Zone: "UTC"}
	if in.Name != "" {
		own.Require(in.From.IsZero() && in.To.IsZero(), pointer+"period", in.Name, "must be left out where from and to are given")
		if in.Zone != "" {
			p.Zone = in.Zone
		}
		zone, err := slo.ZoneOf(p.Zone)
		if err != nil {
			own.Fail(pointer+"timeZone", p.Zone, "%s", err)
			zone = time.UTC
		}
		window, err := named(in.Name, zone)
		if err != nil {
			own.Fail(pointer+"period", in.Name, "%s", err)
		}
		p.Name, p.From, p.To = in.Name, window.Start.UTC(), window.End.UTC()
	} else {
		p.From, p.To = in.From.UTC(), in.To.UTC()
		own.Require(in.Zone == "", pointer+"timeZone", in.Zone, "is for a named period only: from and to are times of UTC")
		if in.From.IsZero() || in.To.IsZero() {
			own.Fail(pointer+"period", nil, "must name a month such as %q or a quarter such as %q, where from and to are not both given", "2026-11", "2026-Q4")
		} else {
			for _, bound := range []struct {
				name string
				at   time.Time
			}{{"from", p.From}, {"to", p.To}} {
				own.Require(bound.at.Equal(bound.at.Truncate(time.Hour)), pointer+bound.name, bound.at.Format(time.RFC3339), "must be a full hour of UTC")
			}
			own.Require(p.To.After(p.From), pointer+"to", p.To.Format(time.RFC3339), "must be after from, %s", p.From.Format(time.RFC3339))
			own.Require(p.To.Sub(p.From) <= Longest, pointer+"to", p.To.Format(time.RFC3339), "must be at most %d days after from", Longest/day)
		}
	}
	if own.Err() == nil {
		own.Require(!p.From.Before(earliest), pointer+"from", p.From.Format(time.RFC3339), "must be %s or later", earliest.Format(time.RFC3339))
	}
	check.Join(own)
	return p
}

// named is the calendar month or quarter of that name.
func named(name string, zone *time.Location) (calendar.Window, error) {
	wrong := fmt.Errorf("must be a month such as %q or a quarter such as %q", "2026-11", "2026-Q4")
	year, month := 0, 0
	unit := calendar.Month
	switch {
	case len(name) == len("2026-11") && name[5] != 'Q':
		at, err := time.Parse("2006-01", name)
		if err != nil {
			return calendar.Window{}, wrong
		}
		year, month = at.Year(), int(at.Month())
	case len(name) == len("2026-Q4") && name[4:6] == "-Q" && slices.Contains([]byte("1234"), name[6]):
		var err error
		if year, err = strconv.Atoi(name[:4]); err != nil || year < 0 {
			return calendar.Window{}, wrong
		}
		unit, month = calendar.Quarter, 3*int(name[6]-'1')+1
	default:
		return calendar.Window{}, wrong
	}
	if year < earliest.Year() {
		return calendar.Window{}, fmt.Errorf("must be of the year %d or later", earliest.Year())
	}
	middle := time.Date(year, time.Month(month), 15, 12, 0, 0, 0, zone)
	return calendar.New(unit, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), zone).At(middle), nil
}

// object is a report of the scope as it is authorised on: of the organisation it is the
// administrators'.
func (s Scope) object(report id.ID) access.Object {
	return access.Object{Kind: access.KindReport, ID: report, Label: "a report of the " + s.String(), Team: s.team}
}
