package alert_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
)

// heard takes what is told, or fails.
type heard struct {
	events []event.Event
	err    error
}

func (h *heard) Tell(_ context.Context, events ...event.Event) error {
	if h.err == nil {
		h.events = append(h.events, events...)
	}
	return h.err
}

// The outage of TestAnOutageIsAlertedOfOnceFromItsNinthMinuteOn: 15 % of a budget of 1 %
// are bad over the hour when it starts, and all over five minutes.
func TestTheStartAndTheEndOfAnAlertAreToldOnce(t *testing.T) {
	onBoth(t, func(h *house) {
		told := &heard{}
		h.TellWith(told)
		v := h.declare()
		h.report(v, of(60, 0)...)
		h.evaluate()
		h.minutes(v, of(8, 100)...)
		if slices.ContainsFunc(told.events, func(e event.Event) bool {
			return slices.Contains(e.Figures, event.Figure{Name: "burn pair", Value: "1h/5m"})
		}) {
			h.t.Fatalf("told early of %+v", told.events)
		}
		// Where it cannot be told, nothing starts; the next evaluation does both.
		told.err = errors.New("the disk is full")
		h.clock.Advance(time.Minute)
		h.report(v, 100)
		if _, err := h.evaluator.RunOnce(h.system()); err == nil || h.lasting(v)["1h/5m"].ID != "" {
			h.t.Fatalf("started untold: %v, %v", err, h.lasting(v))
		}
		told.err = nil
		h.evaluate()
		h.minutes(v, 100)
		a := h.lasting(v)["1h/5m"]
		page := func(over bool) (found []event.Event) {
			for _, e := range told.events {
				if e.Key == "alert/"+string(a.ID) && e.Over == over {
					found = append(found, e)
				}
			}
			return found
		}
		begun := page(false)
		if len(begun) != 1 {
			h.t.Fatalf("its start was told %d times", len(begun))
		}
		e := begun[0]
		if e.Type != event.AlertPaged || e.Team != h.checkout.Team || e.Service != h.checkout.ID || e.SLO != v.SLO.ID || !e.At.Equal(a.StartedAt) ||
			e.Subject != "checkout/availability" || e.Link != "/services/checkout/slos/availability" ||
			e.Title != "checkout/availability burns its error budget 15.0 times as fast as it may" || !strings.Contains(e.Text, "above 13.4") {
			h.t.Errorf("its start is told as %+v", e)
		}
		if !slices.Contains(e.Figures, event.Figure{Name: "burn rate, short window", Value: "100.0"}) || !slices.Contains(e.Figures, event.Figure{Name: "objective", Value: "99%"}) {
			h.t.Errorf("with %v", e.Figures)
		}
		h.minutes(v, of(11, 0)...)
		over := page(true)
		if a = h.one(v, "1h/5m"); a.EndedAt == nil || len(over) != 1 || !over[0].At.Equal(*a.EndedAt) || !strings.Contains(over[0].Text, "because it recovered") || over[0].Type != event.AlertPaged {
			h.t.Errorf("its end is told as %+v", over)
		}
	})
}

func TestMeasurementsThatStayAwayAndWhatIsRetiredAreTold(t *testing.T) {
	onBoth(t, func(h *house) {
		told := &heard{}
		h.TellWith(told)
		v := h.declare()
		h.report(v, of(60, 0)...)
		h.evaluate()
		h.silence(60)
		if len(told.events) != 1 || told.events[0].Type != event.AlertAbsent || told.events[0].Title != "checkout/availability is not measured any more" {
			h.t.Fatalf("told of %+v", told.events)
		}
		if _, err := h.slos.Retire(h.ada, v.SLO.ID, v.SLO.Version, ""); err != nil {
			h.t.Fatal(err)
		}
		if n, err := h.EndRetired(h.system()); err != nil || n != 1 {
			h.t.Fatalf("%d ended: %v", n, err)
		}
		last := told.events[len(told.events)-1]
		if len(told.events) != 2 || !last.Over || last.Key != told.events[0].Key || !strings.Contains(last.Text, "was retired") {
			h.t.Errorf("told of %+v", told.events)
		}
		if a := h.one(v, alert.Absent); a.Ending != alert.Retired {
			h.t.Errorf("it is %+v", a)
		}
	})
}

// counted counts how often SLOs and services are read.
type counted struct {
	alert.SLOs
	alert.Services
	reads int
}

func (c *counted) View(ctx context.Context, of id.ID) (slo.View, error) {
	c.reads++
	return c.SLOs.View(ctx, of)
}

func (c *counted) ViewsByID(ctx context.Context, of []id.ID) ([]slo.View, error) {
	c.reads++
	return c.SLOs.ViewsByID(ctx, of)
}

func (c *counted) Service(ctx context.Context, of id.ID) (registry.Service, error) {
	c.reads++
	return c.Services.Service(ctx, of)
}

func (c *counted) ServicesByID(ctx context.Context, of []id.ID) (map[id.ID]registry.Service, error) {
	c.reads++
	return c.Services.ServicesByID(ctx, of)
}

// The transaction of an evaluation holds SQLite's one writer: what is told of many alerts
// takes two reads, as of one.
func TestManyAlertsAreToldWithTwoReads(t *testing.T) {
	onBoth(t, func(h *house) {
		told, reads := &heard{}, &counted{SLOs: h.store.SLO(), Services: h.store.Registry()}
		alerts := alert.NewService(h.store.Alert(), reads, reads, h.store, access.NewAuthorizer(h.store.Access()), h.log, h.clock.Now)
		alerts.TellWith(told)
		h.slos.AlertWith(alerts)
		for i := range 5 {
			h.report(h.declare(func(d *slo.Declaration) { d.Slug = fmt.Sprintf("availability-%d", i) }), of(60, 0)...)
		}
		h.evaluate()
		h.silence(60)
		if len(told.events) != 5 || reads.reads != 2 {
			h.t.Errorf("%d are told with %d reads", len(told.events), reads.reads)
		}
	})
}
