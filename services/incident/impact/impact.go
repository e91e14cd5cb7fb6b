package impact

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Impact is what an incident took of budgets. Incidents that overlap each count what was bad
// while they lasted: what two of them took together is less than the sum.
type Impact struct {
	Incident incident.Incident
	// SLOs are in the order of the incident's services, then by slug.
	SLOs []Part
}

// Part is what it took of the budgets of one SLO, of a service with that part in the incident.
// What would have been bad without the incident is in it, too.
type Part struct {
	View  slo.View
	Part  incident.Part
	Taken slo.Taken
}

// Most is the largest share of a budget of four weeks that is known to have been taken from an
// SLO; nil where none is known.
func (i Impact) Most() *Part {
	var most *Part
	for n := range i.SLOs {
		share := i.SLOs[n].Taken.Share(slo.FourWeeks)
		if share != nil && (most == nil || *share > *most.Taken.Share(slo.FourWeeks)) {
			most = &i.SLOs[n]
		}
	}
	return most
}

// Parts are what a Service is made of. None but Incidents authorises.
type Parts struct {
	Incidents interface {
		// Get returns an incident that the context's caller may read; NotFound.
		Get(ctx context.Context, incident id.ID) (incident.Incident, error)
	}
	SLOs interface {
		// ViewsOf returns those of the services that are not retired, in any order.
		ViewsOf(ctx context.Context, services []id.ID) ([]slo.View, error)
	}
	Budgets interface {
		Taken(ctx context.Context, struck []slo.Struck, periods ...slo.Period) ([]slo.Taken, error)
	}
}

// Service tells what incidents took.
type Service struct{ Parts }

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{p} }

// Impact returns what the incident took; NotFound where the caller may not read it.
func (s *Service) Impact(ctx context.Context, of id.ID) (Impact, error) {
	i, err := s.Incidents.Get(ctx, of)
	if err != nil {
		return Impact{}, err
	}
	found, err := s.Of(ctx, []incident.Incident{i}, slo.Periods...)
	if err != nil {
		return Impact{}, err
	}
	return found[0], nil
}

// Of returns what each of the incidents took of the budgets of the periods, in their order, in
// statements that are each of hundreds of SLOs. It authorises nobody: the incidents are those that
// the caller has read.
func (s *Service) Of(ctx context.Context, incidents []incident.Incident, periods ...slo.Period) ([]Impact, error) {
	var services []id.ID
	for _, i := range incidents {
		for _, one := range i.Services {
			services = append(services, one.Service)
		}
	}
	slices.Sort(services)
	views, err := s.SLOs.ViewsOf(ctx, slices.Compact(services))
	if err != nil {
		return nil, fmt.Errorf("read the SLOs of the services of %d incidents: %w", len(incidents), err)
	}
	slices.SortFunc(views, func(a, b slo.View) int { return cmp.Compare(a.SLO.Slug, b.SLO.Slug) })
	byService := map[id.ID][]slo.View{}
	for _, v := range views {
		byService[v.SLO.Service] = append(byService[v.SLO.Service], v)
	}
	out := make([]Impact, len(incidents))
	var struck []slo.Struck
	for n, i := range incidents {
		out[n] = Impact{Incident: i, SLOs: []Part{}}
		for _, one := range i.Services {
			for _, v := range byService[one.Service] {
				out[n].SLOs = append(out[n].SLOs, Part{View: v, Part: one.Part})
				struck = append(struck, slo.Struck{View: v, From: i.ImpactStart, Until: i.Until()})
			}
		}
	}
	taken, err := s.Budgets.Taken(ctx, struck, periods...)
	if err != nil {
		return nil, fmt.Errorf("read what %d incidents took: %w", len(incidents), err)
	}
	for n := range out {
		for k := range out[n].SLOs {
			out[n].SLOs[k].Taken, taken = taken[0], taken[1:]
		}
	}
	return out, nil
}

// Minutes are those of so many units of what was taken; nil where no slices of time are counted.
func Minutes(t slo.Taken, units int64) *float64 {
	if t.Slice == 0 {
		return nil
	}
	minutes := float64(units) / float64(t.Unit) * float64(t.Slice) / float64(time.Minute)
	return &minutes
}

// Budget is the whole budget of the period in minutes; nil where no slices of time are counted,
// or it is not known.
func Budget(terms slo.Terms, t slo.Taken, of slo.TakenOf) *float64 {
	if t.Slice == 0 || of.Unknown != "" {
		return nil
	}
	allowed := budget.Allowed(of.Whole, terms.Objective, of.Pace, t.Unit).Float64() * float64(t.Slice) / float64(time.Minute)
	return &allowed
}
