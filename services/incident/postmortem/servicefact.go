package postmortem

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Ended is an incident that is over, and that a service is involved in, whatever its part.
type Ended struct {
	Service    id.ID
	Incident   id.ID
	Severity   incident.Severity
	Began      time.Time // when its impact did
	ResolvedAt time.Time
	Status     Status // of its postmortem; empty where it has none
}

// Toll is what an incident took of the budget of four weeks of one SLO.
type Toll struct {
	Incident id.ID
	Service  id.ID    // the SLO's
	Share    *float64 // of all of it; nil where it is not known
}

// Tolls tells what incidents took.
type Tolls interface {
	// Tolls returns what each of the incidents took of the SLOs of its services that there were.
	Tolls(ctx context.Context, incidents []id.ID) ([]Toll, error)
}

// ServiceFacts tells which postmortems of services are missing. It authorises nobody. Those of
// restricted incidents are left out: a fact is shown to whoever may read, and a number that changes
// says that there is one, when, and how grave it is.
type ServiceFacts struct {
	Store interface {
		// EndedOf returns the incidents of the services that are over, were resolved then or later, and
		// are not restricted, in any order.
		EndedOf(ctx context.Context, services []id.ID, since time.Time) ([]Ended, error)
	}
	Tolls Tolls
	Clock clock.Clock
}

var _ fact.Source[registry.Service] = ServiceFacts{}

const (
	overdue = "postmortemsOverdue"
	large   = "largeIncidentsWithoutPostmortem"

	day = 24 * time.Hour
	// owedFor is how long a missing postmortem counts, and largeFor that of an incident that took
	// much.
	owedFor, largeFor = 365 * day, 90 * day
	// publishWithin is within how many working days one is to be published.
	publishWithin = 5
	// much is the share of a budget from which on an incident is large.
	much = 0.2
)

// grave are the severities after which a postmortem is owed.
var grave = incident.Severities[:2]

// Facts are what is told of services.
func (ServiceFacts) Facts() []fact.Declaration {
	return fact.By("incident",
		fact.Declaration{Name: overdue, Type: fact.Number, Doc: "The number of incidents of the severities sev1 and sev2 that it was involved in, that were resolved within 365 days and more than five working days ago, and of which no postmortem is published. Restricted incidents are left out."},
		fact.Declaration{Name: large, Type: fact.Number, Doc: "The number of incidents that are over, whose impact began within 90 days, that took more than 20 % of the budget of four weeks of one of its SLOs, and of which no postmortem is published. Not known where none is known to have, and of one it is not known what it took. Restricted incidents are left out."},
	)
}

// FactsOf tells it of the services: in one statement for every few hundred, and, where incidents
// have no postmortem, in those that weigh incidents, each of hundreds.
func (f ServiceFacts) FactsOf(ctx context.Context, services []registry.Service, names ...string) (map[id.ID]fact.Set, error) {
	now := f.Clock()
	found, err := f.Store.EndedOf(ctx, registry.IDs(services), now.Add(-owedFor))
	if err != nil {
		return nil, fmt.Errorf("read what is over of %d services: %w", len(services), err)
	}
	out := make(map[id.ID]fact.Set, len(services))
	for _, s := range services {
		out[s.ID] = fact.Set{overdue: 0.0}
	}
	var recent []Ended
	for _, e := range found {
		if e.Status == Published {
			continue
		}
		if slices.Contains(grave, e.Severity) && clock.WorkingDays(e.ResolvedAt, publishWithin).Before(now) {
			out[e.Service][overdue] = out[e.Service][overdue].(float64) + 1
		}
		if !e.Began.Before(now.Add(-largeFor)) {
			recent = append(recent, e)
		}
	}
	if !fact.Asks(names, large) {
		return out, nil
	}
	return out, f.weigh(ctx, recent, out)
}

// weigh adds how many of the incidents took much of the service's budgets.
func (f ServiceFacts) weigh(ctx context.Context, ended []Ended, into map[id.ID]fact.Set) error {
	type pair struct{ incident, service id.ID }
	taken := map[pair][]*float64{}
	if len(ended) > 0 {
		incidents := make([]id.ID, len(ended))
		for i, e := range ended {
			incidents[i] = e.Incident
		}
		slices.Sort(incidents)
		tolls, err := f.Tolls.Tolls(ctx, slices.Compact(incidents))
		if err != nil {
			return fmt.Errorf("read what %d incidents took: %w", len(ended), err)
		}
		for _, t := range tolls {
			of := pair{t.Incident, t.Service}
			taken[of] = append(taken[of], t.Share)
		}
	}
	counts, unknown := map[id.ID]float64{}, map[id.ID]bool{}
	for _, e := range ended {
		switch shares := taken[pair{e.Incident, e.Service}]; {
		case slices.ContainsFunc(shares, func(s *float64) bool { return s != nil && *s > much }):
			counts[e.Service]++
		case slices.Contains(shares, nil):
			unknown[e.Service] = true
		}
	}
	for service, set := range into {
		if counts[service] > 0 || !unknown[service] {
			set[large] = counts[service]
		}
	}
	return nil
}
