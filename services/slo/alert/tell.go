package alert

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// TellWith has the start and the end of each alert told, in the transaction in which it
// starts or ends. It is called while the program is put together, before the first use.
func (s *Service) TellWith(t event.Teller) { s.teller = t }

// tellBegun tells of alerts that were started: of those that are there, for where one
// lasted already no other was.
func (s *Service) tellBegun(ctx context.Context, begun []Alert) error {
	if s.teller == nil || len(begun) == 0 {
		return nil
	}
	slos := make([]id.ID, len(begun))
	for i, a := range begun {
		slos[i] = a.SLO
	}
	open, err := s.store.OpenAlertsOf(ctx, slos)
	if err != nil {
		return fmt.Errorf("read the alerts that were started: %w", err)
	}
	there := make(map[id.ID]bool, len(open))
	for _, a := range open {
		there[a.ID] = true
	}
	var started []Alert
	for _, a := range begun {
		if there[a.ID] {
			started = append(started, a)
		}
	}
	return s.tell(ctx, started)
}

// tellEnded tells of those of the alerts that ended.
func (s *Service) tellEnded(ctx context.Context, alerts []Alert) error {
	if s.teller == nil {
		return nil
	}
	var ended []Alert
	for _, a := range alerts {
		if a.EndedAt != nil {
			ended = append(ended, a)
		}
	}
	return s.tell(ctx, ended)
}

// tell tells of the start of alerts, or of the end of those that ended. What they are about
// is read at once: the transaction is that of an evaluation.
func (s *Service) tell(ctx context.Context, alerts []Alert) error {
	if len(alerts) == 0 {
		return nil
	}
	var services, slos []id.ID
	for _, a := range alerts {
		services, slos = append(services, a.Service), append(slos, a.SLO)
	}
	slices.Sort(services)
	slices.Sort(slos)
	byService, err := s.services.ServicesByID(ctx, slices.Compact(services))
	if err != nil {
		return fmt.Errorf("read the services of alerts: %w", err)
	}
	views, err := s.slos.ViewsByID(ctx, slices.Compact(slos))
	if err != nil {
		return fmt.Errorf("read the SLOs of alerts: %w", err)
	}
	bySLO := make(map[id.ID]slo.View, len(views))
	for _, v := range views {
		bySLO[v.SLO.ID] = v
	}
	events := make([]event.Event, len(alerts))
	for i, a := range alerts {
		service, there := byService[a.Service]
		view, known := bySLO[a.SLO]
		if !there || !known {
			return fmt.Errorf("tell of the alert %s: its service %s or its SLO %s is gone", a.ID, a.Service, a.SLO)
		}
		events[i] = eventOf(a, service, view)
	}
	return s.teller.Tell(ctx, events...)
}

// eventOf is what is told of the start of an alert, or of its end.
func eventOf(a Alert, service registry.Service, view slo.View) event.Event {
	about := service.Slug + "/" + view.SLO.Slug
	e := event.Event{
		Type: eventType(a), Key: "alert/" + string(a.ID), At: a.StartedAt, Team: service.Team, Service: service.ID, SLO: a.SLO,
		Subject: about, Link: "/services/" + service.Slug + "/slos/" + view.SLO.Slug,
	}
	e.Figures = append(e.Figures, event.Figure{Name: "objective", Value: a.Evidence.Objective.String()})
	long, short, peak, burns := a.Burns()
	if burns {
		e.Figures = append(e.Figures,
			event.Figure{Name: "burn pair", Value: string(a.Kind)},
			event.Figure{Name: "burn rate, long window", Value: rate(long)},
			event.Figure{Name: "burn rate, short window", Value: rate(short)},
			event.Figure{Name: "highest burn rate", Value: rate(peak)})
	}
	switch {
	case a.EndedAt != nil:
		e.Over, e.At = true, *a.EndedAt
		e.Title = fmt.Sprintf("%s: the alert is over", about)
		e.Text = fmt.Sprintf("It lasted %s, and ended because %s.", budget.Words(a.EndedAt.Sub(a.StartedAt)), because[a.Ending])
	case burns:
		factor, _ := a.Factor()
		e.Title = fmt.Sprintf("%s burns its error budget %s times as fast as it may", about, rate(long))
		e.Text = fmt.Sprintf("Over %s, and over the last %s, the burn rate is above %s. Find out what fails, and whether a change caused it.",
			budget.Words(a.Kind.Pair().Long), budget.Words(a.Evidence.ShortLength), rate(factor))
	default:
		e.Title = fmt.Sprintf("%s is not measured any more", about)
		e.Text = fmt.Sprintf("The last measurements are of %s, and after %s without any this is told. Find out why they stay away: until then nobody knows how reliable it is.",
			a.Evidence.Latest.Format("2006-01-02 15:04 UTC"), budget.Words(a.Evidence.After))
	}
	return e
}

func eventType(a Alert) event.Type {
	switch {
	case a.Kind == Absent:
		return event.AlertAbsent
	case a.Severity == budget.Page:
		return event.AlertPaged
	default:
		return event.AlertTicketed
	}
}

// because says why alerts end.
var because = map[Ending]string{
	Recovered:   "it recovered",
	Retired:     "the SLO or its service was retired",
	Revised:     "the SLO was revised",
	SwitchedOff: "the SLO switches such alerts off",
}

// rate is a burn rate as people read it.
func rate(r budget.Ratio) string { return strconv.FormatFloat(r.Float64(), 'f', 1, 64) }
