package statistics

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
)

const (
	usual   = 90 * day
	longest = 731 * day
	// most is how many incidents are read at most.
	most = 5_000
)

// Filter says which incidents are meant; zero fields do not narrow. To zero is now, and From zero
// 90 days before To. Team is meant with the teams below it. Zone is a name of the IANA database,
// UTC where it is empty.
type Filter struct {
	Team     id.ID
	Service  id.ID
	Severity incident.Severity
	From, To time.Time
	Zone     string
}

// Store reads incidents.
type Store interface {
	// Began returns incidents whose impact began in [From, To), the first so many by that: of
	// the team and those below it, and without those that the reader may not read.
	Began(ctx context.Context, f Filter, who incident.Reader, most int) ([]incident.Incident, error)
}

// Service tells of incidents. It authorises the context's caller.
type Service struct {
	Store      Store
	Authorizer *access.Authorizer
	Clock      clock.Clock
}

// Read returns the statistics of the incidents that the caller may read.
//
// Faults: Invalid with pointers to the query's from, severity and timeZone.
func (s *Service) Read(ctx context.Context, f Filter) (Statistics, error) {
	if err := s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindIncident}); err != nil {
		return Statistics{}, err
	}
	now := clock.Round(s.Clock())
	if f.To.IsZero() {
		f.To = now
	}
	if f.From.IsZero() {
		f.From = f.To.Add(-usual)
	}
	var check fault.Check
	check.Require(f.From.Before(f.To), "query.from", f.From.UTC().Format(time.RFC3339), "must be before to, %s", f.To.UTC().Format(time.RFC3339))
	check.Require(f.To.Sub(f.From) <= longest, "query.from", f.From.UTC().Format(time.RFC3339), "must be at most two years before to")
	check.Require(f.To.Year() > 1970 && f.To.Year() < 9999, "query.to", f.To.UTC().Format(time.RFC3339), "must be a year from 1971 to 9998")
	check.Require(f.Severity == "" || slices.Contains(incident.Severities, f.Severity), "query.severity", string(f.Severity), "must be one of %s", fault.Or(incident.Severities))
	zone, err := time.LoadLocation(f.Zone)
	check.Require(err == nil && f.Zone != "Local", "query.timeZone", f.Zone, "must be a time zone of the IANA database, such as Europe/Berlin")
	if err := check.Err(); err != nil {
		return Statistics{}, err
	}
	c := access.CallerFrom(ctx)
	found, err := s.Store.Began(ctx, f, incident.Reader{All: c.Kind == access.BySystem || c.Administers(), Person: c.Person}, most+1)
	if err != nil {
		return Statistics{}, fmt.Errorf("read the incidents of a time: %w", err)
	}
	cut := len(found) > most
	out := Of(found[:min(len(found), most)], f.From, f.To, now, zone)
	out.Cut = cut
	return out, nil
}
