package alert

import (
	"context"
	"fmt"
	"strconv"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
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
	var events []event.Event
	for _, a := range begun {
		if !there[a.ID] {
			continue
		}
		e, err := s.event(ctx, a)
		if err != nil {
			return err
		}
		events = append(events, e)
	}
	return s.teller.Tell(ctx, events...)
}

// tellEnded tells of those of the alerts that ended.
func (s *Service) tellEnded(ctx context.Context, alerts []Alert) error {
	if s.teller == nil {
		return nil
	}
	var events []event.Event
	for _, a := range alerts {
		if a.EndedAt == nil {
			continue
		}
		e, err := s.event(ctx, a)
		if err != nil {
			return err
		}
		events = append(events, e)
	}
	return s.teller.Tell(ctx, events...)
}

// event is what is told of the start of an alert, or of its end.
func (s *Service) event(ctx context.Context, a Alert) (event.Event, error) {
	service, err := s.services.Service(ctx, a.Service)
	if err != nil {
		return event.Event{}, fmt.Errorf("read the service of an alert: %w", err)
	}
	view, err := s.slos.View(ctx, a.SLO)
	if err != nil {
		return event.Event{}, fmt.Errorf("read the SLO of an alert: %w", err)
	}
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
	return e, nil
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
