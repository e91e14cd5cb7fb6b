package sla

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// The bounds of a report.
const (
	longestReport    = 400 * 24 * time.Hour
	maxReportSLAs    = page.MaxLimit
	maxReportPeriods = 5_000
)

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindSLA})
}

// View returns an SLA by its identifier; NotFound.
func (s *Service) View(ctx context.Context, sla id.ID) (View, error) {
	if err := s.mayRead(ctx); err != nil {
		return View{}, err
	}
	return s.Store.SLA(ctx, sla)
}

// Find returns the SLA of those names, each a slug or an identifier, and its service.
// NotFound; Moved when a slug is a former one.
func (s *Service) Find(ctx context.Context, service, sla string) (View, registry.Service, error) {
	if err := s.mayRead(ctx); err != nil {
		return View{}, registry.Service{}, err
	}
	owner, err := registry.Find(ctx, s.Registry, registry.NounService, "", service, s.Registry.Service, s.Registry.ServiceBySlug)
	if err != nil {
		return View{}, registry.Service{}, err
	}
	byID := func(ctx context.Context, of id.ID) (View, error) {
		v, err := s.Store.SLA(ctx, of)
		if err == nil && v.SLA.Service != owner.ID {
			return View{}, fault.Missing("sla", string(of))
		}
		return v, err
	}
	bySlug := func(ctx context.Context, slug string) (View, error) { return s.Store.SLABySlug(ctx, owner.ID, slug) }
	v, err := registry.Find(ctx, s.Registry, registry.NounSLA, owner.ID, sla, byID, bySlug)
	return v, owner, err
}

// List lists SLAs.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[View], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[View]{}, err
	}
	found, err := s.Store.SLAs(ctx, f, r)
	if err != nil {
		return page.Page[View]{}, fmt.Errorf("list SLAs: %w", err)
	}
	return found, nil
}

// Periods lists closed periods of an SLA, the newest first.
func (s *Service) Periods(ctx context.Context, f PeriodFilter, r page.Request) (page.Page[Period], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Period]{}, err
	}
	var check fault.Check
	check.Require(f.Verdict == "" || slices.Contains(Verdicts, f.Verdict), "query.verdict", f.Verdict, "must be one of %s", fault.Or(Verdicts))
	if err := check.Err(); err != nil {
		return page.Page[Period]{}, err
	}
	found, err := s.Store.SLAPeriods(ctx, f, r)
	if err != nil {
		return page.Page[Period]{}, fmt.Errorf("list the periods of an SLA: %w", err)
	}
	return found, nil
}

// Current returns the period of the SLA that runs now, so far; nil when it is not
// valid now.
func (s *Service) Current(ctx context.Context, v View) (*Current, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	now := clock.Round(s.Clock())
	w, valid, err := v.SLA.PeriodAt(now)
	if err != nil || !valid {
		return nil, err
	}
	c := Current{Window: w, Until: now.Truncate(measure.FiveMinutes)}
	if c.Until.Before(w.Start) {
		c.Until = w.Start
	}
	sum, pieces, err := s.sum(ctx, v.Revision.SLO, calendar.Window{Start: w.Start, End: c.Until})
	if err != nil {
		return nil, fmt.Errorf("sum up the current period of an SLA: %w", err)
	}
	c.Pieces = pieces
	c.Account = AccountOf(sum, v.Revision.Target)
	c.project(v.Revision.Target)
	return &c, nil
}

// Report is what a customer was promised and got.
type Report struct {
	Customer string
	From, To time.Time
	SLAs     []Reported
}

// Reported is an SLA with its closed periods, the oldest first.
type Reported struct {
	View
	Periods []Period
}

// ReportFor returns the customer's SLAs, ended ones too, with the closed periods that
// have a part in [from, to), dates in UTC of at most 400 days.
//
// Faults: NotFound "customer_not_found"; Invalid with pointers to the query.
func (s *Service) ReportFor(ctx context.Context, customer, from, to string) (Report, error) {
	if err := s.mayRead(ctx); err != nil {
		return Report{}, err
	}
	var check fault.Check
	registry.CheckName(&check, "query.customer", customer)
	out := Report{Customer: customer, From: readDate(&check, "query.from", from, time.UTC), To: readDate(&check, "query.to", to, time.UTC)}
	if !out.From.IsZero() && !out.To.IsZero() {
		check.Require(out.From.Before(out.To), "query.to", to, "must be after from")
		check.Require(out.To.Sub(out.From) <= longestReport, "query.to", to, "must be at most %d days after from", longestReport/(24*time.Hour))
	}
	if err := check.Err(); err != nil {
		return Report{}, err
	}
	found, err := s.Store.SLAs(ctx, Filter{Customer: customer, IncludeEnded: true}, page.Request{Limit: maxReportSLAs})
	if err != nil {
		return Report{}, fmt.Errorf("list the SLAs of a customer: %w", err)
	}
	if len(found.Items) == 0 {
		return Report{}, fault.Missing("customer", fault.Clip(customer, registry.MaxSlug))
	}
	check.Require(found.Next == "", "query.customer", customer, "has more than %d SLAs; list them instead", maxReportSLAs)
	ids, places := make([]id.ID, len(found.Items)), map[id.ID]int{}
	for i, v := range found.Items {
		ids[i], places[v.SLA.ID] = v.SLA.ID, i
		out.SLAs = append(out.SLAs, Reported{View: v})
	}
	periods, err := s.Store.SLAPeriodsBetween(ctx, ids, out.From, out.To, maxReportPeriods+1)
	if err != nil {
		return Report{}, fmt.Errorf("read the periods of a customer's SLAs: %w", err)
	}
	check.Require(len(periods) <= maxReportPeriods, "query.from", from, "makes more than %d periods; choose a shorter time", maxReportPeriods)
	if err := check.Err(); err != nil {
		return Report{}, err
	}
	for _, p := range periods {
		one := &out.SLAs[places[p.SLA]]
		one.Periods = append(one.Periods, p)
	}
	return out, nil
}

// Holdings counts the SLAs of a service that are not ended, for registry's previews.
func (s *Service) Holdings(ctx context.Context, service id.ID) ([]registry.Holding, error) {
	count := 0
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		found, err := s.Store.SLAs(ctx, Filter{Service: service}, r)
		if err != nil {
			return nil, fmt.Errorf("count the SLAs of a service: %w", err)
		}
		count += len(found.Items)
		if r.After = found.Next; r.After == "" {
			return []registry.Holding{{Noun: string(registry.NounSLA), Count: count}}, nil
		}
	}
}

var _ slo.Promises = (*Service)(nil)
