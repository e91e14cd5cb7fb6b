package impact_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/impact"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/judge"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// house is impact over a fresh database; Ada is of the team that owns the services, Bob of none.
type house struct {
	*impact.Service
	store     *store.Store
	registry  *registry.Registry
	slos      *slo.Service
	incidents *incident.Service
	evaluator *measure.Evaluator
	ada, bob  context.Context
	asked     int // how often budgets were asked
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{store: storetest.SQLite(t)}
	now, quiet := clock.NewManual(start).Now, slog.New(slog.DiscardHandler)
	authorizer := access.NewAuthorizer(h.store.Access())
	log := audit.NewService(h.store.Audit(), h.store, authorizer, now)
	h.registry = registry.New(h.store.Registry(), h.store.Access(), h.store, authorizer, log, now)
	measured := measure.New(h.store.Measure(), h.store, now)
	h.slos = slo.NewService(h.store.SLO(), h.store, h.store.Registry(), measured, judge.New(h.store.Sources(), h.store.Registry(), nil), authorizer, log, now, quiet)
	h.evaluator = measure.NewEvaluator(h.store.Measure(), h.slos, h.slos, h.store, now, quiet)
	h.incidents = incident.NewService(incident.Parts{
		Store: h.store.Incidents(), Happenings: h.store.Incidents(), Registry: h.store.Registry(), People: h.store.Access(), Index: h.store.Search(),
		Runner: h.store, Authorizer: authorizer, Recorder: log, Clock: now,
	})
	h.Service = impact.NewService(impact.Parts{Incidents: h.incidents, SLOs: h.store.SLO(), Budgets: h})
	h.ada, h.bob = h.person(t, "ada"), h.person(t, "bob")
	ok(h.registry.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t)
	return h
}

// Taken counts how often it is asked.
func (h *house) Taken(ctx context.Context, struck []slo.Struck, periods ...slo.Period) ([]slo.Taken, error) {
	h.asked++
	return h.slos.Taken(ctx, struck, periods...)
}

func (h *house) person(t *testing.T, name string) context.Context {
	t.Helper()
	p := storetest.Person(t, h.store, name)
	return access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeWrite}})
}

func ok[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (h *house) service(t *testing.T, slug string) registry.Service {
	t.Helper()
	return ok(h.registry.CreateService(h.ada, registry.ServiceInput{Slug: slug, Team: "payments", Profile: registry.Profile{Name: slug, Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production}}))(t)
}

func (h *house) declare(t *testing.T, service registry.Service, slug string, change ...func(d *slo.Declaration)) {
	t.Helper()
	d := slo.Declaration{Slug: slug, Name: slug, Objective: "90%", WindowDays: 28, Category: slo.Availability, GoodEvent: "a request that was answered", Rationale: "tickets"}
	for _, c := range change {
		c(&d)
	}
	_, _, err := h.slos.Declare(h.ada, service.ID, d)
	if err != nil {
		t.Fatal(err)
	}
}

// push sends 100 events in each of the last 100 minutes, of which 50 are bad from 60 until 54
// minutes ago, and one is at all other times.
func (h *house) push(t *testing.T, service registry.Service, slug string) {
	t.Helper()
	var slots []slo.Slot
	for ago := 100; ago > 0; ago-- {
		good := 99.0
		if ago <= 60 && ago > 54 {
			good = 50
		}
		slots = append(slots, slo.Slot{Start: start.Add(-time.Duration(ago) * time.Minute), Good: &good, Total: 100})
	}
	ok(h.slos.Push(h.ada, slo.Report{Name: slo.Name{Service: service.Slug, SLO: slug}, Slots: slots}))(t)
}

// at is an incident from and until so many minutes ago.
func at(from, until int, services ...incident.Involved) incident.Input {
	end := start.Add(-time.Duration(until) * time.Minute)
	begin := start.Add(-time.Duration(from) * time.Minute)
	return incident.Input{Status: incident.Resolved, Terms: incident.Terms{Title: "Down", Severity: "sev1", Services: services, ImpactStart: begin, ImpactEnd: &end, ResolvedAt: &end}}
}

// Worked by hand. From 60 to 50 minutes ago ten minutes with 1,000 events have 6 · 50 + 4 · 1 = 304
// bad ones. The 28 days up to then hold 50 minutes with 5,000 events, of which 10 % = 500 may be
// bad: 304 ÷ 500 = 0.608. Of minutes that are good from 95 % of their events on, 6 of 10 are bad,
// and 10 % of 50 = 5 may be: 6 ÷ 5 = 1.2. From 57 to 50 minutes ago it is 3 · 50 + 4 = 154, 0.308,
// and 3 minutes, 0.6: together with the first one no more than the first alone.
func TestTheImpactOfAnIncidentIsToldByObjective(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	checkout, ledger, mail := h.service(t, "checkout"), h.service(t, "ledger"), h.service(t, "mail")
	sliced := func(d *slo.Declaration) {
		d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "95%", SliceLength: time.Minute}
	}
	h.declare(t, checkout, "requests")
	h.declare(t, checkout, "minutes", sliced)
	h.declare(t, ledger, "silent")
	h.declare(t, mail, "requests", func(d *slo.Declaration) { d.MinEvents = 5001 })
	h.push(t, checkout, "requests")
	h.push(t, checkout, "minutes")
	h.push(t, mail, "requests")
	ok(h.evaluator.RunOnce(access.WithCaller(t.Context(), access.System("evaluate-budgets"))))(t)

	first := ok(h.incidents.Declare(h.ada, at(60, 50, incident.Involved{Service: ledger.ID, Part: incident.Cause}, incident.Involved{Service: checkout.ID, Part: incident.Affected}, incident.Involved{Service: mail.ID, Part: incident.Contributing})))(t)
	second := ok(h.incidents.Declare(h.ada, at(57, 50, incident.Involved{Service: checkout.ID, Part: incident.Affected})))(t)
	told := func(i impact.Impact) []string {
		out := []string{}
		for _, p := range i.SLOs {
			text := fmt.Sprintf("%s %s: ", p.Part, p.View.SLO.Slug)
			switch weeks := p.Taken.Of(slo.FourWeeks); {
			case weeks == nil:
				text += string(p.Taken.Unknown)
			case weeks.Share == nil:
				text += string(weeks.Unknown)
			default:
				text += fmt.Sprintf("%d bad, %.4f", weeks.Bad/p.Taken.Unit, *weeks.Share)
				if minutes := impact.Minutes(p.Taken, weeks.Bad); minutes != nil {
					text += fmt.Sprintf(", %.1f of %.1f min", *minutes, *impact.Budget(p.View.Revision.Terms, p.Taken, *weeks))
				}
			}
			out = append(out, text)
		}
		return out
	}
	got := ok(h.Impact(h.bob, first.ID))(t)
	if want := []string{"cause silent: no_data", "affected minutes: 6 bad, 1.2000, 6.0 of 5.0 min", "affected requests: 304 bad, 0.6080", "contributing requests: too_few_events"}; !slices.Equal(told(got), want) {
		t.Errorf("%q, want %q", told(got), want)
	}
	if most := got.Most(); most == nil || most.View.SLO.Slug != "minutes" {
		t.Errorf("most was taken of %+v", most)
	}

	// Many are told with as many questions as one, each in its place.
	h.asked = 0
	all := ok(h.Of(h.bob, []incident.Incident{second, first}, slo.FourWeeks))(t)
	if want := []string{"affected minutes: 3 bad, 0.6000, 3.0 of 5.0 min", "affected requests: 154 bad, 0.3080"}; h.asked != 1 || len(all) != 2 || !slices.Equal(told(all[0]), want) || !slices.Equal(told(all[1]), told(got)) {
		t.Errorf("asked %d times: %q and %q", h.asked, told(all[0]), told(all[1]))
	}
	if none := ok(h.Of(h.bob, nil))(t); len(none) != 0 {
		t.Errorf("of none %v", none)
	}
}

func TestTheImpactOfARestrictedIncidentIsMissingForOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := at(60, 50, incident.Involved{Service: h.service(t, "checkout").ID, Part: incident.Affected})
	in.Restricted = true
	made := ok(h.incidents.Declare(h.ada, in))(t)
	if got := ok(h.Impact(h.ada, made.ID))(t); len(got.SLOs) != 0 || got.Most() != nil {
		t.Errorf("of a service without objectives %+v", got)
	}
	if _, err := h.Impact(h.bob, made.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("to others it is %v", err)
	}
}
