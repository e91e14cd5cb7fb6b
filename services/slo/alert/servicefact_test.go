package alert_test

import (
	"context"
	"errors"
	"testing"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// A burn pair can fire where its factor, which is its share of the budget times 28 days by its long
// window, is below 1 ÷ (1 − T). The factors are 13.44 and 5.6 of pages, and 2.8 and 0.93 of tickets:
// at 90 % the burn rate is 10 at most, at 80 % it is 5.
func TestAServiceAlertsByBurnPairsThatCanFire(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	team := storetest.Team(t, s, "payments")
	target := storetest.ATarget(team.ID, "hears")
	if err := s.Notify().CreateTarget(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	f := alert.ServiceFacts{SLOs: s.SLO(), Audience: notify.Audience{Targets: s.Notify(), Teams: s.Registry(), Settings: notify.Settings{Mode: notify.On}}}
	for i, c := range []struct {
		name, objective string
		off             slo.AlertsOff
		page, ticket    float64
	}{
		{"all", "99.9%", "", 1, 1},
		{"one of two pairs is switched off", "99.9%", "1h/5m,1d/2h", 1, 1},
		{"pages are switched off", "99.9%", "page", 0, 1},
		{"both pairs of tickets are switched off", "99.9%", "1d/2h,3d/6h", 1, 0},
		{"one pair of pages can fire", "90%", "", 1, 1},
		{"the only pair that can fire is switched off", "90%", "6h/30m", 0, 1},
		{"no pair of pages can fire", "80%", "", 0, 1},
	} {
		service := storetest.Service(t, s, team.ID, []string{"a", "b", "c", "d", "e", "f", "g"}[i])
		v := storetest.AnSLO(service.ID, "availability")
		var err error
		if v.Revision.Objective, err = budget.ParseObjective(c.objective); err != nil {
			t.Fatal(err)
		}
		v.Revision.Alerts.Off = c.off
		if err := s.SLO().CreateSLO(t.Context(), v); err != nil {
			t.Fatal(err)
		}
		documented := service
		documented.ID, documented.Runbook = service.ID, "https://runbooks.example.org"
		for _, of := range []struct {
			service registry.Service
			without float64
		}{{service, c.page}, {documented, 0}} {
			found, err := f.FactsOf(t.Context(), []registry.Service{of.service})
			if err != nil {
				t.Fatal(err)
			}
			got := found[service.ID]
			if got["slosWithPageAlert"] != c.page || got["slosWithTicketAlert"] != c.ticket || got["slosWithoutRunbook"] != of.without {
				t.Errorf("%s: %v, want %v, %v and %v", c.name, got, c.page, c.ticket, of.without)
			}
		}
	}
}

// deaf is an audience of which nothing can be known.
type deaf struct{ err error }

func (d deaf) Hears(context.Context, []id.ID, ...event.Type) (map[id.ID]map[event.Type]bool, error) {
	return nil, d.err
}

func TestWhoIsToldIsReadOnlyWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	service := storetest.Service(t, s, storetest.Team(t, s, "payments").ID, "checkout")
	d := deaf{errors.New("it was asked")}
	f := alert.ServiceFacts{SLOs: s.SLO(), Audience: d}
	if _, err := f.FactsOf(t.Context(), []registry.Service{service}, "slosWithoutRunbook"); err != nil {
		t.Errorf("nobody asked for it, and %v", err)
	}
	if _, err := f.FactsOf(t.Context(), []registry.Service{service}, "slosWithTicketAlert"); !errors.Is(err, d.err) {
		t.Errorf("asked for it is %v", err)
	}
}
