package storetest

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/statistics"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/alert"
)

func testIncidents(t *testing.T, open opener) {
	hour := func(n int) time.Time { return Start.Add(time.Duration(n) * time.Hour) }
	at := func(n int) *time.Time { h := hour(n); return &h }
	of := func(team id.ID, start int, services ...id.ID) incident.Incident {
		i := incident.Incident{
			ID: newID(), Status: incident.Declared,
			Terms: incident.Terms{
				Title: "Checkout größtenteils down", Severity: "sev1", Services: []incident.Involved{}, Roles: map[incident.Role]id.ID{},
				ImpactStart: hour(start), CustomerImpact: "No orders.\nNone.", Causes: []string{}, Tags: []string{}, Links: []incident.Link{}, Team: team, Readers: []id.ID{},
			},
			CreatedAt: Start, CreatedBy: "ada", UpdatedAt: Start, UpdatedBy: "ada", Version: 1,
		}
		for _, s := range services {
			i.Services = append(i.Services, incident.Involved{Service: s, Part: incident.Affected})
		}
		return i
	}
	create := func(t *testing.T, s *store.Store, i incident.Incident) incident.Incident {
		t.Helper()
		same(t, must(s.Incidents().CreateIncident(t.Context(), i))(t), true)
		return i
	}

	each(t, open, "incidents that began in a time are those of a team and the teams below it", func(t *testing.T, s *store.Store) {
		top := Team(t, s, "engineering").ID
		below := registry.Team{ID: newID(), Slug: "payments", Name: "Payments", Parent: top, CreatedAt: Start, UpdatedAt: Start, Version: 1}
		ok(t, s.Registry().CreateTeam(t.Context(), below))
		ada := Person(t, s, "ada").ID
		one, two := Service(t, s, below.ID, "checkout").ID, Service(t, s, top, "mail").ID
		early := create(t, s, of(below.ID, -3, one))
		late := of(top, -2, two)
		late.Severity = "sev3"
		create(t, s, late)
		hidden := of(below.ID, -1, one)
		hidden.Restricted, hidden.Readers = true, []id.ID{ada}
		create(t, s, hidden)
		from, to := hour(-3), hour(0)
		for name, c := range map[string]struct {
			f    statistics.Filter
			who  incident.Reader
			most int
			want []incident.Incident
		}{
			"all":             {statistics.Filter{From: from, To: to}, incident.Reader{All: true}, 9, []incident.Incident{early, late, hidden}},
			"so many":         {statistics.Filter{From: from, To: to}, incident.Reader{All: true}, 2, []incident.Incident{early, late}},
			"of a time":       {statistics.Filter{From: hour(-2), To: hour(-1)}, incident.Reader{All: true}, 9, []incident.Incident{late}},
			"of the upper":    {statistics.Filter{Team: top, From: from, To: to}, incident.Reader{}, 9, []incident.Incident{early, late}},
			"of the lower":    {statistics.Filter{Team: below.ID, From: from, To: to}, incident.Reader{Person: ada}, 9, []incident.Incident{early, hidden}},
			"of a service":    {statistics.Filter{Service: two, From: from, To: to}, incident.Reader{}, 9, []incident.Incident{late}},
			"of a severity":   {statistics.Filter{Severity: "sev3", From: from, To: to}, incident.Reader{}, 9, []incident.Incident{late}},
			"of no such team": {statistics.Filter{Team: newID(), From: from, To: to}, incident.Reader{All: true}, 9, nil},
		} {
			if got := must(s.Incidents().Began(t.Context(), c.f, c.who, c.most))(t); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	})

	each(t, open, "an incident comes back as written, and is updated by one", func(t *testing.T, s *store.Store) {
		a := s.Incidents()
		team, other := Team(t, s, "payments").ID, Team(t, s, "search").ID
		one, two := Service(t, s, team, "checkout").ID, Service(t, s, team, "ledger").ID
		ada, bob := Person(t, s, "ada").ID, Person(t, s, "bob").ID
		made := create(t, s, of(team, -3, two, one))
		same(t, must(a.Incident(t.Context(), made.ID))(t), made)
		full := made
		full.Status = incident.Closed
		full.Terms = incident.Terms{
			Title: "Other", Severity: "sev3", Services: []incident.Involved{{Service: one, Part: incident.Cause}, {Service: two, Part: incident.Contributing}},
			Roles: map[incident.Role]id.ID{"commander": ada, "scribe": ada, "operations": bob}, ImpactStart: hour(-9), ImpactEnd: at(-1), DetectedAt: at(-8), MitigatedAt: at(-7), ResolvedAt: at(-6),
			CustomerImpact: "Some", DataLoss: true, OnCallIntervened: true, Causes: []string{"frozen-team"}, Tags: []string{"b", "a"}, Links: []incident.Link{{Name: "Call", URL: "https://example.org"}},
			Team: other, Restricted: true, Readers: []id.ID{ada, bob},
		}
		full.UpdatedAt, full.UpdatedBy = hour(1), "bob"
		ok(t, a.UpdateIncident(t.Context(), full))
		refused(t, a.UpdateIncident(t.Context(), full), fault.Precondition, "version_mismatch")
		full.Version = 2
		same(t, must(a.Incident(t.Context(), made.ID))(t), full)
		same(t, must(a.HoldIncident(t.Context(), made.ID))(t), full)
		made.Version = 2
		ok(t, a.UpdateIncident(t.Context(), made))
		made.Version = 3
		same(t, must(a.Incident(t.Context(), made.ID))(t), made)
		none := made
		none.ID = newID()
		refused(t, a.UpdateIncident(t.Context(), none), fault.NotFound, "incident_not_found")
		_, err := a.HoldIncident(t.Context(), none.ID)
		refused(t, err, fault.NotFound, "incident_not_found")
		stray := of(team, -1, newID())
		err = s.InTx(t.Context(), func(ctx context.Context) error { _, err := a.CreateIncident(ctx, stray); return err })
		refused(t, err, fault.Conflict, "reference_missing")
		stray = of(newID(), -1, one)
		_, err = a.CreateIncident(t.Context(), stray)
		refused(t, err, fault.Conflict, "reference_missing")
		refused(t, s.Registry().DeleteTeam(t.Context(), team, 1), fault.Conflict, "team_in_use")
	})

	each(t, open, "an incident of a source is there once", func(t *testing.T, s *store.Store) {
		a := s.Incidents()
		team := Team(t, s, "payments").ID
		service := Service(t, s, team, "checkout").ID
		made := of(team, -3, service)
		made.Origin = &incident.Origin{Source: "pagerduty", ExternalID: "P1", Link: "https://example.org/P1", ToldAt: at(-2)}
		same(t, must(a.HoldExternal(t.Context(), "pagerduty", "P1"))(t), nil)
		create(t, s, made)
		same(t, *must(a.HoldExternal(t.Context(), "pagerduty", "P1"))(t), made)
		same(t, *must(a.External(t.Context(), "pagerduty", "P1"))(t), made)
		same(t, must(a.External(t.Context(), "pagerduty", "P2"))(t), nil)
		ok(t, a.HearIncident(t.Context(), made.ID, hour(-1)))
		made.Origin.ToldAt = at(-1)
		same(t, must(a.Incident(t.Context(), made.ID))(t), made)
		told := made
		told.Origin = &incident.Origin{Source: "pagerduty", ExternalID: "P1", ToldAt: at(0)}
		ok(t, a.UpdateIncident(t.Context(), told))
		told.Version = 2
		same(t, must(a.Incident(t.Context(), made.ID))(t), told)
		again := made
		again.ID = newID()
		same(t, must(a.CreateIncident(t.Context(), again))(t), false)
		again.Origin = &incident.Origin{Source: "jira", ExternalID: "P1"}
		create(t, s, again)
		same(t, *must(a.HoldExternal(t.Context(), "jira", "P1"))(t), again)
		for range 2 { // what has no origin is another one each time
			create(t, s, of(team, -3, service))
		}
	})

	each(t, open, "incidents are listed by their newest impact, restricted ones to those who may read them", func(t *testing.T, s *store.Store) {
		a := s.Incidents()
		team, other := Team(t, s, "payments").ID, Team(t, s, "search").ID
		one, two := Service(t, s, team, "checkout").ID, Service(t, s, other, "finder").ID
		ada, bob, eve := Person(t, s, "ada").ID, Person(t, s, "bob").ID, Person(t, s, "eve").ID
		first := create(t, s, of(team, -9, one))
		second := of(other, -6, two, one)
		second.Severity, second.Status, second.MitigatedAt, second.ResolvedAt = "sev2", incident.Resolved, at(-5), at(-4)
		create(t, s, second)
		third := of(team, -3, one)
		third.Status, third.ImpactEnd = incident.Mitigated, at(-2)
		create(t, s, third)
		hidden := of(team, -1, one)
		hidden.Restricted, hidden.Readers, hidden.Roles = true, []id.ID{ada}, map[incident.Role]id.ID{"commander": bob}
		create(t, s, hidden)
		list := func(f incident.Filter) []incident.Incident {
			t.Helper()
			var out []incident.Incident
			for r := (page.Request{Limit: 2}); ; {
				some := must(a.Incidents(t.Context(), f, r))(t)
				if out = append(out, some.Items...); some.Next == "" {
					return out
				}
				r.After = some.Next
			}
		}
		yes, no := true, false
		for name, c := range map[string]struct {
			f    incident.Filter
			want []incident.Incident
		}{
			"nobody":      {incident.Filter{}, []incident.Incident{third, second, first}},
			"another":     {incident.Filter{Reader: incident.Reader{Person: eve}}, []incident.Incident{third, second, first}},
			"a reader":    {incident.Filter{Reader: incident.Reader{Person: ada}}, []incident.Incident{hidden, third, second, first}},
			"a commander": {incident.Filter{Reader: incident.Reader{Person: bob}}, []incident.Incident{hidden, third, second, first}},
			"all":         {incident.Filter{Reader: incident.Reader{All: true}}, []incident.Incident{hidden, third, second, first}},
			"a service":   {incident.Filter{Service: two}, []incident.Incident{second}},
			"a team":      {incident.Filter{Team: team}, []incident.Incident{third, first}},
			"a severity":  {incident.Filter{Severity: "sev2"}, []incident.Incident{second}},
			"a status":    {incident.Filter{Status: incident.Mitigated}, []incident.Incident{third}},
			"open":        {incident.Filter{Open: &yes}, []incident.Incident{third, first}},
			"over":        {incident.Filter{Open: &no}, []incident.Incident{second}},
			// The first lasts on; the second ended when it was resolved, the third when its impact did.
			"from the second's end": {incident.Filter{From: hour(-4)}, []incident.Incident{third, first}},
			"before it":             {incident.Filter{From: hour(-5)}, []incident.Incident{third, second, first}},
			"from the third's end":  {incident.Filter{From: hour(-2)}, []incident.Incident{first}},
			"to the third's start":  {incident.Filter{To: hour(-3)}, []incident.Incident{second, first}},
		} {
			t.Run(name, func(t *testing.T) { same(t, list(c.f), c.want) })
		}
		_, err := a.Incidents(t.Context(), incident.Filter{Team: team}, page.Request{After: must(a.Incidents(t.Context(), incident.Filter{}, page.Request{Limit: 1}))(t).Next})
		refused(t, err, fault.Invalid, "")
	})

	each(t, open, "a timeline is in the order of time, and takes a source key once", func(t *testing.T, s *store.Store) {
		a := s.Incidents()
		team := Team(t, s, "payments").ID
		i := create(t, s, of(team, -9, Service(t, s, team, "checkout").ID))
		other := create(t, s, of(team, -9, Service(t, s, team, "ledger").ID))
		entry := func(in incident.Incident, at int, key string) incident.Entry {
			return incident.Entry{ID: newID(), Incident: in.ID, At: hour(at), Kind: incident.Note, By: "ada", Text: "größer\nals", Link: "https://example.org", SourceKey: key, CreatedAt: Start, UpdatedAt: Start, Version: 1}
		}
		late, early, twin := entry(i, -1, ""), entry(i, -5, "a"), entry(i, -5, "")
		same(t, must(a.CreateEntries(t.Context(), []incident.Entry{late, early, twin}))(t), 3)
		same(t, must(a.CreateEntries(t.Context(), []incident.Entry{entry(i, -2, "a"), entry(other, -2, "a")}))(t), 1)
		var many []incident.Entry
		for n := range 1_000 {
			many = append(many, entry(other, -3, fmt.Sprint("k", n)))
		}
		same(t, must(a.CreateEntries(t.Context(), many))(t), 1_000)
		same(t, must(a.CreateEntries(t.Context(), many))(t), 0)
		same(t, must(a.CountEntries(t.Context(), other.ID))(t), 1_001)
		all := must(a.Entries(t.Context(), i.ID, incident.Moment{}, 9))(t)
		same(t, all, []incident.Entry{early, twin, late})
		same(t, must(a.Entries(t.Context(), i.ID, incident.Moment{At: early.At, ID: early.ID}, 1))(t), []incident.Entry{twin})
		edited := twin
		edited.At, edited.Text, edited.Link, edited.WithdrawnAt, edited.WithdrawnBy, edited.UpdatedAt = hour(-4), "other", "", at(0), "bob", hour(1)
		former := incident.Revision{ID: newID(), Entry: twin.ID, At: twin.At, Text: twin.Text, Link: twin.Link, ReplacedAt: hour(1), ReplacedBy: "bob"}
		ok(t, a.CreateRevision(t.Context(), former))
		ok(t, a.UpdateEntry(t.Context(), edited))
		refused(t, a.UpdateEntry(t.Context(), edited), fault.Precondition, "version_mismatch")
		edited.Version = 2
		same(t, must(a.Entry(t.Context(), i.ID, twin.ID))(t), edited)
		same(t, must(a.Revisions(t.Context(), twin.ID))(t), []incident.Revision{former})
		same(t, must(a.Revisions(t.Context(), early.ID))(t), []incident.Revision(nil))
		_, err := a.Entry(t.Context(), other.ID, twin.ID)
		refused(t, err, fault.NotFound, "timeline_entry_not_found")
		_, err = a.CreateEntries(t.Context(), []incident.Entry{entry(incident.Incident{ID: newID()}, 0, "")})
		refused(t, err, fault.Conflict, "reference_missing")
	})

	each(t, open, "what happened to services is told in its order, both ends included", func(t *testing.T, s *store.Store) {
		a := s.Incidents()
		team := Team(t, s, "payments").ID
		one, two, three := Service(t, s, team, "checkout").ID, Service(t, s, team, "ledger").ID, Service(t, s, team, "mailer").ID
		changed := func(service id.ID, began int) incident.Happening {
			c := change.Change{
				ID: newID(), Service: service, Source: change.API, Terms: change.Terms{Kind: change.Deploy, Release: "2.14.0", Begins: hour(began), Outcome: change.Failed},
				CreatedAt: Start, CreatedBy: "p", UpdatedAt: Start, UpdatedBy: "p", Version: 1,
			}
			ok(t, s.Changes().CreateChange(t.Context(), c))
			return incident.Happening{Kind: incident.Change, ID: c.ID, Service: service, At: c.Begins, Subject: "deploy", Detail: "2.14.0", Outcome: "failed"}
		}
		d := gate.Decision{ID: newID(), Service: two, Question: gate.Question{Class: "feature"}, Verdict: gate.Verdict{Answer: gate.Deny}, At: hour(-4), By: "p"}
		ok(t, s.Gate().CreateDecision(t.Context(), d))
		asked := incident.Happening{Kind: incident.Gate, ID: d.ID, Service: two, At: hour(-4), Subject: "feature", Detail: "deny"}
		burned := anAlert(SLO(t, s, one, "latency"), "1h/5m", hour(-4).Add(time.Minute))
		ok(t, s.Alert().StartAlerts(t.Context(), []alert.Alert{burned}))
		began := incident.Happening{Kind: incident.Alert, ID: burned.ID, Service: one, At: burned.StartedAt, Subject: "latency", Detail: "1h/5m", Outcome: "page"}
		first, last := changed(one, -5), changed(two, -3)
		changed(one, -6)
		changed(two, -2)
		changed(three, -4)
		same(t, must(a.Happenings(t.Context(), []id.ID{one, two}, hour(-5), hour(-3), 9))(t), []incident.Happening{first, asked, began, last})
		same(t, must(a.Happenings(t.Context(), []id.ID{one, two}, hour(-5), hour(-3), 2))(t), []incident.Happening{first, asked})
	})
}
